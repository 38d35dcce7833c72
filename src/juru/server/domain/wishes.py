"""What an agent may want changed by a message: one struct per wish; ``Wish`` is the closed union.

A wish is carried out once per message id; ``by_text`` ones also once per text within the repeat window, since saying
them twice would move money or make something twice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec


class _Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of every wish."""

    by_text: ClassVar[bool] = False


class Rename(_Wish, frozen=True, tag="rename"):
    """Be called otherwise."""

    name: str


class AddSender(_Wish, frozen=True, tag="add_sender"):
    """Order from this address too; ``via`` is the known one that asks."""

    address: str
    via: str


class RemoveSender(_Wish, frozen=True, tag="remove_sender"):
    """Take no more orders from this address; ``via`` is the known one that asks."""

    address: str
    via: str


class SetAutoreg(_Wish, frozen=True, tag="set_autoreg"):
    """Whoever writes this word registers below me with this markup; no word ends it."""

    word: str = ""
    markup_idr: int = 0


class SetPriceNotices(_Wish, frozen=True, tag="set_price_notices"):
    """Tell me by chat when a price of mine changes, or no longer."""

    on: bool


class Register(_Wish, frozen=True, tag="register"):
    """A new agent below me: his address, his price level or mine, my markup or the least, and his PIN, sealed."""

    by_text: ClassVar[bool] = True

    name: str
    address: str
    sealed: dict[str, str]
    place: str = ""
    level: str | None = None
    markup_idr: int | None = None
    by_word: str | None = None


class Block(_Wish, frozen=True, tag="block"):
    """Let one of my downline neither order nor transfer."""

    downline: str


class Unblock(_Wish, frozen=True, tag="unblock"):
    """Let one whom I have blocked go on."""

    downline: str


class SetMarkup(_Wish, frozen=True, tag="set_markup"):
    """What I add to the prices of one of my downline, or of all of them; to one product, or to every one."""

    markup_idr: int
    downline: str | None = None
    product: str | None = None


class Purse(StrEnum):
    """What can be turned into deposit."""

    COMMISSION = "commission"
    POINTS = "points"


class Redeem(_Wish, frozen=True, tag="redeem"):
    """Turn what I have earned into deposit: so much of it, or all."""

    by_text: ClassVar[bool] = True

    purse: Purse
    amount_idr: int | None = None


class Complain(_Wish, frozen=True, tag="complain"):
    """Something is wrong with this order; ``channel`` is where the answer is to be told."""

    by_text: ClassVar[bool] = True

    order_id: int
    text: str
    channel: str


class Correct(_Wish, frozen=True, tag="correct"):
    """The number of this order was typed wrongly."""

    order_id: int
    dest: str


Wish = (
    Rename
    | AddSender
    | RemoveSender
    | SetAutoreg
    | SetPriceNotices
    | Register
    | Block
    | Unblock
    | SetMarkup
    | Redeem
    | Complain
    | Correct
)
