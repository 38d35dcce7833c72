"""Tables of a cell beside the books: what is configured, orders, attempts, events, messages and what to tell whom.

Columns under ``sealed`` are written once; the others are projections of events, deliveries and closings, kept so that
a question is answered without folding, and recomputed by the audit.
"""

from __future__ import annotations

from sqlalchemy import Index, MetaData, Table, text

from juru.books.schema import book_tables, integer, words
from juru.server.domain.sums import MEASURES

metadata = MetaData()
book_tables(metadata)

_waiting = text("state = 'waiting'")
_accepted = text("state = 'accepted'")
_no_ref = text("ref IS NULL")
_with_ref = text("ref IS NOT NULL")
_open = text("closed_ms IS NULL")

Table(
    "records",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("kind"),
    words("key"),
    words("body"),
    words("by"),
    words("reason"),
    integer("at_ms"),
    Index("records_key", "kind", "key", "id"),
    info={"sealed": ("id", "commit_no", "kind", "key", "body", "by", "reason", "at_ms")},
)
Table(
    "orders",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("agent_id"),
    words("ref", null=True),
    words("product"),
    words("dest"),
    integer("amount_idr", null=True),
    integer("price_idr"),
    words("legs", null=True),
    words("channel"),
    integer("counter", null=True),
    words("notify", null=True),
    integer("hold_id"),
    integer("day"),
    integer("at_ms"),
    integer("expires_ms"),
    integer("max_price_idr", null=True),
    words("state"),
    words("sn", null=True),
    words("reason", null=True),
    words("supplier", null=True),
    integer("cost_idr", null=True),
    integer("post_id", null=True),
    integer("final_ms", null=True),
    # Partial, or the planner would look for chat orders (ref IS NULL) here instead of in orders_chat.
    Index("orders_ref", "agent_id", "ref", unique=True, sqlite_where=_with_ref, postgresql_where=_with_ref),
    Index("orders_chat", "agent_id", "dest", sqlite_where=_no_ref, postgresql_where=_no_ref),
    Index("orders_open", "id", sqlite_where=_accepted, postgresql_where=_accepted),
    info={
        "sealed": (
            "id",
            "commit_no",
            "agent_id",
            "ref",
            "product",
            "dest",
            "amount_idr",
            "price_idr",
            "legs",
            "channel",
            "counter",
            "notify",
            "hold_id",
            "day",
            "at_ms",
            "expires_ms",
            "max_price_idr",
        )
    },
)
Table(
    "attempts",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("order_id"),
    integer("number"),
    words("offer"),
    words("supplier"),
    words("sku"),
    words("ref"),
    integer("cost_idr"),
    integer("max_price_idr"),
    integer("at_ms"),
    integer("expires_ms"),
    words("why"),
    words("state"),
    integer("send_by_ms", null=True),
    integer("sent_ms", null=True),
    words("sn", null=True),
    words("reason", null=True),
    integer("late_cost_idr", null=True),
    Index("attempts_order", "order_id"),
    Index("attempts_ref", "ref", unique=True),
    info={
        "sealed": (
            "id",
            "commit_no",
            "order_id",
            "number",
            "offer",
            "supplier",
            "sku",
            "ref",
            "cost_idr",
            "max_price_idr",
            "at_ms",
            "expires_ms",
            "why",
        )
    },
)
Table(
    "events",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("order_id"),
    words("kind"),
    words("body"),
    Index("events_order", "order_id"),
    info={"sealed": ("id", "commit_no", "order_id", "kind", "body")},
)
Table(
    "messages",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("agent_id"),
    words("channel"),
    words("sender"),
    words("message_id"),
    words("text"),
    integer("at_ms"),
    words("body"),
    Index("messages_id", "agent_id", "message_id"),
    Index("messages_text", "agent_id", "at_ms"),
    info={
        "sealed": ("id", "commit_no", "agent_id", "channel", "sender", "message_id", "text", "at_ms", "body"),
    },
)
Table(
    "outbox",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("order_id"),
    integer("agent_id"),
    words("channel"),
    words("view"),
    integer("at_ms"),
    words("state"),
    integer("tries"),
    integer("next_ms", null=True),
    Index("outbox_order", "order_id"),
    Index("outbox_waiting", "id", sqlite_where=_waiting, postgresql_where=_waiting),
    info={"sealed": ("id", "commit_no", "order_id", "agent_id", "channel", "view", "at_ms")},
)
Table(
    "deliveries",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("outbox_id"),
    words("state"),
    integer("next_ms", null=True),
    integer("at_ms"),
    Index("deliveries_outbox", "outbox_id"),
    info={"sealed": ("id", "commit_no", "outbox_id", "state", "next_ms", "at_ms")},
)
Table(
    "queue_items",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("kind"),
    integer("order_id", null=True),
    integer("attempt_id", null=True),
    words("note"),
    integer("at_ms"),
    integer("closed_ms", null=True),
    words("closed_by", null=True),
    Index("queue_items_open", "id", sqlite_where=_open, postgresql_where=_open),
    Index("queue_items_order", "order_id"),
    info={"sealed": ("id", "commit_no", "kind", "order_id", "attempt_id", "note", "at_ms")},
)
Table(
    "queue_closings",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("item_id"),
    integer("closed_ms"),
    words("closed_by"),
    Index("queue_closings_item", "item_id"),
    info={"sealed": ("id", "commit_no", "item_id", "closed_ms", "closed_by")},
)
Table(
    "refusals",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("agent", null=True),
    words("channel"),
    words("code"),
    words("detail"),
    integer("at_ms"),
    info={"sealed": ("id", "commit_no", "agent", "channel", "code", "detail", "at_ms")},
)
Table(
    "callbacks",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("supplier"),
    words("ref", null=True),
    integer("attempt_id", null=True),
    words("raw"),
    integer("at_ms"),
    Index("callbacks_attempt", "attempt_id"),
    info={"sealed": ("id", "commit_no", "supplier", "ref", "attempt_id", "raw", "at_ms")},
)

_marked = text("mark IS NOT NULL")
_is_open = text("open = 1")
Table(
    "papers",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("kind"),
    words("key"),
    words("body"),
    integer("at_ms"),
    Index("papers_key", "kind", "key", "id"),
    info={"sealed": ("id", "commit_no", "kind", "key", "body", "at_ms")},
)
Table(
    "paper_heads",
    metadata,
    integer("id", key=True),
    words("kind"),
    words("key"),
    integer("latest_id"),
    integer("open"),
    integer("agent_id", null=True),
    words("mark", null=True),
    integer("day", null=True),
    Index("paper_heads_key", "kind", "key", unique=True),
    Index("paper_heads_kind", "kind", "id"),
    Index("paper_heads_mark", "kind", "mark", "id", sqlite_where=_marked, postgresql_where=_marked),
    Index("paper_heads_open", "kind", "id", sqlite_where=_is_open, postgresql_where=_is_open),
    Index("paper_heads_open_mark", "kind", "mark", "id", sqlite_where=_is_open, postgresql_where=_is_open),
    Index("paper_heads_agent", "agent_id", "kind", "id"),
    info={"sealed": ()},
)
Table(
    "daily_sums",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("day"),
    words("dimension"),
    words("key"),
    *(integer(name) for name in MEASURES),
    Index("daily_sums_day", "dimension", "day"),
    Index("daily_sums_key", "dimension", "key", "day"),
    info={"sealed": ("id", "commit_no", "day", "dimension", "key", *MEASURES)},
)
Table(
    "daily_accounts",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("day"),
    integer("account"),
    integer("postings"),
    integer("debit_idr"),
    integer("credit_idr"),
    Index("daily_accounts_day", "day"),
    Index("daily_accounts_account", "account", "day"),
    info={"sealed": ("id", "commit_no", "day", "account", "postings", "debit_idr", "credit_idr")},
)
Table(
    "day_closings",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("day"),
    integer("head_no"),
    words("head_seal"),
    integer("sums"),
    integer("accounts"),
    integer("at_ms"),
    Index("day_closings_day", "day"),
    info={"sealed": ("id", "commit_no", "day", "head_no", "head_seal", "sums", "accounts", "at_ms")},
)

tables: dict[str, Table] = dict(metadata.tables)
SEALED = (
    "transfers",
    "postings",
    "records",
    "orders",
    "attempts",
    "events",
    "messages",
    "outbox",
    "deliveries",
    "queue_items",
    "queue_closings",
    "refusals",
    "callbacks",
    "papers",
    "daily_sums",
    "daily_accounts",
    "day_closings",
)
"""The order in which a commit's rows are sealed; adding a table appends to it."""
