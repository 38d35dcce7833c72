"""The console's routes: the one screen, an order's page, the live stream, and what the forms send."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from juru.server.channels.door import Door
from juru.server.console.guard import Endpoint, Guard, body_of
from juru.server.console.lines import chat_examples, copy_lines
from juru.server.console.live import Live, Page
from juru.server.console.queue import Answered, Asked, HumanQueue
from juru.server.console.shape import balances, health, order_rows
from juru.server.console.story import story_of
from juru.server.console.words import Lang, Words, for_browser, lang_of, words
from juru.server.engine.writer import Writer
from juru.server.store.reads.reads import Reads

ORDERS_SHOWN = 50
HEARTBEAT_S = 10.0
BREATH_S = 0.15
"""What happens within a breath is told together."""

_HERE = Path(__file__).parent
_CHAT_FIRST = 20
_TEXT_MAX = 1_000
_ID_MAX = 2**62
_LANG_COOKIE = "juru_lang"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


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

    def __init__(
        self,
        *,
        writer: Writer,
        door: Door,
        reads: Reads,
        chat: Chat,
        now_ms: Callable[[], int],
        url: str,
        demo: dict[str, Any] | None = None,
        only_this_machine: bool = True,
    ) -> None:
        self.writer = writer
        self.door = door
        self.reads = reads
        self.chat = chat
        self.now_ms = now_ms
        self.url = url.rstrip("/")
        self.demo = demo
        self.guard = Guard(url, only_this_machine=only_this_machine)
        self.live = Live(writer)
        self.queue = HumanQueue(writer, reads)
        self.assets = _assets()
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def close(self) -> None:
        """End the streams; to be called before the HTTP server is asked to stop."""
        self.live.close()

    def html(self, template: str, lang: Lang, status: int = 200, **facts: object) -> HTMLResponse:
        """A page in a language."""
        page = self._templates.get_template(template).render(
            t=words(lang),
            lang=lang,
            cell=self.writer.cell,
            demo=self.demo,
            asset={name: f"/console/static/{name}?v={tag}" for name, (tag, _, _) in self.assets.items()},
            **facts,
        )
        return HTMLResponse(page, status)


def routes(console: Console) -> list[BaseRoute]:
    """Everything the console answers, each behind its guard."""

    async def home(request: Request) -> Response:
        lang = _lang(request)
        t = words(lang)
        demo = console.demo
        page = console.html(
            "home.html",
            lang,
            orders=order_rows(console.reads.orders(limit=ORDERS_SHOWN), console.writer.cell, lang, t),
            lines=[] if demo is None else copy_lines(demo, console.url, console.now_ms(), t),
            examples={} if demo is None else {a["member_id"]: chat_examples(demo, a) for a in demo["agents"]},
            browser=for_browser(lang) | {"lang": lang},
            state=msgspec.to_builtins(_state(console, "", lang, t)),
        )
        return _remember(page, request, lang)

    async def order(request: Request) -> Response:
        lang = _lang(request)
        part = "part" in request.query_params
        number = request.path_params["order_id"]
        past = console.reads.timeline(number) if number < _ID_MAX else None
        name = "order_part.html" if part else "order.html"
        if past is None:
            return console.html(name, lang, 404, order_id=number, story=None)
        story = story_of(past, console.writer.cell, lang, words(lang))
        return _remember(console.html(name, lang, order_id=number, story=story), request, lang)

    async def events(request: Request) -> Response:
        page = console.live.open()
        if page is None:
            return Response(status_code=503, headers={"retry-after": "10"})
        agent = console.door.agent(request.query_params.get("agent", ""))
        after = _whole(request.query_params.get("after", ""))
        stream = _stream(console, page, _lang(request), None if agent is None else agent.code, after)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def state(request: Request) -> Response:
        lang = _lang(request)
        return _json(_state(console, request.query_params.get("find", "")[:40].strip().upper(), lang, words(lang)))

    async def lines(request: Request) -> Response:
        demo = console.demo
        t = words(_lang(request))
        return _json([] if demo is None else copy_lines(demo, console.url, console.now_ms(), t))

    async def decide(request: Request) -> Response:
        t = words(_lang(request))
        asked = await _read(request, Asked)
        if asked is None:
            return _json(Answered(done=False, text=t("not_done") + t("why_malformed"), order_id=0), 400)
        answered = await console.queue.decide(asked, t)
        return _json(answered, 200 if answered.done else 409)

    async def say(request: Request) -> Response:
        t = words(_lang(request))
        said = await _read(request, Said)
        if said is None:
            return _json({"replies": [t("not_done") + t("why_malformed")]}, 400)
        if len(said.text) > _TEXT_MAX:
            return _json({"replies": [t("not_done") + t("why_too_large")]}, 400)
        return _json({"replies": await console.chat.say(said.agent, said.text, said.message_id[:64])})

    async def static(request: Request) -> Response:
        return _asset(console.assets.get(request.path_params["name"]), request)

    own: list[tuple[str, Endpoint, str]] = [
        ("/", home, "GET"),
        ("/orders/{order_id:int}", order, "GET"),
        ("/events", events, "GET"),
        ("/console/state", state, "GET"),
        ("/console/lines", lines, "GET"),
        ("/console/decide", decide, "POST"),
        ("/console/chat", say, "POST"),
        ("/console/static/{name}", static, "GET"),
    ]
    return [Route(path, console.guard(endpoint), methods=[method]) for path, endpoint, method in own]


async def _stream(console: Console, page: Page, lang: Lang, agent: str | None, after: int) -> AsyncIterator[bytes]:
    """Server-sent events of one page: the latest orders, then whatever moves; a comment now and then keeps it open."""
    t = words(lang)
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
    return {
        "paused": t("selling_paused") if cell.settings.paused else "",
        "balances": balances(cell, find, t),
        "suppliers": health(cell, console.live.troubles, lang, t),
        "queue": waiting,
        "queue_more": t("queue_more", count=more) if more else "",
    }


def _lang(request: Request) -> Lang:
    return lang_of(request.query_params.get("lang"), request.cookies.get(_LANG_COOKIE))


def _remember(response: Response, request: Request, lang: Lang) -> Response:
    if "lang" in request.query_params:
        response.set_cookie(_LANG_COOKIE, lang, max_age=31_536_000, samesite="strict", httponly=True)
    return response


async def _read(request: Request, kind: type[_Form]) -> _Form | None:
    body = await body_of(request)
    try:
        return None if body is None else msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _whole(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else -1


Asset = tuple[str, str, bytes]
"""A tag of its content, its type, and its bytes, compressed."""


def _assets() -> dict[str, Asset]:
    assets = {}
    for path in sorted((_HERE / "static").iterdir()):
        body = path.read_bytes()
        tag = hashlib.sha256(body).hexdigest()[:12]
        assets[path.name] = (tag, _TYPES[path.suffix], gzip.compress(body, mtime=0))
    return assets


def _asset(asset: Asset | None, request: Request) -> Response:
    if asset is None:
        return Response(status_code=404)
    tag, kind, packed = asset
    headers = {"etag": f'"{tag}"', "vary": "accept-encoding", "cache-control": "no-cache"}
    if request.query_params.get("v") == tag:
        headers["cache-control"] = "public, max-age=31536000, immutable"
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers=headers | {"content-encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=kind, headers=headers)
