"""What a table is made of whose columns OCR ran together, and what is asked about its document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["number", "text", "agency", "partner", "target", "deadline", "mark"]
"""What a column holds; a ``partner`` is an agency beside the one that leads."""
AGENCIES: tuple[Kind, ...] = ("agency", "partner")
Alignment = Literal["middle", "top"]
Context = tuple[str, ...]


class Reading(Protocol):
    """What one damaged token may have been."""

    @property
    def word(self) -> str: ...
    @property
    def log_channel(self) -> float: ...


Language = Callable[[Context], Mapping[str, float]]
"""log P(word) of any word after those of a cell; ``()`` begins a cell, ``"</s>"`` ends it."""

NamesLine = tuple[int, str, str]
"""A printed line: its number in the table, what it gave to the left of two neighbouring columns of
names and to the right one."""

NamesRow = tuple[Sequence[NamesLine], float | None]
"""A row's lines that gave something to one of the two, and the line about which its cells stand,
None where no cell tells."""


class DocumentReader(Protocol):
    """The languages of one document's columns; see ``pipeline.reader`` for the real one."""

    def candidates(self, token: str) -> Sequence[Reading]:
        """What a damaged token may have been."""
        ...

    def language(self, kind: Kind) -> Language:
        """The language of a kind of column."""
        ...

    def learned(self, kind: Kind, cells: Sequence[str]) -> Language:
        """The language of one column, after a first reading of its cells."""
        ...

    def names(self) -> tuple[str, ...]:
        """Names that columns of agencies list."""
        ...

    def section_code(self, tokens: Sequence[str], below: str) -> tuple[int, float] | None:
        """Leading tokens that are the code of a group row, and the cost of that reading.

        ``below`` is the next printed line, "" below the last one and a line as wide as the table.
        """
        ...

    def part_names(self, rows: Sequence[NamesRow]) -> Sequence[Sequence[NamesLine]]:
        """The lines of each row with the names of two neighbouring columns parted anew, as many
        lines as there were."""
        ...


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one line gave to one cell; ``margin`` (nats): lead over the next best split."""

    text: str
    line: int
    margin: float
    first: int = 0  # position of its first token in the line
    sense: float = 0.0  # log probability of its reading, a token (nats)
    context: Context = ()  # the last words of that reading


@dataclass(frozen=True, slots=True)
class TangledRow:
    """One row as found: ``cells[i]`` are the fragments of column ``i`` from top to bottom.

    ``group`` rows have two cells, code and title. ``number_read`` is False where the printed row
    number was lost and the count supplied it.
    """

    cells: tuple[tuple[Fragment, ...], ...]
    first_line: int
    last_line: int
    group: bool = False
    number_read: bool = True
