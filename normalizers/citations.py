"""Running text: citations of other documents, agencies and dates.

``find_citations`` holds the grammar of citations (the form that Decree 30/2020/NĐ-CP on clerical
work prescribes: type, "số" number/year-type-issuer, "ngày" date, "của" issuer) and its everyday
variants. ``language`` wraps it, the agency registry and a grammar of dates into a blank spaCy
pipeline whose ``Doc.ents`` are CITATION, AGENCY and DATE; ``cite`` reads the citations off it.
spaCy is imported only when the pipeline is built.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from normalizers.agencies import find_names, province_names
from normalizers.folding import fold, nfc

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference to another document. What is not printed is None.

    ``number`` is normalised ("2629/QĐ-TTg"); it is None for laws cited by name and for blanks
    left to be filled in. ``issued_on`` is None where the date is not told in full.
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
    "UBND": "Công văn",
}
# Letters of numbers that OCR and typing without diacritics damage.
_SOUND_CODES = ("QĐ", "NĐ", "BCĐ", "BCĐTW", "HĐND", "BCĐCP", "CĐS", "LĐTBXH", "BGDĐT", "ĐA")

_TYPE = "|".join(re.escape(name) for name in sorted(_TYPES, key=len, reverse=True))
_CODE = r"[A-ZĐÐ][A-Za-zĐđÐ&]{0,14}\d{0,2}(?:\.[A-ZĐ\d]+)?"
_SERIAL = r"\d{1,5}[a-zA-Z]?(?:/(?:19|20)\d\d)?"
_NUMBER = rf"{_SERIAL}\s?[/-]\s?{_CODE}(?:\s?[/-]\s?{_CODE}){{0,3}}"
_BLANK = rf"[\s.…_]*(?<=[\s.…_:ố])[/-]\s?{_CODE}(?:[/-]{_CODE}){{0,3}}"
_DAY = (
    r"ngày\s+(?:(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>(?:19|20)\d\d)"
    r"|(?P<day2>\d{1,2})\s+tháng\s+(?P<month2>\d{1,2})\s+năm\s+(?P<year2>(?:19|20)\d\d)"
    r"|[\s.…_]*/\s*(?:\d{1,2}|[\s.…_]+)?/?\s*(?:19|20)\d\d"
    r"|[\s.…_]*tháng[\s.…_]*\d{0,2}[\s.…_]*năm\s*(?:19|20)\d\d)"
)
_HEAD = re.compile(
    rf"(?<!\w)(?P<type>{_TYPE})(?:\s+của\s+(?P<before>[^:;,.\d]{{3,60}}?))?\s*:?\s*"
    rf"(?:số\s*:?\s*(?:(?P<number>{_NUMBER})|(?P<blank>{_BLANK}))|(?P<bare>{_NUMBER}))",
    re.IGNORECASE,
)
_LONE = re.compile(rf"(?<![\w/.-])(?:số\s*:?\s*)?(?P<number>{_NUMBER})(?![\w/])")
_MORE = re.compile(
    rf"\s*(?:[,;]\s*(?:và\s+)?|\s+và\s+)(?:số\s*:?\s*)?(?P<number>{_NUMBER})(?!\w)", re.IGNORECASE
)
_DATE = re.compile(rf"\s*,?\s*{_DAY}", re.IGNORECASE)
_OF = re.compile(r"\s*,?\s*của\s+", re.IGNORECASE)
_LAW = re.compile(r"(?<!\w)(?P<type>Bộ luật|Bộ Luật|Luật)\s+(?!số\b)(?P<name>[A-ZĐÀ-Ỹ][^\W\d]*)")
_LAW_WORD = re.compile(r"\s+([^\W\d_]+)")
_LAW_STOPS = frozenset(
    [
        "ngày",
        "số",
        "năm",
        "được",
        "quy",
        "của",
        "và",
        "có",
        "đã",
        "về",
        "này",
        "các",
        "theo",
        "để",
        "sửa",
        "trong",
        "tại",
        "thì",
        "là",
        "khi",
        "từ",
        "do",
        "hiện",
        "còn",
        "như",
        "đối",
    ]
)
_TITLES = ("Trưởng", "Chủ tịch", "Bộ trưởng", "Tổng Bí thư", "Thường trực", "Giám đốc")
_ISSUER_HEAD = re.compile(
    r"(?:Trưởng\s+)?(?:Ban|Bộ|Sở|Cục|Tổng cục|Văn phòng|Hội đồng|Ủy ban|Uỷ ban|UBND|HĐND|Chủ tịch|"
    r"Tỉnh ủy|Thành ủy|Đảng ủy|Công an|Thanh tra|Tòa án|Viện|Tổ|Tập đoàn|Trường|Thường trực)"
    r"(?:\s+(?:Chính phủ|Trung ương|[A-ZĐÀ-Ỹ][^\W\d]*|nhân dân|tỉnh|xã|phường|thành phố|và|"
    r"của|đặc khu|về))+"
)
_PLACE = re.compile(
    r"\s+(?:tỉnh\s+|thành phố\s+)?(?:" + "|".join(map(re.escape, province_names())) + r")(?!\w)"
)
_TRIGGER = re.compile(r"\d\s?[/-]\s?[A-ZĐÐ]|[Ll]uật\s+[A-ZĐÀ-Ỹ]|số\s*:?[\s.…_]*[/-]\s?[A-ZĐ]")


def find_citations(text: str) -> tuple[Found, ...]:
    """All citations of ``text`` (NFC), left to right, none overlapping."""
    if not _TRIGGER.search(text):
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
    return tuple(sorted(found, key=lambda one: one.start))


def _numbered(text: str, match: re.Match[str]) -> list[Found]:
    """The citation a head opens, and those that go on its list ("… và số …")."""
    printed = match["number"] or match["bare"]
    if printed and not _is_number(printed):
        return []
    if match["bare"] and not match["type"][:1].isupper():
        return []
    if match["before"] and _issuer_end(text, match.start("before")) != match.end("before"):
        return []
    kind = _TYPES.get(match["type"][:1].upper() + match["type"][1:].lower())
    kind = kind or next(
        (t for name, t in _TYPES.items() if fold(name) == fold(match["type"])), None
    )
    number = normal_number(printed) if printed else None
    issuer = (match["before"] or "").strip() or None
    listed = [_tail(text, match.start(), match.end(), Citation("", number, kind, None, issuer))]
    while printed and (more := _MORE.match(text, listed[-1].end)):
        if not _is_number(more["number"]) or more.start() == more.end():
            break
        number = normal_number(more["number"])
        begin = more.start("number")
        here = text.rfind("số", more.start(), begin)
        citation = Citation("", number, kind, None, issuer)
        listed.append(_tail(text, here if here >= 0 else begin, more.end(), citation))
    shared = listed[-1].citation.issuer
    return [
        one if one.citation.issuer else replace(one, citation=replace(one.citation, issuer=shared))
        for one in listed
    ]


def _tail(text: str, start: int, end: int, citation: Citation) -> Found:
    """Read the date and the issuer that follow, in either order."""
    day, end = _date_at(text, end)
    issuer = None
    of = _OF.match(text, end)
    if of:
        issuer_end = _issuer_end(text, of.end())
        if issuer_end > of.end():
            issuer = " ".join(text[of.end() : issuer_end].split())
            end = issuer_end
            if day is None:
                day, end = _date_at(text, end)
    mention = " ".join(text[start:end].split())
    issuer = issuer or citation.issuer
    return Found(start, end, replace(citation, mention=mention, issued_on=day, issuer=issuer))


def _date_at(text: str, place: int) -> tuple[date | None, int]:
    match = _DATE.match(text, place)
    if match is None:
        return None, place
    parts = [match[name] or match[f"{name}2"] for name in ("year", "month", "day")]
    try:
        return date(*(int(part) for part in parts)), match.end()
    except (ValueError, TypeError):
        return None, match.end()


def _issuer_end(text: str, start: int) -> int:
    """Where the issuer that begins at ``start`` ends; ``start`` where none begins there."""
    begin = start
    for title in _TITLES:
        if text.startswith(title + " ", begin):
            begin += len(title) + 1
            if text.startswith("của ", begin):
                begin += 4
            break
    known = next((end for first, end in find_names(text[start : start + 160]) if first == 0), 0)
    inner = next((end for first, end in find_names(text[begin : begin + 160]) if first == 0), 0)
    shaped = _ISSUER_HEAD.match(text, start)
    end = max(start + known if known else start, begin + inner if inner else start)
    if end == start and shaped:
        end = start + len(re.sub(r"\s+(?:và|của|về)$", "", shaped.group()))
    place = _PLACE.match(text, end) if end > start else None
    return place.end() if place else end


def _is_number(printed: str) -> bool:
    """Whether it has a serial and a code that looks like one ("2629/QĐ-TTg"; not "5G/IoT")."""
    codes = [code for code in re.split(r"[/-]", printed) if not code.strip()[:1].isdigit()]
    return bool(codes) and any(
        sum(map(str.isupper, code)) >= 2 and not re.search(r"[a-z]{4}", code) for code in codes
    )


@lru_cache(maxsize=4096)
def normal_number(printed: str) -> str:
    """A document number without blanks and with its "Đ"s: "2629/QD -TTg" → "2629/QĐ-TTg"."""
    parts = re.split(r"([/-])", re.sub(r"\s+", "", nfc(printed)).replace("Ð", "Đ").rstrip("."))
    return "".join(_normal_code(part) for part in parts)


@lru_cache(maxsize=1024)
def _normal_code(code: str) -> str:
    """A code with the "Đ" that damage took: "QD", "Qb", "QP" → "QĐ"; "NPD" → "NĐ"."""
    for sound in _SOUND_CODES:
        pattern = re.escape(sound).replace("Đ", "(?:PĐ|PD|Đ|đ|D|P|b|B)")
        if code != sound and re.fullmatch(pattern, code) and code not in _TYPE_OF_CODE:
            return sound
    return code


def _type_of(number: str) -> str | None:
    for code in re.split(r"[/-]", number)[1:]:
        if code in _TYPE_OF_CODE:
            return _TYPE_OF_CODE[code]
    return None


def _lone_numbers(text: str, taken: Iterable[Found]) -> Iterator[Found]:
    """Numbers that stand without a type before them but tell it ("03-TB/BCĐTW")."""
    spans = [(one.start, one.end) for one in taken]
    end = 0
    for match in _LONE.finditer(text):
        if match.start() < end or any(a < match.end() and match.start() < b for a, b in spans):
            continue
        number = normal_number(match["number"])
        kind = _type_of(number)
        if kind is None or not _is_number(match["number"]):
            continue
        one = _tail(text, match.start(), match.end(), Citation("", number, kind))
        end = one.end
        yield one


@cache
def _law_names() -> tuple[str, ...]:
    text = resources.files("normalizers").joinpath("data/laws.toml").read_text("utf-8")
    return tuple(sorted(tomllib.loads(text)["laws"], key=len, reverse=True))


def _laws(text: str, taken: Iterable[Found]) -> Iterator[Found]:
    """Laws cited by name: "Luật Chuyển đổi số ngày 11/12/2025"."""
    spans = [(one.start, one.end) for one in taken]
    for match in _LAW.finditer(text):
        if any(a <= match.start() < b for a, b in spans):
            continue
        begin = match.start("name")
        rest = text[begin : begin + 120]
        known = next(
            (
                name
                for name in _law_names()
                if rest.casefold().startswith(name.casefold())
                and not rest[len(name) : len(name) + 1].isalpha()
            ),
            None,
        )
        end = begin + len(known) if known else _law_end(text, match.end())
        kind = "Bộ luật" if match["type"].casefold() == "bộ luật" else "Luật"
        yield _tail(text, match.start(), end, Citation("", None, kind))


def _law_end(text: str, place: int) -> int:
    """The end of an unknown law's name: words up to a stop word, seven at most."""
    for _ in range(7):
        word = _LAW_WORD.match(text, place)
        if word is None or word.group(1).casefold() in _LAW_STOPS:
            break
        place = word.end()
    return place


# --- the spaCy pipeline -----------------------------------------------------------------------

_TOKEN = re.compile(
    rf"{_NUMBER}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|\d{{1,2}}/\d{{4}}|\d+(?:[.,]\d+)*%?|[^\W_]+|\S"
)
_DATES = re.compile(
    r"(?:ngày\s+)?\b\d{1,2}/\d{1,2}/(?:19|20)\d\d\b"
    r"|\bngày\s+\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+(?:19|20)\d\d\b"
    r"|\b(?:tháng\s+)\d{1,2}(?:/|\s+năm\s+)(?:19|20)\d\d\b"
    r"|\b[Qq]uý\s+(?:IV|I{1,3}|[1-4])(?:/|\s+năm\s+)(?:19|20)\d\d\b"
    r"|\b(?:[Nn]ăm|[Gg]iai đoạn)\s+(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?\b",
    re.IGNORECASE,
)


@cache
def language() -> Language:
    """A blank spaCy pipeline with our own tokenizer and three rule components.

    ``doc.ents`` holds CITATION (``ent._.citation`` is the ``Citation``), AGENCY and DATE.
    """
    import spacy
    from spacy.language import Language as SpacyLanguage
    from spacy.tokens import Doc, Span

    if not Span.has_extension("citation"):
        Span.set_extension("citation", default=None)

    class Tokenizer:
        """Document numbers and dates stay whole; blanks are kept as spaCy keeps them."""

        def __init__(self, vocab: spacy.Vocab) -> None:
            self._vocab = vocab

        def __call__(self, text: str) -> Doc:
            words: list[str] = []
            spaces: list[bool] = []
            place = 0
            for match in _TOKEN.finditer(text):
                gap = text[place : match.start()]
                if gap and words and gap[0] == " ":
                    spaces[-1], gap = True, gap[1:]
                if gap:
                    words.append(gap)
                    spaces.append(False)
                words.append(match.group())
                spaces.append(False)
                place = match.end()
            if place < len(text):
                rest = text[place:]
                if words and rest[0] == " ":
                    spaces[-1], rest = True, rest[1:]
                if rest:
                    words.append(rest)
                    spaces.append(False)
            return Doc(self._vocab, words=words, spaces=spaces)

    if not SpacyLanguage.has_factory("phuluc_citations"):
        SpacyLanguage.component("phuluc_citations", func=_mark_citations)
        SpacyLanguage.component("phuluc_agencies", func=_mark_agencies)
        SpacyLanguage.component("phuluc_dates", func=_mark_dates)
    pipeline = spacy.blank("xx")
    pipeline.tokenizer = Tokenizer(pipeline.vocab)
    for name in ("phuluc_citations", "phuluc_agencies", "phuluc_dates"):
        pipeline.add_pipe(name)
    return pipeline


def _mark_citations(doc: Doc) -> Doc:
    spans = []
    for found in find_citations(doc.text):
        span = doc.char_span(found.start, found.end, label="CITATION", alignment_mode="expand")
        if span is not None:
            span._.citation = found.citation
            spans.append(span)
    return _with_entities(doc, spans)


def _mark_agencies(doc: Doc) -> Doc:
    text = doc.text
    places = [(start, end) for start, end in find_names(text) if _reads_as_name(text[start:end])]
    return _with_entities(doc, _spans(doc, places, "AGENCY"))


def _reads_as_name(text: str) -> bool:
    """A name in running text: with a capital ("Sở Nội vụ") or a group ("các sở, ban, ngành")."""
    words = text.split()
    if text[:1].isupper():
        return len(words) > 1 or text.isupper()
    return (len(words) > 2 and words[0] in ("các", "sở,", "bộ,")) or len(words) > 3


def _mark_dates(doc: Doc) -> Doc:
    places = [match.span() for match in _DATES.finditer(doc.text)]
    return _with_entities(doc, _spans(doc, places, "DATE"))


def _spans(doc: Doc, places: Iterable[tuple[int, int]], label: str) -> list[Span]:
    spans = (doc.char_span(start, end, label=label) for start, end in places)
    return [span for span in spans if span is not None]


def _with_entities(doc: Doc, spans: Iterable[Span]) -> Doc:
    """Add spans to the entities, leaving out those that overlap what is marked already."""
    taken = {place for entity in doc.ents for place in range(entity.start, entity.end)}
    kept = list(doc.ents)
    for span in spans:
        places = range(span.start, span.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(span)
    doc.set_ents(sorted(kept, key=lambda span: span.start))
    return doc


def cite(text: str) -> tuple[Citation, ...]:
    """The citations of ``text``, in order."""
    clean = nfc(text)
    if not _TRIGGER.search(clean):
        return ()
    return tuple(
        entity._.citation for entity in language()(clean).ents if entity.label_ == "CITATION"
    )
