"""Runs cases of the association's rules through the code that serves members (reference/association.md 13).

A case is ``{id, op, input, expect}``; ``input.policy`` overrides the file's policy by key. Every key in ``expect`` must
be there with that value; an op that nobody knows, and a case that raises, are failures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec

from juru.association.domain import clocks, dues, matching, membership
from juru.association.domain import split as sharing
from juru.association.domain.facts import MemberFact
from juru.association.domain.policy import Policies
from juru.association.domain.policy import Policy as Numbers

Case = Mapping[str, Any]
Policy = Mapping[str, Any]


def run_case(case: Case, policy: Policy) -> list[str]:
    """What was expected and what was got, a line each; empty = passed."""
    name = case.get("op")
    op = _OPS.get(name) if isinstance(name, str) else None
    if op is None:
        return [f"unknown op {name!r}"]
    try:
        given = case["input"]
        got = op(given, {**policy, **given.get("policy", {})})
    except Exception as error:  # noqa: BLE001 - a case that raises has failed, whatever it raised
        return [f"raised {type(error).__name__}: {error}"]
    expect = case.get("expect")
    if not isinstance(expect, dict) or not expect:
        return ["expect: nothing is expected"]
    return [
        f"{key}: expected {value!r}, got {got.get(key, 'nothing')!r}"
        for key, value in expect.items()
        if key not in got or got[key] != value or type(got[key]) is not type(value)
    ]


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    return msgspec.to_builtins(value)


P = TypeVar("P", bound=msgspec.Struct)


def _policy(kind: type[P], policy: Policy) -> P:
    """The keys of a policy that this rule knows."""
    return msgspec.convert({key: policy[key] for key in kind.__struct_fields__ if key in policy}, kind)


def _days(texts: list[str]) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def _state(given: Case, policy: Policy) -> dict[str, Any]:
    facts = msgspec.convert(given["facts"], list[MemberFact])
    as_of = date.fromisoformat(given["as_of"])
    found: dict[str, Any] = _plain(membership.standing(Policies(_policy(Numbers, policy)), facts, as_of))
    return found


def _first_invoice(given: Case, policy: Policy) -> dict[str, Any]:
    draft = dues.first_invoice(_policy(dues.DuesPolicy, policy), date.fromisoformat(given["verified_on"]))
    lines = [
        {"kind": line.kind.value, "amount_idr": line.amount_idr} | (_plain(line.period) if line.period else {})
        for line in draft.lines
    ]
    return {
        "days": draft.days,
        "lines": lines,
        "total_idr": draft.total_idr,
        "paid_until_after": draft.paid_until.isoformat(),
    }


def _prorata(given: Case, _policy: Policy) -> dict[str, Any]:
    parts = [dues.prorated(given["annual_idr"], *_days(part)) for part in given["parts"]]
    return {"amounts_idr": parts, "sum_idr": sum(parts)}


def _renew(given: Case, policy: Policy) -> dict[str, Any]:
    paid_until, paid_on = _days([given["paid_until"], given["paid_on"]])
    found: dict[str, Any] = _plain(
        dues.renewal(_policy(dues.DuesPolicy, policy), paid_until=paid_until, paid_on=paid_on)
    )
    return found


def _anniversary(given: Case, _policy: Policy) -> dict[str, Any]:
    period = dues.anniversary_period(date.fromisoformat(given["anchor"]), given["nth"])
    found: dict[str, Any] = _plain(period)
    return found | {"last_day": period.last_day.isoformat(), "days": period.days}


def _reminders(given: Case, policy: Policy) -> dict[str, Any]:
    until = date.fromisoformat(given["paid_until"])
    found: dict[str, Any] = _plain(dues.reminders(_policy(dues.DuesPolicy, policy), until))
    return found


def _match(given: Case, _policy: Policy) -> dict[str, Any]:
    invoices = msgspec.convert(given["invoices"], list[matching.Invoice])
    payments = msgspec.convert(given["payments"], list[matching.Payment])
    found: dict[str, Any] = _plain(matching.match(invoices, payments))
    return found


def _split(given: Case, _policy: Policy) -> dict[str, Any]:
    shares = msgspec.convert(given["shares"], list[sharing.Share])
    return {"parts": _plain(list(sharing.split(given["amount_idr"], shares)))}


def _branch_move(given: Case, _policy: Policy) -> dict[str, Any]:
    period = msgspec.convert(given["period"], dues.Period)
    earned, handed = sharing.branch_move(given["branch_share_idr"], period, given["branches"], _days(given["moves_on"]))
    return {"earned_idr": _plain(list(earned)), "transfers": _plain(list(handed))}


def _working_days(given: Case, _policy: Policy) -> dict[str, Any]:
    since = date.fromisoformat(given["from"])
    found: dict[str, Any] = _plain(clocks.working_days(since, given["days"], set(_days(given["holidays"]))))
    return found


def _silence(given: Case, _policy: Policy) -> dict[str, Any]:
    complete_on, as_of = _days([given["complete_on"], given["as_of"]])
    found: dict[str, Any] = _plain(
        clocks.silence(
            complete_on,
            as_of,
            set(_days(given["holidays"])),
            branch_working_days=given["branch_working_days"],
            national_days=given["national_days"],
        )
    )
    return found


_OPS: dict[str, Callable[[Case, Policy], dict[str, Any]]] = {
    "state": _state,
    "first_invoice": _first_invoice,
    "prorata": _prorata,
    "renew": _renew,
    "anniversary_period": _anniversary,
    "reminders": _reminders,
    "match": _match,
    "split": _split,
    "branch_move": _branch_move,
    "working_days": _working_days,
    "silence": _silence,
}
