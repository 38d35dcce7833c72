"""Reply texts to agents, in Indonesian and English, so that other servers' parsers read them too.

An order's text is ``#<our id> R#<ref> <CODE>.<dest> ...`` with exactly one status word in upper case, dot thousands and
``. `` after the SN (reference/dialects.md section 10, "What we send"). Texts are data (``templates_id``,
``templates_en``); an operator overrides them through ``Templates``, which validates them and, for an order's texts,
reads a sample back. No text holds a PIN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from string import Formatter
from typing import Literal, NamedTuple

from juru.server.dialects import templates_commands_en, templates_commands_id, templates_en, templates_id
from juru.server.dialects.texts import read_reply_text
from juru.server.domain.catalog import ProductKind
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.ticket import TicketState
from juru.server.domain.views import BillView, OrderState, OrderView, TicketView
from juru.values.rupiah import dotted, format_rupiah

TEMPLATE_CHARS_MAX = 600
FACT_CHARS_MAX = 60
LONG_FACT_CHARS_MAX = 500
HISTORY_ROWS_MAX = 10

_LANGUAGES = {"id": templates_id, "en": templates_en}
_COMMANDS = {"id": templates_commands_id, "en": templates_commands_en}
_WORD_OF = {"id": templates_id.STATUS_WORD, "en": templates_en.STATUS_WORD}
_ORDER_KEYS = {
    OrderState.ACCEPTED: "order.accepted",
    OrderState.SUCCESS: "order.success",
    OrderState.FAILED: "order.failed",
    OrderState.REVERSED: "order.reversed",
}
_READ_BACK = {
    "order.accepted": Outcome.PENDING,
    "order.success": Outcome.SUCCESS,
    "order.failed": Outcome.FAILED,
    "order.reversed": Outcome.FAILED,
}
_ORDER_INTENTS = frozenset({Intent.ORDER, Intent.ORDER_MULTI, Intent.BILL_INQUIRY, Intent.BILL_PAY})
# These ask about an order that may live: a failure word would make the reader void it.
_ABOUT_ORDERS = frozenset({Intent.STATUS_CHECK, Intent.CORRECT_NUMBER, Intent.COMPLAINT, Intent.RECEIPT})
# An order may live under the reference, or none was asked to be made.
_SAYS_NO_OUTCOME = frozenset({Code.REFERENCE_CONFLICT, Code.UNKNOWN_ORDER})
_SAMPLE_SN = "7041714133481757520"


class TemplateError(ValueError):
    """A text that cannot be used; the message names its key and what is wrong."""


class Templates:
    """One language's texts with an operator's own in place of some.

    Keys: those of ``TEXTS``, and ``refusal.<code>``. A part in ``[...]`` is left out where one of its facts is missing.
    """

    def __init__(self, lang: str = "id", overrides: Mapping[str, str] | None = None) -> None:
        """Validate and compile; raises TemplateError. ``lang``: ``id`` or ``en``."""
        if lang not in _LANGUAGES:
            raise TemplateError(f"language {lang!r}: write id or en")
        self.lang = lang
        self.status_word = _WORD_OF[lang]
        defaults = _defaults(lang)
        self.texts, self.formats = defaults.texts, defaults.formats
        if not overrides:
            return
        for key, text in overrides.items():
            _validate(key, text, defaults.texts)
        self.texts = self.texts | dict(overrides)
        self.formats = self.formats | {key: text.format for key, text in overrides.items()}
        for key in sorted(_READ_BACK.keys() & overrides.keys()):
            self._read_back(key)

    def _read_back(self, key: str) -> None:
        state = next(state for state, known in _ORDER_KEYS.items() if known == key)
        view = OrderView(
            order_id=1,
            ref="ref-1",
            agent="A1",
            product="S10",
            dest="081234567890",
            state=state,
            price_idr=10_500,
            balance_idr=1_250_000,
            at="2025-01-31T10:15:00+07:00",
            sn=_SAMPLE_SN,
        )
        read = read_reply_text(order_text(view, self.lang, self))
        wanted_sn = _SAMPLE_SN if state is OrderState.SUCCESS else None
        got = (read.outcome, read.ref, read.sn, read.balance_idr)
        if got != (_READ_BACK[key], "ref-1", wanted_sn, 1_250_000):
            message = f"text {key}: other servers would read {read.outcome}, SN {read.sn}; keep the default's form"
            raise TemplateError(message)


class _Defaults(NamedTuple):
    texts: dict[str, str]
    formats: dict[str, Callable[..., str]]


@cache
def _defaults(lang: str) -> _Defaults:
    module = _LANGUAGES[lang]
    refusals = {f"refusal.{code}": text for code, text in module.REFUSALS.items()}
    texts: dict[str, str] = module.TEXTS | _COMMANDS[lang].TEXTS | refusals
    return _Defaults(texts, {key: text.format for key, text in texts.items()})


@cache
def _plain(lang: str) -> Templates:
    return Templates(lang if lang in _LANGUAGES else "id")


def _texts(lang: str | None, templates: Templates | None) -> Templates:
    """The given texts, unless the reader's language is another: then the defaults of that language."""
    if templates is not None and lang in (None, templates.lang):
        return templates
    return _plain(lang or "id")


def order_text(view: OrderView, lang: str | None = None, templates: Templates | None = None) -> str:
    """What an agent is told of an order; an order in doubt reads as in process."""
    texts = _texts(lang, templates)
    tag = f"#{view.order_id} R#{view.ref} " if view.ref else f"#{view.order_id} "
    balance = dotted(view.balance_idr)
    time = view.at[11:16]
    match view.state:
        case OrderState.ACCEPTED:
            return texts.formats["order.accepted"](
                tag=tag,
                product=view.product,
                dest=view.dest,
                time=time,
                before=dotted(view.balance_idr + view.price_idr),
                price=dotted(view.price_idr),
                balance=balance,
            )
        case OrderState.SUCCESS:
            return texts.formats["order.success"](
                tag=tag, product=view.product, dest=view.dest, time=time, sn=view.sn or "-", balance=balance
            )
        case OrderState.FAILED | OrderState.REVERSED:
            return texts.formats[_ORDER_KEYS[view.state]](
                tag=tag,
                product=view.product,
                dest=view.dest,
                time=time,
                reason=reason_text(view, texts),
                balance=balance,
            )


def bill_text(view: BillView, lang: str | None = None, templates: Templates | None = None) -> str:
    """What an agent is told of a bill: whose it is, what is owed, and what paying it will take from his deposit."""
    return _texts(lang, templates).formats["bill"](
        tag=f"R#{view.ref} " if view.ref else "",
        product=view.product,
        dest=view.dest,
        customer=_short(view.customer) or "-",
        period=_short(view.period) or "-",
        bills=view.bills,
        owed=dotted(view.selling_price_idr),
        admin=dotted(view.admin_idr),
        price=dotted(view.price_idr),
        balance=dotted(view.balance_idr),
        time=view.at[11:16],
    )


def customer_text(
    view: OrderView, kind: ProductKind, *, name: str, agent: str, templates: Templates | None = None
) -> str:
    """What an agent's customer is told of a success; ``name`` is the product's, ``agent`` the name of who sold it."""
    what = {ProductKind.PLN_TOKEN: "token", ProductKind.VOUCHER: "voucher"}.get(kind, "other")
    return _texts(None, templates).formats[f"customer.{what}"](
        name=name, product=view.product, dest=view.dest, sn=view.sn or "-", agent=agent
    )


def refusal_text(
    refusal: Refusal, lang: str | None = None, *, asked: AgentRequest | None = None, templates: Templates | None = None
) -> str:
    """Why it was refused and what to do.

    An order's refusal stands behind its reference and destination and holds one failure word. A refused status check
    holds none, since the order it asked about may live; nor does a refusal that says nothing of an outcome.
    """
    texts = _texts(lang, templates)
    told_apart = f"refusal.{refusal.code}.{refusal.facts.get('why')}"
    reason = _filled(texts, told_apart if told_apart in texts.texts else f"refusal.{refusal.code}", refusal.facts)
    about = ""
    if asked is not None and (asked.intent in _ORDER_INTENTS or asked.intent is Intent.STATUS_CHECK):
        ref = f"R#{_short(asked.ref)} " if asked.ref else ""
        about = ref + (f"{_short(asked.product)}.{_short(asked.dest)} " if asked.product and asked.dest else "")
    if (asked is not None and asked.intent in _ABOUT_ORDERS) or refusal.code in _SAYS_NO_OUTCOME:
        return f"{about}{reason}"
    return f"{about}{texts.status_word}. {reason}"


def balance_text(
    balance_idr: int,
    lang: str | None = None,
    *,
    held_idr: int = 0,
    debt_idr: int = 0,
    due_day: int | None = None,
    templates: Templates | None = None,
) -> str:
    """An agent's free deposit, what is held and what he owes where there is anything; the debt on a line of its own."""
    formats = _texts(lang, templates).formats
    if held_idr:
        text = formats["balance.held"](balance=format_rupiah(balance_idr), held=format_rupiah(held_idr))
    else:
        text = formats["balance"](balance=format_rupiah(balance_idr))
    if not debt_idr:
        return text
    return f"{text}\n{formats['balance.debt'](owed=format_rupiah(debt_idr), due=_day(due_day))}"


def ticket_text(view: TicketView, lang: str | None = None, *, templates: Templates | None = None) -> str:
    """The exact sum to transfer, until when, and the accounts; or that a ticket is cancelled."""
    facts: dict[str, str | int] = {
        "ticket": view.ticket,
        "amount": format_rupiah(view.amount_idr),
        "until": f"{view.expires[8:10]}/{view.expires[5:7]} {view.expires[11:16]}",
        "remark": view.remark,
    }
    if view.state == TicketState.CANCELLED:
        return said_text("ticket.cancelled", facts, lang=lang, templates=templates)
    rows = [{"bank": a.bank, "number": a.number, "holder": a.holder} for a in view.accounts]
    return said_text("ticket", facts, rows, lang, templates=templates)


def _day(day: int | None) -> str:
    """A business day as ``24/11/2026``."""
    return "-" if day is None else f"{day % 100:02d}/{day // 100 % 100:02d}/{day // 10_000}"


def price_text(
    rows: Sequence[tuple[str, str, int, bool]], lang: str | None = None, *, templates: Templates | None = None
) -> str:
    """One line a product. ``rows``: (code, name, price_idr, on_sale)."""
    formats = _texts(lang, templates).formats
    if not rows:
        return formats["price.none"]()
    return "\n".join(
        formats["price"](
            code=code,
            name=name,
            price=format_rupiah(price_idr),
            state=formats["price.open" if on_sale else "price.closed"](),
        )
        for code, name, price_idr, on_sale in rows
    )


def transfer_text(
    kind: Literal["sent", "cancelled"],
    lang: str | None = None,
    *,
    transfer_id: int,
    agent: str,
    amount_idr: int,
    balance_idr: int,
    templates: Templates | None = None,
) -> str:
    """A transfer as told to the one who asked for it; ``agent`` is the other side."""
    key = {"sent": "transfer", "cancelled": "transfer.cancelled"}[kind]
    return _texts(lang, templates).formats[key](
        transfer=transfer_id, agent=agent, amount=format_rupiah(amount_idr), balance=format_rupiah(balance_idr)
    )


def history_text(views: Sequence[OrderView], lang: str | None = None, *, templates: Templates | None = None) -> str:
    """The last orders, a line each, newest first as given."""
    formats = _texts(lang, templates).formats
    if not views:
        return formats["history.none"]()
    return "\n".join(
        formats["history"](
            number=number,
            product=view.product,
            dest=view.dest,
            price=format_rupiah(view.price_idr),
            state=formats[f"history.{view.state}"](),
            sn=(view.sn or "-") if view.state is OrderState.SUCCESS else "",
            time=view.at[:16].replace("T", " "),
        )
        for number, view in enumerate(views[:HISTORY_ROWS_MAX], 1)
    )


def said_text(
    what: str,
    facts: Mapping[str, str | int] | None = None,
    rows: Sequence[Mapping[str, str | int]] | None = None,
    lang: str | None = None,
    *,
    templates: Templates | None = None,
) -> str:
    """The text of that key with its facts, then a line ``<what>.row`` for each row; no rows are ``<what>.none``.

    A fact named ``..._idr`` is worded as rupiah, ``..._s`` as a span of time, ``@key`` as the text of that key.
    """
    texts = _texts(lang, templates)
    if rows is not None and not rows:
        return _filled(texts, f"{what}.none", facts or {})
    lines = [_filled(texts, what, facts or {}), *(_filled(texts, f"{what}.row", row) for row in rows or ())]
    return "\n".join(line for line in lines if line)


def help_text(lang: str | None = None, *, templates: Templates | None = None) -> str:
    """The formats an agent may write."""
    return said_text("help", lang=lang, templates=templates)


def reason_text(view: OrderView, texts: Templates) -> str:
    """Why an order failed or was taken back."""
    fallback = "reason.reversed" if view.state is OrderState.REVERSED else "reason.other"
    return texts.texts.get(f"reason.{view.reason}") or texts.texts[fallback]


def _short(value: str | None) -> str:
    return " ".join((value or "").split())[:FACT_CHARS_MAX]


def span_text(seconds: int, lang: str | None = None, *, templates: Templates | None = None) -> str:
    """A span of time in words, of its two largest parts: ``1 hari 3 jam``."""
    formats = _texts(lang, templates).formats
    left, parts = abs(seconds), []
    for name, size in _SPANS:
        count, left = divmod(left, size)
        if count:
            parts.append(formats[f"span.{name}"](count=count))
    return " ".join(parts[:2]) or formats["span.second"](count=0)


_SPANS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def _shown(texts: Templates, name: str, value: str | int) -> str:
    if isinstance(value, int) and name.endswith("_idr"):
        return format_rupiah(value)
    if isinstance(value, int) and name.endswith("_s"):
        return span_text(value, templates=texts)
    if isinstance(value, str) and value.startswith("@") and value[1:] in texts.texts:
        return texts.texts[value[1:]]
    most = LONG_FACT_CHARS_MAX if name == "text" else FACT_CHARS_MAX
    return " ".join(str(value).split())[:most].replace("[", "(").replace("]", ")")


def _filled(texts: Templates, key: str, facts: Mapping[str, str | int]) -> str:
    """The text with its facts; an optional part without its fact is left out, a bare missing fact is a dash."""
    told = {name: _shown(texts, name, value) for name, value in facts.items()}
    kept: list[str] = []
    for index, part in enumerate(texts.texts[key].replace("]", "[").split("[")):
        names = _names(part)
        if index % 2 == 0 or names <= told.keys():
            kept.append(part.format(**{name: told.get(name, "-") for name in names}))
    return "".join(kept).rstrip()


@lru_cache(maxsize=512)
def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _validate(key: str, text: str, defaults: Mapping[str, str]) -> None:
    if key not in defaults:
        message = f"text {key}: no such text"
        raise TemplateError(message)
    if len(text) > TEMPLATE_CHARS_MAX:
        message = f"text {key}: longer than {TEMPLATE_CHARS_MAX} characters"
        raise TemplateError(message)
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        message = f"text {key}: {error}"
        raise TemplateError(message) from error
    allowed = _names(defaults[key].replace("[", "").replace("]", ""))
    for _, name, spec, conversion in parsed:
        if name is not None and (name not in allowed or spec or conversion):
            known = ", ".join(sorted(allowed)) or "none"
            message = f"text {key}: {{{name}}} is not a plain placeholder of it; known: {known}"
            raise TemplateError(message)
