"""Marks that OCR put where no writer does: rules of typing of Nghị định 30/2020/NĐ-CP, Phụ lục I.

Specks and the feet of rules are read as dots, colons, commas and brackets at the wrong side of a
word (":triển", "Tổ)", "sử}", "sách,,"). What cannot stand there in Vietnamese is taken away;
numbers, codes and addresses are left alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

_BRACKETS = {")": "(", "]": "["}
_HEAD = re.compile(r"^[:;,.!?'}\])|/\\]+(?=[^\W\d_]{2})")
_NEVER = str.maketrans("", "", "{}|\\")
_TWICE = re.compile(r"([,;:])[,;:]+$")
_LEFT_ALONE = re.compile(r"\d|@|://|www\.|[a-z]\.[a-z]|[A-ZĐ]{2}")


def tidy_marks(words: Sequence[str]) -> list[str]:
    """The words of a damaged cell without impossible marks; as many words as were given."""
    tidy = [word if _LEFT_ALONE.search(word) else _tidy_word(word) for word in words]
    return _without_lone_brackets(tidy)


def unasked(words: Sequence[str]) -> list[str]:
    """Damaged words without the question marks that stand amid a sentence: the hooks of letters
    ("lưu giữ? hồ sơ"), in all 21 places of dumps with truth where the words beside it were read."""
    goes_on = [word[:1].islower() for word in words[1:]]
    return [
        word[:-1] if below and word.endswith("?") and word[-2:-1].isalpha() else word
        for word, below in itertools.zip_longest(words, goes_on)
    ]


def _tidy_word(word: str) -> str:
    bare = _HEAD.sub("", word.translate(_NEVER))
    bare = _TWICE.sub(r"\1", bare)
    return bare if any(map(str.isalpha, bare)) else word


def _without_lone_brackets(words: Sequence[str]) -> list[str]:
    """The words without closing brackets amid a sentence that nothing opened. At an end they stay,
    there the one that opened was misread or lost, and so does what opens and stays open."""
    kept: list[str] = []
    open_: list[str] = []
    for word, below in itertools.zip_longest(words, words[1:], fillvalue=""):
        letters: list[str] = []
        for sign in word:
            if sign in "([":
                open_.append(sign)
            elif sign in _BRACKETS:
                amid = below[:1].islower() and word[-1] in _BRACKETS
                if not open_ and amid and word[0].isalpha() and not _is_item(word):
                    continue
                if open_:
                    open_.pop()
            letters.append(sign)
        kept.append("".join(letters))
    return kept


def _is_item(word: str) -> bool:
    """Whether a word numbers an item of a list: "a)", "đ)", "ii)"."""
    return len(word.rstrip(")")) <= 1 or word.rstrip(")").lower() in {"ii", "iii", "iv", "vi"}
