"""Opportunities: notices for everybody, answered here so that no number is given away; what authors and officers do."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.answering import answer, contact_shown, offer, renew
from juru.association.desk.registers import one_opportunity, opportunities
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import CloseOffer, Moderate, Offer, RenewOffer
from juru.association.domain.opportunities import OfferState, Opportunity, renewable
from juru.association.domain.refusals import Refusal
from juru.association.domain.registers import ContactFor, OfferKind, Verdict
from juru.association.portal.portal import Portal, looking_of
from juru.association.portal.shelf import (
    Reader,
    asked,
    asking,
    back,
    bodies_of,
    files_of,
    keeps_office,
    leaf,
    reader,
    sheet,
    taken,
    typed,
    whole,
    why,
    writes,
)
from juru.association.store.answers import Answer
from juru.association.store.rows import milliseconds
from juru.web.visits import visit

SHOWN = 40
_FILTERS = ("kind", "branch", "find", "state")


def routes(portal: Portal) -> list[BaseRoute]:
    """The list, a notice, and what its readers, its author and officers do with it."""
    return [*_seen(portal), *_done(portal)]


def _seen(portal: Portal) -> list[BaseRoute]:

    async def listed(request: Request) -> Response:
        who, rows = reader(portal), _rows(portal, request)
        unseen = portal.answers.unseen() if who.firms or who.keeps else {}
        mine = [one for one in rows if _author(who, one)]
        return portal.html(
            "opportunities.html",
            looking=looking_of(request),
            leaf=leaf(request, rows, SHOWN),
            wanted=asked(request, _FILTERS),
            kinds=[kind.value for kind in OfferKind],
            states=_states(who),
            branches=sorted({one.body for one in _all(portal, request)}),
            may_write=bool(who.firms or who.keeps),
            unseen={one.id: unseen[one.id] for one in mine if one.id in unseen},
            files=files_of(request),
        )

    async def listed_file(request: Request) -> Response:
        rows = [
            (
                o.id,
                o.offer_kind.value,
                o.title,
                o.body,
                o.member,
                o.since.isoformat(),
                o.until.isoformat(),
                o.state.value,
            )
            for o in _rows(portal, request)
        ]
        columns = ("id", "kind", "title", "body", "member", "since", "until", "state")
        return taken(portal, request, sheet("opportunities", columns, rows, looking_of(request).on))

    async def one(request: Request) -> Response:
        return await _page(portal, request)

    async def new(request: Request) -> Response:
        return _form(portal, request, {}, "")

    async def write(request: Request) -> Response:
        given, _ = await typed(request)
        command = Offer(
            offer_kind=_kind(given.get("offer_kind", "")),
            title=given.get("title", ""),
            text=given.get("text", ""),
            member=given.get("member", ""),
            body=given.get("body", "") or NATIONAL,
            contact_for=_seen_by(given.get("contact_for", "")),
        )
        who = asking(portal, command.member)
        result = await asyncio.to_thread(
            offer,
            portal.desk,
            portal.answers,
            command,
            contact=given.get("contact", ""),
            now=portal.now(),
            by=who.by,
            request=given.get("request", ""),
            member=who.member,
        )
        if isinstance(result, Refusal):
            return _form(portal, request, given, why(result), 409)
        return await back(portal, result, f"/opportunities/{result.id}", "opportunity_written")

    return [
        portal.route("/opportunities", listed, None),
        portal.route("/opportunities.{ending:str}", listed_file, None),
        portal.route("/opportunities/new", new, writes),
        portal.route("/opportunities/new", write, writes, "POST"),
        portal.route("/opportunities/{id}", one, None),
    ]


def _done(portal: Portal) -> list[BaseRoute]:
    async def reply(request: Request) -> Response:
        given, _ = await typed(request)
        number, visitor = request.path_params["id"], portal.visitor()
        firm = visitor.firms[0] if visitor is not None and visitor.firms else ""
        told = Answer(0, number, 0, firm, given.get("name", ""), given.get("contact", ""), given.get("text", ""), None)
        sender = f"member:{firm}" if firm else f"address:{visit().address}"
        result = await asyncio.to_thread(
            answer, portal.desk, portal.answers, told, sender=sender, now=portal.now(), request=given.get("request", "")
        )
        if isinstance(result, Refusal):
            return await _page(portal, request, typed_in=given, problem=why(result), status=409)
        return RedirectResponse(f"/opportunities/{number}?sent=1#answer", 303)

    async def moderate(request: Request) -> Response:
        given, _ = await typed(request)
        number = request.path_params["id"]
        verdict = given.get("verdict", "")
        if verdict not in {one.value for one in Verdict}:
            return portal.absent(request)
        command = Moderate(opportunity=number, verdict=Verdict(verdict), reason=given.get("reason", ""))
        result = await portal.do(command, request=given.get("request", ""))
        if isinstance(result, Refusal):
            return await _page(portal, request, typed_in=given, problem=why(result), status=409)
        return await back(portal, result, f"/opportunities/{number}", "opportunity_moderated_done")

    async def renewed(request: Request) -> Response:
        given, _ = await typed(request)
        number = request.path_params["id"]
        found = _found(portal, request)
        if found is None:
            return portal.absent(request)
        who = asking(portal, found.member)
        command = RenewOffer(opportunity=number, jobs=whole(given.get("jobs", "")))
        told = {"now": portal.now(), "by": who.by, "request": given.get("request", ""), "member": who.member}
        result: Done | Refusal = await asyncio.to_thread(renew, portal.desk, portal.answers, command, **told)  # type: ignore[arg-type]  # fields by name
        return await back(portal, result, f"/opportunities/{number}", "opportunity_renewed_done")

    async def closed(request: Request) -> Response:
        given, _ = await typed(request)
        number = request.path_params["id"]
        found = _found(portal, request)
        if found is None:
            return portal.absent(request)
        command = CloseOffer(opportunity=number, filled="filled" in given, jobs=whole(given.get("jobs", "")))
        result = await portal.do(command, request=given.get("request", ""), member=asking(portal, found.member).member)
        return await back(portal, result, f"/opportunities/{number}", "opportunity_closed_done")

    async def seen(request: Request) -> Response:
        found = _found(portal, request)
        if found is None or not _author(reader(portal), found):
            return portal.absent(request)
        await asyncio.to_thread(portal.answers.seen, found.id, milliseconds(portal.now()))
        return RedirectResponse(f"/opportunities/{found.id}#answers", 303)

    return [
        portal.route("/opportunities/{id}/answer", reply, None, "POST"),
        portal.route("/opportunities/{id}/moderate", moderate, keeps_office, "POST"),
        portal.route("/opportunities/{id}/renew", renewed, writes, "POST"),
        portal.route("/opportunities/{id}/close", closed, writes, "POST"),
        portal.route("/opportunities/{id}/seen", seen, writes, "POST"),
    ]


def _kind(text: str) -> OfferKind:
    return OfferKind(text) if text in {kind.value for kind in OfferKind} else OfferKind.JOB


def _seen_by(text: str) -> ContactFor:
    return ContactFor(text) if text in {one.value for one in ContactFor} else ContactFor.NOBODY


def _author(who: Reader, one: Opportunity) -> bool:
    return one.member in who.firms if one.member else who.keeps_for(one.body)


def _may_see(who: Reader, one: Opportunity) -> bool:
    """What is open or was; what waits, was declined or removed is for its author and the officers of its branch."""
    if one.state in {OfferState.WAITING, OfferState.DECLINED, OfferState.REMOVED}:
        return _author(who, one) or who.keeps_for(one.body)
    return True


def _states(who: Reader) -> list[str]:
    hidden = {OfferState.WAITING, OfferState.DECLINED, OfferState.REMOVED}
    return [one.value for one in OfferState if who.firms or who.keeps or one not in hidden]


def _all(portal: Portal, request: Request) -> list[Opportunity]:
    looking, who = looking_of(request), reader(portal)
    found = portal.shelves.on(Subject.OPPORTUNITY, opportunities, looking.on, portal.known_ms(looking))
    return [one for one in found if _may_see(who, one)]


def _rows(portal: Portal, request: Request) -> list[Opportunity]:
    """What the address asks for; without a state, what is open, and what waits for whoever may see it."""
    wanted = asked(request, _FILTERS)
    shown = {wanted["state"]} if wanted["state"] else {OfferState.OPEN.value, OfferState.WAITING.value}
    find = wanted["find"].casefold()
    return [
        one
        for one in _all(portal, request)
        if one.state.value in shown
        and wanted["kind"] in {"", one.offer_kind.value}
        and wanted["branch"] in {"", one.body}
        and (not find or find in one.title.casefold() or find in one.text.casefold())
    ]


def _found(portal: Portal, request: Request) -> Opportunity | None:
    looking = looking_of(request)
    with portal.reading() as reads:
        found = one_opportunity(reads, request.path_params["id"], looking.on, portal.known_ms(looking))
    return found if found is not None and _may_see(reader(portal), found) else None


async def _page(
    portal: Portal,
    request: Request,
    *,
    typed_in: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    found, who, looking = _found(portal, request), reader(portal), looking_of(request)
    if found is None:
        return portal.absent(request)
    author = _author(who, found)
    # Answers are for the author alone: an officer who moderates sees the notice, not who wrote to whom.
    answers = portal.answers.of(found.id) if author else []
    with portal.reading() as reads:
        policy = reads.policies().on(looking.on)
    row = portal.roll.on(portal.today()).get(found.member)
    return portal.html(
        "opportunity.html",
        status,
        looking=looking,
        one=found,
        firm=row,
        contact=contact_shown(portal.answers, found, to_member=who.known),
        author=author,
        answers=answers,
        moderates=who.keeps_for(found.body) and found.member not in who.firms and bool(found.member),
        renewable=author and renewable(policy, found, looking.on),
        ends=author and found.state in {OfferState.WAITING, OfferState.OPEN, OfferState.EXPIRED},
        typed=typed_in or {},
        problem=problem,
        sent="sent" in request.query_params,
        answer_days=policy.answer_days,
    )


def _form(portal: Portal, request: Request, given: dict[str, str], problem: str, status: int = 200) -> Response:
    who, rows = reader(portal), portal.roll.on(portal.today())
    return portal.html(
        "opportunity_new.html",
        status,
        looking=looking_of(request),
        typed=given,
        problem=problem,
        kinds=[kind.value for kind in OfferKind],
        seen_by=[one.value for one in ContactFor],
        firms=[(firm, rows[firm].name if firm in rows else firm) for firm in who.firms],
        bodies=bodies_of(portal, looking_of(request), who),
    )
