"""Order texts: every reading that the roles allow, so that the caller can refuse what has more than one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from juru.server.dialects.grammar_profile import GrammarProfile
from juru.server.dialects.grammar_shapes import (
    amount_of,
    counter_of,
    denomination_of,
    is_comma_dest,
    is_dest,
    is_pin,
    product_of,
)
from juru.server.domain.requests import AgentRequest, Intent, Item

_LATER_DENOMINATION_MAX = 999
_FIELDS_MAX = 60


class Field(msgspec.Struct, frozen=True):
    """One field; ``begins`` = a comma stands before it, so it must begin a pair."""

    text: str
    begins: bool = False


class _Tail(msgspec.Struct, frozen=True):
    pin: str | None = None
    counter: int | None = None
    notify: str | None = None
    amount_idr: int | None = None
    repeat: bool = False


def order_readings(fields: list[Field], profile: GrammarProfile, *, pins: bool) -> set[AgentRequest]:
    """All requests these fields may mean. ``pins``: a PIN may stand after the destination."""
    if not fields or len(fields) > _FIELDS_MAX:
        return set()
    reader = _Reader(fields, profile, pins=pins)
    return set(reader.all())


def reserved_words(profile: GrammarProfile) -> frozenset[str]:
    """Words that are never a product."""
    return frozenset((*profile.order_prefixes, *profile.multi_prefixes, *profile.again_words, *profile.repeat_words))


class _Reader:
    def __init__(self, fields: list[Field], profile: GrammarProfile, *, pins: bool) -> None:
        self.fields = fields
        self.profile = profile
        self.pins = pins
        self.reserved = reserved_words(profile)
        self.commas = any(field.begins for field in fields)

    def all(self) -> Iterator[AgentRequest]:
        word = self.fields[0].text.upper()
        profile = self.profile
        if word in profile.again_words:
            yield from (_again(order) for order in self._single(1))
        elif word in profile.multi_prefixes:
            yield from self._multi(1, named=True)
            yield from self._single(1, bare=True)
        elif word in profile.order_prefixes:
            yield from self._single(1)
            yield from self._multi(1, named=False)
        else:
            yield from self._single(0)
            yield from self._multi(0, named=False)
            yield from self._counted_prefix(word)

    def _counted_prefix(self, word: str) -> Iterator[AgentRequest]:
        """``I2.code.dest.pin``: the prefix carries the counter; only before a code with a letter."""
        for prefix in self.profile.order_prefixes:
            counter = counter_of(word.removeprefix(prefix)) if re.fullmatch(rf"{re.escape(prefix)}\d+", word) else None
            if counter is None or len(self.fields) < 2 or product_of(self.fields[1].text) is None:
                continue
            for order in self._single(1):
                if order.counter is None and not order.repeat:
                    yield msgspec.structs.replace(order, counter=counter)

    def _single(self, start: int, *, bare: bool = False) -> Iterator[AgentRequest]:
        if self.commas:
            return
        for item, after in self._items(start, later=False):
            for tail in self._tails(after, _Tail(counter=item.counter), set()):
                if bare and tail != _Tail(pin=tail.pin, counter=item.counter):
                    continue
                yield AgentRequest(
                    intent=Intent.ORDER,
                    product=item.product,
                    denom_k=item.denom_k,
                    dest=item.dest,
                    pin=tail.pin,
                    counter=tail.counter,
                    notify=tail.notify,
                    amount_idr=tail.amount_idr,
                    repeat=tail.repeat,
                )

    def _multi(self, start: int, *, named: bool) -> Iterator[AgentRequest]:
        for items, after in self._pairs(start, (), named=named or self.commas):
            if len(items) < 2:
                continue
            rest = [field.text for field in self.fields[after:]]
            if not rest:
                yield AgentRequest(intent=Intent.ORDER_MULTI, items=items)
            elif len(rest) == 1 and self.pins and is_pin(rest[0], self.profile) and not self.fields[after].begins:
                yield AgentRequest(intent=Intent.ORDER_MULTI, items=items, pin=rest[0])

    def _pairs(self, at: int, items: tuple[Item, ...], *, named: bool) -> Iterator[tuple[tuple[Item, ...], int]]:
        for item, after in self._items(at, later=bool(items) and not named):
            for found, end in self._counted(item, after):
                grown = (*items, found)
                yield grown, end
                # With commas, pairs begin at commas and nowhere else.
                if end < len(self.fields) and (not self.commas or self.fields[end].begins):
                    yield from self._pairs(end, grown, named=named)

    def _counted(self, item: Item, after: int) -> Iterator[tuple[Item, int]]:
        yield item, after
        if item.counter is None and (counter := self._counter(after)) is not None:
            yield msgspec.structs.replace(item, counter=counter), after + 1

    def _items(self, at: int, *, later: bool) -> Iterator[tuple[Item, int]]:
        """A pair from ``at``: code or denomination, counter, destination.

        ``later``: by dots behind another pair, where four digits are a PIN rather than a denomination.
        """
        text = self._text(at)
        if text is None:
            return
        product = product_of(text)
        denom = denomination_of(text) if product is None else None
        if (product is None and denom is None) or (product and product[0] in self.reserved):
            return
        if later and denom is not None and denom > _LATER_DENOMINATION_MAX:
            return
        item = Item(product=product[0] if product else None, denom_k=denom, counter=product[1] if product else None)
        yield from self._with_dest(item, at + 1)
        if item.counter is None and (counter := self._counter(at + 1)) is not None:
            yield from self._with_dest(msgspec.structs.replace(item, counter=counter), at + 2)

    def _with_dest(self, item: Item, at: int) -> Iterator[tuple[Item, int]]:
        text = self._inner(at)
        if text is None:
            return
        comma = item.product is not None and item.product.startswith(self.profile.comma_products or ("\0",))
        if is_dest(text, self.profile) or (comma and is_comma_dest(text)):
            yield msgspec.structs.replace(item, dest=text), at + 1

    def _tails(self, at: int, tail: _Tail, told: set[str]) -> Iterator[_Tail]:
        """Every way to give each remaining field a role of its own."""
        if at == len(self.fields):
            yield tail
            return
        text = self.fields[at].text
        for role, value in self._roles(text, tail, told):
            changed = msgspec.structs.replace(tail, **{role: value})
            yield from self._tails(at + 1, changed, {*told, role})

    def _roles(self, text: str, tail: _Tail, told: set[str]) -> Iterator[tuple[str, str | int | bool]]:
        profile = self.profile
        if "pin" not in told and self.pins and is_pin(text, profile):
            yield "pin", text
        counter = counter_of(text)
        if counter is not None and tail.counter is None and not tail.repeat:
            yield "counter", counter
        if "notify" not in told and is_dest(text, profile):
            yield "notify", text
        if text.upper() in profile.repeat_words and tail.counter is None and not tail.repeat:
            yield "repeat", True
        amount = amount_of(text) if profile.order_amount and "amount_idr" not in told else None
        if amount is not None and amount >= 1000 and ("pin" in told or not self.pins):
            yield "amount_idr", amount

    def _counter(self, at: int) -> int | None:
        text = self._inner(at)
        return counter_of(text) if text is not None else None

    def _text(self, at: int) -> str | None:
        return self.fields[at].text if at < len(self.fields) else None

    def _inner(self, at: int) -> str | None:
        """A field inside a pair: no comma stands before it."""
        return self.fields[at].text if at < len(self.fields) and not self.fields[at].begins else None


def _again(order: AgentRequest) -> AgentRequest:
    """``Ulang`` in front: the next counter, or the one that is written."""
    return msgspec.structs.replace(order, repeat=True)
