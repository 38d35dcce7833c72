"""The one mail server of an association: connect once, send many, and say of each message exactly what is known.

Before the server has the end of a message, anything that goes wrong leaves it unsent. After that, only the server's own
answer tells: a silence or a lost connection there is ``UNKNOWN``, and nobody may take it for a failure.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from enum import StrEnum

import aiosmtplib
import msgspec

from juru.notify.mail import Mail, built

_PERMANENT = 500
_ANSWER_CHARS_MAX = 200


class Security(StrEnum):
    """How the connection is protected; ``none`` is for a relay on the same machine."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailServer(msgspec.Struct, frozen=True):
    """Where mail is handed in and in whose name. The password is not here: it is read when it is needed."""

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    sender_name: str = ""
    reply_to: str = ""
    user: str = ""
    timeout_s: int = 30


class Outcome(StrEnum):
    """What is known of a message."""

    SENT = "sent"
    TEMPORARY = "temporary"
    """Not sent; the server may take it later."""
    PERMANENT = "permanent"
    """Not sent, and it never will be like this."""
    UNKNOWN = "unknown"
    """Handed over in full, and no answer came: perhaps sent."""


class Answer(msgspec.Struct, frozen=True):
    """An outcome, and the server's words for it."""

    outcome: Outcome
    words: str = ""


class MailServerError(Exception):
    """The server cannot be used now, for any message; its message says why and what to do."""


class Line:
    """An open connection."""

    def __init__(self, client: aiosmtplib.SMTP, server: MailServer) -> None:
        self._client = client
        self._server = server

    async def send(self, mail: Mail, *, at: datetime) -> Answer:
        """Send one mail. Raises ``MailServerError`` where the server is gone before the message went."""
        server = self._server
        try:
            message = built(mail, sender=server.sender, name=server.sender_name, reply_to=server.reply_to, at=at)
        except ValueError as error:
            return Answer(Outcome.PERMANENT, _short(str(error)))
        refused = await self._envelope(mail.to)
        if len(refused) == len(mail.to):
            await self._reset()
            worst = max(error.code for error in refused)
            return Answer(_of(worst), _told(refused))
        return await self._data(message.as_bytes(), refused)

    async def _envelope(self, to: tuple[str, ...]) -> list[aiosmtplib.SMTPRecipientRefused]:
        """Name sender and recipients; whom the server refused. A refused sender concerns every mail, not this one."""
        refused = []
        try:
            await self._client.mail(self._server.sender)
            for address in to:
                try:
                    await self._client.rcpt(address)
                except aiosmtplib.SMTPRecipientRefused as error:
                    refused.append(error)
        except aiosmtplib.SMTPSenderRefused as error:
            await self._reset()
            where = f"{self._server.host} refuses mail from {self._server.sender}"
            raise MailServerError(f"{where}: {_short(error.message)}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailServerError(f"{self._server.host} went away: {_short(str(error))}") from error
        return refused

    async def _data(self, content: bytes, refused: list[aiosmtplib.SMTPRecipientRefused]) -> Answer:
        """Hand the content over; from here on only an answer is certain."""
        try:
            response = await self._client.data(content)
        except aiosmtplib.SMTPDataError as error:
            await self._reset()
            return Answer(_of(error.code), _short(f"{error.code} {error.message}"))
        except (aiosmtplib.SMTPException, OSError) as error:
            return Answer(Outcome.UNKNOWN, _short(str(error)))
        words = f"{response.code} {response.message} {_told(refused)}"
        return Answer(Outcome.SENT, _short(words))

    async def _reset(self) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            await self._client.rset()


@asynccontextmanager
async def connected(server: MailServer, password: str) -> AsyncIterator[Line]:
    """A connection, secured and logged in. Raises ``MailServerError`` with the remedy."""
    context = ssl.create_default_context() if server.security is not Security.NONE else None
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=server.timeout_s,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        tls_context=context,
    )
    try:
        await client.connect()
        if server.user:
            await client.login(server.user, password)
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise MailServerError(_remedy(server, error)) from error
    try:
        yield Line(client, server)
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
        client.close()


def _remedy(server: MailServer, error: Exception) -> str:
    where = f"{server.host}:{server.port} ({server.security})"
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return f"{where} refuses the login of {server.user}: check user and password ({_short(error.message)})"
        case aiosmtplib.SMTPNotSupported() | ssl.SSLError():
            return f"{where} does not speak this way: check port and security ({_short(str(error))})"
        case aiosmtplib.SMTPException() if "STARTTLS" in str(error):
            return f"{where} does not speak this way: check port and security ({_short(str(error))})"
        case _:
            return f"{where} cannot be reached: check host, port and network ({_short(str(error))})"


def _of(code: int) -> Outcome:
    return Outcome.PERMANENT if code >= _PERMANENT else Outcome.TEMPORARY


def _told(refused: list[aiosmtplib.SMTPRecipientRefused]) -> str:
    return _short("; ".join(f"{error.recipient}: {error.code} {error.message}" for error in refused))


def _short(text: str) -> str:
    return " ".join(text.split())[:_ANSWER_CHARS_MAX]
