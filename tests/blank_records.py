"""Records with the least the contract asks for, for tests that care about one column."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pipeline.schema import DATASETS, Column, Record


def blank(dataset: str, **values: Any) -> Record:
    """A record of the dataset that keeps the contract, with the given values."""
    record = {column.name: _least(column) for column in DATASETS[dataset].columns}
    unknown = values.keys() - record.keys()
    assert not unknown, f"{dataset} has no column {unknown}"
    return record | values


def _least(column: Column) -> Any:
    if column.nullable:
        return None
    if column.allowed:
        return column.allowed[0]
    if pa.types.is_string(column.type):
        return "x"
    if pa.types.is_list(column.type):
        return []
    if pa.types.is_boolean(column.type):
        return False
    return 1
