"""How a damaged chunk falls apart: its words and numbers, what is junk in it, its edges."""

from __future__ import annotations

import re
from functools import lru_cache

from normalizers.tokens import Token, is_syllable


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


_INNER = re.compile(r"([/\-–—+(),;:…]+\.*|\.{2,})")
_GLUED = re.compile(r"^(0\d|\d{2,4})([^\W\d_]{4,})$")


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
