"""What documents say of themselves."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from extractors import extract
from normalizers.issuers import slug_of_issuer
from normalizers.letterhead import Letterhead, read_letterhead
from normalizers.names import is_name, read_name
from pipeline.assemble import letterhead_lines

ROOT = Path(__file__).parent.parent
FIELDS = (
    "doc_number",
    "doc_type",
    "is_draft",
    "issued_on",
    "issuer",
    "place",
    "title",
    "signer",
    "signer_title",
    "recipients",
)


def as_golden(letterhead: Letterhead) -> dict[str, Any]:
    values = {name: value for name, value in asdict(letterhead).items() if name in FIELDS}
    if letterhead.issued_on:
        values["issued_on"] = letterhead.issued_on.isoformat()
    values["recipients"] = list(letterhead.recipients)
    return values


@pytest.mark.parametrize(
    ("name", "golden", "slug"),
    [
        (
            "ke-hoach-chuyen-doi-so-tinh-2026-2030.txt",
            "quang-ngai-ubnd.11cb88561224",
            "quang-ngai-ubnd",
        ),
        (
            "du-thao-ke-hoach-quy-iv-2025-ban-chi-dao.txt",
            "quang-ngai-bcd.dc70e5b87250",
            "quang-ngai-bcd",
        ),
    ],
)
def test_clean_documents_against_golden(name: str, golden: str, slug: str) -> None:
    letterhead = read_letterhead(
        letterhead_lines(extract(ROOT / "raw" / name, None))  # type: ignore[arg-type]
    )
    truth = json.loads((ROOT / "golden" / golden / "documents.jsonl").read_text("utf-8"))
    assert as_golden(letterhead) == {field: truth[field] for field in FIELDS}
    assert letterhead.issuer_slug == slug


_ISSUED = """\
ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH ĐỒNG THÁP Độc lập - Tự do - Hạnh phúc
Số: 145/KH-UBND Đồng Tháp, ngày 7 tháng 3 năm 2026
KẾ HOẠCH
Triển khai nông nghiệp thông minh
trên địa bàn tỉnh Đồng Tháp
Căn cứ Luật Chuyển đổi số ngày 11/12/2025;
I. MỤC TIÊU
Nơi nhận: TM. ỦY BAN NHÂN DÂN
- Bộ Nông nghiệp và Môi trường (b/cáo); KT. CHỦ TỊCH
- Chủ tịch, PCT UBND tỉnh; PHÓ CHỦ TỊCH
- VPUB: CVP,
các phòng, ban, đơn vị;
- Lưu: VT, NC.
Lê Văn Hùng
Phụ lục I
(Kèm theo Kế hoạch số 145/KH-UBND ngày 07/3/2026 của UBND tỉnh Đồng Tháp)"""
ISSUED = _ISSUED.split("\n")


def test_issued_plan_with_two_columns_run_together() -> None:
    assert read_letterhead(ISSUED) == Letterhead(
        doc_number="145/KH-UBND",
        doc_type="Kế hoạch",
        is_draft=False,
        issued_on=date(2026, 3, 7),
        issuer="Ủy ban nhân dân tỉnh Đồng Tháp",
        issuer_slug="dong-thap-ubnd",
        place="Đồng Tháp",
        title="Triển khai nông nghiệp thông minh trên địa bàn tỉnh Đồng Tháp",
        signer="Lê Văn Hùng",
        signer_title="TM. ỦY BAN NHÂN DÂN; KT. CHỦ TỊCH; PHÓ CHỦ TỊCH",
        recipients=(
            "Bộ Nông nghiệp và Môi trường (b/cáo)",
            "Chủ tịch, PCT UBND tỉnh",
            "VPUB: CVP, các phòng, ban, đơn vị",
            "Lưu: VT, NC",
        ),
    )


def test_blank_number_is_a_draft() -> None:
    drafted = [line.replace("145/KH-UBND", "   /KH-UBND") for line in ISSUED]
    letterhead = read_letterhead(drafted)
    assert (letterhead.doc_number, letterhead.is_draft) == (None, True)


def test_data_of_the_attachment_where_the_head_is_lost() -> None:
    letterhead = read_letterhead(
        [
            "Phát triển Chính quyền số giai đoạn 2026 - 2030",
            "trên địa bàn tỉnh An Giang",
            "Triển khai Quyết định số 2629/QĐ-TTg, Ủy ban nhân dân tỉnh ban hành, như sau:",
            "I. QUAN ĐIỂM",
            "Phụ lục I",
            "(Kèm theo Kế hoạch số 05 /KH-UBND ngày 08 tháng 01 năm 2026",
            "DANH MỤC",
            "của UBND tỉnh An Giang)",
        ]
    )
    assert letterhead.doc_number == "05/KH-UBND"
    assert letterhead.issued_on == date(2026, 1, 8)
    assert letterhead.issuer == "Ủy ban nhân dân tỉnh An Giang"
    assert letterhead.doc_type == "Kế hoạch"
    expected = "Phát triển Chính quyền số giai đoạn 2026 - 2030 trên địa bàn tỉnh An Giang"
    assert letterhead.title == expected
    assert not letterhead.is_draft


def test_lone_appendix_of_a_report() -> None:
    letterhead = read_letterhead(
        [
            "Phụ lục 04",
            "KẾT QUẢ THỰC HIỆN CÁC NHIỆM VỤ",
            "Báo cáo số -BC/ĐUUBNDT ngày /9/2025 của Đảng ủy UBND tỉnh Lâm Đồng)",
        ]
    )
    assert letterhead.title == "KẾT QUẢ THỰC HIỆN CÁC NHIỆM VỤ"
    assert letterhead.doc_type == "Báo cáo"
    assert (letterhead.doc_number, letterhead.is_draft, letterhead.issued_on) == (None, True, None)
    assert letterhead.issuer == "Đảng ủy UBND tỉnh Lâm Đồng"
    assert letterhead.issuer_slug == "lam-dong-dang-uy-ubnd"


def test_head_of_a_body_is_not_its_issuer() -> None:
    letterhead = read_letterhead(
        [
            "KẾ HOẠCHDự thảo",
            "Hoạt động quý IV",
            "(Kèm theo Kế hoạch số   /KH-BCĐ ngày  /9/2025 của Trưởng Ban Chỉ đạo của UBND tỉnh "
            "Cà Mau về phát triển khoa học)",
        ]
    )
    assert letterhead.issuer == "Ban Chỉ đạo của UBND tỉnh Cà Mau"
    assert letterhead.issuer_slug == "ca-mau-bcd"
    assert letterhead.is_draft
    assert letterhead.title == "Hoạt động quý IV"


def test_commune_named_only_in_the_title() -> None:
    letterhead = read_letterhead(
        [
            "Số: 20/KH-UBND Hòa Bình, ngày 03tháng 02 năm 2026",
            "KẾ HOẠCH",
            "Chuyển đổi số xã Hòa Bình năm 2026",
            "Thực hiện Kế hoạch số 121/KH-UBND của UBND tỉnh, Ủy ban nhân dân xã ban",
            "hành Kế hoạch, như sau:",
        ]
    )
    assert letterhead.issuer == "Ủy ban nhân dân xã Hòa Bình"
    assert letterhead.place == "Hòa Bình"
    assert letterhead.issued_on == date(2026, 2, 3)


def test_damaged_text_keeps_numbers_and_names_from_the_print() -> None:
    printed = [
        "S6: 20/KH-UBND Hoa Binh, ngay 03thang 02 nam 2026",
        "KE HOACH",
        "Chuyén ddi s6 nim 2026",
        "Noi nhgn: M/ TM. UY BAN NHAN DAN",
        "- Thuong truc HDND x3; _ K LA",
        "-S& Y té (b/cao); KT. CHI’J TYCH",
        "- Luu: VT.",
        "Nguyén Viin Quin",
    ]
    repaired = [
        "Số: 2O/KH-UBND Hòa Bình, ngày thẳng 02 năm 2026",
        "KẾ HOẠCH",
        "Chuyển đổi số năm 2026",
        "Nơi nhận: M/ TM. ỦY BAN NHÂN DÂN",
        "- Thường trực HDND x3; K LÀ",
        "- Sở Y tế (b/cao); KT. CHỢ TỴ",
        "- Lưu: VT.",
        "Nguyễn Vịn Quin",
    ]
    letterhead = read_letterhead(repaired, printed)
    assert letterhead.doc_number == "20/KH-UBND"
    assert letterhead.issued_on == date(2026, 2, 3)
    assert letterhead.place == "Hòa Bình"
    assert letterhead.title == "Chuyển đổi số năm 2026"
    assert letterhead.signer == "Nguyễn Văn Quân"
    assert letterhead.signer_title == "TM. ỦY BAN NHÂN DÂN; KT. CHỦ TỊCH"
    assert letterhead.recipients == ("Thường trực HĐND xã", "Sở Y tế (b/cáo)", "Lưu: VT")


def test_issuer_that_repair_did_not_mend_is_read_from_the_print() -> None:
    above = ["PHỤ LỤC 02", "TỔNG HỢP"]
    printed = [*above, "Go cdo s6 -BC/PU ngay /8/2025 cua Pang iy UBND tinh Lam Dong)"]
    repaired = [*above, "Gò cáo số -BC/PU ngày /8/2025 của Pang iý UBND tỉnh Lâm Đồng)"]
    letterhead = read_letterhead(repaired, printed)
    assert letterhead.issuer == "Đảng ủy UBND tỉnh Lâm Đồng"
    assert letterhead.doc_type == "Báo cáo"
    assert letterhead.is_draft
    assert letterhead.doc_number is None


def test_nothing_is_made_up() -> None:
    letterhead = read_letterhead(["1. Một dòng chữ bất kỳ của văn bản."])
    assert letterhead.doc_number is None
    assert letterhead.issuer is None
    assert letterhead.signer is None
    assert letterhead.recipients == ()
    assert not letterhead.is_draft
    assert read_letterhead([]).title is None


@pytest.mark.parametrize(
    ("issuer", "slug"),
    [
        ("Ủy ban nhân dân thành phố Đà Nẵng", "da-nang-ubnd"),
        ("Ủy ban nhân dân xã Bình Chương", "binh-chuong-ubnd"),
        ("Đảng ủy UBND tỉnh Quảng Ngãi", "quang-ngai-dang-uy-ubnd"),
        ("Ban Chỉ đạo của UBND tỉnh Quảng Ngãi", "quang-ngai-bcd"),
        ("Tỉnh ủy Quảng Ngãi", "quang-ngai-tinh-uy"),
        ("Sở Nội vụ tỉnh Huế", "hue-so-noi-vu"),
        ("Bộ Khoa học và Công nghệ", "bo-khoa-hoc-va-cong-nghe"),
    ],
)
def test_slug_of_issuer(issuer: str, slug: str) -> None:
    assert slug_of_issuer(issuer) == slug


def test_names() -> None:
    assert is_name("Trần Phước Hiền")
    assert not is_name("Công an xã")
    assert not is_name("TRƯỞNG BAN")
    assert read_name("Tran Phwée Hién") == "Trần Phước Hiền"
    assert read_name("Phùng Tô Long") == "Phùng Tô Long"


def test_head_and_foot_whose_columns_are_cells_of_a_table() -> None:
    letterhead = read_letterhead(
        [
            "BAN CHỈ ĐẠO CỦA UBND TỈNH CÀ MAU",
            "VỀ CHUYỂN ĐỔI SỐ",
            "_______",
            "Số: 12/KH-BCĐ",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Cà Mau, ngày 4 tháng 3 năm 2026",
            "KẾ HOẠCH",
            "Chuyển đổi số năm 2026",
            "I. MỤC TIÊU",
            "Nơi nhận:",
            "- Bộ Nội vụ (b/cáo);",
            "- Các doanh nghiệp viễn thông trên địa bàn",
            "tỉnh;",
            "- Lưu: VT.",
            "KT. TRƯỞNG BAN",
            "PHÓ TRƯỞNG BAN",
            "Lê Văn Hùng",
        ]
    )
    assert letterhead.issuer == "Ban Chỉ đạo của UBND tỉnh Cà Mau"
    assert letterhead.issuer_slug == "ca-mau-bcd"
    assert (letterhead.doc_number, letterhead.issued_on) == ("12/KH-BCĐ", date(2026, 3, 4))
    assert (letterhead.place, letterhead.title) == ("Cà Mau", "Chuyển đổi số năm 2026")
    assert letterhead.recipients == (
        "Bộ Nội vụ (b/cáo)",
        "Các doanh nghiệp viễn thông trên địa bàn tỉnh",
        "Lưu: VT",
    )
    assert letterhead.signer == "Lê Văn Hùng"
    assert letterhead.signer_title == "KT. TRƯỞNG BAN; PHÓ TRƯỞNG BAN"
