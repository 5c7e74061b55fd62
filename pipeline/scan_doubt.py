"""How sure a cell is that was read from the image of a page.

What Tesseract says of its least sure word tells one wrong cell in two. The rest are told by the
words themselves: one that is no word, one that its neighbours do not expect where another of like
shape fits (:mod:`normalizers.misread`), signs and marks that no plan prints so. A logistic
regression weighs them, fitted on facsimiles of the developers' seeds 1 and 2 (200 dpi and bilevel)
and tried on seed 3; docs/benchmarks.md says how far it goes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from normalizers.misread import LEAST, Misread

WEIGHTS = (0.92, -1.02, 0.87, 2.06, 3.87, 0.09, 1.20, 1.88, 1.15, 3.00, 3.57, 2.67)
"""Of :func:`signs`: nats for the cell being wrong. That of broken numbers is set by hand: too few
were met."""

WARY = 14.0
"""How much greater than on the facsimiles the odds of a wrong cell are taken to be: their pages are
cleaner than many an office's, and a wrong cell that nobody looks at costs more than a needless
look. A cell is doubtful (below 0.6) from a chance of one in 22 on."""

_ODD = re.compile(r"[~|`„»«{}\[\]^_<\\¿¡°Ƒ¬†@#*=—+]|(?<!\S)[/:;.,!]")
_BROKEN_NUMBER = re.compile(r"(?<!\d)20\d{3,}|\d,\d{3}(?!\d)|\d[lO]|(?<!\S)\d+[a-zà-ỹ]")
_BROKEN_MARK = re.compile(r"[,:]$|;[^\W\d]|(?<=\w )-[^\W\d]|[,.;:][,;:]|\.[^\W\d]")
_LEAST, _MOST = 0.02, 0.985  # Tesseract is never surer than that, nor less sure


def signs(
    text: str, seen: float, misreads: Sequence[Misread], listed: bool = False
) -> tuple[float, ...]:
    """What speaks for a cell being wrong.

    Args:
        text: its text, repaired.
        seen: what the extractor says of its least sure word, 0-1.
        misreads: other readings of the words of ``text``, unknown words among them.
        listed: it lists agencies, between semicolons.
    """
    seen = min(max(seen, _LEAST), _MOST)
    chunks = text.split()
    odds = [one.odds for one in misreads if one.word]
    unknown = sum(not one.word and one.odds >= 0 for one in misreads)
    acronyms = sum(not one.word and one.odds < 0 for one in misreads)
    loose = any(not any(map(str.isalnum, chunk)) for chunk in chunks if chunk not in ("-", "–"))
    return (
        1.0,
        math.log(seen / (1 - seen)),
        float(min(unknown, 2)),
        max(odds, default=LEAST) / 4,
        float(bool(_ODD.search(text))),
        math.log(max(1, len(chunks))),
        sum(1 / (1 + math.exp(-one)) for one in odds),
        float(loose),
        float(min(acronyms, 2)),
        float(bool(_BROKEN_NUMBER.search(text))),
        float(bool(_BROKEN_MARK.search(text))),
        float(listed and ":" in text),
    )


def scan_confidence(
    text: str, seen: float, misreads: Sequence[Misread], listed: bool = False
) -> float:
    """The chance (0-1) that a cell read from a page image is exact, wary as :data:`WARY` says."""
    weighed = zip(WEIGHTS, signs(text, seen, misreads, listed), strict=True)
    nats = sum(weight * sign for weight, sign in weighed)
    return 1 / (1 + WARY * math.exp(nats))
