"""The records of an assembled plan: what assembling hands on to the datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from records import Cell

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at.

    ``row`` is the position of the row in ``Plan.rows``, None where it concerns the whole document.
    ``message`` is Vietnamese, as the clerk reads it.
    """

    kind: str
    message: str
    evidence: str = ""
    severity: Severity = "warning"
    row: int | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of an appendix, its cells by field, before any reading of the Vietnamese.

    ``cells`` also holds the year marks ("year:2026") and the columns nobody knows
    ("unknown:<header>"). ``ordinal`` counts from 0 within the appendix. ``row_no`` is as printed,
    "" where none is; ``shares_number``: its cell is merged down over several rows, this one among
    them. ``result_alignment`` tells how a result was matched to its task.
    """

    dataset: str
    appendix: str
    appendix_title: str
    section_path: tuple[str, ...]
    row_no: str
    ordinal: int
    cells: Mapping[str, Cell]
    years: tuple[int, ...]
    page_first: int
    page_last: int
    result_alignment: str | None = None
    shares_number: bool = False


@dataclass(frozen=True, slots=True)
class Appendix:
    """One appendix: its label ("" where none is printed), title, and what it is attached to."""

    label: str
    title: str
    attached: str
    dataset: str | None
    rows: int
    page_first: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A document's appendices as rows, with what was odd about them."""

    rows: tuple[PlanRow, ...]
    findings: tuple[Finding, ...]
    appendices: tuple[Appendix, ...]
