"""Places that read badly are looked at again, with the words that their neighbours call for."""

from __future__ import annotations

import numpy as np
import pytest

from normalizers.lattice import Decoded, Slot, Weights
from normalizers.repair import RepairModel, load_model
from normalizers.second_look import KEPT, chosen, doubtful, look_again


@pytest.fixture(scope="module")
def model() -> RepairModel:
    return load_model()


def slots_of(model: RepairModel, text: str, ink: float) -> tuple[list[Slot], Decoded]:
    words = [model.language.index[word] for word in text.split()]
    slots = [Slot(np.array([word]), np.array([ink])) for word in words]
    return slots, Decoded([0] * len(words), [np.ones(1, np.float32)] * len(words))


def test_only_what_fits_nowhere_is_doubtful(model: RepairModel) -> None:
    good, good_read = slots_of(model, "cơ sở dữ liệu quốc gia", -1.0)
    bad, bad_read = slots_of(model, "cơ sở dứt liệu quốc gia", -1.0)
    assert doubtful(model.language, [good, bad], [good_read, bad_read]) == [(1, 2)]
    assert doubtful(model.language, [[]], [Decoded([], [])]) == []


def test_neighbours_call_for_words_on_both_sides(model: RepairModel) -> None:
    index = model.language.index
    words, logs = model.callers.called(index["quảng"], index["liệu"])
    assert {index["ngãi"], index["ninh"]} <= {*words.tolist()}
    assert index["dữ"] in words
    assert (logs <= 0).all()
    assert not len(model.callers.called(index["<num>"], index["</s>"])[0])


def test_called_words_are_decoded_and_what_was_decoded_stays(model: RepairModel) -> None:
    index = model.language.index
    common = 0.8 * model.language.unigram
    others = np.arange(100, 160)
    words = np.concatenate([others, [index["ngãi"], index["ngữ"], index["ngã"]]])
    logs = np.concatenate([np.full(60, -6.0), [-7.0, -9.0, -30.0]])
    called = model.callers.called(index["quảng"], 0)
    slot = chosen(Slot(words, logs), np.array([index["ngữ"]]), called, common, 3)
    assert {index["ngãi"], index["ngữ"]} <= {*slot.words.tolist()}
    assert index["ngã"] not in slot.words  # the ink says nothing of it
    assert len(slot.words) <= KEPT + 1


def test_the_rest_of_the_text_stands(model: RepairModel) -> None:
    index = model.language.index
    slots, read = slots_of(model, "báo cáo tỉnh quảng ngũ về dữ liệu", -1.0)
    before = list(slots)
    wider = Slot(np.array([index["ngũ"], index["ngãi"]]), np.array([-1.0, -3.0]))
    look_again(model.language, Weights(), None, [slots], [read], {(0, 4): wider})
    assert model.language.words[int(slots[4].words[read.best[4]])] == "ngãi"
    assert read.posteriors[4].max() > 0.9
    assert [slots[at] for at in (0, 1, 2, 3, 5, 6, 7)] == [
        before[at] for at in (0, 1, 2, 3, 5, 6, 7)
    ]
