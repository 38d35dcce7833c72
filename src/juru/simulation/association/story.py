"""Themes of a member's life: it applies, is admitted or not, pays early or late or never, moves, is renamed, leaves."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Way
from juru.association.domain.refusals import Refusal
from juru.simulation.association import boards
from juru.simulation.association.people import Business, person
from juru.simulation.association.plan import Plan

_LETTER = "surat anggota"
INVOICED_BEFORE = timedelta(days=61)
"""How long before a year its invoices go out."""


class Member(msgspec.Struct):
    """A business in the story; ``habit`` is how it pays."""

    business: Business
    habit: str
    number: str = ""
    branch: str = ""
    gone: bool = False


def applies(plan: Plan, member: Member) -> None:
    """It applies through its branch, names who represents it; then its application takes its course."""
    about = member.business
    secretary = boards.secretary_of(about.branch)
    command = c.NewMember(
        name=about.name,
        branch=about.branch,
        province=about.province,
        licence=about.licence,
        person=about.owner,
        phone=about.phone,
        member_class="server" if about.server else "developer",
        source="formulir pendaftaran",
    )
    result = plan.ask(command, by=secretary)
    if isinstance(result, Refusal):
        # It looked like a member that is there: the secretary has asked, it is another.
        result = plan.do(msgspec.structs.replace(command, sure=True), by=secretary)
    member.number, member.branch = result.id, about.branch
    fate = plan.chance.random()
    if fate < 0.03:
        return  # its documents never come
    if fate < 0.05:
        plan.after(5, lambda plan: _fact(plan, member, f.Withdrawn(on=plan.day, source=_LETTER), by=secretary))
        return
    plan.after(plan.chance.randrange(1, 6), lambda plan: complete(plan, member, refused=fate < 0.08))


def complete(plan: Plan, member: Member, *, refused: bool) -> None:
    """Every document is there; the branch recommends, national decides."""
    secretary = boards.secretary_of(member.branch)
    _fact(plan, member, f.Complete(on=plan.day, source="berkas lengkap"), by=secretary)
    if plan.chance.random() < 0.4:
        _fact(plan, member, f.Recommended(on=plan.day, source="risalah rapat cabang"), by=secretary)
    # A few wait longer than the branch's seven working days: those stand on national's list by themselves.
    waits = plan.chance.choice((2, 3, 4, 5, 6, 8, 12, 20, 40))
    plan.after(waits, lambda plan: decides(plan, member, refused=refused))


def decides(plan: Plan, member: Member, *, refused: bool) -> None:
    """National decides on the application."""
    decision = f"K-{plan.day.year}-{member.number}"
    if refused:
        fact = f.Rejected(on=plan.day, reason_code="documents", reason="berkas tidak sesuai", decision=decision)
        _fact(plan, member, fact, by=boards.SECRETARY)
        return
    _fact(plan, member, f.Verified(on=plan.day, decision=decision), by=boards.SECRETARY)
    servers(plan, member)
    coded = plan.chance.random() < 0.2
    invoice = plan.do(c.IssueInvoice(member=member.number, coded=coded), by=boards.TREASURER)
    if plan.chance.random() < 0.97:
        plan.after(plan.chance.randrange(0, 26), lambda plan: joins(plan, member, invoice, coded=coded))


def joins(plan: Plan, member: Member, invoice: c.Done, *, coded: bool) -> None:
    """It pays its first dues; whoever joins after the year's invoices went out gets the next one now."""
    pays(plan, member, invoice, coded=coded)
    next_year = date(plan.day.year + 1, 1, 1)
    if plan.day > next_year - INVOICED_BEFORE:
        plan.after(2, lambda plan: renews(plan, member, next_year))


def servers(plan: Plan, member: Member) -> None:
    """It says which servers it runs, and some say how they can be reached."""
    secretary = boards.secretary_of(member.branch)
    for n in range(1, plan.chance.choice((1, 1, 1, 2, 3)) + 1):
        name = f"{member.business.name} {n}"
        _fact(plan, member, f.ServerAdded(on=plan.day, server=f"s{n}", name=name, source=_LETTER), by=secretary)
    if plan.chance.random() < 0.3:
        shown = plan.chance.choice((f.Audience.NOBODY, f.Audience.MEMBERS, f.Audience.MEMBERS))
        channel, value = f.Channel.PHONE, member.business.phone
        fact = f.ContactSet(on=plan.day, channel=channel, value=value, audience=shown, source=_LETTER)
        _fact(plan, member, fact, by=secretary)


def pays(plan: Plan, member: Member, invoice: c.Done, *, coded: bool = False) -> None:
    """It pays an invoice: by transfer with the number in the text or by the exact sum, or in cash at the branch."""
    if member.gone:
        return
    ref, amount_idr = f"BCA-{plan.done:06d}", int(invoice.note)
    chance = plan.chance.random()
    if coded:
        command = c.TakePayment(way=Way.BANK, amount_idr=amount_idr, ref=ref, text="TRSF E-BANKING CR")
    elif chance < 0.85:
        command = c.TakePayment(way=Way.BANK, amount_idr=amount_idr, ref=ref, text=f"IURAN {invoice.id}")
    elif chance < 0.88:
        # The slip says nothing: a person has to say whose it is.
        command = c.TakePayment(way=Way.BANK, amount_idr=amount_idr, ref=ref, text=f"SETORAN {person(plan.chance)}")
        plan.do(command, by=boards.TREASURER)
        assign = c.AssignPayment(ref=ref, member=member.number, reason="bukti transfer dikirim anggota")
        plan.after(plan.chance.randrange(1, 9), lambda plan: _assign(plan, member, assign))
        return
    else:
        by = boards.treasurer_of(member.branch)
        plan.do(c.TakePayment(way=Way.CASH, amount_idr=amount_idr, text=invoice.id, member=member.number), by=by)
        # Most hand it in within the week.
        days = plan.chance.choice((1, 2, 3, 5, 6, 11))
        plan.after(days, lambda plan: hands_in(plan, by, amount_idr))
        return
    plan.do(command, by=boards.TREASURER)


def _assign(plan: Plan, member: Member, command: c.AssignPayment) -> None:
    # An exact sum that one open invoice asks for has matched by itself.
    if not member.gone:
        plan.ask(command, by=boards.TREASURER)


def hands_in(plan: Plan, treasurer: str, amount_idr: int) -> None:
    """A treasurer pays cash into the bank."""
    plan.do(c.HandIn(treasurer=treasurer, amount_idr=amount_idr), by=boards.TREASURER)


def renews(plan: Plan, member: Member, first_day: date) -> None:
    """The year's invoice, sixty days before it begins; it is paid as its owner's habit is."""
    if member.gone:
        return
    invoice = plan.ask(c.IssueInvoice(member=member.number), by=boards.TREASURER)
    if isinstance(invoice, Refusal):
        return  # its state asks for no dues
    spans = {"early": (0, 55), "late": (61, 88), "reinstated": (95, 200), "never": None}
    span = spans[member.habit]
    if span is None:
        return
    invoiced_late = (plan.day - (first_day - INVOICED_BEFORE)).days
    due_in = max(plan.chance.randrange(*span) - invoiced_late, 0)
    if member.habit == "reinstated":
        # After the grace the old invoice gives way to one with its fee.
        plan.after(due_in, lambda plan: reinstated(plan, member))
    else:
        plan.after(due_in, lambda plan: pays(plan, member, invoice))


def reinstated(plan: Plan, member: Member) -> None:
    """A lapsed member comes back: whole dues and the fee."""
    if member.gone:
        return
    invoice = plan.ask(c.IssueInvoice(member=member.number), by=boards.TREASURER)
    if not isinstance(invoice, Refusal):
        pays(plan, member, invoice)


def moves(plan: Plan, member: Member) -> None:
    """It asks for another branch, which accepts."""
    to = plan.chance.choice([code for code in boards.BRANCHES if code != member.branch])
    asked = f.Moved(on=plan.day, to=to, source=_LETTER)
    if not isinstance(plan.ask(_record(member, asked), by=boards.secretary_of(to)), Refusal):
        member.branch = to


def renamed(plan: Plan, member: Member) -> None:
    """The same business under another name."""
    name = f"{member.business.name} {plan.chance.choice(('Group', 'Nusantara', 'Digital'))}"
    plan.ask(_record(member, f.Renamed(on=plan.day, name=name, source="akta perubahan")), by=boards.SECRETARY)


def resigns(plan: Plan, member: Member) -> None:
    """It leaves at the end of the month after next; some think better of it."""
    effective = plan.day + timedelta(days=40)
    by = boards.secretary_of(member.branch)
    if isinstance(
        plan.ask(_record(member, f.Resigned(on=plan.day, effective=effective, source=_LETTER)), by=by), Refusal
    ):
        return
    if plan.chance.random() < 0.25:
        back = f.ResignationWithdrawn(on=plan.day + timedelta(days=10), source=_LETTER)
        plan.after(10, lambda plan: _ask(plan, member, back, by))
    else:
        plan.on(effective, lambda _plan: setattr(member, "gone", True))


def hands_over(plan: Plan, member: Member) -> None:
    """The owner names somebody else to represent the business."""
    other = person(plan.chance)
    confirmed = (boards.CHAIR, boards.SECRETARY)
    fact = f.RepresentativeNamed(on=plan.day, role=f.Role.VOTING, person=other, confirmed_by=confirmed, source=_LETTER)
    plan.ask(_record(member, fact), by=boards.SECRETARY)


def judged(plan: Plan, member: Member, *, ends: str) -> None:
    """Charged, heard, suspended or expelled; an expulsion is appealed."""
    hearing = plan.day + timedelta(days=21)
    charge = f.Charged(on=plan.day, charges="menahan deposit agen", hearing_on=hearing)
    if isinstance(plan.ask(_record(member, charge), by=boards.SECRETARY), Refusal):
        return
    plan.on(hearing, lambda plan: sentenced(plan, member, ends=ends))


def sentenced(plan: Plan, member: Member, *, ends: str) -> None:
    """The national board decides after the hearing."""
    heard = f.Heard(on=plan.day, minutes="risalah sidang")
    plan.ask(_record(member, heard), by=boards.SECRETARY)
    number = boards.decree(plan, f"Keputusan atas anggota {member.number}", "disiplin")
    if ends == "suspended":
        until = plan.day + timedelta(days=90)
        fact: f.MemberFact = f.Suspended(on=plan.day, until=until, reason="menahan deposit agen", decision=number)
        plan.ask(_record(member, fact), by=boards.CHAIR)
        return
    deciders = (boards.CHAIR, "pengurus-1", "pengurus-2", boards.SECRETARY)
    fact = f.Expelled(on=plan.day, reason="deposit agen tidak kembali", decision=number, deciders=deciders)
    if isinstance(plan.ask(_record(member, fact), by=boards.CHAIR), Refusal):
        return
    appealed = f.Appealed(on=plan.day + timedelta(days=12), source=_LETTER)
    plan.after(12, lambda plan: _ask(plan, member, appealed, boards.SECRETARY))
    plan.after(50, lambda plan: appeal_decided(plan, member, upheld=ends == "expelled"))


def appeal_decided(plan: Plan, member: Member, *, upheld: bool) -> None:
    """The appeal board decides; nobody of it took part in the first decision."""
    number = boards.decree(plan, f"Putusan banding anggota {member.number}", "banding")
    outcome = f.AppealOutcome.UPHELD if upheld else f.AppealOutcome.OVERTURNED
    fact = f.AppealDecided(on=plan.day, outcome=outcome, decision=number, deciders=boards.APPEAL)
    if not isinstance(plan.ask(_record(member, fact), by=boards.APPEAL[0]), Refusal) and upheld:
        member.gone = True


def _record(member: Member, fact: f.MemberFact) -> c.Record:
    return c.Record(member=member.number, fact=fact)


def _fact(plan: Plan, member: Member, fact: f.MemberFact, *, by: str) -> None:
    plan.do(_record(member, fact), by=by)


def _ask(plan: Plan, member: Member, fact: f.MemberFact, by: str) -> None:
    plan.ask(_record(member, fact), by=by)
