"""Use cases of members and money, end to end through the store: what stands, what is refused, what the audit says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from juru.association.desk import desk
from juru.association.desk.register import waiting
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.dues import DuesPolicy
from juru.association.domain.refusals import Refusal
from tests.support.association import SHARES, Town, day


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi")
    town.dues()
    yield town
    found = town.audited()
    town.close()
    assert found.found == []


def test_every_command_has_its_use_case() -> None:
    assert set(desk._USE_CASES) == set(get_args(c.AnyCommand))


def test_a_business_becomes_a_member_by_dated_facts(town: Town) -> None:
    number = town.do(c.NewMember(name="PT Maju Pulsa", branch="JTM", province="35")).id
    assert number == "000001"
    assert town.standing(number).reason == "awaiting_documents"
    town.on("2026-01-07").fact(number, f.Complete(on=day("2026-01-07")))
    town.on("2026-03-10").fact(number, f.Verified(on=day("2026-03-10"), decision="K-7"))
    assert town.state(number) == "verified"
    invoice = town.do(c.IssueInvoice(member=number))
    assert (invoice.id, invoice.note) == ("INV-2026-00001", "406850")
    done = town.do(c.TakePayment(way=Way.BANK, amount_idr=406_850, ref="BCA-1", text="iuran inv 2026 00001"))
    assert (done.id, done.note) == ("KW-2026-00001", number)
    assert town.standing(number).reason == "paid"
    assert [town.state(number, on) for on in ("2026-12-31", "2027-01-01", "2027-01-31")] == [
        "active",
        "grace",
        "lapsed",
    ]
    assert town.state(number, "2026-03-09") == "applicant"
    assert town.nets() == {"bank": -406_850, "branch:JTM": 284_795, "national:dues": 122_055}


def test_a_repeated_request_does_nothing_and_answers_the_same(town: Town) -> None:
    command = c.NewMember(name="Toko Ana", branch="JTM", province="35")
    first = town.do(command, request="form-1")
    assert town.do(command, request="form-1") == first
    other = town.ask(c.NewMember(name="Toko Budi", branch="JTM", province="35"), request="form-1")
    assert isinstance(other, Refusal)
    assert other.code == "request_conflict"
    assert town.do(c.NewMember(name="Toko Cici", branch="JTM", province="35")).id == "000002"


@pytest.mark.parametrize(("name", "licence"), [("PT. MAJU-PULSA", ""), ("Lain Sekali", "912030")])
def test_the_same_business_is_a_question(town: Town, name: str, licence: str) -> None:
    town.do(c.NewMember(name="Maju Pulsa, CV", branch="JTM", province="35", licence="912030"))
    twin = c.NewMember(name=name, branch="JTM", province="35", licence=licence)
    assert town.refused(twin) == "same_business"
    sure = c.NewMember(name=name, branch="JTM", province="35", licence=licence, sure=True)
    assert town.do(sure).id == "000002"


def test_a_business_joins_the_branch_of_its_province(town: Town) -> None:
    assert town.refused(c.NewMember(name="A", branch="JBR", province="35")) == "wrong_branch"
    assert town.do(c.NewMember(name="B", branch="NAS", province="94")).id == "000001"


def test_what_the_state_does_not_take_is_refused(town: Town) -> None:
    number = town.do(c.NewMember(name="A", branch="JTM", province="35")).id
    today = town.today
    assert town.refused(c.Record(member=number, fact=f.Verified(on=today))) == "transition_not_allowed"
    assert town.refused(c.Record(member=number, fact=f.Suspended(on=today, reason="x"))) == "transition_not_allowed"
    assert town.refused(c.Record(member=number, fact=f.Paid(on=today, since=today, until=today))) == (
        "transition_not_allowed"
    )
    assert town.refused(c.Record(member="000009", fact=f.Complete(on=today))) == "not_found"
    assert town.refused(c.Record(member=number, fact=f.Complete(on=day("2026-01-06")))) == "future_day"


def test_a_rejection_is_reviewed_once(town: Town) -> None:
    number = town.do(c.NewMember(name="A", branch="JTM", province="35")).id
    assert town.refused(c.Record(member=number, fact=f.Rejected(on=town.today))) == "reason_needed"
    town.fact(number, f.Rejected(on=town.today, reason="no licence"))
    assert town.state(number) == "closed"
    town.on("2026-01-20", "lain")
    town.fact(number, f.Rejected(on=town.today, reason="still none"))
    assert town.on("2026-01-22").refused(c.Record(member=number, fact=f.Verified(on=town.today))) == "decided_before"
    town.by = "ketiga"
    assert town.refused(c.Record(member=number, fact=f.Verified(on=town.today))) == "reviewed_before"


def test_a_change_of_representative_needs_the_outgoing_one(town: Town) -> None:
    number = town.verified("A")
    town.fact(number, f.RepresentativeNamed(on=town.today, source="surat", role=f.Role.VOTING, person="Sri"))
    change = f.RepresentativeNamed(on=town.today, source="surat", role=f.Role.VOTING, person="Tono")
    assert town.refused(c.Record(member=number, fact=change)) == "unconfirmed"
    town.fact(
        number,
        f.RepresentativeNamed(on=town.today, source="surat", role=f.Role.VOTING, person="Tono", confirmed_by=("Sri",)),
    )
    town.fact(number, f.RepresentativeNamed(on=town.today, source="surat", role=f.Role.DUES, person="Tono"))


@pytest.mark.parametrize(("known_on", "deadline"), [("2026-03-09", "2026-03-13"), ("2026-03-12", "2026-03-11")])
def test_holidays_move_a_clock_that_runs_and_never_one_that_has_run(town: Town, known_on: str, deadline: str) -> None:
    town.on("2026-03-02")
    number = town.do(c.NewMember(name="A", branch="JTM", province="35")).id
    town.fact(number, f.Complete(on=town.today))
    town.on(known_on)
    days = (day("2026-03-10"), day("2026-03-11"))
    town.do(c.SetHolidays(year=2026, fact=a.HolidaysSet(on=day("2026-01-01"), version="late", days=days)))
    with town.desk.book.reading() as reads:
        facts = [one.fact for one in reads.facts(Subject.MEMBER, number)]
        clock = waiting(reads, [fact for fact in facts if isinstance(fact, f.MemberFact)], town.today)
    assert clock.branch_deadline == day(deadline)


def test_renewal_reinstatement_and_a_late_credit(town: Town) -> None:
    number = town.active("A")
    town.on("2026-11-02")
    renewal = town.do(c.IssueInvoice(member=number))
    assert renewal.note == "500000"
    assert town.refused(c.IssueInvoice(member=number)) == "invoice_open"
    town.on("2027-01-31")
    late = c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="B-9", text=renewal.id)
    assert town.do(late).note == number
    assert town.state(number) == "lapsed"
    assert town.nets()[f"credit:{number}"] == 500_000
    again = town.do(c.IssueInvoice(member=number))
    assert again.note == "550000"
    assert town.state(number) == "lapsed"
    town.do(c.TakePayment(way=Way.BANK, amount_idr=50_000, ref="B-10", text=again.id))
    assert town.state(number) == "active"
    assert town.state(number, "2027-12-31") == "active"


def test_a_double_payment_is_credit_that_pays_the_next_invoice(town: Town) -> None:
    number = town.verified("A")
    invoice = town.do(c.IssueInvoice(member=number))
    asked = int(invoice.note)
    payment = c.TakePayment(way=Way.BANK, amount_idr=asked, ref="B-1", text=invoice.id)
    town.do(payment)
    assert town.refused(payment) == "seen_before"
    town.do(c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="B-2", text=invoice.id))
    assert town.nets()[f"credit:{number}"] == 500_000
    town.on("2026-11-02").do(c.IssueInvoice(member=number))
    assert f"credit:{number}" not in town.nets()
    assert town.state(number, "2027-12-31") == "active"


def test_an_exact_sum_with_its_code_finds_its_invoice(town: Town) -> None:
    first, second = town.verified("A"), town.verified("B")
    one = town.do(c.IssueInvoice(member=first, coded=True))
    town.do(c.IssueInvoice(member=second, coded=True))
    assert town.do(c.TakePayment(way=Way.BANK, amount_idr=int(one.note), ref="B-1", text="setoran")).note == first
    assert town.nets()[f"credit:{first}"] == 1


def test_dues_that_round_to_nothing_are_paid_at_once(town: Town) -> None:
    town.on("2026-12-31").dues(DuesPolicy(annual_idr=100_000, round_to_idr=1_000))
    number = town.verified("A")
    assert town.do(c.IssueInvoice(member=number)).note == "0"
    assert town.state(number) == "active"


def test_what_matches_nothing_waits_for_a_person(town: Town) -> None:
    number = town.verified("A")
    invoice = town.do(c.IssueInvoice(member=number))
    waiting = town.do(c.TakePayment(way=Way.BANK, amount_idr=int(invoice.note) - 1, ref="B-1", text="A"))
    assert waiting.note == "unmatched"
    assert town.refused(c.AssignPayment(ref="B-1", member=number, reason=" ")) == "reason_needed"
    assert town.do(c.AssignPayment(ref="B-1", member=number, reason="slip shown")).id == "KW-2026-00001"
    assert town.nets()[f"member:{number}"] == -1
    assert town.state(number) == "verified"


def test_cash_is_received_by_a_treasurer_and_handed_in(town: Town) -> None:
    number = town.verified("A")
    invoice = town.do(c.IssueInvoice(member=number))
    asked = int(invoice.note)
    town.by = "bendahara"
    assert town.do(c.TakePayment(way=Way.CASH, amount_idr=asked, text=invoice.id)).id == "KW-2026-00001"
    assert town.nets()["cash:bendahara"] == -asked
    assert town.refused(c.HandIn(treasurer="bendahara", amount_idr=asked + 1)) == "wrong_amount"
    town.do(c.HandIn(treasurer="bendahara", amount_idr=asked))
    assert town.nets()["bank"] == -asked


def test_a_collectors_word_is_a_promise_until_his_transfer_is_posted(town: Town) -> None:
    collector, number = town.active("Kolektor"), town.verified("A")
    fact = a.CollectorAppointed(
        on=town.today, limit_idr=600_000, settlement_day=5, until=day("2027-01-01"), decree=town.decree()
    )
    town.do(c.AppointCollector(member=collector, fact=fact))
    invoice = town.do(c.IssueInvoice(member=number))
    town.do(c.Promise(invoice=invoice.id, collector=collector))
    assert town.state(number) == "verified"
    other = town.do(c.IssueInvoice(member=town.verified("B")))
    assert town.refused(c.Promise(invoice=other.id, collector=collector)) == "over_limit"
    own = town.on("2026-11-05").do(c.IssueInvoice(member=collector))
    assert town.refused(c.Promise(invoice=own.id, collector=collector)) == "own_word"
    transfer = c.TakePayment(
        way=Way.COLLECTOR,
        collector=collector,
        amount_idr=int(invoice.note),
        ref="K:1",
        text=invoice.id,
        on=day("2026-01-20"),
    )
    town.do(transfer)
    assert town.state(number) == "active"


def test_a_write_off_needs_a_decree_and_regains_nothing(town: Town) -> None:
    number = town.active("A")
    town.on("2026-11-02")
    invoice = town.do(c.IssueInvoice(member=number))
    town.do(c.TakePayment(way=Way.BANK, amount_idr=100_000, ref="B-7", text=invoice.id))
    town.on("2027-03-01")
    assert town.refused(c.WriteOff(invoice=invoice.id, decree="SK-NAS-2027-009")) == "decree_unknown"
    assert town.do(c.WriteOff(invoice=invoice.id, decree=town.decree())).id == "CN-2027-00001"
    assert town.state(number) == "lapsed"
    assert f"member:{number}" not in town.nets()
    assert town.refused(c.WriteOff(invoice=invoice.id, decree="SK-NAS-2027-001")) == "nothing_due"


def test_a_wrong_payment_is_reversed_with_all_that_came_of_it(town: Town) -> None:
    number = town.verified("A")
    before = town.nets()
    invoice = town.do(c.IssueInvoice(member=number))
    town.do(c.TakePayment(way=Way.BANK, amount_idr=int(invoice.note) + 5_000, ref="B-1", text=invoice.id))
    town.on("2026-01-08").fact(number, f.Moved(on=town.today, to="JBR"))
    known = town.now()
    town.on("2026-01-09").do(c.ReversePayment(ref="B-1", reason="another association's"))
    assert town.state(number) == "verified"
    assert town.standing(number, known=known).reason == "paid", "what was known then stays known"
    assert town.nets() == before | {f"member:{number}": -int(invoice.note), "invoiced": int(invoice.note)}
    assert town.refused(c.ReversePayment(ref="B-1", reason="again")) == "not_found"
    again = c.TakePayment(way=Way.BANK, amount_idr=int(invoice.note), ref="B-2", text=invoice.id)
    assert town.do(again).id == "KW-2026-00002"
    assert town.state(number) == "active"


def test_a_reversed_double_payment_unpays_what_its_credit_had_paid(town: Town) -> None:
    number = town.active("A")
    town.do(c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="B-2", text="INV-2026-00001"))
    town.on("2026-11-02").do(c.IssueInvoice(member=number))
    assert town.state(number, "2027-06-01") == "active"
    town.do(c.ReversePayment(ref="B-2", reason="the bank took it back"))
    assert town.state(number, "2027-06-01") == "lapsed"
    assert town.nets()[f"member:{number}"] == -500_000


def test_after_a_reversal_the_credit_that_remains_pays_what_is_open_again(town: Town) -> None:
    number = town.active("A")
    town.do(c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="B-2", text="INV-2026-00001"))
    town.on("2026-01-09").do(c.ReversePayment(ref="BCA-INV-2026-00001", reason="bounced"))
    assert town.standing(number).reason == "paid"
    assert town.state(number, "2026-01-08") == "verified"


def test_a_move_takes_the_share_of_the_days_to_come(town: Town) -> None:
    town.on("2026-03-10")
    town.do(
        c.SetDues(
            member_class="server", fact=a.DuesSet(on=town.today, policy=DuesPolicy(annual_idr=350_000), shares=SHARES)
        )
    )
    number = town.active("A")
    assert town.nets()["branch:JTM"] == 199_356
    assert town.refused(c.Record(member=number, fact=f.Moved(on=town.today, to="JTM"))) == "wrong_branch"
    town.on("2026-08-17").fact(number, f.Moved(on=town.today, to="JBR"))
    assert (town.nets()["branch:JTM"], town.nets()["branch:JBR"]) == (107_397, 91_959)
    town.on("2026-09-01").fact(number, f.Moved(on=town.today, to="NAS"))
    assert sum(net for name, net in town.nets().items() if name.startswith(("branch:", "national:"))) == 284_795


def test_a_wrong_fact_is_taken_back_and_stays_readable(town: Town) -> None:
    number = town.verified("A")
    with town.desk.book.reading() as reads:
        (wrong,) = [one for one in reads.facts(Subject.MEMBER, number) if isinstance(one.fact, f.Verified)]
    back = c.TakeBack(subject=Subject.MEMBER, subject_id=number, fact_id=wrong.id, reason="another firm")
    town.do(back)
    assert town.state(number) == "applicant"
    assert town.refused(back) == "taken_back"
    with town.desk.book.reading() as reads:
        story = reads.story(Subject.MEMBER, number)
    assert [one.reversed_by for one in story if one.id == wrong.id] == [story[-1].id]
    assert story[-1].reverses == wrong.id


def test_a_decision_about_a_firm_that_owes_nothing_cannot_touch_money(town: Town) -> None:
    number = town.active("A")
    with town.desk.book.reading() as reads:
        (paid,) = [one for one in reads.facts(Subject.MEMBER, number) if isinstance(one.fact, f.Paid)]
    back = c.TakeBack(subject=Subject.MEMBER, subject_id=number, fact_id=paid.id, reason="no")
    assert town.refused(back) == "carries_money"
