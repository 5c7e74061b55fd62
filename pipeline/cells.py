"""What the cells of a plan say: each field of a damaged document has its own reader.

Cells that draw on one vocabulary are read together: the agency cells of a document, the targets of
an appendix. What the field's reader cannot read, and every cell of a healthy document, is left to
the general repair.

A cell's confidence is the chance that its text is exact: that the right words were read as they
stand, and that they stand in the right cell. The constants were set on dumps printed and read back
with known truth (``python -m benchmarks.confidence FOLDER...``), so that most cells of 0.6 and
more are exact and most of the others are not; the documents of raw/ only confirmed them. Cells
that were read from the image of a page are weighed in :mod:`pipeline.scan_doubt`.
"""

from __future__ import annotations

import difflib
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from normalizers.agencies import read_agency_cells
from normalizers.deadlines import read_damaged_deadline
from normalizers.ghosts import column_width, ghosts
from normalizers.lines import join_lines
from normalizers.marks import tidy_marks
from normalizers.passages import Passages, Word
from normalizers.recurrence import Recurring, recalled, settle
from normalizers.repair import Repaired, RepairSession, TokenRepair
from normalizers.targets import read_damaged_targets
from pipeline.plan import PlanRow
from pipeline.scan_doubt import scan_confidence
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


UNFITTING = 0.1
"""Most that is trusted to a damaged cell which its field's own reader cannot read (0-1): likely it
holds words of another cell."""

READ_WHOLE = 10.0
"""What :func:`cell_chance` divides by: the greater, the less a repaired cell is trusted."""

PLACED_BY_FIELD, PLACED_BY_REPAIR = 0.9, 0.8
"""Share of its confidence that a cell keeps where a split beside its own is as likely (0-1). A
field's own reader knows what such a cell may say, and vouches for the place as well."""

SURE = 0.8
"""A reading with this confidence (0-1) is not changed for what its column says elsewhere."""

RECURRING = 0.8
"""Confidence (0-1) of a cell read as a recurring one, were its ink the same letter by letter."""

RECALLED = ("expected_result", "deadline")
"""Fields whose columns say a few wordings again and again."""

WELL_READ = 0.9
"""Repaired tokens that are as sure as this (0-1) are not mended from the running text."""

NARROW = (*AGENCY_COLUMNS, "target", "deadline")
"""Fields with readers of their own, which pass over stray ink."""

GHOST = 0.5
"""Confidence (0-1) that ink of a cell was never printed."""

STATED = 0.7
"""Confidence (0-1) of words taken from the running text."""

MOST_STRAYS, MOST_WORDS = 2, 10
"""Strays that may be left out of a deadline or a target, and words that it may have."""

LONGEST_STRAY = 5
"""Letters and digits of a printed line that may be left out."""

PAST_STRAYS = 0.55
"""Share of its confidence (0-1) that a reading keeps for each stray: a person is to look."""

_FROM_IMAGE = "tesseract"
"""Begins the method of cells that were read from a page's image."""

_Place = tuple[int, str]
"""Index of the row, name of the field."""

_Decide = Callable[[Sequence[str], Sequence[str], Sequence[bool]], list[Recurring | None]]
"""Which recurring cell the cells of a column are: see :func:`normalizers.recurrence.settle`."""


def read_cells(
    rows: Sequence[PlanRow], session: RepairSession, body: Sequence[str] = ()
) -> list[dict[str, CellReading]]:
    """For each row, its cells that are not empty, by field, in printed order.

    ``body`` is the repaired running text, a paragraph an entry: it mends what a damaged cell lost.
    """
    cells: dict[_Place, Cell] = {
        (index, name): cell
        for index, row in enumerate(rows)
        for name, cell in row.cells.items()
        if cell.text.strip()
    }
    by_field = _read_by_field(rows, cells, session) if session.health == "damaged" else {}
    rest = [
        join_lines(cell.text) for place, cell in cells.items() if not _has_text(by_field.get(place))
    ]
    session.repair_all(rest)  # at once: one by one is much slower
    readings: list[dict[str, CellReading]] = [{} for _ in rows]
    passages = Passages(body if session.health == "damaged" else ())
    widths = _column_widths(rows, cells) if session.health == "damaged" else {}
    for (index, name), cell in cells.items():
        field_reading = by_field.get((index, name))
        column = widths.get((rows[index].appendix, name))
        readings[index][name] = _read_cell(name, cell, field_reading, session, passages, column)
    if session.health == "damaged":
        for names in (AGENCY_COLUMNS, ("expected_result",), ("deadline",)):
            _settle_recurring([place for place in cells if place[1] in names], cells, readings)
        for appendix, name in dict.fromkeys((row.appendix, n) for row in rows for n in RECALLED):
            column_places = [
                place for place in cells if place[1] == name and rows[place[0]].appendix == appendix
            ]
            _settle_recurring(column_places, cells, readings, recalled)
    return readings


def _column_widths(
    rows: Sequence[PlanRow], cells: Mapping[_Place, Cell]
) -> dict[tuple[str, str], float]:
    """How wide the columns of running text are, by appendix and field."""
    lines: dict[tuple[str, str], list[list[list[str]]]] = defaultdict(list)
    for (index, name), cell in cells.items():
        if name not in NARROW:
            column = (rows[index].appendix, name)
            lines[column].append([line.split() for line in cell.text.split("\n")])
    known = {column: column_width(printed) for column, printed in lines.items()}
    return {column: width for column, width in known.items() if width is not None}


def _settle_recurring(
    places: Sequence[_Place],
    cells: Mapping[_Place, Cell],
    readings: Sequence[dict[str, CellReading]],
    decide: _Decide = settle,
) -> None:
    """Read the doubtful cells of a document's columns as what the columns say again and again."""
    printed = [join_lines(cells[place].text) for place in places]
    known = [readings[index][name] for index, name in places]
    doubtful = [reading.confidence < SURE for reading in known]
    settled = decide(printed, [reading.text for reading in known], doubtful)
    for (index, name), ink, recurring in zip(places, printed, settled, strict=True):
        if recurring is not None:
            confidence = recurring.nearness * RECURRING
            changed = token_repairs(ink, recurring.text, confidence, "recurs in its column")
            readings[index][name] = CellReading(recurring.text, confidence, changed)


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


def cell_chance(token: float) -> float:
    """Chance that a repaired cell is exact, where its least sure token has the chance ``token``.

    Tokens go wrong together, and what the model never saw it does not doubt: the odds of the whole
    cell are the root of that token's, over :data:`READ_WHOLE`.
    """
    odds = math.sqrt(token / max(1.0 - token, 1e-4))
    return odds / (odds + READ_WHOLE)


def placed(confidence: float, kept: float) -> float:
    """What the extractor's ``confidence`` leaves of a reading's (a factor, 0-1).

    It is 1 at 1 and ``kept`` at 0.5, where two splits of a line tie; less is doubt of another kind
    and takes as much as it says.
    """
    return min(2 * kept * confidence, kept + (1 - kept) * (2 * confidence - 1))


def _read_cell(
    name: str,
    cell: Cell,
    reading: _FieldReading | None,
    session: RepairSession,
    passages: Passages,
    column: float | None,
) -> CellReading:
    printed = join_lines(cell.text)
    if reading is not None and reading.text:
        reason = "agency list" if name in AGENCY_COLUMNS else name
        changed = token_repairs(printed, reading.text, reading.confidence, reason)
        confidence = reading.confidence * placed(cell.confidence, PLACED_BY_FIELD)
        return CellReading(reading.text, confidence, changed)
    repaired = session.repair(printed)
    if session.health == "healthy" and cell.method.startswith(_FROM_IMAGE):
        text = repaired.text
        misreads = session.misreads(text)
        confidence = scan_confidence(text, cell.confidence, misreads, name in AGENCY_COLUMNS)
        return CellReading(text, confidence, repaired.tokens)
    if session.health == "healthy":
        return CellReading(repaired.text, cell.confidence * repaired.confidence, repaired.tokens)
    repaired = _tidied(printed, _without_ghosts(cell.text, repaired, session, column))
    confidence = cell_chance(repaired.confidence) * placed(cell.confidence, PLACED_BY_REPAIR)
    if reading is not None:
        confidence = min(confidence, UNFITTING)
        return CellReading(repaired.text, confidence, repaired.tokens)
    return _mended_from_body(printed, repaired, confidence, session, passages)


def _without_ghosts(
    text: str, repaired: Repaired, session: RepairSession, column: float | None
) -> Repaired:
    """The repaired cell without ink that was never printed; each piece is recorded as a repair."""
    inks = [line.split() for line in text.split("\n")]
    ends = list(itertools.accumulate(map(len, inks)))
    if len(repaired.chunks) != ends[-1]:  # words were joined over a line break
        return repaired
    starts = [0, *ends[:-1]]
    words = [repaired.chunks[start:end] for start, end in zip(starts, ends, strict=True)]
    found = ghosts(inks, words, session, column)
    if not found:
        return repaired
    gone = {starts[line] + at for line, first, end in found for at in range(first, end)}
    places = [place for place in range(ends[-1]) if place not in gone]
    kept = [
        " ".join(ink for at, ink in enumerate(line, start) if at not in gone)
        for line, start in zip(inks, starts, strict=True)
    ]
    again = session.repair(join_lines("\n".join(filter(None, kept))))
    if len(again.chunks) != len(places):
        return repaired
    chunks = [""] * ends[-1]
    for place, chunk in zip(places, again.chunks, strict=True):
        chunks[place] = chunk
    tokens = [replace(token, position=places[token.position]) for token in again.tokens]
    for line, first, end in found:
        ink = " ".join(inks[line][first:end])
        tokens.append(TokenRepair(starts[line] + first, ink, "", GHOST, "ink never printed"))
    tokens.sort(key=lambda token: token.position)
    confidence = min(again.confidence, GHOST)
    return Repaired(again.text, confidence, tuple(tokens), tuple(chunks))


def _tidied(printed: str, repaired: Repaired) -> Repaired:
    """The repaired cell without marks that no writer puts."""
    inks = printed.split()
    if len(inks) != len(repaired.chunks):
        return repaired
    chunks = tuple(tidy_marks(repaired.chunks))
    if chunks == repaired.chunks:
        return repaired
    known = {token.position: token for token in repaired.tokens}
    for position, (before, after) in enumerate(zip(repaired.chunks, chunks, strict=True)):
        if before != after:
            token = known.get(position)
            confidence = token.confidence if token else repaired.confidence
            reason = token.reason if token else "marks"
            known[position] = TokenRepair(position, inks[position], after, confidence, reason)
    tokens = tuple(known[position] for position in sorted(known))
    return Repaired(" ".join(filter(None, chunks)), repaired.confidence, tokens, chunks)


def _mended_from_body(
    printed: str,
    repaired: Repaired,
    confidence: float,
    session: RepairSession,
    passages: Passages,
) -> CellReading:
    """A repaired cell, its lost words taken from the passage of the body that says the same."""
    unsure = {token.position for token in repaired.tokens if token.confidence < WELL_READ}
    inks = printed.split()
    kept = [position for position, chunk in enumerate(repaired.chunks) if chunk]
    words = [
        Word(
            inks[position],
            repaired.chunks[position],
            position in unsure or not session.knows(repaired.chunks[position]),
        )
        for position in kept
    ]
    mends = passages.mends(words)
    if not mends:
        return CellReading(repaired.text, confidence, repaired.tokens)
    texts = [word.text for word in words]
    taken: set[int] = set()
    changed: list[TokenRepair] = []
    for mend in reversed(mends):
        source = " ".join(word.printed for word in words[mend.first : mend.end])
        changed.append(TokenRepair(kept[mend.first], source, mend.text, STATED, "the body says so"))
        taken |= set(kept[mend.first : mend.end])
        texts[mend.first : mend.end] = [mend.text] if mend.text else []
    changed += [token for token in repaired.tokens if token.position not in taken]
    ordered = tuple(sorted(changed, key=lambda token: token.position))
    return CellReading(" ".join(texts), confidence, ordered)


def _has_text(reading: _FieldReading | None) -> bool:
    return reading is not None and bool(reading.text)


def _read_by_field(
    rows: Sequence[PlanRow], cells: Mapping[_Place, Cell], session: RepairSession
) -> dict[_Place, _FieldReading]:
    """Readings of the fields that have a reader of their own."""
    agencies = [place for place in cells if place[1] in AGENCY_COLUMNS]

    def repaired(texts: Sequence[str]) -> list[str]:
        return [one.text for one in session.repair_all(texts)]

    readings = _together(agencies, cells, lambda texts: read_agency_cells(texts, repaired))
    for appendix in dict.fromkeys(row.appendix for row in rows):
        targets = [
            place for place in cells if place[1] == "target" and rows[place[0]].appendix == appendix
        ]
        read = _together(targets, cells, read_damaged_targets)
        readings |= {
            place: reading if reading.text else read_past_strays(cells[place].text, _read_target)
            for place, reading in read.items()
        }
    for place, cell in cells.items():
        if place[1] == "deadline":
            reading = read_damaged_deadline(cell.text)
            readings[place] = (
                reading if reading.text else read_past_strays(cell.text, read_damaged_deadline)
            )
    return readings


def _read_target(text: str) -> _FieldReading:
    """A target that says of itself that it is one; a bare number may have lost its unit."""
    (reading,) = read_damaged_targets([text])
    return CellReading("", 0.0) if reading.isdecimal() else reading


def read_past_strays(text: str, read: Callable[[str], _FieldReading]) -> CellReading:
    """What a field's reader reads once ink of other cells is left out.

    Left out are short printed lines, and words of one or two letters, as few as can be and at most
    :data:`MOST_STRAYS`; where several readings remain, or none, the answer is empty.
    """
    lines = [line.split() for line in text.split("\n")]
    places = [(row, at) for row, line in enumerate(lines) for at in range(len(line))]
    strays = [frozenset({place}) for place in places if _is_shred(lines[place[0]][place[1]])]
    if len(lines) > 1:
        strays += [
            frozenset((row, at) for at in range(len(line)))
            for row, line in enumerate(lines)
            if sum(map(str.isalnum, "".join(line))) <= LONGEST_STRAY
        ]
    for count in range(1, MOST_STRAYS + 1 if len(places) <= MOST_WORDS else 1):
        found: dict[str, float] = {}
        for chosen in itertools.combinations(strays, count):
            left_out = frozenset[tuple[int, int]]().union(*chosen)
            kept = " ".join(lines[row][at] for row, at in places if (row, at) not in left_out)
            reading = read(kept)
            if reading.text:
                found[reading.text] = max(reading.confidence, found.get(reading.text, 0.0))
        if found:
            only, confidence = next(iter(found.items()))
            sure = confidence * PAST_STRAYS**count
            return CellReading(only, sure) if len(found) == 1 else CellReading("", 0.0)
    return CellReading("", 0.0)


def _is_shred(word: str) -> bool:
    """A word of one or two letters, no digit among them."""
    letters = sum(map(str.isalnum, word))
    return letters <= 2 and not any(map(str.isdigit, word))


def _together(
    places: Sequence[_Place],
    cells: Mapping[_Place, Cell],
    read: Callable[[Sequence[str]], Sequence[_FieldReading]],
) -> dict[_Place, _FieldReading]:
    return dict(zip(places, read([cells[place].text for place in places]), strict=True))
