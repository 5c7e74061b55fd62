"""Document codes: "2629/QD-TTg" has lost its Đ; put it right from the list of known parts.

Only the letters between the dashes and slashes change; numerals are left as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

MODELS = Path(__file__).parent / "models"
# Parts too new or too local for the corpus: party bodies, agencies since 2025.
ALWAYS = ("BCĐTW", "BCĐ", "ĐU", "TU", "CĐS", "SKHCN", "BKHCN", "TTr", "CTr", "HD", "ĐA", "PA",
          "HĐND",
          "TTHC", "VPCP", "BCA", "BNV", "BTC", "STC", "SNV", "KL", "QC", "GM", "TGĐU", "VP",
          "ĐMST", "DVC")  # fmt: skip
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
    if part in known and _by_fold().get(_fold(part)) == part:
        return part
    found = _by_fold().get(_fold(part))
    if found is not None:
        return found
    # Đ is read as P, B, DJ, PD or Ð; one such letter may be wrong in a part of three or more.
    for reading in ("PD", "DJ", "P", "B", "Ð", "0", "O"):
        for match in re.finditer(reading, part):
            candidate = part[: match.start()] + "Đ" + part[match.end() :]
            if candidate in known and known[candidate] >= 3:
                return candidate
    if len(part) >= 4:
        near = [p for p in known if abs(len(p) - len(part)) <= 1 and known[p] >= 20
                and Levenshtein.distance(_fold(p), _fold(part), score_cutoff=1) <= 1]  # fmt: skip
        if len(near) == 1:
            return near[0]
    return part


def repair_code(code: str) -> str:
    """A whole code: "327/QD-UBND" → "327/QĐ-UBND"."""
    return _LETTERS.sub(lambda match: repair_part(match.group()), code)
