"""A text read from damaged ink, and how sure the reader is."""

from __future__ import annotations


class Reading(str):
    """A text that knows its ``confidence`` (0-1). Empty: the reader has no reading."""

    __slots__ = ("confidence",)
    confidence: float

    def __new__(cls, text: str = "", confidence: float = 0.0) -> Reading:
        """``text`` with the confidence that it is what was printed."""
        reading = super().__new__(cls, text)
        reading.confidence = confidence
        return reading

    @property
    def text(self) -> str:
        """The text alone."""
        return str(self)
