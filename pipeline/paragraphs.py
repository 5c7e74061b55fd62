"""Running text: printed lines joined into the paragraphs they were."""

from __future__ import annotations

import re
from collections.abc import Sequence

from normalizers.lines import join_lines
from records import Page

_BEGINS = re.compile(r"^(?:[-+–•*]\s|\(?[a-zđ0-9]{1,2}[.)]\s|[IVX]+[.)]\s|Điều\s+\d)")
_ENDS = re.compile(r"[.;:!?]$")
# A line that breaks off before a number: "… chuyển đổi số và Đề án" | "06. Hướng dẫn …".
_AWAITS_NUMBER = re.compile(
    r"(?<!\w)(?:số|ngày|tháng|năm|điều|khoản|đề án|nghị quyết|quyết định|kết luận|chỉ thị)$",
    re.IGNORECASE,
)


def paragraphs(pages: Sequence[Page]) -> list[str]:
    """The paragraphs of the running text, each on one line.

    A paragraph begins at a blank line, a list mark or a number, and after a line that ends a
    sentence and is followed by a capital letter; a page break does not end one.
    """
    found: list[list[str]] = [[]]
    for page in pages:
        for line in page.lines:
            text = line.strip()
            if not text or (found[-1] and _parts(found[-1][-1], text)):
                found.append([])
            if text:
                found[-1].append(text)
    return [join_lines("\n".join(lines)) for lines in found if lines]


def _parts(above: str, below: str) -> bool:
    """Whether a paragraph ends between two printed lines."""
    if _AWAITS_NUMBER.search(above) and below[0].isdigit():
        return False
    return bool(_BEGINS.match(below)) or (bool(_ENDS.search(above)) and below[0].isupper())
