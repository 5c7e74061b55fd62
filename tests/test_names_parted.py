"""Names of two neighbouring columns, parted anew once the rows of a table are known."""

from collections.abc import Sequence

import pytest

from extractors.names_parted import names_parted
from extractors.tangled import Fragment, NamesLine, NamesRow, TangledRow
from normalizers.agency_rows import NamesRow as Row
from normalizers.agency_rows import part_again

GROUPS = ("Cac s6, ban,", "nganh; UBND", "cac xa, phuong,", "dac khu")
USUAL = [
    Row(((0, "", GROUPS[0]), (1, lead, GROUPS[1]), (2, "", GROUPS[2]), (3, "", GROUPS[3])), 1.5)
    for lead in ("Cong an tinh", "So Noi vu", "Cong an tinh", "S6 Noi vu", "So Noi vu")
]


def parted(*lines: tuple[str, str]) -> list[tuple[str, str]]:
    """The lines of a row that follows five with one agency that leads and two groups."""
    row = Row(tuple((at, *line) for at, line in enumerate(lines)), (len(lines) - 1) / 2)
    found = part_again([*USUAL, row])
    assert found[:-1] == USUAL
    return [line[1:] for line in found[-1].lines]


@pytest.mark.parametrize(
    ("lines", "right"),
    [
        (  # lines of the right cell stand in the left one
            [
                ("", "Cac so, ban,"),
                ("Cong an tinh", "nganh; UBND"),
                ("cac xa, phuong,", ""),
                ("dac khu", ""),
            ],
            [
                ("", "Cac so, ban,"),
                ("Cong an tinh", "nganh; UBND"),
                ("", "cac xa, phuong,"),
                ("", "dac khu"),
            ],
        ),
        (  # the first name of the right cell does
            [("So Tai chinh; cac", ""), ("So Noi vu", "s6, ban,"), ("", "nganh")],
            [("", "So Tai chinh; cac"), ("So Noi vu", "s6, ban,"), ("", "nganh")],
        ),
        (  # the name that leads does not stand right of the others
            [("", "Cong an tinh")],
            [("Cong an tinh", "")],
        ),
        (  # ink that was printed in neither
            [("", "Cac so, ban,"), ("Cong an tinh zqxk wp", "nganh")],
            [("", "Cac so, ban,"), ("Cong an tinh", "nganh")],
        ),
    ],
)
def test_names_go_where_they_stand_elsewhere(
    lines: list[tuple[str, str]], right: list[tuple[str, str]]
) -> None:
    assert parted(*lines) == right


@pytest.mark.parametrize(
    "lines",
    [
        [("So Tai chinh", "Cong an tinh")],
        [("So Tai chinh", "Cac so, ban,"), ("", "nganh")],
        [("Zqwk pfgh", "Cac so, ban,"), ("", "nganh")],
        [("Zqwk pfgh", "Cong an tinh")],
    ],
)
def test_rows_that_read_well_or_not_at_all_stay(lines: list[tuple[str, str]]) -> None:
    assert parted(*lines) == lines


class Swapped:
    """Moves everything to the other side."""

    def part_names(self, rows: Sequence[NamesRow]) -> list[list[NamesLine]]:
        assert [middle for _, middle in rows] == [0.5, None]
        return [[(line, right, left) for line, left, right in lines] for lines, _ in rows]


def test_only_changed_fragments_are_made_anew() -> None:
    one = (Fragment("1", 0, 9.0),)
    text = (Fragment("Mot", 0, 9.0), Fragment("hai", 1, 9.0))
    row = TangledRow((one, text, (Fragment("So", 0, 9.0),), ()), 0, 1)
    group = TangledRow((one, text), 2, 2, group=True)
    same = TangledRow((one, (), (Fragment("So", 3, 9.0),), (Fragment("So", 3, 8.0),)), 3, 3)
    kinds = ("number", "text", "agency", "agency")
    found = names_parted([row, group, same], kinds, Swapped())  # type: ignore[arg-type]
    assert found[0].cells == (one, text, (), (Fragment("So", 0, 0.0),))
    assert found[1:] == (group, same)
    assert names_parted([row], ("number", "text", "agency", "text"), Swapped()) == (row,)  # type: ignore[arg-type]
