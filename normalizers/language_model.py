"""A syllable 4-gram model in a few megabytes: hashed, quantised, memory-mapped.

Each order above one is a table of buckets: ``starts[b]:starts[b+1]`` are the entries of bucket
``b``, each a 16-bit fingerprint, a quantised log probability and (orders 2 and 3) a quantised
backoff weight. An n-gram of word numbers packs into 64 bits, sixteen a word, so one multiplication
hashes it. A fingerprint met by chance (about one lookup in 20,000) gives a wrong probability, never
an error.

The scheme is that of Talbot and Osborne (2007) and of KenLM's quantised tries, reduced to numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from normalizers.tokens import BOUNDARY, CODE, NUMBER, UNKNOWN

STEP = 1 / 12  # nats a quantisation level
ENTRIES_A_BUCKET = 3
_MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1

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
        found = np.full(len(keys), -1, np.int64)
        open_ = np.flatnonzero(entry < end)
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


def build_table(
    keys: npt.NDArray[np.uint64],
    logs: npt.NDArray[np.float64],
    backoffs: npt.NDArray[np.float64] | None,
) -> Table:
    """A table of packed n-grams with natural-log probabilities and backoff weights."""
    buckets = max(1, len(keys) // ENTRIES_A_BUCKET)
    mixed = hash_keys(keys)
    bucket = (((mixed >> np.uint64(32)) * np.uint64(buckets)) >> np.uint64(32)).astype(np.int64)
    order = np.argsort(bucket, kind="stable")
    counts = np.bincount(bucket, minlength=buckets)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.uint32)
    return Table(
        starts,
        (mixed[order] & np.uint64(0xFFFF)).astype(np.uint16),
        quantise(logs[order]),
        None if backoffs is None else quantise(backoffs[order]),
    )


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
        tables: tuple[Table, Table, Table],
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
        self._unigram = unigram.tolist()
        self._unigram_backoff = unigram_backoff.tolist()
        self._memo: dict[int, float] = {}

    @classmethod
    def load(cls, folder: Path) -> LanguageModel:
        """Load the files that ``save`` wrote; the tables stay on disk until they are touched."""
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        unigrams = np.load(folder / "unigrams.npy")
        tables = []
        for order in (2, 3, 4):
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
        return cls(words, unigrams[0], unigrams[1], (tables[0], tables[1], tables[2]))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "words.txt").write_text("\n".join(self.words), encoding="utf-8")
        np.save(folder / "unigrams.npy", np.stack([self.unigram, self.unigram_backoff]))
        for order, table in ((2, self.bigrams), (3, self.trigrams), (4, self.fourgrams)):
            np.save(folder / f"lm{order}_starts.npy", table.starts)
            np.save(folder / f"lm{order}_prints.npy", table.prints)
            np.save(folder / f"lm{order}_logs.npy", table.logs)
            if table.backoffs is not None:
                np.save(folder / f"lm{order}_backoffs.npy", table.backoffs)

    def number_of(self, word: str) -> int:
        return self.index.get(word, self.unknown)

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
        entry = self.fourgrams.find_one(key)
        if entry >= 0:
            return -STEP * self.fourgrams.views[2][entry]
        total = 0.0
        context = self.trigrams.find_one(key >> 16)
        if context >= 0:
            total -= STEP * self.trigrams.views[3][context]  # type: ignore[index]
        entry = self.trigrams.find_one(key & 0xFFFFFFFFFFFF)
        if entry >= 0:
            return total - STEP * self.trigrams.views[2][entry]
        context = self.bigrams.find_one(key >> 16 & 0xFFFFFFFF)
        if context >= 0:
            total -= STEP * self.bigrams.views[3][context]  # type: ignore[index]
        entry = self.bigrams.find_one(key & 0xFFFFFFFF)
        if entry >= 0:
            return total - STEP * self.bigrams.views[2][entry]
        return total + self._unigram_backoff[key >> 16 & 0xFFFF] + self._unigram[key & 0xFFFF]

    def log_probs(self, keys: npt.NDArray[np.uint64]) -> FloatArray:
        """Natural log P(d | a b c) of many packed 4-grams ``a<<48 | b<<32 | c<<16 | d``."""
        shift = np.uint64(16)
        scores = np.zeros(len(keys), np.float32)
        entry = self.fourgrams.find(keys)
        scores[entry >= 0] = self.fourgrams.logs[entry[entry >= 0]] * np.float32(-STEP)
        rest = np.flatnonzero(entry < 0)
        for table, contexts, mask in (
            (self.trigrams, self.trigrams, 0xFFFFFFFFFFFF),
            (self.bigrams, self.bigrams, 0xFFFFFFFF),
        ):
            if not len(rest):
                return scores
            lower = keys[rest] & np.uint64(mask)
            histories = (
                keys[rest] >> shift
                if mask == 0xFFFFFFFFFFFF
                else keys[rest] >> shift & np.uint64(mask)
            )
            unique, where = np.unique(histories, return_inverse=True)
            held = contexts.find(unique)
            weights = np.zeros(len(unique), np.float32)
            assert contexts.backoffs is not None
            weights[held >= 0] = contexts.backoffs[held[held >= 0]] * np.float32(-STEP)
            scores[rest] += weights[where]
            entry = table.find(lower)
            hit = entry >= 0
            scores[rest[hit]] += table.logs[entry[hit]] * np.float32(-STEP)
            rest = rest[~hit]
        last = (keys[rest] & np.uint64(0xFFFF)).astype(np.int64)
        before = (keys[rest] >> shift & np.uint64(0xFFFF)).astype(np.int64)
        scores[rest] += self.unigram_backoff[before] + self.unigram[last]
        return scores
