"""Comparing what has no printed place of its own with golden/: citations, links between rows,
agencies in their roles.

All are sets: an item is found, missing or extra, and precision, recall and F1 say how well.

A **citation** of the running text (``golden/<document>/citations.jsonl``, one object each, in
printed order) is found where number, type, date and issuer all agree: the number exactly, the
issuer in lower case with "UBND" and "HĐND" written out. One without a number (a law cited by
name, a number left blank) must agree in its name as well, its ``mention`` up to "ngày" or "của".
What is cited twice must be found twice.

An **assignment** (``golden/<document>/assignments.jsonl``, one object a mention: golden ``row_id``,
role, position, the mention as printed, and the ``agency_id`` it means, null where it names no
agency of the registry) is found where the row that was read for it has that agency in that role,
as often as it is printed there. ``sure_assignments`` are those of the output with a
``match_score`` of :data:`SURE` or more: what is extra among them is wrong with confidence.

A **link** (``golden/links.jsonl``, one object a pair) names two golden rows by their ``row_id``; it
is found where the rows that were read for them are linked with that kind. "implements" and
"reports_on" have a direction, the others none. A pair with ``"sure": false`` counts neither for
nor against.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.row_ids import row_ids_of
from pipeline.schema import ROW_DATASETS, Record

ALL_DOCUMENTS = "*"
"""Stands for the document where a score is over all of them."""

SURE_ASSIGNMENTS = "sure_assignments"
SURE = 0.95
"""From this ``match_score`` on an agency is told with confidence; it may not be wrong."""

_DIRECTED = ("implements", "reports_on")

RowPairs = Mapping[str, str]
"""row_id of a golden row → row_id of the row that was read for it."""


_Items = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SetScore:
    """Items of one dataset of one document: golden, found among them, and not in golden/."""

    document_id: str
    dataset: str
    golden: int
    found: int
    extra: int

    @property
    def precision(self) -> float:
        """Share of the items that are right, 0-1."""
        seen = self.found + self.extra
        return self.found / seen if seen else 1.0

    @property
    def recall(self) -> float:
        """Share of the golden items that were found, 0-1."""
        return self.found / self.golden if self.golden else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        whole = self.golden + self.found + self.extra
        return 2 * self.found / whole if whole else 1.0


@dataclass(frozen=True, slots=True)
class SetComparison:
    """A score, and the items that are missing and extra as text for a person."""

    score: SetScore
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def compare_citations(
    document_id: str, golden: Iterable[Record], seen: Iterable[Record]
) -> SetComparison:
    """The citations of one document's running text; those within rows are left out."""
    right = Counter(map(_citation_key, golden))
    read = Counter(_citation_key(one) for one in seen if one["row_id"] is None)
    missing, extra = right - read, read - right
    score = SetScore(
        document_id,
        "citations",
        right.total(),
        right.total() - missing.total(),
        extra.total(),
    )
    return SetComparison(score, _shown(missing), _shown(extra))


def compare_assignments(
    document_id: str, golden: Iterable[Record], seen: Iterable[Record], rows: RowPairs
) -> tuple[SetComparison, SetComparison]:
    """The agencies of one document's rows, and the sure ones among them.

    ``seen`` are the assignments of its rows, ``rows`` pairs all golden rows with those read.
    """
    golden_of = {read: right for right, read in rows.items()}
    right, read, sure = _Items(), _Items(), _Items()
    mentions: dict[tuple[str, ...], str] = {}
    for one in golden:
        if one["agency_id"]:
            key = (one["row_id"], one["role"], one["agency_id"])
            mentions[key] = one["mention"]
            right[key] += 1
    for one in seen:
        if one["agency_id"]:
            row_id: str = one["row_id"]
            key = (golden_of.get(row_id, row_id), one["role"], one["agency_id"])
            mentions.setdefault(key, one["mention"])
            read[key] += 1
            sure[key] += one["match_score"] >= SURE
    missing, extra = right - read, read - right
    all_of_them = _set_score(document_id, "assignments", right, right & read, extra)
    sure_ones = _set_score(document_id, SURE_ASSIGNMENTS, right, right & sure, sure - right)
    return (
        SetComparison(
            all_of_them, _shown(_told(missing, mentions)), _shown(_told(extra, mentions))
        ),
        SetComparison(sure_ones, (), _shown(_told(sure - right, mentions))),
    )


def _set_score(
    document_id: str,
    dataset: str,
    golden: _Items,
    found: _Items,
    extra: _Items,
) -> SetScore:
    return SetScore(document_id, dataset, golden.total(), found.total(), extra.total())


def _told(items: _Items, mentions: Mapping[tuple[str, ...], str]) -> _Items:
    """The assignments with what is printed for them."""
    return Counter({(*key, f"“{mentions[key]}”"): count for key, count in items.items()})


def compare_links(
    golden: Sequence[Record], seen: Iterable[Record], rows: RowPairs
) -> SetComparison:
    """Links of all documents. A golden row that was not read at all makes its links missing."""
    right: set[tuple[str, ...]] = set()
    unsure: set[tuple[str, ...]] = set()
    for pair in golden:
        ends = (rows.get(pair[end], f"? {pair[end]}") for end in ("row", "other_row"))
        key = _link_key(pair["kind"], *ends)
        (right if pair.get("sure", True) else unsure).add(key)
    read = {_link_key(one["kind"], one["row_id"], one["other_row_id"]) for one in seen} - unsure
    score = SetScore(ALL_DOCUMENTS, "links", len(right), len(right & read), len(read - right))
    missing = (" ".join(key) for key in sorted(right - read))
    return SetComparison(
        score, tuple(missing), tuple(" ".join(key) for key in sorted(read - right))
    )


def golden_row_ids(document_id: str, datasets: Mapping[str, Sequence[Record]]) -> dict[str, list]:
    """The row_id that each golden row has, by dataset, as the program itself would name it."""
    return {
        name: row_ids_of(
            document_id,
            [
                _Place(row["appendix"], tuple(row["section_path"]), row["row_no"] or "")
                for row in rows
            ],
        )
        for name, rows in datasets.items()
        if name in ROW_DATASETS
    }


@dataclass(frozen=True, slots=True)
class _Place:
    appendix: str
    section_path: tuple[str, ...]
    row_no: str


def _citation_key(citation: Record) -> tuple[str, ...]:
    number = citation["cited_number"] or ""
    name = "" if number else re.split(r"\s+(?:ngày|của)\s", citation["mention"])[0].casefold()
    return (
        number,
        citation["cited_type"] or "",
        str(citation["cited_on"] or ""),
        _plain_issuer(citation["cited_issuer"] or ""),
        name,
    )


def _plain_issuer(issuer: str) -> str:
    plain = unicodedata.normalize("NFC", issuer).casefold().replace("uỷ", "ủy")
    return plain.replace("ubnd", "ủy ban nhân dân").replace("hđnd", "hội đồng nhân dân")


def _link_key(kind: str, one: str, other: str) -> tuple[str, ...]:
    ends = (one, other) if kind in _DIRECTED else sorted((one, other))
    return (kind, *ends)


def _shown(items: _Items) -> tuple[str, ...]:
    return tuple(
        " | ".join(filter(None, key)) + (f" (×{count})" if count > 1 else "")
        for key, count in sorted(items.items())
    )
