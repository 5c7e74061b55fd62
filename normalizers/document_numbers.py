"""Numbers of documents ("2629/QĐ-TTg"): their usual form, and the type that they tell."""

from __future__ import annotations

import re
from functools import lru_cache

from normalizers.folding import nfc

# The type a number's own letters tell, where no type is printed before it.
_TYPE_OF_CODE = {
    "QĐ": "Quyết định",
    "NQ": "Nghị quyết",
    "NĐ": "Nghị định",
    "TT": "Thông tư",
    "TTLT": "Thông tư liên tịch",
    "NQLT": "Nghị quyết liên tịch",
    "CT": "Chỉ thị",
    "CTr": "Chương trình",
    "KH": "Kế hoạch",
    "TB": "Thông báo",
    "KL": "Kết luận",
    "HD": "Hướng dẫn",
    "TTr": "Tờ trình",
    "BC": "Báo cáo",
    "QyĐ": "Quy định",
    "QC": "Quy chế",
    "CĐ": "Công điện",
    "CV": "Công văn",
    "VBHN": "Văn bản hợp nhất",
    "ĐA": "Đề án",
    "PA": "Phương án",
    "UBND": "Công văn",
}
_TYPE_OF_CAPITALS = {code.upper(): kind for code, kind in _TYPE_OF_CODE.items()}
# Letters of numbers that OCR and typing without diacritics damage.
_SOUND_CODES = ("QĐ", "NĐ", "BCĐ", "BCĐTW", "HĐND", "BCĐCP", "CĐS", "LĐTBXH", "BGDĐT", "ĐA")


def is_document_number(printed: str) -> bool:
    """Whether it has a serial and a code that looks like one ("2629/QĐ-TTg"; not "5G/IoT")."""
    codes = [code for code in re.split(r"[/\s-]+", printed) if code and not code[:1].isdigit()]
    return bool(codes) and any(
        sum(map(str.isupper, code)) >= 2 and not re.search(r"[a-z]{4}", code) for code in codes
    )


@lru_cache(maxsize=4096)
def normal_number(printed: str) -> str:
    """A document number without blanks and with its "Đ"s: "2629/QD -TTg" → "2629/QĐ-TTg"."""
    tight = re.sub(r"\s*([/-])[\s-]*", r"\1", nfc(printed).strip()).replace("Ð", "Đ").rstrip(".")
    parts = re.split(r"([/-])", re.sub(r"\s+", "-", tight))
    return "".join(_normal_code(part) for part in parts)


@lru_cache(maxsize=1024)
def _normal_code(code: str) -> str:
    """A code with the "Đ" that damage took: "QD", "Qb", "QP" → "QĐ"; "NPD" → "NĐ"."""
    for sound in _SOUND_CODES:
        pattern = re.escape(sound).replace("Đ", "(?:PĐ|PD|Đ|đ|D|P|b|B)")
        if code != sound and re.fullmatch(pattern, code) and code not in _TYPE_OF_CODE:
            return sound
    return code


def type_of_number(number: str) -> str | None:
    """The type of document that a number tells: "05/KH-UBND" is a Kế hoạch."""
    codes = (code.upper() for code in re.split(r"[/-]", number)[1:])
    return next((_TYPE_OF_CAPITALS[code] for code in codes if code in _TYPE_OF_CAPITALS), None)
