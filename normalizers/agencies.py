"""Agencies: who they are, how a printed list of them splits, which one a name means.

The registry ships as ``data/agencies.toml``: central bodies, the bodies every province and
every commune has, and named groups ("Các sở, ban, ngành"). A ``Scope`` says whose document is
read: "Công an tỉnh" in a plan of Quảng Ngãi is that province's.

``read_agency_cell`` reads a cell that OCR damaged: agency columns draw on a small vocabulary,
so the cell is searched for the list of known names that explains its ink best.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from normalizers._cell_search import Found, Part, Phrase, Search
from normalizers.folding import fold, ink, nfc, one_line, words

Level = Literal["central", "province", "commune", "any"]
MatchKind = Literal["exact", "alias", "fuzzy", "group", "unresolved"]


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency or a named group of agencies.

    ``members`` (ids) is empty but for groups; ``successor_id`` took over on ``valid_to``.
    """

    agency_id: str
    name: str
    kind: str
    level: Level
    parent_id: str | None = None
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor_id: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose document is read: slugs ("quang-ngai", "binh-chuong"), None where unknown."""

    province: str | None = None
    commune: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency a name may mean, and how alike the two are (0-1)."""

    agency_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What a mention means. ``candidates`` names the nearest agencies, best first."""

    agency_id: str | None
    match_kind: MatchKind
    match_score: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class AgencyReading:
    """The best reading of a damaged cell; ``text`` is "" where no list of names explains it."""

    text: str
    confidence: float


# --- the registry -----------------------------------------------------------------------------


def slug(name: str) -> str:
    """``"Sở Nội vụ" → "so-noi-vu"``."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(name)))


@cache
def _data() -> Mapping[str, Any]:
    text = resources.files("normalizers").joinpath("data/agencies.toml").read_text("utf-8")
    return tomllib.loads(text)


def province_names() -> tuple[str, ...]:
    """The printed names of the 34 provinces and cities."""
    return tuple(_data()["provinces"])


@cache
def _province_names() -> Mapping[str, str]:
    """Province slug → printed name."""
    return {slug(name): name for name in _data()["provinces"]}


def _placed(text: str, province: str | None) -> str | None:
    """``text`` with its province filled in; None where that province is not known."""
    if "{tinh}" not in text:
        return text
    return text.replace("{tinh}", province) if province else None


def _without_place(text: str) -> str:
    """The name without its province; "Báo {tinh}" → "Báo tỉnh", too short to stand alone."""
    stem = re.sub(r"\s+(tỉnh\s+)?\{tinh\}", "", text)
    whole = stem == text or len(stem.split()) > 2 or stem.startswith("Tỉnh")
    return stem if whole else f"{stem} tỉnh"


@lru_cache(maxsize=64)
def agencies(scope: Scope | None = None) -> tuple[Agency, ...]:
    """All agencies a document of ``scope`` can name; without one, provinces and communes in
    general (ids "tinh.…" and "xa.…")."""
    data = _data()
    scope = scope or Scope()
    general = scope == Scope()
    province = _province_names().get(scope.province or "")
    places: dict[Level, str] = {"central": "tw", "province": scope.province or "tinh"}
    places["commune"] = f"{scope.province or 'tinh'}.{scope.commune}" if scope.commune else "xa"
    levels: list[tuple[Level, Sequence[Mapping[str, Any]]]] = [("central", data["central"])]
    levels.append(("province", data["province"]))
    if general or scope.commune:
        levels.append(("commune", data["commune"]))
    found: list[Agency] = []
    for level, entries in levels:
        found += _bodies(level, entries, places[level], province)
    return (*found, *_groups(data["group"], scope, places, found))


def _bodies(
    level: Level, entries: Sequence[Mapping[str, Any]], place: str, province: str | None
) -> Iterator[Agency]:
    def identify(name: str | None) -> str | None:
        return f"{place}.{slug(_without_place(name))}" if name else None

    for entry in entries:
        if province and entry.get("only", province) != province:
            continue
        printed = [entry["name"], *entry.get("aliases", ())]
        names = [filled for text in printed if (filled := _placed(text, province))]
        names += [_without_place(text) for text in printed if "{tinh}" in text and not province]
        yield Agency(
            agency_id=str(identify(entry["name"])),
            name=names[0],
            kind=entry["kind"],
            level=level,
            parent_id=identify(entry.get("parent")),
            aliases=tuple(name for name in dict.fromkeys(names[1:]) if name != names[0]),
            valid_from=entry.get("valid_from"),
            valid_to=entry.get("valid_to"),
            successor_id=identify(entry.get("successor")),
        )


def _groups(
    entries: Sequence[Mapping[str, Any]],
    scope: Scope,
    places: Mapping[Level, str],
    bodies: Sequence[Agency],
) -> Iterator[Agency]:
    narrowest: Level = "commune" if scope.commune else "province"

    def identify(name: str, level: Level) -> str:
        wide = level == "commune" and not scope.commune
        place = places["province"] if wide else places[narrowest if level == "any" else level]
        return f"{place}.nhom.{slug(name)}"

    level_of = {entry["name"]: entry["level"] for entry in entries}
    for entry in entries:
        level: Level = entry["level"]
        members = [identify(name, level_of[name]) for name in entry.get("members", ())]
        if kind := entry.get("member_kind"):
            members += [
                body.agency_id
                for body in bodies
                if body.kind == kind and body.level == level and body.valid_to is None
            ]
        yield Agency(
            agency_id=identify(entry["name"], level),
            name=entry["name"],
            kind="group",
            level=level,
            aliases=tuple(entry.get("aliases", ())),
            members=tuple(members),
        )


# --- splitting a list of names ----------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*|;")
_TRAILING = " \t;,.:–—-|"


@cache
def _names_by_word() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """All printed names as folded words, under their first word, longest first.

    A semicolon counts as a word: "Các sở, ngành; địa phương" is found with and without it, and
    no other name runs over one.
    """
    names: set[tuple[str, ...]] = set()
    for agency in agencies():
        for printed in (agency.name, *agency.aliases):
            names.update((_name_words(printed), _name_words(printed.replace(";", ","))))
    for entry in _data()["province"]:
        for text in (entry["name"], *entry.get("aliases", ())):
            if "{tinh}" in text:
                names.update(
                    _name_words(text.replace("{tinh}", province))
                    for province in _data()["provinces"]
                )
    by_word: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        by_word.setdefault(name[0], []).append(name)
    return {
        word: tuple(sorted(group, key=lambda name: (-len(name), name)))
        for word, group in by_word.items()
    }


@cache
def _openings() -> frozenset[tuple[str, ...]]:
    """The first two folded words of every name."""
    names = (name for group in _names_by_word().values() for name in group)
    return frozenset(name[:2] for name in names)


def _name_words(text: str) -> tuple[str, ...]:
    return tuple(fold(match.group()) for match in _WORD.finditer(text))


def find_names(text: str) -> list[tuple[int, int]]:
    """Where names of the registry stand in ``text``: [start, end), left to right, the longest
    at each place, none overlapping. Case and diacritics are not compared."""
    tokens = [(match.start(), match.end(), fold(match.group())) for match in _WORD.finditer(text)]
    spans = []
    at = 0
    while at < len(tokens):
        here = tuple(token[2] for token in tokens[at : at + 24])
        for name in _names_by_word().get(here[0], ()):
            if here[: len(name)] == name:
                spans.append((tokens[at][0], tokens[at + len(name) - 1][1]))
                at += len(name)
                break
        else:
            at += 1
    return spans


_SPLIT = re.compile(r"\s*(;)\s*|\s*(,)\s*|\s+(và)\s+", re.IGNORECASE)


@lru_cache(maxsize=8192)
def split_mentions(text: str) -> tuple[str, ...]:
    """Split a printed list of agencies into its names, as a reader would.

    A semicolon always parts two names, a comma and a "và" only where both sides are names:
    "Công an tỉnh, Sở Nội vụ và Sở Y tế" are three, "Các sở, ban, ngành" is one. Separators
    inside a known name never count.
    """
    printed = one_line(text)
    spans = find_names(printed)

    def inside(place: int) -> bool:
        return any(start <= place < end for start, end in spans)

    def is_name(start: int, end: int) -> bool:
        piece = printed[start:end].strip(_TRAILING)
        first = words(piece)[:2]
        if not first:
            return False
        begin = printed.find(piece, start)
        return any(span[0] == begin for span in spans) or (
            len(first) == 2 and (first[0] in _data()["heads"] or first in _openings())
        )

    cuts: list[tuple[int, int]] = []
    begin = 0
    separators = [match for match in _SPLIT.finditer(printed) if not inside(match.start())]
    for number, match in enumerate(separators):
        after = [later.start() for later in separators[number + 1 :]]
        end = after[0] if after else len(printed)
        sure = match.group(1) is not None
        if sure or (is_name(begin, match.start()) and is_name(match.end(), end)):
            cuts.append((match.start(), match.end()))
            begin = match.end()
    mentions = []
    begin = 0
    for start, end in [*cuts, (len(printed), len(printed))]:
        mentions.append(printed[begin:start].strip(_TRAILING))
        begin = end
    return tuple(mention for mention in mentions if words(mention))


# --- what a name means ------------------------------------------------------------------------

_LEAST_SCORE = 0.84
_LEAST_MARGIN = 0.06
_LONGEST_MENTION = 240
# What follows a name without belonging to it: "Sở Y tế (cơ quan thường trực)".
_ASIDE = re.compile(r"\s*\(|\s+[–—-]")


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of one scope: folded key → agencies, and the same keys without blanks."""

    by_key: Mapping[str, tuple[tuple[Agency, str], ...]]
    keys: tuple[str, ...]
    tight: tuple[str, ...]
    tails: tuple[str, ...]


@lru_cache(maxsize=64)
def _index(scope: Scope) -> _Index:
    by_key: dict[str, list[tuple[Agency, str]]] = {}
    for agency in agencies(scope):
        for name in (agency.name, *agency.aliases):
            by_key.setdefault(" ".join(words(name)), []).append((agency, name))
    tails = [" ".join(words(tail)) for tail in _data()["qualifiers"]]
    province = _province_names().get(scope.province or "")
    if province:
        folded = fold(province)
        tails += [f"tinh {folded}", f"thanh pho {folded}", folded]
    if scope.commune:
        tails.append(scope.commune.replace("-", " "))
    keys = tuple(by_key)
    return _Index(
        {key: tuple(entries) for key, entries in by_key.items()},
        keys,
        tuple(key.replace(" ", "") for key in keys),
        tuple(sorted(tails, key=len, reverse=True)),
    )


def _bare(text: str) -> str:
    """Letters and digits alone, with their diacritics, without case."""
    return "".join(filter(str.isalnum, text.casefold()))


def _exactly(mention: str, entries: Sequence[tuple[Agency, str]]) -> Match:
    """A match whose folded words agree; the letters themselves grade it and break ties."""
    graded = sorted(
        (
            (
                round(Levenshtein.normalized_similarity(_bare(mention), _bare(name)), 4),
                agency.name == name,
                agency,
            )
            for agency, name in entries
        ),
        key=lambda grade: (-grade[0], not grade[1], grade[2].agency_id),
    )
    score, is_name, agency = graded[0]
    seen: dict[str, float] = {}
    for grade, _, other in graded:
        seen.setdefault(other.agency_id, grade)
    candidates = tuple(Candidate(agency_id, grade) for agency_id, grade in seen.items())
    rivals = {other.agency_id for grade, _, other in graded if grade == score}
    if len(rivals) > 1:
        return Match(None, "unresolved", score, candidates)
    if agency.kind == "group":
        return Match(agency.agency_id, "group", 1.0, candidates)
    if score < 1.0:
        return Match(agency.agency_id, "fuzzy", score, candidates)
    return Match(agency.agency_id, "exact" if is_name else "alias", 1.0, candidates)


@lru_cache(maxsize=16384)
def resolve(mention: str, scope: Scope) -> Match:
    """Which agency of ``scope`` a mention names.

    Exact names and aliases first, then without what only qualifies them ("có liên quan", the own
    name of the province or commune), then the nearest name in folded edit distance: accepted only
    where it is near (≥ 0.84) and clearly nearer than any other agency's (by ≥ 0.06).
    """
    text = one_line(mention).strip(_TRAILING)
    if len(text) > _LONGEST_MENTION:
        return Match(None, "unresolved", 0.0)
    index = _index(scope)
    key = " ".join(words(text))
    if not key:
        return Match(None, "unresolved", 0.0)
    if key in index.by_key:
        return _exactly(text, index.by_key[key])
    for tail in index.tails:
        if key.endswith(" " + tail):
            stem = key[: -len(tail) - 1]
            if stem in index.by_key:
                kept = " ".join(text.split()[: len(stem.split())])
                match = _exactly(kept.strip(_TRAILING), index.by_key[stem])
                return replace(match, match_kind="alias") if match.match_kind == "exact" else match
    head = _ASIDE.split(text, maxsplit=1)[0]
    head_key = " ".join(words(head))
    if head != text and head_key in index.by_key:
        match = _exactly(head.strip(_TRAILING), index.by_key[head_key])
        kind: MatchKind = "group" if match.match_kind == "group" else "fuzzy"
        return replace(match, match_kind=kind, match_score=min(match.match_score, 0.9))
    return _nearest(key, index)


def _nearest(key: str, index: _Index) -> Match:
    tight = key.replace(" ", "")
    near = process.extract(
        tight, index.tight, scorer=Levenshtein.normalized_similarity, limit=12, score_cutoff=0.5
    )
    best: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for _, score, place in near:
        for agency, _name in index.by_key[index.keys[place]]:
            best[agency.agency_id] = max(best.get(agency.agency_id, 0.0), score)
            kinds[agency.agency_id] = agency.kind
    order = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    candidates = tuple(Candidate(agency_id, round(score, 4)) for agency_id, score in order[:3])
    if not order:
        return Match(None, "unresolved", 0.0)
    agency_id, score = order[0]
    runner_up = order[1][1] if len(order) > 1 else 0.0
    if score < _LEAST_SCORE or score - runner_up < _LEAST_MARGIN:
        return Match(None, "unresolved", round(score, 4), candidates)
    kind: MatchKind = "group" if kinds[agency_id] == "group" else "fuzzy"
    return Match(agency_id, kind, round(min(score, 0.949), 4), candidates)


# --- damaged cells ----------------------------------------------------------------------------

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


@cache
def agency_phrases() -> tuple[str, ...]:
    """Every name, alias and usual list as agency columns print them."""
    phrases: list[str] = []
    for agency in agencies():
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


@cache
def _search() -> Search:
    phrases: list[Phrase] = []
    for agency in agencies():
        for name in (agency.name, *agency.aliases):
            if len(name) <= _LONGEST_NAME:
                phrases += _phrases(agency, name)
    phrases += [Phrase(tail, tail=True, common=True) for tail in _data()["qualifiers"]]
    for province in _data()["provinces"]:
        phrases += [Phrase(f"tỉnh {province}", 60, tail=True), Phrase(province, 110, tail=True)]
    return Search(phrases)


@lru_cache(maxsize=8192)
def read_agency_cell(damaged: str, favoured: frozenset[str] = frozenset()) -> AgencyReading:
    """The list of known names that a damaged agency cell prints, with its separators.

    ``damaged`` may hold noise and line breaks. ``confidence`` (0-1) falls with the part of the
    letters the ink contradicts and with the nearness of another name. Where no list explains
    the cell well the text is "" and the caller reads the cell by other means. ``favoured``
    holds names known to stand elsewhere in the document; they win where the ink is in doubt.
    """
    printed = nfc(damaged).replace("\n", " ").strip()
    found = _search().read(printed, favoured)
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


@cache
def _prints() -> Mapping[str, tuple[str, ...]]:
    """Folded name → its prints that differ in capitals only."""
    prints: dict[str, list[str]] = {}
    for agency in agencies():
        for name in (agency.name, *agency.aliases):
            prints.setdefault(fold(name), []).append(name)
    return {key: tuple(dict.fromkeys(names)) for key, names in prints.items()}


def _capitals(text: str, piece: str) -> str:
    """The print whose capitals agree best with the ink's; its first letter as the ink has it."""
    read = [begin for word in piece.split() if (begin := _first_letter(word))]
    prints = _prints().get(fold(text), (text,))

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
