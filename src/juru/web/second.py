"""The second step of logging in, and logging in by a passkey alone.

Who has given a right password and has a second factor is halfway: known by the secret of his browser for ten minutes,
with no session yet. Wrong codes are counted apart from wrong passwords, by the same rule, so that a right password
gives nobody more guesses at the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.web import passkeys
from juru.web.factors import Factor, Kind, SecondFactors, plain_code
from juru.web.gate import LOGIN_PATH, Gate
from juru.web.lockout import SECOND_MARK, Counted, keys_of
from juru.web.passkeys import CHALLENGE_BYTES, Site
from juru.web.pending import Pending
from juru.web.places import local_target
from juru.web.sessions import Account, Flash, hashed
from juru.web.totp import DIGITS
from juru.web.visits import visit
from juru.web.words import wait_in_words

SECOND_PATH = f"{LOGIN_PATH}/second"
PASSKEY_PATH = f"{LOGIN_PATH}/passkey"
_CODE_MAX = 40

Say = Callable[[str, str], None]


class Half(msgspec.Struct, frozen=True):
    """Who has given his password and owes a second factor, and where he wants to go."""

    login: str
    generation: int
    target: str
    challenge: bytes = b""


class SecondStep:
    """The routes of the door's second step. ``say`` notes what happened to a login, ``home`` is where one begins."""

    def __init__(self, gate: Gate, factors: SecondFactors, *, say: Say, home: Callable[[Account], str]) -> None:
        self._gate = gate
        self._factors = factors.kept
        self._draw = factors.draw
        self._say = say
        self._home = home
        self._halves: Pending[Half] = Pending(gate.now_ms)
        self._challenges: Pending[bytes] = Pending(gate.now_ms)

    def routes(self) -> list[BaseRoute]:
        """What is to be mounted at the root of a site."""
        guard = self._gate.guard
        return [
            Route(SECOND_PATH, guard(self._show, None), methods=["GET"]),
            Route(SECOND_PATH, guard(self._by_code, None), methods=["POST"]),
            Route(f"{SECOND_PATH}/begin", guard(self._begin_second, None), methods=["POST"]),
            Route(f"{SECOND_PATH}/passkey", guard(self._by_passkey, None), methods=["POST"]),
            Route(f"{PASSKEY_PATH}/begin", guard(self._begin_alone, None), methods=["POST"]),
            Route(PASSKEY_PATH, guard(self._alone, None), methods=["POST"]),
        ]

    async def owed(self, account: Account, target: str) -> Response | None:
        """Where a login goes on after its password; None when it has no second factor."""
        if not await self._factors.of(account.code):
            return None
        self._halves.keep(_whose(), Half(account.code, account.generation, target))
        return RedirectResponse(SECOND_PATH, 303)

    @staticmethod
    def has_site(request: Request) -> bool:
        """Whether browsers have passkeys where this page stands."""
        return _site(request) is not None

    def _halfway(self) -> tuple[Half, Account] | None:
        half = self._halves.find(_whose())
        account = None if half is None else self._gate.accounts.find(half.login)
        if half is None or account is None or account.disabled or account.generation != half.generation:
            return None
        return half, account

    # ------------------------------------------------------------------ by a code

    async def _show(self, request: Request) -> Response:
        found = self._halfway()
        if found is None:
            return RedirectResponse(LOGIN_PATH, 303)
        return await self._page(request, found[1])

    async def _page(self, request: Request, account: Account, *, status: int = 200, why: str = "") -> Response:
        now = visit()
        site = _site(request)
        mine = await self._factors.of(account.code)
        return self._gate.pages.html(
            "second.html",
            now.lang,
            status,
            account=account,
            why=why,
            apps=[one.name for one in mine if one.kind is Kind.TOTP],
            passkeys=[one.name for one in _usable(mine, site)],
            elsewhere=[one.name for one in mine if one.passkey is not None and one not in _usable(mine, site)],
            codes_left=await self._factors.recovery_left(account.code),
        )

    async def _by_code(self, request: Request) -> Response:
        found = self._halfway()
        if found is None:
            return RedirectResponse(LOGIN_PATH, 303)
        half, account = found
        t = self._gate.pages.words_in(visit().lang)
        typed = (await request.form()).get("code", "")
        code = plain_code(typed[:_CODE_MAX]) if isinstance(typed, str) else ""
        if not code:
            return await self._page(request, account, status=400, why=t("second_empty"))
        counted = await self._counted(request, account.code)
        wait_ms = await self._gate.store.begin_try(counted, self._gate.now_ms())
        if wait_ms:
            self._say("second_locked", account.code)
            wait = t("login_wait", wait=wait_in_words(wait_ms, t))
            response = await self._page(request, account, status=429, why=wait)
            response.headers["retry-after"] = str(-(-wait_ms // 1_000))
            return response
        told = await self._told_by_code(account, code)
        if told is None:
            self._say("second_wrong", account.code)
            return await self._page(request, account, status=401, why=t("second_wrong"))
        await self._gate.store.was_right(counted)
        return await self._let_in(request, RedirectResponse(half.target, 303), account, told)

    async def _told_by_code(self, account: Account, code: str) -> tuple[Flash, ...] | None:
        """What to tell whoever gave this code: nothing for an app's, how many are left for a recovery code."""
        if len(code) == DIGITS and code.isdigit():
            used = await self._factors.use_code(account.code, code, self._gate.now_ms())
            return None if used is None else ()
        if not await self._factors.use_recovery(account.code, code):
            return None
        self._say("recovery_used", account.code)
        left = await self._factors.recovery_left(account.code)
        return (Flash("mind", "recovery_left", {"count": str(left)}),)

    async def _counted(self, request: Request, code: str) -> Sequence[tuple[Counted, str]]:
        device = self._gate.device_of(request)
        mark = None if device is None else hashed(device)
        known = mark is not None and await self._gate.store.knows_device(mark, code)
        own = f"{SECOND_MARK}{mark.hex()}" if mark is not None and known else None
        return keys_of(f"{SECOND_MARK}{code}", visit().address, own)

    async def _let_in(
        self, request: Request, response: Response, account: Account, told: tuple[Flash, ...] = ()
    ) -> Response:
        self._halves.take(_whose())
        self._say("login", account.code)
        await self._gate.begin_session(request, response, account, told=told[0] if told else None)
        return response

    # ------------------------------------------------------------------ by a passkey, second

    async def _begin_second(self, request: Request) -> Response:
        found, site = self._halfway(), _site(request)
        if found is None or site is None:
            return self._json_no("passkey_begin_again", 409)
        half, account = found
        mine = _usable(await self._factors.of(account.code), site)
        if not mine:
            return self._json_no("passkey_none_here", 409)
        challenge = self._draw(CHALLENGE_BYTES)
        self._halves.keep(_whose(), msgspec.structs.replace(half, challenge=challenge))
        return _json_raw(passkeys.ask_to_use(site, challenge, mine))

    async def _by_passkey(self, request: Request) -> Response:
        found, site = self._halfway(), _site(request)
        if found is None or site is None or not found[0].challenge:
            return self._json_no("passkey_begin_again", 409)
        half, account = found
        self._halves.keep(_whose(), msgspec.structs.replace(half, challenge=b""))
        body = await request.body()
        factor = await self._proved(site, half.challenge, body, alone=False, login=account.code)
        if factor is None:
            self._say("second_wrong", account.code)
            return self._json_no("passkey_wrong", 401)
        return await self._let_in(request, _json({"to": half.target}), account)

    # ------------------------------------------------------------------ by a passkey alone

    async def _begin_alone(self, request: Request) -> Response:
        site = _site(request)
        if site is None:
            return self._json_no("passkey_not_here", 409)
        challenge = self._draw(CHALLENGE_BYTES)
        self._challenges.keep(_whose(), challenge)
        return _json_raw(passkeys.ask_to_use(site, challenge, None))

    async def _alone(self, request: Request) -> Response:
        site, challenge = _site(request), self._challenges.take(_whose())
        if site is None or challenge is None:
            return self._json_no("passkey_begin_again", 409)
        t = self._gate.pages.words_in(visit().lang)
        body = await request.body()
        named = passkeys.named_in(body)
        login = None if named is None else await self._factors.login_of(named.handle)
        counted = ((Counted.ADDRESS, visit().address),)
        wait_ms = await self._gate.store.begin_try(counted, self._gate.now_ms())
        if wait_ms:
            return _json({"refused": t("login_wait", wait=wait_in_words(wait_ms, t))}, 429)
        factor = None if login is None else await self._proved(site, challenge, body, alone=True, login=login)
        account = None if factor is None else self._gate.accounts.find(factor.login)
        if account is None or account.disabled:
            self._say("wrong", login or "")
            return self._json_no("passkey_wrong", 401)
        await self._gate.store.was_right(counted)
        wanted = local_target(request.query_params.get("next"))
        target = self._home(account) if wanted == "/" else wanted
        return await self._let_in(request, _json({"to": target}), account)

    async def _proved(self, site: Site, challenge: bytes, body: bytes, *, alone: bool, login: str) -> Factor | None:
        """The login's passkey that gave this answer to this challenge."""
        named = passkeys.named_in(body)
        factor = None if named is None else await self._factors.by_credential(named.credential)
        if factor is None or factor.passkey is None or factor.login != login:
            return None
        sign_count = passkeys.used(site, challenge, body, factor.passkey, alone=alone)
        if sign_count is None:
            return None
        await self._factors.use_passkey(factor.id, sign_count, self._gate.now_ms())
        return factor

    def _json_no(self, key: str, status: int) -> Response:
        return _json({"refused": self._gate.pages.words_in(visit().lang)(key)}, status)


def _whose() -> bytes:
    """The browser under way, by the secret that only it has."""
    return hashed(visit().secret)


def _site(request: Request) -> Site | None:
    return passkeys.site_of(visit().place, request.headers.get("host", ""))


def _usable(factors: Sequence[Factor], site: Site | None) -> list[Factor]:
    """Passkeys that this site may ask for."""
    return [one for one in factors if site is not None and one.passkey is not None and one.passkey.site == site.name]


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _json_raw(body: str) -> Response:
    return Response(body, media_type="application/json")
