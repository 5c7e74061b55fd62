"""Match the halves of a wide table that was printed on two sheets.

The left sheet holds numbered rows, the right sheet one cell for each of them, top to bottom. On
the right sheet blank lines part the cells, but a blank line may also fall inside a cell. The best
grouping is found by dynamic programming over the blank-line blocks: a block that begins like a cell
(capital or bullet), after a block that ended, and whose words are those of its task.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from unidecode import unidecode

BEGINS_LOWER = -4.0
BEGINS_SHORT = -3.0  # a block of one or two words is hardly a cell
AFTER_OPEN_END = -0.7
WORD_WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class Half:
    """The right cell of one row; ``how`` tells a person how it was matched."""

    lines: tuple[str, ...]
    how: str
    confidence: float


def match_halves(left: Sequence[str], right_lines: Sequence[str]) -> tuple[Half, ...]:
    """One right cell for each left row, in order. Rows beyond the blocks get an empty cell."""
    blocks = _blocks(right_lines)
    if not left:
        return ()
    if len(left) == 1:
        lines = tuple(line for block in blocks for line in block)
        return (Half(lines, "the only row of the page", 1.0 if blocks else 0.0),)
    if len(blocks) < len(left):
        # blank lines were lost: whole blocks in order, the rest stays empty and doubtful
        padded = [*blocks, *([()] * (len(left) - len(blocks)))]
        return tuple(Half(block, "by order, too few blocks", 0.3) for block in padded)
    best, second = _best_grouping(left, blocks)
    confidence = 0.5 + 0.5 * min((best[0] - second) / 4.0, 1.0)
    halves: list[Half] = []
    for position, (first, end) in enumerate(best[1]):
        lines = tuple(line for block in blocks[first:end] for line in block)
        shared = _shared_words(left[position], " ".join(lines))
        how = f"row {position + 1} of {len(left)}, {shared} words shared"
        if end - first > 1:
            how += f", {end - first} blocks joined"
        halves.append(Half(lines, how, confidence))
    return tuple(halves)


def _blocks(lines: Sequence[str]) -> list[tuple[str, ...]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [tuple(block) for block in blocks if block]


def _best_grouping(
    left: Sequence[str], blocks: Sequence[tuple[str, ...]]
) -> tuple[tuple[float, tuple[tuple[int, int], ...]], float]:
    """Best grouping of the blocks into ``len(left)`` runs, and the score of the next best."""
    weights = _word_weights(left)
    count = len(blocks)
    # at[e]: best two (score, runs) that use the first e blocks
    at: dict[int, list[tuple[float, tuple[tuple[int, int], ...]]]] = {0: [(0.0, ())]}
    for row, text in enumerate(left):
        reached: dict[int, list[tuple[float, tuple[tuple[int, int], ...]]]] = {}
        remaining = len(left) - row - 1
        for first, partial in at.items():
            for end in range(first + 1, count - remaining + 1):
                if remaining == 0 and end != count:
                    continue
                gain = _begin_score(blocks, first) + WORD_WEIGHT * _overlap(
                    text, " ".join(line for block in blocks[first:end] for line in block), weights
                )
                for score, runs in partial:
                    reached.setdefault(end, []).append((score + gain, (*runs, (first, end))))
        at = {end: sorted(options, reverse=True)[:2] for end, options in reached.items()}
    options = at[count]
    return options[0], options[1][0] if len(options) > 1 else -math.inf


def _begin_score(blocks: Sequence[tuple[str, ...]], first: int) -> float:
    if first == 0:
        return 0.0
    line = blocks[first][0]
    score = 0.0
    if line[:1].islower():
        score += BEGINS_LOWER
    if len(" ".join(blocks[first]).split()) <= 2:
        score += BEGINS_SHORT
    if not blocks[first - 1][-1].endswith((".", ";")):
        score += AFTER_OPEN_END
    return score


def _words(text: str) -> set[str]:
    return {word for word in unidecode(text).lower().split() if len(word) > 2}


def _word_weights(texts: Sequence[str]) -> dict[str, float]:
    seen = Counter(word for text in texts for word in _words(text))
    return {word: math.log((1 + len(texts)) / count) for word, count in seen.items()}


def _overlap(left: str, right: str, weights: dict[str, float]) -> float:
    """Weight of the left row's words that the right text repeats, between 0 and 1."""
    words = _words(left)
    total = sum(weights[word] for word in words) or 1.0
    return sum(weights[word] for word in words & _words(right)) / total


def _shared_words(left: str, right: str) -> int:
    return len(_words(left) & _words(right))
