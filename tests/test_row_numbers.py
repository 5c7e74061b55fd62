"""Numbers of a damaged table's rows, settled once all rows are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from extractors.row_numbers import LOST_CODE, is_like, settle_numbers
from extractors.tangled import Fragment, TangledRow


def table(*rows: tuple[str, str]) -> tuple[list[TangledRow], list[str]]:
    """Rows of one line each: the number as the search has it ("?7": supplied; "" : a group row),
    and the printed line.
    """
    lines = [line for _, line in rows]
    found = []
    for at, (number, line) in enumerate(rows):
        text = line.split(" ", 1)[1]
        if not number:
            cells = ((Fragment(line.split()[0], at, 9.0),), (Fragment(text, at, 9.0),))
            found.append(TangledRow(cells, at, at, group=True))
            continue
        read = not number.startswith("?")
        inside = line.startswith("Xay") or number.startswith("?in ")
        number = number.removeprefix("?in ").removeprefix("?")
        body = Fragment(line if inside else text, at, 9.0, first=0 if inside else 1)
        found.append(TangledRow(((Fragment(number, at, 9.0),), (body,)), at, at, number_read=read))
    return found, lines


def numbers(rows: Sequence[TangledRow]) -> list[str]:
    return [row.cells[0][0].text for row in rows if not row.group]


def test_lost_numbers_follow_from_the_others_and_look_like_them() -> None:
    rows, lines = table(
        ("1.", "1. Xay dung"),
        ("?2", "Xay dung"),
        ("?3", "Xay dung"),
        ("4.", "4. Xay dung"),
    )
    settled = settle_numbers(rows, lines)
    assert numbers(settled) == ["1.", "2.", "3.", "4."]
    assert [row.number_read for row in settled] == [True, False, False, True]


def test_a_misread_number_between_two_that_count_on() -> None:
    rows, lines = table(
        ("21", "21 Ra soat"), ("99", "99 Ra soat"), ("23", "23 Ra soat"), ("24", "24 Ra soat")
    )
    settled = settle_numbers(rows, lines)
    assert numbers(settled) == ["21", "22", "23", "24"]
    assert not settled[1].number_read


def test_numbers_run_on_over_groups_where_later_ones_say_so() -> None:
    rows, lines = table(
        ("1", "1 Ra soat"),
        ("2", "2 Ra soat"),
        ("", "II Ha tang"),
        ("?1", "Xay dung"),
        ("?2", "Xay dung"),
        ("5", "5 Ra soat"),
    )
    assert numbers(settle_numbers(rows, lines)) == ["1", "2", "3", "4", "5"]


def test_numbers_begin_again_in_each_group_where_they_are_seen_to() -> None:
    rows, lines = table(
        ("1", "1 Ra soat"),
        ("2", "2 Ra soat"),
        ("", "II Ha tang"),
        ("?3", "l Ra soat"),
        ("2", "2 Ra soat"),
        ("", "III Nhan luc"),
        ("1", "1 Ra soat"),
    )
    assert numbers(settle_numbers(rows, lines)) == ["1", "2", "1", "2", "1"]


def test_a_number_that_a_clerk_skipped_stays_skipped() -> None:
    rows, lines = table(*((str(n), f"{n} Ra soat") for n in (1, 2, 3, 5, 6)))
    assert numbers(settle_numbers(rows, lines)) == ["1", "2", "3", "5", "6"]


def test_a_number_read_into_the_text_is_taken_out_of_it() -> None:
    rows, lines = table(
        ("5", "5 Ra soat"), ("?6", "Xay dung"), ("?in 7", "7 Bao cao khac"), ("8", "8 Ra soat")
    )
    settled = settle_numbers(rows, lines)
    assert numbers(settled) == ["5", "6", "7", "8"]
    assert settled[2].cells[1][0].text == "Bao cao khac"
    assert settled[2].number_read


def test_a_title_read_into_the_first_row_of_its_group_is_parted_from_it() -> None:
    rows, lines = table(
        ("1", "1 Ra soat cac he thong dang dung"),
        ("2", "2 Ra soat cac he thong dang dung"),
        ("", "II Ha tang"),
        ("1", "1 Ra soat"),
        ("2", "2 Ra soat"),
        ("1", "1 Ra soat"),
        ("2", "2 Ra soat"),
    )
    text = (
        Fragment("Giai doan 2026-2028", 5, 9.0),
        Fragment("Ra soat ha tang", 6, 9.0, first=1),
        Fragment("va mang", 7, 9.0),
    )
    first = TangledRow((rows[5].cells[0], text, (Fragment("So Y te", 6, 9.0),)), 5, 7)
    lines = [*lines[:5], "Giai doan 2026-2028", "1 Ra soat ha tang So Y te", "va mang", lines[6]]
    last = TangledRow(((Fragment("2", 8, 9.0),), (Fragment("Ra soat", 8, 9.0, first=1),)), 8, 8)
    settled = settle_numbers([*rows[:5], first, last], lines)
    assert [row.group for row in settled] == [False, False, True, False, False, True, False, False]
    assert settled[5].cells[0][0].text == LOST_CODE
    assert settled[5].cells[1][0].text == "Giai doan 2026-2028"
    assert [fragment.text for fragment in settled[6].cells[1]] == ["Ra soat ha tang", "va mang"]
    assert numbers(settled) == ["1", "2", "1", "2", "1", "2"]


def test_numbers_with_a_zero_before_them() -> None:
    rows, lines = table(
        ("01", "01 Ra soat"), ("?2", "Xay dung"), ("03", "03 Ra soat"), ("?4", "Xay dung")
    )
    assert numbers(settle_numbers(rows, lines)) == ["01", "02", "03", "04"]


@pytest.mark.parametrize(
    ("token", "number", "like"),
    [("iA", 14, True), ("u", 11, True), ("LG", 16, True), ("99", 22, False), ("1", 11, False)],
)
def test_what_ocr_makes_of_digits(token: str, number: int, like: bool) -> None:
    assert is_like(token, number) == like


def test_a_row_that_holds_a_title_alone_is_a_group_where_numbers_begin_again() -> None:
    rows, lines = table(
        ("1", "1 Ra soat ha tang mang"),
        ("2", "2 Tap huan ky nang so"),
        ("3", "14 Phat trien nhan luc"),
        ("1", "1 Ra soat ha tang mang"),
        ("2", "2 Bao cao ket qua ra soat"),
    )
    lead = (Fragment("Cong an tinh", 0, 9.0),)
    filled = [
        replace(row, cells=(*row.cells, () if at == 2 else lead)) for at, row in enumerate(rows)
    ]
    settled = settle_numbers(filled, lines)
    assert [row.group for row in settled] == [False, False, True, False, False]
    assert settled[2].cells[0][0].text == "14"
    assert numbers(settled) == ["1", "2", "1", "2"]
    # the only row above a group
    group = TangledRow(((), (Fragment("Ha tang", 1, 9.0),)), 1, 1, group=True)
    assert settle_numbers([filled[2], group, *filled[3:], filled[1]], lines)[0].group
    # lost in the last row, cells make no title of it
    last = [*filled[:4], replace(rows[4], cells=(*rows[4].cells, ()))]
    assert not settle_numbers(last, lines)[4].group


def test_a_title_read_to_the_end_of_the_row_above_it_is_parted_from_it() -> None:
    rows, lines = table(
        ("1", "1 Ra soat ha tang mang va nen tang."),
        ("2", "2 Ra soat ha tang mang va nen tang."),
        ("1", "1 Ra soat ha tang mang va nen tang."),
    )
    text = (*rows[1].cells[1], Fragment("Phat trien nhan luc", 2, 9.0))
    above = TangledRow((rows[1].cells[0], text), 1, 2)
    first = TangledRow(((Fragment("1", 3, 9.0),), (Fragment("Ra soat", 3, 9.0, first=1),)), 3, 3)
    lines = [*lines[:2], "Phat trien nhan luc", "1 Ra soat"]
    settled = settle_numbers([rows[0], above, first], lines)
    assert [row.group for row in settled] == [False, False, True, False]
    assert settled[2].cells[1][0].text == "Phat trien nhan luc"
    assert settled[1].last_line == 1
