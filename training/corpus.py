"""The clean corpus: paragraphs read, cleaned, and split honestly into training and held-out text.

The corpus is a folder of ``.txt.xz`` files, one paragraph a line. Documents lie in it one after the
other, so whole blocks of consecutive paragraphs are held out, never single paragraphs. Paragraphs
that share a long n-gram with a test document are dropped altogether.
"""

from __future__ import annotations

import lzma
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from normalizers.tokens import is_capital_text

CORPUS = Path(os.environ.get("PHULUC_CORPUS", "../shared/corpus"))
CACHE = Path(os.environ.get("PHULUC_CACHE", "../cache"))
TEST_TEXTS = Path(os.environ.get("PHULUC_TEST_TEXTS", "../shared"))
BLOCK = 200  # paragraphs that are held out (or kept) together
HELD_OUT_EVERY = 40  # one block in forty is never trained on
OVERLAP = 12  # syllables in common with a test document that disqualify a paragraph

_LETTERS = re.compile(r"[^\W\d_]+")
_MARKDOWN = re.compile(r"\\(?=[\W_])|\*\*|^#+\s*|`|\\[a-z]+\{|\$\$")


def clean(paragraph: str) -> str:
    """NFC, no markdown marks, single spaces."""
    text = unicodedata.normalize("NFC", paragraph)
    return " ".join(_MARKDOWN.sub("", text).split())


def syllables(text: str) -> list[str]:
    """The lower-cased runs of letters of a text."""
    return [word.lower() for word in _LETTERS.findall(text)]


def raw_paragraphs(name: str) -> Iterator[tuple[int, str]]:
    """Number and cleaned text of every paragraph of one corpus file."""
    with lzma.open(CORPUS / f"{name}.txt.xz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            text = clean(line)
            if text:
                yield number, text


def test_ngrams() -> frozenset[int]:
    """Hashes of every 12-syllable n-gram of the test documents (clean texts and true lines)."""
    texts: list[str] = []
    for path in sorted((TEST_TEXTS / "texts").glob("00[24]_*.txt")):
        texts.append(path.read_text(encoding="utf-8"))
    for path in sorted((TEST_TEXTS / "truth").glob("lines_*.tsv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        texts.append(" ".join(line.split("\t")[2] for line in lines if line.count("\t") >= 2))
    return frozenset(gram for text in texts for gram in ngrams(syllables(text)))


def ngrams(words: list[str]) -> Iterator[int]:
    for i in range(len(words) - OVERLAP + 1):
        yield hash(tuple(words[i : i + OVERLAP]))


def is_held_out(number: int) -> bool:
    return (number // BLOCK) % HELD_OUT_EVERY == 7


def paragraphs(
    name: str, *, held_out: bool, banned: frozenset[int], dropped: list[int] | None = None
) -> Iterator[str]:
    """Paragraphs of one corpus file on one side of the split; overlaps with tests are dropped."""
    for number, text in raw_paragraphs(name):
        if is_held_out(number) != held_out:
            continue
        if banned and any(gram in banned for gram in ngrams(syllables(text))):
            if dropped is not None:
                dropped.append(number)
            continue
        yield text


def cased_paragraphs() -> Iterator[tuple[str, str]]:
    """Training paragraphs whose capitals say something of words, each with its file's name: none
    in capitals alone, none of the encyclopaedia, which is full of persons and places."""
    banned = test_ngrams()
    for name in names():
        if name != "wiki":
            for text in paragraphs(name, held_out=False, banned=banned):
                if not is_capital_text(text):
                    yield name, text


def names() -> tuple[str, ...]:
    return tuple(sorted(path.name.removesuffix(".txt.xz") for path in CORPUS.glob("*.txt.xz")))


def has_vietnamese(text: str) -> bool:
    return any(ord(letter) > 127 and letter.isalpha() for letter in text)
