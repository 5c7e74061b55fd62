"""Deadlines: what "Quý IV/2025" or "Trước ngày 20/12/2025" means, and damaged ones read.

``read_deadline`` reads a printed deadline into a kind and dates; ``read_damaged_deadline``
reads the ink of one, and only where the whole ink fits the small grammar of deadlines.
"""

from __future__ import annotations

import itertools
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold, nfc, one_line
from normalizers.reading import Reading

DeadlineKind = Literal[
    "date",
    "month",
    "quarter",
    "year",
    "year_range",
    "before",
    "recurring",
    "continuous",
    "conditional",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a printed deadline means; a date that is not told is None.

    ``start`` and ``end`` are the first and the last day it covers.
    """

    kind: DeadlineKind
    start: date | None = None
    end: date | None = None


# --- reading a printed deadline ---------------------------------------------------------------

_Y = r"(?:20\d\d)"
_DASH = r"\s*(?:-|–|—|den(?: het)?(?: nam)?|toi)\s*"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_Q = r"(?:iv|iii|ii|i|[1-4])"
# Points of time, the most telling first; a match is taken out of the text before the next.
_POINTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            r"\b(?P<day>\d{1,2})\s*(?P<by>[/.-])\s*(?P<month>\d{1,2})\s*(?P=by)\s*(?P<year>20\d\d)\b"
        ),
    ),
    (
        "date",
        re.compile(r"\b(?P<day>\d{1,2})\s+thang\s+(?P<month>\d{1,2})\s+nam\s+(?P<year>20\d\d)\b"),
    ),
    (
        "halves",
        re.compile(rf"\b0?([2-9]) thang (dau|cuoi)(?:\s+(?:cua\s+)?nam\s*|\s*/\s*)({_Y})\b"),
    ),
    (
        "quarters",
        re.compile(
            rf"\bquy\s+({_Q})(?:\s*(?:-|–|,|va|den)\s*(?:quy\s+)?({_Q}))+\s*(?:[/,-]|nam)*\s*({_Y})\b"
        ),
    ),
    ("quarters", re.compile(rf"\bquy\s+({_Q})()\s*(?:[/,-]|nam)*\s*({_Y})\b")),
    (
        "months",
        re.compile(
            rf"\b(?:thang\s+)?(\d{{1,2}})(?:\s*/\s*({_Y}))?{_DASH}(?:thang\s+)?"
            rf"(\d{{1,2}})\s*(?:/|nam)\s*({_Y})\b"
        ),
    ),
    (
        "months",
        re.compile(
            rf"\bthang\s+(\d{{1,2}})()(?:\s*(?:,|va)\s*(?:thang\s+)?(\d{{1,2}}))+"
            rf"\s*(?:/|nam)\s*({_Y})\b"
        ),
    ),
    (
        "month",
        re.compile(rf"\b(?:thang\s*|t)?(\d{{1,2}})\s*(?:/|-|,?\s*nam\s)\s*({_Y})\b"),
    ),
    ("years", re.compile(rf"\b({_Y})(?:{_DASH}|\s*(?:,|;|va|&)\s*(?:nam\s+)?)({_Y})\b")),
    ("year", re.compile(rf"\b({_Y})\b")),
)
_BEFORE = re.compile(
    r"\b(truoc|cham nhat|muon nhat|khong qua|khong muon hon|toi han|han cuoi|den het|den ngay|"
    r"den thang|den nam|den quy|den truoc|den cuoi)\b|^den\b|\bxong trong\b"
)
_STRICTLY_BEFORE = re.compile(r"\btruoc\b(?! het| cuoi)")
_RECURRING = re.compile(
    r"\b(hang|moi) (nam|thang|quy|tuan|ngay)\b|\bdinh ky\b|\bnam mot lan\b|\b1 nam 1 lan\b"
)
_CONTINUOUS = re.compile(
    r"\b(thuong xuyen|lien tuc|trong suot|trong qua trinh|"
    r"va (cac|nhung) nam (tiep theo|sau|ke tiep))\b"
)
_CONDITIONAL = re.compile(
    r"^(?:ngay |chi )?khi\b|"
    r"\b(sau khi|khi co|khi duoc|ngay khi|tuy theo|tuy thuoc|sau thoi diem|ke tu khi|neu co|"
    r"ke tu (ngay|thoi diem)|ngay lam viec|"
    r"theo (huong dan|yeu cau|lo trinh|ke hoach|tien do|quy dinh|chi dao|thuc te|van ban))\b"
)
# From a day on, no end told: "Từ năm 2026 trở đi", "Kể từ ngày 01/7/2026".
_FROM_THEN_ON = re.compile(r"\btro di\b|^(?:bat dau |ke )?tu\b(?!.*\bden\b)")


@lru_cache(maxsize=4096)
def read_deadline(text: str) -> Deadline:
    """The kind and the dates of a printed deadline.

    "Năm 2026-2030" → 2026-01-01..2030-12-31; "Trước ngày 20/12/2025" → an end alone;
    "Thường xuyên" and what hangs on another event ("Sau khi Bộ … ban hành") have no dates
    unless a year is told with them.
    """
    folded = fold(text).strip(" .;,:-")
    if not folded or len(folded) > 400:
        return Deadline("unknown")
    points = list(_points(folded))
    start = min((point.start for point in points if point.start), default=None)
    end = max((point.end for point in points if point.end), default=None)
    if _RECURRING.search(folded):
        return Deadline("recurring", start, end)
    if _CONTINUOUS.search(folded):
        open_ended = re.search(r"\bnam (tiep theo|sau|ke tiep)\b", folded)
        return Deadline("continuous", start, None if open_ended else end)
    if len(points) == 1 and _FROM_THEN_ON.search(folded):
        return Deadline("continuous", start)
    conditional = _CONDITIONAL.search(folded)
    if not points:
        return Deadline("conditional" if conditional else "unknown")
    if conditional and conditional.start() < 3:
        return Deadline("conditional")
    if _BEFORE.search(folded) and not re.search(r"\btu\b", folded):
        if _STRICTLY_BEFORE.search(folded) and points[0].kind != "date" and points[0].start:
            return Deadline("before", None, points[0].start - timedelta(days=1))
        return Deadline("before", None, end)
    kinds = {point.kind for point in points}
    kind = points[0].kind
    if len(points) > 1 and kinds == {"year"}:
        kind = "year_range"
    return Deadline(kind, start, end)


def _points(folded: str) -> Iterator[Deadline]:
    """The points of time told, left to right."""
    found: list[tuple[int, Deadline]] = []
    rest = folded
    for name, pattern in _POINTS:
        for match in list(pattern.finditer(rest)):
            point = _point(name, match)
            if point is not None:
                found.append((match.start(), point))
            blank = " " * (match.end() - match.start())
            rest = rest[: match.start()] + blank + rest[match.end() :]
    for _, point in sorted(found, key=lambda item: item[0]):
        yield point


def _point(name: str, match: re.Match[str]) -> Deadline | None:
    groups = match.groups()
    kind: DeadlineKind
    try:
        if name == "date":
            day = date(*(int(match[part]) for part in ("year", "month", "day")))
            return Deadline("date", day, day)
        if name == "halves":
            count, year = int(groups[0]), int(groups[2])
            first = 1 if groups[1] == "dau" else 13 - count
            kind = "month" if count % 3 else "quarter"
            return Deadline(kind, *_months(year, first, year, first + count - 1))
        if name == "quarters":
            first = _ROMAN[groups[0]]
            last = _ROMAN[groups[1]] if groups[1] else first
            year = int(groups[2])
            return Deadline("quarter", *_months(year, 3 * first - 2, year, 3 * last))
        if name == "months":
            year = int(groups[3])
            begin = int(groups[1]) if groups[1] else year
            return Deadline("month", *_months(begin, int(groups[0]), year, int(groups[2])))
        if name == "month":
            year, month = int(groups[1]), int(groups[0])
            return Deadline("month", *_months(year, month, year, month))
        first, last = int(groups[0]), int(groups[-1])
        if last < first:
            return None
        kind = "year_range" if name == "years" else "year"
        return Deadline(kind, date(first, 1, 1), date(last, 12, 31))
    except ValueError:
        return None


def _months(first_year: int, first: int, last_year: int, last: int) -> tuple[date, date]:
    """First day of one month, last day of another; ValueError where they run backwards."""
    begin, end = date(first_year, first, 1), date(last_year, last, 1)
    if end < begin:
        raise ValueError((first_year, first, last_year, last))
    return begin, date(last_year, last, monthrange(last_year, last)[1])


# --- reading the ink of a deadline ------------------------------------------------------------

# Printed words of deadlines by their folded letters.
_WORDS = {
    "nam": "năm",
    "thang": "tháng",
    "quy": "quý",
    "ngay": "ngày",
    "truoc": "trước",
    "den": "đến",
    "het": "hết",
    "trong": "trong",
    "tu": "từ",
    "va": "và",
    "giai": "giai",
    "doan": "đoạn",
    "hang": "hằng",
    "thuong": "thường",
    "xuyen": "xuyên",
    "lien": "liên",
    "tuc": "tục",
    "dinh": "định",
    "ky": "kỳ",
    "cac": "các",
    "cuoi": "cuối",
    "dau": "đầu",
    "tuan": "tuần",
    "hoan": "hoàn",
    "thanh": "thành",
}
_PHRASES = re.compile(
    r"(?:hoan thanh )?(?:trong |den het |den |truoc |tu )?(?:giai doan |nam )?Y(?:R(?:nam )?Y)?"
    r"|(?:trong |den het |den |truoc )?(?:thang )?M(?:R(?:thang )?M)?"
    r"|(?:trong |den het |den |truoc )?thang N nam Y"
    r"|(?:trong |den het |den |truoc )?quy Q(?: nam)? ?Y?"
    r"|(?:hoan thanh )?(?:truoc |den )?(?:ngay )?D"
    r"|hang (?:nam|thang|quy|tuan|ngay)"
    r"|(?:hang nam )?(?:giai doan )YRY"
    r"|N thang (?:dau|cuoi) nam(?: Y)?"
    r"|thuong xuyen(?: hang (?:nam|thang|quy))?|thuong xuyen lien tuc|lien tuc"
    r"|thuong xuyen(?: cac thang cuoi nam)"
    r"|dinh ky(?: hang (?:nam|thang|quy|tuan))?"
)
_DIGITS = str.maketrans("oOQDlI|!iSsBzZ", "00001111155822")
_STROKES = str.maketrans({"l": "I", "1": "I", "|": "I", "!": "I", "T": "I", "H": "II"})
_ROMAN_NUMBERS = ("I", "II", "III", "IV", "1", "2", "3", "4")
_NOISE = " |{}\\‘’'\"“”`~_*^•°:;.,"


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of damaged ink as the grammar sees it: its sign, its print, its edits."""

    sign: str
    text: str
    edits: float
    comma: bool = False  # one stands behind it


@lru_cache(maxsize=4096)
def read_damaged_deadline(damaged: str) -> Reading:
    """The deadline that damaged ink prints: ``"Nim\\n2026-2030" → "Năm 2026-2030"``.

    "" where the ink does not fit the grammar of deadlines as a whole (a condition in words,
    running text): that is for the general repair to read.
    """
    printed = one_line(damaged.replace("–", "-").replace("—", "-")).strip(_NOISE)
    printed = re.sub(r"(?<=\d)\s*\.\s*(?=20\d\d$)", "-", printed)
    if not printed or len(printed) > 60:
        return Reading()
    tokens: list[_Token] = []
    for word in _split(printed):
        after_quarter = bool(tokens) and tokens[-1].sign == "quy"
        token = _token(word.rstrip(","), after_quarter=after_quarter)
        if token is None:
            return Reading()
        tokens.append(replace(token, comma=word.endswith(",")))
    signs = re.sub(r"\s*R\s*", "R", " ".join(token.sign for token in tokens))
    if not _PHRASES.fullmatch(signs):
        return Reading()
    text = ""
    for before, token in itertools.pairwise([None, *tokens]):
        assert token is not None
        if before and before.comma and before.sign in _WORDS and token.sign in _WORDS:
            text += ","
        text += token.text if token.sign == "R" or text.endswith("-") else f" {token.text}"
    text = _spaced_as_inked(text.strip(), printed)
    begin = next((character for character in printed if character.isalnum()), "")
    if not begin.islower():
        text = text[0].upper() + text[1:]
    edits = sum(token.edits for token in tokens)
    letters = sum(map(str.isalnum, text))
    return Reading(text, round(max(0.3, 1.0 - 2.0 * edits / letters), 3))


def _split(printed: str) -> list[str]:
    """Words, a comma behind one left there, with a hyphen between two years as one of its own."""
    parted = re.sub(r"(?<=\d)\s*-\s*(?=[\d(oOnN])", " - ", printed)
    words = [word for word in parted.split() if word.strip(_NOISE) or word == "-"]
    return [
        word if word == "-" else word.strip(_NOISE) + "," * word.endswith(",") for word in words
    ]


def _token(word: str, after_quarter: bool) -> _Token | None:
    if word == "-":
        return _Token("R", "-", 0.0)
    if after_quarter:
        return _quarter(word)
    numeric = word.translate(_DIGITS)
    edits = sum(a != b for a, b in zip(word, numeric, strict=True)) * 0.5
    if re.fullmatch(r"20\d\d", numeric):
        return _Token("Y", numeric, edits)
    if re.fullmatch(r"\d?0[23]\d", numeric):
        return _Token("Y", f"20{numeric[-2:]}", edits + 1.0)
    day = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(20\d\d)", numeric)
    if day and _is_date(day):
        return _Token("D", numeric, edits)
    month = re.fullmatch(r"(\d{1,2})/(20\d\d)", numeric)
    if month and 1 <= int(month[1]) <= 12:
        return _Token("M", numeric, edits)
    if re.fullmatch(r"\d{1,2}", numeric) and word[0].isdigit() and 1 <= int(numeric) <= 12:
        return _Token("N", numeric, edits)
    return _word(word)


def _quarter(word: str) -> _Token | None:
    """ "IV/2025", "1V/2025", "HI/2025", "4": a quarter with or without its year.

    "TI" and "H" have lost a stroke, or have not.
    """
    parts = re.fullmatch(r"([IVl1|!vHT]{1,3}|[1-4])(?:/(\S{4}))?", word)
    if parts is None:
        return None
    number = parts[1] if parts[1] in "1234" else parts[1].translate(_STROKES).upper()
    year = (parts[2] or "").translate(_DIGITS)
    if number not in _ROMAN_NUMBERS or (year and not re.fullmatch(r"20\d\d", year)):
        return None
    if number in ("I", "II") and set(parts[1]) & set("HT"):
        return None
    text = f"{number}/{year}" if year else number
    return _Token("Q", text, 0.5 * (text != word))


def _is_date(match: re.Match[str]) -> bool:
    try:
        date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return False
    return True


def _word(word: str) -> _Token | None:
    """The word of the deadlines' vocabulary nearest to the ink, if near enough."""
    folded = re.sub(r"[^a-z0-9]", "", fold(word))
    if not folded or len(folded) > 8:
        return None
    scored = sorted(
        (Levenshtein.distance(folded, known, weights=(1, 1, 1)), known) for known in _WORDS
    )
    distance, known = scored[0]
    if distance > (1 if len(known) <= 4 else 2) or (distance and len(folded) < 2):
        return None
    text = _WORDS[known]
    if known == "hang" and fold(word)[:2] == "ha" and "ă" not in nfc(word).lower():
        text = "hàng" if "à" in nfc(word).lower() else "hằng"
    return _Token(known, text, float(distance))


def _spaced_as_inked(text: str, printed: str) -> str:
    """ "2028 - 2030" where the ink shows blanks at the hyphen, else "2028-2030"."""
    if re.search(r"\d\s+-\s+\d", printed):
        return re.sub(r"(?<=\d)-(?=\d)", " - ", text)
    return text
