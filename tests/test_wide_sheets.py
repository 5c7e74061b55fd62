"""Parts of sheets too wide for the paper come together, whatever their order; nothing else does."""

from __future__ import annotations

import dataclasses

from test_joining import HEADER, HEIGHT, WIDTH, grid, texts

from extractors.grid import PageContent, PrintedLine
from extractors.joining import document_parts
from records import Box

TOPS = [100.0, 130.0, 190.0, 220.0, 280.0]
RIGHT = ["Thời hạn", "Kết quả"]


def boxed(one, tops):
    """The grid with a box for each cell; its rows begin at ``tops``, the last one ends there."""
    cells = tuple(
        dataclasses.replace(cell, box=Box(0, tops[cell.row], 10, tops[cell.row + cell.row_span]))
        for cell in one.cells
    )
    return dataclasses.replace(one, cells=cells, top=tops[0])


def page(number, rows, columns, lines=(), tops=TOPS):
    """A page of one grid; two parts of a sheet differ in their columns."""
    one = boxed(grid(rows, columns=columns), tops[: len(rows) + 1])
    printed = tuple(PrintedLine(text, top) for text, top in lines)
    return PageContent(number, printed, (one,), "text-layer", "text-layer", WIDTH, HEIGHT)


def left(number, *rows, lines=()):
    return page(number, [["TT", "Nhiệm vụ", "Chủ trì"], *rows], 3, lines)


def right(number, *rows, lines=()):
    return page(number, [RIGHT, *rows], 2, lines)


def row(number):
    return [str(number), f"Việc {number}", "Sở A"]


def rest(number):
    return [f"2026-{number}", f"Kết quả {number}"]


def test_right_parts_after_each_left_one_or_after_all_of_them():
    lefts = [left(0, row(1), row(2)), left(0, row(3), row(4))]
    rights = [right(0, rest(1), rest(2)), right(0, rest(3), rest(4))]
    over = [lefts[0], rights[0], lefts[1], rights[1]]
    for order in (over, [*lefts, *rights]):
        pages = [dataclasses.replace(one, number=at) for at, one in enumerate(order, start=1)]
        parts = document_parts(pages)
        (table,) = parts.tables
        assert table.header == ("TT", "Nhiệm vụ", "Chủ trì", *RIGHT)
        assert texts(table) == [[*row(number), *rest(number)] for number in (1, 2, 3, 4)]
        assert all(table.alignment)
        last = table.rows[0].page_last
        assert last == (2 if order is over else 3)
        assert {cell.page for cell in table.rows[0].cells[3:]} == {last}
        assert not parts.notices


def test_a_title_cut_by_the_paper_is_whole_again():
    group = ["I", ("Phát triển hạ tầ", 1, 2), None]
    beyond = [("tầng số", 1, 2), None]
    title = (("Phụ lục II", 40.0), ("DANH MỤC NHIỆM", 60.0))
    more = (("Phụ lục II", 40.0), ("VỤ NĂM 2026", 60.0))
    parts = document_parts(
        [left(1, group, row(1), lines=title), right(2, beyond, rest(1), lines=more)]
    )
    (table,) = parts.tables
    assert table.title == ("Phụ lục II", "DANH MỤC NHIỆM VỤ NĂM 2026")
    assert [one.span for one in table.rows] == [True, False]
    assert table.rows[0].cells[1].text == "Phát triển hạ tầ tầng số"
    assert table.rows[0].cells[1].confidence < 0.6  # it may lack letters at the cut


def test_letters_shown_on_both_sides_of_the_cut_are_one():
    group = ["I", ("Phát triển hạ tầng số, dữ li", 1, 2), None]
    beyond = [("ng số, dữ liệu số", 1, 2), None]
    (table,) = document_parts([left(1, group, row(1)), right(2, beyond, rest(1))]).tables
    assert table.rows[0].cells[1].text == "Phát triển hạ tầng số, dữ liệu số"
    assert table.rows[0].cells[1].confidence == 1.0


def test_a_part_whose_cells_are_merged_down_has_fewer_borders():
    rows = [RIGHT, [("Năm 2026", 2, 1), "a"], [None, "b"]]
    (table,) = document_parts([left(1, row(1), row(2)), page(2, rows, 2)]).tables
    assert texts(table) == [[*row(1), "Năm 2026", "a"], [*row(2), "Năm 2026", "b"]]
    assert table.rows[1].cells[3].method.endswith("merged")


def test_a_scanned_part_may_stand_upside_down_and_askew():
    other = right(2, rest(1), rest(2))
    (one,) = other.grids
    cells = [
        dataclasses.replace(
            cell, box=Box(10, 600 - cell.box.y1 + cell.column, 20, 600 - cell.box.y0 + cell.column)
        )
        for cell in one.cells
        if cell.box
    ]
    turned = dataclasses.replace(one, cells=tuple(cells))
    other = dataclasses.replace(other, grids=(turned,), route="re-ocr")
    (table,) = document_parts([left(1, row(1), row(2)), other]).tables
    assert texts(table) == [[*row(number), *rest(number)] for number in (1, 2)]


def test_the_rest_of_a_row_alone_on_its_pages_joins_it():
    edge = TOPS[:2]
    parts = document_parts(
        [
            left(1, row(1), row(2)),
            right(2, rest(1), rest(2)),
            page(3, [["", "và phần còn lại", ""]], 3, tops=edge),
            page(4, [["", "và kết quả còn lại"]], 2, tops=edge),
        ]
    )
    last = parts.tables[0].rows[-1]
    assert [cell.text for cell in last.cells] == [
        "2",
        "Việc 2\nvà phần còn lại",
        "Sở A",
        "2026-2",
        "Kết quả 2\nvà kết quả còn lại",
    ]
    assert last.page_last == 4


def test_a_left_part_without_its_right_one_is_told():
    parts = document_parts(
        [left(1, row(1), row(2)), right(2, rest(1), rest(2)), left(3, row(3), row(4))]
    )
    (table,) = parts.tables
    assert [one[4] for one in texts(table)] == ["Kết quả 1", "Kết quả 2", "", ""]
    (notice,) = parts.notices
    assert notice.kind == "half_missing"
    assert "trang 3" in notice.message


def test_other_tables_on_the_next_page_are_no_part():
    numbered = page(2, [["TT", "Tên"], ["1", "a"], ["2", "b"]], 2)
    lower = page(2, [["Chỉ tiêu", "Mức"], ["A", "B"], ["C", "D"]], 2, tops=[100.0, 160.0, 170, 300])
    label = right(2, rest(1), rest(2), lines=(("Phụ lục II", 60.0),))
    for other in (numbered, lower, label):
        first = left(1, row(1), row(2), lines=(("Phụ lục I", 60.0),))
        assert len(document_parts([first, other]).tables[0].header) == 3


def test_pages_of_one_table_are_no_parts_of_each_other():
    pages = [page(at, [HEADER, [str(at), "Một", "Sở A", "2026"]], 4) for at in (1, 2, 3)]
    (table,) = document_parts(pages).tables
    assert [one[0] for one in texts(table)] == ["1", "2", "3"]
