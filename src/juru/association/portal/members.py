"""Members for whoever may see them: the list with its filters, one member's page, what can be done there, papers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.documents import FOLDER
from juru.association.desk.dossier import Dossier, dossier
from juru.association.desk.judging import SIZE_MB_MAX
from juru.association.desk.register import Row
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, decrees_of
from juru.association.domain.boards import NATIONAL, Scope, delegated
from juru.association.domain.commands import Done, Record
from juru.association.domain.membership import State
from juru.association.domain.provinces import PROVINCES
from juru.association.domain.refusals import Refusal, told
from juru.association.portal.acts import FORMS, Form, Offered, fact_of, offered, typed
from juru.association.portal.entry import Visitor
from juru.association.portal.front import branches_there
from juru.association.portal.portal import Looking, Portal, anybody, holds, looking_of
from juru.association.portal.said import day_words
from juru.association.portal.taken import attachment
from juru.association.store.reads import standing
from juru.web.gate import Refused
from juru.web.visits import visit

SHOWN = 50
PAPER_BYTES_MAX = SIZE_MB_MAX * 1_000_000 + 100_000
_STATES = tuple(state.value for state in State if state is not State.NONE)


class Wanted(msgspec.Struct, frozen=True):
    """What of the members is asked for; empty is all that the officer may see."""

    find: str = ""
    branch: str = ""
    state: str = ""
    member_class: str = ""
    choose: str = ""

    def takes(self, row: Row) -> bool:
        """Whether a line is among it."""
        return (
            (not self.branch or row.branch == self.branch)
            and (not self.state or row.state == self.state)
            and (not self.member_class or row.member_class == self.member_class)
            and (not self.choose or row.must_choose)
            and (not self.find or self.find in row.name.casefold() or row.number.startswith(self.find))
        )


class Failed(msgspec.Struct, frozen=True):
    """A form that was refused: what was typed, and why."""

    kind: str
    why: str
    values: dict[str, str] = {}


class _Members:
    """The pages; each asks for itself what its visitor may see of this member."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    async def listed(self, request: Request) -> Response:
        """The members whom an officer may see."""
        looking, visitor = looking_of(request), self._visitor()
        wanted = Wanted(
            find=_asked(request, "find").casefold(),
            branch=_asked(request, "branch"),
            state=_asked(request, "state"),
            member_class=_asked(request, "class"),
            choose=_asked(request, "choose"),
        )
        rows = await asyncio.to_thread(self.seen, visitor, looking)
        rows = [row for row in rows if wanted.takes(row)]
        after = request.query_params.get("after", "")
        shown = [row for row in rows if row.number > after][: SHOWN + 1]
        with self.portal.reading() as reads:
            branches = [*branches_there(reads, looking), NATIONAL]
        query = [(name, value) for name, value in request.query_params.multi_items() if name not in {"after", "lang"}]
        return self.portal.html(
            "members.html",
            looking=looking,
            wanted=wanted,
            typed=_asked(request, "find"),
            rows=shown[:SHOWN],
            more=shown[SHOWN - 1].number if len(shown) > SHOWN else "",
            total=len(rows),
            branches=branches,
            states=_STATES,
            query=query,
            last_day=lambda until: day_words(until - timedelta(days=1) if until else None, visit().lang),
        )

    def seen(self, visitor: Visitor, looking: Looking) -> list[Row]:
        """The lines of the day that a visitor may see as an officer."""
        rows = self.portal.roll.on(looking.on, self.portal.known_ms(looking))
        return [row for row in rows.values() if visitor.may(Scope.MEMBERS_READ, row.branch)]

    async def one(self, request: Request) -> Response:
        """A member's page."""
        return await self._page(request, None)

    async def _page(self, request: Request, failed: Failed | None) -> Response:
        looking = looking_of(request)
        found = self._found(request, looking)
        if found is None:
            return self.portal.absent(request)
        able, visitor = self._able(found, looking), self._visitor()
        with self.portal.reading() as reads:
            branches = [*branches_there(reads, looking), NATIONAL]
        return self.portal.html(
            "member.html",
            200 if failed is None else 409,
            looking=looking,
            found=found,
            able=able,
            failed=failed,
            branches=branches,
            provinces=PROVINCES,
            day_of=self.portal.desk.today,
            sees_dues=found.shown.number in visitor.firms or visitor.may(Scope.DUES_READ, found.shown.branch),
            evidences=[one.value for one in f.Evidence],
            may_give=able.member or any(form.own for group in able.groups for form in group.forms),
        )

    def _able(self, found: Dossier, looking: Looking) -> Offered:
        """What the visitor may do about the member; nothing on another day."""
        if looking.back:
            return Offered(())
        with self.portal.reading() as reads:
            decrees = decrees_of(standing(reads.facts_of_kind(Subject.DECREE)))
        left = delegated(decrees, found.shown.branch, looking.today)
        return offered(self._visitor(), found, left_to_branch=left)

    async def act(self, request: Request) -> Response:
        """Record a fact; a refusal shows the page again with what was typed."""
        form = FORMS.get(request.path_params["kind"])
        found = self._found(request, looking_of(request))
        if form is None or found is None:
            return self.portal.absent(request)
        given = _texts(await request.form())
        result = await self._recorded(found, form, given, looking_of(request))
        if isinstance(result, Failed):
            return await self._page(request, result)
        await self.portal.say(result, "member_done", fact=form.kind)
        return RedirectResponse(f"/members/{found.shown.number}", 303)

    async def _recorded(self, found: Dossier, form: Form, given: dict[str, str], looking: Looking) -> Done | Failed:
        values, t = typed(form, given), self.portal.pages.words_in(visit().lang)
        try:
            fact = fact_of(form, given, looking.today)
        except ValueError as error:
            return Failed(form.kind, t("member_field_wrong", field=t(f"field_{error}")), values)
        number = found.shown.number
        member = number if form.own and number in self._visitor().firms else ""
        command = Record(member=number, fact=fact)
        result = await self.portal.do(command, request=given.get("request", ""), member=member)
        if isinstance(result, Refusal):
            return Failed(form.kind, told(result, visit().lang), values)
        return result

    async def give(self, request: Request) -> Response:
        """Keep a paper of the member, judged by what it is."""
        found = self._found(request, looking_of(request))
        if found is None:
            return self.portal.absent(request)
        number, visitor = found.shown.number, self._visitor()
        member = number if number in visitor.firms else ""
        by = visitor.person_for(number) if member else visitor.person or visitor.login
        if not member and not visitor.may(Scope.MEMBERS_DECIDE, found.shown.branch):
            return self.portal.gate.refusal(request, Refused(403, "refused_right"))
        result = await kept(self.portal, await request.form(), number, by=by, member=member)
        if isinstance(result, Refusal):
            return await self._page(request, Failed("document_given", told(result, visit().lang)))
        await self.portal.say(result, "member_paper_done")
        return RedirectResponse(f"/members/{number}#papers", 303)

    async def paper(self, request: Request) -> Response:
        """A paper to be saved; never shown by the browser itself."""
        found = self._found(request, looking_of(request))
        return self.portal.absent(request) if found is None else await paper_of(self.portal, request, found)

    def _visitor(self) -> Visitor:
        visitor = self.portal.visitor()
        assert visitor is not None, "the route asks for a login"
        return visitor

    def _found(self, request: Request, looking: Looking) -> Dossier | None:
        """The member, if the visitor may see it: his own firm, or one of a branch whose members he may read.

        Who may not is told the same as of a number that was never given.
        """
        visitor, number = self._visitor(), request.path_params["number"]
        with self.portal.reading() as reads:
            found = dossier(reads, number, looking.on, self.portal.known_ms(looking))
        if found is None or number in visitor.firms or visitor.may(Scope.MEMBERS_READ, found.shown.branch):
            return found
        # The receiving branch sees who asks to come.
        asked = found.asked is not None and visitor.may(Scope.MEMBERS_DECIDE, found.asked.to)
        return found if asked else None


async def kept(portal: Portal, form: FormData, number: str, *, by: str, member: str) -> Done | Refusal:
    """Keep an uploaded file and note it as a paper of the member; twice sent, it is there once."""
    upload, request = form.get("file"), str(form.get("request") or "")
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    name = (upload.filename or "-")[:100] if isinstance(upload, UploadFile) else "-"
    evidence = str(form.get("evidence") or "")
    evidence = evidence if evidence in {one.value for one in f.Evidence} else f.Evidence.OTHER.value
    keep = partial(portal.desk.keep, content, name=name, now=portal.now(), by=by, member=member)
    done = await asyncio.to_thread(keep, request=f"{request}-file")
    if isinstance(done, Refusal):
        return done
    fact = f.DocumentGiven(on=portal.today(), document=done.id, evidence=f.Evidence(evidence), name=name)
    give = partial(portal.desk.do, Record(member=number, fact=fact), now=portal.now(), by=by, member=member)
    return await asyncio.to_thread(give, request=f"{request}-fact")


async def paper_of(portal: Portal, request: Request, found: Dossier) -> Response:
    """The bytes of one of a member's own papers."""
    wanted = request.path_params["document"]
    paper = next((one for one in found.papers if one.document == wanted), None)
    if paper is None:
        return portal.absent(request)
    path = portal.book.directory / FOLDER / wanted[:2] / wanted
    ending = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}[paper.media_type]
    content = await asyncio.to_thread(path.read_bytes)
    return attachment(content, f"{found.shown.number}-{paper.evidence}.{ending}", "application/octet-stream")


def routes(portal: Portal) -> list[BaseRoute]:
    """The list, the page, what is done there."""
    pages = _Members(portal)
    return [
        portal.route("/members", pages.listed, holds(Scope.MEMBERS_READ)),
        portal.route("/members/{number}", pages.one, anybody),
        portal.route("/members/{number}/acts/{kind}", pages.act, anybody, "POST"),
        portal.route("/members/{number}/papers", pages.give, anybody, "POST", body_bytes_max=PAPER_BYTES_MAX),
        portal.route("/members/{number}/papers/{document}", pages.paper, anybody),
    ]


def _asked(request: Request, name: str) -> str:
    return request.query_params.get(name, "")[:60].strip()


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}
