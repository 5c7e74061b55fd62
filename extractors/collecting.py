"""A document of one text, collected while it is read from its first line to its last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.printed import split_title
from records import Document, Notice, Page, Route, Row, Table


@dataclass(slots=True)
class Collector:
    """What has been read so far. ``pending`` is the running text since the last table; no table is
    open while ``names``, its headings, is empty.
    """

    page: int = 1
    pages: dict[int, list[str]] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    title: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)

    def take_running_text(self) -> None:
        """Lay the pending lines on the open page."""
        if self.pending:
            self.pages.setdefault(self.page, []).extend(self.pending)
            self.pending = []

    def take_title(self) -> None:
        """Lay the pending lines on the open page, but for the title of the table that follows."""
        self.pending, title = split_title(self.pending)
        self.take_running_text()
        self.title = tuple(title)

    def close_table(self) -> None:
        if self.names:
            self.tables.append(Table(self.names, tuple(self.rows), self.title))
        self.names, self.title, self.rows = (), (), []

    def note_surplus(self, cells: Sequence[str]) -> None:
        """A notice where a row has more filled cells than the open table has headings."""
        columns = len(self.names)
        if any(cells[columns:]):
            self.notices.append(
                Notice(
                    "surplus_cells",
                    f"Dòng có nhiều ô hơn tiêu đề bảng ({len(cells)} so với {columns}); "
                    "chữ thừa được giữ trong ô cuối.",
                    evidence=" | ".join(cells),
                )
            )

    def document(self, path: str, sha256: str, media_type: str, route: Route) -> Document:
        """The document, its last table closed; a text that says its own letters is healthy."""
        self.close_table()
        self.take_running_text()
        return Document(
            path=path,
            sha256=sha256,
            media_type=media_type,
            route=route,
            health="healthy",
            pages=tuple(Page(number, tuple(lines)) for number, lines in sorted(self.pages.items())),
            tables=tuple(self.tables),
            notices=tuple(self.notices),
        )
