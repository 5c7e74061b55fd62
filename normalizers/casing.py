"""Capitals: a repaired word gets the case pattern that the damaged token shows."""

from __future__ import annotations

from normalizers.tokens import keeps_case


def cased(word: str, seen: str, capitals: bool, initial: bool) -> str:
    """``word`` (lower case, or a term with its own capitals) in the case of ``seen``.

    ``capitals``: the text is a heading set in capitals. ``initial``: the word begins a sentence.
    """
    if keeps_case(word):
        return word
    if capitals:
        return word.upper()
    letters = [letter for letter in seen if letter.isalpha()]
    if not letters:
        return word
    if len(letters) > 1 and sum(x.isupper() for x in letters) > 0.6 * len(letters):
        if len(word) > 1 and not initial and len(letters) < 2:
            return word
        return word.upper()
    first = seen[0]
    if first.isupper():
        if first == "I" and word[0] == "l" and not initial:
            return word
        return word[0].upper() + word[1:]
    if initial and first in "b1" and word[0] == "đ":
        return word[0].upper() + word[1:]
    return word
