"""From a :class:`records.Document` to the rows of its appendices.

Here it is decided which table is which appendix, which column is which field, and under which
section titles a row stands. Nothing printed is dropped: a table or a column nobody knows becomes a
finding that holds its cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rapidfuzz import fuzz

from extractors.joining import MERGED
from normalizers.appendix_labels import settle_labels
from normalizers.group_codes import SENTENCE_MARKS, without_ruled_ink
from normalizers.headers import Column, dataset_of, read_header
from normalizers.lines import join_lines
from normalizers.page_health import without_signature
from normalizers.sections import (
    Section,
    appendix_mark,
    clean_code,
    enter_section,
    headings_of,
    is_next,
    kind_of,
    lost_code,
    may_be_code,
    read_appendix_label,
    read_section_code,
    read_section_code_ahead,
    repeats_heading,
    settle_codes,
    split_read_title,
    split_section_title,
)
from normalizers.titles import TitleBlock, begins_attachment, is_capitals, read_title_block
from pipeline.numbering import audit_numbering, read_number
from pipeline.paragraphs import paragraphs
from pipeline.plan import Appendix, Finding, Plan, PlanRow
from records import Cell, Document, Page, Row, Table

__all__ = ["Appendix", "Finding", "Plan", "PlanRow", "assemble", "letterhead_lines"]

Repair = Callable[[str], str]
ReadHeader = Callable[[Sequence[str]], "tuple[Column, ...] | None"]

_MARKS = frozenset("xX×✓✔√vV+*●•")
_SEVERAL_MARKS = re.compile(r"[xX×✓✔√vVkK+*●•]{1,3}")
_NO_MARK = frozenset(("", "-", "–"))
_MOST_EVIDENCE = 4000
_STRAY_CONFIDENCE = 0.3
_TITLE_LINES = 6  # an appendix's label and title take no more printed lines
_NUMBERED_LINE = re.compile(r"^\W*\d{1,3}\s*[.|\])_]?\s*\S*[^\W\d_]{2}")
_LEAST_TITLE = 12  # characters
_FEWEST_NUMBERED = 3
_COUNTS = re.compile(r"[\dIVXLlHi|]{1,4}(?:\.\d{1,2})*[.)]?")
_MOSTLY = 0.6
_OCR_METHOD = "tesseract"
_SAME_TITLE = 85.0  # per cent of likeness: titles of one appendix, read twice
_FIRST_CODES = frozenset(("I", "A", "1", "l", "|", "Nhóm I", "I.1"))
_NO_GROUP = 1.0  # nats: rows above all groups of a table are in none
_NO_GROUP_ANEW = 3.0  # ... where the groups number their rows anew, or rows do without a group
_DOTTED = re.compile(r"\w[.,]\s?[\dlI]")


def _unchanged(text: str) -> str:
    return text


@dataclass(slots=True)
class _Assembly:
    """The plan while it is put together; the open appendix and its open sections."""

    damaged: bool
    repair: Repair
    headings: tuple[str, ...] = ()
    rows: list[PlanRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    appendices: list[Appendix] = field(default_factory=list)
    block: TitleBlock = field(default_factory=lambda: TitleBlock(None, "", ""))
    header: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    ordinal: int = 0
    ocr: bool = False  # the table's cells were read from page images
    by_ocr: set[int] = field(default_factory=set)  # rows that were


def assemble(
    document: Document, repair: Repair = _unchanged, header_reader: ReadHeader = read_header
) -> Plan:
    """The rows of a document's appendices, in printed order.

    Args:
        document: what an extractor read.
        repair: mends one line of damaged Vietnamese; used for titles of appendices and sections
            (cells are left as they were seen). Identity for healthy documents.
        header_reader: fields for the header of a table, None where it is no known table.
    """
    damaged = document.health == "damaged"
    headings = headings_of(paragraphs(document.pages)) if damaged else ()
    state = _Assembly(damaged, repair, headings)
    state.findings.extend(
        Finding(notice.kind, notice.message, notice.evidence, notice.severity)
        for notice in document.notices
    )
    all_columns = [_columns_of(table, header_reader) for table in document.tables]
    beginnings = _beginnings(document, repair, all_columns)
    for table, columns, begun in zip(document.tables, all_columns, beginnings, strict=True):
        _enter_table(state, table, begun)
        dataset = dataset_of(columns) if columns else None
        if columns is None or dataset is None:
            _keep_unknown_table(state, table)
            _count_rows(state, table, None, 0)
            continue
        _report_unknown_columns(state, table, columns)
        before = len(state.rows)
        _add_rows(state, table, columns, dataset)
        _count_rows(state, table, dataset, len(state.rows) - before)
    unread = _unread_appendices(document) if state.damaged else []
    state.findings += unread
    if not state.rows and not unread:
        state.findings.append(_no_appendix(document))
    _supply_unread_numbers(state)
    state.findings.extend(audit_numbering(state.rows))
    findings = tuple(_within(finding, len(state.rows)) for finding in state.findings)
    return Plan(tuple(state.rows), findings, tuple(state.appendices))


def _columns_of(table: Table, header_reader: ReadHeader) -> tuple[Column, ...] | None:
    """Fields of a table's columns; a first column of numbers counts rows, whatever its heading
    says: "TT" is soon misread.
    """
    columns = header_reader(table.header)
    if columns and columns[0].field == "unknown" and all(c.field != "number" for c in columns):
        firsts = [row.cells[0].text.strip() for row in table.rows if not row.span]
        numbers = sum(bool(_COUNTS.fullmatch(text)) for text in firsts)
        if numbers >= _MOSTLY * len(firsts) and numbers:
            columns = header_reader(("TT", *table.header[1:])) or columns
    return columns


def _is_read_by_ocr(table: Table) -> bool:
    """Whether the cells were read from a page image."""
    return any(
        cell.method.startswith(_OCR_METHOD) for row in table.rows for cell in row.cells if cell.text
    )


def _supply_unread_numbers(state: _Assembly) -> None:
    """Row numbers that OCR could not read, where the rows around them leave one; each is reported.

    A number is supplied where the row before and the row after in the same section, or the one
    that there is, count on over it.
    """
    numbers = [read_number(row.row_no) for row in state.rows]
    for index, row in enumerate(state.rows):
        if numbers[index] is not None or index not in state.by_ocr:
            continue
        before = numbers[index - 1] if _same_section(state.rows, index, index - 1) else 0
        after = numbers[index + 1] if _same_section(state.rows, index, index + 1) else None
        due = before + 1 if before is not None else after - 1 if after else None
        if not due or (after is not None and after != due + 1):
            continue
        message = f"Số thứ tự không đọc được, suy ra là {due} từ các hàng trước và sau."
        state.findings.append(Finding("number_lost", message, row.row_no, row=index))
        state.rows[index] = replace(row, row_no=str(due))
        numbers[index] = due


def _same_section(rows: Sequence[PlanRow], index: int, other: int) -> bool:
    if not 0 <= other < len(rows):
        return False
    a, b = rows[index], rows[other]
    return (a.appendix, a.dataset, a.section_path) == (b.appendix, b.dataset, b.section_path)


def _within(finding: Finding, rows: int) -> Finding:
    """A finding on a section that no row follows concerns the whole document."""
    return finding if finding.row is None or finding.row < rows else replace(finding, row=None)


def letterhead_lines(document: Document, repair: Repair = _unchanged) -> tuple[str, ...]:
    """Running text for :func:`normalizers.letterhead.read_letterhead`, repaired line by line.

    The lines above the tables follow the body: label, title and "(Kèm theo ...)" on one line each.
    """
    lines = [repair(line) for page in document.pages for line in page.lines if line.strip()]
    lines = without_signature(lines)
    previous = ""
    for table in document.tables:
        if not table.title:
            continue
        block = read_title_block(table.title, previous, repair)
        if block.label is not None:
            previous = block.label
            lines.append(f"Phụ lục {block.label}".strip())
        lines.extend(part for part in (block.title, block.attached) if part)
    return tuple(lines)


def _enter_table(state: _Assembly, table: Table, begun: _Begun) -> None:
    """Open the table's appendix: a new one where a title announces it or the header changes."""
    header = tuple(join_lines(name).casefold() for name in table.header)
    block = begun.block
    if begun.told:
        found = Finding(
            "label_read", begun.told, block.title or block.attached, row=len(state.rows)
        )
        state.findings.append(found)
    if table.title or begun.told:
        if block.rest:
            state.findings.append(
                Finding(
                    "stray_line",
                    "Dòng này đứng giữa tên phụ lục và tiêu đề bảng, không rõ thuộc hàng nào.",
                    "\n".join(block.rest),
                )
            )
        changed = header != state.header and not begun.goes_on
        new = block.label is not None or changed
        if block.label is None and state.header and changed:
            block = TitleBlock(state.block.label, block.title or state.block.title, block.attached)
    else:
        block, new = state.block, not state.header
    state.header = header
    if new:
        state.ordinal = 0 if block.label != state.block.label or not state.rows else state.ordinal
        state.block = block
        state.sections = ()


@dataclass(frozen=True, slots=True)
class _Begun:
    """How a table begins: the lines above it, their label settled (None: it begins no appendix).

    ``told``: what a person is to know where the label was inferred. ``goes_on``: a table read from
    page images that belongs to the appendix before it.
    """

    block: TitleBlock
    told: str = ""
    goes_on: bool = False


def _beginnings(
    document: Document, repair: Repair, columns: Sequence[tuple[Column, ...] | None]
) -> list[_Begun]:
    """How each table of a document begins; labels are settled together."""
    blocks: list[TitleBlock] = []
    previous = ""
    for table in document.tables:
        block = read_title_block(table.title, previous, repair)
        blocks.append(block)
        previous = block.label or previous
    doubtful = [document.health == "damaged" or _is_read_by_ocr(one) for one in document.tables]
    if not any(doubtful):
        return [_Begun(block) for block in blocks]
    firsts: list[int] = []  # tables that begin an appendix
    known = -1  # the table before of known columns
    for index, table in enumerate(document.tables):
        if _begins(document.tables, blocks, columns, doubtful, firsts, known, index):
            firsts.append(index)
        known = index if columns[index] and table.rows else known
    labels = settle_labels(
        [_label_seen(document.tables[i], blocks[i], doubtful[i]) for i in firsts],
        [not doubtful[i] for i in firsts],
    )
    settled = dict(zip(firsts, labels, strict=True))
    begun = []
    for index, block in enumerate(blocks):
        if index not in settled:
            goes_on = doubtful[index] and bool(firsts) and document.health != "damaged"
            begun.append(_Begun(replace(block, label=None) if firsts else block, goes_on=goes_on))
            continue
        label = settled[index]
        told = _how_inferred(block.label, label, labels)
        begun.append(_Begun(replace(block, label=label), told))
    return begun


def _label_seen(table: Table, block: TitleBlock, doubtful: bool) -> str:
    """The label over a table as settling wants it: what OCR saw where it is not sure."""
    if not doubtful or not block.label or not _is_read_by_ocr(table):
        return block.label or ""
    marks = [appendix_mark(line) for line in table.title if read_appendix_label(line) is not None]
    return marks[0] if marks and marks[0] else block.label


def _how_inferred(seen: str | None, label: str, labels: Sequence[str]) -> str:
    """The sentence that tells a clerk how a label was found; "" where it was read."""
    if seen == label or not label:
        return ""
    how = f"đọc là “Phụ lục {seen}”" if seen else "không đọc được"
    others = [other for other in labels if other != label]
    because = f" vì các phụ lục khác là {', '.join(others)}" if others else ""
    return f"Nhãn phụ lục {how}; suy ra là {label}{because}."


def _begins(
    tables: Sequence[Table],
    blocks: Sequence[TitleBlock],
    columns: Sequence[tuple[Column, ...] | None],
    doubtful: Sequence[bool],
    firsts: Sequence[int],
    known: int,
    index: int,
) -> bool:
    """Whether a table begins an appendix; ``known`` is the table before it whose columns are known,
    -1 for none.

    Beside a label, the "(Kèm theo ...)" sentence says so; and where the page was read from its
    image and a seal may hide both, other columns than before do, or numbers that begin anew.
    """
    block, table = blocks[index], tables[index]
    if columns[index] is None:
        return block.label is not None
    if not firsts or known < 0:
        return block.label is not None or _is_read_by_ocr(table)
    last = blocks[firsts[-1]]
    fields = [[column.field for column in columns[i] or ()] for i in (known, index)]
    anew = fields[0] != fields[1] or _numbers_anew(tables[known], table)
    if block.label is not None:
        same = block.label == last.label and _same_title(block, last)
        return not (same and doubtful[index]) or anew
    if not doubtful[index]:
        return False
    if block.attached and (last.attached or _is_read_by_ocr(table)):
        return True
    return anew and _is_read_by_ocr(table)


def _same_title(block: TitleBlock, other: TitleBlock) -> bool:
    """Whether titles say the same, or one of them was not read."""
    titles = block.title.casefold(), other.title.casefold()
    return not all(titles) or fuzz.ratio(*titles) >= _SAME_TITLE


def _numbers_anew(before: Table, table: Table) -> bool:
    """Whether a table counts its groups from "I" or "A" on, or, where there are none, its rows from
    1.
    """
    if not table.rows:
        return False
    first = table.rows[0]
    code = clean_code(first.cells[0].text)
    if first.span:
        return code in _FIRST_CODES or split_section_title(first.cells[1].text)[0] in _FIRST_CODES
    return not any(row.span for row in before.rows) and read_number(code) == 1


def _count_rows(state: _Assembly, table: Table, dataset: str | None, rows: int) -> None:
    """Note the table as an appendix, or as more rows of the one noted last."""
    block = state.block
    last = state.appendices[-1] if state.appendices else None
    page = table.rows[0].page_first if table.rows else 1
    label, title = block.label or "", block.title
    if last and (last.label, last.title, last.dataset) == (label, title, dataset):
        state.appendices[-1] = Appendix(
            label, title, last.attached, dataset, last.rows + rows, last.page_first
        )
    else:
        state.appendices.append(Appendix(label, title, block.attached, dataset, rows, page))


def _add_rows(state: _Assembly, table: Table, columns: Sequence[Column], dataset: str) -> None:
    state.ocr = _is_read_by_ocr(table)
    names = _cell_names(table.header, columns)
    stray: list[Cell] = []
    codes = [_printed_code(row, state.ocr) for row in table.rows]
    settled = _settled_codes(state, table, names.index("text")) if state.damaged else {}
    for index, row in enumerate(table.rows):
        if not row.span and settled.get(index):
            _enter_unseen_group(state, settled[index])
        if row.span:
            if state.damaged and index not in settled:
                stray.append(row.cells[1])
                _report_stray_line(state, row)
            else:
                _enter_group(state, row, codes[index + 1 :], settled.get(index))
            continue
        if stray:
            row = _with_stray_lines(row, names.index("text"), stray)
            stray = []
        if state.ocr:
            state.by_ocr.add(len(state.rows))
        alignment = table.alignment[index] if index < len(table.alignment) else ""
        state.rows.append(_plan_row(state, row, columns, names, dataset, alignment or None))
        state.ordinal += 1


def _settled_codes(state: _Assembly, table: Table, text: int) -> dict[int, str]:
    """The codes of a damaged table's group rows by their place; stray lines have none. A code at
    the place of another row is that of a group above it whose title was not found.

    ``text`` is the column that a stray line belongs to.
    """
    printed: dict[int, str] = {}
    below: list[bool] = []
    named = bool(state.headings)
    numbers = [_number_of(row) for row in table.rows if not row.span]
    anew = numbers.count(1) > 1
    coded = bool(state.sections) and all(section.code for section in state.sections)
    for index, row in enumerate(table.rows):
        if not row.span:
            continue
        code = row.cells[0].text.strip() or split_section_title(row.cells[1].text)[0]
        code = code if any(map(str.isalnum, code)) else ""
        sure = bool(code) and (may_be_code(code) or not anew)
        asked = not sure and bool(coded or named or code)
        if not (asked and _is_stray_line(state, table, index, text, anew)):
            below.append(index - 1 in printed)
            printed[index] = code
            coded = bool(coded or code)
    if not coded and not any(printed.values()):
        return printed
    if _are_uncoded(table, printed):
        return dict.fromkeys(printed, "")
    unseen = _unseen_groups(state, table, printed, text)
    places = sorted((*printed, *unseen))
    under = dict(zip(printed, below, strict=True))
    codes = settle_codes(
        [printed.get(place, "") for place in places],
        state.sections,
        [under.get(place, False) for place in places],
        {position: unseen[place] for position, place in enumerate(places) if place in unseen},
    )
    settled = dict(zip(places, codes, strict=True))
    return {place: code for place, code in settled.items() if code or place in printed}


def _unseen_groups(
    state: _Assembly, table: Table, printed: Collection[int], text: int
) -> dict[int, float]:
    """The rows of a damaged table above which a group's title may have been lost, with what it
    costs that there was none (nats): the first, and those whose number is 1 again.
    """
    found: dict[int, float] = {}
    before = 0
    grouped = False
    for index, row in enumerate(table.rows):
        grouped = grouped or index in printed
        if row.span:
            continue
        number = _number_of(row) or before + 1
        if number == 1 and before > 1 and not grouped:
            found[index] = _NO_GROUP_ANEW
        before, grouped = number, False
    first = min(printed)
    above = [
        index
        for index, row in enumerate(table.rows[:first])
        if not row.span and row.cells[text].text.strip()
    ]
    below = next((row for row in table.rows[first:] if not row.span), None)
    if above and not state.sections:
        anew = below is not None and _number_of(below) == 1
        found[above[0]] = _NO_GROUP_ANEW if anew else _NO_GROUP
    return found


def _number_of(row: Row) -> int | None:
    """The number that a row of a damaged table bears."""
    return read_number(clean_code(row.cells[0].text))


def _are_uncoded(table: Table, printed: Mapping[int, str]) -> bool:
    """Whether a table's groups bear titles in capitals and no codes; stray ink is none."""
    titles = [table.rows[index].cells[1].text for index in printed]
    whole = any(set(code) <= set("IVXABCD.") for code in printed.values() if code)
    return not all(printed.values()) and not whole and all(map(is_capitals, titles))


def _printed_code(row: Row, by_ocr: bool) -> str:
    """The code of a group row as it stands in print, "" of any other row; read from an image, also
    one that stands in its title.
    """
    code = row.cells[0].text.strip() if row.span else ""
    if by_ocr and row.span and not code:
        return split_read_title(join_lines(row.cells[1].text))[0]
    return code


def _cell_names(header: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The name each column's cells are kept under."""
    names = []
    for printed, column in zip(header, columns, strict=True):
        if column.field == "year":
            several = f"{column.years[0]}-{column.years[-1]}" if column.years else ""
            names.append(f"year:{column.year or several}")
        elif column.field == "unknown":
            names.append(f"unknown:{join_lines(printed)}")
        else:
            names.append(column.field)
    return names


def _plan_row(
    state: _Assembly,
    row: Row,
    columns: Sequence[Column],
    names: Sequence[str],
    dataset: str,
    alignment: str | None,
) -> PlanRow:
    cells: dict[str, Cell] = {}
    for name, cell in zip(names, row.cells, strict=False):
        cells[name] = cell if name not in cells else _joined(cells[name], cell)
    number = cells.pop("number", None)
    return PlanRow(
        dataset=dataset,
        appendix=state.block.label or "",
        appendix_title=state.block.title,
        section_path=tuple(section.entry() for section in state.sections),
        row_no=join_lines(number.text) if number else "",
        ordinal=state.ordinal,
        cells=cells,
        years=_marked_years(state, columns, row),
        page_first=row.page_first,
        page_last=row.page_last,
        result_alignment=alignment,
        shares_number=number is not None and number.method.endswith(MERGED),
    )


def _joined(above: Cell, below: Cell) -> Cell:
    text = "\n".join(part for part in (above.text, below.text) if part)
    confidence = min(above.confidence, below.confidence)
    return Cell(text, above.page, confidence, above.method, above.box)


def _marked_years(state: _Assembly, columns: Sequence[Column], row: Row) -> tuple[int, ...]:
    """Years whose column is marked. A mark that is no cross counts, and is reported."""
    years: list[int] = []
    for column, cell in zip(columns, row.cells, strict=False):
        mark = cell.text.strip()
        if column.years:
            years += _years_from_the_left(state, column.years, row, cell)
        if column.field != "year" or column.year is None or mark in _NO_MARK:
            continue
        years.append(column.year)
        if mark not in _MARKS:
            message = f"Cột năm {column.year} ghi “{join_lines(mark)}” thay vì dấu “x”."
            state.findings.append(
                Finding("year_mark", message, _row_evidence(row), row=len(state.rows))
            )
    first, last = min(years, default=0), max(years, default=0)
    printed = [column.year for column in columns if column.field == "year" and column.year]
    between = [year for year in printed if first < year < last]
    unmarked = [str(year) for year in between if year not in years]
    if state.ocr and unmarked:
        message = (
            f"Cột năm {', '.join(unmarked)} trống giữa các năm có dấu; bản quét có thể đã mất dấu."
        )
        found = Finding("year_mark", message, _row_evidence(row), row=len(state.rows))
        state.findings.append(found)
    return tuple(years)


def _years_from_the_left(
    state: _Assembly, columns: Sequence[int], row: Row, cell: Cell
) -> tuple[int, ...]:
    """Years of the marks of several columns read as one: as many as there are, from the first on.

    The text of a scan does not say under which year a mark stands; where some column is empty, or
    more was read than there are columns, a person has to look.
    """
    tokens = cell.text.replace("|", " ").split()
    marks = [token for token in tokens if _SEVERAL_MARKS.fullmatch(token)]
    years = tuple(columns[: len(marks)])
    if years != tuple(columns) or len(tokens) != len(columns):
        assumed = ", ".join(map(str, years)) or "không năm nào"
        message = (
            f"Hàng có {len(marks)} dấu “x” cho {len(columns)} cột năm; bản quét không cho biết dấu "
            f"nằm ở cột nào, tạm ghi {assumed}."
        )
        state.findings.append(
            Finding("year_place", message, _row_evidence(row), row=len(state.rows))
        )
    return years


def _is_stray_line(state: _Assembly, table: Table, index: int, text: int, anew: bool) -> bool:
    """Whether a damaged "group row" without a code, below others that bear one, is rather the
    first line of the row below it: that one begins in lower case, or it ends as sentences do, or
    numbers go on where groups number their rows ``anew``.

    In capitals, as a heading of the running text, or where the rows' numbers begin anew it is not.
    """
    title = join_lines(table.rows[index].cells[1].text)
    if is_capitals(title) or repeats_heading(title, state.headings):
        return False
    below = next((row for row in table.rows[index:] if not row.span), None)
    if below is None:
        return True
    number = _number_of(below)
    if number == 1:
        return False
    above = next((row for row in reversed(table.rows[:index]) if not row.span), None)
    before = _number_of(above) if above is not None else None
    if anew and number and before and number > before:
        return True
    initial = next(filter(str.isalpha, below.cells[text].text), "")
    return initial.islower() or title.endswith(SENTENCE_MARKS)


def _report_stray_line(state: _Assembly, row: Row) -> None:
    message = "Dòng này không có số mục nên được coi là dòng đầu của hàng ngay dưới; cần xem lại."
    found = Finding("stray_line", message, join_lines(row.cells[1].text), row=len(state.rows))
    state.findings.append(found)


def _with_stray_lines(row: Row, column: int, stray: Sequence[Cell]) -> Row:
    """The row with lines put back before its text, which is doubtful from then on."""
    cell = row.cells[column]
    text = "\n".join((*(line.text for line in stray), cell.text))
    joined = replace(cell, text=text, confidence=min(cell.confidence, _STRAY_CONFIDENCE))
    cells = (*row.cells[:column], joined, *row.cells[column + 1 :])
    return replace(row, cells=cells, page_first=min(row.page_first, stray[0].page))


def _enter_group(
    state: _Assembly, row: Row, following: Sequence[str], settled: str | None = None
) -> None:
    """Open the section that a group row announces.

    ``following`` are the codes of the table's later group rows as printed, "" for other rows;
    ``settled`` is the row's own, where all of a damaged table were settled together.
    """
    code, title = row.cells[0].text, join_lines(row.cells[1].text)
    if not code.strip():
        split = split_read_title if state.ocr else split_section_title
        code, title = split(title)
    else:
        title = title.lstrip("-–—[ ").strip()
    if state.damaged:
        title = without_ruled_ink(title)
    code = clean_code(code)
    if settled is None and state.ocr and code:
        coded = [one for one in following if one]
        code = read_section_code_ahead(code, state.sections, coded)
    if settled is not None:
        lost = bool(settled) and read_section_code(code, (settled,)) != settled
        code = settled
    else:
        lost = state.ocr and _is_code_lost(state, code, following)
        code = _supplied_code(state, following) if lost else code
    if lost and code:
        message = f"Số mục không đọc được, suy ra là {code} từ các mục trước và sau."
        state.findings.append(Finding("section_code_lost", message, title, row=len(state.rows)))
    _report_section_gap(state, code, title)
    state.sections = enter_section(state.sections, code, state.repair(title))


def _enter_unseen_group(state: _Assembly, code: str) -> None:
    """Open a section of which only the numbers of rows and the codes around it tell."""
    message = f"Không đọc được dòng tiêu đề của mục {code}; suy ra từ số thứ tự và các mục khác."
    state.findings.append(Finding("section_title_lost", message, code, row=len(state.rows)))
    state.sections = enter_section(state.sections, code, "")


def _is_code_lost(state: _Assembly, code: str, following: Sequence[str]) -> bool:
    """Whether a group row has no readable code where the groups of its appendix bear codes."""
    if code and kind_of(code, state.sections) != "other" and not code.islower():
        return False
    coded = [section.code for section in state.sections] or [one for one in following if one]
    return bool(coded) and all(coded)


def _supplied_code(state: _Assembly, following: Sequence[str]) -> str:
    later = [code for code in following if code]
    known = [section.code for section in state.sections]
    dotted = any(_DOTTED.search(code) for code in (*known, *later))
    return lost_code(state.sections, later[0] if later else "", dotted)


def _report_section_gap(state: _Assembly, code: str, title: str) -> None:
    """A finding where a section's code does not follow that of the section before it."""
    kind = kind_of(code, state.sections)
    before = next((section for section in state.sections if section.kind == kind), None)
    if before is None or not code or is_next(code, before.code, kind):
        return
    state.findings.append(
        Finding(
            "section_gap",
            f"Phụ lục {state.block.label or ''}: mục {code} đứng ngay sau mục {before.code}.",
            f"{code} {title}",
            row=len(state.rows),
        )
    )


def _report_unknown_columns(state: _Assembly, table: Table, columns: Sequence[Column]) -> None:
    for index, column in enumerate(columns):
        if column.field != "unknown":
            continue
        texts = [join_lines(row.cells[index].text) for row in table.rows if not row.span]
        name = join_lines(table.header[index])
        state.findings.append(
            Finding(
                "unknown_column",
                f"Không rõ cột “{name}” là gì; nội dung của cột được giữ ở đây.",
                _shortened(" | ".join(text for text in texts if text)),
            )
        )


def _keep_unknown_table(state: _Assembly, table: Table) -> None:
    lines = [" | ".join(table.header), *(_row_evidence(row) for row in table.rows)]
    groups = sum(row.span for row in table.rows)
    count = f"{len(table.rows) - groups} hàng"
    if groups:
        count += f", {groups} hàng nhóm"
    state.findings.append(
        Finding(
            "unknown_table",
            f"Không nhận ra tiêu đề của bảng này ({count}) nên không xếp được các dòng vào bộ dữ "
            "liệu nào; toàn bộ nội dung bảng được giữ ở đây.",
            "\n".join((*table.title, *lines)),
            "error",
        )
    )


def _no_appendix(document: Document) -> Finding:
    first = next((line for page in document.pages for line in page.lines if line.strip()), "")
    return Finding(
        "no_appendix",
        "Không tìm thấy phụ lục nào có bảng trong văn bản này. Hãy kiểm tra xem tệp đã gồm cả "
        "phụ lục chưa.",
        first,
        "error",
    )


def _unread_appendices(document: Document) -> list[Finding]:
    """A finding for each appendix of numbered lines that stayed running text.

    Where no header can be read, the extractor finds no table; the lines must not be lost in the
    body. An appendix begins at the top of a page, with its label or the "(Kèm theo ...)" sentence.
    """
    begins = [index for index, page in enumerate(document.pages) if _begins_appendix(page)]
    found = []
    for index, end in pairwise((*begins, len(document.pages))):
        pages = document.pages[index:end]
        lines = [line for page in pages for line in page.lines if line.strip()]
        if sum(bool(_NUMBERED_LINE.match(line)) for line in lines) < _FEWEST_NUMBERED:
            continue
        message = (
            f"Phụ lục bắt đầu ở trang {pages[0].number} có các dòng đánh số nhưng không đọc được "
            "tiêu đề bảng, nên chưa lấy được hàng nào; các dòng được giữ ở đây."
        )
        text = "\n".join(lines)
        evidence = _shortened(f"Trang {pages[0].number}–{pages[-1].number}:\n{text}")
        found.append(Finding("unknown_table", message, evidence, "error"))
    return found


def _begins_appendix(page: Page) -> bool:
    """Whether the page's first lines are an appendix's: a title in capitals, with its label above
    it or with "(Kèm theo ...)" below.
    """
    top = [line.strip() for line in page.lines if line.strip()][:_TITLE_LINES]
    shouted = [index for index, line in enumerate(top) if is_capitals(line)]
    labelled = any(read_appendix_label(line) is not None for line in top[:2])
    attached = [i for i, line in enumerate(top) if line[0] in "({[" and begins_attachment(line)]
    title = any(len(top[index]) >= _LEAST_TITLE for index in shouted)
    return title and (labelled or any(shouted[0] < index for index in attached))


def _row_evidence(row: Row) -> str:
    return " | ".join(join_lines(cell.text) for cell in row.cells)


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_EVIDENCE else text[: _MOST_EVIDENCE - 1] + "…"
