"""``juru association import``: a members' list brought in, after a look at the fate of each row."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, refusal_text
from juru.cli.given import Json
from juru.cli.output import OK, REFUSED, progress, say, say_error, say_json, say_table
from juru.server.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from juru.association.desk.importing import Answer, Plan

group = App(name="import", help="Bring in a members' list.")
_SHOWN = 200


@group.command
def members(
    file: Path,
    /,
    *,
    yes: Annotated[bool, Parameter(negative="", help="record what would be added; without it nothing is")] = False,
    answer: Annotated[
        tuple[str, ...], Parameter(negative="", help="for a question, ROW=same, ROW=other or ROW=skip; more than once")
    ] = (),
    answers: Annotated[Path | None, Parameter(help="answers as a CSV with columns row and answer")] = None,
    fates: Annotated[Path | None, Parameter(help="write every row's fate to this CSV, to be answered there")] = None,
    without_refused: Annotated[
        bool, Parameter(negative="", help="record the other rows although some are refused")
    ] = False,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Show what becomes of each row of FILE (CSV, XLSX); with --yes record it: facts with their source, and no money.

    A business found twice is a question, and while one is open nothing is recorded. A job that was stopped goes on when
    it is given again.
    """
    from juru.association.desk.desk import Desk
    from juru.association.desk.importing import Kind, carry_out, fates_csv, plan
    from juru.association.store.book import Book

    content, given, now = _content(file), _answers(answer, answers), datetime.now(UTC)
    book = Book(at.dir())
    try:
        desk = Desk(book)
        with book.reading() as reads:
            planned = plan(reads, content, today=desk.today(now), answers=given)
        if fates is not None:
            _write(fates, fates_csv(planned))
        open_, refused = planned.count(Kind.QUESTION), planned.count(Kind.REFUSED)
        held = open_ > 0 or (refused > 0 and not without_refused)
        added = 0
        if yes and not held:
            with progress("importing rows") as told:
                done = carry_out(desk, planned, file=file.name, now=now, by=asking.name(), progress=told)
            if done.refusal is not None:
                raise CommandError(f"{done.added} added, then {refusal_text(done.refusal, at.language)}")
            added = done.added
    finally:
        book.close()
    counts = {kind.value: planned.count(kind) for kind in Kind}
    if json:
        say_json({"recorded": added, "counts": counts, "fates": _told(planned, at.language or "en")})
        return REFUSED if held else OK
    _show(planned, at.language or "id")
    say(", ".join(f"{count} {name}" for name, count in counts.items() if count))
    if open_:
        say_error(f"nothing was recorded: {open_} questions are open: --answer ROW=same, other or skip")
    elif held:
        say_error(f"nothing was recorded: {refused} rows are refused: mend them, or add --without-refused")
    if held:
        return REFUSED
    say(f"{added} members recorded" if yes else "nothing was recorded: add --yes to record it")
    return OK


@group.command
def template(file: Path, /) -> int:
    """Write an empty members' list with the columns' names to FILE.xlsx."""
    from juru.association.desk.importing import template as empty

    if file.suffix.lower() != ".xlsx":
        raise SettingsError(f"{file}: give a file that ends in .xlsx")
    _write(file, empty())
    say(f"{file}: fill it, then juru association import members {file}")
    return OK


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}") from error


def _answers(typed: tuple[str, ...], file: Path | None) -> dict[int, Answer]:
    """Answers from the command line and from a file; those of the line count where both answer."""
    from juru.association.desk.importing import Answer, answers_of

    found = {} if file is None else answers_of(_content(file))
    for one in typed:
        row, _, word = one.partition("=")
        try:
            found[int(row)] = Answer(word.strip().lower())
        except ValueError as error:
            raise SettingsError(f"{one!r}: write --answer ROW=same, ROW=other or ROW=skip") from error
    return found


class _Told(msgspec.Struct, frozen=True):
    """A fate for a script."""

    row: int
    fate: str
    name: str
    cell: str
    member: str
    why: str


def _told(planned: Plan, language: str) -> list[_Told]:
    return [
        _Told(one.row, one.kind.value, one.name, one.cell, one.member, one.why.told(language)) for one in planned.fates
    ]


def _show(planned: Plan, language: str) -> None:
    """What needs a person first, then the rest, as far as a terminal is of use."""
    needs = [one for one in planned.fates if one.kind.value in {"refused", "question"}]
    others = [one for one in planned.fates if one.kind.value not in {"refused", "question"}]
    shown = (needs + others)[:_SHOWN]
    rows = [(str(one.row), one.cell, one.kind.value, one.name, one.why.told(language)) for one in shown]
    say_table(("row", "cell", "fate", "name", "why"), rows)
    if len(planned.fates) > len(shown):
        say(f"... and {len(planned.fates) - len(shown)} more: --fates FILE.csv writes all of them")
