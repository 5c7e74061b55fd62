"""Storing: same bytes for same records, and nothing torn."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import frictionless
import pyarrow.parquet as pq
import pytest
from blank_records import blank

from pipeline import store
from pipeline.schema import DATASETS, SCHEMA_VERSION

ROOT = Path(__file__).parents[1]


@pytest.fixture
def records():
    return {
        "documents": [blank("documents", document_id="a.1.2026", recipients=["Như trên"])],
        "tasks": [
            blank("tasks", row_id="a/1", text="Rà soát", deadline_end=datetime.date(2026, 12, 31)),
            blank("tasks", row_id="a/2", text="Xây dựng", section_path=["I Hạ tầng"]),
        ],
        "indicators": [blank("indicators", period_start=2026, target_value=0.5)],
    }


def folder_bytes(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_records_give_the_same_bytes(tmp_path, records):
    store.publish(tmp_path / "one", records, {"version": "1"})
    store.publish(tmp_path / "two", records, {"version": "1"})
    assert folder_bytes(tmp_path / "one") == folder_bytes(tmp_path / "two")


def test_what_is_stored_is_read_back_unchanged(tmp_path, records):
    store.publish(tmp_path, records, {})
    for name in DATASETS:
        assert store.read_dataset(tmp_path, name) == records.get(name, [])


def test_every_dataset_has_a_file_with_the_schema_version(tmp_path, records):
    store.publish(tmp_path, records, {})
    for name, dataset in DATASETS.items():
        schema = pq.read_schema(tmp_path / f"{name}.parquet")
        assert schema.metadata[b"schema_version"] == SCHEMA_VERSION.encode()
        assert schema.names == list(dataset.names)


def test_frictionless_finds_the_package_valid_and_a_changed_file_not(tmp_path, records):
    store.publish(tmp_path, records, {})
    assert frictionless.validate(str(tmp_path / "datapackage.json")).valid
    tasks = tmp_path / "tasks.parquet"
    tasks.write_bytes(tasks.read_bytes()[:-1] + b"?")
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_run_json_tells_a_whole_folder_from_a_torn_one(tmp_path, records):
    store.publish(tmp_path, records, {"version": "1"})
    run = store.read_run(tmp_path)
    assert store.is_whole(tmp_path, run)
    (tmp_path / "links.parquet").unlink()
    assert not store.is_whole(tmp_path, run)
    assert not store.is_whole(tmp_path, {"outputs": {}})


def test_a_broken_run_json_reads_as_none(tmp_path):
    assert store.read_run(tmp_path) is None
    (tmp_path / "run.json").write_text("{", "utf-8")
    assert store.read_run(tmp_path) is None


def test_a_write_that_fails_leaves_the_old_files_whole(tmp_path, records, monkeypatch):
    store.publish(tmp_path, records, {"version": "1"})
    before = folder_bytes(tmp_path)
    flushed = []

    def fsync_until_full(handle):
        flushed.append(handle)
        if len(flushed) == 5:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync_until_full)
    with pytest.raises(OSError, match="No space"):
        store.publish(tmp_path, records | {"links": [blank("links")]}, {"version": "2"})
    after = folder_bytes(tmp_path)
    assert {name: after[name] for name in before} == before
    monkeypatch.undo()
    store.publish(tmp_path, records, {"version": "1"})
    assert folder_bytes(tmp_path) == before, "temporary files of the failed write are gone"


def test_a_killed_write_leaves_the_old_files_whole(tmp_path, records):
    store.publish(tmp_path, records, {"version": "1"})
    before = folder_bytes(tmp_path)
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from pipeline import store\n"
        "count = 0\n"
        "def fsync(handle):\n"
        "    global count\n"
        "    count += 1\n"
        "    if count == 13: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.os.fsync = fsync\n"
        "store.publish(Path(sys.argv[1]), {}, {'version': '2'})\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    after = folder_bytes(tmp_path)
    assert {name: after[name] for name in before} == before


def test_two_writers_do_not_meet(tmp_path):
    with store.locked(tmp_path), pytest.raises(store.Busy), store.locked(tmp_path):
        pass
    with store.locked(tmp_path):
        pass


def test_run_json_names_every_output(tmp_path, records):
    store.publish(tmp_path, records, {"version": "1"})
    run = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert set(run["outputs"]) == {path.name for path in tmp_path.iterdir()} - {"run.json"}
