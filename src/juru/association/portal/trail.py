"""The audit trail for officers: every fact with who, when, from where, what it says, what took it back; and the proof.

An officer of a branch sees what concerns its members and its own bodies. Filters are the address; pages go by the
number of the last fact shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from itertools import islice

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.auditing import Proof, audit_as_job, audits, proof_of
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Body, Scope
from juru.association.domain.facts import Fact
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Looking, Portal, holds, holds_nationally, looking_of
from juru.association.portal.runs import Runner
from juru.association.portal.said import instant_words
from juru.association.portal.taken import ENDINGS, taken
from juru.association.store.jobs import Job
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded, day_number, milliseconds
from juru.association.store.trail import Entry, Wanted, kinds, owner_of, trail
from juru.values.days import DAY_MS, Zone, iso_local, start_of_day
from juru.web.filters import address_of
from juru.web.sheets import Column, Kind, Line, Sheet
from juru.web.visits import visit
from juru.web.words import Catalogue, Words

SHOWN = 50
TAKEN_MAX = 20_000
"""Rows of a file; a longer trail is taken along by spans of days."""
_OF_EVERY_FACT = frozenset(Fact.__struct_fields__)
_COLUMNS = (
    *("recorded_at", "kind", "subject", "subject_id", "on", "says", "recorded_by", "source"),
    *("takes_back", "taken_back_by", "commit", "seal"),
)


class Told(msgspec.Struct, frozen=True):
    """A fact of the trail in words."""

    id: int
    at: str
    kind: str
    subject: str
    subject_id: str
    on: date
    precision: str
    says: list[tuple[str, str]]
    by: str
    source: str
    reverses: int | None
    reversed_by: int | None
    commit_no: int
    seal: str


def routes(portal: Portal) -> list[BaseRoute]:
    """The trail as a page and as files; the proof of the book, and the button that has it made."""
    runner = Runner()
    right, national = holds(Scope.DUES_READ), holds_nationally(Scope.SK_ISSUE)

    async def page(request: Request) -> Response:
        looking, visitor = looking_of(request), portal.visitor()
        assert visitor is not None, "the gate lets nobody in whose right it has not seen"
        address = address_of(request.url.path, dict(request.query_params))
        wanted = wanted_of(request, portal.book.zone)
        if wanted is None or address.path != "/trail" or (address.ending and address.ending not in ENDINGS):
            return portal.absent(request)
        if address.ending:
            sheet = await asyncio.to_thread(_sheet, portal, visitor, wanted, looking)
            return taken(portal.pages.words, portal.pages.words_in(visit().lang), address, looking, sheet)
        before = request.query_params.get("before", "")
        start = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
        rows, known_kinds = await asyncio.to_thread(_page, portal, visitor, wanted, start, looking)
        shown = rows[:SHOWN]
        return portal.html(
            "trail.html",
            looking=looking,
            rows=[told_of(entry, portal.book.zone, visit().lang) for entry in shown],
            more=address.with_(before=str(shown[-1].one.id)) if len(rows) > SHOWN else "",
            first=address.with_(before=None) if start is not None else "",
            asked={name: request.query_params.get(name, "") for name in _ASKED},
            files=address_of(address.path, {k: v for k, v in address.query.items() if k != "before"}).files(*ENDINGS),
            subjects=[subject.value for subject in Subject],
            kinds=known_kinds,
            units=() if visitor.may(Scope.DUES_READ, NATIONAL) else visitor.units(Scope.DUES_READ),
            proof=_latest(portal),
            kind_words=partial(kind_words, portal.pages.words, portal.pages.words_in(visit().lang)),
        )

    async def proofs(request: Request) -> Response:
        found = audits(portal.book.directory, now_ms=milliseconds(portal.now()))
        lang = visit().lang
        return portal.html(
            "proofs.html",
            looking=looking_of(request),
            proofs=[(job, proof_of(job), instant_words(job.touched_ms, portal.book.zone, lang)) for job in found[:20]],
            running=any(job.state.value == "running" for job in found),
        )

    async def prove(request: Request) -> Response:
        form, visitor = await request.form(), portal.visitor()
        assert visitor is not None, "the gate lets nobody in whose right it has not seen"

        def work(begun: Callable[[int], None]) -> None:
            audit_as_job(portal.book.directory, by=visitor.person, clock=portal.now, begun=begun)

        await asyncio.wrap_future(runner.start(str(form.get("request"))[:80], work))
        return RedirectResponse("/trail/proof", 303)

    return [
        portal.route("/trail", page, right),
        portal.route("/trail.{ending}", page, right),
        portal.route("/trail/proof", proofs, right),
        portal.route("/trail/proof", prove, national, "POST"),
    ]


_ASKED = ("subject", "id", "by", "kind", "from", "to")


def wanted_of(request: Request, zone: Zone) -> Wanted | None:
    """What the address asks for; None for days that are none."""
    asked = {name: request.query_params.get(name, "").strip()[:80] for name in _ASKED}
    try:
        first, last = (date.fromisoformat(asked[name]) if asked[name] else None for name in ("from", "to"))
    except ValueError:
        return None
    return Wanted(
        subject=asked["subject"],
        subject_id=asked["id"],
        by=asked["by"],
        kind=asked["kind"],
        since_ms=None if first is None else start_of_day(day_number(first), zone),
        until_ms=None if last is None else start_of_day(day_number(last), zone) + DAY_MS,
    )


def seen_by(portal: Portal, reads: Reads, visitor: Visitor) -> Callable[[Entry], bool]:
    """Whether a visitor may read a fact: national officers all, others what concerns their branch."""
    units = set(visitor.units(Scope.DUES_READ))
    if NATIONAL in units:
        return lambda _entry: True
    lines = portal.roll.on(portal.today())

    @cache
    def of_invoice(number: str) -> str | None:
        return owner_of(reads, number)

    def ours(member: str | None) -> bool:
        line = None if member is None else lines.get(member)
        return line is not None and line.branch in units

    def seen(entry: Entry) -> bool:
        match entry.one.subject, entry.one.fact:
            case Subject.MEMBER, _:
                return ours(entry.one.subject_id)
            case Subject.INVOICE, _:
                return ours(of_invoice(entry.one.subject_id))
            case Subject.BRANCH, _:
                return entry.one.subject_id in units
            case _, a.Decreed(body=body):
                return body in units
            case _, a.Appointed(body=Body.BRANCH, unit=unit):
                return unit in units
            case ((Subject.PAYMENT | Subject.COLLECTOR), _):
                return ours(entry.concerns or entry.one.subject_id)
            case _:
                return False

    return seen


def _entries(portal: Portal, reads: Reads, visitor: Visitor, wanted: Wanted, before: int | None) -> Iterator[Entry]:
    return filter(seen_by(portal, reads, visitor), trail(reads, wanted, before=before))


def _page(
    portal: Portal, visitor: Visitor, wanted: Wanted, before: int | None, looking: Looking
) -> tuple[list[Entry], list[str]]:
    with portal.reading() as reads:
        known = _known(wanted, portal.known_ms(looking))
        return list(islice(_entries(portal, reads, visitor, known, before), SHOWN + 1)), kinds(reads)


def _known(wanted: Wanted, known_ms: int | None) -> Wanted:
    """Looking back, only what was recorded by then."""
    if known_ms is None:
        return wanted
    ends = [end for end in (wanted.until_ms, known_ms + 1) if end is not None]
    return msgspec.structs.replace(wanted, until_ms=min(ends))


def told_of(entry: Entry, zone: Zone, lang: str) -> Told:
    """A fact as the page writes it."""
    one = entry.one
    return Told(
        one.id,
        instant_words(entry.known_ms, zone, "en" if lang == "en" else "id"),
        entry.kind,
        one.subject.value,
        one.subject_id,
        one.fact.on,
        one.fact.precision.value,
        said(one),
        one.fact.by,
        one.fact.source,
        one.reverses,
        one.reversed_by,
        one.commit_no,
        entry.seal,
    )


def kind_words(texts: Catalogue, t: Words, kind: str) -> str:
    """What a kind of fact is called, where people have a word for it; else its name in docs."""
    return t(f"fact_{kind}") if f"fact_{kind}" in texts else kind.replace("_", " ")


def said(one: Recorded) -> list[tuple[str, str]]:
    """What a fact says beyond who, when and from where: its fields that are set, by their names in docs."""
    plain = msgspec.to_builtins(one.fact)
    return [(name, _short(value)) for name, value in plain.items() if name not in _OF_EVERY_FACT and name != "kind"]


def _short(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _sheet(portal: Portal, visitor: Visitor, wanted: Wanted, looking: Looking) -> Sheet:
    lines: list[Line] = []
    zone = portal.book.zone
    with portal.reading() as reads:
        known = _known(wanted, portal.known_ms(looking))
        entries = _entries(portal, reads, visitor, known, None)
        for entry in islice(entries, TAKEN_MAX):
            one = entry.one
            says = "; ".join(f"{name}: {value}" for name, value in said(one))
            cells = (
                *(one.id, iso_local(entry.known_ms, zone), entry.kind, one.subject.value, one.subject_id),
                *(one.fact.on.isoformat(), says, one.fact.by, one.fact.source, one.reverses, one.reversed_by),
                *(one.commit_no, entry.seal),
            )
            lines.append(Line(str(one.id), cells))
        left = next(entries, None) is not None
    facts = {"first_rows_only": str(TAKEN_MAX)} if left else {}
    kinds_of = {"takes_back": Kind.ID, "taken_back_by": Kind.ID, "commit": Kind.ID}
    columns = (Column("fact", Kind.ID), *(Column(name, kinds_of.get(name, Kind.TEXT)) for name in _COLUMNS))
    return Sheet("trail", {**facts}, columns, tuple(lines))


def _latest(portal: Portal) -> tuple[Job, Proof, str] | None:
    """The latest audit that ended."""
    for job in audits(portal.book.directory, now_ms=milliseconds(portal.now())):
        proof = proof_of(job)
        if proof is not None:
            return job, proof, instant_words(job.touched_ms, portal.book.zone, visit().lang)
    return None
