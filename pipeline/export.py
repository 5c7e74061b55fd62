"""``phuluc export``: the stored datasets as a workbook, CSV or JSON lines."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pipeline import store
from pipeline.errors import ExitCode, PhulucError
from pipeline.messages import say
from pipeline.schema import DATASETS, Record

_LIST_SEPARATOR = "; "
_EXCEL_CELL = 32_767
"""Characters an Excel cell can hold; a longer text is cut with an ellipsis."""


def export_datasets(out: Path, folders: Mapping[str, Path | None]) -> ExitCode:
    """Write every dataset of ``out`` in each format that has a folder."""
    wanted = {name: folder for name, folder in folders.items() if folder is not None}
    if not wanted:
        raise PhulucError(ExitCode.BAD_ARGUMENTS, "one-format")
    run = store.read_run(out)
    if run is None or not store.is_whole(out, run):
        raise PhulucError(ExitCode.READ_WRITE, "no-output", path=out)
    datasets = {name: store.read_dataset(out, name) for name in DATASETS}
    for name, folder in wanted.items():
        for file, data in _WRITERS[name](datasets).items():
            store.replace_file(folder / file, data)
            click.echo(say("exported", path=folder / file))
    return ExitCode.OK


def csv_files(datasets: Mapping[str, list[Record]]) -> dict[str, bytes]:
    """A CSV file a dataset: UTF-8 with a mark (Excel needs it), lists joined by "; "."""
    import csv

    files = {}
    for name, records in datasets.items():
        sink = io.StringIO()
        writer = csv.writer(sink, lineterminator="\r\n")
        writer.writerow(DATASETS[name].names)
        writer.writerows([_flat(value) for value in record.values()] for record in records)
        files[f"{name}.csv"] = sink.getvalue().encode("utf-8-sig")
    return files


def jsonl_files(datasets: Mapping[str, list[Record]]) -> dict[str, bytes]:
    """A JSON-lines file a dataset; dates as ISO strings, lists as lists."""
    return {
        f"{name}.jsonl": "".join(
            json.dumps(record, ensure_ascii=False, default=date.isoformat) + "\n"
            for record in records
        ).encode()
        for name, records in datasets.items()
    }


def xlsx_file(datasets: Mapping[str, list[Record]]) -> dict[str, bytes]:
    """One workbook, a sheet a dataset, the header frozen and filterable."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    workbook = Workbook(write_only=True)
    workbook.properties.created = workbook.properties.modified = datetime(2000, 1, 1)
    for name, records in datasets.items():
        sheet = workbook.create_sheet(name)
        sheet.freeze_panes = "B2"
        header = []
        for index, column in enumerate(DATASETS[name].names):
            width = 60 if column in ("text", "result", "source_text", "message") else 20
            sheet.column_dimensions[_letter(index)].width = width
            cell = WriteOnlyCell(sheet, column)
            cell.font = Font(bold=True)
            header.append(cell)
        sheet.append(header)
        for record in records:
            line = []
            for value in record.values():
                cell = WriteOnlyCell(sheet, _excel(value))
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # a text that begins with "=" is no formula
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
                line.append(cell)
            sheet.append(line)
        sheet.auto_filter.ref = f"A1:{_letter(len(header) - 1)}{len(records) + 1}"
    sink = io.BytesIO()
    workbook.save(sink)
    return {"phuluc.xlsx": sink.getvalue()}


_WRITERS = {"csv": csv_files, "jsonl": jsonl_files, "xlsx": xlsx_file}


def _flat(value: Any) -> Any:
    if isinstance(value, list):
        return _LIST_SEPARATOR.join(map(str, value))
    if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r"):
        return f"'{value}"  # spreadsheets would run it as a formula
    return value


def _excel(value: Any) -> Any:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, list):
        value = _LIST_SEPARATOR.join(map(str, value))
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
        return value if len(value) <= _EXCEL_CELL else value[: _EXCEL_CELL - 1] + "…"
    return value


def _letter(index: int) -> str:
    """Excel's name of the column at ``index`` (from 0)."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
