"""List words that are written with a dash: ``python -m training.hyphens``.

Writes ``normalizers/models/hyphened.txt``: pairs of syllables in small letters (mô-đun, ăng-ten)
that the corpus has with a dash at least :data:`LEAST` times, and oftener (:data:`SHARE` of all
times that it has the one behind the other) than OCR sees a dash where none is. A dash between two
other words is a speck (:func:`normalizers.pieces.joint`).
"""

from __future__ import annotations

import math
import re
from collections import Counter

from normalizers.language_model import NO_WORD, LanguageModel
from normalizers.pieces import HYPHENED, JOINED
from normalizers.tokens import is_syllable, new_style
from training import corpus
from training.language import MODELS, WEIGHTS

LEAST = 5
SHARE = 0.001  # in training pages 115 of 508,784 tokens were joined to the next by a speck
_PAIR = re.compile(r"(?<![\w-])([^\W\d_]{2,})-([^\W\d_]{2,})(?![\w-])")


def main() -> None:
    language = LanguageModel.load(MODELS)
    counted: Counter[tuple[str, str]] = Counter()
    size = 0
    banned = corpus.test_ngrams()
    for name in corpus.names():
        for text in corpus.paragraphs(name, held_out=False, banned=banned):
            size += WEIGHTS[name] * (text.count(" ") + 1)
            for first, second in _PAIR.findall(text) if "-" in text else ():
                if second.islower() and is_syllable(first) and is_syllable(second):
                    counted[new_style(first.lower()), new_style(second)] += WEIGHTS[name]
    kept = []
    for (first, second), often in counted.items():
        if first not in language.index or second not in language.index:
            continue
        left, right = language.index[first], language.index[second]
        behind = language.log_prob(NO_WORD, NO_WORD, left, right)
        every = size * math.exp(float(language.unigram[left]) + behind)
        if behind > JOINED and often >= LEAST and often > SHARE * every:
            kept.append(f"{first}-{second}")
    HYPHENED.write_text("\n".join(sorted(kept)) + "\n", encoding="utf-8")
    print(len(kept), sorted(kept, key=lambda pair: -counted[tuple(pair.split("-"))])[:60])


if __name__ == "__main__":
    main()
