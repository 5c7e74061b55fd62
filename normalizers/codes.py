"""Document codes: "2629/QD-TTg" has lost its Đ; put it right from the list of known parts.

Only the letters between the dashes and slashes change; numerals are left as they are. Codes that
OCR broke at a sign ("359- KH/TU") are joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

MODELS = Path(__file__).parent / "models"
# Parts too new or too local for the corpus: party bodies, agencies since 2025.
ALWAYS = ("BCĐTW", "BCĐ", "ĐU", "TU", "CĐS", "SKHCN", "BKHCN", "TTr", "CTr", "HD", "ĐA", "PA",
          "HĐND",
          "TTHC", "VPCP", "BCA", "BNV", "BTC", "STC", "SNV", "KL", "QC", "GM", "TGĐU", "VP",
          "ĐMST", "DVC")  # fmt: skip
RARE = 30  # a known part seen less often than this may yet be a commoner one with its Đ misread
COMMONER = 100  # times as common as the part that is seen
_LETTERS = re.compile(r"[^\W\d_]+")


def _fold(part: str) -> str:
    return part.replace("Đ", "D").replace("đ", "d").upper()


@lru_cache(maxsize=1)
def code_parts() -> dict[str, int]:
    """Known code parts and how often the corpus has them."""
    parts = dict.fromkeys(ALWAYS, 30)
    path = MODELS / "code_parts.tsv"
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            part, count = line.split("\t")
            parts[part] = max(parts.get(part, 0), int(count))
    return parts


@lru_cache(maxsize=1)
def _by_fold() -> dict[str, str]:
    best: dict[str, str] = {}
    for part, count in code_parts().items():
        key = _fold(part)
        if key not in best or count > code_parts()[best[key]]:
            best[key] = part
    return best


@lru_cache(maxsize=10_000)
def repair_part(part: str) -> str:
    """One run of letters of a code, put right if exactly one known part explains it."""
    known = code_parts()
    found = _by_fold().get(_fold(part))
    if found is not None and known[found] >= RARE:
        return found
    # Đ is read as P, B, DJ, PD or Ð; one such letter may be wrong in a part.
    for reading in ("PD", "DJ", "P", "B", "b", "Ð", "0", "O"):
        for match in re.finditer(reading, part):
            candidate = part[: match.start()] + "Đ" + part[match.end() :]
            if known.get(candidate, 0) >= (3 if found is None else COMMONER * known[found]):
                return candidate
    if found is not None:
        return found
    if len(part) >= 5:
        near = [p for p in known if len(p) == len(part) and known[p] >= 20
                and Levenshtein.distance(_fold(p), _fold(part), score_cutoff=1) <= 1]  # fmt: skip
        if len(near) == 1:
            return near[0]
    return part


def repair_code(code: str) -> str:
    """A whole code: "327/QD-UBND" → "327/QĐ-UBND"."""
    return _LETTERS.sub(lambda match: repair_part(match.group()), code)


def join_codes(chunks: Sequence[str]) -> list[str]:
    """The chunks with the broken codes whole: each stands where it began, with "" for its rest.

    Broken are a number that ends in its sign before a known part ("359- KH/TU"), a code that ends
    in one ("57/NQ- CP"), and a code that lost it, before a date ("21/KH UBND ngày").
    """
    out = list(chunks)
    held = [at for at, chunk in enumerate(chunks) if chunk]
    for at, after, later in zip(held, held[1:], [*held[2:], None], strict=False):
        rest = _REST.match(out[after])
        if not out[at] or rest is None or rest["part"] not in code_parts():
            continue
        dated = rest["sign"] or (later is not None and out[later] == "ngày")
        if _OPEN.search(out[at]) and ("/" in out[at] or rest["more"]):
            out[at], out[after] = out[at] + rest["code"], ""
        elif _SHORT.search(out[at]) and dated and not rest["more"]:
            out[at], out[after] = f"{out[at]}-{rest['code']}", ""
    return out


_OPEN = re.compile(r"(?:^|[(“\"])\d{1,5}(?:/\d{4})?(?:/[A-ZĐ]{1,9})?[-–/]$")
_SHORT = re.compile(r"(?:^|[(“\"])\d{1,5}(?:/\d{4})?/[A-ZĐ]{2,9}$")
_REST = re.compile(
    r"(?P<sign>[-–]?)(?P<code>(?P<part>[A-ZĐ][A-Za-zĐđ]*)(?P<more>(?:[-/&][A-ZĐ][A-Za-zĐđ]*)*)[.,;:)]*)$"
)
