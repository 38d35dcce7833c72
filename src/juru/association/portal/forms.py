"""Forms that ask for one command: fields as data, read back into what they mean, kept as typed on refusal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from juru.values.rupiah import parse_number

TEXT_MAX = 4_000


class Ask(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LONG = "long"
    DAY = "day"
    NUMBER = "number"
    CHOICE = "choice"
    TICK = "tick"
    FILE = "file"


class Field(msgspec.Struct, frozen=True):
    """A field; its label is ``ask_NAME`` of the catalogue. ``choices``: each value with its words."""

    name: str
    ask: Ask = Ask.TEXT
    value: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


class WrongFieldError(ValueError):
    """A field that says nothing usable; ``field`` is its name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Typed:
    """What was typed, read field by field. Each reading raises ``WrongFieldError``."""

    def __init__(self, form: Mapping[str, object]) -> None:
        self.said = {name: value[:TEXT_MAX].strip() for name, value in form.items() if isinstance(value, str)}

    def text(self, name: str, *, required: bool = True) -> str:
        """A text."""
        found = self.said.get(name, "")
        if required and not found:
            raise WrongFieldError(name)
        return found

    def code(self, name: str) -> str:
        """A short code in capitals."""
        return self.text(name).upper()[:20]

    def day(self, name: str) -> date:
        """A day."""
        found = self.maybe_day(name)
        if found is None:
            raise WrongFieldError(name)
        return found

    def maybe_day(self, name: str) -> date | None:
        """A day, or none."""
        found = self.text(name, required=False)
        try:
            return date.fromisoformat(found) if found else None
        except ValueError as error:
            raise WrongFieldError(name) from error

    def number(self, name: str) -> int:
        """A whole number, written as people write rupiah."""
        found = parse_number(self.text(name))
        if found is None:
            raise WrongFieldError(name)
        return found

    def words(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        """Several, parted by commas or lines."""
        parts = self.text(name, required=required).replace("\n", ",").split(",")
        return tuple(part.strip() for part in parts if part.strip())

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.said.get(name))


def filled(fields: tuple[Field, ...], said: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields with what was typed before."""
    return tuple(msgspec.structs.replace(field, value=said.get(field.name, field.value)) for field in fields)
