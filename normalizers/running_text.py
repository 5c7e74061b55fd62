"""Running text as spaCy reads it: citations, agencies and dates as ``Doc.ents``.

``language(scope)`` is a blank pipeline with a tokenizer of our own (document numbers and dates
stay whole) and three rule components; no statistical model takes part. What an entity means is an
attribute of its span:

| label | attribute | value |
|---|---|---|
| CITATION | ``span._.citation`` | :class:`normalizers.citations.Citation`: number, type, date … |
| AGENCY | ``span._.agency_id`` (also ``span.kb_id_``) | the registry's id in the scope, or None |
| DATE | ``span._.date`` | :class:`normalizers.deadlines.Deadline`: kind, first and last day |

An agency or a date within a citation belongs to it and is no entity of its own; the citation's
issuer has its id in ``span._.issuer_id`` (a minister's is the ministry). ``doc._.citations`` lists
the citations of the text, its short forms completed. spaCy is imported when the pipeline is built,
not before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from normalizers.agencies import Scope, find_names, resolve
from normalizers.citations import Citation, complete, find_citations, may_cite
from normalizers.cited_issuers import body_of
from normalizers.deadlines import read_deadline
from normalizers.folding import nfc

if TYPE_CHECKING:
    import spacy
    from spacy.language import Language
    from spacy.tokens import Doc, Span

# What stays one token: document numbers, dates, Vietnamese numbers with their percent sign, words.
_TOKEN = re.compile(
    r"\d{1,5}[a-z]?(?:/\d{4})?[/-][A-ZĐ][A-Za-zĐđ&\d]*(?:[/-][A-ZĐ][A-Za-zĐđ&\d]*)*"
    r"|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}/\d{4}|\d+(?:[.,]\d+)*%?|[^\W_]+|\S"
)
_DATE = re.compile(
    r"(?:\b(?:trước|đến|từ)\s+)?\b(?:ngày\s+)?\d{1,2}/\d{1,2}/(?:19|20)\d\d\b"
    r"|(?:\b(?:trước|đến|từ)\s+)?\bngày\s+\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+(?:19|20)\d\d\b"
    r"|\b(?:0?\d|1[0-2])\s+tháng\s+(?:đầu|cuối)\s+năm\s+(?:19|20)\d\d\b"
    r"|\btháng\s+\d{1,2}(?:/|\s+năm\s+)(?:19|20)\d\d\b"
    r"|\bquý\s+(?:IV|I{1,3}|[1-4])(?:/|\s+năm\s+)(?:19|20)\d\d\b"
    r"|\b(?:năm|giai đoạn)\s+(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?\b",
    re.IGNORECASE,
)
_COMPONENTS = ("phuluc_citations", "phuluc_agencies", "phuluc_dates")


@lru_cache(maxsize=64)
def language(scope: Scope | None = None) -> Language:
    """The pipeline for documents of ``scope``; without one, agencies have general ids.

    ``Scope("quang-ngai")`` makes "Công an tỉnh" that province's.
    """
    import spacy
    from spacy.language import Language as SpacyLanguage
    from spacy.tokens import Doc, Span

    for name in ("citation", "agency_id", "issuer_id", "date"):
        if not Span.has_extension(name):
            Span.set_extension(name, default=None)
    if not Doc.has_extension("citations"):
        Doc.set_extension("citations", getter=_citations_of)
    for name, make in zip(_COMPONENTS, (_Citations, _Agencies, _Dates), strict=True):
        if not SpacyLanguage.has_factory(name):
            SpacyLanguage.factory(name, default_config={"scope": None}, func=_factory(make))
    pipeline = spacy.blank("xx")
    pipeline.tokenizer = _Tokenizer(pipeline.vocab)
    places = [scope.province, scope.commune] if scope else None
    for name in _COMPONENTS:
        pipeline.add_pipe(name, config={"scope": places})
    return pipeline


def cite(text: str, scope: Scope | None = None) -> tuple[tuple[Citation, str | None], ...]:
    """The citations of ``text`` in order, short forms as printed, each with its issuer's id."""
    clean = nfc(text)
    if not may_cite(clean):
        return ()
    entities = language(scope)(clean).ents
    return tuple((one._.citation, one._.issuer_id) for one in entities if one.label_ == "CITATION")


class _Tokenizer:
    """Cuts text into tokens; not a character is lost."""

    def __init__(self, vocab: spacy.Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        from spacy.tokens import Doc

        words: list[str] = []
        spaces: list[bool] = []
        place = 0
        for match in [*_TOKEN.finditer(text), None]:
            gap = text[place : match.start()] if match else text[place:]
            if gap and words and gap[0] == " ":
                spaces[-1], gap = True, gap[1:]
            for piece in (gap, match.group() if match else ""):
                if piece:
                    words.append(piece)
                    spaces.append(False)
            place = match.end() if match else place
        return Doc(self._vocab, words=words, spaces=spaces)


def _factory(component: type[_Component]) -> Callable[..., _Component]:
    """What spaCy calls to make a component; its settings are plain: [province, commune]."""

    def make(nlp: Language, name: str, scope: list[str | None] | None) -> _Component:  # noqa: ARG001
        return component(Scope(*scope) if scope else Scope())

    return make


class _Component:
    """A rule component for documents of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _id(self, name: str | None) -> str | None:
        return resolve(name, self._scope).agency_id if name else None


class _Citations(_Component):
    def __call__(self, doc: Doc) -> Doc:
        spans = []
        for found in find_citations(doc.text):
            span = doc.char_span(found.start, found.end, "CITATION", alignment_mode="expand")
            if span is not None:
                span._.citation = found.citation
                issuer = found.citation.issuer
                span._.issuer_id = self._id(issuer) or self._id(body_of(issuer or ""))
                spans.append(span)
        return _with_entities(doc, spans)


class _Agencies(_Component):
    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        spans = []
        for start, end in find_names(text):
            if _reads_as_name(text[start:end]):
                agency_id = self._id(text[start:end])
                span = doc.char_span(start, end, "AGENCY", kb_id=agency_id or "")
                if span is not None:
                    span._.agency_id = agency_id
                    spans.append(span)
        return _with_entities(doc, spans)


class _Dates(_Component):
    def __call__(self, doc: Doc) -> Doc:
        spans = []
        for match in _DATE.finditer(doc.text):
            span = doc.char_span(match.start(), match.end(), "DATE")
            if span is not None:
                span._.date = read_deadline(match.group())
                spans.append(span)
        return _with_entities(doc, spans)


def _reads_as_name(text: str) -> bool:
    """A name in running text: with a capital ("Sở Nội vụ") or a group ("các sở, ban, ngành")."""
    words = text.split()
    if text[:1].isupper():
        return len(words) > 1 or text.isupper()
    return (len(words) > 2 and words[0] in ("các", "sở,", "bộ,")) or len(words) > 3


def _citations_of(doc: Doc) -> tuple[Citation, ...]:
    return complete([one._.citation for one in doc.ents if one.label_ == "CITATION"])


def _with_entities(doc: Doc, spans: Iterable[Span]) -> Doc:
    """Add spans to the entities, leaving out those that overlap what is marked already."""
    taken = {place for entity in doc.ents for place in range(entity.start, entity.end)}
    kept = list(doc.ents)
    for span in spans:
        places = range(span.start, span.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(span)
    doc.set_ents(sorted(kept, key=lambda span: span.start))
    return doc
