"""``juru agent``, ``product``, ``offer``, ``supplier`` and ``operator``: one set of commands over their tables."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import fields as fields_of
from dataclasses import make_dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who, typed_secret
from juru.cli.output import OK, REFUSED, accepted, explain, progress, say, say_error, say_json, say_table
from juru.cli.price_history import history
from juru.server.desk.cells import FLAG
from juru.server.desk.files import Row, read_rows, write_csv, write_rows
from juru.server.desk.importing import Importer, Issued, Plan, carry_out
from juru.server.desk.link import Desk, open_desk, open_reads
from juru.server.desk.tables import TABLES, Column, Table, shown
from juru.server.domain.agent import PinGuard
from juru.server.domain.commands import SaveRecord
from juru.server.errors import CommandError
from juru.server.settings import DataDir
from juru.server.store.keyring import FreshSecrets, Keyring
from juru.values.days import Zone, iso_local

_LISTED = {
    "agent": ("code", "name", "upline", "level", "status", "credit_limit_idr", "senders", "ips"),
    "product": ("code", "name", "kind", "operator", "denom_k", "price_idr", "availability", "stock", "cut_offs"),
    "supplier": ("code", "name", "dialect", "availability", "in_flight_max", "rate_per_s", "cut_offs"),
    "offer": ("key", "product", "supplier", "sku", "cost_idr", "priority", "availability", "cut_offs"),
    "operator": ("code", "name", "availability"),
    "bank_account": ("code", "bank", "number", "holder", "profile", "for_agents", "since"),
}
_ONE = {"agent": "an agent", "product": "a product", "supplier": "a supplier", "offer": "an offer"}
_ONE |= {"bank_account": "a bank account", "operator": "an operator"}
_OF_VERSION = frozenset({"version", "by", "reason", "at_ms"})
Cells = dict[str, str]
Switch = Annotated[bool, Parameter(negative="")]


def _options(table: Table) -> Any:  # noqa: ANN401 - a class made of the table's columns
    """A dataclass with an option for each column but the key."""
    made = make_dataclass(
        f"{table.kind.title()}Options",
        [_option(column) for column in table.columns if column.name != table.key],
        frozen=True,
    )
    made.__module__ = __name__
    return Parameter(name="*")(made)


def _option(column: Column) -> tuple[str, Any, Any]:
    name = "--" + column.name.replace("_", "-")
    names = [name] + ([name.removesuffix("-idr")] if name.endswith("-idr") else [])
    text = column.doc + ("; - asks for it" if column.secret and column.cell is not FLAG else "")
    if column.cell is FLAG:
        return column.name, Annotated[bool | None, Parameter(name=names, help=text)], None
    return column.name, Annotated[str | None, Parameter(name=names, help=text, allow_leading_hyphen=True)], None


def _cells(table: Table, options: Any) -> Cells:  # noqa: ANN401 - see ``_options``
    """The options given, as cells of a row."""
    cells: Cells = {}
    for field in fields_of(options) if options is not None else ():
        value = getattr(options, field.name)
        column = table.column(field.name)
        assert column is not None, field.name
        if isinstance(value, bool):
            cells[field.name] = "yes" if value else "no"
        elif value is not None:
            cells[field.name] = typed_secret(value, column.doc) if column.secret else value
    return cells


def group(kind: str) -> App:
    """The commands of a kind."""
    table = TABLES[kind]
    app = App(
        name=_typed(table),
        help=f"{_ONE[kind].partition(' ')[2].capitalize()}s: add, change, list, import, export.",
    )
    _add_single(app, table)
    _add_listing(app, table)
    if kind == "bank_account":
        # Its import is of mutations, in its own file.
        return app
    _add_files(app, table)
    if kind == "agent":
        _add_agent(app, table)
    else:
        _add_availability(app, table)
    if kind == "product":
        app.command(history)
    return app


def _add_single(app: App, table: Table) -> None:
    options = _options(table)

    def add(
        key: str | None = None,
        /,
        *,
        options: object = None,
        where: Where = HERE,
        who: Who = SOMEONE,
        json: Json = False,
    ) -> int:
        cells = _cells(table, options)
        row = cells if key is None else cells | {table.key: key}
        return asyncio.run(_save_one(table, row, where.dir(), who, is_new=True, json=json))

    def change(
        key: str, /, *, options: object = None, where: Where = HERE, who: Who = SOMEONE, json: Json = False
    ) -> int:
        row = _cells(table, options) | {table.key: key}
        return asyncio.run(_save_one(table, row, where.dir(), who, is_new=False, json=json))

    one = _ONE[table.kind]
    add.__doc__ = f"Add {one}. Lists are separated by ; and money is typed as 10500 or 10.500."
    change.__doc__ = f"Change {one}; what is not given stays, an empty value ('') goes back to the default."
    for function in (add, change):
        function.__annotations__["options"] = options | None
    app.command(add, name="add")
    app.command(change, name="set")


def _add_listing(app: App, table: Table) -> None:
    @app.command(name="list")
    def listing(*, where: Where = HERE, json: Json = False) -> int:
        """List all of them."""
        with open_reads(where.dir()) as reads:
            found = [table.read(record.body) for record in reads.records(table.kind)]
        if json:
            say_json([shown(record) for record in found])
        else:
            places = [[column.name for column in table.written].index(name) for name in _LISTED[table.kind]]
            rows = (table.row(record) for record in found)
            say_table(_LISTED[table.kind], ([row[place] for place in places] for row in rows))
        return OK

    @app.command
    def show(key: str, /, *, where: Where = HERE, history: Switch = False, json: Json = False) -> int:
        """Show one, of its secrets only the names; with --history who changed what, when and why."""
        with open_reads(where.dir()) as reads:
            versions, zone = reads.record_history(table.kind, key.upper()), reads.zone()
        if not versions:
            raise CommandError(_unknown(table, key))
        kept = versions if history else versions[-1:]
        documents: list[dict[str, Any]] = [
            {"version": v.id, "by": v.by, "reason": v.reason, "at_ms": v.at_ms} | shown(table.read(v.body))
            for v in kept
        ]
        if json:
            say_json(documents if history else documents[0])
            return OK
        if history:
            say_table(("version", "at", "by", "reason", "changed"), _told(documents, zone))
        else:
            told = {"at" if name == "at_ms" else name: value for name, value in documents[0].items()}
            told["at"] = iso_local(documents[0]["at_ms"], zone)
            say_table(("field", "value"), [(name, _words(value)) for name, value in told.items()])
        return OK

    @app.command
    def columns(*, json: Json = False) -> int:
        """Explain the columns of import and export; they are the options of add and set, too."""
        rows = [(column.name, column.doc, "import only" if column.secret else "") for column in table.columns]
        if json:
            say_json([{"name": name, "means": doc, "note": note} for name, doc, note in rows])
        else:
            say_table(("column", "means", ""), rows)
        return OK


def _add_files(app: App, table: Table) -> None:
    @app.command(name="import")
    def bring_in(
        file: Path, /, *, where: Where = HERE, who: Who = SOMEONE, check: Switch = False, json: Json = False
    ) -> int:
        """Bring in a CSV or XLSX file; nothing is changed unless every row is good.

        Parameters
        ----------
        check
            Only say what would happen.
        """
        reason = who.why(f"import {file.name}")
        return asyncio.run(_import(table, read_rows(file), where.dir(), who.name(), reason, check=check, json=json))

    @app.command
    def export(file: Path | None = None, /, *, where: Where = HERE) -> int:
        """Write all of them to a .csv or .xlsx file, without secrets; without a file as CSV to standard output."""
        with open_reads(where.dir()) as reads:
            rows = [table.row(table.read(record.body)) for record in reads.records(table.kind)]
        header = [column.name for column in table.written]
        if file is None:
            write_csv(sys.stdout, header, rows)
        else:
            say(f"{write_rows(file, header, rows)} rows in {file}")
        return OK


def _add_agent(app: App, table: Table) -> None:
    def switch(status: str) -> Callable[..., int]:
        def set_status(code: str, /, *, where: Where = HERE, who: Who = SOMEONE, json: Json = False) -> int:
            row = {table.key: code, "status": status}
            return asyncio.run(_save_one(table, row, where.dir(), who, is_new=False, json=json))

        return set_status

    block, unblock = switch("blocked"), switch("active")
    block.__doc__ = "Block an agent: he may neither order nor transfer; his money stays his."
    unblock.__doc__ = "Let a blocked agent order again."
    app.command(block, name="block")
    app.command(unblock, name="unblock")

    @app.command
    def unlock(code: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
        """Forget an agent's wrong PIN tries, so that he may try again."""
        key = code.upper()
        body = msgspec.json.encode(PinGuard(key))
        asyncio.run(_submit(where.dir(), SaveRecord("pin_guard", key, body, who.name(), who.why("unlock"))))
        say(f"{key} may try his PIN again")
        return OK


def _add_availability(app: App, table: Table) -> None:
    @app.command
    def close(
        key: str, /, *, disturbed: Switch = False, where: Where = HERE, who: Who = SOMEONE, json: Json = False
    ) -> int:
        """Stop selling or buying it; orders already held go on.

        Parameters
        ----------
        disturbed
            It is a disturbance (gangguan) that will pass.
        """
        row = {table.key: key, "availability": "disturbed" if disturbed else "closed"}
        return asyncio.run(_save_one(table, row, where.dir(), who, is_new=False, json=json))

    @app.command(name="open")
    def open_again(key: str, /, *, where: Where = HERE, who: Who = SOMEONE, json: Json = False) -> int:
        """Sell or buy it again."""
        row = {table.key: key, "availability": "open"}
        return asyncio.run(_save_one(table, row, where.dir(), who, is_new=False, json=json))


async def _submit(data: DataDir, command: SaveRecord) -> None:
    async with open_desk(data) as desk:
        accepted(await desk.submit(command))


async def _save_one(table: Table, cells: Cells, data: DataDir, who: Who, *, is_new: bool, json: bool) -> int:
    """Add or change one record by the rules of an import of one row."""
    keys = Keyring(data.keys)
    async with open_desk(data) as desk:
        importer = Importer(table, desk, keys, FreshSecrets())
        if not is_new and not importer.knows(cells[table.key]):
            raise CommandError(_unknown(table, cells[table.key]))
        plan = importer.plan([Row(1, cells)], by=who.name(), reason=who.why("add" if is_new else "set"))
        if plan.problems:
            raise CommandError("\n".join(f"{p.column or _called(table)}: {p.why}" for p in plan.problems))
        key = plan.keys[0]
        if is_new and not plan.added:
            raise CommandError(
                f"{_called(table)} {key} is there already: change it with 'juru {_typed(table)} set {key}'"
            )
        await _carry_out(desk, plan)
    became = "added" if is_new else "saved" if plan.changed else "unchanged"
    _report(plan, json=json, done=f"{_called(table)} {key} {became}")
    return OK


async def _import(
    table: Table, rows: list[Row], data: DataDir, by: str, reason: str, *, check: bool, json: bool
) -> int:
    keys = Keyring(data.keys)
    async with open_desk(data) as desk:
        with progress("checking") as told:
            importer = Importer(table, desk, keys, FreshSecrets())
            plan = importer.plan(rows, by=by, reason=reason, progress=told, only_check=check)
        if plan.problems:
            _say_problems(plan, json=json)
            return REFUSED
        if check:
            plan.issued.clear()
        else:
            await _carry_out(desk, plan)
    done = f"{len(rows)} rows: {plan.added} added, {plan.changed} changed, {plan.unchanged} as before"
    _report(plan, json=json, done=("checked, nothing changed; " if check else "") + done)
    return OK


async def _carry_out(desk: Desk, plan: Plan) -> None:
    with progress("saving") as told:
        refused = await carry_out(desk, plan, told)
    if refused:
        stand = f"{len(plan.saves) - len(refused)} of {len(plan.saves)} stand"
        reasons = "\n".join(f"{save.key}: {explain(refusal)}" for save, refusal in refused)
        raise CommandError(f"{reasons}\n{stand}: the cell changed meanwhile; put right what is named and repeat")


def _say_problems(plan: Plan, *, json: bool) -> None:
    if json:
        say_json({"problems": plan.problems})
        return
    say_table(("row", "column", "problem"), [(p.row, p.column, p.why) for p in plan.problems])
    say_error(f"{len(plan.problems)} problems; nothing was changed")


def _report(plan: Plan, *, json: bool, done: str) -> None:
    issued: list[Issued] = plan.issued
    if json:
        counts = {"added": plan.added, "changed": plan.changed, "unchanged": plan.unchanged}
        say_json(counts | {"keys": [save.key for save in plan.saves], "issued": issued})
        return
    say(done)
    if issued:
        say_table(("for", "secret", "value"), [(i.key, i.name, i.value) for i in issued])
        say("These are shown once: pass them on now.")


def _unknown(table: Table, key: str) -> str:
    return f"there is no {_called(table)} {key.upper()}: 'juru {_typed(table)} list' shows all"


def _called(table: Table) -> str:
    return table.kind.replace("_", " ")


def _typed(table: Table) -> str:
    """The word of its commands: a bank account's is ``bank``."""
    return table.kind.partition("_")[0]


def _told(documents: list[dict[str, Any]], zone: Zone) -> list[tuple[str | int, ...]]:
    """Every version as a line: when, by whom and why, and what was other than before."""
    lines: list[tuple[str | int, ...]] = []
    before: dict[str, Any] = {}
    for document in documents:
        was = {name: _words(before.get(name)) for name in document}
        changed = [
            f"{name} {was[name] or '-'} -> {_words(value) or '-'}"
            for name, value in document.items()
            if before and name not in _OF_VERSION and _words(value) != was[name]
        ]
        at = iso_local(document["at_ms"], zone)
        lines.append((document["version"], at, document["by"], document["reason"], "; ".join(changed)))
        before = document
    return lines


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value) if isinstance(value, str | int) else msgspec.json.encode(value).decode()


agent = group("agent")
product = group("product")
offer = group("offer")
supplier = group("supplier")
operator = group("operator")
