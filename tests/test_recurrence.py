"""Doubtful cells are read as what their column says again and again, and only then."""

import pytest

from normalizers.recurrence import recalled, settle

LIST = "Các sở, ban, ngành; UBND các xã, phường, đặc khu"
OTHER = "Sở Khoa học và Công nghệ"


def read(ink: str, text: str, doubtful: bool = True) -> str:
    texts = [LIST] * 3 + [OTHER] * 3 + [text]
    found = settle([*texts[:-1], ink], texts, [doubtful] * len(texts))
    assert found[:-1] == [None] * 6
    return found[-1].text if found[-1] else text


def test_a_torn_list_is_read_as_the_one_that_recurs() -> None:
    assert (
        read("Cac so, ban nganh UBND cac xa", "Các sở, ban ngành; các xã, phường, đặc khu") == LIST
    )


def test_other_words_stay() -> None:
    assert read("Thanh tra tinh", "Thanh tra tỉnh") == "Thanh tra tỉnh"


def test_a_sure_cell_stays() -> None:
    text = "Các sở, ban, ngành; UBND các xã, phường"
    assert read(text, text, doubtful=False) == text


def test_digits_are_never_changed() -> None:
    texts = ["Năm 2026 - 2030"] * 3 + ["Năm 2025 - 2030"]
    assert settle(texts, texts, [True] * 4)[-1] is None


def test_lost_commas_and_capitals_come_back_even_where_the_reading_is_sure() -> None:
    assert (
        read("Cac so ban nganh", "Các Sở, ban ngành; UBND các xã, phường, đặc khu", False) == LIST
    )


def test_the_same_words_with_other_digits_are_another_cell() -> None:
    texts = ["Trước ngày 20/12/2025"] * 3 + ["Trước ngày 15/12/2025"]
    assert settle(texts, texts, [False] * 4) == [None] * 4


REPORT = "Báo cáo thực hiện"
YEARS = "Năm 2026-2030"
LONG = "Hệ thống vận hành ổn định, đáp ứng các mục tiêu của từng thời kỳ"


def recall(ink: str, text: str, *stock: str) -> str:
    texts = [one for one in stock or (REPORT, YEARS, LONG) for _ in range(3)]
    found = recalled([*texts, ink], [*texts, text], [False] * len(texts) + [True])
    assert found[:-1] == [None] * len(texts)
    return found[-1].text if found[-1] else text


@pytest.mark.parametrize(
    ("ink", "text", "usual"),
    [
        ("B40 C40 thyc hien", "B40 C40 thực hiện", REPORT),
        ("Ve Nam 2026-2030", "Về Năm 2026-2030", YEARS),
        ("Niim 2026-2030", "2026-2030", YEARS),
        ("1 thong van hanh on dap ung tieu cua tung thoi ky", "1 thống vận hành ổn tiêu", LONG),
    ],
)
def test_a_doubtful_short_cell_is_the_wording_that_its_column_repeats(
    ink: str, text: str, usual: str
) -> None:
    assert recall(ink, text) == usual


@pytest.mark.parametrize(
    ("ink", "text"),
    [
        ("Ve Nam 2026-2027", "Về Năm 2026-2027"),
        ("Nam 2026", "Năm 2026"),
        ("02 bao cao thuc hien", "02 báo cáo thực hiện"),
        ("Ke hoach thuc hien", "Kế hoạch thực hiện"),
        ("Bao cao", "Báo cáo"),
    ],
)
def test_other_figures_and_other_words_are_another_wording(ink: str, text: str) -> None:
    assert recall(ink, text) == text


def test_roman_numerals_are_figures() -> None:
    assert recall("Quy IV nam wn 2026", "Quý IV năm 2026", "Năm 2026") == "Quý IV năm 2026"
    assert recall("Quy 11/2026", "Quý II/2026", "Quý III/2026") == "Quý II/2026"


def test_a_wording_that_was_never_read_surely_decides_nothing() -> None:
    texts = [YEARS] * 3 + ["Về Năm 2026-2030"]
    assert recalled(texts, texts, [True] * 4) == [None] * 4
