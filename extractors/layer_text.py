"""Glyphs of a text layer become printed lines: of a cell, and of a page's running text.

A line is what stands on one baseline; superscripts belong to the line they hang over. Marks of the
page's own footnotes are taken out of the text, other superscripts (m²) stay.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from extractors._pdfium import Glyph

Decode = Callable[[str, str], str]
"""Unicode of a text set in a font: (font name, text) to text."""

_SPACE = 0.16  # of the size: a wider gap between two glyphs parts words
_WIDE = 1.6  # of the size: a gap that may part two blocks side by side
_VERY_WIDE = 4.0  # and one that does
_SAME_LINE = 0.5  # of the size by which baselines of one line differ at most
_RAISED, _SMALL = 0.15, 0.8
_MARK_OPENS, _MARK_ENDS = "\ue0f0", "\ue0f1"  # around superscript digits, until they are settled
_MARK = re.compile(f"{_MARK_OPENS}([^{_MARK_ENDS}]*){_MARK_ENDS}")
_FOOTNOTE = re.compile(rf"^\s*{_MARK_OPENS}\s*([\d*()]+)\s*{_MARK_ENDS}")
_UNIT = re.compile(r"(?:^|[\W\d])[kcmd]?m$")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A printed line; box and size in points. ``first`` and ``last`` are the places of its first
    and last glyph in the order of the file.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


def plain(_font: str, text: str) -> str:
    """The decoding of Unicode fonts."""
    return text


def cell_text(glyphs: Sequence[Glyph], decode: Decode = plain) -> str:
    """The text of a cell, printed lines apart by ``"\\n"``; raised digits still marked."""
    upright = _turned_upright(glyphs)
    texts = (_line_text(line, decode) for line in lines_of(upright))
    return "\n".join(text for text in texts if text)


def running_lines(glyphs: Sequence[Glyph], decode: Decode = plain) -> list[TextLine]:
    """The lines of running text in reading order; blocks side by side come one after the other.

    What stands side by side at the head and foot of a document (issuer and national title,
    recipients and signer) are such blocks.
    """
    pieces = []
    for line in lines_of(glyphs):
        for part in _split(line):
            text = _line_text(part, decode)
            if text:
                pieces.append(
                    TextLine(
                        text,
                        part[0].x0,
                        part[-1].x1,
                        min(glyph.y0 for glyph in part),
                        max(glyph.y1 for glyph in part),
                        statistics.median(glyph.size for glyph in part),
                    )
                )
    return in_reading_order(pieces)


def footnotes_of(lines: Sequence[str]) -> frozenset[str]:
    """The marks of a page's footnotes: raised digits that begin a line."""
    return frozenset(found[1] for line in lines if (found := _FOOTNOTE.match(line)))


def settled(text: str, footnotes: frozenset[str]) -> str:
    """A text whose raised digits are settled: marks of footnotes go, others stay as digits."""
    if _MARK_OPENS not in text:
        return text

    def settle(found: re.Match[str]) -> str:
        raised = found[1]
        if _UNIT.search(text[: found.start()]) and raised.strip() in ("2", "3"):
            return {"2": "²", "3": "³"}[raised.strip()]
        begins = not text[: found.start()].rpartition("\n")[2].strip()
        return "" if raised.strip() in footnotes and not begins else raised

    return _MARK.sub(settle, text)


# --- lines ---------------------------------------------------------------------------------------


def lines_of(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Glyphs by baseline, from top to bottom, each line from left to right."""
    line: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda one: one.base):
        if line and glyph.base - line[-1].base > _SAME_LINE * max(glyph.size, line[-1].size, 4.0):
            yield from _ordered(line)
            line = []
        line.append(glyph)
    yield from _ordered(line)


def _ordered(line: list[Glyph]) -> Iterator[list[Glyph]]:
    if any(glyph.text != " " for glyph in line):
        yield sorted(line, key=_place)


def _place(glyph: Glyph) -> float:
    """Where a glyph comes in its line; a space before the letter that is squeezed into it."""
    return glyph.x0 - 0.3 * (glyph.x1 - glyph.x0) if glyph.text == " " else glyph.x0


def _turned_upright(glyphs: Sequence[Glyph]) -> Sequence[Glyph]:
    """The glyphs of a cell whose heading is set sideways, turned upright."""
    turned = [glyph.turn for glyph in glyphs if glyph.text != " "]
    if not turned or not turned[0] or turned.count(turned[0]) < 0.8 * len(turned):
        return glyphs
    turn = turned[0]
    if turn == 90:
        return [
            one._replace(x0=-one.y1, x1=-one.y0, y0=one.x0, y1=one.x1, base=one.side)
            for one in glyphs
        ]
    if turn == 270:
        return [
            one._replace(x0=one.y0, x1=one.y1, y0=-one.x1, y1=-one.x0, base=-one.side)
            for one in glyphs
        ]
    return [
        one._replace(x0=-one.x1, x1=-one.x0, y0=-one.y1, y1=-one.y0, base=-one.base)
        for one in glyphs
    ]


def _line_text(line: Sequence[Glyph], decode: Decode) -> str:
    """The text of one line: spaces where they are set or where a gap is left."""
    size = statistics.median(glyph.size for glyph in line if glyph.text != " ")
    base = statistics.median(glyph.base for glyph in line if glyph.text != " ")
    parts: list[tuple[str, str]] = []
    before: Glyph | None = None
    for glyph in line:
        if before is not None and _is_double(before, glyph):
            continue
        text = glyph.text
        if text.isdigit() or text in "()*":
            raised = glyph.size < _SMALL * size and base - glyph.base > _RAISED * size
            if raised:
                text = f"{_MARK_OPENS}{text}{_MARK_ENDS}"
        if before is not None and text != " " and glyph.x0 - before.x1 > _SPACE * size:
            parts.append((glyph.font, " "))
        parts.append((glyph.font, text))
        before = glyph
    decoded = "".join(
        decode(font, "".join(text for _, text in run))
        for font, run in groupby(parts, key=lambda part: part[0])
    )
    joined = decoded.replace(f"{_MARK_ENDS}{_MARK_OPENS}", "")
    return unicodedata.normalize("NFC", " ".join(joined.split()))


def _is_double(before: Glyph, glyph: Glyph) -> bool:
    """Whether a glyph is printed a second time over the one before it, to look bold."""
    width = before.x1 - before.x0
    return glyph.text == before.text and abs(glyph.x0 - before.x0) < 0.2 * max(width, 1.0)


# --- blocks side by side -------------------------------------------------------------------------


def _split(line: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """The pieces of a line that wide gaps part."""
    piece: list[Glyph] = []
    spaces: list[Glyph] = []
    for glyph in line:
        if glyph.text == " ":
            spaces.append(glyph)
            continue
        if piece and glyph.x0 - piece[-1].x1 > _WIDE * glyph.size:
            yield piece
            piece = []
        elif piece:
            piece += spaces
        spaces = []
        piece.append(glyph)
    if piece:
        yield piece


def in_reading_order(pieces: Sequence[TextLine]) -> list[TextLine]:
    """Lines from top to bottom; in a band that a gutter parts, the left block first.

    Pieces of one line that no gutter parts from what is above and below are one line again.
    """
    rows = [list(row) for row in _rows(pieces)]
    ordered: list[TextLine] = []
    index = 0
    while index < len(rows):
        if len(rows[index]) == 1:
            ordered.append(rows[index][0])
            index += 1
            continue
        end, gutter = _band(rows, index)
        band = [piece for row in rows[index:end] for piece in row]
        if gutter is None or len(rows[index:end]) == 1:
            for row in rows[index:end]:
                ordered.extend(_kept_apart(row))
        else:
            ordered.extend(piece for piece in band if piece.x1 <= gutter)
            ordered.extend(piece for piece in band if piece.x1 > gutter)
        index = end
    return ordered


def _rows(pieces: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """Pieces of text that stand on one line."""
    row: list[TextLine] = []
    for piece in pieces:
        if row and (piece.bottom + piece.top) / 2 > max(one.bottom for one in row):
            yield row
            row = []
        if row and piece.x0 < row[-1].x1:
            yield row
            row = []
        row.append(piece)
    if row:
        yield row


def _band(rows: Sequence[list[TextLine]], start: int) -> tuple[int, float | None]:
    """The end of the rows that one gutter parts, and its x; None where there is no gutter."""
    first = rows[start]
    widest = max(range(len(first) - 1), key=lambda index: first[index + 1].x0 - first[index].x1)
    left, right = first[widest].x1, first[widest + 1].x0
    end = start + 1
    while end < len(rows):
        row = rows[end]
        if row[0].top - rows[end - 1][0].bottom > 3 * row[0].size:
            break
        into_left = max([left, *(piece.x1 for piece in row if piece.x0 < left)])
        into_right = min([right, *(piece.x0 for piece in row if piece.x0 >= left)])
        if into_right - into_left < row[0].size:
            break
        left, right = into_left, into_right
        end += 1
    return end, (left + right) / 2 if end > start else None


def _kept_apart(row: Sequence[TextLine]) -> Iterator[TextLine]:
    """The pieces of one line, joined where the gap between them is not very wide."""
    joined = row[0]
    for piece in row[1:]:
        if piece.x0 - joined.x1 > _VERY_WIDE * piece.size:
            yield joined
            joined = piece
        else:
            joined = TextLine(
                f"{joined.text} {piece.text}",
                joined.x0,
                piece.x1,
                min(joined.top, piece.top),
                max(joined.bottom, piece.bottom),
                joined.size,
            )
    yield joined
