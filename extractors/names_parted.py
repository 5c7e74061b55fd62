"""Part two neighbouring columns of names anew, once all rows of a table are known.

A search line by line (``extractors.interleaved``) does not know what the cells of a column say
again and again. A judge that does may move words of a row over the rule between its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.tangled import AGENCIES, DocumentReader, Fragment, Kind, NamesLine, TangledRow


def names_parted(
    rows: Sequence[TangledRow], kinds: Sequence[Kind], reader: DocumentReader
) -> tuple[TangledRow, ...]:
    """The rows of a table with the names of two neighbouring columns parted anew.

    Only a table with two such columns, side by side, is looked at.
    """
    columns = [column for column, kind in enumerate(kinds) if kind in AGENCIES]
    if len(columns) != 2 or columns[1] != columns[0] + 1:
        return tuple(rows)
    left, right = columns
    places = [place for place, row in enumerate(rows) if not row.group]
    lines = [_lines(rows[place], left, right) for place in places]
    parted = reader.part_names(
        [(found, _middle(rows[place])) for place, found in zip(places, lines, strict=True)]
    )
    changed = list(rows)
    for place, before, after in zip(places, lines, parted, strict=True):
        if list(after) != before:
            changed[place] = _changed(rows[place], left, after)
    return tuple(changed)


def _lines(row: TangledRow, left: int, right: int) -> list[NamesLine]:
    texts = [{one.line: one.text for one in row.cells[column]} for column in (left, right)]
    numbers = sorted(set().union(*texts))
    return [(line, texts[0].get(line, ""), texts[1].get(line, "")) for line in numbers]


def _middle(row: TangledRow) -> float | None:
    """The middle of the row's text, which the other cells stand beside."""
    text = row.cells[1]
    return (text[0].line + text[-1].line) / 2 if text else None


def _changed(row: TangledRow, left: int, lines: Sequence[NamesLine]) -> TangledRow:
    """The row with these cells in the columns ``left`` and the next; what was moved is not sure."""
    cells = list(row.cells)
    for column, side in ((left, 1), (left + 1, 2)):
        known = {fragment.line: fragment for fragment in row.cells[column]}
        fragments = []
        for line in lines:
            old = known.get(line[0])
            if old is not None and old.text == line[side]:
                fragments.append(old)
            elif line[side]:
                fragments.append(Fragment(str(line[side]), line[0], margin=0.0))
        cells[column] = tuple(fragments)
    return replace(row, cells=tuple(cells))
