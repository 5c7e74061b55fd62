"""What a column says again and again decides its doubtful cells.

The columns of a plan repeat a few cells ("Các sở, ban, ngành; UBND các xã, phường, đặc khu", "Báo
cáo thực hiện") many times, and OCR damages each time differently: a doubtful cell whose ink is near
one of them, and nearer than to any other, is read as that one. Commas and capitals are what OCR
loses first: a cell that lacks but those is the recurring one; a mark that was read stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold

TIMES = 3  # a cell read so many times alike is one that recurs
NEAR = 0.72  # share of letters that ink and recurring cell must have in common
LEAD = 0.06  # and so much more than with any other recurring cell
NAME_NEAR = 0.7  # share of letters of a name of the cell that the recurring one must show
SAME_LETTERS = 0.95  # nearness of a cell that differs in commas and capitals only
SHORTEST = 6  # letters; shorter cells are too easily alike

_LIST_MARK = re.compile(r"[;,]| và ")
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
    stock = _stock(texts)
    names = Counter(name for text in texts for name in set(_names(text)))
    settled: list[Recurring | None] = []
    for ink, text, doubt in zip(printed, texts, doubtful, strict=True):
        usual = stock.get(_key(text))
        if usual is not None:
            lacking = usual != text and _lacks_only_marks(text, usual)
            settled.append(Recurring(usual, SAME_LETTERS) if lacking else None)
        else:
            known = [name for name in _names(text) if names[name] > 1]
            settled.append(_nearest(ink, text, stock, known) if doubt else None)
    return settled


def _stock(texts: Sequence[str]) -> dict[str, str]:
    """The cells that recur, by letters and digits; of those with the same ones the commonest."""
    counts = Counter(texts)
    times = Counter(map(_key, texts))
    stock: dict[str, str] = {}
    for text, count in counts.most_common():
        key = _key(text)
        if times[key] >= TIMES and count > 1 and len(_letters(text)) >= SHORTEST:
            stock.setdefault(key, text)
    return stock


def _nearest(ink: str, text: str, stock: dict[str, str], known: Sequence[str]) -> Recurring | None:
    """The recurring cell that the ink is near, if it holds the names ``known`` from elsewhere."""
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
            for recurring in stock.values()
            for letters in [_letters(recurring)]
            if _DIGITS.findall(recurring) == _DIGITS.findall(text)
        ),
        reverse=True,
    )
    if not ranked or ranked[0][0] < NEAR:
        return None
    recurring = _letters(ranked[0][1])
    if any(fuzz.partial_ratio(name, recurring) < 100 * NAME_NEAR for name in known):
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < LEAD:
        return None
    return Recurring(ranked[0][1], round(ranked[0][0], 3))


def _lacks_only_marks(text: str, usual: str) -> bool:
    """Whether ``text`` is ``usual`` less some of its marks, capitals aside."""
    left = iter(usual.casefold().replace(" ", ""))
    return all(ch in left for ch in text.casefold().replace(" ", ""))


def _names(text: str) -> list[str]:
    """The letters of each name of a list, short ones left out."""
    names = (_letters(part) for part in _LIST_MARK.split(text))
    return [name for name in names if len(name) >= SHORTEST]


def _letters(text: str) -> str:
    return "".join(ch for ch in fold(text) if ch.isalpha())


def _key(text: str) -> str:
    return "".join(ch for ch in fold(text) if ch.isalnum())
