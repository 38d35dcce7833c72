"""``juru association member``: from the application to the register, by dated facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from juru.cli.association.at import (
    HERE,
    SOMEONE,
    Asking,
    At,
    Dated,
    Known,
    On,
    ask,
    dated,
    day,
    done,
    known_ms,
    reading,
    today,
)
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import CommandError, SettingsError

member = App(name="member", help="Members: from the application to the register.")
Source = Annotated[str, Parameter(help="where this is known from")]
Number = Annotated[str, Parameter(help="the member's number")]


@member.command
def add(  # noqa: PLR0913 - each is an option of the command
    name: str,
    /,
    *,
    branch: Annotated[str, Parameter(help="code of the branch it joins, or NAS")],
    province: Annotated[str, Parameter(help="code of its province, as the interior ministry numbers them")],
    licence: Annotated[str, Parameter(help="business licence (NIB)")] = "",
    address: str = "",
    person: Annotated[str, Parameter(help="who applies, and represents it until it names others")] = "",
    phone: Annotated[str, Parameter(help="his telephone")] = "",
    email: Annotated[str, Parameter(help="his e-mail address")] = "",
    member_class: Annotated[str, Parameter(name="--class", help="server or developer")] = "server",
    source: Source = "",
    sure: Annotated[bool, Parameter(negative="", help="it is not the member that it seems to be")] = False,
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Enter a business that applies; it gets the number that it keeps for ever."""
    from juru.association.domain.commands import NewMember

    command = NewMember(
        name=name,
        branch=branch.upper(),
        province=province,
        licence=licence,
        address=address,
        person=person,
        phone=phone,
        email=email,
        member_class=member_class,
        **dated(on),
        source=source,
        sure=sure,
    )
    result = ask(at, asking, command)
    return done(result, f"member {result.id}: {result.note}", json=json)


@member.command
def apply(
    number: Number,
    /,
    *,
    branch: Annotated[str, Parameter(help="code of the branch, or NAS")],
    member_class: Annotated[str, Parameter(name="--class", help="server or developer")] = "server",
    source: Source = "",
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """A business that lapsed, left or was closed applies anew, under its old number."""
    fields = {"branch": branch.upper(), "member_class": member_class, "source": source}
    return _record(at, asking, number, "applied", on, json, **fields)


@member.command
def complete(
    number: Number, /, *, on: Dated = None, at: At = HERE, asking: Asking = SOMEONE, json: Json = False
) -> int:
    """Every required document is there: from this day the branch's working days run."""
    return _record(at, asking, number, "complete", on, json)


@member.command
def verify(
    number: Number,
    /,
    *,
    decision: Annotated[str, Parameter(help="number of the decision letter")],
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Accept a complete application by decision; its first dues are now due."""
    return _record(at, asking, number, "verified", on, json, decision=decision)


@member.command
def record(
    number: Number,
    kind: Annotated[str, Parameter(help="a fact's kind, as in docs/reference/facts.md")],
    /,
    *,
    field: Annotated[tuple[str, ...], Parameter(help="NAME=VALUE of the fact, JSON or plain text", negative="")] = (),
    source: Source = "",
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Record any other fact about a member: rejected, moved, charged, suspended, expelled, appealed, resigned, ..."""
    fields: dict[str, Any] = {"source": source} if source else {}
    for given in field:
        name, mark, value = given.partition("=")
        if not mark:
            raise SettingsError(f"{given!r}: write --field NAME=VALUE")
        fields[name] = _value(value)
    return _record(at, asking, number, kind, on, json, **fields)


def _value(text: str) -> object:
    """JSON where it is a list, a flag or nothing; else the text itself, digits and all."""
    if text in {"true", "false", "null"} or text[:1] in {"[", "{"}:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise SettingsError(f"{text!r} is no JSON: {error}") from error
    return text


def _record(at: At, asking: Asking, number: str, kind: str, on: str | None, json: bool, **fields: object) -> int:
    from juru.association.domain.commands import Record
    from juru.association.domain.facts import MemberFact

    given = {"kind": kind, **msgspec.to_builtins(dated(on)), **fields}
    try:
        fact = msgspec.convert(given, MemberFact, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{kind}: {error}; the fields of each kind are in docs/reference/facts.md") from error
    result = ask(at, asking, Record(member=number, fact=fact))
    return done(result, f"member {result.id}: {result.note}", json=json)


@member.command
def show(number: Number, /, *, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """Show a member's standing on a day, its parts, and what an application waits for."""
    from juru.association.desk.register import shown

    with reading(at) as reads:
        found = shown(reads, number, day(on) or today(), known_ms(known))
    if found is None:
        raise CommandError(f"there is no member {number} on that day: 'juru association member list' shows all")
    if json:
        say_json(found)
        return OK
    told = {name: value for name, value in msgspec.to_builtins(found).items() if value not in ("", None, False, {}, [])}
    say_table(("", ""), [(name, str(value)) for name, value in told.items()])
    return OK


@member.command(name="list")
def listing(
    *,
    state: Annotated[str | None, Parameter(help="only members in this state")] = None,
    branch: Annotated[str | None, Parameter(help="only members of this branch")] = None,
    must_choose: Annotated[bool, Parameter(negative="", help="only who has to choose a branch anew")] = False,
    on: On = None,
    known: Known = None,
    at: At = HERE,
    json: Json = False,
) -> int:
    """List every member with its state on a day."""
    from juru.association.desk.register import register

    with reading(at) as reads:
        rows = [
            row
            for row in register(reads, day(on) or today(), known_ms(known))
            if state in {None, row.state}
            and (branch is None or row.branch == branch.upper())
            and (row.must_choose or not must_choose)
        ]
    if json:
        say_json(rows)
        return OK
    header = ("number", "name", "branch", "class", "state", "reason", "paid until")
    say_table(
        header, [(r.number, r.name, r.branch, r.member_class, r.state, r.reason, _iso(r.paid_until)) for r in rows]
    )
    say(f"{len(rows)} members")
    return OK


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


@member.command
def facts(number: Number, /, *, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """Show every fact of a member as known at a moment, what was taken back too."""
    from juru.association.domain.affairs import Subject
    from juru.association.store.rows import bare

    with reading(at) as reads:
        until = day(on)
        story = [
            one for one in reads.story(Subject.MEMBER, number, known_ms(known)) if until is None or one.fact.on <= until
        ]
    if not story:
        raise CommandError(f"there is no fact of member {number}: 'juru association member list' shows all")
    if json:
        say_json(story)
        return OK
    rows = []
    for one in story:
        said = msgspec.to_builtins(bare(one.fact))
        kind, start = said.pop("kind"), said.pop("on")
        gone = f"taken back by {one.reversed_by}" if one.reversed_by else ""
        told = ", ".join(f"{name} {value}" for name, value in said.items())
        known_at = "" if one.fact.known_at is None else one.fact.known_at.strftime("%Y-%m-%d %H:%M")
        rows.append((one.id, start, kind, told, one.fact.by, known_at, one.fact.source, gone))
    say_table(("fact", "on", "kind", "what", "by", "recorded (UTC)", "source", ""), rows)
    return OK


@member.command(name="take-back")
def take_back(
    number: Number,
    fact: Annotated[int, Parameter(help="the fact's number, as 'member facts' shows it")],
    /,
    *,
    reason: Annotated[str, Parameter(help="why, for the book")] = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Take back a fact that was recorded wrongly; it stays readable. What carries money is reversed as money."""
    from juru.association.domain.affairs import Subject
    from juru.association.domain.commands import TakeBack

    command = TakeBack(subject=Subject.MEMBER, subject_id=number, fact_id=fact, reason=reason)
    result = ask(at, asking, command)
    return done(result, f"member {result.id}: fact {fact} taken back", json=json)


@member.command
def keep(
    file: Path,
    /,
    *,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Keep a document (PDF, PNG, JPEG); facts name it by the hash that is printed."""
    from juru.cli.association.keeping import kept

    result = kept(at, asking, file)
    return done(result, f"{result.id} ({result.note})", json=json)
