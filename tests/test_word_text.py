"""Text of Word drafts: cells on lines of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.word_text import read_word_text
from records import Document

RAW = Path(__file__).parent.parent / "raw"
HEADER = "\tTT\n\tTên nhiệm vụ\n\tCơ quan chủ trì\n\tGhi chú\n\n"


def read(text: str) -> Document:
    return read_word_text(text, "x.txt", "0" * 64)


def texts(document: Document, table: int = 0) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[table].rows]


@pytest.fixture(scope="module")
def draft() -> Document:
    return read((RAW / "du-thao-ke-hoach-quy-iv-2025-ban-chi-dao.txt").read_text("utf-8"))


def test_rows_of_the_draft(draft: Document) -> None:
    assert [sum(not row.span for row in table.rows) for table in draft.tables] == [14, 8, 18, 13]
    assert [table.title[0] for table in draft.tables] == [
        "PHỤ LỤC I",
        "PHỤ LỤC II",
        "PHỤ LỤC III",
        "PHỤ LỤC IV",
    ]
    for table in draft.tables:
        widths = {len(row.cells) for row in table.rows if not row.span}
        assert widths == {len(table.header)}


def test_groups_of_the_draft(draft: Document) -> None:
    groups = [[row.cells[0].text for row in table.rows if row.span] for table in draft.tables]
    assert groups == [
        ["I.", "II.", "III.", "IV.", "V."],
        [],
        ["", ""],
        ["I", "II", "III", "IV", "V", "VII"],
    ]


def test_label_glued_to_the_last_cell_begins_the_next_appendix(draft: Document) -> None:
    last = draft.tables[2].rows[-1]
    assert [cell.text for cell in last.cells][-1] == "2025"
    assert draft.tables[3].title[1].startswith("NHIỆM VỤ TRỌNG TÂM CỦA KẾ HOẠCH")


def test_no_bookmark_survives(draft: Document) -> None:
    everything = [line for page in draft.pages for line in page.lines]
    everything += [cell.text for table in draft.tables for row in table.rows for cell in row.cells]
    everything += [line for table in draft.tables for line in table.title]
    assert not any("bookmark" in text for text in everything)


def test_cells_of_several_lines_and_missing_cells() -> None:
    document = read(HEADER + "\t1\n\tXây dựng\n\tSở Nội vụ;\nSở Y tế\n\t\xa0\n\n\t2\n\tRà soát\n")
    assert texts(document) == [
        ["1", "Xây dựng", "Sở Nội vụ;\nSở Y tế", ""],
        ["2", "Rà soát", "", ""],
    ]


def test_empty_cell_in_the_middle_keeps_its_place() -> None:
    assert texts(read(HEADER + "\t1\n\tXây dựng\n\t\n\tgấp\n")) == [["1", "Xây dựng", "", "gấp"]]


def test_group_rows() -> None:
    document = read(HEADER + "\tNHIỆM VỤ CHUNG\n\n\tI.\n\tNâng cao\n\n\tII\n\tVề\n\t\n\t\xa0\n\n")
    assert [row.span for row in document.tables[0].rows] == [True, True, True]
    assert texts(document) == [["", "NHIỆM VỤ CHUNG"], ["I.", "Nâng cao"], ["II", "Về"]]


def test_paragraph_break_inside_a_cell() -> None:
    document = read(HEADER + "\t1\n\tXây dựng:\n\n- nền tảng;\n\tSở Nội vụ\n\tgấp\n")
    assert texts(document) == [["1", "Xây dựng:\n- nền tảng;", "Sở Nội vụ", "gấp"]]


def test_header_printed_again_is_no_row() -> None:
    assert texts(read(HEADER + "\t1\n\ta\n\n" + HEADER + "\t2\n\tb\n")) == [
        ["1", "a", "", ""],
        ["2", "b", "", ""],
    ]


def test_note_under_the_table_is_running_text() -> None:
    document = read(HEADER + "\t1\n\ta\n\tb\n\tc\n\nGhi chú: theo dõi hằng quý.\n")
    assert texts(document) == [["1", "a", "b", "c"]]
    assert document.pages[-1].lines == ("Ghi chú: theo dõi hằng quý.",)


def test_surplus_cells_are_kept_and_reported() -> None:
    document = read(HEADER + "\t1\n\ta\n\tb\n\tc\n\td\n")
    assert texts(document) == [["1", "a", "b", "c\nd"]]
    assert [notice.kind for notice in document.notices] == ["surplus_cells"]


def test_single_lines_after_a_tab_are_no_table() -> None:
    document = read("Nội dung\n\tNơi nhận:\n- Như trên;\n\tTRƯỞNG BAN\n")
    assert document.tables == ()
    assert document.pages[0].lines == ("Nội dung", "Nơi nhận:", "- Như trên;", "TRƯỞNG BAN")
