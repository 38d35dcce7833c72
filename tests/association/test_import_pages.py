"""The import on its page: sent, looked at, answered, recorded once as a job; only for national's secretariat."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.association.domain.boards import Body, Title
from tests.support.association import Town
from tests.support.house import Browser
from tests.support.portal import PASSWORD, Served

LIST = (
    b"nama,cabang,tanggal gabung,lunas sampai\n"
    b"PT Sinar,Bali,2019,31/12/2026\n"
    b"Kantor Pusat PT,JTM,2020,\n"
    b'"=HYPERLINK(""x"")",JTM,2020,\n'
    b"<script>alert(1)</script>,JTM,2020,\n"
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi", "2026-11-24")
    town.dues()
    firm = town.active("PT Kantor Pusat")
    town.seat("sri", firm, Title.SECRETARY)
    town.by = "sri"
    town.seat("joko", firm, Title.SECRETARY, Body.BRANCH, "JTM")
    town.seat("tata", firm, Title.TREASURER)
    yield town
    town.close()


@pytest.fixture
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now, notices_every_s=0)
    for code in ("sri", "joko", "tata"):
        served.login(code.upper(), code)
    yield served
    served.stop()


def visitor(portal: Served, code: str) -> Browser:
    browser = portal.browser()
    assert browser.log_in(code, PASSWORD).status == 303
    return browser


def sent(sri: Browser, data: bytes = LIST) -> str:
    sri.get("/import")
    answer = sri.upload("/import", {}, "anggota.csv", data)
    assert answer.status == 303, answer.text
    return answer.location


def ended(browser: Browser, path: str) -> str:
    until = time.monotonic() + 30
    while 'data-tone="ok"' not in (text := browser.get(path).text):
        assert time.monotonic() < until, text
    return text


def test_a_list_is_looked_at_answered_and_recorded_once(town: Town, portal: Served) -> None:
    sri = visitor(portal, "sri")
    link = sent(sri)
    facts = town.audited().facts
    text = sri.get(f"{link}?lang=en").text
    assert "it seems to be member 000001" in text
    assert "Cell A4" in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    early = sri.send(f"{link}/record", request="e1", without="refused")
    assert early.location == link, "a question is open"
    assert town.audited().facts == facts
    assert sri.send(f"{link}/answers", {"row-3": "other", "row-2": "same", "row-x": "skip"}).status == 303
    text = sri.get(f"{link}?lang=en").text
    assert "Record 3 members without the refused rows" in text
    assert sri.send(f"{link}/record", request="e2").location == link, "refused rows are left out only by a word"
    first = sri.send(f"{link}/record", request="r1", without="refused")
    assert first.location.startswith("/jobs/")
    assert "3 members recorded" in re.sub(r"\s+", " ", ended(sri, f"{first.location}?lang=en"))
    assert sri.send(f"{link}/record", request="r1", without="refused").location in {first.location, link}
    assert town.state("000002") == "active"
    assert "There is nothing new" in sri.get(f"{link}?lang=en").text
    assert town.audited().found == []


def test_fates_can_be_taken_along_and_the_template_too(portal: Served) -> None:
    sri = visitor(portal, "sri")
    link = sent(sri)
    fates = sri.get(f"{link}/fates.csv")
    assert "attachment" in fates.headers["content-disposition"]
    assert "'=HYPERLINK" in fates.text
    assert sri.get("/import/template.xlsx").text.startswith("PK")
    assert "Sinar" not in sri.get(f"{link}?fate=question").text


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"a,b\n1,2\n", b"PK\x03\x04 not a workbook"])
def test_what_is_no_list_is_said_on_the_spot(portal: Served, data: bytes) -> None:
    sri = visitor(portal, "sri")
    sri.get("/import")
    answer = sri.upload("/import", {}, "anggota.csv", data)
    assert answer.status == 400
    assert 'role="alert"' in answer.text


def test_only_nationals_secretariat_imports_and_nobody_sees_anothers_list(portal: Served) -> None:
    sri = visitor(portal, "sri")
    link = sent(sri)
    for code in ("joko", "tata"):
        other = visitor(portal, code)
        other.get("/work")
        assert other.get("/import").status == 403
        assert other.get(link).status == 403
        assert other.upload("/import", {}, "a.csv", LIST).status == 403
    assert portal.browser().get("/import").status in {302, 303, 401}
    portal.login("SRI2", "sri")
    assert visitor(portal, "sri2").get(link).status == 404
    assert sri.get("/import/unknown").status == 404


def test_a_page_of_another_day_records_nothing(portal: Served) -> None:
    sri = visitor(portal, "sri")
    link = sent(sri)
    sri.send("/as-of", on="2026-01-05", next="/")
    assert sri.upload("/import", {}, "a.csv", LIST).status == 409
    assert sri.send(f"{link}/record", request="x").status == 409
