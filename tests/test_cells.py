"""How sure a cell is: what its reading and its place leave of each other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from normalizers.repair import Repaired
from pipeline.cells import PLACED_BY_REPAIR, UNFITTING, cell_chance, placed, read_cells
from pipeline.findings import DOUBTFUL
from pipeline.plan import PlanRow
from records import Cell


@dataclass
class FakeSession:
    """Repairs nothing, and says how sure it is of that."""

    health: str
    confidence: float

    def repair(self, text):
        return Repaired(text, self.confidence, ())

    def repair_all(self, texts):
        return [self.repair(text) for text in texts]


def row_of(**cells):
    cells = {name: Cell(text, 1, confidence) for name, (text, confidence) in cells.items()}
    return PlanRow("tasks", "I", "", (), "1", 0, cells, (), 1, 1)


def read(session, **cells):
    return read_cells([row_of(**cells)], session)[0]


def test_clean_text_in_a_printed_cell_is_certain():
    readings = read(FakeSession("healthy", 1.0), text=("Rà soát hạ tầng.", 1.0))
    assert readings["text"].confidence == 1.0
    assert readings["text"].text == "Rà soát hạ tầng."


def test_the_chance_of_a_cell_rises_with_its_least_sure_token():
    chances = [cell_chance(token) for token in (0.0, 0.2, 0.5, 0.9, 0.99, 0.999, 1.0)]
    assert chances == sorted(chances)
    assert chances[0] == 0.0
    assert chances[3] < DOUBTFUL < chances[-1] < 1.0


@pytest.mark.parametrize("kept", [0.8, 0.9])
def test_a_tie_of_two_splits_keeps_its_share_and_less_takes_more(kept):
    assert placed(1.0, kept) == 1.0
    assert placed(0.5, kept) == pytest.approx(kept)
    assert placed(0.25, kept) == pytest.approx(kept / 2)
    assert placed(0.0, kept) == 0.0


def test_doubt_of_the_place_makes_a_sure_reading_less_sure():
    session = FakeSession("damaged", 1.0)
    sure = read(session, text=("Rà soát hạ tầng.", 1.0))["text"].confidence
    tied = read(session, text=("Rà soát hạ tầng.", 0.5))["text"].confidence
    assert tied == pytest.approx(PLACED_BY_REPAIR * sure)


def test_a_cell_that_is_no_deadline_in_a_deadline_column_is_doubtful_however_well_it_reads():
    reading = read(FakeSession("damaged", 1.0), deadline=("đáp ứng mục tiêu của từng thời", 1.0))
    assert reading["deadline"].confidence <= UNFITTING < DOUBTFUL
    assert reading["deadline"].text == "đáp ứng mục tiêu của từng thời"


def test_a_deadline_with_known_words_is_sure_without_the_general_repair():
    readings = read(FakeSession("damaged", 0.0), deadline=("Nim\n2026-2030", 1.0))
    assert readings["deadline"].text == "Năm 2026-2030"
    assert readings["deadline"].confidence > DOUBTFUL
    assert [repair.source for repair in readings["deadline"].repairs] == ["Nim"]


def test_empty_cells_are_not_read():
    assert read(FakeSession("damaged", 1.0), text=(" ", 1.0), note=("", 1.0)) == {}


@pytest.mark.parametrize(
    ("ink", "text"),
    [
        ("Nam\nHuong\n2026-2030", "Năm 2026-2030"),  # a word of the cell beside it
        ("Nim\n40 cao\n2026-2030", "Năm 2026-2030"),
        ("Nam\n2026-2030\nvan ban trien khai", None),  # too much to leave out
    ],
)
def test_a_deadline_is_read_past_the_ink_of_other_cells_and_stays_doubtful(ink, text):
    reading = read(FakeSession("damaged", 0.2), deadline=(ink, 1.0))["deadline"]
    assert (reading.text == text) == (text is not None)
    assert reading.confidence < DOUBTFUL


def test_a_word_before_a_share_is_never_left_out():
    reading = read(FakeSession("damaged", 0.2), target=("Tén thigu\n15%", 1.0))["target"]
    assert reading.text != "15%"


def test_the_unit_of_a_number_is_never_left_out():
    reading = read(FakeSession("damaged", 0.2), target=("02 he\nthong", 1.0))["target"]
    assert reading.text == "02 he thong"
