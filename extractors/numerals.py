"""A second look at short cells: numbers, Roman numerals, section codes, marks.

Tesseract reads words; in a cell of one or two signs it has nothing to go by, and reads "II" as "H"
and "7" as "V/". Here each sign is cut out and told by its shape: a small network with one hidden
layer, trained by ``training/numerals.py`` on Times-like faces, printed and aged. What is no sign
of this kind is left to Tesseract.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from extractors.straighten import Grey

MODEL = Path(__file__).parent / "models" / "numerals.npz"
SIDE = 20  # pixels of the square into which a sign is scaled
_DARK = 150  # darker than this is ink
_SMALL_LETTER = 0.87  # of a capital's height: small letters stay below, blurred ones too
_LONGEST = 12  # signs; longer texts are Tesseract's business

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sign:
    """A connected piece of ink: its box within the crop, in pixels."""

    x0: int
    y0: int
    x1: int
    y1: int


def prepare() -> None:
    """Load the network."""
    _model()


def read_signs(crop: Grey, capital: float) -> tuple[str, float] | None:
    """The signs of a cell of one printed line, and the chance that they are right.

    Args:
        crop: the cell's ink on white paper.
        capital: height of the page's capitals and digits in pixels; tells "X" from "x".

    Returns:
        None where it holds a sign that is none of those known here.
    """
    signs = find_signs(crop, capital)
    if not signs or len(signs) > _LONGEST:
        return None
    features = np.stack([describe(crop, sign, signs, capital) for sign in signs])
    chances = _chances(features)
    best = chances.argmax(axis=1)
    classes = _model()[0]
    texts = [_sized(classes[index], sign, capital) for index, sign in zip(best, signs, strict=True)]
    if not all(texts):
        return None
    gaps = [after.x0 - before.x1 for before, after in pairwise(signs)]
    text = texts[0]
    for gap, sign in zip(gaps, texts[1:], strict=True):
        text += f" {sign}" if gap > 0.35 * capital else sign
    return text, float(chances.max(axis=1).prod())


def find_signs(crop: Grey, capital: float) -> list[Sign]:
    """The pieces of ink from left to right; those above one another are one ("%", "≥", ":")."""
    ink = (crop < _DARK).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    least = max(2.0, 0.015 * capital * capital)
    boxes = sorted(
        (int(x), int(y), int(x + width), int(y + height))
        for x, y, width, height, area in stats[1:count]
        if area > least
    )
    signs: list[Sign] = []
    for x0, y0, x1, y1 in boxes:
        if signs:
            last = signs[-1]
            shared = min(x1, last.x1) - max(x0, last.x0)
            if shared > 0.4 * min(x1 - x0, last.x1 - last.x0):
                signs[-1] = Sign(
                    min(x0, last.x0), min(y0, last.y0), max(x1, last.x1), max(y1, last.y1)
                )
                continue
        signs.append(Sign(x0, y0, x1, y1))
    return signs


def describe(crop: Grey, sign: Sign, signs: list[Sign], capital: float) -> Floats:
    """What the network sees of a sign: its picture, its size and where it stands in the line."""
    part = 255 - crop[sign.y0 : sign.y1, sign.x0 : sign.x1]
    height, width = part.shape
    factor = (SIDE - 2) / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    small = cv2.resize(part, size, interpolation=kind)
    square = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    square /= max(1.0, float(square.max()))
    line_top = min(one.y0 for one in signs)
    line_foot = max(one.y1 for one in signs)
    place = np.array(
        [
            width / capital,
            height / capital,
            (sign.y0 - line_top) / capital,
            (line_foot - sign.y1) / capital,
            min(3.0, width / height) / 2,
            len(signs) == 1,
        ],
        np.float32,
    )
    return np.concatenate([square.ravel() - 0.3, 4 * place - 2]).astype(np.float32)


def _sized(text: str, sign: Sign, capital: float) -> str:
    """ "X" and "x" have one shape: their size tells them."""
    if text in ("x", "X"):
        return "X" if sign.y1 - sign.y0 > _SMALL_LETTER * capital else "x"
    return text


def _chances(features: Floats) -> Floats:
    _, inner, inner_bias, outer, outer_bias = _model()
    hidden = np.maximum(features @ inner + inner_bias, 0)
    scores = hidden @ outer + outer_bias
    scores -= scores.max(axis=1, keepdims=True)
    chances = np.exp(scores)
    return (chances / chances.sum(axis=1, keepdims=True)).astype(np.float32)


@lru_cache(maxsize=1)
def _model() -> tuple[list[str], Floats, Floats, Floats, Floats]:
    with np.load(MODEL) as stored:
        weights = [stored[name].astype(np.float32) for name in ("w1", "b1", "w2", "b2")]
        classes = [str(name) for name in stored["classes"]]
    return classes, weights[0], weights[1], weights[2], weights[3]
