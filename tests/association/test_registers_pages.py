"""The registers' pages over real HTTP: who sees what, who may do what, and that nothing typed or private is lost."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.request
from collections.abc import Iterator

import pytest
import python_calamine

from juru.association.domain import commands as c
from juru.association.domain import commands_registers as r
from juru.association.domain import registers as g
from juru.association.domain.boards import Body, Title
from juru.association.domain.facts import Role
from juru.association.domain.registers import Audience, Verdict
from tests.association.test_documents import JPEG, pdf
from tests.association.test_roll import named
from tests.support.association import Town
from tests.support.house import Browser
from tests.support.portal import PASSWORD, Served

_REQUEST = re.compile(r'name="request" value="([^"]+)"')


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Rini stands for an East Java member, Budi for a West Java one; Sri keeps national's office, Tono East Java's."""
    town = Town(tmp_path_factory.mktemp("registers") / "aspi", "2026-01-05")
    town.dues()
    for name, branch, province in (
        ("PT Maju Pulsa", "JTM", "35"),
        ("CV Priangan", "JBR", "32"),
        ("Toko Ketua", "JTM", "35"),
        ("Toko Sekretaris", "JTM", "35"),
    ):
        town.active(name, branch, province)
    town.fact("000001", named("Rini", on="2026-01-05"))
    town.fact("000002", named("Budi", on="2026-01-05"))
    town.seat("sri", "000003", Title.SECRETARY)
    town.by = "sri"
    town.seat("tono", "000004", Title.SECRETARY, Body.BRANCH, "JTM")
    yield town
    found = town.audited()
    town.close()
    assert found.found == []


@pytest.fixture
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now)
    served.login("SRI", "sri")
    served.login("TONO", "tono")
    served.login("RINI", "Rini", "000001")
    served.login("BUDI", "Budi", "000002")
    yield served
    served.stop()


def entered(portal: Served, code: str) -> Browser:
    browser = portal.browser()
    assert browser.log_in(code, PASSWORD).status == 303
    return browser


def fill(browser: Browser, page: str, action: str = "", /, **fields: str) -> tuple[int, str]:
    """Open a page and send its form as a person would: with the token and the request's id that stand there."""
    text = browser.get(page).text
    found = _REQUEST.search(text)
    assert found is not None, page
    answer = browser.send(action or page, {"request": found[1]} | fields)
    return answer.status, answer.headers.get("location", answer.text)


def post(browser: Browser, **changed: str) -> tuple[int, str]:
    fields = {"member": "000001", "offer_kind": "job", "title": "Butuh operator", "text": "Malang, shift malam"}
    return fill(
        browser, "/opportunities/new", **(fields | {"contact": "0812-1111-2222", "contact_for": "members"} | changed)
    )


# ------------------------------------------------------------------ opportunities


def test_a_notice_from_the_member_over_the_officer_to_an_answer_nobody_else_reads(town: Town, portal: Served) -> None:
    rini, tono, stranger = entered(portal, "rini"), entered(portal, "tono"), portal.browser()
    status, where = post(rini)
    assert (status, where) == (303, "/opportunities/00001")
    assert stranger.get(where).status == 404
    assert "Menunggu pengurus" in tono.get("/opportunities").text
    fill(tono, where, f"{where}/moderate", verdict="published", reason="sesuai aturan")
    page = stranger.get(where).text
    assert "sesuai aturan" in page
    assert "0812-1111-2222" not in page
    assert "Hanya terlihat oleh anggota" in page
    assert "0812-1111-2222" in entered(portal, "budi").get(where).text
    sent = fill(stranger, where, f"{where}/answer", name="Joko", contact="0813-9", text="Saya berminat")
    assert sent == (303, f"{where}?sent=1#answer")
    assert "sudah sampai ke pemasang" in stranger.get(f"{where}?sent=1").text
    assert "Ada jawaban baru" in rini.get("/opportunities").text
    own = rini.get(where).text
    for words in ("Joko", "0813-9", "Saya berminat", "1 jawaban"):
        assert words in own
    for other in (tono, stranger, entered(portal, "budi")):
        assert "Joko" not in other.get(where).text
    assert "Ada jawaban baru" in rini.get("/opportunities").text, "looking changes nothing"
    fill(rini, where, f"{where}/seen")
    assert "Ada jawaban baru" not in rini.get("/opportunities").text
    town.on("2026-02-25")
    assert fill(rini, where, f"{where}/renew", jobs="2") == (303, where)
    assert fill(rini, where, f"{where}/close", jobs="1", filled="on") == (303, where)
    assert "3 lapangan kerja dinyatakan oleh 1 anggota" in stranger.get("/about").text
    assert "sesuai aturan" in stranger.get("/decisions?kind=moderation").text


def test_a_form_that_is_refused_keeps_what_was_typed_and_says_why(portal: Served) -> None:
    rini = entered(portal, "rini")
    status, page = post(rini, title="WA 0812 3456 7890 ya")
    assert status == 409
    for words in ('role="alert"', "isian kontak", "WA 0812 3456 7890 ya", "Malang, shift malam", "0812-1111-2222"):
        assert words in page
    stranger = portal.browser()
    status, where = post(rini)
    fill(entered(portal, "tono"), where, f"{where}/moderate", verdict="published", reason="ok")
    status, page = fill(stranger, where, f"{where}/answer", name="Joko", contact=" ", text="panjang sekali")
    assert status == 409
    assert "panjang sekali" in page


def test_the_same_form_twice_is_one_notice_and_one_answer(portal: Served) -> None:
    rini = entered(portal, "rini")
    text = rini.get("/opportunities/new").text
    found = _REQUEST.search(text)
    assert found is not None
    fields = {"member": "000001", "offer_kind": "job", "title": "Dobel", "text": "x", "request": found[1]}
    assert rini.send("/opportunities/new", fields).location == rini.send("/opportunities/new", fields).location
    assert rini.get("/opportunities").text.count("Dobel") == 1


def test_nobody_posts_for_another_firm_and_no_officer_moderates_elsewhere(town: Town, portal: Served) -> None:
    status, page = post(entered(portal, "rini"), member="000002")
    assert status == 409
    assert "tidak berwenang" in page
    status, page = post(entered(portal, "rini"), member="")
    assert status == 409
    _, where = post(entered(portal, "budi"), member="000002")
    tono = entered(portal, "tono")
    assert tono.get(where).status == 404
    tono.get("/opportunities")
    assert tono.send(f"{where}/moderate", verdict="published", reason="x", request="z1").status in {404, 409}
    assert entered(portal, "rini").get(where).status == 404
    assert fill(entered(portal, "sri"), where, f"{where}/moderate", verdict="published", reason="ok")[0] == 303


def test_answers_of_one_address_are_held_back(town: Town, portal: Served) -> None:
    sri = entered(portal, "sri")
    _, where = fill(sri, "/opportunities/new", body="NAS", offer_kind="tender", title="Tender", text="Kantor")
    stranger = portal.browser()
    told = [fill(stranger, where, f"{where}/answer", name="J", contact="1", text=str(number))[0] for number in range(6)]
    assert told == [303] * 5 + [409]


def test_opportunities_are_filtered_by_the_address_and_taken_along(portal: Served) -> None:
    sri = entered(portal, "sri")
    for kind, title in (("tender", "=HYPERLINK(1)"), ("training", "Kelas pajak")):
        fill(sri, "/opportunities/new", body="NAS", offer_kind=kind, title=title, text="Kantor")
    stranger = portal.browser()
    page = stranger.get("/opportunities?kind=training&find=PAJAK").text
    assert "Kelas pajak" in page
    assert "HYPERLINK" not in page.split("<main")[1].split("<tbody")[1].split("</tbody")[0]
    answer = stranger.get("/opportunities.csv?kind=tender")
    assert 'filename="opportunities-2026-01-05.csv"' in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[0][:3] == ["id", "kind", "title"]
    assert [row[2] for row in rows[1:]] == ["'=HYPERLINK(1)"]
    assert stranger.get("/opportunities.exe").status == 404
    with urllib.request.urlopen(f"{portal.url}/opportunities.xlsx") as file:
        told = python_calamine.load_workbook(io.BytesIO(file.read())).get_sheet_by_index(0).to_python()
    assert {row[2] for row in told[-2:]} == {"=HYPERLINK(1)", "Kelas pajak"}


# ------------------------------------------------------------------ who we are


def test_the_history_tells_every_date_with_its_source(portal: Served) -> None:
    page = portal.browser().get("/about").text
    for words in ("20 April 2010", "26 April 2010", "15 Juli 2010", "Dwi Lesmana", "okezone", "wikipedia"):
        assert words in page
    assert "20 April 2010" in portal.browser().get("/about?lang=en").text


def test_a_recognition_stands_on_the_first_page_with_its_document(town: Town, portal: Served) -> None:
    document = town.desk.keep(pdf(), name="sk.pdf", now=town.now(), by="sri", request="d1")
    assert isinstance(document, c.Done)
    told = {"authority": g.Authority.MINISTRY, "name": "Kementerian Kominfo", "grants": "mitra pembinaan"}
    town.do(r.Recognise(**told, document=document.id))  # type: ignore[arg-type]  # fields by name
    stranger = portal.browser()
    assert "Kementerian Kominfo" in stranger.get("/").text
    assert "Kementerian Kominfo" not in stranger.get("/?on=2026-01-04").text
    assert "mitra pembinaan" in stranger.get("/about").text
    file = stranger.get(f"/about/documents/{document.id}")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].endswith("; sandbox")
    assert "default-src 'none'" in file.headers["content-security-policy"]
    other = town.desk.keep(JPEG, name="rahasia.jpg", now=town.now(), by="sri", request="d2")
    assert isinstance(other, c.Done)
    assert stranger.get(f"/about/documents/{other.id}").status == 404


def test_nationals_office_adds_history_and_a_recognition(portal: Served) -> None:
    sri, stranger = entered(portal, "sri"), portal.browser()
    told = {"text": "Aksi di Jakarta", "place": "Jakarta", "source": "berita"}
    status, page = fill(sri, "/about/history/new", on="2011-13", **told)
    assert status == 409
    assert "Aksi di Jakarta" in page
    assert fill(sri, "/about/history/new", on="2011-06..2011-08", **told) == (303, "/about#history")
    assert "1 Juni 2011 - 31 Agustus 2011" in stranger.get("/about").text
    assert fill(sri, "/about/history/new", on="2011", text="x", source=" ")[0] == 409
    found = _REQUEST.search(sri.get("/about/recognition/new").text)
    assert found is not None
    fields = {"name": "Mastel", "grants": "anggota", "authority": "mastel", "on": "2025-11", "request": found[1]}
    status, page = fill(sri, "/about/recognition/new", **(fields | {"request": "none"}))
    assert (status, "Mastel" in page) == (409, True), "a recognition has its document"
    assert sri.upload("/about/recognition/new", fields, "sk.pdf", pdf()).status == 303
    assert "Mastel" in stranger.get("/").text
    assert entered(portal, "tono").get("/about/history/new").status == 403


def test_long_lists_are_turned_page_by_page(town: Town, portal: Served) -> None:
    for number in range(45):
        town.do(r.Announce(body="NAS", title=f"Kabar {number}", text="x", audience=Audience.PUBLIC))
    stranger = portal.browser()
    first, second = stranger.get("/announcements").text, stranger.get("/announcements?page=2").text
    assert first.count("<tr><th") - 1 == 40
    assert 'href="/announcements?page=2"' in first
    assert second.count("<tr><th") - 1 == 5
    assert 'href="/announcements"' in second
    assert len(json.loads(stranger.get("/announcements.json").text)["rows"]) == 45


# ------------------------------------------------------------------ announcements


def test_an_announcement_is_read_by_whom_it_is_for(town: Town, portal: Served) -> None:
    for audience, branch in ((Audience.PUBLIC, ""), (Audience.MEMBERS, ""), (Audience.BRANCH, "JBR")):
        command = r.Announce(body="NAS", title=f"Untuk {audience.value}", text="x", audience=audience, branch=branch)
        town.do(command)
    seen = {
        code: {
            f"0000{n}"
            for n in (1, 2, 3)
            if (entered(portal, code) if code else portal.browser()).get(f"/announcements/0000{n}").status == 200
        }
        for code in ("", "rini", "budi", "sri")
    }
    assert seen == {
        "": {"00001"},
        "rini": {"00001", "00002"},
        "budi": {"00001", "00002", "00003"},
        "sri": {"00001", "00002", "00003"},
    }
    assert "Untuk public" in portal.browser().get("/").text
    assert "Untuk members" not in portal.browser().get("/announcements").text


def test_an_announcement_is_written_with_a_file_and_corrected(portal: Served) -> None:
    sri = entered(portal, "sri")
    found = _REQUEST.search(sri.get("/announcements/new").text)
    assert found is not None
    fields = {"request": found[1], "body": "NAS", "title": "Kantor tutup", "text": "Sampai Jumat", "audience": "public"}
    assert sri.upload("/announcements/new", fields, "jahat.pdf", b"<script>").status == 409
    kept = sri.upload("/announcements/new", fields | {"request": "u2"}, "surat.pdf", pdf())
    assert kept.location == "/announcements/00001"
    page = portal.browser().get("/announcements/00001").text
    link = re.search(r'href="(/announcements/00001/files/\w+)"', page)
    assert link is not None
    assert portal.browser().get(link[1]).status == 200
    fields = {"announcement": "00001", "body": "NAS", "title": "Kantor tutup", "audience": "public"}
    status, where = fill(sri, "/announcements/new?corrects=00001", "/announcements/new", text="Sampai Senin", **fields)
    assert (status, where) == (303, "/announcements/00001")
    page = portal.browser().get("/announcements/00001").text
    assert "Sampai Senin" in page
    assert "Sampai Jumat" in page
    assert link[1] in page


# ------------------------------------------------------------------ letters


def test_a_letter_is_drafted_changed_numbered_answered_and_declared_void(portal: Served) -> None:
    sri = entered(portal, "sri")
    fields = {"way": "out", "body": "NAS", "other": "PT Operator", "regarding": "Klaster", "text": "Dengan hormat"}
    status, where = fill(sri, "/letters/new?way=out", "/letters/new", **fields)
    assert (status, where) == (303, "/letters/00001")
    fill(sri, f"{where}/edit", "/letters/new", letter="00001", **(fields | {"text": "Dengan hormat, lagi"}))
    assert "Dengan hormat, lagi" in sri.get(where).text
    status, _ = fill(sri, where, f"{where}/send", signers=" , ")
    assert status == 409
    fill(sri, where, f"{where}/send", signers="Ketua, Sekretaris")
    assert "001/ASPI-NAS/I/2026" in sri.get(where).text
    assert sri.get(f"{where}/edit").status == 404
    fields = {"way": "in", "body": "NAS", "other": "Kominfo", "regarding": "Jawaban", "reply_to": "00001"}
    _, reply = fill(sri, "/letters/new?way=in&reply_to=00001", "/letters/new", **fields)
    assert "M-001/ASPI-NAS/I/2026" in sri.get(where).text
    assert "001/ASPI-NAS/I/2026" in sri.get(reply).text
    fill(sri, where, f"{where}/end", reason="salah alamat")
    assert "salah alamat" in sri.get(where).text
    rows = list(csv.reader(io.StringIO(sri.get("/letters.csv?direction=in").text.lstrip("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["M-001/ASPI-NAS/I/2026"]


def test_letters_of_national_are_not_for_a_branch_or_a_member(town: Town, portal: Served) -> None:
    town.do(r.DraftLetter(body="NAS", to="X", regarding="Rahasia nasional", text="x"))
    town.do(r.DraftLetter(body="JTM", to="X", regarding="Milik cabang", text="x"))
    tono = entered(portal, "tono")
    page = tono.get("/letters").text
    assert "Milik cabang" in page
    assert "Rahasia nasional" not in page
    assert tono.get("/letters/00001").status == 404
    assert entered(portal, "rini").get("/letters").status == 403


# ------------------------------------------------------------------ meetings


def test_a_meeting_from_the_invitation_to_public_minutes(town: Town, portal: Served) -> None:
    tono, rini, budi = entered(portal, "tono"), entered(portal, "rini"), entered(portal, "budi")
    fields = {"body": "JTM", "meeting_kind": "kopdar", "title": "Kopdar Malang", "held_on": "2026-01-05"}
    status, page = fill(tono, "/meetings/new", held_at="26:00", place="Warung", invited="", **fields)
    assert status == 409
    assert "Kopdar Malang" in page
    status, where = fill(tono, "/meetings/new", held_at="19:30", place="Warung", invited="", **fields)
    assert (status, where) == (303, "/meetings/00001")
    assert budi.get(where).status == 404
    assert portal.browser().get(where).status == 404
    fill(tono, where, f"{where}/agenda", text="Iuran tahun depan")
    assert "Iuran tahun depan" in rini.get(where).text
    assert fill(rini, where, f"{where}/answer", member="000001", coming="yes") == (303, where)
    assert fill(rini, where, f"{where}/answer", member="000002", coming="yes")[0] == 303
    page = tono.get(where).text
    assert "PT Maju Pulsa" in page
    assert "CV Priangan" not in page
    assert "Hadir 1" in page
    fill(tono, where, f"{where}/attendance", member="000001", guests="3", officers="tono", members="")
    minutes = {"text": "Rapat dibuka.", "decisions": "Iuran tetap", "public": "on"}
    assert fill(tono, where, f"{where}/minutes", **minutes) == (303, where)
    assert "Rapat dibuka." in portal.browser().get(where).text
    assert "PT Maju Pulsa" not in portal.browser().get(where).text
    assert "Iuran tetap" in portal.browser().get("/decisions/minutes").text
    assert budi.get(where).status == 200
    assert rini.send(f"{where}/cancel", reason="x", request="q").status == 403
    assert "5 hadir" in rini.get(where).text


def test_a_board_meeting_is_for_its_board(town: Town, portal: Served) -> None:
    sri = entered(portal, "sri")
    fields = {
        "body": "NAS",
        "meeting_kind": "board",
        "title": "Rapat inti",
        "held_on": "2026-01-09",
        "held_at": "10:00",
    }
    _, where = fill(sri, "/meetings/new", place="Daring", invited="", **fields)
    assert "Rapat inti" in sri.get("/meetings").text
    for code in ("tono", "rini"):
        assert entered(portal, code).get(where).status == 404
    _, moved = fill(
        sri, "/meetings/new?moves=00001", "/meetings/new", meeting="00001", place="Kantor", invited="board", **fields
    )
    assert moved == where
    assert "Daring" in sri.get(where).text
    fill(sri, where, f"{where}/cancel", reason="hujan")
    assert "Dibatalkan" in sri.get(where).text
    assert town.refused(r.AddAgenda(meeting="00001", text="x")) == "not_open"


def test_another_day_shows_the_registers_of_that_day_and_changes_nothing(town: Town, portal: Served) -> None:
    number = town.do(r.Announce(body="NAS", title="Hari ini", text="x", audience=Audience.PUBLIC)).id
    assert portal.browser().get(f"/announcements/{number}").status == 200
    assert portal.browser().get(f"/announcements/{number}?on=2026-01-04").status == 404
    assert "Akan tampil" in entered(portal, "sri").get("/announcements?on=2026-01-04").text
    assert "Hari ini" not in portal.browser().get("/announcements?on=2026-01-04").text
    sri = entered(portal, "sri")
    sri.send("/as-of", on="2026-01-04", next="/")
    assert "/announcements/new" not in sri.get("/announcements").text
    assert sri.send("/announcements/new", body="NAS", request="x").status == 409


def test_a_person_of_two_roles_moderates_no_notice_of_his_own_firm(town: Town, portal: Served) -> None:
    fact = named("tono", on="2026-01-05")
    assert fact.role is Role.VOTING
    town.fact("000004", fact)
    portal.login("TONO2", "tono", "000004")
    tono = entered(portal, "tono2")
    _, where = post(tono, member="000004")
    assert "Kata pengurus" not in tono.get(where).text
    assert town.refused(r.Moderate(opportunity="00001", verdict=Verdict.REMOVED, reason="x")) == "not_open"
