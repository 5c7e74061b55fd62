"""Blocks of running text come in reading order; what stands side by side is not read across."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from extractors.blocks import find_blocks
from training.paper import faces

DPI = 150


def _letterhead() -> np.ndarray:
    image = Image.new("L", (1240, 900), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(faces()[0], 27)
    for index, line in enumerate(("ỦY BAN NHÂN DÂN", "TỈNH QUẢNG NGÃI", "SỞ NỘI VỤ")):
        draw.text((120, 100 + 36 * index), line, font=font, fill=0)
    for index, line in enumerate(("CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "Độc lập - Tự do")):
        draw.text((640, 103 + 36 * index), line, font=font, fill=0)
    for index in range(4):
        line = "Kế hoạch chuyển đổi số trên địa bàn tỉnh giai đoạn 2026-2030 và các năm"
        draw.text((120, 400 + 38 * index), line, font=font, fill=0)
    draw.ellipse((30, 500, 33, 503), fill=0)
    return np.asarray(image)


def test_the_left_block_then_the_right_one_then_what_follows() -> None:
    page = _letterhead()
    blocks = find_blocks(page, 0, 900, DPI)
    assert [(block.x0 < 300, block.y0 < 300) for block in blocks] == [
        (True, True),
        (False, True),
        (True, False),
    ]
    assert blocks[0].x1 < 600
    assert blocks[2].y1 - blocks[2].y0 > 4 * 30


def test_only_the_part_between_two_tables_is_cut() -> None:
    assert all(block.y0 >= 350 for block in find_blocks(_letterhead(), 350, 900, DPI))


def test_a_title_below_a_letterhead_takes_no_part_of_it_again() -> None:
    page = _letterhead().copy()
    title = Image.fromarray(page)
    font = ImageFont.truetype(faces()[0], 27)
    ImageDraw.Draw(title).text((150, 230), "KẾ HOẠCH " * 5, font=font, fill=0)
    blocks = find_blocks(np.asarray(title), 0, 900, DPI)
    for index, one in enumerate(blocks):
        for other in blocks[index + 1 :]:
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            down = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert across <= 0 or down <= 8
