"""Health: is a text's Vietnamese whole, or did an English OCR ruin it?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from normalizers.tokens import is_syllable

# Letters that an English OCR never prints; about half of the words of Vietnamese text have one.
VIETNAMESE_ONLY = frozenset(
    unicodedata.normalize("NFC", letter)
    for letter in "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
)
_WORD = re.compile(r"[^\W\d_]+")
HEALTHY_SHARE = 0.2  # whole text has 50 % such words and more, ruined text hardly one in a hundred
SYLLABLE_SHARE = 0.5  # damaged Vietnamese still looks like syllables; English does not
ENOUGH = 8  # words below which one Vietnamese letter decides


def judge_health(lines: Sequence[str]) -> Literal["healthy", "damaged"]:
    """``"damaged"`` if words with letters that only Vietnamese has are too rare for Vietnamese.

    Text that does not look like Vietnamese at all (English, tables of figures) counts as healthy:
    there is nothing in it to restore.
    """
    words = [
        word.lower() for line in lines for word in _WORD.findall(unicodedata.normalize("NFC", line))
    ]
    if not words:
        return "healthy"
    marked = sum(bool(VIETNAMESE_ONLY.intersection(word)) for word in words)
    if len(words) < ENOUGH:
        return "healthy" if marked else "damaged"
    if marked >= HEALTHY_SHARE * len(words):
        return "healthy"
    long = [word for word in words if len(word) > 1]
    shaped = sum(is_syllable(word) for word in long)
    return "damaged" if shaped >= SYLLABLE_SHARE * max(1, len(long)) else "healthy"
