"""The registry at work: the clerk's own entries, and the ``agencies`` dataset: the entries that
documents name, and what those refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ExitCode, PhulucError
from pipeline.messages import choose
from pipeline.schema import DATASETS, Record

if TYPE_CHECKING:
    from normalizers.agencies import Agency, Registry, Scope

ADDITIONS = "agencies.toml"
"""File of a clerk's own entries and aliases, looked for in the current folder."""


def agency_record(agency: Agency) -> Record:
    """A row of the dataset from the registry's own record."""
    return {
        name: list(value) if isinstance(value := getattr(agency, name), tuple) else value
        for name in DATASETS["agencies"].names
    }


def named_with_kin(
    datasets: Mapping[str, Sequence[Record]], known: Callable[[str], Record | None]
) -> list[Record]:
    """The entries that assignments, issuers and citations name, with their parents, members and
    successors, ordered by id; ``known`` gives an id's entry."""
    waiting = [one["agency_id"] for one in datasets["assignments"]]
    waiting += [document["issuer_id"] for document in datasets["documents"]]
    waiting += [citation.get("cited_issuer_id") for citation in datasets["citations"]]
    named: dict[str, Record] = {}
    while waiting:
        agency_id = waiting.pop()
        record = known(agency_id) if agency_id and agency_id not in named else None
        if record is not None:
            named[agency_id] = record
            waiting += [record["parent_id"], record["successor_id"], *record["members"]]
    return [record for _, record in sorted(named.items())]


def entries_of(scope: Scope) -> Callable[[str], Record | None]:
    """The entries of the registry in use by id, for a document of ``scope``."""
    from normalizers.agencies import current

    registry = current()
    here = {agency.agency_id: agency for agency in registry.agencies(scope)}

    def entry(agency_id: str) -> Record | None:
        agency = here.get(agency_id) or registry.agency(agency_id)
        return agency_record(agency) if agency else None

    return entry


def registry_from(path: Path | None) -> tuple[Registry | None, bytes]:
    """The registry with a clerk's additions, and the bytes of their file; None where none is used.

    Without a path that is ``agencies.toml`` in the current folder, if there is one.
    """
    if path is None:
        path = Path(ADDITIONS)
        if not path.is_file():
            return None, b""
    if not path.is_file():
        raise PhulucError(ExitCode.BAD_ARGUMENTS, "no-registry", path=path)
    from normalizers.agencies import BadAdditions, read_additions

    content = path.read_bytes()
    try:
        return read_additions(content), content
    except BadAdditions as error:
        faults = "".join(
            f"\n  - {choose(fault.vietnamese, fault.english)}" for fault in error.faults
        )
        raise PhulucError(
            ExitCode.BAD_ARGUMENTS, "bad-registry", path=path, faults=faults
        ) from error
