"""Who stands behind a member on a day: representatives, servers, contacts. Folded from facts in their order."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from juru.association.domain.facts import (
    Applied,
    Audience,
    Channel,
    ContactRemoved,
    ContactSet,
    Fact,
    MoveAsked,
    Moved,
    OwnerChanged,
    RepresentativeNamed,
    Role,
    ServerAdded,
    ServerNamed,
    ServerRemoved,
)


def representatives(seen: Iterable[Fact]) -> dict[Role, RepresentativeNamed]:
    """Who speaks for the member: of one role the last named; with a new owner those of the old one end."""
    found: dict[Role, RepresentativeNamed] = {}
    for fact in seen:
        match fact:
            case OwnerChanged():
                found = {}
            case RepresentativeNamed(role=role):
                found[role] = fact
            case _:
                pass
    return found


class Server(msgspec.Struct, frozen=True):
    """A server that a member runs."""

    code: str
    name: str
    place: str = ""


def servers(seen: Iterable[Fact]) -> dict[str, Server]:
    """The servers that were added and not removed, by the member's code."""
    found: dict[str, Server] = {}
    for fact in seen:
        match fact:
            case ServerAdded(server=code, name=name, place=place):
                found[code] = Server(code, name, place)
            case ServerNamed(server=code, name=name) if code in found:
                found[code] = msgspec.structs.replace(found[code], name=name)
            case ServerRemoved(server=code):
                found.pop(code, None)
            case _:
                pass
    return found


def move_asked(seen: Iterable[Fact]) -> MoveAsked | None:
    """The move that a member asks for and nobody has accepted yet."""
    asked: MoveAsked | None = None
    for fact in seen:
        match fact:
            case MoveAsked():
                asked = fact
            case Moved() | Applied():
                asked = None
            case _:
                pass
    return asked


def contacts(seen: Iterable[Fact]) -> dict[Channel, ContactSet]:
    """The contact of each channel, as last set."""
    found: dict[Channel, ContactSet] = {}
    for fact in seen:
        match fact:
            case ContactSet(channel=channel):
                found[channel] = fact
            case ContactRemoved(channel=channel):
                found.pop(channel, None)
            case _:
                pass
    return found


def shown_to_members(seen: Iterable[Fact]) -> dict[Channel, str]:
    """What the directory shows: only what the member has consented to, as of its last word."""
    return {
        channel: contact.value for channel, contact in contacts(seen).items() if contact.audience is Audience.MEMBERS
    }
