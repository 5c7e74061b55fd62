"""The lines above an appendix's table: its label, its title, the "(Kèm theo ...)" sentence.

Nghị định 30/2020/NĐ-CP, Phụ lục I, mục III.1: the label stands first ("Phụ lục II"), then the title
in capitals, then the document the appendix belongs to. A skewed or stamped page mixes these lines
up; capitals and brackets tell them apart again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold, ink
from normalizers.lines import join_lines
from normalizers.sections import read_appendix_label, split_appendix_label

_ATTACHED_WORDS = "kem theo"
_LEAST_LIKENESS = 0.7
_NUMBERED = re.compile(r"(?:\bs\S{0,3}\s+|\s)\d*\s*[-/][A-ZĐ]{2,}[-/A-ZĐ]*\b.*\bng\S{1,2}y\b")
_FINAL_CONSONANTS = ("c", "ch", "m", "n", "ng", "nh", "p", "t")
# Words that stand before a name, where a page's edge may cut them.
_CUT_WORDS = frozenset(("tinh", "huyen", "quan", "thanh", "ban", "nhan", "dan", "ninh"))
_STROKES_OF_CAPITALS = (("({", "Q"), ("(Q", "Q"))
_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """What stood above a table.

    ``label`` is None where no appendix is announced and "" where it has no number; ``attached`` is
    the sentence "(Kèm theo ...)" with its brackets, "" where there is none. ``rest`` are damaged
    lines after that sentence that are no title's: of the table, read out of their order.
    """

    label: str | None
    title: str
    attached: str
    rest: tuple[str, ...] = ()


def read_title_block(
    lines: Sequence[str], previous: str = "", repair: Callable[[str], str] = str
) -> TitleBlock:
    """Part the lines above a table.

    Args:
        lines: printed lines in their order, damaged ones as OCR read them.
        previous: label of the appendix before ("" for the first).
        repair: mends a joined damaged line; identity for clean text.
    """
    label: str | None = None
    title: list[str] = []
    attached: list[str] = []
    rest: list[str] = []
    is_open = False
    for line in lines:
        line = join_lines(line)
        parted = split_appendix_label(line, previous) if label is None else None
        if parted is not None:
            label, line = parted
        if not line:
            continue
        begins = not attached and begins_attachment(line)
        if begins or (is_open and not is_capitals(line)):
            attached.append(line)
            is_open = not line.rstrip(". ").endswith((")", "}", "]"))
        elif attached and not is_capitals(line):
            rest.append(line)
        else:
            title.append(line)
    return TitleBlock(
        label, repair(join_cut_lines(title)), repair(join_cut_lines(attached)), tuple(rest)
    )


def begins_attachment(line: str) -> bool:
    """Whether a line begins the "(Kèm theo ...)" sentence, also where its first words are lost."""
    words = fold(line).strip("(\"' ").split()
    if words[:2] == ["ban", "hanh"]:
        words = words[2:]
    start = ink(" ".join(words[:2]))
    if Levenshtein.normalized_similarity(start, _ATTACHED_WORDS) >= _LEAST_LIKENESS:
        return True
    return bool(_NUMBERED.search(line)) and not is_capitals(line)


def starts_attachment(line: str) -> bool:
    """Whether a line opens the bracket of an attachment's sentence: "(Kèm theo ..."."""
    return line.startswith("(") and begins_attachment(line)


def announces_appendix(line: str) -> bool:
    """Whether a line bears an appendix's label: "Phụ lục II"."""
    return read_appendix_label(line) is not None


def is_capitals(line: str) -> bool:
    """Whether a printed line is in capitals; a few damaged letters do not matter."""
    letters = [letter for letter in line if letter.isalpha()]
    return bool(letters) and sum(map(str.isupper, letters)) >= 0.75 * len(letters)


def join_cut_lines(lines: Sequence[str]) -> str:
    """Lines of one title as one line; a word cut in two by the page's edge is made whole.

    "… THỰC HIỆN CÁ" and "C NHIỆM VỤ" join to "… CÁC NHIỆM VỤ": no Vietnamese syllable is a bare
    final consonant. Where both halves show the cut letter ("UBND tỉ", "inh Quảng Ngãi"), it counts
    once.
    """
    joined = ""
    for line in lines:
        line = _without_scraps(line)
        shared = _shared_at_cut(joined, line) if joined and line else None
        if shared is not None:
            joined += line[shared:]
        else:
            joined = join_lines(f"{joined}\n{line}")
    return joined


def _shared_at_cut(above: str, below: str) -> int | None:
    """Letters that both sides of a cut word show; None where no word was cut."""
    last = fold(above.split()[-1])
    first = fold(below.split()[0])
    if not above[-1].isalpha() or last[-1:] not in _VOWELS:
        return None
    if first in _FINAL_CONSONANTS:
        return 0
    if first[:1] == last[-1:] and first[1:] in _FINAL_CONSONANTS and last + first[1:] in _CUT_WORDS:
        return 1
    return None


def _without_scraps(line: str) -> str:
    """A damaged line without a lone quotation mark, its capitals' strokes read as letters."""
    if line.count('"') % 2:
        line = line.replace('"', "")
    if is_capitals(line):
        for strokes, letter in _STROKES_OF_CAPITALS:
            line = line.replace(strokes, letter)
    return line
