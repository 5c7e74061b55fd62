"""Page images become cells: the print, its place and how sure it is."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from extractors._tesseract import Word
from extractors.scan import Piece, ReadLine, look_again, read_page_image
from training.paper import faces

DPI = 200
HEAD = ("STT", "Nhiệm vụ", "Đơn vị chủ trì", "Thời gian")
ROWS = (
    ("1", "Xây dựng nền tảng\ndữ liệu dùng chung", "Sở Khoa học và\nCông nghệ", "Năm 2026-2030"),
    ("2", "Đào tạo kỹ năng số", "Công an tỉnh", ""),
)
XS = (150, 250, 700, 1050, 1400)


def _page(turn: int = 0, skew: float = 0.0) -> Image.Image:
    """A5 across, 200 dots an inch: a title, a ruled table."""
    image = Image.new("RGB", (1654, 1166), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(faces()[0], 36)
    draw.text((500, 100), "DANH MỤC NHIỆM VỤ", font=font, fill=0)
    for row, cells in enumerate((HEAD, *ROWS)):
        top = 250 + 110 * row
        for column, text in enumerate(cells):
            draw.rectangle((XS[column], top, XS[column + 1], top + 110), outline=0, width=2)
            draw.multiline_text((XS[column] + 15, top + 8), text, font=font, fill=0, spacing=6)
    image = image.rotate(skew, Image.Resampling.BICUBIC, fillcolor="white")
    return image.rotate(turn, expand=True)


def test_cells_and_lines_of_a_crooked_page_on_its_side() -> None:
    page = read_page_image(_page(90, 1.5), 3, 420, 595.4)
    assert [line.text for line in page.lines] == ["DANH MỤC NHIỆM VỤ"]
    (grid,) = page.grids
    assert (grid.rows, grid.columns, page.number, page.route) == (3, 4, 3, "re-ocr")
    assert [cell.text for cell in grid.cells] == [*HEAD, *ROWS[0], *ROWS[1]]
    assert all(cell.confidence > 0.6 for cell in grid.cells)
    # Turned a quarter counter-clockwise, the first column lies along the foot of the page.
    box = grid.cells[0].box
    assert box is not None
    assert box.y0 > 450
    assert abs((box.x1 - box.x0) - 110 * 0.36) < 3


def test_a_page_of_few_words_upside_down_is_tried_both_ways() -> None:
    image = Image.new("L", (1654, 1166), 255)
    font = ImageFont.truetype(faces()[0], 36)
    ImageDraw.Draw(image).text((300, 300), "ngày 30 tháng 5 năm 2025.", font=font, fill=0)
    page = read_page_image(image.rotate(180), 1, 595.4, 420)
    assert [line.text for line in page.lines] == ["ngày 30 tháng 5 năm 2025."]


def test_a_blank_page_shows_nothing() -> None:
    page = read_page_image(Image.new("1", (1654, 1166), 1), 1, 595.4, 420)
    assert (page.lines, page.grids) == ((), ())


def test_strokes_that_tesseract_takes_for_letters_are_roman_numerals() -> None:
    image = Image.new("L", (400, 80), 255)
    font = ImageFont.truetype(faces()[1], 36)
    ImageDraw.Draw(image).text((20, 20), "III.", font=font, fill=0)
    grey = np.asarray(image)
    rows, columns = np.nonzero(grey < 128)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    read = [ReadLine((Word("HI.", *map(float, box), 0.9), Word("x", 300, 20, 320, 40, 0.9)))]
    (lines,) = look_again(grey, [Piece(0, 0, 400, 80)], [read], 1, 200)
    assert lines[0].words[0].text == "III."
