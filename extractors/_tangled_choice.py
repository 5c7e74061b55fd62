"""Which parting of a row is taken, of those that the search found likely.

The search adds up what a reading is worth line by line. What only whole cells show is weighed here:
whether a column says the same in other rows, how far a cell stands off the middle of its row. A
log-linear choice among the best (Collins 2000, "Discriminative reranking for natural language
parsing"); its weights are learned from tables printed and read back, whose cells are known
(``python -m training.partings``), never from the documents of raw/.
"""

from __future__ import annotations

import math
import operator
import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from unidecode import unidecode

from extractors._tangled_search import Parting, off_place
from extractors._tangled_splits import SLACK_FREE, Layout, initial_of
from extractors.tangled import AGENCIES, Fragment

Matrix = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "models" / "parting_weights.toml"
COLUMNS = ("text", "agency", "partner", "deadline", "target")
"""Kinds of columns that are looked at, beside the first text: no two tasks are the same."""
LOOKS = {
    "empty": -1,  # 1 where the cell is
    "gap": -1,  # lines passed over within it, in a row that is whole
    "off": -1,  # lines that it stands off its place in such a row
    "over": -1,  # characters that its lines have too many
    "lower": -1,  # 1 where it begins with a small letter
    "upper": -1,  # lines that begin with a capital
    "again": 1,  # letters that another row's cell has, too
    "rows": 1,  # log(1 + rows whose cell says the same)
    "new": -1,  # 1 where no other row's cell says anything like it
    "names": 1,  # letters that are those of known names, in a cell that lists names
}
"""What is seen of a cell, and whether it speaks for the parting or against it: no table that was
learned from can turn that round."""
ALIKE = 78.0  # cells say the same (rapidfuzz ratio, 0-100)
UNLIKE = 70.0
SOMEHOW_ALIKE = 60.0
NAMED = 80.0  # ink less like a name than that is not of it
MOST_OFF = 5.0
_SEPARATOR = re.compile("[,;]")
UNREADABLE = -8.0  # nats a word: ink that reads so badly is none of the first text


def credible(likely: Sequence[Parting], layout: Layout) -> list[Parting]:
    """Those of a row's partings, best first, that may be taken for the likeliest one.

    None of which the cells stand farther off their places: where they were printed says more than
    what the table usually says. And none that gives the first text words which do not read there:
    the columns beside would be rid of all ink that they seldom hold, and the text takes up any.
    """
    off = _off_all(likely[0], layout)
    sense, words = _first_text(likely[0])
    found = []
    for parting in likely:
        its_sense, its_words = _first_text(parting)
        more = its_words - words
        reads = more <= 0 or its_sense - sense >= UNREADABLE * more
        if reads and _off_all(parting, layout) <= off:
            found.append(parting)
    return found


def choose(rows: Sequence[Sequence[Parting]], layout: Layout, names: tuple[str, ...]) -> list[int]:
    """Which of the partings of each row is taken, best first in each; ``names`` are those that
    columns of agencies list."""
    weights = _weights()
    return [int((seen @ weights).argmax()) for seen in looks(rows, layout, names)]


def looks(
    rows: Sequence[Sequence[Parting]], layout: Layout, names: tuple[str, ...]
) -> list[Matrix]:
    """What is seen of each parting, one row a matrix: the score, then of each kind of columns what
    all its cells show (partings × (1 + COLUMNS × LOOKS))."""
    columns = _looked_at(layout)
    known = _letters_of_names(names)
    said = {
        column: [letters_of(partings[0].row.cells[column]) for partings in rows]
        for column, name in enumerate(columns)
        if name
    }
    found = []
    for at, partings in enumerate(rows):
        seen = np.zeros((len(partings), 1 + len(COLUMNS) * len(LOOKS)))
        seen[:, 0] = [parting.score for parting in partings]
        for column, name in enumerate(columns):
            if name is None:
                continue
            first = 1 + len(LOOKS) * COLUMNS.index(name)
            others = [*said[column][:at], *said[column][at + 1 :]]
            listed = known if name in AGENCIES else ()
            found_in = _column(partings, column, others, listed, layout)
            seen[:, first : first + len(LOOKS)] += found_in
        found.append(seen)
    return found


def _looked_at(layout: Layout) -> list[str | None]:
    """What each column is looked at as."""
    kinds = [None, None, *layout.kinds[2:]]
    return [kind if kind in COLUMNS else None for kind in kinds]


def _column(
    partings: Sequence[Parting],
    column: int,
    others: Sequence[str],
    names: tuple[str, ...],
    layout: Layout,
) -> Matrix:
    """What the cell of one column shows in each parting; ``others`` are its cells in other rows,
    ``names`` the letters of those that it may list."""
    cells: dict[tuple[Fragment, ...], int] = {}
    which = [cells.setdefault(parting.row.cells[column], len(cells)) for parting in partings]
    shape = np.array(
        [_shape(partings[which.index(at)], column, layout) for at in range(len(cells))]
    )
    likeness = _likeness([letters_of(cell) for cell in cells], others)
    shape = np.hstack((shape, likeness, _named(list(cells), names)))
    return shape[which]


def _shape(parting: Parting, column: int, layout: Layout) -> tuple[float, ...]:
    """LOOKS up to the likeness to other rows."""
    cell = parting.row.cells[column]
    if not cell:
        return (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    room = layout.widths[column] * (1 + SLACK_FREE) + 1 if layout.widths[column] else math.inf
    begins = [initial_of(fragment.text) for fragment in cell]
    return (
        0.0,
        cell[-1].line - cell[0].line + 1 - len(cell) if parting.whole else 0.0,
        _off(parting, column, layout),
        sum(max(len(fragment.text) - room, 0.0) for fragment in cell),
        begins[0].islower(),
        sum(initial.isupper() for initial in begins[1:]),
    )


def _off(parting: Parting, column: int, layout: Layout) -> float:
    """Lines that a cell stands off its place; none where that says nothing."""
    row, cell = parting.row, parting.row.cells[column]
    if not cell or not parting.whole:
        return 0.0
    off = off_place(cell[0].line, cell[-1].line, row.first_line, row.last_line, layout)
    return min(off, MOST_OFF)


def _off_all(parting: Parting, layout: Layout) -> float:
    """Lines that all cells beside the first text stand off their places."""
    return sum(
        _off(parting, column, layout) for column, name in enumerate(_looked_at(layout)) if name
    )


def _first_text(parting: Parting) -> tuple[float, int]:
    """How well the first text reads (nats), and its words."""
    words = [len(fragment.text.split()) for fragment in parting.row.cells[1]]
    sense = [fragment.sense for fragment in parting.row.cells[1]]
    return sum(map(operator.mul, sense, words)), sum(words)


def _likeness(cells: Sequence[str], others: Sequence[str]) -> Matrix:
    """How the letters of cells are like those of the column's other cells: ``again``, ``rows``,
    ``new``."""
    if not others:
        return np.zeros((len(cells), 3))
    likeness = process.cdist(cells, others, scorer=fuzz.ratio, dtype=np.float64)
    full = np.array([bool(other) for other in others])
    likeness[:, ~full] = 0.0
    most = likeness.max(axis=1)
    same = (likeness >= ALIKE).sum(axis=1)
    length = np.array([len(cell) for cell in cells])
    same[length == 0] = (~full).sum()
    again = length * np.maximum(most - SOMEHOW_ALIKE, 0.0) / (100 - SOMEHOW_ALIKE)
    return np.stack((again, np.log1p(same), (length > 0) & (most < UNLIKE)), axis=1)


def letters_of(cell: Sequence[Fragment]) -> str:
    """The letters and digits of a cell, diacritics and case folded."""
    return letters_in(" ".join(fragment.text for fragment in cell))


def letters_in(text: str) -> str:
    """The same of any text."""
    return "".join(filter(str.isalnum, unidecode(text).lower()))


def _named(cells: Sequence[Sequence[Fragment]], names: tuple[str, ...]) -> Matrix:
    """How many letters of each cell, between commas, are those of the ``names``."""
    lists = [_SEPARATOR.split(" ".join(fragment.text for fragment in cell)) for cell in cells]
    listed = [[letters_in(piece) for piece in pieces] for pieces in lists]
    every = sorted({letters for pieces in listed for letters in pieces})
    if not names or not every:
        return np.zeros((len(cells), 1))
    most = process.cdist(every, names, scorer=fuzz.ratio, dtype=np.float64).max(axis=1)
    alike = np.maximum(most - NAMED, 0.0) / (100 - NAMED)
    share = dict(zip(every, alike.tolist(), strict=True))
    return np.array([[sum(len(one) * share[one] for one in pieces)] for pieces in listed])


@lru_cache(maxsize=4)
def _letters_of_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(letters_in, names)))


@lru_cache(maxsize=1)
def _weights() -> npt.NDArray[np.float64]:
    """The weights of what :func:`looks` sees."""
    read = tomllib.loads(WEIGHTS.read_text("utf-8"))
    return np.array([read["score"], *(read[name][look] for name in COLUMNS for look in LOOKS)])
