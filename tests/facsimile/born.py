"""Born-digital PDF: embedded fonts with ToUnicode, text word by word, rules as offices' PDFs draw
them (strokes, or Word's thin rectangles)."""

from __future__ import annotations

import io

from reportlab.pdfgen.canvas import Canvas

from facsimile.legacy import in_fonts
from facsimile.plans import Look, Plan
from facsimile.plans import look as look_of
from facsimile.sheets import Facsimile, Setting, set_plan
from training.tables import Sheet


def print_pdf(what: Plan, how: Look | None = None, seed: int = 1) -> Facsimile:
    """Print a plan as a born-digital PDF; ``seed`` decides all that ``how`` leaves open."""
    return as_pdf(set_plan(what, how or look_of(seed), seed))


def as_pdf(setting: Setting) -> Facsimile:
    """A setting as a PDF file."""
    return setting.facsimile(".pdf", pdf_bytes(setting))


def pdf_bytes(setting: Setting) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    canvas.setTitle(str(setting.plan.document["title"]))
    canvas.setCreator("Facsimile")
    for sheet in setting.sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        _draw_rules(canvas, sheet, setting.look)
        _draw_text(canvas, sheet, setting.look)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw_text(canvas: Canvas, sheet: Sheet, how: Look) -> None:
    for line in sheet.lines:
        text = canvas.beginText()
        for index, (x, word) in enumerate(line.words):
            text.setTextOrigin(x, sheet.height - line.baseline)
            last = index + 1 == len(line.words)
            for font, piece in in_fonts(word if last else f"{word} ", line.face, how.encoding):
                text.setFont(font, line.size)
                text.textOut(piece)
        canvas.drawText(text)


def _draw_rules(canvas: Canvas, sheet: Sheet, how: Look) -> None:
    rules = [rule for rule in sheet.rules if how.rules != "none"]
    if how.rules == "horizontal":
        rules = [rule for rule in rules if rule.y0 == rule.y1]
    if how.rules == "rects":
        half = sheet.rule / 2
        for rule in dict.fromkeys(rules):
            canvas.rect(
                rule.x0 - half,
                sheet.height - rule.y1 - half,
                rule.x1 - rule.x0 + 2 * half,
                rule.y1 - rule.y0 + 2 * half,
                stroke=0,
                fill=1,
            )
        return
    canvas.setLineWidth(sheet.rule)
    for rule in dict.fromkeys(rules):
        canvas.line(rule.x0, sheet.height - rule.y0, rule.x1, sheet.height - rule.y1)
