"""The channel: how likely a printed word comes out of OCR as what we see, P(seen | word).

Two models in one. Words whose damage was seen often enough speak from counts; behind them stands
a character channel, in which every printed letter becomes none to three read characters
(``ữ`` → ``it``, ``ir``, ``tr``, ``i¢``). Both are natural logs. Words are lower-case (or terms with
their own capitals), seen tokens are lower-cased cores.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from unidecode import unidecode

MAX_SEGMENT = 3
PRIOR_STRENGTH = 6.0  # pseudo-counts with which the character channel backs a word's own counts
SURPRISE = 0.3  # and at least this share of them: frequent words can be damaged in new ways, too
OWN_STRENGTH = 8.0  # the same two for counts from the document's own first reading
OWN_SURPRISE = 0.4
LENT = 0.05  # share of a letter's damage that it takes from letters with the same base
STUTTER = 0.005  # chance that a letter is read twice
ROUND = 0.05  # share of a letter's sixes that other machines read as eights, and the other way
NEAR_WORDS = 160  # words weighed for one seen token
SHAPES_TOGETHER = 128  # whose near words are looked for together
DISTANCE_COST = 2.5  # nats a letter of difference between skeletons
TOGETHER = 2_000  # pairs whose segmentations are summed together
LONGEST_SEEN = 14
LONGEST_WORD = 9

# Confusions that come with the shapes of the letters, whatever the face.
LOOKS = {
    "đ": ("d", "p", "b", "dj", "a", "ð"),
    "l": ("1", "i", "|"),
    "ư": ("u", "w", "tr", "ir", "ur"),
    "ứ": ("t", "u", "ú"),
    "ừ": ("t", "ir", "tr", "u"),
    "ử": ("t", "ir", "tr", "u"),
    "ữ": ("it", "ir", "t", "i", "u"),
    "ự": ("y", "u", "w"),
    "ụ": ("y", "u"),
    "ộ": ("o", "0", "6", "¢", "b"),
    "ố": ("6", "o", "b", "d", "0"),
    "ồ": ("o", "6", "d"),
    "ổ": ("o", "6", "d", "b"),
    "ệ": ("e", "¢", "ê"),
    "ị": ("i", "j", "!"),
    "ă": ("a", "i", "ä"),
    "ạ": ("a", "g", "4"),
    "ã": ("a", "i", "3", "d"),
    "ỹ": ("y", "¥", "¢"),
}

# A horn and a tone over a wide letter often read as two narrow ones: ữ → it, ix, fr, ír.
HORNED = frozenset("ưứừửữự")
STROKES = frozenset("iíìtrfxvujw1l'’¢")

_HORN = re.compile(r"i[trx]|(?<!^)tr|ur|ut")  # what a skeleton keeps of them

_LOOKS_LIKE = str.maketrans(
    {
        "0": "o", "6": "o", "1": "l", "4": "a", "8": "a", "3": "a", "5": "s", "9": "g",
        "¢": "e", "€": "e", "&": "e", "¥": "y", "$": "s", "@": "a", "£": "e", "§": "s",
        "|": "l", "!": "i", "©": "o", "®": "o",
    }
)  # fmt: skip


def skeleton(text: str) -> str:
    """A word or what OCR left of it, reduced to the plain letters it looks like."""
    folded = unidecode(text.translate(_LOOKS_LIKE)).lower()
    return "".join(letter for letter in folded if letter.isalnum())


def _reach(shape: str) -> int:
    """How many letters a word's shape may differ from that of what was seen."""
    return 1 if len(shape) <= 1 else 2 if len(shape) <= 4 else 3


@dataclass
class CharacterChannel:
    """P(read segment | printed letter). ``table[letter, segment]`` are probabilities."""

    letters: dict[str, int]
    segments: dict[str, int]
    table: npt.NDArray[np.float64]

    FLOOR = 1e-7

    def encode_words(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        """Letter numbers, -1 padded, shape (words, LONGEST_WORD)."""
        out = np.full((len(words), LONGEST_WORD), -1, np.int64)
        other = self.letters["?"]
        for row, word in enumerate(words):
            for column, letter in enumerate(word.lower()[:LONGEST_WORD]):
                out[row, column] = self.letters.get(letter, other)
        return out

    def encode_seen(self, tokens: Sequence[str]) -> npt.NDArray[np.int64]:
        """Segment numbers, shape (tokens, 3, LONGEST_SEEN): the segments of each length."""
        out = np.zeros((len(tokens), MAX_SEGMENT, LONGEST_SEEN), np.int64)
        unknown = [self.segments["?" * size] for size in range(1, MAX_SEGMENT + 1)]
        number = self.segments.get
        for row, token in enumerate(tokens):
            text = token[:LONGEST_SEEN]
            for size, other in enumerate(unknown, start=1):
                starts = range(len(text) - size + 1)
                out[row, size - 1, : len(starts)] = [
                    number(text[start : start + size], other) for start in starts
                ]
        return out

    def probabilities(
        self,
        words: npt.NDArray[np.int64],
        seen: npt.NDArray[np.int64],
        which: npt.NDArray[np.int64],
        lengths: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.float64]:
        """P(seen | word) of each word and the token ``which`` of ``seen``, ``lengths`` signs long:
        sums over all segmentations (a forward pass)."""
        count = len(words)
        reach = int(min(lengths.max(initial=1), LONGEST_SEEN))
        size_of = (words >= 0).sum(axis=1)
        order = np.argsort(-size_of, kind="stable")  # the longest words first: the rest drops out
        letters = np.ascontiguousarray(words[order].T)
        # The table as rows of segments: what is looked up for one token lies close together.
        chances = self._by_segment
        rows = seen * len(self.letters)
        tokens = which[order]
        segments = [
            [rows[:, size, start][tokens] for start in range(reach - size)]
            for size in range(MAX_SEGMENT)
        ]
        forward = np.zeros((reach + 1, count))
        forward[0] = 1.0
        for position in range(int(size_of.max(initial=0))):
            live = int((size_of > position).sum())
            letter = letters[position, :live]
            top = min(MAX_SEGMENT * position, reach)  # nothing can have been read beyond it yet
            step = np.zeros((min(top + MAX_SEGMENT, reach) + 1, live))
            before = forward[: top + 1, :live]
            np.multiply(before, chances[letter], out=step[: top + 1])
            for size, columns in enumerate(segments, start=1):
                for start, column in enumerate(columns[: top + 1]):
                    step[start + size] += before[start] * chances[column[:live] + letter]
            forward[: len(step), :live] = step
        out = np.empty(count)
        ends = np.minimum(lengths[tokens], LONGEST_SEEN)
        out[order] = forward[ends, np.arange(count)]
        return out

    @cached_property
    def _by_segment(self) -> npt.NDArray[np.float64]:
        """The table, segment by segment, flat."""
        return np.ascontiguousarray(self.table.T).ravel()

    def expected_counts(
        self, pairs: Iterable[tuple[str, str, float]]
    ) -> tuple[npt.NDArray[np.float64], float]:
        """How often each letter became each segment in weighted (seen, word) pairs, and the log
        likelihood: the E step of expectation-maximisation."""
        expected = np.zeros(self.table.size)
        log_likelihood = 0.0
        fitting = [
            pair for pair in pairs if len(pair[0]) <= LONGEST_SEEN and len(pair[1]) <= LONGEST_WORD
        ]
        fitting.sort(key=lambda pair: -len(pair[1]))  # the longest words first: the rest drops out
        for start in range(0, len(fitting), TOGETHER):
            seen, words, counts = zip(*fitting[start : start + TOGETHER], strict=True)
            log_likelihood += self._expect(seen, words, np.array(counts), expected)
        return expected.reshape(self.table.shape), log_likelihood

    def _expect(
        self,
        seen: Sequence[str],
        words: Sequence[str],
        counts: npt.NDArray[np.float64],
        expected: npt.NDArray[np.float64],
    ) -> float:
        """Add the expected counts of pairs, sorted by falling length of the word, to ``expected``
        (flat, as ``table``): forward and backward over all segmentations."""
        letters = self.encode_words(words).T * len(self.segments)
        segments = self.encode_seen(seen).transpose(1, 2, 0)
        ends = np.array([len(token) for token in seen])
        sizes = np.array([len(word) for word in words])
        reach = int(ends.max())
        chances = self.table.ravel()
        cells: list[list[npt.NDArray[np.int64]]] = []  # [letter][segment's size]: (start, pair)
        picks: list[list[npt.NDArray[np.float64]]] = []
        forward = np.zeros((int(sizes.max(initial=0)) + 1, reach + 1, len(counts)))
        forward[0, 0] = 1.0
        for position in range(len(forward) - 1):
            live = int((sizes > position).sum())
            letter = letters[position, :live]
            here, after = forward[position, :, :live], forward[position + 1, :, :live]
            cells.append([np.broadcast_to(letter, here.shape)])
            cells[-1] += [
                letter + segments[size - 1, : reach - size + 1, :live]
                for size in range(1, min(MAX_SEGMENT, reach) + 1)
            ]
            picks.append([chances[cell] for cell in cells[-1]])
            for size, pick in enumerate(picks[-1]):
                after[size:] += here[: reach + 1 - size] * pick
        every = np.arange(len(counts))
        total = forward[sizes, ends, every]
        explained = total > 1e-30
        weight = np.where(explained, counts / np.where(explained, total, 1.0), 0.0)
        backward = np.zeros((reach + 1, len(counts)))
        backward[ends, every] = 1.0
        where, shares = [], []
        for position in range(len(forward) - 2, -1, -1):
            live = picks[position][0].shape[1]
            before = np.zeros((reach + 1, live))
            mass = forward[position, :, :live] * weight[:live]
            for size, (cell, pick) in enumerate(zip(cells[position], picks[position], strict=True)):
                follow = backward[size:, :live] * pick
                before[: reach + 1 - size] += follow
                share = (mass[: reach + 1 - size] * follow).ravel()
                held = np.flatnonzero(share)
                where.append(cell.ravel()[held])
                shares.append(share[held])
            backward[:, :live] = before
        expected += np.bincount(np.concatenate(where), np.concatenate(shares), len(expected))
        return float((counts * np.log(np.where(explained, total, 1.0))).sum())

    def prior(self) -> npt.NDArray[np.float64]:
        """What damage is possible before any was seen: looks decide, anything can happen."""
        table = np.full((len(self.letters), len(self.segments)), 1e-5)
        shapes = {segment: skeleton(segment) for segment in self.segments}
        for letter, row in self.letters.items():
            shape = skeleton(letter)
            for segment, column in self.segments.items():
                if not segment:
                    table[row, column] = 0.06
                elif len(segment) == 1:
                    table[row, column] = 0.3 if shapes[segment] == shape else 0.004
                elif len(segment) == 2 and shape and shapes[segment][:1] == shape:
                    table[row, column] = 3e-4
                elif len(segment) == 2 and letter in HORNED and STROKES.issuperset(segment):
                    table[row, column] = 1e-3
            for segment in LOOKS.get(letter, ()):
                if segment in self.segments:
                    table[row, self.segments[segment]] = 0.15
        return table / table.sum(axis=1, keepdims=True)

    def adapted(self, expected: npt.NDArray[np.float64], strength: float) -> CharacterChannel:
        """The channel moved towards a document's own counts."""
        total = expected.sum(axis=1, keepdims=True)
        table = (expected + strength * self.table) / (total + strength)
        return CharacterChannel(self.letters, self.segments, table)


@dataclass(frozen=True)
class Evidence:
    """Counts of (seen token, word), from training pages or from a document's own reading."""

    counts: Mapping[str, Mapping[int, float]]
    totals: npt.NDArray[np.float64]


@dataclass
class Channel:
    """Candidates and P(seen | word) for tokens; adaptable to a document."""

    words: Sequence[str]  # the language model's words
    unigram: npt.NDArray[np.float32]
    evidence: Evidence
    characters: CharacterChannel
    candidates_for: npt.NDArray[np.int64]  # word numbers that may stand behind damage
    _by_skeleton: dict[str, list[int]] = field(default_factory=dict)
    _codes: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in self.candidates_for.tolist():
            self._by_skeleton.setdefault(skeleton(self.words[number]), []).append(number)
        self._skeletons = list(self._by_skeleton)
        self._flat_words = np.array(
            [number for shape in self._skeletons for number in self._by_skeleton[shape]], np.int64
        )
        self._first = np.concatenate(
            ([0], np.cumsum([len(self._by_skeleton[shape]) for shape in self._skeletons]))
        )
        self._encoded = self.characters.encode_words(
            [self.words[number] for number in self.candidates_for.tolist()]
        )
        self._many = np.diff(self._first)
        self._common = self.unigram[self._flat_words]
        self._codes = {number: i for i, number in enumerate(self.candidates_for.tolist())}
        self._code_of = np.zeros(len(self.words), np.int64)
        self._code_of[self.candidates_for] = np.arange(len(self.candidates_for))

    @property
    def shapes(self) -> Mapping[str, Sequence[int]]:
        """The words that may stand behind damage, by their skeletons."""
        return self._by_skeleton

    def near_words(self, tokens: Sequence[str]) -> list[npt.NDArray[np.int64]]:
        """For each token the words whose skeletons are near its own, nearest and commonest first.

        Short tokens have hundreds of near words: the common ones among them must not be crowded
        out, so a step of distance is weighed against how common a word is."""
        shapes = [skeleton(token) for token in tokens]
        distinct = list(dict.fromkeys(shapes))
        known = dict(zip(distinct, self._near(distinct), strict=True))
        return [known[shape] for shape in shapes]

    def _near(self, shapes: Sequence[str]) -> list[npt.NDArray[np.int64]]:
        found: dict[str, npt.NDArray[np.int64]] = {}
        ranked = sorted(shapes, key=_reach)
        for reach, alike in itertools.groupby(ranked, key=_reach):
            group = list(alike)
            for start in range(0, len(group), SHAPES_TOGETHER):
                part = group[start : start + SHAPES_TOGETHER]
                found.update(zip(part, self._within(part, reach), strict=True))
        return [found[shape] for shape in shapes]

    def _within(self, shapes: Sequence[str], reach: int) -> Iterator[npt.NDArray[np.int64]]:
        distances = self._distances(shapes, reach)
        again = {i: _HORN.sub("u", shape) for i, shape in enumerate(shapes)}
        again = {i: shape for i, shape in again.items() if shape != shapes[i]}
        if again:
            rows = list(again)
            others = self._distances(list(again.values()), reach)
            distances[rows] = np.minimum(distances[rows], others)
        flat = np.flatnonzero(distances.ravel() <= reach)
        row, near = np.divmod(flat, len(self._skeletons))
        many = self._many[near]
        ends = np.cumsum(many)
        hits = np.arange(int(ends[-1]) if len(ends) else 0)
        hits += np.repeat(self._first[near] - ends + many, many)
        merits = self._common[hits] - DISTANCE_COST * np.repeat(distances.ravel()[flat], many)
        ends = np.concatenate(([0], ends))[np.searchsorted(row, np.arange(len(shapes) + 1))]
        for begin, end in itertools.pairwise(ends.tolist()):
            near, merit = hits[begin:end], merits[begin:end]
            if len(near) > NEAR_WORDS:
                best = np.argpartition(-merit, NEAR_WORDS)[:NEAR_WORDS]
                near, merit = near[best], merit[best]
            yield self._flat_words[near[np.argsort(-merit, kind="stable")]]

    def _distances(self, shapes: Sequence[str], most: int) -> npt.NDArray[np.uint8]:
        """Edit distances of shapes and all skeletons; any above ``most`` is ``most`` + 1."""
        return process.cdist(
            shapes, self._skeletons, scorer=Levenshtein.distance, dtype=np.uint8, score_cutoff=most
        )

    def score(
        self, tokens: Sequence[str]
    ) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
        """For each token its candidate words and log P(token | word), all that are plausible."""
        lists: list[npt.NDArray[np.int64]] = []
        fresh = np.ones(len(self.words), bool)
        for token, close in zip(tokens, self.near_words(tokens), strict=True):
            counts = self.evidence.counts.get(token)
            if counts:
                counted = np.array([n for n in counts if n in self._codes], np.int64)
                fresh[counted] = False
                close = np.concatenate((counted, close[fresh[close]]))
                fresh[counted] = True
            lists.append(close)
        return list(zip(lists, self.weigh(tokens, lists), strict=True))

    def weigh(
        self,
        tokens: Sequence[str],
        lists: Sequence[npt.NDArray[np.int64]],
        own: Evidence | None = None,
        characters: CharacterChannel | None = None,
    ) -> list[npt.NDArray[np.float64]]:
        """Log P(token | word) of each token's words (``candidates_for`` holds them)."""
        if not len(tokens):
            return []
        sizes = np.array([len(numbers) for numbers in lists])
        flat = np.concatenate(lists).astype(np.int64)
        rows = self._code_of[flat]
        which = np.repeat(np.arange(len(tokens)), sizes)
        characters = characters or self.characters
        seen = characters.encode_seen(tokens)
        lengths = np.array([len(token) for token in tokens])
        chance = np.empty(len(flat))
        order = np.argsort(lengths[which], kind="stable")
        for start in range(0, len(flat), 4_000):
            part = order[start : start + 4_000]
            chance[part] = characters.probabilities(
                self._encoded[rows[part]], seen, which[part], lengths
            )
        total = self.evidence.totals[flat]
        strength = np.maximum(PRIOR_STRENGTH, SURPRISE * total)
        counted = _counted(self.evidence, tokens, lists)
        likelihood = (counted + strength * chance) / (total + strength)
        if own is not None:
            total = own.totals[flat]
            prior = np.maximum(OWN_STRENGTH, OWN_SURPRISE * total)
            mine = _counted(own, tokens, lists)
            likelihood = (mine + prior * likelihood) / (total + prior)
        logs = np.log(np.maximum(likelihood, 1e-12))
        ends = np.cumsum(sizes).tolist()
        return [logs[end - size : end] for end, size in zip(ends, sizes.tolist(), strict=True)]


def _counted(
    evidence: Evidence, tokens: Sequence[str], lists: Sequence[npt.NDArray[np.int64]]
) -> npt.NDArray[np.float64]:
    """How often each token was seen for each of its words, end to end."""
    out = np.zeros(sum(map(len, lists)))
    count_of = np.zeros(len(evidence.totals))
    start = 0
    for token, numbers in zip(tokens, lists, strict=True):
        known = evidence.counts.get(token)
        if known:
            words = list(known)
            count_of[words] = list(known.values())
            out[start : start + len(numbers)] = count_of[numbers]
            count_of[words] = 0.0
        start += len(numbers)
    return out


def save(
    folder: Path, counts: Mapping[str, Mapping[str, int]], characters: CharacterChannel
) -> None:
    """Write the counts (seen → word → count) and the character table."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for seen in sorted(counts):
        pairs = sorted(counts[seen].items(), key=lambda item: (-item[1], item[0]))
        lines.append("\t".join([seen, *(f"{word} {count}" for word, count in pairs)]))
    (folder / "channel.tsv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "letters.txt").write_text("\n".join(characters.letters), encoding="utf-8")
    (folder / "segments.txt").write_text("\n".join(characters.segments), encoding="utf-8")
    row, column = np.nonzero(characters.table > characters.FLOOR)
    np.savez_compressed(
        folder / "characters.npz",
        row=row.astype(np.uint16),
        column=column.astype(np.uint16),
        value=characters.table[row, column].astype(np.float32),
    )


def load_characters(folder: Path) -> CharacterChannel:
    """The shipped character channel."""
    letters = (folder / "letters.txt").read_text(encoding="utf-8").split("\n")
    segments = (folder / "segments.txt").read_text(encoding="utf-8").split("\n")
    data = np.load(folder / "characters.npz")
    table = np.full((len(letters), len(segments)), CharacterChannel.FLOOR)
    table[data["row"].astype(np.int64), data["column"].astype(np.int64)] = data["value"]
    columns = {segment: i for i, segment in enumerate(segments)}
    table = _rounded(letters, _shared_among_alike(letters, table), columns)
    table = _stuttering(table, columns)
    for size in range(1, MAX_SEGMENT + 1):
        # signs never seen in training speak for no letter, however often one met such junk
        junk = columns["?" * size]
        table[:, junk] = np.minimum(table[:, junk], np.median(table[:, junk]))
    return CharacterChannel({letter: i for i, letter in enumerate(letters)}, columns, table)


def _shared_among_alike(
    letters: Sequence[str], table: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The table with a little of what became of each letter lent to those of the same base.

    Marks differ little on paper: where ``ổ`` was seen to become ``o6``, ``ố`` may, too.
    """
    alike: dict[str, list[int]] = {}
    for row, letter in enumerate(letters):
        if len(letter) == 1 and letter.isalpha():
            alike.setdefault(unidecode(letter).lower(), []).append(row)
    shared = table.copy()
    for rows in alike.values():
        if len(rows) > 1:
            shared[rows] = (1 - LENT) * table[rows] + LENT * table[rows].mean(axis=0)
    return shared


def _rounded(
    letters: Sequence[str], table: npt.NDArray[np.float64], columns: Mapping[str, int]
) -> npt.NDArray[np.float64]:
    """The table with 6 and 8 taken for each other in letters (``số`` → ``s8``), never in numerals:
    the training pages were read by one machine alone."""
    rows = [row for row, letter in enumerate(letters) if letter.isalpha()]
    digits = [columns[digit] for digit in "68" if digit in columns]
    rounded = table.copy()
    for one, other in itertools.permutations(digits, 2):
        rounded[rows, one] += ROUND * table[rows, other]
    return rounded


def _stuttering(
    table: npt.NDArray[np.float64], columns: Mapping[str, int]
) -> npt.NDArray[np.float64]:
    """The table with letters read twice, as each of two signs they may become: ``ó`` → ``o6``."""
    doubled = table.copy()
    for segment, column in columns.items():
        if len(segment) == 2 and "?" not in segment:
            first, second = columns.get(segment[0]), columns.get(segment[1])
            if first is not None and second is not None:
                doubled[:, column] += STUTTER * table[:, first] * table[:, second]
    return doubled


def load_evidence(folder: Path, index: Mapping[str, int], size: int) -> Evidence:
    """The shipped counts, words as the language model's numbers (``size`` of them)."""
    counts: dict[str, dict[int, float]] = {}
    totals = np.zeros(size)
    for line in (folder / "channel.tsv").read_text(encoding="utf-8").split("\n"):
        seen, *pairs = line.split("\t")
        entry = counts[seen] = {}
        for pair in pairs:
            word, count = pair.rsplit(" ", 1)
            number = index.get(word)
            if number is not None:
                entry[number] = float(count)
                totals[number] += float(count)
    return Evidence(counts, totals)


def evidence_of(pairs: Iterable[tuple[str, int, float]], size: int) -> Evidence:
    """Evidence from weighted (seen token, word number, weight) triples."""
    counts: dict[str, dict[int, float]] = {}
    totals = np.zeros(size)
    for seen, number, weight in pairs:
        entry = counts.setdefault(seen, {})
        entry[number] = entry.get(number, 0.0) + weight
        totals[number] += weight
    return Evidence(counts, totals)
