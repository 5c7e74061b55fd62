"""A syllable 4-gram model in a few megabytes: hashed, quantised, memory-mapped.

Bigrams are kept exactly, word by word: ``starts[w]:starts[w+1]`` are the words that follow ``w``.
Orders 3 and 4 are tables of buckets: ``starts[b]:starts[b+1]`` are the entries of bucket ``b``,
each a 16-bit fingerprint. Every entry has a quantised log probability and (orders 2 and 3) a
quantised backoff weight. An n-gram of word numbers packs into 64 bits, sixteen a word, so one
multiplication hashes it. A fingerprint met by chance (about one lookup in 20,000) gives a wrong
probability, never an error.

The scheme is that of Talbot and Osborne (2007) and of KenLM's quantised tries, reduced to numpy.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from normalizers.tokens import ACRONYM, BOUNDARY, CODE, NUMBER, UNKNOWN, is_acronym

STEP = 1 / 12  # nats a quantisation level
UNSEEN = 255  # the level of a bigram that the model does not hold
ENTRIES_A_BUCKET = 3
_MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_FOUR = np.arange(4)
_LOW = np.uint64(0xFFFF)
NO_WORD = 0xFFFF  # a number that no word has: nothing is known of this place
_NO_WORD = NO_WORD << 48  # in place of a
_NO_WORDS = 0xFFFFFFFF << 32  # and of a and b

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]


def hash_keys(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Mixed 64-bit hashes of packed n-grams."""
    with np.errstate(over="ignore"):
        mixed = keys * np.uint64(_MULTIPLIER)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
    return mixed


def hash_key(key: int) -> int:
    """The same for one packed n-gram."""
    mixed = key * _MULTIPLIER & _MASK
    mixed ^= mixed >> 29
    mixed = mixed * 0xBF58476D1CE4E5B9 & _MASK
    return mixed ^ mixed >> 32


def quantise(logs: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Natural logs in (-21, 0] as levels; 0 is the likeliest."""
    return np.clip(np.rint(-logs / STEP), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Table:
    """One order: ``starts`` (buckets + 1), ``prints``, ``logs`` and maybe ``backoffs``."""

    starts: npt.NDArray[np.uint32]
    prints: npt.NDArray[np.uint16]
    logs: npt.NDArray[np.uint8]
    backoffs: npt.NDArray[np.uint8] | None

    @cached_property
    def views(self) -> tuple[memoryview, memoryview, memoryview, memoryview | None]:
        """Memory views for scalar look-ups, which are faster than numpy's."""
        return (
            memoryview(self.starts.data),
            memoryview(self.prints.data),
            memoryview(self.logs.data),
            None if self.backoffs is None else memoryview(self.backoffs.data),
        )

    @property
    def buckets(self) -> int:
        return len(self.starts) - 1

    def find(self, keys: npt.NDArray[np.uint64]) -> IntArray:
        """Entry of each packed n-gram, -1 where it is unknown."""
        mixed = hash_keys(keys)
        bucket = ((mixed >> np.uint64(32)) * np.uint64(self.buckets)) >> np.uint64(32)
        bucket = bucket.astype(np.int64)
        wanted = (mixed & np.uint64(0xFFFF)).astype(np.uint16)
        entry = self.starts[bucket].astype(np.int64)
        end = self.starts[bucket + 1].astype(np.int64)
        # Four entries at a time; a bucket holds three on average.
        near = np.minimum(entry[:, None] + _FOUR, len(self.prints) - 1)
        hits = (self.prints[near] == wanted[:, None]) & (near < end[:, None])
        found = np.where(hits.any(axis=1), entry + hits.argmax(axis=1), -1)
        open_ = np.flatnonzero((found < 0) & (end - entry > 4))
        entry += 4
        while len(open_):
            at = entry[open_]
            hit = self.prints[at] == wanted[open_]
            found[open_[hit]] = at[hit]
            open_ = open_[~hit]
            entry[open_] += 1
            open_ = open_[entry[open_] < end[open_]]
        return found

    def find_one(self, key: int) -> int:
        mixed = hash_key(key)
        starts, prints, _, _ = self.views
        bucket = (mixed >> 32) * (len(starts) - 1) >> 32
        wanted = mixed & 0xFFFF
        for entry in range(starts[bucket], starts[bucket + 1]):
            if prints[entry] == wanted:
                return entry
        return -1


@dataclass(frozen=True)
class Pairs:
    """Bigrams: ``starts`` (words + 1), ``rights`` (sorted for each left word), levels of each."""

    starts: npt.NDArray[np.uint32]
    rights: npt.NDArray[np.uint16]
    logs: npt.NDArray[np.uint8]
    backoffs: npt.NDArray[np.uint8]

    @cached_property
    def views(self) -> tuple[memoryview, memoryview, memoryview, memoryview]:
        """Memory views for scalar look-ups, which are faster than numpy's."""
        return (
            memoryview(self.starts.data),
            memoryview(self.rights.data),
            memoryview(self.logs.data),
            memoryview(self.backoffs.data),
        )

    @cached_property
    def keys(self) -> npt.NDArray[np.uint32]:
        """All bigrams packed, in rising order."""
        left = np.repeat(np.arange(len(self.starts) - 1, dtype=np.uint32), np.diff(self.starts))
        return left << np.uint32(16) | self.rights

    def find(self, keys: npt.NDArray[np.uint64]) -> IntArray:
        """Entry of each packed bigram, -1 where it is unknown."""
        wanted = keys.astype(np.uint32)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, at, -1)

    def find_one(self, key: int) -> int:
        starts, rights, _, _ = self.views
        left, right = key >> 16, key & 0xFFFF
        if left >= len(starts) - 1:
            return -1
        end = starts[left + 1]
        entry = bisect_left(rights, right, starts[left], end)
        return entry if entry < end and rights[entry] == right else -1

    def grid(self, lefts: IntArray, rights: IntArray, words: int) -> npt.NDArray[np.uint8]:
        """Levels of all bigrams of distinct words, shape (lefts, rights)."""
        column = np.full(words, -1, np.int32)
        column[rights] = np.arange(len(rights))
        first = self.starts[lefts].astype(np.int64)
        ends = self.starts[lefts + 1].astype(np.int64)
        follow = np.asarray(self.rights)
        runs = [follow[a:b] for a, b in zip(first.tolist(), ends.tolist(), strict=True)]
        at = column.take(np.concatenate(runs))
        held = np.flatnonzero(at >= 0)
        stops = np.cumsum(ends - first)
        many = np.diff(np.searchsorted(held, stops), prepend=0)
        entry = held + np.repeat(ends - stops, many)
        out = np.full((len(lefts), len(rights)), UNSEEN, np.uint8)
        cells = np.repeat(np.arange(len(lefts)) * len(rights), many) + at[held]
        out.ravel()[cells] = np.minimum(self.logs[entry], UNSEEN - 1)
        return out


def build_pairs(
    keys: npt.NDArray[np.uint64],
    logs: npt.NDArray[np.float64],
    backoffs: npt.NDArray[np.float64],
    words: int,
) -> Pairs:
    """The table of sorted packed bigrams of ``words`` words."""
    counts = np.bincount((keys >> np.uint64(16)).astype(np.int64), minlength=words)
    return Pairs(
        np.concatenate(([0], np.cumsum(counts))).astype(np.uint32),
        (keys & np.uint64(0xFFFF)).astype(np.uint16),
        quantise(logs),
        quantise(backoffs),
    )


def build_table(
    keys: npt.NDArray[np.uint64],
    logs: npt.NDArray[np.float64],
    backoffs: npt.NDArray[np.float64] | None,
    strangers: npt.NDArray[np.uint64] | None = None,
) -> Table:
    """A table of packed n-grams with natural-log probabilities and backoff weights.

    ``strangers`` are n-grams that are often asked for and not in the table: of a few numbers of
    buckets the one is taken that mistakes the fewest of them for an entry.
    """
    mixed = hash_keys(keys)
    best: tuple[int, Table] | None = None
    for extra in range(1 if strangers is None else 48):
        buckets = max(1, len(keys) // ENTRIES_A_BUCKET + 997 * extra)
        bucket = (((mixed >> np.uint64(32)) * np.uint64(buckets)) >> np.uint64(32)).astype(np.int64)
        order = np.argsort(bucket, kind="stable")
        counts = np.bincount(bucket, minlength=buckets)
        table = Table(
            np.concatenate(([0], np.cumsum(counts))).astype(np.uint32),
            (mixed[order] & np.uint64(0xFFFF)).astype(np.uint16),
            quantise(logs[order]),
            None if backoffs is None else quantise(backoffs[order]),
        )
        mistaken = 0 if strangers is None else int((table.find(strangers) >= 0).sum())
        if best is None or mistaken < best[0]:
            best = mistaken, table
        if not mistaken:
            break
    assert best is not None
    return best[1]


def _mapped(path: str) -> npt.NDArray[Any]:
    """A file's array that stays on disk, as a plain array: slices of ``memmap`` are slow."""
    return np.asarray(np.load(path, mmap_mode="r"))


class LanguageModel:
    """P(word | three words before), natural logs; words are numbers in ``index``."""

    def __init__(
        self,
        words: list[str],
        unigram: FloatArray,
        unigram_backoff: FloatArray,
        tables: tuple[Pairs, Table, Table],
    ) -> None:
        self.words = words
        self.index = {word: number for number, word in enumerate(words)}
        self.unigram = unigram
        self.unigram_backoff = unigram_backoff
        self.bigrams, self.trigrams, self.fourgrams = tables
        self.boundary = self.index[BOUNDARY]
        self.unknown = self.index[UNKNOWN]
        self.number = self.index[NUMBER]
        self.code = self.index[CODE]
        self.acronym = self.index[ACRONYM]
        self._unigram = unigram.tolist()
        self._unigram_backoff = unigram_backoff.tolist()
        self._memo: dict[int, float] = {}

    @classmethod
    def load(cls, folder: Path) -> LanguageModel:
        """Load the files that ``save`` wrote; the tables stay on disk until they are touched."""
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        unigrams = np.load(folder / "unigrams.npy")
        pairs = Pairs(
            *(_mapped(f"{folder / 'lm2'}_{part}.npy") for part in Pairs.__dataclass_fields__)
        )
        tables = []
        for order in (3, 4):
            stem = folder / f"lm{order}"
            backoffs = Path(f"{stem}_backoffs.npy")
            tables.append(
                Table(
                    _mapped(f"{stem}_starts.npy"),
                    _mapped(f"{stem}_prints.npy"),
                    _mapped(f"{stem}_logs.npy"),
                    _mapped(str(backoffs)) if backoffs.exists() else None,
                )
            )
        return cls(words, unigrams[0], unigrams[1], (pairs, tables[0], tables[1]))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "words.txt").write_text("\n".join(self.words), encoding="utf-8")
        np.save(folder / "unigrams.npy", np.stack([self.unigram, self.unigram_backoff]))
        for part in Pairs.__dataclass_fields__:
            np.save(folder / f"lm2_{part}.npy", getattr(self.bigrams, part))
        for order, table in ((3, self.trigrams), (4, self.fourgrams)):
            np.save(folder / f"lm{order}_starts.npy", table.starts)
            np.save(folder / f"lm{order}_prints.npy", table.prints)
            np.save(folder / f"lm{order}_logs.npy", table.logs)
            if table.backoffs is not None:
                np.save(folder / f"lm{order}_backoffs.npy", table.backoffs)

    def number_of(self, word: str) -> int:
        known = self.index.get(word)
        if known is None:
            return self.acronym if is_acronym(word) else self.unknown
        return known

    def log_prob(self, a: int, b: int, c: int, d: int) -> float:
        """Natural log P(d | a b c) of word numbers; memoised."""
        key = a << 48 | b << 32 | c << 16 | d
        known = self._memo.get(key)
        if known is None:
            if len(self._memo) > 3_000_000:
                self._memo.clear()
            known = self._memo[key] = self._log_prob(key)
        return known

    def _log_prob(self, key: int) -> float:
        """A longer n-gram is looked for only where its shorter tail is known (all are kept)."""
        if key >> 32 & 0xFFFF == self.boundary:
            if key >> 16 & 0xFFFF == self.boundary:
                key |= _NO_WORDS
            elif key >> 48 == self.boundary:
                key |= _NO_WORD
        tail = key & 0xFFFFFFFF
        pair = self.bigrams.find_one(tail)
        begins = key >> 32 & 0xFFFF == _NO_WORD >> 48  # no trigram has such a key
        triple = -1 if pair < 0 or begins else self.trigrams.find_one(key & 0xFFFFFFFFFFFF)
        if triple >= 0:
            entry = self.fourgrams.find_one(key)
            if entry >= 0:
                return -STEP * self.fourgrams.views[2][entry]
        total = 0.0
        before = self.bigrams.find_one(key >> 16 & 0xFFFFFFFF)
        if before >= 0:
            context = self.trigrams.find_one(key >> 16)
            if context >= 0:
                total -= STEP * self.trigrams.views[3][context]  # type: ignore[index]
        if triple >= 0:
            return total - STEP * self.trigrams.views[2][triple]
        if before >= 0:
            total -= STEP * self.bigrams.views[3][before]
        if pair >= 0:
            return total - STEP * self.bigrams.views[2][pair]
        return total + self._unigram_backoff[key >> 16 & 0xFFFF] + self._unigram[key & 0xFFFF]

    def log_probs(self, keys: npt.NDArray[np.uint64]) -> FloatArray:
        """Natural log P(d | a b c) of many packed 4-grams ``a<<48 | b<<32 | c<<16 | d``."""
        histories, where = np.unique(keys >> np.uint64(16), return_inverse=True)
        words = (keys & np.uint64(0xFFFF)).astype(np.int64)
        return self.log_probs_after(histories, where, words)

    def log_probs_after(
        self, histories: npt.NDArray[np.uint64], where: IntArray, words: IntArray
    ) -> FloatArray:
        """Natural log P(words | histories[where]); histories are packed ``a<<32 | b<<16 | c``.

        A text starts with boundaries, and more than one says nothing: the corpus knows such runs
        from rows of dots alone.
        """
        shift = np.uint64(16)
        level = np.float32(-STEP)
        histories = self._begun(histories)
        last = (histories & np.uint64(0xFFFF)).astype(np.int64)
        keys = histories[where] << shift | words.astype(np.uint64)
        pair = self.bigrams.find(keys & np.uint64(0xFFFFFFFF))
        scores = self.bigrams.logs[np.maximum(pair, 0)] * level
        new = np.flatnonzero(pair < 0)
        scores[new] = self.unigram_backoff[last[where[new]]] + self.unigram[words[new]]
        paired = np.flatnonzero(pair >= 0)
        triple = self.trigrams.find(keys[paired] & np.uint64(0xFFFFFFFFFFFF))
        triple[keys[paired] >> np.uint64(32) & _LOW == _LOW] = -1  # the start of a text
        longer = paired[triple >= 0]
        scores[longer] = self.trigrams.logs[triple[triple >= 0]] * level
        four = self.fourgrams.find(keys[longer])
        # Backoff weights of the histories that were cut short.
        weights = np.zeros((2, len(histories)), np.float32)
        held = self.bigrams.find(histories & np.uint64(0xFFFFFFFF))
        known = np.flatnonzero(held >= 0)
        weights[0, known] = self.bigrams.backoffs[held[known]] * level
        context = self.trigrams.find(histories[known])
        assert self.trigrams.backoffs is not None
        deep = context >= 0
        weights[1, known[deep]] = self.trigrams.backoffs[context[deep]] * level
        short = weights[0][where]
        short[longer] = 0.0
        scores += weights[1][where] + short
        scores[longer[four >= 0]] = self.fourgrams.logs[four[four >= 0]] * level
        return scores

    def _begun(self, histories: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        """Histories without the boundaries beyond the first."""
        low = np.uint64(0xFFFF)
        start = np.flatnonzero((histories >> np.uint64(16) & low) == self.boundary)
        if not len(start):
            return histories
        out = histories.copy()
        begun = out[start]
        out[start] |= np.where(
            (begun & low) == self.boundary,
            np.uint64(_NO_WORDS >> 16),
            np.where(
                begun >> np.uint64(32) == self.boundary, np.uint64(_NO_WORD >> 16), np.uint64(0)
            ),
        )
        return out
