"""How a damaged chunk falls apart: its words and numbers, what is junk in it, its edges."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from normalizers.tokens import Token, is_syllable, new_style

HYPHENED = Path(__file__).parent / "models" / "hyphened.txt"
JOINED = -6.5  # log P of a word behind another from which a dash between them may be a speck


@lru_cache(maxsize=100_000)
def pieces_of(token: Token) -> list[tuple[str, bool]]:
    """The core taken apart at inner slashes, dashes and brackets: (text, is a word or number).

    Brackets and colons amid letters that make no words of their own are what OCR saw in a letter
    ("c(ing", "d:c_lo"): such a core stays whole.
    """
    core = token.core
    if token.kind != "word":
        return [(core, True)]
    glued = _GLUED.match(core)
    if glued and is_syllable(glued[2]):
        return [(glued[1], True), (" ", False), (glued[2], True)]
    found = [piece for piece in _INNER.split(core) if piece]
    if len(found) > 1 and _is_broken(core, found):
        return [(core, True)]
    return [(piece, any(s.isalnum() or s in "&¢€¥$@" for s in piece)) for piece in found]


def _is_broken(core: str, pieces: list[str]) -> bool:
    if any(sign in core for sign in "{}[]"):
        return True
    if not set(core) & set("():") or any(sign in core for sign in "/,;"):
        return False
    if core.count("(") == core.count(")") and core.endswith(")"):
        return False
    words = [piece for piece in pieces if piece[0].isalnum()]
    return any(len(word) == 1 or not is_syllable(word) for word in words)


_INNER = re.compile(
    r"([/\-–—+(),;:…]+\.*|\.{2,}|(?<=[^\W\d_])_+(?=[^\W\d_])"
    r"|(?<=\w[^\W\d_])\.(?=[^\W\d_A-Z][^\W\d_])(?!docx?\b|js\b))"
)
_GLUED = re.compile(r"^(0\d|\d{2,4})([^\W\d_]{4,})$")


def joint(sign: str, before: str, after: str, together: float) -> str:
    """What is printed between two words that OCR read as one chunk with ``sign`` amid it:
    ``before`` and ``after`` as they are read now, ``together`` the log P of the second behind the
    first.

    Of training pages: a point or a rule before a small letter is a speck in 152 of 157 places
    ("quy.dinh"), a dash or a colon between words that often follow each other in 84 of 91; a comma
    has lost the space behind it in 12 of 16.
    """
    sign = sign.replace("_", "")
    if not sign:
        return " "
    words = is_syllable(before) and is_syllable(after) and min(len(before), len(after)) > 1
    if not words or not after[0].islower() or len(sign) > 1:
        return sign
    if sign == "." or (sign in _SPECKS and together > JOINED and not hyphened(before, after)):
        return " "
    return sign + " " if sign in _STOPS else sign


@lru_cache(maxsize=1)
def _hyphened() -> frozenset[str]:
    return frozenset(HYPHENED.read_text(encoding="utf-8").split("\n"))


def hyphened(before: str, after: str) -> bool:
    """Whether two words are written with a dash between them (mô-đun, ăng-ten)."""
    return f"{new_style(before.lower())}-{new_style(after)}" in _hyphened()


_STOPS = (",", ";", ":")
_SPECKS = ("-", "–", "—", ":")


def without_junk(token: str) -> str:
    """A token without brackets, colons and a last "1", where two letters or more are left."""
    kept = "".join(sign for sign in token if sign.isalnum() or sign in "&¢€¥$@")
    kept = kept.removesuffix("1")
    return kept if 1 < len(kept) < len(token) and kept[-1].isalpha() else ""


def plain_edge(edge: str, chunk: str) -> str:
    """Punctuation of a damaged chunk, rid of what rules and horns (``o’``) left there."""
    edge = edge.replace("|", "").replace("_", "")
    if not chunk.startswith(("'", "‘", "’")):
        edge = edge.replace("’", "").replace("‘", "").replace("'", "")
    if "[" in edge and "]" not in chunk:
        edge = edge.replace("[", "")
    return edge
