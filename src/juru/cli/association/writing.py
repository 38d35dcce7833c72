"""``juru association letter`` and ``announcement``: the letters in and out, and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, Known, On, ask, day, done, known_ms, reading, today
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import CommandError, SettingsError

letter = App(name="letter", help="The register of letters, in and out.")
announcement = App(name="announcement", help="Announcements to everybody, to members, to a branch.")
Unit = Annotated[str, Parameter(help="NAS, or a branch's code")]
Attached = Annotated[
    tuple[str, ...], Parameter(name="--attach", help="hash of a kept document; more than once", negative="")
]
ReplyTo = Annotated[str, Parameter(help="running number of the letter that it answers")]
Letter = Annotated[str, Parameter(help="the letter's running number")]


def text_of(file: Path) -> str:
    """The text in a file. Raises ``SettingsError`` with the remedy."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is no text: save it as UTF-8") from error


@letter.command
def draft(
    body: Unit,
    to: Annotated[str, Parameter(help="to whom")],
    regarding: Annotated[str, Parameter(help="what it is about")],
    file: Annotated[Path, Parameter(help="its text, a file")],
    /,
    *,
    again: Annotated[str, Parameter(help="running number of the draft that this replaces")] = "",
    attach: Attached = (),
    reply_to: ReplyTo = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Draft an outgoing letter; it gets its number when it is sent."""
    from juru.association.domain.commands_registers import DraftLetter

    command = DraftLetter(
        body=body.upper(),
        to=to,
        regarding=regarding,
        text=text_of(file),
        attachments=attach,
        reply_to=reply_to,
        letter=again,
    )
    result = ask(at, asking, command)
    return done(result, f"draft {result.id}", json=json)


@letter.command
def send(
    number: Letter,
    /,
    *,
    signer: Annotated[tuple[str, ...], Parameter(help="who signs; more than once", negative="")],
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Number a draft and enter it as sent; from now on it cannot be changed."""
    from juru.association.domain.commands_registers import SendLetter

    result = ask(at, asking, SendLetter(letter=number, signers=signer, on=day(on)))
    return done(result, f"letter {result.id}: {result.note}", json=json)


@letter.command
def receive(  # noqa: PLR0913 - each is an option of the command
    body: Unit,
    sender: Annotated[str, Parameter(help="from whom")],
    regarding: Annotated[str, Parameter(help="what it is about")],
    /,
    *,
    dated: Annotated[str | None, Parameter(help="the day that the letter itself bears")] = None,
    reference: Annotated[str, Parameter(help="the sender's own number")] = "",
    attach: Attached = (),
    reply_to: ReplyTo = "",
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Enter a letter that came in; it gets the next incoming number of the body's year."""
    from juru.association.domain.commands_registers import ReceiveLetter

    command = ReceiveLetter(
        body=body.upper(),
        sender=sender,
        regarding=regarding,
        dated=day(dated),
        reference=reference,
        attachments=attach,
        reply_to=reply_to,
        on=day(on),
    )
    result = ask(at, asking, command)
    return done(result, f"letter {result.id}: {result.note}", json=json)


@letter.command
def end(number: Letter, /, *, reason: str, at: At = HERE, asking: Asking = SOMEONE, json: Json = False) -> int:
    """Drop a draft, or declare a letter void; its number is not given again."""
    from juru.association.domain.commands_registers import EndLetter

    result = ask(at, asking, EndLetter(letter=number, reason=reason))
    return done(result, f"letter {result.id}: {result.note}", json=json)


@letter.command(name="list")
def letters(
    *,
    body: Annotated[str | None, Parameter(help="only letters of this body")] = None,
    direction: Annotated[Literal["in", "out"] | None, Parameter(help="only one way")] = None,
    year: Annotated[int | None, Parameter(help="only letters of this year")] = None,
    on: On = None,
    known: Known = None,
    at: At = HERE,
    json: Json = False,
) -> int:
    """List the register of letters, drafts too."""
    from juru.association.desk.registers import letters as letters_of

    with reading(at) as reads:
        found = [
            one
            for one in letters_of(reads, day(on) or today(), known_ms(known))
            if (body is None or one.body == body.upper())
            and direction in {None, one.direction.value}
            and year in {None, one.on.year}
        ]
    if json:
        say_json(found)
        return OK
    rows = [(o.id, o.number or o.state.value, o.on.isoformat(), o.other, o.regarding, o.state.value) for o in found]
    say_table(("running", "number", "on", "to or from", "regarding", ""), rows)
    return OK


@letter.command
def show(number: Letter, /, *, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """Show a letter with its text."""
    from juru.association.desk.registers import one_letter

    with reading(at) as reads:
        found = one_letter(reads, number, day(on) or today(), known_ms(known))
    if found is None:
        raise CommandError(f"there is no letter {number} on that day: 'juru association letter list' shows all")
    if json:
        say_json(found)
        return OK
    lines = {"number": found.number or found.state.value, "on": found.on.isoformat(), "regarding": found.regarding}
    lines |= {"to" if found.direction.value == "out" else "from": found.other, "reply to": found.reply_to}
    lines |= {"signed by": ", ".join(found.signers), "attached": " ".join(found.attachments), "void": found.reason}
    say_table(("", ""), [(name, value) for name, value in lines.items() if value])
    if found.text:
        say(found.text)
    return OK


@announcement.command
def add(  # noqa: PLR0913 - each is an option of the command
    body: Unit,
    title: str,
    file: Annotated[Path, Parameter(help="its text, a file")],
    /,
    *,
    audience: Annotated[Literal["public", "members", "branch"], Parameter(help="for whom")],
    branch: Annotated[str, Parameter(help="which branch, where national speaks to one")] = "",
    since: Annotated[str | None, Parameter(help="the first day on which it is shown; without it today")] = None,
    until: Annotated[str | None, Parameter(help="the first day on which it is not shown any more")] = None,
    corrects: Annotated[str, Parameter(help="number of the announcement that this corrects")] = "",
    attach: Attached = (),
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Announce something, or correct what was announced; the old version stays readable."""
    from juru.association.domain.commands_registers import Announce
    from juru.association.domain.registers import Audience

    command = Announce(
        body=body.upper(),
        title=title,
        text=text_of(file),
        audience=Audience(audience),
        branch=branch.upper(),
        since=day(since),
        until=day(until),
        attachments=attach,
        announcement=corrects,
    )
    result = ask(at, asking, command)
    return done(result, f"announcement {result.id}, version {result.note}", json=json)


@announcement.command(name="list")
def listing(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List the announcements as they stand on a day."""
    from juru.association.desk.registers import announcements

    with reading(at) as reads:
        found = announcements(reads, day(on) or today(), known_ms(known))
    if json:
        say_json(found)
        return OK
    rows = [
        (
            *(a.id, a.title, a.body, f"{a.audience.value} {a.branch}".strip(), a.since.isoformat()),
            *(a.until.isoformat() if a.until else None, a.state.value, len(a.versions)),
        )
        for a in found
    ]
    say_table(("number", "title", "by", "for", "from", "until", "", "versions"), rows)
    return OK
