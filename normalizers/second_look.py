"""A second look at places that read badly.

Candidates of a token are chosen by its letters alone, and only the likeliest are decoded. Where OCR
lost or added a letter ("Quang Ngi" for *Quảng Ngãi*), or the true word is a rare one, it may not be
among them, and then nothing that is there fits: neither the ink nor the words around. Such a place
is looked at once more, with the candidates that were left out and with the words that its
neighbours call for: those that often follow the word before, or that the word behind often follows.
All the rest of the text stands as it was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from normalizers.language_model import STEP, LanguageModel
from normalizers.lattice import CONTEXT, Decoded, PhraseCache, Slot, Weights, decode
from normalizers.tokens import CLASSES

Words = npt.NDArray[np.int64]
Place = tuple[int, int]  # sequence, position

DOUBT = -17.0
"""What the ink says of a word and the language of it and of its follower, together, in nats: a
place below this is looked at again."""
CALL = 5.0  # nats that a word may cost behind another that calls for it
MOST = 60  # words that a neighbour calls for
FLOOR = -6.0  # log P of what is seen, a sign, that a further candidate needs
KEPT = 16  # candidates that are decoded beside those that were before


def doubtful(
    language: LanguageModel, sequences: Sequence[Sequence[Slot]], decoded: Sequence[Decoded]
) -> list[Place]:
    """The places that read badly."""
    places: list[Place] = []
    for number, slots in enumerate(sequences):
        places += [(number, at) for at in range(len(slots))]
    if not places:
        return []
    edge = np.full(CONTEXT, language.boundary, np.int64)
    line: list[Words] = []
    index: list[Words] = []
    heard: list[float] = []
    size = CONTEXT
    for slots, reading in zip(sequences, decoded, strict=True):
        chosen = list(zip(slots, reading.best, strict=True))
        line += [edge, np.array([slot.words[best] for slot, best in chosen], np.int64)]
        heard += [float(slot.logs[best]) for slot, best in chosen]
        index.append(np.arange(size, size + len(slots)))
        size += len(slots) + CONTEXT
    flat = np.concatenate([*line, edge]).astype(np.uint64)
    keys = flat[:-CONTEXT]
    for back in range(CONTEXT - 1, -1, -1):
        keys = keys << np.uint64(16) | flat[CONTEXT - back : len(flat) - back]
    spoken = language.log_probs(keys)  # of flat[CONTEXT:]
    at = np.concatenate(index) - CONTEXT
    fit = np.array(heard) + spoken[at] + spoken[at + 1]
    return [places[i] for i in np.flatnonzero(fit < DOUBT).tolist()]


class Callers:
    """Which words a word calls for before and behind it."""

    def __init__(self, language: LanguageModel, may_stand: Words) -> None:
        pairs = language.bigrams
        allowed = np.zeros(len(language.words), bool)
        allowed[may_stand] = True
        strong = np.flatnonzero(np.asarray(pairs.logs) <= CALL / STEP)
        lefts = (pairs.keys[strong] >> np.uint32(16)).astype(np.int64)
        rights = np.asarray(pairs.rights)[strong].astype(np.int64)
        levels = np.asarray(pairs.logs)[strong]
        kept = allowed[rights]
        self._behind = _index(lefts[kept], rights[kept], levels[kept], len(allowed))
        kept = allowed[lefts]
        self._before = _index(rights[kept], lefts[kept], levels[kept], len(allowed))

    def called(self, before: int, behind: int) -> tuple[Words, npt.NDArray[np.float64]]:
        """The words that two neighbours call for between them, and log P of each call; classes
        call for none."""
        words, logs = [np.zeros(0, np.int64)], [np.zeros(0)]
        for (starts, called, costs), neighbour in ((self._behind, before), (self._before, behind)):
            if neighbour >= len(CLASSES):
                first = starts[neighbour]
                end = min(starts[neighbour + 1], first + MOST)
                words.append(called[first:end])
                logs.append(costs[first:end])
        return np.concatenate(words), np.concatenate(logs)


def _index(
    by: Words, words: Words, levels: npt.NDArray[np.uint8], size: int
) -> tuple[Words, Words, npt.NDArray[np.float64]]:
    """Words sorted by the word that calls for them, the likeliest first, log P of each, and where
    each begins."""
    order = np.lexsort((levels, by))
    starts = np.searchsorted(by[order], np.arange(size + 1)).astype(np.int64)
    return starts, words[order], levels[order] * np.float64(-STEP)


def chosen(
    slot: Slot,
    decoded: Words,
    called: tuple[Words, npt.NDArray[np.float64]],
    common: npt.NDArray[np.float32],
    letters: int,
) -> Slot:
    """The candidates of a slot that are worth decoding: those that were ``decoded`` before, and the
    likeliest others where these words are called for; ``common`` says what a word costs that nobody
    calls for."""
    strength = slot.logs + common[slot.words]
    words, logs = called
    at = np.flatnonzero(slot.words[:, None] == words)
    row, column = np.divmod(at, max(len(words), 1))
    np.maximum.at(strength, row, slot.logs[row] + logs[column])
    strength[slot.logs < FLOOR * letters] = -np.inf
    strength[(slot.words[:, None] == decoded).any(axis=1)] = np.inf
    held = np.argsort(-strength, kind="stable")[: KEPT + len(decoded)]
    held = held[strength[held] > -np.inf]
    return Slot(slot.words[held], slot.logs[held], slot.source)


def look_again(
    language: LanguageModel,
    weights: Weights,
    cache: PhraseCache | None,
    sequences: Sequence[list[Slot]],
    decoded: Sequence[Decoded],
    wider: Mapping[Place, Slot],
) -> None:
    """Decode the places of ``wider`` and their neighbours anew, the former with these slots; slots
    and readings are put in their places."""
    stretches: list[tuple[int, int, int]] = []  # sequence, first, end
    for number, at in sorted(wider):
        first, end = max(at - 1, 0), min(at + 2, len(sequences[number]))
        if stretches and stretches[-1][0] == number and stretches[-1][2] + CONTEXT >= first:
            first = stretches.pop()[1]
        stretches.append((number, first, end))
    read: list[list[Slot]] = []
    open_: list[list[bool]] = []
    for number, first, end in stretches:
        slots, best = sequences[number], decoded[number].best
        begin, stop = max(0, first - CONTEXT), min(end + CONTEXT, len(slots))
        row: list[Slot] = []
        for at in range(begin, stop):
            near = {(number, at - 1), (number, at), (number, at + 1)} & wider.keys()
            if (number, at) in wider:
                row.append(wider[number, at])
            elif near:
                row.append(slots[at])
            else:
                row.append(_settled(slots[at], best[at]))
        read.append(row)
        open_.append([len(slot.words) > 1 for slot in row])
    for (number, first, _), slots, flags, again in zip(
        stretches, read, open_, decode(language, read, weights, cache), strict=True
    ):
        begin = max(0, first - CONTEXT)
        for at, (slot, is_open) in enumerate(zip(slots, flags, strict=True), start=begin):
            if is_open:
                sequences[number][at] = slot
                decoded[number].best[at] = again.best[at - begin]
                decoded[number].posteriors[at] = again.posteriors[at - begin]


def _settled(slot: Slot, best: int) -> Slot:
    if len(slot.words) == 1:
        return slot
    return Slot(slot.words[best : best + 1], slot.logs[best : best + 1], slot.source)
