"""Word files: what Word prints is what is read, merged cells, lists and changes included."""

from __future__ import annotations

from pathlib import Path

import facsimile
import pytest
from test_legacy import in_tcvn3, in_vni
from word_files import (
    cell,
    list_levels,
    numbered,
    paragraph,
    row,
    run,
    table,
    word,
)

from extractors import Unreadable, _libreoffice
from extractors.docx import read_docx, read_office
from normalizers.legacy import encoding_of_font, to_unicode
from pipeline.process import FileReader

HEADER = ("TT", "Nhiệm vụ", "Chủ trì", "Thời hạn")


class Fonts:
    def old_encoding(self, font, text):
        return encoding_of_font(font, text)

    def from_old(self, text, encoding):
        return to_unicode(text, encoding)


def read(body, **parts):
    return read_docx(word(body, **parts), "kế hoạch.docx", "0" * 64, Fonts())


def lines(body, **parts):
    return [line for page in read(body, **parts).pages for line in page.lines]


def texts(one):
    return [[cell.text for cell in row.cells] for row in one.rows]


# --- running text --------------------------------------------------------------------------------


def test_a_paragraph_is_a_line_and_its_runs_are_one_text():
    body = paragraph(run("Chuyển ") + run("đổi") + run(" số")) + paragraph() + paragraph("Hai")
    assert lines(body) == ["Chuyển đổi số", "Hai"]


def test_breaks_tabs_hyphens_and_symbols_are_as_printed():
    body = paragraph(
        "<w:r><w:t>Số:</w:t><w:tab/><w:t>5</w:t><w:br/><w:t>đạt </w:t>"
        '<w:sym w:font="Symbol" w:char="F0B3"/><w:t> 90%, e</w:t><w:noBreakHyphen/><w:t>mail</w:t>'
        "<w:softHyphen/><w:t>bảo\u00ad đảm\u200b</w:t></w:r>"
    )
    assert lines(body) == ["Số: 5", "đạt ≥ 90%, e-mailbảo đảm"]


def test_signs_of_symbol_fonts_in_plain_text_are_known():
    ticked = run("ü", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>')
    assert lines(paragraph(ticked + run(" \uf0b3 5"))) == ["✓ ≥ 5"]


def test_tracked_changes_are_taken_as_accepted():
    body = (
        paragraph(
            run("Sở ")
            + "<w:del><w:r><w:delText>cũ</w:delText><w:tab/></w:r></w:del>"
            + f"<w:ins>{run('Nội vụ')}</w:ins>"
            + f"<w:moveFrom>{run(' đi')}</w:moveFrom><w:moveTo>{run(' đến')}</w:moveTo>"
        )
        + paragraph("Hai dòng ", "<w:rPr><w:del/></w:rPr>")
        + paragraph("thành một")
    )
    assert lines(body) == ["Sở Nội vụ đến", "Hai dòng thành một"]


def test_fields_show_their_result_and_hidden_text_nothing():
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    body = paragraph(
        run("Số ")
        + mark.format("begin")
        + "<w:r><w:instrText> DOCPROPERTY So </w:instrText></w:r>"
        + run("mã")  # the result of a field within the code
        + mark.format("separate")
        + run("05")
        + mark.format("end")
        + f'<w:fldSimple w:instr="DATE">{run("/KH")}</w:fldSimple>'
        + run("ẩn", "<w:vanish/>")
        + run(" ubnd", "<w:caps/>")
    )
    assert lines(body) == ["Số 05/KH UBND"]


def test_a_table_of_contents_announces_no_appendix():
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    body = (
        paragraph(
            mark.format("begin")
            + "<w:r><w:instrText> TOC \\o </w:instrText></w:r>"
            + mark.format("separate")
            + run("Phụ lục I 12")
        )
        + paragraph("Phụ lục II 15")
        + paragraph(mark.format("end"))
        + paragraph("Mở đầu")
    )
    assert lines(body) == ["Mở đầu"]


def test_text_boxes_and_content_controls_are_read_once():
    box = f"<w:txbxContent>{paragraph('trong khung')}</w:txbxContent>"
    drawing = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('ô nhập')}</w:sdtContent></w:sdt>"
    assert lines(paragraph(run("trước") + drawing) + control) == ["trước", "trong khung", "ô nhập"]


def test_footnotes_are_out_of_the_way_and_not_lost():
    body = paragraph(run("đến 2030") + '<w:r><w:footnoteReference w:id="1"/></w:r>')
    separator = '<w:footnote w:type="separator"><w:p/></w:footnote>'
    note = f'<w:footnote w:id="1">{paragraph("theo Nghị quyết 57")}</w:footnote>'
    document = read(body, footnotes=separator + note)
    assert document.pages[0].lines == ("đến 2030",)
    (notice,) = document.notices
    assert (notice.kind, notice.evidence) == ("footnotes", "theo Nghị quyết 57")


def test_pages_are_counted_by_forced_and_by_laid_out_breaks_but_not_twice():
    forced = '<w:r><w:br w:type="page"/></w:r>'
    laid_out = "<w:r><w:lastRenderedPageBreak/></w:r>"
    body = (
        paragraph(run("một") + forced)
        + paragraph(laid_out + run("hai"))
        + paragraph(run("còn hai ") + laid_out + run("ba"))
        + paragraph("cuối ba", "<w:sectPr/>")
        + paragraph("bốn")
    )
    pages = [(page.number, page.lines) for page in read(body).pages]
    assert pages == [
        (1, ("một",)),
        (2, ("hai", "còn hai")),
        (3, ("ba", "cuối ba")),
        (4, ("bốn",)),
    ]


# --- lists ---------------------------------------------------------------------------------------


def test_automatic_numbers_are_written_out_and_lower_levels_start_again():
    numbering = list_levels(("upperRoman", "%1."), ("decimal", "%1.%2)"), ("bullet", "-"))
    body = "".join(
        paragraph(text, numbered(1, level))
        for text, level in [("a", 0), ("b", 1), ("c", 1), ("d", 2), ("e", 0), ("f", 1)]
    )
    assert lines(body, numbering=numbering) == [
        "I. a",
        "I.1) b",
        "I.2) c",
        "- d",
        "II. e",
        "II.1) f",
    ]


def test_two_lists_of_one_definition_count_on_unless_one_starts_anew():
    numbering = (
        list_levels(("decimal", "%1"), list_ids=(1, 2))
        + '<w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )
    body = "".join(paragraph("x", numbered(one)) for one in (1, 1, 2, 3, 3))
    assert lines(body, numbering=numbering) == ["1 x", "2 x", "3 x", "7 x", "8 x"]


def test_a_style_may_number_its_paragraphs_and_a_paragraph_opt_out():
    styles = (
        '<w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Own"><w:basedOn w:val="Base"/></w:style>'
    )
    own = '<w:pStyle w:val="Own"/>'
    body = paragraph("a", own) + paragraph("b", own + numbered(0)) + paragraph("c", own)
    numbering = list_levels(("lowerLetter", "%1)"))
    assert lines(body, styles=styles, numbering=numbering) == ["a) a", "b", "b) c"]


# --- tables --------------------------------------------------------------------------------------


def test_row_numbers_are_automatic_and_cells_keep_their_paragraphs():
    body = paragraph("PHỤ LỤC I") + table(
        HEADER,
        row(
            cell(paragraph("", numbered(1))),
            cell(paragraph("- một") + paragraph("- hai")),
            "Sở A",
            cell(paragraph("<w:r><w:t>Năm 2026-</w:t><w:br/><w:t>2030</w:t></w:r>")),
        ),
        row(cell(paragraph("", numbered(1))), "ba", "Sở B", ""),
    )
    (one,) = read(body, numbering=list_levels(("decimal", "%1"))).tables
    assert one.title == ("PHỤ LỤC I",)
    assert texts(one) == [
        ["1", "- một\n- hai", "Sở A", "Năm 2026-\n2030"],
        ["2", "ba", "Sở B", ""],
    ]


def test_cells_merged_across_and_down_hold_for_every_row_and_say_so():
    begins, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        HEADER,
        row(cell("I. Thể chế", '<w:gridSpan w:val="4"/>')),
        row("1", "một", cell("Sở A", begins), "2026"),
        row("2", "hai", cell("", goes_on), "2027"),
        row("3", "ba", cell("Sở B", begins), "2028"),
    )
    (one,) = read(body).tables
    assert one.rows[0].span
    assert texts(one)[1:] == [
        ["1", "một", "Sở A", "2026"],
        ["2", "hai", "Sở A", "2027"],
        ["3", "ba", "Sở B", "2028"],
    ]
    methods = [row.cells[2].method for row in one.rows[1:]]
    assert methods == ["docx, merged", "docx, merged", "docx"]


def test_deleted_rows_and_cells_are_gone_and_cut_rows_are_filled():
    body = table(
        HEADER,
        row("1", "một", "Sở A", "2026", properties="<w:del/>"),
        row("2", "hai", cell("bỏ", "<w:cellDel/>"), "Sở B", "2027", properties="<w:ins/>"),
        row("3", "ba", properties='<w:gridAfter w:val="2"/>'),
        row("năm sau", properties='<w:gridBefore w:val="3"/>'),
    )
    (one,) = read(body).tables
    assert texts(one) == [
        ["2", "hai", "Sở B", "2027"],
        ["3", "ba", "", ""],
        ["", "", "", "năm sau"],
    ]


def test_column_borders_moved_row_by_row_are_one():
    two = '<w:gridSpan w:val="2"/>'
    body = table(
        row("TT", cell("Nhiệm vụ", two), "Chủ trì", "Thời hạn"),
        row(cell("1", two), "một", "Sở A", "2026"),
        row(cell("2", two), "hai", "Sở B", "2027"),
        row(cell("I. Chung", '<w:gridSpan w:val="5"/>')),
        widths=(500, 40, 4000, 2000, 1500),
    )
    (one,) = read(body).tables
    assert one.header == HEADER
    assert texts(one) == [
        ["1", "một", "Sở A", "2026"],
        ["2", "hai", "Sở B", "2027"],
        ["", "I. Chung"],
    ]


def test_a_table_in_a_cell_is_its_text_and_one_in_a_frame_is_a_table():
    inner = table(("Năm", "Số"), ("2026", "90%"))
    plain = table(HEADER, row("1", cell(inner + paragraph("hết")), "Sở A", ""))
    (one,) = read(plain).tables
    assert texts(one) == [["1", "Năm Số\n2026 90%\nhết", "Sở A", ""]]
    framed = table(row(cell(paragraph("PHỤ LỤC II") + plain + paragraph())))
    (one,) = read(framed).tables
    assert one.title == ("PHỤ LỤC II",)
    assert len(one.rows) == 1


def test_rows_of_a_long_table_know_the_page_they_begin_on():
    turned = cell(paragraph("<w:r><w:lastRenderedPageBreak/></w:r>" + run("2")))
    within = cell(
        paragraph(run("ba một, ") + "<w:r><w:lastRenderedPageBreak/></w:r>" + run("ba hai"))
    )
    body = table(
        HEADER,
        ("1", "một", "A", ""),
        row(turned, "hai", "B", ""),
        row("3", within, "C", ""),
        ("4", "bốn", "D", ""),
    ) + paragraph("sau bảng")
    document = read(body)
    assert [row.page_first for row in document.tables[0].rows] == [1, 2, 2, 3]
    assert document.tables[0].rows[2].cells[1].text == "ba một, ba hai"
    assert [(page.number, page.lines) for page in document.pages][-1] == (3, ("sau bảng",))


def test_a_table_that_was_glued_into_one_paragraph_is_told():
    (notice,) = read(paragraph("PHỤ LỤC II") + paragraph("Xây dựng kho dữ liệu" * 300)).notices
    assert (notice.kind, notice.severity) == ("unknown_table", "error")


def test_a_page_that_is_a_picture_is_told_and_a_seal_is_not():
    def drawing(side):
        shown = f'<w:inline><w:extent w:cx="{side}" w:cy="{side}"/><w:blip/></w:inline>'
        return paragraph(f"<w:r><w:drawing>{shown}</w:drawing></w:r>")

    seal, page = drawing(1_300_000), drawing(6_000_000)
    assert read(paragraph("Kế hoạch") + seal).notices == ()
    (notice,) = read(paragraph("Kế hoạch") + seal + page + page).notices
    assert (notice.kind, notice.severity) == ("unread_object", "warning")
    assert "2 ảnh lớn" in notice.message


# --- fonts from before Unicode -------------------------------------------------------------------


def test_text_in_old_fonts_becomes_unicode_and_new_text_in_them_stays():
    old = '<w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/>'
    capitals = '<w:rFonts w:ascii=".VnTimeH" w:hAnsi=".VnTimeH"/>'
    styles = '<w:style w:styleId="Vni"><w:rPr><w:rFonts w:hAnsi="VNI-Times"/></w:rPr></w:style>'
    body = (
        paragraph(run(in_tcvn3("Xây dựng cơ sở dữ liệu, "), old) + run("dữ liệu mở"))
        + paragraph(run(in_tcvn3("kế hoạch"), capitals))
        + paragraph(run(in_vni("Sở Nội vụ")), '<w:pStyle w:val="Vni"/>')
    )
    expected = ["Xây dựng cơ sở dữ liệu, dữ liệu mở", "KẾ HOẠCH", "Sở Nội vụ"]
    assert lines(body, styles=styles) == expected
    modern = paragraph(run("Xây dựng cơ sở dữ liệu có", old)) + paragraph(run("là có", old))
    assert lines(modern) == ["Xây dựng cơ sở dữ liệu có", "là có"]


# --- whole plans ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader():
    return FileReader(Path())


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("quang-ngai-ubnd.05", 1),
        ("quang-ngai-bcd", 1),  # group rows that are not merged
        ("quang-ngai-bcd", 3),
        ("binh-chuong", 2),
        ("quang-ngai-dang-uy", 4),
    ],
)
def test_a_plan_written_with_word_is_read_back_cell_by_cell(reader, name, seed):
    one = facsimile.print_docx(facsimile.plan(name), seed=seed)
    score = facsimile.score(one, reader.datasets_of(one.data, "kế hoạch.docx"))
    assert (score.lost, score.invented, score.misplaced) == (0, 0, 0), score.wrong()
    assert score.exact == score.cells, score.wrong()


@pytest.mark.parametrize(
    "habit",
    [
        facsimile.WordHabits(tracked=0.3),
        facsimile.WordHabits(numbered_lists=True, runs=1.0),
        facsimile.WordHabits(text_box=True, nested=True),
    ],
)
def test_what_clerks_do_in_word_changes_no_cell(reader, habit):
    plan = facsimile.plan("quang-ngai-ubnd.11cb").cut(0, 8)
    one = facsimile.print_docx(plan, seed=5, habit=habit)
    score = facsimile.score(one, reader.datasets_of(one.data, "kế hoạch.docx"))
    assert (score.lost, score.invented, score.misplaced) == (0, 0, 0), score.wrong()
    assert (score.exact, score.metadata_exact) == (score.cells, score.metadata), score.wrong()


# --- older kinds ---------------------------------------------------------------------------------

RTF = rb"{\rtf1\ansi{\fonttbl{\f0 Times New Roman;}}\f0 K\u7871? ho\u7841?ch s\u7889? 5\par}"


def test_without_libreoffice_the_advice_names_it(monkeypatch):
    monkeypatch.setattr(_libreoffice, "program", lambda: None)
    with pytest.raises(Unreadable, match="libreoffice-writer-nogui") as refused:
        read_office(RTF, "cũ.rtf", "0" * 64, Fonts())
    assert ".docx" in refused.value.reason_vi


def test_libreoffice_that_hangs_is_stopped(monkeypatch, tmp_path):
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(_libreoffice, "program", lambda: str(slow))
    with pytest.raises(Unreadable, match="stopped"):
        _libreoffice.to_docx(RTF, "rtf", timeout=0.2)


def test_libreoffice_that_writes_nothing_is_told(monkeypatch, tmp_path):
    idle = tmp_path / "soffice"
    idle.write_text("#!/bin/sh\nexit 0\n")
    idle.chmod(0o755)
    monkeypatch.setattr(_libreoffice, "program", lambda: str(idle))
    with pytest.raises(Unreadable, match="password"):
        _libreoffice.to_docx(RTF, "rtf")


@pytest.mark.skipif(_libreoffice.program() is None, reason="LibreOffice is not installed")
def test_rich_text_and_old_word_files_come_through_libreoffice(tmp_path):
    document = read_office(RTF, "cũ.rtf", "0" * 64, Fonts())
    assert document.media_type == "application/rtf"
    assert document.pages[0].lines == ("Kế hoạch số 5",)
