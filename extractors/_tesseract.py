"""Tesseract: one image in, words with boxes and confidences out.

Its library is called in this process (``extractors._libtesseract``) or else its program, through
pytesseract, with one thread of its own (``OMP_THREAD_LIMIT=1``: pages run side by side in processes
instead, which is several times faster than Tesseract's own threads).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytesseract
from PIL import Image

from extractors._libtesseract import Engine, open_engine
from extractors.programs import MODELS
from extractors.sniff import Unreadable
from extractors.straighten import Grey

# No white letters on black are looked for, and no tables: those are cut up before.
_QUICKER = ("tessedit_do_invert=0", "textord_tabfind_find_tables=0")
_COLUMNS, _WORD_LEVEL = 12, "5"
TALLEST = 32000  # pixels: Tesseract refuses images whose side needs more than 15 bits


class TesseractMissing(Unreadable):
    """Tesseract or its Vietnamese model is not installed; ``command`` would install it."""

    def __init__(self, command: str) -> None:
        super().__init__(
            "Tệp này có trang quét hoặc ảnh; muốn nhận dạng chữ phải cài Tesseract và mô hình "
            f"tiếng Việt: {command}. Cài xong hãy chạy lại.",
            "This file has scanned pages or pictures; reading their text needs Tesseract and its "
            f"Vietnamese model: {command}. Run again once it is installed.",
        )
        self.command = command

    def __reduce__(self) -> tuple[type[TesseractMissing], tuple[str]]:
        return type(self), (self.command,)


class TesseractFailed(RuntimeError):
    """Tesseract gave up on an image, or took too long."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as Tesseract saw it: box in pixels, confidence 0-1, and the line it stands in."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float
    line: tuple[int, int, int] = (0, 0, 0)


@lru_cache(maxsize=1)
def model() -> str:
    """The best installed model that reads Vietnamese.

    Raises:
        TesseractMissing: neither the program nor such a model is there.
    """
    try:
        listed = subprocess.run(
            [pytesseract.pytesseract.tesseract_cmd, "--list-langs"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except FileNotFoundError as error:
        raise TesseractMissing("apt-get install tesseract-ocr tesseract-ocr-script-viet") from error
    except (subprocess.SubprocessError, OSError) as error:
        raise TesseractFailed(str(error)) from error
    installed = {line.strip() for line in (listed.stdout + listed.stderr).splitlines()}
    for name in MODELS:
        if name in installed:
            return name
    raise TesseractMissing("apt-get install tesseract-ocr-script-viet")


@lru_cache(maxsize=1)
def _engine() -> Engine | None:
    """The library with the best model loaded; None where only the program is there."""
    return open_engine(model(), dict(option.split("=") for option in _QUICKER))


def prepare() -> None:
    """Load the model, so that processes forked from this one share it; no error where it lacks."""
    with contextlib.suppress(TesseractMissing, TesseractFailed):
        _engine()


def read_words(grey: Grey, dpi: float, *, layout: int = 6) -> list[Word]:
    """Every word of an image, in Tesseract's order.

    Args:
        grey: the image, at most ``TALLEST`` pixels on a side.
        dpi: its resolution.
        layout: Tesseract's page segmentation mode; 6 takes the image as one block of lines.

    Raises:
        TesseractMissing: it is not installed.
        TesseractFailed: it gave up.
    """
    engine = _engine()
    try:
        table = engine.read(grey, round(dpi), layout) if engine else _by_program(grey, dpi, layout)
    except pytesseract.TesseractNotFoundError as error:
        raise TesseractMissing("apt-get install tesseract-ocr") from error
    except (pytesseract.TesseractError, RuntimeError) as error:
        raise TesseractFailed(str(error)) from error
    return _words(table)


def _by_program(grey: Grey, dpi: float, layout: int) -> str:
    """What the program prints of an image."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    config = f"--psm {layout} --dpi {round(dpi)} "
    config += " ".join(f"-c {option}" for option in _QUICKER)
    with tempfile.TemporaryDirectory(prefix="phuluc-") as folder:
        path = Path(folder) / "page.pgm"
        Image.fromarray(grey).save(path)
        return str(pytesseract.image_to_data(str(path), lang=model(), config=config))


def _words(table: str) -> list[Word]:
    """The words in Tesseract's table: tabs between twelve columns, words at level 5."""
    words = []
    for line in table.split("\n"):
        fields = line.split("\t")
        if len(fields) != _COLUMNS or fields[0] != _WORD_LEVEL or not fields[11].strip():
            continue
        block, paragraph, number = map(int, fields[2:5])
        left, top, width, height = map(float, fields[6:10])
        words.append(
            Word(
                unicodedata.normalize("NFC", fields[11]),
                left,
                top,
                left + width,
                top + height,
                max(0, int(float(fields[10]))) / 100,
                (block, paragraph, number),
            )
        )
    return words
