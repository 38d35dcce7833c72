"""Many papers in the background: on processes of their own, with progress, each kept as soon as it is made.

What is kept already is not made again, so a batch that was stopped anywhere goes on where it was.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from juru.association.domain import affairs as a
from juru.association.papers.content import said
from juru.association.papers.paper import Paper, PaperKind
from juru.association.papers.printing import kept_path, printed
from juru.association.store.book import Book
from juru.association.store.jobs import Jobs, JobState
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded, milliseconds

JOB = "papers"
AT_ONCE = 10
"""Papers that a process is given at a time."""
_KINDS = {
    PaperKind.INVOICE: "issued",
    PaperKind.RECEIPT: "received",
    PaperKind.CREDIT_NOTE: "written_off",
    PaperKind.DECREE: "decreed",
    PaperKind.LETTER: "letter_sent",
}
_YEARS_BEFORE = 3


class Printed(msgspec.Struct):
    """What came of a batch; ``kept`` were there already."""

    made: int = 0
    kept: int = 0


def of_year(reads: Reads, kind: PaperKind, year: int) -> Iterator[Recorded]:
    """The facts whose papers belong to a year: invoices by the year that their dues begin in, others by their day."""
    first = year - _YEARS_BEFORE if kind is PaperKind.INVOICE else year
    for one in reads.of_years(_KINDS[kind], first, year):
        if one.reversed_by is None and _belongs(one, year):
            yield one


def _belongs(one: Recorded, year: int) -> bool:
    match one.fact:
        case a.Issued() as issued:
            period = issued.period
            return (issued.on if period is None else period.since).year == year
        case a.Received(receipt=receipt):
            return bool(receipt)
        case _:
            return True


def print_year(
    directory: Path,
    *,
    kind: PaperKind,
    year: int,
    processes: int,
    by: str,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
    begun: Callable[[int], None] = lambda _job: None,
) -> Printed:
    """Make every paper of a kind and year that is not kept yet; the batch is noted among the jobs.

    ``begun`` is told the job's number as soon as there is one.
    """
    jobs = Jobs(directory)
    subject = f"{year} {kind.value}"
    number = jobs.begin(JOB, subject, by=by, whole=0, now_ms=milliseconds(clock()))
    begun(number)
    done = Printed()
    try:
        book = Book(directory)
        try:
            with book.reading() as reads:
                ids = [one.id for one in of_year(reads, kind, year)]
        finally:
            book.close()
        jobs.step(number, done=0, whole=len(ids), now_ms=milliseconds(clock()))
        progress(0, len(ids))
        for made, kept in printed_parts(directory, ids, processes):
            done.made += made
            done.kept += kept
            jobs.step(number, done=done.made + done.kept, whole=len(ids), now_ms=milliseconds(clock()))
            progress(done.made + done.kept, len(ids))
    except BaseException as error:
        jobs.end(number, JobState.FAILED, f"{type(error).__name__}: {error}"[:200], now_ms=milliseconds(clock()))
        raise
    jobs.end(number, JobState.DONE, f"{done.made} {done.kept}", now_ms=milliseconds(clock()))
    return done


def printed_parts(directory: Path, ids: Sequence[int], processes: int) -> Iterator[tuple[int, int]]:
    """Parts as they are done; each process has one in hand and one waiting, so that a stop loses little."""
    parts = iter([ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)])
    # Spawned, not forked: whoever starts a batch may have threads.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _end_with_parent) as pool:
        running: set[Future[tuple[int, int]]] = set()
        try:
            while True:
                free = 2 * processes - len(running)
                running |= {pool.submit(print_part, directory, part) for part in islice(parts, free)}
                if not running:
                    return
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                for one in ready:
                    yield one.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """In a process of a batch: end when the one that started it is gone, killed as it may be; else it would wait on."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def print_part(directory: Path, ids: Sequence[int]) -> tuple[int, int]:
    """Make the papers of these facts in this process: how many were made, how many were kept already."""
    made = kept = 0
    book = Book(directory)
    try:
        with book.reading() as reads:
            for one in reads.by_number(ids):
                paper: Paper = said(reads, one)
                if kept_path(directory, paper).is_file():
                    kept += 1
                else:
                    printed(directory, paper)
                    made += 1
    finally:
        book.close()
    return made, kept
