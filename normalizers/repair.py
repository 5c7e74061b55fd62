"""Repair: give OCR-damaged Vietnamese its letters back, and harm nothing that is whole.

``load_model()`` reads the shipped files once; ``RepairModel.session(lines)`` looks at all lines of
one document, judges their health and, where they are damaged, reads them twice: the second time
with a channel and a phrase cache learned from the first. A session then repairs any text of that
document and tells, token by token, what it changed, how sure it is and why.
"""

from __future__ import annotations

import gc
import itertools
import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

import numpy as np

from normalizers import channel as channels
from normalizers.casing import (
    ALIKE,
    OPENING,
    cased,
    shouted,
    small_pairs,
    small_words,
    unsure_case,
)
from normalizers.channel import Channel, CharacterChannel, Evidence
from normalizers.codes import code_parts, join_codes, repair_code, repair_part
from normalizers.context_model import ContextModel, reconsider
from normalizers.following import Context, Following
from normalizers.glued import Parter
from normalizers.health import judge_health
from normalizers.language_model import NO_WORD, LanguageModel
from normalizers.lattice import Decoded, PhraseCache, Slot, Weights, decode, narrow
from normalizers.legacy import encoding_of_text, to_unicode
from normalizers.marks import unasked
from normalizers.misread import LEAST, Misread, rereader
from normalizers.paragraphs import list_marks, paragraphs_of
from normalizers.pieces import joint, pieces_of, plain_edge, without_junk
from normalizers.second_look import Callers, Place, chosen, doubtful, look_again
from normalizers.tokens import (
    BOUNDARY,
    CLASSES,
    CODE,
    NUMBER,
    Token,
    clean_letters,
    is_address,
    is_capital_text,
    is_number,
    is_syllable,
    keeps_case,
    lm_word,
    new_style,
    nfc,
    tokenize_chunk,
)
from normalizers.twins import Proofreader

Health = Literal["healthy", "damaged"]
Origin = Literal["written", "read"]

__all__ = [
    "Candidate",
    "RepairModel",
    "RepairSession",
    "Repaired",
    "TokenRepair",
    "judge_health",
    "load_model",
]

MODELS = Path(__file__).parent / "models"
MAX_CANDIDATES = 40
FIRST_KEPT = 8  # candidates decoded in the first reading, which only learns
COMMONNESS = 0.8  # how a word's unigram counts where candidates are ranked
POOL = 64  # candidates that a document's own channel weighs anew
SPREAD = 14.0  # candidates this many nats behind the best are not considered
NEAR = 9.0  # nor, in running text, those this many
KEEP_PER_LETTER = -2.1  # log P(seen | an unknown word), a letter
KEEP_PER_CAPITAL = -1.6  # the same for what looks like an acronym
INTACT = -0.2  # log P(seen | the same foreign word): an English OCR reads such words well
KEEP_BASE = -2.0  # plus this; unknown words are commoner in plans than in the corpus
CASE_SLIP = 2.5  # nats against a term seen in small letters or a word seen in capitals, a letter
LONE_LETTER = 4.0  # nats against a letter standing alone, but for list marks such as "b)"
NUMBER_FLOOR = -13.0  # log P(seen numeral | word) below which the word is not considered
JUNK = 4.5  # nats against signs among the letters that stand for nothing
KEEP_ODD = 5.0  # less for each sign that is no plain letter
HOPELESS = 1e-3  # a candidate less likely than this in the first reading is out of the second
SURE_PHRASE = 0.8  # a less sure word breaks the phrases that the document teaches
READ_EASE = 4.0  # nats by which less evidence mends what OCR read well
LIKELY = 2.0  # log odds from which a misread word is mended
SURE_LETTERS = 0.999  # confidence in letters put for those that look alike
ENCODING_WORDS = 1_000  # a document's first words tell its encoding
SURE_MARK = 0.98  # confidence in a list mark that its neighbours tell
ADAPTATION = 60.0  # how many seen letters the shipped character channel is worth in a document
_NO_CANDIDATES = (np.zeros(0, np.int64), np.zeros(0))
NOISE = re.compile(r"^[|_~‘’'`.,:;*°«»“”\"!\\]+$")


@dataclass(frozen=True, slots=True)
class TokenRepair:
    """One changed token: ``position`` counts the chunks of the source text from 0."""

    position: int
    source: str
    repaired: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired text; ``confidence`` is that of its least sure token, ``tokens`` what changed."""

    text: str
    confidence: float
    tokens: tuple[TokenRepair, ...]
    chunks: tuple[str, ...] = ()  # as many as the source text has, "" where one was noise


@dataclass(frozen=True, slots=True)
class Candidate:
    """A true token that may stand behind a damaged one, and log P(damaged | true)."""

    word: str
    log_channel: float


class _Part(NamedTuple):
    """A piece of a chunk that is decoded: ``slot`` indexes the sequence, None for fixed text."""

    chunk: int
    text: str
    slot: int | None


class _Sequence(NamedTuple):
    """A text taken apart: its parts in order, its chunks, which of these are loud, and the numbers
    of its slots among the session's."""

    parts: list[_Part]
    chunks: list[str]
    capitals: list[bool]
    numbers: list[int]


class _Chunk(NamedTuple):
    """A chunk taken apart: its edges, its pieces with their slots' numbers (None for fixed text);
    one that is a mark has no pieces."""

    lead: str
    pieces: list[tuple[str, int | None]]
    trail: str
    ends_sentence: bool


class _Spot(NamedTuple):
    """Where a slot comes from: a piece of a token, which may stand in capitals."""

    piece: str
    token: Token
    capitals: bool


class RepairModel:
    """The shipped language model, channel and second opinion."""

    def __init__(
        self, language: LanguageModel, channel: Channel, context: ContextModel, weights: Weights
    ) -> None:
        self.language = language
        self.channel = channel
        self.context = context
        self.weights = weights
        self.terms = np.array([keeps_case(word) for word in language.words])
        self.proofreader = Proofreader(language, context)
        self.parter = Parter(language, channel)
        self.callers = Callers(language, channel.candidates_for)
        self.parted: dict[str, tuple[str, ...]] = {}  # tokens that may be glued words
        self.scored: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    @classmethod
    def load(cls, folder: Path = MODELS) -> RepairModel:
        language = LanguageModel.load(folder)
        evidence = channels.load_evidence(folder, language.index, len(language.words))
        may_stand = np.array(
            [
                number
                for number, word in enumerate(language.words)
                if not word.startswith("<")
                and len(word) <= channels.LONGEST_WORD
                and not any(sign.isdigit() for sign in word)
                and (
                    evidence.totals[number] > 0
                    or (
                        language.unigram[number] > -13.5 and (is_syllable(word) or keeps_case(word))
                    )
                )
            ],
            np.int64,
        )
        channel = Channel(
            language.words,
            language.unigram,
            evidence,
            channels.load_characters(folder),
            may_stand,
        )
        return cls(language, channel, ContextModel.load(folder), Weights())

    def session(self, lines: Sequence[str], origin: Origin = "written") -> RepairSession:
        """A session on all lines of a document.

        ``origin`` says where the lines come from: whole text is as its writer "written" it, or was
        "read" from an image, well but by a machine, and then less evidence mends a letter.
        """
        return RepairSession(self, lines, origin)

    def candidates_of(
        self,
        tokens: Sequence[str],
        own: Evidence | None = None,
        characters: CharacterChannel | None = None,
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Pruned candidates of seen tokens: word numbers and log P(seen | word)."""
        self._score([token for token in dict.fromkeys(tokens) if token not in self.scored])
        scored = {token: self.scored[token] for token in tokens}
        if own is not None:
            lists = {token: numbers for token, (numbers, _) in scored.items()}
            scored = self.weighed(lists, own, characters)
        return {token: self._best(*scored[token]) for token in tokens}

    def weighed(
        self,
        lists: Mapping[str, np.ndarray],
        own: Evidence | None = None,
        characters: CharacterChannel | None = None,
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Word numbers of seen tokens with their log P(seen | word) by a document's own channel."""
        tokens = list(lists)
        logs = self.channel.weigh(tokens, list(lists.values()), own, characters)
        plain = {token: without_junk(token) for token in tokens}
        junked = [
            at
            for at, token in enumerate(tokens)
            if plain[token] and token not in self.channel.evidence.counts
        ]
        cleaner = self.channel.weigh(
            [plain[tokens[at]] for at in junked],
            [lists[tokens[at]] for at in junked],
            own,
            characters,
        )
        for at, clean in zip(junked, cleaner, strict=True):
            logs[at] = np.maximum(logs[at], clean - JUNK)
        return {token: (lists[token], log) for token, log in zip(tokens, logs, strict=True)}

    def part(self, tokens: Iterable[str]) -> None:
        """Find out which of the tokens are words glued together."""
        ways: dict[str, list[tuple[str, ...]]] = {}
        for token in dict.fromkeys(tokens):
            if token not in self.parted:
                self.parted[token] = (token,)
                if found := self.parter.ways(token):
                    ways[token] = found
        if not ways:
            return
        pieces = {piece for found in ways.values() for way in found for piece in way}
        scored = self.candidates_of([*pieces, *ways])
        for token, found in ways.items():
            self.parted[token] = self.parter.parted(token, found, scored)

    def _score(self, tokens: Sequence[str]) -> None:
        """The shipped channel's candidates of new tokens."""
        plain = {token: without_junk(token) for token in tokens}
        known = self.channel.evidence.counts
        junked = [token for token in tokens if plain[token] and token not in known]
        cleaner = self.channel.score([plain[token] for token in junked])
        clean = dict(zip(junked, cleaner, strict=True))
        for token, (numbers, logs) in zip(tokens, self.channel.score(tokens), strict=True):
            if token in clean:
                numbers, logs = _either(numbers, logs, *clean[token], len(self.language.words))
            strength = logs + COMMONNESS * self.language.unigram[numbers]
            order = np.argsort(-strength, kind="stable")[:POOL]
            self.scored[token] = numbers[order], logs[order]

    def _best(self, numbers: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        strength = logs + COMMONNESS * self.language.unigram[numbers]
        order = np.argsort(-strength, kind="stable")[:MAX_CANDIDATES]
        order = order[strength[order] > strength[order[0]] - SPREAD] if len(order) else order
        return numbers[order], logs[order]


@lru_cache(maxsize=1)
def load_model() -> RepairModel:
    """The shipped model; read once.

    It stays as long as the process: the search for cyclic garbage need not walk it again and again.
    """
    model = RepairModel.load()
    gc.freeze()
    return model


class RepairSession:
    """One document: its health, its channel, its phrases."""

    def __init__(
        self, model: RepairModel, lines: Sequence[str], origin: Origin = "written"
    ) -> None:
        self.model = model
        self.health: Health = judge_health(lines)
        self._ease = READ_EASE if origin == "read" else 0.0
        self._own: Evidence | None = None
        self._characters: CharacterChannel | None = None
        self._cache: PhraseCache | None = None
        self._left: dict[str, list[Slot]] = {}  # what the first reading left over of each text
        self._due: list[str] = []  # tokens of the document that its own channel has not weighed
        self._scored: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._boundary = Slot(np.array([model.language.boundary]), np.zeros(1), 0)
        self._pieced: dict[tuple[str, bool], _Chunk] = {}
        self._spots: list[_Spot | None] = [None]  # slot 0 is the boundary
        self._slots: list[Slot | None] = [self._boundary]
        self._read: dict[str, _Sequence] = {}
        self._repaired: dict[str, Repaired] = {}
        self._listed: dict[str, tuple[Candidate, ...]] = {}
        self._follows: dict[Context, Following] = {}
        self._alike: dict[tuple[int, int, int], Following] = {}
        self._encoding = None if self.health == "damaged" else encoding_of_text(_sample(lines))
        if self.health == "damaged":
            self._adapt(lines)

    # -- reading -----------------------------------------------------------------------------

    def _candidates(self, tokens: Sequence[str]) -> None:
        missing = [token for token in dict.fromkeys(tokens) if token not in self._scored]
        if missing:
            missing = list(dict.fromkeys(missing + self._due))
            self._due = []
            self._scored.update(self.model.candidates_of(missing, self._own, self._characters))

    def _sequence(self, text: str) -> _Sequence:
        known = self._read.get(text)
        if known is not None:
            return known
        chunks = nfc(text).split()
        parts: list[_Part] = []
        numbers: list[int] = []
        loud = shouted(chunks)
        for at, key in enumerate(zip(chunks, loud, strict=True)):
            chunk = self._pieced.get(key)
            if chunk is None:
                chunk = self._pieced[key] = self._take_apart(*key)
            if chunk.lead:
                parts.append(_Part(at, chunk.lead, None))
            for piece, number in chunk.pieces:
                if number is None:
                    parts.append(_Part(at, piece, None))
                else:
                    parts.append(_Part(at, piece, len(numbers)))
                    numbers.append(number)
            if chunk.trail:
                parts.append(_Part(at, chunk.trail, None))
            if chunk.ends_sentence:
                numbers.append(0)
        return _Sequence(parts, chunks, loud, numbers)

    def _take_apart(self, chunk: str, capitals: bool) -> _Chunk:
        token = tokenize_chunk(chunk)
        if token.kind == "mark":
            return _Chunk(chunk, [], "", False)
        pieces: list[tuple[str, int | None]] = []
        taken = pieces_of(token)
        if token.kind == "word" and len(taken) == 1:
            taken = self._parted(token.core)
        for piece, is_core in taken:
            pieces.append((piece, len(self._spots) if is_core else None))
            if is_core:
                self._spots.append(_Spot(piece, token, capitals))
                self._slots.append(None)
        return _Chunk(token.lead, pieces, token.trail, token.ends_sentence)

    def _parted(self, core: str) -> list[tuple[str, bool]]:
        """A core, or the words that were glued to it with spaces between."""
        self.model.part([core.lower()])
        out: list[tuple[str, bool]] = []
        start = 0
        for piece in self.model.parted[core.lower()]:
            out += [(" ", False), (core[start : start + len(piece)], True)]
            start += len(piece)
        return out[1:]

    def _slots_of(self, sequences: Sequence[_Sequence]) -> list[list[Slot]]:
        """The slots of sequences; equal chunks share theirs."""
        numbers = {number for sequence in sequences for number in sequence.numbers}
        missing = sorted(number for number in numbers if self._slots[number] is None)
        spots = [(number, spot) for number in missing if (spot := self._spots[number])]
        self._candidates(_tokens_of(spot for _, spot in spots))
        for number, spot in spots:
            scored = self._scored.get(spot.piece.lower(), _NO_CANDIDATES)
            self._slots[number] = self._near(self._slot(spot, *scored))
        slots = cast(list[Slot], self._slots)
        return [[slots[number] for number in sequence.numbers] for sequence in sequences]

    def _near(self, slot: Slot) -> Slot:
        """A slot without the candidates that are far behind; the last, the print itself, stays."""
        if len(slot.words) < 2:
            return slot
        strength = slot.logs + COMMONNESS * self.model.language.unigram[slot.words]
        held = strength > strength.max() - NEAR
        held[-1] = True
        return slot if held.all() else Slot(slot.words[held], slot.logs[held], slot.source)

    def _again(
        self, sequences: Sequence[_Sequence], left: Sequence[list[Slot]]
    ) -> list[list[Slot]]:
        """What the first reading left over of sequences, weighed by the document's own channel."""
        open_: dict[tuple[int, int], Slot] = {}
        words: dict[str, list[np.ndarray]] = {}
        for sequence, slots in zip(sequences, left, strict=True):
            for number, slot in zip(sequence.numbers, slots, strict=True):
                key = (number, id(slot))
                spot = self._spots[number]
                if len(slot.words) > 1 and key not in open_ and spot:
                    open_[key] = slot
                    words.setdefault(spot.piece.lower(), []).append(slot.words)
        wanted = np.zeros(len(self.model.language.words), bool)
        lists: dict[str, np.ndarray] = {}
        for token, found in words.items():
            numbers = self.model.scored[token][0] if token in self.model.scored else found[0][:0]
            for some in found:
                wanted[some] = True
            lists[token] = numbers[wanted[numbers]]
            for some in found:
                wanted[some] = False
        scored = self.model.weighed(lists, self._own, self._characters)
        whole: dict[int, Slot] = {}
        for (number, name), slot in open_.items():
            if number not in whole:
                spot = cast(_Spot, self._spots[number])
                whole[number] = self._slot(spot, *scored[spot.piece.lower()])
            open_[number, name] = _only(whole[number], slot.words)
        return [
            [
                open_.get((number, id(slot)), slot)
                for number, slot in zip(sequence.numbers, slots, strict=True)
            ]
            for sequence, slots in zip(sequences, left, strict=True)
        ]

    def _slot(self, spot: _Spot, numbers: np.ndarray, logs: np.ndarray) -> Slot:
        """The position of a spot; ``numbers`` and ``logs`` are the channel's words for it."""
        core, token, capitals = spot
        language = self.model.language
        source = zlib.crc32(core.lower().encode())
        if token.kind in ("code", "address"):
            return Slot(np.array([language.code]), np.zeros(1), source)
        if _VERSION.match(core):
            return Slot(np.array([language.number_of(core)]), np.zeros(1), source)
        if _ROMAN.match(core):
            word = language.index.get(core.lower(), language.unknown)
            return Slot(np.array([word]), np.zeros(1), source)
        term = core.replace("l", "I")
        is_term = term != core and core[0].isupper() and keeps_case(term)
        if is_term and not capitals and term in language.index:  # "VNelD"
            return Slot(np.array([language.index[term]]), np.zeros(1), source)
        if not capitals and _ACRONYM.match(core):
            part = repair_part(core)
            if part in code_parts() or part in language.index:
                return Slot(np.array([language.number_of(part)]), np.zeros(1), source)
        if is_number(core):
            evidence = self.model.channel.evidence
            count = evidence.counts.get(core.lower(), {}).get(language.number, 0.0)
            own = (count + 1.0) / (evidence.totals[language.number] + 300.0)
            if len(core) > 3 or core.lower() not in evidence.counts:
                return Slot(np.array([language.number]), np.zeros(1), source)
            strong = logs > NUMBER_FLOOR
            return Slot(
                np.append(numbers[strong], language.number),
                np.append(logs[strong], math.log(own)),
                source,
            )
        upper = sum(sign.isupper() for sign in core)
        if upper > 1 and (len(core) == 2 or any(sign.isdigit() for sign in core)):
            upper = core[0].isupper() + sum(s.isupper() and s not in ALIKE for s in core[1:])
        if not capitals and len(numbers):
            terms = self.model.terms[numbers]
            if upper >= 2:
                logs = logs - np.where(terms, 0.0, CASE_SLIP * (upper - 1))
            elif len(core) > 1 and terms.any():
                small = sum(sign.islower() and sign != "l" for sign in core)
                terms = terms & (numbers != language.index.get(core, -1))
                logs = logs - np.where(terms, CASE_SLIP * small, 0.0)
            if len(core) == 1 and core.islower() and not token.trail.startswith((")", ".")):
                same = language.index.get(core)
                if same is not None:
                    logs = logs - np.where(numbers == same, LONE_LETTER, 0.0)
        same = language.index.get(lm_word(core))
        if same is None or same not in numbers:
            numbers = np.append(numbers, language.number_of(core))
            intact = same is not None and _is_foreign(core)
            logs = np.append(logs, INTACT if intact else _keep(core, upper, capitals))
        elif not capitals and upper == len(core) > 2 and core.isascii() and core.isalpha():
            numbers = np.append(numbers, language.acronym)  # one that spells a syllable: SIEM
            logs = np.append(logs, _keep(core, upper, capitals))
        return Slot(numbers, logs, source)

    def _adapt(self, lines: Sequence[str]) -> None:
        """Read the document once, learn its channel and its phrases, forget the first scores."""
        paragraphs = [" ".join(lines[at] for at in group) for group in paragraphs_of(lines)]
        language = self.model.language
        self.model.part(
            tokenize_chunk(chunk).core.lower() for text in paragraphs for chunk in nfc(text).split()
        )
        read = [self._sequence(text) for text in paragraphs]
        self._read = dict(zip(paragraphs, read, strict=True))
        first = narrow(language, self._slots_of(read), FIRST_KEPT)
        decoded = decode(language, first, self.model.weights)
        seen = [spot.piece.lower() if spot else "" for spot in self._spots]
        pairs: list[tuple[str, int, float]] = []
        phrases: list[list[tuple[int, int]]] = []
        kept: dict[tuple[int, bytes], Slot] = {}
        for text, slots, sequence, result in zip(paragraphs, first, read, decoded, strict=True):
            phrase: list[tuple[int, int]] = []
            left: list[Slot] = []
            for number, slot, best, chances in zip(
                sequence.numbers, slots, result.best, result.posteriors, strict=True
            ):
                word, chance = slot.words.item(best), chances.item(best)
                if len(chances) > 1:
                    held = chances > HOPELESS
                    key = (id(slot), held.tobytes())
                    if key not in kept:
                        kept[key] = Slot(slot.words[held], slot.logs[held], slot.source)
                    slot = kept[key]
                left.append(slot)
                phrase.append((word if chance > SURE_PHRASE else 0, slot.source))
                if number and chance > 0.8 and word >= len(CLASSES):
                    pairs.append((seen[number], word, chance))
            phrases.append(phrase)
            self._left[text] = left
        self._own = channels.evidence_of(pairs, len(language.words))
        distinct: dict[tuple[str, int], float] = {}
        for token, word, chance in pairs:
            distinct[token, word] = distinct.get((token, word), 0.0) + chance
        base = self.model.channel.characters
        expected, _ = base.expected_counts(
            (token, language.words[word], math.sqrt(count))
            for (token, word), count in distinct.items()
        )
        self._characters = base.adapted(expected, ADAPTATION)
        self._cache = PhraseCache(phrases, language.boundary)
        self._scored.clear()
        self._slots = [self._boundary] + [None] * (len(self._slots) - 1)
        self._due = _tokens_of(self._spots)

    # -- the public surface ------------------------------------------------------------------

    def repair(self, text: str) -> Repaired:
        """Repair one text; printed lines (``"\\n"``) are joined by a space."""
        return self.repair_all([text])[0]

    def repair_all(self, texts: Sequence[str]) -> list[Repaired]:
        """Repair many texts at once, which is much faster than one by one."""
        todo = [text for text in dict.fromkeys(texts) if text not in self._repaired]
        if self.health == "healthy":
            for text in todo:
                self._repaired[text] = self._proofread(text)
        elif todo:
            read = [self._sequence(text) for text in todo]
            language = self.model.language
            known = [text in self._left for text in todo]
            again = iter(
                self._again(
                    [sequence for sequence, is_known in zip(read, known, strict=True) if is_known],
                    [self._left[text] for text in todo if text in self._left],
                )
            )
            new = [sequence for sequence, is_known in zip(read, known, strict=True) if not is_known]
            wide = iter(narrow(language, self._slots_of(new)))
            narrowed = [next(again if is_known else wide) for is_known in known]
            decoded = decode(language, narrowed, self.model.weights, self._cache)
            self._look_again(read, narrowed, decoded)
            decoded = reconsider(self.model.context, language, narrowed, decoded)
            for text, sequence, slots, result in zip(todo, read, narrowed, decoded, strict=True):
                self._repaired[text] = self._compose(sequence, slots, result)
        return [self._repaired[text] for text in texts]

    def _look_again(
        self, read: Sequence[_Sequence], slots: Sequence[list[Slot]], decoded: Sequence[Decoded]
    ) -> None:
        """Read the places that read badly once more, with more candidates."""
        language = self.model.language
        scored = self.model.scored
        spots: dict[Place, _Spot] = {}
        called: dict[Place, tuple[np.ndarray, np.ndarray]] = {}
        words: dict[str, list[np.ndarray]] = {}
        for number, at in doubtful(language, slots, decoded):
            spot = self._spots[read[number].numbers[at]]
            if spot is None or not len(scored.get(spot.piece.lower(), _NO_CANDIDATES)[0]):
                continue
            best = decoded[number].best
            before, behind = (
                slots[number][place].words.item(best[place]) if 0 <= place < len(best) else 0
                for place in (at - 1, at + 1)
            )
            spots[number, at] = spot
            called[number, at] = self.model.callers.called(before, behind)
            words.setdefault(spot.piece.lower(), []).append(called[number, at][0])
        lists = {
            token: np.unique(np.concatenate([scored[token][0], *some]))
            for token, some in words.items()
        }
        weighed = self.model.weighed(lists, self._own, self._characters)
        common = np.float32(COMMONNESS) * language.unigram
        whole: dict[int, Slot] = {}
        wider: dict[Place, Slot] = {}
        for (number, at), spot in spots.items():
            key = read[number].numbers[at]
            if key not in whole:
                whole[key] = self._slot(spot, *weighed[spot.piece.lower()])
            wider[number, at] = chosen(
                whole[key], slots[number][at].words, called[number, at], common, len(spot.piece)
            )
        look_again(language, self.model.weights, self._cache, slots, decoded, wider)

    def repair_lines(self, lines: Sequence[str]) -> list[Repaired]:
        """Repair printed lines of running text: each is read within its paragraph."""
        groups = paragraphs_of(lines)
        marks = list_marks(lines, groups) if self.health == "damaged" else {}
        whole = self.repair_all([" ".join(lines[at] for at in group) for group in groups])
        out = [Repaired("", 1.0, ())] * len(lines)
        for group, repaired in zip(groups, whole, strict=True):
            first = 0
            changed = {token.position: token for token in repaired.tokens}
            for at in group:
                size = len(lines[at].split())
                chunks = repaired.chunks[first : first + size]
                tokens = tuple(
                    replace(changed[position], position=position - first)
                    for position in range(first, first + size)
                    if position in changed
                )
                if at in marks:
                    source = lines[at].split()[0]
                    chunks = (marks[at], *chunks[1:])
                    tokens = tuple(token for token in tokens if token.position)
                    if source != marks[at]:
                        mark = TokenRepair(0, source, marks[at], SURE_MARK, "order of the list")
                        tokens = (mark, *tokens)
                sure = min((token.confidence for token in tokens), default=1.0)
                out[at] = Repaired(" ".join(c for c in chunks if c), sure, tokens, chunks)
                first += size
        return out

    def _proofread(self, text: str) -> Repaired:
        """Whole text: only real-word slips are mended, on overwhelming evidence; letters of an
        encoding from before Unicode are put into Unicode."""
        printed, reason = text.split(), "look-alike letters"
        if self._encoding is None:
            chunks = [clean_letters(chunk) for chunk in printed]
        else:
            reason = f"text in {self._encoding}"
            chunks = to_unicode(text, self._encoding).split()
            if len(chunks) != len(printed):  # a sign that Unicode takes for a space was a letter
                printed = chunks
        changed = {
            at: TokenRepair(at, source, chunk, SURE_LETTERS, reason)
            for at, (source, chunk) in enumerate(zip(printed, chunks, strict=True))
            if nfc(source) != chunk
        }
        if is_capital_text(text):
            return _whole(chunks, changed)
        language = self.model.language
        words: list[int] = []
        fixed: list[bool] = []
        places: list[tuple[int, str]] = []
        name_before = False
        for at, chunk in enumerate(chunks):
            token = tokenize_chunk(chunk)
            if token.kind == "mark":
                continue
            if token.kind != "word":
                words.append(language.number if token.kind == "number" else language.code)
                fixed.append(True)
                places.append((at, ""))
            else:
                name = token.core[:1].isupper()
                if name and name_before and fixed:
                    fixed[-1] = True
                for piece, is_core in pieces_of(token):
                    if is_core:
                        words.append(language.number_of(lm_word(piece)))
                        fixed.append(keeps_case(piece) or (name and name_before))
                        places.append((at, piece))
                name_before = name
            if token.ends_sentence:
                words.append(language.boundary)
                fixed.append(True)
                places.append((at, ""))
                name_before = False
        built = list(chunks)
        for slip in self.model.proofreader.slips(words, fixed, self._ease):
            at, piece = places[slip.position]
            new = cased(language.words[slip.word], piece, piece.isupper() and len(piece) > 1, False)
            built[at] = built[at].replace(piece, new, 1)
            sure = round(1 - math.exp(-(slip.gain + self._ease) / 2), 4)
            changed[at] = TokenRepair(at, printed[at], built[at], sure, "real-word slip")
        if self._ease:
            self._mend_misreads(printed, built, changed)
        return _whole(built, changed)

    def _mend_misreads(
        self, printed: Sequence[str], built: list[str], changed: dict[int, TokenRepair]
    ) -> None:
        """Put what was printed for words that OCR misread (:mod:`normalizers.misread`)."""
        for misread in self.misreads(" ".join(built), LIKELY):
            at = misread.position
            if at in changed or not misread.word:
                continue
            new = misread.word
            if not keeps_case(new) and new != misread.source.lower():
                shouted_word = misread.source.isupper() and len(misread.source) > 1
                new = cased(new, misread.source, shouted_word, False)
            built[at] = built[at].replace(misread.source, new, 1)
            sure = round(1 / (1 + math.exp(-misread.odds)), 4)
            changed[at] = TokenRepair(at, printed[at], built[at], sure, "misread word")

    def misreads(self, text: str, least: float = LEAST) -> tuple[Misread, ...]:
        """Other readings of the words of a text that OCR read (:mod:`normalizers.misread`)."""
        return rereader(self.model.language).misreads(text, least)

    def _compose(
        self,
        sequence: _Sequence,
        slots: list[Slot],
        decoded: Decoded,
    ) -> Repaired:
        words = self.model.language.words
        parts, chunks, capitals, _ = sequence
        best, posteriors = decoded.best, decoded.posteriors
        texts: list[str] = []
        sure = [1.0] * len(chunks)
        initial = True
        before = ""  # the word before, nothing between
        opened = False  # by a bracket, a quotation's mark or a list's, as a beginning is
        for part in parts:
            if part.slot is None:
                text = part.text
                opened = text[-1] in OPENING
                if NOISE.match(chunks[part.chunk]):
                    text = ""
                else:
                    text = plain_edge(text, chunks[part.chunk])
            else:
                slot = slots[part.slot]
                number = int(slot.words[best[part.slot]])
                word = words[number]
                chance = float(posteriors[part.slot][best[part.slot]])
                sure[part.chunk] = min(sure[part.chunk], chance)
                if number == self.model.language.code:
                    text = part.text if is_address(part.text) else repair_code(part.text)
                elif word.startswith("<"):
                    text = part.text
                    if _ACRONYM.match(text):
                        text = repair_part(text)
                elif part.text.lower() != word and new_style(part.text.lower()) == word:
                    text = part.text  # the old place of the tone mark is as printed
                elif _ROMAN.match(part.text):
                    text = part.text.replace("1", "I").replace("l", "I")
                else:
                    text = cased(word, part.text, capitals[part.chunk], initial)
                    begins = initial or opened or capitals[part.chunk]
                    if (
                        not begins
                        and text == word.capitalize()
                        and (
                            word in small_words()
                            or (
                                unsure_case(part.text, word) and f"{before} {word}" in small_pairs()
                            )
                        )
                    ):
                        text = word
                initial = opened = False
                before = "" if number < len(CLASSES) else word
            if part.slot is None and part.text != " ":
                before = ""
            texts.append(text)
            if part.text and part.text[-1] in ".;:!?" and part.slot is None:
                initial = True
        built = [""] * len(chunks)
        for place, part in enumerate(parts):
            built[part.chunk] += self._joint(sequence, place, texts, slots, best)
        built = unasked(join_codes(built))
        changed = tuple(
            TokenRepair(at, chunk, new, round(chance, 4), "channel and context")
            for at, (chunk, new, chance) in enumerate(zip(chunks, built, sure, strict=True))
            if new != chunk
        )
        text = " ".join(chunk for chunk in built if chunk)
        return Repaired(text, round(min(sure, default=1.0), 4), changed, tuple(built))

    def _joint(
        self,
        sequence: _Sequence,
        place: int,
        texts: Sequence[str],
        slots: Sequence[Slot],
        best: Sequence[int],
    ) -> str:
        """What is printed of a part: if it stands between two words of one chunk, see
        :func:`normalizers.pieces.joint`."""
        parts = sequence.parts
        part, text = parts[place], texts[place]
        if part.slot is not None or not part.text.strip() or not 0 < place < len(parts) - 1:
            return text
        before, after = parts[place - 1], parts[place + 1]
        if (
            before.slot is None
            or after.slot is None
            or not (before.chunk == part.chunk == after.chunk)
        ):
            return text
        first, second = (slots[slot].words.item(best[slot]) for slot in (before.slot, after.slot))
        together = self.model.language.log_prob(NO_WORD, NO_WORD, first, second)
        return joint(part.text, texts[place - 1], texts[place + 1], together)

    def knows(self, chunk: str) -> bool:
        """Whether a chunk is a word of the language, a number, a code, an address or a mark."""
        token = tokenize_chunk(chunk)
        return token.kind != "word" or lm_word(token.core.lower()) in self.model.language.index

    def candidates(self, token: str) -> tuple[Candidate, ...]:
        """The likeliest true forms (at most 12) of one damaged chunk, with punctuation and case."""
        known = self._listed.get(token)
        if known is None:
            known = self._listed[token] = self._list(token)
        return known

    def _list(self, chunk: str) -> tuple[Candidate, ...]:
        token = tokenize_chunk(chunk)
        if token.kind in ("mark", "code", "address") or self.health == "healthy":
            return (Candidate(chunk, 0.0),)
        pieces = [piece for piece, is_core in pieces_of(token) if is_core]
        if len(pieces) != 1:
            return (Candidate(self.repair(chunk).text, 0.0),)
        seen = token.core.lower()
        self._candidates([seen])
        slot = self._slot(_Spot(token.core, token, False), *self._scored[seen])
        words = self.model.language.words
        out: dict[str, float] = {}
        order = np.argsort(-(slot.logs + self.model.language.unigram[slot.words]), kind="stable")
        for number, log in zip(slot.words[order].tolist(), slot.logs[order].tolist(), strict=True):
            word = words[number]
            text = token.core if word.startswith("<") else cased(word, token.core, False, False)
            out.setdefault(token.lead + text + token.trail, log)
        return tuple(Candidate(word, log) for word, log in list(out.items())[:12])

    def follows(self, context: Context) -> Following:
        """What may follow up to three words; ``"</s>"`` ends a cell, () starts one."""
        known = self._follows.get(context)
        if known is None:
            language = self.model.language
            number, log_prob = _numbers(language), language.log_prob
            start = [language.boundary] * 3
            a, b, c = (*start, *map(number, context[-3:]))[-3:]
            known = self._alike.get((a, b, c))
            if known is None:
                known = Following(lambda word: log_prob(a, b, c, number(word)))
                self._alike[a, b, c] = known
            self._follows[context] = known
        return known


@lru_cache(maxsize=2)
def _numbers(language: LanguageModel):  # type: ignore[no-untyped-def]
    memo: dict[str, int] = {}

    def number(word: str) -> int:
        known = memo.get(word)
        if known is None:
            known = memo[word] = _number(language, word)
        return known

    return number


def _number(language: LanguageModel, word: str) -> int:
    if word == BOUNDARY:
        return language.boundary
    token = tokenize_chunk(word)
    if token.kind == "number":
        return language.index[NUMBER]
    if token.kind in ("code", "address"):
        return language.index[CODE]
    found = language.index.get(lm_word(token.core))
    if found is None:
        found = language.index.get(token.core.lower(), language.unknown)
    return found


def _sample(lines: Sequence[str]) -> str:
    """Enough of a document's words to tell its encoding."""
    words = itertools.chain.from_iterable(map(str.split, lines))
    return " ".join(itertools.islice(words, ENCODING_WORDS))


def _whole(chunks: Sequence[str], changed: Mapping[int, TokenRepair]) -> Repaired:
    """Whole text with its mends, in their order."""
    tokens = tuple(changed[at] for at in sorted(changed))
    sure = min((token.confidence for token in tokens), default=1.0)
    return Repaired(" ".join(chunk for chunk in chunks if chunk), sure, tokens, tuple(chunks))


def _tokens_of(spots: Iterable[_Spot | None]) -> list[str]:
    """The seen tokens whose candidates slots need."""
    return [spot.piece.lower() for spot in spots if spot and spot.token.kind in ("word", "number")]


def _only(slot: Slot, words: np.ndarray) -> Slot:
    """A slot with these of its candidates alone (all, if it has none of them)."""
    if len(slot.words) == len(words):
        return slot
    held = (slot.words[:, None] == words).any(axis=1)
    return Slot(slot.words[held], slot.logs[held], slot.source) if held.any() else slot


def _either(
    numbers: np.ndarray, logs: np.ndarray, others: np.ndarray, other_logs: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Candidates of a token and of its letters alone, each by its better score, among ``size``
    words."""
    best = np.full(size, -np.inf)
    best[others] = other_logs - JUNK
    logs = np.maximum(logs, best[numbers])
    best[numbers] = -np.inf
    others = others[best[others] > -np.inf]
    return np.concatenate((numbers, others)), np.concatenate((logs, best[others]))


def _is_foreign(core: str) -> bool:
    """Whether a core is no damaged Vietnamese by its letters: plain ones that make no syllable."""
    return len(core) > 2 and core.isascii() and core.isalpha() and not is_syllable(core)


def _keep(core: str, upper: int, capitals: bool) -> float:
    """Log P(core | a word that the model does not know): a term, an acronym, a foreign word."""
    if _MOBILE.match(core):
        return -4.0
    if _MEASURE.match(core):
        return -3.0
    if _GRADE.match(core):
        return -6.0
    odd = sum(not sign.isalpha() or not sign.isascii() for sign in core)
    each = KEEP_PER_LETTER
    if upper >= 2 and not capitals and upper == len(core):
        each = KEEP_PER_CAPITAL
    elif len(core) <= 3 or is_syllable(core):
        each -= 1.0
    return KEEP_BASE + each * len(core) - KEEP_ODD * odd


_ACRONYM = re.compile(r"^[A-ZĐ]{3,}$")
_VERSION = re.compile(r"^[A-Z]{2,}v\d(?:\.\d)?$")  # IPv6, TLSv1.3
_ROMAN = re.compile(r"^(?=.*[IVX])(?=..|[IVX])[IVX][IVX1l]*$")
_MEASURE = re.compile(r"^\d+(?:[.,]\d+)?(?:[kcdm]?m[23]?|kg|mg|ml|ha|[kM]?[WVHA]h?|[kMGT]B|°?C)$")
_GRADE = re.compile(r"^[A-Z]{1,2}\d{2,4}$")  # M250, QL24
_MOBILE = re.compile(r"^\d{1,2}[A-Z]$")
