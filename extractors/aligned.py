"""Tables whose columns no upright rule parts: the borders that the alignment of the words implies.

Where only level rules are drawn, the columns are the gutters that no word crosses between the first
rule and the last. Where none is drawn, a table is a run of lines of several pieces whose first
column holds numbers or codes; its rows are parted at the widest empty strip between two of these.
The borders found are given as rules, so that all else is as with drawn ones.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors._pdfium import Glyph
from extractors.layer_text import lines_of
from extractors.printed import is_section_code
from extractors.ruled import NEAR, Rule, RuledGrid, find_grids, joined_rules

_APART = 0.5  # of the size: a wider gap parts two pieces of a line
_WORD_GAP = 0.36  # of the size: words of a title are no further apart
_OVERLAP = 0.15  # of the size
_GUTTER = 3.0  # points: the narrowest gutter
_WIDE_RULE = 0.4  # of the page's width: level rules of a table are longer
_FEWEST_RULES = 3
_FEWEST_BANDS = 2  # bands of three pieces and more
_FEWEST_COLUMNS = 3
_CROSSING = 0.55  # of the table's width: a longer piece is a title merged across
_LEFT = 0.3  # of the table's width: titles begin further left
_SAME_ROW = 0.5  # of the size: lines of one heading are no further apart
_HEADER = 4  # lines of a header at most
_SAME_COLUMN = 6.0  # points
_MARGIN = 4.0  # points around the text of a table without rules
_NUMBERED = 0.5  # of the texts in its first column are numbers or codes
_CLOSE = 2.2  # of the size: lines of a table without rules are no further apart
_WIDER = 1.2  # points by which the strip between two rows is wider than between two lines
_FIRST_VALUE = 2  # the column after number and text: values may be printed once for several rows
_OFF_MIDDLE = 0.4  # of the size
_OFF_SPAN = 0.6  # of the size, over several rows
_FEWEST_CENTRED = 3
_MOSTLY = 0.6
_NUMBER = re.compile(r"^\(?\d{1,4}(?:\.\d{1,3})*[.)]?$")
_HEADING = re.compile(r"^(?:S?TT|Số\s*TT|Số thứ tự)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of words of one line without a wide gap."""

    text: str
    x0: float
    x1: float
    bold: bool


@dataclass(frozen=True, slots=True)
class _Line:
    pieces: tuple[_Piece, ...]
    words: tuple[tuple[float, float], ...]
    top: float
    foot: float
    size: float


def find_aligned_grids(
    glyphs: Sequence[Glyph], level: Sequence[Rule], width: float
) -> list[RuledGrid]:
    """Grids of the words outside drawn ones.

    Args:
        glyphs: what stands outside the drawn grids.
        level: the level rules outside them.
        width: of the page, in points.
    """
    lines = [_line(line) for line in lines_of(glyphs)]
    long = [rule for rule in joined_rules(level) if rule.last - rule.first >= _WIDE_RULE * width]
    if len({round(rule.at) for rule in long}) >= _FEWEST_RULES:
        return _between_level_rules(lines, level, long)
    return _without_rules(lines)


def _tabular(lines: Sequence[_Line]) -> list[int]:
    """The lines that stand in a band of three pieces and more, side by side.

    Where cells are centred upright, the lines of one row stand on baselines of their own, and
    overlap; those of running text do not.
    """
    bands: list[list[int]] = []
    foot = 0.0
    for index, line in enumerate(lines):
        if not bands or line.top > foot - _OVERLAP * line.size:
            bands.append([])
            foot = line.foot
        bands[-1].append(index)
        foot = max(foot, line.foot)
    found = [band for band in bands if sum(len(lines[i].pieces) for i in band) >= _FEWEST_COLUMNS]
    return [index for band in found for index in band] if len(found) >= _FEWEST_BANDS else []


def _line(glyphs: Sequence[Glyph]) -> _Line:
    inked = [glyph for glyph in glyphs if glyph.text != " "]
    size = statistics.median(glyph.size for glyph in inked)
    base = statistics.median(glyph.base for glyph in inked)
    runs = _runs(inked, _APART * size)
    words = tuple((run[0].x0, run[-1].x1) for run in _runs(inked, _WORD_GAP * size))
    pieces = tuple(
        _Piece(
            "".join(glyph.text for glyph in run),
            run[0].x0,
            max(glyph.x1 for glyph in run),
            all(glyph.bold for glyph in run),
        )
        for run in runs
    )
    return _Line(pieces, words, base - 0.75 * size, base + 0.22 * size, size)


def _runs(glyphs: Sequence[Glyph], gap: float) -> list[list[Glyph]]:
    """Glyphs of a line between which no wider gap is left."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and glyph.x0 - runs[-1][-1].x1 <= gap:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return runs


# --- columns -------------------------------------------------------------------------------------


def _gutters(lines: Sequence[_Line], first: float, last: float) -> list[float]:
    """The x between columns: middles of the strips that no word covers but titles across."""
    over = {piece for index in range(_HEADER) for piece in _headings_over(lines, index)}
    spans = sorted(
        (piece.x0, piece.x1)
        for line in lines
        for piece in line.pieces
        if piece not in over
        and piece.x1 - piece.x0 < _CROSSING * (last - first)
        and not _is_title(line, first + _LEFT * (last - first))
    )
    found = []
    reach = None
    for x0, x1 in spans:
        if reach is not None and x0 - reach >= _GUTTER:
            found.append((reach + x0) / 2)
        reach = x1 if reach is None else max(reach, x1)
    return found


def _headings_over(lines: Sequence[_Line], index: int) -> list[_Piece]:
    """The pieces of a line near the head of a table that stand over several others: the outer
    headings of a header of two levels.
    """
    below = lines[index + 1 : index + 1 + _HEADER]
    return [
        piece
        for line in lines[index : index + 1]
        for piece in line.pieces
        if any(
            sum(piece.x0 <= (one.x0 + one.x1) / 2 <= piece.x1 for one in other.pieces) > 1
            for other in below
        )
    ]


def _is_title(line: _Line, furthest: float) -> bool:
    """Whether a line may be that of a group row: bold, at most a code and a title, at the left."""
    return (
        len(line.pieces) <= 2
        and all(piece.bold for piece in line.pieces)
        and line.pieces[0].x0 < furthest
    )


def _uprights(lines: Sequence[_Line], xs: Sequence[float], ys: Sequence[float]) -> list[Rule]:
    """Borders between columns, row by row, but where a title stands across them."""
    found = []
    for top, foot in pairwise(ys):
        inside = [line for line in lines if top <= (line.top + line.foot) / 2 < foot]
        for index, x in enumerate(xs):
            crossed = any(first < x < last for line in inside for first, last in line.words)
            if index in (0, len(xs) - 1) or not crossed:
                found.append(Rule(x, top, foot))
    return found


def _between_level_rules(
    lines: Sequence[_Line], level: Sequence[Rule], long: Sequence[Rule]
) -> list[RuledGrid]:
    grids = []
    for stack in _stacks(long):
        top, foot = stack[0].at, stack[-1].at
        first, last = stack[0].first, stack[0].last
        inside = [line for line in lines if top <= (line.top + line.foot) / 2 <= foot]
        inner = _gutters(inside, first, last)
        if len(inner) + 1 < _FEWEST_COLUMNS:
            continue
        borders = [rule for rule in joined_rules(level) if top - NEAR <= rule.at <= foot + NEAR]
        ys = sorted({rule.at for rule in borders})
        grids += find_grids(borders, _uprights(inside, [first, *inner, last], ys))
    return grids


def _stacks(long: Sequence[Rule]) -> list[list[Rule]]:
    """Level rules of one table each: those of the same two ends."""
    stacks: list[list[Rule]] = []
    for rule in sorted(long):
        for stack in stacks:
            ends = (stack[0].first - rule.first, stack[0].last - rule.last)
            if max(map(abs, ends)) <= 2 * NEAR:
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    stacks = [stack for stack in stacks if len(stack) >= _FEWEST_RULES]
    return [one for one in stacks if not any(_is_part(one, other) for other in stacks)]


def _is_part(stack: Sequence[Rule], other: Sequence[Rule]) -> bool:
    """Whether these rules part some columns only of the other table's, between its rules."""
    return (
        stack is not other
        and other[0].at - NEAR <= stack[0].at
        and stack[-1].at <= other[-1].at + NEAR
        and other[0].first - NEAR <= stack[0].first
        and stack[0].last <= other[0].last + NEAR
        and other[0].last - other[0].first > stack[0].last - stack[0].first
    )


# --- without any rule ----------------------------------------------------------------------------


def _without_rules(lines: Sequence[_Line]) -> list[RuledGrid]:
    tabular = _tabular(lines)
    if not tabular:
        return []
    start = tabular[0]
    while start and lines[start].top - lines[start - 1].foot < _SAME_ROW * lines[start].size:
        start -= 1  # headings of several lines
    region = list(lines[start : tabular[-1] + 1])
    first = min(piece.x0 for line in region for piece in line.pieces)
    last = max(piece.x1 for line in region for piece in line.pieces)
    inner = _gutters(region, first, last)
    if len(inner) + 1 < _FEWEST_COLUMNS:
        return []
    for line in lines[tabular[-1] + 1 :]:
        crossed = any(piece.x0 < x < piece.x1 for piece in line.pieces for x in inner)
        if crossed or line.top - region[-1].foot > _CLOSE * line.size:
            break
        region.append(line)
    begins = [index for index, line in enumerate(region) if line.pieces[0].x1 < inner[0]]
    marks = [region[index].pieces[0].text for index in begins]
    if sum(map(_is_mark, marks)) < max(2.0, _NUMBERED * len(marks)):
        return []
    xs = [first - _MARGIN, *inner, last + _MARGIN]
    ys = [region[0].top - _MARGIN, *_row_borders(region, begins, xs), region[-1].foot + _MARGIN]
    merged = _merged_down(region, xs, ys)
    level = [
        Rule(y, left, right)
        for row, y in enumerate(ys)
        for column, (left, right) in enumerate(pairwise(xs))
        if (row, column) not in merged
    ]
    inside = [under for under in _under_headings(region, xs) if ys[0] < under.at < ys[1]]
    places = sorted({*ys, *(under.at for under in inside)})
    return find_grids([*level, *inside], _uprights(region, xs, places))


def _under_headings(lines: Sequence[_Line], xs: Sequence[float]) -> list[Rule]:
    """Borders below the outer headings of a header of two levels."""
    found = []
    for index in range(_HEADER):
        for piece in _headings_over(lines, index):
            below = lines[index + 1 : index + 1 + _HEADER]
            tops = [
                line.top
                for line in below
                if sum(piece.x0 <= (one.x0 + one.x1) / 2 <= piece.x1 for one in line.pieces) > 1
            ]
            first = max((x for x in xs if x <= piece.x0), default=xs[0])
            last = min((x for x in xs if x >= piece.x1), default=xs[-1])
            found.append(Rule((lines[index].foot + min(tops)) / 2, first, last))
    return found


def _is_mark(text: str) -> bool:
    return bool(_NUMBER.match(text) or _HEADING.match(text) or is_section_code(text))


def _row_borders(lines: Sequence[_Line], begins: Sequence[int], xs: Sequence[float]) -> list[float]:
    """The y between rows: one between two numbers, and one around a title without a number.

    Between the header, or the top of the page, and the first number the rest of a row may stand
    that the page before began.
    """
    strips = _strips(lines)
    wide = {at for at, (_, height) in strips.items() if height > _usual_strip(lines) + _WIDER}
    borders: set[int] = set()
    beside: list[float] = []
    for above, below in pairwise(begins):
        between = [at for at in strips if above < at <= below]
        if not wide.intersection(between):
            over = _border_beside(lines, above, below, xs)
            beside += over
            if over or not between:
                continue
        borders.add(max(between, key=lambda at: (strips[at][1], at)))
        if _HEADING.match(lines[above].pieces[0].text):
            ends = sorted(at for at in between if at in wide)
            borders.update((*ends[:1], *ends[-1:]))
    borders.update(sorted(at for at in wide if at <= begins[0])[-1:])
    for index, line in enumerate(lines):
        if len(line.pieces) == 1 and line.pieces[0].bold and index not in begins:
            borders |= {at for at in (index, index + 1) if at in wide}
    return sorted([*(strips[at][0] for at in borders), *beside])


def _border_beside(
    lines: Sequence[_Line], above: int, below: int, xs: Sequence[float]
) -> list[float]:
    """The y between two rows where a cell merged down stands over their border: the widest strip
    that all columns but one leave empty.
    """
    found = []
    for left, right in list(pairwise(xs))[_FIRST_VALUE:]:
        others = [
            (index, replace(line, pieces=kept))
            for index, line in enumerate(lines)
            if (kept := tuple(p for p in line.pieces if not left <= (p.x0 + p.x1) / 2 < right))
        ]
        strips = _strips([line for _, line in others])
        found += [
            (height, y) for at, (y, height) in strips.items() if above < others[at][0] <= below
        ]
    height, y = max(found, default=(0.0, 0.0))
    return [y] if height > _usual_strip(lines) + _WIDER else []


def _merged_down(
    lines: Sequence[_Line], xs: Sequence[float], ys: Sequence[float]
) -> set[tuple[int, int]]:
    """The row borders (row below, column) that are none: a value printed once for several rows
    stands at the middle of them all.

    Only where values are centred in their rows, and only over rows that have a number and no value
    of their own in this column.
    """
    rows = list(pairwise(ys))
    apart = _usual_strip(lines) + _WIDER
    numbered = [
        any(
            _NUMBER.match(line.pieces[0].text) and line.pieces[0].x1 < xs[1]
            for line in lines
            if top <= (line.top + line.foot) / 2 < foot
        )
        for top, foot in rows
    ]
    texts: dict[int, list[tuple[float, float]]] = {}
    for column, (left, right) in enumerate(pairwise(xs)):
        for line in lines:
            if any(left <= (piece.x0 + piece.x1) / 2 < right for piece in line.pieces):
                held = texts.setdefault(column, [])
                if held and line.top - held[-1][1] <= apart:
                    held[-1] = (held[-1][0], max(held[-1][1], line.foot))
                else:
                    held.append((line.top, line.foot))
    size = statistics.median(line.size for line in lines)
    if not _are_centred(texts, rows, numbered, size):
        return set()
    found: set[tuple[int, int]] = set()
    for column in range(_FIRST_VALUE, len(xs) - 1):
        places = [
            (_row_at(rows, top + 1), _row_at(rows, foot - 1), (top + foot) / 2)
            for top, foot in texts.get(column, [])
        ]
        taken = {row for first, last, _ in places for row in range(first, last + 1)}
        for first, last, middle in places:
            if not all(numbered[first : last + 1]):
                continue
            top, foot = first, last
            while top and numbered[top - 1] and top - 1 not in taken:
                top -= 1
            while foot + 1 < len(rows) and numbered[foot + 1] and foot + 1 not in taken:
                foot += 1
            spans = [
                (abs((rows[a][0] + rows[b][1]) / 2 - middle), b - a, a, b)
                for a in range(top, first + 1)
                for b in range(last, foot + 1)
            ]
            own = abs((rows[first][0] + rows[last][1]) / 2 - middle)
            off, _, a, b = min(spans)
            if own <= max(_OFF_MIDDLE * size, 2 * off) or off > _OFF_SPAN * size:
                a, b = first, last
            found.update((row, column) for row in range(a + 1, b + 1))
            taken.update(range(a, b + 1))
    return found


def _are_centred(
    texts: Mapping[int, Sequence[tuple[float, float]]],
    rows: Sequence[tuple[float, float]],
    numbered: Sequence[bool],
    size: float,
) -> bool:
    """Whether values that leave room in their row stand at its middle."""
    seen = []
    for column, held in texts.items():
        for top, foot in held:
            first, last = rows[_row_at(rows, (top + foot) / 2)]
            room = (last - first) - (foot - top) > 2 * size
            if column >= _FIRST_VALUE and room and numbered[_row_at(rows, (top + foot) / 2)]:
                seen.append(abs(first + last - top - foot) / 2 <= _OFF_MIDDLE * size)
    return len(seen) >= _FEWEST_CENTRED and sum(seen) >= _MOSTLY * len(seen)


def _row_at(rows: Sequence[tuple[float, float]], y: float) -> int:
    return next((row for row, (_, foot) in enumerate(rows) if y < foot), len(rows) - 1)


def _usual_strip(lines: Sequence[_Line]) -> float:
    """The height of the empty strip between two lines of one cell."""
    ends: dict[int, list[float]] = {}
    for line in lines:
        for piece in line.pieces:
            ends.setdefault(round(piece.x0 / _SAME_COLUMN), []).append(line.top)
    height = statistics.median(line.foot - line.top for line in lines)
    steps = [
        below - above
        for tops in ends.values()
        for above, below in pairwise(tops)
        if below - above > 0.9 * height
    ]
    return max(0.0, min(steps) - height) if steps else 0.0


def _strips(lines: Sequence[_Line]) -> dict[int, tuple[float, float]]:
    """For each line below an empty strip over the whole width: the strip's middle and height."""
    strips = {}
    foot = lines[0].foot
    for index, line in enumerate(lines[1:], start=1):
        rest = min(other.top for other in lines[index:])
        if rest >= foot:
            strips[index] = ((foot + rest) / 2, rest - foot)
        foot = max(foot, line.foot)
    return strips
