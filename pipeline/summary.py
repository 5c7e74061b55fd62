"""What ``phuluc run`` shows a person at the end: a table, then what to look at."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from pipeline.errors import ExitCode
from pipeline.findings import DOUBTFUL, FIELD_NAMES
from pipeline.messages import is_vietnamese, say, say_kind
from pipeline.run import RunReport, run
from pipeline.schema import ROW_DATASETS, Record

SHOWN_ROWS = 10
SHOWN_FIELDS = 3
SHOWN_PLACES = 4
_QUIET = frozenset({"quarantined", "low_confidence_cell"})
"""Kinds of findings that are told otherwise: above the list, as doubtful rows."""
_GRAVITY = {"error": 0, "warning": 1, "info": 2}
_STYLE = {"error": "bold red", "warning": "yellow", "info": "dim"}


def run_with_summary(
    raw: Path, out: Path, jobs: int, timeout: float, registry: Path | None = None
) -> ExitCode:
    """Run, show progress where a person watches, and show what was found."""
    console = wide_console()
    report = _run_watched(raw, out, jobs, timeout, registry, Console(stderr=True))
    show(report, console)
    return report.exit_code


def wide_console() -> Console:
    """The terminal; where the output goes elsewhere, wide enough for any table."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def show(report: RunReport, console: Console) -> None:
    """Print the summary of a run."""
    if not report.run["inputs"]:
        console.print(say("empty-inbox", raw=report.raw), markup=False)
        return
    console.print(documents_table(report))
    _show_quarantine(report, console)
    _show_findings(report, console)
    console.print()
    console.print(closing_sentence(report), markup=False, soft_wrap=True)


def closing_sentence(report: RunReport) -> str:
    """The last line: what was written, or that nothing changed."""
    if not report.changed:
        files = len(report.run["inputs"])
        return say("nothing-changed", files=files, raw=report.raw, out=report.out)
    documents = len(report.datasets["documents"])
    sentence = say(
        "written",
        rows=sum(len(report.datasets[name]) for name in ROW_DATASETS),
        documents=documents,
        out=report.out,
        seconds=report.total_seconds,
        read=len(report.seconds),
        kept=documents - len(report.seconds),
    )
    if report.removed:
        sentence += "\n" + say("removed", raw=report.raw, paths=", ".join(report.removed))
    return sentence


def documents_table(report: RunReport) -> Table:
    """A line a document: rows per dataset, rows to look at, warnings, seconds."""
    table = Table(
        show_footer=len(report.datasets["documents"]) > 1, box=SIMPLE_HEAD, pad_edge=False
    )
    counts = {
        name: Counter(row["document_id"] for row in report.datasets[name]) for name in ROW_DATASETS
    }
    counts["column-review"] = Counter(
        row["document_id"]
        for name in ROW_DATASETS
        for row in report.datasets[name]
        if row["needs_review"]
    )
    counts["column-warnings"] = Counter(
        one["document_id"] for group in _findings_by_kind(report) for one in group
    )
    table.add_column(say("column-document"), say("column-total"), overflow="fold", min_width=30)
    for name, counter in counts.items():
        table.add_column(say(name), str(counter.total()), justify="right")
    table.add_column(say("column-seconds"), justify="right")
    for document in report.datasets["documents"]:
        document_id = document["document_id"]
        spent = report.seconds.get(document_id)
        table.add_row(
            Text(document_id),
            *(str(counter[document_id] or "") for counter in counts.values()),
            say("kept") if spent is None else f"{spent:.1f}",
        )
    return table


def _run_watched(
    raw: Path, out: Path, jobs: int, timeout: float, registry: Path | None, console: Console
) -> RunReport:
    run_here = partial(run, raw, out, jobs=jobs, timeout=timeout, registry=registry)
    if not sys.stderr.isatty():
        return run_here()
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")

        def tell(done: int, count: int) -> None:
            progress.update(task, description=say("reading", done=done, count=count))

        return run_here(progress=tell)


def _show_quarantine(report: RunReport, console: Console) -> None:
    if report.quarantined:
        count = len(report.quarantined)
        console.print(say("quarantined", count=count, raw=report.raw), style="bold red")
        for path, reason in report.quarantined.items():
            console.print(Text(f"  {path}: {reason}"), soft_wrap=True)


def _show_findings(report: RunReport, console: Console) -> None:
    doubtful = _doubtful_rows(report)
    told = _findings_by_kind(report)
    if not doubtful and not told:
        if not report.quarantined:
            console.print(say("all-well"))
        return
    if doubtful:
        console.print(say("doubtful-rows", count=len(doubtful)), style="bold")
        for row, cells in doubtful[:SHOWN_ROWS]:
            console.print(_doubtful_line(row, cells), soft_wrap=True)
        more = len(doubtful) - SHOWN_ROWS
        if more > 0:
            console.print(Text(f"  {say('and-more', count=more)}"), soft_wrap=True)
        console.print(Text(f"  {say('how-to-trace')}", style="dim"), soft_wrap=True)
    if told:
        console.print(say("look-at"), style="bold")
        for findings in told:
            console.print(_findings_line(findings), soft_wrap=True)


def _doubtful_rows(report: RunReport) -> list[tuple[Record, list[Record]]]:
    """Rows with doubtful cells and these, the least sure first.

    First comes the row in which the most cells are likely wrong.
    """
    cells: dict[str, list[Record]] = {}
    for cell in report.datasets["cells"]:
        if cell["confidence"] < DOUBTFUL:
            cells.setdefault(cell["row_id"], []).append(cell)
    rows = [
        (row, sorted(cells[row["row_id"]], key=lambda cell: cell["confidence"]))
        for name in ROW_DATASETS
        for row in report.datasets[name]
        if row["row_id"] in cells
    ]
    return sorted(
        rows, key=lambda item: sum(1 - cell["confidence"] for cell in item[1]), reverse=True
    )


def _doubtful_line(row: Record, cells: list[Record]) -> Text:
    """ "a.05-kh.2026/II/III/4  page 23: text 18 %, lead 44 % …"."""
    named = FIELD_NAMES if is_vietnamese() else {}
    fields = [
        f"{named.get(cell['field'], cell['field'])} {cell['confidence']:.0%}"
        for cell in cells[:SHOWN_FIELDS]
    ]
    told = ", ".join(fields) + (" …" if len(cells) > SHOWN_FIELDS else "")
    page = say("page", number=row["page_first"])
    return Text.assemble("  ", (row["row_id"], _STYLE["warning"]), f"  {page}: {told}")


def _findings_by_kind(report: RunReport) -> list[list[Record]]:
    """Errors and warnings, those of one kind in one document together, the gravest first."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for one in report.datasets["findings"]:
        if one["severity"] != "info" and one["kind"] not in _QUIET:
            groups.setdefault((one["document_id"] or "", one["kind"]), []).append(one)
    return sorted(groups.values(), key=lambda group: _GRAVITY[group[0]["severity"]])


def _findings_line(group: list[Record]) -> Text:
    """One finding in its own words; several of a kind as their number and places.

    Findings are Vietnamese, as clerks read them; who reads English is told the kind as well.
    """
    first = group[0]
    style = _STYLE[first["severity"]]
    if len(group) == 1:
        where = first["row_id"] or first["document_id"] or ""
        told = first["message"]
        if not is_vietnamese():
            told = f"{say_kind(first['kind'])}: “{told}”"
        return Text.assemble("  ", (where, style), f"  {told}")
    told = f"{say_kind(first['kind'])}: {len(group)}"
    prefix = f"{first['document_id']}/"
    places = [one["row_id"].removeprefix(prefix) for one in group if one["row_id"]]
    if places:
        more = " …" if len(places) > SHOWN_PLACES else ""
        told += f" ({', '.join(places[:SHOWN_PLACES])}{more})"
    return Text.assemble("  ", (first["document_id"] or "", style), f"  {told}")
