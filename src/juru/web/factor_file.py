"""Second factors in a small SQLite file beside the sessions, and the key that seals their secrets in a file of its own.

Unlike sessions they are not to be lost: a file of a newer version is refused, never made anew. An app's secret is
needed in clear to make its codes, so it is sealed (AES-GCM) with a key outside the database; recovery codes are kept as
a keyed hash. Every call runs on one thread that owns the connection; other processes may have the file open too.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from juru.books.engine import Row
from juru.books.sqlite import SqliteEngine
from juru.web.factors import Draw, Factor, Kind, Passkey, plain_code
from juru.web.totp import matching_step

VERSION = 1
KEY_BYTES = 32
_NONCE_BYTES = 12
_T = TypeVar("_T")
_SCHEMA = f"""
CREATE TABLE factors (
    id TEXT PRIMARY KEY, login TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, made_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL, secret BLOB, step INTEGER,
    site TEXT, credential BLOB UNIQUE, public_key BLOB, sign_count INTEGER
) STRICT;
CREATE INDEX factors_login ON factors (login, made_ms);
CREATE TABLE recovery (
    login TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (login, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE handles (login TEXT PRIMARY KEY, handle BLOB NOT NULL UNIQUE) STRICT, WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""
_FACTOR = "SELECT id, login, kind, name, made_ms, used_ms, site, credential, public_key, sign_count FROM factors"


class FactorFileError(Exception):
    """The file of second factors cannot be used; the message says why and what to do."""


class FactorFile:
    """The port ``Factors`` on one file. ``path`` ends in ``.db``; its key lies beside it and ends in ``.key``.

    ``draw`` gives random bytes, for the key and for sealing.
    """

    def __init__(self, path: Path, draw: Draw) -> None:
        self._draw = draw
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._engine = SqliteEngine(path, cache_kib=512)
        version = self._engine.rows("PRAGMA user_version")[0][0]
        if version > VERSION:
            self._engine.close()
            raise FactorFileError(f"{path} was written by a newer version of Juru: update this one")
        if version == 0:
            self._engine.script(_SCHEMA)
        has_secrets = bool(self._engine.rows("SELECT 1 FROM factors WHERE secret IS NOT NULL LIMIT 1"))
        try:
            self._key = _key_of(path.with_suffix(".key"), draw if not has_secrets else None)
        except FactorFileError:
            self._engine.close()
            raise
        self._sealing = AESGCM(self._key)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="factors")

    def close(self) -> None:
        """Finish what is under way and close the file."""
        self._thread.shutdown(wait=True)
        self._engine.close()

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @contextlib.contextmanager
    def _written(self) -> Iterator[SqliteEngine]:
        self._engine.begin()
        try:
            yield self._engine
            self._engine.commit()
        finally:
            self._engine.rollback()

    async def _write(self, *statements: tuple[str, tuple[int | str | bytes | None, ...]]) -> list[Row]:
        """One commit; the rows that its last statement returns."""

        def work() -> list[Row]:
            rows: list[Row] = []
            with self._written() as engine:
                for sql, params in statements:
                    rows = list(engine.rows(sql, params))
            return rows

        return await self._run(work)

    # ------------------------------------------------------------------ factors

    async def of(self, login: str) -> list[Factor]:
        """All of a login, the oldest first."""
        sql = f"{_FACTOR} WHERE login = ? ORDER BY made_ms, id"
        return [_factor(row) for row in await self._run(lambda: self._engine.rows(sql, (login,)))]

    async def add_totp(self, factor: Factor, secret: bytes, step: int) -> None:
        """Keep an app's secret; the code of ``step`` has been used to prove it."""
        sealed = self._seal(factor, secret)
        sql = (
            "INSERT INTO factors (id, login, kind, name, made_ms, used_ms, secret, step) "
            "VALUES (?, ?, ?, ?, ?, 0, ?, ?)"
        )
        await self._write(
            (sql, (factor.id, factor.login, factor.kind.value, factor.name, factor.made_ms, sealed, step))
        )

    async def add_passkey(self, factor: Factor) -> bool:
        """Keep a passkey; False when it is known already."""
        passkey = factor.passkey
        assert passkey is not None, factor
        sql = (
            "INSERT INTO factors (id, login, kind, name, made_ms, used_ms, site, credential, public_key, sign_count) "
            "VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (credential) DO NOTHING RETURNING 1"
        )
        values = (factor.id, factor.login, factor.kind.value, factor.name, factor.made_ms)
        known = (passkey.site, passkey.credential, passkey.public_key, passkey.sign_count)
        return bool(await self._write((sql, (*values, *known))))

    async def rename(self, login: str, id_: str, name: str) -> None:
        """Call a factor otherwise."""
        await self._write(("UPDATE factors SET name = ? WHERE login = ? AND id = ?", (name, login, id_)))

    async def remove(self, login: str, id_: str) -> Factor | None:
        """Drop one; with the last one the recovery codes go too. None when there is no such factor."""
        found = next((one for one in await self.of(login) if one.id == id_), None)
        await self._write(
            ("DELETE FROM factors WHERE login = ? AND id = ?", (login, id_)),
            ("DELETE FROM recovery WHERE login = ?1 AND NOT EXISTS (SELECT 1 FROM factors WHERE login = ?1)", (login,)),
        )
        return found

    async def drop(self, login: str) -> int:
        """Drop all of a login, codes included; how many factors there were."""
        gone = await self._write(
            ("DELETE FROM recovery WHERE login = ?", (login,)),
            ("DELETE FROM handles WHERE login = ?", (login,)),
            ("DELETE FROM factors WHERE login = ? RETURNING 1", (login,)),
        )
        return len(gone)

    # ------------------------------------------------------------------ using them

    async def use_code(self, login: str, code: str, now_ms: int) -> Factor | None:
        """The app whose unused code this is; the code is used from now on."""
        sql = f"{_FACTOR.replace('id, login', 'secret, step, id, login', 1)} WHERE login = ? AND kind = ?"

        def work() -> Factor | None:
            with self._written() as engine:
                for sealed, after, *row in engine.rows(sql, (login, Kind.TOTP.value)):
                    factor = _factor(tuple(row))
                    step = matching_step(self._open(factor, bytes(sealed)), code, now_ms, after=after)
                    if step is not None:
                        engine.rows("UPDATE factors SET step = ?, used_ms = ? WHERE id = ?", (step, now_ms, factor.id))
                        return factor
            return None

        return await self._run(work)

    async def by_credential(self, credential: bytes) -> Factor | None:
        """The factor of a passkey."""
        rows = await self._run(lambda: self._engine.rows(f"{_FACTOR} WHERE credential = ?", (credential,)))
        return _factor(rows[0]) if rows else None

    async def use_passkey(self, id_: str, sign_count: int, now_ms: int) -> None:
        """Note a passkey's use, and its counter."""
        await self._write(("UPDATE factors SET sign_count = ?, used_ms = ? WHERE id = ?", (sign_count, now_ms, id_)))

    async def handle(self, login: str, fresh: bytes) -> bytes:
        """The name under which passkeys know a login: ``fresh`` the first time, the same ever after."""
        rows = await self._write(
            ("INSERT INTO handles VALUES (?, ?) ON CONFLICT (login) DO NOTHING", (login, fresh)),
            ("SELECT handle FROM handles WHERE login = ?", (login,)),
        )
        return bytes(rows[0][0])

    async def login_of(self, handle: bytes) -> str | None:
        """The login of such a name."""
        rows = await self._run(lambda: self._engine.rows("SELECT login FROM handles WHERE handle = ?", (handle,)))
        return str(rows[0][0]) if rows else None

    # ------------------------------------------------------------------ recovery codes

    async def set_recovery(self, login: str, codes: Sequence[str]) -> None:
        """These recovery codes, and no others."""
        add = "INSERT INTO recovery VALUES (?, ?)"
        await self._write(
            ("DELETE FROM recovery WHERE login = ?", (login,)),
            *((add, (login, self._hash(login, code))) for code in codes),
        )

    async def recovery_left(self, login: str) -> int:
        """How many recovery codes are unused."""
        rows = await self._run(lambda: self._engine.rows("SELECT count(*) FROM recovery WHERE login = ?", (login,)))
        return int(rows[0][0])

    async def use_recovery(self, login: str, code: str) -> bool:
        """Whether this is an unused recovery code; it is used from now on."""
        sql = "DELETE FROM recovery WHERE login = ? AND hash = ? RETURNING 1"
        return bool(await self._write((sql, (login, self._hash(login, code)))))

    # ------------------------------------------------------------------ sealing

    def _hash(self, login: str, code: str) -> bytes:
        return hmac.digest(self._key, f"recovery:{login}:{plain_code(code)}".encode(), hashlib.sha256)

    def _seal(self, factor: Factor, secret: bytes) -> bytes:
        nonce = self._draw(_NONCE_BYTES)
        return nonce + self._sealing.encrypt(nonce, secret, _about(factor))

    def _open(self, factor: Factor, sealed: bytes) -> bytes:
        try:
            return self._sealing.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _about(factor))
        except InvalidTag as error:
            raise FactorFileError(
                f"the secret of {factor.login}'s authenticator app does not open with this key: put the right key file "
                "back, or drop the login's second factors"
            ) from error


def _about(factor: Factor) -> bytes:
    """What a secret is sealed to, so that it cannot be moved to another login."""
    return f"totp:{factor.login}:{factor.id}".encode()


def _key_of(path: Path, draw: Draw | None) -> bytes:
    """The key in a file, made the first time. Raises ``FactorFileError``."""
    if not path.exists():
        if draw is None:
            raise FactorFileError(
                f"{path} is gone, and the second factors cannot be read without it: put it back from your copy, or "
                f"move {path.with_suffix('.db')} away and let everybody set up a second factor anew"
            )
        with contextlib.suppress(FileExistsError):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(file, draw(KEY_BYTES))
            finally:
                os.close(file)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise FactorFileError(f"{path} is no key of {KEY_BYTES} bytes: put it back from your copy")
    return key


def _factor(row: Row) -> Factor:
    id_, login, kind, name, made_ms, used_ms, site, credential, public_key, sign_count = row
    passkey = None if credential is None else Passkey(site, bytes(credential), bytes(public_key), sign_count)
    return Factor(id_, login, Kind(kind), name, made_ms, used_ms, passkey)
