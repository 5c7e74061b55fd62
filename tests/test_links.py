"""What binds documents: rows that speak of the same thing, citations we hold."""

from __future__ import annotations

from datetime import date

import pytest
from blank_records import blank

from pipeline.links import conflict_of, hold_citations, link_rows


def indicator(document_id, number, text, **values):
    row_id = f"{document_id}/I/_/{number}"
    return blank("indicators", row_id=row_id, document_id=document_id, text=text, **values)


def datasets(**given):
    return {name: given.get(name, []) for name in ("indicators", "tasks", "results")}


TEXT = "Tỷ lệ hồ sơ thủ tục hành chính được xử lý trực tuyến toàn trình"


def test_the_same_indicator_in_two_documents_is_linked_with_its_conflict():
    rows = [indicator("a", 1, TEXT, target="80%"), indicator("b", 1, f"{TEXT}.", target="100%")]
    (link,) = link_rows(datasets(indicators=rows))
    assert (link["row_id"], link["other_row_id"]) == ("a/I/_/1", "b/I/_/1")
    assert link["kind"] == "same_indicator"
    assert link["conflict"] == "Mục tiêu: 80% ≠ 100%"


def test_rows_of_one_document_and_unlike_rows_are_not_linked():
    rows = [
        indicator("a", 1, TEXT),
        indicator("a", 2, TEXT),
        indicator("b", 1, "Tỷ lệ dân số có tài khoản định danh điện tử"),
    ]
    assert link_rows(datasets(indicators=rows)) == []


def test_each_row_has_one_partner_in_another_document():
    rows = [
        indicator("a", 1, TEXT),
        indicator("b", 1, TEXT),
        indicator("b", 2, TEXT.replace("toàn trình", "một phần")),
    ]
    (link,) = link_rows(datasets(indicators=rows))
    assert link["other_row_id"] == "b/I/_/1"


def test_a_result_reports_on_its_task():
    task = blank("tasks", row_id="a/I/_/1", document_id="a", text=TEXT)
    result = blank("results", row_id="b/04/_/1", document_id="b", text=TEXT)
    (link,) = link_rows(datasets(tasks=[task], results=[result]))
    assert (link["row_id"], link["kind"]) == ("b/04/_/1", "reports_on")


def test_case_and_closing_punctuation_are_no_conflict():
    row = indicator("a", 1, TEXT, lead="Công an tỉnh;")
    assert conflict_of("same_indicator", row, indicator("b", 1, TEXT, lead="công an tỉnh")) is None


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
