"""Mend what a cell lost with what the document's own running text says.

The body of a plan states most tasks of its appendices in nearly the same words, on lines that OCR
read better than the narrow columns of a table. Where a doubtful stretch of a cell stands between
words that a passage of the body has too, in the same order, and its ink is not unlike the
passage's, the passage's words are taken; shreds that the passage does not have are dropped. Words
that were read well always stay: a cell may differ from the body on purpose.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold

ALIKE = 72.0  # least share (0-100) of a cell's letters that a passage must have in order
LENGTH = 0.6  # of a cell's letters that a passage must have at least
SHORTEST = 20  # letters of a cell that can be told among passages
ANCHOR = 2  # words that cell and passage must share on one side; on the other one is enough
INK = 0.34  # least likeness (0-1) between doubtful ink and the words that replace it
LONGEST = 12  # words that one mend may bring in
SHRED = 3  # letters of a doubtful word that may simply be dropped


@dataclass(frozen=True, slots=True)
class Word:
    """One token of a cell: its ink, its reading, and whether the reading is in doubt."""

    printed: str
    text: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Mend:
    """Words ``first:end`` of the cell are read as ``text`` ("" drops them)."""

    first: int
    end: int
    text: str


class Passages:
    """The passages of a document's running text, ready to be compared with cells."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = [text.split() for text in texts]
        self._letters = [_letters(text) for text in texts]

    def mends(self, words: Sequence[Word]) -> tuple[Mend, ...]:
        """What the best passage mends in a cell; empty where none is like it."""
        if not self._letters or not any(word.doubtful for word in words):
            return ()
        letters = _letters(" ".join(word.text for word in words))
        if len(letters) < SHORTEST:
            return ()
        # a short passage is like a part of any cell: only those of a cell's own length count
        long = [i for i, known in enumerate(self._letters) if len(known) >= LENGTH * len(letters)]
        best = process.extractOne(
            letters,
            {i: self._letters[i] for i in long},
            scorer=fuzz.partial_ratio,
            score_cutoff=ALIKE,
        )
        return _mends(words, self._words[best[2]]) if best is not None else ()


def _mends(words: Sequence[Word], passage: Sequence[str]) -> tuple[Mend, ...]:
    cell_keys = [_key(word.text) for word in words]
    body_keys = [_key(word) for word in passage]
    matcher = difflib.SequenceMatcher(a=cell_keys, b=body_keys, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    found: list[Mend] = []
    for left, right in itertools.pairwise(blocks):
        first, end = left.a + left.size, right.a
        start, stop = left.b + left.size, right.b
        if first == end or max(left.size, right.size) < ANCHOR:
            continue
        lost = words[first:end]
        if not _mostly_doubtful(lost) or stop - start > LONGEST:
            continue
        ink = _letters("".join(word.printed for word in lost))
        said = _letters("".join(passage[start:stop]))
        if start == stop:
            if min(left.size, right.size) >= ANCHOR and all(
                len(_letters(word.printed)) <= SHRED for word in lost
            ):
                found.append(Mend(first, end, ""))
        elif Levenshtein.normalized_similarity(ink, said) >= INK:
            found.append(Mend(first, end, " ".join(passage[start:stop])))
    return tuple(found)


def _mostly_doubtful(words: Sequence[Word]) -> bool:
    letters = [(len(_letters(word.printed)), word.doubtful) for word in words]
    doubted = sum(count for count, doubtful in letters if doubtful)
    return doubted >= 0.6 * sum(count for count, _ in letters)


def _key(word: str) -> str:
    return word.strip(".,;:!?()“”\"'").lower()


def _letters(text: str) -> str:
    return "".join(ch for ch in fold(text) if ch.isalnum())
