"""Words that OCR glued together: "vilién quan" is "vị liên quan", "dambao" is "đảm bảo".

A space was lost where a token reads badly as one word and well as two or more that follow each
other. Its letters must fall apart into the plain shapes of common words
(:func:`normalizers.channel.skeleton`); each piece is then read through the channel, and the
language model says how well the words go together. How often a space is lost was counted in damage
pairs. What damage pairs know as one word's damage is left whole.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from normalizers.channel import Channel, skeleton
from normalizers.language_model import STEP, UNSEEN, LanguageModel
from normalizers.tokens import CLASSES, is_syllable

LOST = math.log(0.004)  # a space that is not seen: 530 of 137,000 in training damage
COMMON = -11.5  # log P of the commonest word of a shape that a piece may have
SHORTEST = 4  # letters of a token that may be several words
LONGEST = 28
LONGEST_PIECE = 9
MEAN_PIECE = 2.5  # letters; foreign names fall into shorter ones
MOST = 6  # words
READINGS = 8  # of a piece, weighed with their neighbours
OFTEN = 2  # times that a word was read as a piece in damage pairs
WAYS = 3  # to part a token, that are weighed
AGAINST_ONE = -3.0  # nats by which the words together may be less likely than one word
AGAINST_UNKNOWN = -7.0  # and than a word that the model does not know;
AGAINST_FOREIGN = -3.5  # where plain letters may be such a word ("chatbot", "landing")
UNKNOWN_LETTER = -2.1  # log P of one, a letter,
UNKNOWN_SIGN = -5.0  # or a sign that is no plain letter
UNKNOWN = -2.0

Scored = Mapping[str, tuple[np.ndarray, np.ndarray]]


class Parter:
    """Knows into which pieces a token may fall apart."""

    def __init__(self, language: LanguageModel, channel: Channel) -> None:
        self.language = language
        self.shapes: dict[str, float] = {}
        for number in channel.candidates_for.tolist():
            word = language.words[number]
            common = float(language.unigram[number])
            if common > COMMON and word.islower() and is_syllable(word):
                shape = skeleton(word)
                self.shapes[shape] = max(common, self.shapes.get(shape, COMMON))
        self.pieces = self._pieces(channel)
        self.known = channel.shapes
        self.seen = channel.evidence.counts

    def _pieces(self, channel: Channel) -> dict[str, float]:
        """What common words were often read as, whatever its shape ("ludng" for *lượng*), and log P
        of the likeliest such word and of its being read so."""
        evidence = channel.evidence
        out: dict[str, float] = {}
        for seen, words in evidence.counts.items():
            if len(seen) < 2:
                continue
            for number, count in words.items():
                common = float(self.language.unigram[number])
                if count >= OFTEN and common > COMMON and number >= len(CLASSES):
                    merit = common + math.log(count / evidence.totals[number])
                    out[seen] = max(merit, out.get(seen, -math.inf))
        return out

    def ways(self, token: str) -> list[tuple[str, ...]]:
        """The likeliest ways to part a token, by shapes and commonness alone; none for a token
        that has the shape of a word."""
        if token in self.seen or not SHORTEST <= len(token) <= LONGEST:
            return []
        letters = [_shape(sign) for sign in token]
        whole = "".join(letters)
        if whole in self.known or len(whole) < SHORTEST:
            return []
        size = len(token)
        most = min(MOST, int(size / MEAN_PIECE))
        best: list[list[tuple[float, tuple[int, ...]]]] = [[] for _ in range(size + 1)]
        best[0] = [(0.0, (0,))]
        for end in range(1, size + 1):
            found: list[tuple[float, tuple[int, ...]]] = []
            for start in range(max(0, end - LONGEST_PIECE), end):
                if not best[start]:
                    continue
                common = self.shapes.get("".join(letters[start:end]))
                if common is None:
                    common = self.pieces.get(token[start:end])
                if common is not None:
                    found += [
                        (merit + common, (*cuts, end))
                        for merit, cuts in best[start]
                        if len(cuts) <= most
                    ]
            best[end] = sorted(found, reverse=True)[:WAYS]
        return [
            tuple(token[a:b] for a, b in itertools.pairwise(cuts))
            for _, cuts in best[size]
            if len(cuts) > 2 and min(b - a for a, b in itertools.pairwise(cuts)) > 1
        ]

    def parted(self, token: str, ways: Sequence[Sequence[str]], scored: Scored) -> tuple[str, ...]:
        """The pieces of a token; itself alone if it is no words glued together. ``scored`` holds
        the candidates of it and of the pieces of its ways, likeliest first."""
        merit, best = max((self._merit(way, scored), tuple(way)) for way in ways)
        numbers, logs = scored[token]
        one = float((logs + self.language.unigram[numbers]).max(initial=-math.inf))
        odd = sum(not (sign.isalpha() and sign.isascii()) for sign in token)
        unknown = UNKNOWN + UNKNOWN_LETTER * len(token) + UNKNOWN_SIGN * odd
        least = AGAINST_UNKNOWN if odd else AGAINST_FOREIGN
        if merit - one > AGAINST_ONE and merit - unknown > least:
            return best
        return (token,)

    def _merit(self, pieces: Sequence[str], scored: Scored) -> float:
        """Log P(pieces, words) of the best words of the pieces, lost spaces included."""
        language = self.language
        before, total = np.zeros(0, np.int64), np.zeros(0)
        for piece in pieces:
            numbers, logs = (found[:READINGS] for found in scored[piece])
            if not len(numbers):
                return -math.inf
            if len(before):
                levels = language.bigrams.grid(before, numbers, len(language.words))
                unseen = language.unigram_backoff[before][:, None] + language.unigram[numbers]
                follow = np.where(levels < UNSEEN, -STEP * levels, unseen)
                total = (total[:, None] + follow).max(axis=0) + logs + LOST
            else:
                total = logs + language.unigram[numbers]
            before = numbers
        return float(total.max())


@lru_cache(maxsize=4096)
def _shape(sign: str) -> str:
    return skeleton(sign)
