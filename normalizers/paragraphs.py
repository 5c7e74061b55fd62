"""Printed lines of running text as paragraphs, and the marks of lists at their beginnings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from normalizers.tokens import is_capital_text


def paragraphs_of(lines: Sequence[str]) -> list[list[int]]:
    """Printed lines grouped to paragraphs (line numbers): an empty line, a list mark or a heading
    starts anew, the end of a sentence at a line's end ends one."""
    out: list[list[int]] = []
    size = 0
    fresh = True
    for number, line in enumerate(lines):
        text = line.strip()
        if not text:
            fresh = True
            continue
        if fresh or size > 400 or _FRESH.match(text):
            out.append([])
            size = 0
        out[-1].append(number)
        size += len(text)
        fresh = text.endswith((".", ";", ":")) or is_capital_text(text)
    return out


def list_marks(lines: Sequence[str], groups: Sequence[Sequence[int]]) -> dict[int, str]:
    """The marks "d)" and "đ)" of lines that begin paragraphs, by line: OCR reads both as "d)", but
    one stands after "c)" and the other after "d)". So does "¢)" after "b)"."""
    out: dict[int, str] = {}
    before = ""
    for first in (group[0] for group in groups):
        chunk = lines[first].split()[0]
        mark = _MARK.fullmatch(chunk)
        if mark is None:
            continue
        letter = mark[1]
        if letter in "dđ" and before in ("c", "d"):
            letter = "d" if before == "c" else "đ"
            out[first] = letter + mark[2]
        elif letter in "¢cé" and before == "b":
            letter = "c"
            out[first] = letter + mark[2]
        before = letter
    return out


_MARK = re.compile(r"([a-zđ¢é])([).])")
_FRESH = re.compile(r"[-+*•|]|\d{1,2}[.)]|[IVX]+\.|[a-zđ¢é]\)")
