"""The registry of agencies: who there is, in whose scope, since when and until when.

It ships as data beside this module:

- ``data/agencies.toml``: central bodies, the bodies every province and every commune has, and
  named groups ("Các sở, ban, ngành"), written once and made for each place by pattern;
- ``data/provinces.csv`` and ``communes.csv``: the 34 provinces and 3,321 communes, wards and
  special zones since 1 July 2025 (Resolution 202/2025/QH15), and the 29 provinces before.

Clerks add entries and aliases in a file of their own (``read_additions``).

Ids: ``tw.bo-noi-vu`` (central), ``quang-ngai`` (a province), ``quang-ngai.so-noi-vu`` (its body),
``quang-ngai.binh-chuong`` (a commune), ``quang-ngai.binh-chuong.ubnd-xa`` (its body),
``quang-ngai.nhom.cac-so-ban-nganh`` (a group). Where the place is not known: ``tinh``, ``xa``.
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

from normalizers.folding import fold, nfc

Level = Literal["central", "province", "commune", "any"]
Data = Mapping[str, Any]
"""What ``agencies.toml`` holds: tables ``central``, ``province``, ``commune``, ``group``."""

_LEVELS = ("central", "province", "commune", "group")

CAPITAL = "[" + "".join(filter(str.isupper, map(chr, range(0x1EFA)))) + "]"
"""A regular expression for one capital letter; ranges as À-Ỹ hold small letters too."""

TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""The five tone marks, as Unicode combines them with letters."""

COMMUNES_SINCE = date(2025, 7, 1)
"""Two-level local government: communes, wards and special zones right below provinces."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency, a named group of agencies, or a place (a province, a commune).

    ``members`` (ids) is empty but for groups; ``successor_id`` took over after ``valid_to``.
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
class Province:
    """A province or city; ``kind`` is "tỉnh" or "thành phố"."""

    slug: str
    name: str
    kind: str
    valid_to: date | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, ward or special zone; ``kind`` is "xã", "phường" or "đặc khu"."""

    slug: str
    name: str
    kind: str
    province: str


def slug(name: str) -> str:
    """``"Sở Nội vụ" → "so-noi-vu"``."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(name)))


# --- places -----------------------------------------------------------------------------------


def _data_file(name: str) -> str:
    return resources.files("normalizers").joinpath(f"data/{name}").read_text("utf-8")


_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"


def _in_order(name: str) -> list[int]:
    """Sorts names as a Vietnamese index does: letters first, whatever their tones."""
    letters = (sign for sign in unicodedata.normalize("NFD", name.lower()) if sign not in TONES)
    plain = unicodedata.normalize("NFC", "".join(letters))
    return [_ALPHABET.find(sign) for sign in plain if sign.isalpha()]


@cache
def provinces() -> Mapping[str, Province]:
    """Slug → province, the 34 of today by name, then the 29 that were merged into them."""
    rows = list(csv.DictReader(_data_file("provinces.csv").splitlines()))
    found = [
        Province(
            slug(row["name"]),
            row["name"],
            row["kind"],
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            slug(row["successor"]) if row["successor"] else None,
        )
        for row in rows
    ]
    found.sort(key=lambda one: (one.valid_to is not None, _in_order(one.name)))
    return {one.slug: one for one in found}


def province_names() -> tuple[str, ...]:
    """The printed names of the 34 provinces and cities."""
    return tuple(one.name for one in provinces().values() if one.valid_to is None)


@cache
def _communes() -> Mapping[str, Mapping[str, Commune]]:
    rows = list(csv.DictReader(_data_file("communes.csv").splitlines()))
    taken = Counter((row["province"], slug(row["name"])) for row in rows)
    found: dict[str, dict[str, Commune]] = {one: {} for one in provinces()}
    for row in rows:
        own = slug(row["name"])
        if taken[row["province"], own] > 1:  # Sơn Hà and Sơn Hạ are two communes of one province
            own = f"{own}-{row['code']}"
        province = slug(row["province"])
        found[province][own] = Commune(own, row["name"], row["kind"], province)
    return found


def communes(province: str | None) -> Mapping[str, Commune]:
    """Slug → commune of a province; empty where the province is unknown or no longer is."""
    return _communes().get(province or "", {})


@cache
def _communes_by_name() -> Mapping[str, tuple[Commune, ...]]:
    by_name: dict[str, list[Commune]] = {}
    for of_province in _communes().values():
        for one in of_province.values():
            by_name.setdefault(fold(one.name), []).append(one)
    return {name: tuple(found) for name, found in by_name.items()}


def communes_named(name: str, kind: str = "") -> tuple[Commune, ...]:
    """All communes whose folded name is ``name``'s, of one kind if given; those with its very
    letters alone where there are any."""
    letters = nfc(name).casefold()
    found = [one for one in _communes_by_name().get(fold(name), ()) if kind in ("", one.kind)]
    exact = [one for one in found if one.name.casefold() == letters]
    return tuple(exact or found)


_CITY = ((r"Tỉnh ủy", "Thành ủy"), (r"Tỉnh [đĐ]oàn", "Thành đoàn"), (r"\btỉnh\b", "thành phố"))
_OF_A_CITY = re.compile(r"\bthành phố\b|\bThành (ủy|đoàn)")
_OF_A_COMMUNE = re.compile(r"(?<!tác )\b(xã|phường|đặc khu)\b(?! hội)")


def _of_city(text: str) -> str:
    """``"Công an tỉnh" → "Công an thành phố"``."""
    for pattern, city in _CITY:
        text = re.sub(pattern, city, text)
    return text


def _without_place(text: str) -> str:
    """The name without its province; "Báo {tinh}" → "Báo tỉnh", too short to stand alone."""
    stem = re.sub(r"\s+(tỉnh\s+)?\{tinh\}", "", text)
    whole = stem == text or len(stem.split()) > 2 or stem.startswith("Tỉnh")
    return stem if whole else f"{stem} tỉnh"


# --- bodies and groups -------------------------------------------------------------------------


class Registry:
    """All agencies of ``data``, made for a place when they are asked for."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self._scopes: dict[Scope, tuple[Agency, ...]] = {}
        self._places: dict[tuple[str | None, str | None], tuple[Agency, ...]] = {}
        self._central: tuple[Agency, ...] | None = None

    def agencies(self, scope: Scope | None = None) -> tuple[Agency, ...]:
        """All agencies a document of ``scope`` can name; without one, provinces and communes in
        general (ids "tinh.…" and "xa.…")."""
        scope = scope or Scope()
        if scope not in self._scopes:
            found = [*self.central(), *self.of_province(scope.province)]
            if scope == Scope() or scope.commune:
                found += self.of_commune(scope.province, scope.commune)
            self._scopes[scope] = (*found, *self._groups(scope, found))
        return self._scopes[scope]

    def common(self) -> tuple[Agency, ...]:
        """The agencies that columns commonly name, in general, with the names damaged cells are
        searched for."""
        return self._searched(rare=False)

    def rare(self) -> tuple[Agency, ...]:
        """Those that columns seldom name, likewise: damaged cells are searched for them, too, but
        only where no common name is nearly as like the ink."""
        return self._searched(rare=True)

    def _searched(self, rare: bool) -> tuple[Agency, ...]:
        entries = [entry for level in _LEVELS for entry in self.data[level]]
        return tuple(
            _as_searched(agency, entry)
            for agency, entry in zip(self.agencies(), entries, strict=True)
            if entry.get("rare", False) == rare
        )

    def agency(self, agency_id: str) -> Agency | None:
        """The agency of that id, wherever it is; None where there is none."""
        return self._by_id(self._holding(agency_id)).get(agency_id)

    def _by_id(self, agencies: Sequence[Agency]) -> dict[str, Agency]:
        return {one.agency_id: one for one in agencies}

    def _holding(self, agency_id: str) -> Sequence[Agency]:
        """A few agencies, that of the id among them if it exists."""
        place, *rest = agency_id.split(".")
        province = place if place in provinces() else None
        commune = rest[0] if rest and rest[0] in communes(province) else None
        if "nhom" in rest:
            return self.agencies(Scope(province, commune))
        if place == "tw":
            return self.central()
        if place == "xa":
            return self.of_commune(None, None)
        if commune:
            return self.of_commune(province, commune)
        return self.of_province(province)

    def central(self) -> tuple[Agency, ...]:
        """Bodies of the Party, the State and the country."""
        if self._central is None:
            self._central = tuple(
                self._agency(entry, "central", "tw", _names_of(entry))
                for entry in self.data["central"]
            )
        return self._central

    def of_province(self, own: str | None) -> tuple[Agency, ...]:
        """A province and its bodies; bodies of provinces in general for None."""
        key = (own, None)
        if key not in self._places:
            province = provinces().get(own or "")
            self._places[key] = tuple(self._province_bodies(own, province))
        return self._places[key]

    def of_commune(self, province: str | None, own: str | None) -> tuple[Agency, ...]:
        """A commune and its bodies; bodies of communes in general where ``own`` is None."""
        key = (province, own or "")
        if key not in self._places:
            commune = communes(province).get(own or "")
            self._places[key] = tuple(self._commune_bodies(province, own, commune))
        return self._places[key]

    def _province_bodies(self, own: str | None, province: Province | None) -> Iterator[Agency]:
        city = province is not None and province.kind != "tỉnh"
        parent = own if province else None
        if province:
            yield _place_of(province)

        def named(text: str) -> str | None:
            if province is None:
                return None if "{tinh}" in text else text
            if not city and _OF_A_CITY.search(text):
                return None
            return (_of_city(text) if city else text).replace("{tinh}", province.name)

        for entry in self.data["province"]:
            if province and province.name not in _only(entry):
                continue
            printed = _names_of(entry)
            names = [name for text in printed if (name := named(text))]
            names += [_without_place(text) for text in printed if "{tinh}" in text and not province]
            yield self._agency(entry, "province", own or "tinh", names, parent, city=city)

    def _commune_bodies(
        self, province: str | None, own: str | None, commune: Commune | None
    ) -> Iterator[Agency]:
        place = f"{province or 'tinh'}.{own}" if own else "xa"
        if commune:
            yield _place_of(commune)
        for entry in self.data["commune"]:
            names = _names_of(entry)
            if commune:
                names = list(_names_in(commune, names))
            parent = place if commune else None
            yield self._agency(entry, "commune", place, names, parent, commune)

    def _agency(
        self,
        entry: Data,
        level: Level,
        place: str,
        names: Sequence[str],
        parent: str | None = None,
        commune: Commune | None = None,
        *,
        city: bool = False,
    ) -> Agency:
        def identify(name: str | None) -> str | None:
            return _body_id(place, name, commune, city=city) if name else None

        return Agency(
            agency_id=str(identify(entry["name"])),
            name=names[0],
            kind=entry.get("kind", "other"),
            level=level,
            parent_id=identify(entry.get("parent")) or parent,
            aliases=tuple(name for name in dict.fromkeys(names[1:]) if name != names[0]),
            valid_from=entry.get("valid_from"),
            valid_to=entry.get("valid_to"),
            successor_id=identify(entry.get("successor")),
        )

    def _groups(self, scope: Scope, bodies: Sequence[Agency]) -> Iterator[Agency]:
        province = scope.province or "tinh"
        within = f"{province}.{scope.commune}" if scope.commune else province
        by_name = {entry["name"]: entry for entry in self.data["group"]}
        some = {entry["name"] for entry in self.data["province"] if entry.get("some")}

        def identify(name: str) -> str:
            entry = by_name[name]
            level = entry.get("of", entry["level"])
            place = "tw" if level == "central" else province if level == "province" else within
            return f"{place}.nhom.{slug(name)}"

        for entry in self.data["group"]:
            members = [identify(name) for name in entry.get("members", ())]
            members += _members(entry, scope, [one for one in bodies if one.name not in some])
            yield Agency(
                agency_id=identify(entry["name"]),
                name=entry["name"],
                kind="group",
                level=entry["level"],
                aliases=tuple(_names_of(entry)[1:]),
                members=tuple(members),
                valid_to=entry.get("valid_to"),
                successor_id=identify(entry["successor"]) if "successor" in entry else None,
            )


def _as_searched(agency: Agency, entry: Data) -> Agency:
    rare = entry.get("rare_aliases", ())
    kept = (name for name in agency.aliases if name not in rare)
    return replace(agency, aliases=(*kept, *entry.get("searched", ())))


def _names_of(entry: Data) -> list[str]:
    """All names of an entry, as the data have them."""
    return [entry["name"], *entry.get("aliases", ()), *entry.get("rare_aliases", ())]


def _only(entry: Data) -> Iterable[str]:
    """The provinces that have such a body: every one but where the entry names some."""
    only = entry.get("only") or [one.name for one in provinces().values()]
    return [only] if isinstance(only, str) else only


def _body_id(place: str, name: str, commune: Commune | None, *, city: bool = False) -> str:
    stem = _without_place(name)
    if commune:
        stem = _OF_A_COMMUNE.sub(commune.kind, stem)
    return f"{place}.{slug(_of_city(stem) if city else stem)}"


def _place_of(place: Province | Commune) -> Agency:
    kind, name = place.kind, place.name
    full = f"{kind[0].upper()}{kind[1:]} {name}"
    if isinstance(place, Province):
        aliases = (name, f"TP {name}") if kind == "thành phố" else (name,)
        return Agency(
            place.slug,
            full,
            "province",
            "province",
            aliases=aliases,
            valid_to=place.valid_to,
            successor_id=place.successor,
        )
    return Agency(
        f"{place.province}.{place.slug}",
        full,
        "commune",
        "commune",
        parent_id=place.province,
        valid_from=COMMUNES_SINCE,
    )


def _names_in(commune: Commune, names: Sequence[str]) -> Iterator[str]:
    """The names of a commune's body there, the one that tells the commune first if it ends in
    "xã": "UBND xã" is "UBND phường Sa Huỳnh", "UBND phường" for short."""
    here = f"{commune.kind} {commune.name}"
    general = [name for name in names if _fits(name, commune.kind) or name == names[0]]
    local = list(dict.fromkeys(_OF_A_COMMUNE.sub(commune.kind, name) for name in general))
    full = [
        f"{name} {commune.name}" if name.endswith(f" {commune.kind}") else f"{name} {here}"
        for name in local
    ]
    yield from [full[0], *local] if local[0].endswith(commune.kind) else [local[0], full[0]]
    yield from [*local[1:], *full[1:]]


def _fits(name: str, kind: str) -> bool:
    """Whether a name is one of a commune of that kind: "Công an phường" is no xã's."""
    own = _OF_A_COMMUNE.search(name)
    return own is None or own[1] == kind or own[1] == "xã"


def _members(entry: Data, scope: Scope, bodies: Sequence[Agency]) -> Iterator[str]:
    if kind := entry.get("member_kind"):
        level = entry.get("member_level", entry["level"])
        for body in bodies:
            if body.kind == kind and body.level == level and body.valid_to is None:
                yield body.agency_id
    if name := entry.get("each_commune"):
        for commune in communes(scope.province).values():
            yield _body_id(f"{scope.province}.{commune.slug}", name, commune)
    if name := entry.get("each_province"):
        for province in provinces().values():
            if province.valid_to is None:
                yield _body_id(province.slug, name, None, city=province.kind != "tỉnh")


# --- the registry in use -----------------------------------------------------------------------


@cache
def shipped() -> Registry:
    """The registry of this package."""
    return Registry(tomllib.loads(_data_file("agencies.toml")))


_in_use: list[Registry] = []


def use_registry(registry: Registry | None) -> None:
    """Let this process read with ``registry``; None: with the shipped one.

    Said once when a program starts, like its locale: lists, cells and citations all follow it.
    """
    _in_use[:] = [registry] if registry else []


def current() -> Registry:
    """The registry this process reads with."""
    return _in_use[0] if _in_use else shipped()


def agencies(scope: Scope | None = None) -> tuple[Agency, ...]:
    """All agencies a document of ``scope`` can name, by the registry in use."""
    return current().agencies(scope)
