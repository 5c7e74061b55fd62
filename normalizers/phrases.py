"""A small language of fixed phrases, mixed with a general language model.

Agency, deadline and target columns print a limited stock of phrases. Their language is a trigram
model over lists of one to three phrases, interpolated with the general language, so that a name
that is not in the stock is unlikely but never impossible.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache

from normalizers.agencies import agency_phrases

Context = tuple[str, ...]
LogProbability = Callable[[str, Context], float]

END = "</s>"
ORDER_SHARES = (0.70, 0.22, 0.08)  # trigram, bigram, unigram
_DIGITS = re.compile(r"\d+")
_PUNCTUATION = " .,:;!?()\"'“”‘’"


# "Sở" begins most names of agencies and loses its letters to digits: "S&", "36", "56", "S¢"
_SO = re.compile(r"[S$53§8][60o&¢dôé€@0][,;.:]?")
SO_COST = -3.0  # log P(such a token | "Sở"), a guess that the words around it confirm or refute


def may_be_so(token: str) -> bool:
    """Whether a damaged token may be the word "Sở"."""
    return _SO.fullmatch(token) is not None


def guiding_bodies() -> tuple[str, ...]:
    """Central bodies whose guidance a deadline may wait for."""
    return tuple(name for name in agency_phrases() if name.startswith(("Bộ ", "Chính phủ")))


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """The word without case and punctuation, and any number for every other."""
    if word == END:
        return word
    return _DIGITS.sub("0", word.strip(_PUNCTUATION).lower())


class PhraseLanguage:
    """``log_probability(word, context)`` of a column that prints lists of ``phrases``."""

    def __init__(
        self,
        phrases: Sequence[str],
        general: LogProbability,
        share: float = 0.9,
        longest_list: int = 3,
        discount: int = 0,
    ) -> None:
        """``discount`` is taken off every count: 1 leaves only what at least two phrases say."""
        self._general = general
        self._share = share
        self._counts: list[dict[Context, Counter[str]]] = [
            defaultdict(Counter) for _ in ORDER_SHARES
        ]
        self._known: dict[tuple[str, Context], float] = {}
        self._tables: list[dict[Context, dict[str, float] | None]] = [{} for _ in ORDER_SHARES]
        self._following: dict[Context, dict[str, float]] = {}
        self._merged: dict[Context, dict[str, float]] = {}
        choose = random.Random(0)  # fixed: the same phrases always give the same language
        for phrase in phrases:
            for length in range(1, longest_list + 1):
                listed = [phrase, *choose.choices(phrases, k=length - 1)]
                choose.shuffle(listed)
                self._count(" ".join(listed).split())
        for table in self._counts if discount else ():
            for seen in table.values():
                seen.subtract(dict.fromkeys(seen, discount))
        unigrams = self._order(len(ORDER_SHARES) - 1, ()) or {}
        self._anywhere = {word: ORDER_SHARES[-1] * share for word, share in unigrams.items()}

    def _count(self, words: Sequence[str]) -> None:
        padded = ["<s>", "<s>", *filter(None, map(bare, words)), END]
        for index in range(2, len(padded)):
            for order, table in enumerate(self._counts):
                table[tuple(padded[index - 2 + order : index])][padded[index]] += 1

    def log_probability(self, word: str, context: Context) -> float:
        """Natural log of P(word | up to two words before it); ``()`` is the start of a cell."""
        key = (word, context)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._compute(word, context)
        return known

    def _compute(self, word: str, context: Context) -> float:
        target = bare(word)
        stock = self._near(context).get(target, 0.0) + self._anywhere.get(target, 0.0)
        general = math.exp(max(self._general(word, context), -40.0))
        return math.log(max(self._share * stock + (1 - self._share) * general, 1e-18))

    def _near(self, context: Context) -> dict[str, float]:
        """What the trigrams and bigrams of the phrases say follows the context."""
        known = self._following.get(context)
        if known is None:
            before = tuple(["<s>", "<s>", *(bare(w) for w in context)][-2:])
            known = self._merged.get(before)
            if known is None:
                known = {}
                for order, weight in enumerate(ORDER_SHARES[:-1]):
                    for word, share in (self._order(order, before[order:]) or {}).items():
                        known[word] = known.get(word, 0.0) + weight * share
                self._merged[before] = known
            self._following[context] = known
        return known

    def _order(self, order: int, before: Context) -> dict[str, float] | None:
        known = self._tables[order]
        if before not in known:
            known[before] = _as_shares(self._counts[order].get(before))
        return known[before]


def _as_shares(seen: Counter[str] | None) -> dict[str, float] | None:
    total = seen.total() if seen else 0
    if not seen or total <= 0:
        return None
    return {word: count / total for word, count in seen.items() if count > 0}


def deadline_phrases(bodies: Sequence[str] = ()) -> tuple[str, ...]:
    """Deadlines as plans print them: years and spans of years, months, quarters, dates, adverbs.

    ``bodies`` are those whose guidance a deadline may wait for ("Sau khi Bộ ... ban hành ...").
    """
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
        *(f"Sau khi {body} {act}" for body in bodies for act in _ACTS),
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


_ACTS = ("ban hành hướng dẫn", "ban hành", "ban hành hướng dẫn", "hướng dẫn")
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
