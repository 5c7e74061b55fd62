"""How well damaged Vietnamese is repaired: ``python -m benchmarks.repair [--errors N]``.

Real damage: ``truth/lines_*.tsv`` (line number, damaged line, true line). A document's session is
opened on all its damaged lines, every line is repaired, and repaired and true syllables are aligned
by edit distance; a true syllable is right if it is met exactly, capitals and punctuation and all
(``exact``) or letters alone, without regard to case (``syllables``). Intervals are 95 % bootstrap
intervals over lines.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from normalizers.repair import RepairModel, load_model

TRUTH = Path(os.environ.get("PHULUC_TRUTH", "../shared/truth"))
TEXTS = Path(os.environ.get("PHULUC_TEXTS", "../shared/texts"))
_EDGE = re.compile(r"^[^\w%]+|[^\w%]+$")


def syllable(chunk: str) -> str:
    return _EDGE.sub("", chunk).lower()


def score(truth: str, repaired: str, exact: bool = False) -> tuple[int, int, list[tuple[str, str]]]:
    """(right, all, [(true, got)]) over the true text's syllables."""
    fold = (lambda chunk: chunk) if exact else syllable
    left = [fold(chunk) for chunk in truth.split() if syllable(chunk)]
    right = [fold(chunk) for chunk in repaired.split() if syllable(chunk)]
    good, wrong = 0, []
    for op in Levenshtein.opcodes(left, right):
        size = op.src_end - op.src_start
        if op.tag == "equal":
            good += size
        else:
            wrong.append(
                (
                    " ".join(left[op.src_start : op.src_end]),
                    " ".join(right[op.dest_start : op.dest_end]),
                )
            )
    return good, len(left), wrong


def interval(rights: list[int], totals: list[int]) -> tuple[float, float]:
    draw = np.random.default_rng(0)
    good, size = np.array(rights), np.array(totals)
    picks = draw.integers(0, len(good), (2000, len(good)))
    shares = good[picks].sum(1) / size[picks].sum(1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(low), float(high)


def kind(true: str, got: str) -> str:
    """A rough kind for an error."""
    if not true:
        return "extra token"
    if not got:
        return "lost token"
    if true.count(" ") != got.count(" "):
        return "split or glued"
    if any(sign.isdigit() for sign in true):
        return "numeral or code"
    if re.search(r"[\d&¢€¥$@]", got):
        return "symbol left in"
    from unidecode import unidecode

    if unidecode(true).lower() == unidecode(got).lower():
        return "diacritics only"
    return "other letters"


def real(model: RepairModel, name: str) -> list[tuple[str, str, str]]:
    """(damaged, true, repaired) lines of one truth file; the session sees the whole text."""
    text = next(TEXTS.glob(f"{name}_*.txt")).read_text(encoding="utf-8")
    rows = [
        line.split("\t")
        for line in (TRUTH / f"lines_{name}.tsv").read_text(encoding="utf-8").splitlines()
    ]
    session = model.session(text.split("\n"))
    repaired = session.repair_lines(text.split("\n"))
    out = []
    for row in rows:
        out.append((row[1], row[2], repaired[int(row[0]) - 1].text))
    return out


def synthetic(model: RepairModel, split: str) -> list[tuple[str, str, str]]:
    """(damaged, true, repaired) of held-out pages; a session for each page."""
    from training.corpus import CACHE

    pages: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((CACHE / "damage").glob("pages_*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.split("\t")
            if fields[1] == split:
                pages[fields[0]].append((fields[4], fields[5]))
    out = []
    for lines in list(pages.values())[:12]:
        session = model.session([read for _, read in lines])
        for (printed, read), got in zip(
            lines, session.repair_lines([read for _, read in lines]), strict=True
        ):
            out.append((read, printed, got.text))
    return out


def report(name: str, lines: list[tuple[str, str, str]], errors: int) -> None:
    cells = []
    for exact in (False, True):
        rights, totals = [], []
        for _, truth, got in lines:
            right, total, _ = score(truth, got, exact)
            rights.append(right)
            totals.append(total)
        low, high = interval(rights, totals)
        cells.append(f"{sum(rights) / sum(totals):7.2%} [{low:.2%}, {high:.2%}]")
    before = sum(score(t, d)[0] for d, t, _ in lines) / sum(score(t, d)[1] for d, t, _ in lines)
    print(
        f"{name:18} n={sum(totals):6} before {before:6.1%}  syllables {cells[0]}  exact {cells[1]}",
        flush=True,
    )
    kinds: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for _, truth, got in lines:
        for pair in score(truth, got)[2]:
            kinds[kind(*pair)] += 1
            wrong[pair] += 1
    print("   ", ", ".join(f"{name} {count}" for name, count in kinds.most_common()))
    for (true, got), count in wrong.most_common(errors):
        print(f"      {count:3} {true!r} ← {got!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=0, help="print the N commonest errors")
    parser.add_argument("--only", default="003,001,text,face")
    arguments = parser.parse_args()
    start = time.perf_counter()
    model = load_model()
    print(f"loading {time.perf_counter() - start:.2f} s")
    for name in arguments.only.split(","):
        start = time.perf_counter()
        lines = real(model, name) if name.isdigit() else synthetic(model, name)
        spent = time.perf_counter() - start
        report(name, lines, arguments.errors)
        size = sum(len(damaged.split()) for damaged, _, _ in lines)
        print(f"    {spent:.1f} s, {size / spent:.0f} tokens a second", flush=True)


if __name__ == "__main__":
    main()
