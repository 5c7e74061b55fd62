"""Abbreviations of offices in a letterhead that lost their Đ: "HDND" → "HĐND", "BCPTW" → "BCĐTW".

A short list, where :mod:`normalizers.codes` knows every part of the corpus: recipients abbreviate
much that is no code, and "DN" (doanh nghiệp) must stay.
"""

from __future__ import annotations

import re

_ABBREVIATIONS = {
    "HDND": "HĐND",
    "HPND": "HĐND",
    "TTDT": "TTĐT",
    "BCD": "BCĐ",
    "BCP": "BCĐ",
    "BCDTW": "BCĐTW",
    "BCPTW": "BCĐTW",
    "QD": "QĐ",
    "ND": "NĐ",
    "DU": "ĐU",
    "PU": "ĐU",
    "DUUBND": "ĐUUBND",
    "PUUBND": "ĐUUBND",
    "DUUBNDT": "ĐUUBNDT",
    "PUUBNDT": "ĐUUBNDT",
    "CDS": "CĐS",
    "CPS": "CĐS",
    "DMST": "ĐMST",
    "PMST": "ĐMST",
    "LDTBXH": "LĐTBXH",
}
_WORD = re.compile(r"(?<![^\W_])[A-Z]{2,8}(?![^\W_])")


def mend_abbreviations(text: str) -> str:
    """Give abbreviations their Đ back: "HDND" → "HĐND", "BCPTW" → "BCĐTW"."""
    return _WORD.sub(lambda found: _ABBREVIATIONS.get(found[0], found[0]), text)
