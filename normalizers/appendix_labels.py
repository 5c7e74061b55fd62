"""Labels of a document's appendices, settled together.

Nghị định 30/2020/NĐ-CP, Phụ lục I, mục III.1: a document of two appendices and more numbers them in
Roman numbers, in their order. A label that a seal hides, or of which OCR read a stroke too few, is
what the labels before and after it leave. Offices that count 1, 2, 3 or 01, 02 exist and are met.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from normalizers.sections import label_distance, roman

_MOST = 24  # appendices
_NOT_FIRST = 0.35
"""Cost of a first label that is not number one."""
_STEP = 0.3
"""Cost of each number passed over: its appendix may be in another file, or was not found."""
_UNREAD = 0.1
_FIRM = 20.0
"""Cost of another label than one that is printed for certain."""
_FIGURES = re.compile(r"^\d{1,2}$")
_OTHER_FORM = re.compile(r"^(?:A|\w+[-./]\w+)$")
_STROKES = frozenset("1")
"""Figures that may be Roman numbers: "1" and "11"."""


def settle_labels(readings: Sequence[str], firm: Sequence[bool]) -> tuple[str, ...]:
    """The likeliest labels of appendices that follow one another.

    Args:
        readings: each label as it was read; "" where it could not be, or none is printed.
        firm: the label was not read from an image.

    Returns:
        A label each. A single one stays as it was read, and so do labels of another form than "II"
        or "02" ("I-A", "B").
    """
    if not 2 <= len(readings) <= _MOST:
        return tuple(readings)
    numerals = [label for label in readings if _FIGURES.match(label)]
    in_figures = any(not set(label) <= _STROKES for label in numerals) and all(
        _FIGURES.match(label) for label in readings if label
    )
    if in_figures:
        width = min(map(len, numerals))
        names = [str(number).zfill(width) for number in range(1, _MOST + 1)]
    else:
        names = [roman(number) for number in range(1, _MOST + 1)]
        if any(_OTHER_FORM.match(label) for label in readings):
            return tuple(readings)
    return _best_path(readings, firm, names)


def _cost(label: str, names: Sequence[str], firm: bool) -> tuple[list[float], float]:
    """What each name costs where ``label`` was read, and the least of it."""
    if not label:
        return [_UNREAD] * len(names), _UNREAD
    costs = [label_distance(label, name) for name in names]
    if firm:
        costs = [cost if name == label else _FIRM for name, cost in zip(names, costs, strict=True)]
    return costs, min(costs)


def _best_path(
    readings: Sequence[str], firm: Sequence[bool], names: Sequence[str]
) -> tuple[str, ...]:
    """Names that rise from appendix to appendix and cost least."""
    total = [_NOT_FIRST * (place > 0) + _STEP * max(0, place - 1) for place in range(len(names))]
    ways: list[list[int]] = []
    for index, (label, sure) in enumerate(zip(readings, firm, strict=True)):
        costs = _cost(label, names, sure)[0]
        if not index:
            total = [before + cost for before, cost in zip(total, costs, strict=True)]
            continue
        reached, way = [float("inf")], [0]
        for place in range(1, len(names)):
            stepped = [total[before] + _STEP * (place - before - 1) for before in range(place)]
            best = min(range(place), key=stepped.__getitem__)
            way.append(best)
            reached.append(stepped[best] + costs[place])
        total = reached
        ways.append(way)
    place = min(range(len(names)), key=total.__getitem__)
    if total[place] >= _FIRM:
        return tuple(readings)
    path = [place]
    for way in reversed(ways):
        place = way[place]
        path.append(place)
    return tuple(names[place] for place in reversed(path))
