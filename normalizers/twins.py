"""Proofreading whole Vietnamese: real-word slips mended only on overwhelming evidence.

A slip is a word that is a good word in the wrong place: "đối mới" for "đổi mới", "Phần đầu đến
năm 2030" for "Phấn đấu đến năm 2030". Its near twin has the same letters and differs in one mark
(tone, hat, horn, bar). A twin is taken only if the language model, from the words before and after,
finds the text with it more likely by a very large factor, or by a large one and the second opinion
(:mod:`normalizers.context_model`), which sees both sides of the place, agrees; and names (two
capitals in a row) are never touched.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import Levenshtein

from normalizers.context_model import SIGHT, ContextModel
from normalizers.language_model import STEP, LanguageModel
from normalizers.tokens import CLASSES, is_syllable

SINGLE = 11.0  # nats by which one changed word must make the text likelier
TOGETHER = 16.0  # or both opinions, in text that a writer wrote, this many,
LEAST_FIRST = 6.0  # this many of them the first
LEAST_SECOND = 2.0  # and this many the second
PAIR = 12.0  # the same for two neighbours changed together
SIDE = -0.7  # neither side of the word may speak against the twin by more than this
COLLOCATION = -2.5  # log P(second | first) that a pair needs to count as a set phrase
SUSPICIOUS = -5.0  # a word is looked at only if it or its follower is less likely than this
COMMON = -12.0  # unigram log probability that a twin needs

# Slips that recur in plans and that counts alone cannot settle: the printed phrase, the right first
# word, and the words before it with which the print is a compound and right ("kết hợp trực tuyến").
_JOINED = frozenset(
    [
        "kết",
        "phối",
        "tích",
        "tổng",
        "phù",
        "liên",
        "trường",
        "thích",
        "hội",
        "hòa",
        "tập",
        "hỗn",
        "tổ",
        "đồng",
        "hiệp",
        "phức",
        "hóa",
        "quang",
    ]
)
KNOWN_SLIPS: tuple[tuple[tuple[str, ...], str, frozenset[str]], ...] = (
    (("hợp", "trực", "tuyến"), "họp", _JOINED),
    (("thế", "chế"), "thể", frozenset()),
)
KNOWN_GAIN = 8.0


@dataclass(frozen=True, slots=True)
class Slip:
    """A word to change: its place, the twin's number, the nats gained."""

    position: int
    word: int
    gain: float


@lru_cache(maxsize=100_000)
def _marks(word: str) -> str:
    return unicodedata.normalize("NFD", word).replace("đ", "d\u0335")


@lru_cache(maxsize=100_000)
def _base(word: str) -> str:
    return "".join(sign for sign in _marks(word) if not unicodedata.combining(sign))


class Proofreader:
    """Finds slips in sequences of word numbers."""

    def __init__(self, language: LanguageModel, context: ContextModel) -> None:
        self.language = language
        self.context = context
        by_base: dict[str, list[int]] = {}
        for number, word in enumerate(language.words):
            common = language.unigram[number] > COMMON
            if common and word.isalpha() and word.islower() and is_syllable(word):
                by_base.setdefault(_base(word), []).append(number)
        self._by_base = by_base
        self._twins: dict[int, list[int]] = {}
        self._pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def twins(self, number: int) -> list[int]:
        """Common words with the same letters and one mark more, less or other."""
        known = self._twins.get(number)
        if known is None:
            word = self.language.words[number]
            shape = _marks(word)
            known = self._twins[number] = [
                other
                for other in self._by_base.get(_base(word), ())
                if other != number
                and Levenshtein.distance(shape, _marks(self.language.words[other])) == 1
            ]
        return known

    def set_phrases(self, first: int, second: int) -> list[tuple[int, int]]:
        """Pairs of twins of both words that make a set phrase."""
        known = self._pairs.get((first, second))
        if known is None:
            grid = [(a, b) for a in self.twins(first) for b in self.twins(second)]
            known = []
            if grid:
                keys = np.array([a << 16 | b for a, b in grid], np.uint64)
                table = self.language.bigrams
                entry = table.find(keys)
                logs = np.where(entry >= 0, -STEP * table.logs[np.maximum(entry, 0)], -99.0)
                known = [pair for pair, log in zip(grid, logs, strict=True) if log > COLLOCATION]
            self._pairs[first, second] = known
        return known

    def _window(self, words: list[int], at: int, size: int) -> tuple[float, float]:
        """Log probability of the words ``at..at+size-1`` and of the three that follow."""
        b = self.language.boundary
        log_prob = self.language.log_prob
        inner = outer = 0.0
        for i in range(at, min(at + size + 3, len(words))):
            p = log_prob(
                words[i - 3] if i > 2 else b,
                words[i - 2] if i > 1 else b,
                words[i - 1] if i > 0 else b,
                words[i],
            )
            if i < at + size:
                inner += p
            else:
                outer += p
        return inner, outer

    def _known_slip(self, words: list[int], at: int) -> Slip | None:
        """A slip of ``KNOWN_SLIPS`` that stands at this place."""
        name = self.language.words
        for phrase, right, compounds in KNOWN_SLIPS:
            stands = tuple(name[word] for word in words[at : at + len(phrase)]) == phrase
            if stands and not (at and name[words[at - 1]] in compounds):
                return Slip(at, self.language.number_of(right), KNOWN_GAIN)
        return None

    def _agreed(self, words: list[int], at: int, gain: float, *twins: int) -> bool:
        """Whether what twins gain by the first opinion is enough as the second agrees."""
        if gain <= LEAST_FIRST:
            return False
        more = self._second(words, at, *twins)
        return more > LEAST_SECOND and gain + more > TOGETHER

    def _second(self, words: list[int], at: int, *twins: int) -> float:
        """Nats by which the second opinion prefers twins to the words from this place on."""
        edge = [self.language.boundary] * SIGHT
        mended = [*edge, *words[:at], *twins, *words[at + len(twins) :], *edge]
        centres = range(at + SIGHT, at + SIGHT + len(twins))
        windows = [mended[i - SIGHT : i] + mended[i + 1 : i + SIGHT + 1] for i in centres]
        views = self.context.views(np.array(windows, np.int64))
        which = np.arange(len(twins))
        here, there = (
            self.context.merits(views, which, np.array(some, np.int64), self.language.unigram)
            for some in (words[at : at + len(twins)], twins)
        )
        return float((there - here).sum())

    def slips(self, words: list[int], fixed: list[bool], ease: float = 0.0) -> list[Slip]:
        """Slips in one sequence; ``fixed`` words (names, codes, terms) are left alone.

        ``ease``: nats less than usual are enough, for text that a machine has read.
        """
        out: list[Slip] = []
        at = 0
        language = self.language
        while at < len(words):
            if fixed[at] or words[at] < len(CLASSES):
                at += 1
                continue
            known = self._known_slip(words, at)
            if known is not None:
                words = [*words[:at], known.word, *words[at + 1 :]]
                out.append(known)
                at += 1
                continue
            inner, outer = self._window(words, at, 1)
            follows = (
                language.log_prob(
                    words[at - 2] if at > 1 else language.boundary,
                    words[at - 1] if at else language.boundary,
                    words[at],
                    words[at + 1],
                )
                if at + 1 < len(words)
                else 0.0
            )
            if inner > SUSPICIOUS and follows > SUSPICIOUS and outer > 3 * SUSPICIOUS:
                at += 1
                continue
            best: list[Slip] = []
            for twin in self.twins(words[at]):
                trial = [*words[:at], twin, *words[at + 1 :]]
                left, right = self._window(trial, at, 1)
                gain = left + right - inner - outer
                side = min(left - inner, right - outer)
                if side <= SIDE or (best and gain <= best[0].gain):
                    continue
                if gain > SINGLE - ease or (not ease and self._agreed(words, at, gain, twin)):
                    best = [Slip(at, twin, gain)]
            if (
                not best
                and at + 1 < len(words)
                and not fixed[at + 1]
                and words[at + 1] >= len(CLASSES)
            ):
                inner, outer = self._window(words, at, 2)
                for first, second in self.set_phrases(words[at], words[at + 1]):
                    trial = [*words[:at], first, second, *words[at + 2 :]]
                    left, right = self._window(trial, at, 2)
                    gain = left + right - inner - outer
                    if right - outer <= SIDE or (best and gain <= best[0].gain):
                        continue
                    sure = gain > PAIR - ease
                    if sure or (not ease and self._agreed(words, at, gain - 1, first, second)):
                        best = [Slip(at, first, gain), Slip(at + 1, second, gain)]
            if best:
                words = list(words)
                for slip in best:
                    words[slip.position] = slip.word
                out.extend(best)
            at += len(best) or 1
        return out
