"""Agencies: who they are, how a printed list of them splits, which one a name means.

The public names of four modules, for who uses them:

- ``agency_registry``: who there is, where, since when; whose document is read (``Scope``);
- ``agency_additions``: what clerks add to it in a file of their own;
- ``agency_mentions``: lists split into mentions, mentions resolved in their scope;
- ``agency_cells``: agency cells that OCR damaged.
"""

from __future__ import annotations

from normalizers.agency_additions import BadAdditions, Fault, read_additions
from normalizers.agency_cells import (
    AgencyReading,
    agency_phrases,
    read_agency_cell,
    read_agency_cells,
)
from normalizers.agency_mentions import (
    Candidate,
    Match,
    MatchKind,
    find_names,
    resolve,
    split_mentions,
)
from normalizers.agency_registry import (
    CAPITAL,
    Agency,
    Commune,
    Level,
    Province,
    Registry,
    Scope,
    agencies,
    communes,
    communes_named,
    current,
    province_names,
    provinces,
    shipped,
    slug,
    use_registry,
)

__all__ = [
    "CAPITAL",
    "Agency",
    "AgencyReading",
    "BadAdditions",
    "Candidate",
    "Commune",
    "Fault",
    "Level",
    "Match",
    "MatchKind",
    "Province",
    "Registry",
    "Scope",
    "agencies",
    "agency_phrases",
    "communes",
    "communes_named",
    "current",
    "find_names",
    "province_names",
    "provinces",
    "read_additions",
    "read_agency_cell",
    "read_agency_cells",
    "resolve",
    "shipped",
    "slug",
    "split_mentions",
    "use_registry",
]
