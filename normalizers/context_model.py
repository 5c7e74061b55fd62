"""A second opinion on words: what stands five words to the left and to the right of a place.

The language model reads from left to right and sees three words back; of twins such as *tại* and
*tái*, *đúng* and *dụng*, the words after them often tell more. This network looks at both sides at
once: the windows' words, each an embedding by its place, go through one hidden layer, and the
result is compared with each candidate's own vector. It is asked only where the first opinion leaves
a choice, so that it costs little. ``training/context_model.py`` makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from normalizers.language_model import LanguageModel
from normalizers.lattice import Decoded, Slot
from normalizers.tokens import ACRONYM, BOUNDARY, CODE

FILE = "context.npz"
REACH = 5
"""Words on either side of a place."""
SETTLED = 0.99
"""The chance of a word above which nobody asks again."""
FIRST, SECOND, CHANNEL = 0.84, 0.2, 0.27
"""What the log chances of the first opinion, the merits of the second and the log channel count
together: fitted to the developers' synthetic documents (conditional logistic regression)."""

Floats = npt.NDArray[np.float32]
Words = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ContextModel:
    """Weights, single precision. The first ``len(bias)`` words of the language model have vectors
    of their own; all others share those of the unknown word, number 0."""

    context: Floats  # (words, dimensions): a word as a neighbour
    hidden: Floats  # (2 * REACH * dimensions, units)
    hidden_bias: Floats
    down: Floats  # (units, dimensions of a candidate)
    down_bias: Floats
    candidate: Floats  # (words, dimensions of a candidate): a word as a candidate
    bias: Floats  # (words,)
    rarity: float  # weight of the unigram's log probability

    @classmethod
    def load(cls, folder: Path) -> ContextModel:
        """The shipped weights; tables of words are stored as small integers, a scale a row."""
        with np.load(folder / FILE) as stored:
            return cls(
                _unpacked(stored["context"], stored["context_scale"]),
                stored["hidden"].astype(np.float32),
                stored["hidden_bias"].astype(np.float32),
                stored["down"].astype(np.float32),
                stored["down_bias"].astype(np.float32),
                _unpacked(stored["candidate"], stored["candidate_scale"]),
                stored["bias"].astype(np.float32),
                float(stored["rarity"]),
            )

    def save(self, folder: Path) -> None:
        """Write what :meth:`load` reads."""
        context, context_scale = _packed(self.context)
        candidate, candidate_scale = _packed(self.candidate)
        np.savez_compressed(
            folder / FILE,
            context=context,
            context_scale=context_scale,
            hidden=self.hidden.astype(np.float16),
            hidden_bias=self.hidden_bias.astype(np.float16),
            down=self.down.astype(np.float16),
            down_bias=self.down_bias.astype(np.float16),
            candidate=candidate,
            candidate_scale=candidate_scale,
            bias=self.bias.astype(np.float16),
            rarity=np.float32(self.rarity),
        )

    def views(self, windows: Words) -> Floats:
        """What windows (places, 2 * REACH) of word numbers call for: (places, dimensions)."""
        known = np.where(windows < len(self.bias), windows, 0)
        seen = self.context[known].reshape(len(windows), -1)
        return np.maximum(seen @ self.hidden + self.hidden_bias, 0) @ self.down + self.down_bias

    def merits(self, views: Floats, which: Words, words: Words, unigram: Floats) -> Floats:
        """How well ``words`` stand in ``views[which]``, log scale up to a constant a place."""
        known = np.where(words < len(self.bias), words, 0)
        fit = np.einsum("ij,ij->i", views[which], self.candidate[known])
        return fit + self.bias[known] + np.float32(self.rarity) * unigram[words]


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
    edge = np.full(REACH, language.boundary, np.int64)
    left = [language.index[name] for name in (BOUNDARY, CODE, ACRONYM)]
    size = REACH
    for number, (slots, reading) in enumerate(zip(sequences, decoded, strict=True)):
        for at, (slot, best) in enumerate(zip(slots, reading.best, strict=True)):
            if reading.posteriors[at][best] < SETTLED and not np.isin(slot.words, left).any():
                places.append((number, at))
                centres.append(size + at)
        path = [slot.words[best] for slot, best in zip(slots, reading.best, strict=True)]
        line += [edge, np.array(path, np.int64)]
        size += len(path) + REACH
    if not places:
        return list(decoded)
    beside = np.concatenate([np.arange(-REACH, 0), np.arange(1, REACH + 1)])
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
