"""The registry of agencies: places, successors, clerks' own entries, what is stored of it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from blank_records import blank

from normalizers.agencies import (
    BadAdditions,
    Scope,
    agencies,
    agency_phrases,
    communes,
    current,
    find_names,
    provinces,
    read_additions,
    read_agency_cell,
    read_agency_cells,
    resolve,
    shipped,
    split_mentions,
    use_registry,
)
from pipeline.errors import ExitCode, PhulucError
from pipeline.inbox import fingerprint
from pipeline.registry import entries_of, named_with_kin, registry_from
from pipeline.scope import scope_of

PROVINCE = Scope("quang-ngai")


@pytest.fixture
def use():
    """Read with an own registry, until the test ends."""

    def install(text: str):
        use_registry(read_additions(text.encode()))
        return current()

    yield install
    use_registry(None)


# --- places -----------------------------------------------------------------------------------


def test_provinces_and_communes_since_july_2025():
    today = [one for one in provinces().values() if one.valid_to is None]
    assert len(today) == 34
    assert sum(one.kind == "thành phố" for one in today) == 6
    kinds = Counter(one.kind for name in provinces() for one in communes(name).values())
    assert kinds == {"xã": 2621, "phường": 687, "đặc khu": 13}
    assert len(communes("quang-ngai")) == 96
    assert communes("kon-tum") == {}, "merged into Quảng Ngãi"


def test_merged_provinces_have_successors():
    former = [one for one in provinces().values() if one.valid_to]
    assert len(former) == 29
    assert all(provinces()[one.successor].valid_to is None for one in former)
    kon_tum = current().agency("kon-tum")
    assert (kon_tum.successor_id, kon_tum.valid_to) == ("quang-ngai", date(2025, 6, 30))


def test_every_commune_is_an_entry_with_an_id_of_its_own():
    ids = [f"{name}.{slug}" for name in provinces() for slug in communes(name)]
    assert len(set(ids)) == 3321
    for place in ("quang-ngai.binh-chuong", "ha-noi.ba-dinh", "an-giang.phu-quoc"):
        assert current().agency(place).agency_id == place


def test_communes_that_differ_in_marks_only_are_told_apart():
    twins = [slug for slug in communes("quang-ngai") if slug.startswith("son-ha")]
    assert twins == ["son-ha-21289", "son-ha-21292"]
    assert resolve("UBND xã Sơn Hạ", PROVINCE).agency_id == "quang-ngai.son-ha-21292.ubnd-xa"
    assert resolve("UBND xã Sơn Hà", PROVINCE).agency_id == "quang-ngai.son-ha-21289.ubnd-xa"
    unmarked = resolve("UBND xa Son Ha", PROVINCE)
    assert unmarked.agency_id is None
    assert {one.name for one in unmarked.candidates} == {"UBND xã Sơn Hà", "UBND xã Sơn Hạ"}


@pytest.mark.parametrize(
    ("scope", "name", "agency_id"),
    [
        (Scope("ha-noi"), "Công an thành phố", "ha-noi.cong-an-thanh-pho"),
        (Scope("ha-noi"), "Thành ủy", "ha-noi.thanh-uy"),
        (Scope("quang-ngai", "sa-huynh"), "UBND phường", "quang-ngai.sa-huynh.ubnd-phuong"),
        (Scope("quang-ngai", "ly-son"), "Công an đặc khu", "quang-ngai.ly-son.cong-an-dac-khu"),
        (Scope("quang-ngai", "binh-chuong"), "UBND phường", None),
        (PROVINCE, "Công an thành phố", None),
    ],
)
def test_bodies_are_named_for_the_kind_of_their_place(scope, name, agency_id):
    assert resolve(name, scope).agency_id == agency_id


@pytest.mark.parametrize(
    ("former", "successor"),
    [
        ("tw.bo-thong-tin-va-truyen-thong", "tw.bo-khoa-hoc-va-cong-nghe"),
        ("tw.bo-ke-hoach-va-dau-tu", "tw.bo-tai-chinh"),
        ("tw.bo-tai-nguyen-va-moi-truong", "tw.bo-nong-nghiep-va-moi-truong"),
        ("tw.bo-nong-nghiep-va-phat-trien-nong-thon", "tw.bo-nong-nghiep-va-moi-truong"),
        ("tw.bo-lao-dong-thuong-binh-va-xa-hoi", "tw.bo-noi-vu"),
        ("tw.bo-giao-thong-van-tai", "tw.bo-xay-dung"),
        ("tw.uy-ban-dan-toc", "tw.bo-dan-toc-va-ton-giao"),
        ("gia-lai.so-thong-tin-va-truyen-thong", "gia-lai.so-khoa-hoc-va-cong-nghe"),
        ("quang-ngai.bao-tinh", "quang-ngai.bao-va-phat-thanh-truyen-hinh"),
    ],
)
def test_bodies_that_were_merged_name_who_took_over(former, successor):
    entry = current().agency(former)
    assert entry.successor_id == successor
    assert entry.valid_to is not None
    assert current().agency(successor).valid_to is None


def test_groups_know_their_members_in_scope():
    by_id = {one.agency_id: one for one in agencies(PROVINCE)}
    communal = by_id["quang-ngai.nhom.ubnd-cac-xa-phuong-dac-khu"]
    assert len(communal.members) == 96
    assert "quang-ngai.so-du-lich" not in by_id["quang-ngai.nhom.cac-so-ban-nganh"].members
    assert "quang-ngai.ly-son.ubnd-dac-khu" in communal.members
    assert all(current().agency(one).kind == "committee" for one in communal.members)
    assert by_id["quang-ngai.nhom.cac-dia-phuong"].members == (communal.agency_id,)
    national = current().agency("tw.nhom.ubnd-cac-tinh-thanh-pho-truc-thuoc-trung-uong")
    assert len(national.members) == 34
    in_commune = resolve("UBND cấp xã", Scope("quang-ngai", "binh-chuong"))
    assert in_commune.agency_id == communal.agency_id, "the province's, whoever names it"


# --- clerks' own entries ----------------------------------------------------------------------

OWN = """
[[province]]
name = "Trung tâm Dữ liệu số tỉnh"
kind = "office"
parent = "Sở Khoa học và Công nghệ"
aliases = ["TT DLS tỉnh"]
only = "Quảng Ngãi"

[[group]]
name = "Các tổ phản ứng nhanh"
level = "province"

[[alias]]
of = "Công an tỉnh"
aliases = ["Cơ quan Công an cấp tỉnh"]
"""


def test_own_entries_and_aliases_are_read_like_the_shipped_ones(use):
    use(OWN)
    match = resolve("TT DLS tỉnh", PROVINCE)
    assert match.agency_id == "quang-ngai.trung-tam-du-lieu-so-tinh"
    assert current().agency(match.agency_id).parent_id == "quang-ngai.so-khoa-hoc-va-cong-nghe"
    assert resolve("Cơ quan Công an cấp tỉnh", PROVINCE).agency_id == "quang-ngai.cong-an-tinh"
    assert resolve("TT DLS tỉnh", Scope("gia-lai")).agency_id is None, "only Quảng Ngãi has one"
    names = ("Trung tâm Dữ liệu số tỉnh", "Các tổ phản ứng nhanh")
    assert split_mentions(", ".join(names)) == names
    assert find_names("của Trung tâm Dữ liệu số tỉnh") == [(4, 29)]
    assert read_agency_cell("Trung tam Dir liéu s6\ntinh").text == "Trung tâm Dữ liệu số tỉnh"


def test_rare_names_take_no_ink_of_common_ones(use):
    use('[[province]]\nname = "Công đoàn tỉnh"\nrare = true')
    assert resolve("Công đoàn tỉnh", PROVINCE).match_score == 1
    assert "Công đoàn tỉnh" not in agency_phrases()
    assert read_agency_cell("Cong doan tinh").text == "Công đoàn tỉnh"
    assert read_agency_cell("Cong oan tinh").text == "Công an tỉnh"


def test_a_rare_name_is_not_read_as_its_common_parts():
    cells = ["UBND cac xa, phuong,\ndac khu", "Cong an tinh", "Cong an cac xa, phuong,\ndac khu"]
    assert read_agency_cells(cells)[2].text == "Công an các xã, phường, đặc khu"


def test_the_example_of_the_manual_is_a_good_file():
    manual = (Path(__file__).parents[1] / "docs" / "agencies.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", manual, re.DOTALL)[1]
    added = read_additions(example.encode())
    names = {one.name for one in added.agencies(PROVINCE)}
    assert {"Trung tâm Dữ liệu số tỉnh", "Các tổ phản ứng nhanh"} <= names


def test_without_own_entries_the_shipped_registry_is_unchanged(use):
    use(OWN)
    use_registry(None)
    assert current() is shipped()
    assert resolve("TT DLS tỉnh", PROVINCE).agency_id is None


def faults(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadAdditions) as refused:
        read_additions(content)
    assert all(fault.vietnamese for fault in refused.value.faults)
    return "\n".join(fault.english for fault in refused.value.faults)


def test_all_faults_are_told_at_once():
    told = faults(
        """
        [[province]]
        name = "Sở Nội Vụ"

        [[province]]
        name = "  "

        [[province]]
        name = "Ban Quản lý mới"
        parent = "Sở Không có"
        only = "Kon Tum"
        aliases = ["", "Sở Y tế"]
        phone = "0255"

        [[commune]]
        name = "Tổ mới"
        valid_from = 2026-01-01
        valid_to = 2025-01-01

        [[alias]]
        of = "Cơ quan lạ"
        aliases = ["Lạ"]

        [[group]]
        name = "Các nhóm"
        level = "huyện"

        [agency]
        name = "?"
        """
    )
    for fault in (
        "the id “so-noi-vu” is taken (“Sở Nội vụ”)",
        "the name is empty",
        "“parent” names “Sở Không có”",
        "there is no province “Kon Tum”",
        "“aliases” must be a list of texts, none of them empty",
        "there is no key “phone”",
        "valid_from is after valid_to",
        "no agency is called “Cơ quan lạ”",
        "“level” must be one of",
        "there is no table [[agency]]",
    ):
        assert fault in told


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'[[alias]]\nof = "S\xff"', "not UTF-8"),
        ("[[alias\nof=", "no valid TOML"),
        ("[[alias]]\nof = 'Sở Nội vụ'\naliases = ['Sở Y tế']", "“Sở Y tế” already names “Sở Y tế”"),
        ("[[province]]\nname = 'Đội A'\n[[province]]\nname = 'Doi a'", "the id “doi-a” is taken"),
        ("[[province]]\nname = 7", "“name” must be text"),
        ("[[province]]\nname = 'Đội'\nrare = 'có'", "“rare” must be true or false"),
        ("[[province]]\nname = 'Đội'\naliases = 'Một'", "“aliases” must be a list"),
        ("[province]\nname = 'Đội'", "must be written [[province]]"),
        ("[[group]]\nname = 'Nhóm'\nlevel = 'any'\nmembers = ['?']", "“members” names “?”"),
    ],
)
def test_a_bad_file_gets_a_clear_message(content, fault):
    assert fault in faults(content)


def test_the_file_is_looked_for_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    assert registry_from(None) == (None, b"")
    (tmp_path / "agencies.toml").write_text(OWN, encoding="utf-8")
    registry, content = registry_from(None)
    assert registry is not None
    assert content == OWN.encode()
    with pytest.raises(PhulucError) as missing:
        registry_from(tmp_path / "khác.toml")
    assert missing.value.code is ExitCode.BAD_ARGUMENTS
    (tmp_path / "agencies.toml").write_text("[[province]]\nname=''\n[[x]]", encoding="utf-8")
    with pytest.raises(PhulucError) as refused:
        registry_from(None)
    assert "tên để trống" in str(refused.value)
    assert "không có bảng [[x]]" in str(refused.value)


def test_own_entries_are_part_of_the_programs_fingerprint():
    assert len({fingerprint(), fingerprint(b"[[alias]]"), fingerprint(b"[[group]]")}) == 3


# --- what is stored ---------------------------------------------------------------------------


def stored(*named: str) -> list[str]:
    datasets = {
        "assignments": [blank("assignments", agency_id=one) for one in named],
        "documents": [blank("documents", issuer_id="quang-ngai.ubnd-tinh")],
        "citations": [],
    }
    return [one["agency_id"] for one in named_with_kin(datasets, entries_of(PROVINCE))]


def test_only_what_is_named_is_stored_with_its_kin():
    assert stored() == ["quang-ngai", "quang-ngai.ubnd-tinh"]
    ids = stored("quang-ngai.bao-tinh", "gia-lai.so-y-te")
    assert "quang-ngai.bao-va-phat-thanh-truyen-hinh" in ids, "the successor"
    assert "gia-lai.ubnd-tinh" in ids, "the parent, in its own province"
    assert not any(one.count(".") > 1 for one in ids), "no commune was named"


def test_the_members_of_a_named_group_are_stored():
    ids = stored("quang-ngai.nhom.cac-dia-phuong")
    assert sum(one.split(".")[-1].startswith("ubnd-") for one in ids) == 96 + 1 + 1


# --- whose document ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issuer", "lines", "scope"),
    [
        ("Ủy ban nhân dân tỉnh Đắk Lắk", [], Scope("dak-lak")),
        ("UBND thành phố Hồ Chí Minh", ["tỉnh Gia Lai"], Scope("ho-chi-minh")),
        ("Ủy ban nhân dân xã Bình Chương", [], Scope("quang-ngai", "binh-chuong")),
        (
            "Ủy ban nhân dân xã Tân Thành",
            ["tỉnh Lâm Đồng", "thành phố Hà Nội", "thành phố Hà Nội"],
            Scope("lam-dong", "tan-thanh"),
        ),
        ("ỦY BAN NHÂN DÂN XÃ SƠN HẠ", [], Scope("quang-ngai", "son-ha-21292")),
        ("Ủy ban nhân dân xã Không Có", ["tỉnh Gia Lai"], Scope("gia-lai", "khong-co")),
        ("Bộ Nội vụ", ["tỉnh Gia Lai"], Scope()),
        (None, ["tỉnh Quảng Ngãi khóa XX", "tỉnh Atlantis", "tỉnh Atlantis"], PROVINCE),
    ],
)
def test_the_scope_of_a_document(issuer, lines, scope):
    assert scope_of(issuer, lines) == scope
