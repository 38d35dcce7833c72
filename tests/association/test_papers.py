"""Papers: what each says, the same bytes each time, a code nobody can guess, and what verification answers."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from juru.association.desk.documents import FOLDER as PICTURES
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import commands_registers as r
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, Way
from juru.association.papers import batch
from juru.association.papers.batch import Printed, print_year
from juru.association.papers.content import NoPaperError, TakenBackError, paper_of
from juru.association.papers.paper import Entry, Paper, PaperKind, code_of, typed_code
from juru.association.papers.printing import FOLDER, kept_path, made, printed
from juru.association.papers.verifying import Stands, Verdict, verify
from juru.association.papers.words import TITLES, WORDS
from juru.association.store.jobs import Jobs, JobState
from juru.association.store.rows import milliseconds
from tests.support.association import Town, day

ROOT = Path(__file__).parents[2]


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\1\2\3")) + chunk(b"IEND", b"")


def letterhead(town: Town, name: str = "Asosiasi Server Pulsa Indonesia", **more: str) -> a.LetterheadSet:
    fact = a.LetterheadSet(on=town.today, name=name, site="https://aspi.example", account="BCA 123")
    fact = msgspec.structs.replace(fact, **more)
    town.do(c.SetLetterhead(fact=fact))
    return fact


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi")
    town.dues()
    letterhead(town, place="Surabaya")
    yield town
    assert town.audited().found == []
    town.close()


def paper(town: Town, number: str) -> Paper:
    with town.desk.book.reading() as reads:
        return paper_of(reads, number)


def verdict(town: Town, number: str, code: str) -> Verdict | None:
    with town.desk.book.reading() as reads:
        return verify(reads, number, code)


def state(town: Town, number: str, code: str) -> Stands:
    found = verdict(town, number, code)
    assert found is not None
    return found.state


# ------------------------------------------------------------------ what they say


def test_an_invoice_says_its_lines_and_what_to_transfer(town: Town) -> None:
    member = town.active("PT Maju Pulsa")
    invoice = town.on("2026-11-01").do(c.IssueInvoice(member=member, coded=True))
    said = paper(town, invoice.id)
    assert said.kind is PaperKind.INVOICE
    assert dict(said.facts) == {
        "member": "PT Maju Pulsa",
        "member_number": member,
        "branch": "Jawa Timur (JTM)",
        "due_on": "31 Desember 2026",
    }
    assert said.entries == (Entry("dues", 500_000, "1 Januari 2027 - 31 Desember 2027"), Entry("unique_code", 2))
    assert said.total_idr == said.pay_idr == said.words_idr == int(invoice.note)
    assert said.link == f"https://aspi.example/verify/{invoice.id}/{said.code}"


def test_a_receipt_says_which_invoices_it_paid_and_what_stayed_as_credit(town: Town) -> None:
    member = town.verified("A")
    first = town.do(c.IssueInvoice(member=member))
    more = c.TakePayment(way=Way.BANK, amount_idr=int(first.note) + 90_000, ref="BCA-7", text=first.id)
    said = paper(town, town.do(more).id)
    assert said.kind is PaperKind.RECEIPT
    assert said.entries == (Entry("paid_invoice", int(first.note), first.id), Entry("credit", 90_000))
    assert said.total_idr == said.words_idr == int(first.note) + 90_000
    assert dict(said.facts)["reference"] == "BCA-7"
    assert said.signers == (town.by,)


def test_older_credit_that_paid_along_is_not_on_the_receipt(town: Town) -> None:
    member = town.active("A")
    town.do(c.TakePayment(way=Way.BANK, amount_idr=100_000, ref="X-1", text="", member=member))
    town.on("2026-11-01").do(c.IssueInvoice(member=member))
    rest = town.do(c.TakePayment(way=Way.BANK, amount_idr=450_000, ref="X-2", text="", member=member))
    said = paper(town, rest.id)
    assert sum(entry.amount_idr for entry in said.entries) == said.total_idr == 450_000


def test_cash_has_no_other_reference_than_its_receipt(town: Town) -> None:
    member = town.verified("A")
    invoice = town.do(c.IssueInvoice(member=member))
    done = town.do(c.TakePayment(way=Way.CASH, amount_idr=int(invoice.note), text=invoice.id))
    said = paper(town, done.id)
    assert "reference" not in dict(said.facts)
    assert dict(said.facts)["way"] == "cash"


def test_a_credit_note_and_a_decree_say_what_they_do(town: Town) -> None:
    invoice = town.do(c.IssueInvoice(member=town.verified("A")))
    decree = town.decree()
    note = paper(town, town.do(c.WriteOff(invoice=invoice.id, decree=decree)).id)
    assert (note.kind, note.total_idr) == (PaperKind.CREDIT_NOTE, int(invoice.note))
    assert dict(note.facts)["decree"] == decree
    text = c.IssueDecree(body="JTM", decree_kind="iuran", text="Satu.\n\n Dua. \n", signers=("x",), revokes=decree)
    said = paper(town, town.do(text).id)
    assert said.paragraphs == ("Satu.", "Dua.")
    assert dict(said.facts) == {"body": "Jawa Timur (JTM)", "about": "iuran", "revokes": decree}


def test_a_letter_is_on_the_letterhead_and_a_void_one_says_so(town: Town) -> None:
    draft = r.DraftLetter(
        body="NAS", to="Kementerian", regarding="Audiensi", text="Dengan hormat,\n\nKami mohon waktu."
    )
    letter = town.do(draft).id
    number = town.do(r.SendLetter(letter=letter, signers=("Ketua", "Sekretaris"))).note
    said = paper(town, number)
    assert (said.kind, said.paragraphs) == (PaperKind.LETTER, ("Dengan hormat,", "Kami mohon waktu."))
    assert dict(said.facts)["to"] == "Kementerian"
    assert state(town, number, said.code) is Stands.STANDS
    town.on("2026-02-01").do(r.EndLetter(letter=letter, reason="salah alamat"))
    found = verdict(town, number, said.code)
    assert found is not None
    assert (found.state, found.since) == (Stands.VOID, town.today)
    assert printed(town.path, said).startswith(b"%PDF-")


def test_every_word_on_a_paper_is_in_both_languages() -> None:
    assert all(all(pair) for pair in [*TITLES.values(), *WORDS.values()])
    assert set(TITLES) == set(PaperKind)


@pytest.mark.parametrize(
    "number", ["INV-2026-09999", "KW-2026-00009", "CN-2026-00001", "SK-NAS-2026-999", "KW-x-1", "", "X", 'KW-2026-"']
)
def test_what_was_never_numbered_is_no_paper(town: Town, number: str) -> None:
    with pytest.raises(NoPaperError):
        paper(town, number)


# ------------------------------------------------------------------ the same each time


def test_a_paper_says_what_was_known_when_its_fact_was_recorded(town: Town) -> None:
    member = town.active("Nama Lama")
    before = [paper(town, number) for number in ("INV-2026-00001", "KW-2026-00001")]
    town.on("2026-02-01").fact(member, f.Renamed(on=day("2026-01-05"), name="Nama Baru"))
    town.fact(member, f.Moved(on=town.today, to="BAL"))
    letterhead(town, "Nama Lain")
    assert [paper(town, number) for number in ("INV-2026-00001", "KW-2026-00001")] == before
    later = paper(town, town.on("2026-11-01").do(c.IssueInvoice(member=member)).id)
    assert later.head.name == "Nama Lain"
    assert dict(later.facts)["member"] == "Nama Baru"


_AGAIN = """
import hashlib, sys
from pathlib import Path
from juru.association.papers.content import paper_of
from juru.association.papers.printing import made
from juru.association.store.book import Book

path = Path(sys.argv[1])
with Book(path).reading() as reads:
    for number in sys.argv[2:]:
        print(hashlib.sha256(made(paper_of(reads, number), path / "documents")).hexdigest())
"""


def test_the_same_fact_is_the_same_bytes_in_every_process(town: Town) -> None:
    logo = town.desk.keep(png(), name="logo.png", now=town.now(), by="x", request="l")
    assert isinstance(logo, c.Done)
    town.on("2026-01-06")
    letterhead(town, logo=logo.id, address="Jalan A\nSurabaya", contact="a@b.example")
    town.active("PT Maju & <Jaya>")
    numbers = ["INV-2026-00001", "KW-2026-00001"]
    command = [sys.executable, "-c", _AGAIN, str(town.path), *numbers]
    runs = {
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60).stdout.decode() for _ in "ab"
    }
    assert len(runs) == 1
    assert len(set(runs.pop().split())) == 2
    content = made(paper(town, numbers[0]), town.path / PICTURES)
    assert content.startswith(b"%PDF-")
    assert b"CreationDate" not in content
    assert b"ModDate" not in content


def test_papers_made_side_by_side_are_the_same_bytes(town: Town) -> None:
    town.active("A")
    said = [paper(town, number) for number in ("INV-2026-00001", "KW-2026-00001")]
    one_by_one = [made(one, town.path / PICTURES) for one in said]
    with ThreadPoolExecutor(4) as pool:
        side_by_side = list(pool.map(lambda one: made(one, town.path / PICTURES), said * 4))
    assert side_by_side == one_by_one * 4


def test_a_paper_is_made_once_and_half_a_file_is_made_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.active("A")
    said = paper(town, "INV-2026-00001")
    first = printed(town.path, said)
    monkeypatch.setattr("juru.association.papers.printing.made", lambda *_: pytest.fail("made twice"))
    assert printed(town.path, said) == first
    monkeypatch.undo()
    kept_path(town.path, said).write_bytes(b"")
    assert printed(town.path, said) == first


def test_without_a_letterhead_a_paper_carries_the_associations_name(tmp_path: Path) -> None:
    town = Town(tmp_path / "aspi")
    said = paper(town, town.decree())
    assert said.head.name == "Asosiasi Server Pulsa Indonesia"
    assert said.link.startswith("/verify/SK-NAS-2026-001/")
    town.close()


def test_a_letterhead_names_a_site_and_a_picture_that_are_there(town: Town) -> None:
    def asked(**more: str) -> c.SetLetterhead:
        return c.SetLetterhead(fact=msgspec.structs.replace(a.LetterheadSet(on=day("2026-01-04"), name="A"), **more))

    assert town.refused(asked(site="javascript:alert(1)")) == "not_found"
    assert town.refused(asked(site="https://a.example/x?y")) == "not_found"
    assert town.refused(asked(logo="0" * 64)) == "not_found"
    assert town.refused(asked(name=" ")) == "reason_needed"
    assert town.refused(c.SetLetterhead(fact=a.LetterheadSet(on=day("2026-01-05"), name="B"))) == "same_day"
    kept = town.desk.keep(b"%PDF-1.7 x", name="x.pdf", now=town.now(), by="x", request="p")
    assert isinstance(kept, c.Done)
    assert town.refused(asked(logo=kept.id)) == "not_found"


# ------------------------------------------------------------------ verification


def test_a_code_is_the_books_own_and_differs_by_fact_and_by_seal() -> None:
    codes = {code_of(seal, fact) for seal in (b"a" * 32, b"b" * 32) for fact in (1, 2)}
    assert len(codes) == 4
    assert all(len(code.replace("-", "")) == 16 for code in codes)


def test_codes_are_read_as_people_type_them() -> None:
    assert typed_code(" ABCD efgh-ij0l1") == "abcd-efgh-ijol-l"


def test_two_books_with_the_same_numbers_give_different_codes(town: Town, tmp_path: Path) -> None:
    other = Town(tmp_path / "other")
    assert town.decree() == other.decree()
    assert paper(town, "SK-NAS-2026-001").code != paper(other, "SK-NAS-2026-001").code
    other.close()


def test_an_invoice_is_open_then_paid_then_open_again(town: Town) -> None:
    member = town.verified("A")
    invoice = town.do(c.IssueInvoice(member=member))
    code = paper(town, invoice.id).code
    assert state(town, invoice.id, code) is Stands.OPEN
    town.do(c.TakePayment(way=Way.BANK, amount_idr=1_000, ref="B-1", text=invoice.id))
    assert state(town, invoice.id, code) is Stands.PART_PAID
    town.do(c.TakePayment(way=Way.BANK, amount_idr=int(invoice.note) - 1_000, ref="B-2", text=invoice.id))
    assert state(town, invoice.id.lower(), f" {code.upper()} ") is Stands.PAID
    receipt = paper(town, "KW-2026-00002").code
    town.do(c.ReversePayment(ref="B-2", reason="bounced"))
    assert state(town, invoice.id, code) is Stands.PART_PAID
    taken = verdict(town, "KW-2026-00002", receipt)
    assert taken is not None
    assert (taken.state, taken.since) == (Stands.TAKEN_BACK, town.today)
    with pytest.raises(TakenBackError):
        paper(town, "KW-2026-00002")


def test_a_written_off_invoice_and_a_revoked_decree_name_what_ended_them(town: Town) -> None:
    invoice = town.do(c.IssueInvoice(member=town.verified("A")))
    code = paper(town, invoice.id).code
    decree = town.decree()
    town.do(c.WriteOff(invoice=invoice.id, decree=decree))
    found = verdict(town, invoice.id, code)
    assert found is not None
    assert (found.state, found.by) == (Stands.WRITTEN_OFF, "CN-2026-00001")
    assert state(town, decree, paper(town, decree).code) is Stands.STANDS
    code = paper(town, decree).code
    ended = town.decree(revokes=decree)
    found = verdict(town, decree, code)
    assert found is not None
    assert (found.state, found.by, found.since) == (Stands.REVOKED, ended, town.today)


def test_a_wrong_code_or_another_papers_is_none_of_ours(town: Town) -> None:
    first, second = town.decree(), town.decree()
    code = paper(town, first).code
    assert verdict(town, first, code) is not None
    assert verdict(town, second, code) is None
    for wrong in ("", "aaaa-aaaa-aaaa-aaaa", code[:-1], "é" * 16):
        assert verdict(town, first, wrong) is None
    assert verdict(town, "SK-NAS-2026-777", code) is None


# ------------------------------------------------------------------ in the background


def test_a_batch_makes_each_paper_once_and_goes_on_where_it_was(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "AT_ONCE", 2)
    members = [town.active(f"Firma {n}") for n in range(3)]
    town.on("2026-11-01").do(c.IssueRenewals(year=2027, members=tuple(members)))
    told: list[tuple[int, int]] = []

    def run(kind: PaperKind, year: int) -> Printed:
        return print_year(
            town.path, kind=kind, year=year, processes=2, by="x", clock=town.now, progress=lambda *now: told.append(now)
        )

    assert run(PaperKind.INVOICE, 2027) == Printed(3, 0)
    assert (told[0], told[-1]) == ((0, 3), (3, 3))
    kept = sorted((town.path / FOLDER).rglob("*.pdf"))
    assert len(kept) == 3
    kept[0].unlink()
    assert run(PaperKind.INVOICE, 2027) == Printed(1, 2)
    assert run(PaperKind.RECEIPT, 2026) == Printed(3, 0)
    assert run(PaperKind.CREDIT_NOTE, 2026) == Printed(0, 0)
    latest = Jobs(town.path).newest(now_ms=milliseconds(town.now()))
    assert [(job.subject, job.state, job.done, job.whole) for job in latest] == [
        ("2026 credit_note", JobState.DONE, 0, 0),
        ("2026 receipt", JobState.DONE, 3, 3),
        ("2027 invoice", JobState.DONE, 3, 3),
        ("2027 invoice", JobState.DONE, 3, 3),
    ]


_BATCH = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from juru.association.papers import batch
from juru.association.papers.paper import PaperKind

def told(done, whole):
    if done >= 2:
        print(" ".join(str(child.pid) for child in batch.multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    batch.AT_ONCE = 2
    batch.print_year(
        Path(sys.argv[1]), kind=PaperKind.INVOICE, year=2026, processes=2, by="x", clock=lambda: datetime.now(UTC),
        progress=told,
    )
"""


def test_a_batch_that_is_killed_leaves_nothing_running_and_goes_on(town: Town, tmp_path: Path) -> None:
    for number in range(9):
        town.active(f"Firma {number}")
    script = tmp_path / "batch.py"
    script.write_text(_BATCH)
    victim = [sys.executable, str(script), str(town.path)]
    said = subprocess.run(victim, cwd=ROOT, capture_output=True, check=False, timeout=90, env=_HERE)
    assert said.returncode == -9, said.stderr
    children = [int(pid) for pid in said.stdout.split()]
    assert len(children) == 2
    until = time.monotonic() + 30
    while any(_runs(pid) for pid in children):
        assert time.monotonic() < until, "a process of the batch outlived it"
        time.sleep(0.05)
    kept = len(list((town.path / FOLDER).rglob("*.pdf")))
    assert kept >= 2
    done = print_year(town.path, kind=PaperKind.INVOICE, year=2026, processes=1, by="x", clock=town.now)
    assert done == Printed(9 - kept, kept)


_HERE = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}


def _runs(pid: int) -> bool:
    """Whether a process is there and no mere entry of one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_batch_that_fails_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "printed_parts", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        print_year(town.path, kind=PaperKind.DECREE, year=2026, processes=1, by="x", clock=town.now)
    (job,) = Jobs(town.path).newest(now_ms=milliseconds(town.now()))
    assert (job.state, job.note) == (JobState.FAILED, "OSError: disk full")


def test_facts_taken_back_are_left_out_of_a_batch(town: Town) -> None:
    first = town.decree()
    town.decree()
    with town.desk.book.reading() as reads:
        fact_id = reads.facts(Subject.DECREE, first)[0].id
    town.do(c.TakeBack(subject=Subject.DECREE, subject_id=first, fact_id=fact_id, reason="typo"))
    with town.desk.book.reading() as reads:
        assert [one.subject_id for one in batch.of_year(reads, PaperKind.DECREE, 2026)] == ["SK-NAS-2026-002"]
