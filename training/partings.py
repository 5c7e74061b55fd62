"""Learn to choose among the likely partings of a row: ``python -m training.partings FOLDER...``.

Each FOLDER is a dump of ``training.dumps``, or holds some. They are read the whole way; of each row
that can be paired with a true one, every parting that was weighed (``extractors._tangled_choice``)
is compared with the true cells. The weights minimise the expected number of wrong letters, of
partings drawn by their weighed looks (minimum risk; Smith & Eisner 2006). Before they are written,
they are tried on dumps left out: ``--folds``.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from benchmarks.dumps import dumps_in, read_truth
from extractors import interleaved
from extractors._tangled_choice import (
    COLUMNS,
    LOOKS,
    WEIGHTS,
    Matrix,
    choose,
    letters_in,
    letters_of,
    looks,
)
from extractors._tangled_search import Parting
from extractors._tangled_splits import Layout
from pipeline.process import FileReader
from pipeline.schema import Record

Rows = Sequence[Sequence[Parting]]
Names = tuple[str, ...]

FIELDS = (
    "text",
    "lead",
    "coordinate",
    "implement",
    "expected_result",
    "target",
    "deadline",
    "note",
)
SAME_ROW = 60.0  # texts so much alike are of the same row (rapidfuzz ratio, 0-100)
MOST_WRONG = 60.0  # letters; more are no worse
STEPS = 250
RATE = 0.03
HELD = 0.1  # how firmly the weights are held to what they begin with
SCORE = 0.5  # which is this of the score, all in standard deviations, and nothing of the rest


@dataclass(frozen=True, slots=True)
class Example:
    """A row: what is seen of its partings, the wrong letters of each, its true letters."""

    looks: Matrix
    wrong: npt.NDArray[np.float64]
    letters: int


def examples_of(folder: Path) -> list[Example]:
    """The examples that a dump gives."""
    with _recorded() as calls:
        FileReader(Path()).datasets_of((folder / "dump.txt").read_bytes(), f"{folder.name}.txt")
    truth = [row for rows in read_truth(folder / "rows.jsonl").values() for row in rows]
    # each table is read twice with what its columns say known; the last time counts
    return [one for call in calls[1::2] for one in _examples(*call, truth)]


@contextmanager
def _recorded() -> Iterator[list[tuple[Rows, Layout, Names]]]:
    """All partings among which is chosen meanwhile."""
    calls: list[tuple[Rows, Layout, Names]] = []

    def recording(rows: Rows, layout: Layout, names: Names) -> list[int]:
        calls.append((rows, layout, names))
        return choose(rows, layout, names)

    interleaved.choose = recording
    try:
        yield calls
    finally:
        interleaved.choose = choose


def _examples(
    rows: Rows, layout: Layout, names: Names, truth: Sequence[Record]
) -> Iterator[Example]:
    if not rows:
        return
    texts = [letters_in(row["text"]) for row in truth]
    read = [letters_of(partings[0].row.cells[1]) for partings in rows]
    likeness = process.cdist(read, texts, scorer=fuzz.ratio)
    paired = {
        at: truth[int(like.argmax())] for at, like in enumerate(likeness) if like.max() > SAME_ROW
    }
    fields = {
        column: max(FIELDS, key=lambda field: _like(rows, paired, column, field))
        for column, kind in enumerate(layout.kinds)
        if kind not in ("number", "mark")
    }
    seen = looks(rows, layout, names)
    for at, golden in paired.items():
        true = {column: letters_in(golden.get(field) or "") for column, field in fields.items()}
        wrong = [
            sum(
                Levenshtein.distance(letters_of(parting.row.cells[column]), text)
                for column, text in true.items()
            )
            for parting in rows[at]
        ]
        yield Example(seen[at], np.array(wrong, float), sum(map(len, true.values())))


def _like(rows: Rows, paired: Mapping[int, Record], column: int, field: str) -> float:
    """How like the cells of a column are to those of a field of the paired rows."""
    return sum(
        fuzz.ratio(letters_of(rows[at][0].row.cells[column]), letters_in(golden[field] or ""))
        for at, golden in paired.items()
        if field in golden
    )


def learned(examples: Sequence[Example]) -> npt.NDArray[np.float64]:
    """The weights with the fewest wrong letters to be expected on the examples (Adam)."""
    looks_of = [one.looks - one.looks[0] for one in examples]
    spread = np.sqrt(np.mean(np.concatenate(looks_of) ** 2, axis=0)) + 1e-9
    scaled = [seen / spread for seen in looks_of]
    wrong = [np.minimum(one.wrong - one.wrong.min(), MOST_WRONG) for one in examples]
    begun = np.zeros(len(spread))
    begun[0] = SCORE * spread[0]
    signs = np.array([1, *(sign for _ in COLUMNS for sign in LOOKS.values())])
    weights, mean, square = begun.copy(), np.zeros(len(spread)), np.zeros(len(spread))
    for step in range(1, STEPS + 1):
        slope = HELD * (weights - begun)
        for seen, errors in zip(scaled, wrong, strict=True):
            chance = _chances(seen @ weights)
            slope += (chance * (errors - chance @ errors)) @ seen / len(scaled)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        pace = np.sqrt(square / (1 - 0.99**step)) + 1e-8
        weights = weights - RATE * mean / (1 - 0.9**step) / pace
        weights[weights * signs < 0] = 0.0
    return weights / spread


def _chances(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    raised = np.exp(values - values.max())
    return raised / raised.sum()


def shares(
    examples: Sequence[Example], weights: npt.NDArray[np.float64]
) -> tuple[float, float, float]:
    """Wrong letters of a true one where the search chooses, where the weights do, at the least."""
    letters = sum(one.letters for one in examples)
    first = sum(one.wrong[0] for one in examples)
    chosen = sum(one.wrong[int((one.looks @ weights).argmax())] for one in examples)
    least = sum(one.wrong.min() for one in examples)
    return first / letters, chosen / letters, least / letters


def written(weights: npt.NDArray[np.float64]) -> str:
    """The weights as the file that ``choose`` reads."""
    lines = ["# written by training/partings.py", f"score = {weights[0]:.4g}"]
    columns = weights[1:].reshape(len(COLUMNS), len(LOOKS))
    for name, values in zip(COLUMNS, columns, strict=True):
        lines += ["", f"[{name}]"]
        lines += [f"{look} = {value:.4g}" for look, value in zip(LOOKS, values, strict=True)]
    return "\n".join([*lines, ""])


@click.command()
@click.argument("folders", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@click.option("--folds", default=4, show_default=True, help="Parts of the dumps left out in turn.")
@click.option("--jobs", default=2, show_default=True, help="Dumps read at a time.")
@click.option("--out", default=WEIGHTS, type=click.Path(path_type=Path), show_default=True)
def main(folders: Sequence[Path], folds: int, jobs: int, out: Path) -> None:
    """Learn the weights, and say how they do on dumps left out."""
    dumps = dumps_in(folders)
    with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=1) as workers:
        given = workers.map(examples_of, dumps, chunksize=1)
    for part in range(folds):
        rest = [one for at, some in enumerate(given) if at % folds != part for one in some]
        left = [one for some in given[part::folds] for one in some]
        first, chosen, least = shares(left, learned(rest))
        click.echo(f"left out {len(left)} rows: {first:.4f} wrong, {chosen:.4f}, least {least:.4f}")
    out.write_text(written(learned([one for some in given for one in some])), "utf-8")


if __name__ == "__main__":
    main()
