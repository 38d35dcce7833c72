"""``juru association login``: who may log in to the portal; for whoever keeps the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, reading
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from juru.association.store.access import Login

login = App(name="login", help="Logins of the portal: add, list, change, disable.")
FromInput = Annotated[
    bool, Parameter(name="--password-stdin", negative="", help="read the password from standard input")
]


@login.command
def add(
    code: str,
    /,
    *,
    person: Annotated[str, Parameter(help="the officer whom it stands for, as his terms name him")] = "",
    member: Annotated[str, Parameter(help="the member whose representative PERSON is")] = "",
    name: Annotated[str | None, Parameter(help="as he is called; without it the code")] = None,
    language: Annotated[str, Parameter(help="of his pages: id or en")] = "id",
    password_stdin: FromInput = False,
    at: At = HERE,
    asking: Asking = SOMEONE,
) -> int:
    """Add a login CODE for an officer, or with --member for a member's representative; its password is asked."""
    from juru.association.store.access import Access, Binding, Login
    from juru.cli.asking import new_password
    from juru.web.passwords import hash_password

    key = code.upper()
    if not person:
        raise SettingsError("for whom? give --person, and --member where he represents one")
    _check_representative(at, person, member)
    access = Access(at.dir())
    try:
        if access.find(key) is not None:
            raise CommandError(f"login {key} is there already: 'juru association login passwd {key}' changes it")
        hashed = hash_password(new_password((key, name or ""), from_input=password_stdin))
        made = Login(key, name or key, hashed, language, made_by=asking.name(), made_ms=time.time_ns() // 1_000_000)
        access.add(made, [Binding(person, member)])
    finally:
        access.close()
    say(f"login {key} added: {person}{f' of {member}' if member else ''}")
    return OK


def _check_representative(at: At, person: str, member: str) -> None:
    from juru.association.desk.register import shown
    from juru.cli.association.at import today

    if not member:
        return
    with reading(at) as reads:
        found = shown(reads, member, today())
    if found is None:
        raise CommandError(f"there is no member {member}")
    if person not in found.representatives.values():
        named = ", ".join(sorted(set(found.representatives.values()))) or "nobody yet"
        raise CommandError(f"{person!r} represents {member} in nothing (it named {named}): record it first")


@login.command(name="list")
def listing(*, at: At = HERE, json: Json = False) -> int:
    """List all logins and whom they stand for."""
    from juru.association.store.access import Access

    access = Access(at.dir())
    try:
        found = [(one, access.bindings(one.code)) for one in access.all()]
    finally:
        access.close()
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "stands_for": ", ".join(f"{b.member}:{b.person}" if b.member else b.person for b in bound),
            "state": "disabled" if one.disabled else "open",
        }
        for one, bound in found
    ]
    if json:
        say_json(rows)
    else:
        say_table(("code", "name", "stands for", "state"), [tuple(row.values()) for row in rows])
        if not rows:
            say("no login yet: 'juru association login add SRI --person sri' makes one")
    return OK


@login.command
def invite(
    person: str,
    /,
    *,
    member: Annotated[str, Parameter(help="the member whose representative PERSON is; without it an officer")] = "",
    url: Annotated[str, Parameter(help="the address of the portal")] = "http://127.0.0.1:8001",
    at: At = HERE,
    asking: Asking = SOMEONE,
) -> int:
    """Make a link by which PERSON chooses login name and password: good once, for 7 days."""
    import secrets

    from juru.association.desk.inviting import Officer, invited, key_of
    from juru.association.domain.refusals import Refusal, told
    from juru.association.portal.entry import in_office
    from juru.association.store.access import Access, Binding
    from juru.association.store.invitations import Invitations
    from juru.cli.association.at import today

    token, now_ms = secrets.token_urlsafe(32), time.time_ns() // 1_000_000
    # Whoever keeps the machine may invite anybody who is named.
    keeper = Officer(asking.name(), "", lambda _unit: True)
    with reading(at) as reads:
        terms = in_office(reads, today())
        made = invited(
            reads, keeper, Binding(person, member), terms, on=today(), email="", key=key_of(token), now_ms=now_ms
        )
    if isinstance(made, Refusal):
        raise CommandError(told(made, "en"))
    access = Access(at.dir())
    try:
        Invitations(access).add(made)
    finally:
        access.close()
    say(f"{url.rstrip('/')}/invitation/{token}")
    return OK


@login.command
def invitations(*, at: At = HERE, json: Json = False) -> int:
    """List invitations that were not used yet."""
    from juru.association.store.access import Access
    from juru.association.store.invitations import Invitations

    access = Access(at.dir())
    try:
        found = Invitations(access).open_ones(time.time_ns() // 1_000_000)
    finally:
        access.close()
    rows = [{"person": one.person, "member": one.member, "login": one.login, "made_by": one.made_by} for one in found]
    if json:
        say_json(rows)
    else:
        say_table(("person", "member", "login", "made by"), [tuple(row.values()) for row in rows])
        if not rows:
            say("no open invitation: 'juru association login invite PERSON' makes one")
    return OK


@login.command
def passwd(code: str, /, *, password_stdin: FromInput = False, at: At = HERE) -> int:
    """Give a login a new password; all its sessions end."""
    from juru.cli.asking import new_password
    from juru.web.passwords import hash_password

    def changed(login: Login) -> dict[str, Any]:
        hashed = hash_password(new_password((login.code, login.name), from_input=password_stdin))
        return {"password_hash": hashed, "generation": login.generation + 1}

    key = _change(at, code, changed)
    say(f"login {key} has a new password; its sessions have ended")
    return OK


@login.command
def disable(code: str, /, *, at: At = HERE) -> int:
    """Keep a login out from now on; its sessions end at once."""
    key = _change(at, code, lambda login: {"disabled": True, "generation": login.generation + 1})
    say(f"login {key} is disabled")
    return OK


@login.command
def enable(code: str, /, *, at: At = HERE) -> int:
    """Let a disabled login in again, with the password it had."""
    key = _change(at, code, lambda _login: {"disabled": False})
    say(f"login {key} may log in again")
    return OK


@login.command
def factors(
    code: str,
    /,
    *,
    drop: Annotated[bool, Parameter(negative="", help="drop them all, recovery codes too; its sessions end")] = False,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """List a login's second factors, or drop them for somebody who has lost his phone or key."""
    import asyncio
    import secrets

    from juru.association.app import FACTORS
    from juru.web.factor_file import FactorFile

    key = _change(at, code, lambda one: {"generation": one.generation + 1} if drop else {})
    kept = FactorFile(at.dir() / FACTORS, secrets.token_bytes)
    try:
        found = asyncio.run(kept.of(key))
        if drop:
            asyncio.run(kept.drop(key))
    finally:
        kept.close()
    if drop:
        say(f"{len(found)} second factors of {key} are dropped by {asking.name()}; its sessions have ended")
        return OK
    rows = [{"kind": one.kind.value, "name": one.name} for one in found]
    if json:
        say_json(rows)
    else:
        say_table(("kind", "name"), [tuple(row.values()) for row in rows])
        if not rows:
            say(f"login {key} has no second factor: it is set up on the page, at My account")
    return OK


def _change(at: At, code: str, changed: Callable[[Login], dict[str, Any]]) -> str:
    import msgspec

    from juru.association.store.access import Access

    access = Access(at.dir())
    try:
        found = access.find(code)
        if found is None:
            raise CommandError(f"there is no login {code.upper()}: 'juru association login list' shows all")
        access.keep(msgspec.structs.replace(found, **changed(found)))
        return found.code
    finally:
        access.close()
