"""``phuluc extract`` and ``phuluc repair``: one file in, standard output out, nothing written."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from pipeline.errors import ExitCode, PhulucError
from pipeline.findings import UNREAD
from pipeline.messages import choose, say
from pipeline.registry import registry_from
from pipeline.schema import ROW_DATASETS, TEXT_COLUMNS, Record


def extract_file(
    file: Path, *, as_json: bool, overlay: Path | None = None, registry: Path | None = None
) -> ExitCode:
    """Print the rows of one file, as JSON lines or for reading.

    ``overlay``: a PDF to paint the recognised cells into, over the pages of the file.
    """
    from extractors import Unreadable
    from pipeline.process import FileReader

    if not file.is_file():
        raise PhulucError(ExitCode.BAD_ARGUMENTS, "no-file", path=file)
    if overlay is not None and overlay.exists() and overlay.samefile(file):
        raise PhulucError(ExitCode.BAD_ARGUMENTS, "overlay-is-file", path=file)
    agencies, _ = registry_from(registry)
    data = file.read_bytes()
    try:
        document, datasets = FileReader(file.parent, agencies).read_document(data, file.name)
        if overlay is not None:
            from pipeline.overlay import write_overlay

            cells = write_overlay(data, document, overlay)
            click.echo(say("painted", path=overlay, cells=cells), err=True)
    except Unreadable as refused:
        reason = choose(refused.reason_vi, refused.reason_en)
        raise PhulucError(ExitCode.QUARANTINED, "unreadable", path=file, reason=reason) from refused
    for dataset in ROW_DATASETS:
        for row in datasets[dataset]:
            click.echo(
                _json_line({"dataset": dataset} | row) if as_json else _readable(dataset, row)
            )
    for one in datasets["findings"]:
        if one["severity"] != "info":
            click.echo(f"{one['row_id'] or one['document_id']}: {one['message']}", err=True)
    unread = any(one["kind"] in UNREAD for one in datasets["findings"])
    return ExitCode.QUARANTINED if unread else ExitCode.OK


def repair_lines(data: bytes, *, as_json: bool) -> ExitCode:
    """Print as many repaired lines as came in; the whole input is one document to the model."""
    from extractors import Unreadable
    from extractors.sniff import decode
    from normalizers.repair import load_model

    if not data.strip():
        click.echo(data.decode("utf-8", "replace"), nl=False)
        return ExitCode.OK
    try:
        lines = decode(data).removesuffix("\n").split("\n")
    except Unreadable as refused:
        reason = choose(refused.reason_vi, refused.reason_en)
        raise PhulucError(ExitCode.QUARANTINED, "unreadable", path="-", reason=reason) from refused
    session = load_model().session(lines)
    for line, repaired in zip(lines, session.repair_lines(lines), strict=True):
        if not as_json:
            click.echo(repaired.text)
            continue
        tokens = [
            {
                "position": token.position,
                "source": token.source,
                "repaired": token.repaired,
                "confidence": token.confidence,
                "reason": token.reason,
            }
            for token in repaired.tokens
        ]
        click.echo(
            _json_line(
                {
                    "source": line,
                    "text": repaired.text,
                    "confidence": repaired.confidence,
                    "repairs": tokens,
                }
            )
        )
    return ExitCode.OK


def _json_line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _readable(dataset: str, row: Record) -> str:
    cells = " | ".join(str(row[name] or "") for name in TEXT_COLUMNS[dataset])
    years = "".join(f" {year}" for year in row.get("years", ()))
    mark = " (?)" if row["needs_review"] else ""
    return f"{row['row_id']}{mark}\n    {cells}{years}"
