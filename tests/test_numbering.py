"""The numbering audit."""

from __future__ import annotations

from dataclasses import replace

from pipeline.numbering import audit_numbering, read_number
from pipeline.plan import PlanRow
from records import Cell


def rows(numbers: dict[str, list[str]], appendix: str = "I") -> list[PlanRow]:
    """Rows of one appendix: printed numbers by section."""
    return [
        PlanRow(
            dataset="tasks",
            appendix=appendix,
            appendix_title="",
            section_path=(section,) if section else (),
            row_no=number,
            ordinal=0,
            cells={"text": Cell("Xây dựng", 1)},
            years=(),
            page_first=1,
            page_last=1,
        )
        for section, printed in numbers.items()
        for number in printed
    ]


def found(numbers: dict[str, list[str]]) -> list[tuple[str, int | None]]:
    return [(finding.kind, finding.row) for finding in audit_numbering(rows(numbers))]


def test_numbers_that_begin_again_in_every_section_are_fine() -> None:
    assert found({"I A": ["1", "2", "3"], "II B": ["1", "2"], "III C": ["1"]}) == []


def test_numbers_that_run_through_the_appendix_are_fine() -> None:
    assert found({"I A": ["1", "2"], "II B": ["3"], "III C": ["4", "5"]}) == []


def test_gap_and_odd_form() -> None:
    assert found({"VIII A": ["5", "6", "8"], "IX B": ["1", "2"], "X C": ["1", "02"]}) == [
        ("numbering_gap", 0),
        ("numbering_gap", 2),
        ("numbering_form", 6),
    ]


def test_repeat_and_step_back() -> None:
    assert found({"": ["1", "2", "2", "3", "1"]}) == [
        ("numbering_repeat", 2),
        ("numbering_repeat", 4),
    ]


def test_a_row_without_number_takes_its_place_in_the_count() -> None:
    assert found({"": ["1", "", "3"]}) == [("numbering_form", 1)]


def test_message_names_the_place_and_the_missing_number() -> None:
    finding = audit_numbering(rows({"VIII Kinh tế số": ["1", "2", "4"]}, "II"))[0]
    assert finding.message == "Phụ lục II, VIII Kinh tế số: thiếu số 3 (sau 2)."
    assert finding.evidence == "4 | Xây dựng"


def test_appendices_are_audited_apart() -> None:
    both = rows({"": ["1", "2"]}, "I") + rows({"": ["1", "2"]}, "II")
    assert audit_numbering(both) == ()


def test_read_number() -> None:
    assert [read_number(text) for text in ("09", "9.", "10)", "", "I", "1a")] == [
        9,
        9,
        10,
        None,
        None,
        None,
    ]


def test_a_number_merged_down_over_several_rows_is_no_repeat() -> None:
    shared = [replace(row, shares_number=True) for row in rows({"I A": ["1", "1", "2"]})]
    assert audit_numbering(shared) == ()
    assert [finding.kind for finding in audit_numbering(rows({"I A": ["1", "1", "2"]}))] == [
        "numbering_repeat"
    ]
