"""Layouts of tables whose header cannot be read: what is usual, and what its ink still tells.

OCR that reads a page line by line runs the lines of a header of two or three lines together, or
drops it altogether. The header is printed on every page, each time damaged in another way, so
what is left of all of them is taken together; the body of the table decides the rest
(:func:`extractors.interleaved.reading_scores`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold, ink, words
from normalizers.headers import Column, Field, Role, has_unread_heading, headings_in
from normalizers.sections import read_appendix_label
from normalizers.titles import begins_attachment, is_capitals
from normalizers.tokens import is_syllable

# Orders of columns after the number that plans print (Nghị định 30/2020/NĐ-CP leaves them free),
# and how unusual they are: natural logarithms of odds against the most usual ones.
_ORDERS: dict[str, float] = {
    "text target lead": 0.0,
    "text target lead implement": 0.0,
    "text target lead coordinate": -6.0,
    "text target lead coordinate deadline": -10.0,
    "text target lead deadline": -8.0,
    "text target deadline lead": -8.0,
    "text lead target": -10.0,
    "text lead coordinate target": -12.0,
    "text lead deadline": 0.0,
    "text lead coordinate deadline": 0.0,
    "text lead expected_result deadline": 0.0,
    "text lead coordinate expected_result deadline": 0.0,
    "text lead coordinate deadline expected_result": -10.0,
    "text lead coordinate deadline note": -8.0,
    "text lead coordinate expected_result deadline note": -6.0,
    "text lead coordinate expected_result": -10.0,
    "text lead deadline coordinate": -12.0,
    "text lead deadline expected_result": -15.0,
    "text lead deadline note": -15.0,
    "text lead coordinate": -15.0,
    "text lead expected_result": -25.0,
    "text lead": -15.0,
    "text expected_result lead coordinate deadline": -8.0,
    "text expected_result lead deadline": -15.0,
    "text expected_result deadline lead coordinate": -10.0,
    "text deadline lead coordinate": -10.0,
    "text deadline lead coordinate expected_result": -12.0,
    "text deadline lead": -12.0,
    "text lead year": -4.0,
    "text lead coordinate year": -8.0,
}
HEAD_LINES = 5  # a header that lost lines stands in the first printed lines of its page
_TITLE_REACH = 9  # printed lines: label, a title of some lines, "(Kèm theo ...)"
_LEAST_TITLE = 10  # letters
_ATTACHES = re.compile(r"\W*(?:\w+ )?theo (?:ke hoach|quyet dinh|nghi quyet|chuong trinh) s\w\b")
_LEAST_COVER = 0.3
_ALONE_COVER = 0.55
_SINGLE_COVER = 0.75
_MOST_TAILS = 2
# what stands on the second and third lines of usual headings
_TAIL_WORDS = (
    *("thuc", "hien", "hoan", "thanh", "chu", "tri", "phoi", "hop", "ket", "qua", "quan"),
    *("gian", "danh", "gia", "trien", "khai", "theo", "doi", "kien", "pham", "hanh", "dung"),
)
_MOST_TAIL = 0.8  # of the words of a line that is left of headings
_JUNK = 6  # letters: a line of fewer that are no syllables was never text
_MISSPELT = re.compile(r"c[eiy]|k[aou]|q(?!u)")  # as no Vietnamese word begins
_SHRED = 3  # letters
_FEWEST_SHREDS = 2  # beside the headings that are left of a line
_LEFT_COVER = 0.7  # of the letters of its words
_GLUED = ("coquanchutri", "coquanphoihop", "donvichutri", "donvithuchien", "thoigianthuchien")
_GLUED_ALIKE = 65.0  # per cent
_LEAST_GLUED = 10  # letters
_MOST_WORDS = 16  # of a line of headings read badly; a line of a row may have more
_MOST_ALONE = 5  # words of a line with one heading; a group's title may begin like one
_MOST_SKIPPED = 1  # printed lines without headings above one with them
_ALIKE = 65.0  # per cent: lines of the same header, damaged in two ways
_SEEN = 5.0  # nats: a page on which a heading is seen
_SEEN_MOST = 12.0
_UNSEEN = -1.5
_DISORDER = -8.0
_SAID = 8.0  # nats: the title names what the table lists
_HELD = 30.0  # nats: a column is there whose contents the rows show
_UNREAD = 30.0  # nats: a heading is there that cannot be read
# Shares of a table's printed lines that end with a time, hold a percentage, end with crosses: up
# to the first there is no such column, from the second on there is (tables printed by
# ``training.dumps``: 0-2 against 5-32, 0-1 against 14-28, 0-5 against 10-28 in a hundred).
_SHARES: dict[Field, tuple[float, float]] = {
    "deadline": (0.02, 0.05),
    "target": (0.01, 0.08),
    "year": (0.06, 0.09),
}
_HOLDS: dict[Field, re.Pattern[str]] = {
    "deadline": re.compile(
        r"(?:20\d\d|\bquy [ivx1l|]{1,4}\b.{0,3}|\d{1,2}/\d{1,2}|thuong xuyen|lien tuc"
        r"|hang (?:nam|thang|quy))\W*$"
    ),
    "target": re.compile(r"\d ?%"),
    "year": re.compile(r"(?:^|\s)[x×](?:[\s|]+[x×])*[\s|.]*$"),
}
_SPAN = re.compile(r"(20\d\d)\s*[-–]\s*(20\d\d)")
_MOST_YEARS = 12
_ALL_HEADINGS = 0.9  # of a line's letters
_NO_TITLE: frozenset[Role] = frozenset(("lead", "doer", "coordinate", "agency", "deadline"))
_NAMED = ("co quan", "don vi", "thoi")
_SAYS_LITTLE: frozenset[Role] = frozenset(("number", "more", "done", "agency", "other", "project"))


@dataclass(frozen=True, slots=True)
class LayoutGuess:
    """Columns a table may have, and what speaks for them apart from its rows (nats)."""

    columns: tuple[Column, ...]
    log_evidence: float


@dataclass(frozen=True, slots=True)
class HeadReading:
    """Guesses for one table, and how many lines at each page's head are its header's ink."""

    guesses: tuple[LayoutGuess, ...]
    lines_used: tuple[int, ...]


def title_lines(lines: Sequence[str]) -> int:
    """How many of a page's first lines are the label and title of an appendix; 0 for none.

    An appendix opens with its label or a title in capitals and ends with "(Kèm theo ...)", or is a
    label with a title in capitals.
    """
    printed = [(index, line) for index, line in enumerate(lines) if line.strip()][:_TITLE_REACH]
    announced, end, labelled, titled = False, 0, False, False
    for position, (index, line) in enumerate(printed):
        if labelled_here := position <= 2 and _is_label(line):
            labelled = announced = True
            end = index + 1
        elif begins_attachment(line) and line.lstrip()[:1] in "({[" and announced:
            end = index + 1
            for after, _ in printed[position + 1 : position + 3]:
                if lines[end - 1].rstrip(" .").endswith((")", "}", "]")):
                    break
                end = after + 1
            return end
        elif labelled and titled and _ATTACHES.match(" ".join(fold(line).split())):
            end = index + 1  # the bracket is lost
        if not labelled_here and is_capitals(line) and len("".join(words(line))) >= _LEAST_TITLE:
            announced = announced or position <= 2
            if labelled:
                titled = True
                end = index + 1
    return end if labelled and titled else 0


def _is_label(line: str) -> bool:
    return read_appendix_label(line) is not None and len(line.split()) <= 4


def read_heads(title: Sequence[str], tops: Sequence[Sequence[str]]) -> HeadReading:
    """What the first lines of a table's pages tell of a header that was not read.

    Args:
        title: lines above the table.
        tops: the first lines of each page, blank ones among them.
    """
    inks = [
        head_ink(
            top, [other for other in tops if other is not top], below_title=bool(title) and not at
        )
        for at, top in enumerate(tops)
    ]
    lines = [line for top, used in zip(tops, inks, strict=True) for line in top[:used]]
    seen: list[list[tuple[Role, str]]] = [
        [piece for piece in headings_in(line)[0] if piece[0] not in _SAYS_LITTLE] for line in lines
    ]
    years = _years(title, lines)
    held = _holdings([line for top, used in zip(tops, inks, strict=True) for line in top[used:]])
    guesses = []
    for order, usual in _ORDERS.items():
        fields: list[Field] = ["number", *order.split()]  # type: ignore[list-item]
        if "year" in fields and not years:
            continue
        columns = tuple(
            Column(field, years=years) if field == "year" else Column(field) for field in fields
        )
        evidence = _said(title, fields) + _shown(seen, fields) + _held(held, fields)
        guesses.append(LayoutGuess(columns, usual + evidence))
    return HeadReading(tuple(guesses), tuple(inks))


def wider_layouts(
    columns: Sequence[Column], header: Sequence[str], pages: Sequence[Sequence[str]]
) -> tuple[LayoutGuess, ...]:
    """Layouts with one column more than a header that was read, whose heading may be lost.

    A narrow heading ("Kết quả") is soon dropped on every page, for all are printed alike, or its
    ink in the lines of the ``header`` is none that can be read. What speaks for each layout is told
    against that of the header as it was read.
    """
    fields = [column.field for column in columns]
    unread = _UNREAD if has_unread_heading(header) else 0.0
    held = _holdings([line for lines in pages for line in lines])
    not_last: dict[Field, float] = {f: s for f, s in held.items() if f != "deadline"}
    found: list[LayoutGuess] = []
    for order, usual in _ORDERS.items():
        wider: list[Field] = ["number", *order.split()]  # type: ignore[list-item]
        more = [field for field in wider if field not in fields]
        if len(more) != 1 or "year" in more or [f for f in wider if f in fields] != fields:
            continue
        known = {column.field: column for column in columns}
        told = held if wider[-1] == "deadline" else not_last
        evidence = min(usual, 0.0) + unread + _held(told, wider) - _held(told, fields)
        found.append(LayoutGuess(tuple(known.get(f, Column(f)) for f in wider), evidence))
    return tuple(found)


def _holdings(lines: Sequence[str]) -> dict[Field, float]:
    """The share of printed lines that hold what only one column holds: a time at their end, a
    percentage, a row of crosses.
    """
    printed = [" ".join(fold(line).split()) for line in lines if line.strip()]
    return {
        field: sum(bool(pattern.search(line)) for line in printed) / max(len(printed), 1)
        for field, pattern in _HOLDS.items()
    }


def _held(holdings: Mapping[Field, float], fields: Sequence[Field]) -> float:
    """How well what the rows hold goes with these columns."""
    value = 0.0
    for field, share in holdings.items():
        few, many = _SHARES[field]
        if share >= many:
            value += _HELD if field in fields else -_HELD
        elif share <= few:
            value -= _HELD / 2 if field in fields else 0.0
    return value


def head_ink(top: Sequence[str], others: Sequence[Sequence[str]], below_title: bool = False) -> int:
    """How many of a page's first lines are ink of a header: they hold headings, or stand below
    such a line and come again on most pages.

    ``below_title``: on the first page, where a row can only begin, what is left of a heading
    (:func:`head_tail`) is ink as well.
    """
    used = 0
    printed = last = 0  # printed lines so far, and those down to the last one of the header
    for index, line in enumerate(top):
        if not line.strip():
            continue
        printed += 1
        if printed > HEAD_LINES or printed - last > _MOST_SKIPPED + 1:
            break
        telling, cover = _telling(line)
        repeats = sum(
            any(
                fuzz.ratio(line, one) >= _ALIKE
                or (telling and cover >= _LEAST_COVER and (telling, True) == _shows(one))
                for one in _first_printed(other)
            )
            for other in others
        )
        several = len(set(telling)) > 1
        alone = cover >= (_ALONE_COVER if several else _SINGLE_COVER) and bool(telling)
        alone = alone and not _without_shreds(line).lstrip(" |-~.*'")[:1].islower()
        alone = alone and (several or len(_without_shreds(line).split()) <= _MOST_ALONE)
        follows = bool(used) and not any(top[used:index])
        if (
            alone
            or (below_title and last == printed - 1 and _is_left(line))
            or (telling and cover >= _LEAST_COVER and repeats)
            or (follows and repeats >= max(2, len(others) / 2))
        ):
            used, last = index + 1, printed
    return used


def head_tail(lines: Sequence[str]) -> int:
    """How many of the first lines below a title are what is left of the header, whose other lines
    were read or lost: words that end headings ("thực hiện", "hợp") and none with a capital, one
    heading among shreds ("ns a we ne . Thoi gian"), or less.
    """
    used = 0
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if not _is_left(line):
            break
        used = index + 1
        if index >= _MOST_TAILS:
            break
    return used


def _is_left(line: str) -> bool:
    """Whether a line on top of a table is what OCR left of headings."""
    tokens = [token for token in line.split() if any(map(str.isalpha, token))]
    return _is_tail(tokens) or _is_among_shreds(tokens) or _is_junk(tokens)


def _is_tail(tokens: Sequence[str]) -> bool:
    """Whether nearly all words end headings; a row begins with a capital."""
    long = [word for word in words(" ".join(tokens)) if len(word) > 2]
    capital = any(t[0].isupper() and t[1:2].islower() and is_syllable(ink(t)) for t in tokens)
    if capital or not long or len(tokens) > _MOST_WORDS or tokens[-1].endswith((".", ";")):
        return False
    return sum(map(_ends_heading, long)) >= _MOST_TAIL * len(long)


def _is_among_shreds(tokens: Sequence[str]) -> bool:
    """Whether a heading stands below shreds of others, or is glued to one word."""
    shreds = list(takewhile(_is_shred, tokens))
    rest = [token for token in tokens[len(shreds) :] if not _is_shred(token)]
    if not rest or len(rest) > _MOST_WORDS:
        return False
    if all(map(_is_glued, rest)):
        return True
    roles, cover = headings_in(" ".join(rest))
    telling = any(role not in _SAYS_LITTLE for role, _ in roles)
    return telling and cover >= _LEFT_COVER and len(shreds) >= _FEWEST_SHREDS


def _is_shred(token: str) -> bool:
    letters = "".join(words(token))
    text = len(letters) == _SHRED and is_syllable(letters)
    return len(letters) <= _SHRED and not text and not _ends_heading(letters)


def _is_glued(token: str) -> bool:
    letters = "".join(words(token))
    return len(letters) >= _LEAST_GLUED and any(
        fuzz.ratio(letters, known) >= _GLUED_ALIKE for known in _GLUED
    )


def _is_junk(tokens: Sequence[str]) -> bool:
    letters = [ink(token) for token in tokens]
    written = any(is_syllable(word) and not _MISSPELT.match(word) for word in letters)
    return bool(letters) and len("".join(letters)) <= _JUNK and not written


def names_columns(line: str) -> bool:
    """Whether a line is nothing but headings of agencies or times: what a page left of its header,
    no title of a group.
    """
    headings, cover = headings_in(line)
    named = any(phrase.startswith(_NAMED) for _, phrase in headings)  # not "Tổ chức thực hiện"
    return named and cover >= _ALL_HEADINGS and {role for role, _ in headings} <= _NO_TITLE


def _ends_heading(word: str) -> bool:
    return any(Levenshtein.distance(word, known) <= 1 for known in _TAIL_WORDS)


def _telling(line: str) -> tuple[tuple[Role, ...], float]:
    """The headings of a line that name a column for sure, and the share of its letters in any."""
    line = _without_shreds(line)
    pieces, cover = headings_in(line)
    found = words(line)
    counts = any(word.isdigit() and not _is_year(word) for word in found)
    if (len(found) > _MOST_WORDS or counts) and cover < _SINGLE_COVER:
        return (), 0.0  # of a row
    return tuple(role for role, _ in pieces if role not in _SAYS_LITTLE), cover


def _without_shreds(line: str) -> str:
    """A line without the shreds that OCR made of half letters, where they are most of it."""
    tokens = line.split()
    kept = [token for token in tokens if sum(map(str.isalpha, token)) > 2]
    return " ".join(kept) if kept and len(tokens) - len(kept) > len(kept) else line


def _shows(line: str) -> tuple[tuple[Role, ...], bool]:
    roles, cover = _telling(line)
    return roles, cover >= _LEAST_COVER


def _first_printed(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip()][:HEAD_LINES]


def _years(title: Sequence[str], lines: Sequence[str]) -> tuple[int, ...]:
    """Years that may head columns: those of the header, or else of the title's span."""
    seen = sorted({int(word) for line in lines for word in words(line) if _is_year(word)})
    if len(seen) < 3:
        span = next((found for line in title if (found := _SPAN.search(line))), None)
        seen = [int(span[1]), int(span[2])] if span else []
    if not seen or not 1 <= seen[-1] - seen[0] < _MOST_YEARS:
        return ()
    return tuple(range(seen[0], seen[-1] + 1))


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.startswith("20") and word.isdigit()


def _said(title: Sequence[str], fields: Sequence[Field]) -> float:
    """What the title says the table lists: indicators, tasks or projects."""
    said = " ".join(words(" ".join(title)))
    indicators = "target" in fields
    if "chi tieu" in said and "nhiem vu" not in said:
        return _SAID if indicators else -_SAID
    if "nhiem vu" in said and "chi tieu" not in said:
        return -_SAID if indicators else 0.0
    return 0.0


def _shown(seen: Sequence[Sequence[tuple[Role, str]]], fields: Sequence[Field]) -> float:
    """How well headings seen in the ink of the headers go with these columns."""
    if not any(seen):
        return 0.0
    counts: dict[Field | None, int] = {}
    disorder = 0
    for line in seen:
        here = [_field(role, phrase, fields) for role, phrase in line]
        for field in set(here):
            counts[field] = counts.get(field, 0) + 1
        places = [fields.index(field) for field in here if field is not None]
        disorder += places != sorted(places)
    value = _DISORDER * min(disorder, 2)
    for field, pages in counts.items():
        worth = min(_SEEN * pages, _SEEN_MOST)
        value += worth if field is not None else -worth
    return value + _UNSEEN * sum(field not in counts for field in fields[1:])


def _field(role: Role, phrase: str, fields: Sequence[Field]) -> Field | None:
    """The column of a layout that a heading names; None where it has no such column."""
    wanted: Field | None
    if role in ("indicator", "task"):
        clash = ("nhiem vu" in phrase) if "target" in fields else role == "indicator"
        wanted = None if clash else "text"
    elif role == "outcome":
        wanted = "target" if "target" in fields else "expected_result"
    elif role == "goal":
        wanted = "target"
    elif role == "doer":
        wanted = "implement" if "implement" in fields else "lead"
    elif role == "reported":
        wanted = "expected_result"
    else:
        wanted = {"lead": "lead", "coordinate": "coordinate", "deadline": "deadline"}.get(
            role, "note" if role == "note" else None
        )  # type: ignore[assignment]
    return wanted if wanted in fields else None
