"""The portal: what every page of it has at hand, and the day that is looked at.

Pages show today, or any other day and what was known then: ``?on=2011-06-21&known=2011-07-01`` for one page, the form
``/as-of`` for all of them. Whoever looks back changes nothing: such a visit is read-only and marked on every page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from juru.association.desk.desk import Desk
from juru.association.desk.due_roll import DueRoll
from juru.association.desk.roll import Roll
from juru.association.desk.shelves import Shelves
from juru.association.domain.affairs import Founded, Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import AnyCommand, Done
from juru.association.domain.refusals import Refusal, told
from juru.association.portal.counting import Counting
from juru.association.portal.entry import Entry, Visitor
from juru.association.portal.said import count_words, day_words
from juru.association.store.access import Access
from juru.association.store.answers import AnswerFile
from juru.association.store.invitations import Invitations
from juru.association.store.reads import Reads
from juru.association.store.rows import day_number
from juru.values.days import DAY_MS, start_of_day
from juru.web.factors import SecondFactors
from juru.web.gate import BODY_BYTES_MAX, Endpoint, Gate, Refused
from juru.web.login import LoginPages, Moment, Note
from juru.web.once import Once
from juru.web.pages import Pages
from juru.web.passwords import Passwords
from juru.web.sessions import Account, Flash
from juru.web.visits import visit

STATIC = "/portal/static"
AS_OF, KNOWN = "juru_on", "juru_known"
"""Cookies of whoever looks at another day."""

Allowed = Callable[[Visitor], bool]


class Looking(msgspec.Struct, frozen=True):
    """The day that is looked at; ``known`` is the last day whose records count, None for all of them."""

    on: date
    today: date
    known: date | None = None
    clocked: bool = False

    @property
    def back(self) -> bool:
        """Whether it is another day than today, or what was known then: then nothing can be changed."""
        return self.clocked or self.known is not None or self.on != self.today


class Portal:
    """``now`` is the association's clock, ``clocked`` says that it was set by hand: then nothing can be changed."""

    def __init__(  # noqa: PLR0913 - what a portal is made of, by name
        self,
        *,
        desk: Desk,
        access: Access,
        answers: AnswerFile,
        gate: Gate,
        entry: Entry,
        now: Callable[[], datetime],
        moment: Moment,
        clocked: bool = False,
        server_url: str = "",
        factors: SecondFactors | None = None,
        note: Note = lambda _what, _facts: None,
    ) -> None:
        self.desk = desk
        self.book = desk.book
        self.access = access
        self.answers = answers
        self.gate = gate
        self.entry = entry
        self.now = now
        self.clocked = clocked
        self.server_url = server_url
        self.pages: Pages = gate.pages
        self.roll = Roll(desk.book)
        self.counting = Counting(desk.book)
        self.due = DueRoll(desk.book)
        self.shelves = Shelves(desk.book)
        self.passwords = Passwords()
        self.once: Once[tuple[str, ...]] = Once(gate.now_ms)
        self.login = LoginPages(
            gate,
            self.passwords,
            moment=moment,
            first_login="juru association login add SRI --person sri",
            note=note,
            home=self._home,
            factors=factors,
        )
        self.moment = moment
        self._pages_there: list[Route] = []
        self.pages.shared = self._shared
        with self.reading() as reads:
            self.name, self.sample = association_name(reads)

    # ------------------------------------------------------------------ which day

    def today(self) -> date:
        """The association's day."""
        return self.desk.today(self.now())

    def warm(self) -> None:
        """Fold everybody before the first visitor comes: the roll of today, then the figures."""
        self.roll.on(self.today())
        self.counting.careers.asked()

    def looking(self, request: Request) -> Looking:
        """The day that is looked at. Raises ``ValueError`` for what is no day."""
        on = request.query_params.get("on") or request.cookies.get(AS_OF)
        known = request.query_params.get("known") or request.cookies.get(KNOWN)
        today = self.today()
        return Looking(
            date.fromisoformat(on) if on else today,
            today,
            date.fromisoformat(known) if known else None,
            clocked=self.clocked,
        )

    def known_ms(self, looking: Looking) -> int | None:
        """The last instant whose records count."""
        if looking.known is None:
            return None
        return start_of_day(day_number(looking.known), self.book.zone) + DAY_MS - 1

    # ------------------------------------------------------------------ reading and doing

    def reading(self) -> AbstractContextManager[Reads]:
        """Reads of one moment."""
        return self.book.reading()

    def visitor(self) -> Visitor | None:
        """Who is logged in."""
        account = visit().account
        return None if account is None else self.entry.visitor(account.code)

    async def do(self, command: AnyCommand, *, request: str, member: str = "") -> Done | Refusal:
        """Have the desk carry out a command in the name of the visitor: as an officer, or for a firm of his."""
        visitor = self.visitor()
        if member:
            by = "" if visitor is None else visitor.person_for(member)
        else:
            by = "" if visitor is None else visitor.person or visitor.login
        return await asyncio.to_thread(self.desk.do, command, now=self.now(), by=by, request=request, member=member)

    async def say(self, result: Done | Refusal, key: str, **facts: str) -> None:
        """Leave for the next page what came of it: the text of ``key``, or the refusal."""
        session = visit().session
        if session is None:
            return
        if isinstance(result, Refusal):
            flash = Flash("bad", "portal_refused", {"text": told(result, visit().lang)})
        else:
            flash = Flash("ok", key, facts)
        await self.gate.store.tell_later(session.key, flash)

    def html(self, template: str, status: int = 200, **facts: object) -> HTMLResponse:
        """A page in the visitor's language."""
        return self.pages.html(template, visit().lang, status, **facts)

    def absent(self, request: Request) -> Response:
        """The page of what is not there."""
        return self.gate.refusal(request, Refused(404, "refused_absent"))

    # ------------------------------------------------------------------ routes

    def route(
        self,
        path: str,
        endpoint: Endpoint,
        allowed: Allowed | None,
        method: str = "GET",
        *,
        body_bytes_max: int = BODY_BYTES_MAX,
    ) -> Route:
        """A route for the visitors of whom ``allowed`` is true; for everybody where it is None."""

        async def on_a_day(request: Request) -> Response:
            try:
                looking = self.looking(request)
            except ValueError:
                return self.gate.refusal(request, Refused(400, "refused_day"))
            request.state.looking = looking
            if looking.back and method not in {"GET", "HEAD"} and path not in _ALWAYS:
                return self.gate.refusal(request, Refused(409, "refused_back"))
            return await endpoint(request)

        def right(account: Account) -> bool:
            visitor = self.entry.visitor(account.code)
            return visitor is not None and allowed is not None and allowed(visitor)

        guarded = self.gate.guard(on_a_day, None if allowed is None else right, body_bytes_max=body_bytes_max)
        route = Route(path, guarded, methods=[method])
        if method == "GET":
            self._pages_there.append(route)
        return route

    def has_page(self, path: str) -> bool:
        """Whether some page answers a path of this site."""
        scope = {"type": "http", "method": "GET", "path": path}
        return any(route.matches(scope)[0] is Match.FULL for route in self._pages_there)

    async def look_back(self, request: Request) -> Response:
        """Look at another day from now on, or at today again."""
        form = await request.form()
        response = RedirectResponse(str(form.get("next") or "/"), 303)
        for name, field in ((AS_OF, "on"), (KNOWN, "known")):
            day = str(form.get(field) or "")
            if not day:
                response.delete_cookie(name, path="/", samesite="lax", httponly=True)
                continue
            try:
                date.fromisoformat(day)
            except ValueError:
                return self.gate.refusal(request, Refused(400, "refused_day"))
            response.set_cookie(name, day, path="/", samesite="lax", httponly=True)
        return response

    def _home(self, account: Account) -> str:
        """Where a login begins: an officer with his work."""
        visitor = self.entry.visitor(account.code)
        return "/work" if visitor is not None and visitor.terms else "/"

    def _shared(self) -> dict[str, object]:
        """What every page has: who visits, what he may do."""
        visitor = self.visitor()
        powers = frozenset() if visitor is None else visitor.powers
        # A page for national officers names the scope with its unit: "dues.match@NAS".
        scopes = frozenset(word for p in powers for word in (p.scope.value, f"{p.scope.value}@{p.unit}"))
        return {
            "visitor": visitor,
            "known_by": visit().account,
            "recovering": self._recovering(),
            "may": scopes,
            "who": scopes | _kinds(visitor),
            "today": self.today(),
            "clocked": self.clocked,
            "sample": self.sample,
            "server_url": self.server_url,
            "request_id": self.gate.token,
            "day": lambda day: day_words(day, visit().lang),
            "count": count_words,
        }

    def _recovering(self) -> bool:
        """Whether officers are about to give the visitor's own login to somebody: he is told on every page."""
        account = visit().account
        return account is not None and Invitations(self.access).under_way(account.code) is not None


_ALWAYS = frozenset({"/as-of"})


def _kinds(visitor: Visitor | None) -> frozenset[str]:
    """What kinds of visitor this one is, as ``places.html`` names them."""
    if visitor is None:
        return frozenset({"", "out"})
    kinds = {"": True, "in": True, "firm": bool(visitor.firms), "officer": bool(visitor.terms)}
    return frozenset(kind for kind, is_so in kinds.items() if is_so)


def association_name(reads: Reads) -> tuple[str, bool]:
    """What the association is called, and whether it is a sample of invented members."""
    facts = [one.fact for one in reads.facts_of_kind(Subject.ASSOCIATION) if isinstance(one.fact, Founded)]
    return (facts[-1].name if facts else ""), any(fact.sample for fact in facts)


def looking_of(request: Request) -> Looking:
    """The day that this request looks at."""
    looking: Looking = request.state.looking
    return looking


def anybody(_visitor: Visitor) -> bool:
    """The right of whoever is logged in."""
    return True


def represents(visitor: Visitor) -> bool:
    """The right of members' representatives."""
    return bool(visitor.firms)


def holds_nationally(scope: Scope) -> Allowed:
    """The right of officers who hold a scope for the whole association."""

    def allowed(visitor: Visitor) -> bool:
        return visitor.may(scope, NATIONAL)

    return allowed


def holds(scope: Scope) -> Allowed:
    """The right of officers who hold a scope, in whichever branch; the page looks at which."""

    def allowed(visitor: Visitor) -> bool:
        return visitor.may(scope)

    return allowed
