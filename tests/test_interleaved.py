"""Columns that OCR ran together come apart again: the mechanics, with a toy language a column."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest

from extractors import interleaved
from extractors._tangled_blocks import NO_BLOCK, cell_by_cell
from extractors._tangled_lines import Line, number_cost, read_row_number, split_tokens
from extractors._tangled_search import Effort, _close_cost, _continue_group, _Hypothesis, _Ways
from extractors._tangled_splits import (
    CLAUSE_RARE,
    UPPER_AFTER_END,
    Layout,
    OpenCell,
    best_splits,
    splits_of,
)
from extractors.interleaved import learn_widths, next_clause_cost, rooms_of, untangle
from extractors.tangled import Context, Fragment, Kind, Language, NamesLine, NamesRow, TangledRow
from normalizers.following import Following
from normalizers.group_codes import group_code
from normalizers.phrases import PhraseLanguage

TASKS = (
    "Xây dựng danh mục các nền tảng số dùng chung trên địa bàn tỉnh",
    "Triển khai bộ chỉ số đánh giá mức độ trưởng thành về quản trị dữ liệu",
    "Thực hiện chiến lược hạ tầng số ngày 10 năm 2024 trên địa bàn tỉnh",
)
AGENCIES = ("Sở Khoa học và Công nghệ", "Công an tỉnh", "Các sở, ban, ngành")
DEADLINES = ("Năm 2026", "Năm 2026-2030")
TITLES = ("Hoàn thiện thể chế số", "Phát triển hạ tầng")


class Reading(NamedTuple):
    word: str
    log_channel: float


class ToyReader:
    """Reads tokens as printed; each kind of column knows its own phrases."""

    def __init__(self) -> None:
        def uniform(context: Context) -> Following:
            return Following(lambda word: -9.0)

        self._languages = {
            "text": PhraseLanguage((*TASKS, *TITLES), uniform, longest_list=1),
            "agency": PhraseLanguage(AGENCIES, uniform, longest_list=2),
            "deadline": PhraseLanguage(DEADLINES, uniform, longest_list=1),
            "mark": PhraseLanguage(["x", "x x", "x x x"], uniform, longest_list=1),
        }

    def candidates(self, token: str) -> Sequence[Reading]:
        return (Reading(token, -0.1),)

    def language(self, kind: Kind) -> Language:
        return self._languages[kind].follows

    def learned(self, kind: Kind, cells: Sequence[str]) -> Language:
        assert len(cells) > 0
        return self.language(kind)

    def names(self) -> tuple[str, ...]:
        return ()

    def section_code(self, tokens: Sequence[str], below: str) -> tuple[int, float] | None:
        return group_code(tokens)

    def part_names(self, rows: Sequence[NamesRow]) -> list[Sequence[NamesLine]]:
        return [lines for lines, _ in rows]


KINDS: tuple[Kind, ...] = ("number", "text", "agency", "deadline")


def cells_of(row: TangledRow) -> list[str]:
    return [" ".join(fragment.text for fragment in cell) for cell in row.cells]


def read(lines: Sequence[str], **options: frozenset[int]) -> list[list[str]]:
    return [cells_of(row) for row in untangle(lines, KINDS, ToyReader(), **options)]


def test_centred_rows_come_apart() -> None:
    lines = [
        "Xây dựng danh mục các nền Sở Khoa học",
        "1 tảng số dùng chung trên địa và Công Năm 2026",
        "bàn tỉnh nghệ",
        "Triển khai bộ chỉ số đánh giá",
        "2 mức độ trưởng thành về quản Công an tỉnh Năm 2026-2030",
        "trị dữ liệu",
    ]
    assert read(lines) == [
        ["1", TASKS[0], AGENCIES[0], "Năm 2026"],
        ["2", TASKS[1], AGENCIES[1], "Năm 2026-2030"],
    ]


def test_lines_that_ocr_read_after_the_text_do_not_move_a_row() -> None:
    blank = Layout(("number", "text", "agency"), (2.0, 30.0, 16.0), loose=frozenset({5}))
    plain = replace(blank, loose=frozenset())
    text, agency = OpenCell((), 5, 0, 30, False, 0, 4), OpenCell((), 5, 0, 10, False, 1, 6)
    row = _Hypothesis(0.0, (text, agency), 0, 2, 1, False, True, 0, NO_BLOCK, None, None)
    longer = row._replace(columns=(text._replace(last=6), agency))

    def cost(hypothesis: _Hypothesis, layout: Layout) -> float:
        return _close_cost(hypothesis, 7, layout, (lambda context: Counter(),) * 3)

    assert cost(row, blank) > cost(row, plain), "lines 5 and 6 were printed beside 3 and 4"
    assert cost(longer, blank) == cost(longer, plain), "the text goes on there"


def test_numbers_inside_text_do_not_begin_rows() -> None:
    lines = [
        "Xây dựng danh mục các nền",
        "1 tảng số dùng chung trên địa Công an tỉnh Năm 2026",
        "bàn tỉnh",
        "Thực hiện chiến lược hạ tầng số ngày",
        "2 10 năm 2024 trên địa bàn tỉnh Các sở, ban, ngành Năm 2026",
    ]
    assert [row[:2] for row in read(lines)] == [["1", TASKS[0]], ["2", TASKS[2]]]


def test_a_lost_number_is_supplied_and_marked() -> None:
    lines = [
        "1 Xây dựng danh mục các nền tảng số Công an tỉnh Năm 2026",
        "dùng chung trên địa bàn tỉnh",
        "Triển khai bộ chỉ số đánh giá mức độ Công an tỉnh Năm 2026-2030",
        "trưởng thành về quản trị dữ liệu",
        "3 Thực hiện chiến lược hạ tầng số ngày Công an tỉnh Năm 2026",
        "10 năm 2024 trên địa bàn tỉnh",
    ]
    rows = untangle(lines, KINDS, ToyReader())
    assert [cells_of(row)[0] for row in rows] == ["1", "2", "3"]
    assert [row.number_read for row in rows] == [True, False, True]


def halves(task: str) -> tuple[str, str]:
    words = task.split()
    return " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])


def test_a_row_without_number_and_agency_begins_where_others_end_with_a_stop() -> None:
    lines: list[str] = []
    for number in range(1, 9):
        first, second = halves(TASKS[(number - 1) % 3])
        lines += [f"{first} Sở Khoa học", f"{number} Năm 2026", f"{second}. và Công nghệ"]
    rows = read([*lines, "Triển khai bộ chỉ số đánh giá. Năm 2026"])
    assert len(rows) == 9
    assert rows[-1] == ["9", "Triển khai bộ chỉ số đánh giá.", "", "Năm 2026"]


def test_a_project_of_which_only_the_text_is_left_is_a_row() -> None:
    kinds: tuple[Kind, ...] = ("number", "text", "agency", "mark")
    whole = [f"{number} {TASKS[0]} Công an tỉnh x x x" for number in (1, 2, 3)]
    lines = [*whole, TASKS[1], "5" + whole[0][1:], "6" + whole[0][1:]]
    rows = [cells_of(row) for row in untangle(lines, kinds, ToyReader())]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[3][1:] == [TASKS[1], "", ""]


@pytest.mark.parametrize("sign", [".", ";"])
def test_a_table_tells_how_seldom_its_cells_hold_two_clauses(sign: str) -> None:
    def row(*cell: str) -> TangledRow:
        number = (Fragment("1", 0, 1.0),)
        text = tuple(Fragment(line, at, 1.0) for at, line in enumerate(cell))
        return TangledRow((number, text), 0, len(cell) - 1)

    kinds: tuple[Kind, ...] = ("number", "text")
    one_each = [row("Xây dựng danh mục", f"nền tảng số{sign}")] * 60
    assert next_clause_cost(one_each, kinds) == CLAUSE_RARE
    two_each = [row(f"Xây dựng danh mục{sign}", f"Triển khai{sign}")] * 60
    assert next_clause_cost(two_each, kinds) == UPPER_AFTER_END
    unmarked = [row("Xây dựng danh mục", "nền tảng số")] * 60
    assert next_clause_cost(unmarked, kinds) == UPPER_AFTER_END


@pytest.mark.parametrize(
    ("printed", "counts"), [("Triển khai", True), ("-Triển khai", True), ("12 nền tảng", False)]
)
def test_a_capital_after_a_stop_costs_what_the_table_tells(printed: str, counts: bool) -> None:
    ended = OpenCell(("địa", "bàn", "tỉnh."), 2, 0, 20, True, 0, 1)
    scores = []
    for cost in (UPPER_AFTER_END, CLAUSE_RARE):
        line = Line(printed, ToyReader())
        line.speak((ToyReader().language("text"),) * 2, (0.0, 0.0))
        layout = Layout(KINDS[:2], (0.0, 0.0), next_clause=cost)
        scores.append(splits_of(line, layout, (ended,), 2)[0][0][0])
    assert (scores[0] > scores[1]) == counts


def test_group_rows_span_the_columns() -> None:
    lines = [
        "I | Hoàn thiện thể chế số",
        "1 Xây dựng danh mục các nền tảng số Công an tỉnh Năm 2026",
        "dùng chung trên địa bàn tỉnh",
        "Il | Phát triển hạ tầng",
        "1 Triển khai bộ chỉ số đánh giá mức độ Công an tỉnh Năm 2026",
        "trưởng thành về quản trị dữ liệu",
    ]
    rows = untangle(lines, KINDS, ToyReader())
    assert [row.group for row in rows] == [True, False, True, False]
    assert cells_of(rows[2])[1] == TITLES[1]
    assert [cells_of(row)[0] for row in rows if not row.group] == ["1", "1"]


@pytest.mark.parametrize(("printed", "goes_on"), [("T6 chức thực hiện", False), ("và hạ", True)])
def test_a_title_goes_on_in_lower_case(printed: str, goes_on: bool) -> None:
    title = (OpenCell((), 1, 0, 30, False),)
    group = _Hypothesis(0.0, title, 0, -1, 0, True, True, 0, NO_BLOCK, None, None)
    line, ways = Line(printed, ToyReader()), _Ways(interleaved.FIRST_LOOK)
    line.speak((ToyReader().language("text"),), (0.0, 0.0))
    _continue_group(ways, group, 1, line)
    assert bool(ways.by_outlook) == goes_on


def test_what_stands_below_a_line_as_wide_as_the_table_is_not_asked() -> None:
    seen: list[str] = []

    class Asked(ToyReader):
        def section_code(self, tokens: Sequence[str], below: str) -> None:
            seen.append(below)

    untangle([TITLES[1], TASKS[0], "dùng chung"], KINDS, Asked())
    assert seen == [TASKS[0], "", ""]


def test_a_row_has_its_marks_on_one_line_or_what_ocr_made_of_it() -> None:
    lines = [
        "Xây dựng danh mục các nền tảng số Công an tỉnh x x",
        "dùng chung trên địa bàn tỉnh x",
        "Triển khai bộ chỉ số đánh giá mức độ Công an tỉnh",
        "trưởng thành về quản trị dữ liệu x x x",
    ]
    rows = untangle(lines, ("number", "text", "agency", "mark"), ToyReader())
    assert [cells_of(row)[1:] for row in rows] == [
        [TASKS[0], "Công an tỉnh", "x x x"],
        [TASKS[1], "Công an tỉnh", "x x x"],
    ]


def test_a_row_goes_on_over_the_page() -> None:
    lines = [
        "1 Xây dựng danh mục các nền tảng số Sở Khoa học và Năm 2026",
        "dùng chung trên địa Công nghệ",
        "bàn tỉnh",
        "2 Triển khai bộ chỉ số đánh giá mức độ Công an tỉnh Năm 2026",
        "trưởng thành về quản trị dữ liệu",
    ]
    rows = untangle(lines, KINDS, ToyReader(), page_starts=frozenset({0, 2}))
    assert [cells_of(row)[1] for row in rows] == [TASKS[0], TASKS[1]]
    assert (rows[0].first_line, rows[0].last_line) == (0, 2)


@pytest.mark.parametrize(
    ("token", "number"), [("1", 1), ("l2", 12), ("12.", 12), ("2024", None), ("Sở", None)]
)
def test_row_numbers_as_ocr_leaves_them(token: str, number: int | None) -> None:
    assert read_row_number(token) == number


def test_a_misread_number_counts_as_the_expected_one() -> None:
    assert number_cost("o5", (25,)) is not None
    assert number_cost("o5", (25,))[0] == 25  # type: ignore[index]
    assert number_cost("191", (19,))[0] == 19  # type: ignore[index]
    assert number_cost("8", (9,))[0] == 9  # type: ignore[index]
    assert number_cost("7", (25,))[0] == 7  # type: ignore[index]


def test_rules_are_no_tokens() -> None:
    tokens = split_tokens("2 | Công an |tỉnh")
    assert [t.text for t in tokens] == ["2", "Công", "an", "tỉnh"]
    assert [t.bar_before for t in tokens] == [False, True, False, True]


def test_stray_marks_are_no_part_of_a_cell() -> None:
    """Half letters between two printed lines leave the cells around them as they are."""
    lines = [
        "Xây dựng danh mục các nền Sở Khoa học",
        ". ; A ‘ , i , . ‘",
        "1 tảng số dùng chung trên địa và Công Năm 2026",
        "bàn tỉnh nghệ ; ‘",
        "Triển khai bộ chỉ số đánh giá",
        "2 mức độ trưởng thành về quản Công an tỉnh Năm 2026-2030",
        "trị dữ liệu U",
    ]
    assert read(lines) == [
        ["1", TASKS[0], AGENCIES[0], "Năm 2026"],
        ["2", TASKS[1], AGENCIES[1], "Năm 2026-2030"],
    ]


def test_a_way_as_far_behind_as_allowed_is_no_crash() -> None:
    gains = [[[-29.8, -20.9], [0.0]], [[0.0, -11.1], [0.0]], [[0.0, -99.0], [0.0]]]
    assert best_splits(0, 1, gains)[0] == (pytest.approx(-20.9), (0, 1, 1, 1))


def test_far_ways_to_split_are_left_out_and_no_others() -> None:
    """The splits kept are the best of all that there are."""
    chance = random.Random(5)
    count, columns = 6, 3
    gains = [
        [[chance.uniform(-9, 0) for _ in range(count - first + 1)] for first in range(count + 1)]
        for _ in range(columns)
    ]
    every = sorted(
        (
            (
                gains[0][0][a] + gains[1][a][b - a] + gains[2][b][count - b],
                (0, a, b, count),
            )
            for a in range(count + 1)
            for b in range(a, count + 1)
        ),
        reverse=True,
    )
    found = best_splits(0, count, gains)
    assert [cuts for _, cuts in found] == [cuts for _, cuts in every[: len(found)]]
    assert len(found) >= 3


def test_splits_that_differ_in_stray_ink_only_count_once() -> None:
    # five words and two stray marks in the middle, which may stand with either side
    words = [0, 1, 2, 3, 3, 3, 4, 5]
    count = len(words) - 1
    gains = [
        [[-float(end - first) for end in range(first, count + 1)] for first in range(count + 1)]
        for _ in range(2)
    ]
    found = best_splits(0, count, gains, words)
    partings = [words[cuts[1]] for _, cuts in found]
    assert sorted(partings) == [0, 1, 2, 3, 4, 5]
    assert len(best_splits(0, count, gains)) == count + 1


def test_a_number_after_a_lost_row_is_likelier_than_any_other() -> None:
    skipped, far = number_cost("20", (19,)), number_cost("57", (19,))
    assert skipped is not None
    assert far is not None
    assert skipped[0] == 20
    assert skipped[1] > far[1]


def test_a_few_fragments_that_took_too_much_do_not_make_a_column_wide() -> None:
    lengths = [20] * 17 + [45] * 3
    rows = [TangledRow(((), (Fragment("x" * length, 0, 1.0),)), 0, 0) for length in lengths]
    assert learn_widths(rows, 2) == (0.0, 20.0)


def test_a_line_of_one_fragment_does_not_make_a_narrow_column_wide() -> None:
    """Half of a long text was given to the results, whose cells are short."""
    rows = [
        TangledRow(
            (
                (),
                tuple(Fragment("t" * 45, line, 1.0) for line in lines[:4]),
                (
                    *(Fragment("r" * 20, line, 1.0) for line in lines[:4]),
                    *(Fragment("t" * 46, line, 1.0) for line in lines[4:]),
                ),
            ),
            lines[0],
            lines[-1],
        )
        for lines in (range(8), range(8, 16))
    ]
    assert learn_widths(rows, 3) == (0.0, 45.0, 20.0)


def test_before_any_line_is_read_only_the_first_text_may_take_most_of_it() -> None:
    lines = ["x" * 100] * 60 + ["x" * 180]
    rooms = rooms_of(lines, ("number", "text", "agency", "text", "deadline"))
    assert rooms[:2] == (0.0, 0.0)
    assert 30 < rooms[2] < 50
    assert set(rooms[2:]) == {rooms[2]}


@pytest.mark.parametrize("lead_between", [True, False])
def test_ink_between_two_lines_tells_which_column_goes_on_there(lead_between: bool) -> None:
    # Of two neighbours one stands half a line off the text; where a line passes it over, ink of
    # its half letters is left, in its place.
    middle = "P ngành Năm 2026" if lead_between else "ngành P Năm 2026"
    lines = [
        "Xây dựng danh mục các nền tảng Các sở, ban,",
        "A . L Công an",
        f"1 số dùng chung trên địa {middle}",
        "A . Y tỉnh",
        "bàn tỉnh",
    ]
    rows = untangle(lines, ("number", "text", "agency", "agency", "deadline"), ToyReader())
    between, beside = (2, 3) if lead_between else (3, 2)
    assert len(rows) == 1
    assert cells_of(rows[0])[between] == "Công an tỉnh"
    assert cells_of(rows[0])[beside] == "Các sở, ban, ngành"


def test_a_cell_in_free_words_stays_in_the_column_of_names() -> None:
    lines = [
        "1 Xây dựng danh mục các nền tảng số Công an tỉnh Năm 2026",
        "dùng chung trên địa bàn tỉnh.",
        "2 Thực hiện chiến lược hạ tầng số ngày 10 Các sở, đánh giá Năm 2026",
        "năm 2024 trên địa bàn tỉnh.",
        "mức độ trưởng",
        "thành về quản",
        "trị dữ liệu",
        "3 Xây dựng danh mục các nền tảng số Các sở, ban, Năm 2026",
        "dùng chung trên địa bàn tỉnh. ngành",
    ]
    free = "Các sở, đánh giá mức độ trưởng thành về quản trị dữ liệu"
    rows = read(lines)
    assert [row[2] for row in rows] == ["Công an tỉnh", free, "Các sở, ban, ngành"]
    assert rows[1][1] == TASKS[2] + "."


@pytest.mark.parametrize("leads", [True, False])
def test_a_lone_name_is_that_of_the_body_that_leads(leads: bool) -> None:
    kinds: tuple[Kind, ...] = ("number", "text", "agency", "partner", "deadline")

    class Equal(ToyReader):
        def language(self, kind: Kind) -> Language:
            return super().language("agency" if kind == "partner" else kind)

    lines = [
        "1 Xây dựng danh mục các nền tảng số Công an tỉnh Năm 2026",
        "dùng chung trên địa bàn tỉnh.",
    ]
    if not leads:
        kinds = ("number", "text", "partner", "agency", "deadline")
    rows = [cells_of(row) for row in untangle(lines, kinds, Equal())]
    assert rows[0][2:4] == (["Công an tỉnh", ""] if leads else ["", "Công an tỉnh"])


def test_the_whole_table_tells_how_it_is_aligned_where_a_glance_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worth = {"glance": {"middle": 0.0, "top": 10.0}, "whole": {"middle": 5.0, "top": 0.0}}
    asked: list[tuple[str, str]] = []

    def reading(
        lines: Sequence[Line], layout: Layout, effort: Effort
    ) -> tuple[float, tuple[TangledRow, ...]]:
        look = "glance" if effort is interleaved.GLANCE else "whole"
        asked.append((look, layout.alignment))
        return worth[look][layout.alignment], ()

    monkeypatch.setattr(interleaved, "search", reading)
    unknown = Layout(("number", "text"), (0.0, 0.0))
    assert interleaved._first_reading([], unknown)[0].alignment == "middle"
    worth["glance"]["top"] = interleaved.GLANCE_SURE + 1
    asked.clear()
    assert interleaved._first_reading([], unknown)[0].alignment == "top"
    assert ("whole", "middle") not in asked


CELLS = (  # the second row's number is unreadable, the third's lost, the fourth's amid its text
    *("1", "Xây dựng danh mục các nền tảng\nsố dùng chung trên địa bàn tỉnh"),
    *("Sở Khoa học\nvà Công nghệ", "Năm 2026"),
    *("EE:", "Triển khai bộ chỉ số đánh giá\nmức độ trưởng thành về\nquản trị dữ liệu"),
    *("Công an tỉnh", "Năm\n2026-2030"),
    *("Thực hiện chiến lược hạ tầng số\nngày 10 năm 2024", "trên địa bàn tỉnh"),
    *("Các sở, ban,\nngành", "Năm 2026"),
    *(
        "Triển khai bộ chỉ số đánh giá\n4 | mức độ trưởng thành về\nquản trị dữ liệu",
        "Công an tỉnh",
    ),
)


def _cell_by_cell(cells: Sequence[str]) -> tuple[list[str], frozenset[int]]:
    lines: list[str] = []
    begins = set()
    for cell in cells:
        begins.add(len(lines))
        lines += cell.split("\n")
    return lines, frozenset(begins - {0})


def test_a_page_read_cell_by_cell_is_read_so() -> None:
    lines, loose = _cell_by_cell(CELLS)
    rows = untangle(lines, KINDS, ToyReader(), frozenset({0}), loose)
    assert [tuple(" ".join(f.text for f in cell) for cell in row.cells) for row in rows] == [
        ("1", TASKS[0], "Sở Khoa học và Công nghệ", "Năm 2026"),
        ("2", TASKS[1], "Công an tỉnh", "Năm 2026-2030"),
        ("3", TASKS[2], "Các sở, ban, ngành", "Năm 2026"),
        ("4", TASKS[1], "Công an tỉnh", ""),
    ]


def test_lines_that_run_over_cells_are_no_cells_though_blanks_stand_between() -> None:
    reader = ToyReader()
    printed = [
        "1 Xây dựng danh mục các nền tảng Sở Khoa học Năm 2026",
        "số dùng chung trên địa bàn tỉnh và Công nghệ",
        "2 Triển khai bộ chỉ số đánh giá Công an tỉnh Năm",
        "mức độ trưởng thành về quản trị dữ liệu 2026-2030",
    ]
    lines = [Line(line, reader) for line in printed * 4]
    for line in lines:
        line.speak((reader.language("text"),), (0.0, 0.0))
    loose = frozenset(range(2, 16, 2))
    assert not cell_by_cell(lines, frozenset({0, 8}), loose)
