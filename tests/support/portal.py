"""A portal of one's own on loopback, started and stopped as ``juru association serve`` does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from juru.association.app import Association, PortalSettings, serving
from juru.association.store.access import Binding, Login
from juru.web.passwords import hash_password
from tests.support.house import Browser, free_port

PASSWORD = "kucing lompat pagar"
HASH = hash_password(PASSWORD)


class Served:
    """A portal on a thread of its own; ``now`` is the association's clock."""

    def __init__(self, directory: Path, now: Callable[[], datetime] | None = None, **settings: Any) -> None:  # noqa: ANN401
        # A command that served in this process has bound the log to the standard error of its test.
        structlog.reset_defaults()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.association = Association(directory, PortalSettings(port=self.port, **settings), now=now)
        self._ready, self._error = threading.Event(), list[BaseException]()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20), "the portal did not start"
        if self._error:
            raise self._error[0]

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to the test
            self._error.append(error)
        finally:
            self._ready.set()
            self.association.close()
            self.loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        async with serving(self.association):
            self._ready.set()
            await self._stop.wait()

    def stop(self) -> None:
        """Stop as a signal would."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(20)
        assert not self._thread.is_alive(), "the portal did not stop"

    def login(self, code: str, person: str, member: str = "") -> str:
        """A login for an officer, or for a member's representative; its code."""
        self.association.access.add(Login(code, code.title(), HASH), [Binding(person, member)])
        return code

    def browser(self, **headers: str) -> Browser:
        """A browser that knows nothing yet."""
        return Browser(self, headers)
