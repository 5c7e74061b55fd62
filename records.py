"""The records that travel from extractors to the pipeline.

Every package may import this module; it imports none of them. A record says what stood on a
page and where, never what it means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Route = Literal["markdown", "word-text", "ocr-dump", "text-layer", "re-ocr", "docx"]
Health = Literal["healthy", "damaged"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points (1/72 inch), origin at the top left of the page."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell.

    ``text`` is what the extractor saw, printed lines separated by ``"\\n"``, before any repair.
    ``page`` counts from 1; ``box`` is None where the source has no geometry (text dumps).
    ``confidence`` (0-1) is the extractor's own: how sure it is that this text belongs in this cell.
    ``more`` are the pages and boxes of the pieces that page breaks parted from the first.
    """

    text: str
    page: int
    confidence: float = 1.0
    method: str = "text"
    box: Box | None = None
    more: tuple[tuple[int, Box], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One table row: a cell for each column of the table, left to right.

    A group row (a section title that spans the columns) has ``span`` True and exactly two cells:
    the printed code ("I.1", "" where none is printed) and the title.
    """

    cells: tuple[Cell, ...]
    page_first: int
    page_last: int
    span: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header as printed (two-level headers joined by a space, outer level first).

    ``title`` holds the printed lines just above the table that belong to it (the appendix label,
    its title, the "(Kèm theo ...)" line), in order, as the extractor saw them.
    ``alignment`` tells how the halves of a table cut in two were matched, row by row (else empty).
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    title: tuple[str, ...] = ()
    alignment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The running text of one page (tables left out), one printed line an entry.

    ``route`` is how this page was read where pages of one file differ; None: as the document.
    """

    number: int
    lines: tuple[str, ...]
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the extractor wants a person to look at; becomes a row of ``findings``."""

    kind: str
    message: str
    evidence: str = ""
    severity: Literal["info", "warning", "error"] = "warning"


@dataclass(frozen=True, slots=True)
class Document:
    """Everything read from one source file."""

    path: str
    sha256: str
    media_type: str
    route: Route
    health: Health
    pages: tuple[Page, ...]
    tables: tuple[Table, ...]
    notices: tuple[Notice, ...] = field(default=())
