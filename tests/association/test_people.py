"""Owners, mergers, representatives, servers, contacts, documents; who may do what is a business's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.association.desk.register import register, shown
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Body, Title
from juru.association.domain.refusals import Refusal
from tests.support.association import CHAIR, SECRETARY, Town, day

PDF = b"%PDF-1.7 a licence"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A chair and a secretary of national, a secretary of JTM, and ``000004``, active, with Sri for all."""
    town = Town(tmp_path / "aspi")
    town.dues()
    firms = [town.active(f"Firma {name}") for name in "ABC"]
    number = town.active("Maju Pulsa")
    for role in f.Role:
        town.fact(number, f.RepresentativeNamed(on=town.today, source="surat", role=role, person="Sri"))
    for person, firm, title in ((CHAIR, firms[0], Title.CHAIR), (SECRETARY, firms[1], Title.SECRETARY)):
        town.by = "panitia" if person == CHAIR else CHAIR
        town.seat(person, firm, title)
    town.by = CHAIR
    town.seat("sekjtm", firms[2], Title.SECRETARY, Body.BRANCH, "JTM")
    yield town
    found = town.audited()
    town.close()
    assert found.found == []


MAJU = "000004"


def own(town: Town, fact: f.MemberFact, by: str = "Sri", member: str = MAJU, number: str = MAJU) -> str:
    """What the representative of a member is answered; empty where it stands."""
    command = c.Record(member=number, fact=fact)
    request = f"own-{town.today}-{by}-{fact}"
    result = town.desk.do(command, now=town.now(), by=by, request=request, member=member)
    return result.code.value if isinstance(result, Refusal) else ""


def sold(town: Town) -> f.OwnerChanged:
    return f.OwnerChanged(on=town.today, owner="Budi", how=f.Passing.SALE)


def looked(town: Town, number: str = MAJU) -> dict[str, object]:
    with town.desk.book.reading() as reads:
        found = shown(reads, number, town.today)
    assert found is not None
    return {name: getattr(found, name) for name in found.__struct_fields__}


def test_a_member_does_what_is_its_own_and_nothing_else(town: Town) -> None:
    resigned = f.Resigned(on=town.today, effective=day("2026-03-01"))
    assert own(town, resigned, by="Tono") == "not_representative"
    assert own(town, resigned, by="Sri", member="000001") == "not_representative"
    assert own(town, f.Renamed(on=town.today, name="PT Baru")) == "no_power"
    assert own(town, f.Rejected(on=town.today, reason="x"), by=CHAIR) == "no_power", "his office does not count there"
    assert own(town, resigned) == ""
    assert own(town, f.ResignationWithdrawn(on=town.today)) == ""
    with town.desk.book.reading() as reads:
        facts = [one.fact for one in reads.facts(Subject.MEMBER, MAJU)]
    assert [fact.by for fact in facts if isinstance(fact, f.Resigned)] == [f"{MAJU}:Sri"]


def test_an_officer_acts_for_a_member_only_with_its_letter_and_in_his_branch(town: Town) -> None:
    leaving = f.Resigned(on=town.today, effective=day("2026-03-01"))
    lettered = f.Resigned(on=town.today, effective=day("2026-03-01"), source="surat 5 Januari")
    town.by = "sekjtm"
    assert town.refused(c.Record(member=MAJU, fact=leaving)) == "letter_needed"
    assert town.refused(c.Record(member="000003", fact=lettered)) == "own_firm"
    elsewhere = town.on("2026-01-05", CHAIR).do(c.NewMember(name="Jauh", branch="JBR", province="32")).id
    town.by = "sekjtm"
    away = f.Withdrawn(on=town.today, source="surat")
    assert town.refused(c.Record(member=elsewhere, fact=away)) == "no_power"
    town.by = "siapa"
    assert town.refused(c.Record(member=MAJU, fact=lettered)) == "no_power"
    town.by = "sekjtm"
    town.fact(MAJU, lettered)


def test_the_outgoing_representative_himself_names_the_next(town: Town) -> None:
    tono = f.RepresentativeNamed(on=town.today, role=f.Role.DUES, person="Tono")
    assert own(town, tono) == ""
    usurped = f.RepresentativeNamed(on=town.today, role=f.Role.VOTING, person="Tono", confirmed_by=("Sri",))
    assert own(town, usurped, by="Tono") == "unconfirmed", "a typed name is no word of the voting representative"
    resigned = f.Resigned(on=town.today, effective=day("2026-03-01"))
    assert own(town, resigned, by="Tono") == "not_representative"
    assert own(town, f.ContactSet(on=town.today, channel=f.Channel.PHONE, value="0812"), by="Tono") == ""


def test_a_new_owner_keeps_the_number_is_shown_its_debts_and_ends_the_old_representatives(town: Town) -> None:
    town.on("2026-11-05", CHAIR)
    town.do(c.Record(member=MAJU, fact=f.Warned(on=town.today, level=1, reason="late")))
    with_invoice = _renewal(town)
    assert own(town, sold(town)) == ""
    assert looked(town)["representatives"] == {}
    assert own(town, f.ContactSet(on=town.today, channel=f.Channel.PHONE, value="0811")) == ""
    with town.desk.book.reading() as reads:
        changed = next(one.fact for one in reads.facts(Subject.MEMBER, MAJU) if isinstance(one.fact, f.OwnerChanged))
    assert (changed.owed_idr, changed.invoices) == (500_000, (with_invoice,))
    town.by = "sekjtm"
    named = f.RepresentativeNamed(on=town.today, source="akta jual beli", role=f.Role.VOTING, person="Budi")
    town.fact(MAJU, named)
    assert looked(town)["representatives"] == {"voting": "Budi"}
    assert own(town, f.ContactRemoved(on=town.today, channel=f.Channel.PHONE)) == "not_representative"


def _renewal(town: Town) -> str:
    """Issued while nobody of national is in the way: by whoever may match dues."""
    town.seat("bendahara", "000001", Title.TREASURER)
    town.by = "bendahara"
    return town.do(c.IssueInvoice(member=MAJU)).id


def test_without_the_new_owners_word_the_membership_rests_after_thirty_days_until_it_comes(town: Town) -> None:
    town.on("2026-01-06")
    assert own(town, sold(town)) == ""
    town.by = "sekjtm"
    town.fact(MAJU, f.RepresentativeNamed(on=town.today, source="akta", role=f.Role.VOTING, person="Budi"))
    assert town.state(MAJU, "2026-02-05") == "active"
    assert town.standing(MAJU, "2026-02-06").reason == "owner_unconfirmed"
    town.on("2026-02-20")
    assert own(town, f.OwnerConfirmed(on=town.today), by="Sri") == "not_representative"
    assert own(town, f.OwnerConfirmed(on=town.today), by="Budi") == ""
    assert [town.state(MAJU, on) for on in ("2026-02-19", "2026-02-20")] == ["suspended", "active"]


def test_who_was_never_sold_has_nothing_to_confirm(town: Town) -> None:
    assert own(town, f.OwnerConfirmed(on=town.today)) == "not_found"


def test_a_merged_number_points_to_the_other_and_its_money_stays_its_own(town: Town) -> None:
    town.by = SECRETARY
    merged = f.Merged(on=town.today, source="akta penggabungan", into="000003", decision="K-9")
    for wrong, code in (
        (f.Merged(on=town.today, source="akta", into=MAJU, decision="K-9"), "transition_not_allowed"),
        (f.Merged(on=town.today, source="akta", into="000099", decision="K-9"), "not_found"),
        (f.Merged(on=town.today, source="akta", into="000003"), "reason_needed"),
        (f.Merged(on=town.today, into="000003", decision="K-9"), "reason_needed"),
    ):
        assert town.refused(c.Record(member=MAJU, fact=wrong)) == code
    before = town.nets()
    town.fact(MAJU, merged)
    assert town.standing(MAJU).reason == "merged"
    assert looked(town)["merged_into"] == "000003"
    assert looked(town, "000003")["absorbed"] == [MAJU]
    assert town.nets() == before
    again = f.Applied(on=town.today, branch="JTM", source="surat")
    assert town.refused(c.Record(member=MAJU, fact=again)) == "transition_not_allowed"
    assert town.refused(
        c.Record(member="000003", fact=f.Merged(on=town.today, source="a", into=MAJU, decision="K"))
    ) == ("transition_not_allowed")


def test_servers_are_added_named_and_removed(town: Town) -> None:
    assert own(town, f.ServerAdded(on=town.today, server="utama", name="Maju 1")) == ""
    assert own(town, f.ServerAdded(on=town.today, server="utama", name="Maju 2")) == "same_server"
    assert own(town, f.ServerNamed(on=town.today, server="dua", name="x")) == "not_found"
    assert own(town, f.ServerNamed(on=town.today, server="utama", name="Maju Satu")) == ""
    assert looked(town)["servers"] == {"utama": "Maju Satu"}
    town.on("2026-02-01")
    assert own(town, f.ServerRemoved(on=town.today, server="utama")) == ""
    assert looked(town)["servers"] == {}


def test_the_directory_shows_a_contact_only_while_its_owner_consents(town: Town) -> None:
    from juru.association.domain.people import shown_to_members

    def visible() -> dict[f.Channel, str]:
        with town.desk.book.reading() as reads:
            facts = [one.fact for one in reads.facts(Subject.MEMBER, MAJU)]
        members = [fact for fact in facts if isinstance(fact, f.MemberFact)]
        return shown_to_members(f.known(members, town.today))

    phone = f.ContactSet(on=town.today, channel=f.Channel.PHONE, value="081234567890")
    assert own(town, phone) == ""
    assert visible() == {}, "without a word there is no consent"
    town.on("2026-01-06")
    yes = f.ContactSet(on=town.today, channel=f.Channel.PHONE, value="081234567890", audience=f.Audience.MEMBERS)
    assert own(town, yes) == ""
    assert visible() == {f.Channel.PHONE: "081234567890"}
    town.on("2026-01-07")
    assert own(town, f.ContactSet(on=town.today, channel=f.Channel.PHONE, value="081234567890")) == ""
    assert visible() == {}


def test_the_document_that_was_missing_completes_an_application(town: Town) -> None:
    town.by = "panitia"
    command = c.NewMember(name="Baru Sekali", branch="JTM", province="35", address="Jl. A, 357801", person="Wati")
    number = town.do(command).id
    kept = town.desk.keep(PDF, name="nib.pdf", now=town.now(), by="Wati", request="doc-1", member=number)
    assert isinstance(kept, c.Done)

    def give(evidence: f.Evidence, document: str = kept.id) -> str:
        given = f.DocumentGiven(on=town.today, document=document, evidence=evidence, name="nib.pdf")
        return own(town, given, by="Wati", member=number, number=number)

    assert give(f.Evidence.LICENCE, "0" * 64) == "not_found"
    assert give(f.Evidence.LICENCE) == ""
    assert town.standing(number).reason == "awaiting_documents"
    assert give(f.Evidence.SOFTWARE) == ""
    assert town.standing(number).reason == "awaiting_decision"
    assert looked(town, number)["waits_on"] == "branch"


@pytest.mark.parametrize(
    ("name", "phone", "licence"),
    [
        ("PT. MAJU-PULSA", "", ""),
        ("Pulsa Maju, CV", "", ""),
        ("Madju Poelsa", "", ""),
        ("Maju Pullsa", "", ""),
        ("Maju Pulss", "", ""),
        ("Lain", "+62 812-3456-7890", ""),
        ("Lain", "", "912030"),
    ],
)
def test_the_same_business_under_another_name_is_a_question(town: Town, name: str, phone: str, licence: str) -> None:
    town.by = "panitia"
    first = c.NewMember(
        name="Sentosa", branch="JTM", province="35", licence="912030", person="Wati", phone="081234567890"
    )
    town.do(first)
    twin = c.NewMember(name=name, branch="JTM", province="35", person="Sri", phone=phone, licence=licence)
    assert town.refused(twin) == "same_business"
    sure = c.NewMember(name=name, branch="JTM", province="35", person="Sri", phone=phone, licence=licence, sure=True)
    assert town.do(sure).id == "000006"


@pytest.mark.parametrize("name", ["Maju Pulsa 2", "Maju Jaya", "Firma D", "Majapahit"])
def test_another_business_is_not_asked_whether_it_is_the_same(town: Town, name: str) -> None:
    assert town.do(c.NewMember(name=name, branch="JTM", province="35")).id == "000005"


def test_members_of_an_ended_branch_follow_it_or_choose(town: Town) -> None:
    town.by = CHAIR
    for into, where, choose in ((("JBR",), "JBR", False), (("JBR", "JTG"), "NAS", True), ((), "NAS", True)):
        begun, end = day("2026-01-05"), day("2026-02-01")
        fact = a.BranchSet(on=begun, name="Jawa Timur", provinces=("35",), until=end, into=into)
        town.do(c.SetBranch(code="JTM", fact=fact))
        with town.desk.book.reading() as reads:
            row = next(row for row in register(reads, end) if row.number == MAJU)
            earlier = next(row for row in register(reads, day("2026-01-31")) if row.number == MAJU)
        assert (row.branch, row.must_choose) == (where, choose)
        assert (earlier.branch, earlier.must_choose) == ("JTM", False)
        town.do(c.TakeBack(subject=Subject.BRANCH, subject_id="JTM", fact_id=_newest(town, "JTM"), reason="try"))


def _newest(town: Town, code: str) -> int:
    with town.desk.book.reading() as reads:
        return reads.facts(Subject.BRANCH, code)[-1].id


def test_a_share_received_after_a_branch_ended_goes_to_where_it_went_and_moves_from_there(town: Town) -> None:
    town.by = CHAIR
    number = town.on("2026-01-05", SECRETARY).verified("Timur Jaya")
    town.by = CHAIR
    town.seat("bendahara", "000001", Title.TREASURER)
    gone = a.BranchSet(on=day("2026-01-05"), name="x", until=day("2026-02-01"), into=("JTG",))
    town.do(c.SetBranch(code="JTM", fact=gone))
    held = town.nets()["branch:JTM"]
    town.on("2026-02-01", "bendahara")
    town.pay(number)
    assert town.nets()["branch:JTM"] == held
    share = town.nets()["branch:JTG"]
    assert share > 0
    town.on("2026-03-01", SECRETARY)
    town.fact(number, f.Moved(on=town.today, to="BAL"))
    assert town.nets()["branch:JTM"] == held
    assert town.nets()["branch:JTG"] + town.nets()["branch:BAL"] == share
    assert own(town, f.ContactSet(on=town.today, channel=f.Channel.PHONE, value="1")) == ""


def test_the_last_word_of_a_day_counts_whatever_it_says(town: Town) -> None:
    def phone(value: str, audience: f.Audience) -> f.ContactSet:
        return f.ContactSet(on=town.today, channel=f.Channel.PHONE, value=value, audience=audience)

    for value, audience in (("0999", f.Audience.MEMBERS), ("0111", f.Audience.NOBODY)):
        assert own(town, phone(value, audience)) == ""
        assert looked(town)["contacts"] == {"phone": value}
    assert own(town, f.ContactRemoved(on=town.today, channel=f.Channel.PHONE)) == ""
    assert looked(town)["contacts"] == {}
    assert own(town, phone("0222", f.Audience.MEMBERS)) == ""
    assert looked(town)["contacts"] == {"phone": "0222"}
    for by, person in (("Sri", "Zainal"), ("Zainal", "Agus"), ("Agus", "Mega")):
        assert own(town, f.RepresentativeNamed(on=town.today, role=f.Role.VOTING, person=person), by=by) == ""
    assert looked(town)["representatives"] == {"dues": "Sri", "voting": "Mega"}
    away = f.Resigned(on=town.today, effective=day("2026-02-01"))
    for fact in (away, f.ResignationWithdrawn(on=town.today), away):
        request = f"again-{town.now()}"
        done = town.desk.do(c.Record(member=MAJU, fact=fact), now=town.now(), by="Mega", request=request, member=MAJU)
        assert isinstance(done, c.Done), done
    assert town.state(MAJU, "2026-02-01") == "resigned"


def test_a_sale_ends_a_representative_named_on_the_same_day(town: Town) -> None:
    assert own(town, f.RepresentativeNamed(on=town.today, role=f.Role.DUES, person="Tono")) == ""
    assert own(town, sold(town)) == ""
    assert looked(town)["representatives"] == {}
    town.by = "sekjtm"
    named = f.RepresentativeNamed(on=town.today, source="akta", role=f.Role.VOTING, person="Budi")
    town.fact(MAJU, named)
    assert looked(town)["representatives"] == {"voting": "Budi"}
