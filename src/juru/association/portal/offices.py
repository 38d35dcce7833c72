"""What officers with ``sk.issue`` set: decrees, terms, collectors, branches, holidays, dues tables, statutes' numbers.

One page for each, with a form on top and what stands below. The desk judges; a refusal is told, and the form keeps
what was typed. What becomes of a branch's members is shown before it is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.domain.boards import Scope
from juru.association.domain.commands import AnyCommand
from juru.association.domain.refusals import Refusal, told
from juru.association.portal.forms import Field, Typed, WrongFieldError, filled
from juru.association.portal.office_forms import OFFICE_FORMS, Effect, OfficeForm, Setting, Stands
from juru.association.portal.portal import Portal, holds, looking_of
from juru.web.sessions import Flash
from juru.web.visits import visit

_UPLOAD_MAX = 262_144


def routes(portal: Portal) -> list[BaseRoute]:
    """The page of each form, and where it is sent to."""
    right = holds(Scope.SK_ISSUE)

    async def page(request: Request) -> Response:
        form = OFFICE_FORMS.get(request.path_params["form"])
        if form is None:
            return portal.absent(request)
        return await drawn(request, form, dict(request.query_params))

    async def drawn(
        request: Request,
        form: OfficeForm,
        said: Mapping[str, str],
        *,
        why: str = "",
        wrong: str = "",
        status: int = 200,
    ) -> Response:
        looking, visitor = looking_of(request), portal.visitor()
        assert visitor is not None, "the gate lets nobody in whose right it has not seen"
        t = portal.pages.words_in(visit().lang)

        def read() -> tuple[tuple[Field, ...], Stands, Effect | None]:
            with portal.reading() as reads:
                setting = Setting(reads, looking, visitor, t, portal.roll.on(looking.on))
                effect = form.effect(setting, Typed(said)) if form.effect and said.get("code") and not why else None
                return filled(form.fields(setting), said), form.stands(setting), effect

        try:
            fields, stands, effect = await asyncio.to_thread(read)
        except WrongFieldError as error:
            return await drawn(request, form, said, why=_wrong(t, error.field), wrong=error.field, status=400)
        return portal.html(
            "office_form.html",
            status,
            looking=looking,
            form=form.name,
            forms=list(OFFICE_FORMS),
            fields=fields,
            has_file=any(field.ask.value == "file" for field in fields),
            stands=stands,
            effect=effect,
            looks_first=form.effect is not None,
            said=said,
            why=why,
            wrong=wrong,
        )

    async def send(request: Request) -> Response:
        form = OFFICE_FORMS.get(request.path_params["form"])
        if form is None:
            return portal.absent(request)
        sent = await request.form()
        said = {name: value for name, value in sent.items() if isinstance(value, str)}
        upload = sent.get("file")
        content = await upload.read(_UPLOAD_MAX) if isinstance(upload, UploadFile) else b""
        t = portal.pages.words_in(visit().lang)
        try:
            command: AnyCommand = form.command(Typed(said), content, portal.today())
        except WrongFieldError as error:
            return await drawn(request, form, said, why=_wrong(t, error.field), wrong=error.field, status=400)
        result = await portal.do(command, request=said.get("request", "")[:80] or portal.gate.token())
        if isinstance(result, Refusal):
            return await drawn(request, form, said, why=told(result, visit().lang), status=409)
        session = visit().session
        if session is not None:
            await portal.gate.store.tell_later(session.key, Flash("ok", "office_done", {"what": result.id}))
        return RedirectResponse(f"/office/{form.name}", 303)

    return [
        portal.route("/office/{form}", page, right),
        portal.route("/office/{form}", send, right, "POST", body_bytes_max=_UPLOAD_MAX),
    ]


def _wrong(t: Callable[..., str], field: str) -> str:
    return t("office_wrong", field=t(f"ask_{field}"))
