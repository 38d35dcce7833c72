"""What a link opens: the invited choose a name and a password, a lost login gets a new start, its owner stops that.

Nobody is logged in here; the link is what he holds. Guessing one is counted by address, as wrong passwords are.
"""

from __future__ import annotations

import asyncio

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from juru.association.desk import inviting
from juru.association.desk.inviting import key_of
from juru.association.errors import AccessError
from juru.association.portal.portal import Portal, looking_of
from juru.association.portal.said import instant_words
from juru.association.store.access import Login
from juru.association.store.invitations import Invitation, Invitations
from juru.association.store.rows import milliseconds
from juru.web import passwords as rules
from juru.web.again import prove_again
from juru.web.gate import LOGIN_PATH
from juru.web.lockout import Counted, neighbourhood
from juru.web.passwords import BusyError
from juru.web.sessions import Flash
from juru.web.visits import visit

_CODE_MAX = 40
_CODE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class InvitedPages:
    """The endpoints of links."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._kept = Invitations(portal.access)

    # ------------------------------------------------------------------ an invitation

    async def show(self, request: Request) -> Response:
        """For whom the link is, and the form."""
        found = await self._opened(request)
        return found if isinstance(found, Response) else self._page(request, found)

    def _page(
        self, request: Request, found: Invitation, *, status: int = 200, why: str = "", code: str = "", name: str = ""
    ) -> Response:
        account = visit().account
        return self._portal.html(
            "invitation.html",
            status,
            looking=looking_of(request),
            invitation=found,
            path=f"/invitation/{request.path_params['token']}",
            until=instant_words(found.until_ms, self._portal.book.zone, visit().lang),
            why=why,
            code=code,
            name=name or found.person,
            here=account if account is not None and not found.login else None,
        )

    async def accept(self, request: Request) -> Response:
        """Make the login, or give a lost one its new password; then log in."""
        found = await self._opened(request)
        if isinstance(found, Response):
            return found
        form = await request.form()
        t = self._portal.pages.words_in(visit().lang)
        code, name = self._named(found, form)
        why = _problem(found, code, name, _secret(form, "new"), _secret(form, "again"))
        if why is not None:
            return self._page(request, found, status=400, why=t(why), code=code, name=name)
        try:
            hashed = await self._portal.passwords.hash(_secret(form, "new"))
        except BusyError:
            return self._page(request, found, status=503, why=t("login_busy"), code=code, name=name)
        try:
            done = await self._kept_as(found, code, name, hashed)
        except AccessError:
            return self._page(request, found, status=409, why=t("invitation_taken", code=code), code=code, name=name)
        if not done:
            return self._over()
        self._portal.login.say("recovered" if found.login else "invitation_accepted", code)
        return RedirectResponse(LOGIN_PATH, 303)

    def _named(self, found: Invitation, form: FormData) -> tuple[str, str]:
        if found.login:
            login = self._portal.access.find(found.login)
            return found.login, "" if login is None else login.name
        return _text(form, "login").upper()[:_CODE_MAX], _text(form, "name")[:_CODE_MAX]

    async def _kept_as(self, found: Invitation, code: str, name: str, hashed: str) -> bool:
        now_ms = self._now_ms()
        if not found.login:
            login = Login(code, name, hashed, visit().lang, made_by=found.made_by, made_ms=now_ms)
            return self._kept.accept(found.key, login, now_ms)
        known = self._portal.access.find(code)
        if known is None:
            return False
        renewed = msgspec.structs.replace(known, password_hash=hashed, generation=known.generation + 1)
        if not self._kept.renew(found.key, renewed, now_ms):
            return False
        await self._portal.login.drop_factors(code)
        await self._portal.gate.store.forgive(code, None)
        return True

    async def tie(self, request: Request) -> Response:
        """Let the login that is here stand for the invited as well."""
        found = await self._opened(request)
        if isinstance(found, Response):
            return found
        account, session = visit().account, visit().session
        if account is None or session is None or found.login:
            return RedirectResponse(LOGIN_PATH, 303)
        proved = await prove_again(
            self._portal.gate, self._portal.passwords, account, _secret(await request.form(), "password")
        )
        if proved is not None:
            return self._page(request, found, status=proved.status, why=proved.why)
        if not self._kept.tie(found.key, account.code, found.made_by, self._now_ms()):
            return self._over()
        self._portal.login.say("invitation_tied", account.code)
        await self._portal.gate.store.tell_later(session.key, Flash("ok", "invitation_tied", {"who": _whom(found)}))
        return RedirectResponse("/mine", 303)

    async def _opened(self, request: Request) -> Invitation | Response:
        """The invitation of a link that still opens; the page of one that does not."""
        found = self._kept.find(key_of(request.path_params["token"]))
        if found is None:
            return await self._guessed()
        if not found.is_open(self._now_ms()) or not await asyncio.to_thread(self._still_named, found):
            return self._over()
        return found

    def _still_named(self, found: Invitation) -> bool:
        portal = self._portal
        with portal.reading() as reads:
            return inviting.still_named(reads, found, portal.entry.in_office(), portal.today())

    async def _guessed(self) -> Response:
        """A link of nobody: whoever tries many must wait, as with passwords."""
        counted = ((Counted.ADDRESS, neighbourhood(visit().address)),)
        await self._portal.gate.store.begin_try(counted, self._portal.gate.now_ms())
        return self._over()

    def _over(self) -> Response:
        t = self._portal.pages.words_in(visit().lang)
        return self._portal.html("error.html", 404, title=t("invitation_over_title"), text=t("invitation_over"))

    # ------------------------------------------------------------------ a recovery, stopped by its owner

    async def show_recovery(self, request: Request) -> Response:
        """What is about to happen to a login, and the button that stops it."""
        found = self._kept.by_cancel_key(key_of(request.path_params["token"]))
        if found is None:
            return await self._guessed()
        state = found.state(self._now_ms())
        return self._portal.html(
            "recovery_stop.html",
            looking=looking_of(request),
            recovery=found,
            state=state,
            path=f"/recovery/{request.path_params['token']}",
            effective=instant_words(found.effective_ms, self._portal.book.zone, visit().lang),
        )

    async def cancel_recovery(self, request: Request) -> Response:
        """Stop it."""
        found = self._kept.by_cancel_key(key_of(request.path_params["token"]))
        if found is None:
            return await self._guessed()
        if self._kept.cancel(found.id, found.login, self._now_ms()):
            self._portal.login.say("recovery_cancelled", found.login)
        return RedirectResponse(f"/recovery/{request.path_params['token']}", 303)

    async def keep_mine(self, _request: Request) -> Response:
        """Whoever is logged in stops the recovery of his own login."""
        account, session = visit().account, visit().session
        under_way = None if account is None else self._kept.under_way(account.code)
        if account is not None and session is not None and under_way is not None:
            self._kept.cancel(under_way.id, account.code, self._now_ms())
            self._portal.login.say("recovery_cancelled", account.code)
            await self._portal.gate.store.tell_later(session.key, Flash("ok", "recovery_stopped"))
        return RedirectResponse("/account", 303)

    def _now_ms(self) -> int:
        return milliseconds(self._portal.now())


def _whom(found: Invitation) -> str:
    return f"{found.member} ({found.person})" if found.member else found.person


def _problem(found: Invitation, code: str, name: str, new: str, again: str) -> str | None:
    if not found.login and (len(code) < 3 or not set(code) <= _CODE):
        return "invitation_code"
    if not found.login and not name:
        return "invitation_name"
    if new != again:
        return "password_differ"
    return rules.problem(new, (code, name))


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _secret(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
