"""Printed lines joined into paragraphs."""

from __future__ import annotations

from pipeline.paragraphs import paragraphs
from records import Page


def joined(*lines: str) -> list[str]:
    return paragraphs([Page(1, lines)])


def test_a_list_item_begins_a_paragraph() -> None:
    assert joined("II. MỤC TIÊU", "1. Mục tiêu chung", "- Tập trung nguồn lực", "để tăng tốc") == [
        "II. MỤC TIÊU",
        "1. Mục tiêu chung",
        "- Tập trung nguồn lực để tăng tốc",
    ]


def test_a_number_that_the_line_above_waits_for_is_no_list_item() -> None:
    assert joined("chuyển đổi số và đề án", "06. Hướng dẫn hoạt động") == [
        "chuyển đổi số và đề án 06. Hướng dẫn hoạt động"
    ]


def test_a_paragraph_goes_on_over_a_page_break() -> None:
    pages = [Page(1, ("Triển khai các nhiệm vụ",)), Page(2, ("theo tinh thần Nghị quyết",))]
    assert paragraphs(pages) == ["Triển khai các nhiệm vụ theo tinh thần Nghị quyết"]
