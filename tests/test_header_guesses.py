"""Titles of appendices in damaged dumps, and what the ink of unread headers tells."""

from __future__ import annotations

import pytest

from normalizers.header_guesses import (
    head_tail,
    names_columns,
    read_heads,
    title_lines,
    wider_layouts,
)
from normalizers.headers import Column, has_unread_heading


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (
            ["Phu luc II", "DANH MUC CAC NHIEM VU", "(Kem theo Ké hoach sé 60/KH-UBND)", "1 | Xay"],
            3,
        ),
        (["CAC CHi TIEU CU THE", "(Kém theo Ké hoach s6 57/KH-UBND ngay 24 thang", "04)", "TT"], 3),
        (["Phu luc I", "", "DANH MUC CAC NHIEM VU, GIAI PHAP", "Sé Cong Thuong; Sd"], 3),
        (["Phu luc I ban hanh kem theo Nghi dinh nay", "ban hanh theo mau"], 0),
        (["SO TAI CHINH TINH", "thuc hién theo ké hoach sé 20/KH-UBND ngay 2 thang 3"], 0),
        (["1 | Phat trién nguon nhan luc", "Sé Cong Thuong; Sd | Sau khi Chinh"], 0),
    ],
)
def test_title_lines_reach_from_the_label_to_what_the_appendix_belongs_to(
    lines: list[str], count: int
) -> None:
    assert title_lines(lines) == count


def best(title: list[str], tops: list[list[str]]) -> list[str]:
    reading = read_heads(title, tops)
    guess = max(reading.guesses, key=lambda one: one.log_evidence)
    return [column.field for column in guess.columns]


def test_headings_read_on_different_pages_count_together() -> None:
    tops = [
        ["N6Oi dung cong viéc <o ar extiye Két qua, san pham", "I. Quan ly Giay bao vé dac biét"],
        ["N6Oi dung cong viéc e ees eathve Két qua, san pham Thoi gian", "cia co quan, t6 chifc"],
        ["N6i dung cong viéc Co quan tri thyc Két qua, san pham", "Bao cao dinh ky gtri co quan"],
    ]
    assert best(["DANH MUC CAC NHIEM VU"], tops) == [
        "number",
        "text",
        "lead",
        "expected_result",
        "deadline",
    ]
    assert read_heads([], tops).lines_used == (1, 1, 1)


def test_a_title_tells_tables_of_indicators_from_tables_of_tasks() -> None:
    assert "target" in best(["CAC CHI TIEU CU THE"], [["1 Ty le 50%"]])
    assert "target" not in best(["DANH MUC CAC NHIEM VU"], [["1 Ra soat"]])


def test_what_is_left_of_a_heading_on_the_first_page_is_ink_of_the_header() -> None:
    tops = [["me as we Thoi gian", "| 1 | Cai cach", "1 Ra soat"], ["hien dai", "2 Xay dung"]]
    assert read_heads(["PHU LUC"], tops).lines_used == (1, 0)
    row = ["SR [ima", "Thu hien quy dinh vé", "1. 0e sed H6i Nong", "toan von", "don vi lién quan."]
    assert read_heads(["PHU LUC"], [row, ["2 Xay dung"]]).lines_used[0] <= 1
    junk = [["een", "| 1 | Cai cach"], ["een", "2 Xay dung"]]
    assert read_heads(["PHU LUC"], junk).lines_used == (1, 0)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Co quan thuc hién", True),
        ("Co quan chi tri Don vi thuc hién", True),
        ("To chuc thuc hien", False),
        ("Ket qua thuc hien", False),
        ("Phat trien nguon nhan luc", False),
    ],
)
def test_a_line_of_headings_of_agencies_is_no_title(line: str, found: bool) -> None:
    assert names_columns(line) is found


def test_title_that_lost_the_bracket_of_its_last_lines() -> None:
    lines = [
        *(
            "Phu luc III",
            "CAC NOI DUNG DANH MUC CAC NHIEM VU",
            "em theo Ké hoach sé - ngay thang nam",
        ),
        *("Kem theo Ké hoach s6 /KH-UBND h 2025", "ve - so ~ . Thoi gian"),
    ]
    assert title_lines(lines) == 4


def test_years_of_a_title_may_head_columns_of_marks() -> None:
    reading = read_heads(["KE HOACH GIAI DOAN 2026 - 2030"], [["1 Du an x x"]])
    years = {column.years for guess in reading.guesses for column in guess.columns}
    assert (2026, 2027, 2028, 2029, 2030) in years
    assert not any(
        column.field == "year"
        for g in read_heads([], [["1 Du an"]]).guesses
        for column in g.columns
    )


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["! g q quan p. op q thuc hién", "a Phat trién nguón nhan luc"], 1),
        ([". thu’c hién", "", "1 | Phat trién"], 1),
        ([": ° thuc hién", "Nguon kinh phi"], 1),
        (["! g q q Pp yp q thuc hién", "a Sw dung von vay"], 1),
        (["pi dung q quan phéi hgp q thie hién", "| 1 | Ap dung"], 1),
        (["ns a we ne . Thoi gian", "| 1 | Phi thi hanh an"], 1),
        (["Cequanphthep | NA", "1 | Ho so"], 1),
        (["ae", "|r| Kiem tra"], 1),
        (["Ce", "ca Ban dong vat"], 1),
        (["Nam", "1 | Phat trien"], 0),
        (["don vi lién quan.", "a Quy trinh"], 0),
        (["1 Bao cao két qua thu hién dé an", "Xay dung"], 0),
        (["ca Ket qua thuc hien nhiem vu", "1 Bao cao"], 0),
        (["thuc hién nhiém vu khac do cap có tham quyen", "1 | Phat"], 0),
        (["Poe Nhiem vu trong tam nam 2026"], 0),
    ],
)
def test_what_is_left_of_the_last_line_of_a_header(lines: list[str], count: int) -> None:
    assert head_tail(lines) == count


def test_a_group_named_like_a_heading_is_no_ink_of_the_header() -> None:
    assert read_heads([], [["Nhiém vu trong tam nam 2026", "1 Ra soat"]]).lines_used == (0,)


def test_what_the_rows_hold_tells_columns() -> None:
    times = ["1 Ra soat Nam 2026", "ha tang", "2 Lap Quy IV nam 2026", "mang luoi", "3 Tap huan"]
    assert best([], [times])[-1] == "deadline"
    shares = ["1 Ty le 50% So Y te", "ho dan", "2 Ty le 95% So Y te", "cong chuc"]
    assert "target" in best([], [shares])
    crosses = ["1 Du an A So Y te x x x", "2 Du an B So Y te x x", "3 Du an C x"]
    assert best(["GIAI DOAN 2026 - 2030"], [crosses])[-1] == "year"


def test_a_header_may_have_lost_one_heading_where_plans_print_one() -> None:
    columns = [Column(field) for field in ("number", "text", "lead", "coordinate", "deadline")]
    layouts = wider_layouts(columns, [], [["1 Ra soat"]])
    found = [[c.field for c in guess.columns] for guess in layouts]
    assert ["number", "text", "lead", "coordinate", "expected_result", "deadline"] in found
    assert all(len(fields) == 6 and fields[0] == "number" for fields in found)


def test_ink_between_headings_is_one_that_cannot_be_read() -> None:
    whole = "TT Noi dung Co quan chi tri Co quan phoi hop Ghi chu"
    for unread in (
        "phoi hop Tneh.gian Ghi",
        "phoi hop sehiekan Ghi",
        "phoi hop Thoreen | ehichi Ghi",
    ):
        assert has_unread_heading([whole.replace("phoi hop Ghi", unread)])
    for read in (whole, f"so {whole}", "thuc hien", "Tneh.gian Ghi chu"):
        assert not has_unread_heading([read])


def test_an_unread_heading_and_times_amid_the_lines_speak_for_a_column_more() -> None:
    columns = [Column(field) for field in ("number", "text", "lead", "coordinate", "note")]
    rows = [["1 Ra soat So Y te Nam 2026 Bao cao", "ha tang thang", "2 Lap Cong an tinh"]]
    evidence = []
    for header in ([], ["TT Noi dung Co quan chi tri Co quan phoi hop Tneh.gian Ghi chu"]):
        layouts = wider_layouts(columns, header, rows)
        evidence += [one.log_evidence for one in layouts if one.columns[-2].field == "deadline"]
    without, beside = evidence
    assert -10 < without < 0 < beside


def test_a_heading_among_shreds_is_ink_of_the_header_and_a_row_of_its_words_is_not() -> None:
    pages = [
        ["ns a we nw, 8 Thdi gian", "To chuc kiem tra"],
        ["Tong hop thong tin vé hoat dong ctia don vi bao"],
    ]
    assert read_heads([], pages).lines_used == (1, 0)
