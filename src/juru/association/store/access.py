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
VERSION = 1
_SCHEMA = f"""
CREATE TABLE logins (
    code TEXT PRIMARY KEY, name TEXT NOT NULL, password_hash TEXT NOT NULL, language TEXT NOT NULL,
    disabled INTEGER NOT NULL, generation INTEGER NOT NULL, made_by TEXT NOT NULL, made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE bindings (
    login TEXT NOT NULL REFERENCES logins (code), person TEXT NOT NULL, member TEXT NOT NULL,
    made_by TEXT NOT NULL, made_ms INTEGER NOT NULL, PRIMARY KEY (login, member, person)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""
_LOGIN = "SELECT code, name, password_hash, language, disabled, generation, made_by, made_ms FROM logins"
_KEEP = "INSERT OR REPLACE INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


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
        self._engine = SqliteEngine(path, cache_kib=512)
        self._lock = threading.Lock()
        version = self._engine.rows("PRAGMA user_version")[0][0]
        if version == 0:
            self._engine.script(_SCHEMA)
        elif version != VERSION:
            self._engine.close()
            message = f"{path} is of version {version}, this program knows {VERSION}: use the program that wrote it"
            raise AccessError(message)

    def close(self) -> None:
        """Release the file."""
        self._engine.close()

    @contextlib.contextmanager
    def _written(self) -> Iterator[SqliteEngine]:
        with self._lock:
            self._engine.begin()
            try:
                yield self._engine
                self._engine.commit()
            finally:
                self._engine.rollback()

    def find(self, code: str) -> Login | None:
        """A login by its code."""
        rows = self._engine.rows(f"{_LOGIN} WHERE code = ?", (code.upper(),))
        return _login(rows[0]) if rows else None

    def all(self) -> list[Login]:
        """Every login, by code."""
        return [_login(row) for row in self._engine.rows(f"{_LOGIN} ORDER BY code")]

    def any(self) -> bool:
        """Whether there is any login yet."""
        return bool(self._engine.rows("SELECT 1 FROM logins LIMIT 1"))

    def add(self, login: Login, bindings: Sequence[Binding]) -> None:
        """A new login. Raises ``AccessError`` for a code that is taken."""
        with self._written() as engine:
            if engine.rows("SELECT 1 FROM logins WHERE code = ?", (login.code,)):
                message = f"login {login.code} is there already: choose another name"
                raise AccessError(message)
            engine.rows(_KEEP, _row(login))
            for binding in bindings:
                _bind(engine, login.code, binding, login.made_by, login.made_ms)

    def keep(self, login: Login) -> None:
        """A login as it is from now on."""
        with self._written() as engine:
            engine.rows(_KEEP, _row(login))

    def bindings(self, code: str) -> list[Binding]:
        """Whom a login stands for."""
        sql = "SELECT person, member FROM bindings WHERE login = ? ORDER BY member, person"
        return [Binding(str(person), str(member)) for person, member in self._engine.rows(sql, (code,))]

    def bind(self, code: str, binding: Binding, *, by: str, at_ms: int) -> None:
        """Let a login stand for somebody, too."""
        with self._written() as engine:
            _bind(engine, code, binding, by, at_ms)

    def unbind(self, code: str, binding: Binding) -> None:
        """Let it no more."""
        with self._written() as engine:
            sql = "DELETE FROM bindings WHERE login = ? AND person = ? AND member = ?"
            engine.rows(sql, (code, binding.person, binding.member))


def _bind(engine: SqliteEngine, code: str, binding: Binding, by: str, at_ms: int) -> None:
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
