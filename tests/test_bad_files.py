"""Files nobody can read, of every format: each is told of in words a clerk understands, and harms
neither the others nor itself.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from functools import partial

import openpyxl
import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from test_bad_input import GOOD, PLAN
from word_files import paragraph, row, table, word

from extractors import Unreadable, docx, extract_bytes, office, pdf
from extractors.docx import read_docx
from normalizers.legacy import encoding_of_font, to_unicode
from pipeline import run as running
from pipeline.errors import ExitCode
from pipeline.reader import Reader
from pipeline.run import run

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def printed_pdf(pages=1, password=None):
    out = io.BytesIO()
    lock = StandardEncryption(password) if password else None
    canvas = Canvas(out, encrypt=lock, invariant=1)
    for number in range(pages):
        canvas.drawString(72, 700, f"Ke hoach so {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def pages_without_end(count):
    """A PDF of ``count`` blank pages, written by hand: no library is that patient."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(count))
    pages = f"<</Type/Pages/Count {count}/Kids[{kids}]/MediaBox[0 0 595 842]>>".encode()
    one = b"<</Type/Page/Parent 2 0 R>>"
    return numbered_pdf([b"<</Type/Catalog/Pages 2 0 R>>", pages, *[one] * count])


def numbered_pdf(parts):
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj%sendobj\n" % (number, part))
    table_at = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\n" % (len(parts) + 1))
    out.write(b"startxref\n%d\n%%%%EOF" % table_at)
    return out.getvalue()


def scanned_pdf(width, height):
    """A PDF of one A4 page that a white picture of so many pixels covers."""
    ink = zlib.compress(b"\xff" * ((width + 7) // 8 * height), 9)
    shown = b"q 595 0 0 842 0 0 cm /I Do Q"
    picture = (
        f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 1"
        f"/ColorSpace/DeviceGray/Filter/FlateDecode/Length {len(ink)}>>stream\n"
    )
    return numbered_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</XObject<</I 5 0 R>>>>>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
            picture.encode() + ink + b"\nendstream",
        ]
    )


def png(width=40, height=40):
    out = io.BytesIO()
    Image.new("1", (width, height), 1).save(out, "PNG")
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "Nhiệm vụ"
    book.save(out)
    return out.getvalue()


def archive(name="anh.jpg", content=b"x"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return out.getvalue()


def bomb():
    """A Word file of 60 KB that unpacks to 60 MB."""
    return word(paragraph("Kế hoạch") + " " * 60_000_000)


WORD = word(paragraph("Kế hoạch"))
BAD = {
    # name: bytes, words of the Vietnamese reason, words of the English one
    "rỗng.pdf": (b"", "rỗng", "empty"),
    "mật khẩu.pdf": (printed_pdf(password="bí mật".encode().hex()), "mật khẩu", "password"),
    "không phải pdf.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 4, "hỏng", "broken"),
    "cắt cụt.docx": (WORD[: len(WORD) // 2], "hỏng", "damaged"),
    "xml hỏng.docx": (word("<w:p>"), "hỏng", "damaged"),
    "nén.docx": (archive(), "nén", "ZIP"),
    "bảng tính.docx": (workbook(), "Excel", "Excel"),
    "bom.docx": (bomb(), "lớn bất thường", "abnormal size"),
    "chỉ có ảnh.docx": (word(paragraph()), "không có chữ", "no text"),
    "mật khẩu.docx": (OLE + "EncryptedPackage".encode("utf-16-le"), "mật khẩu", "password"),
    "cũ.xls": (OLE + "Workbook".encode("utf-16-le"), "Excel", "Excel"),
    "trang web.doc": (b"<html><table><tr><td>1</td></tr></table>", "trang web", "web page"),
    "lạ.doc": (OLE, "hỏng", "damaged"),
    "ảnh khổng lồ.pdf": (png(20_000, 15_000), "quá nhiều điểm ảnh", "too many pixels"),
    "ảnh cắt cụt.png": (png()[:45], "cắt cụt", "cut short"),
    "hai vạn trang.pdf": (pages_without_end(20_001), "Hãy tách", "Split"),
    "không rõ mã.txt": ("Kế hoạch số 5".encode("utf-16-be"), "nhị phân", "binary"),
}


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    raw = tmp_path_factory.mktemp("bad") / "raw"
    raw.mkdir()
    for name, (data, _, _) in BAD.items():
        (raw / name).write_bytes(data)
    (raw / "tốt.txt").write_text(PLAN, "utf-8")
    (raw / "trang treo.pdf").write_bytes(printed_pdf(pages=3))
    return raw


def hanging(document, judge, number, read_page=pdf.read_page):
    """Reads a page, but never finishes the second of three."""
    if (number, len(document)) == (2, 3):
        time.sleep(600)
    return read_page(document, judge, number)


@pytest.fixture(scope="module")
def report(inbox):
    with pytest.MonkeyPatch.context() as patch:
        # the same program throughout, even while somebody is editing it
        patch.setattr(running, "fingerprint", lambda *_: "0")
        patch.setattr(pdf, "read_page", hanging)
        patch.setattr(pdf, "read_each", partial(pdf.read_each, timeout=5.0))
        yield run(inbox, inbox.parent / "out", jobs=2)


def test_every_bad_file_is_in_quarantine_and_the_run_says_so(report):
    assert report.exit_code is ExitCode.QUARANTINED
    refused = {path for path, entry in report.run["inputs"].items() if entry["verdict"] != "read"}
    assert refused == set(BAD)


@pytest.mark.parametrize("name", BAD)
def test_the_reason_is_one_a_clerk_can_act_on(report, name):
    entry = report.run["inputs"][name]
    _, vietnamese, english = BAD[name]
    assert vietnamese in entry["reason_vi"]
    assert english in entry["reason_en"]
    for reason in (entry["reason_vi"], entry["reason_en"]):
        assert "raw/" in reason  # what to do, and where the file belongs then
        assert not any(word in reason for word in ("Error", "Traceback", "None", "{"))
    (told,) = [one for one in report.datasets["findings"] if one["evidence"] == name]
    assert entry["reason_vi"] in told["message"]


def test_a_page_that_never_finishes_is_lost_alone(report):
    (one,) = [one for one in report.datasets["documents"] if one["path"] == "trang treo.pdf"]
    assert one["pages"] == 3
    (lost,) = [told for told in report.datasets["findings"] if told["kind"] == "page_lost"]
    assert (lost["document_id"], lost["severity"]) == (one["document_id"], "error")
    assert "Trang 2 đọc quá lâu" in lost["message"]


def test_the_good_document_is_read_in_full(report):
    assert [row["text"] for row in report.datasets["tasks"] if row["document_id"] == GOOD] == [
        "Rà soát hạ tầng mạng truyền dẫn",
        "Xây dựng kho dữ liệu dùng chung",
    ]


def test_the_originals_lie_untouched(inbox, report):
    for name, (data, _, _) in BAD.items():
        assert (inbox / name).read_bytes() == data


# --- files that are large ------------------------------------------------------------------------


def test_a_scan_of_300_megapixels_is_read_more_coarsely(monkeypatch):
    monkeypatch.setattr("extractors.scan.read_pieces", lambda _, pieces, __: [[]] * len(pieces))
    document = extract_bytes(scanned_pdf(20_000, 15_000), "khổng lồ.pdf", Reader(None))
    assert [page.route for page in document.pages] == ["re-ocr"]


def test_a_picture_named_pdf_is_read_as_the_picture_it_is(monkeypatch):
    monkeypatch.setattr("extractors.scan.read_pieces", lambda _, pieces, __: [[]] * len(pieces))
    document = extract_bytes(png(), "bản quét.pdf", Reader(None))
    assert (document.media_type, document.route) == ("image/png", "re-ocr")


class Fonts:
    def old_encoding(self, font, text):
        return encoding_of_font(font, text)

    def from_old(self, text, encoding):
        return to_unicode(text, encoding)


def test_a_table_of_ten_thousand_rows_is_read_to_its_end():
    rows = [row(str(number), "Xây dựng", "Sở A", "2026") for number in range(1, 10_001)]
    data = word(table(("TT", "Nhiệm vụ", "Chủ trì", "Thời hạn"), *rows))
    document = read_docx(data, "dài.docx", "0" * 64, Fonts())
    assert [one.cells[0].text for one in document.tables[0].rows] == [
        str(number) for number in range(1, 10_001)
    ]


def test_a_word_file_is_never_unpacked_beyond_its_limit(monkeypatch):
    monkeypatch.setattr(office, "MOST_BYTES", 1000)
    with pytest.raises(Unreadable, match="abnormal size"):
        docx.read_docx(word(paragraph("x" * 2000)), "x.docx", "0" * 64, Fonts())


def test_tables_in_tables_without_end_end():
    body = paragraph("đáy")
    for _ in range(80):
        body = f"<w:tbl><w:tr><w:tc>{body}<w:p/></w:tc></w:tr></w:tbl>"
    document = read_docx(word(paragraph("trên") + body), "x.docx", "0" * 64, Fonts())
    assert document.pages[0].lines[0] == "trên"
