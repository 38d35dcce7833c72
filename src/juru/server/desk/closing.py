"""Closing days from the desk: the book as the closer reads it, and heads as files that can be kept elsewhere.

A head file is what ``juru audit --head`` takes. Copied away from this machine, it shows a book that was written anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.books.findings import Head
from juru.server.desk.reports import zone_of
from juru.server.domain.cell import DayClosing
from juru.server.engine.ports import DayReading
from juru.server.settings import DataDir
from juru.server.store.reads import days
from juru.server.store.reads.reads import Reads

Told = Callable[[DayClosing, bool], None]
"""Hears of each head that was written; False when a file of another head is there already."""


class HeadFile(msgspec.Struct, frozen=True):
    """An exported head; ``audit`` reads its commit and seal."""

    day: int
    commit_no: int
    seal: str


class ClosingBooks:
    """The closer's view of a cell, on a connection of its own."""

    def __init__(self, data: DataDir, reads: Reads, told: Told = lambda _closing, _written: None) -> None:
        self._data = data
        self._reads = reads
        self._told = told
        self._exported = 0

    def begin(self, day: int) -> days.DayRead:
        """A day of which nothing has been read yet."""
        return days.begin(self._reads.engine, day, zone_of(self._reads))

    def read_on(self, reading: DayReading) -> bool:
        """Take in the next slice; True while there is more."""
        assert isinstance(reading, days.DayRead), reading
        return days.read_on(self._reads.engine, reading)

    def export(self) -> None:
        """Write the heads that have no file yet."""
        for closing in self._reads.closings(after_day=self._exported):
            head = Head(closing.head_no, closing.head_seal)
            path = head_path(self._data, closing.day)
            found = exported_head(path)
            if found is None:
                self._data.heads.mkdir(mode=0o700, exist_ok=True)
                _write(path, msgspec.json.encode(HeadFile(closing.day, head.commit_no, head.seal)) + b"\n")
            if found != head:
                self._told(closing, found is None)
            self._exported = closing.day


def head_path(data: DataDir, day: int) -> Path:
    """The file of a day's head."""
    return data.heads / f"{day // 10_000:04d}-{day // 100 % 100:02d}-{day % 100:02d}.json"


def exported_head(path: Path) -> Head | None:
    """The head in a file; None where there is none, an empty one where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Head)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        return Head(0, "")


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all, and on the disk before it is told."""
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
