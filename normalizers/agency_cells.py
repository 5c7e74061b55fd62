"""Agency cells that OCR damaged: which list of known names was printed there.

Agency columns draw on a small vocabulary, so a cell is searched for the list of known names that
explains its ink best (``_cell_search``).
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from normalizers._cell_search import LETTER, Found, Part, Phrase, Search
from normalizers.agency_mentions import split_mentions
from normalizers.agency_registry import Agency, Registry, current, province_names
from normalizers.folding import fold, ink, nfc, words
from normalizers.lines import join_lines


@dataclass(frozen=True, slots=True)
class AgencyReading:
    """The best reading of a damaged cell; ``text`` is "" where no list of names explains it."""

    text: str
    confidence: float


_LONGEST_NAME = 64
_LOST_WORD = 120
_ABBREVIATED = re.compile(r"&|\b(?!UBND|HĐND|MTTQ|KKT|KCN|ĐBQH)[A-ZĐ]{3,}")
_MOST_PART_COST_A_LETTER = 0.34
_MOST_TAIL_COST_A_LETTER = 0.25
_LEAST_CONFIDENCE = 0.1
_RARE = 30
_SELDOM = 60  # a name that the registry calls rare
_CENTRAL = 15
_PLACE = 60  # a province after a name
_MOST_COST_A_LETTER = 0.34
_REGION = re.compile(r"\s*(\d{1,2}|[IVX]{1,5})(?!\w)")  # a branch ("Khu vực 9")
_REGION_TAKEN = re.compile(r"\s(\d{1,2})\W*$")  # its number, taken for the last letter ("Khu vu 9")
_STOPS = ("; ", ", ")  # the separators that are no words
_USUAL_LISTS = (
    "Các sở, ban, ngành; UBND các xã, phường, đặc khu",
    "Sở Khoa học và Công nghệ; Công an tỉnh",
    "Công an tỉnh; các sở, ban, ngành có liên quan",
    "Công an tỉnh, Văn phòng UBND tỉnh, Sở Nội vụ, Sở Khoa học và Công nghệ",
    "Văn phòng UBND tỉnh và các sở, ban, ngành; UBND các xã, phường, đặc khu",
    "Các doanh nghiệp viễn thông trên địa bàn tỉnh; UBND các xã, phường, đặc khu",
    "Văn phòng HĐND và UBND; Phòng Văn hóa - Xã hội",
)


def agency_phrases() -> tuple[str, ...]:
    """Every name, alias and usual list as agency columns print them."""
    return _agency_phrases(current())


@lru_cache(maxsize=4)
def _agency_phrases(registry: Registry) -> tuple[str, ...]:
    phrases: list[str] = []
    for agency in registry.common():
        phrases += (agency.name, *agency.aliases)
    qualified = [f"{name} có liên quan" for name in ("Các sở, ban, ngành", "Các sở, ngành")]
    lowered = [text[0].lower() + text[1:] for text in phrases if text.startswith("Các ")]
    numbered = [f"{text} 9" for text in phrases if text.endswith("Khu vực")]  # or another figure
    return tuple(dict.fromkeys([*phrases, *numbered, *qualified, *lowered, *_USUAL_LISTS]))


def _phrases(agency: Agency, name: str, price: int) -> Iterator[Phrase]:
    """The name as it is searched for, and without a last word that OCR often loses."""
    group = agency.kind == "group"
    letters = sum(map(str.isalpha, name))
    cost = price + (80 if letters < 5 else 35 if letters < 8 else 10 if letters < 11 else 0)
    cost += _RARE if agency.valid_to else _CENTRAL if agency.level == "central" else 0
    if name != agency.name:
        same = "".join(words(name)) == "".join(words(agency.name))
        cost += 12 if same else 8 if group else 20
    if _ABBREVIATED.search(name):
        cost += _RARE
    yield Phrase(name, cost, common=group)
    stem, _, last = name.rpartition(" ")
    if last in ("tỉnh", "xã") and letters >= 12:
        yield Phrase(name, cost + _LOST_WORD, common=group, inked=stem, surcharge=_LOST_WORD)


@lru_cache(maxsize=4)
def _search(registry: Registry) -> Search:
    phrases: list[Phrase] = []
    for agencies, price in ((registry.common(), 0), (registry.rare(), _SELDOM)):
        for agency in agencies:
            for name in (agency.name, *agency.aliases):
                if len(name) <= _LONGEST_NAME:
                    phrases += _phrases(agency, name, price)
    phrases += [Phrase(tail, tail=True, common=True) for tail in registry.data["qualifiers"]]
    for province in province_names():
        phrases += [
            Phrase(f"tỉnh {province}", _PLACE, tail=True),
            Phrase(province, 110, tail=True),
        ]
    return Search(phrases)


def read_agency_cell(damaged: str) -> AgencyReading:
    """The list of known names that a damaged agency cell prints, with its separators.

    ``damaged`` may hold noise and line breaks. ``confidence`` (0-1) falls with the part of the
    letters the ink contradicts and with the nearness of another name. Where no list explains
    the cell well the text is "" and the caller reads the cell by other means.
    """
    return _read(current(), damaged).reading


class CellRead(NamedTuple):
    """A reading, the names that it is made of, as the registry prints them, and what is written:
    the names as the ink has them, the separators between them with the stop after the last one.

    A separator is None where the ink shows none. ``tails`` are what follows names.
    """

    reading: AgencyReading
    names: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    separators: tuple[str | None, ...] = ()
    tails: tuple[str, ...] = ()


def read_alone(damaged: str) -> CellRead:
    """A damaged agency cell read as if it stood alone."""
    return _read(current(), damaged)


@lru_cache(maxsize=8192)
def _read(registry: Registry, damaged: str) -> CellRead:
    return _read_with(_search(registry), damaged, frozenset())


def _read_with(search: Search, damaged: str, favoured: frozenset[str]) -> CellRead:
    nothing = CellRead(AgencyReading("", 0.0))
    lines = nfc(damaged).strip()
    found = search.read(lines)
    printed = lines.replace("\n", " ")
    if found is None or not found.letters:
        return nothing
    strain = _strain(found)
    most = _MOST_COST_A_LETTER + (0.06 if favoured else 0.0)
    if strain > most and not (strain < 0.45 and _clear(found)):
        return nothing
    confidence = _confidence(found, strain)
    names = tuple(part.phrase.text for part in found.parts if not part.phrase.tail)
    least = _LEAST_HELPED if favoured.issuperset(names) else _LEAST_CONFIDENCE
    if confidence < least or _far_fetched(found, favoured):
        return nothing
    if search.ghosts:
        confidence *= _explained(found, printed)
    for part in found.parts:
        unseen = _unseen_words(part, printed[part.start : part.end])
        confidence *= (_LOST_KNOWN if part.phrase.text in favoured else _LOST_UNKNOWN) ** unseen
        if _is_branch(part) and not _region(part, printed):
            confidence *= _LOST_UNKNOWN
    confidence = round(confidence, 3)
    written = tuple(_as_inked(part, printed) for part in found.parts)
    separators = _separators(found, printed)
    text = _joined(written, separators)
    tails = tuple(part.phrase.text for part in found.parts if part.phrase.tail)
    return CellRead(AgencyReading(text, confidence), names, written, separators, tails)


# Costs are in hundredths of a wrong letter, confidences and shares 0-1.
_SURE = 0.6  # a cell so sure says which names stand in the document
_MANY_CELLS = 12  # in so many cells, a name that counts stands in two
_QUITE_SURE = 0.85  # a surer cell holds no name that the registry lacks
_UNFAVOURED = 120  # a name not met elsewhere in the document
_LOST_RUN = 110  # words of a name that are lost together, and each of their letters
_LOST_LETTER = 3
_MOST_INSIDE = 2  # words lost amid a name; more are lost where a line is, at an end
_LEAST_LEFT = 6  # letters that must be left of a name, and their share of it
_LEAST_SHARE = 0.35
_EVERYDAY = _UNFAVOURED + 12  # dearer names lose no word unless they are met elsewhere
_CLEARLY = 60  # lead that a name needs over others that the same words are left of
_USUAL = 3  # cells that show a usual name; once a part of it stands alone it lost words
_TIMES = 2  # cells that must show a name which the registry lacks
_LEAST_NAME = 10  # its letters
_NEAR_NAME = 0.86  # likeness from which it is one of the registry's, damaged
_OWN = 30  # what it costs
_MOST_BETWEEN = 3  # words of the ink among which the next one of a name is
_UNSEEN = 50.0  # per cent of likeness below which the ink shows nothing of a word
_LOST_KNOWN, _LOST_UNKNOWN = 0.9, 0.7  # kept of the confidence for each such word
_HELPED = 0.9  # kept of it where the document had to decide
_LEAST_HELPED = 0.05  # least of it that is taken where all names stand elsewhere
_LEFT_ALONE = 0.7  # kept of it where the document says nothing like it

Repair = Callable[[Sequence[str]], Sequence[str]]
"""Reads damaged texts, as many as it is given."""


def read_agency_cells(
    cells: Sequence[str], repair: Repair | None = None
) -> tuple[AgencyReading, ...]:
    """Read all damaged agency cells of one document together.

    A plan names the same few agencies over and over: what some cells show without doubt
    decides what the doubtful ones say. Of these names words or lines may be lost, and between
    their words may stand ink that was never printed. ``repair`` reads texts as any text of the
    document: a name that the registry lacks is one where several cells show it.
    """
    registry = current()
    first = [_read(registry, cell) for cell in cells]
    seen = Counter(name for one in first if one.reading.confidence >= _SURE for name in one.names)
    often = 2 if len(cells) >= _MANY_CELLS else 1
    lossy = {name for name in _parts_of(seen) if seen[name] == 1}
    sure = frozenset(name for name, count in seen.items() if count >= often) - lossy
    doubtful = [one.reading.confidence < _QUITE_SURE for one in first]
    own = _own_names(list(itertools.compress(cells, doubtful)), repair) if repair else ()
    if not sure and not own:
        return tuple(one.reading for one in first)
    tails = frozenset(
        tail for one in first if one.reading.confidence >= _SURE for tail in one.tails
    )
    search = _document_search(registry, sure, own, tails)
    limit = _QUITE_SURE if own else _SURE
    known = sure | frozenset(own)
    return tuple(
        one.reading
        if one.reading.confidence >= limit and lossy.isdisjoint(one.names)
        else _second(_read_with(search, cell, known).reading, one.reading)
        for cell, one in zip(cells, first, strict=True)
    )


def _own_names(cells: Sequence[str], repair: Repair) -> tuple[str, ...]:
    """Names that the registry lacks and several of the cells show, as the general repair has
    them, the commonest print of each."""
    printed = dict.fromkeys(cells)
    texts = repair([join_lines(cell) for cell in printed])
    prints: dict[str, Counter[str]] = {}
    for cell, text in zip(printed, texts, strict=True):
        for name in set(split_mentions(text)):
            prints.setdefault(fold(name), Counter())[name] += cells.count(cell)
    found = []
    for key, counted in prints.items():
        name = counted.most_common(1)[0][0]
        if counted.total() >= _TIMES and _is_a_name(name) and not _is_known(key):
            found.append(name)
    return tuple(sorted(found))


def _is_a_name(text: str) -> bool:
    """Whether a text begins as names of agencies do and is long enough to be told again."""
    begins = words(text)
    titles = [title.split() for title in current().data["titles"]]
    return (
        text[:1].isupper()
        and sum(map(str.isalpha, text)) >= _LEAST_NAME
        and any(list(begins[: len(title)]) == title for title in titles)
    )


def _is_known(key: str) -> bool:
    """Whether a folded name is one of the registry's, or as near as damage leaves it."""
    return (
        process.extractOne(
            key,
            _prints(current()).keys(),
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=_NEAR_NAME,
        )
        is not None
    )


def _second(second: AgencyReading, first: AgencyReading) -> AgencyReading:
    """The reading with what the document says elsewhere; the first one where that finds none.

    Where the document had to decide the reading is less sure than its fit says.
    """
    if not second.text or second.confidence < _LEAST_HELPED:
        return replace(first, confidence=first.confidence * _LEFT_ALONE)
    if second.text == first.text and second.confidence < first.confidence:
        return first
    return replace(second, confidence=second.confidence * _HELPED)


def _explained(found: Found, printed: str) -> float:
    """The share of the ink's letters that the names take (0-1)."""
    seen = sum(map(str.isalnum, printed))
    return min(1.0, (found.inked + 2) / seen)


@lru_cache(maxsize=8)
def _document_search(
    registry: Registry,
    favoured: frozenset[str],
    own: tuple[str, ...] = (),
    tails: frozenset[str] = frozenset(),
) -> Search:
    """The search over a document's ``favoured`` names and ``tails``, whole and with words lost,
    and all others at a price; no tail is dearer where the document shows none."""
    phrases = [
        phrase
        if phrase.text in (tails or {phrase.text} if phrase.tail else favoured)
        else replace(phrase, cost=phrase.cost + _UNFAVOURED)
        for phrase in _search(registry).phrases
    ]
    phrases += [Phrase(name, _OWN) for name in own]
    favoured |= frozenset(own)
    shortened: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        known = phrase.text in (tails if phrase.tail else favoured)
        everyday = not phrase.tail and phrase.cost <= _EVERYDAY
        if not phrase.inked and (known or everyday):
            for short in _shortened(phrase, known):
                shortened.setdefault(fold(short.inked), []).append(short)
    phrases += filter(None, map(_likeliest, shortened.values()))
    return Search(phrases, ghosts=True)


def search_for(read: Iterable[CellRead], sure: float) -> Search:
    """A quick search for the names that cells of one document were read as: those of cells with
    ``sure`` confidence and more whole and with words lost, those of others at a price."""
    registry = current()
    seen: dict[str, bool] = {}
    for one in read:
        for name in one.names:
            seen[name] = seen.get(name, False) or one.reading.confidence >= sure
    phrases = [
        phrase if phrase.tail or seen[phrase.text] else replace(phrase, cost=phrase.cost + LETTER)
        for phrase in _search(registry).phrases
        if not phrase.inked and (phrase.text in seen or (phrase.tail and phrase.cost < _PLACE))
    ]
    whole = [phrase for phrase in phrases if not phrase.tail and seen[phrase.text]]
    shortened: dict[str, list[Phrase]] = {}
    for phrase in whole:
        for short in _shortened(phrase, favoured=True):
            shortened.setdefault(fold(short.inked), []).append(short)
    return Search([*phrases, *filter(None, map(_likeliest, shortened.values()))], ghosts=True)


def _parts_of(seen: Mapping[str, int]) -> Iterator[str]:
    """Those of the names that are what is left of a usual one where words of it are lost."""
    usual = [Phrase(name) for name, count in seen.items() if count >= _USUAL]
    left = {fold(short.inked) for phrase in usual for short in _shortened(phrase, True)}
    return (name for name in seen if fold(name) in left)


def _shortened(phrase: Phrase, favoured: bool) -> Iterator[Phrase]:
    """The name without a run of its words; of a name not met elsewhere one word at most."""
    split = phrase.text.split()
    total = sum(map(str.isalpha, phrase.text))
    for first in range(len(split)):
        for end in range(first + 1, len(split) + 1):
            inside = first > 0 and end < len(split)
            if end - first > (_MOST_INSIDE if inside else len(split) if favoured else 1):
                continue
            left = " ".join(split[:first] + split[end:]).strip(" ,-")
            letters = sum(map(str.isalpha, left))
            if letters >= max(_LEAST_LEFT, _LEAST_SHARE * total):
                lost = _LOST_RUN + _LOST_LETTER * (total - letters)
                yield replace(phrase, cost=phrase.cost + lost, inked=left, surcharge=lost)


def _likeliest(rivals: Sequence[Phrase]) -> Phrase | None:
    """Of names that the same words are left of the one that clearly leads, if one does."""
    best = min(rivals, key=lambda phrase: phrase.cost)
    others = [one.cost for one in rivals if one.text != best.text]
    return best if all(cost - best.cost > _CLEARLY for cost in others) else None


def _far_fetched(found: Found, favoured: frozenset[str]) -> bool:
    """Whether the ink hardly supports one of the names: it says something else there."""
    return any(
        _misfit(part)
        > (
            _MOST_TAIL_COST_A_LETTER
            if part.phrase.tail
            else _MOST_PART_COST_A_LETTER + (0.1 if part.phrase.text in favoured else 0.0)
        )
        for part in found.parts
    )


def _clear(found: Found) -> bool:
    """One name whose rivals are all far behind: even heavy damage leaves no other reading."""
    return len(found.parts) <= 2 and all(
        part.margin > 25 * max(1, _letters(part)) ** 0.5 for part in found.parts
    )


def _unseen_words(part: Part, piece: str) -> int:
    """How many words of a name the ink shows nothing like."""
    seen = "".join(words(piece))
    return sum(
        len(word) > 2 and fuzz.partial_ratio(word, seen) < _UNSEEN
        for word in words(part.phrase.text)
    )


def _strain(found: Found) -> float:
    """Wrong letters a letter of the whole cell."""
    surcharge = sum(part.phrase.surcharge for part in found.parts)
    return (found.cost - surcharge / 100) / found.inked


def _misfit(part: Part) -> float:
    """Wrong letters a letter of a name."""
    return (part.cost - part.phrase.surcharge) / 100 / max(3, _letters(part))


def _letters(part: Part) -> int:
    return sum(map(str.isalpha, part.phrase.inked or part.phrase.text))


def _confidence(found: Found, strain: float) -> float:
    """How well the worst of the names fits the ink, and how clearly each leads over others: the
    next name one wrong letter further off is nearly certain, none is little more than a guess."""
    worst = max(map(_misfit, found.parts))
    margin = max(0.0, min(part.margin / 100 for part in found.parts))
    fit = max(0.0, 1.0 - max(strain, worst) / 0.5)
    clear = (1.0 - 0.6 * math.exp(-1.8 * margin)) * (1.0 if margin > 0.15 else 0.8)
    return round(fit * clear * 0.97 ** (len(found.parts) - 1), 3)


def _separators(found: Found, printed: str) -> tuple[str | None, ...]:
    """The separators as printed, None where there is no ink, and the stop after the last name."""
    inked = [
        _separator(mark, printed[one.end : after.start], after.phrase)
        for mark, (one, after) in zip(
            found.separators, itertools.pairwise(found.parts), strict=True
        )
    ]
    return *inked, _ending(printed[found.end :])


def _separator(found: str, between: str, after: Phrase) -> str | None:
    """The separator as printed; "và" only where the ink ``between`` shows a letter like its "v".

    Groups are parted from other names by a semicolon where the ink does not say."""
    if after.tail:
        return found
    mark = next((character for character in between if character in ";:,"), "")
    if found == " va ":
        if re.search("[vyuw]", ink(between)):
            return " và "
        found = ", " if mark == "," else _STOPS[0]
    return found if mark or found not in _STOPS or after.common else None


def _joined(written: Sequence[str], separators: Sequence[str | None]) -> str:
    """The names with what parts them; where the ink shows no separator it is that of the cell's
    other names, or a semicolon."""
    shown = [mark for mark in separators[:-1] if mark in _STOPS]
    usual = shown[-1] if len(set(shown)) == 1 else _STOPS[0]
    parts = itertools.chain.from_iterable(zip(written, separators, strict=True))
    return "".join(usual if part is None else part for part in parts)


def _ending(rest: str) -> str:
    """The stop after the last name."""
    stops = [character for character in rest if character in ";:.,"]
    if any(stop in ";:" for stop in stops):
        return ";"
    return "." if "." in stops[:1] else ""


def _as_inked(part: Part, printed: str) -> str:
    """The name, with what the ink decides: capitals of common names, blanks at a hyphen."""
    piece = printed[part.start : part.end]
    text = part.phrase.text
    if part.phrase.common:
        text = _capitals(text, piece)
    if " - " in text:
        hyphen = re.search(r"(\s?)[-–—](\s?)", piece.strip(" -"))
        if hyphen and not hyphen.group(1):
            text = text.replace(" - ", f"-{hyphen.group(2)}", 1)
    region = _region(part, printed)
    return f"{text} {region}" if region else text


def _is_branch(part: Part) -> bool:
    return part.phrase.text.lower().endswith("khu vực")


def _region(part: Part, printed: str) -> str:
    """The number of a branch; "" where the ink shows none or the name is no branch's."""
    if not _is_branch(part):
        return ""
    found = _REGION.match(printed, part.end)
    found = found or _REGION_TAKEN.search(printed[part.start : part.end])
    return found.group(1) if found else ""


@lru_cache(maxsize=4)
def _prints(registry: Registry) -> Mapping[str, tuple[str, ...]]:
    """Folded name → its prints that differ in capitals only."""
    prints: dict[str, list[str]] = {}
    for agency in (*registry.common(), *registry.rare()):
        for name in (agency.name, *agency.aliases):
            prints.setdefault(fold(name), []).append(name)
    return {key: tuple(dict.fromkeys(names)) for key, names in prints.items()}


def _capitals(text: str, piece: str) -> str:
    """The print whose capitals agree best with the ink's; its first letter as the ink has it."""
    prints = _prints(current()).get(fold(text), (text,))
    inked = _inked_words(words(text), piece)
    read = [_first_letter(word) for word in inked]

    def disagreements(name: str) -> int:
        begins = [word[0] for word in name.split()]
        if len(begins) != len(read):
            return 0
        pairs = zip(begins, read, strict=True)
        return sum(a.isupper() != b.isupper() for a, b in pairs if ink(a) == ink(b))

    best = min(prints, key=disagreements)
    first = (begin for word in piece.split() if (begin := _first_letter(word)))
    begin = next((letter for letter in first if ink(letter) == fold(best[0])), "")
    if begin and not best[:2].isupper():
        best = (best[0].upper() if begin.isupper() else best[0].lower()) + best[1:]
    return best


def _inked_words(name: Sequence[str], piece: str) -> list[str]:
    """The word of the ink for each word of a name, "" where it shows none."""
    tokens = piece.split()
    place = 0
    found = []
    for word in name:
        nearest = max(
            range(place, min(place + _MOST_BETWEEN, len(tokens))),
            key=lambda at: (fuzz.ratio(word, ink(tokens[at])), -at),
            default=None,
        )
        if nearest is None or fuzz.ratio(word, ink(tokens[nearest])) < _UNSEEN:
            found.append("")
        else:
            found.append(tokens[nearest])
            place = nearest + 1
    return found


def _first_letter(word: str) -> str:
    """The first letter or digit of a word; "" where it has none."""
    return next((character for character in word if character.isalnum()), "")
