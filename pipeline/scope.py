"""Whose document it is: the province and the commune that its agencies belong to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from normalizers.agencies import CAPITAL, Scope, communes_named, provinces, resolve, slug

_NAME = rf"{CAPITAL}\w+(?:(?:\s+|\s*-\s*){CAPITAL}\w+){{0,3}}"
_PROVINCE = re.compile(rf"\b(?:[Tt]ỉnh|TỈNH|[Tt]hành phố|THÀNH PHỐ|TP\.?)\s+({_NAME})")
_COMMUNE = re.compile(
    r"\b([Xx]ã|XÃ|[Pp]hường|PHƯỜNG|[Đđ]ặc [Kk]hu|ĐẶC KHU)\s+"
    rf"({CAPITAL}[\w']+(?:[\s-]+{CAPITAL}[\w']+)*)"
)


def scope_of(issuer: str | None, lines: Sequence[str]) -> Scope:
    """The scope of a document, from its issuer ("Ủy ban nhân dân xã Bình Chương").

    A commune's issuer does not name its province: of those that have such a commune, it is the one
    that the text names most often. Provinces are those of the registry; a name it does not know is
    nobody's. A central body's document is in no province's scope.
    """
    if (resolve(issuer or "", Scope()).agency_id or "").startswith("tw."):
        return Scope()
    own = next(_provinces_in(issuer or ""), None)
    named = _COMMUNE.search(issuer or "")
    counted = Counter(found for line in lines for found in _provinces_in(line))
    if named is None:
        return Scope(own or _most_named(counted), None)
    known = communes_named(named[2], named[1].lower())
    if own:
        known = tuple(one for one in known if one.province == own)
    homes = Counter({one.province: counted[one.province] for one in known})
    province = own or _most_named(homes if len(homes) == 1 else +homes) or _most_named(counted)
    here = [one.slug for one in known if one.province == province]
    return Scope(province, here[0] if len(here) == 1 else slug(named[2]))


def _most_named(counted: Counter[str]) -> str | None:
    return max(sorted(counted), key=lambda one: counted[one]) if counted else None


def _provinces_in(text: str) -> Iterator[str]:
    """Slugs of the provinces a text names, the longest name at each place."""
    for found in _PROVINCE.finditer(text):
        parts = found[1].split()
        for count in range(len(parts), 0, -1):
            name = slug(" ".join(parts[:count]))
            if name in provinces():
                yield name
                break
