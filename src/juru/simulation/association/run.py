"""The demo association's own process: it is made once, with its progress on a page, and then served.

``python -m juru.simulation.association.run PORT DIRECTORY MEMBERS SERVER_URL`` listens at once and ends when its
standard input closes, so that it never outlives the demo, however that ended.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse

from juru.association.app import Association, PortalSettings
from juru.association.errors import SchemaError
from juru.association.store.book import DATABASE
from juru.server.telemetry import configure
from juru.simulation.association.seed import seed
from juru.web.serving import QuietServer, config, listen, listening

_ZONE = timedelta(hours=7)
_WAITING = """<!doctype html><html lang="id"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Data contoh</title></head><body>
<h1>Data contoh sedang dibuat: {percent} %</h1>
<p>Tiga tahun fakta dibuat dengan perintah yang dipakai orang; sekali saja. Halaman ini membuka sendiri.</p>
<p lang="en">The sample association is being made, once; this page opens by itself.</p></body></html>"""


class Front:
    """What answers on the port: how far the making is, then the portal."""

    def __init__(self) -> None:
        self.percent = 0
        self.portal: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own shapes
        """One request."""
        if self.portal is not None:
            await self.portal(scope, receive, send)
        elif scope["type"] == "http":
            page = HTMLResponse(_WAITING.format(percent=self.percent), 503, headers={"retry-after": "2"})
            await page(scope, receive, send)


def make(directory: Path, members: int, front: Front) -> None:
    """Make the demo where there is none: beside, and put in its place once it is whole."""
    if (directory / DATABASE).exists():
        return
    beside = directory.with_name(f"{directory.name}.making")
    shutil.rmtree(beside, ignore_errors=True)

    def progress(done: int, whole: int) -> None:
        front.percent = 100 * done // max(whole, 1)

    today = (datetime.now(UTC) + _ZONE).date()
    seed(beside, today=today, members=members, progress=progress)
    beside.rename(directory)


def opened(directory: Path, members: int, settings: PortalSettings, front: Front) -> Association:
    """The demo association; one of an older program is put aside and made anew."""
    make(directory, members, front)
    try:
        return Association(directory, settings)
    except SchemaError:
        number = 1
        while (aside := directory.with_name(f"{directory.name}.before-{number}")).exists():
            number += 1
        directory.rename(aside)
        make(directory, members, front)
        return Association(directory, settings)


async def serve(port: int, directory: Path, members: int, server_url: str) -> None:
    """Listen, make, serve, until told to end."""
    stop, front = asyncio.Event(), Front()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    _ends_with_parent()
    settings = PortalSettings(port=port, server_url=server_url)
    web = QuietServer(config(front, host=settings.host, port=port))
    async with listening(web, listen(settings.host, port)):
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        making = asyncio.create_task(asyncio.to_thread(opened, directory, members, settings, front))
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait({making, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            # Half a demo is in its place beside, and made anew the next time: nothing has to be waited for.
            os._exit(0)
        association = making.result()
        front.portal = association.asgi()
        await stop.wait()
    association.close()


def _ends_with_parent() -> None:
    """Stop this process once its standard input closes."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """The association's process."""
    port, directory, members, server_url = sys.argv[1:]
    configure("warning", "console")
    asyncio.run(serve(int(port), Path(directory), int(members), server_url))


if __name__ == "__main__":
    main()
