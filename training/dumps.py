"""Damaged dumps with truth: known rows printed, scanned and read back by an English OCR.

    python -m training.dumps --source corpus --seed 3 --out DIR
    python -m training.dumps --source golden/ID --body raw/FILE --out DIR

A dump is a folder: ``dump.txt`` (what a program finds in raw/), ``rows.jsonl`` (the rows in golden
format, with their dataset), ``body.txt`` (the clean running text) and ``recipe.json`` (how it was
made).  ``--psm 3`` reads as the real dumps were read, ``--psm 6`` is harsher: it often runs a
two-line header together.  Invented dumps (``corpus``) are for building; golden ones are only ever
measured, one dump an appendix; ``--as-golden`` prints invented rows as these are printed.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.forms import ANY, FORMS
from training.invented import TEXT_COLUMNS, Appendix, GoldenRow, body, invent, pool
from training.tables import (
    CENTIMETRE,
    Column,
    Paragraph,
    Sheet,
    Style,
    Table,
    TableRow,
    draw,
    set_pages,
)

BODY_STYLE = Style(landscape=False, size=14.0, leading=1.2, margins=(85.0, 57.0, 48.0, 57.0))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a dump is printed and scanned: forms and row counts, page style, resolution."""

    forms: tuple[tuple[str, str, int], ...]  # form, appendix label, rows
    style: Style
    dpi: int
    dotted: bool = False


RECIPES = (
    Recipe((("tasks-6", "II", 32),), Style(size=13.0), 250),
    Recipe(
        (("indicators-4", "", 30),),
        Style(landscape=False, size=14.0, margins=(80.0, 50.0, 45.0, 50.0)),
        200,
    ),
    Recipe((("indicators-5", "I", 34),), Style(size=14.0, padding=3.0), 300, dotted=True),
    Recipe(
        (("tasks-5", "I", 28),),
        Style(size=13.0, upright="top", break_hyphens=True, page_numbers=True),
        200,
    ),
    Recipe(
        (("tasks-4", "I", 26),),
        Style(landscape=False, size=12.0, margins=(80.0, 50.0, 45.0, 50.0)),
        300,
    ),
    Recipe(
        (("indicators-5", "I", 14), ("tasks-6-left", "II", 26)),
        Style(size=13.0, leading=1.2, padding=4.5),
        200,
        dotted=True,
    ),
    Recipe(
        (("tasks-5-result", "III", 30),),
        Style(size=13.0, group_spans_number=True, page_numbers=True),
        300,
    ),
)
GOLDEN_STYLES = (
    (Style(size=13.0), 300),
    (Style(size=14.0, padding=3.0), 250),
    (Style(size=12.0, leading=1.2, page_numbers=True), 300),
    (Style(size=13.0, padding=4.5), 200),
)


def scan(image: Image.Image, rng: random.Random) -> Image.Image:
    """A good office scan: hardly any skew, a little blur or noise, JPEG or black and white.

    Kept light on purpose: with more noise or blur Tesseract runs half-lines of neighbouring
    columns together ("eee ee ae") several times as often as it did in the real dumps.
    """
    pixels: NDArray[Any] = np.asarray(image).astype(np.float32)
    height, width = pixels.shape
    if rng.random() < 0.5:
        angle = rng.gauss(0.0, 0.06)
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        pixels = cv2.warpAffine(pixels, turn, (width, height), borderValue=(255.0,))
    if rng.random() < 0.4:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.3, 0.6))
    if rng.random() < 0.25:
        noise = np.random.default_rng(rng.getrandbits(63))
        pixels = pixels + noise.normal(0.0, rng.uniform(1.0, 3.0), pixels.shape)
    grey = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        level = rng.randint(140, 205)
        return grey.point([0 if shade < level else 255 for shade in range(256)])
    buffer = io.BytesIO()
    grey.save(buffer, "JPEG", quality=rng.randint(75, 95))
    return Image.open(buffer).convert("L")


def read_page(image: Image.Image, dpi: int, psm: int) -> list[str]:
    """The page as Tesseract's English model reads it, one printed line an entry, blanks kept.

    ``psm``, the page segmentation mode: 6 takes the page as one block, line by line over all
    columns; 3 looks for blocks first, and then sets a cell apart here and there, most often in
    the header ("TT", blank line, "Chi tiéu") and in the last lines of a page, as in real dumps.
    """
    buffer = io.BytesIO()
    image.save(buffer, "PPM")
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", str(psm), "--dpi", str(dpi)],
        input=buffer.getvalue(),
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    text = unicodedata.normalize("NFC", done.stdout.decode("utf-8")).replace("\f", "\n")
    return text.strip("\n").split("\n")


def join_pages(pages: Sequence[Sequence[str]], rng: random.Random) -> str:
    """The dump: a page begins with a space on its first line, or after four or five blank lines."""
    out: list[str] = []
    for number, lines in enumerate(pages):
        lines = list(lines)
        if number and rng.random() < 0.5:
            out += [""] * rng.choice((4, 4, 5))
        elif lines:
            lines[0] = f" {lines[0]}"
        out += lines
    return "\n".join(out) + "\n"


def appendix_sheets(appendix: Appendix, style: Style, rng: random.Random) -> tuple[Sheet, ...]:
    """The appendix as printed: label, title, what it is attached to, the table."""
    blocks: list[Paragraph | Table] = []
    if appendix.label:
        blocks.append(Paragraph(f"Phụ lục {appendix.label}", "center", "Bold", after=0.0))
    blocks.append(Paragraph(appendix.title, "center", "Bold", after=0.0))
    blocks.append(Paragraph(appendix.attached_to, "center", "Italic", after=10.0))
    blocks.append(Table(appendix.columns, appendix.printed))
    return set_pages(blocks, style, rng, first_number=1)


def body_sheets(paragraphs: Iterable[str], rng: random.Random) -> tuple[Sheet, ...]:
    """The running text as portrait pages; short lines without a stop are headings."""
    blocks = [
        Paragraph(
            text,
            face="Bold" if re.match(r"^[IVX\d]+\. ", text) and len(text) < 90 else "Regular",
            indent=1.27 * CENTIMETRE,
        )
        for text in paragraphs
    ]
    return set_pages(blocks, BODY_STYLE, rng, first_number=1)


def scan_and_read(
    sheets: Sequence[Sheet], dpi: int, psm: int, rng: random.Random
) -> list[list[str]]:
    """Each sheet drawn, scanned and read back."""
    return [read_page(scan(draw(sheet, dpi), rng), dpi, psm) for sheet in sheets]


def write_dump(
    folder: Path,
    pages: Sequence[Sequence[str]],
    truth: Iterable[GoldenRow],
    paragraphs: Iterable[str],
    recipe: dict[str, object],
    rng: random.Random,
) -> None:
    """Write the four files of a dump."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dump.txt").write_text(join_pages(pages, rng), encoding="utf-8")
    rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in truth)
    (folder / "rows.jsonl").write_text(rows, encoding="utf-8")
    (folder / "body.txt").write_text("\n".join(paragraphs) + "\n", encoding="utf-8")
    text = json.dumps(recipe, ensure_ascii=False, indent=1, default=str)
    (folder / "recipe.json").write_text(text + "\n", encoding="utf-8")


def invented_dump(
    seed: int,
    psm: int,
    folder: Path,
    images: bool,
    form: str = "",
    rows: int = 30,
    as_golden: bool = False,
) -> None:
    """Invent, print, scan and read one dump; the seed picks all that ``form`` and ``rows`` do not.

    ``as_golden``: printed with the headings, in the styles and below the kind of running text that
    :func:`golden_dumps` has, where nothing of the table's rows stands.
    """
    rng = random.Random(seed)
    recipe = RECIPES[seed % len(RECIPES)]
    if form:
        style, dpi = GOLDEN_STYLES[seed % len(GOLDEN_STYLES)] if as_golden else (Style(), 300)
        recipe = Recipe(((form, "III", rows),), style, dpi, dotted=False)
    used: set[str] = set()
    clauses = pool()
    appendices = [
        invent(form, label, rows, rng, clauses, used, recipe.dotted)
        for form, label, rows in recipe.forms
    ]
    paragraphs = body([] if as_golden else appendices, rng, clauses, 20 if as_golden else 8)
    if as_golden:
        appendices = [
            golden_appendix(one.label, one.truth, f"CÁC NỘI DUNG {one.title}") for one in appendices
        ]
    groups = [(body_sheets(paragraphs, rng), 200)]
    groups += [
        (appendix_sheets(appendix, recipe.style, rng), recipe.dpi) for appendix in appendices
    ]
    if images:
        save_images(folder, [(sheet, dpi) for sheets, dpi in groups for sheet in sheets])
    pages = [page for sheets, dpi in groups for page in scan_and_read(sheets, dpi, psm, rng)]
    truth = [row for appendix in appendices for row in appendix.truth]
    write_dump(
        folder, pages, truth, paragraphs, {"seed": seed, "psm": psm, "recipe": repr(recipe)}, rng
    )


def save_images(folder: Path, sheets: Iterable[tuple[Sheet, int]]) -> None:
    """The printed pages, before scanning, for the eye."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (sheet, dpi) in enumerate(sheets, start=1):
        draw(sheet, dpi).save(folder / f"page-{number:02d}.png")


def read_golden(folder: Path) -> dict[str, list[GoldenRow]]:
    """The golden rows of a document by appendix, each with its ``dataset``."""
    appendices: dict[str, list[GoldenRow]] = {}
    for dataset in TEXT_COLUMNS:
        path = folder / f"{dataset}.jsonl"
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = {"dataset": dataset, **json.loads(line)}
                appendices.setdefault(str(row["appendix"]), []).append(row)
    return appendices


def golden_appendix(label: str, rows: Sequence[GoldenRow], title: str) -> Appendix:
    """Golden rows as an appendix to print: columns nobody filled are left out, groups come back."""
    dataset = str(rows[0]["dataset"])
    filled = [name for name in TEXT_COLUMNS[dataset] if any(row.get(name) for row in rows)]
    columns = [Column("number", "TT", 0.05), *(_HEADINGS[name] for name in filled)]
    years = sorted({int(str(year)) for row in rows for year in _list(row.get("years"))})
    columns += [
        Column(str(year), str(year), 0.06, group="Phân kỳ thời gian thực hiện") for year in years
    ]
    printed: list[TableRow] = []
    path: list[object] = []
    for row in rows:
        here = _list(row["section_path"])
        pairs = zip(path, here, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        printed += [TableRow(_code_and_title(str(section)), group=True) for section in here[same:]]
        path = here
        cells = [str(row["row_no"] or ""), *(str(row.get(name) or "") for name in filled)]
        cells += ["x" if year in _list(row.get("years")) else "" for year in years]
        printed.append(TableRow(tuple(cells)))
    attached = "(Kèm theo Kế hoạch số       /KH-UBND ngày      tháng      năm 2025)"
    return Appendix(dataset, label, title, attached, tuple(columns), tuple(printed), tuple(rows))


_HEADINGS = {
    "text": Column("text", "Nội dung", 0.34, "justify"),
    "target": Column("target", "Mục tiêu", 0.10),
    "lead": Column("lead", "Cơ quan chủ trì", 0.16),
    "implement": Column("implement", "Cơ quan thực hiện", 0.17),
    "coordinate": Column("coordinate", "Cơ quan phối hợp", 0.17),
    "expected_result": Column("expected_result", "Kết quả", 0.17),
    "deadline": Column("deadline", "Thời gian thực hiện", 0.11),
    "note": Column("note", "Ghi chú", 0.08),
    "result": Column("result", "Kết quả thực hiện", 0.34, "justify"),
}
_CODE = re.compile(r"(Nhóm [IVX]+|[IVX]+(?:\.\d+)*|[A-H]|\d+(?:\.\d+)*)\s+(?=\S)")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _code_and_title(section: str) -> tuple[str, str]:
    code = _CODE.match(section)
    if not code:
        return "", section
    if " " in code[1]:
        return "", f"{code[1]} - {section[code.end() :]}"
    return code[1], section[code.end() :]


def running_text(path: Path) -> list[str]:
    """The paragraphs of a clean plan down to its first appendix, without markup and tables."""
    paragraphs = []
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        text = re.sub(r"\[bookmark:[^]]*\]|</?\w+>|\*+|^#+|^>|\\(?=\W)", "", line)
        if re.fullmatch(r"\s*phụ lục\s+[\divx]+\s*", text.lower()):
            break
        if "\t" not in text.strip() and "|" not in text and text.strip(" -_"):
            paragraphs.append(" ".join(text.split()))
    return paragraphs


def golden_dumps(
    folder: Path, body_path: Path | None, seed: int, psm: int, out: Path, images: bool
) -> None:
    """Print and read back a golden document, one dump an appendix, each with the running text."""
    rng = random.Random(seed)
    document = json.loads((folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()[0])
    paragraphs = running_text(body_path) if body_path else []
    body_pages = scan_and_read(body_sheets(paragraphs, rng), 200, psm, rng) if paragraphs else []
    for index, (label, rows) in enumerate(read_golden(folder).items()):
        style, dpi = GOLDEN_STYLES[index % len(GOLDEN_STYLES)]
        appendix = golden_appendix(label, rows, f"CÁC NỘI DUNG {str(document['title']).upper()}")
        sheets = appendix_sheets(appendix, style, rng)
        target = out.with_name(f"{out.name}-{label}")
        if images:
            save_images(target, [(sheet, dpi) for sheet in sheets])
        pages = [*body_pages, *scan_and_read(sheets, dpi, psm, rng)]
        recipe: dict[str, object] = {"seed": seed, "source": folder.name, "style": repr(style)}
        write_dump(target, pages, rows, paragraphs, recipe | {"psm": psm, "dpi": dpi}, rng)


@click.command()
@click.option("--source", required=True, help='"corpus", or the folder of a golden document.')
@click.option("--body", "body_path", type=click.Path(path_type=Path, exists=True))
@click.option("--form", type=click.Choice([*sorted(FORMS), ANY]), help="Form of the table.")
@click.option("--rows", default=30, show_default=True, help="Rows of an invented --form.")
@click.option("--as-golden", is_flag=True, help="Print invented rows as golden ones are.")
@click.option("--seed", default=1, show_default=True, help="Everything follows from it.")
@click.option("--psm", default=6, show_default=True, help="Tesseract's segmentation mode, 3 or 6.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option("--images", is_flag=True, help="Keep the printed pages as PNG files too.")
def main(
    source: str,
    body_path: Path | None,
    form: str | None,
    rows: int,
    as_golden: bool,
    seed: int,
    psm: int,
    out: Path,
    images: bool,
) -> None:
    """Make damaged dumps with their truth.

    ``--body`` is the clean text of the golden document, for its running text; a golden document
    becomes one folder an appendix, OUT-I, OUT-II and so on.
    """
    if source == "corpus":
        invented_dump(seed, psm, out, images, form or "", rows, as_golden)
    else:
        golden_dumps(Path(source), body_path, seed, psm, out, images)


if __name__ == "__main__":
    main()
