"""Reading table headers of Vietnamese plans: which column says what.

Three readings, for three shapes a header comes in:

* ``read_header``: one text a column, clean or damaged;
* ``header_columns_of_lines``: the printed lines of a damaged dump, each running across all
  columns ("TT Chi tiéu N trién khai, theo doi Co quan thuc hién");
* ``dataset_of``: which dataset a table with these columns holds.

A heading is found as a run of folded words close in edit distance to a known heading. Some
headings mean different things in different tables ("Kết quả" is the target in a table of
indicators and the expected result in a table of tasks), so headings are first named by *role*
and the roles are settled into fields once all of them are known.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold, words

Field = Literal[
    "number",
    "text",
    "target",
    "lead",
    "implement",
    "coordinate",
    "expected_result",
    "deadline",
    "note",
    "result",
    "year",
    "unknown",
]
Dataset = Literal["indicators", "tasks", "projects", "results"]
Role = Literal[
    "number",
    "indicator",
    "task",
    "project",
    "goal",
    "outcome",
    "reported",
    "lead",
    "doer",
    "coordinate",
    "agency",
    "deadline",
    "done",
    "note",
    "other",
    "more",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, and the year it stands for where it is a year's column.

    ``years`` are the years whose marks stand together in one column, as a dump without geometry
    gives them; ``year`` is None then.
    """

    field: Field
    year: int | None = None
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """The columns a run-together header announces, and how many leading lines it takes up.

    ``named`` is False where the heading of the text column was not read, or was read in an odd
    place; ``cover`` is the part (0-1) of the letters of these lines that headings explain.
    """

    columns: tuple[Column, ...]
    lines_used: int
    named: bool = True
    cover: float = 1.0


# Folded headings and their roles. "agency" is a bare "Cơ quan" whose role stands on the line
# below it, "done" the "thực hiện" or "hoàn thành" that ends a two-line heading, "more" a part
# that goes with a heading and adds nothing, "other" a heading no dataset has a column for.
_HEADINGS: dict[Role, tuple[str, ...]] = {
    "number": ("tt", "stt", "so tt", "so thu tu", "thu tu"),
    "indicator": (
        "chi tieu",
        "cac chi tieu",
        "ten chi tieu",
        "chi tieu cu the",
        "noi dung chi tieu",
        "muc tieu chi tieu",
        "muc tieu cu the",
        "chi tieu muc tieu",
        "chi tieu chu yeu",
        "chi so",
    ),
    "task": (
        "nhiem vu",
        "nhiem vu giai phap",
        "nhiem vu va giai phap",
        "cac nhiem vu giai phap",
        "nhiem vu cu the",
        "cac nhiem vu cu the",
        "nhiem vu trong tam",
        "nhiem vu chu yeu",
        "ten nhiem vu",
        "ten nhiem vu giai phap",
        "noi dung",
        "noi dung nhiem vu",
        "noi dung cong viec",
        "noi dung thuc hien",
        "noi dung trien khai",
        "noi dung hoat dong",
        "noi dung nhiem vu giai phap",
        "nhiem vu hoat dong",
        "hoat dong",
        "cong viec",
        "nhom nhiem vu",
        "nhom nhiem vu giai phap",
        "dau viec",
        "giai phap",
        "noi dung cong tac",
        "ten cong viec",
    ),
    "project": (
        "ten nhiem vu chuong trinh du an",
        "ten nhiem vu du an",
        "ten du an",
        "du an",
        "ten chuong trinh du an",
        "chuong trinh du an",
        "danh muc du an",
        "ten de an du an",
        "de an du an",
        "ten de an",
        "danh muc nhiem vu du an",
        "nhiem vu du an",
        "ten du an nhiem vu",
    ),
    "goal": (
        "muc tieu",
        "muc tieu nam",
        "chi tieu nam",
        "chi tieu giao",
        "ke hoach nam",
        "chi tieu den nam",
        "muc tieu den nam",
        "ke hoach giao",
        "muc phan dau",
        "muc can dat",
        "chi tieu phan dau",
        "gia tri muc tieu",
        "muc tieu phan dau",
    ),
    "outcome": (
        "ket qua",
        "san pham",
        "du kien ket qua",
        "du kien ket",
        "ket qua du kien",
        "ket qua dat duoc",
        "ket qua can dat",
        "ket qua dau ra",
        "san pham dau ra",
        "san pham ket qua",
        "ket qua san pham",
        "ket qua san pham du kien",
        "san pham ket qua du kien",
        "san pham ket qua can dat",
        "san pham ket qua dau ra",
        "du kien san pham ket qua",
        "du kien san pham",
        "san pham du kien",
        "san pham hoan thanh",
        "san pham can dat duoc",
        "yeu cau san pham",
        "ket qua mong doi",
        "hinh thuc san pham",
        "san pham cu the",
    ),
    "reported": (
        "ket qua thuc hien",
        "tinh hinh thuc hien",
        "ket qua trien khai thuc hien",
        "tinh hinh ket qua thuc hien",
        "ket qua da thuc hien",
        "ket qua thuc hien nhiem vu",
    ),
    "lead": (
        "chu tri",
        "co quan chu tri",
        "don vi chu tri",
        "co quan don vi chu tri",
        "don vi co quan chu tri",
        "co quan chu tri thuc hien",
        "don vi chu tri thuc hien",
        "co quan chu tri tham muu",
        "don vi chu tri tham muu",
        "co quan tham muu",
        "don vi tham muu",
        "co quan chu tri trien khai theo doi va danh gia",
        "co quan chu tri trien khai",
        "co quan chu tri danh gia",
        "don vi chu tri danh gia",
        "co quan chiu trach nhiem",
        "don vi phu trach",
        "co quan phu trach",
        "don vi dau moi",
        "co quan dau moi",
        "co quan theo doi danh gia",
        "co quan don vi chu tri thuc hien",
        "co quan chu quan",
        "chu dau tu",
        "chu tri theo doi danh gia",
        "co quan chu tri thuc",
        "co quan chu",
        "don vi chu",
        "chii tri",
        "chit tri",
    ),
    "doer": (
        "co quan thuc hien",
        "don vi thuc hien",
        "co quan don vi thuc hien",
        "don vi to chuc thuc hien",
        "co quan to chuc thuc hien",
        "co quan trien khai",
        "don vi trien khai",
        "don vi co quan thuc hien",
        "phan cong thuc hien",
        "to chuc thuc hien",
        "trach nhiem thuc hien",
        "co quan don vi",
        "don vi thuc",
        "co quan thuc",
    ),
    "coordinate": (
        "phoi hop",
        "co quan phoi hop",
        "don vi phoi hop",
        "co quan don vi phoi hop",
        "don vi co quan phoi hop",
        "co quan phoi hop thuc hien",
        "don vi phoi hop thuc hien",
        "co quan phoi",
        "don vi phoi",
    ),
    "agency": ("co quan", "don vi"),
    "deadline": (
        "thoi gian",
        "thoi han",
        "tien do",
        "lo trinh",
        "thoi diem",
        "thoi gian thuc hien",
        "thoi gian hoan thanh",
        "thoi gian trien khai",
        "thoi han hoan thanh",
        "thoi han thuc hien",
        "tien do thuc hien",
        "tien do hoan thanh",
        "lo trinh thuc hien",
        "lo trinh hoan thanh",
        "han hoan thanh",
        "thoi gian du kien",
        "thoi gian du kien hoan thanh",
        "thoi gian trinh",
        "moc thoi gian",
        "thoi gian bat dau ket thuc",
        "thoi gian to chuc",
        "thoi gian hoan",
        "thoi han hoan",
        "thoi gian thuc",
        "thoi han bao cao",
    ),
    "done": ("thuc hien", "hoan thanh", "trien khai"),
    "note": ("ghi chu", "can cu", "can cu thuc hien", "nguon giao", "van ban giao nhiem vu"),
    "other": (
        "kinh phi",
        "nguon kinh phi",
        "kinh phi thuc hien",
        "du kien kinh phi",
        "tong muc dau tu",
        "don vi tinh",
        "dvt",
        "nguon von",
        "lanh dao phu trach",
        "lanh dao chi dao",
        "nguoi phu trach",
        "dia diem",
        "hien trang",
        "ly do",
        "kho khan vuong mac",
        "phan ky thoi gian",
        "phan ky thoi gian trien khai",
        "phan ky thoi gian thuc hien",
        "phan ky thuc hien",
        "phan ky dau tu",
        "nam thuc hien",
    ),
    "more": (
        "trien khai theo doi",
        "va danh gia",
        "danh gia",
        "theo doi",
        "theo doi danh gia",
        "tri danh gia",
        "tri thuc hien",
        "nam 2026",
        "tri hop",
        "tri thuc",
        "chu tri trien khai",
    ),
}
_TEXT_ROLES = ("indicator", "task", "project")
# Where a heading's own line says nothing about its place, the usual order of plans decides.
_USUAL_ORDER: tuple[Field, ...] = (
    "number",
    "text",
    "target",
    "lead",
    "coordinate",
    "implement",
    "expected_result",
    "deadline",
    "result",
    "year",
    "note",
    "unknown",
)
_YEAR_CELL = re.compile(r"(?:^|.*\b)(20\d\d)$")
_YEAR = re.compile(r"20\d\d")
_YEARS_LINE = re.compile(r"^\W*(20\d\d(?:\W+20\d\d)*)\W*$")
_STRAY_MARKS = " -+*•–.,:;"
_SPAN = re.compile(r"20\d\d\s*[-–]\s*20\d\d")
_MOST_YEARS = 12
_FEWEST_YEARS = 3  # printed side by side, so many years head columns of their own
_PHASES = ("phan ky", "nam thuc hien")
_MOST_HEADER_LINES = 14
_MOST_WORDS_OF_A_LINE = 26
_MOST_BLANK_LINES = 2
_FEWEST_GAPS = 2  # blank lines between the headings where each was read as a text of its own
_INNER_CAPITAL = 1.5  # letters of likeness that a capital amid a heading costs
_FEWEST_HEADINGS = 3  # of a line that holds several
_LEAST_UNREAD = 6  # letters beside them that are a heading rather than ink
_SAYS_NOTHING = 1.0  # ... that a part of a heading costs which adds nothing
_JOINING = (",", "/", "-", "&", "(")
_WHOLE_HEADER = 5  # headings in one line: few are left for the next
_COVER_BELOW_WHOLE = 0.75
_MOST_BELOW_YEARS = 4  # words that the heading of a column may go on with below its years
_ANY_BODY = "co quan don vi"  # by itself those who do the work, above "chủ trì" those who lead it
_WHOLE_PHRASE = 11  # letters and blanks of a heading that chance likeness hardly makes
_RULED = re.compile(r"[|\[\]{}]")
# Headings of two words that a narrow column prints on two lines.
_HALVES: tuple[tuple[str, str, Role], ...] = (
    ("ket", "qua", "outcome"),
    ("san", "pham", "outcome"),
    ("thoi", "gian", "deadline"),
    ("thoi", "han", "deadline"),
    ("tien", "do", "deadline"),
    ("ghi", "chu", "note"),
)
_LAST_HEADINGS = (
    "thoigian",
    "thoihan",
    "thoigianhoan",
    "thoigianhoanthanh",
    "thoihanhoanthanh",
    "thoigianthuchien",
    "thoihanhoan",
)
_FIRST_HALVES = frozenset(first for first, _, _ in _HALVES)
# What no line of a header is: a bullet, a numbered or lettered paragraph, a line of a sentence.
_PROSE = re.compile(r"^\s*\\?[-+*•–]\s|^\s*(?:[IVX]+\.|[a-zđ]\)|\d+[.)])\s|\w[,;.:]\s*$|\./\.\s*$")

_PHRASES: tuple[str, ...] = tuple(
    dict.fromkeys(fold(phrase) for phrases in _HEADINGS.values() for phrase in phrases)
)
_ROLE: dict[str, Role] = {
    fold(phrase): role for role, phrases in _HEADINGS.items() for phrase in phrases
}
# The last word or two of a heading, which a narrow column prints on a line of its own.
_TAILS: dict[str, frozenset[Role]] = {
    tail: frozenset(
        role for phrase, role in _ROLE.items() if phrase.replace(" ", "").endswith(tail)
    )
    for phrase in _PHRASES
    for tail in (phrase.rsplit(" ", 1)[-1], "".join(phrase.split()[-2:]))
    if len(phrase.split()) > 2
}
_TIGHT: tuple[str, ...] = tuple(phrase.replace(" ", "") for phrase in _PHRASES)


def _least_likeness(letters: int) -> float:
    """How alike (0-1) a damaged heading of so many letters must be to count as that heading."""
    if letters <= 3:
        return 1.0
    if letters <= 6:
        return 0.8
    return 0.71 if letters <= 12 else 0.69


# --- one text a column ------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def _role_of_text(text: str) -> tuple[Role | None, int | None]:
    """The role of one header cell and the year it names; (None, None) where it is no heading."""
    found = words(text)
    tight = "".join(found)
    if not tight or len(found) > 16:
        return None, None
    year_match = _YEAR_CELL.match(" ".join(found))
    year = int(year_match.group(1)) if year_match else None
    stem = tight[:-4] if year else tight
    if year and stem in {"", "nam"}:
        return "other", year
    best = process.extractOne(stem, _TIGHT, scorer=Levenshtein.normalized_similarity)
    if best is None or best[1] < _least_likeness(len(stem)):
        return None, None
    role = _ROLE[_PHRASES[best[2]]]
    if year and role == "indicator":
        role = "goal"
    if role == "deadline" and year:
        role = "other"
    return role, year


def read_header(texts: Sequence[str]) -> tuple[Column, ...] | None:
    """Columns for header texts (one a column, left to right), clean or damaged.

    None where these texts are no header: a header has a column for what is to be done and at
    least one more that is known. A column nobody knows is ``unknown``.
    """
    readings = [_role_of_text(text) for text in texts]
    columns = _settle([role for role, _ in readings], [year for _, year in readings])
    columns = tuple(
        Column("year", years=_years_of(text)) if _years_of(text) else column
        for text, column in zip(texts, columns, strict=True)
    )
    known = [column.field for column in columns if column.field != "unknown"]
    if "text" not in known or len(known) < 2 or known == ["number", "text"]:
        return None
    return columns


def _years_of(text: str) -> tuple[int, ...]:
    """The years of a heading that is nothing but several years ("2026 2027 2028")."""
    found = words(text)
    several = len(found) > 1 and all(_YEAR.fullmatch(word) for word in found)
    return tuple(map(int, found)) if several and not _SPAN.search(text) else ()


def _settle(roles: Sequence[Role | None], years: Sequence[int | None]) -> tuple[Column, ...]:
    """Fields for the roles of one table, left to right."""
    has = set(roles)
    indicators = "indicator" in has
    columns: list[Column] = []
    taken: set[Field] = set()
    for role, year in zip(roles, years, strict=True):
        field = _field_of(role, has, indicators)
        if role == "other" and year:
            field = "year"
        if field in taken and field not in ("year", "unknown"):
            field = "unknown"
        taken.add(field)
        columns.append(Column(field, year if field == "year" else None))
    return tuple(columns)


def _field_of(role: Role | None, has: set[Role | None], indicators: bool) -> Field:
    has_text = any(text_role in has for text_role in _TEXT_ROLES)
    if role in _TEXT_ROLES:
        return "text"
    if role == "goal":
        return "target" if has_text else "text"
    if role == "outcome":
        return "target" if indicators and "goal" not in has else "expected_result"
    if role == "reported":
        return "result"
    if role == "doer":
        return "implement" if indicators or "lead" in has else "lead"
    if role in ("number", "lead", "coordinate", "deadline", "note"):
        return role
    if role == "agency":
        return "lead" if "lead" not in has and "doer" not in has else "unknown"
    return "unknown"


def dataset_of(columns: Sequence[Column]) -> Dataset | None:
    """The dataset a table with these columns holds; None where no dataset fits."""
    fields = {column.field for column in columns}
    if "result" in fields:
        return "results"
    if "text" not in fields:
        return None
    if "year" in fields:
        return "projects"
    if fields & {"target", "implement"} and "expected_result" not in fields:
        return "indicators"
    if fields & {"lead", "coordinate", "expected_result", "deadline"}:
        return "tasks"
    return None


# --- headings run together over all columns ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A heading found in a line: its role and the words [start, end) it stands on."""

    role: Role
    start: int
    end: int
    phrase: str


@dataclass(frozen=True, slots=True)
class _Line:
    found: tuple[str, ...]
    pieces: tuple[_Piece, ...]
    years: tuple[int, ...]
    capitals: frozenset[str] = frozenset()  # folded words that are printed with a capital

    @property
    def cover(self) -> float:
        """The part (0-1) of the line's letters that headings explain."""
        letters = sum(len(word) for word in self.found)
        used = sum(
            len(word) for piece in self.pieces for word in self.found[piece.start : piece.end]
        )
        return used / letters if letters else 0.0


@lru_cache(maxsize=4096)
def _scan(line: str) -> _Line:
    """Find the headings of one line: the longest and likest first, none overlapping."""
    found = words(line)
    years = () if _SPAN.search(line) else tuple(int(y) for y in found if _YEAR.fullmatch(y))
    if years and (_YEARS_LINE.match(line) or len(years) >= _FEWEST_YEARS):
        line = _YEAR.sub(" | ", line)
        found = words(line)
    elif not (years and found[0] == str(years[0]) and len(found) <= _FEWEST_YEARS + 1):
        years = ()
    else:  # "2026 tri/Danh gia": the year of the goals beside another heading's end
        line = _YEAR.sub(" ", line, count=1)
        found = words(line)
    if not found or len(found) > _MOST_WORDS_OF_A_LINE or _PROSE.search(line):
        return _Line(found, (), years)
    limits = _column_limits(line)
    begun = _begun(line)
    spans = [
        (start, end)
        for start in range(len(found))
        for end in range(start + 1, min(len(found), start + 11) + 1)
        if not any(start < limit < end for limit in limits)
    ]
    texts = ["".join(found[start:end]) for start, end in spans]
    likeness = process.cdist(texts, _TIGHT, scorer=Levenshtein.normalized_similarity)
    best = likeness.argmax(axis=1)
    hits: dict[int, list[tuple[float, _Piece]]] = {}
    for row, (start, end) in enumerate(spans):
        column = int(best[row])
        score = float(likeness[row, column])
        if score >= _least_likeness(min(len(texts[row]), len(_TIGHT[column]))):
            phrase = _PHRASES[column]
            worth = len(_TIGHT[column]) * (score - 0.35) - 0.5
            worth -= _INNER_CAPITAL * sum(start < place < end for place in begun)
            worth -= _SAYS_NOTHING if _ROLE[phrase] == "more" else 0.0
            hits.setdefault(end, []).append((worth, _Piece(_ROLE[phrase], start, end, phrase)))
    pieces = _believable(found, _worthiest(hits, len(found)))
    capitals = frozenset(
        word for token in line.split() if token[:1].isupper() for word in words(token)[:1]
    )
    return _Line(found, tuple(pieces + _last_heading(found, pieces)), years, capitals)


def _last_heading(found: tuple[str, ...], pieces: list[_Piece]) -> list[_Piece]:
    """A badly read deadline's heading that ends a line of task, agency and deadline."""
    roles = {piece.role for piece in pieces}
    agencies = roles & {"lead", "doer", "coordinate"}
    if not (agencies and roles & set(_TEXT_ROLES)) or "deadline" in roles:
        return []
    start = pieces[-1].end
    rest = "".join(found[start:])
    if not 6 <= len(rest) <= 20:
        return []
    best = max(Levenshtein.normalized_similarity(rest, known) for known in _LAST_HEADINGS)
    return [_Piece("deadline", start, len(found), "")] if best >= 0.55 else []


def _begun(line: str) -> list[int]:
    """The words with a capital that no comma or dash joins to the one before; none where all
    letters are capitals. A heading begins there more likely than it goes on."""
    if line.isupper():
        return []
    places, place, joined = [], 0, True
    for token in line.split():
        if token[:1].isupper() and not joined:
            places.append(place)
        place += len(words(token))
        joined = token.endswith(_JOINING)
    return places


def _column_limits(line: str) -> set[int]:
    """Before which words a ruled line was read ("|", brackets): no heading runs over one."""
    limits = set()
    place = 0
    for part in _RULED.split(line)[:-1]:
        place += len(words(part))
        limits.add(place)
    return limits


def _worthiest(hits: dict[int, list[tuple[float, _Piece]]], length: int) -> list[_Piece]:
    """Of all headings found, the set without overlap that explains the line best."""
    best: list[tuple[float, tuple[_Piece, ...]]] = [(0.0, ())]
    for end in range(1, length + 1):
        choice = best[-1]
        for worth, piece in hits.get(end, ()):
            before = best[piece.start]
            if before[0] + worth > choice[0]:
                choice = (before[0] + worth, (*before[1], piece))
        best.append(choice)
    return list(best[-1][1])


def _believable(found: tuple[str, ...], pieces: list[_Piece]) -> list[_Piece]:
    """Drop a "TT" in the middle of a line; read what stands before the text column as "TT"."""
    kept = [piece for piece in pieces if piece.role != "number" or piece.start == 0]
    first = kept[0] if kept else None
    if first is not None and first.role in (*_TEXT_ROLES, "goal") and 1 <= first.start <= 2:
        before = "".join(found[: first.start])
        if len(before) <= 4 and not before.isdigit():
            kept.insert(0, _Piece("number", 0, first.start, ""))
    return kept


def headings_in(line: str) -> tuple[tuple[tuple[Role, str], ...], float]:
    """The headings in one printed line, left to right, each with its folded phrase; and the part
    (0-1) of the line's letters that they explain.
    """
    reading = _scan(line.strip(_STRAY_MARKS))
    return tuple((piece.role, piece.phrase) for piece in reading.pieces), reading.cover


def has_unread_heading(lines: Sequence[str]) -> bool:
    """Whether ink that is no heading stands after one in a line of several: one cannot be read."""
    return any(_unread(_scan(line.strip(_STRAY_MARKS))) for line in lines)


def _unread(line: _Line) -> bool:
    if len(line.pieces) < _FEWEST_HEADINGS:
        return False
    ends = [piece.start for piece in line.pieces[1:]] + [len(line.found)]
    between = zip((piece.end for piece in line.pieces), ends, strict=True)
    return any(sum(map(len, line.found[start:end])) >= _LEAST_UNREAD for start, end in between)


def header_columns_of_lines(
    lines: Sequence[str], known: HeaderReading | None = None, allow_single: bool = False
) -> HeaderReading | None:
    """Read the header that begins with the first of ``lines``; None where there is none.

    ``lines`` are printed lines of a dump, each running across all columns; what follows the
    header may follow in ``lines``. ``known`` is a header seen before in the same document:
    a badly read repetition of it is then recognised by fewer of its headings. A heading alone
    on its line ("Kết quả thực hiện", the right half of a table cut in two) counts only where
    ``allow_single`` says so.
    """
    scanned: list[_Line] = []
    gaps = 0  # blank lines between lines of the header
    used = 0
    blanks = 0
    for index, line in enumerate(lines[: _MOST_HEADER_LINES * 2]):
        reading = _scan(line if known is None else line.strip(_STRAY_MARKS))
        if not reading.found and not reading.years:
            if not scanned and line.strip():
                return None
            blanks += 1
            if scanned and blanks > _MOST_BLANK_LINES:
                break
            continue
        below = _following(lines[index + 1 :]) if not scanned else None
        if not _goes_on(reading, scanned, known, below):
            break
        gaps += blanks > 0 and bool(scanned)
        blanks = 0
        says = reading.pieces or reading.years or _stray(reading) or _is_tail(reading, scanned)
        scanned.append(reading)
        if says:
            used = index + 1
        if len(scanned) >= _MOST_HEADER_LINES:
            break
    if not scanned or not scanned[0].found or (_shouts(lines) and not _is_strong(scanned[0])):
        return None
    while scanned and not (scanned[-1].pieces or scanned[-1].years or _stray(scanned[-1])):
        scanned.pop()
    if allow_single and scanned and _single(scanned[0]):
        return HeaderReading((Column("result"),), _first_line(lines))
    columns = _columns_of(scanned, one_by_one=gaps >= _FEWEST_GAPS)
    enough = _enough(columns, scanned)
    if known is not None and _repeats(scanned, columns, known):
        another = enough and _all_explained(scanned) and len(columns) < len(known.columns)
        kept = columns if another else known.columns
        return HeaderReading(kept, used, cover=_cover_of(scanned))
    if not enough:
        return None
    named = any(piece.role in (*_TEXT_ROLES, "goal") for line in scanned for piece in line.pieces)
    first = columns[1:2] == (Column("text"),) or columns[:1] == (Column("text"),)
    return HeaderReading(columns, used, named and first, _cover_of(scanned))


def _cover_of(lines: Sequence[_Line]) -> float:
    letters = sum(sum(map(len, line.found)) for line in lines)
    return sum(line.cover * sum(map(len, line.found)) for line in lines) / max(letters, 1)


def _first_line(lines: Sequence[str]) -> int:
    return next(index for index, line in enumerate(lines) if line.strip()) + 1


def _single(line: _Line) -> bool:
    return len(line.pieces) == 1 and line.pieces[0].role == "reported" and line.cover >= 0.9


def _shouts(lines: Sequence[str]) -> bool:
    """An all-capitals line over lines that are not: a title, not a header."""
    printed = [line for line in lines[:3] if line.strip()]
    letters = "".join(character for character in printed[0] if character.isalpha())
    below = "".join(character for line in printed[1:] for character in line if character.isalpha())
    return len(letters) > 4 and letters.isupper() and not below.isupper()


def _stray(line: _Line) -> bool:
    """The lone half of a heading printed on two lines: "Kết" over "quả"."""
    halves = {word for half in _HALVES for word in half[:2]}
    return len(line.found) <= 4 and not halves.isdisjoint(line.found)


def _following(lines: Sequence[str]) -> _Line | None:
    """The next printed line, which a blank line may part from the one before it."""
    near = next((line for line in lines[: _MOST_BLANK_LINES + 1] if line.strip()), None)
    return None if near is None else _scan(near)


def _is_strong(line: _Line) -> bool:
    """Whether a line alone is surely one of a header: three headings and hardly anything else."""
    return len({piece.role for piece in line.pieces} - {"more"}) >= 3 and line.cover >= 0.7


def _is_tail(line: _Line, before: Sequence[_Line]) -> bool:
    """Whether the line holds only the end of a heading that stands in ``before``."""
    if not 1 <= len(line.found) <= 2:
        return False
    roles = {piece.role for earlier in before for piece in earlier.pieces}
    return not roles.isdisjoint(_TAILS.get("".join(line.found), frozenset()))


def _heads_years(line: _Line, before: Sequence[_Line], known: HeaderReading | None) -> bool:
    """Whether the years of a line can stand in a header: of columns of marks, or of the goals."""
    if len(line.years) >= _FEWEST_YEARS or any(earlier.years for earlier in before):
        return True
    if known is not None and any(column.field == "year" for column in known.columns):
        return True
    return any(
        piece.role == "goal" or piece.phrase.startswith(_PHASES)
        for earlier in before
        for piece in earlier.pieces
    )


def _goes_on(
    line: _Line, before: list[_Line], known: HeaderReading | None, below: _Line | None
) -> bool:
    """Whether the line can be a line of the header begun by ``before``.

    ``below`` is the next line of a header's first one: over a line that surely is a header's, one
    that is mostly noise counts too.
    """
    if line.years:
        if not before and len(line.pieces) < 2:
            return False
        if before and not _heads_years(line, before, known):
            return False
        if sum(len(word) for word in line.found) <= _FEWEST_YEARS:
            return True
    letters = sum(len(word) for word in line.found)
    roles = {piece.role for piece in line.pieces}
    if len(line.found) > _MOST_BELOW_YEARS and _is_full(before):
        return False
    if not before:
        least = 0.38 if known is not None and "number" in roles else 0.55
        if not line.pieces:
            return len(line.found) <= 2 and not _FIRST_HALVES.isdisjoint(line.found)
        if below is not None and _is_strong(below) and roles.isdisjoint(_TEXT_ROLES):
            least = 0.3
        return line.cover >= least
    if line.pieces:
        if line.found[0].isdigit() and len(line.found) > 1:
            return False
        if roles <= {"more", "done"} or roles == {"other"}:
            return line.cover >= 0.75
        told = {piece.role for piece in line.pieces if piece.phrase and piece.role != "more"}
        if told <= set(_TEXT_ROLES) and any(
            piece.role in _TEXT_ROLES for earlier in before for piece in earlier.pieces
        ):
            return False
        said = {piece.role for earlier in before for piece in earlier.pieces}
        if any(len(earlier.pieces) >= _WHOLE_HEADER and _is_strong(earlier) for earlier in before):
            return line.cover >= _COVER_BELOW_WHOLE
        return line.cover >= (0.6 if roles <= said else 0.42)
    if _is_tail(line, before):
        return True
    return letters <= 6 and not any(word.isdigit() for word in line.found)


def _is_full(lines: Sequence[_Line]) -> bool:
    """Whether a header's last line has been read: its years, below the text column's heading.

    Below it may stand ink, and the end of a heading.
    """
    last = next((line for line in reversed(lines) if line.pieces or line.years), None)
    below = last is not None and len(last.years) >= _FEWEST_YEARS and not last.pieces
    return below and any(piece.role in _TEXT_ROLES for line in lines for piece in line.pieces)


def _columns_of(lines: Sequence[_Line], one_by_one: bool = False) -> tuple[Column, ...]:
    """Merge the headings of the lines into columns, in the order the lines show them.

    ``one_by_one``: OCR read each heading as a text of its own; none stands beside another, and
    they follow each other as they were printed from left to right.
    """
    goals = {piece.phrase for line in lines for piece in line.pieces if piece.role == "goal"}
    two_goals = any(goal.startswith("muc") for goal in goals)
    years = _marked_years(lines)
    halved = any(_is_lower_half(piece) for line in lines for piece in line.pieces)
    sequences: list[list[Role]] = []
    waiting_deadline = False
    for line in lines:
        roles: list[Role] = []
        for position, piece in enumerate(line.pieces):
            role: Role | None = piece.role
            last = all(later.role in ("note", "other") for later in line.pieces[position + 1 :])
            if role == "reported" and waiting_deadline and last:
                roles += ["outcome", "deadline"]
                waiting_deadline = False
                continue
            if role == "done":
                later_roles = {later.role for later in line.pieces[position + 1 :]}
                ends = waiting_deadline and "done" not in later_roles
                role = "deadline" if ends else None
                waiting_deadline = waiting_deadline and not ends
            if role == "deadline" and piece.phrase in ("thoi gian", "thoi han", "tien do"):
                waiting_deadline = True
            if role == "goal" and two_goals and piece.phrase.startswith("chi tieu"):
                role = "indicator"
            if halved and piece.phrase == _ANY_BODY:
                role = "agency"
            if role in (None, "more", "agency") or (role == "other" and years):
                continue
            roles.append(role)
        sequences.append(roles)
    joined = {role for roles in sequences for role in roles}
    if "reported" in joined and "coordinate" in joined and "deadline" not in joined:
        # "Kết quả" and the "thực hiện" of a lost "Thời gian": a report names no agencies to help
        for roles in sequences:
            if roles and roles[-1] == "reported":
                roles[-1:] = ["outcome", "deadline"]
        joined = {role for roles in sequences for role in roles}
    if one_by_one and all(len(roles) < 2 for roles in sequences):
        sequences = [list(itertools.chain.from_iterable(sequences))]
    for role in _joined_halves(lines, joined):
        sequences.append([role])
        joined.add(role)
    has: set[Role | None] = set(joined)
    indicators = "indicator" in has
    orders = [[_field_of(role, has, indicators) for role in roles] for roles in sequences]
    fields = _merge(orders)
    if "text" not in fields and _is_table_of_work(lines):
        fields.insert(1 if "number" in fields else 0, "text")  # its heading alone was lost
    if "text" in fields and "number" not in fields:
        fields.insert(0, "number")  # plans number their rows: a lost "TT" is still a column
    columns = [Column(field) for field in fields]
    if years:
        note = len(columns) - (fields[-1:] == ["note"])
        columns.insert(note, Column("year", years=tuple(years)))
    return tuple(columns)


def _is_lower_half(piece: _Piece) -> bool:
    """Whether a heading says what a body does there but not that it is one: "chủ trì"."""
    whole = piece.phrase.startswith(("co quan", "don vi"))
    return piece.role in ("lead", "coordinate") and bool(piece.phrase) and not whole


def _is_table_of_work(lines: Sequence[_Line]) -> bool:
    """Whether one line holds headings of an agency and of a deadline or outcome, and little else.

    No sentence does, with a capital before each; so it heads a table, and a table of a plan says
    what is to be done.
    """
    for line in lines:
        cells = [piece for piece in line.pieces if line.found[piece.start] in line.capitals]
        agencies = any(piece.phrase.startswith(("co quan", "don vi ")) for piece in cells)
        others = {"deadline", "outcome", "goal"}.intersection(
            piece.role for piece in cells if len(piece.phrase) >= _WHOLE_PHRASE
        )
        if agencies and others and line.cover >= 0.75 and len(line.found) <= 14:
            return True
    return False


def _marked_years(lines: Sequence[_Line]) -> list[int]:
    """The years that head columns of their own: several, one after the other.

    A single year belongs to a heading ("Mục tiêu năm 2026"). A year in the middle that OCR lost
    is known from the ones beside it.
    """
    seen = {year for line in lines for year in line.years}
    if len(seen) < 2 or max(seen) - min(seen) >= _MOST_YEARS:
        return []
    return list(range(min(seen), max(seen) + 1))


def _joined_halves(lines: Sequence[_Line], known: set[Role]) -> list[Role]:
    """Roles whose heading stands in two halves, one line above the other."""
    loose = [
        [
            word
            for place, word in enumerate(line.found)
            if not any(piece.start <= place < piece.end for piece in line.pieces)
        ]
        for line in lines
    ]
    roles: list[Role] = []
    for first, second, role in _HALVES:
        above = next((number for number, left in enumerate(loose) if first in left), None)
        if above is None or role in known or role in roles:
            continue
        if role == "outcome" and "reported" in known:
            continue
        if any(second in left for left in loose[above + 1 :]):
            roles.append(role)
    return roles


def _merge(orders: Sequence[Sequence[Field]]) -> list[Field]:
    """All fields once, keeping each line's order; the usual order of plans breaks ties."""
    fields = [field for field in _USUAL_ORDER if any(field in order for order in orders)]
    before: dict[Field, set[Field]] = {field: set() for field in fields}
    for order in orders:
        for place, field in enumerate(order):
            before[field].update(other for other in order[:place] if other != field)
    merged: list[Field] = []
    while len(merged) < len(fields):
        free = [field for field in fields if field not in merged and before[field] <= set(merged)]
        merged.append(free[0] if free else next(f for f in fields if f not in merged))
    return merged


def _enough(columns: Sequence[Column], lines: Sequence[_Line]) -> bool:
    """Whether the headings found make a header and not a chance likeness in running text."""
    fields = {column.field for column in columns}
    others = fields & {"target", "lead", "implement", "coordinate", "expected_result", "result"}
    others |= fields & {"deadline", "year", "note"}
    if "text" not in fields or not others:
        return False
    if not others & {"lead", "implement", "coordinate", "year"} and len(others) < 2:
        return False
    numbered = [piece for line in lines for piece in line.pieces if piece.role == "number"]
    if any(piece.phrase for piece in numbered) or _is_table_of_work(lines):
        return True
    least = min(line.cover for line in lines if line.pieces)
    if numbered and least >= 0.55:
        return len(others) >= 2 or least >= 0.8
    if len(others) >= 3 and least >= 0.7:
        return True
    if len(others) >= 2 and least >= 0.9 and not any(len(line.pieces) > 2 for line in lines):
        return True  # each cell of the header on a line of its own
    whole = {
        piece.role for line in lines for piece in line.pieces if len(piece.phrase) >= _WHOLE_PHRASE
    }
    named = "coordinate" in whole and not whole.isdisjoint(("lead", "doer"))
    return named and least >= 0.75


def _all_explained(lines: Sequence[_Line]) -> bool:
    """Whether headings explain nearly all the ink of lines that run over several columns.

    Then a heading of the known header that is not among them was not printed: this is the
    header of another table. A heading lost to bad ink leaves unexplained letters behind.
    """
    loose = sum((1.0 - line.cover) * sum(map(len, line.found)) for line in lines)
    return loose < 2.5 and any(len(line.pieces) >= 4 for line in lines)


def _repeats(lines: Sequence[_Line], columns: Sequence[Column], known: HeaderReading) -> bool:
    """Whether badly read lines are the known header again: headings of it, in its order."""
    expected = [column.field for column in known.columns]
    found = [column.field for column in columns if column.field in expected]
    if any(column.field not in expected for column in columns):
        return False
    places = [expected.index(field) for field in found]
    if places != sorted(places) or not lines:
        return False
    numbered = any(piece.role == "number" for line in lines for piece in line.pieces)
    return len(found) >= min(3, len(expected)) and (numbered or len(found) >= 4)
