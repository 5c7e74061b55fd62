"""A plan set in type: body and appendices as sheets, and the truth of every printed cell."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from facsimile.plans import (
    Look,
    Plan,
    Record,
    appendices,
    day_of,
    metadata,
    number_of,
    place_of,
)
from records import Box
from training.invented import Appendix
from training.tables import CENTIMETRE, Beside, Paragraph, Sheet, Style, Table, set_pages

BODY_STYLE = Style(
    landscape=False, size=13.0, leading=1.2, margins=(85.0, 57.0, 48.0, 57.0), page_numbers=True
)
BODY = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16/6/2025; căn cứ Nghị quyết số 57-NQ/TW ngày "
    "22/12/2024 của Bộ Chính trị về đột phá phát triển khoa học, công nghệ, đổi mới sáng tạo và "
    "chuyển đổi số quốc gia, cơ quan ban hành kế hoạch này với các nội dung như sau:",
    "I. MỤC ĐÍCH, YÊU CẦU",
    "1. Cụ thể hóa các mục tiêu, nhiệm vụ được giao; xác định rõ cơ quan chủ trì, cơ quan phối "
    "hợp, thời hạn và sản phẩm của từng nhiệm vụ.",
    "2. Bảo đảm thiết thực, tiết kiệm, kế thừa những gì đã đầu tư và phù hợp với nguồn lực của địa "
    "phương.",
    "II. NỘI DUNG",
    "Các chỉ tiêu, nhiệm vụ và dự án được nêu tại các phụ lục kèm theo.",
    "III. TỔ CHỨC THỰC HIỆN",
    "1. Thủ trưởng các cơ quan, đơn vị căn cứ nhiệm vụ được phân công tổ chức thực hiện, định kỳ "
    "báo cáo kết quả trước ngày 20 tháng cuối quý.",
    "2. Sở Tài chính chủ trì, phối hợp với các cơ quan liên quan tham mưu bố trí kinh phí theo khả "
    "năng cân đối của ngân sách.",
    "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, các cơ quan, đơn vị kịp thời phản ánh "
    "để được hướng dẫn, giải quyết./.",
)


@dataclass(frozen=True, slots=True)
class TrueCell:
    """One printed cell, on one page; a cell that breaks over a page is two of them.

    ``table`` counts appendices from 0; ``row`` counts the rows of its table from 0 over group rows
    and data rows, -1 in a header (the upper row of a two-level header too); ``span`` columns and
    ``down`` rows share it.  ``field`` is the column's ("number", "text", "lead", … or a year such
    as "2026"; of a group row "code" or "title").  ``lines`` are the printed lines.  ``row_index``
    is the golden row (:attr:`Facsimile.rows`) it belongs to, None in headers and group rows.
    ``page`` counts from 1; ``box`` is in points from the top left of the page.  Word has neither.
    """

    table: int
    row: int
    column: int
    span: int
    down: int
    field: str
    lines: tuple[str, ...]
    row_index: int | None
    page: int | None = None
    box: Box | None = None

    @property
    def text(self) -> str:
        """The lines in one, as a reader joins them: a line that ends in a hyphen needs no space."""
        out = ""
        for line in self.lines:
            out += line if not out or (out[-1:] == "-" and out[-2:-1].isdigit()) else f" {line}"
        return out


@dataclass(frozen=True, slots=True)
class Facsimile:
    """A printed document with its truth.

    ``suffix`` says what ``data`` is: ".pdf" or ".docx".  ``rows`` are the golden rows in their
    order, ``tables`` the appendices as printed (headings; texts of every row whole, also where
    cells are merged or break over pages), ``document`` the metadata that stands in print (None
    where no letterhead is printed), ``sheets`` the pages as they were set (none in Word).
    """

    name: str
    suffix: str
    data: bytes
    pages: int
    truth: tuple[TrueCell, ...]
    rows: tuple[Record, ...]
    tables: tuple[Appendix, ...]
    document: Record | None
    sheets: tuple[Sheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A plan set on sheets, before it becomes a file; ``look`` is how."""

    plan: Plan
    look: Look
    tables: tuple[Appendix, ...]
    sheets: tuple[Sheet, ...]
    truth: tuple[TrueCell, ...]

    def facsimile(self, suffix: str, data: bytes) -> Facsimile:
        return Facsimile(
            self.plan.name,
            suffix,
            data,
            len(self.sheets),
            self.truth,
            self.plan.rows,
            self.tables,
            metadata(self.plan) if self.plan.body else None,
            self.sheets,
        )


def set_plan(what: Plan, how: Look, seed: int) -> Setting:
    """Set a plan: the body on portrait pages, each appendix from a new page on."""
    rng = random.Random(f"print:{seed}")
    tables = appendices(what, how, rng)
    sheets: list[Sheet] = []
    truth: list[TrueCell] = []
    if what.body:
        sheets += set_pages(body_blocks(what), BODY_STYLE, rng, first_number=1)
    first_row = 0
    for index, one in enumerate(tables):
        label = f"Phụ lục {one.label}" if one.label else "Phụ lục"
        blocks = [
            Paragraph(label.upper() if how.capitals else label, "center", "Bold", after=0.0),
            Paragraph(one.title, "center", "Bold", after=0.0),
            Paragraph(one.attached_to, "center", "Italic", after=10.0),
            Table(one.columns, one.printed, how.merged),
        ]
        style = page_style(one, how)
        pages = set_pages(blocks, style, rng, first_number=None if how.halves else len(sheets) + 1)
        if how.halves:
            pages = cut_in_two(pages, style, how.halves)
        rows = row_indices(one, first_row)
        for number, sheet in enumerate(pages, start=len(sheets) + 1):
            truth += true_cells(sheet, one, index, number, rows, how)
        sheets += pages
        first_row += len(one.truth)
    return Setting(what, how, tables, tuple(sheets), tuple(truth))


def cut_in_two(pages: Sequence[Sheet], style: Style, order: str) -> tuple[Sheet, ...]:
    """Wide pages cut at the last column edge that a paper holds, each half on one of its own.

    A line that runs over the cut (the title) is cut between two words.
    """
    width = pages[0].width / style.sheets
    edges = {cell.box.x0 for page in pages for cell in page.cells if cell.row >= 0}
    cut = max(x for x in edges if x < width - 20)
    left = [_part(page, 0.0, cut, 0.0, width) for page in pages]
    right = [_part(page, cut, page.width, cut - style.margins[0], width) for page in pages]
    if order == "over":
        return tuple(half for pair in zip(left, right, strict=True) for half in pair)
    return (*left, *right)


def _part(page: Sheet, x0: float, x1: float, shift: float, width: float) -> Sheet:
    """What stands between ``x0`` and ``x1``, moved to the left by ``shift``."""

    def moved(box: Box) -> Box:
        return replace(box, x0=max(box.x0, x0) - shift, x1=min(box.x1, x1) - shift)

    lines = []
    for line in page.lines:
        words = [(x - shift, word) for x, word in line.words if x0 <= x < x1]
        if words:
            text = " ".join(word for _, word in words)
            lines.append(replace(line, text=text, words=tuple(words), box=moved(line.box)))
    cells = [
        replace(cell, box=moved(cell.box)) for cell in page.cells if x0 <= cell.box.x0 < x1 - 0.1
    ]
    rules = [moved(rule) for rule in page.rules if rule.x0 <= x1 and rule.x1 >= x0]
    rules = [rule for rule in rules if rule.x1 > rule.x0 or rule.y1 > rule.y0]
    return Sheet(width, page.height, tuple(lines), tuple(cells), tuple(rules), page.rule)


def page_style(one: Appendix, how: Look) -> Style:
    """The look's page; one with many columns lies sideways, as words would be cut otherwise."""
    style = how.style
    if how.halves:
        return replace(style, landscape=True, group_spans_number=False, sheets=1.7)
    if len(one.columns) > 5:
        return replace(style, landscape=True)
    return style if style.landscape else replace(style, size=12.0)


def row_indices(one: Appendix, first: int) -> list[int | None]:
    """For each printed row of an appendix its golden row, None for group rows."""
    indices: list[int | None] = []
    for row in one.printed:
        indices.append(None if row.group else first)
        first += not row.group
    return indices


def true_cells(
    sheet: Sheet, one: Appendix, table: int, page: int, rows: list[int | None], how: Look
) -> list[TrueCell]:
    """The cells of one page, with what they mean."""
    out = []
    for cell in sheet.cells:
        group = cell.row >= 0 and one.printed[cell.row].group
        field = one.columns[cell.column].field
        if group:
            whole = how.style.group_spans_number
            field = "title" if whole or cell.column == 1 else "code" if cell.column == 0 else ""
        index = None if cell.row < 0 else rows[cell.row]
        out.append(
            TrueCell(
                *(table, cell.row, cell.column, cell.span, cell.down, field),
                *(cell.lines, index, page, cell.box),
            )
        )
    return out


def letterhead(what: Plan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines at the head of the first page, left and right (Decree 30/2020/NĐ-CP)."""
    issuer = str(what.document["issuer"])
    for kind in (" tỉnh ", " xã "):
        if kind in issuer:
            office, place = issuer.split(kind)
            left = (office.upper(), f"{kind.strip()} {place}".upper())
            break
    else:
        left = (issuer.upper(), "")
    right = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    return left, right


def body_blocks(what: Plan) -> list[Paragraph | Beside | Table]:
    """Letterhead, title, running text, recipients and signature."""
    left, right = letterhead(what)
    draft = [Paragraph("DỰ THẢO", "left", "Bold")] if what.document["is_draft"] else []
    blocks: list[Paragraph | Beside | Table] = [
        *draft,
        Beside(
            (
                *(Paragraph(line, "center", "Bold", after=0.0) for line in left),
                Paragraph("_______", "center", "Regular"),
                Paragraph(f"Số: {number_of(what)}", "center", "Regular"),
            ),
            (
                *(Paragraph(line, "center", "Bold", after=0.0) for line in right),
                Paragraph("_____________________", "center", "Regular"),
                Paragraph(f"{place_of(what)}, {day_of(what)}", "center", "Italic", after=14.0),
            ),
            0.4,
        ),
        Paragraph(str(what.document["doc_type"]).upper(), "center", "Bold", after=0.0),
        Paragraph(str(what.document["title"]), "center", "Bold", after=12.0),
    ]
    for text in BODY:
        heading = text.isupper()
        face = "Bold" if heading else "Regular"
        blocks.append(Paragraph(text, "justify", face, 1.27 * CENTIMETRE))
    recipients = what.document["recipients"]
    ends = [";"] * (len(recipients) - 1) + ["."]
    titles = str(what.document["signer_title"] or "").split("; ")
    signer = str(what.document["signer"] or "")
    blocks.append(
        Beside(
            (
                Paragraph("Nơi nhận:", "left", "BoldItalic", after=0.0),
                *(
                    Paragraph(f"- {one}{end}", "left", after=0.0)
                    for one, end in zip(recipients, ends, strict=True)
                ),
            ),
            (
                *(Paragraph(line, "center", "Bold", after=0.0) for line in titles),
                Paragraph("", "center", after=60.0),
                Paragraph(signer, "center", "Bold"),
            ),
            0.5,
        )
    )
    return blocks
