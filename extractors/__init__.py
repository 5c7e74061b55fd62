"""From files to :class:`records.Document`: one module a format, one entry, :func:`extract`.

Extractors know bytes, lines and columns; they do not know what a row means, and write nothing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.sniff import OFFICE_MARKS, Unreadable, is_pdf, sniff
from records import Document

if TYPE_CHECKING:
    from extractors.judges import Judge

__all__ = ["Unreadable", "extract", "extract_bytes"]


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
    text, shape = sniff(data, reader)
    if shape == "markdown":
        from extractors.markdown import read_markdown

        return read_markdown(text, path, sha256)
    if shape == "word-text":
        from extractors.word_text import read_word_text

        return read_word_text(text, path, sha256)
    from extractors.ocr_dump import read_dump

    return read_dump(text, path, sha256, reader)
