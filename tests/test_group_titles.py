"""Titles of group rows over several printed lines."""

from __future__ import annotations

from extractors.group_titles import codes_first, codes_joined, titles_joined
from extractors.tangled import Fragment, TangledRow


def test_a_code_between_the_lines_of_a_title_goes_before_it() -> None:
    above = "Xu ly tai san bao dam la chung khoan da dang ky bien phap bao dam, thanh tra"
    below = "trach nhiem cua co quan quan ly thue"
    assert codes_first([above, "IV rh cA > > rif ww", below]) == (f"IV {above}", below)
    assert codes_first([above, f"III | {below}", "1 | Ra soat"]) == (
        f"III {above}",
        below,
        "1 | Ra soat",
    )


def test_a_number_beside_a_row_is_no_code_of_a_title() -> None:
    lines = ["Xay dung mo hinh su dung ben vung | Cac doanh nghiep", "II | tai nguyen | va don vi"]
    assert codes_first([*lines, "sinh vat"]) == (*lines, "sinh vat")
    lines = ["To chuc hoat dong cua luc luong", "IV Phoi hop", "xung kich"]
    assert codes_first(lines) == tuple(lines)


def group(line: int, code: str, title: str) -> TangledRow:
    cells = (Fragment(code, line, 9.0),), (Fragment(title, line, 9.0),)
    return TangledRow(cells, line, line, group=True)


def test_a_title_in_capitals_goes_on_in_a_second_line() -> None:
    rows = [group(0, "", "DIEU CHINH TIEU CHi"), group(1, "", "NHIEM VU"), group(2, "I", "HA TANG")]
    joined = titles_joined(rows)
    assert [[line.text for line in row.cells[1]] for row in joined] == [
        ["DIEU CHINH TIEU CHi", "NHIEM VU"],
        ["HA TANG"],
    ]
    assert (joined[0].first_line, joined[0].last_line) == (0, 1)
    kept = [group(0, "", "Ha tang so"), group(1, "", "Nhan luc")]
    assert titles_joined(kept) == tuple(kept)


def test_a_code_in_a_block_of_its_own_heads_the_title_below() -> None:
    title = "Diéu chinh Giay chimg nhan du diéu kién"
    lines = ("nam 2026", "", "Il", "", title, "", "kinh doanh casino")
    assert codes_joined(lines) == ("nam 2026", "", "", "", f"Il {title}", "", "kinh doanh casino")
    assert codes_joined(("III", title, "", "x")) == ("III", title, "", "x")  # printed in one line
    assert codes_joined(("l2", "", "Sé Y té")) == ("l2", "", "Sé Y té")  # a row's number
