"""How well the running text and the links are read, and how fast: ``python -m benchmarks.meaning``.

Citations and links of ``out/`` beside ``golden/``; the links once more from the golden rows
themselves, so that what damage costs can be told from what the linking costs; citations once more
from a text given with ``--text`` (a document's true wording, where somebody has it). Speeds are of
one core, over the running text and the cells of ``out/``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from normalizers.agencies import Scope, resolve, split_mentions
from normalizers.citations import Citation, complete
from normalizers.deadlines import read_deadline
from normalizers.running_text import cite
from normalizers.targets import read_period, read_target
from pipeline import store
from pipeline.golden import compare, read_golden, read_golden_links
from pipeline.golden_sets import SetComparison, compare_citations, compare_links, golden_row_ids
from pipeline.links import link_rows
from pipeline.reports import percent
from pipeline.schema import AGENCY_COLUMNS, DATASETS, Record

SHORT = re.compile(r"\d+")
"""A short form's number: Đề án 06 alone is half of one document's citations, and easy."""


def citation_records(citations: Iterable[Citation]) -> list[Record]:
    """Citations as rows of the dataset, as far as they are compared."""
    return [
        {
            "row_id": None,
            "mention": one.mention,
            "cited_number": one.number,
            "cited_type": one.type,
            "cited_on": one.issued_on,
            "cited_issuer": one.issuer,
        }
        for one in citations
    ]


def without_short_forms(citations: Sequence[Record]) -> list[Record]:
    """The citations that tell a whole number or a law's name."""
    return [one for one in citations if not SHORT.fullmatch(one["cited_number"] or "")]


def golden_rows(
    documents: Mapping[str, Mapping[str, Sequence[Record]]], scopes: Mapping[str, Scope]
) -> dict[str, list[Record]]:
    """The golden rows with what the normalizers read in them, as ``link_rows`` wants them."""
    out: dict[str, list[Record]] = {
        name: [] for name in ("indicators", "tasks", "results", "assignments")
    }
    for document_id, datasets in documents.items():
        title = datasets["documents"][0].get("title") or ""
        for name, row_ids in golden_row_ids(document_id, datasets).items():
            for row_id, row in zip(row_ids, datasets[name], strict=True):
                read = dict(row) | {"row_id": row_id, "document_id": document_id}
                if name == "indicators":
                    read |= target_columns(row, title)
                if name in ("tasks", "results"):
                    read |= deadline_columns(row)
                out.setdefault(name, []).append(read)
                out["assignments"] += assignments(read, scopes[document_id])
    return out


def target_columns(row: Record, title: str) -> Record:
    target = read_target(row["target"] or "")
    start, end = read_period(row["section_path"], row["text"], title)
    return {
        "target_value": target.value,
        "target_unit": target.unit,
        "target_comparator": target.comparator,
        "period_start": start,
        "period_end": end,
    }


def deadline_columns(row: Record) -> Record:
    found = read_deadline(row["deadline"] or "")
    return {
        "deadline_kind": found.kind,
        "deadline_start": found.start,
        "deadline_end": found.end,
    }


def assignments(row: Record, scope: Scope) -> list[Record]:
    return [
        {
            "row_id": row["row_id"],
            "role": role,
            "agency_id": resolve(mention, scope).agency_id,
        }
        for role in AGENCY_COLUMNS
        for mention in split_mentions(row.get(role) or "")
    ]


def show(name: str, found: SetComparison) -> None:
    score = found.score
    click.echo(
        f"{name:58} {score.found:3}/{score.golden:<3} +{score.extra:<3}"
        f" P {percent(score.precision):>5}  R {percent(score.recall):>5}"
        f"  F1 {percent(score.f1):>5}"
    )


def speed(name: str, read: Callable[[Any], object], items: Sequence[Any], unit: str) -> None:
    """Print how many items a second ``read`` reads; nothing is remembered between two items."""
    for one in items[:50]:
        read(one)
    began = time.perf_counter()
    for one in items:
        read(one)
    spent = time.perf_counter() - began
    click.echo(f"{name:58} {len(items) / spent:10,.0f} {unit} a second")


@click.command()
@click.option("--out", default="out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--golden", default="golden", type=click.Path(path_type=Path, file_okay=False))
@click.option("--text", "texts", multiple=True, metavar="ID=FILE", help="A paragraph a line.")
def main(out: Path, golden: Path, texts: Sequence[str]) -> None:
    """Measure citations, links and speeds."""
    truth, pairs = read_golden(golden), read_golden_links(golden)
    stored = {name: store.read_dataset(out, name) for name in DATASETS}

    click.echo("citations of out/ (number, type, date and issuer)")
    for document_id, datasets in truth.items():
        seen = [one for one in stored["citations"] if one["document_id"] == document_id]
        right = datasets.get("citations", [])
        show(f"  {document_id}", compare_citations(document_id, right, seen))
        whole = [without_short_forms(one) for one in (right, seen)]
        show("    without short forms", compare_citations(document_id, *whole))
    for given in texts:
        document_id, _, file = given.partition("=")
        lines = Path(file).read_text("utf-8").splitlines()
        read = complete([one for line in lines for one, _ in cite(line)])
        found = compare_citations(
            document_id, truth[document_id]["citations"], citation_records(read)
        )
        show(f"  {document_id} (true wording)", found)

    click.echo("links")
    (found,) = (one for one in compare(truth, stored, pairs).sets if one.score.dataset == "links")
    show("  of out/", found)
    scopes = {document_id: Scope("quang-ngai") for document_id in truth}
    rows = golden_rows(truth, scopes) | {name: stored[name] for name in ("documents", "agencies")}
    same = {
        row_id: row_id
        for document_id, datasets in truth.items()
        for row_ids in golden_row_ids(document_id, datasets).values()
        for row_id in row_ids
    }
    found = compare_links(pairs, link_rows(rows), same)
    show("  of the golden rows", found)
    for item in (*found.missing, *(f"extra {one}" for one in found.extra)):
        click.echo(f"    {item}")

    click.echo("speed")
    cells = [one["text"] for one in stored["cells"]]
    column = {
        name: [one["text"] for one in stored["cells"] if one["field"] == name]
        for name in ("deadline", "target", "text")
    }
    speed("  deadlines", read_deadline.__wrapped__, column["deadline"] * 20, "cells")
    speed("  targets", read_target.__wrapped__, column["target"] * 20, "cells")
    speed("  citations in cells", cite, cells, "cells")
    began = time.perf_counter()
    links = link_rows(stored)
    click.echo(
        f"{'  links of all documents':58} {time.perf_counter() - began:10.2f} s ({len(links)})"
    )


if __name__ == "__main__":
    main()
