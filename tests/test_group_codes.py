"""Lines that may begin a group row, as English OCR reads their codes."""

from __future__ import annotations

import pytest

from normalizers.group_codes import GOES_ON, LOST_CODE, SHORT, group_code, lost_group_code


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("| IL | Cai cach", 3),
        ("|_| Nhom II - Cai cach", 4),
        ("pe Nhom I - Hop tac", 4),
        ("| | Hoan thien the che", 2),
        ("im | Nguyen tac", 2),
        ("| 13 Hop tac", 2),
        ("|__| Cai cach thi tuc", 1),
    ],
)
def test_rules_and_ink_before_a_code(line: str, used: int) -> None:
    found = group_code(line.split())
    assert found is not None
    assert found[0] == used


@pytest.mark.parametrize(
    ("line", "used"),
    [("ME [inva", 1), ("“Ht [iachetiim Genscan ——SSSC", 1), ("[Ii [ Qu ho gun", 2)],
)
def test_a_title_of_ruined_ink_behind_a_rule_read_as_a_bracket(line: str, used: int) -> None:
    found = group_code(line.split())
    assert found is not None
    assert found[0] == used


@pytest.mark.parametrize("line", [", [inh tai digm a Khoan 1", "Di [kta | x", "12 [thue hien"])
def test_a_bracket_within_a_row_parts_no_title_from_its_code(line: str) -> None:
    assert group_code(line.split()) is None


def test_a_rule_before_a_text_is_no_code() -> None:
    assert group_code(["<", ",", "A", ".", ",", "Cong", "an", "tinh"]) is None
    assert group_code(["va", "Nhom", "cong", "tac", "-", "tinh"]) is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("eo Hop tac va huy dong", True),
        ("lap Van phong dai dien tai Viet Nam.", False),
        ("va Cong nghe thuc hien 2026", False),
        ("r LA A A A s daC khu", False),
        ("mo. Viec cung cap du lieu", False),
        ("Hop tac va huy dong", True),
        ("Hop tac va huy dong.", False),
        ("Giai doan 2026-2030", True),
        ("Van phong dai dien cua minh tai Viet Nam. Huong dan", False),
        ("Truong Dai hoc Y Duoc; Cong an tinh", False),
    ],
)
def test_a_title_whose_code_is_ink(line: str, found: bool) -> None:
    assert (lost_group_code(line.split()) is not None) == found


def test_a_title_does_not_go_on_below_a_line_that_is_not_full() -> None:
    title = ["Hop", "tac", "va", "huy", "dong", "nguon", "luc"]
    cost = {below: lost_group_code(title, below) for below in ("", "Xay dung", "tai dia phuong")}
    assert cost[""] == cost["Xay dung"] == (0, LOST_CODE)
    assert cost["tai dia phuong"] == (0, LOST_CODE + GOES_ON)
    assert lost_group_code(["Thong", "tu", "nay"]) == (0, LOST_CODE + SHORT)


def test_a_rule_and_a_dash_before_a_code() -> None:
    assert group_code(["—", "B__|", "Giai", "doan", "2027-2035"]) is not None
    assert group_code(["-", "Giai", "doan", "2027-2035"]) is None
