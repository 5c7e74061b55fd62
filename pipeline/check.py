"""``phuluc check``: read, compare, judge, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline import store
from pipeline.errors import ExitCode, PhulucError
from pipeline.golden import Comparison, FieldScore, compare, read_golden, read_golden_links
from pipeline.messages import say
from pipeline.reports import REPORTS, percent
from pipeline.schema import DATASETS
from pipeline.summary import wide_console
from pipeline.thresholds import Verdict, raised, read_thresholds, thresholds_toml, verdicts

THRESHOLDS = "thresholds.toml"


def check_output(
    out: Path,
    golden: Path,
    *,
    reports: Mapping[str, Path | None],
    show_wrong: bool = False,
    update: bool = False,
) -> ExitCode:
    """Compare ``out`` with ``golden``; 4 where a measure is below its threshold."""
    if not golden.is_dir():
        raise PhulucError(ExitCode.BAD_ARGUMENTS, "no-golden", path=golden)
    run = store.read_run(out)
    if run is None or not store.is_whole(out, run):
        raise PhulucError(ExitCode.READ_WRITE, "no-output", path=out)
    comparison = compare(
        read_golden(golden),
        {name: store.read_dataset(out, name) for name in DATASETS},
        read_golden_links(golden),
    )
    limits = read_thresholds(golden / THRESHOLDS)
    judged = verdicts(comparison, limits)
    console = wide_console()
    console.print(fields_table(comparison, judged))
    console.print(documents_table(comparison))
    if comparison.sets:
        console.print(sets_table(comparison))
    if show_wrong:
        _show_wrong(comparison, console)
    for name, path in reports.items():
        if path is not None:
            store.replace_file(path, REPORTS[name](comparison, judged).encode())
    if update:
        text = thresholds_toml(raised(limits, comparison))
        store.replace_file(golden / THRESHOLDS, text.encode())
        console.print(say("thresholds-raised", path=golden / THRESHOLDS), soft_wrap=True)
    return _conclude(judged, golden / THRESHOLDS, console, limits_set=bool(limits))


def fields_table(comparison: Comparison, judged: Sequence[Verdict]) -> Table:
    """A line a field: cells, exact, CER, and whether it holds its thresholds."""
    failed = {(one.document_id, one.dataset, one.field) for one in judged if not one.holds}
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("document", overflow="fold")
    table.add_column("field")
    for name in ("cells", "exact", "%", "CER %"):
        table.add_column(name, justify="right")
    table.add_column("")
    before = ""
    for score in comparison.fields:
        key = (score.document_id, score.dataset, score.field)
        if score.document_id != before:
            table.add_section()
        table.add_row(
            score.document_id if score.document_id != before else "",
            f"{score.dataset}.{score.field}",
            *numbers(score),
            Text("✗", style="bold red") if key in failed else "✓",
        )
        before = score.document_id
    return table


def documents_table(comparison: Comparison) -> Table:
    """A line a document: rows found, missing and extra, cells exact, CER, agency cells exact."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("document", overflow="fold")
    for name in (
        "rows",
        "missing",
        "extra",
        "sections",
        "numbers",
        "cells %",
        "CER %",
        "agencies %",
    ):
        table.add_column(name, justify="right")
    table.add_column("metadata", justify="right")
    for document_id in comparison.document_ids:
        rows = [one for one in comparison.rows if one.document_id == document_id]
        golden = sum(one.golden for one in rows)
        total, agencies = comparison.total(document_id), comparison.agencies(document_id)
        table.add_row(
            document_id,
            f"{sum(one.found for one in rows)}/{golden}",
            str(sum(one.missing for one in rows) or ""),
            str(sum(one.extra for one in rows) or ""),
            share(comparison.place(document_id, "section_path")),
            share(comparison.place(document_id, "row_no")),
            percent(total.ratio),
            percent(total.cer),
            percent(agencies.ratio),
            share(comparison.metadata(document_id)),
        )
    found = sum(one.found for one in comparison.rows)
    golden = sum(one.golden for one in comparison.rows)
    table.caption = (
        f"rows {found}/{golden}, missing {golden - found}, "
        f"extra {sum(one.extra for one in comparison.rows)}"
    )
    return table


def sets_table(comparison: Comparison) -> Table:
    """A line a set (citations of a document, links of all): found, missing, extra, how well."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("document", overflow="fold")
    table.add_column("set")
    for name in ("found", "missing", "extra", "precision %", "recall %", "F1 %"):
        table.add_column(name, justify="right")
    for one in comparison.sets:
        score = one.score
        table.add_row(
            score.document_id,
            score.dataset,
            f"{score.found}/{score.golden}",
            str(score.golden - score.found or ""),
            str(score.extra or ""),
            *map(percent, (score.precision, score.recall, score.f1)),
        )
    return table


def numbers(score: FieldScore) -> tuple[str, str, str, str]:
    """Cells, exact cells, exact %, CER % as they are shown."""
    cer = percent(score.cer) if score.chars or score.edits else ""
    return str(score.cells), str(score.exact), percent(score.ratio), cer


def share(score: FieldScore) -> str:
    """ "20/21": exact of all."""
    return f"{score.exact}/{score.cells}"


def _show_wrong(comparison: Comparison, console: Console) -> None:
    for document_id, dataset, row in comparison.missing:
        console.print(Text(f"missing {document_id} {dataset} {row}"), soft_wrap=True)
    for document_id, dataset, row in comparison.extra:
        console.print(Text(f"extra {document_id} {dataset} {row}"), soft_wrap=True)
    for one in comparison.sets:
        for name, items in (("missing", one.missing), ("extra", one.extra)):
            for item in items:
                line = f"{name} {one.score.document_id} {one.score.dataset} {item}"
                console.print(Text(line), soft_wrap=True)
    for cell in comparison.wrong:
        where = f"{cell.document_id} {cell.dataset} {cell.row} {cell.field}"
        console.print(Text(f"\n{where}\n  - {cell.golden}\n  + {cell.seen}"), soft_wrap=True)


def _conclude(
    judged: Sequence[Verdict], path: Path, console: Console, *, limits_set: bool
) -> ExitCode:
    failed = [one for one in judged if not one.holds]
    if failed:
        console.print(say("check-failed", count=len(failed), path=path), style="bold red")
        for one in failed:
            console.print(f"  {one.sentence()}", soft_wrap=True)
        return ExitCode.CHECK_FAILED
    if not limits_set:
        console.print(say("no-thresholds", path=path), soft_wrap=True)
        return ExitCode.OK
    console.print(say("check-passed", path=path), soft_wrap=True)
    return ExitCode.OK
