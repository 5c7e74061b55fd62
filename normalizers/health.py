"""Health: is a text's Vietnamese whole, or did an English OCR ruin it?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

# Letters which an English OCR can print only by accident never, Vietnamese text all the time.
_VIETNAMESE_ONLY = frozenset(
    unicodedata.normalize("NFC", letter)
    for letter in "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
)
_WORD = re.compile(r"[^\W\d_]+")
HEALTHY_SHARE = 0.2  # whole text holds 45 % such words and more, ruined text hardly one


def judge_health(lines: Sequence[str]) -> Literal["healthy", "damaged"]:
    """"damaged" if words with letters that only Vietnamese has are too rare for Vietnamese text.

    Text with hardly any Vietnamese in it (fewer than 8 words) counts as healthy: there is nothing
    to learn from it and nothing to mend.
    """
    words = [word.lower() for line in lines for word in _WORD.findall(unicodedata.normalize("NFC", line))]
    if len(words) < 8:
        return "healthy" if any(_VIETNAMESE_ONLY & set(w) for w in words) or not words else "damaged"
    marked = sum(bool(_VIETNAMESE_ONLY & set(word)) for word in words)
    return "healthy" if marked >= HEALTHY_SHARE * len(words) else "damaged"
