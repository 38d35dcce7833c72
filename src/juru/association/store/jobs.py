"""Long work with its progress, in a small SQLite file of its own beside the book and no part of it.

Whoever started something long may leave and find it again, from another page or another process. The file says only how
far it is: what was done stands in the book or on the disk, and a job that was cut off is started anew, not mended here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from juru.books.sqlite import SqliteEngine

FILE = "jobs.db"
KEPT = 500
"""Jobs that can be found again; the oldest are forgotten."""
SILENT_MS = 60_000
"""A job that has said nothing for so long was cut off."""
_VERSION = 1
_SCHEMA = f"""
DROP TABLE IF EXISTS jobs;
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL, by TEXT NOT NULL,
    begun_ms INTEGER NOT NULL, touched_ms INTEGER NOT NULL, done INTEGER NOT NULL, whole INTEGER NOT NULL,
    state TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
PRAGMA user_version = {_VERSION};
"""
_ALL = "SELECT id, kind, subject, by, begun_ms, touched_ms, done, whole, state, note FROM jobs"
_BEGIN = "INSERT INTO jobs VALUES (NULL, ?, ?, ?, ?, ?, 0, ?, 'running', '') RETURNING id"
_STEP = "UPDATE jobs SET done = ?, whole = ?, touched_ms = max(touched_ms, ?) WHERE id = ? AND state = 'running'"
_END = "UPDATE jobs SET state = ?, note = ?, touched_ms = max(touched_ms, ?) WHERE id = ?"
_FORGET = "DELETE FROM jobs WHERE id <= (SELECT max(id) FROM jobs) - ?"


class JobState(StrEnum):
    """How a job stands; ``CUT_OFF`` is read from its silence, it is never written."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CUT_OFF = "cut_off"


class Job(msgspec.Struct, frozen=True):
    """A job as it last told of itself. ``note`` is what came of it, or why it failed."""

    id: int
    kind: str
    subject: str
    by: str
    begun_ms: int
    touched_ms: int
    done: int
    whole: int
    state: JobState
    note: str

    def per_s(self) -> float:
        """How many a second so far."""
        span_ms = self.touched_ms - self.begun_ms
        return self.done * 1_000 / span_ms if span_ms > 0 else 0.0

    def left_s(self) -> int | None:
        """Seconds that the rest takes at this rate; None while that cannot be said."""
        rate = self.per_s()
        return round((self.whole - self.done) / rate) if rate else None


class Jobs:
    """The jobs of an association's directory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        with self._file() as file:
            if file.rows("PRAGMA user_version") != [(_VERSION,)]:
                file.script(_SCHEMA)

    def begin(self, kind: str, subject: str, *, by: str, whole: int, now_ms: int) -> int:
        """Note that something long has begun; its number."""
        with self._file() as file:
            ((number,),) = file.rows(_BEGIN, (kind, subject, by, now_ms, now_ms, whole))
            file.rows(_FORGET, (KEPT,))
            return int(number)

    def step(self, number: int, *, done: int, whole: int, now_ms: int) -> None:
        """Note how far it is."""
        with self._file() as file:
            file.rows(_STEP, (done, whole, now_ms, number))

    def end(self, number: int, state: JobState, note: str, *, now_ms: int) -> None:
        """Note what came of it."""
        with self._file() as file:
            file.rows(_END, (state.value, note, now_ms, number))

    def one(self, number: int, *, now_ms: int) -> Job | None:
        """A job; None for a number that was never given, or is forgotten."""
        with self._file() as file:
            rows = file.rows(f"{_ALL} WHERE id = ?", (number,))
        return _job(rows[0], now_ms) if rows else None

    def newest(self, *, now_ms: int, at_most: int = 50) -> list[Job]:
        """The latest jobs, the newest first."""
        with self._file() as file:
            return [_job(row, now_ms) for row in file.rows(f"{_ALL} ORDER BY id DESC LIMIT ?", (at_most,))]

    @contextlib.contextmanager
    def _file(self) -> Iterator[SqliteEngine]:
        """A connection for one call: threads and processes share the file, none holds it."""
        file = SqliteEngine(self._path, synchronous="NORMAL", cache_kib=256)
        try:
            yield file
        finally:
            file.close()


def _job(row: tuple[object, ...], now_ms: int) -> Job:
    job = msgspec.convert(dict(zip(Job.__struct_fields__, row, strict=True)), Job)
    silent = job.state is JobState.RUNNING and now_ms - job.touched_ms > SILENT_MS
    return msgspec.structs.replace(job, state=JobState.CUT_OFF) if silent else job
