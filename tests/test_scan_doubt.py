"""How sure cells are that were read from page images: pipeline/scan_doubt.py."""

from __future__ import annotations

import pytest

from normalizers.misread import rereader
from normalizers.repair import load_model
from pipeline.findings import DOUBTFUL
from pipeline.scan_doubt import scan_confidence


def confidence(text: str, seen: float = 0.93, listed: bool = False) -> float:
    misreads = rereader(load_model().language).misreads(text, -8.0)
    return scan_confidence(text, seen, misreads, listed)


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Sở Khoa học và Công nghệ", True),
        ("Các sở, ban, ngành; UBND các xã, phường", True),
        ("Tháng 12/2026", False),
        ("100%", False),
        ("Xây dựng, hoàn thiện nền tảng số dùng chung của tỉnh", False),
    ],
)
def test_what_was_read_well_is_sure(text: str, listed: bool) -> None:
    assert confidence(text, listed=listed) >= DOUBTFUL


@pytest.mark.parametrize(
    ("text", "seen", "listed"),
    [
        ("Sở Khoa học và Công nghệ", 0.2, True),  # Tesseract itself doubts
        ("Sở Khoa hợc và Công nghệ", 0.93, True),  # no word
        ("Sở Khoa học và Công nghệ: Công an tỉnh", 0.93, True),  # a colon amid a list
        ("~trường", 0.93, False),  # a sign that nobody prints
        ("31/12/20256", 0.93, False),  # no year
        ("Xây dựng nền tảng số dùng chung,", 0.93, False),  # ends in the middle
    ],
)
def test_what_looks_wrong_is_doubtful(text: str, seen: float, listed: bool) -> None:
    assert confidence(text, seen, listed) < DOUBTFUL
