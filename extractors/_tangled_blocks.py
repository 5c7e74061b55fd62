"""Pages that OCR read cell by cell: a block of lines a cell, blank lines between them.

Where Tesseract finds the rules of a table it takes each cell for a block of text and reads one
after the other, row by row, from left to right. The lines of such a block belong to one column; on
all other pages a line runs over several cells. Which of the two a page is, its lines tell: they go
on in the line below as sentences do, or they do not.

Costs are in nats, set on tables printed from corpus text (``python -m training.dumps --psm 3``),
never on the documents of raw/.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors._tangled_lines import UNKNOWN, Line
from extractors._tangled_splits import (
    CERTAIN,
    Layout,
    OpenCell,
    gains_of,
    ranked,
    splits_of,
)

FEWEST_BLOCKS = 4
BLOCKS = 0.25  # a line of the page, fewer where its lines read on surely
BARRED = 0.04  # share of its lines with a rule in them: those run over several cells
BESIDE_NUMBER = 2  # tokens: a rule between a row's number and its text says nothing
FEWEST_JOINTS = 3
READS_ON = 3.5  # nats that a line gains, on average, from the one above it
READS_ON_SURELY = 6.0
HEAD = 3  # words of a line that the one above it tells of

# the column that the last line's block stands in, or:
NO_BLOCK = -1  # none yet in this row and page
MIXED = -2  # several: the block was read line by line
NEW_ROW = -3  # that of another row
BLOCK_MIXED = -8.0
BLOCK_AGAIN = -3.0  # a second block of the same cell
BLOCK_BACK = -8.0  # a block of a column left of the one before, in the same row
BLOCK_STACKED = -6.0  # a block that holds two cells, one below the other


class Way(NamedTuple):
    """A way to part a line: ``block`` is the column that the block it stands in goes to."""

    score: float
    cuts: tuple[int, ...]
    margin: float
    block: int


def cell_by_cell(
    lines: Sequence[Line], page_starts: frozenset[int], loose: frozenset[int]
) -> frozenset[int]:
    """The lines of the pages that OCR read cell by cell; ``page_starts`` begin a page, ``loose``
    stand after a blank line. The lines speak the language of running text."""
    found: set[int] = set()
    starts = [at for at in sorted(page_starts) if 0 < at < len(lines)]
    for first, end in pairwise([0, *starts, len(lines)]):
        blocks = 1 + sum(at in loose for at in range(first + 1, end))
        barred = sum(any(line.bars[BESIDE_NUMBER:]) for line in lines[first:end])
        joints = [
            _joint(lines[at - 1], lines[at]) for at in range(first + 1, end) if at not in loose
        ]
        least = READS_ON if blocks >= BLOCKS * (end - first) else READS_ON_SURELY
        if (
            blocks >= FEWEST_BLOCKS
            and barred <= BARRED * (end - first)
            and len(joints) >= FEWEST_JOINTS
            and sum(joints) >= least * len(joints)
        ):
            found.update(range(first, end))
    return frozenset(found)


def _joint(above: Line, below: Line) -> float:
    """How much better the head of a line reads after the line above it than alone (nats)."""
    if not above.tokens or not below.tokens:
        return 0.0
    context = above.pieces(0, UNKNOWN, 0)[-1].context
    head = min(len(below.tokens), HEAD) - 1
    return below.pieces(0, context, 0)[head].score - below.pieces(0, UNKNOWN, 0)[head].score


def parted(
    line: Line, layout: Layout, columns: tuple[OpenCell, ...], index: int, block: int
) -> dict[int, list[Way]]:
    """The ways to part a line over the open cells, best first, by the first token after the
    number; ``block`` is the column of the line before it."""
    if index not in layout.celled:
        return {
            begin: [Way(score, cuts, margin, NO_BLOCK) for (score, cuts), margin in ranked(splits)]
            for begin, splits in splits_of(line, layout, columns, index).items()
        }
    begins = index == 0 or index in layout.loose or index in layout.page_starts
    if index in layout.page_starts or (begins and block == NEW_ROW):
        block = NO_BLOCK
    goes_on = block == MIXED and not begins
    ways = {} if goes_on else _whole(line, layout, columns, index, block, begins)
    if begins or block in (MIXED, NEW_ROW):
        for begin, splits in splits_of(line, layout, columns, index).items():
            ways.setdefault(begin, []).extend(
                Way(score + (0.0 if goes_on else BLOCK_MIXED), cuts, margin, MIXED)
                for (score, cuts), margin in ranked(splits)
            )
    return {begin: sorted(found, reverse=True) for begin, found in ways.items()}


def _whole(
    line: Line,
    layout: Layout,
    columns: tuple[OpenCell, ...],
    index: int,
    block: int,
    begins: bool,
) -> dict[int, list[Way]]:
    """The ways to give the whole line to one column."""
    count = len(line.tokens)
    gains = [
        gains_of(line, position, column, layout, index) for position, column in enumerate(columns)
    ]
    absent = sum(gain[-1][0] for gain in gains)
    found: dict[int, list[Way]] = {}
    for begin in (0, 1) if line.numbered else (0,):
        if begin == count:
            found[begin] = [Way(absent, (begin,) * (len(columns) + 1), CERTAIN, block)]
            continue
        whole = []
        for position, gain in enumerate(gains):
            if len(gain[begin]) > count - begin:  # else wider than the column
                score = absent - gain[-1][0] + gain[begin][count - begin]
                score += _block_cost(position, block, begins, layout)
                cuts = (begin,) * (position + 1) + (count,) * (len(columns) - position)
                whole.append(Way(score, cuts, 0.0, position))
        whole.sort(reverse=True)
        margin = whole[0].score - whole[1].score if len(whole) > 1 else CERTAIN
        found[begin] = [whole[0]._replace(margin=margin), *whole[1:]]
    return found


def _block_cost(column: int, block: int, begins: bool, layout: Layout) -> float:
    """What it costs that a line stands in this column, after one of that ``block``."""
    if column == block and begins:
        return 0.0 if layout.kinds[column + 1] == "mark" else BLOCK_AGAIN
    if column == block or block == NO_BLOCK or (begins and column > block):
        return 0.0
    return BLOCK_BACK if begins else BLOCK_STACKED
