"""Runs one case of reference/dialects.md section 1 through the code that serves orders.

Strict: an unknown kind, dialect, verb or expected key, and a case that raises, are failures. ``expects.request`` is
compared whole; every other object by the keys present; ``null`` = must be absent; types count (25500 is not "25500").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from juru.server.dialects import SUPPLIER_DIALECTS, digiflazz_buyer, digiflazz_seller, fm, iak, irsmarket, otomax
from juru.server.dialects.conformance_cell import creates_order
from juru.server.dialects.contract import (
    Account,
    Credentials,
    FindAgent,
    Inbound,
    OpenProducts,
    SupplierDialect,
    SupplierTicket,
    stored_form,
)
from juru.server.dialects.get_rows import DIGIFLAZZ_GET, GET_ROWS, IRS, PAYUNI, SERPUL, SIPAS, ST24, GetRow
from juru.server.dialects.get_selling import GetSelling
from juru.server.dialects.grammar import read_order_text
from juru.server.dialects.grammar_profile import DEFAULT, load_grammar, profile_with_keywords
from juru.server.dialects.profiles import ReplyProfile, load_profile
from juru.server.dialects.texts import read_reply_text
from juru.server.domain.outcome import NOT_FOUND_AFTER_S, Answer, Buy, Step, believed
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

Case = Mapping[str, Any]
Failures = list[str]


class CaseError(ValueError):
    """A case that asks for something that does not exist."""


_SIGNS: dict[str, Callable[[Case], str]] = {
    "otomax.trx": lambda i: otomax.sign_trx(**i),
    "otomax.balance": lambda i: otomax.sign_balance(**i),
    "otomax.ticket": lambda i: otomax.sign_ticket(**i),
    "digiflazz.balance": lambda i: _sent_sign(digiflazz_buyer.DIGIFLAZZ_BUYER.balance(i)),
    "digiflazz.price_list": lambda i: _sent_sign(digiflazz_buyer.DIGIFLAZZ_BUYER.price_list(i)),
    "digiflazz.deposit": lambda i: _sent_sign(digiflazz_buyer.DIGIFLAZZ_BUYER.ticket(i, 1, bank="", owner="")),
    "digiflazz.transaction": lambda i: _sent_sign(digiflazz_buyer.DIGIFLAZZ_BUYER.buy(i, Buy("", "", i["ref"]))),
    "digiflazz.inquiry_pln": lambda i: _sent_sign(
        digiflazz_buyer.DIGIFLAZZ_BUYER.buy(i, Buy("", i["customer_no"], "", step=Step.INQUIRY))
    ),
    "digiflazz.webhook": lambda i: digiflazz_buyer.sign_webhook(i["secret"], i["raw_body"].encode()),
    "digiflazz_seller.checkstatus": lambda i: _sent_sign(
        digiflazz_seller.DIGIFLAZZ_SELLER.inquire(i, Buy("", "", "", step=Step.PAY))
    ),
    "iak.topup": lambda i: _sent_sign(iak.IAK.buy(i, Buy("", "", i["ref"]))),
    "iak.check_status": lambda i: _sent_sign(iak.IAK.inquire(i, Buy("", "", i["ref"]))),
    "iak.inquiry": lambda i: _sent_sign(iak.IAK.buy(i, Buy("", "", i["ref"], step=Step.INQUIRY))),
    "iak.pay": lambda i: _sent_sign(iak.IAK.buy(i, Buy("", "", "", step=Step.PAY, tr_id=i["tr_id"]))),
    "iak.balance": lambda i: _sent_sign(iak.IAK.balance(i)),
    "iak.price_list": lambda i: _sent_sign(iak.IAK.price_list(i)),
    "irsmarket.transaction": lambda i: irsmarket.sign(**i),
}
_READERS: dict[str, Callable[[WireRequest, FindAgent, OpenProducts], Inbound]] = {
    "otomax": otomax.read_request,
    "digiflazz_buyer": digiflazz_buyer.read_request,
    "digiflazz_seller": digiflazz_seller.read_request,
    "fm": fm.read_request,
    "iak": iak.read_request,
    **{row.name: GetSelling(row).read_request for row in GET_ROWS if row.serves},
}
_FAMILIES: dict[str, tuple[GetRow, ...]] = {"irs_st24": (IRS, ST24), "payuni_serpul_sipas": (PAYUNI, SERPUL, SIPAS)}
"""Names that cases give to several rows at once."""
_ORDER_WRITERS: dict[str, Callable[[OrderView, str], WireReply]] = {
    "digiflazz_buyer": digiflazz_buyer.write_order,
    "digiflazz_seller": digiflazz_seller.write_order,
    "iak": iak.write_order,
}
_REFUSAL_WRITERS: dict[str, Callable[[Refusal, str, AgentRequest | None], WireReply]] = {
    "digiflazz_buyer": digiflazz_buyer.write_refusal,
    "digiflazz_seller": digiflazz_seller.write_refusal,
    "iak": iak.write_refusal,
}
_STATES = {
    "pending": OrderState.ACCEPTED,
    "success": OrderState.SUCCESS,
    "failed": OrderState.FAILED,
    "reversed": OrderState.REVERSED,
}
_REASONS = {"bad_sign": Code.BAD_SIGNATURE}
_BILL_STEPS = {"bill_inquiry": Step.INQUIRY, "bill_pay": Step.PAY}
_REPLY_STEPS = {None: Step.ORDER, "order": Step.ORDER, "payment": Step.PAY, "pay": Step.PAY, "inquiry": Step.INQUIRY}
"""What a case's ``step`` says was asked; a prepaid dialect reads an inquiry as the question about an order."""


def run_case(case: Case) -> Failures:
    """What was expected and what was got, a line each; empty = passed."""
    try:
        runner = _KINDS.get(case["kind"])
        if runner is None:
            return [f"unknown kind {case['kind']!r}"]
        expects = case["expects"]
        if not isinstance(expects, dict) or not expects:
            return ["expects: nothing is expected"]
        return runner(case, expects)
    except Exception as error:  # noqa: BLE001 - a case that raises has failed, whatever it raised
        return [f"raised {type(error).__name__}: {error}"]


def _sign(case: Case, expects: Case) -> Failures:
    algorithm = _SIGNS.get(case["algorithm"])
    if algorithm is None:
        raise CaseError(f"unknown algorithm {case['algorithm']!r}")
    digest = algorithm(case["inputs"])
    failures = _compare({"digest": digest}, expects)
    if digest == case.get("must_not_equal"):
        failures.append(f"digest: must not equal {digest}")
    return failures


def _request(case: Case, expects: Case) -> Failures:
    if case.get("side") == "inbound":
        return _inbound(case, expects)
    _only_keys(expects, {"request"})
    given = case["given"]
    account = given["account"] | {key: given[key] for key in ("auth", "method") if key in given}
    if "id" in account:
        account["member_id"] = account.pop("id")
    return _compare_request(_outbound(_dialect(case), account, given), expects["request"])


def _outbound(dialect: SupplierDialect, account: Case, given: Case) -> WireRequest:
    verb = given.get("verb", "order")
    if verb == "balance":
        made = dialect.balance(account)
    elif verb == "price_list":
        made = dialect.price_list(account)
    elif verb == "ticket" and isinstance(dialect, otomax.Otomax):
        made = dialect.ticket(account, given["amount_idr"])
    elif verb == "order":
        made = dialect.buy(account, _buy(given["order"]))
    elif verb == "inquiry":
        made = dialect.inquire(account, _buy(given["order"]))
    elif verb in _BILL_STEPS and dialect.bill_inquiry is not None:
        made = dialect.buy(account, msgspec.structs.replace(_buy(given["order"]), step=_BILL_STEPS[verb]))
    elif verb == "bill_status" and dialect.bill_inquiry is not None:
        made = dialect.inquire(account, msgspec.structs.replace(_buy(given["order"]), step=Step.PAY))
    else:
        made = None
    if made is None:
        raise CaseError(f"{dialect.name} has no verb {verb!r}")
    return made


def _inbound(case: Case, expects: Case) -> Failures:
    reader = _READERS.get(_name(case))
    if reader is None:
        raise CaseError(f"unknown dialect {case['dialect']!r}")
    agents = {
        agent.upper(): Credentials(agent, **secrets) for agent, secrets in case["accounts"].get("agents", {}).items()
    }
    kinds = {code.upper(): kind for code, kind in case.get("products", {}).items()}
    request = _wire(case["request"])
    if case["dialect"] == "fm":
        # Its mount is the address of one agent: the path alone says who asks.
        request = msgspec.structs.replace(request, path="/" + "".join(agents))
    read = reader(request, lambda agent: agents.get(agent.upper()), lambda code: kinds.get(code) == "open")
    got: dict[str, Any] = {
        "auth": read.auth,
        "outcome": "refused" if read.refusal else None,
        "code": str(read.refusal.code) if read.refusal else None,
        "command": _plain(read.request) if read.request else None,
    }
    if "creates_order" in expects and read.request is not None:
        got["creates_order"] = creates_order(read.request, case.get("existing", {}))
    return _compare(got, expects)


def _reply_out(case: Case, expects: Case) -> Failures:
    """Our answer about an order as it stands, or about one that was refused."""
    given = dict(case["given"])
    state, reason = given.pop("state"), given.pop("reason", None)
    if state == "refused":
        refusal = Refusal(_REASONS.get(reason) or Code(reason))
        written = _REFUSAL_WRITERS[case["dialect"]](refusal, "", AgentRequest(Intent.ORDER, **given))
    else:
        view = OrderView(agent="", at="", state=_STATES[state], reason=reason, **given)
        written = _ORDER_WRITERS[case["dialect"]](view, "")
    return _compare({"json": msgspec.json.decode(written.body), "status": written.status}, expects)


def _reply(case: Case, expects: Case) -> Failures:
    response = case["response"]
    body = response.get("raw_body", response.get("body", ""))
    raw = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    order = case.get("order") or case.get("given", {}).get("order")
    reply = WireReply(response["status"], raw, tuple(response.get("headers", {}).items()))
    if case.get("step") == "deposit":
        ticket = _ticket_reader(_dialect(case))(reply)
        return _compare({"ticket": _plain(ticket) if ticket else None}, expects)
    if case.get("step") not in _REPLY_STEPS:
        raise CaseError(f"step {case['step']!r} is not read here")
    step = _REPLY_STEPS[case.get("step")]
    answer = _dialect(case).read_reply(reply, _buy(order) if order else None, _profile(case), step)
    context = case.get("context", {})
    _only_keys(context, {"seconds_since_send"})
    if context:
        # What the engine makes of an answer to an inquiry, by its own rule.
        since_s = context["seconds_since_send"]
        answer = believed(answer, again=True, since_send_s=since_s, not_found_after_s=NOT_FOUND_AFTER_S)
    return _compare_answer(answer, {}, expects)


def _ticket_reader(dialect: SupplierDialect) -> Callable[[WireReply], SupplierTicket | None]:
    if not isinstance(dialect, digiflazz_buyer.DigiflazzBuyer):
        raise CaseError(f"{dialect.name} has no deposit tickets that can be read")
    return dialect.read_ticket


def _callback(case: Case, expects: Case) -> Failures:
    dialect = _dialect(case)
    account: Account = case.get("account", {}) | case.get("config", {})
    read = dialect.read_callback(_wire(case["request"]), dialect.callback_secret(account))
    answer = read.answer
    if answer is not None and case.get("order"):
        answer = dialect.check(answer, _buy(case["order"]))
    extra = {"auth": read.auth, "event": read.event, "postpaid": read.postpaid}
    return _compare_answer(answer, extra, expects)


def _policy(case: Case, expects: Case) -> Failures:
    given = case["given"]
    if given["verb"] != "inquiry":
        raise CaseError(f"no policy for verb {given['verb']!r}")
    allowed = _dialect(case).inquiry_allowed(
        seconds_since_first_send=given["seconds_since_first_send"],
        seconds_since_last_inquiry=given.get("seconds_since_last_inquiry"),
    )
    return _compare({"inquiry_allowed": allowed}, expects)


def _reply_text(case: Case, expects: Case) -> Failures:
    order = case.get("order", {})
    answer = read_reply_text(case["text"], dest=order.get("dest"), ref=order.get("ref"), profile=_profile(case))
    return _compare_answer(answer, {}, expects)


def _order_text(case: Case, expects: Case) -> Failures:
    context = case.get("context", {})
    _only_keys(context, {"current_pin", "keywords"})
    profile = load_grammar(case["profile"]) if "profile" in case else DEFAULT
    profile = profile_with_keywords(profile, context.get("keywords", {}))
    return _compare(_plain(read_order_text(case["text"], profile, current_pin=context.get("current_pin"))), expects)


_KINDS: dict[str, Callable[[Case, Case], Failures]] = {
    "sign": _sign,
    "request": _request,
    "reply": _reply,
    "callback": _callback,
    "policy": _policy,
    "reply_out": _reply_out,
    "reply_text": _reply_text,
    "order_text": _order_text,
}


def _dialect(case: Case) -> SupplierDialect:
    dialect = SUPPLIER_DIALECTS.get(_name(case))
    if dialect is None:
        raise CaseError(f"unknown dialect {case['dialect']!r}")
    return dialect


def _name(case: Case) -> str:
    """The dialect; of a family the row that its profile names, or whose path or report this request is."""
    rows = _FAMILIES.get(case["dialect"])
    if rows is None:
        return str(case["dialect"])
    profile = case.get("given", {}).get("profile")
    if profile is not None:
        known = {"digiflazz": DIGIFLAZZ_GET} | {row.name: row for row in rows}
        return known[profile].name
    if "request" not in case:
        return rows[0].name
    request = _wire(case["request"])
    fields = request.fields()
    for row in rows:
        reported = {row.report.ref.lower(), row.report.message.lower()} <= fields.keys()
        if reported if case["kind"] == "callback" else row.path == request.path:
            return row.name
    return rows[0].name


def _profile(case: Case) -> ReplyProfile | None:
    return load_profile(case["profile"]) if case.get("profile") else None


def _buy(order: Case) -> Buy:
    """A case may leave out what its verb does not send."""
    whole = {"product": "", "dest": "", "ref": "", **order}
    return msgspec.convert({**whole, "dest": stored_form(whole["dest"])}, Buy)


def _sent_sign(request: WireRequest) -> str:
    """The proof as it goes out."""
    return str(msgspec.json.decode(request.body)["sign"])


def _wire(request: Case) -> WireRequest:
    """A case's request: query, and its body as json, form or raw."""
    query = list(request.get("query", {}).items())
    if "raw_query" in request:
        query = parse_qsl(request["raw_query"], keep_blank_values=True)
    headers = dict(request.get("headers", {}))
    body: bytes = b""
    if "json" in request:
        body = msgspec.json.encode(request["json"])
    elif "form" in request:
        body = urlencode(request["form"]).encode()
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    elif "raw_body" in request or "body" in request:
        sent = request.get("raw_body", request.get("body"))
        body = sent.encode() if isinstance(sent, str) else msgspec.json.encode(sent)
    return WireRequest(request["method"], request.get("path", "/"), tuple(query), tuple(headers.items()), body)


def _plain(value: AgentRequest | Answer | SupplierTicket) -> dict[str, Any]:
    """Every field, as JSON would hold it."""
    names = type(value).__struct_fields__
    return {name: msgspec.to_builtins(getattr(value, name)) for name in names}


def _compare_answer(answer: Answer | None, extra: dict[str, Any], expects: Case) -> Failures:
    got = (_plain(answer) if answer else dict.fromkeys(Answer.__struct_fields__)) | extra
    wanted = dict(expects)
    accepted = wanted.pop("outcome_any", None)
    failures = _compare(got, wanted)
    if accepted is not None and got["outcome"] not in accepted:
        failures.append(f"outcome: expected one of {accepted}, got {got['outcome']!r}")
    return failures


def _compare_request(made: WireRequest, wanted: Case) -> Failures:
    _only_keys(wanted, {"method", "path", "query", "json", "form", "headers"})
    head = {key: wanted[key] for key in ("method", "path") if key in wanted}
    failures = _compare({"method": made.method, "path": made.path}, head)
    query = dict(made.query)
    if len(query) != len(made.query):
        failures.append("request.query: a name occurs twice")
    body = made.body.decode()
    read = {
        "query": query,
        "json": msgspec.json.decode(body) if body and "form" not in wanted else {},
        "form": dict(parse_qsl(body, keep_blank_values=True)) if "form" in wanted else {},
    }
    for part, got in read.items():
        if not _same(got, wanted.get(part, {})):
            failures.append(f"request.{part}: expected {wanted.get(part, {})!r}, got {got!r}")
    sent = {name.lower(): value for name, value in made.headers}
    for name, value in wanted.get("headers", {}).items():
        if sent.get(name.lower()) != value:
            failures.append(f"request.headers.{name}: expected {value!r}, got {sent.get(name.lower())!r}")
    return failures


def _compare(got: object, wanted: object, where: str = "") -> Failures:
    """By the keys present, recursively; a list must be as long as the expected one."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        failures: Failures = []
        for key, value in wanted.items():
            place = f"{where}.{key}" if where else key
            if key not in got:
                failures.append(f"{place}: unknown key in expects")
            else:
                failures += _compare(got[key], value, place)
        return failures
    if isinstance(wanted, list) and isinstance(got, list | tuple) and len(wanted) == len(got):
        pairs = enumerate(zip(got, wanted, strict=True))
        return [failure for index, (one, other) in pairs for failure in _compare(one, other, f"{where}[{index}]")]
    if _same(got, wanted) or (wanted is None and got is False):
        return []
    return [f"{where}: expected {wanted!r}, got {got!r}"]


def _same(got: object, wanted: object) -> bool:
    """Equal in value and type, all the way down."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        return got.keys() == wanted.keys() and all(_same(got[key], wanted[key]) for key in got)
    if isinstance(got, list) and isinstance(wanted, list):
        return len(got) == len(wanted) and all(_same(one, other) for one, other in zip(got, wanted, strict=True))
    return type(got) is type(wanted) and got == wanted


def _only_keys(given: Case, known: set[str]) -> None:
    strange = given.keys() - known
    if strange:
        raise CaseError(f"unknown keys: {', '.join(sorted(strange))}")
