"""What a column says again and again decides its doubtful cells.

The columns of a plan repeat a few cells ("Các sở, ban, ngành; UBND các xã, phường, đặc khu", "Báo
cáo thực hiện") many times, and OCR damages each time differently: a doubtful cell whose ink is near
one of them, and nearer than to any other, is read as that one. Commas and capitals are what OCR
loses first: a cell that lacks but those is the recurring one; a mark that was read stays.

Cells in free words ("Báo cáo thực hiện", "Năm 2026-2030") are weighed as a noisy channel: what the
ink costs as a wording that recurs in the column, a shred beside it passed over, against what it
costs as the reading so far. Figures are never changed.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from normalizers._cell_search import DELETE, INSERT, LETTER, SUBSTITUTE, Costs
from normalizers.folding import fold, ink

TIMES = 3  # a cell read so many times alike is one that recurs
NEAR = 0.72  # share of letters that ink and recurring cell must have in common
LEAD = 0.06  # and so much more than with any other recurring cell
NAME_NEAR = 0.7  # share of letters of a name of the cell that the recurring one must show
SAME_LETTERS = 0.95  # nearness of a cell that differs in commas and capitals only
SHORTEST = 6  # letters; shorter cells are too easily alike

WORTH = 2.0  # wrong letters more that a recurring wording may have than the reading so far, or
WORTH_A_LETTER = 0.2  # so many a letter of its own: that a long text is a new one is unlikely
FIT = 0.25  # wrong letters a letter that it may have, shreds aside
APART = 1.0  # and so many less than any other recurring wording
SHRED = 1.2  # wrong letters that a shred counts as
SHREDS = 2  # words of the ink that may be none of the wording's
LONGEST_SHRED = 3  # letters of such a word
ALIKE_FIGURE = 30  # hundredths of a wrong letter that a figure costs which is read for a letter
ALIKE = 55.0  # per cent of likeness from which a wording is weighed

_NEVER = 100 * LETTER
_LIST_MARK = re.compile(r"[;,]| và ")
_FIGURE = re.compile(r"\d|^[IVXl|]+$")
_ROMAN = re.compile(r"\b[IVX]+\b")
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
    for seen, text, doubt in zip(printed, texts, doubtful, strict=True):
        usual = stock.get(_key(text))
        if usual is not None:
            lacking = usual != text and _lacks_only_marks(text, usual)
            settled.append(Recurring(usual, SAME_LETTERS) if lacking else None)
        else:
            known = [name for name in _names(text) if names[name] > 1]
            settled.append(_nearest(seen, text, stock, known) if doubt else None)
    return settled


def recalled(
    printed: Sequence[str], texts: Sequence[str], doubtful: Sequence[bool]
) -> list[Recurring | None]:
    """For each cell of a column of short texts the recurring wording it is, None to leave it.

    Takes what :func:`settle` takes; ``nearness`` is the share of the wording's letters that the
    ink shows.
    """
    times = Counter(texts)
    sure = dict.fromkeys(itertools.compress(texts, (not doubt for doubt in doubtful)))
    stock = [
        text for text in times if times[text] >= TIMES and text in sure and not _ROMAN.search(text)
    ]
    keys = {*map(_key, stock)}
    return [
        _recalled(seen, text, stock) if doubt and _key(text) not in keys else None
        for seen, text, doubt in zip(printed, texts, doubtful, strict=True)
    ]


def _recalled(printed: str, text: str, stock: Sequence[str]) -> Recurring | None:
    seen = _key(printed)
    near = [usual for usual in stock if fuzz.partial_ratio(_key(usual), seen) >= ALIKE]
    costs = sorted((*_cost(printed, usual), usual) for usual in near)
    if not costs:
        return None
    cost, wrong, usual = costs[0]
    letters = len(_key(usual))
    if wrong > FIT * letters or (len(costs) > 1 and costs[1][0] - cost < APART):
        return None
    if cost > _cost(printed, text)[0] + max(WORTH, WORTH_A_LETTER * letters):
        return None
    return Recurring(usual, round(1.0 - wrong / letters, 3))


def _cost(printed: str, text: str) -> tuple[float, float]:
    """Wrong letters of the ink if it prints a text, with what shreds cost and without."""
    wanted = np.array([ord(letter) for letter in _key(text)], dtype=np.intp)
    figures = (wanted >= ord("0")) & (wanted <= ord("9"))
    lost = np.concatenate(([0], np.cumsum(np.where(figures, _NEVER, INSERT[wanted]))))
    ways = [lost] + [np.full(len(lost), _NEVER)] * SHREDS  # by shreds passed over
    for word in printed.split():
        read = [min(ord(letter), 127) for letter in _key(ink(word))]
        before = ways
        number = not any(map(str.isalpha, word))
        for code in read:
            digit = ord("0") <= code <= ord("9")
            gone = _NEVER if digit and (number or figures.any()) else int(DELETE[code])
            swap = np.where(figures, np.where(wanted == code, 0, _NEVER), SUBSTITUTE[wanted, code])
            if number:  # figures are letters only where these are misread so
                swap = np.where(swap > ALIKE_FIGURE, _NEVER, swap)
            ways = [_read(way, gone, swap, lost) for way in ways]
        if len(read) <= LONGEST_SHRED and not _FIGURE.search(word):
            passed = [np.minimum(way, old) for way, old in zip(ways[1:], before, strict=False)]
            ways = [ways[0], *passed]
    ends = [(float(way[-1]) / LETTER, count) for count, way in enumerate(ways)]
    return min((wrong + SHRED * count, wrong) for wrong, count in ends)


def _read(way: Costs, gone: int, swap: Costs, lost: Costs) -> Costs:
    """What it costs to have explained one more character, with each number of letters."""
    grown = way + gone
    grown[1:] = np.minimum(grown[1:], way[:-1] + swap)
    return np.asarray(np.minimum.accumulate(grown - lost) + lost)


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


def _nearest(
    printed: str, text: str, stock: dict[str, str], known: Sequence[str]
) -> Recurring | None:
    """The recurring cell that the ink is near, if it holds the names ``known`` from elsewhere."""
    seen, read = _letters(printed), _letters(text)
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
