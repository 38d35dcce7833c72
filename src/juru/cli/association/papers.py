"""``juru association paper`` and ``letterhead``: what is put on paper, as PDF, and whether a paper is ours."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, On, ask, day, done, reading, today
from juru.cli.given import Json
from juru.cli.output import OK, REFUSED, progress, say, say_error, say_json, say_table
from juru.server.errors import CommandError, SettingsError

paper = App(name="paper", help="Invoices, receipts, credit notes, decrees and letters as PDF; whether one is ours.")


@paper.default
def one(
    number: Annotated[str, Parameter(help="INV-2026-00001, KW-..., CN-..., SK-... or a letter's")],
    /,
    *,
    out: Annotated[Path, Parameter(help="file to write")],
    at: At = HERE,
) -> int:
    """Write a paper as PDF: the same bytes each time, on the letterhead of its day."""
    from juru.association.papers.content import NoPaperError, TakenBackError, paper_of
    from juru.association.papers.printing import printed

    try:
        with reading(at) as reads:
            found = paper_of(reads, number.upper())
    except NoPaperError as error:
        raise CommandError(f"there is no paper {number}: 'juru association dues show MEMBER' lists invoices") from error
    except TakenBackError as error:
        raise CommandError(f"{number} was taken back and is not printed any more") from error
    content = printed(at.dir(), found)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{out} cannot be written: {error.strerror}") from error
    say(f"{out}: {found.number}, verified at {found.link}")
    return OK


@paper.command(name="all")
def everything(
    *,
    year: Annotated[int, Parameter(help="of invoices: the year their dues begin in; of others: of their day")],
    kind: Annotated[
        Literal["invoice", "receipt", "credit_note", "decree", "letter"], Parameter(help="which papers")
    ] = "invoice",
    processes: Annotated[int, Parameter(help="how many at a time")] = 2,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Make every paper of a year that is not kept yet, in DIR/papers; stopped anywhere it goes on where it was."""
    from juru.association.papers.batch import print_year
    from juru.association.papers.paper import PaperKind

    if not 1 <= processes <= 64:
        raise SettingsError(f"{processes} processes: give 1 to 64")
    begun = time.perf_counter()
    with progress("papers") as told:
        came = print_year(
            at.dir(),
            kind=PaperKind(kind),
            year=year,
            processes=processes,
            by=asking.name(),
            clock=lambda: datetime.now(UTC),
            progress=told,
        )
    seconds = time.perf_counter() - begun
    if json:
        say_json({"made": came.made, "kept": came.kept, "seconds": round(seconds, 1)})
    else:
        say(f"{came.made} papers made in {seconds:.1f} s ({came.made / seconds:.1f}/s), {came.kept} were kept already")
    return OK


@paper.command
def verify(
    number: Annotated[str, Parameter(help="the paper's number")],
    code: Annotated[str, Parameter(help="the code beside its QR")],
    /,
    *,
    at: At = HERE,
    json: Json = False,
) -> int:
    """Say whether a paper is ours and still stands; exits with 1 when it is not, or was taken back."""
    from juru.association.papers.verifying import Stands
    from juru.association.papers.verifying import verify as verified

    with reading(at) as reads:
        found = verified(reads, number, code)
    if found is None:
        say_error(f"{number} with this code is no paper of this association: compare every character with the paper")
        return REFUSED
    if json:
        say_json(found)
    else:
        rows = [("number", found.paper.number), ("on", found.paper.on.isoformat()), *found.paper.facts]
        rows.append(("state", " ".join(part for part in (found.state.value, found.by) if part)))
        say_table(("", ""), rows)
    return REFUSED if found.state in {Stands.TAKEN_BACK, Stands.REVOKED, Stands.VOID} else OK


def _lines(text: str) -> str:
    return text.replace("\\n", "\n")


def letterhead(  # noqa: PLR0913 - each is an option of the command
    name: str,
    /,
    *,
    address: Annotated[str, Parameter(help="lines are parted by \\n")] = "",
    contact: Annotated[str, Parameter(help="telephone, e-mail")] = "",
    account: Annotated[str, Parameter(help="the bank account that invoices ask to pay into")] = "",
    site: Annotated[str, Parameter(help="https://... of the portal, where papers are verified")] = "",
    place: Annotated[str, Parameter(help="where papers are signed")] = "",
    logo: Annotated[str, Parameter(help="hash of a kept PNG or JPEG ('member keep' prints it)")] = "",
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Set the head of papers from a day on; what was issued before keeps the one it had."""
    from juru.association.domain.affairs import LetterheadSet
    from juru.association.domain.commands import SetLetterhead

    fact = LetterheadSet(
        on=day(on) or today(),
        name=name,
        address=_lines(address),
        contact=_lines(contact),
        account=_lines(account),
        site=site.rstrip("/"),
        place=place,
        logo=logo,
    )
    return done(ask(at, asking, SetLetterhead(fact=fact)), f"letterhead from {fact.on}", json=json)
