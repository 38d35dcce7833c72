"""How a command of the owner reaches the running server: by HTTP on loopback, with the token of its data directory.

``POST /admin/command`` takes one tagged command and answers with its result; ``POST /admin/commands`` takes an array
of them, decided in their order, and answers with as many results. ``POST /admin/close`` closes the days that are over,
up to the one given, and answers with those it closed. ``juru chat`` speaks ``POST /chat`` and
``GET /chat/CODE/replies``.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from juru.server.channels.chat import ChatChannel
from juru.server.domain.commands import (
    AddDeposit,
    AnswerComplaint,
    Command,
    CorrectNumber,
    Decide,
    ImportVouchers,
    OpenBalances,
    Pause,
    ProposeFindings,
    Reseal,
    ReverseTransfer,
    SaveRecord,
    SeeItem,
    SettleFinding,
    VoidVouchers,
)
from juru.server.domain.commands_money import (
    AskTicket,
    AssignBankRow,
    CancelTicket,
    GiveDebt,
    ImportBankRows,
    ReopenBankRow,
    RepayDebt,
    WriteOffDebt,
)
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Result
from juru.server.engine.closer import Closer
from juru.server.engine.writer import Writer
from juru.server.store.keyring import Keyring
from juru.web.forwarded import was_forwarded

KEYS_PATH = "/admin/keys"
BODY_BYTES_MAX = 4_000_000
_POLL_S = 10.0
BY_PEOPLE = (
    *(AddDeposit, AnswerComplaint, CorrectNumber, Decide, OpenBalances, Pause, ProposeFindings, ReverseTransfer),
    *(SaveRecord, SeeItem, SettleFinding),
    *(AskTicket, CancelTicket, ImportBankRows, AssignBankRow, ReopenBankRow, GiveDebt, RepayDebt, WriteOffDebt),
    *(Reseal, ImportVouchers, VoidVouchers),
)
"""What a person may command; whatever else the writer knows comes from channels, suppliers and timers."""

_command = msgspec.json.Decoder(Command)
_commands = msgspec.json.Decoder(list[Command])
_encode = msgspec.json.Encoder().encode


class _TooLargeError(Exception):
    """The body is over the limit."""


class _Said(msgspec.Struct, frozen=True):
    """A chat message as ``juru chat`` sends it."""

    agent: str
    text: str
    message_id: str


def routes(writer: Writer, chat: ChatChannel, token: str) -> list[BaseRoute]:
    """The routes to the writer; each answers 403 from elsewhere, 401 without the token, 413 and 400 for a bad body."""

    async def ask(command: Command) -> Result:
        if not isinstance(command, BY_PEOPLE):
            return Refusal(Code.NOT_ALLOWED, {"why": "not_by_people", "command": type(command).__name__})
        return await writer.submit(command)

    async def one(request: Request) -> Response:
        if (closed := _closed(request, token)) is not None:
            return closed
        try:
            command = _command.decode(await _body(request))
        except (_TooLargeError, msgspec.DecodeError) as error:
            return _unusable(error)
        return _json(_encode(await ask(command)))

    async def many(request: Request) -> Response:
        if (closed := _closed(request, token)) is not None:
            return closed
        try:
            commands = _commands.decode(await _body(request))
        except (_TooLargeError, msgspec.DecodeError) as error:
            return _unusable(error)
        return _json(_encode(await asyncio.gather(*(ask(command) for command in commands))))

    async def say(request: Request) -> Response:
        if (closed := _closed(request, token)) is not None:
            return closed
        try:
            said = msgspec.json.decode(await _body(request), type=_Said)
        except (_TooLargeError, msgspec.DecodeError) as error:
            return _unusable(error)
        return _json(_encode({"replies": await chat.say(said.agent, said.text, said.message_id)}))

    async def later(request: Request) -> Response:
        if (closed := _closed(request, token)) is not None:
            return closed
        after = request.query_params.get("after", "0")
        if not after.isascii() or not after.isdigit():
            return Response("after is the id of the last reply that was read", 400)
        return _json(_encode(await chat.later(request.path_params["code"].upper(), int(after), _POLL_S)))

    return [
        Route("/admin/command", one, methods=["POST"]),
        Route("/admin/commands", many, methods=["POST"]),
        Route("/chat", say, methods=["POST"]),
        Route("/chat/{code}/replies", later),
    ]


def keys_route(keys: Keyring, token: str) -> BaseRoute:
    """The route that tells which encryption keys this server has: their ids, never the keys."""

    async def known(request: Request) -> Response:
        if (shut := _closed(request, token)) is not None:
            return shut
        return _json(_encode(keys.ids))

    return Route(KEYS_PATH, known)


def close_route(closer: Closer, token: str) -> BaseRoute:
    """The route by which a person has days closed."""

    async def close(request: Request) -> Response:
        if (shut := _closed(request, token)) is not None:
            return shut
        try:
            until = msgspec.json.decode(await _body(request), type=int | None)
        except (_TooLargeError, msgspec.DecodeError) as error:
            return _unusable(error)
        return _json(_encode(await closer.close(until)))

    return Route("/admin/close", close, methods=["POST"])


def _closed(request: Request, token: str) -> Response | None:
    """Why this caller may not come in."""
    if not _from_here(request):
        return Response("only from this machine", 403)
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("the token is in running.json of the data directory", 401)
    return None


def _from_here(request: Request) -> bool:
    """Loopback; or the server's own address, for one that listens on that alone. Never through a proxy."""
    if request.client is None or was_forwarded(request.headers.raw):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    own = request.scope.get("server")
    return address.is_loopback or (own is not None and own[0] == str(address))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            message = f"at most {BODY_BYTES_MAX} bytes"
            raise _TooLargeError(message)
    return bytes(body)


def _unusable(error: Exception) -> Response:
    return Response(str(error), 413 if isinstance(error, _TooLargeError) else 400)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
