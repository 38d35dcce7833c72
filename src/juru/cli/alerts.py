"""``juru alert``: what is wrong now, what was, and where the owner is told."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.server.desk.link import open_desk, open_reads
from juru.server.domain.alert import Alert, AlertKind, AlertState
from juru.server.domain.cell import Record, Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.records import SETTINGS_KEY
from juru.server.errors import SettingsError
from juru.server.store.keyring import FreshSecrets, Keyring
from juru.server.store.reads.papers import PaperReads
from juru.values.days import iso_local

alert = App(name="alert", help="Alerts to the owner: what is wrong, and where he is told.")
_ALL = 10_000


@alert.command(name="list")
def list_(
    *,
    every: Annotated[bool, Parameter(name="--all", negative="", help="closed ones too")] = False,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """What is wrong now, the newest first."""
    with open_reads(where.dir()) as reads:
        zone = _settings(reads.records("setting")).zone
        filed = [f.paper for f in PaperReads(reads.engine).page("alert", limit=_ALL)]
    found = [a for a in filed if isinstance(a, Alert) and (every or a.state is AlertState.OPEN)]
    if json:
        say_json(found)
    elif not found:
        say("nothing is wrong")
    else:
        rows = [(a.kind, a.subject, a.state, iso_local(a.since_ms, zone), a.telling, a.note) for a in found]
        say_table(("kind", "subject", "state", "since", "owner", "note"), rows)
    return OK


@alert.command
def history(kind: AlertKind, subject: str, /, *, where: Where = HERE, json: Json = False) -> int:
    """Every time an alert opened and closed: juru alert history supplier_paused SUNRISE."""
    with open_reads(where.dir()) as reads:
        zone = _settings(reads.records("setting")).zone
        filed = PaperReads(reads.engine).versions("alert", f"{kind}/{subject}")
    if json:
        say_json([f.paper for f in filed])
    else:
        rows = [
            (iso_local(f.at_ms, zone), a.state, a.telling, a.note) for f in filed if isinstance(a := f.paper, Alert)
        ]
        say_table(("at", "state", "owner", "note"), rows)
    return OK


@alert.command
def webhook(
    url: str,
    /,
    *,
    kinds: Annotated[list[AlertKind] | None, Parameter(help="only these; without it every kind")] = None,
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """Tell the owner by a signed POST to URL; '' tells nobody. The new secret is shown once."""
    if url and not url.startswith(("http://", "https://")):
        raise SettingsError(f"{url} is no address: write http://... or https://...")
    data = where.dir()
    secret = FreshSecrets().token() if url else ""

    async def save() -> None:
        async with open_desk(data) as desk:
            wanted = msgspec.structs.replace(
                _settings(desk.records("setting")),
                alert_url=url,
                alert_secret=Keyring(data.keys).seal(secret) if secret else "",
                alert_kinds=tuple(kind.value for kind in kinds or ()),
            )
            body = msgspec.json.encode(wanted)
            accepted(await desk.submit(SaveRecord("setting", SETTINGS_KEY, body, who.name(), who.why("alert webhook"))))

    asyncio.run(save())
    say(f"alerts go to {url}; its secret, shown only now: {secret}" if url else "alerts are told to nobody")
    return OK


def _settings(records: list[Record]) -> Settings:
    body = next(record.body for record in records if record.key == SETTINGS_KEY)
    return msgspec.json.decode(body, type=Settings)
