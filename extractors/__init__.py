"""From files to :class:`records.Document`: one module a format, one entry, :func:`extract`.

Extractors know bytes, lines and columns; they do not know what a row means, and write nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.sniff import OFFICE_MARKS, Unreadable, is_pdf, is_picture, sniff
from records import Document

if TYPE_CHECKING:
    from PIL.Image import Image

    from extractors.judges import Judge

__all__ = ["Unreadable", "extract", "extract_bytes", "page_pictures"]


def extract(path: Path, reader: Judge) -> Document:
    """Read one file.

    Args:
        path: the file; only its content decides how it is read.
        reader: whom extractors ask about Vietnamese.

    Raises:
        Unreadable: the file belongs into quarantine; the reason tells the clerk what to do.
        OSError: the file cannot be opened.
    """
    return extract_bytes(path.read_bytes(), str(path), reader)


def extract_bytes(data: bytes, path: str, reader: Judge) -> Document:
    """Read a file's bytes; ``path`` is kept in the document as given.

    Raises:
        Unreadable: as :func:`extract`.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith(OFFICE_MARKS):
        from extractors.docx import read_office

        return read_office(data, path, sha256, reader)
    if is_pdf(data):
        from extractors.pdf import read_pdf

        return read_pdf(data, path, sha256, reader)
    if is_picture(data):
        from extractors.pictures import read_pictures

        return read_pictures(data, path, sha256)
    text, shape = sniff(data, reader)
    if shape == "markdown":
        from extractors.markdown import read_markdown

        return read_markdown(text, path, sha256)
    if shape == "word-text":
        from extractors.word_text import read_word_text

        return read_word_text(text, path, sha256)
    from extractors.ocr_dump import read_dump

    return read_dump(text, path, sha256, reader)


def page_pictures(data: bytes, dpi: float) -> Iterator[tuple[Image, float, float]]:
    """Each page of a PDF or a picture as it is shown, with its width and height in points.

    Raises:
        Unreadable: the file has no pages to look at, or cannot be opened.
    """
    if is_pdf(data):
        from extractors import pdf

        return pdf.page_pictures(data, dpi)
    if is_picture(data):
        from extractors import pictures

        return pictures.page_pictures(data)
    raise Unreadable(
        "Chỉ vẽ được lên trang của tệp PDF hoặc tệp ảnh; tệp này không có trang.",
        "Cells can be drawn on the pages of a PDF or a picture only; this file has no pages.",
    )
