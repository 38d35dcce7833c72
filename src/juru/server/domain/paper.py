"""Papers: what has a life of its own beside orders (a bill inquiry, a deposit ticket, a bank row, a voucher ...).

A paper is a document of one kind and key that is filed anew, whole, for every change; no version is ever altered. What
a paper's latest version says of itself (``Head``) is indexed, so that it can be found without reading every body.
A kind of paper is one struct in the file of its subject and one line in ``paper_kinds``; nothing else is needed for
it to be stored, sealed, audited and read.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Head(msgspec.Struct, frozen=True):
    """What a paper is found by: still open, whose it is, a mark (whatever its kind looks it up by), a business day."""

    open: bool
    agent_id: int | None = None
    mark: str | None = None
    day: int | None = None


class Paper(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of every kind.

    ``kept``: open ones are held in memory (few at a time, needed by rules and timers); of the others a command names
    what it needs.
    """

    kept: ClassVar[bool] = True

    def head(self) -> Head:
        """How this version is found."""
        raise AssertionError(type(self))

    def due_ms(self) -> int | None:
        """When something is to happen by the clock alone; asked of open papers that are kept in memory."""
        return None

    def moved(self) -> tuple[int, ...]:
        """The transfers of its own commit that this version is the reason of; the audit wants one for each."""
        return ()

    def of_order(self) -> int | None:
        """The order it goes with: loaded beside it, and by which it is found while it is kept."""
        return None


class PaperRow(msgspec.Struct, frozen=True):
    """One version as it is written. ``head_id`` is the number of the first version, by which people name the paper."""

    id: int
    head_id: int
    kind: str
    key: str
    body: bytes
    head: Head
    at_ms: int


class Marked(msgspec.Struct, frozen=True):
    """Papers wanted by their mark: up to ``limit``, the oldest first unless ``newest``; closed ones too if wanted.

    ``unexpired``: only those without a day, or whose day is not over.
    """

    kind: str
    mark: str
    only_open: bool = True
    newest: bool = False
    limit: int = 1
    unexpired: bool = False
