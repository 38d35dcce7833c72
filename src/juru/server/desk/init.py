"""A new cell: its directory, keys, tables, settings, and the prefixes of Indonesia's operators."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.desk.link import Desk, open_desk
from juru.server.domain.catalog import Operator, PrefixTable
from juru.server.domain.cell import Settings
from juru.server.domain.commands import Command, SaveRecord
from juru.server.domain.records import PREFIXES_KEY, SETTINGS_KEY
from juru.server.domain.refusals import Refusal
from juru.server.errors import CommandError, DataDirError
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring
from juru.server.store.migrate import migrate

PREFIXES_FILE = Path(__file__).with_name("prefixes.json")
OPERATORS = {
    "TELKOMSEL": "Telkomsel",
    "INDOSAT": "Indosat",
    "XL": "XL",
    "AXIS": "AXIS",
    "TRI": "Tri",
    "SMARTFREN": "Smartfren",
    "PLN": "PLN",
}


@contextlib.asynccontextmanager
async def new_cell(data: DataDir, settings: Settings, *, by: str = "init") -> AsyncIterator[Desk]:
    """Make a cell in ``data`` and give a desk at it; what the body cannot finish is taken away again, all of it.

    Raises ``DataDirError`` for a directory that holds anything, ``CommandError`` for settings that cannot be used.
    """
    made = not data.path.exists()
    kept = data.keys_file is not None and data.keys.exists()
    if not made and (not data.path.is_dir() or any(data.path.iterdir())):
        raise DataDirError(f"{data.path} is not empty: choose a new directory, or remove what is there first")
    try:
        data.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if kept:
            Keyring(data.keys)
        else:
            Keyring.create(data.keys)
        engine = SqliteEngine(data.database)
        try:
            migrate(engine)
        finally:
            engine.close()
        async with open_desk(data) as desk:
            await carry_out(desk, _first_records(settings, by))
            yield desk
    except OSError as error:
        _take_away(data, made=made, kept=kept)
        raise DataDirError(f"{data.path} cannot be made: {error.strerror}") from error
    except BaseException:
        _take_away(data, made=made, kept=kept)
        raise


async def init(data: DataDir, settings: Settings, *, by: str = "init", more: Sequence[Command] = ()) -> None:
    """Make a cell in ``data`` and carry out ``more``; raises as ``new_cell`` does."""
    async with new_cell(data, settings, by=by) as desk:
        await carry_out(desk, more)


async def carry_out(desk: Desk, commands: Sequence[Command]) -> None:
    """Have commands decided. Raises ``CommandError`` for the first that is refused."""
    for command, result in zip(commands, await desk.submit_all(commands), strict=True):
        if isinstance(result, Refusal):
            what = f"{command.kind} {command.key}" if isinstance(command, SaveRecord) else type(command).__name__
            raise CommandError(f"{what}: {result.facts.get('detail', result.code)}")


def shipped_prefixes() -> PrefixTable:
    """The prefix table that comes with this version."""
    return msgspec.json.decode(PREFIXES_FILE.read_bytes(), type=PrefixTable)


def _first_records(settings: Settings, by: str) -> list[SaveRecord]:
    encode = msgspec.json.encode
    reason = "init"
    operators = [
        SaveRecord("operator", code, encode(Operator(code, name)), by, reason) for code, name in OPERATORS.items()
    ]
    return [
        SaveRecord("setting", SETTINGS_KEY, encode(settings), by, reason),
        *operators,
        SaveRecord("prefixes", PREFIXES_KEY, encode(shipped_prefixes()), by, reason),
    ]


def _take_away(data: DataDir, *, made: bool, kept: bool) -> None:
    """Remove an unfinished cell; a directory or keys that were there before stay as they were."""
    if not kept:
        data.keys.unlink(missing_ok=True)
    if made:
        shutil.rmtree(data.path, ignore_errors=True)
        return
    for path in data.path.iterdir():
        path.unlink(missing_ok=True)
