"""Tables of the books: commits, transfers, postings, balances; and how a table says what is sealed and guarded.

Every table names its *sealed* columns (written once, hashed into their commit, protected by a guard) in
``info={"sealed": (...)}``; what is not sealed is a projection that the audit recomputes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

FIRST_PRIVATE_ACCOUNT = 1000
"""Accounts from here on belong to somebody who may ask for a statement; only their postings are indexed."""

ENDINGS = "kind IN ('void', 'direct', 'reversal')"
"""Transfers that an order's row does not name (it names its hold and its sale); few, so their index costs little."""


def integer(name: str, *, null: bool = False, key: bool = False) -> Column[int]:
    """A 64-bit integer column; SQLite needs its key to be plain INTEGER to store rows by it."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column(name, kind, primary_key=key, nullable=null, autoincrement=False)


def words(name: str, *, null: bool = False, key: bool = False) -> Column[str]:
    """A text column."""
    return Column(name, Text, primary_key=key, nullable=null)


def book_tables(metadata: MetaData) -> None:
    """Add the tables of the books to a schema."""
    Table(
        "commits",
        metadata,
        integer("no", key=True),
        words("batch_id"),
        integer("at_ms"),
        Column("seal", LargeBinary, nullable=False),
        info={"sealed": ("no", "batch_id", "at_ms", "seal")},
    )
    Table(
        "transfers",
        metadata,
        integer("id", key=True),
        integer("commit_no"),
        words("kind"),
        integer("of_id", null=True),
        words("code"),
        integer("order_id", null=True),
        integer("day"),
        integer("at_ms"),
        words("memo", null=True),
        Index("transfers_day", "day"),
        Index("transfers_endings", "day", sqlite_where=text(ENDINGS), postgresql_where=text(ENDINGS)),
        Index(
            "transfers_reversal",
            "of_id",
            sqlite_where=text("kind = 'reversal'"),
            postgresql_where=text("kind = 'reversal'"),
        ),
        Index("transfers_order", "order_id", sqlite_where=text(ENDINGS), postgresql_where=text(ENDINGS)),
        info={"sealed": ("id", "commit_no", "kind", "of_id", "code", "order_id", "day", "at_ms", "memo")},
    )
    debit, credit = (text(f"{side} >= {FIRST_PRIVATE_ACCOUNT}") for side in ("debit", "credit"))
    Table(
        "postings",
        metadata,
        integer("id", key=True),
        integer("commit_no"),
        integer("transfer_id"),
        integer("debit"),
        integer("credit"),
        integer("amount_idr"),
        Index("postings_transfer", "transfer_id"),
        Index("postings_debit", "debit", "id", sqlite_where=debit, postgresql_where=debit),
        Index("postings_credit", "credit", "id", sqlite_where=credit, postgresql_where=credit),
        info={"sealed": ("id", "commit_no", "transfer_id", "debit", "credit", "amount_idr")},
    )
    Table(
        "balances",
        metadata,
        integer("account", key=True),
        integer("net_idr"),
        integer("held_idr"),
        info={"sealed": ()},
    )
