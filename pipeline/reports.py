"""Reports of ``phuluc check`` for machines and people: JUnit, HTML with every diff, Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from xml.etree import ElementTree

from rapidfuzz.distance import Levenshtein

from pipeline.golden import Comparison, WrongCell
from pipeline.thresholds import Verdict

_FIGURE = re.compile(r"^\d+(?:\.\d+)?$")
_WORD = re.compile(r"\S+\s*")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
h1 { margin-bottom: .2rem } h2 { margin: 2.2rem 0 .5rem; font-size: 1.2rem }
table { border-collapse: collapse; margin: .6rem 0 }
th { font-weight: 600; border-bottom: 2px solid var(--line); vertical-align: bottom }
td, th { padding: .25rem .8rem .25rem 0; text-align: left }
tr { border-bottom: 1px solid var(--line) }
.n { text-align: right; font-variant-numeric: tabular-nums; padding-left: 1rem }
.verdict { padding: .6rem 1rem; border-left: 5px solid; background: var(--soft) }
.yes { border-color: #2a7d2a } .no { border-color: #c00 } .verdict ul { margin: .3rem 0 }
.low { color: #c33; font-weight: 600 } .where { color: #777; font-size: .85em }
details { margin: .5rem 0 } summary { cursor: pointer; padding: .15rem 0 }
.cell { margin: .7rem 0; padding-left: .8rem; border-left: 3px solid var(--line) }
del { background: #fbb; color: #600 } ins { background: #bfb; color: #060; text-decoration: none }
"""


def percent(ratio: float) -> str:
    """A ratio as a percentage, one digit after the point; 100.0 only where it is exact."""
    shown = f"{100 * ratio:.1f}"
    return "99.9" if shown == "100.0" and ratio < 1 else shown


def junit(comparison: Comparison, verdicts: Sequence[Verdict]) -> str:
    """A JUnit test suite: one case a document, dataset and field."""
    cases: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in verdicts:
        cases.setdefault((verdict.document_id, verdict.dataset, verdict.field), []).append(verdict)
    failures = sum(not all(one.holds for one in group) for group in cases.values())
    suite = ElementTree.Element(
        "testsuite", name="phuluc check", tests=str(len(cases)), failures=str(failures)
    )
    for (document_id, dataset, field), group in cases.items():
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{document_id}.{dataset}", name=field
        )
        broken = [one for one in group if not one.holds]
        if broken:
            failure = ElementTree.SubElement(case, "failure", message=broken[0].sentence())
            failure.text = "\n".join(
                [one.sentence() for one in broken]
                + [
                    f"{cell.row}\n- {cell.golden}\n+ {cell.seen}"
                    for cell in comparison.wrong
                    if (cell.document_id, cell.dataset, cell.field) == (document_id, dataset, field)
                ]
            )
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def markdown(comparison: Comparison, verdicts: Sequence[Verdict]) -> str:
    """The tables of the terminal, as Markdown."""
    failed = {(one.document_id, one.dataset, one.field) for one in verdicts if not one.holds}
    lines = ["# Golden check", "", *_markdown_documents(comparison), ""]
    if comparison.sets:
        lines += [*_markdown_sets(comparison), ""]
    for document_id in comparison.document_ids:
        lines += [
            f"## {document_id}",
            "",
            "| field | cells | exact | % | CER % | |",
            "|---|---:|---:|---:|---:|---|",
        ]
        for score in comparison.fields:
            if score.document_id == document_id:
                mark = "✗" if (document_id, score.dataset, score.field) in failed else "✓"
                lines.append(
                    f"| {score.dataset}.{score.field} | {score.cells} | {score.exact} "
                    f"| {percent(score.ratio)} | {percent(score.cer)} | {mark} |"
                )
        lines.append("")
    return "\n".join(lines)


def html_page(comparison: Comparison, verdicts: Sequence[Verdict]) -> str:
    """One page: the verdict, a line a document, then its fields and every cell that is not exact,
    its differences marked.
    """
    return (
        "\n".join(
            [
                "<!doctype html><html lang=vi><meta charset=utf-8><title>phuluc check</title>",
                f"<style>{_STYLE}</style><h1>phuluc check</h1>",
                _html_verdict(verdicts),
                *_html_documents(comparison),
                *_html_sets(comparison),
                *_html_fields(comparison),
                *_html_wrong(comparison),
            ]
        )
        + "\n"
    )


def _html_verdict(verdicts: Sequence[Verdict]) -> str:
    failed = [one for one in verdicts if not one.holds]
    if not failed:
        passed = f"none of {len(verdicts)} measures is below its threshold"
        return f"<p class='verdict yes'>Passed: {passed}."
    items = "".join(f"<li>{html.escape(one.sentence())}" for one in failed)
    return f"<div class='verdict no'>Not passed, below threshold:<ul>{items}</ul></div>"


def _html_table(heads: Sequence[str], rows: Sequence[Sequence[str | int | float]]) -> str:
    """A table; texts stand at the left, figures at the right, ratios in per cent, red below 1."""

    def cell(value: str | int | float) -> str:
        if isinstance(value, float):
            return f"<td class='n{' low' * (value < 1)}'>{percent(value)}"
        shown = html.escape(str(value))
        return f"<td class=n>{shown}" if _FIGURE.match(shown) else f"<td>{shown}"

    figures = [_FIGURE.match(str(value)) for value in rows[0]] if rows else []
    head = "".join(
        f"<th class=n>{html.escape(one)}" if figure else f"<th>{html.escape(one)}"
        for one, figure in zip(heads, figures, strict=False)
    )
    body = "".join("<tr>" + "".join(map(cell, row)) for row in rows)
    return f"<table><tr>{head}{body}</table>"


def _html_documents(comparison: Comparison) -> list[str]:
    rows = []
    for document_id in comparison.document_ids:
        own = [one for one in comparison.rows if one.document_id == document_id]
        total, metadata = comparison.total(document_id), comparison.metadata(document_id)
        rows.append(
            (
                document_id,
                sum(one.golden for one in own),
                sum(one.missing for one in own),
                sum(one.extra for one in own),
                total.cells,
                total.ratio,
                comparison.agencies(document_id).ratio,
                metadata.ratio,
            )
        )
    heads = (
        "Document",
        "Rows",
        "Lost",
        "Invented",
        "Cells",
        "Exact %",
        "Agencies %",
        "Letterhead %",
    )
    parts = [_html_table(heads, rows)]
    for title, listed in (("Lost rows", comparison.missing), ("Invented rows", comparison.extra)):
        if listed:
            items = "".join(f"<li>{html.escape(' '.join(row))}" for row in listed)
            parts.append(
                f"<details open><summary>{title}: {len(listed)}</summary><ul>{items}</ul></details>"
            )
    return parts


def _html_sets(comparison: Comparison) -> list[str]:
    """Citations, assignments and links: what was found of them, and what was missed."""
    if not comparison.sets:
        return []
    rows = [
        (
            one.score.document_id.replace("*", "between documents"),
            one.score.dataset,
            one.score.golden,
            one.score.found,
            one.score.extra,
            one.score.precision,
            one.score.recall,
        )
        for one in comparison.sets
    ]
    heads = ("Document", "Set", "Golden", "Found", "Extra", "Precision %", "Recall %")
    parts = ["<h2>Citations, assignments, links</h2>", _html_table(heads, rows)]
    for one in comparison.sets:
        for title, shown in (("missed", one.missing), ("extra", one.extra)):
            if shown:
                listed = "".join(f"<li>{html.escape(item)}" for item in shown)
                about = html.escape(f"{one.score.document_id} {one.score.dataset}".lstrip("* "))
                parts.append(
                    f"<details><summary>{about}: {len(shown)} {title}</summary>"
                    f"<ul>{listed}</ul></details>"
                )
    return parts


def _html_fields(comparison: Comparison) -> list[str]:
    """The fields of every document; those that are exact throughout are named in one line."""
    parts = ["<h2>Fields</h2>"]
    for document_id in comparison.document_ids:
        fields = [one for one in comparison.fields if one.document_id == document_id]
        rows = [
            (f"{one.dataset}.{one.field}", one.cells, one.exact, one.ratio, percent(one.cer))
            for one in fields
            if one.exact < one.cells
        ]
        exact = ", ".join(f"{one.dataset}.{one.field}" for one in fields if one.exact == one.cells)
        parts.append(
            f"<details{' open' * bool(rows)}><summary>{html.escape(document_id)}: "
            f"{len(fields) - len(rows)} of {len(fields)} fields exact</summary>"
        )
        if rows:
            parts.append(_html_table(("Field", "Cells", "Exact", "Exact %", "CER %"), rows))
        parts.append(f"<p class=where>Exact throughout: {html.escape(exact) or 'none'}.</details>")
    return parts


def _html_wrong(comparison: Comparison) -> list[str]:
    """Every cell that is not exact, by document."""
    parts = [
        f"<h2>Cells that are not exact: {len(comparison.wrong)}</h2>",
        "<p class=where><del>printed, but not read</del> <ins>read, but not printed</ins>",
    ]
    for document_id in comparison.document_ids:
        cells = [one for one in comparison.wrong if one.document_id == document_id]
        if cells:
            parts.append(
                f"<details open><summary>{html.escape(document_id)}: {len(cells)}</summary>"
                + "".join(map(_html_cell, cells))
                + "</details>"
            )
    return parts


REPORTS: dict[str, Callable[[Comparison, Sequence[Verdict]], str]] = {
    "junit": junit,
    "html": html_page,
    "markdown": markdown,
}


def marked_difference(golden: str, seen: str) -> str:
    """HTML of ``golden``, word by word: what was not seen struck out, what was seen instead
    inserted.
    """
    printed, read = _WORD.findall(golden), _WORD.findall(seen)
    parts = []
    for equal, steps in groupby(Levenshtein.opcodes(printed, read), lambda s: s.tag == "equal"):
        run = list(steps)
        lost = html.escape("".join(printed[run[0].src_start : run[-1].src_end]))
        instead = html.escape("".join(read[run[0].dest_start : run[-1].dest_end]))
        if equal:
            parts.append(lost)
            continue
        parts.append(f"<del>{lost}</del>" if lost else "")
        parts.append(f"<ins>{instead}</ins>" if instead else "")
    return "".join(parts)


def _html_cell(cell: WrongCell) -> str:
    where = html.escape(f"{cell.dataset} {cell.row}: {cell.field}")
    difference = marked_difference(cell.golden, cell.seen)
    return f"<div class=cell><span class=where>{where}</span><br>{difference}</div>"


def _markdown_sets(comparison: Comparison) -> list[str]:
    lines = [
        "| document | set | found | extra | precision % | recall % | F1 % |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for one in comparison.sets:
        score = one.score
        lines.append(
            f"| {score.document_id} | {score.dataset} | {score.found}/{score.golden} "
            f"| {score.extra} | {percent(score.precision)} | {percent(score.recall)} "
            f"| {percent(score.f1)} |"
        )
    return lines


def _markdown_documents(comparison: Comparison) -> list[str]:
    lines = [
        "| document | rows | missing | extra | cells % | CER % | agency cells % | metadata |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for document_id in comparison.document_ids:
        rows = [one for one in comparison.rows if one.document_id == document_id]
        total, metadata = comparison.total(document_id), comparison.metadata(document_id)
        lines.append(
            f"| {document_id} | {sum(one.found for one in rows)}/{sum(one.golden for one in rows)} "
            f"| {sum(one.missing for one in rows)} | {sum(one.extra for one in rows)} "
            f"| {percent(total.ratio)} | {percent(total.cer)} "
            f"| {percent(comparison.agencies(document_id).ratio)} "
            f"| {metadata.exact}/{metadata.cells} |"
        )
    return lines
