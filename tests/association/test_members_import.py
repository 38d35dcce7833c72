"""A members' list brought in: the fate of each row first, questions answered, facts without money, once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import apsw
import msgspec
import pytest

from juru.association.desk import importing
from juru.association.desk.importing import Answer, Kind, NoListError, Plan, answers_of, carry_out, fates_csv, plan
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Title
from juru.association.domain.facts import Precision
from juru.association.domain.refusals import Code
from juru.association.errors import AssociationError
from juru.association.store.book import DATABASE
from tests.support.association import Town

HEADER = "nama,cabang,wakil iuran,wakil suara,hp,tanggal gabung,lunas sampai,nib"


def listed(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows)).encode()


THREE = listed(
    "PT Maju Pulsa,JTM,Budi,Sri,081200000001,05/03/2019,31/12/2026,9120000000001",
    "CV Sinar,Bali,Made,,081200000002,2020,31/10/2026,",
    "Toko Berkah,NAS,,,,2021-06,,",
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi", "2026-11-24")
    town.dues()
    yield town
    town.close()


def planned(town: Town, data: bytes, answers: dict[int, Answer] | None = None) -> Plan:
    with town.desk.book.reading() as reads:
        return plan(reads, data, today=town.today, answers=answers)


def fates(town: Town, data: bytes, answers: dict[int, Answer] | None = None) -> dict[int, str]:
    return {fate.row: fate.kind.value for fate in planned(town, data, answers).fates}


def brought(town: Town, data: bytes, answers: dict[int, Answer] | None = None, by: str = "sekretaris") -> int:
    done = carry_out(town.desk, planned(town, data, answers), file="anggota.csv", now=town.now(), by=by)
    assert done.refusal is None, done.refusal
    return done.added


def test_the_dry_run_shows_what_each_row_will_be_and_records_nothing(town: Town) -> None:
    before = town.audited().facts
    found = planned(town, THREE)
    told = [(fate.row, fate.kind, fate.why.told("en")) for fate in found.fates]
    assert told == [
        (2, Kind.ADD, "will be added: active, paid until 2026-12-31"),
        (3, Kind.ADD, "will be added: in grace, paid until 2026-10-31"),
        (4, Kind.ADD, "will be added: no dues are known, it waits for its first"),
    ]
    assert town.audited().facts == before


def test_rows_become_facts_with_their_source_and_no_money(town: Town) -> None:
    before = town.nets()
    assert brought(town, THREE) == 3
    assert town.nets() == before == {}
    assert [town.state(number) for number in ("000001", "000002", "000003")] == ["active", "grace", "verified"]
    with town.desk.book.reading() as reads:
        facts = [one.fact for one in reads.facts(Subject.MEMBER, "000001")]
        second = [one.fact for one in reads.facts(Subject.MEMBER, "000002")]
    assert all(fact.source.startswith("import anggota.csv 2 ") and fact.by == "sekretaris" for fact in facts)
    assert [fact.role.value for fact in facts if isinstance(fact, f.RepresentativeNamed)] == ["dues", "voting"]
    paid = [fact for fact in facts if isinstance(fact, f.Paid)]
    assert [type(fact) for fact in paid] == [f.PaidBefore]
    assert (paid[0].since, paid[0].until, paid[0].invoice) == (date(2019, 3, 5), date(2027, 1, 1), "")
    assert {fact.precision for fact in second if isinstance(fact, f.Registered | f.Applied)} == {Precision.YEAR}
    assert town.audited().found == []


def test_paid_until_is_honoured_by_the_next_invoice_and_by_reinstatement(town: Town) -> None:
    brought(town, THREE)
    town.pay("000001")
    town.pay("000003")
    assert town.state("000001", "2027-06-01") == "active", "the year after what the list said"
    with town.desk.book.reading() as reads:
        invoices = [reads.facts(Subject.INVOICE, f"INV-2026-0000{n}")[0].fact for n in (1, 2)]
    periods = [one.period for one in invoices if isinstance(one, a.Issued)]
    assert [(p.since, p.until) for p in periods if p is not None] == [
        (date(2027, 1, 1), date(2028, 1, 1)),
        (date(2026, 11, 24), date(2027, 1, 1)),
    ]
    assert town.state("000002", "2026-12-05") == "lapsed"
    assert town.audited().found == []


def test_the_same_file_again_adds_nothing_and_a_mended_one_only_what_is_new(town: Town) -> None:
    wrong = THREE.replace(b"2021-06", b"06/2021")
    assert fates(town, wrong)[4] == "refused"
    assert brought(town, wrong) == 2
    assert brought(town, wrong) == 0
    assert fates(town, THREE) == {2: "there", 3: "there", 4: "add"}
    assert brought(town, THREE) == 1
    assert brought(town, THREE) == 0
    assert town.audited().found == []


TWINS = {
    "by licence": "Nama Lain,JTM,,,,2020,,9120000000001",
    "by a like name": "Pulsa Madju PT,JBR,,,,2020,,",
    "by telephone": "Nama Lain,JTM,Budi,,0812-0000-0001,2020,,",
}


@pytest.mark.parametrize("how", TWINS)
def test_a_firm_that_seems_to_be_a_member_is_a_question_until_it_is_answered(town: Town, how: str) -> None:
    brought(town, THREE)
    again = listed(TWINS[how])
    asked = planned(town, again).fates[0]
    assert (asked.kind, asked.member) == (Kind.QUESTION, "000001")
    assert brought(town, again) == 0, "nothing is recorded of a row with an open question"
    assert fates(town, again, {2: Answer.SAME}) == {2: "there"}
    assert fates(town, again, {2: Answer.SKIP}) == {2: "skipped"}
    assert brought(town, again, {2: Answer.OTHER}) == 1
    assert brought(town, again, {2: Answer.OTHER}) == 0
    assert town.audited().found == []


def test_a_firm_twice_in_the_list_is_a_question_about_the_second_row(town: Town) -> None:
    data = listed("PT Maju,JTM,,,,2020,,", "CV Maju,JTM,,,,2021,,", "PT Maju,JTM,,,,2020,,")
    asked = planned(town, data).fates
    assert [(fate.row, fate.kind.value) for fate in asked] == [(2, "add"), (3, "question"), (4, "question")]
    assert "row 2" in asked[1].why.told("en")
    assert brought(town, data, {3: Answer.OTHER, 4: Answer.SAME}) == 2
    assert fates(town, data, {3: Answer.OTHER, 4: Answer.SAME})[4] == "there"


def test_an_answer_to_what_was_not_asked_is_refused(town: Town) -> None:
    for answers in ({2: Answer.OTHER}, {77: Answer.SKIP}):
        with pytest.raises(NoListError, match="answers no open question"):
            planned(town, THREE, answers)


def test_answers_come_back_in_the_file_of_fates(town: Town) -> None:
    brought(town, THREE)
    again = listed("PT Maju Pulsa,JBR,,,,2022,,", '"=1+1",JBR,,,,2022,,')
    text = fates_csv(planned(town, again)).decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("row,fate,name,cell")
    assert "'=" not in lines[2] or "'=1+1" in lines[2], "no formula leaves as one"
    filled = "\n".join([lines[0], lines[1] + "other", *lines[2:]])
    assert answers_of(filled.encode()) == {2: Answer.OTHER}
    for bad in (b"row;answer\n2;maybe\n", b"a,b\n1,2\n", b"\xff\xfe\x00"):
        with pytest.raises(AssociationError, match="cannot be read"):
            answers_of(bad)


def test_a_job_that_was_stopped_goes_on_where_it_was(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 4)
    data = listed(*(f"Usaha {chr(65 + n)}{chr(65 + n)} {n},JTM,,,,2020,31/12/2026," for n in range(10)))
    whole = planned(town, data)

    def stop(done: int, _all: int) -> None:
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(town.desk, whole, file="a.csv", now=town.now(), by="sekretaris", progress=stop)
    assert list(fates(town, data).values()) == ["there"] * 8 + ["add"] * 2
    assert carry_out(town.desk, whole, file="a.csv", now=town.now(), by="sekretaris").added in {2, 10}
    assert list(fates(town, data).values()) == ["there"] * 10
    with town.desk.book.reading() as reads:
        assert len({number for number, _ in reads.names()}) == 10, "each row became one member"
    assert town.audited().found == []


def test_a_member_added_meanwhile_stops_the_rest_and_becomes_a_question(town: Town) -> None:
    before = planned(town, THREE)
    town.do(c.NewMember(name="Sinar CV", branch="BAL", province="51"))
    done = carry_out(town.desk, before, file="a.csv", now=town.now(), by="sekretaris")
    assert (done.added, done.refusal and done.refusal.code) == (0, Code.SAME_BUSINESS)
    assert fates(town, THREE) == {2: "add", 3: "question", 4: "add"}


def test_only_who_decides_on_members_nationally_may_import(town: Town) -> None:
    firm = town.active("PT Pengurus")
    town.seat("ketua", firm, Title.CHAIR)
    town.by = "ketua"
    town.seat("bendahara", firm, Title.TREASURER)
    done = carry_out(town.desk, planned(town, THREE), file="a.csv", now=town.now(), by="bendahara")
    assert done.refusal is not None
    assert done.refusal.code is Code.NO_POWER
    assert brought(town, THREE, by="ketua") == 3


def test_what_a_list_said_is_corrected_by_taking_it_back(town: Town) -> None:
    brought(town, THREE)
    with town.desk.book.reading() as reads:
        wrong = next(one for one in reads.facts(Subject.MEMBER, "000001") if isinstance(one.fact, f.PaidBefore))
    town.do(c.TakeBack(subject=Subject.MEMBER, subject_id="000001", fact_id=wrong.id, reason="the list was wrong"))
    assert town.state("000001") == "closed"
    assert town.audited().found == []


def test_nobody_records_dues_paid_before_by_hand(town: Town) -> None:
    brought(town, THREE)
    for fact in (
        f.PaidBefore(on=town.today, since=town.today, until=date(2030, 1, 1), row="x"),
        f.Paid(on=town.today, since=town.today, until=date(2030, 1, 1)),
    ):
        assert town.refused(c.Record(member="000002", fact=fact)) == "transition_not_allowed"


BEFORE = "kind = 'paid_before' AND subject_id = '000001'"
FORGED: dict[str, str] = {
    "another member's row": f"UPDATE facts SET subject_id = '000003' WHERE {BEFORE}",
    "a row of no list": f'UPDATE facts SET body = replace(body, \'"row":"\', \'"row":"0\') WHERE {BEFORE}',
    "a paid without its invoice": (
        f"UPDATE facts SET kind = 'paid', body = replace(body, 'paid_before', 'paid') WHERE {BEFORE}"
    ),
    "no source of a list": "UPDATE facts SET source = 'letter' WHERE kind = 'registered' AND subject_id = '000001'",
    "from before joining": (
        f'UPDATE facts SET body = replace(body, \'"from":"2019\', \'"from":"2018\') WHERE {BEFORE}'
    ),
    "a longer period than the invoice": (
        "UPDATE facts SET body = replace(body, '\"to\":\"2028', '\"to\":\"2029') WHERE kind = 'paid'"
    ),
    "a settled invoice's paid made a list's": (
        "UPDATE facts SET kind = 'paid_before', body = replace(replace(body, '\"paid\"', '\"paid_before\"'), "
        "'\"invoice\"', '\"row\"') WHERE kind = 'paid'"
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_the_audit_takes_exactly_what_a_list_said_and_nothing_else_without_money(
    town: Town, tmp_path: Path, what: str
) -> None:
    brought(town, THREE)
    town.pay("000001")
    assert town.audited().found == []
    town.close()
    copy = Path(shutil.copytree(town.path, tmp_path / "copy"))
    db = apsw.Connection(str(copy / DATABASE))
    for (trigger,) in list(db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(FORGED[what])
    assert db.changes() == 1, "nothing was forged"
    db.close()
    forged = Town(copy, "2026-11-25")
    kinds = {one.kind for one in forged.audited().found}
    forged.close()
    assert {"seal", "paid"} <= kinds, kinds


def test_a_command_of_rows_can_be_given_as_json() -> None:
    row = c.ListedMember(row=2, mark="m", name="A", branch="JTM", joined_on=date(2020, 1, 1))
    command = c.ImportMembers(file="a.csv", seen=0, rows=(row,))
    assert msgspec.json.decode(msgspec.json.encode(command), type=c.AnyCommand) == command
