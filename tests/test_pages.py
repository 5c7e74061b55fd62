"""Pages side by side: in their order, and a bad one harms no other."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from extractors._pages import Lost, loss_notice, read_each


class Missing(Exception):
    pass


def _work(page: int) -> int:
    if page == 3:
        time.sleep(600)
    if page == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    if page == 5:
        raise ValueError("no such page")
    if page == 99:
        raise Missing("tesseract")
    time.sleep(0.02 * (page % 3))
    return page * 10


@pytest.mark.parametrize("workers", [1, 3])
def test_pages_come_in_their_order(workers: int) -> None:
    assert list(read_each(_work, [7, 2, 8, 1, 6], workers=workers)) == [70, 20, 80, 10, 60]


def test_the_longest_of_the_last_pages_are_begun_first(tmp_path: Path) -> None:
    def work(page: int) -> int:
        (tmp_path / str(page)).write_text(str(time.monotonic()))
        time.sleep(0.02)
        return page

    pages = range(1, 31)
    read = list(read_each(work, pages, workers=2, weigh=lambda page: 1 if page == 29 else 0))
    assert read == list(pages)
    begun = sorted(pages, key=lambda page: float((tmp_path / str(page)).read_text()))
    assert set(range(1, 10)) < set(begun[:14])  # memory: only the last may be far ahead
    assert 29 in begun[10:20]


def test_a_page_that_hangs_crashes_or_fails_is_lost_alone() -> None:
    read = list(read_each(_work, range(1, 8), workers=2, timeout=0.5))
    assert [r for r in read if not isinstance(r, Lost)] == [10, 20, 60, 70]
    assert [(r.page, r.how) for r in read if isinstance(r, Lost)] == [
        (3, "timeout"),
        (4, "crashed"),
        (5, "raised"),
    ]


def test_what_every_page_would_fail_of_is_raised_once() -> None:
    with pytest.raises(Missing, match="tesseract"):
        list(read_each(_work, [1, 99, 2], fatal=(Missing,)))


def test_many_pages_through_processes_that_make_way_for_fresh_ones() -> None:
    read = list(read_each(lambda page: (page, os.getpid()), range(100), workers=1))
    assert [page for page, _ in read if not isinstance(page, Lost)] == list(range(100))
    assert len({process for _, process in read}) == 3  # 40 pages each


def test_a_stopped_page_takes_the_programs_it_started_with_it(tmp_path: Path) -> None:
    def hang(page: int) -> None:
        process = subprocess.Popen(["sleep", "600"])
        (tmp_path / "pid").write_text(str(process.pid))
        process.wait()

    (lost,) = read_each(hang, [1], timeout=0.5)
    assert isinstance(lost, Lost)
    process = int((tmp_path / "pid").read_text())
    for _ in range(50):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            break
        if state == "Z":
            break
        time.sleep(0.02)
    else:
        pytest.fail("the program still runs")


def test_no_processes_are_left_when_the_reader_stops_early() -> None:
    pages = read_each(lambda page: (page, os.getpid()), range(100), workers=2)
    first = next(pages)
    assert not isinstance(first, Lost)
    pages.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first[1], 0)


def test_the_clerk_is_told_which_page_is_missing() -> None:
    notice = loss_notice(Lost(17, "timeout", "120 s"))
    assert "Trang 17" in notice.message
    assert notice.severity == "error"
