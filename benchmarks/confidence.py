"""Does the program know what it does not know: ``python -m benchmarks.confidence [FOLDER...]``.

For the cells of ``out/`` that ``golden/`` has an answer for, or of the dumps of ``training.dumps``
in each FOLDER: how many of a confidence are exact. A cell of a row that was never printed is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click

from benchmarks.dumps import read_truth
from pipeline import store
from pipeline.findings import DOUBTFUL
from pipeline.golden import folded, pair_documents, pair_rows, read_golden
from pipeline.process import FileReader
from pipeline.schema import AGENCY_COLUMNS, DATASETS, ROW_DATASETS, TEXT_COLUMNS, Record

EDGES = (0.0, 0.2, 0.4, DOUBTFUL, 0.7, 0.8, 0.9, 0.95, 1.0001)


@dataclass(frozen=True, slots=True)
class Judged:
    """A cell's stored confidence, and whether its text is exact."""

    document_id: str
    field: str
    confidence: float
    exact: bool


def judged_cells(
    document_id: str,
    golden: Mapping[str, Sequence[Record]],
    seen: Mapping[str, Sequence[Record]],
    cells: Iterable[Record],
) -> Iterator[Judged]:
    """Every stored text cell of one document beside its golden answer."""
    sure = {(cell["row_id"], cell["field"]): cell["confidence"] for cell in cells}
    for dataset in ROW_DATASETS:
        answers, rows = golden.get(dataset, ()), seen.get(dataset, ())
        partner = {j: answers[i] for i, j in pair_rows(answers, rows)}
        for j, row in enumerate(rows):
            answer = partner.get(j, {})
            for column in TEXT_COLUMNS[dataset]:
                confidence = sure.get((row["row_id"], column))
                if confidence is None:
                    continue
                right = (answer.get(column), answer.get("repaired", {}).get(column))
                exact = folded(row[column]) in set(map(folded, right)) - {""}
                yield Judged(document_id, column, confidence, exact)


def of_output(out: Path, golden_folder: Path) -> Iterator[Judged]:
    """The stored cells of ``phuluc run``."""
    stored = {name: store.read_dataset(out, name) for name in DATASETS}
    golden = read_golden(golden_folder)
    for document_id, name in pair_documents(golden, stored).items():
        rows = {
            dataset: [row for row in stored[dataset] if row["document_id"] == name]
            for dataset in ROW_DATASETS
        }
        yield from judged_cells(document_id, golden[document_id], rows, stored["cells"])


def of_dumps(folders: Iterable[Path]) -> Iterator[Judged]:
    """The cells of dumps with their truth beside them."""
    reader = FileReader(Path())
    for folder in folders:
        datasets = reader.datasets_of((folder / "dump.txt").read_bytes(), folder.name)
        truth = read_truth(folder / "rows.jsonl")
        yield from judged_cells(folder.name, truth, datasets, datasets["cells"])


def line_of(name: str, cells: Sequence[Judged]) -> str:
    """ "0.80-0.90    41  36  0.88": cells of a bin, exact ones, their share."""
    exact = sum(cell.exact for cell in cells)
    share = f"{exact / len(cells):6.2f}" if cells else "     -"
    return f"{name:<28}{len(cells):7}{exact:7}{share}"


def kind_of(field: str) -> str:
    """Fields that are read in one way."""
    return "agencies" if field in AGENCY_COLUMNS else field


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", default=Path("out"), type=click.Path(path_type=Path))
@click.option("--golden", default=Path("golden"), type=click.Path(path_type=Path))
def main(folders: tuple[Path, ...], out: Path, golden: Path) -> None:
    """Print how many cells of each confidence are exact."""
    cells = list(of_dumps(folders) if folders else of_output(out, golden))
    print(f"{'confidence':<28}{'cells':>7}{'exact':>7}{'share':>6}")
    for low, high in pairwise(EDGES):
        within = [cell for cell in cells if low <= cell.confidence < high]
        print(line_of(f"{low:.2f}-{min(high, 1):.2f}", within))
    groups = {"all": cells}
    for cell in cells:
        groups.setdefault(cell.document_id, []).append(cell)
    for name in sorted({kind_of(cell.field) for cell in cells}):
        groups[name] = [cell for cell in cells if kind_of(cell.field) == name]
    print(f"\n{'':28}{'sure':>7}{'exact':>7}{'share':>6}   {'doubtful':>28}")
    for name, group in groups.items():
        sure = [cell for cell in group if cell.confidence >= DOUBTFUL]
        rest = [cell for cell in group if cell.confidence < DOUBTFUL]
        print(line_of(name[-28:], sure) + line_of("", rest)[14:])


if __name__ == "__main__":
    main()
