"""Titles of group rows over several printed lines, in damaged tables.

A title that spans the table's columns takes two or three lines; its code stands in the middle of
them, as row numbers do, and OCR reads it at the head of the second line or between two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors._tangled_lines import split_tokens
from extractors.tangled import TangledRow

CAPITALS = 0.75  # share of a title's letters
FULL_LINE = 0.6  # of the table's longest line: a title that wraps has filled its first one
SHREDS = 0.6  # share of short tokens in a line that OCR made between two printed lines

# alone in its cell, where "I" and "II" are no rows' numbers for being misread
_CODE_ALONE = re.compile(r"[IVXl|]{1,5}[.:]?")
_CODE = re.compile(r"(?=.*[VX]|III)[IVX]{1,5}\.?")  # "I" and "II" may be 1 and 11
_RULES = "|¦_"


def codes_first(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a page with the code of a title before its first line, not amid it."""
    found = list(lines)
    widest = max(map(len, found), default=0)
    for index in range(1, len(found) - 1):
        above, below = found[index - 1], found[index + 1]
        code, _, rest = found[index].lstrip(_RULES + " ").partition(" ")
        rest = rest.lstrip(_RULES + " ")
        if not _CODE.fullmatch(code) or len(above) < FULL_LINE * widest or not above[0].isupper():
            continue
        if _CODE.fullmatch(above.split()[0]) or any(t.bar_before for t in split_tokens(above)):
            continue
        if _is_shredded(rest) and below[:1].islower():
            found[index - 1], found[index] = f"{code} {above}", ""
        elif rest[:1].islower():
            found[index - 1], found[index] = f"{code} {above}", rest
    kept = [line for line, old in zip(found, lines, strict=True) if line or not old]
    return tuple(kept)


def codes_joined(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a page with a code that was read as a block of its own, between blank lines, at
    the head of the block below it."""
    found = list(lines)
    for index in range(len(found) - 2):
        alone = (index == 0 or not found[index - 1]) and not found[index + 1]
        title = found[index + 2]
        if alone and _CODE_ALONE.fullmatch(found[index]) and title[:1].isupper():
            found[index], found[index + 2] = "", f"{found[index]} {title}"
    return tuple(found)


def _is_shredded(text: str) -> bool:
    words = text.split()
    return sum(len(word) < 3 for word in words) >= SHREDS * len(words)


def titles_joined(rows: Sequence[TangledRow]) -> tuple[TangledRow, ...]:
    """The rows with a title in capitals that goes on in a second line as one group row."""
    found: list[TangledRow] = []
    for row in rows:
        before = found[-1] if found else None
        if before is not None and before.group and row.group and _goes_on(before, row):
            title = (*before.cells[1], *row.cells[1])
            found[-1] = replace(before, cells=(before.cells[0], title), last_line=row.last_line)
        else:
            found.append(row)
    return tuple(found)


def _goes_on(above: TangledRow, below: TangledRow) -> bool:
    code = "".join(fragment.text for fragment in below.cells[0])
    return not code and are_capitals(above) and are_capitals(below)


def are_capitals(row: TangledRow) -> bool:
    """Whether the title of a group row is in capitals; a few damaged letters do not matter."""
    letters = [letter for line in row.cells[1] for letter in line.text if letter.isalpha()]
    return bool(letters) and sum(map(str.isupper, letters)) >= CAPITALS * len(letters)
