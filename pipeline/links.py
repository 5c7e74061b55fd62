"""What binds documents to each other: rows that speak of the same thing, citations we hold.

A first, plain version: two rows of different documents are linked where their texts are at least
:data:`ALIKE` alike (rapidfuzz ratio of the lower-cased texts), each row with its best partner in
every other document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from rapidfuzz import fuzz, process

from pipeline.findings import FIELD_NAMES
from pipeline.schema import Record

ALIKE = 0.90
"""Least likeness (0-1) of two texts that are taken to speak of the same thing."""

_COMPARED = {
    "same_indicator": ("target", "lead", "implement"),
    "same_task": ("lead", "coordinate", "expected_result", "deadline"),
    "reports_on": ("lead", "deadline"),
}
_BINDS: tuple[tuple[Literal["same_indicator", "same_task", "reports_on"], str, str], ...] = (
    ("same_indicator", "indicators", "indicators"),
    ("same_task", "tasks", "tasks"),
    ("reports_on", "results", "tasks"),
)


def link_rows(datasets: Mapping[str, Sequence[Record]]) -> list[Record]:
    """Links between rows of different documents, ordered by row."""
    links: list[Record] = []
    for kind, left_name, right_name in _BINDS:
        left, right = _by_document(datasets[left_name]), _by_document(datasets[right_name])
        if left_name == right_name:
            pairs = list(combinations(sorted(left), 2))
        else:
            pairs = [(one, other) for one in sorted(left) for other in sorted(right)]
        for one, other in pairs:
            if one != other:
                links += _link_documents(kind, left[one], right[other])
    return sorted(links, key=lambda link: (link["row_id"], link["other_row_id"], link["kind"]))


def hold_citations(citations: Sequence[Record], documents: Sequence[Record]) -> list[Record]:
    """The citations, each with the document it cites where we hold just one such document."""
    holders: dict[str, list[Record]] = {}
    for document in documents:
        if document["doc_number"]:
            holders.setdefault(document["doc_number"].upper(), []).append(document)
    return [citation | {"cited_document_id": _held(citation, holders)} for citation in citations]


def conflict_of(kind: str, row: Record, other: Record) -> str | None:
    """What differs between two linked rows, in Vietnamese: "Mục tiêu: 80% ≠ 100%"; else None."""
    told = [
        f"{FIELD_NAMES[field]}: {row[field]} ≠ {other[field]}"
        for field in _COMPARED[kind]
        if row.get(field) and other.get(field) and _plain(row[field]) != _plain(other[field])
    ]
    return "; ".join(told) or None


def _held(citation: Record, holders: Mapping[str, Sequence[Record]]) -> str | None:
    """The document cited: number and date must both agree, for numbers repeat over issuers."""
    found = [
        document["document_id"]
        for document in holders.get((citation["cited_number"] or "").upper(), ())
        if document["issued_on"] is not None
        and document["issued_on"] == citation["cited_on"]
        and document["document_id"] != citation["document_id"]
    ]
    return found[0] if len(found) == 1 else None


def _by_document(rows: Sequence[Record]) -> dict[str, list[Record]]:
    documents: dict[str, list[Record]] = {}
    for row in rows:
        if row["text"]:
            documents.setdefault(row["document_id"], []).append(row)
    return documents


def _link_documents(kind: str, left: Sequence[Record], right: Sequence[Record]) -> list[Record]:
    """Pairs that are each other's best partner, at least :data:`ALIKE` alike."""
    scores = process.cdist(
        [_plain(row["text"]) for row in left],
        [_plain(row["text"]) for row in right],
        scorer=fuzz.ratio,
        score_cutoff=100 * ALIKE,
        dtype=np.float64,
    )
    links = []
    for i, row in enumerate(left):
        j = int(scores[i].argmax())
        if scores[i, j] > 0 and int(scores[:, j].argmax()) == i:
            links.append(
                {
                    "row_id": row["row_id"],
                    "other_row_id": right[j]["row_id"],
                    "kind": kind,
                    "score": round(float(scores[i, j]) / 100, 4),
                    "conflict": conflict_of(kind, row, right[j]),
                }
            )
    return links


def _plain(text: str) -> str:
    """The text as it is compared: lower case, no closing punctuation."""
    return " ".join(text.lower().split()).rstrip(" .;,")
