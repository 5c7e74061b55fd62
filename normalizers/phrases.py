"""A small language of fixed phrases, mixed with a general language model.

Agency, deadline and target columns print a limited stock of phrases. Their language is a trigram
model over lists of one to three phrases, interpolated with the general language, so that a name
that is not in the stock is unlikely but never impossible.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

Context = tuple[str, ...]
LogProbability = Callable[[str, Context], float]

END = "</s>"
ORDER_SHARES = (0.70, 0.22, 0.08)  # trigram, bigram, unigram
_PUNCTUATION = " .,:;!?()\"'“”‘’"


def bare(word: str) -> str:
    """The word without case and punctuation, as the phrase counts know it."""
    return word.strip(_PUNCTUATION).lower() if word != END else word


class PhraseLanguage:
    """``log_probability(word, context)`` of a column that prints lists of ``phrases``."""

    def __init__(
        self,
        phrases: Sequence[str],
        general: LogProbability,
        share: float = 0.9,
        longest_list: int = 3,
    ) -> None:
        self._general = general
        self._share = share
        self._counts: list[dict[Context, Counter[str]]] = [
            defaultdict(Counter) for _ in ORDER_SHARES
        ]
        self._known: dict[tuple[str, Context], float] = {}
        choose = random.Random(0)  # fixed: the same phrases always give the same language
        for phrase in phrases:
            for length in range(1, longest_list + 1):
                listed = [phrase, *choose.choices(phrases, k=length - 1)]
                choose.shuffle(listed)
                self._count([bare(w) for p in listed for w in p.split()])

    def _count(self, words: Sequence[str]) -> None:
        padded = ["<s>", "<s>", *(w for w in words if w), END]
        for index in range(2, len(padded)):
            for order, table in enumerate(self._counts):
                table[tuple(padded[index - 2 + order : index])][padded[index]] += 1

    def log_probability(self, word: str, context: Context) -> float:
        """Natural log of P(word | up to two words before it); ``()`` is the start of a cell."""
        key = (word, context[-2:])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._compute(word, context)
        return known

    def _compute(self, word: str, context: Context) -> float:
        target = bare(word)
        before = ["<s>", "<s>", *(bare(w) for w in context)][-2:]
        stock = 0.0
        for order, (table, weight) in enumerate(zip(self._counts, ORDER_SHARES, strict=True)):
            seen = table.get(tuple(before[order:]))
            if seen:
                stock += weight * seen[target] / seen.total()
        general = math.exp(max(self._general(word, context), -40.0))
        return math.log(max(self._share * stock + (1 - self._share) * general, 1e-18))


def deadline_phrases() -> tuple[str, ...]:
    """Deadlines as plans print them: years and spans of years, months, quarters, dates, adverbs."""
    years = range(2020, 2036)
    spans = [f"{a}-{b}" for a in years for b in years if a < b <= a + 10]
    months = [f"{month}/{year}" for year in years for month in range(1, 13)]
    return (
        *(f"Năm {year}" for year in years),
        *(f"Năm {span}" for span in spans),
        *(f"Giai đoạn {span}" for span in spans),
        *(f"Tháng {month}" for month in months),
        *(f"{day}/{month}" for month in months for day in (1, 15, 20, 30, 31)),
        *(f"Quý {q}/{year}" for year in years for q in ("I", "II", "III", "IV")),
        *(f"Trước ngày {day}/{month}" for month in months for day in (15, 30)),
        *_ADVERBS * 12,
    )


def target_phrases() -> tuple[str, ...]:
    """Targets as plans print them: shares, counts and words of completion."""
    shares = [f"{n}%" for n in range(1, 101)]
    return (
        *shares,
        *["100%"] * 40,
        *(f"Trên {share}" for share in shares[9::5]),
        *(f"Tối thiểu {share}" for share in shares[9::5]),
        *(f"{n:02d} dự án" for n in range(1, 10)),
        *("Đạt", "Hoàn thành", "Có", "Đạt cấp độ 3", "Đạt cấp độ 4") * 8,
    )


_ADVERBS = (
    "Thường xuyên",
    "Hằng năm",
    "Hàng năm",
    "Hằng tháng",
    "Hằng quý",
    "Định kỳ",
    "Sau khi Bộ ban hành hướng dẫn",
    "Sau khi Trung ương ban hành",
    "Theo kế hoạch",
    "Theo tiến độ",
)
