"""Words that stay small behind others: ``python -m training.small_pairs``.

Writes ``normalizers/models/small_pairs.txt``: pairs of words whose second, in the middle of a
sentence, hardly ever has a capital ("đơn vị", "dữ liệu", "cấp xã"): less often (:data:`RARE`, of
the pair's times and :data:`DOUBT` more) than OCR takes such a small letter for a capital. In the
training pages it does so with 0.05 % of c, s, v and x, 0.2 % of l, 0.7 % of k; where it reads
another letter besides (3.4 % of l), the case of what it reads says nothing.
"""

from __future__ import annotations

from collections import Counter

from normalizers.casing import SMALL_PAIRS
from normalizers.tokens import is_syllable, lm_word, tokenize_chunk
from training import corpus

RARE = 0.0005
DOUBT = 50  # times that are added to a pair's, half a capital among them

Pairs = Counter[tuple[str, str]]


def count(text: str, small: Pairs, capital: Pairs) -> None:
    """Count the pairs of a text by the case of their second words."""
    before = ""
    for chunk in text.split():
        token = tokenize_chunk(chunk)
        core = token.core
        if token.kind != "word" or token.lead or not core.isalpha() or core[1:].isupper():
            before = ""
            continue
        word = lm_word(core)
        if before and is_syllable(core):
            (capital if core[0].isupper() else small)[before, word] += 1
        before = "" if token.trail else word


def main() -> None:
    small: Pairs = Counter()
    capital: Pairs = Counter()
    for _, text in corpus.cased_paragraphs():
        count(text, small, capital)
    kept = sorted(
        f"{first} {second}"
        for (first, second), often in small.items()
        if capital[first, second] + 0.5 < RARE * (often + capital[first, second] + DOUBT)
    )
    SMALL_PAIRS.write_text("\n".join(kept) + "\n", encoding="utf-8")
    print(len(kept), kept[::500])


if __name__ == "__main__":
    main()
