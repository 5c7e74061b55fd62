"""Decoding: many token sequences at once, every word's posterior, one shared walk.

A sequence is a list of positions, each with a few candidate words and their channel scores.
``narrow`` drops the hopeless ones; most positions then have one candidate left, and ``decode``
looks only at the stretches between those. Its states are the last two words; scores come from the
4-gram model with the best path's third word as history, and, where a document's own phrases are
known, from a cache of those phrases. Stretches of a batch step together, so that numpy does the
work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from normalizers.language_model import STEP, UNSEEN, LanguageModel, hash_keys

Words = npt.NDArray[np.int64]
Logs = npt.NDArray[np.float32]

BEAM = 9.0  # states further than this (nats) behind the best are dropped
KEPT = 8  # candidates of a position that outlive the first, coarse look
REACH = 8.0  # and none whose best reading is this many nats behind the best of all
COARSE_CELLS = 12_000  # positions looked at together
DENSE_CELLS = 400_000  # edges of one step looked at together
CONTEXT = 3  # words that a 4-gram looks back
NOTHING = np.float32(-1e30)
TINY = np.float32(1e-30)


@dataclass(frozen=True, eq=False, slots=True)
class Slot:
    """One position: candidate word numbers, their log P(seen | word), a hash of what is seen.

    Slots are compared as objects: the same damage is best given the same slot."""

    words: Words
    logs: npt.NDArray[np.float64]
    source: int = 0


@dataclass(frozen=True)
class Decoded:
    """Best candidate of each position and every candidate's posterior, for one sequence."""

    best: list[int]
    posteriors: list[npt.NDArray[np.float32]]


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
    states: tuple[Words, Words, Words],
    where: Words,
    right: Words,
    sources: tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]] | None,
) -> Logs:
    """Log P(right | the three words of the states[where]), cache mixed in."""
    history, before, now = (words.astype(np.uint64) for words in states)
    pairs = (before << np.uint64(16)) | now
    logs = model.log_probs_after((history << np.uint64(32)) | pairs, where, right)
    if cache is None or sources is None:
        return logs
    pair = pairs[where]
    middle = now[where]
    triple = (pair << np.uint64(16)) | right.astype(np.uint64)
    static = np.exp(logs.astype(np.float64))
    one, three = sources
    word = right.astype(np.uint64)
    tail = triple & np.uint64(0xFFFFFFFF)
    mix = static
    share1 = weights.cache_unigram
    mix = (1 - share1) * mix + share1 * cache.counts(1, word, one) / cache.size
    # A history seen often in the document is trusted more.
    for size, keys, source, share, contexts in (
        (2, tail, three, weights.cache_bigram, middle),
        (3, triple, three, weights.cache_trigram, pair),
    ):
        counted = cache.counts(size, keys, source)
        distinct, totals = cache.contexts[size]
        at = np.minimum(np.searchsorted(distinct, contexts), max(len(distinct) - 1, 0))
        total = np.where(distinct[at] == contexts, totals[at], 0.0)
        total = np.maximum(total, counted)
        lam = share * total / (total + 1.0)
        mix = np.where(total > 0, (1 - lam) * mix + lam * counted / np.maximum(total, 1.0), mix)
    return np.log(np.maximum(mix, 1e-12)).astype(np.float32)


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
        batch = [i for i in order[start : start + size] if sequences[i]]
        start += len(batch)
        narrowed = _narrow_batch(model, [sequences[i] for i in batch], kept)
        for i, slots in zip(batch, narrowed, strict=True):
            out[i] = slots
    return out


class _Stock:
    """The distinct slots of a batch, their candidates, and the bigrams between all of them."""

    def __init__(self, model: LanguageModel, sequences: list[Sequence[Slot]]) -> None:
        boundary = Slot(np.array([model.boundary]), np.zeros(1), 0)
        index: dict[int, int] = {id(boundary): 0}
        self.slots: list[Slot] = [boundary]
        steps = len(sequences[0])
        # Boundaries fill both ends; after a short sequence they cost the same whatever comes before
        self.grid = np.zeros((steps + 2, len(sequences)), np.int64)
        for column, sequence in enumerate(sequences):
            numbers = []
            for slot in sequence:
                number = index.get(id(slot))
                if number is None:
                    number = index[id(slot)] = len(self.slots)
                    self.slots.append(slot)
                numbers.append(number)
            self.grid[1 : len(numbers) + 1, column] = numbers
        self.sizes = np.array([len(slot.words) for slot in self.slots])
        flat = np.concatenate([slot.words for slot in self.slots])
        distinct, place = np.unique(flat, return_inverse=True)
        which = np.repeat(np.arange(len(self.slots)), self.sizes)
        first = np.cumsum(self.sizes) - self.sizes
        inner = np.arange(len(flat)) - first[which]
        self.places = np.zeros((len(self.slots), int(self.sizes.max())), np.int64)
        self.places[which, inner] = place
        self.logs = np.full(self.places.shape, NOTHING, np.float32)
        self.logs[which, inner] = np.concatenate([slot.logs for slot in self.slots])
        self.unigram = model.unigram[distinct]
        self.backoff = model.unigram_backoff[distinct]
        self.levels = model.bigrams.grid(distinct, distinct, len(model.words))

    def links(self, step: int, count: int) -> npt.NDArray[np.float32]:
        """Bigrams between ``step`` and the next of the first ``count`` sequences, (count, i, j)."""
        rows, columns = self.grid[step, :count], self.grid[step + 1, :count]
        left = self.places[rows, : self.sizes[rows].max()][:, :, None]
        right = self.places[columns, : self.sizes[columns].max()][:, None, :]
        levels = self.levels[left, right]
        held = levels * np.float32(-STEP)
        return np.where(levels < UNSEEN, held, self.backoff[left] + self.unigram[right])


def _narrow_batch(
    model: LanguageModel, sequences: list[Sequence[Slot]], kept: int
) -> list[list[Slot]]:
    """``narrow`` for sequences sorted by falling length."""
    stock = _Stock(model, sequences)
    steps = len(sequences[0])
    lengths = np.array([len(sequence) for sequence in sequences])
    alphas = [stock.logs[stock.grid[0], :1]]
    links = []
    for t in range(1, steps + 2):
        count = int((lengths >= t - 1).sum())  # a sequence takes part up to its end boundary
        link = stock.links(t - 1, count)
        links.append(link)
        logs = stock.logs[stock.grid[t, :count], : link.shape[2]]
        alphas.append(logs + (alphas[-1][:count, :, None] + link).max(axis=1))
    out: list[list[Slot]] = [[] for _ in sequences]
    known: dict[tuple[int, bytes], Slot] = {}
    beta = np.zeros((0, 1), np.float32)
    for t in range(steps, 0, -1):
        link = links[t]
        below = np.full((len(link), link.shape[2]), NOTHING)
        below[: len(beta), : beta.shape[1]] = beta
        below[len(beta) :, 0] = 0.0  # what comes next is the end
        beta = (link + below[:, None, :]).max(axis=2)
        merit = alphas[t][: len(beta)] + beta
        floor = merit.max(axis=1) - np.float32(REACH)
        if merit.shape[1] > kept:
            floor = np.maximum(floor, -np.partition(-merit, kept - 1, axis=1)[:, kept - 1])
        numbers = stock.grid[t, : len(beta)]
        beta = beta + stock.logs[numbers, : beta.shape[1]]
        held = merit >= floor[:, None]
        for row, (number, mask) in enumerate(zip(numbers.tolist(), held, strict=True)):
            key = (number, mask.tobytes())
            slot = known.get(key)
            if slot is None:
                whole = stock.slots[number]
                mask = mask[: len(whole.words)]
                slot = known[key] = Slot(whole.words[mask], whole.logs[mask], whole.source)
            out[row].append(slot)
    for slots in out:
        slots.reverse()
    return out


class _Stretch(NamedTuple):
    """Positions ``first`` to ``end`` (not in it) of a sequence that are decoded together.

    ``end`` may lie one past the sequence's own end, for the boundary there."""

    sequence: int
    first: int
    end: int
    width: int


def _stretches(number: int, slots: Sequence[Slot]) -> list[_Stretch]:
    """The stretches of a sequence that leave a choice, each with the words after it that it can
    still sway. What lies between is settled."""
    out: list[_Stretch] = []
    first = last = -1
    width = 1
    for at, slot in enumerate(slots):
        if len(slot.words) < 2:
            continue
        if first >= 0 and at - last > CONTEXT:
            out.append(_Stretch(number, first, last + 1 + CONTEXT, width))
            first, width = -1, 1
        if first < 0:
            first = at
        last = at
        width = max(width, len(slot.words))
    if first >= 0:
        out.append(_Stretch(number, first, min(last + 1 + CONTEXT, len(slots) + 1), width))
    return out


def decode(
    model: LanguageModel,
    sequences: Sequence[Sequence[Slot]],
    weights: Weights,
    cache: PhraseCache | None = None,
) -> list[Decoded]:
    """Decode sequences together; each starts and ends at a boundary."""
    sure = np.ones(1, np.float32)
    out = [Decoded([0] * len(slots), [sure] * len(slots)) for slots in sequences]
    stretches = [
        stretch for number, slots in enumerate(sequences) for stretch in _stretches(number, slots)
    ]
    classes = np.array([2, 3, 4, 6, 8, 12, 1 << 30])
    ranked = sorted(
        stretches, key=lambda s: (int(np.searchsorted(classes, s.width)), s.first - s.end)
    )
    start = 0
    while start < len(ranked):
        head = ranked[start]
        top = int(classes[np.searchsorted(classes, head.width)])
        size = max(1, DENSE_CELLS // min(top, 40) ** 3)
        batch = []
        for stretch in ranked[start : start + size]:
            if stretch.width > top or 2 * (stretch.end - stretch.first) < head.end - head.first:
                break
            batch.append(stretch)
        start += len(batch)
        for stretch, posteriors in zip(
            batch, _decode_batch(model, sequences, batch, weights, cache), strict=True
        ):
            decoded = out[stretch.sequence]
            for at, chances in enumerate(posteriors, start=stretch.first):
                decoded.posteriors[at] = chances
                decoded.best[at] = int(chances.argmax())
    return out


def _decode_batch(
    model: LanguageModel,
    sequences: Sequence[Sequence[Slot]],
    batch: list[_Stretch],
    weights: Weights,
    cache: PhraseCache | None,
) -> list[list[npt.NDArray[np.float32]]]:
    """Posteriors of the candidates of every position of the stretches (of the sequence's own)."""
    count = len(batch)
    lengths = np.array([stretch.end - stretch.first for stretch in batch])
    steps = int(lengths.max())
    width = max(stretch.width for stretch in batch)
    words = np.full((count, steps, width), -1, np.int64)
    logs = np.full((count, steps, width), NOTHING, np.float32)
    seen = np.zeros((count, steps), np.uint64)
    lead = np.full((count, CONTEXT), model.boundary, np.int64)
    lead_seen = np.zeros((count, CONTEXT), np.uint64)
    sizes = np.ones((count, steps), np.int64)
    for b, (number, first, end, _) in enumerate(batch):
        slots = sequences[number]
        for back in range(1, min(CONTEXT, first) + 1):
            lead[b, -back] = slots[first - back].words[0]
            lead_seen[b, -back] = slots[first - back].source
        for t, slot in enumerate(slots[first:end]):
            size = len(slot.words)
            sizes[b, t] = size
            words[b, t, :size] = slot.words
            logs[b, t, :size] = slot.logs
            seen[b, t] = slot.source
        if end > len(slots):
            words[b, end - 1 - first, 0] = model.boundary
            logs[b, end - 1 - first, 0] = 0.0
    if weights.channel != 1.0:
        logs *= np.float32(weights.channel)
    # States: (word of the step before, word of this step).
    before, now = lead[:, 1:2], lead[:, 2:3]
    third = lead[:, 0].reshape(count, 1, 1)
    alpha = np.zeros((count, 1, 1), np.float32)
    score = alpha
    seen_2, seen_1 = lead_seen[:, 1], lead_seen[:, 2]
    trail: list[tuple[Logs, Logs]] = []
    multiplier = np.uint64(1_000_003)
    low = np.uint64(0xFFFFFFFF)
    for t in range(steps):
        active = lengths > t
        wide = int(sizes[active, t].max())
        nxt = words[:, t, :wide]
        alive = (alpha > alpha.max(axis=(1, 2), keepdims=True) - BEAM) & active[:, None, None]
        # States still alive, and the edges that leave them.
        at, i, j = np.nonzero(alive)
        where, k = np.nonzero(nxt[at] >= 0)
        row = at[where]
        sources = None
        if cache is not None:
            with np.errstate(over="ignore"):
                three = ((seen_2 * multiplier ^ seen_1) & low) * multiplier ^ seen[:, t]
            sources = (seen[row, t], three[row] & low)
        language = _language(
            model,
            weights,
            cache,
            (third[at, i, j], before[at, i], now[at, j]),
            where,
            nxt[row, k],
            sources,
        )
        edges = np.full((*alive.shape, wide), NOTHING, np.float32)
        edges[row, i[where], j[where], k] = (
            np.float32(weights.language) * language + logs[row, t, k]
        )
        new_alpha = _logsumexp(alpha[:, :, :, None] + edges, axis=1)
        path = score[:, :, :, None] + edges
        back = path.argmax(axis=1)
        score = np.take_along_axis(path, back[:, None], axis=1)[:, 0]
        trail.append((edges, new_alpha))
        third = before[np.arange(count)[:, None, None], back]
        before, now = now, np.maximum(nxt, 0)
        alpha = new_alpha
        seen_2, seen_1 = seen_1, seen[:, t]
    return _read_off(trail, lengths, sizes, [len(sequences[s.sequence]) - s.first for s in batch])


def _read_off(
    trail: list[tuple[Logs, Logs]], lengths: Words, sizes: Words, own: list[int]
) -> list[list[npt.NDArray[np.float32]]]:
    """Backward pass: posteriors of the words of each position."""
    posteriors: list[list[npt.NDArray[np.float32]]] = [[] for _ in own]
    beta = np.zeros((len(own), 1, 1), np.float32)
    for t in range(len(trail) - 1, -1, -1):
        edges, after = trail[t]
        live = lengths > t
        ends = lengths == t + 1
        beta = np.where(ends[:, None, None], np.float32(0.0), np.broadcast_to(beta, after.shape))
        summed = _logsumexp(after + beta, axis=1)
        chances = np.exp(summed - _logsumexp(summed, axis=1)[:, None])
        for row in np.flatnonzero(live).tolist():
            if t < own[row]:
                posteriors[row].append(chances[row, : sizes[row, t]])
        beta = _logsumexp(edges + beta[:, None, :, :], axis=3)
    return [found[::-1] for found in posteriors]


def _logsumexp(values: Logs, axis: int) -> Logs:
    peak = np.maximum(values.max(axis=axis, keepdims=True), NOTHING)
    total = np.exp(values - peak).sum(axis=axis)
    return np.maximum(np.log(np.maximum(total, TINY)) + np.squeeze(peak, axis=axis), NOTHING)
