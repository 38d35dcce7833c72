"""Boards and discipline at the desk: powers end with terms, hearings come first, no officer decides twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.association.desk.register import shown
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.boards import Body, Title
from tests.support.association import CHAIR, SECRETARY, TREASURER, Town, day


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A national board of four, an appeal board of two, a branch secretary, and an ordinary member, ``accused``."""
    town = Town(tmp_path / "aspi")
    town.dues()
    firms = [town.active(f"Firma {name}") for name in "ABCDEFG"]
    for person, firm, title in (
        (CHAIR, firms[0], Title.CHAIR),
        (SECRETARY, firms[1], Title.SECRETARY),
        (TREASURER, firms[2], Title.TREASURER),
        ("anggota", firms[3], Title.MEMBER),
    ):
        decree = town.do(_decree()).id if town.by == "panitia" else town.decree()
        town.by = "panitia" if person == CHAIR else CHAIR
        fact = a.Appointed(
            on=town.today,
            firm=firm,
            body=Body.NATIONAL,
            unit="NAS",
            title=title,
            until=day("2030-01-05"),
            decree=decree,
        )
        town.do(c.Appoint(person=person, fact=fact))
        town.by = CHAIR
    for person, firm in (("hakim1", firms[4]), ("hakim2", firms[5])):
        town.seat(person, firm, Title.MEMBER, Body.APPEAL)
    town.seat("sekjtm", firms[6], Title.SECRETARY, Body.BRANCH, "JTM")
    yield town
    found = town.audited()
    town.close()
    assert found.found == []


def _decree() -> c.IssueDecree:
    return c.IssueDecree(body="NAS", decree_kind="munas", text="board elected", signers=())


@pytest.fixture
def accused(town: Town) -> str:
    town.by = SECRETARY
    number = town.verified("Terdakwa")
    town.by = TREASURER
    town.pay(number)
    return number


def expel(town: Town, number: str, *deciders: str) -> c.Record:
    fact = f.Expelled(on=town.today, reason="agents' deposits", decision="SK-NAS-2026-001", deciders=deciders)
    return c.Record(member=number, fact=fact)


def heard(town: Town, number: str) -> None:
    """Charged in time, and heard on the day."""
    town.by = SECRETARY
    charge = f.Charged(on=town.today, charges="kept agents' deposits", hearing_on=day("2026-02-10"))
    town.fact(number, charge)
    town.on("2026-02-10")
    town.fact(number, f.Heard(on=town.today, minutes="NB-1"))
    town.by = CHAIR


def test_who_holds_no_office_may_not_and_an_officer_only_in_his_branch(town: Town) -> None:
    town.by = "siapa"
    assert town.refused(c.IssueInvoice(member="000001")) == "no_power"
    jtm = c.NewMember(name="Dari Jatim", branch="JTM", province="35")
    jbr = c.NewMember(name="Dari Jabar", branch="JBR", province="32")
    here, there = town.do(jtm).id, town.do(jbr).id
    town.by = "sekjtm"
    town.fact(here, f.Complete(on=town.today))
    assert town.refused(c.Record(member=there, fact=f.Complete(on=town.today))) == "no_power"
    assert town.refused(c.Record(member=here, fact=f.Verified(on=town.today))) == "no_power"


def test_powers_end_with_the_term_and_the_congress_seats_a_new_board(town: Town, accused: str) -> None:
    assert town.on("2026-12-30", TREASURER).do(c.IssueInvoice(member=accused)).id
    town.on("2030-01-05")
    town.by = "panitia"
    assert town.do(_decree()).id == "SK-NAS-2030-001"


def test_a_firm_out_of_good_standing_pauses_its_officer(town: Town) -> None:
    town.on("2027-02-15", TREASURER)
    assert town.do(_decree()).id, "every firm has lapsed: the congress acts"


def test_nobody_decides_on_his_own_firm(town: Town) -> None:
    town.by = SECRETARY
    charge = f.Charged(on=town.today, charges="x", hearing_on=day("2026-02-10"))
    assert town.refused(c.Record(member="000002", fact=charge)) == "own_firm"


def test_an_expulsion_needs_a_hearing_a_decree_and_two_thirds(town: Town, accused: str) -> None:
    town.by = CHAIR
    assert town.refused(expel(town, accused, CHAIR, SECRETARY, "anggota")) == "no_hearing"
    town.by = SECRETARY
    early = f.Charged(on=town.today, charges="x", hearing_on=day("2026-01-18"))
    assert town.refused(c.Record(member=accused, fact=early)) == "no_hearing"
    heard(town, accused)
    assert town.refused(expel(town, accused, CHAIR, "anggota")) == "not_enough_voices"
    fact = f.Expelled(on=town.today, reason="x", decision="SK-NAS-2026-099", deciders=(CHAIR,))
    assert town.refused(c.Record(member=accused, fact=fact)) == "decree_unknown"
    town.do(expel(town, accused, CHAIR, SECRETARY, "anggota"))
    assert town.standing(accused).reason == "expulsion_appealable"
    assert town.standing(accused, "2026-03-12").reason == "expulsion_appealable"
    assert town.state(accused, "2026-03-13") == "expelled"


def test_no_officer_decides_twice(town: Town, accused: str) -> None:
    heard(town, accused)
    town.do(expel(town, accused, CHAIR, SECRETARY, "anggota"))
    town.on("2026-03-01", SECRETARY).fact(accused, f.Appealed(on=town.today, source="surat banding"))
    town.on("2026-04-01", CHAIR)
    overturned = f.AppealOutcome.OVERTURNED
    decided = f.AppealDecided(
        on=town.today, outcome=overturned, decision="SK-NAS-2026-001", deciders=("hakim1", "hakim2")
    )
    assert town.refused(c.Record(member=accused, fact=decided)) == "decided_before"
    town.by = "hakim1"
    with_one = f.AppealDecided(
        on=town.today, outcome=overturned, decision="SK-NAS-2026-001", deciders=("hakim1", SECRETARY)
    )
    assert town.refused(c.Record(member=accused, fact=with_one)) == "decided_before"
    assert town.state(accused) == "suspended"
    town.fact(accused, decided)
    assert town.state(accused) == "active"


def test_an_emergency_suspension_is_by_chair_and_secretary_together(town: Town, accused: str) -> None:
    town.by = CHAIR
    alone = f.Suspended(on=town.today, emergency=True, reason="fraud", deciders=(CHAIR,))
    assert town.refused(c.Record(member=accused, fact=alone)) == "not_enough_voices"
    both = f.Suspended(on=town.today, emergency=True, reason="fraud", deciders=(CHAIR, SECRETARY))
    town.fact(accused, both)
    assert [town.state(accused, on) for on in ("2026-01-18", "2026-01-19")] == ["suspended", "active"]


def test_a_resignation_is_taken_back_before_it_takes_effect(town: Town, accused: str) -> None:
    town.by = SECRETARY
    back = c.Record(member=accused, fact=f.ResignationWithdrawn(on=town.today, source="surat"))
    assert town.refused(back) == "not_found"
    town.fact(accused, f.Resigned(on=town.today, effective=day("2026-02-01"), source="surat"))
    assert town.state(accused, "2026-02-01") == "resigned"
    town.do(back)
    assert town.state(accused, "2026-02-01") == "active"


def test_an_override_has_an_end_a_reason_and_a_decree(town: Town, accused: str) -> None:
    town.by = CHAIR
    until, decree = day("2026-02-01"), "SK-NAS-2026-001"
    for lacking, code in (
        (f.Override(on=town.today, state="grace", until=town.today, reason="x", decree=decree), "wrong_period"),
        (f.Override(on=town.today, state="grace", until=until, reason="", decree=decree), "reason_needed"),
        (f.Override(on=town.today, state="grace", until=until, reason="flood"), "decree_unknown"),
    ):
        assert town.refused(c.Record(member=accused, fact=lacking)) == code
    town.fact(accused, f.Override(on=town.today, state="grace", until=until, reason="flood", decree=decree))
    assert [town.state(accused, on) for on in ("2026-01-31", "2026-02-01")] == ["grace", "active"]


def test_a_revoked_decree_ends_the_term_it_gave(town: Town) -> None:
    with town.desk.book.reading() as reads:
        terms = [one.fact for one in reads.facts_of_kind(a.Subject.PERSON)]
    given = next(term.decree for term in terms if isinstance(term, a.Appointed) and term.title is Title.TREASURER)
    town.by = CHAIR
    town.decree(revokes=given)
    town.by = TREASURER
    assert town.refused(c.IssueInvoice(member="000001")) == "no_power"


def test_branches_are_merged_and_two_facts_of_one_day_are_refused(town: Town) -> None:
    town.by = CHAIR
    merged = a.BranchSet(on=day("2026-01-05"), name="DIY", provinces=("34",), until=day("2026-07-01"), into=("JTG",))
    town.do(c.SetBranch(code="DIY", fact=merged))
    assert town.refused(c.SetBranch(code="DIY", fact=merged)) == "same_day"
    town.on("2026-07-01")
    assert town.refused(c.NewMember(name="Jogja", branch="DIY", province="34")) == "wrong_branch"


def test_who_stays_away_is_summoned_twice_before_the_board_goes_on(town: Town, accused: str) -> None:
    town.by = SECRETARY
    early = f.Heard(on=town.today, minutes="NB-0")
    assert town.refused(c.Record(member=accused, fact=early)) == "no_hearing"
    town.fact(accused, f.Charged(on=town.today, charges="x", hearing_on=day("2026-02-10")))
    town.on("2026-02-10")
    twice = (day("2026-01-20"), day("2026-02-03"))
    for summonses in ((), twice[:1], (day("2025-12-01"), twice[0])):
        absent = f.Heard(on=town.today, minutes="NB-1", appeared=False, summonses=summonses)
        assert town.refused(c.Record(member=accused, fact=absent)) == "not_summoned"
    town.by = CHAIR
    assert town.refused(expel(town, accused, CHAIR, SECRETARY, "anggota")) == "no_hearing", "charged, not heard"
    town.by = SECRETARY
    town.fact(accused, f.Heard(on=town.today, minutes="NB-1", appeared=False, summonses=twice))
    town.by = CHAIR
    town.do(expel(town, accused, CHAIR, SECRETARY, "anggota"))


def test_a_suspension_is_the_majority_of_the_boards(town: Town, accused: str) -> None:
    heard(town, accused)
    for deciders in ((), (CHAIR, SECRETARY), (CHAIR, "hakim1", "hakim2")):
        alone = f.Suspended(on=town.today, reason="x", deciders=deciders)
        assert town.refused(c.Record(member=accused, fact=alone)) == "not_enough_voices"
    town.fact(accused, f.Suspended(on=town.today, reason="x", deciders=(CHAIR, SECRETARY, "anggota")))
    assert town.standing(accused).reason == "decision"


def test_nobody_stands_behind_a_decision_about_his_own_firm(town: Town) -> None:
    heard(town, "000004")
    fact = f.Expelled(on=town.today, reason="x", decision="SK-NAS-2026-001", deciders=(CHAIR, SECRETARY, "anggota"))
    assert town.refused(c.Record(member="000004", fact=fact)) == "own_firm"


def test_the_appeal_board_lifts_a_suspension_and_not_who_decided_it(town: Town, accused: str) -> None:
    heard(town, accused)
    town.fact(accused, f.Suspended(on=town.today, reason="x", deciders=(CHAIR, SECRETARY, "anggota", "hakim2")))
    lifted = f.Lifted(on=town.today, decision="DK-1")
    town.by = "hakim2"
    assert town.refused(c.Record(member=accused, fact=lifted)) == "decided_before"
    town.by = "sekjtm"
    assert town.refused(c.Record(member=accused, fact=lifted)) == "no_power"
    town.by = "hakim1"
    town.fact(accused, lifted)
    assert town.state(accused) == "active"


def test_an_appeal_that_waits_too_long_is_overdue(town: Town, accused: str) -> None:
    heard(town, accused)
    town.do(expel(town, accused, CHAIR, SECRETARY, "anggota"))
    town.on("2026-03-01", SECRETARY).fact(accused, f.Appealed(on=town.today))
    for on, waits in (("2026-04-30", "appeal"), ("2026-05-01", "appeal_overdue")):
        with town.desk.book.reading() as reads:
            found = shown(reads, accused, day(on))
        assert found is not None
        assert (found.waits_on, found.waits_until) == (waits, day("2026-04-30"))


def test_a_branchs_officers_end_with_their_branch(town: Town) -> None:
    town.by = CHAIR
    ended = a.BranchSet(on=day("2026-01-05"), name="Jawa Timur", until=day("2026-02-01"), into=("JTG",))
    town.do(c.SetBranch(code="JTM", fact=ended))
    number = town.do(c.NewMember(name="Lagi", branch="JTM", province="35")).id
    town.on("2026-02-01", "sekjtm")
    assert town.refused(c.Record(member=number, fact=f.Complete(on=town.today))) == "no_power"


def test_national_may_leave_applications_to_a_branch_by_decree_until_it_is_revoked(town: Town) -> None:
    town.by = CHAIR
    first, second, other = (
        town.do(c.NewMember(name=name, branch=branch, province=province)).id
        for name, branch, province in (("Satu", "JTM", "35"), ("Dua", "JTM", "35"), ("Tiga", "JBR", "32"))
    )
    for number in (first, second, other):
        town.fact(number, f.Complete(on=town.today))
    town.by = "sekjtm"
    accepted = f.Verified(on=town.today, decision="K-1")
    assert town.refused(c.Record(member=first, fact=accepted)) == "no_power"
    town.by = CHAIR
    leaving = c.IssueDecree(body="NAS", decree_kind="delegation", text="JTM", signers=(CHAIR,))
    decree = town.do(leaving).id
    town.by = "sekjtm"
    town.fact(first, accepted)
    assert town.refused(c.Record(member=other, fact=accepted)) == "no_power"
    town.by = CHAIR
    town.decree(revokes=decree)
    town.by = "sekjtm"
    assert town.refused(c.Record(member=second, fact=accepted)) == "no_power"
