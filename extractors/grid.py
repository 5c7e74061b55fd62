"""What one page of a PDF, a scan or a Word file shows, before its tables are joined over pages.

Every format with a layout ends here: ``extractors.pdf`` (text layer), ``extractors.scan`` (OCR) and
``extractors.docx`` give :class:`PageContent`, and ``extractors.joining`` makes the document of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from records import Box, Route


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of running text; ``top`` is its distance from the top of the page in points (for Word
    files, which have no pages, its place in reading order).
    """

    text: str
    top: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a grid: 0-based place of its top left corner, and over how many rows and columns
    it is merged. ``text`` keeps its printed lines apart by ``"\\n"``; confidence 0-1.
    ``page`` is where it begins in a grid that runs on over pages (Word's); None: its content's.
    ``bold``: whether all of its text is printed bold; None: not known.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    box: Box | None = None
    confidence: float = 1.0
    page: int | None = None
    bold: bool | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it stands on one page. ``cells`` in reading order; together they cover it.

    ``edges`` are the x of its column borders in points, left to right (``columns + 1`` of them;
    empty for Word files): they tell whether a grid on the next page goes on with this one.
    ``cut``: it was put together from the parts of a wide sheet that stand on several pages.
    """

    top: float
    rows: int
    columns: int
    cells: tuple[GridCell, ...]
    edges: tuple[float, ...] = ()
    box: Box | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class PageContent:
    """One page: running lines outside its grids (page number and running head left out), grids from
    top to bottom, and how it was read. ``method`` is the cells' method ("text-layer", "tesseract",
    "docx"); ``reason`` tells why the route was taken, for the findings; ``partly_reread``: some
    cells of a text layer were read from the image.
    """

    number: int
    lines: tuple[PrintedLine, ...]
    grids: tuple[Grid, ...]
    route: Route
    method: str
    width: float = 0.0
    height: float = 0.0
    reason: str = ""
    partly_reread: bool = False


Matrix = tuple[tuple[GridCell | None, ...], ...]
"""For each row and column of a grid the cell that covers it."""


def matrix_of(grid: Grid) -> Matrix:
    """The grid with each cell in all the rows and columns that it covers."""
    slots: list[list[GridCell | None]] = [[None] * grid.columns for _ in range(grid.rows)]
    for cell in grid.cells:
        for row in range(cell.row, min(cell.row + cell.row_span, grid.rows)):
            for column in range(cell.column, min(cell.column + cell.column_span, grid.columns)):
                if slots[row][column] is None:
                    slots[row][column] = cell
    return tuple(tuple(row) for row in slots)


def cells_of(row: Sequence[GridCell | None]) -> list[GridCell]:
    """The cells of a row, each once, left to right."""
    return list({id(cell): cell for cell in row if cell is not None}.values())
