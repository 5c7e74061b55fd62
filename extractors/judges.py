"""What extractors ask about Vietnamese. They know none themselves: the judge is passed in.

``pipeline.reader.Reader`` is the real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from extractors.ocr_dump import DumpReader
from extractors.sniff import OldTexts

OldEncoding = Literal["tcvn3", "tcvn3-capitals", "vni", "windows-1258"]


class OldFonts(Protocol):
    """Knows fonts from before Unicode (.VnTime, VNI-Times)."""

    def old_encoding(self, font: str, text: str) -> OldEncoding | None:
        """The encoding of all the text that a document sets in ``font``; None for Unicode."""
        ...

    def from_old(self, text: str, encoding: OldEncoding) -> str:
        """A piece of such text in Unicode."""
        ...


class LayerVerdict(Protocol):
    """What the text layer of a PDF's page is worth."""

    @property
    def is_readable(self) -> bool:
        """Whether it is the page's text; else the page is read from its image."""
        ...

    @property
    def reason(self) -> str:
        """Why, in Vietnamese, for the findings."""
        ...

    @property
    def encodings(self) -> Mapping[str, OldEncoding]:
        """The encoding of each font set in an old one ("" where the whole page is)."""
        ...


class LayerJudge(OldFonts, Protocol):
    """Judges the text layers of pages."""

    def judge_layer(
        self,
        lines: Sequence[str],
        by_font: Mapping[str, str],
        *,
        pictured: float,
        hidden: float,
        outlined: bool,
    ) -> LayerVerdict:
        """Judge a layer by its printed lines, the text of each font (where a font may be an old
        one), the shares of the page under pictures and of the text hidden below them (0-1), and
        whether letters are drawn as curves.
        """
        ...


class Judge(DumpReader, LayerJudge, OldTexts, Protocol):
    """All that extractors ask."""
