"""People who run the business: their logins, their roles, and the table of who may do what.

A login is a record of the cell like any other, so who was let in, by whom and when stands in the chain. Its password is
an argon2id hash; nothing here opens or makes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import msgspec

from juru.server.domain.catalog import Key


class Role(StrEnum):
    """What a person is in the business."""

    OWNER = "owner"
    OPERATOR = "operator"
    FINANCE = "finance"


class Power(StrEnum):
    """What a page or one of its actions needs."""

    SEE = "see"
    REPORTS = "reports"
    CHAT = "chat"
    DECIDE = "decide"
    DEPOSIT = "deposit"
    STOP = "stop"
    CATALOG = "catalog"
    AGENTS = "agents"
    LOGINS = "logins"


POWERS: dict[Role, frozenset[Power]] = {
    Role.OWNER: frozenset(Power),
    Role.OPERATOR: frozenset({Power.SEE, Power.CHAT, Power.DECIDE, Power.STOP}),
    Role.FINANCE: frozenset({Power.SEE, Power.REPORTS, Power.DEPOSIT}),
}
"""Who may do what; docs/reference/roles.md says it in words and is held to this table."""


class Login(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person's login. ``generation`` rises with every new password and every end of all his sessions."""

    code: Key
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    role: Role
    password_hash: Annotated[str, msgspec.Meta(pattern=r"^\$argon2id\$")]
    language: Annotated[str, msgspec.Meta(pattern=r"^(id|en)$")] = "id"
    disabled: bool = False
    generation: Annotated[int, msgspec.Meta(ge=1)] = 1

    def may(self, power: Power) -> bool:
        """Whether this login may do something."""
        return not self.disabled and power in POWERS[self.role]


def login_problem(logins: Mapping[str, Login], key: str, login: Login) -> str | None:
    """What stands against a login: its key, or that nobody could let anyone in any more."""
    if login.code != key:
        return f"code {login.code} differs from the key {key}"
    after = {**logins, key: login}
    if not any(one.may(Power.LOGINS) for one in after.values()):
        return "an owner who is not disabled must be left; make another one first"
    return None
