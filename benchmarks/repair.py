"""How well damaged Vietnamese is repaired: ``python -m benchmarks.repair [--errors N] [--write]``.

- Real damage: ``truth/lines_*.tsv`` (line number, damaged line, true line). A document's session is
  opened on all its damaged lines.
- Synthetic damage (``python -m training.damage``, see there): held-out documents in known and in
  held-out faces, a session a document; and single mixed pages with columns and encyclopaedia text.
- Whole text: held-out paragraphs of the corpus, printed as they are.
- Good OCR: held-out documents read by Tesseract's ``Vietnamese`` model.

Repaired and true syllables are aligned by edit distance. A true syllable is right if it is met
without regard to case, punctuation and the place of the tone mark (``syllables``), or just as
printed (``exact``). Intervals are 95 % bootstrap intervals over lines. ``--write`` puts the tables
into docs/benchmarks.md and the reliability plot beside it.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import resource
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from unidecode import unidecode

from normalizers import casing, channel, pieces, tokens
from normalizers.repair import RepairModel, load_model
from normalizers.tokens import new_style, tokenize_chunk
from training import corpus
from training.channel import align
from training.damage import UNPRINTED

TRUTH = Path(os.environ.get("PHULUC_TRUTH", "../shared/truth"))
TEXTS = Path(os.environ.get("PHULUC_TEXTS", "../shared/texts"))
DOCS = Path(__file__).parents[1] / "docs"
HEADING = "## Repair"
PAGES = 12  # mixed pages a split
WHOLE = 40_000  # whole syllables a source
CLEAN = ("nq57-plans", "tthc", "vbpl-layout", "vbpl-review", "wiki")
_CAPITALISED = r"[^\W\d_a-zà-ỹ][a-zà-ỹ]+"
_NAME = re.compile(rf"(?<=[a-zà-ỹ,] ){_CAPITALISED}(?: {_CAPITALISED}){{1,4}}")
BANDS = (0.0, 0.5, 0.7, 0.85, 0.95, 1.01)
_EDGE = re.compile(r"^[^\w%]+|[^\w%]+$")

Line = tuple[str, str]  # read, true


@dataclass
class Test:
    """Lines of one kind of damage, each inner list read by one session."""

    name: str
    sessions: list[tuple[list[str], list[tuple[int, str]]]] = field(default_factory=list)
    """All lines of a session as read; and which of them have a known truth."""


@dataclass
class Outcome:
    """What a method made of a test."""

    lines: list[tuple[str, str, str]]  # read, true, got
    seconds: float = 0.0
    tokens: int = 0
    sure: list[tuple[float, bool]] = field(default_factory=list)  # confidence, right


def syllable(chunk: str) -> str:
    """A chunk without the punctuation at its edges, in small letters, tone marks in one place."""
    return new_style(_EDGE.sub("", chunk).lower())


def score(truth: str, repaired: str, exact: bool = False) -> tuple[int, int, list[tuple[str, str]]]:
    """(right, all, [(true, got)]) over the true text's syllables."""
    fold: Callable[[str], str] = str if exact else syllable
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
    """95 % bootstrap interval of the share of right syllables, lines drawn anew."""
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
    if unidecode(true).lower() == unidecode(got).lower():
        return "diacritics only"
    return "other letters"


def real(name: str) -> Test:
    """One document with true lines; the session sees the whole text."""
    text = next(TEXTS.glob(f"{name}_*.txt")).read_text(encoding="utf-8").split("\n")
    rows = [
        line.split("\t")
        for line in (TRUTH / f"lines_{name}.tsv").read_text(encoding="utf-8").splitlines()
    ]
    return Test(f"real, {name}", [(text, [(int(row[0]) - 1, row[2]) for row in rows])])


def synthetic(name: str, split: str, most: int = 1_000) -> Test:
    """Held-out pages or documents of one split; lines that nobody would print are left out."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((corpus.CACHE / "damage").glob("pages_*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.split("\t")
            if fields[1] == split:
                found[fields[0]].append((fields[4], fields[5]))
    test = Test(name)
    for lines in list(found.values())[:most]:
        known = [(at, true) for at, (true, _) in enumerate(lines) if not UNPRINTED.search(true)]
        test.sessions.append(([read for _, read in lines], known))
    return test


def forget(model: RepairModel) -> None:
    """Empty what the model and its functions remember of documents."""
    model.scored.clear()
    model.parted.clear()
    for module in (casing, channel, pieces, tokens):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


def ours(model: RepairModel, test: Test) -> Outcome:
    """Repair a test; a session for each of its documents, timed twice: a machine that others use
    is slower than it need be."""
    outcome = Outcome([])
    for lines, known in test.sessions:
        seconds = []
        for _ in range(2):
            forget(model)
            start = time.process_time()
            session = model.session(lines)
            repaired = session.repair_lines(lines)
            seconds.append(time.process_time() - start)
        outcome.seconds += min(seconds)
        outcome.tokens += sum(len(line.split()) for line in lines)
        for at, true in known:
            outcome.lines.append((lines[at], true, repaired[at].text))
            sure = {token.position: token for token in repaired[at].tokens}
            place = 0
            for left, right in align(true.split(), lines[at].split()):
                wanted = {syllable(chunk) for chunk in left}
                for _ in right:
                    token = sure.get(place)
                    if token is not None and syllable(token.repaired):
                        good = all(syllable(word) in wanted for word in token.repaired.split())
                        outcome.sure.append((token.confidence, good))
                    place += 1
    return outcome


def line_by_line(method: Callable[[str], str], test: Test) -> Outcome:
    """What a method that knows single lines makes of a test."""
    start = time.process_time()
    outcome = Outcome([])
    for lines, known in test.sessions:
        for at, true in known:
            outcome.lines.append((lines[at], true, method(lines[at])))
            outcome.tokens += len(lines[at].split())
    outcome.seconds = time.process_time() - start
    return outcome


def unigram(model: RepairModel) -> Callable[[str], str]:
    """Each word by itself: our channel and how common a word is, no context."""

    def one(chunk: str) -> str:
        token = tokenize_chunk(chunk)
        if token.kind != "word":
            return chunk
        seen = token.core.lower()
        numbers, logs = model.candidates_of([seen])[seen]
        if not len(numbers):
            return chunk
        best = int(np.argmax(logs + model.language.unigram[numbers]))
        return token.lead + model.language.words[int(numbers[best])] + token.trail

    return lambda line: " ".join(map(one, line.split()))


def others(model: RepairModel) -> dict[str, Callable[[str], str]]:
    """Other ways to restore a line, all without a network."""
    from pyvi import ViUtils
    from underthesea import text_normalize

    def pyvi(line: str) -> str:
        try:
            return str(ViUtils.add_accents(ViUtils.remove_accents(line).decode()))
        except KeyError:  # it knows not every pair of letters
            return line

    return {
        "as read": str,
        "underthesea `text_normalize`": lambda line: str(text_normalize(line)),
        "pyvi `add_accents`": pyvi,
        "unigram": unigram(model),
    }


def share(outcome: Outcome, exact: bool = False) -> tuple[float, float, float, int]:
    """Share of right syllables, its interval, number of syllables."""
    rights, totals = [], []
    for _, true, got in outcome.lines:
        good, size, _ = score(true, got, exact)
        rights.append(good)
        totals.append(size)
    return (sum(rights) / sum(totals), *interval(rights, totals), sum(totals))


def errors(outcome: Outcome, most: int) -> str:
    """The kinds of errors and the commonest ones."""
    kinds: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for _, true, got in outcome.lines:
        for pair in score(true, got)[2]:
            kinds[kind(*pair)] += 1
            wrong[pair] += 1
    lines = [", ".join(f"{name} {count}" for name, count in kinds.most_common())]
    lines += [f"   {count:3} {true!r} ← {got!r}" for (true, got), count in wrong.most_common(most)]
    return "\n".join(lines)


def held_out(names: Iterable[str], keep: Callable[[str], Iterable[str]]) -> list[str]:
    """Held-out Vietnamese texts of these corpus files, up to :data:`WHOLE` chunks of each."""
    banned = corpus.test_ngrams()
    texts: list[str] = []
    for name in names:
        size = 0
        for paragraph in corpus.paragraphs(name, held_out=True, banned=banned):
            for text in keep(paragraph):
                if size < WHOLE:
                    texts.append(text)
                    size += len(text.split())
    return texts


def names_in(paragraph: str) -> Iterable[str]:
    """The names of a paragraph, a line each: runs of two to five capitalised syllables."""
    return dict.fromkeys(_NAME.findall(paragraph))


def figures_in(paragraph: str) -> Iterable[str]:
    """The paragraph where it is a line of a table of figures: one chunk in four holds digits."""
    chunks = paragraph.split()
    holding = sum(any(sign.isdigit() for sign in chunk) for chunk in chunks)
    return [paragraph] if len(chunks) >= 5 and holding >= 0.25 * len(chunks) else []


def running(paragraph: str) -> Iterable[str]:
    """The paragraph where it is Vietnamese."""
    return [paragraph] if corpus.has_vietnamese(paragraph) else []


def whole(model: RepairModel) -> list[tuple[str, int, int, int, list[str]]]:
    """(source, syllables, numerals and codes changed, capitalised words changed, changes) of
    held-out whole text."""
    out = []
    groups = {name: held_out([name], running) for name in CLEAN}
    groups["names, a line each"] = held_out(("vbpl-layout", "wiki"), names_in)
    groups["lines of figures"] = held_out(CLEAN, figures_in)
    for name, texts in groups.items():
        size = sum(len(text.split()) for text in texts)
        session = model.session(texts)
        changes = []
        figures = capitals = 0
        for text in texts:
            chunks = text.split()
            for token in session.repair(text).tokens:
                near = " ".join(chunks[max(0, token.position - 3) : token.position + 4])
                changes.append(f"{token.source} → {token.repaired} ({near})")
                figures += any(sign.isdigit() for sign in token.source)
                capitals += any(sign.isupper() for sign in token.source)
        out.append((name, size, figures, capitals, changes))
    return out


def good_ocr(model: RepairModel) -> tuple[int, int, int, int]:
    """Good OCR: syllables, wrong as read, mended of these, right ones made wrong."""
    test = synthetic("good OCR", "good")
    size = wrong = mended = worse = 0
    for lines, known in test.sessions:
        session = model.session(lines, "read")
        repaired = session.repair_lines(lines)
        for at, true in known:
            before, total, _ = score(true, lines[at])
            size += total
            wrong += total - before
            for token in repaired[at].tokens:
                chunks = lines[at].split()
                chunks[token.position] = token.repaired
                gain = score(true, " ".join(chunks))[0] - before
                mended += gain > 0
                worse += gain < 0
    return size, wrong, mended, worse


def bands(outcomes: Iterable[Outcome]) -> list[tuple[float, float, int, float, float]]:
    """(low, high, tokens, mean confidence, share right) of each band of confidence."""
    sure = np.array([pair for outcome in outcomes for pair in outcome.sure], float)
    out = []
    for low, high in itertools.pairwise(BANDS):
        held = sure[(sure[:, 0] >= low) & (sure[:, 0] < high)]
        if len(held):
            mean, right = held.mean(axis=0)
            out.append((low, min(high, 1.0), len(held), float(mean), float(right)))
    return out


def plot(curves: dict[str, list[tuple[float, float, int, float, float]]]) -> str:
    """The reliability plot as SVG: confidence across, share right upwards."""
    size, edge = 320, 44
    colours = ("#1f6feb", "#d1242f")

    def at(x: float, y: float) -> str:
        return f"{edge + x * size:.1f},{edge / 2 + (1 - y) * size:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size + 2 * edge}" '
        f'height="{size + 2 * edge}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<polyline points="{at(0, 0)} {at(1, 1)}" stroke="#999" stroke-dasharray="4"/>',
        f'<polyline points="{at(0, 1)} {at(0, 0)} {at(1, 0)}" stroke="#333" fill="none"/>',
    ]
    for step in range(0, 11, 2):
        x, y = at(step / 10, 0).split(",")
        parts.append(f'<text x="{x}" y="{float(y) + 16}" text-anchor="middle">{step / 10}</text>')
        x, y = at(0, step / 10).split(",")
        parts.append(
            f'<text x="{float(x) - 6}" y="{float(y) + 4}" text-anchor="end">{step / 10}</text>'
        )
    x, y = at(0.5, 0).split(",")
    parts.append(f'<text x="{x}" y="{float(y) + 34}" text-anchor="middle">confidence</text>')
    for number, (name, points) in enumerate(curves.items()):
        colour = colours[number % len(colours)]
        line = " ".join(at(mean, right) for _, _, _, mean, right in points)
        parts.append(f'<polyline points="{line}" stroke="{colour}" stroke-width="2" fill="none"/>')
        for _, _, count, mean, right in points:
            x, y = at(mean, right).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
            dx, dy, anchor = (-8, -6, "end") if number == 0 else (8, 14, "start")
            parts.append(
                f'<text x="{float(x) + dx:.1f}" y="{float(y) + dy:.1f}" '
                f'text-anchor="{anchor}" fill="{colour}">{count}</text>'
            )
        x, y = at(0.05, 0.95 - 0.06 * number).split(",")
        parts.append(f'<text x="{x}" y="{y}" fill="{colour}">{name}: share right (tokens)</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def commit() -> str:
    """The commit that is measured; "+" if the tree holds changes of the code."""
    command = ("git", "describe", "--always", "--dirty=+", "--exclude=*")
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def percent(value: float) -> str:
    return f"{100 * value:.2f}"


def table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def write(section: str) -> None:
    """Put the section into docs/benchmarks.md in place of the one that is there."""
    path = DOCS / "benchmarks.md"
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    before, _, after = text.partition(f"{HEADING}\n")
    _, mark, rest = after.partition("\n## ")
    path.write_text(
        before.rstrip() + "\n\n" + section.rstrip() + "\n" + (mark + rest if mark else ""),
        encoding="utf-8",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--errors", type=int, default=0, help="print the N commonest errors")
    parser.add_argument("--only", default="", help="names of tests, e.g. 003,document")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    start = time.process_time()
    model = load_model()
    loading = time.process_time() - start
    tests = {
        "003": lambda: real("003"),
        "001": lambda: real("001"),
        "document": lambda: synthetic("synthetic documents", "document"),
        "document-face": lambda: synthetic("synthetic documents, unseen faces", "document-face"),
        "text": lambda: synthetic("mixed pages", "text", PAGES),
        "face": lambda: synthetic("mixed pages, unseen faces", "face", PAGES),
    }
    wanted = [name for name in tests if not arguments.only or name in arguments.only.split(",")]
    read = {name: tests[name]() for name in wanted}
    outcomes = {name: ours(model, test) for name, test in read.items()}
    own_memory = megabytes()
    methods = {} if arguments.only else others(model)
    rows = [["test", "syllables", *methods, "this", "95 %", "exact"]]
    details = []
    for name, test in read.items():
        outcome = outcomes[name]
        right, low, high, size = share(outcome)
        cells = [percent(share(line_by_line(method, test))[0]) for method in methods.values()]
        exact = percent(share(outcome, exact=True)[0])
        rows.append(
            [
                test.name,
                f"{size:,}",
                *cells,
                f"**{percent(right)}**",
                f"{percent(low)} to {percent(high)}",
                exact,
            ]
        )
        speed = outcome.tokens / outcome.seconds
        details.append(f"- {test.name}: {errors(outcome, 0)}; {speed:,.0f} tokens a second")
        print(" | ".join(rows[-1]), "\n   ", details[-1], flush=True)
        print(errors(outcome, arguments.errors).partition("\n")[2])
    if arguments.only:
        return
    named = {
        "real": [outcomes["003"], outcomes["001"]],
        "synthetic": [outcomes["document"], outcomes["document-face"]],
    }
    curves = {name: bands(found) for name, found in named.items()}
    sure_rows = [
        ["changed tokens with confidence", *(f"{name}: right (tokens)" for name in curves)]
    ]
    for low, high in itertools.pairwise(BANDS):
        cells = []
        for points in curves.values():
            found = [point for point in points if point[0] == low]
            cells.append(f"{percent(found[0][4])} % ({found[0][2]:,})" if found else "")
        sure_rows.append([f"{low} to {min(high, 1.0)}", *cells])
    head = ["source", "syllables", "changed", "of these with digits", "with capitals", "what"]
    whole_rows = [head]
    for name, size, figures, capitals, changes in whole(model):
        counts = [str(len(changes)), str(figures), str(capitals)]
        whole_rows.append([name, f"{size:,}", *counts, "; ".join(changes[:12])])
    size, wrong, mended, worse = good_ocr(model)
    section = "\n\n".join(
        [
            HEADING,
            f"`python -m benchmarks.repair --write` at commit {commit()}. Per cent of true "
            "syllables met, without regard "
            'to case, punctuation and the place of the tone mark; "exact" is just as printed. '
            "What each test is: docs/model-card.md.",
            table(rows),
            "underthesea has no restorer of marks that runs without a network; its normaliser is "
            "the nearest. The unigram has our channel and no context.",
            "Errors by kind (stretches of one or more syllables), and speed: processor time of one "
            "core, a session's opening included, nothing remembered from the documents before:",
            "\n".join(details),
            "Confidence of changed tokens (![plot](reliability.svg)):",
            table(sure_rows),
            "Whole text, held out:",
            table(whole_rows),
            f"Good OCR (Tesseract `Vietnamese` on held-out pages): of {size:,} syllables {wrong} "
            f"were wrong as read; {mended} were mended, {worse} right ones made wrong.",
            f"Loading {loading:.2f} s of processor time; at most {own_memory:.0f} MB for "
            "loading and the damaged tests (this process, before the other programs were loaded).",
        ]
    )
    print(section)
    if arguments.write:
        write(section)
        (DOCS / "reliability.svg").write_text(plot(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
