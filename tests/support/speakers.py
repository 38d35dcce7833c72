"""Agents' programs for the contract suite of channels: each dialect's buying side, pointed at our own mount.

A dialect that has both sides needs nothing here; the JSON API, which is bought by nobody, speaks for itself.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import msgspec

from juru.server.channels import api
from juru.server.channels.way import Sheet, ToldAt, Way
from juru.server.dialects import SupplierDialect
from juru.server.dialects.contract import stored_form
from juru.server.dialects.get_buying import GetDialect
from juru.server.dialects.juru_api import sign
from juru.server.domain.outcome import Answer, Buy, Outcome, Step
from juru.server.domain.requests import Intent
from juru.simulation.demo import DemoAgent
from juru.values.wire import WireReply, WireRequest
from tests.support.dialects import ALL_WAYS, DIALECTS

Call = Callable[[str, str, bytes, dict[str, str], str], Awaitable[tuple[int, bytes]]]
"""Method, target, body, headers, address; what came back."""
LOOPBACK = "127.0.0.1"
WRONG = "salah"
"""A password and a key that nobody has."""
_STATES = {
    "accepted": Outcome.PENDING,
    "success": Outcome.SUCCESS,
    "failed": Outcome.FAILED,
    "reversed": Outcome.FAILED,
}
_times = count(int(time.time()))


@dataclass(frozen=True)
class Wanted:
    """An order as a program would place it."""

    ref: str
    product: str
    dest: str
    agent: DemoAgent
    sender: str | None = None
    proved: bool = True
    pin: str | None = None
    ip: str = LOOPBACK


class Speaker(Protocol):
    """A program that speaks one way in."""

    sheet: Sheet
    told_at: ToldAt
    pin_in_clear: bool
    resend_asks: bool

    async def order(self, call: Call, wanted: Wanted) -> Answer:
        """Order, and read the answer as a buyer would."""

    async def ask(self, call: Call, intent: Intent, wanted: Wanted) -> str | None:
        """Ask for something else; the answer's words, or None where this program has no way to ask."""

    def read_report(self, request: WireRequest, wanted: Wanted) -> Answer:
        """The end of an order as our report tells it."""


class DialectSpeaker:
    """A way in, spoken by the dialect's own buying side."""

    def __init__(self, way: Way) -> None:
        self._way = way
        spoken = DIALECTS[way.sheet.name]
        if isinstance(spoken, GetDialect):
            # A program that was set up for Digiflazz sends all that Digiflazz takes.
            spoken = GetDialect(msgspec.structs.replace(spoken.row, extras=True))
        self._dialect: SupplierDialect = spoken
        self.sheet = way.sheet
        self.told_at = way.told_at
        self.pin_in_clear = "pin" in way.sheet.secrets
        self.resend_asks = way.sheet.name != "otomax"

    async def order(self, call: Call, wanted: Wanted) -> Answer:
        account = self._account(wanted)
        if wanted.pin is not None:
            account |= {"pin": wanted.pin, "auth": "pin"}
        buy = Buy(wanted.product, stored_form(wanted.dest), wanted.ref)
        reply = await self._send(call, self._dialect.buy(account, buy), wanted.ip)
        return self._dialect.read_reply(reply, buy)

    async def ask(self, call: Call, intent: Intent, wanted: Wanted) -> str | None:
        account, buy = self._account(wanted), Buy(wanted.product, stored_form(wanted.dest), wanted.ref, tr_id="1")
        match intent:
            case Intent.ORDER:
                request: WireRequest | None = self._dialect.buy(account, buy)
            case Intent.STATUS_CHECK:
                request = self._dialect.inquire(account, buy) or self._dialect.buy(account, buy)
            case Intent.BALANCE:
                request = self._dialect.balance(account)
            case Intent.PRICE_LIST:
                request = self._dialect.price_list(account)
            case Intent.BILL_INQUIRY | Intent.BILL_PAY if self._dialect.bill_inquiry is not None:
                step = Step.INQUIRY if intent is Intent.BILL_INQUIRY else Step.PAY
                request = self._dialect.buy(account, msgspec.structs.replace(buy, step=step))
            case _:
                request = None
        return None if request is None else (await self._send(call, request, wanted.ip)).text

    def read_report(self, request: WireRequest, wanted: Wanted) -> Answer:
        account = _account(wanted) | {"secret": wanted.agent.api_key or ""}
        secret = self._dialect.callback_secret(account) if self.told_at is ToldAt.WEBHOOK_URL else None
        read = self._dialect.read_callback(request, secret)
        assert read.auth == ("none" if secret is None else "ok")
        assert read.answer is not None
        return read.answer

    def _account(self, wanted: Wanted) -> dict[str, str]:
        """What proves him; a mount that names the agent is called by his code."""
        account = _account(wanted)
        named = "<agent>" in self.sheet.mount
        return account | ({"order_path": f"/{account['member_id']}"} if named else {})

    async def _send(self, call: Call, request: WireRequest, ip: str) -> WireReply:
        url = self._way.mount + request.url
        return WireReply(*await call(request.method, url, request.body, dict(request.headers), ip))


class ApiSpeaker:
    """The JSON API; each request bears a second of its own, since a signature serves once."""

    sheet = api.SHEET
    told_at = ToldAt.WEBHOOK_URL
    pin_in_clear = False
    resend_asks = True

    async def order(self, call: Call, wanted: Wanted) -> Answer:
        order = {"ref": wanted.ref, "product": wanted.product, "dest": wanted.dest}
        status, body = await self._send(call, wanted, "POST", "/orders", msgspec.json.encode(order))
        told = msgspec.json.decode(body)
        if status != 200:
            undecided = told["code"] in {"rate_limited", "busy", "incident", "reference_conflict"}
            return Answer(Outcome.UNKNOWN if undecided else Outcome.REFUSED, message=told["code"])
        return Answer(_STATES[told["state"]], ref=told["ref"], sn=told.get("sn"))

    async def ask(self, call: Call, intent: Intent, wanted: Wanted) -> str | None:
        if intent is Intent.ORDER:
            return str(await self.order(call, wanted))
        paths = {
            Intent.STATUS_CHECK: f"/orders/{wanted.ref}",
            Intent.BALANCE: "/balance",
            Intent.PRICE_LIST: "/products",
            Intent.HISTORY: "/orders",
        }
        if intent not in paths:
            return None
        return (await self._send(call, wanted, "GET", paths[intent], b""))[1].decode()

    def read_report(self, request: WireRequest, wanted: Wanted) -> Answer:
        told = msgspec.json.decode(request.body)
        return Answer(_STATES[told["state"]], ref=told["ref"], sn=told.get("sn"))

    async def _send(self, call: Call, wanted: Wanted, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        account, at_s = _account(wanted), next(_times)
        headers = {
            "X-Juru-Agent": account["username"],
            "X-Juru-Time": str(at_s),
            "X-Juru-Signature": sign(account["api_key"], method, api.MOUNT + path, at_s, body),
        }
        return await call(method, api.MOUNT + path, body, headers, wanted.ip)


def _account(wanted: Wanted) -> dict[str, str]:
    agent = wanted.agent
    sender = wanted.sender or agent.member_id
    secrets = {"pin": agent.pin, "password": agent.password or "", "api_key": agent.api_key or ""}
    if not wanted.proved:
        secrets |= {"pin": "000000", "password": WRONG, "api_key": WRONG}
    return {"member_id": sender, "username": sender, "user": agent.agent.user or agent.member_id} | secrets


SPEAKERS: dict[str, Speaker] = {way.sheet.name: DialectSpeaker(way) for way in ALL_WAYS} | {"api": ApiSpeaker()}
