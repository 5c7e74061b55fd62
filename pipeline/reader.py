"""The reader that extractors ask about damaged text, put together from the normalizers.

Extractors know lines and columns, normalizers know Vietnamese; this is where they meet: headers
become column kinds, and each kind of column gets its language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.ocr_dump import HeaderFound, HeadGuess
from extractors.tangled import AGENCIES, Kind, Language, NamesLine, NamesRow
from normalizers import agency_rows
from normalizers.agencies import agency_phrases
from normalizers.group_codes import group_code, lost_group_code
from normalizers.header_guesses import (
    head_ink,
    head_tail,
    names_columns,
    read_heads,
    title_lines,
    wider_layouts,
)
from normalizers.headers import Column, HeaderReading, header_columns_of_lines
from normalizers.legacy import Encoding, encoding_of_font, to_unicode, unicode_of
from normalizers.page_health import LayerVerdict, judge_layer
from normalizers.phrases import (
    SO_COST,
    PhraseLanguage,
    deadline_phrases,
    guiding_bodies,
    leading_bodies,
    may_be_so,
    names_language,
    target_phrases,
)
from normalizers.repair import Candidate, RepairModel, RepairSession
from normalizers.sections import heading_likeness, headings_of

BODY_SHARE = 0.3  # of a text column's language
COLUMN_SHARE = 0.35  # of a column's language, once its cells have been read

HEADING_REPEATED = 6.0  # nats gained where a line repeats a heading of the body
MOST_CODE_TOKENS = 3  # with the marks of rules

MARKS: Kind = "mark"  # a column of crosses, one a year
_MARK = re.compile(r"[xX×*✓✔K]{1,6}")
_MOST_MARKS = 8
_MARK_MISREAD = -1.0  # nats: "K" or "xX" for a cross
_MARK_SHRED = re.compile(r"[^\w\s]{1,2}|e{1,3}")
_MARK_SHREDDED = -4.0  # ... any shred of ink for one

_KINDS: dict[str, Kind] = {
    "number": "number",
    "target": "target",
    "lead": "agency",
    "implement": "agency",
    "coordinate": "agency",
    "deadline": "deadline",
    "year": MARKS,
}
# the heading a dumped column is given, where the printed one is damaged
_HEADINGS = {
    "number": "TT",
    "target": "Mục tiêu",
    "lead": "Cơ quan chủ trì",
    "implement": "Cơ quan thực hiện",
    "coordinate": "Cơ quan phối hợp",
    "expected_result": "Dự kiến kết quả",
    "deadline": "Thời gian hoàn thành",
    "note": "Ghi chú",
    "result": "Kết quả thực hiện",
}


def heading_of(column: Column, columns: Sequence[Column]) -> str:
    """A printed heading that reads back as ``column``."""
    if column.field == "text":
        indicators = any(other.field == "target" for other in columns)
        return "Chỉ tiêu" if indicators else "Nhiệm vụ"
    if column.field == "year":
        return " ".join(map(str, column.years or (column.year,)))
    return _HEADINGS.get(column.field, "")


def kinds_of(columns: Sequence[Column]) -> tuple[Kind, ...]:
    """What the columns hold; beside the agencies that lead, others are partners."""
    kinds: list[Kind] = []
    for column in columns:
        kind = _KINDS.get(column.field, "text")
        kinds.append("partner" if kind == "agency" and kind in kinds else kind)
    return tuple(kinds)


class ColumnReader:
    """Languages of one document's columns (``extractors.tangled.DocumentReader``).

    ``body`` is the document's running text, a paragraph an entry: a plan's body says in other
    words, and often in the same, what its appendices say. ``marks``: a table has columns of marks.
    ``lines`` are all printed lines: where they repeat headings of the body, these name the groups.
    """

    def __init__(
        self,
        session: RepairSession,
        body: Sequence[str],
        marks: bool = False,
        lines: Sequence[str] = (),
    ) -> None:
        self._session = session
        self._marks = marks
        self._headings = headings_of(body)
        self._named = _name_groups(self._headings, lines)
        said = [repaired.text for repaired in session.repair_all(body)]
        general = PhraseLanguage(said, session.follows, share=BODY_SHARE, longest_list=1)
        text = general.follows if said else session.follows
        self._languages: dict[Kind, Language] = {
            "text": text,
            **{kind: names_language(_stock(kind), text).follows for kind in AGENCIES},
            "deadline": PhraseLanguage(
                deadline_phrases(guiding_bodies()), text, share=0.97, longest_list=1
            ).follows,
            "target": PhraseLanguage(target_phrases(), text, share=0.99, longest_list=1).follows,
            MARKS: PhraseLanguage(
                [" ".join("x" * count) for count in range(1, _MOST_MARKS + 1)],
                text,
                share=0.999,
                longest_list=1,
            ).follows,
        }

    def candidates(self, token: str) -> Sequence[Candidate]:
        """What a damaged token may have been."""
        found = self._session.candidates(token.strip("-–—_") or token)
        if self._marks and _MARK.fullmatch(token):
            return (Candidate("x", 0.0 if token in "xX×" else _MARK_MISREAD), *found)
        if self._marks and _MARK_SHRED.fullmatch(token):
            found = (*found, Candidate("x", _MARK_SHREDDED))
        if may_be_so(token):
            stop = token[-1] if token[-1] in ",;.:" else ""
            return (*found, Candidate("Sở" + stop, SO_COST))
        return found

    def language(self, kind: Kind) -> Language:
        """The language of a kind of column."""
        return self._languages[kind]

    def learned(self, kind: Kind, cells: Sequence[str]) -> Language:
        """The language of a column whose cells have been read: what several of them say."""
        if kind == MARKS:
            return self._languages[kind]
        before = self._languages[kind]
        if kind in AGENCIES:
            text = self._languages["text"]
            before = names_language(_stock(kind), text, cells).follows
        said = [repaired.text for repaired in self._session.repair_all(cells) if repaired.text]
        return PhraseLanguage(said, before, share=COLUMN_SHARE, longest_list=1, discount=1).follows

    def part_names(self, rows: Sequence[NamesRow]) -> list[tuple[NamesLine, ...]]:
        """The lines of each row with the names of two neighbouring columns parted anew."""
        known = [agency_rows.NamesRow(tuple(lines), middle) for lines, middle in rows]
        return [row.lines for row in agency_rows.part_again(known)]

    def names(self) -> tuple[str, ...]:
        """Names that columns of agencies list."""
        return agency_phrases()

    def section_code(self, tokens: Sequence[str], below: str = "") -> tuple[int, float] | None:
        """Leading tokens that are the code of a group row, and the cost of that reading.

        A title that the body has as a heading is a group's, whatever became of its code. ``below``
        is the next printed line, "" where the line is as wide as the table.
        """
        cleaned = [token.rstrip("_|¦") or token for token in tokens[:1]]
        found = group_code([*cleaned, *tokens[1:]])
        if found is not None and self._heading(tokens[found[0] :]):
            return found[0], HEADING_REPEATED
        most = min(MOST_CODE_TOKENS, len(tokens) - 1)
        likeness, used = max((self._heading(tokens[used:]), -used) for used in range(most + 1))
        if likeness:
            return -used, HEADING_REPEATED
        if found is not None:
            return found
        found = lost_group_code(tokens, below)
        if found is None or names_columns(" ".join(tokens[found[0] :])):
            return None
        return found if found[0] or not self._named else None

    def _heading(self, tokens: Sequence[str]) -> float:
        """How like a title these tokens are to a heading of the running text, 0 for none."""
        if not tokens[0][:1].isupper():
            return 0.0
        return heading_likeness(" ".join(tokens), self._headings)


def _stock(kind: Kind) -> tuple[str, ...]:
    """The names that a column of agencies may list."""
    return leading_bodies() if kind == "agency" else agency_phrases()


def _name_groups(headings: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether at least two headings of the running text stand on a second line too, as titles of
    groups; a line like none of them is no title then.
    """
    alike = [ends for line in lines if _repeats(ends := _titles(line), headings)]
    return sum(sum(_repeats(ends, (one,)) for ends in alike) > 1 for one in headings) > 1


def _titles(line: str) -> list[str]:
    """What may be a title on a line, its first tokens being a code."""
    tokens = line.split()
    most = min(MOST_CODE_TOKENS, len(tokens) - 1)
    starts = [used for used in range(most + 1) if tokens[used][:1].isupper()]
    return [" ".join(tokens[used:]) for used in starts]


def _repeats(ends: Sequence[str], headings: Sequence[str]) -> bool:
    return any(heading_likeness(end, headings) for end in ends)


class Reader:
    """Opens documents for the extractors (``extractors.judges.Judge``).

    ``session`` is the repair session of the document last opened, for the pipeline to go on with.
    """

    def __init__(self, model: RepairModel) -> None:
        self._model = model
        self.session: RepairSession | None = None
        self._columns: dict[tuple[str, ...], tuple[Column, ...]] = {}

    def open(self, lines: Sequence[str], body: Sequence[str]) -> ColumnReader:
        """Adapt the repair model to a document: all its printed lines, its body's paragraphs."""
        self.session = self._model.session(lines)
        marks = any(column.field == "year" for seen in self._columns.values() for column in seen)
        return ColumnReader(self.session, body, marks, lines)

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        """The table header that begins at ``lines[0]``, if one does."""
        before = HeaderReading(self._columns[known.names], known.lines_used) if known else None
        found = header_columns_of_lines(lines, known=before, allow_single=known is not None)
        if found is None:
            return None
        header = self._header_of(found.columns, found.lines_used)
        return replace(header, named=found.named, cover=found.cover)

    def _header_of(self, columns: tuple[Column, ...], lines_used: int) -> HeaderFound:
        names = tuple(heading_of(column, columns) for column in columns)
        self._columns[names] = columns
        return HeaderFound(names, kinds_of(columns), lines_used)

    def title_lines(self, lines: Sequence[str]) -> int:
        """How many of a page's first lines are an appendix's label and title; 0 for none."""
        return title_lines(lines)

    def head_ink(self, lines: Sequence[str], others: Sequence[Sequence[str]]) -> int:
        """How many of a page's first lines are ink of a header, beside the other pages."""
        return head_ink(lines, others)

    def head_tail(self, lines: Sequence[str]) -> int:
        """How many of the first lines of a table are what is left of its header."""
        return head_tail(lines)

    def guess(self, title: Sequence[str], tops: Sequence[Sequence[str]]) -> HeadGuess:
        """Layouts of a table under this title whose header is read on none of its pages."""
        found = read_heads(title, tops)
        layouts = tuple((self._header_of(g.columns, 0), g.log_evidence) for g in found.guesses)
        return HeadGuess(layouts, found.lines_used)

    def wider(
        self, header: HeaderFound, pages: Sequence[Sequence[str]]
    ) -> tuple[tuple[HeaderFound, float], ...]:
        """Layouts with one column more than a header that was read."""
        found = wider_layouts(self._columns[header.names], header.lines, pages)
        return tuple((self._header_of(guess.columns, 0), guess.log_evidence) for guess in found)

    def judge_layer(
        self,
        lines: Sequence[str],
        by_font: Mapping[str, str],
        *,
        pictured: float,
        hidden: float,
        outlined: bool,
    ) -> LayerVerdict:
        """What the text layer of a PDF's page is worth."""
        return judge_layer(lines, by_font, pictured=pictured, hidden=hidden, outlined=outlined)

    def old_encoding(self, font: str, text: str) -> Encoding | None:
        """The encoding from before Unicode that the text of a font is in, if it is."""
        return encoding_of_font(font, text)

    def from_old(self, text: str, encoding: Encoding) -> str:
        """A piece of such text in Unicode."""
        return to_unicode(text, encoding)

    def old_text(self, text: str) -> str | None:
        """A text in an encoding from before Unicode, in Unicode, where that is certain."""
        return unicode_of(text)
