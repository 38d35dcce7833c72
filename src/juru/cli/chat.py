"""``juru chat``: type messages to the running server exactly as an agent would by SMS."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import time
from typing import Annotated

import aiohttp
import msgspec
from cyclopts import Parameter

from juru.cli.given import HERE, Json, Where
from juru.cli.output import OK, say, say_error, say_json
from juru.server.desk.link import ServerError, open_reads, running_server
from juru.server.dialects.texts import read_reply_text
from juru.server.domain.agent import Agent
from juru.server.domain.outcome import Outcome
from juru.server.errors import SettingsError
from juru.server.settings import DataDir, Running

_FIRST_LOOK_S = 0.3
_ANSWER_WITHIN_S = 30.0


class Later(msgspec.Struct, frozen=True):
    """A reply that came by itself."""

    id: int
    text: str


class _Replies(msgspec.Struct, frozen=True):
    replies: list[str]


class Line:
    """One agent's line to the server."""

    def __init__(self, running: Running, session: aiohttp.ClientSession, agent: str, pin: str | None) -> None:
        self._running = running
        self._session = session
        self._agent = agent
        self._pin = pin
        self._seen = 0

    async def say(self, text: str) -> list[str]:
        """Send one message; the replies that come at once."""
        body = {"agent": self._agent, "text": self._with_pin(text), "message_id": secrets.token_hex(8)}
        answer = await self._ask("POST", "/chat", body)
        return msgspec.json.decode(answer, type=_Replies).replies

    async def later(self) -> list[Later]:
        """Replies that came by themselves since the last look; waits a while for one."""
        answer = await self._ask("GET", f"/chat/{self._agent}/replies?after={self._seen}")
        found = msgspec.json.decode(answer, type=list[Later])
        self._seen = max((reply.id for reply in found), default=self._seen)
        return found

    async def skip_old(self) -> None:
        """What was told before this line was opened is not told again."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.later(), _FIRST_LOOK_S)

    def _with_pin(self, text: str) -> str:
        if self._pin is None or self._pin in text.replace("#", ".").replace(" ", ".").split("."):
            return text
        return f"{text}.{self._pin}"

    async def _ask(self, method: str, path: str, body: object = None) -> bytes:
        try:
            async with self._session.request(
                method,
                self._running.url + path,
                data=None if body is None else msgspec.json.encode(body),
                allow_redirects=False,
            ) as reply:
                answer = await reply.read()
        except aiohttp.ClientError as error:
            raise ServerError(f"the server at {self._running.url} does not answer: {type(error).__name__}") from error
        if reply.status != 200:
            raise ServerError(f"the server answered {reply.status}: {answer[:300].decode('utf-8', 'replace')}")
        return answer


def chat(
    text: str | None = None,
    /,
    *,
    agent: Annotated[str | None, Parameter(help="as whom; may be left out where there is only one")] = None,
    pin: Annotated[str | None, Parameter(help="added to each message that does not have it")] = None,
    wait: Annotated[float, Parameter(help="seconds to wait for the end of an order that TEXT placed")] = 15.0,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """Chat with the running server as an agent: one message TEXT, or a conversation without it."""
    data = where.dir()
    running = running_server(data)
    if running is None:
        raise SettingsError(f"no server runs on {data.path}: start one with 'juru serve --data {data.path}'")
    code = agent.upper() if agent is not None else _only_agent(data)
    asyncio.run(_chat(running, code, text, pin=pin, wait_s=wait, json=json))
    return OK


async def _chat(running: Running, code: str, text: str | None, *, pin: str | None, wait_s: float, json: bool) -> None:
    headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}
    timeout = aiohttp.ClientTimeout(total=_ANSWER_WITHIN_S)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=False) as session:
        line = Line(running, session, code, pin)
        await line.skip_old()
        if text is None:
            await _converse(line, code)
        else:
            await _once(line, text, wait_s=wait_s, json=json)


async def _once(line: Line, text: str, *, wait_s: float, json: bool) -> None:
    """One message, its replies, and the end of each order it placed as long as we may wait."""
    replies = await line.say(text)
    if not json:
        for reply in replies:
            say(reply)
    waiting = sum(read_reply_text(reply).outcome is Outcome.PENDING for reply in replies)
    later: list[str] = []
    until_s = time.monotonic() + wait_s
    while len(later) < waiting and (left_s := until_s - time.monotonic()) > 0:
        try:
            found = await asyncio.wait_for(line.later(), left_s)
        except TimeoutError:
            break
        for came in found:
            later.append(came.text)
            if not json:
                say(came.text)
    if json:
        say_json({"replies": replies, "later": later})
    elif len(later) < waiting:
        say_error("not final yet: ask again with a status message, or wait longer with --wait")


async def _converse(line: Line, code: str) -> None:
    """Messages typed line by line; what comes by itself is shown between them."""
    if sys.stdin.isatty():
        say(f"You are {code}. Type as by SMS, for example S10.081234567890.PIN; an empty line ends.")
    listening = asyncio.create_task(_listen(line))
    try:
        while (typed := await asyncio.to_thread(sys.stdin.readline)).strip():
            for reply in await line.say(typed.strip()):
                say(f"< {reply}")
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def _listen(line: Line) -> None:
    while True:
        for reply in await line.later():
            say(f"< {reply.text}")


def _only_agent(data: DataDir) -> str:
    with open_reads(data) as reads:
        agents = [msgspec.json.decode(record.body, type=Agent) for record in reads.records("agent")]
    codes = [a.code for a in agents if any(sender.startswith("chat:") for sender in a.senders)]
    if len(codes) == 1:
        return codes[0]
    known = ", ".join(codes[:10]) + (" ..." if len(codes) > 10 else "")
    raise SettingsError(f"as whom? give --agent: {known}" if codes else "no agent has a chat address: 'juru agent add'")
