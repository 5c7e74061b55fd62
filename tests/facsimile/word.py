"""The same plan as a Word file: merged cells, header rows, lists, tracked changes, text boxes.

Word lays the pages out itself, so the truth has neither pages nor boxes; a cell's ``lines`` are its
paragraphs and forced line breaks.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from facsimile.plans import Look, Plan, appendices, metadata
from facsimile.plans import look as look_of
from facsimile.sheets import Facsimile, TrueCell, body_blocks, page_style, row_indices
from training.invented import Appendix
from training.tables import A4, Align, Beside, Paragraph, runs_down

_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_AUTHOR = 'w:author="A" w:date="2026-01-05T08:00:00Z"'


@dataclass(frozen=True, slots=True)
class WordHabits:
    """What clerks do in Word that a reader must see through.

    ``tracked``: how often a cell holds a tracked change (a deleted and an inserted word);
    ``numbered_lists``: row numbers are automatic list numbers where they count from 1 on;
    ``text_box``: the title of an appendix stands in a text box; ``runs``: how often a text is cut
    into several runs; ``nested``: a table wrapped in a one-cell frame table.
    """

    tracked: float = 0.0
    numbered_lists: bool = False
    text_box: bool = False
    runs: float = 0.3
    nested: bool = False


def habits(seed: int) -> WordHabits:
    """Habits drawn from ``seed``."""
    rng = random.Random(f"word:{seed}")
    return WordHabits(
        tracked=rng.choice((0.0, 0.0, 0.1)),
        numbered_lists=rng.random() < 0.3,
        text_box=rng.random() < 0.2,
        runs=rng.choice((0.0, 0.3, 0.6)),
        nested=rng.random() < 0.1,
    )


def print_docx(
    what: Plan, how: Look | None = None, seed: int = 1, habit: WordHabits | None = None
) -> Facsimile:
    """Write a plan as a .docx file; ``seed`` decides all that the looks and habits leave open."""
    how, habit = how or look_of(seed), habit or habits(seed)
    rng = random.Random(f"print:{seed}")
    tables = appendices(what, how, rng)
    writer = _Writer(docx.Document(), how, habit, rng)
    truth = writer.write(what, tables)
    return Facsimile(
        what.name,
        ".docx",
        writer.bytes(),
        1 + len(tables),
        tuple(truth),
        what.rows,
        tables,
        metadata(what) if what.body else None,
    )


@dataclass(slots=True)
class _Writer:
    document: Document
    look: Look
    habit: WordHabits
    rng: random.Random
    changes: int = 0
    boxes: int = 0

    def write(self, what: Plan, tables: Sequence[Appendix]) -> list[TrueCell]:
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = "Times New Roman", Pt(self.look.style.size)
        normal.paragraph_format.space_after = Pt(0)
        section = self.document.sections[0]
        truth: list[TrueCell] = []
        if what.body:
            self.page(section, landscape=False)
            for block in body_blocks(what):
                self.block(block)
        first_row = 0
        for index, one in enumerate(tables):
            if what.body or index:
                section = self.document.add_section()
            self.page(section, landscape=page_style(one, self.look).landscape)
            truth += self.appendix(one, index, first_row)
            first_row += len(one.truth)
        return truth

    def bytes(self) -> bytes:
        """The file; its entries carry a fixed date so that equal input gives equal bytes."""
        buffer = io.BytesIO()
        self.document.core_properties.author = ""
        self.document.save(buffer)
        out = io.BytesIO()
        with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w") as new:
            for entry in old.infolist():
                fixed = zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0))
                fixed.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(fixed, old.read(entry.filename))
        return out.getvalue()

    def page(self, section: Section, landscape: bool) -> None:
        short, long = (Pt(length) for length in A4)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (long, short) if landscape else (short, long)
        left, top, right, bottom = (Pt(length) for length in self.look.style.margins)
        section.left_margin, section.right_margin = left, right
        section.top_margin, section.bottom_margin = top, bottom
        if self.look.style.page_numbers and not section.header.tables:
            section.header.is_linked_to_previous = False
            line = section.header.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("", "2")):
                run = line.add_run()
                if kind:
                    mark = OxmlElement("w:fldChar")
                    mark.set(qn("w:fldCharType"), kind)
                    run._r.append(mark)
                elif text == "PAGE":
                    run._r.append(OxmlElement("w:instrText"))
                    run._r[-1].text = " PAGE "
                else:
                    run.text = text
            end = OxmlElement("w:fldChar")
            end.set(qn("w:fldCharType"), "end")
            line.add_run()._r.append(end)

    def block(self, block: object) -> None:
        if isinstance(block, Paragraph):
            self.fill(self.document.add_paragraph(), block)
        elif isinstance(block, Beside):
            table = self.document.add_table(1, 2)
            for cell, stack in zip(table.rows[0].cells, (block.left, block.right), strict=True):
                for index, paragraph in enumerate(stack):
                    line = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
                    self.fill(line, paragraph)

    def fill(self, line: WordParagraph, paragraph: Paragraph) -> None:
        line.alignment = _ALIGN[paragraph.align]
        line.paragraph_format.space_after = Pt(paragraph.after)
        if paragraph.indent:
            line.paragraph_format.first_line_indent = Pt(paragraph.indent)
        run = line.add_run(paragraph.text)
        run.bold, run.italic = "Bold" in paragraph.face, "Italic" in paragraph.face

    def appendix(self, one: Appendix, index: int, first_row: int) -> list[TrueCell]:
        label = f"Phụ lục {one.label}" if one.label else "Phụ lục"
        lines = (
            Paragraph(label.upper() if self.look.capitals else label, "center", "Bold", after=0.0),
            Paragraph(one.title, "center", "Bold", after=0.0),
            Paragraph(one.attached_to, "center", "Italic"),
        )
        if self.habit.text_box:
            self.text_box(lines)
        else:
            for line in lines:
                self.block(line)
        return self.table(one, index, first_row)

    def text_box(self, lines: Sequence[Paragraph]) -> None:
        """The lines in a text box, the way Word saves one: a drawing, and a fallback for readers
        that do not know drawings, with the same text again."""
        holder = self.document.add_paragraph()
        paragraphs = []
        for line in lines:
            part = self.document.add_paragraph()
            self.fill(part, line)
            part._p.getparent().remove(part._p)
            paragraphs.append(part._p)
        self.boxes += 1
        space = (
            'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
            'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
            'xmlns:v="urn:schemas-microsoft-com:vml"'
        )
        drawing = (
            '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="8000000" cy="900000"/><wp:docPr id="{self.boxes}" name="Text Box"/>'
            '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/'
            'wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/><wps:txbx>'
            "<w:txbxContent/></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"
            "</wp:inline></w:drawing>"
        )
        picture = (
            '<w:pict><v:shape style="width:630pt;height:70pt"><v:textbox><w:txbxContent/>'
            "</v:textbox></v:shape></w:pict>"
        )
        run = parse_xml(
            f"<w:r {nsdecls('w', 'wp', 'a')} {space}><mc:AlternateContent>"
            f'<mc:Choice Requires="wps">{drawing}</mc:Choice>'
            f"<mc:Fallback>{picture}</mc:Fallback></mc:AlternateContent></w:r>"
        )
        for content in run.iter(qn("w:txbxContent")):
            content.extend(deepcopy(paragraphs))
        holder._p.append(run)

    def table(self, one: Appendix, index: int, first_row: int) -> list[TrueCell]:
        columns, style = one.columns, self.look.style
        two_levels = any(column.group for column in columns)
        head = 2 if two_levels else 1
        height, width = head + len(one.printed), len(columns)
        if self.habit.nested:
            frame = self.document.add_table(1, 1)
            inner = frame.rows[0].cells[0].add_table(height, width)
        else:
            inner = self.document.add_table(height, width)
        inner.style = "Table Grid"
        grid = [list(row.cells) for row in inner.rows]
        room = (
            (A4[1] if page_style(one, self.look).landscape else A4[0])
            - style.margins[0]
            - style.margins[2]
        )
        total = sum(column.width for column in columns)
        for cells in grid:
            for cell, column in zip(cells, columns, strict=True):
                cell.width = Pt(room * column.width / total)
        truth: list[TrueCell] = []

        def put(
            at: tuple[int, int],
            text: str,
            row: int,
            field: str,
            align: Align,
            bold: bool,
            *,
            span: int = 1,
            down: int = 1,
            golden: int | None = None,
        ) -> None:
            top, left = at
            cell = grid[top][left]
            if span > 1 or down > 1:
                cell = cell.merge(grid[top + down - 1][left + span - 1])
            self.text(cell, text, align, bold)
            lines = tuple(text.split("\n")) if text else ()
            truth.append(TrueCell(index, row, left, span, down, field, lines, golden))

        column = 0
        while column < width:
            here = columns[column]
            same = [c for c in columns if c.group and c.group == here.group]
            if here.group:
                put((0, column), here.group, -1, here.field, "center", True, span=len(same))
                for offset, low in enumerate(same):
                    put((1, column + offset), low.heading, -1, low.field, "center", True)
            else:
                put((0, column), here.heading, -1, here.field, "center", True, down=head)
            column += len(same) or 1
        if style.repeat_header:
            for row in inner.rows[:head]:
                row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        if not style.break_rows:
            for row in inner.rows:
                row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        golden = row_indices(one, first_row)
        runs = runs_down(one.columns, one.printed, self.look.merged)
        covered: set[tuple[int, int]] = set()
        numbers = self.automatic_numbers(one) if self.habit.numbered_lists else {}
        for number, row in enumerate(one.printed):
            top = head + number
            if row.group and style.group_spans_number:
                title = ". ".join(filter(None, row.cells))
                put((top, 0), title, number, "title", "left", True, span=width)
                continue
            if row.group:
                put((top, 0), row.cells[0], number, "code", "center", True)
                span = width - 1 if style.group_merged else 1
                put((top, 1), row.cells[1], number, "title", "left", True, span=span)
                continue
            down = dict(runs.get(number, ()))
            for left, text in enumerate(row.cells):
                if (number, left) in covered:
                    continue
                last = down.get(left, number)
                covered |= {(below, left) for below in range(number, last + 1)}
                put(
                    (top, left),
                    text,
                    number,
                    columns[left].field,
                    columns[left].align,
                    False,
                    down=last - number + 1,
                    golden=golden[number],
                )
                if left == 0 and number in numbers:
                    self.number(grid[top][0], numbers[number])
        return truth

    def text(self, cell: _Cell, text: str, align: Align, bold: bool) -> None:
        """Set a cell: paragraphs or forced breaks, several runs, here and there a change."""
        cell.vertical_alignment = (
            WD_ALIGN_VERTICAL.CENTER
            if self.look.style.upright == "center"
            else WD_ALIGN_VERTICAL.TOP
        )
        for extra in cell.paragraphs[1:]:
            extra._p.getparent().remove(extra._p)
        line = cell.paragraphs[0]
        line.alignment = _ALIGN[align]
        forced = self.rng.random() < 0.3
        for index, part in enumerate(text.split("\n")):
            if index and forced:
                line.add_run().add_break(WD_BREAK.LINE)
            elif index:
                line = cell.add_paragraph()
                line.alignment = _ALIGN[align]
            words = part.split(" ")
            if len(words) > 2 and self.rng.random() < self.habit.tracked:
                self.changed(line, words)
            elif len(part) > 3 and self.rng.random() < self.habit.runs:
                cut = self.rng.randrange(1, len(part))
                for piece in (part[:cut], part[cut:]):
                    line.add_run(piece).bold = bold
            else:
                line.add_run(part).bold = bold

    def changed(self, line: WordParagraph, words: Sequence[str]) -> None:
        """The words with one of them inserted, and a deleted one beside it."""
        at = self.rng.randrange(1, len(words))
        self.changes += 2
        line.add_run(" ".join(words[:at]) + " ")
        line._p.append(
            parse_xml(
                f'<w:del {nsdecls("w")} w:id="{self.changes}" {_AUTHOR}><w:r><w:delText '
                'xml:space="preserve">đã bỏ </w:delText></w:r></w:del>'
            )
        )
        inserted = parse_xml(
            f'<w:ins {nsdecls("w")} w:id="{self.changes + 1}" {_AUTHOR}><w:r><w:t '
            'xml:space="preserve"></w:t></w:r></w:ins>'
        )
        next(inserted.iter(qn("w:t"))).text = words[at]
        line._p.append(inserted)
        if words[at + 1 :]:
            line.add_run(" " + " ".join(words[at + 1 :]))

    def automatic_numbers(self, one: Appendix) -> dict[int, int]:
        """Printed row → list, for the sections whose numbers count 1, 2, 3 without a slip."""
        sections: list[list[int]] = [[]]
        for number, row in enumerate(one.printed):
            if row.group:
                sections.append([])
            else:
                sections[-1].append(number)
        out = {}
        for rows in sections:
            numbers = [one.printed[number].cells[0] for number in rows]
            if rows and numbers == [str(i) for i in range(1, len(rows) + 1)]:
                new_list = self.new_list()
                out |= dict.fromkeys(rows, new_list)
        return out

    def new_list(self) -> int:
        """A list that counts from 1: "%1" without a stop."""
        numbering = self.document.part.numbering_part.element
        ids = [int(n.get(qn("w:abstractNumId"))) for n in numbering.findall(qn("w:abstractNum"))]
        abstract = max(ids, default=0) + 1
        numbering.insert(
            0,
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}"><w:lvl w:ilvl="0">'
                '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/>'
                '<w:lvlJc w:val="center"/></w:lvl></w:abstractNum>'
            ),
        )
        return int(numbering.add_num(abstract).numId)

    def number(self, cell: _Cell, list_id: int) -> None:
        """Give the cell its number by list instead of by text."""
        line = cell.paragraphs[0]
        for run in line.runs:
            run._r.getparent().remove(run._r)
        properties = line._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = list_id
