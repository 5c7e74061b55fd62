"""The contract, and what is generated from it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from blank_records import blank

from pipeline.contract import ContractBroken, breaches, check_contract, table_of
from pipeline.dictionary import DICTIONARY, dictionary
from pipeline.package import datapackage
from pipeline.schema import DATASETS, ROW_DATASETS, SCHEMA_VERSION, TEXT_COLUMNS

ROOT = Path(__file__).parents[1]


def test_every_dataset_of_the_contract_is_declared():
    assert list(DATASETS) == [
        "documents",
        "indicators",
        "tasks",
        "projects",
        "results",
        "assignments",
        "agencies",
        "citations",
        "links",
        "cells",
        "repairs",
        "findings",
    ]


@pytest.mark.parametrize("name", ROW_DATASETS)
def test_row_datasets_share_their_common_columns_and_know_their_text_columns(name):
    assert DATASETS[name].names[:11] == (
        "row_id",
        "document_id",
        "appendix",
        "appendix_title",
        "section_path",
        "row_no",
        "ordinal",
        "page_first",
        "page_last",
        "confidence",
        "needs_review",
    )
    assert set(TEXT_COLUMNS[name]) <= set(DATASETS[name].names)


@pytest.mark.parametrize("name", DATASETS)
def test_foreign_keys_name_columns_that_exist(name):
    for own, other, key in DATASETS[name].foreign_keys:
        assert own in DATASETS[name].names
        assert key in DATASETS[other].names


@pytest.mark.parametrize("name", DATASETS)
def test_arrow_carries_descriptions_units_and_version(name):
    schema = DATASETS[name].arrow()
    assert schema.metadata[b"schema_version"] == SCHEMA_VERSION.encode()
    for field in schema:
        assert field.metadata[b"description"]
    if name == "cells":
        assert schema.field("x0").metadata[b"unit"] == b"point"


def test_sound_records_break_nothing():
    assert breaches({name: [blank(name)] for name in DATASETS}) == []


@pytest.mark.parametrize(
    ("dataset", "values", "told"),
    [
        ("documents", {"path": None}, "path"),
        ("tasks", {"deadline_kind": "someday"}, "someday"),
        ("tasks", {"confidence": 1.5}, "confidence"),
        ("tasks", {"text": unicodedata.normalize("NFD", "Sở Y tế")}, "NFC"),
        ("documents", {"recipients": [unicodedata.normalize("NFD", "Sở")]}, "NFC"),
        ("projects", {"years": ["2026"]}, "projects"),
        ("indicators", {"period_start": 99999}, "indicators"),
        ("cells", {"page": 0}, "page"),
    ],
)
def test_each_breach_is_told(dataset, values, told):
    found = breaches({dataset: [blank(dataset, **values)]})
    assert any(told in sentence for sentence in found)


def test_all_breaches_are_told_at_once():
    records = [blank("findings", severity="loud"), blank("findings", kind=None)]
    with pytest.raises(ContractBroken, match="loud") as raised:
        check_contract({"findings": records})
    assert "kind" in str(raised.value)


def test_a_repeated_key_is_a_breach():
    assert breaches({"tasks": [blank("tasks"), blank("tasks")]})


def test_an_unknown_column_is_never_dropped_in_silence():
    with pytest.raises(KeyError, match="colour"):
        table_of(DATASETS["links"], [blank("links") | {"colour": "red"}])


def test_the_dictionary_is_up_to_date():
    assert (ROOT / DICTIONARY).read_text("utf-8") == dictionary(), "run `make docs`"


def test_the_dictionary_and_the_package_name_every_column():
    text = dictionary()
    files = {f"{name}.parquet": b"" for name in DATASETS}
    resources = {resource["name"]: resource for resource in datapackage(files)["resources"]}
    for name, dataset in DATASETS.items():
        section = re.split(rf"^## {name}$", text, flags=re.M)[1].split("\n## ")[0]
        assert re.findall(r"^\| `(\w+)`", section, flags=re.M) == list(dataset.names)
        fields = resources[name]["schema"]["fields"]
        assert [field["name"] for field in fields] == list(dataset.names)


def test_types_survive_in_arrow():
    table = table_of(DATASETS["projects"], [blank("projects", years=[2026, 2027])])
    assert table.schema.field("years").type == pa.list_(pa.int16())
    assert table["years"].to_pylist() == [[2026, 2027]]
