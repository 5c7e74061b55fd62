"""Signs that Word takes from symbol fonts: "≥" is the letter 0xB3 of the font Symbol.

Symbol's letters are Adobe's encoding of that font; of Wingdings only ticks, boxes, arrows and
bullets are kept apart, which offices use as marks. An unknown sign becomes a bullet: it is there,
and what it looks like is not known.
"""

from __future__ import annotations

_PRIVATE = 0xF000  # Word stores the letters of symbol fonts from here on
_UNKNOWN = "•"

_SYMBOL_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ",
        strict=True,
    )
)
_SYMBOL = {ord(letter): greek for letter, greek in _SYMBOL_LETTERS.items()} | {
    0x2D: "−",
    0x40: "≅",
    0x7E: "∼",
    0xA2: "′",
    0xA3: "≤",
    0xA5: "∞",
    0xAB: "↔",
    0xAC: "←",
    0xAD: "↑",
    0xAE: "→",
    0xAF: "↓",
    0xB0: "°",
    0xB1: "±",
    0xB2: "″",
    0xB3: "≥",
    0xB4: "×",
    0xB7: "•",
    0xB8: "÷",
    0xB9: "≠",
    0xBA: "≡",
    0xBB: "≈",
    0xBC: "…",
    0xC5: "⊕",
    0xC7: "∩",
    0xC8: "∪",
    0xCC: "⊂",
    0xCE: "∈",
    0xD0: "∠",
    0xD2: "®",
    0xD3: "©",
    0xD4: "™",
    0xD5: "∏",
    0xD6: "√",
    0xD7: "⋅",
    0xDB: "⇔",
    0xDC: "⇐",
    0xDE: "⇒",
    0xE5: "∑",
    0xF2: "∫",
}
_WINGDINGS = {
    0x6C: "●",
    0x6E: "■",
    0x6F: "□",
    0x71: "❑",
    0x73: "⬧",
    0x74: "⧫",
    0x75: "◆",
    0x76: "❖",
    0x77: "⬥",
    0x78: "☒",
    0x9E: "•",
    0x9F: "•",
    0xA7: "▪",
    0xA8: "□",
    0xD8: "➢",
    0xDF: "←",
    0xE0: "→",
    0xE8: "➔",
    0xF0: "⇨",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_WINGDINGS_2 = {
    0x4F: "✗",
    0x50: "✓",
    0x51: "☒",
    0x52: "☑",
    0x53: "☒",
    0x54: "☒",
    0xA3: "□",
}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}


def symbol(code: int, font: str) -> str:
    """The sign that ``code`` draws in ``font`` (the font's own code, or Word's private one)."""
    if _PRIVATE <= code < _PRIVATE + 0x100:
        code -= _PRIVATE
    table = _FONTS.get(font.strip().casefold())
    if table is None:
        is_private = 0xE000 <= code < 0xF900
        return _UNKNOWN if is_private or code < 0x20 else chr(code)
    known = table.get(code)
    if known is None and table is _SYMBOL and 0x20 <= code < 0x7F:
        return chr(code)
    return known or (" " if code == 0x20 else _UNKNOWN)


def symbol_text(text: str, font: str) -> str:
    """A text set in ``font``: signs of symbol fonts as Unicode, all else as it stands.

    Private characters are read as Symbol's where the font is not known: they come from it most
    often.
    """
    name = font.strip().casefold()
    if name in _FONTS:
        return "".join(symbol(ord(sign), name) for sign in text)
    return "".join(
        symbol(ord(sign), "symbol") if _PRIVATE <= ord(sign) < _PRIVATE + 0x100 else sign
        for sign in text
    )
