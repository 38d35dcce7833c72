"""Suppliers that are reached over HTTP: their dialect writes and reads, the transport sends once.

What is known of the wire decides the outcome: nothing left = refused ``not_sent``; anything after the first byte that
is no readable reply = unknown (reference/dialects.md 2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from juru.server.dialects.contract import SupplierDialect, UnsayableError, seal_pin, shown
from juru.server.dialects.profiles import ReplyProfile, load_profile
from juru.server.dialects.texts import read_bill_reason
from juru.server.domain.catalog import Supplier
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.engine.ports import Told
from juru.server.suppliers.transport import HttpTransport
from juru.values.wire import Lost, NotSent, Sent, WireRequest

_RAW_MAX = 2_000


class _Line(msgspec.Struct):
    """A supplier as configured, made ready once per version of its record."""

    supplier: Supplier
    dialect: SupplierDialect
    account: dict[str, str]
    profile: ReplyProfile | None


class HttpSuppliers:
    """All suppliers that speak HTTP, behind the engine's port."""

    def __init__(
        self,
        dialects: Mapping[str, SupplierDialect],
        unseal: Callable[[str], str],
        clock: Callable[[], float],
        wall_ms: Callable[[], int],
        *,
        seal: Callable[[str], str],
    ) -> None:
        self._dialects = dialects
        self._unseal = unseal
        self._seal = seal
        self._clock = clock
        self._wall_ms = wall_ms
        self._lines: dict[str, _Line] = {}
        self._transports: dict[int, HttpTransport] = {}

    def _line(self, supplier: Supplier) -> _Line:
        line = self._lines.get(supplier.code)
        if line is None or line.supplier is not supplier:
            account = supplier.account | {key: self._unseal(value) for key, value in supplier.secrets.items()}
            profile = load_profile(supplier.profile) if supplier.profile else None
            line = _Line(supplier, self._dialects[supplier.dialect], account, profile)
            self._lines[supplier.code] = line
        return line

    def _transport(self, supplier: Supplier) -> HttpTransport:
        """Suppliers with the same time limit share a pool."""
        seconds = supplier.read_timeout_s
        transport = self._transports.get(seconds)
        if transport is None:
            transport = self._transports[seconds] = HttpTransport(clock=self._clock, read_timeout_s=seconds)
        return transport

    async def buy(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        """Send an order, a bill's inquiry or its payment, at most once; no bill to a dialect that has none."""
        line = self._line(supplier)
        if buy.step is not Step.ORDER and line.dialect.bill_inquiry is None:
            return Told(Answer(Outcome.REFUSED, reason="not_sent", message=f"{supplier.dialect} has no bills"))
        try:
            request = line.dialect.buy(line.account, buy)
        except UnsayableError as error:
            return Told(Answer(Outcome.REFUSED, reason="not_sent", message=str(error)))
        return await self._ask(line, request, buy, may_send)

    async def inquire(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        """Ask about an order; where the supplier's record says that a resend asks, by the same order again."""
        line = self._line(supplier)
        verb = supplier.inquiry if buy.step is Step.ORDER else supplier.bill_inquiry
        again = verb is InquiryVerb.RESEND
        request = line.dialect.buy(line.account, buy) if again else line.dialect.inquire(line.account, buy)
        if request is None:
            return Told(Answer(Outcome.UNKNOWN, reason="not_sent"))
        return await self._ask(line, request, buy, may_send)

    async def probe(self, supplier: Supplier) -> bool | None:
        """Whether a supplier can be reached, by asking for our deposit there; None where that cannot be asked."""
        line = self._line(supplier)
        request = line.dialect.balance(line.account)
        if request is None:
            return None
        delivery = await self._transport(supplier).send(_absolute(line, request), may_send=lambda: True)
        return isinstance(delivery, Sent) and line.dialect.read_balance(delivery.reply) is not None

    async def _ask(self, line: _Line, request: WireRequest, buy: Buy, may_send: Callable[[], bool]) -> Told:
        delivery = await self._transport(line.supplier).send(_absolute(line, request), may_send=may_send)
        match delivery:
            case Sent(reply=reply, last_byte_at_s=last_s):
                answer = line.dialect.read_reply(reply, buy, line.profile)
                raw = shown(reply.text, answer)[:_RAW_MAX]
                if buy.step is Step.INQUIRY:
                    answer = read_bill_reason(answer)
                return Told(seal_pin(answer, self._seal), self._wall(last_s), raw)
            case NotSent(reason=reason):
                return Told(Answer(Outcome.REFUSED, reason="not_sent", message=reason))
            case Lost(reason=reason, last_byte_at_s=last):
                return Told(Answer(Outcome.UNKNOWN, reason=reason), None if last is None else self._wall(last))

    def _wall(self, at_s: float) -> int:
        """An instant of the sender's clock as wall-clock milliseconds."""
        return self._wall_ms() - int((self._clock() - at_s) * 1000)

    async def close(self) -> None:
        """Close every connection."""
        for transport in self._transports.values():
            await transport.close()


def _absolute(line: _Line, request: WireRequest) -> WireRequest:
    """The request at the account's ``base``, unless its dialect has named another address already."""
    if "://" in request.path:
        return request
    return msgspec.structs.replace(request, path=line.account["base"].rstrip("/") + request.path)
