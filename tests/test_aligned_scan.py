"""Tables of scans whose columns no upright rule parts, some of their values merged down."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.aligned_scan import may_hold_table
from extractors.blocks import Block
from extractors.image_rules import Rules
from extractors.scan import read_page_image
from training.paper import faces

XS = (150, 250, 800, 1200, 1500)
HEAD = ("STT", "Nhiệm vụ", "Đơn vị chủ trì", "Thời gian")
ROWS = (
    ("1", "Xây dựng nền tảng\ndữ liệu dùng chung\ncủa toàn tỉnh", "Sở Khoa học", "Năm 2026"),
    ("2", "Đào tạo kỹ năng số\ncho cán bộ\nvà người dân", "Công an tỉnh", ""),
    ("3", "Xây dựng nền tảng\nbản đồ số dùng\nchung", "Sở Nội vụ", "Năm 2028"),
    ("4", "Đào tạo nguồn nhân lực\nan toàn thông tin\nmạng", "Sở Y tế", "Năm 2030"),
)
HEIGHT = 170


def _page(rules: bool) -> Image.Image:
    """A table without upright rules; the agency of row 1 holds for row 2 too."""
    image = Image.new("L", (1654, 1166), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(faces()[0], 34)
    draw.text((520, 60), "DANH MỤC NHIỆM VỤ", font=font, fill=0)
    for row, cells in enumerate((HEAD, *ROWS)):
        top = 130 + HEIGHT * row
        for column, text in enumerate(cells):
            down = 2 if row == 1 and column == 3 else 1
            left, _, _, height = draw.multiline_textbbox((0, 0), text, font=font, spacing=8)
            y = top + (HEIGHT * down - height) / 2
            draw.multiline_text((XS[column] + 15 - left, y), text, font=font, fill=0, spacing=8)
        if rules:
            end = XS[-2] if row == 2 else XS[-1]
            draw.line((XS[0], top, end, top), fill=0, width=2)
    if rules:
        draw.line((XS[0], 130 + 5 * HEIGHT, XS[-1], 130 + 5 * HEIGHT), fill=0, width=2)
    return image


@pytest.mark.parametrize("rules", [True, False])
def test_columns_come_from_white_and_merged_values_hold_for_each_row(rules: bool) -> None:
    page = read_page_image(_page(rules), 1, 595.4, 420)
    (grid,) = page.grids
    assert (grid.rows, grid.columns) == (5, 4)
    merged = [cell for cell in grid.cells if cell.row_span > 1]
    assert [(cell.row, cell.column, cell.text) for cell in merged] == [(1, 3, "Năm 2026")]
    assert [cell.text for cell in grid.cells if cell.column == 0] == ["STT", "1", "2", "3", "4"]
    texts = [cell.text.split("\n") for cell in grid.cells if cell.column == 1 and cell.row]
    assert [(text[0], len(text)) for text in texts] == [
        (row[1].split("\n")[0], row[1].count("\n") + 1) for row in ROWS
    ]
    assert len(page.lines) == 1  # the title


def test_a_letterhead_and_paragraphs_are_not_looked_at_again() -> None:
    none = Rules((), (), (), np.zeros((1, 1), np.uint8))
    head = [Block(100, 100, 500, 200), Block(600, 100, 1200, 200)]
    text = [Block(100, 300 + 200 * row, 1200, 480 + 200 * row) for row in range(5)]
    assert not may_hold_table([*head, *text], none, 200)
