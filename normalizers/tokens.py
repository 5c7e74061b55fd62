"""Tokens: how a printed line falls apart into words, punctuation and things that are no words.

A *chunk* is what stands between two spaces. It is read as leading punctuation, a *core* and
trailing punctuation. A core is a *word* (letters, or what OCR left of them: ``S&``, ``k¥``,
``4n``), or it is protected: a numeral, a date, a document code, an address. The language model sees
words in lower case, acronyms and mixed-case terms as they stand, and classes for what is protected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["word", "number", "code", "address", "mark"]

BOUNDARY = "</s>"
NUMBER = "<num>"
CODE = "<code>"
UNKNOWN = "<unk>"
ACRONYM = "<acr>"  # an acronym that the vocabulary lacks
CLASSES = (UNKNOWN, BOUNDARY, NUMBER, CODE, ACRONYM)

LEADING = "([{\"'“”‘’«<*•+-–—|_~`.,:;=!…"
TRAILING = ".,;:!?)]}\"'“”‘’»>*|_~`…"
SENTENCE_END = frozenset(".;:!?")

_NUMBER = re.compile(r"^[<>≥≤~±+-]?\d[\d.,]*(?:%|‰)?(?:[/:x-]\d[\d.,]*%?)*%?$")
_ADDRESS = re.compile(
    r"[\w.-]+@[\w-]+\.\w|://|^www\.|\.(?:gov|com|vn|org|net|edu|html?|pdf|docx?|xlsx?)\b", re.I
)
_CODE = re.compile(r"^(?=.*[/-])(?=.*[A-ZĐ])[\w&./-]+$")
_UPPER_RUN = re.compile(r"[A-ZĐ]")


def nfc(text: str) -> str:
    """Unicode NFC: one code point a letter."""
    return unicodedata.normalize("NFC", text)


_SUSPECT = re.compile("[ðÐɖƉ\u0400-\u04ff\u00ad\u200b-\u200d\u2060\ufeff]")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_ETH = str.maketrans("ðÐɖƉ", "đĐđĐ")
_CYRILLIC = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406",
    "aeopcyxiABEKMHOPCTYXI",
)


def clean_letters(chunk: str) -> str:
    """A chunk in NFC, without invisible signs, and with Latin letters for those that only look so:
    the eth of "QÐ-TTg", the Cyrillic "а" of "bаn". Words of other scripts and tongues stay."""
    if not _SUSPECT.search(chunk):
        return nfc(chunk)
    chunk = nfc(chunk.translate(_INVISIBLE))
    barred = chunk.translate(_ETH)
    if barred != chunk:
        runs = re.findall(r"[^\W\d_]+", barred)
        if all(
            is_syllable(run) or (run.isupper() and len(run) <= 8) or keeps_case(run) for run in runs
        ):
            chunk = barred
    latin = chunk.translate(_CYRILLIC)
    if latin != chunk and not re.search("[\u0400-\u04ff]", latin):
        mixed = any(sign.isalpha() and not "\u0400" <= sign <= "\u04ff" for sign in chunk)
        chunk = latin if mixed else chunk
    return chunk


@dataclass(frozen=True, slots=True)
class Token:
    """One chunk taken apart: ``lead + core + trail`` is the chunk."""

    lead: str
    core: str
    trail: str
    kind: Kind

    @property
    def chunk(self) -> str:
        return self.lead + self.core + self.trail

    @property
    def ends_sentence(self) -> bool:
        return any(mark in SENTENCE_END for mark in self.trail)


def split_edges(chunk: str) -> tuple[str, str, str]:
    """Leading punctuation, core, trailing punctuation of a chunk."""
    start, end = 0, len(chunk)
    if chunk.endswith("./."):
        end -= 3
    while start < end and chunk[start] in LEADING:
        start += 1
    while end > start and chunk[end - 1] in TRAILING:
        end -= 1
    return chunk[:start], chunk[start:end], chunk[end:]


def is_number(core: str) -> bool:
    """Whether a core is a numeral, a percentage, a date or a ratio."""
    return bool(_NUMBER.match(core))


def is_address(core: str) -> bool:
    """Whether a core is an e-mail address, a URL or a file name."""
    return bool(_ADDRESS.search(core))


def is_code(core: str) -> bool:
    """Whether a core has the form of a document number or code: 05/KH-UBND, BC-STTTT."""
    if len(core) < 4 or not _CODE.match(core):
        return False
    capitals = len(_UPPER_RUN.findall(core))
    letters = sum(letter.isalpha() for letter in core)
    return capitals >= 2 and capitals >= 0.6 * letters


@lru_cache(maxsize=200_000)
def tokenize_chunk(chunk: str) -> Token:
    """One chunk as a token."""
    lead, core, trail = split_edges(chunk)
    if not core or not any(sign.isalnum() or sign in "&¢€¥$@©£§" for sign in core):
        return Token("", chunk, "", "mark")
    if is_number(core):
        return Token(lead, core, trail, "number")
    if is_address(core):
        return Token(lead, core, trail, "address")
    if is_code(core):
        return Token(lead, core, trail, "code")
    return Token(lead, core, trail, "word")


# Acronyms that look like Vietnamese syllables; other capitals that do are shouted words.
SYLLABLE_ACRONYMS = frozenset({"AI", "SOC", "IOC", "CA", "BOT", "GIS", "SIM", "TP", "TX", "TT"})

_MARKS = {ord(mark): None for mark in "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"}
_SYLLABLE = re.compile(
    r"^(?:b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu|q|r|s|t|th|tr|v|x)?"
    r"(?:a|ai|ao|au|ay|e|eo|eu|i|ia|ie|ieu|iu|o|oa|oai|oao|oay|oe|oeo|oi|oo|u|ua|uan|uay|ue|ui|uo"
    r"|uoi|uou|uu|uy|uya|uye|uyu|y|ya|ye|yeu)(?:c|ch|m|n|ng|nh|p|t)?$"
)


@lru_cache(maxsize=100_000)
def is_syllable(word: str) -> bool:
    """Whether a word could be a Vietnamese syllable by its letters."""
    bare = unicodedata.normalize("NFD", word.lower()).translate(_MARKS).replace("đ", "d")
    return bool(_SYLLABLE.match(bare))


@lru_cache(maxsize=100_000)
def keeps_case(word: str) -> bool:
    """Whether a word is a term with its own capitals: UBND, VNeID, SaaS (not Sở, not SỞ)."""
    if not any(letter.isupper() for letter in word[1:]):
        return False
    if word in SYLLABLE_ACRONYMS:
        return True
    if word.isupper() and (is_syllable(word) or set("IVX") >= set(word)):
        return False
    return not any(ord(letter) > 127 and letter != "Đ" for letter in word) or not is_syllable(word)


@lru_cache(maxsize=100_000)
def is_acronym(word: str) -> bool:
    """Whether a word is made of capitals and is no shouted syllable: KHĐT, R&D, 5G is not."""
    letters = word.replace("&", "")
    return len(word) > 1 and letters.isalpha() and letters.isupper() and keeps_case(word)


_NEW_STYLE = {
    old: unicodedata.normalize(
        "NFC",
        old[0] + unicodedata.normalize("NFD", old[1])[1] + unicodedata.normalize("NFD", old[1])[0],
    )
    for old in (
        "oà",
        "oá",
        "oả",
        "oã",
        "oạ",
        "oè",
        "oé",
        "oẻ",
        "oẽ",
        "oẹ",
        "uỳ",
        "uý",
        "uỷ",
        "uỹ",
        "uỵ",
    )
}


@lru_cache(maxsize=100_000)
def new_style(word: str) -> str:
    """The tone mark on the first vowel of an open pair: hoá → hóa, uỷ → ủy (quý stays)."""
    if len(word) < 2 or word[-2:] not in _NEW_STYLE or word[-3:-2] == "q":
        return word
    return word[:-2] + _NEW_STYLE[word[-2:]]


def lm_word(core: str) -> str:
    """A clean core as the language model knows it."""
    return core if keeps_case(core) else new_style(core.lower())


def is_capital_text(text: str) -> bool:
    """Whether a text is set in capitals (a heading), so that capitals say nothing about words."""
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < 6:
        return False
    return sum(letter.isupper() for letter in letters) > 0.7 * len(letters) and " " in text


@lru_cache(maxsize=400_000)
def _lm_words_of_chunk(chunk: str, capitals: bool) -> tuple[str, ...]:
    token = tokenize_chunk(chunk)
    if token.kind == "mark":
        return ()
    if token.kind == "word":
        core = token.core.lower() if capitals else token.core
        parts = [part for part in re.split(r"[/\-–—+(),;:]+", core) if part]
        words = [lm_word(part) if not part[0].isdigit() else NUMBER for part in parts]
    else:
        words = [NUMBER if token.kind == "number" else CODE]
    if token.ends_sentence:
        words.append(BOUNDARY)
    return tuple(words)


def lm_words(text: str) -> list[str]:
    """The word sequence of a clean text for the language model (no boundary at the start)."""
    capitals = is_capital_text(text)
    words: list[str] = []
    for chunk in text.split():
        words.extend(_lm_words_of_chunk(chunk, capitals))
    if words and words[-1] != BOUNDARY:
        words.append(BOUNDARY)
    return words
