"""Comparing ``out/`` with ``golden/``: which rows were found, and how exact each cell is.

A golden folder is named for its document and holds one JSON-lines file a dataset (see
``docs/checking.md``). Texts are compared in NFC; null and the empty string are equal. The character
error rate (CER) is the Levenshtein distance summed over cells, divided by the golden characters.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.errors import ExitCode, PhulucError
from pipeline.golden_sets import (
    SetComparison,
    compare_assignments,
    compare_citations,
    compare_links,
    golden_row_ids,
)
from pipeline.row_ids import section_code
from pipeline.schema import AGENCY_COLUMNS, ROW_DATASETS, TEXT_COLUMNS, Record

METADATA = (
    "document_id",
    "doc_number",
    "doc_type",
    "is_draft",
    "issued_on",
    "issuer",
    "place",
    "title",
    "signer",
    "signer_title",
    "recipients",
)
PLACE_FIELDS = ("section_path", "row_no")
"""Compared like cells but counted apart: where a row stands, not what it says."""

ALIKE = 0.5
"""Two rows may be the same printed row if their texts are at least this alike (0-1)."""


@dataclass(frozen=True, slots=True)
class FieldScore:
    """How one field of one dataset of one document fares; ``edits`` and ``chars`` give the CER."""

    document_id: str
    dataset: str
    field: str
    cells: int
    exact: int
    edits: int
    chars: int

    @property
    def ratio(self) -> float:
        """Share of exact cells, 0-1."""
        return self.exact / self.cells if self.cells else 1.0

    @property
    def cer(self) -> float:
        """Edits a golden character; edits of invented text count too."""
        return self.edits / max(self.chars, 1)


@dataclass(frozen=True, slots=True)
class RowScore:
    """Rows of one dataset of one document: golden, found among them, and printed nowhere."""

    document_id: str
    dataset: str
    golden: int
    found: int
    extra: int

    @property
    def missing(self) -> int:
        """Golden rows that were not found."""
        return self.golden - self.found


@dataclass(frozen=True, slots=True)
class WrongCell:
    """A cell that is not exact; ``row`` names it for a person ("II / I / 3")."""

    document_id: str
    dataset: str
    row: str
    field: str
    golden: str
    seen: str


@dataclass(slots=True)
class Comparison:
    """Everything that ``phuluc check`` found."""

    fields: list[FieldScore] = field(default_factory=list)
    rows: list[RowScore] = field(default_factory=list)
    wrong: list[WrongCell] = field(default_factory=list)
    missing: list[tuple[str, str, str]] = field(default_factory=list)
    """(document_id, dataset, row) of golden rows that were not found."""
    extra: list[tuple[str, str, str]] = field(default_factory=list)
    sets: list[SetComparison] = field(default_factory=list)
    """What is compared as a set: the citations of each document, the links of all."""

    def total(self, document_id: str) -> FieldScore:
        """All row cells of a document in one score."""
        return self._sum(
            document_id,
            lambda one: one.dataset != "documents" and one.field not in PLACE_FIELDS,
        )

    def agencies(self, document_id: str) -> FieldScore:
        """The agency cells of a document in one score."""
        return self._sum(document_id, lambda one: one.field in AGENCY_COLUMNS)

    def metadata(self, document_id: str) -> FieldScore:
        """The metadata of a document in one score."""
        return self._sum(document_id, lambda one: one.dataset == "documents")

    def place(self, document_id: str, name: str) -> FieldScore:
        """``section_path`` or ``row_no`` over all datasets of a document."""
        return self._sum(document_id, lambda one: one.field == name)

    def _sum(self, document_id: str, wanted: Callable[[FieldScore], bool]) -> FieldScore:
        scores = [one for one in self.fields if one.document_id == document_id and wanted(one)]
        return FieldScore(
            document_id,
            "",
            "",
            sum(score.cells for score in scores),
            sum(score.exact for score in scores),
            sum(score.edits for score in scores),
            sum(score.chars for score in scores),
        )

    @property
    def document_ids(self) -> list[str]:
        """The documents compared, in order."""
        return list(dict.fromkeys(score.document_id for score in self.fields))


Golden = dict[str, dict[str, list[Record]]]
"""document_id → dataset → golden records."""


def read_golden(folder: Path) -> Golden:
    """Every golden document below ``folder``."""
    golden: Golden = {}
    for document in sorted(path for path in folder.iterdir() if path.is_dir()):
        golden[document.name] = {
            path.stem: _read_lines(path) for path in sorted(document.glob("*.jsonl"))
        }
    return golden


def read_golden_links(folder: Path) -> list[Record]:
    """The pairs of ``links.jsonl``; none where there is no such file."""
    path = folder / "links.jsonl"
    return _read_lines(path) if path.exists() else []


def _read_lines(path: Path) -> list[Record]:
    records = []
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise PhulucError(
                    ExitCode.READ_WRITE, "bad-golden", path=path, line=number, reason=error
                ) from error
    return records


def compare(
    golden: Golden, out: Mapping[str, Sequence[Record]], links: Sequence[Record] = ()
) -> Comparison:
    """Compare golden records and ``links`` with the stored datasets (name → records)."""
    comparison = Comparison()
    repaired = {(repair["row_id"], repair["field"]) for repair in out.get("repairs", ())}
    names = pair_documents(golden, out)
    for document_id, datasets in golden.items():
        rows_of = _rows_by_dataset(out, names.get(document_id, document_id))
        for dataset, records in datasets.items():
            seen = rows_of.get(dataset, [])
            if dataset == "documents":
                _compare_metadata(comparison, document_id, records[0], seen)
            elif dataset in ROW_DATASETS:
                _compare_rows(comparison, document_id, dataset, records, seen, repaired)
        for dataset in ROW_DATASETS:
            if dataset not in datasets and rows_of.get(dataset):
                _compare_rows(comparison, document_id, dataset, [], rows_of[dataset], repaired)
        if "citations" in datasets:
            name = names.get(document_id, document_id)
            seen = [one for one in out.get("citations", ()) if one["document_id"] == name]
            comparison.sets.append(compare_citations(document_id, datasets["citations"], seen))
    pairs = _paired_row_ids(golden, out, names)
    for document_id, datasets in golden.items():
        if "assignments" in datasets:
            prefix = f"{names.get(document_id, document_id)}/"
            seen = [one for one in out.get("assignments", ()) if one["row_id"].startswith(prefix)]
            comparison.sets += compare_assignments(
                document_id, datasets["assignments"], seen, pairs
            )
    if links:
        comparison.sets.append(compare_links(links, out.get("links", ()), pairs))
    return comparison


def _paired_row_ids(
    golden: Golden, out: Mapping[str, Sequence[Record]], names: Mapping[str, str]
) -> dict[str, str]:
    """row_id of each golden row → row_id of the row read for it."""
    found: dict[str, str] = {}
    for document_id, datasets in golden.items():
        rows_of = _rows_by_dataset(out, names.get(document_id, document_id))
        for dataset, row_ids in golden_row_ids(document_id, datasets).items():
            for i, j in pair_rows(datasets[dataset], rows_of[dataset]):
                found[row_ids[i]] = rows_of[dataset][j]["row_id"]
    return found


def pair_documents(golden: Golden, out: Mapping[str, Sequence[Record]]) -> dict[str, str]:
    """Golden document_id → the id it has in ``out``.

    Where no document of that name is there, it is the nameless one that shares most of its rows
    (at least half of them): a misread number must not hide how well the rows were read.
    """
    stored = {one["document_id"] for one in out.get("documents", ())}
    names = {document_id: document_id for document_id in golden.keys() & stored}
    for document_id in sorted(golden.keys() - stored):
        datasets = golden[document_id]
        count = sum(len(datasets.get(name, ())) for name in ROW_DATASETS)
        shared = {
            name: sum(
                len(pair_rows(records, _rows_by_dataset(out, name).get(dataset, [])))
                for dataset, records in datasets.items()
                if dataset in ROW_DATASETS
            )
            for name in sorted(stored - set(names.values()))
        }
        best = max(shared, key=lambda name: shared[name], default="")
        if best and 2 * shared[best] >= count > 0:
            names[document_id] = best
    return names


def _rows_by_dataset(
    out: Mapping[str, Sequence[Record]], document_id: str
) -> dict[str, list[Record]]:
    return {
        name: [row for row in out.get(name, ()) if row["document_id"] == document_id]
        for name in ("documents", *ROW_DATASETS)
    }


def pair_rows(golden: Sequence[Record], seen: Sequence[Record]) -> list[tuple[int, int]]:
    """Pairs (golden index, seen index) of rows that are the same printed row.

    Appendix by appendix, the order-keeping alignment with the greatest sum of likeness; a pair must
    agree in its text at least by :data:`ALIKE`, or in both its section codes and its number.
    """
    pairs: list[tuple[int, int]] = []
    for appendix in dict.fromkeys(row["appendix"] for row in golden):
        left = [i for i, row in enumerate(golden) if row["appendix"] == appendix]
        right = [j for j, row in enumerate(seen) if row["appendix"] == appendix]
        likeness = [[_likeness(golden[i], seen[j]) for j in right] for i in left]
        pairs += [(left[i], right[j]) for i, j in _align(likeness)]
    return pairs


def section_codes(path: Sequence[str]) -> tuple[str, ...]:
    """The codes of a section path, outermost first; a title without code counts as itself."""
    return tuple(section_code(entry) or entry for entry in path)


def folded(value: Any) -> str:
    """A field's value as the text that is compared."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return " | ".join(map(folded, value))
    return unicodedata.normalize("NFC", str(value))


def _align(likeness: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    height = len(likeness)
    width = len(likeness[0]) if likeness else 0
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if likeness[i][j] > 0:
                best[i][j] = max(best[i][j], likeness[i][j] + best[i + 1][j + 1])
    pairs = []
    i = j = 0
    while i < height and j < width:
        if likeness[i][j] > 0 and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(golden: Record, seen: Record) -> float:
    text = fuzz.ratio(folded(golden["text"]), folded(seen["text"])) / 100
    same_number = folded(golden["row_no"]) == folded(seen["row_no"])
    same_section = section_codes(golden["section_path"]) == section_codes(seen["section_path"])
    if text < ALIKE and not (same_number and same_section):
        return 0.0
    return 0.01 + text + 0.2 * same_number + 0.2 * same_section


class _Tally:
    """Counts of one dataset's fields, in the order the fields are first met."""

    def __init__(self, comparison: Comparison, document_id: str, dataset: str) -> None:
        self.comparison = comparison
        self.document_id = document_id
        self.dataset = dataset
        self.counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])

    def add(
        self, row: str, name: str, accepted: Sequence[Any], seen: Any, *, with_cer: bool = True
    ) -> None:
        """Count one cell; ``accepted`` are the right readings, the printed one first."""
        readings = [folded(value) for value in accepted]
        text = folded(seen)
        exact = text in readings
        counts = self.counts[name]
        counts[0] += 1
        counts[1] += exact
        if with_cer:
            counts[2] += min(Levenshtein.distance(reading, text) for reading in readings)
            counts[3] += len(readings[0])
        if not exact:
            self.comparison.wrong.append(
                WrongCell(self.document_id, self.dataset, row, name, readings[0], text)
            )

    def close(self, order: Iterable[str]) -> None:
        self.comparison.fields += [
            FieldScore(self.document_id, self.dataset, name, *self.counts[name])
            for name in order
            if name in self.counts
        ]


def _compare_metadata(
    comparison: Comparison, document_id: str, golden: Record, seen: Sequence[Record]
) -> None:
    tally = _Tally(comparison, document_id, "documents")
    record: Record = seen[0] if seen else {}
    mended = golden.get("repaired", {})
    for name in METADATA:
        if name in golden:
            accepted = [golden[name], *([mended[name]] if name in mended else [])]
            value = record.get(name) if record else "(no such document)"
            tally.add("", name, accepted, value)
    tally.close(METADATA)


def _compare_rows(
    comparison: Comparison,
    document_id: str,
    dataset: str,
    golden: Sequence[Record],
    seen: Sequence[Record],
    repaired: set[tuple[str, str]],
) -> None:
    columns = TEXT_COLUMNS[dataset] + (("years",) if dataset == "projects" else ())
    tally = _Tally(comparison, document_id, dataset)
    partner = dict(pair_rows(golden, seen))
    blank: Record = {"row_id": "", "section_path": [], "row_no": None, "years": []}
    for i, right in enumerate(golden):
        row = seen[partner[i]] if i in partner else blank
        name = _row_name(right)
        if i not in partner:
            comparison.missing.append((document_id, dataset, name))
        mended = right.get("repaired", {})
        for column in (*PLACE_FIELDS, *columns):
            value = row.get(column)
            if column == "years":
                tally.add(
                    name, column, [sorted(right["years"])], sorted(value or []), with_cer=False
                )
                continue
            if column not in PLACE_FIELDS and not folded(right.get(column)) and not folded(value):
                continue
            accepted = [right.get(column)]
            if column in mended and (row["row_id"], column) in repaired:
                accepted.append(mended[column])
            if column == "row_no" and i not in partner:
                value = "(no such row)"
            tally.add(name, column, accepted, value, with_cer=column != "row_no")
    extra = [row for j, row in enumerate(seen) if j not in set(partner.values())]
    for row in extra:
        comparison.extra.append((document_id, dataset, _row_name(row)))
        for column in columns:
            if column != "years" and folded(row[column]):
                tally.add(_row_name(row), column, [None], row[column])
    tally.close((*PLACE_FIELDS, *columns))
    comparison.rows.append(RowScore(document_id, dataset, len(golden), len(partner), len(extra)))


def _row_name(row: Record) -> str:
    return " / ".join(
        filter(None, (row["appendix"], *section_codes(row["section_path"]), folded(row["row_no"])))
    )
