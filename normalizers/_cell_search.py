"""Search: which list of known names was printed in a cell that OCR read badly.

The cell's ink is explained as  noise · name · separator · name · … · noise  by a one-pass
dynamic programme (the "connected word recognition" of Vintsyuk 1971 and Ney 1984, over
characters instead of sound frames): every known name is matched in parallel by a weighted
edit distance that knows what an English OCR model makes of Vietnamese letters, and the end of
one name opens the beginning of the next. Costs are in hundredths of a wrong letter.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from normalizers.folding import fold, ink

Costs = npt.NDArray[np.int32]

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
# A state holds ``cost * _STEP + start``: the cheapest path carries where its name began.
_STEP = 1 << 9
_FAR = 1 << 29


def _substitution_costs() -> Costs:
    """A 128 × 128 table: [true character, read character] → cost."""
    table = np.full((128, 128), LETTER, dtype=np.int32)
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
    table[ord("a") : ord("z") + 1, [ord(stop) for stop in ",;"]] = 75
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
    table = np.full(128, 75, dtype=np.int32)
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
    table = np.full(128, 85, dtype=np.int32)
    table[ord(" ")] = 7
    table[ord("-")] = 10
    for stop in _STOPS:
        table[ord(stop)] = 24
    return table


SUBSTITUTE = _substitution_costs()
DELETE = _deletion_costs()
INSERT = _insertion_costs()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A known name: its printed ``text`` and what it costs to see it (0: an everyday name).

    A ``tail`` ("có liên quan", "tỉnh Quảng Ngãi") follows a name without a separator.
    A ``common`` name ("các sở, ban, ngành") takes its capitals from the ink.
    ``inked`` is what the ink shows of the name where that is not all of it. ``surcharge`` is the
    share of the cost that words lost and a name not met elsewhere have; it says nothing of the ink.
    """

    text: str
    cost: int = 0
    tail: bool = False
    common: bool = False
    inked: str = ""
    surcharge: int = 0


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
    inked: int


_SEPARATORS = (("; ", 0), (", ", 6), (" va ", 12), (" / ", 60), (" - ", 60))
_MISSING_SEPARATOR = 70
_NEW_NAME = 25
_NEW_TAIL = 20
_RIVALS = 28
_MOST_INK = _STEP - 1
GHOST = (90, 10)  # what a word of ink that was never printed costs, and each letter of it
_STRAY = (130, 18)  # what a line amid a name costs that another column printed
_LONGEST_STRAY = 12
_LEAST_GROUP = 500  # texts that are matched together at least
_MOST_GROUPS = 4
_LIKE = 60.0  # per cent of likeness with a word of a name: such ink was printed


def _codes(text: str) -> npt.NDArray[np.intp]:
    return np.array([min(ord(character), 127) for character in text], dtype=np.intp)


class Search:
    """The one-pass search over a fixed list of names."""

    def __init__(self, phrases: Iterable[Phrase], ghosts: bool = False) -> None:
        """``ghosts``: whole words of the ink may stand for nothing.

        Names that fold to the same letters are one; the first, least costly one stands."""
        by_text: dict[str, Phrase] = {}
        for phrase in sorted(phrases, key=lambda phrase: phrase.cost):
            by_text.setdefault(fold(phrase.inked or phrase.text), phrase)
        texts = sorted(by_text, key=len)
        self.phrases = tuple(by_text[text] for text in texts)
        self.length = np.array([len(text) for text in texts])
        self.letters = np.full((len(texts), int(self.length.max())), 127, dtype=np.intp)
        for row, text in enumerate(texts):
            self.letters[row, : len(text)] = _codes(text)
        self.cost = np.array([phrase.cost for phrase in self.phrases], dtype=np.int32)
        self.tail = np.array([phrase.tail for phrase in self.phrases])
        self.pairs = np.zeros((37 * 37, len(texts)), dtype=np.int16)
        for row, text in enumerate(texts):
            self.pairs[_pairs(text), row] = 1
        self.pair_count = self.pairs.sum(axis=0)
        # Names with the same letters are prints of one name, and no rivals.
        kinds: dict[str, int] = {}
        letters = ["".join(filter(str.isalpha, fold(one.text))) for one in self.phrases]
        self.kind = np.array([kinds.setdefault(text, len(kinds)) for text in letters])
        self.matcher = _Matchers(self.letters, self.length)
        self.ghosts = ghosts
        spelled = {word for text in texts for word in re.findall(r"\w+", text)}
        self.words = sorted(spelled)

    def read(self, damaged: str) -> Found | None:
        """The cheapest explanation of ``damaged``; None where it holds no letter or too many."""
        if len(damaged) > _MOST_INK or not any(map(str.isalnum, damaged)):
            return None
        lines = [line.span() for line in re.finditer(r"[^\n]+", damaged)]
        read = [int(code) for code in _codes(ink(damaged.replace("\n", " ")))]
        return _Pass(self, read, lines).found()


# Letters that OCR takes for one another count as one when letter pairs are compared.
_ALIKE = str.maketrans("aeuywd0649&1l|!tj583", "oooooooooooiiiiiisbs")
_KINDS = "abcdefghijklmnopqrstuvwxyz0123456789"


def _pairs(text: str) -> list[int]:
    """Numbers of the letter pairs of a folded text, neighbours and next but one."""
    places = [_KINDS.find(character) for character in text.translate(_ALIKE)]
    kept = [place for place in places if place >= 0]
    near = [left * 37 + right for left, right in pairwise(kept)]
    return near + [left * 37 + right for left, right in zip(kept, kept[2:], strict=False)]


class _Matcher:
    """Weighted edit distance of many texts at once against ink read character by character.

    ``state[j, p]`` is the cost of having explained the ink so far with the first ``j``
    characters of text ``p``, less what inserting those ``j`` characters would cost: the
    insertions of a column then cost nothing and are one running minimum.
    """

    def __init__(self, letters: npt.NDArray[np.intp], length: npt.NDArray[np.intp]) -> None:
        """``letters``: codes, shape (texts, longest); ``length``: characters of each text."""
        self._letters = letters.T
        self._length = length
        self._every = np.arange(len(length))
        single = INSERT[self._letters]
        self._single = single * _STEP
        zero = np.zeros((1, len(length)), dtype=np.int32)
        sums = np.concatenate((zero, np.cumsum(single, axis=0, dtype=np.int32)), axis=0)
        self._whole = sums[length, self._every] * _STEP
        self._swap: dict[int, Costs] = {}
        self.state = np.full(sums.shape, _FAR, dtype=np.int32)

    def open(self, entries: Costs | int) -> None:
        """Let the texts begin here at these costs."""
        np.minimum(self.state, entries, out=self.state)

    def clear(self) -> None:
        """Forget the ink read; no text begins yet."""
        self.state[:] = _FAR

    def restart(self) -> None:
        """Forget the ink read; all texts begin here at no cost."""
        self.state[:] = 0

    def step(self, code: int) -> None:
        """Read one more character."""
        swap = self._swap.get(code)
        if swap is None:
            swap = SUBSTITUTE[self._letters, code] * _STEP - self._single
            self._swap[code] = swap
        moved = self.state[:-1] + swap
        self.state += DELETE[code] * _STEP
        np.minimum(self.state[1:], moved, out=self.state[1:])
        np.minimum.accumulate(self.state, axis=0, out=self.state)

    def pass_over(self, before: Costs, cost: int, amid: bool = False) -> None:
        """Explain the ink since ``before``, a copy of the state, as never printed.

        ``amid``: only where a text has begun and not ended.
        """
        passed = before + cost * _STEP
        if amid:
            passed[0] = _FAR
            passed[self._length, self._every] = _FAR
        np.minimum(self.state, passed, out=self.state)

    def ends(self) -> Costs:
        """Cost of ending each text here."""
        return self.state[self._length, self._every] + self._whole


class _Matchers:
    """A matcher of many texts, shortest first, in groups: short ones need less room."""

    def __init__(self, letters: npt.NDArray[np.intp], length: npt.NDArray[np.intp]) -> None:
        count = max(1, min(_MOST_GROUPS, len(length) // _LEAST_GROUP))
        edges = np.linspace(0, len(length), count + 1).astype(int).tolist()
        self._groups = list(itertools.starmap(slice, pairwise(edges)))
        self._matchers = [
            _Matcher(letters[group, : int(length[group].max())], length[group])
            for group in self._groups
        ]

    def state(self) -> list[Costs]:
        """A copy of what the matchers know."""
        return [matcher.state.copy() for matcher in self._matchers]

    def open(self, entries: Costs) -> None:
        for group, matcher in zip(self._groups, self._matchers, strict=True):
            matcher.open(entries[group])

    def clear(self) -> None:
        for matcher in self._matchers:
            matcher.clear()

    def step(self, code: int) -> None:
        for matcher in self._matchers:
            matcher.step(code)

    def pass_over(self, before: Sequence[Costs], cost: int, amid: bool) -> None:
        for matcher, state in zip(self._matchers, before, strict=True):
            matcher.pass_over(state, cost, amid)

    def ends(self) -> Costs:
        return np.concatenate([matcher.ends() for matcher in self._matchers])


class _Pass:
    """One pass over one cell."""

    def __init__(self, search: Search, read: list[int], lines: Sequence[tuple[int, int]]) -> None:
        self.search = search
        self.cost = search.cost
        self.matcher = search.matcher
        self.matcher.clear()
        self.read = read
        self.ghosts = _ghosts(read, search.words, lines) if search.ghosts else {}
        self.begins = {start for passed in self.ghosts.values() for start, _, _ in passed}

    def found(self) -> Found | None:
        """Run forward, then walk back over where each name began."""
        read, n = self.read, len(self.read)
        ghosts = self.ghosts
        skip = _skipping(read, ghosts)
        begun: dict[int, list[Costs]] = {}
        tail = self.search.tail
        entry_cost = self.cost + np.where(tail, _NEW_TAIL, _NEW_NAME)
        separate = _SeparatorPass()
        best_end = np.full(n + 1, _FAR // _STEP, dtype=np.int64)
        back: list[tuple[int, int] | None] = [None] * (n + 1)
        # The same for names alone: a tail follows a name, never another tail.
        best_name = np.full(n + 1, _FAR // _STEP, dtype=np.int64)
        back_name: list[tuple[int, int] | None] = [None] * (n + 1)
        names = np.flatnonzero(~tail)
        opened: list[tuple[int, str] | None] = [None] * (n + 1)
        for i in range(n + 1):
            if i:
                self.matcher.step(read[i - 1])
                for start, cost, amid in ghosts.get(i, ()):
                    self.matcher.pass_over(begun[start], cost, amid)
                ends = self.matcher.ends()
                row = int(ends.argmin())
                cost, start = divmod(int(ends[row]), _STEP)
                if cost < _FAR // _STEP:
                    best_end[i] = cost
                    back[i] = (row, start)
                row = int(names[ends[names].argmin()])
                cost, start = divmod(int(ends[row]), _STEP)
                if cost < _FAR // _STEP:
                    best_name[i] = cost
                    back_name[i] = (row, start)
            after = separate.step(i, read[i - 1] if i else None, int(best_end[i]))
            name_entry = int(skip[i])
            if after is not None and after[0] < name_entry:
                name_entry = after[0]
                opened[i] = (after[1], after[2])
            entries = np.where(tail, int(best_name[i]), name_entry) + entry_cost
            fresh = np.minimum(entries, _FAR // _STEP - 1) * _STEP + i
            self.matcher.open(fresh.astype(np.int32))
            if i in self.begins:
                begun[i] = self.matcher.state()
        totals = best_end + (skip[-1] - skip)
        end = int(totals.argmin())
        if best_end[end] >= _FAR // _STEP:
            return None
        return self._walk_back(end, int(totals[end]), (back, back_name), opened)

    def _walk_back(
        self,
        end: int,
        total: int,
        backs: tuple[Sequence[tuple[int, int] | None], Sequence[tuple[int, int] | None]],
        opened: Sequence[tuple[int, str] | None],
    ) -> Found | None:
        parts: list[Part] = []
        separators: list[str] = []
        at = end
        back, back_name = backs
        while True:
            step = (back_name if parts and parts[0].phrase.tail else back)[at]
            if step is None or (parts and at >= parts[0].end):
                return None
            row, start = step
            parts.insert(0, self._part(row, start, at))
            if self.search.phrases[row].tail:
                separators.insert(0, " ")
                at = start
                continue
            before = opened[start]
            if before is None:
                break
            at = before[0]
            separators.insert(0, before[1])
        letters = sum(sum(map(str.isalpha, part.phrase.text)) for part in parts)
        inked = sum(sum(map(str.isalpha, one.phrase.inked or one.phrase.text)) for one in parts)
        return Found(tuple(parts), tuple(separators), total / LETTER, letters, end, inked)

    def _part(self, row: int, start: int, end: int) -> Part:
        """The name with its own cost and the extra cost of the best other name there."""
        search, piece = self.search, self.read[start:end]
        seen = sorted(set(_pairs("".join(map(chr, piece)))))
        share = search.pairs[seen].sum(axis=0) / search.pair_count
        share[row] = 2.0
        near = np.argsort(-share, kind="stable")[:_RIVALS]
        length = search.length[near]
        matcher = _Matcher(search.letters[near, : int(length.max())], length)
        matcher.restart()
        begun: dict[int, Costs] = {}
        for i, code in enumerate(piece, start + 1):
            if i - 1 in self.begins:
                begun[i - 1] = matcher.state.copy()
            matcher.step(code)
            for first, cost, amid in self.ghosts.get(i, ()):
                if first in begun:
                    matcher.pass_over(begun[first], cost, amid)
        ends = matcher.ends() // _STEP + self.cost[near]
        own = int(ends[0])
        real = (search.tail[near] == search.tail[row]) & (search.kind[near] != search.kind[row])
        margin = int(ends[real].min()) - own if real.any() else 10 * LETTER
        return Part(search.phrases[row], start, end, own, margin)


_Ghosts = dict[int, list[tuple[int, int, bool]]]
"""Where ink that may never have been printed ends → where it begins, what passing it costs, and
whether only a name that goes on may pass it."""


def _ghosts(read: Sequence[int], known: Sequence[str], lines: Sequence[tuple[int, int]]) -> _Ghosts:
    """Words like none of the ``known`` ones; amid a name also short lines of whatever words: they
    are a neighbouring column's."""
    text = "".join(map(chr, read))
    found: _Ghosts = {}

    def pass_over(start: int, end: int, costs: tuple[int, int], amid: bool) -> None:
        once, each = costs
        cost = once + each * sum(map(str.isalnum, text[start:end]))
        if cost < int(DELETE[read[start:end]].sum()):
            found.setdefault(end, []).append((start, cost, amid))

    for word in re.finditer(r"\S+", text):
        if not is_like("".join(filter(str.isalnum, word.group())), known):
            pass_over(*word.span(), GHOST, amid=False)
    for start, end in lines[1:-1]:
        if sum(map(str.isalnum, text[start:end])) <= _LONGEST_STRAY:
            pass_over(start, end, _STRAY, amid=True)
    return found


def _skipping(read: Sequence[int], ghosts: _Ghosts) -> npt.NDArray[np.int64]:
    """What it costs that none of the first ``i`` characters was printed, for every ``i``."""
    skip = np.zeros(len(read) + 1, dtype=np.int64)
    for end, code in enumerate(read, 1):
        skip[end] = skip[end - 1] + DELETE[code]
        for start, cost, amid in ghosts.get(end, ()):
            if not amid:
                skip[end] = min(skip[end], skip[start] + cost)
    return skip


def is_like(word: str, known: Sequence[str]) -> bool:
    """Whether a word of the ink may print one of the ``known`` ones."""
    return process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_LIKE) is not None


class _SeparatorPass:
    """What may stand between two names, matched as the names are."""

    def __init__(self) -> None:
        letters, length = _separator_letters()
        self._matcher = _Matcher(letters, length)
        self._cost = np.array([cost for _, cost in _SEPARATORS], dtype=np.int32)

    def step(self, i: int, code: int | None, name_end: int) -> tuple[int, int, str] | None:
        """After ``i`` characters, ``code`` the last, with the best name ending there: (cost,
        where the name before ended, separator) of the best separator that ends here."""
        if code is not None:
            self._matcher.step(code)
        if name_end < _FAR // _STEP:
            self._matcher.open((name_end + self._cost) * _STEP + i)
        ends = self._matcher.ends()
        row = int(ends.argmin())
        if ends[row] >= _FAR:
            return None
        cost, origin = divmod(int(ends[row]), _STEP)
        if origin == i:
            return cost + _MISSING_SEPARATOR, origin, _SEPARATORS[0][0]
        return cost, origin, _SEPARATORS[row][0]


@cache
def _separator_letters() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    length = np.array([len(text) for text, _ in _SEPARATORS])
    letters = np.full((len(_SEPARATORS), int(length.max())), 127, dtype=np.intp)
    for row, (text, _) in enumerate(_SEPARATORS):
        letters[row, : len(text)] = _codes(text)
    return letters, length
