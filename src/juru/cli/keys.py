"""``juru keys``: the keys that seal secrets, kept outside the book. A new one, sealing anew, taking one away."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, progress, say, say_json, say_table
from juru.server.errors import SettingsError
from juru.server.settings import DataDir
from juru.server.store.keyring import Key, Keyring, add_key, read_keys, write_keys
from juru.values.days import Zone, iso_local

keys = App(name="keys", help="Encryption keys: list, rotate, reseal, retire.")


@keys.command(name="list")
def listing(*, where: Where = HERE, json: Json = False) -> int:
    """List the keys: which one seals, and how many secrets each opens, valid now or in old versions only."""
    from juru.server.desk.keys import uses
    from juru.server.desk.link import open_reads

    data = where.dir()
    with open_reads(data) as reads:
        found = uses(data, reads)
    if json:
        say_json({"file": str(data.keys), "keys": found})
    else:
        say(str(data.keys))
        rows = [(k.id, k.made, "yes" if k.seals else "", k.now, k.old) for k in found]
        say_table(("key", "made", "seals", "secrets now", "in old versions"), rows)
    return OK


@keys.command
def rotate(
    *,
    reseal: Annotated[bool, Parameter(negative="", help="seal everything that is valid anew at once")] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """Make a new key: it seals from now on, the old ones still open. A running server takes it up by itself.

    Copy the file of keys again to where it is kept apart: what is sealed from now on needs the new key.
    """
    data = where.dir()
    made = add_key(data.keys, iso_local(time.time_ns() // 1_000_000, Zone.WIB))
    say(f"key {made.id} seals from now on; keep a new copy of {data.keys} apart from the book")
    return _reseal(data, who) if reseal else OK


@keys.command(name="reseal")
def reseal_all(*, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Seal every secret that is valid now with the key that seals: new versions of agents and suppliers."""
    return _reseal(where.dir(), who)


@keys.command
def retire(
    key: str,
    /,
    *,
    save: Annotated[Path | None, Parameter(help="write the key to this file, for backups that still need it")] = None,
    where: Where = HERE,
) -> int:
    """Take KEY out of the file, once nothing that is valid is sealed with it.

    Old versions of records and backups from before the resealing stay sealed with it: without the key nobody opens
    their secrets again.
    """
    from juru.server.desk.keys import retire as take_away
    from juru.server.desk.link import open_reads

    data = where.dir()
    key = key.lower()
    if save is not None:
        _save(save, [k for k in read_keys(data.keys) if k.id == key])
    try:
        with open_reads(data) as reads:
            gone = take_away(data, reads, key)
    except BaseException:
        if save is not None:
            save.unlink(missing_ok=True)
        raise
    kept = "it is not kept anywhere" if save is None else f"it is kept in {save}"
    say(f"key {gone.id} is retired; {kept}. Backups from before the resealing cannot be opened without it.")
    return OK


def _save(path: Path, found: list[Key]) -> None:
    """Keep a copy before the key is taken away, never the other way round."""
    try:
        write_keys(path, found)
    except FileExistsError as error:
        raise SettingsError(f"{path} is there already: name another file") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def _reseal(data: DataDir, who: Who) -> int:
    from juru.server.desk.keys import Resealed, reseal
    from juru.server.desk.link import open_desk

    async def run() -> Resealed:
        async with open_desk(data) as desk:
            with progress("sealing anew") as told:
                why = who.why("keys reseal")
                return await reseal(desk, Keyring(data.keys), by=who.name(), reason=why, progress=told)

    done = asyncio.run(run())
    say(f"{done.done} documents are sealed anew")
    if done.changed:
        say(f"{done.changed} changed meanwhile: repeat 'juru keys reseal'")
    if done.kept:
        say(f"{done.kept} papers that moved money keep their seal: keep their key")
    return OK
