"""How the server is watched: ``/healthz`` (it lives), ``/readyz`` (it can serve), ``/metrics`` (Prometheus)."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from juru.server.desk.metrics import Metrics
from juru.server.engine.writer import Writer
from juru.server.errors import SettingsError

STUCK_S = 10.0
"""A batch that has been worked on for so long: the disk does not answer."""

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PROXY_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Ready(msgspec.Struct, frozen=True):
    """Whether orders can be taken, and what stands against it. ``paused`` is ready: it is meant."""

    ready: bool
    paused: bool
    against: tuple[str, ...]


class Watch:
    """What is asked of a running server by those who watch it."""

    def __init__(
        self,
        writer: Writer,
        metrics: Metrics,
        folder: Path,
        *,
        clock: Callable[[], float],
        free_bytes_min: int,
        metrics_from: Iterable[str],
        schema_stands: Callable[[], bool] = lambda: True,
    ) -> None:
        self._writer = writer
        self._metrics = metrics
        self._folder = folder
        self._clock = clock
        self._free_bytes_min = free_bytes_min
        self._networks = read_networks(metrics_from)
        self._schema_stands = schema_stands
        self.stopping = False
        self.alive: Callable[[], bool] = lambda: True

    def ready(self) -> Ready:
        """As it stands now."""
        since_s = self._writer.working_since_s
        disk = os.statvfs(self._folder)
        against = {
            "stopping": self.stopping,
            "writer ended": not self.alive(),
            "writer stuck": since_s is not None and self._clock() - since_s > STUCK_S,
            "schema changed": self.alive() and not self._schema_stands(),
            "disk nearly full": disk.f_bavail * disk.f_frsize < self._free_bytes_min,
        }
        found = tuple(word for word, stands in against.items() if stands)
        return Ready(not found, self._writer.cell.settings.paused, found)

    def routes(self) -> list[BaseRoute]:
        """The three of them."""
        return [Route("/healthz", self._health), Route("/readyz", self._ready), Route("/metrics", self._measured)]

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("ok")

    async def _ready(self, _request: Request) -> Response:
        found = self.ready()
        return Response(msgspec.json.encode(found), 200 if found.ready else 503, media_type="application/json")

    async def _measured(self, request: Request) -> Response:
        if not self._may_read(request):
            return PlainTextResponse("metrics are for the addresses of metrics_from, and not through a proxy", 403)
        return Response(await self._metrics.text(), headers={"content-type": _CONTENT_TYPE})

    def _may_read(self, request: Request) -> bool:
        """The peer itself is asked for: what a proxy passes on would all seem to come from this machine."""
        if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
            return False
        try:
            address = ipaddress.ip_address(request.client.host)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def read_networks(written: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks. Raises ``SettingsError`` with the remedy."""
    found: list[Network] = []
    for part in written:
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError as error:
            raise SettingsError(f"{part!r} is no address or network: write 127.0.0.1 or 10.0.0.0/8") from error
    return tuple(found)
