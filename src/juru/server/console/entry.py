"""Who comes in: the cell's logins behind the shared gate, and the one exception, the demo on its own machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.server.console.words import WORDS
from juru.server.domain.commands import SaveRecord
from juru.server.domain.logins import POWERS, Login, Power, Role
from juru.server.domain.refusals import Refusal
from juru.server.engine.writer import Writer
from juru.server.settings import SecondFactor
from juru.web.factors import Need, SecondFactors, unmet
from juru.web.gate import Gate, OnError, Right
from juru.web.pages import Pages
from juru.web.places import Places
from juru.web.sessions import Account, Limits, Store
from juru.web.visits import visit

STATIC = "/console/static"
DEMO = Account("DEMO", "Demo", Role.OWNER.value, "")
"""Who visits the demo: nobody has to log in there, and it listens on loopback only."""

_HERE = Path(__file__).parent


class CellAccounts:
    """The port ``Accounts`` on the logins of a cell; what changes goes through the writer."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def find(self, code: str) -> Account | None:
        """A login by its code."""
        login = self._writer.cell.logins.get(code)
        return None if login is None else account_of(login)

    def any(self) -> bool:
        """Whether there is any login yet."""
        return bool(self._writer.cell.logins)

    async def change_password(self, account: Account, password_hash: str, *, ends_sessions: bool) -> Account | None:
        """Keep a new hash in the login's record."""
        login = self._writer.cell.logins[account.code]
        changed = msgspec.structs.replace(
            login, password_hash=password_hash, generation=login.generation + int(ends_sessions)
        )
        body = msgspec.json.encode(changed)
        reason = "new password" if ends_sessions else "hash renewed"
        result = await self._writer.submit(SaveRecord("login", login.code, body, f"console:{login.code}", reason))
        return None if isinstance(result, Refusal) else account_of(changed)


def account_of(login: Login) -> Account:
    """A login as the shared room knows it."""
    return Account(
        login.code,
        login.name,
        login.role.value,
        login.password_hash,
        login.language,
        login.disabled,
        login.generation,
    )


def may(power: Power) -> Right:
    """The right to use a power, by the table of roles."""

    def right(account: Account) -> bool:
        return power in powers_of(account)

    return right


def powers_of(account: Account | None) -> frozenset[Power]:
    """What a visitor may do."""
    return frozenset() if account is None or account.disabled else POWERS[Role(account.role)]


def here_may(power: Power) -> bool:
    """Whether the visitor of the request under way may do something."""
    return power in powers_of(visit().account)


def has_to_have(policy: SecondFactor) -> Need:
    """Whether a login has to have a second factor: owners may let others in, so they come first."""

    def need(account: Account) -> bool:
        match policy:
            case SecondFactor.OFF:
                return False
            case SecondFactor.OWNERS:
                return account.role == Role.OWNER
            case SecondFactor.EVERYONE:
                return True

    return need


def whose(typed: str = "") -> str:
    """Who does it, for the book: the login; in the demo, where nobody logs in, the name that was typed."""
    now = visit()
    return typed if now.account is None or now.session is None else now.account.code


def looker() -> str:
    """Who may look at what was made to be shown once: the session that asked; in the demo its one visitor."""
    now = visit()
    return "demo" if now.session is None else now.session.key.hex()


def make_gate(
    writer: Writer,
    store: Store,
    *,
    places: Places,
    limits: Limits,
    now_ms: Callable[[], int],
    token: Callable[[], str],
    is_open: bool = False,
    factors: SecondFactors | None = None,
    on_error: OnError = lambda _incident, _error: None,
) -> Gate:
    """The gate of a server's console. ``is_open`` lets this machine in without a login: for the demo alone."""
    return Gate(
        store=store,
        accounts=CellAccounts(writer),
        places=places,
        pages=Pages(_HERE, WORDS, token=token, brand=lambda: writer.cell.settings.name, static=STATIC),
        limits=limits,
        now_ms=now_ms,
        token=token,
        open_as=DEMO if is_open else None,
        unmet=None if factors is None else unmet(factors),
        on_error=on_error,
    )
