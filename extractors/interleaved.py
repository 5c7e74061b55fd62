"""Un-interleave a ruled table that OCR read line by line across all its columns.

A printed line of such a dump is the left-to-right concatenation of one fragment (maybe empty) per
column; the fragments of one cell read on from line to line. The search puts every token into
a column, and every line into a row, so that all cells of the table read best:

* every column has a language of its own (running text, agency names, deadlines ...), given by the
  caller as a :class:`DocumentReader`, which also says what a damaged token may have been;
* a cell fills its lines before it wraps, so a short line that goes on is unlikely;
* a printed ``|`` is likely a rule between two columns;
* cells begin with a capital letter, row numbers count up, and a row's number stands at the row's
  first line or in its middle, as the table is aligned.

Here a table is read three times, and what one reading shows of its columns helps the next. What a
piece of a line reads like stands in ``_tangled_lines``, the ways to part a line in
``_tangled_splits``, the beam over the lines in ``_tangled_search``. Costs are natural logarithms of
probabilities (0 is certain).
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from extractors._tangled_blocks import cell_by_cell
from extractors._tangled_choice import choose, credible
from extractors._tangled_lines import BAR_AT_SPLIT, BAR_INSIDE, Line
from extractors._tangled_search import Effort, off_place, partings, search
from extractors._tangled_splits import (
    CLAUSE_END,
    CLAUSE_RARE,
    NO_NUMBER,
    UPPER_AFTER_END,
    Layout,
    initial_of,
)
from extractors.group_titles import FULL_LINE
from extractors.tangled import (
    AGENCIES,
    Alignment,
    DocumentReader,
    Fragment,
    Kind,
    Language,
    TangledRow,
)

LOST_WEIGHT = 1.5
NUMBER_LOST = -1.0  # least cost of a lost number, where most are
NUMBER_OFF = 0.0  # lines that a number may stand off in a row that is taken as found
LIST_BROKEN = -2.5  # a list of names that is so unlikely to end where it does
FULL_PAGE = 0.98  # share of a table's lines that are no longer than its page is wide
SPARE_TEXT = -2.0  # a fragment in a column of any text beside the first, while columns are told
ROOM = 1.5  # times an even share of the page: no column but the first text is wider
FREE_WORDS = -8.0  # a cell of an agency column is in free words
FREE_SENSE = -5.5  # words read worse, a token, are damaged names rather than free words
FULL_LINES = 0.88  # share of a column's fragments that its width holds; the rest took too much
_ALIGNMENTS: tuple[Alignment, ...] = ("middle", "top")
_ALIGNMENT_LINES = 60
GLANCE = Effort(beam=12, alike=4)  # which tells how a table is aligned
GLANCE_SURE = 50.0  # nats by which it has to
FIRST_LOOK = Effort(beam=48, alike=16)  # which knows no widths yet: much looks likely
LAST_LOOK = Effort(beam=32, alike=12)


def untangle(
    lines: Sequence[str],
    kinds: Sequence[Kind],
    reader: DocumentReader,
    page_starts: frozenset[int] = frozenset(),
    loose: frozenset[int] = frozenset(),
) -> tuple[TangledRow, ...]:
    """Rows of a table from its printed ``lines`` (headers and blank lines already taken out).

    ``kinds`` names every column from left to right, the number column first. ``page_starts`` are
    the lines that begin a page, ``loose`` those after a blank line: there OCR has often read the
    rest of the page column by column, so that a cell may be taken up again. A glance tells
    the vertical alignment. The widths and what each column says are learned from a first reading,
    and once more from a second one that knew what the first had taught.
    """
    if not lines:
        return ()
    prepared = _prepared(lines, reader)
    general = reader.language("text")
    bars = (BAR_AT_SPLIT, BAR_INSIDE)
    _speak(prepared, (general, *(reader.language(kind) for kind in kinds[1:])), bars)
    widths = (0.0,) * len(kinds)
    celled = cell_by_cell(prepared, page_starts, loose)
    unknown = Layout(tuple(kinds), widths, page_starts=page_starts, loose=loose, celled=celled)
    layout, rows = _first_reading(prepared, unknown)
    for effort in (FIRST_LOOK, LAST_LOOK):
        learned = (
            reader.learned(kind, [_joined(row.cells[i]) for row in rows if not row.group])
            for i, kind in enumerate(kinds[1:], 1)
        )
        _speak(prepared, (general, *learned), learn_bars(prepared, rows))
        layout = replace(
            layout,
            widths=learn_widths(rows, len(kinds), celled),
            spans=_row_spans(rows, len(lines), layout),
            no_number=_lost_number_cost(rows),
            next_clause=next_clause_cost(rows, kinds),
        )
        found = search(prepared, layout, effort)[1]
        rows = _parted_again(found, prepared, layout, reader.names())
        rows = tuple(_in_free_words(row, prepared, layout, general) for row in rows)
    return rows


def _prepared(lines: Sequence[str], reader: DocumentReader) -> list[Line]:
    full = FULL_LINE * max(map(len, lines), default=0)
    below = (*lines[1:], "")
    return [
        Line(line, reader, after if len(line) < full else "")
        for line, after in zip(lines, below, strict=True)
    ]


def _first_reading(lines: Sequence[Line], unknown: Layout) -> tuple[Layout, tuple[TangledRow, ...]]:
    """How the table is aligned, and its rows.

    A glance at the first lines tells the alignment; where it is in doubt, the whole table does.
    """
    layouts = [replace(unknown, alignment=alignment) for alignment in _ALIGNMENTS]
    glanced = [search(lines[:_ALIGNMENT_LINES], layout, GLANCE)[0] for layout in layouts]
    likely = [
        layout
        for layout, score in zip(layouts, glanced, strict=True)
        if score > max(glanced) - GLANCE_SURE
    ]
    readings = [(search(lines, layout, FIRST_LOOK), layout) for layout in likely]
    (_, rows), layout = max(readings, key=lambda reading: reading[0][0])
    return layout, rows


def _parted_again(
    rows: Sequence[TangledRow], lines: Sequence[Line], layout: Layout, names: tuple[str, ...]
) -> tuple[TangledRow, ...]:
    """The same rows, the cells of each parted as it fits the whole row, the other rows and the
    known ``names`` best.

    The search over all lines is narrow, since it must keep other rows in play; one row is searched
    widely.
    """
    places = [place for place, row in enumerate(rows) if not row.group]
    likely = [credible(partings(rows[place], lines, layout), layout) for place in places]
    parted = list(rows)
    for place, found, chosen in zip(places, likely, choose(likely, layout, names), strict=True):
        parted[place] = found[chosen].row
    return tuple(parted)


def _in_free_words(
    row: TangledRow, lines: Sequence[Line], layout: Layout, general: Language
) -> TangledRow:
    """The row read again where a list of names stops amid a name: it may be in free words."""
    if row.group or not row.cells[1]:
        return row
    languages = lines[row.first_line].languages
    doubtful = [
        position
        for position, kind in enumerate(layout.kinds)
        if kind in AGENCIES
        and row.cells[position]
        and languages[position](row.cells[position][-1].context)["</s>"] < LIST_BROKEN
    ]
    if not doubtful:
        return row
    best, found = partings(row, lines, layout)[0].score, row
    for position in doubtful:
        free = (*languages[:position], general, *languages[position + 1 :])
        for line in lines[row.first_line : row.last_line + 1]:
            line.languages = free
            line.forget(position)
        kinds: tuple[Kind, ...] = (*layout.kinds[:position], "text", *layout.kinds[position + 1 :])
        other = partings(row, lines, replace(layout, kinds=kinds))[0]
        reads = _goes_on(row.cells[position], other.row.cells[position])
        if reads and other.score + FREE_WORDS > best:
            best, found = other.score + FREE_WORDS, other.row
        for line in lines[row.first_line : row.last_line + 1]:
            line.languages = languages
            line.forget(position)
    return found


def _goes_on(listed: Sequence[Fragment], free: Sequence[Fragment]) -> bool:
    """Whether a cell read in free words begins as the list does, has more, and makes sense."""
    before, after = _joined(listed), _joined(free)
    sense = sum(fragment.sense for fragment in free) / max(len(free), 1)
    return len(after) > len(before) and free[0].text == listed[0].text and sense > FREE_SENSE


def reading_scores(
    lines: Sequence[str],
    layouts: Sequence[Sequence[Kind]],
    reader: DocumentReader,
    page_starts: frozenset[int],
    loose: frozenset[int],
    effort: Effort,
    alignments: Sequence[Alignment] = _ALIGNMENTS,
) -> tuple[float, ...]:
    """How well the lines read when parted into the columns of each layout (nats, more is better).

    One quick reading each, as tables begin to be read; for tables whose header cannot be read. A
    column of any text beside the first takes up stray ink, and is charged for what it holds.
    """
    prepared = _prepared(lines, reader)
    general = reader.language("text")
    scores = []
    _speak(prepared, (general,), (BAR_AT_SPLIT, BAR_INSIDE))
    celled = cell_by_cell(prepared, page_starts, loose)
    for kinds in layouts:
        languages = (general, *(reader.language(kind) for kind in kinds[1:]))
        _speak(prepared, languages, (BAR_AT_SPLIT, BAR_INSIDE))
        unknown = (0.0,) * len(kinds)
        rooms = rooms_of(lines, kinds)
        layout = Layout(
            tuple(kinds), unknown, rooms, page_starts=page_starts, loose=loose, celled=celled
        )
        readings = (
            search(prepared, replace(layout, alignment=alignment), effort)
            for alignment in alignments
        )
        scores.append(max(score + SPARE_TEXT * _spare(rows, kinds) for score, rows in readings))
    return tuple(scores)


def _spare(rows: Sequence[TangledRow], kinds: Sequence[Kind]) -> int:
    """How many fragments stand in columns of text beside the first."""
    columns = [at for at, kind in enumerate(kinds) if kind == "text" and at > 1]
    return sum(len(row.cells[at]) for row in rows if not row.group for at in columns)


def _lost_number_cost(rows: Sequence[TangledRow]) -> float:
    """What a row without its number costs, in a table that lost so many of them."""
    read = [row.cells[0][0].margin > 0 for row in rows if not row.group]
    share = (read.count(False) + 1) / (len(read) + 2)
    return min(max(NO_NUMBER, LOST_WEIGHT * math.log(share)), NUMBER_LOST)


def next_clause_cost(rows: Sequence[TangledRow], kinds: Sequence[Kind]) -> float:
    """What a line costs that begins, with a capital, a clause in a cell where one has ended.

    Where cells of text end with a stop or a semicolon and hold none before, such a line rather
    begins a row whose number was lost.
    """
    inside = ends = 0
    for row in rows:
        if row.number_read and not row.group:
            for kind, cell in zip(kinds, row.cells, strict=True):
                if kind == "text" and cell:
                    ends += cell[-1].text.endswith(CLAUSE_END)
                    inside += sum(
                        before.text.endswith(CLAUSE_END) and initial_of(after.text).isupper()
                        for before, after in itertools.pairwise(cell)
                    )
    share = (inside + 1) / (inside + ends + 2)
    return max(min(math.log(share), UPPER_AFTER_END), CLAUSE_RARE)


def _row_spans(
    rows: Sequence[TangledRow], lines: int, layout: Layout
) -> tuple[tuple[int, int] | None, ...]:
    """The row of each line, where its number was read, stands in its place and vouches for it."""
    spans: list[tuple[int, int] | None] = [None] * lines
    for row in rows:
        number = row.cells[0][0]
        whole = not any(row.first_line < p <= row.last_line for p in layout.page_starts)
        if row.group or not whole or not number.margin or row.last_line in layout.celled:
            continue
        if off_place(number.line, number.line, row.first_line, row.last_line, layout) <= NUMBER_OFF:
            for line in range(row.first_line, row.last_line + 1):
                spans[line] = (row.first_line, row.last_line)
    return tuple(spans)


def _speak(
    lines: Sequence[Line], languages: tuple[Language, ...], bars: tuple[float, float]
) -> None:
    for line in lines:
        line.speak(languages, bars)


def learn_bars(lines: Sequence[Line], rows: Sequence[TangledRow]) -> tuple[float, float]:
    """What a printed rule gains at a split and inside a fragment, as this table prints them."""
    begins = {
        (fragment.line, fragment.first)
        for row in rows
        for cell in row.cells[1:]
        for fragment in cell
    }
    bars = [
        (index, position) in begins
        for index, line in enumerate(lines)
        for position, token in enumerate(line.tokens)
        if line.bars[position] and any(ch.isalnum() for ch in token.text)
    ]
    splits = len(begins)
    # odds that a place with a rule is a split, over a place without
    share = (sum(bars) + 2) / (len(bars) + 3)
    inside = 1 - share
    places = max(sum(len(line.tokens) for line in lines), 1)
    base = min(max(splits / places, 0.05), 0.95)
    return math.log(share / base), math.log(inside / (1 - base))


def _joined(cell: Sequence[Fragment]) -> str:
    return "\n".join(fragment.text for fragment in cell)


def rooms_of(lines: Sequence[str], kinds: Sequence[Kind]) -> tuple[float, ...]:
    """The most characters a line of each column may take before any was read (0: any number).

    The first text is the widest column; no other takes much more than an even share of the page.
    """
    lengths = sorted(map(len, lines))
    page = lengths[int(FULL_PAGE * (len(lengths) - 1))] if lengths else 0
    return (0.0, 0.0, *(ROOM * page / (len(kinds) - 1) for _ in kinds[2:]))


def learn_widths(
    rows: Sequence[TangledRow], columns: int, celled: frozenset[int] = frozenset()
) -> tuple[float, ...]:
    """Width of each column in characters: what its full lines hold (0: too few lines).

    A line with one fragment tells nothing of the columns beside the first text: it is most often
    one of a long text, and a reading that does not know the widths yet gives some to others.
    """
    beside = Counter(
        fragment.line
        for row in rows
        if not row.group
        for cell in row.cells[1:]
        for fragment in cell
    )
    widths = []
    for column in range(columns):
        lengths = sorted(
            len(fragment.text)
            for row in rows
            if not row.group
            for fragment in row.cells[column]
            if column < 2 or beside[fragment.line] > 1 or fragment.line in celled
        )
        full = lengths[int(FULL_LINES * (len(lengths) - 1))] if len(lengths) >= 4 else 0
        widths.append(float(full))
    return tuple(widths)
