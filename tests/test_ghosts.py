"""Ink between two printed lines is told from a printed line."""

from __future__ import annotations

import pytest

from normalizers.ghosts import ghosts
from normalizers.repair import load_model


@pytest.fixture(scope="module")
def log_probability():
    return load_model().session(["Phat trién cac tng dung, nén tang s6"]).log_probability


def ghosts_of(text: str, log_probability) -> list[str]:
    lines = [line.split() for line in text.split("\n")]
    found = ghosts(lines, lines, log_probability)
    return [" ".join(lines[line][first:end]) for line, first, end in found]


def test_the_lower_half_of_a_line_read_again_is_a_ghost(log_probability):
    cell = "Xây dựng, cập nhật danh mục các nền\nở CGYng, cấp hie\ntảng số dùng chung của tỉnh"
    assert ghosts_of(cell, log_probability) == ["ở CGYng, cấp hie"]


def test_a_short_item_of_a_list_stays(log_probability):
    cell = "Rà soát, hoàn thiện các nội dung sau:\n- Xe cứu hỏa;\n- Hạ tầng kỹ thuật dùng chung."
    assert ghosts_of(cell, log_probability) == []


def test_the_first_and_the_last_line_stay(log_probability):
    cell = "CGYng hie\nXây dựng, cập nhật danh mục các nền tảng số\nQXZ wje"
    assert ghosts_of(cell, log_probability) == []


def test_a_letter_beside_a_line_is_a_ghost_where_the_lines_read_on_without_it(log_probability):
    cell = "kết nối trên mạng này, bảo đảm liên P\nthông và đồng bộ dữ liệu"
    assert ghosts_of(cell, log_probability) == ["P"]


def test_a_number_that_belongs_there_stays(log_probability):
    cell = "Mức độ trưởng thành đạt cấp độ 3\ntrở lên về quản trị dữ liệu"
    assert ghosts_of(cell, log_probability) == []
