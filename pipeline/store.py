"""Writing ``out/``: the same records always give the same bytes, and a killed run harms nothing.

Every file is first written in full under a temporary name and flushed to the disk; only when all
of them stand are they renamed, ``run.json`` last. ``run.json`` holds the SHA-256 of every other
file, so that a reader, and the next run, can tell a whole ``out/`` from a torn one.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contract import table_of
from pipeline.package import datapackage
from pipeline.schema import DATASETS, Record

RUN_FILE = "run.json"
_TEMPORARY = ".phuluc-part"


class Busy(OSError):
    """Another run is writing to the same folder."""


def sha256_of(data: bytes) -> str:
    """SHA-256 in hex digits."""
    return hashlib.sha256(data).hexdigest()


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as Parquet: zstd, one row group a million rows, nothing that varies by run."""
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=9,
        version="2.6",
        data_page_version="1.0",
        use_dictionary=True,
        write_statistics=True,
        row_group_size=1_000_000,
    )
    return sink.getvalue()


def publish(out: Path, datasets: Mapping[str, list[Record]], run: dict[str, Any]) -> None:
    """Write every dataset, ``datapackage.json`` and ``run.json`` into ``out``.

    ``run`` is what this run knows of its inputs; the hashes of the files are added here.
    """
    files: dict[str, bytes] = {
        f"{name}.parquet": parquet_bytes(table_of(dataset, datasets.get(name, [])))
        for name, dataset in DATASETS.items()
    }
    files["datapackage.json"] = json_bytes(datapackage(files))
    run = run | {
        "outputs": {
            name: {"bytes": len(data), "sha256": sha256_of(data)}
            for name, data in sorted(files.items())
        }
    }
    files[RUN_FILE] = json_bytes(run)
    _replace_all(out, files)


def read_run(out: Path) -> dict[str, Any] | None:
    """The stored ``run.json``, or None where none can be read."""
    try:
        run = json.loads((out / RUN_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return run if isinstance(run, dict) else None


def is_whole(out: Path, run: Mapping[str, Any]) -> bool:
    """Whether every file that ``run.json`` names stands in ``out`` with the bytes it names."""
    outputs = run.get("outputs")
    if not isinstance(outputs, dict) or not outputs:
        return False
    for name, entry in outputs.items():
        try:
            if sha256_of((out / name).read_bytes()) != entry["sha256"]:
                return False
        except (OSError, KeyError, TypeError):
            return False
    return True


def read_dataset(out: Path, name: str) -> list[Record]:
    """One stored dataset as records, in stored order."""
    table = pq.read_table(out / f"{name}.parquet", memory_map=False)
    return table.to_pylist()


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold ``out`` for one writer; :class:`Busy` where another process holds it."""
    out.mkdir(parents=True, exist_ok=True)
    handle = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another run is writing to {out}") from error
        yield
    finally:
        os.close(handle)


def json_bytes(value: object) -> bytes:
    """Readable JSON, UTF-8, one line feed at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def replace_file(path: Path, data: bytes) -> None:
    """Put one file in place: temporary name, flushed, renamed."""
    _replace_all(path.parent, {path.name: data})


def _replace_all(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(f"*{_TEMPORARY}"):
        left_over.unlink(missing_ok=True)
    for name, data in files.items():
        with (folder / f"{name}{_TEMPORARY}").open("wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
    for name in files:
        (folder / f"{name}{_TEMPORARY}").replace(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
