"""The halves of a wide table find each other by order, blank lines and content."""

from extractors.halves import match_halves

LEFT = (
    "7 Tổ chức các khóa đào tạo, tập huấn về kỹ năng số Các địa phương",
    "8 Phối hợp với Bộ Công an trong việc bảo đảm an ninh mạng Các địa phương",
)


def test_blank_lines_part_the_cells() -> None:
    halves = match_halves(LEFT, ("- Ngày 08/8, Sở tổ chức tập huấn.", "", "Tổ An ninh mạng."))
    assert [half.lines for half in halves] == [
        ("- Ngày 08/8, Sở tổ chức tập huấn.",),
        ("Tổ An ninh mạng.",),
    ]


def test_a_blank_line_inside_a_cell_is_joined() -> None:
    right = ("- Sở tổ chức tập huấn kỹ năng số", "", "Quảng", "", "Tổ An ninh mạng Bộ Công an.")
    halves = match_halves(LEFT, right)
    assert halves[0].lines == ("- Sở tổ chức tập huấn kỹ năng số", "Quảng")
    assert "2 blocks joined" in halves[0].how


def test_rows_beyond_the_blocks_stay_empty_and_doubtful() -> None:
    halves = match_halves(LEFT, ("Một kết quả.",))
    assert halves[1].lines == ()
    assert halves[1].confidence < 0.5
