"""Who may do what, and that somebody can always let others in."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from juru.server.domain.cell import Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.logins import POWERS, Login, Power, Role
from juru.server.domain.records import SETTINGS_KEY
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Result
from tests.support.domain import Market, done, market, refused

HASH = "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHQ$c29tZWhhc2g"
RINA = Login("RINA", "Rina", Role.OWNER, HASH)
AGUS = Login("AGUS", "Agus", Role.OPERATOR, HASH)
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "roles.md"
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \|(.*)\|$", re.MULTILINE)


@pytest.fixture
def shop() -> Market:
    return market()


def save(shop: Market, login: Login, **other: object) -> Result:
    body = msgspec.json.encode(msgspec.structs.replace(login, **other))
    return shop.do(SaveRecord("login", login.code, body, "ani", "because"))


def said(result: Result) -> str:
    assert refused(result) is Code.MALFORMED
    assert isinstance(result, Refusal)
    return str(result.facts["detail"])


def test_the_table_of_powers() -> None:
    assert POWERS[Role.OWNER] == set(Power)
    assert POWERS[Role.OPERATOR] == {Power.SEE, Power.CHAT, Power.DECIDE, Power.STOP}
    assert POWERS[Role.FINANCE] == {Power.SEE, Power.REPORTS, Power.DEPOSIT}
    assert POWERS.keys() == set(Role)


def test_the_page_of_roles_says_what_the_table_says() -> None:
    rows = {power: marks for power, _, marks in ROW.findall(PAGE.read_text())}
    assert rows.keys() == {power.value for power in Power}
    for power in Power:
        told = [mark.strip() == "yes" for mark in rows[power.value].split("|")]
        assert told == [power in POWERS[role] for role in Role], power


def test_a_disabled_login_may_nothing() -> None:
    gone = msgspec.structs.replace(RINA, disabled=True)
    assert not any(gone.may(power) for power in Power)
    assert all(RINA.may(power) for power in Power)


def test_a_login_is_kept_and_changed_with_its_author(shop: Market) -> None:
    done(save(shop, RINA))
    done(save(shop, AGUS))
    done(save(shop, AGUS, role=Role.FINANCE, generation=2))
    assert shop.cell.logins["AGUS"].role is Role.FINANCE
    (record,) = shop.commits[-1].records
    assert (record.kind, record.key, record.by) == ("login", "AGUS", "ani")


def test_the_first_login_is_an_owner(shop: Market) -> None:
    assert "an owner" in said(save(shop, AGUS))


@pytest.mark.parametrize("other", [{"disabled": True}, {"role": Role.OPERATOR}])
def test_the_last_owner_stays(shop: Market, other: dict[str, object]) -> None:
    done(save(shop, RINA))
    done(save(shop, AGUS))
    assert "an owner" in said(save(shop, RINA, **other))
    assert shop.cell.logins["RINA"] == RINA
    done(save(shop, AGUS, role=Role.OWNER))
    done(save(shop, RINA, **other))


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({"code": "RINA", "name": "Rina", "role": "king", "password_hash": HASH}, "role"),
        ({"code": "RINA", "name": "Rina", "role": "owner", "password_hash": "clear"}, "password_hash"),
        ({"code": "RINA", "name": "Rina", "role": "owner", "password_hash": HASH, "language": "fr"}, "language"),
        ({"code": "RINA", "name": "", "role": "owner", "password_hash": HASH}, "name"),
        ({"code": "rina", "name": "Rina", "role": "owner", "password_hash": HASH}, "code"),
        ({"code": "OTHER", "name": "Rina", "role": "owner", "password_hash": HASH}, "differs from the key"),
    ],
)
def test_a_login_that_cannot_be_says_why(shop: Market, document: dict[str, object], detail: str) -> None:
    assert detail in said(shop.do(SaveRecord("login", "RINA", msgspec.json.encode(document), "a", "b")))
    assert not shop.cell.logins


def test_a_demo_stays_a_demo(shop: Market) -> None:
    def settings(*, demo: bool) -> Result:
        body = msgspec.json.encode(msgspec.structs.replace(shop.cell.settings, demo=demo))
        return shop.do(SaveRecord("setting", SETTINGS_KEY, body, "a", "b"))

    assert Settings("x").demo is False
    done(settings(demo=True))
    assert "a demo stays one" in said(settings(demo=False))
    assert shop.cell.settings.demo
