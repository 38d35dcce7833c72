"""Agents, products, offers and suppliers as tables: one row per record, one documented column per field.

The same columns are the options of ``juru agent add`` and the cells of a CSV or XLSX file. A column that a file does
not have leaves the field of a known record as it is; an empty cell sets it back to its default. A column of secrets
is read and sealed, and never written.
"""

from __future__ import annotations

from typing import Any

import msgspec

from juru.bank.profiles import PROFILES
from juru.server.desk import cells as c
from juru.server.domain.records import KINDS


class Column(msgspec.Struct, frozen=True):
    """One field of a record. ``secret`` ones are only ever read."""

    name: str
    cell: c.Plain
    doc: str
    secret: bool = False


class Table(msgspec.Struct, frozen=True):
    """All columns of a kind; ``key`` is the column that names the record."""

    kind: str
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """A column by its name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def written(self) -> tuple[Column, ...]:
        """The columns of an export."""
        return tuple(column for column in self.columns if not column.secret)

    def row(self, record: msgspec.Struct) -> list[str | int]:
        """A record's cells, in the order of ``written``; numbers stay numbers."""
        return [_cell(column, getattr(record, column.name)) for column in self.written]

    def read(self, body: bytes) -> msgspec.Struct:
        """A record from its stored document."""
        record: msgspec.Struct = msgspec.json.decode(body, type=KINDS[self.kind])
        return record


_AVAILABILITY = Column("availability", c.WORD, "open, closed or disturbed (gangguan)")
_CUT_OFFS = Column("cut_offs", c.CUT_OFFS, "daily windows without sales: 23:45-00:15; 12:00-13:00 WITA")

AGENTS = Table(
    "agent",
    "code",
    (
        Column("code", c.CODE, "the agent's code, unique"),
        Column("name", c.TEXT, "as he is called"),
        Column("upline", c.CODE, "code of the agent above him"),
        Column("level", c.TEXT, "price level: retail, or one that products name"),
        Column("status", c.WORD, "active or blocked"),
        Column("markup_idr", c.IDR, "what his upline adds to each of his prices"),
        Column("product_markups_idr", c.PRODUCT_IDR_PAIRS, "added to single products: S10=150; S25=200"),
        Column("downline_markup_idr", c.IDR, "what he adds to the prices of everybody below him"),
        Column("downline_product_markups_idr", c.PRODUCT_IDR_PAIRS, "the same for single products: S10=50; S25=100"),
        Column("credit_limit_idr", c.IDR, "how far below zero he may go"),
        Column("debt_limit_idr", c.IDR, "how much deposit he may have on credit"),
        Column("debt_days", c.WHOLE, "days until deposit on credit is due"),
        Column("senders", c.SENDERS, "his addresses: sms:0812...; chat:BUDI01; empty = chat:CODE, none = none"),
        Column("trusted_senders", c.SENDERS, "those of his addresses that need no PIN"),
        Column("ips", c.IPS, "addresses his server may come from: 203.0.113.7; none admits no server"),
        Column("rate_per_s", c.WHOLE, "requests a second"),
        Column("report_url", c.URL, "where his orders' ends are reported by GET, in his dialect's form"),
        Column("webhook_url", c.URL, "where his orders' ends are reported by POST, in his dialect's form"),
        Column("language", c.WORD, "of replies: id or en"),
        Column("user", c.TEXT, "the user name his server gives beside its id (IRS and its kin); empty = his code"),
        Column("chat_rule_for_h2h", c.FLAG, "his server may order without a reference"),
        Column("place", c.TEXT, "where he is"),
        Column("price_notices", c.WORD, "told when a price he pays changes: none, chat or webhook"),
        Column("autoreg_word", c.CODE, "whoever writes REG.WORD.NAME registers below him"),
        Column("autoreg_markup_idr", c.IDR, "markup of those who register so"),
        Column("pin", c.TEXT, "a new PIN, 4 to 8 digits", secret=True),
        Column(
            "h2h", c.FLAG, "he has a server: make password and API key, shown once; no = take them away", secret=True
        ),
        Column("password", c.TEXT, "his server's password, where one is known already", secret=True),
        Column("api_key", c.TEXT, "his server's API key, where one is known already", secret=True),
        Column("renew", c.FLAG, "make all his secrets anew, shown once; the old ones are void at once", secret=True),
    ),
)
PRODUCTS = Table(
    "product",
    "code",
    (
        Column("code", c.CODE, "as agents order it"),
        Column("name", c.TEXT, "as price lists show it"),
        Column("kind", c.WORD, "fixed, open (any amount), bill, voucher or pln_token"),
        Column("price_idr", c.IDR, "price; for an open amount and for a bill the fee above it"),
        Column("dest_kind", c.WORD, "msisdn, meter or account"),
        Column("operator", c.CODE, "whose numbers it is for, such as TELKOMSEL"),
        Column("denom_k", c.WHOLE, "denomination in thousands, for orders by amount"),
        Column("level_prices_idr", c.IDR_PAIRS, "price by level: gold=10.400; silver=10.450"),
        Column("commissions_idr", c.IDRS, "to the uplines, nearest first: 50; 25"),
        Column("points", c.WHOLE, "points to the agent who orders it"),
        Column("amount_idr_min", c.IDR, "least amount of an open one, or of a bill with a typed amount"),
        Column("amount_idr_max", c.IDR, "greatest amount of it"),
        _AVAILABILITY,
        _CUT_OFFS,
        Column("stock", c.WHOLE, "how many there are; empty = not counted"),
        Column("sell_below_cost", c.FLAG, "sell even at a loss"),
        Column("asks_amount", c.FLAG, "a bill whose amount the agent types"),
        Column("stock_low", c.WHOLE, "a voucher's stock below which a person is told"),
    ),
)
SUPPLIERS = Table(
    "supplier",
    "code",
    (
        Column("code", c.CODE, "our code for it"),
        Column("name", c.TEXT, "as it is called"),
        Column("dialect", c.DIALECT, "the wire format it speaks"),
        Column("account", c.PAIRS, "base=https://...; member_id=... ; what the dialect needs and is no secret"),
        Column("profile", c.JSON, 'its own reply patterns as JSON: {"patterns": [...]}'),
        Column("inquiry", c.WORD, "none, explicit or resend"),
        Column("bill_inquiry", c.WORD, "the same for a bill's payment"),
        Column("inquiry_horizon_s", c.WHOLE, "how long after the order it may be asked"),
        Column("inquiry_interval_s", c.WHOLE, "seconds between two inquiries"),
        Column("first_inquiry_s", c.WHOLE, "seconds before the first"),
        Column("dedup_window_s", c.WHOLE, "how long it knows a reference again"),
        Column("not_found_after_s", c.WHOLE, "when its 'not found' begins to count"),
        Column("in_flight_max", c.WHOLE, "orders on the wire at once"),
        Column("rate_per_s", c.WHOLE, "orders a second"),
        Column("send_within_s", c.WHOLE, "an order not sent by then is not sent"),
        Column("read_timeout_s", c.WHOLE, "how long to wait for its answer"),
        Column("settle_delay_s", c.WHOLE, "wait after a failure that may still deliver"),
        Column("reversals", c.FLAG, "it may take back a success"),
        Column("ref_length_max", c.WHOLE, "longest reference it takes"),
        Column("ref_prefix", c.TEXT, "in front of our references"),
        Column("zone", c.CODE, "WIB, WITA or WIT: where its day, and so a bill's, ends"),
        _AVAILABILITY,
        _CUT_OFFS,
        Column("callback_ips", c.IPS, "addresses its reports come from; none = any"),
        Column("pause_after", c.WHOLE, "troubles in a row after which it is paused; 0 = never"),
        Column("probe_after_s", c.WHOLE, "seconds until a paused one is probed"),
        Column("deposit_low_idr", c.IDR, "alert when our deposit there is lower"),
        Column("drift_idr", c.IDR, "alert when it says otherwise by more; 0 = not compared"),
        Column("pin", c.TEXT, "our PIN there", secret=True),
        Column("password", c.TEXT, "our password there", secret=True),
        Column("api_key", c.TEXT, "our API key there", secret=True),
        Column("secret", c.TEXT, "what its callbacks are signed with", secret=True),
        Column("callback_token", c.TEXT, "in its callback address; 'new' makes one", secret=True),
    ),
)
OFFERS = Table(
    "offer",
    "key",
    (
        Column("key", c.CODE, "our name for it; empty = PRODUCT-SUPPLIER"),
        Column("product", c.CODE, "what it buys"),
        Column("supplier", c.CODE, "where"),
        Column("sku", c.TEXT, "their code for it"),
        Column("cost_idr", c.IDR, "what it costs us; for an open amount their fee above it"),
        Column("priority", c.WHOLE, "lowest first"),
        _AVAILABILITY,
        _CUT_OFFS,
        Column("failover_on_late_risk", c.FLAG, "buy elsewhere at once even where it may still deliver"),
    ),
)
BANKS = Table(
    "bank_account",
    "code",
    (
        Column("code", c.CODE, "our code for the account"),
        Column("bank", c.CODE, "the bank as agents name it: BCA, MANDIRI, BNI, BRI, BSI; CASH for a cash box"),
        Column("number", c.TEXT, "the account's number, as agents transfer to it and as its files name it"),
        Column("holder", c.TEXT, "in whose name it is"),
        Column("profile", c.BANK_PROFILE, "how its files are written: " + ", ".join(PROFILES)),
        Column("own_profile", c.JSON, 'what differs from the profile, as JSON: {"dates": ["dd-mm-yyyy"]}'),
        Column("for_agents", c.FLAG, "tickets tell agents to pay into it"),
        Column("since", c.DAY, "first day whose rows count: 2026-11-24; those before are in the opening balance"),
    ),
)
OPERATORS = Table(
    "operator",
    "code",
    (
        Column("code", c.CODE, "our code for it, such as TELKOMSEL; products and prefixes name it"),
        Column("name", c.TEXT, "as it is called"),
        Column("availability", c.WORD, "open, closed or disturbed (gangguan); it holds for all its products"),
    ),
)
TABLES = {table.kind: table for table in (AGENTS, PRODUCTS, SUPPLIERS, OFFERS, BANKS, OPERATORS)}


def shown(record: msgspec.Struct) -> dict[str, Any]:
    """A record for people and scripts: its whole document, of its secrets only the names."""
    whole = {name: msgspec.to_builtins(getattr(record, name)) for name in record.__struct_fields__}
    if "secrets" in whole:
        whole["secrets"] = sorted(whole["secrets"])
    if "callback_token" in whole:
        whole["callback_token"] = "set" if whole["callback_token"] else ""
    return whole


def _cell(column: Column, value: object) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else column.cell.write(value)
