"""What a run tells a person: few lines, the most doubtful rows first, in the person's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from blank_records import blank
from rich.console import Console

from pipeline import findings
from pipeline.messages import say_kind
from pipeline.run import RunReport
from pipeline.schema import DATASETS
from pipeline.summary import SHOWN_ROWS, show

ROOT = Path(__file__).parents[1]
DOCUMENT = "a-ubnd.05-kh-ubnd.2026"


@pytest.fixture
def report():
    """One document with thirty rows; row 7 has two doubtful cells, rows 8 to 29 have one each."""
    datasets = {name: [] for name in DATASETS}
    datasets["documents"] = [blank("documents", document_id=DOCUMENT)]
    for number in range(1, 31):
        row_id = f"{DOCUMENT}/I/_/{number}"
        doubtful = 7 <= number < 30
        datasets["tasks"].append(
            blank("tasks", row_id=row_id, document_id=DOCUMENT, page_first=3, needs_review=doubtful)
        )
        for field, sure in (
            ("text", 0.5 if doubtful else 0.9),
            ("lead", 0.1 + 0.8 * (number != 7)),
        ):
            cell = blank("cells", row_id=row_id, field=field, text="x", confidence=sure)
            datasets["cells"].append(cell)
            if sure < findings.DOUBTFUL:
                found = findings.doubtful_cell(DOCUMENT, row_id, field, sure, "x")
                datasets["findings"].append(found)
    run = {"inputs": {"a.txt": {"verdict": "read"}}}
    return RunReport(Path("raw"), Path("out"), True, run, datasets)


def told(report):
    console = Console(width=160, highlight=False)
    with console.capture() as capture:
        show(report, console)
    return capture.get()


def add(report, kind, message, **values):
    found = findings.finding(kind, message, document_id=DOCUMENT, **values)
    report.datasets["findings"].append(found)


def test_the_most_doubtful_rows_come_first_and_the_rest_is_counted(report, monkeypatch):
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    lines = [line.strip() for line in told(report).splitlines()]
    rows = [line for line in lines if line.startswith(f"{DOCUMENT}/")]
    assert rows[0] == f"{DOCUMENT}/I/_/7  trang 3: Cơ quan chủ trì 10%, Nội dung 50%"
    assert len(rows) == SHOWN_ROWS
    assert f"và {23 - SHOWN_ROWS} dòng nữa" in told(report)
    table = next(line for line in lines if line.startswith(DOCUMENT))
    assert table.split()[1:3] == ["30", "23"], "rows, and how many of them to look at"


def test_findings_of_one_kind_are_one_line_with_their_number_and_places(report, monkeypatch):
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    for number in range(8):
        add(report, "number_lost", f"Số thứ tự {number} không đọc được.")
    for number in range(6):
        row_id = f"{DOCUMENT}/I/_/{number + 1}"
        add(report, "numbering_gap", f"thiếu số {number}", row_id=row_id)
    summary = told(report)
    assert "số thứ tự không đọc được, suy ra từ thứ tự các dòng: 8" in summary
    assert "số thứ tự bị nhảy: 6 (I/_/1, I/_/2, I/_/3, I/_/4 …)" in summary
    assert "Số thứ tự 3" not in summary


def test_a_lone_finding_speaks_for_itself_and_an_error_comes_first(report, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    add(report, "numbering_gap", "thiếu số 7", row_id=f"{DOCUMENT}/I/_/8")
    add(report, "unknown_table", "Không nhận ra tiêu đề.", severity="error")
    lines = told(report).splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("What to look at"))
    assert lines[at + 1].startswith(f"  {DOCUMENT}  tables whose header is not known: “Không nhận")
    assert lines[at + 2] == f"  {DOCUMENT}/I/_/8  gaps in the numbering: “thiếu số 7”"


def test_every_kind_that_warns_has_words_in_both_languages():
    sources = [path.read_text("utf-8") for path in sorted(ROOT.glob("[ep]*/*.py"))]
    kinds = {
        kind
        for source in sources
        for kind in re.findall(r'(?:Finding|Notice|finding)\(\s*"([a-z_]+)"', source)
    }
    quiet = {"unresolved_agency", "unreadable_deadline", "low_confidence_cell", "duplicate_file"}
    assert {"no_appendix", "number_lost", "stray_line"} <= kinds
    assert [kind for kind in kinds - quiet - {"quarantined"} if say_kind(kind) == kind] == []


def test_findings_that_only_inform_are_not_told(report, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    add(report, "unresolved_agency", "Chưa biết cơ quan này.", severity="info")
    assert "Chưa biết" not in told(report)
