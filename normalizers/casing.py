"""Capitals: a repaired word gets the case pattern that the damaged token shows."""

from __future__ import annotations

from collections.abc import Sequence

from normalizers.tokens import keeps_case


def shouted(chunks: Sequence[str]) -> list[bool]:
    """For each chunk whether it stands in capitals: it, and a word near it, are set so.

    One short chunk alone says little: OCR reads ``Bộ`` as ``BO`` and ``Số`` as ``SO``.
    """
    marks: list[bool | None] = []
    for chunk in chunks:
        letters = [sign for sign in chunk if sign.isalpha()]
        if len(letters) < 2:
            marks.append(None)
        else:
            marks.append(sum(x.isupper() for x in letters) > 0.7 * len(letters))
    out = []
    for at, mark in enumerate(marks):
        before = [m for m in marks[max(0, at - 3) : at] if m is not None][-2:]
        after = [m for m in marks[at + 1 : at + 4] if m is not None][:2]
        around = before + after
        if mark is None:
            out.append(bool(around) and all(around))
        elif mark:
            out.append(any(around) or not around)
        else:
            out.append(False)
    return out


def cased(word: str, seen: str, capitals: bool, initial: bool) -> str:
    """``word`` (lower case, or a term with its own capitals) in the case of ``seen``.

    ``capitals``: the token is part of a text in capitals. ``initial``: it begins a sentence.
    """
    if keeps_case(word):
        return word
    if capitals:
        return word.upper()
    first = next((sign for sign in seen if sign.isalnum()), seen[0])
    if first.isupper():
        if first == "I" and word[0] == "l" and not initial:
            return word
        return word[0].upper() + word[1:]
    if initial and first in "b1" and word[0] == "đ":
        return word[0].upper() + word[1:]
    return word
