"""Headers: clean ones cell by cell, damaged ones run together over the columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from normalizers.headers import Column, dataset_of, header_columns_of_lines, read_header

RAW = Path(__file__).parent.parent / "raw"
TASK_FIELDS = "number text lead coordinate expected_result deadline"


def fields(columns: tuple[Column, ...]) -> str:
    return " ".join(column.field for column in columns)


@pytest.mark.parametrize(
    ("texts", "expected", "dataset"),
    [
        (
            ["TT", "Chỉ tiêu", "Kết quả", "Cơ quan chủ trì", "Cơ quan thực hiện"],
            "number text target lead implement",
            "indicators",
        ),
        (
            ["TT", "Chỉ tiêu", "Mục tiêu năm 2026", "Cơ quan chủ trì/Đánh giá"],
            "number text target lead",
            "indicators",
        ),
        (
            ["STT", "Nội dung, nhiệm vụ", "Đơn vị thực hiện", "Đơn vị phối hợp", "Tiến độ"],
            "number text lead coordinate deadline",
            "tasks",
        ),
        (
            ["TT", "Tên nhiệm vụ", "Cơ quan chủ trì", "Dự kiến kết quả", "Thời hạn", "Ghi chú"],
            "number text lead expected_result deadline note",
            "tasks",
        ),
        (
            ["TT", "Nội dung", "Sản phẩm", "Cơ quan tham mưu", "Kinh phí", "Màu sắc"],
            "number text expected_result lead unknown unknown",
            "tasks",
        ),
        (
            ["STT", "Nhiệm vụ cụ thể", "Cơ quan chủ trì", "Thời hạn", "Kết quả thực hiện"],
            "number text lead deadline result",
            "results",
        ),
        (
            ["TT", "Nhiém vu, giai phap", "Co quan chu tri", "Két qua", "Thoi gian thue hién"],
            "number text lead expected_result deadline",
            "tasks",
        ),
    ],
)
def test_header_cells_become_fields(texts: list[str], expected: str, dataset: str) -> None:
    columns = read_header(texts)
    assert columns is not None
    assert fields(columns) == expected
    assert dataset_of(columns) == dataset


def test_a_year_below_a_two_level_header_makes_a_year_column() -> None:
    columns = read_header(
        ["TT", "Tên nhiệm vụ/chương trình/dự án", "Cơ quan, đơn vị chủ trì"]
        + [f"Phân kỳ thời gian triển khai {year}" for year in (2026, 2027)]
    )
    assert columns is not None
    assert columns[-2:] == (Column("year", 2026), Column("year", 2027))
    assert dataset_of(columns) == "projects"


@pytest.mark.parametrize(
    "texts",
    [
        ["1", "Xây dựng nền tảng số", "Sở Nội vụ", "Năm 2026"],
        ["I", "Nhiệm vụ chung", "", ""],
        ["2", "Kết quả", "", "2026"],
        [],
    ],
)
def test_rows_are_no_headers(texts: list[str]) -> None:
    assert read_header(texts) is None


@pytest.mark.parametrize(
    ("lines", "expected", "used"),
    [
        (
            [
                "Két Co quan chu tri",
                "TT Chi tiéu N trién khai, theo doi Co quan thuc hién",
                "qua \\ oz .",
                "va danh gia",
                "I | Giai doan 2026-2027",
            ],
            "number text target lead implement",
            4,
        ),
        (
            [
                "‘A cae y s Co quan Co quan £ . Thoi gian",
                "TT Nhiém vu, giai phap chii tri phéi hop Két qua thue hién",
                "| | Hoan thién thé ché",
            ],
            TASK_FIELDS,
            2,
        ),
        (
            ["Cia Muc tiéu Co quan chu", "T Chitieu nim 2026 | tri/Panh gia", "1 Ty 1é hd so"],
            "number text target lead",
            2,
        ),
        (
            [". lin Muc tiéu Co quan chi", "Il Chitieu nim 2026 | tri/Dénh gi"],
            "number text target lead",
            2,
        ),
        (
            [
                "TT",
                "",
                "Chi tiéu",
                "",
                "Co quan chu tri",
                "trién khai, theo doi",
                "va danh gia",
                "",
                "Co quan thuc hién",
                "",
                "tinh phai duoc phé duyét ho so dé xuat",
            ],
            "number text lead implement",
            9,
        ),
        (
            ["Co quan chu tri thuc", "", "STT Nhiém vu cu thé o Thoi han hoan thanh"],
            "number text lead deadline",
            3,
        ),
        (
            [
                "Co quan cha | Co quan phéi rae Thoi gian",
                "TT Tén nhiém vu tri hop Dw kién két qua hoan thanh",
                "I Hoan thién thé ché s6",
            ],
            "number text lead coordinate expected_result deadline",
            2,
        ),
        (
            ["Tén nhiém vu Co quan chi tri Co quan phéi hop Thdi han Ghi chi", "I Hoan thién"],
            "number text lead coordinate deadline note",
            1,
        ),
        (
            ["Noi dung, nhiém vu Don vj thychign | Don vj phdihgp | Ti sian hoan", "I Hoan thién"],
            "number text lead coordinate deadline",
            1,
        ),
        (
            [
                "Co quanchitri | Thdihan hoan a",
                "STT Nhiém vu cy thé thye hién thanh Két qua thyc hién",
                "I Hoan thién thé ché",
            ],
            "number text lead deadline result",
            2,
        ),
        (
            [
                "Chi ti¢u",
                "",
                "Muc tiéu",
                "nam",
                "",
                "Co quan chia",
                "",
                "2026 tri/Danh gia",
                "ty, la co sé dé chi dau tr lap ké hoach va",
            ],
            "number text target lead",
            8,
        ),
        (
            [
                "on eas pe a we ws Thoi gian",
                "TT Nhiém vu, giai phap Co quan chi tri | Co quan phoi hep Két qua thirc hién",
                "I. | Thirc hién quyén cia nguwoi sé hitu",
            ],
            TASK_FIELDS,
            2,
        ),
        (
            [
                "Co quan chi tri trién",
                "TT Chi tiéu Két qua | khai, theo d6i va danh | Co quan thu hién",
                "gia",
                "I | Hop tac va huy dong nguon lic",
            ],
            "number text target lead implement",
            3,
        ),
        (
            ["aA Co quan, don vi chu eee Thoi gian hoan", "Xay dung tru so lam viec"],
            "number text lead deadline",
            1,
        ),
        (
            [
                "Phan ky théi gian thuc hién",
                "",
                "TT Tén du an Co quan chi tri",
                "2026 | 2027 | 2029 | 2030",
                "I | Kinh té va xa hoi",
            ],
            "number text lead year",
            4,
        ),
    ],
)
def test_headings_run_together_are_told_apart(lines: list[str], expected: str, used: int) -> None:
    reading = header_columns_of_lines(lines)
    assert reading is not None
    assert (fields(reading.columns), reading.lines_used) == (expected, used)


def test_years_head_one_column_of_marks_and_a_lost_one_is_known() -> None:
    cells = ["TT", "Tén dv an", "Co quan cht tri", "Phan ky thdi gian thu hién"]
    years = ["2026", "2027", "2029", "2030"]
    lines = [line for cell in (*cells, *years) for line in (cell, "")]
    reading = header_columns_of_lines([*lines, "30", "", "Thuc hién phat hanh"])
    assert reading is not None
    assert fields(reading.columns) == "number text lead year"
    assert reading.columns[-1].years == (2026, 2027, 2028, 2029, 2030)
    assert reading.lines_used == len(lines) - 1


def test_a_span_of_years_at_the_top_of_a_row_is_no_header() -> None:
    known = header_columns_of_lines(["TT Nhiem vu Co quan chu tri Thoi gian hoan thanh"])
    lines = ["TT Nhiem vu Co quan chu tri Thoi gian hoan thanh", "2026 - 2030"]
    again = header_columns_of_lines(lines, known=known)
    assert again is not None
    assert (fields(again.columns), again.lines_used) == ("number text lead deadline", 1)


def test_a_badly_read_repetition_is_the_known_header() -> None:
    known = header_columns_of_lines(
        [
            "‘A cae y s Co quan Co quan £ . Thoi gian",
            "TT Nhiém vu, giai phap chii tri phéi hop Két qua thue hién",
        ]
    )
    bad = ["TT Nhiém vu, gidi phap Cc(lruﬁllltl:}in s&?zf:; Két qua '{hhu(’): lglig::", "", "trién"]
    assert header_columns_of_lines(bad) is None
    reading = header_columns_of_lines(bad, known=known)
    assert known is not None
    assert reading is not None
    assert (reading.columns, reading.lines_used) == (known.columns, 1)


def test_a_header_with_fewer_columns_is_not_the_known_one() -> None:
    known = header_columns_of_lines(
        ["TT Ten nhiem vu Co quan chu tri Co quan phoi hop Du kien ket qua Thoi han Ghi chu"]
    )
    other = header_columns_of_lines(
        ["TT Ten nhiem vu Co quan chu tri Co quan phoi hop Thoi han Ghi chu"], known=known
    )
    assert known is not None
    assert other is not None
    assert fields(known.columns) == "number text lead coordinate expected_result deadline note"
    assert fields(other.columns) == "number text lead coordinate deadline note"


def test_a_single_heading_counts_only_when_asked_for() -> None:
    assert header_columns_of_lines(["Két qua thue hién"]) is None
    reading = header_columns_of_lines(["Két qua thue hién", "Hop nhét"], allow_single=True)
    assert reading is not None
    assert (fields(reading.columns), reading.lines_used) == ("result", 1)


@pytest.mark.parametrize(
    "lines",
    [
        ["2. Trong tam nam 2026 la xay dung cac nhiem vu do Co quan chu tri de xuat", "theo doi"],
        ["- Chu tri, phéi hop véi co quan, don vi lién quan tham muu", "thoi gian, nhiem vu"],
        ["MUC TIEU", "", "TT Chi tiéu Co quan chu tri"],
        ["9 |San sang c6 phuong 4n du phong Céc co quan chu tri quan |31/12/2025", "so dir lieu"],
        ["2 | Béo cao két qua thuc hién Sé Noi vu Nam 2026", "IV | Nhiém vu, gidi phap"],
        ["1", "Két qua thue hién", "Thoi gian"],
        ["quan tổ chức triển khai thực hiện Kế hoạch này đạt kết quả./.", "", "Nơi nhận:"],
        ["cơ quan, đơn vị chủ trì trong thời gian hoàn thành", "đúng tiến độ."],
        [""],
        [],
    ],
)
def test_running_text_and_rows_are_no_headers(lines: list[str]) -> None:
    assert header_columns_of_lines(lines) is None


@pytest.mark.parametrize(
    ("name", "last_body_line"),
    [
        ("ke-hoach-05-phat-trien-chinh-quyen-so-2026-2030.txt", 455),
        ("ke-hoach-20-chuyen-doi-so-binh-chuong-2026.txt", 505),
    ],
)
def test_no_header_is_seen_in_the_body_of_a_damaged_plan(name: str, last_body_line: int) -> None:
    lines = (RAW / name).read_text(encoding="utf-8").split("\n")[:last_body_line]
    seen = [line for line in range(len(lines)) if header_columns_of_lines(lines[line:])]
    assert seen == []


def test_a_header_ends_with_its_years() -> None:
    lines = [
        "Phan ky thoi gian thuc hien",
        "TT Noi dung Co quan chi tri",
        "2026 | 2027 | 2028 | 2029 | 2030",
        "",
        "Danh gia tinh hinh thwc hién, tinh hinh giai ngan",
        "7 cac khoan cho vay lai da ky",
    ]
    found = header_columns_of_lines(lines)
    assert found is not None
    assert [column.field for column in found.columns] == ["number", "text", "lead", "year"]
    assert found.lines_used == 3


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("STT Chi tiéu Muc tiéu Don vi thuc hién", "number text target implement"),
        ("STT Chi tiéu, muc tiéu Don vi thuc hién", "number text implement"),
        (
            "TT N@i dung Co quan cha tri Két qua Thoi on thie",  # no "Kết quả thực hiện"
            "number text lead expected_result deadline",
        ),
        (
            "TT Noi dung Chiu tri hop Két qua, san pham | Thoi gian",  # no "Nội dung chỉ tiêu"
            "number text lead expected_result deadline",
        ),
    ],
)
def test_a_capital_begins_another_heading(line: str, expected: str) -> None:
    header = header_columns_of_lines([line])
    assert header is not None
    assert fields(header.columns) == expected


def test_a_line_below_the_years_is_no_heading() -> None:
    years = ["Stt Nhiém vu Co quan chi tri", "2026 | 2027 | 2028 | 2029 | 2030"]
    header = header_columns_of_lines([*years, "b@;", "T6 chitc thc hién cong doan hiy hoan toan"])
    assert header is not None
    assert fields(header.columns) == "number text lead year"


def test_headings_read_one_by_one_keep_their_order() -> None:
    """Tesseract's segmentation took each cell of a header for a block of its own."""
    result_last = ["TT", "", "Tén nhiém vu", "", "Co quan, don vi chu", "tri", "", "Thdi gian"]
    header = header_columns_of_lines([*result_last, "hoan thanh", "", "San pham", "", "Tang cuong"])
    assert header is not None
    assert fields(header.columns) == "number text lead deadline expected_result"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # a heading of its own, though OCR lost a letter of it
        (["TT", "", "N6i dung", "", "Co quan, don vi cht tri", "", "Ghi chu"], "lead note"),
        # one above the other
        (
            ["TT Noi dung Co quan, don vi Phoi hop Thoi gian", "chu tri hoan thanh"],
            "lead coordinate deadline",
        ),
        (["TT Noi dung Co quan, don vi Thoi gian"], "lead deadline"),  # all that is said
    ],
)
def test_bodies_above_what_they_do_are_one_column(lines: list[str], expected: str) -> None:
    header = header_columns_of_lines(lines)
    assert header is not None
    assert fields(header.columns) == f"number text {expected}"


@pytest.mark.parametrize(
    ("lines", "used"),
    [
        # a task that begins with words of a heading ("kế hoạch"), below a whole header
        (
            [
                "TT Nhiém vu, giai phap Co quan chu tri Don vi phéi hop Két qua Ghi chu",
                "Xay dung ké hoach, kiém tra d6n",
            ],
            1,
        ),
        # the title of a group in words of a heading, its code like ink before one
        (["TT Noi dung Co quan chu tri Ghi chu", "I | Nhiem vu trong tam nam 2026"], 1),
        (
            ["Noi dung", "", "Chi tri", "", "Phoi hop", "", "Nguén kinh phi va quan ly kinh phi"],
            5,
        ),
    ],
)
def test_what_stands_below_a_header_is_none_of_it(lines: list[str], used: int) -> None:
    header = header_columns_of_lines(lines)
    assert header is not None
    assert header.lines_used == used
