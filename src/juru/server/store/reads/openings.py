"""Opening balances that were posted, by the request ids they were posted under: a short range of one index."""

from __future__ import annotations

import msgspec

from juru.books.engine import BookEngine
from juru.books.rules import Posting
from juru.server.store.rows import message_from

OPENINGS = """
SELECT * FROM messages
WHERE agent_id = 0 AND message_id >= 'opening:' AND message_id < 'opening;' AND channel = 'desk'
ORDER BY message_id
"""
POSTINGS = "SELECT debit, credit, amount_idr FROM postings WHERE transfer_id = ? ORDER BY id"
REVERSAL = "SELECT id FROM transfers WHERE of_id = ? AND kind = 'reversal'"


class Opened(msgspec.Struct, frozen=True):
    """One opening balance: its transfer and posting, and whether a person has reversed it since."""

    transfer_id: int
    posting: Posting
    reversed: bool


def openings(engine: BookEngine) -> dict[str, Opened]:
    """Every opening balance by its request id."""
    found: dict[str, Opened] = {}
    for row in engine.rows(OPENINGS):
        message = message_from(row)
        assert message.transfer_id is not None, row
        posting = Posting(*engine.rows(POSTINGS, (message.transfer_id,))[0])
        is_reversed = bool(engine.rows(REVERSAL, (message.transfer_id,)))
        found[message.message_id] = Opened(message.transfer_id, posting, is_reversed)
    return found
