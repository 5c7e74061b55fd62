"""Citations and links compared with golden/ as sets."""

from __future__ import annotations

from blank_records import blank

from pipeline.golden import compare

ONE, OTHER = "q.1-kh-ubnd.2026", "q.2-kh-ubnd.2026"


def cited(number, issuer=None, mention="x", **values):
    return blank(
        "citations",
        document_id=ONE,
        cited_number=number,
        cited_type="Kế hoạch" if number else "Luật",
        cited_issuer=issuer,
        mention=mention,
        **values,
    )


def citations(golden, seen):
    (found,) = compare({ONE: {"citations": golden}}, {"citations": seen}).sets
    return found


def test_a_citation_agrees_in_number_type_date_and_issuer():
    right = [cited("57-NQ/TW", "UBND tỉnh"), cited("71/NQ-CP", "Chính phủ")]
    found = citations(right, [cited("57-NQ/TW", "Ủy ban nhân dân tỉnh"), cited("71/NQ-CP")])
    assert (found.score.golden, found.score.found, found.score.extra) == (2, 1, 1)
    assert found.missing == ("71/NQ-CP | Kế hoạch | chính phủ",)
    assert found.score.f1 == 0.5


def test_what_is_cited_twice_must_be_found_twice():
    right = [cited("57-NQ/TW"), cited("57-NQ/TW")]
    assert citations(right, [cited("57-NQ/TW")]).score.recall == 0.5


def test_a_law_without_a_number_agrees_in_its_name():
    right = [cited(None, mention="Luật Dữ liệu")]
    assert citations(right, [cited(None, mention="Luật Dữ liệu ngày 30/11/2024")]).score.f1 == 1
    assert citations(right, [cited(None, mention="Luật Viễn thông")]).score.f1 == 0


def test_citations_within_rows_are_not_of_the_running_text():
    assert citations([], [cited("57-NQ/TW", row_id=f"{ONE}/I/_/1")]).score.extra == 0


def row(document_id, number, text, **values):
    place = {"appendix": "I", "section_path": ["A Hạ tầng"], "row_no": number, "text": text}
    key = {"row_id": f"{document_id}/I/A/{number}", "document_id": document_id}
    return blank("indicators", **(key | place | values))


def link(kind, one, other):
    return blank("links", kind=kind, row_id=one, other_row_id=other)


TEXTS = {"1": "Tỷ lệ hồ sơ trực tuyến", "2": "Vùng phủ của mạng 5G"}
ROWS = {d: [row(d, n, text) for n, text in TEXTS.items()] for d in (ONE, OTHER)}


def links(golden, seen, rows=ROWS):
    read = [one for of_document in rows.values() for one in of_document]
    (found,) = compare(
        {d: {"indicators": of_document} for d, of_document in ROWS.items()},
        {"indicators": read, "links": seen},
        golden,
    ).sets
    return found.score


def pair(kind, one, other, **values):
    ids = {"row": f"{ONE}/I/A/{one}", "other_row": f"{OTHER}/I/A/{other}"}
    return {"kind": kind} | ids | values


def test_links_without_a_direction_may_be_told_either_way():
    read = [link("same_indicator", f"{OTHER}/I/A/1", f"{ONE}/I/A/1")]
    assert links([pair("same_indicator", 1, 1), pair("same_indicator", 2, 2)], read).recall == 0.5
    assert links([pair("same_indicator", 1, 1)], read).f1 == 1
    read = [link("implements", f"{OTHER}/I/A/1", f"{ONE}/I/A/1")]
    assert links([pair("implements", 1, 1)], read).f1 == 0


def test_a_link_follows_the_rows_that_were_read_for_its_golden_rows():
    misread = [row(ONE, "7", TEXTS["1"]), row(ONE, "2", TEXTS["2"])]
    read = [link("same_indicator", f"{ONE}/I/A/7", f"{OTHER}/I/A/1")]
    assert links([pair("same_indicator", 1, 1)], read, ROWS | {ONE: misread}).f1 == 1


def test_an_unsure_link_counts_neither_way():
    golden = [pair("same_indicator", 1, 1), pair("same_indicator", 2, 2, sure=False)]
    read = [link("same_indicator", f"{ONE}/I/A/{n}", f"{OTHER}/I/A/{n}") for n in (1, 2)]
    assert links(golden, read[:1]).f1 == 1
    assert links(golden, read).f1 == 1


def assigned(agency_id, number="1", role="lead", **values):
    row_id = f"{ONE}/I/_/{number}"
    return blank(
        "assignments", row_id=row_id, role=role, agency_id=agency_id, mention="Sở A", **values
    )


def assignments(golden, seen):
    return compare({ONE: {"assignments": golden}}, {"assignments": seen}).sets


def test_an_agency_is_found_in_its_row_and_role():
    right = [assigned("q.so-y-te"), assigned("q.so-y-te", "2"), assigned("q.a", role="implement")]
    seen = [assigned("q.so-y-te"), assigned("q.so-y-te", role="coordinate"), assigned("q.a")]
    found, _ = assignments(right, [one | {"match_score": 0.9} for one in seen])
    assert (found.score.golden, found.score.found, found.score.extra) == (3, 1, 2)
    assert f"{ONE}/I/_/2 | lead | q.so-y-te | “Sở A”" in found.missing


def test_an_agency_printed_twice_must_be_found_twice():
    seen = [assigned("q.a", match_score=1.0)]
    found, _ = assignments([assigned("q.a"), assigned("q.a")], seen)
    assert (found.score.recall, found.score.precision) == (0.5, 1)


def test_who_names_no_agency_must_be_left_open():
    nobody = [assigned(None)]
    assert assignments(nobody, [assigned(None, match_score=0.3)])[0].score.f1 == 1
    assert assignments(nobody, [assigned("q.a", match_score=0.3)])[0].score.extra == 1


def test_only_a_confident_wrong_agency_is_a_sure_one():
    right = [assigned("q.a")]
    for score, extra in ((0.94, 0), (0.95, 1)):
        _, sure = assignments(right, [assigned("q.b", match_score=score)])
        assert (sure.score.extra, sure.score.found) == (extra, 0)
