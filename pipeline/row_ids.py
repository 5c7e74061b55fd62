"""Stable keys of rows: document_id/appendix/section codes/number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

_BLANK = "_"
"""Stands in a row_id for an appendix, section or number that is not printed."""

_CODE = re.compile(
    r"((?:Nhóm|Phần|Mục|Chương|Giai đoạn|Lĩnh vực)\s+)?(?:[IVXLC]+|[A-ZĐ]|\d+)(?:\.\d+)*(?=\s|$)"
)


class Placed(Protocol):
    """A row as far as its key goes: where it stands in its document."""

    @property
    def appendix(self) -> str: ...
    @property
    def section_path(self) -> Sequence[str]: ...
    @property
    def row_no(self) -> str: ...


def row_ids_of(document_id: str, rows: Sequence[Placed]) -> list[str]:
    """A stable key for each row; the second row of one number gets "~2"."""
    seen: Counter[str] = Counter()
    row_ids = []
    for row in rows:
        codes = "-".join(filter(None, map(section_code, row.section_path)))
        parts = (row.appendix, codes, row.row_no)
        key = "/".join([document_id, *(re.sub(r"[/\s]+", "-", part) or _BLANK for part in parts)])
        seen[key] += 1
        row_ids.append(key if seen[key] == 1 else f"{key}~{seen[key]}")
    return row_ids


def section_code(entry: str) -> str:
    """The code of a "CODE Title" entry: "I.1", "Nhóm II"; "" where the title has no code."""
    found = _CODE.match(entry)
    return found[0] if found else ""
