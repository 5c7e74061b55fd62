"""Decoding: many token sequences at once, every word's posterior, one shared walk.

A sequence is a list of positions, each with a few candidate words and their channel scores.
``narrow`` drops the hopeless ones; most positions then have one candidate left, and ``decode``
looks only at the stretches between those. Its states are the last two words; scores come from the
4-gram model with the best path's third word as history, and, where a document's own phrases are
known, from a cache of those phrases. Stretches of a batch step together, so that numpy does the
work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from normalizers.language_model import NO_WORD, STEP, UNSEEN, LanguageModel, hash_keys

Words = npt.NDArray[np.int64]
Logs = npt.NDArray[np.float32]

BEAM = 9.0  # states further than this (nats) behind the best are dropped
KEPT = 8  # candidates of a position that outlive the first, coarse look
REACH = 8.0  # and none whose best reading is this many nats behind the best of all
COARSE_CELLS = 12_000  # positions looked at together
TOGETHER = 2_000  # stretches that are decoded together
CONTEXT = 3  # words that a 4-gram looks back
LONGEST = 30  # positions of a stretch from which on it is decoded in parts
WINDOW = 18  # positions, at most, that a part answers for
BEFORE = 4  # positions, at least, that it looks at before these
AFTER = 4  # and behind them
NOTHING = np.float32(-1e30)


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
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        flat = np.array([pair for sequence in sequences for pair in sequence], np.uint64).reshape(
            -1, 2
        )
        # Each sequence stands behind three boundaries.
        ends = np.cumsum(lengths + 3)
        place = np.arange(len(flat)) + 3 * np.repeat(np.arange(1, len(lengths) + 1), lengths)
        words = np.full(int(ends[-1]) if len(ends) else 0, boundary, np.uint64)
        seen = np.zeros(len(words), np.uint64)
        words[place], seen[place] = flat[:, 0], flat[:, 1]
        source = np.zeros(len(place), np.uint64)
        for back in (2, 1, 0):
            source = (source * np.uint64(1_000_003) ^ seen[place - back]) & np.uint64(0xFFFFFFFF)
        for size in (3, 2, 1):
            packed = words[place]
            for back in range(1, size):
                packed = packed | words[place - back] << np.uint64(16 * back)
            marked, first = np.unique(hash_keys(packed) ^ hash_keys(source), return_index=True)
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
    word = right.astype(np.uint64)
    tail = now[where] << np.uint64(16) | word
    triple = pairs[where] << np.uint64(16) | word
    static = np.exp(logs.astype(np.float64))
    one, three = sources
    mix = static
    share1 = weights.cache_unigram
    mix = (1 - share1) * mix + share1 * cache.counts(1, word, one) / cache.size
    # A history seen often in the document is trusted more.
    for size, keys, source, share, contexts in (
        (2, tail, three, weights.cache_bigram, now),
        (3, triple, three, weights.cache_trigram, pairs),
    ):
        counted = cache.counts(size, keys, source)
        distinct, totals = cache.contexts[size]
        at = np.minimum(np.searchsorted(distinct, contexts), max(len(distinct) - 1, 0))
        total = np.where(distinct[at] == contexts, totals[at], 0.0)[where]
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
        levels = self.levels.ravel().take(left * len(self.unigram) + right)
        unseen = self.backoff[left] + self.unigram[right]
        return np.where(levels < UNSEEN, levels * np.float32(-STEP), unseen)


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

    ``end`` may lie one past the sequence's own end, for the boundary there. ``told`` to ``told_to``
    are those that it answers for; if it is ``cut`` from a longer stretch, it knows only the last
    of the words before it."""

    sequence: int
    first: int
    end: int
    told: int
    told_to: int
    cut: bool


def _stretches(number: int, slots: Sequence[Slot]) -> Iterator[_Stretch]:
    """The stretches of a sequence that leave a choice, each with the words after it that it can
    still sway. What lies between is settled."""
    open_ = [at for at, slot in enumerate(slots) if len(slot.words) > 1]
    if not open_:
        return
    first = last = open_[0]
    for at in open_[1:]:
        if at - last > CONTEXT:
            yield from _windows(number, slots, first, last + 1 + CONTEXT)
            first = at
        last = at
    yield from _windows(number, slots, first, min(last + 1 + CONTEXT, len(slots) + 1))


def _windows(number: int, slots: Sequence[Slot], first: int, end: int) -> Iterator[_Stretch]:
    """A long stretch in parts, as all are read in step. Each part begins some words before those
    that it answers for, after a settled word, and ends some words behind them."""
    if end - first <= LONGEST:
        yield _Stretch(number, first, end, first, end, False)
        return
    parts = -(-(end - first) // WINDOW)
    size = -(-(end - first) // parts)
    for told in range(first, end, size):
        begin = max(first, told - BEFORE)
        while begin > first and len(slots[begin - 1].words) > 1:
            begin -= 1
        told_to = min(told + size, end)
        yield _Stretch(number, begin, min(told_to + AFTER, end), told, told_to, begin > first)


def decode(
    model: LanguageModel,
    sequences: Sequence[Sequence[Slot]],
    weights: Weights,
    cache: PhraseCache | None = None,
) -> list[Decoded]:
    """Decode sequences together; each starts and ends at a boundary."""
    sure = np.ones(1, np.float32)
    out = [Decoded([0] * len(slots), [sure] * len(slots)) for slots in sequences]
    rows = [row for number, slots in enumerate(sequences) for row in _stretches(number, slots)]
    rows.sort(key=lambda row: row.first - row.end)
    for start in range(0, len(rows), TOGETHER):
        _decode_batch(model, sequences, rows[start : start + TOGETHER], weights, cache, out)
    return out


class _Grid:
    """The positions of stretches sorted by falling length, their candidates end to end."""

    def __init__(
        self,
        model: LanguageModel,
        sequences: Sequence[Sequence[Slot]],
        rows: Sequence[_Stretch],
    ) -> None:
        boundary = Slot(np.array([model.boundary]), np.zeros(1), 0)
        index: dict[int, int] = {id(boundary): 0}
        slots: list[Slot] = [boundary]
        self.lengths = np.array([stretch.end - stretch.first for stretch in rows])
        # CONTEXT settled positions stand before the stretch
        self.slot = np.zeros((len(rows), CONTEXT + int(self.lengths.max())), np.int64)
        for row, stretch in enumerate(rows):
            first = stretch.first
            numbers = []
            for slot in sequences[stretch.sequence][max(0, first - CONTEXT) : stretch.end]:
                known = index.get(id(slot))
                if known is None:
                    known = index[id(slot)] = len(slots)
                    slots.append(slot)
                numbers.append(known)
            begin = max(0, CONTEXT - first)
            self.slot[row, begin : begin + len(numbers)] = numbers
        self.size = np.array([len(slot.words) for slot in slots])
        self.first = np.cumsum(self.size) - self.size
        self.words = np.concatenate([slot.words for slot in slots])
        self.logs = np.concatenate([slot.logs for slot in slots]).astype(np.float32)
        self.lead = self.words[self.first[self.slot[:, :CONTEXT]]]
        self.lead[[stretch.cut for stretch in rows], : CONTEXT - 1] = NO_WORD
        # What is seen at a position, and at it and the two before.
        self.one = np.array([slot.source for slot in slots], np.uint64)[self.slot]
        multiplier, low = np.uint64(1_000_003), np.uint64(0xFFFFFFFF)
        with np.errstate(over="ignore"):
            three = (self.one[:, 1:-2] * multiplier ^ self.one[:, 2:-1]) & low
            self.three = (three * multiplier ^ self.one[:, 3:]) & low
        self.one = self.one[:, CONTEXT:]


class _Step(NamedTuple):
    """What the backward pass needs of one step of the forward pass."""

    edges: Logs
    starts: Words  # the first edge of each state that was left
    ends: Words  # the state that each edge leads to
    alive: Words  # the states that were left, numbers of the step before
    alpha: Logs  # of the states reached, sorted by stretch and last word
    row: Words  # their stretches
    place: Words  # their last words' numbers among the candidates


def _decode_batch(
    model: LanguageModel,
    sequences: Sequence[Sequence[Slot]],
    rows: Sequence[_Stretch],
    weights: Weights,
    cache: PhraseCache | None,
    out: list[Decoded],
) -> None:
    """Put the posteriors of the candidates of every position of the stretches into ``out``."""
    grid = _Grid(model, sequences, rows)
    count = len(rows)
    # States (word of the step before, word of this step), with the best path's word before these;
    # sorted by stretch, last word, first word.
    row = np.arange(count)
    third, before, now = grid.lead.T
    before_place = now_place = np.zeros(count, np.int64)
    alpha = score = np.zeros(count, np.float32)
    trail: list[_Step] = []
    live = count
    for t in range(int(grid.lengths[0])):
        while grid.lengths[live - 1] <= t:
            live -= 1
        peak = np.maximum.reduceat(alpha, np.flatnonzero(_new(row)))
        alive = np.flatnonzero((alpha > (peak - np.float32(BEAM))[row]) & (row < live))
        row, third, before, now = row[alive], third[alive], before[alive], now[alive]
        before_place, now_place = before_place[alive], now_place[alive]
        alpha, score = alpha[alive], score[alive]
        # Edges, first those that leave the first state.
        slot = grid.slot[row, CONTEXT + t]
        fan = grid.size[slot]
        starts = np.cumsum(fan) - fan
        left = np.repeat(np.arange(len(row)), fan)
        place = np.arange(len(left)) - starts[left]
        entry = (grid.first[slot])[left] + place
        word = grid.words[entry]
        sources = None
        if cache is not None:
            sources = grid.one[row, t][left], grid.three[row, t][left]
        language = _language(model, weights, cache, (third, before, now), left, word, sources)
        edges = (
            np.float32(weights.language) * language
            + np.float32(weights.channel) * (grid.logs[entry])
        )
        # States that share stretch and last word lead to the same states: sorted anew, the edges
        # that meet in one lie side by side.
        heads = np.flatnonzero(_new(row, now_place))
        many = np.diff(heads, append=len(row))
        block = np.repeat(np.arange(len(heads)), many)[left]
        meeting = starts[heads][block] + place * many[block] + (left - heads[block])
        width = fan[heads]
        reached = np.cumsum(width) - width
        group = np.repeat(np.arange(len(heads)), width)
        inner = np.arange(len(group)) - reached[group]
        times = many[group]
        firsts = starts[heads][group] + inner * times
        sums, paths = np.empty((2, len(edges)), np.float32)
        sums[meeting] = alpha[left] + edges
        paths[meeting] = score[left] + edges
        via = np.empty(len(edges), np.int64)
        via[meeting] = left
        alpha = _logsumexp(sums, firsts, times)
        score = np.maximum.reduceat(paths, firsts)
        best = np.flatnonzero(paths == np.repeat(score, times))[::-1]
        winner = np.empty(len(group), np.int64)
        winner[np.repeat(np.arange(len(group)), times)[best]] = via[best]
        here = heads[group]
        third = before[winner]
        row, before, before_place, now_place = row[here], now[here], now_place[here], inner
        now = word[starts[here] + inner]
        order = np.lexsort((before_place, now_place, row))
        number = np.empty(len(order), np.int64)
        number[order] = np.arange(len(order))
        row, third, before, now = row[order], third[order], before[order], now[order]
        before_place, now_place = before_place[order], now_place[order]
        alpha, score = alpha[order], score[order]
        trail.append(
            _Step(edges, starts, number[reached[block] + place], alive, alpha, row, now_place)
        )
    _read_off(trail, grid, sequences, rows, out)


def _new(*columns: Words) -> npt.NDArray[np.bool_]:
    """Where a row of columns differs from the one before it."""
    new = np.ones(len(columns[0]), bool)
    new[1:] = columns[0][1:] != columns[0][:-1]
    for column in columns[1:]:
        new[1:] |= column[1:] != column[:-1]
    return new


def _read_off(
    trail: Sequence[_Step],
    grid: _Grid,
    sequences: Sequence[Sequence[Slot]],
    batch: Sequence[_Stretch],
    out: list[Decoded],
) -> None:
    """Backward pass: posteriors of the words of each position."""
    told = [
        range(row.told - row.first, min(row.told_to, len(sequences[row.sequence])) - row.first)
        for row in batch
    ]
    beta = np.zeros(0, np.float32)
    after: _Step | None = None
    for t in range(len(trail) - 1, -1, -1):
        step = trail[t]
        below = np.where(grid.lengths[step.row] == t + 1, np.float32(0.0), NOTHING)
        if after is not None:
            below[after.alive] = beta
        heads = np.flatnonzero(_new(step.row, step.place))
        row, place = step.row[heads], step.place[heads]
        summed = _logsumexp(step.alpha + below, heads)
        new = _new(row)
        rows = np.flatnonzero(new)
        many = np.diff(rows, append=len(row))
        whole = _logsumexp(summed, rows, many)
        chances = np.exp(summed - np.repeat(whole, many))
        sizes = grid.size[grid.slot[row[rows], CONTEXT + t]]
        offsets = np.cumsum(sizes) - sizes
        flat = np.zeros(int(sizes.sum()), np.float32)
        flat[np.repeat(offsets, many) + place] = chances
        top = np.repeat(np.maximum.reduceat(flat, offsets), sizes)
        hits = np.flatnonzero(flat == top)[::-1]
        best = np.empty(len(rows), np.int64)
        best[np.repeat(np.arange(len(rows)), sizes)[hits]] = hits
        best -= offsets
        for number, first, size, winner in zip(
            row[rows].tolist(), offsets.tolist(), sizes.tolist(), best.tolist(), strict=True
        ):
            if t in told[number]:
                stretch = batch[number]
                decoded = out[stretch.sequence]
                decoded.posteriors[stretch.first + t] = flat[first : first + size]
                decoded.best[stretch.first + t] = winner
        beta = _logsumexp(step.edges + below[step.ends], step.starts)
        after = step


def _logsumexp(values: Logs, starts: Words, sizes: Words | None = None) -> Logs:
    """Log of the summed exponentials of each run of values, which begin at ``starts``."""
    peak = np.maximum.reduceat(values, starts)
    if sizes is None:
        sizes = np.diff(starts, append=len(values))
    chances = np.exp(values - np.repeat(peak, sizes))
    return np.log(np.add.reduceat(chances, starts)) + peak
