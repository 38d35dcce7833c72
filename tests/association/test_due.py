"""What falls due: each message and each piece of work on its day, and none where the facts say otherwise."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juru.association.desk.due_roll import DueRoll
from juru.association.desk.due_world import everything_due
from juru.association.desk.notice_words import TEXTS, filled, subject_of
from juru.association.desk.work import agenda_of, work_of
from juru.association.desk.work_words import TASKS
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import commands_registers as r
from juru.association.domain import due_boards, due_members
from juru.association.domain import facts as f
from juru.association.domain.affairs import Way
from juru.association.domain.boards import Body, Scope, Seats, Term, Title
from juru.association.domain.branches import SEED
from juru.association.domain.due import Business, Invoiced, Item, Notice, PayOut, Representative, World, derive_member
from juru.association.domain.due_boards import settles_on
from juru.association.domain.membership import paid_until, standing
from juru.association.domain.policy import Policies
from juru.association.domain.registers import Authority, Invited, MeetingKind
from juru.cli import make_app
from juru.values.rupiah import format_rupiah
from tests.support.association import CHAIR, SECRETARY, TREASURER, Town, day

OPEN = Seats(Policies(), (), {}, lambda _firm: ())
LONG_AGO = day("2020-01-01")


def world(today: str | date, **around: object) -> World:
    on = day(today) if isinstance(today, str) else today
    return msgspec.structs.replace(World(on, Policies(), OPEN, SEED), **around)


def business(world: World, *facts: f.MemberFact, known: date = LONG_AGO) -> Business:
    return Business("000001", facts, lambda _: known, world)


def due(world: World, *facts: f.MemberFact, known: date = LONG_AGO) -> dict[str, date]:
    """Kinds of the messages about one member, with their days."""
    found = derive_member(world, business(world, *facts, known=known), due_members.MEMBER_RULES)
    return {one.kind: one.due_on for one in found if isinstance(one, Notice)}


def items(world: World, *facts: f.MemberFact) -> dict[str, Item]:
    found = derive_member(world, business(world, *facts), due_members.MEMBER_RULES)
    return {one.kind: one for one in found if isinstance(one, Item)}


def joined(verified: str = "2026-03-01", until: str | None = "2027-01-01") -> list[f.MemberFact]:
    on = day(verified)
    facts: list[f.MemberFact] = [
        f.Registered(on=on, name="Maju"),
        f.Applied(on=on, branch="JTM"),
        f.Complete(on=on),
        f.Verified(on=on),
    ]
    return facts if until is None else [*facts, f.Paid(on=on, since=on, until=day(until))]


RENEWAL = {
    "dues_invoice": "2026-11-01",
    "dues_reminder_1": "2026-12-01",
    "dues_reminder_2": "2026-12-24",
    "dues_last_day": "2026-12-31",
    "dues_grace_1": "2027-01-07",
    "dues_grace_2": "2027-01-21",
    "dues_lapsed": "2027-01-31",
}
INVOICE = Invoiced(
    "INV-2026-00002", "000001", day("2026-11-01"), day("2026-12-31"), day("2027-01-01"), LONG_AGO, 500_000
)


@pytest.mark.parametrize("today", ["2026-10-31", *RENEWAL.values(), "2027-03-01"])
def test_each_message_of_the_dues_is_due_from_its_day_on(today: str) -> None:
    there = world(today, invoices={"000001": [INVOICE]})
    assert due(there, *joined()) == {kind: day(on) for kind, on in RENEWAL.items() if on <= today}


def test_nothing_is_due_once_it_is_paid_and_the_next_year_begins_its_own() -> None:
    paid = f.Paid(on=day("2026-12-20"), since=day("2027-01-01"), until=day("2028-01-01"))
    assert due(world("2027-02-01", invoices={"000001": [INVOICE]}), *joined(), paid) == {}
    assert due(world("2027-12-01"), *joined(), paid) == {"dues_reminder_1": day("2027-12-01")}


def test_the_message_of_an_invoice_waits_for_the_invoice_which_is_work_till_then() -> None:
    later = msgspec.structs.replace(INVOICE, on=day("2026-11-10"), known_on=day("2026-11-10"))
    assert "dues_invoice" not in due(world("2026-11-05"), *joined())
    missing = items(world("2026-11-05"), *joined())["invoice_missing"]
    assert (missing.since, missing.unit) == (day("2026-11-01"), "JTM")
    with_it = world("2026-11-10", invoices={"000001": [later]})
    assert due(with_it, *joined())["dues_invoice"] == day("2026-11-10")
    assert items(with_it, *joined()) == {}


def test_a_waived_invoice_is_reminded_of_no_more_but_the_lapse_is_told() -> None:
    waived = msgspec.structs.replace(INVOICE, written_off=True)
    assert list(due(world("2027-02-01", invoices={"000001": [waived]}), *joined())) == ["dues_lapsed"]


@pytest.mark.parametrize(
    "last",
    [
        f.Resigned(on=day("2026-11-20"), effective=day("2026-12-15")),
        f.Expelled(on=day("2026-09-01")),
        f.Merged(on=day("2026-11-20"), into="000002"),
    ],
)
def test_who_has_left_is_reminded_of_no_dues(last: f.MemberFact) -> None:
    found = due(world("2027-02-01", invoices={"000001": [INVOICE]}), *joined(), last)
    assert {kind for kind in found if kind.startswith("dues_")} == set()


def test_a_resignation_after_what_is_paid_is_reminded_like_anybody() -> None:
    gone = f.Resigned(on=day("2026-11-20"), effective=day("2027-06-01"))
    assert "dues_last_day" in due(world("2027-01-01"), *joined(), gone)


def test_what_fell_due_before_the_book_knew_is_never_made_up_for() -> None:
    found = due(world("2027-02-10", invoices={"000001": [INVOICE]}), *joined(), known=day("2027-01-10"))
    assert set(found) == {"dues_grace_2", "dues_lapsed"}


def test_nothing_older_than_the_horizon_is_proposed() -> None:
    assert due(world("2028-03-06"), *joined()) == {"dues_lapsed": day("2027-01-31")}
    assert due(world("2028-03-07"), *joined()) == {}


def test_first_dues_are_invoiced_reminded_and_closed() -> None:
    facts = joined(until=None)
    issued = Invoiced("INV-1", "000001", day("2026-03-02"), day("2026-04-01"), day("2026-03-01"), LONG_AGO, 1)
    with_it = {"invoices": {"000001": [issued]}}
    assert items(world("2026-03-01"), *facts)["first_invoice_missing"].clock_on == day("2026-03-31")
    assert due(world("2026-03-24", **with_it), *facts) == {
        "first_dues_invoice": day("2026-03-02"),
        "first_dues_reminder": day("2026-03-24"),
    }
    assert due(world("2026-03-31", **with_it), *facts) == {"first_dues_closed": day("2026-03-31")}


def test_an_incomplete_application_is_reminded_and_ends_after_ninety_days() -> None:
    facts = [f.Applied(on=day("2026-03-01"), branch="JTM")]
    assert items(world("2026-03-02"), *facts)["documents"].clock_on == day("2026-05-30")
    assert due(world("2026-04-30"), *facts) == {"documents_reminder": day("2026-04-30")}
    assert due(world("2026-05-30"), *facts) == {"documents_closed": day("2026-05-30")}


def test_silence_passes_an_application_to_national_then_to_the_overdue_list() -> None:
    facts = joined(until=None)[:3]  # complete on Sunday, 1 March 2026
    branch = items(world("2026-03-10"), *facts)["application"]
    assert (branch.unit, branch.clock_on) == ("JTM", day("2026-03-11"))
    assert due(world("2026-03-10"), *facts) == {}
    national = items(world("2026-03-11"), *facts)["application_national"]
    assert (national.unit, national.since, national.clock_on) == ("NAS", day("2026-03-11"), day("2026-04-10"))
    assert due(world("2026-03-11"), *facts) == {"silence_passed": day("2026-03-11")}
    overdue = items(world("2026-04-10"), *facts)["application_overdue"]
    assert overdue.agenda == "NAS"
    assert due(world("2026-04-10"), *facts)["silence_overdue"] == day("2026-04-10")


def test_a_decided_application_waits_on_nobody() -> None:
    facts = joined(until=None)
    assert not {"silence_passed", "silence_overdue"} & due(world("2026-05-01"), *facts).keys()


def test_a_hearing_is_told_three_days_before_and_waits_for_its_decision() -> None:
    charge = f.Charged(on=day("2026-06-01"), charges="x", hearing_on=day("2026-06-20"))
    facts = [*joined(), charge]
    assert items(world("2026-06-05"), *facts)["hearing"].clock_on == day("2026-06-20")
    assert due(world("2026-06-17"), *facts) == {"hearing_near": day("2026-06-17")}
    assert items(world("2026-06-20"), *facts)["hearing_due"].since == day("2026-06-20")
    facts.append(f.Heard(on=day("2026-06-20"), minutes="x", appeared=True))
    assert items(world("2026-06-21"), *facts)["hearing_held"].agenda == "NAS"
    decided = f.Suspended(on=day("2026-06-21"), until=day("2026-08-01"))
    assert "hearing_held" not in items(world("2026-06-22"), *facts, decided)


def test_suspensions_end_on_their_day_and_an_emergency_one_asks_for_a_charge() -> None:
    decided = f.Suspended(on=day("2026-06-21"), until=day("2026-08-01"))
    assert due(world("2026-08-01"), *joined(), decided) == {"suspension_ends": day("2026-08-01")}
    lifted = f.Lifted(on=day("2026-07-01"))
    assert due(world("2026-08-01"), *joined(), decided, lifted) == {}
    emergency = f.Suspended(on=day("2026-06-01"), emergency=True)
    assert items(world("2026-06-10"), *joined(), emergency)["emergency"].clock_on == day("2026-06-15")
    assert due(world("2026-06-15"), *joined(), emergency) == {"suspension_ends": day("2026-06-15")}


def test_an_appeal_is_offered_and_overdue_after_sixty_days() -> None:
    expelled = f.Expelled(on=day("2026-06-01"), deciders=("ketua",), by="sekretaris")
    assert due(world("2026-06-24"), *joined(), expelled) == {"appeal_window": day("2026-06-24")}
    appealed = f.Appealed(on=day("2026-06-10"))
    waiting = items(world("2026-07-01"), *joined(), expelled, appealed)["appeal"]
    assert (waiting.clock_on, waiting.not_by, waiting.agenda) == (
        day("2026-08-09"),
        frozenset({"ketua", "sekretaris"}),
        "",
    )
    assert items(world("2026-08-09"), *joined(), expelled, appealed)["appeal_overdue"].agenda == "NAS"
    assert due(world("2026-08-09"), *joined(), expelled, appealed) == {"appeal_overdue": day("2026-08-09")}


def test_a_resignation_is_told_on_its_day_unless_taken_back() -> None:
    gone = f.Resigned(on=day("2026-06-01"), effective=day("2026-07-01"))
    assert items(world("2026-06-02"), *joined(), gone)["resignation"].clock_on == day("2026-07-01")
    assert due(world("2026-07-01"), *joined(), gone) == {"resignation_effective": day("2026-07-01")}
    back = f.ResignationWithdrawn(on=day("2026-06-15"))
    assert due(world("2026-07-01"), *joined(), gone, back) == {}


def test_lost_software_is_told_on_the_day_at_half_time_before_and_after() -> None:
    lost = f.SoftwareLost(on=day("2026-06-01"), cure_until=day("2026-07-01"))
    assert due(world("2026-07-02"), *joined(), lost) == {
        "software_lost": day("2026-06-01"),
        "software_half": day("2026-06-16"),
        "software_near": day("2026-06-28"),
        "software_failed": day("2026-07-02"),
    }
    assert due(world("2026-07-02"), *joined(), lost, f.SoftwareOk(on=day("2026-06-20"))) == {}


def test_a_new_owner_is_asked_and_reminded_until_he_confirms() -> None:
    changed = f.OwnerChanged(on=day("2026-06-01"), owner="Budi", how=f.Passing.SALE)
    assert due(world("2026-06-25"), *joined(), changed) == {
        "owner_asked": day("2026-06-01"),
        "owner_near": day("2026-06-24"),
    }
    confirmed = f.OwnerConfirmed(on=day("2026-06-10"))
    assert due(world("2026-06-25"), *joined(), changed, confirmed) == {}


def test_a_move_that_is_asked_for_waits_on_the_receiving_branch() -> None:
    asked = f.MoveAsked(on=day("2026-06-01"), to="JBR")
    assert items(world("2026-06-02"), *joined(), asked)["move"].unit == "JBR"
    assert "move" not in items(world("2026-06-04"), *joined(), asked, f.Moved(on=day("2026-06-03"), to="JBR"))


# ---------------------------------------------------------------- offices, cash, collectors


def term(until: str = "2027-06-01", *, since: str = "2026-01-01", person: str = "sri", acting: bool = False) -> Term:
    return Term(person, "000001", Body.BRANCH, "JTM", Title.CHAIR, day(since), day(until), "SK-1", acting)


def boards(today: str, *terms: Term) -> tuple[dict[str, date], dict[str, Item]]:
    there = world(today, terms=terms, known_terms=dict.fromkeys(terms, LONG_AGO))
    found = [one for rule in due_boards.RULES for one in rule(there)]
    fallen = {x.kind: x.due_on for x in found if isinstance(x, Notice) and x.due_on <= there.today}
    return fallen, {x.kind: x for x in found if isinstance(x, Item)}


def test_a_term_that_ends_is_told_and_stands_on_the_agenda_until_somebody_follows() -> None:
    notices, work = boards("2027-04-02", term())
    assert notices == {"term_ending": day("2027-04-02")}
    assert (work["term_ending"].agenda, work["term_ending"].clock_on) == ("JTM", day("2027-06-01"))
    _, followed = boards("2027-04-02", term(), term("2031-06-01", since="2027-06-01", person="budi"))
    assert followed == {}
    notices, work = boards("2027-06-01", term())
    assert notices["term_ended"] == day("2027-06-01")
    assert work["office_vacant"].subject == "branch/JTM/chair"


def test_an_acting_officer_is_told_two_weeks_before_his_ninety_days_end() -> None:
    notices, work = boards("2026-03-18", term("2027-01-01", acting=True))
    assert notices == {"acting_ending": day("2026-03-18")}
    assert work["acting_ending"].clock_on == day("2026-04-01")


@pytest.mark.parametrize(
    ("promised", "settlement_day", "settles"),
    [("2026-01-31", 31, "2026-01-31"), ("2026-02-01", 31, "2026-02-28"), ("2026-12-06", 5, "2027-01-05")],
)
def test_a_collector_settles_on_the_next_settlement_day(promised: str, settlement_day: int, settles: str) -> None:
    assert settles_on(day(promised), settlement_day) == day(settles)


def test_a_pay_out_waits_for_a_person_who_did_not_ask_for_it() -> None:
    there = world("2026-06-02", payouts=[PayOut("RF-2026-00001", "tata", day("2026-06-01"), 50_000, "000001")])
    (item,) = due_boards.payouts(there)
    assert isinstance(item, Item)
    assert (item.kind, item.not_by, item.scope) == ("payout", frozenset({"tata"}), Scope.DUES_REFUND)


# ---------------------------------------------------------------- through the desk


def kinds(town: Town) -> set[str]:
    with town.desk.book.reading() as reads:
        return {one.kind for one in everything_due(reads, town.today)}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = Town(tmp_path / "aspi", "2026-01-05")
    town.dues()
    return town


def test_cash_that_was_not_handed_in_is_listed_after_seven_days(town: Town) -> None:
    member = town.verified("Tunai")
    invoice = town.do(c.IssueInvoice(member=member))
    town.by = TREASURER
    town.do(c.TakePayment(way=Way.CASH, amount_idr=int(invoice.note), text=invoice.id))
    assert "cash" in kinds(town.on("2026-01-12"))
    assert "cash_held" in kinds(town.on("2026-01-13"))
    town.do(c.HandIn(treasurer=TREASURER, amount_idr=int(invoice.note)))
    assert not {"cash", "cash_held"} & kinds(town)


def test_the_oldest_cash_still_held_counts_after_a_part_was_handed_in(town: Town) -> None:
    members = [town.verified(name) for name in ("Satu", "Dua")]
    invoices = [town.do(c.IssueInvoice(member=member)) for member in members]
    town.by = TREASURER
    for on, invoice in zip(("2026-01-05", "2026-01-09"), invoices, strict=True):
        town.on(on).do(c.TakePayment(way=Way.CASH, amount_idr=int(invoice.note), text=invoice.id))
    town.do(c.HandIn(treasurer=TREASURER, amount_idr=int(invoices[0].note)))
    with town.on("2026-01-15").desk.book.reading() as reads:
        (held,) = [x for x in everything_due(reads, town.today) if isinstance(x, Item) and x.kind == "cash"]
    assert (held.since, held.told["amount_idr"]) == (day("2026-01-09"), int(invoices[1].note))


def test_a_collectors_promise_is_due_on_his_day_and_gone_once_transferred(town: Town) -> None:
    collector, payer = town.active("Penagih"), town.verified("Bayar")
    fact = a.CollectorAppointed(
        on=town.today, limit_idr=10_000_000, settlement_day=20, until=day("2027-01-01"), decree=town.decree()
    )
    town.do(c.AppointCollector(member=collector, fact=fact))
    invoice = town.do(c.IssueInvoice(member=payer))
    town.do(c.Promise(invoice=invoice.id, collector=collector))
    assert "collector" in kinds(town.on("2026-01-20"))
    assert {"collector_late", "collector_settles"} <= kinds(town.on("2026-01-21"))
    amount_idr = int(invoice.note)
    town.do(c.TakePayment(way=Way.COLLECTOR, amount_idr=amount_idr, ref="K-1", text=invoice.id, collector=collector))
    assert not {"collector", "collector_late", "collector_settles"} & kinds(town)


def test_an_officer_whose_firm_lapsed_is_told_and_listed(town: Town) -> None:
    firm = town.active("Kantor")
    town.seat(SECRETARY, firm, Title.SECRETARY)
    assert "office_paused" not in kinds(town.on("2027-01-30"))
    assert "office_paused" in kinds(town.on("2027-01-31"))
    assert "office_lost" in kinds(town.on("2027-03-02"))


def test_money_that_is_nobodys_waits_on_the_treasurer(town: Town) -> None:
    town.do(c.TakePayment(way=Way.BANK, amount_idr=1_234, ref="BCA-9", text="?"))
    assert "unmatched" in kinds(town)


def test_a_later_table_of_holidays_moves_no_clock_that_has_run(town: Town) -> None:
    number = town.do(c.NewMember(name="Diam", branch="JTM", province="35")).id
    town.fact(number, f.Complete(on=town.today))
    with town.on("2026-01-20").desk.book.reading() as reads:
        before = {x.kind: x for x in everything_due(reads, town.today) if x.subject == number}
    days = tuple(date(2026, 1, 5) + timedelta(days=n) for n in range(12))
    town.do(c.SetHolidays(year=2026, fact=a.HolidaysSet(on=day("2026-01-01"), version="SKB", days=days)))
    with town.desk.book.reading() as reads:
        assert {x.kind: x for x in everything_due(reads, town.today) if x.subject == number} == before
    assert before["silence_passed"] is not None


def seated(town: Town) -> tuple[str, str]:
    """A member each for a national secretary and a branch treasurer."""
    first, second = town.active("Nasional"), town.active("Cabang", branch="JBR", province="32")
    town.seat(CHAIR, first, Title.CHAIR)
    town.by = CHAIR
    town.seat(SECRETARY, first, Title.SECRETARY)
    town.seat(TREASURER, second, Title.TREASURER, Body.BRANCH, "JBR")
    return first, second


def work(town: Town, person: str) -> list[tuple[str, str]]:
    there, found = DueRoll(town.desk.book).on(town.today)
    return [(line.kind, line.subject) for line in work_of(there, found, (), person)]


def test_work_is_shown_to_who_may_do_it_and_not_about_his_own_firm(town: Town) -> None:
    _first, second = seated(town)
    waiting = town.do(c.NewMember(name="Baru", branch="JBR", province="32")).id
    assert work(town, SECRETARY) == [("documents", waiting)]
    assert work(town, TREASURER) == []
    assert work(town, "siapa saja") == []
    town.on("2026-11-05")
    assert ("invoice_missing", second) not in work(town, TREASURER), "his own firm's"
    assert ("first_invoice_missing", waiting) not in work(town, TREASURER)


def test_before_the_first_board_whoever_keeps_the_book_sees_everything(town: Town) -> None:
    number = town.do(c.NewMember(name="Baru", branch="JBR", province="32")).id
    assert work(town, "panitia") == [("documents", number)]


def test_what_is_overdue_stands_on_the_boards_agenda_by_itself(town: Town) -> None:
    number = town.do(c.NewMember(name="Diam", branch="JTM", province="35")).id
    town.fact(number, f.Complete(on=town.today))
    with town.on("2026-02-20").desk.book.reading() as reads:
        found = everything_due(reads, town.today)
    assert [(line.kind, line.subject) for line in agenda_of(found)] == [("application_overdue", number)]
    assert agenda_of(found, "JTM") == []


# ---------------------------------------------------------------- registers


def test_a_recognition_that_ends_is_told_and_stands_on_the_agenda(town: Town) -> None:
    kept = town.desk.keep(b"%PDF-1.4 x", name="sk.pdf", now=town.now(), by=town.by, request="doc")
    assert isinstance(kept, c.Done), kept
    recognise = r.Recognise(
        authority=Authority.KADIN, name="KADIN", grants="duduk", document=kept.id, until=day("2026-12-31")
    )
    town.do(recognise)
    assert "recognition" not in kinds(town.on("2026-10-01"))
    assert {"recognition", "recognition_ending"} <= kinds(town.on("2026-10-02"))
    with town.desk.book.reading() as reads:
        assert [line.kind for line in agenda_of(everything_due(reads, town.today))] == ["recognition"]


def test_members_are_invited_once_reminded_and_the_minutes_are_waited_for(town: Town) -> None:
    member, other = town.active("Hadir"), town.active("Jauh", branch="JBR", province="32")
    call = r.CallMeeting(
        body="JTM",
        meeting_kind=MeetingKind.MUSDA,
        title="Musda",
        held_on=day("2026-02-10"),
        held_at="19:30",
        place="Surabaya",
        invited=Invited.BRANCH,
    )
    town.do(call)

    def told() -> set[tuple[str, str]]:
        with town.desk.book.reading() as reads:
            return {(x.kind, x.member) for x in everything_due(reads, town.today) if isinstance(x, Notice)}

    assert ("meeting_called", member) in told()
    assert not {one for one in told() if one[1] == other}
    town.on("2026-02-07")
    assert ("meeting_near", member) in told()
    assert "meeting" in kinds(town)
    town.on("2026-02-11")
    assert "minutes" in kinds(town)
    assert ("meeting_near", member) not in told()


@pytest.mark.parametrize("kind", TASKS)
def test_the_command_that_a_task_names_exists(kind: str) -> None:
    words = TASKS[kind].command.format(subject="000001").split()
    if not words:
        return
    path = list(takewhile(lambda word: re.fullmatch(r"[a-z-]+", word) and not word.startswith("-"), words[1:]))
    _, found, _ = make_app().parse_commands(path)
    assert found[-1].default_command is not None, words


# ---------------------------------------------------------------- laws

_DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def lives(draw: st.DrawFn) -> list[f.MemberFact]:
    """Any mixture of facts of one member, whatever order makes sense."""
    on = draw(_DAYS)
    facts: list[f.MemberFact] = [f.Registered(on=on, name="x"), f.Applied(on=on, branch="JTM")]
    for _ in range(draw(st.integers(0, 10))):
        on = draw(_DAYS)
        after = on + timedelta(days=draw(st.integers(1, 400)))
        kinds: tuple[f.MemberFact, ...] = (
            f.Complete(on=on),
            f.Verified(on=on),
            f.Paid(on=on, since=on, until=after),
            f.Applied(on=on, branch="JBR"),
            f.Suspended(on=on, until=after),
            f.Lifted(on=on),
            f.Charged(on=on, charges="x", hearing_on=after),
            f.Expelled(on=on),
            f.Appealed(on=on),
            f.AppealDecided(on=on, outcome=f.AppealOutcome.UPHELD),
            f.Readmitted(on=on),
            f.Resigned(on=on, effective=after),
            f.ResignationWithdrawn(on=on),
            f.SoftwareLost(on=on, cure_until=after),
            f.SoftwareOk(on=on),
            f.Moved(on=on, to="JBR"),
            f.Override(on=on, state="active", until=after, reason="x"),
            f.OwnerChanged(on=on, owner="x", how=f.Passing.SALE),
        )
        facts.append(draw(st.sampled_from(kinds)))
    return facts


@given(lives(), _DAYS, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_what_is_due_depends_on_no_order_of_entry_and_agrees_with_the_state(
    facts: list[f.MemberFact], today: date, shuffled: random.Random
) -> None:
    there = world(today)
    found = derive_member(there, business(there, *facts), due_members.MEMBER_RULES)
    other = list(facts)
    shuffled.shuffle(other)
    again = derive_member(there, business(there, *other), due_members.MEMBER_RULES)
    assert sorted(found, key=repr) == sorted(again, key=repr)
    one = business(there, *facts)
    assert one.standing == standing(Policies(), facts, today)
    assert one.paid_until == paid_until(facts, today)
    keys = [x.key for x in found if isinstance(x, Notice)]
    assert len(keys) == len(set(keys)), "a key is one message"
    for x in found:
        assert x.kind in (TEXTS if isinstance(x, Notice) else TASKS)
        if isinstance(x, Notice):
            assert x.due_on <= today


def test_every_text_has_both_languages_and_is_filled_by_what_its_rule_tells() -> None:
    for kind, text in TEXTS.items():
        for one in (text.subject_id, text.body_id, text.subject_en, text.body_en):
            assert one.strip(), kind
    notice = Notice("dues_last_day", "000001", LONG_AGO, Representative("000001"), LONG_AGO, {}, "000001")
    assert subject_of(notice, "Maju", 0) == "Iuran tahunan: hari terakhir"
    assert filled({"amount_idr": 5_000, "on": day("2026-05-03")}, 1) == {
        "amount_idr": format_rupiah(5_000),
        "on": "3 May 2026",
    }


def test_the_roll_of_what_is_due_follows_every_change_and_agrees_with_a_fresh_look(town: Town) -> None:
    roll = DueRoll(town.desk.book)

    def same() -> None:
        with town.desk.book.reading() as reads:
            assert sorted(roll.on(town.today)[1], key=repr) == sorted(everything_due(reads, town.today), key=repr)

    same()
    member = town.verified("Satu")
    same()
    invoice = town.do(c.IssueInvoice(member=member))
    same()
    town.do(c.TakePayment(way=Way.BANK, amount_idr=int(invoice.note), ref="B-1", text=invoice.id))
    same()
    town.on("2026-12-05")
    same()
    town.pay(member)
    same()
    town.do(c.ReversePayment(ref="BCA-INV-2026-00002", reason="palsu"))
    same()
    town.seat(CHAIR, member, Title.CHAIR)
    same()
