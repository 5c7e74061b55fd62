"""A second opinion on words: what stands to the left and to the right of a place.

The language model reads from left to right and sees three words back; of twins such as *tại* and
*tái*, *đúng* and *dụng*, the words after them often tell more. This network looks at both sides at
once: five words on either side, each an embedding by its place, and for each side the mean of the
twenty words beyond, rare ones counting most, go through one hidden layer, and the result is
compared with each candidate's own vector. It is asked only where the first opinion leaves a choice,
so that it costs little. ``training/context_model.py`` makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from normalizers.language_model import LanguageModel
from normalizers.lattice import Decoded, Slot
from normalizers.tokens import ACRONYM, BOUNDARY, CLASSES, CODE

FILE = "context.npz"
REACH = 5
"""Words on either side of a place that are seen one by one."""
SIGHT = 25
"""Words on either side that are seen at all."""
DAMPING = 4.0  # the weight that a side's mean is short of
SETTLED = 0.99
"""The chance of a word above which nobody asks again."""
FIRST, SECOND, CHANNEL = 0.84, 0.2, 0.3
"""What the log chances of the first opinion, the merits of the second and the log channel count
together: fitted to the developers' synthetic documents (conditional logistic regression)."""

Floats = npt.NDArray[np.float32]
Words = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ContextModel:
    """Weights, single precision. The first ``len(bias)`` words of the language model have vectors
    of their own; all others share those of the unknown word, number 0."""

    context: Floats  # (words, dimensions): a word as a neighbour
    hidden: Floats  # ((2 * REACH + 2) * dimensions, units)
    hidden_bias: Floats
    down: Floats  # (units, dimensions of a candidate)
    down_bias: Floats
    candidate: Floats  # (words, dimensions of a candidate): a word as a candidate
    bias: Floats  # (words,)
    rarity: float  # weight of the unigram's log probability
    topic: Floats  # (words,): how much a word counts among those beyond REACH

    @classmethod
    def load(cls, folder: Path) -> ContextModel:
        """The shipped weights; tables of words are stored as small integers, a scale a row."""
        with np.load(folder / FILE) as stored:
            return cls(
                _unpacked(stored["context"], stored["context_scale"]),
                _unpacked(stored["hidden"], stored["hidden_scale"]),
                stored["hidden_bias"].astype(np.float32),
                stored["down"].astype(np.float32),
                stored["down_bias"].astype(np.float32),
                _unpacked(stored["candidate"], stored["candidate_scale"]),
                stored["bias"].astype(np.float32),
                float(stored["rarity"]),
                stored["topic"].astype(np.float32),
            )

    def save(self, folder: Path) -> None:
        """Write what :meth:`load` reads."""
        context, context_scale = _packed(self.context)
        candidate, candidate_scale = _packed(self.candidate)
        hidden, hidden_scale = _packed(self.hidden)
        np.savez_compressed(
            folder / FILE,
            context=context,
            context_scale=context_scale,
            hidden=hidden,
            hidden_scale=hidden_scale,
            hidden_bias=self.hidden_bias.astype(np.float16),
            down=self.down.astype(np.float16),
            down_bias=self.down_bias.astype(np.float16),
            candidate=candidate,
            candidate_scale=candidate_scale,
            bias=self.bias.astype(np.float16),
            rarity=np.float32(self.rarity),
            topic=self.topic.astype(np.float16),
        )

    def views(self, windows: Words) -> Floats:
        """What windows (places, 2 * SIGHT) of word numbers call for: (places, dimensions)."""
        known = np.where(windows < len(self.bias), windows, 0)
        near = self.context[known[:, SIGHT - REACH : SIGHT + REACH]].reshape(len(windows), -1)
        seen = [near]
        for far in (known[:, : SIGHT - REACH], known[:, SIGHT + REACH :]):
            weights = self.topic[far]
            total = np.einsum("ij,ijk->ik", weights, self.context[far])
            seen.append(total / (weights.sum(axis=1, keepdims=True) + np.float32(DAMPING)))
        units = np.concatenate(seen, axis=1) @ self.hidden + self.hidden_bias
        return np.maximum(units, 0) @ self.down + self.down_bias

    def merits(self, views: Floats, which: Words, words: Words, unigram: Floats) -> Floats:
        """How well ``words`` stand in ``views[which]``, log scale up to a constant a place."""
        known = np.where(words < len(self.bias), words, 0)
        fit = np.einsum("ij,ij->i", views[which], self.candidate[known])
        return fit + self.bias[known] + np.float32(self.rarity) * unigram[words]


def topics(unigram: Floats) -> Floats:
    """How much words count among those beyond REACH: rare ones most, classes nothing."""
    weights = np.clip((-unigram - 4.0) / 4.0, 0.0, 1.0).astype(np.float32)
    weights[: len(CLASSES)] = 0.0
    return weights


def _packed(table: Floats) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float16]]:
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-6).astype(np.float16)
    return np.rint(table / scale.astype(np.float32)).clip(-127, 127).astype(np.int8), scale


def _unpacked(table: npt.NDArray[np.int8], scale: npt.NDArray[np.float16]) -> Floats:
    return table.astype(np.float32) * scale.astype(np.float32)


def reconsider(
    model: ContextModel,
    language: LanguageModel,
    sequences: Sequence[Sequence[Slot]],
    decoded: Sequence[Decoded],
) -> list[Decoded]:
    """The readings with the second opinion heard where the first leaves a choice between words.

    The words around a place are those of the first opinion. Codes and the like are left to it.
    """
    places: list[tuple[int, int]] = []  # sequence, position
    centres: list[int] = []
    line: list[npt.NDArray[np.int64]] = []
    edge = np.full(SIGHT, language.boundary, np.int64)
    left = [language.index[name] for name in (BOUNDARY, CODE, ACRONYM)]
    size = SIGHT
    for number, (slots, reading) in enumerate(zip(sequences, decoded, strict=True)):
        for at, (slot, best) in enumerate(zip(slots, reading.best, strict=True)):
            if reading.posteriors[at][best] < SETTLED and not np.isin(slot.words, left).any():
                places.append((number, at))
                centres.append(size + at)
        path = [slot.words[best] for slot, best in zip(slots, reading.best, strict=True)]
        line += [edge, np.array(path, np.int64)]
        size += len(path) + SIGHT
    if not places:
        return list(decoded)
    beside = np.concatenate([np.arange(-SIGHT, 0), np.arange(1, SIGHT + 1)])
    flat = np.concatenate([*line, edge])
    views = model.views(flat[np.array(centres)[:, None] + beside])
    chosen = [sequences[number][at] for number, at in places]
    which = np.repeat(np.arange(len(places)), [len(slot.words) for slot in chosen])
    words = np.concatenate([slot.words for slot in chosen])
    merits = model.merits(views, which, words, language.unigram)
    out = [Decoded(list(one.best), list(one.posteriors)) for one in decoded]
    start = 0
    for (number, at), slot in zip(places, chosen, strict=True):
        end = start + len(slot.words)
        chances = np.maximum(out[number].posteriors[at], 1e-9)
        logs = FIRST * np.log(chances) + SECOND * merits[start:end] + CHANNEL * slot.logs
        weights = np.exp(logs - logs.max())
        out[number].posteriors[at] = (weights / weights.sum()).astype(np.float32)
        out[number].best[at] = int(weights.argmax())
        start = end
    return out
