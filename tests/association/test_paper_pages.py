"""Papers and runs in the portal: whoever holds a paper verifies it, whom it concerns prints it, the treasurer runs."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.association.desk import yearly
from juru.association.desk.renewals import Part
from juru.association.domain import commands as c
from juru.association.domain import commands_registers as r
from juru.association.domain.affairs import Way
from juru.association.domain.boards import Body, Title
from juru.association.errors import PrintingError
from juru.association.papers.content import paper_of
from juru.association.portal.runs import Runner
from juru.association.store.jobs import SILENT_MS, Jobs
from juru.association.store.rows import milliseconds
from tests.association.test_roll import named
from tests.support.association import Town
from tests.support.house import Browser
from tests.support.portal import PASSWORD, Served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("papers") / "aspi", "2026-01-05")
    town.dues()
    for name, branch, province in (("PT Maju", "JTM", "35"), ("CV Sinar", "JBR", "32"), ("UD Jaya", "BAL", "51")):
        town.active(name, branch, province)
    town.fact("000001", named("Sri", on="2026-01-05"))
    town.verified("Toko Titipan")
    unpaid = town.do(c.IssueInvoice(member="000004"))
    town.do(c.WriteOff(invoice=unpaid.id, decree=town.decree()))
    letter = town.do(r.DraftLetter(body="NAS", to="Kementerian", regarding="Audiensi", text="Dengan hormat."))
    town.do(r.SendLetter(letter=letter.id, signers=("Ketua",)))
    town.seat("jono", "000002", Title.TREASURER, Body.BRANCH, "JBR")
    town.seat("tini", "000003", Title.TREASURER)
    town.by = "tini"
    yield town
    assert town.audited().found == []
    town.close()


@pytest.fixture(scope="module")
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now)
    served.login("TINI", "tini")
    served.login("JONO", "jono")
    served.login("SRI", "Sri", "000001")
    yield served
    served.stop()


def visitor(portal: Served, code: str) -> Browser:
    browser = portal.browser()
    assert browser.log_in(code, PASSWORD).status == 303
    return browser


def link(town: Town, number: str) -> str:
    with town.desk.book.reading() as reads:
        return paper_of(reads, number).link


def ended(town: Town, browser: Browser, path: str) -> str:
    """The page of a job once it has ended."""
    number = int(path.rpartition("/")[2])
    until = time.monotonic() + 60
    while True:
        job = Jobs(town.path).one(number, now_ms=milliseconds(town.now()))
        assert job is not None
        if job.state.value in {"done", "failed"}:
            return browser.get(path).text
        assert time.monotonic() < until, job
        time.sleep(0.05)


# ------------------------------------------------------------------ verification


def test_whoever_holds_a_paper_sees_what_it_says_and_that_it_stands(town: Town, portal: Served) -> None:
    page = portal.browser().get(link(town, "KW-2026-00001"))
    assert page.status == 200
    assert "Surat ini dari kami." in page.text
    assert "PT Maju" in page.text
    assert "Masih berlaku" in page.text
    assert "This paper is ours." in portal.browser().get(f"{link(town, 'INV-2026-00001')}?lang=en").text
    assert "sudah lunas" in portal.browser().get(link(town, "INV-2026-00001")).text
    assert "CN-2026-00001" in portal.browser().get(link(town, "INV-2026-00004")).text
    assert "Kementerian" in portal.browser().get(link(town, "001/ASPI-NAS/I/2026")).text


def test_a_code_that_is_wrong_shows_nothing_of_the_paper(town: Town, portal: Served) -> None:
    for number in ("INV-2026-00001", "INV-2099-00001", "x", "%22'<b>"):
        page = portal.browser().get(f"/verify/{number}/aaaa-bbbb-cccc-dddd")
        assert page.status == 404
        assert "Bukan surat kami" in page.text
        assert "PT Maju" not in page.text
        assert "<b>" not in page.text


def test_number_and_code_are_typed_by_hand(town: Town, portal: Served) -> None:
    code = link(town, "INV-2026-00001").rpartition("/")[2]
    browser = portal.browser()
    typed = code.replace("-", "%20").upper()
    found = browser.get(f"/verify?number=inv-2026-00001&code={typed}")
    assert found.status == 303
    assert "Surat ini dari kami." in browser.get(found.location).text
    letter = link(town, "001/ASPI-NAS/I/2026").rpartition("/")[2]
    found = browser.get(f"/verify?number=001/ASPI-NAS/I/2026&code={letter}")
    assert "Surat ini dari kami." in browser.get(found.location).text
    assert "Pindai kode QR" in browser.get("/verify?number=INV-2026-00001").text


def test_a_paper_that_was_taken_back_says_so_and_is_not_printed(town: Town, portal: Served) -> None:
    done = town.do(c.TakePayment(way=Way.BANK, amount_idr=7_000, ref="T-1", text="", member="000003"))
    where = link(town, done.id)
    town.do(c.ReversePayment(ref="T-1", reason="salah rekening"))
    page = portal.browser().get(where)
    assert page.status == 200
    assert "dibatalkan" in page.text
    assert visitor(portal, "tini").get(f"/papers/{done.id}.pdf").status == 410


# ------------------------------------------------------------------ PDFs


@pytest.mark.parametrize(
    ("who", "number", "status"),
    [
        ("tini", "INV-2026-00001", 200),
        ("tini", "KW-2026-00002", 200),
        ("tini", "CN-2026-00001", 200),
        ("tini", "SK-NAS-2026-001", 200),
        ("jono", "INV-2026-00002", 200),
        ("jono", "INV-2026-00001", 404),
        ("jono", "CN-2026-00001", 404),
        ("jono", "001/ASPI-NAS/I/2026", 404),
        ("sri", "KW-2026-00001", 200),
        ("sri", "KW-2026-00002", 404),
        ("sri", "INV-2026-99999", 404),
    ],
)
def test_a_paper_is_printed_for_its_member_and_his_officers_only(
    portal: Served, who: str, number: str, status: int
) -> None:
    answer = visitor(portal, who).get(f"/papers/{number}.pdf")
    assert answer.status == status
    if status == 200:
        assert answer.text.startswith("%PDF-")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="{number}.pdf"'
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_server_that_can_make_no_pdf_says_the_remedy(
    town: Town, portal: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise PrintingError("apt install libpango-1.0-0")

    monkeypatch.setattr("juru.association.portal.papers.printed", broken)
    answer = visitor(portal, "tini").get("/papers/INV-2026-00001.pdf")
    assert answer.status == 503
    assert "libpango" in answer.text


# ------------------------------------------------------------------ the run


def test_the_run_is_told_then_done_once_and_found_again(town: Town, portal: Served) -> None:
    town.on("2026-11-01")
    browser = visitor(portal, "tini")
    told = browser.get("/runs?year=2027&day=2026-11-01").text
    assert "Akan menerbitkan 3 tagihan, total Rp1.500.000" in told
    assert "bukan anggota pada hari itu" in told
    form = {"year": "2027", "day": "2026-11-01", "request": re.findall(r'name="request" value="([^"]+)"', told)[0]}
    first, again = browser.send("/runs", form), browser.send("/runs", form)
    assert first.status == again.status == 303
    assert first.location == again.location
    page = ended(town, browser, first.location)
    assert "3 tagihan terbit, total Rp1.500.000" in page
    assert "refresh" not in page
    assert "Tidak ada yang perlu diterbitkan" in browser.get("/runs?year=2027&day=2026-11-01").text
    papers = browser.send("/runs/papers", year="2027", kind="invoice", request="p-1")
    assert "3 PDF dibuat, 0 sudah ada" in ended(town, browser, papers.location)
    jobs = browser.get("/runs").text
    assert "Tagihan tahun 2027, terbit 1 Nov 2026" in jobs
    assert "3 dari 3" in jobs


def test_a_day_that_has_not_come_is_told_and_cannot_be_run(town: Town, portal: Served) -> None:
    browser = visitor(portal, "tini")
    ahead = f"{town.today.year + 1}-11-01"
    page = browser.get(f"/runs?year={town.today.year + 2}&day={ahead}").text
    assert 'action="/runs"><input type="hidden"' not in page
    assert browser.send("/runs", year="2029", day=ahead, request="x").status == 400


@pytest.mark.parametrize("query", ["year=zwei", "year=1", "year=2027&day=31-12-2026"])
def test_what_is_no_year_or_day_is_said_on_the_page(portal: Served, query: str) -> None:
    page = visitor(portal, "tini").get(f"/runs?{query}")
    assert page.status == 200
    assert "Tulis tahun seperti 2027" in page.text


def test_only_the_national_treasurer_sees_the_run_and_jobs(portal: Served) -> None:
    for who in ("jono", "sri"):
        browser = visitor(portal, who)
        assert browser.get("/runs").status == 403
        assert browser.get("/jobs/1").status == 403
        assert browser.send("/runs", year="2027", day="2026-11-01", request="y").status == 403
        assert 'href="/runs"' not in browser.get("/").text
    assert 'href="/runs"' in visitor(portal, "tini").get("/").text


def test_a_job_that_was_cut_off_says_what_to_do(town: Town, portal: Served) -> None:
    began_ms = milliseconds(town.now())
    jobs = Jobs(town.path)
    running = jobs.begin("papers", "2027 invoice", by="tini", whole=300, now_ms=began_ms)
    jobs.step(running, done=60, whole=300, now_ms=began_ms + 6_000)
    browser = visitor(portal, "tini")
    page = browser.get(f"/jobs/{running}").text
    assert 'http-equiv="refresh"' in page
    assert "10,0 per detik" in page
    assert "0:24" in page
    silent = jobs.begin("dues_run", "2027 2026-11-01", by="tini", whole=3, now_ms=began_ms - SILENT_MS - 1_000)
    page = browser.get(f"/jobs/{silent}").text
    assert "Terputus" in page
    assert "Jalankan lagi" in page
    for nowhere in ("99999", "x", "9" * 30):
        assert browser.get(f"/jobs/{nowhere}").status == 404


def test_work_that_cannot_begin_is_told_to_who_waits() -> None:
    def broken(_begun: object) -> None:
        raise OSError("disk full")

    started = Runner().start("r", broken)
    with pytest.raises(OSError, match="disk full"):
        started.result(10)


def test_long_work_of_any_kind_is_listed(town: Town, portal: Served) -> None:
    Jobs(town.path).begin("import", "anggota.xlsx", by="tini", whole=5, now_ms=milliseconds(town.now()))
    page = visitor(portal, "tini").get("/jobs").text
    assert "Impor anggota.xlsx" in page
    assert "0 dari 5" in page


def test_a_portal_that_stops_in_the_middle_of_a_run_has_done_parts_and_another_does_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yearly, "AT_ONCE", 2)
    town = Town(tmp_path / "aspi")
    town.dues()
    for number in range(6):
        town.active(f"Firma {number}")
    town.seat("tini", "000001", Title.TREASURER)
    town.on("2026-11-01", by="tini")
    reached, go_on, ended_too = threading.Event(), threading.Event(), threading.Event()

    def held(*given: object, **more: object) -> None:
        def progress(_done: int, _whole: int) -> None:
            reached.set()
            go_on.wait(30)

        try:
            yearly.run_as_job(*given, **more, progress=progress)  # type: ignore[arg-type]  # as the page gives them
        finally:
            ended_too.set()

    monkeypatch.setattr("juru.association.portal.runs.run_as_job", held)
    served = Served(town.path, town.now)
    served.login("TINI", "tini")
    started = visitor(served, "tini").send("/runs", year="2027", day="2026-11-01", request="r")
    assert started.status == 303
    assert reached.wait(30)
    served.stop()
    go_on.set()
    assert ended_too.wait(30)
    (job,) = Jobs(town.path).newest(now_ms=milliseconds(town.now()))
    assert (job.state.value, job.done, job.whole) == ("failed", 2, 6)
    monkeypatch.undo()
    with town.desk.book.reading() as reads:
        found = yearly.forecast(reads, year=2027, on=town.today)
    assert len(found.ready) == 4
    came = yearly.run_as_job(town.desk, found, by="tini", run_id="again", clock=town.now)
    assert isinstance(came, Part)
    assert came.issued == 4
    assert town.audited().found == []
    town.close()
