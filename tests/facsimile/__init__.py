"""The facsimile factory: golden rows printed the way the offices print them, with their truth.

    import facsimile

    plan = facsimile.plan("quang-ngai-ubnd.05")          # a folder of golden/, or its beginning
    small = plan.cut(0, 6, "I").without_body()           # rows 0-5 of Phụ lục I, no letterhead
    one = facsimile.print_pdf(small, seed=3)             # the look follows from the seed …
    look = dataclasses.replace(facsimile.look(3), rules="none", merged=("lead",))
    one = facsimile.print_pdf(small, look, seed=3)       # … or is given
    word = facsimile.print_docx(small, seed=3)
    aged = facsimile.scan(one, seed=3)                   # an image-only PDF; or with a Wear:
    aged = facsimile.scan(one, facsimile.Wear(dpi=150, bilevel=160, skew=1.0), seed=3)
    both = facsimile.mix(one, aged, {2})                 # page 2 scanned, the others as printed
    old = facsimile.print_pdf(small, dataclasses.replace(look, encoding="tcvn3"), seed=3)

    one.data, one.suffix                                 # the file
    one.truth                                            # TrueCell: row, column, lines, page, box
    one.tables[0].columns, one.tables[0].printed         # whole rows, also where pages break them
    facsimile.score(one, reader.datasets_of(one.data, "x.pdf"))       # against the golden rows
    print(*facsimile.score(...).wrong(), sep="\n")

Everything follows from the seed.  Seeds 1 to 99 are for building and tests; what is measured and
reported has other seeds (``benchmarks/pages.py``), which nobody looks into.

``python -m facsimile OUT SEED`` (with ``PYTHONPATH=.:tests``) writes every form of every golden
document into a folder, to be looked at.
"""

from facsimile.born import print_pdf
from facsimile.plans import Look, Plan, look, plan, plans
from facsimile.scans import Wear, mix, page_images, scan, wear
from facsimile.scoring import Score, score
from facsimile.sheets import Facsimile, TrueCell
from facsimile.word import WordHabits, habits, print_docx

__all__ = [
    "Facsimile",
    "Look",
    "Plan",
    "Score",
    "TrueCell",
    "Wear",
    "WordHabits",
    "habits",
    "look",
    "mix",
    "page_images",
    "plan",
    "plans",
    "print_docx",
    "print_pdf",
    "scan",
    "score",
    "wear",
]
