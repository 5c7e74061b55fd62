"""``phuluc export``: the stored datasets as a workbook, CSV or JSON lines."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pipeline import store
from pipeline.errors import ExitCode, PhulucError
from pipeline.messages import say
from pipeline.schema import DATASETS, Record

_LIST_SEPARATOR = "; "
_HEADER, _REVIEW, _RULE = "1F4E5F", "FFF2CC", "D0D0D0"  # colours, red green blue
_A3 = 8  # Excel's name of the paper
_WIDEST = 26.0  # characters, but for those:
_WIDE = {"text": 60.0, "result": 60.0, "source_text": 60.0, "message": 60.0, "evidence": 40.0}
_TITLES = {"section_path": 36.0, "appendix_title": 36.0, "title": 36.0, "recipients": 36.0}
_ONE_LINE = ("sha256", "route")  # nobody reads them to their end
_LINE = 15.0  # points
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
    """One workbook, a sheet a dataset: the header frozen, filterable and repeated in print, rows to
    be reviewed shaded, columns and rows large enough for what they hold.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    workbook.properties.created = workbook.properties.modified = datetime(2000, 1, 1)
    for name, records in datasets.items():
        _write_sheet(workbook.create_sheet(name), DATASETS[name].names, records)
    sink = io.BytesIO()
    workbook.save(sink)
    return {"phuluc.xlsx": sink.getvalue()}


def _write_sheet(sheet: Any, names: Sequence[str], records: Sequence[Record]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.properties import PageSetupProperties

    top, one_line = Alignment(wrap_text=True, vertical="top"), Alignment(vertical="top")
    review = PatternFill("solid", fgColor=_REVIEW)
    under = Border(bottom=Side("thin", color=_RULE))
    values = [[_excel(value) for value in record.values()] for record in records]
    widths = [_width(name, [row[at] for row in values]) for at, name in enumerate(names)]
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    header = []
    for index, (name, width) in enumerate(zip(names, widths, strict=True)):
        sheet.column_dimensions[_letter(index)].width = width
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_HEADER)
        cell.alignment = Alignment(vertical="center")
        header.append(cell)
    sheet.row_dimensions[1].height = 1.4 * _LINE
    sheet.append(header)
    doubtful = names.index("needs_review") if "needs_review" in names else None
    for number, row in enumerate(values, start=2):
        line = []
        for name, value in zip(names, row, strict=True):
            cell = WriteOnlyCell(sheet, value)
            cell.alignment = one_line if name in _ONE_LINE else top
            cell.border = under
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with "=" is no formula
            elif name in ("confidence", "score", "match_score"):
                cell.number_format = "0.00"
            if doubtful is not None and row[doubtful]:
                cell.fill = review
            line.append(cell)
        sheet.row_dimensions[number].height = _height(names, row, widths)
        sheet.append(line)
    sheet.auto_filter.ref = f"A1:{_letter(len(header) - 1)}{len(records) + 1}"


def _width(name: str, values: Sequence[Any]) -> float:
    """A column's width in characters: nine values in ten stand on a line, within limits."""
    lengths = sorted(len(str(value)) for value in values if value is not None)
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    widest = (_WIDE | _TITLES).get(name, _WIDEST)
    return float(min(max(usual + 2, len(name) + 4), widest))


def _height(names: Sequence[str], row: Sequence[Any], widths: Sequence[float]) -> float:
    """A row's height in points: as many lines as its longest text needs; Excel allows 409."""
    lines = [
        sum(max(1, math.ceil(len(part) / (width - 1))) for part in value.split("\n"))
        for name, value, width in zip(names, row, widths, strict=True)
        if isinstance(value, str) and name not in _ONE_LINE
    ]
    return min(409.0, _LINE * max(lines, default=1))


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
