"""Messages leave once: at a real mail server, over stops, failures, payments and people's words."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from juru.association.desk.backup import kept_files
from juru.association.desk.composing import composed
from juru.association.desk.desk import Desk
from juru.association.desk.due_roll import DueRoll
from juru.association.desk.due_world import everything_due, world_of
from juru.association.desk.mail_settings import FILE, MailSettings, check, keep, load, password
from juru.association.desk.notices import Listed, listed
from juru.association.desk.sending import Post, Sent, alone
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import Title
from juru.association.domain.notices import RETRY_MINUTES, Stage
from juru.association.errors import MailError
from juru.association.papers.attached import Papers
from juru.association.store.book import Book
from juru.cli import run
from juru.notify.smtp import Security
from tests.support.association import CHAIR, SECRETARY, Town, day
from tests.support.mail import PostOffice, Taken, post_office
from tests.support.portal import Served

REMINDER = "dues_reminder_1:000001:2026-12-01"


def at(text: str, hour: int = 3) -> datetime:
    on = day(text)
    return datetime(on.year, on.month, on.day, hour, tzinfo=UTC)


class House:
    """An association, its clock, its mail server."""

    def __init__(self, town: Town, office: PostOffice) -> None:
        self.town, self.office = town, office
        self.settings = MailSettings(
            host="127.0.0.1",
            sender="sekretariat@aspi.id",
            port=office.port,
            security=Security.NONE,
            sender_name="ASPI",
            url="https://aspi.id",
            timeout_s=5,
        )
        self.roll = DueRoll(town.desk.book)

    def send(self, now: datetime, most: int = 1_000) -> Sent:
        return asyncio.run(
            Post(self.town.desk, self.roll, now=lambda: now, attach=Papers(self.town.path)).run(
                self.settings, "", most=most
            )
        )

    def rows(self, on: str) -> dict[str, Listed]:
        with self.town.desk.book.reading() as reads:
            found = everything_due(reads, day(on))
            return {row.notice.key: row for row in listed(reads, found, day(on))}

    def stage(self, on: str, key: str = REMINDER) -> Stage:
        return self.rows(on)[key].log.stage

    @property
    def ids(self) -> list[str]:
        return [str(taken.message["Message-ID"]) for taken in self.office.taken]


def named(member: str, town: Town, email: str, phone: str = "081234567890") -> None:
    for role in (f.Role.DUES, f.Role.VOTING):
        fact = f.RepresentativeNamed(on=town.today, role=role, person="Sri", phone=phone, email=email, source="surat 1")
        town.fact(member, fact)


def reachable(town: Town) -> None:
    """Sunyi gets a mail address."""
    address = f.ContactSet(on=town.today, channel=f.Channel.EMAIL, value="sunyi@sunyi.id", source="surat 2")
    town.fact("000002", address)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Maju has paid until the end of 2026 and is reached by mail; Sunyi by telephone only."""
    town = Town(tmp_path / "aspi", "2026-03-02")
    town.dues()
    for name, email in (("PT Maju", "sri@maju.id"), ("CV Sunyi", "")):
        member = town.active(name)
        named(member, town, email)
    with post_office() as office:
        yield House(town, office)
    assert town.audited().clean
    town.close()


def test_what_is_due_goes_once_and_is_in_the_book(house: House) -> None:
    first = house.send(at("2026-12-01"))
    assert (first.sent, first.by_hand) == (1, 1)
    assert house.send(at("2026-12-01", 9)).sent == 0
    assert house.stage("2026-12-01") is Stage.SENT
    (taken,) = house.office.taken
    assert taken.to == ["sri@maju.id"]
    assert "31 Desember 2026" in taken.text
    assert "31 December 2026" in taken.text
    assert "Bayar sekarang: https://aspi.id/" in taken.text


def test_the_invoice_is_named_with_what_is_still_to_be_paid(house: House) -> None:
    town = house.town.on("2026-11-02")
    invoice = town.do(c.IssueInvoice(member="000001"))
    town.do(c.TakePayment(way=Way.BANK, amount_idr=200_000, ref="B-1", text=invoice.id))
    house.send(at("2026-11-02"))
    (taken,) = house.office.taken
    assert f"Tagihan {invoice.id}: Rp300.000" in taken.text
    assert f"https://aspi.id/members/000001/dues/{invoice.id}" in taken.text
    (paper,) = taken.message.iter_attachments()
    assert paper.get_filename() == f"{invoice.id}.pdf"
    assert paper.get_content().startswith(b"%PDF-")


def test_reminders_in_grace_have_a_pay_link_too(house: House) -> None:
    house.send(at("2027-01-07"))
    (taken,) = [one for one in house.office.taken if "masa tenggang" in str(one.message["Subject"])]
    assert "Bayar sekarang: https://aspi.id/members/000001/dues" in taken.text


def test_nothing_goes_after_payment(house: House) -> None:
    town = house.town.on("2026-12-01")
    reachable(town)
    town.pay("000002")
    assert house.send(at("2026-12-01")).sent == 1
    assert [taken.to for taken in house.office.taken] == [["sri@maju.id"]]


def test_a_payment_between_the_list_and_the_mark_stops_the_message(house: House) -> None:
    town = house.town.on("2026-12-01")
    reachable(town)
    paid = list[str]()

    def pays(_: Taken) -> str:
        if not paid:
            paid.append(town.pay("000002"))
        return "250 OK"

    house.office.data = pays
    assert house.send(at("2026-12-01")).sent == 1, "the second was paid while the first was under way"
    assert len(house.office.taken) == 1


def test_after_a_stop_it_catches_up_in_due_order_and_says_the_true_day(house: House) -> None:
    assert house.send(at("2026-12-03")).sent == 1
    (taken,) = house.office.taken
    assert "jatuh tempo pada 1 Desember 2026 dan baru dikirim pada 3 Desember 2026" in taken.text


def test_what_is_more_than_three_days_late_waits_for_a_person(house: House) -> None:
    assert house.send(at("2026-12-04")).sent == 1
    town = house.town
    late = House(town, house.office)
    reachable(town.on("2026-12-05"))
    result = late.send(at("2026-12-05"))
    assert (result.sent, result.held) == (0, 1)
    key = "dues_reminder_1:000002:2026-12-01"
    assert town.refused(c.ApproveNotices(keys=(key,), reason=" ")) == "reason_needed"
    town.do(c.ApproveNotices(keys=(key,), reason="server mati"))
    assert late.send(at("2026-12-06")).sent == 1
    assert house.office.taken[-1].to == ["sunyi@sunyi.id"]
    assert town.refused(c.ApproveNotices(keys=(key,), reason="lagi")) == "notice_settled"


def test_a_persons_no_and_his_word_that_he_told_it_end_the_message(house: House) -> None:
    town = house.town.on("2026-12-10")
    assert town.refused(c.ApproveNotices(keys=("dues_reminder_1:000002:2026-12-01",), reason="ya")) == "no_address"
    town.do(c.DropNotices(keys=(REMINDER,), reason="sudah bicara"))
    town.do(c.TellNotices(keys=("dues_reminder_1:000002:2026-12-01",), reason="WhatsApp"))
    assert house.send(at("2026-12-10")).held == 0
    assert house.stage("2026-12-10") is Stage.DROPPED
    assert house.stage("2026-12-10", "dues_reminder_1:000002:2026-12-01") is Stage.TOLD
    assert house.office.taken == []


def test_only_who_may_decides_and_only_on_what_is_due(house: House) -> None:
    town = house.town
    town.seat(CHAIR, "000001", Title.CHAIR)
    town.by = CHAIR
    town.seat(SECRETARY, "000001", Title.SECRETARY)
    town.on("2026-12-10", "siapa saja")
    assert town.refused(c.DropNotices(keys=(REMINDER,), reason="x")) == "no_power"
    town.by = SECRETARY
    assert town.refused(c.DropNotices(keys=("dues_reminder_2:000001:2026-12-24",), reason="x")) == "not_found"
    assert town.refused(c.DropNotices(keys=("apa saja",), reason="x")) == "not_found"
    town.do(c.DropNotices(keys=(REMINDER,), reason="x"))


def test_a_temporary_refusal_is_tried_again_with_growing_pauses_then_a_person_looks(house: House) -> None:
    house.office.rcpt = lambda _: "451 greylisted"
    now = at("2026-12-01")
    assert house.send(now).failed == 1
    for minutes in RETRY_MINUTES[:-1]:
        assert house.send(now + timedelta(minutes=minutes - 1)).failed == 0, minutes
        now += timedelta(minutes=minutes)
        assert house.send(now).failed == 1, minutes
    assert house.stage("2026-12-01") is Stage.RETRY
    now += timedelta(minutes=RETRY_MINUTES[-1])
    assert house.send(now).failed == 1
    assert house.stage("2026-12-02") is Stage.REFUSED
    house.office.rcpt = lambda _: "250 OK"
    assert house.send(now + timedelta(hours=1)).sent == 0
    house.town.on("2026-12-02").do(c.ApproveNotices(keys=(REMINDER,), reason="coba lagi"))
    assert house.send(now + timedelta(hours=1)).sent == 1


def test_a_permanent_refusal_waits_for_a_person_and_keeps_no_address(house: House) -> None:
    house.office.rcpt = lambda address: f"550 <{address}>: no such user"
    assert house.send(at("2026-12-01")).refused == 1
    house.office.rcpt = lambda _: "250 OK"
    assert house.send(at("2026-12-01", 9)).sent == 0
    assert house.rows("2026-12-01")[REMINDER].held
    with house.town.desk.book.reading() as reads:
        told = repr(reads.facts(Subject.NOTICE, REMINDER))
    assert "no such user" in told
    assert "sri@maju.id" not in told


def test_an_address_that_is_none_is_refused_and_seen(house: House) -> None:
    town = house.town.on("2026-12-01")
    address = f.ContactSet(on=town.today, channel=f.Channel.EMAIL, value="sunyi@@sunyi", source="surat 2")
    town.fact("000002", address)
    result = house.send(at("2026-12-01"))
    assert (result.sent, result.refused) == (1, 1)
    assert house.rows("2026-12-01")["dues_reminder_1:000002:2026-12-01"].held


def test_a_server_that_cannot_be_reached_is_no_failure_of_any_message(house: House) -> None:
    good, bad = house.settings, MailSettings(host="127.0.0.1", sender="a@b.id", port=1, security=Security.NONE)
    house.settings = bad
    with pytest.raises(MailError, match="cannot be reached"):
        house.send(at("2026-12-01"))
    assert house.stage("2026-12-01") is Stage.WAITING
    house.settings = good
    assert house.send(at("2026-12-01")).sent == 1


def test_an_answer_that_never_came_is_possibly_sent_and_never_goes_again_by_itself(house: House) -> None:
    house.office.data = lambda _: "250 and gone"
    assert house.send(at("2026-12-01")).unknown == 1
    house.office.data = lambda _: "250 OK"
    assert house.send(at("2026-12-01", 9)).sent == 0
    row = house.rows("2026-12-01")[REMINDER]
    assert (row.log.stage, row.held) == (Stage.POSSIBLY_SENT, True)
    house.town.on("2026-12-01").do(c.ApproveNotices(keys=(REMINDER,), reason="belum sampai katanya"))
    assert house.send(at("2026-12-02")).sent == 1
    assert house.ids[0] == house.ids[1], "who gets it twice can tell"


def test_one_process_sends_at_a_time(house: House) -> None:
    with alone(house.town.path), pytest.raises(MailError, match="another process"):
        house.send(at("2026-12-01"))
    assert house.send(at("2026-12-01")).sent == 1


def test_no_more_are_sent_at_once_than_was_asked(house: House) -> None:
    reachable(house.town.on("2026-12-01"))
    first = house.send(at("2026-12-01"), most=1)
    assert (first.sent, first.left) == (1, 1)
    assert house.send(at("2026-12-01")).sent == 1


@pytest.mark.parametrize("moment", ["before the answer", "after the answer"])
def test_killed_between_the_servers_ok_and_the_record_it_is_seen_and_not_sent_twice(house: House, moment: str) -> None:
    """SIGKILL of a real process while a real server takes its mail: law of at most once, and of being seen."""
    keep(house.town.path, house.settings)
    reached, go_on = threading.Event(), threading.Event()

    def hold(taken: Taken) -> str:
        if moment == "before the answer":
            house.office.taken.append(taken)
        reached.set()
        go_on.wait(20)
        return "250 OK" if moment == "after the answer" else "451 nobody hears this"

    house.office.data = hold
    now = at("2026-12-01")
    command = [sys.executable, "-m", "tests.support.notice_victim", str(house.town.path), now.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as victim:
        assert reached.wait(30)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait(20)
    go_on.set()
    house.office.data = lambda _: "250 OK"
    assert house.stage("2026-12-01") is Stage.POSSIBLY_SENT
    again = Desk(Book(house.town.path))
    try:
        result = asyncio.run(Post(again, DueRoll(again.book), now=lambda: at("2026-12-01", 9)).run(house.settings, ""))
    finally:
        again.book.close()
    assert (result.sent, result.held) == (0, 1)
    house.town.on("2026-12-01").do(c.ApproveNotices(keys=(REMINDER,), reason="tidak sampai"))
    assert house.send(at("2026-12-02")).sent == 1
    assert len(set(house.ids)) == 1


def test_officers_without_an_address_are_told_through_the_secretariat(house: House) -> None:
    town = house.town
    number = town.do(c.NewMember(name="CV Diam", branch="JTM", province="35")).id
    town.fact(number, f.Complete(on=town.today))
    with town.on("2026-03-12").desk.book.reading() as reads:
        world = world_of(reads, town.today)
        (row,) = [r for r in listed(reads, everything_due(reads, town.today), town.today) if r.notice.member == number]
        letter = composed(reads, world, row.notice, house.settings)
    assert letter.addresses == ("sekretariat@aspi.id",)
    assert letter.subject == "[Asosiasi Server Pulsa Indonesia] Permohonan CV Diam beralih ke pusat"


def test_who_has_a_number_has_a_link_with_the_text_written(house: House) -> None:
    with house.town.desk.book.reading() as reads:
        world = world_of(reads, day("2026-12-01"))
        (row,) = [r for r in house.rows("2026-12-01").values() if r.notice.member == "000002"]
        letter = composed(reads, world, row.notice, None)
    assert letter.addresses == ()
    assert letter.links["Sri"].startswith("https://wa.me/6281234567890?text=%2AIuran%20tahunan")


# ---------------------------------------------------------------- serving


def test_a_serving_portal_sends_by_itself_and_a_set_clock_never_does(house: House) -> None:
    keep(house.town.path, house.settings)
    arrived = threading.Event()

    def notes(_: Taken) -> str:
        arrived.set()
        return "250 OK"

    house.office.data = notes
    shown = Served(house.town.path, clock=day("2026-12-01"), notices_every_s=1)
    assert shown.browser().get("/").status == 200
    shown.stop()
    served = Served(house.town.path, lambda: at("2026-12-01"), notices_every_s=1)
    assert arrived.wait(20), "a minute's look finds it"
    served.stop()
    assert len(house.office.taken) == 1


# ---------------------------------------------------------------- settings

GOOD = MailSettings(host="smtp.aspi.id", sender="a@aspi.id", user="a", password_env="JURU_TEST_MAIL")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"host": " "}, "which mail server"),
        ({"sender": "aspi"}, "no address to send from"),
        ({"sender": "a@b.id\nBcc: x@y.id"}, "no address to send from"),
        ({"reply_to": "x"}, "no address to answer to"),
        ({"port": 0}, "out of range"),
        ({"password_file": "/x"}, "not in both"),
        ({"password_env": ""}, "where is the password"),
        ({"security": Security.NONE}, "without encryption"),
        ({"url": "aspi.id"}, "no address of a portal"),
    ],
)
def test_settings_that_cannot_work_are_told_with_their_remedy(change: dict[str, object], told: str) -> None:
    import msgspec

    check(GOOD)
    with pytest.raises(MailError, match=told):
        check(msgspec.structs.replace(GOOD, **change))


def test_settings_are_kept_for_their_owner_alone_and_without_a_password(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    keep(tmp_path, GOOD)
    assert load(tmp_path) == GOOD
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_text("{")
    with pytest.raises(MailError, match="make it anew"):
        load(tmp_path)


def test_the_password_is_read_from_where_it_is_and_nowhere_open(tmp_path: Path) -> None:
    assert password(GOOD, {"JURU_TEST_MAIL": "rahasia"}) == "rahasia"
    with pytest.raises(MailError, match="JURU_TEST_MAIL is not set"):
        password(GOOD, {})
    secret = tmp_path / "secret"
    secret.write_text("rahasia\n")
    secret.chmod(0o644)
    by_file = MailSettings(host="x", sender="a@b.id", user="a", password_file=str(secret))
    with pytest.raises(MailError, match="can be read by others"):
        password(by_file, {})
    secret.chmod(0o600)
    assert password(by_file, {}) == "rahasia"


# ---------------------------------------------------------------- on the terminal


def test_messages_on_the_terminal_from_the_setting_to_the_record(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JURU_ASSOCIATION", str(house.town.path))
    monkeypatch.setenv("JURU_BY", "panitia")

    def told(*args: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(["association", *args]) == code, capsys.readouterr().err
        said = capsys.readouterr()
        return said.out + said.err

    port = str(house.office.port)
    assert "no mail server is set" in told("notices", "send", code=2)
    assert "where is the password" in told("mail", "set", "--host", "x", "--sender", "a@b.id", "--user", "a", code=2)
    told("mail", "set", "--host", "127.0.0.1", "--port", port, "--security", "none", "--sender", "a@aspi.id")
    assert "a@aspi.id" in told("mail", "show")
    assert "sent to sri@maju.id" in told("mail", "test", "sri@maju.id")
    house.office.rcpt = lambda _: "550 gone"
    assert "not sent (permanent)" in told("mail", "test", "sri@maju.id", code=1)
    on = ("--on", "2026-12-10")
    assert REMINDER in told("notices", "due", *on)
    assert "waits for a person" in told("notices", "late", *on)
    assert "Masa iuran Anda berakhir pada 31 Desember 2026" in told("notices", "show", REMINDER, *on)
    assert "wa.me" in told("notices", "show", "dues_reminder_1:000002:2026-12-01", *on)
    assert "no message" in told("notices", "show", "apa", code=1)
    assert "which messages?" in told("notices", "drop", "--reason", "x", code=2)
    assert "0 sent" in told("notices", "send")
    assert "invoice" in told("work", *on, "--by", "panitia")
    assert "nothing stands on the agenda of JTM" in told("agenda", "jtm", *on)
    assert "nothing is overdue" in told("overdue", *on)
    told("mail", "off")
    assert "no mail server is set" in told("mail", "show", code=2)


def test_a_backup_holds_no_way_to_send_so_a_copy_writes_to_nobody(house: House) -> None:
    keep(house.town.path, house.settings)
    names = {file.name for file in kept_files(house.town.path)}
    assert "association.db" in names
    assert FILE not in names
