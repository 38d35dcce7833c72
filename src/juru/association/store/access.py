"""Logins of the portal in a small file beside the book, and no part of it: password hashes are to be forgotten.

A login is bound to a person who may hold office, to members whom he represents, or both. A binding gives no right by
itself: what it is worth on a day follows from the facts (``portal/entry``).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from juru.association.errors import AccessError
from juru.books.engine import Row
from juru.books.sqlite import SqliteEngine

FILE = "access.db"
VERSION = 2
_SCHEMA = """
CREATE TABLE logins (
    code TEXT PRIMARY KEY, name TEXT NOT NULL, password_hash TEXT NOT NULL, language TEXT NOT NULL,
    disabled INTEGER NOT NULL, generation INTEGER NOT NULL, made_by TEXT NOT NULL, made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE bindings (
    login TEXT NOT NULL REFERENCES logins (code), person TEXT NOT NULL, member TEXT NOT NULL,
    made_by TEXT NOT NULL, made_ms INTEGER NOT NULL, PRIMARY KEY (login, member, person)
) STRICT, WITHOUT ROWID;
"""
_INVITATIONS = f"""
CREATE TABLE invitations (
    key BLOB PRIMARY KEY, login TEXT NOT NULL, person TEXT NOT NULL, member TEXT NOT NULL, email TEXT NOT NULL,
    made_by TEXT NOT NULL, made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE recoveries (
    id TEXT PRIMARY KEY, login TEXT NOT NULL, email TEXT NOT NULL, reason TEXT NOT NULL, asked_by TEXT NOT NULL,
    asked_ms INTEGER NOT NULL, confirmed_by TEXT NOT NULL, effective_ms INTEGER NOT NULL, noticed INTEGER NOT NULL,
    cancel_key BLOB NOT NULL, cancelled_by TEXT NOT NULL, cancelled_ms INTEGER NOT NULL, done_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recoveries_login ON recoveries (login, asked_ms);
CREATE TABLE addresses (login TEXT PRIMARY KEY REFERENCES logins (code), email TEXT NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""
_LOGIN = "SELECT code, name, password_hash, language, disabled, generation, made_by, made_ms FROM logins"
_KEEP = """
INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, password_hash = excluded.password_hash, language = excluded.language,
    disabled = excluded.disabled, generation = excluded.generation
"""


class Login(msgspec.Struct, frozen=True):
    """Who may log in; ``code`` is in upper case."""

    code: str
    name: str
    password_hash: str
    language: str = "id"
    disabled: bool = False
    generation: int = 1
    made_by: str = ""
    made_ms: int = 0


class Binding(msgspec.Struct, frozen=True):
    """Whom a login stands for: a person as terms name him, or, with ``member``, that member's representative."""

    person: str
    member: str = ""


class Access:
    """The file. Other processes may have it open too; each change is a transaction."""

    def __init__(self, directory: Path) -> None:
        path = directory / FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self.engine = SqliteEngine(path, cache_kib=512)
        self._lock = threading.Lock()
        version = self.engine.rows("PRAGMA user_version")[0][0]
        if version in {0, 1}:
            self.engine.script((_SCHEMA if version == 0 else "") + _INVITATIONS)
        elif version != VERSION:
            self.engine.close()
            message = f"{path} is of version {version}, this program knows {VERSION}: use the program that wrote it"
            raise AccessError(message)

    def close(self) -> None:
        """Release the file."""
        self.engine.close()

    @contextlib.contextmanager
    def written(self) -> Iterator[SqliteEngine]:
        """One transaction, for what else is kept in this file (``invitations``)."""
        with self._lock:
            self.engine.begin()
            try:
                yield self.engine
                self.engine.commit()
            finally:
                self.engine.rollback()

    def find(self, code: str) -> Login | None:
        """A login by its code."""
        rows = self.engine.rows(f"{_LOGIN} WHERE code = ?", (code.upper(),))
        return _login(rows[0]) if rows else None

    def all(self) -> list[Login]:
        """Every login, by code."""
        return [_login(row) for row in self.engine.rows(f"{_LOGIN} ORDER BY code")]

    def any(self) -> bool:
        """Whether there is any login yet."""
        return bool(self.engine.rows("SELECT 1 FROM logins LIMIT 1"))

    def add(self, login: Login, bindings: Sequence[Binding]) -> None:
        """A new login. Raises ``AccessError`` for a code that is taken."""
        with self.written() as engine:
            add(engine, login, bindings)

    def keep(self, login: Login) -> None:
        """A login as it is from now on."""
        with self.written() as engine:
            put(engine, login)

    def bindings(self, code: str) -> list[Binding]:
        """Whom a login stands for."""
        sql = "SELECT person, member FROM bindings WHERE login = ? ORDER BY member, person"
        return [Binding(str(person), str(member)) for person, member in self.engine.rows(sql, (code,))]

    def bind(self, code: str, binding: Binding, *, by: str, at_ms: int) -> None:
        """Let a login stand for somebody, too."""
        with self.written() as engine:
            bind(engine, code, binding, by, at_ms)

    def unbind(self, code: str, binding: Binding) -> None:
        """Let it no more."""
        with self.written() as engine:
            sql = "DELETE FROM bindings WHERE login = ? AND person = ? AND member = ?"
            engine.rows(sql, (code, binding.person, binding.member))


def add(engine: SqliteEngine, login: Login, bindings: Sequence[Binding]) -> None:
    """A new login in a transaction under way. Raises ``AccessError`` for a code that is taken."""
    if engine.rows("SELECT 1 FROM logins WHERE code = ?", (login.code,)):
        message = f"login {login.code} is there already: choose another name"
        raise AccessError(message)
    put(engine, login)
    for binding in bindings:
        bind(engine, login.code, binding, login.made_by, login.made_ms)


def put(engine: SqliteEngine, login: Login) -> None:
    """A login as it is from now on, in a transaction under way."""
    engine.rows(_KEEP, _row(login))


def bind(engine: SqliteEngine, code: str, binding: Binding, by: str, at_ms: int) -> None:
    """Let a login stand for somebody, too, in a transaction under way."""
    engine.rows(
        "INSERT OR IGNORE INTO bindings VALUES (?, ?, ?, ?, ?)", (code, binding.person, binding.member, by, at_ms)
    )


def _login(row: Row) -> Login:
    code, name, password_hash, language, disabled, generation, made_by, made_ms = row
    return Login(code, name, password_hash, language, bool(disabled), generation, made_by, made_ms)


def _row(login: Login) -> tuple[str | int, ...]:
    return (
        *(login.code, login.name, login.password_hash, login.language),
        *(int(login.disabled), login.generation, login.made_by, login.made_ms),
    )
