"""A process for each file: one that hangs, crashes or runs out of memory takes no other with it."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Literal, TypeVar

Task = TypeVar("Task")

# fork hands the loaded models to every worker for nothing; elsewhere they are loaded again
_CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@dataclass(frozen=True, slots=True)
class Ended(Generic[Task]):
    """How one task ended: its value, or why there is none. ``seconds`` is its wall-clock time."""

    task: Task
    how: Literal["done", "raised", "crashed", "timeout"]
    value: Any
    seconds: float
    detail: str = ""


@dataclass(slots=True)
class _Running(Generic[Task]):
    task: Task
    process: BaseProcess
    answers: Connection
    began: float


def run_each(
    work: Callable[[Task], Any], tasks: Sequence[Task], jobs: int, timeout: float
) -> Iterator[Ended[Task]]:
    """Run ``work`` on every task, at most ``jobs`` at a time, in the given order of start.

    A task that takes longer than ``timeout`` seconds is ended. Results come as they are ready.
    When the caller stops early (Ctrl+C), every running process is ended.
    """
    waiting = list(tasks)
    running: list[_Running[Task]] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_start(work, waiting.pop(0)))
            left = min(one.began + timeout for one in running) - time.monotonic()
            wait([one.answers for one in running], max(left, 0))
            for one in list(running):
                ended = _ending(one, timeout)
                if ended is not None:
                    running.remove(one)
                    yield ended
    finally:
        for one in running:
            one.process.kill()
            one.process.join()


def _start(work: Callable[[Task], Any], task: Task) -> _Running[Task]:
    answers, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_work_alone, args=(work, task, sender), daemon=True)
    process.start()
    sender.close()
    return _Running(task, process, answers, time.monotonic())


def _work_alone(work: Callable[[Task], Any], task: Task, sender: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        sender.send(("done", work(task), ""))
    except BaseException as error:
        sender.send(("raised", f"{type(error).__name__}: {error}", traceback.format_exc()))
    finally:
        sender.close()


def _ending(one: _Running[Task], timeout: float) -> Ended[Task] | None:
    seconds = time.monotonic() - one.began
    if one.answers.poll():
        try:
            how, value, detail = one.answers.recv()
        except EOFError:
            one.process.join()
            code = one.process.exitcode or 0
            end = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            return Ended(one.task, "crashed", end, seconds)
        one.process.join()
        return Ended(one.task, how, value, seconds, detail)
    if seconds > timeout:
        one.process.kill()
        one.process.join()
        return Ended(one.task, "timeout", f"{timeout:.0f} s", seconds)
    return None
