"""Markdown exports: pages, headers, broken rows, groups, markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.markdown import read_markdown
from records import Document

RAW = Path(__file__).parent.parent / "raw"
HEADER = "TT\tChỉ tiêu\tKết quả\tCơ quan chủ trì"


def read(text: str) -> Document:
    return read_markdown(text, "x.txt", "0" * 64)


def texts(document: Document, table: int = 0) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[table].rows]


@pytest.fixture(scope="module")
def plan() -> Document:
    return read((RAW / "ke-hoach-chuyen-doi-so-tinh-2026-2030.txt").read_text("utf-8"))


def test_rows_of_the_provincial_plan(plan: Document) -> None:
    counts = [sum(not row.span for row in table.rows) for table in plan.tables]
    assert counts == [56, 65, 71]
    for table in plan.tables:
        widths = {len(row.cells) for row in table.rows if not row.span}
        assert widths == {len(table.header)}


def test_two_level_header_of_the_provincial_plan(plan: Document) -> None:
    years = [f"Phân kỳ thời gian triển khai {year}" for year in range(2026, 2031)]
    assert list(plan.tables[2].header[3:]) == years


def test_titles_stand_with_their_tables(plan: Document) -> None:
    assert [table.title[0] for table in plan.tables] == ["Phụ lục I", "Phụ lục II", "Phụ lục III"]
    assert plan.tables[0].title[1] == "DANH MỤC CÁC CHỈ TIÊU CỤ THỂ"
    body = [line for page in plan.pages for line in page.lines]
    assert not any(line.startswith("Phụ lục II") for line in body)


def test_running_text_has_no_markup(plan: Document) -> None:
    body = [line for page in plan.pages for line in page.lines]
    assert body[:2] == ["KẾ HOẠCH", "Chuyển đổi số tỉnh Quảng Ngãi giai đoạn 2026 - 2030"]
    assert not any(mark in line for line in body for mark in ("**", "<", "##", "\\"))
    assert any(line.endswith("an toàn, an ninh mạng.") for line in body)
    assert any(line.startswith("1 Nghị quyết số 57-NQ/TW") for line in body)


def test_row_broken_over_a_page_is_one_row() -> None:
    text = f"{HEADER}\n1\tđược\t100%\tSở Nội\n\n{HEADER}\n\ttriển khai\t\tvụ\n2\tb\t5%\tc\n"
    document = read(text)
    assert texts(document) == [
        ["1", "được\ntriển khai", "100%", "Sở Nội\nvụ"],
        ["2", "b", "5%", "c"],
    ]
    row = document.tables[0].rows[0]
    assert (row.page_first, row.page_last) == (1, 2)


def test_bold_repeated_header_is_the_same_header() -> None:
    bold = "\t".join(f"<b>{name}</b>" for name in HEADER.split("\t"))
    document = read(f"{HEADER}\n1\ta\tb\tc\n\n{bold}\n2\td\te\tf\n\n{bold}\n")
    assert len(document.tables) == 1
    assert [row.page_first for row in document.tables[0].rows] == [1, 2]


def test_page_number_and_missing_blank_line_do_not_break_a_table() -> None:
    document = read(f"{HEADER}\n1\ta\tb\tc\n\n12\n\n{HEADER}\n2\td\te\tf\n{HEADER}\n\tg\t\t\n")
    assert texts(document) == [["1", "a", "b", "c"], ["2", "d\ng", "e", "f"]]
    assert [row.page_last for row in document.tables[0].rows] == [1, 3]
    assert document.pages == ()


def test_unnumbered_full_row_inside_a_page_stays_a_row() -> None:
    document = read(f"{HEADER}\n1\ta\tb\tc\n\td\te\tf\n\tgoes on\t\t\n")
    assert texts(document) == [["1", "a", "b", "c"], ["", "d\ngoes on", "e", "f"]]


def test_group_rows() -> None:
    document = read(
        f"{HEADER}\n<b>A</b>\t<b>Giai đoạn</b>\t\t\nI.1\tMục\t\t\n<b>NHIỆM VỤ CHUNG</b>\t\t\t\n"
        "09\ta\t\t\n"
    )
    rows = document.tables[0].rows
    assert [row.span for row in rows] == [True, True, True, False]
    assert texts(document) == [
        ["A", "Giai đoạn"],
        ["I.1", "Mục"],
        ["", "NHIỆM VỤ CHUNG"],
        ["09", "a", "", ""],
    ]


def test_group_title_broken_over_a_page() -> None:
    document = read(f"{HEADER}\n<b>I</b>\t<b>Phát triển</b>\t\t\n\n{HEADER}\n\thạ tầng số\t\t\n")
    assert texts(document) == [["I", "Phát triển\nhạ tầng số"]]


def test_stray_text_beside_a_group_title_is_reported() -> None:
    document = read(f"{HEADER}\n<b>I</b>\t<b>Phát triển</b>\t\tlạc\n")
    assert document.tables[0].rows[0].span
    assert [notice.kind for notice in document.notices] == ["group_row_text"]
    assert document.notices[0].evidence == "lạc"


def test_surplus_cells_are_kept_and_reported() -> None:
    document = read(f"{HEADER}\n1\ta\tb\tc\tthừa\n2\ta\n")
    assert texts(document) == [["1", "a", "b", "c\nthừa"], ["2", "a", "", ""]]
    assert [notice.kind for notice in document.notices] == ["surplus_cells"]


def test_superscript_that_is_no_footnote_stays() -> None:
    document = read(f"{HEADER}\n1\t100 m<sup>2</sup>\tb\tc<sup>1</sup>\n\n<sup>1</sup> Ghi chú\n")
    assert texts(document) == [["1", "100 m2", "b", "c"]]
    assert [line for page in document.pages for line in page.lines] == ["1 Ghi chú"]


def test_new_title_begins_a_new_table_under_the_same_header() -> None:
    document = read(f"Phụ lục I\n{HEADER}\n1\ta\tb\tc\n\nPhụ lục II\n\n{HEADER}\n1\td\te\tf\n")
    assert [table.title for table in document.tables] == [("Phụ lục I",), ("Phụ lục II",)]


def test_sentence_about_an_appendix_is_no_title() -> None:
    document = read(f"Phụ lục I kèm theo Kế hoạch này.\n\n{HEADER}\n1\ta\tb\tc\n")
    assert document.tables[0].title == ()
    assert document.pages[0].lines == ("Phụ lục I kèm theo Kế hoạch này.",)


def test_two_column_lines_are_running_text() -> None:
    document = read("UBND TỈNH\tCỘNG HÒA\nSố: 1/KH-UBND\tQuảng Ngãi, ngày 01\n")
    assert document.tables == ()
    assert document.pages[0].lines == ("UBND TỈNH CỘNG HÒA", "Số: 1/KH-UBND Quảng Ngãi, ngày 01")


def test_pipe_table() -> None:
    document = read("Phụ lục I\n\n| TT | Nhiệm vụ | Chủ trì |\n|---|:--|---|\n| 1 | **a** | b |\n")
    assert document.tables[0].header == ("TT", "Nhiệm vụ", "Chủ trì")
    assert texts(document) == [["1", "a", "b"]]
