"""``phuluc doctor``: what this machine lacks, and the command that mends it."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import click

from extractors.programs import libreoffice, tesseract
from pipeline.errors import ExitCode
from pipeline.messages import choose, say

_PYTHON = (3, 11)
_SETUP = "make setup"
_TESSERACT = "apt-get install tesseract-ocr tesseract-ocr-script-viet"
_LIBREOFFICE = "apt-get install libreoffice-writer-nogui"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the program needs, whether it is there, and what brings it.

    Without a thing that is not ``needed`` a few files cannot be read; they say so themselves.
    """

    what: str
    present: bool
    mend: str
    needed: bool = True


def needs(raw: Path, out: Path) -> Iterator[Need]:
    """Everything the program needs of this machine."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Need(
        f"Python {version} (>= 3.11)",
        sys.version_info >= _PYTHON,
        "apt-get install python3.11 python3.11-venv",
    )
    for name in _requirements():
        yield Need(name, _is_installed(name), _SETUP)
    yield Need(
        say("doctor-tesseract", found=f"({tesseract()})" if tesseract() else "").strip(),
        bool(tesseract()),
        _TESSERACT,
    )
    yield Need(say("doctor-libreoffice"), bool(libreoffice()), _LIBREOFFICE, needed=False)
    root = Path(__file__).parents[1]
    models = root / "normalizers" / "models"
    yield Need(
        choose("mô hình sửa chữ", "the repair model"),
        models.is_dir() and any(models.iterdir()),
        "git checkout -- normalizers/models",
    )
    yield Need(f"{choose('hộp thư đến', 'inbox')} {raw}", raw.is_dir(), f"mkdir -p {raw}")
    yield Need(
        say("doctor-writable", path=out), _is_writable(out), f"mkdir -p {out}; chmod u+w {out}"
    )


def examine(raw: Path, out: Path) -> ExitCode:
    """Print every need; 3 where one is not met."""
    lacking = optional = 0
    for need in needs(raw, out):
        if need.present:
            click.echo(f"✓ {say('doctor-has', what=need.what)}")
        else:
            lacking += need.needed
            optional += not need.needed
            mark = "✗" if need.needed else "–"
            click.echo(f"{mark} {say('doctor-lacks', what=need.what, mend=need.mend)}")
    if lacking:
        return ExitCode.MISSING_DEPENDENCY
    click.echo(say("doctor-enough" if optional else "doctor-fine"))
    return ExitCode.OK


def _requirements() -> list[str]:
    """Names of the packages the program declares, without those of its extras."""
    try:
        declared = metadata.requires("phuluc") or []
    except metadata.PackageNotFoundError:
        return ["phuluc"]
    own = [line for line in declared if "extra ==" not in line]
    return [found[0] for line in own if (found := re.match(r"[\w.-]+", line))]


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return importlib.util.find_spec(name) is not None
    return True


def _is_writable(folder: Path) -> bool:
    import os

    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
