"""What falls due about one member: dues, application, discipline, resignation, software (reference/association.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from juru.association.domain import facts as f
from juru.association.domain.boards import NATIONAL, Body, Scope
from juru.association.domain.clocks import WaitingOn, silence_as_known
from juru.association.domain.due import Business, Due, Invoiced, Item, Notice, Officers, Representative, World, days
from juru.association.domain.dues import DuesPolicy, reminders
from juru.association.domain.facts import Role
from juru.association.domain.membership import State
from juru.association.domain.people import move_asked

_RENEWS = frozenset({State.ACTIVE, State.GRACE, State.LAPSED, State.SUSPENDED})
_FIRST_REMINDER_DAYS = 7
_DOCUMENTS_REMINDER_DAYS = 30
_HEARING_NEAR_DAYS = 3
_APPEAL_ENDING_DAYS = 7
_OWNER_NEAR_DAYS = 7


def renewal(world: World, member: Business) -> Iterator[Due]:
    """Invoice, reminders, last day, grace, lapse; each once for a paid-until day, none once it is paid (3.3)."""
    until = member.paid_until
    if until is None or not until - days(61) <= world.today:
        return
    if member.standing.state not in _RENEWS or _leaving(member, until):
        return
    invoice = _invoice(world, member, until)
    waived = invoice is not None and invoice.written_off
    when = reminders(DuesPolicy(grace_days=world.policies.on(until).grace_days), until)
    told: dict[str, str | int | date] = {"until": until, "last_day": when.last_day, "lapses_on": when.lapse_notice}
    if invoice is not None and not waived:
        told["invoice"] = invoice.number
    to, known_on = Representative(member.number, Role.DUES), _paid_known_on(member, until)
    days_of = {
        "dues_reminder_1": when.first,
        "dues_reminder_2": when.second,
        "dues_last_day": when.last_day,
        "dues_grace_1": when.grace_first,
        "dues_grace_2": when.grace_second,
    }
    if invoice is None and member.standing.state is not State.LAPSED:
        scope, unit = Scope.DUES_MATCH, member.branch
        yield Item(
            "invoice_missing",
            member.number,
            when.invoice,
            unit,
            scope,
            clock_on=when.lapse_notice,
            member=member.number,
        )
    if invoice is not None and not waived:
        on = max(when.invoice, invoice.on)
        yield Notice("dues_invoice", member.number, on, to, max(known_on, invoice.known_on), told, member.number)
    if not waived:
        for kind, on in days_of.items():
            yield Notice(kind, member.number, on, to, known_on, told, member.number)
    yield Notice("dues_lapsed", member.number, when.lapse_notice, to, known_on, told, member.number)


def _invoice(world: World, member: Business, since: date) -> Invoiced | None:
    """The latest invoice of the period that begins on a day."""
    mine = [one for one in world.invoices.get(member.number, ()) if one.since == since]
    return mine[-1] if mine else None


def _leaving(member: Business, until: date) -> bool:
    """Whether it has resigned to a day within what is paid: then there is nothing to renew."""
    return any(gone.effective <= until for gone in _resignations(member))


def _paid_known_on(member: Business, until: date) -> date:
    return min(member.known_on(paid) for paid in member.all(f.Paid) if paid.until == until)


def first_dues(world: World, member: Business) -> Iterator[Due]:
    """A verified business has 30 days for its first dues, then its application ends."""
    verified = member.last(f.Verified)
    if verified is None or member.paid_until is not None:
        return
    now, ends_on = member.standing, verified.on + days(world.policies.on(verified.on).first_dues_days)
    to, known_on, number = Representative(member.number, Role.DUES), member.known_on(verified), member.number
    told: dict[str, str | int | date] = {"ends_on": ends_on}
    if now.state is State.VERIFIED:
        mine = [one for one in world.invoices.get(number, ()) if one.on >= verified.on and not one.written_off]
        if mine:
            told["invoice"] = mine[-1].number
            yield Notice("first_dues_invoice", number, mine[-1].on, to, mine[-1].known_on, told, number)
        else:
            unit, scope = member.branch, Scope.DUES_MATCH
            yield Item("first_invoice_missing", number, verified.on, unit, scope, clock_on=ends_on, member=number)
        yield Notice("first_dues_reminder", number, ends_on - days(_FIRST_REMINDER_DAYS), to, known_on, told, number)
    if now.reason == "first_dues_not_paid":
        yield Notice("first_dues_closed", number, ends_on, to, known_on, told, number)


def application(world: World, member: Business) -> Iterator[Due]:
    """Documents for 90 days; then the branch's seven working days and national's thirty (2.5)."""
    applied = member.last(f.Applied)
    if applied is None or member.last(f.Verified) is not None:
        return
    number, scope, now = member.number, Scope.MEMBERS_DECIDE, member.standing
    ends_on = applied.on + days(world.policies.on(applied.on).incomplete_days)
    to, told, known_on = Representative(number), {"ends_on": ends_on}, member.known_on(applied)
    if now.reason == "incomplete":
        yield Notice("documents_closed", number, ends_on, to, known_on, told, number)
    if now.state is not State.APPLICANT:
        return
    if now.reason == "awaiting_documents":
        yield Item("documents", number, applied.on, member.branch, scope, clock_on=ends_on, member=number)
        on = ends_on - days(_DOCUMENTS_REMINDER_DAYS)
        yield Notice("documents_reminder", number, on, to, known_on, told, number)
        return
    complete = member.all(f.Complete)[-1]
    clock = silence_as_known(complete.on, world.today, world.holidays, world.policies.on(complete.on))
    moved_on, overdue_on = clock.moves_to_national_on, clock.national_overdue_from
    told = {"complete_on": complete.on, "moved_on": moved_on, "overdue_on": overdue_on}
    known_on = member.known_on(complete)
    branch = Officers(Body.NATIONAL if member.branch == NATIONAL else Body.BRANCH, member.branch)
    yield Notice("silence_passed", number, moved_on, branch, known_on, told, number)
    yield Notice("silence_overdue", number, overdue_on, Officers(Body.NATIONAL), known_on, told, number)
    match clock.waiting_on:
        case WaitingOn.BRANCH:
            yield Item("application", number, complete.on, member.branch, scope, clock_on=moved_on, member=number)
        case WaitingOn.NATIONAL:
            yield Item("application_national", number, moved_on, NATIONAL, scope, clock_on=overdue_on, member=number)
        case WaitingOn.NATIONAL_OVERDUE:
            yield Item("application_overdue", number, overdue_on, NATIONAL, scope, agenda=NATIONAL, member=number)


def hearing(world: World, member: Business) -> Iterator[Due]:
    """A charge waits for its hearing, then for the board's decision."""
    charge = member.last(f.Charged)
    if charge is None or charge.hearing_on is None or member.standing.state in {State.EXPELLED, State.RESIGNED}:
        return
    decided = [x for x in member.cycle if isinstance(x, f.Suspended | f.Expelled | f.Warned | f.Lifted)]
    if any(one.on >= charge.on and not (isinstance(one, f.Suspended) and one.emergency) for one in decided):
        return
    on, number, told = charge.hearing_on, member.number, {"hearing_on": charge.hearing_on}
    near = on - days(_HEARING_NEAR_DAYS)
    yield Notice("hearing_near", number, near, Representative(number), member.known_on(charge), told, number)
    heard = [one for one in member.all(f.Heard) if one.on >= on]
    clock_on = on if world.today < on else None
    if clock_on is not None:
        kind, since = "hearing", charge.on
    else:
        kind, since = ("hearing_held", heard[0].on) if heard else ("hearing_due", on)
    scope = Scope.DISCIPLINE_DECIDE
    yield Item(kind, number, since, NATIONAL, scope, clock_on=clock_on, agenda=NATIONAL, member=number, told=told)


def suspension(world: World, member: Business) -> Iterator[Due]:
    """A suspension ends on its day; an emergency one needs a charge within fourteen days to go on."""
    suspended = member.last(f.Suspended)
    if suspended is None or any(lift.on >= suspended.on for lift in member.all(f.Lifted)):
        return
    number, known_on, policy = member.number, member.known_on(suspended), world.policies.on(suspended.on)
    ends = [] if suspended.until is None else [suspended.until]
    if suspended.emergency:
        short = suspended.on + days(policy.emergency_days)
        charges = [charge for charge in member.all(f.Charged) if suspended.on <= charge.on < short]
        ends.append(suspended.on + days(policy.emergency_max_days) if charges else short)
        if not charges and world.today < short:
            scope = Scope.DISCIPLINE_CHARGE
            yield Item("emergency", number, suspended.on, scope=scope, clock_on=short, agenda=NATIONAL, member=number)
        known_on = max([known_on, *(member.known_on(charge) for charge in charges)])
    if ends and member.standing.state not in {State.EXPELLED, State.RESIGNED, State.CLOSED}:
        told = {"ends_on": min(ends)}
        yield Notice("suspension_ends", number, min(ends), Representative(number), known_on, told, number)


def appeal(world: World, member: Business) -> Iterator[Due]:
    """The window of an appeal, and one that is undecided for sixty days."""
    reason = member.standing.reason
    expelled = member.last(f.Expelled)
    if expelled is None or reason not in {"expulsion_appealable", "expulsion_under_appeal"}:
        return
    number = member.number
    window_ends = expelled.on + days(world.policies.on(expelled.on).appeal_days)
    if reason == "expulsion_appealable":
        on, told = window_ends - days(_APPEAL_ENDING_DAYS), {"last_day": window_ends}
        yield Notice("appeal_window", number, on, Representative(number), member.known_on(expelled), told, number)
        return
    filed = next(fact for fact in member.all(f.Appealed) if expelled.on <= fact.on <= window_ends)
    overdue_on = filed.on + days(world.policies.on(filed.on).appeal_overdue_days)
    overdue = world.today >= overdue_on
    board, told = Officers(Body.APPEAL), {"filed_on": filed.on}
    yield Notice("appeal_overdue", number, overdue_on, board, member.known_on(filed), told, number)
    yield Item(
        "appeal_overdue" if overdue else "appeal",
        number,
        filed.on,
        scope=Scope.APPEAL_DECIDE,
        clock_on=None if overdue else overdue_on,
        agenda=NATIONAL if overdue else "",
        member=number,
        told=told,
        not_by=frozenset({expelled.by, *expelled.deciders}),
    )


def _resignations(member: Business) -> list[f.Resigned]:
    """Those that were not taken back in time."""
    backs = member.all(f.ResignationWithdrawn)
    return [gone for gone in member.all(f.Resigned) if not any(gone.on <= b.on < gone.effective for b in backs)]


def resignation(world: World, member: Business) -> Iterator[Due]:
    """A resignation takes effect on its day."""
    for gone in _resignations(member)[-1:]:
        number, told = member.number, {"effective": gone.effective}
        to = Representative(number)
        yield Notice("resignation_effective", number, gone.effective, to, member.known_on(gone), told, number)
        if world.today < gone.effective:
            scope = Scope.MEMBERS_DECIDE
            yield Item("resignation", number, gone.on, member.branch, scope, clock_on=gone.effective, member=number)


def software(world: World, member: Business) -> Iterator[Due]:
    """The duty of original software is to be met again: on the day, at half time, three days before, after (5.4)."""
    lost = member.last(f.SoftwareLost)
    if lost is None or any(ok.on >= lost.on for ok in member.all(f.SoftwareOk)):
        return
    if member.standing.state in {State.EXPELLED, State.RESIGNED, State.CLOSED}:
        return
    number, told = member.number, {"cure_until": lost.cure_until}
    half = lost.on + (lost.cure_until - lost.on) // 2
    on_day = {"software_lost": lost.on, "software_half": half, "software_near": lost.cure_until - days(3)}
    for kind, on in (on_day | {"software_failed": lost.cure_until + days(1)}).items():
        yield Notice(kind, number, on, Representative(number), member.known_on(lost), told, number)
    scope = Scope.SOFTWARE_INSPECT
    clock_on = None if world.today > lost.cure_until else lost.cure_until + days(1)
    yield Item("software", number, lost.on, member.branch, scope, clock_on=clock_on, member=number, told=told)


def owner(world: World, member: Business) -> Iterator[Due]:
    """A new owner has thirty days to confirm the membership and its open debts."""
    changed = member.last(f.OwnerChanged)
    if changed is None or any(x.on >= changed.on for x in member.all(f.OwnerConfirmed)):
        return
    if member.standing.state in {State.EXPELLED, State.RESIGNED, State.CLOSED}:
        return
    last_day = changed.on + days(world.policies.on(changed.on).owner_days)
    number, to, known_on = member.number, Representative(member.number), member.known_on(changed)
    told = {"last_day": last_day}
    yield Notice("owner_asked", number, changed.on, to, known_on, told, number)
    yield Notice("owner_near", number, last_day - days(_OWNER_NEAR_DAYS), to, known_on, told, number)
    clock_on = last_day + days(1) if world.today <= last_day else None
    yield Item("owner", number, changed.on, member.branch, Scope.MEMBERS_DECIDE, clock_on=clock_on, member=number)


def move(_world: World, member: Business) -> Iterator[Due]:
    """A member who asked to move waits for the branch that is to receive him."""
    asked = move_asked(member.cycle)
    if asked is not None and member.standing.state not in {State.EXPELLED, State.RESIGNED, State.CLOSED}:
        yield Item("move", member.number, asked.on, asked.to, Scope.MEMBERS_DECIDE, member=member.number)


MEMBER_RULES = (renewal, first_dues, application, hearing, suspension, appeal, resignation, software, owner, move)
"""Each rule of one member; a new one is a function here and its words."""
