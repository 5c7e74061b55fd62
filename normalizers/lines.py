"""Folding the printed lines of one cell into running text."""

from __future__ import annotations

import re

from normalizers.folding import nfc

_NUMBER_DASH = re.compile(r"\d[-–]$")
_CODE_DASH_BELOW = re.compile(r"^[-–][A-ZĐ]{2,}")
_CODE_END = re.compile(r"(?:^|[\s(])\d+[a-z]?/[A-ZĐ\d&/-]*$")
_OPEN_END = ("/", "(", "[", "“")
_CLOSED_START = (",", ".", ";", ":", ")", "]", "%", "!", "?", "”")


def join_lines(text: str) -> str:
    """Printed lines as a reader joins them: NFC, one space between words, none at the ends.

    A line break is a space, but not inside a range of numbers ("Năm 2026-⏎2030") or a document's
    number ("327/QĐ-⏎UBND"), after an opening bracket or a slash, nor before closing punctuation (an
    ellipsis after a comma or semicolon stands apart).
    """
    joined = ""
    for line in nfc(text).split("\n"):
        line = " ".join(line.split())
        if line and joined:
            joined += "" if _belong_together(joined, line) else " "
        joined += line
    return joined


def _belong_together(above: str, below: str) -> bool:
    """Whether the end of one printed line and the start of the next make one word."""
    if above.endswith((",", ";")) and below.startswith(("...", "…")):
        return False
    if above.endswith(_OPEN_END) or below.startswith(_CLOSED_START):
        return True
    if below.startswith("/"):
        return above[-1].isdigit()
    if _NUMBER_DASH.search(above):
        return below[0].isdigit() or below[0].isupper()
    if above.endswith("-") and _is_code(above.split()[-1][:-1].lstrip("(")):
        return below[0].isupper() or below[0].isdigit()
    return bool(_CODE_END.search(above) and _CODE_DASH_BELOW.match(below))


def _is_code(word: str) -> bool:
    """Whether a word is a piece of a document's number ("327/QĐ", "BCVT&CĐS")."""
    letters = [letter for letter in word if letter.isalpha()]
    return "/" in word or (len(letters) > 1 and all(map(str.isupper, letters)))
