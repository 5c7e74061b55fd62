"""Tables of a scan whose columns no upright rule parts: told by where its words stand.

The words that lie outside of drawn grids go the way of a text layer's (``extractors.aligned``): a
word takes the place of a letter there. Where they stand is seen from the ink, which Tesseract may
have read in pieces that overlap; what they say, for the numbers of rows, from Tesseract.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

import cv2
import numpy as np

from extractors._pdfium import Glyph
from extractors._tesseract import Word
from extractors.aligned import find_aligned_grids
from extractors.blocks import Block, whole_boxes
from extractors.image_rules import RuledCell, RuledGrid, Rules
from extractors.ruled import Rule
from extractors.ruled import RuledGrid as AlignedGrid
from extractors.straighten import Grey

_DARK = 140  # darker than this is ink
_LETTERS_APART = 0.03  # inches
_MARKS_APART = 0.012  # inches from a letter to the marks over and under it
_SPECK = 0.035  # inches: what is smaller each way is no word
_TALLEST = 0.4  # inches: what is taller is no word
_LONG_RULE = 3.0  # inches
_FEWEST_RULES = 4
_FEWEST_BLOCKS = 4
_BODY = 0.4  # of the ink of a word's fullest row of pixels: the lowest such row is its baseline
_DESCENT = 0.2  # of the size
_LETTERS = 0.7  # of the size: from the top of a capital to the baseline
_MARK = 0.45  # of the size: marks are lower than this
_MARKS_REACH = 0.15  # of the size, between a mark and its letter
_WORDS_APART = 0.9  # of the size
_LEVEL = 0.6  # of the lower of two words beside each other
_SAME = 0.5  # of a word's box

Weigh = Callable[[Sequence[Block]], Sequence[bool | None]]


def find_aligned_tables(
    grey: Grey, words: Sequence[Word], weigh: Weigh, rules: Rules, dpi: float
) -> list[RuledGrid]:
    """Grids, in pixels, of what stands outside of drawn grids.

    Args:
        grey: the upright page, its rules painted over.
        words: what Tesseract saw there.
        weigh: tells of printed lines (parts of ``grey``) whether they are bold.
        rules: the page's drawn rules.
        dpi: resolution of the page.
    """
    heights = [word.y1 - word.y0 for word in words if word.text.isalnum()]
    if not heights:
        return []
    points = 72 / dpi
    size = median(heights) / _LETTERS
    boxes = [box for box in _boxes(grey, dpi) if not _is_in_grid(box, rules)]
    lines = _lines(_without_marks(boxes, size), size)
    glyphs = []
    for line, bold in zip(lines, weigh([_around(line) for line in lines]), strict=True):
        base = median(_baseline(grey, box) for box in line) * points
        for box in line:
            text = _text(box, words)
            top, foot = base - _LETTERS * size * points, base + _DESCENT * size * points
            x0, x1 = box.x0 * points, box.x1 * points
            glyphs.append(Glyph(text, x0, top, x1, foot, base, size * points, bold=bool(bold)))
    level = [
        Rule(rule.at * points, rule.first * points, rule.last * points)
        for rule in rules.level
        if not any(grid.ys[0] <= rule.at <= grid.ys[-1] for grid in rules.grids)
    ]
    found = find_aligned_grids(glyphs, level, grey.shape[1] * points)
    return [_in_pixels(grid, dpi / 72) for grid in found]


def may_hold_table(blocks: Sequence[Block], rules: Rules, dpi: float) -> bool:
    """Whether a page may have a table without upright rules: several of its blocks of text stand
    three and more side by side, or level rules stand one below the other outside of grids.
    """
    free = [
        rule
        for rule in rules.level
        if rule.length >= _LONG_RULE * dpi
        and not any(grid.ys[0] <= rule.at <= grid.ys[-1] for grid in rules.grids)
    ]
    middles = [(block.y0 + block.y1) / 2 for block in blocks]
    beside = [sum(one.y0 < y < one.y1 for one in blocks) for y in middles]
    return len(free) >= _FEWEST_RULES or sum(count > 2 for count in beside) >= _FEWEST_BLOCKS


def _boxes(grey: Grey, dpi: float) -> list[Block]:
    """Left, top, right and foot of each printed word."""
    ink = (grey < _DARK).astype(np.uint8)
    joined = cv2.dilate(ink, np.ones((max(3, round(_MARKS_APART * dpi) | 1), 1), np.uint8))
    across = np.ones((1, max(3, round(_LETTERS_APART * dpi))), np.uint8)
    joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, across)
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    speck, tallest = _SPECK * dpi, _TALLEST * dpi
    boxes = [
        (int(x), int(y), int(x + width), int(y + height))
        for x, y, width, height, _ in stats[1:count]
        if height < tallest
    ]
    whole = [Block(*box) for box in whole_boxes(boxes)]
    return [box for box in whole if max(box.x1 - box.x0, box.y1 - box.y0) > speck]


def _without_marks(boxes: Sequence[Block], size: float) -> list[Block]:
    """The boxes but those of marks that stand apart from the letters below or above them."""
    low = [box for box in boxes if box.y1 - box.y0 < _MARK * size]
    marks = {
        mark
        for mark in low
        for box in boxes
        if box.y1 - box.y0 >= _MARK * size
        and min(box.x1, mark.x1) > max(box.x0, mark.x0)
        and max(box.y0, mark.y0) - min(box.y1, mark.y1) < _MARKS_REACH * size
    }
    return [box for box in boxes if box not in marks]


def _is_in_grid(box: Block, rules: Rules) -> bool:
    y = (box.y0 + box.y1) / 2
    return any(grid.ys[0] <= y <= grid.ys[-1] for grid in rules.grids)


def _lines(boxes: Sequence[Block], size: float) -> list[list[Block]]:
    """Words that stand level, side by side without a wide gap."""
    lines: list[list[Block]] = []
    for box in sorted(boxes):
        for line in reversed(lines):
            last = line[-1]
            shared = min(box.y1, last.y1) - max(box.y0, last.y0)
            lower = min(box.y1 - box.y0, last.y1 - last.y0)
            if box.x0 - last.x1 < _WORDS_APART * size and shared >= _LEVEL * lower:
                line.append(box)
                break
        else:
            lines.append([box])
    return lines


def _around(line: Sequence[Block]) -> Block:
    return Block(
        min(box.x0 for box in line),
        min(box.y0 for box in line),
        max(box.x1 for box in line),
        max(box.y1 for box in line),
    )


def _baseline(grey: Grey, box: Block) -> int:
    """The lowest row of pixels in which a word has much ink."""
    rows = (grey[box.y0 : box.y1, box.x0 : box.x1] < _DARK).sum(axis=1)
    return box.y0 + int(np.flatnonzero(rows >= _BODY * rows.max())[-1]) + 1


def _text(box: Block, words: Sequence[Word]) -> str:
    """What a printed word says; "?" where Tesseract saw none."""
    text, most = "?", _SAME * (box.x1 - box.x0) * (box.y1 - box.y0)
    for word in words:
        width = min(box.x1, word.x1) - max(box.x0, word.x0)
        height = min(box.y1, word.y1) - max(box.y0, word.y0)
        if width > 0 and height > 0 and width * height > most:
            text, most = word.text, width * height
    return text


def _in_pixels(grid: AlignedGrid, scale: float) -> RuledGrid:
    xs = tuple(x * scale for x in grid.xs)
    ys = tuple(y * scale for y in grid.ys)
    cells = tuple(
        RuledCell(
            cell.row,
            cell.column,
            cell.row_span,
            cell.column_span,
            xs[cell.column],
            ys[cell.row],
            xs[cell.column + cell.column_span],
            ys[cell.row + cell.row_span],
        )
        for cell in grid.cells
    )
    return RuledGrid(xs, ys, cells)
