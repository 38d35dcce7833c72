"""An HTTP server in this process that leaves signals to whoever runs the whole."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import uvicorn

from juru.web.forwarded import Proxies


class ListenError(Exception):
    """The address cannot be had; the message says what to do."""


class QuietServer(uvicorn.Server):
    """The HTTP server without signals of its own: whoever runs the whole decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on. Raises ``ListenError`` with the remedy when the address cannot be had."""
    try:
        listener = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} of {host} is taken: end what uses it, or choose another port (make run PORT=8080)"
        else:
            message = f"cannot listen on {host}:{port}: {error.strerror}"
        raise ListenError(message) from error
    # Head and body of a page are two writes: on a connection that is kept, the second would wait 40 ms for an
    # acknowledgement that the other side delays. What is accepted has the listener's option.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def config(app: Any, *, host: str, port: int) -> uvicorn.Config:  # noqa: ANN401 - any ASGI application
    """How every server of ours is served."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        # Ours decides whose word about an address is taken; uvicorn's own would believe anybody on this machine.
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        log_config=None,
    )


@contextlib.asynccontextmanager
async def listening(web: QuietServer, listener: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """The server answering; it ends with the block."""
    task = asyncio.create_task(web.serve(sockets=[listener]), name="http")
    try:
        while not web.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield task
    finally:
        web.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task


def behind(proxies: Proxies, app: Any) -> Callable[..., Any]:  # noqa: ANN401 - any ASGI application
    """The application with the client's own address where a trusted proxy says it."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own shapes
        if scope["type"] == "http" and scope.get("client"):
            scope = {**scope, "client": (proxies.client(scope["client"][0], scope["headers"]), scope["client"][1])}
        await app(scope, receive, send)

    return asgi
