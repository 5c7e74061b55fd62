"""Tesseract's library in this process, through its C interface.

The program takes a tenth of a second to start and to load its model, for each page; the library
loads it once, and forked processes share it. What both read is the same to the last digit. Where
the library is not to be had (``open_engine`` gives None), ``extractors._tesseract`` calls the
program.
"""

from __future__ import annotations

import ctypes
import os
import sys
import weakref
from collections.abc import Mapping
from ctypes import CDLL, c_char_p, c_int, c_void_p
from functools import lru_cache
from typing import Any

from extractors.programs import tesseract
from extractors.straighten import Grey

_NAMES = {
    "linux": ("libtesseract.so.5", "libtesseract.so.4"),
    "darwin": ("libtesseract.5.dylib", "libtesseract.4.dylib"),
}
_ONE_THREAD = "OMP_THREAD_LIMIT"
_BYTE_A_PIXEL = 1


class Engine:
    """A loaded model; reads one image after the other."""

    def __init__(self, library: CDLL, handle: int) -> None:
        self._library, self._handle = library, handle
        weakref.finalize(self, library.TessBaseAPIDelete, handle)

    def read(self, grey: Grey, dpi: int, layout: int) -> str:
        """Every part and word of an image, in the lines that ``tesseract IMAGE - tsv`` prints.

        Raises:
            RuntimeError: Tesseract gave up on the image.
        """
        library, handle = self._library, self._handle
        pixels = grey if grey.flags.c_contiguous else grey.copy()
        height, width = pixels.shape
        library.TessBaseAPISetPageSegMode(handle, layout)
        library.TessBaseAPISetImage(handle, pixels.ctypes.data, width, height, _BYTE_A_PIXEL, width)
        library.TessBaseAPISetSourceResolution(handle, dpi)
        try:
            if library.TessBaseAPIRecognize(handle, None):
                raise RuntimeError("Tesseract could not read an image")
            text = library.TessBaseAPIGetTsvText(handle, 0)
            if not text:
                raise RuntimeError("Tesseract gave no text")
            try:
                return ctypes.string_at(text).decode("utf-8", "replace")
            finally:
                library.TessDeleteText(text)
        finally:
            library.TessBaseAPIClear(handle)


def open_engine(model: str, variables: Mapping[str, str]) -> Engine | None:
    """A model by its name, with some of Tesseract's variables set; None where that cannot be.

    The library must be of the same version as the program, which says what models there are.
    """
    library = _library()
    if library is None:
        return None
    handle = library.TessBaseAPICreate()
    if library.TessBaseAPIInit3(handle, None, model.encode()):
        library.TessBaseAPIDelete(handle)
        return None
    engine = Engine(library, handle)
    for name, value in {"debug_file": os.devnull, **variables}.items():
        if not library.TessBaseAPISetVariable(handle, name.encode(), value.encode()):
            return None
    return engine


@lru_cache(maxsize=1)
def _library() -> Any:
    """The library; None where there is none, or not that of the program."""
    os.environ[_ONE_THREAD] = "1"  # heeded when the library is loaded, not later
    for name in _NAMES.get(sys.platform, ()):
        try:
            library = CDLL(name)
            _declare(library)
        except (OSError, AttributeError):
            continue
        version = library.TessVersion().decode()
        if tesseract().split(",")[0].split()[-1:] == [version]:
            return library
    return None


def _declare(library: CDLL) -> None:
    """The types of what is called; AttributeError where something is missing."""
    handle = c_void_p
    for name, result, arguments in (
        ("TessVersion", c_char_p, ()),
        ("TessBaseAPICreate", c_void_p, ()),
        ("TessBaseAPIDelete", None, (handle,)),
        ("TessBaseAPIInit3", c_int, (handle, c_char_p, c_char_p)),
        ("TessBaseAPISetVariable", c_int, (handle, c_char_p, c_char_p)),
        ("TessBaseAPISetPageSegMode", None, (handle, c_int)),
        ("TessBaseAPISetImage", None, (handle, c_void_p, c_int, c_int, c_int, c_int)),
        ("TessBaseAPISetSourceResolution", None, (handle, c_int)),
        ("TessBaseAPIRecognize", c_int, (handle, c_void_p)),
        ("TessBaseAPIGetTsvText", c_void_p, (handle, c_int)),
        ("TessBaseAPIClear", None, (handle,)),
        ("TessDeleteText", None, (c_void_p,)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
