"""Members' pages over real HTTP: who sees what, what is done there, the application and its link, the directory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import get_args

import pytest

from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Body, Title
from juru.association.portal.acts import FORMS
from juru.association.portal.joining import APPLICATIONS_EACH
from juru.association.portal.pace import Pace
from juru.association.portal.site import WORDS
from tests.support.association import CHAIR, SECRETARY, Town, day
from tests.support.house import Browser
from tests.support.portal import PASSWORD, Served

MAJU, SINAR = "000004", "000005"
PDF = b"%PDF-1.7 a licence"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """National chair and secretary, secretaries of JTM and JBR, two members with their representatives."""
    town = Town(tmp_path / "aspi")
    town.dues()
    firms = [town.active(f"Firma {name}") for name in "ABC"]
    for name, branch, province, person in (("Maju Pulsa", "JTM", "35", "Sri"), ("Sinar Server", "JBR", "32", "Tono")):
        number = town.active(name, branch, province)
        for role in f.Role:
            town.fact(number, f.RepresentativeNamed(on=town.today, role=role, person=person, phone="081111111111"))
    for person, firm, title in ((CHAIR, firms[0], Title.CHAIR), (SECRETARY, firms[1], Title.SECRETARY)):
        town.by = "panitia" if person == CHAIR else CHAIR
        town.seat(person, firm, title)
    town.by = CHAIR
    town.seat("sekjtm", firms[2], Title.SECRETARY, Body.BRANCH, "JTM")
    town.seat("sekjbr", firms[2], Title.SECRETARY, Body.BRANCH, "JBR")
    yield town
    found = town.audited()
    town.close()
    assert found.found == []


@pytest.fixture
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now)
    served.login("NAS", SECRETARY)
    served.login("JTM", "sekjtm")
    served.login("JBR", "sekjbr")
    served.login("SRI", "Sri", MAJU)
    served.login("TONO", "Tono", SINAR)
    yield served
    served.stop()


def logged_in(portal: Served, login: str) -> Browser:
    browser = portal.browser()
    assert browser.log_in(login, PASSWORD).status == 303
    return browser


def act(browser: Browser, number: str, kind: str, **fields: str) -> tuple[int, str]:
    """Open the member's page, send one of its forms as it stands there; the status and the page."""
    page = browser.get(f"/members/{number}").text
    form = re.search(rf'action="/members/{number}/acts/{kind}">(.*?)</form>', page, re.DOTALL)
    assert form is not None, f"{kind} is not offered"
    request = re.search(r'name="request" value="([^"]+)"', form[1])
    assert request is not None
    answer = browser.send(f"/members/{number}/acts/{kind}", {"request": request[1], **fields})
    return answer.status, unescape(answer.text)


def test_a_member_sees_its_standing_and_the_facts_behind_it(portal: Served) -> None:
    page = logged_in(portal, "SRI").get("/mine")
    assert page.location == f"/members/{MAJU}"
    text = logged_in(portal, "SRI").get(f"/members/{MAJU}").text
    assert "Iuran lunas, 5 Jan 2026" in text
    assert "Bila tidak ada yang berubah, pada 1 Jan 2027: Masa tenggang" in text
    assert "belum ada fakta tentang ini" in text, "nothing is known of its conduct"
    assert 'href="#fact-' in text
    assert f'href="/members/{MAJU}/dues"' in text
    assert logged_in(portal, "SRI").get(f"/members/{MAJU}/dues").status == 200


def test_every_fact_and_field_of_a_member_has_its_words() -> None:
    common = set(f.Fact.__struct_fields__)
    for kind in get_args(f.MemberFact):
        assert f"fact_{kind.__struct_config__.tag}" in WORDS
        assert [name for name in kind.__struct_fields__ if name not in common and f"field_{name}" not in WORDS] == []
    for form in FORMS.values():
        assert {f"act_{form.kind}", f"note_{form.kind}"} <= WORDS.keys()
        assert {field.name for field in form.fields} <= set(form.fact.__struct_fields__)


def test_nobody_sees_another_member_without_right(portal: Served) -> None:
    assert portal.browser().get(f"/members/{MAJU}").status == 303
    for login, number, status in (
        ("SRI", MAJU, 200),
        ("SRI", SINAR, 404),
        ("JTM", MAJU, 200),
        ("JTM", SINAR, 404),
        ("NAS", SINAR, 200),
        ("NAS", "000099", 404),
    ):
        assert logged_in(portal, login).get(f"/members/{number}").status == status, (login, number)


def test_an_officers_list_is_of_his_branch_and_filters_are_the_address(portal: Served) -> None:
    officer = logged_in(portal, "JTM")
    page = officer.get("/members").text
    assert "Maju Pulsa" in page
    assert "Sinar Server" not in page
    assert "Maju Pulsa" not in officer.get("/members?state=lapsed").text
    assert "Maju Pulsa" in officer.get("/members?find=maju&state=active&branch=JTM").text
    assert "Sinar Server" in logged_in(portal, "NAS").get("/members?branch=JBR").text
    assert logged_in(portal, "SRI").get("/members").status == 403


def test_a_member_is_offered_what_is_its_own_and_an_officer_what_his_office_gives(portal: Served) -> None:
    def forms(login: str, number: str) -> set[str]:
        page = logged_in(portal, login).get(f"/members/{number}").text
        return set(re.findall(rf'action="/members/{number}/acts/(\w+)"', page))

    own = forms("SRI", MAJU)
    assert {"resigned", "server_added", "contact_set", "move_asked", "owner_changed", "representative_named"} <= own
    assert not own & {"verified", "moved", "charged", "override", "renamed", "merged"}
    branch = forms("JTM", MAJU)
    assert {"renamed", "charged", "warned", "server_added"} <= branch
    assert not branch & {"suspended", "expelled", "override", "merged", "verified"}
    assert {"override", "merged"} <= forms("NAS", MAJU)


def test_a_member_gives_a_contact_with_consent_and_the_directory_shows_it_until_it_is_withdrawn(
    town: Town, portal: Served
) -> None:
    sri, tono = logged_in(portal, "SRI"), logged_in(portal, "TONO")
    fields = {"channel": "whatsapp", "value": "0812-777", "audience": "members"}
    assert act(sri, MAJU, "contact_set", **fields)[0] == 303
    assert "0812-777" in tono.get("/directory?find=maju").text
    assert portal.browser().get("/directory").status == 303
    town.on("2026-01-06")
    assert act(sri, MAJU, "contact_set", **{**fields, "audience": "nobody"})[0] == 303
    assert "0812-777" not in tono.get("/directory").text
    assert "0812-777" not in tono.get("/directory?on=2026-01-05").text, "looking back does not undo a withdrawal"
    assert "0812-777" in sri.get(f"/members/{MAJU}").text


def test_a_form_that_is_refused_keeps_what_was_typed_and_a_second_click_does_nothing(
    town: Town, portal: Served
) -> None:
    officer = logged_in(portal, "JTM")
    status, page = act(officer, MAJU, "charged", charges="Titipan agen", hearing_on="2026-01-10", on="2026-01-05")
    assert status == 409
    assert "paling sedikit 14 hari" in page
    assert "Titipan agen</textarea>" in page
    assert 'value="2026-01-10"' in page
    status, page = act(officer, MAJU, "renamed", name="", on="2026-01-05")
    assert (status, 'Isian "Nama" kosong' in page) == (409, True)
    status, page = act(officer, MAJU, "renamed", name="Maju", on="kemarin")
    assert (status, 'Isian "Berlaku sejak"' in page) == (409, True)
    again = {"request": "click-1", "level": "1", "reason": "terlambat", "on": "2026-01-05"}
    for _ in range(2):
        assert officer.send(f"/members/{MAJU}/acts/warned", again).status == 303
    assert officer.get(f"/members/{MAJU}").text.count("<strong>Peringatan</strong>") == 1


def test_who_may_not_is_refused_by_the_desk_whatever_form_he_sends(portal: Served) -> None:
    sri = logged_in(portal, "SRI")
    sri.get(f"/members/{MAJU}")
    for kind, fields in (
        ("renamed", {"name": "Baru"}),
        ("override", {"state": "active", "until": "2026-03-01", "reason": "x", "decree": "SK-NAS-2026-001"}),
    ):
        answer = sri.send(f"/members/{MAJU}/acts/{kind}", {"request": f"r-{kind}", **fields})
        assert answer.status == 409, kind
        assert "tidak berwenang" in answer.text
    assert sri.send(f"/members/{SINAR}/acts/resigned", {"request": "x", "effective": "2026-02-01"}).status == 404
    assert sri.send(f"/members/{MAJU}/acts/paid", {"request": "y"}).status == 404


def test_a_move_is_asked_for_by_the_member_and_accepted_by_the_receiving_branch(town: Town, portal: Served) -> None:
    assert act(logged_in(portal, "SRI"), MAJU, "move_asked", to="JBR")[0] == 303
    receiving = logged_in(portal, "JBR")
    assert "minta pindah ke JBR" in receiving.get("/applications").text
    town.on("2026-01-10")
    assert act(receiving, MAJU, "moved", to="JBR", on="2026-01-10")[0] == 303
    assert "Maju Pulsa" in receiving.get("/members").text
    assert "minta pindah" not in receiving.get("/applications").text
    assert logged_in(portal, "JTM").get(f"/members/{MAJU}").status == 404


def test_what_was_taken_back_stays_readable_with_its_reason(town: Town, portal: Served) -> None:
    town.by = SECRETARY
    town.fact(MAJU, f.Warned(on=town.today, level=2, reason="salah orang"))
    with town.desk.book.reading() as reads:
        wrong = reads.facts(Subject.MEMBER, MAJU)[-1].id
    town.do(c.TakeBack(subject=Subject.MEMBER, subject_id=MAJU, fact_id=wrong, reason="anggota lain"))
    page = logged_in(portal, "JTM").get(f"/members/{MAJU}").text
    assert "<s>Peringatan</s>" in page
    assert "Dibatalkan: anggota lain" in page


def test_papers_are_judged_by_content_and_only_saved_never_shown(portal: Served) -> None:
    sri = logged_in(portal, "SRI")
    sri.get(f"/members/{MAJU}")
    bad = sri.upload(f"/members/{MAJU}/papers", {"request": "u1", "evidence": "licence"}, "nib.pdf", b"<html>no")
    assert bad.status == 409
    assert "bukan PDF, PNG atau JPEG" in bad.text
    good = {"request": "u2", "evidence": "licence"}
    for _ in range(2):
        assert sri.upload(f"/members/{MAJU}/papers", good, "nib <b>.html", PDF).status == 303
    page = sri.get(f"/members/{MAJU}").text
    (path,) = set(re.findall(rf'href="(/members/{MAJU}/papers/[0-9a-f]+)"', page))
    answer = sri.get(path)
    assert answer.headers["content-disposition"] == f'attachment; filename="{MAJU}-licence.pdf"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert logged_in(portal, "TONO").get(path).status == 404
    assert logged_in(portal, "TONO").get(path.replace(MAJU, SINAR)).status == 404


FORM = {
    "province": "35",
    "branch": "JTM",
    "name": "Berkah Reload",
    "address": "Jl. Melati 3, Lowokwaru",
    "person": "Wati",
    "phone": "0813-1234-5678",
    "member_class": "server",
}


def apply(visitor: Browser, request: str = "join-1", **fields: str) -> str:
    visitor.get("/join?province=35")
    answer = visitor.send("/join", {**FORM, "request": request, **fields})
    assert answer.status == 303, answer.text
    return (answer.location or "").partition("?")[0]


def test_a_visitor_applies_gives_papers_by_his_link_and_the_secretary_decides(town: Town, portal: Served) -> None:
    visitor = portal.browser()
    assert "Di provinsi mana" in visitor.get("/join").text
    assert "Jawa Timur" in visitor.get("/join?province=35").text
    link = apply(visitor)
    assert apply(portal.browser()) == link, "a form sent twice is one application"
    page = visitor.get(link).text
    assert "menunggu dokumen" in page
    for request, evidence in (("p1", "identity"), ("p2", "software")):
        assert visitor.upload(f"{link}/papers", {"request": request, "evidence": evidence}, "x.pdf", PDF).status == 303
    assert "7 hari" not in page
    followed = visitor.get(link).text
    assert "Menunggu pengurus cabang" in followed
    assert "9 hari lagi (sampai 14 Jan 2026)" in followed
    number = link.split("/")[2]
    officer = logged_in(portal, "JTM")
    assert "9 hari lagi" in officer.get("/applications").text
    assert "Berkah Reload" not in logged_in(portal, "JBR").get("/applications").text
    assert act(officer, number, "recommended", in_favour="1", on="2026-01-05")[0] == 303
    town.on("2026-01-15")
    overdue = logged_in(portal, "NAS")
    assert "pengurus nasional" in overdue.get("/applications?waits=national").text
    assert act(overdue, number, "verified", decision="K-12", on="2026-01-15")[0] == 303
    assert "Anda sudah diterima" in visitor.get(link).text
    late = {"request": "p3", "evidence": "other"}
    assert visitor.upload(f"{link}/papers", late, "x.pdf", PDF).status == 404, "the link gives nothing any more"


def test_a_link_opens_one_application_and_a_wrong_key_says_nothing(portal: Served) -> None:
    visitor = portal.browser()
    link = apply(visitor)
    other = apply(portal.browser(), "join-2", name="Sumber Rejeki", phone="0899")
    number, key = link.split("/")[2:4]
    wrong = other.replace(other.split("/")[3], key)
    assert portal.browser().get(wrong).status == 404
    assert portal.browser().get(f"/join/{MAJU}/{'0' * 32}").status == 404
    assert portal.browser().get(f"/join/{number}/{key}").status == 200
    assert visitor.send(f"{link}/withdraw", request="w1").status == 303
    assert "ditarik" in visitor.get(link).text
    assert visitor.send(f"{link}/withdraw", request="w2").status == 404


def test_the_same_business_is_asked_about_without_saying_who_it_is(portal: Served) -> None:
    visitor = portal.browser()
    visitor.get("/join?province=35")
    twin = {**FORM, "name": "Lain Lagi", "phone": "+62 811-1111-1111", "request": "t1"}
    answer = visitor.send("/join", twin)
    assert answer.status == 409
    assert "tampaknya sudah anggota" in answer.text
    assert MAJU not in answer.text
    assert "Maju Pulsa" not in answer.text
    assert 'value="Lain Lagi"' in answer.text
    assert visitor.send("/join", {**twin, "sure": "1", "request": "t2"}).status == 303


def test_an_application_that_lacks_something_is_shown_again_with_what_was_typed(portal: Served) -> None:
    visitor = portal.browser()
    visitor.get("/join?province=35")
    answer = visitor.send("/join", {**FORM, "phone": "", "request": "l1"})
    assert answer.status == 409
    assert "Isian &#34;Telepon&#34; kosong" in answer.text
    assert 'value="Berkah Reload"' in answer.text
    wrong = visitor.send("/join", {**FORM, "branch": "JBR", "request": "l2"})
    assert (wrong.status, "tidak dapat dipilih" in wrong.text) == (409, True)
    assert visitor.send("/join", {**FORM, "province": "99", "request": "l3"}).status == 409


def test_strangers_apply_only_so_often(portal: Served) -> None:
    for number in range(APPLICATIONS_EACH):
        apply(portal.browser(), f"j{number}", name=f"Usaha {number} Unik", phone=f"0870{number}00")
    visitor = portal.browser()
    visitor.get("/join?province=35")
    answer = visitor.send("/join", {**FORM, "request": "one-more"})
    assert (answer.status, "Terlalu banyak permohonan" in answer.text) == (409, True)
    assert 'value="Berkah Reload"' in answer.text


def test_the_pace_forgets_after_its_window_and_counts_all_together() -> None:
    now = [0]
    pace = Pace(lambda: now[0], window_ms=1_000, each=2, together=3)
    for address in ("a", "a"):
        assert not pace.too_fast(address)
        pace.done(address)
    assert pace.too_fast("a")
    assert not pace.too_fast("b")
    pace.done("b")
    assert pace.too_fast("c"), "all together"
    now[0] = 1_001
    assert not pace.too_fast("a")
    assert not pace.too_fast("c")


def test_the_directory_is_closed_to_who_is_no_member_in_good_standing(town: Town, portal: Served) -> None:
    tono = logged_in(portal, "TONO")
    assert tono.get("/directory").status == 200
    town.on("2026-01-06").own(SINAR, f.Resigned(on=town.today, effective=day("2026-01-07")), by="Tono")
    town.on("2026-01-07")
    assert tono.get("/directory").status == 403
    assert tono.get(f"/members/{SINAR}").status == 200
    assert logged_in(portal, "JBR").get("/directory").status == 200


def test_papers_of_one_application_are_limited(town: Town, portal: Served) -> None:
    visitor = portal.browser()
    link = apply(visitor)
    number = link.split("/")[2]
    kept = town.desk.keep(PDF, name="x.pdf", now=town.now(), by="Wati", request="k", member=number)
    assert isinstance(kept, c.Done)
    for _ in range(20):
        given = f.DocumentGiven(on=town.today, document=kept.id, evidence=f.Evidence.OTHER)
        assert isinstance(town.own(number, given, by="Wati"), c.Done)
    visitor.get(link)
    answer = visitor.upload(f"{link}/papers", {"request": "many", "evidence": "other"}, "x.pdf", PDF)
    assert (answer.status, "Sudah 20 dokumen" in answer.text) == (409, True)


def test_on_another_day_the_page_is_that_days_and_offers_nothing(town: Town, portal: Served) -> None:
    town.on("2026-02-01", SECRETARY)
    town.fact(MAJU, f.Renamed(on=day("2026-02-01"), name="Maju Terus"))
    officer = logged_in(portal, "JTM")
    page = officer.get(f"/members/{MAJU}?on=2026-01-20").text
    assert "<h1>Maju Pulsa</h1>" in page
    assert "/acts/" not in page
    assert "<h1>Maju Terus</h1>" in officer.get(f"/members/{MAJU}").text
    assert officer.get(f"/members/{MAJU}?on=2025-12-31").status == 404
