"""Named queries about the book as a whole: where it begins and ends, and what is open in it.

They read only tables and columns of the first schema, so they also answer for a book that is still to be migrated.
"""

from __future__ import annotations

import msgspec

from juru.books.engine import BookEngine
from juru.books.findings import Head
from juru.server.domain.cell import Settings
from juru.server.store.reads.corrected import DEST

FIRST_SEAL = "SELECT seal FROM commits ORDER BY no LIMIT 1"
LATEST = "SELECT no, at_ms, seal FROM commits ORDER BY no DESC LIMIT 1"
OPEN_ORDERS = "SELECT count(*) FROM orders WHERE state = 'accepted'"
SETTINGS = "SELECT body FROM records WHERE kind = 'setting' AND key = 'CELL' ORDER BY id DESC LIMIT 1"
OPEN_ATTEMPTS = f"""
SELECT o.id, a.id, a.supplier, a.ref, a.state, o.product, {DEST}, o.price_idr, a.at_ms
FROM orders o JOIN attempts a ON a.order_id = o.id
WHERE o.state = 'accepted' AND a.id <= ? AND a.state NOT IN ('success', 'failed') ORDER BY a.id
"""  # noqa: S608 - an expression of our own
KNOWN_REF = "SELECT ref FROM attempts WHERE ref = ?"


class BookEnd(msgspec.Struct, frozen=True):
    """The last commit of a book: the head of its chain, and when it was committed."""

    head: Head
    at_ms: int


class OpenAttempt(msgspec.Struct, frozen=True):
    """An attempt of an open order, with what its supplier knows it by."""

    order_id: int
    attempt_id: int
    supplier: str
    ref: str
    state: str
    product: str
    dest: str
    price_idr: int
    at_ms: int


def first_seal(engine: BookEngine) -> str:
    """The first seal of the chain in hex: no other cell has it, so it names this one. Empty for an empty book."""
    return "".join(bytes(seal).hex() for (seal,) in engine.rows(FIRST_SEAL))


def book_end(engine: BookEngine) -> BookEnd | None:
    """The last commit; None for an empty book."""
    for no, at_ms, seal in engine.rows(LATEST):
        return BookEnd(Head(no, bytes(seal).hex()), at_ms)
    return None


def settings_of(engine: BookEngine) -> Settings:
    """The cell's own settings."""
    for (body,) in engine.rows(SETTINGS):
        return msgspec.json.decode(body, type=Settings)
    return Settings(name="")


def open_orders(engine: BookEngine) -> int:
    """How many orders hold money."""
    return int(engine.rows(OPEN_ORDERS)[0][0])


def open_attempts(engine: BookEngine, up_to: int) -> list[OpenAttempt]:
    """Attempts that still hold money, up to a number, oldest first."""
    return [OpenAttempt(*row) for row in engine.rows(OPEN_ATTEMPTS, (up_to,))]


def known_refs(engine: BookEngine, refs: list[str]) -> set[str]:
    """Those of these references at suppliers that the book knows."""
    return {str(ref) for (ref,) in engine.each(KNOWN_REF, [(ref,) for ref in refs])}
