"""``phuluc run``: everything new or changed in ``raw/`` becomes part of ``out/``.

Documents are read each on its own, so a new file never changes an old row. What was stored before
is taken over unread where the file's bytes and the program's fingerprint are the same; only what
binds documents together (links, citations we hold, duplicates) is made anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import __version__, findings, store
from pipeline.contract import check_contract
from pipeline.errors import ExitCode, PhulucError
from pipeline.inbox import InputFile, discover, fingerprint
from pipeline.links import hold_citations, link_rows
from pipeline.messages import choose
from pipeline.process import FileReader, Reading
from pipeline.registry import named_with_kin, registry_from
from pipeline.schema import DATASETS, ROW_DATASETS, SCHEMA_VERSION, Datasets, Record
from pipeline.workers import run_each

TIMEOUT = 600.0
"""Seconds after which a file that is still being read goes to quarantine."""

Progress = Callable[[int, int], None]
"""Told how many files of how many have been read."""


@dataclass(slots=True)
class RunReport:
    """What a run did, for the summary and the exit code."""

    raw: Path
    out: Path
    changed: bool
    run: dict[str, Any]
    datasets: Datasets
    seconds: dict[str, float] = field(default_factory=dict)
    """document_id → seconds it took to read; documents kept as they were are absent."""
    total_seconds: float = 0.0
    removed: list[str] = field(default_factory=list)

    @property
    def quarantined(self) -> dict[str, str]:
        """path → reason, in the person's language."""
        return {
            path: choose(entry["reason_vi"], entry["reason_en"])
            for path, entry in self.run["inputs"].items()
            if entry["verdict"] == "quarantined"
        }

    @property
    def exit_code(self) -> ExitCode:
        """2 where an input was quarantined, or a document could not be read in full."""
        unread = any(one["kind"] in findings.UNREAD for one in self.datasets["findings"])
        return ExitCode.QUARANTINED if self.quarantined or unread else ExitCode.OK


def run(
    raw: Path,
    out: Path,
    *,
    jobs: int,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
    registry: Path | None = None,
) -> RunReport:
    """Bring ``out`` up to date with ``raw``; nothing is written where nothing changed.

    ``registry`` names the clerk's own file of agencies (``pipeline.registry``).
    """
    began = time.monotonic()
    if not raw.is_dir():
        raise PhulucError(ExitCode.BAD_ARGUMENTS, "no-inbox", path=raw)
    agencies, additions = registry_from(registry)
    try:
        with store.locked(out):
            reader = partial(FileReader, raw, agencies)
            mark = fingerprint(additions)
            report = _run_locked(raw, out, jobs, timeout, progress or _silent, reader, mark)
    except store.Busy as error:
        raise PhulucError(ExitCode.READ_WRITE, "busy", path=out) from error
    report.total_seconds = time.monotonic() - began
    return report


def _run_locked(
    raw: Path,
    out: Path,
    jobs: int,
    timeout: float,
    progress: Progress,
    open_reader: Callable[[], FileReader],
    mark: str,
) -> RunReport:
    inputs = discover(raw)
    head = {
        "version": __version__,
        "schema_version": SCHEMA_VERSION,
        "fingerprint": mark,
    }
    before = _usable(out, head)
    if before is not None and _same_inputs(before["inputs"], inputs):
        return RunReport(raw, out, False, before, _read_all(out))

    old = _read_all(out) if before else {name: [] for name in DATASETS}
    old_inputs: dict[str, Any] = before["inputs"] if before else {}
    originals, duplicates = _part_duplicates(inputs, old_inputs)
    kept_ids = {
        entry["sha256"]: entry["document_id"]
        for entry in old_inputs.values()
        if entry["verdict"] == "read"
    }
    new = [one for one in originals if not _is_known(one, kept_ids, old_inputs)]
    readings, seconds = _read_files(open_reader, new, jobs, timeout, progress)
    for one in originals:
        if one.sha256 in kept_ids and one.path not in readings:
            readings[one.path] = _kept(kept_ids[one.sha256], one.path, old)
        elif one.path not in readings:
            entry = old_inputs[one.path]
            readings[one.path] = Reading({}, entry["reason_vi"], entry["reason_en"])

    clashes = _settle_ids(readings, {one.path: one.sha256 for one in originals}, kept_ids)
    entries = _entries(originals, duplicates, readings)
    datasets = _merge(readings, entries, clashes, duplicates)
    run_record = head | {"inputs": entries}
    store.publish(out, datasets, run_record)
    return RunReport(
        raw,
        out,
        True,
        run_record,
        datasets,
        {
            readings[path].document_id: spent
            for path, spent in seconds.items()
            if readings[path].datasets
        },
        removed=sorted(old_inputs.keys() - entries.keys()),
    )


def _silent(_done: int, _count: int) -> None:
    """Tell nobody."""


def _usable(out: Path, head: dict[str, Any]) -> dict[str, Any] | None:
    """The earlier ``run.json`` if it is whole and of this very program."""
    before = store.read_run(out)
    if before is None or any(before.get(key) != value for key, value in head.items()):
        return None
    return before if store.is_whole(out, before) else None


def _same_inputs(before: dict[str, Any], inputs: list[InputFile]) -> bool:
    return {path: entry["sha256"] for path, entry in before.items()} == {
        one.path: one.sha256 for one in inputs
    } and all(one.sha256 for one in inputs)


def _read_all(out: Path) -> Datasets:
    return {name: store.read_dataset(out, name) for name in DATASETS}


def _part_duplicates(
    inputs: list[InputFile], old: dict[str, Any]
) -> tuple[list[InputFile], dict[str, str]]:
    """One file for each content, and path → path of the original for the others.

    The file that was read before stays the original; else the first by path is.
    """
    originals: dict[str, InputFile] = {}
    for one in inputs:
        read_before = old.get(one.path, {}).get("verdict") == "read"
        if one.sha256 and (one.sha256 not in originals or read_before):
            originals[one.sha256] = one
    unreadable = [one for one in inputs if not one.sha256]
    duplicates = {
        one.path: originals[one.sha256].path
        for one in inputs
        if one.sha256 and originals[one.sha256] is not one
    }
    return sorted([*originals.values(), *unreadable], key=lambda one: one.path), duplicates


def _is_known(one: InputFile, kept_ids: dict[str, str], old: dict[str, Any]) -> bool:
    if not one.sha256:
        return False
    entry = old.get(one.path, {})
    refused = entry.get("verdict") == "quarantined" and entry.get("sha256") == one.sha256
    return one.sha256 in kept_ids or refused


def _read_files(
    open_reader: Callable[[], FileReader],
    files: list[InputFile],
    jobs: int,
    timeout: float,
    progress: Progress,
) -> tuple[dict[str, Reading], dict[str, float]]:
    """Read every file, the largest first; what cannot be read gets its reason."""
    readings: dict[str, Reading] = {}
    for one in files:
        if one.problem:
            readings[one.path] = Reading(
                {},
                f"Hệ thống không cho mở tệp ({one.problem}). Hãy kiểm tra quyền đọc.",
                f"The system will not open the file ({one.problem}). Check its permissions.",
            )
    tasks = sorted((one for one in files if not one.problem), key=lambda one: (-one.size, one.path))
    seconds: dict[str, float] = {}
    if not tasks:
        return readings, seconds
    reader = open_reader()
    progress(0, len(tasks))
    for ended in run_each(reader.read, tasks, jobs, timeout):
        seconds[ended.task.path] = ended.seconds
        readings[ended.task.path] = (
            ended.value if ended.how == "done" else _failed(ended.how, ended.value)
        )
        progress(len(seconds), len(tasks))
    return readings, seconds


def _failed(how: str, detail: str) -> Reading:
    vietnamese, english = {
        "raised": (
            "Chương trình gặp lỗi khi đọc tệp này",
            "The program met an error of its own while reading this file",
        ),
        "crashed": (
            "Chương trình dừng đột ngột khi đọc tệp này",
            "The program stopped abruptly while reading this file",
        ),
        "timeout": (
            "Đọc tệp này quá lâu nên đã dừng lại",
            "Reading this file took too long and was stopped",
        ),
    }[how]
    return Reading(
        {},
        f"{vietnamese} ({detail}). Hãy báo cho người phụ trách phần mềm, gửi kèm tệp.",
        f"{english} ({detail}). Tell whoever looks after the program, and send the file.",
    )


def _kept(document_id: str, path: str, old: Datasets) -> Reading:
    """A document's own records as they were stored, under the path it has now."""
    datasets: Datasets = {}
    for name, dataset in DATASETS.items():
        if name in ("agencies", "links"):
            datasets[name] = []
        elif "document_id" in dataset.names:
            datasets[name] = [row for row in old[name] if row["document_id"] == document_id]
        else:
            prefix = f"{document_id}/"
            datasets[name] = [row for row in old[name] if row["row_id"].startswith(prefix)]
    datasets["findings"] = [
        row for row in datasets["findings"] if row["kind"] not in findings.OVER_DOCUMENTS
    ]
    datasets["documents"] = [datasets["documents"][0] | {"path": path}]
    datasets["agencies"] = named_with_kin(
        datasets, {one["agency_id"]: one for one in old["agencies"]}.get
    )
    return Reading(datasets)


def _settle_ids(
    readings: dict[str, Reading], hashes: dict[str, str], kept_ids: dict[str, str]
) -> dict[str, str]:
    """Give each document its own id; returns new id → the id it wanted, where two wanted one.

    A document that was stored before keeps its id; then the first by path has it. Every other one
    gets the first 12 digits of its hash appended.
    """
    clashes: dict[str, str] = {}
    taken: set[str] = set()
    order = sorted(readings, key=lambda path: (hashes[path] not in kept_ids, path))
    for path in order:
        reading = readings[path]
        wanted = reading.document_id
        if not wanted:
            continue
        suffix = f".{hashes[path][:12]}"
        if hashes[path] in kept_ids:
            plain = wanted.removesuffix(suffix)
            if plain != wanted and plain in kept_ids.values():
                clashes[wanted] = plain
        elif wanted in taken:
            clashes[wanted + suffix] = wanted
            readings[path] = Reading(renamed(reading.datasets, wanted, wanted + suffix))
        taken.add(readings[path].document_id)
    return clashes


def renamed(datasets: Datasets, old: str, new: str) -> Datasets:
    """The records of one document under another document_id."""

    def rename(record: Record) -> Record:
        changed = dict(record)
        if changed.get("document_id") == old:
            changed["document_id"] = new
        if (changed.get("row_id") or "").startswith(f"{old}/"):
            changed["row_id"] = new + changed["row_id"].removeprefix(old)
        return changed

    return {name: list(map(rename, records)) for name, records in datasets.items()}


def _entries(
    originals: Iterable[InputFile], duplicates: dict[str, str], readings: dict[str, Reading]
) -> dict[str, dict[str, Any]]:
    """What ``run.json`` says of each input file, by path."""
    entries: dict[str, dict[str, Any]] = {}
    sizes = {one.path: one for one in originals}
    for path, one in sizes.items():
        reading = readings[path]
        entry: dict[str, Any] = {"sha256": one.sha256, "bytes": one.size}
        if reading.datasets:
            entry |= {
                "verdict": "read",
                "document_id": reading.document_id,
                "rows": {name: len(reading.datasets[name]) for name in ROW_DATASETS},
            }
        else:
            entry |= {
                "verdict": "quarantined",
                "reason_vi": reading.reason_vi,
                "reason_en": reading.reason_en,
            }
        entries[path] = entry
    for path, original in duplicates.items():
        if entries[original]["verdict"] == "quarantined":
            entries[path] = entries[original]  # as unreadable as the other, and told of by itself
            continue
        entries[path] = {
            "sha256": entries[original]["sha256"],
            "bytes": entries[original]["bytes"],
            "verdict": "duplicate",
            "of": original,
        }
    return dict(sorted(entries.items()))


def _merge(
    readings: dict[str, Reading],
    entries: dict[str, dict[str, Any]],
    clashes: dict[str, str],
    duplicates: dict[str, str],
) -> Datasets:
    """All documents' records, ordered by document, with what binds them together."""
    merged: Datasets = {name: [] for name in DATASETS}
    for reading in sorted(readings.values(), key=lambda one: one.document_id):
        for name, records in reading.datasets.items():
            merged[name] += records
    merged["findings"] += [
        findings.document_id_clash(new, wanted) for new, wanted in sorted(clashes.items())
    ]
    for path, original in sorted(duplicates.items()):
        document_id = entries[original].get("document_id")
        if document_id:
            merged["findings"].append(findings.duplicate_file(document_id, path, original))
    merged["findings"] += [
        findings.quarantined(path, entry["reason_vi"])
        for path, entry in entries.items()
        if entry["verdict"] == "quarantined"
    ]
    warned: dict[str, int] = {}
    for one in merged["findings"]:
        if one["severity"] != "info" and one["document_id"]:
            warned[one["document_id"]] = warned.get(one["document_id"], 0) + 1
    merged["documents"] = [
        document | {"warnings": warned.get(document["document_id"], 0)}
        for document in merged["documents"]
    ]
    merged["agencies"] = _one_of_each(merged["agencies"])
    merged["citations"] = hold_citations(merged["citations"], merged["documents"])
    merged["links"] = link_rows(merged)
    check_contract({name: merged[name] for name in ("documents", "agencies", "links", "findings")})
    return merged


def _one_of_each(agencies: Iterable[Record]) -> list[Record]:
    """Each agency once, ordered by id; documents of one province name the same ones."""
    by_id: dict[str, Record] = {}
    for agency in agencies:
        by_id.setdefault(agency["agency_id"], agency)
    return [agency for _, agency in sorted(by_id.items())]
