"""End to end, with the real readers: bad files are told of and harm no good one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import frictionless
import pytest

from pipeline import run as running
from pipeline.errors import ExitCode
from pipeline.run import run
from pipeline.store import read_dataset

ROOT = Path(__file__).parents[1]
PLAN = """\
ỦY BAN NHÂN DÂN
TỈNH QUẢNG NGÃI
Số: 15/KH-UBND
Quảng Ngãi, ngày 05 tháng 3 năm 2026
KẾ HOẠCH
Chuyển đổi số năm 2026

Phụ lục I
DANH MỤC NHIỆM VỤ

TT\tNhiệm vụ\tCơ quan chủ trì\tThời gian hoàn thành
I\tHạ tầng số\t\t
1\tRà soát hạ tầng mạng truyền dẫn\tSở Khoa học và Công nghệ\tNăm 2026
1\tXây dựng kho dữ liệu dùng chung\tVăn phòng UBND tỉnh\tTháng 12/2026
"""
GOOD = "quang-ngai-ubnd.15-kh-ubnd.2026"
ODD = "quang-ngai-ubnd.16-kh-ubnd.2026"


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    raw = tmp_path_factory.mktemp("inbox") / "raw"
    (raw / "sâu hơn").mkdir(parents=True)
    odd = PLAN.replace("15/KH", "16/KH").splitlines()
    odd = [line + "\tMàu sắc" if line.startswith("TT\t") else line for line in odd]
    odd = [line + "\tđỏ" if line.startswith("1\t") else line for line in odd]
    (raw / "sâu hơn" / "tốt.txt").write_text(PLAN, "utf-8")
    (raw / "cột lạ.dat").write_text("\n".join(odd), "utf-16")
    (raw / "rỗng.txt").write_bytes(b"")
    (raw / "latin.txt").write_bytes("Kế hoạch".encode("cp1258", "replace") + b"\xe9\xe1")
    (raw / "không phụ lục.txt").write_text(
        "Căn cứ Luật Giao dịch điện tử ngày 22/6/2023;\nỦy ban nhân dân xã ban hành kế hoạch.\n",
        "utf-8",
    )
    return raw


@pytest.fixture(scope="module")
def report(inbox):
    with pytest.MonkeyPatch.context() as patch:
        # the same program throughout, even while somebody is editing it
        patch.setattr(running, "fingerprint", lambda _: "0")
        yield run(inbox, inbox.parent / "out", jobs=2)


def kinds(report, document_id):
    findings = report.datasets["findings"]
    return {one["kind"] for one in findings if one["document_id"] == document_id}


def test_the_run_tells_that_something_was_not_read(report):
    assert report.exit_code is ExitCode.QUARANTINED


def test_empty_and_wrongly_encoded_files_are_in_quarantine(report):
    assert set(report.quarantined) == {"rỗng.txt", "latin.txt"}
    assert all(len(reason) > 30 for reason in report.quarantined.values())


def test_the_good_document_is_read_in_full(report):
    rows = [row for row in report.datasets["tasks"] if row["document_id"] == GOOD]
    assert [row["text"] for row in rows] == [
        "Rà soát hạ tầng mạng truyền dẫn",
        "Xây dựng kho dữ liệu dùng chung",
    ]
    assert [row["deadline_kind"] for row in rows] == ["year", "month"]
    assert [row["section_path"] for row in rows] == [["I Hạ tầng số"]] * 2


def test_a_repeated_number_is_kept_reported_and_told_apart(report):
    rows = [row for row in report.datasets["tasks"] if row["document_id"] == GOOD]
    assert [row["row_no"] for row in rows] == ["1", "1"]
    assert [row["row_id"] for row in rows] == [f"{GOOD}/I/I/1", f"{GOOD}/I/I/1~2"]
    assert "numbering_repeat" in kinds(report, GOOD)
    assert rows[1]["needs_review"]


def test_a_column_nobody_knows_is_told_and_its_cells_are_kept(report):
    assert "unknown_column" in kinds(report, ODD)
    kept = [cell for cell in report.datasets["cells"] if cell["field"] == "unknown:Màu sắc"]
    assert [cell["source_text"] for cell in kept] == ["đỏ", "đỏ"]
    assert len([row for row in report.datasets["tasks"] if row["document_id"] == ODD]) == 2


def test_a_text_without_appendix_is_told_and_kept_as_a_document(report):
    paths = {one["path"]: one["document_id"] for one in report.datasets["documents"]}
    assert "no_appendix" in kinds(report, paths["không phụ lục.txt"])


def test_every_cell_of_a_row_can_be_traced(report):
    traced = {(cell["row_id"], cell["field"]): cell for cell in report.datasets["cells"]}
    for row in report.datasets["tasks"]:
        for field in ("text", "lead", "deadline"):
            assert traced[row["row_id"], field]["text"] == row[field]


def test_agencies_that_are_named_are_in_the_registry_that_is_stored(report):
    known = {agency["agency_id"] for agency in report.datasets["agencies"]}
    named = {one["agency_id"] for one in report.datasets["assignments"]}
    assert named - {None}
    assert named - {None} <= known


def test_a_documents_own_number_is_no_citation(report):
    numbers = {one["cited_number"] for one in report.datasets["citations"]}
    assert not numbers & {"15/KH-UBND", "16/KH-UBND"}


def test_what_is_stored_is_what_was_read_and_valid(report):
    for name, records in report.datasets.items():
        assert read_dataset(report.out, name) == records
    assert frictionless.validate(str(report.out / "datapackage.json")).valid


def test_from_nothing_again_gives_the_same_bytes(inbox, report):
    again = run(inbox, inbox.parent / "again", jobs=1)
    for path in sorted(report.out.iterdir()):
        assert (again.out / path.name).read_bytes() == path.read_bytes(), path.name


def test_extract_prints_json_rows_with_the_datasets_columns(inbox):
    ended = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "extract", "--json", inbox / "sâu hơn" / "tốt.txt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [row["dataset"] for row in rows] == ["tasks", "tasks"]
    assert rows[0]["deadline_end"] == "2026-12-31"


def test_repair_gives_as_many_lines_as_came_in():
    lines = "Cac s0, ban, nganh\n\nUBND céc x4, phuong, dac khu\n"
    ended = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "repair"],
        cwd=ROOT,
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(ended.stdout.splitlines()) == 3
