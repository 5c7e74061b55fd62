"""Text saved from Word drafts: every cell on lines of its own, the first one after a tab.

Rows are parted by blank lines; a cell goes on over lines without a tab; trailing cells may be empty
or missing. Word's bookmarks stand in the text as ``[bookmark: name]``. The text holds no page
breaks, but every appendix begins a page, so pages are counted by appendices: 1 is the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.collecting import Collector
from extractors.printed import (
    group_row,
    is_appendix_label,
    is_whole_number,
    table_row,
)
from records import Cell, Document, Row

METHOD = "word-text"
MEDIA_TYPE = "text/plain"
_LEAST_COLUMNS = 3
_BOOKMARK = re.compile(r"\[bookmark: [^\]]*\]")


def read_word_text(text: str, path: str, sha256: str) -> Document:
    """Running text and tables of a Word draft saved as text.

    Args:
        text: the decoded file.
        path: where it was found, kept as given.
        sha256: hex digest of its bytes.
    """
    builder = Collector()
    for block in _blocks(text):
        _read_block(builder, block)
    return builder.document(path, sha256, MEDIA_TYPE, "word-text")


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines between blank lines, bookmarks taken off; a line's tab is kept.

    An appendix label always begins a block of its own: it may be glued to the last cell above.
    A line that holds nothing but a bookmark is not there; a lone tab is an empty cell.
    """
    block: list[str] = []
    for raw in text.split("\n"):
        line = _BOOKMARK.sub("", raw)
        blank = not line.strip()
        if blank and (not line.startswith("\t") or not block):
            if not raw.strip("\xa0 ") or raw == line:
                yield from _filled(block)
                block = []
            continue
        if is_appendix_label(line):
            yield from _filled(block)
            block = []
        block.append(line)
    yield from _filled(block)


def _filled(block: list[str]) -> Iterator[list[str]]:
    if any(line.strip() for line in block):
        yield block


def _read_block(builder: Collector, block: Sequence[str]) -> None:
    if block[0].startswith("\t") and (builder.names or _count_cells(block) >= _LEAST_COLUMNS):
        cells = _cells(block)
        if not builder.names:
            _begin_table(builder, cells)
        elif not _is_header_again(builder, cells):
            builder.rows.append(_read_row(builder, cells))
        return
    if builder.names and not is_appendix_label(block[0]) and _continues_row(builder, block):
        return
    if is_appendix_label(block[0]):
        builder.close_table()
        builder.take_running_text()
        builder.page += 1
    builder.pending.extend(line.strip() for line in block if line.strip())


def _count_cells(block: Sequence[str]) -> int:
    """Cells of a block in which every cell is filled, as in a header; else 0."""
    cells = _cells(block)
    return len(cells) if all(cells) else 0


def _cells(block: Sequence[str]) -> list[str]:
    """The cells of a block: a tab begins one, other lines go on in it."""
    cells: list[list[str]] = []
    for line in block:
        if line.startswith("\t") or not cells:
            cells.append([line.strip()])
        else:
            cells[-1].append(line.strip())
    return ["\n".join(part for part in cell if part) for cell in cells]


def _begin_table(builder: Collector, cells: Sequence[str]) -> None:
    builder.take_title()
    builder.names = tuple(" ".join(cell.split()) for cell in cells)


def _is_header_again(builder: Collector, cells: Sequence[str]) -> bool:
    return [" ".join(cell.split()).casefold() for cell in cells] == [
        name.casefold() for name in builder.names
    ]


def _read_row(builder: Collector, cells: Sequence[str]) -> Row:
    """A group row (a title alone, or a code and a title with nothing after them), or a row."""
    columns = len(builder.names)
    filled = [index for index, cell in enumerate(cells) if cell]
    if filled == [0] and not is_whole_number(cells[0]):
        return group_row(_cell(builder, ""), _cell(builder, cells[0]))
    if filled == [0, 1] and not is_whole_number(cells[0]):
        return group_row(_cell(builder, cells[0]), _cell(builder, cells[1]))
    if filled == [1] and len(cells) < columns:
        return group_row(_cell(builder, ""), _cell(builder, cells[1]))
    builder.note_surplus(cells)
    return table_row([_cell(builder, cell) for cell in cells], columns, builder.page)


def _continues_row(builder: Collector, block: Sequence[str]) -> bool:
    """A paragraph break inside a cell: the block goes on in the last row, which lacks cells."""
    if not builder.rows or builder.rows[-1].span:
        return False
    above = [cell.text for cell in builder.rows[-1].cells]
    while above and not above[-1]:
        above.pop()
    tabs = sum(1 for line in block if line.startswith("\t"))
    if len(above) + tabs > len(builder.names) or not tabs or not above:
        return False
    more = _cells(block)
    above[-1] = "\n".join((above[-1], more[0]))
    builder.rows[-1] = _read_row(builder, [*above, *more[1:]])
    return True


def _cell(builder: Collector, text: str) -> Cell:
    return Cell(text, builder.page, method=METHOD)
