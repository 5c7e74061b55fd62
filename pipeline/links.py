"""What binds documents to each other: rows that speak of the same thing, citations we hold.

Two rows of different documents are compared by the words and pairs of neighbouring words that their
folded texts share, the rare ones counting more (the inverse document frequency within the two
documents, so that a third document changes nothing). From that come

- how **alike** the texts are: twice what they share, of all that both have (Dice);
- whether one is **part** of the other: the share of the shorter text that the longer one holds.
  One row of a plan often gathers several of another.

The best pairs are taken first and each row once; the longer text of a part may be taken again, by
other parts. Indicators set for years that do not meet, and results reported before their task
begins, are never bound.

A commune's row **implements** the province's, a province's the central one; rows of one level are
the **same** indicator or task; a result **reports on** a task. What differs between the two rows
(target, period, lead, deadline) is spelled out in ``conflict``, with a word of warning where one of
the two cells was hard to read. Projects are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from normalizers.folding import fold
from pipeline.findings import DOUBTFUL, FIELD_NAMES
from pipeline.row_ids import section_code
from pipeline.schema import Record

LinkKind = Literal["same_indicator", "same_task", "implements", "reports_on"]

ALIKE = 0.42
"""Least likeness (0-1) of two texts that are taken to speak of the same thing."""
IN_PLACE = 0.36
"""The same for rows that stand under the same section title and have the same lead agencies."""
PART = 0.8
"""Least share (0-1) of a text that is taken to be part of another."""
LEAST_PART = 6
"""A text of fewer words is part of nothing: too many texts would hold it."""
SAME_PRINT = 0.85
"""Printed agencies at least this alike (0-1) do not differ: damage is no conflict."""

_LEVELS = ("central", "province", "commune")
_COMPARED: dict[str, tuple[str, ...]] = {
    "same_indicator": ("target", "period", "lead", "implement"),
    "same_task": ("lead", "coordinate", "deadline"),
    "implements": ("target", "deadline"),
    "reports_on": ("lead", "deadline"),
}
_PERIOD = "Giai đoạn"
_BINDS: tuple[tuple[LinkKind, str, str], ...] = (
    ("same_indicator", "indicators", "indicators"),
    ("same_task", "tasks", "tasks"),
    ("reports_on", "results", "tasks"),
)

_Weights = npt.NDArray[np.float64]
Agencies = Mapping[tuple[str, str], tuple[str | None, ...]]
"""(row_id, role) → the ids of the agencies named there, in printed order; None where unresolved."""

_HARD_TO_READ = " (có ô chưa chắc đọc đúng)"


def link_rows(datasets: Mapping[str, Sequence[Record]]) -> list[Record]:
    """Links between rows of different documents, ordered by row."""
    levels = _levels(datasets)
    agencies = _agencies(datasets.get("assignments", ()))
    doubtful = frozenset(
        (cell["row_id"], cell["field"])
        for cell in datasets.get("cells", ())
        if cell["confidence"] < DOUBTFUL
    )
    texts = _texts(row for name in ("indicators", "tasks", "results") for row in datasets[name])
    links: list[Record] = []
    for kind, left_name, right_name in _BINDS:
        left, right = _by_document(datasets[left_name]), _by_document(datasets[right_name])
        if left_name == right_name:
            pairs = list(combinations(sorted(left), 2))
        else:
            pairs = [(one, other) for one in sorted(left) for other in sorted(right)]
        for one, other in pairs:
            if one == other:
                continue
            told, upwards = _kind_between(kind, levels.get(one), levels.get(other))
            for row, partner, score in _bound_rows(kind, left[one], right[other], texts, agencies):
                first, second = (row, partner) if upwards else (partner, row)
                links.append(
                    {
                        "row_id": first["row_id"],
                        "other_row_id": second["row_id"],
                        "kind": told,
                        "score": score,
                        "conflict": conflict_of(told, first, second, agencies, doubtful),
                    }
                )
    return sorted(links, key=lambda link: (link["row_id"], link["other_row_id"], link["kind"]))


def hold_citations(citations: Sequence[Record], documents: Sequence[Record]) -> list[Record]:
    """The citations, each with the document it cites where we hold just one such document."""
    holders: dict[str, list[Record]] = {}
    for document in documents:
        if document["doc_number"]:
            holders.setdefault(document["doc_number"].upper(), []).append(document)
    return [citation | {"cited_document_id": _held(citation, holders)} for citation in citations]


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


# --- who is compared with whom ----------------------------------------------------------------


def _by_document(rows: Sequence[Record]) -> dict[str, list[Record]]:
    documents: dict[str, list[Record]] = {}
    for row in rows:
        if row["text"]:
            documents.setdefault(row["document_id"], []).append(row)
    return documents


def _levels(datasets: Mapping[str, Sequence[Record]]) -> dict[str, str]:
    """document_id → the level of its issuer, where that is known."""
    of_agency = {one["agency_id"]: one["level"] for one in datasets.get("agencies", ())}
    return {
        document["document_id"]: of_agency[document["issuer_id"]]
        for document in datasets.get("documents", ())
        if of_agency.get(document["issuer_id"]) in _LEVELS
    }


def _kind_between(kind: LinkKind, level: str | None, other: str | None) -> tuple[LinkKind, bool]:
    """The kind of link between documents of two levels, and whether the left one comes first.

    Of two levels the lower one implements the higher.
    """
    if kind == "reports_on" or level is None or other is None or level == other:
        return kind, True
    return "implements", _LEVELS.index(level) > _LEVELS.index(other)


def _agencies(assignments: Sequence[Record]) -> Agencies:
    found: dict[tuple[str, str], tuple[str | None, ...]] = {}
    for one in assignments:
        key = (one["row_id"], one["role"])
        found[key] = (*found.get(key, ()), one["agency_id"])
    return found


# --- which rows are bound ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """How many words a text has, and the numbers of its terms: words and neighbouring words."""

    words: int
    terms: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two rows by their index, how alike they are and how much of the shorter one both hold."""

    left: int
    right: int
    alike: float
    part: float
    left_is_part: bool

    @property
    def clear(self) -> bool:
        """Whether the texts alone say that the two speak of the same thing."""
        return self.alike >= ALIKE or self.part >= PART

    @property
    def score(self) -> float:
        return max(self.alike, 0.9 * self.part if self.part >= PART else 0.0)


def _bound_rows(
    kind: LinkKind,
    left: Sequence[Record],
    right: Sequence[Record],
    texts: Mapping[str, _Text],
    agencies: Agencies,
) -> Iterator[tuple[Record, Record, float]]:
    """Rows of two documents that speak of the same thing, and how sure that is (0-1)."""
    taken: tuple[set[int], set[int]] = (set(), set())
    pairs = [
        pair
        for pair in _pairs(
            [texts[row["row_id"]] for row in left], [texts[row["row_id"]] for row in right]
        )
        if _may_be_bound(kind, left[pair.left], right[pair.right])
        and (pair.clear or _in_one_place(left[pair.left], right[pair.right], agencies))
    ]
    for pair in sorted(pairs, key=lambda one: (-one.score, one.left, one.right)):
        free = pair.left not in taken[0], pair.right not in taken[1]
        is_part = pair.part >= PART and kind != "same_indicator"
        if all(free) or (is_part and free[0 if pair.left_is_part else 1]):
            taken[0].add(pair.left)
            taken[1].add(pair.right)
            yield left[pair.left], right[pair.right], round(pair.score, 4)


def _texts(rows: Iterable[Record]) -> dict[str, _Text]:
    """The text of every row, taken apart once for all the documents it is compared with."""
    numbers: dict[str, int] = {}
    texts = {}
    for row in rows:
        words = _words(row["text"] or "")
        terms = [*words, *(f"{one} {other}" for one, other in pairwise(words))]
        ids = {numbers.setdefault(term, len(numbers)) for term in terms}
        texts[row["row_id"]] = _Text(len(words), np.array(sorted(ids), dtype=np.int64))
    return texts


def _pairs(left: Sequence[_Text], right: Sequence[_Text]) -> Iterator[_Pair]:
    """The pairs that may be alike enough, or of which one is part of the other."""
    shared, sums = _shared(left, right)
    count = len(left)
    both = sums[:count, None] + sums[None, count:]
    least = np.minimum(sums[:count, None], sums[None, count:])
    alike = np.divide(2 * shared, both, out=np.zeros_like(shared), where=both > 0)
    part = np.divide(shared, least, out=np.zeros_like(shared), where=least > 0)
    for i, j in np.argwhere((alike >= IN_PLACE) | (part >= PART)):
        left_is_part = bool(sums[i] <= sums[count + j])
        shorter = left[i] if left_is_part else right[j]
        share = float(part[i, j]) if shorter.words >= LEAST_PART else 0.0
        if alike[i, j] >= IN_PLACE or share >= PART:
            yield _Pair(int(i), int(j), float(alike[i, j]), share, left_is_part)


def _shared(left: Sequence[_Text], right: Sequence[_Text]) -> tuple[_Weights, _Weights]:
    """(left × right) the weight of the terms two texts share, and (left + right) that of all its
    terms for each text. The rarer a term is in these texts, the more it weighs."""
    texts = [*left, *right]
    rows = np.repeat(np.arange(len(texts)), [len(text.terms) for text in texts])
    _, columns, counts = np.unique(
        np.concatenate([text.terms for text in texts]), return_inverse=True, return_counts=True
    )
    rarity = np.log((len(texts) + 1) / (counts + 0.5))
    sums: _Weights = np.bincount(rows, rarity[columns], len(texts)).astype(np.float64)
    twice = counts > 1
    place = np.cumsum(twice) - 1
    kept = twice[columns]
    held = np.zeros((len(texts), int(twice.sum())))
    held[rows[kept], place[columns[kept]]] = 1.0
    return (held[: len(left)] * rarity[twice]) @ held[len(left) :].T, sums


def _in_one_place(row: Record, other: Record, agencies: Agencies) -> bool:
    """Whether two rows stand under sections of one title and are led by the same agencies."""
    titles = [_section_title(one) for one in (row, other)]
    named = [agencies.get((one["row_id"], "lead"), (None,)) for one in (row, other)]
    return titles[0] == titles[1] != [] and named[0] == named[1] and None not in named[0]


def _section_title(row: Record) -> list[str]:
    """The words of the innermost section's title, without its code."""
    entry = row["section_path"][-1] if row["section_path"] else ""
    return _words(entry.removeprefix(section_code(entry)))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def _may_be_bound(kind: LinkKind, row: Record, other: Record) -> bool:
    """Whether the times of two rows let them speak of the same thing."""
    if kind == "same_indicator":
        return _meet(_period(row), _period(other))
    if kind == "reports_on":
        begins, reported = other["deadline_start"], row["deadline_end"]
        return begins is None or reported is None or begins <= reported
    return True


def _period(row: Record) -> tuple[int | None, int | None]:
    return row["period_start"], row["period_end"]


def _meet(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    """Whether two spans of time, each open where it has no end, have a moment in common."""
    (start, end), (other_start, other_end) = one, other
    return not (
        (end is not None and other_start is not None and end < other_start)
        or (other_end is not None and start is not None and other_end < start)
    )


# --- what differs -----------------------------------------------------------------------------


def conflict_of(
    kind: str,
    row: Record,
    other: Record,
    agencies: Agencies | None = None,
    doubtful: frozenset[tuple[str, str]] = frozenset(),
) -> str | None:
    """What differs between two linked rows, in Vietnamese: "Mục tiêu: 80% ≠ 100%"; else None.

    Values are compared, not their print: "Năm 2026-2030" is "Năm 2026 - 2030". What one of the two
    does not tell is no conflict. ``doubtful`` are cells (row_id, field) that were hard to read.
    """
    told = []
    for field in _COMPARED[kind]:
        if field == "period":
            shown = _years(row), _years(other)
            differs = None not in shown and shown[0] != shown[1]
            name = _PERIOD
        else:
            shown = row.get(field), other.get(field)
            differs = bool(shown[0] and shown[1]) and not _agree(field, row, other, agencies or {})
            name = FIELD_NAMES[field]
        if differs:
            hard = doubtful & {(row["row_id"], field), (other["row_id"], field)}
            told.append(f"{name}: {shown[0]} ≠ {shown[1]}{_HARD_TO_READ if hard else ''}")
    return "; ".join(told) or None


def _years(row: Record) -> str | None:
    start, end = row.get("period_start"), row.get("period_end")
    if end is None:
        return None
    return f"{start}-{end}" if start not in (None, end) else str(end)


def _agree(field: str, row: Record, other: Record, agencies: Agencies) -> bool:
    printed, other_printed = _plain(row[field]), _plain(other[field])
    if printed == other_printed:
        return True
    if field == "target":
        values = [(one["target_value"], one["target_unit"]) for one in (row, other)]
        comparators = [one["target_comparator"] for one in (row, other)]
        return (
            None not in comparators and values[0] == values[1] and comparators[0] == comparators[1]
        )
    if field == "deadline":
        return _same_time(row, other)
    named = [agencies.get((one["row_id"], field), (None,)) for one in (row, other)]
    if None not in (*named[0], *named[1]):
        return set(named[0]) == set(named[1])
    return fuzz.ratio(fold(printed), fold(other_printed)) >= 100 * SAME_PRINT


def _same_time(row: Record, other: Record) -> bool:
    """Whether two deadlines mean the same: "31/12/2025" ends when "Tháng 12/2025" does."""
    kinds = {row["deadline_kind"], other["deadline_kind"]}
    if kinds & {None, "unknown", "conditional"}:
        return False
    if row["deadline_end"] != other["deadline_end"]:
        return False
    same_start = row["deadline_start"] == other["deadline_start"]
    if row["deadline_end"] is None:
        return same_start and len(kinds) == 1
    return same_start or bool(kinds & {"date", "before"})


def _plain(text: str) -> str:
    """The text as it is compared: lower case, no closing punctuation."""
    return " ".join(text.lower().split()).rstrip(" .;,")
