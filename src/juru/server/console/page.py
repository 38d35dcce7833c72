"""The console's own routes: the one screen, the live stream, and what its scripts send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from juru.server.channels.door import Door
from juru.server.console.entry import DEMO, here_may, may, powers_of, whose
from juru.server.console.lines import chat_examples, copy_lines
from juru.server.console.live import Live, Page
from juru.server.console.queue import Answered, Asked, HumanQueue
from juru.server.console.shape import balances, minute, order_rows
from juru.server.console.watch import Stops, amiss, health, strip
from juru.server.console.words import Lang, Words, for_browser, words
from juru.server.desk.agent_secrets import Made, Seals
from juru.server.domain.logins import Power
from juru.server.engine.writer import Writer
from juru.server.store.reads.reads import Reads
from juru.web.factors import SecondFactors
from juru.web.gate import Endpoint, Gate, Right
from juru.web.login import LoginPages, Note
from juru.web.once import Once
from juru.web.passwords import Passwords
from juru.web.visits import Visit, visit

ORDERS_SHOWN = 50
HEARTBEAT_S = 10.0
BREATH_S = 0.15
"""What happens within a breath is told together."""

_CHAT_FIRST = 20
_TEXT_MAX = 1_000
_CHECKED_EVERY_S = 10.0
"""How often a stream looks whether its session still holds."""


Aside = Callable[[Callable[[Reads], Any]], Awaitable[Any]]
"""Runs a long reading where it stops nobody."""


class Later(Protocol):
    """A reply that came by itself."""

    @property
    def id(self) -> int:
        """Counts up."""

    @property
    def text(self) -> str:
        """As the agent reads it."""


class Chat(Protocol):
    """The chat channel."""

    async def say(self, sender: str, text: str, message_id: str) -> list[str]:
        """Answer one message."""

    async def later(self, code: str, after: int, wait_s: float = 0.0) -> Sequence[Later]:
        """What came by itself after that id."""


class Said(msgspec.Struct, frozen=True):
    """A chat message as the page sends it."""

    agent: str
    text: str
    message_id: str


_Form = TypeVar("_Form", Asked, Said)


class Console:
    """The page of one server. ``demo`` is what ``juru demo --describe`` prints; without it no credential is shown."""

    def __init__(  # noqa: PLR0913 - what a console is made of, by name
        self,
        *,
        writer: Writer,
        door: Door,
        reads: Reads,
        chat: Chat,
        now_ms: Callable[[], int],
        url: str,
        gate: Gate,
        keys: Seals,
        demo: dict[str, Any] | None = None,
        factors: SecondFactors | None = None,
        note: Note = lambda _what, _facts: None,
        aside: Aside | None = None,
    ) -> None:
        self.writer = writer
        self.door = door
        self.reads = reads
        self.chat = chat
        self.now_ms = now_ms
        self.url = url.rstrip("/")
        self.demo = demo
        self.gate = gate
        self.keys = keys
        self.passwords = Passwords()
        self.once: Once[tuple[Made, ...]] = Once(now_ms)
        self.login = LoginPages(
            gate,
            self.passwords,
            moment=lambda at_ms, lang: minute(at_ms, writer.cell.settings.zone, lang),
            first_login="juru login add OWNER --role owner",
            note=note,
            factors=factors,
        )
        self.aside: Aside = aside or self._at_once
        self.live = Live(writer)
        self.queue = HumanQueue(writer, reads)
        self.stops = Stops(reads)
        self.assets = gate.pages.assets
        gate.pages.shared = self._shared

    async def _at_once(self, work: Callable[[Reads], Any]) -> Any:  # noqa: ANN401 - whatever was read
        """Where there is no other place to read, here."""
        return work(self.reads)

    def close(self) -> None:
        """End the streams; to be called before the HTTP server is asked to stop."""
        self.live.close()

    def html(self, template: str, lang: Lang, status: int = 200, **facts: object) -> HTMLResponse:
        """A page in a language."""
        return self.gate.pages.html(template, lang, status, **facts)

    def _shared(self) -> dict[str, object]:
        """What every page has: the cell, the demo's facts, who visits and what he may do."""
        account = visit().account
        return {
            "cell": self.writer.cell,
            "demo": self.demo,
            "may": {power.value for power in powers_of(account)},
            "known_by": None if account is None or account is DEMO else account,
            "amiss": amiss(self.writer.cell, words(visit().lang)) if here_may(Power.SEE) else None,
        }


def routes(console: Console) -> list[BaseRoute]:
    """The one screen and what its scripts ask, each behind the gate with the right it needs."""

    async def home(_request: Request) -> Response:
        lang = visit().lang
        t = words(lang)
        demo = console.demo
        return console.html(
            "home.html",
            lang,
            orders=order_rows(console.reads.orders(limit=ORDERS_SHOWN), console.writer.cell, lang, t),
            lines=[] if demo is None else copy_lines(demo, console.url, console.now_ms(), t),
            examples={} if demo is None else {a["member_id"]: chat_examples(demo, a) for a in demo["agents"]},
            browser=for_browser(lang) | {"lang": lang},
            state=msgspec.to_builtins(_state(console, "", lang, t)),
        )

    async def events(request: Request) -> Response:
        page = console.live.open()
        if page is None:
            return Response(status_code=503, headers={"retry-after": "10"})
        agent = console.door.agent(request.query_params.get("agent", ""))
        after = _whole(request.query_params.get("after", ""))
        stream = _stream(console, page, visit(), None if agent is None else agent.code, after)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def state(request: Request) -> Response:
        lang = visit().lang
        return _json(_state(console, request.query_params.get("find", "")[:40].strip().upper(), lang, words(lang)))

    async def lines(_request: Request) -> Response:
        demo = console.demo
        t = words(visit().lang)
        return _json([] if demo is None else copy_lines(demo, console.url, console.now_ms(), t))

    async def decide(request: Request) -> Response:
        t = words(visit().lang)
        asked = await _read(request, Asked)
        if asked is None:
            return _json(Answered(done=False, text=t("not_done") + t("why_malformed"), order_id=0), 400)
        asked = msgspec.structs.replace(asked, by=whose(asked.by))
        answered = await console.queue.decide(asked, t)
        return _json(answered, 200 if answered.done else 409)

    async def say(request: Request) -> Response:
        t = words(visit().lang)
        said = await _read(request, Said)
        if said is None:
            return _json({"replies": [t("not_done") + t("why_malformed")]}, 400)
        if len(said.text) > _TEXT_MAX:
            return _json({"replies": [t("not_done") + t("why_too_large")]}, 400)
        return _json({"replies": await console.chat.say(said.agent, said.text, said.message_id[:64])})

    async def static(request: Request) -> Response:
        return console.gate.pages.asset(request.path_params["name"], request)

    own: list[tuple[str, Endpoint, str, Right | None]] = [
        ("/", home, "GET", may(Power.SEE)),
        ("/events", events, "GET", may(Power.SEE)),
        ("/console/state", state, "GET", may(Power.SEE)),
        ("/console/lines", lines, "GET", may(Power.SEE)),
        ("/console/decide", decide, "POST", may(Power.DECIDE)),
        ("/console/chat", say, "POST", may(Power.CHAT)),
        ("/console/static/{name}", static, "GET", None),
    ]
    guard = console.gate.guard
    return [Route(path, guard(endpoint, right), methods=[method]) for path, endpoint, method, right in own]


async def _stream(console: Console, page: Page, now: Visit, agent: str | None, after: int) -> AsyncIterator[bytes]:
    """Server-sent events of one page: the latest orders, then whatever moves; a comment now and then keeps it open.

    It ends with the session that it was opened by.
    """
    lang, t = now.lang, words(now.lang)
    loop = asyncio.get_running_loop()
    checked_s = loop.time()
    try:
        latest = console.reads.orders(limit=ORDERS_SHOWN)
        yield b"retry: 2000\n\n" + _event("orders", _told(console, latest, 0, lang, t))
        later = [] if agent is None else list(await console.chat.later(agent, after))[-_CHAT_FIRST:]
        while not console.live.closed:
            moved, missed, stale = page.take()
            if moved or missed:
                yield _event("orders", _told(console, moved, missed, lang, t))
            if stale:
                yield _event("stale", {})
            if later:
                after = later[-1].id
                yield _event("chat", {"agent": agent, "later": [{"id": x.id, "text": x.text} for x in later]})
            await asyncio.sleep(BREATH_S)
            try:
                await asyncio.wait_for(page.wake.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield b": still here\n\n"
            if loop.time() - checked_s >= _CHECKED_EVERY_S:
                checked_s = loop.time()
                if not await console.gate.still(now):
                    return
            later = [] if agent is None else list(await console.chat.later(agent, after))
    finally:
        console.live.pages.discard(page)


def _told(console: Console, orders: list[Any], missed: int, lang: Lang, t: Words) -> dict[str, object]:
    return {"rows": order_rows(orders, console.writer.cell, lang, t), "missed": missed}


def _event(name: str, body: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(body))


def _state(console: Console, find: str, lang: Lang, t: Words) -> dict[str, object]:
    """Balances, suppliers and the human queue, as they stand."""
    cell = console.writer.cell
    waiting, more = console.queue.waiting(lang, t)
    if not here_may(Power.DECIDE):
        waiting = [msgspec.structs.replace(item, options=()) for item in waiting]
    money = balances(cell, find, t)
    if not here_may(Power.REPORTS):
        money = msgspec.structs.replace(money, house=(), suppliers=())
    return {
        "balances": money,
        "strip": strip(cell, console.stops, console.now_ms(), lang, t),
        "suppliers": health(cell, console.live.troubles, console.now_ms(), lang, t),
        "queue": waiting,
        "queue_more": t("queue_more", count=more) if more else "",
    }


async def _read(request: Request, kind: type[_Form]) -> _Form | None:
    """What a script of the page sent; None for anything else, such as a form."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _whole(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else -1
