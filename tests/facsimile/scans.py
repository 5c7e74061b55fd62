"""Scans of a printed facsimile: aged page images, wrapped into an image-only PDF.

The page images come from the born-digital PDF (pypdfium2), so that a scan and its original show the
same ink.  Lengths of ``Wear`` are pixels of the scan, angles degrees, times none: everything
follows from the seed.
"""

from __future__ import annotations

import ctypes
import io
import math
import os
import random
import re
import subprocess
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from facsimile.sheets import Facsimile
from records import Box
from training.tables import font_path, text_width

Pixels = NDArray[Any]
Layer = Literal["none", "ruined", "english", "true"]
Turn = Literal[0, 90, 180, 270]


@dataclass(frozen=True, slots=True)
class Wear:
    """How pages are scanned.

    ``skew``: the greatest angle to either side.  ``blur``: sigma of a Gaussian.  ``noise``: its
    standard deviation in grey levels.  ``jpeg``: quality, None for lossless.  ``bilevel``: the
    threshold of a black-and-white scan, None for grey or colour.  ``faint``: how grey the ink is
    (0 black, 255 nothing).  ``stamps``: the seal and the signature under the body, a seal on each
    appendix and one in a table.  ``sideways``: how many pages lie turned by 90, 180 or 270 degrees.

    ``layer``: the invisible text over the image. "ruined" imitates what an English OCR leaves,
    fast; "english" is what Tesseract's English model does leave; "true" is right.
    ``signed``: the appearance text of a digital signature on the first page, as visible text.
    """

    dpi: int = 200
    skew: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    jpeg: int | None = 85
    bilevel: int | None = None
    faint: int = 0
    colour: bool = True
    stamps: bool = False
    sideways: int = 0
    layer: Layer = "none"
    signed: bool = False


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A mark on a page; its centre in points."""

    page: int
    kind: Literal["seal", "signature"]
    x: float
    y: float


def wear(seed: int, kind: Literal["office", "bilevel", "good"] = "office") -> Wear:
    """One of the scanners of an office.

    "office": 200 dpi, colour, skewed up to 1°, noisy, JPEG, stamps, a page sideways, a ruined
    layer.  "bilevel": the same at 150 dpi in black and white, no layer.  "good": 300 dpi, clean.
    """
    rng = random.Random(f"wear:{kind}:{seed}")
    if kind == "good":
        return Wear(dpi=300, skew=0.2, blur=0.4, noise=2.0, jpeg=85, colour=rng.random() < 0.5)
    worn = Wear(
        dpi=200,
        skew=1.0,
        blur=rng.uniform(0.3, 0.8),
        noise=rng.uniform(2.0, 8.0),
        jpeg=rng.randint(45, 85),
        faint=rng.choice((0, 20, 45)),
        stamps=True,
        sideways=1,
        layer=rng.choice(("none", "ruined", "ruined", "english")),
        signed=rng.random() < 0.3,
    )
    if kind == "bilevel":
        level = rng.randint(135, 185)
        return replace(worn, dpi=150, bilevel=level, layer="none", faint=0, blur=worn.blur / 2)
    return worn


def scan(one: Facsimile, how: Wear | None = None, seed: int = 1) -> Facsimile:
    """The facsimile as a scan; the truth's boxes are those of the scanned pages."""
    how = how or wear(seed)
    pages = _scan_pages(one, how, seed)
    truth = [
        replace(cell, box=pages[cell.page - 1].moved(cell.box))
        for cell in one.truth
        if cell.page is not None and cell.box is not None
    ]
    data = _pdf_of([page.image for page in pages], how)
    if how.layer != "none" or how.signed:
        data = _with_text(data, one, pages, how, seed)
    return replace(one, data=data, truth=tuple(truth), sheets=one.sheets)


def mix(printed: Facsimile, scanned: Facsimile, pages: Collection[int]) -> Facsimile:
    """A file of both kinds: ``pages`` (from 1) as scanned, the others as printed."""
    target = pypdfium2.PdfDocument.new()
    sources = [pypdfium2.PdfDocument(one.data) for one in (printed, scanned)]
    for number in range(1, printed.pages + 1):
        target.import_pages(sources[number in pages], [number - 1])
    pairs = zip(printed.truth, scanned.truth, strict=True)
    truth = tuple(there if here.page in pages else here for here, there in pairs)
    return replace(printed, data=_saved(target), truth=truth)


def page_images(one: Facsimile, how: Wear, seed: int = 1) -> list[Image.Image]:
    """The scanned pages as images (modes "1", "L" or "RGB")."""
    return [page.image for page in _scan_pages(one, how, seed)]


@dataclass(frozen=True, slots=True)
class _Page:
    """A scanned page; ``move`` maps points of the print (2 x 3, homogeneous) to points here."""

    image: Image.Image
    turn: Turn
    move: Pixels

    def moved(self, box: Box) -> Box:
        corners = np.array(
            [(x, y, 1.0) for x in (box.x0, box.x1) for y in (box.y0, box.y1)], dtype=float
        )
        seen = corners @ self.move.T
        (x0, y0), (x1, y1) = seen.min(axis=0), seen.max(axis=0)
        return Box(float(x0), float(y0), float(x1), float(y1))


def _scan_pages(one: Facsimile, how: Wear, seed: int) -> list[_Page]:
    rng = random.Random(f"scan:{seed}")
    stamps = _stamps(one, rng) if how.stamps else []
    lying = set(rng.sample(range(one.pages), min(how.sideways, one.pages)))
    document = pypdfium2.PdfDocument(one.data)
    pages = []
    for number in range(one.pages):
        turn: Turn = rng.choice((90, 270, 90, 270, 180)) if number in lying else 0
        angle = rng.uniform(-how.skew, how.skew)
        noise = rng.getrandbits(31)
        marks = [mark for mark in stamps if mark.page == number]
        pages.append(_age(document[number], how, angle, turn, marks, noise))
    document.close()
    return pages


def _age(
    page: pypdfium2.PdfPage,
    how: Wear,
    angle: float,
    turn: Turn,
    marks: Sequence[_Stamp],
    noise: int,
) -> _Page:
    """One page through the scanner: printed, stamped, laid askew, blurred, grained."""
    scale = how.dpi / 72
    pixels: Pixels = page.render(scale=scale, grayscale=not (how.colour and marks)).to_numpy()
    pixels = pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels.copy()
    if how.faint:
        pixels = (how.faint + pixels.astype(np.uint16) * (255 - how.faint) // 255).astype(np.uint8)
    for mark in marks:
        pixels = _stamped(pixels, mark, scale)
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    if angle:
        white = (255, 255, 255)
        pixels = cv2.warpAffine(
            pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=white
        )
    if how.blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), how.blur)
    if how.noise:
        grain = np.zeros(pixels.shape[:2], dtype=np.int16)
        cv2.setRNGSeed(noise)
        cv2.randn(grain, (0,), (how.noise,))
        if pixels.ndim == 3:
            grain = np.repeat(grain[:, :, None], pixels.shape[2], axis=2)
        pixels = np.clip(pixels.astype(np.int16) - np.abs(grain), 0, 255).astype(np.uint8)
    move = matrix.copy()
    move[:, 2] /= scale
    if turn:
        pixels = np.rot90(pixels, -turn // 90).copy()
        wide, high = width / scale, height / scale
        quarter = {
            90: np.array([[0.0, -1.0, high], [1.0, 0.0, 0.0]]),
            180: np.array([[-1.0, 0.0, wide], [0.0, -1.0, high]]),
            270: np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, wide]]),
        }[turn]
        move = quarter @ np.vstack([move, [0.0, 0.0, 1.0]])
    if pixels.ndim == 3:
        image = Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    else:
        image = Image.fromarray(pixels)
    if how.bilevel is not None:
        level = how.bilevel
        image = image.convert("L").point([0 if v < level else 255 for v in range(256)]).convert("1")
    elif how.jpeg is not None:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=how.jpeg)
        image = Image.open(buffer)
        image.load()
    return _Page(image, turn, move)


def _stamps(one: Facsimile, rng: random.Random) -> list[_Stamp]:
    """Where the office puts its marks: over the signer, on each appendix, in one table."""
    marks = []
    for number, sheet in enumerate(one.sheets):
        for line in sheet.lines:
            if line.table is None and line.text.startswith(("KT. CHỦ TỊCH", "TRƯỞNG BAN")):
                x, y = (line.box.x0 + line.box.x1) / 2, line.box.y1 + 36
                marks.append(_Stamp(number, "signature", x + 10, y))
                marks.append(_Stamp(number, "seal", x - 70, y - 5))
            if line.table is None and line.text.lower().startswith("phụ lục"):
                # Decree 30/2020/NĐ-CP: the seal covers part of the name or title, on the left
                x = line.box.x0 - rng.uniform(45, 110)
                marks.append(_Stamp(number, "seal", x, line.box.y0 + rng.uniform(-15, 5)))
    with_tables = [number for number, sheet in enumerate(one.sheets) if sheet.cells]
    number = rng.choice(with_tables)
    sheet = one.sheets[number]
    x, y = rng.uniform(0.3, 0.8) * sheet.width, rng.uniform(0.3, 0.7) * sheet.height
    marks.append(_Stamp(number, rng.choice(("seal", "signature")), x, y))
    return marks


def _stamped(pixels: Pixels, mark: _Stamp, scale: float) -> Pixels:
    """Ink laid over ink: what is darker stays."""
    height, width = pixels.shape[:2]
    x, y = mark.x * scale, mark.y * scale
    layer = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(layer)
    if mark.kind == "seal":
        red = (214, 40, 48)
        for radius, thick in ((52, 2.0), (37, 1.0)):
            r = radius * scale
            pen.ellipse((x - r, y - r, x + r, y + r), outline=red, width=round(thick * scale))
        points = []
        for i in range(10):
            r = (14 if i % 2 == 0 else 6) * scale
            turn = math.pi * i / 5 - math.pi / 2
            points.append((x + r * math.cos(turn), y + r * math.sin(turn)))
        pen.polygon(points, fill=red)
        _write_round(layer, "ỦY BAN NHÂN DÂN TỈNH ★", x, y, 44 * scale, 9 * scale, red)
    else:
        blue = (38, 52, 160)
        path = [
            (
                x + scale * (70 * t - 35 + 12 * math.sin(9 * t)),
                y + scale * (18 * math.sin(14 * t) * (1 - t) - 10 * t),
            )
            for t in np.linspace(0, 1, 160)
        ]
        pen.line(path, fill=blue, width=round(1.4 * scale), joint="curve")
    ink = cv2.cvtColor(np.asarray(layer), cv2.COLOR_RGB2BGR)
    if pixels.ndim == 2:
        ink = cv2.cvtColor(ink, cv2.COLOR_BGR2GRAY)
    return (pixels.astype(np.uint16) * ink // 255).astype(np.uint8)


def _write_round(
    layer: Image.Image,
    text: str,
    x: float,
    y: float,
    radius: float,
    size: float,
    colour: tuple[int, int, int],
) -> None:
    """Letters along a circle, upright outwards."""
    font = ImageFont.truetype(font_path("Bold"), round(size))
    for index, letter in enumerate(text):
        angle = 360 * index / len(text) - 180
        tile = Image.new("L", (round(size * 2),) * 2, 0)
        ImageDraw.Draw(tile).text((size, size), letter, fill=255, font=font, anchor="mm")
        tile = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        turn = math.radians(angle - 90)
        at = (
            round(x + radius * math.cos(turn) - size),
            round(y + radius * math.sin(turn) - size),
        )
        layer.paste(Image.new("RGB", tile.size, colour), at, tile)


def _pdf_of(images: Sequence[Image.Image], how: Wear) -> bytes:
    """An image-only PDF: JPEG for grey and colour, fax (CCITT) for black and white."""
    buffer = io.BytesIO()
    first, *rest = images
    quality = {} if how.bilevel is not None else {"quality": how.jpeg or 95}
    undated = {"creationDate": None, "modDate": None}
    first.save(
        buffer,
        "PDF",
        save_all=True,
        append_images=rest,
        resolution=how.dpi,
        **quality,
        **undated,
    )
    return buffer.getvalue()


Word = tuple[str, Box]
"""A word of a text layer and its box in points."""


def _with_text(data: bytes, one: Facsimile, pages: Sequence[_Page], how: Wear, seed: int) -> bytes:
    """The PDF with invisible words over its images, and the text of a digital signature."""
    rng = random.Random(f"layer:{seed}")
    document = pypdfium2.PdfDocument(data)
    font = _embedded_font(document)
    for number, page in enumerate(pages):
        target = document[number]
        words: list[Word] = []
        if how.layer == "english":
            words = _english_words(page, how.dpi)
        elif how.layer != "none" and not page.turn:
            ruin: Callable[[str], str] = (
                (lambda word: ruined(word, rng)) if how.layer == "ruined" else str
            )
            words = [(ruin(word), page.moved(box)) for word, box in _printed_words(one, number)]
        for word, box in words:
            if word:
                _add_text(document, target, font, word, box, invisible=True)
        if how.signed and number == 0:
            width = target.get_width()
            for index, line in enumerate(SIGNED):
                top = 20 + 9 * index
                box = Box(width - 200, top, width - 20, top + 8)
                _add_text(document, target, font, line, box, invisible=False)
        pdfium_c.FPDFPage_GenerateContent(target)
    return _saved(document)


def _saved(document: pypdfium2.PdfDocument) -> bytes:
    """The file without the identifier that PDFium draws anew each time it saves one."""
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    return re.sub(rb"/ID\[<\w+><\w+>\]", b"/ID[<00><00>]", buffer.getvalue())


SIGNED = (
    "Ký bởi: ỦY BAN NHÂN DÂN",
    "Email: vanthu@example.gov.vn",
    "Cơ quan: Tỉnh Quảng Ngãi",
    "Thời gian ký: 08.01.2026 15:20:33 +07:00",
)


def _embedded_font(document: pypdfium2.PdfDocument) -> Any:
    raw = _font_bytes()
    array = (ctypes.c_ubyte * len(raw)).from_buffer_copy(raw)
    return pdfium_c.FPDFText_LoadFont(document, array, len(raw), pdfium_c.FPDF_FONT_TRUETYPE, True)


@cache
def _font_bytes() -> bytes:
    return Path(font_path("Regular")).read_bytes()


def _add_text(
    document: pypdfium2.PdfDocument,
    page: pypdfium2.PdfPage,
    font: Any,
    text: str,
    box: Box,
    *,
    invisible: bool,
) -> None:
    """Lay ``text`` over ``box``; invisible text is stretched to its width."""
    size = max(4.0, (box.y1 - box.y0) / 1.11)
    natural = text_width(text, "Regular", size)
    stretch = (box.x1 - box.x0) / natural if invisible and natural else 1.0
    item = pdfium_c.FPDFPageObj_CreateTextObj(document, font, size)
    encoded = (text + "\0").encode("utf-16-le")
    pdfium_c.FPDFText_SetText(item, ctypes.cast(encoded, pdfium_c.FPDF_WIDESTRING))
    mode = (
        pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE if invisible else pdfium_c.FPDF_TEXTRENDERMODE_FILL
    )
    pdfium_c.FPDFTextObj_SetTextRenderMode(item, mode)
    base = page.get_height() - box.y1 + 0.2 * size
    pdfium_c.FPDFPageObj_Transform(item, stretch, 0, 0, 1, box.x0, base)
    pdfium_c.FPDFPage_InsertObject(page, item)


def _printed_words(one: Facsimile, page: int) -> Iterable[tuple[str, Box]]:
    """The words of a printed page with their boxes."""
    for line in one.sheets[page].lines:
        for x, word in line.words:
            if word:
                end = x + text_width(word, line.face, line.size)
                yield word, Box(x, line.box.y0, end, line.box.y1)


def _english_words(page: _Page, dpi: int) -> list[Word]:
    """The words that Tesseract's English model sees on the scanned page."""
    buffer = io.BytesIO()
    page.image.convert("L").save(buffer, "PPM")
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", "3", "--dpi", str(dpi), "tsv"],
        input=buffer.getvalue(),
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    words: list[Word] = []
    for row in done.stdout.decode("utf-8").splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[11].strip():
            x, y, w, h = (int(cell) * 72 / dpi for cell in cells[6:10])
            words.append((cells[11].strip(), Box(x, y, x + w, y + h)))
    return words


_RUIN = {
    "à": "aa4", "á": "aad", "ả": "aa", "ã": "ad", "ạ": "aa", "ă": "ai", "ằ": "a", "ắ": "a",
    "ẳ": "a", "ẵ": "a", "ặ": "a", "â": "a", "ầ": "a", "ấ": "a", "ẩ": "a", "ẫ": "a", "ậ": "a",
    "è": "ee", "é": "e", "ẻ": "e", "ẽ": "e", "ẹ": "e", "ê": "eé", "ề": "é", "ế": "é", "ể": "é",
    "ễ": "é", "ệ": "éę", "ì": "i", "í": "i", "ỉ": "i", "ĩ": "i", "ị": "i1", "ò": "o", "ó": "o6",
    "ỏ": "o", "õ": "d", "ọ": "o", "ô": "o6", "ồ": "6", "ố": "6d", "ổ": "6", "ỗ": "6", "ộ": "6",
    "ơ": "oa", "ờ": "o", "ớ": "é", "ở": "o", "ỡ": "o", "ợ": "o", "ù": "u", "ú": "u", "ủ": "u",
    "ũ": "it", "ụ": "u", "ư": "uw", "ừ": "u", "ứ": "u", "ử": "ir", "ữ": "it", "ự": "u", "ỳ": "y",
    "ý": "y", "ỷ": "y", "ỹ": "§", "ỵ": "y", "đ": "dd", "Ộ": "Q", "Ọ": "Q", "Đ": "DP", "Ư": "U",
}  # fmt: skip


def ruined(word: str, rng: random.Random) -> str:
    """The word as an English OCR writes it: no tone survives, some letters turn into others."""
    out = []
    for letter in unicodedata.normalize("NFC", word):
        choices = _RUIN.get(letter)
        if choices is None:
            plain = unicodedata.normalize("NFD", letter)[0]
            choices = plain if len(unicodedata.normalize("NFD", letter)) > 1 else letter
        out.append(rng.choice(choices))
    text = "".join(out)
    return text if rng.random() < 0.97 else text[:-1] + rng.choice("|'_.")
