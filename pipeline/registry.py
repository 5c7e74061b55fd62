"""The ``agencies`` dataset: the registry's entries that documents name, and what those refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.schema import DATASETS, Record

if TYPE_CHECKING:
    from normalizers.agencies import Agency


def agency_record(agency: Agency) -> Record:
    """A row of the dataset from the registry's own record."""
    return {
        name: list(value) if isinstance(value := getattr(agency, name), tuple) else value
        for name in DATASETS["agencies"].names
    }


def named_with_kin(
    datasets: Mapping[str, Sequence[Record]], registry: Iterable[Record]
) -> list[Record]:
    """The registry's entries that assignments and issuers name, with their parents, members and
    successors, ordered by id."""
    by_id = {record["agency_id"]: record for record in registry}
    waiting = [one["agency_id"] for one in datasets["assignments"]]
    waiting += [document["issuer_id"] for document in datasets["documents"]]
    named: dict[str, Record] = {}
    while waiting:
        record = by_id.get(waiting.pop() or "")
        if record is not None and record["agency_id"] not in named:
            named[record["agency_id"]] = record
            waiting += [record["parent_id"], record["successor_id"], *record["members"]]
    return [record for _, record in sorted(named.items())]
