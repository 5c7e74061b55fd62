"""``datapackage.json``: the datasets described for any tool that reads Data Packages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipeline.schema import DATASETS, SCHEMA_VERSION, Column, Dataset


def datapackage(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The descriptor of ``<dataset>.parquet`` files, given their bytes (Data Package v1)."""
    return {
        "profile": "data-package",
        "name": "phuluc",
        "title": "Phụ lục của các kế hoạch",
        "description": "Appendices of Vietnamese official plans as checked datasets.",
        "version": SCHEMA_VERSION,
        "resources": [
            _resource(dataset, files[f"{dataset.name}.parquet"]) for dataset in DATASETS.values()
        ],
    }


def _resource(dataset: Dataset, data: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in dataset.columns]}
    if dataset.primary_key:
        schema["primaryKey"] = list(dataset.primary_key)
    if dataset.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": [own], "reference": {"resource": other, "fields": [key]}}
            for own, other, key in dataset.foreign_keys
        ]
    return {
        "name": dataset.name,
        "type": "file",
        "path": f"{dataset.name}.parquet",
        "description": f"One row is {dataset.row_is}.",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if not column.nullable:
        constraints["required"] = True
    if column.unique:
        constraints["unique"] = True
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    field: dict[str, Any] = {
        "name": column.name,
        "type": field_type(column.type),
        "description": column.description,
    }
    if column.unit:
        field["unit"] = column.unit
    if constraints:
        field["constraints"] = constraints
    return field


def field_type(kind: pa.DataType) -> str:
    """The Table Schema name of an Arrow type."""
    if pa.types.is_string(kind):
        return "string"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind):
        return "number"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_list(kind):
        return "array"
    raise ValueError(f"no Table Schema type for {kind}")
