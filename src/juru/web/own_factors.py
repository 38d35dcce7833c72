"""One's own second factors: see them, add, name and remove them, make new recovery codes.

Adding and removing asks the password again, so that a session left open or stolen cannot change who may come in.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.web import passkeys, totp
from juru.web.again import prove_again
from juru.web.factors import FACTORS_MAX, NAME_MAX, Factor, Kind, SecondFactors, plain_code, recovery_codes
from juru.web.gate import FACTORS_PATH, Endpoint, Gate, everyone
from juru.web.once import Once
from juru.web.passkeys import CHALLENGE_BYTES, HANDLE_BYTES
from juru.web.passwords import Passwords
from juru.web.pending import Pending
from juru.web.sessions import Account, Flash, Session
from juru.web.visits import visit
from juru.web.words import Lang

_APP, _PASSKEY, _CODES = f"{FACTORS_PATH}/app", f"{FACTORS_PATH}/passkey", f"{FACTORS_PATH}/codes"

Moment = Callable[[int, Lang], str]
Say = Callable[[str, str], None]


class Setup(msgspec.Struct, frozen=True):
    """A factor that is being added: an app's secret, or a passkey's challenge."""

    kind: Kind
    name: str
    secret: bytes


class Wish(msgspec.Struct, frozen=True):
    """What the page's script asks with before a passkey is made."""

    name: str
    password: str


class FactorRow(msgspec.Struct, frozen=True):
    """A factor as its owner reads it."""

    id: str
    kind: str
    name: str
    made: str
    used: str
    site: str


class OwnFactors:
    """The routes."""

    def __init__(
        self,
        gate: Gate,
        passwords: Passwords,
        factors: SecondFactors,
        *,
        moment: Moment,
        say: Say,
    ) -> None:
        self._gate = gate
        self._passwords = passwords
        self._factors = factors.kept
        self._draw = factors.draw
        self._need = factors.need
        self._moment = moment
        self._say = say
        self._setups: Pending[Setup] = Pending(gate.now_ms)
        self._once: Once[tuple[str, ...]] = Once(gate.now_ms)

    def routes(self) -> list[BaseRoute]:
        """What is to be mounted at the root of a site."""
        guard = self._guard
        return [
            Route(FACTORS_PATH, guard(self._show), methods=["GET"]),
            Route(_APP, guard(self._show_app), methods=["GET"]),
            Route(_APP, guard(self._begin_app), methods=["POST"]),
            Route(f"{_APP}/confirm", guard(self._confirm_app), methods=["POST"]),
            Route(f"{_PASSKEY}/begin", guard(self._begin_passkey), methods=["POST"]),
            Route(_PASSKEY, guard(self._add_passkey), methods=["POST"]),
            Route(f"{FACTORS_PATH}/rename", guard(self._rename), methods=["POST"]),
            Route(f"{FACTORS_PATH}/remove", guard(self._remove), methods=["POST"]),
            Route(_CODES, guard(self._show_codes), methods=["GET"]),
            Route(_CODES, guard(self._renew_codes), methods=["POST"]),
        ]

    def _guard(self, endpoint: Endpoint) -> Endpoint:
        """For whoever is logged in by a session; the open page of a demo has no account of its own."""

        async def own(request: Request) -> Response:
            return RedirectResponse("/", 303) if visit().session is None else await endpoint(request)

        return self._gate.guard(own, everyone)

    # ------------------------------------------------------------------ the list

    async def _show(self, request: Request) -> Response:
        return await self._page(request)

    async def _page(self, request: Request, *, status: int = 200, why: str = "", field: str = "") -> Response:
        now = visit()
        account, _ = _who()
        mine = await self._factors.of(account.code)
        return self._gate.pages.html(
            "factors.html",
            now.lang,
            status,
            account=account,
            factors=[self._row(one) for one in mine],
            codes_left=await self._factors.recovery_left(account.code),
            here=passkeys.site_of(now.place, request.headers.get("host", "")) is not None,
            needed=self._need(account),
            full=len(mine) >= FACTORS_MAX,
            why=why,
            field=field,
        )

    def _row(self, one: Factor) -> FactorRow:
        lang = visit().lang
        used = self._moment(one.used_ms, lang) if one.used_ms else ""
        site = "" if one.passkey is None else one.passkey.site
        return FactorRow(one.id, one.kind.value, one.name, self._moment(one.made_ms, lang), used, site)

    # ------------------------------------------------------------------ an authenticator app

    async def _begin_app(self, request: Request) -> Response:
        form = await request.form()
        refused = await self._refused(request, _text(form, "name"), _text(form, "password"), "app-password")
        if refused is not None:
            return refused
        _, session = _who()
        self._setups.keep(session.key, Setup(Kind.TOTP, _name(_text(form, "name")), self._draw(totp.SECRET_BYTES)))
        return RedirectResponse(_APP, 303)

    async def _show_app(self, _request: Request) -> Response:
        return self._app_page()

    def _app_page(self, *, status: int = 200, why: str = "") -> Response:
        account, session = _who()
        setup = self._setups.find(session.key)
        if setup is None or setup.kind is not Kind.TOTP:
            return RedirectResponse(FACTORS_PATH, 303)
        site = self._gate.pages.brand()
        address = totp.address(setup.secret, login=account.code, site=site)
        secret = totp.typed(setup.secret)
        return self._gate.pages.html(
            "factor_app.html",
            visit().lang,
            status,
            name=setup.name,
            picture=totp.picture(address),
            address=address,
            secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            why=why,
        )

    async def _confirm_app(self, request: Request) -> Response:
        account, session = _who()
        form = await request.form()
        setup = self._setups.find(session.key)
        if setup is None or setup.kind is not Kind.TOTP:
            return RedirectResponse(FACTORS_PATH, 303)
        step = totp.matching_step(setup.secret, plain_code(_text(form, "code")), self._gate.now_ms(), after=-1)
        if step is None:
            return self._app_page(status=400, why=self._gate.pages.words_in(visit().lang)("factor_code_wrong"))
        self._setups.take(session.key)
        factor = Factor(self._id(), account.code, Kind.TOTP, setup.name, self._gate.now_ms())
        await self._factors.add_totp(factor, setup.secret, step)
        return RedirectResponse(await self._added(account, session, setup.name), 303)

    async def _added(self, account: Account, session: Session, name: str) -> str:
        """Where to go once a factor is kept: to the recovery codes that come with the first."""
        self._say("factor_added", account.code)
        await self._gate.store.tell_later(session.key, Flash("ok", "factor_added", {"name": name}))
        if await self._factors.recovery_left(account.code):
            return FACTORS_PATH
        return await self._new_codes(account, session)

    # ------------------------------------------------------------------ a passkey

    async def _begin_passkey(self, request: Request) -> Response:
        now = visit()
        t = self._gate.pages.words_in(now.lang)
        site = passkeys.site_of(now.place, request.headers.get("host", ""))
        account, session = _who()
        if site is None:
            return _json({"refused": t("passkey_not_here")}, 409)
        try:
            wish = msgspec.json.decode(await request.body(), type=Wish)
        except msgspec.DecodeError:
            return _json({"refused": t("refused_form")}, 400)
        problem = await self._problem(wish.name, wish.password)
        if problem is not None:
            return _json({"refused": problem[1]}, problem[0])
        challenge = self._draw(CHALLENGE_BYTES)
        self._setups.keep(session.key, Setup(Kind.PASSKEY, _name(wish.name), challenge))
        options = passkeys.ask_to_make(
            site,
            challenge=challenge,
            handle=await self._factors.handle(account.code, self._draw(HANDLE_BYTES)),
            login=account.code,
            name=account.name,
            brand=self._gate.pages.brand(),
            known=await self._factors.of(account.code),
        )
        return Response(options, media_type="application/json")

    async def _add_passkey(self, request: Request) -> Response:
        now = visit()
        t = self._gate.pages.words_in(now.lang)
        site = passkeys.site_of(now.place, request.headers.get("host", ""))
        account, session = _who()
        setup = self._setups.take(session.key)
        if site is None or setup is None or setup.kind is not Kind.PASSKEY:
            return _json({"refused": t("passkey_begin_again")}, 409)
        made = passkeys.made(site, setup.secret, await request.body())
        if made is None:
            return _json({"refused": t("passkey_wrong")}, 400)
        factor = Factor(self._id(), account.code, Kind.PASSKEY, setup.name, self._gate.now_ms(), 0, made)
        if not await self._factors.add_passkey(factor):
            return _json({"refused": t("passkey_known")}, 409)
        return _json({"to": await self._added(account, session, setup.name)})

    # ------------------------------------------------------------------ name, remove, codes

    async def _rename(self, request: Request) -> Response:
        form = await request.form()
        account, session = _who()
        name = _name(_text(form, "name"))
        if name:
            await self._factors.rename(account.code, _text(form, "id"), name)
            await self._gate.store.tell_later(session.key, Flash("ok", "factor_renamed", {"name": name}))
        return RedirectResponse(FACTORS_PATH, 303)

    async def _remove(self, request: Request) -> Response:
        form = await request.form()
        account, session = _who()
        t = self._gate.pages.words_in(visit().lang)
        field = f"password-{_text(form, 'id')[:32]}"
        mine = await self._factors.of(account.code)
        if len(mine) == 1 and self._need(account):
            return await self._page(request, status=409, why=t("factor_last"), field=field)
        proved = await prove_again(self._gate, self._passwords, account, _text(form, "password"))
        if proved is not None:
            return await self._page(request, status=proved.status, why=proved.why, field=field)
        gone = await self._factors.remove(account.code, _text(form, "id"))
        if gone is not None:
            self._say("factor_removed", account.code)
            await self._gate.store.tell_later(session.key, Flash("ok", "factor_removed", {"name": gone.name}))
        return RedirectResponse(FACTORS_PATH, 303)

    async def _renew_codes(self, request: Request) -> Response:
        form = await request.form()
        account, session = _who()
        if not await self._factors.of(account.code):
            return RedirectResponse(FACTORS_PATH, 303)
        proved = await prove_again(self._gate, self._passwords, account, _text(form, "password"))
        if proved is not None:
            return await self._page(request, status=proved.status, why=proved.why, field="codes-password")
        self._say("recovery_renewed", account.code)
        return RedirectResponse(await self._new_codes(account, session), 303)

    async def _new_codes(self, account: Account, session: Session) -> str:
        codes = recovery_codes(self._draw)
        await self._factors.set_recovery(account.code, codes)
        name = self._id()
        self._once.keep(name, session.key.hex(), tuple(codes))
        return f"{_CODES}?once={name}"

    async def _show_codes(self, request: Request) -> Response:
        _, session = _who()
        codes = self._once.take(request.query_params.get("once", ""), session.key.hex())
        return self._gate.pages.html("recovery.html", visit().lang, codes=codes or ())

    # ------------------------------------------------------------------ what stands against it

    async def _refused(self, request: Request, name: str, password: str, field: str) -> Response | None:
        problem = await self._problem(name, password)
        return None if problem is None else await self._page(request, status=problem[0], why=problem[1], field=field)

    async def _problem(self, name: str, password: str) -> tuple[int, str] | None:
        """Why no factor may be added now: status and words."""
        account, _ = _who()
        t = self._gate.pages.words_in(visit().lang)
        if not _name(name):
            return 400, t("factor_name_empty")
        if len(await self._factors.of(account.code)) >= FACTORS_MAX:
            return 409, t("factor_full", count=FACTORS_MAX)
        proved = await prove_again(self._gate, self._passwords, account, password)
        return None if proved is None else (proved.status, proved.why)

    def _id(self) -> str:
        return self._draw(16).hex()


def _who() -> tuple[Account, Session]:
    now = visit()
    assert now.account is not None, "the gate lets in nobody else"
    assert now.session is not None, "the gate lets in nobody else"
    return now.account, now.session


def _name(typed: str) -> str:
    return " ".join(typed.split())[:NAME_MAX]


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
