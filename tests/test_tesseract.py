"""Tesseract's library and its program read the same; where the library is missing, the program."""

from __future__ import annotations

import numpy as np
import pytest

from extractors import _libtesseract, _tesseract
from extractors._libtesseract import open_engine
from extractors.straighten import Grey
from tests.test_straighten import TEXT, _printed


def _page() -> Grey:
    return np.asarray(_printed(5))[:380]


def test_the_library_and_the_program_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    if _tesseract._engine() is None:
        pytest.skip("Tesseract's library is not installed")
    first = _tesseract.read_words(_page(), 150, layout=4)
    _tesseract.read_words(_page()[:200], 150, layout=4)
    again = _tesseract.read_words(_page(), 150, layout=4)
    monkeypatch.setattr(_tesseract, "_engine", lambda: None)
    by_program = _tesseract.read_words(_page(), 150, layout=4)
    assert first == again == by_program
    read = [word.text for word in first]
    printed = " ".join(TEXT).split()
    assert sum(one == two for one, two in zip(read, printed, strict=False)) > 0.9 * len(printed)


def test_a_model_that_is_not_there_is_left_to_the_program() -> None:
    assert open_engine("no-such-model", {}) is None


def test_another_version_of_the_library_than_the_programs_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _libtesseract._library.cache_clear()
    monkeypatch.setattr(_libtesseract, "tesseract", lambda: "tesseract 3.02, vie")
    try:
        assert open_engine(_tesseract.model(), {}) is None
    finally:
        _libtesseract._library.cache_clear()


def test_an_empty_page_has_no_words() -> None:
    assert _tesseract.read_words(np.full((120, 200), 255, np.uint8), 150) == []
