"""The pages Bank, Tickets and Debts over real HTTP: a file looked at and brought in, rows named, tickets, debts."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from juru.server.console import bank
from juru.server.domain.accounts import agent_deposit, agent_receivable, bank_account
from juru.server.domain.bank_row import BankRow
from juru.server.domain.commands_money import AskTicket
from juru.server.domain.results import Ticketed
from juru.server.domain.views import TicketView
from juru.server.settings import DataDir
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.values.days import business_day
from tests.support.bank import plain_file
from tests.support.house import Answer, Browser, House, make

ENDS_WITHIN_S = 60  # a page is asked for again and again until its job has ended
ACCOUNT = {
    "code": "BCA1", "bank": "BCA", "number": "0123456789", "holder": "PT Toko", "profile": "generic",
}  # fmt: skip
AGENTS: list[dict[str, Any]] = [
    {"code": "BUDI01", "name": "Budi", "debt_limit_idr": 500_000, "debt_days": 7},
    {"code": "SARI02", "name": "S"},
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    records = [("bank_account", "BCA1", ACCOUNT), *(("agent", agent["code"], agent) for agent in AGENTS)]
    house = House(make(DataDir(tmp_path / "cell"), *records))
    yield house
    house.stop()


@pytest.fixture
def lina(house: House) -> Browser:
    """Finance."""
    browser = house.browser()
    browser.log_in("lina")
    return browser


def words(answer: Answer) -> str:
    """What a page says, without its marks."""
    text = re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text))


def today(house: House) -> int:
    return business_day(house.console.now_ms(), house.server.writer.cell.settings.zone)


def balance(house: House, account: int) -> int:
    found = house.server.writer.cell.ledger.get(account)
    return 0 if found is None else found.net_idr


def ticket(house: House, amount_idr: int = 1_000_000, agent: str = "BUDI01") -> TicketView:
    result = house.submit(AskTicket(agent, amount_idr, "chat"))
    assert isinstance(result, Ticketed), result
    return result.ticket


def rows(house: House) -> list[tuple[FiledPaper, BankRow]]:
    async def read() -> list[FiledPaper]:
        return PaperReads(house.server.reads.engine).page("bank_row")

    return [(filed, filed.paper) for filed in house.run(read()) if isinstance(filed.paper, BankRow)]


def look(browser: Browser, data: bytes, name: str = "mutasi.csv", **fields: str) -> Answer:
    browser.get("/bank")
    return browser.upload("/bank/look", {"account": "BCA1", "year": ""} | fields, name, data)


def bring(browser: Browser, looked: Answer) -> Answer:
    found = re.search(r'name="token" value="([^"]+)"', looked.text)
    assert found, words(looked)
    answer = browser.send("/bank/bring", token_of(found[1]))
    assert answer.status == 303, words(answer)
    until_s = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < until_s:
        page = browser.get(answer.location)
        if "http-equiv" not in page.text:
            return page
    raise AssertionError("it goes on for ever")


def token_of(token: str) -> dict[str, str]:
    return {"token": token}


# ---------------------------------------------------------------- bank files


def test_a_file_is_looked_at_first_and_then_brought_in(house: House, lina: Browser) -> None:
    wanted = ticket(house)
    data = plain_file(today(house), (wanted.amount_idr, "TRSF BUDI SANTOSO"), (250_000, "SETORAN"), (-15_000, "ADM"))
    looked = look(lina, data)
    said = words(looked)
    assert looked.status == 200
    assert f"tiket {wanted.ticket} (BUDI01)" in said
    assert "masuk saldo agen lewat tiket" in said
    assert "menunggu orang: uang keluar" in said
    assert (rows(house), balance(house, agent_deposit(1))) == ([], 0), "a look changes nothing"
    done = words(bring(lina, looked))
    assert f"3 baris baru: 1 masuk saldo (Rp{wanted.amount_idr:,}".replace(",", ".") in done
    assert balance(house, agent_deposit(1)) == wanted.amount_idr
    page = words(lina.get("/bank"))
    assert "2 baris, Rp235.000" in page, "the rows that wait, by account"
    assert "SETORAN" in page
    assert "ADM" in page
    assert "TRSF BUDI" not in page
    assert "TRSF BUDI" in words(lina.get("/bank?all"))
    again = words(look(lina, data))
    assert "Tidak ada baris baru di file ini" in again
    assert "sudah dikenal, dilewati 3" in again


def test_a_form_sent_twice_brings_a_file_in_once(house: House, lina: Browser) -> None:
    looked = look(lina, plain_file(today(house), (100_000, "A"), (100_000, "A")))
    found = re.search(r'name="token" value="([^"]+)"', looked.text)
    assert found
    first, second = (lina.send("/bank/bring", token_of(found[1])) for _ in range(2))
    assert first.location == second.location
    bring(lina, looked)
    assert [row.amount_idr for _, row in rows(house)] == [100_000, 100_000], "two equal transfers are two"


def test_what_was_looked_at_long_ago_must_be_looked_at_again(
    house: House, lina: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank, "_ROWS_KEPT", 3)
    first = look(lina, plain_file(today(house), (1, "A"), (2, "B")))
    second = look(lina, plain_file(today(house), (3, "C"), (4, "D")))
    found = re.search(r'name="token" value="([^"]+)"', first.text)
    assert found
    gone = lina.send("/bank/bring", token_of(found[1]))
    assert gone.status == 409
    assert "Pilih filenya lagi" in words(gone)
    bring(lina, second)
    assert [row.amount_idr for _, row in rows(house)] == [4, 3]


def test_what_is_wrong_with_a_file_is_said_by_row_and_column(house: House, lina: Browser) -> None:
    good = plain_file(today(house), (100_000, "A")).decode()
    excel = look(lina, good.replace("100000", "1E+05").encode())
    assert excel.status == 422
    assert "tidak ada yang dimasukkan" in words(excel)
    assert "kredit" in words(excel).casefold()
    assert "1E+05" in words(excel)
    torn = look(lina, (good + "24/11").encode())
    assert torn.status == 422
    other = look(lina, Path("examples/bank/bca.csv").resolve().read_bytes(), "bca.csv")
    assert other.status == 422
    assert "BCA" in words(other)
    assert rows(house) == []


def test_a_form_for_a_file_says_what_it_lacks(house: House, lina: Browser) -> None:
    data = plain_file(today(house), (100_000, "A"))
    for fields, name, why in (
        ({"account": "MDR1"}, "a.csv", "Pilih rekeningnya"),
        ({}, "", "Pilih file mutasinya"),
        ({"year": "26"}, "a.csv", "Tahun ditulis seperti 2026"),
    ):
        answer = look(lina, data, name, **fields)
        assert (answer.status, why in words(answer)) == (400, True), (fields, words(answer))
    gone = lina.send("/bank/bring", token_of("never-looked-at"))
    assert gone.status == 409
    assert "tidak ada yang dimasukkan" in words(gone)
    assert lina.get("/bank/files/never-looked-at").location == "/bank"


# ---------------------------------------------------------------- one row


@pytest.fixture
def deposit(house: House, lina: Browser) -> int:
    """The number of a row of Rp250.000 that nobody knows."""
    bring(lina, look(lina, plain_file(today(house), (250_000, "SETORAN TUNAI"))))
    return rows(house)[0][0].id


def test_a_person_names_a_row_and_takes_it_back(house: House, lina: Browser, deposit: int) -> None:
    path = f"/bank/rows/{deposit}"
    lina.get(path)
    answer = lina.send(f"{path}/assign", target="agent", to="sari02", reason="ia menelepon")
    assert (answer.status, answer.location) == (303, path)
    page = lina.get(path)
    assert "Sudah dibukukan." in words(page), "said once"
    assert "Deposit SARI02" in words(page)
    assert "console:LINA · ia menelepon" in words(page)
    assert balance(house, agent_deposit(2)) == 250_000
    assert balance(house, bank_account(1)) == -250_000
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)
    assert seen
    assert "Sudah dibukukan." not in words(lina.get(path))
    assert lina.send(f"{path}/reopen", seen=seen[1], reason="ternyata bukan dia").status == 303
    assert balance(house, agent_deposit(2)) == 0
    assert balance(house, bank_account(1)) == 0
    stale = lina.send(f"{path}/reopen", seen=seen[1], reason="sekali lagi")
    assert stale.status == 409
    assert "sudah menunggu" in words(stale)
    history = words(lina.get(path)).partition("Riwayat")[2]
    assert history.index("Menunggu orang") < history.index("Deposit SARI02") < history.rindex("Menunggu orang")


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({"target": "agent", "to": "SARI02"}, 400, "Tulis alasannya"),
        ({"target": "", "to": "SARI02", "reason": "x"}, 400, "Pilih uang apa ini"),
        ({"target": "agent", "to": "NOBODY", "reason": "x"}, 409, "kode NOBODY tidak ada"),
        ({"target": "agent", "to": "", "reason": "x"}, 409, "tidak ada"),
        ({"target": "debt", "to": "SARI02", "reason": "x"}, 409, "tidak berutang"),
        ({"target": "booked", "to": "999", "reason": "x"}, 409, "transfer itu tidak ada"),
        ({"target": "booked", "to": "abc", "reason": "x"}, 409, "transfer itu tidak ada"),
        ({"target": "supplier", "to": "NONE", "reason": "x"}, 409, "kode NONE tidak ada"),
        ({"target": "bank", "to": "NONE", "reason": "x"}, 409, "rekening itu tidak ada"),
    ],
)
def test_a_row_named_wrongly_stays_and_the_form_keeps_what_was_typed(
    house: House, lina: Browser, deposit: int, fields: dict[str, str], status: int, why: str
) -> None:
    lina.get(f"/bank/rows/{deposit}")
    answer = lina.send(f"/bank/rows/{deposit}/assign", fields)
    assert answer.status == status
    assert why in words(answer), words(answer)
    if fields["to"]:
        assert f'value="{fields["to"]}"' in answer.text
    assert rows(house)[0][1].head().open


@pytest.mark.parametrize("target", ["equity", "fee", "not_ours"])
def test_money_that_is_no_agents_has_its_account(house: House, lina: Browser, deposit: int, target: str) -> None:
    lina.get(f"/bank/rows/{deposit}")
    assert lina.send(f"/bank/rows/{deposit}/assign", target=target, reason="ya").status == 303
    assert not rows(house)[0][1].head().open
    assert balance(house, bank_account(1)) == -250_000


def test_an_absent_row_is_told_as_absent(lina: Browser) -> None:
    for number in (1, 2**70):
        answer = lina.get(f"/bank/rows/{number}")
        assert (answer.status, f"Mutasi {number} tidak ada" in words(answer)) == (404, True)
        assert lina.send(f"/bank/rows/{number}/assign", target="fee", reason="x").status == 404
        assert lina.send(f"/bank/rows/{number}/reopen", seen="1", reason="x").status == 404


def test_what_a_bank_wrote_is_shown_as_text(house: House, lina: Browser) -> None:
    bring(lina, look(lina, plain_file(today(house), (1_000, "<script>alert(1)</script>"))))
    page = lina.get("/bank").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# ---------------------------------------------------------------- tickets


def test_a_ticket_is_made_for_an_agent_who_telephones_and_cancelled(house: House) -> None:
    agus = house.browser()
    agus.log_in("agus")
    agus.get("/tickets")
    made = agus.send("/tickets", agent="budi01", amount="1.000.000", bank="")
    assert made.status == 303
    page = words(agus.get("/tickets"))
    exact = re.search(r"transfer tepat Rp([\d.]+), berita (\w+)", page)
    assert exact
    assert 1_000_000 < int(exact[1].replace(".", "")) < 1_001_000
    assert page.count(exact[2]) == 2, "in the note and in the list"
    assert agus.send("/tickets", agent="budi01", amount="1000000", bank="").status == 303, "the same again is the same"
    refused = agus.send("/tickets", agent="BUDI01", amount="2000000", bank="")
    assert refused.status == 409
    assert 'value="2000000"' in refused.text
    number = re.search(r"/tickets/(\d+)/cancel", agus.get("/tickets").text)
    assert number
    assert agus.send(f"/tickets/{number[1]}/cancel").status == 303
    assert "Tidak ada tiket yang menunggu" in words(agus.get("/tickets"))
    assert "Dibatalkan" in words(agus.get("/tickets?all"))
    assert agus.send(f"/tickets/{number[1]}/cancel").status == 409


@pytest.mark.parametrize(
    ("agent", "amount", "status", "why"),
    [
        ("NOBODY", "1000000", 400, "kode NOBODY tidak ada"),
        ("BUDI01", "sejuta", 400, "tulis jumlah seperti"),
        ("BUDI01", "1", 409, "jumlahnya"),
    ],
)
def test_a_ticket_is_refused_with_what_to_do(house: House, agent: str, amount: str, status: int, why: str) -> None:
    agus = house.browser()
    agus.log_in("agus")
    agus.get("/tickets")
    answer = agus.send("/tickets", agent=agent, amount=amount, bank="")
    assert answer.status == status
    assert why in words(answer), words(answer)


# ---------------------------------------------------------------- debts


def test_a_debt_is_given_repaid_and_written_off_once_each(house: House, lina: Browser) -> None:
    def send(**fields: str) -> Answer:
        page = lina.get("/debts")
        found = re.search(r'name="request_id" value="([^"]+)"', page.text)
        assert found
        form = {"request_id": found[1], "agent": "budi01", "via": "", "reason": "ya"} | fields
        first, again = lina.send("/debts", form), lina.send("/debts", form)
        assert (first.status, again.status) in {(303, 303), (409, 409)}, (words(first), words(again))
        return first

    assert send(what="give", amount="400.000").status == 303
    assert balance(house, agent_deposit(1)) == 400_000
    assert balance(house, agent_receivable(1)) == -400_000
    over = send(what="give", amount="100.001")
    assert over.status == 409
    assert "batas" in words(over).casefold()
    assert send(what="repay", amount="150000").status == 303
    assert "Piutang Rp250.000 dari batas Rp500.000, jatuh tempo pertama" in words(lina.get("/agents/BUDI01"))
    assert "dari batas" not in words(lina.get("/agents/SARI02"))
    page = words(lina.get("/debts"))
    assert "BUDI01" in page
    assert "Rp250.000" in page
    assert send(what="write_off", amount="").status == 303
    assert balance(house, agent_receivable(1)) == 0
    assert "Tidak ada yang berutang" in words(lina.get("/debts"))
    assert balance(house, agent_deposit(1)) == 400_000


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({"amount": ""}, 400, "tulis jumlah"),
        ({"reason": ""}, 400, "Tulis alasannya"),
        ({"agent": "NOBODY"}, 409, "kode NOBODY tidak ada"),
        ({"what": "repay"}, 409, "tidak berutang"),
        ({"what": "", "amount": "10"}, 400, "Pilih uang apa ini"),
        ({"what": "repay", "via": "NONE"}, 409, "tidak"),
    ],
)
def test_a_debt_is_refused_with_what_to_do(lina: Browser, fields: dict[str, str], status: int, why: str) -> None:
    lina.get("/debts")
    form = {"request_id": "r1", "what": "give", "agent": "BUDI01", "amount": "1000", "via": "", "reason": "ya"}
    answer = lina.send("/debts", form | fields)
    assert answer.status == status
    assert why in words(answer), words(answer)
