"""Issuers as citations name them: where "Ban Chỉ đạo Trung ương về …" begins and ends in a text.

The registry's names, shapes of bodies and offices that it lacks, communes after "xã", and central
bodies with a wrong letter or two.
"""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz.distance import Levenshtein

from normalizers.agencies import agencies, communes_named, find_names, province_names
from normalizers.folding import fold

UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
"""Vietnamese capitals, for a class of characters."""
OF = re.compile(r"\s*,?\s*của\s+", re.IGNORECASE)
# Offices whose holders issue documents, before the body they head.
_TITLES = (
    "Trưởng",
    "Chủ tịch",
    "Bộ trưởng",
    "Tổng Bí thư",
    "Thường trực",
    "Giám đốc",
    "Tổng Giám đốc",
    "Thống đốc",
    "Chánh án",
    "Viện trưởng",
    "Tổng cục trưởng",
    "Cục trưởng",
    "Chủ nhiệm",
    "Chánh Thanh tra",
    "Bí thư",
)
_ISSUER_HEAD = re.compile(
    r"(?:Trưởng\s+)?(?:Ban|Bộ|Sở|Cục|Tổng cục|Văn phòng|Hội đồng|Ủy ban|Uỷ ban|UBND|HĐND|Chủ tịch|"
    r"Tỉnh ủy|Thành ủy|Đảng ủy|Công an|Thanh tra|Tòa án|Viện|Tổ|Tập đoàn|Trường|Thường trực)"
    rf"(?:\s+(?:Chính phủ|Trung ương|Chỉ đạo|chỉ đạo|[{UPPER}][^\W\d]*|nhân dân|tỉnh|xã|phường|"
    r"thành phố|và|đặc khu))+"
)
_SHAPED_TAIL = re.compile(r"(?:\s+(?:và|Về|Ban(?= hành)|Phê(?= duyệt)|Triển(?= khai)))+$")
# A committee named with what it is for in abbreviations: "BCĐ phát triển KHCN,ĐMST,CĐS".
_COMMITTEE = re.compile(
    r"(?:Trưởng\s+)?(?:BCĐ|Ban [Cc]hỉ đạo)\s+phát triển\s+[A-ZĐ]{2,}(?:\s*(?:,|và)\s*[A-ZĐ]{2,})*"
    r"|(?:Trưởng\s+)?BCĐ(?:\s+của\s+UBND\s+(?:tỉnh|xã|phường|thành phố|đặc khu))?(?!\w)"
)
_IS_COMMITTEE = re.compile(r"(?:Trưởng\s+|Tổ\s+\w+\s+)?(?:BCĐ|Ban\s+[Cc]hỉ\s+đạo)(?!\w)")
_PLACE = re.compile(
    r"\s+(?:tỉnh\s+|thành phố\s+)?(?:" + "|".join(map(re.escape, province_names())) + r")(?!\w)"
)
_COMMUNE = re.compile(r"(?<!\w)(?:xã|phường|đặc khu|thị trấn)$", re.IGNORECASE)
_PLACE_WORDS = re.compile(rf"\s+([{UPPER}][^\W\d_]*(?:\s+[{UPPER}][^\W\d_]*){{0,3}})")
# Capitalised words that open what a document does, after its issuer: "của UBND xã Về việc …".
_OPENS_SUBJECT = re.compile(
    "Về|Ban|Phê|Triển|Thực|Sửa|Quy|Thành|Kiện|Phát|Công|Bổ|Điều|Giao|Hướng|Kèm|Theo|Số|"
    "Chuyển|Xây|Tổ"
)


def issuer_at(text: str, start: int) -> tuple[str, int]:
    """The issuer that begins at ``start`` and where it ends; "" where none begins there."""
    end = issuer_end(text, start)
    if end > start:
        return plain_name(text[start:end]), end
    return _damaged_issuer(text, start)


def body_of(issuer: str) -> str:
    """The body that an office's holder heads: "Bộ trưởng Bộ Y tế" → "Bộ Y tế"."""
    for title in sorted(_TITLES, key=len, reverse=True):
        if issuer.startswith(title + " "):
            rest = issuer[len(title) :].strip().removeprefix("của ")
            return rest if rest[:1].isupper() else issuer
    return issuer


def issuer_end(text: str, start: int) -> int:
    """Where the issuer that begins at ``start`` ends; ``start`` where none begins there."""
    end = _name_end(text, start)
    if end == start:
        return start
    if _IS_COMMITTEE.match(text, start):
        if field := re.search(r"\s+về\s", text[start:end]):
            end = start + field.start()
        elif of := OF.match(text, end):
            end = max(end, _name_end(text, of.end()))
            end = end if end > of.end() else of.start()
    if _COMMUNE.search(text, start, end):
        end = _commune_end(text, end)
    place = _PLACE.match(text, end)
    return place.end() if place else end


def _name_end(text: str, start: int) -> int:
    """Where the name of a body or of its head that begins at ``start`` ends."""
    begin = start
    for title in _TITLES:
        if text[begin : begin + len(title) + 1].casefold() == title.casefold() + " ":
            begin += len(title) + 1
            if text[begin : begin + 4].casefold() == "của ":
                begin += 4
            break
    known = max(_known_end(text, start) or start, _known_end(text, begin) or start)
    committee = _COMMITTEE.match(text, start)
    if committee and committee.end() > known:
        return committee.end()
    if known == start and (shaped := _ISSUER_HEAD.match(text, start)):
        return start + len(_SHAPED_TAIL.sub("", shaped.group()))
    return known


def _known_end(text: str, start: int) -> int | None:
    """Where the name of the registry that begins at ``start`` ends."""
    names = find_names(text[start : start + 160])
    return next((start + end for first, end in names if first == 0), None)


def _commune_end(text: str, place: int) -> int:
    """Where the commune's name that follows "xã" ends; ``place`` where none follows."""
    match = _PLACE_WORDS.match(text, place)
    if match is None:
        return place
    words = match[1].split()
    for count in range(min(len(words), 4), 0, -1):
        if communes_named(" ".join(words[:count])):
            break
    else:
        opens = [index for index, word in enumerate(words) if _OPENS_SUBJECT.fullmatch(word)]
        count = min([*opens, 2, len(words)])
    ends = [word.end() for word in re.finditer(r"\S+", match.group())]
    return place + ends[count - 1] if count else place


@cache
def _central_issuers() -> tuple[tuple[str, str], ...]:
    """(folded name, name) of the central bodies and offices that issue documents."""
    names = {one.name for one in agencies() if one.level == "central" and one.kind != "nhóm"}
    names |= {"Bộ Chính trị", "Ban Bí thư", "Chính phủ", "Thủ tướng Chính phủ", "Quốc hội"}
    return tuple(sorted((fold(name), name) for name in names if len(name) < 40))


def _damaged_issuer(text: str, start: int) -> tuple[str, int]:
    """A central issuer with a wrong letter or two: "Bộ phình trị", "Thủ tưởng Chinh phú"."""
    words = list(re.finditer(r"\S+", text[start : start + 60]))[:6]
    if not words or not words[0].group()[:1].isupper():
        return "", start
    scored = []
    for count in range(2, len(words) + 1):
        end = start + words[count - 1].end()
        piece = fold(text[start:end]).strip(" .,;:")
        for folded, name in _central_issuers():
            score = Levenshtein.normalized_similarity(piece, folded, score_cutoff=0.82)
            if score and piece.count(" ") == folded.count(" "):
                scored.append((score, name, start + len(text[start:end].rstrip(" .,;:"))))
    scored.sort(reverse=True)
    if not scored or (len(scored) > 1 and scored[1][0] == scored[0][0]):
        return "", start
    return scored[0][1], scored[0][2]


def plain_name(printed: str) -> str:
    """The name on one line; one in capitals as the registry writes it, else in sentence case."""
    name = " ".join(printed.split())
    if len(name) < 6 or not name.isupper():
        return name
    return _registry_prints().get(fold(name), name.capitalize())


@cache
def _registry_prints() -> dict[str, str]:
    prints: dict[str, str] = {}
    for one in agencies():
        for name in (one.name, *one.aliases):
            prints.setdefault(fold(name), name)
    return prints
