"""Which words stand in capitals, and in what case a repaired word is printed."""

from __future__ import annotations

import pytest

from normalizers.casing import shouted


@pytest.mark.parametrize("line", ["QUOC GIA TIEU CHi DANH GIA", "ViET NAM", "KE HOACH"])
def test_a_word_with_a_small_letter_in_a_line_of_capitals_is_one_of_them(line: str) -> None:
    assert all(shouted(line.split()))


@pytest.mark.parametrize("line", ["theo tieu CHi danh gia", "Bo CHi huy", "Sở KHCN tỉnh"])
def test_capitals_in_a_line_of_small_letters_are_no_capitals(line: str) -> None:
    assert not any(shouted(line.split()))
