"""Codes of group rows and labels of appendices: "A", "I.1", "Nhóm II", "Phụ lục 04".

A printed code tells its place in the tree of sections: a code of a kind that is open begins a
sibling, one of a new kind a child, and "I.1" belongs under "I". OCR confuses the strokes of Roman
numbers with ``l``, ``1`` and ``|``; such codes are read as the likeliest one that may come next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold, ink, one_line, words

_MOST_ROMAN = 30
_LETTERS = "ABCDEFGHIK"
_AMBIGUOUS = frozenset("IVXLCDM")
_WORDS = ("Nhóm", "Phần", "Mục", "Chương", "Giai đoạn", "Lĩnh vực")
_ROMAN_VALUES = (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))

_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_CODE = re.compile(
    rf"^(?:(?P<word>{_WORD})\s+)?(?P<head>[IVXLCDM]+|[A-ZĐ]|\d{{1,2}})(?P<tail>(?:\.\d{{1,2}})*)$",
    re.IGNORECASE,
)
_TITLE = re.compile(
    rf"^(?P<code>(?:{_WORD})\s+(?:[IVXLCDM]+|\d{{1,2}}|[A-ZĐ])|[IVXLCDM]+(?:\.\d{{1,2}})*|[A-ZĐ])"
    r"\s*(?:[.:)]|\s[-–—]|[-–—]\s)\s*(?P<title>\S.*)$",
    re.DOTALL,
)
_DOTTED_TITLE = re.compile(r"^(?P<code>[IVXLCDM]+(?:\.\d{1,2})+)\.?\s+(?P<title>\S.*)$", re.DOTALL)
_READ_TITLE = re.compile(
    r"^(?P<word>[^\W\d]{3,6})\s+(?P<number>[IVXLlHN1|]{1,5})\s*[.:\-–—~]\s*(?P<title>\S.*)$",
    re.DOTALL,
)
_SAME_WORD = 74.0  # per cent of likeness
_LABEL = re.compile(
    r"^(?:\W*|(?P<ink>\W*\S{1,3}?\s?))"  # what a seal beside the label was read as
    r"(?P<word>[pf]hu ?luc|phu ?bieu)(?:\b|(?=[ivx\dlh|!]{1,5}\b))"
    r"\s*(?:so\b)?\s*(?P<rest>.*)$"
)
_INK_ALONE = re.compile(r"^\W*(?:[^\W\d]|[\W\d]*[^\w\s][\W\d]*|\S*[^\w\s.)]\S*|\d)\s?$")
_LIST_MARK = re.compile(r"^\W*(?:\d{1,2}|[a-zđ])[.)]")
_LABEL_ENDS = re.compile(r"^[\w|!¦\[\]{}]{0,5}[\W_]*$")
_LABEL_MARK = re.compile(r"^(?P<mark>[\w|!¦\[\]{}]{1,6}(?:[-./][\dA-Z]{1,2}\b)?)")
_TITLE_AFTER_LABEL = re.compile(r"^\s*[.:\-–]\s*\S")
_COMPOUND = re.compile(r"^(?:[IVX]{1,5}|\d{1,3})[-./][\dA-Z]{1,2}$")
_DIGITS = re.compile(r"^\d{1,3}[a-z]?$")
_LABEL_WORDS = 4
_HEADING = re.compile(r"^\s*(?:[IVXLl|]{1,5}|\d{1,2}(?:\.\d{1,2})*)[.)]\s+(?P<title>\S[^.;:]*)$")
_HEADING_ALIKE = 88.0  # rapidfuzz ratio of the folded letters
_LEAST_TITLE, _MOST_TITLE = 10, 160  # folded letters
_LEAST_LIKENESS = 0.55

# Strokes that OCR takes for each other.
_STROKES = frozenset("Il1|!¦ijït][TÍÌ/J")
_LOOKALIKES = ("IL", "VYvUy", "XxKk", "A4", "B8", "CG(", "DĐP0O", "EF", "2Zz", "5Ss", "6Gb", "9g")
_MERGED = (
    *(("H", "II"), ("L", "I."), ("N", "II"), ("M", "III"), ("U", "II"), ("W", "VI")),
    *(("u", "II"), ("n", "II"), ("m", "III"), ("m", "II"), ("HH", "III"), ("L", "II")),
)
_STROKE_COST = 0.1
_LOOKALIKE_COST = 0.3
_DOT_COST = 0.35
_MERGED_COST = 0.5
_LOST_STROKE_COST = 0.5
_EDIT_COST = 1.5
_BLANK_COST = 0.3
_UNEXPECTED_COST = 1.0
_LOST_GROUP_COST = 0.4
_MOST_LOST_GROUPS = 3
_ORDER_COST = 0.01
_MOST_COST = 2.1
_HOPELESS = 50.0
_AHEAD, _TRIED = 3, 4  # codes looked ahead, readings tried
_NEW_KIND_COST = 1.2  # an appendix has few kinds of numbering; each more has to be seen
_AS_PRINTED_COST = 2.6
_WHOLE_PRINT_COST = 1.6
_SKIPPED_COST = 1.0
_UNREAD_COST = 0.3
_UNLIKE_MOST = 2.4  # nothing is left of the print
_UNLIKE_INK = 1.2  # ... nor does it look like a code
_LETTERS_COST = 0.8  # sections are more often counted in Roman numbers than in letters
_RARE_KIND_COST = 1.5  # "Nhóm I", "A.1", "I.1.1"
_EMPTY_COST = 2.0  # a section of which nothing stands before the next
_LATE_PART_COST = 1.0  # a section's first part below rows of its own
_LOST_WHOLE_COST = 0.3  # OCR drops "I.2" more often than "II", of which it leaves some ink
_ORPHAN_COST = 0.8  # a part before any section: its whole's row was lost
_UNDIGITED_COST = 0.6  # ... that has no digit, as what is left of "I.2" has
_UNSEEN_COST = 1.2  # a section of which not even a line was found
_CODE_INK = re.compile(r"^[IVXLCDMlHTUNMW\d|!A-E.,]{1,6}$|.* ")
_BEAM = 32


@dataclass(frozen=True, slots=True)
class Section:
    """One open section: its code without the trailing dot ("" where none) and its title."""

    code: str
    title: str
    kind: str

    def entry(self) -> str:
        """The section as it stands in ``section_path``: "CODE Title"."""
        return f"{self.code} {self.title}".strip()


def roman(number: int) -> str:
    """The Roman number, 1 to 39."""
    text = ""
    for letters, value in _ROMAN_VALUES:
        while number >= value:
            text += letters
            number -= value
    return text


_ROMANS = {roman(number): number for number in range(1, _MOST_ROMAN + 1)}


def clean_code(printed: str) -> str:
    """A printed code without its closing dot or bracket: "I." → "I"."""
    return one_line(printed).strip(" .:)-–—")


def split_section_title(text: str) -> tuple[str, str]:
    """Part a code from its title: "Nhóm II - Xây dựng" → ("Nhóm II", "Xây dựng").

    The code is "" where the text does not begin with one.
    """
    found = _DOTTED_TITLE.match(text.strip()) or _TITLE.match(text.strip())
    if found is None:
        return "", text.strip()
    return clean_code(found["code"]), found["title"].strip()


def split_read_title(text: str) -> tuple[str, str]:
    """As :func:`split_section_title`, for a title that OCR read: "Nhớm II - Xây dựng" too."""
    code, title = split_section_title(text)
    found = _READ_TITLE.match(text.strip())
    if code or found is None:
        return code, title
    best = process.extractOne(fold(found["word"]), [fold(word) for word in _WORDS])
    if best is None or best[1] < _SAME_WORD:
        return "", title
    return f"{_WORDS[best[2]]} {found['number']}", found["title"].strip()


def kind_of(code: str, open_sections: Sequence[Section] = ()) -> str:
    """The kind of numbering of a code: "letter", "roman", "roman.1", "nhóm", "number", "none".

    A letter that is also a Roman number counts as the next letter where that letter is due.
    """
    if not code:
        return "none"
    found = _CODE.match(code)
    if found is None:
        return "other"
    if found["word"]:
        return found["word"].lower()
    head = found["head"].upper()
    depth = found["tail"].count(".")
    return _head_kind(head, open_sections) + (f".{depth}" if depth else "")


def _head_kind(head: str, open_sections: Sequence[Section]) -> str:
    if head.isdigit():
        return "number"
    if len(head) > 1:
        return "roman" if head in _ROMANS else "other"
    if head not in _AMBIGUOUS:
        return "letter"
    due = {next_code(section.code, section.kind): section.kind for section in open_sections}
    return due.get(head, "roman" if head in "IVX" else "letter")


def next_code(code: str, kind: str) -> str:
    """The code that follows ``code`` among its siblings; "" where none can be told."""
    prefix, _, last = code.rpartition(".") if "." in kind else code.rpartition(" ")
    separator = ("." if "." in kind else " ") if prefix else ""
    return (prefix + separator + _next(last, kind)) if _next(last, kind) else ""


def _next(part: str, kind: str) -> str:
    if part.isdigit():
        return str(int(part) + 1)
    if kind == "letter":
        index = _LETTERS.find(part)
        return _LETTERS[index + 1] if 0 <= index < len(_LETTERS) - 1 else ""
    number = _ROMANS.get(part, 0)
    return roman(number + 1) if number else ""


def is_next(code: str, before: str, kind: str) -> bool:
    """Whether a code follows the one before it, without a gap."""
    return next_code(before, kind).casefold() == code.casefold()


def enter_section(open_sections: Sequence[Section], code: str, title: str) -> tuple[Section, ...]:
    """The open sections, outermost first, once a group row with this code and title was met."""
    kind = kind_of(code, open_sections)
    section = Section(code, title, kind)
    kinds = [known.kind for known in open_sections]
    if kind in kinds:
        return (*open_sections[: kinds.index(kind)], section)
    if "." in kind:
        parent = code.rpartition(".")[0]
        codes = [known.code for known in open_sections]
        if parent in codes:
            return (*open_sections[: codes.index(parent) + 1], section)
    kept = [known for known in open_sections if not known.kind.startswith(f"{kind}.")]
    return (*kept, section)


def expected_codes(open_sections: Sequence[Section]) -> tuple[str, ...]:
    """Codes that may come next: siblings of every open section and first children."""
    if not open_sections:
        return ("I", "A", "Nhóm I", "I.1")
    codes = [next_code(section.code, section.kind) for section in reversed(open_sections)]
    innermost = open_sections[-1]
    if innermost.kind in ("roman", "letter") or "." in innermost.kind:
        codes.insert(0, f"{innermost.code}.1")
    if not any(section.kind.startswith("roman") for section in open_sections):
        codes.append("I")
    return tuple(dict.fromkeys(code for code in codes if code))


@lru_cache(maxsize=1)
def _all_codes() -> tuple[str, ...]:
    romans = list(_ROMANS)[:20]
    dotted = [f"{head}.{number}" for head in romans[:12] for number in range(1, 13)]
    groups = [f"Nhóm {number}" for number in romans[:12]]
    return (*romans, *_LETTERS[:8], *dotted, *groups)


def read_section_code(printed: str, expected: Sequence[str]) -> str:
    """The most plausible code behind a damaged one.

    Args:
        printed: the code as OCR read it ("Il", "11.1", "|2", "I11", "VIl", "1.2", "Nhom 111").
        expected: codes that may come next, likeliest first (:func:`expected_codes`).

    Returns:
        A code without closing dot; the cleaned print where nothing is near it.
    """
    code = clean_code(_without_rules(printed))
    if not code:
        return ""
    priors = _priors(tuple(expected))
    best = min(
        (_distance(code, candidate) + priors.get(candidate, _UNEXPECTED_COST), index, candidate)
        for index, candidate in enumerate(dict.fromkeys((*priors, *_all_codes())))
    )
    return best[2] if best[0] <= max(_MOST_COST, 0.5 * len(code)) else code


def read_section_code_ahead(
    printed: str, open_sections: Sequence[Section], following: Sequence[str]
) -> str:
    """As :func:`read_section_code`, where the codes of the next group rows, as printed, help: "l1"
    before "I.2" is "I.1", before "III" it is "II".
    """
    code = clean_code(_without_rules(printed))
    if not code or code in expected_codes(open_sections):
        return code
    cost, best = min(
        (cost + _cost_ahead(open_sections, candidate, tuple(following[:_AHEAD])), candidate)
        for cost, candidate in _nearest(code, open_sections, _TRIED)
    )
    return best if cost < _HOPELESS else read_section_code(printed, expected_codes(open_sections))


def _nearest(code: str, open_sections: Sequence[Section], count: int) -> list[tuple[float, str]]:
    """The likeliest codes behind a damaged one, each with its cost, the best first."""
    priors = _priors(expected_codes(open_sections))
    limit = max(_MOST_COST, 0.5 * len(code))
    found = []
    for candidate in dict.fromkeys((*priors, *_all_codes())):
        cost = _distance(code, candidate) + priors.get(candidate, _UNEXPECTED_COST)
        found.append((cost if cost <= limit else _HOPELESS, candidate))
    return sorted(found, key=lambda one: one[0])[:count]


def _cost_ahead(open_sections: Sequence[Section], code: str, following: tuple[str, ...]) -> float:
    """How badly the next codes go on from a section with this code."""
    total = 0.0
    for printed in following:
        open_sections = enter_section(open_sections, code, "")
        cost, code = _nearest(clean_code(_without_rules(printed)), open_sections, 1)[0]
        total += min(cost, _MOST_COST)
    return total


def _without_rules(printed: str) -> str:
    """The code without the table's ruled lines, which OCR reads as bars or as "_" beside it."""
    first, *rest = printed.split() or [""]
    while rest and not any(map(str.isalnum, first)):
        first, *rest = rest
    if len(rest) > 1 and fold(rest[0]) in map(fold, _WORDS):
        first, *rest = rest  # "pe Nhom I"
    first = re.sub(r"_[_\W]*$", "", first) or first
    return " ".join((first, *(part for part in rest if part.strip("|¦!_-–"))))


@lru_cache(maxsize=512)
def _priors(expected: tuple[str, ...]) -> dict[str, float]:
    """Cost of the codes that may come next, and of those after them: a group row may be lost."""
    costs = {code: _ORDER_COST * place for place, code in enumerate(expected)}
    for code in expected:
        kind = kind_of(code)
        for step in range(1, _MOST_LOST_GROUPS + 1):
            code = next_code(code, kind)
            if code:
                costs.setdefault(code, _LOST_GROUP_COST + _ORDER_COST * step)
    return costs


@lru_cache(maxsize=20_000)
def _distance(printed: str, code: str) -> float:
    word, _, number = code.rpartition(" ")
    if word:
        seen, _, rest = printed.rpartition(" ")
        if not seen:
            return 9.0
        unlike = 1.0 - Levenshtein.normalized_similarity(fold(seen), fold(word))
        return 4.0 * unlike + _strokes_distance(rest, number)
    return min(_strokes_distance(variant, number) + cost for variant, cost in _unmerged(printed))


def _unmerged(printed: str) -> Iterable[tuple[str, float]]:
    """The print, and the print with one letter read as the strokes it may have merged."""
    yield printed, 0.0
    for merged, strokes in _MERGED:
        if merged in printed:
            yield printed.replace(merged, strokes), _MERGED_COST


def _strokes_distance(printed: str, code: str) -> float:
    """Edit distance with cheap OCR confusions."""
    row = [sum(map(_lost_cost, code[:end])) for end in range(len(code) + 1)]
    for seen in printed:
        above, row = row, [row[0] + _added_cost(seen)]
        for index, meant in enumerate(code):
            row.append(
                min(
                    above[index] + _swap_cost(seen, meant),
                    above[index + 1] + _added_cost(seen),
                    row[index] + _lost_cost(meant),
                )
            )
    return row[-1]


def _added_cost(character: str) -> float:
    """Cost of a character that stands in the print and not in the code."""
    return _DOT_COST if character in ". ,-'" else _EDIT_COST


def _lost_cost(character: str) -> float:
    """Cost of a character that OCR lost; of like strokes side by side it often loses one."""
    return _LOST_STROKE_COST if character in _STROKES else _added_cost(character)


def _swap_cost(seen: str, meant: str) -> float:
    if seen == meant:
        return 0.0
    if seen in _STROKES and meant in _STROKES:
        return _STROKE_COST
    if seen in ".,-' " and meant in ".,-' ":
        return _STROKE_COST
    if any(seen in group and meant in group for group in _LOOKALIKES):
        return _LOOKALIKE_COST
    return _EDIT_COST


def lost_code(open_sections: Sequence[Section], following: str, dotted: bool) -> str:
    """The code of a group row whose print is lost, from its place in the numbering.

    Args:
        open_sections: sections open before the row.
        following: the next group row's code as OCR read it ("" where none follows).
        dotted: whether codes like "I.1" stand in the table; without them no section has parts.

    Returns:
        The first sibling or part that the following code goes on from; "" where none can be told.
    """
    codes = [next_code(section.code, section.kind) for section in reversed(open_sections)]
    if dotted and open_sections and "." not in open_sections[-1].kind:
        codes.append(f"{open_sections[-1].code}.1")
    if not open_sections:
        codes = ["I", "A"]
    codes = [code for code in codes if code]
    for code in codes if following else ():
        after = expected_codes(enter_section(open_sections, code, ""))
        if read_section_code(following, after) in after:
            return code
    return codes[0] if codes else ""


def settle_codes(
    printed: Sequence[str],
    open_sections: Sequence[Section] = (),
    below: Sequence[bool] = (),
    unseen: Mapping[int, float] = MappingProxyType({}),
) -> tuple[str, ...]:
    """The codes of group rows that follow one another, settled together.

    Where each is read on its own, "1" for "I" soon becomes "I.1", and all after it are parts of it.
    Here the codes that explain all print best win: those of few kinds, counted without gaps.

    Args:
        printed: the code of each group row as OCR read it, "" where it was lost.
        open_sections: sections open before the first, outermost first.
        below: whether each stands right below the group row before it, with no row between: then
            it begins a part of it. Where rows stand between, it hardly does.
        unseen: the places among these where no group row was found but may have been lost, with
            what it costs that there was none (nats).

    Returns:
        A code for each place; "" at one ``unseen`` where no group row was lost.
    """
    beneath = tuple(below) or (None,) * len(printed)
    begun = tuple(open_sections)
    beam: list[_CodePath] = [_CodePath(0.0, (), begun, frozenset(one.kind for one in begun))]
    for place, (print_, under) in enumerate(zip(printed, beneath, strict=True)):
        code = clean_code(_without_rules(print_))
        grown: dict[tuple[tuple[str, ...], frozenset[str]], _CodePath] = {}
        for path in beam:
            candidates = _next_codes(code, path.open)
            if place in unseen:
                key = (tuple(section.code for section in path.open), path.kinds)
                none = replace(path, cost=path.cost + unseen[place], codes=(*path.codes, ""))
                if key not in grown or none.cost < grown[key].cost:
                    grown[key] = none
                candidates = [(cost + _UNSEEN_COST, candidate) for cost, candidate in candidates]
            for cost, candidate in candidates:
                sections = enter_section(path.open, candidate, "")
                kinds = path.kinds | {sections[-1].kind}
                more = len(kinds) - max(len(path.kinds), 1)
                cost += path.cost + _NEW_KIND_COST * max(more, 0)
                if under is not None and path.open:
                    deeper = len(sections) > len(path.open)
                    cost += 0.0 if deeper is under else _EMPTY_COST if under else _LATE_PART_COST
                key = (tuple(section.code for section in sections), kinds)
                if key not in grown or cost < grown[key].cost:
                    grown[key] = _CodePath(cost, (*path.codes, candidate), sections, kinds)
        beam = sorted(grown.values(), key=lambda path: path.cost)[:_BEAM]
    return beam[0].codes


@dataclass(frozen=True, slots=True)
class _CodePath:
    cost: float
    codes: tuple[str, ...]
    open: tuple[Section, ...]
    kinds: frozenset[str]


def may_be_code(printed: str) -> bool:
    """Whether what stands before a group's title looks like a code; "ow" is stray ink."""
    code = clean_code(_without_rules(printed))
    return bool(code and _CODE_INK.match(code)) and any(map(str.isalnum, code))


def _next_codes(code: str, open_sections: Sequence[Section]) -> list[tuple[float, str]]:
    """What a group row's code may be, with what each costs, where ``code`` was read."""
    expected = expected_codes(open_sections)
    if not code or not any(map(str.isalnum, code)):
        kinds = {section.kind for section in open_sections}
        return [
            (
                _UNREAD_COST
                + _kind_cost(candidate, kinds)
                + _orphan_cost(candidate, open_sections)
                + (0.0 if "." in candidate else _LOST_WHOLE_COST),
                candidate,
            )
            for candidate in expected
        ]
    found = []
    costs = dict.fromkeys(expected, 0.0)
    for candidate in expected:
        after, kind = candidate, kind_of(candidate, open_sections)
        for step in range(_MOST_LOST_GROUPS):
            after = next_code(after, kind)
            if after:
                costs.setdefault(after, _SKIPPED_COST + _LOST_GROUP_COST * step)
    if not open_sections:
        costs["A"] = _LETTERS_COST
    legible = bool(_CODE_INK.match(code))
    kinds = {section.kind for section in open_sections}
    for candidate, cost in costs.items():
        unlike = min(_distance(code, candidate), _UNLIKE_MOST if legible else _UNLIKE_INK)
        if not legible and "." in candidate and code.isalpha():
            unlike += _UNDIGITED_COST
        unlike += _orphan_cost(candidate, open_sections)
        found.append(
            (unlike + cost + (0.0 if legible else _kind_cost(candidate, kinds)), candidate)
        )
    if code not in costs:
        found.append((_as_printed_cost(code), code))
    return found


def _orphan_cost(code: str, open_sections: Sequence[Section]) -> float:
    return _ORPHAN_COST if "." in code and not open_sections else 0.0


def _kind_cost(code: str, known: Set[str]) -> float:
    """How much rarer this kind of code is than a Roman number with or without parts, where no
    section of it is open.
    """
    kind = kind_of(code)
    if kind in known:
        return 0.0
    if kind == "letter":
        return _LETTERS_COST
    return 0.0 if kind in ("roman", "roman.1") else _RARE_KIND_COST


def _as_printed_cost(code: str) -> float:
    """Cost of a code that none may follow; one that is whole may even so be what was printed."""
    kind = kind_of(code)
    whole = " " in code or (len(code) > 1 and kind.startswith(("roman", "letter")))
    return _WHOLE_PRINT_COST if whole and kind != "other" else _AS_PRINTED_COST


def headings_of(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Folded letters of the headings in running text: short paragraphs that begin with a code."""
    found = (_HEADING.match(paragraph) for paragraph in paragraphs)
    titles = ("".join(words(match["title"])) for match in found if match)
    return tuple(title for title in titles if _LEAST_TITLE <= len(title) <= _MOST_TITLE)


def repeats_heading(title: str, headings: Sequence[str]) -> bool:
    """Whether a damaged line says what one of the headings says (:func:`headings_of`).

    The sections of an appendix often bear the names of the plan's own; a line with such a name is
    a group row, whatever became of its code.
    """
    return heading_likeness(title, headings) >= _HEADING_ALIKE


def heading_likeness(title: str, headings: Sequence[str]) -> float:
    """How like a line is to the likest heading, in per cent; 0 where no title is so short or long
    or none is like enough.
    """
    letters = "".join(words(title))
    if not _LEAST_TITLE <= len(letters) <= _MOST_TITLE:
        return 0.0
    best = process.extractOne(letters, headings, scorer=fuzz.ratio, score_cutoff=_HEADING_ALIKE)
    return best[1] if best is not None else 0.0


def read_appendix_label(line: str, previous: str = "") -> str | None:
    """The label of an appendix announced by a line: "PHỤ LỤC 04" → "04"; None where none is.

    Damaged lines count ("Phu luc II )"); so does a label followed by its title ("Phụ lục I: ...").
    "" where the line says "Phụ lục" without a number. ``previous`` is the label before this one:
    after "I", a damaged "11" is "II".
    """
    parted = split_appendix_label(line, previous)
    return parted[0] if parted else None


def split_appendix_label(line: str, previous: str = "") -> tuple[str, str] | None:
    """An appendix's label and the part of its title that stands on the same line.

    "Phụ lục I: DANH MỤC" → ("I", "DANH MỤC"); None as in :func:`read_appendix_label`.
    """
    text = one_line(line)
    found = _LABEL.match(ink(text))
    if found is not None and found["ink"] and not _is_ink_of_a_seal(text, found):
        return None
    if found is None:
        label = _read_damaged_label(text, previous)
        return None if label is None else (label, "")
    rest = text[found.start("rest") :]
    mark = _LABEL_MARK.match(rest)
    label = _label_number(mark["mark"], previous) if mark else None
    if label in ("11", "111") and text[: found.start("rest")].isascii():
        label = "I" * len(label)  # a damaged label: there are more plans of three than of eleven
    if mark is None or label is None:
        bare = not any(map(str.isalnum, rest))
        return ("", "" if bare else rest.strip()) if bare or text.isupper() else None
    after = rest[mark.end("mark") :]
    title = after.strip(" .:)-–(")
    if not any(map(str.isalnum, title)):
        title = ""  # ink beside the label
    if title and not _TITLE_AFTER_LABEL.match(after) and not title.isupper():
        return None
    return label, title


def _is_ink_of_a_seal(text: str, found: re.Match[str]) -> bool:
    """Whether what stands before "Phụ lục" is no word: the rim of a seal beside the label."""
    before = text[: found.start("word")]
    alone = _LABEL_ENDS.match(text[found.start("rest") :])
    glued = not before[-1:].isspace()
    if _LIST_MARK.match(before):
        return False
    return bool(alone and text[found.start("word")].isupper()) and (
        bool(_INK_ALONE.match(before)) or (glued and len(before.strip()) <= 2)
    )


def appendix_mark(line: str) -> str:
    """What a line that announces an appendix shows after "Phụ lục": "PHỤ LỤC1I" → "1I"; "" where
    nothing stands there.
    """
    text = one_line(line)
    found = _LABEL.match(ink(text))
    mark = _LABEL_MARK.match(text[found.start("rest") :]) if found else None
    return mark["mark"].strip("_") if mark else ""


def label_distance(printed: str, label: str) -> float:
    """How unlike the label that OCR read is to another: strokes confused, lost or added.

    The blank before a label is soon read as one stroke more ("PHỤ LỤC1I").
    """
    blank = _BLANK_COST + _distance(printed[1:], label) if printed[:1] in "1l|" else _MOST_COST
    return min(_distance(printed, label), blank) if printed[1:] else _distance(printed, label)


def _read_damaged_label(text: str, previous: str) -> str | None:
    """A label whose very word is damaged: a short line that nearly says "Phụ lục"."""
    parts = text.split()
    if not 2 <= len(parts) <= _LABEL_WORDS:
        return None
    first, second = ink(parts[0]), ink(parts[1])
    likeness = Levenshtein.normalized_similarity(f"{first} {second}", "phu luc")
    if likeness < _LEAST_LIKENESS or not (first.startswith("p") and second[:1] in ("l", "i", "1")):
        return None
    rest = [part for part in parts[2:] if any(map(str.isalnum, part)) or part in "|!"]
    return _label_number(rest[0], previous) if rest else ""


def _label_number(mark: str, previous: str) -> str | None:
    due = next_code(previous, "roman") if previous in _ROMANS else ""
    if (_DIGITS.match(mark) and not due) or _COMPOUND.match(mark):
        return mark
    if due and mark not in _ROMANS and read_section_code(mark, [due]) == due:
        return due  # "H" after "I"
    if mark in _ROMANS or (len(mark) == 1 and mark in _LETTERS):
        return mark
    expected = [due] if due else list(_ROMANS)[:3]
    code = read_section_code(mark, expected)
    return code if code in _ROMANS else (mark if _DIGITS.match(mark) else None)
