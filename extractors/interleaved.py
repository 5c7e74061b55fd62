"""Un-interleave a ruled table that OCR read line by line across all its columns.

A printed line of such a dump is the left-to-right concatenation of one fragment (maybe empty) per
column; the fragments of one cell read on from line to line. The search below puts every token into
a column, and every line into a row, so that all cells of the table read best:

* every column has a language of its own (running text, agency names, deadlines ...), given by the
  caller as a :class:`DocumentReader`, which also says what a damaged token may have been;
* a cell fills its lines before it wraps, so a short line that goes on is unlikely;
* a printed ``|`` is likely a rule between two columns;
* cells begin with a capital letter, row numbers count up, and a row's number stands at the row's
  first line or in its middle, as the table is aligned.

The search is a beam over the lines of the table; within a line all splits are weighed exactly by
dynamic programming. Costs are natural logarithms of probabilities (0 is certain).
"""

from __future__ import annotations

import gc
import itertools
import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol

Kind = Literal["number", "text", "agency", "partner", "target", "deadline", "mark"]
"""What a column holds; a ``partner`` is an agency beside the one that leads."""
AGENCIES: tuple[Kind, ...] = ("agency", "partner")
Alignment = Literal["middle", "top"]
Context = tuple[str, ...]


class Reading(Protocol):
    """What one damaged token may have been."""

    @property
    def word(self) -> str: ...
    @property
    def log_channel(self) -> float: ...


Language = Callable[[Context], Mapping[str, float]]
"""log P(word) of any word after those of a cell; ``()`` begins a cell, ``"</s>"`` ends it."""


NamesLine = tuple[int, str, str]
"""A printed line: its number in the table, what it gave to the left of two neighbouring columns of
names and to the right one."""
NamesRow = tuple[Sequence[NamesLine], float | None]
"""A row's lines that gave something to one of the two, and the line about which its cells stand,
None where no cell tells."""


class DocumentReader(Protocol):
    """The languages of one document's columns; see ``pipeline.reader`` for the real one."""

    def candidates(self, token: str) -> Sequence[Reading]:
        """What a damaged token may have been."""
        ...

    def language(self, kind: Kind) -> Language:
        """The language of a kind of column."""
        ...

    def learned(self, kind: Kind, cells: Sequence[str]) -> Language:
        """The language of one column, after a first reading of its cells."""
        ...

    def section_code(self, tokens: Sequence[str]) -> tuple[int, float] | None:
        """Leading tokens that are the code of a group row, and the cost of that reading."""
        ...

    def part_names(self, rows: Sequence[NamesRow]) -> Sequence[Sequence[NamesLine]]:
        """The lines of each row with the names of two neighbouring columns parted anew, as many
        lines as there were."""
        ...


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one line gave to one cell; ``margin`` (nats): lead over the next best split."""

    text: str
    line: int
    margin: float
    first: int = 0  # position of its first token in the line
    sense: float = 0.0  # log probability of its reading, a token (nats)
    context: Context = ()  # the last words of that reading


@dataclass(frozen=True, slots=True)
class TangledRow:
    """One row as found: ``cells[i]`` are the fragments of column ``i`` from top to bottom.

    ``group`` rows have two cells, code and title. ``number_read`` is False where the printed row
    number was lost and the count supplied it.
    """

    cells: tuple[tuple[Fragment, ...], ...]
    first_line: int
    last_line: int
    group: bool = False
    number_read: bool = True


# Costs in nats. Set on tables printed from corpus text (``python -m training.dumps``), never on
# the documents of raw/.
BAR_AT_SPLIT = 1.5
BAR_INSIDE = -2.0
NOISE_MARK = -1.5  # a token without letters or digits
NOISE_SHRED = -5.0  # each letter of a token of one or two
NOISE_AMONG_SHREDS = 2.0
NOISE_SHREDDED = 1.5
SHREDDED = 0.6  # share of short tokens in a line that OCR made between two printed lines
NOISE_WORD = -10.0
NOISE_MOST = -16.0
NOISE_DROPPED = -7.0  # noise that costs less is left out of the cell, a lone short token is not
WORST_READING = -3.0
LOWER_START = -4.0
UPPER_INSIDE = -0.7
LOWER_AFTER_END = -2.0  # after a full stop
UPPER_AFTER_END = -1.0  # at the head of a line, after one
RESUME_NEXT = -1.0  # a centred cell stands half a line off its row, and seems to skip a line
RESUME_TOP = -4.0  # a cell aligned at the top does not
RESUME_LATER = -5.0
OUT_OF_STEP = -1.5  # a cell goes on beside a line of the text, and then between two of them
STRAY_INK = -1.0  # shreds between two neighbouring fragments, where no other cell stands
EMPTY_TEXT = -14.0
EMPTY_CELL = -5.0
EMPTY_LEAD = -10.0  # some agency always leads
EMPTY_PARTNER = -3.0
MARKS_AGAIN = -6.0  # a row has its marks on one line
MARKS_PARTED = -2.0  # ... which OCR may have read as two
_EMPTY: dict[Kind, float] = {"agency": EMPTY_LEAD, "partner": EMPTY_PARTNER}
NO_NUMBER = -6.0
MOST_SKIPPED = 2
NUMBER_SEEN = 3.0
LOST_WEIGHT = 1.5
NUMBER_MISREAD = 1.0
DIGIT_MISREAD = -2.0
NUMBER_UNEXPECTED = -7.0
NUMBER_SKIPPED = -4.0  # one or two rows before it were lost
NUMBER_LOST = -1.0  # least cost of a lost number, where most are
OFF_CENTRE = -1.6
OFF_CENTRE_BROKEN = -0.3
NUMBER_OFF = 0.0  # lines that a number may stand off in a row that is taken as found
PLACE = -1.5  # each line off the place that an earlier reading of the rows gives a cell
CELL_OFF = -2.5  # each line that a cell stands off its place in the row
OFF_FREE = 0.5
CELL_END = 0.35
LIST_END = 0.9
SLACK = -0.30
OVERWIDE = -0.8
GROUP_ROW = -1.0
GROUP_LINE = -2.0
NUMBER_BLOT = -1.0
SLACK_FREE = 0.12
SLACK_MOST = -6.0
CERTAIN = 20.0
WITHIN = 30.0  # hypotheses this much worse than the best are dropped
LIST_BROKEN = -2.5  # a list of names that is so unlikely to end where it does
FREE_WORDS = -8.0  # a cell of an agency column is in free words
FREE_SENSE = -5.5  # words read worse, a token, are damaged names rather than free words
FULL_LINES = 0.88  # share of a column's fragments that its width holds; the rest took too much
WIDEST = 1.6  # fragments wider than so many column widths are not considered
BEHIND = 20.0  # nats: splits of a line so much worse than its best are not weighed
SPLITS = 10
FOREMOST = 2  # hypotheses with the same rows that are kept before others
REMEMBERED = 2  # tokens of a fragment that are read after what stands before it
READINGS = 8
FAR = 8.0  # nats: readings so much less likely than the best are not weighed

_BAR = re.compile(r"[|¦]|^[\[\]](?=\w)|(?<=\w)[\]\[]$")
_CHUNK = re.compile(r"(\s*)(\S+)")
_NUMBER_GLYPHS = str.maketrans("lI|!OoSB][Zi", "111100581121")
_QUANTITY = re.compile(r"\d[\d.,/-]+\d%?[.;]?|\d+%[.;]?")
_NUMBER = re.compile(r"^\d{1,3}$")
_PRINTED_NUMBER = re.compile(r"\d{1,3}[.)]?")
_SENTENCE_END = tuple(".!?")
_ALIGNMENTS: tuple[Alignment, ...] = ("middle", "top")
_ALIGNMENT_LINES = 60


@dataclass(frozen=True, slots=True)
class Token:
    """One whitespace token; ``bar_before`` where a rule was read before it."""

    text: str
    bar_before: bool


def split_tokens(line: str) -> tuple[Token, ...]:
    """Whitespace tokens of a printed line, each with whether a rule stood before it.

    OCR reads a rule as ``|``, as a square bracket stuck to the word beside it, or leaves a gap of
    several spaces where it stood.
    """
    tokens: list[Token] = []
    bar = False
    for gap, chunk in _CHUNK.findall(line):
        bar = bar or len(gap) > 1
        for index, part in enumerate(_BAR.split(chunk)):
            bar = bar or index > 0
            if part:
                tokens.append(Token(part, bar and bool(tokens)))
                bar = False
    return tuple(tokens)


def read_row_number(token: str) -> int | None:
    """The row number a token may print ("l2" is 12), None where it cannot be one."""
    core = token.strip(".,:;'‘’`")
    if not core or len(core) > 3:
        return None
    if not any(ch.isdigit() for ch in core) and core not in {"l", "I"}:
        return None
    digits = core.translate(_NUMBER_GLYPHS)
    return int(digits) if _NUMBER.match(digits) else None


def _is_blot(token: str) -> bool:
    """A single mark at the head of a line, where a number may have stood."""
    return len(token) == 1 and not token.isalnum()


def number_cost(token: str, expected: Iterable[int]) -> tuple[int, float] | None:
    """The row number a token prints where ``expected`` may come, and the cost of reading it so.

    OCR mistakes a digit ("o5" for 25) or takes the rule beside a number for a digit ("191"); such
    a reading counts as the expected number, at a cost. None where the token is no number.
    """
    read = read_row_number(token)
    if read is None:
        return None
    wanted = [number for number in expected if number > 0]
    if read in wanted:
        return read, NUMBER_SEEN
    digits = str(read)
    core = token.strip(".,:;'‘’`")
    for number in wanted:
        right = str(number)
        beside = digits in (right + "1", "1" + right)
        one_off = (
            len(core) == len(right) > 1
            and sum(a != b for a, b in zip(core, right, strict=True)) == 1
        )
        if beside or one_off:
            return number, NUMBER_MISREAD
        if len(core) == len(right) == 1:
            return number, DIGIT_MISREAD
    skipped = any(number < read <= number + MOST_SKIPPED for number in wanted)
    return read, NUMBER_SKIPPED if skipped and digits == core else NUMBER_UNEXPECTED


class _Column(NamedTuple):
    """State of one open cell."""

    context: Context  # the last words read
    lines: int  # fragments so far
    gap: int  # lines passed without a fragment since
    width: int  # characters of the last fragment
    closed: bool  # the last fragment ended a sentence
    first: int = -1  # line of the first fragment
    last: int = -1  # line of the last fragment
    step: int = 0  # it stood beside a line of the text (1) or between two (2), 0: not known


UNKNOWN: Context = ("",)  # a context no text has
_FRESH = _Column((), 0, 0, 0, False)
_STEP = _Column._fields.index("step")  # what follows is not asked when a line is split


class _Piece(NamedTuple):
    score: float
    context: Context
    noise: tuple[int, ...]  # tokens that are no text: ink of rules and of half-cut letters
    first: int  # the first token that takes room, -1 where all are stray marks
    last: int
    rest: _Piece | None = None  # from token ``since`` on, its noise counts too
    since: int = 0

    def is_noise(self, index: int) -> bool:
        return index in self.noise or (
            self.rest is not None and index >= self.since and index in self.rest.noise
        )


def _readings(token: str, reader: DocumentReader) -> tuple[tuple[str, float], ...]:
    """The likeliest words of a token, whatever stands before it; capitals count as the same."""
    if _QUANTITY.fullmatch(token):
        return ((token, 0.0),)
    general = reader.language("text")(UNKNOWN)
    best: dict[str, tuple[float, str, float]] = {}
    for reading in reader.candidates(token):
        prior = general[reading.word]
        value = (reading.log_channel + prior, reading.word, reading.log_channel)
        key = reading.word.lower()
        if key not in best or value > best[key]:
            best[key] = value
    ranked = sorted(best.values(), reverse=True)[:READINGS]
    ranked = [reading for reading in ranked if reading[0] > ranked[0][0] - FAR]
    # a token that reads as nothing well is still ink: it must not lose to noise for that alone
    lift = max(WORST_READING - max((r[2] for r in ranked), default=0.0), 0.0)
    return tuple((word, log_channel + lift) for _, word, log_channel in ranked)


_score = operator.itemgetter(0)


class _Line:
    """Fragment scores of one line, computed once for each (kind, context, first token)."""

    def __init__(self, printed: str, reader: DocumentReader, loose: bool = False) -> None:
        self.loose = loose
        self.languages: tuple[Language, ...] = ()
        self.bar_at_split, self.bar_inside = BAR_AT_SPLIT, BAR_INSIDE
        self.tokens = tokens = split_tokens(printed)
        chunks = printed.split()
        code = reader.section_code(chunks)
        self.code: tuple[str, int, float] | None = None  # printed code, its tokens, its cost
        if code is not None:
            text = " ".join(chunks[: code[0]])
            self.code = (text, len(split_tokens(text)), code[1])
        self.readings = [_readings(t.text, reader) for t in tokens]
        self.shredded = _is_shredded(tokens)
        self.noise = _noise_costs(tokens, self.shredded)
        self.bars = _bars(tokens)
        self.numbered = bool(tokens) and (
            read_row_number(tokens[0].text) is not None or _is_blot(tokens[0].text)
        )
        starts = [0]
        for token in tokens:
            starts.append(starts[-1] + len(token.text) + 1)
        self.offset = starts
        self.ink = [0]  # words and shreds before each token
        for token in tokens:
            self.ink.append(self.ink[-1] + (_letters(token) > 0))
        self.words = [0]  # tokens before each that are no stray ink
        for cost in self.noise:
            self.words.append(self.words[-1] + (cost < NOISE_DROPPED))
        self._pieces: dict[tuple[int, Context, int], list[_Piece]] = {}
        # for one search, which fixes the layout
        self.gains: dict[tuple[object, ...], list[list[float]]] = {}
        self.splits: dict[tuple[object, ...], dict[int, list[_Split]]] = {}

    def width(self, first: int, end: int) -> int:
        return self.offset[end] - self.offset[first] - 1 if end > first else 0

    def speak(self, languages: tuple[Language, ...], bars: tuple[float, float]) -> None:
        """Read from now on with these languages, the group titles' first, then one a column.

        ``bars`` are what a printed rule gains between two columns and inside one.
        """
        self.languages = languages
        self.bar_at_split, self.bar_inside = bars
        self._pieces.clear()

    def forget(self, column: int) -> None:
        """The language of a column has changed: read its fragments anew."""
        for key in [key for key in self._pieces if key[0] == column]:
            del self._pieces[key]

    def pieces(
        self, column: int, context: Context, first: int, widest: float = math.inf
    ) -> list[_Piece]:
        """Best reading of ``tokens[first:end]`` after ``context``, for end = first+1 ... n.

        Fragments of more than ``widest`` characters are left out; it is one for each column.
        """
        key = (column, context, first)
        known = self._pieces.get(key)
        if known is None:
            known = self._pieces[key] = self._read(column, context, first, widest)
        return known

    def _read(self, column: int, context: Context, first: int, widest: float) -> list[_Piece]:
        # after a few words the text before them matters no more: the rest is read once
        rest = () if context is UNKNOWN else self.pieces(column, UNKNOWN, first, widest)
        language = self.languages[column]
        states: list[_State] = [(0.0, context, (), -1, -1)]
        found: list[_Piece] = []
        for index in range(first, len(self.tokens)):
            if index > first and self.width(first, states[0][4] + 1) > widest:
                break
            if rest and len(found) == REMEMBERED:
                found += _joined_pieces(found[-1], rest, index)
                break
            dropping = self.noise[index]
            stray = dropping >= NOISE_DROPPED
            bar = self.bar_inside if index > first and self.bars[index] else 0.0
            best = second = _NONE
            for score, words, dropped, begin, end in states:
                ink = index if begin < 0 else begin
                # a stray mark stands with the text on its left, so that it has one place only
                if not stray:
                    noise = (score + dropping + bar, words, (*dropped, index), ink, index)
                    best, second = _best_two(best, second, noise)
                elif index > first or column <= 1:
                    noise = (score + dropping, words, (*dropped, index), begin, end)
                    best, second = _best_two(best, second, noise)
                before = words[-1:]
                following = language(words)
                score += bar
                for word, log_channel in self.readings[index]:
                    value = score + log_channel + following[word]
                    if value > second[0]:
                        after = (value, (*before, word), dropped, ink, index)
                        best, second = _best_two(best, second, after)
            states = [best] if second is _NONE else [best, second]
            found.append(_Piece(*states[0]))
        return found


_State = tuple[float, Context, tuple[int, ...], int, int]
"""Score, last words, noise, first and last token that takes room."""
_NONE: _State = (-math.inf, ("",) * 3, (), -1, -1)


def _best_two(best: _State, second: _State, state: _State) -> tuple[_State, _State]:
    """The best two of three states that differ in their last words."""
    if state[0] <= second[0]:
        return best, second
    if state[1] == best[1]:
        return (state, second) if state[0] > best[0] else (best, second)
    return (state, best) if state[0] > best[0] else (best, state)


def _joined_pieces(head: _Piece, rest: Sequence[_Piece], since: int) -> Iterator[_Piece]:
    """Pieces that begin as ``head`` does and go on, from token ``since``, as ``rest`` does."""
    gain = head.score - rest[REMEMBERED - 1].score
    for piece in rest[REMEMBERED:]:
        beyond = piece.last >= since
        begin = head.first if head.first >= 0 else max(piece.first, since) if beyond else -1
        end = piece.last if beyond else head.last
        yield _Piece(piece.score + gain, piece.context, head.noise, begin, end, piece, since)


def _bars(tokens: Sequence[Token]) -> list[bool]:
    """Whether a rule stands before each token, stray marks between them left out."""
    bars: list[bool] = []
    for index, token in enumerate(tokens):
        mark = index > 0 and not any(ch.isalnum() for ch in tokens[index - 1].text)
        bars.append(token.bar_before or (mark and bars[-1]))
    return bars


def _letters(token: Token) -> int:
    return sum(ch.isalnum() for ch in token.text)


def _is_shredded(tokens: Sequence[Token]) -> bool:
    """Whether OCR made most of a line of the half letters between two printed lines."""
    return sum(_letters(token) <= 2 for token in tokens) >= SHREDDED * len(tokens)


def _noise_costs(tokens: Sequence[Token], shreds: bool) -> list[float]:
    """Cost of taking each token for no text; shreds of letters come several at a time."""
    letters = [_letters(token) for token in tokens]
    costs: list[float] = []
    for index, count in enumerate(letters):
        if count == 0:
            costs.append(NOISE_MARK)
        elif count <= 2 and not _QUANTITY.fullmatch(tokens[index].text):
            alone = any(other > 2 for other in letters[max(index - 1, 0) : index + 2])
            cheap = 0.0 if alone else NOISE_AMONG_SHREDS
            costs.append(NOISE_SHRED * count + cheap + (NOISE_SHREDDED if shreds else 0.0))
        else:
            costs.append(max(NOISE_WORD - 0.5 * count, NOISE_MOST))
    return costs


_Split = tuple[float, tuple[int, ...]]
"""Score and cuts of a line: ``cuts[i]:cuts[i + 1]`` are the tokens of text column i."""


class _Step(NamedTuple):
    line: int
    new: bool  # the line begins a row
    group: bool
    number: int | None  # the row number, where this line prints it
    cuts: tuple[int, ...]
    margin: float


class _Hypothesis(NamedTuple):
    score: float
    columns: tuple[_Column, ...]
    row_line: int  # first line of the open row, -1 before any
    number_line: int  # line of its number, -1 while unseen
    number: int  # number of the open row
    group: bool  # the open row is a group row
    restarts: bool  # numbers begin again at 1 after a group row
    other: int  # the other number the open row may have (0: none)
    parent: _Hypothesis | None
    step: _Step | None


@dataclass(frozen=True, slots=True)
class Effort:
    """How many hypotheses a search keeps, and how many of them may have the same rows."""

    beam: int
    alike: int


GLANCE = Effort(beam=12, alike=4)  # which tells how a table is aligned
FIRST_LOOK = Effort(beam=24, alike=8)
LAST_LOOK = Effort(beam=32, alike=12)
ROW_LOOK = Effort(beam=24, alike=24)  # of one row


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of a table: kinds of its columns, their width in characters (0: not known yet)."""

    kinds: tuple[Kind, ...]
    widths: tuple[float, ...]
    alignment: Alignment = "middle"
    page_starts: frozenset[int] = frozenset()  # lines that begin a page
    # first and last line of the row that an earlier reading gave each line; none where it
    # goes over a page
    spans: tuple[tuple[int, int] | None, ...] = ()
    no_number: float = NO_NUMBER  # cost of a row whose number was lost


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
    prepared = [_Line(line, reader, index in loose) for index, line in enumerate(lines)]
    general = reader.language("text")
    bars = (BAR_AT_SPLIT, BAR_INSIDE)
    _speak(prepared, (general, *(reader.language(kind) for kind in kinds[1:])), bars)
    unknown = Layout(tuple(kinds), (0.0,) * len(kinds), "middle", page_starts)
    few = prepared[:_ALIGNMENT_LINES]
    readings = [
        (_search(few, replace(unknown, alignment=alignment), GLANCE)[0], alignment)
        for alignment in _ALIGNMENTS
    ]
    layout = replace(unknown, alignment=max(readings)[1])
    rows = _search(prepared, layout, FIRST_LOOK)[1]
    for effort in (FIRST_LOOK, LAST_LOOK):
        learned = (
            reader.learned(kind, [_joined(row.cells[i]) for row in rows if not row.group])
            for i, kind in enumerate(kinds[1:], 1)
        )
        _speak(prepared, (general, *learned), learn_bars(prepared, rows))
        layout = replace(
            layout,
            widths=learn_widths(rows, len(kinds)),
            spans=_row_spans(rows, len(lines), layout),
            no_number=_lost_number_cost(rows),
        )
        rows = _search(prepared, layout, effort)[1]
        rows = tuple(_in_free_words(row, prepared, layout, general) for row in rows)
    return rows


def _in_free_words(
    row: TangledRow, lines: Sequence[_Line], layout: Layout, general: Language
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
    best, found = _search_row(row, lines, layout)
    for position in doubtful:
        free = (*languages[:position], general, *languages[position + 1 :])
        for line in lines[row.first_line : row.last_line + 1]:
            line.languages = free
            line.forget(position)
        kinds: tuple[Kind, ...] = (*layout.kinds[:position], "text", *layout.kinds[position + 1 :])
        score, other = _search_row(row, lines, replace(layout, kinds=kinds))
        reads = _goes_on(row.cells[position], other.cells[position])
        if reads and score + FREE_WORDS > best:
            best, found = score + FREE_WORDS, other
        for line in lines[row.first_line : row.last_line + 1]:
            line.languages = languages
            line.forget(position)
    return row if found.cells == row.cells else found


def _goes_on(listed: Sequence[Fragment], free: Sequence[Fragment]) -> bool:
    """Whether a cell read in free words begins as the list does, has more, and makes sense."""
    before, after = _joined(listed), _joined(free)
    sense = sum(fragment.sense for fragment in free) / max(len(free), 1)
    return len(after) > len(before) and free[0].text == listed[0].text and sense > FREE_SENSE


def _search_row(
    row: TangledRow, lines: Sequence[_Line], layout: Layout
) -> tuple[float, TangledRow]:
    """The best reading of a row's lines as this one row, and its score."""
    number = int(re.sub(r"\D", "", row.cells[0][0].text) or 1)
    start = _Hypothesis(0.0, (), -1, -1, number - 1, False, False, 0, None, None)
    beam = [start]
    for index in range(row.first_line, row.last_line + 1):
        line = lines[index]
        ways = _Ways()
        if index == row.first_line:
            _begin_row(ways, start, 0.0, index, line, _openings(line, layout, index))
        else:
            for before in beam:
                _continue_row(ways, before, index, line, layout)
        beam = _followed(ways, line, ROW_LOOK)
    end = row.last_line + 1
    score, winner = max(
        ((h.score + _close_cost(h, end, layout, lines[end - 1].languages), h) for h in beam),
        key=_score,
    )
    return score, _trace(winner, lines, layout)[0]


def reading_scores(
    lines: Sequence[str],
    layouts: Sequence[Sequence[Kind]],
    reader: DocumentReader,
    page_starts: frozenset[int] = frozenset(),
    loose: frozenset[int] = frozenset(),
    effort: Effort | None = None,
    alignments: Sequence[Alignment] = _ALIGNMENTS,
) -> tuple[float, ...]:
    """How well the lines read when parted into the columns of each layout (nats, more is better).

    One quick reading each, as tables begin to be read; for tables whose header cannot be read.
    """
    prepared = [_Line(line, reader, index in loose) for index, line in enumerate(lines)]
    general = reader.language("text")
    scores = []
    for kinds in layouts:
        languages = (general, *(reader.language(kind) for kind in kinds[1:]))
        _speak(prepared, languages, (BAR_AT_SPLIT, BAR_INSIDE))
        layout = Layout(tuple(kinds), (0.0,) * len(kinds), "middle", page_starts)
        scores.append(
            max(
                _search(prepared, replace(layout, alignment=alignment), effort or FIRST_LOOK)[0]
                for alignment in alignments
            )
        )
    return tuple(scores)


def _lost_number_cost(rows: Sequence[TangledRow]) -> float:
    """What a row without its number costs, in a table that lost so many of them."""
    read = [row.cells[0][0].margin > 0 for row in rows if not row.group]
    share = (read.count(False) + 1) / (len(read) + 2)
    return min(max(NO_NUMBER, LOST_WEIGHT * math.log(share)), NUMBER_LOST)


def _row_spans(
    rows: Sequence[TangledRow], lines: int, layout: Layout
) -> tuple[tuple[int, int] | None, ...]:
    """The row of each line, where its number was read, stands in its place and vouches for it."""
    spans: list[tuple[int, int] | None] = [None] * lines
    for row in rows:
        number = row.cells[0][0]
        whole = not any(row.first_line < p <= row.last_line for p in layout.page_starts)
        if row.group or not whole or not number.margin:
            continue
        if _off(number.line, number.line, row.first_line, row.last_line, layout) <= NUMBER_OFF:
            for line in range(row.first_line, row.last_line + 1):
                spans[line] = (row.first_line, row.last_line)
    return tuple(spans)


def _speak(
    lines: Sequence[_Line], languages: tuple[Language, ...], bars: tuple[float, float]
) -> None:
    for line in lines:
        line.speak(languages, bars)


def learn_bars(lines: Sequence[_Line], rows: Sequence[TangledRow]) -> tuple[float, float]:
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


def learn_widths(rows: Sequence[TangledRow], columns: int) -> tuple[float, ...]:
    """Width of each column in characters: what its full lines hold (0: too few lines)."""
    widths = []
    for column in range(columns):
        lengths = sorted(
            len(fragment.text) for row in rows if not row.group for fragment in row.cells[column]
        )
        full = lengths[int(FULL_LINES * (len(lengths) - 1))] if len(lengths) >= 4 else 0
        widths.append(float(full))
    return tuple(widths)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles: a third of the time would go into it, and there are none.

    What is left is frozen, or the first search afterwards would walk through all of it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


@_uncollected()
def _search(
    lines: Sequence[_Line], layout: Layout, effort: Effort
) -> tuple[float, tuple[TangledRow, ...]]:
    beam = [_Hypothesis(0.0, (), -1, -1, 0, False, True, 0, None, None)]
    for index, line in enumerate(lines):
        beam = _followed(_grow(beam, index, line, layout), line, effort)
    score, winner = max(
        ((h.score + _close_cost(h, len(lines), layout, lines[-1].languages), h) for h in beam),
        key=lambda item: item[0],
    )
    return score, _trace(winner, lines, layout)


class _Ways:
    """Ways to read the lines so far, of those with one outlook the best; none is far behind."""

    def __init__(self) -> None:
        self.best = -math.inf
        self.by_outlook: dict[tuple[object, ...], _Hypothesis] = {}

    def add(self, way: _Hypothesis) -> None:
        key = (_outlook(way.columns), *way[2:8])
        known = self.by_outlook.get(key)
        if known is None or way.score > known.score:
            self.by_outlook[key] = way
            self.best = max(self.best, way.score)

    def lags(self, score: float) -> bool:
        """Whether a way that scores no more will not be followed."""
        return score < self.best - WITHIN


def _followed(ways: _Ways, line: _Line, effort: Effort) -> list[_Hypothesis]:
    """The ways to read up to this line that are followed."""
    line.gains.clear()
    line.splits.clear()
    return _prune(ways.by_outlook.values(), effort)


def _outlook(columns: tuple[_Column, ...]) -> tuple[object, ...]:
    """What of the open cells matters for the lines to come."""
    return tuple(
        (c.context, c.lines > 0, c.gap, c.width // 8, c.closed, c.first, c.last, c.step)
        for c in columns
    )


def _prune(hypotheses: Iterable[_Hypothesis], effort: Effort) -> list[_Hypothesis]:
    """The best hypotheses, few of them with the same rows, so that other rows stay in play.

    A row just begun has paid for the end of the one before: first the best few with each rows.
    """
    foremost: list[_Hypothesis] = []
    others: list[_Hypothesis] = []
    alike: Counter[tuple[int, int, int, bool]] = Counter()
    ranked = sorted(hypotheses, key=_score, reverse=True)
    least = ranked[0].score - WITHIN
    for hypothesis in ranked:
        rows = (
            hypothesis.row_line,
            hypothesis.number_line,
            hypothesis.number,
            hypothesis.group,
        )
        if hypothesis.score < least:
            break
        alike[rows] += 1
        if alike[rows] <= FOREMOST:
            foremost.append(hypothesis)
        elif alike[rows] <= effort.alike:
            others.append(hypothesis)
    return [*foremost, *others][: effort.beam]


def _grow(beam: Sequence[_Hypothesis], index: int, line: _Line, layout: Layout) -> _Ways:
    """The ways to read the next line after each hypothesis of the beam."""
    ways = _Ways()
    openings = _openings(line, layout, index)
    for hypothesis in beam:
        closed = hypothesis.score
        if hypothesis.row_line >= 0:
            closed += _close_cost(hypothesis, index, layout, line.languages)
            if hypothesis.group:
                _continue_group(ways, hypothesis, index, line)
            else:
                _continue_row(ways, hypothesis, index, line, layout)
        _begin_row(ways, hypothesis, closed, index, line, openings)
        if line.code is not None and line.code[1] < len(line.tokens):
            ways.add(_begin_group(hypothesis._replace(score=closed), index, line, *line.code[1:]))
    return ways


def _begin_group(
    before: _Hypothesis, index: int, line: _Line, used: int, cost: float
) -> _Hypothesis:
    count = len(line.tokens)
    piece = line.pieces(0, (), used)[-1]
    return before._replace(
        score=before.score + GROUP_ROW + cost + piece.score,
        columns=(_Column(piece.context, 1, 0, line.width(used, count), False),),
        row_line=index,
        number_line=-1,
        group=True,
        other=0,
        parent=before,
        step=_Step(index, True, True, None, (used, count), CERTAIN),
    )


def _continue_group(ways: _Ways, before: _Hypothesis, index: int, line: _Line) -> None:
    """A group title may take more lines; they go on in lower case."""
    title = before.columns[0]
    words = [t for t in line.tokens if sum(ch.isalpha() for ch in t.text) > 1]
    if not words or not words[0].text[:1].islower() or title.lines >= 4:
        return
    count = len(line.tokens)
    piece = line.pieces(0, title.context, 0)[-1]
    way = before._replace(
        score=before.score + piece.score + GROUP_LINE,
        columns=(_Column(piece.context, title.lines + 1, 0, line.width(0, count), False),),
        parent=before,
        step=_Step(index, False, True, None, (0, count), CERTAIN),
    )
    ways.add(way)


class _Opening(NamedTuple):
    """A way to split the first line of a row, whatever stood before it."""

    score: float
    out_of_place: float  # see _advance
    cuts: tuple[int, ...]
    margin: float
    columns: tuple[_Column, ...]


def _openings(line: _Line, layout: Layout, index: int) -> dict[int, list[_Opening]]:
    """The best of these ways, by the first token after the number."""
    fresh = (_FRESH,) * (len(layout.kinds) - 1)
    found: dict[int, list[_Opening]] = {}
    for begin, splits in _splits(line, layout, fresh, index).items():
        found[begin] = []
        for (score, cuts), margin in _ranked(splits):
            columns, out_of_place = _advance(fresh, line, cuts, index)
            found[begin].append(_Opening(score, out_of_place, cuts, margin, columns))
    return found


def _begin_row(
    ways: _Ways,
    before: _Hypothesis,
    closed: float,
    index: int,
    line: _Line,
    openings: dict[int, list[_Opening]],
) -> None:
    """Rows that begin at the line, where the one ``before`` ends with the score ``closed``."""
    number, other = before.number + 1, 0
    if before.group:
        number, other = (1, number) if before.restarts else (number, 1)
    options: list[tuple[int, int | None, float]] = [(0, None, 0.0)]
    if len(line.tokens) > 1:
        read = number_cost(line.tokens[0].text, (number, other))
        if read is not None:
            options.append((1, *read))
    for begin, seen, cost in options:
        for score, out_of_place, cuts, margin, columns in openings.get(begin, ()):
            if ways.lags(closed + cost + score):
                break
            way = _Hypothesis(
                score=closed + cost + score + out_of_place,
                columns=columns,
                row_line=index,
                number_line=-1 if seen is None else index,
                number=number if seen is None else seen,
                group=False,
                restarts=before.restarts if seen is None or other == 0 else seen == 1,
                other=other if seen is None else 0,
                parent=before,
                step=_Step(index, True, False, seen, cuts, margin),
            )
            ways.add(way)


def _continue_row(
    ways: _Ways, before: _Hypothesis, index: int, line: _Line, layout: Layout
) -> None:
    splits = _splits(line, layout, before.columns, index)
    options: list[tuple[int, int | None, float]] = [(0, None, 0.0)]
    if before.number_line < 0 and line.tokens:
        first = line.tokens[0].text
        read = number_cost(first, (before.number, before.other))
        if read is not None:
            options.append((1, *read))
        elif _is_blot(first):
            options.append((1, None, NUMBER_BLOT))
    for begin, seen, cost in options:
        for split, margin in _ranked(splits.get(begin, [])):
            score = before.score + cost + split[0]
            if ways.lags(score):
                break
            columns, out_of_place = _advance(before.columns, line, split[1], index)
            way = _Hypothesis(
                score=score + out_of_place,
                columns=columns,
                row_line=before.row_line,
                number_line=before.number_line if seen is None else index,
                number=before.number if seen is None else seen,
                group=before.group,
                restarts=before.restarts if seen is None or before.other == 0 else seen == 1,
                other=before.other if seen is None else 0,
                parent=before,
                step=_Step(index, False, False, seen, split[1], margin),
            )
            ways.add(way)


def _ranked(splits: list[_Split]) -> list[tuple[_Split, float]]:
    """The best splits, each with the margin of the best over the next that differs."""
    if not splits:
        return []
    margin = splits[0][0] - splits[1][0] if len(splits) > 1 else CERTAIN
    return [(split, margin if rank == 0 else 0.0) for rank, split in enumerate(splits)]


def _splits(
    line: _Line, layout: Layout, columns: tuple[_Column, ...], index: int
) -> dict[int, list[_Split]]:
    """Best splits of the line over the text columns, by the first token after the number."""
    key = tuple(column[:_STEP] for column in columns)
    known = line.splits.get(key)
    if known is None:
        count = len(line.tokens)
        gains = [
            _gains(line, position, column, layout, index) for position, column in enumerate(columns)
        ]
        words = line.words if line.words[-1] < count else ()
        known = line.splits[key] = {
            begin: best_splits(begin, count, gains, words)
            for begin in ((0, 1) if line.numbered else (0,))
        }
    return known


def best_splits(
    begin: int, count: int, gains: Sequence[list[list[float]]], words: Sequence[int] = ()
) -> list[_Split]:
    """Best splits of tokens ``begin:count``; ``gains[column][first][end - first]``.

    Of splits that differ only in where stray ink stands the best one is kept; ``words`` are the
    tokens before each that are no such ink, none where a line is free of it.
    """
    # ahead[p]: the most that the columns to come can gain from token p on; a way that is far
    # behind even so is not followed
    ahead = [
        row[-1] if len(row) == count - first + 1 else -math.inf
        for first, row in enumerate(gains[-1])
    ]
    bounds = [ahead]
    for column in gains[-2::-1]:
        ahead = [max(map(operator.add, row, ahead[first:])) for first, row in enumerate(column)]
        bounds.append(ahead)
    bounds.reverse()
    least = bounds[0][begin] - BEHIND
    if least == -math.inf:
        return []
    # at[p]: best splits so far whose next unread token is p
    at: dict[int, list[_Split]] = {begin: [(0.0, (begin,))]}
    for column, ahead in zip(gains[:-1], bounds[1:], strict=True):
        reached: dict[int, list[_Split]] = {}
        for first, partial in at.items():
            most = least - partial[0][0]
            for end, gain in enumerate(column[first], first):
                if gain + ahead[end] >= most:
                    bucket = reached.setdefault(end, [])
                    enough = least - gain - ahead[end]
                    for score, cuts in partial:
                        if score < enough:
                            break
                        bucket.append((score + gain, (*cuts, end)))
        at = {end: _differing(bucket, words) for end, bucket in reached.items()}
    finished = [
        (score + gains[-1][first][-1], (*cuts, count))
        for first, partial in at.items()
        for score, cuts in partial
    ]
    return _differing(finished, words)


def _differing(splits: list[_Split], words: Sequence[int]) -> list[_Split]:
    """The best of the splits that part the words differently."""
    splits.sort(key=_score, reverse=True)
    if len(splits) < 2 or not words:
        return splits[:SPLITS]
    kept: dict[tuple[int, ...], _Split] = {}
    for split in splits:
        parting = tuple([words[cut] for cut in split[1]])
        if parting not in kept:
            kept[parting] = split
            if len(kept) == SPLITS:
                break
    return list(kept.values())


def _place_costs(column: _Column, index: int, layout: Layout) -> tuple[float, float]:
    """Cost of an empty fragment and of one that is not, by where the cell should stand.

    Where an earlier reading tells the rows, a cell is expected as far from its row's last line as
    from the first (or at the first, as the table is aligned).
    """
    span = layout.spans[index] if layout.spans else None
    if span is None:
        return 0.0, 0.0
    row_first, row_last = span
    if layout.alignment == "top":
        return 0.0, PLACE * (index - row_first) if column.lines == 0 else 0.0
    if column.lines == 0:
        below = index - (row_first + row_last) / 2 - OFF_FREE
        return 0.0, PLACE * below if below > 0 else 0.0
    ends = row_first + row_last - column.first
    if index <= ends:
        return PLACE / 2 if index <= ends - 1 else 0.0, 0.0
    return 0.0, PLACE * min(index - ends, 3)


def _gains(
    line: _Line, position: int, column: _Column, layout: Layout, index: int
) -> list[list[float]]:
    """Score of giving tokens ``first:end`` to the column, as ``[first][end - first]``."""
    key = (position, column[:_STEP])
    known = line.gains.get(key)
    if known is not None:
        return known
    kind, limit = layout.kinds[position + 1], layout.widths[position + 1]
    count = len(line.tokens)
    widest = (1 + SLACK_FREE) * limit + 1 if limit else 0.0
    absent, present = _place_costs(column, index, layout)
    resume = RESUME_NEXT if layout.alignment == "middle" else RESUME_TOP
    if kind == "mark" and column.lines:
        present += MARKS_AGAIN if index > column.last + 1 else MARKS_PARTED
    gains: list[list[float]] = []
    # the first column begins where the row number ends
    for first in range(count if position else min(count, 2)):
        row = [absent]
        # it column may take the whole line, so that every line has a split
        most = WIDEST * widest if widest and position else math.inf
        pieces = line.pieces(position + 1, column.context, first, most)
        begin, begun = 0.0, -1
        for piece in pieces:
            if piece.first < 0:
                row.append(piece.score + absent)
                continue
            if piece.first != begun:
                begun = piece.first
                begin = _begin_cost(line, begun, column, kind, limit, resume) + present
            over = line.width(begun, piece.last + 1) - widest if limit else 0.0
            row.append(piece.score + begin + (OVERWIDE * over if over > 0 else 0.0))
        gains.append(row)
    gains.append([absent])
    line.gains[key] = gains
    return gains


def _begin_cost(
    line: _Line, first: int, column: _Column, kind: Kind, limit: float, resume: float
) -> float:
    """What the look of a fragment's first token says, apart from its words."""
    token = line.tokens[first]
    cost = line.bar_at_split if line.bars[first] else 0.0
    initial = token.text.lstrip("“\"'‘(-*+")[:1]
    if column.lines == 0:
        return cost + (LOWER_START if initial.islower() and kind != "mark" else 0.0)
    if column.gap and not line.loose:
        cost += resume if column.gap == 1 else RESUME_LATER
    if kind == "text" and initial.isupper() and not column.closed:
        cost += UPPER_INSIDE
    if column.closed:
        cost += LOWER_AFTER_END if initial.islower() else UPPER_AFTER_END
    if limit:
        # a cell fills its line before it wraps: the next word would have fitted
        slack = limit - column.width - 1 - len(token.text) - SLACK_FREE * limit
        cost += max(SLACK * slack, SLACK_MOST) if slack > 0 else 0.0
    return cost


def _advance(
    columns: tuple[_Column, ...], line: _Line, cuts: tuple[int, ...], index: int
) -> tuple[tuple[_Column, ...], float]:
    """Column states after the line, and what it costs that ink and cells are out of place."""
    after: list[_Column] = []
    cost = 0.0
    reach = cuts[0]  # first token after the last fragment
    room = True  # a cell without a fragment here may have left ink since
    step = 0
    for position, column in enumerate(columns, 1):
        first, end = cuts[position - 1], cuts[position]
        piece = (
            line.pieces(position, column.context, first)[end - first - 1] if end > first else None
        )
        if piece is None or piece.first < 0:
            # a line of two or three marks is what OCR makes of ink between two printed lines
            passed = column.lines > 0 and len(line.tokens) > 3
            longer = passed and column.gap < 2
            after.append(column._replace(gap=column.gap + 1) if longer else column)
            if column.lines == 0 or column.gap == 0:
                room = True
                if position == 1 and column.lines and not column.closed:
                    step = 2
            continue
        if not room and line.ink[piece.first] > line.ink[reach]:
            cost += STRAY_INK
        reach = piece.last + 1
        room = False
        here = step
        if position == 1:
            here, step = 0, 1
        elif column.step and here and column.step != here:
            cost += OUT_OF_STEP
        ended = line.tokens[piece.last].text.endswith(_SENTENCE_END)
        after.append(
            _Column(
                piece.context,
                column.lines + 1,
                0,
                column.width
                if line.shredded and column.lines
                else line.width(piece.first, piece.last + 1),
                ended,
                column.first if column.lines else index,
                index,
                here or column.step,
            )
        )
    return tuple(after), cost


def _close_cost(
    hypothesis: _Hypothesis, end: int, layout: Layout, languages: tuple[Language, ...]
) -> float:
    """Cost of ending the open row before line ``end``."""
    if hypothesis.group:
        return 0.0
    cost = 0.0
    for position, (kind, column) in enumerate(
        zip(layout.kinds[1:], hypothesis.columns, strict=True)
    ):
        if column.lines == 0:
            cost += EMPTY_TEXT if position == 0 else _EMPTY.get(kind, EMPTY_CELL)
        elif kind != "text":
            cost += LIST_END * languages[position + 1](column.context)["</s>"]
        elif not column.closed:
            cost += CELL_END * languages[position + 1](column.context)["</s>"]
    if not any(hypothesis.row_line < start < end for start in layout.page_starts):
        for column in hypothesis.columns:
            if column.lines:
                off = _off(column.first, column.last, hypothesis.row_line, end - 1, layout)
                cost += CELL_OFF * min(off, 5)
    return cost + _number_cost(hypothesis, end, layout)


def _off(first: int, last: int, row_first: int, row_last: int, layout: Layout) -> float:
    """How many lines a cell stands off where the table's alignment puts it in its row."""
    if layout.alignment == "top":
        return float(first - row_first)
    return max(abs(first + last - row_first - row_last) / 2 - OFF_FREE, 0.0)


def _number_cost(hypothesis: _Hypothesis, end: int, layout: Layout) -> float:
    """A row's number stands at its first line or in its middle, as the table is aligned."""
    if hypothesis.number_line < 0:
        return layout.no_number
    first, last = hypothesis.row_line, end - 1
    breaks = [p for p in layout.page_starts if first < p <= last]
    off = _off(hypothesis.number_line, hypothesis.number_line, first, last, layout)
    return (OFF_CENTRE_BROKEN if breaks else OFF_CENTRE) * min(off, 6)


def _trace(winner: _Hypothesis, lines: Sequence[_Line], layout: Layout) -> tuple[TangledRow, ...]:
    path: list[_Hypothesis] = []
    node: _Hypothesis | None = winner
    while node is not None and node.step is not None:
        path.append(node)
        node = node.parent
    rows: list[TangledRow] = []
    open_: list[_Hypothesis] = []
    for node in reversed(path):
        assert node.step is not None
        if node.step.new and open_:
            rows.append(_row(open_, lines, layout))
            open_ = []
        open_.append(node)
    if open_:
        rows.append(_row(open_, lines, layout))
    return tuple(rows)


def _printed_number(node: _Hypothesis, lines: Sequence[_Line]) -> str:
    """The row's number as printed ("1.", "09") where it was read whole, else in digits."""
    if node.number_line >= 0:
        printed = lines[node.number_line].tokens[0].text
        if _PRINTED_NUMBER.fullmatch(printed) and int(printed.strip(".)")) == node.number:
            return printed
    return str(node.number)


def _number_read(node: _Hypothesis, lines: Sequence[_Line]) -> bool:
    return read_row_number(lines[node.number_line].tokens[0].text) == node.number


def _row(path: Sequence[_Hypothesis], lines: Sequence[_Line], layout: Layout) -> TangledRow:
    """One row from the hypotheses that read its lines."""
    last = path[-1]
    steps = [node.step for node in path if node.step is not None]
    kinds = ("text",) if last.group else layout.kinds[1:]
    before: tuple[_Column, ...] = (_FRESH,) * len(kinds)
    cells: list[list[Fragment]] = [[] for _ in range(len(kinds) + 1)]
    for node, step in zip(path, steps, strict=True):
        line = lines[step.line]
        if last.group and step.new:
            assert line.code is not None
            cells[0].append(Fragment(line.code[0], step.line, step.margin))
        for column, (first, end) in enumerate(itertools.pairwise(step.cuts)):
            if end > first:
                language = 0 if last.group else column + 1
                piece = line.pieces(language, before[column].context, first)[end - first - 1]
                kept = [
                    line.tokens[i].text
                    for i in range(first, end)
                    if not piece.is_noise(i)
                    or line.noise[i] < NOISE_DROPPED
                    or (line.noise[i] == NOISE_SHRED and kinds[column] == "text" and i < piece.last)
                ]
                if kept:
                    cells[column + 1].append(
                        Fragment(
                            " ".join(kept),
                            step.line,
                            step.margin,
                            max(piece.first, first),
                            piece.score / (end - first),
                            piece.context,
                        )
                    )
        before = node.columns
    if not last.group:
        at = last.number_line if last.number_line >= 0 else last.row_line
        margin = CERTAIN if last.number_line >= 0 else 0.0
        cells[0].append(Fragment(_printed_number(last, lines), at, margin))
    return TangledRow(
        tuple(tuple(cell) for cell in cells),
        steps[0].line,
        steps[-1].line,
        last.group,
        last.group or (last.number_line >= 0 and _number_read(last, lines)),
    )
