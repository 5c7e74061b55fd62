"""The printed numbers of a damaged table's rows, settled together.

The search that parts the columns (:mod:`extractors.interleaved`) goes from line to line and reads
each number where it stands. Once all rows are known, what was lost or misread follows from the
others: numbers count up, from 1 again in each group or on over all groups, clerks skip one now and
then, and all of a table are printed alike ("7", "7." or "07").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors._tangled_lines import split_tokens
from extractors.group_titles import are_capitals
from extractors.tangled import Fragment, TangledRow

# Nats, as in ``_tangled_search``.
SEEN = 4.0
SEEN_BESIDE = 3.0  # a token that was left out of all cells
SEEN_IN_TEXT = 1.5
LIKE = 1.0
OTHER_SEEN = -2.5
SKIPS = (0.0, -2.5, -3.5)  # none, one, two numbers passed over
SKIPS_MORE = -4.5
EACH_SKIPPED = -0.2
BACKWARDS = -9.0
LOST_GROUP = -5.0  # they begin again where no group row was found
NOT_ANEW = -3.0  # where numbers begin again in each group
MAY_BEGIN = -1.5  # where a line was read as a title without its code
ANEW = -6.0  # where they run on over the groups
LOST_CODE = "?"  # stands for the code of a group row of which nothing is left
MOST_TITLES = 2
LEAST_TITLE = 3  # words
FULL = 0.88  # share of the lines of a column that its width holds
ROOM = 0.85  # of the width: a line that is shorter with its next word does not wrap there
WIDE = 1.15  # ... and one that is longer spans more than the column
MOST = 299
MOST_SKIPPED = 12

_WHOLE = re.compile(r"(0?)(\d{1,3})([.)]?)")
_INK = re.compile(r"[\w|!\]\[()]{1,3}")
_CODE_INK = re.compile(r"[|_¦ ]*[IVXLlHTUNMW\d|!A-E.,)]{1,6}[|_¦ ]*")
_BESIDE = " .,:;'‘’`*°"
# Digits and what English OCR makes of them in a narrow column.
_LOOKALIKES = {
    "0": "0oOQDC",
    "1": "1lIiL|!][TtJja",
    "2": "2zZ7",
    "3": "3B8Ss",
    "4": "4AaH",
    "5": "5Ss8eo",
    "6": "6GbO",
    "7": "7TZ1",
    "8": "8BSs3",
    "9": "9gqo0",
}


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the ink of one row says of its number."""

    read: int | None  # by the search
    beside: tuple[str, ...]  # first tokens of its lines that stand in no cell
    printed: tuple[str, ...]  # first tokens of its lines that are whole numbers
    inside: tuple[int, ...]  # numbers that begin a line of its text


def settle_numbers(rows: Sequence[TangledRow], lines: Sequence[str]) -> tuple[TangledRow, ...]:
    """The rows with the numbers that fit all of them best, in the form that the table prints.

    ``lines`` are the table's printed lines. A number that differs from what was read counts as
    not read; one found in a cell's text is taken out of it.
    """
    rows = _titles_among(rows, lines)
    evidence = [_evidence(row, lines) for row in rows if not row.group]
    if not evidence:
        return tuple(rows)
    begins: list[bool | None] = []
    group: bool | None = False
    for row in rows:
        if row.group:
            code = row.cells[0][0].text if row.cells[0] else ""
            sure = bool(_CODE_INK.fullmatch(code)) or " " in code or are_capitals(row)
            group = True if sure or group else None
        else:
            begins.append(group)
            group = False
    numbers = max((_best_path(evidence, begins, anew) for anew in (True, False)), key=_score)[1]
    form = _form_of(
        [
            token
            for seen, number in zip(evidence, numbers, strict=True)
            for token in seen.printed
            if (whole := _WHOLE.fullmatch(token)) and int(whole[2]) == number
        ]
    )
    settled = iter(zip(numbers, evidence, strict=True))
    grouped = any(begin is not False for begin in begins) or numbers.count(1) > 1
    coded = any(row.group and row.cells[0] for row in rows)
    width = _text_width(rows)
    found: list[TangledRow] = []
    for row in rows:
        if row.group:
            found.append(row)
            continue
        number, seen = next(settled)
        numbered = _numbered(row, number, seen, form)
        if number == 1 and grouped:
            if found and not found[-1].group:
                found[-1:] = _title_at_end(found[-1], coded)
            found += _titles_parted(numbered, lines, coded, width)
        else:
            found.append(numbered)
    return tuple(found)


def _titles_among(rows: Sequence[TangledRow], lines: Sequence[str]) -> tuple[TangledRow, ...]:
    """The rows, those as group rows that hold nothing but what may be a title, where numbers begin
    again in the row below; or where no row stands between two groups but this.
    """
    found = list(rows)
    alone = [not row.group and not any(row.cells[2:]) for row in rows]
    if 2 * alone.count(True) > len(rows):
        return tuple(rows)
    for index in range(len(rows) - 1):
        row, below = rows[index], rows[index + 1]
        text = row.cells[1]
        if not alone[index] or not 1 <= len(text) <= MOST_TITLES:
            continue
        if below.group and index and not rows[index - 1].group:
            continue
        words = [word for line in text for word in line.text.split() if len(word) > 1]
        if len(words) < LEAST_TITLE or text[0].text[:1].islower():
            continue
        if any(line.text.endswith((".", ",", ";", ":")) for line in text):
            continue
        if not below.group and not _may_be_first(_evidence(below, lines)):
            continue
        ink = " ".join(token.text for token in split_tokens(lines[text[0].line])[: text[0].first])
        code = (Fragment(ink or LOST_CODE, text[0].line, 0.0),)
        found[index] = replace(row, cells=(code, text), group=True, number_read=True)
    return tuple(found)


def _may_be_first(seen: _Evidence) -> bool:
    return seen.read == 1 or "1" in seen.printed


def _text_width(rows: Sequence[TangledRow]) -> int:
    """Letters that a line of the rows' text holds: all but the longest eighth of them."""
    widths = sorted(len(line.text) for row in rows if not row.group for line in row.cells[1])
    return widths[int(len(widths) * FULL)] if widths else 0


def _wraps(line: str, below: str, width: int) -> bool:
    """Whether a line of a cell is as long as one that goes on below: no word more has room."""
    return ROOM * width < len(line) + 1 + len(below.split()[0]) and len(line) < WIDE * width


def _title_at_end(row: TangledRow, coded: bool) -> list[TangledRow]:
    """A row before another numbered 1, and the title below it that was read into its text."""
    text = row.cells[1]
    beside = {fragment.line for cell in row.cells[2:] for fragment in cell}
    if len(text) < 2 or text[-1].line in beside or text[-1].line != row.last_line:
        return [row]
    above, line = text[-2], text[-1]
    words = [word for word in line.text.split() if len(word) > 1]
    whole = above.text.endswith((".", ";"))
    if not whole or not _begins_title(line.text) or len(words) < LEAST_TITLE:
        return [row]
    rest = replace(row, cells=(row.cells[0], text[:-1], *row.cells[2:]), last_line=line.line - 1)
    code = (Fragment(LOST_CODE, line.line, 0.0),) if coded else ()
    return [rest, TangledRow((code, (line,)), line.line, line.line, group=True)]


def _begins_title(text: str) -> bool:
    return text[:1].isupper() and not text.endswith((".", ",", ";", ":"))


def _titles_parted(
    row: TangledRow, lines: Sequence[str], coded: bool, width: int
) -> list[TangledRow]:
    """A row where numbers begin again, without the titles of groups that were read into it: lines
    of its text alone, each with a line below it that begins with a capital too, and shorter or
    longer than a line of ``width`` letters that wraps there.

    ``coded``: other groups bear codes, so that the first of these titles has lost one.
    """
    text = row.cells[1]
    beside = {fragment.line for cell in row.cells[2:] for fragment in cell}
    count = 0
    while count < min(MOST_TITLES, len(text) - 1):
        line, below = text[count], text[count + 1]
        words = [word for word in line.text.split() if len(word) > 1]
        capitals = line.text[:1].isupper() and below.text.lstrip("“\"'")[:1].isupper()
        ends = line.text.endswith((".", ",", ";", ":")) or _wraps(line.text, below.text, width)
        if line.line in beside or not capitals or ends or len(words) < LEAST_TITLE:
            break
        count += 1
    if not count:
        return [row]
    titles: list[TangledRow] = []
    for line in text[:count]:
        ink = " ".join(token.text for token in split_tokens(lines[line.line])[: line.first])
        ink = ink or (LOST_CODE if coded and not titles else "")
        code = (Fragment(ink, line.line, 0.0),) if ink else ()
        titles.append(TangledRow((code, (line,)), line.line, line.line, group=True))
    rest = replace(
        row, cells=(row.cells[0], text[count:], *row.cells[2:]), first_line=text[count].line
    )
    return [*titles, rest]


def _score(path: tuple[float, list[int]]) -> float:
    return path[0]


def _evidence(row: TangledRow, lines: Sequence[str]) -> _Evidence:
    printed = _WHOLE.fullmatch(row.cells[0][0].text)
    read = int(printed[2]) if printed and row.number_read else None
    taken = {fragment.line for cell in row.cells[1:] for fragment in cell if not fragment.first}
    beside: list[str] = []
    inside: list[int] = []
    whole_numbers: list[str] = []
    for line in range(row.first_line, row.last_line + 1):
        tokens = split_tokens(lines[line])
        if len(tokens) < 2:
            continue
        first = tokens[0].text
        whole = _WHOLE.fullmatch(first.rstrip(","))
        if whole:
            whole_numbers.append(whole[0])
        if line not in taken:
            if _INK.fullmatch(first.strip(_BESIDE)):
                beside.append(first.strip(_BESIDE))
        elif whole and tokens[1].text[:1].isupper():
            inside.append(int(whole[2]))
    return _Evidence(read, tuple(beside), tuple(whole_numbers), tuple(inside))


def _worth(seen: _Evidence, number: int) -> float:
    if seen.read is not None:
        if seen.read == number:
            return SEEN
        return OTHER_SEEN + (LIKE if is_like(str(seen.read), number) else 0.0)
    worth = 0.0
    for token in seen.beside:
        if token.isdigit() and int(token) == number:
            worth = max(worth, SEEN_BESIDE)
        elif is_like(token, number):
            worth = max(worth, LIKE)
    if number in seen.inside:
        worth = max(worth, SEEN_IN_TEXT)
    return worth


def is_like(token: str, number: int) -> bool:
    """Whether a damaged token may be the print of a number: "iA" of 14, "99" of 22 not."""
    digits = str(number)
    if digits == "11" and token in ("u", "n", "ll", "H"):
        return True
    return len(token) == len(digits) and all(
        seen in _LOOKALIKES[digit] for seen, digit in zip(token, digits, strict=True)
    )


def _step(before: int, number: int, begins: bool | None, anew: bool) -> float:
    """What going from one row's number to the next one's costs; ``begins``: a group row stands
    between, None where that line may be no title.
    """
    if begins is None:
        if anew and number <= before:
            return _forward(number) + MAY_BEGIN
        begins = False
    if begins and anew and number <= before:
        return _forward(number)
    if begins and not anew and number == 1:
        return ANEW
    if anew and number == 1 and before > 1:
        return LOST_GROUP
    if number <= before:
        return BACKWARDS
    return _forward(number - before) + (NOT_ANEW if begins and anew else 0.0)


def _forward(steps: int) -> float:
    if steps <= len(SKIPS):
        return SKIPS[steps - 1]
    return SKIPS_MORE + EACH_SKIPPED * steps


def _best_path(
    evidence: Sequence[_Evidence], begins: Sequence[bool | None], anew: bool
) -> tuple[float, list[int]]:
    """The best numbers, and how good they are; ``anew``: groups count from 1 again."""
    most = min(2 * len(evidence) + 40, MOST)
    total = [_forward(number) + _worth(evidence[0], number) for number in range(1, most)]
    ways: list[list[int]] = []
    for seen, begin in zip(evidence[1:], begins[1:], strict=True):
        best_before = max(range(len(total)), key=total.__getitem__)
        reached, way = [], []
        for number in range(1, most):
            options = set(range(max(number - MOST_SKIPPED, 1), number)) | {best_before + 1}
            best = max(
                options, key=lambda before: total[before - 1] + _step(before, number, begin, anew)
            )
            way.append(best)
            reached.append(
                total[best - 1] + _step(best, number, begin, anew) + _worth(seen, number)
            )
        total = reached
        ways.append(way)
    number = max(range(len(total)), key=total.__getitem__) + 1
    score = total[number - 1]
    path = [number]
    for way in reversed(ways):
        number = way[number - 1]
        path.append(number)
    return score, path[::-1]


def _form_of(printed: Sequence[str]) -> tuple[str, int, bool]:
    """The sign after a table's numbers, their least width, and whether all bear the sign."""
    found = [match for text in printed if (match := _WHOLE.fullmatch(text))]
    signs = [match[3] for match in found if match[3]]
    sign = max(set(signs), key=signs.count) if signs else ""
    bear = len(signs) >= 2 and len(signs) >= 0.4 * len(found)
    short = [match for match in found if len(match[2]) == 1]
    padded = sum(bool(match[1]) for match in short)
    return sign if bear else "", 2 if padded >= 2 and padded > len(short) / 2 else 1, bear


def _numbered(
    row: TangledRow, number: int, seen: _Evidence, form: tuple[str, int, bool]
) -> TangledRow:
    sign, width, _ = form
    old = row.cells[0][0]
    if seen.read == number:
        match = _WHOLE.fullmatch(old.text)
        text = old.text if match is None or match[3] or not sign else old.text + sign
        return replace(row, cells=((replace(old, text=text),), *row.cells[1:]))
    read = any(token.isdigit() and int(token) == number for token in seen.beside)
    cells = row.cells[1:]
    if not read and number in seen.inside:
        read, cells = True, tuple(_without_number(cell, number) for cell in cells)
    cell = (replace(old, text=f"{number:0{width}d}{sign}"),)
    return replace(row, cells=(cell, *cells), number_read=read)


def _without_number(cell: tuple[Fragment, ...], number: int) -> tuple[Fragment, ...]:
    """A cell without the row's number at the head of one of its lines."""
    for index, fragment in enumerate(cell):
        first, _, rest = fragment.text.partition(" ")
        whole = _WHOLE.fullmatch(first.rstrip(","))
        if not fragment.first and whole and int(whole[2]) == number and rest:
            return (*cell[:index], replace(fragment, text=rest), *cell[index + 1 :])
    return cell
