"""The languages of columns that print lists of names."""

from __future__ import annotations

import pytest

from normalizers.agencies import agency_phrases
from normalizers.phrases import END, ListLanguage, deadline_phrases, leading_bodies

NAMES = (
    "Sở Khoa học và Công nghệ",
    "Sở Tài chính",
    "Công an tỉnh",
    "Các sở, ban, ngành",
    "Báo và Phát thanh, Truyền hình tỉnh",
)


def unlikely(word: str, context: tuple[str, ...]) -> float:
    return -20.0


@pytest.fixture
def language() -> ListLanguage:
    return ListLanguage(NAMES, unlikely)


def test_any_name_may_follow_any_other(language: ListLanguage) -> None:
    after = [
        language.log_probability("Báo", context)
        for context in (("an", "tỉnh;"), ("Công", "nghệ;"), ("Tài", "chính,"))
    ]
    assert max(after) - min(after) < 0.1
    assert min(after) > -4.0


def test_a_lost_sign_between_two_names_is_unlikely(language: ListLanguage) -> None:
    signed = language.log_probability("Công", ("Tài", "chính,"))
    assert signed - language.log_probability("Công", ("Tài", "chính")) > 1.0


def test_a_comma_amid_a_name_ends_none(language: ListLanguage) -> None:
    inside = language.log_probability("ban,", ("Các", "sở,"))
    assert inside > -1.0
    assert language.log_probability(END, ("Các", "sở,")) < inside - 3.0


def test_a_list_does_not_end_amid_a_name(language: ListLanguage) -> None:
    whole = language.log_probability(END, ("Công", "nghệ"))
    assert whole - language.log_probability(END, ("Khoa", "học")) > 2.0


def test_all_bodies_of_a_kind_take_part_more_often_than_they_lead() -> None:
    leads = ListLanguage(leading_bodies(), unlikely)
    partners = ListLanguage(agency_phrases(), unlikely)
    assert partners.log_probability("Các", ()) > leads.log_probability("Các", ()) + 0.2
    assert leads.log_probability("Sở", ()) > partners.log_probability("Sở", ())


@pytest.mark.parametrize("deadline", ["6 tháng đầu năm 2026", "Quý IV năm 2026", "Theo lộ trình"])
def test_deadlines_as_plans_print_them(deadline: str) -> None:
    assert deadline in deadline_phrases()
