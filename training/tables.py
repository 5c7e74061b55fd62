"""Set known rows as the ruled tables of an appendix, the way Vietnamese offices print them.

Layout only: blocks (paragraphs and tables) go in, pages of placed lines, rules and cells come
out, each with its true text and box in points (1/72 inch, origin at the top left).  Drawing a
page as an image is the last function; reading it back is no business of this module.

What is imitated: Decree 30/2020/NĐ-CP asks for Times New Roman 13-14 pt and A4 (appendices may
lie sideways); Word repeats the header row on every page, centres the short columns, centres each
cell upright in its row, and where a row breaks over a page centres the part above the break but
starts the rest at the top of the next page, under the repeated header, without its number.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from records import Box

Align = Literal["left", "center", "justify"]
Face = Literal["Regular", "Bold", "Italic", "BoldItalic"]

A4 = (595.3, 841.9)
CENTIMETRE = 72 / 2.54

# By its path first: by name alone an older Liberation without Vietnamese letters may be found.
_FAMILIES = (
    "/usr/share/fonts/truetype/liberation2/LiberationSerif",
    "LiberationSerif",
    "Tinos",
    "DejaVuSerif",
)
_MEASURE = 200  # pixels an em when measuring: wide enough that hinting does not matter


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, or a title line; ``indent`` (points) moves the first line in."""

    text: str
    align: Align = "justify"
    face: Face = "Regular"
    indent: float = 0.0
    after: float = 6.0


@dataclass(frozen=True, slots=True)
class Beside:
    """Two stacks of lines side by side, no rules: a letterhead, or "Nơi nhận" and the signer.

    ``share`` is the left stack's part of the width (0-1); nothing here breaks over a page.
    """

    left: tuple[Paragraph, ...]
    right: tuple[Paragraph, ...]
    share: float = 0.42


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``field`` names it for the caller, ``width`` is its share of the table.

    Neighbouring columns of one ``group`` stand under a common heading in a two-level header.
    """

    field: str
    heading: str
    width: float
    align: Align = "center"
    group: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """The texts of a row, one a column; of a group row: its code and its title.

    ``"\\n"`` in a text ends a paragraph of its cell.
    """

    cells: tuple[str, ...]
    group: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table to print.

    Neighbouring rows that say the same in a column of ``merged`` (by its field) have one cell
    there, merged down.
    """

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How an appendix is printed; lengths in points.

    ``padding`` lies above and below the text of a cell, ``gutter`` left and right of it.
    ``early_break``: how often a cell sends one line more than it must over a page break, as Word
    does.  ``break_hyphens``: whether "2026-2030" may break after its hyphen.
    ``group_spans_number``: a group row is one cell ("I. Title"), not code and title apart.
    ``group_merged``: the title of a group row spans the columns; else it stands in the second one
    and the others have empty cells.
    ``repeat_header``: the header stands on every page.  ``break_rows``: a row may break over a
    page (one taller than a page must).  ``merge_over``: a cell merged down goes on over the page
    break empty, as Word does; else its text is printed again.  ``sheets``: the page is as wide as
    so many papers side by side, for a wide table that is cut afterwards.
    """

    landscape: bool = True
    size: float = 13.0
    leading: float = 1.15
    padding: float = 3.5
    gutter: float = 4.5
    upright: Literal["center", "top"] = "center"
    margins: tuple[float, float, float, float] = (
        56.0,
        50.0,
        50.0,
        50.0,
    )  # left, top, right, bottom
    page_numbers: bool = False
    early_break: float = 0.2
    break_hyphens: bool = False
    group_spans_number: bool = False
    group_merged: bool = True
    rule: float = 0.6
    repeat_header: bool = True
    break_rows: bool = True
    merge_over: bool = False
    sheets: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: its words with their left edges, on one baseline.

    ``row`` and ``column`` count from 0 within the table; row is -1 in a header, both are None
    outside tables.
    """

    text: str
    box: Box
    baseline: float
    words: tuple[tuple[float, str], ...]
    face: Face
    size: float
    table: int | None = None
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A ruled cell on one page; ``text`` is the part of its text that stands there.

    ``span`` columns from ``column`` on and ``down`` rows from ``row`` on share the cell; ``lines``
    are its printed lines.
    """

    table: int
    row: int
    column: int
    span: int
    text: str
    box: Box
    lines: tuple[str, ...] = ()
    down: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed page: everything on it, true to the point."""

    width: float
    height: float
    lines: tuple[Line, ...]
    cells: tuple[PrintedCell, ...]
    rules: tuple[Box, ...]
    rule: float


@cache
def _font(face: Face, pixels: float) -> ImageFont.FreeTypeFont:
    """A Times-like font that can print Vietnamese; OSError where none is installed."""
    for family in _FAMILIES:
        try:
            font = ImageFont.truetype(f"{family}-{face}.ttf", pixels)
        except OSError:
            continue
        missing = font.getmask("\uffff").getbbox(), font.getlength("\uffff")
        if all((font.getmask(c).getbbox(), font.getlength(c)) != missing for c in "ữặộếỷĐ"):
            return font
    raise OSError("no font that prints Vietnamese: install fonts-liberation2")


def font_path(face: Face) -> str:
    """The file of the font that pages are printed with; OSError where none is installed."""
    return str(_font(face, _MEASURE).path)


def text_width(text: str, face: Face, size: float) -> float:
    """The width of ``text`` in points."""
    return _font(face, _MEASURE).getlength(text) * size / _MEASURE


def break_lines(
    text: str, width: float, face: Face, size: float, break_hyphens: bool = False
) -> list[str]:
    """Fill lines greedily, as Word does; a word wider than ``width`` is cut."""
    lines: list[str] = []
    current = ""
    queue = text.split()[::-1]
    while queue:
        word = queue.pop()
        trial = f"{current} {word}" if current else word
        if text_width(trial, face, size) <= width:
            current = trial
            continue
        cut = word.find("-") + 1 if break_hyphens else 0
        if 0 < cut < len(word):
            head = f"{current} {word[:cut]}" if current else word[:cut]
            if text_width(head, face, size) <= width:
                lines.append(head)
                current = ""
                queue.append(word[cut:])
                continue
        if current:
            lines.append(current)
            current = ""
            queue.append(word)
            continue
        fits = 1
        while fits < len(word) and text_width(word[: fits + 1], face, size) <= width:
            fits += 1
        lines.append(word[:fits])
        if word[fits:]:
            queue.append(word[fits:])
    if current:
        lines.append(current)
    return lines


def break_paragraphs(
    text: str, width: float, face: Face, size: float, break_hyphens: bool = False
) -> list[str]:
    """The printed lines of a cell; those that end a paragraph before the last keep their "\\n"."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if lines:
            lines[-1] += "\n"
        lines += break_lines(paragraph, width, face, size, break_hyphens)
    return lines


@dataclass(slots=True)
class _Run:
    """A cell merged down over rows that are still being set.

    ``top`` and ``first`` are where its part on this page begins: its upper edge and its row.
    """

    column: int
    last: int
    lines: list[str]
    first: int
    top: float
    printed: bool = False


@dataclass(slots=True)
class _Press:
    """The page being set, and those already set."""

    style: Style
    rng: random.Random
    first_number: int | None
    sheets: list[Sheet] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    cells: list[PrintedCell] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    y: float = 0.0
    tables: int = 0
    runs: dict[int, _Run] = field(default_factory=dict)
    due: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def width(self) -> float:
        return self.style.sheets * (A4[1] if self.style.landscape else A4[0])

    @property
    def height(self) -> float:
        return A4[0] if self.style.landscape else A4[1]

    @property
    def left(self) -> float:
        return self.style.margins[0]

    @property
    def right(self) -> float:
        return self.width - self.style.margins[2]

    @property
    def bottom(self) -> float:
        return self.height - self.style.margins[3]

    @property
    def lead(self) -> float:
        return self.style.size * self.style.leading

    def start_page(self) -> None:
        self.y = self.style.margins[1]
        if self.first_number is None:
            return
        number = self.first_number + len(self.sheets)
        if self.style.page_numbers and number > 1:
            self.put(str(number), self.left, self.right, self.y - 1.6 * self.lead, "center")

    def end_page(self) -> None:
        self.sheets.append(
            Sheet(
                self.width,
                self.height,
                tuple(self.lines),
                tuple(self.cells),
                tuple(self.rules),
                self.style.rule,
            )
        )
        self.lines, self.cells, self.rules = [], [], []
        self.start_page()

    def put(
        self,
        text: str,
        x0: float,
        x1: float,
        top: float,
        align: Align,
        face: Face = "Regular",
        where: tuple[int, int, int] | None = None,
    ) -> None:
        """Place one line between ``x0`` and ``x1``; "justify" spreads its words over the width."""
        size = self.style.size
        words = text.split(" ")
        natural = text_width(text, face, size)
        space = text_width(" ", face, size)
        x = x0
        if align == "center":
            x = x0 + (x1 - x0 - natural) / 2
        elif align == "justify" and len(words) > 1:
            space += max(0.0, x1 - x0 - natural) / (len(words) - 1)
        placed = []
        edge = x
        for word in words:
            placed.append((edge, word))
            edge += text_width(word, face, size) + space
        baseline = top + (self.lead - size) / 2 + 0.89 * size
        box = Box(x, baseline - 0.89 * size, edge - space, baseline + 0.22 * size)
        table, row, column = where or (None, None, None)
        self.lines.append(Line(text, box, baseline, tuple(placed), face, size, table, row, column))

    def frame(self, box: Box) -> None:
        """Rule the four sides of a cell."""
        self.rules += (
            Box(box.x0, box.y0, box.x1, box.y0),
            Box(box.x0, box.y1, box.x1, box.y1),
            Box(box.x0, box.y0, box.x0, box.y1),
            Box(box.x1, box.y0, box.x1, box.y1),
        )

    def cell(
        self,
        lines: Sequence[str],
        box: Box,
        where: tuple[int, int, int],
        span: int,
        align: Align,
        face: Face,
        upright: str,
        open_end: bool = False,
        down: int = 1,
    ) -> None:
        """Set a cell's lines in its box; ``open_end``: its text goes on over the page."""
        padding = self.style.padding
        top = box.y0 + padding
        if upright == "center":
            top += (box.y1 - box.y0 - 2 * padding - len(lines) * self.lead) / 2
        for index, line in enumerate(lines):
            last = line.endswith("\n") or (index == len(lines) - 1 and not open_end)
            how: Align = "left" if align == "justify" and last else align
            left, right = box.x0 + self.style.gutter, box.x1 - self.style.gutter
            self.put(line.rstrip(), left, right, top + index * self.lead, how, face, where)
        self.frame(box)
        printed = tuple(line.rstrip() for line in lines)
        self.cells.append(PrintedCell(*where, span, " ".join(printed), box, printed, down))

    def paragraph(self, paragraph: Paragraph) -> None:
        width = self.right - self.left
        lines = _indented_lines(paragraph, width, self.style)
        for index, line in enumerate(lines):
            if self.y + self.lead > self.bottom:
                self.end_page()
            left = self.left + (paragraph.indent if index == 0 else 0.0)
            last = index == len(lines) - 1
            align: Align = "left" if paragraph.align == "justify" and last else paragraph.align
            self.put(line, left, self.right, self.y, align, paragraph.face)
            self.y += self.lead
        self.y += paragraph.after

    def beside(self, beside: Beside) -> None:
        """Both stacks from one height; a new page first where they do not fit on this one."""
        middle = self.left + beside.share * (self.right - self.left)
        stacks = (
            (self.left, middle - self.style.gutter, beside.left),
            (middle + self.style.gutter, self.right, beside.right),
        )
        folded = [
            [
                (paragraph, break_lines(paragraph.text, x1 - x0, paragraph.face, self.style.size))
                for paragraph in stack
            ]
            for x0, x1, stack in stacks
        ]
        heights = [
            sum(max(1, len(lines)) * self.lead + one.after for one, lines in stack)
            for stack in folded
        ]
        if self.y + max(heights) > self.bottom:
            self.end_page()
        for (x0, x1, _), stack in zip(stacks, folded, strict=True):
            y = self.y
            for paragraph, lines in stack:
                for index, line in enumerate(lines):
                    top = y + index * self.lead
                    self.put(line, x0, x1, top, paragraph.align, paragraph.face)
                y += max(1, len(lines)) * self.lead + paragraph.after
        self.y += max(heights)

    def table(self, table: Table) -> None:
        number = self.tables
        self.tables += 1
        edges = _edges(table, self.left, self.right, self.style)
        self.header(table, edges, number)
        self.due = runs_down(table.columns, table.rows, table.merged)
        for index, row in enumerate(table.rows):
            for column, last in self.due.get(index, ()):
                self.open_run(table, edges, number, index, column, last)
            self.row(table, edges, number, index, row)
            for run in [one for one in self.runs.values() if one.last == index]:
                self.close_run(run, table, edges, number, index)
                del self.runs[run.column]
        self.y += self.lead

    def open_run(
        self, table: Table, edges: Sequence[float], number: int, index: int, column: int, last: int
    ) -> None:
        """Begin a cell merged down; on a new page where not even its text would fit on this one."""
        style = self.style
        lines = break_paragraphs(
            table.rows[index].cells[column],
            self.inner(edges, column, column + 1),
            "Regular",
            style.size,
            style.break_hyphens,
        )
        if self.y + (len(lines) + 3) * self.lead + 2 * style.padding > self.bottom:
            self.turn_page(table, edges, number, index)
        self.runs[column] = _Run(column, last, lines, index, self.y)

    def close_run(
        self, run: _Run, table: Table, edges: Sequence[float], number: int, index: int
    ) -> None:
        """Draw the part of a merged cell that stands on this page, down to row ``index``."""
        lines = [] if run.printed else run.lines
        box = Box(edges[run.column], run.top, edges[run.column + 1], self.y)
        where = (number, run.first, run.column)
        align, upright = table.columns[run.column].align, self.style.upright
        down = index - run.first + 1
        self.cell(lines, box, where, 1, align, "Regular", upright, down=down)
        run.printed = self.style.merge_over

    def turn_page(self, table: Table, edges: Sequence[float], number: int, index: int) -> None:
        """End the page within the table before row ``index``, or within it."""
        for run in self.runs.values():
            if self.y > run.top:
                set_on_page = any(cell.row == index and cell.table == number for cell in self.cells)
                self.close_run(run, table, edges, number, index if set_on_page else index - 1)
                if set_on_page and not self.style.merge_over:
                    if run.last > index:
                        self.due.setdefault(index + 1, []).append((run.column, run.last))
                    run.last, run.printed = index, True
        self.end_page()
        if self.style.repeat_header:
            self.header(table, edges, number)
        for run in self.runs.values():
            run.top, run.first = self.y, index

    def inner(self, edges: Sequence[float], first: int, last: int) -> float:
        return edges[last] - edges[first] - 2 * self.style.gutter

    def header(self, table: Table, edges: Sequence[float], number: int) -> None:
        """The heading row, bold and centred; two levels where columns share a group."""
        style, columns = self.style, table.columns

        def folded(text: str, first: int, last: int) -> list[str]:
            return break_lines(text, self.inner(edges, first, last), "Bold", style.size)

        def height(lines: Sequence[str]) -> float:
            return max(1, len(lines)) * self.lead + 2 * style.padding

        upper = [(first, last, name) for first, last, name in _groups(columns) if name]
        top_level = max((height(folded(n, a, b)) for a, b, n in upper), default=0.0)
        singles = [i for i, column in enumerate(columns) if not column.group]
        lower = max(
            (height(folded(c.heading, i, i + 1)) for i, c in enumerate(columns) if c.group),
            default=0.0,
        )
        whole = max(
            [top_level + lower] + [height(folded(columns[i].heading, i, i + 1)) for i in singles]
        )
        if self.y + whole + 3 * self.lead > self.bottom:
            self.end_page()
        split, end = self.y + top_level, self.y + whole
        for first, last, name in upper:
            box = Box(edges[first], self.y, edges[last], split)
            where = (number, -1, first)
            self.cell(
                folded(name, first, last), box, where, last - first, "center", "Bold", "center"
            )
        for i, column in enumerate(columns):
            box = Box(edges[i], split if column.group else self.y, edges[i + 1], end)
            lines = folded(column.heading, i, i + 1)
            self.cell(lines, box, (number, -1, i), 1, "center", "Bold", "center")
        self.y = end

    def row(
        self, table: Table, edges: Sequence[float], number: int, index: int, row: TableRow
    ) -> None:
        """Set a row, breaking it over as many pages as it needs."""
        style, columns = self.style, table.columns
        face: Face = "Bold" if row.group else "Regular"
        spans = [(i, i + 1, c.align) for i, c in enumerate(columns)]
        texts = row.cells
        if row.group and style.group_spans_number:
            spans, texts = [(0, len(columns), "left")], (". ".join(t for t in row.cells if t),)
        elif row.group and style.group_merged:
            spans = [(0, 1, "center"), (1, len(columns), "left")]
        elif row.group:
            spans[1] = (1, 2, "left")
            texts = (*row.cells, *("" for _ in columns[2:]))
        if self.runs:
            kept = [i for i in range(len(columns)) if i not in self.runs]
            spans, texts = [spans[i] for i in kept], tuple(texts[i] for i in kept)
        rest = [
            break_paragraphs(text, self.inner(edges, a, b), face, style.size, style.break_hyphens)
            for text, (a, b, _) in zip(texts, spans, strict=True)
        ]
        upright = style.upright
        breaks = style.break_rows and (style.merge_over or not self.runs)
        fresh = int((self.bottom - self.top(table, edges) - 2 * style.padding) / self.lead)
        while True:
            needed = max(1, *(len(lines) for lines in rest))
            needed = max([needed, *(self.lines_missing(run, index) for run in self.runs.values())])
            room = int((self.bottom - self.y - 2 * style.padding) / self.lead)
            if needed <= room:
                taken = [len(lines) for lines in rest]
            elif row.group or room < 2 or (not breaks and needed <= fresh):
                self.turn_page(table, edges, number, index)
                continue
            else:
                taken = [self.share(len(lines), room) for lines in rest]
            height = min(needed, room) * self.lead + 2 * style.padding
            for lines, count, (a, b, align) in zip(rest, taken, spans, strict=True):
                box = Box(edges[a], self.y, edges[b], self.y + height)
                open_end = count < len(lines)
                where = (number, index, a)
                self.cell(lines[:count], box, where, b - a, align, face, upright, open_end)
            self.y += height
            rest = [lines[count:] for lines, count in zip(rest, taken, strict=True)]
            if not any(rest):
                return
            upright = "top"
            self.turn_page(table, edges, number, index)

    def lines_missing(self, run: _Run, index: int) -> int:
        """How many lines the last row of a merged cell must have for the cell's text to fit."""
        if run.last != index or run.printed:
            return 0
        return len(run.lines) - int((self.y - run.top) / self.lead)

    def top(self, table: Table, edges: Sequence[float]) -> float:
        """Where the first row of a page begins, roughly: under the margin and the header."""
        if not self.style.repeat_header:
            return self.style.margins[1]
        most = max(
            len(break_lines(c.heading, self.inner(edges, i, i + 1), "Bold", self.style.size))
            for i, c in enumerate(table.columns)
        )
        return self.style.margins[1] + (most + 2) * self.lead

    def share(self, lines: int, room: int) -> int:
        """How many of a cell's lines stay above the break of its row."""
        if lines < 2 or self.rng.random() >= self.style.early_break:
            return min(lines, room)
        return max(1, min(lines, room) - 1)


def _indented_lines(paragraph: Paragraph, width: float, style: Style) -> list[str]:
    """The lines of a paragraph whose first line is shorter by its indent."""
    face, size = paragraph.face, style.size
    first = break_lines(paragraph.text, width - paragraph.indent, face, size, style.break_hyphens)
    if len(first) < 2:
        return first
    rest = paragraph.text.split()[len(first[0].split()) :]
    if first[0].split()[-1] != paragraph.text.split()[len(first[0].split()) - 1]:
        return first  # the first line ends within a word
    return [first[0], *break_lines(" ".join(rest), width, face, size, style.break_hyphens)]


def _edges(table: Table, left: float, right: float, style: Style) -> list[float]:
    """Where the columns end: by their shares, but none narrower than its widest word.

    Word widens columns just so; the wider columns give the room.
    """
    columns = table.columns
    total = sum(column.width for column in columns)
    widths = [column.width / total * (right - left) for column in columns]
    least = []
    for index, column in enumerate(columns):
        words: set[tuple[str, Face]] = {(word, "Bold") for word in column.heading.split()}
        for row in table.rows:
            if row.group and (index > 0 or style.group_spans_number):
                continue
            face: Face = "Bold" if row.group else "Regular"
            words |= {(word, face) for word in row.cells[index].split()}
        widest = max((text_width(word, face, style.size) for word, face in words), default=0.0)
        least.append(min(widest + 2 * style.gutter + 0.5, (right - left) / len(columns)))
    needed = [max(w, m) for w, m in zip(widths, least, strict=True)]
    spare = sum(needed) - (right - left)
    slack = [n - m for n, m in zip(needed, least, strict=True)]
    if spare > 0 and sum(slack) > 0:
        needed = [n - spare * s / sum(slack) for n, s in zip(needed, slack, strict=True)]
    edges = [left]
    for width in needed:
        edges.append(edges[-1] + width)
    return edges


def runs_down(
    columns: Sequence[Column], rows: Sequence[TableRow], merged: Sequence[str]
) -> dict[int, list[tuple[int, int]]]:
    """Cells merged down: first row → (column, last row) of each that begins there."""
    runs: dict[int, list[tuple[int, int]]] = {}
    for column, one in enumerate(columns):
        if one.field not in merged:
            continue
        texts = [None if row.group else " ".join(row.cells[column].split()) for row in rows]
        first = 0
        for index in range(1, len(rows) + 1):
            if index < len(rows) and texts[first] and texts[index] == texts[first]:
                continue
            if index - first > 1:
                runs.setdefault(first, []).append((column, index - 1))
            first = index
    return runs


def _groups(columns: Sequence[Column]) -> list[tuple[int, int, str]]:
    """Runs of columns under one group heading: first column, one past the last, the heading."""
    runs: list[tuple[int, int, str]] = []
    for index, column in enumerate(columns):
        if runs and column.group and runs[-1][2] == column.group:
            runs[-1] = (runs[-1][0], index + 1, column.group)
        else:
            runs.append((index, index + 1, column.group))
    return runs


def set_pages(
    blocks: Iterable[Paragraph | Beside | Table],
    style: Style,
    rng: random.Random,
    first_number: int | None = 1,
) -> tuple[Sheet, ...]:
    """Set ``blocks`` one after the other on as many pages as they need.

    ``first_number`` is the number of the first page (page 1 never shows it), None for no numbers.
    """
    press = _Press(style, rng, first_number)
    press.start_page()
    for block in blocks:
        if isinstance(block, Paragraph):
            press.paragraph(block)
        elif isinstance(block, Beside):
            press.beside(block)
        else:
            press.table(block)
    press.end_page()
    return tuple(press.sheets)


def draw(sheet: Sheet, dpi: int) -> Image.Image:
    """The page as a grey image (mode "L", white paper) at ``dpi``."""
    scale = dpi / 72
    image = Image.new("L", (round(sheet.width * scale), round(sheet.height * scale)), 255)
    pen = ImageDraw.Draw(image)
    thick = max(1, round(sheet.rule * scale))
    for rule in sheet.rules:
        ends = (rule.x0 * scale, rule.y0 * scale, rule.x1 * scale, rule.y1 * scale)
        pen.line(tuple(round(end) for end in ends), fill=0, width=thick)
    for line in sheet.lines:
        font = _font(line.face, line.size * scale)
        for x, word in line.words:
            pen.text((x * scale, line.baseline * scale), word, fill=0, font=font, anchor="ls")
    return image
