"""Grids are found where rules are drawn, faint, broken or crossed by letters; text draws none."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from extractors.image_rules import RuledGrid, find_rules, without_rules
from tests.test_straighten import _printed
from training.paper import faces

DPI = 150
XS = (100, 160, 420, 560, 700)
YS = (100, 150, 200, 250, 330, 380)


def _ruled(width: int = 2, ink: int = 0) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (800, 500), 255)
    draw = ImageDraw.Draw(image)
    for x in XS:
        draw.line((x, YS[0], x, YS[-1]), fill=ink, width=width)
    for y in YS:
        draw.line((XS[0], y, XS[-1], y), fill=ink, width=width)
    return image, draw


def _only(image: Image.Image) -> RuledGrid:
    (grid,) = find_rules(np.asarray(image), DPI).grids
    return grid


def _spans(grid: RuledGrid) -> set[tuple[int, int, int, int]]:
    return {
        (cell.row, cell.column, cell.row_span, cell.column_span)
        for cell in grid.cells
        if cell.row_span > 1 or cell.column_span > 1
    }


def test_a_grid_has_its_borders_in_pixels() -> None:
    grid = _only(_ruled()[0])
    assert np.allclose(grid.xs, XS, atol=2)
    assert np.allclose(grid.ys, YS, atol=2)
    assert len(grid.cells) == 20
    assert not _spans(grid)


def test_cells_are_merged_where_no_rule_parts_them() -> None:
    image, draw = _ruled()
    draw.rectangle((XS[1] + 3, YS[2] + 3, XS[4] - 3, YS[3] - 3), fill=255)
    draw.rectangle((XS[3] + 3, YS[3] + 3, XS[4] - 3, YS[5] - 3), fill=255)
    assert _spans(_only(image)) == {(2, 1, 1, 3), (3, 3, 2, 1)}


def test_faint_broken_noisy_rules_are_seen() -> None:
    image, draw = _ruled(width=1, ink=120)
    for x in range(130, 700, 90):
        draw.rectangle((x, 0, x + 8, 499), fill=255)
    noise = np.random.default_rng(1).normal(0, 10, (500, 800))
    grid = _only(Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)))
    assert (len(grid.ys), len(grid.xs)) == (len(YS), len(XS))
    assert not _spans(grid)


def test_text_and_underlines_make_no_grid() -> None:
    image = _printed()
    ImageDraw.Draw(image).line((300, 163, 600, 163), fill=0, width=2)
    assert find_rules(np.asarray(image), DPI).grids == ()


def test_a_stamp_without_colour_makes_no_borders() -> None:
    image, draw = _ruled()
    draw.ellipse((330, 170, 530, 370), outline=0, width=4)
    grid = _only(image)
    assert (len(grid.ys), len(grid.xs)) == (len(YS), len(XS))


def test_rules_are_painted_over_and_letters_stay() -> None:
    image, draw = _ruled()
    draw.rectangle((200, 120, 210, 130), fill=0)
    page = np.asarray(image)
    clean = without_rules(page, find_rules(page, DPI), DPI)
    assert (clean < 128).sum() == 121


def test_a_table_without_upright_rules_has_columns_where_white_runs_through() -> None:
    image = Image.new("L", (800, 500), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(faces()[0], 24)
    for y in YS:
        draw.line((XS[0], y, XS[-1], y), fill=0, width=2)
    for y in YS[:-1]:
        if y == YS[2]:
            draw.text(
                (XS[1] + 8, y + 10), "Nhóm các nhiệm vụ về thể chế, chính sách", font=font, fill=0
            )
            continue
        for x, text in zip(XS, ("1", "Xây dựng nền tảng", "Sở Nội vụ", "Hằng năm"), strict=False):
            draw.text((x + 8, y + 10), text, font=font, fill=0)
    grid = _only(image)
    assert (len(grid.ys), len(grid.xs)) == (len(YS), len(XS))
    assert [abs(ours - theirs) < 45 for ours, theirs in zip(grid.xs, XS, strict=True)] == [True] * 5
    assert _spans(grid) == {(2, 1, 1, 3)}


def test_lines_between_paragraphs_make_no_table() -> None:
    image = _printed()
    for y in (115, 300, 480, 660):
        ImageDraw.Draw(image).line((100, y, 800, y), fill=0, width=2)
    assert find_rules(np.asarray(image), DPI).grids == ()
