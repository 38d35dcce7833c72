"""Where a cell lives on disk, and how its process is set up. Prices and rules are records, not settings."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

import msgspec

from juru.server.errors import DataDirError


class DataDir(msgspec.Struct, frozen=True):
    """The files of one cell. ``keys_file`` is where the keys are when they are kept elsewhere (JURU_KEYS)."""

    path: Path
    keys_file: Path | None = None

    @property
    def database(self) -> Path:
        """The book."""
        return self.path / "cell.db"

    @property
    def keys(self) -> Path:
        """The encryption keys, outside the database; back them up apart from it."""
        return self.keys_file or self.path / "keys.json"

    @property
    def backups(self) -> Path:
        """Where backups go when no other place is named; on the same disk they help against mistakes only."""
        return self.path / "backups"

    @property
    def last_backup(self) -> Path:
        """Where the latest backup is and of when, so that its age can be watched."""
        return self.path / "last-backup.json"

    @property
    def restoring(self) -> Path:
        """A book that is being restored: it gets its name only when all is done."""
        return self.path / "cell.db.restoring"

    @property
    def sessions(self) -> Path:
        """Who is logged in and who guessed wrong: no part of the book, and nothing is lost when it goes."""
        return self.path / "sessions.db"

    @property
    def factors(self) -> Path:
        """People's second factors, and beside it (``factors.key``) the key of their secrets; no part of the book."""
        return self.path / "factors.db"

    @property
    def heads(self) -> Path:
        """The head of the book at the end of each closed day, a file each; keep copies of them elsewhere."""
        return self.path / "heads"

    @property
    def lock(self) -> Path:
        """Held by the one server that writes."""
        return self.path / "juru.lock"

    @property
    def running(self) -> Path:
        """Address and token of the running server, readable by its owner only."""
        return self.path / "running.json"

    def require(self) -> DataDir:
        """Itself, if a cell is there. Raises ``DataDirError`` with the remedy."""
        if not self.database.exists() and self.restoring.exists():
            message = f"a restore into {self.path} was cut short: remove {self.path} and restore again"
            raise DataDirError(message)
        if not self.database.exists():
            message = f"no cell in {self.path}: make one with 'juru init {self.path}', or name another with --data"
            raise DataDirError(message)
        return self


class Running(msgspec.Struct, frozen=True):
    """How a command reaches the running server."""

    url: str
    token: str
    pid: int


class SecondFactor(StrEnum):
    """Who has to have a second factor."""

    OFF = "off"
    OWNERS = "owners"
    EVERYONE = "everyone"


class ServeSettings(msgspec.Struct, frozen=True):
    """The process: where it listens and its bounds. Documented in docs/reference/settings.md."""

    host: str = "127.0.0.1"
    port: int = 8000
    queue_max: int = 5_000
    body_bytes_max: int = 65_536
    drain_s: float = 90.0
    synchronous: str = "FULL"
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    session_idle_s: int = 28_800
    session_age_s: int = 259_200
    second_factor: SecondFactor = SecondFactor.OFF
    log_level: str = "info"
    log_format: str = "json"
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1")
    disk_free_mb_min: int = 200


def data_dir(given: Path | None) -> DataDir:
    """``--data``, else JURU_DATA, with the keys where JURU_KEYS says. Raises ``DataDirError`` when none is set."""
    chosen = given or os.environ.get("JURU_DATA")
    if not chosen:
        message = "which data directory? give --data DIR or set JURU_DATA"
        raise DataDirError(message)
    return data_at(Path(chosen))


def data_at(path: Path) -> DataDir:
    """The data directory at ``path``, with the keys where JURU_KEYS says."""
    keys = os.environ.get("JURU_KEYS")
    return DataDir(path, Path(keys) if keys else None)
