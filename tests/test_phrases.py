"""The languages of columns that print lists of names."""

from __future__ import annotations

import pytest

from normalizers.agencies import agency_phrases
from normalizers.following import Following
from normalizers.phrases import END, ListLanguage, deadline_phrases, leading_bodies

NAMES = (
    "Sở Khoa học và Công nghệ",
    "Sở Tài chính",
    "Công an tỉnh",
    "Các sở, ban, ngành",
    "Báo và Phát thanh, Truyền hình tỉnh",
)


def unlikely(context: tuple[str, ...]) -> Following:
    return Following(lambda word: -20.0)


@pytest.fixture
def language() -> ListLanguage:
    return ListLanguage(NAMES, unlikely)


def test_any_name_may_follow_any_other(language: ListLanguage) -> None:
    after = [
        language.follows(context)["Báo"]
        for context in (("an", "tỉnh;"), ("Công", "nghệ;"), ("Tài", "chính,"))
    ]
    assert max(after) - min(after) < 0.1
    assert min(after) > -4.0


def test_a_lost_sign_between_two_names_is_unlikely(language: ListLanguage) -> None:
    signed = language.follows(("Tài", "chính,"))["Công"]
    assert signed - language.follows(("Tài", "chính"))["Công"] > 1.0


def test_a_comma_amid_a_name_ends_none(language: ListLanguage) -> None:
    inside = language.follows(("Các", "sở,"))["ban,"]
    assert inside > -1.0
    assert language.follows(("Các", "sở,"))[END] < inside - 3.0


def test_a_list_does_not_end_amid_a_name(language: ListLanguage) -> None:
    whole = language.follows(("Công", "nghệ"))[END]
    assert whole - language.follows(("Khoa", "học"))[END] > 2.0


def test_all_bodies_of_a_kind_take_part_more_often_than_they_lead() -> None:
    leads = ListLanguage(leading_bodies(), unlikely)
    partners = ListLanguage(agency_phrases(), unlikely)
    assert partners.follows(())["Các"] > leads.follows(())["Các"] + 0.2
    assert leads.follows(())["Sở"] > partners.follows(())["Sở"]


@pytest.mark.parametrize("deadline", ["6 tháng đầu năm 2026", "Quý IV năm 2026", "Theo lộ trình"])
def test_deadlines_as_plans_print_them(deadline: str) -> None:
    assert deadline in deadline_phrases()
