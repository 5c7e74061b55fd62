"""One printed line of a run-together table: its tokens, and how well each piece of it reads in each
column after what stands in the open cell.

Costs are in nats, set on tables printed from corpus text (``python -m training.dumps``), never on
the documents of raw/.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractors.tangled import Context, DocumentReader, Language

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
MOST_SKIPPED = 2
NUMBER_LENGTH = 3  # signs of a number, with its point
NUMBER_SEEN = 3.0
NUMBER_MISREAD = 1.0
DIGIT_MISREAD = -2.0
NUMBER_UNEXPECTED = -7.0
NUMBER_SKIPPED = -4.0  # one or two rows before it were lost
REMEMBERED = 2  # tokens of a fragment that are read after what stands before it
READINGS = 8
FAR = 8.0  # nats: readings so much less likely than the best are not weighed
_BAR = re.compile(r"[|¦]|^[\[\]](?=\w)|(?<=\w)[\]\[]$")
_CHUNK = re.compile(r"(\s*)(\S+)")
_NUMBER_GLYPHS = str.maketrans("lI|!OoSB][Zi", "111100581121")
_QUANTITY = re.compile(r"\d[\d.,/-]+\d%?[.;]?|\d+%[.;]?")
_NUMBER = re.compile(r"^\d{1,3}$")
UNKNOWN: Context = ("",)  # a context no text has

_score = operator.itemgetter(0)


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


def is_blot(token: str) -> bool:
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


class Piece(NamedTuple):
    score: float
    context: Context
    noise: tuple[int, ...]  # tokens that are no text: ink of rules and of half-cut letters
    first: int  # the first token that takes room, -1 where all are stray marks
    last: int
    rest: Piece | None = None  # from token ``since`` on, its noise counts too
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


Split = tuple[float, tuple[int, ...]]
"""Score and cuts of a line: ``cuts[i]:cuts[i + 1]`` are the tokens of text column i."""


class Line:
    """Fragment scores of one line, computed once for each (kind, context, first token)."""

    def __init__(self, printed: str, reader: DocumentReader, below: str = "") -> None:
        self.languages: tuple[Language, ...] = ()
        self.bar_at_split, self.bar_inside = BAR_AT_SPLIT, BAR_INSIDE
        self.tokens = tokens = split_tokens(printed)
        chunks = printed.split()
        code = reader.section_code(chunks, below)
        self.code: tuple[str, int, float] | None = None  # printed code, its tokens, its cost
        if code is not None:
            text = " ".join(chunks[: code[0]])
            self.code = (text, len(split_tokens(text)), code[1])
        self.readings = [_readings(t.text, reader) for t in tokens]
        self.shredded = _is_shredded(tokens)
        self.noise = _noise_costs(tokens, self.shredded)
        self.bars = _bars(tokens)
        self.numbered = bool(tokens) and (
            read_row_number(tokens[0].text) is not None
            or is_blot(tokens[0].text)
            or (len(tokens) == 1 and len(tokens[0].text) <= NUMBER_LENGTH)
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
        self._pieces: dict[tuple[int, Context, int], list[Piece]] = {}
        # for one search, which fixes the layout
        self.gains: dict[tuple[object, ...], list[list[float]]] = {}
        self.splits: dict[tuple[object, ...], dict[int, list[Split]]] = {}

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
    ) -> list[Piece]:
        """Best reading of ``tokens[first:end]`` after ``context``, for end = first+1 ... n.

        Fragments of more than ``widest`` characters are left out; it is one for each column.
        """
        key = (column, context, first)
        known = self._pieces.get(key)
        if known is None:
            known = self._pieces[key] = self._read(column, context, first, widest)
        return known

    def _read(self, column: int, context: Context, first: int, widest: float) -> list[Piece]:
        # after a few words the text before them matters no more: the rest is read once
        rest = () if context is UNKNOWN else self.pieces(column, UNKNOWN, first, widest)
        language = self.languages[column]
        states: list[_State] = [(0.0, context, (), -1, -1)]
        found: list[Piece] = []
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
            found.append(Piece(*states[0]))
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


def _joined_pieces(head: Piece, rest: Sequence[Piece], since: int) -> Iterator[Piece]:
    """Pieces that begin as ``head`` does and go on, from token ``since``, as ``rest`` does."""
    gain = head.score - rest[REMEMBERED - 1].score
    for piece in rest[REMEMBERED:]:
        beyond = piece.last >= since
        begin = head.first if head.first >= 0 else max(piece.first, since) if beyond else -1
        end = piece.last if beyond else head.last
        yield Piece(piece.score + gain, piece.context, head.noise, begin, end, piece, since)


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
