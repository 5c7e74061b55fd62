"""Page layers: whole, before Unicode, ruined by an English OCR, rubbish, or a signature's."""

from __future__ import annotations

import pytest

from normalizers.legacy import to_unicode
from normalizers.page_health import judge_layer

HEALTHY = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Triển khai các nhiệm vụ chuyển đổi số trên địa bàn tỉnh giai đoạn 2026 - 2030;",
    "Sở Khoa học và Công nghệ chủ trì, phối hợp với các sở, ban, ngành có liên quan.",
)
STRIPPED = (
    "Trién khai cac nhiém vu chuyén ddi sé trén dia ban tinh giai doan 2026 - 2030;",
    "Sé Khoa hoc va Céng nghé chu tri, phdi hop véi cac sé, ban, nganh co lién quan.",
)
MANGLED = (
    "CQNG HOA XA HQI CHU NGHIA VIPT NAM DQc l$p - Tg do - tlSnh phric",
    "/STP-VB Thdnh phA ruA Chi Minh, ngdyZSthdng0/ ndm 2021 ngdnh cho giai ilopn",
    "triiSn khai cria Chucrng ngdnh cho l-2016 vd KO hoach",
)
SIGNED = ("Ký bởi: Ủy ban nhân dân tỉnh", "Ngày ký: 08-01-2026 15:04:31 +07:00")


def test_healthy_vietnamese_is_read():
    assert judge_layer(HEALTHY).kind == "healthy"


@pytest.mark.parametrize("lines", [STRIPPED, MANGLED])
def test_what_an_english_ocr_left_under_a_scan_is_damaged(lines):
    assert judge_layer(lines, pictured=1.0, hidden=1.0).kind == "damaged"


def test_lost_marks_are_damage_also_without_a_picture():
    assert judge_layer(STRIPPED).kind == "damaged"


def test_a_poor_vietnamese_ocr_is_damaged():
    poor = ["Triển khoi cóc nhệm vjụ chvển đồi sổ trrên địa bàv tỉnb gioi đoqn các sở bon ngưnh"]
    assert judge_layer(poor, pictured=1.0, hidden=1.0).kind == "damaged"
    assert judge_layer(HEALTHY, pictured=1.0, hidden=1.0).kind == "healthy"


def test_a_signature_on_a_scan_is_not_the_text_of_the_page():
    verdict = judge_layer(SIGNED, pictured=1.0)
    assert verdict.kind == "absent"
    assert "chữ ký số" in verdict.reason


def test_a_signature_on_a_page_of_text_harms_nothing():
    assert judge_layer((*HEALTHY, *SIGNED), pictured=0.05).kind == "healthy"


def test_pages_without_text_are_absent():
    assert judge_layer((), pictured=1.0).kind == "absent"
    assert "nét" in judge_layer((), outlined=True).reason


def test_signs_without_meaning_are_garbage():
    assert judge_layer(("\ue012\ue034 \ue051\ue056\ue012", "ab cd")).kind == "garbage"
    assert judge_layer(("Wklv lv qrw Ylhwqdphvh dw doo exw d vkliwhg irqw ohw xv vhh",)).kind == (
        "garbage"
    )


def test_legacy_fonts_are_told_by_name_and_text():
    written = "Së Néi vô chñ tr×, phèi hîp víi c¸c së"
    verdict = judge_layer((written,), by_font={".VnTime": written})
    assert verdict.kind == "legacy"
    assert to_unicode(written, verdict.encodings[".VnTime"]).startswith("Sở Nội vụ chủ trì")


def test_unicode_in_a_legacy_font_is_healthy():
    text = "\n".join(HEALTHY)
    assert judge_layer(HEALTHY, by_font={".VnTime": text}).kind == "healthy"


def test_pages_of_figures_and_of_english_are_left_alone():
    assert judge_layer(("1", "100 %", "2026")).kind == "healthy"
    assert judge_layer(
        ("The plan of the province is to be read on this page for all of us",)
    ).kind == ("healthy")
