"""Invitations to log in, recoveries of lost logins, and the addresses that are told of them: in the file of logins.

A link opens once and for some days; only the hash of its token is kept. What is over for a year is forgotten.
"""

from __future__ import annotations

import msgspec

from juru.association.errors import AccessError
from juru.association.store.access import Access, Binding, Login, add, bind, put
from juru.books.engine import Row
from juru.values.days import DAY_MS

INVITED_MS = 7 * DAY_MS
NOTICE_MS = 2 * DAY_MS
"""How long the old address is told before a recovery takes effect."""

_KEPT_MS = 365 * DAY_MS
_INVITATION = "SELECT key, login, person, member, email, made_by, made_ms, until_ms, used_ms FROM invitations"
_RECOVERY = (
    "SELECT id, login, email, reason, asked_by, asked_ms, confirmed_by, effective_ms, noticed, cancel_key, "
    "cancelled_by, cancelled_ms, done_ms FROM recoveries"
)


class Invitation(msgspec.Struct, frozen=True):
    """A link that makes a login for an officer or a representative; with ``login``, it gives that one a new start."""

    key: bytes
    person: str
    member: str
    made_by: str
    made_ms: int
    until_ms: int
    email: str = ""
    login: str = ""
    used_ms: int = 0

    def is_open(self, now_ms: int) -> bool:
        """Whether the link still opens."""
        return not self.used_ms and now_ms < self.until_ms


class Recovery(msgspec.Struct, frozen=True):
    """A lost login that two officers give back: asked by one, confirmed by another, effective two days later."""

    id: str
    login: str
    email: str
    reason: str
    asked_by: str
    asked_ms: int
    confirmed_by: str = ""
    effective_ms: int = 0
    noticed: bool = False
    cancel_key: bytes = b""
    cancelled_by: str = ""
    cancelled_ms: int = 0
    done_ms: int = 0

    def state(self, now_ms: int) -> str:
        """``asked``, ``waiting`` for its two days, ``ready``, ``done`` or ``cancelled``."""
        if self.cancelled_ms:
            return "cancelled"
        if self.done_ms:
            return "done"
        if not self.confirmed_by:
            return "asked"
        return "waiting" if now_ms < self.effective_ms else "ready"


class Invitations:
    """What is kept of them."""

    def __init__(self, access: Access) -> None:
        self._access = access

    # ------------------------------------------------------------------ invitations

    def add(self, invitation: Invitation) -> None:
        """Keep an invitation; an open one for the same person or login ends."""
        one = invitation
        with self._access.written() as engine:
            engine.rows("DELETE FROM invitations WHERE made_ms < ?", (one.made_ms - _KEPT_MS,))
            engine.rows(
                "UPDATE invitations SET until_ms = min(until_ms, ?) "
                "WHERE person = ? AND member = ? AND login = ? AND used_ms = 0",
                (one.made_ms, one.person, one.member, one.login),
            )
            engine.rows(
                "INSERT INTO invitations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (one.key, one.login, one.person, one.member, one.email, one.made_by, one.made_ms, one.until_ms, 0),
            )

    def find(self, key: bytes) -> Invitation | None:
        """An invitation by the hash of its token, open or not."""
        rows = self._access.engine.rows(f"{_INVITATION} WHERE key = ?", (key,))
        return _invitation(rows[0]) if rows else None

    def open_ones(self, now_ms: int) -> list[Invitation]:
        """Those whose link still opens, the newest first."""
        sql = f"{_INVITATION} WHERE used_ms = 0 AND until_ms > ? ORDER BY made_ms DESC"
        return [_invitation(row) for row in self._access.engine.rows(sql, (now_ms,))]

    def accept(self, key: bytes, login: Login, now_ms: int) -> bool:
        """Make the login; False when the link is over. Raises ``AccessError`` for a name that is taken."""
        with self._access.written() as engine:
            used = engine.rows(f"{_USE} RETURNING person, member, email", (now_ms, key, now_ms))
            if not used:
                return False
            person, member, email = used[0]
            add(engine, login, [Binding(str(person), str(member))])
            if email:
                engine.rows(_ADDRESS, (login.code, email))
        return True

    def tie(self, key: bytes, code: str, by: str, now_ms: int) -> bool:
        """Let a login that is there stand for the invited, too; False when the link is over."""
        with self._access.written() as engine:
            used = engine.rows(f"{_USE} RETURNING person, member", (now_ms, key, now_ms))
            if used:
                bind(engine, code, Binding(str(used[0][0]), str(used[0][1])), by, now_ms)
        return bool(used)

    def renew(self, key: bytes, login: Login, now_ms: int) -> bool:
        """Give a lost login its new start; False when the link is over."""
        with self._access.written() as engine:
            used = engine.rows(f"{_USE} AND login = ? RETURNING email", (now_ms, key, now_ms, login.code))
            if not used:
                return False
            put(engine, login)
            if used[0][0]:
                engine.rows(_ADDRESS, (login.code, used[0][0]))
        return True

    def address(self, code: str) -> str:
        """The mail address of a login; empty where none is known."""
        rows = self._access.engine.rows("SELECT email FROM addresses WHERE login = ?", (code,))
        return str(rows[0][0]) if rows else ""

    # ------------------------------------------------------------------ recoveries

    def ask(self, recovery: Recovery) -> None:
        """Keep a recovery that was asked for. Raises ``AccessError`` while another one of the login is under way."""
        one = recovery
        with self._access.written() as engine:
            engine.rows("DELETE FROM recoveries WHERE asked_ms < ?", (one.asked_ms - _KEPT_MS,))
            if engine.rows(_BUSY, (one.login,)):
                message = f"a recovery of {one.login} is under way already: confirm or cancel it"
                raise AccessError(message)
            engine.rows(
                "INSERT INTO recoveries VALUES (?, ?, ?, ?, ?, ?, '', 0, 0, x'', '', 0, 0)",
                (one.id, one.login, one.email, one.reason, one.asked_by, one.asked_ms),
            )

    def recovery(self, id_: str) -> Recovery | None:
        """A recovery by its id."""
        rows = self._access.engine.rows(f"{_RECOVERY} WHERE id = ?", (id_,))
        return _recovery(rows[0]) if rows else None

    def by_cancel_key(self, key: bytes) -> Recovery | None:
        """The recovery that a link of a notice may cancel."""
        rows = self._access.engine.rows(f"{_RECOVERY} WHERE cancel_key = ?", (key,)) if key else []
        return _recovery(rows[0]) if rows else None

    def recoveries(self) -> list[Recovery]:
        """All that are kept, the newest first."""
        return [_recovery(row) for row in self._access.engine.rows(f"{_RECOVERY} ORDER BY asked_ms DESC")]

    def under_way(self, code: str) -> Recovery | None:
        """The recovery of a login that is neither done nor cancelled."""
        rows = self._access.engine.rows(f"{_RECOVERY} WHERE login = ? AND cancelled_ms = 0 AND done_ms = 0", (code,))
        return _recovery(rows[0]) if rows else None

    def confirm(self, id_: str, by: str, *, effective_ms: int, cancel_key: bytes) -> bool:
        """Confirm one that was asked for by somebody else; whether it was there to confirm."""
        sql = (
            "UPDATE recoveries SET confirmed_by = ?1, effective_ms = ?2, cancel_key = ?3 "
            "WHERE id = ?4 AND confirmed_by = '' AND asked_by <> ?1 AND cancelled_ms = 0 AND done_ms = 0 RETURNING 1"
        )
        with self._access.written() as engine:
            return bool(engine.rows(sql, (by, effective_ms, cancel_key, id_)))

    def noticed(self, id_: str) -> None:
        """Note that the old address was told."""
        with self._access.written() as engine:
            engine.rows("UPDATE recoveries SET noticed = 1 WHERE id = ?", (id_,))

    def cancel(self, id_: str, by: str, now_ms: int) -> bool:
        """Cancel one that has not taken effect; whether it was there to cancel."""
        with self._access.written() as engine:
            sql = (
                "UPDATE recoveries SET cancelled_by = ?, cancelled_ms = ? "
                "WHERE id = ? AND cancelled_ms = 0 AND done_ms = 0 RETURNING 1"
            )
            return bool(engine.rows(sql, (by, now_ms, id_)))

    def carry_out(self, id_: str, invitation: Invitation) -> bool:
        """Make the link of a recovery whose two days are over; whether they were."""
        with self._access.written() as engine:
            sql = (
                "UPDATE recoveries SET done_ms = ?1 "
                "WHERE id = ?2 AND confirmed_by <> '' AND effective_ms <= ?1 "
                "AND cancelled_ms = 0 AND done_ms = 0 RETURNING 1"
            )
            done = bool(engine.rows(sql, (invitation.made_ms, id_)))
        if done:
            self.add(invitation)
        return done


_BUSY = "SELECT 1 FROM recoveries WHERE login = ? AND cancelled_ms = 0 AND done_ms = 0"
_USE = "UPDATE invitations SET used_ms = ? WHERE key = ? AND used_ms = 0 AND until_ms > ?"
_ADDRESS = "INSERT INTO addresses VALUES (?, ?) ON CONFLICT (login) DO UPDATE SET email = excluded.email"


def _invitation(row: Row) -> Invitation:
    key, login, person, member, email, made_by, made_ms, until_ms, used_ms = row
    return Invitation(bytes(key), person, member, made_by, made_ms, until_ms, email, login, used_ms)


def _recovery(row: Row) -> Recovery:
    id_, login, email, reason, asked_by, asked_ms, confirmed_by, effective_ms, *after = row
    noticed, cancel_key, cancelled_by, cancelled_ms, done_ms = after
    asked = Recovery(id_, login, email, reason, asked_by, asked_ms, confirmed_by, effective_ms)
    return msgspec.structs.replace(
        asked,
        noticed=bool(noticed),
        cancel_key=bytes(cancel_key),
        cancelled_by=cancelled_by,
        cancelled_ms=cancelled_ms,
        done_ms=done_ms,
    )
