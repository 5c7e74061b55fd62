"""Who issues a document: the body's name in ordinary letters, its place, its key.

"UBND TỈNH QUẢNG NGÃI" in the head, "của UBND tỉnh Quảng Ngãi" in a sentence, "Ủy ban nhân dân tỉnh
ban hành" in a preamble are one issuer, named in full.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from normalizers.agencies import read_agency_cell
from normalizers.folding import fold, ink
from normalizers.titles import is_capitals

UNKNOWN_ISSUER = "khong-ro"
_SURE_AGENCY = 0.5
_CUT_PROVINCE = re.compile(r"\bti\s+i?nh\b")
_LEVELS = "tinh|thanh pho|huyen|quan|thi xa|thi tran|xa|phuong|dac khu"
_LEVEL_NAMES = {
    "tinh": "tỉnh",
    "thanh pho": "thành phố",
    "huyen": "huyện",
    "quan": "quận",
    "thi xa": "thị xã",
    "thi tran": "thị trấn",
    "xa": "xã",
    "phuong": "phường",
    "dac khu": "đặc khu",
}
_BODIES = (
    ("dang uy ubnd", "Đảng ủy UBND", "dang-uy-ubnd"),
    ("dang uy uy ban nhan dan", "Đảng ủy Ủy ban nhân dân", "dang-uy-ubnd"),
    ("uy ban nhan dan", "Ủy ban nhân dân", "ubnd"),
    ("ubnd", "Ủy ban nhân dân", "ubnd"),
    ("hoi dong nhan dan", "Hội đồng nhân dân", "hdnd"),
    ("hdnd", "Hội đồng nhân dân", "hdnd"),
    ("ban chi dao", "Ban Chỉ đạo", "bcd"),
    ("ban thuong vu tinh uy", "Ban Thường vụ Tỉnh ủy", "btv-tinh-uy"),
    ("tinh uy", "Tỉnh ủy", "tinh-uy"),
    ("dang uy", "Đảng ủy", "dang-uy"),
)
_HEADS = re.compile(
    r"^(?:pho\s+)?(?:chu tich|truong|giam doc|bi thu|chanh)\s+(?=(?:ban|uy ban|ubnd|so|hoi dong)\b)"
)
_ISSUER_END = re.compile(r"\s+ve\s|\)|;|\.$|,\s|\s+ban hanh\b")
_BODY_PATTERN = "uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd"
_ISSUES = re.compile(
    rf"\b(?P<body>{_BODY_PATTERN})\s+(?P<level>{_LEVELS})\b(?P<name>[^,;.]{{0,60}}?)\s*"
    r"\b(?:ban hanh|xay dung|to chuc|bao cao|quyet dinh|thong bao)\b"
)


def surer_issuer(seen: str | None, repaired: str | None) -> str | None:
    """The issuer as repaired where that names a body; else the body nearest to the print."""
    for name in (repaired, seen):
        if name and any(ink(name).startswith(start) for start, _, _ in _BODIES):
            return name
    reading = read_agency_cell(seen or repaired or "")
    return _spelled_out(reading.text) if reading.confidence >= _SURE_AGENCY else repaired or seen


def ordinary_letters(text: str) -> str:
    """A body's name in capitals as it is written in running text."""
    folded = ink(text)
    for start, name, _ in _BODIES:
        if folded.startswith(start):
            rest = text[len(start) :].strip()
            if ink(rest).startswith("cua "):
                return f"{name} của {_owner_in_letters(rest[4:].strip())}"
            return f"{name} {_place_in_letters(rest)}".strip()
    words = text.lower().split()
    return " ".join((words[0].capitalize(), *words[1:]))


def _owner_in_letters(text: str) -> str:
    """The body another belongs to, an acronym kept: "UBND TỈNH QUẢNG NGÃI" → "UBND tỉnh ...";
    what it is about ("VỀ CHUYỂN ĐỔI SỐ") is no part of its name.
    """
    text = text[: len(re.split(r"\s+ve\s", ink(text), maxsplit=1)[0])]
    acronym, _, place = text.partition(" ")
    if ink(acronym) in ("ubnd", "hdnd"):
        return f"{acronym} {_place_in_letters(place)}".strip()
    return ordinary_letters(text)


def _place_in_letters(text: str) -> str:
    """ "TỈNH QUẢNG NGÃI" → "tỉnh Quảng Ngãi"."""
    text = text.strip()
    level = re.match(rf"^({_LEVELS})\b", ink(text))
    if level is None:
        return text.title()
    name = " ".join(word.capitalize() for word in text[level.end() :].split())
    return f"{_LEVEL_NAMES[level[1]]} {name}".strip()


def clean_issuer(text: str) -> str | None:
    """The issuer a sentence names after "của": its head's office and what follows are dropped."""
    folded = ink(text)
    end = _ISSUER_END.search(folded)
    name = text[: end.start()] if end else text
    name = name.strip(" .;,()")
    office = _HEADS.match(ink(name))
    if office:
        name = name[office.end() :]
    cut = _CUT_PROVINCE.search(ink(name))
    if cut:
        name = f"{name[: cut.start()]}tỉnh{name[cut.end() :]}"
    return _spelled_out(name) or None


def _spelled_out(name: str) -> str:
    """ "UBND tỉnh Quảng Ngãi" → "Ủy ban nhân dân tỉnh Quảng Ngãi"."""
    found = re.match(r"^(ubnd|hdnd)\b", ink(name))
    if found is None:
        return name
    full = next(full for start, full, _ in _BODIES if start == found[1])
    return full + name[found.end() :]


def issuer_of_preamble(preamble: str, lines: Sequence[str]) -> str | None:
    """The body that "... ban hành" the document, or in whose name it was signed."""
    found = _ISSUES.search(ink(preamble))
    if found:
        return _spelled_out(preamble[found.start() : found.end("name")].strip())
    for line in lines:
        folded = ink(line)
        signed = re.search(r"\btm\s*[.,]\s*(?:uy ban nhan dan|ubnd)\b", folded)
        if signed and is_capitals(line[signed.start() : signed.end()]):
            return "Ủy ban nhân dân"
    return None


def complete_issuer(issuer: str | None, title: str | None, lines: Sequence[str]) -> str | None:
    """Add the place's name where only the level was named ("Ủy ban nhân dân tỉnh ban hành")."""
    if issuer is None:
        return None
    last = re.search(rf"(?:^|\s)({_LEVELS})$", ink(issuer))
    if last is None:
        if ink(issuer) not in ("uy ban nhan dan", "hoi dong nhan dan"):
            return issuer
        level = "xa" if any("ubnd xa" in ink(line) for line in lines) else "tinh"
        issuer = f"{issuer} {_LEVEL_NAMES[level]}"
    else:
        level = last[1]
    name = _named_place(level, [title or ""]) or _named_place(level, lines)
    return f"{issuer} {name}" if name else issuer


def _named_place(level: str, lines: Sequence[str]) -> str | None:
    """The place of that level named most often: "xã Bình Chương" → "Bình Chương"."""
    names: Counter[str] = Counter()
    for line in lines:
        for found in re.finditer(rf"\b{level}\s+", ink(line)):
            name = _leading_name(line[found.end() :])
            if name:
                names[name] += 1
    return names.most_common(1)[0][0] if names else None


def _leading_name(text: str) -> str:
    """The capitalised words that ``text`` begins with, up to four."""
    kept: list[str] = []
    for word in text.split()[:4]:
        bare = word.strip(".,;:()“”\"'")
        if not bare[:1].isupper() or bare.isupper():
            break
        kept.append(bare)
        if bare != word:
            break
    return " ".join(kept)


def slug_of_issuer(issuer: str) -> str:
    """A key for an issuer: place, then body ("quang-ngai-ubnd", "quang-ngai-bcd")."""
    folded = ink(issuer)
    places = list(re.finditer(rf"\b(?:{_LEVELS})\s+", folded))
    named = [spot for spot in places if _leading_name(issuer[spot.end() :])]
    place = _slug(_leading_name(issuer[named[-1].end() :])) if named else ""
    for start, _, slug in _BODIES:
        if folded.startswith(start):
            place = place or _slug(folded[len(start) :])
            return "-".join(part for part in (place, slug) if part)
    body = folded[: named[-1].start()] if named else folded
    return "-".join(part for part in (place, _slug(body)) if part)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
