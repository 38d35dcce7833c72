"""What tests of money that comes in share: two bank accounts, statements made by hand, an import in pieces."""

from __future__ import annotations

from collections.abc import Sequence

from juru.bank.rules import Mutation, numbered
from juru.server.domain.accounts import bank_account
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_assign import seen_of
from juru.server.domain.bank_row import BankRow, RowTarget, Why
from juru.server.domain.commands_money import (
    AskTicket,
    AssignBankRow,
    BankLine,
    GiveDebt,
    ImportBankRows,
    ReopenBankRow,
)
from juru.server.domain.results import BankImported, Result, Ticketed
from juru.server.domain.views import TicketView
from tests.support.domain import Market, market

TODAY = 20250602
"""The business day of ``START_MS``."""
BCA = BankAccount(1, "BCA1", "BCA", "0123456789", "PT Toko Uji", "bca", since=20250601)
MANDIRI = BankAccount(2, "MDR1", "MANDIRI", "1370001234567", "PT Toko Uji", "mandiri")


def bank_shop(**settings: object) -> Market:
    """The usual market with two bank accounts."""
    shop = market(**settings)
    for account in (BCA, MANDIRI):
        shop.save("bank_account", account.code, account)
    return shop


def ticket(shop: Market, amount_idr: int = 1_000_000, agent: str = "BUDI", bank: str = "") -> TicketView:
    """A ticket that must be given."""
    result = shop.do(AskTicket(agent, amount_idr, "chat", bank))
    assert isinstance(result, Ticketed), result
    return result.ticket


def row(
    amount_idr: int, text: str = "TRSF", day: int = TODAY, balance_idr: int | None = None, line: int = 1
) -> Mutation:
    """A row of a statement."""
    return Mutation(line, day, amount_idr, text, balance_idr)


def lines(rows: Sequence[Mutation]) -> tuple[BankLine, ...]:
    """Rows as a file's reader numbers them."""
    return tuple(BankLine(one, nth) for one, nth in numbered(rows))


def bring(shop: Market, *rows: Mutation, account: str = "BCA1", file: str = "mutasi.csv") -> BankImported:
    """A file brought in whole."""
    result = shop.do(ImportBankRows(account, lines(rows), file, "ani"))
    assert isinstance(result, BankImported), result
    return result


def rows_of(shop: Market) -> dict[str, BankRow]:
    """Every row filed, by identity."""
    return {key: paper for (_, key), (_, paper) in shop.papers.items() if isinstance(paper, BankRow)}


def only_row(shop: Market) -> tuple[str, BankRow]:
    """The one row filed."""
    ((key, filed),) = rows_of(shop).items()
    return key, filed


def waiting(shop: Market) -> list[Why]:
    """Why rows wait."""
    return [r.why for r in rows_of(shop).values() if r.head().open and r.why is not None]


def assign(shop: Market, key: str, target: RowTarget, to: str = "", transfer_id: int | None = None) -> Result:
    """A person's assignment."""
    return shop.do(AssignBankRow(key, target, "asked them", "ani", to, transfer_id))


def reopen(shop: Market, key: str) -> Result:
    """A person takes back what a row was booked as, having seen its postings."""
    transfer_ids, number = seen_of(rows_of(shop)[key])
    return shop.do(ReopenBankRow(key, transfer_ids, "wrong", "ani", number))


def lend(shop: Market, amount_idr: int, agent: str = "BUDI", days: int | None = None) -> Result:
    """Deposit on credit."""
    return shop.do(GiveDebt(agent, amount_idr, "he asked", "ani", f"debt{len(shop.commits)}", days))


def bank_idr(shop: Market, account: BankAccount = BCA) -> int:
    """What the book says is in a bank account."""
    return -shop.net_idr(bank_account(account.id))


def plain_file(day: int, *rows: tuple[int, str], opening_idr: int = 5_000_000) -> bytes:
    """A statement of the profile ``generic``, with a running balance: what a person downloads from a bank."""
    date = f"{day % 100:02}/{day // 100 % 100:02}/{day // 10_000}"
    written = ["Tanggal;Keterangan;Debit;Kredit;Saldo"]
    balance_idr = opening_idr
    for amount_idr, text in rows:
        balance_idr += amount_idr
        sides = ("", f"{amount_idr}") if amount_idr > 0 else (f"{-amount_idr}", "")
        written.append(";".join((date, text, *sides, str(balance_idr))))
    return ("\n".join(written) + "\n").encode()
