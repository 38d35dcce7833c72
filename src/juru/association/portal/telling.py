"""A mail that carries a secret link, and so must stand in no book: handed over at once, or not at all."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

from juru.association.desk.mail_settings import load, password
from juru.association.errors import MailError
from juru.notify import smtp
from juru.notify.mail import Mail
from juru.notify.smtp import MailServerError, Outcome


async def tell(directory: Path, mail: Mail, *, now: datetime) -> bool:
    """Whether the mail server has it; without one, without an address or when it refuses, a person passes it on."""
    if not mail.to or not mail.to[0]:
        return False
    try:
        settings = await asyncio.to_thread(load, directory)
        if settings is None:
            return False
        secret = await asyncio.to_thread(password, settings, os.environ)
        async with smtp.connected(settings.server, secret) as line:
            answer = await line.send(mail, at=now)
    except (MailError, MailServerError):
        return False
    return answer.outcome in {Outcome.SENT, Outcome.UNKNOWN}
