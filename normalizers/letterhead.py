"""What a document says of itself: number, date, issuer, title, signer, recipients.

The layout is that of Nghị định 30/2020/NĐ-CP, Phụ lục I: issuer and national title at the head,
number left and place with date right below, the type in capitals, the title under it, the text;
at the foot the recipients left and the signer right. A drafted or scanned text may lack any of
these; an appendix then still says which document it belongs to ("(Kèm theo Kế hoạch số 05/KH-UBND
ngày 08 tháng 01 năm 2026 của UBND tỉnh ...)").

Everything is matched without diacritics, so that small damage does not matter, and answered in the
letters that stand in the line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from normalizers.agencies import read_agency_cell
from normalizers.folding import fold, ink
from normalizers.lines import join_lines
from normalizers.names import is_name, read_name, trailing_name
from normalizers.sections import read_appendix_label
from normalizers.titles import begins_attachment, is_capitals, read_title_block

UNKNOWN_ISSUER = "khong-ro"

# Nghị định 30/2020/NĐ-CP, Điều 7, and the Party's own types (Hướng dẫn 36-HD/VPTW).
DOC_TYPES = (
    "Nghị quyết",
    "Quyết định",
    "Chỉ thị",
    "Quy chế",
    "Quy định",
    "Thông cáo",
    "Thông báo",
    "Hướng dẫn",
    "Chương trình",
    "Kế hoạch",
    "Phương án",
    "Đề án",
    "Dự án",
    "Báo cáo",
    "Biên bản",
    "Tờ trình",
    "Công văn",
    "Công điện",
    "Kết luận",
    "Nghị định",
    "Thông tư",
    "Chiến lược",
    "Đề cương",
)
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
# Abbreviations with a Đ, as OCR prints them.
_CODES = {
    "HDND": "HĐND",
    "HPND": "HĐND",
    "TTDT": "TTĐT",
    "BCD": "BCĐ",
    "BCP": "BCĐ",
    "BCDTW": "BCĐTW",
    "BCPTW": "BCĐTW",
    "QD": "QĐ",
    "ND": "NĐ",
    "DU": "ĐU",
    "PU": "ĐU",
    "DUUBND": "ĐUUBND",
    "PUUBND": "ĐUUBND",
    "DUUBNDT": "ĐUUBNDT",
    "PUUBNDT": "ĐUUBNDT",
    "CDS": "CĐS",
    "CPS": "CĐS",
    "DMST": "ĐMST",
    "PMST": "ĐMST",
    "LDTBXH": "LĐTBXH",
}
_CODE_WORD = re.compile(r"(?<![^\W_])[A-Z]{2,8}(?![^\W_])")
_TYPE_OF_CODE = {
    "NQ": "Nghị quyết",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "TB": "Thông báo",
    "HD": "Hướng dẫn",
    "CTR": "Chương trình",
    "KH": "Kế hoạch",
    "PA": "Phương án",
    "ĐA": "Đề án",
    "BC": "Báo cáo",
    "TTR": "Tờ trình",
    "CĐ": "Công điện",
    "KL": "Kết luận",
}
_FOLDED_TYPES = {fold(name): name for name in DOC_TYPES}
_TYPE_PATTERN = "|".join(sorted(_FOLDED_TYPES, key=len, reverse=True))

_HEAD_LINES = 30
_TITLE_LINES = 6
_LONGEST_TITLE_LINE = 160
_ATTACHED_LINES = 4
_PREAMBLE_LINES = 15
_FOOT_LINES = 70
_LONGEST_PLACE = 5

_DRAFT = re.compile(r"\bdu\s*thao\b")
_NUMBER_LINE = re.compile(r"^\W*s[o0-9]\s*[:.;]\s*(?P<rest>.*)$")
_NUMBER = re.compile(
    r"^\s*(?P<digits>\d{0,5}[a-z]?)(?P<year>/\d{4})?\s*(?P<code>[/-]\s*[A-ZĐ][A-Za-zĐđ\d]*"
    r"(?:[-/&][A-ZĐ][A-Za-zĐđ\d]*)*)"
)
_DATE = re.compile(
    r"ngay\s*(?P<day>\d{1,2})?\s*(?:thang|[/.-])\s*(?P<month>\d{1,2})?\s*(?:nam|[/.-])\s*"
    r"(?P<year>(?:19|20)\d\d)?"
)
_PLACE = re.compile(r"(?P<place>[^,;:()\d]{2,40}?)\s*,\s*ngay\b")
_MOTTO = re.compile(r"cong hoa xa hoi|doc lap\W+tu do|dang cong san viet nam")
_PREAMBLE = re.compile(
    r"^\W*(can cu|thuc hien|tren co so|trien khai|xet|theo|de|nham|tiep tuc|ngay|sau khi|kinh gui|"
    r"vua qua|trong thoi gian|phan\s+(?:i|1|thu)|(?:i|1|a)\s*[.)])(?:\s|$)"
)
_BODY_HEADING = re.compile(r"^\W*(?:phan\s+)?(?:i|l|1|a)\s*[.)]\s+\S")
_RECIPIENTS = re.compile(r"^\W*noi\s+nh\S{1,3}\s*[:.;]?\s*")
_BULLET = re.compile(r"^\s*[-–•+*]\s*")
_ARCHIVE = re.compile(r"^\W*l\S{1,2}\s*[:;.]|^\W*luu\b[:;.]?")
_CUT_PROVINCE = re.compile(r"\bti\s+i?nh\b")

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


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A document's own data; None where the print has nothing.

    ``is_draft``: the text says "Dự thảo", or the number it should bear is left blank.
    ``signer_title`` holds the lines above the signature, joined by "; ". ``issuer_slug`` names the
    issuer in keys ("quang-ngai-ubnd").
    """

    doc_number: str | None
    doc_type: str | None
    is_draft: bool
    issued_on: date | None
    issuer: str | None
    issuer_slug: str
    place: str | None
    title: str | None
    signer: str | None
    signer_title: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as printed; ``digits`` is "" where it was left blank for filling in."""

    digits: str
    code: str

    def text(self) -> str | None:
        return f"{self.digits}{self.code}" if self.digits else None


@dataclass(frozen=True, slots=True)
class _Attachment:
    """What a "(Kèm theo ...)" sentence says of the document it belongs to."""

    doc_type: str | None = None
    number: _Number | None = None
    issued_on: date | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    """The first lines: what stands above the title, the title, and the preamble."""

    doc_type: str | None
    number: _Number | None
    place: str | None
    issued_on: date | None
    issuer: str | None
    title: str | None
    is_draft: bool
    preamble: str


@dataclass(frozen=True, slots=True)
class _Foot:
    """The last lines: recipients and signer."""

    recipients: tuple[str, ...]
    signer: str | None
    signer_title: str | None


def read_letterhead(
    lines: Sequence[str],
    printed: Sequence[str] | None = None,
    repair: Callable[[str], str] = str,
) -> Letterhead:
    """Read a document's own data from its running text.

    Args:
        lines: printed lines in order, repaired where they were damaged: the body, then the lines
            above the tables (or these where they stand). Tables are left out.
        printed: of a damaged document, the same lines before repair. Numbers, dates, names and
            the layout of the foot are read from these: repair is for running text.
        repair: mends one damaged piece of text; used with ``printed``.
    """
    kept = [line for line in map(join_lines, lines) if line]
    head, attachment = _read_head(kept), _read_attachment(kept)
    if printed is None:
        foot = _read_foot(kept)
    else:
        seen = [line for line in map(join_lines, printed) if line]
        head = _merge_heads(_read_head(seen), head)
        attachment = _merge_attachments(_read_attachment(seen), attachment)
        foot = _mend_foot(_read_foot(seen), repair)
    number = head.number or attachment.number
    issuer = head.issuer or attachment.issuer or _issuer_of_preamble(head, kept)
    issuer = _complete_issuer(issuer, head, kept)
    doc_type = head.doc_type or attachment.doc_type or _type_of_code(number.code if number else "")
    return Letterhead(
        doc_number=number.text() if number else None,
        doc_type=doc_type,
        is_draft=head.is_draft or (number is not None and not number.digits),
        issued_on=head.issued_on or attachment.issued_on,
        issuer=issuer,
        issuer_slug=slug_of_issuer(issuer) if issuer else UNKNOWN_ISSUER,
        place=head.place,
        title=head.title,
        signer=foot.signer,
        signer_title=foot.signer_title,
        recipients=foot.recipients,
    )


# --- damaged text: what was printed and what it was repaired to --------------------------------


def _merge_heads(seen: _Head, repaired: _Head) -> _Head:
    """Number and date as printed; words as repaired."""
    return _Head(
        doc_type=repaired.doc_type or seen.doc_type,
        number=_surer_number(seen.number, repaired.number),
        place=repaired.place or seen.place,
        issued_on=seen.issued_on or repaired.issued_on,
        issuer=repaired.issuer or seen.issuer,
        title=repaired.title or seen.title,
        is_draft=seen.is_draft or repaired.is_draft,
        preamble=repaired.preamble,
    )


def _merge_attachments(seen: _Attachment, repaired: _Attachment) -> _Attachment:
    return _Attachment(
        doc_type=repaired.doc_type or seen.doc_type,
        number=_surer_number(seen.number, repaired.number),
        issued_on=seen.issued_on or repaired.issued_on,
        issuer=_surer_issuer(seen.issuer, repaired.issuer),
    )


def _surer_issuer(seen: str | None, repaired: str | None) -> str | None:
    """The issuer as repaired where that names a body; else the body nearest to the print."""
    for name in (repaired, seen):
        if name and any(ink(name).startswith(start) for start, _, _ in _BODIES):
            return name
    reading = read_agency_cell(seen or repaired or "")
    return _spelled_out(reading.text) if reading.confidence >= _SURE_AGENCY else repaired or seen


def _surer_number(seen: _Number | None, repaired: _Number | None) -> _Number | None:
    """The number as printed, its code with the Đ that OCR reads as D or P."""
    number = seen if seen and (seen.digits or not repaired) else repaired
    return _Number(number.digits, _mend_codes(number.code)) if number else None


def _mend_foot(foot: _Foot, repair: Callable[[str], str]) -> _Foot:
    recipients = tuple(_mend_recipient(text, repair) for text in foot.recipients)
    return _Foot(recipients, foot.signer, foot.signer_title)


def _mend_recipient(text: str, repair: Callable[[str], str]) -> str:
    """A damaged recipient: an agency where it is near one, else repaired as running text."""
    archive = _ARCHIVE.match(ink(text))
    if archive:
        return f"Lưu: {_mend_codes(text[archive.end() :].strip())}"
    if _is_list_of_codes(text):
        return _mend_codes(text)
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
    return _mend_codes(name)


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


def _mend_codes(text: str) -> str:
    """Give abbreviations their Đ back: "HDND" → "HĐND", "BCPTW" → "BCĐTW"."""
    return _CODE_WORD.sub(lambda found: _CODES.get(found[0], found[0]), text)


# --- numbers and dates ------------------------------------------------------------------------


def _read_number(text: str) -> _Number | None:
    """The number at the start of ``text``: "05 /KH-UBND ngày ..." or, left blank, "/KH-UBND"."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    code = re.sub(r"\s+", "", found["code"])
    return _Number(found["digits"], f"{found['year'] or ''}{code}")


def _type_of_code(code: str) -> str | None:
    """The document type that a number's code abbreviates: "/KH-UBND" is a Kế hoạch."""
    letters = re.split(r"[/-]", re.sub(r"^/\d{4}", "", code).lstrip("/-"))[0]
    return _TYPE_OF_CODE.get(letters.upper())


def _read_date(text: str) -> date | None:
    """The first whole date of a folded text; None where day, month or year were left blank."""
    for found in _DATE.finditer(text):
        if found["day"] and found["month"] and found["year"]:
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
    return None


# --- the sentence that ties an appendix to its document ---------------------------------------


def _read_attachment(lines: Sequence[str]) -> _Attachment:
    """The fullest of the document's "(Kèm theo ...)" sentences."""
    found = [_parse_attachment(sentence) for sentence in _attachment_sentences(lines)]
    known = [one for one in found if one.number or one.issuer]
    if not known:
        return _Attachment()
    return max(known, key=lambda one: (bool(one.number and one.number.digits), bool(one.issuer)))


def _attachment_sentences(lines: Sequence[str]) -> Iterable[str]:
    """Each sentence, its lines joined until the bracket closes; titles between them left out."""
    for index, line in enumerate(lines):
        if not _may_attach(lines, index):
            continue
        block = read_title_block(lines[index : index + _ATTACHED_LINES])
        yield block.attached or line


def _may_attach(lines: Sequence[str], index: int) -> bool:
    """Whether an appendix's sentence begins here: "(Kèm theo", or a cut one beside a label."""
    line = lines[index]
    if re.match(r"^\W*(?:ban hanh\s+)?k\S{1,2}m\s+th\S{1,2}\b", ink(line)):
        return True
    near = lines[max(0, index - 3) : index + 2]
    labelled = any(read_appendix_label(other) is not None for other in near)
    return labelled and not is_capitals(line) and begins_attachment(line)


def _parse_attachment(sentence: str) -> _Attachment:
    folded = ink(sentence)
    kind = re.search(rf"\b({_TYPE_PATTERN})\b", folded)
    doc_type = _FOLDED_TYPES[kind[1]] if kind else None
    start = kind.end() if kind else 0
    mark = re.search(r"\bs\S{0,2}\s*[:.]?\s*(?=\d|[/-])", folded[start:])
    begin = start + mark.end() if mark else start
    number = _read_number(sentence[begin:])
    owner = re.search(r"\bng\S{1,3}\b.*?\bc\S{1,2}\s", folded[begin:])
    issuer = None
    if owner:
        issuer = _clean_issuer(sentence[begin + owner.end() :])
    return _Attachment(doc_type, number, _read_date(folded[begin:]), issuer)


# --- the head ---------------------------------------------------------------------------------


def _read_head(lines: Sequence[str]) -> _Head:
    top = lines[:_HEAD_LINES]
    at = next((i for i, line in enumerate(top) if _type_heading(line) is not None), None)
    above = top[:at] if at is not None else top[:8]
    number = place = issued_on = None
    for line in above:
        found = _NUMBER_LINE.match(ink(line))
        if found and number is None:
            rest = line[found.start("rest") :]
            number = _read_number(rest)
            line = rest[_NUMBER.match(rest).end() :] if number else rest  # type: ignore[union-attr]
        spot = _PLACE.search(ink(line))
        if spot and place is None:
            place = _place_name(line[spot.start("place") : spot.end("place")])
            issued_on = _read_date(ink(line)) if place else None
    title, preamble = _read_title(lines, at)
    draft = any(_DRAFT.search(ink(line)) for line in (*above, *top[at or 0 : (at or 0) + 2]))
    doc_type = _type_heading(top[at]) if at is not None else None
    issuer = _issuer_of_head(above) if at is not None else None
    return _Head(doc_type, number, place, issued_on, issuer, title, draft, preamble)


def _place_name(text: str) -> str | None:
    """The capitalised words right before ", ngày ...": a place's name."""
    name: list[str] = []
    for word in reversed(text.strip(" -–|*").split()):
        named = word[0].isupper() and (word == "TP." or not word.isupper()) and "/" not in word
        if not named or len(name) == _LONGEST_PLACE:
            break
        name.insert(0, word)
    return " ".join(name) or None


def _type_heading(line: str) -> str | None:
    """The document type a line names in capitals, alone or with "Dự thảo" beside it."""
    folded = ink(line).strip()
    found = re.match(rf"^\W*({_TYPE_PATTERN})\b\W*", folded) or re.match(
        rf"^\W*({_TYPE_PATTERN})(?=du\s*thao)", folded
    )
    if found is None or not is_capitals(line[: found.end()]):
        return None
    rest = folded[found.end() :].strip(" ()*-")
    return _FOLDED_TYPES[found[1]] if not rest or _DRAFT.fullmatch(rest) else None


def _read_title(lines: Sequence[str], heading: int | None) -> tuple[str | None, str]:
    """The title below the type heading and the preamble below the title.

    Without a heading the title stands at the top; where even the body is missing it is the title
    of the first appendix.
    """
    if heading is None:
        first = next((i for i, line in enumerate(lines[:4]) if _announces_appendix(line)), None)
        if first is not None:
            block = read_title_block(lines[: first + 5] if first else lines[:5])
            return block.title or None, ""
    start = heading + 1 if heading is not None else _first_text_line(lines)
    title: list[str] = []
    for line in lines[start : start + _TITLE_LINES]:
        if _DRAFT.fullmatch(ink(line).strip(" ()*-_")) or not any(map(str.isalnum, line)):
            start += 1
            continue
        if not _goes_on_as_title(line, title):
            break
        title.append(line)
    body = lines[start + len(title) : start + len(title) + _PREAMBLE_LINES]
    return join_lines("\n".join(title)) or None, " ".join(_until_first_heading(body))


def _announces_appendix(line: str) -> bool:
    return read_appendix_label(line) is not None


def _first_text_line(lines: Sequence[str]) -> int:
    """Index of the first line that is no number, no motto and no place line."""
    for index, line in enumerate(lines[:_HEAD_LINES]):
        folded = ink(line)
        if not (_NUMBER_LINE.match(folded) or _MOTTO.search(folded) or _PLACE.search(folded)):
            return index
    return 0


def _goes_on_as_title(line: str, title: Sequence[str]) -> bool:
    """Whether a line still belongs to the title (its first line always does)."""
    folded = ink(line)
    if _BODY_HEADING.match(folded) or len(line) > _LONGEST_TITLE_LINE:
        return False
    if _starts_attachment(line) or _announces_appendix(line) or _RECIPIENTS.match(folded):
        return False
    if not title:
        return not folded.startswith("can cu")
    if title[-1].endswith((".", ";", ":")):
        return False
    return line[:1].islower() or not _PREAMBLE.match(folded)


def _until_first_heading(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if kept and _BODY_HEADING.match(ink(line)):
            break
        kept.append(line)
    return kept


# --- the issuer -------------------------------------------------------------------------------


def _issuer_of_head(above: Sequence[str]) -> str | None:
    """The issuing body named above the number, in ordinary letters.

    The line of the body above it ("UBND TỈNH ...") comes before a department's own name.
    """
    named: list[str] = []
    for line in above:
        folded = ink(line)
        if _NUMBER_LINE.match(folded):
            break
        motto = _MOTTO.search(folded)
        if motto:
            line = line[: motto.start()].strip(" *-_|")
        place = _PLACE.search(ink(line))
        if place:
            line = line[: place.start()].strip()
        if line and is_capitals(line) and not _DRAFT.search(ink(line)):
            named.append(line.strip(" *-_"))
    return _ordinary_letters(" ".join(named)) if named else None


def _ordinary_letters(text: str) -> str:
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
    return _ordinary_letters(text)


def _place_in_letters(text: str) -> str:
    """ "TỈNH QUẢNG NGÃI" → "tỉnh Quảng Ngãi"."""
    text = text.strip()
    level = re.match(rf"^({_LEVELS})\b", ink(text))
    if level is None:
        return text.title()
    name = " ".join(word.capitalize() for word in text[level.end() :].split())
    return f"{_LEVEL_NAMES[level[1]]} {name}".strip()


def _clean_issuer(text: str) -> str | None:
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


def _issuer_of_preamble(head: _Head, lines: Sequence[str]) -> str | None:
    """The body that "... ban hành" the document, or in whose name it was signed."""
    found = _ISSUES.search(ink(head.preamble))
    if found:
        return _spelled_out(head.preamble[found.start() : found.end("name")].strip())
    for line in lines:
        folded = ink(line)
        signed = re.search(r"\btm\s*[.,]\s*(?:uy ban nhan dan|ubnd)\b", folded)
        if signed and is_capitals(line[signed.start() : signed.end()]):
            return "Ủy ban nhân dân"
    return None


def _complete_issuer(issuer: str | None, head: _Head, lines: Sequence[str]) -> str | None:
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
    name = _named_place(level, [head.title or ""]) or _named_place(level, lines)
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


# --- the foot ---------------------------------------------------------------------------------


def _read_foot(lines: Sequence[str]) -> _Foot:
    """Recipients and signer, also where the two columns of the foot ran together in each line."""
    start = next((i for i, line in enumerate(lines) if _RECIPIENTS.match(ink(line))), None)
    signing = [i for i, line in enumerate(lines) if _is_signing(line)]
    if start is None and not signing:
        return _Foot((), None, None)
    first = min([i for i in (start, *signing[:1]) if i is not None])
    recipients: list[str] = []
    titles: list[str] = []
    signer: str | None = None
    for line in lines[first : first + _FOOT_LINES]:
        if _announces_appendix(line) or _starts_attachment(line):
            break
        rest, title = _split_signer_title(line)
        if title:
            titles.append(title)
        heading = _RECIPIENTS.match(ink(rest))
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
    return _Foot(
        tuple(_clean_recipient(recipient) for recipient in recipients),
        signer or _signer_after(lines[first:]),
        "; ".join(dict.fromkeys(titles)) or None,
    )


def _is_signing(line: str) -> bool:
    """Whether a line holds nothing but the authority of a signature ("TM. ỦY BAN NHÂN DÂN")."""
    return bool(_AUTHORITY.match(ink(line))) and is_capitals(line)


def _starts_attachment(line: str) -> bool:
    return line.startswith("(") and begins_attachment(line)


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
