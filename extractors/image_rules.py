"""The drawn rules in a page image, and the grids they form.

Lengths are inches or pixels as named; images are straightened grey arrays (see
``extractors.straighten``). Rules may be faint, broken or slightly bent; text may touch them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from extractors.straighten import Grey

_THICKEST = 0.045  # inches: a dark band thicker than this is no rule
_SHORTEST = (0.42, 0.28)  # inches of level and upright rules: serifs join, letters stand 0.14 high
_ALONE = 0.8  # inches: a rule outside of tables is no shorter
_NEAR = 0.045  # inches within which rules are one rule, and ends touch
_GAP = 0.25  # inches that may be missing within a rule
_BREAK = 0.08  # inches that may be missing before a shorter piece at a rule's end
_CONTRAST = 45  # levels by which a rule is darker than the paper on both of its sides
_FAINT = 20  # the same along a border that other borders lead one to expect
_THICK_INK = 100  # darker than this, and no thin stroke: ink that may hide a rule
_COVERED = 0.6  # of a cell's side must be drawn for the side to part two cells
_OPEN_WIDTH, _OPEN_HEIGHT = 3.0, 4.0  # inches of a table without upright rules, of a row of it
_OPEN_ROWS = 3  # rows of such a table at least
_OPEN_GAP = 0.09  # inches of white between its columns
_OPEN_SHARE = 0.21  # of its rows may run on over a border between columns (group rows)
_END = 0.05  # inches at either end of a side that must be drawn too
_LETTER = 140  # darker than this is a letter's ink
_PALER = 30  # levels
_AMONG_LETTERS = 0.3  # of a rule outside of grids: more letters at it, and it is none
_TABLE = 0.6  # inches: no table is narrower or lower


@dataclass(frozen=True, slots=True)
class Segment:
    """A drawn rule: its y (level) or x (upright) ``at``, and its ends."""

    at: float
    first: float
    last: float

    @property
    def length(self) -> float:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell in pixels, and its place: 0-based top left corner, rows and columns it takes."""

    row: int
    column: int
    row_span: int
    column_span: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class RuledGrid:
    """A grid of drawn rules: ``xs`` and ``ys`` are its borders in pixels, ascending."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[RuledCell, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a page, the grids they form, and 255 in ``mask`` where a rule's ink is."""

    level: tuple[Segment, ...]
    upright: tuple[Segment, ...]
    grids: tuple[RuledGrid, ...]
    mask: Grey


def find_rules(grey: Grey, dpi: float) -> Rules:
    """Find rules and grids in a straightened page of ``dpi`` pixels an inch."""
    fallen = cv2.transpose(grey).astype(np.uint8, copy=False)  # its upright rules lie level
    thin_level, thin_upright = _thin(grey, dpi), _thin(fallen, dpi)
    level, level_ink = _segments(thin_level, _SHORTEST[0], dpi)
    upright, upright_ink = _segments(thin_upright, _SHORTEST[1], dpi)
    grids = []
    drawn_level = {rule for rule in level if rule.length >= _ALONE * dpi}
    drawn_upright = {rule for rule in upright if rule.length >= _ALONE * dpi}
    alone = drawn_level | drawn_upright
    for some_level, some_upright in _tables(level, upright, dpi):
        some_level, some_upright = _anchored(some_level, some_upright, dpi)
        grid = _grid((grey, thin_level), (fallen, thin_upright), some_level, some_upright, dpi)
        if grid is not None:
            grids.append(grid)
            drawn_level.update(some_level)
            drawn_upright.update(some_upright)
            alone.difference_update(some_level, some_upright)
    ink = (grey < _LETTER).astype(np.uint8)
    level_alone = alone & drawn_level
    for bars in _bars(sorted(level_alone, key=lambda s: s.at), dpi):
        grid = None if _has_rules_between(bars, level_alone, dpi) else _open_grid(bars, ink, dpi)
        if grid is not None:
            grids.append(grid)
            alone.difference_update(bars)
    mask: Grey = _ink_of(drawn_level, alone, level_ink, grey, dpi)
    fallen_mask = _ink_of(drawn_upright, alone, upright_ink, fallen, dpi)
    mask = cv2.max(mask, cv2.transpose(fallen_mask)).astype(np.uint8, copy=False)
    inset = max(3, round(0.03 * dpi))
    for grid in grids:
        for cell in grid.cells:
            if cell.row_span > 1 or cell.column_span > 1:
                top, foot = round(cell.y0) + inset, round(cell.y1) - inset
                mask[top:foot, round(cell.x0) + inset : round(cell.x1) - inset] = 0
    return Rules(
        tuple(sorted(drawn_level, key=lambda s: s.at)),
        tuple(sorted(drawn_upright, key=lambda s: s.at)),
        tuple(sorted(grids, key=lambda g: g.ys[0])),
        mask,
    )


def _ink_of(
    rules: Iterable[Segment], alone: Collection[Segment], found: Grey, grey: Grey, dpi: float
) -> Grey:
    """Of the ink of level rules what can be painted over without harm to letters.

    Strokes that cross a rule stay, and so does all that letters stand on both sides of where a rule
    is part of no grid: it may be a row of serifs.
    """
    kept = np.zeros_like(found)
    near = round(_NEAR * dpi)
    reach = max(3, round(0.025 * dpi))
    for rule in rules:
        window = np.s_[
            max(0, round(rule.at) - near - reach) : round(rule.at) + near + reach + 1,
            round(rule.first) : round(rule.last) + 1,
        ]
        own = (found[window] > 0).astype(np.uint8)
        thick = cv2.dilate(own, np.ones((5, 1), np.uint8))
        letters = (grey[window] < _LETTER) & (thick == 0)
        rows = np.arange(len(own))[:, None]
        top = np.where(own.any(axis=0), own.argmax(axis=0), 0)
        foot = np.where(own.any(axis=0), len(own) - 1 - own[::-1].argmax(axis=0), 0)
        above = (letters & (rows < top) & (rows >= top - reach)).any(axis=0)
        below = (letters & (rows > foot) & (rows <= foot + reach)).any(axis=0)
        crossed = above & below
        if rule in alone:
            crossed = above | below
            if crossed.mean() > _AMONG_LETTERS or not own.any():
                continue
            # A scanner's streak is paler than the letters that it runs through.
            own[grey[window] < np.median(grey[window][own > 0]) - _PALER] = 0
        own[:, crossed] = 0
        kept[window] = np.maximum(kept[window], own * 255)
    return kept


def _anchored(
    level: Sequence[Segment], upright: Sequence[Segment], dpi: float
) -> tuple[list[Segment], list[Segment]]:
    """A table's rules without pieces of stamps and letters: short rules end at other rules."""

    def ends(rule: Segment, others: Sequence[Segment]) -> int:
        near = 2 * _NEAR * dpi
        return sum(
            any(
                abs(other.at - end) <= near and other.first - near <= rule.at <= other.last + near
                for other in others
            )
            for end in (rule.first, rule.last)
        )

    def keep(rules: Sequence[Segment], others: Sequence[Segment]) -> list[Segment]:
        needed = ((2 * dpi, 0), (_ALONE * dpi, 1), (0, 2))
        return [
            rule
            for rule in rules
            if ends(rule, others) >= next(n for length, n in needed if rule.length >= length)
        ]

    upright = keep(upright, level)
    return keep(level, upright), upright


def without_rules(grey: Grey, rules: Rules, dpi: float) -> Grey:
    """The page with its rules painted over; letters that cross a rule keep their ends."""
    wide = max(3, round(dpi * 0.012) | 1)
    mask = cv2.dilate(rules.mask, np.ones((wide, wide), np.uint8))
    clean = grey.copy()
    clean[mask > 0] = 255
    return clean


def _thin(grey: Grey, dpi: float) -> Grey:
    """How much darker than the paper above and below: level strokes no thicker than a rule."""
    size = round(_THICKEST * dpi) | 1
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((size, 1), np.uint8))
    return cv2.subtract(closed, grey).astype(np.uint8)


def _segments(thin: Grey, shortest: float, dpi: float) -> tuple[list[Segment], Grey]:
    """Level rules in a picture of thin level strokes, and 1 where the ink is of which they are."""
    smooth = cv2.blur(thin, (max(3, round(0.015 * dpi) | 1), 1))
    ink = (smooth >= _CONTRAST).astype(np.uint8)
    ink = cv2.dilate(ink, np.ones((3, 1), np.uint8)).astype(np.uint8)
    rows, long = _long_runs(ink, round(shortest * dpi))
    count, labels, stats, centres = cv2.connectedComponentsWithStats(long, connectivity=8)
    found = []
    for index in range(1, count):
        left, top, width, height, area = stats[index]
        if area / width <= _THICKEST * dpi * 1.5 and height <= 0.02 * width + 0.03 * dpi:
            at = float(centres[index][1]) + float(rows[top] - top)
            found.append(Segment(at, float(left), float(left + width)))
        else:
            window = np.s_[top : top + height, left : left + width]
            long[window][labels[window] == index] = 0
    kept = np.zeros_like(ink)
    kept[rows[rows >= 0]] = long[rows >= 0]
    reached = [_extend(rule, ink, dpi) for rule in _chain(found, dpi)]
    for rule in reached:
        window = np.s_[
            max(0, round(rule.at) - 2) : round(rule.at) + 3, round(rule.first) : round(rule.last)
        ]
        kept[window] |= ink[window]
    return _chain(reached, dpi), kept


def _long_runs(ink: Grey, shortest: int) -> tuple[npt.NDArray[np.intp], Grey]:
    """The runs of level ink that are long enough; only the rows in which there are any.

    Returns:
        Of each row of the picture the row of ``ink`` that it is, -1 where it is an empty one that
        parts rows which do not follow one another; and the picture, 1 where such a run is.
    """
    height, width = ink.shape
    padded = np.zeros((height, width + 1), np.uint8)
    padded[:, :width] = ink
    flat = padded.ravel()
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if flat[0]:
        turns = np.concatenate([[0], turns])
    first, past = turns[::2], turns[1::2]
    long = past - first >= shortest
    ys, firsts = np.divmod(first[long], width + 1)
    lasts = past[long] - ys * (width + 1)
    seen = np.unique(ys)
    place = np.arange(len(seen)) + np.concatenate([[0], np.cumsum(np.diff(seen) > 1)])[: len(seen)]
    rows = np.full(int(place[-1]) + 1 if len(seen) else 1, -1, np.intp)
    rows[place] = seen
    runs = np.zeros((len(rows), width), np.uint8)
    for y, begin, end in zip(place[np.searchsorted(seen, ys)], firsts, lasts, strict=True):
        runs[y, begin:end] = 1
    return rows, runs


def _extend(rule: Segment, ink: Grey, dpi: float) -> Segment:
    """A rule with its ends led on over short gaps, as far as there is ink in its line."""
    row = round(rule.at)
    band: npt.NDArray[np.bool_] = ink[max(0, row - 1) : row + 2].max(axis=0) > 0
    gap = round(_BREAK * dpi)

    def reach(strip: npt.NDArray[np.bool_]) -> int:
        """How far a strip that begins at the rule's end goes on with it."""
        dark = np.flatnonzero(strip[: round(dpi)])
        if not dark.size or dark[0] > gap:
            return 0
        breaks = np.flatnonzero(np.diff(dark) > gap)
        return int(dark[breaks[0]] if breaks.size else dark[-1]) + 1

    first, last = round(rule.first), round(rule.last)
    return Segment(rule.at, rule.first - reach(band[:first][::-1]), rule.last + reach(band[last:]))


def _chain(segments: Sequence[Segment], dpi: float) -> list[Segment]:
    """Pieces of one broken rule become one segment."""
    chained: list[Segment] = []
    for piece in sorted(segments, key=lambda s: (s.first, s.at)):
        for index, rule in enumerate(chained):
            if (
                abs(rule.at - piece.at) <= _NEAR * dpi * 0.7
                and piece.first <= rule.last + _GAP * dpi
            ):
                weight = rule.length + piece.length
                at = (rule.at * rule.length + piece.at * piece.length) / weight
                chained[index] = Segment(at, rule.first, max(rule.last, piece.last))
                break
        else:
            chained.append(piece)
    return sorted(chained, key=lambda s: (s.at, s.first))


def _tables(
    level: Sequence[Segment], upright: Sequence[Segment], dpi: float
) -> list[tuple[list[Segment], list[Segment]]]:
    """Rules that touch or cross, together; only those that can form a table."""
    near = _NEAR * dpi
    group = list(range(len(level) + len(upright)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for i, a in enumerate(level):
        for j, b in enumerate(upright):
            if b.first - near <= a.at <= b.last + near and a.first - near <= b.at <= a.last + near:
                group[root(i)] = root(len(level) + j)
    tables: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, a in enumerate(level):
        tables.setdefault(root(i), ([], []))[0].append(a)
    for j, b in enumerate(upright):
        tables.setdefault(root(len(level) + j), ([], []))[1].append(b)
    return [table for table in tables.values() if len(table[0]) >= 2 and len(table[1]) >= 2]


def _levels(segments: Sequence[Segment], dpi: float) -> list[float]:
    """Where rules stand, those nearer than ``_NEAR`` taken as one, weighted by their length."""
    borders: list[list[Segment]] = []
    for rule in sorted(segments, key=lambda s: s.at):
        if borders and rule.at - _mean(borders[-1]) <= _NEAR * dpi:
            borders[-1].append(rule)
        else:
            borders.append([rule])
    return [_mean(border) for border in borders]


def _mean(segments: Sequence[Segment]) -> float:
    weight = sum(rule.length for rule in segments)
    return sum(rule.at * rule.length for rule in segments) / weight


def _grid(
    page: tuple[Grey, Grey],
    fallen: tuple[Grey, Grey],
    level: Sequence[Segment],
    upright: Sequence[Segment],
    dpi: float,
) -> RuledGrid | None:
    """The grid that some rules form; None where it is too small to be a table.

    ``page`` is the page and its thin level strokes, ``fallen`` the same of the page transposed.
    """
    near = _NEAR * dpi
    if not level or not upright:
        return None
    xs, ys = _levels(upright, dpi), _levels(level, dpi)
    left, right = min(s.first for s in level), max(s.last for s in level)
    if left < xs[0] - 6 * near:
        xs.insert(0, left)
    if right > xs[-1] + 6 * near:
        xs.append(right)
    if (
        len(xs) < 2
        or len(ys) < 2
        or xs[-1] - xs[0] < _TABLE * dpi
        or ys[-1] - ys[0] < _SHORTEST[1] * dpi / 2
        or (len(xs) == 2 and len(ys) == 2)
    ):
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    below = np.zeros((rows, columns), bool)
    beside = np.zeros((rows, columns), bool)
    for row in range(rows):
        for column in range(columns):
            if row + 1 < rows:
                below[row, column] = _drawn(*page, ys[row + 1], xs[column], xs[column + 1], dpi)
            if column + 1 < columns:
                beside[row, column] = _drawn(*fallen, xs[column + 1], ys[row], ys[row + 1], dpi)
    return RuledGrid(tuple(xs), tuple(ys), tuple(_merge(xs, ys, below, beside)))


def _bars(level: Sequence[Segment], dpi: float) -> list[list[Segment]]:
    """Level rules of the same reach, one below the other: a table without upright rules."""
    near = 3 * _NEAR * dpi
    groups: list[list[Segment]] = []
    for rule in level:
        if rule.length < _OPEN_WIDTH * dpi:
            continue
        for group in groups:
            last = group[-1]
            if (
                abs(rule.first - last.first) <= near
                and abs(rule.last - last.last) <= near
                and rule.at - last.at <= _OPEN_HEIGHT * dpi
            ):
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) >= _OPEN_ROWS + 1]


def _has_rules_between(bars: Sequence[Segment], level: Iterable[Segment], dpi: float) -> bool:
    """Whether shorter rules part some columns between the bars: cells are merged down there, which
    only the words can tell (``extractors.aligned_scan``).
    """
    near = 3 * _NEAR * dpi
    first, last = min(rule.first for rule in bars), max(rule.last for rule in bars)
    return any(
        bars[0].at + near < rule.at < bars[-1].at - near
        and first - near <= rule.first
        and rule.last <= last + near
        and all(abs(rule.at - bar.at) > near for bar in bars)
        for rule in level
        if rule not in bars and rule.length >= _ALONE * dpi
    )


def _open_grid(bars: Sequence[Segment], ink: Grey, dpi: float) -> RuledGrid | None:
    """The grid of a table without upright rules; its columns are where white runs through its rows.

    None where no white runs through: level rules that part paragraphs, not rows.
    """
    ys = _levels(bars, dpi)
    left, right = round(min(s.first for s in bars)), round(max(s.last for s in bars))
    trim = max(2, round(0.03 * dpi))
    filled = np.stack(
        [
            ink[round(top) + trim : round(foot) - trim, left:right].max(axis=0, initial=0)
            for top, foot in pairwise(ys)
        ]
    )
    white = filled.mean(axis=0) <= _OPEN_SHARE
    ends = np.flatnonzero(np.diff(np.concatenate([[0], white.astype(np.int8), [0]])))
    gaps = [
        (int(first), int(past))
        for first, past in zip(ends[::2], ends[1::2], strict=True)
        if past - first >= _OPEN_GAP * dpi and first > 0 and past < len(white)
    ]
    if not gaps:
        return None
    borders = [(first + past) // 2 for first, past in gaps]
    xs = [float(left), *(float(left + border) for border in borders), float(right)]
    rows = len(ys) - 1
    beside = np.ones((rows, len(xs) - 1), bool)
    for column, (first, past) in enumerate(gaps):
        beside[:, column] = filled[:, first:past].mean(axis=1) < 0.2
    below = np.ones((rows, len(xs) - 1), bool)
    return RuledGrid(tuple(xs), tuple(ys), tuple(_merge(xs, ys, below, beside)))


def _drawn(
    grey: npt.NDArray[np.uint8],
    thin: npt.NDArray[np.uint8],
    at: float,
    first: float,
    last: float,
    dpi: float,
) -> bool:
    """Whether a level rule is drawn at ``at`` from one place to another.

    The strokes of letters that stand across a border leave its ends bare; a rule does not. What is
    dark but thick (a stamp in black) hides whether there is a rule, and tells nothing.
    """
    near = max(2, round(_NEAR * dpi * 0.6))
    trim = max(2, round(0.02 * dpi))
    band = np.s_[
        max(0, round(at) - near) : round(at) + near + 1, round(first) + trim : round(last) - trim
    ]
    strokes = np.ascontiguousarray(thin[band])
    if min(strokes.shape) == 0:
        return True
    smooth = cv2.blur(strokes, (max(3, round(0.02 * dpi) | 1), 1))
    drawn = cv2.dilate((smooth >= _FAINT).astype(np.uint8), np.ones((3, 1), np.uint8))
    path = int(drawn.sum(axis=1).argmax())
    known = (drawn[path] > 0) | (np.ascontiguousarray(grey[band])[path] >= _THICK_INK)
    if known.mean() < 0.3:
        return True
    line = drawn[path][known]
    end = max(2, min(len(line) // 6, round(_END * dpi)))
    return bool(line.mean() >= _COVERED and line[:end].mean() >= 0.5 and line[-end:].mean() >= 0.5)


def _merge(
    xs: Sequence[float],
    ys: Sequence[float],
    below: npt.NDArray[np.bool_],
    beside: npt.NDArray[np.bool_],
) -> list[RuledCell]:
    """Cells with no rule between them become one rectangle."""
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = np.full((rows, columns), -1)
    cells: list[RuledCell] = []
    for row in range(rows):
        for column in range(columns):
            if owner[row, column] >= 0:
                continue
            last_row, last_column = row, column
            grown = True
            while grown:
                grown = False
                if last_column + 1 < columns and owner[row, last_column + 1] < 0:
                    open_side = ~beside[row : last_row + 1, last_column]
                    free = (owner[row : last_row + 1, last_column + 1] < 0).all()
                    if free and open_side.mean() > 0.5:
                        last_column += 1
                        grown = True
                        continue
                if last_row + 1 < rows:
                    open_foot = ~below[last_row, column : last_column + 1]
                    free = (owner[last_row + 1, column : last_column + 1] < 0).all()
                    if free and open_foot.mean() > 0.5:
                        last_row += 1
                        grown = True
            owner[row : last_row + 1, column : last_column + 1] = len(cells)
            cells.append(
                RuledCell(
                    row,
                    column,
                    last_row - row + 1,
                    last_column - column + 1,
                    xs[column],
                    ys[row],
                    xs[last_column + 1],
                    ys[last_row + 1],
                )
            )
    return cells
