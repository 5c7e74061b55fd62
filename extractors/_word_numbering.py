"""Automatic numbers and bullets of Word's lists, as they are printed.

A numbered paragraph holds no number: it names a list and a level (ECMA-376 Part 1, 17.9), and Word
counts. Row numbers of tables are often such lists, so they are counted here the way Word does: one
count a list definition, lower levels start again under a higher one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from extractors._word_symbols import symbol_text
from extractors.office import Element

_LEVEL_MARK = "%"
_MOST_ROMAN = 3999
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def local_name(element: Element) -> str:
    """An element's name without its namespace ("" for what is no element)."""
    return _local(element.tag)


@lru_cache(maxsize=4096)
def _local(tag: object) -> str:
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children of an element with one of these names."""
    return (
        child for child in (element if element is not None else ()) if local_name(child) in names
    )


def child(element: Element | None, *path: str) -> Element | None:
    """The first child by that name, and of it the first, and so on; None where there is none."""
    for name in path:
        if element is None:
            return None
        for part in element:
            if local_name(part) == name:
                element = part
                break
        else:
            return None
    return element


def attribute(element: Element | None, name: str = "val") -> str | None:
    """An attribute by its name without namespace."""
    if element is None:
        return None
    return next((value for key, value in element.items() if _local(key) == name), None)


def is_on(element: Element | None) -> bool:
    """Whether a switch such as ``<w:vanish/>`` is there and on."""
    return element is not None and attribute(element) not in ("0", "false", "off", "none")


def number(element: Element | None, name: str = "val", missing: int = 0) -> int:
    """An attribute as a whole number; ``missing`` where it is none."""
    try:
        return int(attribute(element, name) or missing)
    except ValueError:
        return missing


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list. ``restart``: the level (counted from 1) after which it starts again,
    0 for never, None for any higher one.
    """

    start: int = 1
    style: str = "decimal"
    text: str = ""
    font: str = ""
    glue: str = " "
    restart: int | None = None
    legal: bool = False


@dataclass(slots=True)
class _Count:
    """The numbers a list definition stands at, level by level."""

    at: dict[int, int] = field(default_factory=dict)
    restarted: set[tuple[str, int]] = field(default_factory=set)


class Numbering:
    """The lists of one document; counts on with every :meth:`label`."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._abstract = {
            attribute(one, "abstractNumId"): one for one in children(numbering, "abstractNum")
        }
        self._lists = {attribute(one, "numId"): one for one in children(numbering, "num")}
        self._of_style = {
            attribute(one, "styleId"): attribute(child(one, "pPr", "numPr", "numId"))
            for one in children(styles, "style")
            if child(one, "pPr", "numPr", "numId") is not None
        }
        self._levels: dict[tuple[str, int], _Level] = {}
        self._counts: dict[str, _Count] = {}

    def level_of_style(self, list_id: str, style_id: str) -> int | None:
        """The level of a list that a paragraph style is tied to."""
        definition = self._definition(list_id)
        for level in children(definition, "lvl"):
            if attribute(child(level, "pStyle")) == style_id:
                return number(level, "ilvl")
        return None

    def label(self, list_id: str, level: int) -> str:
        """The number or bullet of the next paragraph of a list, with the blank that follows it.

        "" where the list is not known or the level prints none.
        """
        definition = self._definition(list_id)
        if definition is None:
            return ""
        key = attribute(definition, "abstractNumId") or list_id
        count = self._counts.setdefault(key, _Count())
        self._count_on(count, list_id, level)
        shape = self._level(list_id, level)
        if shape.style == "none":
            return ""
        if shape.style == "bullet":
            text = symbol_text(shape.text, shape.font)
        else:
            text = self._filled(shape, count, list_id)
        return text + shape.glue if text else ""

    def _definition(self, list_id: str) -> Element | None:
        """The list definition of a list; a definition may only name a style that has it."""
        for _ in range(8):
            one = self._abstract.get(attribute(child(self._lists.get(list_id), "abstractNumId")))
            link = attribute(child(one, "numStyleLink"))
            if link is None:
                return one
            list_id = self._of_style.get(link) or ""
        return None

    def _count_on(self, count: _Count, list_id: str, level: int) -> None:
        own = child(self._override(list_id, level), "startOverride")
        first = self._level(list_id, level).start if own is None else number(own)
        begins = own is not None and (list_id, level) not in count.restarted
        count.restarted.add((list_id, level))
        count.at[level] = first if begins or level not in count.at else count.at[level] + 1
        for deeper in [one for one in count.at if one > level]:
            restart = self._level(list_id, deeper).restart
            if restart is None or (restart and level < restart):
                del count.at[deeper]

    def _override(self, list_id: str, level: int) -> Element | None:
        changed = children(self._lists.get(list_id), "lvlOverride")
        return next((one for one in changed if number(one, "ilvl") == level), None)

    def _level(self, list_id: str, level: int) -> _Level:
        found = self._levels.get((list_id, level))
        if found is None:
            own = child(self._override(list_id, level), "lvl")
            if own is None:
                shared = children(self._definition(list_id), "lvl")
                own = next((one for one in shared if number(one, "ilvl") == level), None)
            found = self._levels[list_id, level] = _read_level(own)
        return found

    def _filled(self, shape: _Level, count: _Count, list_id: str) -> str:
        """The level's text with the counts in it: "%1.%2." → "2.1."."""
        parts = shape.text.split(_LEVEL_MARK)
        text = parts[0]
        for part in parts[1:]:
            if not part[:1].isdigit():
                text += _LEVEL_MARK + part
                continue
            other = int(part[0]) - 1
            level = self._level(list_id, other)
            value = count.at.setdefault(other, level.start)
            style = "decimal" if shape.legal else level.style
            text += written(value, style) + part[1:]
        return text


def _read_level(element: Element | None) -> _Level:
    if element is None:
        return _Level(style="none")
    restart = child(element, "lvlRestart")
    fonts = child(element, "rPr", "rFonts")
    level = _Level(
        start=number(child(element, "start")),
        style=attribute(child(element, "numFmt")) or "decimal",
        text=attribute(child(element, "lvlText")) or "",
        font=attribute(fonts, "ascii") or attribute(fonts, "hAnsi") or "",
        restart=None if restart is None else number(restart),
        legal=is_on(child(element, "isLgl")),
    )
    return replace(level, glue="") if attribute(child(element, "suff")) == "nothing" else level


def written(value: int, style: str) -> str:
    """A count in a number format of Word: "decimal", "upperRoman", "lowerLetter" ..."""
    if style in ("upperRoman", "lowerRoman"):
        roman = _roman(value)
        return roman if style == "upperRoman" else roman.lower()
    if style in ("upperLetter", "lowerLetter"):
        letter = _letter(value)
        return letter if style == "upperLetter" else letter.lower()
    if style == "decimalZero":
        return f"{value:02d}"
    return "" if style == "none" else str(value)


def _roman(value: int) -> str:
    if not 0 < value <= _MOST_ROMAN:
        return str(value)
    text = ""
    for worth, letters in _ROMAN:
        times, value = divmod(value, worth)
        text += letters * times
    return text


def _letter(value: int) -> str:
    """A, B, ... Z, AA, BB, ... (Word repeats the letter)."""
    if value < 1:
        return str(value)
    times, place = divmod(value - 1, 26)
    return chr(ord("A") + place) * (times + 1)
