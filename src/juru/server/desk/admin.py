"""How a command of the owner reaches the running server: ``POST /admin/command`` with the token of its data directory."""

from __future__ import annotations

import secrets

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from juru.server.domain.commands import Command
from juru.server.engine.writer import Writer

_BODY_MAX = 4_000_000
_LOOPBACK = ("127.0.0.1", "::1")
_command = msgspec.json.Decoder(Command)


def routes(writer: Writer, token: str) -> list[BaseRoute]:
    """The one route, for loopback only."""

    async def command(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        client = request.client
        if client is None or client.host not in _LOOPBACK:
            return Response("loopback only", 403)
        if not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return Response("the token is in running.json of the data directory", 401)
        body = await request.body()
        if len(body) > _BODY_MAX:
            return Response("too large", 413)
        try:
            wanted = _command.decode(body)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Response(str(error), 400)
        return Response(msgspec.json.encode(await writer.submit(wanted)), media_type="application/json")

    return [Route("/admin/command", command, methods=["POST"])]
