"""``juru association dues``: tables, invoices, payments, and what a member owes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, On, ask, day, done, reading, refusal_text, today
from juru.cli.given import Json, Money
from juru.cli.output import OK, progress, say, say_json, say_table
from juru.server.errors import CommandError
from juru.values.rupiah import dotted

if TYPE_CHECKING:
    from juru.association.desk.renewals import Part
    from juru.association.desk.settling import Open
    from juru.association.desk.yearly import Forecast

dues = App(name="dues", help="Dues: tables, invoices, payments.")
Reason = Annotated[str, Parameter(help="why, for the book")]


@dues.command
def table(  # noqa: PLR0913 - each is an option of the command
    member_class: Annotated[str, Parameter(help="server or developer")],
    /,
    *,
    annual: Annotated[Money, Parameter(help="a year's dues")],
    entry_fee: Annotated[Money, Parameter(help="paid once, never prorated")] = 0,
    reinstatement_fee: Annotated[Money, Parameter(help="on a renewal after it lapsed")] = 50_000,
    round_to: Annotated[Money, Parameter(help="round first invoices to a multiple of this")] = 1,
    late_join_days: Annotated[int, Parameter(help="with so few days left, next year is invoiced along")] = 0,
    period: Annotated[Literal["calendar", "anniversary"], Parameter(help="whose year")] = "calendar",
    national: Annotated[int, Parameter(help="national's share in basis points; the branch has the rest")] = 3_000,
    decree: Annotated[str, Parameter(help="SK that set it")] = "",
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Set the dues of a class from a day on; what was invoiced before keeps its price."""
    from juru.association.domain.affairs import DuesSet
    from juru.association.domain.commands import SetDues
    from juru.association.domain.dues import DuesPolicy
    from juru.association.domain.split import BASIS_POINTS, Share

    policy = DuesPolicy(
        period_mode=period,
        annual_idr=annual,
        entry_fee_idr=entry_fee,
        round_to_idr=round_to,
        reinstatement_fee_idr=reinstatement_fee,
        late_join_days=late_join_days,
    )
    shares = (Share("national", national), Share("branch", BASIS_POINTS - national))
    fact = DuesSet(on=day(on) or today(), policy=policy, shares=shares, decree=decree)
    result = ask(at, asking, SetDues(member_class=member_class, fact=fact))
    return done(result, f"dues of {result.id}: {dotted(annual)} a year from {fact.on}", json=json)


@dues.command
def invoice(
    number: Annotated[str, Parameter(help="the member's number")],
    /,
    *,
    coded: Annotated[
        bool, Parameter(negative="", help="ask for a sum of its own, to be matched without a text")
    ] = False,
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Issue what the member's state asks for: first dues by the day, a renewal, or a reinstatement."""
    from juru.association.domain.commands import IssueInvoice

    result = ask(at, asking, IssueInvoice(member=number, on=day(on), coded=coded))
    return done(result, f"{result.id}: Rp{dotted(int(result.note))}", json=json)


@dues.command
def run(
    *,
    year: Annotated[int, Parameter(help="the year that the renewals pay for")],
    on: On = None,
    dry: Annotated[
        bool, Parameter(name="--dry-run", negative="", help="say what would be issued, issue nothing")
    ] = False,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Issue every renewal that is due for a year; stopped anywhere it is run again, and issues nothing twice."""
    from juru.association.desk.yearly import forecast

    as_of = day(on) or today()
    with reading(at) as reads:
        found = forecast(reads, year=year, on=as_of)
    left_out = {why.value: count for why, count in found.left_out.items()}
    if dry:
        if json:
            said = {"year": year, "on": as_of, "invoices": len(found.ready), "total_idr": found.total_idr}
            say_json(said | {"branches": found.by_branch(), "left_out": left_out})
            return OK
        say(f"{len(found.ready)} invoices would be issued on {as_of}, in all Rp{dotted(found.total_idr)}")
        say_table(("branch", "invoices", "total_idr"), [(code, *sums) for code, sums in found.by_branch().items()])
        say_table(("left out because", "members"), list(left_out.items()))
        return OK
    part, seconds = _issued(at, asking, found)
    if json:
        said = {"issued": part.issued, "total_idr": part.total_idr, "left_out": left_out}
        say_json(said | {"seconds": round(seconds, 1)})
        return OK
    rate = f" ({part.issued / seconds:.0f}/s)" if seconds else ""
    say(f"{part.issued} invoices issued, in all Rp{dotted(part.total_idr)}, in {seconds:.1f} s{rate}")
    say("Next: juru association paper all --year " + str(year))
    return OK


def _issued(at: At, asking: Asking, found: Forecast) -> tuple[Part, float]:
    """Run, with its progress on the terminal and among the jobs; what was issued and the seconds it took."""
    import time
    import uuid
    from datetime import UTC, datetime

    from juru.association.desk.desk import Desk
    from juru.association.desk.yearly import run_as_job
    from juru.association.domain.refusals import Refusal
    from juru.association.store.book import Book

    begun = time.perf_counter()
    book = Book(at.dir())
    try:
        run_id = asking.request or str(uuid.uuid4())
        with progress("invoices") as told:
            part = run_as_job(
                Desk(book), found, by=asking.name(), run_id=run_id, clock=lambda: datetime.now(UTC), progress=told
            )
    finally:
        book.close()
    if isinstance(part, Refusal):
        raise CommandError(refusal_text(part, at.language))
    return part, time.perf_counter() - begun


@dues.command
def pay(  # noqa: PLR0913 - each is an option of the command
    amount: Money,
    /,
    *,
    way: Annotated[Literal["bank", "cash", "collector"], Parameter(help="how it came")] = "bank",
    text: Annotated[str, Parameter(help="what the payer wrote: an invoice's number in it decides")] = "",
    ref: Annotated[str, Parameter(help="the bank row's own identity; cash has its receipt's number")] = "",
    member: Annotated[str, Parameter(help="whose it is, where that is known")] = "",
    collector: Annotated[str, Parameter(help="the collector who transfers")] = "",
    account: Annotated[str, Parameter(help="code of an account kept by hand; without it the association's own")] = "",
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Take money in on its value date: matched by number or exact sum, receipted, shared with the branch at once."""
    from juru.association.domain.affairs import Way
    from juru.association.domain.commands import TakePayment

    command = TakePayment(
        way=Way(way),
        amount_idr=amount,
        ref=ref,
        text=text,
        member=member,
        collector=collector,
        account=account,
        on=day(on),
    )
    result = ask(at, asking, command)
    line = f"{result.id} waits: 'juru association dues assign' says whose it is"
    if result.note != "unmatched":
        line = f"receipt {result.id}, member {result.note}"
    return done(result, line, json=json)


@dues.command
def assign(
    ref: Annotated[str, Parameter(help="the payment's reference")],
    number: Annotated[str, Parameter(help="the member's number")],
    /,
    *,
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Say whose a payment is that matched nothing."""
    from juru.association.domain.commands import AssignPayment

    result = ask(at, asking, AssignPayment(ref=ref, member=number, reason=reason))
    return done(result, f"receipt {result.id}, member {result.note}", json=json)


@dues.command
def reverse(
    ref: Annotated[str, Parameter(help="the payment's reference")],
    /,
    *,
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Take a wrong payment back, with its allocations, shares and the period it paid."""
    from juru.association.domain.commands import ReversePayment

    result = ask(at, asking, ReversePayment(ref=ref, reason=reason))
    return done(result, f"{result.id} reversed", json=json)


@dues.command(name="write-off")
def write_off(
    number: Annotated[str, Parameter(help="the invoice's number")],
    /,
    *,
    decree: Annotated[str, Parameter(help="the national board's SK")],
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Waive what is outstanding by decree, through a credit note; no vote is regained."""
    from juru.association.domain.commands import WriteOff

    result = ask(at, asking, WriteOff(invoice=number, decree=decree, on=day(on)))
    return done(result, f"credit note {result.id}", json=json)


@dues.command
def cancel(
    number: Annotated[str, Parameter(help="the invoice's number")],
    /,
    *,
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Cancel a wrong invoice by a credit note; what was paid on it is the member's credit again."""
    from juru.association.domain.commands import CancelInvoice

    result = ask(at, asking, CancelInvoice(invoice=number, reason=reason))
    return done(result, f"credit note {result.id}", json=json)


@dues.command
def promise(
    number: Annotated[str, Parameter(help="the invoice's number")],
    /,
    *,
    collector: Annotated[str, Parameter(help="number of the member server that holds the sum")],
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Note a collector's word for an invoice; it is paid when his transfer is posted, with dues pay --way collector."""
    from juru.association.domain.commands import Promise

    result = ask(at, asking, Promise(invoice=number, collector=collector, on=day(on)))
    return done(result, f"{result.id}: {result.note}", json=json)


@dues.command(name="hand-in")
def hand_in(
    treasurer: Annotated[str, Parameter(help="who holds the cash")],
    amount: Money,
    /,
    *,
    account: Annotated[str, Parameter(help="code of an account kept by hand; without it the association's own")] = "",
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Note that a treasurer paid cash into an account kept by hand; of one that files feed its row is named."""
    from juru.association.domain.commands import HandIn

    result = ask(at, asking, HandIn(treasurer=treasurer, amount_idr=amount, account=account, on=day(on)))
    return done(result, f"{result.id} still holds {dotted(int(result.note))}", json=json)


@dues.command
def show(number: Annotated[str, Parameter(help="the member's number")], /, *, at: At = HERE, json: Json = False) -> int:
    """Show a member's invoices with what is outstanding on each, and his credit."""
    from juru.association.desk.settling import invoices_of

    with reading(at) as reads:
        found = invoices_of(reads, number)
        credit_idr = reads.net_idr(f"credit:{number}")
    if json:
        invoices = [
            {"number": i.number, "issued_on": i.issued.on, "due_on": i.issued.due_on, "total_idr": i.issued.total_idr}
            | {"outstanding_idr": i.outstanding_idr, "written_off": i.written_off, "promised_by": i.promised_by}
            for i in found
        ]
        say_json({"member": number, "credit_idr": credit_idr, "invoices": invoices})
        return OK
    rows = [
        (
            i.number,
            i.issued.on.isoformat(),
            i.issued.due_on.isoformat(),
            i.issued.total_idr,
            i.outstanding_idr,
            _word(i),
        )
        for i in found
    ]
    say_table(("invoice", "issued", "due", "total_idr", "outstanding_idr", ""), rows)
    say(f"credit {dotted(credit_idr)}")
    return OK


def _word(invoice: Open) -> str:
    if invoice.written_off:
        return "written off"
    return f"promised by {invoice.promised_by}" if invoice.promised_by and invoice.outstanding_idr else ""


@dues.command
def accounts(*, at: At = HERE, json: Json = False) -> int:
    """Show what stands on every account: banks and cash as what is owned, shares and credits as what is owed."""
    with reading(at) as reads:
        nets = reads.nets_idr()
    if json:
        say_json(nets)
        return OK
    say_table(("account", "net_idr"), sorted(nets.items()))
    return OK
