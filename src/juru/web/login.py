"""Logging in and out, and one's own account: the pages that console and portal have alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.web import passwords as rules
from juru.web.again import prove_again
from juru.web.devices import device_name
from juru.web.factors import SecondFactors
from juru.web.gate import ACCOUNT_PATH, LOGIN_PATH, Gate, everyone
from juru.web.lockout import Counted, keys_of
from juru.web.own_factors import OwnFactors
from juru.web.passwords import BusyError, Passwords
from juru.web.places import local_target
from juru.web.second import SecondStep
from juru.web.sessions import Account, Flash, Session, hashed
from juru.web.visits import Visit, visit
from juru.web.words import Lang, wait_in_words

_CODE_MAX = 40

Moment = Callable[[int, Lang], str]
Note = Callable[[str, dict[str, str]], None]
"""Told what happened at the door (``login``, ``wrong``, ``locked``, ``logout``, ``password``, ``second_wrong``,
``factor_added`` and so on), for the log."""


class SessionRow(msgspec.Struct, frozen=True):
    """A session as its owner reads it."""

    key: str
    this: bool
    begun: str
    seen: str
    address: str
    browser: str
    device: str


class LoginPages:
    """The routes. ``first_login`` is the command that makes the first login; ``moment`` writes an instant.

    ``home`` is where one begins who did not ask for a page.

    Without ``factors`` there are no second factors. Whoever passes them gives the gate ``unmet(factors)`` as well.
    """

    def __init__(
        self,
        gate: Gate,
        passwords: Passwords,
        *,
        moment: Moment,
        first_login: str,
        note: Note = lambda _what, _facts: None,
        home: Callable[[Account], str] = lambda _account: "/",
        factors: SecondFactors | None = None,
    ) -> None:
        self._gate = gate
        self._passwords = passwords
        self._moment = moment
        self._first_login = first_login
        self._note = note
        self._home = home
        self._factors = factors
        self._second = None if factors is None else SecondStep(gate, factors, say=self.say, home=home)
        self._own: OwnFactors | None = None
        if factors is not None:
            self._own = OwnFactors(gate, passwords, factors, moment=moment, say=self.say)

    def routes(self) -> list[BaseRoute]:
        """What is to be mounted at the root of a site."""
        guard = self._gate.guard
        return [
            Route(LOGIN_PATH, guard(self._show_login, None), methods=["GET"]),
            Route(LOGIN_PATH, guard(self._log_in, None), methods=["POST"]),
            Route("/logout", guard(self._log_out, None), methods=["POST"]),
            Route(ACCOUNT_PATH, guard(self._show_account, everyone), methods=["GET"]),
            Route(f"{ACCOUNT_PATH}/password", guard(self._change_password, everyone), methods=["POST"]),
            Route(f"{ACCOUNT_PATH}/sessions", guard(self._end_sessions, everyone), methods=["POST"]),
            *([] if self._second is None else self._second.routes()),
            *([] if self._own is None else self._own.routes()),
        ]

    async def drop_factors(self, code: str) -> None:
        """Drop a login's second factors: it was given back to somebody who had lost them."""
        if self._factors is not None:
            await self._factors.kept.drop(code)

    # ------------------------------------------------------------------ logging in and out

    async def _show_login(self, request: Request) -> Response:
        now = visit()
        target = local_target(request.query_params.get("next"))
        if now.account is not None:
            return RedirectResponse(target, 303)
        said = "login_out" if "out" in request.query_params else ""
        return self._login_page(request, target, said=said)

    def _login_page(
        self, request: Request, target: str, *, status: int = 200, code: str = "", why: str = "", said: str = ""
    ) -> Response:
        now = visit()
        t = self._gate.pages.words_in(now.lang)
        return self._gate.pages.html(
            "login.html",
            now.lang,
            status,
            target=target,
            code=code,
            why=why,
            said=t(said) if said else "",
            first=None if self._gate.accounts.any() else self._first_login,
            plain=not now.place.secure and not now.place.local,
            passkeys=self._second is not None and self._second.has_site(request),
        )

    async def _log_in(self, request: Request) -> Response:
        form = await request.form()
        now = visit()
        t = self._gate.pages.words_in(now.lang)
        code, password = _text(form, "login").strip().upper()[:_CODE_MAX], _text(form, "password")
        target = local_target(_text(form, "next"))
        if not code or not password:
            return self._login_page(request, target, status=400, code=code, why=t("login_empty"))
        counted = await self._counted(request, code, now)
        wait_ms = await self._gate.store.begin_try(counted, self._gate.now_ms())
        if wait_ms:
            self.say("locked", code)
            response = self._login_page(
                request, target, status=429, code=code, why=t("login_wait", wait=wait_in_words(wait_ms, t))
            )
            response.headers["retry-after"] = str(-(-wait_ms // 1_000))
            return response
        try:
            account = await self._proved(code, password)
        except BusyError:
            await self._gate.store.take_back(counted)
            return self._login_page(request, target, status=503, code=code, why=t("login_busy"))
        if account is None:
            self.say("wrong", code)
            return self._login_page(request, target, status=401, code=code, why=t("login_wrong"))
        await self._gate.store.was_right(counted)
        target = self._home(account) if target == "/" else target
        halfway = None if self._second is None else await self._second.owed(account, target)
        if halfway is not None:
            return halfway
        self.say("login", code)
        response = RedirectResponse(target, 303)
        await self._gate.begin_session(request, response, account)
        return response

    async def _counted(self, request: Request, code: str, now: Visit) -> Sequence[tuple[Counted, str]]:
        device = self._gate.device_of(request)
        mark = None if device is None else hashed(device)
        known = mark is not None and await self._gate.store.knows_device(mark, code)
        return keys_of(code, now.address, mark.hex() if mark is not None and known else None)

    async def _proved(self, code: str, password: str) -> Account | None:
        """The login whose password this is. One that is not there, or disabled, takes as long to be refused."""
        account = self._gate.accounts.find(code)
        able = account is not None and not account.disabled
        right = await self._passwords.matches(account.password_hash if account is not None and able else None, password)
        if account is None or not right:
            return None
        if rules.is_outdated(account.password_hash):
            renewed = await self._passwords.hash(password)
            account = await self._gate.accounts.change_password(account, renewed, ends_sessions=False) or account
        return account

    async def _log_out(self, _request: Request) -> Response:
        account = visit().account
        response = RedirectResponse(f"{LOGIN_PATH}?out=1", 303)
        await self._gate.end_session(response)
        if account is not None:
            self.say("logout", account.code)
        return response

    # ------------------------------------------------------------------ one's own account

    async def _show_account(self, _request: Request) -> Response:
        return await self._account_page()

    async def _account_page(self, *, status: int = 200, why: str = "") -> Response:
        now = visit()
        if now.account is None or now.session is None:
            return RedirectResponse("/", 303)
        rows = [self._row(session, now) for session in await self._gate.store.of_login(now.account.code)]
        factors = None if self._factors is None else len(await self._factors.kept.of(now.account.code))
        return self._gate.pages.html(
            "account.html", now.lang, status, sessions=rows, why=why, account=now.account, factors=factors
        )

    def _row(self, session: Session, now: Visit) -> SessionRow:
        return SessionRow(
            session.key.hex(),
            now.session is not None and session.key == now.session.key,
            self._moment(session.begun_ms, now.lang),
            self._moment(session.seen_ms, now.lang),
            session.address,
            device_name(session.device) or session.device or "-",
            session.device,
        )

    async def _change_password(self, request: Request) -> Response:
        form = await request.form()
        now = visit()
        account, session = now.account, now.session
        if account is None or session is None:
            return RedirectResponse("/", 303)
        t = self._gate.pages.words_in(now.lang)
        old, new, again = (_text(form, name) for name in ("old", "new", "again"))
        why = "password_differ" if new != again else rules.problem(new, (account.code, account.name))
        if why is None and old == new:
            why = "password_same"
        if why is not None:
            return await self._account_page(status=400, why=t(why))
        refused = await prove_again(self._gate, self._passwords, account, old)
        if refused is not None:
            return await self._account_page(status=refused.status, why=refused.why)
        try:
            password_hash = await self._passwords.hash(new)
        except BusyError:
            return await self._account_page(status=503, why=t("login_busy"))
        changed = await self._gate.accounts.change_password(account, password_hash, ends_sessions=True)
        if changed is None:
            return await self._account_page(status=409, why=t("login_busy"))
        self.say("password", account.code)
        response = RedirectResponse(ACCOUNT_PATH, 303)
        await self._gate.begin_session(request, response, changed, told=Flash("ok", "password_changed"))
        return response

    async def _end_sessions(self, request: Request) -> Response:
        form = await request.form()
        now = visit()
        if now.account is None or now.session is None:
            return RedirectResponse("/", 303)
        which = _text(form, "key")
        told = Flash("ok", "session_ended")
        if which == "others":
            count = await self._gate.store.end_all(now.account.code, but=now.session.key)
            told = Flash("ok", "sessions_ended", {"count": str(count)})
        else:
            mine = await self._gate.store.of_login(now.account.code)
            for session in mine:
                if session.key.hex() == which and session.key != now.session.key:
                    await self._gate.store.end(session.key)
        await self._gate.store.tell_later(now.session.key, told)
        return RedirectResponse(ACCOUNT_PATH, 303)

    def say(self, what: str, code: str) -> None:
        """Note for the log what happened to a login."""
        self._note(what, {"login": code, "address": visit().address})


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
