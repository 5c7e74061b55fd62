"""Show what ``out/`` answers today: ``python -m benchmarks.answers`` writes docs/ten-questions.md.

The tables of the page are made anew from its own SQL; the words around them are left as they are
and have to be read again by a person.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import duckdb
import pandas as pd

PAGE = Path("docs/ten-questions.md")
SHOWN = 6
"""Rows of an answer that are shown; an answer with at most twice as many and one is shown whole."""

_QUESTION = re.compile(
    r"(```sql\n(?P<sql>.*?)```.*?```python\n.*?```\n\n)"
    r"(?P<table>\|.*?\n)(?P<rest>\n… \d+ rows .*?\n)?\n",
    re.DOTALL,
)


def table(answer: pd.DataFrame) -> str:
    """The first rows of an answer as Markdown."""
    whole = len(answer) <= 2 * SHOWN + 1 and "result" in answer.columns
    lines = ["| " + " | ".join(answer.columns) + " |", "|" + "---|" * len(answer.columns)]
    for row in answer.head(len(answer) if whole else SHOWN).itertuples(index=False):
        cells = [cell(value, name) for name, value in zip(answer.columns, row, strict=True)]
        lines.append("| " + " | ".join(cells) + " |")
    if not whole and len(answer) > SHOWN:
        lines += ["", f"… {len(answer)} rows in all."]
    return "\n".join(lines) + "\n\n"


def cell(value: Any, column: str) -> str:
    """A value on one line, cut where it is long."""
    if value is None or value != value:
        return ""
    text = str(value)[:10] if isinstance(value, pd.Timestamp) else re.sub(r"\.0$", "", str(value))
    text = text.replace("\n", " ⏎ ").replace("|", "\\|")
    most = 70 if column in ("text", "result", "source_text") else 60
    return text if len(text) <= most else text[: most - 1] + "…"


@click.command()
@click.option("--out", default="out", type=click.Path(path_type=Path, file_okay=False))
def main(out: Path) -> None:
    """Write the page's answers anew."""
    con = duckdb.connect()
    for file in sorted(out.glob("*.parquet")):
        con.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    page = PAGE.read_text("utf-8")

    def anew(match: re.Match[str]) -> str:
        return match[1] + table(con.sql(match["sql"]).df())

    PAGE.write_text(_QUESTION.sub(anew, page), "utf-8")


if __name__ == "__main__":
    main()
