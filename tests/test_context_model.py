"""The second opinion: words on both sides of a place choose among twins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from normalizers.context_model import SIGHT, ContextModel, reconsider
from normalizers.lattice import Decoded, Slot
from normalizers.repair import RepairModel, load_model


@pytest.fixture(scope="module")
def model() -> RepairModel:
    return load_model()


def reading(model: RepairModel, text: str, twin: str, chance: float) -> tuple[list[Slot], Decoded]:
    """A text whose word in brackets the first opinion took, with ``chance``, for ``twin``."""
    slots, best, posteriors = [], [], []
    for word in text.split():
        words = np.array([model.language.index[word.strip("[]")]])
        if word.startswith("["):
            words = np.append(words, model.language.index[twin])
        slots.append(Slot(words, np.zeros(len(words))))
        best.append(len(words) - 1)
        posteriors.append(np.array([1 - chance, chance][-len(words) :], np.float32))
    return slots, Decoded(best, posteriors)


def chosen(model: RepairModel, text: str, twin: str, chance: float) -> tuple[str, float]:
    slots, decoded = reading(model, text, twin, chance)
    (again,) = reconsider(model.context, model.language, [slots], [decoded])
    at = next(at for at, slot in enumerate(slots) if len(slot.words) > 1)
    best = again.best[at]
    return model.language.words[int(slots[at].words[best])], float(again.posteriors[at][best])


@pytest.mark.parametrize(
    ("text", "twin"),
    [
        ("hồ sơ được giải quyết [đúng] thời hạn theo quy định", "dụng"),
        ("doanh nghiệp phải [có] quy trình quản lý rủi ro", "cơ"),
        ("báo cáo [về] tình hình thực hiện nhiệm vụ", "vở"),
        ("nhằm [tăng] cường quản lý nhà nước", "tảng"),
    ],
)
def test_what_stands_on_both_sides_chooses(model: RepairModel, text: str, twin: str) -> None:
    word, chance = chosen(model, text, twin, 0.6)
    assert f"[{word}]" in text
    assert 0.5 < chance < 1.0


def test_a_settled_word_is_not_asked_about(model: RepairModel) -> None:
    word, chance = chosen(model, "báo cáo [về] tình hình thực hiện nhiệm vụ", "vở", 0.999)
    assert (word, round(chance, 3)) == ("vở", 0.999)


@pytest.mark.parametrize(
    ("text", "twin"),
    [
        ("thực hiện Nghị quyết [số] <code> ngày <num> của Chính phủ".lower(), "<num>"),
        ("trong thời hạn [<num>] ngày làm việc kể từ ngày nhận", "tư"),
    ],
)
def test_a_numeral_may_be_a_word(model: RepairModel, text: str, twin: str) -> None:
    word, _ = chosen(model, text, twin, 0.6)
    assert f"[{word}]" in text


def test_codes_are_left_to_the_first_opinion(model: RepairModel) -> None:
    assert chosen(model, "báo cáo [về] tình hình thực hiện", "<code>", 0.6)[0] == "<code>"


def test_a_place_at_the_end_has_no_words_behind(model: RepairModel) -> None:
    assert chosen(model, "theo quy định của pháp luật [và]", "vạ", 0.6)[0] == "và"


def test_what_is_stored_is_what_was_learned(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)

    def table(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    learned = ContextModel(
        table(50, 4),
        table(48, 6),
        table(6),
        table(6, 3),
        table(3),
        table(50, 3),
        table(50),
        0.5,
        np.abs(table(50)),
    )
    learned.save(tmp_path)
    stored = ContextModel.load(tmp_path)
    windows = draw.integers(0, 60, (8, 2 * SIGHT))  # ten words beyond the known fifty
    which, words = np.repeat(np.arange(8), 3), draw.integers(0, 60, 24)
    unigram = np.full(60, -5.0, np.float32)
    wanted = learned.merits(learned.views(windows), which, words, unigram)
    got = stored.merits(stored.views(windows), which, words, unigram)
    assert np.abs(got - wanted).max() < 0.02 * np.abs(wanted).max()


def test_what_stands_far_away_tells_the_subject(model: RepairModel) -> None:
    language = model.language

    def merit(word: str, far: str) -> float:
        windows = np.full((1, 2 * SIGHT), language.boundary)
        beyond = [language.index[word] for word in far.split()]
        windows[0, : len(beyond)] = beyond
        words = np.array([language.index[word]])
        views = model.context.views(windows)
        return float(model.context.merits(views, np.zeros(1, int), words, language.unigram)[0])

    schools = "học sinh giáo dục đào tạo nhà trường giáo viên lớp học môn học sách giáo khoa"
    roads = "xe ô tô tải trọng cầu đường bộ giao thông biển số lái xe hành khách vận tải"
    more = merit("trường", schools) - merit("đường", schools)
    assert more > merit("trường", roads) - merit("đường", roads)
