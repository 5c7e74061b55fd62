"""PDFs: text layers in sound pages, images of the others; lines and cells where they stand."""

from __future__ import annotations

import dataclasses
import io

import facsimile
import pytest
from facsimile.plans import Look
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractors import Unreadable, extract_bytes, pdf, scan
from extractors._pdfium import LOST, open_document, picture_bytes, read_layer
from extractors.grid import Grid, GridCell, PageContent, PrintedLine
from extractors.pdf import layer_content, read_pdf, with_lost_letters
from normalizers.legacy import encoding_of_font, to_unicode
from normalizers.page_health import judge_layer
from records import Box
from training.tables import font_path

PLAN = facsimile.plan("quang-ngai-ubnd.05")
YEARS = facsimile.plan("quang-ngai-ubnd.11")


class Judge:
    judge_layer = staticmethod(judge_layer)
    from_old = staticmethod(to_unicode)
    old_encoding = staticmethod(encoding_of_font)


def read(data):
    return read_pdf(data, "x.pdf", "0", Judge())


def paper(draw, pages=1, size=(595, 842)):
    """A PDF whose pages ``draw(canvas, number)`` draws, in a font with every letter."""
    for face in ("Regular", "Bold"):
        if f"Paper{face}" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(f"Paper{face}", font_path(face)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    for number in range(1, pages + 1):
        canvas.setFont("PaperRegular", 12)
        draw(canvas, number)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def content(data, index=0):
    return layer_content(read_layer(open_document(data), index), index + 1, Judge())[0]


def printed(table):
    """All printed text of a table, blanks aside."""
    return "".join("".join(cell.text.split()) for row in table.rows for cell in row.cells)


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_every_printed_row_comes_back_whole(seed):
    one = facsimile.print_pdf(PLAN.cut(0, 14), seed=seed)
    document = read(one.data)
    assert len(document.tables) == len(one.tables)
    rows = [row for table in document.tables for row in table.rows if not row.span]
    assert len(rows) == len(one.rows)
    for row, golden in zip(rows, one.rows, strict=True):
        assert row.cells[0].text == (golden["row_no"] or "")
        assert "".join(row.cells[1].text.split()) == "".join(golden["text"].split())


def test_rows_over_a_page_know_where_their_pieces_stand():
    one = facsimile.print_pdf(PLAN.cut(0, 14), seed=1)
    broken = [
        cell
        for table in read(one.data).tables
        for row in table.rows
        for cell in row.cells
        if cell.more
    ]
    assert broken
    assert all(page > cell.page for cell in broken for page, _ in cell.more)


def test_year_columns_are_named_by_both_levels_of_the_header():
    one = facsimile.print_pdf(YEARS.cut(0, 6, "III").without_body(), seed=4)
    (table,) = read(one.data).tables
    years = [name for name in table.header if name.endswith(("2026", "2030"))]
    assert len(years) == 2
    assert all(len(name) > 4 for name in years)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_layers_from_before_unicode_are_read(encoding):
    small = PLAN.cut(0, 4, "I").without_body()
    old = facsimile.print_pdf(small, dataclasses.replace(Look(), encoding=encoding), seed=2)
    new = facsimile.print_pdf(small, Look(), seed=2)
    assert list(map(printed, read(old.data).tables)) == list(map(printed, read(new.data).tables))


def test_only_pages_without_a_sound_layer_are_read_from_their_image(monkeypatch):
    seen = []

    def read_page_image(image, number, width, height, reason=""):
        seen.append((number, round(width), round(height), reason))
        return PageContent(number, (), (), "re-ocr", "tesseract", width, height, reason)

    def draw(canvas, number):
        if number == 2:
            canvas.drawInlineImage(facsimile_picture(), 0, 0, 595, 842)
            canvas.drawString(300, 60, "Ký bởi: Văn phòng; 08/01/2026 15:04:31 +07:00")
        else:
            canvas.drawString(72, 700, f"Điều {number}. Quyết định này có hiệu lực kể từ ngày ký.")

    monkeypatch.setattr(scan, "read_page_image", read_page_image)
    monkeypatch.setattr(pdf, "read_each", lambda work, pages, **_: map(work, pages))
    document = read(paper(draw, 3))
    assert [(one[0], one[1], one[2]) for one in seen] == [(2, 595, 842)]
    assert "chữ ký số" in seen[0][3]
    assert [page.route for page in document.pages] == ["text-layer", "re-ocr", "text-layer"]
    kept, reread = document.notices  # every page's judgement is recorded
    assert (kept.kind, kept.severity) == ("page_layer", "info")
    assert kept.message == "Trang 1, 3: lớp chữ tiếng Việt lành lặn."
    assert (reread.kind, reread.severity) == ("page_reread", "info")
    assert reread.message.startswith("Trang 2: trang là ảnh quét; lớp chữ chỉ là chữ của chữ ký số")


def facsimile_picture():
    from PIL import Image

    return Image.new("L", (60, 84), 200)


def test_blocks_side_by_side_come_one_after_the_other():
    def draw(canvas, _):
        for row, (left, right) in enumerate(
            (("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI"), ("TỈNH QUẢNG NGÃI", "Độc lập - Tự do"))
        ):
            canvas.drawString(80, 780 - 15 * row, left)
            canvas.drawString(320, 780 - 15 * row, right)
        canvas.drawString(80, 700, "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16/6/2025;")

    assert [line.text for line in content(paper(draw)).lines] == [
        "ỦY BAN NHÂN DÂN",
        "TỈNH QUẢNG NGÃI",
        "CỘNG HÒA XÃ HỘI",
        "Độc lập - Tự do",
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16/6/2025;",
    ]


def ruled(canvas, rows, xs, top=700, step=30):
    for index in range(len(rows) + 1):
        canvas.line(xs[0], top - step * index, xs[-1], top - step * index)
    for x in xs:
        canvas.line(x, top, x, top - step * len(rows))
    for index, row in enumerate(rows):
        for x, text in zip(xs, row, strict=False):
            canvas.drawString(x + 4, top - step * index - 20, text)


def test_marks_of_footnotes_leave_cells_and_units_keep_their_power():
    def draw(canvas, _):
        ruled(canvas, [("TT", "Chỉ tiêu", "Đơn vị"), ("1", "Diện tích", "km")], (60, 90, 300, 500))
        for x, text, mark in ((94, "Diện tích", "1"), (304, "km", "2")):
            canvas.setFont("PaperRegular", 7)
            canvas.drawString(x + canvas.stringWidth(text, "PaperRegular", 12), 654, mark)
        canvas.drawString(60, 103, "1")
        canvas.setFont("PaperRegular", 9)
        canvas.drawString(66, 100, "Không tính mặt nước.")

    (grid,) = content(paper(draw)).grids
    assert [cell.text for cell in grid.cells][-2:] == ["Diện tích", "km²"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_table_on_a_turned_page_reads_the_same_and_boxes_stay_on_the_page(turn):
    rows = [("TT", "Nhiệm vụ", "Chủ trì"), ("1", "Kho dữ liệu dùng chung", "Sở Nội vụ")]

    def draw(canvas, _):
        canvas.setPageRotation(turn)
        ruled(canvas, rows, (60, 90, 300, 500))

    def draw_sideways(canvas, _):
        canvas.translate(297, 421)
        canvas.rotate(turn)
        canvas.translate(-297, -421)
        ruled(canvas, rows, (60, 90, 300, 500), top=600)

    for make in (draw_sideways,) if turn else (draw, draw_sideways):
        page = content(paper(make))
        (grid,) = page.grids
        assert [cell.text for cell in grid.cells] == [*rows[0], *rows[1]]
        for cell in grid.cells:
            assert cell.box is not None
            assert 0 <= cell.box.x0 < cell.box.x1 <= 595
            assert 0 <= cell.box.y0 < cell.box.y1 <= 842


def test_bold_cells_say_so():
    def draw(canvas, _):
        ruled(canvas, [("", "Phát triển hạ tầng số"), ("1", "Kho dữ liệu")], (60, 90, 500))
        canvas.setFont("PaperBold", 12)
        canvas.drawString(64, 680, "II")

    (grid,) = content(paper(draw)).grids
    assert [cell.bold for cell in grid.cells] == [True, False, False, False]


def test_a_letter_that_is_drawn_but_not_named_is_looked_up_in_the_image():
    box = Box(60, 100, 300, 130)
    layer = PageContent(
        1,
        (PrintedLine(f"{LOST}uyết định này có hiệu lực", 50.0),),
        (Grid(100, 1, 1, (GridCell(0, 0, f"{LOST}uật Xây dựng", box=box),)),),
        "text-layer",
        "text-layer",
    )
    seen = PageContent(
        1,
        (PrintedLine("Quyết định này có hiệu lực", 51.0, 0.9),),
        (Grid(100, 1, 1, (GridCell(0, 0, "Luật Xây dựng", box=box, confidence=0.8),)),),
        "re-ocr",
        "tesseract",
    )
    words = with_lost_letters(
        dataclasses.replace(
            layer, lines=(PrintedLine(f"{LOST}uật ây dựng ngày 10/4/2009", 50.0),), grids=()
        ),
        dataclasses.replace(
            seen, lines=(PrintedLine("Luật Xây dụng ngày ¡0/4/2009", 50.0),), grids=()
        ),
    )
    assert words.lines[0].text == "Luật Xây dựng ngày 10/4/2009"
    mended = with_lost_letters(layer, seen)
    assert mended.lines[0].text == "Quyết định này có hiệu lực"
    assert mended.grids[0].cells[0].text == "Luật Xây dựng"
    assert mended.grids[0].cells[0].confidence == 0.8
    blind = with_lost_letters(layer, dataclasses.replace(seen, lines=(), grids=()))
    assert blind.grids[0].cells[0].confidence < 0.6


def test_a_page_that_fails_is_lost_alone(monkeypatch):
    whole = pdf.read_page

    def failing(document, judge, number):
        if number == 2:
            raise RuntimeError("no such font")
        return whole(document, judge, number)

    def draw(canvas, number):
        canvas.drawString(72, 700, f"Điều {number}. Quyết định này có hiệu lực kể từ ngày ký.")

    monkeypatch.setattr(pdf, "read_page", failing)
    document = read(paper(draw, 3))
    assert [len(page.lines) for page in document.pages] == [1, 0, 1]
    (notice,) = (one for one in document.notices if one.kind != "page_layer")
    assert notice.severity == "error"
    assert "Trang 2" in notice.message


def test_a_document_without_tesseract_keeps_its_sound_pages(monkeypatch):
    def missing(document, judge, number):
        if number == 1:
            raise pdf.TesseractMissing("apt-get install tesseract-ocr")
        return PageContent(number, (PrintedLine("Điều 2.", 50.0),), (), "text-layer", "text-layer")

    monkeypatch.setattr(pdf, "read_page", missing)
    document = read(paper(lambda canvas, _: canvas.drawString(72, 700, "Điều"), 2))
    assert [page.lines for page in document.pages] == [(), ("Điều 2.",)]
    assert "apt-get install" in document.notices[0].message


def test_a_scan_is_known_by_its_picture():
    def draw(canvas, number):
        side = 500 if number == 2 else 60
        picture = ImageReader(Image.effect_noise((400, 400), 60))
        canvas.drawImage(picture, 40, 40, side, side * 1.4)

    document = open_document(paper(draw, 2))
    assert picture_bytes(document, 0) == 0
    assert picture_bytes(document, 1) > 10_000


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnothing", b"%PDF-1.4\n%%EOF\n"])
def test_a_broken_file_is_refused_in_both_languages(data):
    with pytest.raises(Unreadable) as refused:
        extract_bytes(data, "x.pdf", Judge())
    assert "hỏng" in refused.value.reason_vi
    assert "broken" in refused.value.reason_en


def test_a_damaged_cross_reference_table_is_mended():
    def draw(canvas, number):
        canvas.drawString(72, 700, f"Điều {number}. Quyết định này có hiệu lực kể từ ngày ký.")

    data = paper(draw, 2).replace(b"startxref\n", b"startxref\n9")
    assert [page.lines[0][:7] for page in read(data).pages] == ["Điều 1.", "Điều 2."]


def test_a_value_merged_down_holds_for_each_row_where_no_rule_says_so():
    how = dataclasses.replace(facsimile.look(2), rules="none", merged=("lead", "deadline"))
    plan = facsimile.plan("quang-ngai-bcd").cut(0, 12, "III").without_body()
    one = facsimile.print_pdf(plan, how, seed=2)
    rows = [row for row in read(one.data).tables[0].rows if not row.span]
    seen = [row.cells[4].text.replace("\n", " ") for row in rows]
    assert seen == [golden["deadline"] for golden in one.rows]
    assert sum(row.cells[4].method.endswith("merged") for row in rows) == 7


def test_a_value_merged_down_may_stand_over_the_border_of_its_rows():
    how = dataclasses.replace(facsimile.look(4), rules="none")
    one = facsimile.print_pdf(facsimile.plan("quang-ngai-ubnd.11cb").cut(0, 9, "III"), how, seed=4)
    rows = [row for row in read(one.data).tables[0].rows if not row.span]
    assert [row.cells[1].text.replace("\n", " ") for row in rows] == [
        golden["text"] for golden in one.rows
    ]


@pytest.mark.parametrize("rules", ["horizontal", "none"])
@pytest.mark.parametrize("seed", [2, 3])
def test_columns_and_rows_come_from_alignment_where_rules_are_missing(rules, seed):
    how = dataclasses.replace(facsimile.look(seed), rules=rules, merged=())
    one = facsimile.print_pdf(PLAN.cut(0, 6), how, seed=seed)
    tables = read(one.data).tables
    rows = [row for table in tables for row in table.rows if not row.span]
    assert [row.cells[0].text for row in rows] == [golden["row_no"] for golden in one.rows]
    for row, golden in zip(rows, one.rows, strict=True):
        assert "".join(row.cells[1].text.split()) == "".join(golden["text"].split())
        agencies = "".join(row.cells[-1 if golden["dataset"] == "indicators" else 2].text.split())
        name = "implement" if golden["dataset"] == "indicators" else "lead"
        assert agencies == "".join((golden[name] or "").split())


def test_running_text_and_a_letterhead_are_no_table():
    def draw(canvas, _):
        for index in range(8):
            canvas.drawString(60, 780 - 15 * index, "Sở Tài chính")
            canvas.drawString(250, 780 - 15 * index, "chủ trì, phối hợp")
            canvas.drawString(450, 780 - 15 * index, "các sở, ban, ngành")

    assert not content(paper(draw)).grids


def test_a_letter_squeezed_into_the_space_before_it_comes_after_it():
    from extractors._pdfium import Glyph
    from extractors.layer_text import cell_text

    squeezed = [("n", 0.0, 6.0), ("ă", 6.0, 12.0), ("m", 12.0, 21.0), (" ", 21.0, 24.5)]
    squeezed += [("2", 20.9, 27.0), ("6", 27.0, 33.0)]
    glyphs = [Glyph(text, x0, 0.0, x1, 12.0, 10.0, 12.0) for text, x0, x1 in squeezed]
    assert cell_text(glyphs) == "năm 26"


def test_a_header_of_two_levels_is_told_without_any_rule():
    how = dataclasses.replace(facsimile.look(7), rules="none", merged=())
    one = facsimile.print_pdf(YEARS.cut(0, 8, "III").without_body(), how, seed=7)
    (table,) = read(one.data).tables
    years = [name.rsplit(" ", 1) for name in table.header[3:]]
    assert [year for _, year in years] == ["2026", "2027", "2028", "2029", "2030"]
    assert len({outer for outer, _ in years}) == 1
    marks = [row.cells[3:] for row in table.rows if not row.span]
    seen = [[2026 + i for i, cell in enumerate(cells) if cell.text == "x"] for cells in marks]
    assert seen == [golden["years"] for golden in one.rows]


@pytest.mark.parametrize("order", ["over", "down"])
def test_wide_sheets_cut_in_two_come_together(order):
    how = dataclasses.replace(facsimile.look(2), halves=order)
    one = facsimile.print_pdf(facsimile.plan("quang-ngai-dang"), how, seed=2)
    (table,) = read(one.data).tables
    rows = [row for row in table.rows if not row.span]
    assert [row.cells[0].text for row in rows] == [golden["row_no"] for golden in one.rows]
    for row, golden in zip(rows, one.rows, strict=True):
        assert "".join(row.cells[-1].text.split()) == "".join(golden["result"].split())
    assert not any("Thời hạn" in line for page in read(one.data).pages for line in page.lines)


def test_a_groups_title_that_runs_over_the_papers_edge_is_whole():
    how = dataclasses.replace(facsimile.look(2), halves="over")
    plan = facsimile.plan("quang-ngai-bcd").cut(4, 7, "I").without_body()
    one = facsimile.print_pdf(plan, how, seed=2)
    (table,) = read(one.data).tables
    titles = ["".join(row.cells[1].text.split()) for row in table.rows if row.span]
    printed = [golden["section_path"][-1].split(" ", 1)[1] for golden in one.rows]
    assert titles == ["".join(title.split()) for title in dict.fromkeys(printed)]
