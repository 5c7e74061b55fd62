"""What a reader made of a facsimile, against the golden rows: :func:`score`.

Exactly as ``phuluc check`` compares (same pairing of rows, same character error rate), and beside
that whether wrong cells say that they are doubtful.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from facsimile.plans import Record
from facsimile.sheets import Facsimile
from pipeline.golden import PLACE_FIELDS, Comparison, compare, pair_rows
from pipeline.schema import ROW_DATASETS, TEXT_COLUMNS

DOUBTFUL = 0.6
"""A cell less sure than this counts as doubtful."""


@dataclass(frozen=True, slots=True)
class Score:
    """How a facsimile was read.

    ``rows`` golden, ``lost`` of them, ``invented`` beside them; ``cells``, ``exact`` and ``edits``
    over ``chars`` count the text fields and years of all golden rows; ``misplaced`` counts wrong
    section paths and numbers, ``mislabelled`` the rows found under another appendix's label (they
    are compared all the same).  ``wrong_told``: wrong cells whose confidence is below
    :data:`DOUBTFUL`; ``right_doubted``: exact cells that say so all the same.
    """

    name: str
    rows: int
    lost: int
    invented: int
    cells: int
    exact: int
    edits: int
    chars: int
    misplaced: int
    mislabelled: int
    wrong_told: int
    right_doubted: int
    metadata: int
    metadata_exact: int
    comparison: Comparison

    @property
    def share(self) -> float:
        """Cells exact, 0-1."""
        return self.exact / max(1, self.cells)

    @property
    def cer(self) -> float:
        return self.edits / max(1, self.chars)

    def __str__(self) -> str:
        return (
            f"{self.name}: rows {self.rows - self.lost}/{self.rows} +{self.invented}, "
            f"cells {self.exact}/{self.cells} {self.share:.2%}, CER {self.cer:.2%}, "
            f"misplaced {self.misplaced}, mislabelled {self.mislabelled}, "
            f"wrong told {self.wrong_told}/{self.cells - self.exact}, "
            f"metadata {self.metadata_exact}/{self.metadata}"
        )

    def wrong(self) -> list[str]:
        """Every wrong cell, lost and invented row, a line each."""
        return [
            *(
                f"{one.row} {one.field}: {difference(one.golden, one.seen)}"
                for one in self.comparison.wrong
            ),
            *(f"lost {row}" for _, _, row in self.comparison.missing),
            *(f"invented {row}" for _, _, row in self.comparison.extra),
        ]


def difference(golden: str, seen: str) -> str:
    """What differs, with a little of what stands around it."""
    if len(golden) < 60 and len(seen) < 60:
        return f"{golden!r} → {seen!r}"
    parts = []
    for op, a0, a1, b0, b1 in SequenceMatcher(None, golden, seen, False).get_opcodes():
        if op != "equal":
            around = golden[max(0, a0 - 12) : a0], golden[a1 : a1 + 12]
            parts.append(f"…{around[0]}[{golden[a0:a1]}→{seen[b0:b1]}]{around[1]}…")
    return " ".join(parts)


def golden_of(one: Facsimile) -> dict[str, list[Record]]:
    """The truth of a facsimile as ``golden/`` holds it: dataset → rows (and ``documents``)."""
    golden: dict[str, list[Record]] = {}
    if one.document:
        golden["documents"] = [one.document]
    for row in one.rows:
        golden.setdefault(row["dataset"], []).append(row)
    return golden


def score(one: Facsimile, datasets: Mapping[str, Sequence[Record]]) -> Score:
    """Compare what was read (dataset → records, as ``FileReader.datasets_of`` gives)."""
    golden = golden_of(one)
    seen = {
        name: [row | {"document_id": one.name} for row in rows] for name, rows in datasets.items()
    }
    mislabelled = _settle_labels(golden, seen)
    comparison = compare({one.name: golden}, seen)
    text = [
        f for f in comparison.fields if f.dataset != "documents" and f.field not in PLACE_FIELDS
    ]
    place = [f for f in comparison.fields if f.field in PLACE_FIELDS]
    about = [f for f in comparison.fields if f.dataset == "documents"]
    wrong_told, right_doubted = _doubts(golden, seen, comparison)
    return Score(
        one.name,
        rows=sum(r.golden for r in comparison.rows),
        lost=sum(r.missing for r in comparison.rows),
        invented=sum(r.extra for r in comparison.rows),
        cells=sum(f.cells for f in text),
        exact=sum(f.exact for f in text),
        edits=sum(f.edits for f in text),
        chars=sum(f.chars for f in text),
        misplaced=sum(f.cells - f.exact for f in place),
        mislabelled=mislabelled,
        wrong_told=wrong_told,
        right_doubted=right_doubted,
        metadata=sum(f.cells for f in about),
        metadata_exact=sum(f.exact for f in about),
        comparison=comparison,
    )


def _settle_labels(golden: Mapping[str, Sequence[Record]], seen: dict[str, list[Record]]) -> int:
    """Give rows that were found under another appendix's label the true one; how many there are.

    A stamp may hide the label of an appendix, and its rows are to be measured even so.
    """
    wrong = 0
    for dataset in ROW_DATASETS:
        if dataset not in golden or not seen.get(dataset):
            continue
        true = [row | {"appendix": ""} for row in golden[dataset]]
        rows = seen[dataset]
        for i, j in pair_rows(true, [row | {"appendix": ""} for row in rows]):
            label = golden[dataset][i]["appendix"]
            if rows[j]["appendix"] != label:
                rows[j] = rows[j] | {"appendix": label}
                wrong += 1
    return wrong


def _doubts(
    golden: Mapping[str, Sequence[Record]],
    seen: Mapping[str, Sequence[Record]],
    comparison: Comparison,
) -> tuple[int, int]:
    """Wrong cells that say they are doubtful, and exact cells that do."""
    sure = {(c["row_id"], c["field"]): c["confidence"] for c in seen.get("cells", ())}
    wrong = {(w.dataset, w.field, w.golden, w.seen) for w in comparison.wrong}
    told = doubted = 0
    for dataset in ROW_DATASETS:
        rows, found = golden.get(dataset, []), seen.get(dataset, [])
        for i, j in pair_rows(rows, found):
            for field in TEXT_COLUMNS[dataset]:
                confidence = sure.get((found[j]["row_id"], field), 1.0)
                if confidence < DOUBTFUL:
                    pair = (dataset, field, rows[i].get(field) or "", found[j].get(field) or "")
                    told += pair in wrong
                    doubted += pair not in wrong
    return told, doubted
