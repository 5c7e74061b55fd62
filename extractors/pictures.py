"""Pictures of pages: PNG, JPEG, TIFF of several pages, and what else Pillow opens. A scan each.

What a file is called does not matter: a picture named ``.pdf`` is read as the picture it is.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from functools import partial

from PIL import Image, ImageOps, UnidentifiedImageError

from extractors._pages import Lost, loss_notice, read_each
from extractors._tesseract import TesseractMissing
from extractors.grid import PageContent
from extractors.joining import document_parts
from extractors.sniff import Unreadable
from records import Document, Notice

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff"}
MOST_PIXELS = 120_000_000
"""More in one page, uncompressed, would not fit the memory of a worker: A3 at 600 dpi has 70 M."""

_MOST_FRAMES = 2_000
_LONG_SIDE = 842.0  # points: A4, where a picture does not say its resolution
_COARSEST, _FINEST = 73, 1250  # dots an inch: beyond these a camera or a program made it up
_REASON = "tệp là ảnh chụp hoặc ảnh quét"


def read_pictures(data: bytes, path: str, sha256: str) -> Document:
    """The pages that a picture file shows.

    Raises:
        Unreadable: the picture is broken, or larger than can be read.
        TesseractMissing: Tesseract is not installed.
    """
    with _opened(data) as picture:
        media_type = MEDIA_TYPES.get(picture.format or "", "image/*")
        frames = getattr(picture, "n_frames", 1)
        width, height = picture.size
    if frames > _MOST_FRAMES:
        raise _too_large(f"{frames} trang", f"{frames} pages")
    if width * height > MOST_PIXELS and media_type != "image/jpeg":
        raise _too_large(f"{width} × {height} điểm ảnh", f"{width} × {height} pixels")
    from extractors.scan import prepare

    prepare()
    contents: list[PageContent] = []
    notices: list[Notice] = []
    for page in read_each(partial(_read_page, data), range(1, frames + 1), fatal=_FATAL):
        if isinstance(page, Lost):
            notices.append(loss_notice(page))
            page = PageContent(page.page, (), (), "re-ocr", "tesseract")
        contents.append(page)
    if len(notices) == frames:
        raise _broken()
    parts = document_parts(contents)
    return Document(
        path=path,
        sha256=sha256,
        media_type=media_type,
        route="re-ocr",
        health="healthy",
        pages=parts.pages,
        tables=parts.tables,
        notices=(*notices, *parts.notices),
    )


def page_pictures(data: bytes) -> Iterator[tuple[Image.Image, float, float]]:
    """Each page of a picture file as it is shown, and its width and height in points.

    Raises:
        Unreadable: the picture is broken.
    """
    with _opened(data) as picture:
        frames = getattr(picture, "n_frames", 1)
    for number in range(1, frames + 1):
        yield _page(data, number)


def _read_page(data: bytes, number: int) -> PageContent:
    from extractors.scan import read_page_image

    image, width, height = _page(data, number)
    return read_page_image(image, number, width, height, _REASON)


def _page(data: bytes, number: int) -> tuple[Image.Image, float, float]:
    """A page upright as its camera says, with its size in points."""
    with _opened(data) as picture:
        try:
            picture.seek(number - 1)
            width, height = _size_in_points(picture)
            if picture.size[0] * picture.size[1] > MOST_PIXELS:
                picture.draft("L", (picture.size[0] // 2, picture.size[1] // 2))
            image = ImageOps.exif_transpose(picture)
            image.load()
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise _broken() from error
    if (image.width > image.height) != (width > height):
        width, height = height, width
    return image, width, height


def _size_in_points(picture: Image.Image) -> tuple[float, float]:
    across, down = picture.size
    dots = picture.info.get("dpi", (0, 0))
    x, y = float(dots[0] or 0), float(dots[-1] or 0)
    if not (_COARSEST <= x <= _FINEST and _COARSEST <= y <= _FINEST):
        x = y = max(across, down) / _LONG_SIDE * 72
    return across / x * 72, down / y * 72


def _opened(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise _too_large("quá nhiều điểm ảnh", "too many pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _broken() from error


_FATAL = (TesseractMissing, Unreadable)


def _broken() -> Unreadable:
    return Unreadable(
        "Tệp ảnh này hỏng hoặc bị cắt cụt, không mở được. Hãy quét hoặc chụp lại, hoặc chép lại "
        "tệp từ nơi gốc, rồi bỏ vào raw/.",
        "This picture is broken or cut short and cannot be opened. Scan it again, or copy it "
        "again from where it came, and drop it into raw/.",
    )


def _too_large(vietnamese: str, english: str) -> Unreadable:
    return Unreadable(
        f"Tệp ảnh này quá lớn ({vietnamese}). Hãy quét lại ở 300 dpi, mỗi trang một ảnh hoặc lưu "
        "thành PDF, rồi bỏ vào raw/.",
        f"This picture is too large ({english}). Scan it again at 300 dpi, a picture a page or as "
        "PDF, and drop that into raw/.",
    )
