"""Two neighbouring columns of agencies: which names stand left of the rule between them, which
right.

The columns of a damaged table were parted line by line, and where both hold names a line is soon
given to the wrong one. But the left column (who leads) says few things, most of them often: each
is tried in a doubtful row, cut out of the row's lines wherever its ink is, and what is left is read
as the other column's list. The cut stays where it was unless another one reads clearly better.

Costs are counted in wrong letters, as in ``_cell_search``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from normalizers._cell_search import DELETE, GHOST, INSERT, LETTER, SUBSTITUTE, Search, is_like
from normalizers.agency_cells import CellRead, read_alone, search_for
from normalizers.folding import ink, nfc

Line = tuple[int, str, str]
"""A printed line: its number in the table, what it gave to the left column and to the right."""


@dataclass(frozen=True, slots=True)
class NamesRow:
    """The lines of a row that gave something to one of the two columns, top to bottom.

    ``middle`` is the line about which the cells of the row stand, None where it is not known.
    """

    lines: tuple[Line, ...]
    middle: float | None = None


_SURE = 0.5  # a cell so sure says what its column holds (0-1)
_GAIN = 0.6  # letters that another cut must gain
_OFF_MIDDLE = 0.2  # letters for each line that a cell stands off the middle of its row
_GAP = 0.3  # for each line within a cell that gives it nothing
_NATS = 3.0  # nats that a wrong letter is worth
_UNMET = 2 / 3  # times that a cell not met in the column counts as met
_UNMET_CELLS = 2.0  # and all of these together
_NO_LEFT = 3.0  # letters that an empty left cell costs: some agency always leads
_LEFT_OVER = 0.15  # what a letter costs that is left for the right column, while cuts are sought
_MOVED = 0.2  # and each line that is cut elsewhere
_UNREAD = 0.9  # what a letter costs that no name explains
_BEAM = 8
_MOST_USUAL = 16  # cells of the left column that are sought in a row
_TRIED = 3  # and read to the end
_MOST_NAMES = 4  # longer lists count as one of so many names
_MISFIT = 0.35  # wrong letters a letter: a cell that fits so badly is not the one sought
_GHOST_INK = 0.3  # moved ink that costs so much a letter was not printed in the right cell either
_FAR = 1e9


def part_again(rows: Sequence[NamesRow]) -> list[NamesRow]:
    """The rows with their names moved over the rule between the columns where that reads better.

    A row that stays as it was is the same object.
    """
    texts = dict.fromkeys(text for row in rows for text in _cells(row.lines) if text)
    alone = {text: read_alone(text) for text in texts}
    habits = _Habits(rows, alone)
    if not habits.left:
        return list(rows)
    judge = _Judge(search_for(alone.values(), _SURE))
    usual = [letters for letters, _ in habits.left.most_common(_MOST_USUAL)]
    targets = _Targets(usual)
    return [
        _part_row(row, habits, judge, targets) if _is_doubtful(row, alone, habits) else row
        for row in rows
    ]


class _Habits:
    """What the surely read cells of the two columns are."""

    def __init__(self, rows: Sequence[NamesRow], alone: Mapping[str, CellRead]) -> None:
        self.left: Counter[str] = Counter()  # letters of the left cells
        self._right: Counter[int] = Counter()  # numbers of names in the right ones
        for row in rows:
            left, right = _cells(row.lines)
            if left and _is_sure(alone[left]):
                self.left[_letters(alone[left].reading.text)] += 1
            if not right or _is_sure(alone[right]):
                self._right[min(len(alone[right].names), _MOST_NAMES) if right else 0] += 1

    def left_cost(self, letters: str, own: str) -> float:
        """What it costs to meet a cell in the left column, of a row that was read as ``own``."""
        times = max(self.left[letters] - (letters == own), _UNMET)
        return -math.log(times / (self.left.total() + _UNMET_CELLS)) / _NATS

    def right_cost(self, names: int) -> float:
        """What it costs to meet a list of so many names in the right column."""
        times = self._right[min(names, _MOST_NAMES)] + 0.3
        return -math.log(times / (self._right.total() + 1.5)) / _NATS


class _Judge:
    """Reads cells as lists of names, each once."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._known: dict[str, tuple[float, int]] = {}

    def cost(self, text: str) -> tuple[float, int]:
        """Wrong letters of a cell, and how many names it lists."""
        known = self._known.get(text)
        if known is None:
            found = self._search.read(nfc(text))
            unread = _UNREAD * sum(map(str.isalnum, text))
            if found is None:
                known = unread, 1
            else:
                names = sum(not part.phrase.tail for part in found.parts)
                known = min(found.cost, unread + 1), names
            self._known[text] = known
        return known

    def is_shred(self, word: str) -> bool:
        """Whether the ink is like no word of a name."""
        return not is_like(_letters(word), self._search.words)


class _Targets:
    """Cells that are sought in the lines of a row, all of them together."""

    def __init__(self, texts: Sequence[str]) -> None:
        """``texts``: letters of the cells."""
        self.texts = tuple(texts)
        self.length = np.array([len(text) for text in texts])
        self._codes = np.full((len(texts), int(self.length.max())), 127, dtype=np.intp)
        for row, text in enumerate(texts):
            self._codes[row, : len(text)] = [ord(character) for character in text]
        zero = np.zeros((len(texts), 1))
        single = np.cumsum(INSERT[self._codes], axis=1, dtype=np.float64)
        self._lost = np.concatenate((zero, single), axis=1)[:, None]
        beyond = np.arange(self._lost.shape[2]) > self.length[:, None]
        self._beyond = np.where(beyond, _FAR, 0.0)[:, None]

    def cuts(self, lines: Sequence[Line]) -> list[tuple[float, float, tuple[int, ...]]]:
        """For each cell: what the best cut costs with what it leaves over, what the cell itself
        costs, and how many words of each line are its own."""
        count = len(self.texts)
        state = self._lost.copy()  # cells × ways × letters explained
        spent = np.zeros((count, 1))
        taken = np.zeros((count, 1, 0), dtype=np.intp)
        for _, left, right in lines:
            words = [_letters(word) for word in _words(left, right)]
            before = len(left.split())
            ahead = np.cumsum([0, *map(len, words)])
            ways = [state]
            for word in words:
                ways.append(self._read(ways[-1], word))
            over = LETTER * (_LEFT_OVER * (ahead[-1] - ahead) + _MOVED)
            over[before] -= LETTER * _MOVED
            cuts = np.tile(np.arange(len(ways)).repeat(state.shape[1]), (count, 1))
            spent = (spent[:, None] + over[None, :, None]).reshape(count, -1)
            taken = np.concatenate((np.tile(taken, (1, len(ways), 1)), cuts[..., None]), axis=2)
            state = np.concatenate(ways, axis=1)
            order = np.argsort((state + self._beyond).min(axis=2) + spent, axis=1, kind="stable")
            kept = order[:, :_BEAM]
            rows = np.arange(count)[:, None]
            state, spent, taken = state[rows, kept], spent[rows, kept], taken[rows, kept]
        found = []
        for row, length in enumerate(self.length):
            own = state[row, :, length]
            best = int((own + spent[row]).argmin())
            whole = float(own[best] + spent[row, best]) / LETTER
            found.append((whole, float(own[best]) / LETTER, tuple(map(int, taken[row, best]))))
        return found

    def _read(self, state: npt.NDArray[np.float64], word: str) -> npt.NDArray[np.float64]:
        """What it costs to have explained the ink, and the ``word`` after it, with each number of
        letters."""
        grown = state
        for character in word:
            code = min(ord(character), 127)
            swapped = grown[..., :-1] + SUBSTITUTE[self._codes, code][:, None]
            grown = grown + DELETE[code]
            np.minimum(grown[..., 1:], swapped, out=grown[..., 1:])
            grown = np.minimum.accumulate(grown - self._lost, axis=2) + self._lost
        once, each = GHOST
        return np.minimum(grown, state + once + each * len(word)) if len(word) > 1 else grown


def _is_doubtful(row: NamesRow, alone: Mapping[str, CellRead], habits: _Habits) -> bool:
    """Whether the left cell is none that the column holds often, or one of the two is not sure."""
    left, right = _cells(row.lines)
    if not left or not right:
        return bool(left or right)
    usual = habits.left[_letters(alone[left].reading.text)] > 1
    return not (usual and _is_sure(alone[left]) and _is_sure(alone[right]))


def _part_row(row: NamesRow, habits: _Habits, judge: _Judge, targets: _Targets) -> NamesRow:
    left, right = _cells(row.lines)
    cost, own = _NO_LEFT, ""
    if left:
        own = _letters(read_alone(left).reading.text)
        cost = judge.cost(left)[0] + habits.left_cost(own, own)
    whole = _letters(read_alone(right).reading.text) if right else ""
    best, lowest = row, cost + _right_cost(right, habits, judge) + _out_of_place(row) - _GAIN
    cuts = targets.cuts(row.lines)
    usual = [habits.left_cost(text, own) for text in targets.texts]
    for at in sorted(range(len(cuts)), key=lambda at: cuts[at][0] + usual[at])[:_TRIED]:
        cut = _cut(row, cuts[at][2], judge)
        if cut.lines == row.lines or cuts[at][1] > _MISFIT * targets.length[at]:
            continue
        if left and targets.texts[at] == whole:
            continue  # it stands in its place, and the left cell is another
        over = _right_cost(_cells(cut.lines)[1], habits, judge)
        cost = cuts[at][1] + usual[at] + over + _out_of_place(cut)
        if cost < lowest:
            best, lowest = cut, cost
    return best if best is row else _without_ghosts(row, best, judge)


def _without_ghosts(row: NamesRow, cut: NamesRow, judge: _Judge) -> NamesRow:
    """The row cut anew without the ink that was moved and makes no name there either."""
    lines = list(cut.lines)
    for at, (old, new) in enumerate(zip(row.lines, cut.lines, strict=True)):
        moved = len(new[2]) - len(old[2])
        if moved <= 0:
            continue
        kept = [*lines]
        kept[at] = (*new[:2], old[2])
        with_it, without = _cells(lines)[1], _cells(kept)[1]
        extra = judge.cost(with_it)[0] - (judge.cost(without)[0] if without else 0.0)
        if extra > _GHOST_INK * sum(map(str.isalnum, new[2][:moved])):
            lines = kept
    return NamesRow(tuple(lines), cut.middle)


def _right_cost(text: str, habits: _Habits, judge: _Judge) -> float:
    if not text:
        return habits.right_cost(0)
    cost, names = judge.cost(text)
    return cost + habits.right_cost(names)


def _cut(row: NamesRow, taken: Sequence[int], judge: _Judge) -> NamesRow:
    """The row with so many words of each line in the left column. Shreds that its cell does not
    explain were printed in neither."""
    lines: list[Line] = []
    for (number, left, right), count in zip(row.lines, taken, strict=True):
        words = _words(left, right)
        before = len(left.split())
        moved = words[count:before]
        shreds = sum(len(word) for word in moved if judge.is_shred(word))
        if 2 * shreds > sum(map(len, moved)):
            moved = []
        after = words[max(count, before) :]
        lines.append((number, " ".join(words[:count]), " ".join([*moved, *after])))
    return NamesRow(tuple(lines), row.middle)


def _out_of_place(row: NamesRow) -> float:
    """What it costs that cells have gaps and stand off the middle of their row."""
    cost = 0.0
    for side in (1, 2):
        lines = [line[0] for line in row.lines if line[side]]
        if lines:
            cost += _GAP * (lines[-1] - lines[0] + 1 - len(lines))
            if row.middle is not None:
                off = abs((lines[0] + lines[-1]) / 2 - row.middle)
                cost += _OFF_MIDDLE * max(0.0, off - 0.5)
    return cost


def _is_sure(read: CellRead) -> bool:
    return read.reading.confidence >= _SURE


def _cells(lines: Sequence[Line]) -> tuple[str, str]:
    """The texts of the two cells, a printed line a line."""
    left = "\n".join(line[1] for line in lines if line[1])
    return left, "\n".join(line[2] for line in lines if line[2])


def _words(left: str, right: str) -> list[str]:
    return left.split() + right.split()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, ink(text)))
