"""How well pages are read, from the ink to the datasets: ``python -m benchmarks.pages COMMAND``.

Golden documents are printed by the facsimile factory of ``tests/facsimile`` (born-digital PDF,
Word, scans) and read the whole way; what comes out is compared with the golden rows exactly as
``phuluc check`` compares.

* ``targets``: rows, cells, characters, doubts, metadata and the judgement of pages, a line a form.
* ``compare``: phuluc's whole job beside the bare tables of pdfplumber, camelot and img2table on the
  same born-digital files, and beside bare Tesseract on the same scans.
* ``workers``: what a second worker gains on the scans, from processor times.
* ``memory``: the peak of one worker over a file of 500 pages.

Seeds decide every look and every scanner. **Seeds 1 to 99 are for developers**: tests and tuning
use them, and their wrong cells may be looked at (``--wrong``). **Seeds from 1001 on are held out**:
what is reported is measured with them, nobody looks at their pages or their wrong cells, and
``--wrong`` refuses them. The golden texts themselves are the same for all seeds: what is held out
are pages, not words.

Other programs give tables page by page and nothing more. They are scored on the golden rows too,
with every benefit of the doubt: they are told which appendix a page belongs to and what each column
is, and their header rows and group rows are taken out for them. A row that breaks over a page, or a
cell that is merged down, they do not give whole.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from pipeline.schema import DATASETS, ROW_DATASETS, TEXT_COLUMNS

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # where the factory lives

import facsimile  # noqa: E402
from facsimile import Facsimile, Score  # noqa: E402

HELD_OUT = 1001
FORMS = ("docx", "born", "office", "bilevel", "mixed")
Record = dict[str, Any]
Grid = tuple[int, list[list[str]]]
"""A table of another program: its page (from 1) and its rows."""


def make(form: str, plan: facsimile.Plan, seed: int) -> Facsimile:
    """One facsimile of a plan: "docx", "born" (PDF), "office" or "bilevel" (scans), or "mixed":
    every third page of the PDF scanned."""
    if form == "docx":
        return facsimile.print_docx(plan, seed=seed)
    printed = facsimile.print_pdf(plan, seed=seed)
    if form == "born":
        return printed
    kind = "bilevel" if form == "bilevel" else "office"
    scanned = facsimile.scan(printed, facsimile.wear(seed, kind), seed=seed)
    return facsimile.mix(printed, scanned, scanned_pages(printed)) if form == "mixed" else scanned


def scanned_pages(one: Facsimile) -> range:
    """The pages that are scans in a mixed file."""
    return range(2, one.pages + 1, 3)


# ── what phuluc and the others make of a file ──────────────────────────────────────────────────


def read_phuluc() -> Callable[[Path], dict[str, list[Record]]]:
    """The whole job, storing included; models are loaded before."""
    from pipeline.process import FileReader
    from pipeline.store import publish

    reader = FileReader(Path())

    def read(path: Path) -> dict[str, list[Record]]:
        datasets = reader.datasets_of(path.read_bytes(), path.name)
        with tempfile.TemporaryDirectory() as out:
            publish(Path(out), {name: datasets.get(name, []) for name in DATASETS}, {})
        return datasets

    return read


def read_pdfplumber() -> Callable[[Path], list[Grid]]:
    import pdfplumber

    def read(path: Path) -> list[Grid]:
        with pdfplumber.open(path) as pdf:
            return [
                (page.page_number, [[cell or "" for cell in row] for row in table])
                for page in pdf.pages
                for table in page.extract_tables()
            ]

    return read


def read_camelot() -> Callable[[Path], list[Grid]]:
    import camelot

    def read(path: Path) -> list[Grid]:
        tables = camelot.read_pdf(str(path), pages="all", flavor="lattice", suppress_stdout=True)
        return [(table.page, table.df.values.tolist()) for table in tables]

    return read


def read_img2table() -> Callable[[Path], list[Grid]]:
    from img2table.document import PDF

    def read(path: Path) -> list[Grid]:
        found = PDF(str(path)).extract_tables(implicit_rows=False, borderless_tables=False)
        return [
            (page + 1, [[str(cell or "") for cell in row] for row in table.df.values.tolist()])
            for page, tables in sorted(found.items())
            for table in tables
        ]

    return read


def read_tesseract() -> Callable[[Path], list[str]]:
    """Bare Tesseract with the Vietnamese model on the images of a scanned PDF, a text a page."""
    from extractors._tesseract import model

    def read(path: Path) -> list[str]:
        texts = []
        for page in sorted(path.parent.glob(f"{path.stem}.page-*.png")):
            command = ["tesseract", str(page), "stdout", "-l", model()]
            done = subprocess.run(command, capture_output=True, check=True)
            texts.append(done.stdout.decode("utf-8"))
        return texts

    return read


TOOLS: dict[str, Callable[[], Callable[[Path], Any]]] = {
    "phuluc": read_phuluc,
    "pdfplumber": read_pdfplumber,
    "camelot": read_camelot,
    "img2table": read_img2table,
    "tesseract": read_tesseract,
}
MODULES = {"camelot": "camelot", "img2table": "img2table"}


# ── the tables of other programs as golden rows ────────────────────────────────────────────────


def folded(cell: object) -> str:
    """A cell in one line; after "2026-" the next line goes on without a space."""
    text = ""
    for line in str(cell or "").split("\n"):
        line = " ".join(line.split())
        glued = text[-1:] == "-" and text[-2:-1].isdigit()
        text = f"{text}{line}" if glued or not text else f"{text} {line}"
    return text.strip()


def records_of(one: Facsimile, grids: Sequence[Grid]) -> dict[str, list[Record]]:
    """Rows of bare tables as records of the datasets; headers and group rows are taken out."""
    appendix_of = {cell.page: cell.table for cell in one.truth}
    datasets: dict[str, list[Record]] = defaultdict(list)
    for page, grid in grids:
        if page not in appendix_of:
            continue
        table = one.tables[appendix_of[page]]
        fields = [column.field for column in table.columns]
        headings = {folded(c.heading) for c in table.columns} | {c.group for c in table.columns}
        groups = {folded(cell) for row in table.printed if row.group for cell in row.cells}
        groups |= {folded(". ".join(filter(None, row.cells))) for row in table.printed if row.group}
        for cells in grid:
            texts = [folded(cell) for cell in cells]
            filled = {text for text in texts if text}
            if not filled or filled <= headings or filled <= groups:
                continue
            texts = (texts + [""] * len(fields))[: len(fields)]
            named = dict(zip(fields, texts, strict=True))
            record: Record = dict.fromkeys(TEXT_COLUMNS[table.dataset])
            record |= {name: text or None for name, text in named.items() if name in record}
            record |= {
                "document_id": one.name,
                "row_id": f"{page}/{len(datasets[table.dataset])}",
                "appendix": table.label,
                "section_path": [],
                "row_no": named["number"] or None,
                "years": [int(name) for name, text in named.items() if name.isdigit() and text],
            }
            record["text"] = record["text"] or ""
            datasets[table.dataset].append(record)
    return datasets


# ── one program over some files, in a process of its own ───────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Timed:
    """What one program made of some files: seconds and result a file, MiB at its peak.

    ``busy`` are seconds of processor time, children included: on a machine that others use too
    they say more than ``seconds`` on the clock.  ``peak`` is of the process itself, ``peak_child``
    of the largest it started.
    """

    seconds: list[float]
    busy: list[float]
    results: list[Any]
    peak: float
    peak_child: float


def measure(tool: str, paths: Sequence[Path], processors: int = 1) -> Timed:
    """Run a tool over files in a process bound to so many processors."""
    command = [sys.executable, "-m", "benchmarks.pages", "worker", tool, str(processors)]
    done = subprocess.run(
        [*command, *map(str, paths)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"},
    )
    if done.returncode:
        raise RuntimeError(f"{tool}: {done.stderr.decode('utf-8')[-2000:]}")
    return Timed(**json.loads(done.stdout))


def work(tool: str, processors: int, paths: Sequence[Path]) -> Timed:
    """The inside of :func:`measure`."""
    import resource

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:processors])
    read = TOOLS[tool]()
    seconds, busy, results = [], [], []
    for path in paths:
        began, worked = time.perf_counter(), processor_time()
        result = read(path)
        seconds.append(time.perf_counter() - began)
        busy.append(processor_time() - worked)
        results.append(result)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Timed(seconds, busy, results, peak_of_this_process(), children)


def processor_time() -> float:
    """Seconds of processor time of this process and of the children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_of_this_process() -> float:
    """MiB of resident memory at the peak."""
    status = Path("/proc/self/status").read_text("utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


# ── commands ───────────────────────────────────────────────────────────────────────────────────


def merged(name: str, scores: Sequence[Score]) -> Score:
    """All scores as one; its comparison is the first one's and means nothing."""
    counts = {
        key: sum(getattr(one, key) for one in scores)
        for key in asdict_keys(scores[0])
        if key not in ("name", "comparison")
    }
    return Score(name=name, comparison=scores[0].comparison, **counts)


def asdict_keys(score: Score) -> list[str]:
    return list(type(score).__dataclass_fields__)


HEADING = (
    f"{'':34} {'rows':>9} {'lost':>5} {'extra':>5} {'cells exact':>11} {'CER':>7} {'misplaced':>9}"
    f" {'label':>5}"
    f" {'wrong, told':>12} {'right, doubted':>14} {'metadata':>9} {'pages right':>11} {'s/page':>7}"
)


def line_of(score: Score, pages_right: int, pages: int, seconds: float) -> str:
    """One line of the targets' table."""
    told = f"{score.wrong_told}/{score.cells - score.exact}"
    metadata = f"{score.metadata_exact}/{score.metadata}"
    return (
        f"{score.name:34} {score.rows - score.lost:4}/{score.rows:4} {score.lost:5}"
        f" {score.invented:5} {score.share:11.2%} {score.cer:7.2%} {score.misplaced:9}"
        f" {score.mislabelled:5}"
        f" {told:>12} {score.right_doubted:14} {metadata:>9} {f'{pages_right}/{pages}':>11}"
        f" {seconds / max(1, pages):7.2f}"
    )


def right_routes(form: str, one: Facsimile, routes: Sequence[str]) -> int:
    """How many pages were read the way they should be."""
    if form == "docx":
        return routes.count("docx")
    scans = {"born": range(0), "mixed": scanned_pages(one)}.get(form, range(1, one.pages + 1))
    return sum(
        route == ("re-ocr" if number in scans else "text-layer")
        for number, route in enumerate(routes, start=1)
    )


@click.group(help=(__doc__ or "").split("\n")[0])
def main() -> None:
    pass


@main.command()
@click.option("--form", "forms", type=click.Choice(FORMS), multiple=True, default=FORMS[:4])
@click.option("--seed", "seeds", type=int, multiple=True, default=(1,))
@click.option("--document", default="", help="Only golden documents whose name begins so.")
@click.option("--wrong", default=0, help="Show so many wrong cells a file (developers' seeds).")
def targets(forms: Sequence[str], seeds: Sequence[int], document: str, wrong: int) -> None:
    """Read every golden document in every form, and say how well."""
    if wrong and max(seeds) >= HELD_OUT:
        raise click.BadParameter("held-out seeds are measured, never looked into")
    from pipeline.process import FileReader

    reader = FileReader(Path())
    click.echo(HEADING)
    for form in forms:
        scores, right, pages, seconds = [], 0, 0, 0.0
        for seed in seeds:
            for plan in facsimile.plans():
                if not plan.name.startswith(document):
                    continue
                one = make(form, plan, seed)
                began = time.perf_counter()
                datasets, error = datasets_of(reader, one)
                took = time.perf_counter() - began
                score = facsimile.score(one, datasets)
                routes = [route for doc in datasets["documents"] for route in doc["route"]]
                good = right_routes(form, one, routes)
                count = one.pages if form != "docx" else max(1, len(routes))
                name = f"  {form} {seed} {plan.name[:22]}"
                click.echo(line_of(replaced(score, name), good, count, took) + error)
                for line in score.wrong()[: 0 if error else wrong]:
                    click.echo(f"      {line}")
                scores.append(score)
                right, pages, seconds = right + good, pages + count, seconds + took
        click.echo(line_of(merged(form, scores), right, pages, seconds))


def replaced(score: Score, name: str) -> Score:
    values = {key: getattr(score, key) for key in asdict_keys(score)}
    return Score(**(values | {"name": name}))


def datasets_of(reader: Any, one: Facsimile) -> tuple[dict[str, list[Record]], str]:
    """What was read, and the error where nothing could be."""
    empty: dict[str, list[Record]] = {name: [] for name in ("documents", *ROW_DATASETS)}
    try:
        return reader.datasets_of(one.data, f"facsimile{one.suffix}"), ""
    except Exception as problem:  # a benchmark reports what fails and goes on
        return empty, f"  {type(problem).__name__}: {problem}"


@main.command()
@click.option("--seed", type=int, default=1, help="Decides looks and scanners, one a file.")
@click.option("--pages", "scans", type=int, default=12, help="About so many scanned pages.")
@click.option("--only", type=click.Choice(("born", "scans")), help="One half of the comparison.")
def compare(seed: int, scans: int, only: str | None) -> None:
    """phuluc beside other programs, on the same files in one run."""
    with tempfile.TemporaryDirectory() as folder:
        if only != "scans":
            _compare_born(Path(folder), seed)
        if only != "born":
            _compare_scans(Path(folder), seed, scans)


def _compare_born(folder: Path, seed: int) -> None:
    plans = enumerate(facsimile.plans())
    files = [facsimile.print_pdf(plan, seed=seed + number) for number, plan in plans]
    paths = _written(folder, files)
    pages = sum(one.pages for one in files)
    click.echo(
        f"born-digital PDF: {len(files)} files, {pages} pages, a look each from seed {seed} on"
    )
    click.echo(_comparison_heading("pdfplumber"))
    base = 0.0
    for tool in ("pdfplumber", "phuluc", "camelot", "img2table"):
        if importlib.util.find_spec(MODULES.get(tool, "pipeline")) is None:
            click.echo(f"{tool:12} not installed")
            continue
        try:
            timed = measure(tool, paths)
        except RuntimeError as problem:
            click.echo(f"{tool:12} failed: {str(problem).strip().splitlines()[-1]}")
            continue
        seen = [
            result if tool == "phuluc" else records_of(one, [(p, g) for p, g in result])
            for one, result in zip(files, timed.results, strict=True)
        ]
        scores = [
            facsimile.score(one, {"documents": [], **datasets})
            for one, datasets in zip(files, seen, strict=True)
        ]
        base = base or sum(timed.busy)
        click.echo(_comparison_line(tool, merged(tool, scores), timed, pages, base))


def scans_of(seed: int, wanted: int) -> list[Facsimile]:
    """The first rows of so many documents' appendices as scans that there are enough pages."""
    files: list[Facsimile] = []
    for number, plan in enumerate(facsimile.plans()):
        if sum(one.pages for one in files) < wanted:
            files.append(make("office", plan.cut(0, 6), seed + number))
    return files


def _compare_scans(folder: Path, seed: int, wanted: int) -> None:
    """The first rows of appendices as scans; bare Tesseract gets the page images."""
    import pypdfium2

    files = scans_of(seed, wanted)
    paths = _written(folder, files)
    for path in paths:
        with pypdfium2.PdfDocument(path) as pdf:
            for number, page in enumerate(pdf):
                image = page.render(scale=200 / 72).to_pil()
                image.save(path.parent / f"{path.stem}.page-{number + 1:03}.png", dpi=(200, 200))
    pages = sum(one.pages for one in files)
    click.echo(f"scans at 200 dpi: {len(files)} files, {pages} pages, from seed {seed} on")
    click.echo(_comparison_heading("tesseract"))
    bare = measure("tesseract", paths)
    base = sum(bare.busy)
    found = [words_found(one, result) for one, result in zip(files, bare.results, strict=True)]
    share = sum(n for n, _ in found) / max(1, sum(n for _, n in found))
    click.echo(
        f"{'tesseract':12} {'':>9} {'':>5} {'':>5} {'':>11} {'':>7} {_times(bare, pages, base)}"
        f"   words of the cells found: {share:.1%}"
    )
    for processors in (1, 2):
        timed = measure("phuluc", paths, processors)
        scores = [
            facsimile.score(one, seen) for one, seen in zip(files, timed.results, strict=True)
        ]
        name = f"phuluc, {processors}"
        click.echo(_comparison_line(name, merged(name, scores), timed, pages, base))


@main.command()
@click.option("--seed", type=int, default=1)
@click.option("--pages", "wanted", default=12, help="About so many scanned pages.")
def workers(seed: int, wanted: int) -> None:
    """Two workers against one, reckoned from processor times: for a machine that others use too.

    Every page of the scans of ``compare`` is read here, one after the other. What one file takes
    with two workers is its pages given out as ``extractors._pages`` gives them out, and what is
    done before and after them.
    """
    from extractors import pdf, scan
    from extractors._pages import read_each

    files = scans_of(seed, wanted)
    read = read_phuluc()
    scan.prepare()
    spent: list[float] = []

    def one_by_one(work: Callable[[int], Any], pages: Sequence[int], **_: Any) -> Iterable[Any]:
        for page in pages:
            began = processor_time()
            result = work(page)
            spent.append(processor_time() - began)
            yield result

    alone = together = 0.0
    try:
        pdf.read_each = one_by_one  # type: ignore[assignment]
        with tempfile.TemporaryDirectory() as folder:
            for path, one in zip(_written(Path(folder), files), files, strict=True):
                spent.clear()
                began = processor_time()
                read(path)
                whole = processor_time() - began
                rest, longest = whole - sum(spent), given_out(path, spent)
                alone, together = alone + whole, together + rest + longest
                click.echo(
                    f"{one.pages:3} pages: {rest:5.2f} s beside them, pages {sum(spent):6.2f} s,"
                    f" with two workers {longest:6.2f} s"
                )
    finally:
        pdf.read_each = read_each
    click.echo(f"two workers: {alone / together:.2f} times as fast as one")


def given_out(path: Path, spent: Sequence[float]) -> float:
    """Seconds until two workers have read pages of so many seconds, the largest ones first."""
    from extractors._pdfium import open_document, picture_bytes

    document = open_document(path.read_bytes())
    order = sorted(range(len(spent)), key=lambda index: -picture_bytes(document, index))
    until = [0.0, 0.0]
    for index in order:
        until[until.index(min(until))] += spent[index]
    return max(until)


def words_found(one: Facsimile, texts: Iterable[str]) -> tuple[int, int]:
    """How many words of the golden cells stand anywhere in the texts, and of how many."""
    from collections import Counter

    seen = Counter(word for text in texts for word in text.split())
    true = Counter(word for cell in one.truth for word in cell.text.split())
    return sum((true & seen).values()), sum(true.values())


def _comparison_heading(base: str) -> str:
    return (
        f"{'':12} {'rows':>9} {'lost':>5} {'extra':>5} {'cells exact':>11} {'CER':>7}"
        f" {'s/page':>7} {'busy':>7} {'ratio':>6} {'MiB':>6} {'child':>6}"
        f"   (ratio of busy seconds to {base})"
    )


def _comparison_line(tool: str, score: Score, timed: Timed, pages: int, base: float) -> str:
    return (
        f"{tool:12} {score.rows - score.lost:4}/{score.rows:4} {score.lost:5} {score.invented:5}"
        f" {score.share:11.2%} {score.cer:7.2%} {_times(timed, pages, base)}"
    )


def _times(timed: Timed, pages: int, base: float) -> str:
    busy = sum(timed.busy)
    return (
        f"{sum(timed.seconds) / pages:7.2f} {busy / pages:7.2f} {busy / base:6.2f}"
        f" {timed.peak:6.0f} {timed.peak_child:6.0f}"
    )


def _written(folder: Path, files: Sequence[Facsimile]) -> list[Path]:
    paths = []
    for number, one in enumerate(files):
        path = folder / f"{number}-{one.name.split('.')[0]}-{len(one.data)}{one.suffix}"
        path.write_bytes(one.data)
        paths.append(path)
    return paths


@main.command()
@click.option("--seed", type=int, default=1)
@click.option("--pages", "wanted", multiple=True, type=int, default=(50, 250, 500))
def memory(seed: int, wanted: Sequence[int]) -> None:
    """The peak of reading one long born-digital file, by its pages."""
    with tempfile.TemporaryDirectory() as folder:
        for count in wanted:
            path = Path(folder) / f"{count}.pdf"
            path.write_bytes(long_file(count, seed))
            timed = measure("phuluc", [path])
            click.echo(
                f"{count:5} pages: {timed.peak:5.0f} MiB, children {timed.peak_child:5.0f} MiB,"
                f" {timed.seconds[0]:6.1f} s"
            )


def long_file(pages: int, seed: int) -> bytes:
    """A PDF of so many pages: the appendices of the largest plan again and again."""
    import io

    import pypdfium2

    one = facsimile.print_pdf(max(facsimile.plans(), key=lambda plan: len(plan.rows)), seed=seed)
    source = pypdfium2.PdfDocument(one.data)
    target = pypdfium2.PdfDocument.new()
    while len(target) < pages:
        target.import_pages(source, list(range(min(len(source), pages - len(target)))))
    buffer = io.BytesIO()
    target.save(buffer)
    return buffer.getvalue()


@main.command(hidden=True)
@click.argument("tool", type=click.Choice(list(TOOLS)))
@click.argument("processors", type=int)
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1)
def worker(tool: str, processors: int, paths: Sequence[Path]) -> None:
    """One tool over some files; JSON on standard output."""
    keep = sys.stdout
    sys.stdout = sys.stderr  # some programs print
    timed = work(tool, processors, paths)
    keep.write(json.dumps(asdict(timed), default=str))


if __name__ == "__main__":
    main()
