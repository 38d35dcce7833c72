"""``juru gateway``: how customers are told, by the owner's own SMS or WhatsApp gateway."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Where, Who, typed_secret
from juru.cli.output import OK, REFUSED, accepted, say, say_error
from juru.server.desk.link import open_desk, open_reads
from juru.server.dialects.gateway import gateway_request
from juru.server.domain.cell import Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.gateway import Gateway
from juru.server.domain.records import SETTINGS_KEY
from juru.server.engine.realtime import RealTime
from juru.server.errors import CommandError, SettingsError
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring
from juru.server.store.reads.reads import Reads
from juru.server.suppliers.transport import HttpTransport
from juru.values.msisdn import parse_msisdn
from juru.values.wire import Delivery, Sent

gateway = App(name="gateway", help="How customers are told: your SMS or WhatsApp gateway.")
_TEST_S = 15.0


@gateway.command(name="set")
def set_(
    url: str,
    /,
    *,
    body: Annotated[str, Parameter(help="of a POST; without it the message is a GET")] = "",
    content_type: Annotated[str, Parameter(help="of the body")] = Gateway.__struct_defaults__[1],
    header: Annotated[list[str] | None, Parameter(help="'Name: value', as often as needed")] = None,
    to: Annotated[Literal["local", "intl", "e164"], Parameter(help="08..., 628... or +628...")] = "local",
    key: Annotated[
        str, Parameter(help="what {key} stands for, kept sealed; - asks for it", allow_leading_hyphen=True)
    ] = "",
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """Tell customers by this address. {to}, {text} and {key} stand in the URL, the --body or a --header.

    juru gateway set 'https://sms.example/send?to={to}&msg={text}&apikey={key}' --key -
    """
    data = where.dir()
    headers = dict(_header(line) for line in header or ())
    secret = typed_secret(key, "key of the gateway") if key else ""
    sealed = Keyring(data.keys).seal(secret) if secret else ""
    try:
        made = Gateway(url, body, content_type, headers, to, sealed)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    _save(data, made, who)
    say("customers are told by this gateway; try it with 'juru gateway test 0812...'")
    return OK


@gateway.command
def off(*, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Tell customers no more; what they would have been told stays in the timeline of each order."""
    _save(where.dir(), None, who)
    say("customers are not told")
    return OK


@gateway.command
def show(*, where: Where = HERE) -> int:
    """Show the gateway; its key is never shown."""
    with open_reads(where.dir()) as reads:
        found = _settings(reads).gateway
    if found is None:
        say("there is none: customers are not told")
        return OK
    say(f"{'POST' if found.body else 'GET'} {found.url}")
    for line in (
        found.body and f"{found.content_type}: {found.body}",
        *(f"{n}: {v}" for n, v in found.headers.items()),
    ):
        if line:
            say(line)
    say(f"numbers {found.to}, key {'set' if found.key else 'not set'}")
    return OK


@gateway.command(name="test")
def try_out(number: str, /, *, where: Where = HERE) -> int:
    """Send one message to NUMBER by the gateway, now."""
    data = where.dir()
    stored = parse_msisdn(number)
    if stored is None:
        raise SettingsError(f"{number} is no mobile number")
    with open_reads(data) as reads:
        settings = _settings(reads)
    if settings.gateway is None:
        raise CommandError("there is no gateway: 'juru gateway set' makes one")
    key = Keyring(data.keys).open(settings.gateway.key) if settings.gateway.key else ""
    request = gateway_request(settings.gateway, key=key, to=stored, text=f"{settings.name}: tes / test")

    async def send() -> Delivery:
        transport = HttpTransport(clock=RealTime().boottime_s, read_timeout_s=_TEST_S)
        try:
            return await transport.send(request, may_send=lambda: True)
        finally:
            await transport.close()

    match asyncio.run(send()):
        case Sent(reply=reply) if 200 <= reply.status < 300:
            say(f"the gateway answered {reply.status}: {reply.text[:200]}")
            return OK
        case Sent(reply=reply):
            say_error(f"the gateway refused it with {reply.status}: {reply.text[:200]}")
        case failed:
            say_error(f"the gateway was not reached: {failed.reason}")
    return REFUSED


def _header(line: str) -> tuple[str, str]:
    name, mark, value = line.partition(":")
    if not mark or not name.strip():
        raise SettingsError(f"{line!r}: write --header 'Name: value'")
    return name.strip(), value.strip()


def _save(data: DataDir, wanted: Gateway | None, who: Who) -> None:
    async def save() -> None:
        async with open_desk(data) as desk:
            settings = msgspec.structs.replace(_settings(desk.reads), gateway=wanted)
            body = msgspec.json.encode(settings)
            accepted(await desk.submit(SaveRecord("setting", SETTINGS_KEY, body, who.name(), who.why("gateway"))))

    asyncio.run(save())


def _settings(reads: Reads) -> Settings:
    body = next(record.body for record in reads.records("setting") if record.key == SETTINGS_KEY)
    return msgspec.json.decode(body, type=Settings)
