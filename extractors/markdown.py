"""Markdown exports of plans: running text with marks, tables as lines of tab-separated cells.

Such an export prints the table's header again at the top of every page, so a page break can be
seen inside a table and nowhere else (but at a ``---`` rule). Pages are counted from 1 by the breaks
that can be seen; the running text before the first appendix therefore has few pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.collecting import Collector
from extractors.printed import (
    group_row,
    is_section_code,
    is_whole_number,
    join_rows,
    split_title,
    table_row,
)
from records import Cell, Document, Notice, Row

METHOD = "markdown"
MEDIA_TYPE = "text/markdown"
_LEAST_COLUMNS = 3

_BREAK = re.compile(r"^\s*([-*_])(\s*\1){2,}\s*$")
_PAGE_NUMBER = re.compile(r"^\s*[-–]?\s*\d{1,3}\s*[-–]?\s*$")
_PIPE_RULE = re.compile(r"^\|?(\s*:?-{2,}:?\s*\|)+\s*(:?-{2,}:?)?\s*$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_FOOTNOTE = re.compile(r"^\s*<sup>(\d{1,3}|\*+)</sup>\s+\S", re.MULTILINE)
_SUPERSCRIPT = re.compile(r"<sup>([^<]*)</sup>")
_LINE_BREAK = re.compile(r"<br\s*/?>")
_TAG = re.compile(r"</?(?:b|strong|i|em|u|sub|sup|span|p)\b[^>]*>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<!\\)\*+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>])")
_BOLD = re.compile(r"^\s*(?:<b>|<strong>|\*\*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """One table line: its cells without markup, and which of them were bold."""

    cells: tuple[str, ...]
    bold: tuple[bool, ...]


@dataclass(slots=True)
class _Builder(Collector):
    """The document while it is read; ``header`` holds the lines of the open table's header."""

    header: tuple[_Line, ...] = ()


def read_markdown(text: str, path: str, sha256: str) -> Document:
    """Running text and tables of a Markdown export.

    Args:
        text: the decoded file.
        path: where it was found, kept as given.
        sha256: hex digest of its bytes.
    """
    clean = _Cleaner(text)
    builder = _Builder()
    segment: list[_Line] = []
    for line in [*_pipes_to_tabs(text.split("\n")), ""]:
        if line.count("\t") >= 1 and line.strip():
            segment.append(clean.table_line(line))
            continue
        if segment:
            _read_segment(builder, segment)
            segment = []
        if _BREAK.match(line):
            builder.take_running_text()
            builder.page += 1
        elif line.strip() and not (builder.names and _PAGE_NUMBER.match(line)):
            builder.pending.extend(clean.running_lines(line))
    return builder.document(path, sha256, MEDIA_TYPE, "markdown")


class _Cleaner:
    """Takes the markup off lines; knows which superscripts are marks of this text's footnotes."""

    def __init__(self, text: str) -> None:
        self.footnotes = set(_FOOTNOTE.findall(text))

    def running_lines(self, line: str) -> list[str]:
        """The printed lines of one line of running text, without markup."""
        footnote = _FOOTNOTE.match(line)
        body = _HEADING.sub("", line)
        if footnote:
            body = _SUPERSCRIPT.sub(r"\1", body, count=1)
        return [part for part in self.plain(body).split("\n") if part]

    def table_line(self, line: str) -> _Line:
        """The cells of one table line."""
        parts = line.split("\t")
        return _Line(
            tuple(self.plain(part) for part in parts),
            tuple(bool(_BOLD.match(part)) for part in parts),
        )

    def plain(self, text: str) -> str:
        """Text without markup, printed lines separated by ``"\\n"``, blank ends taken off."""
        text = _LINE_BREAK.sub("\n", text)
        text = _SUPERSCRIPT.sub(self._superscript, text)
        text = _ESCAPE.sub(r"\1", _EMPHASIS.sub("", _TAG.sub("", text)))
        return "\n".join(part.strip() for part in text.split("\n")).strip()

    def _superscript(self, found: re.Match[str]) -> str:
        return "" if found[1] in self.footnotes else found[1]


def _pipes_to_tabs(lines: Sequence[str]) -> list[str]:
    """Markdown pipe tables as tab tables; only beside a ``|---|---|`` rule is a pipe a border."""
    rules = {index for index, line in enumerate(lines) if "|" in line and _PIPE_RULE.match(line)}
    bordered: set[int] = set()
    for rule in rules:
        bordered.add(rule - 1)
        below = rule + 1
        while below < len(lines) and lines[below].lstrip().startswith("|"):
            bordered.add(below)
            below += 1
    return [
        "\t".join(part.strip() for part in _pipe_cells(line)) if index in bordered else line
        for index, line in enumerate(lines)
        if index not in rules
    ]


def _pipe_cells(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))


def _read_segment(builder: _Builder, segment: Sequence[_Line]) -> None:
    """Read a run of table lines: a table's first page, its next page, or no table at all."""
    columns = max(len(line.cells) for line in segment)
    if columns < _LEAST_COLUMNS:
        builder.pending.extend(
            " ".join(part for part in line.cells if part) for line in segment if any(line.cells)
        )
        return
    height = _repeated_header(builder.header, segment)
    if height and not _has_new_title(builder):
        builder.take_running_text()
        builder.page += 1
    elif builder.names and _goes_on_without_header(builder, segment):
        height = 0
    else:
        _begin_table(builder, segment)
        height = len(builder.header)
    _read_rows(builder, segment[height:])


def _has_new_title(builder: _Builder) -> bool:
    return bool(builder.pending) and bool(split_title(builder.pending)[1])


def _goes_on_without_header(builder: _Builder, segment: Sequence[_Line]) -> bool:
    """Rows after a blank line, or on a page where the header was not printed again."""
    return (
        not builder.pending
        and len(segment[0].cells) <= len(builder.names)
        and (not segment[0].cells[0] or is_whole_number(segment[0].cells[0]))
    )


def _repeated_header(header: Sequence[_Line], segment: Sequence[_Line]) -> int:
    """Lines of the known header at the top of the segment; bold or not makes no difference."""
    same = len(segment) >= len(header) and all(
        _same_cells(known.cells, line.cells) for known, line in zip(header, segment, strict=False)
    )
    return len(header) if header and same else 0


def _same_cells(first: Sequence[str], second: Sequence[str]) -> bool:
    width = max(len(first), len(second))
    return _padded(first, width) == _padded(second, width)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    folded = [" ".join(cell.split()).casefold() for cell in cells]
    return folded + [""] * (width - len(folded))


def _begin_table(builder: _Builder, segment: Sequence[_Line]) -> None:
    builder.close_table()
    builder.take_title()
    if builder.tables or builder.pages:
        builder.page += 1
    height = 2 if len(segment) > 1 and _is_second_header(segment[0], segment[1]) else 1
    builder.header = tuple(segment[:height])
    builder.names = _header_names(builder.header)


def _is_second_header(first: _Line, second: _Line) -> bool:
    """Whether the second line names the columns under a heading that spans several.

    The first line leaves cells empty right of the spanning heading; the second line fills only
    the heading's own columns.
    """
    upper = list(first.cells) + [""] * (len(second.cells) - len(first.cells))
    filled = [index for index, cell in enumerate(second.cells) if cell]
    if not filled or not any(not cell for cell in upper[1:]):
        return False
    spanned = {index for index, cell in enumerate(upper) if not cell and index}
    spanning = {index - 1 for index in spanned} - spanned
    return set(filled) <= spanned | spanning and bool(set(filled) & spanned)


def _header_names(header: Sequence[_Line]) -> tuple[str, ...]:
    """Column names as printed; the outer heading comes before the names under it."""
    width = max(len(line.cells) for line in header)
    upper = [*header[0].cells, *[""] * (width - len(header[0].cells))]
    if len(header) == 1:
        return tuple(_one_line(name) for name in upper)
    lower = [*header[1].cells, *[""] * (width - len(header[1].cells))]
    names = []
    outer = ""
    for name, inner in zip(upper, lower, strict=True):
        outer = name or (outer if inner else "")
        names.append(_one_line(f"{outer} {inner}"))
    return tuple(names)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _read_rows(builder: _Builder, lines: Sequence[_Line]) -> None:
    """Read the lines below a header; the header may come again without a blank line before it."""
    first_of_page = True
    index = 0
    while index < len(lines):
        height = _repeated_header(builder.header, lines[index:])
        if height:
            builder.page += 1
            first_of_page = True
            index += height
            continue
        if any(lines[index].cells):
            _read_row(builder, lines[index], first_of_page)
            first_of_page = False
        index += 1


def _read_row(builder: _Builder, line: _Line, first_of_page: bool) -> None:
    row = _group_row(builder, line)
    if row is None:
        columns = len(builder.names)
        row = table_row([_cell(builder, text) for text in line.cells], columns, builder.page)
        builder.note_surplus(line.cells)
        if not row.cells[0].text and _goes_on_from_above(builder, row, first_of_page):
            return
    builder.rows.append(row)


def _goes_on_from_above(builder: _Builder, row: Row, first_of_page: bool) -> bool:
    """Join a line without a number to the row above, where it is its continuation.

    At the top of a page it always is. Further down, a line that fills every cell below a row
    whose cells were all filled is a row whose number was not printed.
    """
    if not builder.rows:
        return False
    above = builder.rows[-1]
    filled = [index for index, cell in enumerate(row.cells) if cell.text]
    if above.span:
        if filled != [1]:
            return False
        builder.rows[-1] = join_rows(above, Row(row.cells[:2], row.page_first, row.page_last))
        return True
    complete = len(filled) == len(row.cells) - 1 and all(cell.text for cell in above.cells)
    if complete and not first_of_page:
        return False
    builder.rows[-1] = join_rows(above, row)
    return True


def _group_row(builder: _Builder, line: _Line) -> Row | None:
    """The line as a group row: a bold (or coded) title with nothing in the other columns."""
    code, title, rest = line.cells[0], "".join(line.cells[1:2]), line.cells[2:]
    if code and not title and not any(rest):
        if is_whole_number(code):
            return None
        return group_row(_cell(builder, ""), _cell(builder, code))
    if not title:
        return None
    bold = line.bold[1] and (line.bold[0] or not code)
    if any(rest) and not (bold and is_section_code(code)):
        return None
    if not (bold or is_section_code(code)):
        return None
    if any(rest):
        builder.notices.append(
            Notice(
                "group_row_text",
                f"Dòng nhóm “{code} {title}” có chữ ở cột khác, không xếp vào dòng nào được.",
                evidence=" | ".join(part for part in rest if part),
            )
        )
    return group_row(_cell(builder, code), _cell(builder, title))


def _cell(builder: _Builder, text: str) -> Cell:
    return Cell(text, builder.page, method=METHOD)
