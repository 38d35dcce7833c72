"""A real mail server on this machine, that keeps what it took and answers as a test asks."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword


class Taken(msgspec.Struct):
    """One mail as it arrived."""

    sender: str
    to: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


class PostOffice:
    """What arrived, and what is answered; an answer is a function of the envelope, so a test may hang or refuse."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.rcpt: Callable[[str], str] = lambda _: "250 OK"
        self.data: Callable[[Taken], str] = lambda _: "250 taken"
        self.sender: str = "250 OK"
        self.port = 0

    async def handle_MAIL(self, _s: SMTP, _i: object, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - the name that aiosmtpd calls
        if self.sender.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.sender

    async def handle_RCPT(self, _s: SMTP, _i: object, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - the name that aiosmtpd calls
        answer = self.rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, session: SMTP, _i: object, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        content = envelope.content
        assert isinstance(content, bytes)
        assert envelope.mail_from is not None
        mail = Taken(envelope.mail_from, list(envelope.rcpt_tos), content)
        answer = self.data(mail)
        if answer.startswith("250"):
            self.taken.append(mail)
        if answer == "250 and gone":
            assert isinstance(session.transport, asyncio.Transport)
            session.transport.abort()
        return answer


class _Listening(Controller):
    """Any free port."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # it ships this one untyped


@contextlib.contextmanager
def post_office(
    *, tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[PostOffice]:
    """A server that runs while the block does."""
    office = PostOffice()

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, given: object) -> AuthResult:
        assert login is not None
        assert isinstance(given, LoginPassword)
        return AuthResult(success=(given.login.decode(), given.password.decode()) == login, handled=False)

    controller = _Listening(
        office,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=check if login else None,
        auth_required=login is not None,
        auth_require_tls=starttls is not None,
    )
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()
