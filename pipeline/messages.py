"""Every sentence the command line says, in Vietnamese and in English.

Vietnamese where the locale is ``vi`` (LC_ALL, LC_MESSAGES, LANG, in that order), else English.
Findings are data, not messages: they are always Vietnamese (``pipeline.findings``).
"""

from __future__ import annotations

import os

_MESSAGES: dict[str, tuple[str, str]] = {
    "no-inbox": (
        "Không tìm thấy thư mục {path}. Hãy tạo thư mục này và bỏ văn bản vào, "
        "hoặc chỉ thư mục khác bằng --raw.",
        "There is no folder {path}. Make it and drop documents into it, "
        "or name another one with --raw.",
    ),
    "no-file": (
        "Không tìm thấy tệp {path}. Hãy kiểm tra lại đường dẫn.",
        "There is no file {path}. Check the path.",
    ),
    "no-registry": (
        "Không tìm thấy tệp cơ quan bổ sung {path}. Hãy kiểm tra lại --registry.",
        "There is no file of agencies {path}. Check --registry.",
    ),
    "bad-registry": (
        "Tệp cơ quan bổ sung {path} có chỗ phải sửa:{faults}",
        "The file of agencies {path} needs mending:{faults}",
    ),
    "no-output": (
        "Chưa có kết quả trọn vẹn trong {path}. Hãy chạy “phuluc run” trước.",
        "There is no complete output in {path}. Run “phuluc run” first.",
    ),
    "no-golden": (
        "Không tìm thấy thư mục đáp án {path}. Hãy chỉ thư mục khác bằng --golden.",
        "There is no golden folder {path}. Name another one with --golden.",
    ),
    "bad-golden": (
        "Tệp đáp án {path} hỏng ở dòng {line}: {reason}. Hãy sửa dòng đó.",
        "The golden file {path} is broken at line {line}: {reason}. Mend that line.",
    ),
    "bad-arguments": (
        "{reason} Hãy xem “phuluc --help”.",
        "{reason} See “phuluc --help”.",
    ),
    "one-format": (
        "Hãy chọn ít nhất một định dạng: --xlsx, --csv hoặc --jsonl.",
        "Choose at least one format: --xlsx, --csv or --jsonl.",
    ),
    "busy": (
        "Một lượt chạy khác đang ghi vào {path}. Hãy đợi lượt đó xong rồi chạy lại.",
        "Another run is writing to {path}. Wait for it to end, then run again.",
    ),
    "cannot-write": (
        "Không đọc hoặc ghi được: {reason}. Hãy kiểm tra quyền và chỗ trống trên đĩa; "
        "kết quả cũ vẫn còn nguyên.",
        "Cannot read or write: {reason}. Check permissions and free disk space; "
        "the earlier output is still whole.",
    ),
    "missing-package": (
        "Thiếu gói Python “{name}”. Hãy chạy: make setup",
        "The Python package “{name}” is missing. Run: make setup",
    ),
    "unreadable": ("{path}: {reason}", "{path}: {reason}"),
    "interrupted": (
        "Đã dừng theo yêu cầu; kết quả cũ vẫn còn nguyên.",
        "Stopped as asked; the earlier output is still whole.",
    ),
    "nothing-changed": (
        "Không có gì thay đổi từ lượt chạy trước: {files} tệp trong {raw}, "
        "kết quả trong {out} vẫn đúng. Không làm gì thêm.",
        "Nothing changed since the last run: {files} files in {raw}, "
        "the output in {out} is up to date. Nothing was done.",
    ),
    "empty-inbox": (
        "Thư mục {raw} chưa có tệp nào. Hãy bỏ văn bản vào đó rồi chạy lại.",
        "The folder {raw} holds no file yet. Drop documents into it and run again.",
    ),
    "written": (
        "Đã ghi {rows} dòng của {documents} văn bản vào {out} trong {seconds:.1f} giây "
        "({read} văn bản đọc mới, {kept} giữ nguyên).",
        "Wrote {rows} rows of {documents} documents to {out} in {seconds:.1f} seconds "
        "({read} read now, {kept} kept as they were).",
    ),
    "removed": (
        "Không còn trong {raw}, nên đã bỏ khỏi kết quả: {paths}",
        "No longer in {raw}, so dropped from the output: {paths}",
    ),
    "quarantined": (
        "Không đọc được {count} tệp; bản gốc vẫn nằm trong {raw}:",
        "Not read: {count} of the files; the originals are still in {raw}:",
    ),
    "doubtful-rows": (
        "{count} dòng đọc chưa chắc, kém chắc nhất trước (kèm độ tin của ô):",
        "{count} doubtful rows, the least sure first (and how sure their cells are):",
    ),
    "page": ("trang {number}", "page {number}"),
    "look-at": ("Cần xem lại:", "What to look at:"),
    "all-well": (
        "Không có gì cần xem lại.",
        "There is nothing to look at.",
    ),
    "and-more": (
        "… và {count} dòng nữa: lọc needs_review trong bảng, hoặc “phuluc export --xlsx THƯ-MỤC”.",
        "… and {count} more: the rows with needs_review, or “phuluc export --xlsx FOLDER”.",
    ),
    "how-to-trace": (
        "Lần theo một ô: row_id → cells.source_text (chữ máy thấy) → repairs (đã sửa gì).",
        "To trace a cell: row_id → cells.source_text (what was seen) → repairs (what was changed).",
    ),
    "kind-document_id_clash": ("trùng số hiệu với văn bản khác", "shares its number with another"),
    "kind-footnotes": ("chú thích cuối trang, để riêng", "footnotes, kept apart"),
    "kind-group_row_text": (
        "dòng nhóm có chữ ở cột khác, không xếp vào dòng nào được",
        "group rows with text in other columns, which belongs to no row",
    ),
    "kind-no_appendix": ("không có phụ lục nào có bảng", "no appendix with a table"),
    "kind-columns_inferred": (
        "tiêu đề bảng không đọc được, các cột suy ra từ nội dung",
        "tables whose header could not be read; their columns are told by their rows",
    ),
    "kind-label_read": (
        "nhãn phụ lục không đọc được hoặc đọc sai, suy ra từ thứ tự các phụ lục",
        "labels that could not be read or were misread, told by the order of the appendices",
    ),
    "kind-number_lost": (
        "số thứ tự không đọc được, suy ra từ thứ tự các dòng",
        "row numbers that could not be read, supplied by counting",
    ),
    "kind-numbering_form": ("số thứ tự thiếu hoặc khác lệ", "row numbers missing or oddly written"),
    "kind-numbering_gap": ("số thứ tự bị nhảy", "gaps in the numbering"),
    "kind-numbering_repeat": ("số thứ tự lặp hoặc lùi", "row numbers that repeat or go back"),
    "kind-half_missing": (
        "tờ khổ rộng cắt đôi thiếu nửa bên phải",
        "wide sheets cut in two whose right half is missing",
    ),
    "kind-page_lost": ("trang không đọc được", "pages that could not be read"),
    "kind-page_layer": (
        "trang đọc theo lớp chữ của tệp",
        "pages read from the file's own text",
    ),
    "kind-page_reread": (
        "trang được nhận dạng lại từ ảnh",
        "pages read again from their image",
    ),
    "kind-column_count": (
        "bảng đổi số cột giữa hai trang",
        "tables whose columns change from page to page",
    ),
    "kind-section_code_lost": (
        "số mục không đọc được, suy ra từ các mục trước và sau",
        "section codes that could not be read, supplied from those before and after",
    ),
    "kind-section_title_lost": (
        "không đọc được dòng tiêu đề của mục, suy ra số mục",
        "sections whose title line was not found, their codes supplied",
    ),
    "kind-section_gap": ("mục không liền nhau", "section codes that do not follow one another"),
    "kind-stray_line": (
        "dòng lạc được ghép vào hàng ngay dưới",
        "stray lines put into the row below them",
    ),
    "kind-surplus_cells": ("dòng có nhiều ô hơn tiêu đề", "rows with more cells than the header"),
    "kind-unknown_column": ("cột không rõ là gì", "columns nobody knows"),
    "kind-unknown_table": ("bảng không nhận ra tiêu đề", "tables whose header is not known"),
    "kind-unread_object": (
        "ảnh hoặc bảng tính nhúng trong tệp Word không đọc được",
        "pictures or workbooks within a Word file that were not read",
    ),
    "kind-year_place": ("dấu năm không rõ ở cột nào", "year marks whose column is not sure"),
    "kind-year_mark": (
        "ô năm ghi khác dấu “x”, hoặc trống giữa các năm có dấu",
        "year marks other than “x”, or lacking between marked years",
    ),
    "column-document": ("văn bản", "document"),
    "column-review": ("cần xem lại", "to look at"),
    "column-warnings": ("cảnh báo", "warnings"),
    "column-seconds": ("giây", "seconds"),
    "column-total": ("cộng", "total"),
    "kept": ("giữ nguyên", "kept"),
    "indicators": ("chỉ tiêu", "indicators"),
    "tasks": ("nhiệm vụ", "tasks"),
    "projects": ("dự án", "projects"),
    "results": ("kết quả", "results"),
    "reading": ("Đang đọc {done}/{count} văn bản …", "Reading {done}/{count} documents …"),
    "watching": (
        "Đang theo dõi {raw}; nhấn Ctrl+C để dừng.",
        "Watching {raw}; press Ctrl+C to stop.",
    ),
    "overlay-is-file": (
        "--overlay phải là một tệp khác: {path} là văn bản gốc và không bao giờ bị ghi đè.",
        "--overlay must name another file: {path} is the document itself, never written over.",
    ),
    "painted": (
        "Đã vẽ {cells} ô lên các trang: {path}",
        "Painted {cells} cells over the pages: {path}",
    ),
    "exported": ("Đã ghi {path}", "Wrote {path}"),
    "check-passed": (
        "Đạt: không số đo nào thấp hơn ngưỡng trong {path}.",
        "Passed: no measure is below its threshold in {path}.",
    ),
    "check-failed": (
        "Không đạt: {count} số đo thấp hơn ngưỡng trong {path}:",
        "Failed: {count} measures are below their threshold in {path}:",
    ),
    "thresholds-raised": (
        "Đã nâng ngưỡng trong {path}.",
        "Raised the thresholds in {path}.",
    ),
    "no-thresholds": (
        "Chưa có ngưỡng nào trong {path}; hãy chạy “phuluc check --update-thresholds”.",
        "There are no thresholds in {path} yet; run “phuluc check --update-thresholds”.",
    ),
    "doctor-fine": ("Máy này có đủ mọi thứ.", "This machine has everything."),
    "doctor-lacks": (
        "Thiếu: {what}. Cách sửa: {mend}",
        "Missing: {what}. To mend it: {mend}",
    ),
    "doctor-has": ("Có: {what}", "Present: {what}"),
    "doctor-tesseract": (
        "Tesseract và mô hình tiếng Việt, để đọc trang quét và ảnh {found}",
        "Tesseract with its Vietnamese model, to read scans and pictures {found}",
    ),
    "doctor-libreoffice": (
        "LibreOffice, chỉ cần khi có tệp Word kiểu cũ (.doc, .rtf, .odt)",
        "LibreOffice, only for old Word files (.doc, .rtf, .odt)",
    ),
    "doctor-enough": (
        "Máy này đủ để chạy; phần còn thiếu chỉ cần khi có loại tệp nêu trên.",
        "This machine has enough to run; what is missing serves only the files named above.",
    ),
    "doctor-writable": ("ghi được vào {path}", "can write to {path}"),
}


def is_vietnamese() -> bool:
    """Whether the person's locale is Vietnamese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.lower().startswith("vi")
    return False


def say(key: str, **values: object) -> str:
    """The sentence in the person's language, its values filled in."""
    vietnamese, english = _MESSAGES[key]
    return (vietnamese if is_vietnamese() else english).format(**values)


def say_kind(kind: str) -> str:
    """What findings of one kind are about; the bare kind where there is no word for it."""
    return say(f"kind-{kind}") if f"kind-{kind}" in _MESSAGES else kind


def choose(vietnamese: str, english: str) -> str:
    """One of two ready sentences, by the person's locale."""
    return vietnamese if is_vietnamese() else english
