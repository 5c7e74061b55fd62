"""Vietnamese personal names: telling that a line is one, and reading a damaged one.

A name is a surname, usually one or two middle names, and a given name, each one syllable with a
capital. Names are kept away from the language model, so a damaged name is read here, syllable by
syllable, against the common surnames, middle and given names.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from normalizers.folding import ink, nfc

# Commonest first: of names equally near to a damaged syllable the earlier one is taken.
_SURNAMES = """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trương Đoàn
    Phùng Mai Tô Hà Lương Trịnh Đào Cao Lâm Châu Tạ Thái Quách Vương Tống La Văn Kiều Chu Tăng
    Mạc Nghiêm Lưu Vi Hứa Triệu Khổng Nông Lò Giàng Vàng Sùng Ma Bế Thạch Kim Sơn Danh Quan Tôn
    Lại Cù Doãn Giáp Thân Ninh Đàm Đồng Bạch Phí Ông Ung Từ Lục Tiêu Viên Y A Rơ Siu Rah Ksor
"""
_MIDDLE_NAMES = """
    Văn Thị Đức Hữu Minh Ngọc Quang Thanh Xuân Công Đình Quốc Tấn Trọng Hồng Thành Hoàng Phước
    Anh Duy Viết Thế Bá Mạnh Kim Tiến Trung Tuấn Vĩnh Như Thu Phương Bảo Gia Hải Huy Khánh Long
    Nhật Phú Sỹ Tài Tất Thiên Thúy Trí Tường Việt Xuyên Đăng Đại Bích Cẩm Diệu Hà Hạnh Lan Mỹ Nam
    Ngô Lê Trần Tô Vũ Danh Cao Chí Đắc Đông Dương Hoài Huyền Khắc Kiên Lệ Mai Nguyên Nhân Phúc
    Sơn Thái Thái Tú Tố Uyên Vân Y
"""
_GIVEN_NAMES = """
    Anh Hùng Dũng Tuấn Hương Hà Hải Minh Thảo Linh Sơn Nam Long Hiền Hoa Thủy Bình Cường Đức
    Hạnh Hòa Huy Lan Mai Nga Ngọc Phương Quân Quang Thành Thắng Thanh Trang Trung Tú Tùng Việt
    Vinh Xuân Yến Phong Phúc Phước Phú Quý Quyền Quyết Tâm Tân Thái Thịnh Thuận Tiến Toàn Trí
    Trường Tài Hiếu Hoàng Hưng Khánh Khoa Kiên Lâm Liên Lợi Luân Lực Lượng Lương Mạnh Nghĩa Nhân
    Nhung Oanh Ba Bảo Bắc Bích Bích Châu Chi Chiến Chính Chung Công Cúc Danh Diệp Dung Duy Dương
    Đạt Điệp Định Đông Giang Giàu Hân Hằng Hậu Hiển Hiệp Hiến Hiệu Hoài Hoan Hồng Huệ Huyền Hường
    Hữu Khải Khang Khôi Kỳ Lập Lê Loan Lộc Luyến Ly Lý Mẫn My Mỹ Na Năm Ngân Nguyên Nguyệt Nhã
    Nhàn Nhật Nhi Như Ninh Nương Phát Phi Phụng Phượng Quốc Quyên Quỳnh Sáng Sinh Tấn Thạch Thăng
    Thân Thi Thìn Thiện Thiết Thọ Thoa Thơ Thơm Thông Thu Thư Thuần Thục Thương Thúy Thùy Thủ
    Thưởng Tín Tính Tình Tịnh Toản Trâm Trân Triết Triều Trinh Trọng Trúc Trực Tuyên Tuyến Tuyết
    Tường Tưởng Uyên Vân Văn Vĩ Viên Vũ Vương Vượng Vỹ Ý Yên Tô Lĩnh Mười Tư Sỹ Sĩ Thế
"""

SURNAMES = tuple(_SURNAMES.split())
MIDDLE_NAMES = tuple(_MIDDLE_NAMES.split())
GIVEN_NAMES = tuple(_GIVEN_NAMES.split())

_LONGEST = 5
_LEAST_LIKENESS = 0.5
# What OCR prints for single letters, folded as ``ink`` folds.
_CONFUSED = (
    ("ii", "a"),
    ("w", "u"),
    ("vv", "w"),
    ("cc", "oc"),
    ("rn", "m"),
    ("0", "o"),
    ("6", "o"),
)


def is_name(text: str) -> bool:
    """Whether a printed line, clean or a little damaged, is a person's name and nothing else."""
    parts = text.split()
    if not 2 <= len(parts) <= _LONGEST:
        return False
    if not all(part[0].isupper() and part[1:].islower() for part in parts if len(part) > 1):
        return False
    if not all(part.isalpha() for part in parts) or len(parts[-1]) < 2:
        return False
    return _folded(parts[0]) in _surnames()


def trailing_name(text: str) -> str:
    """The person's name a line ends in ("- Lưu: VT. Trần Phước Hiền"), "" where there is none."""
    parts = text.split()
    for count in (4, 3, 2):
        name = " ".join(parts[-count:])
        if len(parts) > count and is_name(name):
            return name
    return ""


def read_name(text: str) -> str:
    """The likeliest name behind a damaged one ("Nguyén Viin Quin" → "Nguyễn Văn Quân").

    Syllables that are common in their place are left alone; so are those near nothing known.
    """
    parts = nfc(text).split()
    last = len(parts) - 1
    return " ".join(
        _read_syllable(part, SURNAMES if at == 0 else GIVEN_NAMES if at == last else MIDDLE_NAMES)
        for at, part in enumerate(parts)
    )


@lru_cache(maxsize=1)
def _surnames() -> frozenset[str]:
    return frozenset(_folded(name) for name in SURNAMES)


def _folded(text: str) -> str:
    return ink(text).strip()


def _read_syllable(part: str, known: tuple[str, ...]) -> str:
    if part in known or part in SURNAMES or part in MIDDLE_NAMES or part in GIVEN_NAMES:
        return part
    readings = {_folded(part), _unconfused(_folded(part))}
    scored = [
        (max(_likeness(reading, part, name) for reading in readings), -index, name)
        for index, name in enumerate(known)
    ]
    best = max(scored)
    return best[2] if best[0] >= _LEAST_LIKENESS else part


def _unconfused(folded: str) -> str:
    for seen, meant in _CONFUSED:
        folded = folded.replace(seen, meant)
    return folded


def _likeness(reading: str, part: str, name: str) -> float:
    """Likeness (0-1) of folded letters, a little more for the same length and the same marks."""
    likeness = Levenshtein.normalized_similarity(reading, _folded(name))
    marks = Levenshtein.normalized_similarity(part, name)
    return likeness + 0.02 * (len(part) == len(name)) + 0.01 * marks
