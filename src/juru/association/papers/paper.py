"""What stands on a paper, whoever prints it; and the code by which anybody can have it verified."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from enum import StrEnum

import msgspec

_CODE_BYTES = 10
_GROUP = 4


class PaperKind(StrEnum):
    """What the association puts on paper."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    CREDIT_NOTE = "credit_note"
    DECREE = "decree"
    LETTER = "letter"


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """The letterhead; ``logo`` is the hash of a kept picture."""

    name: str
    address: str = ""
    contact: str = ""
    account: str = ""
    site: str = ""
    place: str = ""
    logo: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line with a sum: what it is, a word of the catalogue, and for which days or papers."""

    what: str
    amount_idr: int
    detail: str = ""


class Paper(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A paper. ``facts`` are (word of the catalogue, value) and stand on top; ``words_idr`` is told in words."""

    kind: PaperKind
    number: str
    on: date
    head: Head
    code: str
    facts: tuple[tuple[str, str], ...] = ()
    entries: tuple[Entry, ...] = ()
    total_idr: int | None = None
    words_idr: int | None = None
    pay_idr: int | None = None
    paragraphs: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()

    @property
    def link(self) -> str:
        """Where anybody has the paper verified; without a site on the letterhead only the place there."""
        return f"{self.head.site}/verify/{self.number}/{self.code}"

    def digest(self) -> str:
        """The hash of everything it says."""
        return hashlib.sha256(_encode(self)).hexdigest()


_encode = msgspec.json.Encoder(order="deterministic").encode


def code_of(seal: bytes, fact_id: int) -> str:
    """A fact's code: 80 bits of a hash over its commit's seal, which stands for the whole book up to there.

    Nobody can tell it from the number, and a fact that is not in this book has none.
    """
    digest = hashlib.sha256(b"juru paper" + seal + fact_id.to_bytes(8, "big")).digest()
    text = base64.b32encode(digest[:_CODE_BYTES]).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def typed_code(text: str) -> str:
    """A code as somebody typed it: case, blanks and dashes do not count; 0 and 1 are o and l."""
    bare = "".join(char for char in text.lower().translate(str.maketrans("01", "ol")) if char.isalnum())
    return "-".join(bare[at : at + _GROUP] for at in range(0, len(bare), _GROUP))
