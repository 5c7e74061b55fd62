"""The foot of a document: its recipients on the left, its signer on the right.

OCR runs the two columns together in each line; capitals, bullets and the offices' names part them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from normalizers.abbreviations import mend_abbreviations
from normalizers.agencies import read_agency_cell
from normalizers.folding import ink
from normalizers.lines import join_lines
from normalizers.names import is_name, read_name, trailing_name
from normalizers.titles import announces_appendix, is_capitals, starts_attachment

_RECIPIENT_NOTES = (
    "b/cáo",
    "b/c",
    "báo cáo",
    "để báo cáo",
    "để b/c",
    "để b/cáo",
    "phối hợp",
    "để phối hợp",
    "thực hiện",
    "để thực hiện",
    "theo dõi",
    "để biết",
    "đăng tải",
)
_FOLDED_NOTES = tuple(ink(note) for note in _RECIPIENT_NOTES)
_SURE_AGENCY = 0.5
_LIKE_AGENCY = 0.75
_FOOT_LINES = 70
RECIPIENTS = re.compile(r"^\W*noi\s+nh\S{1,3}\s*[:.;]?\s*")
_BULLET = re.compile(r"^\s*[-–•+*]\s*")
_ARCHIVE = re.compile(r"^\W*l\S{1,2}\s*[:;.]|^\W*luu\b[:;.]?")
# Offices and bodies above a signature, as printed.
_OFFICES = (
    "ỦY BAN NHÂN DÂN",
    "HỘI ĐỒNG NHÂN DÂN",
    "CHỦ TỊCH",
    "PHÓ CHỦ TỊCH",
    "GIÁM ĐỐC",
    "PHÓ GIÁM ĐỐC",
    "TỔNG GIÁM ĐỐC",
    "TRƯỞNG BAN",
    "PHÓ TRƯỞNG BAN",
    "TRƯỞNG PHÒNG",
    "PHÓ TRƯỞNG PHÒNG",
    "BÍ THƯ",
    "PHÓ BÍ THƯ",
    "BỘ TRƯỞNG",
    "THỨ TRƯỞNG",
    "CỤC TRƯỞNG",
    "PHÓ CỤC TRƯỞNG",
    "CHI CỤC TRƯỞNG",
    "TỔNG CỤC TRƯỞNG",
    "VỤ TRƯỞNG",
    "CHÁNH VĂN PHÒNG",
    "PHÓ CHÁNH VĂN PHÒNG",
    "THỦ TƯỚNG",
    "PHÓ THỦ TƯỚNG",
    "BAN THƯỜNG VỤ",
    "BAN CHẤP HÀNH",
    "BAN CHỈ ĐẠO",
    "HIỆU TRƯỞNG",
    "CHÁNH THANH TRA",
    "TỔ TRƯỞNG",
    "VIỆN TRƯỞNG",
    "CHỦ NHIỆM",
)
_FOLDED_OFFICES = {ink(office): office for office in _OFFICES}
_AUTHORITY = re.compile(r"^(?:tm|kt|tl|tuq|tun|q)\s?[.,]\s*")
_LIKE_OFFICE = 0.75
_LIKE_OFFICE_SIGNED = 0.6  # after "TM.", "KT." an office must follow


@dataclass(frozen=True, slots=True)
class Foot:
    """The last lines: recipients and signer."""

    recipients: tuple[str, ...]
    signer: str | None
    signer_title: str | None


def read_foot(lines: Sequence[str]) -> Foot:
    """Recipients and signer, also where the two columns of the foot ran together in each line."""
    start = next((i for i, line in enumerate(lines) if RECIPIENTS.match(ink(line))), None)
    signing = [i for i, line in enumerate(lines) if _is_signing(line)]
    if start is None and not signing:
        return Foot((), None, None)
    first = min([i for i in (start, *signing[:1]) if i is not None])
    recipients: list[str] = []
    titles: list[str] = []
    signer: str | None = None
    for line in lines[first : first + _FOOT_LINES]:
        if announces_appendix(line) or starts_attachment(line):
            break
        rest, title = _split_signer_title(line)
        if title:
            titles.append(title)
        heading = RECIPIENTS.match(ink(rest))
        if heading:
            rest = rest[heading.end() :].strip()
            if not _BULLET.match(rest):
                continue
        if not rest:
            continue
        if is_name(rest):
            signer = signer or read_name(rest)
        else:
            signer = _add_recipient(recipients, rest) or signer
    return Foot(
        tuple(_clean_recipient(recipient) for recipient in recipients),
        signer or _signer_after(lines[first:]),
        "; ".join(dict.fromkeys(titles)) or None,
    )


def mend_foot(foot: Foot, repair: Callable[[str], str]) -> Foot:
    """A damaged foot: its recipients repaired; names and offices are as printed."""
    recipients = tuple(_mend_recipient(text, repair) for text in foot.recipients)
    return Foot(recipients, foot.signer, foot.signer_title)


def _mend_recipient(text: str, repair: Callable[[str], str]) -> str:
    """A damaged recipient: an agency where it is near one, else repaired as running text."""
    archive = _ARCHIVE.match(ink(text))
    if archive:
        return f"Lưu: {mend_abbreviations(text[archive.end() :].strip())}"
    if _is_list_of_codes(text):
        return mend_abbreviations(text)
    body, bracket, note = text.partition("(")
    body = body.strip()
    reading = read_agency_cell(body)
    name = reading.text.rstrip("; ")
    alike = Levenshtein.normalized_similarity(ink(name), ink(body))
    whole = len(name.split()) == len(body.split())
    if reading.confidence < _SURE_AGENCY or alike < _LIKE_AGENCY or not whole:
        name = _clean_recipient(repair(body))
    if bracket:
        note = _mend_note(note.rstrip(") ;"), repair)
        name = f"{name} ({note})"
    return mend_abbreviations(name)


def _is_list_of_codes(text: str) -> bool:
    """Whether a recipient is abbreviations only ("VPUB: CVP, PCVP, NC, CBTH")."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1]
    return len(words) > 1 and all(map(str.isupper, words))


def _mend_note(note: str, repair: Callable[[str], str]) -> str:
    """The bracket after a recipient: "b/cao" → "b/cáo", "bao cdo" → "báo cáo"."""
    near = process.extractOne(
        ink(note), _FOLDED_NOTES, scorer=Levenshtein.normalized_similarity, score_cutoff=0.7
    )
    return _RECIPIENT_NOTES[near[2]] if near else repair(note)


def _is_signing(line: str) -> bool:
    """Whether a line holds nothing but the authority of a signature ("TM. ỦY BAN NHÂN DÂN")."""
    return bool(_AUTHORITY.match(ink(line))) and is_capitals(line)


def _split_signer_title(line: str) -> tuple[str, str]:
    """Part the signer's office, printed in capitals, from the end of a line.

    "- Chủ tịch, PCT UBND tỉnh; PHÓ CHỦ TỊCH" → ("- Chủ tịch, PCT UBND tỉnh;", "PHÓ CHỦ TỊCH").
    """
    words = line.split()
    for signed in (True, False):
        for start in range(len(words)):
            title = " ".join(words[start:]).strip(" .;*")
            if not is_capitals(title) or bool(_AUTHORITY.match(ink(title))) is not signed:
                continue
            office = _read_office(title)
            if office:
                return " ".join(words[:start]), office
    return line, ""


def _read_office(title: str) -> str | None:
    """An office in capitals, mended where it is damaged; None where it is none."""
    authority = _AUTHORITY.match(ink(title))
    start = authority.end() if authority else 0
    body = " ".join(re.sub(r"[^a-z ]", "", ink(title[start:])).split())
    near = process.extractOne(
        body,
        list(_FOLDED_OFFICES),
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=_LIKE_OFFICE_SIGNED if authority else _LIKE_OFFICE,
    )
    if near is not None and near[1] < 1.0:
        return f"{title[:start]}{_FOLDED_OFFICES[near[0]]}"
    if near is not None and title.isascii():
        return f"{title[:start]}{_FOLDED_OFFICES[body]}"
    longer = any(body.startswith(f"{office} ") for office in _FOLDED_OFFICES)
    return title if near is not None or longer or authority else None


def _add_recipient(recipients: list[str], text: str) -> str | None:
    """Add a line of the left column; the answer is a signer's name that ran into its last line."""
    if recipients and _ARCHIVE.match(ink(recipients[-1])):
        return None
    bullet = _BULLET.match(text)
    if bullet:
        item = _without_stamp(text[bullet.end() :].strip())
        name = trailing_name(item) if _ARCHIVE.match(ink(item)) else ""
        if name:
            item = item[: -len(name)].strip()
        recipients.append(item)
        return read_name(name) if name else None
    if recipients and _goes_on_as_recipient(recipients[-1], text):
        recipients[-1] = f"{recipients[-1]} {text}"
    return None


def _without_stamp(item: str) -> str:
    """A recipient ends at its semicolon; scraps after it are the stamp beside the list."""
    body, mark, rest = item.partition(";")
    words = any(len(word) > 3 and word[1:].islower() for word in rest.split())
    return item if not mark or words else body


def _goes_on_as_recipient(above: str, text: str) -> bool:
    """Whether a line without a bullet goes on in the recipient above it."""
    if above.endswith((".", ";")) or not any(map(str.isalpha, text)):
        return False
    return len(text.split()) > 1 or text.endswith((".", ";"))


def _clean_recipient(text: str) -> str:
    return join_lines(text).rstrip(" ;.,")


def _signer_after(lines: Sequence[str]) -> str | None:
    """The first name that stands alone below: a digital signature's name at the end of the text."""
    for line in lines:
        if is_name(line):
            return line
    return None
