"""Ink that was never printed is told from printed words."""

from __future__ import annotations

import pytest

from normalizers.ghosts import column_width, ghosts, width
from normalizers.repair import RepairSession, load_model

COLUMN = 16.0  # ems


@pytest.fixture(scope="module")
def session() -> RepairSession:
    ink = "Phat trién cac tng dung, nén tang s6; gidm sat cac hé thong, dich vu phuc vu nguwoi dan"
    return load_model().session([ink] * 3)


def ghosts_of(session: RepairSession, text: str, ink: str = "", column: float | None = None):
    words = [line.split() for line in text.split("\n")]
    inks = [line.split() for line in (ink or text).split("\n")]
    found = ghosts(inks, words, session, column)
    return [" ".join(inks[line][first:end]) for line, first, end in found]


def test_the_lower_half_of_a_line_read_again_is_a_ghost(session):
    cell = "Xây dựng, cập nhật danh mục các nền\nở CGYng, cấp hie\ntảng số dùng chung của tỉnh"
    assert ghosts_of(session, cell) == ["ở CGYng, cấp hie"]


def test_a_short_item_of_a_list_stays(session):
    cell = "Rà soát, hoàn thiện các nội dung sau:\n- Xe cứu hỏa;\n- Hạ tầng kỹ thuật dùng chung."
    assert ghosts_of(session, cell) == []


def test_the_last_line_stays(session):
    cell = "Xây dựng, cập nhật danh mục các nền tảng số\nQXZ wje"
    assert ghosts_of(session, cell) == []


def test_a_cell_that_is_all_strange_is_not_left_empty(session):
    assert ghosts_of(session, "QXZ wje", column=COLUMN) == []
    assert ghosts_of(session, "QXZ wje\n", column=COLUMN) == []


def test_a_letter_beside_a_line_is_a_ghost_where_the_lines_read_on_without_it(session):
    cell = "kết nối trên mạng này, bảo đảm liên P\nthông và đồng bộ dữ liệu"
    assert ghosts_of(session, cell) == ["P"]


def test_a_number_that_belongs_there_stays(session):
    cell = "Mức độ trưởng thành đạt cấp độ 3\ntrở lên về quản trị dữ liệu"
    assert ghosts_of(session, cell) == []
    assert ghosts_of(session, cell, column=COLUMN) == []


def test_shreds_that_make_a_line_too_long_are_a_ghost(session):
    text = "thực hiện đo lường, giám sát các hệ và tổng\nthống, dịch vụ phục vụ người dân"
    ink = "thuc hién do luong, gidm sat cac hé vanp 1}ong\nthong, dich vu phuc vu nguoi dan"
    assert ghosts_of(session, text, ink, column=14.5) == ["vanp 1}ong"]


def test_a_misread_word_of_a_line_that_fits_stays(session):
    text = "thực hiện đo lường, giám sát các hệ thống,\ndịch vụ phục vụ người dân"
    ink = "thuc hién do luong, gidm sat cac hé th0ngg,\ndich vu phuc vu nguoi dan"
    assert ghosts_of(session, text, ink, column=width(text.split("\n")[0].split())) == []


def test_a_column_is_as_wide_as_its_full_lines():
    cells = [[["mm"] * 5, ["mm"] * 5, ["mm"]], [["mm"] * 5, ["mm"] * 5, ["mm"] * 2]]
    assert column_width(cells) == pytest.approx(width(["mm"] * 5), abs=0.1)
    assert column_width(cells[:1]) is None
