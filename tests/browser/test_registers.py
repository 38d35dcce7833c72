"""The registers' pages in Debian's Chromium, at 390 and 1280 px, as a stranger, a member and an officer see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from juru.association.domain import commands as c
from juru.association.domain import commands_registers as r
from juru.association.domain import registers as g
from juru.association.domain.boards import Body, Title
from juru.association.domain.registers import Audience, Coming, Invited, MeetingKind, OfferKind, Verdict
from tests.association.test_documents import JPEG
from tests.association.test_roll import named
from tests.support.association import Town, day
from tests.support.portal import PASSWORD, Served

SIZES = {"phone": (390, 844), "desk": (1280, 900)}


def furnished(path: Path) -> Town:
    """Registers as they are after half a year: letters, notices, announcements, meetings, a recognition."""
    town = Town(path, "2026-06-01")
    town.dues()
    for name, branch, province in (
        ("PT Maju Pulsa", "JTM", "35"),
        ("CV Priangan Reload", "JBR", "32"),
        ("Toko Ketua", "JTM", "35"),
        ("Toko Sekretaris", "JTM", "35"),
    ):
        town.active(name, branch, province)
    town.fact("000001", named("Rini", on="2026-06-01"))
    town.seat("sri", "000003", Title.SECRETARY)
    town.by = "sri"
    town.seat("tono", "000004", Title.SECRETARY, Body.BRANCH, "JTM")
    document = town.desk.keep(JPEG, name="sk.jpg", now=town.now(), by="sri", request="d")
    assert isinstance(document, c.Done)
    for name, authority, grants, until in (
        ("Kementerian Komunikasi dan Informatika", g.Authority.MINISTRY, "mitra pembinaan usaha", "2027-06-01"),
        ("Kamar Dagang dan Industri", g.Authority.KADIN, "anggota luar biasa", "2026-12-31"),
    ):
        command = r.Recognise(
            authority=authority, name=name, grants=grants, document=document.id, reference="B-12", until=day(until)
        )
        town.do(command)
    town.do(r.Announce(body="NAS", title="Kantor tutup 5 Juni", text="Surel tetap dibaca.", audience=Audience.PUBLIC))
    town.do(r.Announce(body="JTM", title="Iuran cabang", text="Lihat lampiran.", audience=Audience.BRANCH))
    for kind, title in (
        (OfferKind.JOB, "Butuh operator shift malam"),
        (OfferKind.SERVER_FOR_SALE, "Server 1.200 agen dijual, Malang dan Blitar"),
        (OfferKind.UPLINE_WANTED, "Cari upline token PLN"),
    ):
        number = town.do(r.Offer(offer_kind=kind, title=title, text="Penjelasan menyusul.", member="000001")).id
        if kind is not OfferKind.UPLINE_WANTED:
            town.do(r.Moderate(opportunity=number, verdict=Verdict.PUBLISHED, reason="sesuai aturan"))
    letter = town.do(
        r.DraftLetter(body="NAS", to="PT Operator", regarding="Penggugusan", text="Dengan hormat,\n\nKami")
    )
    town.do(r.SendLetter(letter=letter.id, signers=("Ketua", "Sekretaris")))
    town.do(r.ReceiveLetter(body="NAS", sender="Kominfo", regarding="Jawaban", reply_to=letter.id))
    town.do(r.DraftLetter(body="NAS", to="KPPU", regarding="Audiensi", text="Dengan hormat"))
    meeting = r.CallMeeting(
        body="JTM",
        meeting_kind=MeetingKind.KOPDAR,
        title="Kopdar Malang",
        held_on=day("2026-06-01"),
        held_at="19:30",
        place="Warung Kita, Malang",
        invited=Invited.BRANCH,
    )
    number = town.do(meeting).id
    town.do(r.AddAgenda(meeting=number, text="Iuran tahun depan"))
    town.do(r.AddAgenda(meeting=number, text="Klaster baru di Malang Raya"))
    town.do(r.AnswerInvitation(meeting=number, member="000004", coming=Coming.MAYBE))
    return town


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    town = furnished(tmp_path_factory.mktemp("registers") / "aspi")
    served = Served(town.path, town.now)
    served.login("SRI", "sri")
    served.login("TONO", "tono")
    served.login("RINI", "Rini", "000001")
    yield served
    served.stop()
    town.close()


@pytest.fixture(params=SIZES)
def sized(page: Page, request: pytest.FixtureRequest) -> Page:
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    return page


def enter(page: Page, portal: Served, login: str) -> None:
    page.goto(f"{portal.url}/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    page.wait_for_url(lambda url: "/login" not in url)


def press(page: Page, name: str, form: str = "") -> None:
    """Send a form by its button, and be on the page that comes of it."""
    place = page.locator("form", has_text=form) if form else page.locator("main")
    with page.expect_navigation():
        place.get_by_role("button", name=name).click()


def fits(page: Page) -> None:
    """Nothing is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_a_stranger_reads_who_we_are_and_answers_an_opportunity(sized: Page, portal: Served) -> None:
    page = sized
    page.goto(portal.url)
    expect(page.get_by_text("Kementerian Komunikasi dan Informatika")).to_be_visible()
    fits(page)
    for path, words in (
        ("/about", "Dwi Lesmana"),
        ("/decisions/moderation", "sesuai aturan"),
        ("/announcements", "Kantor tutup"),
        ("/opportunities", "Butuh operator shift malam"),
    ):
        page.goto(f"{portal.url}{path}")
        expect(page.locator("main")).to_contain_text(words)
        assert page.locator("h1").count() == 1
        fits(page)
    assert page.get_by_text("Cari upline token PLN").count() == 0
    page.get_by_role("link", name="Butuh operator shift malam").click()
    page.fill("#name", "Joko")
    page.fill("#contact", "0813-555")
    page.fill("#text", "Saya berminat")
    press(page, "Kirim jawaban")
    expect(page.get_by_text("sudah sampai ke pemasang")).to_be_visible()
    fits(page)


def test_a_member_posts_reads_answers_and_says_that_it_comes(sized: Page, portal: Served) -> None:
    page = sized
    enter(page, portal, "rini")
    page.goto(f"{portal.url}/opportunities/new")
    fits(page)
    page.fill("#title", "Cari agen Blitar")
    page.fill("#text", "Hubungi 0812-3456-7890")
    press(page, "Kirim")
    expect(page.get_by_role("alert")).to_contain_text("isian kontak")
    expect(page.locator("#title")).to_have_value("Cari agen Blitar")
    page.fill("#text", "Komisi baik")
    press(page, "Kirim")
    expect(page.locator("main")).to_contain_text("Menunggu pengurus")
    page.goto(f"{portal.url}/opportunities/00001")
    expect(page.locator("main")).to_contain_text("jawaban")
    fits(page)
    page.goto(f"{portal.url}/meetings")
    page.get_by_role("link", name="Kopdar Malang").click()
    press(page, "Hadir")
    expect(page.get_by_role("button", name="Hadir")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main")).to_contain_text("Hadir 1")
    fits(page)
    page.get_by_role("link", name="English").click()
    expect(page.locator("main")).to_contain_text("Will PT Maju Pulsa come?")
    page.get_by_role("link", name="Bahasa Indonesia").click()


def test_an_officer_moderates_writes_a_letter_and_records_a_meeting(sized: Page, portal: Served) -> None:
    page = sized
    enter(page, portal, "sri")
    for path in ("/letters", "/letters/00001", "/letters/new?way=in", "/announcements/new", "/meetings/new"):
        page.goto(f"{portal.url}{path}")
        assert page.locator("h1").count() == 1
        fits(page)
    page.goto(f"{portal.url}/letters/new?way=out")
    page.fill("#other", "PT Distribusi")
    page.fill("#regarding", "Undangan dialog")
    page.fill("#text", "Dengan hormat,\n\nKami mengundang.")
    press(page, "Kirim")
    page.fill("#signers", "Ketua")
    press(page, "Beri nomor dan kirim")
    expect(page.locator("h1")).to_contain_text("/ASPI-NAS/VI/2026")
    page.goto(f"{portal.url}/opportunities?state=waiting")
    page.get_by_role("link", name="Cari upline token PLN").click()
    fits(page)
    expect(page.get_by_role("button", name="Tampilkan")).to_be_visible()
    page.goto(f"{portal.url}/meetings/00001")
    page.fill("#guests", "3")
    press(page, "Simpan", "Catat kehadiran")
    expect(page.locator("main")).to_contain_text("3 tamu")
    fits(page)
    page.locator("form", has_text="Tulis notulen").locator("#text").fill("Rapat dibuka pukul 19.30.")
    page.fill("#decisions", "Iuran tetap")
    press(page, "Simpan", "Tulis notulen")
    expect(page.locator("main")).to_contain_text("Rapat dibuka pukul 19.30.")
