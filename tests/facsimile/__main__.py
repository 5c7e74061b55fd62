"""Write facsimiles into a folder, to be looked at: ``python -m facsimile OUT SEED``."""

import sys
from pathlib import Path

import facsimile


def main(folder: str, seed: str) -> None:
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for plan in facsimile.plans():
        for make in (facsimile.print_pdf, facsimile.print_docx):
            one = make(plan, seed=int(seed))
            (out / f"{one.name}{one.suffix}").write_bytes(one.data)
        printed = facsimile.print_pdf(plan, seed=int(seed))
        for kind in ("office", "bilevel", "good"):
            wear = facsimile.wear(int(seed), kind)
            one = facsimile.scan(printed, wear, seed=int(seed))
            (out / f"{one.name}.{kind}.pdf").write_bytes(one.data)


main(*sys.argv[1:])
