"""From documents to rows: appendices, fields, sections, years, and what is odd."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from extractors import extract
from extractors.printed import is_appendix_label
from normalizers.lines import join_lines
from normalizers.sections import (
    Section,
    enter_section,
    expected_codes,
    lost_code,
    read_appendix_label,
    read_section_code,
    read_section_code_ahead,
    settle_codes,
    split_read_title,
    split_section_title,
)
from normalizers.titles import read_title_block
from pipeline.assemble import assemble, letterhead_lines
from pipeline.plan import Plan
from pipeline.schema import TEXT_COLUMNS
from records import Cell, Document, Health, Page, Row, Table

ROOT = Path(__file__).parent.parent
TASKS = ("TT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn")
CLEAN = {
    "ke-hoach-chuyen-doi-so-tinh-2026-2030.txt": "quang-ngai-ubnd.11cb88561224",
    "du-thao-ke-hoach-quy-iv-2025-ban-chi-dao.txt": "quang-ngai-bcd.dc70e5b87250",
}


def document(*tables: Table, health: Health = "healthy", body: Sequence[str] = ()) -> Document:
    pages = (Page(1, tuple(body)),)
    return Document("x.txt", "0" * 64, "text/plain", "markdown", health, pages, tables)


def table(rows: Sequence[Sequence[str]], header: Sequence[str] = TASKS, **named: object) -> Table:
    """Rows of two cells are group rows."""
    made = tuple(
        Row(tuple(Cell(text, 1) for text in row), 1, 1, span=len(row) == 2) for row in rows
    )
    return Table(tuple(header), made, **named)  # type: ignore[arg-type]


def paths(plan: Plan) -> list[tuple[str, ...]]:
    return [row.section_path for row in plan.rows]


def kinds(plan: Plan) -> list[str]:
    return [finding.kind for finding in plan.findings]


# --- the clean documents against golden/ -------------------------------------------------------


@pytest.fixture(scope="module", params=sorted(CLEAN))
def clean(request: pytest.FixtureRequest) -> tuple[Plan, Path]:
    read = extract(ROOT / "raw" / request.param, None)  # type: ignore[arg-type]
    return assemble(read), ROOT / "golden" / CLEAN[request.param]


def test_every_cell_of_the_clean_documents_is_as_printed(clean: tuple[Plan, Path]) -> None:
    plan, golden = clean
    for dataset, columns in TEXT_COLUMNS.items():
        truth_file = golden / f"{dataset}.jsonl"
        lines = truth_file.read_text("utf-8").splitlines() if truth_file.exists() else []
        rows = [row for row in plan.rows if row.dataset == dataset]
        assert len(rows) == len(lines)
        for row, truth in zip(rows, map(json.loads, lines), strict=True):
            cells = {name: join_lines(cell.text) or None for name, cell in row.cells.items()}
            seen = {column: cells.get(column) for column in columns}
            seen |= {
                "appendix": row.appendix,
                "section_path": list(row.section_path),
                "row_no": row.row_no,
            }
            if "years" in truth:
                seen["years"] = list(row.years)
            assert seen == {name: truth[name] for name in seen}


def test_numbering_of_the_clean_documents_is_reported(clean: tuple[Plan, Path]) -> None:
    plan, golden = clean
    found = [(finding.kind, finding.message) for finding in plan.findings]
    if golden.name == "quang-ngai-bcd.dc70e5b87250":
        assert found == [("section_gap", "Phụ lục IV: mục VII đứng ngay sau mục V.")]
        return
    assert [kind for kind, _ in found] == ["numbering_gap", "numbering_form"]
    assert "VIII" in found[0][1]
    assert "thiếu số 7" in found[0][1]
    assert "“09”" in found[1][1]


# --- appendices --------------------------------------------------------------------------------


def test_tables_without_a_new_title_go_on_in_their_appendix() -> None:
    first = table([["I", "Hạ tầng"], ["1", "a", "b", "c"]], title=("Phụ lục II", "DANH MỤC"))
    plan = assemble(document(first, table([["2", "d", "e", "f"]])))
    assert [(row.appendix, row.appendix_title, row.ordinal) for row in plan.rows] == [
        ("II", "DANH MỤC", 0),
        ("II", "DANH MỤC", 1),
    ]
    assert paths(plan) == [("I Hạ tầng",), ("I Hạ tầng",)]
    assert [(one.label, one.rows) for one in plan.appendices] == [("II", 2)]


def test_a_new_label_begins_an_appendix() -> None:
    plan = assemble(
        document(
            table([["I", "Hạ tầng"], ["1", "a", "b", "c"]], title=("Phụ lục I",)),
            table([["1", "d", "e", "f"]], title=("PHỤ LỤC II: KHÁC",)),
        )
    )
    assert [(row.appendix, row.appendix_title, row.ordinal) for row in plan.rows] == [
        ("I", "", 0),
        ("II", "KHÁC", 0),
    ]
    assert paths(plan)[1] == ()


def test_title_without_label() -> None:
    title = ("(Kèm theo Kế hoạch số 20/KH-UBND", "MỤC TIÊU")
    plan = assemble(document(table([["1", "a", "b", "c"]], title=title)))
    assert (plan.rows[0].appendix, plan.rows[0].appendix_title) == ("", "MỤC TIÊU")


def test_no_appendix_is_a_finding() -> None:
    plan = assemble(document(body=["KẾ HOẠCH"]))
    assert plan.rows == ()
    assert [(one.kind, one.severity) for one in plan.findings] == [("no_appendix", "error")]


# --- columns -----------------------------------------------------------------------------------


def test_unknown_column_is_kept_and_reported() -> None:
    header = ("TT", "Nhiệm vụ", "Cơ quan chủ trì", "Mã ngân sách nội bộ")
    plan = assemble(document(table([["1", "a", "b", "NS-01"]], header)))
    assert plan.rows[0].cells["unknown:Mã ngân sách nội bộ"].text == "NS-01"
    assert [(one.kind, one.evidence) for one in plan.findings] == [("unknown_column", "NS-01")]


def test_unknown_table_is_kept_in_a_finding() -> None:
    plan = assemble(document(table([["a", "b", "c"]], ("Họ tên", "Chức vụ", "Điện thoại"))))
    assert plan.rows == ()
    finding = plan.findings[0]
    assert finding.kind == "unknown_table"
    assert "Họ tên | Chức vụ | Điện thoại\na | b | c" in finding.evidence


def test_years_are_the_marked_columns() -> None:
    years = [f"Phân kỳ thời gian triển khai {year}" for year in (2026, 2027, 2028)]
    header = ("TT", "Tên dự án", "Cơ quan chủ trì", *years)
    plan = assemble(document(table([["1", "a", "b", "x", "", "X"]], header)))
    assert plan.rows[0].dataset == "projects"
    assert plan.rows[0].years == (2026, 2028)
    assert plan.findings == ()


@pytest.mark.parametrize(
    ("marks", "years", "reported"),
    [
        ("x x x", (2026, 2027, 2028), False),
        ("x | X", (2026, 2027), True),
        ("K", (2026,), True),
        ("", (), True),
        ("xX x × x", (2026, 2027, 2028), True),
    ],
)
def test_marks_read_as_one_column_fill_the_years_from_the_left(
    marks: str, years: tuple[int, ...], reported: bool
) -> None:
    header = ("TT", "Tên dự án", "Cơ quan chủ trì", "2026 2027 2028")
    plan = assemble(document(table([["1", "a", "b", marks]], header), health="damaged"))
    assert [row.years for row in plan.rows] == [years]
    assert [one.kind for one in plan.findings] == ["year_place"] * reported


def test_a_scan_that_may_have_lost_a_year_mark_is_reported() -> None:
    years = [f"Phân kỳ thời gian triển khai {year}" for year in (2026, 2027, 2028)]
    rows = [("1", "Dự án", "Sở Nội vụ", "x", "", "x"), ("2", "Dự án", "Sở Nội vụ", "x", "x", "")]
    one = table(rows, ("TT", "Tên dự án", "Cơ quan chủ trì", *years))
    plan = assemble(scanned(one))
    assert [(one.kind, one.row) for one in plan.findings] == [("year_mark", 0)]
    assert not assemble(document(one)).findings


def test_odd_year_mark_counts_and_is_reported() -> None:
    header = ("TT", "Tên dự án", "Cơ quan chủ trì", "2026", "2027")
    plan = assemble(document(table([["1", "a", "b", "-", "quý I"]], header)))
    assert plan.rows[0].years == (2027,)
    assert [(one.kind, one.row) for one in plan.findings] == [("year_mark", 0)]


def test_result_alignment_is_handed_on() -> None:
    header = ("STT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Kết quả thực hiện")
    rows = [["Nhóm I", "Thể chế"], ["1", "a", "b", "c", "d"]]
    plan = assemble(document(table(rows, header, alignment=("", "page 1"))))
    assert (plan.rows[0].dataset, plan.rows[0].result_alignment) == ("results", "page 1")


# --- sections ----------------------------------------------------------------------------------


def test_section_tree() -> None:
    rows: list[list[str]] = []
    groups = ["A", "I", "I.1", "I.2", "II", "B", "I", "I.1"]
    for code in groups:
        rows += [[code, "t"], ["1", "a", "b", "c"]]
    assert paths(assemble(document(table(rows)))) == [
        ("A t",),
        ("A t", "I t"),
        ("A t", "I t", "I.1 t"),
        ("A t", "I t", "I.2 t"),
        ("A t", "II t"),
        ("B t",),
        ("B t", "I t"),
        ("B t", "I t", "I.1 t"),
    ]


def test_groups_without_code_are_siblings() -> None:
    rows = [["", "CHUNG"], ["1", "a", "b", "c"], ["", "RIÊNG"], ["1", "d", "e", "f"]]
    assert paths(assemble(document(table(rows)))) == [("CHUNG",), ("RIÊNG",)]


def test_code_printed_in_the_title_cell() -> None:
    rows = [["", "Nhóm II - Xây dựng"], ["1", "a", "b", "c"], ["", "III. Về"], ["1", "d", "e", "f"]]
    assert paths(assemble(document(table(rows)))) == [
        ("Nhóm II Xây dựng",),
        ("Nhóm II Xây dựng", "III Về"),
    ]


def test_letters_that_are_roman_numbers() -> None:
    opened: tuple[Section, ...] = ()
    for code in "ABCD":
        opened = enter_section(opened, code, "t")
        assert [section.kind for section in opened] == ["letter"]
    opened = enter_section(opened, "I", "t")
    assert [section.kind for section in opened] == ["letter", "roman"]


def test_damaged_codes_are_read_and_titles_repaired() -> None:
    rows: list[list[str]] = []
    for code in ["l |", "1.1", "|2", "Il |", "11.1", "1.2", "I11"]:
        rows += [[code, "Ha tang"], ["1", "a", "b", "c"]]
    plan = assemble(document(table(rows), health="damaged"), lambda line: line.upper())
    assert [path[-1] for path in paths(plan)] == [
        "I HA TANG",
        "I.1 HA TANG",
        "I.2 HA TANG",
        "II HA TANG",
        "II.1 HA TANG",
        "II.2 HA TANG",
        "III HA TANG",
    ]


def test_damaged_line_without_code_among_coded_groups_belongs_to_the_row_below() -> None:
    rows = [["I", "Ha tang"], ["1", "a", "b", "c"], ["", "Xay dung"], ["2", "nen tang", "b", "c"]]
    plan = assemble(document(table(rows), health="damaged"))
    assert paths(plan) == [("I Ha tang",), ("I Ha tang",)]
    assert plan.rows[1].cells["text"].text == "Xay dung\nnen tang"
    assert plan.rows[1].cells["text"].confidence < 0.5
    assert [(one.kind, one.row) for one in plan.findings] == [("stray_line", 1)]


def test_damaged_title_whose_code_is_lost_is_a_group_where_the_row_below_begins_anew() -> None:
    title = ["", "Bao dam an toan"]
    rows = [["I", "Ha tang"], ["1", "a", "b", "c"], title, ["2", "Nen tang", "b", "c"]]
    plan = assemble(document(table(rows), health="damaged"))
    assert paths(plan) == [("I Ha tang",), ("II Bao dam an toan",)]
    rows[2] = ["", "Bao dam an toan;"]
    plan = assemble(document(table(rows), health="damaged"))
    assert paths(plan) == [("I Ha tang",), ("I Ha tang",)]


def test_damaged_ink_amid_numbers_that_go_on_is_no_title_where_groups_number_anew() -> None:
    rows = [
        *(["I", "Ha tang"], ["1", "a", "b", "c"], ["2", "a", "b", "c"]),
        *(["II", "Nguon luc"], ["1", "a", "b", "c"], ["ie", "ouin aka"], ["2", "Xay", "b", "c"]),
    ]
    plan = assemble(document(table(rows), health="damaged"))
    assert paths(plan) == [("I Ha tang",)] * 2 + [("II Nguon luc",)] * 2
    assert plan.rows[3].cells["text"].text == "ouin aka\nXay"


def test_ink_of_dots_and_rules_is_no_part_of_a_title() -> None:
    rows = [["I", "Kiem tra ———SOSCSCSC~“~*~*<;STt"], ["1", "Dang nhap SSO", "b", "c"]]
    plan = assemble(document(table(rows), health="damaged"))
    assert paths(plan) == [("I Kiem tra",)]


def test_damaged_rows_above_the_first_title_are_of_a_group_that_was_lost() -> None:
    first = [["1", "a", "b", "c"], ["2", "a", "b", "c"]]
    second = [["Il", "Ha tang"], ["1", "a", "b", "c"], ["m", "Nguon luc"], ["1", "a", "b", "c"]]
    plan = assemble(document(table(first + second), health="damaged"))
    assert paths(plan) == [("I",), ("I",), ("II Ha tang",), ("III Nguon luc",)]
    assert ("section_title_lost", 0) in [(one.kind, one.row) for one in plan.findings]


def test_damaged_row_without_text_above_the_first_title_is_of_no_lost_group() -> None:
    rows = [["1", "", "", ""], ["l", "Ha tang"], ["1", "a", "b", "c"], ["2", "a", "b", "c"]]
    assert paths(assemble(document(table(rows), health="damaged")))[1:] == [("I Ha tang",)] * 2


def test_damaged_rows_numbered_anew_are_of_a_group_that_was_lost() -> None:
    rows = [
        *(["I", "Ha tang"], ["1", "a", "b", "c"], ["2", "a", "b", "c"]),
        *(["1", "d", "e", "f"], ["2", "d", "e", "f"]),
        *(["1H |", "Nguon luc"], ["1", "g", "h", "i"]),
    ]
    plan = assemble(document(table(rows), health="damaged"))
    lost, last = ("II",), ("III Nguon luc",)
    assert paths(plan) == [*[("I Ha tang",)] * 2, lost, lost, last]
    healthy = assemble(document(table(rows)))
    assert paths(healthy)[2] == ("I Ha tang",)


def test_group_named_like_a_heading_of_the_body_gets_the_code_that_was_lost() -> None:
    body = ["I. Phát triển hạ tầng số", "Nội dung.", "II. Bảo đảm an toàn thông tin"]
    rows = [
        *(["I", "Phat trien ha tang so"], ["1", "a", "b", "c"]),
        *(["", "Bao dam an toan thong tin"], ["2", "d", "e", "f"]),
        *(["III", "Nguon luc"], ["3", "g", "h", "i"]),
    ]
    plan = assemble(document(table(rows), health="damaged", body=body))
    assert paths(plan) == [
        ("I Phat trien ha tang so",),
        ("II Bao dam an toan thong tin",),
        ("III Nguon luc",),
    ]
    assert [(one.kind, one.row) for one in plan.findings] == [("section_code_lost", 1)]


@pytest.mark.parametrize(
    ("before", "following", "code"),
    [
        (("I",), "III", "II"),
        (("I", "I.2"), "1.4", "I.3"),
        (("I", "I.2"), "11.1", "II"),
        (("I",), "I.2", "I.1"),
        (("A",), "", "B"),
    ],
)
def test_lost_code_follows_from_the_codes_around_it(
    before: tuple[str, ...], following: str, code: str
) -> None:
    sections: tuple[Section, ...] = ()
    for one in before:
        sections = enter_section(sections, one, "")
    assert lost_code(sections, following, dotted="." in f"{before}{following}") == code


def test_appendix_without_a_readable_header_is_told_of_with_its_page_and_lines() -> None:
    top = ["Phu luc I", "DANH MUC CAC NHIEM VU", "(Kem theo Ké hoach s6 61/KH-UBND)"]
    rows = ["1 | Phat trién", "Sé Cong Thuong", "2 | Xay dung", "3 | Bao cao"]
    plan = assemble(document(health="damaged", body=[*top, *rows]))
    assert [one.kind for one in plan.findings] == ["unknown_table"]
    assert "trang 1" in plan.findings[0].message
    assert "Sé Cong Thuong" in plan.findings[0].evidence


def test_numbered_paragraphs_of_the_body_are_no_appendix() -> None:
    body = ["KE HOACH", "1. Xay dung", "2. Bao cao", "3. Kiem tra", "Kem theo Phu luc I"]
    plan = assemble(document(health="damaged", body=body))
    assert [one.kind for one in plan.findings] == ["no_appendix"]


def test_line_between_title_and_table_is_not_made_part_of_the_title() -> None:
    title = ("DANH MUC NHIEM VU", "(Kem theo Ké hoach sé 57/KH-UBND)", "tinh dé dau tu dugc ghi")
    plan = assemble(document(table([["1", "a", "b", "c"]], title=title), health="damaged"))
    assert plan.appendices[0].title == "DANH MUC NHIEM VU"
    assert [(one.kind, one.evidence) for one in plan.findings] == [
        ("stray_line", "tinh dé dau tu dugc ghi")
    ]


def test_printed_code_of_a_healthy_document_is_left_alone() -> None:
    rows = [["V", "t"], ["1", "a", "b", "c"], ["VII", "t"], ["1", "d", "e", "f"]]
    plan = assemble(document(table(rows)))
    assert paths(plan) == [("V t",), ("VII t",)]
    assert [(one.kind, one.row) for one in plan.findings] == [("section_gap", 1)]


@pytest.mark.parametrize(
    ("printed", "expected", "code"),
    [
        ("VIl", ["VII"], "VII"),
        ("1.2", ["I.2", "II"], "I.2"),
        ("H", ["I.1", "II"], "II"),
        ("VII", ["V.1", "VI"], "VII"),
        ("V", ["III.1", "IV"], "V"),
        ("1.2", ["II.1.1", "II.2", "III"], "II.2"),
        ("Nhom 111", ["Nhóm III"], "Nhóm III"),
        ("Nhóm II —", ["Nhóm I"], "Nhóm II"),
        ("IV_", ["II"], "IV"),
        ("Nhém IV -", ["Nhóm II"], "Nhóm IV"),
        ("| |", ["I", "A"], "I"),
        ("Xyz!?", ["II"], "Xyz!?"),
    ],
)
def test_read_section_code(printed: str, expected: list[str], code: str) -> None:
    assert read_section_code(printed, expected) == code


def test_a_last_section_without_rows() -> None:
    plan = assemble(document(table([["I", "t"], ["1", "a", "b", "c"], ["IV", "t"]])))
    assert [(one.kind, one.row) for one in plan.findings] == [("section_gap", None)]


def test_expected_codes_are_children_and_siblings() -> None:
    opened = enter_section(enter_section((), "I", "t"), "I.2", "t")
    assert expected_codes(opened) == ("I.2.1", "I.3", "II")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Nhóm II - Xây dựng", ("Nhóm II", "Xây dựng")),
        ("I. Nâng cao", ("I", "Nâng cao")),
        ("I.1 Cung cấp", ("I.1", "Cung cấp")),
        ("NHIỆM VỤ CHUNG", ("", "NHIỆM VỤ CHUNG")),
        ("Cung cấp - phát triển", ("", "Cung cấp - phát triển")),
    ],
)
def test_split_section_title(text: str, parts: tuple[str, str]) -> None:
    assert split_section_title(text) == parts


# --- titles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Phụ lục II", "II"),
        ("PHỤ LỤC 04", "04"),
        ("Phu luc II )", "II"),
        ("Phu luc II]", "III"),
        ("Phu luc 111", "III"),
        ("Phụ lục I: DANH MỤC", "I"),
        ("PHỤ LỤC", ""),
        ("PHỤ LỤC SỐ 02", "02"),
        ("PHỤ LỤC I-A", "I-A"),
        ("Phụ lục III DANH MỤC DỰ ÁN", "III"),
        ("PHỤ LỤC NHIỆM VỤ TRỌNG TÂM", ""),
        ("PHỤ LỤC1", "1"),
        ("JPHỤLỤCI -", "I"),
        ("7 PHỤLỤCIH", "III"),
        ("~¬Ƒhụ lục IV", "IV"),
        ("s/ Phụ lục III", "III"),
        ("¬ PHỤ LỤC 04 -", "04"),
        ("PHỤ LỰC II", "II"),
        ("và Phụ lục II", None),
        ("1. Phụ lục I", None),
        ("a) Phụ lục I", None),
        ("Phụ lục I, II kèm theo", None),
        ("Phụ lục I kèm theo", None),
        ("phục vụ người dân", None),
        ("Phụ lục kèm theo.", None),
    ],
)
def test_read_appendix_label(line: str, label: str | None) -> None:
    assert read_appendix_label(line) == label
    if not line.isascii():
        assert is_appendix_label(line) is (label is not None)


def test_a_damaged_label_follows_the_one_before() -> None:
    assert read_appendix_label("Phu luc 11", "I") == "II"


def test_title_lines_mixed_up_by_a_skewed_page() -> None:
    block = read_title_block(
        [
            "KẾT QUẢ THỰC HIỆN CÁ",
            "PHỤ LỤC 04",
            "C NHIỆM VỤ, NGÀY",
            "Báo cáo số -BC/ĐUUBNDT ngày",
            "/9/2025 của Đảng ủy UBND tỉ",
            "19/6/2025 (ĐỊA PHƯƠNG)",
            "inh Quảng Ngãi)",
        ]
    )
    assert block.label == "04"
    assert block.title == "KẾT QUẢ THỰC HIỆN CÁC NHIỆM VỤ, NGÀY 19/6/2025 (ĐỊA PHƯƠNG)"
    assert block.attached.endswith("của Đảng ủy UBND tỉnh Quảng Ngãi)")


def test_letterhead_lines_are_body_and_titles() -> None:
    title = ("Phụ lục I", "DANH MỤC", "(Kèm theo Kế hoạch số 1/KH-UBND", "của UBND tỉnh)")
    read = document(table([["1", "a", "b", "c"]], title=title), body=["KẾ HOẠCH", "Về số"])
    assert letterhead_lines(read) == (
        "KẾ HOẠCH",
        "Về số",
        "Phụ lục I",
        "DANH MỤC",
        "(Kèm theo Kế hoạch số 1/KH-UBND của UBND tỉnh)",
    )


# --- printed lines -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "joined"),
    [
        ("Năm 2026-\n2030", "Năm 2026-2030"),
        ("Năm 2026 -\n2030", "Năm 2026 - 2030"),
        ("số 327/QĐ-\nUBND ngày", "số 327/QĐ-UBND ngày"),
        ("số 05\n/KH-UBND", "số 05/KH-UBND"),
        ("ngày\n/9/2025", "ngày /9/2025"),
        ("Dung Quất và các\nKCN", "Dung Quất và các KCN"),
        ("Phòng Văn hóa-\nXã hội", "Phòng Văn hóa- Xã hội"),
        ("Công an tỉnh;\xa0UBND  xã\n ", "Công an tỉnh; UBND xã"),
        ("hồ sơ/\nnăm", "hồ sơ/năm"),
        ("lĩnh vực\n; địa phương", "lĩnh vực; địa phương"),
        ("gợi ý hành động,\n... Hướng dẫn", "gợi ý hành động, ... Hướng dẫn"),
    ],
)
def test_join_lines(printed: str, joined: str) -> None:
    assert join_lines(printed) == joined


# --- tables read from page images -------------------------------------------------------------


def scanned(*tables: Table) -> Document:
    """The tables as OCR gives them."""
    read = tuple(
        Table(
            one.header,
            tuple(
                Row(
                    tuple(Cell(cell.text, 1, method="tesseract") for cell in row.cells),
                    1,
                    1,
                    row.span,
                )
                for row in one.rows
            ),
            one.title,
        )
        for one in tables
    )
    return document(*read)


def tasks_numbered(*numbers: str) -> list[tuple[str, ...]]:
    return [(number, f"Việc {number}", "Sở Nội vụ", "Năm 2026") for number in numbers]


def test_a_first_column_of_numbers_counts_rows_whatever_its_heading_says() -> None:
    plan = assemble(scanned(table(tasks_numbered("1", "2", "3"), ("K", *TASKS[1:]))))
    assert [row.row_no for row in plan.rows] == ["1", "2", "3"]
    assert "unknown_column" not in kinds(plan)


def test_an_unread_number_is_supplied_from_the_rows_around_it_and_reported() -> None:
    plan = assemble(scanned(table(tasks_numbered("1", "y", "3", "4", "la"))))
    assert [row.row_no for row in plan.rows] == ["1", "2", "3", "4", "5"]
    lost = [finding for finding in plan.findings if finding.kind == "number_lost"]
    assert [(finding.row, finding.evidence) for finding in lost] == [(1, "y"), (4, "la")]


def test_an_unread_number_that_the_others_leave_no_place_for_stays() -> None:
    plan = assemble(scanned(table(tasks_numbered("1", "y", "2"))))
    assert [row.row_no for row in plan.rows] == ["1", "y", "2"]


def test_printed_text_that_is_no_number_is_never_replaced() -> None:
    plan = assemble(document(table(tasks_numbered("1", "-", "3"))))
    assert [row.row_no for row in plan.rows] == ["1", "-", "3"]


def test_merged_strokes_of_section_codes_are_told_apart() -> None:
    rows = [
        ("I", "Thể chế số"),
        *tasks_numbered("1"),
        ("H", "Hạ tầng số"),
        *tasks_numbered("1"),
        ("HI", "Nhân lực số"),
        *tasks_numbered("1"),
    ]
    assert paths(assemble(scanned(table(rows)))) == [
        ("I Thể chế số",),
        ("II Hạ tầng số",),
        ("III Nhân lực số",),
    ]


def test_a_label_of_merged_strokes_follows_the_one_before_it() -> None:
    assert read_appendix_label("PHỤ LỤC H", "I") == "II"
    assert read_appendix_label("PHỤ LỤC B", "A") == "B"


def test_what_a_digital_signature_prints_is_no_part_of_the_letterhead() -> None:
    body = (
        "Ký bởi: Ủy ban nhân dân",
        "xã Bình Chương",
        "Cơ quan: UBND tỉnh",
        "Thời gian ký: 08/01/2026 16:00",
        "ỦY BAN NHÂN DÂN XÃ BÌNH CHƯƠNG",
        "Cơ quan chủ trì: Phòng Kinh tế",
    )
    assert letterhead_lines(document(body=body)) == body[4:]


def test_a_label_that_lost_a_stroke_follows_the_one_it_repeats() -> None:
    first = table(tasks_numbered("1"), title=("PHỤ LỤC II", "DANH MỤC NHIỆM VỤ"))
    second = table(tasks_numbered("1"), title=("PHỤ LỤC II", "CÁC CHỈ TIÊU CỤ THỂ"))
    plan = assemble(scanned(first, second))
    assert [row.appendix for row in plan.rows] == ["II", "III"]
    assert "label_read" in kinds(plan)


def test_a_title_that_comes_again_on_the_next_page_is_the_same_appendix() -> None:
    parts = [table(tasks_numbered(n), title=("PHỤ LỤC II", "DANH MỤC NHIỆM VỤ")) for n in "12"]
    assert [row.appendix for row in assemble(scanned(*parts)).rows] == ["II", "II"]


@pytest.mark.parametrize("label", [(), ("PHỤ LỤC", "DANH MỤC CHỈ TIÊU")])
def test_an_appendix_whose_label_a_seal_hides_follows_the_one_before_it(
    label: tuple[str, ...],
) -> None:
    attached = "(Kèm theo Kế hoạch số 5/KH-UBND của UBND tỉnh)"
    first = table(tasks_numbered("1"), title=("PHỤ LỤC II", "DANH MỤC NHIỆM VỤ", attached))
    second = table(tasks_numbered("1"), title=(*label, attached))
    plan = assemble(scanned(first, second))
    assert [row.appendix for row in plan.rows] == ["II", "III"]
    assert "label_read" in kinds(plan)


@pytest.mark.parametrize(
    ("seen", "labels"),
    [
        (["PHỤ LỤC1", "PHỤ LỤC II"], ["I", "II"]),
        (["PHỤ LỤC1I", "PHỤ LỤC II", "PHỤ LỤC IH"], ["I", "II", "III"]),
        (["PHỤ LỤC -", "PHỤ LỤC II", "PHỤ LỤC -", "PHỤ LỤC IV"], ["I", "II", "III", "IV"]),
        (["PHỤ LỤC -", "PHỤ LỤC 02"], ["01", "02"]),
        (["PHỤ LỤC II", "PHỤ LỤC IV"], ["II", "IV"]),  # the third is in another file
        (["PHỤ LỤC I-A", "PHỤ LỤC I-B"], ["I-A", "I-B"]),
        (["PHỤ LỤC"], [""]),  # a single appendix bears no number
    ],
)
def test_labels_are_settled_together(seen: list[str], labels: list[str]) -> None:
    tables = [
        table(tasks_numbered("1", "2"), title=(line, f"DANH MỤC {line[::-1]}")) for line in seen
    ]
    plan = assemble(scanned(*tables))
    assert list(dict.fromkeys(row.appendix for row in plan.rows)) == labels
    read = [read_appendix_label(line) for line in seen]
    assert ("label_read" in kinds(plan)) == (read != labels)


def test_an_appendix_whose_title_a_seal_hides_counts_anew() -> None:
    first = table(tasks_numbered("1", "2"), title=("PHỤ LỤC I", "DANH MỤC NHIỆM VỤ"))
    hidden = table(tasks_numbered("1", "2"))
    plan = assemble(scanned(first, hidden))
    assert [row.appendix for row in plan.rows] == ["I", "I", "II", "II"]
    assert "label_read" in kinds(plan)
    on = table(tasks_numbered("3", "4"))
    assert {row.appendix for row in assemble(scanned(first, on)).rows} == {"I"}


@pytest.mark.parametrize(
    ("printed", "open_codes", "following", "code"),
    [
        ("l1", ["I"], ["I.2", "II"], "I.1"),
        ("l1", ["I"], ["III", "IV"], "II"),
        ("u", ["B", "I", "I.2"], ["II"], "II"),
        ("Im", ["II"], ["IV", "V"], "III"),
        ("VII", ["VI"], ["VHH", "X"], "VII"),
        ("VHH", ["VII"], ["Kx", "X"], "VIII"),
    ],
)
def test_a_code_is_read_with_those_that_follow(
    printed: str, open_codes: list[str], following: list[str], code: str
) -> None:
    sections: tuple[Section, ...] = ()
    for one in open_codes:
        sections = enter_section(sections, one, "")
    assert read_section_code_ahead(printed, sections, following) == code


def test_a_misread_word_of_a_code() -> None:
    assert split_read_title("Nhớm II - Xây dựng hạ tầng số") == ("Nhóm II", "Xây dựng hạ tầng số")
    assert split_read_title("Năm II - III") == ("", "Năm II - III")


@pytest.mark.parametrize(
    ("printed", "codes"),
    [
        # "1" before ever more Roman numbers is no part "I.1" of a section that is not there
        (["1", "IL", "im", "", ""], ["I", "II", "III", "IV", "V"]),
        (["| 1", "a", "TL", ""], ["I", "II", "III", "IV"]),
        (["1", "Poe", "FG", ""], ["I", "II", "III", "IV"]),
        (["I", "1.1", "l.2", "", "2", "11.2"], ["I", "I.1", "I.2", "II", "II.1", "II.2"]),
        (["A", "I", "Il", "B", "I"], ["A", "I", "II", "B", "I"]),
        (["| | Nhom I -", "pe Nhom Il -", ""], ["Nhóm I", "Nhóm II", "Nhóm III"]),
        (["I", "II", "V"], ["I", "II", "V"]),
        # no part begins where no section is open, unless it is printed so
        (["|r |", "| om |", "", ""], ["I", "II", "III", "IV"]),
        (["I.1", "1.2"], ["I.1", "I.2"]),
    ],
)
def test_codes_of_a_damaged_table_are_settled_together(
    printed: list[str], codes: list[str]
) -> None:
    assert list(settle_codes(printed)) == codes


@pytest.mark.parametrize(
    ("printed", "below", "codes"),
    [
        # three group rows one below the other, and a second letter further on
        (["", "", "B", "1", ""], [0, 1, 0, 1, 0], ["A", "I", "B", "I", "II"]),
        (["I", "", "", "IL"], [0, 1, 0, 0], ["I", "I.1", "I.2", "II"]),
        (["I", "", "III"], [0, 0, 0], ["I", "II", "III"]),
        (["aa", "|", "ia", "", "", ""], [0] * 6, ["I", "II", "III", "IV", "V", "VI"]),
        # a code with a digit leaves a digit or nothing, one of strokes alone some letters
        (
            ["Por |", "", "", "13", "14", "Eww", "te"],
            [0, 1, 0, 0, 0, 0, 0],
            ["I", "I.1", "I.2", "I.3", "I.4", "II", "III"],
        ),
        (
            ["", "eee", "", "It", "— B__|", "1", "11"],
            [0, 1, 1, 0, 0, 1, 0],
            ["A", "I", "I.1", "II", "B", "I", "II"],
        ),
    ],
)
def test_a_group_right_below_another_is_a_part_of_it(
    printed: list[str], below: list[int], codes: list[str]
) -> None:
    assert list(settle_codes(printed, below=[bool(one) for one in below])) == codes


def test_titles_in_capitals_without_codes_stay_without() -> None:
    rows = [
        *(["|_|", "NHIEM VU CHUNG"], ["1", "a", "b", "c"], ["2", "a", "b", "c"]),
        *(["", "NHIEM VU CU THE CHi TIET"], ["3", "d", "e", "f"]),
    ]
    body = ["I. Phát triển hạ tầng số", "Nội dung."]
    plan = assemble(document(table(rows), health="damaged", body=body))
    first, second = ("NHIEM VU CHUNG",), ("NHIEM VU CU THE CHi TIET",)
    assert paths(plan) == [first, first, second]


def test_a_title_of_whose_code_nothing_is_left_where_the_numbers_begin_anew() -> None:
    rows = [
        *(["I", "Ha tang"], ["1", "a", "b", "c"], ["2", "a", "b", "c"]),
        *(["", "Phat trien nhan luc"], ["1", "d", "e", "f"]),
        *(["ow", "Las Nghi dinh"], ["2", "d", "e", "f"]),
    ]
    plan = assemble(document(table(rows), health="damaged", body=["I. Khác hẳn", "Nội dung."]))
    assert paths(plan) == [*[("I Ha tang",)] * 2, *[("II Phat trien nhan luc",)] * 2]
    assert plan.rows[3].cells["text"].text == "Las Nghi dinh\nd"
