"""The pages of one file side by side, each in a process where it can be stopped.

A page that crashes its process, runs out of memory or never finishes is lost alone: the others go
on. Processes are forked, so that they have the open file for nothing, and end with their parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Generic, Literal, TypeVar

from records import Notice

Result = TypeVar("Result")

TIMEOUT = 120.0
"""Seconds after which a page is given up; a dense page at 300 dots an inch takes 10."""

_PAGES_EACH = 40  # pages after which a process makes way for a fresh one: memory stays flat
_AHEAD = 3  # pages a process may be ahead of the one that is waited for
_TAIL = 8  # last pages for each process, the longest of which come first
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_MOST_MEMORY = 4 << 30  # bytes a process may ask for, beyond what it was forked with


@dataclass(frozen=True, slots=True)
class Lost:
    """A page that could not be read, and how that went: ``detail`` is for the log."""

    page: int
    how: Literal["timeout", "crashed", "raised"]
    detail: str = ""


def default_workers() -> int:
    """As many as there are processors for this process."""
    return max(1, len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1)


def read_each(
    work: Callable[[int], Result],
    pages: Sequence[int],
    *,
    workers: int | None = None,
    timeout: float = TIMEOUT,
    fatal: tuple[type[BaseException], ...] = (),
    weigh: Callable[[int], float] | None = None,
) -> Iterator[Result | Lost]:
    """``work(page)`` for every page, in their order; a :class:`Lost` for each that failed.

    Args:
        work: reads one page; its result must be picklable and small.
        pages: their numbers, as ``work`` takes them.
        workers: processes at a time; None: one a processor.
        timeout: seconds a page may take.
        fatal: what raises here instead of losing a page (a program that is not installed).
        weigh: tells which of the last pages take longest. These are read first, so that no process
            has nothing to do while another reads a long last page.

    Where processes cannot be forked the pages are read here, one after the other.
    """
    if not hasattr(os, "fork"):
        for page in pages:
            yield _alone(work, page, fatal)
        return
    count = min(workers or default_workers(), len(pages))
    crew: list[_Worker[Result]] = []
    done: dict[int, Result | Lost] = {}
    tail = max(0, len(pages) - count * _TAIL) if weigh and count > 1 else len(pages)
    waiting = list(enumerate(pages))
    if weigh:
        waiting[tail:] = sorted(waiting[tail:], key=lambda one: weigh(one[1]), reverse=True)
    waiting.reverse()
    asked_for = 0
    try:
        while asked_for < len(pages):
            if asked_for in done:
                yield done.pop(asked_for)
                asked_for += 1
                continue
            for one in [one for one in crew if one.task is None and one.finished >= _PAGES_EACH]:
                one.end()
                crew.remove(one)
            while waiting and (
                waiting[-1][0] >= tail or waiting[-1][0] < asked_for + count * _AHEAD
            ):
                free = next((one for one in crew if one.task is None), None)
                if free is None:
                    if len(crew) >= count:
                        break
                    free = _Worker(work, crew)
                    crew.append(free)
                free.begin(*waiting.pop())
            busy = [one for one in crew if one.task is not None]
            left = min(one.began for one in busy) + timeout - time.monotonic()
            wait([one.answers for one in busy], max(0.0, left))
            for one in busy:
                answer = one.answer(timeout)
                if answer is None:
                    continue
                index, result = answer
                if isinstance(result, BaseException):
                    if isinstance(result, fatal):
                        raise result
                    result = Lost(pages[index], "raised", f"{type(result).__name__}: {result}")
                done[index] = result
                if one.task is not None:
                    one.end()
                    crew.remove(one)
    finally:
        for one in crew:
            one.end()


def loss_notice(lost: Lost) -> Notice:
    """What a clerk is told of a lost page."""
    if lost.how == "timeout":
        reason = f"Trang {lost.page} đọc quá lâu nên đã dừng lại"
    else:
        reason = f"Trang {lost.page} không đọc được"
    return Notice(
        "page_lost",
        f"{reason}; các trang khác vẫn được đọc. Hãy mở trang này, quét hoặc in lại ra PDF rồi bỏ "
        "tệp vào raw/ lần nữa.",
        lost.detail,
        "error",
    )


def _alone(
    work: Callable[[int], Result], page: int, fatal: tuple[type[BaseException], ...]
) -> Result | Lost:
    try:
        return work(page)
    except Exception as error:
        if isinstance(error, fatal):
            raise
        return Lost(page, "raised", f"{type(error).__name__}: {error}")


class _Worker(Generic[Result]):
    """A forked process that reads one page at a time; ``task`` is the place of the one at work."""

    def __init__(self, work: Callable[[int], Result], others: Sequence[_Worker[Result]]) -> None:
        self.answers, theirs = Pipe()
        self.task: int | None = None
        self.page = 0
        self.began = 0.0
        self.finished = 0
        parent = os.getpid()
        self.process = os.fork()
        if not self.process:
            try:
                for connection in (self.answers, *(one.answers for one in others)):
                    connection.close()
                _serve(work, theirs, parent)
            finally:
                os._exit(1)
        theirs.close()
        with contextlib.suppress(OSError):
            os.setpgid(self.process, self.process)

    def begin(self, index: int, page: int) -> None:
        self.task, self.page, self.began = index, page, time.monotonic()
        # A process that died since its last page is found out by the answer.
        with contextlib.suppress(OSError):
            self.answers.send(page)

    def answer(self, timeout: float) -> tuple[int, Result | BaseException | Lost] | None:
        """The task's place and result; None while it is at work.

        After the result of a process that must be ended ``task`` is still set.
        """
        index = self.task
        assert index is not None
        if self.answers.poll():
            try:
                result = self.answers.recv()
            except (EOFError, OSError):
                return index, Lost(self.page, "crashed", self._exit())
            self.task = None
            self.finished += 1
            return index, result
        if time.monotonic() - self.began > timeout:
            return index, Lost(self.page, "timeout", f"{timeout:.0f} s")
        return None

    def end(self) -> None:
        """Stop the process, and the programs it started."""
        self.answers.close()
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(self.process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process, 0)

    def _exit(self) -> str:
        """How the process ended."""
        try:
            _, status = os.waitpid(self.process, 0)
        except ChildProcessError:
            return "gone"
        code = os.waitstatus_to_exitcode(status)
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _serve(work: Callable[[int], Result], tasks: Connection, parent: int) -> None:
    """A worker's life: read the pages it is sent until nobody sends any more."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with(parent)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    while True:
        try:
            page = tasks.recv()
        except (EOFError, OSError):
            os._exit(0)
        try:
            result: object = work(page)
            pickle.dumps(result)
        except BaseException as error:
            result = _sendable(error)
        tasks.send(result)


def _end_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _sendable(error: BaseException) -> BaseException:
    """The error, or one that says the same where it cannot be sent."""
    try:
        if type(pickle.loads(pickle.dumps(error))) is type(error):
            return error
    except Exception:
        pass
    return RuntimeError(f"{type(error).__name__}: {error}")
