"""Words that an OCR of whole Vietnamese read as others: what was printed instead, and how likely.

Good OCR errs in single marks and in letters of one shape: "triến" for "triển", "đữ" for "dữ", "hộ"
for "bộ", "loT" for "IoT". For each word that its neighbours do not expect, the likeliest other
reading is weighed against it: the language model from both sides, and what such a misreading costs.
The odds serve twice: large ones mend the word, and moderate ones say that its cell is doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from normalizers.language_model import LanguageModel
from normalizers.tokens import CLASSES, is_syllable, keeps_case, lm_word, tokenize_chunk
from normalizers.twins import _base, _marks

MARK, MARKS, LETTER, STROKE = 5.0, 9.0, 7.5, 1.0
"""Nats against one other mark, two, another letter, and "l" for "I"."""
UNKNOWN, UNKNOWN_LETTER = 2.0, 2.1
"""Nats against a word that the model does not know, and for each of its letters."""
RARE = -13.5
"""Unigram log probability that another reading needs."""
LEAST = -8.0
"""Log odds of other readings that nobody asks for."""
EXPECTED = -3.0
"""A word likelier than this (log), and its follower too, is left alone."""
SET_PHRASE, EXPECTED_HERE, CAPITAL_SLIP = -3.0, -0.5, 3.0
"""Log probability of a word whose capital is a slip: after the word before it alone, and after all
that stands before it; and the log odds of the slip."""
STRANGE_ACRONYM = -1.0
"""Log odds that tell an acronym which the model does not know; no other reading is given."""
_SAME_SHAPE = frozenset("CSUƯVXOÔƠ")
STRANGE = -5.0
"""Two words that are both less likely than this (log) are reread together."""
_LIKE = ("bh", "nu", "lt", "il", "ce", "co", "rt", "vy", "ft", "gq", "mn", "ao")
_STROKES = str.maketrans("lI1|!", "iiiii")
_MOST_TEXTS = 20_000
_WORD_PARTS = re.compile(r"([/\-–—+(),;:…]+\.*|\.{2,})")


_Place = tuple[int, str]
"""The chunk of a text that a word stands in, and the word."""


@dataclass(frozen=True, slots=True)
class Misread:
    """Another reading of one word: the chunk of the text it stands in (from 0), the word as read,
    the other ("" where the word is unknown and none is near), and the log odds that it is right.
    """

    position: int
    source: str
    word: str
    odds: float


class Rereader:
    """Weighs other readings of words; one for a language model."""

    def __init__(self, language: LanguageModel) -> None:
        self.language = language
        self._by_base: dict[str, list[str]] = {}
        self._terms: dict[str, str] = {}
        for number, word in enumerate(language.words):
            if word.startswith("<") or not word.isalpha() or language.unigram[number] < RARE:
                continue
            if keeps_case(word):
                if set(word) & set("I") and word not in self._terms.values():
                    self._terms.setdefault(word.translate(_STROKES).lower(), word)
            elif is_syllable(word):
                self._by_base.setdefault(_base(word), []).append(word)
        self._read: dict[str, tuple[Misread, ...]] = {}
        self._near: dict[str, tuple[tuple[str, float], ...]] = {}

    def others(self, word: str) -> tuple[tuple[str, float], ...]:
        """Words that may be read as this one, each with its cost in nats."""
        known = self._near.get(word)
        if known is None:
            found: dict[str, float] = {}
            low = word.lower()
            shape, base = _marks(low), _base(low)
            for other in self._by_base.get(base, ()):
                apart = Levenshtein.distance(shape, _marks(other))
                if 1 <= apart <= 2:
                    found[other] = MARK if apart == 1 else MARKS
            for at, letter in enumerate(base):
                for pair in _LIKE:
                    if letter in pair:
                        put = pair[1 - pair.index(letter)]
                        for other in self._by_base.get(base[:at] + put + base[at + 1 :], ()):
                            apart = Levenshtein.distance(shape, _marks(other))
                            if apart == 1:
                                found.setdefault(other, LETTER)
            term = self._terms.get(word.translate(_STROKES).lower())
            stroked = word[:1] == "l" or (word != low and bool(set(word) & set("l1|!")))
            if term and term != word and stroked:
                found[term] = STROKE
            known = self._near[word] = tuple(found.items())
        return known

    def misreads(self, text: str, least: float) -> tuple[Misread, ...]:
        """Other readings of a text's words whose log odds are at least so; none is nearer to being
        right than :data:`LEAST`.
        """
        known = self._read.get(text)
        if known is None:
            if len(self._read) > _MOST_TEXTS:
                self._read.clear()
            known = self._read[text] = tuple(self._weighed(*self._taken_apart(text)))
        return tuple(one for one in known if one.odds >= least)

    def _taken_apart(self, text: str) -> tuple[list[int], list[_Place]]:
        """The numbers of a text's words, a boundary last; the place of each, "" where it is none
        that could be read otherwise."""
        language = self.language
        words: list[int] = []
        places: list[_Place] = []
        for at, chunk in enumerate(text.split()):
            token = tokenize_chunk(chunk)
            if token.kind == "mark":
                continue
            if token.kind != "word":
                words.append(language.number if token.kind == "number" else language.code)
                places.append((at, ""))
            else:
                for piece in _WORD_PARTS.split(token.core):
                    if any(sign.isalpha() for sign in piece):
                        words.append(language.number_of(lm_word(piece)))
                        places.append((at, piece))
            if token.ends_sentence:
                words.append(language.boundary)
                places.append((at, ""))
        return [*words, language.boundary], places

    def _weighed(self, words: list[int], places: Sequence[_Place]) -> Iterator[Misread]:
        language = self.language
        for index, (at, piece) in enumerate(places):
            if not piece:
                continue
            number = words[index]
            strange = number == language.unknown
            scored = self._around(words, index, number)
            slip = self._is_capital_slip(places, index) and self._sets_phrase(words, index)
            if slip and scored[0] > EXPECTED_HERE:
                yield Misread(at, piece, piece.lower(), CAPITAL_SLIP)
                continue
            if not strange and number != language.acronym and min(scored) > EXPECTED:
                continue
            seen = sum(scored)
            if strange:
                seen -= UNKNOWN + UNKNOWN_LETTER * len(piece)
            elif number < len(CLASSES):
                seen -= UNKNOWN
            best = Misread(at, piece, "", LEAST)
            doubly = scored[0] < STRANGE and scored[1] < STRANGE
            for other, cost in self.others(piece):
                number = language.number_of(other)
                odds = sum(self._around(words, index, number)) - cost - seen
                if doubly:
                    odds = max(odds, self._with_next(words, places, index, number) - cost)
                if odds > best.odds:
                    best = Misread(at, piece, other, odds)
            if best.word and best.odds > 0:  # its neighbours are read beside it
                words[index] = language.number_of(best.word)
            if best.word:
                yield best
            elif strange:
                yield Misread(at, piece, "", 0.0)
            elif number == language.acronym:
                yield Misread(at, piece, "", STRANGE_ACRONYM)

    def _sets_phrase(self, words: Sequence[int], at: int) -> bool:
        """Whether a word often follows the one before it, whatever that follows."""
        none = self.language.unknown
        return self.language.log_prob(none, none, words[at - 1], words[at]) > SET_PHRASE

    @staticmethod
    def _is_capital_slip(places: Sequence[_Place], index: int) -> bool:
        """Whether a word in the middle of a phrase has a capital that is but a large small letter:
        "đơn Vị", "dịch VỤ".
        """
        at, piece = places[index]
        before, word = places[index - 1] if index else (at, "")
        return (
            piece[0] in _SAME_SHAPE
            and is_syllable(piece)
            and len(piece) == 2
            and before == at - 1
            and word.islower()
        )

    def _with_next(self, words: list[int], places: Sequence[_Place], at: int, number: int) -> float:
        """Log odds of a word at this place together with the best other reading of the next one."""
        piece = places[at + 1][1] if at + 1 < len(places) else ""
        if not piece:
            return -99.0
        plain = self._stretch(words, at, (words[at], words[at + 1]))
        return max(
            (
                self._stretch(words, at, (number, self.language.number_of(other))) - cost - plain
                for other, cost in self.others(piece)
                if cost <= MARK
            ),
            default=-99.0,
        )

    def _stretch(self, words: Sequence[int], at: int, put: tuple[int, int]) -> float:
        """Log probability of two words at a place and of the two after them."""
        b = self.language.boundary
        row = [*(words[i] if i >= 0 else b for i in range(at - 3, at)), *put]
        row += words[at + 2 : at + 4]
        return sum(
            self.language.log_prob(row[i - 3], row[i - 2], row[i - 1], row[i])
            for i in range(3, len(row))
        )

    def _around(self, words: Sequence[int], at: int, number: int) -> list[float]:
        """Log probabilities of a word at this place and of the words after it that it bears on."""
        b = self.language.boundary
        row = [*(words[i] if i >= 0 else b for i in range(at - 3, at)), number]
        row += words[at + 1 : at + 3]
        return [
            self.language.log_prob(row[i - 3], row[i - 2], row[i - 1], row[i])
            for i in range(3, len(row))
        ]


@lru_cache(maxsize=2)
def rereader(language: LanguageModel) -> Rereader:
    """The rereader of a language model; built once."""
    return Rereader(language)
