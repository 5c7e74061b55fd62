"""Of the likely partings of a row the one is taken that fits the whole row and the other rows."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from extractors._tangled_choice import COLUMNS, LOOKS, WEIGHTS, choose, credible, looks
from extractors._tangled_search import Parting
from extractors._tangled_splits import Layout
from extractors.tangled import Fragment, Kind, TangledRow
from training.partings import Example, learned, shares

KINDS: tuple[Kind, ...] = ("number", "text", "agency", "partner")
LAYOUT = Layout(KINDS, (2.0, 30.0, 16.0, 16.0))
PARTNERS = ["Cac so, ban,", "nganh; UBND", "cac xa, phuong"]


def parting(score: float, *cells: list[str], first: int = 0, whole: bool = True) -> Parting:
    """A row of three lines; an empty string is a line that gave the cell nothing."""
    fragments = [
        tuple(Fragment(text, first + at, 1.0) for at, text in enumerate(cell) if text)
        for cell in cells
    ]
    number = (Fragment("1", first, 1.0),)
    return Parting(score, TangledRow((number, *fragments), first, first + 2), whole)


def other_rows() -> list[list[Parting]]:
    return [
        [parting(-50, ["Nhiem vu", str(at), ""], ["", lead, ""], PARTNERS, first=3 * at)]
        for at, lead in enumerate(("So Noi vu", "So Tu phap", "So Noi vu", "So Tai chinh"), 1)
    ]


def test_a_cell_that_other_rows_have_is_taken() -> None:
    text = ["Xay dung", "ke hoach", ""]
    likely = [
        parting(-60.0, text, ["Cac so, ban,", "So Noi vu", ""], ["", *PARTNERS[1:]], whole=False),
        parting(-64.0, text, ["", "So Noi vu", ""], PARTNERS, whole=False),
    ]
    assert choose([likely, *other_rows()], LAYOUT, ()) == [1, 0, 0, 0, 0]
    assert choose([likely], LAYOUT, ()) == [0], "alone, the likelier one"


def test_a_cell_that_lists_known_names_is_taken() -> None:
    text = ["Xay dung", "ke hoach", ""]
    likely = [
        parting(-60.0, text, ["Van phong", "", ""], ["UBND tinh;", "So Tu phap", ""], whole=False),
        parting(-61.5, text, ["Van phong", "UBND tinh", ""], ["", "So Tu phap", ""], whole=False),
    ]
    assert choose([likely], LAYOUT, ("Thanh tra tỉnh",)) == [0]
    assert choose([likely], LAYOUT, ("Văn phòng UBND tỉnh", "Sở Tư pháp")) == [1]


def test_where_a_cell_stands_tells_only_in_a_row_that_was_read_in_one_piece() -> None:
    for whole in (True, False):
        high = parting(-60.0, ["a", "b", "c"], ["So Y te", "", ""], PARTNERS, whole=whole)
        centred = parting(-61.0, ["a", "b", "c"], ["", "So Y te", ""], PARTNERS, whole=whole)
        assert choose([[high, centred]], LAYOUT, ()) == [whole]


def test_a_much_likelier_parting_stays() -> None:
    text = ["Xay dung", "ke hoach", ""]
    likely = [
        parting(-60.0, text, ["", "So Noi vu", ""], ["", "Cong an tinh", ""]),
        parting(-90.0, text, ["", "So Noi vu", ""], PARTNERS),
    ]
    assert choose([likely, *other_rows()], LAYOUT, ())[0] == 0


def test_no_cell_moves_off_its_place_for_what_other_rows_say() -> None:
    text = ["Xay dung", "ke hoach", "cua tinh"]
    placed = parting(-60.0, text, ["", "So Noi vu", ""], ["", "Cong an tinh", ""])
    high = parting(-60.5, text, ["So Noi vu", "", ""], ["", "Cong an tinh", ""])
    assert credible([placed, high], LAYOUT) == [placed]
    assert credible([high, placed], LAYOUT) == [high, placed]
    anywhere = [placed._replace(whole=False), high._replace(whole=False)]
    assert credible(anywhere, LAYOUT) == anywhere


def test_the_text_takes_up_words_that_read_and_no_shreds() -> None:
    lead = ["", "So Noi vu", ""]
    likely = parting(-60.0, ["Xay dung", "", ""], lead, ["", "ke hoach", ""])
    readable = parting(-61.0, ["Xay dung", "ke hoach", ""], lead, [])
    shreds = parting(-61.0, ["Xay dung", "r?fi Tfig", ""], lead, [])
    bad = replace(shreds.row.cells[1][1], sense=-12.0)
    cells = (*shreds.row.cells[:1], (shreds.row.cells[1][0], bad), *shreds.row.cells[2:])
    shreds = shreds._replace(row=replace(shreds.row, cells=cells))
    assert credible([likely, readable, shreds], LAYOUT) == [likely, readable]


def test_cells_are_alike_whatever_ocr_made_of_them() -> None:
    seen = looks([[parting(-1.0, ["a"], ["Sé Nội vụ"], PARTNERS)], *other_rows()], LAYOUT, ())[0]
    agency = seen[0, 1 + len(LOOKS) * COLUMNS.index("agency") :][: len(LOOKS)]
    names = dict(zip(LOOKS, agency, strict=True))
    assert names["rows"] == pytest.approx(np.log1p(2))
    assert names["new"] == names["empty"] == 0


def test_weights_speak_for_what_should_be_so() -> None:
    weights = tomllib.loads(WEIGHTS.read_text("utf-8"))
    assert weights["score"] > 0
    for name in COLUMNS:
        for look, sign in LOOKS.items():
            assert weights[name][look] * sign >= 0, f"{name}.{look}"


def test_weights_are_learned_from_what_is_wrong() -> None:
    chance = np.random.default_rng(1)
    width = 1 + len(COLUMNS) * len(LOOKS)
    tells = 1 + list(LOOKS).index("off")
    examples = []
    for _ in range(60):
        seen = np.zeros((8, width))
        seen[:, 0] = -np.sort(chance.exponential(3.0, 8))
        seen[:, tells] = chance.integers(0, 3, 8)
        seen[:, tells + 1] = chance.integers(0, 3, 8)
        examples.append(Example(seen, 10.0 * seen[:, tells], 100))
    weights = learned(examples)
    first, chosen, least = shares(examples, weights)
    assert least <= chosen < 0.5 * first
    assert weights[tells] < -1
    assert abs(weights[tells + 1]) < 0.3 * abs(weights[tells])
