"""Logins by invitation and lost logins given back, over real HTTP: links, two officers, 48 hours, thieves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from juru.association.desk.mail_settings import MailSettings, keep
from juru.association.domain.boards import Body, Title
from juru.association.store.access import Access
from juru.association.store.invitations import Invitations
from juru.books.sqlite import SqliteEngine
from juru.cli import run
from juru.notify.smtp import Security
from juru.web.factors import Factor, Kind
from tests.association.test_roll import named
from tests.support.association import Town
from tests.support.house import Browser
from tests.support.mail import PostOffice, post_office
from tests.support.portal import PASSWORD, Served

NEW = "gajah minum teh manis"


class Clock:
    """The association's clock, moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 6, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def later(self, **span: int) -> None:
        self.at += timedelta(**span)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Three officers: Sri and Dewi of the nation, Joko of the branch JTM; a member there and one in JBR."""
    town = Town(tmp_path_factory.mktemp("logins") / "aspi", "2026-01-05")
    town.dues()
    for name, branch, province in (
        ("PT Maju Pulsa", "JTM", "35"),
        ("CV Sinar Server", "JBR", "32"),
        ("UD Jaya", "JTM", "35"),
        ("PT Nusa", "JTM", "35"),
    ):
        town.active(name, branch=branch, province=province)
    town.fact("000001", named("Rini", on="2026-01-05"))
    town.fact("000002", named("Asep", on="2026-01-05"))
    town.seat("sri", "000001", Title.SECRETARY)
    town.by = "sri"
    town.seat("dewi", "000003", Title.CHAIR)
    town.seat("joko", "000004", Title.SECRETARY, Body.BRANCH, "JTM")
    yield town
    town.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def portal(town: Town, clock: Clock) -> Iterator[Served]:
    for leftover in (*town.path.glob("access.db*"), *town.path.glob("factors.*"), *town.path.glob("sessions.db*")):
        leftover.unlink()
    (town.path / "mail.json").unlink(missing_ok=True)
    portal = Served(town.path, clock)
    for code in ("SRI", "DEWI", "JOKO"):
        portal.login(code, code.lower())
    yield portal
    portal.stop()


def officer(portal: Served, login: str) -> Browser:
    browser = portal.browser()
    assert browser.log_in(login).status == 303
    browser.get("/logins")
    return browser


def link_of(browser: Browser, answer_at: str) -> str:
    """The path of the link that is shown once."""
    found = re.search(r'<code id="link"[^>]*>http://[^/]+(/[^<]+)</code>', browser.get(answer_at).text)
    assert found, browser.get(answer_at).text
    assert found[1] not in browser.get(answer_at).text, "shown once"
    return found[1]


def link_in(office: PostOffice, address: str) -> str:
    """The path of the link in the last mail to an address."""
    mail = [one for one in office.taken if one.to == [address]][-1]
    found = re.search(r"http://[^/]+(/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def invite(portal: Served, by: str = "sri", **fields: str) -> str:
    browser = officer(portal, by)
    answer = browser.send("/logins/invite", fields)
    assert "once=" in answer.location, browser.get("/logins").text
    return link_of(browser, answer.location)


def accept(portal: Served, link: str, login: str = "rini", password: str = NEW) -> tuple[int, Browser]:
    browser = portal.browser()
    browser.get(link)
    answer = browser.send(link, name="Rini S", login=login, new=password, again=password)
    return answer.status, browser


def can_log_in(portal: Served, login: str, password: str = NEW) -> bool:
    return portal.browser().log_in(login, password).status == 303


def told_why(browser: Browser) -> str:
    found = re.search(r'<p class="said" data-tone="(?:bad|mind|ok)">([^<]+)</p>', browser.get("/logins").text)
    return found[1] if found else ""


def test_a_representative_chooses_name_and_password_and_is_in(portal: Served) -> None:
    link = invite(portal, person="Rini", member="000001")
    page = portal.browser().get(link)
    assert (page.status, "Rini, wakil anggota 000001" in page.text) == (200, True)
    status, browser = accept(portal, link)
    assert status == 303
    assert can_log_in(portal, "rini")
    assert portal.association.portal.entry.visitor("RINI").firms == ("000001",)  # type: ignore[union-attr]  # a login that is there
    assert browser.get(link).status == 404, "once"
    assert accept(portal, link, "lain")[0] == 404


def test_a_link_ends_after_seven_days_and_a_newer_one_ends_the_older(portal: Served, clock: Clock) -> None:
    first = invite(portal, person="Rini", member="000001")
    second = invite(portal, person="Rini", member="000001")
    assert portal.browser().get(first).status == 404
    clock.later(days=7)
    assert portal.browser().get(second).status == 404


def test_only_who_is_named_is_invited_and_only_by_his_own_branch(portal: Served) -> None:
    joko = officer(portal, "joko")
    joko.send("/logins/invite", person="Asep", member="000002")
    assert "tidak berwenang" in told_why(joko)
    joko.send("/logins/invite", person="Maling", member="000001")
    assert "tidak mewakili" in told_why(joko)
    joko.send("/logins/invite", person="dewi")
    assert "tidak berwenang" in told_why(joko), "a branch invites no national officer"
    joko.send("/logins/invite", person="Rini", member="000001", email="bukan alamat")
    assert "e-mail" in told_why(joko)
    page = officer(portal, "joko").get("/logins").text
    assert "JOKO" in page
    assert "SRI" not in page, "national logins are not the branch's"


def test_who_is_replaced_meanwhile_has_no_use_of_his_link_and_loses_his_login(tmp_path: Path, clock: Clock) -> None:
    town = Town(tmp_path / "aspi", "2026-01-05")
    town.dues()
    town.active("PT Maju Pulsa")
    town.active("PT Nusa")
    town.fact("000001", named("Rini", on="2026-01-05"))
    town.seat("sri", "000002", Title.SECRETARY)
    town.by = "sri"
    portal = Served(town.path, clock)
    try:
        portal.login("SRI", "sri")
        portal.login("LAMA", "Rini", "000001")
        old = portal.browser()
        old.log_in("lama")
        link = invite(portal, person="Rini", member="000001")
        assert old.get("/account").status == 200
        budi = named("Budi", on="2026-01-06")
        town.on("2026-01-06").fact("000001", msgspec.structs.replace(budi, confirmed_by=("Rini",)))
        assert old.get("/account").status == 303, "the old login ended that second"
        assert portal.browser().get(link).status == 404
        assert not can_log_in(portal, "lama", PASSWORD)
    finally:
        portal.stop()
        town.close()


def test_a_login_that_is_there_is_tied_with_its_password(portal: Served) -> None:
    portal.login("RINI", "Rini", "000001")
    link = invite(portal, person="Asep", member="000002")
    asep = portal.browser()
    asep.log_in("rini")
    assert "Pakai login RINI" in asep.get(link).text
    assert asep.send(f"{link}/tie", password="salah sekali ya").status == 403
    assert asep.send(f"{link}/tie", password=PASSWORD).location == "/mine"
    assert {one.member for one in portal.association.access.bindings("RINI")} == {"000001", "000002"}
    assert asep.get(link).status == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "x", "name": "X", "new": NEW, "again": NEW}, "3 sampai 40"),
        ({"login": "<b>", "name": "X", "new": NEW, "again": NEW}, "3 sampai 40"),
        ({"login": "rini", "name": "Rini", "new": NEW, "again": "lain"}, "tidak sama"),
        ({"login": "rini", "name": "Rini", "new": "pendek", "again": "pendek"}, "Terlalu pendek"),
        ({"login": "sri", "name": "Rini", "new": NEW, "again": NEW}, "sudah dipakai"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(portal: Served, fields: dict[str, str], said: str) -> None:
    link = invite(portal, person="Rini", member="000001")
    browser = portal.browser()
    browser.get(link)
    answer = browser.send(link, fields)
    assert answer.status in {400, 409}
    assert said in answer.text
    assert accept(portal, link)[0] == 303


def test_guessed_links_open_nothing_and_make_the_guesser_wait(portal: Served) -> None:
    browser = portal.browser()
    for guess in range(21):
        assert browser.get(f"/invitation/tebak-{guess}").status == 404
        assert browser.get(f"/recovery/tebak-{guess}").status == 404
    assert browser.log_in("sri").status == 429


def test_the_file_tells_no_link(portal: Served, town: Town) -> None:
    link = invite(portal, person="Rini", member="000001")
    raw = b"".join(path.read_bytes() for path in town.path.glob("access.db*"))
    assert link.rpartition("/")[2].encode() not in raw


# ---------------------------------------------------------------------- lost logins


def recovery(portal: Served, by: str = "joko", login: str = "RINI") -> str:
    asking = officer(portal, by)
    asking.send("/logins/recover", login=login, reason="ponsel jatuh, dikenal dari suaranya", email="rini@baru.id")
    found = [one for one in Invitations(portal.association.access).recoveries() if one.login == login]
    assert found, told_why(asking)
    return found[0].id


def test_two_officers_and_48_hours_give_a_login_back(portal: Served, clock: Clock) -> None:
    portal.login("RINI", "Rini", "000001")
    files = portal.association.factor_file
    asyncio.run(files.add_totp(Factor("a", "RINI", Kind.TOTP, "Hilang", 1), b"x" * 20, 0))
    thief = portal.browser()
    id_ = recovery(portal)
    joko = officer(portal, "joko")
    joko.send("/logins/confirm", id=id_)
    assert "minta pengurus lain" in told_why(joko), "not the first again"
    joko.send("/logins/finish", id=id_)
    assert "berkeadaan asked" in told_why(joko)
    sri = officer(portal, "sri")
    sri.send("/logins/confirm", id=id_)
    assert "tidak dapat dikabari" in told_why(sri), "no address is known, and the officer is told so"
    clock.later(hours=47, minutes=59)
    sri.send("/logins/finish", id=id_)
    assert "berkeadaan waiting" in told_why(sri)
    clock.later(minutes=1)
    answer = sri.send("/logins/finish", id=id_)
    link = link_of(sri, answer.location)
    thief.get("/login")
    assert accept(portal, link)[0] == 303
    assert can_log_in(portal, "rini")
    assert not can_log_in(portal, "rini", PASSWORD)
    assert asyncio.run(files.of("RINI")) == []
    assert Invitations(portal.association.access).address("RINI") == "rini@baru.id"
    assert accept(portal, link)[0] == 404
    sri.send("/logins/finish", id=id_)
    assert "berkeadaan done" in told_why(sri)


def test_nobody_recovers_his_own_login_or_one_of_another_branch(portal: Served) -> None:
    portal.login("ASEP", "Asep", "000002")
    joko = officer(portal, "joko")
    for login in ("JOKO", "ASEP", "SRI"):
        joko.send("/logins/recover", login=login, reason="x")
    assert Invitations(portal.association.access).recoveries() == []
    id_ = recovery(portal, by="sri", login="JOKO")
    joko = officer(portal, "joko")
    joko.send("/logins/confirm", id=id_)
    assert "usahanya sendiri" in told_why(joko)
    found = Invitations(portal.association.access).recovery(id_)
    assert found is not None
    assert found.confirmed_by == ""


def test_a_recovery_needs_a_reason_and_there_is_one_at_a_time(portal: Served) -> None:
    portal.login("RINI", "Rini", "000001")
    joko = officer(portal, "joko")
    joko.send("/logins/recover", login="RINI", reason=" ")
    assert "alasan" in told_why(joko)
    recovery(portal)
    joko = officer(portal, "joko")
    joko.send("/logins/recover", login="RINI", reason="lagi")
    assert "sudah berjalan" in told_why(joko)


def test_whoever_is_still_logged_in_is_told_on_every_page_and_stops_it(portal: Served, clock: Clock) -> None:
    portal.login("RINI", "Rini", "000001")
    rini = portal.browser()
    rini.log_in("rini")
    id_ = recovery(portal)
    officer(portal, "sri").send("/logins/confirm", id=id_)
    assert "memulihkan login Anda" in rini.get("/register").text
    assert rini.send("/logins/keep-mine").status == 303
    assert "memulihkan login Anda" not in rini.get("/register").text
    clock.later(hours=49)
    sri = officer(portal, "sri")
    sri.send("/logins/finish", id=id_)
    assert "berkeadaan cancelled" in told_why(sri)
    assert can_log_in(portal, "rini", PASSWORD)


def test_the_old_address_is_told_and_stops_it(portal: Served, town: Town, clock: Clock) -> None:
    with post_office() as mails:
        keep(town.path, MailSettings("127.0.0.1", "sekretariat@asosiasi.id", port=mails.port, security=Security.NONE))
        asking = officer(portal, "joko")
        asking.send("/logins/invite", person="Rini", member="000001", email="rini@lama.id")
        assert "dikirim ke rini@lama.id" in told_why(asking)
        link = link_in(mails, "rini@lama.id")
        assert accept(portal, link)[0] == 303
        id_ = recovery(portal)
        sri = officer(portal, "sri")
        sri.send("/logins/confirm", id=id_)
        assert "Alamat lama RINI dikabari" in told_why(sri)
        stop = link_in(mails, "rini@lama.id")
    owner = portal.browser()
    assert "ponsel jatuh" in owner.get(stop).text
    assert Invitations(portal.association.access).under_way("RINI") is not None, "looking cancels nothing"
    owner.send(stop)
    assert "dibatalkan" in owner.get(stop).text
    clock.later(hours=49)
    sri.send("/logins/finish", id=id_)
    assert "berkeadaan cancelled" in told_why(sri)
    assert can_log_in(portal, "rini")


def test_logins_are_found_and_a_long_list_asks_to_be_narrowed(portal: Served) -> None:
    for number in range(60):
        portal.login(f"R{number:03d}", "Rini", "000001")
    joko = officer(portal, "joko")
    page = joko.get("/logins").text
    assert "persempit" in page
    assert page.count('class="factor"') == 50
    page = joko.get("/logins?find=r059").text
    assert ("login-R059" in page, page.count('class="factor"')) == (True, 1)
    assert "login-SRI" not in joko.get("/logins?find=sri").text, "found is not more than may be seen"


def test_pages_of_logins_are_for_those_who_decide_on_members(portal: Served) -> None:
    portal.login("RINI", "Rini", "000001")
    rini = portal.browser()
    rini.log_in("rini")
    assert rini.get("/logins").status == 403
    for path in ("invite", "recover", "confirm", "finish", "cancel"):
        assert rini.send(f"/logins/{path}").status == 403


# ---------------------------------------------------------------------- the keeper's commands, the file


def test_a_keeper_invites_and_lists_on_the_machine(
    portal: Served, town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data", str(town.path)]
    given = ["--member", "000001", "--url", portal.url]
    assert run(["association", "login", "invite", "Rini", *given, *where]) == 0
    found = re.search(r"http://[^/]+(/invitation/\S+)", capsys.readouterr().out)
    assert found
    assert run(["association", "login", "invitations", *where]) == 0
    assert "Rini" in capsys.readouterr().out
    assert run(["association", "login", "invite", "Maling", *given, *where]) != 0
    portal.association.portal.entry._today = lambda: datetime.now(UTC).date()
    clock = portal.association.now
    assert isinstance(clock, Clock)
    clock.at = datetime.now(UTC)
    assert accept(portal, found[1])[0] == 303


def test_a_file_of_logins_of_before_gets_the_new_tables(tmp_path: Path) -> None:
    Access(tmp_path).close()
    engine = SqliteEngine(tmp_path / "access.db")
    engine.script("DROP TABLE invitations; DROP TABLE recoveries; DROP TABLE addresses; PRAGMA user_version = 1;")
    engine.close()
    access = Access(tmp_path)
    assert Invitations(access).recoveries() == []
    access.close()
