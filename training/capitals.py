"""Words that hardly ever begin with a capital: ``python -m training.capitals``.

Writes ``normalizers/models/small_words.txt``: the words that begin with a vowel under a mark (án,
ứng, ở) and stand in the middle of a sentence with a capital less often than OCR takes such a small
vowel for a capital. That share, :data:`TALL`, was counted over the training pages: 115 of 4,100
(``á`` 4.3 %, ``ô`` 4.3, ``ủ`` 3.5, ``ở`` 3.2, ``ứ`` 0.8); of other letters it is 0.1 % and less (k
0.7), too seldom to doubt what is seen.
"""

from __future__ import annotations

from collections import Counter

from normalizers.casing import OPENING, begins_tall
from normalizers.tokens import SENTENCE_END, new_style, tokenize_chunk
from training import corpus
from training.language import MODELS, WEIGHTS

TALL = 0.028
LEAST = 20  # a word that is seen less often is judged by nobody


def count(text: str, small: Counter[str], capital: Counter[str], weight: int) -> None:
    """Count the words in the middle of the sentences of a text, with and without a capital."""
    begins = True
    for chunk in text.split():
        token = tokenize_chunk(chunk)
        core = token.core
        if token.kind == "word" and not begins and not token.lead and core.isalpha():
            counted = capital if core[0].isupper() else small
            if begins_tall(core) and not core.isupper():
                counted[new_style(core.lower())] += weight
        begins = bool(SENTENCE_END.intersection(token.trail)) or (
            token.kind == "mark" and chunk[-1] in OPENING
        )


def main() -> None:
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for name, text in corpus.cased_paragraphs():
        count(text, small, capital, WEIGHTS[name])
    words = sorted(
        word
        for word, often in small.items()
        if often >= LEAST and capital[word] < TALL * (often + capital[word])
    )
    (MODELS / "small_words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    print(len(words), words)


if __name__ == "__main__":
    main()
