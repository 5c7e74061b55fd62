"""Office files by their container: which kind a file is, and the parts of a Word package.

A ``.docx`` is a ZIP of XML parts (ECMA-376, Part 2); a ``.doc``, and any Office file with a
password, is an OLE compound file ([MS-CFB]) that names its streams in UTF-16. Only what is needed
is unpacked, and never more than :data:`MOST_BYTES`.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from extractors.sniff import Unreadable

Kind = Literal["docx", "doc", "odt", "rtf"]
Element = Any  # lxml's elements are untyped here

_OLE = b"\xd0\xcf\x11\xe0"
_RTF = b"{\\rtf"

MOST_BYTES = 200_000_000
"""A part that unpacks to more is no plan: a Word file of 1,000 pages of tables has 50 MB."""

_MOST_RATIO = 500  # text packs to a twentieth, tables of empty cells to a hundredth
_SMALL = 20_000_000
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.text"
_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "locked"),
    ("WordDocument", "doc"),
    ("Workbook", "sheet"),
    ("Book", "sheet"),
    ("PowerPoint Document", "slides"),
)
_FOLDERS = (("xl/", "sheet"), ("ppt/", "slides"))


@dataclass(frozen=True, slots=True)
class WordParts:
    """The parts of a Word file that hold text; None where it has no such part."""

    document: Element
    styles: Element | None
    numbering: Element | None
    footnotes: tuple[Element, ...]
    pictures: int


def kind_of(data: bytes) -> Kind:
    """What kind of text document an Office file is.

    Raises:
        Unreadable: it is none, is locked by a password, or is broken.
    """
    if data.startswith(_RTF):
        return "rtf"
    if data.startswith(_OLE):
        for stream, kind in _STREAMS:
            if stream.encode("utf-16-le") in data:
                return _kept(kind)
        raise broken("OLE")
    with _opened(data) as archive:
        names = archive.namelist()
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
            return _kept("odt" if archive.read("mimetype").startswith(_OPEN_DOCUMENT) else "zip")
        if "[Content_Types].xml" not in names:
            raise _refused("zip")
        for folder, kind in _FOLDERS:
            if any(name.startswith(folder) for name in names):
                raise _refused(kind)
    return "docx"


def word_parts(data: bytes) -> WordParts:
    """The text parts of a ``.docx``, parsed.

    Raises:
        Unreadable: the file is broken, holds no Word document, or unpacks to something huge.
    """
    with _opened(data) as archive:
        main = next(iter(_related(archive, "", "officeDocument")), "")
        if main not in archive.namelist():
            raise _refused("zip")

        def parts(kind: str) -> list[Element]:
            return [_parsed(archive, name) for name in _related(archive, main, kind)]

        document = _parsed(archive, main)
        if etree.QName(document).localname != "document":
            raise _refused("zip")
        return WordParts(
            document=document,
            styles=next(iter(parts("styles")), None),
            numbering=next(iter(parts("numbering")), None),
            footnotes=(*parts("footnotes"), *parts("endnotes")),
            pictures=len(_related(archive, main, "image")),
        )


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise broken("ZIP") from error


def _related(archive: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """The parts that a part names as related to it ("" stands for the whole package)."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in archive.namelist():
        return []
    found = []
    for relation in _parsed(archive, relations):
        if not isinstance(relation.tag, str) or relation.get("TargetMode") == "External":
            continue
        if relation.get("Type", "").rsplit("/", 1)[-1] == kind:
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
            found.append(target.lstrip("/"))
    return [name for name in found if name in archive.namelist()]


def _parsed(archive: zipfile.ZipFile, name: str) -> Element:
    """The root element of a part; nothing outside the file is ever loaded."""
    try:
        member = archive.getinfo(name)
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > MOST_BYTES or (member.file_size > _SMALL and ratio > _MOST_RATIO):
            raise _too_large(member.file_size)
        if member.flag_bits & 1:
            raise _refused("locked")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
        )
        return etree.fromstring(archive.read(member), parser)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, etree.XMLSyntaxError) as error:
        raise broken("XML") from error
    except (NotImplementedError, RuntimeError) as error:
        raise broken("ZIP") from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma"):
            raise broken("ZIP") from error
        raise


def _kept(kind: str) -> Kind:
    if kind in ("docx", "doc", "odt", "rtf"):
        return kind  # type: ignore[return-value]
    raise _refused(kind)


# --- what a clerk is told ------------------------------------------------------------------------


def broken(detail: str) -> Unreadable:
    """A file that ends too early or is damaged; ``detail`` is for who looks after the program."""
    return Unreadable(
        f"Tệp Word bị hỏng hoặc chép chưa xong ({detail}). Hãy mở thử bằng Word, lưu lại thành tệp "
        ".docx mới rồi bỏ vào raw/.",
        f"The Word file is damaged or was not copied to its end ({detail}). Open it in Word, save "
        "it as a new .docx file, and drop that into raw/.",
    )


def _refused(kind: str) -> Unreadable:
    return _REFUSALS[kind]()


def _too_large(size: int) -> Unreadable:
    return Unreadable(
        f"Tệp Word này khi giải nén lớn bất thường ({size / 1e6:.0f} MB) nên không được mở, để "
        "tránh làm treo máy. Nếu tệp đúng là văn bản thật, hãy lưu ra PDF rồi bỏ vào raw/.",
        f"This Word file unpacks to an abnormal size ({size / 1e6:.0f} MB) and was not opened, to "
        "keep the machine safe. If it is a real document, save it as PDF and drop that into raw/.",
    )


def _locked() -> Unreadable:
    return Unreadable(
        "Tệp này đặt mật khẩu nên không mở được. Hãy mở bằng mật khẩu, gỡ mật khẩu (Tệp → Thông "
        "tin → Bảo vệ tài liệu), lưu lại rồi bỏ vào raw/.",
        "This file is locked by a password. Open it with the password, take the password off "
        "(File → Info → Protect Document), save it, and drop it into raw/ again.",
    )


def _sheet() -> Unreadable:
    return Unreadable(
        "Tệp này là bảng tính Excel, không phải văn bản. Hãy lưu ra PDF, hoặc chép bảng vào một "
        "tệp Word, rồi bỏ tệp ấy vào raw/.",
        "This file is an Excel workbook, not a document. Save it as PDF, or copy the table into a "
        "Word file, and drop that into raw/.",
    )


def _slides() -> Unreadable:
    return Unreadable(
        "Tệp này là bài trình chiếu PowerPoint, không phải văn bản. Hãy lưu ra PDF rồi bỏ vào "
        "raw/.",
        "This file is a PowerPoint presentation, not a document. Save it as PDF and drop that "
        "into raw/.",
    )


def _archive() -> Unreadable:
    return Unreadable(
        "Tệp này là tệp nén (ZIP), không phải văn bản Word. Hãy giải nén rồi bỏ từng văn bản vào "
        "raw/.",
        "This file is a ZIP archive, not a Word document. Unpack it and drop the documents in it "
        "into raw/.",
    )


_REFUSALS: dict[str, Callable[[], Unreadable]] = {
    "locked": _locked,
    "sheet": _sheet,
    "slides": _slides,
    "zip": _archive,
}
