"""The facsimile factory: what is printed is the truth, and the benchmark counts it rightly."""

import itertools
import random
import re
import shutil
from collections import Counter

import pytest

from benchmarks.dumps import Score, count_assigned, line_of, read_truth
from normalizers.folding import fold
from pipeline.golden import Comparison, compare
from training.dumps import (
    appendix_sheets,
    golden_appendix,
    join_pages,
    running_text,
    scan_and_read,
    write_dump,
)
from training.forms import ANY
from training.invented import Appendix, Pool, body, invent
from training.tables import Column, Paragraph, Style, Table, TableRow, draw, set_pages

COLUMNS = (
    Column("number", "TT", 0.06),
    Column("text", "Nhiệm vụ, giải pháp", 0.5, "justify"),
    Column("lead", "Cơ quan chủ trì", 0.24),
    Column("deadline", "Thời gian thực hiện", 0.2),
)
ROWS = (
    TableRow(("I", "Hoàn thiện thể chế"), group=True),
    TableRow(("1", "Rà soát các văn bản đã ban hành.", "Sở Tư pháp", "Năm 2026")),
    TableRow(
        (
            "2",
            "Nâng cấp đường truyền tại các thôn, tổ dân phố vùng cao, bảo đảm thông suốt.",
            "Sở Khoa học và Công nghệ; UBND các xã, phường, đặc khu",
            "Năm 2026-2030",
        )
    ),
    TableRow(("3", "Tập huấn kỹ năng số cho cán bộ thôn.", "Sở Nội vụ", "Tháng 12/2026")),
)
SMALL = Style(landscape=False, size=13.0, margins=(60.0, 40.0, 60.0, 675.0))
"""A page with room for a handful of lines, so that a small table breaks over pages."""


def sheets_of(style=SMALL, rows=ROWS, columns=COLUMNS, seed=1):
    return set_pages([Table(columns, rows)], style, random.Random(seed))


def test_every_row_is_printed_whole_and_once():
    sheets = sheets_of()
    assert len(sheets) > 1
    printed = Counter()
    for sheet in sheets:
        for cell in sheet.cells:
            if cell.row >= 0 and cell.text:
                printed[cell.row, cell.column] += 1
    for index, row in enumerate(ROWS):
        for column, text in enumerate(row.cells):
            parts = [
                cell.text
                for sheet in sheets
                for cell in sheet.cells
                if (cell.row, cell.column) == (index, column) and cell.text
            ]
            assert " ".join(parts) == text
        assert printed[index, 0] == 1, "a number is not printed again after a page break"


def test_the_header_stands_on_every_page():
    for sheet in sheets_of():
        assert [cell.text for cell in sheet.cells if cell.row == -1] == [
            column.heading for column in COLUMNS
        ]


def test_lines_stand_inside_their_cells_and_pages():
    for sheet in sheets_of():
        boxes = {(cell.row, cell.column): cell.box for cell in sheet.cells}
        for line in sheet.lines:
            box = boxes[line.row, line.column]
            assert box.x0 < line.box.x0 < line.box.x1 < box.x1
            assert box.y0 < line.box.y0 < line.box.y1 < box.y1
            assert 0 < box.x0 < box.x1 < sheet.width
            assert 0 < box.y0 < box.y1 < sheet.height


def test_short_cells_are_centred_upright_unless_set_at_the_top():
    rows = (TableRow(("1", "một " * 60, "Sở Tư pháp", "Năm 2026")),)
    tall = Style(landscape=False, margins=(60.0, 40.0, 60.0, 40.0))
    for upright in ("center", "top"):
        (sheet,) = sheets_of(Style(**{**_fields(tall), "upright": upright}), rows)
        cell = next(one for one in sheet.cells if (one.row, one.column) == (0, 0))
        line = next(one for one in sheet.lines if (one.row, one.column) == (0, 0))
        above, below = line.box.y0 - cell.box.y0, cell.box.y1 - line.box.y1
        if upright == "center":
            assert above == pytest.approx(below, abs=2)
        else:
            assert above < below / 5


def test_the_rest_of_a_broken_row_starts_at_the_top_of_the_next_page():
    sheets = sheets_of()
    breaks = [
        (before, after)
        for before, after in itertools.pairwise(sheets)
        if {cell.row for cell in before.cells if cell.row >= 0}
        & {cell.row for cell in after.cells if cell.row >= 0}
    ]
    assert breaks
    for _, after in breaks:
        row = min(cell.row for cell in after.cells if cell.row >= 0)
        tops = {line.column: line.box.y0 for line in reversed(after.lines) if line.row == row}
        assert max(tops.values()) - min(tops.values()) < 0.1
        assert 0 not in tops


def test_a_group_heading_spans_its_columns():
    columns = (
        *COLUMNS[:2],
        *(Column(str(year), str(year), 0.1, group="Phân kỳ thời gian") for year in (2026, 2027)),
    )
    rows = (TableRow(("1", "Xây dựng trung tâm dữ liệu", "x", "")),)
    (sheet,) = sheets_of(Style(), rows, columns)
    header = {cell.text: cell for cell in sheet.cells if cell.row == -1}
    group = header["Phân kỳ thời gian"]
    assert group.span == 2
    assert group.box.y1 == header["2026"].box.y0
    assert group.box.x0 == header["2026"].box.x0
    assert group.box.x1 == header["2027"].box.x1
    assert header["TT"].box.y1 == header["2026"].box.y1
    assert header["TT"].box.y0 == group.box.y0


def test_no_word_is_cut_in_a_narrow_column():
    rows = (TableRow(("VIII.1", "Hợp tác"), group=True), ROWS[1])
    narrow = (Column("number", "STT", 0.01), *COLUMNS[1:])
    (sheet,) = sheets_of(Style(), rows, narrow)
    assert {"STT", "VIII.1"} <= {line.text for line in sheet.lines}


def test_running_text_fills_pages_and_keeps_every_word():
    texts = ["- " + "triển khai hệ thống dùng chung; " * 40, "Một câu ngắn."]
    blocks = [Paragraph(" ".join(text.split()), indent=36.0) for text in texts]
    sheets = set_pages(blocks, SMALL, random.Random(1))
    words = [word for sheet in sheets for line in sheet.lines for _, word in line.words]
    assert words == " ".join(texts).split()


POOL = Pool(
    tasks=("Rà soát các văn bản đã ban hành", "Tập huấn kỹ năng số cho cán bộ thôn"),
    indicators=("Tỷ lệ hồ sơ được số hóa", "Số thôn có điểm truy cập"),
    phrases=("Danh mục dữ liệu mở của tỉnh",),
    titles=("Hoàn thiện thể chế",),
    paragraphs=("Đoạn văn chạy.",),
)


@pytest.mark.parametrize("form", ["tasks-6", "indicators-4", "projects"])
def test_invented_rows_and_their_print_say_the_same(form):
    appendix = invent(form, "I", 12, random.Random(5), POOL, set())
    again = invent(form, "I", 12, random.Random(5), POOL, set())
    assert appendix == again
    rows = [row for row in appendix.printed if not row.group]
    assert len(rows) == len(appendix.truth) == 12
    for printed, truth in zip(rows, appendix.truth, strict=True):
        for column, text in zip(appendix.columns[1:], printed.cells[1:], strict=True):
            if column.group:
                assert (int(column.field) in truth["years"]) == (text == "x")
            else:
                assert truth[column.field] == (text or None)
        assert truth["row_no"] == printed.cells[0]
        assert len(truth["section_path"]) == 2
    assert body([appendix], random.Random(5), POOL, filler=1)


def test_forms_drawn_at_random_differ_and_say_what_they_print():
    looks = set()
    for seed in range(12):
        appendix = invent(ANY, "I", 6, random.Random(seed), POOL, set())
        assert appendix == invent(ANY, "I", 6, random.Random(seed), POOL, set())
        assert sum(column.width for column in appendix.columns) == pytest.approx(1)
        looks.add((appendix.dataset, tuple(column.field for column in appendix.columns)))
        rows = [row for row in appendix.printed if not row.group]
        for printed, truth in zip(rows, appendix.truth, strict=True):
            for column, text in zip(appendix.columns[1:], printed.cells[1:], strict=True):
                if not column.group:
                    assert truth[column.field] == (text or None)
    assert len(looks) > 6


def test_a_long_form_has_texts_of_several_clauses_and_a_note():
    appendix = invent("tasks-5-note-long", "I", 40, random.Random(5), POOL, set())
    clauses = [len(re.split("[;.] ", row["text"])) for row in appendix.truth]
    assert max(clauses) > 2
    assert any(row["note"] for row in appendix.truth)


def test_a_form_with_stages_counts_its_sections_anew_in_each():
    appendix = invent("indicators-5-stages", "I", 40, random.Random(5), POOL, set())
    codes = [tuple(title.split()[0] for title in row["section_path"]) for row in appendix.truth]
    outlines = [tuple(dict.fromkeys(code[1] for code in codes if code[0] == at)) for at in "AB"]
    assert outlines == [("I", "II", "III")] * 2
    assert {code[2] for code in codes if code[1] == "I"} >= {"I.1", "I.2"}
    assert all(len(code) == 2 for code in codes if code[1] != "I")


def test_only_the_first_section_of_a_form_with_levels_has_parts():
    appendix = invent("projects-levels", "III", 60, random.Random(5), POOL, set())
    paths = [row["section_path"] for row in appendix.truth]
    assert len(paths) == 60
    assert {path[0].split()[0]: len(path) for path in paths} == {"I": 2, "II": 1, "III": 1}
    begins = [row for row, path in zip(appendix.truth, paths, strict=True) if path[0][:2] == "II"]
    assert begins[0]["row_no"].strip(".") in ("1", "2")


def test_golden_rows_get_their_group_rows_back():
    rows = [
        {"dataset": "projects", "appendix": "III", "section_path": ["I Hạ tầng", "I.1 Mạng"]}
        | {"row_no": "1", "text": "Nâng cấp mạng", "lead": "Sở Nội vụ", "years": [2026]},
        {"dataset": "projects", "appendix": "III", "section_path": ["I Hạ tầng", "I.2 Điện"]}
        | {"row_no": "1", "text": "Kéo điện", "lead": None, "years": [2026, 2027]},
    ]
    appendix = golden_appendix("III", rows, "DANH MỤC")
    assert [column.field for column in appendix.columns] == [
        *("number", "text", "lead"),
        *("2026", "2027"),
    ]
    assert [row.cells for row in appendix.printed] == [
        ("I", "Hạ tầng"),
        ("I.1", "Mạng"),
        ("1", "Nâng cấp mạng", "Sở Nội vụ", "x", ""),
        ("I.2", "Điện"),
        ("1", "Kéo điện", "", "x", "x"),
    ]


def test_running_text_ends_where_the_appendices_begin(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text("**KẾ HOẠCH**\n\n# I. Mục tiêu\n a\tb\n**Phụ lục I**  \nbảng\n", "utf-8")
    assert running_text(path) == ["KẾ HOẠCH", "I. Mục tiêu"]


def test_pages_are_told_apart_by_a_space_or_blank_lines():
    text = join_pages([["a", "b"]] * 30, random.Random(1))
    pages = [line for line in text.split("\n") if line.strip() == "a"]
    assert len(pages) == 30
    assert pages[0] == " a"
    assert {" a", "a"} == set(pages)
    assert "\n\n\n\n\na" in text


def test_a_small_dump_is_read_back(tmp_path):
    if not shutil.which("tesseract"):
        pytest.fail("tesseract is missing: apt-get install tesseract-ocr fonts-liberation2")
    truth = [
        {"dataset": "tasks", "appendix": "I", "section_path": ["I Hoàn thiện thể chế"]}
        | {"row_no": row.cells[0], "text": row.cells[1], "lead": row.cells[2]}
        | {"deadline": row.cells[3]}
        for row in ROWS[1:]
    ]
    appendix = Appendix("tasks", "I", "CÁC NHIỆM VỤ", "(Kèm theo Kế hoạch)", COLUMNS, ROWS, truth)
    dumps = []
    for name in ("one", "two"):
        rng = random.Random(3)
        pages = scan_and_read(appendix_sheets(appendix, Style(), rng), 200, 6, rng)
        write_dump(tmp_path / name, pages, truth, ["Đoạn văn."], {"seed": 3}, rng)
        dumps.append((tmp_path / name / "dump.txt").read_bytes())
    assert dumps[0] == dumps[1]
    ink = fold(dumps[0].decode("utf-8"))
    for words in ("phu luc", "ban hanh", "2026-2030", "12/2026"):
        assert words in ink
    assert "ọ" not in dumps[0].decode("utf-8"), "an English model knows no Vietnamese"
    assert read_truth(tmp_path / "one" / "rows.jsonl")["tasks"][1]["row_no"] == "2"


def seen_row(number, **cells):
    row = {"row_id": f"d/I/I/{number}", "document_id": "d", "appendix": "I", "row_no": number}
    row["section_path"] = ["I Hoàn thiện thể chế"]
    names = ("text", "lead", "coordinate", "expected_result", "deadline", "note")
    return row | dict.fromkeys(names) | cells


def test_words_in_the_wrong_column_are_counted_apart_from_bad_repair():
    golden = [
        seen_row("1", text="Rà soát các văn bản", lead="Sở Tư pháp"),
        seen_row("2", text="Tập huấn kỹ năng", lead="Sở Nội vụ"),
    ]
    seen = [
        seen_row("1", text="Ra soat cac van bin phap", lead="So Tu"),
        seen_row("2", text="Tap huan ky nang", lead="So Noi vu"),
    ]
    score = Score("d", compare({"d": {"tasks": golden}}, {"tasks": seen}))
    count_assigned(score, "tasks", golden, seen, [])
    assert score.assigned(["text"]) == 1.0
    assert score.wrong["lead"] == 1
    assert score.right["lead"] == 5
    assert line_of(score, 4).split()[:5] == ["d", "2", "2", "0", "0"]


def test_a_destroyed_word_is_no_wrong_assignment():
    golden = [seen_row("1", text="Rà soát các văn bản", lead="Sở Tư pháp")]
    seen = [seen_row("1", text="Ra soat cac van bin", lead="eee ee aie")]
    score = Score("d", Comparison())
    count_assigned(score, "tasks", golden, seen, [])
    assert not score.wrong
    assert score.assigned() == 1.0


def test_the_page_image_has_ink_where_the_lines_stand():
    sheet = sheets_of(Style())[0]
    image = draw(sheet, 100)
    assert image.size == (round(sheet.width * 100 / 72), round(sheet.height * 100 / 72))
    line = next(one for one in sheet.lines if one.text == "Sở Tư pháp")
    box = tuple(round(edge * 100 / 72) for edge in (line.box.x0, line.box.y0))
    ends = tuple(round(edge * 100 / 72) for edge in (line.box.x1, line.box.y1))
    low, high = image.crop((*box, *ends)).getextrema()
    assert low < 60
    assert high == 255


def _fields(style):
    return {name: getattr(style, name) for name in style.__slots__}
