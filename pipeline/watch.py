"""``phuluc watch``: look at the inbox every few seconds, and run when something has changed."""

from __future__ import annotations

import time
from pathlib import Path

import click

from pipeline.errors import ExitCode, PhulucError
from pipeline.messages import say
from pipeline.registry import ADDITIONS
from pipeline.summary import run_with_summary

Sight = dict[str, tuple[int, int]]
"""path → (bytes, modification time in ns) of every file in the inbox."""


def sight_of(raw: Path) -> Sight:
    """What the inbox looks like, without reading any file."""
    sight: Sight = {}
    for path in sorted(raw.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(raw).parts):
            continue
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            sight[path.relative_to(raw).as_posix()] = (status.st_size, status.st_mtime_ns)
    return sight


def _sight_of_file(path: Path) -> Sight:
    try:
        status = path.stat()
    except FileNotFoundError:
        return {}
    return {str(path): (status.st_size, status.st_mtime_ns)}


def watch_inbox(
    raw: Path,
    out: Path,
    jobs: int,
    timeout: float,
    every: float,
    *,
    registry: Path | None = None,
    looks: int | None = None,
) -> None:
    """Run now and whenever the inbox, or the clerk's file of agencies, has changed and then stood
    still for one look.

    ``every`` is in seconds; ``looks`` bounds the number of looks (for tests), None is forever.
    """
    if not raw.is_dir():
        raise PhulucError(ExitCode.BAD_ARGUMENTS, "no-inbox", path=raw)
    click.echo(say("watching", raw=raw), err=True)
    handled: Sight | None = None
    before: Sight | None = None
    while looks is None or looks > 0:
        seen = sight_of(raw) | _sight_of_file(registry or Path(ADDITIONS))
        # a file that is still growing changes from look to look
        if seen == before and seen != handled:
            run_with_summary(raw, out, jobs, timeout, registry)
            handled = seen
        before = seen
        if looks is not None:
            looks -= 1
        time.sleep(every)
