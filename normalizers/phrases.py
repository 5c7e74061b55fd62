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
from normalizers.agency_cells import read_alone
from normalizers.following import Context, Following, Language

END = "</s>"
_NOTHING = ("<s>", "<s>")  # before the first word
ORDER_SHARES = (0.70, 0.22, 0.08)  # trigram, bigram, unigram
BLEND = (0.75, 0.7)  # shares of trigrams, and of bigrams in what these leave
WORD_SHARE = 0.5  # of single words, in what is left
LEADING = 2
"""Times that a single body is likelier to lead than all of a kind, beside their shares of stock.

In the laws and decrees of the corpus 16 of 2,093 bodies that lead ("... chủ trì, phối hợp với ...")
are all of a kind, of those they work with 2,033 of 5,109, in the stock 222 of 578; in plans all of
a kind lead more often than that.
"""
_COLLECTIVE = ("các xã", "địa phương", "liên quan")
UNSEEN = 0.35  # what is left to shorter contexts where a longer one is not known
END_ANYWHERE = 0.15  # of the chance of a phrase's end, after words that end none
LIST_ENDS = 0.6  # chance that a list ends with a phrase
SURE_NAMES = 0.3  # a cell so sure tells what its column lists (0-1)
LEAST_NAMES = 4  # such names that tell anything
STOCK_NAMES = 15  # names listed that the whole stock counts as
SIGN_KEPT = 0.95  # chance that OCR leaves the sign after a word
SIGN_ADDED = 0.03
SIGN_LAST = 0.25  # cells that end in a sign
_SIGNS = (",", ";", ".")
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


def leading_bodies() -> tuple[str, ...]:
    """Names for a column of those who lead: single bodies more often than all of a kind."""
    return tuple(
        name for name in agency_phrases() for _ in range(1 if _is_collective(name) else LEADING)
    )


def _is_collective(name: str) -> bool:
    return name.lower().startswith("các ") or any(part in name for part in _COLLECTIVE)


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """The word without case and punctuation, and any number for every other."""
    if word == END:
        return word
    return _DIGITS.sub("0", word.strip(_PUNCTUATION).lower())


class PhraseLanguage:
    """What ``follows`` the words of a cell in a column that prints lists of ``phrases``."""

    def __init__(
        self,
        phrases: Sequence[str],
        general: Language,
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
        self._follows: dict[Context, Following] = {}
        self._alike: dict[tuple[object, ...], Following] = {}
        self._tables: list[dict[Context, dict[str, float] | None]] = [{} for _ in ORDER_SHARES]
        self._said: dict[Context, Callable[[str], float]] = {}
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

    def follows(self, context: Context) -> Following:
        """What may follow the last words of a cell, of which two count; ``()`` begins one."""
        known = self._follows.get(context)
        if known is None:
            known = self._follows[context] = self._following(context)
        return known

    def _following(self, context: Context) -> Following:
        general, place = self._general(context), self._place(context)
        alike = self._alike.get((id(general), *place))
        if alike is None:
            share, rest, share_of = self._share, 1 - self._share, self._said.get(place)
            if share_of is None:
                share_of = self._said[place] = self._say(place)

            def log_probability(word: str) -> float:
                known = math.exp(max(general[word], -40.0))
                return math.log(max(share * share_of(bare(word)) + rest * known, 1e-18))

            alike = self._alike[id(general), *place] = Following(log_probability)
        return alike

    def _place(self, context: Context) -> Context:
        """What counts of the words before: the last two, as phrases are counted."""
        return tuple([*_NOTHING, *map(bare, context)][-2:])

    def _say(self, place: Context) -> Callable[[str], float]:
        """P(bare word) at a place as the phrases tell it."""
        near: dict[str, float] = {}
        for order, weight in enumerate(ORDER_SHARES[:-1]):
            for word, share in (self._order(order, place[order:]) or {}).items():
                near[word] = near.get(word, 0.0) + weight * share
        anywhere = self._anywhere
        return lambda word: near.get(word, 0.0) + anywhere.get(word, 0.0)

    def _order(self, order: int, before: Context) -> dict[str, float] | None:
        known = self._tables[order]
        if before not in known:
            known[before] = _as_shares(self._counts[order].get(before))
        return known[before]


_Weights = tuple[float, float, float, float, dict[str, float]]
"""What may come after the last words: weights of what follows them within a phrase, of any word
there and of what begins a phrase, P(the cell ends), and P(word | the last words) within a phrase.
"""


class ListLanguage(PhraseLanguage):
    """The language of a column of lists: any phrase may follow any other.

    Words are as likely as in :class:`PhraseLanguage` within a phrase. Where one may end, the next
    begins as phrases begin, whichever they are, and the comma or semicolon between them tells the
    end of a phrase from its middle; OCR loses some of these signs and adds few.
    """

    def __init__(
        self,
        phrases: Sequence[str],
        general: Language,
        share: float = 0.9,
        ends: float = LIST_ENDS,
    ) -> None:
        """``ends`` is the chance that a list ends with a phrase."""
        super().__init__(phrases, general, share, longest_list=1)
        self._ends = ends
        self._signs: dict[Context, list[int]] = defaultdict(lambda: [0, 0])
        for phrase in phrases:
            words = phrase.split()
            for before, word in zip(["", *words], words[:-1], strict=False):
                for key in ((bare(before), bare(word)), (bare(word),)):
                    self._signs[key][word.endswith(_SIGNS)] += 1
        self._starts = self._order(0, _NOTHING) or {}
        self._words = {
            word: WORD_SHARE * share * (END_ANYWHERE if word == END else 1.0)
            for word, share in (self._order(2, ()) or {}).items()
        }
        self._shared: dict[Context, tuple[dict[str, float], float]] = {}

    def _place(self, context: Context) -> Context:
        sign = "," if context and context[-1].endswith(_SIGNS) else ""
        return (*super()._place(context), sign)

    def _say(self, place: Context) -> Callable[[str], float]:
        inner, anywhere, between, last, follow = self._weights(place[:2], bool(place[2]))
        words, starts = self._words, self._starts

        def share_of(word: str) -> float:
            if word == END:
                return last
            share = inner * follow.get(word, 0.0) + anywhere * words.get(word, 0.0)
            return share + between * starts.get(word, 0.0)

        return share_of

    def _weights(self, before: Context, signed: bool) -> _Weights:
        if before == _NOTHING:
            follow, rest = self._blend(_NOTHING)
            return 1.0, rest, 0.0, rest * self._words.get(END, 0.0), follow
        follow, rest = self._blend(before)
        ends = follow.get(END, 0.0) + rest * self._words.get(END, 0.0)
        inside = self._sign_inside(before)
        within = _seen(signed, SIGN_KEPT * inside + SIGN_ADDED * (1 - inside))
        between = _seen(signed, SIGN_KEPT) * ends * (1 - self._ends)
        last = _seen(signed, SIGN_LAST) * ends * self._ends
        whole = within * (1 - ends) + between + last
        within /= whole
        return within, within * rest, between / whole, last / whole, follow

    def _sign_inside(self, before: Context) -> float:
        """The share of a word's places amid phrases in which they print a sign after it."""
        plain, signed = self._signs.get(before) or self._signs.get(before[1:]) or (1, 0)
        return signed / (plain + signed)

    def _blend(self, before: Context) -> tuple[dict[str, float], float]:
        """P(word | two words) within a phrase, END included, as far as the last words tell, and
        the share that is left to words of any place.
        """
        known = self._shared.get(before)
        if known is None:
            follow: dict[str, float] = {}
            left = 1.0
            trigram = before
            if before[0] != "<s>" and self._order(0, before) is None:
                trigram = ("<s>", before[1])  # a phrase has just begun
            for order, (key, share) in enumerate(zip((trigram, before[1:]), BLEND, strict=True)):
                shares = self._order(order, key)
                if shares is None:
                    left *= UNSEEN
                    continue
                for word, value in shares.items():
                    follow[word] = follow.get(word, 0.0) + left * share * value
                left *= 1 - share
            known = self._shared[before] = (follow, left)
        return known


def names_language(
    stock: Sequence[str], general: Language, cells: Sequence[str] = ()
) -> ListLanguage:
    """The language of a column of agencies: lists of the ``stock``; once its damaged ``cells`` have
    been read, of the names that these list as well, and lists as long as theirs."""
    read = map(read_alone, filter(None, cells))
    sure = [one.names for one in read if one.reading.confidence >= SURE_NAMES]
    names = Counter(name for listed in sure for name in listed)
    if names.total() < LEAST_NAMES:
        return ListLanguage(stock, general)
    times = len(stock) / STOCK_NAMES
    met = (name for name, count in names.items() for _ in range(round(count * times)))
    ends = (len(sure) + STOCK_NAMES * LIST_ENDS) / (names.total() + STOCK_NAMES)
    return ListLanguage((*stock, *met), general, ends=ends)


def _seen(signed: bool, share: float) -> float:
    return share if signed else 1 - share


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
        *(f"Giai đoạn {span.replace('-', ' - ')}" for span in spans),
        *(f"Tháng {month}" for month in months),
        *(f"6 tháng {half} năm {year}" for year in years for half in ("đầu", "cuối")),
        *(f"{day}/{month}" for month in months for day in (1, 15, 20, 30, 31)),
        *(f"Quý {q}{of}{year}" for year in years for q in _QUARTERS for of in ("/", " năm ")),
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


_ACTS = (
    "ban hành hướng dẫn",
    "ban hành",
    "ban hành hướng dẫn",
    "hướng dẫn",
    "ban hành Nghị định",
    "ban hành Thông tư",
    "ban hành văn bản hướng dẫn",
)
_QUARTERS = ("I", "II", "III", "IV")
_ADVERBS = (
    "Thường xuyên",
    "Thường xuyên, liên tục",
    "Hằng năm",
    "Hàng năm",
    "Hằng tháng",
    "Hằng quý",
    "Định kỳ",
    "Sau khi Bộ ban hành hướng dẫn",
    "Sau khi Trung ương ban hành",
    "Theo kế hoạch",
    "Theo tiến độ",
    "Theo lộ trình",
    "Theo yêu cầu",
)
