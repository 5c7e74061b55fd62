"""The datasets' contract: every column of every dataset, declared here and nowhere else.

The Arrow schemas (with their metadata), ``datapackage.json``, the pandera checks and
``docs/data-dictionary.md`` are all generated from :data:`DATASETS`. All strings are NFC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

SCHEMA_VERSION = "1.0.0"

ROW_DATASETS = ("indicators", "tasks", "projects", "results")
"""The four datasets whose rows are printed table rows."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, in which unit, which values it may take.

    ``allowed`` lists the only values of a code column; ``minimum`` and ``maximum`` bound a number.
    """

    name: str
    type: pa.DataType
    description: str
    nullable: bool = True
    unit: str | None = None
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unique: bool = False

    def arrow(self) -> pa.Field:
        """The Arrow field, its description and unit in the metadata."""
        metadata = {"description": self.description}
        if self.unit:
            metadata["unit"] = self.unit
        if self.allowed:
            metadata["allowed"] = " ".join(self.allowed)
        return pa.field(self.name, self.type, self.nullable, metadata)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset: what one row is, its columns, and the columns that golden/ compares as text."""

    name: str
    row_is: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[tuple[str, str, str], ...] = ()
    """(own column, other dataset, its column); a null refers to nothing."""

    def arrow(self) -> pa.Schema:
        """The Arrow schema; ``schema_version`` stands in the file's metadata."""
        return pa.schema(
            [column.arrow() for column in self.columns],
            metadata={
                "dataset": self.name,
                "description": f"One row is {self.row_is}.",
                "schema_version": SCHEMA_VERSION,
            },
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in stored order."""
        return tuple(column.name for column in self.columns)


_TEXT = pa.string()
_INT = pa.int32()
_YEAR = pa.int16()
_NUMBER = pa.float64()
_DATE = pa.date32()
_FLAG = pa.bool_()
_TEXTS = pa.list_(pa.string())
_YEARS = pa.list_(pa.int16())

TEXT_HEALTH = ("healthy", "damaged")
COMPARATORS = ("=", ">=", "<=", ">", "<", "achieved")
DEADLINE_KINDS = (
    "date",
    "month",
    "quarter",
    "year",
    "year_range",
    "before",
    "recurring",
    "continuous",
    "conditional",
    "unknown",
)
ROLES = ("lead", "coordinate", "implement")
MATCH_KINDS = ("exact", "alias", "fuzzy", "group", "unresolved")
LINK_KINDS = ("same_indicator", "same_task", "implements", "reports_on")
SEVERITIES = ("info", "warning", "error")


def _share(name: str, description: str) -> Column:
    """A confidence or score between 0 and 1."""
    return Column(name, _NUMBER, description, nullable=False, unit="0-1", minimum=0, maximum=1)


_DOCUMENT_ID = Column(
    "document_id", _TEXT, "The document: issuer, number and year, or the content hash", False
)
_ROW_ID = Column(
    "row_id", _TEXT, "The row: document_id/appendix/section codes/number", nullable=False
)
_FIELD = Column("field", _TEXT, "The column of the row's dataset that the cell fills", False)

_COMMON = (
    Column(
        "row_id",
        _TEXT,
        "Stable key: document_id/appendix/section codes/number; ~2, ~3 where a print repeats one",
        nullable=False,
        unique=True,
    ),
    _DOCUMENT_ID,
    Column("appendix", _TEXT, 'Label of the appendix: "I", "II", "04", "" where none', False),
    Column("appendix_title", _TEXT, "Title of the appendix"),
    Column(
        "section_path", _TEXTS, 'Group rows above the row, "CODE Title", outermost first', False
    ),
    Column("row_no", _TEXT, "The row's number as printed; null where none is printed"),
    Column("ordinal", _INT, "Place of the row within its appendix, from 0", False, minimum=0),
    Column("page_first", _INT, "Page where the row begins, from 1", False, "page", minimum=1),
    Column("page_last", _INT, "Page where the row ends, from 1", False, "page", minimum=1),
    _share("confidence", "How sure the least sure cell of the row is"),
    Column("needs_review", _FLAG, "A person should look at the row", nullable=False),
)

_DEADLINE = (
    Column("deadline", _TEXT, "Deadline as printed"),
    Column("deadline_kind", _TEXT, "What sort of deadline it is", allowed=DEADLINE_KINDS),
    Column("deadline_start", _DATE, "First day of the time meant", unit="date"),
    Column("deadline_end", _DATE, "Last day of the time meant", unit="date"),
)

_TO_DOCUMENT = (("document_id", "documents", "document_id"),)

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "documents",
            "a source file",
            (
                Column("document_id", _TEXT, _DOCUMENT_ID.description, False, unique=True),
                Column("path", _TEXT, "The file, relative to the inbox", nullable=False),
                Column("sha256", _TEXT, "SHA-256 of the file's bytes", nullable=False),
                Column("media_type", _TEXT, "Media type of the file", nullable=False),
                Column("doc_number", _TEXT, 'Number, as "05/KH-UBND"; blank in a draft'),
                Column("doc_type", _TEXT, "Type of document, as printed"),
                Column("is_draft", _FLAG, "The document is a draft", nullable=False),
                Column("issued_on", _DATE, "Date of issue", unit="date"),
                Column("issuer", _TEXT, "Issuing body, as printed"),
                Column("issuer_id", _TEXT, "Issuing body, in agencies"),
                Column("place", _TEXT, "Place of issue"),
                Column("title", _TEXT, "Title of the document"),
                Column("signer", _TEXT, "Name of the signer"),
                Column("signer_title", _TEXT, "Office of the signer"),
                Column("recipients", _TEXTS, "Recipients, in printed order", nullable=False),
                Column("pages", _INT, "Number of pages", False, "page", minimum=0),
                Column("route", _TEXTS, "How each page was read", nullable=False),
                Column("text_health", _TEXT, "State of the text", False, allowed=TEXT_HEALTH),
                Column("rows", _INT, "Rows found in its appendices", False, "row", minimum=0),
                Column("warnings", _INT, "Findings of severity warning or error", False, minimum=0),
            ),
            primary_key=("document_id",),
        ),
        Dataset(
            "indicators",
            "an indicator (chỉ tiêu)",
            (
                *_COMMON,
                Column("text", _TEXT, "The indicator as printed"),
                Column("target", _TEXT, "Target as printed"),
                Column("target_value", _NUMBER, "The target's number", unit="target_unit"),
                Column("target_unit", _TEXT, "Unit of target_value"),
                Column("target_comparator", _TEXT, "How to compare", allowed=COMPARATORS),
                Column("period_start", _YEAR, "First year of the period", unit="year"),
                Column("period_end", _YEAR, "Last year of the period", unit="year"),
                Column("lead", _TEXT, "Lead agencies as printed"),
                Column("implement", _TEXT, "Implementing agencies as printed"),
            ),
            primary_key=("row_id",),
            foreign_keys=_TO_DOCUMENT,
        ),
        Dataset(
            "tasks",
            "a task or solution (nhiệm vụ, giải pháp)",
            (
                *_COMMON,
                Column("text", _TEXT, "The task as printed"),
                Column("lead", _TEXT, "Lead agencies as printed"),
                Column("coordinate", _TEXT, "Coordinating agencies as printed"),
                Column("expected_result", _TEXT, "Expected product as printed"),
                *_DEADLINE,
                Column("note", _TEXT, "Note as printed"),
            ),
            primary_key=("row_id",),
            foreign_keys=_TO_DOCUMENT,
        ),
        Dataset(
            "projects",
            "a project (dự án)",
            (
                *_COMMON,
                Column("text", _TEXT, "The project as printed"),
                Column("lead", _TEXT, "Lead agencies as printed"),
                Column("years", _YEARS, "Years marked for the project", False, "year"),
            ),
            primary_key=("row_id",),
            foreign_keys=_TO_DOCUMENT,
        ),
        Dataset(
            "results",
            "a reported result",
            (
                *_COMMON,
                Column("text", _TEXT, "The task reported on, as printed"),
                Column("lead", _TEXT, "Lead agencies as printed"),
                *_DEADLINE,
                Column("result", _TEXT, "The result as printed"),
                Column("result_alignment", _TEXT, "How the result was matched to its task"),
            ),
            primary_key=("row_id",),
            foreign_keys=_TO_DOCUMENT,
        ),
        Dataset(
            "assignments",
            "an agency named in a row, in a role",
            (
                _ROW_ID,
                Column("role", _TEXT, "Role of the agency", False, allowed=ROLES),
                Column("position", _INT, "Place within the cell, from 0", False, minimum=0),
                Column("mention", _TEXT, "The agency as named in the cell", nullable=False),
                Column("agency_id", _TEXT, "The agency; null where unresolved"),
                Column("match_kind", _TEXT, "How it was matched", False, allowed=MATCH_KINDS),
                _share("match_score", "Likeness to the agency's name, times how sure the cell is"),
            ),
            primary_key=("row_id", "role", "position"),
            foreign_keys=(("agency_id", "agencies", "agency_id"),),
        ),
        Dataset(
            "agencies",
            "an agency or a named group of agencies",
            (
                Column("agency_id", _TEXT, "Stable key", nullable=False, unique=True),
                Column("name", _TEXT, "Full name", nullable=False),
                Column("kind", _TEXT, "Kind of body", nullable=False),
                Column("level", _TEXT, "Level of government", nullable=False),
                Column("parent_id", _TEXT, "The body it belongs to"),
                Column("aliases", _TEXTS, "Other ways it is written", nullable=False),
                Column("members", _TEXTS, "Members of a group, as agency_id", nullable=False),
                Column("valid_from", _DATE, "First day it existed", unit="date"),
                Column("valid_to", _DATE, "Last day it existed", unit="date"),
                Column("successor_id", _TEXT, "The body that took its place"),
            ),
            primary_key=("agency_id",),
        ),
        Dataset(
            "citations",
            "a reference to another document",
            (
                _DOCUMENT_ID,
                Column("row_id", _TEXT, "The row it stands in; null in running text and titles"),
                Column("mention", _TEXT, "The reference as written", nullable=False),
                Column("cited_number", _TEXT, 'Number cited, as "57-NQ/TW"'),
                Column("cited_type", _TEXT, "Type of document cited"),
                Column("cited_on", _DATE, "Date of issue cited", unit="date"),
                Column("cited_issuer", _TEXT, "Issuer cited"),
                Column(
                    "cited_issuer_id",
                    _TEXT,
                    "The issuing body, in agencies (a minister's is the ministry); null if unknown",
                ),
                Column("cited_document_id", _TEXT, "The document cited, when we hold it"),
            ),
            foreign_keys=(
                ("document_id", "documents", "document_id"),
                ("cited_issuer_id", "agencies", "agency_id"),
                ("cited_document_id", "documents", "document_id"),
            ),
        ),
        Dataset(
            "links",
            "two rows that speak of the same thing",
            (
                _ROW_ID,
                Column("other_row_id", _TEXT, "The other row", nullable=False),
                Column(
                    "kind",
                    _TEXT,
                    "What binds the two; implements: a commune's row and the province's; "
                    "reports_on: a result and its task",
                    False,
                    allowed=LINK_KINDS,
                ),
                _share("score", "How sure the link is"),
                Column("conflict", _TEXT, "What differs between the two, else null"),
            ),
            primary_key=("row_id", "other_row_id", "kind"),
        ),
        Dataset(
            "cells",
            "a printed cell",
            (
                _ROW_ID,
                _FIELD,
                Column(
                    "page", _INT, "Page where the cell begins, from 1", False, "page", minimum=1
                ),
                Column("x0", _NUMBER, "Left edge, from the left; null for dumps", unit="point"),
                Column("y0", _NUMBER, "Top edge, from the top; null for dumps", unit="point"),
                Column("x1", _NUMBER, "Right edge, from the left; null for dumps", unit="point"),
                Column("y1", _NUMBER, "Bottom edge, from the top; null for dumps", unit="point"),
                Column("source_text", _TEXT, "What was seen, printed lines kept", nullable=False),
                Column("text", _TEXT, "The repaired text", nullable=False),
                _share("confidence", "How sure the cell's text is"),
                Column("method", _TEXT, "How the cell was read", nullable=False),
            ),
            primary_key=("row_id", "field"),
        ),
        Dataset(
            "repairs",
            "a repaired token",
            (
                _ROW_ID,
                _FIELD,
                Column(
                    "position", _INT, "Place of the token in the source, from 0", False, minimum=0
                ),
                Column("source", _TEXT, "The token as seen", nullable=False),
                Column("repaired", _TEXT, "The token as mended", nullable=False),
                _share("confidence", "How sure the repair is"),
                Column("reason", _TEXT, "Why it was repaired so", nullable=False),
            ),
        ),
        Dataset(
            "findings",
            "something a person should look at",
            (
                Column("document_id", _TEXT, "The document; null for a file in quarantine"),
                Column("row_id", _TEXT, "The row; null where it concerns the whole document"),
                Column("severity", _TEXT, "How grave it is", False, allowed=SEVERITIES),
                Column("kind", _TEXT, "Kind of finding, a fixed word", nullable=False),
                Column("message", _TEXT, "What to look at, in Vietnamese", nullable=False),
                Column("evidence", _TEXT, "What was seen"),
            ),
            foreign_keys=_TO_DOCUMENT,
        ),
    )
}

TEXT_COLUMNS: dict[str, tuple[str, ...]] = {
    "indicators": ("text", "target", "lead", "implement"),
    "tasks": ("text", "lead", "coordinate", "expected_result", "deadline", "note"),
    "projects": ("text", "lead"),
    "results": ("text", "lead", "deadline", "result"),
}
"""The columns of each row dataset that hold a printed cell, in printed order."""

AGENCY_COLUMNS = ("lead", "coordinate", "implement")
"""Text columns that hold lists of agencies; each is also a role in ``assignments``."""

Record = dict[str, Any]
"""One row of a dataset, a value (or None) for every column."""

Datasets = dict[str, list[Record]]
"""The rows of every dataset, by its name."""
