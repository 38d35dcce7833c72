"""Filters that are the address of a page: what is set, the same with one thing changed, the same as a file."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

ENDINGS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
}
"""Files that a table is to be had as, by the ending of the address."""


class Chip(msgspec.Struct, frozen=True):
    """One thing that is set: its name, its value in words, and the address that lets it go."""

    name: str
    value: str
    href: str


class Address(msgspec.Struct, frozen=True):
    """Where a page of figures stands: its path without the ending of a file, and what narrows it."""

    path: str
    query: Mapping[str, str]
    ending: str = ""

    def with_(self, **changed: str | None) -> str:
        """This address with other facts; None takes one away."""
        return _address(self.path, {**self.query, **changed})

    def file(self, ending: str) -> str:
        """The same as a file."""
        return _address(f"{self.path}.{ending}", self.query)

    def files(self, *endings: str) -> list[tuple[str, str]]:
        """The same as several files: the ending and the address of each."""
        return [(ending, self.file(ending)) for ending in endings]


def address_of(path: str, query: Mapping[str, str]) -> Address:
    """An address as it was asked for."""
    for ending in ENDINGS:
        if path.endswith(f".{ending}"):
            return Address(path.removesuffix(f".{ending}"), query, ending)
    return Address(path, query)


def download(body: bytes, ending: str, name: str) -> Response:
    """A file to take along, under a name that every system takes."""
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    headers = {"content-disposition": f'attachment; filename="{safe}.{ending}"'}
    return Response(body, media_type=ENDINGS[ending], headers=headers)


def _address(path: str, query: Mapping[str, str | None]) -> str:
    kept = {name: value for name, value in query.items() if value and name != "lang"}
    return f"{path}?{urlencode(kept)}" if kept else path
