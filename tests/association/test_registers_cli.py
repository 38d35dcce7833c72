"""The registers as a secretary types them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from juru.cli.association.at import today
from tests.association.test_association_cli import Office, office
from tests.association.test_documents import JPEG

__all__ = ["office"]


def member(office: Office) -> str:
    """A member who is active today."""
    office("dues", "table", "server", "--annual", "350.000", "--on", "2024-01-01")
    number = str(office.json("member", "add", "PT Maju", "--branch", "jtm", "--province", "35")["id"])
    office("member", "complete", number)
    office("member", "verify", number, "--decision", "K-1")
    invoice = office.json("dues", "invoice", number)
    office("dues", "pay", invoice["note"], "--text", invoice["id"], "--ref", "BCA-1")
    return number


def kept(office: Office) -> str:
    file = office.path.parent / "sk.jpg"
    file.write_bytes(JPEG)
    return str(office.json("member", "keep", str(file))["id"])


def text(office: Office, content: str = "Dengan hormat") -> str:
    file = office.path.parent / "isi.txt"
    file.write_text(content)
    return str(file)


def later(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def test_history_is_listed_as_exactly_as_it_is_known(office: Office) -> None:
    office("history", "add", "Munas II", "--on", "2014-06", "--source", "notulen", "--place", "Surabaya")
    office("history", "add", "Gagasan lahir", "--on", "2010-04..2010-06", "--source", "okezone")
    office("history", "add", "Hari jadi", "--on", "2010", "--source", "x", "--founding")
    shown = office("history", "list", "--language", "id")
    for told in ("20 April 2010", "26 April 2010", "15 Juli 2010", "Juni 2014", "1 April 2010 - 30 Juni 2010"):
        assert told in shown
    assert "Dwi Lesmana" in shown
    assert len(office.json("history", "list", "--on", "2010-12-31")) == 5
    assert "2010-04..2010-06" in office("history", "add", "x", "--on", "2010-6", "--source", "y", code=2)


def test_members_and_decrees_of_the_past_have_days_of_any_precision(office: Office) -> None:
    number = office.json("member", "add", "PT Lama", "--branch", "jtm", "--province", "35", "--on", "2011")["id"]
    office("member", "record", number, "renamed", "--field", "name=PT Baru", "--on", "2012-03..2012-05")
    facts = {row["fact"]["kind"]: row["fact"] for row in office.json("member", "facts", number)}
    assert (facts["applied"]["on"], facts["applied"]["precision"]) == ("2011-01-01", "year")
    assert (facts["renamed"]["precision"], facts["renamed"]["through"]) == ("range", "2012-05-31")
    assert office("board", "decree", "NAS", "lama", "--on", "2011-07").strip() == "SK-NAS-2011-001"


def test_a_recognition_with_its_document(office: Office) -> None:
    told = ("recognition", "add", "Kadin", "anggota luar biasa", "--authority", "kadin", "--document", kept(office))
    number = office.json(*told, "--on", "2026-01", "--until", later(40))["id"]
    assert "in_force" in office("recognition", "list")
    assert office.json("expiring")[0]["on"] == later(40)
    office(*told, "--until", later(400), "--prolongs", number)
    assert office.json("expiring")[0]["on"] == later(400)
    office("recognition", "withdraw", number, "--reason", "berhenti")
    assert office.json("recognition", "list")[0]["state"] == "withdrawn"
    assert "not_found" in office(*told[:-1], "0" * 64, code=1)


def test_an_opportunity_from_the_notice_to_the_jobs(office: Office) -> None:
    number = member(office)
    told = ("opportunity", "add", "job", "Butuh operator", "Malang", "--member", number)
    assert "contact_in_text" in office(*told[:4], "WA 081234567890", *told[5:], code=1)
    notice = office.json(*told, "--contact", "081234567890", "--contact-for", "members", "--request", "form")["id"]
    assert (
        office.json(*told, "--contact", "081234567890", "--contact-for", "members", "--request", "form")["id"] == notice
    )
    assert "waiting" in office("opportunity", "list", "--branch", "jtm")
    office("opportunity", "moderate", notice, "published", "--reason", "sesuai aturan")
    assert "sesuai aturan" in office("decisions")
    assert office.json("opportunity", "list", "--state", "open", "--kind", "job")[0]["id"] == notice
    assert office.json("opportunity", "list", "--kind", "tender") == []
    assert "future_day" in office("opportunity", "renew", notice, code=1)
    office("opportunity", "close", notice, "--filled", "--jobs", "3")
    assert "3 jobs declared" in office("opportunity", "jobs")
    assert office.json("opportunity", "answers", notice) == []
    assert office("opportunity", "forget") == "0 answers forgotten\n"
    assert "081234567890" not in office("opportunity", "list", "--json")


def test_letters_by_their_numbers(office: Office) -> None:
    draft = office.json("letter", "draft", "nas", "PT Operator", "Klaster", text(office))["id"]
    office("letter", "draft", "nas", "PT Operator", "Klaster", text(office, "Kedua"), "--again", draft)
    sent = office("letter", "send", draft, "--signer", "ketua")
    year = date.fromisoformat(later(0)).year
    assert "001/ASPI-NAS/" in sent
    assert str(year) in sent
    came = ("letter", "receive", "nas", "Kominfo", "Jawaban", "--reference", "B-7", "--reply-to", draft)
    reply = office.json(*came, "--dated", "2026-01-02", "--attach", kept(office))
    assert reply["note"].startswith("M-001/ASPI-NAS/")
    assert "Kedua" in office("letter", "show", draft)
    assert "Kominfo" in office("letter", "list", "--direction", "in", "--year", str(year), "--body", "nas")
    assert office.json("letter", "list", "--direction", "in", "--year", "1999") == []
    office("letter", "end", draft, "--reason", "salah alamat")
    assert office.json("letter", "show", draft)["state"] == "void"
    assert "there is no letter" in office("letter", "show", "00099", code=1)
    assert office("audit").startswith("clean: ")
    (office.path.parent / "biner").write_bytes(b"\xff\xfe\x00")
    assert "no text" in office("letter", "draft", "nas", "x", "y", str(office.path.parent / "biner"), code=2)


def test_an_announcement_and_its_correction(office: Office) -> None:
    told = ("announcement", "add", "nas", "Libur", text(office), "--audience")
    number = office.json(*told, "public", "--until", later(5))["id"]
    office(*told, "public", "--corrects", number)
    (one,) = office.json("announcement", "list")
    assert (one["state"], len(one["versions"])) == ("shown", 2)
    assert "Libur" in office("announcement", "list")
    assert "wrong_period" in office(*told, "public", "--since", "2020-01-01", code=1)


def test_a_meeting_from_the_call_to_the_minutes(office: Office) -> None:
    number = member(office)
    told = ("meeting", "call", "jtm", "kopdar", "Kopdar Malang", "--at", "19:30", "--place", "Malang")
    meeting = office.json(*told, "--on", later(0))["id"]
    office("meeting", "agenda", meeting, "Iuran")
    office("meeting", "agenda", meeting, "Lain")
    office("meeting", "drop", meeting, "2", "--reason", "waktu")
    office("meeting", "answer", meeting, number, "yes")
    office("meeting", "attendance", meeting, "--member", number, "--officer", "ketua", "--guests", "2")
    decree = office("board", "decree", "JTM", "Iuran tetap").strip()
    office("meeting", "minutes", meeting, text(office, "Dibuka"), "--decision", f"Iuran tetap | {decree}", "--public")
    shown = office("meeting", "show", meeting)
    for words in ("Kopdar Malang", "Iuran", "yes", "guests 2", decree, "Dibuka", "minuted"):
        assert words in shown
    assert sorted((row["kind"] for row in office.json("decisions")), reverse=True) == ["minutes", "decree"]
    other = office.json(*told, "--on", later(3))["id"]
    office(*told[:-1], "Batu", "--on", later(4), "--moves", other)
    office("meeting", "cancel", other, "--reason", "hujan")
    assert "cancelled" in office("meeting", "list")
    assert "there is no meeting" in office("meeting", "show", "00099", code=1)
    assert "wrong_meeting" in office(*told[:6], "26:00", *told[7:], "--on", later(1), code=1)


@pytest.mark.parametrize(
    "tokens",
    [
        ("letter", "draft", "NAS", "x", "y", "nowhere.txt"),
        ("recognition", "add", "X", "Y", "--authority", "kadin", "--document", "0", "--on", "kemarin"),
        ("meeting", "call", "NAS", "kopdar", "X", "--on", "besok", "--at", "10:00", "--place", "x"),
    ],
)
def test_what_cannot_be_read_says_the_remedy(office: Office, tokens: tuple[str, ...]) -> None:
    assert ":" in office(*tokens, code=2)
