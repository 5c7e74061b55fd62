"""Whose document it is: the province and the commune that its agencies belong to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from normalizers.agencies import Scope, slug

_NAME = r"[A-ZĐÀ-Ỹ]\w+(?:\s+[A-ZĐÀ-Ỹ]\w+){0,2}"
_PROVINCE = re.compile(rf"\b(?:tỉnh|[Tt]hành phố)\s+({_NAME})")
_COMMUNE = re.compile(rf"\b(?:xã|phường|đặc khu)\s+({_NAME})")


def scope_of(issuer: str | None, lines: Sequence[str]) -> Scope:
    """The scope of a document, from its issuer ("Ủy ban nhân dân xã Bình Chương").

    A commune's issuer does not name its province: that is the one its text names most often.
    """
    commune = _COMMUNE.search(issuer or "")
    province = _PROVINCE.search(issuer or "")
    if province:
        name: str | None = province[1]
    else:
        counted = Counter(found[1] for line in lines for found in _PROVINCE.finditer(line))
        name = max(sorted(counted), key=lambda one: counted[one]) if counted else None
    return Scope(slug(name) if name else None, slug(commune[1]) if commune else None)
