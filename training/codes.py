"""Collect the parts of document codes: ``python -m training.codes``.

Writes ``normalizers/models/code_parts.tsv``: part and count, from every document number of the
corpus (``13/2023/NĐ-CP`` has the parts NĐ and CP), commonest first.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from normalizers.tokens import tokenize_chunk
from training import corpus

MODELS = Path(__file__).parents[1] / "normalizers" / "models"
MIN_COUNT = 3
_PART = re.compile(r"[A-Za-zĐđ]+[A-ZĐ][A-Za-zĐđ]*|[A-ZĐ]{1,}[a-z]?")


def main() -> None:
    counts: Counter[str] = Counter()
    banned = corpus.test_ngrams()
    for name in corpus.names():
        if name == "wiki":
            continue
        for text in corpus.paragraphs(name, held_out=False, banned=banned):
            for chunk in text.split():
                if "-" in chunk or "/" in chunk:
                    token = tokenize_chunk(chunk)
                    if token.kind == "code" and token.core[0].isdigit():
                        counts.update(p for p in re.split(r"[\d/&.-]+", token.core) if p)
    kept = [(part, count) for part, count in counts.most_common(900) if count >= MIN_COUNT]
    (MODELS / "code_parts.tsv").write_text(
        "\n".join(f"{part}\t{count}" for part, count in kept), encoding="utf-8"
    )
    print(len(kept), kept[:40])


if __name__ == "__main__":
    main()
