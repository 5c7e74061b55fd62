"""Grids from drawn rules: where a page's level and upright rules enclose cells.

Programs draw a border in many ways: one long line, a piece a cell, two lines side by side, dashes,
thin filled boxes; cells merge where a border is missing. Lines under words touch no other rule and
form no grid. Tables without upright borders at the sides, and tables that a page break leaves open
above or below, are closed where their rules end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

NEAR = 3.0
"""Points within which rules are one rule, and the end of one touches another."""

_GAP = 4.0  # points between dashes
_DRAWN = 0.6  # share of a border that must be drawn to part two cells
_OPEN = 9.0  # points by which rules reach beyond the outermost that crosses them
_LEAST_CELL = 4.0  # points


class Rule(NamedTuple):
    """A level rule at the height ``at``, from x ``first`` to ``last``; an upright one likewise."""

    at: float
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell: 0-based place of its top left corner, and over how many rows and columns it is
    merged.
    """

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class RuledGrid:
    """A grid: the x of its column borders, the y of its row borders, its cells in reading order."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[RuledCell, ...]


def find_grids(level: Iterable[Rule], upright: Iterable[Rule]) -> list[RuledGrid]:
    """The grids that a page's rules draw, from top to bottom."""
    rows, columns = joined_rules(level), joined_rules(upright)
    grids = []
    for some_rows, some_columns in _touching(rows, columns):
        grid = _grid(some_rows, some_columns)
        if grid is not None:
            grids.append(grid)
    return sorted(_outermost(grids), key=lambda grid: (grid.ys[0], grid.xs[0]))


def joined_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces in one line as one rule; rules drawn side by side as one between them."""
    lanes: list[list[Rule]] = []
    for rule in sorted(rules):
        if lanes and rule.at - lanes[-1][-1].at <= NEAR / 2 and rule.at - lanes[-1][0].at <= NEAR:
            lanes[-1].append(rule)
        else:
            lanes.append([rule])
    found = []
    for lane in lanes:
        length = sum(rule.last - rule.first for rule in lane) or 1.0
        at = sum(rule.at * (rule.last - rule.first) for rule in lane) / length
        first, last = None, 0.0
        for rule in sorted(lane, key=lambda rule: rule.first):
            if first is None:
                first, last = rule.first, rule.last
            elif rule.first - last <= _GAP:
                last = max(last, rule.last)
            else:
                found.append(Rule(at, first, last))
                first, last = rule.first, rule.last
        if first is not None:
            found.append(Rule(at, first, last))
    return found


def _touching(rows: Sequence[Rule], columns: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules that touch or cross one another, together."""
    parent = list(range(len(rows) + len(columns)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if (
                column.first - NEAR <= row.at <= column.last + NEAR
                and row.first - NEAR <= column.at <= row.last + NEAR
            ):
                parent[root(i)] = root(len(rows) + j)
    together: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for i, row in enumerate(rows):
        together[root(i)][0].append(row)
    for j, column in enumerate(columns):
        together[root(len(rows) + j)][1].append(column)
    return [group for group in together.values() if group[0] and group[1]]


def _grid(rows: Sequence[Rule], columns: Sequence[Rule]) -> RuledGrid | None:
    """The grid that touching rules draw; None where they enclose less than two cells."""
    rows, columns = _closed(rows, columns)
    xs = _borders(rule.at for rule in columns)
    ys = _borders(rule.at for rule in rows)
    if len(xs) < 2 or len(ys) < 2 or (len(xs) == 2 and len(ys) == 2):
        return None
    beside = _drawn(columns, xs, ys)
    below = _drawn(rows, ys, xs)
    return RuledGrid(tuple(xs), tuple(ys), tuple(_cells(len(ys) - 1, len(xs) - 1, beside, below)))


def _closed(rows: Sequence[Rule], columns: Sequence[Rule]) -> tuple[list[Rule], list[Rule]]:
    """The rules, and borders where a table is open: at its sides, above or below."""
    return (
        [*rows, *_missing(rows, columns)],
        [*columns, *_missing(columns, rows)],
    )


def _missing(drawn: Sequence[Rule], crossing: Sequence[Rule]) -> list[Rule]:
    """Outer borders that are not drawn, though several rules that would end there reach out."""
    first, last = min(rule.at for rule in drawn), max(rule.at for rule in drawn)
    begins = [rule for rule in crossing if rule.first < first - _OPEN]
    ends = [rule for rule in crossing if rule.last > last + _OPEN]
    found = []
    for reaching, place in (
        (begins, min((rule.first for rule in begins), default=0.0)),
        (ends, max((rule.last for rule in ends), default=0.0)),
    ):
        if len(reaching) >= 2:
            places = [rule.at for rule in reaching]
            found.append(Rule(place, min(places), max(places)))
    return found


def _borders(places: Iterable[float]) -> list[float]:
    """Places without those too near to another to enclose a cell."""
    borders: list[list[float]] = []
    for place in sorted(places):
        if borders and place - borders[-1][0] <= _LEAST_CELL:
            borders[-1].append(place)
        else:
            borders.append([place])
    return [sum(group) / len(group) for group in borders]


def _drawn(
    rules: Sequence[Rule], borders: Sequence[float], across: Sequence[float]
) -> list[list[bool]]:
    """For each border and each span between two places across it, whether it is drawn there."""
    found = []
    for border in borders:
        near = [rule for rule in rules if abs(rule.at - border) <= _LEAST_CELL]
        line = []
        for first, last in pairwise(across):
            covered = sum(max(0.0, min(rule.last, last) - max(rule.first, first)) for rule in near)
            line.append(covered >= _DRAWN * (last - first))
        found.append(line)
    return found


def _cells(
    rows: int, columns: int, beside: list[list[bool]], below: list[list[bool]]
) -> Iterable[RuledCell]:
    """Rectangles of slots with no border between them, in reading order."""
    taken = [[False] * columns for _ in range(rows)]
    for row in range(rows):
        for column in range(columns):
            if taken[row][column]:
                continue
            right = column + 1
            while right < columns and not beside[right][row] and not taken[row][right]:
                right += 1
            foot = row + 1
            while foot < rows and _is_open(foot, column, right, beside, below, taken):
                foot += 1
            for r in range(row, foot):
                taken[r][column:right] = [True] * (right - column)
            yield RuledCell(row, column, foot - row, right - column)


def _is_open(
    row: int,
    first: int,
    end: int,
    beside: list[list[bool]],
    below: list[list[bool]],
    taken: list[list[bool]],
) -> bool:
    """Whether the slots of a row belong to the cell above them."""
    return not (
        any(below[row][first:end])
        or any(beside[column][row] for column in range(first + 1, end))
        or any(taken[row][first:end])
    )


def _outermost(grids: Sequence[RuledGrid]) -> list[RuledGrid]:
    """Grids that lie in no other one (a frame drawn within a cell is no table of the page)."""
    return [
        grid
        for grid in grids
        if not any(
            other is not grid
            and other.xs[0] - NEAR <= grid.xs[0]
            and grid.xs[-1] <= other.xs[-1] + NEAR
            and other.ys[0] - NEAR <= grid.ys[0]
            and grid.ys[-1] <= other.ys[-1] + NEAR
            and len(other.cells) > 1
            for other in grids
        )
    ]
