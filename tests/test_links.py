"""What binds documents: rows that speak of the same thing, citations we hold."""

from __future__ import annotations

from datetime import date

import pytest
from blank_records import blank

from pipeline.links import conflict_of, hold_citations, link_rows


def indicator(document_id, number, text, **values):
    row_id = f"{document_id}/I/_/{number}"
    return blank("indicators", row_id=row_id, document_id=document_id, text=text, **values)


def task(document_id, number, text, **values):
    row_id = f"{document_id}/II/_/{number}"
    return blank("tasks", row_id=row_id, document_id=document_id, text=text, **values)


def result(document_id, number, text, **values):
    row_id = f"{document_id}/04/_/{number}"
    return blank("results", row_id=row_id, document_id=document_id, text=text, **values)


def datasets(**given):
    return {name: given.get(name, []) for name in ("indicators", "tasks", "results")} | given


def ends(links):
    return [(one["row_id"], one["other_row_id"], one["kind"]) for one in links]


FILES = "Tỷ lệ hồ sơ thủ tục hành chính được xử lý trực tuyến toàn trình"
OTHERS = [
    "Tỷ lệ dân số có tài khoản định danh điện tử",
    "Mạng băng rộng di động 5G phủ sóng các xã",
    "Doanh nghiệp nhỏ và vừa sử dụng nền tảng số",
]


def plan(document_id, *texts, **values):
    """Indicators of one plan: these texts, and some that are in no other plan."""
    own = [f"{text} {document_id}" for text in OTHERS]
    return [
        indicator(document_id, i, text, **values) for i, text in enumerate([*texts, *own], start=1)
    ]


def test_the_same_indicator_in_two_documents_is_linked_with_its_conflict():
    rows = [
        indicator("a", 1, FILES, target="80%", target_value=80.0, target_comparator="="),
        indicator("b", 1, f"{FILES}.", target="100%", target_value=100.0, target_comparator="="),
        *(indicator("b", 2 + i, text) for i, text in enumerate(OTHERS)),
    ]
    (link,) = link_rows(datasets(indicators=rows))
    assert ends([link]) == [("a/I/_/1", "b/I/_/1", "same_indicator")]
    assert link["score"] == 1
    assert link["conflict"] == "Mục tiêu: 80% ≠ 100%"


def test_rows_of_one_document_and_unlike_rows_are_not_linked():
    rows = [indicator("a", 1, FILES), indicator("a", 2, FILES), indicator("b", 1, OTHERS[0])]
    assert link_rows(datasets(indicators=rows)) == []


def test_each_row_has_one_partner_in_another_document():
    rows = [
        indicator("a", 1, FILES),
        indicator("b", 1, FILES),
        indicator("b", 2, FILES.replace("toàn trình", "một phần")),
    ]
    assert ends(link_rows(datasets(indicators=rows))) == [("a/I/_/1", "b/I/_/1", "same_indicator")]


def test_indicators_for_years_that_do_not_meet_are_not_the_same():
    early = indicator("a", 1, FILES, period_start=2026, period_end=2027)
    late = indicator("b", 1, FILES, period_start=2028, period_end=2030)
    within = indicator("c", 1, FILES, period_start=2026, period_end=2026)
    links = link_rows(datasets(indicators=[early, late, within]))
    assert ends(links) == [("a/I/_/1", "c/I/_/1", "same_indicator")]
    assert links[0]["conflict"] == "Giai đoạn: 2026-2027 ≠ 2026"


def test_a_task_that_gathers_several_is_linked_to_each_of_them():
    parts = [
        "Triển khai hướng dẫn kỹ thuật về mức độ ứng dụng AI trong dịch vụ công trực tuyến",
        "Lựa chọn, triển khai và tích hợp trợ lý ảo vào các nền tảng điều hành",
    ]
    rows = [task("a", i, text) for i, text in enumerate(parts, start=1)]
    rows += [task("b", 1, "; ".join(parts)), *(task("b", 2 + i, t) for i, t in enumerate(OTHERS))]
    links = link_rows(datasets(tasks=rows))
    assert [one["row_id"] for one in links] == ["a/II/_/1", "a/II/_/2"]
    assert {one["other_row_id"] for one in links} == {"b/II/_/1"}


def test_a_short_text_is_part_of_nothing():
    rows = [task("a", 1, "Đào tạo kỹ năng số"), task("b", 1, f"Đào tạo kỹ năng số; {FILES}")]
    rows += [task("b", 2 + i, text) for i, text in enumerate(OTHERS)]
    assert link_rows(datasets(tasks=rows)) == []


def test_a_communes_target_implements_the_provinces():
    levels = {"tinh": "province", "xa": "commune"}
    rows = [indicator("p", 1, FILES, target="100%"), indicator("x", 1, FILES, target="80%")]
    links = link_rows(
        datasets(
            indicators=rows,
            documents=[
                blank("documents", document_id="p", issuer_id="tinh"),
                blank("documents", document_id="x", issuer_id="xa"),
            ],
            agencies=[blank("agencies", agency_id=k, level=v) for k, v in levels.items()],
        )
    )
    assert ends(links) == [("x/I/_/1", "p/I/_/1", "implements")]


def test_a_result_reports_on_its_task():
    rows = datasets(tasks=[task("a", 1, FILES)], results=[result("b", 1, FILES)])
    assert ends(link_rows(rows)) == [("b/04/_/1", "a/II/_/1", "reports_on")]


def test_no_result_is_reported_before_its_task_begins():
    reported = result("b", 1, FILES, deadline_end=date(2025, 12, 31))
    later = task("a", 1, FILES, deadline_start=date(2026, 1, 1))
    assert link_rows(datasets(tasks=[later], results=[reported])) == []


def test_the_same_section_and_lead_let_less_alike_texts_be_the_same():
    one = "Tỷ lệ khai thác, sử dụng lại dữ liệu đã được số hóa trong giải quyết thủ tục"
    other = "Tỷ lệ hồ sơ, kết quả được số hóa được tái sử dụng trong giải quyết thủ tục hành chính"
    rows = [
        indicator("a", 1, one, section_path=["II.1 Cung cấp dịch vụ số"]),
        indicator("b", 1, other, section_path=["I.1 Cung cấp dịch vụ số"]),
    ]
    rows += [indicator("b", 2 + i, text) for i, text in enumerate(OTHERS)]
    led = [
        blank("assignments", row_id=f"{d}/I/_/1", role="lead", agency_id="q.van-phong")
        for d in ("a", "b")
    ]
    assert link_rows(datasets(indicators=rows)) == []
    (link,) = link_rows(datasets(indicators=rows, assignments=led))
    assert link["score"] < 0.42


def test_a_third_document_changes_no_link():
    rows = [*plan("a", FILES), *plan("b", FILES.replace("hành chính ", ""))]
    alone = link_rows(datasets(indicators=rows))
    with_third = link_rows(datasets(indicators=[*rows, *plan("c", FILES)]))
    assert alone
    assert [one for one in with_third if "c/" not in one["row_id"] + one["other_row_id"]] == alone


def deadline(text, kind, start, end):
    days = [day and date.fromisoformat(day) for day in (start, end)]
    return {
        "deadline": text,
        "deadline_kind": kind,
        "deadline_start": days[0],
        "deadline_end": days[1],
    }


YEARS = deadline("Năm 2026-2030", "year_range", "2026-01-01", "2030-12-31")


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ({"lead": "Công an tỉnh;"}, {"lead": "công an tỉnh"}, None),
        ({"lead": "Công an tỉnh"}, {"lead": None}, None),
        (
            {"lead": "Công an tỉnh"},
            {"lead": "Sở Nội vụ"},
            "Cơ quan chủ trì: Công an tỉnh ≠ Sở Nội vụ",
        ),
        (YEARS, YEARS | {"deadline": "Năm 2026 - 2030"}, None),
        (
            YEARS,
            deadline("Năm 2028-2030", "year_range", "2028-01-01", "2030-12-31"),
            "Thời hạn: Năm 2026-2030 ≠ Năm 2028-2030",
        ),
        (
            deadline("31/12/2025", "date", "2025-12-31", "2025-12-31"),
            deadline("Tháng 12/2025", "month", "2025-12-01", "2025-12-31"),
            None,
        ),
        (
            YEARS,
            deadline("Thường xuyên", "continuous", None, None),
            "Thời hạn: Năm 2026-2030 ≠ Thường xuyên",
        ),
    ],
)
def test_what_differs_is_spelled_out(one, other, conflict):
    assert conflict_of("same_task", task("a", 1, FILES, **one), task("b", 1, FILES, **other)) == (
        conflict
    )


def test_the_same_agencies_in_other_words_are_no_conflict():
    one = task("a", 1, FILES, lead="Công an tỉnh; Sở Nội vụ")
    other = task("b", 1, FILES, lead="Sở Nội vụ, CA tỉnh")
    named = {
        (one["row_id"], "lead"): ("q.cong-an-tinh", "q.so-noi-vu"),
        (other["row_id"], "lead"): ("q.so-noi-vu", "q.cong-an-tinh"),
    }
    assert conflict_of("same_task", one, other, named) is None
    assert conflict_of("same_task", one, other) is not None


def test_a_conflict_says_that_a_cell_was_hard_to_read():
    one, other = task("a", 1, FILES, lead="C6ng 4n"), task("b", 1, FILES, lead="Sở Nội vụ")
    told = conflict_of("same_task", one, other, {}, frozenset([("a/II/_/1", "lead")]))
    assert told == "Cơ quan chủ trì: C6ng 4n ≠ Sở Nội vụ (có ô chưa chắc đọc đúng)"


@pytest.mark.parametrize(
    ("cited", "held"),
    [
        ({"cited_number": "05/KH-UBND", "cited_on": date(2026, 1, 8)}, "q.05-kh-ubnd.2026"),
        ({"cited_number": "05/kh-ubnd", "cited_on": date(2026, 1, 8)}, "q.05-kh-ubnd.2026"),
        ({"cited_number": "05/KH-UBND", "cited_on": date(2025, 1, 8)}, None),
        ({"cited_number": "05/KH-UBND", "cited_on": None}, None),
        ({"cited_number": None, "cited_on": date(2026, 1, 8)}, None),
    ],
)
def test_a_citation_is_held_only_where_number_and_date_agree(cited, held):
    document = blank(
        "documents",
        document_id="q.05-kh-ubnd.2026",
        doc_number="05/KH-UBND",
        issued_on=date(2026, 1, 8),
    )
    citation = blank("citations", document_id="other", **cited)
    (citation,) = hold_citations([citation], [document])
    assert citation["cited_document_id"] == held
