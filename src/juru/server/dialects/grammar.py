"""What an agent writes by SMS or chat, read as one request (reference/dialects.md section 9).

Roles are told by shape. A field with two possible roles, or one left over, makes the text ``invalid``: the reply shows
the format and no money moves on a guess. ``problem`` never holds a part of the text, since the text may hold a PIN.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

import msgspec

from juru.server.dialects.grammar_commands import bill_reading, command_readings, pin_change
from juru.server.dialects.grammar_orders import Field, order_readings
from juru.server.dialects.grammar_profile import DEFAULT, GrammarProfile
from juru.server.dialects.grammar_shapes import is_dest, is_pin, product_of
from juru.server.domain.requests import AgentRequest, Intent
from juru.values.nearby import nearby

_REF = re.compile(r"\sR#(\S*)$", re.IGNORECASE)
_REF_CHARS_MAX = 64
_BLANKS_MAX = 200
_MOVES_MONEY = frozenset(
    {
        Intent.DOWNLINE_TRANSFER,
        Intent.DOWNLINE_TRANSFER_BACK,
        Intent.TRANSFER_CANCEL,
        Intent.COMMISSION_REDEEM,
        Intent.POINTS_REDEEM,
    }
)


class _Message(msgspec.Struct):
    """A message taken apart: ``fields`` by separators, ``pin`` where it stands first, ``body`` as one line."""

    body: str
    fields: list[str]
    pins: bool
    pin: str | None = None
    ref: str | None = None


def read_order_text(
    text: str,
    profile: GrammarProfile = DEFAULT,
    *,
    current_pin: str | None = None,
    verify: Callable[[str], bool] | None = None,
) -> AgentRequest:
    """One message as one request.

    ``current_pin``, or ``verify`` where only a hash is known, is needed to read a change of PIN; ``verify`` is called
    at most three times, and only for that command (``change_pin_fields`` gives its candidates beforehand).
    """
    message = _take_apart(text, profile)
    if isinstance(message, str):
        return _invalid(message)
    if verify is None and current_pin is not None:
        known = current_pin.encode()
        verify = lambda field: hmac.compare_digest(field.encode(), known)  # noqa: E731
    request = _read(message, profile, verify)
    if request.intent is Intent.INVALID:
        return _meant(message, request, profile)
    return msgspec.structs.replace(request, ref=message.ref, pin=request.pin or message.pin)


def _meant(message: _Message, request: AgentRequest, profile: GrammarProfile) -> AgentRequest:
    """An unreadable message with what it was probably about: the command it names, or words near its first one.

    Never a part of the text itself, which may hold a PIN.
    """
    if not message.fields or not message.fields[0]:
        return request
    intent, _ = _keyword(message.fields, profile)
    if intent is not None:
        return msgspec.structs.replace(request, text=intent.value)
    first = message.fields[0].upper()
    return msgspec.structs.replace(request, near=nearby(first, profile.keywords) if first.isalpha() else ())


def self_registration(text: str, profile: GrammarProfile = DEFAULT) -> AgentRequest | None:
    """A stranger's registration by an agent's word, ``REG.WORD.NAME[.PLACE]``; None for any other message."""
    message = _take_apart(text, profile)
    if isinstance(message, str) or not message.fields or not all(message.fields):
        return None
    intent, rest = _keyword(message.fields, profile)
    fits = intent is Intent.DOWNLINE_REGISTER and 2 <= len(rest) <= 3 and not any(field.isdigit() for field in rest)
    return AgentRequest(Intent.SELF_REGISTER, words=(rest[0].upper(), *rest[1:])) if fits else None


def change_pin_fields(text: str, profile: GrammarProfile = DEFAULT) -> tuple[str, ...]:
    """The fields of a change of PIN, one of which should be the current one; empty for any other message.

    For a caller who checks hashes away from the event loop and then passes the one that fits as ``current_pin``.
    """
    message = _take_apart(text, profile)
    if isinstance(message, str) or not message.fields:
        return ()
    intent, rest = _keyword(message.fields, profile)
    fits = intent is Intent.CHANGE_PIN and 2 <= len(rest) <= 3 and all(is_pin(field, profile) for field in rest)
    return tuple(dict.fromkeys(rest)) if fits else ()


def _take_apart(text: str, profile: GrammarProfile) -> _Message | str:
    if len(text) > profile.chars_max + _BLANKS_MAX:
        return "too_long"
    body = " ".join(text.split())
    if not body:
        return "empty"
    if len(body) > profile.chars_max:
        return "too_long"
    found = _REF.search(body)
    if found and not 1 <= len(found[1]) <= _REF_CHARS_MAX:
        return "empty_reference"
    ref = found[1] if found else None
    body = body[: found.start()] if found else body
    fields = _fields(body, profile)
    pins, pin = profile.pin == "last", None
    if profile.pin == "first" and len(fields) > 1 and is_pin(fields[0], profile):
        pin, fields = fields[0], fields[1:]
        body = body[len(pin) + 1 :].lstrip()
    return _Message(body=body, fields=fields, pins=pins, pin=pin, ref=ref)


def _fields(body: str, profile: GrammarProfile) -> list[str]:
    """Divided at the separators, or at blanks where none of them occurs; trailing separators are punctuation."""
    signs = f"[{re.escape(profile.separators)}]"
    fields = re.split(signs, body) if re.search(signs, body) else body.split(" ")
    fields = [field.strip() for field in fields]
    while fields and not fields[-1]:
        fields.pop()
    return fields


def _read(message: _Message, profile: GrammarProfile, verify: Callable[[str], bool] | None) -> AgentRequest:
    complaint = _complaint(message, profile)
    if complaint is not None:
        return complaint
    fields = message.fields
    if not fields or not all(fields):
        return _invalid("empty_field")
    bill = _bill(fields, profile, pins=message.pins)
    if bill is not None:
        return bill
    intent, rest = _keyword(fields, profile)
    if intent is Intent.CHANGE_PIN:
        changed = pin_change(rest, profile, verify)
        return _invalid(changed) if isinstance(changed, str) else changed
    readings = set() if intent is None else command_readings(intent, rest, profile, pins=message.pins)
    # A keyword beats a product of its name unless a destination follows that the command cannot take; where both
    # would move money, nobody guesses.
    dest_next = bool(rest) and is_dest(rest[0], profile)
    if intent is None or (dest_next and (not readings or intent in _MOVES_MONEY)):
        readings |= order_readings(_order_fields(fields, profile), profile, pins=message.pins)
    return _only(readings, profile)


def _only(readings: set[AgentRequest], profile: GrammarProfile) -> AgentRequest:
    if len(readings) != 1:
        return _invalid("ambiguous" if readings else "unreadable")
    (request,) = readings
    if len(request.items) > profile.pairs_max:
        return _invalid("too_many_pairs")
    return request


def _complaint(message: _Message, profile: GrammarProfile) -> AgentRequest | None:
    word, rest = _first_word(message.body, profile)
    if profile.keywords.get(word.upper()) is not Intent.COMPLAINT:
        return None
    if rest[:1].isdigit() and message.body.removesuffix(rest).endswith("#"):
        # A number that is marked so is an order's, not the beginning of a sentence.
        rest = f"#{rest}"
    return AgentRequest(intent=Intent.COMPLAINT, text=rest or None)


def _first_word(body: str, profile: GrammarProfile) -> tuple[str, str]:
    found = re.match(rf"([^\s{re.escape(profile.separators)}]+)[\s{re.escape(profile.separators)}]*(.*)", body)
    return (found[1], found[2]) if found else ("", body)


def _keyword(fields: list[str], profile: GrammarProfile) -> tuple[Intent | None, list[str]]:
    """The intent the first word (or two, by a blank) names, and the fields after it."""
    if len(fields) > 1:
        intent = profile.keywords.get(f"{fields[0]} {fields[1]}".upper())
        if intent is not None:
            return intent, fields[2:]
    return profile.keywords.get(fields[0].upper()), fields[1:]


def _bill(fields: list[str], profile: GrammarProfile, *, pins: bool) -> AgentRequest | None:
    """``inq.code.no``, ``cek.code.no``, ``bayar.code.no``, and the same glued (``inqcode.no``)."""
    word = fields[0].upper()
    if word in profile.keywords and word not in (*profile.bill_inquiry_words, *profile.bill_pay_words):
        return None
    for intent, words in (
        (Intent.BILL_INQUIRY, profile.bill_inquiry_words),
        (Intent.BILL_PAY, profile.bill_pay_words),
    ):
        for known in words:
            if word == known and len(fields) > 2 and product_of(fields[1]):
                return bill_reading(intent, fields[1], fields[2:], profile, pins=pins) or _invalid("bill_format")
            if word != known and word.startswith(known) and len(fields) > 1:
                found = bill_reading(intent, word.removeprefix(known), fields[1:], profile, pins=pins)
                if found is not None:
                    return found
    return None


def _order_fields(fields: list[str], profile: GrammarProfile) -> list[Field]:
    """The fields with commas opened, except where a comma belongs to the destination (SAMSAT)."""
    if profile.comma_products and any(field.upper().startswith(profile.comma_products) for field in fields):
        return [Field(field) for field in fields]
    opened: list[Field] = []
    for field in fields:
        parts = [part.strip() for part in field.split(profile.pair_separator)]
        opened += [Field(part, begins=number > 0) for number, part in enumerate(parts)]
    return opened


def _invalid(problem: str) -> AgentRequest:
    return AgentRequest(intent=Intent.INVALID, problem=problem)
