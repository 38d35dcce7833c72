"""One mail: plain text, perhaps a PDF, and an identity that is the same whenever the same message is built again.

Nothing that a person typed can add a header or a recipient: control characters are taken out of what becomes a header,
and an address is exactly one mailbox or none at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

import msgspec

LINE_CHARS_MAX = 200
_ADDRESS_CHARS_MAX = 254
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9-]+")
_WIRE = policy.SMTP.clone(cte_type="7bit")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Attachment(msgspec.Struct, frozen=True):
    """A PDF that goes along."""

    name: str
    content: bytes


class Mail(msgspec.Struct, frozen=True):
    """What is to be said to whom. ``key`` says which message it is: its Message-ID follows from it alone."""

    key: str
    to: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()


def mailbox(typed: str) -> str | None:
    """The one plain address that was typed, or None: no name, no list, no line break, no quoting, ASCII only."""
    bare = typed.strip()
    if len(bare) > _ADDRESS_CHARS_MAX or _ADDRESS.fullmatch(bare) is None:
        return None
    local = bare.partition("@")[0]
    return None if local.startswith(".") or local.endswith(".") or ".." in local else bare


def one_line(text: str) -> str:
    """A text as a header may hold it: one line, no control characters, cut where it is too long."""
    plain = " ".join(_CONTROL.sub(" ", text).split())
    return plain if len(plain) <= LINE_CHARS_MAX else plain[: LINE_CHARS_MAX - 1] + "…"


def message_id(key: str, sender: str) -> str:
    """The same for the same message from the same sender: who gets it twice can tell, and so can his mail program."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2] or 'localhost'}>"


def built(mail: Mail, *, sender: str, name: str, reply_to: str, at: datetime) -> EmailMessage:
    """The mail as it goes over the wire. Raises ``ValueError`` for an address that is none."""
    message = EmailMessage(policy=_WIRE)
    message["From"] = Address(one_line(name), addr_spec=_certain(sender))
    message["To"] = _addresses(mail.to)
    if reply_to:
        message["Reply-To"] = _certain(reply_to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = at
    message["Message-ID"] = message_id(mail.key, sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text.replace("\r\n", "\n").replace("\r", "\n"))
    for attachment in mail.attachments:
        file_name = one_line(attachment.name).replace("/", "-")
        message.add_attachment(attachment.content, maintype="application", subtype="pdf", filename=file_name)
    return message


def _addresses(typed: Sequence[str]) -> list[Address]:
    if not typed:
        raise ValueError("a mail needs somebody to go to")
    return [Address(addr_spec=_certain(one)) for one in typed]


def _certain(typed: str) -> str:
    address = mailbox(typed)
    if address is None:
        raise ValueError(f"{typed!r} is no mail address")
    return address
