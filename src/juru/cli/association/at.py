"""What the association's commands are given: which book, who asks, which day; and how they say what came of it."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from juru.cli.given import Who
from juru.cli.output import OK, say, say_json
from juru.server.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from juru.association.domain.commands import AnyCommand, Done
    from juru.association.domain.refusals import Refusal
    from juru.association.store.reads import Reads

VARIABLE = "JURU_ASSOCIATION"
_END_OF_DAY_MS = 86_400_000 - 1


@Parameter(name="*")
@dataclass(frozen=True)
class At:
    """The association."""

    data: Annotated[Path | None, Parameter(help="the association's directory; without it JURU_ASSOCIATION")] = None
    language: Annotated[Literal["id", "en"] | None, Parameter(help="of refusals; without it both")] = None

    def dir(self) -> Path:
        """The directory, if an association is there. Raises ``DirectoryError`` with the remedy."""
        from juru.association.store.book import require

        chosen = self.data or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
        if chosen is None:
            raise SettingsError(f"which association? give --data DIR or set {VARIABLE}")
        return require(chosen)


HERE = At()


@Parameter(name="*")
@dataclass(frozen=True)
class Asking:
    """Who asks, and by which request."""

    by: Annotated[str | None, Parameter(help="who; without it JURU_BY, or the system's user")] = None
    request: Annotated[
        str | None, Parameter(help="a request's own id: the same again is answered as before and does nothing")
    ] = None

    def name(self) -> str:
        """Who asks."""
        return Who(by=self.by).name()


SOMEONE = Asking()

On = Annotated[str | None, Parameter(name="--on", help="the day from which it counts, YYYY-MM-DD; without it today")]
Dated = Annotated[
    str | None,
    Parameter(
        name="--on",
        help="the day from which it counts, YYYY-MM-DD; where it is known less exactly YYYY-MM, YYYY or FROM..THROUGH",
    ),
]
Known = Annotated[str | None, Parameter(name="--known", help="as known at the end of this day; without it now")]


def day(text: str | None) -> date | None:
    """A day as typed. Raises ``SettingsError`` with the way to write it."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no day: write it as 2026-05-31") from error


def dated(text: str | None) -> dict[str, Any]:
    """A day as typed, as fields of a fact or a command; today without one. Raises ``SettingsError`` as ``day`` does."""
    from juru.association.domain.when import When, spoken

    when = When(today()) if text is None else spoken(text)
    if when is None:
        raise SettingsError(f"{text!r} is no day: write it as 2010-04-20, 2010-04, 2010 or 2010-04..2010-06")
    return {"on": when.on, "precision": when.precision, "through": when.through}


def today() -> date:
    """The association's day now."""
    from juru.association.store.rows import milliseconds
    from juru.values.days import Zone, business_day

    number = business_day(milliseconds(datetime.now(UTC)), Zone.WIB)
    return date(number // 10_000, number // 100 % 100, number % 100)


def known_ms(text: str | None) -> int | None:
    """The last instant of a day, in the association's zone."""
    from juru.association.store.rows import day_number
    from juru.values.days import Zone, start_of_day

    known = day(text)
    return None if known is None else start_of_day(day_number(known), Zone.WIB) + _END_OF_DAY_MS


@contextlib.contextmanager
def reading(at: At) -> Iterator[Reads]:
    """Reads of one moment."""
    from juru.association.store.book import Book

    book = Book(at.dir())
    try:
        with book.reading() as reads:
            yield reads
    finally:
        book.close()


def ask(at: At, asking: Asking, command: AnyCommand) -> Done:
    """Have a command carried out. Raises ``CommandError`` with the remedy when it is refused."""
    from juru.association.desk.desk import Desk
    from juru.association.domain.commands import Done
    from juru.association.store.book import Book

    book = Book(at.dir())
    try:
        request = asking.request or str(uuid.uuid4())
        result = Desk(book).do(command, now=datetime.now(UTC), by=asking.name(), request=request)
    finally:
        book.close()
    if not isinstance(result, Done):
        raise CommandError(refusal_text(result, at.language))
    return result


def refusal_text(refusal: Refusal, language: str | None) -> str:
    """A refusal as a person reads it: Indonesian first, English second."""
    from juru.association.domain.refusals import told

    texts = [told(refusal, one) for one in ((language,) if language else ("id", "en"))]
    return f"refused ({refusal.code}): {' / '.join(texts)}"


def done(result: Done, line: str, *, json: bool) -> int:
    """Say what came of it."""
    if json:
        say_json(result)
    else:
        say(line)
    return OK
