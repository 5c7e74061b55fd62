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


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("100%", Target(100.0, "%", "=")),
        ("30 %", Target(30.0, "%", "=")),
        ("1,5%", Target(1.5, "%", "=")),
        ("trên 50%", Target(50.0, "%", ">")),
        ("Phấn đấu đạt trên 80%", Target(80.0, "%", ">")),
        ("≥ 95%", Target(95.0, "%", ">=")),
        ("tối thiểu 15% GRDP", Target(15.0, "% GRDP", ">=")),
        ("50% trở lên", Target(50.0, "%", ">=")),
        ("10-15%", Target(10.0, "%", ">=")),
        ("Không quá 5%", Target(5.0, "%", "<=")),
        ("Dưới 1%", Target(1.0, "%", "<")),
        ("01 dự án", Target(1.0, "dự án", "=")),
        ("Hơn 2.184 TTHC", Target(2184.0, "TTHC", ">")),
        ("Đạt cấp độ 3", Target(3.0, "cấp độ", "=")),
        ("Đạt 100%", Target(100.0, "%", "=")),
        ("Đạt", Target(None, None, "achieved")),
        ("Hoàn thành", Target(None, None, "achieved")),
        ("-", Target()),
        ("", Target()),
        ("Xây dựng nền tảng 01", Target()),
        ("9" * 10_000, Target()),
    ],
)
def test_targets_are_read(text: str, target: Target) -> None:
    assert read_target(text) == target


@given(st.integers(0, 999_999), st.integers(1, 99), st.sampled_from(["%", "% GRDP", "dự án"]))
def test_a_printed_number_reads_back(whole: int, hundredths: int, unit: str) -> None:
    grouped = f"{whole:,}".replace(",", ".")
    assert read_target(f"{grouped},{hundredths:02d} {unit}") == Target(
        float(f"{whole}.{hundredths:02d}"), unit, "="
    )


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
