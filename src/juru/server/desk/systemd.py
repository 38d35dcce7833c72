"""Running under systemd: telling it what goes on, and the units that are shipped.

The units are ``units/*`` beside this file, with ``{names}`` to be filled in; ``juru systemd`` prints or writes them.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import msgspec

from juru.server.errors import SettingsError

UNITS = Path(__file__).with_name("units")
_SOCKET = "NOTIFY_SOCKET"
_HOMES = ("/home", "/root", "/run/user")


class Place(msgspec.Struct, frozen=True):
    """Where and as whom a cell runs on this machine."""

    program: Path
    data: Path
    keys: Path
    backups: Path
    user: str
    port: int
    drain_s: int
    keep: int
    serve: tuple[tuple[str, str], ...] = ()
    """More options of ``juru serve``, with their values."""


def tell(state: str) -> None:
    """Tell systemd (``READY=1``, ``STOPPING=1``); nothing where it did not start this process."""
    address = os.environ.get(_SOCKET)
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)


def units(place: Place) -> dict[str, str]:
    """Every unit by its file's name, for this place."""
    facts = {name: str(getattr(place, name)) for name in place.__struct_fields__}
    facts["serve"] = "".join(f" {option} '{_plain(value)}'" for option, value in place.serve)
    facts["stop_s"] = str(place.drain_s + 30)
    # A program below a home must be seen there; nothing of ours is written there.
    facts["home"] = "read-only" if any(place.program.is_relative_to(home) for home in _HOMES) else "yes"
    return {path.name: path.read_text(encoding="utf-8").format(**facts) for path in sorted(UNITS.iterdir())}


def _plain(value: str) -> str:
    """A value as it stands between single quotes of a unit. Raises ``SettingsError`` where it cannot."""
    if "'" in value or "\\" in value or not value.isprintable():
        raise SettingsError(f"{value!r} cannot stand in a unit: write it without quotes, backslashes and line ends")
    return value.replace("%", "%%").replace("$", "$$")
