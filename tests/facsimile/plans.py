"""What is printed: the golden rows of a document as appendices, and how the print looks.

A :class:`Plan` says what stands in the document, a :class:`Look` how it is set.  Both are plain
data; ``look(seed)`` draws one of the looks that Vietnamese offices give their appendices.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from facsimile.legacy import Encoding
from training.dumps import golden_appendix, read_golden
from training.invented import Appendix
from training.tables import Style, TableRow

GOLDEN = Path(__file__).resolve().parents[2] / "golden"

Rules = Literal["lines", "rects", "horizontal", "none"]
Record = dict[str, Any]

AGENCY_FIELDS = ("lead", "implement", "coordinate")

_HEADINGS: dict[tuple[str, str], tuple[str, ...]] = {
    ("indicators", "text"): ("Chỉ tiêu", "Tên chỉ tiêu", "Chỉ tiêu cụ thể"),
    ("indicators", "target"): ("Mục tiêu", "Kết quả", "Chỉ tiêu năm 2026"),
    ("indicators", "lead"): (
        "Cơ quan chủ trì",
        "Cơ quan chủ trì triển khai, theo dõi và đánh giá",
        "Đơn vị chủ trì",
    ),
    ("indicators", "implement"): ("Cơ quan thực hiện", "Cơ quan thực hiện", "Đơn vị thực hiện"),
    ("tasks", "text"): ("Nhiệm vụ, giải pháp", "Nội dung nhiệm vụ", "Tên nhiệm vụ"),
    ("tasks", "lead"): ("Cơ quan chủ trì", "Đơn vị chủ trì", "Cơ quan chủ trì"),
    ("tasks", "coordinate"): ("Cơ quan phối hợp", "Đơn vị phối hợp", "Cơ quan phối hợp"),
    ("tasks", "expected_result"): ("Kết quả", "Kết quả, sản phẩm", "Sản phẩm"),
    ("tasks", "deadline"): ("Thời gian thực hiện", "Thời gian hoàn thành", "Thời hạn"),
    ("tasks", "note"): ("Ghi chú", "Ghi chú", "Ghi chú"),
    ("projects", "text"): ("Tên nhiệm vụ/chương trình/dự án", "Tên dự án", "Danh mục dự án"),
    ("projects", "lead"): ("Cơ quan, đơn vị chủ trì", "Đơn vị chủ trì", "Cơ quan chủ trì"),
    ("results", "text"): ("Nhiệm vụ cụ thể", "Nhiệm vụ", "Nội dung nhiệm vụ"),
    ("results", "lead"): ("Cơ quan chủ trì thực hiện", "Cơ quan chủ trì", "Đơn vị chủ trì"),
    ("results", "deadline"): ("Thời hạn hoàn thành", "Thời gian hoàn thành", "Thời hạn"),
    ("results", "result"): ("Kết quả thực hiện", "Kết quả thực hiện", "Kết quả thực hiện"),
}
_TITLES = {
    "indicators": "DANH MỤC CÁC CHỈ TIÊU CỤ THỂ",
    "tasks": "DANH MỤC CÁC NHIỆM VỤ, GIẢI PHÁP",
    "projects": "DANH MỤC CÁC NHIỆM VỤ, CHƯƠNG TRÌNH, DỰ ÁN",
    "results": "KẾT QUẢ THỰC HIỆN CÁC NHIỆM VỤ",
}
_YEARS = ("Phân kỳ thời gian triển khai", "Thời gian thực hiện", "Phân kỳ thời gian thực hiện")


@dataclass(frozen=True, slots=True)
class Plan:
    """A golden document, or a part of it: its metadata and its appendices with their rows.

    ``rows`` are in golden format, each with its ``dataset`` and ``appendix``.  ``body``: whether a
    letterhead and running text stand before the appendices.
    """

    name: str
    document: Record
    rows: tuple[Record, ...]
    body: bool = True

    def cut(self, first: int, last: int | None = None, appendix: str | None = None) -> Plan:
        """The rows ``first`` to ``last`` (Python's slice) of each appendix, or of one only."""
        kept: list[Record] = []
        for label in dict.fromkeys(row["appendix"] for row in self.rows):
            if appendix is None or label == appendix:
                kept += [row for row in self.rows if row["appendix"] == label][first:last]
        return replace(self, rows=tuple(kept))

    def without_body(self) -> Plan:
        return replace(self, body=False)


@dataclass(frozen=True, slots=True)
class Look:
    """How a plan is set.

    ``style`` is the page; ``wording`` picks the headings; ``merged`` are the fields whose equal
    neighbours share a cell merged down; ``paragraphs``: how often an agency stands on a line of
    its own; ``capitals``: "PHỤ LỤC I" rather than "Phụ lục I"; ``number_heading``: TT or STT.

    ``rules``: drawn as strokes ("lines"), as thin filled rectangles cell by cell, as Word exports
    them ("rects"), only the horizontal ones, or none at all.  ``encoding``: how the letters are
    written in a PDF's text layer (:mod:`facsimile.legacy`).

    ``halves``: the table is too wide for the paper and is cut in two, the way spreadsheets print:
    all pages of the left half, then all of the right ("down"), or the two of each page one after
    the other ("over").
    """

    style: Style = field(default_factory=Style)
    rules: Rules = "lines"
    wording: int = 0
    merged: tuple[str, ...] = ()
    paragraphs: float = 0.0
    capitals: bool = True
    number_heading: str = "TT"
    encoding: Encoding = "unicode"
    halves: Literal["", "down", "over"] = ""


def plan(name: str, *, body: bool = True, golden: Path = GOLDEN) -> Plan:
    """The golden document ``name`` (the name of its folder, or the beginning of it)."""
    (folder,) = [path for path in golden.iterdir() if path.is_dir() and path.name.startswith(name)]
    document = json.loads((folder / "documents.jsonl").read_text("utf-8").splitlines()[0])
    rows = [row for rows in read_golden(folder).values() for row in rows]
    return Plan(folder.name, document, tuple(rows), body and bool(document["recipients"]))


def plans() -> tuple[Plan, ...]:
    """Every golden document, in the order of their names."""
    return tuple(plan(path.name) for path in sorted(GOLDEN.iterdir()) if path.is_dir())


def look(seed: int) -> Look:
    """One of the looks that offices give their appendices; every choice follows from ``seed``."""
    rng = random.Random(f"look:{seed}")
    style = Style(
        landscape=rng.random() < 0.85,
        size=rng.choice((12.0, 13.0, 13.0, 14.0)),
        leading=rng.choice((1.15, 1.15, 1.2)),
        padding=rng.choice((2.0, 3.0, 4.5)),
        gutter=rng.choice((4.5, 5.4)),
        upright=rng.choice(("center", "center", "top")),
        margins=rng.choice(((56.0, 57.0, 50.0, 50.0), (85.0, 57.0, 57.0, 57.0))),
        page_numbers=rng.random() < 0.8,
        early_break=0.2,
        break_hyphens=True,
        group_spans_number=rng.random() < 0.15,
        group_merged=rng.random() < 0.6,
        rule=rng.choice((0.5, 0.5, 0.75)),
        repeat_header=rng.random() < 0.75,
        break_rows=rng.random() < 0.7,
    )
    merged = rng.choice(((), (), AGENCY_FIELDS, ("lead",), (*AGENCY_FIELDS, "deadline")))
    return Look(
        style=style,
        rules=rng.choice(("lines", "rects", "rects")),
        wording=rng.randrange(3),
        merged=merged,
        paragraphs=rng.choice((0.0, 0.0, 0.5, 1.0)),
        capitals=rng.random() < 0.6,
        number_heading=rng.choice(("TT", "TT", "STT")),
    )


def appendices(what: Plan, how: Look, rng: random.Random) -> tuple[Appendix, ...]:
    """The appendices of a plan as they are printed: headings, titles, group rows, paragraphs."""
    out = []
    for label in dict.fromkeys(row["appendix"] for row in what.rows):
        rows = [row for row in what.rows if row["appendix"] == label]
        one = golden_appendix(label, rows, _TITLES[rows[0]["dataset"]])
        columns = []
        for column in one.columns:
            if column.field == "number":
                heading = how.number_heading
            elif column.group:
                column, heading = replace(column, group=_YEARS[how.wording]), column.heading
            else:
                heading = _HEADINGS[one.dataset, column.field][how.wording]
            columns.append(replace(column, heading=heading))
        agency = {i for i, column in enumerate(columns) if column.field in AGENCY_FIELDS}
        printed = [
            row if row.group else _with_paragraphs(row, agency, how, rng) for row in one.printed
        ]
        out.append(
            replace(
                one,
                attached_to=attached_to(what),
                columns=tuple(columns),
                printed=tuple(printed),
            )
        )
    return tuple(out)


def _with_paragraphs(row: TableRow, columns: set[int], how: Look, rng: random.Random) -> TableRow:
    """The row with an agency a line where the look says so."""
    cells = list(row.cells)
    for index in sorted(columns):
        if how.paragraphs and rng.random() < how.paragraphs:
            cells[index] = re.sub(r"; ", ";\n", cells[index])
    return TableRow(tuple(cells))


def attached_to(what: Plan) -> str:
    """The line under the title of an appendix: "(Kèm theo Kế hoạch số …)"."""
    document = what.document
    issuer = str(document["issuer"]).replace("Ủy ban nhân dân", "UBND")
    return f"(Kèm theo {document['doc_type']} số {number_of(what)} {day_of(what)} của {issuer})"


def number_of(what: Plan) -> str:
    """The document's number, blank before the slash in a draft."""
    number = what.document["doc_number"]
    if number:
        return str(number)
    kind = {"Kế hoạch": "KH", "Báo cáo": "BC"}[what.document["doc_type"]]
    return f"        /{kind}-{'BCĐ' if 'Ban Chỉ đạo' in what.document['issuer'] else 'UBND'}"


def day_of(what: Plan) -> str:
    """ "ngày 08 tháng 01 năm 2026", the day and month blank in a draft."""
    issued = what.document["issued_on"]
    if not issued:
        return "ngày      tháng      năm 2026"
    year, month, day = issued.split("-")
    return f"ngày {day} tháng {month} năm {year}"


def place_of(what: Plan) -> str:
    """Where it was issued: printed in drafts too."""
    issuer = str(what.document["issuer"])
    return str(what.document["place"] or re.split(r"(?:tỉnh|xã|phường) ", issuer)[-1])


def metadata(what: Plan) -> Record:
    """The metadata that the printed letterhead, title and signature say."""
    document = {name: value for name, value in what.document.items() if name != "document_id"}
    return document | {"place": place_of(what)}
