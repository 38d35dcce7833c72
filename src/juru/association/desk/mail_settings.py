"""How an association sends mail: a small file beside the book, and no part of it, without any password in it.

It is not in a backup: a restored book sends nothing until somebody has said anew how, so that a copy of an association
never writes to its members.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from juru.association.errors import MailError
from juru.notify.mail import mailbox
from juru.notify.smtp import MailServer, Security

FILE = ".mail.json"
"""Hidden: what begins with a dot is left out of a backup."""
PORT_MAX = 65_535
_ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class MailSettings(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The mail server, the sender, where the password is, and the portal's address for links in texts.

    ``password_env`` is a variable of the environment, ``password_file`` a file that only its owner reads.
    """

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    sender_name: str = ""
    reply_to: str = ""
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    url: str = ""
    timeout_s: int = 30

    @property
    def server(self) -> MailServer:
        """As the room ``notify`` needs it."""
        return MailServer(
            host=self.host,
            sender=self.sender,
            port=self.port,
            security=self.security,
            sender_name=self.sender_name,
            reply_to=self.reply_to,
            user=self.user,
            timeout_s=self.timeout_s,
        )


def load(directory: Path) -> MailSettings | None:
    """The settings; None where none were made. Raises ``MailError`` for a file that is damaged."""
    path = directory / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(content, type=MailSettings)
    except msgspec.DecodeError as error:
        raise MailError(
            f"{path} is no mail setting ({error}): make it anew with 'juru association mail set'"
        ) from error


def keep(directory: Path, settings: MailSettings) -> None:
    """Keep settings that hold together. Raises ``MailError`` with the remedy."""
    check(settings)
    path = directory / FILE
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(settings), indent=1))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def check(settings: MailSettings) -> None:
    """Raises ``MailError`` for what cannot work or would be careless."""
    if not settings.host.strip() or any(char.isspace() for char in settings.host):
        raise MailError("which mail server? give its name with --host")
    if mailbox(settings.sender) is None:
        raise MailError(f"{settings.sender!r} is no address to send from: write it as sekretariat@asosiasi.id")
    if settings.reply_to and mailbox(settings.reply_to) is None:
        raise MailError(f"{settings.reply_to!r} is no address to answer to")
    if not 0 < settings.port <= PORT_MAX or settings.timeout_s < 1:
        raise MailError(f"port {settings.port} or timeout {settings.timeout_s} is out of range")
    if settings.password_env and settings.password_file:
        raise MailError("the password is in a variable or in a file, not in both")
    if settings.user and not (settings.password_env or settings.password_file):
        raise MailError(f"where is the password of {settings.user}? give --password-env or --password-file")
    if settings.user and settings.security is Security.NONE and settings.host not in _ON_THIS_MACHINE:
        raise MailError("a login without encryption is for a server on this machine: use --security starttls or tls")
    if settings.url and not settings.url.startswith(("https://", "http://")):
        raise MailError(f"{settings.url!r} is no address of a portal: write it as https://...")


def password(settings: MailSettings, environment: Mapping[str, str]) -> str:
    """The password where there is a login. Raises ``MailError`` where it cannot be had."""
    if settings.password_env:
        found = environment.get(settings.password_env)
        if not found:
            raise MailError(f"the variable {settings.password_env} is not set: it holds the mail password")
        return found
    if not settings.password_file:
        return ""
    path = Path(settings.password_file)
    try:
        if path.stat().st_mode & 0o077:
            raise MailError(f"{path} can be read by others: run chmod 600 {path}")
        return path.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise MailError(f"the mail password cannot be read from {path}: {error.strerror}") from error
