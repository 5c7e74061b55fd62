"""Search: which list of known names was printed in a cell that OCR read badly.

The cell's ink is explained as  noise · name · separator · name · … · noise  by a one-pass
dynamic programme (the "connected word recognition" of Vintsyuk 1971 and Ney 1984, over
characters instead of sound frames): every known name is matched in parallel by a weighted
edit distance that knows what an English OCR model makes of Vietnamese letters, and the end of
one name opens the beginning of the next. Costs are in hundredths of a wrong letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from normalizers.folding import fold, ink

Costs = npt.NDArray[np.int64]

# Pairs (true letter, what is read instead) and the cost of the confusion.
_CONFUSED = {
    "a": "4d8@qeo",
    "b": "6h8dl",
    "c": "eoi(",
    "d": "pblao",
    "e": "ec6o9a@",
    "g": "gq9a8",
    "h": "bnlk1i",
    "i": "1l|!tjry:",
    "k": "hlx",
    "l": "1i|!t",
    "m": "nrw",
    "n": "rhmuv",
    "o": "06ce9sdaq4&i",
    "p": "bd",
    "q": "g9",
    "r": "tnf",
    "s": "5380$c",
    "t": "fl1rti",
    "u": "vwyi1n",
    "v": "yuw",
    "x": "kz",
    "y": "vuj",
}
_VOWELS = "aeiouy"
_SOFT = "'\"`|\\^~*_-{}[]()<>=+"
_STOPS = ",;:."

LETTER = 100
_NOISE_STEP = 1 << 11
_FAR = np.int64(1) << 50


def _substitution_costs() -> Costs:
    """A 128 × 128 table: [true character, read character] → cost."""
    table = np.full((128, 128), LETTER, dtype=np.int64)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for true in letters:
        for read in map(chr, range(32, 127)):
            if read in letters:
                cost = 55 if true in _VOWELS and read in _VOWELS else LETTER
            elif read.isdigit():
                cost = 65
            elif read == " ":
                cost = 90
            else:
                cost = 50
            table[ord(true), ord(read)] = cost
        for read in _CONFUSED.get(true, ""):
            if read.isascii():
                table[ord(true), ord(read)] = 30
    for stop in _STOPS:
        for read in _STOPS + "'\"`-|":
            table[ord(stop), ord(read)] = 14
        table[ord(stop), ord(" ")] = 26
    for read in _SOFT + _STOPS:
        table[ord(" "), ord(read)] = 12
        table[ord("-"), ord(read)] = 10
    np.fill_diagonal(table, 0)
    table[ord(";"), ord(":")] = 4
    return table


def _deletion_costs() -> Costs:
    """What it costs that a read character stands for nothing printed."""
    table = np.full(128, 75, dtype=np.int64)
    for character in map(chr, range(128)):
        if character in " \n":
            table[ord(character)] = 5
        elif character in _SOFT or not character.isprintable():
            table[ord(character)] = 10
        elif character in _STOPS:
            table[ord(character)] = 14
        elif character.isdigit():
            table[ord(character)] = 45
        elif not character.isalpha():
            table[ord(character)] = 25
    return table


def _insertion_costs() -> Costs:
    """What it costs that a printed character was not read."""
    table = np.full(128, 85, dtype=np.int64)
    table[ord(" ")] = 7
    table[ord("-")] = 10
    for stop in _STOPS:
        table[ord(stop)] = 24
    return table


_SUBSTITUTE = _substitution_costs()
_DELETE = _deletion_costs()
_INSERT = _insertion_costs()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A known name: its printed ``text`` and what it costs to see it (0: an everyday name).

    A ``tail`` ("có liên quan", "tỉnh Quảng Ngãi") follows a name without a separator.
    A ``common`` name ("các sở, ban, ngành") takes its capitals from the ink.
    """

    text: str
    cost: int = 0
    tail: bool = False
    common: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A name found: the ink [start, end) it explains, its cost, the runner-up's extra cost."""

    phrase: Phrase
    start: int
    end: int
    cost: int
    margin: int


@dataclass(frozen=True, slots=True)
class Found:
    """The cheapest explanation of a cell: its names, the separators between, its whole cost.

    ``cost`` and the parts' margins are in letters (1.0 is one wrong letter); ``letters`` is the
    number of letters of the names; ``end`` is where the last name ends in the ink.
    """

    parts: tuple[Part, ...]
    separators: tuple[str, ...]
    cost: float
    letters: int
    end: int


_SEPARATORS = (("; ", 0), (", ", 6), (" va ", 12), (" / ", 60), (" - ", 60))
_MISSING_SEPARATOR = 70
_NEW_NAME = 25
_NEW_TAIL = 20
_MOST_INK = 400


def _codes(text: str) -> npt.NDArray[np.intp]:
    return np.array([min(ord(character), 127) for character in text], dtype=np.intp)


class Search:
    """The one-pass search over a fixed list of names."""

    def __init__(self, phrases: Iterable[Phrase], beam: int = 72) -> None:
        """``beam``: how many names (those that share most letter pairs) are tried on a cell."""
        self._phrases = tuple(dict.fromkeys(phrases))
        self._beam = beam
        texts = [fold(phrase.text) for phrase in self._phrases]
        width = max(len(text) for text in texts)
        self._length = np.array([len(text) for text in texts])
        self._letters = np.full((len(texts), width), 127, dtype=np.intp)
        self._cost = np.array([phrase.cost for phrase in self._phrases], dtype=np.int64)
        self._tail = np.array([phrase.tail for phrase in self._phrases])
        self._pairs = np.zeros((len(texts), 37 * 37), dtype=np.float32)
        for row, text in enumerate(texts):
            self._letters[row, : len(text)] = _codes(text)
            self._pairs[row, _pairs(text)] = 1.0
        self._pair_count = self._pairs.sum(axis=1)

    def read(self, damaged: str) -> Found | None:
        """The cheapest explanation of ``damaged``; None where no name is in sight."""
        if len(damaged) > _MOST_INK:
            return None
        read = _codes(ink(damaged))
        rows = self._near(ink(damaged))
        if not len(read) or not len(rows):
            return None
        return _Pass(self, rows, read).found()

    def _near(self, text: str) -> npt.NDArray[np.intp]:
        """The names worth trying: those whose letter pairs the ink shows most."""
        seen = np.zeros(self._pairs.shape[1], dtype=np.float32)
        seen[_pairs(text)] = 1.0
        share = (self._pairs @ seen) / self._pair_count
        order = np.argsort(-share, kind="stable")[: self._beam]
        return order[share[order] >= 0.25]


def _pairs(text: str) -> list[int]:
    """Numbers of the letter pairs of a folded text, neighbours and next but one."""
    places = ["abcdefghijklmnopqrstuvwxyz0123456789".find(character) for character in text]
    kept = [place for place in places if place >= 0]
    near = [left * 37 + right for left, right in zip(kept, kept[1:], strict=False)]
    return near + [left * 37 + right for left, right in zip(kept, kept[2:], strict=False)]


class _Pass:
    """One pass over one cell. States hold ``cost * 2**11 + start`` so that the cheapest path
    carries the place where its name began."""

    def __init__(
        self, search: Search, rows: npt.NDArray[np.intp], read: npt.NDArray[np.intp]
    ) -> None:
        self.phrases = [search._phrases[row] for row in rows]
        width = int(search._length[rows].max())
        self.letters = search._letters[rows, :width]
        self.length = search._length[rows]
        self.cost = search._cost[rows]
        self.tail = search._tail[rows]
        self.read = read
        self.insert = _padded_sums(_INSERT[self.letters])

    def found(self) -> Found | None:
        """Run forward, then walk back over where each name began."""
        read, count = self.read, len(self.phrases)
        n = len(read)
        skip = np.concatenate(([0], np.cumsum(_DELETE[read])))
        every = np.arange(count)
        table = _SUBSTITUTE[self.letters[:, :, None], read[None, None, :]] * _NOISE_STEP
        insert = self.insert * _NOISE_STEP
        state = np.full(insert.shape, _FAR, dtype=np.int64)
        separate = _SeparatorPass(read)
        entry_cost = self.cost + np.where(self.tail, _NEW_TAIL, _NEW_NAME)
        best_end = np.full(n + 1, _FAR, dtype=np.int64)
        back: list[tuple[int, int] | None] = [None] * (n + 1)
        opened: list[tuple[int, str] | None] = [None] * (n + 1)
        name_entry = int(0)
        for i in range(n + 1):
            if i:
                step = state + _DELETE[read[i - 1]] * _NOISE_STEP
                step[:, 1:] = np.minimum(step[:, 1:], state[:, :-1] + table[:, :, i - 1])
                step = np.minimum.accumulate(step - insert, axis=1) + insert
                state = step
                ends = state[every, self.length]
                row = int(ends.argmin())
                if ends[row] < _FAR:
                    best_end[i] = ends[row] // _NOISE_STEP
                    back[i] = (row, int(ends[row] % _NOISE_STEP))
            after = separate.step(i, int(best_end[i]))
            name_entry = int(skip[i])
            if after is not None and after[0] < name_entry:
                name_entry = after[0]
                opened[i] = (after[1], after[2])
            entries = np.where(self.tail, best_end[i], name_entry) + entry_cost
            fresh = np.minimum(entries, _FAR // _NOISE_STEP) * _NOISE_STEP + i
            state = np.minimum(state, fresh[:, None] + insert)
        totals = best_end + (skip[-1] - skip)
        end = int(totals.argmin())
        if best_end[end] >= _FAR // _NOISE_STEP:
            return None
        return self._walk_back(end, int(totals[end]), back, opened)

    def _walk_back(
        self,
        end: int,
        total: int,
        back: Sequence[tuple[int, int] | None],
        opened: Sequence[tuple[int, str] | None],
    ) -> Found | None:
        parts: list[Part] = []
        separators: list[str] = []
        at = end
        while True:
            step = back[at]
            if step is None or (parts and at >= parts[0].end):
                return None
            row, start = step
            parts.insert(0, self._part(row, start, at))
            if self.phrases[row].tail:
                separators.insert(0, " ")
                at = start
                continue
            before = opened[start]
            if before is None:
                break
            at = before[0]
            separators.insert(0, before[1])
        letters = sum(sum(map(str.isalpha, part.phrase.text)) for part in parts)
        return Found(tuple(parts), tuple(separators), total / LETTER, letters, end)

    def _part(self, row: int, start: int, end: int) -> Part:
        """The name with its own cost and the extra cost of the best other name there."""
        piece = self.read[start:end]
        insert = self.insert
        state = insert.copy()
        for code in piece:
            step = state + _DELETE[code]
            step[:, 1:] = np.minimum(step[:, 1:], state[:, :-1] + _SUBSTITUTE[self.letters, code])
            state = np.minimum.accumulate(step - insert, axis=1) + insert
        ends = state[np.arange(len(self.phrases)), self.length] + self.cost
        own = int(ends[row])
        same = fold(self.phrases[row].text)
        others = [
            int(cost)
            for phrase, cost in zip(self.phrases, ends, strict=True)
            if phrase.tail == self.phrases[row].tail and fold(phrase.text) != same
        ]
        margin = min(others, default=own + 10 * LETTER) - own
        return Part(self.phrases[row], start, end, own, margin)


class _SeparatorPass:
    """What may stand between two names, matched as the names are."""

    def __init__(self, read: npt.NDArray[np.intp]) -> None:
        self._read = read
        self._letters = _separator_letters()
        self._length = np.array([len(text) for text, _ in _SEPARATORS])
        self._cost = np.array([cost for _, cost in _SEPARATORS], dtype=np.int64)
        self._insert = _padded_sums(_INSERT[self._letters]) * _NOISE_STEP
        self._state = np.full(self._insert.shape, _FAR, dtype=np.int64)

    def step(self, i: int, name_end: int) -> tuple[int, int, str] | None:
        """After ``i`` characters, with the best name ending there: (cost, where the name before
        ended, separator) of the best separator that ends here; None where there is none."""
        state = self._state
        if i:
            code = self._read[i - 1]
            step = state + _DELETE[code] * _NOISE_STEP
            step[:, 1:] = np.minimum(
                step[:, 1:], state[:, :-1] + _SUBSTITUTE[self._letters, code] * _NOISE_STEP
            )
            state = np.minimum.accumulate(step - self._insert, axis=1) + self._insert
        if name_end < _FAR // _NOISE_STEP:
            fresh = (name_end + self._cost) * _NOISE_STEP + i
            state = np.minimum(state, fresh[:, None] + self._insert)
        self._state = state
        ends = state[np.arange(len(self._length)), self._length]
        row = int(ends.argmin())
        if ends[row] >= _FAR:
            return None
        origin = int(ends[row] % _NOISE_STEP)
        if origin == i:
            return int(ends[row] // _NOISE_STEP) + _MISSING_SEPARATOR, origin, _SEPARATORS[0][0]
        return int(ends[row] // _NOISE_STEP), origin, _SEPARATORS[row][0]


@cache
def _separator_letters() -> npt.NDArray[np.intp]:
    width = max(len(text) for text, _ in _SEPARATORS)
    letters = np.full((len(_SEPARATORS), width), 127, dtype=np.intp)
    for row, (text, _) in enumerate(_SEPARATORS):
        letters[row, : len(text)] = _codes(text)
    return letters


def _padded_sums(costs: Costs) -> Costs:
    """Running sums along each row with a leading zero: shape (rows, columns + 1)."""
    return np.concatenate(
        (np.zeros((costs.shape[0], 1), dtype=np.int64), np.cumsum(costs, axis=1)), axis=1
    )
