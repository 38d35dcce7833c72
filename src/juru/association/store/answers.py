"""Contacts of notices and the answers to them, in a small SQLite file beside the book and no part of it.

They are personal data for a purpose that ends: a chain that keeps everything for ever is no place for them. A notice
has a day on which what is kept for it is forgotten; every write forgets what is due. Senders are counted by member or
by address for a day, so that nobody floods an author.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from juru.books.sqlite import SqliteEngine

FILE = "answers.db"
VERSION = 1
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_SCHEMA = f"""
CREATE TABLE notices (
    opportunity TEXT PRIMARY KEY, contact TEXT NOT NULL, forget_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE answers (
    id INTEGER PRIMARY KEY, opportunity TEXT NOT NULL, request TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
    member TEXT NOT NULL, name TEXT NOT NULL, contact TEXT NOT NULL, text TEXT NOT NULL, seen_ms INTEGER
) STRICT;
CREATE INDEX answers_opportunity ON answers (opportunity, id);
CREATE TABLE senders (sender TEXT NOT NULL, opportunity TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX senders_at ON senders (at_ms);
PRAGMA user_version = {VERSION};
"""
_NOTE = """
INSERT INTO notices VALUES (?, ?, ?) ON CONFLICT (opportunity)
DO UPDATE SET contact = coalesce(nullif(excluded.contact, ''), contact), forget_ms = excluded.forget_ms
"""
_FORGET = (
    "DELETE FROM answers WHERE opportunity IN (SELECT opportunity FROM notices WHERE forget_ms <= ?1)",
    "DELETE FROM notices WHERE forget_ms <= ?1",
    "DELETE FROM senders WHERE at_ms <= ?1 - 86400000",
)
_ANSWERS = """
SELECT id, opportunity, at_ms, member, name, contact, text, seen_ms FROM answers WHERE opportunity = ? ORDER BY id DESC
"""


class Answer(msgspec.Struct, frozen=True):
    """An answer to a notice: from a member, or from somebody who gave a name and how to reach him."""

    id: int
    opportunity: str
    at_ms: int
    member: str
    name: str
    contact: str
    text: str
    seen_ms: int | None


class Counts(msgspec.Struct, frozen=True):
    """What one sender sent of late, and what came for one notice."""

    hour: int
    day: int
    notice_day: int


class AnswerFile:
    """The file in an association's directory. Other processes may have it open too."""

    def __init__(self, directory: Path) -> None:
        path = directory / FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._engine = SqliteEngine(path, cache_kib=512)
        self._lock = threading.Lock()
        with self._writing():
            if self._engine.rows("PRAGMA user_version")[0][0] != VERSION:
                for statement in _SCHEMA.strip().split(";\n"):
                    self._engine.rows(statement)

    def close(self) -> None:
        """Release the file."""
        self._engine.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._engine.begin()
            try:
                yield
                self._engine.commit()
            except BaseException:
                self._engine.rollback()
                raise

    def note(self, opportunity: str, *, contact: str, forget_ms: int, now_ms: int) -> None:
        """Keep a notice's contact and answers until an instant; an empty contact leaves the one before."""
        with self._writing():
            self._engine.rows(_NOTE, (opportunity, contact, forget_ms))
            self._forget(now_ms)

    def contact(self, opportunity: str) -> str:
        """The contact of a notice; empty where none was given or it is forgotten."""
        with self._lock:
            rows = self._engine.rows("SELECT contact FROM notices WHERE opportunity = ?", (opportunity,))
        return str(rows[0][0]) if rows else ""

    def counts(self, sender: str, opportunity: str, now_ms: int) -> Counts:
        """How much a sender sent within an hour and a day, and how much came for a notice within a day."""
        mine = "SELECT count(*) FROM senders WHERE sender = ? AND at_ms > ?"
        its = "SELECT count(*) FROM senders WHERE opportunity = ? AND at_ms > ?"
        with self._lock:
            found = [
                self._engine.rows(mine, (sender, now_ms - HOUR_MS)),
                self._engine.rows(mine, (sender, now_ms - DAY_MS)),
                self._engine.rows(its, (opportunity, now_ms - DAY_MS)),
            ]
        return Counts(*(int(rows[0][0]) for rows in found))

    def add(self, answer: Answer, *, sender: str, request: str, forget_ms: int) -> bool:
        """Keep an answer; False where its request was kept already."""
        with self._writing():
            if self._engine.rows("SELECT 1 FROM answers WHERE request = ?", (request,)):
                return False
            self._forget(answer.at_ms)
            self._engine.rows(_NOTE, (answer.opportunity, "", forget_ms))
            told = (answer.opportunity, request, answer.at_ms, answer.member, answer.name, answer.contact, answer.text)
            self._engine.rows(
                "INSERT INTO answers (opportunity, request, at_ms, member, name, contact, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                told,
            )
            self._engine.rows("INSERT INTO senders VALUES (?, ?, ?)", (sender, answer.opportunity, answer.at_ms))
        return True

    def of(self, opportunity: str) -> list[Answer]:
        """The answers to a notice, the newest first."""
        with self._lock:
            rows = self._engine.rows(_ANSWERS, (opportunity,))
        return [Answer(*row) for row in rows]

    def unseen(self) -> dict[str, int]:
        """How many answers of each notice its author has not seen."""
        query = "SELECT opportunity, count(*) FROM answers WHERE seen_ms IS NULL GROUP BY opportunity"
        with self._lock:
            return {str(opportunity): int(count) for opportunity, count in self._engine.rows(query)}

    def seen(self, opportunity: str, now_ms: int) -> None:
        """The author has seen what there is."""
        with self._writing():
            statement = "UPDATE answers SET seen_ms = ? WHERE opportunity = ? AND seen_ms IS NULL"
            self._engine.rows(statement, (now_ms, opportunity))

    def forget(self, now_ms: int) -> int:
        """Forget what is due; how many answers went."""
        with self._writing():
            before = int(self._engine.rows("SELECT count(*) FROM answers")[0][0])
            self._forget(now_ms)
            return before - int(self._engine.rows("SELECT count(*) FROM answers")[0][0])

    def _forget(self, now_ms: int) -> None:
        for statement in _FORGET:
            self._engine.rows(statement, (now_ms,))
