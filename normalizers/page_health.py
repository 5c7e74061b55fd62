"""Is the text layer of a PDF's page the page's text? The judgement, and its reason.

A layer may be healthy, in an encoding from before Unicode, ruined by the OCR of another language,
rubbish (a font that does not say which letters it draws), or not be there at all; what a digital
signature prints over a scan is not the page's text. Healthy layers are read; every other page is
read from its image.

Counted by word: of healthy Vietnamese at least eight words in ten bear a mark and about half a
letter that only Vietnamese has; of what an English OCR left hardly one in twenty does, though é, ô
and the like are common in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from normalizers.health import ENOUGH, VIETNAMESE_ONLY
from normalizers.legacy import Encoding, encoding_of_font, encoding_of_text
from normalizers.tokens import is_syllable

Kind = Literal["healthy", "legacy", "damaged", "garbage", "absent"]

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"\S+")
_SCAN = 0.5  # of the page covered by pictures: the page is a scan
_STAMPED = 60  # words: what programs print over a scan (signature, number, date) has no more
_HEALTHY_MARKED = 0.2  # of the words have a letter that only Vietnamese has; ruined: 0.04 at most
_WELL_SPELT = 0.85  # of a scan's words are syllables where its OCR knew Vietnamese
_ODD = 0.12  # of the tokens mix letters with digits or signs: "CQNG", "h6 trq", "V1et"
_UNREADABLE_SIGNS = 0.1  # of the characters have no meaning
_LIKE_VIETNAMESE = 0.5  # of the words are bare syllables: "Thuc hien nhiem vu"
_SPELT = 0.2  # and fewer than this in a font without meaning

_SIGNER = re.compile(r"^\W*(?:ký bởi|người ký|(?:digitally )?signed by)\s*:", re.IGNORECASE)
_SIGNATURE_LABEL = re.compile(
    r"^\W*(?:e-?mail|cơ quan|tổ chức|chức vụ|thời gian ký|ngày ký|date|reason|location)\s*:",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 8  # lines of such a block
_SIGNATURE = re.compile(
    r"ký bởi|người ký|ký số|thời gian ký|ngày ký|signed by|signature|signing|digitally"
    r"|\d\d[:.]\d\d[:.]\d\d|\+07[:']?00",
    re.IGNORECASE,
)
_ENGLISH = frozenset(("the", "of", "and", "to", "is", "for", "with", "that", "are", "from", "this"))
_ODD_TOKEN = re.compile(r"[^\W\d_]\d+[^\W\d_]|[^\W\d_][$€£¥§!|\\{}<>~^][^\W\d_]|[a-zà-ỹ][A-ZÀ-Ỹ]")


@dataclass(frozen=True, slots=True)
class LayerVerdict:
    """What a page's text layer is worth; ``reason`` in Vietnamese, for the findings.

    ``encodings``: for a legacy layer, the encoding of each font that is set in one ("" where the
    whole page is).
    """

    kind: Kind
    reason: str
    encodings: Mapping[str, Encoding] = field(default_factory=dict)

    @property
    def is_readable(self) -> bool:
        """Whether the layer's text is the page's text."""
        return self.kind in ("healthy", "legacy")


def judge_layer(
    lines: Sequence[str],
    by_font: Mapping[str, str] | None = None,
    *,
    pictured: float = 0.0,
    hidden: float = 0.0,
    outlined: bool = False,
) -> LayerVerdict:
    """Judge the text layer of one page.

    Args:
        lines: its printed lines.
        by_font: the text set in each font, where fonts from before Unicode may be among them.
        pictured: share of the page that pictures cover (0-1).
        hidden: share of the text that is laid invisibly under the picture (0-1).
        outlined: letters are drawn as curves, not set as text.
    """
    text = unicodedata.normalize("NFC", "\n".join(lines))
    written = _WORD.findall(text)
    words = [word.lower() for word in written]
    scan = pictured >= _SCAN
    unreadable = sum(map(_has_no_meaning, text))
    if unreadable > _UNREADABLE_SIGNS * max(1, len(text)):
        return LayerVerdict("garbage", "phông chữ của trang không cho biết chữ nào là chữ nào")
    if not words and not any(map(str.isdigit, text)):
        return LayerVerdict("absent", _absent_reason(scan, outlined))
    if (scan or outlined) and hidden < _SCAN and len(words) < _STAMPED:
        return LayerVerdict("absent", _stamped_reason(text, scan))
    marked = sum(bool(VIETNAMESE_ONLY.intersection(word)) for word in words)
    legacy = _legacy(text, by_font or {}, marked)
    if legacy is not None:
        return legacy
    if not words:
        return LayerVerdict("healthy", "trang chỉ có số")
    if marked >= _HEALTHY_MARKED * len(words) or (marked and len(words) < ENOUGH):
        return _judge_vietnamese([word for word in written if not word.isupper()], scan)
    return _judge_unmarked(text, words, marked, scan)


def _absent_reason(scan: bool, outlined: bool) -> str:
    if outlined:
        return "chữ trên trang được vẽ thành nét, không có lớp chữ"
    return "trang là ảnh quét, không có lớp chữ" if scan else "trang không có lớp chữ"


def _stamped_reason(text: str, scan: bool) -> str:
    page = "trang là ảnh quét" if scan else "chữ trên trang được vẽ thành nét"
    if _SIGNATURE.search(text):
        return f"{page}; lớp chữ chỉ là chữ của chữ ký số"
    return f"{page}; lớp chữ chỉ có vài chữ đóng thêm"


def _has_no_meaning(sign: str) -> bool:
    return sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cn") or "\x01" <= sign < "\t"


def _legacy(text: str, by_font: Mapping[str, str], marked: int) -> LayerVerdict | None:
    """The verdict on a page some of whose text is in an encoding from before Unicode."""
    named = {font: encoding_of_font(font, written) for font, written in by_font.items()}
    encodings: dict[str, Encoding] = {font: one for font, one in named.items() if one}
    if encodings:
        written = "".join(by_font[font] for font in encodings)
        if any(ord(sign) > 127 for sign in written):
            names = ", ".join(sorted({_NAMES[encoding] for encoding in encodings.values()}))
            return LayerVerdict("legacy", f"chữ theo bảng mã cũ {names}", encodings)
    found = encoding_of_text(text) if not marked else None
    if found is None:
        return None
    return LayerVerdict("legacy", f"chữ theo bảng mã cũ {_NAMES[found]}", {"": found})


def _judge_vietnamese(words: Sequence[str], scan: bool) -> LayerVerdict:
    """Vietnamese with its marks: a scan's must also be spelt well, its OCR may have been poor.

    ``words`` are those that are no acronyms.
    """
    long = [word for word in words if len(word) > 1]
    spelt = sum(map(is_syllable, long))
    if scan and len(long) >= ENOUGH and spelt < _WELL_SPELT * len(long):
        share = round(100 * spelt / len(long))
        return LayerVerdict(
            "damaged", f"lớp chữ của ảnh quét nhận dạng kém: chỉ {share} % chữ đúng chính tả"
        )
    return LayerVerdict("healthy", "lớp chữ tiếng Việt lành lặn")


def _judge_unmarked(text: str, words: Sequence[str], marked: int, scan: bool) -> LayerVerdict:
    """A layer that hardly has Vietnamese letters: ruined, rubbish, or another language."""
    share = f"{round(100 * marked / len(words))} % chữ có dấu riêng của tiếng Việt"
    if scan:
        return LayerVerdict("damaged", f"lớp chữ do nhận dạng bằng ngôn ngữ khác: {share}")
    if len(words) < ENOUGH:
        return LayerVerdict("healthy", "trang chỉ có vài chữ, không có dấu")
    english = sum(word in _ENGLISH for word in words)
    if english >= 0.05 * len(words):
        return LayerVerdict("healthy", "trang không viết bằng tiếng Việt")
    long = [word for word in words if len(word) > 1]
    spelt = sum(map(is_syllable, long))
    tokens = _TOKEN.findall(text)
    odd = sum(bool(_ODD_TOKEN.search(token)) for token in tokens)
    if spelt < _SPELT * max(1, len(long)):
        return LayerVerdict("garbage", "lớp chữ không đọc thành tiếng nào")
    if spelt >= _LIKE_VIETNAMESE * max(1, len(long)) or odd >= _ODD * len(tokens):
        return LayerVerdict("damaged", f"lớp chữ mất dấu tiếng Việt: {share}")
    return LayerVerdict("healthy", "trang không viết bằng tiếng Việt")


_NAMES: dict[Encoding, str] = {
    "tcvn3": "TCVN3",
    "tcvn3-capitals": "TCVN3",
    "vni": "VNI",
    "windows-1258": "Windows-1258",
}


def without_signature(lines: Sequence[str]) -> list[str]:
    """The lines of a text without the block that a digital signature prints on a page.

    It begins with who signed, and ends with the last of its labelled lines near by ("Email:", "Cơ
    quan:", "Thời gian ký:"; Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II, khoản 7).
    """
    kept: list[str] = []
    index = 0
    while index < len(lines):
        if _SIGNER.match(lines[index]):
            block = range(index + 1, min(index + _SIGNATURE_LINES, len(lines)))
            index = max((at for at in block if _SIGNATURE_LABEL.match(lines[at])), default=index)
        else:
            kept.append(lines[index])
        index += 1
    return kept
