"""Members' pages in a real Chromium, each role on a phone and on a desk: visitor, applicant, member, branch, national.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.boards import Body, Title
from tests.browser.conftest import CHROMIUM
from tests.support.association import CHAIR, SECRETARY, Town, day
from tests.support.portal import PASSWORD, Served

MAJU, JAYA = "000004", "000005"
WIDTHS = {"phone": 390, "desk": 1280}
PDF = b"%PDF-1.7 a licence"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]
_TROUBLES = """() => {
  const found = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push('wider than the window: ' + wide);
  if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push('id twice: ' + id);
  for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!one.labels.length) found.push('no label: ' + one.name);
  for (const one of document.querySelectorAll('[aria-describedby], [aria-labelledby]'))
    for (const id of (one.getAttribute('aria-describedby') || one.getAttribute('aria-labelledby')).split(' '))
      if (!document.getElementById(id)) found.push('names nothing: ' + id);
  for (const one of document.querySelectorAll('a[href^="#"]'))
    if (one.hash.length > 1 && !document.getElementById(one.hash.slice(1))) found.push('leads nowhere: ' + one.hash);
  return found;
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A day in March: a member with a story, one whose owner has changed, applications in each of their clocks."""
    town = Town(tmp_path_factory.mktemp("members") / "aspi")
    town.dues()
    firms = [town.active(f"Firma {name}") for name in "ABC"]
    town.active("CV Maju Pulsa Sejahtera Bersama")
    town.active("Jaya Makmur Reload")
    for number, person in ((MAJU, "Sri Wahyuni"), (JAYA, "Joko")):
        for role in f.Role:
            named = f.RepresentativeNamed(on=town.today, role=role, person=person, phone="0812-3456-7890")
            town.fact(number, named)
    kinds = (("phone", "0812-3456-7890", "members"), ("email", "sri@majupulsa.example", "nobody"))
    for channel, value, audience in kinds:
        fact = f.ContactSet(on=town.today, channel=f.Channel(channel), value=value, audience=f.Audience(audience))
        town.fact(MAJU, fact)
    town.fact(MAJU, f.ServerAdded(on=town.today, server="UTAMA", name="Maju Satu", place="Malang"))
    for person, firm, title in ((CHAIR, firms[0], Title.CHAIR), (SECRETARY, firms[1], Title.SECRETARY)):
        town.by = "panitia" if person == CHAIR else CHAIR
        town.seat(person, firm, title)
    town.by = CHAIR
    town.seat("sekjtm", firms[2], Title.SECRETARY, Body.BRANCH, "JTM")
    town.on("2026-01-12", "sekjtm").fact(MAJU, f.Warned(on=day("2026-01-12"), level=1, reason="Laporan agen terlambat"))
    town.fact(MAJU, f.Warned(on=day("2026-01-12"), level=2, reason="salah orang"))
    with town.desk.book.reading() as reads:
        wrong = reads.facts(a.Subject.MEMBER, MAJU)[-1].id
    town.by = SECRETARY
    town.do(c.TakeBack(subject=a.Subject.MEMBER, subject_id=MAJU, fact_id=wrong, reason="surat anggota lain"))
    town.on("2026-01-20", "sekjtm")
    town.fact(JAYA, f.OwnerChanged(on=town.today, owner="Budi Santoso", how=f.Passing.SALE, source="akta 12"))
    for at, (name, on) in enumerate((("Terlambat Cell", "2026-01-15"), ("Nasional Cell", "2026-02-17"))):
        town.on(on, "sekjtm")
        given = town.do(c.NewMember(name=name, branch="JTM", province="35", person=f"P{at}", phone=f"08990{at}"))
        town.fact(given.id, f.Complete(on=town.today))
    town.on("2026-03-02")
    fresh = town.do(c.NewMember(name="Baru Masuk Pulsa", branch="JTM", province="35", address="Jl. A", person="Wati"))
    town.fact(fresh.id, f.Complete(on=town.today))
    town.do(c.NewMember(name="Belum Lengkap Server", branch="JTM", province="35", person="Agus"))
    served = Served(town.path, town.now)
    served.login("NAS", SECRETARY)
    served.login("JTM", "sekjtm")
    served.login("SRI", "Sri Wahyuni", MAJU)
    yield served
    served.stop()
    found = town.audited()
    town.close()
    assert found.found == []


@pytest.fixture(params=WIDTHS, ids=list(WIDTHS))
def wide(request: pytest.FixtureRequest, page: Page) -> Page:
    """The page on a phone and on a desk."""
    page.set_viewport_size({"width": WIDTHS[request.param], "height": 900})
    page.set_default_timeout(10_000)
    return page


def log_in(page: Page, served: Served, login: str) -> None:
    page.goto(f"{served.url}/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    expect(page.locator("h1")).not_to_have_text("Masuk")


def looked(page: Page, name: str) -> None:
    """No trouble on the page, and a picture of it where they are kept."""
    assert page.evaluate(_TROUBLES) == [], name
    folder = os.environ.get("JURU_SHOTS")
    if not folder:
        return
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    width = (page.viewport_size or {"width": 0})["width"]
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def test_a_visitor_applies_and_follows_his_link(wide: Page, served: Served, tmp_path: Path) -> None:
    width = (wide.viewport_size or {"width": 0})["width"]
    wide.goto(f"{served.url}/")
    wide.get_by_role("link", name="Jadi anggota").click()
    looked(wide, "join-where")
    wide.select_option("#province", label="Kalimantan Timur")
    wide.click("main button.main")
    looked(wide, "join")
    wide.check("input[name=branch][value=NAS]")
    for field, value in {"name": f"Borneo Pulsa {width}", "address": "Jl. Mahakam 1, Samarinda Kota"}.items():
        wide.fill(f"#{field}", value)
    wide.fill("#person", "Rudi")
    wide.fill("#phone", f"08555-{width}")
    wide.click("main form button.main")
    expect(wide.locator("main")).to_contain_text("simpan tautan di bawah")
    looked(wide, "followed-new")
    file = tmp_path / "nib.pdf"
    file.write_bytes(PDF)
    for evidence in ("licence", "software"):
        wide.select_option("#evidence", evidence)
        wide.set_input_files("#file", file)
        wide.click("text=Serahkan dokumen")
        expect(wide.locator("main")).to_contain_text("Dokumen disimpan")
    expect(wide.locator("main")).to_contain_text("Menunggu pengurus cabang")
    looked(wide, "followed")
    file.write_text("<html>")
    wide.set_input_files("#file", file)
    wide.click("text=Serahkan dokumen")
    expect(wide.get_by_role("alert")).to_contain_text("bukan PDF")
    link = wide.locator("#own-link").inner_text()
    wide.goto(link)
    wide.click("text=Tarik permohonan")
    expect(wide.locator("main")).to_contain_text("Permohonan ditarik")


def test_a_twin_is_asked_about_with_what_was_typed(wide: Page, served: Served) -> None:
    wide.goto(f"{served.url}/join?province=35")
    for field, value in {
        "name": "Maju Pulsa Sejahtera Bersama",
        "address": "Jl. B",
        "person": "X",
        "phone": "1",
    }.items():
        wide.fill(f"#{field}", value)
    wide.click("main form button.main")
    expect(wide.get_by_role("alert")).to_contain_text("tampaknya sudah anggota")
    expect(wide.locator("#address")).to_have_value("Jl. B")
    wide.check("#sure")
    looked(wide, "join-same")


def test_a_member_reads_why_it_stands_so_and_sets_a_contact(wide: Page, served: Served) -> None:
    log_in(wide, served, "SRI")
    wide.goto(f"{served.url}/mine")
    expect(wide.locator("h1")).to_have_text("CV Maju Pulsa Sejahtera Bersama")
    looked(wide, "member-own")
    wide.locator("dl.parts a").first.click()
    assert re.search(r"#fact-\d+$", wide.url)
    width = (wide.viewport_size or {"width": 0})["width"]
    wide.locator("summary", has_text="Ubah kontak").click()
    wide.select_option("#contact_set-channel", "website")
    wide.fill("#contact_set-value", f"majupulsa-{width}.example")
    wide.select_option("#contact_set-audience", "members")
    looked(wide, "member-form")
    wide.locator("form", has=wide.locator("#contact_set-value")).locator("button").click()
    expect(wide.locator(".flashes")).to_contain_text("Tercatat")
    wide.goto(f"{served.url}/directory?find=maju")
    expect(wide.locator("main")).to_contain_text(f"majupulsa-{width}.example")
    expect(wide.locator("main")).not_to_contain_text("sri@majupulsa.example")
    looked(wide, "directory")


def test_a_secretary_sees_the_clocks_and_answers(wide: Page, served: Served) -> None:
    log_in(wide, served, "JTM")
    wide.goto(f"{served.url}/applications")
    first = wide.locator("tbody tr").first
    expect(first).to_contain_text("Terlambat Cell")
    expect(first).to_contain_text("lewat")
    looked(wide, "applications")
    wide.get_by_role("link", name="Baru Masuk Pulsa").click()
    expect(wide.locator("main")).to_contain_text("hari lagi")
    wide.locator("summary", has_text="Beri pendapat cabang").click()
    wide.select_option("#recommended-in_favour", "1")
    looked(wide, "application")
    wide.locator("form", has=wide.locator("#recommended-in_favour")).locator("button").click()
    expect(wide.locator(".flashes")).to_contain_text("Tercatat")
    wide.goto(f"{served.url}/members?state=applicant")
    expect(wide.locator("tbody tr").first).to_be_visible()
    looked(wide, "members")


def test_national_sees_sanctions_and_corrections_and_is_told_what_is_wrong(wide: Page, served: Served) -> None:
    log_in(wide, served, "NAS")
    wide.goto(f"{served.url}/members/{JAYA}")
    expect(wide.locator("main")).to_contain_text("Budi Santoso")
    looked(wide, "member-owner")
    wide.goto(f"{served.url}/members/{MAJU}")
    expect(wide.locator("li.gone").last).to_contain_text("surat anggota lain")
    wide.locator("summary", has_text="Sampaikan dakwaan").click()
    wide.fill("#charged-charges", "Titipan agen ditahan")
    wide.fill("#charged-hearing_on", "2026-03-05")
    wide.locator("form", has=wide.locator("#charged-charges")).locator("button").click()
    expect(wide.get_by_role("alert")).to_contain_text("paling sedikit 14 hari")
    expect(wide.locator("#charged-charges")).to_have_value("Titipan agen ditahan")
    looked(wide, "member-national")
    wide.goto(f"{served.url}/members/{MAJU}?on=2026-01-10&lang=en")
    expect(wide.locator(".back")).to_contain_text("read only")
    looked(wide, "member-back")


def test_every_page_reads_without_script(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900}, locale="id-ID")
    page = context.new_page()
    log_in(page, served, "JTM")
    for path, told in (
        ("/applications", "Terlambat Cell"),
        (f"/members/{MAJU}", "Semua fakta"),
        ("/directory", "Maju"),
    ):
        page.goto(f"{served.url}{path}")
        expect(page.locator("main")).to_contain_text(told)
    page.goto(f"{served.url}/members/{MAJU}")
    page.locator("summary", has_text="Beri peringatan").click()
    expect(page.locator("#warned-reason")).to_be_visible()
    context.close()
