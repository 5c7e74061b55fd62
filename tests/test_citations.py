"""Citations, agencies and dates in running text."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from normalizers import language
from normalizers.citations import Citation, cite, find_citations, normal_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Căn cứ Quyết định số 2629/QĐ-TTg ngày 01/12/2025 của Thủ tướng Chính phủ về phê duyệt",
            Citation(
                "Quyết định số 2629/QĐ-TTg ngày 01/12/2025 của Thủ tướng Chính phủ",
                "2629/QĐ-TTg",
                "Quyết định",
                date(2025, 12, 1),
                "Thủ tướng Chính phủ",
            ),
        ),
        (
            "(Nghị quyết số: 57-NQ/TW của Bộ Chính trị ngày 22 tháng 12 năm 2024)",
            Citation(
                "Nghị quyết số: 57-NQ/TW của Bộ Chính trị ngày 22 tháng 12 năm 2024",
                "57-NQ/TW",
                "Nghị quyết",
                date(2024, 12, 22),
                "Bộ Chính trị",
            ),
        ),
        (
            "theo Kế hoạch 02-KH/BCĐTW.",
            Citation("Kế hoạch 02-KH/BCĐTW", "02-KH/BCĐTW", "Kế hoạch"),
        ),
        (
            "Kế hoạch hành động số 359-KH/TU ngày 29/4/2025 của Ban Thường vụ Tỉnh ủy Quảng Ngãi",
            Citation(
                "Kế hoạch hành động số 359-KH/TU ngày 29/4/2025 "
                "của Ban Thường vụ Tỉnh ủy Quảng Ngãi",
                "359-KH/TU",
                "Kế hoạch",
                date(2025, 4, 29),
                "Ban Thường vụ Tỉnh ủy Quảng Ngãi",
            ),
        ),
        (
            "Quyết định của Thủ tướng Chính phủ số 33/2025/QĐ-TTg",
            Citation(
                "Quyết định của Thủ tướng Chính phủ số 33/2025/QĐ-TTg",
                "33/2025/QĐ-TTg",
                "Quyết định",
                None,
                "Thủ tướng Chính phủ",
            ),
        ),
        (
            "tại Luật Chuyển đổi số ngày 11/12/2025;",
            Citation("Luật Chuyển đổi số ngày 11/12/2025", None, "Luật", date(2025, 12, 11)),
        ),
        (
            "03-TB/BCĐTW ngày 06/3/2025",
            Citation("03-TB/BCĐTW ngày 06/3/2025", "03-TB/BCĐTW", "Thông báo", date(2025, 3, 6)),
        ),
        (
            "Tờ trình số      /TTr-SKHCN ngày 28/9/2025, Trưởng Ban",
            Citation("Tờ trình số /TTr-SKHCN ngày 28/9/2025", None, "Tờ trình", date(2025, 9, 28)),
        ),
        (
            "Nghị định số 118/2025/ND-CP ngày 31/02/2025 của Chính phủ",
            Citation(
                "Nghị định số 118/2025/ND-CP ngày 31/02/2025 của Chính phủ",
                "118/2025/NĐ-CP",
                "Nghị định",
                None,
                "Chính phủ",
            ),
        ),
    ],
)
def test_a_citation_is_read(text: str, expected: Citation) -> None:
    assert cite(text) == (expected,)


def test_a_list_shares_its_type_and_its_issuer() -> None:
    first, second = cite(
        "các Nghị quyết số 71/NQ-CP ngày 01/4/2025 và số 11/NQ-CP ngày 14/01/2026 của Chính phủ"
    )
    assert (first.number, second.number) == ("71/NQ-CP", "11/NQ-CP")
    assert first.type == second.type == "Nghị quyết"
    assert first.issuer == second.issuer == "Chính phủ"
    assert second.issued_on == date(2026, 1, 14)


def test_a_document_within_a_document_is_a_citation_of_its_own() -> None:
    text = (
        "Nghị quyết số 71/NQ-CP ngày 01/4/2025 của Chính phủ sửa đổi Chương trình hành động của "
        "Chính phủ thực hiện Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị"
    )
    assert [one.number for one in cite(text)] == ["71/NQ-CP", "57-NQ/TW"]


@pytest.mark.parametrize(
    "text",
    [
        "các Luật, Nghị định, Thông tư hướng dẫn",
        "mạng 5G/IoT, 24/7, tháng 1/2025, TCVN 11930:2017",
        "Nghị quyết của HĐND tỉnh",
        "Kế hoạch chuyển đổi số giai đoạn 2026-2030",
        "đạt 01/12 chỉ tiêu, 982 DVCTT/TTHC",
        "",
    ],
)
def test_what_names_no_document_is_no_citation(text: str) -> None:
    assert cite(text) == ()


def test_mentions_stand_where_they_are_said_to() -> None:
    text = "Theo Quyết định  số 36/QĐ-TTg; Luật Đầu tư công và Công văn số 8177/BKHCN-CĐSQG."
    for found in find_citations(text):
        assert " ".join(text[found.start : found.end].split()) == found.citation.mention


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("2629/QD -TTg", "2629/QĐ-TTg"),
        ("1132/Qb-TTg", "1132/QĐ-TTg"),
        ("71/NQ-CP", "71/NQ-CP"),
        ("02-KH/BCDTW", "02-KH/BCĐTW"),
        ("05/NQ-HDND", "05/NQ-HĐND"),
    ],
)
def test_numbers_are_normalised(printed: str, number: str) -> None:
    assert normal_number(printed) == number


def test_the_pipeline_marks_citations_agencies_and_dates() -> None:
    text = (
        "Sở Nội vụ phối hợp Công an tỉnh hoàn thành trước ngày 30/11/2026 theo "
        "Nghị quyết số 71/NQ-CP ngày 01/4/2025 của Chính phủ."
    )
    doc = language()(text)
    assert doc.text == text
    assert [(entity.label_, entity.text) for entity in doc.ents] == [
        ("AGENCY", "Sở Nội vụ"),
        ("AGENCY", "Công an tỉnh"),
        ("DATE", "ngày 30/11/2026"),
        ("CITATION", "Nghị quyết số 71/NQ-CP ngày 01/4/2025 của Chính phủ"),
    ]
    assert "71/NQ-CP" in [token.text for token in doc]


def test_common_words_are_no_agencies() -> None:
    doc = language()("Báo cáo về viễn thông, thuế, doanh nghiệp và các địa phương; các sở, ngành.")
    assert [entity.text for entity in doc.ents] == ["các địa phương", "các sở, ngành"]


@pytest.mark.parametrize(
    "text", ["", " ", "  hai  khoảng trắng \t tab\n", "x" * 10_000, "Сфера số 1"]
)
def test_the_tokenizer_keeps_every_character(text: str) -> None:
    assert language()(text).text == text


def test_reading_tables_does_not_import_spacy() -> None:
    code = "import sys, normalizers.citations, normalizers.agencies; print('spacy' in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == "False"
