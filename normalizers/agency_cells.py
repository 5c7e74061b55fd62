"""Agency cells that OCR damaged: which list of known names was printed there.

Agency columns draw on a small vocabulary, so a cell is searched for the list of known names that
explains its ink best (``_cell_search``).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from normalizers._cell_search import Found, Part, Phrase, Search
from normalizers.agency_mentions import split_mentions
from normalizers.agency_registry import Agency, Registry, current, province_names
from normalizers.folding import fold, ink, nfc, words


@dataclass(frozen=True, slots=True)
class AgencyReading:
    """The best reading of a damaged cell; ``text`` is "" where no list of names explains it."""

    text: str
    confidence: float


_LONGEST_NAME = 64
_LOST_WORD = 120
_ABBREVIATED = re.compile(r"&|\b(?!UBND|HĐND|MTTQ|KKT|KCN|ĐBQH)[A-ZĐ]{3,}")
_MOST_PART_COST_A_LETTER = 0.34
_LEAST_CONFIDENCE = 0.1
_RARE = 30
_CENTRAL = 15
_MOST_COST_A_LETTER = 0.34
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
    return tuple(dict.fromkeys([*phrases, *qualified, *lowered, *_USUAL_LISTS]))


def _phrases(agency: Agency, name: str) -> Iterator[Phrase]:
    """The name as it is searched for, and without a last word that OCR often loses."""
    group = agency.kind == "group"
    letters = sum(map(str.isalpha, name))
    cost = 80 if letters < 5 else 35 if letters < 8 else 10 if letters < 11 else 0
    cost += _RARE if agency.valid_to else _CENTRAL if agency.level == "central" else 0
    if name != agency.name:
        same = "".join(words(name)) == "".join(words(agency.name))
        cost += 12 if same else 8 if group else 20
    if _ABBREVIATED.search(name):
        cost += _RARE
    yield Phrase(name, cost, common=group)
    stem, _, last = name.rpartition(" ")
    if last in ("tỉnh", "xã") and letters >= 12:
        yield Phrase(name, cost + _LOST_WORD, common=group, inked=stem)


@lru_cache(maxsize=4)
def _search(registry: Registry) -> Search:
    phrases: list[Phrase] = []
    for agency in registry.common():
        for name in (agency.name, *agency.aliases):
            if len(name) <= _LONGEST_NAME:
                phrases += _phrases(agency, name)
    phrases += [Phrase(tail, tail=True, common=True) for tail in registry.data["qualifiers"]]
    for province in province_names():
        phrases += [Phrase(f"tỉnh {province}", 60, tail=True), Phrase(province, 110, tail=True)]
    return Search(phrases)


def read_agency_cell(damaged: str, favoured: frozenset[str] = frozenset()) -> AgencyReading:
    """The list of known names that a damaged agency cell prints, with its separators.

    ``damaged`` may hold noise and line breaks. ``confidence`` (0-1) falls with the part of the
    letters the ink contradicts and with the nearness of another name. Where no list explains
    the cell well the text is "" and the caller reads the cell by other means. ``favoured``
    holds names known to stand elsewhere in the document; they win where the ink is in doubt.
    """
    return _read(current(), damaged, favoured)


@lru_cache(maxsize=8192)
def _read(registry: Registry, damaged: str, favoured: frozenset[str]) -> AgencyReading:
    printed = nfc(damaged).replace("\n", " ").strip()
    found = _search(registry).read(printed, favoured)
    if found is None or not found.letters:
        return AgencyReading("", 0.0)
    strain = found.cost / found.letters
    most = _MOST_COST_A_LETTER + (0.06 if favoured else 0.0)
    if strain > most and not (strain < 0.45 and _clear(found)):
        return AgencyReading("", 0.0)
    confidence = _confidence(found, strain)
    if confidence < _LEAST_CONFIDENCE or _far_fetched(found, favoured):
        return AgencyReading("", 0.0)
    return AgencyReading(_written(found, printed), confidence)


_SURE = 0.6
_MANY_CELLS = 12


def read_agency_cells(cells: Sequence[str]) -> tuple[AgencyReading, ...]:
    """Read all damaged agency cells of one document together.

    A plan names the same few agencies over and over: what some cells show without doubt
    decides what the doubtful ones say.
    """
    first = [read_agency_cell(cell) for cell in cells]
    seen = Counter(
        name[0].upper() + name[1:]
        for reading in first
        if reading.confidence >= _SURE
        for name in split_mentions(reading.text)
    )
    often = 2 if len(cells) >= _MANY_CELLS else 1
    sure = frozenset(name for name, count in seen.items() if count >= often)
    if not sure:
        return tuple(first)
    return tuple(
        reading if reading.confidence >= _SURE else read_agency_cell(cell, sure)
        for cell, reading in zip(cells, first, strict=True)
    )


def _far_fetched(found: Found, favoured: frozenset[str]) -> bool:
    """Whether the ink hardly supports one of the names: it says something else there."""
    return any(
        part.cost / 100 / max(3, _letters(part))
        > _MOST_PART_COST_A_LETTER + (0.1 if part.phrase.text in favoured else 0.0)
        for part in found.parts
    )


def _clear(found: Found) -> bool:
    """One name whose rivals are all far behind: even heavy damage leaves no other reading."""
    return len(found.parts) <= 2 and all(
        part.margin > 25 * max(1, _letters(part)) ** 0.5 for part in found.parts
    )


def _letters(part: Part) -> int:
    return sum(map(str.isalpha, part.phrase.text))


def _confidence(found: Found, strain: float) -> float:
    """How well the worst of the names fits the ink, and how clearly each leads over others: the
    next name one wrong letter further off is nearly certain, none is little more than a guess."""
    worst = max(part.cost / 100 / max(3, _letters(part)) for part in found.parts)
    margin = max(0.0, min(part.margin / 100 for part in found.parts))
    fit = max(0.0, 1.0 - max(strain, worst) / 0.5)
    clear = (1.0 - 0.6 * math.exp(-1.8 * margin)) * (1.0 if margin > 0.15 else 0.8)
    return round(fit * clear * 0.97 ** (len(found.parts) - 1), 3)


def _written(found: Found, printed: str) -> str:
    text = ""
    for number, part in enumerate(found.parts):
        if number:
            text += {" va ": " và "}.get(found.separators[number - 1], found.separators[number - 1])
        text += _as_inked(part, printed)
    return text + _ending(printed[found.end :], text)


def _ending(rest: str, text: str) -> str:
    """The stop after the last name; dots below a vowel are often read as a comma or a dot."""
    stops = [character for character in rest if character in ";:.,"]
    if not stops:
        return ""
    if any(stop in ";:" for stop in stops):
        return ";"
    dotted_last = any(mark in text.rsplit(" ", 1)[-1] for mark in "ạậặẹệịọộợụựỵ")
    return "." if "." in stops[:1] and not dotted_last else ""


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
    return text


@lru_cache(maxsize=4)
def _prints(registry: Registry) -> Mapping[str, tuple[str, ...]]:
    """Folded name → its prints that differ in capitals only."""
    prints: dict[str, list[str]] = {}
    for agency in registry.common():
        for name in (agency.name, *agency.aliases):
            prints.setdefault(fold(name), []).append(name)
    return {key: tuple(dict.fromkeys(names)) for key, names in prints.items()}


def _capitals(text: str, piece: str) -> str:
    """The print whose capitals agree best with the ink's; its first letter as the ink has it."""
    read = [begin for word in piece.split() if (begin := _first_letter(word))]
    prints = _prints(current()).get(fold(text), (text,))

    def disagreements(name: str) -> int:
        begins = [word[0] for word in name.split()]
        if len(begins) != len(read):
            return 0
        pairs = zip(begins, read, strict=True)
        return sum(a.isupper() != b.isupper() for a, b in pairs if ink(a) == ink(b))

    best = min(prints, key=disagreements)
    begin = next((letter for letter in read if ink(letter) == fold(best[0])), "")
    if begin and not best[:2].isupper():
        best = (best[0].upper() if begin.isupper() else best[0].lower()) + best[1:]
    return best


def _first_letter(word: str) -> str:
    """The first letter or digit of a word; "" where it has none."""
    return next((character for character in word if character.isalnum()), "")
