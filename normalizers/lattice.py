"""Decoding: many token sequences at once, every word's posterior, one shared walk.

A sequence is a list of positions, each with a few candidate words and their channel scores. The
states are the last two words; scores come from the 4-gram model with the best path's third word
as history, and, where a document's own phrases are known, from a cache of those phrases.
All sequences of a batch step together, so that numpy does the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from normalizers.language_model import STEP, LanguageModel, hash_keys

Words = npt.NDArray[np.int64]
Logs = npt.NDArray[np.float64]

BEAM = 16.0  # states further than this (nats) behind the best are dropped
KEPT = 12  # candidates of a position that outlive the first, coarse look
REACH = 11.0  # and none whose best reading is this many nats behind the best of all
COARSE_CELLS = 6_000  # positions looked at together
NOTHING = -1e30


@dataclass(frozen=True)
class Slot:
    """One position: candidate word numbers, their log P(seen | word), a hash of what is seen."""

    words: Words
    logs: Logs
    source: int = 0


@dataclass(frozen=True)
class Decoded:
    """Best candidate of each position and every candidate's posterior, for one sequence."""

    best: list[int]
    posteriors: list[npt.NDArray[np.float64]]


class PhraseCache:
    """The document's own n-grams: how often a trigram or bigram stands in *differently* damaged
    places, three words wide. A place whose damage is the very same tells nothing new and does not
    count."""

    def __init__(self, sequences: Sequence[Sequence[tuple[int, int]]], boundary: int) -> None:
        self.orders: dict[int, tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]] = {}
        self.contexts: dict[int, tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]] = {}
        self.sourced: dict[int, npt.NDArray[np.uint64]] = {}
        for size in (3, 2, 1):
            keys: list[int] = []
            sources: list[int] = []
            for sequence in sequences:
                padded = [(boundary, 0)] * (size - 1) + list(sequence)
                widened = [(0, 0), *padded] if size > 1 else padded
                for i in range(size - 1, len(padded)):
                    key = source = 0
                    for word, _ in padded[i - size + 1 : i + 1]:
                        key = key << 16 | word
                    for _, seen in widened[i - 1 : i + 2]:
                        source = (source * 1_000_003 ^ seen) & 0xFFFFFFFF
                    keys.append(key)
                    sources.append(source)
            packed = np.array(keys, np.uint64)
            with np.errstate(over="ignore"):
                marked = hash_keys(packed) ^ hash_keys(np.array(sources, np.uint64))
            marked, first = np.unique(marked, return_index=True)
            # A single word counts wherever it stands: its context told it, not its letters.
            counted = packed[packed > 0] if size == 1 else packed[first]
            distinct, counts = np.unique(counted, return_counts=True)
            self.orders[size] = (distinct, counts.astype(np.float64))
            before, totals = np.unique(counted >> np.uint64(16), return_counts=True)
            self.contexts[size] = (before, totals.astype(np.float64))
            self.sourced[size] = marked
        self.size = float(sum(self.orders[1][1])) if len(self.orders[1][0]) else 1.0

    def counts(
        self, size: int, keys: npt.NDArray[np.uint64], sources: npt.NDArray[np.uint64]
    ) -> npt.NDArray[np.float64]:
        """Counts of n-grams, less the place that looks exactly like this one."""
        distinct, counts = self.orders[size]
        if not len(distinct):
            return np.zeros(len(keys))
        at = np.minimum(np.searchsorted(distinct, keys), len(distinct) - 1)
        found = np.where(distinct[at] == keys, counts[at], 0.0)
        if size == 1:
            return np.maximum(found - 1.0, 0.0)
        hit = np.flatnonzero(found > 0)
        if len(hit):
            marked = hash_keys(keys[hit]) ^ hash_keys(sources[hit])
            held = self.sourced[size]
            where = np.minimum(np.searchsorted(held, marked), len(held) - 1)
            found[hit] -= held[where] == marked
        return found


@dataclass(frozen=True)
class Weights:
    """How the parts are weighed (tuned on held-out synthetic damage)."""

    channel: float = 1.0
    language: float = 1.0
    cache_trigram: float = 0.35
    cache_bigram: float = 0.22
    cache_unigram: float = 0.08


def _language(
    model: LanguageModel,
    weights: Weights,
    cache: PhraseCache | None,
    history: Words,
    left: Words,
    middle: Words,
    right: Words,
    sources: tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]] | None,
) -> Logs:
    """Log P(right | history left middle), cache mixed in."""
    pair = (left.astype(np.uint64) << np.uint64(16)) | middle.astype(np.uint64)
    triple = (pair << np.uint64(16)) | right.astype(np.uint64)
    logs = model.log_probs((history.astype(np.uint64) << np.uint64(48)) | triple).astype(np.float64)
    if cache is None or sources is None:
        return logs
    static = np.exp(logs)
    one, three = sources
    word = right.astype(np.uint64)
    tail = triple & np.uint64(0xFFFFFFFF)
    mix = static
    share1 = weights.cache_unigram
    mix = (1 - share1) * mix + share1 * cache.counts(1, word, one) / cache.size
    # A history seen often in the document is trusted more.
    for size, keys, source, share, contexts in (
        (2, tail, three, weights.cache_bigram, middle.astype(np.uint64)),
        (3, triple, three, weights.cache_trigram, pair),
    ):
        counted = cache.counts(size, keys, source)
        distinct, totals = cache.contexts[size]
        at = np.minimum(np.searchsorted(distinct, contexts), max(len(distinct) - 1, 0))
        total = np.where(distinct[at] == contexts, totals[at], 0.0)
        total = np.maximum(total, counted)
        lam = share * total / (total + 1.0)
        mix = np.where(total > 0, (1 - lam) * mix + lam * counted / np.maximum(total, 1.0), mix)
    return np.log(np.maximum(mix, 1e-12))


def _bigrams(model: LanguageModel, left: Words, right: Words) -> npt.NDArray[np.float32]:
    """Log P(right | left)."""
    entry = model.bigrams.find((left.astype(np.uint64) << np.uint64(16)) | right.astype(np.uint64))
    backed = model.unigram_backoff[left] + model.unigram[right]
    held = model.bigrams.logs[np.maximum(entry, 0)] * np.float32(-STEP)
    return np.where(entry >= 0, held, backed)


def narrow(
    model: LanguageModel, sequences: Sequence[Sequence[Slot]], kept: int = KEPT
) -> list[list[Slot]]:
    """The same sequences with hopeless candidates left out.

    A candidate is judged by the best reading that goes through it, words weighed by the one before
    alone: a rare word lives on where its neighbours call for it (``theo dõi``), and the slower
    decoding need not look at common words that fit nowhere.
    """
    order = sorted(range(len(sequences)), key=lambda i: -len(sequences[i]))
    out: list[list[Slot]] = [[] for _ in sequences]
    start = 0
    while start < len(order) and sequences[order[start]]:
        longest = len(sequences[order[start]])
        size = max(1, COARSE_CELLS // longest)
        batch = [i for i in order[start : start + size] if len(sequences[i]) >= longest * 0.5]
        start += len(batch)
        for i, slots in zip(
            batch, _narrow_batch(model, [sequences[i] for i in batch], kept), strict=True
        ):
            out[i] = slots
    return out


def _narrow_batch(
    model: LanguageModel, sequences: list[Sequence[Slot]], kept: int
) -> list[list[Slot]]:
    count = len(sequences)
    steps = max(len(sequence) for sequence in sequences)
    width = max(len(slot.words) for sequence in sequences for slot in sequence)
    # Boundaries fill both ends; after a short sequence they cost the same whatever comes before.
    words = np.full((steps + 2, count, width), -1, np.int64)
    logs = np.full((steps + 2, count, width), NOTHING, np.float32)
    words[:, :, 0] = model.boundary
    logs[:, :, 0] = 0.0
    for b, sequence in enumerate(sequences):
        for t, slot in enumerate(sequence, start=1):
            words[t, b, : len(slot.words)] = slot.words
            logs[t, b, : len(slot.words)] = slot.logs
    links = []
    alphas = [logs[0]]
    for t in range(1, steps + 2):
        valid = (words[t - 1] >= 0)[:, :, None] & (words[t] >= 0)[:, None, :]
        row, i, j = np.nonzero(valid)
        link = np.full(valid.shape, NOTHING, np.float32)
        link[row, i, j] = _bigrams(model, words[t - 1][row, i], words[t][row, j])
        links.append(link)
        alphas.append(logs[t] + (alphas[-1][:, :, None] + link).max(axis=1))
    beta = logs[-1]
    keep: list[npt.NDArray[np.bool_]] = []
    for t in range(steps, 0, -1):
        beta = (links[t] + beta[:, None, :]).max(axis=2)
        merit = alphas[t] + beta
        ranked = np.sort(merit, axis=1)[:, ::-1]
        floor = ranked[:, 0] - REACH
        if width > kept:
            floor = np.maximum(floor, ranked[:, kept - 1])
        keep.append(merit >= floor[:, None])
        beta = beta + logs[t]
    keep.reverse()
    out: list[list[Slot]] = []
    for b, sequence in enumerate(sequences):
        out.append([])
        for t, slot in enumerate(sequence):
            held = keep[t][b, : len(slot.words)]
            out[-1].append(Slot(slot.words[held], slot.logs[held], slot.source))
    return out


def decode(
    model: LanguageModel,
    sequences: Sequence[Sequence[Slot]],
    weights: Weights,
    cache: PhraseCache | None = None,
) -> list[Decoded]:
    """Decode sequences together; each starts and ends at a boundary."""
    order = sorted(range(len(sequences)), key=lambda i: -len(sequences[i]))
    out: list[Decoded] = [Decoded([], []) for _ in sequences]
    start = 0
    while start < len(order) and sequences[order[start]]:
        longest = len(sequences[order[start]])
        stop = start
        while stop < len(order) and len(sequences[order[stop]]) >= max(1, longest * 0.5):
            stop += 1
            if stop - start >= 160:
                break
        batch = order[start:stop]
        for i, decoded in zip(
            batch, _decode_batch(model, [sequences[i] for i in batch], weights, cache), strict=True
        ):
            out[i] = decoded
        start = stop
    return out


def _decode_batch(
    model: LanguageModel,
    sequences: list[Sequence[Slot]],
    weights: Weights,
    cache: PhraseCache | None,
) -> list[Decoded]:
    count = len(sequences)
    lengths = np.array([len(sequence) for sequence in sequences])
    steps = int(lengths.max())
    width = max(len(slot.words) for sequence in sequences for slot in sequence)
    words = np.full((count, steps + 1, width), -1, np.int64)
    logs = np.full((count, steps + 1, width), NOTHING)
    seen = np.zeros((count, steps + 1), np.uint64)
    for b, sequence in enumerate(sequences):
        for t, slot in enumerate(sequence):
            words[b, t, : len(slot.words)] = slot.words
            logs[b, t, : len(slot.words)] = slot.logs * weights.channel
            seen[b, t] = slot.source
        words[b, len(sequence), 0] = model.boundary
        logs[b, len(sequence), 0] = 0.0
    # States: (word of the step before, word of this step); step -1 is the boundary.
    before = np.full((count, 1), model.boundary, np.int64)
    now = np.full((count, 1), model.boundary, np.int64)
    alpha = np.zeros((count, 1, 1))
    score = np.zeros((count, 1, 1))
    third = np.full((count, 1, 1), model.boundary, np.int64)
    seen_1 = np.zeros(count, np.uint64)
    seen_2 = np.zeros(count, np.uint64)
    trail: list[tuple[npt.NDArray[np.float32], Logs]] = []
    multiplier = np.uint64(1_000_003)
    low = np.uint64(0xFFFFFFFF)
    for t in range(steps + 1):
        active = lengths >= t
        nxt = words[:, t]
        top = alpha.max(axis=(1, 2), keepdims=True)
        alive = (alpha > top - BEAM) & active[:, None, None]
        edge_mask = alive[:, :, :, None] & (nxt >= 0)[:, None, None, :]
        row, i, j, k = np.nonzero(edge_mask)
        with np.errstate(over="ignore"):
            one = seen[:, t]
            three = ((seen_2 * multiplier ^ seen_1) & low) * multiplier ^ one
            three &= low
        sources = (one[row], three[row]) if cache is not None else None
        language = _language(
            model,
            weights,
            cache,
            third[row, i, j],
            before[row, i],
            now[row, j],
            nxt[row, k],
            sources,
        )
        edges = np.full(edge_mask.shape, NOTHING, np.float32)
        edges[row, i, j, k] = weights.language * language + logs[row, t, k]
        total = alpha[:, :, :, None] + edges
        peak = np.maximum(total.max(axis=1, keepdims=True), NOTHING)
        new_alpha = np.log(np.maximum(np.exp(total - peak).sum(axis=1), 1e-300)) + peak[:, 0]
        path = score[:, :, :, None] + edges
        back = path.argmax(axis=1)
        new_score = path.max(axis=1)
        trail.append((edges, new_alpha))
        new_third = before[np.arange(count)[:, None, None], back]
        keep = ~active
        if keep.any():
            new_alpha[keep] = NOTHING
            new_score[keep] = NOTHING
        before, now = now, np.where(nxt >= 0, nxt, 0)
        alpha, score, third = new_alpha, new_score, new_third
        seen_2, seen_1 = seen_1, seen[:, t]
    return _read_off(trail, lengths, sequences)


def _read_off(
    trail: list[tuple[npt.NDArray[np.float32], Logs]],
    lengths: Words,
    sequences: list[Sequence[Slot]],
) -> list[Decoded]:
    """Backward pass: posteriors of the words of each position; the best is the likeliest one."""
    count = len(lengths)
    steps = len(trail)
    posteriors: list[list[npt.NDArray[np.float64]]] = [[] for _ in range(count)]
    beta: Logs | None = None
    for t in range(steps - 1, -1, -1):
        edges, after = trail[t]
        ends = lengths == t
        if beta is None:
            beta = np.full(after.shape, NOTHING)
        beta = np.where(ends[:, None, None], 0.0, beta)
        # Words of step t (states after it): alpha after + beta.
        joint = after + beta
        live = lengths > t
        if live.any():
            summed = _logsumexp(joint, axis=1)
            summed -= _logsumexp(summed, axis=1)[:, None]
            chances = np.exp(summed)
            for row in np.flatnonzero(live).tolist():
                posteriors[row].append(chances[row, : len(sequences[row][t].words)])
        beta = _logsumexp(edges + beta[:, None, :, :], axis=3)
    out = []
    for row in range(count):
        ordered = posteriors[row][::-1]
        out.append(Decoded([int(p.argmax()) for p in ordered], ordered))
    return out


def _logsumexp(values: Logs, axis: int) -> Logs:
    peak = np.maximum(values.max(axis=axis, keepdims=True), NOTHING)
    total = np.log(np.maximum(np.exp(values - peak).sum(axis=axis), 1e-300))
    return np.maximum(total + np.squeeze(peak, axis=axis), NOTHING)
