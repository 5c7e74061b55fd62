"""Vietnamese text: repair it, and read what it says.

Pure functions of strings, with the data and models that ship inside the package. Nothing here
opens a user's file or knows of pages and tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

    from normalizers.agencies import Scope


def language(scope: Scope | None = None) -> Language:
    """The spaCy pipeline that marks citations, agencies and dates as ``Doc.ents``.

    What the entities mean stands in :mod:`normalizers.running_text`. spaCy is imported on the first
    call only: most commands never need it.
    """
    from normalizers.running_text import language as build

    return build(scope)
