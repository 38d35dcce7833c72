"""Outgoing mail: what arrives at a real mail server, and what is known when it does not."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from juru.notify import smtp
from juru.notify.chat import TEXT_CHARS_MAX, wa_link
from juru.notify.mail import Attachment, Mail, built, mailbox, message_id, one_line
from juru.notify.smtp import Answer, MailServer, MailServerError, Outcome, Security
from tests.support.mail import post_office

AT = datetime(2026, 12, 1, 3, tzinfo=UTC)
MAIL = Mail("dues:000001:2026-12-01", ("sri@contoh.id",), "Iuran 2027", "Yth. Maju Pulsa,\niuran jatuh tempo.\n")


def server(port: int, *, security: Security = Security.NONE, user: str = "", timeout_s: int = 5) -> MailServer:
    return MailServer("127.0.0.1", "sekretariat@aspi.id", port, security, "ASPI", "balas@aspi.id", user, timeout_s)


def sent(where: MailServer, *mails: Mail, password: str = "") -> list[Answer]:
    async def run() -> list[Answer]:
        async with smtp.connected(where, password) as line:
            return [await line.send(mail, at=AT) for mail in mails]

    return asyncio.run(run())


def test_a_mail_arrives_with_its_text_and_headers() -> None:
    with post_office() as office:
        assert sent(server(office.port), MAIL)[0].outcome is Outcome.SENT
    (taken,) = office.taken
    assert (taken.sender, taken.to) == ("sekretariat@aspi.id", ["sri@contoh.id"])
    assert taken.message["Subject"] == "Iuran 2027"
    assert taken.message["From"] == "ASPI <sekretariat@aspi.id>"
    assert taken.message["Reply-To"] == "balas@aspi.id"
    assert taken.message["Auto-Submitted"] == "auto-generated"
    assert taken.text == MAIL.text


def test_text_beyond_ascii_and_a_pdf_arrive_byte_for_byte() -> None:
    content = b"%PDF-1.7\n" + bytes(range(256)) * 40
    mail = Mail("k", ("sri@contoh.id",), "Kwitansi \u201c2027\u201d", "Rp500.000 \u2013 terima kasih\n.\nakhir\n",
                (Attachment("kwitansi/1\n.pdf", content),))  # fmt: skip
    with post_office() as office:
        sent(server(office.port), mail)
    (taken,) = office.taken
    (pdf,) = taken.message.iter_attachments()
    assert taken.text == mail.text
    assert taken.message["Subject"] == mail.subject
    assert pdf.get_content() == content
    assert pdf.get_filename() == "kwitansi-1 .pdf"
    assert max(taken.content) < 128, "no server needs to know 8BITMIME"


def test_the_same_message_has_the_same_message_id_and_another_one_another() -> None:
    with post_office() as office:
        sent(server(office.port), MAIL, MAIL, Mail("other", MAIL.to, MAIL.subject, MAIL.text))
    ids = [taken.message["Message-ID"] for taken in office.taken]
    assert ids[0] == ids[1] == message_id(MAIL.key, "sekretariat@aspi.id")
    assert ids[2] != ids[0]


@pytest.mark.parametrize("code", ["550 no such user", "451 greylisted"])
def test_a_refused_recipient_is_unsent_and_the_next_mail_goes(code: str) -> None:
    with post_office() as office:
        office.rcpt = lambda address: code if address.startswith("sri") else "250 OK"
        first, second = sent(server(office.port), MAIL, Mail("2", ("budi@contoh.id",), "s", "t"))
    assert first.outcome is (Outcome.PERMANENT if code.startswith("5") else Outcome.TEMPORARY)
    assert code.partition(" ")[2] in first.words
    assert second.outcome is Outcome.SENT
    assert len(office.taken) == 1


def test_of_several_recipients_the_good_ones_get_it_and_the_answer_names_the_others() -> None:
    with post_office() as office:
        office.rcpt = lambda address: "550 gone" if address.startswith("sri") else "250 OK"
        (answer,) = sent(server(office.port), Mail("2", ("sri@contoh.id", "budi@contoh.id"), "s", "t"))
    assert answer.outcome is Outcome.SENT
    assert "sri@contoh.id: 550 gone" in answer.words
    assert office.taken[0].to == ["budi@contoh.id"]


@pytest.mark.parametrize(("code", "outcome"), [("554 spam", Outcome.PERMANENT), ("452 full", Outcome.TEMPORARY)])
def test_content_that_the_server_refuses_is_unsent(code: str, outcome: Outcome) -> None:
    with post_office() as office:
        office.data = lambda _: code
        assert sent(server(office.port), MAIL)[0].outcome is outcome
    assert office.taken == []


def test_a_connection_lost_after_the_content_is_never_taken_for_a_failure() -> None:
    with post_office() as office:
        office.data = lambda _: "250 and gone"
        assert sent(server(office.port), MAIL)[0].outcome is Outcome.UNKNOWN
    assert len(office.taken) == 1, "it did arrive"


def test_a_refused_sender_stops_the_run_and_says_so() -> None:
    with post_office() as office:
        office.sender = "553 not yours"
        with pytest.raises(MailServerError, match=r"refuses mail from sekretariat@aspi\.id"):
            sent(server(office.port), MAIL)


def test_nobody_at_home_is_told_with_its_remedy() -> None:
    with post_office() as office:
        port = office.port
    with pytest.raises(MailServerError, match="cannot be reached: check host, port and network"):
        sent(server(port), MAIL)


def test_a_wrong_password_is_told_without_showing_it(certificate: ssl.SSLContext) -> None:
    with (
        post_office(login=("aspi", "rahasia"), starttls=certificate) as office,
        pytest.raises(MailServerError) as error,
    ):
        sent(server(office.port, security=Security.STARTTLS, user="aspi"), MAIL, password="tebakan")
    assert "refuses the login of aspi" in str(error.value)
    assert "tebakan" not in str(error.value)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    import ipaddress

    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    chain.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return context


def test_starttls_and_tls_are_spoken_and_checked(certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    with post_office(starttls=certificate, login=("a", "b")) as office:
        where = server(office.port, security=Security.STARTTLS, user="a")
        assert sent(where, MAIL, password="b")[0].outcome is Outcome.SENT
    with post_office(tls=certificate) as office:
        assert sent(server(office.port, security=Security.TLS), MAIL)[0].outcome is Outcome.SENT
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
        with pytest.raises(MailServerError):
            sent(server(office.port, security=Security.TLS), MAIL)
        assert len(office.taken) == 1


def test_a_server_without_starttls_gets_nothing_in_clear() -> None:
    with post_office() as office, pytest.raises(MailServerError, match="does not speak this way"):
        sent(server(office.port, security=Security.STARTTLS), MAIL)
    assert office.taken == []


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=60).map(lambda t: f"{t}\r\nBcc: korban@contoh.id\r\n\r\nisi")


@given(HOSTILE, HOSTILE)
def test_nothing_typed_adds_a_header(subject: str, name: str) -> None:
    mail = Mail("k", ("sri@contoh.id",), subject, "isi", (Attachment(name, b"%PDF-"),))
    message = built(mail, sender="a@aspi.id", name=name, reply_to="", at=AT)
    head = message.as_bytes().partition(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert "Bcc" not in names
    assert sorted(names) == sorted(set(names))
    assert "\n" not in one_line(subject)


@pytest.mark.parametrize(
    "typed",
    ["", "sri", "sri@", "@contoh.id", "a@b.id, c@d.id", "a@b.id\r\nBcc: c@d.id", "Sri <a@b.id>", "a b@c.id",
     "a..b@c.id", ".a@b.id", "a@b..id", "sr\u00ed@contoh.id", "a@-b.id", "x" * 255 + "@b.id"],
)  # fmt: skip
def test_what_is_no_mailbox_is_none_and_is_never_sent_to(typed: str) -> None:
    assert mailbox(typed) is None
    with post_office() as office:
        assert sent(server(office.port), Mail("k", (typed,), "s", "t"))[0].outcome is Outcome.PERMANENT
    assert office.taken == []


@pytest.mark.parametrize("typed", ["sri@contoh.id", " Sri.Ayu+iuran@mail.contoh.co.id ", "a@localhost"])
def test_a_mailbox_is_itself(typed: str) -> None:
    assert mailbox(typed) == typed.strip()


def test_a_wa_link_holds_the_international_number_and_the_whole_text() -> None:
    text = "Yth. Maju & Jaya,\niuran 100% #lunas? \u2013 https://aspi.id/a?b=c&d=e"
    link = wa_link("0812-3456-7890", text)
    assert link is not None
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "wa.me", "/6281234567890")
    assert parse_qs(parts.query) == {"text": [text]}
    assert wa_link("021-555 1234", text) is None


def test_a_wa_text_too_long_for_a_link_is_cut_and_says_so() -> None:
    link = wa_link("081234567890", "a" * 5_000)
    assert link is not None
    (text,) = parse_qs(urlsplit(link).query)["text"]
    assert len(text) == TEXT_CHARS_MAX
    assert text.endswith("…")
