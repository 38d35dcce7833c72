"""What each HTTP dialect says of itself as a way in: to mount it, report by it and document it takes one line."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec

from juru.server.channels.door import Door
from juru.server.dialects.replies import Templates
from juru.server.domain.requests import Intent
from juru.server.domain.views import OrderView
from juru.values.wire import WireReply, WireRequest


class Channel(Protocol):
    """A way in, made ready."""

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """Read, serve and answer one request; its path is what stands behind the mount."""


class End(msgspec.Struct, frozen=True):
    """How an order ended, to be told to ``url``: the order, its text, the agent's API key, whether it paid a bill."""

    url: str
    view: OrderView
    text: str
    api_key: str
    about_bill: bool


class ToldAt(StrEnum):
    """The field of an agent's record that says where the ends of his orders are reported."""

    REPORT_URL = "report_url"
    WEBHOOK_URL = "webhook_url"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A way in as its users need it told.

    ``asks``: how each thing is asked for; ``proof``: what proves who asks; ``secrets``: what of an agent's record it
    takes; ``reports``: how the end of an order is told.
    """

    name: str
    title: str
    mount: str
    asks: dict[Intent, str]
    proof: str
    secrets: tuple[str, ...]
    reports: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A wire dialect as a way in: its channel's name and mount, how it is made, and how an order's end is reported.

    ``report`` returns None where the dialect has no report of such an order.
    """

    channel: str
    mount: str
    make: Callable[[Door, Callable[[str], Templates]], Channel]
    told_at: ToldAt
    report: Callable[[End], WireRequest | None]
    sheet: Sheet
