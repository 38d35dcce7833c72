"""Invoices: the next one of a member by his state, promises of collectors, write-offs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from juru.association.desk.acting import Act, member_facts, of, refuse
from juru.association.desk.settling import Open, open_invoices, release, settle_credit, settled, state_of
from juru.association.desk.shares import share
from juru.association.domain import affairs as a
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import CancelInvoice, Done, IssueInvoice, Promise, WriteOff
from juru.association.domain.dues import Line, LineKind, RenewalKind, first_invoice, renewal
from juru.association.domain.membership import State, paid_until, standing
from juru.association.domain.refusals import Code
from juru.association.store.book import Entry
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded

_CODES = 999
_RENEWABLE = frozenset({State.ACTIVE, State.GRACE, State.LAPSED, State.SUSPENDED})


def issue(act: Act, command: IssueInvoice) -> Done:
    """Issue the member's next invoice; his credit pays it the same day as far as it goes."""
    on = act.day(command.on)
    found = act.member(command.member)
    branch = act.branch_of(found, on)
    act.require(Scope.DUES_MATCH, branch)
    table = dues_table(act, found, on)
    lines, due_on = _lines(act, found, table, on)
    before = same_period(act, command.member, lines)
    if before is not None:
        _replace(act, before, lines, on)
    return Done(
        *post(act, command.member, lines, due_on=due_on, branch=branch, table=table, on=on, coded=command.coded)
    )


def post(
    act: Act,
    member: str,
    lines: tuple[Line, ...],
    *,
    due_on: date,
    branch: str,
    table: a.DuesSet,
    on: date,
    coded: bool = False,
) -> tuple[str, str]:
    """Number and post an invoice; credit pays it the same day. Its number and the sum that it asks for."""
    number = next_number(act, "issued", "INV", on)
    total_idr = sum(line.amount_idr for line in lines)
    code = (int(number.rpartition("-")[2]) - 1) % _CODES + 1 if coded else 0
    transfer = act.writing.transfer("invoice", [Entry(f"member:{member}", "invoiced", total_idr)], number)
    issued = a.Issued(
        on=on,
        member=member,
        lines=lines,
        due_on=due_on,
        branch=branch,
        shares=table.shares,
        unique_code=code,
        transfer=transfer,
    )
    act.add(Subject.INVOICE, number, issued)
    invoice = Open(number, issued, total_idr)
    if total_idr:
        settle_credit(act, member, [invoice], on)
    else:
        settled(act, invoice, on)
    return number, str(total_idr + code)


def dues_table(act: Act, found: list[Recorded], on: date) -> a.DuesSet:
    """The dues table of a member's class on a day. Refuses where none was set."""
    member_class = class_of(member_facts(found))
    latest = table_of(act.reads, member_class, on)
    if latest is None:
        refuse(Code.NO_DUES_TABLE, member_class=member_class, on=on.isoformat())
    return latest


def class_of(facts: Iterable[f.MemberFact]) -> str:
    """The class in which a member applied last."""
    applied = sorted(f.of_kind(facts, f.Applied), key=lambda fact: fact.on)
    return applied[-1].member_class if applied else "server"


def table_of(reads: Reads, member_class: str, on: date) -> a.DuesSet | None:
    """The dues table of a class on a day."""
    tables = [one.fact for one in reads.facts(Subject.DUES, member_class, as_of=on)]
    return max((t for t in tables if isinstance(t, a.DuesSet)), key=lambda t: t.on, default=None)


def next_number(act: Act, kind: str, series: str, on: date) -> str:
    """The next number of a year's series, without a gap: ``INV-2026-00012``."""
    place = (kind, on.year)
    before = act.numbers[place] if place in act.numbers else act.reads.counted(*place)
    act.numbers[place] = before + 1
    return f"{series}-{on.year}-{before + 1:05d}"


def _lines(act: Act, found: list[Recorded], table: a.DuesSet, on: date) -> tuple[tuple[Line, ...], date]:
    """What the next invoice says, and when it is due: the first dues, or the year after what is paid."""
    facts = member_facts(found)
    now = standing(act.policies, facts, on)
    if now.state is State.VERIFIED:
        draft = first_invoice(table.policy, of(found, f.Verified)[-1].on)
        return draft.lines, on + timedelta(days=act.policies.on(on).first_due_days)
    until = paid_until(facts, on)
    next_one = None
    if now.state in _RENEWABLE and until is not None:
        graced = msgspec.structs.replace(table.policy, grace_days=act.policies.on(until).grace_days)
        next_one = renewal(graced, paid_until=until, paid_on=on)
    if until is None or next_one is None or next_one.kind is RenewalKind.NEW_APPLICATION:
        facts_told = {"state": now.state.value, "reason": now.reason or "-", "on": on.isoformat()}
        refuse(Code.TRANSITION_NOT_ALLOWED, fact="invoice", **facts_told)
    lines = [Line(LineKind.DUES, table.policy.annual_idr, next_one.period)]
    if next_one.kind is RenewalKind.REINSTATEMENT and table.policy.reinstatement_fee_idr:
        lines.append(Line(LineKind.REINSTATEMENT_FEE, table.policy.reinstatement_fee_idr))
    return tuple(lines), until - timedelta(days=1)


def same_period(act: Act, member: str, lines: tuple[Line, ...]) -> Open | None:
    """An invoice of the member that pays for some of these days already and was not written off."""
    wanted = [line.period for line in lines if line.period is not None]
    for one in open_invoices(act, member, settled_too=True):
        period = one.issued.period
        if period is not None and any(p.since < period.until and period.since < p.until for p in wanted):
            return one
    return None


def _replace(act: Act, before: Open, lines: tuple[Line, ...], on: date) -> None:
    """A renewal that lapsed unpaid gives way to the reinstatement; any other second invoice of a period is refused."""
    reinstates = any(line.kind is LineKind.REINSTATEMENT_FEE for line in lines)
    had_fee = any(line.kind is LineKind.REINSTATEMENT_FEE for line in before.issued.lines)
    if not reinstates or had_fee or before.outstanding_idr != before.issued.total_idr:
        refuse(Code.INVOICE_OPEN, invoice=before.number)
    credit_note(act, before, on, decree="", reason="reinstatement")


def credit_note(act: Act, invoice: Open, on: date, *, decree: str, reason: str) -> str:
    """Waive what is outstanding; what was received of it is shared as it is."""
    number = next_number(act, "written_off", "CN", on)
    entry = Entry("invoiced", f"member:{invoice.issued.member}", invoice.outstanding_idr)
    fact = a.WrittenOff(
        on=on,
        credit_note=number,
        amount_idr=invoice.outstanding_idr,
        decree=decree,
        reason=reason,
        transfer=act.writing.transfer("credit_note", [entry], invoice.number),
    )
    act.add(Subject.INVOICE, invoice.number, fact)
    received_idr = invoice.issued.total_idr - invoice.outstanding_idr
    if received_idr:
        share(act, invoice.number, invoice.issued, received_idr, on)
    return number


def write_off(act: Act, command: WriteOff) -> Done:
    """The national board waives an invoice by decree; membership and vote are as if it were unpaid."""
    on = act.day(command.on)
    invoice = invoice_of(act, command.invoice)
    act.require(Scope.SK_ISSUE, NATIONAL, subject_firm=invoice.issued.member)
    act.decree(command.decree, on)
    if not invoice.outstanding_idr:
        refuse(Code.NOTHING_DUE, id=command.invoice)
    return Done(credit_note(act, invoice, on, decree=command.decree, reason="decree"), "credit note")


def cancel(act: Act, command: CancelInvoice) -> Done:
    """A wrong invoice is cancelled by a credit note of its whole sum; what was paid on it is the member's credit."""
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="credit_note")
    invoice = invoice_of(act, command.invoice)
    member = invoice.issued.member
    act.require(Scope.DUES_REFUND, invoice.issued.branch, subject_firm=member)
    if invoice.written_off:
        refuse(Code.NOTHING_DUE, id=command.invoice)
    release(act, command.invoice, member, command.reason)
    whole = Open(command.invoice, invoice.issued, invoice.issued.total_idr)
    number = credit_note(act, whole, act.today, decree="", reason=command.reason)
    others = [one for one in open_invoices(act, member) if one.number != command.invoice]
    settle_credit(act, member, others, act.today)
    return Done(number, member)


def invoice_of(act: Act, number: str) -> Open:
    """An invoice and what is outstanding. Refuses a number that was never given."""
    found = state_of(number, act.reads.facts(Subject.INVOICE, number))
    if found is None:
        refuse(Code.NOT_FOUND, what="invoice", id=number)
    return found


def promise(act: Act, command: Promise) -> Done:
    """A collector says that he holds the sum: the invoice is promised, and paid only when his transfer is posted."""
    on = act.day(command.on)
    invoice = invoice_of(act, command.invoice)
    act.require(Scope.DUES_MATCH, invoice.issued.branch)
    if command.collector == invoice.issued.member:
        refuse(Code.OWN_WORD)
    appointed = collector_of(act, command.collector, on)
    if not invoice.outstanding_idr:
        refuse(Code.NOTHING_DUE, id=command.invoice)
    promised_idr = _promised_idr(act, command.collector)
    if promised_idr + invoice.outstanding_idr > appointed.limit_idr:
        facts: dict[str, str | int] = {"collector": command.collector, "promised_idr": promised_idr}
        refuse(Code.OVER_LIMIT, limit_idr=appointed.limit_idr, **facts)
    fact = a.Promised(on=on, collector=command.collector, amount_idr=invoice.outstanding_idr)
    act.add(Subject.INVOICE, command.invoice, fact)
    return Done(command.invoice, "promised")


def collector_of(act: Act, member: str, on: date) -> a.CollectorAppointed:
    """The appointment of a collector that runs on a day. Refuses who has none."""
    appointments = [one.fact for one in act.reads.facts(Subject.COLLECTOR, member, as_of=on)]
    running = [fact for fact in appointments if isinstance(fact, a.CollectorAppointed) and on < fact.until]
    if not running:
        refuse(Code.NOT_FOUND, what="collector", id=member)
    return running[-1]


def _promised_idr(act: Act, collector: str) -> int:
    """What a collector has promised for invoices that are still open."""
    total_idr = 0
    for number in act.reads.concerning(collector, "promised"):
        invoice = state_of(number, act.reads.facts(Subject.INVOICE, number))
        if invoice is not None and invoice.promised_by == collector:
            total_idr += invoice.outstanding_idr
    return total_idr
