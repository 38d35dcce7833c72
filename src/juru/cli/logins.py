"""``juru login``: who may open the server's pages, in which role."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import msgspec
from cyclopts import App, Parameter

from juru.cli.asking import new_password
from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.server.desk.link import open_desk, open_reads
from juru.server.desk.second_factors import open_factors
from juru.server.domain.commands import SaveRecord
from juru.server.domain.logins import Login, Role
from juru.server.errors import CommandError
from juru.server.settings import DataDir
from juru.web.factor_file import FactorFile
from juru.web.passwords import hash_password
from juru.web.session_file import SessionFile

login = App(name="login", help="Logins of the server's pages: add, list, change, disable.")
KIND = "login"
_T = TypeVar("_T")
FromInput = Annotated[
    bool, Parameter(name="--password-stdin", negative="", help="read the password from standard input")
]
Language = Annotated[str | None, Parameter(help="of his pages: id or en")]


@login.command
def add(
    code: str,
    /,
    *,
    name: Annotated[str | None, Parameter(help="as he is called; without it the code")] = None,
    role: Annotated[Role, Parameter(help="owner, operator (customer service) or finance")] = Role.OPERATOR,
    language: Language = None,
    password_stdin: FromInput = False,
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """Add a login CODE; its password is asked on the terminal."""
    key = code.upper()
    data = where.dir()
    if key in _present(data):
        raise CommandError(f"login {key} is there already: 'juru login set {key}' changes it")
    hashed = hash_password(new_password((key, name or ""), from_input=password_stdin))
    made = Login(key, name or key, role, hashed, language or "id")
    asyncio.run(_save(data, made, who, "add login"))
    say(f"login {key} added: {role.value}")
    return OK


@login.command(name="list")
def listing(*, where: Where = HERE, json: Json = False) -> int:
    """List all logins."""
    found = [_shown(one) for one in _present(where.dir()).values()]
    if json:
        say_json(found)
    else:
        say_table(("code", "name", "role", "language", "state"), [tuple(map(str, one.values())) for one in found])
        if not found:
            say("no login yet: 'juru login add NAME --role owner' makes the first")
    return OK


@login.command(name="set")
def change(
    code: str,
    /,
    *,
    name: Annotated[str | None, Parameter(help="as he is called")] = None,
    role: Annotated[Role | None, Parameter(help="owner, operator or finance")] = None,
    language: Language = None,
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """Change a login's name, role or language; what is not given stays."""
    data = where.dir()
    known = _known(data, code)
    given = {"name": name, "role": role, "language": language}
    wanted = msgspec.structs.replace(known, **{field: value for field, value in given.items() if value is not None})
    asyncio.run(_save(data, wanted, who, "set login"))
    say(f"login {wanted.code}: {wanted.name}, {wanted.role.value}, {wanted.language}")
    return OK


@login.command
def passwd(code: str, /, *, password_stdin: FromInput = False, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Give a login a new password; all its sessions end, its wrong tries are forgotten."""
    data = where.dir()
    known = _known(data, code)
    hashed = hash_password(new_password((known.code, known.name), from_input=password_stdin))
    wanted = msgspec.structs.replace(known, password_hash=hashed, generation=known.generation + 1)
    asyncio.run(_save(data, wanted, who, "new password"))
    _forgive(data, known.code, None)
    say(f"login {known.code} has a new password; its sessions have ended")
    return OK


@login.command
def disable(code: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Keep a login out from now on; its sessions end at once."""
    data = where.dir()
    known = _known(data, code)
    wanted = msgspec.structs.replace(known, disabled=True, generation=known.generation + 1)
    asyncio.run(_save(data, wanted, who, "disable login"))
    say(f"login {known.code} is disabled")
    return OK


@login.command
def enable(code: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Let a disabled login in again, with the password it had."""
    data = where.dir()
    asyncio.run(_save(data, msgspec.structs.replace(_known(data, code), disabled=False), who, "enable login"))
    say(f"login {code.upper()} may log in again")
    return OK


@login.command
def logout(code: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """End all sessions of a login; it may log in again."""
    data = where.dir()
    known = _known(data, code)
    wanted = msgspec.structs.replace(known, generation=known.generation + 1)
    asyncio.run(_save(data, wanted, who, "end sessions"))
    say(f"all sessions of {known.code} have ended")
    return OK


@login.command
def unlock(
    code: str | None = None,
    /,
    *,
    address: Annotated[str | None, Parameter(help="forget the wrong tries from this IP address")] = None,
    where: Where = HERE,
) -> int:
    """Forget a login's wrong tries, so that it need not wait."""
    data = where.dir()
    if code is not None:
        _known(data, code)
    gone = _forgive(data, None if code is None else code.upper(), address)
    say("wrong tries are forgotten" if gone else "there were no wrong tries")
    return OK


@login.command
def factors(
    code: str,
    /,
    *,
    drop: Annotated[bool, Parameter(negative="", help="drop them all, recovery codes too; its sessions end")] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """List a login's second factors, or drop them for somebody who has lost his phone or key."""
    data = where.dir()
    known = _known(data, code)
    if drop:
        found = asyncio.run(_with_factors(data, lambda kept: kept.of(known.code)))
        wanted = msgspec.structs.replace(known, generation=known.generation + 1)
        # First the book, which has the last word on who may come in, and keeps by whom and why it was done.
        asyncio.run(_save(data, wanted, who, "drop second factors"))
        asyncio.run(_with_factors(data, lambda kept: kept.drop(known.code)))
        _forgive(data, known.code, None)
        say(f"{len(found)} second factors of {known.code} are dropped; its sessions have ended")
        return OK
    rows = asyncio.run(_with_factors(data, lambda kept: kept.of(known.code)))
    shown = [
        {"kind": one.kind.value, "name": one.name, "site": one.passkey.site if one.passkey else ""} for one in rows
    ]
    if json:
        say_json(shown)
    else:
        say_table(("kind", "name", "address"), [tuple(one.values()) for one in shown])
        if not rows:
            say(f"login {known.code} has no second factor: it is set up on the page, at My account")
    return OK


async def _with_factors(data: DataDir, work: Callable[[FactorFile], Awaitable[_T]]) -> _T:
    kept = open_factors(data, secrets.token_bytes)
    try:
        return await work(kept)
    finally:
        kept.close()


def _forgive(data: DataDir, code: str | None, address: str | None) -> int:
    sessions = SessionFile(data.sessions)
    try:
        return asyncio.run(sessions.forgive(code, address))
    finally:
        sessions.close()


def _present(data: DataDir) -> dict[str, Login]:
    with open_reads(data) as reads:
        return {record.key: msgspec.json.decode(record.body, type=Login) for record in reads.records(KIND)}


def _known(data: DataDir, code: str) -> Login:
    found = _present(data).get(code.upper())
    if found is None:
        raise CommandError(f"there is no login {code.upper()}: 'juru login list' shows all")
    return found


def _shown(one: Login) -> dict[str, str]:
    state = "disabled" if one.disabled else "active"
    return {"code": one.code, "name": one.name, "role": one.role.value, "language": one.language, "state": state}


async def _save(data: DataDir, wanted: Login, who: Who, otherwise: str) -> None:
    async with open_desk(data) as desk:
        body = msgspec.json.encode(wanted)
        accepted(await desk.submit(SaveRecord(KIND, wanted.code, body, who.name(), who.why(otherwise))))
