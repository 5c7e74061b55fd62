"""Where the normalizers answer the extractors: headings that read back, codes of group rows."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from extractors.tangled import Language
from normalizers.following import Following
from normalizers.group_codes import BEFORE_A_RULE, LOST_CODE, STRAY_CODE
from normalizers.headers import header_columns_of_lines, read_header
from normalizers.repair import RepairSession
from normalizers.sections import headings_of
from pipeline.reader import (
    HEADING_REPEATED,
    MARKS,
    ColumnReader,
    _name_groups,
    heading_of,
    kinds_of,
)


class Session:
    """A session that finds nothing to repair."""

    def repair_all(self, texts: Sequence[str]) -> list[SimpleNamespace]:
        return [SimpleNamespace(text=text) for text in texts]

    def candidates(self, token: str) -> tuple[SimpleNamespace, ...]:
        return (SimpleNamespace(word=token, log_channel=-2.0),)

    def follows(self, context: tuple[str, ...]) -> Following:
        return Following(lambda word: -9.0)


def reader(body: Sequence[str] = (), marks: bool = False) -> ColumnReader:
    return ColumnReader(cast(RepairSession, Session()), body, marks)


@pytest.mark.parametrize(
    "lines",
    [
        ["Phan ky thoi gian thuc hien", "TT Ten du an Co quan chu tri", "2026 2027 2028"],
        ["TT Chi tieu Muc tieu Co quan chu tri Co quan thuc hien"],
        ["TT Nhiem vu Co quan chu tri Co quan phoi hop Du kien ket qua Thoi han Ghi chu"],
    ],
)
def test_headings_given_to_a_dump_read_back_as_its_columns(lines: list[str]) -> None:
    found = header_columns_of_lines(lines)
    assert found is not None
    headings = [heading_of(column, found.columns) for column in found.columns]
    assert read_header(headings) == found.columns


def test_line_that_repeats_a_heading_is_a_group_row_whatever_its_code() -> None:
    columns = reader(["II. Bảo đảm an toàn, an ninh thông tin", "- Không phải đề mục"])
    assert columns.section_code(
        ["via", "Bao", "dam", "an", "toan,", "an", "ninh", "thong", "tin"]
    ) == (
        1,
        HEADING_REPEATED,
    )
    assert columns.section_code(["Bao", "dam", "an", "toan,", "an", "ninh", "théng", "tin"]) == (
        0,
        HEADING_REPEATED,
    )
    other = ["Bao", "dam", "an", "toan", "cho", "moi", "nguoi", "dan"]
    assert columns.section_code(other) == (0, LOST_CODE)


def test_a_rule_read_into_the_code_is_no_part_of_it() -> None:
    found = reader().section_code(["IV_|", "Hop", "tac", "va", "huy", "dong"])
    assert found is not None
    assert found[0] == 1


def test_crosses_are_likely_in_a_column_of_marks_only() -> None:
    columns = reader(marks=True)
    best = max(columns.candidates("K"), key=lambda one: one.log_channel)
    assert best.word == "x"
    assert columns.language(MARKS)(())["x"] > columns.language("text")(())["x"]
    assert [one.word for one in reader().candidates("K")] == ["K"]
    assert "x" in [one.word for one in columns.candidates("ee")]
    assert "x" not in [one.word for one in columns.candidates("va")]


def test_any_line_like_a_title_may_be_a_group_row() -> None:
    stray = ["ae", "Thuc", "hien", "quyén", "cua", "nguoi"]
    assert reader().section_code(stray) == (1, STRAY_CODE)
    assert reader().section_code(stray[1:]) == (0, LOST_CODE)
    assert reader().section_code(["2", *stray[1:]]) is None
    known = reader(["I. Bảo đảm an toàn, an ninh thông tin"])
    assert known.section_code(stray) == (1, STRAY_CODE)
    assert known.section_code(stray[1:]) == (0, LOST_CODE)


def test_a_rule_may_stand_before_the_code_of_a_group_row() -> None:
    found = reader().section_code(["|", "IL", "|", "Cai", "cach", "tha", "tyc"])
    assert found == (3, BEFORE_A_RULE)


def test_headings_name_the_groups_where_lines_repeat_them() -> None:
    headings = headings_of(["I. Phát triển hạ tầng số", "II. Bảo đảm an toàn thông tin"])
    body = ["I. Phat trien ha tang so", "II. Bao dam an toan thong tin"]
    assert not _name_groups(headings, [*body, "1 Ra soat", "Thuc hien quyen cua nguoi"])
    assert _name_groups(
        headings, [*body, "| Phat trién ha tang so", "It Bao dam an toan thong tin"]
    )


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        (
            "TT Nhiem vu Co quan chu tri Co quan phoi hop Thoi han",
            ("number", "text", "agency", "partner", "deadline"),
        ),
        ("TT Nhiem vu Co quan thuc hien Thoi han", ("number", "text", "agency", "deadline")),
    ],
)
def test_partners_stand_beside_those_who_lead(line: str, kinds: tuple[str, ...]) -> None:
    found = header_columns_of_lines([line])
    assert found is not None
    assert kinds_of(found.columns) == kinds


def chance(language: Language, text: str) -> float:
    """log P of a whole cell."""
    said = text.split()
    return sum(language(tuple(said[:at]))[word] for at, word in enumerate([*said, "</s>"]))


def test_a_column_of_agencies_lists_what_its_cells_list_and_as_long() -> None:
    columns = reader()
    single, pair = "Sở Nội vụ", "Công an tỉnh; Sở Nội vụ"
    before = columns.language("partner")
    alone = columns.learned("partner", [single] * 8)
    paired = columns.learned("partner", [pair] * 8)
    assert chance(alone, single) > chance(before, single) + 2
    assert chance(paired, pair) > chance(alone, pair) + 2
    # what the column has not listed yet stays about as likely as it was
    other = "Thanh tra tỉnh"
    assert chance(alone, other) > chance(before, other) - 2
