"""Reports of ``phuluc check`` for machines and people: JUnit, HTML with every diff, Markdown."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

from rapidfuzz.distance import Levenshtein

from pipeline.golden import Comparison, WrongCell
from pipeline.thresholds import Verdict

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { padding: .2rem .7rem; text-align: left }
tr { border-bottom: 1px solid #8884 } td.n { text-align: right; font-variant-numeric: tabular-nums }
.no { color: #c00; font-weight: bold } del { background: #fbb; color: #600 }
ins { background: #bfb; color: #060; text-decoration: none } .where { color: #666 }
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
    """One page: the scores, then every cell that is not exact, its differences marked."""
    failed = [one for one in verdicts if not one.holds]
    parts = [
        "<!doctype html><html lang=vi><meta charset=utf-8><title>phuluc check</title>",
        f"<style>{_STYLE}</style><h1>phuluc check</h1>",
    ]
    if failed:
        items = "".join(f"<li>{html.escape(one.sentence())}" for one in failed)
        parts.append(f"<p class=no>Below threshold:<ul>{items}</ul>")
    parts.append(
        "<table><tr><th>document<th>field<th>cells<th>exact<th>%<th>CER %"
        + "".join(
            f"<tr><td>{html.escape(score.document_id)}<td>{score.dataset}.{score.field}"
            f"<td class=n>{score.cells}<td class=n>{score.exact}"
            f"<td class=n>{percent(score.ratio)}<td class=n>{percent(score.cer)}"
            for score in comparison.fields
        )
        + "</table>"
    )
    for one in comparison.sets:
        scores = (one.score.precision, one.score.recall, one.score.f1)
        parts.append(
            f"<h2>{html.escape(one.score.document_id)} {one.score.dataset}</h2>"
            "<p>precision {}, recall {}, F1 {}".format(*map(percent, scores))
        )
        for title, shown in (("Missing", one.missing), ("Extra", one.extra)):
            if shown:
                listed = "".join(f"<li>{html.escape(item)}" for item in shown)
                parts.append(f"<p>{title}<ul>{listed}</ul>")
    for title, rows in (("Missing rows", comparison.missing), ("Extra rows", comparison.extra)):
        if rows:
            items = "".join(f"<li>{html.escape(' '.join(row))}" for row in rows)
            parts.append(f"<h2>{title}</h2><ul>{items}</ul>")
    parts.append("<h2>Cells that are not exact</h2>")
    parts += [_html_cell(cell) for cell in comparison.wrong]
    return "\n".join(parts) + "\n"


REPORTS: dict[str, Callable[[Comparison, Sequence[Verdict]], str]] = {
    "junit": junit,
    "html": html_page,
    "markdown": markdown,
}


def marked_difference(golden: str, seen: str) -> str:
    """HTML of ``golden`` with what was not seen struck out and what was seen instead inserted."""
    parts = []
    for step in Levenshtein.opcodes(golden, seen):
        lost = html.escape(golden[step.src_start : step.src_end])
        instead = html.escape(seen[step.dest_start : step.dest_end])
        if step.tag == "equal":
            parts.append(lost)
            continue
        parts.append(f"<del>{lost}</del>" if lost else "")
        parts.append(f"<ins>{instead}</ins>" if instead else "")
    return "".join(parts)


def _html_cell(cell: WrongCell) -> str:
    where = f"{cell.document_id} {cell.dataset} {cell.row} {cell.field}"
    difference = marked_difference(cell.golden, cell.seen)
    return f"<p><span class=where>{html.escape(where)}</span><br>{difference}"


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
