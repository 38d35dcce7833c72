"""Telling the owner of an alert: a signed POST to his webhook, once a version, tried again until he has it.

The body is one JSON object; ``x-juru-signature`` is the hex HMAC-SHA256 of ``<x-juru-time>.<body>`` by the secret that
``juru alert webhook`` showed when it was set.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import msgspec

from juru.server.domain.alert import Alert
from juru.server.engine.writer import Writer
from juru.server.suppliers.transport import HttpTransport
from juru.values.wire import Sent, WireRequest


class OwnerHook:
    """The owner's webhook, as the settings name it."""

    def __init__(
        self, writer: Writer, transport: HttpTransport, unseal: Callable[[str], str], now_ms: Callable[[], int]
    ) -> None:
        self._writer = writer
        self._transport = transport
        self._unseal = unseal
        self._now_ms = now_ms

    async def tell(self, alert: Alert) -> bool:
        """Tell one version; True as well where there is nobody to tell or the owner does not want this kind."""
        settings = self._writer.cell.settings
        if not settings.alert_url or (settings.alert_kinds and alert.kind.value not in settings.alert_kinds):
            return True
        secret = self._unseal(settings.alert_secret) if settings.alert_secret else ""
        request = alert_request(settings.alert_url, alert, secret=secret, time_s=self._now_ms() // 1000)
        delivery = await self._transport.send(request, may_send=lambda: True)
        return isinstance(delivery, Sent) and 200 <= delivery.reply.status < 300


def alert_request(url: str, alert: Alert, *, secret: str, time_s: int) -> WireRequest:
    """The POST that tells an alert."""
    told = {
        "event": f"alert_{alert.state}",
        "kind": alert.kind.value,
        "subject": alert.subject,
        "note": alert.note,
        "facts": alert.facts,
        "since_ms": alert.since_ms,
    }
    body = msgspec.json.encode(told)
    signed = hmac.new(secret.encode(), f"{time_s}.".encode() + body, hashlib.sha256).hexdigest()
    headers = (
        ("Content-Type", "application/json"),
        ("X-Juru-Time", str(time_s)),
        ("X-Juru-Signature", signed),
    )
    return WireRequest("POST", url, (), headers, body)
