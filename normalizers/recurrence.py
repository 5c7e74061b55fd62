"""What a column says again and again decides its doubtful cells.

The columns of a plan repeat a few cells ("Các sở, ban, ngành; UBND các xã, phường, đặc khu", "Báo
cáo thực hiện") many times, and OCR damages each time differently: a doubtful cell whose ink is near
one of them, and nearer than to any other, is read as that one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold

TIMES = 3  # a cell read so many times alike is one that recurs
NEAR = 0.72  # share of letters that ink and recurring cell must have in common
LEAD = 0.06  # and so much more than with any other recurring cell
SHORTEST = 6  # letters; shorter cells are too easily alike

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Recurring:
    """The recurring text that a doubtful cell is read as, and how near its ink is (0-1)."""

    text: str
    nearness: float


def settle(
    printed: Sequence[str], texts: Sequence[str], doubtful: Sequence[bool]
) -> list[Recurring | None]:
    """For each cell of a column the recurring text it should be read as, None to leave it.

    ``printed`` is the ink, ``texts`` the readings so far; only ``doubtful`` cells are changed, and
    never the digits of one.
    """
    counts = Counter(texts)
    stock = {
        text: _letters(text)
        for text, count in counts.items()
        if count >= TIMES and len(_letters(text)) >= SHORTEST
    }
    return [
        _nearest(ink, text, stock) if doubt and text not in stock else None
        for ink, text, doubt in zip(printed, texts, doubtful, strict=True)
    ]


def _nearest(ink: str, text: str, stock: dict[str, str]) -> Recurring | None:
    seen, read = _letters(ink), _letters(text)
    ranked = sorted(
        (
            (
                max(
                    Levenshtein.normalized_similarity(seen, letters),
                    Levenshtein.normalized_similarity(read, letters),
                ),
                recurring,
            )
            for recurring, letters in stock.items()
            if _DIGITS.findall(recurring) == _DIGITS.findall(text)
        ),
        reverse=True,
    )
    if not ranked or ranked[0][0] < NEAR:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < LEAD:
        return None
    return Recurring(ranked[0][1], round(ranked[0][0], 3))


def _letters(text: str) -> str:
    return "".join(ch for ch in fold(text) if ch.isalpha())
