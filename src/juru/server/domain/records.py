"""Saving a new version of anything configured: shape, cross-checks, and its place in the cell."""

from __future__ import annotations

from typing import Any

import msgspec

from juru.server.domain.addresses import address_problem
from juru.server.domain.agent import Agent, AgentStatus, PinGuard, PriceNotices
from juru.server.domain.bank_account import BankAccount, digits_of
from juru.server.domain.catalog import Offer, Operator, PortedNumber, PrefixTable, Product, Supplier
from juru.server.domain.cell import Cell, Record, RefusedRow, Settings
from juru.server.domain.commands import ChangePin, NotePin, NoteRefusal, Pause, SaveRecord
from juru.server.domain.logins import Login, login_problem
from juru.server.domain.lost import LostOrder, Restore
from juru.server.domain.price_notices import watch_prices
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from juru.values.msisdn import parse_msisdn

SETTINGS_KEY = "CELL"
PREFIXES_KEY = "TABLE"
REF_DIGITS = 14
"""Our reference at a supplier: up to three digits of incarnation and eleven of the attempt."""

KINDS: dict[str, type[msgspec.Struct]] = {
    "setting": Settings,
    "agent": Agent,
    "pin_guard": PinGuard,
    "operator": Operator,
    "prefixes": PrefixTable,
    "ported": PortedNumber,
    "product": Product,
    "supplier": Supplier,
    "offer": Offer,
    "bank_account": BankAccount,
    "login": Login,
    "restore": Restore,
    "lost": LostOrder,
}
RULED_KINDS = frozenset({"restore"})
"""Kinds that only a command of their own writes."""


def save_record(cell: Cell, command: SaveRecord) -> Result:
    """Check a document and make it the present version; a bad one changes nothing and says what is wrong."""
    kind = KINDS.get(command.kind)
    if kind is None or command.kind in RULED_KINDS:
        return _bad(f"unknown kind {command.kind}; one of {', '.join(k for k in KINDS if k not in RULED_KINDS)}")
    try:
        document = msgspec.json.decode(command.body)
        if not isinstance(document, dict):
            return _bad("a record is a JSON object")
        _number(cell, command.kind, command.key, document)
        record = msgspec.convert(document, kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        return _bad(str(error))
    problem = _problem(cell, command.key, record)
    if problem is not None:
        return _bad(problem)
    write(cell, command.kind, command.key, record, command.by, command.reason)
    return Done()


def _bad(detail: str) -> Refusal:
    return Refusal(Code.MALFORMED, {"detail": detail})


def _number(cell: Cell, kind: str, key: str, document: dict[str, Any]) -> None:
    """Give a new agent, supplier or bank account its number, a known one keeps it; forget who had blocked an agent."""
    if kind == "agent":
        known = cell.agents.get(key)
        document["id"] = known.id if known is not None else cell.agent_id_max + 1
        if known is not None and document.get("status", AgentStatus.ACTIVE) != known.status:
            # Blocked or let go by the owner: no upline may undo that.
            document.pop("blocked_by", None)
    elif kind == "supplier":
        seller = cell.suppliers.get(key)
        taken = max((s.id for s in cell.suppliers.values()), default=0)
        document["id"] = seller.id if seller is not None else taken + 1
    elif kind == "bank_account":
        account = cell.bank_accounts.get(key)
        taken = max((a.id for a in cell.bank_accounts.values()), default=0)
        document["id"] = account.id if account is not None else taken + 1


def _problem(cell: Cell, key: str, record: msgspec.Struct) -> str | None:
    """What stands against this record, given everything else."""
    match record:
        case Agent():
            return _agent_problem(cell, key, record)
        case Product() | Supplier() | Operator():
            return _coded_problem(cell, key, record)
        case BankAccount():
            return _bank_problem(cell, key, record)
        case Offer():
            return _offer_problem(cell, key, record)
        case Settings():
            return _settings_problem(cell, key, record)
        case Login():
            return login_problem(cell.logins, key, record)
        case LostOrder():
            return _lost_problem(cell, key, record)
        case PrefixTable() if key != PREFIXES_KEY:
            return f"the prefix table's key is {PREFIXES_KEY}"
        case PinGuard(agent=agent) if agent != key or agent not in cell.agents:
            return f"a PIN guard's key is its agent's code; {key} is not"
        case PortedNumber():
            if parse_msisdn(record.dest) is None:
                return f"{record.dest} is no mobile number"
            if record.operator not in cell.operators:
                return f"unknown operator {record.operator}; add it first"
        case _:
            pass
    return None


def _coded_problem(cell: Cell, key: str, record: Product | Supplier | Operator) -> str | None:
    if record.code != key:
        return f"code {record.code} differs from the key {key}"
    if isinstance(record, Product) and record.operator and record.operator not in cell.operators:
        return f"unknown operator {record.operator}; add it first"
    if isinstance(record, Supplier) and len(record.ref_prefix) + REF_DIGITS > record.ref_length_max:
        return f"references of {record.ref_length_max} characters are too short to be unique for ever"
    return None


def _bank_problem(cell: Cell, key: str, account: BankAccount) -> str | None:
    if account.code != key:
        return f"code {account.code} differs from the key {key}"
    same = (a for a in cell.bank_accounts.values() if a.code != key and account.number and a.bank == account.bank)
    other = next((a for a in same if digits_of(a.number) == digits_of(account.number)), None)
    return None if other is None else f"number {account.number} is that of {other.code} already"


def _offer_problem(cell: Cell, key: str, offer: Offer) -> str | None:
    if offer.key != key:
        return f"key {offer.key} differs from {key}"
    if offer.product not in cell.products:
        return f"unknown product {offer.product}; add it first"
    if offer.supplier not in cell.suppliers:
        return f"unknown supplier {offer.supplier}; add it first"
    return None


def _lost_problem(cell: Cell, key: str, lost: LostOrder) -> str | None:
    if lost.key != key:
        return f"key {lost.key} differs from {key}"
    if lost.agent is not None and lost.agent not in cell.agents:
        return f"unknown agent {lost.agent}"
    if lost.ref is not None and lost.agent is None:
        return "a reference is one agent's: name the agent too"
    if lost.ref is None and not lost.dest:
        return "name the agent's reference or the destination"
    known = cell.lost.by_key.get(key)
    if known is not None and known.order_id is not None:
        return f"it was matched with order {known.order_id} already"
    return None


def _settings_problem(cell: Cell, key: str, settings: Settings) -> str | None:
    if key != SETTINGS_KEY:
        return f"the settings' key is {SETTINGS_KEY}"
    if settings.zone is not cell.settings.zone and cell.agents:
        return "the zone of a cell is fixed at init"
    if settings.ticket_idr_min > settings.ticket_idr_max:
        return "ticket_idr_min is above ticket_idr_max"
    if cell.settings.demo and not settings.demo:
        return "a demo stays one: its secrets are known to everybody; make a cell of your own with 'juru init'"
    if settings.incarnation < cell.settings.incarnation:
        return "the incarnation only rises: suppliers have seen references of this one"
    return None


def _agent_problem(cell: Cell, key: str, agent: Agent) -> str | None:
    if agent.code != key:
        return f"code {agent.code} differs from the key {key}"
    if (wrong := address_problem(cell, agent) or _notices_problem(agent)) is not None:
        return wrong
    word = agent.autoreg_word
    if word and any(a.autoreg_word == word and a.code != key for a in cell.agents.values()):
        return f"{word} is a word of another agent already - at `$.autoreg_word`"
    above = agent.upline
    seen = {agent.code}
    while above is not None:
        if above in seen:
            return f"upline {above} would make a loop"
        seen.add(above)
        upper = cell.agents.get(above)
        if upper is None:
            return f"unknown upline {above}; add it first"
        above = upper.upline
    return None


def _notices_problem(agent: Agent) -> str | None:
    """Where price notices could not be told."""
    match agent.price_notices:
        case PriceNotices.WEBHOOK if not agent.webhook_url or "api_key" not in agent.secrets:
            return "needs a webhook_url and an API key (h2h) - at `$.price_notices`"
        case PriceNotices.CHAT if not any(sender.startswith("chat:") for sender in agent.senders):
            return "needs a chat address among his senders - at `$.price_notices`"
        case _:
            return None


def write(cell: Cell, kind: str, key: str, record: msgspec.Struct, by: str, reason: str) -> None:
    """Note the new version and put it into the cell."""
    body = msgspec.json.encode(record)
    number = cell.next.record
    cell.changes.records.append(Record(number, kind, key, body, by, reason, cell.now_ms))
    cell.next.record += 1
    put(cell, kind, key, record)
    if isinstance(record, Agent):
        watch_prices(cell, record, number)
    if kind == "product":
        cell.rebuild_index()
    elif kind == "agent":
        cell.quotes.clear()


def _put_addresses(cell: Cell, agent: Agent) -> None:
    """Whose each address is, as this version of the agent says."""
    known = cell.agents.get(agent.code)
    for sender in known.senders if known is not None else ():
        if cell.senders.get(sender) == agent.code:
            del cell.senders[sender]
    cell.senders.update(dict.fromkeys(agent.senders, agent.code))


def put(cell: Cell, kind: str, key: str, record: msgspec.Struct) -> None:
    """Place a checked record in the working state; used for new versions and when the store loads the cell."""
    match record:
        case Settings():
            cell.settings = record
        case Agent():
            _put_addresses(cell, record)
            cell.agents[key] = record
            cell.agent_codes[record.id] = key
            cell.agent_id_max = max(cell.agent_id_max, record.id)
        case PinGuard():
            cell.pin_guards[key] = record
        case Restore():
            cell.restore = record
        case LostOrder():
            cell.lost.put(record)
        case Operator():
            cell.operators[key] = record
        case PrefixTable():
            cell.prefixes = record
        case PortedNumber():
            cell.remember_ported(record)
        case Product():
            cell.products[key] = record
            cell.stock.pop(key, None)
            cell.stock_since_ms[key] = cell.now_ms
        case Supplier():
            cell.suppliers[key] = record
        case BankAccount():
            cell.bank_accounts[key] = record
        case Login():
            cell.logins[key] = record
        case Offer():
            before = cell.offer_products.get(key)
            if before is not None:
                cell.offers[before] = [o for o in cell.offers[before] if o.key != key]
            cell.offer_products[key] = record.product
            cell.offers[record.product] = sorted([*cell.offers.get(record.product, ()), record], key=lambda o: o.key)
        case _:
            raise AssertionError(kind)


def change_pin(cell: Cell, command: ChangePin) -> Result:
    """Replace an agent's sealed PIN; the channel has checked the old one."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    secrets = {k: v for k, v in agent.secrets.items() if not k.startswith("pin")} | command.sealed
    write(cell, "agent", agent.code, msgspec.structs.replace(agent, secrets=secrets), agent.code, "change_pin")
    return Done()


def note_pin(cell: Cell, command: NotePin) -> Result:
    """Count wrong tries durably; too many lock the agent until a person unlocks him."""
    guard = cell.pin_guards.get(command.agent, PinGuard(command.agent))
    if command.right:
        if guard.tries == 0 or guard.locked_ms is not None:
            return Done()
        guard = PinGuard(command.agent)
    elif guard.locked_ms is not None:
        return Refusal(Code.PIN_LOCKED)
    else:
        tries = guard.tries + 1
        locked = cell.now_ms if tries >= cell.settings.pin_tries_max else None
        guard = PinGuard(command.agent, tries, locked)
    write(cell, "pin_guard", command.agent, guard, "rule", "pin_try")
    return Done()


def note_refusal(cell: Cell, command: NoteRefusal) -> Result:
    """Keep a refusal for people to see."""
    row = RefusedRow(cell.next.refusal, command.agent, command.channel, command.code, command.detail[:200], cell.now_ms)
    cell.next.refusal += 1
    cell.changes.refusals.append(row)
    return Done()


def pause(cell: Cell, command: Pause) -> Result:
    """Stop or resume selling."""
    settings = msgspec.structs.replace(cell.settings, paused=command.paused)
    write(cell, "setting", SETTINGS_KEY, settings, command.by, command.reason)
    return Done()
