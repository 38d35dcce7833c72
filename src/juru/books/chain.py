"""The hash chain: each commit seals the canonical bytes of every row it wrote, chained to the commit before.

Canonical bytes of a commit: one JSON array ``[header, [table, rows...], ...]`` with tables in the fixed order of
``SEALED`` order given by the caller and rows by id. A row is its immutable columns in schema order, the commit number
included, so a row cannot be altered, moved, dropped or added without the seal of its commit failing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

Row = Sequence[int | str | bytes | None]
GENESIS = b"\0" * 32
_encoder = msgspec.json.Encoder()


def seal(previous: bytes, header: Row, tables: Iterable[tuple[str, Sequence[Row]]]) -> bytes:
    """SHA-256 over the previous seal, the commit's header and its rows; empty tables leave no trace."""
    digest = hashlib.sha256(previous)
    digest.update(_encoder.encode(header))
    for name, rows in tables:
        if rows:
            digest.update(name.encode())
            digest.update(_encoder.encode(rows))
    return digest.digest()
