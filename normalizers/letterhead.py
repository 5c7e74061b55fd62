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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from normalizers.abbreviations import mend_abbreviations
from normalizers.document_numbers import type_of_number
from normalizers.folding import fold, ink
from normalizers.issuers import (
    UNKNOWN_ISSUER,
    clean_issuer,
    complete_issuer,
    issuer_of_preamble,
    ordinary_letters,
    slug_of_issuer,
    surer_issuer,
)
from normalizers.letterhead_foot import RECIPIENTS, mend_foot, read_foot
from normalizers.lines import join_lines
from normalizers.titles import (
    announces_appendix,
    begins_attachment,
    is_capitals,
    read_title_block,
    starts_attachment,
)

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
_FOLDED_TYPES = {fold(name): name for name in DOC_TYPES}
_TYPE_PATTERN = "|".join(sorted(_FOLDED_TYPES, key=len, reverse=True))
_HEAD_LINES = 30
_TITLE_LINES = 6
_LONGEST_TITLE_LINE = 160
_ATTACHED_LINES = 4
_PREAMBLE_LINES = 15
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
        foot = read_foot(kept)
    else:
        seen = [line for line in map(join_lines, printed) if line]
        head = _merge_heads(_read_head(seen), head)
        attachment = _merge_attachments(_read_attachment(seen), attachment)
        foot = mend_foot(read_foot(seen), repair)
    number = head.number or attachment.number
    issuer = head.issuer or attachment.issuer or issuer_of_preamble(head.preamble, kept)
    issuer = complete_issuer(issuer, head.title, kept)
    doc_type = head.doc_type or attachment.doc_type or type_of_number(number.code if number else "")
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
        issuer=surer_issuer(seen.issuer, repaired.issuer),
    )


def _surer_number(seen: _Number | None, repaired: _Number | None) -> _Number | None:
    """The number as printed, its code with the Đ that OCR reads as D or P."""
    number = seen if seen and (seen.digits or not repaired) else repaired
    return _Number(number.digits, mend_abbreviations(number.code)) if number else None


def _read_number(text: str) -> _Number | None:
    """The number at the start of ``text``: "05 /KH-UBND ngày ..." or, left blank, "/KH-UBND"."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    code = re.sub(r"\s+", "", found["code"])
    return _Number(found["digits"], f"{found['year'] or ''}{code}")


def _read_date(text: str) -> date | None:
    """The first whole date of a folded text; None where day, month or year were left blank."""
    for found in _DATE.finditer(text):
        if found["day"] and found["month"] and found["year"]:
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
    return None


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
    labelled = any(map(announces_appendix, near))
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
        issuer = clean_issuer(sentence[begin + owner.end() :])
    return _Attachment(doc_type, number, _read_date(folded[begin:]), issuer)


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
        first = next((i for i, line in enumerate(lines[:4]) if announces_appendix(line)), None)
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
    if starts_attachment(line) or announces_appendix(line) or RECIPIENTS.match(folded):
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
    return ordinary_letters(" ".join(named)) if named else None
