"""Find the printed code that begins a group row, as OCR left it.

Group rows of plan appendices are numbered by roman numerals, capital letters, or both with a
dotted arabic part ("I.2"), some with a word before them ("Nhóm II - ..."). OCR reads the roman
``I`` as ``l``, ``1`` or ``|`` and drops the dot. This only says whether a line may begin with such
a code; which code it is, ``normalizers.sections`` decides from the ones that may come next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from normalizers.folding import fold

_ROMAN = re.compile(r"^[IVXl1|!\]T]{1,5}[.:)\-–—]?$")
_DOTTED = re.compile(r"^[IVXl1|!\]T]{0,5}[.,'|]\s?[\dlI]{1,2}[.:)]?$")
_UNDOTTED = re.compile(r"^[1Il][1-9]$")
_LETTER = re.compile(r"^[A-EĐ][.:)]?$")
_RULES = ("|", "¦", "_|", "|_")
_INK = re.compile(r"^[“\"'|\[]?[^\W\d_]{1,4}$")
_BETWEEN_RULES = re.compile(r"^[|¦]_+[|¦]$")  # "I", read as the lower edge of its cell
# what OCR makes of a title of half letters, and of the dots or rules beside it
_RULED_INK = re.compile(r"\s*(?:[—=–-]*[OSC]{4,}|—{2,}|[~*“‘<;]{2,}|\bS{2,}$).*$")
_WORDS = ("nhom", "phan", "muc", "chuong")

CERTAIN_ROMAN = 0.0
LOOKS_ARABIC = -3.0  # "1" or "11" is more often a row's number
LETTER = -2.0
DOTTED = -1.0
BEFORE_A_RULE = -2.5  # a misread code, parted from its title by a printed rule
NO_CODE = -5.0
_MOST_INK = 3  # characters
SENTENCE_MARKS = (".", ",", ";", ":")  # a title ends with none of them
STRAY_CODE = -5.0  # a short token that may be what is left of a code
LOST_CODE = -3.0  # a line that begins like a title, without any code
SHORT = -3.0  # ... of few words, as texts end ("Thông tư này")
GOES_ON = -8.0  # ... where the next line goes on in lower case
_JOINING = frozenset(("va", "so", "cac", "tai", "cho", "cua", "do", "theo", "bo", "ban", "to"))
_RULE_MARKS = "|¦_"
_LEADING_MARKS = "|¦_—–-"
_MOST_MARKS = 2
_FEWEST_WORDS = 3  # of a title whose code was not read


def group_code(tokens: Sequence[str]) -> tuple[int, float] | None:
    """How many tokens the code takes and its cost (nats); None where no title can follow.

    A title begins with a capital, or all of it is ink behind a rule read as a bracket ("ME [inva").
    A line of capitals may be a group row without a code: 0 tokens.
    """
    if len(tokens) > 1 and _INK.match(tokens[0]) and tokens[1][0] == "[" and _is_alone(tokens[1:]):
        return _with_rules(tokens, 1), BEFORE_A_RULE
    marks = 0
    while marks < min(len(tokens) - 1, _MOST_MARKS) and not tokens[marks].strip(_LEADING_MARKS):
        marks += 1
    found = _code(
        [*(token.rstrip(_RULE_MARKS) for token in tokens[marks:][:1]), *tokens[marks + 1 :]]
    )
    if marks and found is None and _UNDOTTED.match(tokens[marks]):
        found = _with_rules(tokens[marks:], 1), LOOKS_ARABIC  # "| 13 Title" of "I.3"
    if marks and found is not None and found[0]:
        found = found[0] + marks, found[1]
    elif marks:
        found = _code(tokens)
    if found is None and _BETWEEN_RULES.match(tokens[0]) and len(tokens) > 1:
        found = _with_rules(tokens, 1), BEFORE_A_RULE
    if found is None or not found[0]:
        return found
    title = next((ch for token in tokens[found[0] :] for ch in token if ch.isalpha()), "")
    return found if title.isupper() else None


def without_ruled_ink(title: str) -> str:
    """A damaged title without the ink of dots and rules at its end."""
    return _RULED_INK.sub("", title)


def _is_alone(tokens: Sequence[str]) -> bool:
    """Whether nothing of another column stands beside a title."""
    return not any(mark in token for token in tokens for mark in "|]")


def lost_group_code(tokens: Sequence[str], below: str = "") -> tuple[int, float] | None:
    """As :func:`group_code`, for a line whose code was read as anything or not at all.

    ``below`` is the next printed line, "" where the line is full: a title goes on then only.
    """
    if tokens[-1].endswith(SENTENCE_MARKS) or any(t.endswith((".", ";")) for t in tokens[1:]):
        return None
    for used, cost in ((1, STRAY_CODE), (0, LOST_CODE)):
        title = tokens[used:]
        code = "".join(tokens[:used])
        words = [token for token in title if sum(map(str.isalnum, token)) > 1]
        if len(words) < _FEWEST_WORDS or not title[0][:1].isupper() or len(code) > _MOST_INK:
            continue
        if code and not any(map(str.isalnum, code)):
            continue  # a bullet
        if code and fold(code).strip(".") in _JOINING:
            continue  # a part of a sentence or of a name
        if code.endswith(".") and code.islower():
            continue  # the end of a sentence
        if code and len(words) < len([token for token in title if not token.isdigit()]):
            continue  # ink among the words
        if not code and len(words) == _FEWEST_WORDS:
            cost += SHORT
        if not code and below[:1].islower():
            cost += GOES_ON
        if not code.isdigit() and not any(token in _RULES for token in title):
            return used, cost
    return None


def _code(tokens: Sequence[str]) -> tuple[int, float] | None:
    if not tokens:
        return None
    first = tokens[0]
    # ink of the number's column may stand before the word: "pe Nhom I - ..."
    ink = int(len(first) <= _MOST_INK and not _is_group_word(first))
    if len(tokens) > ink + 2 and _is_group_word(tokens[ink]) and _ROMAN.match(tokens[ink + 1]):
        return ink + (3 if tokens[ink + 2] in ("-", "–", "—", ":") else 2), CERTAIN_ROMAN
    if _DOTTED.match(first) and len(first) > 1:
        return _with_rules(tokens, 1), DOTTED
    if _ROMAN.match(first):
        sure = any(ch in "IVX" for ch in first) or first.startswith(("l", "|"))
        return _with_rules(tokens, 1), CERTAIN_ROMAN if sure else LOOKS_ARABIC
    if _LETTER.match(first):
        return _with_rules(tokens, 1), LETTER
    if len(tokens) > 2 and tokens[1] in _RULES and len(first) <= 3 and not first.isdigit():
        return _with_rules(tokens, 1), BEFORE_A_RULE
    letters = [ch for token in tokens for ch in token if ch.isalpha()]
    shouted = len(letters) > 4 and sum(ch.isupper() for ch in letters) >= 0.8 * len(letters)
    return (0, NO_CODE) if shouted and len(tokens) > 1 else None


def _is_group_word(token: str) -> bool:
    folded = fold(token)
    return any(Levenshtein.distance(folded, word) <= 1 for word in _WORDS)


def _with_rules(tokens: Sequence[str], used: int) -> int:
    """The code's tokens together with the marks of the rule that parts it from the title."""
    while used < len(tokens) - 1 and not any(ch.isalnum() for ch in tokens[used]):
        used += 1
    return used
