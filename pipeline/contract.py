"""Checks of records against the contract, before anything is stored (pandera, from the schema)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.schema import DATASETS, Column, Dataset, Record

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pandera


class ContractBroken(ValueError):
    """Records that do not keep the contract; the message lists every breach at once."""


@cache
def frame_schema(name: str) -> pandera.DataFrameSchema:
    """The pandera checks of one dataset: nulls, codes, bounds, keys, NFC."""
    import pandera.pandas as pandera

    dataset = DATASETS[name]
    return pandera.DataFrameSchema(
        {column.name: _column_checks(column) for column in dataset.columns},
        unique=list(dataset.primary_key) or None,
        strict=True,
        name=name,
    )


def breaches(datasets: Mapping[str, Iterable[Record]]) -> list[str]:
    """Every way in which the records break the contract, one sentence each; empty when sound."""
    import pandas as pd

    found: list[str] = []
    for name, given in datasets.items():
        records = list(given)
        try:
            table = table_of(DATASETS[name], records)
        except (pa.ArrowException, TypeError, KeyError, OverflowError) as error:
            found.append(f"{name}: {type(error).__name__}: {error}")
            continue
        if not records:
            continue
        # Arrow has checked the types; objects keep nulls and integers apart for pandera.
        frame = pd.DataFrame(records, columns=list(DATASETS[name].names), dtype=object)
        found += [f"{name}: {sentence}" for sentence in _frame_breaches(name, frame)]
        found += [
            f"{name}.{column.name}: null where a value is required"
            for column in DATASETS[name].columns
            if not column.nullable and table[column.name].null_count
        ]
    return found


def prepare() -> None:
    """Build the checks of every dataset, so that processes forked from this one have them."""
    import pandas as pd

    for name, dataset in DATASETS.items():
        _frame_breaches(name, pd.DataFrame(columns=list(dataset.names), dtype=object))


def check_contract(datasets: Mapping[str, Iterable[Record]]) -> None:
    """Raise :class:`ContractBroken` unless every record keeps the contract."""
    found = breaches(datasets)
    if found:
        raise ContractBroken("; ".join(found))


def table_of(dataset: Dataset, records: Iterable[Record]) -> pa.Table:
    """The records as an Arrow table, in the given order; a missing or extra column is an error."""
    records = list(records)
    names = set(dataset.names)
    for record in records:
        if record.keys() != names:
            odd = sorted(names.symmetric_difference(record.keys()))
            raise KeyError(f"columns missing or unknown: {', '.join(odd)}")
    schema = dataset.arrow()
    arrays = [
        pa.array([record[field.name] for record in records], type=field.type) for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _frame_breaches(name: str, frame: pd.DataFrame) -> list[str]:
    import pandera.pandas as pandera

    try:
        frame_schema(name).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        return [
            f"{case.column or name}: {case.check}: {case.failure_case!r}"
            for case in cases.itertuples()
        ]
    return []


def _column_checks(column: Column) -> pandera.Column:
    import pandera.pandas as pandera

    checks = []
    if column.allowed:
        checks.append(pandera.Check.isin(column.allowed))
    if column.minimum is not None:
        checks.append(pandera.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pandera.Check.le(column.maximum))
    if pa.types.is_string(column.type):
        checks.append(pandera.Check(_is_nfc, element_wise=True, name="NFC"))
    if pa.types.is_list(column.type) and pa.types.is_string(column.type.value_type):
        checks.append(pandera.Check(_all_nfc, element_wise=True, name="NFC"))
    return pandera.Column(None, checks, nullable=column.nullable, unique=column.unique)


def _is_nfc(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def _all_nfc(texts: Iterable[str]) -> bool:
    return all(map(_is_nfc, texts))
