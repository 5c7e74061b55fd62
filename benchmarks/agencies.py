"""How agencies are told: ``python -m benchmarks.agencies [--out OUT]``.

Three measures, against ``golden/*/assignments.jsonl``:

- the printed cells of golden/ split and resolved, in the scope of each document's issuer: what the
  registry can reach where every cell is read right;
- the same agencies in ``out/``, where cells were read from the sources (as ``phuluc check`` does),
  and which wrong ones have a match_score of 0.95 or more: there may be none;
- mentions a second on one core: distinct ones met for the first time, a part of them misprinted,
  and those of the golden cells as they come.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from normalizers import agency_mentions
from normalizers.agencies import Scope, agencies, resolve, split_mentions
from pipeline import store
from pipeline.golden import Golden, compare, read_golden
from pipeline.golden_sets import SetScore, golden_row_ids
from pipeline.schema import AGENCY_COLUMNS, DATASETS, Record
from pipeline.scope import scope_of

MISPRINTED = 0.2
"""Share of the distinct mentions that have one letter changed, lost or doubled."""


def golden_cells(golden: dict[str, list[Record]], document_id: str) -> Iterable[tuple[str, ...]]:
    """(row_id, role, text) of every printed agency cell of a document."""
    for dataset, row_ids in golden_row_ids(document_id, golden).items():
        for row_id, row in zip(row_ids, golden[dataset], strict=True):
            for role in AGENCY_COLUMNS:
                if row.get(role):
                    yield row_id, role, row[role]


def of_printed_cells(document_id: str, golden: dict[str, list[Record]]) -> SetScore:
    """The golden cells of one document, split and resolved, beside what they mean."""
    scope = scope_of(golden["documents"][0]["issuer"], ())
    right = Counter(
        (one["row_id"], one["role"], one["agency_id"])
        for one in golden["assignments"]
        if one["agency_id"]
    )
    read = Counter(
        (row_id, role, agency_id)
        for row_id, role, text in golden_cells(golden, document_id)
        for mention in split_mentions(text)
        if (agency_id := resolve(mention, scope).agency_id)
    )
    return SetScore(
        document_id,
        "printed cells",
        right.total(),
        (right & read).total(),
        (read - right).total(),
    )


def of_output(out: Path, golden: Golden) -> list[SetScore]:
    """What ``out/`` holds, document by document, all and sure ones."""
    comparison = compare(golden, {name: store.read_dataset(out, name) for name in DATASETS})
    wanted = ("assignments", "sure_assignments")
    return [one.score for one in comparison.sets if one.score.dataset in wanted]


def distinct_mentions(scope: Scope, seed: int = 0) -> list[str]:
    """Every name of a scope, bare and qualified, some of them misprinted."""
    choose = random.Random(seed)
    names = [name for agency in agencies(scope) for name in (agency.name, *agency.aliases)]
    names += [f"{name} có liên quan" for name in names] + [f"{name} (chủ trì)" for name in names]
    return [_misprint(name, choose) if choose.random() < MISPRINTED else name for name in names]


def _misprint(name: str, choose: random.Random) -> str:
    at = choose.randrange(len(name))
    letter = choose.choice(("", name[at] * 2, choose.choice("aeiounthgc")))
    return name[:at] + letter + name[at + 1 :]


def a_second(read: Callable[[str], object], texts: Sequence[str]) -> float:
    """Texts read in a second of this process's time."""
    began = time.process_time()
    for text in texts:
        read(text)
    return len(texts) / (time.process_time() - began)


def speeds(golden: Golden) -> Iterable[tuple[str, float]]:
    scope = Scope("quang-ngai", "binh-chuong")
    mentions = list(dict.fromkeys(distinct_mentions(scope)))
    resolve("Sở Nội vụ", scope)
    split_mentions("Sở Nội vụ")
    agency_mentions._resolve.cache_clear()
    yield f"resolve {len(mentions)} distinct", a_second(lambda one: resolve(one, scope), mentions)
    lists = ["; ".join(mentions[at : at + 3]) for at in range(0, len(mentions), 3)]
    lists += [", ".join(mentions[at : at + 3]) for at in range(0, len(mentions), 3)]
    agency_mentions._split.cache_clear()
    yield f"split {len(lists)} distinct lists of three", 3 * a_second(split_mentions, lists)
    texts = [
        text
        for document_id, datasets in golden.items()
        for _, _, text in golden_cells(datasets, document_id)
    ]
    agency_mentions._resolve.cache_clear()
    agency_mentions._split.cache_clear()
    count = 0

    def read(text: str) -> None:
        nonlocal count
        for mention in split_mentions(text):
            count += 1
            resolve(mention, scope)

    cells = a_second(read, texts)
    yield f"split and resolve {count} in golden cells", cells * count / len(texts)


def _show(scores: Iterable[SetScore]) -> None:
    for score in scores:
        click.echo(
            f"  {score.document_id:40} {score.dataset:17} {score.found:4}/{score.golden:<4}"
            f" precision {100 * score.precision:6.2f} %  recall {100 * score.recall:6.2f} %"
            f"  extra {score.extra}"
        )


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
@click.option("--golden", type=click.Path(path_type=Path), default=Path("golden"))
def main(out: Path, golden: Path) -> None:
    """Measure splitting and resolving alone, in out/, and their speed."""
    truth = read_golden(golden)
    click.echo("printed cells of golden/, split and resolved:")
    _show(of_printed_cells(*one) for one in truth.items() if "assignments" in one[1])
    if store.read_run(out):
        click.echo(f"{out}:")
        scores = of_output(out, truth)
        _show(scores)
        sure_and_wrong = sum(one.extra for one in scores if one.dataset == "sure_assignments")
        click.echo(f"  wrong with a match_score of 0.95 or more: {sure_and_wrong}")
    click.echo("mentions a second on one core:")
    for what, speed in speeds(truth):
        click.echo(f"  {what:45} {speed:9.0f}")


if __name__ == "__main__":
    main()
