"""``juru association purse``: pay-outs by two persons, cash in hand, collectors, branches, spending."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, ask, done, reading, today
from juru.cli.given import Json, Money
from juru.cli.output import OK, say_json, say_table
from juru.values.rupiah import dotted

purse = App(name="purse", help="Refunds, settlements, cash, collectors, spending.")
Reason = Annotated[str, Parameter(help="why, for the book")]
PayOutNumber = Annotated[str, Parameter(help="RF-... of a refund, ST-... of a settlement")]


@purse.command
def refund(
    number: Annotated[str, Parameter(help="the member's number")],
    amount: Money,
    /,
    *,
    to: Annotated[str, Parameter(help="the member's bank account")],
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Ask that a member's credit be paid back; another person confirms it, then its bank row is named."""
    from juru.association.domain.commands import AskRefund

    result = ask(at, asking, AskRefund(member=number, amount_idr=amount, to_account=to, reason=reason))
    return done(result, f"{result.id} waits for a second person", json=json)


@purse.command
def settle(
    branch: Annotated[str, Parameter(help="the branch's code")],
    amount: Money,
    /,
    *,
    giver: Annotated[str, Parameter(help="code of the account that pays; without it the association's own")] = "",
    taker: Annotated[str, Parameter(help="code of the account that is paid; without it the association's own")] = "",
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Ask that what stands between national and a branch be moved between their accounts."""
    from juru.association.domain.commands import AskSettlement

    command = AskSettlement(
        branch=branch.upper(), giver=giver.upper(), taker=taker.upper(), amount_idr=amount, reason=reason
    )
    result = ask(at, asking, command)
    return done(result, f"{result.id} waits for a second person", json=json)


@purse.command
def confirm(number: PayOutNumber, /, *, at: At = HERE, asking: Asking = SOMEONE, json: Json = False) -> int:
    """Confirm a refund or a settlement that another person asked for."""
    from juru.association.domain.commands import ConfirmPayOut

    result = ask(at, asking, ConfirmPayOut(number=number))
    return done(result, f"{result.id}: {result.note}", json=json)


@purse.command
def decline(
    number: PayOutNumber, /, *, reason: Reason = "", at: At = HERE, asking: Asking = SOMEONE, json: Json = False
) -> int:
    """Decline a refund or a settlement that has not left yet."""
    from juru.association.domain.commands import DeclinePayOut

    result = ask(at, asking, DeclinePayOut(number=number, reason=reason))
    return done(result, f"{result.id}: {result.note}", json=json)


@purse.command(name="list")
def listing(*, at: At = HERE, json: Json = False) -> int:
    """List refunds and settlements with how far each is."""
    from juru.association.desk.payouts import refunds, settlements

    with reading(at) as reads:
        rows = [
            (one.number, one.asked.on.isoformat(), one.asked.member, one.asked.amount_idr, one.asked.by, one.state)
            for one in refunds(reads)
        ]
        rows += [
            (one.number, one.asked.on.isoformat(), one.asked.branch, one.asked.amount_idr, one.asked.by, one.state)
            for one in settlements(reads)
        ]
    header = ("number", "asked", "for", "amount_idr", "by", "state")
    if json:
        say_json([dict(zip(header, row, strict=True)) for row in rows])
        return OK
    say_table(header, rows)
    return OK


@purse.command
def collect(
    row: Annotated[str, Parameter(help="the collector's bank row")],
    number: Annotated[str, Parameter(help="the collector's member number")],
    /,
    *,
    invoice: Annotated[tuple[str, ...], Parameter(help="an invoice it pays; more than once", negative="")] = (),
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Let a collector's one transfer pay the invoices that he promised, to the rupiah."""
    from juru.association.domain.commands import SettleCollector

    result = ask(at, asking, SettleCollector(ref=row, collector=number, invoices=invoice))
    return done(result, f"{result.note} invoices, receipts from {result.id}", json=json)


@purse.command
def promised(*, at: At = HERE, json: Json = False) -> int:
    """List what collectors promised and have not transferred, and whose settlement day has passed."""
    from juru.association.desk.collectors import promises

    with reading(at) as reads:
        found = promises(reads, today())
    if json:
        say_json(found)
        return OK
    rows = [
        (p.collector, p.invoice, p.member, p.outstanding_idr, p.due_on.isoformat(), "overdue" if p.overdue else "")
        for p in found
    ]
    say_table(("collector", "invoice", "member", "outstanding_idr", "due", ""), rows)
    return OK


@purse.command
def cash(*, at: At = HERE, json: Json = False) -> int:
    """List what each treasurer holds in cash, since when, and who should have handed it in."""
    from juru.association.desk.treasury import cash_in_hand

    with reading(at) as reads:
        found = cash_in_hand(reads, today())
    if json:
        say_json(found)
        return OK
    rows = [
        (one.treasurer, one.held_idr, one.since.isoformat(), one.due_on.isoformat(), "overdue" if one.overdue else "")
        for one in found
    ]
    say_table(("treasurer", "held_idr", "since", "due", ""), rows)
    return OK


@purse.command
def branches(*, at: At = HERE, json: Json = False) -> int:
    """Show how each branch stands with national: shares, income, spending, what it holds, what may be settled."""
    from juru.association.desk.accounts import position
    from juru.association.domain.affairs import Subject, branches_of
    from juru.association.domain.branches import on as branches_on
    from juru.association.store.reads import standing

    with reading(at) as reads:
        codes = branches_on(branches_of(standing(reads.facts_of_kind(Subject.BRANCH))), today())
        found = [position(reads, code) for code in codes]
    header = ("branch", "share_idr", "income_idr", "spent_idr", "held_idr", "standing_idr")
    rows = [(p.branch, p.share_idr, p.income_idr, p.spent_idr, p.held_idr, p.standing_idr) for p in found]
    if json:
        say_json([dict(zip(header, row, strict=True)) for row in rows])
        return OK
    say_table(header, rows)
    return OK


@purse.command
def misdirected(*, at: At = HERE, json: Json = False) -> int:
    """List payments that came to another branch's account than the member's; the shares are posted right."""
    from juru.association.desk.treasury import misdirected as found_on

    with reading(at) as reads:
        found = found_on(reads)
    if json:
        say_json(found)
        return OK
    rows = [(one.on.isoformat(), one.account, one.unit, one.member, one.branch, one.amount_idr) for one in found]
    say_table(("day", "account", "of", "member", "of", "amount_idr"), rows)
    return OK


@purse.command
def finance(
    year: Annotated[int | None, Parameter(help="without it this year")] = None,
    /,
    *,
    at: At = HERE,
    json: Json = False,
) -> int:
    """Show a year's income by month, the branches' shares and the spending by heading; never who owes."""
    from juru.association.desk.finance import finance as of_year

    with reading(at) as reads:
        found = of_year(reads, year or today().year)
    if json:
        say_json(found)
        return OK
    say_table(
        ("month", "dues_idr", "national_idr", "branches_idr", "other_idr", "spent_idr"),
        [(m.month, m.received_idr, m.national_idr, m.branches_idr, m.income_idr, m.spent_idr) for m in found.months],
    )
    say_table(("heading", "spent"), [(heading, dotted(idr)) for heading, idr in found.headings.items()])
    return OK
