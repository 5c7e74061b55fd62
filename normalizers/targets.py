"""Targets of indicators: "tối thiểu 15% GRDP" → 15, "% GRDP", ">="; damaged ones; periods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold, nfc, one_line
from normalizers.reading import Reading

Comparator = Literal["=", ">=", "<=", ">", "<", "achieved"]


@dataclass(frozen=True, slots=True)
class Target:
    """A target as a number, its unit as printed ("%", "% GRDP", "dự án") and how to compare.

    ``comparator`` is "achieved" for targets without a number ("Đạt", "Hoàn thành"). All three
    are None where nothing is to be read ("-", running text).
    """

    value: float | None = None
    unit: str | None = None
    comparator: Comparator | None = None


# Folded openings and what they ask for, longest first.
_COMPARATORS: tuple[tuple[str, Comparator], ...] = (
    ("lon hon hoac bang", ">="),
    ("nho hon hoac bang", "<="),
    ("khong it hon", ">="),
    ("khong thap hon", ">="),
    ("khong duoi", ">="),
    ("khong vuot qua", "<="),
    ("khong nhieu hon", "<="),
    ("khong qua", "<="),
    ("toi thieu", ">="),
    ("it nhat", ">="),
    ("thap nhat", ">="),
    ("toi da", "<="),
    ("nhieu nhat", "<="),
    ("cao nhat", "<="),
    ("tu tren", ">"),
    ("lon hon", ">"),
    ("cao hon", ">"),
    ("nho hon", "<"),
    ("thap hon", "<"),
    ("hon", ">"),
    ("tren", ">"),
    ("duoi", "<"),
    (">=", ">="),
    ("<=", "<="),
    ("=>", ">="),
    ("=<", "<="),
    (">", ">"),
    ("<", "<"),
    ("=", "="),
)
_OPENINGS = (
    "phan dau dat",
    "phan dau",
    "dat ty le",
    "dat",
    "dam bao",
    "bao dam",
    "hoan thanh",
    "tang",
    "giam",
    "khoang",
    "xap xi",
    "gan",
    "~",
    "dat tu",
    "tu",
    "muc",
    "den",
    "duy tri",
    "co",
)
_ACHIEVED = frozenset(
    [
        "dat",
        "hoan thanh",
        "co",
        "x",
        "100% hoan thanh",
        "thuc hien",
        "dat yeu cau",
        "da hoan thanh",
        "duoc ban hanh",
        "ban hanh",
        "hoan thanh 100 %",
        "duy tri",
        "dat chuan",
    ]
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LONGEST = 120
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
_RANGE = re.compile(r"\d[\d.,]*\s*%?\s*(?:-|–|den)\s*(?=\d)")
_SEVERAL = re.compile(r"\d\s*%.*[^\d.,]\d[\d.,]*\s*%|\d.*;.*\d")
_FRACTION = re.compile(r"\d\s?/\s?\d")


@lru_cache(maxsize=4096)
def read_target(text: str) -> Target:
    """The value, unit and comparator of a printed target.

    Numbers are Vietnamese: "1.000" is a thousand, "1,5" one and a half. Of a range
    ("10-15%", "từ 10% đến 15%") the lower bound counts, as "at least"; a remark in brackets does
    not count. Several values ("30% vào 2030; 50% vào 2045") and fractions ("2/3 số xã") are no
    one number: nothing is read.
    """
    if len(text) > _LONGEST:
        return Target()
    printed = one_line(_REMARK.sub(" ", text) if text.count("(") == 1 else text).strip(" .;,:")
    folded = fold(printed.replace("≥", ">=").replace("≤", "<="))
    if not folded or _SEVERAL.search(_RANGE.sub(" ", folded)) or _FRACTION.search(folded):
        return Target()
    if folded in _ACHIEVED:
        return Target(None, None, "achieved")
    match = _NUMBER.search(folded)
    if match is None:
        first = re.match(r"(dat|hoan thanh|co|duoc)\b", folded)
        return Target(None, None, "achieved") if first else Target()
    comparator = _comparator(folded[: match.start()].strip(" :"))
    level = None
    if comparator is None:
        level = re.fullmatch(
            r"(?:dat |bao dam |dam bao |phan dau dat |nam trong |vao |thuoc )*"
            r"(cap do|muc do|muc|cap|top|hang|thu)\s*",
            folded[: match.start()],
        )
        if level is None:
            return Target()
        comparator = "<=" if level.group(1) == "top" else "="
    value = _number(match.group())
    number = _NUMBER.search(printed)
    if value is None or number is None:
        return Target()
    rest = printed[number.end() :].strip()
    upper = re.match(r"(?:%\s*)?(?:-|–|đến)\s*\d+(?:[.,]\d+)*\s*(.*)$", rest)
    if upper:
        rest, comparator = upper.group(1).strip(), ">="
    unit: str | None = rest.strip(" .;,") or None
    if level is not None:
        before = printed[: number.start()].split()
        unit = " ".join(before[-len(level.group(1).split()) :]).lower()
    if unit and re.match(r"(trở lên)", unit):
        comparator, unit = ">=", None
    if unit and unit.endswith("trở lên"):
        comparator, unit = ">=", unit[: -len("trở lên")].strip() or None
    if unit and unit.endswith("trở xuống"):
        comparator, unit = "<=", unit[: -len("trở xuống")].strip() or None
    return Target(value, unit, comparator)


def _comparator(opening: str) -> Comparator | None:
    """What the words before the number ask for; None where they are no opening of a target."""
    asked: Comparator = "="
    words = opening
    while words:
        for phrase, comparator in _COMPARATORS:
            if words.startswith(phrase) and not words[len(phrase) :][:1].isalpha():
                asked, words = comparator, words[len(phrase) :].strip()
                break
        else:
            for phrase in sorted(_OPENINGS, key=len, reverse=True):
                if words.startswith(phrase) and not words[len(phrase) :][:1].isalpha():
                    words = words[len(phrase) :].strip()
                    break
            else:
                return None
    return asked


def _number(digits: str) -> float | None:
    """A Vietnamese number: "1.000" → 1000, "1,5" → 1.5, "01" → 1, "0.5" → 0.5."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", digits):
        digits = digits.replace(",", ".")
    elif not re.fullmatch(r"\d+(?:\.\d+)?", digits):
        return None
    return float(digits)


# --- damaged targets --------------------------------------------------------------------------

_SOUND_WORDS = {"dat": "Đạt", "hoan thanh": "Hoàn thành", "co": "Có", "x": "x"}
_DIGITS = str.maketrans("oOQlI|!SsBzZ", "000111155822")
_PERCENT = re.compile(r"(?:%|°/[o0]|[o0]/[o0]|9/[o0]|°[o0])$")
# What "%" becomes where the OCR model reads it as digits.
_PERCENT_AS_DIGITS = ("06", "96", "00", "0", "6", "9")


@lru_cache(maxsize=4096)
def read_damaged_target(damaged: str) -> Reading:
    """The target that damaged ink prints: "Dat" → "Đạt", "Hoan\\nthanh" → "Hoàn thành".

    A number is returned as the ink has it: where it can hardly be right (a bare "6006"), with
    a low confidence. "" where the ink is no target.
    """
    printed = one_line(nfc(damaged)).strip(" |\\‘’'`_.,;:")
    if not printed or len(printed) > 24:
        return Reading()
    folded = fold(printed)
    for known, text in _SOUND_WORDS.items():
        distance = Levenshtein.distance(folded, known)
        if distance <= (0 if len(known) < 3 else 1 if len(known) < 5 else 2) and (
            folded[:1].isalpha()
        ):
            cased = text if printed[:1].isupper() or text == "x" else text.lower()
            return Reading(cased, round(1.0 - 0.25 * distance, 3))
    tight = printed.replace(" ", "")
    percent = _PERCENT.search(tight)
    if percent:
        digits = tight[: percent.start()].translate(_DIGITS)
        sound = re.fullmatch(r"([<>≥≤]?=?)(\d{1,3}(?:[.,]\d{1,2})?)", digits)
        if sound:
            value = float(sound.group(2).replace(",", "."))
            changed = digits != tight[: percent.start()] or percent.group() != "%"
            confidence = 0.4 if value > 100 else 0.7 if changed else 0.97
            return Reading(f"{digits}%", confidence)
        return Reading()
    if re.fullmatch(r"\d+(?:[.,]\d+)*", printed):
        return Reading(printed, 0.3 if len(printed) > 2 else 0.6)
    return Reading()


def read_damaged_targets(cells: Sequence[str]) -> tuple[Reading, ...]:
    """Read the target cells of one table together.

    Where the column plainly holds percentages, a bare number too great to be one ("6006",
    "150") is a percentage whose sign was read as digits; the confidence stays low.
    """
    alone = [read_damaged_target(cell) for cell in cells]
    told = [reading for reading in alone if any(map(str.isdigit, reading))]
    percents = [reading for reading in told if reading.endswith("%")]
    if len(percents) < 3 or len(percents) < 0.6 * len(told):
        return tuple(alone)
    return tuple(_as_percent(reading) for reading in alone)


def _as_percent(reading: Reading) -> Reading:
    if not reading.isdigit() or int(reading) <= 100:
        return reading
    for ending in _PERCENT_AS_DIGITS:
        stem = reading.removesuffix(ending)
        if stem != reading and stem and 0 < int(stem) <= 100 and not stem.startswith("0"):
            return Reading(f"{stem}%", 0.5)
    return reading


# --- the period of an indicator ---------------------------------------------------------------

_PERIOD = re.compile(r"\b(20\d\d)\s*(?:-|–|—|den(?: nam)?)\s*(20\d\d)\b")
_UNTIL = re.compile(r"\b(?:den|truoc|het)(?: het| cuoi)?(?: nam)? (20\d\d)\b")
_IN_YEAR = re.compile(r"(?<!\d )\bnam (20\d\d)\b")
_DATED = re.compile(r"\bthang\s*\d*\s*nam\s*20\d\d|\d{1,2}/\d{1,2}/20\d\d|/20\d\d\b")


def read_period(
    section_titles: Sequence[str], text: str, document_title: str = ""
) -> tuple[int | None, int | None]:
    """First and last year an indicator is set for: from its sections' titles, else its own text,
    else the document's title ("Chuyển đổi số xã Bình Chương năm 2026").

    Of several titles the one that tells the narrowest period counts: "Giai đoạn 2026-2027"
    within a plan for 2026-2030. "Đến năm 2030" has an end alone.
    """
    told = [period for title in section_titles if (period := _period(title)) != (None, None)]
    whole = [period for period in told if None not in period]
    if whole:
        return min(whole, key=lambda period: (period[1] or 0) - (period[0] or 0))
    if told:
        return told[-1]
    own = _period(text)
    return own if own != (None, None) else _period(document_title)


def _period(text: str) -> tuple[int | None, int | None]:
    folded = _DATED.sub(" ", fold(text))
    span = _PERIOD.search(folded)
    if span and int(span.group(1)) <= int(span.group(2)):
        return int(span.group(1)), int(span.group(2))
    until = _UNTIL.search(folded)
    if until:
        return None, int(until.group(1))
    year = _IN_YEAR.search(folded)
    if year:
        return int(year.group(1)), int(year.group(1))
    return None, None
