"""Words that an OCR of whole Vietnamese read as others: normalizers/misread.py."""

from __future__ import annotations

import pytest

from normalizers.misread import Rereader
from normalizers.repair import load_model


@pytest.fixture(scope="module")
def rereader() -> Rereader:
    return Rereader(load_model().language)


@pytest.mark.parametrize(
    ("text", "read", "printed"),
    [
        ("chia sẻ đữ liệu", "đữ", "dữ"),  # a letter's bar
        ("Tổ chức triến khai", "triến", "triển"),  # no word at all
        ("các hộ, ngành trung ương", "hộ", "bộ"),  # a letter of like shape
        ("ứng dụng công nghệ loT, dữ liệu lớn", "loT", "IoT"),  # "l" for "I"
        ("của các cơ quan, đơn Vị.", "Vị", "vị"),  # a capital that is a large small letter
        ("hoạt động chuyến đối số", "chuyến", "chuyển"),  # two neighbours at once
    ],
)
def test_a_misread_word(rereader: Rereader, text: str, read: str, printed: str) -> None:
    found = {one.source: one for one in rereader.misreads(text, 2.0)}
    assert found[read].word == printed


@pytest.mark.parametrize(
    "text",
    [
        "Tổ chức triển khai nền tảng số dùng chung, thực hiện chia sẻ dữ liệu",
        "Sở Khoa học và Công nghệ chủ trì, phối hợp với các sở, ngành",
        "Kinh tế số và Xã hội số",
        "Tỷ lệ hộ gia đình có đường truyền Internet băng rộng",
    ],
)
def test_whole_text_stays(rereader: Rereader, text: str) -> None:
    assert not [one for one in rereader.misreads(text, 2.0) if one.word]


def test_only_text_that_was_read_is_mended() -> None:
    model = load_model()
    lines = ["Tổ chức triển khai nền tảng số, chia sẻ đữ liệu dùng chung của các cơ quan"] * 3
    read = model.session(lines, "read").repair("chia sẻ đữ liệu")
    assert read.text == "chia sẻ dữ liệu"
    assert [(token.source, token.repaired) for token in read.tokens] == [("đữ", "dữ")]
    assert model.session(lines, "written").repair("chia sẻ đữ liệu").text == "chia sẻ đữ liệu"
