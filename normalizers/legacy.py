"""Vietnamese from before Unicode: TCVN3 (``.Vn*`` fonts), VNI and Windows-1258.

A text in such an encoding looks like Latin-1 rubbish wherever its font is lost: "Sở Nội vụ" is
"Së Néi vô" in TCVN3 and "Sôû Noäi vuï" in VNI. The tables are those of TCVN 5712:1993, set VN3
(small letters with tones, seven capitals without; capital fonts, whose names end in H, draw the
small letters as capitals), and of the VNI fonts for Windows (a base letter, then a letter that
stands for its marks). Windows-1258 is Python's own codec.

Input is text of one character a byte, as Latin-1 or Windows-1252 decode it, and as Word and PDF
files hold it. A character that an encoding does not use stands for itself.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Encoding = Literal["tcvn3", "tcvn3-capitals", "vni", "windows-1258"]

# Tones in the order of the rows below: huyền, hỏi, ngã, sắc, nặng.
_TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")

_TCVN3_TONED = {
    "a": (0xB5, 0xB6, 0xB7, 0xB8, 0xB9),
    "ă": (0xBB, 0xBC, 0xBD, 0xBE, 0xC6),
    "â": (0xC7, 0xC8, 0xC9, 0xCA, 0xCB),
    "e": (0xCC, 0xCE, 0xCF, 0xD0, 0xD1),
    "ê": (0xD2, 0xD3, 0xD4, 0xD5, 0xD6),
    "i": (0xD7, 0xD8, 0xDC, 0xDD, 0xDE),
    "o": (0xDF, 0xE1, 0xE2, 0xE3, 0xE4),
    "ô": (0xE5, 0xE6, 0xE7, 0xE8, 0xE9),
    "ơ": (0xEA, 0xEB, 0xEC, 0xED, 0xEE),
    "u": (0xEF, 0xF1, 0xF2, 0xF3, 0xF4),
    "ư": (0xF5, 0xF6, 0xF7, 0xF8, 0xF9),
    "y": (0xFA, 0xFB, 0xFC, 0xFD, 0xFE),
}
_TCVN3_PLAIN = dict(zip(range(0xA1, 0xAF), "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))

_VNI_MARKS = "øûõùï"  # after a letter: the five tones
_VNI_CIRCUMFLEX = "àåãáä"  # after a, e, o: a circumflex and the five tones
_VNI_BREVE = "èúüéë"  # after a: a breve and the five tones
_VNI_ALONE = dict(zip("ìæóíòîôöñ", "ìỉĩíịỵơưđ", strict=True))


def _toned(letter: str, tone: str) -> str:
    return unicodedata.normalize("NFC", letter + tone)


def _tcvn3_table() -> dict[int, str]:
    table = dict(_TCVN3_PLAIN)
    for letter, codes in _TCVN3_TONED.items():
        for code, tone in zip(codes, _TONES, strict=True):
            table[code] = _toned(letter, tone)
    table[0x03BC] = table[0xB5]  # the Greek letter some programs make of the micro sign
    return table


def _vni_table() -> dict[str, str]:
    """What one or two characters stand for; capitals bear capital or small marks."""
    small = dict(_VNI_ALONE)
    for letter in "aeouy":
        small |= {letter + mark: _toned(letter, tone) for mark, tone in _paired(_VNI_MARKS)}
    for sign, letter in (("ô", "ơ"), ("ö", "ư")):
        small |= {sign + mark: _toned(letter, tone) for mark, tone in _paired(_VNI_MARKS)}
    for letter, roofed in (("a", "â"), ("e", "ê"), ("o", "ô")):
        small[f"{letter}â"] = roofed
        small |= {letter + mark: _toned(roofed, tone) for mark, tone in _paired(_VNI_CIRCUMFLEX)}
    small["aê"] = "ă"
    small |= {f"a{mark}": _toned("ă", tone) for mark, tone in _paired(_VNI_BREVE)}
    table = dict(small)
    for signs, letter in small.items():
        table[signs.upper()] = letter.upper()
        table[signs[0].upper() + signs[1:]] = letter.upper()
        table[signs[0] + signs[1:].upper()] = letter
    return table | small


def _paired(marks: str) -> zip[tuple[str, str]]:
    return zip(marks, _TONES, strict=True)


_TCVN3 = _tcvn3_table()
_VNI = _vni_table()
_VNI_SIGNS = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_SYMBOL_AREA = {0xF000 + code: code for code in range(0x20, 0x100)}
# Quotation marks and dashes, which both encodings share with Windows-1252.
_PUNCTUATION = {
    code: bytes((code,)).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)
}

_SUBSET = re.compile(r"^[A-Z]{6}\+")
_TCVN3_FONT = re.compile(r"^\.vn(?=[a-z])|^Vn(?=[A-Z])")
_STYLE = re.compile(r"[\s,_-]*(?:bold|italic|regular|mt)+$", re.IGNORECASE)
_VNI_FONT = re.compile(r"^vni(?=[-_\s]|[A-Z])", re.IGNORECASE)
_SHOUTED = 4  # capitals without one small letter


def legacy_of(font_name: str) -> Encoding | None:
    """The encoding that a font's name tells: ``.VnTime``, ``ABCDEF+.VnTimeH,Bold``, ``VNI-Times``.

    None for a Unicode font. Text set in such a font may be Unicode all the same: ask
    :func:`encoding_of_font`.
    """
    name = _SUBSET.sub("", font_name.strip().strip("\"'")).replace("#2E", ".")
    if _VNI_FONT.match(name):
        return "vni"
    if _TCVN3_FONT.match(name) or _TCVN3_FONT.match(name.casefold()):
        return "tcvn3-capitals" if _STYLE.sub("", name).endswith("H") else "tcvn3"
    return None


def to_unicode(text: str, encoding: Encoding) -> str:
    """Unicode (NFC) of a text in a legacy encoding.

    TCVN3 has no capitals with tones; a line of capitals ("C¸C XÃ") is raised as a whole. A text
    that has letters of Unicode alone is left as it stands.
    """
    if _UNICODE_ONLY.search(text):
        return text
    if encoding == "windows-1258":
        data = b"".join(map(_byte, text))
        return unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    text = text.translate(_SYMBOL_AREA).translate(_PUNCTUATION)
    if encoding == "vni":
        return _VNI_SIGNS.sub(lambda found: _VNI[found[0]], text)
    converted = text.translate(_TCVN3)
    if encoding == "tcvn3-capitals":
        return converted.upper()
    return "".join(
        after.upper() if _is_shouted(before) else after
        for before, after in zip(
            text.splitlines(keepends=True), converted.splitlines(keepends=True), strict=True
        )
    )


def _byte(sign: str) -> bytes:
    return bytes((ord(sign),)) if ord(sign) < 0x100 else sign.encode("cp1252", "replace")


def _is_shouted(line: str) -> bool:
    """Whether a line's plain letters are capitals, four at least."""
    plain = [letter for letter in line if letter.isascii() and letter.isalpha()]
    return len(plain) >= _SHOUTED and all(map(str.isupper, plain))


# --- which encoding is it? --------------------------------------------------------------------

_LEAST_WORDS = 30  # words with a sign outside ASCII
_SURE = 0.97  # of them are syllables in the right encoding
_RULED_OUT = 0.5  # and no more than this in any other
_MODERN = 0.2

_UNICODE_ONLY = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ\u0300\u0301\u0303\u0309\u0323]")
_TELLING = re.compile(r"(?=.*[a-z])(?=.*[^\x00-\x7f])")
# Between words: white space, ASCII that is no letter, typographic marks.
_BETWEEN = re.compile(r"[\s\x00-@\[-`{-\x7f\xa0\u2010-\u2026\u0080-\u009f]+")

_INITIAL = "b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x"
_OPEN = (
    "a|ai|ao|au|ay|âu|ây|e|eo|ê|êu|i|ia|iêu|iu|o|oa|oai|oao|oay|oe|oeo|oi|ô|ôi|ơ|ơi|u|ua|uâ|uây|uê"
    "|ui|uôi|uơ|uy|uya|uyu|ư|ưa|ưi|ưu|ươi|ươu|y|yêu"
)
_CLOSED = "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|iê|yê|oa|oă|oe|oo|uâ|uô|uê|ươ|uy|uyê|ue"
_SYLLABLE = re.compile(
    rf"^(?:{_INITIAL})?(?:(?:{_OPEN})|(?:{_CLOSED})(?:(?P<stop>ch|c|p|t)|m|ng|nh|n))$"
)
_STOP_TONES = {_TONES[3], _TONES[4]}


def encoding_of_font(font_name: str, text: str) -> Encoding | None:
    """The encoding of the text set in a font; None where the font, or the text, is Unicode's.

    A font named last stays on what is typed anew in Unicode: where a fifth of the words with signs
    outside ASCII have letters that only Unicode has, it is that (about half have in Unicode, none
    in an old encoding).
    """
    encoding = legacy_of(font_name)
    words = [word for word in text.split() if not word.isascii()]
    modern = sum(bool(_UNICODE_ONLY.search(word)) for word in words)
    return encoding if modern <= _MODERN * len(words) else None


def encoding_of_text(text: str) -> Encoding | None:
    """The encoding of a text without fonts, where it is certain; None where it is not.

    Certain: of 30 words or more with a plain small letter and a sign outside ASCII, 97 % are
    Vietnamese syllables in that encoding, tones and marks included, and at most half in any other,
    or as they stand. (Words without small letters are acronyms and formulas.)
    """
    words = [word for word in _BETWEEN.split(text) if _TELLING.match(word)]
    if len(words) < _LEAST_WORDS:
        return None
    encodings: tuple[Encoding, ...] = ("tcvn3", "vni", "windows-1258")
    shares = {one: _share([to_unicode(word, one) for word in words]) for one in encodings}
    best = max(encodings, key=shares.__getitem__)
    others = [_share(words), *(share for one, share in shares.items() if one != best)]
    return best if shares[best] >= _SURE and max(others) <= _RULED_OUT else None


def unicode_of(text: str) -> str | None:
    """A text of one character a byte, in Unicode, where its encoding is certain; else None."""
    if _UNICODE_ONLY.search(text):
        return None
    encoding = encoding_of_text(text)
    return None if encoding is None else to_unicode(text, encoding)


def _share(words: list[str]) -> float:
    return sum(map(_is_syllable, words)) / len(words)


def _is_syllable(word: str) -> bool:
    """Whether a word is spelt as Vietnamese is: one tone at most, an acute or dot before c, p, t.

    Stricter than :func:`normalizers.tokens.is_syllable`, which looks at bare letters.
    """
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [sign for sign in parts if sign in _TONES]
    if len(tones) > 1:
        return False
    bare = unicodedata.normalize("NFC", "".join(sign for sign in parts if sign not in _TONES))
    found = _SYLLABLE.match(bare)
    if found is None:
        return False
    return found["stop"] is None or bool(_STOP_TONES.intersection(tones))
