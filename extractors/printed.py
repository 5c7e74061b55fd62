"""What every plan's print shares, whatever the file: appendix labels, titles, group rows.

Only the layout is known here (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục III: an appendix begins with
"Phụ lục" and its number on a line of their own, then its title, then "(Kèm theo ...)"), not what
the rows mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from unidecode import unidecode

from records import Cell, Row

_LABEL = re.compile(r"^\W*(?:phụ\s+lục|phụ\s+biểu)(?P<rest>.*)$", re.IGNORECASE)
_NUMBER = r"(?:(?i:số)\s*)?(?:[IVXLC]{1,7}|\d{1,3}|[A-ZĐ])(?:[.\-/]\w{1,2})?[a-z]?"
_LABEL_ALONE = re.compile(rf"^\s*(?:{_NUMBER})?\s*[.:)\-–]?\s*$")
_LABEL_AND_TITLE = re.compile(rf"^\s*{_NUMBER}\s*[.:\-–]\s*\S")
_SEALED_LABEL = re.compile(
    r"^(?!\W*(?:\d{1,2}|[a-zđ])[.)])(?:\W*[^\W\d]?|\S*[^\w\s]\S*\s|\W*\d\s)"
    r"(?:[PFƑ]h[ụự]|[PFƑ]H[ỤỰ])\s*(?:l[ụự]c|L[ỤỰ]C)\s*[IVXLCHl|!\d]{0,5}[\W_]*$"
)
"""A label alone on its line beside the rim of a seal, which OCR reads as a sign or two."""
_ATTACHED = re.compile(r"^\W*(?:ban hành\s+)?kèm\s+theo\b", re.IGNORECASE)
_LETTERHEAD = re.compile(
    r"^(?:cong hoa xa hoi chu nghia viet nam|doc lap tu do hanh phuc|dang cong san viet nam"
    r"|noi nhan ?:?)$"
)
_WHOLE_NUMBER = re.compile(r"^\d+$")
_ROW_NUMBER = re.compile(r"^\d{1,4}(?:\.\d{1,3})*\s*[.)]?$")
_SECTION_CODE = re.compile(
    r"^(?:nhóm\s+)?(?:[IVXLC]+|[A-ZĐ]|\d+)(?:\.\d+)*\s*[.):]?$", re.IGNORECASE
)


def is_appendix_label(line: str) -> bool:
    """Whether a line announces an appendix: "Phụ lục II", "PHỤ LỤC 04", "Phụ lục I: DANH MỤC ...".

    A sentence that only mentions one ("Phụ lục I kèm theo") is no label.
    """
    if _SEALED_LABEL.match(line):
        return True
    found = _LABEL.match(line)
    if found is None:
        return False
    rest = found["rest"]
    capitals = bool(rest[:1].isspace()) and rest.isupper()
    return capitals or bool(_LABEL_ALONE.match(rest) or _LABEL_AND_TITLE.match(rest))


def is_attached_line(line: str) -> bool:
    """Whether a line begins "(Kèm theo ...": which document the appendix belongs to."""
    return bool(_ATTACHED.match(line))


def is_letterhead_line(line: str) -> bool:
    """Whether a line can only stand in a letterhead or over the recipients, in no table's row."""
    folded = " ".join(unidecode(line).lower().replace("-", " ").split())
    return bool(_LETTERHEAD.match(folded))


def looks_like_title(line: str) -> bool:
    """Whether a line above an unlabelled table reads as its title: capitals, or "(Kèm theo"."""
    letters = [letter for letter in line if letter.isalpha()]
    return is_attached_line(line) or (bool(letters) and all(map(str.isupper, letters)))


def split_title(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Running text and the title of the table that follows it.

    The title begins at the last appendix label; where there is none it is the run of title-like
    lines right above the table (a "(Kèm theo ...)" sentence may have ended on its second line).
    """
    for index in range(len(lines) - 1, -1, -1):
        if is_appendix_label(lines[index]):
            return list(lines[:index]), list(lines[index:])
    first = len(lines)
    while first and looks_like_title(lines[first - 1]):
        first -= 1
    return list(lines[:first]), list(lines[first:])


def is_whole_number(text: str) -> bool:
    """Whether a number cell counts rows ("1", "09"), with or without a dot after it."""
    return bool(_WHOLE_NUMBER.match(text.strip().rstrip(".)")))


def is_row_number(text: str) -> bool:
    """Whether a cell's text is a row's number: "7", "7.", "2.1"."""
    return bool(_ROW_NUMBER.match(text.strip()))


def is_section_code(text: str) -> bool:
    """Whether a printed code can number a group row: "A", "I.", "I.1", "Nhóm II"; no plain "1"."""
    text = text.strip()
    return bool(_SECTION_CODE.match(text)) and not is_whole_number(text)


def folded(text: str) -> str:
    """Small letters without diacritics, single blanks: what two readings by OCR share."""
    return " ".join(unidecode(text).lower().split())


def table_row(cells: Sequence[Cell], columns: int, page: int) -> Row:
    """A row of ``columns`` cells: missing cells are empty, surplus ones join the last."""
    kept = list(cells[:columns])
    if len(cells) > columns:
        surplus = "\n".join(cell.text for cell in cells[columns - 1 :] if cell.text)
        kept[-1] = _with_text(kept[-1], surplus)
    method = cells[0].method if cells else "text"
    kept += [Cell("", page, method=method)] * (columns - len(kept))
    return Row(tuple(kept), page, page)


def group_row(code: Cell, title: Cell) -> Row:
    """A section title that spans the table: its printed code ("" where none) and its text."""
    return Row((code, title), code.page, title.page, span=True)


def join_rows(above: Row, below: Row) -> Row:
    """One row printed in two pieces, cell under cell."""
    cells = tuple(
        _with_text(cell, "\n".join(text for text in (cell.text, more.text) if text))
        for cell, more in zip(above.cells, below.cells, strict=True)
    )
    return Row(cells, above.page_first, below.page_last, above.span)


def _with_text(cell: Cell, text: str) -> Cell:
    return Cell(text, cell.page, cell.confidence, cell.method, cell.box)
