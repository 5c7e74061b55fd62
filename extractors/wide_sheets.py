"""Sheets too wide for the paper, printed on two pages or more: put together again.

A spreadsheet that is wider than its paper is cut between two columns. Its parts come one after the
other (left, right, left, right), or first all left ones and then all right ones. Parts of one sheet
have their rows at the same heights, and only the left one has the rows' numbers. A title that runs
over the cut is cut too: a part may show the letters at the cut once more (they were painted over).
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.grid import Grid, GridCell, PageContent, PrintedLine
from extractors.printed import is_appendix_label, is_letterhead_line, is_section_code
from records import Notice

_AHEAD = 60  # pages looked at ahead of a left part for its right one
_MOST_PARTS = 4
_FEWEST_ROWS = 2
_LEVEL = 3.0  # points by which borders of two parts differ in height at most; of scans:
_LEVEL_SCANNED = 8.0
_MOVED = 24.0  # points by which a part may lie higher or lower on its page
_SAME_EDGE = 6.0  # points
_TITLE_LINES = 14
_LOWEST = 6.0  # points: no row is lower
_SHARED = 0.5  # of the row borders of one part are drawn in the other too
_SURE_OVERLAP = 3  # letters: what two parts both show of a title at their cut
_CUT_WORD = 0.5  # confidence in a text cut in two whose letters at the cut are not shown twice
_ROW_NUMBER = re.compile(r"^\d{1,3}(?:\.\d{1,3})*\s*[.)]?$")


_NONE = Grid(0.0, 0, 0, ())


@dataclass(slots=True)
class _Part:
    """A page that may show a part of a wide sheet: which of its grids, and where that is ruled."""

    content: PageContent
    grid: Grid = _NONE
    ys: tuple[float, ...] = ()
    used: bool = False  # put together with a left part

    @property
    def is_empty(self) -> bool:
        return self.used or (self.grid is _NONE and not self.content.lines)


@dataclass(frozen=True, slots=True)
class _Known:
    """The parts of the sheet put together last: the edges of each, and the whole grid."""

    shapes: tuple[tuple[float, ...], ...]
    whole: Grid


def whole_sheets(pages: Iterable[PageContent], notices: list[Notice]) -> Iterator[PageContent]:
    """The pages, with the parts of wide sheets put together on the page of the left part.

    What else stands on the pages of the other parts stays there. A left part whose other parts are
    missing keeps its rows, with empty cells, and ``notices`` gets a notice.
    """
    coming = iter(pages)
    ahead: deque[_Part] = deque()
    known: _Known | None = None
    missing: list[int] = []
    while True:
        ahead.extend(map(_part, itertools.islice(coming, _AHEAD + 1 - len(ahead))))
        if not ahead:
            break
        left = ahead.popleft()
        if left.used or left.grid is _NONE:
            yield left.content
            continue
        shapes = [left.grid.edges]
        while len(shapes) < _MOST_PARTS:
            right = _right_of(left, shapes, ahead, known)
            if right is None:
                break
            shapes.append(right.grid.edges)
            _put_together(left, right)
        if len(shapes) > 1:
            known = _Known(tuple(shapes), left.grid)
        elif known is not None and _same_edges(left.grid.edges, known.shapes[0]):
            missing.append(left.content.number)
            _pad(left, known)
        yield left.content
    if missing:
        numbers = ", ".join(map(str, missing))
        message = (
            f"Bảng in trên tờ khổ rộng cắt đôi; không thấy nửa bên phải của trang {numbers}, các "
            "cột ấy để trống. Hãy kiểm tra xem tệp có đủ trang không."
        )
        notices.append(Notice("half_missing", message))


def _part(content: PageContent) -> _Part:
    tables = [grid for grid in content.grids if not _is_letterhead(grid)]
    if not tables:
        return _Part(content)
    grid = tables[-1]
    return _Part(content, grid, _borders(grid))


def _is_letterhead(grid: Grid) -> bool:
    return any(is_letterhead_line(line) for cell in grid.cells for line in cell.text.split("\n"))


def _borders(grid: Grid) -> tuple[float, ...]:
    """The heights of a grid's row borders on its upright page; () where they are not known.

    Boxes are those of the page as it is shown: where that stands sideways or upside down, rows
    follow one another in another direction.
    """
    boxes = [(cell.row, cell.box) for cell in grid.cells if cell.box is not None]
    if len(boxes) < len(grid.cells):
        return ()
    for spans in (
        [(row, box.y0, box.y1) for row, box in boxes],
        [(row, box.x0, box.x1) for row, box in boxes],
        [(row, -box.x1, -box.x0) for row, box in boxes],
        [(row, -box.y1, -box.y0) for row, box in boxes],
    ):
        tops: dict[int, float] = {}
        for row, first, _ in spans:
            tops[row] = min(first, tops.get(row, first))
        ys = [*(tops[row] for row in sorted(tops)), max(last for _, _, last in spans)]
        if len(tops) == grid.rows and all(b - a >= _LOWEST for a, b in itertools.pairwise(ys)):
            return tuple(y - ys[0] + grid.top for y in ys)
    return ()


# --- which page goes with which ------------------------------------------------------------------


def _right_of(
    left: _Part, shapes: Sequence[tuple[float, ...]], ahead: Sequence[_Part], known: _Known | None
) -> _Part | None:
    """The page with the next part of a left part's sheet: the first that has another shape than the
    parts before it, if its rows stand level.
    """
    again = known is not None and _same_edges(shapes[0], known.shapes[0])
    expected = known.shapes[len(shapes) :] if again and known is not None else ()
    if not left.ys or not (again or _is_numbered(left)):
        return None
    waiting = 0  # left parts that come first, and need a right one too
    for index, part in enumerate(ahead):
        if part.is_empty:
            continue
        if part.grid is _NONE:
            return None
        if any(_same_edges(part.grid.edges, shape) for shape in shapes):
            waiting += _same_edges(part.grid.edges, shapes[0])
            continue
        sure = any(_same_edges(part.grid.edges, shape) for shape in expected)
        if not _is_right_part(left, part, sure):
            return None
        after = next((one for one in itertools.islice(ahead, index + 1, None)), left)
        alone = waiting and after is not left and _same_edges(after.grid.edges, shapes[0])
        return None if alone else part
    return None


def _same_edges(first: Sequence[float], second: Sequence[float]) -> bool:
    return len(first) == len(second) and all(
        abs(one - other) <= _SAME_EDGE for one, other in zip(first, second, strict=True)
    )


def _is_numbered(part: _Part) -> bool:
    """Whether the first column of a part holds the numbers of rows."""
    first = [cell.text.strip() for cell in part.grid.cells if cell.column == 0 and cell.row]
    filled = [text for text in first if text]
    numbers = sum(bool(_ROW_NUMBER.match(text)) for text in filled)
    codes = sum(is_section_code(text) for text in filled)
    return numbers > 0 and 2 * (numbers + codes) >= len(filled)


def _is_right_part(left: _Part, right: _Part, sure: bool) -> bool:
    """Whether the rows of two pages are one another's: they stand level, the second has no numbers
    of its own, and above it stands no other title than the rest of the left one's. ``sure``: the
    same columns went together before.
    """
    few = min(len(left.ys), len(right.ys)) <= _FEWEST_ROWS
    if not right.ys or (not sure and (few or _is_numbered(right))):
        return False
    if abs(left.content.height - right.content.height) > _MOVED or _places(left, right) is None:
        return False
    above, beside = _lines_above(left), _lines_above(right)
    label, own = _labels(above), _labels(beside)
    most = len(above) + len(own) if above else _TITLE_LINES
    return len(beside) <= most and (not label or not own or label == own)


def _labels(lines: Sequence[PrintedLine]) -> list[str]:
    return [line.text for line in lines if is_appendix_label(line.text)]


def _lines_above(part: _Part) -> list[PrintedLine]:
    """The lines above a part's grid."""
    return [line for line in part.content.lines if line.top < part.grid.top]


def _tolerance(left: _Part, right: _Part) -> float:
    scanned = "re-ocr" in (left.content.route, right.content.route)
    return _LEVEL_SCANNED if scanned else _LEVEL


def _places(left: _Part, right: _Part) -> tuple[list[int], list[int]] | None:
    """For each row border of the two parts its place among those of both; None where they are not
    level. A part may lack borders: what is merged down there has rows of its own in the other.
    """
    moved = right.ys[0] - left.ys[0]
    ys = [y - moved for y in right.ys]
    near = _tolerance(left, right)
    more, fewer = (left.ys, ys) if len(left.ys) >= len(ys) else (ys, left.ys)
    places = [min(range(len(more)), key=lambda at: abs(more[at] - y)) for y in fewer]
    level = all(abs(more[at] - y) <= near for at, y in zip(places, fewer, strict=True))
    if abs(moved) > _MOVED or not level or len(set(places)) < len(fewer):
        return None
    if len(fewer) < _SHARED * len(more) or places[-1] != len(more) - 1:
        return None
    whole = list(range(len(more)))
    return (whole, places) if more is left.ys else (places, whole)


# --- putting together ----------------------------------------------------------------------------


def _put_together(left: _Part, right: _Part) -> None:
    """Give the left part the columns of the right one, and the rest of its title."""
    places = _places(left, right)
    assert places is not None
    lines, rest = _whole_title(left, right)
    whole = _joined(left.grid, right.grid, places, right.content.number)
    left.content = _with_grid(left, whole, lines)
    others = tuple(grid for grid in right.content.grids if grid is not right.grid)
    right.content = replace(right.content, lines=rest, grids=others)
    right.used = True
    left.ys = left.ys if len(left.ys) >= len(right.ys) else right.ys
    left.grid = whole


def _with_grid(part: _Part, grid: Grid, lines: Sequence[PrintedLine]) -> PageContent:
    grids = tuple(grid if one is part.grid else one for one in part.content.grids)
    return replace(part.content, grids=grids, lines=tuple(lines))


def _joined(left: Grid, right: Grid, places: tuple[list[int], list[int]], page: int) -> Grid:
    """One grid of two parts; cells of the right part know their own ``page``."""
    cells = [_placed(cell, places[0]) for cell in left.cells]
    at_cut = {
        cell.row: index
        for index, cell in enumerate(cells)
        if cell.column + cell.column_span == left.columns
    }
    for cell in right.cells:
        moved = _placed(cell, places[1])
        index = at_cut.get(moved.row)
        if index is not None and _goes_on(cells, cells[index], moved, right.columns):
            cells[index] = _whole_cell(cells[index], moved)
        else:
            column, own = moved.column + left.columns, cell.page or page
            cells.append(replace(moved, column=column, page=own))
    shift = left.edges[-1] - right.edges[0] if left.edges and right.edges else 0.0
    return replace(
        left,
        rows=max(places[0][-1], places[1][-1]),
        columns=left.columns + right.columns,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
        edges=(*left.edges, *(edge + shift for edge in right.edges[1:])),
        cut=True,
    )


def _placed(cell: GridCell, places: Sequence[int]) -> GridCell:
    row, foot = places[cell.row], places[cell.row + cell.row_span]
    return replace(cell, row=row, row_span=foot - row)


def _goes_on(cells: Sequence[GridCell], cell: GridCell, right: GridCell, columns: int) -> bool:
    """Whether a cell at the cut is merged with the one beyond it: a group's title, alone in its
    row but for its code.
    """
    if right.column or right.column_span < columns or cell.row_span != right.row_span:
        return False
    beside = [one for one in cells if one.row == cell.row and one is not cell and one.text.strip()]
    if columns == 1:
        return bool(cell.bold and right.bold) and len(beside) < 2
    if cell.column_span > 1:
        return True
    numbered = any(_ROW_NUMBER.match(one.text.strip()) for one in beside)
    return len(beside) < 2 and cell.column < 2 and not numbered


def _whole_cell(left: GridCell, right: GridCell) -> GridCell:
    """A title cut in two, put together line by line."""
    pairs = itertools.zip_longest(left.text.split("\n"), right.text.split("\n"), fillvalue="")
    joined = [_whole_line(*pair) for pair in pairs]
    sure = min(left.confidence, right.confidence)
    return replace(
        left,
        text="\n".join(line for line, _ in joined),
        column_span=left.column_span + right.column_span,
        confidence=sure if all(known for _, known in joined) else min(sure, _CUT_WORD),
        bold=left.bold if not right.text.strip() else bool(left.bold and right.bold),
    )


def _whole_line(left: str, right: str) -> tuple[str, bool]:
    """A printed line from its two pieces, and whether nothing of it can be lost."""
    if not left or not right:
        return left or right, True
    for length in range(min(len(left), len(right)), _SURE_OVERLAP - 1, -1):
        if left.endswith(right[:length]):
            return left + right[length:], True
    return f"{left} {right}", False


def _whole_title(
    left: _Part, right: _Part
) -> tuple[tuple[PrintedLine, ...], tuple[PrintedLine, ...]]:
    """The left page's lines with the rest of the title from the right page, and what else stands
    there.
    """
    near, moved = _tolerance(left, right), right.ys[0] - left.ys[0]
    lines = list(left.content.lines)
    above = _lines_above(left)
    rest = _lines_above(right)
    for line in rest:
        top = line.top - moved
        beside = [one for one in above if abs(one.top - top) <= near]
        if beside:
            at = lines.index(beside[0])
            text, _ = _whole_line(lines[at].text, line.text)
            lines[at] = above[above.index(beside[0])] = replace(lines[at], text=text)
            continue
        at = next((i for i, one in enumerate(lines) if one.top > top), len(lines))
        lines.insert(at, replace(line, top=top))
    return tuple(lines), tuple(one for one in right.content.lines if one not in rest)


def _pad(left: _Part, known: _Known) -> None:
    """Give a left part without a right one its columns, empty but for a header it repeats."""
    grid, whole = left.grid, known.whole
    header = 0
    while header < min(grid.rows, whole.rows) and _row(grid, header) == _row(
        whole, header, grid.columns
    ):
        header += 1
    blank = [
        GridCell(row, column, "")
        for row in range(header, grid.rows)
        for column in range(grid.columns, whole.columns)
    ]
    headings = [cell for cell in whole.cells if cell.row < header and cell.column >= grid.columns]
    cells = sorted([*grid.cells, *headings, *blank], key=lambda cell: (cell.row, cell.column))
    shift = grid.edges[0] - whole.edges[0] if grid.edges and whole.edges else 0.0
    padded = replace(
        grid,
        columns=whole.columns,
        cells=tuple(cells),
        edges=(*grid.edges, *(edge + shift for edge in whole.edges[grid.columns + 1 :])),
    )
    left.content = _with_grid(left, padded, left.content.lines)


def _row(grid: Grid, index: int, columns: int | None = None) -> list[str]:
    """The texts that begin on a row in the first ``columns``."""
    return [
        cell.text
        for cell in grid.cells
        if cell.row == index and (columns is None or cell.column < columns)
    ]
