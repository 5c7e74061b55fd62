"""Ink between two printed lines is told from a printed line."""

from __future__ import annotations

import pytest

from normalizers.ghosts import ghost_lines
from normalizers.repair import load_model


@pytest.fixture(scope="module")
def log_probability():
    return load_model().session(["Phat trién cac tng dung, nén tang s6"]).log_probability


def ghosts(text: str, log_probability) -> tuple[int, ...]:
    return ghost_lines([line.split() for line in text.split("\n")], log_probability)


def test_the_lower_half_of_a_line_read_again_is_a_ghost(log_probability):
    cell = "Xây dựng, cập nhật danh mục các nền\nở CGYng, cấp hie\ntảng số dùng chung của tỉnh"
    assert ghosts(cell, log_probability) == (1,)


def test_a_short_item_of_a_list_stays(log_probability):
    cell = "Rà soát, hoàn thiện các nội dung sau:\n- Xe cứu hỏa;\n- Hạ tầng kỹ thuật dùng chung."
    assert ghosts(cell, log_probability) == ()


def test_the_first_and_the_last_line_stay(log_probability):
    cell = "CGYng hie\nXây dựng, cập nhật danh mục các nền tảng số\nQXZ wje"
    assert ghosts(cell, log_probability) == ()
