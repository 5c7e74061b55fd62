"""Lines of a damaged cell that were never printed.

Where the cells of a row stand at different heights, the line finder of an OCR program sees lines
between the printed ones and reads the lower half of one and the upper half of the next ("ay CGYng,
cap hie" below "Xay dyung, cip nhat danh muc"). Such ink reads badly, is shorter than a line of its
cell, and the lines above and below it read on from each other as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

SHORT = 0.6  # of the cell's longest line
MOST_WORDS = 7
STRANGE = -5.0  # nats a word: a printed line is rarely as unlikely after the words above it
DOUBT = 4.6  # nats: how strange a line is and how well the others join without it, together
BEFORE, AFTER = 3, 2  # words that tell how lines join

LogProbability = Callable[[str, tuple[str, ...]], float]
_END = "</s>"
_ENDS = (";", ".", ":")


def ghost_lines(lines: Sequence[Sequence[str]], log_probability: LogProbability) -> tuple[int, ...]:
    """Indices of the lines of a cell that are ghosts; the first and the last line never are.

    ``lines`` are the cell's lines as repaired words; ``log_probability`` is the language's (nats).
    """
    widths = [len(" ".join(words)) for words in lines]
    found: list[int] = []
    for index in range(1, len(lines) - 1):
        words = lines[index]
        if not words or widths[index] > SHORT * max(widths) or len(words) > MOST_WORDS:
            continue
        above = lines[index - 1]
        if words[-1].endswith(_ENDS) or (above and above[-1].endswith(_ENDS)):
            continue  # an item of a list may be short
        before = [word for above in range(index) if above not in found for word in lines[above]]
        after = [word for line in lines[index + 1 :] for word in line]
        if _is_ghost(words, before[-BEFORE:], [*after, _END][:AFTER], log_probability):
            found.append(index)
    return tuple(found)


def _is_ghost(
    words: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
    log_probability: LogProbability,
) -> bool:
    own = _score(words, before, log_probability) / len(words)
    joined = _score(after, before, log_probability)
    apart = _score(after, [*before, *words], log_probability)
    return own < STRANGE and (joined - apart) - own >= DOUBT


def _score(words: Sequence[str], before: Sequence[str], log_probability: LogProbability) -> float:
    context = list(before)
    total = 0.0
    for word in words:
        total += log_probability(word, tuple(context[-BEFORE:]))
        context.append(word)
    return total
