"""Deadlines, printed and damaged."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.deadlines import read_damaged_deadline, read_deadline


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def read(text: str) -> tuple[str, date | None, date | None]:
    found = read_deadline(text)
    return found.kind, found.start, found.end


# Every distinct deadline of the five golden documents, read by hand.
GOLDEN = [
    ("2025", "year", "2025-01-01", "2025-12-31"),
    ("30/09/2025", "date", "2025-09-30", "2025-09-30"),
    ("31/12/2025", "date", "2025-12-31", "2025-12-31"),
    ("31/8/2025", "date", "2025-08-31", "2025-08-31"),
    ("Hằng năm", "recurring", "", ""),
    ("Hằng tháng", "recurring", "", ""),
    ("Khi Văn phòng Chính phủ hướng dẫn", "conditional", "", ""),
    ("Năm 2025-2030", "year_range", "2025-01-01", "2030-12-31"),
    ("Năm 2026", "year", "2026-01-01", "2026-12-31"),
    ("Năm 2026 - 2030", "year_range", "2026-01-01", "2030-12-31"),
    ("Năm 2026-2027", "year_range", "2026-01-01", "2027-12-31"),
    ("Năm 2026-2028", "year_range", "2026-01-01", "2028-12-31"),
    ("Năm 2026-2030", "year_range", "2026-01-01", "2030-12-31"),
    ("Năm 2028 - 2030", "year_range", "2028-01-01", "2030-12-31"),
    ("Sau khi Bộ Khoa học và Công nghệ ban hành hướng dẫn", "conditional", "", ""),
    ("Sau khi Trung ương ban hành Chương trình", "conditional", "", ""),
    ("Sau khi Trương ương ban hành", "conditional", "", ""),
    ("Tháng 11/2025", "month", "2025-11-01", "2025-11-30"),
    ("Tháng 12/2025", "month", "2025-12-01", "2025-12-31"),
    ("Tháng 12/2026", "month", "2026-12-01", "2026-12-31"),
    ("Tháng 9/2025", "month", "2025-09-01", "2025-09-30"),
    ("Thường xuyên", "continuous", "", ""),
    ("Thường xuyên các tháng cuối năm", "continuous", "", ""),
    ("Thực hiện thường xuyên", "continuous", "", ""),
    ("Trước ngày 20/12/2025", "before", "", "2025-12-20"),
]

# Other forms that plans, laws and procedures print.
OTHERS = [
    # days
    ("30.11.2025", "date", "2025-11-30", "2025-11-30"),
    ("ngày 09 tháng 10 năm 2024", "date", "2024-10-09", "2024-10-09"),
    ("Ngày 10/10/2026", "date", "2026-10-10", "2026-10-10"),
    # months
    ("Tháng 2 năm 2028", "month", "2028-02-01", "2028-02-29"),
    ("10/2025", "month", "2025-10-01", "2025-10-31"),
    ("T9/2025", "month", "2025-09-01", "2025-09-30"),
    ("Tuần đầu tháng 3/2026", "month", "2026-03-01", "2026-03-31"),
    ("Tháng 10-12/2025", "month", "2025-10-01", "2025-12-31"),
    ("Tháng 10, 11, 12 năm 2025", "month", "2025-10-01", "2025-12-31"),
    ("Từ tháng 3 đến tháng 6/2026", "month", "2026-03-01", "2026-06-30"),
    ("Từ tháng 10/2025 đến tháng 3/2026", "month", "2025-10-01", "2026-03-31"),
    ("04 tháng cuối năm 2025", "month", "2025-09-01", "2025-12-31"),
    # quarters and halves of a year
    ("Quý IV/2025", "quarter", "2025-10-01", "2025-12-31"),
    ("Quý III năm 2026", "quarter", "2026-07-01", "2026-09-30"),
    ("Quý 4 năm 2025", "quarter", "2025-10-01", "2025-12-31"),
    ("Quý III, IV/2025", "quarter", "2025-07-01", "2025-12-31"),
    ("Quý I, II, III/2026", "quarter", "2026-01-01", "2026-09-30"),
    ("Quý IV/2025 - Quý I/2026", "quarter", "2025-10-01", "2026-03-31"),
    ("Hoàn thành trong quý IV năm 2025", "quarter", "2025-10-01", "2025-12-31"),
    ("6 tháng đầu năm 2026", "quarter", "2026-01-01", "2026-06-30"),
    ("Trong 06 tháng cuối năm 2026", "quarter", "2026-07-01", "2026-12-31"),
    ("9 tháng đầu năm 2025", "quarter", "2025-01-01", "2025-09-30"),
    # years
    ("Trong năm 2026", "year", "2026-01-01", "2026-12-31"),
    ("Cuối năm 2026", "year", "2026-01-01", "2026-12-31"),
    ("2026 - 2027", "year_range", "2026-01-01", "2027-12-31"),
    ("Giai đoạn 2026 – 2030", "year_range", "2026-01-01", "2030-12-31"),
    ("Từ năm 2026 đến năm 2030", "year_range", "2026-01-01", "2030-12-31"),
    ("giai đoạn từ năm 2026 đến hết năm 2030", "year_range", "2026-01-01", "2030-12-31"),
    ("Năm 2026, 2027", "year_range", "2026-01-01", "2027-12-31"),
    ("Năm 2026 và năm 2027", "year_range", "2026-01-01", "2027-12-31"),
    # before
    ("trước ngày 31 tháng 12 năm 2026", "before", "", "2026-12-31"),
    ("Chậm nhất 15/12/2025", "before", "", "2025-12-15"),
    ("chậm nhất đến ngày 01 tháng 7 năm 2026", "before", "", "2026-07-01"),
    ("đến hết ngày 30/6/2024", "before", "", "2024-06-30"),
    ("Hoàn thành trước 30/6/2026", "before", "", "2026-06-30"),
    ("Trước tháng 12/2025", "before", "", "2025-11-30"),
    ("Xong trước tháng 10 năm 2026", "before", "", "2026-09-30"),
    ("Trước Quý III/2026", "before", "", "2026-06-30"),
    ("Trước năm 2027", "before", "", "2026-12-31"),
    ("Đến hết năm 2027", "before", "", "2027-12-31"),
    ("Đến năm 2030", "before", "", "2030-12-31"),
    # over and over
    ("Hàng quý", "recurring", "", ""),
    ("Hằng tháng/quý", "recurring", "", ""),
    ("tháng 3 hằng năm", "recurring", "", ""),
    ("Trước 15/12 hằng năm", "recurring", "", ""),
    ("trước ngày 25 hằng tháng", "recurring", "", ""),
    ("Hằng năm, giai đoạn 2026-2030", "recurring", "2026-01-01", "2030-12-31"),
    ("Hàng quý hoặc 6 tháng", "recurring", "", ""),
    ("Định kỳ 06 tháng/lần", "recurring", "", ""),
    ("Định kỳ năm năm một lần", "recurring", "", ""),
    ("Định kỳ hoặc đột xuất theo yêu cầu", "recurring", "", ""),
    # all the time, or from some day on
    ("Thường xuyên, liên tục", "continuous", "", ""),
    ("2025 và những năm tiếp theo", "continuous", "2025-01-01", ""),
    ("Quý IV/2025 và các năm tiếp theo", "continuous", "2025-10-01", ""),
    ("Từ năm 2026 trở đi", "continuous", "2026-01-01", ""),
    ("Kể từ ngày 29 tháng 12 năm 2025", "continuous", "2025-12-29", ""),
    # once something else has happened
    ("theo tiến độ của Bộ Khoa học và Công nghệ", "conditional", "", ""),
    ("Theo lộ trình của Bộ", "conditional", "", ""),
    ("Theo Kế hoạch của Ban Chỉ đạo", "conditional", "", ""),
    ("Theo thực tế phát sinh", "conditional", "", ""),
    ("Khi có yêu cầu", "conditional", "", ""),
    ("Ngay sau khi có hướng dẫn của Bộ Nội vụ", "conditional", "", ""),
    ("Trong vòng 30 ngày kể từ ngày ban hành Kế hoạch", "conditional", "", ""),
    ("Không quá 03 ngày làm việc", "conditional", "", ""),
    # nothing that can be known
    ("", "unknown", "", ""),
    ("-", "unknown", "", ""),
    ("45/13/2025", "unknown", "", ""),
    ("Sở Nội vụ", "unknown", "", ""),
    ("Đã hoàn thành", "unknown", "", ""),
    ("x " * 5000, "unknown", "", ""),
    ("Сфера 2025年 ١٢", "unknown", "", ""),
]


@pytest.mark.parametrize(("text", "kind", "start", "end"), [*GOLDEN, *OTHERS])
def test_deadlines_are_read(text: str, kind: str, start: str, end: str) -> None:
    assert read(text) == (kind, day(start), day(end))


DAYS = st.dates(min_value=date(2001, 1, 1), max_value=date(2098, 12, 31))
YEARS = st.integers(2001, 2079)
MONTHS = st.integers(1, 12)
QUARTERS = st.integers(1, 4)
ROMAN = ("", "I", "II", "III", "IV")


def month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@given(DAYS)
def test_a_printed_day_reads_back(one: date) -> None:
    for text in (f"{one.day}/{one.month}/{one.year}", f"{one:%d.%m.%Y}"):
        assert read(text) == ("date", one, one)
    assert read(f"ngày {one.day} tháng {one.month} năm {one.year}") == ("date", one, one)
    assert read(f"Trước ngày {one:%d/%m/%Y}") == ("before", None, one)
    assert read_damaged_deadline(f"{one:%d/%m/%Y}") == f"{one:%d/%m/%Y}"


@given(YEARS, MONTHS, MONTHS)
def test_printed_months_read_back(year: int, one: int, other: int) -> None:
    first, last = sorted((one, other))
    begin, end = date(year, first, 1), month_end(year, last)
    assert read(f"Từ tháng {first} đến tháng {last}/{year}") == ("month", begin, end)
    for text in (f"Tháng {last}/{year}", f"{last:02d}/{year}", f"Tháng {last} năm {year}"):
        assert read(text) == ("month", date(year, last, 1), end)


@given(YEARS, QUARTERS, QUARTERS)
def test_printed_quarters_read_back(year: int, one: int, other: int) -> None:
    first, last = sorted((one, other))
    begin, end = date(year, 3 * first - 2, 1), month_end(year, 3 * last)
    assert read(f"Quý {ROMAN[first]} - Quý {ROMAN[last]}/{year}") == ("quarter", begin, end)
    for text in (f"Quý {ROMAN[last]}/{year}", f"Quý {last} năm {year}"):
        assert read(text) == ("quarter", date(year, 3 * last - 2, 1), end)


@given(YEARS, st.integers(0, 20))
def test_printed_years_read_back(first: int, span: int) -> None:
    begin, end = date(first, 1, 1), date(first + span, 12, 31)
    for text in (f"Năm {first}-{first + span}", f"Từ năm {first} đến năm {first + span}"):
        assert read(text)[1:] == (begin, end)
    assert read(f"Đến hết năm {first + span}") == ("before", None, end)
    assert read(f"{first} và các năm tiếp theo") == ("continuous", begin, None)


@given(st.text(max_size=200))
def test_any_text_is_read_into_a_sound_deadline(text: str) -> None:
    found = read_deadline(text)
    assert found.start is None or found.end is None or found.start <= found.end
    if found.kind in ("conditional", "unknown"):
        assert (found.start, found.end) == (None, None)
    if found.kind == "before":
        assert found.start is None
        assert found.end is not None


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("Nim\n2026-2030", "Năm 2026-2030"),
        ("Niam 2026.2030", "Năm 2026-2030"),
        ("Nam\n2028 - 2030", "Năm 2028 - 2030"),
        ("Nam 2026", "Năm 2026"),
        ("Thana 12/2026", "Tháng 12/2026"),
        ("|31/12/2025", "31/12/2025"),
        ("Quy 1V/2025", "Quý IV/2025"),
        ("Quy Il/2026", "Quý II/2026"),
        ("Quy HI/2026", "Quý III/2026"),
        ("Quy ITT/2026", "Quý III/2026"),
        ("Nam 2026-2030}", "Năm 2026-2030"),
        ("Truoc ngay 20/12/2025", "Trước ngày 20/12/2025"),
        ("Thuong\nxuyen", "Thường xuyên"),
        ("Thuong\nxuyén, lién\ntuc", "Thường xuyên, liên tục"),
        ("Thuong xuyén,\nlién tuc", "Thường xuyên, liên tục"),
        ("Thuong xuyén lién tuc", "Thường xuyên liên tục"),
        ("Hang nam, giai doan\n2026-2030", "Hằng năm, giai đoạn 2026-2030"),
        ("Nam,\n2026", "Năm 2026"),
        ("6 thang dau\nnam 2026", "6 tháng đầu năm 2026"),
        ("Nam\n026-2030", "Năm 2026-2030"),
        ("Guy IV nam\n7026", "Quý IV năm 2026"),
        ("Hing nam", "Hằng năm"),
    ],
)
def test_damaged_deadlines_are_read(damaged: str, text: str) -> None:
    reading = read_damaged_deadline(damaged)
    assert reading == text
    assert 0.5 < reading.confidence <= 1.0


@pytest.mark.parametrize(
    "damaged",
    [
        "Sau khi B6\nKhoa hoc va\nCong nghé\nban hanh\nhudng dan",
        "phuong, dac khu",
        "Béo cao thuc hién nam 2026",
        "Nam",
        "45/13/2025",
        "2026 2027 2028",
        "Quy TI/2026",  # II, or III that lost a stroke
        "",
    ],
)
def test_what_is_no_deadline_is_left_alone(damaged: str) -> None:
    assert read_damaged_deadline(damaged) == ""
