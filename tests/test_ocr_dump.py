"""Pages, headers and tables of a text dump, with a reader that knows one header."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.ocr_dump import HeaderFound, find_tables, split_pages


class OneHeader:
    """Knows a header whose first line begins with "TT"."""

    def open(self, lines: Sequence[str], body: Sequence[str]) -> object:
        raise AssertionError("not needed")

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        if not lines[0].startswith("TT"):
            return None
        return HeaderFound(("TT", "Nhiệm vụ"), ("number", "text"), 1)


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
