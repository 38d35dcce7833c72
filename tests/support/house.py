"""A server of one's own on loopback, started and stopped as ``juru serve`` does, and browsers that visit it."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import msgspec
import structlog

from juru.server.app import Server, serving
from juru.server.console.page import Console
from juru.server.desk.init import new_cell
from juru.server.desk.lock import hold
from juru.server.domain.cell import Settings
from juru.server.domain.commands import Command, SaveRecord
from juru.server.domain.logins import Login, Role
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Result
from juru.server.settings import DataDir, ServeSettings
from juru.web.passwords import hash_password

PASSWORD = "kucing lompat pagar"
HASH = hash_password(PASSWORD)
PEOPLE = {
    "RINA": Login("RINA", "Rina Kartika", Role.OWNER, HASH),
    "AGUS": Login("AGUS", "Agus Salim", Role.OPERATOR, HASH),
    "LINA": Login("LINA", "Lina Wati", Role.FINANCE, HASH),
}
_T = TypeVar("_T")
_TOKEN = re.compile(r'<meta name="csrf" content="([^"]+)">')


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make(data: DataDir, *records: tuple[str, str, dict[str, Any]], settings: Settings | None = None) -> DataDir:
    """A cell with three people and whatever else."""

    async def run() -> None:
        async with new_cell(data, settings or Settings("Toko Pulsa Maju")) as desk:
            people = [("login", code, msgspec.json.encode(login)) for code, login in PEOPLE.items()]
            more = [(kind, key, json.dumps(body).encode()) for kind, key, body in records]
            for kind, key, body in [*people, *more]:
                result = await desk.submit(SaveRecord(kind, key, body, "test", "test"))
                assert not isinstance(result, Refusal), result

    with ThreadPoolExecutor(1) as apart:  # a test of a browser has a loop of its own running
        apart.submit(asyncio.run, run()).result()
    return data


class House:
    """A server on a thread of its own."""

    def __init__(self, data: DataDir, *, demo: dict[str, Any] | None = None, **settings: Any) -> None:  # noqa: ANN401
        # A command that served in this process has bound the log to the standard error of its test.
        structlog.reset_defaults()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = data
        self._settings = ServeSettings(port=self.port, drain_s=1.0, **settings)
        self._demo = demo
        self._ready, self._error = threading.Event(), list[BaseException]()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20), "the server did not start"
        if self._error:
            raise self._error[0]

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            with hold(self.data.require()):
                self.loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to the test
            self._error.append(error)
        finally:
            self._ready.set()
            self.loop.close()

    async def _serve(self) -> None:
        self.server = Server(self.data, self._settings)
        self.console: Console = self.server.console(self._demo)
        self._stop = asyncio.Event()
        async with serving(self.server, self.console):
            self._ready.set()
            await self._stop.wait()

    def stop(self) -> None:
        """Stop as a signal would."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(20)
        assert not self._thread.is_alive(), "the server did not stop"

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run something on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def submit(self, command: Command) -> Result:
        """Have the writer decide."""
        return self.run(self.server.writer.submit(command))

    def browser(self, **headers: str) -> Browser:
        """A browser without cookies."""
        return Browser(self, headers)


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.headers.get("location", "")


class Place(Protocol):
    """Where a browser goes: a server or a portal."""

    port: int
    url: str


class Browser:
    """Keeps cookies, sends forms with the token of the page it last saw, follows nothing."""

    def __init__(self, house: Place, headers: dict[str, str]) -> None:
        self.house = house
        self.headers = {"Accept": "text/html", "Origin": house.url} | headers
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(
        self, method: str, path: str, body: bytes | None = None, given: Mapping[str, str] | None = None, **headers: str
    ) -> Answer:
        """One request as it stands."""
        wire = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=15)
        sent = self.headers | dict(given or {}) | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            wire.request(method, path, body, {name: value for name, value in sent.items() if value})
            reply = wire.getresponse()
            text = reply.read().decode(errors="replace")
        finally:
            wire.close()
        for line in reply.headers.get_all("set-cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if not morsel.value or morsel["max-age"] == "0":
                    del self.cookies[name]
        found = _TOKEN.search(text)
        self.token = found[1] if found else self.token
        return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, text)

    def get(self, path: str, **headers: str) -> Answer:
        """A page."""
        return self.ask("GET", path, None, None, **headers)

    def send(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        /,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **more: str,
    ) -> Answer:
        """A form, with the token of the last page unless another one is given."""
        form = {"csrf": self.token if token is None else token} | dict(fields or {}) | more
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form).encode(), kind | (headers or {}))

    def upload(self, path: str, fields: Mapping[str, str], name: str, data: bytes) -> Answer:
        """A form with a file."""
        edge = "a-line-that-no-file-has"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in ({"csrf": self.token} | dict(fields)).items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        parts += [head.encode(), b"Content-Type: text/csv\r\n\r\n", data, f"\r\n--{edge}--\r\n".encode()]
        return self.ask("POST", path, b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def tell(self, path: str, document: object) -> Answer:
        """JSON as a script of the page sends it."""
        kind = {"Content-Type": "application/json", "Accept": "*/*", "X-Juru-Csrf": self.token}
        return self.ask("POST", path, json.dumps(document).encode(), kind)

    def log_in(self, login: str = "rina", password: str = PASSWORD, *, next: str = "/") -> Answer:  # noqa: A002
        """Fill in the login page."""
        self.get("/login")
        answer = self.send("/login", login=login, password=password, next=next)
        if answer.status == 303:
            self.get("/account")
        return answer
