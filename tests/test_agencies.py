"""Agencies: the registry, lists of names, names in their scope, damaged cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unidecode import unidecode

from normalizers.agencies import (
    Scope,
    agencies,
    current,
    read_agency_cell,
    read_agency_cells,
    resolve,
    split_mentions,
)

PROVINCE = Scope("quang-ngai")
COMMUNE = Scope("quang-ngai", "binh-chuong")
RECORDED = Path(__file__).parent / "data" / "agency_cells.jsonl"


@pytest.mark.parametrize("scope", [None, PROVINCE, COMMUNE, Scope("ha-noi")])
def test_the_registry_holds_together(scope: Scope | None) -> None:
    registry = agencies(scope)
    ids = [agency.agency_id for agency in registry]
    assert len(ids) == len(set(ids))
    for agency in registry:
        assert "{" not in agency.name + "".join(agency.aliases)
        for other in (agency.parent_id, agency.successor_id, *agency.members):
            known = other is None or other in ids or current().agency(other)
            assert known, f"{agency.agency_id} refers to {other}"
        assert (agency.successor_id is None) == (agency.valid_to is None)


def test_a_group_knows_its_members_of_today() -> None:
    registry = {agency.agency_id: agency for agency in agencies(PROVINCE)}
    group = registry["quang-ngai.nhom.cac-so-ban-nganh"]
    assert "quang-ngai.so-khoa-hoc-va-cong-nghe" in group.members
    assert "quang-ngai.so-thong-tin-va-truyen-thong" not in group.members


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        (
            "Sở Khoa học và Công nghệ; Sở Nội vụ; Công an tỉnh",
            ("Sở Khoa học và Công nghệ", "Sở Nội vụ", "Công an tỉnh"),
        ),
        (
            "Công an tỉnh, Văn phòng UBND tỉnh, Sở Nội vụ",
            ("Công an tỉnh", "Văn phòng UBND tỉnh", "Sở Nội vụ"),
        ),
        (
            "Các sở, ban, ngành; UBND các xã, phường, đặc khu;",
            ("Các sở, ban, ngành", "UBND các xã, phường, đặc khu"),
        ),
        (
            "Các Sở, ban, ngành, UBND các phường, xã, đặc khu",
            ("Các Sở, ban, ngành", "UBND các phường, xã, đặc khu"),
        ),
        (
            "Báo và Phát thanh, Truyền hình Quảng Ngãi; Sở Văn hóa, Thể thao và Du lịch",
            ("Báo và Phát thanh, Truyền hình Quảng Ngãi", "Sở Văn hóa, Thể thao và Du lịch"),
        ),
        (
            "Công an tỉnh, sở Tài chính và các sở, ban, ngành có liên quan",
            ("Công an tỉnh", "sở Tài chính", "các sở, ban, ngành có liên quan"),
        ),
        ("Văn phòng HĐND và UBND; Công an xã", ("Văn phòng HĐND và UBND", "Công an xã")),
        ("Các sở, ngành; địa phương", ("Các sở, ngành", "địa phương")),
        ("Công an tỉnh / Sở Nội vụ - Sở Y tế", ("Công an tỉnh", "Sở Nội vụ", "Sở Y tế")),
        ("Sở Nội vụ Sở Tài chính\nCông an tỉnh", ("Sở Nội vụ", "Sở Tài chính", "Công an tỉnh")),
        ("Phòng Kinh tế UBND xã", ("Phòng Kinh tế UBND xã",)),
        ("- Chủ trì: Sở Y tế; - Phối hợp: Sở Tài chính", ("Sở Y tế", "Sở Tài chính")),
        ("1. Sở Y tế; b) Sở Tài chính", ("Sở Y tế", "Sở Tài chính")),
        ("Cục Tần số, Vụ Pháp chế và Bệnh viện A", ("Cục Tần số", "Vụ Pháp chế", "Bệnh viện A")),
        ("Cục Đê điều và Phòng, chống thiên tai", ("Cục Đê điều và Phòng, chống thiên tai",)),
        ("Hội Văn học và Hội, đoàn khác", ("Hội Văn học và Hội, đoàn khác",)),
        (
            "UBND xã Bình Chương, xã Bình Sơn và đặc khu Lý Sơn",
            ("UBND xã Bình Chương", "xã Bình Sơn", "đặc khu Lý Sơn"),
        ),
        (
            "Các đơn vị khác (Sở Y tế, Sở Tài chính), Công an tỉnh",
            ("Các đơn vị khác (Sở Y tế, Sở Tài chính)", "Công an tỉnh"),
        ),
        ("Văn phòng HĐN và UBND xã; Công an xã", ("Văn phòng HĐN và UBND xã", "Công an xã")),
        (
            "Sở Văn hoá, Thể thoo và Du lịch, Sở Y tế",
            ("Sở Văn hoá, Thể thoo và Du lịch", "Sở Y tế"),
        ),
        ("Sở Y tế và Sở Tài chính", ("Sở Y tế", "Sở Tài chính")),
        ("Tỉnh đoàn; Tỉnh đoàn", ("Tỉnh đoàn", "Tỉnh đoàn")),
        ("Tỉnh ủy; tỉnh Quảng Ngãi", ("Tỉnh ủy", "tỉnh Quảng Ngãi")),
        (
            "Các đơn vị quản lý, vận hành nền tảng số, hệ thống thông tin và cơ sở dữ liệu",
            ("Các đơn vị quản lý, vận hành nền tảng số, hệ thống thông tin và cơ sở dữ liệu",),
        ),
        ("Ban Quản lý Cảng cá và Sở Xây dựng", ("Ban Quản lý Cảng cá", "Sở Xây dựng")),
        ("", ()),
        (" ; - ", ()),
    ],
)
def test_lists_split_as_a_reader_would(text: str, mentions: tuple[str, ...]) -> None:
    assert split_mentions(text) == mentions


ALL_NAMES = sorted(
    {
        name
        for agency in agencies(COMMUNE)
        for name in (agency.name, *agency.aliases)
        if ";" not in name
    }
)
ID_OF = {name: resolve(name, COMMUNE).agency_id for name in ALL_NAMES}
lists_of_names = st.lists(st.sampled_from(ALL_NAMES), min_size=1, max_size=5)


@pytest.mark.parametrize(
    "scope", [PROVINCE, COMMUNE, Scope(), Scope("ha-noi"), Scope("kon-tum"), Scope("x", "y")]
)
def test_every_name_and_alias_means_its_agency(scope: Scope) -> None:
    wrong = [
        name
        for agency in agencies(scope)
        for name in (agency.name, *agency.aliases)
        if (match := resolve(name, scope)).agency_id != agency.agency_id or match.match_score < 1
    ]
    assert wrong == []


@given(lists_of_names, st.sampled_from(["; ", ";", " ;", ";\n"]))
def test_a_printed_list_splits_and_resolves_back(names: list[str], separator: str) -> None:
    mentions = split_mentions(separator.join(names) + ";")
    assert mentions == tuple(names)
    assert [resolve(one, COMMUNE).agency_id for one in mentions] == [ID_OF[one] for one in names]


@given(lists_of_names, st.sampled_from([", ", " và ", " / ", ",\n"]))
def test_other_separators_part_names_or_leave_nobody_sure(names: list[str], separator: str) -> None:
    """ "Các sở, ngành, địa phương" may be one group or two: whoever is found, none is invented."""
    mentions = split_mentions(separator.join(names))
    if len(mentions) == len(names):
        found = [resolve(one, COMMUNE).agency_id for one in mentions]
        assert found == [ID_OF[one] for one in names]


BODIES = [
    name for name in ALL_NAMES if not name.startswith(("Các ", "UBND", "HĐND")) and "," not in name
]


@given(st.lists(st.sampled_from(BODIES), min_size=2, max_size=4, unique=True))
def test_a_list_with_commas_and_a_last_va_is_its_names(names: list[str]) -> None:
    assert len(split_mentions(", ".join(names[:-1]) + f" và {names[-1]}")) == len(names)


LETTERS = "aáàăâbcdđeêghiklmnoôơpqrstuưvxy AĐSTV.-8"


@given(
    st.sampled_from(ALL_NAMES),
    st.integers(0, 200),
    st.sampled_from(["swap", "drop", "add"]),
    st.sampled_from(LETTERS),
)
def test_a_damaged_letter_never_surely_makes_another_agency(
    name: str, place: int, how: str, letter: str
) -> None:
    at = place % len(name)
    damaged = name[:at] + ("" if how == "drop" else letter) + name[at + (how != "add") :]
    match = resolve(damaged, COMMUNE)
    if damaged not in ID_OF and match.agency_id not in (None, ID_OF[name]):
        assert match.match_score < 0.95
        assert match.match_kind in ("fuzzy", "group")


@given(st.sampled_from(ALL_NAMES))
def test_names_without_marks_are_known_or_left_open(name: str) -> None:
    match = resolve(unidecode(name), COMMUNE)
    assert match.agency_id in (None, ID_OF[name]) or match.match_score < 0.95


@given(st.text(max_size=300))
def test_any_text_is_split_and_resolved(text: str) -> None:
    for mention in split_mentions(text):
        assert mention == mention.strip()
        assert 0 <= resolve(mention, COMMUNE).match_score <= 1


def test_a_cell_of_ten_thousand_characters_is_read_and_left_open() -> None:
    for cell in (
        "Sở Nội vụ " * 1000,
        "Sở X, " * 1666,
        "Ban Y và " * 1111,
        "(" * 10_000,
        "а" * 10_000,
    ):
        mentions = split_mentions(cell)
        assert sum(map(len, mentions)) <= len(cell)
        for mention in set(mentions):
            resolve(mention, PROVINCE)
    assert split_mentions("Sở Nội vụ " * 1000) == ("Sở Nội vụ",) * 1000
    assert resolve("Sở Nội vụ khác " * 700, PROVINCE).match_kind == "unresolved"


def test_every_name_of_the_registry_is_one_mention() -> None:
    broken = [
        name
        for agency in agencies(COMMUNE)
        for name in (agency.name, *agency.aliases)
        if ";" not in name and split_mentions(name) != (name,)
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("mention", "scope", "agency_id", "kind"),
    [
        ("Công an tỉnh", PROVINCE, "quang-ngai.cong-an-tinh", "exact"),
        ("Công an tỉnh", Scope("gia-lai"), "gia-lai.cong-an-tinh", "exact"),
        ("Công an tỉnh", Scope(), "tinh.cong-an-tinh", "exact"),
        ("Phòng Kinh tế", COMMUNE, "quang-ngai.binh-chuong.phong-kinh-te", "exact"),
        ("Phòng Văn hóa- Xã hội", COMMUNE, "quang-ngai.binh-chuong.phong-van-hoa-xa-hoi", "exact"),
        ("UBND xã Bình Chương", COMMUNE, "quang-ngai.binh-chuong.ubnd-xa", "exact"),
        ("Sở Nội vụ tỉnh Quảng Ngãi", PROVINCE, "quang-ngai.so-noi-vu", "alias"),
        ("Văn phòng UVND tỉnh", PROVINCE, "quang-ngai.van-phong-ubnd-tinh", "fuzzy"),
        ("Văn phòng UND tỉnh", PROVINCE, "quang-ngai.van-phong-ubnd-tinh", "fuzzy"),
        ("Sơ Công Thương", PROVINCE, "quang-ngai.so-cong-thuong", "fuzzy"),
        ("Sở Y tế (cơ quan thường trực)", PROVINCE, "quang-ngai.so-y-te", "fuzzy"),
        ("UBND các phường, xã, đặc khu", PROVINCE, None, "group"),
        ("các sở, ban, ngành có liên quan", PROVINCE, None, "group"),
        ("Báo và Phát thanh, Truyền hình tỉnh", PROVINCE, None, "alias"),
        ("Uỷ ban nhân dân tỉnh", PROVINCE, "quang-ngai.ubnd-tinh", "alias"),
        ("Sở Y tế Quảng Trị", PROVINCE, "quang-tri.so-y-te", "alias"),
        ("Công an thành phố Hà Nội", PROVINCE, "ha-noi.cong-an-thanh-pho", "alias"),
        ("UBND tỉnh Gia Lai", Scope(), "gia-lai.ubnd-tinh", "alias"),
        ("Sở Nội vụ tỉnh Kon Tum", PROVINCE, "kon-tum.so-noi-vu", "alias"),
        ("Đặc Khu Lý sơn", PROVINCE, "quang-ngai.ly-son", "exact"),
        ("Công an xã Bình Sơn", PROVINCE, "quang-ngai.binh-son.cong-an-xa", "exact"),
        ("Phòng Kinh tế xã Bình Sơn", PROVINCE, "quang-ngai.binh-son.phong-kinh-te", "alias"),
        ("UBND xã Bình Chươg", PROVINCE, "quang-ngai.binh-chuong.ubnd-xa", "fuzzy"),
        ("Bở Nông nghiệp và Môi trường", PROVINCE, "quang-ngai.so-nong-nghiep-va-moi-truong", None),
        ("Sở Nông nghiệp và Môi trường –trường", PROVINCE, None, "fuzzy"),
    ],
)
def test_names_resolve_in_their_scope(
    mention: str, scope: Scope, agency_id: str | None, kind: str | None
) -> None:
    match = resolve(mention, scope)
    assert match.agency_id is not None
    assert agency_id is None or match.agency_id == agency_id
    assert kind is None or match.match_kind == kind


@pytest.mark.parametrize(
    ("mention", "scope"),
    [
        ("Phòng Kinh tế", PROVINCE),
        ("Sở Nội", PROVINCE),
        ("Văn phòng UDND tỉnh", PROVINCE),
        ("UBND xã Bình An", PROVINCE),
        ("UBND xã Lý Sơn", PROVINCE),
        ("UBND huyện Bình Sơn", PROVINCE),
        ("Công an", PROVINCE),
        ("Báo cáo thực hiện", PROVINCE),
        ("x" * 10_000, PROVINCE),
        ("", PROVINCE),
    ],
)
def test_what_is_not_clearly_one_agency_stays_unresolved(mention: str, scope: Scope) -> None:
    match = resolve(mention, scope)
    assert match.agency_id is None
    assert match.match_kind == "unresolved"


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("36 Khoa hoc val\ncana n ‘hé\ng ngne", "Sở Khoa học và Công nghệ"),
        (
            "Cac s0, ban: ngejnh;\nUBND cac xa,\nphuong, dac khu",
            "Các sở, ban, ngành; UBND các xã, phường, đặc khu",
        ),
        (
            "C\\élC s0, ban, nganh: UBND\ncac xa, phuong, dac khu",
            "Các sở, ban, ngành; UBND các xã, phường, đặc khu",
        ),
        (
            "Cong an tinh,\nVan phong\nUBND tinh, S& Noi\nvu, S& Khoa hoc va\nCong nghé",
            "Công an tỉnh, Văn phòng UBND tỉnh, Sở Nội vụ, Sở Khoa học và Công nghệ",
        ),
        (
            "Cong an tinh; cac\nsd, ban, nganh c6\nlién quan",
            "Công an tỉnh; các sở, ban, ngành có liên quan",
        ),
        ("Phong Van hoa- X&\nhoi", "Phòng Văn hóa- Xã hội"),
        ("Cac s0, ban, nganh;", "Các sở, ban, ngành;"),
        ("So Giao duc va Dao\ntao; S6 Noi vu.", "Sở Giáo dục và Đào tạo; Sở Nội vụ."),
        (
            "Cong an tinh; Ngan hang\nNha nuéc Chi nhanh\nKhu vuc 9, So Noi vu",
            "Công an tỉnh; Ngân hàng Nhà nước Chi nhánh Khu vực 9, Sở Nội vụ",
        ),
        ("Ngan hang Nha nuéc Khu vuc IX.", "Ngân hàng Nhà nước Khu vực IX."),
        ("Ngan hang Nha nu@éc Chi\nnhanh Khu vu 9", "Ngân hàng Nhà nước Chi nhánh Khu vực 9"),
        ("Két qua thuc hién nhiém vu nam 2026", ""),
        ("100%", ""),
        ("", ""),
        ("a b " * 500, ""),
    ],
)
def test_damaged_cells_are_read(damaged: str, text: str) -> None:
    assert read_agency_cell(damaged).text == text


def test_a_branch_without_its_number_is_doubtful() -> None:
    whole, lost = (
        "Ngan hang Nha nuéc\nChi nhanh Khu vuc 9",
        "Ngan hang Nha nuéc\nChi nhanh Khu vu",
    )
    assert read_agency_cell(lost).text == "Ngân hàng Nhà nước Chi nhánh Khu vực"
    assert read_agency_cell(lost).confidence < 0.75 * read_agency_cell(whole).confidence


def test_sure_cells_help_doubtful_ones() -> None:
    cells = ["Van ph?irrll% UBND", "Van phong UBND\ntinh", "Cong an tinh"]
    assert read_agency_cells(cells)[0].text == "Văn phòng UBND tỉnh"


GROUPS = "Các sở, ban, ngành; UBND các xã, phường, đặc khu"
INK = "Cac s6, ban, nganh;\nUBND cac xa, phuong,\ndac khu"


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("Cac; b1n ,nqaah c6\nlién qnan", "Các sở, ban, ngành có liên quan"),
        ("Cac s6, ban,\nnganh; UBND\nclie x4,", GROUPS),
        ("s6, ban, nganh;\nphuong, dac khu", GROUPS),
        ("Cong\nzqPf6k\nan tinh; Xdy dung", "Công an tỉnh; Sở Xây dựng"),
        ("iR NOVE\nCac s6, ban, nganh", "Các sở, ban, ngành"),
        ("So Xay dung, Cong\ntrén dia\nan tinh", "Sở Xây dựng, Công an tỉnh"),
        ("Cong an tinh\ngA 816\nSo Xay dung", "Công an tỉnh; Sở Xây dựng"),
    ],
)
def test_lost_words_and_ink_never_printed_are_told_by_the_other_cells(
    damaged: str, text: str
) -> None:
    others = [INK, "Cong an tinh", "So Xay dung"]
    reading = read_agency_cells([damaged, *others])[0]
    assert reading.text == text
    assert reading.confidence < 0.8


def test_a_qualifier_that_stands_elsewhere_lost_a_word_of_its_own() -> None:
    qualified = "Cong an tinh; cac s6, ban, nganh c6 lien quan"
    others = [qualified, INK, "Cong an tinh", "Cong an tinh"]
    cut = "Cong an tinh; cac\n39 ban, nganh\nNEhs lien quan"
    whole = "Công an tỉnh; các sở, ban, ngành có liên quan"
    assert read_agency_cells([cut, *others])[0].text == whole
    assert read_agency_cells([cut, *others[1:]])[0].text != whole


def test_a_part_of_a_usual_name_lost_words() -> None:
    cells = [INK, INK.replace("s6", "sd"), INK.replace("s6", "SG"), "Cac ban, nganh", "Cac phong"]
    assert read_agency_cells(cells)[3].text == "Các sở, ban, ngành"
    assert read_agency_cells(["Cac ban, nganh"])[0].text == "Các ban, ngành"


def test_a_tail_that_the_ink_contradicts_is_no_tail() -> None:
    assert read_agency_cell("Céc co quan chi dao chung").text != "Các cơ quan có liên quan"


def test_a_name_that_may_have_lost_its_words_to_two_agencies_is_not_guessed() -> None:
    cells = ["So vu, Cong an tinh", "So Noi vu", "So Ngoai vu", "Cong an tinh"]
    assert read_agency_cells(cells)[0].confidence < 0.6


def test_a_name_that_the_registry_lacks_is_learned_from_the_document() -> None:
    name = "Trường Đại học Y Dược"
    whole = ["Truong Dai hoc Y Duoc", "Truvng Dai hoc Y Dugc"]
    cells = [*whole, "Truong Dai hoc\nY Dugc; Cong an tinh", "Cong an tinh", "Cong an tinh"]
    alone = read_agency_cells(cells)[2]
    assert name not in alone.text

    def repair(texts: Sequence[str]) -> list[str]:
        return [name if text in whole else text for text in texts]

    assert read_agency_cells(cells, repair)[2].text == f"{name}; Công an tỉnh"


def test_separators_and_capitals_are_the_ink_s_past_shreds() -> None:
    lost = "Cong an tinh,\nIoN Van phong\nUBND tinh, S6 Noi vu"
    assert read_agency_cell(lost).text == "Công an tỉnh, Văn phòng UBND tỉnh, Sở Nội vụ"
    unseen = "So Xay dung, Cong\nan tinh So Noi vu"
    assert read_agency_cell(unseen).text == "Sở Xây dựng, Công an tỉnh, Sở Nội vụ"
    shred = "Cac doanh nghiep\n1A\nVien thong tren\ndia ban tinh"
    assert read_agency_cell(shred).text == "Các doanh nghiệp Viễn thông trên địa bàn tỉnh"


def test_noise_before_a_common_name_decides_nothing_about_its_capitals() -> None:
    ink = "Mat tran T6 quéc\nViét Nam tinh va iter\ncac t6 chic chinh tri\n- xa hoi"
    name = "Mặt trận Tổ quốc Việt Nam tỉnh và các tổ chức chính trị - xã hội"
    assert read_agency_cell(ink).text == name


def test_confidence_falls_with_the_worst_name_and_rises_with_clean_ink() -> None:
    clean = read_agency_cell("S6 Noi vu").confidence
    assert clean > 0.65
    mixed = read_agency_cell("Cong an tinh, Van phong UBND tinh, Sasoiv").confidence
    assert mixed < 0.6


def test_cells_printed_degraded_and_read_by_ocr_come_back() -> None:
    """180 random lists of registry names, printed, blurred and read by Tesseract's ``eng``."""
    rows = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    readings = [(read_agency_cell(row["ink"]), row["true"]) for row in rows]
    exact = sum(reading.text == true for reading, true in readings)
    assert exact >= 0.95 * len(rows)
    sure_and_wrong = [
        (reading.text, true)
        for reading, true in readings
        if reading.confidence >= 0.8 and reading.text != true
    ]
    assert sure_and_wrong == []
