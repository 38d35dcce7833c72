"""What commands are given: which cell, who asks and why, money as it is typed, secrets that are not shown."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from juru.server.settings import DataDir, data_at, data_dir

BESIDE = Path("var/demo")
"""The data directory of ``make run``, for commands typed beside it."""

Json = Annotated[bool, Parameter(name="--json", negative="", help="print JSON for scripts")]


@Parameter(name="*")
@dataclass(frozen=True)
class Where:
    """The cell."""

    data: Annotated[
        Path | None,
        Parameter(help="data directory; without it JURU_DATA, or var/demo where 'make run' has made one"),
    ] = None

    def dir(self) -> DataDir:
        """The data directory, if there is a cell in it. Raises ``DataDirError`` with the remedy."""
        return self.maybe_new().require()

    def maybe_new(self) -> DataDir:
        """The data directory, whether or not it has been made."""
        if self.data is None and not os.environ.get("JURU_DATA") and DataDir(BESIDE).database.exists():
            return data_at(BESIDE)
        return data_dir(self.data)


HERE = Where()


@Parameter(name="*")
@dataclass(frozen=True)
class Who:
    """Who changes something, and why: both stand in the book."""

    reason: Annotated[str, Parameter(help="why, for the book")] = ""
    by: Annotated[str | None, Parameter(help="who; without it JURU_BY, or the system's user")] = None

    def name(self) -> str:
        """Who asks."""
        return self.by or os.environ.get("JURU_BY") or _user()

    def why(self, otherwise: str) -> str:
        """The reason given, or what the command does by itself."""
        return self.reason.strip() or otherwise


SOMEONE = Who()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _money(_kind: Any, tokens: Sequence[Any]) -> int:  # noqa: ANN401 - as cyclopts calls it
    from juru.server.desk.cells import read_idr

    return read_idr(tokens[0].value)


Money = Annotated[int, Parameter(converter=_money, allow_leading_hyphen=True)]
"""Rupiah as typed: 10500, 10.500 or Rp10.500."""


def typed_secret(given: str, what: str) -> str:
    """A secret given as ``-`` is asked for on the terminal, or read from standard input, so that no one sees it."""
    if given != "-":
        return given
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ").strip()
    return sys.stdin.readline().strip()
