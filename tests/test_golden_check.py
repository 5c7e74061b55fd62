"""Comparing with golden/: rows paired, cells counted, thresholds that only rise."""

from __future__ import annotations

import json
import tomllib
import unicodedata
from xml.etree import ElementTree

import pytest
from blank_records import blank

from pipeline import store
from pipeline.check import check_output
from pipeline.errors import ExitCode, PhulucError
from pipeline.golden import compare, pair_rows
from pipeline.reports import marked_difference, percent
from pipeline.thresholds import raised, thresholds_toml, verdicts

DOCUMENT = "quang-ngai-ubnd.05-kh-ubnd.2026"


def golden_task(number, text, **values):
    return {
        "appendix": "I",
        "section_path": ["I Hạ tầng"],
        "row_no": number,
        "text": text,
        "lead": "Sở Y tế",
        "coordinate": None,
        "expected_result": None,
        "deadline": "Năm 2026",
        "note": None,
    } | values


def seen_task(number, text, **values):
    keys = {"row_id": f"{DOCUMENT}/I/I/{number}", "document_id": DOCUMENT}
    return blank("tasks", **(keys | golden_task(number, text) | values))


TEXTS = ("Rà soát hạ tầng mạng", "Xây dựng kho dữ liệu dùng chung", "Tập huấn cán bộ cấp xã")


def compared(golden, seen, repairs=()):
    out = {"tasks": seen, "repairs": list(repairs)}
    return compare({DOCUMENT: {"tasks": golden}}, out)


def score(comparison, field):
    return next(one for one in comparison.fields if one.field == field)


def all_tasks():
    golden = [golden_task(str(i + 1), text) for i, text in enumerate(TEXTS)]
    seen = [seen_task(str(i + 1), text) for i, text in enumerate(TEXTS)]
    return golden, seen


def test_a_perfect_output_is_exact_everywhere():
    comparison = compared(*all_tasks())
    assert comparison.wrong == comparison.missing == comparison.extra == []
    assert comparison.total(DOCUMENT).cells == 9, "text, lead and deadline of three rows"
    assert comparison.total(DOCUMENT).ratio == 1
    assert comparison.total(DOCUMENT).cer == 0


def test_a_missing_row_counts_all_its_cells_as_wrong():
    golden, seen = all_tasks()
    comparison = compared(golden, [seen[0], seen[2]])
    assert comparison.missing == [(DOCUMENT, "tasks", "I / I / 2")]
    assert score(comparison, "text").exact == 2
    assert score(comparison, "text").edits == len(TEXTS[1])
    assert score(comparison, "row_no").exact == 2
    assert score(comparison, "section_path").exact == 2


def test_an_extra_row_counts_its_cells_as_wrong():
    golden, seen = all_tasks()
    invented = seen_task("4", "Một dòng không có trong bản in", lead=None, deadline=None)
    comparison = compared(golden, [*seen, invented])
    assert comparison.extra == [(DOCUMENT, "tasks", "I / I / 4")]
    assert score(comparison, "text").cells == 4
    assert score(comparison, "text").exact == 3
    assert score(comparison, "row_no").cells == 3, "places are those of golden rows"


def test_an_invented_cell_is_wrong_and_an_empty_one_is_null():
    golden, seen = all_tasks()
    seen[0]["note"] = ""
    seen[1]["note"] = "Ghi thêm"
    note = score(compared(golden, seen), "note")
    assert (note.cells, note.exact, note.edits) == (1, 0, len("Ghi thêm"))


def test_a_wrong_number_or_section_does_not_lose_the_row():
    golden, seen = all_tasks()
    seen[1]["row_no"] = "7"
    seen[2]["section_path"] = ["II Dữ liệu"]
    comparison = compared(golden, seen)
    assert comparison.missing == comparison.extra == []
    assert score(comparison, "row_no").exact == 2
    assert score(comparison, "section_path").exact == 2


def test_a_ruined_text_is_still_paired_by_section_and_number():
    golden, seen = all_tasks()
    seen[1]["text"] = "Xyz"
    assert pair_rows(golden, seen) == [(0, 0), (1, 1), (2, 2)]


def test_numbers_that_begin_again_in_each_section_are_told_apart():
    golden = [
        golden_task("1", "Một việc như nhau", section_path=["I Hạ tầng"]),
        golden_task("1", "Một việc như nhau", section_path=["II Dữ liệu"]),
    ]
    seen = [seen_task("1", "Một việc như nhau", section_path=["II Dữ liệu"])]
    assert pair_rows(golden, seen) == [(1, 0)]


def test_rows_of_another_appendix_are_not_paired():
    golden, seen = all_tasks()
    seen = [row | {"appendix": "II"} for row in seen]
    comparison = compared(golden, seen)
    assert len(comparison.missing) == len(comparison.extra) == 3


def test_nfc_and_nfd_are_equal():
    golden, seen = all_tasks()
    golden[0]["text"] = unicodedata.normalize("NFD", golden[0]["text"])
    assert score(compared(golden, seen), "text").exact == 3


def test_a_mended_reading_is_right_only_with_its_repair_recorded():
    golden = [golden_task("1", "Phần đầu đạt", repaired={"text": "Phấn đấu đạt"})]
    mended = [seen_task("1", "Phấn đấu đạt")]
    repair = blank("repairs", row_id=mended[0]["row_id"], field="text")
    assert score(compared(golden, mended), "text").exact == 0
    assert score(compared(golden, mended, [repair]), "text").exact == 1
    assert score(compared(golden, mended, [repair | {"field": "lead"}]), "text").exact == 0
    printed = [seen_task("1", "Phần đầu đạt")]
    assert score(compared(golden, printed), "text").exact == 1, "as printed is always right"


def test_years_are_compared_as_a_set():
    row = {"appendix": "III", "section_path": [], "row_no": "1", "text": "Dự án", "lead": None}
    seen = blank("projects", document_id=DOCUMENT, **(row | {"years": [2027, 2026]}))
    golden = {DOCUMENT: {"projects": [row | {"years": [2026, 2027]}]}}
    assert score(compare(golden, {"projects": [seen]}), "years").exact == 1
    golden[DOCUMENT]["projects"][0]["years"] = [2026]
    assert score(compare(golden, {"projects": [seen]}), "years").exact == 0


def test_agency_cells_are_summed_apart():
    golden, seen = all_tasks()
    seen[0]["lead"] = "Sở Y té"
    comparison = compared(golden, seen)
    assert (comparison.agencies(DOCUMENT).exact, comparison.agencies(DOCUMENT).cells) == (2, 3)


def test_rows_of_a_dataset_the_document_does_not_have_are_extra():
    golden, seen = all_tasks()
    stray = blank("indicators", document_id=DOCUMENT, text="Tỷ lệ")
    comparison = compare(
        {DOCUMENT: {"tasks": golden}}, {"tasks": seen, "indicators": [stray], "repairs": []}
    )
    assert [one[1] for one in comparison.extra] == ["indicators"]


def test_metadata_of_a_document_that_was_not_found_is_wrong():
    golden = {DOCUMENT: {"documents": [{"document_id": DOCUMENT, "place": None, "title": "Kế"}]}}
    assert compare(golden, {"documents": []}).metadata(DOCUMENT).exact == 0


def test_a_document_of_another_name_is_found_by_its_rows_and_the_name_is_wrong():
    golden, seen = all_tasks()
    seen = [row | {"document_id": "khong-ro.0123456789ab"} for row in seen]
    stored = [blank("documents", document_id="khong-ro.0123456789ab")]
    metadata = [{"document_id": DOCUMENT}]
    comparison = compare(
        {DOCUMENT: {"documents": metadata, "tasks": golden}}, {"documents": stored, "tasks": seen}
    )
    assert score(comparison, "text").exact == 3
    assert score(comparison, "document_id").exact == 0


def test_the_ratchet_never_lowers_and_catches_a_drop():
    golden, seen = all_tasks()
    good = compared(golden, seen)
    limits = tomllib.loads(thresholds_toml(raised({}, good)))
    assert limits[DOCUMENT]["tasks"]["rows"] == {"found": 3, "extra": 0}
    assert all(one.holds for one in verdicts(good, limits))
    seen[0]["text"] = "Rà soát hạ tầng máng"
    worse = compared(golden, seen)
    broken = [one for one in verdicts(worse, limits) if not one.holds]
    assert {(one.field, one.measure) for one in broken} == {("text", "exact"), ("text", "cer")}
    assert raised(limits, worse) == limits


def test_a_field_that_is_no_longer_measured_fails():
    golden, seen = all_tasks()
    limits = raised({}, compared(golden, seen))
    assert not all(one.holds for one in verdicts(compared([], []), limits))


def test_percent_is_never_rounded_up_to_perfect():
    assert percent(0.99999) == "99.9"
    assert percent(1.0) == "100.0"


def test_differences_are_marked_and_escaped():
    assert marked_difference("a<b c d", "a<b e d") == "a&lt;b <del>c </del><ins>e </ins>d"


@pytest.fixture
def folders(tmp_path):
    golden, seen = all_tasks()
    folder = tmp_path / "golden" / DOCUMENT
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in golden)
    (folder / "tasks.jsonl").write_text(lines, "utf-8")
    (folder / "unsure.md").write_text("# notes for people", "utf-8")

    def publish(rows):
        store.publish(tmp_path / "out", {"tasks": rows}, {"inputs": {}})

    publish(seen)
    return tmp_path, publish, seen


def test_check_passes_then_fails_on_a_drop_and_reports(folders, capsys):
    root, publish, seen = folders
    out, golden = root / "out", root / "golden"
    assert check_output(out, golden, reports={}, update=True) is ExitCode.OK
    assert check_output(out, golden, reports={}) is ExitCode.OK
    publish([seen[0], seen[1] | {"text": "Xây dựng kho <dữ liệu>"}, seen[2]])
    reports = {name: root / "reports" / name for name in ("junit", "html", "markdown")}
    capsys.readouterr()
    code = check_output(out, golden, reports=reports, show_wrong=True)
    assert code is ExitCode.CHECK_FAILED
    assert "Xây dựng kho <dữ liệu>" in capsys.readouterr().out
    suite = ElementTree.parse(root / "reports" / "junit").getroot()
    assert suite.get("failures") == "1"
    page = reports["html"].read_text("utf-8")
    assert "Not passed" in page
    assert "kho <del>dữ liệu dùng chung</del><ins>&lt;dữ liệu&gt;</ins>" in page
    assert "tasks.text" in reports["markdown"].read_text("utf-8")


def test_update_thresholds_keeps_what_was_better(folders):
    root, publish, seen = folders
    check_output(root / "out", root / "golden", reports={}, update=True)
    before = (root / "golden" / "thresholds.toml").read_text("utf-8")
    publish(seen[:2])
    code = check_output(root / "out", root / "golden", reports={}, update=True)
    assert code is ExitCode.CHECK_FAILED
    assert (root / "golden" / "thresholds.toml").read_text("utf-8") == before


def test_a_broken_golden_line_is_named(folders):
    root, _, _ = folders
    with (root / "golden" / DOCUMENT / "tasks.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    with pytest.raises(PhulucError, match=r"tasks\.jsonl.*4"):
        check_output(root / "out", root / "golden", reports={})


def test_check_without_output_says_what_to_do(tmp_path):
    (tmp_path / "golden").mkdir()
    with pytest.raises(PhulucError, match="phuluc run"):
        check_output(tmp_path / "out", tmp_path / "golden", reports={})
