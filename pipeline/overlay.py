"""``phuluc extract FILE --overlay OUT.pdf``: the recognised cells painted over the pages.

A colour a column; group rows are grey. A cell that was read doubtfully has a red border, one whose
value was printed once for several rows a dashed one. The printed row number stands at the left of
its row; where a row goes on over a page it stands again, after dots.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from extractors import page_pictures
from extractors.joining import MERGED
from pipeline.findings import DOUBTFUL
from records import Box, Cell, Document

DPI = 110
_COLOURS = (
    (31, 119, 180),
    (44, 160, 44),
    (255, 127, 14),
    (148, 103, 189),
    (23, 190, 207),
    (188, 189, 34),
    (227, 119, 194),
    (140, 86, 75),
)
_GROUP = (110, 110, 110)
_RED = (214, 39, 40)
_SHADE = 48  # of 255


class Mark(NamedTuple):
    """One rectangle to paint: where, in which colour, how its border looks, what is written."""

    box: Box
    colour: tuple[int, int, int]
    doubtful: bool = False
    merged: bool = False
    label: str = ""


def marks_of(document: Document) -> dict[int, list[Mark]]:
    """What to paint on each page of a document."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for table in document.tables:
        for row in table.rows:
            number = "" if row.span else " ".join(row.cells[0].text.split())
            for column, cell in enumerate(row.cells):
                colour = _GROUP if row.span else _COLOURS[column % len(_COLOURS)]
                for page, box, goes_on in _places(cell):
                    label = (f"...{number}" if goes_on else number) if not column else ""
                    mark = Mark(
                        box,
                        colour,
                        doubtful=bool(cell.text) and cell.confidence < DOUBTFUL,
                        merged=cell.method.endswith(MERGED),
                        label=label,
                    )
                    marks[page].append(mark)
    return marks


def _places(cell: Cell) -> Iterator[tuple[int, Box, bool]]:
    """The pages and boxes of a cell, and whether it went on there from the page before."""
    if cell.box is not None:
        yield cell.page, cell.box, False
    for page, box in cell.more:
        yield page, box, True


def write_overlay(data: bytes, document: Document, target: Path) -> int:
    """Paint a document's cells over its pages into a PDF; the number of painted cells.

    Args:
        data: the bytes that the document was read from.

    Raises:
        extractors.Unreadable: the file has no pages to paint on.
        OSError: ``target`` cannot be written.
    """
    marks = marks_of(document)
    painted = pdfium.PdfDocument.new()
    for number, (image, width, height) in enumerate(page_pictures(data, DPI), start=1):
        size = (round(width / 72 * DPI), round(height / 72 * DPI))
        page = paint(image.convert("RGB").resize(size), marks.get(number, []), DPI / 72)
        _add_page(painted, page, width, height)
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.name}", delete=False
    ) as file:
        try:
            painted.save(file)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return sum(map(len, marks.values()))


def _add_page(painted: pdfium.PdfDocument, page: Image.Image, width: float, height: float) -> None:
    """Append a picture as a page of ``width`` x ``height`` points."""
    jpeg = io.BytesIO()
    page.save(jpeg, "JPEG", quality=80)
    picture = pdfium.PdfImage.new(painted)
    picture.load_jpeg(jpeg, inline=True)
    picture.set_matrix(pdfium.PdfMatrix().scale(width, height))
    sheet = painted.new_page(width, height)
    sheet.insert_obj(picture)
    sheet.gen_content()
    sheet.close()


def paint(page: Image.Image, marks: list[Mark], scale: float) -> Image.Image:
    """A page (RGB, ``scale`` pixels a point) with its marks on it."""
    shade = Image.new("RGBA", page.size)
    draw = ImageDraw.Draw(shade)
    font = ImageFont.load_default(size=9 * scale)
    for mark in sorted(marks, key=lambda mark: mark.doubtful):
        box = [edge * scale for edge in (mark.box.x0, mark.box.y0, mark.box.x1, mark.box.y1)]
        border = _RED if mark.doubtful else mark.colour
        draw.rectangle(box, fill=(*mark.colour, _SHADE))
        if mark.merged:
            _dash(draw, box, border)
        else:
            draw.rectangle(box, outline=(*border, 255), width=3 if mark.doubtful else 1)
        if mark.label:
            place = (max(1.0, box[0] - 3), box[1] + 1)
            draw.text(place, mark.label, fill=(*_RED, 255), font=font, anchor="ra")
    return Image.alpha_composite(page.convert("RGBA"), shade).convert("RGB")


def _dash(draw: ImageDraw.ImageDraw, box: list[float], colour: tuple[int, int, int]) -> None:
    x0, y0, x1, y1 = box
    for first, last, upright in ((x0, x1, False), (y0, y1, True)):
        place = first
        while place < last:
            end = min(place + 6, last)
            for side in (x0, x1) if upright else (y0, y1):
                line = (side, place, side, end) if upright else (place, side, end, side)
                draw.line(line, fill=(*colour, 255), width=2)
            place += 10
