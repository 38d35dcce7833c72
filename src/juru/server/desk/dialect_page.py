"""What each wire dialect can do on either side, read from the code that speaks it: docs/reference/dialects.md.

The ways in tell it in their sheets. The ways out are asked: a dialect is given an account that notes what is looked up
in it, and what it makes of a balance, a price list, a bill or a report says whether it has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from juru.server.channels import api, chat
from juru.server.channels.served.table import SERVED
from juru.server.channels.table import WAYS
from juru.server.channels.way import Sheet
from juru.server.dialects import SUPPLIER_DIALECTS, SupplierDialect
from juru.server.dialects.contract import UnsayableError
from juru.server.domain.outcome import Buy, InquiryVerb, Step
from juru.server.domain.requests import Intent
from juru.values.wire import WireRequest

COMMAND = "juru dialects --markdown"
DAY_S = 86_400
_NO, _YES, _LATER = "-", "yes", "not yet"
_SECRETS = ("pin", "password", "api_key", "secret")
_ASKED = {
    "Order": Intent.ORDER,
    "Status": Intent.STATUS_CHECK,
    "Balance": Intent.BALANCE,
    "Prices": Intent.PRICE_LIST,
    "Bill inquiry": Intent.BILL_INQUIRY,
    "Bill payment": Intent.BILL_PAY,
    "Deposit ticket": Intent.DEPOSIT_TICKET,
    "History": Intent.HISTORY,
    "Transfer": Intent.DOWNLINE_TRANSFER,
}
SHEETS: tuple[Sheet, ...] = (*(way.sheet for way in WAYS), api.SHEET, chat.SHEET)
"""Every way in."""


class Offered(msgspec.Struct, frozen=True):
    """What can be had from suppliers of a dialect, and what their accounts hold.

    ``may_have`` maps a key to what it is where it is not set; ``proofs`` are the keys that prove a report.
    """

    name: str
    request: str
    needs: tuple[str, ...]
    may_have: dict[str, str | None]
    inquiry: InquiryVerb
    horizon_s: int
    bill_inquiry: InquiryVerb | None
    balance: bool
    price_list: bool
    amount: bool
    proofs: tuple[str, ...]


class _Noting(Mapping[str, str]):
    """An account that has what is needed and nothing else, and notes what is looked up."""

    def __init__(self) -> None:
        self.needed: dict[str, None] = {}
        self.looked_for: dict[str, str | None] = {}

    def __getitem__(self, key: str) -> str:
        self.needed[key] = None
        return key

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """What may be left out is."""
        self.looked_for[key] = default
        return default

    def __iter__(self) -> Iterator[str]:
        return iter(self.needed)

    def __len__(self) -> int:
        return len(self.needed)


def offered(dialect: SupplierDialect) -> Offered:
    """What a dialect's suppliers offer, by trying it."""
    account = _Noting()
    buy = Buy("S10", "+6281234567890", "1")
    order = dialect.buy(account, buy)
    amount = True
    try:
        dialect.buy(account, msgspec.structs.replace(buy, amount_idr=25_000))
    except UnsayableError:
        amount = False
    if dialect.bill_inquiry is not None:
        for step in (Step.INQUIRY, Step.PAY):
            dialect.buy(account, msgspec.structs.replace(buy, step=step, tr_id="1"))
    balance, price_list = dialect.balance(account), dialect.price_list(account)
    needs = ("base", *account.needed)
    return Offered(
        dialect.name,
        f"{order.method} {order.path}",
        needs,
        {key: default for key, default in account.looked_for.items() if key not in needs},
        dialect.inquiry,
        dialect.horizon_s,
        dialect.bill_inquiry,
        balance is not None,
        price_list is not None,
        amount,
        _proofs(dialect),
    )


def _proofs(dialect: SupplierDialect) -> tuple[str, ...]:
    """The keys of an account by which a report is proved; none where one without a proof is taken."""
    account = {key: key for key in ("username", *_SECRETS)}
    secret = dialect.callback_secret(account)
    unproved = WireRequest("POST", "/callback/S/wrong", body=b"{}")
    if secret is None or dialect.read_callback(unproved, secret).auth != "bad":
        return ()
    without = {key: {name: value for name, value in account.items() if name != key} for key in account}
    return tuple(key for key in account if dialect.callback_secret(without[key]) != secret)


def page() -> str:
    """The page, whole."""
    out = [offered(dialect) for dialect in SUPPLIER_DIALECTS.values()]
    parts = [_HEAD, _in_table(), *(_in_section(sheet) for sheet in SHEETS), _OUT_HEAD, _out_table(out), _accounts(out)]
    return "\n\n".join(parts) + "\n"


_HEAD = f"""\
# Dialects

Which wire formats are spoken, on which side, and what each can do there. This page is made from the code, by
`{COMMAND}`; a test fails when they differ. What the answers mean, and how a report is taken, is in
[wire formats over HTTP](http-dialects.md).

A business is **called** by its agents' programs (in) and **calls** its suppliers (out).

## In: what agents' programs may ask

`{_LATER}`: it is understood, and refused as [`not_served_yet`](refusals.md)."""

_OUT_HEAD = """\
## Out: what suppliers can be asked

`juru supplier add CODE --dialect NAME` takes inquiry and horizon from here; the supplier's record may say otherwise.
With the inquiry `resend` the same order is sent again, and only while that cannot buy again. Where it is `none`, a
report or a person decides what became of an order whose answer is missing: [unknown is never
failed](../concepts/unknown-is-never-failed.md). Reports come to `/callback/<SUPPLIER>/<token>` in every dialect; `path`
means that nothing but the token and the address of the sender proves them."""


def _in_table() -> str:
    head = ("Dialect", *_ASKED)
    return _table(head, [(sheet.title, *(_told(sheet, intent) for intent in _ASKED.values())) for sheet in SHEETS])


def _told(sheet: Sheet, intent: Intent) -> str:
    if intent not in sheet.asks:
        return _NO
    return _YES if intent in SERVED else _LATER


def _in_section(sheet: Sheet) -> str:
    names = {intent: name for name, intent in _ASKED.items()}
    rows = [(names[intent], how) for intent, how in sheet.asks.items()]
    mount = f"`{sheet.mount}`" if sheet.mount.startswith("/") else sheet.mount
    facts = [
        ("Mount", mount),
        ("Proof", sheet.proof),
        ("Of the agent's record", ", ".join(f"`{name}`" for name in ("code", *sheet.secrets))),
        ("End of an order", sheet.reports),
    ]
    return f"### {sheet.title}\n\n{_table(('', ''), [*facts, *rows])}"


def _out_table(out: list[Offered]) -> str:
    head = (
        "`--dialect`",
        "Order",
        "Any amount",
        "Inquiry",
        "Horizon",
        "Bills, asked by",
        "Balance",
        "Prices",
        "Reports proved by",
    )
    rows: list[tuple[str, ...]] = []
    for told in out:
        days = told.horizon_s // DAY_S
        rows.append(
            (
                f"`{told.name}`",
                f"`{told.request}`",
                _YES if told.amount else _NO,
                told.inquiry.value,
                _NO if told.inquiry is InquiryVerb.NONE else f"{days} day{'s' if days > 1 else ''}",
                _NO if told.bill_inquiry is None else told.bill_inquiry.value,
                _YES if told.balance else _NO,
                _YES if told.price_list else _NO,
                " ".join(f"`{key}`" for key in told.proofs) or "path",
            )
        )
    return _table(head, rows)


def _accounts(out: list[Offered]) -> str:
    rows: list[tuple[str, ...]] = []
    for told in out:
        needs = " ".join(f"`{key}`" for key in told.needs)
        may_have = " ".join(
            f"`{key}`" + (f" (`{default}`)" if default else "") for key, default in told.may_have.items()
        )
        rows.append((f"`{told.name}`", needs, may_have or _NO))
    head = "### What an account holds\n\n" + (
        "`--account 'base=https://...; member_id=...'` takes what is no secret; "
        + ", ".join(f"`--{name.replace('_', '-')} -`" for name in _SECRETS)
        + " ask for a secret and seal it."
    )
    return f"{head}\n\n{_table(('Dialect', 'Needs', 'May have'), rows)}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
