"""LibreOffice, where it is installed: old Word files become ``.docx``.

It runs without a window, with a profile of its own in a folder that is deleted afterwards, and is
ended with all its children when it takes too long.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from extractors.sniff import Unreadable

TIMEOUT = 180.0
"""Seconds; a plan of 100 pages takes about ten on one core."""

_PROGRAMS = ("soffice", "libreoffice")


def program() -> str | None:
    """The path of LibreOffice, None where it is not installed."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def to_docx(data: bytes, kind: str, timeout: float = TIMEOUT) -> bytes:
    """A document of another kind as ``.docx``.

    Args:
        data: the file's bytes.
        kind: "doc", "rtf" or "odt", the ending LibreOffice knows it by.
        timeout: seconds after which it is given up.

    Raises:
        Unreadable: LibreOffice is not installed, cannot read the file, or takes too long.
    """
    found = program()
    if found is None:
        raise _not_installed(kind)
    with tempfile.TemporaryDirectory(prefix="phuluc-") as folder:
        source = Path(folder) / f"document.{kind}"
        source.write_bytes(data)
        _convert(found, source, timeout)
        result = Path(folder) / "converted" / "document.docx"
        if not result.is_file():
            raise _cannot_read(kind)
        return result.read_bytes()


def _convert(found: str, source: Path, timeout: float) -> None:
    folder = source.parent
    command = [
        found,
        "--headless",
        "--norestore",
        "--nolockcheck",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(folder / "converted"),
        str(source),
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"HOME": str(folder)},
    )
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        raise _too_slow(timeout) from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _not_installed(kind: str) -> Unreadable:
    return Unreadable(
        f"Tệp này là văn bản kiểu cũ (.{kind}); muốn đọc thẳng phải cài LibreOffice: apt-get "
        "install libreoffice-writer-nogui. Cách khác: mở tệp bằng Word, lưu thành .docx rồi bỏ "
        "vào raw/.",
        f"This is a document of an older kind (.{kind}); reading it needs LibreOffice: apt-get "
        "install libreoffice-writer-nogui. Or open it in Word, save it as .docx, and drop that "
        "into raw/.",
    )


def _cannot_read(kind: str) -> Unreadable:
    return Unreadable(
        f"LibreOffice không mở được tệp .{kind} này: tệp bị hỏng hoặc đặt mật khẩu. Hãy mở bằng "
        "Word, gỡ mật khẩu nếu có, lưu thành .docx rồi bỏ vào raw/.",
        f"LibreOffice cannot open this .{kind} file: it is damaged or locked by a password. Open "
        "it in Word, take off its password if it has one, save it as .docx, and drop that into "
        "raw/.",
    )


def _too_slow(timeout: float) -> Unreadable:
    return Unreadable(
        f"LibreOffice đọc tệp này quá {timeout:.0f} giây nên đã dừng lại. Hãy mở tệp bằng Word, "
        "lưu thành .docx rồi bỏ vào raw/.",
        f"LibreOffice took more than {timeout:.0f} seconds over this file and was stopped. Open it "
        "in Word, save it as .docx, and drop that into raw/.",
    )
