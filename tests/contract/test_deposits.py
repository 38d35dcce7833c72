"""Paying in, by every way in that can ask: the exact sum, once; giving it up; being told when it came."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from juru.bank.rules import Mutation
from juru.server.channels.digiflazz import MOUNT as DIGIFLAZZ_MOUNT
from juru.server.channels.otomax import MOUNT as OTOMAX_MOUNT
from juru.server.dialects.contract import SupplierTicket
from juru.server.dialects.digiflazz_buyer import DIGIFLAZZ_BUYER
from juru.server.dialects.otomax import OTOMAX
from juru.server.domain.commands_money import BankLine, GiveDebt, ImportBankRows
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import BankImported
from juru.server.domain.ticket import TicketState
from juru.server.domain.tickets import book_of
from juru.simulation.demo import BANK_ACCOUNT
from juru.values.days import business_day
from juru.values.wire import WireReply, WireRequest
from tests.contract.test_channels import BUDI, Shop, _in_shop

ACCOUNT = {"member_id": BUDI.member_id, "pin": BUDI.pin, "password": BUDI.password or ""}


async def pay(shop: Shop, amount_idr: int, text: str = "TRSF") -> BankImported:
    """A statement of today with one row."""
    cell = shop.server.writer.cell
    today = business_day(int(time.time() * 1000), cell.settings.zone)
    line = BankLine(Mutation(1, today, amount_idr, text, None), 1)
    result = await shop.server.writer.submit(ImportBankRows(BANK_ACCOUNT.code, (line,), "mutasi.csv", "ani"))
    assert isinstance(result, BankImported), result
    return result


def waiting(shop: Shop) -> list[int]:
    """The sums of tickets that wait."""
    tickets = book_of(shop.server.writer.cell).by_number.values()
    return [ticket.amount_idr for ticket in tickets if ticket.state is TicketState.OPEN]


def heard(shop: Shop) -> list[str]:
    """What came to the agent's chat by itself."""
    return [later.text for later in shop.server.chat._later.get(BUDI.member_id, ())]


def dotted(amount_idr: int) -> str:
    return f"Rp{amount_idr:,}".replace(",", ".")


async def send(shop: Shop, mount: str, request: WireRequest) -> WireReply:
    return WireReply(*await shop.call(request.method, mount + request.url, request.body, dict(request.headers)))


# ---------------------------------------------------------------- chat


def test_chat_tells_the_exact_sum_once_and_gives_it_up(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        async def say(text: str) -> str:
            (answer,) = await shop.server.chat.say(BUDI.member_id, text, f"m-{text}-{time.monotonic()}")
            return answer

        told = await say(f"TIKET.1000000.{BUDI.pin}")
        (sum_idr,) = waiting(shop)
        assert 1_000_000 < sum_idr < 1_001_000
        assert dotted(sum_idr) in told
        assert f"{BANK_ACCOUNT.bank} {BANK_ACCOUNT.number} a.n. {BANK_ACCOUNT.holder}" in told
        assert dotted(sum_idr) in await say(f"DEP.1000000.{BUDI.pin}"), "asked again, it is the same"
        assert dotted(sum_idr) in await say(f"TIKET.BCA.1000000.{BUDI.pin}")
        assert waiting(shop) == [sum_idr]
        assert dotted(sum_idr) in await say(f"TIKET.2000000.{BUDI.pin}"), "one at a time: the one that waits is named"
        assert waiting(shop) == [sum_idr]
        assert "dibatalkan" in await say(f"UNTIKET.{BUDI.pin}")
        assert waiting(shop) == []
        assert BANK_ACCOUNT.number in await say(f"BANK.{BUDI.pin}")
        for wrong in ("TIKET.1000000.000000", f"TIKET.0.{BUDI.pin}", f"TIKET.BNI.1000000.{BUDI.pin}"):
            await say(wrong)
            assert waiting(shop) == [], wrong

    _in_shop(tmp_path, scene)


def test_chat_is_told_when_the_deposit_came(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        await shop.server.chat.say(BUDI.member_id, f"TIKET.1000000.{BUDI.pin}", "m1")
        (sum_idr,) = waiting(shop)
        before_idr = shop.free_idr()
        assert (await pay(shop, sum_idr)).credited == 1
        await shop.until(lambda: any(dotted(sum_idr) in text for text in heard(shop)))
        (told,) = [text for text in heard(shop) if dotted(sum_idr) in text]
        assert dotted(before_idr + sum_idr) in told
        assert shop.free_idr() == before_idr + sum_idr

    _in_shop(tmp_path, scene)


def test_chat_says_what_is_owed_beside_the_balance(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        (before,) = await shop.server.chat.say(BUDI.member_id, f"SAL.{BUDI.pin}", "m1")
        assert "Piutang" not in before
        await shop.change(debt_limit_idr=500_000, debt_days=7)
        given = await shop.server.writer.submit(GiveDebt(BUDI.member_id, 400_000, "lebaran", "ani", "d1"))
        assert not isinstance(given, Refusal), given
        (after,) = await shop.server.chat.say(BUDI.member_id, f"SAL.{BUDI.pin}", "m2")
        assert "Piutang Rp400.000, jatuh tempo" in after

    _in_shop(tmp_path, scene)


# ---------------------------------------------------------------- OtomaX and Digiflazz


def test_otomax_ticket_is_told_in_words(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        reply = await send(shop, OTOMAX_MOUNT, OTOMAX.ticket(ACCOUNT, 1_000_000))
        (sum_idr,) = waiting(shop)
        assert reply.status == 200
        assert dotted(sum_idr) in reply.text
        assert BANK_ACCOUNT.number in reply.text
        forged = OTOMAX.ticket(ACCOUNT | {"pin": "000000"}, 3_000_000)
        assert dotted(sum_idr) not in (await send(shop, OTOMAX_MOUNT, forged)).text
        assert waiting(shop) == [sum_idr]

    _in_shop(tmp_path, scene)


def test_digiflazz_deposit_is_told_as_its_own_buyers_read_it(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        account = {"username": BUDI.member_id, "api_key": BUDI.api_key or "", "order_path": "/v1/transaction"}
        request = DIGIFLAZZ_BUYER.ticket(account, 1_000_000, bank="BCA", owner="BUDI")
        reply = await send(shop, f"{DIGIFLAZZ_MOUNT}/v1", request)
        (sum_idr,) = waiting(shop)
        remark = msgspec.json.decode(reply.body)["data"]["notes"]
        assert DIGIFLAZZ_BUYER.read_ticket(reply) == SupplierTicket(
            sum_idr, BANK_ACCOUNT.bank, BANK_ACCOUNT.number, remark
        )
        assert remark.startswith("JT")
        other = DIGIFLAZZ_BUYER.ticket(account, 1_000_000, bank="MANDIRI", owner="BUDI")
        refused = await send(shop, f"{DIGIFLAZZ_MOUNT}/v1", other)
        assert DIGIFLAZZ_BUYER.read_ticket(refused) is None
        assert waiting(shop) == [sum_idr]

    _in_shop(tmp_path, scene)


# ---------------------------------------------------------------- JSON API


def test_api_makes_lists_and_cancels_tickets(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        seconds = count(int(time.time()) - 100)  # a signature serves once

        async def api(method: str, path: str, document: object = None) -> tuple[int, Any]:
            return await shop.api(method, path, document, at_s=next(seconds))

        status, made = await api("POST", "/tickets", {"amount_idr": 1_000_000})
        assert (status, made["state"], made["base_idr"]) == (200, "open", 1_000_000)
        assert made["accounts"] == [
            {"bank": BANK_ACCOUNT.bank, "number": BANK_ACCOUNT.number, "holder": BANK_ACCOUNT.holder}
        ]
        again = await api("POST", "/tickets", {"amount_idr": 1_000_000})
        assert (again[1]["ticket"], again[1]["repeated"]) == (made["ticket"], True)
        _, listed = await api("GET", "/tickets")
        assert [one["ticket"] for one in listed["tickets"]] == [made["ticket"]]
        status, gone = await api("POST", f"/tickets/{made['ticket']}/cancel")
        assert (status, gone["state"]) == (200, "cancelled")
        status, other = await api("POST", "/tickets", {"amount_idr": 1_000_000})
        assert other["amount_idr"] != made["amount_idr"], "a sum that was let go is not given again at once"
        assert (await pay(shop, other["amount_idr"])).credited == 1
        _, listed = await api("GET", "/tickets")
        assert [(one["ticket"], one["state"]) for one in listed["tickets"]] == [
            (other["ticket"], "paid"),
            (made["ticket"], "cancelled"),
        ]

    _in_shop(tmp_path, scene)


@pytest.mark.parametrize(
    ("method", "path", "document", "status", "code"),
    [
        ("POST", "/tickets", {"amount": 1}, 400, Code.MALFORMED),
        ("POST", "/tickets", {"amount_idr": 1}, 422, Code.BAD_AMOUNT),
        ("POST", "/tickets", {"amount_idr": 1_000_000, "bank": "BNI"}, 422, Code.NO_BANK_ACCOUNT),
        ("POST", "/tickets/77/cancel", None, 404, Code.UNKNOWN_TICKET),
        ("POST", "/tickets/x/cancel", None, 404, Code.UNKNOWN_TICKET),
    ],
)
def test_api_refuses_a_ticket_with_a_code(
    method: str, path: str, document: dict[str, Any] | None, status: int, code: Code, tmp_path: Path
) -> None:
    async def scene(shop: Shop) -> None:
        told, problem = await shop.api(method, path, document)
        assert (told, problem["code"]) == (status, code.value), problem
        assert waiting(shop) == []

    _in_shop(tmp_path, scene)


def test_api_cancels_no_ticket_of_another_agent(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        await shop.server.chat.say("SARI02", "TIKET.1000000.281946", "m1")
        (number,) = book_of(shop.server.writer.cell).by_number
        status, problem = await shop.api("POST", f"/tickets/{number}/cancel")
        assert (status, problem["code"]) == (404, "unknown_ticket")
        assert len(waiting(shop)) == 1

    _in_shop(tmp_path, scene)


def test_api_describes_tickets(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        _, body = await shop.call("GET", "/api/v1/openapi.json")
        paths = msgspec.json.decode(body)["paths"]
        assert {"get", "post"} <= paths["/api/v1/tickets"].keys()
        assert "post" in paths["/api/v1/tickets/{ticket}/cancel"]

    _in_shop(tmp_path, scene)
