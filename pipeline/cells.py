"""What the cells of a plan say: each field of a damaged document has its own reader.

Cells that draw on one vocabulary are read together: the agency cells of a document, the targets of
an appendix. What the field's reader cannot read, and every cell of a healthy document, is left to
the general repair.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from normalizers.agencies import read_agency_cells
from normalizers.deadlines import read_damaged_deadline
from normalizers.lines import join_lines
from normalizers.repair import RepairSession, TokenRepair
from normalizers.targets import read_damaged_targets
from pipeline.plan import PlanRow
from pipeline.schema import AGENCY_COLUMNS
from records import Cell


class _FieldReading(Protocol):
    """What a field's reader answers: a text ("" where it has none) and a confidence (0-1)."""

    @property
    def text(self) -> str: ...
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class CellReading:
    """The text of a cell as it is stored, how sure it is, and what was changed to get there."""

    text: str
    confidence: float
    repairs: tuple[TokenRepair, ...] = ()


UNFITTING = 0.5
"""Most that is trusted to a damaged cell which its field's own reader cannot read (0-1)."""

_Place = tuple[int, str]
"""Index of the row, name of the field."""


def read_cells(rows: Sequence[PlanRow], session: RepairSession) -> list[dict[str, CellReading]]:
    """For each row, its cells that are not empty, by field, in printed order."""
    cells: dict[_Place, Cell] = {
        (index, name): cell
        for index, row in enumerate(rows)
        for name, cell in row.cells.items()
        if cell.text.strip()
    }
    by_field = _read_by_field(rows, cells) if session.health == "damaged" else {}
    rest = [
        join_lines(cell.text) for place, cell in cells.items() if not _has_text(by_field.get(place))
    ]
    session.repair_all(rest)  # at once: one by one is much slower
    readings: list[dict[str, CellReading]] = [{} for _ in rows]
    for (index, name), cell in cells.items():
        readings[index][name] = _read_cell(name, cell, by_field.get((index, name)), session)
    return readings


def token_repairs(
    source: str, repaired: str, confidence: float, reason: str
) -> tuple[TokenRepair, ...]:
    """The runs of tokens in which two readings of a cell differ."""
    before, after = source.split(), repaired.split()
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    return tuple(
        TokenRepair(a0, " ".join(before[a0:a1]), " ".join(after[b0:b1]), confidence, reason)
        for tag, a0, a1, b0, b1 in matcher.get_opcodes()
        if tag != "equal"
    )


def _read_cell(
    name: str, cell: Cell, reading: _FieldReading | None, session: RepairSession
) -> CellReading:
    printed = join_lines(cell.text)
    if reading is not None and reading.text:
        reason = "agency list" if name in AGENCY_COLUMNS else name
        changed = token_repairs(printed, reading.text, reading.confidence, reason)
        return CellReading(reading.text, min(cell.confidence, reading.confidence), changed)
    repaired = session.repair(printed)
    confidence = min(cell.confidence, repaired.confidence)
    if reading is not None:
        confidence = min(confidence, UNFITTING)
    return CellReading(repaired.text, confidence, repaired.tokens)


def _has_text(reading: _FieldReading | None) -> bool:
    return reading is not None and bool(reading.text)


def _read_by_field(
    rows: Sequence[PlanRow], cells: Mapping[_Place, Cell]
) -> dict[_Place, _FieldReading]:
    """Readings of the fields that have a reader of their own."""
    agencies = [place for place in cells if place[1] in AGENCY_COLUMNS]
    readings = _together(agencies, cells, read_agency_cells)
    for appendix in dict.fromkeys(row.appendix for row in rows):
        targets = [
            place for place in cells if place[1] == "target" and rows[place[0]].appendix == appendix
        ]
        readings |= _together(targets, cells, read_damaged_targets)
    for place, cell in cells.items():
        if place[1] == "deadline":
            readings[place] = read_damaged_deadline(cell.text)
    return readings


def _together(
    places: Sequence[_Place],
    cells: Mapping[_Place, Cell],
    read: Callable[[Sequence[str]], Sequence[_FieldReading]],
) -> dict[_Place, _FieldReading]:
    return dict(zip(places, read([cells[place].text for place in places]), strict=True))
