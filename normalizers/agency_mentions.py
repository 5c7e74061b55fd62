"""Lists of agencies: where they split, and which agency each name means.

``split_mentions`` splits a printed list as a reader would; ``resolve`` says whom a name means in
the scope of its document: "Công an tỉnh" in a plan of Quảng Ngãi is that province's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from normalizers.agency_registry import (
    CAPITAL,
    TONES,
    Agency,
    Commune,
    Province,
    Registry,
    Scope,
    communes,
    communes_named,
    current,
    province_names,
    provinces,
)
from normalizers.folding import fold, ink, one_line, words

MatchKind = Literal["exact", "alias", "fuzzy", "group", "unresolved"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency a name may mean, and how alike the two are (0-1)."""

    agency_id: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What a mention means. ``candidates`` names the nearest agencies, best first."""

    agency_id: str | None
    match_kind: MatchKind
    match_score: float
    candidates: tuple[Candidate, ...] = ()


_NOBODY = Match(None, "unresolved", 0.0)

# --- splitting a list of names ----------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*|;")
_TRAILING = " \t;,.:–—-|"
_BRACKETS = re.compile(r"\([^()]*\)")
_SEPARATOR = re.compile(r"\s*,\s*|\s*/\s*|\s+(?:và|&|[–—+-])\s+", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-+•*–]|\d{1,2}[.)-]|[a-zđ]\))\s+")
_LABEL = re.compile(
    r"(?:(?:cơ quan|đơn vị)\s+)?(?:chủ trì|phối hợp|thực hiện)\s*:\s*", re.IGNORECASE
)
_PLACE_BEGIN = re.compile(rf"(?:[Xx]ã|[Pp]hường|[Đđ]ặc [Kk]hu)\s+{CAPITAL}")
_SUPERIORS = frozenset({"committee", "council", "party", "steering"})
_LONGEST_PIECES = 3
_LONGEST_TITLE = 3  # words
_LONGEST_OPENING = 60  # characters that two words take at most
_NEARLY = 0.88


class _Names:
    """All printed names of a registry as folded words, for finding them in a text."""

    def __init__(self, registry: Registry) -> None:
        names: dict[tuple[str, ...], str] = {}
        for agency in registry.agencies():
            for printed in (agency.name, *agency.aliases):
                for text in (printed, printed.replace(";", ",")):
                    names.setdefault(_name_words(text), agency.kind)
        for entry in registry.data["province"]:
            for text in (entry["name"], *entry.get("aliases", ())):
                if "{tinh}" in text:
                    for province in province_names():
                        key = _name_words(text.replace("{tinh}", province))
                        names.setdefault(key, entry.get("kind", "other"))
        self.kind = names
        by_word: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            by_word.setdefault(name[0], []).append(name)
        self.by_word: Mapping[str, tuple[tuple[str, ...], ...]] = {
            word: tuple(sorted(group, key=lambda name: (-len(name), name)))
            for word, group in by_word.items()
        }
        self.openings = frozenset(name[:2] for name in names)
        self.heads = frozenset(registry.data["heads"])
        self.titles = frozenset(tuple(title.split()) for title in registry.data["titles"])
        several = {
            "".join(_name_words(printed))
            for agency in registry.agencies()
            for printed in (agency.name, *agency.aliases)
            if ";" not in printed and _SEPARATOR.search(printed)
        }
        self.of_several_pieces = tuple(sorted(several))

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Where names stand: (start, end, kind), left to right, the longest at each place."""
        tokens = [(one.start(), one.end(), fold(one.group())) for one in _WORD.finditer(text)]
        spans = []
        at = 0
        while at < len(tokens):
            here = tuple(token[2] for token in tokens[at : at + 24])
            for name in self.by_word.get(here[0], ()):
                if here[: len(name)] == name:
                    spans.append((tokens[at][0], tokens[at + len(name) - 1][1], self.kind[name]))
                    at += len(name)
                    break
            else:
                at += 1
        return spans


def _name_words(text: str) -> tuple[str, ...]:
    return tuple(fold(match.group()) for match in _WORD.finditer(text))


@lru_cache(maxsize=4)
def _names(registry: Registry) -> _Names:
    return _Names(registry)


def find_names(text: str) -> list[tuple[int, int]]:
    """Where names of the registry stand in ``text``: [start, end), left to right, the longest
    at each place, none overlapping. Case and diacritics are not compared."""
    return [(start, end) for start, end, _ in _names(current()).find(text)]


def split_mentions(text: str) -> tuple[str, ...]:
    """Split a printed list of agencies into its names, as a reader would.

    A semicolon parts two names. A comma, a slash, a dash or a "và" does where both sides are
    names: "Công an tỉnh, Sở Nội vụ và Sở Y tế" are three, "Các sở, ban, ngành" is one. Inside a
    name, damaged by a letter or not, or inside brackets, they never do. Names that follow each
    other without a separator part before a capital.
    """
    return _split(current(), text)


@lru_cache(maxsize=8192)
def _split(registry: Registry, text: str) -> tuple[str, ...]:
    printed = one_line(text)
    mentions: list[str] = []
    for piece in _between_semicolons(printed):
        mentions += _split_piece(_names(registry), piece)
    return tuple(filter(words, map(_trimmed, mentions)))


def _trimmed(mention: str) -> str:
    """The name without bullets, labels ("Chủ trì:") and the stops around it."""
    text = mention.strip(_TRAILING) if not mention.lstrip().startswith("-") else mention.strip()
    for opening in (_BULLET, _LABEL):
        if match := opening.match(text):
            text = text[match.end() :]
    return text.strip(_TRAILING)


def _between_semicolons(printed: str) -> Iterator[str]:
    hidden = _hide_brackets(printed)
    start = 0
    for end in [*(place for place, sign in enumerate(hidden) if sign == ";"), len(hidden)]:
        yield printed[start:end]
        start = end + 1


def _hide_brackets(text: str) -> str:
    """The text with what stands in brackets blotted out, character for character."""
    return _BRACKETS.sub(lambda match: "·" * len(match.group()), text)


def _split_piece(names: _Names, piece: str) -> Iterator[str]:
    """The names of a piece without semicolons."""
    hidden = _hide_brackets(piece)
    spans = names.find(hidden)
    if len(spans) == 1 and hidden[: spans[0][0]].strip() == "" and spans[0][1] == len(hidden):
        yield piece
        return
    separators = [
        (match.start(), match.end())
        for match in _SEPARATOR.finditer(hidden)
        if not any(start <= match.start() < end for start, end, _ in spans)
    ]
    separators += _joints(hidden, spans)
    separators.sort()
    begin = 0
    skip = 0
    for number, (start, end) in enumerate(separators):
        if start < skip:
            continue
        ends = [later[0] for later in separators[number + 1 : number + 1 + _LONGEST_PIECES]]
        ends.append(len(piece))
        left = hidden[begin : min(start, begin + _LONGEST_OPENING)]
        right = hidden[end : min(ends[0], end + _LONGEST_OPENING)]
        if not (_is_name(names, left, begin, spans) and _is_name(names, right, end, spans)):
            continue
        known = _begins(left, begin, spans) and _begins(right, end, spans)
        if not known and (joined := _one_damaged_name(names, hidden, begin, ends)):
            skip = joined
            continue
        yield piece[begin:start]
        begin = end
    yield piece[begin:]


def _begins(part: str, start: int, spans: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a known name stands where the part begins."""
    first = start + len(part) - len(part.lstrip(_TRAILING))
    return any(span[0] == first for span in spans)


def _is_name(names: _Names, part: str, start: int, spans: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a part of a list reads as a body's name of its own."""
    first = words(part)[:2]
    if not first:
        return False
    if _begins(part, start, spans) or _PLACE_BEGIN.match(part.lstrip(_TRAILING)):
        return True
    if len(first) == 2 and (first[0] in names.heads or first in names.openings):
        return True
    printed = [match.group() for match in _WORD.finditer(part)][: _LONGEST_TITLE + 1]
    folded = tuple(map(fold, printed))
    return printed[0][:1].isupper() and any(
        folded[:count] in names.titles and printed[count][:1].isupper()
        for count in range(1, len(printed))
    )


def _joints(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    """Where two names follow each other without a separator, as lines of a cell do.

    Not where the second may be the body that the first belongs to ("Phòng Kinh tế UBND xã").
    """
    for (_, end, _), (start, _, kind) in pairwise(spans):
        blank = text[end:start]
        if blank and not blank.strip() and text[start].isupper() and kind not in _SUPERIORS:
            yield end, start


def _one_damaged_name(names: _Names, text: str, begin: int, ends: Sequence[int]) -> int:
    """Where a name of several pieces ends that begins at ``begin`` but for damage; 0 if none."""
    for end in ends[:_LONGEST_PIECES]:
        if end - begin <= _LONGEST_MENTION and process.extractOne(
            "".join(_name_words(text[begin:end])),
            names.of_several_pieces,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=_NEARLY,
        ):
            return end
    return 0


# --- what a name means ------------------------------------------------------------------------

_LEAST_SCORE = 0.84
_LEAST_MARGIN = 0.06
_MOST_FUZZY = 0.94
"""Highest score (0-1) of a name that is not printed as the registry has it."""
_MOST_ASIDE = 0.9
_SHOWN = 3
_LONGEST_MENTION = 240
# What follows a name without belonging to it: "Sở Y tế (cơ quan thường trực)".
_ASIDE = re.compile(r"\s*\(|\s+[–—-]")
_FOLDED_WORD = re.compile(r"[a-z0-9]+")
_CITY_WORDS: tuple[tuple[str, ...], ...] = (("tinh",), ("thanh", "pho"), ("tp",))
_KINDS = {("xa",): "xã", ("phuong",): "phường", ("dac", "khu"): "đặc khu"}
_LONGEST_PLACE = 6  # words


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of some agencies: folded key → (agency, name), and the keys without blanks."""

    by_key: Mapping[str, tuple[tuple[Agency, str], ...]]
    keys: tuple[str, ...]
    tight: tuple[str, ...]


def _index_of(agencies: Iterable[Agency]) -> _Index:
    by_key: dict[str, list[tuple[Agency, str]]] = {}
    for agency in agencies:
        for name in (agency.name, *agency.aliases):
            by_key.setdefault(" ".join(words(name)), []).append((agency, name))
    keys = tuple(by_key)
    return _Index(
        {key: tuple(entries) for key, entries in by_key.items()},
        keys,
        tuple(key.replace(" ", "") for key in keys),
    )


@lru_cache(maxsize=64)
def _in_scope(registry: Registry, scope: Scope) -> _Index:
    return _index_of(registry.agencies(scope))


@lru_cache(maxsize=256)
def _in_place(registry: Registry, place: Province | Commune) -> _Index:
    """The names of a province's or a commune's own bodies."""
    if isinstance(place, Province):
        return _index_of(registry.of_province(place.slug))
    return _index_of(registry.of_commune(place.province, place.slug))


@lru_cache(maxsize=16384)
def _spoken(text: str) -> str:
    """Letters and digits without case, each word's tone behind it: "Uỷ" is "Ủy", not "Uy"."""
    spoken = ""
    for word in text.casefold().split():
        letters = [sign for sign in unicodedata.normalize("NFD", word) if sign not in TONES]
        tones = [sign for sign in unicodedata.normalize("NFD", word) if sign in TONES]
        spoken += "".join(sign for sign in letters if sign.isalnum() or sign > "\u02ff")
        spoken += "".join(sorted(tones))
    return spoken


def _alike(left: str, right: str) -> float:
    """How alike two names are letter by letter (0-1), wherever their tones are written."""
    return round(Levenshtein.normalized_similarity(_spoken(left), _spoken(right)), 4)


def resolve(mention: str, scope: Scope) -> Match:
    """Which agency a mention names in a document of ``scope``.

    Names and aliases of the scope first; then without what only qualifies them ("có liên quan");
    then those of the province or commune the mention itself names ("Sở Y tế Quảng Trị", "Công an
    xã Bình Chương"); then the nearest name in folded edit distance, accepted only where it is near
    (≥ 0.84) and clearly nearer than any other agency's (by ≥ 0.06; where folded names tie, by
    their very letters). A name that is not printed as the registry has it scores at most 0.94.
    """
    return _resolve(current(), mention, scope)


@lru_cache(maxsize=32768)
def _resolve(registry: Registry, mention: str, scope: Scope) -> Match:
    text = _trimmed(one_line(mention))
    if len(text) > _LONGEST_MENTION or not words(text):
        return _NOBODY
    index = _in_scope(registry, scope)
    match = _known(registry, text, index) or _placed(registry, text, scope)
    if match:
        return match
    head = _ASIDE.split(text, maxsplit=1)[0]
    if head != text and words(head):
        match = _known(registry, head, index) or _placed(registry, head, scope)
        if match and match.agency_id:
            return _weaker(match, _MOST_ASIDE)
    return _misprinted_commune(registry, text, scope) or _nearest(text, index)


def _weaker(match: Match, most: float) -> Match:
    kind: MatchKind = "group" if match.match_kind == "group" else "fuzzy"
    return replace(match, match_kind=kind, match_score=min(match.match_score, most))


def _known(registry: Registry, text: str, index: _Index) -> Match | None:
    """The match of a name whose folded words are known, with or without a qualifier."""
    folded = words(text)
    key = " ".join(folded)
    if key in index.by_key:
        return _exactly(text, key, index)
    for tail in _qualifiers(registry):
        if key.endswith(tail):
            stem = _first_words(text, len(folded) - len(tail.split()))
            match = _known(registry, stem, index)
            if match and match.match_kind == "exact":
                return replace(match, match_kind="alias")
            return match
    return None


_QUALIFIERS = ("qualifiers", "rare_qualifiers")


@lru_cache(maxsize=4)
def _qualifiers(registry: Registry) -> tuple[str, ...]:
    tails = [" " + " ".join(words(tail)) for key in _QUALIFIERS for tail in registry.data[key]]
    return tuple(sorted(tails, key=len, reverse=True))


def _first_words(text: str, count: int) -> str:
    """The text up to the end of its ``count``-th folded word."""
    found = list(_FOLDED_WORD.finditer(ink(text)))
    return text[: found[count - 1].end()] if 0 < count <= len(found) else ""


def _exactly(text: str, key: str, index: _Index) -> Match:
    """A match whose folded words agree; the letters themselves grade it and break ties.

    Where letters differ the name may be another's, damaged: that must be further off.
    """
    graded = _graded(text, index.by_key[key])
    score = graded[0][1]
    if score < 1.0 and not text.isascii():
        graded = _graded(text, [*index.by_key[key], *_near(key, index)])
    return _decided(graded, 0.0)


def _near(key: str, index: _Index) -> list[tuple[Agency, str]]:
    found = process.extract(
        key.replace(" ", ""),
        index.tight,
        scorer=Levenshtein.normalized_similarity,
        limit=None,
        score_cutoff=_LEAST_SCORE,
    )
    return [entry for _, _, place in found for entry in index.by_key[index.keys[place]]]


_Graded = list[tuple[Agency, float, str]]
"""Agencies with the likeness of their best name and that name, best first."""


def _graded(text: str, entries: Iterable[tuple[Agency, str]]) -> _Graded:
    best: dict[str, tuple[Agency, float, str]] = {}
    for agency, name in entries:
        score = _alike(text, name)
        known = best.get(agency.agency_id)
        if known is None or score > known[1] or (score == known[1] and name == agency.name):
            best[agency.agency_id] = (agency, score, name)
    return sorted(best.values(), key=lambda one: (-one[1], one[0].agency_id))


def _decided(graded: _Graded, margin: float) -> Match:
    """The best of the graded agencies, if it leads; else nobody, with the candidates."""
    shown = tuple(Candidate(one.agency_id, one.name, score) for one, score, _ in graded[:_SHOWN])
    agency, score, name = graded[0]
    if len(graded) > 1 and score - graded[1][1] <= margin:
        return Match(None, "unresolved", min(score, _MOST_FUZZY), shown)
    if score < 1.0:
        score = min(score, _MOST_FUZZY)
    kind: MatchKind = "fuzzy" if score < 1.0 else "exact" if name == agency.name else "alias"
    if agency.kind == "group":
        kind = "group"
    return Match(agency.agency_id, kind, score, shown)


# --- names that tell their place --------------------------------------------------------------


def _placed(registry: Registry, text: str, scope: Scope) -> Match | None:
    """The match of a name that ends in a province's or a commune's."""
    folded = words(text)
    matches: list[Match] = []
    for count in range(min(_LONGEST_PLACE, len(folded)), 0, -1):
        tail = folded[-count:]
        for place, kind_words in _places(tail, folded[:-count], scope):
            stem = _first_words(text, len(folded) - count - len(kind_words))
            match = _of_place(registry, text, stem, place)
            if match:
                matches.append(match)
        if matches:
            return _best(matches)
    return None


def _places(
    tail: tuple[str, ...], before: tuple[str, ...], scope: Scope
) -> Iterator[tuple[Province | Commune, tuple[str, ...]]]:
    """The places a name's last words may be, each with the words of its kind before them."""
    province = _provinces_by_words().get(tail)
    if province:
        yield province, next((one for one in _CITY_WORDS if before[-len(one) :] == one), ())
    for words_of_kind, kind in _KINDS.items():
        if before[-len(words_of_kind) :] == words_of_kind:
            name = " ".join(tail)
            here = [one for one in communes_named(name, kind) if one.province == scope.province]
            everywhere = communes_named(name, kind) if scope.province is None else ()
            for commune in here or (everywhere if len(everywhere) == 1 else ()):
                yield commune, words_of_kind
    own = communes(scope.province).get(scope.commune or "")
    if own and words(own.name) == tail and before[-1:] not in _KINDS:
        yield own, ()


@lru_cache(maxsize=1)
def _provinces_by_words() -> Mapping[tuple[str, ...], Province]:
    return {words(one.name): one for one in provinces().values()}


def _of_place(registry: Registry, text: str, stem: str, place: Province | Commune) -> Match | None:
    """The match of a name among a place's own bodies, with the place in it or left out."""
    index = _in_place(registry, place)
    match = _known(registry, text, index)
    if match:
        return match
    for name in (stem, f"{stem} {place.kind}"):
        match = _known(registry, name, index) if words(name) and stem else None
        if match and match.agency_id:
            tail = text[len(stem) :].strip()
            written = max(_alike(tail, one) for one in (place.name, f"{place.kind} {place.name}"))
            if isinstance(place, Province):
                written = max(written, _alike(tail, f"TP {place.name}"))
            if written < 1.0:
                return _weaker(match, min(_MOST_FUZZY, written))
            return replace(match, match_kind="alias") if match.match_kind == "exact" else match
    return None


def _best(matches: Sequence[Match]) -> Match:
    """The one best match; nobody where two different agencies are as good."""
    order = sorted(matches, key=lambda one: -one.match_score)
    rivals = {one.agency_id for one in order if one.match_score == order[0].match_score}
    if len(rivals) > 1:
        candidates = tuple(candidate for one in order for candidate in one.candidates[:1])
        score = min(order[0].match_score, _MOST_FUZZY)
        return Match(None, "unresolved", score, candidates[:_SHOWN])
    return order[0]


def _misprinted_commune(registry: Registry, text: str, scope: Scope) -> Match | None:
    """The match of a commune's body whose place is misprinted: "UBND xã Bình Chươg".

    The place itself must be near, not just the words before it: "UBND xã Bình An" was another.
    """
    folded = words(text)
    here = communes(scope.province)
    for at in range(len(folded)):
        for words_of_kind, kind in _KINDS.items():
            place_at = at + len(words_of_kind)
            if folded[at:place_at] != words_of_kind or place_at >= len(folded):
                continue
            printed = "".join(folded[place_at:])
            graded = sorted(
                (
                    (Levenshtein.normalized_similarity(printed, "".join(words(one.name))), one)
                    for one in here.values()
                    if one.kind == kind
                ),
                key=lambda pair: (-pair[0], pair[1].slug),
            )
            if not graded or graded[0][0] < _LEAST_SCORE:
                continue
            score, commune = graded[0]
            if len(graded) > 1 and score - graded[1][0] < _LEAST_MARGIN:
                continue
            head = _first_words(text, at)
            full = f"{head} {kind} {commune.name}".strip()
            match = _known(registry, full, _in_place(registry, commune))
            if match and match.agency_id:
                return _weaker(match, min(round(score, 4), _MOST_FUZZY))
    return None


def _nearest(text: str, index: _Index) -> Match:
    tight = "".join(words(text))
    near = process.extract(
        tight,
        index.tight,
        scorer=Levenshtein.normalized_similarity,
        limit=None,
        score_cutoff=0.6,
    )
    best: dict[str, tuple[Agency, float]] = {}
    for _, score, place in near:
        for agency, _name in index.by_key[index.keys[place]]:
            if agency.agency_id not in best:
                best[agency.agency_id] = (agency, round(score, 4))
    order = sorted(best.values(), key=lambda one: (-one[1], one[0].agency_id))
    shown = tuple(Candidate(one.agency_id, one.name, score) for one, score in order[:_SHOWN])
    if not order:
        return _NOBODY
    agency, score = order[0]
    if score < _LEAST_SCORE:
        return Match(None, "unresolved", score, shown)
    rivals = [one for one, other in order if score - other < _LEAST_MARGIN]
    if len(rivals) > 1:
        names = {one.agency_id for one in rivals}
        entries = [
            entry
            for entries in index.by_key.values()
            for entry in entries
            if entry[0].agency_id in names
        ]
        decided = _decided(_graded(text, entries), _LEAST_MARGIN)
        return replace(decided, match_score=min(decided.match_score, score, _MOST_FUZZY))
    kind: MatchKind = "group" if agency.kind == "group" else "fuzzy"
    return Match(agency.agency_id, kind, min(score, _MOST_FUZZY), shown)
