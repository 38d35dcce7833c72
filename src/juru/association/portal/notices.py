"""Messages on the portal: a person's yes or no, what a member was told, a link for WhatsApp, a test of the mail."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.composing import Letter, composed
from juru.association.desk.mail_settings import MailSettings, load, password
from juru.association.desk.notice_words import TEXTS, subject_of, title_of
from juru.association.desk.notices import Listed, scope_of, told_to
from juru.association.desk.sending import try_out
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import AnyCommand, ApproveNotices, Done, DropNotices, TellNotices
from juru.association.domain.notices import SETTLED, Log, Stage
from juru.association.domain.refusals import Refusal, told
from juru.association.errors import MailError
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Portal, anybody, holds, holds_nationally, looking_of
from juru.association.portal.work import due_on
from juru.association.store.rows import instant
from juru.notify.smtp import Outcome
from juru.web.visits import visit

SHOWN = 100
_REASON_MAX, _ADDRESS_MAX = 500, 254
_ANSWERS: Mapping[str, Callable[..., AnyCommand]] = {"yes": ApproveNotices, "no": DropNotices, "told": TellNotices}


class Message(msgspec.Struct, frozen=True):
    """A message in a list; ``why`` is the word of its stage."""

    key: str
    subject: str
    member: str
    name: str
    unit: str
    due_on: date
    days: int
    why: str
    at: str = ""


def may_decide(visitor: Visitor) -> bool:
    """The right of whoever may say yes or no to any message at all."""
    return visitor.may(Scope.MEMBERS_DECIDE) or visitor.may(Scope.DUES_READ)


def routes(portal: Portal) -> list[BaseRoute]:
    """The list that waits for a person, a message, what a member was told, the mail."""
    keeps = holds_nationally(Scope.OFFICE_KEEP)

    async def waiting(request: Request) -> Response:
        return await _waiting_page(portal, request)

    async def decide(request: Request) -> Response:
        form = await request.form()
        keys = tuple(str(key) for key in form.getlist("key"))
        answer, reason = str(form.get("answer")), str(form.get("reason") or "")[:_REASON_MAX]
        kind = _ANSWERS.get(answer)
        if kind is None or not keys:
            return await _waiting_page(portal, request, form=form, why="notices_choose", status=400)
        result = await portal.do(kind(keys=keys, reason=reason), request=str(form.get("request"))[:80])
        if isinstance(result, Refusal):
            return await _waiting_page(portal, request, form=form, refusal=result, status=409)
        await portal.say(result, f"notices_done_{answer}", count=result.note)
        back = str(form.get("next") or "/notices")
        return RedirectResponse(back if back.startswith("/notices") else "/notices", 303)

    async def one(request: Request) -> Response:
        return await asyncio.to_thread(_one_page, portal, request)

    async def of_member(request: Request) -> Response:
        return await asyncio.to_thread(_member_page, portal, request)

    async def mail(request: Request) -> Response:
        return await asyncio.to_thread(_mail_page, portal, request)

    async def test_mail(request: Request) -> Response:
        form = await request.form()
        address = str(form.get("address") or "")[:_ADDRESS_MAX].strip()
        settings = load(portal.book.directory)
        if settings is None or not address:
            return _mail_page(portal, request, address=address, why="mail_no_address", status=400)
        try:
            secret = password(settings, os.environ)
            answer = await try_out(settings, secret, address, now=portal.now(), name=portal.name)
        except MailError as error:
            return _mail_page(portal, request, address=address, trouble=str(error), status=502)
        if answer.outcome is not Outcome.SENT:
            return _mail_page(portal, request, address=address, trouble=answer.words, status=502)
        await portal.say(Done(), "mail_tested", address=address)
        return RedirectResponse("/mail", 303)

    return [
        portal.route("/notices", waiting, may_decide),
        portal.route("/notices", decide, may_decide, "POST"),
        portal.route("/notices/{key:path}", one, holds(Scope.MEMBERS_READ)),
        portal.route("/members/{number}/notices", of_member, anybody),
        portal.route("/mail", mail, keeps),
        portal.route("/mail", test_mail, keeps, "POST"),
    ]


async def _waiting_page(
    portal: Portal,
    request: Request,
    *,
    form: FormData | None = None,
    why: str = "",
    refusal: Refusal | None = None,
    status: int = 200,
) -> Response:
    """What waits for a yes or no of this visitor; what was typed and chosen stays after a refusal."""
    looking, visitor = looking_of(request), portal.visitor()
    assert visitor is not None, "the route is for officers"
    _, _, rows = await asyncio.to_thread(due_on, portal, looking)
    everything = request.query_params.get("show") == "all"
    mine = [
        row
        for row in rows
        if (row.held or (everything and row.log.stage not in SETTLED))
        and visitor.may(scope_of(row.notice), row.notice.unit)
    ]
    names = await asyncio.to_thread(portal.roll.on, looking.on)
    messages = [
        message_of(portal, row, names[row.notice.member].name if row.notice.member in names else "", looking.on)
        for row in mine[:SHOWN]
    ]
    said = told(refusal, visit().lang) if refusal is not None else ""
    return portal.html(
        "notices.html",
        status,
        looking=looking,
        messages=messages,
        total=len(mine),
        everything=everything,
        why=why,
        said=said,
        chosen=set() if form is None else {str(key) for key in form.getlist("key")},
        reason="" if form is None else str(form.get("reason") or ""),
    )


def message_of(portal: Portal, row: Listed, name: str, on: date) -> Message:
    """A message as a person reads it."""
    english = int(visit().lang == "en")
    notice = row.notice
    return Message(
        notice.key,
        subject_of(notice, name or notice.subject, english),
        notice.member,
        name,
        notice.unit,
        notice.due_on,
        (on - notice.due_on).days,
        _word(row),
        _moment(portal, row.log),
    )


def _word(row: Listed) -> str:
    """The word of its stage; of one that waits, why it does."""
    if row.by_hand:
        return "by_hand"
    return "late" if row.late and row.log.stage is Stage.WAITING else row.log.stage.value


def _moment(portal: Portal, log: Log) -> str:
    return portal.moment(log.at_ms, visit().lang) if log.at_ms else ""


def _one_page(portal: Portal, request: Request) -> Response:
    looking, visitor = looking_of(request), portal.visitor()
    world, _, rows = due_on(portal, looking)
    row = next((one for one in rows if one.notice.key == request.path_params["key"]), None)
    if row is None or visitor is None or not visitor.may(Scope.MEMBERS_READ, row.notice.unit):
        return portal.absent(request)
    with portal.reading() as reads:
        letter: Letter = composed(reads, world, row.notice, load(portal.book.directory))
    name = portal.roll.on(looking.on)
    firm = name[row.notice.member].name if row.notice.member in name else ""
    return portal.html(
        "notice.html",
        looking=looking,
        message=message_of(portal, row, firm, looking.on),
        letter=letter,
        held=row.held,
        settled=row.log.stage in SETTLED,
        decides=visitor.may(scope_of(row.notice), row.notice.unit),
    )


def _member_page(portal: Portal, request: Request) -> Response:
    """What a member was told and is due to be told; for its representative, and for officers who may see it."""
    looking, visitor, number = looking_of(request), portal.visitor(), request.path_params["number"]
    line = portal.roll.on(looking.on).get(number)
    if visitor is None or line is None:
        return portal.absent(request)
    officer = visitor.may(Scope.MEMBERS_READ, line.branch)
    if not officer and number not in visitor.firms:
        return portal.absent(request)
    _, _, rows = due_on(portal, looking)
    due = [row for row in rows if row.notice.member == number and row.log.stage not in SETTLED]
    with portal.reading() as reads:
        past = told_to(reads, number)
    return portal.html(
        "member_notices.html",
        looking=looking,
        number=number,
        name=line.name,
        officer=officer,
        due=[message_of(portal, row, line.name, looking.on) for row in due],
        past=_past(portal, past, looking.on),
    )


def _past(portal: Portal, logs: Sequence[tuple[str, Log]], on: date) -> list[Message]:
    english = int(visit().lang == "en")
    found = []
    for key, log in logs:
        kind, _, rest = key.partition(":")
        if log.stage in SETTLED and kind in TEXTS and instant(log.at_ms).date() <= on:
            due_on_day = date.fromisoformat(rest.rpartition(":")[2])
            title, at = title_of(kind, english), _moment(portal, log)
            found.append(Message(key, title, "", "", NATIONAL, due_on_day, 0, log.stage.value, at))
    return sorted(found, key=lambda one: one.due_on, reverse=True)


def _mail_page(
    portal: Portal, request: Request, *, address: str = "", why: str = "", trouble: str = "", status: int = 200
) -> Response:
    """How mail is sent, and a test of it. What says where the password is, is set on the machine alone."""
    try:
        settings: MailSettings | None = load(portal.book.directory)
    except MailError as error:
        settings, trouble = None, str(error)
    return portal.html(
        "mail.html",
        status,
        looking=looking_of(request),
        settings=settings,
        address=address,
        why=why,
        trouble=trouble,
    )
