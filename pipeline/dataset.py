"""From an assembled plan to the records of its datasets: repair the Vietnamese, then read it.

Confidence of a cell: the chance that its text is exact (``pipeline.cells``). Confidence of a row:
that of its least sure cell. A row needs review where that is below
:data:`pipeline.findings.DOUBTFUL`, or where a warning concerns it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from normalizers.agencies import Scope, resolve, split_mentions
from normalizers.agencies import slug as slug_of
from normalizers.citations import complete
from normalizers.deadlines import read_deadline
from normalizers.letterhead import Letterhead, read_letterhead
from normalizers.repair import Origin, RepairModel, RepairSession, TokenRepair
from normalizers.running_text import cite
from normalizers.targets import read_period, read_target
from pipeline import findings
from pipeline.assemble import assemble, letterhead_lines
from pipeline.cells import CellReading, read_cells
from pipeline.paragraphs import paragraphs
from pipeline.plan import Plan, PlanRow
from pipeline.registry import entries_of, named_with_kin
from pipeline.row_ids import row_ids_of, section_code
from pipeline.schema import AGENCY_COLUMNS, DATASETS, ROW_DATASETS, TEXT_COLUMNS, Datasets, Record
from pipeline.scope import scope_of
from records import Document, Page


class _Lines:
    """Repaired lines and titles, for who asks line by line; remembers what was changed.

    The running text is repaired at once, each line within its paragraph.
    """

    def __init__(self, session: RepairSession, document: Document) -> None:
        self.session = session
        lines = [line for page in document.pages for line in page.lines]
        self._body = dict(zip(lines, session.repair_lines(lines), strict=True))
        self.changed: dict[str, tuple[TokenRepair, ...]] = {}

    def __call__(self, line: str) -> str:
        repaired = self._body.get(line) or self.session.repair(line)
        if repaired.tokens:
            self.changed[repaired.text] = repaired.tokens
        return repaired.text

    def page(self, page: Page) -> Page:
        """The page with its lines repaired."""
        return Page(page.number, tuple(map(self, page.lines)))


def records_of(document: Document, model: RepairModel, session: RepairSession | None) -> Datasets:
    """The datasets of one document (``links`` stay empty: they need other documents).

    ``session`` is the repair session the extractor worked with, if it needed one.
    """
    origin: Origin = "read" if document.route == "re-ocr" else "written"
    session = session or model.session(printed_lines(document), origin)
    lines = _Lines(session, document)
    plan = assemble(document, lines)
    body = letterhead_lines(document, lines)
    printed = letterhead_lines(document) if session.health == "damaged" else None
    letterhead = read_letterhead(body, printed, lines)
    document_id = document_id_of(letterhead, document.sha256)
    scope = scope_of(letterhead.issuer, body)
    datasets: Datasets = {name: [] for name in DATASETS}
    row_ids = row_ids_of(document_id, plan.rows)
    body_pages = list(map(lines.page, document.pages))
    all_readings = read_cells(plan.rows, session, paragraphs(body_pages))
    for row_id, row, readings in zip(row_ids, plan.rows, all_readings, strict=True):
        _add_row(datasets, document_id, row_id, row, readings, scope, letterhead.title or "")
        _add_section_repairs(datasets, row_id, row, lines)
    for found in plan.findings:
        datasets["findings"].append(
            findings.finding(
                found.kind,
                found.message,
                document_id=document_id,
                row_id=row_ids[found.row] if found.row is not None and plan.rows else None,
                severity=found.severity,
                evidence=found.evidence or None,
            )
        )
    _mark_rows_for_review(datasets)
    _add_citations(datasets, document_id, body_pages, plan, scope)
    datasets["citations"] = _without_itself(datasets["citations"], letterhead)
    datasets["documents"].append(
        _document_record(document, plan, letterhead, document_id, scope, session.health)
    )
    datasets["agencies"] = named_with_kin(datasets, entries_of(scope))
    return datasets


def printed_lines(document: Document) -> list[str]:
    """Every printed line of the document, running text first."""
    lines = [line for page in document.pages for line in page.lines]
    for table in document.tables:
        lines += table.title
        for row in table.rows:
            for cell in row.cells:
                lines += cell.text.split("\n")
    return lines


def document_id_of(letterhead: Letterhead, sha256: str) -> str:
    """Issuer, number and year ("quang-ngai-ubnd.05-kh-ubnd.2026"); else issuer and content hash."""
    issuer = letterhead.issuer_slug
    if letterhead.doc_number and letterhead.issued_on:
        return f"{issuer}.{slug_of(letterhead.doc_number)}.{letterhead.issued_on.year}"
    return f"{issuer}.{sha256[:12]}"


def _add_row(
    datasets: Datasets,
    document_id: str,
    row_id: str,
    row: PlanRow,
    readings: Mapping[str, CellReading],
    scope: Scope,
    title: str,
) -> None:
    texts = {name: reading.text or None for name, reading in readings.items()}
    record: Record = {
        "row_id": row_id,
        "document_id": document_id,
        "appendix": row.appendix,
        "appendix_title": row.appendix_title or None,
        "section_path": list(row.section_path),
        "row_no": row.row_no or None,
        "ordinal": row.ordinal,
        "page_first": row.page_first,
        "page_last": row.page_last,
        "confidence": round(min((one.confidence for one in readings.values()), default=0.0), 4),
        "needs_review": False,
    }
    record |= {name: texts.get(name) for name in TEXT_COLUMNS[row.dataset]}
    if row.dataset == "indicators":
        record |= _target_columns(record, row, title)
    if "deadline" in record:
        record |= _deadline_columns(record["deadline"])
        if record["deadline"] and record["deadline_kind"] == "unknown":
            datasets["findings"].append(
                findings.unreadable_deadline(document_id, row_id, record["deadline"])
            )
    if row.dataset == "projects":
        record["years"] = sorted(row.years)
    if row.dataset == "results":
        record["result_alignment"] = row.result_alignment
    datasets[row.dataset].append({name: record[name] for name in DATASETS[row.dataset].names})
    _add_cells(datasets, document_id, row_id, row, readings)
    for role in AGENCY_COLUMNS:
        if record.get(role):
            _add_assignments(datasets, document_id, row_id, role, readings[role], scope)


def _target_columns(record: Record, row: PlanRow, title: str) -> Record:
    target = read_target(record["target"] or "")
    sections = (*row.section_path, row.appendix_title)
    start, end = read_period(sections, record["text"] or "", title)
    return {
        "target_value": target.value,
        "target_unit": target.unit,
        "target_comparator": target.comparator,
        "period_start": start,
        "period_end": end,
    }


def _deadline_columns(printed: str | None) -> Record:
    if not printed:
        return {"deadline_kind": None, "deadline_start": None, "deadline_end": None}
    deadline = read_deadline(printed)
    return {
        "deadline_kind": deadline.kind,
        "deadline_start": deadline.start,
        "deadline_end": deadline.end,
    }


def _add_cells(
    datasets: Datasets,
    document_id: str,
    row_id: str,
    row: PlanRow,
    readings: Mapping[str, CellReading],
) -> None:
    for name, reading in readings.items():
        cell = row.cells[name]
        box = cell.box
        datasets["cells"].append(
            {
                "row_id": row_id,
                "field": name,
                "page": cell.page,
                "x0": box.x0 if box else None,
                "y0": box.y0 if box else None,
                "x1": box.x1 if box else None,
                "y1": box.y1 if box else None,
                "source_text": cell.text,
                "text": reading.text,
                "confidence": round(reading.confidence, 4),
                "method": cell.method,
            }
        )
        _add_repairs(datasets, row_id, name, reading.repairs)
        if reading.confidence < findings.DOUBTFUL and name in TEXT_COLUMNS[row.dataset]:
            datasets["findings"].append(
                findings.doubtful_cell(document_id, row_id, name, reading.confidence, cell.text)
            )


def _add_repairs(
    datasets: Datasets, row_id: str, name: str, repairs: Sequence[TokenRepair]
) -> None:
    datasets["repairs"] += [
        {
            "row_id": row_id,
            "field": name,
            "position": repair.position,
            "source": repair.source,
            "repaired": repair.repaired,
            "confidence": round(repair.confidence, 4),
            "reason": repair.reason,
        }
        for repair in repairs
    ]


def _add_section_repairs(datasets: Datasets, row_id: str, row: PlanRow, lines: _Lines) -> None:
    for entry in row.section_path:
        title = entry[len(section_code(entry)) :].strip()
        for repaired in {entry, title} & lines.changed.keys():
            _add_repairs(datasets, row_id, "section_path", lines.changed[repaired])


def _add_assignments(
    datasets: Datasets,
    document_id: str,
    row_id: str,
    role: str,
    reading: CellReading,
    scope: Scope,
) -> None:
    """A mention is no surer than the cell it stands in."""
    for position, mention in enumerate(split_mentions(reading.text)):
        match = resolve(mention, scope)
        datasets["assignments"].append(
            {
                "row_id": row_id,
                "role": role,
                "position": position,
                "mention": mention,
                "agency_id": match.agency_id,
                "match_kind": match.match_kind,
                "match_score": round(match.match_score * reading.confidence, 4),
            }
        )
        if match.agency_id is None:
            datasets["findings"].append(
                findings.unresolved_agency(
                    document_id,
                    row_id,
                    role,
                    mention,
                    [(one.name, one.score) for one in match.candidates],
                )
            )


def _mark_rows_for_review(datasets: Datasets) -> None:
    warned = {one["row_id"] for one in datasets["findings"] if one["severity"] != "info"}
    for name in ROW_DATASETS:
        for row in datasets[name]:
            doubtful = row["confidence"] < findings.DOUBTFUL
            row["needs_review"] = doubtful or row["row_id"] in warned


def _add_citations(
    datasets: Datasets, document_id: str, pages: Sequence[Page], plan: Plan, scope: Scope
) -> None:
    """Citations of the running text and the appendix titles (row_id null), then of the rows."""
    texts: list[tuple[str | None, str]] = [(None, text) for text in paragraphs(pages)]
    texts += [(None, title) for title in dict.fromkeys(one.title for one in plan.appendices)]
    for name in ROW_DATASETS:
        for row in datasets[name]:
            texts += [(row["row_id"], row[column] or "") for column in TEXT_COLUMNS[name]]
    found = [
        (row_id, citation, issuer_id)
        for row_id, text in texts
        for citation, issuer_id in cite(text, scope)
    ]
    whole = complete([citation for _, citation, _ in found])
    datasets["citations"] += [
        {
            "document_id": document_id,
            "row_id": row_id,
            "mention": citation.mention,
            "cited_number": citation.number,
            "cited_type": citation.type,
            "cited_on": citation.issued_on,
            "cited_issuer": citation.issuer,
            "cited_issuer_id": issuer_id,
            "cited_document_id": None,
        }
        for (row_id, _, issuer_id), citation in zip(found, whole, strict=True)
    ]


def _without_itself(citations: Sequence[Record], letterhead: Letterhead) -> list[Record]:
    """The citations less the document's own number, which its letterhead prints."""
    return [
        citation
        for citation in citations
        if citation["cited_number"] is None
        or citation["cited_number"] != letterhead.doc_number
        or citation["cited_on"] not in (None, letterhead.issued_on)
    ]


def _document_record(
    document: Document,
    plan: Plan,
    letterhead: Letterhead,
    document_id: str,
    scope: Scope,
    health: str,
) -> Record:
    last_pages = [page.number for page in document.pages] + [row.page_last for row in plan.rows]
    pages = max(last_pages, default=0)
    issuer_id = resolve(letterhead.issuer, scope).agency_id if letterhead.issuer else None
    return {
        "document_id": document_id,
        "path": document.path,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "doc_number": letterhead.doc_number,
        "doc_type": letterhead.doc_type,
        "is_draft": letterhead.is_draft,
        "issued_on": letterhead.issued_on,
        "issuer": letterhead.issuer,
        "issuer_id": issuer_id,
        "place": letterhead.place,
        "title": letterhead.title,
        "signer": letterhead.signer,
        "signer_title": letterhead.signer_title,
        "recipients": list(letterhead.recipients or ()),
        "pages": pages,
        "route": _routes(document, pages),
        "text_health": health,
        "rows": len(plan.rows),
        "warnings": 0,
    }


def _routes(document: Document, pages: int) -> list[str]:
    """How each page was read, from page 1 on."""
    differing = {page.number: page.route for page in document.pages if page.route}
    return [differing.get(number, document.route) for number in range(1, pages + 1)]
