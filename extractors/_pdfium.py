"""The pages of a PDF through pypdfium2's raw API: characters, drawn rules, pictures.

PDFium is an order of magnitude faster than readers written in Python; nothing outside this module
knows of it. All coordinates given out are points in the frame in which most of the page's text
stands upright, origin at the top left; :class:`Frame` maps them back to the page as it is shown.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from extractors.ruled import Rule
from extractors.sniff import Unreadable
from records import Box

MOST_PAGES = 3_000
"""Plans have a hundred; what has more is a whole archive, and would take a worker's memory."""

_THIN = 3.0  # points: a filled rectangle thinner than this is a rule
_LEAST_RULE = 2.0  # points: what is shorter is a dot of a dotted rule at most
_INK = 0.5  # points: a space has a box no higher
_DEEPEST = 8  # forms in forms
_INVISIBLE = 3  # text render mode of the layer an OCR program lays under a scan
_MOST_POINTS = 64  # of a path: curves of outlined letters have more and are no rules
_FEW_OBJECTS = 200  # of a page are looked through for its scan
_MOST_OUTLINES = 40  # filled paths of many points: so many are text drawn as outlines

LOST = "\ufffd"
"""Stands for a letter that is drawn while the layer does not say which it is."""

_BOLD = re.compile(r"bold|black|heavy|[-,]bd", re.IGNORECASE)

_SPECIAL = {
    "\ufffe": LOST,
    "\uffff": LOST,
    "\x02": "-",  # a hyphen at the end of a line
    "\uf0b7": "•",  # Symbol and Wingdings as Word maps them
    "\uf0a7": "▪",
    "\uf0d8": "➢",
    "\uf0fc": "✓",
    "\uf0fe": "x",
    "\uf02d": "-",
    "\uf02b": "+",
    "\uf0e0": "→",
    "\uf0b3": "≥",
    "\uf0a3": "≤",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬀ": "ff",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
}


class Glyph(NamedTuple):
    """A printed character: its box by the font's measures, its baseline, its size in points.

    ``font`` is its font's name where :attr:`Layer.fonts` has more than Unicode fonts, else "".
    ``turn`` is how far it is turned anticlockwise (0, 90, 180, 270); ``side`` is the x at which it
    is set, the baseline of what is turned. ``bold``: its font is.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    font: str = ""
    turn: int = 0
    side: float = 0.0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The page as shown (``width`` x ``height`` points), and how far the frame of its upright text
    is turned clockwise from it: 0, 90, 180 or 270.
    """

    width: float
    height: float
    turn: int

    def upright_size(self) -> tuple[float, float]:
        """Width and height of the upright frame."""
        return (self.height, self.width) if self.turn in (90, 270) else (self.width, self.height)

    def shown(self, box: Box) -> Box:
        """A box of the upright frame on the page as shown."""
        if self.turn == 0:
            return box
        if self.turn == 180:
            return Box(
                self.width - box.x1, self.height - box.y1, self.width - box.x0, self.height - box.y0
            )
        if self.turn == 90:
            return Box(box.y0, self.height - box.x1, box.y1, self.height - box.x0)
        return Box(self.width - box.y1, box.x0, self.width - box.y0, box.x1)


@dataclass(frozen=True, slots=True)
class Layer:
    """What a page holds beside its look: glyphs in the order of the file, rules, fonts.

    ``pictured`` is the share of the page that pictures cover (0-1), ``hidden`` the share of its
    text that is laid invisibly under a scan; ``outlined`` tells that letters are drawn as curves.
    """

    frame: Frame
    glyphs: tuple[Glyph, ...]
    level: tuple[Rule, ...]
    upright: tuple[Rule, ...]
    fonts: frozenset[str]
    pictured: float
    hidden: float
    outlined: bool
    inked: bool


def open_document(data: bytes) -> pdfium.PdfDocument:
    """Open a PDF.

    Raises:
        Unreadable: it is encrypted, broken beyond repair, without pages, or has too many.
    """
    try:
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in _LOCKED or "assword" in str(error):
            raise _locked() from error
        raise broken_pdf() from error
    if not count:
        raise broken_pdf()
    if count > MOST_PAGES:
        raise _too_long(count)
    return document


def read_layer(document: pdfium.PdfDocument, index: int) -> Layer:
    """The text layer of the page ``index`` (0-based).

    Raises:
        pdfium.PdfiumError: the page is broken.
    """
    page = document[index]
    try:
        return _read_page(page)
    finally:
        page.close()


def picture_bytes(document: pdfium.PdfDocument, index: int) -> int:
    """Bytes, as they are packed, of the pictures that cover half of the page ``index`` (0-based) or
    more: a scan's. 0 where there is none, or the page is broken.
    """
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return 0
    try:
        width, height = page.get_size()
        packed = 0
        for place in range(min(_FEW_OBJECTS, pdfium_c.FPDFPage_CountObjects(page))):
            one = pdfium_c.FPDFPage_GetObject(page, place)
            if pdfium_c.FPDFPageObj_GetType(one) != pdfium_c.FPDF_PAGEOBJ_IMAGE:
                continue
            box = _object_bounds(one, _UNMOVED)
            if box and 2 * (box[2] - box[0]) * (box[3] - box[1]) >= width * height:
                packed += pdfium_c.FPDFImageObj_GetImageDataRaw(one, None, 0)
        return packed
    finally:
        page.close()


def render(document: pdfium.PdfDocument, index: int, dpi: float) -> Image.Image:
    """The page ``index`` (0-based) as shown, ``dpi`` pixels an inch, annotations drawn."""
    page = document[index]
    try:
        bitmap = page.render(scale=dpi / 72, may_draw_forms=True)
        return bitmap.to_pil()
    finally:
        page.close()


def size_of(document: pdfium.PdfDocument, index: int) -> tuple[float, float]:
    """Width and height of the page ``index`` (0-based) as shown, in points."""
    width, height = document.get_page_size(index)
    return float(width), float(height)


# --- one page ------------------------------------------------------------------------------------


class _Affine(NamedTuple):
    """x' = ax + cy + e, y' = bx + dy + f, as in PDF."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, first: _Affine) -> _Affine:
        """This transformation after ``first``."""
        return _Affine(
            self.a * first.a + self.c * first.b,
            self.b * first.a + self.d * first.b,
            self.a * first.c + self.c * first.d,
            self.b * first.c + self.d * first.d,
            self.a * first.e + self.c * first.f + self.e,
            self.b * first.e + self.d * first.f + self.f,
        )


_UNMOVED = _Affine(1, 0, 0, 1, 0, 0)


def _upright(bounds: tuple[float, float, float, float], turn: int) -> _Affine:
    """From PDF space to points from the top left, after turning the page clockwise."""
    left, bottom, right, top = bounds
    if turn == 90:
        return _Affine(0, 1, 1, 0, -bottom, -left)
    if turn == 180:
        return _Affine(-1, 0, 0, 1, right, -bottom)
    if turn == 270:
        return _Affine(0, -1, -1, 0, top, right)
    return _Affine(1, 0, 0, -1, -left, top)


def _bounds(page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    media, crop = page.get_mediabox(), page.get_cropbox()
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if right > left and top > bottom else media


def _read_page(page: pdfium.PdfPage) -> Layer:
    bounds = _bounds(page)
    turned = page.get_rotation() % 360
    objects = _Objects(_upright(bounds, turned), bounds)
    objects.walk(page)
    text = pdfium_c.FPDFText_LoadPage(page)
    try:
        raw = _characters(text)
        reading = _reading_turn(raw, turned)
        to_upright = _upright(bounds, reading)
        names = _fonts_of(text, raw) if objects.has_telling_fonts() else {}
    finally:
        pdfium_c.FPDFText_ClosePage(text)
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    shown = (height, width) if turned in (90, 270) else (width, height)
    frame = Frame(*shown, (reading - turned) % 360)
    if reading != turned:
        objects.turn_to(to_upright)
    return Layer(
        frame=frame,
        glyphs=tuple(_glyphs(raw, to_upright, reading, names, frame.upright_size())),
        level=tuple(objects.level),
        upright=tuple(objects.upright),
        fonts=frozenset(objects.fonts),
        pictured=min(1.0, objects.pictured / max(1.0, width * height)),
        hidden=objects.hidden / objects.texts if objects.texts else 0.0,
        outlined=objects.outlines >= _MOST_OUTLINES,
        inked=objects.inked or objects.texts > objects.hidden,
    )


class _Raw(NamedTuple):
    """A character in PDF space: its loose box, origin and angle; ``place`` on its text page."""

    place: int
    code: int
    left: float
    right: float
    bottom: float
    top: float
    x: float
    y: float
    angle: float


def _characters(text: Any) -> list[_Raw]:
    unicode_of = pdfium_c.FPDFText_GetUnicode
    loose_box = pdfium_c.FPDFText_GetLooseCharBox
    origin_of = pdfium_c.FPDFText_GetCharOrigin
    angle_of = pdfium_c.FPDFText_GetCharAngle
    is_generated = pdfium_c.FPDFText_IsGenerated
    rectangle = pdfium_c.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    box = _TightBox()
    box_at, x_at, y_at = map(ctypes.byref, (rectangle, x, y))
    found = []
    for index in range(max(0, pdfium_c.FPDFText_CountChars(text))):
        code = unicode_of(text, index)
        if code in (10, 13):
            continue
        if not loose_box(text, index, box_at):
            continue
        origin_of(text, index, x_at, y_at)
        if code == 0x20:
            if is_generated(text, index) > 0:
                continue
            if box.size(text, index) > _INK:
                code = 0xFFFD
        found.append(
            _Raw(
                index,
                code,
                rectangle.left,
                rectangle.right,
                rectangle.bottom,
                rectangle.top,
                x.value,
                y.value,
                angle_of(text, index),
            )
        )
    return found


class _TightBox:
    """The box of a character's ink: a space that has any is a letter whose name is lost."""

    def __init__(self) -> None:
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._at = [ctypes.byref(edge) for edge in self._edges]

    def size(self, text: Any, index: int) -> float:
        """Its shorter side in points; a space has none, however the text is turned."""
        if not pdfium_c.FPDFText_GetCharBox(text, index, *self._at):
            return 0.0
        left, right, bottom, top = (edge.value for edge in self._edges)
        return min(right - left, top - bottom)


def _turn(one: _Raw) -> int:
    """Degrees anticlockwise by which a character is turned in PDF space.

    PDFium counts clockwise.
    """
    return round(-math.degrees(one.angle) / 90) % 4 * 90


def _reading_turn(raw: list[_Raw], turned: int) -> int:
    """Degrees clockwise by which PDF space must be turned for most of the text to be upright."""
    counted = Counter(map(_turn, raw))
    if not counted:
        return turned
    (turn, count), *_ = counted.most_common(1)
    return turn if count > 0.6 * len(raw) else turned


def _glyphs(
    raw: list[_Raw],
    upright: _Affine,
    reading: int,
    names: dict[int, str],
    page: tuple[float, float],
) -> Iterator[Glyph]:
    waiting: Glyph | None = None
    for one in raw:
        letter = chr(one.code) if 0 < one.code < 0x110000 else LOST
        letter = _SPECIAL.get(letter, letter)
        if letter.isspace() or letter in "\u200b\ufeff":
            letter = " "
        elif unicodedata.category(letter) == "Mn" and waiting is not None:
            waiting = waiting._replace(text=waiting.text + letter)
            continue
        x0, y0 = upright.point(one.left, one.bottom)
        x1, y1 = upright.point(one.right, one.top)
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        if x1 < 0 or y1 < 0 or x0 > page[0] or y0 > page[1]:
            continue
        side, base = upright.point(one.x, one.y)
        turn = (_turn(one) - reading) % 360
        size = x1 - x0 if turn in (90, 270) else y1 - y0
        if waiting is not None:
            yield waiting
        font = names.get(one.place, "")
        waiting = Glyph(letter, x0, y0, x1, y1, base, size, font, turn, side, _is_bold(font))
    if waiting is not None:
        yield waiting


def _fonts_of(text: Any, raw: list[_Raw]) -> dict[int, str]:
    """The name of each character's font, by its place on the text page."""
    object_of = pdfium_c.FPDFText_GetTextObject
    known: dict[int, str] = {}
    names: dict[int, str] = {}
    for one in raw:
        shown = object_of(text, one.place)
        if not shown:
            continue
        address = ctypes.addressof(shown.contents)
        name = known.get(address)
        if name is None:
            name = known[address] = _font_name(shown)
        names[one.place] = name
    return names


def _font_name(shown: Any) -> str:
    font = pdfium_c.FPDFTextObj_GetFont(shown)
    if not font:
        return ""
    length = pdfium_c.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(max(1, length))
    pdfium_c.FPDFFont_GetBaseFontName(font, buffer, length)
    return buffer.value.decode("latin-1").partition("+")[2] or buffer.value.decode("latin-1")


class _Objects:
    """The objects of a page, forms opened: rules, pictures, fonts."""

    def __init__(self, upright: _Affine, bounds: tuple[float, float, float, float]) -> None:
        self._upright = upright
        self._bounds = bounds
        self._pieces: list[tuple[float, float, float, float]] = []  # rules in PDF space
        self._names: dict[int, str] = {}
        self.level: list[Rule] = []
        self.upright: list[Rule] = []
        self.fonts: set[str] = set()
        self.pictured = 0.0
        self.texts = self.hidden = self.outlines = 0
        self.inked = False

    def has_telling_fonts(self) -> bool:
        """Whether fonts differ in weight, or some is from before Unicode."""
        return any(map(is_legacy_font, self.fonts)) or len(set(map(_is_bold, self.fonts))) > 1

    def walk(self, page: pdfium.PdfPage) -> None:
        """Look at all objects of the page."""
        for index in range(max(0, pdfium_c.FPDFPage_CountObjects(page))):
            self._look_at(pdfium_c.FPDFPage_GetObject(page, index), _UNMOVED, 0)
        self.turn_to(self._upright)

    def turn_to(self, upright: _Affine) -> None:
        """Give the rules in another frame."""
        self.level, self.upright = [], []
        for x0, y0, x1, y1 in self._pieces:
            ax, ay = upright.point(x0, y0)
            bx, by = upright.point(x1, y1)
            width, height = abs(bx - ax), abs(by - ay)
            if width >= height:
                self.level.append(Rule((ay + by) / 2, min(ax, bx), max(ax, bx)))
            else:
                self.upright.append(Rule((ax + bx) / 2, min(ay, by), max(ay, by)))

    def _look_at(self, one: Any, form: _Affine, depth: int) -> None:
        kind = pdfium_c.FPDFPageObj_GetType(one)
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            self._look_at_text(one)
        elif kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            self._look_at_path(one, form)
        elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            self._look_at_picture(one, form)
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inner = form.after(_matrix(one))
            for index in range(max(0, pdfium_c.FPDFFormObj_CountObjects(one))):
                self._look_at(pdfium_c.FPDFFormObj_GetObject(one, index), inner, depth + 1)

    def _look_at_text(self, one: Any) -> None:
        self.texts += 1
        self.hidden += pdfium_c.FPDFTextObj_GetTextRenderMode(one) == _INVISIBLE
        font = pdfium_c.FPDFTextObj_GetFont(one)
        if font:
            address = ctypes.addressof(font.contents)
            if address not in self._names:
                self._names[address] = _font_name(one)
                self.fonts.add(self._names[address])

    def _look_at_picture(self, one: Any, form: _Affine) -> None:
        box = _object_bounds(one, form)
        if box is None:
            return
        left, bottom = max(box[0], self._bounds[0]), max(box[1], self._bounds[1])
        right, top = min(box[2], self._bounds[2]), min(box[3], self._bounds[3])
        if right > left and top > bottom:
            self.inked = True
            self.pictured += (right - left) * (top - bottom)

    def _look_at_path(self, one: Any, form: _Affine) -> None:
        box = _object_bounds(one, form)
        if box is None:
            return
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDFPath_GetDrawMode(one, ctypes.byref(fill), ctypes.byref(stroke))
        if not fill.value and not stroke.value:
            return
        width, height = box[2] - box[0], box[3] - box[1]
        if min(width, height) <= _THIN:
            if max(width, height) >= _LEAST_RULE and _is_seen(one, bool(stroke.value)):
                self._add(box)
            return
        points = pdfium_c.FPDFPath_CountSegments(one)
        if points > _MOST_POINTS or (fill.value and points > 12):
            self.outlines += bool(fill.value)
            self.inked = True
            return
        if _is_seen(one, bool(stroke.value)):
            self.inked = True
            if stroke.value or points > 6:
                self._add_sides(one, form, points)

    def _add(self, box: tuple[float, float, float, float]) -> None:
        x0, y0, x1, y1 = box
        if x1 - x0 >= y1 - y0:
            middle = (y0 + y1) / 2
            self._pieces.append((x0, middle, x1, middle))
        else:
            middle = (x0 + x1) / 2
            self._pieces.append((middle, y0, middle, y1))

    def _add_sides(self, one: Any, form: _Affine, points: int) -> None:
        """The straight level and upright sides of a stroked path."""
        matrix = form.after(_matrix(one))
        x, y = ctypes.c_float(), ctypes.c_float()
        start = last = (0.0, 0.0)
        for index in range(points):
            segment = pdfium_c.FPDFPath_GetPathSegment(one, index)
            pdfium_c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            here = matrix.point(x.value, y.value)
            kind = pdfium_c.FPDFPathSegment_GetType(segment)
            if kind == pdfium_c.FPDF_SEGMENT_MOVETO:
                start = here
            elif kind == pdfium_c.FPDF_SEGMENT_LINETO:
                self._add_side(last, here)
            last = here
            if pdfium_c.FPDFPathSegment_GetClose(segment):
                self._add_side(here, start)
                last = start

    def _add_side(self, first: tuple[float, float], second: tuple[float, float]) -> None:
        dx, dy = abs(first[0] - second[0]), abs(first[1] - second[1])
        if min(dx, dy) <= 1.0 and max(dx, dy) >= _LEAST_RULE:
            self._add(
                (
                    min(first[0], second[0]),
                    min(first[1], second[1]),
                    max(first[0], second[0]),
                    max(first[1], second[1]),
                )
            )


@lru_cache(maxsize=1000)
def _is_bold(name: str) -> bool:
    return bool(_BOLD.search(name))


@lru_cache(maxsize=1000)
def is_legacy_font(name: str) -> bool:
    """Whether a font's name is that of a Vietnamese font from before Unicode."""
    bare = name.rpartition("+")[2].lstrip(".").casefold()
    return bare.startswith(("vn", "vni", "svn", "tcvn")) and not bare.startswith("vnu")


def _matrix(one: Any) -> _Affine:
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(one, ctypes.byref(found)):
        return _UNMOVED
    return _Affine(found.a, found.b, found.c, found.d, found.e, found.f)


def _object_bounds(one: Any, form: _Affine) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top in PDF space."""
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium_c.FPDFPageObj_GetBounds(one, *map(ctypes.byref, edges)):
        return None
    left, bottom, right, top = (edge.value for edge in edges)
    if form == _UNMOVED:
        return left, bottom, right, top
    corners = [form.point(x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _is_seen(one: Any, stroked: bool) -> bool:
    """Whether a path is drawn in a colour that shows on white paper."""
    colour = [ctypes.c_uint() for _ in range(4)]
    get = pdfium_c.FPDFPageObj_GetStrokeColor if stroked else pdfium_c.FPDFPageObj_GetFillColor
    if not get(one, *map(ctypes.byref, colour)):
        return True
    red, green, blue, alpha = (part.value for part in colour)
    return alpha > 25 and min(red, green, blue) < 245


_LOCKED = frozenset((pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY))


def _locked() -> Unreadable:
    return Unreadable(
        "Tệp PDF này có mật khẩu. Hãy mở bằng mật khẩu, in hoặc lưu ra một tệp PDF không có mật "
        "khẩu rồi bỏ vào raw/.",
        "This PDF is locked with a password. Open it, save or print it to a PDF without a "
        "password, and drop that into raw/.",
    )


def broken_pdf() -> Unreadable:
    """A file that cannot be opened, or of which no page can be read."""
    return Unreadable(
        "Tệp PDF này hỏng hoặc bị cắt cụt, không mở được. Hãy chép hoặc tải lại tệp từ nơi gốc rồi "
        "bỏ vào raw/.",
        "This PDF is broken or cut short and cannot be opened. Copy or download it again from "
        "where it came, and drop it into raw/.",
    )


def _too_long(count: int) -> Unreadable:
    return Unreadable(
        f"Tệp PDF này có {count} trang, nhiều hơn mức đọc được ({MOST_PAGES}). Hãy tách thành "
        "nhiều tệp rồi bỏ vào raw/.",
        f"This PDF has {count} pages, more than can be read ({MOST_PAGES}). Split it into several "
        "files and drop those into raw/.",
    )
