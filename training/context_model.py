"""Build the second opinion on words: ``python -m training.context_model [--on] [--steps N]``.

The network of :mod:`normalizers.context_model` learns from clean text what repair asks it: a word
of the corpus is damaged as the training pages were, the shipped channel offers its candidates, and
the network, shown the five words on either side, shall tell the true one. What the channel says of
them is added to what the network says, so that it learns only what the letters do not tell. A
numeral is a candidate like a word where its digits may be letters ("50" for *số*).

The surroundings are those that repair will meet: three words in a hundred are exchanged for one of
their own candidates, as a first opinion may have them, and of every other window what lies beyond
the sentence is taken away, as cells of a table have it. Sources are drawn by their weights. The
language model and the channel must have been built before.

``--on`` goes on with the shipped weights. They know six places of seven well, and learn from the
others: of the well known ones every tenth is kept, and counts ten times.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import optax
from unidecode import unidecode

from normalizers.context_model import DAMPING, FILE, REACH, SIGHT, ContextModel, topics
from normalizers.language_model import LanguageModel
from normalizers.repair import COMMONNESS, RepairModel
from normalizers.tokens import ACRONYM, CLASSES, is_acronym, is_number
from training import corpus
from training.language import MODELS, WEIGHTS, load_streams

KNOWN = 10_000  # words with vectors of their own, the commonest
DIMENSIONS = 64
UNITS = 512
CANDIDATES = 12
FORMS = 6  # damaged forms of a word
DIGITS = 3  # longer numerals are no words
WIKI = 0.5  # weight of the encyclopaedia, which is least like plans
SWAPPED = 0.03
ALONE = 0.5
SURE = 0.999  # forms that give their word away teach nothing
EASY = 0.98  # places whose word the network before gave at least this chance are known well:
LOOKED = 0.1  # so many of them are learned from, each for several
BATCH = 4096
RATE, RATE_ON = 2e-3, 1.5e-3
ABSENT = np.float32(-99.0)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Parameters = dict[str, jax.Array]


@dataclass(frozen=True, eq=False)
class Confusions:
    """Damaged forms, sorted by word: how often, and their candidates, the true word first."""

    words: Ints  # (forms,)
    draw: npt.NDArray[np.float64]  # (forms,): word number plus the share of the forms so far
    candidates: Ints  # (forms, CANDIDATES)
    logs: Floats  # (forms, CANDIDATES): log P(form | candidate), ABSENT where there is none
    teaches: Floats  # (forms,): chance that a place with this form is learned from

    def forms(self, words: Ints, draw: np.random.Generator) -> Ints:
        """A random form of each word (that of another, if it has none)."""
        at = np.searchsorted(self.draw, words + draw.random(len(words)))
        return np.minimum(at, len(self.words) - 1)


def confusions(model: RepairModel) -> Confusions:
    """The commonest damaged forms of words on the training pages, and each without its marks."""
    evidence, number = model.channel.evidence, model.language.number
    counted: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for seen, words in evidence.counts.items():
        for word, count in words.items():
            counted[word][seen] += count
    digits = {
        seen: (count + 1.0) / (evidence.totals[number] + 300.0)
        for seen in evidence.counts
        if is_number(seen) and len(seen) <= DIGITS
        for count in [evidence.counts[seen].get(number, 0.0)]
    }
    forms: list[tuple[int, str, float]] = []
    for word in (number, *range(len(CLASSES), len(model.language.words))):
        if word == number:
            common = sorted((seen, chance) for seen, chance in digits.items())
        else:
            counted[word][unidecode(model.language.words[word]).lower()] += 0.5
            common = sorted(counted[word].items(), key=lambda item: -item[1])[:FORMS]
        shares = np.sqrt([count for _, count in common])
        shares = np.cumsum(shares) / shares.sum()
        forms += [(word, seen, share) for (seen, _), share in zip(common, shares, strict=True)]
    scored = model.candidates_of(list(dict.fromkeys(seen for _, seen, _ in forms)))
    candidates = np.zeros((len(forms), CANDIDATES), np.int64)
    logs = np.full((len(forms), CANDIDATES), ABSENT, np.float32)
    for row, (word, seen, _) in enumerate(forms):
        numbers, likely = scored[seen]
        if seen in digits:
            numbers, likely = np.append(number, numbers), np.append(math.log(digits[seen]), likely)
        own = likely[numbers == word]
        others = numbers[numbers != word][: CANDIDATES - 1]
        candidates[row, 0], logs[row, 0] = word, own[0] if len(own) else -12.0
        candidates[row, 1 : len(others) + 1] = others
        logs[row, 1 : len(others) + 1] = likely[numbers != word][: CANDIDATES - 1]
    strength = logs + COMMONNESS * model.language.unigram[candidates]
    chance = np.exp(strength[:, 0] - np.logaddexp.reduce(strength, axis=1))
    words = np.array([word for word, _, _ in forms])
    share = np.where(words == number, sum(digits.values()), 1.0)  # most numerals look like no word
    return Confusions(
        words,
        np.array([word + share for word, _, share in forms]),
        candidates,
        logs,
        np.where(chance < SURE, share, 0.0).astype(np.float32),
    )


class Sampler:
    """Batches of places of the corpus: windows, candidates, their log channel and unigrams."""

    def __init__(
        self,
        language: LanguageModel,
        confused: Confusions,
        seed: int,
        known: ContextModel | None = None,
    ) -> None:
        vocabulary, streams = load_streams(corpus.CACHE / "language")
        rare = CLASSES.index(ACRONYM)
        shipped = np.array(
            [language.index.get(word, rare if is_acronym(word) else 0) for word in vocabulary]
        )
        edge = np.full(SIGHT, language.boundary)
        parts = [edge]
        first, sizes, weights = [], [], []
        for name, stream in streams:
            first.append(sum(map(len, parts)))
            sizes.append(len(stream))
            weights.append((WIKI if name == "wiki" else WEIGHTS[name]) * len(stream))
            parts += [shipped[stream.astype(np.int64)], edge]
        self.words = np.concatenate(parts)
        self.first, self.sizes = np.array(first), np.array(sizes)
        self.shares = np.array(weights) / sum(weights)
        self.boundary = language.boundary
        self.confused = confused
        self.unigram = language.unigram
        self.draw = np.random.default_rng(seed)
        self.known = known  # what has been learned before
        self.beside = np.concatenate([np.arange(-SIGHT, 0), np.arange(1, SIGHT + 1)])

    def batch(self, size: int = BATCH) -> tuple[Ints, Ints, Floats, Floats, Floats]:
        """Windows (size, 2 * SIGHT), candidates (size, CANDIDATES), log channel, unigrams, and how
        much each place counts."""
        parts: list[tuple[Ints, Ints, Floats]] = []
        while sum(len(rows) for _, rows, _ in parts) < size:
            source = self.draw.choice(len(self.shares), 2 * size, p=self.shares)
            at = self.first[source] + (self.draw.random(2 * size) * self.sizes[source]).astype(int)
            words = self.words[at]
            form = self.confused.forms(words, self.draw)
            kept = self.confused.words[form] == words
            kept &= self.draw.random(len(form)) < self.confused.teaches[form]
            windows, rows = self.windows(at[kept]), form[kept]
            weights = np.ones(len(rows), np.float32)
            if self.known is not None:
                easy = self.chance(self.known, windows, rows) > EASY
                held = ~easy | (self.draw.random(len(rows)) < LOOKED)
                weights[easy] = 1 / LOOKED
                windows, rows, weights = windows[held], rows[held], weights[held]
            parts.append((windows, rows, weights))
        windows, rows, weights = (
            np.concatenate(column)[:size] for column in zip(*parts, strict=True)
        )
        return (
            windows.astype(np.int32),
            self.candidates(rows).astype(np.int32),
            self.confused.logs[rows],
            self.unigram[self.confused.candidates[rows]].astype(np.float32),
            weights,
        )

    def chance(self, known: ContextModel, windows: Ints, rows: Ints) -> Floats:
        """The chance that a network gives the true words of forms."""
        which = np.repeat(np.arange(len(rows)), CANDIDATES)
        words = self.confused.candidates[rows]
        merits = known.merits(known.views(windows), which, words.ravel(), self.unigram)
        merits = merits.reshape(words.shape) + self.confused.logs[rows]
        return np.exp(merits[:, 0] - np.logaddexp.reduce(merits, axis=1)).astype(np.float32)

    def candidates(self, rows: Ints) -> Ints:
        """The candidates of forms, as the network knows them."""
        candidates = self.confused.candidates[rows]
        return np.where(candidates < KNOWN, candidates, 0)

    def windows(self, places: Ints) -> Ints:
        """What stands around places, as a first opinion may have it and the network knows it."""
        windows = self.words[places[:, None] + self.beside]
        self.cut(windows)
        swapped = (self.draw.random(windows.shape) < SWAPPED) & (windows >= len(CLASSES))
        other = self.confused.forms(windows[swapped], self.draw)
        windows[swapped] = self.confused.candidates[other, self.draw.integers(1, 6, len(other))]
        return np.where(windows < KNOWN, windows, 0)

    def cut(self, windows: Ints) -> None:
        """Put boundaries for all that lies beyond the sentence, in every other window."""
        ends = windows == self.boundary
        before = np.logical_or.accumulate(ends[:, SIGHT - 1 :: -1], axis=1)[:, ::-1]
        after = np.logical_or.accumulate(ends[:, SIGHT:], axis=1)
        beyond = np.concatenate([before, after], axis=1)
        beyond &= self.draw.random((len(windows), 1)) < ALONE
        windows[beyond] = self.boundary


def start(seed: int) -> Parameters:
    """Random weights; the channel and the unigrams count at first as they do without a network."""
    keys = jax.random.split(jax.random.key(seed), 4)
    width = (2 * REACH + 2) * DIMENSIONS
    return {
        "context": jax.random.normal(keys[0], (KNOWN, DIMENSIONS)) * 0.1,
        "hidden": jax.random.normal(keys[1], (width, UNITS)) * (2 / width) ** 0.5,
        "hidden_bias": jnp.zeros(UNITS),
        "down": jax.random.normal(keys[2], (UNITS, DIMENSIONS)) * (1 / UNITS) ** 0.5,
        "down_bias": jnp.zeros(DIMENSIONS),
        "candidate": jax.random.normal(keys[3], (KNOWN, DIMENSIONS)) * 0.05,
        "bias": jnp.zeros(KNOWN),
        "channel": jnp.ones(()),
        "rarity": jnp.full((), COMMONNESS),
    }


def chances(
    weights: Parameters,
    topic: jax.Array,
    windows: Ints,
    candidates: Ints,
    logs: Floats,
    unigrams: Floats,
) -> jax.Array:
    """Log chances of the candidates: (places, CANDIDATES)."""
    count = len(windows)
    near = weights["context"][windows[:, SIGHT - REACH : SIGHT + REACH]].reshape(count, -1)
    seen = [near]
    still = jax.lax.stop_gradient(weights["context"])  # learned where words stand near
    for far in (windows[:, : SIGHT - REACH], windows[:, SIGHT + REACH :]):
        shares = topic[far]
        total = jnp.einsum("ij,ijk->ik", shares, still[far])
        seen.append(total / (shares.sum(axis=1, keepdims=True) + DAMPING))
    view = jax.nn.relu(jnp.concatenate(seen, axis=1) @ weights["hidden"] + weights["hidden_bias"])
    view = view @ weights["down"] + weights["down_bias"]
    merit = jnp.einsum("bd,bcd->bc", view, weights["candidate"][candidates])
    merit += weights["bias"][candidates] + weights["rarity"] * unigrams
    merit += weights["channel"] * logs
    return jax.nn.log_softmax(merit, axis=1)


def train(sampler: Sampler, weights: Parameters, steps: int, rate: float) -> Parameters:
    """Adam with a falling rate."""
    optimizer = optax.adam(
        optax.warmup_cosine_decay_schedule(0.0, rate, min(100, steps // 2), steps, 0.02 * rate)
    )
    topic = jnp.asarray(topics(sampler.unigram)[:KNOWN])
    state = optimizer.init(weights)

    @jax.jit
    def step(weights, state, share, *batch):  # type: ignore[no-untyped-def]
        def loss(weights: Parameters) -> jax.Array:
            return -(share * chances(weights, topic, *batch)[:, 0]).sum() / share.sum()

        value, slope = jax.value_and_grad(loss)(weights)
        change, state = optimizer.update(slope, state, weights)
        return optax.apply_updates(weights, change), state, value

    began, losses = time.time(), []
    for number in range(1, steps + 1):
        *batch, share = sampler.batch()
        weights, state, value = step(weights, state, share, *batch)
        losses.append(float(value))
        if number % 100 == 0:
            mean = round(float(np.mean(losses[-100:])), 4)
            print(number, mean, round(time.time() - began), "s", flush=True)
    return weights


def shipped(weights: dict[str, Floats], language: LanguageModel) -> ContextModel:
    """What is shipped of the weights: all but that of the channel."""
    tables = {name: table for name, table in weights.items() if table.ndim}
    topic = topics(language.unigram)[: len(tables["bias"])]
    return ContextModel(**tables, rarity=float(weights["rarity"]), topic=topic)


def stored(known: ContextModel) -> Parameters:
    """The weights to go on with."""
    weights = {name: jnp.asarray(getattr(known, name)) for name in start(0) if name != "channel"}
    return {**weights, "channel": jnp.ones(())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--on", action="store_true", help="go on with the shipped weights")
    arguments = parser.parse_args()
    language = LanguageModel.load(MODELS)
    if not (MODELS / FILE).exists():  # without one no model can be loaded
        shipped({name: np.asarray(value) for name, value in start(0).items()}, language).save(
            MODELS
        )
    model = RepairModel.load(MODELS)
    known = model.context if arguments.on else None
    seed = 2 if known else 1
    sampler = Sampler(model.language, confusions(model), seed, known)
    learned = train(
        sampler,
        stored(known) if known else start(seed),
        arguments.steps,
        RATE_ON if known else RATE,
    )
    weights = {name: np.asarray(value) for name, value in learned.items()}
    print("channel", float(weights["channel"]), "rarity", float(weights["rarity"]))
    shipped(weights, language).save(MODELS)


if __name__ == "__main__":
    main()
