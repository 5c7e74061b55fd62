"""Build the language model: ``python -m training.language``.

Interpolated Kneser-Ney with modified discounts (Chen and Goodman 1998) over the corpus, sources
weighted by their nearness to plans, pruned to a size budget by how much each n-gram changes the
model's predictions (Stolcke 1998, without renormalising between steps), hashed and quantised.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import time
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from normalizers import tokens
from normalizers.language_model import LanguageModel, build_pairs, build_table
from normalizers.tokens import ACRONYM, BOUNDARY, CLASSES, is_acronym, lm_words, new_style
from training import corpus

WEIGHTS = {
    "nq57-plans": 12,
    "tthc": 4,
    "vbpl-layout": 2,
    "vbpl-review": 1,
    "phapdien": 1,
    "wiki": 1,
}
VOCABULARY = 40_000
MIN_COUNT = 3
KEEP = {2: 1_400_000, 3: 2_700_000, 4: 2_100_000}
COMMON = 12  # contexts in which no word may be mistaken for another
_LAST = np.uint64(0xFFFF)
MODELS = Path(__file__).parents[1] / "normalizers" / "models"

Keys = npt.NDArray[np.uint64]


def read_words(name: str, banned: frozenset[int]) -> tuple[npt.NDArray[np.int32], list[str]]:
    """The word stream of one corpus file as numbers, with its own word list."""
    index: dict[str, int] = {}
    stream: list[npt.NDArray[np.int32]] = []
    buffer: list[int] = []
    for text in corpus.paragraphs(name, held_out=False, banned=banned):
        if not corpus.has_vietnamese(text):
            continue
        for word in lm_words(text):
            buffer.append(index.setdefault(word, len(index)))
        if len(buffer) > 1_000_000:
            stream.append(np.array(buffer, np.int32))
            buffer = []
    stream.append(np.array(buffer, np.int32))
    return np.concatenate(stream), list(index)


def encode(cache: Path) -> dict[str, Path]:
    """Encode every corpus file once into the cache; anew where the tokenizer has changed."""
    cache.mkdir(parents=True, exist_ok=True)
    code = b"".join(Path(module.__file__ or "").read_bytes() for module in (tokens, corpus))
    version = hashlib.sha256(code).hexdigest()[:8]
    banned = corpus.test_ngrams()
    done = {}
    for name in corpus.names():
        target = cache / f"{name}-{version}.npz"
        if not target.exists():
            stream, words = read_words(name, banned)
            partial = target.with_suffix(".part.npz")
            np.savez(partial, stream=stream, words=np.array("\n".join(words)))
            partial.rename(target)
            print(name, len(stream), len(words), flush=True)
        done[name] = target
    return done


def load_streams(cache: Path) -> tuple[list[str], list[tuple[str, Keys]]]:
    """Vocabulary and the streams in its numbers (weights do not apply yet)."""
    counts: Counter[str] = Counter()
    raw = []
    for name, path in encode(cache).items():
        data = np.load(path)
        words = [new_style(word) for word in str(data["words"]).split("\n")]
        stream = data["stream"]
        tally = np.bincount(stream, minlength=len(words))
        scale = 0.25 if name == "wiki" else WEIGHTS[name]
        for word, count in zip(words, tally.tolist(), strict=True):
            counts[word] += count * scale
        raw.append((name, stream, words))
    frequent = [w for w, c in counts.most_common(VOCABULARY) if c >= MIN_COUNT and w not in CLASSES]
    vocabulary = [*CLASSES, *frequent]
    index = {word: number for number, word in enumerate(vocabulary)}
    streams = []
    for name, stream, words in raw:
        rare = CLASSES.index(ACRONYM)
        table = np.array(
            [index.get(word, rare if is_acronym(word) else 0) for word in words], np.uint64
        )
        streams.append((name, table[stream]))
    return vocabulary, streams


def merge(parts: list[tuple[Keys, npt.NDArray[np.int64]]]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Sum the counts of equal keys; keys come out sorted."""
    keys = np.concatenate([keys for keys, _ in parts])
    counts = np.concatenate([counts for _, counts in parts])
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[first], np.add.reduceat(counts, first)


def count_fourgrams(streams: list[tuple[str, Keys]]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Packed 4-grams with weighted counts; a paragraph's end is three boundaries wide at most."""
    parts = []
    for name, stream in streams:
        for chunk in np.array_split(stream, max(1, len(stream) // 8_000_000)):
            lead = np.full(3, CLASSES.index(BOUNDARY), np.uint64)
            padded = np.concatenate((lead, chunk))
            keys = (
                padded[:-3] << np.uint64(48)
                | padded[1:-2] << np.uint64(32)
                | padded[2:-1] << np.uint64(16)
                | padded[3:]
            )
            unique, counts = np.unique(keys, return_counts=True)
            parts.append((unique, counts.astype(np.int64) * WEIGHTS[name]))
    return merge(parts)


def discounts(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The discount of each count (modified Kneser-Ney: one each for 1, 2 and 3 or more)."""
    n = [max(1, int((counts == k).sum())) for k in (1, 2, 3, 4)]
    y = n[0] / (n[0] + 2 * n[1])
    d = [max(0.1, k - (k + 1) * y * n[k] / n[k - 1]) for k in (1, 2, 3)]
    return np.choose(np.minimum(counts, 3) - 1, d)


def group(values: Keys) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Sorted values → distinct values and the group number of each."""
    first = np.concatenate(([True], values[1:] != values[:-1]))
    return values[first], np.cumsum(first) - 1


def find(sorted_keys: Keys, wanted: Keys) -> npt.NDArray[np.int64]:
    """Positions of keys that are known to be in ``sorted_keys``."""
    return np.searchsorted(sorted_keys, wanted)


def build(cache: Path) -> LanguageModel:
    start = time.time()
    vocabulary, streams = load_streams(cache)
    size = len(vocabulary)
    print("vocabulary", size, round(time.time() - start), "s", flush=True)
    four, count4 = count_fourgrams(streams)
    del streams
    print("4-grams", len(four), round(time.time() - start), "s", flush=True)
    keys: dict[int, Keys] = {4: four}
    counts: dict[int, npt.NDArray[np.int64]] = {4: count4}
    for order in (3, 2, 1):
        mask = np.uint64((1 << 16 * order) - 1)
        keys[order], counts[order] = np.unique(keys[order + 1] & mask, return_counts=True)
        print(order, len(keys[order]), flush=True)
    # Unigrams: continuation counts, smoothed by adding a half to every word.
    unigram = np.full(size, 0.5)
    unigram[keys[1].astype(np.int64)] += counts[1]
    # Boundaries, numbers and codes: true frequency says more than the count of their neighbours.
    unigram /= unigram.sum()
    probs: dict[int, npt.NDArray[np.float64]] = {1: unigram}
    lower_of: dict[int, npt.NDArray[np.float64]] = {}
    for order in (2, 3, 4):
        k, c = keys[order], counts[order].astype(np.float64)
        contexts, member = group(k >> np.uint64(16))
        total = np.bincount(member, c)
        cut = np.minimum(discounts(counts[order]), c)
        freed = np.bincount(member, cut) / total
        tail = k & np.uint64((1 << 16 * (order - 1)) - 1)
        if order == 2:
            below = unigram[tail.astype(np.int64)]
        else:
            below = probs[order - 1][find(keys[order - 1], tail)]
        probs[order] = (c - cut) / total[member] + freed[member] * below
        lower_of[order] = below
        print("order", order, round(time.time() - start), "s", flush=True)
    # Prune: keep the n-grams whose loss would change the model most; contexts of kept ones stay.
    kept: dict[int, npt.NDArray[np.bool_]] = {}
    for order in (4, 3, 2):
        ratio = np.log(probs[order] / lower_of[order])
        value = counts[order] * np.abs(ratio)
        if order < 4:  # weigh by true frequency, not by continuation count
            prefix = keys[order + 1] >> np.uint64(16)
            seen, member = group(prefix)
            true = np.bincount(member, counts[order + 1])
            value = np.zeros(len(keys[order]))
            at = np.minimum(find(keys[order], seen), len(keys[order]) - 1)
            ok = keys[order][at] == seen
            value[at[ok]] = true[ok]
            value = np.maximum(value, counts[order]) * np.abs(ratio)
            needed = np.zeros(len(keys[order]), bool)
            histories = np.unique(keys[order + 1][kept[order + 1]] >> np.uint64(16))
            at = np.minimum(find(keys[order], histories), len(keys[order]) - 1)
            needed[at[keys[order][at] == histories]] = True
            # A context that is used must hold its backoff weight; and whoever looks for an n-gram
            # looks for its tail first.
            tails = keys[order + 1][kept[order + 1]] & np.uint64((1 << 16 * order) - 1)
            needed[find(keys[order], np.unique(tails))] = True
            value[needed] = np.inf
        floor = np.partition(value, -KEEP[order])[-KEEP[order]] if len(value) > KEEP[order] else -1
        kept[order] = value >= max(floor, 1e-9)
        if order == 4:
            kept[order] &= counts[4] > 1
        print("kept", order, int(kept[order].sum()), round(time.time() - start), "s", flush=True)
    # Backoff weights over what is kept.
    backoffs: dict[int, npt.NDArray[np.float64]] = {}
    for order in (2, 3, 4):
        k = keys[order][kept[order]]
        contexts, member = group(k >> np.uint64(16))
        mass = np.bincount(member, probs[order][kept[order]])
        tail = k & np.uint64((1 << 16 * (order - 1)) - 1)
        below = _backed_off(tail, order - 1, keys, probs, kept, backoffs, unigram)
        covered = np.bincount(member, below)
        weight = np.clip(1 - mass, 1e-6, 1) / np.clip(1 - covered, 1e-6, 1)
        table = np.ones(size if order == 2 else len(keys[order - 1]))
        where = contexts.astype(np.int64) if order == 2 else find(keys[order - 1], contexts)
        if order > 2:
            where = np.minimum(where, len(table) - 1)
            hit = keys[order - 1][where] == contexts
            where, weight = where[hit], weight[hit]
        table[where] = np.minimum(weight, 1.0)
        backoffs[order - 1] = table
    print("backoffs", round(time.time() - start), "s", flush=True)
    logs = {order: np.log(probs[order][kept[order]]) for order in (2, 3, 4)}
    weights = {order: np.log(backoffs[order][kept[order]]) for order in (2, 3)}
    return LanguageModel(
        vocabulary,
        np.log(unigram).astype(np.float32),
        np.log(backoffs[1]).astype(np.float32),
        (
            build_pairs(keys[2][kept[2]], logs[2], weights[2], size),
            build_table(keys[3][kept[3]], logs[3], weights[3], strangers(3, keys, counts, kept)),
            build_table(keys[4][kept[4]], logs[4], None, strangers(4, keys, counts, kept)),
        ),
    )


def strangers(
    order: int,
    keys: dict[int, Keys],
    counts: dict[int, npt.NDArray[np.int64]],
    kept: dict[int, npt.NDArray[np.bool_]],
) -> Keys:
    """N-grams that are not kept, of the commonest contexts, whose shorter tails are: those that
    are looked up in vain most often."""
    held = keys[order][kept[order]]
    contexts, member = group(held >> np.uint64(16))
    often = np.bincount(member, counts[order][kept[order]])
    common = contexts[np.argsort(-often, kind="stable")[:COMMON]]
    tails = keys[order - 1][kept[order - 1]]
    mask = np.uint64((1 << 16 * (order - 2)) - 1)
    wanted = [
        context << np.uint64(16) | (tails[tails >> np.uint64(16) == context & mask] & _LAST)
        for context in common
    ]
    return np.setdiff1d(np.concatenate(wanted), held)


def _backed_off(
    wanted: Keys,
    order: int,
    keys: dict[int, Keys],
    probs: dict[int, npt.NDArray[np.float64]],
    kept: dict[int, npt.NDArray[np.bool_]],
    backoffs: dict[int, npt.NDArray[np.float64]],
    unigram: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """The pruned model's probability of n-grams of one order."""
    if order == 1:
        return unigram[wanted.astype(np.int64)]
    at = np.minimum(find(keys[order], wanted), len(keys[order]) - 1)
    held = (keys[order][at] == wanted) & kept[order][at]
    out = np.empty(len(wanted))
    out[held] = probs[order][at[held]]
    miss = wanted[~held]
    tail = miss & np.uint64((1 << 16 * (order - 1)) - 1)
    history = miss >> np.uint64(16)
    if order == 2:
        weight = backoffs[1][history.astype(np.int64)]
    else:
        at = np.minimum(find(keys[order - 1], history), len(keys[order - 1]) - 1)
        known = (keys[order - 1][at] == history) & kept[order - 1][at]
        weight = np.where(known, backoffs[order - 1][at], 1.0)
    out[~held] = weight * _backed_off(tail, order - 1, keys, probs, kept, backoffs, unigram)
    return out


def perplexity(model: LanguageModel, texts: list[str]) -> tuple[float, float]:
    """Perplexity a word and share of unknown words on clean texts."""
    logs, unknown = [], 0
    for text in texts:
        ids = [model.boundary] * 3 + [model.number_of(word) for word in lm_words(text)]
        unknown += sum(number == model.unknown for number in ids)
        keys = [
            a << 48 | b << 32 | c << 16 | d
            for a, b, c, d in zip(ids, ids[1:], ids[2:], ids[3:], strict=False)
        ]
        logs.append(model.log_probs(np.array(keys, np.uint64)))
    joined = np.concatenate(logs)
    return float(np.exp(-joined.mean())), unknown / len(joined)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=MODELS)
    arguments = parser.parse_args()
    model = build(corpus.CACHE / "language")
    model.save(arguments.out)
    model = LanguageModel.load(arguments.out)
    size = sum(path.stat().st_size for path in arguments.out.iterdir())
    print("bytes", size)
    banned = corpus.test_ngrams()
    for name in ("nq57-plans", "tthc", "vbpl-layout", "phapdien"):
        held_out = corpus.paragraphs(name, held_out=True, banned=banned)
        texts = [text for text in itertools.islice(held_out, 1500) if corpus.has_vietnamese(text)]
        value, unknown = perplexity(model, texts)
        print(f"{name}: perplexity {value:.1f}, unknown {unknown:.2%}", flush=True)


if __name__ == "__main__":
    main()
