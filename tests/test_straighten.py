"""Pages are set upright and level, and coloured ink goes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.straighten import (
    find_skew,
    find_turn,
    straighten,
    stretch,
    whiten_paper,
    without_colour,
)
from training.paper import faces

TEXT = (
    "Ủy ban nhân dân tỉnh ban hành Kế hoạch chuyển đổi số",
    "giai đoạn 2026-2030 trên địa bàn toàn tỉnh, trong đó",
    "giao các sở, ban, ngành chủ trì, phối hợp với các đơn",
    "vị liên quan triển khai thực hiện các nhiệm vụ sau đây",
    "bảo đảm chất lượng, hiệu quả, đúng tiến độ được giao",
)


def _printed(lines: int = 20) -> Image.Image:
    image = Image.new("L", (900, 1200), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(faces()[0], 27)
    for index in range(lines):
        draw.text((120, 120 + 45 * index), TEXT[index % len(TEXT)], font=font, fill=0)
    return image


@pytest.mark.parametrize("angle", [-4.5, -1.0, 0.0, 0.4, 3.3])
def test_skew_is_measured(angle: float) -> None:
    page = np.asarray(_printed().rotate(-angle, Image.Resampling.BICUBIC, fillcolor=255))
    assert find_skew(page) == pytest.approx(angle, abs=0.08)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 3.0])
def test_a_page_on_its_side_or_head_is_set_upright(turn: int, skew: float) -> None:
    page = _printed().rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    assert find_turn(np.asarray(page.rotate(turn, expand=True))) == (turn, True)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_pixel_of_the_upright_page_goes_back_to_where_it_came_from(turn: int) -> None:
    page = Image.new("L", (300, 200), 255)
    page.paste(0, (40, 30, 43, 33))
    upright = straighten(page.rotate(turn, expand=True), turn)
    y, x = np.argwhere(upright.grey < 128).mean(axis=0)
    back = cv2.transform(np.array([[[x, y]]]), upright.back)[0, 0]
    there = np.argwhere(np.asarray(page.rotate(turn, expand=True)) < 128).mean(axis=0)
    assert back == pytest.approx(there[::-1], abs=0.51)


def test_a_stamp_goes_and_the_letters_under_it_stay() -> None:
    page = _printed().convert("RGB")
    stamp = Image.new("RGB", page.size, "white")
    ImageDraw.Draw(stamp).ellipse((200, 200, 600, 600), outline=(210, 40, 50), width=8)
    stamped = np.minimum(np.asarray(page), np.asarray(stamp))
    cleaned = without_colour(Image.fromarray(stamped))
    plain = np.asarray(page.convert("L"))
    assert ((cleaned < 128) != (plain < 128)).sum() < 0.02 * (plain < 128).sum()


def test_yellowed_paper_with_a_shadow_becomes_white() -> None:
    page = np.asarray(_printed()).astype(float)
    shadow = np.linspace(1.0, 0.6, page.shape[1])[None, :]
    white = whiten_paper((page * shadow).astype(np.uint8))
    assert np.median(white[:, -200:]) >= 245
    assert np.abs((white < 128).astype(int) - (page < 128)).mean() < 0.01


def test_grain_goes_and_faint_letters_become_black() -> None:
    page = np.asarray(_printed()).astype(float) * 0.6 + 80
    grain = np.abs(np.random.default_rng(2).normal(0, 8, page.shape))
    grey = np.clip(page - grain, 0, 255).astype(np.uint8)
    clean = stretch(grey)
    assert np.median(clean) == 255
    assert (clean == 255).mean() > 0.9
    assert np.percentile(clean[page < 90], 50) < 30


def test_a_page_of_two_words_is_not_sure_of_its_head() -> None:
    page = Image.new("L", (900, 1200), 255)
    font = ImageFont.truetype(faces()[0], 27)
    ImageDraw.Draw(page).text((120, 120), "toàn quốc", font=font, fill=0)
    assert not find_turn(np.asarray(page))[1]


def test_clear_paper_is_white_and_sixteen_bits_are_read() -> None:
    ink = np.asarray(_printed())
    clear = Image.new("RGBA", (900, 1200), (0, 0, 0, 0))
    clear.putalpha(Image.fromarray(255 - ink))
    deep = Image.fromarray(ink.astype(np.uint16) * 257)
    for image in (clear, deep):
        assert np.abs(without_colour(image).astype(int) - ink).max() <= 1
