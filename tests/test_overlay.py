"""Painted cells: where they stand, which are doubtful, pieces over page breaks."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from PIL import Image

from extractors import Unreadable
from pipeline.overlay import marks_of, paint, write_overlay
from records import Box, Cell, Document, Row, Table

BOX, BELOW = Box(10, 10, 60, 40), Box(10, 5, 60, 20)


def document(*rows):
    table = Table(("TT", "Nhiệm vụ"), rows)
    return Document("x.pdf", "0", "application/pdf", "text-layer", "healthy", (), (table,))


def row(number, text, **about):
    return Row((Cell(number, 1, box=BOX, **about), Cell(text, 1, box=Box(60, 10, 90, 40))), 1, 1)


def test_each_piece_of_a_row_is_painted_on_its_page():
    marks = marks_of(document(row("7", "Một", more=((2, BELOW),))))
    assert (marks[1][0].box, marks[1][0].label) == (BOX, "7")
    assert [(mark.box, mark.label) for mark in marks[2]] == [(BELOW, "...7")]


def test_doubtful_and_merged_cells_look_so():
    marks = marks_of(document(row("7", "Một", confidence=0.3, method="text-layer, merged")))[1]
    assert (marks[0].doubtful, marks[0].merged) == (True, True)
    assert (marks[1].doubtful, marks[1].merged) == (False, False)
    page = paint(Image.new("RGB", (100, 60), "white"), marks[:1], 1.0)
    assert page.getpixel((30, 25)) != (255, 255, 255)
    assert page.getpixel((80, 55)) == (255, 255, 255)


def test_the_pages_come_back_with_their_size(tmp_path):
    source = pdfium.PdfDocument.new()
    source.new_page(200, 100)
    source.new_page(100, 200)
    data = io.BytesIO()
    source.save(data)
    target = tmp_path / "cells.pdf"
    assert write_overlay(data.getvalue(), document(row("1", "Một")), target) == 2
    painted = pdfium.PdfDocument(target)
    assert [page.get_size() for page in painted] == [(200, 100), (100, 200)]
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_without_pages_is_told_so(tmp_path):
    with pytest.raises(Unreadable):
        write_overlay(b"1\tMot\tHai\n", document(), tmp_path / "cells.pdf")
    assert not list(tmp_path.iterdir())


def test_the_file_itself_is_never_painted_over(tmp_path):
    from pipeline.cli import cli

    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.4")
    result = CliRunner().invoke(cli, ["extract", str(file), "--overlay", str(file)])
    assert result.exit_code
    assert file.read_bytes() == b"%PDF-1.4"
