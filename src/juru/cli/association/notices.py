"""``juru association notices``: messages that are due, sending them, and a person's yes or no."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, On, ask, day, done, reading, today
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from juru.association.desk.composing import Letter
    from juru.association.desk.notices import Listed
    from juru.association.domain.commands import Done

notices = App(name="notices", help="Messages: what is due, sending, and a person's yes or no.")
Keys = Annotated[tuple[str, ...], Parameter(help="the messages' keys, as 'due' and 'late' show them", negative="")]
Reason = Annotated[str, Parameter(help="why, for the book")]
Before = Annotated[
    str | None, Parameter(help="instead of keys: all that wait for a person and were due before this day")
]


@notices.command
def due(
    *,
    settled: Annotated[bool, Parameter(negative="", help="also those that were sent, told or dropped")] = False,
    on: On = None,
    at: At = HERE,
    json: Json = False,
) -> int:
    """List every message that is due on a day and how it stands, the oldest first."""
    from juru.association.domain.notices import SETTLED

    rows = [row for row in _listed(at, day(on) or today()) if settled or row.log.stage not in SETTLED]
    return _told(rows, json=json)


@notices.command
def late(*, on: On = None, at: At = HERE, json: Json = False) -> int:
    """List the messages that wait for a person's yes or no: late ones, refused ones, those perhaps sent before."""
    return _told([row for row in _listed(at, day(on) or today()) if row.held], json=json)


@notices.command
def show(key: str, /, *, on: On = None, at: At = HERE, json: Json = False) -> int:
    """Show a message as it would go now: to whom, its text, and a link that opens WhatsApp with it."""
    from juru.association.desk.composing import composed
    from juru.association.desk.due_world import due_about, world_of
    from juru.association.desk.mail_settings import load
    from juru.association.domain.due import Notice

    with reading(at) as reads:
        world = world_of(reads, day(on) or today())
        found = [one for one in due_about(reads, world, _subject(key)) if isinstance(one, Notice) and one.key == key]
        if not found:
            raise CommandError(f"no message {key} is due: 'juru association notices due --settled' shows all")
        letter = composed(reads, world, found[0], load(at.dir()))
    if json:
        say_json({"addresses": letter.addresses, "subject": letter.subject, "text": letter.text, "wa": letter.links})
        return OK
    _say_letter(letter)
    return OK


def _say_letter(letter: Letter) -> None:
    say(f"to: {', '.join(letter.addresses) or '- (no mail address: pass it on by hand)'}")
    for person, link in letter.links.items():
        say(f"WhatsApp {person}: {link}")
    say(f"subject: {letter.subject}\n")
    say(letter.text)


@notices.command
def send(
    *,
    most: Annotated[int, Parameter(help="no more than so many")] = 1_000,
    at: At = HERE,
    json: Json = False,
) -> int:
    """Send what is due and may go without asking, in due order. What is more than three days late is not among it."""
    from juru.association.desk.desk import Desk
    from juru.association.desk.due_roll import DueRoll
    from juru.association.desk.mail_settings import load, password
    from juru.association.desk.sending import Post
    from juru.association.papers.attached import Papers
    from juru.association.store.book import Book

    if most < 1:
        raise SettingsError(f"{most} messages are none: give 1 or more")
    directory = at.dir()
    settings = load(directory)
    if settings is None:
        raise SettingsError("no mail server is set: 'juru association mail set --host ... --sender ...' sets it")
    secret = password(settings, os.environ)
    book = Book(directory)
    try:
        post = Post(Desk(book), DueRoll(book), now=lambda: datetime.now(UTC), attach=Papers(directory))
        result = asyncio.run(post.run(settings, secret, most=most))
    finally:
        book.close()
    if json:
        say_json(result)
        return OK
    say(f"{result.sent} sent, {result.failed} to be tried again, {result.refused} refused, {result.unknown} unknown")
    if result.by_hand:
        say(f"{result.by_hand} have no mail address: 'juru association notices show KEY' has a link for WhatsApp")
    if result.held:
        say(f"{result.held} wait for a person's yes or no: 'juru association notices late'")
    if result.left:
        say(f"{result.left} are left for the next run")
    return OK


@notices.command
def approve(
    keys: Keys = (),
    /,
    *,
    before: Before = None,
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Say yes: they are sent although late, refused or perhaps sent before; a repeated one has the same Message-ID."""
    from juru.association.domain.commands import ApproveNotices

    result = ask(at, asking, ApproveNotices(keys=_chosen(at, keys, before), reason=reason))
    return _decided(result, "will be sent", json=json)


@notices.command
def drop(
    keys: Keys = (),
    /,
    *,
    before: Before = None,
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Say no: they are not sent any more."""
    from juru.association.domain.commands import DropNotices

    result = ask(at, asking, DropNotices(keys=_chosen(at, keys, before), reason=reason))
    return _decided(result, "dropped", json=json)


@notices.command
def told(keys: Keys, /, *, reason: Reason = "", at: At = HERE, asking: Asking = SOMEONE, json: Json = False) -> int:
    """Say that you passed them on yourself, by WhatsApp, telephone or hand; the reason says how."""
    from juru.association.domain.commands import TellNotices

    result = ask(at, asking, TellNotices(keys=_chosen(at, keys, None), reason=reason))
    return _decided(result, "noted as told", json=json)


def _decided(result: Done, what: str, *, json: bool) -> int:
    return done(result, f"{result.note} {'message' if result.note == '1' else 'messages'} {what}", json=json)


def _chosen(at: At, keys: tuple[str, ...], before: str | None) -> tuple[str, ...]:
    """The keys given, or all that wait for a person from before a day."""
    until = day(before)
    if until is not None and not keys:
        keys = tuple(row.notice.key for row in _listed(at, today()) if row.held and row.notice.due_on < until)
    if not keys:
        raise SettingsError("which messages? give their keys, or --before with a day before which some wait")
    return keys


def _subject(key: str) -> str:
    return key.partition(":")[2].rpartition(":")[0]


def _listed(at: At, on: date) -> list[Listed]:
    from juru.association.desk.due_world import everything_due
    from juru.association.desk.notices import listed

    with reading(at) as reads:
        return listed(reads, everything_due(reads, on), on)


def _told(rows: list[Listed], *, json: bool) -> int:
    if json:
        plain = [
            {"key": row.notice.key, "due_on": row.notice.due_on, "kind": row.notice.kind, "member": row.notice.member}
            | {"unit": row.notice.unit, "stage": row.log.stage, "late": row.late, "held": row.held}
            for row in rows
        ]
        say_json(plain)
        return OK
    header = ("message", "due", "member", "unit", "stands", "")
    table = [
        (
            row.notice.key,
            row.notice.due_on.isoformat(),
            row.notice.member,
            row.notice.unit,
            row.log.stage.value,
            _note(row),
        )
        for row in rows
    ]
    say_table(header, table)
    say(f"{len(rows)} messages")
    return OK


def _note(row: Listed) -> str:
    if row.held:
        return "waits for a person"
    return "late" if row.late else ""
