"""Capitals: a repaired word gets the case pattern that the damaged token shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from unidecode import unidecode

from normalizers.tokens import is_syllable, keeps_case

# Capitals that look like their small letters, and the digits that look like either.
ALIKE = frozenset("COSVXZWUKPÓÒÔŐÖÚÙÜ06")

UNSURE = frozenset("acklosuvwxz")
"""Small letters that OCR takes for capitals at least as often as once in 2,000 times."""
OPENING = frozenset("-+*•–—(\"“‘'«[")
"""What stands before a beginning: the mark of a list, a quotation's, a bracket's."""
SMALL_WORDS = Path(__file__).parent / "models" / "small_words.txt"
SMALL_PAIRS = Path(__file__).parent / "models" / "small_pairs.txt"


def shouted(chunks: Sequence[str]) -> list[bool]:
    """For each chunk whether it stands in capitals: it, and a word near it, are set so.

    One short chunk alone says little: OCR reads ``Bộ`` as ``BO`` and ``Số`` as ``SO``. Acronyms say
    nothing about their neighbours.
    """
    marks = [_is_loud(chunk) for chunk in chunks]
    if True not in marks:
        return [False] * len(marks)
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


@lru_cache(maxsize=100_000)
def _is_loud(chunk: str) -> bool | None:
    """Whether a chunk by itself stands in capitals; None where it cannot tell."""
    letters = [sign for sign in chunk if sign.isalpha()]
    bare = "".join(letters)
    if len(letters) < 2 or (bare.isupper() and bare.isascii() and not is_syllable(bare)):
        return None
    share = sum(x.isupper() for x in letters) / len(letters)
    return None if 0.5 < share <= 0.7 else share > 0.7  # "CHi", "ViET": a mark misread, or not


@lru_cache(maxsize=100_000)
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
        letters = "".join(sign for sign in seen if sign.isalnum())
        if not initial and len(letters) > 1 and ALIKE.issuperset(letters):
            return word  # "CO quan": small letters with nothing tall beside them
        plain = len(seen) > 2 and seen.isalpha() and not ALIKE & set(seen)
        if (plain and unidecode(word).upper() == seen) or (len(seen) > 1 and word.upper() == seen):
            return seen  # "LAN": an acronym that happens to spell a syllable
        if first == "I" and word[0] == "l" and not initial:
            return word
        return word[0].upper() + word[1:]
    if initial and first in "b1" and word[0] == "đ":
        return word[0].upper() + word[1:]
    return word


@lru_cache(maxsize=1)
def small_words() -> frozenset[str]:
    """Words with a marked vowel in front that are in small letters but where a sentence begins:
    OCR takes such a vowel for a capital more often than one is printed there."""
    return frozenset(SMALL_WORDS.read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def small_pairs() -> frozenset[str]:
    """Pairs of words, a space between, whose second is in small letters behind the first, but where
    all is in capitals."""
    return frozenset(SMALL_PAIRS.read_text(encoding="utf-8").splitlines())


@lru_cache(maxsize=100_000)
def unsure_case(seen: str, word: str) -> bool:
    """Whether the first sign of ``seen`` tells little of the case of the word that it stands for:
    a letter that looks alike small and tall, or another letter than the word's."""
    first = unidecode(seen[:1]).lower()
    return first in UNSURE or first != unidecode(word[:1]).lower()


@lru_cache(maxsize=100_000)
def begins_tall(word: str) -> bool:
    """Whether a word begins with a vowel under a mark, as tall as a capital (án, Ứng, not đơn)."""
    return word[:1].isalpha() and len(unicodedata.normalize("NFD", word[:1])) > 1
