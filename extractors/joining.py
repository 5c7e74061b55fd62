"""From what each page shows to the pages and tables of a document: grids joined over pages.

Every format with a layout ends here. Only the layout decides: which grid goes on with the table
of the page before (its edges, its repeated header, the numbers of its rows), which row was broken
by a page, which rows are group rows. What the words mean is not asked.

No row is dropped or invented in silence: where a grid does not fit the table that it goes on with,
its text is kept and a notice says so.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rapidfuzz import fuzz

from extractors.grid import (
    Grid,
    GridCell,
    Matrix,
    PageContent,
    PrintedLine,
    cells_of,
    matrix_of,
)
from extractors.grid_headers import (
    HIGHEST_HEADER,
    agreed_names,
    counted_anew,
    header_height,
    header_names,
    header_text,
    is_title_row,
    looks_like_header,
    may_be_header,
    same_header,
)
from extractors.printed import (
    folded,
    group_row,
    is_appendix_label,
    is_attached_line,
    is_letterhead_line,
    is_row_number,
    is_section_code,
    is_whole_number,
    looks_like_title,
    split_title,
)
from extractors.wide_sheets import whole_sheets
from records import Box, Cell, Notice, Page, Route, Row, Table

MERGED = "merged"
"""Ends the method of a cell whose value was printed once for several rows."""

_LEAST_COLUMNS = 3
_LETTERHEAD_ROWS = 6
_LEAST_TITLE = 4  # characters
_LONGEST_CODE = 8  # characters
_AFTER_CODE = frozenset(".):-–/")
_SAME_EDGE = 0.03  # of the table's width
_SAME_RUNNING = 90.0
_MARGIN = 0.12  # of the page's height: where running heads and feet stand
_AHEAD = 30  # pages looked at ahead of the one that is read
_NEAR = 6.0  # points
_LEVEL = 8.0  # points by which rows of two halves of a sheet differ in height at most
_ROOM = 40.0  # points: two lines and more would have found room, so no row was broken
_TITLE_LINES = 14  # an appendix's label, title and "(Kèm theo ...)" take no more printed lines
_PAGE_NUMBER = re.compile(r"^\W*(?:trang\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*$", re.IGNORECASE)
_LONGEST_MARK = 2  # "x", "xx"
_ENOUGH_ROWS = 4
_NEARLY_ALL = 0.9
_CARRIED = 0.55  # confidence in a value carried over a page into a cell that may be empty


class DocumentParts(NamedTuple):
    """What :class:`records.Document` is made of."""

    pages: tuple[Page, ...]
    tables: tuple[Table, ...]
    notices: tuple[Notice, ...]


@dataclass(slots=True)
class _Builder:
    """The document while it is put together; no table is open while ``names`` is empty."""

    pages: dict[int, list[str]] = field(default_factory=dict)
    routes: dict[int, Route] = field(default_factory=dict)
    judged: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Pages by the kind of notice and the reason why they were read as they were."""
    reach: dict[tuple[int, int], float] = field(default_factory=dict)
    """For each page format how far down its pages are printed, in points."""
    tables: list[Table] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    pending: list[tuple[int, str]] = field(default_factory=list)  # lines since the last grid
    title: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    header: str = ""  # folded text of the header's cells
    readings: list[tuple[str, ...]] = field(default_factory=list)  # of the header, page by page
    rows: list[Row] = field(default_factory=list)
    room: float = 0.0  # points left free below the last grid of the page before
    subrows: bool = False  # numbers of this table are merged down over several rows
    halves: dict[int, str] = field(default_factory=dict)
    """For rows of a sheet cut in two how their halves were matched."""
    open_below: dict[int, Cell] = field(default_factory=dict)
    """Values of the last row by column whose merged cell reaches down to the page's end."""
    unsure: list[tuple[int, int]] = field(default_factory=list)
    """Row and column of empty cells at the top of pages, which may go on from above."""

    def begin_page(self, content: PageContent) -> None:
        self.routes[content.number] = content.route
        self.pages.setdefault(content.number, [])
        if content.reason:
            again = content.route == "re-ocr"
            kind = "page_reread" if again or content.partly_reread else "page_layer"
            reason = content.reason + "; chữ được nhận dạng lại từ ảnh của trang" * again
            self.judged.setdefault((kind, reason), []).append(content.number)

    def take_running_text(self) -> None:
        for number, line in self.pending:
            self.pages.setdefault(number, []).append(line)
        self.pending = []

    def close_table(self) -> None:
        if self.names:
            names = agreed_names(self.readings) or self.names
            _fill_carried(self.rows, self.unsure)
            rows = tuple(_with_groups(self.rows))
            alignment = tuple(self.halves.get(i, "") for i in range(len(rows)))
            alignment = alignment if self.halves else ()
            self.tables.append(Table(names, rows, self.title, alignment))
        self.names, self.title, self.rows, self.edges, self.header = (), (), [], (), ""
        self.readings, self.halves = [], {}
        self.open_below, self.room, self.subrows, self.unsure = {}, 0.0, False, []


def document_parts(pages: Iterable[PageContent]) -> DocumentParts:
    """The running text, the tables joined over pages, and what a person should look at.

    Args:
        pages: what each page shows, in order. A Word file, which has no pages, is one page, or as
            many as it has page breaks.
    """
    builder = _Builder()
    whole = whole_sheets(pages, builder.notices)
    for content, before, ahead in _with_neighbours(whole, builder.reach):
        builder.begin_page(content)
        beside = [*_margin_lines(before), *_margin_lines(*ahead[:1])]
        running = _running_lines(content, beside)
        for part in _in_order(content):
            if isinstance(part, Grid):
                _read_grid(builder, part, content)
                builder.room = max(0.0, builder.reach[_format(content)] - _foot(part))
            elif part not in running:
                builder.pending.append((content.number, part.text))
    builder.close_table()
    builder.take_running_text()
    numbered = tuple(
        Page(number, tuple(lines), builder.routes[number])
        for number, lines in sorted(builder.pages.items())
    )
    notices = (*_judgements(builder.judged), *builder.notices)
    return DocumentParts(numbered, tuple(builder.tables), notices)


def _with_neighbours(
    pages: Iterable[PageContent], reach: dict[tuple[int, int], float]
) -> Iterator[tuple[PageContent, PageContent | None, Sequence[PageContent]]]:
    """Each page with the one before it and some that follow; no more of a document is held.

    ``reach`` is kept at how far down the pages of each format are printed, in points.
    """
    coming = iter(pages)
    ahead: deque[PageContent] = deque()
    before = None
    while True:
        for content in itertools.islice(coming, _AHEAD + 1 - len(ahead)):
            ahead.append(content)
            feet = [_foot(grid) for grid in content.grids]
            reach[_format(content)] = max([reach.get(_format(content), 0.0), *feet])
        if not ahead:
            return
        content = ahead.popleft()
        yield content, before, tuple(ahead)
        before = content


def _format(content: PageContent) -> tuple[int, int]:
    return round(content.width), round(content.height)


def _foot(grid: Grid) -> float:
    """Where a grid ends, in points from the top; 0 where that is not known."""
    if grid.box is None or abs(grid.box.y0 - grid.top) > _NEAR:
        return 0.0
    return grid.box.y1


def _judgements(judged: Mapping[tuple[str, str], Sequence[int]]) -> Iterator[Notice]:
    """A notice for each reason why pages were read from their text layer, or from their image."""
    for (kind, reason), numbers in judged.items():
        yield Notice(kind, f"Trang {ranges(numbers)}: {reason}.", severity="info")


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as a reader writes them: "1–3, 7"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ", ".join("–".join(map(str, part)) for part in parts)


def _in_order(content: PageContent) -> Iterator[PrintedLine | Grid]:
    """Lines and grids of a page from top to bottom; lines keep their order (of blocks that stand
    side by side one comes after the other).
    """
    grids = sorted(content.grids, key=lambda grid: grid.top)
    for line in content.lines:
        while grids and grids[0].top < line.top:
            yield grids.pop(0)
        yield line
    yield from grids


def _running_lines(content: PageContent, beside: Sequence[PrintedLine]) -> frozenset[PrintedLine]:
    """A page's number and its running head and foot: lines in the margins that a page beside it
    repeats at the same height (``beside``), but for their digits.
    """
    return frozenset(
        line
        for line in _margin_lines(content)
        if _PAGE_NUMBER.match(line.text) or any(_repeats(line, other) for other in beside)
    )


def _margin_lines(content: PageContent | None = None) -> list[PrintedLine]:
    """Lines at the head and the foot; a page that begins an appendix has its title there."""
    if content is None or not content.height:
        return []
    labels = [line.top for line in content.lines if is_appendix_label(line.text)]
    high, low = _MARGIN * content.height, (1 - _MARGIN) * content.height
    high = min([high, *labels])
    return [line for line in content.lines if line.top < high or line.top > low]


def _repeats(line: PrintedLine, other: PrintedLine) -> bool:
    if abs(line.top - other.top) > _NEAR or is_attached_line(line.text):
        return False
    first, second = (re.sub(r"\d+", "#", folded(one.text)) for one in (line, other))
    return fuzz.ratio(first, second) >= _SAME_RUNNING


# --- one grid ------------------------------------------------------------------------------------


def _read_grid(builder: _Builder, grid: Grid, content: PageContent) -> None:
    matrix = matrix_of(grid)
    if not matrix or not any(cell.text for cell in grid.cells):
        return
    start = None if _is_letterhead(grid) else _start_in_open_table(builder, grid, matrix)
    if start is None:
        if is_layout_table(grid):
            for line in _lines_of(matrix):
                builder.pending.append((content.number, line))
            return
        start = _begin_table(builder, grid, matrix, content)
    else:
        builder.take_running_text()
    _read_rows(builder, grid, matrix, start, content)
    if grid.columns == len(builder.names):
        builder.edges = grid.edges


def is_layout_table(grid: Grid) -> bool:
    """Whether a grid is no table: a frame around text, a letterhead or signatures side by side."""
    if _is_letterhead(grid):
        return True
    if grid.columns >= _LEAST_COLUMNS:
        return False
    first = [cell for cell in grid.cells if cell.column == 0]
    numbered = sum(is_row_number(cell.text) for cell in first)
    return grid.columns == 1 or grid.rows < 3 or numbered * 2 < len(first) - 1


def _is_letterhead(grid: Grid) -> bool:
    """Whether a low grid holds the national title or the recipients, whatever its columns."""
    return grid.rows <= _LETTERHEAD_ROWS and any(
        is_letterhead_line(line) for cell in grid.cells for line in cell.text.split("\n")
    )


def _lines_of(matrix: Matrix) -> Iterator[str]:
    seen: set[int] = set()
    for row in matrix:
        for cell in cells_of(row):
            if id(cell) not in seen:
                seen.add(id(cell))
                yield from (line for line in cell.text.split("\n") if line.strip())


def _start_in_open_table(builder: _Builder, grid: Grid, matrix: Matrix) -> int | None:
    """The row at which a grid goes on with the open table; None where it is a table of its own."""
    if not builder.names:
        return None
    between = [line for _, line in builder.pending]
    if any(is_appendix_label(line) for line in between):
        return None
    height = header_height(matrix)
    repeated = same_header(builder.header, header_text(matrix, height))
    fits = _same_columns(builder, grid)
    if repeated and (fits or grid.columns == len(builder.names)):
        if _parts_tables(between):
            return None
        if grid.columns == len(builder.names):
            builder.readings.append(header_names(matrix, height))
        return height
    if not fits or looks_like_header(matrix):
        return None
    return 0


def _parts_tables(between: Sequence[str]) -> bool:
    """Whether running text between two grids with one header makes them two tables."""
    return bool(between) and (looks_like_title(between[-1]) or len(between) > 2)


def _same_columns(builder: _Builder, grid: Grid) -> bool:
    """Whether a grid's columns are the open table's: all edges, or most where one was not seen."""
    if not grid.edges or not builder.edges:
        return grid.columns == len(builder.names)
    width = builder.edges[-1] - builder.edges[0]
    if abs((grid.edges[-1] - grid.edges[0]) - width) > 2 * _SAME_EDGE * width:
        return False
    shift = grid.edges[0] - builder.edges[0]
    near = [
        min(abs(edge - shift - other) for other in builder.edges) <= _SAME_EDGE * width
        for edge in grid.edges
    ]
    if grid.columns == len(builder.names):
        return sum(near) >= len(near) - 1
    return all(near) or (grid.columns > len(builder.names) and sum(near) >= len(builder.edges))


def _begin_table(builder: _Builder, grid: Grid, matrix: Matrix, content: PageContent) -> int:
    """Open a table; the row its body begins with."""
    running, title = _parted_title(builder.pending, content.number)
    builder.close_table()
    builder.pending = running
    builder.take_running_text()
    start = 0
    while start < len(matrix) - 1 and is_title_row(matrix, start):
        title += [line for cell in cells_of(matrix[start]) for line in cell.text.split("\n")]
        start += 1
    builder.title = tuple(title)
    body = tuple(matrix[start:])
    lowered = counted_anew(body, start)
    builder.edges = grid.edges
    if not may_be_header(lowered):
        builder.names = ("",) * grid.columns
        return start
    height = header_height(lowered)
    builder.header = header_text(lowered, height)
    builder.names = header_names(lowered, height)
    builder.readings = [builder.names]
    return start + height


def _parted_title(
    pending: Sequence[tuple[int, str]], page: int
) -> tuple[list[tuple[int, str]], list[str]]:
    """The running text and the title right above a table: lines of its own page, or of the end of
    the page before where the table begins its page.
    """
    first = max(0, len(pending) - _TITLE_LINES)
    numbers = [number for number, _ in pending[first:]]
    last = numbers[-1] if numbers else page
    while first < len(pending) and pending[first][0] != last:
        first += 1
    if last < page - 1:
        return list(pending), []
    running, title = split_title([line for _, line in pending[first:]])
    return [*pending[:first], *pending[first : first + len(running)]], title


# --- rows ----------------------------------------------------------------------------------------


def _read_rows(
    builder: _Builder, grid: Grid, matrix: Matrix, start: int, content: PageContent
) -> None:
    columns = _column_map(builder, grid)
    first_of_page = True
    is_rest = False
    if start < len(matrix) and _group_of(cells_of(matrix[start]), matrix, start, content) is None:
        matrix = _with_carried(builder, matrix, start)
        matrix, is_rest = _over_the_page(builder, matrix, start)
    builder.open_below = {}
    index = start
    while index < len(matrix):
        if not first_of_page or index == start:
            height = _header_again(builder, matrix, index)
            if height:
                index += height
                continue
        cells = cells_of(matrix[index])
        if any(cell.text.strip() for cell in cells):
            row = _group_of(cells, matrix, index, content)
            if row is None:
                row = _table_row(builder, matrix, index, columns, content)
                builder.subrows |= row.cells[0].method.endswith(MERGED)
                if first_of_page and _is_rest_of_title(builder, row):
                    row = group_row(*row.cells[:2])
            if first_of_page and _goes_on_from_above(builder, row, is_rest):
                builder.rows[-1] = _joined_rows(builder.rows[-1], row)
            else:
                builder.rows.append(row)
            first_of_page = False
            if grid.cut:
                how = f"row {index - start + 1} of {len(matrix) - start}, level with its left half"
                builder.halves.setdefault(len(builder.rows) - 1, how)
        index += 1
    _note_open_cells(builder, matrix, columns)


def _header_again(builder: _Builder, matrix: Matrix, index: int) -> int:
    """Rows of a header printed again inside a grid (two pages that came as one)."""
    if not builder.header or index == 0:
        return 0
    first = matrix[index][0]
    if first is not None and is_row_number(first.text):
        return 0
    below = counted_anew(matrix[index : index + HIGHEST_HEADER], index)
    if any(cell.row < 0 for cell in cells_of(below[0])):
        return 0
    height = header_height(below)
    return height if same_header(builder.header, header_text(below, height)) else 0


def _column_map(builder: _Builder, grid: Grid) -> list[int]:
    """For each column of the grid the column of the table whose text it holds."""
    count = len(builder.names)
    if grid.columns == count:
        return list(range(count))
    if not grid.edges or not builder.edges:
        return [min(column, count - 1) for column in range(grid.columns)]
    shift = grid.edges[0] - builder.edges[0]
    centres = [
        (left + right) / 2 for left, right in zip(builder.edges, builder.edges[1:], strict=False)
    ]
    found = []
    for left, right in zip(grid.edges, grid.edges[1:], strict=False):
        inside = [
            column for column, centre in enumerate(centres) if left <= centre + shift <= right
        ]
        middle = (left + right) / 2 - shift
        nearest = min(range(count), key=lambda column: abs(centres[column] - middle))
        found.append(inside[0] if inside else nearest)
    return found


def _table_row(
    builder: _Builder,
    matrix: Matrix,
    index: int,
    columns: Sequence[int],
    content: PageContent,
) -> Row:
    """The row printed on a grid row, a cell for each table column."""
    held: dict[int, dict[int, GridCell]] = {}
    for column, cell in zip(columns, matrix[index], strict=True):
        if cell is not None:
            held.setdefault(column, {})[id(cell)] = cell
    seen: set[int] = set()
    cells = []
    for column in range(len(builder.names)):
        parts = [cell for cell in held.get(column, {}).values() if id(cell) not in seen]
        seen.update(map(id, parts))
        filled = [part.text for part in parts if part.text.strip()]
        if len(filled) > 1:
            builder.notices.append(_column_count(builder, matrix, content, filled))
        cells.append(_cell(parts, index, content))
    begun = [cell.page or content.number for cell in cells_of(matrix[index]) if cell.row == index]
    return Row(tuple(cells), min(begun, default=content.number), max(begun, default=content.number))


def _column_count(
    builder: _Builder, matrix: Matrix, content: PageContent, texts: Sequence[str]
) -> Notice:
    return Notice(
        "column_count",
        f"Trang {content.number}: bảng có {len(matrix[0])} cột, phần trước có "
        f"{len(builder.names)} cột; chữ của các ô này được xếp chung vào một cột.",
        " | ".join(" ".join(text.split()) for text in texts),
    )


def _cell(parts: Sequence[GridCell], index: int, content: PageContent) -> Cell:
    text = "\n".join(part.text for part in parts if part.text.strip())
    merged = any(part.row < index or part.row + part.row_span - 1 > index for part in parts)
    method = f"{content.method}, {MERGED}" if merged and text else content.method
    confidence = min((part.confidence for part in parts), default=1.0)
    page = next((part.page for part in parts if part.page), content.number)
    return Cell(text, page, confidence, method, _around([part.box for part in parts]))


def _around(boxes: Iterable[Box | None]) -> Box | None:
    known = [box for box in boxes if box is not None]
    if not known:
        return None
    return Box(
        min(box.x0 for box in known),
        min(box.y0 for box in known),
        max(box.x1 for box in known),
        max(box.y1 for box in known),
    )


def _group_of(
    cells: Sequence[GridCell], matrix: Matrix, index: int, content: PageContent
) -> Row | None:
    """The row as a group row: a title merged across, or a section code and a title alone."""
    columns = len(matrix[index])
    filled = [cell for cell in cells if cell.text.strip()]
    if any(cell.row != index for cell in filled) or columns < 2:
        return None
    if not filled:
        return None
    code, title = filled[0], filled[-1]
    wide = title.column_span >= max(2, columns - 2)
    printed: list[GridCell] = []
    if len(filled) == 1:
        told = wide or (columns >= _LEAST_COLUMNS and _is_group_title(title))
        if not told or title.column > 1:
            return None
    elif len(filled) == 2 and code.column == 0 and title.column == 1:
        alone = columns > len(filled) and _may_be_group_code(code.text)
        if not (wide or alone or (title.bold and code.bold)):
            return None
        printed = [code]
    else:
        return None
    return group_row(_cell(printed, index, content), _cell([title], index, content))


def _is_group_title(cell: GridCell) -> bool:
    """Whether a text that stands alone in its row reads as a title: bold, capitals, or a code."""
    text = cell.text.strip()
    if is_row_number(text) or len(text) < _LEAST_TITLE or _begins_inside(text):
        return False
    begin = [word.strip(".:-–") for word in text.split()[:2]]
    coded = _is_group_code(" ".join(begin)) or (
        _is_group_code(begin[0]) and text[len(begin[0]) :].lstrip()[:1] in _AFTER_CODE
    )
    return bool(cell.bold) or text.isupper() or coded


def _may_be_group_code(text: str) -> bool:
    """Whether what stands before a title alone is a section's code, however it was read: no row's
    number. (A row's number misread as letters hardly stands before a text without agencies.)
    """
    text = "".join(text.split())
    return _is_group_code(text) or (any(map(str.isalpha, text)) and len(text) <= _LONGEST_CODE)


def _is_group_code(text: str) -> bool:
    """Whether a text is a section's code and no row's number: "I", "I.1", "Nhóm II"."""
    text = text.strip()
    return is_section_code(text) and not is_whole_number(text) and not is_row_number(text)


def _with_groups(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows of a table; one with a title alone is a group row where it has no number but the
    rows around it have, or where the numbers below it are its own ("1" over "1.1").
    """
    for row, below in itertools.zip_longest(rows, rows[1:]):
        if row.span or below is None or not _is_title_alone(row):
            yield row
            continue
        number, next_number = (one.cells[0].text.strip() for one in (row, below))
        if number:
            owns = next_number.startswith(f"{number.rstrip('.)')}.") and not below.span
        else:
            owns = bool(next_number) and row.cells[1].text.strip()[0].isupper()
        yield replace(group_row(*row.cells[:2]), page_last=row.page_last) if owns else row


def _is_title_alone(row: Row) -> bool:
    if len(row.cells) < _LEAST_COLUMNS or not row.cells[1].text.strip():
        return False
    return not any(cell.text.strip() for cell in row.cells[2:])


# --- over the page -------------------------------------------------------------------------------


def _goes_on_from_above(builder: _Builder, row: Row, is_rest: bool) -> bool:
    """Whether the first row of a page is the rest of the last row before it."""
    if not builder.rows:
        return False
    above = builder.rows[-1]
    if above.span or row.span:
        both = above.span and row.span and not row.cells[0].text
        return both and _begins_inside(row.cells[1].text)
    return is_rest


def _is_rest_of_title(builder: _Builder, row: Row) -> bool:
    """Whether the first row of a page is the rest of a group's title, in a cell of its own."""
    above = builder.rows[-1] if builder.rows else None
    alone = _is_title_alone(row) and not row.cells[0].text.strip()
    return above is not None and above.span and alone and _begins_inside(row.cells[1].text)


def _over_the_page(builder: _Builder, matrix: Matrix, start: int) -> tuple[Matrix, bool]:
    """What the first row of a page takes from the row before it; whether it is that row's rest.

    A row without a number is the rest of the row above. Where numbers are merged down over several
    rows it may as well be the next of these: the values of its empty cells then stand above.
    """
    above = builder.rows[-1] if builder.rows else None
    first = matrix[start] if start < len(matrix) else ()
    if above is None or above.span or not first or first[0] is None or first[0].text.strip():
        return matrix, False
    if not _is_numbered(builder.rows) or len(first) != len(above.cells):
        return matrix, False
    empty: list[int] = []
    for column, cell in enumerate(first):
        if cell is None or cell.text.strip() or cell.column_span > 1:
            break
        empty.append(column)
    if len(empty) == len(first):
        return matrix, False
    several = builder.subrows or first[0].row_span > 1
    is_rest = not several or _breaks_off(builder, above, first)
    known: dict[int, GridCell] = {}
    # a cell merged down from a row's rest on holds that row's value for the rows below it too
    for column in range(len(first)) if is_rest else empty:
        cell, value = first[column], above.cells[column]
        if cell is None or cell.column_span > 1 or not value.text.strip():
            continue
        if cell.text.strip():
            if cell.row_span > 1 and column:
                both = replace(value, text=f"{value.text}\n{cell.text}")
                known[id(cell)] = _held_over(cell, both, min(value.confidence, cell.confidence))
        elif cell.row_span > 1 or not is_rest:
            sure = value.confidence if cell.row_span > 1 else min(value.confidence, _CARRIED)
            sure = value.confidence if column == 0 else sure
            known[id(cell)] = _held_over(cell, value, sure)
    return _replaced(matrix, known), is_rest


def _breaks_off(builder: _Builder, above: Row, below: Sequence[GridCell | None]) -> bool:
    """Whether some cell goes on in the middle of its sentence on the next page."""
    going = [
        (upper.text.rstrip(), lower.text.lstrip())
        for upper, lower in zip(above.cells, below, strict=True)
        if lower is not None and upper.text.strip() and lower.text.strip()
    ]
    if any(_begins_inside(lower) for _, lower in going):
        return True
    open_end = any(upper[-1] in ",-–(" for upper, _ in going)
    return open_end and builder.room < _ROOM


def _begins_inside(text: str) -> bool:
    """Whether a text begins in the middle of a sentence."""
    return text.strip()[:1].islower() or text.strip()[:1] in ("", ")", ",", ";")


def _is_numbered(rows: Sequence[Row]) -> bool:
    """Whether rows of this table bear numbers: a row without one is then a row's rest."""
    counted = Counter(bool(row.cells[0].text.strip()) for row in rows[-20:] if not row.span)
    return counted[True] >= counted[False]


def _joined_rows(above: Row, below: Row) -> Row:
    cells = tuple(_joined_cells(*pair) for pair in zip(above.cells, below.cells, strict=True))
    last = max(above.page_last, below.page_last)
    return Row(cells, above.page_first, last, above.span)


def _joined_cells(above: Cell, below: Cell) -> Cell:
    pieces = ((below.page, below.box),) if below.box is not None else ()
    more = (*above.more, *pieces, *below.more)
    if not above.text.strip():
        return replace(above, text=below.text, confidence=below.confidence, more=more)
    if below.method.endswith(MERGED) and below.text.startswith(above.text):
        return replace(above, text=below.text, more=more)
    if not below.text.strip():
        return replace(above, more=more)
    return replace(
        above,
        text=f"{above.text}\n{below.text}",
        confidence=min(above.confidence, below.confidence),
        more=more,
    )


def _note_open_cells(builder: _Builder, matrix: Matrix, columns: Sequence[int]) -> None:
    """Remember the merged cells that reach the end of the page: they may go on over it."""
    if not builder.rows or builder.rows[-1].span:
        return
    last = builder.rows[-1]
    for column, cell in zip(columns, matrix[-1], strict=True):
        if cell is not None and cell.row_span > 1 and last.cells[column].text.strip():
            builder.open_below[column] = last.cells[column]


def _with_carried(builder: _Builder, matrix: Matrix, start: int) -> Matrix:
    """The page's grid with the values that cells merged before the page hold for its first rows.

    An empty cell at the top of a page goes on with the cell above it where one of them is merged
    down. Else it may: that is settled when the whole table is known (:func:`_fill_carried`).
    """
    above = builder.rows[-1] if builder.rows else None
    first = matrix[start]
    if above is None or above.span or len(first) != len(above.cells):
        return matrix
    if first[0] is None or not first[0].text.strip():
        return matrix
    known: dict[int, GridCell] = {}
    for column, (cell, value) in enumerate(zip(first, above.cells, strict=True)):
        if not column or cell is None or cell.text.strip() or cell.column_span > 1:
            continue
        merged = cell.row_span > 1 or column in builder.open_below
        if not merged:
            builder.unsure.append((len(builder.rows), column))
        elif value.text.strip():
            sure = value.confidence if cell.row_span > 1 else min(value.confidence, _CARRIED)
            known[id(cell)] = _held_over(cell, value, sure)
    return _replaced(matrix, known)


def _fill_carried(rows: list[Row], unsure: Sequence[tuple[int, int]]) -> None:
    """Fill empty cells at the top of pages (row, column) whose column has words in every other row:
    a cell merged over the page's end shows its value above it only. Such a value is doubtful.
    """
    open_cells = set(unsure)
    for index, column in unsure:
        row, above = rows[index], rows[index - 1]
        others = [one for at, one in enumerate(rows) if (at, column) not in open_cells]
        if above.span or row.cells[column].text.strip() or not _is_always_filled(others, column):
            continue
        value = above.cells[column]
        method = value.method if value.method.endswith(MERGED) else f"{value.method}, {MERGED}"
        sure = min(value.confidence, _CARRIED)
        filled = replace(row.cells[column], text=value.text, confidence=sure, method=method)
        cells = (*row.cells[:column], filled, *row.cells[column + 1 :])
        rows[index] = replace(row, cells=cells)


def _is_always_filled(rows: Sequence[Row], column: int) -> bool:
    """Whether (nearly) all these rows have words in a column; marks and numbers are none."""
    texts = [row.cells[column].text.strip() for row in rows if not row.span]
    words = sum(any(map(str.isalpha, text)) and len(text) > _LONGEST_MARK for text in texts)
    return len(texts) >= _ENOUGH_ROWS and words >= _NEARLY_ALL * len(texts)


def _held_over(cell: GridCell, value: Cell, confidence: float) -> GridCell:
    """A cell that holds a value begun before the page: merged with what is above it."""
    return replace(
        cell, text=value.text, row=cell.row - 1, row_span=cell.row_span + 1, confidence=confidence
    )


def _replaced(matrix: Matrix, known: dict[int, GridCell]) -> Matrix:
    return tuple(
        tuple(known.get(id(cell), cell) if cell is not None else None for cell in row)
        for row in matrix
    )
