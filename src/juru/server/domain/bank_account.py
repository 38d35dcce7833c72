"""Our bank accounts: where agents pay in, what suppliers are paid from. Each has a ledger account of its own."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from juru.server.domain.accounts import BANKS_MAX
from juru.server.domain.catalog import Key

Day = Annotated[int, msgspec.Meta(ge=0, le=29991231)]


class BankAccount(msgspec.Struct, frozen=True, omit_defaults=True):
    """One account (rekening). ``bank`` is the bank as agents name it (``BCA``); ``code`` is ours.

    ``profile`` says how its files are written, with ``own_profile`` laid over it. Rows of days before ``since`` are
    left out of every import: they are in the opening balance. ``for_agents``: tickets name it to pay into.
    """

    id: Annotated[int, msgspec.Meta(ge=1, le=BANKS_MAX)]
    code: Key
    bank: Key
    number: Annotated[str, msgspec.Meta(max_length=40)] = ""
    holder: Annotated[str, msgspec.Meta(max_length=80)] = ""
    profile: str = "generic"
    own_profile: dict[str, Any] = {}
    for_agents: bool = True
    since: Day = 0


def digits_of(number: str) -> str:
    """An account's number without what people write between its digits."""
    return "".join(sign for sign in number if sign.isdigit())
