"""Citations: references to other documents in running text.

``find_citations`` holds the grammar of citations (the form that Decree 30/2020/NĐ-CP on clerical
work prescribes: type, "số" number/year-type-issuer, "ngày" date, "của" issuer) and its everyday
variants: lists that share a type, a code, a date or an issuer; an issuer told before ("đề nghị
của Sở Tư pháp tại Tờ trình số …"); laws by name; short forms ("Nghị quyết 57", "Đề án 06").
``complete`` looks over all citations of one document and gives short forms the number they stand
for. ``normalizers.running_text`` wraps this into a spaCy pipeline.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from itertools import zip_longest

from normalizers.cited_issuers import OF, UPPER, issuer_at, issuer_end, plain_name
from normalizers.document_numbers import is_document_number, normal_number, type_of_number
from normalizers.folding import fold


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference to another document. What is not told is None.

    ``number`` is normalised ("2629/QĐ-TTg"); of a short form it is the bare serial ("57") until
    ``complete`` finds the whole one; it is None for laws cited by name and for blanks left to be
    filled in. ``issued_on`` is None where the date is not told in full. ``issuer`` is the body
    as printed, without what a committee is for ("Ban Chỉ đạo Trung ương", not "… về …"); names
    in capitals and damaged ones are written as the registry has them.
    """

    mention: str
    number: str | None
    type: str | None
    issued_on: date | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A citation and where its mention stands: characters [start, end) of the text."""

    start: int
    end: int
    citation: Citation


# --- the grammar ------------------------------------------------------------------------------

# Printed types, longest first, and the type they are.
_TYPES = {
    "Nghị quyết liên tịch": "Nghị quyết liên tịch",
    "Thông tư liên tịch": "Thông tư liên tịch",
    "Thông báo kết luận": "Thông báo",
    "Thông báo Kết luận": "Thông báo",
    "Chương trình hành động": "Chương trình",
    "Chương trình công tác": "Chương trình",
    "Kế hoạch hành động": "Kế hoạch",
    "Kế hoạch hoạt động": "Kế hoạch",
    "Kế hoạch thực hiện": "Kế hoạch",
    "Công văn hỏa tốc": "Công văn",
    "Quyết định": "Quyết định",
    "Nghị quyết": "Nghị quyết",
    "Nghị định": "Nghị định",
    "Thông tư": "Thông tư",
    "Thông báo": "Thông báo",
    "Thông tri": "Thông tri",
    "Chỉ thị": "Chỉ thị",
    "Chương trình": "Chương trình",
    "Kế hoạch": "Kế hoạch",
    "Kết luận": "Kết luận",
    "Công văn": "Công văn",
    "Công điện": "Công điện",
    "Công thư": "Công thư",
    "Văn bản hợp nhất": "Văn bản hợp nhất",
    "Văn bản": "Văn bản",
    "Hướng dẫn": "Hướng dẫn",
    "Tờ trình": "Tờ trình",
    "Báo cáo": "Báo cáo",
    "Quy định": "Quy định",
    "Quy chế": "Quy chế",
    "Pháp lệnh": "Pháp lệnh",
    "Bộ luật": "Bộ luật",
    "Luật": "Luật",
    "Lệnh": "Lệnh",
    "Đề án": "Đề án",
    "Phương án": "Phương án",
    "Giấy mời": "Giấy mời",
}

_TYPE = "|".join(re.escape(name) for name in sorted(_TYPES, key=len, reverse=True))
_CODE = r"[A-ZĐÐ][A-Za-zĐđÐ&]{0,14}\d{0,2}(?:\.[A-ZĐ\d]+)?"
_SERIAL = r"\d{1,5}[a-zA-Z]?(?:/(?:19|20)\d\d)?"
_JOINT = r"\s?[/-][\s-]{0,3}"
# "02/KH BCĐ ngày": a hyphen that the print or its reading lost.
_LOST_JOINT = r"(?:(?<=[A-ZĐ])\s[A-ZĐ]{2,8}(?=\s+(?:ngày|của)\s))?"
_NUMBER = rf"{_SERIAL}{_JOINT}{_CODE}(?:{_JOINT}{_CODE}){{0,3}}{_LOST_JOINT}"
_BLANK = rf"[\s.…_]*(?<=[\s.…_:ố])[/-]\s?(?:(?:19|20)\d\d/)?{_CODE}(?:[/-]{_CODE}){{0,3}}"
# "số", or what bad ink leaves of it right before a number ("s6", "50", ")").
_SO = r"(?:số\s*:?|[sS5$8][oốôóòỏ06]\s?:?|[^\w\s])"
# The serials of a list whose last number alone has its code: "số 57, 59 và 66-NQ/TW".
_SERIALS = r"(?:(?P<serials>\d{1,4}(?:\s*,\s*(?:số\s+)?\d{1,4})*)\s*(?:,|và)\s*(?:số\s+)?)?"
_DAY = (
    r"(?P<same>cùng\s+)?ngày\s+"
    r"(?:(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>(?:19|20)\d\d)"
    r"|(?P<day2>\d{1,2})\s+tháng\s+(?P<month2>\d{1,2})\s+năm\s+(?P<year2>(?:19|20)\d\d)"
    r"|[\s.…_]*/\s*(?:\d{1,2}|[\s.…_]+)?/?\s*(?:19|20)\d\d"
    r"|[\s.…_]*tháng[\s.…_]*\d{0,2}[\s.…_]*năm\s*(?:19|20)\d\d)"
)
_HEAD = re.compile(
    rf"(?<!\w)(?P<type>{_TYPE})(?:\s+của\s+(?P<before>[^:;,.\d]{{3,60}}?))?\s*:?\s*"
    rf"(?:{_SO}\s*{_SERIALS}(?P<number>{_NUMBER})|số\s*:?\s*(?P<blank>{_BLANK})"
    rf"|(?P<bare>{_NUMBER}))",
    re.IGNORECASE,
)
_LONE = re.compile(rf"(?<![\w/.-])(?:số\s*:?\s*)?(?P<number>{_NUMBER})(?![\w/])", re.IGNORECASE)
_MORE = re.compile(
    rf"\s*(?:[,;]\s*(?:và\s+)?|\s+và\s+)(?:số\s*:?\s*)?(?P<number>{_NUMBER})(?!\w)", re.IGNORECASE
)
_DATE = re.compile(rf"\s*,?\s*{_DAY}", re.IGNORECASE)

# Short forms: a type and a serial alone. Without "số", a count ("Quyết định 3 nội dung") is none.
_SHORT_TYPE = "Nghị quyết|Nghị định|Quyết định|Quy định|Kết luận|Chỉ thị|Thông tư|Đề án"
_COUNTED = (
    "tuần|quý|giờ|phút|lần|nhiệm|dự|đề|chương|nội|vấn|thủ|cán|người|đơn|cơ|tổ|mục|bước|lĩnh|nhóm|"
    "chỉ|xã|tỉnh|huyện|phường|triệu|tỷ|tỉ|nghìn|ngàn|đồng|điểm|khoản|điều|dịch|văn|loại|hồ|công|"
    "biện|giải|tiêu|trường|hộ|tháng|phần|trang"
)
_NO_COUNT = (
    r"(?!\s?[/%]|[.,]\d|\s?-\s?[A-ZĐ]|\w)"
    rf"(?!\s+(?:(?:{_COUNTED})(?!\w)|năm(?!\w|\s+20\d\d)))"
)
_SHORT = re.compile(
    rf"(?<!\w)(?P<several>(?:các|những|hai|ba|bốn|0\d)\s+)?(?P<type>{_SHORT_TYPE})\s+"
    rf"(?:(?:số\s*:?\s*)(?P<number>\d{{1,4}})(?!\s?[/\d%]|[.,]\d|\s?-\s?[A-ZĐ]|\w)"
    rf"|(?P<bare>\d{{1,3}})(?!\w){_NO_COUNT})",
    re.IGNORECASE,
)
_SHORT_MORE = re.compile(
    r"\s*(?:,|\s+và)\s+(?:số\s+)?(?P<number>\d{1,3})(?!\s?[/\d%]|[.,]\d|\s?-\s?[A-ZĐ]|\w)"
)

_LAW = re.compile(
    r"(?<!\w)(?<![Pp]háp )(?P<type>Bộ [Ll]uật|[Ll]uật|Pháp lệnh|Hiến pháp)\s+(?!số\b)"
    r"(?:(?=năm\s+(?:19|20)\d\d)|(?P<name>[^\W\d]+))"
)
_LAW_LIST = re.compile(rf"(?<!\w)(?:[Cc]ác|[Nn]hững)\s+[Ll]uật\s*:?\s+(?=[{UPPER}])")
_LAW_NEXT = re.compile(rf"\s*(?:[,;]|và)\s+(?=[{UPPER}])")
_LAW_YEAR = re.compile(r"\s+(?:năm\s+)?(?:19|20)\d\d(?!\w)")
_LAW_NUMBER = re.compile(rf"\s*\(?\s*[Ll]?(?:uật\s+)?số\s*:?\s*(?P<number>{_NUMBER})\)?")
_LAW_WORD = re.compile(r"\s+([^\W\d_]+)")
# A law named in abbreviations: "Luật KH, CN và ĐMST".
_LAW_ABBREVIATED = re.compile(r"[A-ZĐ]{2,}(?:\s*(?:,|&|và)\s*[A-ZĐ]{2,})+(?!\w)")
_LAW_STOPS = re.compile(
    "ngày|số|năm|được|quy|của|và|có|đã|về|này|các|theo|để|sửa|trong|tại|thì|là|khi|từ|do|"
    "hiện|còn|như|đối|cho|hoặc|hay|đến|với|bởi|vào|ra|phải|không|sẽ|đang"
)


# An issuer told before: "hướng dẫn của Bộ Khoa học và Công nghệ tại Văn bản số …".
_AT = re.compile(r"\s*(?:\([^()]{0,80}\)\s*)?,?\s*tại\s+(?:các\s+)?$", re.IGNORECASE)
_OF_BEFORE = re.compile(r"(?<!\w)của\s+", re.IGNORECASE)
# A list under one issuer: "Các văn bản của UBND tỉnh: Số 119/KH-UBND …; số 169/KH-UBND …".
_LIST = re.compile(
    rf"(?<!\w)(?:các|những|một số)\s+(?:{_TYPE})[^:;.\d]{{0,40}}?\s+của\s+", re.IGNORECASE
)
_TRIGGER = re.compile(
    r"\d\s?[/-][\s-]{0,3}[A-ZĐÐ]|(?:luật|pháp lệnh|hiến pháp)\s|số\s*:?[\s.…_]*[/-]\s?[A-ZĐ\d]"
    rf"|(?:{_SHORT_TYPE})\s+(?:số\s*:?\s*)?\d",
    re.IGNORECASE,
)


def may_cite(text: str) -> bool:
    """Whether a citation may stand in ``text`` (NFC); False is certain, and quick to tell."""
    return bool(_TRIGGER.search(text))


def find_citations(text: str) -> tuple[Found, ...]:
    """All citations of ``text`` (NFC), left to right, none overlapping."""
    if not may_cite(text):
        return ()
    found: list[Found] = []
    at = 0
    while match := _HEAD.search(text, at):
        numbered = _numbered(text, match)
        if not numbered:
            at = match.start() + len(match["type"])
            continue
        found += numbered
        at = found[-1].end
    found += _lone_numbers(text, found)
    found += _laws(text, found)
    found += _short_forms(text, found)
    found.sort(key=lambda one: one.start)
    return tuple(_with_issuers_before(text, found))


def complete(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The citations of one document, short forms with the number they stand for.

    "Nghị quyết 57" is 57-NQ/TW where the document cites just one resolution of that serial in full;
    else it keeps its bare serial.
    """
    whole: dict[tuple[str | None, str], set[str]] = {}
    for one in citations:
        if one.number and not one.number.isdigit():
            serial = re.match(r"\d+", one.number)
            key = (one.type, (serial[0] if serial else "").lstrip("0"))
            whole.setdefault(key, set()).add(one.number)
    completed = []
    for one in citations:
        if one.number and one.number.isdigit():
            numbers = whole.get((one.type, one.number.lstrip("0")), set())
            one = replace(one, number=next(iter(numbers))) if len(numbers) == 1 else one
        completed.append(one)
    return tuple(completed)


def _numbered(text: str, match: re.Match[str]) -> list[Found]:
    """The citation a head opens, and those that go on its list ("… và số …")."""
    printed = match["number"] or match["bare"]
    if printed and not is_document_number(printed):
        return []
    if match["before"] and issuer_end(text, match.start("before")) != match.end("before"):
        return []
    kind = _type_named(match["type"])
    issuer = plain_name(match["before"] or "") or None
    number = normal_number(printed) if printed else None
    listed: list[Found] = []
    if match["serials"] and number:
        code = re.sub(r"^\d+[a-zA-Z]?(?:/(?:19|20)\d\d)?", "", number)
        for serial in re.finditer(r"\d+", match["serials"]):
            begin = match.start("serials") + serial.start()
            end = begin + len(serial[0])
            start = match.start() if not listed else begin
            mention = " ".join(text[start:end].split())
            citation = Citation(mention, serial[0] + code, kind, None, issuer)
            listed.append(Found(start, end, citation))
    start = match.start("number") if listed else match.start()
    last = Citation("", number, _type_told(kind, number), None, issuer)
    found, same = _tail(text, start, match.end(), last)
    listed.append(found)
    while printed and (more := _MORE.match(text, listed[-1].end)):
        if not is_document_number(more["number"]) or more.start() == more.end():
            break
        number = normal_number(more["number"])
        last_type = type_of_number(listed[-1].citation.number or "")
        if type_of_number(number) not in (None, kind, last_type):
            break
        begin = more.start("number")
        here = text.rfind("số", more.start(), begin)
        citation = Citation("", number, _type_told(kind, number), None, issuer)
        found, same = _tail(text, here if here >= 0 else begin, more.end(), citation)
        listed.append(found)
    return _shared(listed, same)


def _shared(listed: Sequence[Found], same_day: bool) -> list[Found]:
    """A list whose members share the issuer told last, and the date told as "cùng ngày"."""
    last = listed[-1].citation
    shared = []
    for one in listed:
        issued_on = last.issued_on if same_day else None
        citation = replace(
            one.citation,
            issuer=one.citation.issuer or last.issuer,
            issued_on=one.citation.issued_on or issued_on,
        )
        shared.append(replace(one, citation=citation))
    return shared


def _tail(text: str, start: int, end: int, citation: Citation) -> tuple[Found, bool]:
    """Read the date and the issuer that follow, in either order; whether the date is shared."""
    day, end, same = _date_at(text, end)
    issuer = None
    of = OF.match(text, end)
    if of:
        name, issuer_end = issuer_at(text, of.end())
        if name:
            issuer, end = name, issuer_end
            if day is None:
                day, end, same = _date_at(text, end)
    mention = " ".join(text[start:end].split())
    issuer = issuer or citation.issuer
    found = Found(start, end, replace(citation, mention=mention, issued_on=day, issuer=issuer))
    return found, same


def _date_at(text: str, place: int) -> tuple[date | None, int, bool]:
    match = _DATE.match(text, place)
    if match is None:
        return None, place, False
    parts = [match[name] or match[f"{name}2"] for name in ("year", "month", "day")]
    try:
        day = date(*(int(part) for part in parts))
    except (ValueError, TypeError):
        return None, match.end(), False
    return day, match.end(), bool(match["same"])


# --- issuers ----------------------------------------------------------------------------------


def _with_issuers_before(text: str, found: Sequence[Found]) -> Iterator[Found]:
    """Issuers that stand before their citation: "của … tại", and the head of a list."""
    heads: list[tuple[int, str]] = []
    for match in _LIST.finditer(text):
        name, end = issuer_at(text, match.end())
        if name and text[end:].lstrip().startswith(":"):
            heads.append((end, name))
    for one, after in zip_longest(found, found[1:]):
        if one.citation.issuer is None:
            issuer = _issuer_before(text, one.start) or _issuer_after(text, one, after)
            before = text[: one.start].rstrip()
            if issuer is None and before.endswith((":", ";")):
                issuer = next((name for end, name in reversed(heads) if end < one.start), None)
            if issuer:
                one = replace(one, citation=replace(one.citation, issuer=issuer))
        yield one


def _issuer_after(text: str, one: Found, after: Found | None) -> str | None:
    """The issuer of "Nghị định số 1/… và Nghị định số 2/… của Chính phủ", told once for both."""
    if after is None or after.citation.type != one.citation.type:
        return None
    joined = re.fullmatch(r"\s*(?:,|và)\s*", text[one.end : after.start])
    return after.citation.issuer if joined else None


def _issuer_before(text: str, start: int) -> str | None:
    """The issuer of "… của Bộ Nội vụ tại Công văn số …", where the citation begins at ``start``."""
    at = _AT.search(text, max(0, start - 120), start)
    if at is None:
        return None
    for of in reversed(list(_OF_BEFORE.finditer(text, max(0, at.start() - 100), at.start()))):
        name, end = issuer_at(text, of.end())
        if name and end == at.start():
            return name
    return None


# --- types -------------------------------------------------------------------------------------


def _type_named(printed: str) -> str | None:
    kind = _TYPES.get(printed[:1].upper() + printed[1:].lower())
    folded = fold(printed)
    return kind or next((t for name, t in _TYPES.items() if fold(name) == folded), None)


def _type_told(kind: str | None, number: str | None) -> str | None:
    """The printed type; of "văn bản", which any document is, the one its number tells."""
    told = type_of_number(number) if number and kind == "Văn bản" else None
    return told if told and told != "Công văn" else kind


def _lone_numbers(text: str, taken: Iterable[Found]) -> Iterator[Found]:
    """Numbers that stand without a type before them but tell it ("03-TB/BCĐTW")."""
    spans = [(one.start, one.end) for one in taken]
    end = 0
    for match in _LONE.finditer(text):
        if match.start() < end or any(a < match.end() and match.start() < b for a, b in spans):
            continue
        number = normal_number(match["number"])
        kind = type_of_number(number)
        if kind is None or not is_document_number(match["number"]):
            continue
        one, _ = _tail(text, match.start(), match.end(), Citation("", number, kind))
        end = one.end
        yield one


def _short_forms(text: str, taken: Iterable[Found]) -> Iterator[Found]:
    """ "Nghị quyết 57", "Đề án 06", "các Nghị quyết 57, 59 và 66": serials without their codes."""
    spans = [(one.start, one.end) for one in taken]
    end = 0
    for match in _SHORT.finditer(text):
        begin = match.start("type")
        if begin < end or any(a < match.end() and begin < b for a, b in spans):
            continue
        kind = _type_named(match["type"])
        number = match["number"] or match["bare"]
        if not int(number):
            continue
        listed = [_tail(text, begin, match.end(), Citation("", number, kind))[0]]
        while match["several"] and (more := _SHORT_MORE.match(text, listed[-1].end)):
            citation = Citation("", more["number"], kind)
            listed.append(_tail(text, more.start("number"), more.end(), citation)[0])
        end = listed[-1].end
        yield from _shared(listed, same_day=False)


# --- laws -------------------------------------------------------------------------------------


@cache
def _law_names() -> tuple[str, ...]:
    text = resources.files("normalizers").joinpath("data/laws.toml").read_text("utf-8")
    return tuple(sorted(tomllib.loads(text)["laws"], key=len, reverse=True))


def _laws(text: str, taken: Iterable[Found]) -> Iterator[Found]:
    """Laws cited by name: "Luật Chuyển đổi số ngày 11/12/2025", "các Luật Đất đai, Nhà ở"."""
    spans = [(one.start, one.end) for one in taken]
    done = 0
    starts = {match.end(): match.start() for match in _LAW_LIST.finditer(text)}
    for match in _LAW.finditer(text):
        if match.start() < done or any(a <= match.start() < b for a, b in spans):
            continue
        if match["type"] == "luật" and not (match["name"] or "")[:1].isupper():
            continue  # "kỷ luật lao động" is no law
        kind = match["type"].capitalize()
        begin = match.end("type") if match["name"] is None else match.start("name")
        listed = begin in starts
        end = _law_name_end(text, begin)
        if end == begin and match["name"]:
            if not _opens_law(match["type"], match["name"]):
                continue
            end = _law_end(text, match.end())
        one = _law(text, match.start(), end, kind)
        done = one.end
        yield one
        while listed and (more := _LAW_NEXT.match(text, done)):
            end = _law_name_end(text, more.end())
            if end == more.end():
                break
            one = _law(text, more.end(), end, kind)
            done = one.end
            yield one


def _opens_law(kind: str, word: str) -> bool:
    """Whether an unknown law's name begins: with a capital; after "luật", with an abbreviation."""
    return word.isupper() and len(word) > 2 if kind == "luật" else word[:1].isupper()


def _law(text: str, start: int, end: int, kind: str) -> Found:
    """The law whose name ends at ``end``, with its year, number, date and issuer."""
    number = None
    if year := _LAW_YEAR.match(text, end):
        end = year.end()
    if numbered := _LAW_NUMBER.match(text, end):
        number, end = normal_number(numbered["number"]), numbered.end()
    return _tail(text, start, end, Citation("", number, kind))[0]


def _law_name_end(text: str, begin: int) -> int:
    """Where the known name of a law at ``begin`` ends; ``begin`` where none stands there."""
    rest = text[begin : begin + 120].casefold()
    for name in _law_names():
        if rest.startswith(name.casefold()) and not rest[len(name) : len(name) + 1].isalpha():
            return begin + len(name)
    short = _LAW_ABBREVIATED.match(text, begin)
    return short.end() if short else begin


def _law_end(text: str, place: int) -> int:
    """The end of an unknown law's name: words up to a stop word, seven at most."""
    for _ in range(7):
        word = _LAW_WORD.match(text, place)
        if word is None or _LAW_STOPS.fullmatch(word.group(1).casefold()):
            break
        place = word.end()
    return place
