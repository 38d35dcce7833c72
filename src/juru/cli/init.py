"""``juru init``: a new cell. It asks what it needs to know; every answer is an option as well."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from juru.cli.asking import asked, chosen, is_terminal, new_password
from juru.cli.given import SOMEONE, Money, Who
from juru.cli.opening import move_in
from juru.cli.output import OK, say
from juru.server.desk.cells import read_idr
from juru.server.desk.files import Row, read_rows
from juru.server.desk.opening import BALANCE, CODE, COLUMNS, KIND
from juru.server.domain.catalog import Key
from juru.server.domain.cell import Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.logins import Login, Role
from juru.server.errors import CommandError, SettingsError
from juru.server.settings import DataDir, data_at
from juru.values.days import Zone
from juru.web.passwords import hash_password

Language = Literal["id", "en"]
_NAME, _OWNER = "Server pulsa", "OWNER"
_NONE = "-"


@Parameter(name="*")
@dataclass(frozen=True)
class _Owner:
    """The first login."""

    owner: Annotated[str | None, Parameter(help="login name of the owner")] = None
    owner_name: Annotated[str | None, Parameter(help="as he is called")] = None
    password_stdin: Annotated[bool, Parameter(negative="", help="read the owner's password from standard input")] = (
        False
    )


_ASK = _Owner()


class _Answers(msgspec.Struct):
    """Everything that is asked; None where it was neither asked nor given."""

    name: str | None
    zone: Zone | None
    language: Language | None
    owner: str | None
    owner_name: str | None
    bank_idr: int | None
    opening: Path | None
    password: str = ""


def init(
    directory: Path,
    /,
    *,
    name: Annotated[str | None, Parameter(help="what the business is called")] = None,
    zone: Annotated[Zone | None, Parameter(help="of its business day, for ever: WIB, WITA or WIT")] = None,
    language: Annotated[Language | None, Parameter(help="of replies and pages")] = None,
    owner: _Owner = _ASK,
    bank: Annotated[Money | None, Parameter(help="what is in the bank, posted against equity")] = None,
    opening: Annotated[
        Path | None, Parameter(help="CSV or XLSX of opening balances; see 'juru opening --help'")
    ] = None,
    yes: Annotated[bool, Parameter(negative="", help="ask nothing: options and defaults answer")] = False,
    who: Who = SOMEONE,
) -> int:
    """Make a new cell in DIRECTORY: its book, keys, settings, owner, opening balances, operators and their prefixes.

    On a terminal it asks for what was not given. What cannot be finished is taken away again, all of it.
    """
    answers = _Answers(name, zone, language, owner.owner, owner.owner_name, bank, opening)
    if owner.owner is not None:
        answers.owner = _given_code(owner.owner)
    interactive = is_terminal() and not yes and not owner.password_stdin
    if interactive:
        _ask(answers)
    if answers.owner:
        answers.password = new_password((answers.owner, answers.owner_name or ""), from_input=owner.password_stdin)
    elif owner.password_stdin:
        raise SettingsError("whose password? add --owner NAME")
    rows = _opening_rows(answers)
    data = data_at(directory)
    asyncio.run(_make(data, answers, rows, who, yes=not interactive))
    say(f"A cell in {directory}. Keep a copy of {data.keys} apart from it: without it no secret can be read.")
    if not answers.owner:
        say(f"Next: juru login add {_OWNER} --role owner --data {directory}, for the page")
    say(f"Next: export JURU_DATA={directory}, so that every command finds it; then")
    say("juru supplier add ..., product add ..., agent add ..., and juru serve")
    return OK


def _ask(answers: _Answers) -> None:
    """Ask for whatever was not given as an option."""
    say("Juru menanyakan beberapa hal; Enter mengambil yang di dalam kurung. (Enter takes what is in brackets.)")
    answers.name = answers.name or asked("Nama usaha (name of the business)", _NAME, str)
    if answers.zone is None:
        answers.zone = Zone(chosen("Zona hari usaha, tetap selamanya (zone, for ever)", Zone.WIB, list(Zone)))
    if answers.language is None:
        answers.language = "en" if chosen("Bahasa (language)", "id", ("id", "en")) == "en" else "id"
    if answers.owner is None:
        answers.owner = asked("Nama login pemilik (login name of the owner)", _OWNER, _login_code)
    if answers.owner_name is None:
        answers.owner_name = asked("Nama pemilik (as the owner is called)", answers.owner, str)
    if answers.opening is None:
        path = asked("Berkas saldo awal agen dan supplier, CSV/XLSX (file of opening balances)", _NONE, _file)
        answers.opening = path
    if answers.bank_idr is None:
        answers.bank_idr = asked("Saldo bank sekarang (now in the bank)", "0", read_idr)


def _login_code(typed: str) -> str:
    try:
        return msgspec.convert(typed.upper(), Key)
    except msgspec.ValidationError as error:
        message = f"{typed!r} is no login name: letters, digits, - and _, at most 40"
        raise ValueError(message) from error


def _given_code(typed: str) -> str:
    try:
        return _login_code(typed)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _file(typed: str) -> Path | None:
    if typed == _NONE:
        return None
    path = Path(typed).expanduser()
    if not path.is_file():
        message = f"there is no file {path}; - for none"
        raise ValueError(message)
    return path


def _opening_rows(answers: _Answers) -> list[Row]:
    """The rows of the file and of the answer about the bank, as one table."""
    rows = [] if answers.opening is None else read_rows(answers.opening)
    if answers.bank_idr:
        header = rows[0].cells if rows else COLUMNS
        cells = {KIND: "bank", CODE: "BANK", BALANCE: str(answers.bank_idr)}
        rows.append(Row(rows[-1].number + 1 if rows else 2, dict.fromkeys(header, "") | cells))
    return rows


async def _make(data: DataDir, answers: _Answers, rows: list[Row], who: Who, *, yes: bool) -> None:
    from juru.server.desk.init import carry_out, new_cell

    settings = Settings(answers.name or _NAME, answers.zone or Zone.WIB, answers.language or "id")
    async with new_cell(data, settings, by=who.name()) as desk:
        if answers.owner:
            hashed = await asyncio.to_thread(hash_password, answers.password)
            owner = Login(answers.owner, answers.owner_name or answers.owner, Role.OWNER, hashed, settings.language)
            body = msgspec.json.encode(owner)
            await carry_out(desk, [SaveRecord("login", owner.code, body, who.name(), who.why("init"))])
        if rows:
            done = await move_in(rows, desk, data, by=who.name(), reason=who.why("opening balance"), yes=yes)
            if done.problems:
                raise CommandError("the cell was not made: put the file right and repeat")
