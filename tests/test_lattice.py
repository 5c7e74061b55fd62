"""Decoding: posteriors are those of all readings of a sequence, however they are batched."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest

from normalizers.language_model import LanguageModel
from normalizers.lattice import PhraseCache, Slot, Weights, decode
from normalizers.repair import load_model

# What each position may be, and how well its damage fits (nats).
SURE = [[("ủy", 0.0)], [("ban", 0.0)], [("nhân", 0.0)], [("dân", 0.0)]]
OPEN = [
    [("chuyển", -1.0), ("chuyến", -0.7), ("chuyện", -1.2)],
    [("đổi", -1.5), ("đối", -0.3)],
    [("số", -1.0), ("sở", -0.6), ("sổ", -1.5)],
]


@pytest.fixture(scope="module")
def language() -> LanguageModel:
    return load_model().language


def slots(language: LanguageModel, positions: Sequence[Sequence[tuple[str, float]]]) -> list[Slot]:
    return [
        Slot(
            np.array([language.index[word] for word, _ in words]),
            np.array([log for _, log in words]),
            at + 1,
        )
        for at, words in enumerate(positions)
    ]


def by_hand(
    language: LanguageModel, positions: Sequence[Sequence[tuple[str, float]]]
) -> list[list[float]]:
    """Posteriors by adding up every reading."""
    end = language.boundary
    sums = [[0.0] * len(words) for words in positions]
    for picks in itertools.product(*(range(len(words)) for words in positions)):
        chosen = [words[pick] for words, pick in zip(positions, picks, strict=True)]
        line = [end, end, end, *(language.index[word] for word, _ in chosen), end]
        log = sum(log for _, log in chosen)
        log += sum(language.log_prob(*line[at : at + 4]) for at in range(len(line) - 3))
        for at, pick in enumerate(picks):
            sums[at][pick] += math.exp(log)
    return [[part / sum(parts) for part in parts] for parts in sums]


def test_posteriors_are_those_of_all_readings(language: LanguageModel) -> None:
    decoded = decode(language, [slots(language, OPEN)], Weights())[0]
    # Three words on, states forget but for the best path's word: hence not to the last digit.
    for found, wanted in zip(decoded.posteriors, by_hand(language, OPEN), strict=True):
        assert found.tolist() == pytest.approx(wanted, abs=0.02)
    assert [words[best][0] for words, best in zip(OPEN, decoded.best, strict=True)] == [
        "chuyển",
        "đổi",
        "số",
    ]


def test_company_changes_nothing(language: LanguageModel) -> None:
    """Sequences of other lengths and widths decoded along with one leave it as it is."""
    lone = slots(language, [*SURE, *OPEN])
    others = [slots(language, OPEN), slots(language, SURE), slots(language, [*OPEN, *SURE, *OPEN])]
    cache = PhraseCache([[(int(slot.words[0]), 7) for slot in lone]] * 2, language.boundary)
    for known in (None, cache):
        alone = decode(language, [lone], Weights(), known)[0]
        among = decode(language, [*others, lone, []], Weights(), known)
        assert among[3].best == alone.best
        for left, right in zip(among[3].posteriors, alone.posteriors, strict=True):
            assert left.tolist() == pytest.approx(right.tolist(), rel=1e-5)
        assert among[1].best == [0, 0, 0, 0]
        assert among[4].best == []


def test_a_phrase_counts_where_it_is_damaged_otherwise(language: LanguageModel) -> None:
    words = [language.index[word] for word in ("nền", "tảng", "số")]
    key = np.array([words[0] << 32 | words[1] << 16 | words[2]], np.uint64)
    once = [(word, source) for word, source in zip(words, (1, 2, 3), strict=True)]
    twice = [(word, source) for word, source in zip(words, (1, 2, 4), strict=True)]
    cache = PhraseCache([once, once, twice, []], language.boundary)
    assert cache.counts(3, key, np.array([5], np.uint64)).tolist() == [2.0]
    assert cache.size == 9.0
