"""The composition root of the association: the portal on one book, for serve, demo and tests alike."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import structlog
from starlette.applications import Starlette

from juru.association.desk.desk import Desk
from juru.association.desk.mail_settings import load, password
from juru.association.desk.sending import Post
from juru.association.errors import MailError, ServeError
from juru.association.papers.attached import Papers
from juru.association.portal.entry import Entry, SecondFactor, has_to_have
from juru.association.portal.portal import STATIC, Portal
from juru.association.portal.said import instant_words
from juru.association.portal.site import WORDS, absent, routes
from juru.association.store.access import Access
from juru.association.store.answers import AnswerFile
from juru.association.store.book import Book
from juru.web import serving as http_serving
from juru.web.factor_file import FactorFile, FactorFileError
from juru.web.factors import SecondFactors, unmet
from juru.web.forwarded import Proxies
from juru.web.gate import Gate
from juru.web.pages import Pages
from juru.web.places import Places
from juru.web.session_file import SessionFile
from juru.web.sessions import Limits
from juru.web.words import Lang

SESSIONS = "sessions.db"
FACTORS = "factors.db"
_PORTAL = Path(__file__).parent / "portal"
log = structlog.get_logger().bind(room="association")


class PortalSettings(msgspec.Struct, frozen=True):
    """How a portal is served; ``clock`` shows another day than today, and then nothing can be changed."""

    host: str = "127.0.0.1"
    port: int = 8001
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    clock: date | None = None
    server_url: str = ""
    """A server beside it that its pages link to, as in the demo."""
    session_idle_s: int = 28_800
    session_age_s: int = 259_200
    notices_every_s: int = 300
    """How often it looks for messages that are due; 0 is never."""
    second_factor: SecondFactor = SecondFactor.OFF


class Association:
    """One association in a directory, with everything that serves it; ``close`` releases it."""

    def __init__(self, directory: Path, settings: PortalSettings, *, now: Callable[[], datetime] | None = None) -> None:
        try:
            self.proxies = Proxies(settings.trusted_proxies)
            places = Places(settings.public_url, port=settings.port)
        except ValueError as error:
            raise ServeError(str(error)) from error
        self.settings = settings
        self.book = Book(directory)
        self.desk = Desk(self.book)
        self.access = Access(directory)
        self.answers = AnswerFile(directory)
        self.sessions = SessionFile(directory / SESSIONS)
        self.now = now or _clock(settings.clock)
        try:
            self.factor_file = FactorFile(directory / FACTORS, secrets.token_bytes)
        except FactorFileError as error:
            raise ServeError(str(error)) from error
        factors = SecondFactors(self.factor_file, secrets.token_bytes, has_to_have(settings.second_factor))
        entry = Entry(self.book, self.access, lambda: self.desk.today(self.now()))
        gate = Gate(
            store=self.sessions,
            accounts=entry,
            places=places,
            pages=Pages(_PORTAL, WORDS, token=_token, brand=lambda: self.portal.name, static=STATIC),
            limits=Limits(settings.session_idle_s, settings.session_age_s),
            now_ms=lambda: time.time_ns() // 1_000_000,
            token=_token,
            unmet=unmet(factors),
            on_error=lambda incident, error: log.error("page", incident=incident, exc_info=error),
        )
        self.portal = Portal(
            desk=self.desk,
            access=self.access,
            answers=self.answers,
            gate=gate,
            entry=entry,
            now=self.now,
            moment=self._moment,
            clocked=settings.clock is not None,
            server_url=settings.server_url,
            factors=factors,
            note=lambda what, facts: log.info(what, **facts),
        )

    @property
    def url(self) -> str:
        """Where it is reached from this machine."""
        return f"http://{self.settings.host}:{self.settings.port}"

    def _moment(self, at_ms: int, lang: Lang) -> str:
        return instant_words(at_ms, self.book.zone, lang)

    def asgi(self) -> Callable[..., Any]:
        """The whole HTTP face."""
        handlers = dict.fromkeys((404, 405), absent(self.portal))
        return http_serving.behind(self.proxies, Starlette(routes=routes(self.portal), exception_handlers=handlers))

    def close(self) -> None:
        """Release the files."""
        self.sessions.close()
        self.factor_file.close()
        self.access.close()
        self.answers.close()
        self.book.close()


def _token() -> str:
    return secrets.token_urlsafe(32)


def _clock(day: date | None) -> Callable[[], datetime]:
    """The time; on a set clock, this time of that day."""
    if day is None:
        return lambda: datetime.now(UTC)
    zone = timedelta(hours=7)

    def set_clock() -> datetime:
        return datetime.combine(day, (datetime.now(UTC) + zone).time(), UTC) - zone

    return set_clock


_PAUSE_MAX_S = 3_600


async def post_until(stop: asyncio.Event, association: Association) -> None:
    """Send what falls due until ``stop``; a message under way is finished. A server in trouble is asked more rarely."""
    every_s, trouble = association.settings.notices_every_s, 0
    post = Post(
        association.desk, association.portal.due, now=association.now, attach=Papers(association.book.directory)
    )
    while not stop.is_set():
        try:
            settings = await asyncio.to_thread(load, association.book.directory)
            if settings is not None:
                done = await post.run(settings, password(settings, os.environ), stopping=stop.is_set)
                if done.sent or done.failed or done.refused or done.unknown:
                    log.info("notices", sent=done.sent, failed=done.failed, refused=done.refused, unknown=done.unknown)
                trouble = 0
                if done.sent and done.left:
                    continue
        except MailError as error:
            trouble += 1
            log.warning("notices", error=str(error))
        except Exception:
            # The pages must not go down with the mail.
            trouble += 1
            log.exception("notices")
        pause_s = min(every_s * 2**trouble, max(_PAUSE_MAX_S, every_s))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause_s)


@contextlib.asynccontextmanager
async def serving(association: Association) -> AsyncIterator[None]:
    """The portal listening. Raises ``ServeError`` with the remedy when its address cannot be had."""
    settings = association.settings
    try:
        listener = http_serving.listen(settings.host, settings.port)
    except http_serving.ListenError as error:
        raise ServeError(str(error)) from error
    web = http_serving.QuietServer(http_serving.config(association.asgi(), host=settings.host, port=settings.port))
    async with http_serving.listening(web, listener):
        # The first visitor of the day need not wait while everybody is folded.
        warming = asyncio.create_task(asyncio.to_thread(association.portal.warm))
        log.info("serving", url=association.url, data=str(association.book.directory))
        sends = settings.notices_every_s > 0 and settings.clock is None
        stop = asyncio.Event()
        posting = asyncio.create_task(post_until(stop, association)) if sends else None
        yield
        stop.set()
        await warming
        if posting is not None:
            await posting


async def serve_until_interrupted(association: Association) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(association):
        await stop.wait()
    log.info("stopped")


def run_association(directory: Path, settings: PortalSettings) -> None:
    """``juru association serve``: one portal on one book, in the foreground."""
    association = Association(directory, settings)
    try:
        asyncio.run(serve_until_interrupted(association))
    finally:
        association.close()
