"""PDF files: each page's text layer where it is sound, else the page's image.

A layer is judged page by page (``extractors.judges.LayerJudge``). A sound one gives the cells that
the page's drawn rules enclose and the lines outside them; every other page that shows anything is
rendered and read by ``extractors.scan``.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PIL import Image
from pypdfium2 import PdfDocument
from rapidfuzz import fuzz

from extractors._pages import loss_notice, read_each
from extractors._pdfium import (
    LOST,
    Frame,
    Glyph,
    Layer,
    broken_pdf,
    is_legacy_font,
    open_document,
    picture_bytes,
    read_layer,
    render,
    size_of,
)
from extractors._tesseract import TesseractMissing
from extractors.aligned import find_aligned_grids
from extractors.grid import Grid, GridCell, PageContent, PrintedLine
from extractors.joining import document_parts, ranges
from extractors.judges import LayerJudge, LayerVerdict, OldEncoding
from extractors.layer_text import (
    Decode,
    TextLine,
    cell_text,
    footnotes_of,
    plain,
    running_lines,
    settled,
)
from extractors.ruled import NEAR, Rule, RuledGrid, find_grids
from records import Box, Document, Notice

METHOD = "text-layer"
MEDIA_TYPE = "application/pdf"
RENDERED_DPI = 200
_TOKEN = re.compile(r"\n|\S+")
SOFT_HYPHEN = "\u00ad"
_PEEK_DPI = 100  # enough to see whether a picture holds a table
_SAME_CELL = 0.6  # of both boxes shared
_SAME_LINE = 12.0  # points
_ALIKE = 70.0  # per cent
_GOES_ON = 0.4  # of the size: glyphs of a line are no further apart
_BLANK = "trang trắng"
_INCOMPLETE = 0.3  # confidence in a text that lacks letters
_MOST_PIXELS = 60_000_000  # a page larger than A0 is rendered more coarsely


def read_pdf(data: bytes, path: str, sha256: str, judge: LayerJudge) -> Document:
    """Running text and tables of a PDF.

    Args:
        data: the file's bytes.
        path: where it was found, kept as given.
        sha256: hex digest of the bytes.
        judge: says which text layers are sound.

    Raises:
        Unreadable: the file cannot be opened, or none of its pages can be read.
        TesseractMissing: all pages must be read from their images, and Tesseract is not there.
    """
    document = open_document(data)
    pages = _Pages(document, judge)
    parts = document_parts(pages)
    if not pages.read:
        raise pages.missing or broken_pdf()
    return Document(
        path=path,
        sha256=sha256,
        media_type=MEDIA_TYPE,
        route="re-ocr" if 2 * pages.reread > pages.read else "text-layer",
        health="healthy",
        pages=parts.pages,
        tables=parts.tables,
        notices=(*pages.notices(), *parts.notices),
    )


class _Pages:
    """The pages of a PDF one after the other, and how reading them went."""

    def __init__(self, document: PdfDocument, judge: LayerJudge) -> None:
        self._document = document
        self._numbers = range(1, len(document) + 1)
        self._work = partial(_read, document, judge)
        self._lost: list[Notice] = []
        self._waiting: list[int] = []
        self.missing: TesseractMissing | None = None
        self.read = self.reread = 0

    def __iter__(self) -> Iterator[PageContent]:
        weigh = None
        if any(picture_bytes(self._document, index) for index in {0, len(self._document) - 1}):
            # Scans: their readers are loaded once for all processes.
            from extractors.scan import prepare

            prepare()
            weigh = partial(_bytes_to_read, self._document)
        pages = read_each(self._work, self._numbers, weigh=weigh)
        for number, page in zip(self._numbers, pages, strict=True):
            if isinstance(page, PageContent):
                self.read += 1
                self.reread += page.route == "re-ocr"
                yield page
                continue
            if isinstance(page, str):
                self.missing = TesseractMissing(page)
                self._waiting.append(number)
            else:
                self._lost.append(loss_notice(page))
            yield PageContent(number, (), (), "re-ocr", METHOD)

    def notices(self) -> Iterator[Notice]:
        """What a clerk is told of pages that were not read."""
        yield from self._lost
        if self.missing is not None:
            reason = self.missing.reason_vi
            message = f"Trang {ranges(self._waiting)} chưa đọc được. {reason}"
            yield Notice("page_lost", message, severity="error")


def _bytes_to_read(document: PdfDocument, number: int) -> float:
    """How long the page ``number`` will take, beside others: the more on it, the larger."""
    return picture_bytes(document, number - 1)


def _read(document: PdfDocument, judge: LayerJudge, number: int) -> PageContent | str:
    """The page, or the command that would install the Tesseract it waits for."""
    try:
        return read_page(document, judge, number)
    except TesseractMissing as missing:
        return missing.command


def page_pictures(data: bytes, dpi: float) -> Iterator[tuple[Image.Image, float, float]]:
    """Each page of a PDF as it is shown, and its width and height in points.

    Raises:
        Unreadable: the file cannot be opened.
    """
    document = open_document(data)
    for index in range(len(document)):
        yield render(document, index, dpi), *size_of(document, index)


def read_page(document: PdfDocument, judge: LayerJudge, number: int) -> PageContent:
    """The page ``number`` (from 1): from its text layer, or from its image."""
    layer = read_layer(document, number - 1)
    content, verdict = layer_content(layer, number, judge)
    reason = verdict.reason
    if verdict.is_readable:
        if layer.hidden > 0.5 and _has_pictured_table(document, number - 1):
            reason = "bảng chỉ có trong ảnh quét, lớp chữ không cho biết các ô"
        elif any(LOST in line for line in _all_lines(content)):
            return with_lost_letters(content, _from_image(document, layer, number, reason))
        else:
            return replace(content, reason=reason)
    elif not layer.inked:
        return replace(content, reason=_BLANK)
    return _from_image(document, layer, number, reason)


def _from_image(document: PdfDocument, layer: Layer, number: int, reason: str) -> PageContent:
    from extractors.scan import read_page_image

    width, height = layer.frame.width, layer.frame.height
    dpi = min(RENDERED_DPI, 72 * (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    image = render(document, number - 1, dpi)
    return read_page_image(image, number, width, height, reason)


def _has_pictured_table(document: PdfDocument, index: int) -> bool:
    """Whether rules in the page's picture draw a table."""
    import numpy as np

    from extractors.image_rules import find_rules

    grey = np.asarray(render(document, index, _PEEK_DPI).convert("L"), dtype=np.uint8)
    return any(len(grid.xs) > 2 and len(grid.ys) > 2 for grid in find_rules(grey, _PEEK_DPI).grids)


def with_lost_letters(content: PageContent, seen: PageContent) -> PageContent:
    """A page whose layer lacks letters that are printed: these cells and lines are taken from what
    OCR sees, where it sees the same cell or line.
    """
    cells = [cell for grid in seen.grids for cell in grid.cells if cell.box is not None]
    grids = tuple(
        replace(grid, cells=tuple(_completed(cell, cells) for cell in grid.cells))
        for grid in content.grids
    )
    lines = tuple(_completed_line(line, seen.lines) for line in content.lines)
    reason = "lớp chữ thiếu vài chữ có in trên trang; các ô ấy được nhận dạng từ ảnh"
    return replace(content, grids=grids, lines=lines, reason=reason, partly_reread=True)


def _completed(cell: GridCell, seen: Sequence[GridCell]) -> GridCell:
    if LOST not in cell.text or cell.box is None:
        return cell
    best = max(seen, key=lambda other: _shared(cell.box, other.box), default=None)
    if best is None or _shared(cell.box, best.box) < _SAME_CELL or not best.text.strip():
        return replace(cell, confidence=_INCOMPLETE)
    return replace(cell, text=_filled_in(cell.text, best.text), confidence=best.confidence)


def _completed_line(line: PrintedLine, seen: Sequence[PrintedLine]) -> PrintedLine:
    if LOST not in line.text:
        return line
    near = [other for other in seen if abs(other.top - line.top) < _SAME_LINE]
    best = max(near, key=lambda other: fuzz.ratio(other.text, line.text), default=None)
    if best is None or fuzz.ratio(best.text, line.text) < _ALIKE:
        return replace(line, confidence=_INCOMPLETE)
    return replace(line, text=_filled_in(line.text, best.text), confidence=best.confidence)


def _filled_in(text: str, seen: str) -> str:
    """A text with the words that lack letters taken from what OCR sees; all others stay."""
    words, seen_words = _TOKEN.findall(text), _TOKEN.findall(seen)
    matcher = difflib.SequenceMatcher(a=words, b=seen_words, autojunk=False)
    filled: list[str] = []
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag != "replace" or a1 - a0 != b1 - b0:
            lacks = any(LOST in word for word in words[a0:a1])
            filled += seen_words[b0:b1] if lacks else words[a0:a1]
            continue
        for word, other in zip(words[a0:a1], seen_words[b0:b1], strict=True):
            filled.append(other if LOST in word or _lacks_letters(word, other) else word)
    return " ".join(filled).replace(" \n ", "\n").strip()


def _lacks_letters(word: str, seen: str) -> bool:
    """Whether a word is the seen one without a letter or two."""
    letters = iter(seen)
    return 0 < len(seen) - len(word) <= 2 and all(letter in letters for letter in word)


def _shared(first: Box | None, second: Box | None) -> float:
    """The common part of two boxes, of all that they cover (0-1)."""
    if first is None or second is None:
        return 0.0
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    if width <= 0 or height <= 0:
        return 0.0
    areas = ((box.x1 - box.x0) * (box.y1 - box.y0) for box in (first, second))
    return width * height / (sum(areas) - width * height)


def layer_content(layer: Layer, number: int, judge: LayerJudge) -> tuple[PageContent, LayerVerdict]:
    """What a page's text layer says, and what that is worth."""
    page = _Page(layer, number)
    content = page.content()
    verdict = judge.judge_layer(
        _all_lines(content),
        page.by_font(),
        pictured=layer.pictured,
        hidden=layer.hidden,
        outlined=layer.outlined,
    )
    if verdict.is_readable and verdict.encodings:
        content = page.content(_decoding(verdict.encodings, judge))
    return _with_hyphens(content), verdict


def _with_hyphens(content: PageContent) -> PageContent:
    """The page with its soft hyphens as hyphens; in TCVN3 the sign was the letter "ư"."""
    if not any(SOFT_HYPHEN in line for line in _all_lines(content)):
        return content
    lines = tuple(replace(line, text=line.text.replace(SOFT_HYPHEN, "-")) for line in content.lines)
    grids = tuple(
        replace(
            grid,
            cells=tuple(
                replace(cell, text=cell.text.replace(SOFT_HYPHEN, "-")) for cell in grid.cells
            ),
        )
        for grid in content.grids
    )
    return replace(content, lines=lines, grids=grids)


def _all_lines(content: PageContent) -> list[str]:
    lines = [line.text for line in content.lines]
    for grid in content.grids:
        for cell in grid.cells:
            lines += cell.text.split("\n")
    return lines


def _decoding(encodings: Mapping[str, OldEncoding], judge: LayerJudge) -> Decode:
    everywhere = encodings.get("")

    def decode(font: str, text: str) -> str:
        encoding = encodings.get(font, everywhere)
        return judge.from_old(text, encoding) if encoding else text

    return decode


@dataclass(frozen=True, slots=True)
class _Owned:
    """The glyphs of a page: those of each cell of each grid, and those outside."""

    grids: tuple[tuple[RuledGrid, Mapping[int, Sequence[Glyph]]], ...]
    outside: Sequence[Glyph]


class _Page:
    """A page's layer while it becomes lines and grids."""

    def __init__(self, layer: Layer, number: int) -> None:
        self._layer = layer
        self._number = number
        grids = find_grids(layer.level, layer.upright)
        owned = _owned(layer.glyphs, grids)
        free = [rule for rule in layer.level if not any(_within(rule, grid) for grid in grids)]
        width, _ = layer.frame.upright_size()
        aligned = find_aligned_grids(owned.outside, free, width)
        self._owned = _owned(layer.glyphs, [*grids, *aligned]) if aligned else owned

    def by_font(self) -> dict[str, str]:
        """The text set in each font, where one may be from before Unicode."""
        if not any(map(is_legacy_font, self._layer.fonts)):
            return {}
        texts: dict[str, list[str]] = defaultdict(list)
        for glyph in self._layer.glyphs:
            if glyph.font:
                texts[glyph.font].append(glyph.text)
        return {font: "".join(signs) for font, signs in texts.items()}

    def content(self, decode: Decode = plain) -> PageContent:
        """Lines and grids, their text decoded."""
        lines = running_lines(self._owned.outside, decode)
        notes = footnotes_of([line.text for line in lines])
        grids = tuple(
            _grid(grid, glyphs, self._layer.frame, decode, notes)
            for grid, glyphs in self._owned.grids
        )
        width, height = self._layer.frame.upright_size()
        return PageContent(
            number=self._number,
            lines=tuple(_printed(line, notes) for line in lines),
            grids=grids,
            route="text-layer",
            method=METHOD,
            width=width,
            height=height,
        )


def _within(rule: Rule, grid: RuledGrid) -> bool:
    """Whether a level rule lies in a grid."""
    return grid.ys[0] - NEAR <= rule.at <= grid.ys[-1] + NEAR and rule.first < grid.xs[-1]


def _printed(line: TextLine, notes: frozenset[str]) -> PrintedLine:
    return PrintedLine(settled(line.text, notes), line.top)


def _owned(glyphs: Sequence[Glyph], grids: Sequence[RuledGrid]) -> _Owned:
    """Give each glyph to the cell that its middle lies in."""
    slots = [_slots(grid) for grid in grids]
    held: list[dict[int, list[Glyph]]] = [defaultdict(list) for _ in grids]
    outside = []
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.y0 + glyph.y1) / 2
        for grid, owners, cells in zip(grids, slots, held, strict=True):
            if grid.xs[0] <= x < grid.xs[-1] and grid.ys[0] <= y < grid.ys[-1]:
                row, column = _place(grid.ys, y), _place(grid.xs, x)
                cells[owners[row][column]].append(glyph)
                break
        else:
            outside.append(glyph)
    for grid, owners, cells in zip(grids, slots, held, strict=True):
        outside = _without_overflow(grid, owners, cells, outside)
    return _Owned(tuple(zip(grids, held, strict=True)), outside)


def _without_overflow(
    grid: RuledGrid,
    owners: Sequence[Sequence[int]],
    cells: dict[int, list[Glyph]],
    outside: list[Glyph],
) -> list[Glyph]:
    """The glyphs outside a grid but those that go on from its outer cells over its sides: a title
    on a sheet cut in two runs to the paper's edge and beyond. They go to these cells.
    """
    beside = [one for one in outside if grid.ys[0] <= (one.y0 + one.y1) / 2 < grid.ys[-1]]
    if not beside:
        return outside
    taken: set[int] = set()
    for side, column in ((1, -1), (-1, 0)):
        for glyph in sorted(beside, key=lambda one: side * one.x0):
            row = _place(grid.ys, (glyph.y0 + glyph.y1) / 2)
            cell = cells[owners[row][column]]
            near = [one for one in cell if abs(one.base - glyph.base) < 0.1 * glyph.size]
            if side > 0:
                gap = glyph.x0 - max((one.x1 for one in near), default=-1e6)
            else:
                gap = min((one.x0 for one in near), default=1e6) - glyph.x1
            if abs(gap) <= _GOES_ON * glyph.size and id(glyph) not in taken:
                taken.add(id(glyph))
                cell.append(glyph)
    return [one for one in outside if id(one) not in taken]


def _place(borders: Sequence[float], at: float) -> int:
    for index in range(len(borders) - 1):
        if at < borders[index + 1]:
            return index
    return len(borders) - 2


def _slots(grid: RuledGrid) -> list[list[int]]:
    """For each row and column the index of the cell that covers it."""
    slots = [[0] * (len(grid.xs) - 1) for _ in range(len(grid.ys) - 1)]
    for index, cell in enumerate(grid.cells):
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                slots[row][column] = index
    return slots


def _grid(
    grid: RuledGrid,
    glyphs: Mapping[int, Sequence[Glyph]],
    frame: Frame,
    decode: Decode,
    notes: frozenset[str],
) -> Grid:
    cells = tuple(
        GridCell(
            cell.row,
            cell.column,
            settled(cell_text(glyphs.get(index, ()), decode), notes),
            cell.row_span,
            cell.column_span,
            _box(
                frame,
                grid.xs[cell.column],
                grid.ys[cell.row],
                grid.xs[cell.column + cell.column_span],
                grid.ys[cell.row + cell.row_span],
            ),
            bold=_is_bold(glyphs.get(index, ())),
        )
        for index, cell in enumerate(grid.cells)
    )
    return Grid(
        top=grid.ys[0],
        rows=len(grid.ys) - 1,
        columns=len(grid.xs) - 1,
        cells=cells,
        edges=grid.xs,
        box=_box(frame, grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1]),
    )


def _is_bold(glyphs: Sequence[Glyph]) -> bool:
    return bool(glyphs) and all(glyph.bold for glyph in glyphs if glyph.text != " ")


def _box(frame: Frame, x0: float, y0: float, x1: float, y1: float) -> Box:
    shown = frame.shown(Box(x0, y0, x1, y1))
    return Box(*(round(edge, 2) for edge in (shown.x0, shown.y0, shown.x1, shown.y1)))
