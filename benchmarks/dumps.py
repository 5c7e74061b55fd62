"""How well damaged dumps are read, end to end: ``python -m benchmarks.dumps FOLDER...``.

Each FOLDER holds dumps of ``training.dumps`` (``*/dump.txt`` with ``rows.jsonl``), or is one.
Every dump goes the whole way of ``phuluc extract``; its rows are compared with the truth exactly
as ``phuluc check`` compares (same pairing of rows, same CER).

"assigned" looks at the un-interleaving alone, apart from repair: of the golden words whose letters
(diacritics folded away, :data:`ALIKE` of them) can be found in the ink of the row or of a
neighbouring row, the share that stands in the right cell of the right row.  Words that OCR
destroyed count for nothing there.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from rapidfuzz import fuzz

from normalizers.folding import fold
from pipeline.golden import Comparison, FieldScore, compare, pair_rows
from pipeline.process import Datasets, FileReader
from pipeline.schema import ROW_DATASETS, TEXT_COLUMNS, Record

ALIKE = 70.0
"""Two folded words are the same ink from this likeness on (rapidfuzz ratio, 0-100)."""

_WORD = re.compile(r"[a-z0-9%]{2,}")


@dataclass(slots=True)
class Score:
    """One dump, or all of them: the comparison, the assigned words by column, the time."""

    name: str
    comparison: Comparison
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    error: str = ""
    misread_label: str | None = None
    """The label read for the only appendix, where it is wrong (rows are compared all the same)."""

    def assigned(self, columns: Iterable[str] | None = None) -> float:
        """Share of found words that stand in the right cell, 0-1."""
        names = set(self.right) | set(self.wrong) if columns is None else set(columns)
        right = sum(self.right[name] for name in names)
        wrong = sum(self.wrong[name] for name in names)
        return right / (right + wrong) if right + wrong else 1.0


def read_truth(path: Path) -> dict[str, list[Record]]:
    """The golden rows of a dump by dataset."""
    truth: dict[str, list[Record]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        truth[row.pop("dataset")].append(row)
    return dict(truth)


def dumps_in(folders: Iterable[Path]) -> list[Path]:
    """The dumps that the folders are or hold."""
    places = [path for folder in folders for path in (folder, *folder.iterdir())]
    return sorted({path for path in places if (path / "dump.txt").is_file()})


def score_dump(folder: Path, reader: FileReader) -> Score:
    """Read one dump the whole way and compare it with its truth."""
    truth = read_truth(folder / "rows.jsonl")
    data = (folder / "dump.txt").read_bytes()
    began = time.perf_counter()
    error = ""
    datasets: Datasets = {name: [] for name in ROW_DATASETS}
    try:
        datasets = reader.datasets_of(data, f"{folder.name}.txt")
    except Exception as problem:  # a benchmark reports what fails and goes on
        error = f"{type(problem).__name__}: {problem}"
    seconds = time.perf_counter() - began
    for name in ROW_DATASETS:
        datasets[name] = [row | {"document_id": folder.name} for row in datasets.get(name, [])]
    misread = right_label(truth, datasets)
    score = Score(
        folder.name,
        compare({folder.name: truth}, datasets),
        seconds=seconds,
        error=error,
        misread_label=misread,
    )
    for name, golden in truth.items():
        count_assigned(score, name, golden, datasets[name], datasets.get("cells", []))
    return score


def right_label(truth: Mapping[str, Sequence[Record]], seen: Datasets) -> str | None:
    """Give the rows of the only appendix its true label; the label that was read, if wrong.

    Rows are paired within their appendix. A dump of one appendix has no neighbours from which a
    lost stroke of its number could be known, and its rows are to be measured even so.
    """
    right = {str(row["appendix"]) for rows in truth.values() for row in rows}
    read = {str(row["appendix"]) for name in ROW_DATASETS for row in seen[name]}
    if len(right) != 1 or len(read) != 1 or right == read:
        return None
    label = right.pop()
    for name in ROW_DATASETS:
        seen[name] = [row | {"appendix": label} for row in seen[name]]
    return read.pop()


def count_assigned(
    score: Score,
    dataset: str,
    golden: Sequence[Record],
    seen: Sequence[Record],
    cells: Sequence[Record],
) -> None:
    """Count into ``score`` where the words of each golden cell ended up."""
    ink = {(cell["row_id"], cell["field"]): cell["source_text"] for cell in cells}
    columns = TEXT_COLUMNS[dataset]
    bags: list[dict[str, list[str]]] = [
        {column: _words(ink.get((row["row_id"], column)) or row[column]) for column in columns}
        for row in seen
    ]
    lost: list[tuple[int, str, str]] = []
    for i, j in pair_rows(golden, seen):
        for column in columns:
            for word in _words(golden[i].get(column)):
                if _take(word, bags[j][column]):
                    score.right[column] += 1
                else:
                    lost.append((j, column, word))
    for j, column, word in lost:
        near = (bag for bags_ in bags[max(0, j - 1) : j + 2] for bag in bags_.values())
        if any(_take(word, bag) for bag in near):
            score.wrong[column] += 1


def _words(text: str | None) -> list[str]:
    return _WORD.findall(fold(text or ""))


def _take(word: str, bag: list[str]) -> bool:
    """Take the likest word out of the bag, if one is like enough."""
    ranked = max(((fuzz.ratio(word, other), -n) for n, other in enumerate(bag)), default=(0.0, 0))
    if ranked[0] < ALIKE:
        return False
    bag.pop(-ranked[1])
    return True


def merge(scores: Sequence[Score]) -> Score:
    """All dumps as one."""
    whole = Score("all", Comparison())
    for score in scores:
        whole.comparison.fields += score.comparison.fields
        whole.comparison.rows += score.comparison.rows
        whole.right += score.right
        whole.wrong += score.wrong
        whole.seconds += score.seconds
    return whole


def _sum(fields: Iterable[FieldScore]) -> FieldScore:
    fields = list(fields)
    counts = [
        sum(getattr(one, name) for one in fields) for name in ("cells", "exact", "edits", "chars")
    ]
    return FieldScore("", "", "", *counts)


def heading(width: int) -> str:
    """The heading over :func:`line_of`."""
    return (
        f"{'dump':{width}} rows found missing extra  section  number   exact     CER  agency"
        "  assigned   s"
    )


def line_of(score: Score, width: int) -> str:
    """A dump's scores in one line; ``width`` is the room for its name."""
    rows, fields = score.comparison.rows, score.comparison.fields
    cells = _sum(one for one in fields if one.field not in ("section_path", "row_no"))
    section = _sum(one for one in fields if one.field == "section_path")
    number = _sum(one for one in fields if one.field == "row_no")
    agency = _sum(one for one in fields if one.field in ("lead", "coordinate", "implement"))
    golden, found = sum(one.golden for one in rows), sum(one.found for one in rows)
    extra = sum(one.extra for one in rows)
    return (
        f"{score.name:{width}} {golden:4} {found:5} {golden - found:7} {extra:5}"
        f"  {section.ratio:7.1%} {number.ratio:7.1%} {cells.ratio:7.1%} {cells.cer:7.2%}"
        f" {agency.ratio:7.1%}  {score.assigned():8.1%} {score.seconds:3.0f}"
        + (f"  appendix read as “{score.misread_label}”" if score.misread_label is not None else "")
        + (f"  {score.error}" if score.error else "")
    )


def field_table(score: Score) -> list[str]:
    """A line a field, over all dumps."""
    lines = ["field            cells   exact     CER  assigned"]
    by_field: Mapping[str, list[FieldScore]] = defaultdict(list)
    for one in score.comparison.fields:
        by_field[one.field].append(one)
    for name, fields in by_field.items():
        whole = _sum(fields)
        assigned = f"{score.assigned([name]):9.1%}" if name in score.right else " " * 9
        lines.append(f"{name:15} {whole.cells:6} {whole.ratio:7.1%} {whole.cer:7.2%} {assigned}")
    return lines


def _scored(dumps: Sequence[Path], jobs: int) -> Iterator[Score]:
    """The scores in the order of the dumps, several read at a time where ``jobs`` says so."""
    if jobs < 2:
        reader = FileReader(Path())
        yield from (score_dump(folder, reader) for folder in dumps)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=1) as workers:
        yield from workers.imap(_score_alone, dumps, chunksize=1)


def _score_alone(folder: Path) -> Score:
    return score_dump(folder, FileReader(Path()))


@click.command()
@click.argument("folders", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@click.option("--wrong", default=0, help="Show so many wrong cells a dump (never of unseen ones).")
@click.option("--jobs", default=1, show_default=True, help="Dumps read at a time.")
def main(folders: Sequence[Path], wrong: int, jobs: int) -> None:
    """Measure the pipeline on dumps with truth."""
    dumps = dumps_in(folders)
    width = max((len(folder.name) for folder in dumps), default=3)
    scores = []
    click.echo(heading(width))
    for score in _scored(dumps, jobs):
        scores.append(score)
        click.echo(line_of(score, width))
        for cell in scores[-1].comparison.wrong[:wrong]:
            click.echo(f"  {cell.row} {cell.field}: {cell.golden!r}")
            click.echo(f"  {'':{len(cell.row)}} seen {cell.seen!r}")
    whole = merge(scores)
    click.echo("\n".join([line_of(whole, width), "", *field_table(whole)]))


if __name__ == "__main__":
    main()
