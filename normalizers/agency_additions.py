"""Entries and aliases that clerks add to the registry in a file of their own.

    # agencies.toml
    [[alias]]
    of = "Công an tỉnh"                    # a name of the registry
    aliases = ["CAT"]

    [[province]]                           # or central, commune, group
    name = "Trung tâm Chuyển đổi số tỉnh"
    kind = "office"
    parent = "Sở Khoa học và Công nghệ"
    aliases = ["TT CĐS tỉnh"]
    only = "Quảng Ngãi"

The whole file is checked, and everything that is wrong with it told at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from normalizers.agency_registry import Data, Registry, province_names, shipped, slug
from normalizers.folding import fold, nfc

LEVELS = ("central", "province", "commune", "group")
_TEXTS = ("name", "kind", "parent", "successor", "level")
_LISTS = ("aliases", "only", "members")
_DATES = ("valid_from", "valid_to")
_OF_A_BODY = ("name", "kind", "parent", "successor", "aliases", "rare", "some", *_DATES)
_KEYS = {
    "central": {*_OF_A_BODY},
    "province": {*_OF_A_BODY, "only"},
    "commune": {*_OF_A_BODY},
    "group": {"name", "level", "members", "successor", "aliases", "rare", "valid_to"},
    "alias": {"of", "aliases"},
}
_GROUP_LEVELS = ("central", "province", "commune", "any")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file of additions, in both languages."""

    vietnamese: str
    english: str


class BadAdditions(Exception):
    """A file of additions cannot be used; ``faults`` tells everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.english for fault in faults))
        self.faults = tuple(faults)


def read_additions(content: bytes) -> Registry:
    """The shipped registry with what the TOML file ``content`` adds.

    Raises:
        BadAdditions: with every fault of the file.
    """
    try:
        added = tomllib.loads(nfc(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise BadAdditions(
            [
                Fault(
                    "tệp không phải mã UTF-8; hãy lưu lại với mã UTF-8",
                    "the file is not UTF-8; save it as UTF-8",
                )
            ]
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise BadAdditions(
            [Fault(f"sai cú pháp TOML: {error}", f"it is no valid TOML: {error}")]
        ) from error
    check = _Check(shipped().data, added)
    check.run()
    if check.faults:
        raise BadAdditions(check.faults)
    return Registry(check.merged)


@dataclass(slots=True)
class _Check:
    """Goes through a file entry by entry, collecting what is wrong and what is to be added."""

    base: Data
    added: Data
    faults: list[Fault] = field(default_factory=list)
    merged: dict[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        self.merged = dict(self.base) | {level: list(self.base[level]) for level in LEVELS}
        for table in self.added:
            if table not in _KEYS:
                known = ", ".join(f"[[{name}]]" for name in _KEYS)
                self._fault(
                    f"không có bảng [[{table}]]; chỉ có {known}",
                    f"there is no table [[{table}]]; there are {known}",
                )
            elif not isinstance(self.added[table], list) or not all(
                isinstance(entry, dict) for entry in self.added[table]
            ):
                self._fault(
                    f"{table} phải viết là [[{table}]] (hai ngoặc vuông)",
                    f"{table} must be written [[{table}]] (two brackets)",
                )
        entries = [(level, entry) for level in LEVELS for entry in self._entries(level)]
        for number, (level, entry) in enumerate(entries, 1):
            if self._well_formed(level, entry, f"[[{level}]] {entry.get('name') or number}"):
                self.merged[level].append(entry)
        for level, entry in entries:
            self._check_references(level, entry)
        for entry in self._entries("alias"):
            self._add_aliases(entry)
        self._check_names()

    def _entries(self, table: str) -> Iterator[Mapping[str, Any]]:
        entries = self.added.get(table, [])
        if isinstance(entries, list):
            yield from (entry for entry in entries if isinstance(entry, dict))

    def _fault(self, vietnamese: str, english: str) -> None:
        self.faults.append(Fault(vietnamese, english))

    def _well_formed(self, table: str, entry: Mapping[str, Any], where: str) -> bool:
        before = len(self.faults)
        for key, value in entry.items():
            if key not in _KEYS[table]:
                self._fault(f"{where}: không có mục “{key}”", f"{where}: there is no key “{key}”")
            elif key in _TEXTS and not isinstance(value, str):
                self._fault(
                    f"{where}: “{key}” phải là chữ trong ngoặc kép",
                    f"{where}: “{key}” must be text in quotes",
                )
            elif key in _LISTS and not _is_list_of_texts(value, single=key == "only"):
                self._fault(
                    f"{where}: “{key}” phải là danh sách chữ, không có chữ rỗng",
                    f"{where}: “{key}” must be a list of texts, none of them empty",
                )
            elif key in ("rare", "some") and not isinstance(value, bool):
                self._fault(
                    f"{where}: “{key}” phải là true hoặc false",
                    f"{where}: “{key}” must be true or false",
                )
            elif key in _DATES and type(value) is not date:
                self._fault(
                    f"{where}: “{key}” phải là ngày, ví dụ 2025-07-01",
                    f"{where}: “{key}” must be a date, as 2025-07-01",
                )
        name = entry.get("name")
        if name is None or (isinstance(name, str) and not slug(name)):
            self._fault(f"{where}: tên để trống", f"{where}: the name is empty")
        first, last = entry.get("valid_from"), entry.get("valid_to")
        if type(first) is date and type(last) is date and first > last:
            self._fault(
                f"{where}: valid_from sau valid_to", f"{where}: valid_from is after valid_to"
            )
        if table == "group" and entry.get("level") not in _GROUP_LEVELS:
            levels = ", ".join(_GROUP_LEVELS)
            self._fault(
                f"{where}: “level” phải là một trong: {levels}",
                f"{where}: “level” must be one of: {levels}",
            )
        only = entry.get("only", [])
        for province in [only] if isinstance(only, str) else only:
            if isinstance(province, str) and province not in province_names():
                self._fault(
                    f"{where}: không có tỉnh, thành phố “{province}”",
                    f"{where}: there is no province “{province}”",
                )
        return len(self.faults) == before

    def _check_references(self, table: str, entry: Mapping[str, Any]) -> None:
        names = {one["name"] for one in self.merged[table]}
        members = entry.get("members", [])
        for key, name in (
            ("parent", entry.get("parent")),
            ("successor", entry.get("successor")),
            *(("members", one) for one in (members if isinstance(members, list) else ())),
        ):
            if isinstance(name, str) and name not in names:
                where = f"[[{table}]] {entry.get('name') or '?'}"
                self._fault(
                    f"{where}: “{key}” nêu “{name}”, không có trong [[{table}]]",
                    f"{where}: “{key}” names “{name}”, which is not in [[{table}]]",
                )

    def _add_aliases(self, entry: Mapping[str, Any]) -> None:
        of, aliases = entry.get("of"), entry.get("aliases")
        where = f"[[alias]] {of or '?'}"
        for key in entry.keys() - _KEYS["alias"]:
            self._fault(f"{where}: không có mục “{key}”", f"{where}: there is no key “{key}”")
        if not _is_list_of_texts(aliases) or not aliases:
            self._fault(
                f"{where}: “aliases” phải là danh sách chữ, không có chữ rỗng",
                f"{where}: “aliases” must be a list of texts, none of them empty",
            )
            return
        for level in LEVELS:
            for number, one in enumerate(self.merged[level]):
                if one["name"] == of:
                    both = [*one.get("aliases", ()), *aliases]
                    self.merged[level][number] = dict(one) | {"aliases": both}
                    return
        self._fault(
            f"{where}: không có cơ quan nào tên “{of}”", f"{where}: no agency is called “{of}”"
        )

    def _check_names(self) -> None:
        """No id twice, and no name that would mean two bodies of one level."""
        for level in LEVELS:
            base = self.base[level]
            ids = {_id_of(entry["name"]): entry["name"] for entry in base}
            owners: dict[str, str] = {}
            for entry in base:
                for printed in (entry["name"], *entry.get("aliases", ())):
                    owners.setdefault(fold(printed), entry["name"])
            for number, entry in enumerate(self.merged[level]):
                name = entry["name"]
                printed_here = [name, *entry.get("aliases", ())]
                if number < len(base):
                    printed_here = printed_here[1 + len(base[number].get("aliases", ())) :]
                elif (agency_id := _id_of(name)) in ids:
                    self._fault(
                        f"[[{level}]] {name}: mã “{agency_id}” đã có (“{ids[agency_id]}”)",
                        f"[[{level}]] {name}: the id “{agency_id}” is taken (“{ids[agency_id]}”)",
                    )
                    continue
                else:
                    ids[agency_id] = name
                for printed in printed_here:
                    owner = owners.setdefault(fold(printed), name)
                    if owner != name:
                        self._fault(
                            f"[[{level}]] {name}: “{printed}” đã là tên của “{owner}”",
                            f"[[{level}]] {name}: “{printed}” already names “{owner}”",
                        )


def _id_of(name: str) -> str:
    return slug(name.replace("{tinh}", ""))


def _is_list_of_texts(value: object, *, single: bool = False) -> bool:
    if single and isinstance(value, str):
        value = [value]
    return isinstance(value, list) and all(isinstance(one, str) and slug(one) for one in value)
