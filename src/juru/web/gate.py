"""What stands before every page: from where it may be asked, by whom, and that a form is our own.

An endpoint is put behind the gate together with the right that it needs, so that a new route cannot be open by
forgetting. Unsafe requests must come from a page of this host (Origin, Sec-Fetch-Site) and carry a token that is tied
to the browser's secret cookie. Every answer gets the strict headers; whatever an endpoint raises becomes a page with a
number to quote.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import msgspec
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from juru.web import csrf, visits
from juru.web.forwarded import was_forwarded
from juru.web.pages import Pages
from juru.web.places import Place, Places, is_same_origin
from juru.web.sessions import (
    DEVICE_DAYS,
    TOUCH_MS,
    Account,
    Accounts,
    Flash,
    Limits,
    Session,
    Store,
    hashed,
    holds,
    is_over,
)
from juru.web.visits import Visit
from juru.web.words import LANG_COOKIE, LANGS, lang_of

LOGIN_PATH = "/login"
ACCOUNT_PATH = "/account"
FACTORS_PATH = f"{ACCOUNT_PATH}/factors"
BODY_BYTES_MAX = 65_536
SESSION, VISIT, DEVICE = "juru", "juru_visit", "juru_device"
"""Cookies: of a session, of a visitor who has none, of a browser that has logged in before."""

Endpoint = Callable[[Request], Awaitable[Response]]
Right = Callable[[Account], bool]
Unmet = Callable[[Account], Awaitable[bool]]
OnError = Callable[[str, BaseException], None]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_JSON, _FORMS = "application/json", frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_POLICY = "content-security-policy"
_HEADERS = {
    _POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000"
_YEAR_S = 31_536_000


class Refused(msgspec.Struct, frozen=True):
    """A request that goes no further: its status, the key of its text, and facts."""

    status: int
    key: str
    facts: dict[str, str] = {}


async def _met(_account: Account) -> bool:
    return False


def everyone(_account: Account) -> bool:
    """The right of whoever is logged in."""
    return True


class Gate:
    """Guards endpoints. ``open_as``: who a visitor of this very machine is without logging in (the demo), or None.

    ``unmet``: whether a login still owes something that it must set up first (a second factor): until then it reaches
    its own account and nothing else.
    """

    def __init__(
        self,
        *,
        store: Store,
        accounts: Accounts,
        places: Places,
        pages: Pages,
        limits: Limits,
        now_ms: Callable[[], int],
        token: Callable[[], str],
        open_as: Account | None = None,
        unmet: Unmet | None = None,
        on_error: OnError = lambda _incident, _error: None,
    ) -> None:
        self.store = store
        self.accounts = accounts
        self.places = places
        self.pages = pages
        self.limits = limits
        self.now_ms = now_ms
        self.token = token
        self.open_as = open_as
        self.unmet = unmet or _met
        self._on_error = on_error

    def guard(self, endpoint: Endpoint, right: Right | None, *, body_bytes_max: int = BODY_BYTES_MAX) -> Endpoint:
        """The endpoint for those who have the right; ``right=None`` is for everybody, logged in or not.

        Who lacks the right sends no more than a small form; what is open to everybody takes what it says it takes.
        """

        async def guarded(request: Request) -> Response:
            now = Visit()
            try:
                response = await self._through(request, now, endpoint, right, body_bytes_max)
            except ClientDisconnect:
                raise
            except Exception as error:  # noqa: BLE001 - a person gets a page with a number, the log gets the error
                incident = self.token()[:10]
                self._on_error(incident, error)
                response = self.refusal(request, Refused(500, "refused_broken", {"incident": incident}))
            finally:
                await request.close()
            return await self._finished(request, response, now)

        return guarded

    async def still(self, now: Visit) -> bool:
        """Whether a visit that goes on (a stream) may go on: its session has not ended meanwhile."""
        if now.session is None:
            return self.open_as is not None
        found = await self.store.find(now.session.key)
        account = None if found is None else self._account_of(found)
        return account is not None and not await self.unmet(account)

    async def begin_session(
        self, request: Request, response: Response, account: Account, *, told: Flash | None = None
    ) -> None:
        """Log a browser in: a new token, whatever it came with; the one it had is void from now on."""
        now, now_ms = visits.visit(), self.now_ms()
        token = self.token()
        before = None if now.session is None else now.session.key
        session = Session(
            hashed(token),
            account.code,
            account.generation,
            now_ms,
            now_ms,
            now.address,
            request.headers.get("user-agent", "")[:200],
            () if told is None else (told,),
        )
        over_before_ms = now_ms - self.limits.age_s * 1_000
        await self.store.begin(session, instead_of=before, over_before_ms=over_before_ms)
        self._set(response, SESSION, token, now.place, self.limits.age_s)
        self._drop(response, VISIT, now.place)
        device = self._cookie(request, DEVICE, now.place) or self.token()
        await self.store.remember_device(hashed(device), account.code, now_ms)
        self._set(response, DEVICE, device, now.place, DEVICE_DAYS * 86_400)

    async def end_session(self, response: Response) -> None:
        """Log this browser out."""
        now = visits.visit()
        if now.session is not None:
            await self.store.end(now.session.key)
        self._drop(response, SESSION, now.place)

    def device_of(self, request: Request) -> str | None:
        """The mark of a browser that has logged in before, as any login."""
        return self._cookie(request, DEVICE, visits.visit().place)

    def refusal(self, request: Request, refused: Refused) -> Response:
        """A refusal as a page for people, as JSON for a script of ours."""
        now = visits.visit()
        t = self.pages.words_in(now.lang)
        title, text = t(f"{refused.key}_title"), t(refused.key, **refused.facts)
        if _wants_page(request):
            return self.pages.html("error.html", now.lang, refused.status, title=title, text=text)
        body: dict[str, str] = {"refused": text}
        if refused.status == 401:
            body["login"] = LOGIN_PATH
        return Response(msgspec.json.encode(body), refused.status, media_type=_JSON)

    # ------------------------------------------------------------------ on the way in

    async def _through(
        self, request: Request, now: Visit, endpoint: Endpoint, right: Right | None, body_bytes_max: int
    ) -> Response:
        visits.begin(now)
        now.path, now.query = request.url.path, request.url.query
        now.address = request.client.host if request.client else ""
        now.lang = lang_of(request.query_params.get("lang"), request.cookies.get(LANG_COOKIE))
        place = self.places.of(
            request.headers.get("host", ""), now.address, forwarded=was_forwarded(request.headers.raw)
        )
        if place is None:
            return self.refusal(request, Refused(403, "refused_here"))
        now.place = place
        await self._recognise(request, now)
        if request.method not in _SAFE:
            if right is not None and (now.account is None or not right(now.account)):
                body_bytes_max = min(body_bytes_max, BODY_BYTES_MAX)
            refused = await self._foreign(request, now, body_bytes_max)
            if refused is not None:
                return self.refusal(request, refused)
        if right is None:
            return await endpoint(request)
        if now.account is None:
            return self._ask_to_log_in(request, now)
        if not right(now.account):
            return self.refusal(request, Refused(403, "refused_right"))
        if now.session is not None and not now.path.startswith(ACCOUNT_PATH) and await self.unmet(now.account):
            return self._ask_to_set_up(request)
        return await endpoint(request)

    async def _recognise(self, request: Request, now: Visit) -> None:
        """Find the session of the request's cookie, if it still holds; otherwise the visitor's own secret."""
        token = self._cookie(request, SESSION, now.place)
        found = None if token is None else await self.store.find(hashed(token))
        account = None if found is None else self._account_of(found)
        if found is not None and account is None:
            await self.store.end(found.key)
        if token is not None and found is not None and account is not None:
            now.session, now.account, now.secret = found, account, token
            now.lang = lang_of(request.query_params.get("lang"), request.cookies.get(LANG_COOKIE), account.language)
            now_ms = self.now_ms()
            if _is_use(request) and now_ms - found.seen_ms > TOUCH_MS:
                await self.store.seen(found.key, now_ms)
            return
        now.secret = self._cookie(request, VISIT, now.place) or ""
        if not now.secret and request.method in _SAFE:
            now.secret = self.token()
        if self.open_as is not None and now.place.local:
            now.account = self.open_as

    def _account_of(self, session: Session) -> Account | None:
        if is_over(session, self.limits, self.now_ms()):
            return None
        account = self.accounts.find(session.login)
        return account if holds(session, account) else None

    async def _foreign(self, request: Request, now: Visit, body_bytes_max: int) -> Refused | None:
        """Why an unsafe request cannot have been made by a page of ours, or may not be read; None when it may."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        same_site = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        origin = request.headers.get("origin")
        if not same_site or not is_same_origin(origin, request.headers.get("host", "")):
            return Refused(403, "refused_foreign")
        if kind != _JSON and kind not in _FORMS:
            return Refused(403, "refused_foreign")
        length = request.headers.get("content-length", "")
        if not length.isascii() or not length.isdigit() or int(length) > body_bytes_max:
            return Refused(413, "refused_large")
        token = request.headers.get(csrf.HEADER)
        if token is None and kind in _FORMS:
            token = str((await _form(request)).get(csrf.FIELD, ""))
        return None if csrf.is_valid(now.secret, token or "") else Refused(403, "refused_form")

    def _ask_to_log_in(self, request: Request, now: Visit) -> Response:
        if _wants_page(request) and request.method in _SAFE:
            return RedirectResponse(f"{LOGIN_PATH}?next={quote(now.target, safe='')}", 303)
        return self.refusal(request, Refused(401, "refused_login"))

    def _ask_to_set_up(self, request: Request) -> Response:
        if _wants_page(request) and request.method in _SAFE:
            return RedirectResponse(FACTORS_PATH, 303)
        return self.refusal(request, Refused(403, "refused_factor"))

    # ------------------------------------------------------------------ on the way out

    async def _finished(self, request: Request, response: Response, now: Visit) -> Response:
        # What an endpoint says beyond the policy (a file's sandbox) stands beside it; it cannot loosen it.
        stricter = response.headers.get(_POLICY)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        if stricter is not None:
            response.headers[_POLICY] = f"{_HEADERS[_POLICY]}; {stricter}"
        if now.place.secure:
            response.headers["strict-transport-security"] = _HSTS
        response.headers.setdefault("cache-control", "no-store")
        asked = request.query_params.get("lang")
        if asked in LANGS:
            self._set(response, LANG_COOKIE, str(asked), now.place, _YEAR_S, plain=True)
        if now.issued and now.session is None and self._cookie(request, VISIT, now.place) is None:
            self._set(response, VISIT, now.secret, now.place, None)
        if now.told and now.session is not None and now.session.flash:
            await self.store.take_told(now.session.key)
        return response

    def _cookie(self, request: Request, name: str, place: Place) -> str | None:
        return request.cookies.get(self.places.cookie(name, place)) or None

    def _set(
        self, response: Response, name: str, value: str, place: Place, age_s: int | None, *, plain: bool = False
    ) -> None:
        response.set_cookie(
            name if plain else self.places.cookie(name, place),
            value,
            max_age=age_s,
            path="/",
            secure=place.secure,
            httponly=True,
            samesite="lax",
        )

    def _drop(self, response: Response, name: str, place: Place) -> None:
        response.delete_cookie(
            self.places.cookie(name, place), path="/", secure=place.secure, httponly=True, samesite="lax"
        )


async def _form(request: Request) -> FormData:
    """The form of a request; the endpoint gets the same. One that cannot be read is empty, and so has no token."""
    with contextlib.suppress(HTTPException):
        return await request.form(max_files=4, max_fields=300)
    return FormData()


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _is_use(request: Request) -> bool:
    """Whether a person did something: what a page asks by itself, to stay live, does not keep a session alive."""
    return request.method not in _SAFE or _wants_page(request)
