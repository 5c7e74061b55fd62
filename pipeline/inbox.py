"""What lies in ``raw/``, and the fingerprint of the program that reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from extractors.programs import libreoffice, tesseract

_PACKAGES = ("extractors", "normalizers", "pipeline")
_DEPENDENCIES = (
    "lxml",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pyarrow",
    "pypdfium2",
    "pytesseract",
    "rapidfuzz",
    "spacy",
    "unidecode",
)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of the inbox; ``path`` is relative to it, with forward slashes.

    ``sha256`` is empty where the file cannot be read; ``problem`` then says why.
    """

    path: str
    sha256: str
    size: int
    problem: str = ""


def discover(raw: Path) -> list[InputFile]:
    """Every file below ``raw``, sorted by path; hidden files and folders are skipped."""
    return [_look_at(path, raw) for path in sorted(_visible_files(raw))]


def fingerprint(additions: bytes = b"") -> str:
    """SHA-256 over the code, the data and models it ships, the packages and outside programs it
    runs with, and the clerk's ``additions`` to the registry of agencies.

    A file that waits for Tesseract or LibreOffice is so read again once that is installed.
    """
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    files = [root / "records.py"]
    for package in _PACKAGES:
        files += sorted(_visible_files(root / package))
    for path in files:
        if "__pycache__" in path.parts or path.suffix == ".pyc":
            continue
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for name in _DEPENDENCIES:
        digest.update(f"{name}=={metadata.version(name)}\0".encode())
    digest.update(f"tesseract {tesseract()}\0libreoffice {libreoffice()}\0".encode())
    if additions:
        digest.update(hashlib.sha256(additions).digest())
    return digest.hexdigest()


def _visible_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _visible_files(path)
        else:
            yield path


def _look_at(path: Path, raw: Path) -> InputFile:
    name = path.relative_to(raw).as_posix()
    try:
        data = path.read_bytes()
    except OSError as error:
        return InputFile(name, "", 0, error.strerror or str(error))
    return InputFile(name, hashlib.sha256(data).hexdigest(), len(data))
