"""What is in a dropped file: its text, and the shape of that text.

Only the bytes are looked at, never the file's name. A file whose text cannot be had for certain is
refused with a sentence for the clerk who dropped it: guessing an encoding would damage the
Vietnamese unseen.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Protocol

from records import Route


class OldTexts(Protocol):
    """Knows encodings from before Unicode (TCVN3, VNI)."""

    def old_text(self, text: str) -> str | None:
        """A text without fonts, of one character a byte, in Unicode; None where that is no old
        encoding, or not for certain.
        """
        ...


_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

OFFICE_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"{\\rtf")
"""How Word and other Office files begin: ``extractors.docx`` reads them."""

_PDF = b"%PDF-"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")

_WEB_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?i:<!doctype|<html|<\?xml|mime-version:)")
_MANY_BYTES = re.compile("[\u0100-\u1fff]")  # letters that no encoding of one byte a letter has
_BOOKMARK = re.compile(r"\[bookmark: [^\]]*\]")
_MARKUP = re.compile(r"<b>|<sup>|\*\*\S|^#{1,6} ", re.MULTILINE)
_PIPE_RULE = re.compile(r"^\|?(\s*:?-{2,}:?\s*\|)+\s*(:?-{2,}:?)?\s*$", re.MULTILINE)
_ROW_CELLS = 3
_WORD_RUNS = 2


class Unreadable(Exception):
    """The file goes to quarantine; the reason tells the clerk what to do."""

    def __init__(self, reason_vi: str, reason_en: str) -> None:
        super().__init__(reason_vi, reason_en)
        self.reason_vi = reason_vi
        self.reason_en = reason_en

    def __str__(self) -> str:
        return self.reason_en


def is_pdf(data: bytes) -> bool:
    """Whether a file is a PDF: its mark stands in the first 1024 bytes (ISO 32000-1, annex H.3.4.1)
    and nothing but blanks and a mark of the encoding before it.
    """
    return data[:1024].lstrip(b"\xef\xbb\xbf\x00\t\n\f\r ").startswith(_PDF)


def is_picture(data: bytes) -> bool:
    """Whether a file is a picture, by its first bytes."""
    return (
        data.startswith(_PICTURES)
        or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")
        or (data.startswith(b"BM") and data[6:10] == bytes(4))
    )


def sniff(data: bytes, judge: OldTexts | None = None) -> tuple[str, Route]:
    """Text (NFC, ``"\\n"`` line ends) and shape of a file's bytes.

    Raises:
        Unreadable: the bytes are empty, binary, or text in an encoding that cannot be known.
    """
    text = decode(data, judge)
    return text, shape_of(text)


def decode(data: bytes, judge: OldTexts | None = None) -> str:
    """The text of strict UTF-8 (with or without a mark), of UTF-16 with its mark, or of whatever
    the judge is certain about (TCVN3, VNI: their text may also have been saved as UTF-8).

    Raises:
        Unreadable: anything else; a wrong guess would damage the text unseen.
    """
    _refuse_other_formats(data)
    if data.startswith(_UTF32_MARKS):
        raise _unknown_encoding()
    encoding = "utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        old = judge.old_text(data.decode("latin-1")) if judge else None
        if old is None:
            raise _unknown_encoding() from error
        text = old
    if "\x00" in text:
        raise _binary()
    if not text.strip("\ufeff \t\r\n\f\v\xa0"):
        raise _empty()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if judge and not _MANY_BYTES.search(text):
        text = judge.old_text(text) or text
    return unicodedata.normalize("NFC", text)


def shape_of(text: str) -> Route:
    """The shape of a decoded text.

    ``markdown``: table rows are lines of at least three tab-separated cells (or a Markdown pipe
    table), or the text carries markup. ``word-text``: rows are blocks of lines that begin with a
    tab and hold one cell each. Everything else is read as an OCR dump, which needs no layout.
    """
    lines = text.split("\n")
    rows = sum(1 for line in lines if _count_cells(line) >= _ROW_CELLS)
    runs = _count_cell_runs(lines)
    if runs >= _WORD_RUNS and runs > rows:
        return "word-text"
    if rows >= _WORD_RUNS or _PIPE_RULE.search(text):
        return "markdown"
    if _BOOKMARK.search(text):
        return "word-text"
    if len(_MARKUP.findall(text)) >= _ROW_CELLS:
        return "markdown"
    return "ocr-dump"


def _count_cells(line: str) -> int:
    """Cells of a line that is a table row in itself; 0 where a lone cell follows its tabs."""
    filled = [part for part in line.split("\t") if part.strip()]
    return line.count("\t") + 1 if len(filled) >= 2 else 0


def _count_cell_runs(lines: list[str]) -> int:
    """Runs of at least three lines, one after the other, that each hold one cell after a tab."""
    runs = length = 0
    for line in [*lines, ""]:
        if line.startswith("\t") and line.count("\t") == 1:
            length += 1
            continue
        if not line.strip() or _count_cells(line):
            runs += length >= _ROW_CELLS
            length = 0
    return runs


def _refuse_other_formats(data: bytes) -> None:
    """Refuse what is no text export at all, naming what it is.

    Raises:
        Unreadable: an empty file, a PDF, a Word file, a picture or another binary file.
    """
    if not data:
        raise _empty()
    if is_pdf(data):
        raise _not_a_text_export("PDF")
    if data.startswith(OFFICE_MARKS):
        raise _not_a_text_export("Word, Excel (DOCX, DOC, XLSX, RTF)")
    if is_picture(data):
        raise _not_a_text_export("ảnh (picture)")
    if _WEB_PAGE.match(data[:1024]):
        raise _web_page()
    if b"\x00" in data and not data.startswith(_UTF16_MARKS + _UTF32_MARKS):
        raise _binary()


def _empty() -> Unreadable:
    return Unreadable(
        "Tệp rỗng, không có chữ nào. Hãy chép hoặc lưu lại tệp từ nơi gốc rồi bỏ vào raw/ lần nữa.",
        "The file is empty. Copy or save it again from where it came, and drop it into raw/.",
    )


def _not_a_text_export(found: str) -> Unreadable:
    return Unreadable(
        f"Tệp này thực chất là {found}, không phải văn bản thuần (.txt, UTF-8). Hãy bỏ tệp vào "
        "raw/ để chương trình đọc theo đúng loại.",
        f"This file is really {found}, not plain text (.txt, UTF-8). Drop it into raw/, where it "
        "is read as what it is.",
    )


def _binary() -> Unreadable:
    return Unreadable(
        "Tệp chứa dữ liệu nhị phân, không phải loại đọc được: PDF, ảnh (PNG, JPEG, TIFF), Word "
        "(DOCX, DOC, RTF) hoặc văn bản thuần (.txt, UTF-8). Hãy lưu lại thành một trong các loại "
        "này rồi bỏ vào raw/.",
        "The file holds binary data of no kind that can be read: PDF, pictures (PNG, JPEG, TIFF), "
        "Word (DOCX, DOC, RTF) or plain text (.txt, UTF-8). Save it as one of these and drop that "
        "into raw/.",
    )


def _web_page() -> Unreadable:
    return Unreadable(
        "Tệp này là trang web hoặc XML (có thể mang đuôi .doc), không phải văn bản. Hãy mở bằng "
        "Word hoặc trình duyệt, lưu thành .docx hoặc PDF rồi bỏ vào raw/.",
        "This file is a web page or XML (perhaps named .doc), not a document. Open it in Word or a "
        "browser, save it as .docx or PDF, and drop that into raw/.",
    )


def _unknown_encoding() -> Unreadable:
    return Unreadable(
        "Tệp không phải mã hóa UTF-8 (có thể là TCVN3, VNI hoặc Windows-1258). Hãy mở tệp, chọn "
        "“Lưu thành…” với mã hóa UTF-8 rồi bỏ lại vào raw/.",
        "The file is not encoded as UTF-8 (it may be TCVN3, VNI or Windows-1258). Open it, save "
        "it again with UTF-8 encoding, and drop it into raw/.",
    )
