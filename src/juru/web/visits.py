"""The request under way: who asks, from where, in which language. The gate sets it; pages read it."""

from __future__ import annotations

from contextvars import ContextVar
from urllib.parse import parse_qsl, urlencode

import msgspec

from juru.web.places import LOCAL, Place
from juru.web.sessions import Account, Session
from juru.web.words import LANGS, Lang


class Visit(msgspec.Struct):
    """One request. ``secret`` is the cookie its forms are tied to; ``issued`` and ``told`` note what a page used."""

    path: str = "/"
    query: str = ""
    lang: Lang = "id"
    place: Place = LOCAL
    address: str = ""
    secret: str = ""
    account: Account | None = None
    session: Session | None = None
    issued: bool = False
    told: bool = False

    @property
    def target(self) -> str:
        """Its address on this site."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def other_lang(self) -> Lang:
        """The language it is not in."""
        return LANGS[1 - LANGS.index(self.lang)]

    @property
    def other_lang_link(self) -> str:
        """The same place in the other language."""
        kept = [(name, value) for name, value in parse_qsl(self.query) if name != "lang"]
        return f"?{urlencode([*kept, ('lang', self.other_lang)])}"


_present: ContextVar[Visit | None] = ContextVar("visit", default=None)


def visit() -> Visit:
    """The request under way; outside of one, a visitor whom nobody knows."""
    return _present.get() or Visit()


def begin(present: Visit) -> None:
    """Make this the request under way in this task."""
    _present.set(present)
