"""Public tables as files, decisions, the trail, officers' forms and exports, over real HTTP and by role."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator

import pytest

from juru.association.desk.auditing import audits, proof_of
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Body, Title
from juru.association.portal.taken import ENDINGS
from juru.association.store.rows import milliseconds
from tests.support.association import Town, day
from tests.support.house import Browser
from tests.support.portal import PASSWORD, Served

TABLES = ("/register", "/branches", "/boards", "/statistics/states", "/statistics/months", "/statistics/years",
          "/decisions/decrees", "/decisions/overrides", "/decisions/moderation")  # fmt: skip
EVIL = '=cmd|" /C calc"!A0'


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two branches with members; national and branch officers; decrees, one of them about a member, one revoked."""
    town = Town(tmp_path_factory.mktemp("public") / "aspi", "2026-01-05")
    town.dues()
    for name, branch, province in (
        ("PT Maju Pulsa", "JTM", "35"),
        ("CV Sinar", "JBR", "32"),
        ("UD Harapan", "JTM", "35"),
    ):
        town.active(name, branch, province)
    town.active(EVIL, "JTG", "33")
    town.active("PT Kelima Jaya", "JBR", "32")
    town.fact(
        "000003",
        f.RepresentativeNamed(on=town.today, role=f.Role.DUES, person="Wati", phone="081234567890", source="surat"),
    )
    town.seat("ani", "000001", Title.SECRETARY)
    town.by = "ani"
    town.seat("budi", "000002", Title.CHAIR)
    town.seat("citra", "000001", Title.SECRETARY, Body.BRANCH, "JTM")
    town.on("2026-01-06", "budi")
    withdrawn = town.decree()
    about = c.IssueDecree(body="NAS", decree_kind="penetapan", text="Tentang CV Sinar", signers=("budi", "ani"))
    number = town.do(about).id
    fact = f.Override(on=town.today, state="suspended", until=day("2026-03-01"), reason="rahasia sekali", decree=number)
    town.fact("000005", fact)
    town.decree(revokes=withdrawn)
    town.by = "ani"
    yield town
    town.close()


@pytest.fixture(scope="module")
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now)
    served.login("ANI", "ani")
    served.login("CITRA", "citra")
    yield served
    served.stop()


@pytest.fixture
def national(portal: Served) -> Browser:
    browser = portal.browser()
    assert browser.log_in("ani", PASSWORD).status == 303
    return browser


@pytest.fixture
def branch(portal: Served) -> Browser:
    browser = portal.browser()
    assert browser.log_in("citra", PASSWORD).status == 303
    return browser


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


# ---------------------------------------------------------------------- files


@pytest.mark.parametrize("table", TABLES)
def test_every_public_table_is_had_as_files_that_say_of_which_day_they_are(portal: Served, table: str) -> None:
    stranger = portal.browser()
    assert stranger.get(table).status == 200
    told = json.loads(stranger.get(f"{table}.json?on=2026-01-06&known=2026-01-06").text)
    assert (told["as_of"], told["known"]) == ("2026-01-06", "2026-01-06")
    text = stranger.get(f"{table}.csv?on=2026-01-06&known=2026-01-06").text
    rows = rows_of(text)
    assert len(rows) == len(told["rows"])
    assert {(row["as_of"], row["known"]) for row in rows} <= {("2026-01-06", "2026-01-06")}
    assert not re.search(r"(^|,)[=@]", text, re.MULTILINE)
    assert stranger.get(f"{table}.exe").status == 404
    assert set(re.findall(rf"href=\"{table}[.](\w+)", stranger.get(table).text)) == set(ENDINGS)


def test_every_column_of_a_table_has_a_word_in_both_languages(portal: Served, national: Browser) -> None:
    words = portal.association.portal.pages.words
    for path in (*TABLES, "/trail", "/exports/members"):
        told = json.loads(national.get(f"{path}.json").text)
        names = {name for row in told["rows"] for name in row} | {"as_of", "known"}
        assert [name for name in names if f"column_{name}" not in words] == [], path
        assert f"sheet_{told['sheet']}" in words, path


# ---------------------------------------------------------------------- decisions


def test_decisions_name_signers_by_office_and_no_member_and_say_what_revoked_what(portal: Served) -> None:
    page = portal.browser().get("/decisions").text
    assert "Ketua, Pengurus nasional; Sekretaris, Pengurus nasional" in page
    assert "CV Sinar" not in page
    assert "isinya tidak diumumkan" in page
    rows = {row["number"]: row for row in json.loads(portal.browser().get("/decisions/decrees.json").text)["rows"]}
    assert rows["SK-NAS-2026-004"]["revoked_by"] == "SK-NAS-2026-006"
    assert rows["SK-NAS-2026-005"]["withheld"] == "member"
    assert rows["SK-NAS-2026-005"]["text"] == ""
    assert not any({"ani", "budi"} & set(re.findall(r"\w+", row["signed_by"])) for row in rows.values())
    overrides = portal.browser().get("/decisions/overrides").text
    assert "SK-NAS-2026-005" in overrides
    assert "rahasia" not in overrides
    assert "000005" in overrides  # the public register shows it as suspended that day


# ---------------------------------------------------------------------- the trail


def test_the_trail_is_filtered_by_its_address_and_paged_by_key(town: Town, national: Browser) -> None:
    page = national.get("/trail").text
    assert page.count('<li id="fact-') == 50
    older = re.search(r'href="(/trail\?before=\d+)"', page)
    assert older
    first = set(re.findall(r'id="fact-(\d+)"', page))
    second = set(re.findall(r'id="fact-(\d+)"', national.get(older[1]).text))
    assert second
    assert not first & second
    told = json.loads(national.get("/trail.json?subject=member&id=000003").text)
    assert {row["subject_id"] for row in told["rows"]} == {"000003"}
    told = json.loads(national.get("/trail.json?by=ani&kind=decreed").text)
    assert {row["recorded_by"] for row in told["rows"]} == {"ani"}
    assert json.loads(national.get("/trail.json?from=2026-01-06&to=2026-01-06").text)["rows"][0][
        "recorded_at"
    ].startswith("2026-01-06")
    assert json.loads(national.get("/trail.json?from=2026-02-01").text)["rows"] == []
    assert national.get("/trail?from=2026-13-01").status == 404
    with town.desk.book.reading() as reads:
        assert len(json.loads(national.get("/trail.json").text)["rows"]) == reads.latest_fact()


def test_a_fact_of_the_trail_shows_what_took_it_back_its_commit_and_its_seal(town: Town, national: Browser) -> None:
    town.fact("000003", f.ServerAdded(on=town.today, server="S1", name="Server Satu", source="surat"))
    with town.desk.book.reading() as reads:
        fact = reads.facts(Subject.MEMBER, "000003")[-1]
        seal = bytes(reads.engine.rows("SELECT seal FROM commits WHERE no = ?", (fact.commit_no,))[0][0]).hex()
    town.do(c.TakeBack(subject=Subject.MEMBER, subject_id="000003", fact_id=fact.id, reason="salah nomor"))
    row = next(row for row in json.loads(national.get("/trail.json").text)["rows"] if row["fact"] == fact.id)
    assert row["commit"] == fact.commit_no
    assert row["seal"] == seal
    assert row["taken_back_by"] == row["fact"] + 1
    page = national.get("/trail?subject=member&id=000003").text
    assert f"Dibatalkan oleh fakta {fact.id + 1}" in page
    assert seal[:12] in page


def test_a_branch_officer_reads_of_his_branch_only(town: Town, national: Browser, branch: Browser) -> None:
    mine = json.loads(branch.get("/trail.json").text)["rows"]
    members = {row["subject_id"] for row in mine if row["subject"] == "member"}
    assert members == {"000001", "000003"}
    with town.desk.book.reading() as reads:
        invoices = {number for member in members for number in reads.concerning(member, "issued")}
    assert {row["subject_id"] for row in mine if row["subject"] == "invoice"} == invoices
    assert not any(row["kind"] == "founded" for row in mine)
    assert len(mine) < len(json.loads(national.get("/trail.json").text)["rows"])
    assert branch.get("/trail").status == 200


def test_the_book_is_proved_by_a_button_and_the_proof_is_kept(
    town: Town, portal: Served, national: Browser, branch: Browser
) -> None:
    assert "Belum pernah diaudit" in national.get("/trail/proof").text
    assert national.send("/trail/proof", request="bukti-1").location == "/trail/proof"
    assert national.send("/trail/proof", request="bukti-1").location == "/trail/proof"
    deadline = time.monotonic() + 20
    while "terbukti utuh sampai komit" not in (page := national.get("/trail/proof").text.lower()):
        assert time.monotonic() < deadline, page
        time.sleep(0.05)
    found = audits(town.path, now_ms=milliseconds(town.now()))
    assert len(found) == 1
    proof = proof_of(found[0])
    assert proof is not None
    assert proof.findings == 0
    assert proof.seal in page
    assert "Terbukti utuh sampai komit" in branch.get("/trail").text
    branch.get("/trail/proof")
    assert branch.send("/trail/proof", request="bukti-2").status == 403


# ---------------------------------------------------------------------- officers' forms


def test_a_decree_is_issued_once_and_a_wrong_field_loses_nothing(national: Browser, town: Town) -> None:
    page = national.get("/office/decree").text
    assert "Penanda tangan" in page
    form = {
        "body": "NAS",
        "decree_kind": "keputusan",
        "text": "Rapat kerja",
        "signers": "ani, budi",
        "on": "2026-01-06",
    }
    wrong = national.send("/office/decree", form | {"on": "kemarin", "request": "r-1"})
    assert wrong.status == 400
    assert "Rapat kerja" in wrong.text
    assert "Periksa isian ini: Mulai" in wrong.text
    sent = national.send("/office/decree", form, request="r-2")
    assert sent.location == "/office/decree"
    assert "SK-NAS-2026-" in national.get("/office/decree").text
    with town.desk.book.reading() as reads:
        before = reads.latest_fact()
    assert national.send("/office/decree", form, request="r-2").status == 303
    with town.desk.book.reading() as reads:
        assert reads.latest_fact() == before


def test_a_refusal_of_the_desk_is_told_and_the_form_keeps_what_was_typed(national: Browser, branch: Browser) -> None:
    form = {"member": "000001", "limit_idr": "5.000.000", "settlement_day": "10", "decree": "SK-NAS-2026-002"}
    form |= {"on": "2026-01-06", "until": "2026-12-31"}
    national.get("/office/collector")
    own = national.send("/office/collector", form, request="own")
    assert own.status == 409
    assert "tidak memutus tentang usahanya sendiri" in own.text
    assert "5.000.000" in own.text
    done = national.send("/office/collector", form | {"member": "000004"}, request="other")
    assert done.status == 303
    assert "000004" in national.get("/boards").text
    branch.get("/office/policy")
    refused = branch.send(
        "/office/policy", key="grace_days", value="31", decree="SK-NAS-2026-002", on="2026-02-01", request="p"
    )
    assert refused.status == 409
    assert "tidak berwenang" in refused.text


def test_the_effect_on_a_branch_is_shown_before_it_is_done(national: Browser, town: Town) -> None:
    asked = "code=JBR&name=Jawa+Barat&provinces=32&on=2026-01-06&until=2026-06-01&into=JBB"
    with town.desk.book.reading() as reads:
        before = reads.latest_fact()
    page = national.get(f"/office/branch?{asked}").text
    assert "2 anggota JBR terhitung di JBB" in page
    assert "berakhir pada 2026-06-01" in page
    split = national.get(f"/office/branch?{asked}%2C+JTG").text
    assert "harus memilih cabang" in split
    with town.desk.book.reading() as reads:
        assert reads.latest_fact() == before
    form = {
        "code": "jbr",
        "name": "Jawa Barat",
        "provinces": "32",
        "on": "2026-01-06",
        "until": "2026-06-01",
        "into": "JBB",
    }
    assert national.send("/office/branch", form, request="gabung").status == 303
    assert "/branches/JBR" not in national.get("/branches?on=2026-06-01").text
    assert national.get("/branches/JBR").status == 200


def test_holidays_come_as_a_file_or_as_lines(national: Browser, town: Town) -> None:
    national.get("/office/holidays")
    table = json.dumps({"version": "SKB 2026", "days": ["2026-01-01", "2026-08-17"]}).encode()
    sent = national.upload("/office/holidays", {"year": "2026", "request": "h1"}, "libur.json", table)
    assert sent.status == 303, sent.text
    broken = national.upload("/office/holidays", {"year": "2026", "request": "h2"}, "libur.json", b"{")
    assert broken.status == 400
    form = {"year": "2026", "version": "SKB revisi", "days": "2026-01-01\n2026-12-25"}
    assert national.send("/office/holidays", form, request="h3").status == 303
    page = national.get("/office/holidays").text
    assert "SKB 2026" in page
    assert "SKB revisi" in page


def test_dues_tables_numbers_and_terms_are_set_and_stand_with_their_history(national: Browser) -> None:
    dues = {"member_class": "developer", "period_mode": "calendar", "annual_idr": "250.000", "entry_fee_idr": "0"}
    dues |= {
        "reinstatement_fee_idr": "0",
        "round_to_idr": "1",
        "late_join_days": "0",
        "national_bp": "3000",
        "decree": "",
    }
    national.get("/office/dues")
    assert national.send("/office/dues", dues, on="2026-02-01", request="d1").status == 303
    assert "250000" in national.get("/office/dues").text
    number = {"key": "grace_days", "value": "45", "decree": "SK-NAS-2026-002", "on": "2026-02-01"}
    assert national.send("/office/policy", number, request="n1").status == 303
    assert "2026-02-01: 45 (SK-NAS-2026-002)" in national.get("/office/policy").text
    term = {"person": "dewi", "firm": "000003", "board": "JTM", "title": "treasurer", "acting": "yes"}
    term |= {"decree": "SK-NAS-2026-002", "on": "2026-01-06", "until": "2027-01-01"}
    assert national.send("/office/appoint", term, request="t1").status == 303
    page = national.get("/boards").text
    assert "Plt. Bendahara" in page
    assert "6 Apr 2026 (batas Plt.)" in page
    assert "Lowong" in page


def test_looking_back_shows_no_form_and_takes_none(national: Browser) -> None:
    page = national.get("/office/decree?on=2026-01-05").text
    assert 'method="post" action="/office/decree"' not in page
    assert national.send("/office/decree?on=2026-01-05", body="NAS", request="x").status == 409


# ---------------------------------------------------------------------- exports


def test_an_export_has_the_officers_own_branch_only_with_contacts(
    national: Browser, branch: Browser, portal: Served
) -> None:
    rows = rows_of(branch.get("/exports/members.csv").text)
    assert {row["number"] for row in rows} == {"000001", "000003"}
    assert {row["branch"] for row in rows} == {"JTM"}
    assert next(row for row in rows if row["number"] == "000003")["dues_phone"] == "081234567890"
    assert rows[0]["paid_until"] == "2027-01-01"
    assert rows_of(branch.get("/exports/members.csv?branch=JBR").text) == []
    everybody = rows_of(national.get("/exports/members.csv").text)
    assert len(everybody) == 5
    assert next(row for row in everybody if row["number"] == "000004")["name"].startswith("'=cmd")
    assert portal.browser().get("/exports/members.csv").status == 303


def test_the_statistics_hide_figures_of_few_members_and_say_so(portal: Served) -> None:
    page = portal.browser().get("/statistics").text
    assert "angka disembunyikan" in page
    told = json.loads(portal.browser().get("/statistics/states.json").text)
    assert all(row["active"] in {None, 0, 5} for row in told["rows"])
    assert told["arrears_invoices"] == 0


def test_boards_are_shown_as_they_were_known(portal: Served) -> None:
    then = json.loads(portal.browser().get("/boards.json?on=2026-01-06&known=2026-01-04").text)["rows"]
    assert {row["standing"] for row in then} == {"vacant"}
    now = json.loads(portal.browser().get("/boards.json?on=2026-01-06").text)["rows"]
    assert {"ani", "budi", "citra"} <= {row["person"] for row in now}


def test_every_subject_of_the_trail_has_a_word(portal: Served) -> None:
    words = portal.association.portal.pages.words
    assert [subject for subject in Subject if f"subject_{subject.value}" not in words] == []
