"""Exit codes, and the error that carries one with a sentence saying what to do."""

from __future__ import annotations

from enum import IntEnum

from pipeline.messages import say


class ExitCode(IntEnum):
    """What the process tells its caller."""

    OK = 0
    BAD_ARGUMENTS = 1
    QUARANTINED = 2
    MISSING_DEPENDENCY = 3
    CHECK_FAILED = 4
    READ_WRITE = 5
    INTERRUPTED = 130


class PhulucError(Exception):
    """An error of ours: an exit code and one sentence in the person's language."""

    def __init__(self, code: ExitCode, message: str, **values: object) -> None:
        super().__init__(say(message, **values))
        self.code = code
