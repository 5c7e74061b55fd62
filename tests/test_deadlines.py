"""Deadlines, printed and damaged."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.deadlines import Deadline, read_damaged_deadline, read_deadline


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("Năm 2026-2030", "year_range", "2026-01-01", "2030-12-31"),
        ("Năm 2028 - 2030", "year_range", "2028-01-01", "2030-12-31"),
        ("Giai đoạn 2026 – 2030", "year_range", "2026-01-01", "2030-12-31"),
        ("Từ năm 2026 đến năm 2030", "year_range", "2026-01-01", "2030-12-31"),
        ("Năm 2026, 2027", "year_range", "2026-01-01", "2027-12-31"),
        ("2025", "year", "2025-01-01", "2025-12-31"),
        ("Trong năm 2025", "year", "2025-01-01", "2025-12-31"),
        ("Tháng 12/2025", "month", "2025-12-01", "2025-12-31"),
        ("Tháng 2 năm 2028", "month", "2028-02-01", "2028-02-29"),
        ("10/2025", "month", "2025-10-01", "2025-10-31"),
        ("Tháng 10-12/2025", "month", "2025-10-01", "2025-12-31"),
        ("Từ tháng 10/2025 đến tháng 3/2026", "month", "2025-10-01", "2026-03-31"),
        ("Quý IV/2025", "quarter", "2025-10-01", "2025-12-31"),
        ("Quý 4 năm 2025", "quarter", "2025-10-01", "2025-12-31"),
        ("Quý III, IV/2025", "quarter", "2025-07-01", "2025-12-31"),
        ("6 tháng đầu năm 2026", "quarter", "2026-01-01", "2026-06-30"),
        ("31/8/2025", "date", "2025-08-31", "2025-08-31"),
        ("30.11.2025", "date", "2025-11-30", "2025-11-30"),
        ("ngày 09 tháng 10 năm 2024", "date", "2024-10-09", "2024-10-09"),
        ("Trước ngày 20/12/2025", "before", "", "2025-12-20"),
        ("Chậm nhất 15/12/2025", "before", "", "2025-12-15"),
        ("Trước tháng 12/2025", "before", "", "2025-11-30"),
        ("Đến hết năm 2026", "before", "", "2026-12-31"),
        ("Hằng năm", "recurring", "", ""),
        ("Hàng quý", "recurring", "", ""),
        ("Định kỳ 6 tháng", "recurring", "", ""),
        ("Thường xuyên", "continuous", "", ""),
        ("Thường xuyên các tháng cuối năm", "continuous", "", ""),
        ("Quý IV/2025 và các năm tiếp theo", "continuous", "2025-10-01", ""),
        ("Sau khi Bộ Khoa học và Công nghệ ban hành hướng dẫn", "conditional", "", ""),
        ("Khi Văn phòng Chính phủ hướng dẫn", "conditional", "", ""),
        ("Theo lộ trình của Bộ", "conditional", "", ""),
        ("", "unknown", "", ""),
        ("-", "unknown", "", ""),
        ("45/13/2025", "unknown", "", ""),
        ("Sở Nội vụ", "unknown", "", ""),
        ("x " * 5000, "unknown", "", ""),
    ],
)
def test_deadlines_are_read(text: str, kind: str, start: str, end: str) -> None:
    found = read_deadline(text)
    assert (found.kind, found.start, found.end) == (kind, day(start), day(end))


DAYS = st.dates(min_value=date(2001, 1, 1), max_value=date(2098, 12, 31))


@given(DAYS)
def test_a_printed_day_reads_back(one: date) -> None:
    assert read_deadline(f"{one.day}/{one.month}/{one.year}") == Deadline("date", one, one)
    assert read_deadline(f"Trước ngày {one:%d/%m/%Y}") == Deadline("before", None, one)
    assert read_damaged_deadline(f"{one:%d/%m/%Y}") == f"{one:%d/%m/%Y}"


@given(st.integers(2001, 2079), st.integers(0, 20))
def test_printed_years_read_back(first: int, span: int) -> None:
    found = read_deadline(f"Năm {first}-{first + span}")
    assert found.start is not None
    assert found.end is not None
    assert (found.start.year, found.end.year) == (first, first + span)


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
        ("Truoc ngay 20/12/2025", "Trước ngày 20/12/2025"),
        ("Thuong\nxuyen", "Thường xuyên"),
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
        "",
    ],
)
def test_what_is_no_deadline_is_left_alone(damaged: str) -> None:
    assert read_damaged_deadline(damaged) == ""
