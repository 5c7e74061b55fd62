"""Bytes to text and shape; what cannot be read is refused with advice."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_legacy import in_tcvn3, in_vni, in_windows_1258

from extractors import Unreadable, extract_bytes
from extractors.sniff import decode, shape_of, sniff
from normalizers.legacy import unicode_of

RAW = Path(__file__).parent.parent / "raw"


PLAN = (
    "Ủy ban nhân dân tỉnh giao các sở, ban, ngành và địa phương phối hợp thực hiện nhiệm vụ xây "
    "dựng hạ tầng số, cơ sở dữ liệu dùng chung; bảo đảm an toàn thông tin mạng, định kỳ báo cáo "
    "kết quả trước ngày 15 tháng 12 hằng năm.\r\n"
)


class OldTexts:
    def old_text(self, text: str) -> str | None:
        return unicode_of(text)


class NoReader:
    """A reader that must not be asked."""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_are_decoded(encoding: str) -> None:
    assert decode("Kế hoạch\r\nsố".encode(encoding)) == "Kế hoạch\nsố"


@pytest.mark.parametrize("write", [in_tcvn3, in_vni, in_windows_1258])
@pytest.mark.parametrize("saved_as", ["latin-1", "utf-8"])
def test_old_encodings_are_read_where_they_are_certain(write, saved_as) -> None:
    data = write(PLAN).encode(saved_as)
    assert decode(data, OldTexts()).casefold() == PLAN.replace("\r", "").casefold()
    with pytest.raises(Unreadable):
        decode(write("Kế hoạch số 5").encode("latin-1"), OldTexts())


def test_text_is_composed() -> None:
    assert decode("Kê\u0301 hoa\u0323ch".encode()) == "Kế hoạch"


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "rỗng"),
        (b" \r\n\t\n", "rỗng"),
        (b"\xef\xbb\xbf", "rỗng"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04\x14\x00", "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word"),
        (b"\x89PNG\r\n\x1a\n", "ảnh"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "ảnh"),
        (b"K\x00h\x00", "nhị phân"),
        ("Phụ lục".encode("utf-16-le"), "nhị phân"),
        ("Phụ lục".encode("utf-32"), "UTF-8"),
        ("Ké hoach".encode("latin-1"), "UTF-8"),
        (b"\xff\xfeK", "UTF-8"),
    ],
)
def test_other_bytes_are_refused_with_advice(data: bytes, advice: str) -> None:
    with pytest.raises(Unreadable) as refused:
        sniff(data)
    assert advice in refused.value.reason_vi
    assert refused.value.reason_en
    assert "raw/" in refused.value.reason_vi


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("ke-hoach-chuyen-doi-so-tinh-2026-2030.txt", "markdown"),
        ("du-thao-ke-hoach-quy-iv-2025-ban-chi-dao.txt", "word-text"),
        ("ke-hoach-05-phat-trien-chinh-quyen-so-2026-2030.txt", "ocr-dump"),
        ("ke-hoach-20-chuyen-doi-so-binh-chuong-2026.txt", "ocr-dump"),
        ("phu-luc-04-ket-qua-thuc-hien-ke-hoach-02-bcdtw.txt", "ocr-dump"),
    ],
)
def test_shapes_of_the_five_texts(name: str, shape: str) -> None:
    assert sniff((RAW / name).read_bytes())[1] == shape


def test_signature_trailers_make_no_word_text() -> None:
    trailer = "\n\n".join(["\t\t2026-01-08T16:56:50+0700", "\tTrần Phước Hiền"] * 20)
    assert shape_of("TT | Nhiém vu\n1 | Xay dung\n" + trailer) == "ocr-dump"


def test_pipe_table_is_markdown() -> None:
    assert shape_of("| TT | Nhiệm vụ | Chủ trì |\n|---|---|---|\n| 1 | a | b |") == "markdown"


def test_the_name_of_the_file_does_not_matter() -> None:
    data = b"TT\tNhi\xe1\xbb\x87m v\xe1\xbb\xa5\tCh\xe1\xbb\xa7 tr\xc3\xac\n1\ta\tb\n2\tc\td\n"
    assert extract_bytes(data, "scan.pdf", NoReader()).route == "markdown"  # type: ignore[arg-type]
