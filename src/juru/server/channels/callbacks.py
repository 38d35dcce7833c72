"""Suppliers' reports to us: ``/callback/<supplier>/<token>``, authenticated, kept raw, then matched and applied."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Mapping

import msgspec

from juru.server.channels.door import Door
from juru.server.dialects.contract import SupplierDialect, seal_pin, shown
from juru.server.domain.catalog import Supplier
from juru.server.domain.commands import CallbackArrived
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.values.wire import WireReply, WireRequest

CHANNEL = "callback"
MOUNT = "/callback"
_RAW_MAX = 4_000
_OK = WireReply(200, b"OK", (("content-type", "text/plain"),))


class CallbackChannel:
    """Takes a supplier's report: 200 only once it is committed, 503 otherwise, so that the sender repeats."""

    def __init__(self, door: Door, dialects: Mapping[str, SupplierDialect], unseal: Callable[[str], str]) -> None:
        self._door = door
        self._dialects = dialects
        self._unseal = unseal
        self._secrets: dict[str, tuple[Supplier, str | None]] = {}

    async def handle(self, request: WireRequest, ip: str, code: str, token: str) -> WireReply:
        """One report."""
        supplier = self._door.writer.cell.suppliers.get(code.upper())
        if supplier is None or not hmac.compare_digest(supplier.callback_token.encode(), token.encode()):
            return WireReply(404)
        if not _from_there(supplier, ip):
            self._door.note(Refusal(Code.IP_NOT_ALLOWED), CHANNEL, None, f"{supplier.code} {ip}")
            return WireReply(403)
        dialect = self._dialects[supplier.dialect]
        read = dialect.read_callback(request, self._secret(supplier, dialect))
        if read.auth == "bad":
            self._door.note(Refusal(Code.BAD_SIGNATURE), CHANNEL, None, f"{supplier.code} {ip}")
            return WireReply(401)
        if read.event == "ping":
            return _OK
        answer = read.answer or Answer(Outcome.UNKNOWN, reason="unreadable")
        raw, answer = _raw(request, answer), seal_pin(answer, self._door.keys.seal)
        result = await self._door.writer.submit(CallbackArrived(supplier.code, answer, raw, confirm=read.confirm))
        return WireReply(503) if isinstance(result, Refusal) else _OK

    def _secret(self, supplier: Supplier, dialect: SupplierDialect) -> str | None:
        """What proves this supplier's reports, opened once per version of its record."""
        known = self._secrets.get(supplier.code)
        if known is None or known[0] is not supplier:
            account = supplier.account | {name: self._unseal(sealed) for name, sealed in supplier.secrets.items()}
            known = self._secrets[supplier.code] = (supplier, dialect.callback_secret(account))
        return known[1]


def _from_there(supplier: Supplier, ip: str) -> bool:
    if not supplier.callback_ips:
        return True
    address = ipaddress.ip_address(ip)
    return any(address in ipaddress.ip_network(known, strict=False) for known in supplier.callback_ips)


def _raw(request: WireRequest, answer: Answer) -> str:
    """The report as it came, for people to read."""
    body = shown(request.body.decode("utf-8", "replace"), answer)
    query = {"query": dict(request.query)}
    return msgspec.json.encode(query | {"body": body} if body else query).decode()[:_RAW_MAX]
