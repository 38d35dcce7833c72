"""The password asked once more before something grave: by the same lockout, whatever session asks."""

from __future__ import annotations

import msgspec

from juru.web.gate import Gate
from juru.web.lockout import keys_of
from juru.web.passwords import BusyError, Passwords
from juru.web.sessions import Account
from juru.web.visits import visit
from juru.web.words import wait_in_words


class NotProved(msgspec.Struct, frozen=True):
    """Why not, as a status and in words."""

    status: int
    why: str


async def prove_again(gate: Gate, passwords: Passwords, account: Account, password: str) -> NotProved | None:
    """None when this is the password of who is logged in."""
    now = visit()
    t = gate.pages.words_in(now.lang)
    if not password:
        return NotProved(400, t("password_missing"))
    counted = keys_of(account.code, now.address, None)
    wait_ms = await gate.store.begin_try(counted, gate.now_ms())
    if wait_ms:
        return NotProved(429, t("login_wait", wait=wait_in_words(wait_ms, t)))
    try:
        right = await passwords.matches(account.password_hash, password)
    except BusyError:
        await gate.store.take_back(counted)
        return NotProved(503, t("login_busy"))
    if not right:
        return NotProved(403, t("password_wrong"))
    await gate.store.was_right(counted)
    return None
