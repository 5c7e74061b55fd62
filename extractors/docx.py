"""Word files: the text as Word prints it, its tables with their merged cells.

What is printed counts: automatic numbers are written out, tracked changes are taken as accepted,
hidden text and field codes are left out, signs of symbol fonts become Unicode. Headers, footers,
notes and tables of contents are out of the way (footnotes are kept in a notice).

Pages: Word lays out its pages anew wherever it is opened, and a row is never broken in the file.
What is known are forced breaks and, where Word itself saved the file, the breaks of its last
layout (``w:lastRenderedPageBreak``); pages are counted by both, and a file that has neither is one
page. A table is one grid, whatever pages it runs over; each cell knows the page its row begins on.

Older kinds (.doc, .rtf, .odt) become ``.docx`` first, through LibreOffice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from extractors._libreoffice import to_docx
from extractors._word_numbering import (
    Numbering,
    attribute,
    child,
    children,
    is_on,
    local_name,
    number,
)
from extractors._word_symbols import symbol, symbol_text
from extractors._word_tables import is_frame, read_grid, rows_of, wrapped
from extractors.grid import Grid, PageContent, PrintedLine
from extractors.joining import document_parts
from extractors.judges import OldEncoding, OldFonts
from extractors.office import Element, WordParts, kind_of, word_parts
from extractors.sniff import Unreadable
from records import Document, Notice, Page

METHOD = "docx"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MEDIA_TYPES = {
    "docx": MEDIA_TYPE,
    "doc": "application/msword",
    "rtf": "application/rtf",
    "odt": "application/vnd.oasis.opendocument.text",
}

_FORCED, _RENDERED = "\f", "\v"  # page breaks within a paragraph's text: forced, of Word's layout
_BREAKS = _FORCED + _RENDERED
_LONGEST_PARAGRAPH = 4000  # characters; a page of closely set text has about as many
_LARGE_PICTURE = 0.2 * 7_560_000 * 10_692_000  # of an A4 page, in EMU (914,400 an inch) squared
_DEEPEST = 12  # tables within tables, text boxes within text boxes

_DELETED = ("del", "moveFrom", "delText", "delInstrText")
_NOTE_MARKS = (
    "footnoteReference",
    "endnoteReference",
    "footnoteRef",
    "endnoteRef",
    "annotationRef",
    "commentReference",
)
_PROPERTIES = ("pPr", "rPr", "sdtPr", "sdtEndPr")
_PLACES = ("posOffset", "pctWidth", "pctHeight", "pctPosHOffset", "pctPosVOffset")  # of a drawing
_RUBY = ("rt",)  # small letters over others
_NOT_PRINTED = frozenset((*_DELETED, *_NOTE_MARKS, *_PROPERTIES, *_PLACES, *_RUBY))
_LEAVES = {
    "t": "",
    "sym": "",
    "br": "",
    "cr": "\n",
    "tab": " ",
    "ptab": " ",
    "noBreakHyphen": "-",
    "softHyphen": "",
    "lastRenderedPageBreak": _RENDERED,
}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(slots=True)
class _Page:
    number: int
    lines: list[PrintedLine] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Printed:
    """A paragraph's text with its breaks, the text boxes anchored in it, and whether its mark was
    deleted, so that it runs on in the next one.
    """

    text: str
    boxes: tuple[Element, ...]
    runs_on: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """How a run is set, as far as it decides what is printed."""

    font: str = ""
    hidden: bool = False
    capitals: bool = False


def read_office(data: bytes, path: str, sha256: str, fonts: OldFonts) -> Document:
    """A text document of any Office kind; all but ``.docx`` go through LibreOffice first.

    Raises:
        Unreadable: as :func:`read_docx`; or it is no text document, is locked by a password, or
            needs LibreOffice where that is not installed.
    """
    kind = kind_of(data)
    word = data if kind == "docx" else to_docx(data, kind)
    return read_docx(word, path, sha256, fonts, _MEDIA_TYPES[kind])


def read_docx(
    data: bytes, path: str, sha256: str, fonts: OldFonts, media_type: str = MEDIA_TYPE
) -> Document:
    """Running text and tables of a Word file.

    Args:
        data: the bytes of a ``.docx``.
        path: where it was found, kept as given.
        sha256: hex digest of the file's bytes.
        fonts: asked about text in fonts from before Unicode.
        media_type: of the file that was dropped, where it was not this one.

    Raises:
        Unreadable: the file is broken or holds no text.
    """
    parts = word_parts(data)
    reader = _Reader(parts, fonts)
    contents = reader.read()
    if not any(content.lines or content.grids for content in contents):
        raise _no_text(parts.pictures)
    pages, tables, notices = document_parts(contents)
    notices = (*notices, *_glued_tables(pages), *_unread_objects(parts.document))
    return Document(
        path=path,
        sha256=sha256,
        media_type=media_type,
        route="docx",
        health="healthy",
        pages=pages,
        tables=tables,
        notices=(*notices, *reader.notices()),
    )


class _Reader:
    """Walks through one Word file in reading order."""

    def __init__(self, parts: WordParts, fonts: OldFonts) -> None:
        self._parts = parts
        self._old_fonts = fonts
        self._styles = _Styles(parts.styles)
        self._numbering = Numbering(parts.numbering, parts.styles)
        self._encodings: dict[str, OldEncoding | None] = {}
        self._fields: list[str] = []  # open ones: "code", "contents", "result" or "hidden"
        self._hides_contents = _are_balanced(parts.document)
        self._held = ""  # text of paragraphs whose mark was deleted
        self._pages = [_Page(1)]
        self._order = 0.0
        self._after_forced = False  # nothing printed yet since a forced page break
        self._depth = 0

    def read(self) -> tuple[PageContent, ...]:
        """What each page shows."""
        body = child(self._parts.document, "body")
        if body is None:
            return ()
        self._encodings = self._encodings_of_fonts(body)
        self._read_blocks(body)
        self._end_held()
        return tuple(
            PageContent(page.number, tuple(page.lines), tuple(page.grids), "docx", METHOD)
            for page in self._pages
        )

    def notices(self) -> tuple[Notice, ...]:
        """Footnotes and endnotes, which stand nowhere in the text."""
        notes = [
            " ".join(self.cell_lines(note))
            for part in self._parts.footnotes
            for note in children(part, "footnote", "endnote")
            if attribute(note, "type") in (None, "normal")
        ]
        if not any(notes):
            return ()
        message = "Chú thích cuối trang không thuộc ô hay dòng nào; nội dung được giữ ở đây."
        return (Notice("footnotes", message, "\n".join(filter(None, notes)), "info"),)

    # --- blocks ----------------------------------------------------------------------------------

    def _read_blocks(self, container: Element) -> None:
        """Paragraphs and tables of the body, a text box or a frame, in order."""
        if self._depth > _DEEPEST:
            return
        self._depth += 1
        for block in wrapped(container, "p", "tbl"):
            if local_name(block) == "p":
                self._read_paragraph(block)
            else:
                self._end_held()
                self._read_table(block)
        self._depth -= 1

    def _read_paragraph(self, paragraph: Element) -> None:
        page = self._pages[-1]
        if is_on(child(paragraph, "pPr", "pageBreakBefore")) and (page.lines or page.grids):
            self._turn_page(_FORCED)
        printed = self._printed(paragraph)
        if printed.runs_on:
            self._held = printed.text
        else:
            self._add_lines(printed.text)
        for box in printed.boxes:
            self._read_blocks(box)
        section = child(paragraph, "pPr", "sectPr")
        flows = attribute(child(section, "type")) in ("continuous", "nextColumn")
        if section is not None and not flows:
            self._turn_page(_FORCED)

    def _end_held(self) -> None:
        """Print what a deleted paragraph mark left hanging."""
        held, self._held = self._held, ""
        self._add_lines(held)

    def _add_lines(self, text: str) -> None:
        for piece, mark in _pieces(text):
            for line in _printed_lines(piece):
                self._order += 1
                self._pages[-1].lines.append(PrintedLine(line, self._order))
                self._after_forced = False
            if mark:
                self._turn_page(mark)

    def _turn_page(self, mark: str) -> None:
        """Begin a page. Word notes a forced break a second time, as one of its layout."""
        if mark == _RENDERED and self._after_forced:
            self._after_forced = False
            return
        self._pages.append(_Page(self._pages[-1].number + 1))
        self._after_forced = mark == _FORCED

    def _read_table(self, table: Element) -> None:
        rows = rows_of(table)
        if is_frame(rows):
            for row in rows:
                for cell in row.cells:
                    self._read_blocks(cell)
                    self._end_held()
            return
        if rows and rows[0].begins_page:
            self._turn_page(_RENDERED)
            rows[0] = replace(rows[0], begins_page=False)
        self._order += 1
        page = self._pages[-1].number
        grid, last = read_grid(table, rows, self._order, page, self.cell_lines)
        if grid.cells:
            self._pages[-1].grids.append(grid)
            self._after_forced = False
        self._pages += [_Page(turned) for turned in range(page + 1, last + 1)]

    def cell_lines(self, container: Element) -> list[str]:
        """The printed lines of a cell: its paragraphs, and tables within it row by row."""
        if self._depth > _DEEPEST:
            return []
        self._depth += 1
        held, self._held = self._held, ""
        lines: list[str] = []
        for block in wrapped(container, "p", "tbl"):
            if local_name(block) == "tbl":
                for row in rows_of(block):
                    cells = [" ".join(self.cell_lines(cell)) for cell in row.cells]
                    lines.append(" ".join(filter(None, cells)))
                continue
            printed = self._printed(block)
            if printed.runs_on:
                self._held = printed.text
            else:
                lines.append(printed.text)
            for box in printed.boxes:
                lines += self.cell_lines(box)
        lines.append(self._held)
        self._held = held
        self._depth -= 1
        return [line for text in lines for line in _printed_lines(text)]

    # --- a paragraph -----------------------------------------------------------------------------

    def _printed(self, paragraph: Element) -> _Printed:
        """A paragraph as it is printed, its number first."""
        held, self._held = self._held, ""
        # a field's code never goes over a paragraph's end, whatever a broken file says
        self._fields = [one for one in self._fields if one in ("result", "hidden")]
        boxes: list[Element] = []
        style = attribute(child(paragraph, "pPr", "pStyle"))
        text = "".join(self._inline(paragraph, style, boxes, _Run()))
        mark = child(paragraph, "pPr", "rPr")
        if child(mark, "del") is not None or child(mark, "moveFrom") is not None:
            return _Printed(held + text, tuple(boxes), runs_on=True)
        if "hidden" not in self._fields:
            begin = len(text) - len(text.lstrip(_BREAKS))
            text = text[:begin] + self._label(paragraph, style) + held + text[begin:]
        return _Printed(text, tuple(boxes))

    def _label(self, paragraph: Element, style: str | None) -> str:
        """The automatic number of a paragraph, counted on."""
        own = child(paragraph, "pPr", "numPr")
        list_id, level = attribute(child(own, "numId")), number(child(own, "ilvl"))
        if list_id is None and style:
            list_id, level_of_style = self._styles.list_of(style)
            if child(own, "ilvl") is None and list_id:
                tied = self._numbering.level_of_style(list_id, style)
                level = level_of_style if tied is None else tied
        return self._numbering.label(list_id, level) if list_id not in (None, "", "0") else ""

    def _inline(
        self, element: Element, style: str | None, boxes: list[Element], run: _Run
    ) -> Iterator[str]:
        """The text of a paragraph's or a run's children; text boxes are put aside."""
        for part in element:
            name = local_name(part)
            if name == "r":
                yield from self._inline(part, style, boxes, self._styles.run(part, style))
            elif name == "fldChar":
                self._note_field(attribute(part, "fldCharType"))
            elif name == "instrText":
                self._note_code(part.text or "")
            elif name == "txbxContent":
                boxes.append(part)
            elif name == "AlternateContent":
                choice = child(part, "Choice")
                other = child(part, "Fallback") if choice is None else choice
                if other is not None:
                    yield from self._inline(other, style, boxes, run)
            elif name in _LEAVES:
                if set(self._fields) <= {"result"} and not run.hidden:
                    yield self._leaf(name, part, run)
            elif name and name not in _NOT_PRINTED:
                yield from self._inline(part, style, boxes, run)

    def _leaf(self, name: str, part: Element, run: _Run) -> str:
        if name == "t":
            return self._text(part.text or "", run)
        if name == "sym":
            code = attribute(part, "char") or ""
            return symbol(int(code, 16), attribute(part, "font") or "") if _is_hex(code) else ""
        if name == "br":
            return _FORCED if attribute(part, "type") == "page" else "\n"
        return _LEAVES[name]

    def _text(self, text: str, run: _Run) -> str:
        encoding = self._encodings.get(run.font)
        if encoding is not None:
            return self._old_fonts.from_old(text, encoding)
        text = symbol_text(text, run.font).translate(_INVISIBLE)
        return text.upper() if run.capitals else text

    def _note_field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append("code")
        elif kind == "separate" and self._fields:
            self._fields[-1] = "hidden" if self._fields[-1] == "contents" else "result"
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _note_code(self, code: str) -> None:
        """A table of contents only repeats titles, and its lines look like appendix labels."""
        is_contents = code.split()[:1] == ["TOC"]
        if is_contents and self._hides_contents and self._fields[-1:] == ["code"]:
            self._fields[-1] = "contents"

    def _encodings_of_fonts(self, body: Element) -> dict[str, OldEncoding | None]:
        """For each old font the encoding that the text set in it is in; None for Unicode."""
        texts: dict[str, list[str]] = {}
        known: dict[str, bool] = {}
        for paragraph in body.iter("{*}p"):
            style = attribute(child(paragraph, "pPr", "pStyle"))
            for run in paragraph.iter("{*}r"):
                font = self._styles.run(run, style).font
                if font not in known:
                    known[font] = self._old_fonts.old_encoding(font, "") is not None
                if known[font]:
                    texts.setdefault(font, []).extend(
                        part.text or "" for part in children(run, "t")
                    )
        return {
            font: self._old_fonts.old_encoding(font, " ".join(runs)) for font, runs in texts.items()
        }


class _Styles:
    """What the styles of a file say of runs and lists."""

    def __init__(self, styles: Element | None) -> None:
        self._by_id = {attribute(one, "styleId"): one for one in children(styles, "style")}
        self._normal = next(
            (
                one
                for one in children(styles, "style")
                if attribute(one, "type") == "paragraph"
                and attribute(one, "default") in ("1", "true")
            ),
            None,
        )
        self._defaults = child(styles, "docDefaults", "rPrDefault", "rPr")
        self._looks: dict[tuple[str | None, str | None], tuple[Element, ...]] = {}
        self._runs: dict[tuple[str | None, str | None], _Run] = {}

    def run(self, run: Element, paragraph_style: str | None) -> _Run:
        """How a run is set: by itself, its style, its paragraph's style, the file's defaults."""
        own = child(run, "rPr")
        key = (attribute(child(own, "rStyle")), paragraph_style)
        if key not in self._looks:
            styles = [
                *self._chain(key[0]),
                *self._chain(key[1] or attribute(self._normal, "styleId")),
            ]
            inherited = (*(child(style, "rPr") for style in styles), self._defaults)
            self._looks[key] = tuple(look for look in inherited if look is not None)
            self._runs[key] = _run_of(self._looks[key])
        return (
            _run_of((own, *self._looks[key])) if own is not None and len(own) else self._runs[key]
        )

    def list_of(self, style: str) -> tuple[str | None, int]:
        """The list and level a paragraph style puts its paragraphs into; (None, 0) for none."""
        for one in self._chain(style):
            properties = child(one, "pPr", "numPr")
            list_id = attribute(child(properties, "numId"))
            if list_id is not None:
                return list_id, number(child(properties, "ilvl"))
        return None, 0

    def _chain(self, style_id: str | None) -> Iterator[Element]:
        """A style and those it is based on, nearest first."""
        seen: set[str] = set()
        while style_id in self._by_id and style_id is not None and style_id not in seen:
            seen.add(style_id)
            style = self._by_id[style_id]
            yield style
            style_id = attribute(child(style, "basedOn"))


def _run_of(looks: Sequence[Element]) -> _Run:
    return _Run(_font(looks), _switch(looks, "vanish"), _switch(looks, "caps"))


def _font(looks: Sequence[Element]) -> str:
    """The font of letters outside ASCII."""
    for look in looks:
        fonts = child(look, "rFonts")
        name = attribute(fonts, "hAnsi") or attribute(fonts, "ascii")
        if name:
            return name
    return ""


def _switch(looks: Sequence[Element], name: str) -> bool:
    for look in looks:
        found = child(look, name)
        if found is not None:
            return is_on(found)
    return False


# --- small things --------------------------------------------------------------------------------


def _are_balanced(document: Element) -> bool:
    """Whether every field of a file has an end."""
    kinds = Counter(attribute(mark, "fldCharType") for mark in document.iter("{*}fldChar"))
    return kinds["begin"] == kinds["end"]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """A paragraph's text between page breaks, each with the break that follows ("" for none)."""
    piece = ""
    for sign in text:
        if sign in _BREAKS:
            yield piece, sign
            piece = ""
        else:
            piece += sign
    yield piece, ""


def _printed_lines(text: str) -> list[str]:
    """The lines of a text that are not blank, blanks folded; page breaks are none."""
    for mark in _BREAKS:
        text = text.replace(mark, "")
    return [line for line in (" ".join(one.split()) for one in text.split("\n")) if line]


def _is_hex(code: str) -> bool:
    return bool(code) and all(sign in "0123456789abcdefABCDEF" for sign in code)


def _glued_tables(pages: Sequence[Page]) -> Iterator[Notice]:
    """A notice for each paragraph that is too long for one: converting an old file may lose the
    rules of a table and leave its cells as one text.
    """
    for page in pages:
        for line in page.lines:
            if len(line) > _LONGEST_PARAGRAPH:
                message = (
                    f"Trang {page.number} có đoạn dài bất thường ({len(line)} chữ cái), có thể là "
                    "một bảng đã mất khung khi chuyển từ tệp Word kiểu cũ. Hãy mở tệp bằng Word, "
                    "lưu thành .docx hoặc PDF rồi bỏ vào raw/."
                )
                yield Notice("unknown_table", message, line[:_LONGEST_PARAGRAPH], "error")


def _unread_objects(document: Element) -> Iterator[Notice]:
    """A notice where tables may stand in pictures, embedded workbooks or other files, which hold
    no text of the document's own.
    """
    found = {
        "ảnh lớn": sum(map(_is_large_picture, document.iter("{*}inline", "{*}anchor"))),
        "bảng tính nhúng": sum(
            (attribute(one, "ProgID") or "").startswith("Excel")
            for one in document.iter("{*}OLEObject")
        ),
        "tệp nhúng": sum(1 for _ in document.iter("{*}altChunk")),
    }
    told = ", ".join(f"{count} {name}" for name, count in found.items() if count)
    if told:
        message = (
            f"Tệp Word có {told}; chữ trong đó không đọc được. Nếu phụ lục nằm ở đó, hãy lưu tệp "
            "ra PDF rồi bỏ vào raw/."
        )
        yield Notice("unread_object", message)


def _is_large_picture(frame: Element) -> bool:
    extent = child(frame, "extent")
    area = number(extent, "cx") * number(extent, "cy")
    return area > _LARGE_PICTURE and next(frame.iter("{*}blip"), None) is not None


def _no_text(pictures: int) -> Unreadable:
    if pictures:
        return Unreadable(
            "Tệp Word này chỉ có ảnh, không có chữ. Hãy lưu ra PDF (hoặc bỏ thẳng bản quét PDF, "
            "ảnh) vào raw/ để chương trình nhận dạng chữ.",
            "This Word file holds pictures only, no text. Save it as PDF (or drop the scan itself) "
            "into raw/, so that its text can be recognised.",
        )
    return Unreadable(
        "Tệp Word này không có chữ nào. Hãy kiểm tra lại tệp rồi bỏ vào raw/ lần nữa.",
        "This Word file holds no text. Check the file and drop it into raw/ again.",
    )
