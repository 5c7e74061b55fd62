"""docs/ten-questions.md: every snippet runs, and DuckDB and pandas answer alike."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.run import run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ten-questions.md").read_text("utf-8")
CLEAN = (
    "ke-hoach-chuyen-doi-so-tinh-2026-2030.txt",
    "du-thao-ke-hoach-quy-iv-2025-ban-chi-dao.txt",
)
CITY_PLAN, COMMITTEE = "quang-ngai-ubnd.11cb88561224", "quang-ngai-bcd.dc70e5b87250"
SETTING_UP, *PANDAS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SQL = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The names that the page's first snippet defines, on the two clean documents."""
    folder = tmp_path_factory.mktemp("ten")
    (folder / "raw").mkdir()
    for name in CLEAN:
        shutil.copy(ROOT / "raw" / name, folder / "raw" / name)
    run(folder / "raw", folder / "out", jobs=1)
    names: dict[str, Any] = {}
    exec(SETTING_UP.replace('Path("out")', f'Path("{folder / "out"}")'), names)
    return names


def plain(answer: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(map(plain_value, row)) for row in answer.itertuples(index=False)]


def plain_value(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    return str(value)[:10] if hasattr(value, "isoformat") else round(float(value), 4)


def test_there_are_ten_questions_each_answered_twice_and_shown() -> None:
    assert len(re.findall(r"^## \d+\. .*\?$", PAGE, re.MULTILINE)) == len(SQL) == len(PANDAS) == 10
    for number, part in enumerate(re.split(r"^## \d+\. ", PAGE, flags=re.MULTILINE)[1:], start=1):
        assert "\n|---|" in part, f"question {number} shows no answer"


@pytest.mark.parametrize("number", range(1, 11))
def test_duckdb_and_pandas_answer_alike(session: dict[str, Any], number: int) -> None:
    by_sql = session["con"].sql(SQL[number - 1]).df()
    exec(PANDAS[number - 1], session)
    answer = session["answer"]
    assert list(by_sql.columns) == list(answer.columns)
    assert plain(by_sql) == plain(answer)


def ask(session: dict[str, Any], number: int) -> pd.DataFrame:
    return session["con"].sql(SQL[number - 1]).df()


def golden_tasks(document_id: str) -> list[dict[str, Any]]:
    lines = (ROOT / "golden" / document_id / "tasks.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_what_the_police_lead_before_2027_is_what_the_print_says(session: dict[str, Any]) -> None:
    due = re.compile(r"2025|(Năm|Tháng 12/)\s?2026")
    right = [
        task["text"]
        for document_id in (COMMITTEE, CITY_PLAN)
        for task in golden_tasks(document_id)
        if "Công an tỉnh" in (task["lead"] or "") and due.fullmatch(task["deadline"])
    ]
    assert sorted(ask(session, 1).text) == sorted(right)
    assert len(right) == 5


def test_the_tasks_of_plan_02_are_all_there(session: dict[str, Any]) -> None:
    right = [task["text"] for task in golden_tasks(COMMITTEE) if task["appendix"] == "IV"]
    assert list(ask(session, 3).text) == right


def test_the_last_quarter_holds_what_the_print_says(session: dict[str, Any]) -> None:
    printed = re.compile(r"(Tháng|Trước ngày \d+/)\s?1[012]/2025")
    right = [task["text"] for task in golden_tasks(COMMITTEE) if printed.match(task["deadline"])]
    assert sorted(ask(session, 7).text) == sorted(right)


def test_every_document_cited_is_counted_once_a_document(session: dict[str, Any]) -> None:
    answer = ask(session, 8).set_index("cited_number")
    assert answer.loc["57-NQ/TW", "documents"] == 2
    assert answer.loc["126/QĐ-BCĐCP", "times"] == 1
