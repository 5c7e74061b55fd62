"""The run: each file on its own, nothing lost, nothing done twice. The reading itself is faked."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from blank_records import blank

from pipeline import run as running
from pipeline import store
from pipeline.errors import ExitCode, PhulucError
from pipeline.inbox import discover
from pipeline.process import Reading
from pipeline.schema import DATASETS
from pipeline.watch import sight_of, watch_inbox
from pipeline.workers import run_each


class FakeReader:
    """Reads files of the form "document_id|row text|row text|..."; some words misbehave."""

    def __init__(self, raw: Path, registry: object = None) -> None:
        self.raw = raw

    def read(self, one):
        with (self.raw.parent / "reads.txt").open("a", encoding="utf-8") as log:
            log.write(f"{one.path}\n")
        text = (self.raw / one.path).read_text("utf-8").strip()
        if not text:
            return Reading({}, "Tệp rỗng.", "The file is empty.")
        if text == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "hang":
            time.sleep(60)
        if text == "raise":
            raise RuntimeError("a fault of ours")
        document_id, *rows = text.split("|")
        datasets = {name: [] for name in DATASETS}
        datasets["documents"] = [
            blank("documents", document_id=document_id, path=one.path, sha256=one.sha256)
        ]
        for number, row in enumerate(rows, 1):
            row_id = f"{document_id}/I/_/{number}"
            datasets["tasks"].append(
                blank("tasks", row_id=row_id, document_id=document_id, text=row, appendix="I")
            )
            datasets["cells"].append(blank("cells", row_id=row_id, field="text", source_text=row))
        return Reading(datasets)


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "FileReader", FakeReader)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "mot.txt").write_text("a-ubnd.01-kh.2026|Rà soát hạ tầng|Tập huấn", "utf-8")
    (raw / "hai.txt").write_text("b-ubnd.02-kh.2026|Xây dựng kho dữ liệu", "utf-8")
    return raw


def run(raw, **options):
    return running.run(raw, raw.parent / "out", jobs=2, **options)


def reads(raw):
    log = raw.parent / "reads.txt"
    names = sorted(log.read_text("utf-8").split()) if log.exists() else []
    log.unlink(missing_ok=True)
    return names


def out_bytes(raw):
    return {path.name: path.read_bytes() for path in sorted((raw.parent / "out").iterdir())}


def test_a_second_run_reads_nothing_and_writes_nothing(inbox):
    assert run(inbox).changed
    assert reads(inbox) == ["hai.txt", "mot.txt"]
    stamps = {path.name: path.stat().st_mtime_ns for path in (inbox.parent / "out").iterdir()}
    again = run(inbox)
    assert not again.changed
    assert reads(inbox) == []
    assert stamps == {
        path.name: path.stat().st_mtime_ns for path in (inbox.parent / "out").iterdir()
    }


def test_deleting_out_and_running_again_gives_the_same_bytes(inbox):
    run(inbox)
    before = out_bytes(inbox)
    for path in (inbox.parent / "out").iterdir():
        path.unlink()
    run(inbox)
    assert out_bytes(inbox) == before


def test_growing_file_by_file_gives_the_same_bytes_as_one_run(inbox):
    text = (inbox / "hai.txt").read_text("utf-8")
    (inbox / "hai.txt").unlink()
    run(inbox)
    (inbox / "hai.txt").write_text(text, "utf-8")
    assert reads(inbox) == ["mot.txt"]
    run(inbox)
    assert reads(inbox) == ["hai.txt"], "what was read before is not read again"
    grown = out_bytes(inbox)
    for path in (inbox.parent / "out").iterdir():
        path.unlink()
    run(inbox)
    assert out_bytes(inbox) == grown


def test_a_new_file_never_changes_old_rows(inbox):
    old = run(inbox).datasets["tasks"]
    (inbox / "0-truoc.txt").write_text("a-ubnd.00-kh.2026|Rà soát hạ tầng", "utf-8")
    new = run(inbox).datasets["tasks"]
    assert [row for row in new if row in old] == old


def test_a_changed_file_is_read_again_and_a_removed_one_is_dropped(inbox):
    run(inbox)
    reads(inbox)
    (inbox / "mot.txt").write_text("a-ubnd.01-kh.2026|Rà soát lại", "utf-8")
    (inbox / "hai.txt").unlink()
    report = run(inbox)
    assert reads(inbox) == ["mot.txt"]
    assert [row["text"] for row in report.datasets["tasks"]] == ["Rà soát lại"]
    assert report.removed == ["hai.txt"]
    assert [cell["source_text"] for cell in report.datasets["cells"]] == ["Rà soát lại"]


def test_a_changed_program_reads_everything_again(inbox, monkeypatch):
    run(inbox)
    reads(inbox)
    monkeypatch.setattr(running, "fingerprint", lambda _: "another program")
    assert run(inbox).changed
    assert reads(inbox) == ["hai.txt", "mot.txt"]


def test_a_torn_out_is_made_whole_again(inbox):
    run(inbox)
    before = out_bytes(inbox)
    tasks = inbox.parent / "out" / "tasks.parquet"
    tasks.write_bytes(tasks.read_bytes()[:100])
    assert run(inbox).changed
    assert out_bytes(inbox) == before


@pytest.mark.parametrize(
    ("content", "told"), [("", "rỗng"), ("raise", "a fault of ours"), ("crash", "đột ngột")]
)
def test_a_bad_file_goes_to_quarantine_and_harms_no_other(inbox, content, told):
    good = run(inbox).datasets
    (inbox / "hong.txt").write_text(content, "utf-8")
    report = run(inbox)
    assert report.exit_code is ExitCode.QUARANTINED
    assert report.datasets["tasks"] == good["tasks"]
    assert list(report.quarantined) == ["hong.txt"]
    (finding,) = [one for one in report.datasets["findings"] if one["kind"] == "quarantined"]
    assert finding["evidence"] == "hong.txt"
    assert told in finding["message"]
    assert finding["document_id"] is None
    assert (inbox / "hong.txt").exists(), "the original stays where it is"
    assert report.run["inputs"]["hong.txt"]["verdict"] == "quarantined"
    reads(inbox)
    again = run(inbox)
    assert not again.changed
    assert again.exit_code is ExitCode.QUARANTINED, "it is still in quarantine"
    assert reads(inbox) == []


def test_each_of_two_empty_files_is_told(inbox):
    for name in ("rong-1.txt", "rong-2.txt"):
        (inbox / name).write_bytes(b"")
    report = run(inbox)
    assert list(report.quarantined) == ["rong-1.txt", "rong-2.txt"]
    told = [one for one in report.datasets["findings"] if one["kind"] == "quarantined"]
    assert [one["evidence"] for one in told] == ["rong-1.txt", "rong-2.txt"]
    (inbox / "rong-1.txt").unlink()
    assert list(run(inbox).quarantined) == ["rong-2.txt"]


def test_a_file_that_hangs_is_stopped(inbox):
    (inbox / "treo.txt").write_text("hang", "utf-8")
    began = time.monotonic()
    report = run(inbox, timeout=1.0)
    assert time.monotonic() - began < 20
    assert list(report.quarantined) == ["treo.txt"]
    assert len(report.datasets["documents"]) == 2


def test_the_same_content_twice_is_one_document(inbox):
    run(inbox)
    (inbox / "0-ban-sao.txt").write_bytes((inbox / "mot.txt").read_bytes())
    report = run(inbox)
    assert len(report.datasets["documents"]) == 2
    assert report.run["inputs"]["0-ban-sao.txt"] | {"bytes": 0, "sha256": ""} == {
        "sha256": "",
        "bytes": 0,
        "verdict": "duplicate",
        "of": "mot.txt",
    }
    (finding,) = report.datasets["findings"]
    assert finding["kind"] == "duplicate_file"
    assert finding["document_id"] == "a-ubnd.01-kh.2026"
    assert report.exit_code is ExitCode.OK
    assert not run(inbox).changed


def test_two_contents_of_one_number_are_told_apart_and_the_older_keeps_its_name(inbox):
    old = run(inbox).datasets["tasks"]
    (inbox / "0-khac.txt").write_text("a-ubnd.01-kh.2026|Một việc khác", "utf-8")
    report = run(inbox)
    ids = [one["document_id"] for one in report.datasets["documents"]]
    assert ids[0] == "a-ubnd.01-kh.2026"
    assert ids[1].startswith("a-ubnd.01-kh.2026.")
    assert len(ids) == 3
    assert [row for row in report.datasets["tasks"] if row in old] == old
    (new,) = [row for row in report.datasets["tasks"] if row not in old]
    assert new["row_id"].startswith(f"{ids[1]}/")
    (finding,) = report.datasets["findings"]
    assert (finding["kind"], finding["document_id"]) == ("document_id_clash", ids[1])
    (inbox / "ba.txt").write_text("c-ubnd.03-kh.2026|Việc thứ ba", "utf-8")
    later = run(inbox)
    assert [one["kind"] for one in later.datasets["findings"]] == ["document_id_clash"]
    assert [one["document_id"] for one in later.datasets["documents"]][:2] == ids[:2]


def test_a_moved_file_keeps_its_document_without_reading(inbox):
    run(inbox)
    reads(inbox)
    (inbox / "nam-2026").mkdir()
    (inbox / "mot.txt").rename(inbox / "nam-2026" / "doi ten.txt")
    report = run(inbox)
    assert reads(inbox) == []
    paths = {one["document_id"]: one["path"] for one in report.datasets["documents"]}
    assert paths["a-ubnd.01-kh.2026"] == "nam-2026/doi ten.txt"


def test_rows_of_two_documents_are_linked_and_conflicts_told(inbox):
    (inbox / "hai.txt").write_text("b-ubnd.02-kh.2026|Rà soát hạ tầng.", "utf-8")
    (link,) = run(inbox).datasets["links"]
    assert link["kind"] == "same_task"
    assert {link["row_id"], link["other_row_id"]} == {
        "a-ubnd.01-kh.2026/I/_/1",
        "b-ubnd.02-kh.2026/I/_/1",
    }
    assert link["conflict"] is None


def test_run_json_has_no_time_and_says_what_became_of_each_file(inbox):
    run(inbox)
    record = json.loads((inbox.parent / "out" / "run.json").read_text("utf-8"))
    assert set(record) == {"version", "schema_version", "fingerprint", "inputs", "outputs"}
    assert record["inputs"]["mot.txt"]["rows"]["tasks"] == 2
    assert record["inputs"]["mot.txt"]["verdict"] == "read"


def test_hidden_files_are_skipped_and_sub_folders_read(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x", "utf-8")
    (tmp_path / ".DS_Store").write_text("x", "utf-8")
    (tmp_path / "nam 2026").mkdir()
    (tmp_path / "nam 2026" / "kế hoạch.txt").write_text("x", "utf-8")
    assert [one.path for one in discover(tmp_path)] == ["nam 2026/kế hoạch.txt"]


def test_no_inbox_says_what_to_do(tmp_path):
    with pytest.raises(PhulucError, match="--raw") as raised:
        running.run(tmp_path / "raw", tmp_path / "out", jobs=1)
    assert raised.value.code is ExitCode.BAD_ARGUMENTS


def test_a_run_beside_another_is_refused(inbox):
    with store.locked(inbox.parent / "out"), pytest.raises(PhulucError) as raised:
        run(inbox)
    assert raised.value.code is ExitCode.READ_WRITE


def test_workers_are_ended_when_the_caller_stops():
    results = run_each(time.sleep, [0.01, 60], jobs=2, timeout=100)
    next(results)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 10


def test_large_answers_do_not_block_a_worker():
    (ended,) = run_each(lambda size: "x" * size, [5_000_000], jobs=1, timeout=60)
    assert len(ended.value) == 5_000_000


def test_watch_runs_once_for_a_still_inbox_and_again_for_a_new_file(inbox, monkeypatch, capsys):
    looks = []

    def sleep(_seconds):
        looks.append(sight_of(inbox))
        if len(looks) == 4:
            (inbox / "ba.txt").write_text("c-ubnd.03-kh.2026|Việc thứ ba", "utf-8")

    monkeypatch.setattr("pipeline.watch.time.sleep", sleep)
    watch_inbox(inbox, inbox.parent / "out", 2, 60, 0.2, looks=8)
    assert reads(inbox) == ["ba.txt", "hai.txt", "mot.txt"]
    assert "c-ubnd.03-kh.2026" in capsys.readouterr().out
