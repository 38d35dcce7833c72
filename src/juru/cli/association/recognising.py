"""``juru association history`` and ``recognition``: the body's own past, and who recognises it."""

from __future__ import annotations

from typing import Annotated, Literal

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
from juru.cli.output import OK, say_json, say_table

history = App(name="history", help="The association's own history.")
recognition = App(name="recognition", help="By whom the association is recognised, and until when.")
Source = Annotated[str, Parameter(help="where this is known from")]


@history.command(name="add")
def tell(
    text: str,
    /,
    *,
    source: Source,
    on: Dated = None,
    place: Annotated[str, Parameter(help="where it happened")] = "",
    founding: Annotated[bool, Parameter(negative="", help="a date of its founding; several may stand")] = False,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Add something that happened to the association; its source says who tells it so."""
    from juru.association.domain.affairs import Founded, Subject
    from juru.association.domain.commands_registers import TellHistory
    from juru.association.domain.registers import Milestone

    if founding:
        with reading(at) as reads:
            name = reads.facts_of_kind(Subject.ASSOCIATION)[0].subject_id
        command = TellHistory(fact=Founded(**dated(on), name=name, text=text, source=source))
    else:
        command = TellHistory(fact=Milestone(**dated(on), text=text, place=place, source=source))
    result = ask(at, asking, command)
    return done(result, f"fact {result.id}", json=json)


@history.command(name="list")
def past(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List the history, oldest first, with the source of each date."""
    from juru.association.desk.registers import history as history_of
    from juru.association.domain.when import said

    with reading(at) as reads:
        events = history_of(reads, day(on) or today(), known_ms(known))
    if json:
        say_json(events)
        return OK
    language = at.language or "id"
    rows = [(said(e.on, e.precision, e.through, language), e.text, e.place, e.source) for e in events]
    say_table(("when", "what", "where", "source"), rows)
    return OK


@recognition.command
def add(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, Parameter(help="who recognises the association")],
    grants: Annotated[str, Parameter(help="what it grants")],
    /,
    *,
    authority: Annotated[Literal["ministry", "operator", "kadin", "mastel", "other"], Parameter(help="what it is")],
    document: Annotated[str, Parameter(help="hash of the document, as 'member keep' prints it")],
    reference: Annotated[str, Parameter(help="the document's own number")] = "",
    until: Annotated[str | None, Parameter(help="the day from which it is no more; without it there is no end")] = None,
    prolongs: Annotated[str, Parameter(help="number of the recognition that this prolongs or corrects")] = "",
    source: Source = "",
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Enter a recognition with its document; it is shown on the first public page."""
    from juru.association.domain.commands_registers import Recognise
    from juru.association.domain.registers import Authority

    command = Recognise(
        **dated(on),
        authority=Authority(authority),
        name=name,
        grants=grants,
        document=document,
        reference=reference,
        until=day(until),
        source=source,
        recognition=prolongs,
    )
    result = ask(at, asking, command)
    return done(result, f"recognition {result.id}: {result.note}", json=json)


@recognition.command
def withdraw(
    number: str, /, *, reason: str, on: Dated = None, at: At = HERE, asking: Asking = SOMEONE, json: Json = False
) -> int:
    """Note that whoever recognised the association took it back."""
    from juru.association.domain.commands_registers import WithdrawRecognition

    result = ask(at, asking, WithdrawRecognition(**dated(on), recognition=number, reason=reason))
    return done(result, f"recognition {result.id} withdrawn: {result.note}", json=json)


@recognition.command(name="list")
def listing(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List every recognition as it stands on a day."""
    from juru.association.desk.registers import recognitions

    with reading(at) as reads:
        found = recognitions(reads, day(on) or today(), known_ms(known))
    if json:
        say_json(found)
        return OK
    rows = [
        (
            *(r.id, r.name, r.authority.value, r.since.isoformat(), r.until.isoformat() if r.until else None),
            *(r.state.value, r.grants),
        )
        for r in found
    ]
    say_table(("number", "by", "kind", "from", "until", "", "grants"), rows)
    return OK


def expiring(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List what ends by itself and when, the next first: recognitions in force and open notices."""
    from juru.association.desk.registers import expiring as expiring_of

    with reading(at) as reads:
        found = expiring_of(reads, day(on) or today(), known_ms(known))
    if json:
        say_json(found)
        return OK
    say_table(("on", "what", "number", "title"), [(e.on.isoformat(), e.subject, e.id, e.title) for e in found])
    return OK


def decisions(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List what everybody may read of decisions: decrees, public minutes, officers' words on notices, overrides."""
    from juru.association.desk.registers import decided

    with reading(at) as reads:
        found = decided(reads, day(on) or today(), known_ms(known))
    if json:
        say_json(found)
        return OK
    rows = [(d.on.isoformat(), d.kind, d.body, d.id, f"{d.outcome} {d.text}".strip(), d.decree) for d in found]
    say_table(("on", "kind", "body", "number", "what", "decree"), rows)
    return OK
