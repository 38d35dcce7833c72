"""``juru association opportunity``: notices of members and boards, answers, jobs declared."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from juru.cli.association.at import (
    HERE,
    SOMEONE,
    Asking,
    At,
    Known,
    On,
    ask,
    day,
    done,
    known_ms,
    reading,
    refusal_text,
    today,
)
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import CommandError

if TYPE_CHECKING:
    from juru.association.desk.desk import Desk
    from juru.association.domain.commands import Done
    from juru.association.domain.refusals import Refusal
    from juru.association.store.answers import AnswerFile

opportunity = App(name="opportunity", help="Opportunities: notices, answers, jobs declared.")
Number = Annotated[str, Parameter(help="the notice's number")]
Kind = Literal["agent_wanted", "server_for_sale", "upline_wanted", "job", "training", "loan_programme", "tender"]
JobCount = Annotated[int | None, Parameter(help="jobs created since the member last said so")]


@contextlib.contextmanager
def _open(at: At) -> Iterator[tuple[Desk, AnswerFile]]:
    from juru.association.desk.desk import Desk
    from juru.association.store.answers import AnswerFile
    from juru.association.store.book import Book

    directory = at.dir()
    book, file = Book(directory), AnswerFile(directory)
    try:
        yield Desk(book), file
    finally:
        file.close()
        book.close()


def _stands(result: Done | Refusal, at: At) -> Done:
    from juru.association.domain.commands import Done

    if not isinstance(result, Done):
        raise CommandError(refusal_text(result, at.language))
    return result


@opportunity.command
def add(
    kind: Kind,
    title: str,
    text: str,
    /,
    *,
    member: Annotated[str, Parameter(help="number of the member whose notice it is; without it the board's own")] = "",
    body: Annotated[str, Parameter(help="NAS, or the branch whose board it is from")] = "NAS",
    contact: Annotated[str, Parameter(help="number or address; kept beside the book, forgotten in time")] = "",
    contact_for: Annotated[Literal["nobody", "members", "all"], Parameter(help="who sees the contact")] = "nobody",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Write a notice: a member's waits for an officer's word, the board's own stands at once; both for 60 days."""
    from juru.association.desk.answering import offer
    from juru.association.domain.commands_registers import Offer
    from juru.association.domain.registers import ContactFor, OfferKind

    command = Offer(
        offer_kind=OfferKind(kind),
        title=title,
        text=text,
        member=member,
        body=body.upper(),
        contact_for=ContactFor(contact_for),
    )
    request = asking.request or str(uuid.uuid4())
    with _open(at) as (desk, file):
        now, by = datetime.now(UTC), asking.name()
        result = _stands(offer(desk, file, command, contact=contact, now=now, by=by, request=request), at)
    return done(result, f"opportunity {result.id} until {result.note}", json=json)


@opportunity.command
def moderate(
    number: Number,
    verdict: Literal["published", "declined", "removed"],
    /,
    *,
    reason: Annotated[str, Parameter(help="why, for everybody to read")],
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """An officer's word on a member's notice."""
    from juru.association.domain.commands_registers import Moderate
    from juru.association.domain.registers import Verdict

    result = ask(at, asking, Moderate(opportunity=number, verdict=Verdict(verdict), reason=reason))
    return done(result, f"opportunity {result.id}: {result.note}", json=json)


@opportunity.command
def renew(
    number: Number, /, *, jobs: JobCount = None, at: At = HERE, asking: Asking = SOMEONE, json: Json = False
) -> int:
    """Let a notice stand for another 60 days, in its last days or after them."""
    from juru.association.desk.answering import renew as renewed
    from juru.association.domain.commands_registers import RenewOffer

    command = RenewOffer(opportunity=number, jobs=jobs)
    request = asking.request or str(uuid.uuid4())
    with _open(at) as (desk, file):
        now, by = datetime.now(UTC), asking.name()
        result = _stands(renewed(desk, file, command, now=now, by=by, request=request), at)
    return done(result, f"opportunity {result.id} until {result.note}", json=json)


@opportunity.command
def close(
    number: Number,
    /,
    *,
    filled: Annotated[bool, Parameter(negative="", help="it found whom it sought")] = False,
    jobs: JobCount = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """End a notice."""
    from juru.association.domain.commands_registers import CloseOffer

    result = ask(at, asking, CloseOffer(opportunity=number, filled=filled, jobs=jobs))
    return done(result, f"opportunity {result.id}: {result.note}", json=json)


@opportunity.command(name="list")
def listing(
    *,
    state: Annotated[str | None, Parameter(help="only notices in this state: waiting, open, expired, ...")] = None,
    kind: Annotated[Kind | None, Parameter(help="only notices of this kind")] = None,
    branch: Annotated[str | None, Parameter(help="only notices of this branch")] = None,
    on: On = None,
    known: Known = None,
    at: At = HERE,
    json: Json = False,
) -> int:
    """List notices as they stand on a day, with the officer's reason."""
    from juru.association.desk.registers import opportunities

    with reading(at) as reads:
        found = [
            one
            for one in opportunities(reads, day(on) or today(), known_ms(known))
            if state in {None, one.state.value}
            and kind in {None, one.offer_kind.value}
            and (branch is None or one.body == branch.upper())
        ]
    if json:
        say_json(found)
        return OK
    rows = [
        (o.id, o.offer_kind.value, o.title, o.body, o.member, o.until.isoformat(), o.state.value, o.reason)
        for o in found
    ]
    say_table(("number", "kind", "title", "branch", "member", "until", "", "reason"), rows)
    return OK


@opportunity.command
def answers(number: Number, /, *, at: At = HERE, json: Json = False) -> int:
    """Show the answers to a notice, for its author; they are forgotten 90 days after the notice's last."""
    from juru.association.store.rows import instant

    with _open(at) as (_desk, file):
        found = file.of(number)
    if json:
        say_json(found)
        return OK
    rows = [(instant(a.at_ms).strftime("%Y-%m-%d %H:%M"), a.member, a.name, a.contact, a.text) for a in found]
    say_table(("at (UTC)", "member", "name", "contact", "what"), rows)
    return OK


@opportunity.command
def forget(*, at: At = HERE) -> int:
    """Forget contacts and answers whose notices ended 90 days ago; every new one does the same."""
    from juru.association.store.rows import milliseconds

    with _open(at) as (_desk, file):
        gone = file.forget(milliseconds(datetime.now(UTC)))
    say(f"{gone} answers forgotten")
    return OK


@opportunity.command
def jobs(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List the jobs that members declared, and their sum."""
    from juru.association.desk.registers import jobs_declared

    with reading(at) as reads:
        found = jobs_declared(reads, day(on) or today(), known_ms(known))
    if json:
        say_json(found)
        return OK
    say_table(("on", "member", "jobs", "notice"), [(j.on.isoformat(), j.member, j.jobs, j.opportunity) for j in found])
    say(f"{sum(j.jobs for j in found)} jobs declared")
    return OK
