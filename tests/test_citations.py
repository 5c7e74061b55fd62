"""Citations, agencies and dates in running text."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from normalizers import language
from normalizers.agencies import Scope
from normalizers.citations import Citation, complete, find_citations
from normalizers.document_numbers import normal_number
from normalizers.running_text import cite


def citations(text: str) -> tuple[Citation, ...]:
    return tuple(found.citation for found in find_citations(text))


def numbers(text: str) -> list[str | None]:
    return [one.number for one in citations(text)]


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
    assert citations(text) == (expected,)


def test_a_list_shares_its_type_and_its_issuer() -> None:
    first, second = citations(
        "các Nghị quyết số 71/NQ-CP ngày 01/4/2025 và số 11/NQ-CP ngày 14/01/2026 của Chính phủ"
    )
    assert (first.number, second.number) == ("71/NQ-CP", "11/NQ-CP")
    assert first.type == second.type == "Nghị quyết"
    assert first.issuer == second.issuer == "Chính phủ"
    assert second.issued_on == date(2026, 1, 14)


def test_what_a_list_tells_once_holds_for_all_of_it() -> None:
    both = citations("Quyết định số 1/QĐ-UBND, 2/QĐ-UBND cùng ngày 01/02/2026 của UBND tỉnh")
    assert [(one.number, one.issued_on, one.issuer) for one in both] == [
        ("1/QĐ-UBND", date(2026, 2, 1), "UBND tỉnh"),
        ("2/QĐ-UBND", date(2026, 2, 1), "UBND tỉnh"),
    ]
    assert numbers("Nghị quyết số 57, 59 và 66-NQ/TW của Bộ Chính trị") == [
        "57-NQ/TW",
        "59-NQ/TW",
        "66-NQ/TW",
    ]
    text = (
        "Nghị định số 88/1999/NĐ-CP ngày 01/9/1999 và Nghị định số 14/2000/NĐ-CP ngày 05/5/2000 "
        "của Chính phủ"
    )
    assert [one.issuer for one in citations(text)] == ["Chính phủ", "Chính phủ"]


def test_the_head_of_a_list_tells_the_issuer_of_its_items_alone() -> None:
    text = (
        "Các văn bản của UBND tỉnh: Số 119/KH-UBND ngày 09/10/2020 thực hiện Nghị quyết số "
        "57-NQ/TW; số 906/QĐ-UBND ngày 11/7/2022 về Kế hoạch triển khai; số 34/CT-TTg ngày "
        "16/9/2024 của Thủ tướng Chính phủ"
    )
    assert [(one.number, one.type, one.issuer) for one in citations(text)] == [
        ("119/KH-UBND", "Kế hoạch", "UBND tỉnh"),
        ("57-NQ/TW", "Nghị quyết", None),
        ("906/QĐ-UBND", "Quyết định", "UBND tỉnh"),
        ("34/CT-TTg", "Chỉ thị", "Thủ tướng Chính phủ"),
    ]


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 5/TTr-SNV", "Giám đốc Sở Nội vụ"),
        ("hướng dẫn của Bộ Tài chính (Cục Ngân sách) tại Văn bản số 8/BTC-NS", "Bộ Tài chính"),
        ("Kế hoạch số 2/KH-BCĐ của Ban Chỉ đạo Trung ương về phát triển", "Ban Chỉ đạo Trung ương"),
        (
            "Kế hoạch số 2/KH-BCĐ của Ban Chỉ đạo của UBND tỉnh Quảng Ngãi về cải cách",
            "Ban Chỉ đạo của UBND tỉnh Quảng Ngãi",
        ),
        ("Quyết định số 2/QĐ-BCĐ của Trưởng Ban Chỉ đạo ban hành quy chế", "Trưởng Ban Chỉ đạo"),
        ("Kế hoạch số 20/KH-UBND của UBND xã Bình Chương về việc", "UBND xã Bình Chương"),
        ("Kế hoạch số 20/KH-UBND của UBND xã Về việc phát động", "UBND xã"),
        ("Nghị quyết số 57-NQ/TW của Bộ phình trị về đột phá", "Bộ Chính trị"),
        ("Nghị quyết số 57-NQ/TW của đồng chí Tổng Bí thư", None),
        (
            "Thông tư 25/2016/TT-NHNN của Thống đốc Ngân hàng Nhà nước Việt Nam về sửa đổi",
            "Thống đốc Ngân hàng Nhà nước Việt Nam",
        ),
        ("NGHỊ QUYẾT SỐ 71/NQ-CP NGÀY 01/4/2025 CỦA CHÍNH PHỦ", "Chính phủ"),
    ],
)
def test_issuers_are_read_to_their_end(text: str, issuer: str | None) -> None:
    assert [one.issuer for one in citations(text)] == [issuer]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        (
            "theo Luật Đầu tư công, Luật Đất đai năm 2024",
            ["Luật Đầu tư công", "Luật Đất đai năm 2024"],
        ),
        ("các Luật Đất đai, Nhà ở và Đấu thầu", ["Luật Đất đai", "Nhà ở", "Đấu thầu"]),
        ("Bộ luật Dân sự", ["Bộ luật Dân sự"]),
        ("quy định của Luật NSNN và các quy định", ["Luật NSNN"]),
        ("Luật KH, CN và ĐMST", ["Luật KH, CN và ĐMST"]),
        ("Luật phí và lệ phí, luật NSNN", ["Luật phí và lệ phí", "luật NSNN"]),
        ("Hiến pháp năm 2013", ["Hiến pháp năm 2013"]),
    ],
)
def test_laws_are_cited_by_name(text: str, mentions: list[str]) -> None:
    assert [one.mention for one in citations(text)] == mentions
    assert set(numbers(text)) == {None}


def test_a_law_may_have_a_number_too() -> None:
    (law,) = citations("Luật Đấu thầu số 22/2023/QH15 ngày 23/6/2023")
    assert (law.number, law.type, law.issued_on) == ("22/2023/QH15", "Luật", date(2023, 6, 23))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("thực hiện Nghị quyết số 57; Quyết định", ["57"]),
        ("Ban Chỉ đạo về chuyển đổi số và Đề án 06.", ["06"]),
        ("GẮN VỚI ĐỀ ÁN 06", ["06"]),
        ("các Nghị quyết 57, 59, 66 và 68 của Bộ Chính trị", ["57", "59", "66", "68"]),
    ],
)
def test_short_forms_are_citations(text: str, found: list[str]) -> None:
    assert numbers(text) == found


def test_short_forms_get_the_number_that_the_document_tells() -> None:
    text = "Nghị quyết số 57-NQ/TW ngày 22/12/2024; thực hiện Nghị quyết 57 và Đề án 06"
    assert [one.number for one in complete(citations(text))] == ["57-NQ/TW", "57-NQ/TW", "06"]
    two = "Nghị quyết số 57-NQ/TW; Nghị quyết số 57/NQ-HĐND; Nghị quyết 57"
    assert [one.number for one in complete(citations(two))][-1] == "57"


@pytest.mark.parametrize(
    ("damaged", "number"),
    [
        ("Nghị quyết số 57- -NQ/TW ngày 22/12/2024", "57-NQ/TW"),
        ("Kế hoạch số 02/KH BCĐ ngày 15/5/2025", "02/KH-BCĐ"),
        ("Nghị quyết 50 13-NQ/TU ngày 06/9/2023", "13-NQ/TU"),
        ("Nghị quyết ) 71/NQ-CP ngày 01/4/2025", "71/NQ-CP"),
        ("Quyết định số 942/Qb-TTg ngày 15/6/2021", "942/QĐ-TTg"),
    ],
)
def test_damaged_numbers_are_read(damaged: str, number: str) -> None:
    (found,) = citations(damaged)
    assert found.number == number
    assert found.issued_on is not None


def test_a_document_within_a_document_is_a_citation_of_its_own() -> None:
    text = (
        "Nghị quyết số 71/NQ-CP ngày 01/4/2025 của Chính phủ sửa đổi Chương trình hành động của "
        "Chính phủ thực hiện Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị"
    )
    assert numbers(text) == ["71/NQ-CP", "57-NQ/TW"]


@pytest.mark.parametrize(
    "text",
    [
        "các Luật, Nghị định, Thông tư hướng dẫn",
        "mạng 5G/IoT, 24/7, tháng 1/2025, TCVN 11930:2017",
        "Nghị quyết của HĐND tỉnh",
        "Kế hoạch chuyển đổi số giai đoạn 2026-2030",
        "Quyết định 3 nội dung, ban hành Nghị quyết 2 lần, Đề án 5 năm",
        "Luật này, pháp luật về an ninh mạng, kỷ luật lao động, Vụ Pháp luật dân sự",
        "đạt 01/12 chỉ tiêu, 982 DVCTT/TTHC",
        "",
    ],
)
def test_what_names_no_document_is_no_citation(text: str) -> None:
    assert citations(text) == ()


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
    doc = language(Scope("quang-ngai"))(text)
    assert doc.text == text
    assert [(entity.label_, entity.text) for entity in doc.ents] == [
        ("AGENCY", "Sở Nội vụ"),
        ("AGENCY", "Công an tỉnh"),
        ("DATE", "trước ngày 30/11/2026"),
        ("CITATION", "Nghị quyết số 71/NQ-CP ngày 01/4/2025 của Chính phủ"),
    ]
    assert "71/NQ-CP" in [token.text for token in doc]
    _, police, deadline, resolution = doc.ents
    assert police._.agency_id == police.kb_id_ == "quang-ngai.cong-an-tinh"
    assert (deadline._.date.kind, deadline._.date.end) == ("before", date(2026, 11, 30))
    assert resolution._.citation.number == "71/NQ-CP"
    assert resolution._.issuer_id == "tw.chinh-phu"
    assert [one.number for one in doc._.citations] == ["71/NQ-CP"]


def test_citations_know_the_issuer_in_the_documents_scope() -> None:
    text = "Quyết định số 327/QĐ-UBND ngày 26/5/2025 của UBND tỉnh"
    ((_, general),) = cite(text)
    ((_, own),) = cite(text, Scope("quang-ngai"))
    assert (general, own) == ("tinh.ubnd-tinh", "quang-ngai.ubnd-tinh")
    ((_, ministry),) = cite("Thông tư số 2/2024/TT-BYT của Bộ trưởng Bộ Y tế")
    assert ministry == "tw.bo-y-te"


def test_common_words_are_no_agencies() -> None:
    doc = language()("Báo cáo về viễn thông, thuế, doanh nghiệp và các địa phương; các sở, ngành.")
    assert [entity.text for entity in doc.ents] == ["các địa phương", "các sở, ngành"]


@pytest.mark.parametrize(
    "text", ["", " ", "  hai  khoảng trắng \t tab\n", "x" * 10_000, "Сфера số 1"]
)
def test_the_tokenizer_keeps_every_character(text: str) -> None:
    assert language()(text).text == text


def test_reading_tables_does_not_import_spacy() -> None:
    code = "import sys, normalizers, normalizers.running_text; print('spacy' in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == "False"


def test_the_page_on_running_text_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "running-text.md").read_text("utf-8")
    snippets = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", page, re.DOTALL)
    names: dict[str, object] = {}
    for code, printed in snippets:
        exec(code, names)
        assert capsys.readouterr().out == printed
    assert len(snippets) == 2
