"""``juru association mail``: the mail server of an association, and a test of it."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, At, reading
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json
from juru.server.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from juru.association.desk.mail_settings import MailSettings

mail = App(name="mail", help="The mail server: set, show, test.")


@mail.command(name="set")
def change(  # noqa: PLR0913 - each is an option of the command
    *,
    host: Annotated[str, Parameter(help="the mail server's name")],
    sender: Annotated[str, Parameter(help="the address that mail comes from")],
    port: Annotated[int, Parameter(help="its port: 587 for STARTTLS, 465 for TLS")] = 587,
    security: Annotated[
        Literal["starttls", "tls", "none"], Parameter(help="none is for a relay on this machine")
    ] = "starttls",
    sender_name: Annotated[str, Parameter(help="the name beside the address")] = "",
    reply_to: Annotated[
        str, Parameter(help="where answers go; also gets what is for officers who have no address")
    ] = "",
    user: Annotated[str, Parameter(help="the login, where the server asks for one")] = "",
    password_env: Annotated[str, Parameter(help="the variable of the environment that holds the password")] = "",
    password_file: Annotated[
        Path | None, Parameter(help="the file that holds the password, readable by you alone")
    ] = None,
    url: Annotated[str, Parameter(help="the portal's address, for the links in messages")] = "",
    timeout: Annotated[int, Parameter(help="seconds to wait for an answer of the server")] = 30,
    at: At = HERE,
) -> int:
    """Set how mail is sent. It is kept beside the book without any password, and is in no backup."""
    from juru.association.desk.mail_settings import MailSettings, keep
    from juru.notify.smtp import Security

    settings = MailSettings(
        host=host,
        sender=sender,
        port=port,
        security=Security(security),
        sender_name=sender_name,
        reply_to=reply_to,
        user=user,
        password_env=password_env,
        password_file="" if password_file is None else str(password_file.absolute()),
        url=url,
        timeout_s=timeout,
    )
    keep(at.dir(), settings)
    say(f"mail goes by {host}:{port} ({security}). Next: juru association mail test ADDRESS")
    return OK


@mail.command
def show(*, at: At = HERE, json: Json = False) -> int:
    """Show how mail is sent."""
    settings = _settings(at)
    if json:
        say_json(settings)
        return OK
    for name in settings.__struct_fields__:
        say(f"{name}: {getattr(settings, name)}")
    return OK


@mail.command(name="test")
def try_it(address: Annotated[str, Parameter(help="who gets the test mail")], /, *, at: At = HERE) -> int:
    """Send a test mail, and say what the server answered."""
    from juru.association.desk.composing import association_name
    from juru.association.desk.mail_settings import password
    from juru.association.desk.sending import try_out
    from juru.notify.smtp import Outcome

    settings = _settings(at)
    with reading(at) as reads:
        name = association_name(reads)
    secret = password(settings, os.environ)
    answer = asyncio.run(try_out(settings, secret, address, now=datetime.now(UTC), name=name))
    if answer.outcome is not Outcome.SENT:
        raise CommandError(f"not sent ({answer.outcome}): {answer.words}")
    say(f"sent to {address}: {answer.words}")
    return OK


@mail.command
def off(*, at: At = HERE) -> int:
    """Send no mail any more: the setting is removed. What is due is still listed."""
    from juru.association.desk.mail_settings import FILE

    (at.dir() / FILE).unlink(missing_ok=True)
    say("no mail is sent any more; 'juru association notices due' still lists what is due")
    return OK


def _settings(at: At) -> MailSettings:
    from juru.association.desk.mail_settings import load

    settings = load(at.dir())
    if settings is None:
        raise SettingsError("no mail server is set: 'juru association mail set --host ... --sender ...' sets it")
    return settings
