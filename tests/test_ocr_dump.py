"""Pages, headers and tables of a text dump, with a reader that knows one header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from extractors.ocr_dump import (
    UNREAD,
    DumpTable,
    HeaderFound,
    HeadGuess,
    TablePart,
    find_tables,
    infer_layout,
    split_pages,
    widened,
)
from extractors.tangled import Kind, Language, NamesLine, NamesRow
from normalizers.following import Following


class OneHeader:
    """Knows a header whose first line begins with "TT"."""

    def open(self, lines: Sequence[str], body: Sequence[str]) -> object:
        raise AssertionError("not needed")

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        if not lines[0].startswith("TT"):
            return None
        return HeaderFound(("TT", "Nhiệm vụ"), ("number", "text"), 1)

    def title_lines(self, lines: Sequence[str]) -> int:
        return 2 if lines[0].startswith("Phu luc") else 0

    def head_ink(self, lines: Sequence[str], others: Sequence[Sequence[str]]) -> int:
        return 0

    def head_tail(self, lines: Sequence[str]) -> int:
        return 0

    def guess(self, title: Sequence[str], tops: Sequence[Sequence[str]]) -> HeadGuess:
        raise AssertionError("not needed")

    def wider(
        self, header: HeaderFound, pages: Sequence[Sequence[str]]
    ) -> tuple[tuple[HeaderFound, float], ...]:
        return ((TWO, 0.0), (THREE, 0.0))


DUMP = """ Chuyen doi so
Muc tieu chung.



Phu luc I
DANH MUC
TT Nhiem vu
giai phap
1 Xay dung



2

TT Nhiem vu
giai phab
danh muc
\t\t2026-01-08T11:48:21+0700
\tNguoi Ky
"""


def test_pages_begin_after_blank_runs_and_leading_spaces() -> None:
    pages = split_pages("Mot\nhai\n\n\n\n\nba\n\nbon\n nam\n")
    assert [page.lines for page in pages] == [("Mot", "hai"), ("ba", "", "bon"), ("nam",)]


def test_a_lone_page_number_and_signatures_are_no_text() -> None:
    lines = [line for page in split_pages(DUMP) for line in page.lines]
    assert "2" not in lines
    assert not any("2026-01" in line or "Nguoi" in line for line in lines)


def test_a_table_goes_on_over_pages_without_its_headers() -> None:
    body, tables = find_tables(split_pages(DUMP), OneHeader())  # type: ignore[arg-type]
    assert [page.lines for page in body] == [("Chuyen doi so", "Muc tieu chung.")]
    assert len(tables) == 1
    assert tables[0].title == ("Phu luc I", "DANH MUC")
    assert [part.lines for part in tables[0].parts] == [
        ("giai phap", "1 Xay dung"),
        ("giai phab", "danh muc"),
    ]


def test_a_dump_that_begins_with_its_header_is_a_table() -> None:
    body, tables = find_tables(split_pages("TT Nhiem vu\n1 Xay dung\n"), OneHeader())  # type: ignore[arg-type]
    assert body == ()
    assert [part.lines for part in tables[0].parts] == [("1 Xay dung",)]


class LostHeadings(OneHeader):
    """Reads a header of as many columns as its line has words."""

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        names = tuple(lines[0].split())
        if names[0] != "TT":
            return None
        return HeaderFound(names, ("number", *("text" for _ in names[1:])), 1)


def test_a_header_that_lacks_a_heading_of_the_page_before_goes_on_with_its_table() -> None:
    pages = split_pages(" Phu luc I\nDANH MUC\nTT A B C\n1 Xay\n TT A B\n2 Lap\n TT A B C D\n3 Ra")
    (table,) = find_tables(pages, LostHeadings())[1]
    assert table.header.names == ("TT", "A", "B", "C", "D")
    assert [part.lines for part in table.parts] == [("1 Xay",), ("2 Lap",), ("3 Ra",)]


class LostYears(OneHeader):
    """Reads a header whose phases stand for no column where the years below them are lost."""

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        if not lines[0].startswith("TT"):
            return None
        last = "2026 2027" if lines[0].endswith("2027") else ""
        kind: Kind = "mark" if last else "text"
        return HeaderFound(("TT", "Dự án", "Chủ trì", last), ("number", "text", "agency", kind), 1)


@pytest.mark.parametrize("first", ["2026 2027", "Phan ky"])
def test_a_heading_that_lost_its_years_heads_the_same_table(first: str) -> None:
    second = "Phan ky" if first.startswith("20") else "2026 2027"
    pages = split_pages(f" Phu luc I\nDANH MUC\nTT A {first}\n1 Xay\n TT A {second}\n2 Lap")
    (table,) = find_tables(pages, LostYears())[1]
    assert table.header.kinds == ("number", "text", "agency", "mark")
    assert len(table.parts) == 2


class LinesOfARow(LostHeadings):
    """Reads lines of a row with the header's as one odd header."""

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        found = super().header(lines, known)
        odd = found is not None and len(lines) > 1 and lines[1].startswith("co quan")
        return replace(found, names=("TT", "B"), named=False) if found and odd else found


def test_a_header_that_names_no_text_column_begins_no_table_amid_another() -> None:
    pages = split_pages(" Phu luc I\nDANH MUC\nTT A B C\n1 Xay\n TT A B C\nco quan\n2 Lap")
    (table,) = find_tables(pages, LinesOfARow())[1]
    assert [part.lines for part in table.parts] == [("1 Xay",), ("co quan", "2 Lap")]


def test_another_header_begins_another_table() -> None:
    pages = split_pages(" Phu luc I\nDANH MUC\nTT A B C\n1 Xay\n TT X Y\n1 Lap")
    assert len(find_tables(pages, LostHeadings())[1]) == 2


def found_tables(text: str) -> tuple[DumpTable, ...]:
    return find_tables(split_pages(text), OneHeader())[1]  # type: ignore[arg-type]


def test_an_appendix_whose_header_is_not_read_begins_a_table_of_its_own() -> None:
    tables = found_tables(
        "Phu luc I\nDANH MUC\nTT Nhiem vu\n1 Xay dung\n Phu luc II\nCHI TIEU\n1 Ty le\n 2 So\n"
    )
    assert [table.title for table in tables] == [
        ("Phu luc I", "DANH MUC"),
        ("Phu luc II", "CHI TIEU"),
    ]
    assert tables[1].header is UNREAD
    assert [part.lines for part in tables[1].parts] == [("1 Ty le",), ("2 So",)]


def test_a_header_read_on_a_later_page_is_the_one_of_the_pages_before() -> None:
    (table,) = found_tables(
        "Phu luc I\nDANH MUC\nTI Nhiem v\n1 Xay dung\n TT Nhiem vu\n2 Tap huan\n"
    )
    assert table.header.names == ("TT", "Nhiệm vụ")
    assert [part.lines for part in table.parts] == [("1 Xay dung",), ("2 Tap huan",)]


def test_a_stray_line_over_a_repeated_header_begins_no_table() -> None:
    (table,) = found_tables("TT Nhiem vu\n1 Xay dung\n S)\nTT Nhiem vu\n2 Tap huan\n")
    assert [part.lines for part in table.parts] == [("1 Xay dung",), ("S)",), ("2 Tap huan",)]


NAME_WORDS = ("So", "Y", "te", "Noi", "vu")


class Columns:
    """A language in which agencies begin with "So" and tasks with anything else."""

    def candidates(self, token: str) -> tuple[SimpleNamespace, ...]:
        return (SimpleNamespace(word=token, log_channel=0.0),)

    def language(self, kind: str) -> Language:
        if kind != "agency":
            name = Following(lambda word: -9.0 if word in NAME_WORDS else -3.0)
        else:
            name = Following(lambda word: -0.5 if word in (*NAME_WORDS, "</s>") else -12.0)
        return lambda before: name

    def learned(self, kind: str, cells: Sequence[str]) -> Language:
        return self.language(kind)

    def names(self) -> tuple[str, ...]:
        return ()

    def section_code(self, tokens: Sequence[str], below: str) -> None:
        return None

    def part_names(self, rows: Sequence[NamesRow]) -> list[Sequence[NamesLine]]:
        return [lines for lines, _ in rows]


TWO = HeaderFound(("TT", "Nhiệm vụ", "Cơ quan chủ trì"), ("number", "text", "agency"), 0)
THREE = HeaderFound(
    ("TT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp"),
    ("number", "text", "agency", "agency"),
    0,
)


def inferred(lines: Sequence[str]) -> DumpTable | None:
    table = DumpTable(UNREAD, ("Phu luc I",), (TablePart(1, ("ink of a header", *lines)),))
    guess = HeadGuess(((THREE, 0.0), (TWO, 0.0)), (1,))
    found = infer_layout(table, guess, Columns())  # type: ignore[arg-type]
    if found is None:
        return None
    assert found[1].kind == "columns_inferred"
    return found[0]


def test_columns_of_an_unread_header_are_told_by_the_rows() -> None:
    table = inferred(
        [
            f"{number} Ra soat ha tang mang {agency}"
            for number, agency in enumerate(("So Y te", "So Noi vu") * 3, 1)
        ]
    )
    assert table is not None
    assert table.header == TWO
    assert table.parts[0].lines[0].startswith("1 ")


def test_running_text_under_a_title_is_no_table() -> None:
    assert inferred(["Dieu nay quy dinh ve viec lap", "ke hoach hang nam cua tinh"] * 4) is None


def wider_than_text_alone(lines: Sequence[str]) -> tuple[str, ...] | None:
    header = HeaderFound(("TT", "Nhiệm vụ"), ("number", "text"), 1)
    table = DumpTable(header, ("Phu luc I",), (TablePart(1, tuple(lines)),))
    found = widened(table, OneHeader(), Columns())  # type: ignore[arg-type]
    return found[0].header.names if found is not None else None


def test_a_column_whose_heading_was_lost_is_told_by_the_rows() -> None:
    rows = [f"{number} Ra soat ha tang mang So Y te" for number in range(1, 25)]
    assert wider_than_text_alone(rows) == TWO.names
    assert wider_than_text_alone(rows[:10]) is None  # too little to tell
    assert wider_than_text_alone([f"{n} Ra soat ha tang mang" for n in range(1, 25)]) is None
