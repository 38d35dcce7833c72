"""Logins in the portal: officers invite, and two of them give a lost login back; the invited choose name and password.

A link is shown once to the officer who made it, or goes by mail alone where an address is known and mail works. What a
link may do is looked at again when it is used: who is no representative any more has no use of it.
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk import inviting
from juru.association.desk.inviting import Officer, key_of
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.refusals import Refusal, told
from juru.association.errors import AccessError
from juru.association.portal.invited import InvitedPages
from juru.association.portal.portal import Portal, anybody, holds, looking_of
from juru.association.portal.said import instant_words
from juru.association.portal.telling import tell
from juru.association.store.access import Binding
from juru.association.store.invitations import Invitation, Invitations, Recovery
from juru.association.store.rows import milliseconds
from juru.notify.mail import Mail, mailbox
from juru.web.sessions import Flash
from juru.web.visits import visit

LOGINS_PATH = "/logins"
LOGINS_SHOWN = 50
_TEXT_MAX = 200


class LoginLine(msgspec.Struct, frozen=True):
    """A login as an officer reads it; ``mine`` is whether he may help it, and it is not his own."""

    code: str
    name: str
    stands_for: str
    disabled: bool
    mine: bool


class RecoveryLine(msgspec.Struct, frozen=True):
    """A recovery as an officer reads it, with what he may do with it now."""

    id: str
    login: str
    state: str
    reason: str
    asked: str
    confirmed: str
    effective: str
    noticed: bool
    may_confirm: bool
    may_finish: bool
    is_open: bool


class LoginsPages:
    """The officers' endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._kept = Invitations(portal.access)

    async def show(self, request: Request) -> Response:
        """Logins, open invitations and recoveries of where the officer decides on members."""
        looking = looking_of(request)
        find = " ".join(request.query_params.get("find", "").split())[:_TEXT_MAX]
        lines, more = await asyncio.to_thread(self._logins, find)
        invitations, recoveries = await asyncio.to_thread(self._under_way)
        link = self._portal.once.take(request.query_params.get("once", ""), _looker())
        return self._portal.html(
            "logins.html",
            looking=looking,
            logins=lines,
            more=more,
            find=find,
            invitations=invitations,
            recoveries=recoveries,
            link=link[0] if link else "",
            asked_once="once" in request.query_params,
        )

    def _logins(self, find: str) -> tuple[list[LoginLine], bool]:
        """Those whom the officer may help, by name or number; whether there are more than are shown."""
        portal, officer = self._portal, self._officer()
        terms, on = portal.entry.in_office(), portal.today()
        rows = portal.roll.on(on)
        lines: list[LoginLine] = []
        with portal.reading() as reads:
            for one in portal.access.all():
                bound = portal.access.bindings(one.code)
                if find.casefold() not in " ".join((one.code, one.name, *map(_binding, bound))).casefold():
                    continue
                # The roll says cheaply of whom he cannot be; the facts have the last word on the few that are left.
                branches = {rows[x.member].branch for x in bound if x.member in rows}
                if not officer.may(NATIONAL) and not any(officer.may(branch) for branch in branches) and branches:
                    continue
                if not inviting.is_his(officer, inviting.units_of(reads, bound, terms, on)):
                    continue
                if len(lines) == LOGINS_SHOWN:
                    return lines, True
                stands_for = ", ".join(map(_binding, bound))
                lines.append(LoginLine(one.code, one.name, stands_for, one.disabled, one.code != officer.login))
        return lines, False

    def _under_way(self) -> tuple[list[tuple[Invitation, str]], list[RecoveryLine]]:
        """Invitations that still open, and recoveries, of where the officer decides on members."""
        portal, officer = self._portal, self._officer()
        now_ms, terms, on = self._now_ms(), portal.entry.in_office(), portal.today()
        waiting, recoveries = [], []
        with portal.reading() as reads:
            for invitation in self._kept.open_ones(now_ms):
                whom = Binding(invitation.person, invitation.member)
                unit = None if invitation.login else inviting.unit_of(reads, whom, terms, on)
                if unit is not None and officer.may(unit):
                    waiting.append((invitation, self._instant(invitation.until_ms)))
            for one in self._kept.recoveries():
                bound = portal.access.bindings(one.login)
                if inviting.is_his(officer, inviting.units_of(reads, bound, terms, on)):
                    recoveries.append(self._recovery_line(one, officer, now_ms))
        return waiting, recoveries

    def _recovery_line(self, one: Recovery, officer: Officer, now_ms: int) -> RecoveryLine:
        state = one.state(now_ms)
        mine = officer.login != one.login
        return RecoveryLine(
            one.id,
            one.login,
            state,
            one.reason,
            f"{one.asked_by}, {self._instant(one.asked_ms)}",
            one.confirmed_by,
            self._instant(one.effective_ms) if one.effective_ms else "",
            one.noticed,
            mine and state == "asked" and officer.person != one.asked_by,
            mine and state == "ready",
            state in {"asked", "waiting", "ready"},
        )

    # ------------------------------------------------------------------ inviting

    async def invite(self, request: Request) -> Response:
        """Make an invitation for a representative or an officer."""
        form = await request.form()
        whom = Binding(_text(form, "person"), _text(form, "member"))
        email = _address(form)
        if email is None or not whom.person:
            return await self._back(Flash("bad", "logins_fields"))
        token = self._portal.gate.token()
        made = await asyncio.to_thread(self._invited, whom, email, token)
        if isinstance(made, Refusal):
            return await self._refused(made)
        self._kept.add(made)
        return await self._hand_over(request, token, made, "logins_mail")

    def _invited(self, whom: Binding, email: str, token: str) -> Invitation | Refusal:
        portal = self._portal
        with portal.reading() as reads:
            return inviting.invited(
                reads,
                self._officer(),
                whom,
                portal.entry.in_office(),
                on=portal.today(),
                email=email,
                key=key_of(token),
                now_ms=self._now_ms(),
            )

    async def _hand_over(self, request: Request, token: str, made: Invitation, text: str) -> Response:
        """By mail where that works, else shown once to the officer who made it."""
        t = self._portal.pages.words_in(visit().lang)
        link = f"{_origin(request)}/invitation/{quote(token)}"
        until = self._instant(made.until_ms)
        facts = {"association": self._portal.name, "link": link, "until": until}
        mail = Mail(
            f"invitation:{made.key.hex()}", (made.email,), t(f"{text}_subject", **facts), t(f"{text}_text", **facts)
        )
        if await tell(self._portal.book.directory, mail, now=self._portal.now()):
            return await self._back(Flash("ok", "logins_mailed", {"email": made.email, "until": until}))
        name = self._portal.gate.token()
        self._portal.once.keep(name, _looker(), (link,))
        return RedirectResponse(f"{LOGINS_PATH}?once={name}", 303)

    # ------------------------------------------------------------------ lost logins

    async def ask(self, request: Request) -> Response:
        """Ask for the recovery of a login."""
        form = await request.form()
        login = self._portal.access.find(_text(form, "login"))
        email = _address(form)
        if login is None or email is None:
            return await self._back(Flash("bad", "logins_fields"))
        units = await asyncio.to_thread(self._units, login.code)
        made = inviting.asked(
            self._officer(),
            login.code,
            units,
            id_=self._portal.gate.token(),
            email=email,
            reason=_text(form, "reason"),
            on=self._portal.today(),
            now_ms=self._now_ms(),
        )
        if isinstance(made, Refusal):
            return await self._refused(made)
        try:
            self._kept.ask(made)
        except AccessError:
            return await self._back(Flash("bad", "logins_under_way", {"login": login.code}))
        self._portal.login.say("recovery_asked", login.code)
        return await self._back(Flash("ok", "logins_asked", {"login": login.code}))

    async def confirm(self, request: Request) -> Response:
        """Confirm one, as a second officer; its two days begin, and the old address is told."""
        found = await self._of(request)
        if found is None:
            return self._portal.absent(request)
        recovery, units = found
        officer, now_ms = self._officer(), self._now_ms()
        effective = inviting.confirmable(officer, recovery, units, on=self._portal.today(), now_ms=now_ms)
        if isinstance(effective, Refusal):
            return await self._refused(effective)
        token = self._portal.gate.token()
        if not self._kept.confirm(recovery.id, officer.person, effective_ms=effective, cancel_key=key_of(token)):
            return await self._refused(inviting.not_open(recovery, now_ms))
        self._portal.login.say("recovery_confirmed", recovery.login)
        until = self._instant(effective)
        if await self._told_old_address(request, recovery, officer, token, until):
            self._kept.noticed(recovery.id)
            return await self._back(Flash("ok", "logins_confirmed", {"login": recovery.login, "until": until}))
        return await self._back(Flash("mind", "logins_not_told", {"login": recovery.login, "until": until}))

    async def _told_old_address(
        self, request: Request, recovery: Recovery, officer: Officer, token: str, until: str
    ) -> bool:
        address = await asyncio.to_thread(self._old_address, recovery.login)
        t = self._portal.pages.words_in("id")
        facts = {
            "association": self._portal.name,
            "login": recovery.login,
            "who": f"{recovery.asked_by}, {officer.person}",
            "reason": recovery.reason,
            "until": until,
            "link": f"{_origin(request)}/recovery/{quote(token)}",
        }
        subject, text = t("recovery_mail_subject", **facts), t("recovery_mail_text", **facts)
        mail = Mail(f"recovery:{recovery.id}", (address,), subject, text)
        return await tell(self._portal.book.directory, mail, now=self._portal.now())

    def _old_address(self, code: str) -> str:
        """Where the login's owner has been reached so far: by his invitation, else as his member names him."""
        portal = self._portal
        with portal.reading() as reads:
            named = inviting.email_of(reads, portal.access.bindings(code), portal.today())
        return self._kept.address(code) or named

    async def finish(self, request: Request) -> Response:
        """Make the link of one whose two days are over."""
        found = await self._of(request)
        if found is None:
            return self._portal.absent(request)
        recovery, units = found
        token = self._portal.gate.token()
        made = inviting.renewal(
            self._officer(), recovery, units, on=self._portal.today(), key=key_of(token), now_ms=self._now_ms()
        )
        if isinstance(made, Refusal):
            return await self._refused(made)
        if not self._kept.carry_out(recovery.id, made):
            return await self._refused(inviting.not_open(recovery, self._now_ms()))
        self._portal.login.say("recovery_done", recovery.login)
        return await self._hand_over(request, token, made, "renewal_mail")

    async def cancel(self, request: Request) -> Response:
        """Cancel one, as an officer."""
        found = await self._of(request)
        if found is None or not inviting.is_his(self._officer(), found[1]):
            return self._portal.absent(request)
        self._kept.cancel(found[0].id, self._officer().person, self._now_ms())
        self._portal.login.say("recovery_cancelled", found[0].login)
        return await self._back(Flash("ok", "logins_cancelled", {"login": found[0].login}))

    # ------------------------------------------------------------------ what they need

    async def _of(self, request: Request) -> tuple[Recovery, frozenset[str]] | None:
        recovery = self._kept.recovery(_text(await request.form(), "id"))
        return None if recovery is None else (recovery, await asyncio.to_thread(self._units, recovery.login))

    def _units(self, code: str) -> frozenset[str]:
        portal = self._portal
        with portal.reading() as reads:
            bound = portal.access.bindings(code)
            return inviting.units_of(reads, bound, portal.entry.in_office(), portal.today())

    def _officer(self) -> Officer:
        visitor = self._portal.visitor()
        assert visitor is not None, "the gate lets in nobody else"
        return Officer(visitor.person, visitor.login, lambda unit: visitor.may(Scope.MEMBERS_DECIDE, unit))

    def _now_ms(self) -> int:
        return milliseconds(self._portal.now())

    def _instant(self, at_ms: int) -> str:
        return instant_words(at_ms, self._portal.book.zone, visit().lang)

    async def _refused(self, refusal: Refusal) -> Response:
        return await self._back(Flash("bad", "portal_refused", {"text": told(refusal, visit().lang)}))

    async def _back(self, flash: Flash) -> Response:
        session = visit().session
        assert session is not None, "the gate lets in nobody else"
        await self._portal.gate.store.tell_later(session.key, flash)
        return RedirectResponse(LOGINS_PATH, 303)


def routes(portal: Portal) -> list[BaseRoute]:
    """The officers' page with what it asks for, and the pages that links open."""
    officers, deciding = LoginsPages(portal), holds(Scope.MEMBERS_DECIDE)
    invited = InvitedPages(portal)
    return [
        portal.route(LOGINS_PATH, officers.show, deciding),
        portal.route(f"{LOGINS_PATH}/invite", officers.invite, deciding, "POST"),
        portal.route(f"{LOGINS_PATH}/recover", officers.ask, deciding, "POST"),
        portal.route(f"{LOGINS_PATH}/confirm", officers.confirm, deciding, "POST"),
        portal.route(f"{LOGINS_PATH}/finish", officers.finish, deciding, "POST"),
        portal.route(f"{LOGINS_PATH}/cancel", officers.cancel, deciding, "POST"),
        portal.route(f"{LOGINS_PATH}/keep-mine", invited.keep_mine, anybody, "POST"),
        portal.route("/invitation/{token}", invited.show, None),
        portal.route("/invitation/{token}", invited.accept, None, "POST"),
        portal.route("/invitation/{token}/tie", invited.tie, None, "POST"),
        portal.route("/recovery/{token}", invited.show_recovery, None),
        portal.route("/recovery/{token}", invited.cancel_recovery, None, "POST"),
    ]


def _binding(bound: Binding) -> str:
    return f"{bound.member} ({bound.person})" if bound.member else bound.person


def _looker() -> str:
    session = visit().session
    return "" if session is None else session.key.hex()


def _origin(request: Request) -> str:
    """The address of this very page, whose host the gate has looked at."""
    return f"{'https' if visit().place.secure else 'http'}://{request.headers.get('host', '')}"


def _address(form: FormData) -> str | None:
    """The mail address that was typed; empty for none, None for one that is no address."""
    typed = _text(form, "email")
    return mailbox(typed) if typed else ""


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return " ".join(value.split())[:_TEXT_MAX] if isinstance(value, str) else ""
