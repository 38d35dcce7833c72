"""My work, messages with yes and no, what a member was told, the mail: over real HTTP, for each who may and may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.association.desk.mail_settings import MailSettings, keep
from juru.association.desk.work_words import TASKS
from juru.association.domain import facts as f
from juru.association.domain.boards import Body, Title
from juru.association.domain.commands import IssueInvoice, NewMember
from juru.notify.smtp import Security
from tests.support.association import Town, day
from tests.support.house import Browser
from tests.support.mail import post_office
from tests.support.portal import PASSWORD, Served


def named(on: str, person: str, email: str = "") -> f.RepresentativeNamed:
    role = f.Role.DUES
    return f.RepresentativeNamed(
        on=day(on), role=role, person=person, phone="081234567890", email=email, source="surat"
    )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """On 10 December: two members paid until the new year, one application that waits, officers of both levels."""
    town = Town(tmp_path / "aspi", "2026-01-05")
    town.dues()
    for name, branch, province in (("PT Maju", "JTM", "35"), ("CV Sinar", "JBR", "32"), ("UD Kantor", "JTM", "35")):
        town.active(name, branch=branch, province=province)
    town.fact("000001", named("2026-01-05", "Rini", "rini@maju.id"))
    town.seat("sri", "000003", Title.SECRETARY)
    town.by = "sri"
    town.seat("tata", "000002", Title.TREASURER)
    town.seat("joko", "000002", Title.SECRETARY, Body.BRANCH, "JBR")
    town.on("2026-12-10").do(NewMember(name="CV Baru", branch="JBR", province="32"))
    yield town
    town.close()


@pytest.fixture
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now, notices_every_s=0)
    served.login("SRI", "sri")
    served.login("JOKO", "joko")
    served.login("RINI", "Rini", "000001")
    yield served
    served.stop()


def browser(portal: Served, who: str) -> Browser:
    found = portal.browser()
    assert found.log_in(who, PASSWORD).status == 303
    return found


def test_an_officer_begins_with_his_work_and_a_member_does_not(portal: Served) -> None:
    assert portal.browser().log_in("sri", PASSWORD).location == "/work"
    assert portal.browser().log_in("rini", PASSWORD).location == "/"


def test_work_says_what_waits_since_when_and_what_the_clock_will_do(portal: Served) -> None:
    page = browser(portal, "joko").get("/work").text
    assert "Permohonan menunggu dokumen" in page
    assert "CV Baru (000004)" in page
    assert "permohonan ditutup" in page
    assert "10 Mar 2027, 90 hari lagi" in page


@pytest.mark.parametrize("kind", TASKS)
def test_each_kind_of_work_leads_to_a_page_that_is_there(portal: Served, kind: str) -> None:
    page = TASKS[kind].page.format(subject="000001")
    assert portal.association.portal.has_page(page), page


def test_a_branch_officer_sees_no_other_branchs_work(town: Town, portal: Served) -> None:
    town.do(NewMember(name="UD Timur", branch="JTM", province="35"))
    assert "UD Timur" not in browser(portal, "joko").get("/work").text
    assert "UD Timur" in browser(portal, "sri").get("/work").text


def test_work_in_the_other_language_and_on_another_day(portal: Served) -> None:
    page = browser(portal, "joko").get("/work?on=2027-03-09&lang=en").text
    assert "the application ends" in page
    assert "in 1 days" in page


def test_a_member_sees_no_work_and_no_strangers_messages(portal: Served) -> None:
    rini = browser(portal, "rini")
    assert rini.get("/work").status == 403
    assert rini.get("/notices").status == 403
    assert rini.get("/members/000002/notices").status == 404
    mine = rini.get("/members/000001/notices")
    assert mine.status == 200
    assert 'href="/members/000001/notices"' in rini.get("/members/000001").text
    assert "pengingat pertama" in mine.text
    assert "/notices/" not in mine.text


def held(page: str) -> list[str]:
    return re.findall(r'name="key" id="pick-\d+" value="([^"]+)"', page)


def test_late_messages_wait_for_a_yes_or_no_with_a_reason(town: Town, portal: Served) -> None:
    sri = browser(portal, "sri")
    page = sri.get("/notices").text
    keys = held(page)
    assert "dues_reminder_1:000001:2026-12-01" in keys
    assert "terlambat 9 hari" in page
    nothing = sri.send("/notices", request="a", answer="yes", reason="x")
    assert (nothing.status, "Pilih pesan" in nothing.text) == (400, True)
    bare = sri.send("/notices", request="b", answer="no", reason=" ", key=keys[0])
    assert bare.status == 409
    assert f'value="{keys[0]}" checked' in bare.text, "what was chosen stays"
    assert sri.send("/notices", request="c", answer="no", reason="sudah ditelepon", key=keys[0]).status == 303
    again = sri.send("/notices", request="c", answer="no", reason="sudah ditelepon", key=keys[0])
    assert again.status == 303, "a double click does nothing twice"
    page = sri.get("/notices").text
    assert keys[0] not in held(page)
    assert town.audited().clean


def test_a_branch_officer_decides_in_his_branch_only(portal: Served) -> None:
    joko = browser(portal, "joko")
    assert {key.split(":")[1] for key in held(joko.get("/notices").text)} == {"000002"}
    other = "dues_reminder_1:000001:2026-12-01"
    assert joko.send("/notices", request="d", answer="yes", reason="x", key=other).status == 409
    assert joko.get(f"/notices/{other}").status == 404


def test_a_message_shows_its_text_and_a_link_to_whatsapp(town: Town, portal: Served) -> None:
    town.by = "tata"
    town.do(IssueInvoice(member="000001"))
    page = browser(portal, "sri").get("/notices/dues_reminder_1:000001:2026-12-01").text
    assert "rini@maju.id" in page
    assert 'href="https://wa.me/6281234567890?text=' in page
    assert "Tagihan INV-2026-00004" in page


def test_what_was_told_stands_on_the_members_page(portal: Served) -> None:
    key = "dues_reminder_1:000001:2026-12-01"
    sri = browser(portal, "sri")
    assert sri.send("/notices", request="e", answer="told", reason="lewat WhatsApp", key=key).status == 303
    page = browser(portal, "rini").get("/members/000001/notices").text
    assert "Disampaikan langsung" in page


def test_the_mail_page_shows_no_secret_and_sends_a_test(town: Town, portal: Served) -> None:
    sri = browser(portal, "sri")
    assert "juru association mail set" in sri.get("/mail").text
    assert browser(portal, "joko").get("/mail").status == 403
    with post_office() as office:
        settings = MailSettings(
            host="127.0.0.1", sender="a@aspi.id", port=office.port, security=Security.NONE, password_env="RAHASIA_KITA"
        )
        keep(town.path, settings)
        page = sri.get("/mail").text
        assert "a@aspi.id" in page
        assert "RAHASIA_KITA" not in page
        trouble = sri.send("/mail", address="x@y.id")
        assert (trouble.status, "RAHASIA_KITA is not set" in trouble.text) == (502, True)
        keep(town.path, MailSettings(host="127.0.0.1", sender="a@aspi.id", port=office.port, security=Security.NONE))
        assert sri.send("/mail", address="x@y.id").status == 303
        assert "Surat uji terkirim ke x@y.id" in sri.get("/mail").text
        assert [taken.to for taken in office.taken] == [["x@y.id"]]
        office.rcpt = lambda _: "550 tidak ada"
        assert "550 tidak ada" in sri.send("/mail", address="x@y.id").text
    assert sri.send("/mail", address="x@y.id").status == 502


def test_the_overdue_list_is_public_and_says_what_was_not_decided_in_time(town: Town, portal: Served) -> None:
    assert "Tidak ada yang terlambat" in portal.browser().get("/overdue").text
    town.by = "sri"
    town.fact("000004", f.Complete(on=town.today))
    page = portal.browser().get("/overdue?on=2027-02-10").text
    assert "Permohonan terlambat diputuskan" in page
    assert "CV Baru" in page


def test_another_day_is_read_only(portal: Served) -> None:
    sri = browser(portal, "sri")
    assert 'name="answer"' not in sri.get("/notices?on=2026-12-20").text
    sri.send("/as-of", on="2026-12-20", next="/work")
    assert sri.send("/notices", request="f", answer="no", reason="x", key="x").status == 409
