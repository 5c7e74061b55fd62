"""Tesseract, the outside program: one image in, words with boxes and confidences out.

Called through pytesseract with one thread of its own (``OMP_THREAD_LIMIT=1``: pages run side by
side in processes instead, which is several times faster than Tesseract's own threads).
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytesseract
from PIL import Image

from extractors.programs import MODELS
from extractors.sniff import Unreadable
from extractors.straighten import Grey

# No white letters on black are looked for, and no tables: those are cut up before.
_QUICKER = ("tessedit_do_invert=0", "textord_tabfind_find_tables=0")
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


def read_words(
    grey: Grey,
    dpi: float,
    *,
    layout: int = 6,
    timeout: float = 0,
    options: Sequence[str] = (),
) -> list[Word]:
    """Every word of an image, in Tesseract's order.

    Args:
        grey: the image, at most ``TALLEST`` pixels on a side.
        dpi: its resolution.
        layout: Tesseract's page segmentation mode; 6 takes the image as one block of lines.
        timeout: seconds after which it is stopped; 0: never.
        options: more of its variables, "name=value".

    Raises:
        TesseractMissing: it is not installed.
        TesseractFailed: it crashed or was stopped.
    """
    language = model()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    config = f"--psm {layout} --dpi {round(dpi)} "
    config += " ".join(f"-c {option}" for option in (*_QUICKER, *options))
    with tempfile.TemporaryDirectory(prefix="phuluc-") as folder:
        path = Path(folder) / "page.pgm"
        Image.fromarray(grey).save(path)
        try:
            table = pytesseract.image_to_data(
                str(path),
                lang=language,
                config=config,
                timeout=timeout,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise TesseractMissing("apt-get install tesseract-ocr") from error
        except (pytesseract.TesseractError, RuntimeError) as error:
            raise TesseractFailed(str(error)) from error
    return [
        Word(
            unicodedata.normalize("NFC", text),
            float(left),
            float(top),
            float(left + width),
            float(top + height),
            max(0.0, float(confidence)) / 100,
            (block, paragraph, line),
        )
        for text, left, top, width, height, confidence, block, paragraph, line in zip(
            *(
                table[name]
                for name in (
                    "text",
                    "left",
                    "top",
                    "width",
                    "height",
                    "conf",
                    "block_num",
                    "par_num",
                    "line_num",
                )
            ),
            strict=True,
        )
        if text.strip()
    ]
