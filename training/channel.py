"""Learn the channel from damage pairs: ``python -m training.channel``.

Lines of pairs are aligned token by token (tokens may be split or glued); the counts of
(seen token, printed word) are kept, and a character channel is fitted to them by
expectation-maximisation over all segmentations.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from normalizers import channel
from normalizers.channel import LONGEST_SEEN, LONGEST_WORD, MAX_SEGMENT, CharacterChannel, skeleton
from normalizers.tokens import is_capital_text, lm_word, new_style, tokenize_chunk
from training import corpus

MODELS = Path(__file__).parents[1] / "normalizers" / "models"
ROUNDS = 6
SURPRISE = 0.05  # share of damage that follows no face we trained on
MIN_SEGMENT = 3  # a read segment rarer than this is not told apart


def pairs_of(split: str) -> Iterator[tuple[str, str]]:
    """(printed line, read line) of one split of the damage in the cache."""
    for path in sorted((corpus.CACHE / "damage").glob("pages_*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.split("\t")
            if len(fields) == 6 and fields[1] == split:
                yield fields[4], fields[5]


def align(printed: list[str], read: list[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Token alignment: groups of 1-1, 1-2, 2-1, 1-0 and 0-1 chunks by least folded edit cost."""
    left = [skeleton(chunk) or chunk for chunk in printed]
    right = [skeleton(chunk) or chunk for chunk in read]
    rows, columns = len(left), len(right)
    infinity = 1e9
    best = [[infinity] * (columns + 1) for _ in range(rows + 1)]
    step = [[(0, 0)] * (columns + 1) for _ in range(rows + 1)]
    best[0][0] = 0.0
    slack = abs(rows - columns) + 4
    for i in range(rows + 1):
        for j in range(max(0, i - slack), min(columns, i + slack) + 1):
            here = best[i][j]
            if here >= infinity:
                continue
            for di, dj, extra in ((1, 1, 0.0), (1, 2, 0.9), (2, 1, 0.9), (1, 0, 0.5), (0, 1, 0.5)):
                if i + di > rows or j + dj > columns:
                    continue
                a = "".join(left[i : i + di])
                b = "".join(right[j : j + dj])
                cost = here + extra + Levenshtein.distance(a, b)
                if cost < best[i + di][j + dj]:
                    best[i + di][j + dj] = cost
                    step[i + di][j + dj] = (di, dj)
    groups = []
    i, j = rows, columns
    while i or j:
        di, dj = step[i][j]
        if not di and not dj:
            break
        groups.append((tuple(printed[i - di : i]), tuple(read[j - dj : j])))
        i, j = i - di, j - dj
    return groups[::-1]


def seen_and_word(printed: str, read: str, capitals: bool) -> tuple[str, str] | None:
    """(seen core, printed word) of a 1-1 pair of chunks; None if it teaches nothing."""
    truth = tokenize_chunk(printed)
    seen = tokenize_chunk(read)
    if truth.kind == "mark" or seen.kind == "mark":
        return None
    if truth.kind in ("code", "address"):
        return None
    if truth.kind == "number":
        if seen.kind == "number" and len(seen.core) <= 3:
            return seen.core.lower(), "<num>"
        return None
    if any(sign in "/-–+()" for sign in truth.core):
        return None
    word = new_style(truth.core.lower()) if capitals else lm_word(truth.core)
    return seen.core.lower(), word


def count_pairs(split: str = "train") -> dict[str, Counter[str]]:
    """seen → word → count."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for printed, read in pairs_of(split):
        capitals = is_capital_text(printed)
        for left, right in align(printed.split(), read.split()):
            if len(left) == 1 and len(right) == 1:
                pair = seen_and_word(left[0], right[0], capitals)
                if pair and Levenshtein.distance(skeleton(pair[0]), skeleton(pair[1])) <= 4:
                    counts[pair[0]][pair[1]] += 1
    return counts


def fit_characters(counts: dict[str, Counter[str]]) -> CharacterChannel:
    """EM over segmentations: each printed letter yields a segment of 0 to 3 read characters."""
    pairs = [
        (seen, word.lower(), float(min(count, 300)))
        for seen, words in counts.items()
        for word, count in words.items()
        if not word.startswith("<") and len(seen) <= LONGEST_SEEN and len(word) <= LONGEST_WORD
    ]
    letters = sorted({letter for _, word, _ in pairs for letter in word} | {"?"})
    tally: Counter[str] = Counter()
    for seen, _, count in pairs:
        for size in range(1, MAX_SEGMENT + 1):
            for start in range(len(seen) - size + 1):
                tally[seen[start : start + size]] += int(count)
    segments = ["", *("?" * size for size in range(1, MAX_SEGMENT + 1))]
    segments += sorted(s for s, c in tally.items() if c >= MIN_SEGMENT and s not in segments)
    index = {segment: i for i, segment in enumerate(segments)}
    fitted = CharacterChannel(
        {letter: i for i, letter in enumerate(letters)},
        index,
        np.ones((len(letters), len(segments))),
    )
    prior = fitted.prior()
    fitted.table = prior
    for turn in range(ROUNDS):
        expected, log_likelihood = fitted.expected_counts(pairs)
        expected += 0.5 * prior
        fitted.table = expected / expected.sum(axis=1, keepdims=True)
        print(f"round {turn}: log likelihood {log_likelihood:.0f}", flush=True)
    fitted.table = (1 - SURPRISE) * fitted.table + SURPRISE * prior
    return fitted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=MODELS)
    arguments = parser.parse_args()
    counts = count_pairs()
    total = sum(sum(words.values()) for words in counts.values())
    print("tokens", total, "seen types", len(counts), flush=True)
    characters = fit_characters(counts)
    channel.save(arguments.out, counts, characters)


if __name__ == "__main__":
    main()
