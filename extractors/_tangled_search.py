"""A beam over the printed lines of a run-together table: which of them begin a row, go on in one or
are the title of a group.

Costs are in nats, set on tables printed from corpus text (``python -m training.dumps``), never on
the documents of raw/.
"""

from __future__ import annotations

import gc
import itertools
import math
import operator
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from extractors._tangled_blocks import NEW_ROW, NO_BLOCK, parted
from extractors._tangled_lines import (
    NOISE_DROPPED,
    NOISE_SHRED,
    Line,
    is_blot,
    number_cost,
    read_row_number,
)
from extractors._tangled_splits import (
    CERTAIN,
    FRESH,
    OFF_FREE,
    Layout,
    OpenCell,
    advance,
)
from extractors.tangled import Fragment, Kind, Language, TangledRow

EMPTY_TEXT = -14.0
EMPTY_CELL = -5.0
EMPTY_LEAD = -10.0  # some agency always leads: where partners stand beside, one of them does
EMPTY_PARTNER = -3.0
EMPTY_MARKS = -2.0  # OCR loses crosses
_EMPTY_ALONE: dict[Kind, float] = {"mark": EMPTY_MARKS}
_EMPTY = _EMPTY_ALONE | {"agency": EMPTY_LEAD, "partner": EMPTY_PARTNER}
OFF_CENTRE = -1.6
OFF_CENTRE_BROKEN = -0.3
CELL_OFF = -2.5  # each line that a cell stands off its place in the row
CELL_END = 0.35  # weight of how likely a text ends where its cell does
LIST_END = 0.6  # ... and a list of names, a time, a target
GROUP_ROW = -1.0
GROUP_LINE = -2.0
NUMBER_BLOT = -1.0
WITHIN = 16.0  # hypotheses this much worse than the best are dropped
WITHIN_ROW = 12.0  # ... where the rows are settled: partings of one are not so far apart
FOREMOST = 2  # hypotheses with the same rows that are kept before others
_PRINTED_NUMBER = re.compile(r"\d{1,3}[.)]?")

_score = operator.itemgetter(0)


class _Step(NamedTuple):
    line: int
    new: bool  # the line begins a row
    group: bool
    number: int | None  # the row number, where this line prints it
    cuts: tuple[int, ...]
    margin: float


class _Hypothesis(NamedTuple):
    score: float
    columns: tuple[OpenCell, ...]
    row_line: int  # first line of the open row, -1 before any
    number_line: int  # line of its number, -1 while unseen
    number: int  # number of the open row
    group: bool  # the open row is a group row
    restarts: bool  # numbers begin again at 1 after a group row
    other: int  # the other number the open row may have (0: none)
    block: int  # column of the last block of a page read cell by cell; see _tangled_blocks
    parent: _Hypothesis | None
    step: _Step | None


@dataclass(frozen=True, slots=True)
class Effort:
    """How many hypotheses a search keeps, how many of them may have the same rows, and how far
    they may be behind the best (nats)."""

    beam: int
    alike: int
    within: float = WITHIN


ROW_LOOK = Effort(beam=100, alike=100, within=WITHIN_ROW)  # of one row
PARTINGS = 60  # of a row that are weighed against each other


class Parting(NamedTuple):
    """One way to part the lines of a row, and its ``score``.

    ``whole`` where the row's lines were printed and read one below the other: neither does a page
    begin within it nor has OCR read the rest of a page column by column.
    """

    score: float
    row: TangledRow
    whole: bool


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles: a third of the time would go into it, and there are none.

    What is left is frozen, or the first search afterwards would walk through all of it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


@_uncollected()
def partings(row: TangledRow, lines: Sequence[Line], layout: Layout) -> list[Parting]:
    """The best ways to read a row's lines as this one row, best first; no two have equal cells."""
    number = int(re.sub(r"\D", "", row.cells[0][0].text) or 1)
    start = _Hypothesis(0.0, (), -1, -1, number - 1, False, False, 0, NO_BLOCK, None, None)
    beam = [start]
    for index in range(row.first_line, row.last_line + 1):
        line = lines[index]
        ways = _Ways(ROW_LOOK)
        if index == row.first_line:
            _begin_row(ways, start, 0.0, index, line, _openings(line, layout, index))
        else:
            for before in beam:
                _continue_row(ways, before, index, line, layout)
        beam = _followed(ways, line)
    end = row.last_line + 1
    languages = lines[row.last_line].languages
    within = range(row.first_line + 1, end)
    whole = not any(index in layout.page_starts or index in layout.loose for index in within)
    ranked = sorted(
        ((h.score + _close_cost(h, end, layout, languages), h) for h in beam),
        key=_score,
        reverse=True,
    )
    found: dict[tuple[str, ...], Parting] = {}
    for score, hypothesis in ranked:
        read = _trace(hypothesis, lines, layout)[0]
        texts = tuple("\n".join(fragment.text for fragment in cell) for cell in read.cells)
        if texts not in found:
            found[texts] = Parting(score, read, whole)
            if len(found) == PARTINGS:
                break
    return list(found.values())


@_uncollected()
def search(
    lines: Sequence[Line], layout: Layout, effort: Effort
) -> tuple[float, tuple[TangledRow, ...]]:
    beam = [_Hypothesis(0.0, (), -1, -1, 0, False, True, 0, NO_BLOCK, None, None)]
    for index, line in enumerate(lines):
        beam = _followed(_grow(beam, index, line, layout, effort), line)
    score, winner = max(
        ((h.score + _close_cost(h, len(lines), layout, lines[-1].languages), h) for h in beam),
        key=lambda item: item[0],
    )
    return score, _trace(winner, lines, layout)


class _Ways:
    """Ways to read the lines so far, of those with one outlook the best; none is far behind."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self.best = -math.inf
        self.by_outlook: dict[tuple[object, ...], _Hypothesis] = {}

    def add(self, way: _Hypothesis) -> None:
        key = (_outlook(way.columns), *way[2:9])
        known = self.by_outlook.get(key)
        if known is None or way.score > known.score:
            self.by_outlook[key] = way
            self.best = max(self.best, way.score)

    def lags(self, score: float) -> bool:
        """Whether a way that scores no more will not be followed."""
        return score < self.best - self.effort.within


def _followed(ways: _Ways, line: Line) -> list[_Hypothesis]:
    """The ways to read up to this line that are followed."""
    line.gains.clear()
    line.splits.clear()
    return _prune(ways.by_outlook.values(), ways.effort)


def _outlook(columns: tuple[OpenCell, ...]) -> tuple[object, ...]:
    """What of the open cells matters for the lines to come."""
    return tuple(
        (c.context, c.lines > 0, c.gap, c.width // 8, c.closed, c.halted, c.first, c.last, c.step)
        for c in columns
    )


def _prune(hypotheses: Iterable[_Hypothesis], effort: Effort) -> list[_Hypothesis]:
    """The best hypotheses, few of them with the same rows, so that other rows stay in play.

    A row just begun has paid for the end of the one before: first the best few with each rows.
    """
    foremost: list[_Hypothesis] = []
    others: list[_Hypothesis] = []
    alike: Counter[tuple[int, int, int, bool]] = Counter()
    ranked = sorted(hypotheses, key=_score, reverse=True)
    least = ranked[0].score - effort.within
    for hypothesis in ranked:
        rows = (
            hypothesis.row_line,
            hypothesis.number_line,
            hypothesis.number,
            hypothesis.group,
        )
        if hypothesis.score < least:
            break
        alike[rows] += 1
        if alike[rows] <= FOREMOST:
            foremost.append(hypothesis)
        elif alike[rows] <= effort.alike:
            others.append(hypothesis)
    return [*foremost, *others][: effort.beam]


def _grow(
    beam: Sequence[_Hypothesis], index: int, line: Line, layout: Layout, effort: Effort
) -> _Ways:
    """The ways to read the next line after each hypothesis of the beam."""
    ways = _Ways(effort)
    openings = _openings(line, layout, index)
    for hypothesis in beam:
        closed = hypothesis.score
        if hypothesis.row_line >= 0:
            closed += _close_cost(hypothesis, index, layout, line.languages)
            if hypothesis.group:
                _continue_group(ways, hypothesis, index, line)
            else:
                _continue_row(ways, hypothesis, index, line, layout)
        _begin_row(ways, hypothesis, closed, index, line, openings)
        if line.code is not None and line.code[1] < len(line.tokens):
            ways.add(_begin_group(hypothesis._replace(score=closed), index, line, *line.code[1:]))
    return ways


def _begin_group(
    before: _Hypothesis, index: int, line: Line, used: int, cost: float
) -> _Hypothesis:
    count = len(line.tokens)
    piece = line.pieces(0, (), used)[-1]
    return before._replace(
        score=before.score + GROUP_ROW + cost + piece.score,
        columns=(OpenCell(piece.context, 1, 0, line.width(used, count), False),),
        row_line=index,
        number_line=-1,
        group=True,
        other=0,
        block=NO_BLOCK,
        parent=before,
        step=_Step(index, True, True, None, (used, count), CERTAIN),
    )


def _continue_group(ways: _Ways, before: _Hypothesis, index: int, line: Line) -> None:
    """A group title may take more lines; they go on in lower case."""
    title = before.columns[0]
    words = [t for t in line.tokens if sum(ch.isalnum() for ch in t.text) > 1]
    if not words or not words[0].text[:1].islower() or title.lines >= 4:
        return
    count = len(line.tokens)
    piece = line.pieces(0, title.context, 0)[-1]
    way = before._replace(
        score=before.score + piece.score + GROUP_LINE,
        columns=(OpenCell(piece.context, title.lines + 1, 0, line.width(0, count), False),),
        parent=before,
        step=_Step(index, False, True, None, (0, count), CERTAIN),
    )
    ways.add(way)


class _Opening(NamedTuple):
    """A way to split the first line of a row, whatever stood before it."""

    score: float
    out_of_place: float  # see advance
    cuts: tuple[int, ...]
    margin: float
    columns: tuple[OpenCell, ...]
    block: int


def _openings(line: Line, layout: Layout, index: int) -> dict[int, list[_Opening]]:
    """The best of these ways, by the first token after the number."""
    fresh = (FRESH,) * (len(layout.kinds) - 1)
    found: dict[int, list[_Opening]] = {}
    for begin, ways in parted(line, layout, fresh, index, NEW_ROW).items():
        if begin == len(line.tokens) and index not in layout.celled:
            continue  # a number alone stands in the middle of a row
        found[begin] = []
        for score, cuts, margin, block in ways:
            columns, out_of_place = advance(fresh, line, cuts, index)
            found[begin].append(_Opening(score, out_of_place, cuts, margin, columns, block))
    return found


def _begin_row(
    ways: _Ways,
    before: _Hypothesis,
    closed: float,
    index: int,
    line: Line,
    openings: dict[int, list[_Opening]],
) -> None:
    """Rows that begin at the line, where the one ``before`` ends with the score ``closed``."""
    number, other = before.number + 1, 0
    if before.group:
        number, other = (1, number) if before.restarts else (number, 1)
    options: list[tuple[int, int | None, float]] = [(0, None, 0.0)]
    if 1 in openings:
        read = number_cost(line.tokens[0].text, (number, other))
        if read is not None:
            options.append((1, *read))
        elif len(line.tokens) == 1:  # the number's block, unreadable
            options.append((1, None, NUMBER_BLOT))
    for begin, seen, cost in options:
        for score, out_of_place, cuts, margin, columns, block in openings.get(begin, ()):
            if ways.lags(closed + cost + score):
                break
            way = _Hypothesis(
                score=closed + cost + score + out_of_place,
                columns=columns,
                row_line=index,
                number_line=-1 if seen is None else index,
                number=number if seen is None else seen,
                group=False,
                restarts=before.restarts if seen is None or other == 0 else seen == 1,
                other=other if seen is None else 0,
                block=block,
                parent=before,
                step=_Step(index, True, False, seen, cuts, margin),
            )
            ways.add(way)


def _continue_row(ways: _Ways, before: _Hypothesis, index: int, line: Line, layout: Layout) -> None:
    splits = parted(line, layout, before.columns, index, before.block)
    options: list[tuple[int, int | None, float]] = [(0, None, 0.0)]
    if before.number_line < 0 and line.tokens:
        first = line.tokens[0].text
        read = number_cost(first, (before.number, before.other))
        if read is not None:
            options.append((1, *read))
        elif is_blot(first):
            options.append((1, None, NUMBER_BLOT))
    for begin, seen, cost in options:
        for gain, cuts, margin, block in splits.get(begin, []):
            score = before.score + cost + gain
            if ways.lags(score):
                break
            columns, out_of_place = advance(before.columns, line, cuts, index)
            way = _Hypothesis(
                score=score + out_of_place,
                columns=columns,
                row_line=before.row_line,
                number_line=before.number_line if seen is None else index,
                number=before.number if seen is None else seen,
                group=before.group,
                restarts=before.restarts if seen is None or before.other == 0 else seen == 1,
                other=before.other if seen is None else 0,
                block=block,
                parent=before,
                step=_Step(index, False, False, seen, cuts, margin),
            )
            ways.add(way)


def _close_cost(
    hypothesis: _Hypothesis, end: int, layout: Layout, languages: tuple[Language, ...]
) -> float:
    """Cost of ending the open row before line ``end``."""
    if hypothesis.group:
        return 0.0
    cost = 0.0
    empty = _EMPTY if "partner" in layout.kinds else _EMPTY_ALONE
    for position, (kind, column) in enumerate(
        zip(layout.kinds[1:], hypothesis.columns, strict=True)
    ):
        if column.lines == 0:
            cost += EMPTY_TEXT if position == 0 else empty.get(kind, EMPTY_CELL)
        elif kind != "text":
            cost += LIST_END * languages[position + 1](column.context)["</s>"]
        elif not column.closed:
            cost += CELL_END * languages[position + 1](column.context)["</s>"]
    last_lines = _last_lines(hypothesis, end, layout)
    return cost + max(_place_cost(hypothesis, last, layout) for last in last_lines)


def _last_lines(hypothesis: _Hypothesis, end: int, layout: Layout) -> list[int]:
    """The lines that the open row may have ended on as it was printed.

    After a blank line OCR has often read what was left of the columns beside the first text: more
    lines than the row has.
    """
    after = max(hypothesis.columns[0].last, hypothesis.row_line) + 1
    return [end - 1, *(line - 1 for line in range(after, end) if line in layout.loose)]


def _place_cost(hypothesis: _Hypothesis, last: int, layout: Layout) -> float:
    """What it costs where the number and the cells stand, in a row to line ``last``."""
    cost = _number_cost(hypothesis, last, layout)
    first = hypothesis.row_line
    if last not in layout.celled and not any(first < at <= last for at in layout.page_starts):
        for column in hypothesis.columns:
            if column.lines:
                off = off_place(column.first, min(column.last, last), first, last, layout)
                cost += CELL_OFF * min(off, 5)
    return cost


def off_place(first: int, last: int, row_first: int, row_last: int, layout: Layout) -> float:
    """How many lines a cell stands off where the table's alignment puts it in its row."""
    if layout.alignment == "top":
        return float(first - row_first)
    return max(abs(first + last - row_first - row_last) / 2 - OFF_FREE, 0.0)


def _number_cost(hypothesis: _Hypothesis, last: int, layout: Layout) -> float:
    """A row's number stands at its first line or in its middle, as the table is aligned."""
    if hypothesis.number_line < 0:
        return layout.no_number
    first = hypothesis.row_line
    if last in layout.celled:
        return 0.0
    breaks = [p for p in layout.page_starts if first < p <= last]
    off = off_place(hypothesis.number_line, hypothesis.number_line, first, last, layout)
    return (OFF_CENTRE_BROKEN if breaks else OFF_CENTRE) * min(off, 6)


def _trace(winner: _Hypothesis, lines: Sequence[Line], layout: Layout) -> tuple[TangledRow, ...]:
    path: list[_Hypothesis] = []
    node: _Hypothesis | None = winner
    while node is not None and node.step is not None:
        path.append(node)
        node = node.parent
    rows: list[TangledRow] = []
    open_: list[_Hypothesis] = []
    for node in reversed(path):
        assert node.step is not None
        if node.step.new and open_:
            rows.append(_row(open_, lines, layout))
            open_ = []
        open_.append(node)
    if open_:
        rows.append(_row(open_, lines, layout))
    return tuple(rows)


def _printed_number(node: _Hypothesis, lines: Sequence[Line]) -> str:
    """The row's number as printed ("1.", "09") where it was read whole, else in digits."""
    if node.number_line >= 0:
        printed = lines[node.number_line].tokens[0].text
        if _PRINTED_NUMBER.fullmatch(printed) and int(printed.strip(".)")) == node.number:
            return printed
    return str(node.number)


def _number_read(node: _Hypothesis, lines: Sequence[Line]) -> bool:
    return read_row_number(lines[node.number_line].tokens[0].text) == node.number


def _row(path: Sequence[_Hypothesis], lines: Sequence[Line], layout: Layout) -> TangledRow:
    """One row from the hypotheses that read its lines."""
    last = path[-1]
    steps = [node.step for node in path if node.step is not None]
    kinds = ("text",) if last.group else layout.kinds[1:]
    before: tuple[OpenCell, ...] = (FRESH,) * len(kinds)
    cells: list[list[Fragment]] = [[] for _ in range(len(kinds) + 1)]
    for node, step in zip(path, steps, strict=True):
        line = lines[step.line]
        if last.group and step.new:
            assert line.code is not None
            cells[0].append(Fragment(line.code[0], step.line, step.margin))
        for column, (first, end) in enumerate(itertools.pairwise(step.cuts)):
            if end > first:
                language = 0 if last.group else column + 1
                piece = line.pieces(language, before[column].context, first)[end - first - 1]
                kept = [
                    line.tokens[i].text
                    for i in range(first, end)
                    if not piece.is_noise(i)
                    or line.noise[i] < NOISE_DROPPED
                    or (line.noise[i] == NOISE_SHRED and kinds[column] == "text" and i < piece.last)
                ]
                if kept:
                    cells[column + 1].append(
                        Fragment(
                            " ".join(kept),
                            step.line,
                            step.margin,
                            max(piece.first, first),
                            piece.score / (end - first),
                            piece.context,
                        )
                    )
        before = node.columns
    if not last.group:
        at = last.number_line if last.number_line >= 0 else last.row_line
        margin = CERTAIN if last.number_line >= 0 else 0.0
        cells[0].append(Fragment(_printed_number(last, lines), at, margin))
    return TangledRow(
        tuple(tuple(cell) for cell in cells),
        steps[0].line,
        steps[-1].line,
        last.group,
        last.group or (last.number_line >= 0 and _number_read(last, lines)),
    )
