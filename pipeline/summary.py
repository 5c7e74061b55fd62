"""What ``phuluc run`` shows a person at the end: a table, then what to look at."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from pipeline.errors import ExitCode
from pipeline.findings import DOUBTFUL
from pipeline.messages import say
from pipeline.run import RunReport, run
from pipeline.schema import ROW_DATASETS, Record

SHOWN_FINDINGS = 12
SHOWN_ROWS = 6
_GRAVITY = {"error": 0, "warning": 1, "info": 2}
_STYLE = {"error": "bold red", "warning": "yellow", "info": "dim"}


def run_with_summary(raw: Path, out: Path, jobs: int, timeout: float) -> ExitCode:
    """Run, show progress where a person watches, and show what was found."""
    console = wide_console()
    report = _run_watched(raw, out, jobs, timeout, Console(stderr=True))
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
    """A line a document: rows per dataset, doubtful cells, findings, seconds."""
    table = Table(
        show_footer=len(report.datasets["documents"]) > 1, box=SIMPLE_HEAD, pad_edge=False
    )
    counts = {
        name: Counter(row["document_id"] for row in report.datasets[name]) for name in ROW_DATASETS
    }
    counts["column-doubtful"] = _doubtful_cells(report)
    counts["column-findings"] = Counter(
        one["document_id"] for one in report.datasets["findings"] if one["document_id"]
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


def _run_watched(raw: Path, out: Path, jobs: int, timeout: float, console: Console) -> RunReport:
    if not sys.stderr.isatty():
        return run(raw, out, jobs=jobs, timeout=timeout)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")

        def tell(done: int, count: int) -> None:
            progress.update(task, description=say("reading", done=done, count=count))

        return run(raw, out, jobs=jobs, timeout=timeout, progress=tell)


def _doubtful_cells(report: RunReport) -> Counter[str]:
    documents = {
        row["row_id"]: row["document_id"] for name in ROW_DATASETS for row in report.datasets[name]
    }
    return Counter(
        documents[cell["row_id"]]
        for cell in report.datasets["cells"]
        if cell["confidence"] < DOUBTFUL
    )


def _show_quarantine(report: RunReport, console: Console) -> None:
    if report.quarantined:
        count = len(report.quarantined)
        console.print(say("quarantined", count=count, raw=report.raw), style="bold red")
        for path, reason in report.quarantined.items():
            console.print(Text(f"  {path}: {reason}"), soft_wrap=True)


def _show_findings(report: RunReport, console: Console) -> None:
    told = [
        one
        for one in report.datasets["findings"]
        if one["severity"] != "info" and one["kind"] not in ("quarantined", "low_confidence_cell")
    ]
    told.sort(key=lambda one: _GRAVITY[one["severity"]])
    lines = [_finding_line(one) for one in told[:SHOWN_FINDINGS]]
    doubtful = _doubtful_rows(report)
    lines += [_doubtful_line(row_id, cells) for row_id, cells in doubtful[:SHOWN_ROWS]]
    if not lines:
        if not report.quarantined:
            console.print(say("all-well"))
        return
    console.print(say("look-at"), style="bold")
    for line in lines:
        console.print(line, soft_wrap=True)
    more = len(told) + len(doubtful) - len(lines)
    if more:
        console.print(Text(f"  {say('and-more', count=more, out=report.out)}"), soft_wrap=True)
    console.print(Text(f"  {say('how-to-trace')}", style="dim"), soft_wrap=True)


def _doubtful_rows(report: RunReport) -> list[tuple[str, list[Record]]]:
    """Rows with doubtful cells, the least sure first."""
    rows: dict[str, list[Record]] = {}
    for cell in report.datasets["cells"]:
        if cell["confidence"] < DOUBTFUL:
            rows.setdefault(cell["row_id"], []).append(cell)
    return sorted(rows.items(), key=lambda item: min(cell["confidence"] for cell in item[1]))


def _doubtful_line(row_id: str, cells: list[Record]) -> Text:
    fields = ", ".join(f"{cell['field']} {cell['confidence']:.2f}" for cell in cells)
    told = say("doubtful-cells", count=len(cells), fields=fields)
    return Text.assemble("  ", (row_id, _STYLE["warning"]), f"  {told}")


def _finding_line(one: Record) -> Text:
    where = one["row_id"] or one["document_id"] or ""
    return Text.assemble("  ", (where, _STYLE[one["severity"]]), f"  {one['message']}")
