"""Tables of the association beside the books: named accounts, facts, documents, requests.

Every column is sealed, but for those of ``invoices``, a projection that the audit folds anew. ``body`` of a fact is the
whole fact but for who recorded it, when and from where, which are columns, so that the same fact told twice is the same
body. ``concerns`` is the member that a fact about something else (an invoice, a payment, a term) concerns; of a named
row, what it is said to be.
"""

from __future__ import annotations

from sqlalchemy import Index, MetaData, Table, text

from juru.books.schema import book_tables, integer, words

metadata = MetaData()
book_tables(metadata)
_reversals = text("reverses IS NOT NULL")
_concerning = text("concerns IS NOT NULL")
_names = text("kind IN ('registered', 'renamed')")

Table(
    "accounts",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    integer("number"),
    words("name"),
    Index("accounts_name", "name", unique=True),
    info={"sealed": ("id", "commit_no", "number", "name")},
)
Table(
    "facts",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("subject_kind"),
    words("subject_id"),
    words("kind"),
    integer("on_day"),
    words("precision"),
    integer("through_day", null=True),
    integer("known_ms"),
    words("recorded_by"),
    words("source"),
    integer("reverses", null=True),
    words("concerns", null=True),
    words("body"),
    Index("facts_subject", "subject_kind", "subject_id", "id"),
    Index("facts_kind", "kind", "on_day", "concerns"),
    Index("facts_concerns", "concerns", "kind", "id", sqlite_where=_concerning, postgresql_where=_concerning),
    Index("facts_names", "id", sqlite_where=_names, postgresql_where=_names),
    Index("facts_reverses", "reverses", unique=True, sqlite_where=_reversals, postgresql_where=_reversals),
    info={
        "sealed": (
            *("id", "commit_no", "subject_kind", "subject_id", "kind", "on_day", "precision", "through_day"),
            *("known_ms", "recorded_by", "source", "reverses", "concerns", "body"),
        )
    },
)
Table(
    "documents",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("sha256"),
    words("name"),
    words("media_type"),
    integer("size_bytes"),
    words("recorded_by"),
    integer("at_ms"),
    Index("documents_sha256", "sha256"),
    info={"sealed": ("id", "commit_no", "sha256", "name", "media_type", "size_bytes", "recorded_by", "at_ms")},
)
Table(
    "requests",
    metadata,
    integer("id", key=True),
    integer("commit_no"),
    words("request_id"),
    words("digest"),
    words("result"),
    words("recorded_by"),
    integer("at_ms"),
    Index("requests_id", "request_id", unique=True),
    info={"sealed": ("id", "commit_no", "request_id", "digest", "result", "recorded_by", "at_ms")},
)

_owing = text("outstanding_idr > 0")

Table(
    "invoices",
    metadata,
    words("number", key=True),
    words("member"),
    words("branch"),
    integer("issued_day"),
    integer("due_day"),
    integer("renews_day"),
    integer("total_idr"),
    integer("unique_code"),
    integer("outstanding_idr"),
    integer("asked_idr"),
    words("promised_by"),
    integer("waived_idr"),
    Index("invoices_asked", "asked_idr", sqlite_where=_owing, postgresql_where=_owing),
    Index("invoices_member", "member"),
    Index("invoices_branch", "branch", "due_day"),
    info={"sealed": ()},
)

tables: dict[str, Table] = dict(metadata.tables)
SEALED = ("transfers", "postings", "accounts", "facts", "documents", "requests")
"""The order in which a commit's rows are sealed; adding a table appends to it."""
