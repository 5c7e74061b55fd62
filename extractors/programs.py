"""Outside programs that decide what can be read, and how: Tesseract and LibreOffice."""

from __future__ import annotations

import subprocess
from functools import lru_cache

from extractors._libreoffice import program

MODELS = ("script/Vietnamese", "Vietnamese", "vie")
"""Tesseract's models, best first: Debian's of the Vietnamese script, then the language's."""


@lru_cache(maxsize=1)
def tesseract() -> str:
    """Version and best Vietnamese model of Tesseract; "" where one of them is missing."""
    version, models = _said("--version"), _said("--list-langs")
    model = next((name for name in MODELS if name in models), "")
    return f"{version[0]}, {model}" if version and model else ""


def libreoffice() -> str:
    """The path of LibreOffice; "" where it is not installed."""
    return program() or ""


def _said(option: str) -> list[str]:
    try:
        ended = subprocess.run(
            ["tesseract", option], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in (ended.stdout + ended.stderr).splitlines()]
