"""The composition root: the only place that wires the server's rooms, for serve, demo, bench and tests alike."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from juru.books.sqlite import SqliteEngine
from juru.server.channels import api, callbacks, chat
from juru.server.channels.door import Door
from juru.server.channels.http import Handler, WireFront
from juru.server.channels.served.table import SERVED
from juru.server.channels.table import WAYS
from juru.server.channels.way import End, ToldAt, Way
from juru.server.console.entry import has_to_have, make_gate
from juru.server.console.page import Console
from juru.server.console.site import absent
from juru.server.console.site import routes as console_routes
from juru.server.desk import admin, exposure, systemd
from juru.server.desk.closing import ClosingBooks
from juru.server.desk.lock import hold
from juru.server.desk.metrics import Metrics
from juru.server.desk.owner import OwnerHook
from juru.server.desk.price_hook import PriceHook
from juru.server.desk.second_factors import open_factors
from juru.server.desk.watch import Watch
from juru.server.dialects import SUPPLIER_DIALECTS, juru_api
from juru.server.dialects.digiflazz_buyer import webhook_request
from juru.server.dialects.gateway import gateway_request
from juru.server.dialects.grammar_profile import GrammarProfile, load_grammar
from juru.server.dialects.otomax import report_request
from juru.server.dialects.replies import Templates, customer_text, order_text, said_text
from juru.server.domain.agent import Agent
from juru.server.domain.catalog import ProductKind, Supplier
from juru.server.domain.cell import DayClosing, OutboxRow
from juru.server.domain.commands import AskBill, Recover
from juru.server.domain.gateway import CUSTOMER
from juru.server.domain.results import Result
from juru.server.domain.views import Notice, OrderView
from juru.server.engine.biller import Biller
from juru.server.engine.closer import Closer
from juru.server.engine.dispatcher import Dispatcher
from juru.server.engine.inquirer import Inquirer
from juru.server.engine.notifier import Notifier
from juru.server.engine.ports import SupplierPort, Waiting
from juru.server.engine.price_teller import PriceTeller
from juru.server.engine.realtime import RealTime
from juru.server.engine.slots import Slots
from juru.server.engine.sweeper import Sweeper
from juru.server.engine.timers import Timers
from juru.server.engine.watchman import Watchman
from juru.server.engine.writer import StorageError, Writer
from juru.server.errors import SettingsError
from juru.server.settings import DataDir, Running, ServeSettings
from juru.server.store.keyring import Keyring, hash_pin, pin_matches
from juru.server.store.migrate import current_revision, require_current
from juru.server.store.reads.prices import PriceReads
from juru.server.store.reads.reads import Reads
from juru.server.store.store import Store
from juru.server.suppliers.http import HttpSuppliers
from juru.server.suppliers.transport import HttpTransport
from juru.server.telemetry import configure, logger
from juru.values.wire import Sent, WireReply, WireRequest
from juru.web import serving as http_serving
from juru.web.factor_file import FactorFile
from juru.web.factors import SecondFactors
from juru.web.forwarded import Proxies, was_forwarded
from juru.web.places import Places
from juru.web.session_file import SessionFile
from juru.web.sessions import Limits

log = logger("app")
_REPORT_TIMEOUT_S = 15.0


class Outbox:
    """Tells agents by the way they ordered: chat, their dialect's report or webhook, the JSON API's.

    Their customers are told through the owner's gateway.
    """

    def __init__(
        self,
        reads: Reads,
        door: Door,
        chats: chat.ChatChannel,
        transport: HttpTransport,
        templates: Callable[[str], Templates],
        now_ms: Callable[[], int],
        ways: Sequence[Way] = WAYS,
    ) -> None:
        self._reads = reads
        self._now_ms = now_ms
        self._templates = templates
        self._door = door
        self._chats = chats
        self._transport = transport
        self._ways = {way.channel: way for way in ways}

    def due(self, now_ms: int, limit: int) -> list[Waiting]:
        """Rows that wait and are due."""
        return self._reads.outbox_due(now_ms, limit)

    async def deliver(self, row: OutboxRow) -> bool:
        """Tell one; a receiver that does not answer 2xx is tried again. A voucher's code is opened only here."""
        if not isinstance(row.view, Notice):
            row = msgspec.structs.replace(row, view=self._door.with_code(row.view))
        if row.channel.startswith(chat.CHANNEL):
            return await self._chats.deliver(row)
        request = self._request(row)
        if request is None:
            # Whoever has no address asks by himself; a customer's message waits for the gateway to come back.
            return row.channel != CUSTOMER
        delivery = await self._transport.send(request, may_send=lambda: True)
        return isinstance(delivery, Sent) and 200 <= delivery.reply.status < 300

    def _request(self, row: OutboxRow) -> WireRequest | None:
        cell = self._door.writer.cell
        agent = cell.agents[cell.agent_codes[row.agent_id]]
        if isinstance(row.view, Notice):
            return self._notice(agent, row.view)
        if row.channel == CUSTOMER:
            return self._to_customer(row.order_id, row.view, agent.name)
        text = order_text(row.view, templates=self._templates(agent.language))
        known = self._door.credentials(agent.code)
        product = cell.products.get(row.view.product)
        about_bill = product is not None and product.kind is ProductKind.BILL
        end = End("", row.view, text, (known.api_key if known else None) or "", about_bill)
        way = self._ways.get(row.channel)
        if way is not None and (url := _address(agent, way.told_at)):
            return way.report(msgspec.structs.replace(end, url=url))
        if not agent.webhook_url:
            return report_request(agent.report_url, row.view, text) if agent.report_url else None
        if row.channel == api.CHANNEL:
            time_s = self._now_ms() // 1000
            return juru_api.webhook_request(agent.webhook_url, row.view, api_key=end.api_key, time_s=time_s)
        return webhook_request(agent.webhook_url, row.view, text, secret=end.api_key, postpaid=about_bill)

    def _notice(self, agent: Agent, notice: Notice) -> WireRequest | None:
        """A notice for an agent of the JSON API; no other dialect has a message for it."""
        known = self._door.credentials(agent.code)
        if not agent.webhook_url or known is None or known.api_key is None:
            return None
        text = said_text(notice.what, notice.facts, templates=self._templates(agent.language))
        told = juru_api.NoticeDoc(agent.code, notice.what, text, notice.at, notice.facts)
        return juru_api.webhook_request(agent.webhook_url, told, api_key=known.api_key, time_s=self._now_ms() // 1000)

    def _to_customer(self, order_id: int, view: OrderView, agent: str) -> WireRequest | None:
        cell = self._door.writer.cell
        gateway, order = cell.settings.gateway, self._reads.order(order_id)
        if gateway is None or order is None or order.notify is None:
            return None
        product = cell.products.get(order.product)
        name, kind = (order.product, ProductKind.FIXED) if product is None else (product.name, product.kind)
        templates = self._templates(cell.settings.language)
        text = customer_text(view, kind, name=name, agent=agent, templates=templates)
        key = self._door.keys.open(gateway.key) if gateway.key else ""
        return gateway_request(gateway, key=key, to=order.notify, text=text)


def _address(agent: Agent, told_at: ToldAt) -> str:
    return agent.report_url if told_at is ToldAt.REPORT_URL else agent.webhook_url


class Server:
    """A cell in operation. ``start`` recovers and begins to serve; ``stop`` drains and closes."""

    def __init__(
        self,
        data: DataDir,
        settings: ServeSettings,
        *,
        suppliers: Callable[[Server], SupplierPort] | None = None,
        published: exposure.Published | None = None,
        ways: Sequence[Way] = WAYS,
        runtime: RealTime | None = None,
    ) -> None:
        self.data = data.require()
        self._ways = ways
        self.settings = settings
        self.proxies, self.places = _network(settings)
        self._published = published or {}
        self.keys = Keyring(data.keys)
        self.runtime = runtime or RealTime(lambda name, error: log.error("task", task=name, exc_info=error))
        self._engines: list[SqliteEngine] = []
        writing = self._engine(read_only=False)
        require_current(writing)
        self.writer = Writer(
            Store(writing),
            self.runtime,
            queue_max=settings.queue_max,
            reopen=self._reopen,
        )
        self.writer.incident = lambda incident, error: log.error("incident", incident=incident, exc_info=error)
        self._worded = self.writer.cell.settings
        self._templates: dict[str, Templates] = {}
        self._profile: GrammarProfile | None = None
        reading = self._engine(read_only=True)
        self.reads = Reads(reading)
        self.door = Door(
            self.writer,
            self.reads,
            self.keys,
            hash_pin=hash_pin,
            pin_matches=pin_matches,
            clock=self.runtime.boottime_s,
            served=SERVED,
            grammar=self.grammar,
            templates=self.templates,
            now_ms=self.runtime.now_ms,
            ask_bill=self._ask_bill,
        )
        self.chat = chat.ChatChannel(self.door)
        self.suppliers: SupplierPort = (
            suppliers(self)
            if suppliers is not None
            else HttpSuppliers(
                SUPPLIER_DIALECTS, self.keys.open, self.runtime.boottime_s, self.runtime.now_ms, seal=self.keys.seal
            )
        )
        self._reports = HttpTransport(clock=self.runtime.boottime_s, read_timeout_s=_REPORT_TIMEOUT_S)
        self.slots = Slots(self.runtime)
        self.dispatcher = Dispatcher(self.writer, self.suppliers, self.runtime, self.slots)
        self.inquirer = Inquirer(self.writer, self.suppliers, self.runtime, self.slots)
        self.biller = Biller(self.writer, self.suppliers, self.runtime, self.slots)
        self.outbox = Outbox(
            self.reads, self.door, self.chat, self._reports, self.templates, self.runtime.now_ms, self._ways
        )
        self.sweeper = Sweeper(self.writer, self.runtime)
        self.notifier = Notifier(self.writer, self.outbox, self.runtime)
        self.owner = OwnerHook(self.writer, self._reports, self.keys.open, self.runtime.now_ms)
        self.watchman = Watchman(
            self.writer, self.runtime, probe=self._probe, tell=self.owner.tell, disk_free=self._disk_free
        )
        self.aside = Reads(self._engine(read_only=True))
        self.prices = PriceTeller(
            self.writer,
            PriceReads(self.aside.engine),
            self.runtime,
            PriceHook(self.door, self.chat, self._reports, self.templates, self.runtime.now_ms).tell,
        )
        self.closer = Closer(self.writer, ClosingBooks(self.data, self.aside, _tell_closed), self.runtime)
        self.metrics = Metrics(
            self.writer,
            self.slots,
            data,
            outbox_waiting=self.reads.counts().waiting,
            not_kept=lambda: self.door.not_kept,
        )
        schema = current_revision(reading)
        self.watch = Watch(
            self.writer,
            self.metrics,
            data.path,
            clock=self.runtime.boottime_s,
            free_bytes_min=settings.disk_free_mb_min * 1_000_000,
            metrics_from=settings.metrics_from,
            schema_stands=lambda: current_revision(reading) == schema,
        )
        self.timers = Timers(self.writer, self.runtime)
        self.token = secrets.token_urlsafe(24)
        self._sessions: SessionFile | None = None
        self._factors: FactorFile | None = None
        self._told_of_proxy = False
        self._writing: asyncio.Task[None] | None = None
        self._hurried = False

    def _reopen(self) -> Store:
        """A fresh connection for the writer; the old one is closed first, so that no lock of it stays."""
        self._engines.pop(0).close()
        self._engines.insert(0, self._engine(read_only=False))
        self._engines.pop()
        return Store(self._engines[0])

    def _engine(self, *, read_only: bool) -> SqliteEngine:
        engine = SqliteEngine(self.data.database, read_only=read_only, synchronous=self.settings.synchronous)
        self._engines.append(engine)
        return engine

    async def _probe(self, supplier: Supplier) -> bool | None:
        """Suppliers that are not over HTTP have no question that moves nothing."""
        return await self.suppliers.probe(supplier) if isinstance(self.suppliers, HttpSuppliers) else None

    def _disk_free(self) -> int | None:
        return shutil.disk_usage(self.data.database.parent).free

    async def _ask_bill(self, command: AskBill) -> Result:
        """The door stands before anything that it leads to."""
        return await self.biller.ask(command)

    def templates(self, language: str) -> Templates:
        """The cell's reply templates in a language, made once per version of the settings."""
        self._forget_old_words()
        found = self._templates.get(language)
        if found is None:
            overrides = self._worded.templates.get(language, {})
            found = self._templates[language] = Templates("en" if language == "en" else "id", overrides)
        return found

    def grammar(self) -> GrammarProfile:
        """How this cell's agents write."""
        self._forget_old_words()
        if self._profile is None:
            self._profile = load_grammar(self._worded.grammar)
        return self._profile

    def _forget_old_words(self) -> None:
        settings = self.writer.cell.settings
        if settings is not self._worded:
            self._worded, self._profile = settings, None
            self._templates.clear()

    async def start(self) -> None:
        """Recover what a stop left open, then begin."""
        self._writing = asyncio.create_task(self.writer.run(), name="writer")
        self.watch.alive = lambda: self._writing is not None and not self._writing.done()
        await self.writer.submit(Recover())
        self.runtime.spawn(self.dispatcher.run(), "dispatcher")
        self.runtime.spawn(self.inquirer.run(), "inquirer")
        self.runtime.spawn(self.notifier.run(), "notifier")
        self.runtime.spawn(self.watchman.run(), "watchman")
        self.runtime.spawn(self.sweeper.run(), "sweeper")
        self.runtime.spawn(self.closer.run(), "closer")
        self.runtime.spawn(self.prices.run(), "price notices")
        self.runtime.spawn(self.timers.run(), "timers")

    def hold_back(self) -> None:
        """Send, ask and tell nothing more; what is on the wire goes on."""
        self.watch.stopping = True
        self.biller.stop()
        self.dispatcher.stop()
        self.inquirer.stop()
        self.notifier.stop()
        self.watchman.stop()
        self.sweeper.stop()
        self.closer.stop()
        self.prices.stop()
        self.timers.stop()

    def hurry(self) -> None:
        """Wait no longer for what is on the wire."""
        self._hurried = True

    async def stop(self) -> None:
        """Let what is on the wire come back, commit, close. What does not come back in time is committed as unknown."""
        self.hold_back()
        begun_s = self.runtime.boottime_s()
        log.info("draining", on_the_wire=self.slots.in_flight, at_most_s=self.settings.drain_s)
        while self.slots.in_flight and not self._hurried:
            if self.runtime.boottime_s() - begun_s > self.settings.drain_s:
                break
            await asyncio.sleep(0.02)
        left = self.slots.in_flight
        await self.runtime.end("send", "inquire", "ask bill")
        self.writer.stop()
        if self._writing is not None:
            with contextlib.suppress(StorageError):
                await self._writing
        await self._reports.close()
        if isinstance(self.suppliers, HttpSuppliers):
            await self.suppliers.close()
        self.runtime.close()
        if self._sessions is not None:
            self._sessions.close()
        if self._factors is not None:
            self._factors.close()
        log.info("stopped", left_unknown=left, seconds=round(self.runtime.boottime_s() - begun_s, 2))
        for engine in self._engines:
            engine.close()

    # ------------------------------------------------------------------ HTTP

    @property
    def url(self) -> str:
        """Where it is reached from this machine."""
        return f"http://{self.settings.host}:{self.settings.port}"

    def console(self, demo: dict[str, Any] | None = None) -> Console:
        """The operator's page.

        With ``demo`` it is open to this machine and shows the demo's credentials, but only where nobody else can reach
        it.
        """
        is_open = demo is not None and self.writer.cell.settings.demo and not exposure.is_exposed(self.settings)
        if self._sessions is None:
            self._sessions = SessionFile(self.data.sessions)
        if self._factors is None:
            self._factors = open_factors(self.data, secrets.token_bytes)
        need = has_to_have(self.settings.second_factor)
        factors = SecondFactors(self._factors, secrets.token_bytes, need)
        gate = make_gate(
            self.writer,
            self._sessions,
            places=self.places,
            limits=Limits(self.settings.session_idle_s, self.settings.session_age_s),
            now_ms=self.runtime.now_ms,
            token=lambda: secrets.token_urlsafe(32),
            is_open=is_open,
            factors=factors,
            on_error=lambda incident, error: log.error("page", incident=incident, exc_info=error),
        )
        return Console(
            writer=self.writer,
            door=self.door,
            reads=self.reads,
            chat=self.chat,
            now_ms=self.runtime.now_ms,
            url=self.url,
            gate=gate,
            keys=self.keys,
            note=lambda what, facts: log.info(what, **facts),
            demo=demo if is_open else None,
            factors=factors,
            aside=self.beside,
        )

    def asgi(self, console: Console | None = None) -> WireFront:
        """The whole HTTP face, with the console where there is one."""
        reports = callbacks.CallbackChannel(self.door, SUPPLIER_DIALECTS, self.keys.open)

        async def callback(request: WireRequest, ip: str) -> WireReply:
            code, _, token = request.path.strip("/").partition("/")
            return await reports.handle(request, ip, code, token)

        handlers = {} if console is None else dict.fromkeys((404, 405), absent(console))
        inner = Starlette(routes=self.routes(console), exception_handlers=handlers)
        mounts: dict[str, Handler] = {way.mount: way.make(self.door, self.templates).handle for way in self._ways}
        mounts[callbacks.MOUNT] = callback
        mounts[api.MOUNT] = api.ApiChannel(self.door, self.reads, self.runtime.now_ms).handle
        return WireFront(mounts, inner, body_bytes_max=self.settings.body_bytes_max, client=self._client)

    def _client(self, peer: str, headers: list[tuple[bytes, bytes]]) -> str:
        """Whose request it is; a proxy that nobody has named is told of once, for its clients all look like it."""
        if not self._told_of_proxy and was_forwarded(headers) and not self.proxies.trusts(peer):
            self._told_of_proxy = True
            remedy = "if this is your proxy, name it with --trusted-proxies; until then its word is not taken"
            log.warning("untrusted_proxy", address=peer, remedy=remedy)
        return self.proxies.client(peer, headers)

    def routes(self, console: Console | None) -> list[BaseRoute]:
        """Every route that is no wire dialect's: pages behind the gate, commands behind the token, health."""
        pages = [] if console is None else console_routes(console)
        ours = [*admin.routes(self.writer, self.chat, self.token), admin.close_route(self.closer, self.token)]
        return [*ours, admin.keys_route(self.keys, self.token), *self.watch.routes(), *pages]

    async def beside(self, work: Callable[[Reads], Any]) -> Any:  # noqa: ANN401 - whatever was read
        """Read at length, where it holds up neither the loop nor a commit."""
        return await self.runtime.run_aside(lambda: work(self.aside))

    def check_exposure(self) -> None:
        """Raises ``SettingsError`` with the remedy where others could reach secrets that everybody knows."""
        exposure.refuse_demo_secrets(self.settings, self.writer.cell, self.keys, self._published)
        if self.settings.public_url.startswith("http://"):
            remedy = "passwords and sessions travel unencrypted: put TLS in front and give an https:// address"
            log.warning("plain_http", public_url=self.settings.public_url, remedy=remedy)

    def announce(self, url: str) -> None:
        """Write where commands reach this server; only its owner may read it."""
        body = msgspec.json.encode(Running(url, self.token, os.getpid()))
        path = self.data.running
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)


def _tell_closed(closing: DayClosing, written: bool) -> None:  # noqa: FBT001 - a port's own shape
    """The head of a closed day goes to the log as well, which is kept elsewhere (law 1)."""
    head = f"{closing.head_no}:{closing.head_seal}"
    if written:
        log.info("day closed", day=closing.day, head=head, sums=closing.sums, accounts=closing.accounts)
    else:
        log.error("the file of this day's head says otherwise: run juru audit", day=closing.day, head=head)


def _network(settings: ServeSettings) -> tuple[Proxies, Places]:
    """Who is believed about addresses, and where pages are answered. Raises ``SettingsError`` for what is none."""
    try:
        return Proxies(settings.trusted_proxies), Places(settings.public_url, port=settings.port)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on. Raises ``SettingsError`` with the remedy when the address cannot be had."""
    try:
        return http_serving.listen(host, port)
    except http_serving.ListenError as error:
        raise SettingsError(str(error)) from error


@contextlib.asynccontextmanager
async def serving(server: Server, console: Console | None = None) -> AsyncIterator[uvicorn.Server]:
    """The server started and listening; it ends by itself when its disk fails."""
    settings = server.settings
    server.check_exposure()
    listener = listen(settings.host, settings.port)
    await server.start()
    web = http_serving.QuietServer(http_serving.config(server.asgi(console), host=settings.host, port=settings.port))
    # Before the first answer: whoever finds the port open finds where commands go, too.
    server.announce(server.url)
    try:
        async with http_serving.listening(web, listener):
            log.info("serving", url=server.url, data=str(server.data.path), paused=server.writer.cell.settings.paused)
            systemd.tell("READY=1")
            try:
                yield web
            finally:
                systemd.tell("STOPPING=1")
                server.hold_back()
                if console is not None:
                    console.close()
                server.chat.close()
    finally:
        await server.stop()
        server.data.running.unlink(missing_ok=True)


async def serve_until_interrupted(server: Server, console: Console | None = None) -> None:
    """Serve until SIGINT or SIGTERM, or until the disk fails (raises ``StorageError``). A second signal hurries."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        if stop.is_set():
            server.hurry()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    async with serving(server, console):
        writing = server._writing  # noqa: SLF001 - the writer's end is the server's end
        assert writing is not None
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({waiting, writing}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if writing.done() and (error := writing.exception()) is not None:
            raise error


def run_server(data: DataDir, settings: ServeSettings, *, published: exposure.Published | None = None) -> None:
    """``juru serve``: one server on one data directory, in the foreground."""
    configure(settings.log_level, settings.log_format)
    with hold(data.require()):
        run(_serve(data, settings, published))


async def _serve(data: DataDir, settings: ServeSettings, published: exposure.Published | None) -> None:
    server = Server(data, settings, published=published)
    await serve_until_interrupted(server, server.console())


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one; the collector is told that a server's state lives long."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)

    try:
        import uvloop  # noqa: PLC0415 - absent on some systems
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)
