"""Short cells are told sign by sign: numbers, Roman numerals, marks; words are left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.numerals import read_signs
from training.paper import faces


def _aged(text: str, face: str, dpi: int) -> tuple[np.ndarray, float]:
    """A text at 13 pt as a scanner sees it, and the height of a capital."""
    size = round(13 * dpi / 72)
    font = ImageFont.truetype(face, size)
    image = Image.new("L", (size * (len(text) + 2), size * 2), 255)
    ImageDraw.Draw(image).text((size, size // 2), text, font=font, fill=0)
    grey = cv2.GaussianBlur(np.asarray(image), (0, 0), 0.7)
    if dpi == 150:
        grey = np.where(grey < 150, 0, 255)
    box = font.getbbox("0")
    return grey.astype(np.uint8), float(box[3] - box[1])


@pytest.mark.parametrize("face", faces()[:2])
@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize(
    "text",
    ["1", "2", "5", "7", "10", "23", "100%", "≥ 80%", "II", "III", "IV", "I.1", "II.2", "x", "X"],
)
def test_numbers_codes_and_marks(text: str, dpi: int, face: str) -> None:
    crop, capital = _aged(text, face, dpi)
    found = read_signs(crop, capital)
    assert found is not None
    assert found[0].replace(" ", "") == text.replace(" ", "")
    assert found[1] > 0.5


@pytest.mark.parametrize("text", ["Đạt", "năm", "Cơ quan", "tỉnh"])
def test_words_are_left_to_tesseract(text: str) -> None:
    crop, capital = _aged(text, faces()[0], 200)
    assert read_signs(crop, capital) is None


def test_an_empty_cell_has_no_signs() -> None:
    assert read_signs(np.full((40, 60), 255, np.uint8), 24.0) is None
