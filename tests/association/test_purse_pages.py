"""The purse's pages over real HTTP: what a treasurer, a branch's treasurer, a member and the public see and do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain.affairs import Way
from juru.association.domain.boards import Body, Title
from juru.association.domain.treasury import AccountSet, RowAs
from juru.association.portal.site import WORDS
from juru.association.store.listing import STATES
from juru.web.words import LANGS
from tests.association.test_purse import statement
from tests.association.test_roll import named
from tests.support.association import Town, day
from tests.support.house import Answer, Browser
from tests.support.portal import PASSWORD, Served

DAY = "2026-01-05"
PAGES = (
    *("/dues", "/dues/invoices", "/dues/rows", "/dues/payments", "/dues/bank", "/dues/cash", "/dues/payouts"),
    *("/dues/collectors", "/dues/branches", "/dues/branches/JTM", "/dues/accounts", "/finance"),
    *("/dues/invoices?state=overdue&branch=JTM&year=2026", "/dues/accounts/branch:JTM", "/members/000003/dues"),
)


class Society(Town):
    """A society with a national and a branch's treasurer, members in two branches, rows of every kind."""

    def fill(self) -> None:
        self.dues()
        firms = [self.active(name) for name in ("Firma N", "Firma K")]
        self.maju, self.sinar = self.verified("PT Maju"), self.verified("CV Sinar", "JBR", "32")
        self.branch_firm = self.active("Firma B")
        self.fact(self.maju, named("Rini", on=DAY))
        self.invoice = self.do(c.IssueInvoice(member=self.maju))
        self.other = self.do(c.IssueInvoice(member=self.sinar))
        for code, unit in (("PUSAT", "NAS"), ("SBY", "JTM")):
            fact = AccountSet(on=self.today, unit=unit, bank="BCA", number="0123456789", profile="generic")
            self.do(c.SetAccount(code=code, fact=fact))
        decree = self.decree()
        collector = a.CollectorAppointed(
            on=self.today, limit_idr=9_000_000, settlement_day=10, until=day("2027-01-01"), decree=decree
        )
        self.do(c.AppointCollector(member=self.branch_firm, fact=collector))
        for ref, account, amount_idr, text in (
            ("R1", "PUSAT", 77_000, "<b>setoran</b>"),
            ("R2", "PUSAT", -90_000, "sewa"),
            ("R3", "SBY", int(self.other.note), self.other.id),
            ("R4", "SBY", 12_345, "?"),
            ("R5", "PUSAT", -5_000, "adm"),
        ):
            self.do(c.TakeRow(account=account, on=self.today, amount_idr=amount_idr, ref=ref, text=text))
        self.do(c.NameRow(ref="R5", what=RowAs.EXPENSE, to="Biaya bank", reason="January"))
        self.do(c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="TWICE", text="INV-2026-00001"))
        self.do(c.AskRefund(member="000001", amount_idr=1_000, to_account="BCA 1", reason="twice"))
        self.seat("bendahara-jtm", self.branch_firm, Title.TREASURER, Body.BRANCH, "JTM")
        places = ((firms[0], "ketua", Title.CHAIR), (firms[1], "bendahara", Title.TREASURER))
        for firm, person, title in places:
            until = day("2030-01-01")
            term = a.Appointed(
                on=self.today, firm=firm, body=Body.NATIONAL, unit="NAS", title=title, until=until, decree=self.decree()
            )
            self.do(c.Appoint(person=person, fact=term))
            self.by = "ketua"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Society]:
    town = Society(tmp_path / "aspi", DAY)
    town.fill()
    yield town
    assert town.audited().found == []
    town.close()


@pytest.fixture
def portal(town: Society) -> Iterator[Served]:
    served = Served(town.path, town.now)
    for code, person in (("NAS", "bendahara"), ("KETUA", "ketua"), ("JTM", "bendahara-jtm")):
        served.login(code, person)
    served.login("RINI", "Rini", town.maju)
    yield served
    served.stop()


def entered(portal: Served, code: str) -> Browser:
    browser = portal.browser()
    assert browser.log_in(code, PASSWORD).status == 303
    return browser


def sent(browser: Browser, page: str, path: str, **fields: str) -> Answer:
    """A form of a page, with the page's own request id; its fields are among the form's."""
    text = browser.get(page).text
    forms = (part for part in text.split("<form ")[1:] if 'method="post"' in part.split(">")[0])
    form = next(part for part in forms if f'action="{path}"' in part.split(">")[0])
    form = form.split("</form>")[0]
    for name in fields:
        assert f'name="{name}"' in form, (path, name)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    kept = {name: unescape(value) for name, value in hidden.items() if name != "csrf"}
    return browser.send(path, kept | fields)


def followed(browser: Browser, answer: Answer) -> str:
    assert answer.status == 303, answer.text[:2_000]
    return browser.get(answer.headers["location"]).text


def test_every_page_is_drawn_in_both_languages_for_whoever_may_see_it(portal: Served) -> None:
    browser = entered(portal, "NAS")
    for page in PAGES:
        for lang in LANGS:
            answer = browser.get(f"{page}{'&' if '?' in page else '?'}lang={lang}")
            assert answer.status == 200, page
            assert " style=" not in answer.text
    for page in PAGES:
        stranger = portal.browser().get(page)
        assert stranger.status == (200 if page == "/finance" else 303), page


def test_words_that_are_made_of_values_are_all_there() -> None:
    kinds = [tag for subject in (a.Subject.INVOICE, a.Subject.PAYMENT) for tag in tags(subject)]
    wanted = {
        *(f"purse_fact_{tag}" for tag in kinds),
        *(f"as_{what.value}" for what in RowAs),
        *(f"way_{way.value}" for way in Way),
        *(f"invoice_{state}" for state in STATES),
        *(f"payout_{state}" for state in ("asked", "confirmed", "left", "paid", "declined")),
        *(f"line_{kind}" for kind in ("dues", "entry_fee", "reinstatement_fee", "rounding")),
    }
    assert wanted - WORDS.keys() == set()


def tags(subject: a.Subject) -> list[str]:
    from typing import get_args

    return [str(kind.__struct_config__.tag) for kind in get_args(a.KINDS[subject])]


def test_a_branchs_treasurer_sees_his_own_branch_only(portal: Served, town: Society) -> None:
    mine, everybody = entered(portal, "JTM"), entered(portal, "NAS")
    for page in (
        "/dues/invoices",
        "/dues/invoices.csv",
        "/dues/rows",
        "/dues/bank",
        "/dues/branches",
        "/dues/accounts",
    ):
        assert mine.get(page).status == 200
    assert town.invoice.id in mine.get("/dues/invoices").text
    assert town.other.id not in mine.get("/dues/invoices").text
    assert town.other.id not in mine.get("/dues/invoices.csv").text
    assert town.other.id in everybody.get("/dues/invoices").text
    hidden = (
        f"/dues/invoices/{town.other.id}",
        "/dues/payments/R1",
        f"/members/{town.sinar}/dues",
        "/dues/branches/JBR",
        "/dues/accounts/bank:PUSAT",
        "/dues/accounts/branch:JBR",
        f"/dues/accounts/credit:{town.sinar}",
        "/dues/accounts/national:dues.csv",
    )
    for page in hidden:
        assert mine.get(page).status == 404, page
        assert everybody.get(page).status == 200, page
    rows = mine.get("/dues/rows").text
    assert "/dues/payments/R4" in rows
    assert "/dues/payments/R1" not in rows
    assert "PUSAT" not in mine.get("/dues/bank").text
    assert "RF-2026-00001" in mine.get("/dues/payouts").text, "the member is of his branch"
    refused = mine.send("/dues/rows/assign", ref="R1", member=town.maju, reason="x", request="q1")
    assert refused.status == 404
    refused = mine.send(f"/dues/invoices/{town.other.id}/cash", amount="5", request="q2")
    assert refused.status == 404
    look = mine.send("/dues/bank/look", account="PUSAT", request="q3")
    assert look.status == 400, "without a file nothing is said of an account"


def test_a_waiting_row_is_assigned_once_however_often_the_form_is_sent(portal: Served, town: Society) -> None:
    browser = entered(portal, "NAS")
    page = "/dues/payments/R1"
    assert "&lt;b&gt;setoran" in browser.get(page).text
    answer = sent(browser, page, "/dues/rows/assign", member=town.maju, reason=" ")
    assert answer.status == 409
    assert f'value="{town.maju}"' in answer.text, "what was typed is still there"
    form = {"ref": "R1", "member": town.maju, "reason": "slip", "request": "once"}
    first, second = browser.send("/dues/rows/assign", form), browser.send("/dues/rows/assign", form)
    assert "KW-2026-" in followed(browser, first)
    assert second.status == 303
    shown = browser.get(page).text
    assert "credit:000003" in shown, "its entries are on the page"
    undone = sent(browser, page, "/dues/rows/reverse", reason="another's")
    assert undone.status == 303
    assert "/dues/rows/assign" in browser.get(page).text


def test_a_row_that_went_out_is_named_and_its_heading_is_public(portal: Served) -> None:
    browser = entered(portal, "NAS")
    answer = sent(browser, "/dues/payments/R2", "/dues/rows/name", what="expense", to="Sewa gedung", reason="Januari")
    assert answer.status == 303
    public = portal.browser().get("/finance").text
    assert "sewa gedung" in public
    assert "Rp90.000" in public
    assert "PT Maju" not in public
    assert portal.browser().get("/finance.xlsx").headers["content-type"].endswith("sheet")
    assert sent(browser, "/dues/payments/R2", "/dues/rows/unname", reason="wrong").status == 303
    assert "sewa gedung" not in portal.browser().get("/finance").text
    assert browser.send("/dues/rows/name", ref="R2", what="gift", to="x", reason="y", request="q").status == 400
    assert browser.send("/dues/rows/burn", ref="R2", request="q").status == 404


def test_a_file_is_looked_at_then_taken_and_its_result_is_kept(portal: Served, town: Society) -> None:
    browser = entered(portal, "NAS")
    data = statement((DAY, f"trf {town.invoice.id}", int(town.invoice.note)), (DAY, "tanpa nama", 4_321))
    looked = browser.upload("/dues/bank/look", {"account": "PUSAT", "year": ""}, "mutasi.csv", data)
    assert looked.status == 200, looked.text[:500]
    assert "Cocok dan dibayar" in looked.text
    assert town.state(town.maju) == "verified"
    (token,) = re.findall(r'name="token" value="([^"]+)"', looked.text)
    answer = browser.send("/dues/bank/take", {"token": token, "request": "q"})
    for _ in range(2):
        answer = browser.send("/dues/bank/take", {"token": token, "request": "q"})
        assert answer.status == 303
    place = answer.headers["location"]
    page = browser.get(place).text
    for _ in range(200):
        if "Hasil berkas" in page and "Sedang diambil" not in page:
            break
        page = browser.get(place).text
    assert "Saldo terakhir menurut bank" in page
    assert town.state(town.maju) == "active"
    again = browser.upload("/dues/bank/look", {"account": "PUSAT"}, "lagi.csv", data)
    assert "Tidak ada baris baru" in again.text
    broken = browser.upload("/dues/bank/look", {"account": "PUSAT"}, "x.csv", b"%PDF-1.7")
    assert broken.status == 422
    assert "Tidak ada baris yang diambil" in broken.text
    gone = browser.send("/dues/bank/take", {"token": "nothing", "request": "q9"})
    assert gone.status == 400
    assert entered(portal, "JTM").get(place).status == 404


def test_two_persons_pay_a_refund_out(portal: Served) -> None:
    first, second = entered(portal, "NAS"), entered(portal, "KETUA")
    asked = sent(
        first, "/dues/payouts", "/dues/payouts/refund", member="000002", amount="1.000,50", to_account="x", reason="y"
    )
    assert asked.status == 400, "sen are no rupiah"
    page = "/dues/payouts"
    branch = entered(portal, "JTM")
    assert "RF-2026-00001" in branch.get(page).text
    own = sent(second, page, "/dues/payouts/confirm", number="RF-2026-00001")
    assert own.status == 409, "never for one's own firm"
    answer = sent(first, page, "/dues/payouts/confirm", number="RF-2026-00001")
    assert "Disetujui, belum ditransfer" in followed(first, answer)


def test_cash_is_taken_with_a_receipt_and_listed(portal: Served, town: Society) -> None:
    browser = entered(portal, "JTM")
    page = f"/dues/invoices/{town.invoice.id}"
    said = followed(browser, sent(browser, page, f"{page}/cash", amount=town.invoice.note))
    assert "kuitansi KW-2026-" in said
    assert town.state(town.maju) == "active"
    assert "bendahara-jtm" in browser.get("/dues/cash").text
    spent = sent(browser, "/dues/cash", "/dues/cash/spend", amount="10.000", heading="konsumsi", text="rapat")
    assert "BKK-2026-00001" in followed(browser, spent)
    assert "konsumsi" in browser.get("/dues/branches/JTM").text


def test_a_wrong_invoice_is_cancelled_and_a_new_one_issued_on_the_page(portal: Served, town: Society) -> None:
    browser = entered(portal, "NAS")
    page = f"/dues/invoices/{town.invoice.id}"
    done = followed(browser, sent(browser, page, f"{page}/cancel", reason="wrong class"))
    assert "CN-2026-00001" in done
    issued = sent(browser, "/dues/invoices", "/dues/invoices", member=town.maju, coded="1")
    assert issued.status == 303
    again = sent(browser, "/dues/invoices", "/dues/invoices", member=town.maju)
    assert again.status == 409
    promised = issued.headers["location"]
    assert sent(browser, promised, f"{promised}/promise", collector=town.branch_firm).status == 303
    assert town.branch_firm in browser.get("/dues/collectors").text
    files = [
        browser.get(f"/dues/{name}.{ending}") for name in ("invoices", "payments", "rows") for ending in ("csv", "xlsx")
    ]
    assert [answer.status for answer in files] == [200] * 6
    assert browser.get("/dues/invoices.exe").status == 404


def test_a_member_sees_what_he_owes_and_how_to_pay_it_to_the_rupiah_also_in_grace(
    portal: Served, town: Society
) -> None:
    browser = entered(portal, "RINI")
    dues = f"/members/{town.maju}/dues"
    text = browser.get(dues).text
    assert f"{dues}/{town.invoice.id}" in text
    pay = browser.get(f"{dues}/{town.invoice.id}").text
    assert f"Rp{int(town.invoice.note):,}".replace(",", ".") in pay
    assert "0123456789" in pay
    assert browser.get(f"/members/{town.sinar}/dues").status == 404
    assert browser.get("/dues").status in {403, 404}
    town.by = "bendahara"
    town.do(c.TakePayment(way=Way.BANK, amount_idr=int(town.invoice.note), ref="OK", text=town.invoice.id))
    assert "sudah lunas" in browser.get(f"{dues}/{town.invoice.id}").text
    town.on("2026-11-02").do(c.IssueInvoice(member=town.maju))
    town.on("2027-01-15")
    in_grace = browser.get(dues).text
    assert "Masa tenggang" in in_grace
    (link,) = re.findall(rf'href="({dues}/INV-2026-\d+)"', in_grace)
    assert "masih dalam masa tenggang" in browser.get(link).text
    town.on("2027-02-20")
    assert f'href="{link}"' not in browser.get(dues).text
    assert "tidak lagi dapat dibayar" in browser.get(link).text
    assert quote(link) == link
