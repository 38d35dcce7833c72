"""What the pages about money share: amounts and days as people read them, why something was refused, what was done."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from juru.server.console.page import Console
from juru.server.console.words import WORDS, Lang, Words
from juru.server.desk.cells import CellError, read_idr
from juru.server.dialects.replies import Templates, refusal_text
from juru.server.domain.refusals import Code, Refusal
from juru.values.rupiah import format_rupiah
from juru.web.sessions import Flash
from juru.web.visits import visit

REASON_MAX = 300
_PLAIN: frozenset[Code] = frozenset(
    {
        Code.DEBT_LIMIT,
        Code.DEBT_OVERDUE,
        Code.NO_BANK_ACCOUNT,
        Code.TICKET_OPEN,
        Code.AMOUNTS_EXHAUSTED,
        Code.UNKNOWN_TICKET,
        Code.AGENT_BLOCKED,
    }
)


def field(form: FormData, name: str, longest: int = 120) -> str:
    """What was typed in a field."""
    value = form.get(name, "")
    return value.strip()[:longest] if isinstance(value, str) else ""


def amount_of(form: FormData, name: str = "amount") -> int | None:
    """Rupiah as typed; None for what is no amount."""
    try:
        return read_idr(field(form, name))
    except CellError:
        return None


def why_not(refusal: Refusal, t: Words, lang: Lang) -> str:
    """A refusal as the person at the page reads it."""
    facts = refusal.facts
    key = f"no_{facts.get('why', '')}"
    if refusal.code is Code.NOT_ALLOWED and key in WORDS:
        return t("money_why", why=t(key, name=str(facts.get("supplier", ""))))
    match refusal.code:
        case Code.UNKNOWN_AGENT:
            why = t("no_unknown_agent", name=str(facts.get("agent", "")))
        case Code.INSUFFICIENT_BALANCE:
            why = t("no_insufficient_balance", free=format_rupiah(int(facts["free_idr"])))
        case Code.BAD_AMOUNT if not facts["max_idr"]:
            why = t("no_owes_none")
        case Code.BAD_AMOUNT:
            least, most = (format_rupiah(int(facts[name])) for name in ("min_idr", "max_idr"))
            why = t("no_bad_amount", least=least, most=most)
        case code if code in _PLAIN:
            why = refusal_text(refusal, templates=Templates(lang)).partition(". ")[2] + "."
        case _:
            why = t("no_other", code=refusal.code.value)
    return t("money_why", why=why)


async def back_to(console: Console, path: str, done: str, **facts: str) -> Response:
    """Lead back to a page, which then says once what was done."""
    now = visit()
    if now.session is not None:
        await console.gate.store.tell_later(now.session.key, Flash("ok", f"money_done_{done}", facts))
    return RedirectResponse(path, 303)
