"""Joining: the public application, one step at a time, and the private link by which the applicant follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.dossier import Dossier, dossier
from juru.association.desk.links import Links
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.branches import choices
from juru.association.domain.commands import Done, NewMember, Record
from juru.association.domain.people import representatives
from juru.association.domain.provinces import PROVINCES
from juru.association.domain.refusals import Code, Refusal, told
from juru.association.portal.front import branches_there
from juru.association.portal.members import PAPER_BYTES_MAX, Failed, kept, paper_of
from juru.association.portal.pace import Pace
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.web.visits import visit

PAPERS_MAX = 20
HOUR_MS = 3_600_000
APPLICATIONS_EACH, APPLICATIONS_TOGETHER = 10, 60
"""In an hour from one address, and from all: each gets a number that stays in the book for ever."""

_FIELDS = ("name", "licence", "address", "person", "phone", "email", "branch", "member_class")
_NEEDED = ("name", "address", "person", "phone", "branch")
_TEXT_MAX = 200


class _Joining:
    """The pages of an applicant, who has no login."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.links = Links(portal.book.directory, portal.gate.token)
        self.pace = Pace(portal.gate.now_ms, window_ms=HOUR_MS, each=APPLICATIONS_EACH, together=APPLICATIONS_TOGETHER)

    async def ask(self, request: Request) -> Response:
        """First where the business works, then who it is."""
        province = request.query_params.get("province", "")
        return self._form(request, province if province in PROVINCES else "", {}, None)

    def _form(
        self,
        request: Request,
        province: str,
        values: Mapping[str, str],
        why: str | None,
        *,
        wrong: str = "",
        like: bool = False,
    ) -> Response:
        """The form; ``wrong`` is the field at fault, ``like`` asks whether it is a member already."""
        looking = looking_of(request)
        with self.portal.reading() as reads:
            there = branches_there(reads, looking)
            open_to = choices(reads.branches(), province, looking.on) if province else ()
        return self.portal.html(
            "join.html",
            200 if why is None else 409,
            looking=looking,
            province=province,
            provinces=PROVINCES,
            choices=[(code, there[code].name if code in there else "") for code in open_to],
            values=values,
            why=why,
            wrong=wrong,
            like=like,
        )

    async def send(self, request: Request) -> Response:
        """Give the business its number, or show the form again with what was typed."""
        form = await request.form()
        given = {name: str(form.get(name) or "").strip()[:_TEXT_MAX] for name in _FIELDS}
        province, t = str(form.get("province") or ""), self.portal.pages.words_in(visit().lang)
        if province not in PROVINCES:
            return self._form(request, "", given, t("join_province_wrong"))
        missing = next((name for name in _NEEDED if not given[name]), None)
        if missing is not None:
            why = t("member_field_wrong", field=t(f"field_{missing}"))
            return self._form(request, province, given, why, wrong=missing)
        if self.pace.too_fast(visit().address):
            return self._form(request, province, given, t("join_too_fast"))
        command = NewMember(
            name=given["name"],
            branch=given["branch"],
            province=province,
            licence=given["licence"],
            address=given["address"],
            person=given["person"],
            phone=given["phone"],
            email=given["email"],
            member_class="developer" if given["member_class"] == "developer" else "server",
            source="portal",
            sure=bool(form.get("sure")),
        )
        result = await asyncio.to_thread(
            self.portal.desk.do,
            command,
            now=self.portal.now(),
            by=given["person"],
            request=str(form.get("request") or ""),
        )
        if isinstance(result, Refusal):
            # To a stranger nothing is said of the member that it seems to be: a telephone would tell whose it is.
            like = result.code is Code.SAME_BUSINESS
            why = t("join_same") if like else told(result, visit().lang)
            return self._form(request, province, given, why, like=like)
        self.pace.done(visit().address)
        return RedirectResponse(f"/join/{result.id}/{self.links.key(result.id)}?{urlencode({'new': 1})}", 303)

    async def follow(self, request: Request) -> Response:
        """How the application stands, for whoever has its link."""
        return await self._page(request, None)

    async def _page(self, request: Request, failed: Failed | None) -> Response:
        looking = looking_of(request)
        found = self._found(request, looking)
        if found is None:
            return self.portal.absent(request)
        number, key = request.path_params["number"], request.path_params["key"]
        return self.portal.html(
            "followed.html",
            200 if failed is None else 409,
            looking=looking,
            found=found,
            here=f"/join/{number}/{key}",
            link=f"{self._origin(request)}/join/{number}/{key}",
            new=request.query_params.get("new"),
            done=request.query_params.get("done"),
            failed=failed,
            applying=found.shown.state == "applicant" and not looking.back,
            evidences=[one.value for one in f.Evidence],
            left=None if found.shown.waits_until is None else (found.shown.waits_until - looking.on).days,
        )

    @staticmethod
    def _origin(request: Request) -> str:
        return f"{request.url.scheme}://{request.headers.get('host', '')}"

    async def give(self, request: Request) -> Response:
        """One more paper, while the application is open."""
        found = self._open(request)
        if found is None:
            return self.portal.absent(request)
        number, t = found.shown.number, self.portal.pages.words_in(visit().lang)
        if len(found.papers) >= PAPERS_MAX:
            return await self._page(request, Failed("document_given", t("join_papers_many", count=PAPERS_MAX)))
        result = await kept(self.portal, await request.form(), number, by=self._person(number), member=number)
        if isinstance(result, Refusal):
            return await self._page(request, Failed("document_given", told(result, visit().lang)))
        return self._back(request, "paper")

    async def withdraw(self, request: Request) -> Response:
        """Take the application back."""
        found = self._open(request)
        if found is None:
            return self.portal.absent(request)
        form, number = await request.form(), found.shown.number
        command = Record(member=number, fact=f.Withdrawn(on=self.portal.today()))
        result = await asyncio.to_thread(
            self.portal.desk.do,
            command,
            now=self.portal.now(),
            by=self._person(number),
            request=str(form.get("request") or ""),
            member=number,
        )
        if isinstance(result, Done):
            return self._back(request, "withdrawn")
        return await self._page(request, Failed("withdrawn", told(result, visit().lang)))

    async def paper(self, request: Request) -> Response:
        """A paper that was given, to be saved."""
        found = self._found(request, looking_of(request))
        return self.portal.absent(request) if found is None else await paper_of(self.portal, request, found)

    def _back(self, request: Request, done: str) -> Response:
        number, key = request.path_params["number"], request.path_params["key"]
        return RedirectResponse(f"/join/{number}/{key}?{urlencode({'done': done})}", 303)

    def _found(self, request: Request, looking: Looking) -> Dossier | None:
        """The application, for whoever has its key; a wrong key is told the same as a wrong number."""
        number, key = request.path_params["number"], request.path_params["key"]
        if not self.links.opens(number, key):
            return None
        with self.portal.reading() as reads:
            return dossier(reads, number, looking.on, self.portal.known_ms(looking))

    def _open(self, request: Request) -> Dossier | None:
        found = self._found(request, looking_of(request))
        return found if found is not None and found.shown.state == "applicant" else None

    def _person(self, number: str) -> str:
        """Who stands for the applicant: whoever the form named."""
        with self.portal.reading() as reads:
            facts = [one.fact for one in reads.facts(Subject.MEMBER, number)]
        named = representatives(f.known([one for one in facts if isinstance(one, f.MemberFact)], self.portal.today()))
        return next((one.person for one in named.values()), "")


def routes(portal: Portal) -> list[BaseRoute]:
    """The application, and the link."""
    pages = _Joining(portal)
    return [
        portal.route("/join", pages.ask, None),
        portal.route("/join", pages.send, None, "POST"),
        portal.route("/join/{number}/{key}", pages.follow, None),
        portal.route("/join/{number}/{key}/papers", pages.give, None, "POST", body_bytes_max=PAPER_BYTES_MAX),
        portal.route("/join/{number}/{key}/papers/{document}", pages.paper, None),
        portal.route("/join/{number}/{key}/withdraw", pages.withdraw, None, "POST"),
    ]
