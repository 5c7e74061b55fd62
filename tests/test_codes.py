"""Document codes: letters put right from known parts, broken codes made whole."""

from __future__ import annotations

import pytest

from normalizers.codes import join_codes, repair_code


@pytest.mark.parametrize(
    ("seen", "true"),
    [
        ("327/QD-UBND", "327/QĐ-UBND"),
        ("1012/QP-TTg", "1012/QĐ-TTg"),
        ("942/Qb-TTg", "942/QĐ-TTg"),
        ("45-QD/TU", "45-QĐ/TU"),
        ("12/2020/TT-BQP", "12/2020/TT-BQP"),
        ("335/SKHCN-BCVT&CDS", "335/SKHCN-BCVT&CĐS"),
        ("119/2020/ND-CP", "119/2020/NĐ-CP"),
        ("02/BCDTW", "02/BCĐTW"),
    ],
)
def test_letters(seen: str, true: str) -> None:
    assert repair_code(seen) == true


@pytest.mark.parametrize(
    ("seen", "true"),
    [
        ("số 359- KH/TU ngày", "số 359-KH/TU ngày"),
        ("số 57- -NQ/TW, ngày", "số 57-NQ/TW, ngày"),
        ("số 02/ KH-BCĐ ngày", "số 02/KH-BCĐ ngày"),
        ("số 71/NQ- CP ngày", "số 71/NQ-CP ngày"),
        ("số 71/NQ -CP của", "số 71/NQ-CP của"),
        ("số 21/KH UBND ngày 14/8/2025", "số 21/KH-UBND ngày 14/8/2025"),
        # no codes
        ("Kế hoạch 21/KH UBND tỉnh", "Kế hoạch 21/KH UBND tỉnh"),
        ("đạt 30- UBND xã", "đạt 30- UBND xã"),
        ("năm 2025- Sở Nội vụ", "năm 2025- Sở Nội vụ"),
        ("12- 15", "12- 15"),
    ],
)
def test_broken_codes(seen: str, true: str) -> None:
    joined = join_codes(seen.split())
    assert len(joined) == len(seen.split())
    assert " ".join(chunk for chunk in joined if chunk) == true
