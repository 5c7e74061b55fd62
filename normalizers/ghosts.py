"""Ink of a damaged cell that was never printed.

Where the cells of a row stand at different heights, the line finder of an OCR program sees lines
between the printed ones and reads the lower half of one and the upper half of the next ("ay CGYng,
cap hie" below "Xay dyung, cip nhat danh muc"); beside a line it reads shreds of the rule or of the
next cell ("... cac muc 5" before "tiéu ..."). Such ink reads badly, and what stands before and
after it reads on as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

SHORT = 0.6  # of the cell's longest line
MOST_WORDS = 7  # of a ghost line
STRANGE = -5.0  # nats a word: printed words are rarely as unlikely after the words before them
DOUBT = 4.6  # nats: how strange the ink is and how well the others join without it, together
BEFORE, AFTER = 3, 2  # words that tell how the others join

LogProbability = Callable[[str, tuple[str, ...]], float]
_END = "</s>"
_ENDS = (";", ".", ":")


def ghosts(
    inks: Sequence[Sequence[str]],
    words: Sequence[Sequence[str]],
    log_probability: LogProbability,
) -> tuple[tuple[int, int, int], ...]:
    """Ghosts of a cell, as (line, first word, end): whole lines, and lone
    letters and digits that begin or end one.

    ``inks`` are the damaged words of each of the cell's lines and ``words`` as many repaired ones
    ("" where one was dropped as noise). The first and the last line are never ghosts as a whole.
    ``log_probability`` is the language's (nats).
    """
    gone = [list(line) for line in words]  # what is left of the lines
    found: list[tuple[int, int, int]] = []
    widths = [len(" ".join(filter(None, line))) for line in words]
    for index in range(1, len(words) - 1):
        line = words[index]
        short = widths[index] <= SHORT * max(widths) and len(line) <= MOST_WORDS
        if short and _may_break(words[index - 1], line) and _joins(gone, index, 0, log_probability):
            found.append((index, 0, len(line)))
            gone[index] = [""] * len(line)
    for index, line in enumerate(inks):
        for place in dict.fromkeys((len(line) - 1, 0)) if len(line) > 1 else ():
            shred = len(line[place]) == 1 and line[place].isalnum()
            if shred and gone[index][place] and _joins(gone, index, place, log_probability, 1):
                found.append((index, place, place + 1))
                gone[index][place] = ""
    return tuple(sorted(found))


def _may_break(above: Sequence[str], line: Sequence[str]) -> bool:
    """Whether neither line ends an item of a list, which may be short."""
    ends = [next((word for word in reversed(words) if word), "") for words in (above, line)]
    return bool(ends[1]) and not any(word.endswith(_ENDS) for word in ends)


def _joins(
    lines: Sequence[Sequence[str]],
    index: int,
    first: int,
    log_probability: LogProbability,
    count: int | None = None,
) -> bool:
    """Whether the cell reads better without ``count`` words of a line (None: all of them)."""
    line = lines[index]
    end = len(line) if count is None else first + count
    above = [word for other in lines[:index] for word in other if word]
    below = [word for other in lines[index + 1 :] for word in other if word]
    before = [*above, *filter(None, line[:first])][-BEFORE:]
    after = [*filter(None, line[end:]), *below, _END][:AFTER]
    ink = list(filter(None, line[first:end]))
    own = _score(ink, before, log_probability) / max(len(ink), 1)
    joined = _score(after, before, log_probability)
    apart = _score(after, [*before, *ink], log_probability)
    return own < STRANGE and (joined - apart) - own >= DOUBT


def _score(words: Sequence[str], before: Sequence[str], log_probability: LogProbability) -> float:
    context = list(before)
    total = 0.0
    for word in words:
        total += log_probability(word, tuple(context[-BEFORE:]))
        context.append(word)
    return total
