"""Contacts and answers are kept beside the book, passed on to the author, counted, and forgotten in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from juru.association.desk.answering import answer, contact_shown, forgotten_ms, offer, renew
from juru.association.desk.registers import one_opportunity
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import CloseOffer, Offer, RenewOffer
from juru.association.domain.refusals import Refusal
from juru.association.domain.registers import ContactFor, OfferKind
from juru.association.store.answers import Answer, AnswerFile
from tests.support.association import Town, day

HOUR = timedelta(hours=1)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi")
    yield town
    town.close()


@pytest.fixture
def file(town: Town) -> Iterator[AnswerFile]:
    file = AnswerFile(town.path)
    yield file
    file.close()


def notice(town: Town, file: AnswerFile, contact: str = "0812", seen: ContactFor = ContactFor.MEMBERS) -> str:
    command = Offer(offer_kind=OfferKind.JOB, title="Butuh operator", text="Malang", contact_for=seen)
    request = f"o{town.now()}"
    done = offer(town.desk, file, command, contact=contact, now=town.now(), by=town.by, request=request)
    assert isinstance(done, Done)
    return done.id


def given(number: str, text: str = "saya berminat") -> Answer:
    return Answer(0, number, 0, "", "Budi", "0813", text, None)


def say(
    town: Town, file: AnswerFile, number: str, *, sender: str = "a", now: datetime | None = None, request: str = ""
) -> str:
    at = now or town.now()
    result = answer(town.desk, file, given(number), sender=sender, now=at, request=request or f"{sender}{at}")
    return "done" if isinstance(result, Done) else result.code.value


def test_a_contact_is_shown_to_whom_the_notice_says_and_is_no_part_of_the_book(town: Town, file: AnswerFile) -> None:
    shown, number = {}, ""
    for seen in ContactFor:
        number = notice(town, file, "0812-7777-1234", seen)
        with town.desk.book.reading() as reads:
            one = one_opportunity(reads, number, town.today)
        assert one is not None
        shown[seen] = [bool(contact_shown(file, one, to_member=member)) for member in (False, True)]
    assert shown == {
        ContactFor.NOBODY: [False, False],
        ContactFor.MEMBERS: [False, True],
        ContactFor.ALL: [True, True],
    }
    town.do(CloseOffer(opportunity=number))
    with town.desk.book.reading() as reads:
        one = one_opportunity(reads, number, town.today)
    assert one is not None
    assert contact_shown(file, one, to_member=True) == ""
    assert b"0812-7777-1234" not in b"".join(path.read_bytes() for path in town.path.glob("association.db*"))
    assert (town.path / "answers.db").stat().st_mode & 0o077 == 0


def test_a_notice_whose_contact_is_shown_has_one(town: Town, file: AnswerFile) -> None:
    command = Offer(offer_kind=OfferKind.JOB, title="Butuh", text="Malang", contact_for=ContactFor.ALL)
    result = offer(town.desk, file, command, contact=" ", now=town.now(), by=town.by, request="o")
    assert isinstance(result, Refusal)
    assert result.code.value == "wrong_count"


def test_an_answer_waits_for_the_author_and_survives_a_restart(town: Town, file: AnswerFile) -> None:
    number = notice(town, file)
    assert say(town, file, number, request="form-1") == "done"
    assert say(town, file, number, request="form-1") == "done"
    file.close()
    again = AnswerFile(town.path)
    assert [(a.name, a.contact, a.text) for a in again.of(number)] == [("Budi", "0813", "saya berminat")]
    assert again.unseen() == {number: 1}
    again.seen(number, 1)
    assert again.unseen() == {}
    again.close()


def test_nobody_answers_a_notice_that_is_not_open_or_without_saying_how_to_reach_him(
    town: Town, file: AnswerFile
) -> None:
    assert say(town, file, "00009") == "not_found"
    number = notice(town, file)
    bare = Answer(0, number, 0, "", "Budi", " ", "halo", None)
    result = answer(town.desk, file, bare, sender="a", now=town.now(), request="x")
    assert isinstance(result, Refusal)
    assert result.code.value == "wrong_count"
    town.do(CloseOffer(opportunity=number))
    assert say(town, file, number) == "not_open"
    assert file.of(number) == []


def test_one_sender_is_held_back_by_the_hour_and_the_day_and_others_are_not(town: Town, file: AnswerFile) -> None:
    number, start = notice(town, file), datetime(2026, 1, 5, 4, tzinfo=UTC)
    told = [say(town, file, number, now=start + timedelta(minutes=m)) for m in range(6)]
    assert told == ["done"] * 5 + ["too_many"]
    assert say(town, file, number, sender="b", now=start + timedelta(minutes=7)) == "done"
    hours = [
        say(town, file, number, now=start + HOUR * h + timedelta(minutes=m)) for h in range(2, 6) for m in range(5)
    ]
    assert hours.count("done") == 15, "twenty within a day"
    assert say(town, file, number, now=start + HOUR * 31) == "done"


def test_one_notice_takes_a_hundred_a_day(town: Town, file: AnswerFile) -> None:
    number = notice(town, file)
    told = [say(town, file, number, sender=f"s{n}") for n in range(101)]
    assert told == ["done"] * 100 + ["too_many"]


def test_what_is_kept_for_a_notice_is_forgotten_ninety_days_after_its_last(town: Town, file: AnswerFile) -> None:
    number = notice(town, file)
    say(town, file, number)
    until = day("2026-01-05") + timedelta(days=60)
    assert file.forget(forgotten_ms(town.desk, until) - 1) == 0
    assert (file.contact(number), len(file.of(number))) == ("0812", 1)
    assert file.forget(forgotten_ms(town.desk, until)) == 1
    assert (file.contact(number), file.of(number)) == ("", [])


def test_a_renewal_keeps_contact_and_answers_longer(town: Town, file: AnswerFile) -> None:
    number = notice(town, file)
    say(town, file, number)
    town.on("2026-03-01")
    done = renew(town.desk, file, RenewOffer(opportunity=number), now=town.now(), by=town.by, request="renew")
    assert isinstance(done, Done)
    assert file.forget(forgotten_ms(town.desk, day("2026-03-06"))) == 0
    assert file.contact(number) == "0812"
