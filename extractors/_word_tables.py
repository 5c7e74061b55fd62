"""Tables of a Word file as grids: merged cells, columns left out, borders moved row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from extractors._word_numbering import attribute, child, children, local_name, number
from extractors.grid import Grid, GridCell
from extractors.office import Element

_LEAST_COLUMNS = 3  # of a data table; narrower ones with tables inside are frames
_WRAPPERS = frozenset(("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))


@dataclass(frozen=True, slots=True)
class WordRow:
    """A row's cells, the columns it leaves out before them, and its page breaks by Word's layout:
    whether it begins a page, and how many more break it.
    """

    cells: tuple[Element, ...]
    before: int
    begins_page: bool
    breaks: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cell stands: its first column and the one after its last, of the file's own grid."""

    cell: Element
    first: int
    end: int


def rows_of(table: Element) -> list[WordRow]:
    """The rows that are printed: without those that a tracked change deleted."""
    rows = wrapped(table, "tr")
    return [_row_of(row) for row in rows if child(row, "trPr", "del") is None]


def _row_of(row: Element) -> WordRow:
    cells = [one for one in wrapped(row, "tc") if child(one, "tcPr", "cellDel") is None]
    begins = False
    for part in row.iter("{*}lastRenderedPageBreak", "{*}t"):
        begins = local_name(part) != "t"
        if begins or part.text:
            break
    counts = [sum(1 for _ in cell.iter("{*}lastRenderedPageBreak")) for cell in cells]
    breaks = max(counts, default=0) - begins
    return WordRow(tuple(cells), number(child(row, "trPr", "gridBefore")), begins, max(0, breaks))


def is_frame(rows: Sequence[WordRow]) -> bool:
    """Whether a table only lays out a page: one or two columns that hold a data table."""
    if max((len(row.cells) for row in rows), default=0) >= _LEAST_COLUMNS:
        return False
    inner = [table for row in rows for cell in row.cells for table in wrapped(cell, "tbl")]
    return any(
        sum(len(row.cells) >= _LEAST_COLUMNS for row in rows_of(table)) > 1
        or is_frame(rows_of(table))
        for table in inner
    )


def read_grid(
    table: Element,
    rows: Sequence[WordRow],
    top: float,
    page: int,
    lines_of: Callable[[Element], list[str]],
) -> tuple[Grid, int]:
    """The grid of a table that begins on ``page``, and the page it ends on; ``lines_of`` reads
    the printed lines of a cell.
    """
    places = list(map(_places, rows))
    columns = _columns(table, places)
    count = max((max(one.values(), default=0) for one in columns), default=0)
    cells: list[GridCell] = []
    above: dict[int, int] = {}  # first column of a cell that may go on below → its index
    for index, row in enumerate(rows):
        page += row.begins_page
        going_on: dict[int, int] = {}
        filled: set[int] = set()
        for place in places[index]:
            first, end = columns[index][place.first], columns[index][place.end]
            filled.update(range(first, end))
            merge = _merge_down(place.cell)
            if merge == "continue" and first in above:
                held = cells[above[first]]
                cells[above[first]] = replace(held, row_span=index - held.row + 1)
                going_on[first] = above[first]
                continue
            if merge is not None:
                going_on[first] = len(cells)
            text = "\n".join(lines_of(place.cell))
            cells.append(GridCell(index, first, text, 1, end - first, page=page))
        cells += [GridCell(index, one, "", page=page) for one in range(count) if one not in filled]
        above = going_on
        page += row.breaks
    ordered = sorted(cells, key=lambda cell: (cell.row, cell.column))
    return Grid(top, len(rows), count, tuple(ordered)), page


def _merge_down(cell: Element) -> str | None:
    """ "restart", "continue", or None for a cell that is not merged down."""
    properties = child(cell, "tcPr")
    tracked = attribute(child(properties, "cellMerge"), "vMerge")
    if tracked is not None:
        return "restart" if tracked == "rest" else "continue"
    merge = child(properties, "vMerge")
    if merge is None:
        return None
    return "restart" if attribute(merge) == "restart" else "continue"


def _places(row: WordRow) -> list[_Place]:
    found = []
    at = row.before
    for cell in row.cells:
        end = at + max(1, number(child(cell, "tcPr", "gridSpan"), missing=1))
        found.append(_Place(cell, at, end))
        at = end
    return found


def _columns(table: Element, rows: Sequence[Sequence[_Place]]) -> list[dict[int, int]]:
    """For each row: border of the file's own grid → column border of the table.

    The file's grid has a column wherever some row has a border. Borders that were meant as one,
    because they are hardly apart, or because nearly all rows have the same number of cells whose
    borders were moved row by row, become one.
    """
    borders = sorted({border for row in rows for one in row for border in (one.first, one.end)})
    plain = {border: index for index, border in enumerate(borders)}
    counts = Counter(len(row) for row in rows)
    usual = max(counts, key=lambda count: (counts[count], count), default=0)
    if len(borders) - 1 <= usual or max(counts, default=0) > usual:
        return [plain] * len(rows)
    widths = [number(one, "w") for one in children(child(table, "tblGrid"), "gridCol")]
    at = {border: sum(widths[:border]) for border in borders}
    if borders[-1] > len(widths) or 0 in widths:
        at = {border: border for border in borders}
    model = Counter(tuple((one.first, one.end) for one in row) for row in rows if len(row) == usual)
    (shape, _), *_ = model.most_common(1)
    marks = [shape[0][0], *(end for _, end in shape)]
    return [_moved(row, marks, at) for row in rows]


def _moved(row: Sequence[_Place], marks: Sequence[int], at: dict[int, int]) -> dict[int, int]:
    """A row's borders as places among ``marks``: one by one where it has as many cells, else each
    the nearest, every cell at least one column wide.
    """
    borders = [row[0].first, *(one.end for one in row)] if row else []
    if len(borders) == len(marks):
        return {border: index for index, border in enumerate(borders)}
    found: dict[int, int] = {}
    least = 0
    for left, border in enumerate(borders):
        room = len(marks) - (len(borders) - left)  # leaves a column for each cell to the right
        nearest = min(range(len(marks)), key=lambda mark: abs(at[marks[mark]] - at[border]))
        found[border] = least = max(least, min(nearest, room))
        least += 1
    return found


def wrapped(container: Element, *names: str) -> Iterator[Element]:
    """Children by these names, also within content controls and insertions, in order."""
    for part in container:
        name = local_name(part)
        if name in names:
            yield part
        elif name in _WRAPPERS and not _is_contents(part):
            yield from wrapped(part, *names)


def _is_contents(block: Element) -> bool:
    """Whether a content control is Word's table of contents."""
    gallery = child(block, "sdtPr", "docPartObj", "docPartGallery")
    return attribute(gallery) == "Table of Contents"
