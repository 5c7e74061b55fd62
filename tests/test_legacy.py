"""Vietnamese from before Unicode: tables over the whole alphabet, fonts, and what is certain."""

from __future__ import annotations

import unicodedata

import pytest

from normalizers.legacy import (
    encoding_of_font,
    encoding_of_text,
    legacy_of,
    to_unicode,
    unicode_of,
)

# The alphabet in the order of the letters' names; each row: plain, huyền, hỏi, ngã, sắc, nặng.
ROWS = "aàảãáạ ăằẳẵắặ âầẩẫấậ eèẻẽéẹ êềểễếệ iìỉĩíị oòỏõóọ ôồổỗốộ ơờởỡớợ uùủũúụ ưừửữứự yỳỷỹýỵ"
VOWELS = ROWS.split(" ")
# The same in TCVN3, from the code table of TCVN 5712:1993 (as glibc's TCVN5712-1 has it).
IN_TCVN3 = "aµ¶·¸¹ ¨»¼½¾Æ ©ÇÈÉÊË eÌÎÏÐÑ ªÒÓÔÕÖ i×ØÜÝÞ oßáâãä «åæçèé ¬êëìíî uïñòóô \xadõö÷øù yúûüýþ"
TCVN3 = IN_TCVN3.split(" ")
# The same in VNI.
VNI = (
    "a aø aû aõ aù aï|aê aè aú aü aé aë|aâ aà aå aã aá aä|e eø eû eõ eù eï|eâ eà eå eã eá eä|"
    "i ì æ ó í ò|o oø oû oõ où oï|oâ oà oå oã oá oä|ô ôø ôû ôõ ôù ôï|u uø uû uõ uù uï|"
    "ö öø öû öõ öù öï|y yø yû yõ yù î"
)
PARAGRAPH = (
    "Ủy ban nhân dân tỉnh ban hành kế hoạch chuyển đổi số, giao các sở, ban, ngành và các địa "
    "phương phối hợp thực hiện nhiệm vụ xây dựng hạ tầng, cơ sở dữ liệu dùng chung, bảo đảm an "
    "toàn thông tin mạng; báo cáo kết quả định kỳ trước ngày 15 tháng 12 hằng năm theo quy định."
)


def in_tcvn3(text):
    table = dict(zip("".join(VOWELS), "".join(TCVN3), strict=True))
    table |= dict(zip("ĂÂÊÔƠƯĐđ", "¡¢£¤¥¦§®", strict=True))
    return "".join(table.get(letter, table.get(letter.lower(), letter)) for letter in text)


def in_vni(text):
    signs = [sign for row in VNI.split("|") for sign in row.split(" ")]
    table = dict(zip("".join(VOWELS), signs, strict=True)) | {"đ": "ñ"}
    table |= {letter.upper(): sign.upper() for letter, sign in table.items()}
    return "".join(table.get(letter, letter) for letter in text)


def in_windows_1258(text):
    tones = "\u0300\u0309\u0303\u0301\u0323"
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        bare = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        out += (bare + "".join(part for part in parts if part in tones)).encode("cp1258")
    return out.decode("latin-1")


@pytest.mark.parametrize(("row", "written"), list(zip(VOWELS, TCVN3, strict=True)))
def test_tcvn3_has_every_small_letter(row, written):
    assert to_unicode(written, "tcvn3") == row
    assert to_unicode(written, "tcvn3-capitals") == row.upper()


def test_tcvn3_has_seven_capitals_and_the_letter_d():
    assert to_unicode("¡¢£¤¥¦§®", "tcvn3") == "ĂÂÊÔƠƯĐđ"


@pytest.mark.parametrize(("row", "written"), list(zip(VOWELS, VNI.split("|"), strict=True)))
def test_vni_has_every_letter_small_and_capital(row, written):
    signs = written.split(" ")
    assert [to_unicode(sign, "vni") for sign in signs] == list(row)
    assert [to_unicode(sign.upper(), "vni") for sign in signs] == list(row.upper())
    assert [to_unicode(sign[0].upper() + sign[1:], "vni") for sign in signs] == list(row.upper())


def test_real_words():
    assert to_unicode("Së Néi vô, đy".replace("đ", "ñ"), "tcvn3") == "Sở Nội vụ, ủy"
    assert to_unicode("Sôû Noäi vuï tænh Quaûng Ngaõi, UÛY BAN, ÑÖÔÏC, ngoaøi", "vni") == (
        "Sở Nội vụ tỉnh Quảng Ngãi, ỦY BAN, ĐƯỢC, ngoài"
    )
    assert to_unicode(in_windows_1258("Sở Nội vụ, Ủy ban"), "windows-1258") == "Sở Nội vụ, Ủy ban"


def test_answers_are_nfc_and_ascii_stays():
    assert unicodedata.is_normalized("NFC", to_unicode(in_windows_1258(PARAGRAPH), "windows-1258"))
    for encoding in ("tcvn3", "vni", "windows-1258"):
        assert to_unicode("Tier 3: 95.5% (BC-STTTT)\n", encoding) == "Tier 3: 95.5% (BC-STTTT)\n"


def test_letters_of_symbol_fonts_and_quotation_marks_are_read_too():
    assert to_unicode("S\uf0eb", "tcvn3") == "Sở"
    assert to_unicode("\x93Së\x94", "tcvn3") == "“Sở”"


def test_a_line_of_capitals_in_tcvn3_is_raised_as_a_whole():
    assert to_unicode("C¸C Së, BAN NGµNH\nSë Y tÕ", "tcvn3") == "CÁC SỞ, BAN NGÀNH\nSở Y tế"


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", "tcvn3"),
        ("ABCDEF+.VnTime", "tcvn3"),
        (".vntime", "tcvn3"),
        ("VnArial", "tcvn3"),
        (".VnTimeH", "tcvn3-capitals"),
        ("ABCDEF+.VnTimeH,Bold", "tcvn3-capitals"),
        (".VnArial NarrowH", "tcvn3-capitals"),
        ("VNI-Times", "vni"),
        ("VNI Helve", "vni"),
        ("Times New Roman", None),
        ("Vni", None),
        ("Verdana", None),
        ("", None),
    ],
)
def test_the_font_tells_its_encoding(font, encoding):
    assert legacy_of(font) == encoding


def test_unicode_typed_in_an_old_font_stays_unicode():
    assert encoding_of_font(".VnTime", in_tcvn3(PARAGRAPH)) == "tcvn3"
    assert encoding_of_font(".VnTime", PARAGRAPH) is None
    assert encoding_of_font("VNI-Times", PARAGRAPH) is None
    assert to_unicode("cơ sở", "tcvn3") == "cơ sở"


@pytest.mark.parametrize(
    ("write", "encoding"),
    [(in_tcvn3, "tcvn3"), (in_vni, "vni"), (in_windows_1258, "windows-1258")],
)
def test_a_text_of_some_length_tells_its_encoding(write, encoding):
    assert encoding_of_text(write(PARAGRAPH)) == encoding
    assert unicode_of(write(PARAGRAPH)).casefold() == PARAGRAPH.casefold()


@pytest.mark.parametrize(
    "text",
    [
        PARAGRAPH,  # Unicode
        in_tcvn3("Sở Nội vụ"),  # too short to be sure
        in_tcvn3(PARAGRAPH) + in_vni(PARAGRAPH),  # two encodings in one file
        in_tcvn3(PARAGRAPH).replace("¸", "ð").replace("é", "ÿ"),  # damaged: a third letter lost
        "Les élèves étaient à l’école; où est la forêt? Ça, déjà vu, été, mère, père. " * 9,
        "Phat trién cac tng dung, nén tang s6; bio cdo két qua, x4y dyng co so dit liéu. " * 9,
        PARAGRAPH.encode().decode("latin-1"),  # UTF-8 read as Latin-1
    ],
)
def test_what_is_not_certain_is_not_guessed(text):
    assert encoding_of_text(text) is None
    assert unicode_of(text) is None
