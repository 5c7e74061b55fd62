"""The facsimile factory prints what golden says, where its truth says it stands."""

import dataclasses
import io

import docx
import facsimile
import pypdfium2
import pytest
from facsimile.legacy import written
from facsimile.plans import AGENCY_FIELDS

from normalizers.legacy import to_unicode
from training.paper import VIETNAMESE_LETTERS, has_every_letter
from training.tables import font_path

PLAN = facsimile.plan("quang-ngai-ubnd.05")
SMALL = PLAN.cut(0, 5)
NAMES = [one.name for one in facsimile.plans()]


def text_in(page, box):
    height = page.get_height()
    text = page.get_textpage()
    return text.get_text_bounded(box.x0, height - box.y1, box.x1, height - box.y0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [2, 5])
def test_every_golden_field_is_printed_whole_and_once(name, seed):
    one = facsimile.print_pdf(facsimile.plan(name), seed=seed)
    whole = {}
    for cell in one.truth:
        if cell.row_index is not None:
            for row in range(cell.row_index, cell.row_index + cell.down):
                whole.setdefault((row, cell.field), []).extend(cell.lines)
    for index, row in enumerate(one.rows):
        for field in ("text", "lead", "target", "deadline", "result", "note"):
            if row.get(field):
                assert " ".join(whole[index, field]).replace("- ", "-") == row[field].replace(
                    "- ", "-"
                )
        assert "".join(whole[index, "number"]) == (row["row_no"] or "")
        for year in row.get("years", ()):
            assert whole[index, str(year)] == ["x"]


@pytest.mark.parametrize("seed", [1, 3])
def test_the_text_layer_of_a_pdf_says_in_every_box_what_the_truth_says(seed):
    one = facsimile.print_pdf(SMALL, seed=seed)
    pages = pypdfium2.PdfDocument(one.data)
    assert len(pages) == one.pages
    for cell in one.truth:
        seen = text_in(pages[cell.page - 1], cell.box).split()
        assert seen == " ".join(cell.lines).split()


def test_the_font_has_every_vietnamese_letter():
    for face in ("Regular", "Bold", "Italic", "BoldItalic"):
        assert has_every_letter(font_path(face))


def test_cells_merged_down_hold_for_all_their_rows_and_are_told_on_every_page():
    look = dataclasses.replace(facsimile.look(1), merged=AGENCY_FIELDS)
    one = facsimile.print_pdf(PLAN.without_body(), look, seed=1)
    merged = [cell for cell in one.truth if cell.down > 1]
    assert merged
    for cell in merged:
        fields = {one.rows[cell.row_index + n][cell.field] for n in range(cell.down)}
        assert fields == {cell.text}
        beside = [c for c in one.truth if (c.table, c.page) == (cell.table, cell.page)]
        rows = [c for c in beside if cell.row <= c.row < cell.row + cell.down and c.column == 1]
        assert min(c.box.y0 for c in rows) == pytest.approx(cell.box.y0)
        assert max(c.box.y1 for c in rows) == pytest.approx(cell.box.y1)


def test_a_word_file_holds_the_same_cells():
    look = dataclasses.replace(facsimile.look(1), merged=("implement",))
    habit = facsimile.WordHabits(runs=0.5)
    one = facsimile.print_docx(SMALL, look, seed=4, habit=habit)
    tables = docx.Document(io.BytesIO(one.data)).tables[-len(one.tables) :]
    for cell in one.truth:
        assert tables[cell.table].cell(
            cell.row + (len(tables[cell.table].rows) - len(one.tables[cell.table].printed))
            if cell.row >= 0
            else 0,
            cell.column,
        ).text == "\n".join(cell.lines)


@pytest.mark.parametrize(
    "habit",
    [
        facsimile.WordHabits(tracked=1.0),
        facsimile.WordHabits(numbered_lists=True),
        facsimile.WordHabits(text_box=True),
        facsimile.WordHabits(nested=True),
    ],
)
def test_word_habits_make_files_that_word_readers_open(habit):
    one = facsimile.print_docx(SMALL, seed=2, habit=habit)
    text = docx.Document(io.BytesIO(one.data)).element.xml
    assert ("w:delText" in text) == bool(habit.tracked)
    assert ("txbxContent" in text) == habit.text_box
    assert ("w:numPr" in text) == habit.numbered_lists


def test_equal_seeds_give_equal_bytes():
    for make in (facsimile.print_pdf, facsimile.print_docx):
        assert make(SMALL, seed=7).data == make(SMALL, seed=7).data
        assert make(SMALL, seed=7).data != make(SMALL, seed=8).data


def test_reading_the_golden_rows_themselves_scores_full_marks():
    one = facsimile.print_pdf(SMALL, seed=1)
    datasets = {"documents": [one.document], "cells": [], "repairs": []}
    for index, row in enumerate(one.rows):
        datasets.setdefault(row["dataset"], []).append(row | {"row_id": str(index)})
    score = facsimile.score(one, datasets)
    assert (score.lost, score.invented, score.misplaced, score.edits) == (0, 0, 0, 0)
    assert score.exact == score.cells > 0
    assert score.metadata == score.metadata_exact > 0
    datasets["indicators"][0]["text"] += "!"
    datasets["tasks"].pop()
    score = facsimile.score(one, datasets)
    assert score.lost == 1
    assert score.exact < score.cells
    for row in datasets["tasks"]:
        row["appendix"] = "I"
    under_a_wrong_label = facsimile.score(one, datasets)
    assert under_a_wrong_label.exact == score.exact
    assert under_a_wrong_label.mislabelled == len(datasets["tasks"])


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_old_encodings_are_what_normalizers_read_as_such(encoding):
    """Two tables, written down apart, agree on every letter."""
    for letter in VIETNAMESE_LETTERS:
        capitals = encoding == "tcvn3" and letter.isupper() and letter not in "ĂÂÊÔƠƯĐ"
        read = to_unicode(written(letter, encoding, capitals), encoding)
        assert read == (letter.lower() if capitals else letter)
    look = dataclasses.replace(facsimile.look(1), encoding=encoding)
    one = facsimile.print_pdf(SMALL, look, seed=1)
    text = pypdfium2.PdfDocument(one.data)[0].get_textpage().get_text_bounded()
    assert "Quảng" not in text
    assert "Quảng Ngãi" in to_unicode(text, encoding)


def test_a_wrong_cell_is_told_by_what_differs():
    one = facsimile.print_pdf(SMALL.cut(0, 1, "I"), seed=1)
    row = dict(one.rows[0], row_id="a", target="10%")
    row["text"] = row["text"].replace("thủ tục", "thu tục")
    score = facsimile.score(one, {"documents": [one.document], "indicators": [row]})
    text, target = sorted(score.wrong(), key=len, reverse=True)
    assert "[ủ→u] tục" in text
    assert "Tỷ lệ" not in text
    assert target.endswith("target: '100%' → '10%'")


@pytest.mark.parametrize("order", ["down", "over"])
def test_a_wide_table_is_cut_into_pages_of_left_and_right_halves(order):
    look = dataclasses.replace(facsimile.look(2), halves=order)
    one = facsimile.print_pdf(facsimile.plan("quang-ngai-dang"), look, seed=2)
    half = one.pages // 2
    firsts = {}
    for cell in one.truth:
        firsts.setdefault(cell.page, []).append(cell)
        assert 0 < cell.box.x0 < cell.box.x1 < 842
    lefts = range(1, half + 1) if order == "down" else range(1, one.pages, 2)
    step = half if order == "down" else 1
    for page in lefts:
        left, right = firsts[page], firsts[page + step]
        assert {cell.column for cell in left} == {0, 1, 2}
        assert {cell.column for cell in right} == {3, 4}
        rows = {cell.row: cell.box.y0 for cell in left if cell.column == 0}
        assert all(rows[cell.row] == cell.box.y0 for cell in right)
