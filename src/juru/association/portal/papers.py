"""Papers: the public page that says whether one is ours and still stands, and the PDF for whom it concerns."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.domain import affairs as a
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.errors import PrintingError
from juru.association.papers.content import NoPaperError, TakenBackError, find, paper_of
from juru.association.papers.paper import Paper
from juru.association.papers.printing import printed
from juru.association.papers.verifying import Stands, Verdict, verify
from juru.association.papers.words import WORDS as PAPER_WORDS
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Portal, anybody, looking_of
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded
from juru.values.rupiah import format_rupiah
from juru.web.gate import Refused
from juru.web.visits import visit

_TONES = {
    Stands.STANDS: "ok",
    Stands.PAID: "ok",
    Stands.OPEN: "ok",
    Stands.PART_PAID: "ok",
    Stands.WRITTEN_OFF: "mind",
    Stands.REVOKED: "bad",
    Stands.VOID: "bad",
    Stands.TAKEN_BACK: "bad",
}
_LONGEST = 60


class Asked(msgspec.Struct, frozen=True):
    """What somebody asks about; both empty where he only opened the page."""

    number: str = ""
    code: str = ""


def routes(portal: Portal) -> list[BaseRoute]:
    """Verification for everybody, PDFs for members and officers."""

    def page(request: Request, asked: Asked, verdict: Verdict | None, tone: str) -> Response:
        place = 1 if visit().lang == "en" else 0
        return portal.html(
            "verify.html",
            404 if tone and verdict is None else 200,
            looking=looking_of(request),
            asked=asked,
            verdict=verdict,
            tone=tone,
            rupiah=format_rupiah,
            paper_words={word: said[place] for word, said in PAPER_WORDS.items()},
        )

    async def form(request: Request) -> Response:
        asked = Asked(*(request.query_params.get(name, "")[:_LONGEST].strip() for name in ("number", "code")))
        if asked.number and asked.code:
            code = "-".join(asked.code.replace("/", " ").split())
            return RedirectResponse(f"/verify/{quote(asked.number.upper())}/{quote(code)}", 303)
        return page(request, asked, None, "")

    async def verified(request: Request) -> Response:
        asked = Asked(*(request.path_params[name][:_LONGEST] for name in ("number", "code")))

        def found() -> Verdict | None:
            with portal.reading() as reads:
                return verify(reads, asked.number, asked.code)

        verdict = await asyncio.to_thread(found)
        return page(request, asked, verdict, "bad" if verdict is None else _TONES[verdict.state])

    async def pdf(request: Request) -> Response:
        number, visitor = request.path_params["number"].upper(), portal.visitor()

        def made() -> bytes | None:
            with portal.reading() as reads:
                one = find(reads, number)
                if one is None or visitor is None or not _may(portal, reads, visitor, one):
                    return None
                paper: Paper = paper_of(reads, number)
            return printed(portal.book.directory, paper)

        try:
            content = await asyncio.to_thread(made)
        except NoPaperError:
            content = None
        except TakenBackError:
            return portal.gate.refusal(request, Refused(410, "papers_taken_back", {"number": number}))
        except PrintingError as error:
            return portal.gate.refusal(request, Refused(503, "papers_no_printer", {"why": str(error)}))
        if content is None:
            return portal.absent(request)
        headers = {"content-disposition": f'attachment; filename="{number.replace("/", "-")}.pdf"'}
        return Response(content, media_type="application/pdf", headers=headers)

    return [
        portal.route("/verify", form, None),
        portal.route("/verify/{number:path}/{code}", verified, None),
        portal.route("/papers/{number:path}.pdf", pdf, anybody),
    ]


def _may(portal: Portal, reads: Reads, visitor: Visitor, one: Recorded) -> bool:
    """Papers of money are the member's, and of officers who see his branch's dues; decrees are everybody's inside."""
    match one.fact:
        case a.Issued(member=member) | a.Received(member=member):
            pass
        case a.WrittenOff():
            issued = [told.fact for told in reads.story(Subject.INVOICE, one.subject_id)]
            member = next(fact.member for fact in issued if isinstance(fact, a.Issued))
        case g.LetterSent(body=body):
            return visitor.may(Scope.OFFICE_KEEP, body)
        case _:
            return True
    row = portal.roll.on(portal.today()).get(member)
    branch = NATIONAL if row is None else row.branch
    return member in visitor.firms or visitor.may(Scope.DUES_READ, branch)
