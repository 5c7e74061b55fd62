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

_FAMILIES = ("LiberationSerif", "Tinos", "DejaVuSerif")
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
    """The texts of a row, one a column; of a group row: its code and its title."""

    cells: tuple[str, ...]
    group: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table to print."""

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How an appendix is printed; lengths in points.

    ``padding`` lies above and below the text of a cell, ``gutter`` left and right of it.
    ``early_break``: how often a cell sends one line more than it must over a page break, as Word
    does.  ``break_hyphens``: whether "2026-2030" may break after its hyphen.
    ``group_spans_number``: a group row is one cell ("I. Title"), not code and title apart.
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
    rule: float = 0.6


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
    """A ruled cell on one page; ``text`` is the part of its text that stands there."""

    table: int
    row: int
    column: int
    span: int
    text: str
    box: Box


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

    @property
    def width(self) -> float:
        return A4[1] if self.style.landscape else A4[0]

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
    ) -> None:
        """Set a cell's lines in its box; ``open_end``: its text goes on over the page."""
        padding = self.style.padding
        top = box.y0 + padding
        if upright == "center":
            top += (box.y1 - box.y0 - 2 * padding - len(lines) * self.lead) / 2
        for index, line in enumerate(lines):
            last = index == len(lines) - 1 and not open_end
            how: Align = "left" if align == "justify" and last else align
            left, right = box.x0 + self.style.gutter, box.x1 - self.style.gutter
            self.put(line, left, right, top + index * self.lead, how, face, where)
        self.frame(box)
        self.cells.append(PrintedCell(*where, span, " ".join(lines), box))

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

    def table(self, table: Table) -> None:
        number = self.tables
        self.tables += 1
        edges = _edges(table, self.left, self.right, self.style)
        self.header(table, edges, number)
        for index, row in enumerate(table.rows):
            self.row(table, edges, number, index, row)
        self.y += self.lead

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
        elif row.group:
            spans = [(0, 1, "center"), (1, len(columns), "left")]
        rest = [
            break_lines(text, self.inner(edges, a, b), face, style.size, style.break_hyphens)
            for text, (a, b, _) in zip(texts, spans, strict=True)
        ]
        upright = style.upright
        while True:
            needed = max(1, *(len(lines) for lines in rest))
            room = int((self.bottom - self.y - 2 * style.padding) / self.lead)
            if needed <= room:
                taken = [len(lines) for lines in rest]
            elif row.group or room < 2:
                self.end_page()
                self.header(table, edges, number)
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
            self.end_page()
            self.header(table, edges, number)

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
    blocks: Iterable[Paragraph | Table],
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
