"""Ink of a damaged cell that was never printed.

Where the cells of a row stand at different heights, the line finder of an OCR program sees lines
between the printed ones and reads the lower half of one and the upper half of the next ("ay CGYng,
cap hie" below "Xay dyung, cip nhat danh muc"); beside a line it reads shreds of the rule or of the
next cell ("vao chuong trinh X gA 816" before "dao tao"). Such ink is like no word, or unlikely
after the words before it, and what stands before and after it reads on as if it were not there. A
printed line fills its column and no more: it has no room for another word of the next line, so
shreds make a line too long, and a line that is right as it stands has none.

The weights are those of logistic regressions on cells of dumps that were printed and read back,
where the truth is known (``python -m training.dumps``); lines as a whole and their ends have their
own. They are log odds that the cell comes nearer to the truth without the ink.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from unidecode import unidecode

from normalizers.following import Context, Following

MOST_WORDS = 7  # of a ghost line
MOST_AT_END = 4  # words of a ghost at a line's end
BEFORE, AFTER = 3, 3  # words that tell how the others join
FITS = 0.05  # of the column's width: by so much may a printed line seem too long or too short
OVERLONG = 0.08  # and a longer one holds a shred even if it reads as words
WORSE = 0.03  # by so much does a line that fits fit worse without its last word
UNSEEN = -12.0  # log P(ink | word) of a word that is none of the ink's candidates
WELL_READ = -3.0  # the same where the ink shows the word
STRANGE = 5.0  # nats a word: printed words are rarely as unlikely after the words before them
DOUBT = 4.6  # nats: how strange the ink is and how well the others join without it, together
SHORT = 0.6  # of the column: lines whose words, however like words, may be left out
ENOUGH_LINES = 4  # that tell a column's width

_END = "</s>"
_ITEM_ENDS = (";", ".", ":")
_ENDS = (*_ITEM_ENDS, ",")
_MARKS = ".,;:()-"
_SPACE = 0.25
_WIDTHS = {
    letter: size
    for letters, size in (
        ("iljt/;:", 0.28), ("I-()fr", 0.33), ("s", 0.39), ("acez", 0.44), (" .,", _SPACE),
        ("FPS", 0.56), ("ELTZ", 0.61), ("BCR", 0.67), ("ADGHKNOQUVXYw", 0.72), ("m", 0.78),
        ("%", 0.83), ("M", 0.89), ("W", 0.94),
    )
    for letter in letters
}  # fmt: skip
"""Widths of letters of the usual serif face, in ems; others are half an em wide."""


class Misreading(Protocol):
    """A word that may stand behind ink, and log P(ink | word)."""

    @property
    def word(self) -> str: ...
    @property
    def log_channel(self) -> float: ...


class Judge(Protocol):
    """Knows the language and how OCR reads it (nats)."""

    def follows(self, context: Context) -> Following: ...
    def candidates(self, token: str) -> Sequence[Misreading]: ...
    def knows(self, chunk: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Run:
    """Words ``first:end`` of a line that may be a ghost, with what tells it (means a word)."""

    first: int
    end: int
    strange: float  # - log P(words | the words before)
    unlike: float  # - log P(ink | words)
    unknown: float  # share of words that the language does not have
    single: float  # share of lone letters
    letters: float
    joined: float  # nats by which the next words follow better without the run
    capital: bool  # the next word is written with one
    well_read: bool  # every word is a number or one that the ink shows


def column_width(cells: Sequence[Sequence[Sequence[str]]]) -> float | None:
    """How wide a column is (ems), from the words of its cells' lines; None if too few tell.

    It is the width at which the fewest lines are too long, or leave room for the next line's word.
    """
    seen = [
        (width(line), width([*line, *below[:1]]))
        for lines in cells
        for line, below in itertools.pairwise(lines)
    ]
    if len(seen) < ENOUGH_LINES:
        return None

    def misfit(size: float) -> float:
        return sum(
            min(max(line - size, 0.0), 2.0) + min(max(size - more, 0.0), 2.0) for line, more in seen
        )

    return min(sorted({round(line, 1) for line, _ in seen}), key=misfit)


def width(words: Sequence[str]) -> float:
    """How wide words are printed on one line (ems)."""
    return sum(_WIDTHS.get(letter, 0.5) for letter in unidecode(" ".join(words)))


def ghosts(
    inks: Sequence[Sequence[str]],
    words: Sequence[Sequence[str]],
    judge: Judge,
    column: float | None,
) -> tuple[tuple[int, int, int], ...]:
    """Ghosts of a cell, as (line, first word, end): whole lines, and what begins or ends one.

    ``inks`` are the damaged words of each of the cell's lines and ``words`` as many repaired ones
    ("" where one was dropped as noise). The last line is never a ghost as a whole. ``column`` is
    the width of the column (ems); without it only whole lines and lone letters are found.
    """
    gone = [list(line) for line in words]  # what is left of the lines
    found: list[tuple[int, int, int]] = []
    size = column or max(map(width, inks), default=1.0)
    for index in range(len(words) - 1):
        line = words[index]
        others = gone[:index] + gone[index + 1 :]
        if not any(line) or len(line) > MOST_WORDS or not any(map(any, others)):
            continue
        run = _run(inks, gone, index, 0, len(line), judge)
        share = width(inks[index]) / size
        likely = not (run.well_read or _is_item(words[max(index - 1, 0)], line))
        likely = likely and _line_odds(run, index, share, line) > 0
        if likely or _reads_on(run, share, words[max(index - 1, 0)], line):
            found.append((index, 0, len(line)))
            gone[index] = [""] * len(line)
    for index, line in enumerate(inks):
        best = _best_end(inks, gone, index, judge, column) if column else None
        if best is None and len(line) > 1:
            best = next(_lone_letters(inks, gone, index, judge), None)
        if best is not None:
            found.append((index, *best))
            gone[index][slice(*best)] = [""] * (best[1] - best[0])
    return tuple(sorted(found))


def _line_odds(run: _Run, index: int, share: float, words: Sequence[str]) -> float:
    """Log odds that a line is a ghost; ``share`` is how much of the column it fills."""
    ends = _last(words).endswith(_ENDS)
    return (
        0.46
        - 1.8 * min(share, 1.0)
        + 0.31 * run.unlike
        + 0.29 * run.strange
        - 1.0 * run.letters
        + 0.93 * run.unknown
        + 0.15 * run.joined
        + 0.85 * run.capital
        - 1.1 * (not index)
        - 0.47 * ends
    )


def _is_item(above: Sequence[str], line: Sequence[str]) -> bool:
    """Whether a line is an item of a list, which may be short."""
    return all(_last(words).endswith(_ITEM_ENDS) for words in (above, line))


def _reads_on(run: _Run, share: float, above: Sequence[str], line: Sequence[str]) -> bool:
    """Whether a short line between two others, of whatever words, is strange where it stands and
    they join without it; neither it nor the line above ends an item of a list, which may be short.
    """
    if above is line or share > SHORT or run.strange <= STRANGE:
        return False
    return run.joined + run.strange * run.end >= DOUBT and not any(
        _last(words).endswith(_ITEM_ENDS) for words in (above, line)
    )


def _last(words: Sequence[str]) -> str:
    return next((word for word in reversed(words) if word), "")


def _best_end(
    inks: Sequence[Sequence[str]],
    lines: Sequence[Sequence[str]],
    index: int,
    judge: Judge,
    column: float,
) -> tuple[int, int] | None:
    """The likeliest ghost that begins or ends a line, if one is likelier than none."""
    ink, line = inks[index], lines[index]
    if not any(line):
        return None
    shown = [
        [word if word and judge.knows(word) else seen for seen, word in zip(*both, strict=True)]
        for both in zip(inks, lines, strict=True)
    ]
    below = next((shown[at] for at in range(index + 1, len(lines)) if any(lines[at])), None)
    best, most = None, 0.0
    for count in range(1, min(MOST_AT_END, len(line) - 1) + 1):
        for first, end in ((len(line) - count, len(line)), (0, count)):
            if not any(line[first:end]) or not any(line[:first]) + any(line[end:]):
                continue
            mine = shown[index]
            whole = [*mine[:first], *ink[first:end], *mine[end:]]
            too_long = width(whole) / column - 1
            misfit = max(too_long, 0.0) + _room(mine, below, column)
            rest = [*mine[:first], *mine[end:]]
            after = max(width(rest) / column - 1, 0.0) + _room(rest, below, column)
            if misfit < FITS and (after > misfit + WORSE or not first):
                continue
            run = _run(inks, lines, index, first, end, judge)
            if run.well_read and too_long < OVERLONG:
                continue
            if not index and not first and _begins_cell(line[first:end]):
                continue
            odds = (
                (-0.42 if first else -0.06)
                + 0.32 * run.strange
                + 0.21 * run.unlike
                + 1.9 * run.unknown
                + 1.1 * run.single
                - 1.0 * run.letters
                + 0.16 * run.joined
                + 1.7 * run.capital
                + 8.0 * min(misfit, 0.4)
                - 6.2 * min(after, 0.4)
                - 1.6 * (not index)
                - 1.5 * (index == len(lines) - 1)
            )
            if odds > most:
                best, most = (first, end), odds
    return best


def _begins_cell(words: Sequence[str]) -> bool:
    return next(word for word in words if word)[:1].isupper()


def _room(line: Sequence[str], below: Sequence[str] | None, column: float) -> float:
    """Share of the column that stayed free though the next line's first word had found room."""
    return max(1 - width([*line, *below[:1]]) / column, 0.0) if below else 0.0


def _lone_letters(
    inks: Sequence[Sequence[str]], lines: Sequence[Sequence[str]], index: int, judge: Judge
) -> Iterator[tuple[int, int]]:
    """Lone letters and digits that begin or end a line and stand for nothing."""
    ink, line = inks[index], lines[index]
    for place in (len(line) - 1, 0):
        if len(ink[place]) == 1 and ink[place].isalnum() and line[place]:
            before, after = _around(lines, index, place, place + 1)
            own = _score([line[place]], before, judge)
            joined = _joined(before, [line[place]], after[:2], judge)
            if own < -STRANGE and joined - own >= DOUBT:
                yield place, place + 1


def _run(
    inks: Sequence[Sequence[str]],
    lines: Sequence[Sequence[str]],
    index: int,
    first: int,
    end: int,
    judge: Judge,
) -> _Run:
    pairs = [
        (ink, word)
        for ink, word in zip(inks[index][first:end], lines[index][first:end], strict=True)
        if word
    ]
    words = [word for _, word in pairs]
    logs = [max(_log_channel(ink, word, judge), -15.0) for ink, word in pairs]
    known = [judge.knows(word) for word in words]
    before, after = _around(lines, index, first, end)
    sizes = [sum(map(str.isalnum, ink)) for ink in inks[index][first:end]]
    count = end - first
    return _Run(
        first,
        end,
        min(-_score(words, before, judge) / count, 15.0),
        -sum(logs) / count,
        (len(known) - sum(known)) / count,
        sum(size <= 1 for size in sizes) / count,
        sum(sizes) / count,
        max(-12.0, min(12.0, _joined(before, words, after, judge))),
        after[0][:1].isupper(),
        all(
            _is_figure(ink, word) or (is_known and log > WELL_READ and _is_word(ink, word))
            for (ink, word), log, is_known in zip(pairs, logs, known, strict=True)
        ),
    )


def _log_channel(ink: str, word: str, judge: Judge) -> float:
    """log P(ink | word)."""
    same = word.lower()
    logs = (one.log_channel for one in judge.candidates(ink) if one.word.lower() == same)
    return next(logs, UNSEEN)


def _is_figure(ink: str, word: str) -> bool:
    return word.strip(_MARKS).isdigit() or not any(map(str.isalnum, ink))


def _is_word(ink: str, word: str) -> bool:
    """Whether ink may be a printed word: no lone letter, no few capitals, no consonants alone."""
    bare = ink.strip(_MARKS)
    shred = len(bare) < 2 or (ink.isupper() and len(ink) < 4)
    return not shred and any(letter in "aeiouy" for letter in unidecode(word).lower())


def _around(
    lines: Sequence[Sequence[str]], index: int, first: int, end: int
) -> tuple[list[str], list[str]]:
    """The last words before a run and the first ones after it, the cell's end included."""
    above = [word for line in lines[:index] for word in line if word]
    below = [word for line in lines[index + 1 :] for word in line if word]
    before = [*above, *filter(None, lines[index][:first])][-BEFORE:]
    return before, [*filter(None, lines[index][end:]), *below, _END][:AFTER]


def _joined(
    before: Sequence[str], words: Sequence[str], after: Sequence[str], judge: Judge
) -> float:
    """Nats by which ``after`` follows ``before`` better without the ``words`` between them."""
    return _score(after, before, judge) - _score(after, [*before, *words], judge)


def _score(words: Sequence[str], before: Sequence[str], judge: Judge) -> float:
    context = list(before)
    total = 0.0
    for word in words:
        total += judge.follows(tuple(context[-BEFORE:]))[word]
        context.append(word)
    return total
