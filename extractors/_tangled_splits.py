"""The ways to part one printed line over the open cells of a row, by how the pieces read and look.

Costs are in nats, set on tables printed from corpus text (``python -m training.dumps``), never on
the documents of raw/.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractors._tangled_lines import Line, Split
from extractors.tangled import Alignment, Context, Kind

LOWER_START = -4.0
UPPER_INSIDE = -0.7
LOWER_AFTER_END = -2.0  # after a full stop
UPPER_AFTER_END = -1.0  # at the head of a line, after one
CLAUSE_RARE = -4.0  # ... in a table whose cells hold one clause each
RESUME_NEXT = -1.0  # a centred cell stands half a line off its row, and seems to skip a line
RESUME_TOP = -4.0  # a cell aligned at the top does not
RESUME_LATER = -5.0
OUT_OF_STEP = -1.5  # a cell goes on beside a line of the text, and then between two of them
STRAY_INK = -1.0  # shreds between two neighbouring fragments, where no other cell stands
MARKS_AGAIN = -6.0  # a row has its marks on one line
MARKS_PARTED = -2.0  # ... which OCR may have read as two
NO_NUMBER = -6.0
PLACE = -1.5  # each line off the place that an earlier reading of the rows gives a cell
OFF_FREE = 0.5
SLACK = -0.30
OVERWIDE = -0.8
SLACK_FREE = 0.12
SLACK_MOST = -6.0
CERTAIN = 20.0
WIDEST = 1.6  # fragments wider than so many column widths are not considered
BEHIND = 20.0  # nats: splits of a line so much worse than its best are not weighed
SPLITS = 10
_SENTENCE_END = tuple(".!?")
CLAUSE_END = (*_SENTENCE_END, ";")

_score = operator.itemgetter(0)


class OpenCell(NamedTuple):
    """State of one open cell."""

    context: Context  # the last words read
    lines: int  # fragments so far
    gap: int  # lines passed without a fragment since
    width: int  # characters of the last fragment
    closed: bool  # the last fragment ended a sentence
    first: int = -1  # line of the first fragment
    last: int = -1  # line of the last fragment
    halted: bool = False  # the last fragment ended with a semicolon
    step: int = 0  # it stood beside a line of the text (1) or between two (2), 0: not known


FRESH = OpenCell((), 0, 0, 0, False)

_STEP = OpenCell._fields.index("step")  # what follows is not asked when a line is split


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of a table: kinds of its columns, their width in characters (0: not known yet), and
    the most characters that a line of each may take where its width is not known (0: any number).
    """

    kinds: tuple[Kind, ...]
    widths: tuple[float, ...]
    rooms: tuple[float, ...] = ()
    alignment: Alignment = "middle"
    page_starts: frozenset[int] = frozenset()  # lines that begin a page
    # lines after a blank one, where OCR may read the rest of the page column by column
    loose: frozenset[int] = frozenset()
    # lines of pages that OCR read cell by cell
    celled: frozenset[int] = frozenset()
    # first and last line of the row that an earlier reading gave each line; none where it
    # goes over a page
    spans: tuple[tuple[int, int] | None, ...] = ()
    no_number: float = NO_NUMBER  # cost of a row whose number was lost
    next_clause: float = UPPER_AFTER_END  # cost of a line that begins another in a cell of text


def ranked(splits: list[Split]) -> list[tuple[Split, float]]:
    """The best splits, each with the margin of the best over the next that differs."""
    if not splits:
        return []
    margin = splits[0][0] - splits[1][0] if len(splits) > 1 else CERTAIN
    return [(split, margin if rank == 0 else 0.0) for rank, split in enumerate(splits)]


def splits_of(
    line: Line, layout: Layout, columns: tuple[OpenCell, ...], index: int
) -> dict[int, list[Split]]:
    """Best splits of the line over the text columns, by the first token after the number."""
    key = tuple(column[:_STEP] for column in columns)
    known = line.splits.get(key)
    if known is None:
        count = len(line.tokens)
        gains = [
            gains_of(line, position, column, layout, index)
            for position, column in enumerate(columns)
        ]
        words = line.words if line.words[-1] < count else ()
        known = line.splits[key] = {
            begin: best_splits(begin, count, gains, words)
            for begin in ((0, 1) if line.numbered else (0,))
        }
    return known


def best_splits(
    begin: int, count: int, gains: Sequence[list[list[float]]], words: Sequence[int] = ()
) -> list[Split]:
    """Best splits of tokens ``begin:count``; ``gains[column][first][end - first]``.

    Of splits that differ only in where stray ink stands the best one is kept; ``words`` are the
    tokens before each that are no such ink, none where a line is free of it.
    """
    # ahead[p]: the most that the columns to come can gain from token p on; a way that is far
    # behind even so is not followed
    ahead = [
        row[-1] if len(row) == count - first + 1 else -math.inf
        for first, row in enumerate(gains[-1])
    ]
    bounds = [ahead]
    for column in gains[-2::-1]:
        ahead = [max(map(operator.add, row, ahead[first:])) for first, row in enumerate(column)]
        bounds.append(ahead)
    bounds.reverse()
    least = bounds[0][begin] - BEHIND
    if least == -math.inf:
        return []
    # at[p]: best splits so far whose next unread token is p
    at: dict[int, list[Split]] = {begin: [(0.0, (begin,))]}
    for column, ahead in zip(gains[:-1], bounds[1:], strict=True):
        reached: dict[int, list[Split]] = {}
        for first, partial in at.items():
            most = least - partial[0][0]
            for end, gain in enumerate(column[first], first):
                if gain + ahead[end] >= most:
                    bucket = reached.setdefault(end, [])
                    enough = least - gain - ahead[end]
                    for score, cuts in partial:
                        if score < enough:
                            break
                        bucket.append((score + gain, (*cuts, end)))
        # rounding may leave a bucket without a way, where one is just as far behind as allowed
        at = {end: _differing(bucket, words) for end, bucket in reached.items() if bucket}
    finished = [
        (score + gains[-1][first][-1], (*cuts, count))
        for first, partial in at.items()
        for score, cuts in partial
    ]
    return _differing(finished, words)


def _differing(splits: list[Split], words: Sequence[int]) -> list[Split]:
    """The best of the splits that part the words differently."""
    splits.sort(key=_score, reverse=True)
    if len(splits) < 2 or not words:
        return splits[:SPLITS]
    kept: dict[tuple[int, ...], Split] = {}
    for split in splits:
        parting = tuple([words[cut] for cut in split[1]])
        if parting not in kept:
            kept[parting] = split
            if len(kept) == SPLITS:
                break
    return list(kept.values())


def _place_costs(column: OpenCell, index: int, layout: Layout) -> tuple[float, float]:
    """Cost of an empty fragment and of one that is not, by where the cell should stand.

    Where an earlier reading tells the rows, a cell is expected as far from its row's last line as
    from the first (or at the first, as the table is aligned).
    """
    span = layout.spans[index] if layout.spans else None
    if span is None:
        return 0.0, 0.0
    row_first, row_last = span
    if layout.alignment == "top":
        return 0.0, PLACE * (index - row_first) if column.lines == 0 else 0.0
    if column.lines == 0:
        below = index - (row_first + row_last) / 2 - OFF_FREE
        return 0.0, PLACE * below if below > 0 else 0.0
    ends = row_first + row_last - column.first
    if index <= ends:
        return PLACE / 2 if index <= ends - 1 else 0.0, 0.0
    return 0.0, PLACE * min(index - ends, 3)


def gains_of(
    line: Line, position: int, column: OpenCell, layout: Layout, index: int
) -> list[list[float]]:
    """Score of giving tokens ``first:end`` to the column, as ``[first][end - first]``."""
    key = (position, column[:_STEP])
    known = line.gains.get(key)
    if known is not None:
        return known
    kind, limit = layout.kinds[position + 1], layout.widths[position + 1]
    count = len(line.tokens)
    room = limit or (layout.rooms[position + 1] if layout.rooms else 0.0)
    widest = (1 + SLACK_FREE) * room + 1 if room else 0.0
    absent, present = _place_costs(column, index, layout)
    if kind == "mark" and column.lines:
        present += MARKS_AGAIN if index > column.last + 1 else MARKS_PARTED
    gains: list[list[float]] = []
    # the first column begins where the row number ends
    for first in range(count if position else min(count, 2)):
        row = [absent]
        # and may take the whole line, so that every line has a split
        most = WIDEST * widest if widest and position else math.inf
        pieces = line.pieces(position + 1, column.context, first, most)
        begin, begun = 0.0, -1
        for piece in pieces:
            if piece.first < 0:
                row.append(piece.score + absent)
                continue
            if piece.first != begun:
                begun = piece.first
                begin = _begin_cost(line, begun, column, position, layout, index) + present
            over = line.width(begun, piece.last + 1) - widest if room else 0.0
            row.append(piece.score + begin + (OVERWIDE * over if over > 0 else 0.0))
        gains.append(row)
    gains.append([absent])
    line.gains[key] = gains
    return gains


def initial_of(token: str) -> str:
    """The first letter of a token behind brackets, quotation marks and marks of lists."""
    return token.lstrip("“\"'‘(-*+")[:1]


def _begin_cost(
    line: Line, first: int, column: OpenCell, position: int, layout: Layout, index: int
) -> float:
    """What the look of a fragment's first token says, apart from its words."""
    kind, limit = layout.kinds[position + 1], layout.widths[position + 1]
    token = line.tokens[first]
    cost = line.bar_at_split if line.bars[first] else 0.0
    initial = initial_of(token.text)
    if column.lines == 0:
        return cost + (LOWER_START if initial.islower() and kind != "mark" else 0.0)
    if column.gap and index not in layout.loose:
        resume = RESUME_NEXT if layout.alignment == "middle" else RESUME_TOP
        cost += resume if column.gap == 1 else RESUME_LATER
    if kind == "text" and initial.isupper() and not column.closed:
        cost += layout.next_clause if column.halted else UPPER_INSIDE
    if column.closed:
        learned = kind == "text" and initial.isupper()  # no figure
        further = layout.next_clause if learned else UPPER_AFTER_END
        cost += LOWER_AFTER_END if initial.islower() else further
    if limit:
        # a cell fills its line before it wraps: the next word would have fitted
        slack = limit - column.width - 1 - len(token.text) - SLACK_FREE * limit
        cost += max(SLACK * slack, SLACK_MOST) if slack > 0 else 0.0
    return cost


def advance(
    columns: tuple[OpenCell, ...], line: Line, cuts: tuple[int, ...], index: int
) -> tuple[tuple[OpenCell, ...], float]:
    """Column states after the line, and what it costs that ink and cells are out of place."""
    after: list[OpenCell] = []
    cost = 0.0
    reach = cuts[0]  # first token after the last fragment
    room = True  # a cell without a fragment here may have left ink since
    step = 0
    for position, column in enumerate(columns, 1):
        first, end = cuts[position - 1], cuts[position]
        piece = (
            line.pieces(position, column.context, first)[end - first - 1] if end > first else None
        )
        if piece is None or piece.first < 0:
            # a line of two or three marks is what OCR makes of ink between two printed lines
            passed = column.lines > 0 and len(line.tokens) > 3
            longer = passed and column.gap < 2
            after.append(column._replace(gap=column.gap + 1) if longer else column)
            if column.lines == 0 or column.gap == 0:
                room = True
                if position == 1 and column.lines and not column.closed:
                    step = 2
            continue
        if not room and line.ink[piece.first] > line.ink[reach]:
            cost += STRAY_INK
        reach = piece.last + 1
        room = False
        here = step
        if position == 1:
            here, step = 0, 1
        elif column.step and here and column.step != here:
            cost += OUT_OF_STEP
        ended = line.tokens[piece.last].text.endswith(_SENTENCE_END)
        after.append(
            OpenCell(
                piece.context,
                column.lines + 1,
                0,
                column.width
                if line.shredded and column.lines
                else line.width(piece.first, piece.last + 1),
                ended,
                column.first if column.lines else index,
                index,
                line.tokens[piece.last].text.endswith(";"),
                here or column.step,
            )
        )
    return tuple(after), cost
