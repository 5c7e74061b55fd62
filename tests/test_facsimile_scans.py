"""Scanned facsimiles: the ink stays where the truth says, and wear follows from the seed."""

import dataclasses

import facsimile
import numpy as np
import pypdfium2
import pytest

SMALL = facsimile.plan("quang-ngai-ubnd.05").cut(0, 4, "I").without_body()
PRINTED = facsimile.print_pdf(SMALL, dataclasses.replace(facsimile.look(4), rules="lines"), seed=4)
CLEAN = facsimile.Wear(dpi=100, jpeg=None)


def darkness(image, box, dpi):
    scale = dpi / 72
    edges = [round(v * scale) for v in (box.x0, box.y0, box.x1, box.y1)]
    return 255 - np.asarray(image.convert("L").crop(edges)).mean()


def test_every_rule_of_a_skewed_page_runs_along_the_true_boxes():
    wear = dataclasses.replace(CLEAN, skew=1.0)
    (image,) = facsimile.page_images(PRINTED, wear, seed=3)
    scan = facsimile.scan(PRINTED, wear, seed=3)
    for before, after in zip(PRINTED.truth, scan.truth, strict=True):
        assert after.box != before.box
        assert 0 < after.box.x0 < after.box.x1 < 842
        # the upper rule runs through the box's upper strip, whose height is what skew adds
        skew = (after.box.y1 - after.box.y0) - (before.box.y1 - before.box.y0)
        strip = dataclasses.replace(after.box, y1=after.box.y0 + skew + 1.5)
        assert darkness(image, strip, 100) > 15


def test_a_page_lying_sideways_is_the_same_page_turned_and_so_are_its_boxes():
    (upright,) = facsimile.page_images(PRINTED, CLEAN, seed=1)
    lying = dataclasses.replace(CLEAN, sideways=1)
    seen = set()
    for seed in range(1, 12):
        (image,) = facsimile.page_images(PRINTED, lying, seed=seed)
        scan = facsimile.scan(PRINTED, lying, seed=seed)
        turned = [
            angle
            for angle in (90, 180, 270)
            if image.rotate(angle, expand=True).tobytes() == upright.tobytes()
        ]
        assert len(turned) == 1
        seen.add(turned[0])
        for before, after in zip(PRINTED.truth, scan.truth, strict=True):
            ink = darkness(upright, before.box, 100), darkness(image, after.box, 100)
            assert ink[0] == pytest.approx(ink[1], abs=4)
    assert seen == {90, 180, 270}


def test_a_scan_has_no_text_but_the_layer_it_was_given():
    def text(wear):
        data = facsimile.scan(PRINTED, wear, seed=1).data
        return pypdfium2.PdfDocument(data)[0].get_textpage().get_text_bounded()

    assert text(CLEAN) == ""
    healthy = text(dataclasses.replace(CLEAN, layer="true"))
    assert all(cell.text.split()[0] in healthy for cell in PRINTED.truth if cell.text)
    ruined = text(dataclasses.replace(CLEAN, layer="ruined"))
    assert "Tỷ lệ" in healthy
    assert "Tỷ lệ" not in ruined
    assert len(ruined.split()) == pytest.approx(len(healthy.split()), rel=0.1)
    assert "Ký bởi" in text(dataclasses.replace(CLEAN, signed=True))


def test_bilevel_scans_are_black_and_white_and_stamps_have_colour():
    two = dataclasses.replace(CLEAN, bilevel=150, stamps=True)
    (image,) = facsimile.page_images(PRINTED, two, seed=1)
    assert image.mode == "1"
    (image,) = facsimile.page_images(PRINTED, dataclasses.replace(CLEAN, stamps=True), seed=1)
    red, green, _ = (np.asarray(band, dtype=int) for band in image.split())
    assert (red - green > 60).sum() > 500
    data = facsimile.scan(PRINTED, two, seed=1).data
    assert b"CCITTFaxDecode" in data


@pytest.mark.parametrize("kind", ["office", "bilevel", "good"])
def test_equal_seeds_scan_to_equal_bytes(kind):
    wear = dataclasses.replace(facsimile.wear(2, kind), dpi=100)
    if wear.layer == "english":
        wear = dataclasses.replace(wear, layer="ruined")
    first = facsimile.scan(PRINTED, wear, seed=2)
    assert first == facsimile.scan(PRINTED, wear, seed=2)
    assert first.data != facsimile.scan(PRINTED, wear, seed=3).data


def test_a_mixed_file_has_each_page_from_where_it_was_asked():
    plan = facsimile.plan("binh").cut(0, 3)
    printed = facsimile.print_pdf(plan, seed=1)
    scanned = facsimile.scan(printed, dataclasses.replace(CLEAN, skew=1.0), seed=1)
    mixed = facsimile.mix(printed, scanned, {2})
    pages = pypdfium2.PdfDocument(mixed.data)
    texts = [page.get_textpage().get_text_bounded() for page in pages]
    assert [bool(text) for text in texts] == [True, False]
    assert mixed.truth == scanned.truth != printed.truth
    assert mixed == facsimile.mix(printed, scanned, {2})
