"""Grids of pages become tables: rows over pages, headers, groups, merged cells, running text."""

from __future__ import annotations

from extractors.grid import Grid, GridCell, PageContent, PrintedLine
from extractors.joining import document_parts

WIDTH, HEIGHT = 842.0, 595.0
HEADER = ["TT", "Nhiệm vụ", "Chủ trì", "Thời hạn"]


def grid(rows, top=100.0, columns=4, edges=None):
    """A grid of rows; a cell is a text, or (text, row span, column span), None where covered."""
    cells = []
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                text, down, across = (cell, 1, 1) if isinstance(cell, str) else cell
                cells.append(GridCell(index, column, text, down, across))
    step = 700.0 / columns
    edges = tuple(70.0 + step * index for index in range(columns + 1)) if edges is None else edges
    return Grid(top, len(rows), columns, tuple(cells), edges)


def page(number, *grids, lines=()):
    printed = tuple(PrintedLine(text, top) for text, top in lines)
    return PageContent(number, printed, grids, "text-layer", "text-layer", WIDTH, HEIGHT)


def texts(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_a_row_broken_by_the_page_joins_its_rest_and_the_header_goes():
    parts = document_parts(
        [
            page(
                1,
                grid([HEADER, ["1", "Xây dựng cơ sở", "Sở A", ""]]),
                lines=[("Phụ lục I", 60), ("DANH MỤC", 80)],
            ),
            page(2, grid([HEADER, ["", "dữ liệu", "", "2026"], ["2", "Kết nối", "Sở B", "2027"]])),
        ]
    )
    (table,) = parts.tables
    assert table.title == ("Phụ lục I", "DANH MỤC")
    assert table.header == tuple(HEADER)
    assert texts(table) == [
        ["1", "Xây dựng cơ sở\ndữ liệu", "Sở A", "2026"],
        ["2", "Kết nối", "Sở B", "2027"],
    ]
    assert (table.rows[0].page_first, table.rows[0].page_last) == (1, 2)


def test_a_table_goes_on_without_its_header():
    parts = document_parts(
        [
            page(1, grid([HEADER, ["1", "Một", "Sở A", "2026"]])),
            page(2, grid([["2", "Hai", "Sở B", "2027"]])),
        ]
    )
    assert [row[0] for row in texts(parts.tables[0])] == ["1", "2"]


def test_a_header_that_was_read_differently_goes_as_well():
    misread = ["TT", "Nhiêm vụ", "Chủ tri", "Thời han"]
    parts = document_parts(
        [
            page(1, grid([HEADER, ["1", "Một", "Sở A", "2026"]])),
            page(2, grid([misread, ["2", "Hai", "Sở B", "2027"]])),
        ]
    )
    assert [row[0] for row in texts(parts.tables[0])] == ["1", "2"]


def test_a_new_appendix_label_begins_a_table_with_the_same_header():
    parts = document_parts(
        [
            page(1, grid([HEADER, ["1", "Một", "Sở A", "2026"]]), lines=[("Phụ lục I", 60)]),
            page(2, grid([HEADER, ["1", "Hai", "Sở B", "2027"]]), lines=[("Phụ lục II", 60)]),
        ]
    )
    assert [table.title for table in parts.tables] == [("Phụ lục I",), ("Phụ lục II",)]


def test_rows_merged_across_are_groups():
    rows = [
        HEADER,
        [("I. Hạ tầng số", 1, 4), None, None, None],
        ["I.1", ("Trung tâm dữ liệu", 1, 3), None, None],
        ["1", "Một", "Sở A", "2026"],
    ]
    (table,) = document_parts([page(1, grid(rows))]).tables
    assert [row.span for row in table.rows] == [True, True, False]
    assert texts(table)[:2] == [["", "I. Hạ tầng số"], ["I.1", "Trung tâm dữ liệu"]]


def test_a_cell_merged_down_holds_for_each_row_and_says_so():
    rows = [
        HEADER,
        ["1", "Một", ("Sở A", 2, 1), "2026"],
        ["2", "Hai", None, "2027"],
    ]
    (table,) = document_parts([page(1, grid(rows))]).tables
    assert [row[2] for row in texts(table)] == ["Sở A", "Sở A"]
    assert [row.cells[2].method for row in table.rows] == ["text-layer, merged"] * 2


def test_a_merged_value_is_carried_over_the_page():
    first = [HEADER, ["1", "Một", ("Sở A", 2, 1), "2026"], ["2", "Hai", None, "2027"]]
    second = [["3", "Ba", ("", 2, 1), "2028"], ["4", "Bốn", None, "2029"]]
    (table,) = document_parts([page(1, grid(first)), page(2, grid(second))]).tables
    assert [row[2] for row in texts(table)] == ["Sở A"] * 4


def test_two_level_headers_are_joined_outer_first():
    rows = [
        [("TT", 2, 1), ("Dự án", 2, 1), ("Phân kỳ thời gian", 1, 2), None],
        [None, None, "2026", "2027"],
        ["(1)", "(2)", "(3)", "(4)"],
        ["1", "Kho dữ liệu", "x", ""],
    ]
    (table,) = document_parts([page(1, grid(rows))]).tables
    assert table.header == (
        "TT",
        "Dự án",
        "Phân kỳ thời gian 2026",
        "Phân kỳ thời gian 2027",
    )
    assert texts(table) == [["1", "Kho dữ liệu", "x", ""]]


def test_page_numbers_and_running_heads_leave_the_text():
    pages = [
        page(number, lines=[("UBND TỈNH", 20.0), (str(number), 30.0), (f"Câu {number}.", 200.0)])
        for number in (1, 2, 3)
    ]
    assert [one.lines for one in document_parts(pages).pages] == [
        ("Câu 1.",),
        ("Câu 2.",),
        ("Câu 3.",),
    ]


def test_a_frame_around_text_is_running_text():
    framed = grid([["DỰ THẢO", "Hà Nội"]], columns=2)
    parts = document_parts([page(1, framed)])
    assert not parts.tables
    assert parts.pages[0].lines == ("DỰ THẢO", "Hà Nội")


def test_a_title_alone_among_numbered_rows_is_a_group_row():
    rows = [["", "Nhiệm vụ chung", "", ""], ["1", "Một", "Sở A", ""], ["", "- thêm", "", ""]]
    (table,) = document_parts([page(1, grid([HEADER, *rows, ["2", "Hai", "", ""]]))]).tables
    assert [(row.span, row.cells[1].text) for row in table.rows] == [
        (True, "Nhiệm vụ chung"),
        (False, "Một"),
        (False, "- thêm"),
        (False, "Hai"),
    ]


def test_a_letterhead_with_a_column_between_is_running_text():
    head = [
        ["UBND TỈNH QUẢNG NGÃI", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["Số: 5/KH", "", ""],
    ]
    foot = [["Nơi nhận:\n- Lưu: VT.", "", "", "CHỦ TỊCH"]]
    parts = document_parts(
        [
            page(1, grid(head, columns=3, edges=())),
            page(2, grid([HEADER, ["1", "Một", "Sở A", ""]], edges=())),
            page(3, grid(foot, edges=())),
        ]
    )
    assert len(parts.tables) == 1
    assert parts.pages[0].lines[:2] == ("UBND TỈNH QUẢNG NGÃI", head[0][2])
    assert parts.pages[2].lines == ("Nơi nhận:", "- Lưu: VT.", "CHỦ TỊCH")


def test_a_row_knows_its_page_in_a_grid_that_runs_on_over_pages():
    cells = [
        GridCell(row, column, text, page=number)
        for row, number in ((0, 3), (1, 3), (2, 4))
        for column, text in enumerate([HEADER, ["1", "Một", "A", ""], ["2", "Hai", "B", ""]][row])
    ]
    (table,) = document_parts([page(3, Grid(100.0, 3, 4, tuple(cells)))]).tables
    assert [(row.page_first, row.cells[1].page) for row in table.rows] == [(3, 3), (4, 4)]


def test_a_heading_is_what_most_pages_show():
    readings = [["K", *HEADER[1:]], ["TT", *HEADER[1:]], ["TT", "Nhiêm vụ", *HEADER[2:]]]
    pages = [
        page(number, grid([header, [str(number), "Một", "Sở A", "2026"]]))
        for number, header in enumerate(readings, start=1)
    ]
    (table,) = document_parts(pages).tables
    assert table.header == tuple(HEADER)
    assert [row[0] for row in texts(table)] == ["1", "2", "3"]


def test_a_cell_merged_down_from_the_rest_of_a_row_holds_that_rows_value():
    parts = document_parts(
        [
            page(
                1, grid([HEADER, ["1", "Một", "Sở A", "2026"], ["2", "Hai dòng", "Sở B", "2027"]])
            ),
            page(2, grid([["", "và phần còn lại", ("", 3, 1), ""], ["3", "Ba", None, "2028"]])),
        ]
    )
    assert texts(parts.tables[0])[1:] == [
        ["2", "Hai dòng\nvà phần còn lại", "Sở B", "2027"],
        ["3", "Ba", "Sở B", "2028"],
    ]


def test_the_title_of_a_group_broken_by_the_page_is_one():
    parts = document_parts(
        [
            page(1, grid([HEADER, ["1", "Một", "Sở A", ""], ["II", "Bảo đảm an ninh", "", ""]])),
            page(2, grid([["", "mạng", "", ""], ["1", "Hai", "Sở B", ""]])),
        ]
    )
    rows = parts.tables[0].rows
    assert [(row.span, row.cells[1].text) for row in rows] == [
        (False, "Một"),
        (True, "Bảo đảm an ninh\nmạng"),
        (False, "Hai"),
    ]


def test_a_misread_code_before_a_title_alone_is_a_groups():
    rows = [HEADER, ["HI", "Phát triển hạ tầng số", "", ""], ["7", "Một", "Sở A", "2026"]]
    (table,) = document_parts([page(1, grid(rows))]).tables
    assert [row.span for row in table.rows] == [True, False]


def test_a_merged_value_that_the_page_breaks_holds_whole_for_the_rows_below():
    parts = document_parts(
        [
            page(1, grid([HEADER, ["1", "Một", "Sở A", ""], ["2", "Hai", "Công an tỉnh;", ""]])),
            page(2, grid([["", "dòng", ("Sở B", 2, 1), ""], ["3", "Ba", None, ""]])),
        ]
    )
    assert [row[2] for row in texts(parts.tables[0])] == ["Sở A"] + ["Công an tỉnh;\nSở B"] * 2


def test_an_empty_cell_at_the_top_of_a_page_may_go_on_from_above_and_says_it_is_unsure():
    rows = [[str(number), "Việc", f"Sở {number}", ""] for number in range(1, 6)]
    parts = document_parts(
        [page(1, grid([HEADER, *rows])), page(2, grid([["6", "Việc", "", ""]], edges=None))]
    )
    last = parts.tables[0].rows[-1]
    assert [cell.text for cell in last.cells] == ["6", "Việc", "Sở 5", ""]
    assert last.cells[2].confidence < 0.6
    assert last.cells[2].method.endswith("merged")


def test_a_table_of_a_header_alone_has_no_rows():
    (table,) = document_parts([page(1, grid([HEADER]))]).tables
    assert (table.header, table.rows) == (tuple(HEADER), ())


def test_a_group_row_of_two_cells_at_the_top_of_a_page_is_no_header():
    group = ["Nhóm khác", ("Nhiệm vụ cụ thể", 1, 3), None, None]
    parts = document_parts(
        [
            page(1, grid([HEADER, ["1", "Một", "Sở A", "2026"]])),
            page(2, grid([group, ["2", "Hai", "Sở B", "2027"]])),
        ]
    )
    (table,) = parts.tables
    assert [row.span for row in table.rows] == [False, True, False]
