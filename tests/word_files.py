"""Word files of a few lines of XML: just what a test is about."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def word(body, *, styles="", numbering="", footnotes="", names=("[Content_Types].xml",)):
    """The bytes of a .docx whose body is ``body``; other parts by their XML, without their root."""
    parts = {
        "document": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "styles": f"<w:styles {SPACES}>{styles}</w:styles>",
        "numbering": f"<w:numbering {SPACES}>{numbering}</w:numbering>",
        "footnotes": f"<w:footnotes {SPACES}>{footnotes}</w:footnotes>",
    }
    related = "".join(
        f'<Relationship Id="{name}" Type="{RELATED}/{name}" Target="{name}.xml"/>'
        for name in ("styles", "numbering", "footnotes")
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="main" '
            f'Type="{RELATED}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        )
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return out.getvalue()


def run(text, look=""):
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content="", properties=""):
    """A paragraph of a text, or of XML where ``content`` begins with a tag."""
    inner = content if content.startswith("<") else run(content) if content else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def cell(content="", properties=""):
    inner = content if content.startswith("<w:p") or content.startswith("<w:tbl") else ""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner or paragraph(content)}</w:tc>"


def row(*cells, properties=""):
    """A row of texts, or of cells' XML."""
    inner = "".join(one if one.startswith("<w:tc>") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def table(*rows, widths=()):
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = "".join(one if isinstance(one, str) else row(*one) for one in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"


def numbered(list_id, level=0):
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def list_levels(*levels, abstract=1, list_ids=(1,)):
    """A list definition: for each level its number format and its text; and its lists."""
    inner = "".join(
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for index, (style, text) in enumerate(levels)
    )
    lists = "".join(
        f'<w:num w:numId="{one}"><w:abstractNumId w:val="{abstract}"/></w:num>' for one in list_ids
    )
    return f'<w:abstractNum w:abstractNumId="{abstract}">{inner}</w:abstractNum>{lists}'
