"""Agents on the page: who they are, and new credentials for one whose old ones leaked, shown exactly once.

A form names the secrets it was opened for (by their fingerprint), so that one sent again, from the back button or
another tab, makes nothing anew; and it has an id, so that a double click is answered with the one set that was made.
"""

from __future__ import annotations

import asyncio
import hashlib
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import looker, may, whose
from juru.server.console.page import Console
from juru.server.console.shape import day_words
from juru.server.console.words import Words, words
from juru.server.desk.agent_secrets import Made, agent_secrets, has_server
from juru.server.domain.accounts import agent_deposit
from juru.server.domain.agent import Agent, AgentStatus
from juru.server.domain.commands import SaveRecord
from juru.server.domain.debts import due_day_of, owed_idr
from juru.server.domain.logins import Power
from juru.server.domain.refusals import Refusal
from juru.server.store.keyring import FreshSecrets
from juru.values.rupiah import format_rupiah
from juru.web.visits import visit

PATH = "/agents"
SHOWN = 100
_REASON_MAX = 300
_ID_MAX = 64


class AgentRow(msgspec.Struct, frozen=True):
    """An agent as the list and his page show him."""

    code: str
    name: str
    upline: str
    level: str
    balance: str
    held: str
    credit: str
    debt: bool
    state: str
    tone: str
    server: bool
    owes: str


class Shown(msgspec.Struct, frozen=True):
    """A secret to be copied now."""

    name: str
    value: str


class AgentPages:
    """The routes of agents."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._renewing: dict[str, asyncio.Lock] = {}

    async def listing(self, request: Request) -> Response:
        """Agents whose code or name has what is looked for."""
        find = request.query_params.get("find", "")[:40].strip()
        lang = visit().lang
        wanted = find.casefold()
        cell = self._console.writer.cell
        found = [a for a in cell.agents.values() if wanted in a.code.casefold() or wanted in a.name.casefold()]
        found.sort(key=lambda agent: agent.code)
        rows = [self._row(agent, words(lang)) for agent in found[:SHOWN]]
        return self._console.html("agents.html", lang, agents=rows, count=len(found), find=find)

    async def one(self, request: Request) -> Response:
        """An agent's page."""
        return self._page(request.path_params["code"].upper())

    def _page(self, code: str, *, status: int = 200, why: str = "", reason: str = "") -> Response:
        lang = visit().lang
        agent = self._console.writer.cell.agents.get(code)
        if agent is None:
            t = words(lang)
            title, text = t("refused_absent_title"), t("agent_absent", code=code[:40])
            return self._console.html("error.html", lang, 404, title=title, text=text)
        return self._console.html(
            "agent.html",
            lang,
            status,
            agent=agent,
            row=self._row(agent, words(lang)),
            seen=_fingerprint(agent),
            request_id=self._console.gate.token()[:24],
            why=why,
            reason=reason,
        )

    async def renew(self, request: Request) -> Response:
        """Make new secrets, void the old, and lead to the page that shows the new ones once."""
        form = await request.form()
        code, t = request.path_params["code"].upper(), words(visit().lang)
        reason = str(form.get("reason", "")).strip()[:_REASON_MAX]
        request_id = str(form.get("request_id", ""))[:_ID_MAX]
        if code not in self._console.writer.cell.agents:
            return self._page(code)
        if not reason or not request_id:
            return self._page(code, status=400, why=t("renew_reason_needed"))
        name = f"agent:{code}:{request_id}"
        async with self._renewing.setdefault(code, asyncio.Lock()):
            if not self._console.once.knows(name):
                why = await self._make(code, str(form.get("seen", "")), name, reason, t)
                if why:
                    return self._page(code, status=409, why=why, reason=reason)
        return RedirectResponse(f"{PATH}/{quote(code)}/credentials/{quote(request_id)}", 303)

    async def _make(self, code: str, seen: str, name: str, reason: str, t: Words) -> str:
        """Replace an agent's secrets and keep the new ones to be shown; why nothing was changed, or nothing."""
        agent = self._console.writer.cell.agents[code]
        if seen != _fingerprint(agent):
            return t("renew_stale")
        keys = self._console.keys
        before, user = agent.secrets, agent.user or code
        sealed, made = await asyncio.to_thread(
            lambda: agent_secrets(before, keys, FreshSecrets(), renew=True, user=user)
        )
        agent = self._console.writer.cell.agents[code]
        if seen != _fingerprint(agent):
            return t("renew_stale")
        body = msgspec.json.encode(msgspec.structs.replace(agent, secrets=sealed))
        result = await self._console.writer.submit(SaveRecord("agent", code, body, f"console:{whose('demo')}", reason))
        if isinstance(result, Refusal):
            return t("renew_refused", why=str(result.facts.get("detail", result.code.value)))
        self._console.once.keep(name, looker(), tuple(made))
        return ""

    async def credentials(self, request: Request) -> Response:
        """What was made, for the first look; nothing for any later one."""
        code, request_id = request.path_params["code"].upper(), request.path_params["request_id"]
        lang = visit().lang
        t = words(lang)
        made: tuple[Made, ...] = self._console.once.take(f"agent:{code}:{request_id}", looker()) or ()
        return self._console.html(
            "once.html",
            lang,
            200 if made else 410,
            heading=t("renewed_heading", code=code[:40]),
            secrets=[Shown(t(f"secret_{one.name}"), one.value) for one in made],
            note=t("renewed_note"),
            back=f"{PATH}/{quote(code)}",
            back_text=t("agent_back", code=code[:40]),
        )

    def _row(self, agent: Agent, t: Words) -> AgentRow:
        cell = self._console.writer.cell
        balance = cell.ledger.get(agent_deposit(agent.id))
        net_idr, held_idr = (0, 0) if balance is None else (balance.net_idr, balance.held_idr)
        guard = cell.pin_guards.get(agent.code)
        state, tone = t("agent_active"), "ok"
        if agent.status is AgentStatus.BLOCKED:
            state, tone = t("agent_blocked"), "bad"
        elif guard is not None and guard.locked_ms is not None:
            state, tone = t("agent_locked"), "mind"
        return AgentRow(
            agent.code,
            agent.name,
            agent.upline or "",
            agent.level,
            format_rupiah(net_idr),
            format_rupiah(held_idr),
            format_rupiah(agent.credit_limit_idr),
            net_idr < 0,
            state,
            tone,
            has_server(agent.secrets),
            self._owes(agent, t),
        )

    def _owes(self, agent: Agent, t: Words) -> str:
        """His debt beside its limit, and the day it is due; nothing for whom there is none of either."""
        cell = self._console.writer.cell
        owed, due_day = owed_idr(cell, agent.id), due_day_of(cell, agent.id)
        if not owed and not agent.debt_limit_idr:
            return ""
        facts = {"owed": format_rupiah(owed), "limit": format_rupiah(agent.debt_limit_idr)}
        if due_day is None:
            return t("agent_owes_limit", **facts)
        return t("agent_owes_due", **facts, due=day_words(due_day, visit().lang))


def routes(console: Console) -> list[BaseRoute]:
    """Agents: everybody sees them, owners give them new credentials."""
    pages, guard = AgentPages(console), console.gate.guard
    return [
        Route(PATH, guard(pages.listing, may(Power.SEE)), methods=["GET"]),
        Route(f"{PATH}/{{code}}", guard(pages.one, may(Power.SEE)), methods=["GET"]),
        Route(f"{PATH}/{{code}}/renew", guard(pages.renew, may(Power.AGENTS)), methods=["POST"]),
        Route(f"{PATH}/{{code}}/credentials/{{request_id}}", guard(pages.credentials, may(Power.AGENTS))),
    ]


def _fingerprint(agent: Agent) -> str:
    """Which secrets an agent has, without anything of them: sealed and hashed ones are new whenever they are made."""
    return hashlib.sha256(msgspec.json.encode(sorted(agent.secrets.items()))).hexdigest()[:16]
