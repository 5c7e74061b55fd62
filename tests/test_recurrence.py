"""Doubtful cells are read as what their column says again and again, and only then."""

from normalizers.recurrence import settle

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
