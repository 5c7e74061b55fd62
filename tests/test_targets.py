"""Targets of indicators, their periods, and damaged ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.targets import (
    Target,
    read_damaged_target,
    read_damaged_targets,
    read_period,
    read_target,
)

ACHIEVED = Target(None, None, "achieved")

# Every distinct target of the five golden documents, read by hand.
GOLDEN = [
    ("01 dự án", Target(1.0, "dự án", "=")),
    ("5%", Target(5.0, "%", "=")),
    ("8%", Target(8.0, "%", "=")),
    ("10%", Target(10.0, "%", "=")),
    ("15%", Target(15.0, "%", "=")),
    ("20%", Target(20.0, "%", "=")),
    ("25%", Target(25.0, "%", "=")),
    ("30%", Target(30.0, "%", "=")),
    ("50%", Target(50.0, "%", "=")),
    ("60%", Target(60.0, "%", "=")),
    ("70%", Target(70.0, "%", "=")),
    ("80%", Target(80.0, "%", "=")),
    ("85%", Target(85.0, "%", "=")),
    ("90%", Target(90.0, "%", "=")),
    ("95%", Target(95.0, "%", "=")),
    ("99%", Target(99.0, "%", "=")),
    ("100%", Target(100.0, "%", "=")),
    ("Hoàn thành", ACHIEVED),
    ("Đạt", ACHIEVED),
]

# Other forms that plans print.
OTHERS = [
    ("30 %", Target(30.0, "%", "=")),
    ("1,5%", Target(1.5, "%", "=")),
    ("95,17%", Target(95.17, "%", "=")),
    ("Đạt 100%", Target(100.0, "%", "=")),
    ("Hoàn thành 100%", Target(100.0, "%", "=")),
    ("100% (lộ trình đến năm 2030)", Target(100.0, "%", "=")),
    ("Duy trì tăng 10%/năm", Target(10.0, "%/năm", "=")),
    ("giảm 20%", Target(20.0, "%", "=")),
    ("~60%", Target(60.0, "%", "=")),
    ("gần 100%", Target(100.0, "%", "=")),
    # at least
    ("≥ 80%", Target(80.0, "%", ">=")),
    ("≥15% NSNN", Target(15.0, "% NSNN", ">=")),
    ("≥ 50% tổng xuất khẩu", Target(50.0, "% tổng xuất khẩu", ">=")),
    ("≥ 6 thành phố", Target(6.0, "thành phố", ">=")),
    ("tối thiểu 15% GRDP", Target(15.0, "% GRDP", ">=")),
    ("Đạt tối thiểu 30% GDP", Target(30.0, "% GDP", ">=")),
    ("ít nhất 30 sáng kiến", Target(30.0, "sáng kiến", ">=")),
    ("Không dưới 3%", Target(3.0, "%", ">=")),
    ("50% trở lên", Target(50.0, "%", ">=")),
    ("từ 80% trở lên", Target(80.0, "%", ">=")),
    ("10-15%", Target(10.0, "%", ">=")),
    ("70% – 80%", Target(70.0, "%", ">=")),
    ("từ 70% đến 80%", Target(70.0, "%", ">=")),
    ("8,5-9%/năm", Target(8.5, "%/năm", ">=")),
    ("02 - 03 mô hình", Target(2.0, "mô hình", ">=")),
    # more than
    ("trên 50%", Target(50.0, "%", ">")),
    ("Phấn đấu đạt trên 80%", Target(80.0, "%", ">")),
    ("> 55%", Target(55.0, "%", ">")),
    ("hơn 60%", Target(60.0, "%", ">")),
    ("trên 01 Gbps", Target(1.0, "Gbps", ">")),
    ("Trên 90% hồ sơ", Target(90.0, "% hồ sơ", ">")),
    ("Hơn 2.184 TTHC", Target(2184.0, "TTHC", ">")),
    # at most, less than
    ("≤ 30", Target(30.0, None, "<=")),
    ("≤ 3 Đông Nam Á", Target(3.0, "Đông Nam Á", "<=")),
    ("Không quá 5%", Target(5.0, "%", "<=")),
    ("không quá 30 phút", Target(30.0, "phút", "<=")),
    ("tối đa 15 ngày làm việc", Target(15.0, "ngày làm việc", "<=")),
    ("Top 30", Target(30.0, "top", "<=")),
    ("Nằm trong Top 30 nước", Target(30.0, "top", "<=")),
    ("Dưới 1%", Target(1.0, "%", "<")),
    ("dưới 24 giờ", Target(24.0, "giờ", "<")),
    # counts and levels
    ("01 Nghị quyết", Target(1.0, "Nghị quyết", "=")),
    ("1.000 doanh nghiệp", Target(1000.0, "doanh nghiệp", "=")),
    ("khoảng 5.000 tài khoản", Target(5000.0, "tài khoản", "=")),
    ("1.250,5 tỷ đồng", Target(1250.5, "tỷ đồng", "=")),
    ("0 đồng", Target(0.0, "đồng", "=")),
    ("Đạt cấp độ 3", Target(3.0, "cấp độ", "=")),
    ("Cấp độ 4", Target(4.0, "cấp độ", "=")),
    ("Mức độ 4", Target(4.0, "mức độ", "=")),
    ("Đạt chuẩn", ACHIEVED),
    # several values, fractions, nothing: never half read
    ("80% (năm 2026), 100% (năm 2027)", Target()),
    ("30% vào 2030; 50% vào 2045", Target()),
    ("năm 2026: 80%; năm 2027: 90%", Target()),
    ("2/3 số xã", Target()),
    ("30/96 xã, phường", Target()),
    ("-", Target()),
    ("", Target()),
    ("Xây dựng nền tảng 01", Target()),
    ("9" * 10_000, Target()),
    ("100% " * 2_000, Target()),
]


@pytest.mark.parametrize(("text", "target"), [*GOLDEN, *OTHERS])
def test_targets_are_read(text: str, target: Target) -> None:
    assert read_target(text) == target


UNITS = st.sampled_from(["%", "% GRDP", "%/năm", "dự án", "doanh nghiệp", "tỷ đồng"])
COMPARED = st.sampled_from(
    [
        ("", "="),
        ("Đạt ", "="),
        ("tối thiểu ", ">="),
        ("≥ ", ">="),
        ("trên ", ">"),
        ("không quá ", "<="),
        ("≤", "<="),
        ("dưới ", "<"),
    ]
)


@given(st.integers(0, 999_999), st.integers(0, 99), UNITS, COMPARED)
def test_a_printed_target_reads_back(
    whole: int, hundredths: int, unit: str, compared: tuple[str, str]
) -> None:
    words, comparator = compared
    grouped = f"{whole:,}".replace(",", ".")
    decimals = f",{hundredths:02d}" if hundredths else ""
    space = "" if unit.startswith("%") else " "
    assert read_target(f"{words}{grouped}{decimals}{space}{unit}") == Target(
        float(f"{whole}.{hundredths:02d}"), unit, comparator
    )


@given(st.text(max_size=200))
def test_any_text_is_read_into_a_sound_target(text: str) -> None:
    target = read_target(text)
    assert (target.comparator is None) == (target == Target())
    assert (target.value is None) == (target.comparator in (None, "achieved"))


@pytest.mark.parametrize(
    ("damaged", "text", "sure"),
    [
        ("100%", "100%", True),
        ("1O0%", "100%", True),
        ("80°/o", "80%", True),
        ("Dat", "Đạt", True),
        ("Hoan\nthanh", "Hoàn thành", True),
        ("6006", "6006", False),
        ("Béo cao", "", False),
        ("", "", False),
    ],
)
def test_damaged_targets_are_read(damaged: str, text: str, sure: bool) -> None:
    reading = read_damaged_target(damaged)
    assert reading == text
    assert (reading.confidence >= 0.5) == sure


def test_a_column_of_percentages_shows_what_its_bare_numbers_were() -> None:
    readings = read_damaged_targets(["100%", "80%", "6006", "150", "90%", "Dat", "20%"])
    assert readings == ("100%", "80%", "60%", "15%", "90%", "Đạt", "20%")
    assert readings[2].confidence <= 0.5
    assert read_damaged_targets(["6006", "Dat"]) == ("6006", "Đạt")


@pytest.mark.parametrize(
    ("titles", "text", "period"),
    [
        (["A Giai đoạn 2026-2027", "I Phát triển chính quyền số"], "", (2026, 2027)),
        (["A Giai đoạn 2026 - 2027", "Kế hoạch giai đoạn 2026-2030"], "", (2026, 2027)),
        (["Mục tiêu năm 2026 (Kèm theo Kế hoạch ngày 08 tháng 01 năm 2025)"], "", (2026, 2026)),
        (["I Chính quyền số"], "Đến năm 2030 đạt 80%", (None, 2030)),
        (["I Chính quyền số"], "Tỷ lệ hồ sơ theo Quyết định số 5/2024", (None, None)),
        ([], "", (None, None)),
    ],
)
def test_sections_give_an_indicator_its_period(
    titles: list[str], text: str, period: tuple[int | None, int | None]
) -> None:
    assert read_period(titles, text) == period


def test_the_documents_title_gives_a_period_where_nothing_nearer_does() -> None:
    title = "Chuyển đổi số xã Bình Chương năm 2026"
    assert read_period(["I Chính quyền số"], "Tỷ lệ hồ sơ", title) == (2026, 2026)
    assert read_period(["Giai đoạn 2028-2030"], "Tỷ lệ hồ sơ", title) == (2028, 2030)
    assert read_period([], "Đến năm 2030 đạt 80%", title) == (None, 2030)
