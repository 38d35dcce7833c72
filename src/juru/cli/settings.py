"""``juru setting``: how the whole cell trades. Routing, repeat windows, the order grammar, reply texts."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from cyclopts import App

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.server.desk.link import open_desk, open_reads
from juru.server.dialects.grammar_profile import load_grammar
from juru.server.dialects.replies import Templates
from juru.server.domain.cell import Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.records import SETTINGS_KEY
from juru.server.errors import SettingsError
from juru.server.settings import DataDir

setting = App(name="setting", help="Settings of the whole cell: routing, grammar, reply texts.")
_FIXED = ("zone", "incarnation", "paused", "gateway", "voucher_key", "vouchers_held")
"""What has a command of its own, or none: a sealed secret is never typed here."""


@setting.command
def show(*, where: Where = HERE, json: Json = False) -> int:
    """Show every setting with its value."""
    settings = _present(where.dir())
    if json:
        say_json(_without_secrets(settings))
    else:
        shown = [(name, _encoded(value)) for name, value in _without_secrets(settings).items()]
        say_table(("setting", "value"), shown)
    return OK


@setting.command(name="set")
def change(name: str, value: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Change one setting: a word, a number, or JSON where it is a table.

    juru setting set routing mix; juru setting set grammar '{"pin": "first"}'
    """
    before = msgspec.to_builtins(_present(where.dir()))
    if name not in Settings.__struct_fields__ or name in _FIXED:
        known = ", ".join(field for field in Settings.__struct_fields__ if field not in _FIXED)
        raise SettingsError(f"{name} cannot be set here; these can: {known}")
    try:
        wanted = msgspec.convert(before | {name: _value(value)}, Settings)
        load_grammar(wanted.grammar)
        for language, texts in wanted.templates.items():
            Templates("en" if language == "en" else "id", texts)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error
    body = msgspec.json.encode(wanted)
    asyncio.run(_save(where.dir(), SaveRecord("setting", SETTINGS_KEY, body, who.name(), who.why(f"set {name}"))))
    say(f"{name} = {_encoded(getattr(wanted, name))}")
    return OK


def _present(data: DataDir) -> Settings:
    with open_reads(data) as reads:
        body = next(r.body for r in reads.records("setting") if r.key == SETTINGS_KEY)
    return msgspec.json.decode(body, type=Settings)


def _without_secrets(settings: Settings) -> dict[str, Any]:
    """Every setting; a sealed secret is only said to be there."""
    shown = {name: getattr(settings, name) for name in settings.__struct_fields__}
    shown |= {name: "set" if shown[name] else "" for name in ("voucher_key", "alert_secret")}
    if settings.gateway is not None:
        shown["gateway"] = msgspec.structs.replace(settings.gateway, key="set" if settings.gateway.key else "")
    return shown


def _value(typed: str) -> Any:  # noqa: ANN401 - whatever the setting is; its type is checked by Settings
    try:
        return msgspec.json.decode(typed)
    except msgspec.DecodeError:
        return typed


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode().strip('"')


async def _save(data: DataDir, command: SaveRecord) -> None:
    async with open_desk(data) as desk:
        accepted(await desk.submit(command))
