"""Text layers from before Unicode: what a PDF set in TCVN3 (".VnTime") or VNI fonts gives.

The letters are drawn right; what each says (the ToUnicode map) is what programs of the time wrote.
TCVN3 has its toned capitals in fonts of their own (".VnTimeH"), at the places of the small letters;
VNI writes a letter and its marks as two characters.  "garbage" fonts do not say what they draw.
Sources: TCVN 5712:1993 (VN3), and the keyboard tables of VNI-Windows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from reportlab.pdfbase import pdfmetrics, ttfonts

from training.tables import Face, font_path

Encoding = Literal["unicode", "tcvn3", "vni", "garbage"]

_TCVN3_SMALL = {
    "à": 0xB5, "ả": 0xB6, "ã": 0xB7, "á": 0xB8, "ạ": 0xB9, "ă": 0xA8, "ằ": 0xBB, "ẳ": 0xBC,
    "ẵ": 0xBD, "ắ": 0xBE, "ặ": 0xC6, "â": 0xA9, "ầ": 0xC7, "ẩ": 0xC8, "ẫ": 0xC9, "ấ": 0xCA,
    "ậ": 0xCB, "đ": 0xAE, "è": 0xCC, "ẻ": 0xCE, "ẽ": 0xCF, "é": 0xD0, "ẹ": 0xD1, "ê": 0xAA,
    "ề": 0xD2, "ể": 0xD3, "ễ": 0xD4, "ế": 0xD5, "ệ": 0xD6, "ì": 0xD7, "ỉ": 0xD8, "ĩ": 0xDC,
    "í": 0xDD, "ị": 0xDE, "ò": 0xDF, "ỏ": 0xE1, "õ": 0xE2, "ó": 0xE3, "ọ": 0xE4, "ô": 0xAB,
    "ồ": 0xE5, "ổ": 0xE6, "ỗ": 0xE7, "ố": 0xE8, "ộ": 0xE9, "ơ": 0xAC, "ờ": 0xEA, "ở": 0xEB,
    "ỡ": 0xEC, "ớ": 0xED, "ợ": 0xEE, "ù": 0xEF, "ủ": 0xF1, "ũ": 0xF2, "ú": 0xF3, "ụ": 0xF4,
    "ư": 0xAD, "ừ": 0xF5, "ử": 0xF6, "ữ": 0xF7, "ứ": 0xF8, "ự": 0xF9, "ỳ": 0xFA, "ỷ": 0xFB,
    "ỹ": 0xFC, "ý": 0xFD, "ỵ": 0xFE,
}  # fmt: skip
_TCVN3_CAPITAL = dict(zip("ĂÂÊÔƠƯĐ", range(0xA1, 0xA8), strict=True))
_VNI_MARKS = {
    "": "ùøûõï",  # acute, grave, hook, tilde, dot below
    "\u0302": "áàåãä",  # on a circumflex
    "\u0306": "éèúüë",  # on a breve
}
_TONES = "\u0301\u0300\u0309\u0303\u0323"
_VNI_WHOLE = {"ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ", "í": "í", "ì": "ì"}


def written(letter: str, encoding: Encoding, capitals: bool) -> str:
    """What a font of this encoding says for a letter; ``capitals``: a TCVN3 font of capitals."""
    if encoding == "garbage":
        return letter if letter == " " else chr(0xE000 + ord(letter) % 0x500)
    if encoding == "vni":
        return _vni(letter)
    if capitals:
        letter = letter.lower()
    code = _TCVN3_SMALL.get(letter) or _TCVN3_CAPITAL.get(letter)
    return chr(code) if code else letter


def _vni(letter: str) -> str:
    small = letter.lower()
    if small in _VNI_WHOLE:
        out = _VNI_WHOLE[small]
    else:
        base, *marks = unicodedata.normalize("NFD", small)
        base = {"o\u031b": "ô", "u\u031b": "ö"}.get(base + "".join(marks[:1]), base)
        if base in "ôö":
            marks = marks[1:]
        hats = [mark for mark in marks if mark in _VNI_MARKS]
        tones = [mark for mark in marks if mark in _TONES]
        hat = hats[0] if hats else ""
        if tones:
            out = base + _VNI_MARKS[hat][_TONES.index(tones[0])]
        else:
            out = base + {"": "", "\u0302": "â", "\u0306": "ê"}[hat]
    return out.upper() if letter != small else out


class _LegacyFont(ttfonts.TTFont):  # type: ignore[misc]
    """A font that draws Unicode letters and says they are something else."""

    def __init__(self, name: str, face: Face, encoding: Encoding, capitals: bool) -> None:
        super().__init__(name, font_path(face))
        self.encoding, self.capitals = encoding, capitals
        family = {"tcvn3": ".VnTimeH" if capitals else ".VnTime", "vni": "VNI-Times"}
        style = "" if face == "Regular" else f",{face}"
        self.face.name = (family.get(encoding, "F1") + style).encode()

    def addObjects(self, doc: Any) -> None:
        right = ttfonts.makeToUnicodeCMap

        def wrong(name: str, subset: list[int]) -> str:
            plain: str = right(name, subset)
            head, rest = plain.split(" beginbfchar\n")
            _, tail = rest.split("endbfchar")
            lines = []
            for code, point in enumerate(subset):
                says = written(chr(point), self.encoding, self.capitals)
                lines.append(f"<{code:02X}> <{says.encode('utf-16-be').hex().upper()}>\n")
            return f"{head} beginbfchar\n{''.join(lines)}endbfchar{tail}"

        ttfonts.makeToUnicodeCMap = wrong
        try:
            super().addObjects(doc)
        finally:
            ttfonts.makeToUnicodeCMap = right


@cache
def font_name(face: Face, encoding: Encoding = "unicode", capitals: bool = False) -> str:
    """The registered name of a font for :mod:`reportlab`."""
    name = f"Facsimile-{face}-{encoding}{'-capitals' if capitals else ''}"
    if encoding == "unicode":
        font = ttfonts.TTFont(name, font_path(face))
    else:
        font = _LegacyFont(name, face, encoding, capitals)
    pdfmetrics.registerFont(font)
    return name


def in_fonts(word: str, face: Face, encoding: Encoding) -> Iterator[tuple[str, str]]:
    """The word in pieces, each with the font that can draw it."""
    if encoding != "tcvn3":
        yield font_name(face, encoding), word
        return
    shouted = len(word) > 1 and word.isupper()
    piece, capitals = "", shouted
    for letter in word:
        needs = shouted or (letter.lower() in _TCVN3_SMALL and letter.isupper())
        needs = needs and (shouted or letter not in _TCVN3_CAPITAL)
        if needs != capitals and piece:
            yield font_name(face, encoding, capitals), piece
            piece = ""
        capitals = needs
        piece += letter
    yield font_name(face, encoding, capitals), piece
