"""Where a cell lives on disk, and how its process is set up. Prices and rules are records, not settings."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from juru.server.errors import DataDirError


class DataDir(msgspec.Struct, frozen=True):
    """The files of one cell."""

    path: Path

    @property
    def database(self) -> Path:
        """The book."""
        return self.path / "cell.db"

    @property
    def keys(self) -> Path:
        """The encryption keys, outside the database; back them up apart from it."""
        return self.path / "keys.json"

    @property
    def sessions(self) -> Path:
        """Who is logged in and who guessed wrong: no part of the book, and nothing is lost when it goes."""
        return self.path / "sessions.db"

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
        if not self.database.exists():
            message = f"no cell in {self.path}: make one with 'juru init {self.path}', or name another with --data"
            raise DataDirError(message)
        return self


class Running(msgspec.Struct, frozen=True):
    """How a command reaches the running server."""

    url: str
    token: str
    pid: int


class ServeSettings(msgspec.Struct, frozen=True):
    """The process: where it listens and its bounds. Documented in docs/reference/settings.md."""

    host: str = "127.0.0.1"
    port: int = 8000
    queue_max: int = 5_000
    body_bytes_max: int = 65_536
    drain_s: float = 20.0
    synchronous: str = "FULL"
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    session_idle_s: int = 28_800
    session_age_s: int = 259_200


def data_dir(given: Path | None) -> DataDir:
    """``--data``, else JURU_DATA. Raises ``DataDirError`` when neither is set."""
    chosen = given or os.environ.get("JURU_DATA")
    if not chosen:
        message = "which data directory? give --data DIR or set JURU_DATA"
        raise DataDirError(message)
    return DataDir(Path(chosen))
