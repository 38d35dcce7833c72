"""The purse: statement files, refunds, settlements, spending, cash, collectors; each proved by the audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.association.desk.accounts import position
from juru.association.desk.collectors import promises
from juru.association.desk.payouts import refund_of, settlement_of
from juru.association.desk.settling import invoices_of
from juru.association.desk.statements import Look, Taken, look, take, takes
from juru.association.desk.treasury import cash_in_hand, misdirected, waiting_rows
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Way
from juru.association.domain.boards import Body, Title
from juru.association.domain.treasury import AccountSet, RowAs
from juru.association.errors import AccountError
from juru.bank.statement import UnreadableError
from tests.support.association import Town, day

HEAD = "Tanggal,Keterangan,Debit,Kredit,Saldo"


def statement(*rows: tuple[str, str, int], opening_idr: int = 1_000_000) -> bytes:
    """A bank's file: day, text, rupiah in or (below zero) out, each with the balance after it."""
    lines, balance_idr = [HEAD], opening_idr
    for on, text, amount_idr in rows:
        balance_idr += amount_idr
        debit, credit = (str(-amount_idr), "") if amount_idr < 0 else ("", str(amount_idr))
        lines.append(f"{day(on):%d/%m/%Y},{text},{debit},{credit},{balance_idr}")
    return "\n".join(lines).encode()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi")
    town.dues()
    account(town, "PUSAT", "NAS")
    account(town, "SBY", "JTM")
    yield town
    assert town.audited().found == []
    town.close()


def account(town: Town, code: str, unit: str, *, opening_idr: int = 0) -> None:
    fact = AccountSet(on=town.today, unit=unit, bank="BCA", profile="generic", opening_idr=opening_idr)
    town.do(c.SetAccount(code=code, fact=fact))


def looked(town: Town, code: str, data: bytes) -> Look:
    with town.desk.book.reading() as reads:
        return look(reads, code, data, file="mutasi.csv", today=town.today)


def taken(town: Town, code: str, data: bytes) -> Counter[str]:
    """Look, take, and check that what was promised is what came."""
    found = looked(town, code, data)
    *_, (done, counts) = take(town.desk, found, take_id=f"t{town.now()}", now=town.now(), by=town.by)
    assert done == len(found.lines)
    assert counts == +found.counts, "what the look said is what became of the rows"
    return counts


def waits(town: Town) -> list[str]:
    with town.desk.book.reading() as reads:
        return [row.ref for row in waiting_rows(reads)]


def invoice(town: Town, name: str, branch: str = "JTM", province: str = "35") -> tuple[str, str, int]:
    number = town.verified(name, branch, province)
    done = town.do(c.IssueInvoice(member=number))
    return number, done.id, int(done.note)


def test_a_file_is_looked_at_then_taken_and_counts_once_however_often_it_comes(town: Town) -> None:
    number, named, asked_idr = invoice(town, "A")
    rows = (("2026-01-05", f"trf {named}", asked_idr), ("2026-01-05", "setoran tunai", 77_000))
    more = (*rows, ("2026-01-05", "biaya adm", -15_000))
    found = looked(town, "PUSAT", statement(*rows))
    assert [(line.fate, line.member, line.invoice) for line in found.lines] == [
        ("matched", number, named),
        ("unmatched", "", ""),
    ]
    assert town.state(number) == "verified", "a look writes nothing"
    assert taken(town, "PUSAT", statement(*rows)) == {"matched": 1, "unmatched": 1}
    assert town.state(number) == "active"
    before = town.nets()
    assert taken(town, "PUSAT", statement(*rows)) == {"known": 2}
    assert town.nets() == before
    assert taken(town, "PUSAT", statement(*more)) == {"known": 2, "outgoing": 1}, "an overlapping file"
    assert town.nets()["bank:PUSAT"] == -(asked_idr + 77_000 - 15_000)
    assert len(waits(town)) == 2
    with town.desk.book.reading() as reads:
        kept = takes(reads, "PUSAT")
    assert [(one.rows, dict(one.counts)) for one in kept] == [
        (3, {"known": 2, "outgoing": 1}),
        (2, {"known": 2}),
        (2, {"matched": 1, "unmatched": 1}),
    ]
    assert isinstance(kept[0], Taken)
    assert kept[0].balance_idr == 1_000_000 + asked_idr + 77_000 - 15_000


def test_two_equal_rows_of_a_day_are_two_payments(town: Town) -> None:
    _, named, asked_idr = invoice(town, "A")
    lines = [HEAD, *[f"05/01/2026,{named},,{asked_idr}," for _ in range(2)]]
    assert taken(town, "PUSAT", "\n".join(lines).encode()) == {"matched": 2}
    assert town.nets()["credit:000001"] == asked_idr, "a double payment is credit"


def test_a_look_does_not_promise_one_invoice_to_two_rows_of_one_sum(town: Town) -> None:
    number = town.verified("A")
    asked = town.do(c.IssueInvoice(member=number, coded=True))
    rows = [("2026-01-05", "tanpa berita", int(asked.note)), ("2026-01-05", "tanpa berita", int(asked.note))]
    assert taken(town, "PUSAT", statement(*rows)) == {"matched": 1, "unmatched": 1}


def test_a_file_with_sen_that_nothing_proves_is_refused_whole(town: Town) -> None:
    data = f'{HEAD}\n05/01/2026,x,,"500000.50",\n05/01/2026,y,,500000,'.encode()
    with pytest.raises(UnreadableError, match="row 2"):
        looked(town, "PUSAT", data)
    assert waits(town) == []


def test_rows_before_the_accounts_first_day_are_left_out(town: Town) -> None:
    town.on("2026-01-09")
    rows = (("2026-01-04", "lama", 5_000), ("2026-01-09", "baru", 6_000))
    assert taken(town, "PUSAT", statement(*rows)) == {"before": 1, "unmatched": 1}


def test_an_account_that_files_feed_takes_no_typed_rows_and_one_kept_by_hand_no_files(town: Town) -> None:
    typed = c.TakePayment(way=Way.BANK, amount_idr=1, ref="x", account="PUSAT")
    assert town.refused(typed) == "fed_by_files"
    out = c.PayOut(amount_idr=5, what=RowAs.EXPENSE, to="sewa", account="PUSAT", ref="y")
    assert town.refused(out) == "fed_by_files"
    town.do(c.SetAccount(code="HAND", fact=AccountSet(on=town.today, unit="NAS", bank="BRI")))
    with pytest.raises(AccountError, match="choose one of PUSAT, SBY"):
        looked(town, "HAND", statement(("2026-01-05", "x", 5)))


def test_an_account_is_set_rightly_or_refused(town: Town) -> None:
    def refused(code: str, **fields: object) -> str:
        fact = AccountSet(**{"on": day("2026-02-01"), "unit": "NAS", "bank": "BCA"} | fields)  # type: ignore[arg-type]  # fields by name
        return town.refused(c.SetAccount(code=code, fact=fact))

    assert refused("A B") == "not_found"
    assert refused("NEW", unit="XXX") == "not_found"
    assert refused("NEW", profile="nobank") == "not_found"
    assert refused("NEW", profile="bca", own_profile="{") == "not_found"
    assert refused("NEW", until=day("2026-02-01")) == "wrong_period"
    assert refused("PUSAT", on=day("2026-01-05")) == "same_day"
    assert refused("PUSAT", opening_idr=5) == "not_fitting"
    assert refused("PUSAT", unit="JTM") == "not_fitting"
    account(town, "KAS", "NAS", opening_idr=250_000)
    assert town.nets()["bank:KAS"] == -250_000


def test_a_person_says_whose_a_row_is_or_what_else_it_is(town: Town) -> None:
    number, _, asked_idr = invoice(town, "A")
    rows = (
        ("2026-01-05", "bpk budi", asked_idr - 1),
        ("2026-01-05", "bunga", 1_234),
        ("2026-01-05", "sewa gedung", -90_000),
    )
    taken(town, "PUSAT", statement(*rows))
    budi, interest, rent = waits(town)
    assert town.refused(c.AssignPayment(ref=budi, member=number, reason=" ")) == "reason_needed"
    town.do(c.AssignPayment(ref=budi, member=number, reason="slip shown"))
    assert town.state(number) == "verified", "one rupiah short is not paid"
    assert town.refused(c.NameRow(ref=budi, what=RowAs.INCOME, to="bunga", reason="x")) == "seen_before"
    assert town.refused(c.NameRow(ref=interest, what=RowAs.EXPENSE, to="bunga", reason="x")) == "not_fitting"
    assert town.refused(c.NameRow(ref=rent, what=RowAs.INCOME, to="sewa", reason="x")) == "not_fitting"
    assert town.refused(c.NameRow(ref=rent, what=RowAs.EXPENSE, to="sewa")) == "reason_needed"
    assert town.refused(c.NameRow(ref="none", what=RowAs.EXPENSE, to="sewa", reason="x")) == "not_found"
    town.do(c.NameRow(ref=interest, what=RowAs.INCOME, to="bunga bank", reason="January"))
    town.do(c.NameRow(ref=rent, what=RowAs.EXPENSE, to="sewa", reason="January"))
    assert waits(town) == []
    assert (town.nets()["spent:NAS"], town.nets()["income:NAS"]) == (-90_000, 1_234)
    town.do(c.UnnameRow(ref=rent, reason="it was not the rent"))
    assert waits(town) == [rent]
    assert town.refused(c.UnnameRow(ref=rent, reason="again")) == "not_found"


def test_a_reversed_row_of_a_file_stays_in_the_book_and_waits(town: Town) -> None:
    number, named, asked_idr = invoice(town, "A")
    rows = [("2026-01-05", named, asked_idr)]
    taken(town, "PUSAT", statement(*rows))
    with town.desk.book.reading() as reads:
        (ref,) = reads.concerning(number, "received")
    town.do(c.ReversePayment(ref=ref, reason="another member's"))
    assert waits(town) == [ref]
    assert town.refused(c.ReversePayment(ref=ref, reason="again")) == "not_fitting"
    assert town.state(number) == "verified"
    assert taken(town, "PUSAT", statement(*rows, ("2026-01-05", "retur", -asked_idr))) == {"known": 1, "outgoing": 1}
    out = next(one for one in waits(town) if one != ref)
    town.do(c.NameRow(ref=out, what=RowAs.RETURNED, to=ref, reason="the bank took it back"))
    assert waits(town) == []
    assert "unmatched" not in town.nets()
    town.do(c.UnnameRow(ref=ref, reason="wrong pair"))
    assert sorted(waits(town)) == sorted([ref, out])


# ---------------------------------------------------------------------- refunds


def officers(town: Town) -> None:
    """National: treasurer and chair; East Java: a treasurer. Each seated for a firm of his own."""
    firms = [town.active(name) for name in ("Firma N", "Firma K", "Firma B")]
    places = ((firms[1], "ketua", Title.CHAIR), (firms[0], "bendahara", Title.TREASURER))
    town.seat("bendahara-jtm", firms[2], Title.TREASURER, Body.BRANCH, "JTM")
    for firm, person, title in places:
        decree = town.decree()
        fact = a.Appointed(
            on=town.today,
            firm=firm,
            body=Body.NATIONAL,
            unit="NAS",
            title=title,
            until=day("2030-01-01"),
            decree=decree,
        )
        town.do(c.Appoint(person=person, fact=fact))
        town.by = "ketua"


def test_a_refund_takes_two_persons_neither_for_his_own_firm_and_then_its_row(town: Town) -> None:
    officers(town)
    town.by = "bendahara"
    number, named, asked_idr = invoice_by(town, "A")
    rows = [("2026-01-05", named, asked_idr), ("2026-01-05", f"{named} lagi", asked_idr)]
    taken(town, "PUSAT", statement(*rows))
    ask = c.AskRefund(member=number, amount_idr=asked_idr, to_account="BCA 123 a.n. A", reason="paid twice")
    assert (
        town.refused(c.AskRefund(member=number, amount_idr=asked_idr + 1, to_account="x", reason="y")) == "over_credit"
    )
    assert town.refused(c.AskRefund(member=number, amount_idr=0, to_account="x", reason="y")) == "wrong_amount"
    assert town.refused(c.AskRefund(member=number, amount_idr=1, to_account="", reason="y")) == "reason_needed"
    own = c.AskRefund(member="000001", amount_idr=1, to_account="x", reason="y")
    assert town.refused(own) == "own_firm"
    refund = town.do(ask).id
    assert refund == "RF-2026-00001"
    assert town.refused(c.ConfirmPayOut(number=refund)) == "decided_before"
    town.by = "ketua"
    town.do(c.ConfirmPayOut(number=refund))
    assert town.refused(c.ConfirmPayOut(number=refund)) == "seen_before"
    assert f"credit:{number}" not in town.nets()
    assert town.nets()["refunds"] == asked_idr
    town.by = "bendahara"
    taken(town, "PUSAT", statement(*rows, ("2026-01-05", "retur iuran", -asked_idr), ("2026-01-05", "x", -1)))
    row, other = waits(town)
    assert town.refused(c.NameRow(ref=other, what=RowAs.REFUND, to=refund, reason="paid")) == "not_fitting"
    town.do(c.NameRow(ref=row, what=RowAs.REFUND, to=refund, reason="paid"))
    with town.desk.book.reading() as reads:
        found = refund_of(reads, refund)
    assert found is not None
    assert (found.state, found.rows) == ("paid", [row])
    assert town.refused(c.DeclinePayOut(number=refund, reason="late")) == "seen_before"
    assert "refunds" not in town.nets()


def invoice_by(town: Town, name: str) -> tuple[str, str, int]:
    """A member and his invoice, whoever acts meanwhile."""
    by, town.by = town.by, "ketua"
    number = town.verified(name)
    town.by = by
    done = town.do(c.IssueInvoice(member=number))
    return number, done.id, int(done.note)


def test_a_declined_refund_gives_the_credit_back(town: Town) -> None:
    number = town.active("A")
    town.do(c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="B-2", text="INV-2026-00001"))
    ask = c.AskRefund(member=number, amount_idr=500_000, to_account="BCA 1", reason="twice")
    refund = town.do(ask).id
    town.by = "orang kedua"
    town.do(c.ConfirmPayOut(number=refund))
    assert town.refused(c.DeclinePayOut(number=refund, reason="")) == "reason_needed"
    town.do(c.DeclinePayOut(number=refund, reason="he takes it as next year's dues"))
    assert town.nets()[f"credit:{number}"] == 500_000
    assert town.refused(c.ConfirmPayOut(number=refund)) == "seen_before"
    assert town.refused(c.ConfirmPayOut(number="RF-2026-00009")) == "not_found"
    town.on("2026-11-02").do(c.IssueInvoice(member=number))
    assert town.state(number, "2027-03-01") == "active"


def test_a_confirmed_refund_is_not_spent_by_the_next_invoice(town: Town) -> None:
    number = town.active("A")
    town.do(c.TakePayment(way=Way.BANK, amount_idr=500_000, ref="B-2", text="INV-2026-00001"))
    refund = town.do(c.AskRefund(member=number, amount_idr=500_000, to_account="BCA 1", reason="twice")).id
    town.by = "orang kedua"
    town.do(c.ConfirmPayOut(number=refund))
    town.on("2026-11-02").do(c.IssueInvoice(member=number))
    assert town.state(number, "2027-03-01") == "lapsed"
    out = c.PayOut(amount_idr=500_000, what=RowAs.REFUND, to=refund, ref="BCA-OUT-1")
    assert town.do(out).id == "BCA-OUT-1"
    assert town.refused(out) == "seen_before"


# ---------------------------------------------------------------------- branches


def test_payment_on_another_branchs_account_is_posted_right_and_listed(town: Town) -> None:
    number, named, asked_idr = invoice(town, "A", "JBR", "32")
    taken(town, "SBY", statement(("2026-01-05", named, asked_idr)))
    assert town.state(number) == "active"
    share_idr = town.nets()["branch:JBR"]
    assert "branch:JTM" not in town.nets()
    with town.desk.book.reading() as reads:
        (wrong,) = misdirected(reads)
        surabaya, bandung = position(reads, "JTM"), position(reads, "JBR")
    assert (wrong.member, wrong.unit, wrong.branch, wrong.amount_idr) == (number, "JTM", "JBR", asked_idr)
    assert surabaya.standing_idr == -asked_idr, "it holds what is others'"
    assert bandung.standing_idr == share_idr


def test_a_branch_is_settled_by_two_persons_up_to_what_stands(town: Town) -> None:
    _, named, asked_idr = invoice(town, "A")
    rows = [("2026-01-05", named, asked_idr)]
    taken(town, "PUSAT", statement(*rows))
    share_idr = town.nets()["branch:JTM"]

    def ask(amount_idr: int, giver: str = "PUSAT", taker: str = "SBY") -> c.AskSettlement:
        return c.AskSettlement(branch="JTM", giver=giver, taker=taker, amount_idr=amount_idr)

    assert town.refused(ask(share_idr + 1)) == "over_standing"
    assert town.refused(ask(1, "SBY", "PUSAT")) == "over_standing"
    assert town.refused(ask(1, "SBY", "SBY")) == "not_found"
    assert town.refused(ask(0)) == "wrong_amount"
    first, second = town.do(ask(share_idr)).id, town.do(ask(share_idr)).id
    assert (first, second) == ("ST-2026-00001", "ST-2026-00002")
    assert town.refused(c.ConfirmPayOut(number=first)) == "decided_before"
    town.by = "orang kedua"
    town.do(c.ConfirmPayOut(number=first))
    assert town.refused(c.ConfirmPayOut(number=second)) == "over_standing", "the first is as good as gone"
    assert town.refused(ask(1)) == "over_standing"
    taken(town, "PUSAT", statement(*rows, ("2026-01-05", "ke JTM", -share_idr)))
    (out,) = waits(town)
    town.do(c.NameRow(ref=out, what=RowAs.SETTLEMENT, to=first, reason="x"))
    with town.desk.book.reading() as reads:
        found = settlement_of(reads, first)
        assert found is not None
        assert found.state == "left"
        assert position(reads, "JTM").standing_idr == 0, "what is on its way is the branch's"
    taken(town, "SBY", statement(("2026-01-05", "dari pusat", share_idr), ("2026-01-05", "sewa", -100_000)))
    into, rent = waits(town)
    assert town.refused(c.NameRow(ref=rent, what=RowAs.SETTLEMENT, to=first, reason="x")) == "not_fitting"
    assert town.refused(c.NameRow(ref=rent, what=RowAs.HAND_IN, to="x", reason="x")) == "not_fitting"
    town.do(c.NameRow(ref=into, what=RowAs.SETTLEMENT, to=first, reason="x"))
    town.do(c.NameRow(ref=rent, what=RowAs.EXPENSE, to="sewa", reason="x"))
    with town.desk.book.reading() as reads:
        found, stands = settlement_of(reads, first), position(reads, "JTM")
    assert found is not None
    assert found.state == "paid"
    assert (stands.share_idr, stands.spent_idr, stands.held_idr) == (share_idr, 100_000, share_idr - 100_000)
    assert stands.standing_idr == 0


def test_a_branch_that_holds_what_is_others_pays_it_to_national(town: Town) -> None:
    _, named, asked_idr = invoice(town, "A")
    taken(town, "SBY", statement(("2026-01-05", named, asked_idr)))
    over_idr = asked_idr - town.nets()["branch:JTM"]
    settlement = c.AskSettlement(branch="JTM", giver="SBY", taker="PUSAT", amount_idr=over_idr)
    number = town.do(settlement).id
    town.by = "orang kedua"
    town.do(c.ConfirmPayOut(number=number))
    taken(town, "SBY", statement(("2026-01-05", named, asked_idr), ("2026-01-05", "ke pusat", -over_idr)))
    taken(town, "PUSAT", statement(("2026-01-05", "dari JTM", over_idr)))
    for ref in waits(town):
        town.do(c.NameRow(ref=ref, what=RowAs.SETTLEMENT, to=number, reason="x"))
    with town.desk.book.reading() as reads:
        assert position(reads, "JTM").standing_idr == 0
    assert "transit:JTM" not in town.nets()


# ---------------------------------------------------------------------- cash and collectors


def test_cash_is_receipted_on_the_spot_and_listed_until_it_is_handed_in(town: Town) -> None:
    officers(town)
    town.by = "bendahara"
    _, first, first_idr = invoice_by(town, "A")
    _, second, second_idr = invoice_by(town, "B")
    town.by = "bendahara-jtm"
    done = town.do(c.TakePayment(way=Way.CASH, amount_idr=first_idr, text=first))
    assert done.id.startswith("KW-2026-")
    town.on("2026-01-08").do(c.TakePayment(way=Way.CASH, amount_idr=second_idr, text=second))
    assert town.refused(c.TakePayment(way=Way.CASH, amount_idr=5, text="nobody's")) == "not_found"

    def held() -> list[tuple[str, int, str, bool]]:
        with town.desk.book.reading() as reads:
            found = cash_in_hand(reads, town.today)
        return [(one.treasurer, one.held_idr, one.since.isoformat(), one.overdue) for one in found]

    both = first_idr + second_idr
    assert held() == [("bendahara-jtm", both, "2026-01-05", False)]
    town.on("2026-01-12")
    assert held() == [("bendahara-jtm", both, "2026-01-05", False)], "the seventh day still counts"
    town.on("2026-01-13")
    assert held() == [("bendahara-jtm", both, "2026-01-05", True)]
    town.by = "bendahara"
    taken(town, "PUSAT", statement(("2026-01-13", "setor tunai", first_idr)))
    (row,) = waits(town)
    assert town.refused(c.NameRow(ref=row, what=RowAs.HAND_IN, to="bendahara", reason="slip")) == "over_cash"
    town.do(c.NameRow(ref=row, what=RowAs.HAND_IN, to="bendahara-jtm", reason="slip"))
    assert held() == [("bendahara-jtm", second_idr, "2026-01-08", False)], "the oldest cash is handed in first"
    town.by = "bendahara-jtm"
    spend = c.PayOut(amount_idr=10_000, what=RowAs.EXPENSE, to="konsumsi", cash=True, unit="JTM", text="rapat")
    assert town.do(spend).id == "BKK-2026-00001"
    too_much = c.PayOut(amount_idr=9_000_000, what=RowAs.EXPENSE, to="konsumsi", cash=True, unit="JTM")
    assert town.refused(too_much) == "over_cash"
    elsewhere = c.PayOut(amount_idr=1, what=RowAs.EXPENSE, to="konsumsi", cash=True, unit="JBR")
    assert town.refused(elsewhere) == "no_power"
    assert town.refused(c.HandIn(treasurer="bendahara-jtm", amount_idr=1, account="PUSAT")) == "fed_by_files"
    town.do(c.HandIn(treasurer="bendahara-jtm", amount_idr=second_idr - 10_000))
    assert held() == []


def test_a_branchs_treasurer_takes_cash_of_his_own_branch_only(town: Town) -> None:
    officers(town)
    by, town.by = town.by, "ketua"
    number = town.verified("A", "JBR", "32")
    town.by = "bendahara"
    asked = town.do(c.IssueInvoice(member=number))
    town.by = "bendahara-jtm"
    assert town.refused(c.TakePayment(way=Way.CASH, amount_idr=int(asked.note), text=asked.id)) == "no_power"
    assert town.refused(c.CancelInvoice(invoice=asked.id, reason="x")) == "no_power"
    town.by = by


def test_a_collectors_one_transfer_pays_what_he_promised_and_is_overdue_after_his_day(town: Town) -> None:
    collector = town.active("Kolektor")
    decree = town.decree()
    fact = a.CollectorAppointed(
        on=town.today, limit_idr=10_000_000, settlement_day=10, until=day("2026-12-01"), decree=decree
    )
    town.do(c.AppointCollector(member=collector, fact=fact))
    promised = [invoice(town, name) for name in ("A", "B")]
    for _, number, _ in promised:
        town.do(c.Promise(invoice=number, collector=collector))

    def overdue() -> list[tuple[str, str, bool]]:
        with town.desk.book.reading() as reads:
            return [(one.invoice, one.due_on.isoformat(), one.overdue) for one in promises(reads, town.today)]

    assert overdue() == [(number, "2026-01-10", False) for _, number, _ in promised]
    town.on("2026-01-11")
    assert [late for *_, late in overdue()] == [True, True]
    total = sum(idr for *_, idr in promised)
    taken(town, "PUSAT", statement(("2026-01-11", "setoran kolektor", total), ("2026-01-11", "kurang", total - 1)))
    row, short = waits(town)
    numbers = tuple(number for _, number, _ in promised)
    named = c.NameRow(ref=row, what=RowAs.COLLECTOR, to=collector, reason="x")
    assert town.refused(named) == "not_fitting"
    for ref, wanted in ((short, numbers), (row, numbers[:1]), (row, (*numbers, "INV-2026-00001"))):
        assert town.refused(c.SettleCollector(ref=ref, collector=collector, invoices=wanted)) == "not_fitting"
    done = town.do(c.SettleCollector(ref=row, collector=collector, invoices=numbers))
    assert (done.id, done.note) == ("KW-2026-00002", "2")
    assert overdue() == []
    assert [town.state(member) for member, *_ in promised] == ["active", "active"]
    assert town.refused(c.UnnameRow(ref=row, reason="wrong")) == "carries_money"
    for number in numbers:
        town.do(c.ReversePayment(ref=f"{row}#{number}", reason="the bank took it back"))
    town.do(c.UnnameRow(ref=row, reason="wrong"))
    assert sorted(waits(town)) == sorted([row, short])
    assert [late for *_, late in overdue()] == [True, True]


# ---------------------------------------------------------------------- credit notes


def test_a_wrong_invoice_is_cancelled_by_a_credit_note_and_what_was_paid_is_credit(town: Town) -> None:
    number = town.active("A")
    before = town.nets()["branch:JTM"]
    assert before
    assert town.refused(c.CancelInvoice(invoice="INV-2026-00001", reason=" ")) == "reason_needed"
    done = town.do(c.CancelInvoice(invoice="INV-2026-00001", reason="wrong class"))
    assert done.id == "CN-2026-00001"
    assert town.refused(c.CancelInvoice(invoice="INV-2026-00001", reason="again")) == "nothing_due"
    assert town.state(number) == "verified"
    nets = town.nets()
    assert "branch:JTM" not in nets
    assert nets[f"credit:{number}"] == -nets["bank"]
    again = town.do(c.IssueInvoice(member=number))
    assert again.id == "INV-2026-00002"
    assert town.state(number) == "active"
    with town.desk.book.reading() as reads:
        assert [one.written_off for one in invoices_of(reads, number)] == [True, False]


def test_a_write_off_is_numbered_and_regains_no_vote(town: Town) -> None:
    number = town.active("A")
    town.on("2026-11-02")
    done = town.do(c.IssueInvoice(member=number))
    town.on("2027-03-01")
    assert town.do(c.WriteOff(invoice=done.id, decree=town.decree())).id == "CN-2027-00001"
    assert town.state(number) == "lapsed"
    assert town.state(number, "2027-02-01") == "lapsed"
    with town.desk.book.reading() as reads:
        assert [one.outstanding_idr for one in invoices_of(reads, number)] == [0, 0]


def test_many_commands_are_synced_at_once_and_one_that_is_refused_leaves_the_rest(town: Town) -> None:
    commands: list[tuple[c.AnyCommand, str]] = [
        (c.NewMember(name="A", branch="JTM", province="35"), "r1"),
        (c.NewMember(name="A", branch="JTM", province="35"), "r2"),
        (c.NewMember(name="B", branch="JTM", province="35"), "r3"),
    ]
    first = town.desk.do_together(commands, now=town.now(), by=town.by)
    assert [getattr(one, "id", None) for one in first] == ["000001", None, "000002"]
    assert town.desk.do_together(commands, now=town.now(), by=town.by) == first
    assert town.fact("000002", f.Complete(on=town.today)).note == "applicant"
