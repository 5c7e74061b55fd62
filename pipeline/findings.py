"""What a person should look at: the sentences clerks read, in Vietnamese, one function a kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipeline.schema import Record

Severity = Literal["info", "warning", "error"]

DOUBTFUL = 0.6
"""A cell less sure than this is shown to a person."""

OVER_DOCUMENTS = frozenset({"quarantined", "duplicate_file", "document_id_clash"})
"""Kinds that depend on which other files are there; made anew at every run."""

UNREAD = frozenset({"no_appendix", "unknown_table", "unknown_column", "page_lost"})
"""Kinds that tell of a part of a document that reached no dataset; the exit code is then 2."""


def finding(
    kind: str,
    message: str,
    *,
    document_id: str | None,
    row_id: str | None = None,
    severity: Severity = "warning",
    evidence: str | None = None,
) -> Record:
    """A row of the ``findings`` dataset."""
    return {
        "document_id": document_id,
        "row_id": row_id,
        "severity": severity,
        "kind": kind,
        "message": message,
        "evidence": evidence,
    }


def quarantined(path: str, reason: str) -> Record:
    """A file that could not be read; it stays where it is."""
    return finding(
        "quarantined",
        f"Không đọc được tệp: {reason}",
        document_id=None,
        severity="error",
        evidence=path,
    )


def duplicate_file(document_id: str, path: str, kept: str) -> Record:
    """The same bytes under a second name: read once."""
    return finding(
        "duplicate_file",
        f"Tệp {path} giống hệt {kept}, nên chỉ đọc một lần.",
        document_id=document_id,
        severity="info",
        evidence=path,
    )


def document_id_clash(document_id: str, wanted: str) -> Record:
    """Two different documents with one issuer, number and year."""
    return finding(
        "document_id_clash",
        f"Có hai văn bản khác nội dung nhưng cùng cơ quan ban hành, số và năm ({wanted}); "
        f"văn bản này được gọi là {document_id}.",
        document_id=document_id,
        evidence=wanted,
    )


def doubtful_cell(
    document_id: str, row_id: str, field: str, confidence: float, evidence: str
) -> Record:
    """A cell whose reading is unsure."""
    return finding(
        "low_confidence_cell",
        f"Ô “{FIELD_NAMES[field]}” đọc chưa chắc (độ tin {vietnamese_number(confidence)}): "
        "hãy đối chiếu với bản in.",
        document_id=document_id,
        row_id=row_id,
        evidence=evidence,
    )


def unresolved_agency(
    document_id: str,
    row_id: str,
    field: str,
    mention: str,
    nearest: Sequence[tuple[str, float]] = (),
) -> Record:
    """An agency that is not in the registry, or not clearly one; ``nearest``: names it may mean,
    each with its likeness (0-1)."""
    shown = "; ".join(f"{name} ({vietnamese_number(score)})" for name, score in nearest)
    return finding(
        "unresolved_agency",
        f"Chưa biết cơ quan này trong ô “{FIELD_NAMES[field]}”."
        + (f" Gần giống nhất: {shown}." if shown else ""),
        document_id=document_id,
        row_id=row_id,
        severity="info",
        evidence=mention,
    )


def unreadable_deadline(document_id: str, row_id: str, text: str) -> Record:
    """A deadline whose kind is not known."""
    return finding(
        "unreadable_deadline",
        "Không hiểu thời hạn này là ngày, tháng hay năm nào.",
        document_id=document_id,
        row_id=row_id,
        severity="info",
        evidence=text,
    )


FIELD_NAMES = {
    "text": "Nội dung",
    "target": "Mục tiêu",
    "lead": "Cơ quan chủ trì",
    "implement": "Cơ quan thực hiện",
    "coordinate": "Cơ quan phối hợp",
    "expected_result": "Kết quả dự kiến",
    "deadline": "Thời hạn",
    "note": "Ghi chú",
    "result": "Kết quả",
    "section_path": "Đề mục",
}


def vietnamese_number(value: float) -> str:
    """Two decimals with a decimal comma."""
    return f"{value:.2f}".replace(".", ",")
