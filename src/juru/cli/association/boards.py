"""``juru association board``: decrees, terms, and who is in office on a day."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, Dated, On, ask, dated, day, done, reading, today
from juru.cli.given import Json, Money
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import SettingsError

board = App(name="board", help="Boards: decrees, terms, who is in office.")


@board.command
def decree(
    body: Annotated[str, Parameter(help="NAS, or a branch's code")],
    text: str,
    /,
    *,
    kind: Annotated[str, Parameter(help="what it is: appointment, expulsion, dues, ...")] = "keputusan",
    signer: Annotated[tuple[str, ...], Parameter(help="who signs; more than once", negative="")] = (),
    revokes: Annotated[str | None, Parameter(help="the decree that it ends, with all that one gave")] = None,
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Issue an SK; it gets the next number of its body and year."""
    from juru.association.domain.commands import IssueDecree

    command = IssueDecree(body=body.upper(), decree_kind=kind, text=text, signers=signer, revokes=revokes, **dated(on))
    result = ask(at, asking, command)
    return done(result, result.id, json=json)


@board.command
def appoint(  # noqa: PLR0913 - each is an option of the command
    person: str,
    /,
    *,
    firm: Annotated[str, Parameter(help="number of the member he is seated for")],
    title: Annotated[Literal["chair", "secretary", "treasurer", "member"], Parameter(help="the office")],
    decree: Annotated[str, Parameter(help="the SK that appoints him")],
    until: Annotated[str, Parameter(help="the day on which the powers end")],
    body: Annotated[Literal["national", "branch", "appeal", "audit"], Parameter(help="which board")] = "national",
    unit: Annotated[str, Parameter(help="code of the branch, NAS for the others")] = "NAS",
    acting: Annotated[bool, Parameter(negative="", help="as acting officer (Plt), at most 90 days")] = False,
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Seat a person in an office; what he may do follows from it, and ends with it."""
    from juru.association.domain.affairs import Appointed
    from juru.association.domain.boards import Body, Title
    from juru.association.domain.commands import Appoint

    fact = Appointed(
        **dated(on),
        firm=firm,
        body=Body(body),
        unit=unit.upper(),
        title=Title(title),
        until=day(until) or today(),
        decree=decree,
        acting=acting,
    )
    result = ask(at, asking, Appoint(person=person, fact=fact))
    return done(result, f"{result.id}: {result.note} until {fact.until}", json=json)


@board.command
def collector(
    number: Annotated[str, Parameter(help="number of the member server")],
    /,
    *,
    limit: Annotated[Money, Parameter(help="how much may be promised and not yet transferred")],
    settlement_day: Annotated[int, Parameter(help="day of the month by which it transfers")],
    decree: Annotated[str, Parameter(help="the SK that appoints it")],
    until: Annotated[str, Parameter(help="the day on which the appointment ends")],
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Appoint a member server as collector of dues out of the deposits that members hold with it."""
    from juru.association.domain.affairs import CollectorAppointed
    from juru.association.domain.commands import AppointCollector

    fact = CollectorAppointed(
        **dated(on),
        limit_idr=limit,
        settlement_day=settlement_day,
        until=day(until) or today(),
        decree=decree,
    )
    result = ask(at, asking, AppointCollector(member=number, fact=fact))
    return done(result, f"collector {result.id} until {fact.until}", json=json)


@board.command
def policy(
    key: Annotated[str | None, Parameter(help="a number of the statutes")] = None,
    value: Annotated[int | None, Parameter(help="what it is from the day on")] = None,
    /,
    *,
    decree: Annotated[str, Parameter(help="the SK that sets it")] = "",
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Set a number of the statutes from a day on; without KEY and VALUE, show all of that day.

    A clock runs by the numbers of the day on which it began: one that is changed later moves no clock that runs.
    """
    from juru.association.domain.affairs import PolicySet
    from juru.association.domain.commands import SetPolicy
    from juru.association.domain.policy import MEANINGS

    since = day(on) or today()
    if key is not None and value is not None:
        fact = PolicySet(on=since, value=value, decree=decree)
        result = ask(at, asking, SetPolicy(key=key, fact=fact))
        return done(result, f"{result.id} = {result.note} from {since}", json=json)
    if key is not None:
        raise SettingsError(f"what shall {key} be? write it after its name; without a name all are shown")
    with reading(at) as reads:
        numbers = reads.policies().on(since)
    if json:
        say_json(numbers)
        return OK
    say_table(("number", "value", "meaning"), [(name, getattr(numbers, name), told) for name, told in MEANINGS.items()])
    return OK


@board.command
def show(*, on: On = None, at: At = HERE, json: Json = False) -> int:
    """Show every term that has begun, and whether its powers are live on a day."""
    from juru.association.desk.officers import officers

    as_of = day(on) or today()
    with reading(at) as reads:
        rows = officers(reads, as_of)
    if json:
        say_json(rows)
        return OK
    header = ("body", "unit", "title", "person", "firm", "since", "until", "decree", "", "ends by")
    table = [
        (
            *(r.body, r.unit, r.title, r.person, r.firm, r.since.isoformat(), r.until.isoformat(), r.decree),
            *(r.standing, "" if r.ending == "term" else r.ending),
        )
        for r in rows
    ]
    say_table(header, table)
    if not any(r.body == "national" and r.standing == "in office" for r in rows):
        say("no national officer is in office: whoever keeps the book acts for the congress")
    return OK
