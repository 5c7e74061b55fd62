"""The ratchet of ``golden/thresholds.toml``: what has been reached may not be lost again.

    ["quang-ngai-ubnd.05-kh-ubnd.2026".tasks]
    rows = { found = 43, extra = 0 }
    text = { exact = 0.8837, cer = 0.0112 }

``exact`` may not fall (it is stored rounded down), ``cer`` and ``extra`` may not rise (rounded up).
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pipeline.golden import Comparison
from pipeline.golden_sets import SURE_ASSIGNMENTS

Limits = dict[str, dict[str, dict[str, dict[str, float]]]]
"""document_id → dataset → field (or "rows") → measure → limit."""

RISING = ("found", "exact")
"""Measures that are better when greater; the others are better when smaller."""

_HEAD = """\
# What `phuluc check` has reached. A drop below it fails (exit code 4).
# `phuluc check --update-thresholds` raises these numbers and never lowers one;
# lowering one is a decision for a person, made here by hand.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One measure against its limit; ``limit`` is None where none has been set yet."""

    document_id: str
    dataset: str
    field: str
    measure: str
    value: float
    limit: float | None

    @property
    def holds(self) -> bool:
        """Whether the measure is at least as good as its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.measure in RISING else self.value <= self.limit

    def sentence(self) -> str:
        """ "quang-ngai-ubnd.05-kh-ubnd.2026 tasks.text: exact 0.91 (threshold 0.93)"."""
        return (
            f"{self.document_id} {self.dataset}.{self.field}: "
            f"{self.measure} {self.value:g} (threshold {self.limit:g})"
        )


def read_thresholds(path: Path) -> Limits:
    """The stored limits; empty where the file does not exist."""
    if not path.exists():
        return {}
    return tomllib.loads(path.read_text("utf-8"))


def measures(comparison: Comparison) -> Limits:
    """What was measured, rounded as it is stored."""
    measured: Limits = {}
    for rows in comparison.rows:
        dataset = measured.setdefault(rows.document_id, {}).setdefault(rows.dataset, {})
        dataset["rows"] = {"found": rows.found, "extra": rows.extra}
    for one in comparison.sets:
        dataset = measured.setdefault(one.score.document_id, {}).setdefault(one.score.dataset, {})
        dataset["set"] = {"found": one.score.found, "extra": one.score.extra}
        if one.score.dataset == SURE_ASSIGNMENTS:
            del dataset["set"]["found"]  # to be less sure is no loss
    for score in comparison.fields:
        dataset = measured.setdefault(score.document_id, {}).setdefault(score.dataset, {})
        dataset[score.field] = {
            "exact": math.floor(score.ratio * 1e4) / 1e4,
            "cer": math.ceil(score.cer * 1e4) / 1e4,
        }
    return measured


def verdicts(comparison: Comparison, limits: Limits) -> list[Verdict]:
    """Every measure against its limit; a limit whose field was not measured at all fails."""
    found = []
    measured = measures(comparison)
    for document_id in measured.keys() | limits.keys():
        for dataset in _inner(measured, limits, document_id):
            of_dataset = measured.get(document_id, {}).get(dataset, {})
            set_limits = limits.get(document_id, {}).get(dataset, {})
            for field in of_dataset.keys() | set_limits.keys():
                values, bounds = of_dataset.get(field, {}), set_limits.get(field, {})
                for measure in values.keys() | bounds.keys():
                    worst = -math.inf if measure in RISING else math.inf
                    found.append(
                        Verdict(
                            document_id,
                            dataset,
                            field,
                            measure,
                            values.get(measure, worst),
                            bounds.get(measure),
                        )
                    )
    return sorted(found, key=lambda v: (v.document_id, v.dataset, v.field, v.measure))


def raised(limits: Limits, comparison: Comparison) -> Limits:
    """The limits with every measure that is now better; none is ever lowered."""
    result: Limits = {}
    for verdict in verdicts(comparison, limits):
        better = max if verdict.measure in RISING else min
        value = verdict.value if verdict.limit is None else better(verdict.value, verdict.limit)
        fields = result.setdefault(verdict.document_id, {}).setdefault(verdict.dataset, {})
        fields.setdefault(verdict.field, {})[verdict.measure] = value
    return result


def thresholds_toml(limits: Limits) -> str:
    """The limits as the text of ``thresholds.toml``."""
    lines = [_HEAD]
    for document_id, datasets in sorted(limits.items()):
        for dataset, fields in sorted(datasets.items()):
            lines.append(f'["{document_id}".{dataset}]')
            for field, bounds in sorted(fields.items(), key=lambda item: item[0] != "rows"):
                inner = ", ".join(
                    f"{measure} = {bounds[measure]:g}"
                    for measure in ("found", "extra", "exact", "cer")
                    if measure in bounds
                )
                lines.append(f"{field} = {{ {inner} }}")
            lines.append("")
    return "\n".join(lines)


def _inner(measured: Limits, limits: Limits, document_id: str) -> set[str]:
    return measured.get(document_id, {}).keys() | limits.get(document_id, {}).keys()
