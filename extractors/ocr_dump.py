"""Text dumps of OCR over ruled tables: printed lines across all columns, page after page.

A page begins with a line whose first character is a space (where the form feed stood), or after a
run of blank lines. A table page begins with the table's header, which repeats on every page; what
stands between the top of the page and the first header is the table's title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rapidfuzz import fuzz

from extractors._tangled_search import Effort
from extractors.group_titles import codes_first, codes_joined, titles_joined
from extractors.halves import Half, match_halves
from extractors.interleaved import reading_scores, untangle
from extractors.names_parted import names_parted
from extractors.row_numbers import settle_numbers
from extractors.tangled import DocumentReader, Kind, TangledRow
from records import Cell, Document, Notice, Page, Row, Table

METHOD = "ocr-dump"
PAGE_GAP = 3  # blank lines in a row that stand for a page break
HEADER_REACH = 6  # a header begins at most this many printed lines below its page's top or title
HEADER_ALIKE = 60.0  # a line this like a line of the first header repeats it (rapidfuzz ratio)
TAIL_ALIKE = 80.0  # ... and one this like what is left of it on the first page
MARGIN_SURE = 8.0  # nats: a split this much better than the next is taken as certain
LEAST_COVER = 0.65  # of a repeated header that does not stand at its page's top
GUESS_LINES = 24  # lines of a table that layouts are tried on, where its header is not read
GUESS_MORE_LINES = 48  # ... and those that go best with these
# where no header is read at all: lines, and how many layouts are tried on them, the likeliest by
# what is left of the headers first; texts of ten lines make a few rows of the first hundred
GUESS_ROUNDS = ((GUESS_LINES, 12), (GUESS_MORE_LINES, 6), (120, 3))
GUESS_EFFORT = Effort(beam=16, alike=5)
TABLE_LEAD = 25.0  # nats by which columns read better than running text, where there are some
WIDER_LINES = 12  # from the middle of a table, which are asked first
WIDER_BEHIND = -12.0  # nats: one column more reads so much worse on them where none is lost
WIDER_FIRST = 10.0  # nats by which one column more reads better, on the first lines
WIDER_LEAD = 40.0  # ... and on more of them
GUESS_SURE = 20.0  # nats: a layout this much better than the next is taken as certain
GUESSED = 0.85  # confidence of cells in a layout that was inferred from them

# what signing software leaves behind the last page: a tab, then a time or a signer's name
_SIGNATURE = re.compile(r"^\t")
_PAGE_NUMBER = re.compile(r"^\s*\d{1,3}\s*$")


@dataclass(frozen=True, slots=True)
class HeaderFound:
    """A table header at the top of ``lines``: a name and a kind a column, printed lines taken.

    ``named`` is False where what the rows say is a column whose heading was not read; ``cover`` is
    the part (0-1) of the header's letters that its headings explain.
    """

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    lines_used: int
    lines: tuple[str, ...] = ()
    named: bool = True
    cover: float = 1.0


UNREAD = HeaderFound((), (), 0)
"""The header of a table whose own could not be read on any page."""
TEXT_ALONE: tuple[Kind, ...] = ("number", "text")


@dataclass(frozen=True, slots=True)
class HeadGuess:
    """What a table's headers may have been: names and kinds, each with what speaks for it (nats)
    apart from the rows; ``used`` are the lines of their ink at the head of each page.
    """

    layouts: tuple[tuple[HeaderFound, float], ...]
    used: tuple[int, ...]


class DumpReader(Protocol):
    """What the extractor asks about damaged text; see ``pipeline.reader`` for the real one."""

    def open(self, lines: Sequence[str], body: Sequence[str]) -> DocumentReader:
        """Adapt to one document, given all its lines and the paragraphs of its running text."""
        ...

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        """The header that begins exactly at ``lines[0]``; ``known`` is the one before it."""
        ...

    def title_lines(self, lines: Sequence[str]) -> int:
        """How many of a page's first lines are an appendix's label and title; 0 for none."""
        ...

    def head_ink(self, lines: Sequence[str], others: Sequence[Sequence[str]]) -> int:
        """How many of a page's first lines are ink of a header, beside the other pages."""
        ...

    def head_tail(self, lines: Sequence[str]) -> int:
        """How many of the first lines below a title and header are what is left of the header."""
        ...

    def guess(self, title: Sequence[str], tops: Sequence[Sequence[str]]) -> HeadGuess:
        """Layouts of a table under this title whose header is read on none of its pages."""
        ...

    def wider(
        self, header: HeaderFound, pages: Sequence[Sequence[str]]
    ) -> tuple[tuple[HeaderFound, float], ...]:
        """Layouts with one column more than this header names, each with what speaks for it
        (nats) apart from the rows; ``pages`` are the table's printed lines.
        """
        ...


@dataclass(frozen=True, slots=True)
class DumpPage:
    """Printed lines of one page; blank lines are kept as ``""``."""

    number: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TablePart:
    """The rows of one table on one page, still in printed lines."""

    page: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DumpTable:
    """A table over one or more pages, before its columns are parted."""

    header: HeaderFound
    title: tuple[str, ...]
    parts: tuple[TablePart, ...]


def split_pages(text: str) -> tuple[DumpPage, ...]:
    """Pages of the dump, numbered from 1; signature trailers are left out."""
    pages: list[list[str]] = [[]]
    blanks = 0
    for raw in text.replace("\f", "\n ").split("\n"):
        if _SIGNATURE.match(raw):
            continue
        if not raw.strip():
            blanks += 1
            continue
        breaks = raw.startswith(" ") or blanks >= PAGE_GAP
        if breaks and any(pages[-1]):
            pages.append([])
        elif blanks and pages[-1]:
            pages[-1].append("")
        blanks = 0
        pages[-1].append(raw.strip())
    # a page number on a line of its own is no text; alone on a page it heads the next one
    printed = [lines[1:] if _PAGE_NUMBER.match(lines[0]) else lines for lines in pages if lines]
    trimmed = [_trim(lines) for lines in printed if any(lines)]
    return tuple(DumpPage(number, lines) for number, lines in enumerate(trimmed, 1))


def find_tables(
    pages: Sequence[DumpPage], reader: DumpReader
) -> tuple[tuple[Page, ...], tuple[DumpTable, ...]]:
    """Part running text from tables; once a table has begun, a page without header continues it.

    The header of a table's first page may be read worse than its repetitions: the first header
    that is read well is looked for on the pages before it, where less of it is enough.
    """
    openings = [reader.title_lines(page.lines) for page in pages]
    begin, first_seen = _first_table_page(pages, reader)
    begin = min([begin, *(index for index, lines in enumerate(openings) if lines)])
    body: list[Page] = []
    tables: list[DumpTable] = []
    for index, page in enumerate(pages):
        rest = list(page.lines)
        fresh = True
        if index < begin:
            body.append(Page(page.number, page.lines))
            continue
        if openings[index] and not _heads_soon(rest, openings[index], reader, tables, first_seen):
            title = tuple(line for line in rest[: openings[index]] if line)
            tables.append(DumpTable(UNREAD, title, ()))
            rest = rest[openings[index] :]
            fresh = False
        while rest:
            known = tables[-1].header if tables else first_seen
            if known is UNREAD:
                known = None
            found = _next_header(rest, reader, known)
            if found is not None and fresh and found[0] < openings[index]:  # in the title
                found = _next_header(rest, reader, known, openings[index])
            fresh = False
            if found is not None and _is_doubtful(found, rest, tables, known, openings[index]):
                found = None
            if found is None:
                if tables:
                    if tables[-1].header is not UNREAD and len(rest) == len(page.lines):
                        others = [other.lines for other in pages[begin:] if other is not page]
                        rest = rest[reader.head_ink(rest, others) :]
                    rest = _without_header_ink(rest, tables[-1].header)
                    tables[-1] = _grow(tables[-1], page.number, rest)
                elif rest:
                    body.append(Page(page.number, tuple(rest)))
                break
            at, header = found
            if tables and tables[-1].header is UNREAD and _printed(rest[:at]) <= HEADER_REACH:
                # the same header stood on the pages before, where it was not read
                tables[-1] = _grow(tables[-1], page.number, rest[:at])
                header = replace(header, lines=tuple(rest[at : at + header.lines_used]))
                tables[-1] = _headed(tables[-1], header)
                tables[-1] = _grow(tables[-1], page.number, rest[at + header.lines_used :])
                break
            header = _with_leftovers(header, rest[at:], tables)
            before = [line for line in rest[:at] if line]
            after = rest[at + header.lines_used :]
            titled = bool(openings[index])
            if tables and known is not None and not titled:
                header, tables[-1] = _same_table(header, tables[-1], _printed(before))
                known = tables[-1].header
            same = known is not None and header.kinds == known.kinds
            if before and tables and same and (at > HEADER_REACH or not openings[index]):
                tables[-1] = _grow(tables[-1], page.number, rest[:at])
                before = []
            if not tables or not (same and not before):
                if not tables and len(before) > 2 * HEADER_REACH:
                    body.append(Page(page.number, tuple(rest[: at - HEADER_REACH])))
                    before = before[-HEADER_REACH:]
                tables.append(DumpTable(header, tuple(before), ()))
            rest = after
            following = _next_header(rest, reader, header) if rest else None
            if following is not None and following[1].kinds[0] != "number":
                following = None  # the right half of a table cut in two has pages of its own
            if following is None:
                tables[-1] = _grow(tables[-1], page.number, rest)
                break
            tables[-1] = _grow(tables[-1], page.number, rest[: following[0]])
            rest = rest[following[0] :]
    return tuple(body), tuple(tables)


def _same_table(header: HeaderFound, table: DumpTable, above: int) -> tuple[HeaderFound, DumpTable]:
    """A header at the top of a page without a title, and the table that goes on there, with all
    the columns that either shows: where one lacks a heading of the other, OCR lost it. A heading
    that stands for no known column there ("Phân kỳ thời gian" without the years below it) is one
    that lost a part.
    """
    known = table.header
    if above > HEADER_REACH or known.names == header.names or known.kinds[0] != "number":
        return header, table
    if _are_among(_told(header.names), known.names):
        return replace(header, names=known.names, kinds=known.kinds), table
    if _are_among(_told(known.names), header.names):
        fuller = replace(known, names=header.names, kinds=header.kinds)
        return header, replace(table, header=fuller)
    return header, table


def _told(names: Sequence[str]) -> tuple[str, ...]:
    """The names of known columns."""
    return tuple(name for name in names if name)


def _are_among(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the names stand among the others in this order, at least three of them."""
    rest = iter(others)
    return len(names) > 2 and all(name in rest for name in names)


def _heads_soon(
    lines: Sequence[str],
    title: int,
    reader: DumpReader,
    tables: Sequence[DumpTable],
    first_seen: HeaderFound | None,
) -> bool:
    """Whether a header is read below the ``title`` lines of a page, or where they end."""
    known = tables[-1].header if tables else first_seen
    if known is UNREAD or (known is not None and not known.named):
        known = None
    found = _next_header(lines, reader, known)
    if found is not None and found[0] < title:
        found = _next_header(lines, reader, known, title)
    if found is None or not found[1].named:
        return False
    return _printed(lines[title : found[0]]) <= HEADER_REACH


def _is_doubtful(
    found: tuple[int, HeaderFound],
    lines: Sequence[str],
    tables: Sequence[DumpTable],
    known: HeaderFound | None,
    opening: int,
) -> bool:
    """Whether what looks like a header is one of the known table's lines, or says too little."""
    at, header = found
    if tables and tables[-1].header is UNREAD:
        return not header.named
    above = _printed(lines[:at])
    if tables and known is not None and known.named and not (header.named or opening):
        return True  # lines of a row, read together with the header's
    same = known is not None and header.kinds == known.kinds
    return bool(tables and same and above and not opening and header.cover < LEAST_COVER)


def _printed(lines: Iterable[str]) -> int:
    return sum(1 for line in lines if line)


def _headed(table: DumpTable, header: HeaderFound) -> DumpTable:
    """A table with its header, which a later page showed; its bad ink is taken off the pages."""
    parts = [
        TablePart(part.page, lines)
        for part in table.parts
        if (lines := tuple(_without_header_ink(part.lines, header)))
    ]
    return DumpTable(header, table.title, tuple(parts))


def _with_leftovers(
    header: HeaderFound, lines: Sequence[str], tables: Sequence[DumpTable]
) -> HeaderFound:
    """Take into a repeated header the lines of it that the reader did not know again."""
    if not tables or tables[-1].header is UNREAD:
        return replace(header, lines=tuple(lines[: header.lines_used]))
    first = tables[-1].header
    used = header.lines_used
    while used < len(lines) and used < 2 * len(first.lines):
        line = lines[used]
        if line and not any(fuzz.ratio(line, known) >= HEADER_ALIKE for known in first.lines):
            break
        used += 1
    kept = first.lines if header.kinds == first.kinds else tuple(lines[:used])
    return replace(header, lines_used=used, lines=kept)


def _without_header_ink(lines: Sequence[str], header: HeaderFound) -> list[str]:
    """The lines of a page without those at its top that repeat the header, read too badly."""
    first = 0
    for index, line in enumerate(lines[: 2 * len(header.lines)]):
        if line and any(fuzz.ratio(line, known) >= HEADER_ALIKE for known in header.lines):
            first = index + 1
    return list(lines[first:])


def _first_table_page(
    pages: Sequence[DumpPage], reader: DumpReader
) -> tuple[int, HeaderFound | None]:
    """Index of the first page with a table, and the first header that is read well."""
    for index, page in enumerate(pages):
        found = _next_header(page.lines, reader, None)
        if found is not None:
            header = found[1]
            top = 2 * HEADER_REACH
            while index and _next_header(pages[index - 1].lines[:top], reader, header):
                index -= 1
            return index, header
    return len(pages), None


def _next_header(
    lines: Sequence[str], reader: DumpReader, known: HeaderFound | None, first: int = 0
) -> tuple[int, HeaderFound] | None:
    for at, line in enumerate(lines):
        if line and at >= first:
            found = reader.header(lines[at:], known)
            if found is not None:
                return at, found
    return None


def _grow(table: DumpTable, page: int, lines: Sequence[str]) -> DumpTable:
    trimmed = _trim(lines)
    if not trimmed:
        return table
    return DumpTable(table.header, table.title, (*table.parts, TablePart(page, trimmed)))


def _trim(lines: Sequence[str]) -> tuple[str, ...]:
    first, last = 0, len(lines)
    while first < last and not lines[first]:
        first += 1
    while last > first and not lines[last - 1]:
        last -= 1
    return tuple(lines[first:last])


def read_dump(text: str, path: str, sha256: str, reader: DumpReader) -> Document:
    """Read a damaged dump; every table comes back with its columns parted and its rows found."""
    pages = split_pages(text)
    body, dumped = find_tables(pages, reader)
    notices: list[Notice] = []
    tables: list[Table] = []
    if dumped:
        dumped = tuple(_without_tails(table, reader) for table in dumped)
        guesses = [
            _guess_head(table, reader) if table.header is UNREAD else None for table in dumped
        ]
        language = reader.open(
            [line for page in pages for line in page.lines if line], paragraphs(body)
        )
        settled: list[tuple[DumpTable, float]] = []
        for table, guess in zip(dumped, guesses, strict=True):
            if guess is None:
                settled.append((table, 1.0))
                while (wider := widened(settled[-1][0], reader, language)) is not None:
                    settled[-1] = (wider[0], GUESSED)
                    notices.append(wider[1])
                continue
            inferred = infer_layout(table, guess, language)
            if inferred is None:
                body = (*body, *(Page(part.page, part.lines) for part in table.parts))
                continue
            settled.append((inferred[0], GUESSED))
            notices.append(inferred[1])
        dumped = tuple(table for table, _ in settled)
        sure = [confidence for _, confidence in settled]
        position = 0
        while position < len(dumped):
            table = dumped[position]
            right = dumped[position + 1] if position + 1 < len(dumped) else None
            rows, seen = part_columns(table, language)
            notices += seen
            rows = _less_sure(rows, sure[position])
            if right is not None and is_right_half(table, right):
                tables.append(join_halves(table, rows, right))
                position += 2
            else:
                tables.append(Table(table.header.names, rows, table.title))
                position += 1
    return Document(
        path=path,
        sha256=sha256,
        media_type="text/plain",
        route="ocr-dump",
        health="damaged",
        pages=body,
        tables=tuple(tables),
        notices=tuple(notices),
    )


def _without_tails(table: DumpTable, reader: DumpReader) -> DumpTable:
    """The table without what is left of its header on top of its first page, and of the others
    where the same stands there. Of a header that is to be guessed all is needed.
    """
    if not table.parts or not table.title or table.header is UNREAD:
        return table
    lines = table.parts[0].lines
    tails = [line for line in lines[: reader.head_tail(lines)] if line]
    parts = []
    for part in table.parts:
        used = 0
        while used < len(part.lines) and (
            not part.lines[used]
            or any(fuzz.ratio(part.lines[used], tail) >= TAIL_ALIKE for tail in tails)
        ):
            used += 1
        if kept := _trim(part.lines[used:]):
            parts.append(TablePart(part.page, kept))
    return replace(table, parts=tuple(parts)) if tails else table


def _guess_head(table: DumpTable, reader: DumpReader) -> HeadGuess:
    return reader.guess(table.title, [part.lines for part in table.parts])


def infer_layout(
    table: DumpTable, guess: HeadGuess, language: DocumentReader
) -> tuple[DumpTable, Notice] | None:
    """The table with the columns that its rows read best in; None where it reads as running text.

    All layouts are tried on the first lines, the best ones on more of them. The ink of the headers
    is taken off the pages first.
    """
    parts = tuple(
        TablePart(part.page, kept)
        for part, used in zip(table.parts, guess.used, strict=True)
        if (kept := _trim(part.lines[used:]))
    )
    best: dict[tuple[Kind, ...], tuple[float, HeaderFound]] = {TEXT_ALONE: (0.0, UNREAD)}
    for header, evidence in guess.layouts:
        known = best.get(header.kinds)
        if known is None or evidence > known[0]:
            best[header.kinds] = (evidence, header)
    lines, _, starts, loose = _lines_of(parts)
    ranked = sorted(((evidence, kinds) for kinds, (evidence, _) in best.items()), reverse=True)
    for count, most in GUESS_ROUNDS:
        tried = [kinds for _, kinds in ranked[:most]]
        tried += [TEXT_ALONE] if TEXT_ALONE not in tried else []
        scores = reading_scores(lines[:count], tried, language, starts, loose, GUESS_EFFORT)
        ranked = sorted(
            ((best[kinds][0] + score, kinds) for kinds, score in zip(tried, scores, strict=True)),
            reverse=True,
        )
    alone = next(score for score, kinds in ranked if kinds == TEXT_ALONE)
    (first, kinds), second = ranked[0], ranked[1][0]
    if kinds == TEXT_ALONE or first - alone < TABLE_LEAD:
        return None
    header = best[kinds][1]
    doubt = " Cách chia cột chưa chắc chắn." if first - second < GUESS_SURE else ""
    notice = Notice(
        "columns_inferred",
        "Không đọc được tiêu đề bảng; các cột được suy ra từ nội dung: "
        f"{', '.join(header.names)}.{doubt}",
        evidence="\n".join(line for line in table.parts[0].lines[:3] if line),
    )
    return DumpTable(header, table.title, parts), notice


def widened(
    table: DumpTable, reader: DumpReader, language: DocumentReader
) -> tuple[DumpTable, Notice] | None:
    """The table with one column more than its header names, where its rows read much better so.

    OCR drops the same narrow heading from page after page; None where nothing is lost, as a few
    lines from the middle of the table soon show.
    """
    likeliest: dict[tuple[Kind, ...], tuple[HeaderFound, float]] = {}
    for layout in reader.wider(table.header, [part.lines for part in table.parts]):
        known = likeliest.get(layout[0].kinds)
        if known is None or layout[1] > known[1]:
            likeliest[layout[0].kinds] = layout
    layouts = tuple(likeliest.values())
    lines, _, starts, loose = _lines_of(table.parts)
    if not layouts or len(lines) < GUESS_LINES:
        return None
    kinds = [table.header.kinds, *(header.kinds for header, _ in layouts)]
    middle = (len(lines) - WIDER_LINES) // 2
    few = lines[middle : middle + WIDER_LINES]
    begins = frozenset(line - middle for line in starts)
    blanks = frozenset(line - middle for line in loose)
    scores = reading_scores(few, kinds, language, begins, blanks, GUESS_EFFORT, ("middle",))
    layouts = tuple(
        (header, evidence)
        for (header, evidence), score in zip(layouts, scores[1:], strict=True)
        if score + evidence >= scores[0] + WIDER_BEHIND
    )
    if not layouts:
        return None
    kinds = [table.header.kinds, *(header.kinds for header, _ in layouts)]
    for count, least in ((GUESS_LINES, WIDER_FIRST), (GUESS_MORE_LINES, WIDER_LEAD)):
        scores = reading_scores(lines[:count], kinds, language, starts, loose, GUESS_EFFORT)
        leads = [
            (score + evidence - scores[0], header)
            for score, (header, evidence) in zip(scores[1:], layouts, strict=True)
        ]
        lead, header = max(leads, key=lambda one: one[0])
        if lead < least:
            return None
        layouts = tuple(one for one in layouts if one[0] is header)
        kinds = [table.header.kinds, header.kinds]
    notice = Notice(
        "columns_inferred",
        "Tiêu đề bảng đọc thiếu một cột; các cột được suy ra từ nội dung: "
        f"{', '.join(header.names)}.",
        evidence="\n".join(line for line in table.header.lines if line),
    )
    found = replace(table.header, names=header.names, kinds=header.kinds)
    return replace(table, header=found), notice


def _less_sure(rows: Sequence[Row], share: float) -> tuple[Row, ...]:
    """The rows with only this share of the confidence of each cell."""
    if share == 1.0:
        return tuple(rows)
    return tuple(
        replace(row, cells=tuple(replace(c, confidence=c.confidence * share) for c in row.cells))
        for row in rows
    )


def paragraphs(pages: Sequence[Page]) -> tuple[str, ...]:
    """Paragraphs of running text: printed lines up to a blank line, joined by line breaks."""
    found: list[list[str]] = [[]]
    for page in pages:
        for line in page.lines:
            if not line or line.startswith(("-", "+")):
                found.append([])
            if line:
                found[-1].append(line)
    return tuple("\n".join(lines) for lines in found if lines)


def part_columns(
    table: DumpTable, language: DocumentReader
) -> tuple[tuple[Row, ...], tuple[Notice, ...]]:
    """Rows of a dumped table, cells parted; a number that OCR lost is supplied and noted."""
    if table.header.kinds[0] != "number":
        cells = tuple(
            Row((_plain("\n".join(part.lines), part.page),), part.page, part.page)
            for part in table.parts
        )
        return cells, ()
    parts = [TablePart(part.page, codes_first(codes_joined(part.lines))) for part in table.parts]
    lines, page_of, starts, loose = _lines_of(parts)
    found = untangle(lines, table.header.kinds, language, starts, loose)
    found = settle_numbers(titles_joined(found), lines)
    found = names_parted(found, table.header.kinds, language)
    notices = tuple(
        Notice(
            "number_lost",
            f"Số thứ tự {row.cells[0][0].text} không đọc được, suy ra từ thứ tự các dòng.",
            evidence=lines[row.first_line],
        )
        for row in found
        if not row.number_read
    )
    return tuple(_row(row, page_of) for row in found), notices


def _lines_of(
    parts: Sequence[TablePart],
) -> tuple[list[str], list[int], frozenset[int], frozenset[int]]:
    """A table's printed lines, the page of each, those that begin a page, those after a blank."""
    lines: list[str] = []
    page_of: list[int] = []
    loose: set[int] = set()
    starts: set[int] = set()
    for part in parts:
        starts.add(len(lines))
        for index, line in enumerate(part.lines):
            if line:
                lines.append(line)
                page_of.append(part.page)
            elif index:
                loose.add(len(lines))
    return lines, page_of, frozenset(starts), frozenset(loose - starts)


def _row(row: TangledRow, page_of: Sequence[int]) -> Row:
    first, last = page_of[row.first_line], page_of[row.last_line]
    cells = tuple(
        Cell(
            "\n".join(fragment.text for fragment in cell),
            page_of[cell[0].line] if cell else first,
            confidence=min((_sure(fragment.margin) for fragment in cell), default=1.0),
            method=METHOD,
        )
        for cell in row.cells
    )
    return Row(cells, first, last, span=row.group)


def _sure(margin: float) -> float:
    """Confidence of a split from its margin over the next best, 0.5 where they tie."""
    return 0.5 + 0.5 * min(max(margin, 0.0) / MARGIN_SURE, 1.0)


def _plain(text: str, page: int) -> Cell:
    return Cell(text, page, method=METHOD)


def is_right_half(left: DumpTable, right: DumpTable) -> bool:
    """A table without numbers, right after one with numbers, over as many pages."""
    return (
        left.header.kinds[0] == "number"
        and right.header.kinds[0] != "number"
        and len(right.header.kinds) == 1
        and len(left.parts) == len(right.parts)
    )


def join_halves(left: DumpTable, rows: Sequence[Row], right: DumpTable) -> Table:
    """One table from a wide table cut in two: left pages, then the right pages in their order."""
    names = (*left.header.names, *right.header.names)
    joined: list[Row] = []
    alignment: list[str] = []
    for part, beside in zip(left.parts, right.parts, strict=True):
        here = [row for row in rows if row.page_first == part.page]
        numbered = [row for row in here if not row.span]
        halves = iter(
            match_halves([" ".join(c.text for c in row.cells) for row in numbered], beside.lines)
        )
        for row in here:
            if row.span:
                joined.append(row)
                alignment.append("")
                continue
            half: Half = next(halves)
            cell = Cell("\n".join(half.lines), beside.page, half.confidence, METHOD)
            joined.append(Row((*row.cells, cell), row.page_first, beside.page))
            alignment.append(f"left page {part.page} with right page {beside.page}: {half.how}")
    return Table(names, tuple(joined), (*left.title, *right.title), tuple(alignment))
