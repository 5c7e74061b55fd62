"""A page image made ready for reading: colour out, upright, straight, clean where that helps.

Images are 8-bit grey arrays of shape ``(height, width)``, paper near 255 and ink near 0. Angles are
degrees; a positive skew means that lines of text fall to the right.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

MAX_SKEW = 5.0
_INK = 160  # darker than this, on paper brought to 255, is ink
_PAPER, _DARK_INK = 170, 110  # lighter is paper, darker is ink: to measure the shades of both
_SKEW_WIDTH = 1200  # pixels to which a page is shrunk before its skew is measured
_GRAINY, _BLUR = 1.4, 0.5  # levels of grain from which smoothing helps; its sigma in pixels
_SURE_RISE = 600.0  # pixels of shrunk words by which those that stand upright must outweigh
_EACH_ROW = 4  # of the page's rows tells whether it has colour
_PAPER_TILE = 32  # pixels of the shrunk page over which the paper's own shade is taken


@dataclass(frozen=True, slots=True)
class Upright:
    """A straightened page and the way back to the page as it came.

    ``turn`` is by how many degrees clockwise the page was turned to stand upright (0, 90, 180,
    270), ``skew`` by how many it was rotated after that. ``back`` maps a pixel of ``grey`` onto a
    pixel of the image as it came (2 x 3, for ``cv2.transform``). ``is_sure`` is False where the
    page has too few words to tell its head from its foot.
    """

    grey: Grey
    turn: int
    skew: float
    back: npt.NDArray[np.float64]
    is_sure: bool = True


def straighten(image: Image.Image, turn: int | None = None) -> Upright:
    """Take out colour, bring the paper to white, turn the page upright and level its lines.

    Args:
        image: the page, any mode.
        turn: degrees clockwise that are known to set it upright; None: measured.
    """
    grey = whiten_paper(without_colour(image))
    height, width = grey.shape
    is_sure = True
    small = _shrink(grey)
    if turn is None:
        turn, is_sure = find_turn(small)
    upright = _turned(grey, turn)
    skew = find_skew(_turned(small, turn))
    back = _unturn(turn, width, height)
    if abs(skew) >= 0.05:
        upright, level = _rotate(upright, skew)
        back = back @ np.vstack([level, [0.0, 0.0, 1.0]])
    return Upright(upright, turn, skew, back, is_sure)


def without_colour(image: Image.Image) -> Grey:
    """Grey in which coloured ink (stamps, signatures, highlighter) is paper and black ink stays.

    A pixel keeps its brightest channel, raised by how far its channels lie apart: red and blue ink
    goes to white, black ink under a stamp stays dark.
    """
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        opaque = image.convert("RGBA")
        image = Image.new("RGB", image.size, "white")
        image.paste(opaque, mask=opaque.getchannel("A"))
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    pixels = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    some = _colour(pixels[::_EACH_ROW])[1]
    if int(np.count_nonzero(some > 48)) * 2000 < some.size:
        return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    brightest, colour = _colour(pixels)
    colour = cv2.blur(colour, (3, 3)).astype(np.uint8, copy=False)
    colour[colour < 24] = 0
    return cv2.add(brightest, colour).astype(np.uint8, copy=False)


def _colour(pixels: npt.NDArray[np.uint8]) -> tuple[Grey, Grey]:
    """Of each pixel its brightest channel, and how far its channels lie apart."""
    red, green, blue = cv2.split(pixels)
    brightest = cv2.max(cv2.max(red, green), blue)
    apart = cv2.subtract(brightest, cv2.min(cv2.min(red, green), blue))
    return brightest.astype(np.uint8, copy=False), apart.astype(np.uint8, copy=False)


def _eight_bits(image: Image.Image) -> Grey:
    """Grey of 16 or 32 bits or of fractions, its lightest shade brought to white."""
    shades = np.asarray(image, np.float32)
    lightest = float(shades.max(initial=0.0))
    if lightest <= 255 and image.mode == "I":
        lightest = 255.0
    return np.clip(shades * (255 / lightest if lightest else 0), 0, 255).astype(np.uint8)


def whiten_paper(grey: Grey) -> Grey:
    """Divide by the paper's own shade, so that shadows and yellowed sheets become white."""
    height, width = grey.shape
    small = cv2.resize(
        grey, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA
    )
    paper = cv2.dilate(small, np.ones((5, 5), np.uint8))
    paper = cv2.medianBlur(paper, 2 * (_PAPER_TILE // 4) + 1)
    if int(paper.min()) >= 250:
        return grey
    shade = cv2.resize(np.maximum(paper, 32), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, shade, scale=255.0).astype(np.uint8)


def clean(grey: Grey) -> Grey:
    """Paper with its grain to white, letters, however faint, to black; smoothed where it is grainy.

    A Gaussian takes more from a clean scan than it gives.
    """
    shades = _shades(grey)
    black_on_white = _stretched(grey, shades)
    if _grain(shades)[1] < _GRAINY:
        return black_on_white
    return cv2.GaussianBlur(black_on_white, (0, 0), _BLUR).astype(np.uint8, copy=False)


def stretch(grey: Grey) -> Grey:
    """Paper with its grain to white and letters, however faint, to black."""
    return _stretched(grey, _shades(grey))


def grain_of(grey: Grey) -> tuple[float, float]:
    """The shade of the paper, and how far its pixels differ from it (a robust sigma), in levels."""
    return _grain(_shades(grey))


def _shades(grey: Grey) -> npt.NDArray[np.intp]:
    """How many pixels, of every ninth, have each of the 256 shades."""
    return np.bincount(grey[::3, ::3].ravel(), minlength=256)


def _grain(shades: npt.NDArray[np.intp]) -> tuple[float, float]:
    paper = np.where(np.arange(256) > _PAPER, shades, 0)
    if paper.sum() < 100:
        return 255.0, 0.0
    shade = _percentile(paper, 50)
    # Shades as far above as below; a median between two shades is half a level off: doubled.
    apart = np.bincount(np.abs(2 * np.arange(256) - round(2 * shade)), weights=paper)
    return shade, 1.48 * _percentile(apart.astype(np.intp), 50) / 2


def _stretched(grey: Grey, shades: npt.NDArray[np.intp]) -> Grey:
    ink = np.where(np.arange(256) < _DARK_INK, shades, 0)
    shade, grain = _grain(shades)
    white = max(200.0, shade - 3 * grain - 2)
    black = _percentile(ink, 20) if ink.sum() > 100 else 0.0
    levels = (np.arange(256) - black) * 255 / (white - black)
    return cv2.LUT(grey, np.clip(levels, 0, 255).astype(np.uint8)).astype(np.uint8, copy=False)


def _percentile(counts: npt.NDArray[np.intp], share: float) -> float:
    """The value below which ``share`` per cent lie, of values given by how often each occurs."""
    sums = np.cumsum(counts)
    place = (sums[-1] - 1) * share / 100
    low, high = np.searchsorted(sums, [np.floor(place), np.ceil(place)], side="right")
    return float(low + (high - low) * (place - np.floor(place)))


def _shrink(grey: Grey) -> Grey:
    """At most ``_SKEW_WIDTH`` pixels along the longer side."""
    factor = min(1.0, _SKEW_WIDTH / max(grey.shape))
    if factor == 1.0:
        return grey
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8)


def _turned(grey: Grey, turn: int) -> Grey:
    """A picture turned clockwise by so many degrees."""
    turns = {
        90: cv2.ROTATE_90_CLOCKWISE,
        180: cv2.ROTATE_180,
        270: cv2.ROTATE_90_COUNTERCLOCKWISE,
    }
    return cv2.rotate(grey, turns[turn]).astype(np.uint8, copy=False) if turn in turns else grey


def find_skew(grey: Grey) -> float:
    """Degrees by which the page must be rotated for its lines to lie level (within +-5)."""
    return _lean(_shrink(grey) < _INK + 30)[0]


def _lean(ink: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The angle at which the ink, projected on the page's side, piles up most sharply; how sharply.

    The angle is 0 where no other is clearly better.
    """
    rows, columns = np.nonzero(ink)
    if len(rows) < 200:
        return 0.0, 0.0
    y = rows.astype(np.float32)
    x = (columns - ink.shape[1] / 2).astype(np.float32)
    reach = np.float32(ink.shape[1] / 2 * np.tan(np.radians(MAX_SKEW + 1)))

    def sharpness(angle: float, each: int = 1) -> float:
        y, x = some[each]
        level = (y + reach - x * np.float32(np.tan(np.radians(angle)))).astype(np.intp)
        profile = np.bincount(level).astype(np.float64)
        return float(np.square(np.diff(profile)).sum())

    # Some columns of the page tell roughly, more of them closely.
    some = {each: (y[columns % each == 0], x[columns % each == 0]) for each in (1, 2, 4)}
    best = 0.0
    for each, step, steps in ((4, 0.25, 20), (2, 0.08, 3), (1, 0.02, 3)):
        angles = best + step * np.arange(-steps, steps + 1)
        best = float(angles[np.argmax([sharpness(angle, each) for angle in angles])])
    straight, found = sharpness(0.0), sharpness(best)
    return (best, found) if found > 1.02 * straight else (0.0, straight)


def find_turn(grey: Grey) -> tuple[int, bool]:
    """Degrees clockwise by which the page must be turned to stand upright: 0, 90, 180 or 270; and
    whether its head is known from its foot for sure.

    Lines of text run where the ink piles up in bands. Which side of a line is up shows in Latin
    words (and more so in Vietnamese ones, with their marks): more ink rises above the bodies of
    the small letters than hangs below them.
    """
    small = _shrink(grey)
    ink = _text_ink(small)
    lean, level = _lean(ink > 0)
    fallen_lean, fallen = _lean(np.ascontiguousarray(np.rot90(ink, -1)) > 0)
    sideways = fallen > 1.1 * level
    if sideways:
        small, ink, lean = np.rot90(small, -1), np.rot90(ink, -1), fallen_lean
    letters = np.where(ink > 0, small, 255).astype(np.uint8)
    if lean:
        letters = _rotate(np.ascontiguousarray(letters), lean)[0]
    rise = _rise(letters)
    return (90 if sideways else 0) + (180 if rise < 0 else 0), abs(rise) >= _SURE_RISE


def _text_ink(grey: Grey) -> npt.NDArray[np.uint8]:
    """1 where there is ink of letters: rules, borders and specks left out."""
    ink = (grey < _INK + 20).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    size = stats[:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)].max(axis=1)
    letters = (size <= 60) & (stats[:, cv2.CC_STAT_AREA] >= 3)
    letters[0] = False
    return letters[labels].astype(np.uint8)


def _rise(letters: Grey) -> float:
    """> 0 where more words have their ink above the bodies of their letters than below them."""
    ink = (letters < _INK + 20).astype(np.uint8)
    words = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 7), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(words, connectivity=8)
    vote = 0.0
    for left, top, width, height, _ in stats[1:count]:
        if not (8 <= height <= 40 and width >= 1.5 * height):
            continue
        profile = ink[top : top + height, left : left + width].sum(axis=1, dtype=np.float64)
        body = np.flatnonzero(profile >= 0.5 * profile.max())
        above, below = profile[: body[0]].sum(), profile[body[-1] + 1 :].sum()
        vote += width * np.sign(above - below)
    return vote


def _rotate(grey: Grey, angle: float) -> tuple[Grey, npt.NDArray[np.float64]]:
    """The page rotated about its middle by ``angle``, and the 2 x 3 matrix from it back."""
    height, width = grey.shape
    there = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    level = cv2.warpAffine(
        grey, there, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255.0,)
    ).astype(np.uint8)
    return level, np.asarray(cv2.invertAffineTransform(there), np.float64)


def _unturn(turn: int, width: int, height: int) -> npt.NDArray[np.float64]:
    """2 x 3: from pixels of the page turned clockwise by ``turn`` to those of the page before."""
    if turn == 90:
        return np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, height - 1.0]])
    if turn == 180:
        return np.array([[-1.0, 0.0, width - 1.0], [0.0, -1.0, height - 1.0]])
    if turn == 270:
        return np.array([[0.0, -1.0, width - 1.0], [1.0, 0.0, 0.0]])
    return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
