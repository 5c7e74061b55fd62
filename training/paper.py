"""Paper: print clean Vietnamese as pages, age the pages, read them back with Tesseract.

Everything is deterministic given the ``random.Random`` that is passed in. Resolutions are dots per
inch, sizes are points (1/72 inch), images are 8-bit grey (``"L"``).
"""

from __future__ import annotations

import io
import math
import os
import random
import subprocess
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

VIETNAMESE_LETTERS = "".join(
    sorted(
        {
            unicodedata.normalize("NFC", cased)
            for base in "aăâeêioôơuưy"
            for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
            for cased in (
                unicodedata.normalize("NFC", base + tone),
                unicodedata.normalize("NFC", base + tone).upper(),
            )
        }
        | set("đĐ")
    )
)

# Times-like faces and some that are less so; a face is used only if it has every letter.
FACE_FILES = (
    "liberation2/LiberationSerif-Regular.ttf",
    "liberation2/LiberationSerif-Bold.ttf",
    "liberation2/LiberationSerif-Italic.ttf",
    "liberation2/LiberationSerif-BoldItalic.ttf",
    "liberation/LiberationSerif-Regular.ttf",
    "liberation/LiberationSerif-Bold.ttf",
    "liberation/LiberationSerif-Italic.ttf",
    "liberation/LiberationSerif-BoldItalic.ttf",
    "freefont/FreeSerif.ttf",
    "freefont/FreeSerifBold.ttf",
    "freefont/FreeSerifItalic.ttf",
    "tex-gyre/texgyretermes-regular.otf",
    "tex-gyre/texgyretermes-bold.otf",
    "tex-gyre/texgyretermes-italic.otf",
    "dejavu/DejaVuSerif.ttf",
    "dejavu/DejaVuSerifCondensed.ttf",
    "stix/STIXGeneral-Regular.otf",
    "crosextra/Caladea-Regular.ttf",
    "crosextra/Caladea-Bold.ttf",
    "noto/NotoSerif-Regular.ttf",
    "gelasio/Gelasio-Regular.ttf",
    "linux-libertine/LinLibertine_R.otf",
)
FONT_ROOTS = (
    "/usr/share/fonts/truetype",
    "/usr/share/fonts/opentype",
    "/usr/share/texmf/fonts/opentype/public",
)


@lru_cache(maxsize=64)
def _font(path: str, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


def has_every_letter(path: Path) -> bool:
    """Whether a face draws every Vietnamese letter (none comes out as the missing-glyph box)."""
    font = ImageFont.truetype(str(path), 24, layout_engine=ImageFont.Layout.BASIC)
    missing = bytes(font.getmask("\U0010fffe"))
    size = font.getmask("\U0010fffe").size
    for letter in VIETNAMESE_LETTERS:
        mask = font.getmask(letter)
        if mask.size == size and bytes(mask) == missing:
            return False
        if mask.size[0] == 0:
            return False
    return True


@lru_cache(maxsize=1)
def faces() -> tuple[str, ...]:
    """Paths of the installed faces that have all Vietnamese letters, in a fixed order."""
    found = []
    for name in FACE_FILES:
        for root in FONT_ROOTS:
            path = Path(root) / name
            if path.exists() and has_every_letter(path):
                found.append(str(path))
                break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page image and what was printed on it, line by line, left to right over all columns."""

    image: Image.Image
    lines: tuple[str, ...]
    face: str
    dpi: int


def wrap(words: Sequence[str], font: ImageFont.FreeTypeFont, width: float) -> list[list[str]]:
    """Break words into lines no wider than ``width`` pixels (a longer word stands alone)."""
    space = font.getlength(" ")
    lines: list[list[str]] = []
    used = math.inf
    for word in words:
        length = font.getlength(word)
        if used + space + length > width:
            lines.append([word])
            used = length
        else:
            lines[-1].append(word)
            used += space + length
    return lines


def _draw_line(
    draw: ImageDraw.ImageDraw,
    words: Sequence[str],
    font: ImageFont.FreeTypeFont,
    x: float,
    y: float,
    width: float,
    justify: bool,
) -> None:
    space = font.getlength(" ")
    total = sum(font.getlength(word) for word in words)
    if justify and len(words) > 1:
        stretched = (width - total) / (len(words) - 1)
        space = min(max(stretched, space * 0.8), space * 2.5)
    for word in words:
        draw.text((round(x), round(y)), word, font=font, fill=0)
        x += font.getlength(word) + space


def print_page(
    paragraphs: Iterable[str],
    rng: random.Random,
    *,
    face: str | None = None,
    dpi: int | None = None,
    points: float | None = None,
    columns: int = 1,
    rows: int = 46,
) -> PrintedPage:
    """Print paragraphs as one dense page of at most ``rows`` printed lines.

    With several columns each column is its own text, ruled or not; a printed line is then the
    left-to-right concatenation of the columns' fragments.
    """
    face = face or rng.choice(faces())
    dpi = dpi or rng.choice((150, 150, 200, 200, 200, 250, 300))
    points = points or rng.choice((12, 13, 13, 14, 14))
    font = _font(face, round(points * dpi / 72))
    inch = dpi
    page_width = (8.27 if columns < 3 else 11.7) * inch
    left, right = 0.9 * inch, page_width - 0.6 * inch
    gap = 0.12 * inch
    widths = [rng.uniform(0.6, 1.4) for _ in range(columns)]
    scale = (right - left - gap * (columns - 1)) / sum(widths)
    leading = points * dpi / 72 * rng.uniform(1.15, 1.45)
    source = iter(paragraphs)
    column_lines: list[list[tuple[list[str], bool]]] = []
    for share in widths:
        lines: list[tuple[list[str], bool]] = []
        while len(lines) < rows:
            paragraph = next(source, None)
            if paragraph is None:
                break
            wrapped = wrap(paragraph.split(), font, share * scale)
            lines.extend((words, i + 1 < len(wrapped)) for i, words in enumerate(wrapped))
            if columns > 1 and rng.random() < 0.5:
                lines.append(([], False))
        column_lines.append(lines[:rows])
    count = max((len(lines) for lines in column_lines), default=0)
    height = round(leading * (count + 2) + 1.0 * inch)
    image = Image.new("L", (round(page_width), max(height, 64)), 255)
    draw = ImageDraw.Draw(image)
    justify = rng.random() < 0.6
    truth = []
    ruled = columns > 1 and rng.random() < 0.7
    for i in range(count):
        y = 0.5 * inch + i * leading
        x = left
        fragments: list[str] = []
        for share, lines in zip(widths, column_lines, strict=True):
            words, full = lines[i] if i < len(lines) else ([], False)
            _draw_line(draw, words, font, x, y, share * scale, justify and full and columns == 1)
            fragments.extend(words)
            x += share * scale + gap
        truth.append(" ".join(fragments))
    if ruled:
        x = left - gap / 2
        for share in [*widths, 0.0]:
            draw.line((x, 0.45 * inch, x, height - 0.4 * inch), fill=0, width=max(1, dpi // 150))
            x += share * scale + gap
    return PrintedPage(image, tuple(truth), face, dpi)


def degrade(image: Image.Image, rng: random.Random) -> Image.Image:
    """Age a page: skew, blur, uneven ink, noise, JPEG, thresholding. Grey in, grey out."""
    pixels = np.asarray(image.convert("L")).astype(np.float32)
    noise = np.random.default_rng(rng.getrandbits(63))
    if rng.random() < 0.6:
        angle = rng.gauss(0.0, 0.25)
        height, width = pixels.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        pixels = cv2.warpAffine(
            pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(255.0,)
        )
    if rng.random() < 0.35:
        factor = rng.uniform(0.55, 0.9)
        height, width = pixels.shape
        small = cv2.resize(
            pixels, (int(width * factor), int(height * factor)), interpolation=cv2.INTER_AREA
        )
        pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    blur = rng.choice((0.0, 0.0, 0.4, 0.6, 0.8, 1.0))
    if blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
    if rng.random() < 0.7:
        strength = rng.uniform(2.0, 22.0)
        pixels = pixels + noise.normal(0.0, strength, pixels.shape).astype(np.float32)
    if rng.random() < 0.3:
        coarse = noise.normal(0.0, 1.0, (pixels.shape[0] // 24 + 2, pixels.shape[1] // 24 + 2))
        stain = cv2.resize(
            coarse.astype(np.float32), pixels.shape[::-1], interpolation=cv2.INTER_CUBIC
        )
        pixels = pixels + stain * rng.uniform(4.0, 18.0)
    grey = np.clip(pixels, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        level = rng.randint(110, 205)
        grey = np.where(grey < level, 0, 255).astype(np.uint8)
        if rng.random() < 0.3:
            specks = noise.random(grey.shape)
            grey[specks < 0.0006] = 0
            grey[specks > 0.9985] = 255
    elif rng.random() < 0.6:
        buffer = io.BytesIO()
        Image.fromarray(grey).save(buffer, "JPEG", quality=rng.randint(22, 85))
        grey = np.asarray(Image.open(buffer))
    return Image.fromarray(grey)


def read_lines(image: Image.Image, lang: str = "eng", psm: int = 6) -> list[str]:
    """The page as Tesseract reads it: its non-empty lines, top to bottom."""
    buffer = io.BytesIO()
    image.convert("L").save(buffer, "PPM")
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "-l", lang, "--psm", str(psm), "--dpi", "200"],
        input=buffer.getvalue(),
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    text = unicodedata.normalize("NFC", done.stdout.decode("utf-8"))
    return [line.strip() for line in text.replace("\f", "\n").splitlines() if line.strip()]
