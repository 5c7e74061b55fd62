"""Write the provinces and communes of Vietnam: ``python -m training.registry``.

Source: the package ``vietnamadminunits`` (MIT), which holds the units of the two-level local
government since 1 July 2025 (Resolution 202/2025/QH15 and those on each province), with the
codes of the General Statistics Office, and the 63 provinces before them. Nothing else needs
it, so it is in no list of dependencies: ``pip install vietnamadminunits`` first.

Writes ``normalizers/data/provinces.csv`` (code, kind, name, valid_to, successor) and
``normalizers/data/communes.csv`` (code, province, kind, name), ordered by code.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import vietnamadminunits
from vietnamadminunits.database import get_data

DATA = Path(__file__).parents[1] / "normalizers" / "data"
PROVINCES, COMMUNES = 34, 3321
LAST_DAY = "2025-06-30"
"""Last day of the provinces that were merged into others."""


def main() -> None:
    units = get_data(table="admin_units")
    names = {unit["provinceKey"]: unit["provinceShort"] for unit in units}
    provinces = {
        (unit["provinceCode"], _kind(unit["province"], unit["provinceShort"]), _name(short), "", "")
        for unit in units
        if (short := unit["provinceShort"])
    }
    communes = {
        (unit["wardCode"], _name(unit["provinceShort"]), unit["wardType"].lower(), _name(short))
        for unit in units
        if (short := unit["wardShort"])
    }
    assert len(provinces) == PROVINCES, len(provinces)
    assert len(communes) == COMMUNES, len(communes)
    _write("provinces.csv", ("code", "kind", "name", "valid_to", "successor"), provinces, _former())
    _write("communes.csv", ("code", "province", "kind", "name"), communes)
    print(len(provinces), "provinces,", len(communes), "communes,", len(names), "names")


def _former() -> list[Sequence[str]]:
    """The 29 provinces that ceased on 30 June 2025, each with the province that took it over."""
    package = Path(vietnamadminunits.__file__).parent
    merged = json.loads((package / "data" / "converter_2025.json").read_text("utf-8"))
    new_name = {unit["provinceKey"]: unit["provinceShort"] for unit in get_data()}
    taken_over = {
        old: new_name[new] for new, olds in merged["DICT_PROVINCE"].items() for old in olds
    }
    legacy = {
        unit["provinceKey"]: unit
        for unit in get_data(
            ["provinceKey", "province", "provinceShort", "provinceCode"], table="admin_units_legacy"
        )
    }
    return [
        (
            unit["provinceCode"],
            _kind(unit["province"], unit["provinceShort"]),
            _name(unit["provinceShort"]),
            LAST_DAY,
            _name(taken_over[key]),
        )
        for key, unit in sorted(legacy.items(), key=lambda item: item[1]["provinceCode"])
        if taken_over[key] != unit["provinceShort"]
    ]


def _kind(full: str, short: str) -> str:
    return _name(full.removesuffix(short)).lower()


def _name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _write(
    file: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    more: Iterable[Sequence[str]] = (),
) -> None:
    with (DATA / file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([*sorted(rows), *more])


if __name__ == "__main__":
    main()
