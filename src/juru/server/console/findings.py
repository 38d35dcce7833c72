"""The page Reconcile: findings by supplier, kind and state, and deciding one or many of them with a reason.

What is about to be decided is shown first, with its count and sum. A decision names its findings one by one, so that
nobody decides about what he has not seen; sent twice it is answered with what it did.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import may, whose
from juru.server.console.money import REASON_MAX, field
from juru.server.console.page import Console
from juru.server.console.shape import minute
from juru.server.console.words import Lang, Words, known, words
from juru.server.domain.commands import SettleFinding
from juru.server.domain.finding import Difference, Finding, FindingState, mark_of
from juru.server.domain.logins import Power
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Done
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.values.days import Zone
from juru.values.rupiah import format_rupiah
from juru.web.visits import visit

PATH = "/reconcile"
SHOWN = 50
DECIDED_MAX = 2_000
_AT_ONCE = 100
_LAST = 2**62
_KEPT = 200
_T = TypeVar("_T")


class Kept(Generic[_T]):
    """The last few results, by the id of the form that asked for them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _T] = OrderedDict()

    def get(self, name: str) -> _T | None:
        """One of them."""
        return self._kept.get(name)

    def keep(self, name: str, value: _T) -> None:
        """One more; the oldest gives way."""
        self._kept[name] = value
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


class FindingRow(msgspec.Struct, frozen=True):
    """A finding as the list shows it."""

    number: int
    supplier: str
    kind: str
    name: str
    order_id: int | None
    ours: str
    theirs: str
    amount: str
    amount_idr: int
    state: str
    tone: str
    decided: str
    when: str
    source: str
    by_number: bool
    waits: bool


class Filter(msgspec.Struct, frozen=True):
    """Which findings are wanted; the address of the page says it."""

    supplier: str = ""
    kind: str = ""
    state: str = FindingState.PROPOSED.value

    def fits(self, mark: str) -> bool:
        """Whether findings with this mark are."""
        supplier, kind, state = mark.split("/")
        return self.supplier in ("", supplier) and self.kind in ("", kind) and self.state in ("", state)

    def query(self, **more: str) -> str:
        """As it stands in an address; the state is said also where it is every one."""
        facts = {"supplier": self.supplier, "kind": self.kind, "state": self.state or "all"} | more
        return urlencode({name: value for name, value in facts.items() if value})


class Settling(msgspec.Struct):
    """A decision about some findings on its way, or what became of it."""

    approve: bool
    total: int
    back: str
    done: int = 0
    settled: int = 0
    moved_idr: int = 0
    transfers: int = 0
    refused: dict[str, int] = {}
    finished: bool = False
    stopped: bool = False


class FindingPages:
    """The routes of findings."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._papers = PaperReads(console.reads.engine)
        self._settled: Kept[Settling] = Kept()
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------ the list

    async def home(self, request: Request) -> Response:
        """The form for a statement, and findings."""
        return self.listing(request)

    def listing(
        self, request: Request, *, status: int = 200, why: str = "", typed: dict[str, str] | None = None
    ) -> Response:
        """The same, with what was wrong about a form."""
        lang = visit().lang
        t, query = words(lang), request.query_params
        wanted = filter_of(query.get("supplier", ""), query.get("kind", ""), query.get("state"))
        marks = self._papers.marks("finding")
        fitting = [mark for mark in marks if wanted.fits(mark)]
        before = query.get("before", "")
        before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else _LAST
        numbers = self._papers.numbers("finding", fitting, before_id=before_id, limit=SHOWN + 1)
        rows = [self._row(filed, lang, t) for filed in self._papers.numbered("finding", numbers[:SHOWN])]
        waiting = sum(marks[mark] for mark in marks if msgspec.structs.replace(wanted, state="proposed").fits(mark))
        return self._console.html(
            "reconcile.html",
            lang,
            status,
            rows=rows,
            chips_=self._chips(wanted, marks, t),
            wanted=wanted,
            waiting=waiting,
            sum=format_rupiah(sum(row.amount_idr for row in rows)),
            older=wanted.query(before=str(numbers[SHOWN - 1])) if len(numbers) > SHOWN else "",
            first=wanted.query() if before else "",
            every=wanted.query(all="1"),
            suppliers=sorted(self._console.writer.cell.suppliers),
            zones=[zone.value for zone in Zone],
            why=why,
            typed={"supplier": wanted.supplier, "from": "", "to": "", "zone": Zone.WIB.value} | (typed or {}),
            browser={"picked": t("js_picked")},
        )

    def _chips(
        self, wanted: Filter, marks: dict[str, int], t: Words
    ) -> list[tuple[str, list[tuple[str, str, bool, int]]]]:
        """Each part of the filter with its values: word, address, whether it is chosen, how many."""
        suppliers = sorted({mark.partition("/")[0] for mark in marks} | ({wanted.supplier} - {""}))
        parts: list[tuple[str, str, list[tuple[str, str]]]] = [
            ("supplier", t("reconcile_supplier"), [("", t("findings_all"))] + [(one, one) for one in suppliers]),
            (
                "kind",
                t("findings_kind"),
                [("", t("findings_all")), *((one.value, t(f"kind_of_{one}")) for one in Difference)],
            ),
            (
                "state",
                t("findings_state"),
                [*((one.value, t(f"finding_{one}")) for one in FindingState), ("", t("findings_all"))],
            ),
        ]
        shown = []
        for name, title, values in parts:
            chips = []
            for value, word in values:
                narrowed = msgspec.structs.replace(wanted, **{name: value})
                count = sum(count for mark, count in marks.items() if narrowed.fits(mark))
                chosen = getattr(wanted, name) == value
                if count or chosen or not value:
                    chips.append((word, f"{PATH}?{narrowed.query()}", chosen, count))
            shown.append((title, chips))
        return shown

    def _row(self, filed: FiledPaper, lang: Lang, t: Words) -> FindingRow:
        finding = filed.paper
        assert isinstance(finding, Finding), filed
        draft = finding.draft
        decided = ""
        if finding.state is not FindingState.PROPOSED:
            decided = t("finding_decided", by=finding.decided_by, reason=finding.reason)
            if finding.transfer_id is not None:
                decided += " · " + t("finding_transfer", transfer=finding.transfer_id)
        source = finding.source + (" · " + t("finding_row_of", row=draft.row) if draft.row is not None else "")
        return FindingRow(
            filed.id,
            finding.supplier,
            t(f"kind_of_{draft.kind}"),
            draft.name,
            draft.order_id,
            charge_words(draft.ours, t, ours=True),
            charge_words(draft.theirs, t, ours=False),
            format_rupiah(draft.amount_idr),
            draft.amount_idr,
            t(f"finding_{finding.state}"),
            {"proposed": "mind", "approved": "ok", "rejected": ""}[finding.state.value],
            decided,
            minute(filed.at_ms, self._console.writer.cell.settings.zone, lang),
            source,
            draft.by_number,
            finding.state is FindingState.PROPOSED,
        )

    # ------------------------------------------------------------------ deciding

    async def choose(self, request: Request) -> Response:
        """What is about to be decided: those picked, or all that fit the filter, with count and sum of each kind."""
        query = request.query_params
        if "all" in query:
            wanted = filter_of(query.get("supplier", ""), query.get("kind", ""), FindingState.PROPOSED.value)
            marks = [mark for mark in self._papers.marks("finding") if wanted.fits(mark)]
            numbers = self._papers.numbers("finding", marks, limit=_LAST)
        else:
            numbers = _numbers(query.getlist("n"))
        return self._choose(numbers, query.get("back", ""))

    def _choose(self, numbers: list[int], back: str, *, status: int = 200, why: str = "", reason: str = "") -> Response:
        lang = visit().lang
        t = words(lang)
        found = [f for f in self._papers.numbered("finding", numbers[:DECIDED_MAX]) if _waits(f)]
        kinds = self._kinds(found, t)
        total_idr = sum(abs(f.paper.draft.amount_idr) for f in found if isinstance(f.paper, Finding))
        more = len(numbers) - DECIDED_MAX
        return self._console.html(
            "reconcile_decide.html",
            lang,
            status if found else 404,
            title=t("settle_title", count=len(found)),
            says=t("settle_says", count=len(found), sum=format_rupiah(total_idr)) if found else t("settle_none"),
            more=t("settle_more", limit=DECIDED_MAX, more=more) if more > 0 else "",
            kinds=kinds,
            rows=[self._row(filed, lang, t) for filed in found[:SHOWN]],
            found=len(found),
            numbers=",".join(str(filed.id) for filed in found),
            back=_back(back),
            request_id=self._console.gate.token()[:24],
            why=why,
            reason=reason,
        )

    @staticmethod
    def _kinds(found: list[FiledPaper], t: Words) -> list[tuple[str, int, str, str]]:
        """How many of each kind, their sum, and what approving one does."""
        counts: Counter[Difference] = Counter()
        sums_idr: Counter[Difference] = Counter()
        for finding in (f.paper for f in found):
            assert isinstance(finding, Finding), finding
            counts[finding.draft.kind] += 1
            sums_idr[finding.draft.kind] += abs(finding.draft.amount_idr)
        return [
            (t(f"kind_of_{kind}"), count, format_rupiah(sums_idr[kind]), t(f"approves_{kind}"))
            for kind, count in counts.most_common()
        ]

    async def settle(self, request: Request) -> Response:
        """Decide, once, however often the form is sent."""
        form = await request.form()
        t = words(visit().lang)
        request_id, reason = field(form, "request_id", 64), field(form, "reason", REASON_MAX)
        numbers = _numbers(field(form, "numbers", 64_000).split(","))[:DECIDED_MAX]
        back, do = field(form, "back", 300), field(form, "do", 10)
        if not request_id or self._settled.get(request_id) is None:
            if not reason:
                return self._choose(numbers, back, status=400, why=t("why_reason"))
            if not numbers or do not in {"approve", "reject"} or not request_id:
                return self._choose(numbers, back, status=400, why=t("settle_none"), reason=reason)
            settling = Settling(do == "approve", len(numbers), _back(back))
            self._settled.keep(request_id, settling)
            task = asyncio.create_task(self._carry(settling, numbers, reason, f"console:{whose('demo')}"))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            await asyncio.wait({task}, timeout=2)
        return RedirectResponse(f"{PATH}/decided/{request_id}", 303)

    async def _carry(self, settling: Settling, numbers: list[int], reason: str, by: str) -> None:
        """Some at a time, so that orders never wait for long."""
        try:
            for at in range(0, len(numbers), _AT_ONCE):
                filed = self._papers.numbered("finding", numbers[at : at + _AT_ONCE])
                findings = [(f.key, f.paper) for f in filed if isinstance(f.paper, Finding)]
                results = await asyncio.gather(
                    *(
                        self._console.writer.submit(
                            SettleFinding(key, settling.approve, reason, by, finding.draft.attempt_id)
                        )
                        for key, finding in findings
                    )
                )
                for (_, finding), result in zip(findings, results, strict=True):
                    _note(settling, finding, result)
                settling.done += len(numbers[at : at + _AT_ONCE])
        except Exception:
            settling.stopped = True
            raise
        finally:
            settling.finished = True

    async def decided(self, request: Request) -> Response:
        """How far a decision is, or what it did."""
        settling = self._settled.get(request.path_params["request_id"])
        lang = visit().lang
        t = words(lang)
        if settling is None:
            title, text = t("refused_absent_title"), t("settle_absent")
            return self._console.html("error.html", lang, 404, title=title, text=text)
        done = "approve" if settling.approve else "reject"
        facts = {"moved": format_rupiah(settling.moved_idr), "transfers": settling.transfers}
        says = [t(f"settle_done_{done}", count=settling.settled, **facts)]
        if settling.refused:
            why = ", ".join(f"{known(t, f'why_{why}', why)} {count}" for why, count in settling.refused.items())
            says.append(t("settle_refused", count=sum(settling.refused.values()), why=why))
        if settling.stopped:
            says = [t("settle_stopped", done=settling.done, total=settling.total)]
        working = t("settle_working", done=settling.done, total=settling.total)
        return self._console.html(
            "reconcile_job.html",
            lang,
            job=settling,
            stopped=settling.stopped,
            says=" ".join(says),
            working=working,
            next=f"{PATH}?{settling.back}" if settling.back else PATH,
            go=t("look_to_findings"),
        )


def _note(settling: Settling, finding: Finding, result: object) -> None:
    """Take in what became of one finding."""
    match result:
        case Done(transfer_id=transfer_id):
            settling.settled += 1
            if transfer_id is not None:
                settling.transfers += 1
                settling.moved_idr += abs(finding.draft.amount_idr)
        case Refusal(code=code, facts=facts):
            why = str(facts.get("why", code.value))
            settling.refused[why] = settling.refused.get(why, 0) + 1
        case _:
            raise AssertionError(result)


def filter_of(supplier: str, kind: str, state: str | None) -> Filter:
    """A filter as an address says it; what is no value of its part is every one."""
    state = FindingState.PROPOSED.value if state is None else state if state in set(FindingState) else ""
    return Filter(supplier.strip().upper()[:40], kind if kind in set(Difference) else "", state)


def charge_words(told: str, t: Words, *, ours: bool) -> str:
    """What one side says of a purchase, from the words of a finding."""
    if not told:
        return t("finding_nothing")
    first, _, rest = told.replace("not charged", "not_charged").partition(" ")
    price, _, sn = rest.partition(" ")
    amount = format_rupiah(int(price)) if price.isdigit() else ""
    if ours:
        word = known(t, f"attempt_{first}", first)
        paid = t("finding_cost", price=amount) if amount else t("finding_no_cost")
    else:
        word = ""
        paid = t("finding_charged", price=amount or "—") if first == "charged" else t("finding_not_charged")
    return " · ".join(part for part in (word, paid, f"SN {sn}" if sn not in {"", "-"} else "") if part)


def _waits(filed: FiledPaper) -> bool:
    return isinstance(filed.paper, Finding) and filed.paper.state is FindingState.PROPOSED


def _numbers(written: Iterable[str]) -> list[int]:
    """Numbers of findings, each once."""
    found = (part.strip() for part in written)
    return list(dict.fromkeys(int(part) for part in found if part.isascii() and part.isdigit() and len(part) < 19))


def _back(query: str) -> str:
    """The filter to come back to; nothing else gets into an address."""
    parts = dict(part.partition("=")[::2] for part in query.split("&") if "=" in part)
    wanted = filter_of(parts.get("supplier", ""), parts.get("kind", ""), parts.get("state"))
    return wanted.query() if query else ""


def routes(console: Console, pages: FindingPages) -> list[BaseRoute]:
    """Who sees reports sees findings; who posts money decides them."""
    guard = console.gate.guard
    see, post = may(Power.REPORTS), may(Power.DEPOSIT)
    return [
        Route(PATH, guard(pages.home, see), methods=["GET"]),
        Route(f"{PATH}/decide", guard(pages.choose, post), methods=["GET"]),
        Route(f"{PATH}/decide", guard(pages.settle, post), methods=["POST"]),
        Route(f"{PATH}/decided/{{request_id}}", guard(pages.decided, see), methods=["GET"]),
    ]


assert {mark_of("S", kind, state).count("/") for kind in Difference for state in FindingState} == {2}
