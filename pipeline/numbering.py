"""The numbering audit: printed row numbers and section codes are reported on, never mended."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence

from pipeline.plan import Finding, PlanRow

_GAP = "numbering_gap"
_REPEAT = "numbering_repeat"
_FORM = "numbering_form"
_LONGEST_TITLE = 60
"""Characters of a section's title in a message."""


def audit_numbering(rows: Sequence[PlanRow]) -> tuple[Finding, ...]:
    """Findings on the row numbers of all appendices.

    Numbers begin at 1 in every section, or run on through the whole appendix; which of the two is
    learned from the appendix itself. Kinds: ``numbering_gap`` (a number is skipped, or the first
    is not 1), ``numbering_repeat`` (a number comes again or goes back), ``numbering_form`` (no
    number, or one not written as a plain number, such as "09").
    """
    findings: list[Finding] = []
    indexed = list(enumerate(rows))
    for _, appendix in itertools.groupby(indexed, key=lambda item: _appendix_of(item[1])):
        sections = [
            list(section)
            for _, section in itertools.groupby(appendix, key=lambda item: item[1].section_path)
        ]
        if _runs_on(sections):
            sections = [list(itertools.chain.from_iterable(sections))]
        for section in sections:
            findings.extend(_audit_section(section))
    return tuple(sorted(findings, key=lambda finding: finding.row or 0))


def _appendix_of(row: PlanRow) -> tuple[str, str, str]:
    return row.appendix, row.appendix_title, row.dataset


def read_number(printed: str) -> int | None:
    """The number a printed row number stands for ("09" and "9." are 9), None where it is none."""
    digits = printed.strip().rstrip(".):")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _runs_on(sections: Sequence[Sequence[tuple[int, PlanRow]]]) -> bool:
    """Whether numbers go on from section to section, judged by how the sections begin."""
    on = again = 0
    for before, section in itertools.pairwise(sections):
        first = read_number(section[0][1].row_no)
        last = read_number(before[-1][1].row_no)
        on += first is not None and last is not None and first == last + 1
        again += first == 1
    return on > again


def _audit_section(section: Sequence[tuple[int, PlanRow]]) -> list[Finding]:
    findings: list[Finding] = []
    seen: set[int] = set()
    before = 0
    for index, row in section:
        number = read_number(row.row_no)
        where = _place(row)
        if number is None:
            findings.append(_form(index, row, f"{where} không có số thứ tự đọc được."))
            before += 1
            seen.add(before)
            continue
        if row.row_no.strip().rstrip(".)") != str(number):
            findings.append(_form(index, row, f"{where} in số thứ tự “{row.row_no}” khác lệ."))
        if row.shares_number and number == before:
            continue
        if number in seen or number <= before:
            message = f"{where}: số {number} lặp lại hoặc lùi lại sau số {before}."
            findings.append(Finding(_REPEAT, message, _evidence(row), row=index))
        elif number > before + 1:
            message = f"{where}: thiếu {_missing(before, number)} (sau {before or 'đầu mục'})."
            findings.append(Finding(_GAP, message, _evidence(row), row=index))
        seen.add(number)
        before = number
    return findings


def _missing(before: int, number: int) -> str:
    if number == before + 2:
        return f"số {before + 1}"
    return f"các số {before + 1}-{number - 1}"


def _form(index: int, row: PlanRow, message: str) -> Finding:
    return Finding(_FORM, message, _evidence(row), row=index)


def _evidence(row: PlanRow) -> str:
    text = row.cells.get("text")
    start = " ".join(text.text.split())[:120] if text else ""
    return f"{row.row_no} | {start}"


def _place(row: PlanRow) -> str:
    """ "Phụ lục II, VIII Kinh tế số": the innermost section, a long title cut short."""
    appendix = f"Phụ lục {row.appendix}".strip()
    if not row.section_path:
        return appendix
    return f"{appendix}, {textwrap.shorten(row.section_path[-1], _LONGEST_TITLE, placeholder=' …')}"
