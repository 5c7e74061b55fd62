"""Make damage pairs: ``python -m training.damage [--first N] [--pages N]``.

Clean paragraphs are printed as dense pages, aged, read by Tesseract with ``eng``, and what is read
is aligned line by line with what was printed. One TSV file every 25 pages is written to the cache:
``page, split, face, dpi, printed line, read line``. Page ``i`` depends on the seed and ``i`` alone.
Splits: ``train``; ``text`` (held-out paragraphs, known faces); ``face`` (held-out paragraphs and
held-out faces).

``--documents N`` makes N held-out documents instead, of five pages each, one face and one kind of
damage a document: laws, decrees, procedures and plans in their printed order. Splits ``dev`` and
``dev-face`` (to tune on), ``document`` and ``document-face`` (to measure with); ``-face`` is set in
held-out faces. ``--good N`` makes N held-out documents of two pages that Tesseract reads with its
``Vietnamese`` model, as a good scan is: splits ``good-dev`` and ``good``.
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path

from rapidfuzz import fuzz
from unidecode import unidecode

from training import corpus
from training.paper import degrade, faces, print_page, read_lines

SEED = 20260203
PAGES_A_FILE = 25
HELD_OUT_FACES = ("FreeSerif.ttf", "LinLibertine_R.otf", "DejaVuSerif.ttf")
DOCUMENT_FACES = (
    "LiberationSerif-Regular.ttf",
    "texgyretermes-regular.otf",
    "LiberationSerif-Italic.ttf",
    "NotoSerif-Regular.ttf",
    "DejaVuSerifCondensed.ttf",
)
DOCUMENT_PAGES = 5
TUNED_ON = 6  # the first documents tune weights, the rest measure
FACE_WEIGHTS = {
    "LiberationSerif-Regular.ttf": 8.0,
    "LiberationSerif-Bold.ttf": 3.0,
    "LiberationSerif-Italic.ttf": 1.5,
    "texgyretermes-regular.otf": 6.0,
    "texgyretermes-bold.otf": 2.0,
    "FreeSerifBold.ttf": 1.5,
}
ADMINISTRATIVE = re.compile(
    r"chuyển đổi số|dữ liệu|công nghệ|hành chính|dịch vụ công|nền tảng|điện tử|an toàn thông tin"
    r"|đổi mới sáng tạo|kế hoạch|nhiệm vụ|ủy ban nhân dân|cơ quan|trực tuyến|hạ tầng",
    re.IGNORECASE,
)
MIN_SIMILARITY = 55.0


def material(held_out: bool, banned: frozenset[int]) -> tuple[list[str], list[str], list[str]]:
    """(plans and procedures, administrative law, everything else) of one side of the split."""
    near: list[str] = []
    law: list[str] = []
    other: list[str] = []
    for name in ("nq57-plans", "tthc", "vbpl-layout", "vbpl-review", "wiki"):
        for text in corpus.paragraphs(name, held_out=held_out, banned=banned):
            if not corpus.has_vietnamese(text) or len(text) < 12:
                continue
            if name in ("nq57-plans", "tthc"):
                near.append(text)
            elif name != "wiki" and ADMINISTRATIVE.search(text):
                law.append(text)
            else:
                other.append(text)
    return near, law, other


def page_paragraphs(
    sources: tuple[list[str], list[str], list[str]], rng: random.Random
) -> list[str]:
    """Some 60 paragraphs for one page: runs of neighbours, a few set in capitals."""
    out: list[str] = []
    while len(out) < 60:
        pool = rng.choices(sources, (4.0, 4.5, 1.5))[0]
        start = rng.randrange(len(pool))
        for text in pool[start : start + rng.randint(2, 6)]:
            words = text.split()[:160]
            if rng.random() < 0.07:
                words = [word.upper() for word in words[:24]]
            out.append(" ".join(words))
    return out


def align_lines(printed: tuple[str, ...], read: list[str]) -> list[tuple[str, str]]:
    """Pairs of printed and read lines, in order, by dynamic programming on folded similarity."""
    left = [unidecode(line).lower() for line in printed]
    right = [unidecode(line).lower() for line in read]
    rows, columns = len(left), len(right)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            score = max(best[i + 1][j], best[i][j + 1])
            if abs(i - j) < 12:
                same = fuzz.ratio(left[i], right[j])
                if same >= MIN_SIMILARITY:
                    score = max(score, best[i + 1][j + 1] + same)
            best[i][j] = score
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((printed[i], read[j]))
            i += 1
            j += 1
    return pairs


def damage_page(
    number: int,
    train: tuple[list[str], list[str], list[str]],
    test: tuple[list[str], list[str], list[str]],
) -> list[str]:
    """The TSV lines of one page."""
    rng = random.Random(f"{SEED}:{number}")
    split = {0: "text", 1: "face"}.get(number % 20, "train")
    held_out = [face for face in faces() if Path(face).name in HELD_OUT_FACES]
    known = [face for face in faces() if Path(face).name not in HELD_OUT_FACES]
    if split == "face":
        face = rng.choice(held_out)
    else:
        face = rng.choices(known, [FACE_WEIGHTS.get(Path(f).name, 0.7) for f in known])[0]
    columns = rng.choice((1, 1, 1, 1, 2, 3, 4))
    text = page_paragraphs(train if split == "train" else test, rng)
    page = print_page(text, rng, face=face, columns=columns)
    read = read_lines(degrade(page.image, rng))
    head = f"{number}\t{split}\t{Path(face).stem}\t{page.dpi}"
    return [
        f"{head}\t{truth}\t{damaged}"
        for truth, damaged in align_lines(page.lines, read)
        if truth.strip() and "\t" not in truth + damaged
    ]


# Formulas whose letters fell apart (``so\u02c6\u02ca``), mark-up: never printed like this.
UNPRINTED = re.compile(r"[\u02b0-\u02ff\\{}_$<>=∑]|\|")


def document_paragraphs(banned: frozenset[int]) -> list[str]:
    """Held-out official text in its printed order, sources one after the other."""
    return [
        text
        for name in ("vbpl-layout", "tthc", "vbpl-review", "nq57-plans")
        for text in corpus.paragraphs(name, held_out=True, banned=banned)
        if corpus.has_vietnamese(text) and len(text) > 12 and not UNPRINTED.search(text)
    ]


def damage_document(number: int, paragraphs: list[str], good: bool = False) -> list[str]:
    """The TSV lines of one held-out document: one face, one kind of damage."""
    unseen = number % 2 == 1
    split = ("dev" if number < TUNED_ON else "document") + ("-face" if unseen else "")
    if good:
        split = "good-dev" if number < TUNED_ON else "good"
    name = f"{'good' if good else 'document'}:{number}"
    wanted = HELD_OUT_FACES if unseen else DOCUMENT_FACES
    rng = random.Random(f"{SEED}:{name}")
    face = rng.choice([face for face in faces() if Path(face).name in wanted])
    dpi, points = rng.choice((150, 200, 200, 250, 300)), rng.choice((12, 13, 14))
    source = iter(paragraphs)
    lines: list[str] = []
    for _ in range(2 if good else DOCUMENT_PAGES):
        again = random.Random(f"{SEED}:{name}")
        page = print_page(source, again, face=face, dpi=dpi, points=points)
        read = read_lines(degrade(page.image, again), "Vietnamese" if good else "eng")
        head = f"{name[0]}{number}\t{split}\t{Path(face).stem}\t{dpi}"
        lines.extend(
            f"{head}\t{truth}\t{damaged}"
            for truth, damaged in align_lines(page.lines, read)
            if truth.strip() and "\t" not in truth + damaged
        )
    return lines


def write(target: Path, lines: list[str]) -> None:
    """Write a file whole or not at all: what is there is not made again."""
    partial = target.with_suffix(".part")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.rename(target)
    print(target.name, len(lines), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--pages", type=int, default=700)
    parser.add_argument("--documents", type=int, default=0, help="make held-out documents instead")
    parser.add_argument("--good", type=int, default=0, help="make documents read in Vietnamese")
    arguments = parser.parse_args()
    folder = corpus.CACHE / "damage"
    folder.mkdir(parents=True, exist_ok=True)
    banned = corpus.test_ngrams()
    if arguments.documents or arguments.good:
        kind = "good" if arguments.good else "document"
        count = arguments.good or arguments.documents
        texts = document_paragraphs(banned)
        for number in range(count):
            target = folder / f"pages_{kind}_{number}.tsv"
            if not target.exists():
                start = number * len(texts) // count
                write(target, damage_document(number, texts[start:], good=bool(arguments.good)))
        return
    train = material(False, banned)
    test = material(True, banned)
    print("paragraphs", [len(pool) for pool in train], [len(pool) for pool in test], flush=True)
    last = arguments.first + arguments.pages
    for start in range(arguments.first, last, PAGES_A_FILE):
        target = folder / f"pages_{start:06d}.tsv"
        if target.exists():
            continue
        lines: list[str] = []
        for number in range(start, min(start + PAGES_A_FILE, last)):
            lines.extend(damage_page(number, train, test))
        write(target, lines)


if __name__ == "__main__":
    main()
