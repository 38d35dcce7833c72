"""Logins on the page, for owners: who may come in, in which role; a password made for somebody is shown once."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import looker, may, whose
from juru.server.console.page import Console
from juru.server.console.words import words
from juru.server.desk.agent_secrets import Made
from juru.server.domain.commands import SaveRecord
from juru.server.domain.logins import Login, Power, Role, login_problem
from juru.server.domain.refusals import Refusal
from juru.server.store.keyring import FreshSecrets
from juru.web.passwords import BusyError
from juru.web.sessions import Flash, holds, is_over
from juru.web.visits import visit

PATH = "/logins"
_ID_MAX = 64
_NAME_MAX = 80
_UNSET = "$argon2id$"


class LoginRow(msgspec.Struct, frozen=True):
    """A login as owners see it."""

    code: str
    name: str
    role: str
    disabled: bool
    sessions: int
    you: bool
    generation: int
    language: str


class Shown(msgspec.Struct, frozen=True):
    """A password to be passed on now."""

    name: str
    value: str


class LoginsPages:
    """The routes of logins."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._changing = asyncio.Lock()

    @property
    def _logins(self) -> dict[str, Login]:
        return self._console.writer.cell.logins

    async def listing(self, _request: Request) -> Response:
        """All logins, and the form for another one."""
        return await self._list()

    async def _list(self, *, status: int = 200, why: str = "", typed: dict[str, str] | None = None) -> Response:
        rows = [await self._row(login) for login in sorted(self._logins.values(), key=lambda one: one.code)]
        return self._console.html(
            "logins.html",
            visit().lang,
            status,
            logins=rows,
            roles=list(Role),
            why=why,
            typed=typed or {"code": "", "name": "", "role": Role.OPERATOR.value},
            request_id=self._console.gate.token()[:24],
        )

    async def one(self, request: Request) -> Response:
        """One login with what may be changed of it."""
        return await self._page(request.path_params["code"].upper())

    async def _page(self, code: str, *, status: int = 200, why: str = "") -> Response:
        login = self._logins.get(code)
        if login is None:
            return RedirectResponse(PATH, 303)
        return self._console.html(
            "login_one.html",
            visit().lang,
            status,
            row=await self._row(login),
            roles=list(Role),
            why=why,
            request_id=self._console.gate.token()[:24],
        )

    async def add(self, request: Request) -> Response:
        """Another login, with a password that is made for it."""
        form = await request.form()
        t = words(visit().lang)
        typed = {name: _text(form, name) for name in ("code", "name", "role")}
        code, request_id = typed["code"].upper(), _text(form, "request_id")[:_ID_MAX]
        name = f"login:{code}:{request_id}"
        async with self._changing:
            if not self._console.once.knows(name):
                if code in self._logins:
                    return await self._list(status=409, why=t("login_known", code=code[:40]), typed=typed)
                try:
                    document = typed | {"code": code, "name": typed["name"] or code, "password_hash": _UNSET}
                    login = msgspec.convert(document, Login)
                except msgspec.ValidationError:
                    return await self._list(status=400, why=t("login_bad_code"), typed=typed)
                password, hashed = await self._fresh_password()
                if hashed is None:
                    return await self._list(status=503, why=t("login_busy"), typed=typed)
                why = await self._save(msgspec.structs.replace(login, password_hash=hashed), "add login")
                if why:
                    return await self._list(status=409, why=why, typed=typed)
                self._keep(name, password)
        return _to_password(code, request_id)

    async def change(self, request: Request) -> Response:
        """Another name, role or language, disabled or enabled again."""
        form = await request.form()
        t, code = words(visit().lang), request.path_params["code"].upper()
        async with self._changing:
            login = self._logins.get(code)
            if login is None:
                return RedirectResponse(PATH, 303)
            wanted, reason = _wanted(login, form)
            if wanted is None:
                return await self._page(code, status=400, why=t("login_stale"))
            why = await self._save(wanted, reason)
            if why:
                return await self._page(code, status=409, why=why)
        now = visit()
        if now.session is not None:
            await self._console.gate.store.tell_later(now.session.key, Flash("ok", "login_saved", {"code": code}))
        return RedirectResponse(PATH, 303)

    async def renew(self, request: Request) -> Response:
        """A new password, shown once; the old one is void and all sessions end."""
        form = await request.form()
        t, code = words(visit().lang), request.path_params["code"].upper()
        request_id = _text(form, "request_id")[:_ID_MAX]
        name = f"login:{code}:{request_id}"
        async with self._changing:
            login = self._logins.get(code)
            if login is None or not request_id:
                return RedirectResponse(PATH, 303)
            if not self._console.once.knows(name):
                if _text(form, "generation") != str(login.generation):
                    return await self._page(code, status=409, why=t("login_stale"))
                password, hashed = await self._fresh_password()
                if hashed is None:
                    return await self._page(code, status=503, why=t("login_busy"))
                renewed = msgspec.structs.replace(login, password_hash=hashed, generation=login.generation + 1)
                why = await self._save(renewed, "new password")
                if why:
                    return await self._page(code, status=409, why=why)
                await self._console.gate.store.forgive(code, None)
                self._keep(name, password)
        return _to_password(code, request_id)

    async def password(self, request: Request) -> Response:
        """The password that was made, for the first look."""
        code, lang = request.path_params["code"].upper(), visit().lang
        t = words(lang)
        made = self._console.once.take(f"login:{code}:{request.path_params['request_id']}", looker()) or ()
        return self._console.html(
            "once.html",
            lang,
            200 if made else 410,
            heading=t("login_new_heading", code=code[:40]),
            secrets=[Shown(t("login_password"), one.value) for one in made],
            note=t("login_new_note"),
            back=PATH,
            back_text=t("logins_back"),
        )

    async def _fresh_password(self) -> tuple[str, str | None]:
        """A password nobody can guess and its hash; None when too many wait to be hashed."""
        password = FreshSecrets().password()
        try:
            return password, await self._console.passwords.hash(password)
        except BusyError:
            return password, None

    def _keep(self, name: str, password: str) -> None:
        self._console.once.keep(name, looker(), (Made("password", password),))

    async def _save(self, login: Login, reason: str) -> str:
        """Have it saved; why it was not, or nothing."""
        t = words(visit().lang)
        if login_problem(self._logins, login.code, login) is not None:
            return t("login_last_owner")
        body = msgspec.json.encode(login)
        result = await self._console.writer.submit(
            SaveRecord("login", login.code, body, f"console:{whose('demo')}", reason)
        )
        if isinstance(result, Refusal):
            return t("login_refused", why=str(result.facts.get("detail", result.code.value)))
        return ""

    async def _row(self, login: Login) -> LoginRow:
        gate = self._console.gate
        account, now_ms = gate.accounts.find(login.code), gate.now_ms()
        open_sessions = [
            session
            for session in await gate.store.of_login(login.code)
            if holds(session, account) and not is_over(session, gate.limits, now_ms)
        ]
        visitor = visit().account
        return LoginRow(
            login.code,
            login.name,
            login.role.value,
            login.disabled,
            len(open_sessions),
            visitor is not None and visitor.code == login.code,
            login.generation,
            login.language,
        )


def routes(console: Console) -> list[BaseRoute]:
    """Logins: for owners only."""
    pages, guard, owners = LoginsPages(console), console.gate.guard, may(Power.LOGINS)
    return [
        Route(PATH, guard(pages.listing, owners), methods=["GET"]),
        Route(PATH, guard(pages.add, owners), methods=["POST"]),
        Route(f"{PATH}/{{code}}", guard(pages.one, owners), methods=["GET"]),
        Route(f"{PATH}/{{code}}", guard(pages.change, owners), methods=["POST"]),
        Route(f"{PATH}/{{code}}/password", guard(pages.renew, owners), methods=["POST"]),
        Route(f"{PATH}/{{code}}/password/{{request_id}}", guard(pages.password, owners), methods=["GET"]),
    ]


def _to_password(code: str, request_id: str) -> Response:
    return RedirectResponse(f"{PATH}/{quote(code)}/password/{quote(request_id)}", 303)


def _wanted(login: Login, form: FormData) -> tuple[Login | None, str]:
    """The login as a form wants it, and what is done; None when it has changed since the form was opened."""
    if _text(form, "generation") != str(login.generation):
        return None, ""
    match _text(form, "do"):
        case "disable":
            return msgspec.structs.replace(login, disabled=True, generation=login.generation + 1), "disable login"
        case "enable":
            return msgspec.structs.replace(login, disabled=False), "enable login"
        case "save":
            try:
                role = Role(_text(form, "role"))
            except ValueError:
                return None, ""
            name = _text(form, "name")[:_NAME_MAX] or login.code
            language = "en" if _text(form, "language") == "en" else "id"
            return msgspec.structs.replace(login, name=name, role=role, language=language), "set login"
        case _:
            return None, ""


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
