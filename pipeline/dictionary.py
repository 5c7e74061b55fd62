"""The data dictionary of ``docs/``, from the schema: ``python -m pipeline.dictionary``."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.package import field_type
from pipeline.schema import DATASETS, SCHEMA_VERSION, Column, Dataset

DICTIONARY = Path("docs/data-dictionary.md")


def dictionary() -> str:
    """The whole dictionary as Markdown."""
    head = (
        "# Data dictionary\n\n"
        "<!-- Generated from pipeline/schema.py by `make docs`; do not edit. -->\n\n"
        f"Schema version {SCHEMA_VERSION}. All strings are NFC. The same descriptions stand in the "
        "metadata of every Parquet file and in `datapackage.json`.\n\n"
    )
    contents = "".join(
        f"- [{dataset.name}](#{dataset.name}): one row is {dataset.row_is}\n"
        for dataset in DATASETS.values()
    )
    return head + contents + "".join(map(_section, DATASETS.values()))


def _section(dataset: Dataset) -> str:
    lines = [
        f"\n## {dataset.name}\n",
        f"One row is {dataset.row_is}.",
    ]
    if dataset.primary_key:
        lines[-1] += f" Key: `{', '.join(dataset.primary_key)}`."
    lines += ["", "| column | type | null | what it holds |", "|---|---|---|---|"]
    lines += map(_line, dataset.columns)
    references = {own: f"{other}.{key}" for own, other, key in dataset.foreign_keys}
    if references:
        lines.append("")
        lines += [f"`{own}` refers to `{target}`." for own, target in references.items()]
    return "\n".join(lines) + "\n"


def _line(column: Column) -> str:
    kind = field_type(column.type)
    if kind == "array":
        kind = f"list of {field_type(column.type.value_type)}"
    text = column.description
    if column.unit and column.unit != "date":
        text += f" (unit: {column.unit})"
    if column.allowed:
        text += ": " + ", ".join(f"`{value}`" for value in column.allowed)
    return f"| `{column.name}` | {kind} | {'yes' if column.nullable else ''} | {text} |"


def main() -> None:
    """Write the dictionary; with ``--check`` only say whether it is stale (exit 1)."""
    if "--check" in sys.argv[1:]:
        sys.exit(0 if DICTIONARY.read_text("utf-8") == dictionary() else f"{DICTIONARY} is stale")
    DICTIONARY.parent.mkdir(exist_ok=True)
    DICTIONARY.write_text(dictionary(), "utf-8")


if __name__ == "__main__":
    main()
