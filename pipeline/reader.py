"""The reader that extractors ask about damaged text, put together from the normalizers.

Extractors know lines and columns, normalizers know Vietnamese; this is where they meet: headers
become column kinds, and each kind of column gets its language.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from extractors.interleaved import Context, Kind
from extractors.ocr_dump import HeaderFound
from normalizers.agencies import agency_phrases
from normalizers.group_codes import group_code
from normalizers.headers import Column, HeaderReading, header_columns_of_lines
from normalizers.phrases import PhraseLanguage, deadline_phrases, target_phrases
from normalizers.repair import Candidate, RepairModel, RepairSession

_KINDS: dict[str, Kind] = {
    "number": "number",
    "target": "target",
    "lead": "agency",
    "implement": "agency",
    "coordinate": "agency",
    "deadline": "deadline",
}
# the heading a dumped column is given, where the printed one is damaged
_HEADINGS = {
    "number": "TT",
    "target": "Mục tiêu",
    "lead": "Cơ quan chủ trì",
    "implement": "Cơ quan thực hiện",
    "coordinate": "Cơ quan phối hợp",
    "expected_result": "Dự kiến kết quả",
    "deadline": "Thời gian hoàn thành",
    "note": "Ghi chú",
    "result": "Kết quả thực hiện",
}


def heading_of(column: Column, columns: Sequence[Column]) -> str:
    """A printed heading that reads back as ``column``."""
    if column.field == "text":
        indicators = any(other.field == "target" for other in columns)
        return "Chỉ tiêu" if indicators else "Nhiệm vụ"
    if column.year is not None:
        return str(column.year)
    return _HEADINGS.get(column.field, "")


class ColumnReader:
    """Languages of one document's columns (``extractors.interleaved.DocumentReader``)."""

    def __init__(self, session: RepairSession) -> None:
        self.session = session

    def candidates(self, token: str) -> Sequence[Candidate]:
        return self.session.candidates(token)

    def log_probability(self, kind: Kind, word: str, context: Context) -> float:
        if kind == "text":
            return self.session.log_probability(word, context)
        return self._phrases[kind].log_probability(word, context)

    def section_code(self, tokens: Sequence[str]) -> tuple[int, float] | None:
        return group_code(tokens)

    @cached_property
    def _phrases(self) -> dict[Kind, PhraseLanguage]:
        general = self.session.log_probability
        return {
            "agency": PhraseLanguage(agency_phrases(), general),
            "deadline": PhraseLanguage(deadline_phrases(), general, share=0.97, longest_list=1),
            "target": PhraseLanguage(target_phrases(), general, share=0.99, longest_list=1),
        }


class Reader:
    """Opens documents for the extractors (``extractors.ocr_dump.DumpReader``).

    ``session`` is the repair session of the document last opened, for the pipeline to go on with.
    """

    def __init__(self, model: RepairModel) -> None:
        self._model = model
        self.session: RepairSession | None = None
        self._columns: dict[tuple[str, ...], tuple[Column, ...]] = {}

    def open(self, lines: Sequence[str]) -> ColumnReader:
        """Adapt the repair model to a document, given all its printed lines."""
        self.session = self._model.session(lines)
        return ColumnReader(self.session)

    def header(self, lines: Sequence[str], known: HeaderFound | None) -> HeaderFound | None:
        """The table header that begins at ``lines[0]``, if one does."""
        before = HeaderReading(self._columns[known.names], known.lines_used) if known else None
        found = header_columns_of_lines(lines, known=before, allow_single=known is not None)
        if found is None:
            return None
        names = tuple(heading_of(column, found.columns) for column in found.columns)
        self._columns[names] = found.columns
        kinds = tuple(_KINDS.get(column.field, "text") for column in found.columns)
        return HeaderFound(names, kinds, found.lines_used)
