"""Running text in a page image, cut into blocks in reading order before it is read.

What stands side by side (issuer and national title at the head of a document, recipients and signer
at its foot) must not be read across: each block is cut out alone, the left one first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from extractors.layer_text import TextLine, in_reading_order
from extractors.straighten import Grey

_DARK = 140  # darker than this is ink
_WORDS_APART = 0.2  # inches: a wider gap parts what stands side by side
_LINES_APART = 0.5  # inches: a wider gap parts blocks one below the other
_SPECK = 0.035  # inches: what is smaller each way is no text by itself


class Block(NamedTuple):
    """A rectangle of the page that is read by itself, in pixels."""

    x0: int
    y0: int
    x1: int
    y1: int


def find_blocks(grey: Grey, top: int, bottom: int, dpi: float) -> list[Block]:
    """Blocks of text between two heights of a page, in reading order.

    Args:
        grey: the upright page, its rules painted over.
        top, bottom: in pixels.
        dpi: resolution of the page.
    """
    lines = list(_printed_lines(grey[top:bottom], dpi))
    typical = float(np.median([line.bottom - line.top for line in lines])) if lines else 0.0
    ordered = in_reading_order([line for line in lines if line.bottom - line.top > typical / 3])
    blocks: list[Block] = []
    for index, line in enumerate(ordered):
        piece = _box(line)
        if blocks and _goes_on(
            blocks[-1], piece, [*blocks[:-1], *map(_box, ordered[index + 1 :])], dpi
        ):
            above = blocks[-1]
            piece = Block(
                min(above.x0, piece.x0),
                min(above.y0, piece.y0),
                max(above.x1, piece.x1),
                max(above.y1, piece.y1),
            )
            blocks[-1] = piece
        else:
            blocks.append(piece)
    return [
        block._replace(
            x0=max(0, block.x0 - 3),
            y0=max(top, block.y0 + top - 3),
            x1=min(grey.shape[1], block.x1 + 3),
            y1=min(bottom, block.y1 + top + 3),
        )
        for block in blocks
    ]


def _printed_lines(part: Grey, dpi: float) -> Iterator[TextLine]:
    """Boxes of printed lines, parted where a wide gap is; lines that touch are one box."""
    if min(part.shape) < 3:
        return
    ink = (part < _DARK).astype(np.uint8)
    across = np.ones((1, max(3, round(_WORDS_APART * dpi))), np.uint8)
    # Marks over and under letters stand within a fortieth of an inch of them.
    joined = cv2.dilate(ink, np.ones((max(3, round(0.012 * dpi) | 1), 1), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, across)
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    speck = _SPECK * dpi
    boxes = [
        (int(x), int(y), int(x + width), int(y + height))
        for x, y, width, height, _ in stats[1:count]
        if max(width, height) > speck
    ]
    row: list[tuple[int, int, int, int]] = []
    for box in sorted(whole_boxes(boxes), key=lambda one: one[1] + one[3]):
        if row and (box[1] + box[3]) / 2 > max(row[0][3], (row[0][1] + row[0][3]) / 2 + 1):
            yield from _in_line(row, dpi)
            row = []
        row.append(box)
    yield from _in_line(row, dpi)


def _in_line(row: Sequence[tuple[int, int, int, int]], dpi: float) -> Iterator[TextLine]:
    for x0, y0, x1, y1 in sorted(row):
        yield TextLine("", x0, x1, y0, y1, 0.1 * dpi)


def whole_boxes(boxes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Boxes that overlap become one: a mark that stands apart belongs to its line."""
    whole: list[tuple[int, int, int, int]] = []
    for box in sorted(boxes, key=lambda one: one[1] - one[3]):
        x0, y0, x1, y1 = box
        for index, (a0, b0, a1, b1) in enumerate(whole):
            shared = min(y1, b1) - max(y0, b0)
            if min(x1, a1) > max(x0, a0) and shared >= 0.5 * min(y1 - y0, b1 - b0):
                whole[index] = (min(x0, a0), min(y0, b0), max(x1, a1), max(y1, b1))
                break
        else:
            whole.append(box)
    return whole


def _box(line: TextLine) -> Block:
    return Block(int(line.x0), int(line.top), int(line.x1), int(line.bottom))


def _goes_on(above: Block, piece: Block, others: Sequence[Block], dpi: float) -> bool:
    """Whether a line belongs to the block before it: right below it, with nothing beside both."""
    if piece.y0 - above.y1 > _LINES_APART * dpi or piece.y1 <= above.y0:
        return False
    if min(piece.x1, above.x1) <= max(piece.x0, above.x0):
        return False
    x0, x1 = min(above.x0, piece.x0), max(above.x1, piece.x1)
    y0, y1 = min(above.y0, piece.y0), max(above.y1, piece.y1)
    return not any(
        min(x1, other.x1) > max(x0, other.x0)
        and min(y1, other.y1) - max(y0, other.y0) > 0.2 * min(other.y1 - other.y0, y1 - y0)
        for other in others
    )
