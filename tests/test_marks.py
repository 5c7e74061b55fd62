"""Marks where no writer puts one go, all others stay."""

from __future__ import annotations

import pytest

from normalizers.marks import tidy_marks, unasked


@pytest.mark.parametrize(
    ("damaged", "tidy"),
    [
        ("phát :triển hạ .tầng số", "phát triển hạ tầng số"),
        ("tái sử} dụng", "tái sử dụng"),
        ("Tổ) chức bồi dưỡng", "Tổ chức bồi dưỡng"),
        ("đúng, đủ, sạch,, sống", "đúng, đủ, sạch, sống"),
    ],
)
def test_impossible_marks_go(damaged, tidy):
    assert " ".join(tidy_marks(damaged.split())) == tidy


@pytest.mark.parametrize(
    "text",
    [
        "(SaaS, Cloud...), đối tác phát triển",
        "a) Xây dựng; b) Tổ chức",
        "một cửa quốc gia).",
        "tài sản kê biên); thuế)",
        "gợi ý hành động,...",
        "số 2629/QĐ-TTg ngày 01/12/2025, 1.000 hồ sơ; .gov.vn; https://quangngai.gov.vn",
        "“đúng - đủ - sạch”; (không gồm hồ sơ mật).",
    ],
)
def test_what_writers_write_stays(text):
    assert tidy_marks(text.split()) == text.split()


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [("lưu giữ? hồ sơ", "lưu giữ hồ sơ"), ("là gì? Ai? 3? năm", "là gì? Ai? 3? năm"), ("", "")],
)
def test_a_question_amid_a_sentence_is_the_hook_of_a_letter(damaged, mended):
    assert " ".join(unasked(damaged.split())) == mended
