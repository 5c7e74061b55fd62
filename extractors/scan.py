"""A page image → what stands on it: grids with their cells, and the lines between them.

The page is straightened, its rules are found and painted over, and each cell and each stretch of
running text is cut out. The pieces are pasted below one another into a single tall column, which
Tesseract reads in one call: no column can run into its neighbour, and the place of a word tells its
cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from extractors import _tesseract, numerals
from extractors._tesseract import Word
from extractors.aligned_scan import find_aligned_tables, may_hold_table
from extractors.blocks import Block, find_blocks
from extractors.grid import Grid, GridCell, PageContent, PrintedLine
from extractors.image_rules import RuledGrid, Rules, find_rules, without_rules
from extractors.numerals import find_signs, read_signs
from extractors.straighten import Grey, Upright, clean, straighten
from records import Box

cv2.setNumThreads(1)  # pages run side by side in processes instead

METHOD = "tesseract"
_MARGIN = 30  # pixels of paper around the tall column of pieces
_LAYOUT = 4  # of Tesseract: one column of text of various sizes
_APART = 14  # pixels of paper between two pieces
_DARK = 140  # darker than this is ink of a letter
_SPECK = 0.4  # confidence: less in signs that no print has is dirt
_BLOT = 0.8  # and less in one or two letters on a line of their own, outside of tables
_SHORT = 12  # signs that a second look takes at most
_SURE, _HALF_SURE = 0.9, 0.6  # chance of a second look: from there it counts
_STROKES = 0.4  # the same where every sign is a stroke, whichever
_UNSEEN = 0.8  # chance that ink in which Tesseract saw nothing is a sign after all
_CAPITAL = 0.115  # inches: capitals of 12.5 pt
_BOLDER = 1.13  # times as thick strokes are bold
_LEAST_INK = 60  # pixels: less tells no weight
_DIGITS = re.compile(r"^\d[\d.,/-]*%?$")
_NUMERAL = re.compile(
    r"^(?:[≥≤><+]\s?)?\d{1,4}(?:[.,/\-]\d{1,4})*\s?%?\.?$"
    r"|^[IVX]+(?:\.\d{1,2})*[.):]?$"
    r"|^[A-EĐG](?:\.\d{1,2})*[.):]?$"
    r"|^\(\d{1,2}\)$"
    r"|^[xX+-]$"
    r"|^S?TT$"
)
_ROMAN = re.compile(r"^[IVX]+[.:]?$")
_DIRT = re.compile(r"^[^\w%&()+=/\-]+$")
_QUOTES = "\"'“”‘’"
_DOUBTFUL = re.compile(r"^[><].{0,7}$|^[HIl1L|!JTN]{1,4}[.:]?$")
_FINEST = 300  # dots an inch; more adds nothing but time


class Piece(NamedTuple):
    """A rectangle of the upright page, in pixels: a cell, or a stretch of running text."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A printed line of a piece: its words in the upright page's pixels, left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        return min(word.y0 for word in self.words)

    @property
    def foot(self) -> float:
        return max(word.y1 for word in self.words)

    @property
    def confidence(self) -> float:
        return min(word.confidence for word in self.words)


def prepare() -> None:
    """Load the models once, for processes forked from this one; no error where one is missing."""
    _tesseract.prepare()
    numerals.prepare()


def read_page_image(
    image: Image.Image, number: int, width_pt: float, height_pt: float, reason: str = ""
) -> PageContent:
    """Read one page from its image.

    Args:
        image: the page as it came, any mode, possibly lying on its side or upside down.
        number: of the page, from 1.
        width_pt, height_pt: the page's size in points, as the image lies.
        reason: why the page is read from its image, for the findings.

    Boxes are points on the page as it came; the content's size, the grids' ``edges`` and the
    ``top`` of grids and lines are measured on the upright page.

    Raises:
        TesseractMissing, TesseractFailed: the page could not be read.
    """
    dpi = max(image.size) / max(width_pt, height_pt) * 72
    if dpi > _FINEST * 1.1:
        shrink = _FINEST / dpi
        size = (round(image.width * shrink), round(image.height * shrink))
        image = image.convert("RGB" if image.mode not in ("1", "L") else "L")
        image = image.resize(size, Image.Resampling.BOX)
        dpi = _FINEST
    upright = straighten(image)
    content, worth = _read_upright(upright, dpi, number, reason)
    if not upright.is_sure:
        other = straighten(image, (upright.turn + 180) % 360)
        turned, more = _read_upright(other, dpi, number, reason)
        content = turned if more > worth else content
    return content


def _read_upright(
    upright: Upright, dpi: float, number: int, reason: str
) -> tuple[PageContent, float]:
    """What a straightened page shows, and how much was read for sure: letters by confidence."""
    rules = find_rules(upright.grey, dpi)
    smooth = clean(without_rules(upright.grey, rules, dpi))
    cells = _pieces(rules.grids)
    between = _between(rules.grids, smooth, dpi)
    read = read_pieces(smooth, [*between, *cells], dpi)
    worth = sum(
        len(word.text) * (word.confidence - 0.5)
        for piece in read
        for line in piece
        for word in line.words
    )
    tables = list(rules.grids)
    if may_hold_table([Block(*piece) for piece in between], rules, dpi):
        tables, read = _with_aligned(rules, read, len(between), smooth, dpi)
        cells += _pieces(tables[len(rules.grids) :])
    read = look_again(smooth, [*between, *cells], read, len(between), dpi)
    points = 72 / dpi
    lines = [
        PrintedLine(line.text, line.top * points, line.confidence)
        for text in read[: len(between)]
        for line in text
        if not _is_speck(line)
    ]
    bold = _weights(smooth, cells)
    grids = []
    start = len(between)
    for grid in tables:
        ours = np.s_[start - len(between) : start - len(between) + len(grid.cells)]
        texts = read[start : start + len(grid.cells)]
        grids.append(_grid(grid, texts, bold[ours], upright, points))
        start += len(grid.cells)
    height, width = upright.grey.shape
    content = PageContent(
        number,
        tuple(lines),
        tuple(grids),
        "re-ocr",
        METHOD,
        round(width * points, 2),
        round(height * points, 2),
        reason,
    )
    return content, worth


def _pieces(grids: Sequence[RuledGrid]) -> list[Piece]:
    """The insides of the cells."""
    return [
        Piece(round(cell.x0) + 2, round(cell.y0) + 2, round(cell.x1) - 2, round(cell.y1) - 2)
        for grid in grids
        for cell in grid.cells
    ]


def _with_aligned(
    rules: Rules, read: Sequence[list[ReadLine]], running: int, grey: Grey, dpi: float
) -> tuple[list[RuledGrid], list[list[ReadLine]]]:
    """The page's grids, and those of tables without upright rules; what was read, with their cells
    read by themselves rather than as running text.
    """
    drawn = list(rules.grids)
    words = [word for text in read[:running] for line in text for word in line.words]
    found = find_aligned_tables(grey, words, partial(_weights, grey), rules, dpi)
    if not found:
        return drawn, list(read)
    outside = [
        [line for line in text if not any(_stands_in(line, grid) for grid in found)]
        for text in read[:running]
    ]
    cells = read_pieces(grey, _pieces(found), dpi)
    return [*drawn, *found], [*outside, *read[running:], *cells]


def _stands_in(line: ReadLine, grid: RuledGrid) -> bool:
    return grid.ys[0] <= (line.top + line.foot) / 2 < grid.ys[-1]


def _between(grids: Sequence[RuledGrid], grey: Grey, dpi: float) -> list[Piece]:
    """The blocks of text above, between and below the grids of a page."""
    pieces: list[Piece] = []
    top = 0
    for foot, next_top in [*((grid.ys[0], grid.ys[-1]) for grid in grids), (len(grey), 0)]:
        if round(foot) - 2 > top:
            pieces += [Piece(*block) for block in find_blocks(grey, top, round(foot) - 2, dpi)]
        top = max(top, round(next_top) + 2)
    return pieces


def _grid(
    grid: RuledGrid,
    texts: Sequence[Sequence[ReadLine]],
    bold: Sequence[bool | None],
    upright: Upright,
    points: float,
) -> Grid:
    cells = tuple(
        GridCell(
            cell.row,
            cell.column,
            "\n".join(line.text for line in lines),
            cell.row_span,
            cell.column_span,
            _box(upright, points, cell.x0, cell.y0, cell.x1, cell.y1),
            min((line.confidence for line in lines), default=1.0),
            bold=weight if lines else None,
        )
        for cell, lines, weight in zip(grid.cells, texts, bold, strict=True)
    )
    return Grid(
        grid.ys[0] * points,
        len(grid.ys) - 1,
        len(grid.xs) - 1,
        cells,
        tuple(x * points for x in grid.xs),
        _box(upright, points, grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1]),
    )


def _box(upright: Upright, points: float, x0: float, y0: float, x1: float, y1: float) -> Box:
    """Where a rectangle of the upright page stood on the page as it came, in points.

    The middles of its sides go back, so that a little skew does not make it larger.
    """
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    sides = np.array([[[x0, y], [x1, y], [x, y0], [x, y1]]], np.float64)
    there = cv2.transform(sides, upright.back)[0] * points
    (left, top), (right, bottom) = there.min(axis=0), there.max(axis=0)
    return Box(
        round(float(left), 2), round(float(top), 2), round(float(right), 2), round(float(bottom), 2)
    )


def look_again(
    grey: Grey, pieces: Sequence[Piece], read: Sequence[list[ReadLine]], running: int, dpi: float
) -> list[list[ReadLine]]:
    """What was read of the pieces, with short texts told by their signs (``extractors.numerals``).

    Args:
        grey: the page they were read from.
        pieces: the first ``running`` are running text, the others cells.
        read: their lines.
        running: see ``pieces``.
        dpi: resolution of the page.
    """
    capital = _capital(read, dpi)
    looked = []
    for index, (piece, lines) in enumerate(zip(pieces, read, strict=True)):
        if index >= running and len(lines) <= 1:
            lines = _look_at_cell(grey, piece, lines, capital)
        looked.append(
            [
                ReadLine(words)
                for line in lines
                if (
                    words := tuple(
                        _look_at_word(grey, word, capital)
                        for word in line.words
                        if not _is_dirt(word)
                    )
                )
            ]
        )
    return looked


def _is_dirt(word: Word) -> bool:
    """Whether a word is but what a stamp or the edge of a rule left: signs that no print has."""
    return word.confidence < _SPECK and bool(_DIRT.match(word.text))


def _capital(read: Sequence[Sequence[ReadLine]], dpi: float) -> float:
    """Height of the page's capitals and digits, in pixels."""
    heights = [
        word.y1 - word.y0
        for lines in read
        for line in lines
        for word in line.words
        if word.confidence > 0.8 and _DIGITS.match(word.text)
    ]
    return float(np.median(heights)) if len(heights) >= 3 else _CAPITAL * dpi


def _look_at_cell(grey: Grey, cell: Piece, lines: list[ReadLine], capital: float) -> list[ReadLine]:
    """A cell of at most one short line, its signs read anew where they are numbers or marks."""
    kept = lines[0].text if lines else ""
    ink = _trim(grey, cell)
    if ink is None or len(kept) > _SHORT:
        return lines
    if ink.x1 - ink.x0 > _SHORT * capital or ink.y1 - ink.y0 > 2.5 * capital:
        return lines
    found = _signs(grey, ink, capital)
    if found is None:
        return lines
    text, chance = found
    if not lines:
        chance *= _UNSEEN
    elif text.replace(" ", "") == kept.replace(" ", ""):
        return [ReadLine((Word(kept, *ink, max(chance, lines[0].confidence)),))]
    elif chance < _SURE:
        if chance < _HALF_SURE or _NUMERAL.match(kept):
            return [ReadLine((Word(kept, *ink, min(lines[0].confidence, 0.5)),))]
        chance *= 0.8
    return [ReadLine((Word(text, *ink, chance),))] if chance >= _HALF_SURE else lines


def _look_at_word(grey: Grey, word: Word, capital: float) -> Word:
    """A word whose signs say more than Tesseract's model: "≥", "II", a quote or a comma that is
    none.
    """
    box = Piece(int(word.x0) - 2, int(word.y0) - 2, int(word.x1) + 3, int(word.y1) + 3)
    if _DOUBTFUL.match(word.text):
        found = _signs(grey, box, capital)
        if found is not None and found[1] >= _SURE:
            return replace(word, text=found[0].replace(" ", ""), confidence=found[1])
        crop = grey[max(0, box.y0) : box.y1, max(0, box.x0) : box.x1]
        strokes = read_signs(crop, capital) if set(word.text) & {"H", "N"} else None
        if strokes is not None and strokes[1] >= _STROKES:
            # "HI." is hardly ever a word, and strokes beside one another are no digits.
            roman = strokes[0].replace(" ", "").replace("1", "I")
            if _ROMAN.match(roman):
                return replace(word, text=roman, confidence=strokes[1])
    text = word.text
    if len(text) > 2 and (text[0] in _QUOTES or text[-1] in ",."):
        signs = find_signs(grey[max(0, box.y0) : box.y1, max(0, box.x0) : box.x1], capital)
        if signs and text[0] in _QUOTES and signs[0].y1 - signs[0].y0 > 0.8 * capital:
            text = text[1:]
        if signs and text[-1] in ",." and text[-2] not in ",.":
            last = signs[-1]
            low = last.y0 > signs[0].y0 + 0.4 * capital
            height = (last.y1 - last.y0) / capital
            if low and last.x1 - last.x0 < 0.4 * capital and not 0.22 <= height <= 0.32:
                text = text[:-1] + (("," if height < 0.6 else text[-1]) if height > 0.3 else ".")
    return word if text == word.text else replace(word, text=text)


def _signs(grey: Grey, box: Piece, capital: float) -> tuple[str, float] | None:
    """What stands in a rectangle, if it is a number, a code or a mark."""
    crop = grey[max(0, box.y0) : box.y1, max(0, box.x0) : box.x1]
    found = read_signs(crop, capital) if crop.size else None
    return found if found is not None and _NUMERAL.match(found[0]) else None


def _weights(grey: Grey, cells: Sequence[Piece | Block]) -> list[bool | None]:
    """For each cell whether it is printed bold; None where the page has but one weight."""
    strokes = [_stroke(grey, cell) for cell in cells]
    known = sorted(stroke for stroke in strokes if stroke)
    steps = [(after / before, after) for before, after in pairwise(known)]
    step, bold = max(steps, default=(1.0, 0.0))
    if step < _BOLDER:
        return [None] * len(cells)
    return [stroke >= bold if stroke else None for stroke in strokes]


def _stroke(grey: Grey, cell: Piece | Block) -> float:
    """How thick the strokes of a cell's letters are: their area by their outline; 0 for none."""
    box = _trim(grey, cell)
    if box is None:
        return 0.0
    ink = (grey[box.y0 : box.y1, box.x0 : box.x1] < _DARK).astype(np.uint8)
    ink = cv2.resize(ink, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    area = cv2.countNonZero(ink)
    inside = cv2.countNonZero(cv2.erode(ink, np.ones((3, 3), np.uint8)))
    return area / max(1, area - inside) if area > _LEAST_INK else 0.0


def _is_speck(line: ReadLine) -> bool:
    """Whether a line outside of tables is a blot that was taken for a letter or two."""
    dirty = len(line.text) <= 2 and not line.text.rstrip(".").isdigit()
    return (dirty and line.confidence < _BLOT) or bool(_DIRT.match(line.text))


def read_pieces(grey: Grey, pieces: Sequence[Piece], dpi: float) -> list[list[ReadLine]]:
    """The printed lines of every piece, top to bottom; an empty piece has none."""
    trimmed = [_trim(grey, piece) for piece in pieces]
    lines: list[list[ReadLine]] = [[] for _ in pieces]
    for batch in _batches(trimmed):
        column, places = _stack(grey, [trimmed[index] for index in batch])
        words = _tesseract.read_words(column, dpi, layout=_LAYOUT)
        owners = _owners(words, places)
        for index, place in zip(batch, places, strict=True):
            piece = trimmed[index]
            assert piece is not None
            right, down = piece.x0 - _MARGIN, piece.y0 - place[0]
            moved = [
                Word(
                    w.text,
                    w.x0 + right,
                    w.y0 + down,
                    w.x1 + right,
                    w.y1 + down,
                    w.confidence,
                    w.line,
                )
                for w, owner in zip(words, owners, strict=True)
                if owner == place
            ]
            lines[index] = _lines(moved)
    return lines


def _batches(pieces: Sequence[Piece | None]) -> Iterable[list[int]]:
    """Indices of the pieces that have ink, as many at a time as one image can hold."""
    batch: list[int] = []
    height = 2 * _MARGIN
    for index, piece in enumerate(pieces):
        if piece is None:
            continue
        more = piece.y1 - piece.y0 + _APART
        if batch and height + more > _tesseract.TALLEST:
            yield batch
            batch, height = [], 2 * _MARGIN
        batch.append(index)
        height += more
    if batch:
        yield batch


def _trim(grey: Grey, piece: Piece | Block) -> Piece | None:
    """The piece without the empty paper around its ink; None where there is no ink."""
    part = (grey[piece.y0 : piece.y1, piece.x0 : piece.x1] < _DARK).astype(np.uint8)
    if int(part.sum()) < 10:
        return None
    ys, xs = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return Piece(
        max(piece.x0, piece.x0 + int(xs[0]) - 3),
        max(piece.y0, piece.y0 + int(ys[0]) - 3),
        min(piece.x1, piece.x0 + int(xs[-1]) + 4),
        min(piece.y1, piece.y0 + int(ys[-1]) + 4),
    )


def _stack(grey: Grey, pieces: Sequence[Piece | None]) -> tuple[Grey, list[tuple[int, int]]]:
    """Pieces pasted below one another, and the rows of pixels each one takes."""
    kept = [piece for piece in pieces if piece is not None]
    width = max(piece.x1 - piece.x0 for piece in kept) + 2 * _MARGIN
    height = sum(piece.y1 - piece.y0 + _APART for piece in kept) + 2 * _MARGIN
    column: npt.NDArray[np.uint8] = np.full((height, width), 255, np.uint8)
    places = []
    y = _MARGIN
    for piece in kept:
        part = grey[piece.y0 : piece.y1, piece.x0 : piece.x1]
        column[y : y + part.shape[0], _MARGIN : _MARGIN + part.shape[1]] = part
        places.append((y, y + part.shape[0]))
        y += part.shape[0] + _APART
    return column, places


def _owners(words: Sequence[Word], places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """For each word of the column the place of the piece that it stands in or next to."""
    middles = np.array([(first + last) / 2 for first, last in places])
    halves = np.array([(last - first) / 2 for first, last in places])
    return [
        places[int(np.argmin(np.abs((word.y0 + word.y1) / 2 - middles) - halves))] for word in words
    ]


def _lines(words: Sequence[Word]) -> list[ReadLine]:
    """Words of one piece in printed lines: Tesseract's, joined where it broke one in two."""
    grouped: dict[tuple[int, int, int], list[Word]] = {}
    for word in words:
        grouped.setdefault(word.line, []).append(word)
    lines: list[list[Word]] = []
    for group in sorted(grouped.values(), key=lambda g: sum(w.y0 + w.y1 for w in g) / len(g)):
        top, bottom = _extent(group)
        if lines:
            above_top, above_bottom = _extent(lines[-1])
            shared = min(bottom, above_bottom) - max(top, above_top)
            if shared > 0.6 * min(bottom - top, above_bottom - above_top):
                lines[-1].extend(group)
                continue
        lines.append(list(group))
    return [ReadLine(tuple(sorted(line, key=lambda w: w.x0))) for line in lines]


def _extent(words: Sequence[Word]) -> tuple[float, float]:
    """Top and bottom of a line: the middle ones of its words, so that no lone mark decides."""
    return median(word.y0 for word in words), median(word.y1 for word in words)
