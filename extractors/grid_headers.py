"""The header of a grid: which of its rows are one, and what its columns are called.

Headings may stand over others ("Phân kỳ thời gian" over the years), and a row that only numbers the
columns may follow them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from extractors.grid import GridCell, Matrix, cells_of
from extractors.printed import folded, is_row_number, is_section_code

HIGHEST_HEADER = 6  # rows
_LEAST_COLUMNS = 3
_SAME_HEADER = 80.0  # per cent of likeness, folded: a header read a second time by OCR
_LONGEST_HEADING = 120  # characters of a column's heading
_COLUMN_NUMBER = re.compile(r"^\(?\s*(\d{1,2}|[A-ZĐ])\s*\)?$")


def same_header(first: str, second: str) -> bool:
    """Whether two header texts are one header, read twice."""
    return bool(first) and fuzz.ratio(first, second) >= _SAME_HEADER


def looks_like_header(matrix: Matrix) -> bool:
    """Whether a grid begins with a header: short headings in (nearly) all columns, no number."""
    first = matrix[0]
    begin = first[0].text.strip() if first[0] else ""
    cells = cells_of(first)
    if not begin or is_row_number(begin) or is_section_code(begin) or len(cells) < 2:
        return False
    filled = [cell for cell in cells if cell.text.strip()]
    across = filled[-1].column_span >= max(2, len(first) - 2)
    if across and len(filled) == 2 and cells[0].row_span == 1:
        return False  # a group's code and title
    longest = max(len(cell.text) for cell in filled)
    return len(filled) >= len(cells) - 1 and longest <= _LONGEST_HEADING


def may_be_header(matrix: Matrix) -> bool:
    """Whether the first row of a table that begins here can be its header, however it was read."""
    first = cells_of(matrix[0])
    begin = first[0].text.strip() if first else ""
    if is_row_number(begin) or len(first) < 2:
        return False
    filled = [cell for cell in first if cell.text.strip()]
    return len(filled) > len(first) / 2 and all(
        len(cell.text) <= _LONGEST_HEADING for cell in filled
    )


def header_height(matrix: Matrix) -> int:
    """Rows of the header a grid begins with: headings that stand over others take them in."""
    columns = len(matrix[0])
    height = 1
    while height < len(matrix):
        above = cells_of(matrix[height - 1])
        reaching = any(cell.row + cell.row_span > height for cell in above)
        over = [cell for cell in above if 1 < cell.column_span < columns and cell.row < height]
        below = matrix[height]
        inner = [
            cell
            for cell in cells_of(below)
            if cell.row == height
            and any(one.column <= cell.column < one.column + one.column_span for one in over)
        ]
        outside = [cell for cell in cells_of(below) if cell.row == height and cell not in inner]
        two_level = inner and not any(cell.text.strip() for cell in outside)
        if not ((reaching and _are_headings(below, height)) or two_level):
            break
        height += 1
    if height < len(matrix) and _numbers_columns(matrix[height]):
        height += 1
    return height


def _are_headings(row: Sequence[GridCell | None], index: int) -> bool:
    begun = [cell for cell in cells_of(row) if cell.row == index]
    return all(len(cell.text) <= _LONGEST_HEADING for cell in begun)


def _numbers_columns(row: Sequence[GridCell | None]) -> bool:
    """Whether a row under the headings only numbers the columns: "(1) (2) (3)", "A B 1 2"."""
    marks = [_COLUMN_NUMBER.match(cell.text.strip()) for cell in cells_of(row)]
    if len(marks) < _LEAST_COLUMNS or not all(marks):
        return False
    numbers = [int(mark[1]) for mark in marks if mark and mark[1].isdigit()]
    return len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def header_text(matrix: Matrix, height: int) -> str:
    """The words of a header of so many rows, folded."""
    cells = {id(cell): cell for row in matrix[:height] for cell in cells_of(row)}
    return folded(" ".join(cell.text for cell in cells.values()))


def agreed_names(readings: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The headings that most pages show; the first reading where they do not agree."""
    columns = zip(*readings, strict=True)
    return tuple(max(column, key=column.count) for column in columns)


def counted_anew(matrix: Matrix, rows: int) -> Matrix:
    """The matrix whose cells count their rows from its own first row."""
    if not rows:
        return matrix
    known: dict[int, GridCell] = {}
    for row in matrix:
        for cell in cells_of(row):
            known[id(cell)] = replace(cell, row=cell.row - rows)
    return tuple(tuple(known[id(cell)] if cell else None for cell in row) for row in matrix)


def is_title_row(matrix: Matrix, index: int) -> bool:
    """A row merged over all columns above the header."""
    cells = cells_of(matrix[index])
    return len(cells) == 1 and len(matrix[index]) > 1 and not is_row_number(cells[0].text)


def header_names(matrix: Matrix, height: int) -> tuple[str, ...]:
    """Column names as printed; the outer heading comes before the names under it."""
    names = []
    rows = matrix[: height - 1] if height > 1 and _numbers_columns(matrix[height - 1]) else None
    for column in range(len(matrix[0])):
        headings = [row[column] for row in (rows or matrix[:height])]
        distinct = {id(cell): cell.text for cell in headings if cell is not None}
        names.append(" ".join(" ".join(distinct.values()).split()))
    return tuple(names)
