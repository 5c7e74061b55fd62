"""Folding Vietnamese down to what survives bad printing, bad typing and bad reading.

``fold`` takes away case and diacritics; ``ink`` does the same character by character, so that
positions in the folded text stay positions in the text; ``words`` gives the folded words.
OCR with an English model turns Vietnamese vowels into digits and symbols ("sở" → "s0", "S¢",
"S&"); ``ink`` maps those symbols to the letter they most often stand for.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from unidecode import unidecode

# What the English OCR model prints for a Vietnamese letter, and the letter meant most often.
_SYMBOLS = {
    "¢": "e",
    "&": "o",
    "@": "o",
    "§": "s",
    "£": "e",
    "€": "e",
    "$": "s",
    "¥": "y",
    "µ": "u",
    "©": "o",
    "®": "o",
    "ø": "o",
    "ð": "d",
    "þ": "p",
    "ß": "b",
    "æ": "a",
    "ñ": "n",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
}
_WORD = re.compile(r"[a-z0-9]+")


def nfc(text: str) -> str:
    """The text in Unicode normal form C."""
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """NFC text with line breaks and runs of blanks folded to one space, none at either end."""
    return " ".join(nfc(text).split())


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    mapped = _SYMBOLS.get(character)
    if mapped is None:
        mapped = unidecode(character).lower()
    return mapped


def fold(text: str) -> str:
    """Lower case without diacritics, one space between words: ``"Sở Nội vụ" → "so noi vu"``."""
    return " ".join(unidecode(nfc(text)).lower().split())


@lru_cache(maxsize=4096)
def _ink_character(character: str) -> str:
    mapped = _fold_character(character)
    return mapped[0] if mapped else " "


def ink(text: str) -> str:
    """``text`` folded character by character: the answer has exactly as many characters.

    OCR symbols stand for their likeliest letter ("S&" → "so"); white space becomes a blank.
    """
    return "".join(_ink_character(character) for character in nfc(text))


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The folded words of ``text`` (letters and digits only), OCR symbols read as letters."""
    folded = "".join(_fold_character(character) for character in nfc(text))
    return tuple(_WORD.findall(folded))
