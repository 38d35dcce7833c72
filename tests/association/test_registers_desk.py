"""The association's registers at the desk: recognition, history, letters, announcements, meetings, opportunities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from juru.association.desk import registers as reg
from juru.association.desk.shelves import Shelves
from juru.association.domain import commands as c
from juru.association.domain import commands_registers as r
from juru.association.domain import registers as g
from juru.association.domain.affairs import Founded, Subject
from juru.association.domain.announcements import ShownState, for_branch
from juru.association.domain.boards import Body, Title
from juru.association.domain.facts import JobsDeclared, Precision
from juru.association.domain.letters import Letter, LetterState
from juru.association.domain.meetings import AgendaItem, MeetingState, agenda
from juru.association.domain.opportunities import OfferState
from juru.association.domain.recognition import RecognitionState
from juru.association.domain.refusals import Refusal
from juru.association.domain.registers import Audience, Coming, Invited, MeetingKind, OfferKind, Verdict
from juru.association.store.reads import Reads
from juru.association.store.rows import milliseconds
from tests.support.association import Town, day

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20) + b"\xff\xd9"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A chair, a secretary of East Java, two members there and one in West Java."""
    town = Town(tmp_path / "aspi")
    town.dues()
    for name, branch, province in (
        ("Ketua Reload", "JTM", "35"),
        ("Sekretaris Pulsa", "JTM", "35"),
        ("Biasa Cell", "JTM", "35"),
        ("Priangan Reload", "JBR", "32"),
    ):
        town.active(name, branch, province)
    town.seat("ketua", "000001", Title.CHAIR)
    town.by = "ketua"
    town.seat("sekjtm", "000002", Title.SECRETARY, Body.BRANCH, "JTM")
    yield town
    found = town.audited()
    town.close()
    assert found.found == []


def kept(town: Town, content: bytes = JPEG) -> str:
    done = town.desk.keep(content, name="scan.jpg", now=town.now(), by=town.by, request=f"k{town.now()}")
    assert isinstance(done, c.Done)
    return done.id


def as_member(town: Town, number: str, command: c.AnyCommand) -> c.Done | Refusal:
    return town.desk.do(command, now=town.now(), by="wakil", request=f"m{town.now()}", member=number)


# ------------------------------------------------------------------ recognition and history


def recognise(document: str, **changed: object) -> r.Recognise:
    told: dict[str, object] = {
        "authority": g.Authority.MINISTRY,
        "name": "Kementerian Kominfo",
        "grants": "mitra pembinaan",
        "document": document,
        "until": day("2026-06-01"),
    }
    return r.Recognise(**(told | changed))  # type: ignore[arg-type]  # fields by name


def test_a_recognition_runs_expires_is_prolonged_and_withdrawn(town: Town) -> None:
    number = town.do(recognise(kept(town))).id
    with town.desk.book.reading() as reads:
        (one,) = reg.recognitions(reads, day("2026-05-31"))
        assert one.state is RecognitionState.IN_FORCE
        assert [(e.on, e.subject, e.id) for e in reg.expiring(reads, day("2026-05-31"))] == [
            (day("2026-06-01"), "recognition", number)
        ]
        (one,) = reg.recognitions(reads, day("2026-06-01"))
        assert one.state is RecognitionState.EXPIRED
        assert reg.expiring(reads, day("2026-06-01")) == []
        assert reg.recognitions(reads, day("2026-01-04")) == []
    town.on("2026-05-20").do(recognise(kept(town), recognition=number, until=day("2027-06-01")))
    with town.desk.book.reading() as reads:
        (one,) = reg.recognitions(reads, day("2026-07-01"))
    assert (one.since, one.until, len(one.versions)) == (day("2026-01-05"), day("2027-06-01"), 2)
    town.on("2026-08-01").do(r.WithdrawRecognition(recognition=number, reason="kementerian berganti"))
    assert town.refused(r.WithdrawRecognition(recognition=number, reason="lagi")) == "not_open"
    with town.desk.book.reading() as reads:
        (one,) = reg.recognitions(reads, day("2026-08-01"))
        assert (one.state, one.reason) == (RecognitionState.WITHDRAWN, "kementerian berganti")
        assert reg.recognitions(reads, day("2026-07-31"))[0].state is RecognitionState.IN_FORCE


def test_a_recognition_needs_its_document_an_end_after_its_start_and_an_office(town: Town) -> None:
    assert town.refused(recognise("0" * 64)) == "not_found"
    document = kept(town)
    assert town.refused(recognise(document, until=day("2026-01-05"))) == "wrong_period"
    assert town.refused(recognise(document, name=" ")) == "wrong_count"
    assert town.refused(recognise(document, recognition="00009")) == "not_found"
    assert town.refused(recognise(document, on=day("2026-02-01"))) == "future_day"
    town.by = "sekjtm"
    assert town.refused(recognise(document)) == "no_power"


def test_a_recognition_known_by_its_month_counts_from_the_first_of_it(town: Town) -> None:
    document = kept(town)
    month = {"on": day("2011-03-01"), "precision": Precision.MONTH}
    town.do(recognise(document, **month))
    wrong = {"on": day("2011-03-02"), "precision": Precision.MONTH}
    assert town.refused(recognise(document, **wrong)) == "wrong_precision"
    backwards = {"on": day("2011-03-02"), "precision": Precision.RANGE, "through": day("2011-03-01")}
    assert town.refused(recognise(document, **backwards)) == "wrong_precision"
    with town.desk.book.reading() as reads:
        assert [one.since for one in reg.recognitions(reads, day("2011-03-01"))] == [day("2011-03-01")]


def test_the_history_begins_with_the_dates_that_the_sources_tell(town: Town) -> None:
    with town.desk.book.reading() as reads:
        events = reg.history(reads, town.today)
    assert [(e.on.isoformat(), e.founding) for e in events] == [
        ("2010-04-20", True),
        ("2010-04-26", False),
        ("2010-07-15", True),
    ]
    assert "Dwi Lesmana" in events[0].text
    assert all(e.source for e in events)


def test_history_is_added_with_a_source_and_taken_back_with_a_reason(town: Town) -> None:
    fact = g.Milestone(on=day("2011-01-01"), precision=Precision.YEAR, text="Aksi di Jakarta", source="berita")
    number = int(town.do(r.TellHistory(fact=fact)).id)
    bare = g.Milestone(on=day("2011-01-01"), text="Tanpa sumber")
    assert town.refused(r.TellHistory(fact=bare)) == "reason_needed"
    with town.desk.book.reading() as reads:
        assert reg.history(reads, town.today)[-1].precision is Precision.YEAR
        name = reads.facts_of_kind(Subject.ASSOCIATION)[0].subject_id
    assert town.refused(r.TellHistory(fact=Founded(on=day("2010-07-15"), name=name, source="x"))) == "wrong_count"
    other = Founded(on=day("2010-08-01"), name="Nama lain", text="Rapat kerja", source="x", sample=True)
    town.do(r.TellHistory(fact=other))
    with town.desk.book.reading() as reads:
        founded = [one.fact for one in reads.facts_of_kind(Subject.ASSOCIATION) if isinstance(one.fact, Founded)]
    assert {(fact.name, fact.sample) for fact in founded} == {(name, False)}
    town.do(c.TakeBack(subject=Subject.ASSOCIATION, subject_id=name, fact_id=number, reason="keliru"))
    with town.desk.book.reading() as reads:
        assert len(reg.history(reads, town.today)) == 4


# ------------------------------------------------------------------ letters


def draft(body: str = "NAS", **changed: object) -> r.DraftLetter:
    told: dict[str, object] = {"body": body, "to": "PT Operator", "regarding": "Klaster", "text": "Dengan hormat"}
    return r.DraftLetter(**(told | changed))  # type: ignore[arg-type]  # fields by name


def sent(town: Town, body: str = "NAS", on: str | None = None) -> str:
    letter = town.do(draft(body)).id
    return town.do(r.SendLetter(letter=letter, signers=("ketua",), on=None if on is None else day(on))).note


def test_letters_are_numbered_per_body_direction_and_year(town: Town) -> None:
    assert sent(town) == "001/ASPI-NAS/I/2026"
    assert sent(town) == "002/ASPI-NAS/I/2026"
    assert sent(town, "JTM") == "001/ASPI-JTM/I/2026"
    town.on("2026-06-03")
    assert sent(town) == "003/ASPI-NAS/VI/2026"
    incoming = r.ReceiveLetter(body="NAS", sender="Kominfo", regarding="Jawaban", reference="B-12")
    assert town.do(incoming).note == "M-001/ASPI-NAS/VI/2026"
    assert sent(town, on="2025-12-30") == "001/ASPI-NAS/XII/2025"
    town.on("2027-01-02")
    assert sent(town) == "001/ASPI-NAS/I/2027"


def test_a_draft_has_no_number_and_changes_until_it_is_sent(town: Town) -> None:
    number = town.do(draft()).id
    town.do(draft(letter=number, text="Dengan hormat,\n\nlagi"))
    with town.desk.book.reading() as reads:
        one = reg.one_letter(reads, number, town.today)
    assert one is not None
    assert (one.state, one.number, one.text) == (LetterState.DRAFT, "", "Dengan hormat,\n\nlagi")
    assert town.refused(draft("JTM", letter=number)) == "not_found"
    assert town.refused(r.SendLetter(letter=number, signers=())) == "reason_needed"
    town.do(r.SendLetter(letter=number, signers=("ketua", "sekretaris")))
    assert town.refused(draft(letter=number)) == "not_open"
    assert town.refused(r.SendLetter(letter=number, signers=("ketua",))) == "not_open"


def test_a_void_letter_keeps_its_number(town: Town) -> None:
    number = town.do(draft()).id
    town.do(r.SendLetter(letter=number, signers=("ketua",)))
    town.do(r.EndLetter(letter=number, reason="salah alamat"))
    assert town.refused(r.EndLetter(letter=number, reason="lagi")) == "not_open"
    assert sent(town) == "002/ASPI-NAS/I/2026"
    with town.desk.book.reading() as reads:
        one = reg.one_letter(reads, number, town.today)
    assert one is not None
    assert (one.state, one.number) == (LetterState.VOID, "001/ASPI-NAS/I/2026")


def test_a_number_that_was_taken_back_is_not_given_again(town: Town) -> None:
    number = town.do(draft()).id
    town.do(r.SendLetter(letter=number, signers=("ketua",)))
    with town.desk.book.reading() as reads:
        fact = next(one.id for one in reads.facts(Subject.LETTER, number) if isinstance(one.fact, g.LetterSent))
    town.do(c.TakeBack(subject=Subject.LETTER, subject_id=number, fact_id=fact, reason="keliru"))
    assert town.do(r.SendLetter(letter=number, signers=("ketua",))).note == "002/ASPI-NAS/I/2026"


def test_a_reply_names_a_letter_that_was_numbered_and_an_attachment_that_was_kept(town: Town) -> None:
    asked = town.do(draft()).id
    reply = r.ReceiveLetter(body="NAS", sender="Kominfo", regarding="Jawaban", reply_to=asked)
    assert town.refused(reply) == "not_found"
    town.do(r.SendLetter(letter=asked, signers=("ketua",)))
    answered = town.do(reply).id
    with town.desk.book.reading() as reads:
        one = reg.one_letter(reads, answered, town.today)
    assert one is not None
    assert one.reply_to == asked
    assert town.refused(draft(attachments=("0" * 64,))) == "not_found"
    late = r.ReceiveLetter(body="NAS", sender="X", regarding="Y", dated=day("2026-01-06"))
    assert town.refused(late) == "future_day"


def test_a_branch_secretary_writes_for_his_branch_alone(town: Town) -> None:
    town.by = "sekjtm"
    assert sent(town, "JTM") == "001/ASPI-JTM/I/2026"
    assert town.refused(draft("NAS")) == "no_power"
    assert town.refused(draft("XXX")) == "not_found"


# ------------------------------------------------------------------ announcements


def announce(body: str = "NAS", **changed: object) -> r.Announce:
    told: dict[str, object] = {"body": body, "title": "Libur", "text": "Kantor tutup", "audience": Audience.PUBLIC}
    return r.Announce(**(told | changed))  # type: ignore[arg-type]  # fields by name


def test_an_announcement_is_shown_in_its_time_and_corrected_with_the_old_version_readable(town: Town) -> None:
    number = town.do(announce(since=day("2026-01-10"), until=day("2026-01-20"))).id
    town.on("2026-01-12").do(announce(announcement=number, text="Kantor tutup sampai 14", until=day("2026-01-15")))
    with town.desk.book.reading() as reads:
        on = {
            text: reg.one_announcement(reads, number, day(text))
            for text in ("2026-01-09", "2026-01-11", "2026-01-12", "2026-01-15")
        }
    states = {text: one.state for text, one in on.items() if one is not None}
    assert states == {
        "2026-01-09": ShownState.TO_COME,
        "2026-01-11": ShownState.SHOWN,
        "2026-01-12": ShownState.SHOWN,
        "2026-01-15": ShownState.OVER,
    }
    before, after = on["2026-01-11"], on["2026-01-12"]
    assert before is not None
    assert after is not None
    assert (before.text, before.corrected) == ("Kantor tutup", False)
    assert (after.text, after.corrected, after.versions[0].text) == ("Kantor tutup sampai 14", True, "Kantor tutup")


def test_an_announcement_reaches_whom_it_is_for(town: Town) -> None:
    for audience, branch, readers in (
        (Audience.PUBLIC, "", {None, "JTM", "JBR"}),
        (Audience.MEMBERS, "", {"JTM", "JBR"}),
        (Audience.BRANCH, "JBR", {"JBR"}),
    ):
        number = town.do(announce(audience=audience, branch=branch)).id
        with town.desk.book.reading() as reads:
            one = reg.one_announcement(reads, number, town.today)
        assert one is not None
        assert {who for who in (None, "JTM", "JBR") if for_branch(one, who)} == readers


def test_an_announcement_of_a_branch_is_to_its_own_members_and_by_its_own_officers(town: Town) -> None:
    town.by = "sekjtm"
    number = town.do(announce("JTM", audience=Audience.BRANCH)).id
    assert town.refused(announce("JTM", audience=Audience.BRANCH, branch="JBR")) == "wrong_branch"
    assert town.refused(announce("NAS")) == "no_power"
    assert town.refused(announce("JTM", until=town.today)) == "wrong_period"
    assert town.refused(announce("JTM", since=day("2026-01-04"))) == "wrong_period"
    town.by = "ketua"
    assert town.refused(announce(announcement=number)) == "not_found"


# ------------------------------------------------------------------ meetings


def call(body: str = "NAS", **changed: object) -> r.CallMeeting:
    told: dict[str, object] = {
        "body": body,
        "meeting_kind": MeetingKind.MUNAS,
        "title": "Munas I",
        "held_on": day("2026-02-10"),
        "held_at": "09:00",
        "place": "Surabaya",
        "invited": Invited.ALL,
    }
    return r.CallMeeting(**(told | changed))  # type: ignore[arg-type]  # fields by name


def test_a_congress_is_called_answered_held_and_minuted_with_the_decree_that_came_of_it(town: Town) -> None:
    number = town.do(call()).id
    town.do(r.AddAgenda(meeting=number, text="Pemilihan ketua"))
    town.do(r.AddAgenda(meeting=number, text="Lain-lain"))
    town.do(r.DropAgenda(meeting=number, item=2, reason="waktu"))
    assert town.refused(r.DropAgenda(meeting=number, item=2, reason="lagi")) == "not_found"
    for member, coming in (("000003", Coming.YES), ("000003", Coming.NO), ("000004", Coming.MAYBE)):
        assert isinstance(
            as_member(town, member, r.AnswerInvitation(meeting=number, member=member, coming=coming)), c.Done
        )
    minutes = r.Minute(meeting=number, text="Rapat dibuka")
    assert town.refused(minutes) == "future_day"
    town.on("2026-02-10")
    town.do(r.NoteAttendance(meeting=number, members=("000003", "000003"), officers=("ketua",), guests=4))
    assert town.refused(r.NoteAttendance(meeting=number, members=("999999",))) == "not_found"
    assert town.refused(r.NoteAttendance(meeting=number, guests=-1)) == "wrong_count"
    unknown = g.Decision("Memilih ketua", 3, 0, 1, decree="SK-NAS-2026-099")
    assert town.refused(r.Minute(meeting=number, text="x", decisions=(unknown,))) == "decree_unknown"
    decree = town.decree()
    chosen = g.Decision("Memilih ketua", 3, 0, 1, decree=decree)
    town.do(r.Minute(meeting=number, text="Rapat dibuka", decisions=(chosen,), public=True))
    with town.desk.book.reading() as reads:
        one = reg.one_meeting(reads, number, town.today)
        lines = [line for line in reg.decided(reads, town.today) if line.kind == "minutes"]
    assert one is not None
    assert one.state is MeetingState.MINUTED
    assert [item.text for item in one.agenda] == ["Pemilihan ketua"]
    assert (dict(one.answers), one.count(Coming.NO)) == ({"000003": Coming.NO, "000004": Coming.MAYBE}, 1)
    assert one.attended is not None
    assert (one.attended.members, one.attended.guests) == (("000003",), 4)
    assert [(line.id, line.text, line.decree) for line in lines] == [(number, "Memilih ketua", decree)]
    assert town.refused(r.AddAgenda(meeting=number, text="terlambat")) == "not_open"


def test_minutes_that_the_body_keeps_to_itself_are_on_no_public_list(town: Town) -> None:
    number = town.do(call(held_on=town.today)).id
    town.do(r.Minute(meeting=number, text="tertutup", decisions=(g.Decision("rahasia"),)))
    with town.desk.book.reading() as reads:
        assert [line for line in reg.decided(reads, town.today) if line.kind == "minutes"] == []
    town.do(r.Minute(meeting=number, text="terbuka", decisions=(g.Decision("terbuka"),), public=True))
    with town.desk.book.reading() as reads:
        assert [line.text for line in reg.decided(reads, town.today) if line.kind == "minutes"] == ["terbuka"]


def test_whoever_is_not_invited_does_not_answer(town: Town) -> None:
    town.by = "sekjtm"
    kopdar = town.do(call("JTM", meeting_kind=MeetingKind.KOPDAR, invited=Invited.BRANCH)).id
    board = town.do(call("JTM", meeting_kind=MeetingKind.BOARD, invited=Invited.BOARD)).id

    def told(meeting: str, member: str, asking: str | None = None) -> str:
        command = r.AnswerInvitation(meeting=meeting, member=member, coming=Coming.YES)
        result = as_member(town, asking or member, command)
        return "done" if isinstance(result, c.Done) else result.code.value

    assert told(kopdar, "000003") == "done"
    assert told(kopdar, "000004") == "not_invited"
    assert told(board, "000002") == "done"
    assert told(board, "000003") == "not_invited"
    assert told(kopdar, "000003", asking="000004") == "no_power"
    town.do(r.CancelMeeting(meeting=kopdar, reason="hujan"))
    assert told(kopdar, "000003") == "not_open"


@pytest.mark.parametrize(
    "changed",
    [
        {"body": "JTM"},
        {"meeting_kind": MeetingKind.MUSDA},
        {"meeting_kind": MeetingKind.BOARD},
        {"meeting_kind": MeetingKind.KOPDAR, "invited": Invited.BRANCH},
        {"held_at": "25:00"},
        {"held_on": day("2026-01-04")},
    ],
)
def test_a_meeting_that_its_body_cannot_call_so_is_refused(town: Town, changed: dict[str, object]) -> None:
    assert town.refused(call(**changed)) == "wrong_meeting"  # type: ignore[arg-type]  # fields by name


def test_a_meeting_is_moved_with_its_answers(town: Town) -> None:
    number = town.do(call()).id
    town.do(r.AnswerInvitation(meeting=number, member="000003", coming=Coming.YES))
    town.do(call(meeting=number, held_on=day("2026-03-01")))
    with town.desk.book.reading() as reads:
        one = reg.one_meeting(reads, number, town.today)
    assert one is not None
    assert (one.held_on, one.count(Coming.YES), len(one.versions)) == (day("2026-03-01"), 1, 2)


def test_a_boards_agenda_collects_what_its_clocks_put_there(town: Town) -> None:
    board = town.do(call(meeting_kind=MeetingKind.BOARD, invited=Invited.BOARD)).id
    congress = town.do(call()).id
    town.do(r.AddAgenda(meeting=board, text="Permohonan 000009", case="000009"))
    waiting = [
        AgendaItem(0, "Permohonan 000009", "000009"),
        AgendaItem(0, "Banding 000004", "000004", day("2026-01-01")),
    ]
    with town.desk.book.reading() as reads:
        one, other = reg.one_meeting(reads, board, town.today), reg.one_meeting(reads, congress, town.today)
    assert one is not None
    assert other is not None
    assert [item.text for item in agenda(one, waiting)] == ["Permohonan 000009", "Banding 000004"]
    assert agenda(other, waiting) == ()


# ------------------------------------------------------------------ opportunities


def offer(member: str = "000003", **changed: object) -> r.Offer:
    told: dict[str, object] = {
        "offer_kind": OfferKind.JOB,
        "title": "Butuh operator",
        "text": "Shift malam di Malang, gaji 3.500.000.000 per 10 tahun",
        "member": member,
    }
    return r.Offer(**(told | changed))  # type: ignore[arg-type]  # fields by name


def state(town: Town, number: str, on: str | None = None) -> OfferState:
    with town.desk.book.reading() as reads:
        one = reg.one_opportunity(reads, number, town.today if on is None else day(on))
    assert one is not None
    return one.state


def test_a_notice_waits_for_an_officer_stands_sixty_days_and_is_renewed_with_the_jobs_declared(town: Town) -> None:
    done = as_member(town, "000003", offer())
    assert isinstance(done, c.Done)
    assert state(town, done.id) is OfferState.WAITING
    town.by = "sekjtm"
    assert town.refused(r.Moderate(opportunity=done.id, verdict=Verdict.REMOVED, reason="x")) == "not_open"
    town.do(r.Moderate(opportunity=done.id, verdict=Verdict.PUBLISHED, reason="sesuai aturan"))
    assert [state(town, done.id, on) for on in ("2026-03-05", "2026-03-06")] == [OfferState.OPEN, OfferState.EXPIRED]
    early = as_member(town, "000003", r.RenewOffer(opportunity=done.id))
    assert isinstance(early, Refusal)
    assert (early.code.value, early.facts["on"]) == ("future_day", "2026-02-20")
    town.on("2026-03-01")
    renewed = as_member(town, "000003", r.RenewOffer(opportunity=done.id, jobs=2))
    assert isinstance(renewed, c.Done)
    assert state(town, done.id, "2026-04-29") is OfferState.OPEN
    with town.desk.book.reading() as reads:
        jobs = reg.jobs_declared(reads, town.today)
        log = [
            (line.id, line.outcome, line.text) for line in reg.decided(reads, town.today) if line.kind == "moderation"
        ]
    assert [(j.member, j.jobs, j.opportunity) for j in jobs] == [("000003", 2, done.id)]
    assert log == [(done.id, "published", "sesuai aturan")]
    assert isinstance(as_member(town, "000003", r.CloseOffer(opportunity=done.id, filled=True, jobs=1)), c.Done)
    assert state(town, done.id) is OfferState.FILLED
    with town.desk.book.reading() as reads:
        assert sum(j.jobs for j in reg.jobs_declared(reads, town.today)) == 3


def test_jobs_are_declared_in_general_by_a_member_in_good_standing(town: Town) -> None:
    town.fact("000003", JobsDeclared(on=town.today, jobs=4, source="surat"))
    assert (
        town.refused(c.Record(member="000003", fact=JobsDeclared(on=town.today, jobs=-1, source="surat")))
        == "wrong_count"
    )
    applicant = town.do(c.NewMember(name="Calon", branch="JTM", province="35")).id
    early = c.Record(member=applicant, fact=JobsDeclared(on=town.today, jobs=1, source="surat"))
    assert town.refused(early) == "transition_not_allowed"
    with town.desk.book.reading() as reads:
        assert [j.jobs for j in reg.jobs_declared(reads, town.today)] == [4]


def test_nobody_moderates_his_own_firm_and_a_removed_notice_comes_back_on_another_day_only(town: Town) -> None:
    own = town.do(offer("000002")).id
    other = town.do(offer()).id
    town.by = "sekjtm"
    word = r.Moderate(opportunity=own, verdict=Verdict.PUBLISHED, reason="baik")
    assert town.refused(word) == "own_firm"
    town.do(r.Moderate(opportunity=other, verdict=Verdict.PUBLISHED, reason="baik"))
    town.do(r.Moderate(opportunity=other, verdict=Verdict.REMOVED, reason="penipuan"))
    assert state(town, other) is OfferState.REMOVED
    again = r.Moderate(opportunity=other, verdict=Verdict.PUBLISHED, reason="ternyata benar")
    assert town.refused(again) == "same_day"
    town.on("2026-01-06").do(again)
    assert state(town, other) is OfferState.OPEN
    assert town.refused(r.Moderate(opportunity=other, verdict=Verdict.REMOVED, reason=" ")) == "wrong_count"


@pytest.mark.parametrize(
    "text",
    ["WA 0812-3456-7890", "telp +62 812 3456 7890", "kirim ke a@b.co", "wa.me/62812", "(031) 567890", "0812.3456.7890"],
)
def test_a_contact_in_the_text_is_refused(town: Town, text: str) -> None:
    assert town.refused(offer(text=text)) == "contact_in_text"
    assert town.refused(offer(title=text)) == "contact_in_text"


def test_only_active_members_write_notices_and_not_too_many(town: Town) -> None:
    unpaid = town.verified("Belum Bayar")
    assert town.refused(offer(unpaid)) == "transition_not_allowed"
    for _ in range(5):
        town.do(offer())
    assert town.refused(offer()) == "too_many"
    impostor = as_member(town, "000004", offer("000003"))
    assert isinstance(impostor, Refusal)
    assert impostor.code.value == "no_power"


def test_the_boards_own_notice_stands_at_once_and_declares_no_jobs(town: Town) -> None:
    number = town.do(offer("", body="JTM", offer_kind=OfferKind.TRAINING)).id
    assert state(town, number) is OfferState.OPEN
    assert town.refused(r.CloseOffer(opportunity=number, jobs=1)) == "not_found"
    as_stranger = as_member(town, "000004", r.CloseOffer(opportunity=number))
    assert isinstance(as_stranger, Refusal)
    town.do(r.CloseOffer(opportunity=number))
    assert state(town, number) is OfferState.CLOSED


def test_a_register_kept_at_hand_is_folded_anew_once_something_of_it_was_recorded(town: Town) -> None:
    shelves, folded = Shelves(town.desk.book), list[int]()

    def read(reads: Reads, on: date, known_ms: int | None) -> list[Letter]:
        folded.append(1)
        return reg.letters(reads, on, known_ms)

    def numbers(on: str) -> list[str]:
        return [one.id for one in shelves.on(Subject.LETTER, read, day(on))]

    assert numbers("2026-01-05") == []
    town.do(announce())
    assert numbers("2026-01-05") == []
    assert len(folded) == 1, "an announcement is no letter"
    town.do(draft())
    assert numbers("2026-01-05") == ["00001"]
    assert numbers("2026-01-04") == []
    assert numbers("2026-01-05") == ["00001"]
    assert len(folded) == 3


def test_the_audit_finds_a_gap_and_a_number_of_another_body_among_letters(tmp_path: Path) -> None:
    town = Town(tmp_path / "surat")
    for subject_id, number in (("00001", "001/ASPI-NAS/I/2026"), ("00002", "003/ASPI-NAS/I/2026")):
        told = g.LetterSent(
            on=town.today, number=number, body="NAS", to="X", regarding="Y", text="z", signers=("ketua",)
        )
        with town.desk.book.writing(milliseconds(town.now()), subject_id) as writing:
            writing.fact(Subject.LETTER, subject_id, told)
    came = g.LetterReceived(on=town.today, number="M-001/ASPI-JTM/I/2026", body="NAS", sender="X", regarding="Y")
    with town.desk.book.writing(milliseconds(town.now()), "came") as writing:
        writing.fact(Subject.LETTER, "00003", came)
    found = [(one.kind, one.detail) for one in town.audited().found]
    town.close()
    assert found == [
        ("numbering", "M-001/ASPI-JTM/I/2026 is no number of this letter"),
        ("numbering", "letters out of NAS in 2026 is not numbered 1 to 2"),
    ]
