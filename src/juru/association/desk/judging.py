"""What a document is, judged by its content: PDF, PNG or JPEG, whole, of one kind only, and without anything that runs.

Pure. What cannot be looked into is refused with what to do about it: printing to PDF mends it all.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from enum import StrEnum

import msgspec

SIZE_MB_MAX = 10
_INFLATED_MAX = 20_000_000
_OBJECT_STREAMS_MAX = 5_000
_HEAD, _TAIL = 1_024, 66_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = re.compile(
    rb"/(JavaScript|Launch|RichMedia|EmbeddedFiles?|XFA|SubmitForm|ImportData|GoToE|Rendition|3D)(?![A-Za-z0-9])"
)
_ENCRYPT = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_STREAM = re.compile(rb"stream\r?\n")
_HTML = re.compile(rb"<(?:!doctype|html|script|svg|\?php|body)", re.IGNORECASE)


class Flaw(StrEnum):
    """Why a document is not kept."""

    WRONG_TYPE = "wrong_type"
    ENCRYPTED = "encrypted"
    ACTIVE_CONTENT = "active_content"
    MIXED_CONTENT = "mixed_content"


class Judged(msgspec.Struct, frozen=True):
    """A kind of document, or a flaw with what was found."""

    media_type: str = ""
    flaw: Flaw | None = None
    found: str = ""


def judge(content: bytes) -> Judged:
    """What a document is, or why it is not kept."""
    if len(content) > SIZE_MB_MAX * 1_000_000:
        return Judged(flaw=Flaw.WRONG_TYPE, found=f"> {SIZE_MB_MAX} MB")
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(_JPEG):
        return _jpeg(content)
    return Judged(flaw=Flaw.WRONG_TYPE)


def _mixed(found: str) -> Judged:
    return Judged(flaw=Flaw.MIXED_CONTENT, found=found)


def _foreign(content: bytes) -> str | None:
    """A file of another kind that a reader would find in this one: a page in its head, an archive at its end."""
    if _HTML.search(content[:_HEAD]) is not None:
        return "HTML"
    if b"PK\x05\x06" in content[-_TAIL:]:
        return "ZIP"
    return None


# ---------------------------------------------------------------- PDF


def _pdf(content: bytes) -> Judged:
    foreign = _foreign(content)
    if foreign is not None:
        return _mixed(foreign)
    end = content.rfind(b"%%EOF")
    if end >= 0 and content[end + 5 :].strip(b"\r\n\t \x00"):
        return _mixed("EOF")
    plain = _named(content)
    if _ENCRYPT.search(plain) is not None:
        return Judged(flaw=Flaw.ENCRYPTED, found="/Encrypt")
    active = _ACTIVE.search(plain)
    if active is None:
        for text in _object_streams(plain, content):
            if text is None:
                return _mixed("ObjStm")
            active = _ACTIVE.search(_named(text))
            if active is not None:
                break
    if active is not None:
        return Judged(flaw=Flaw.ACTIVE_CONTENT, found=active.group(1).decode())
    return Judged("application/pdf")


def _named(content: bytes) -> bytes:
    """With the names of PDF written plainly: ``/J#61vaScript`` is ``/JavaScript``."""
    return _HEX.sub(lambda found: bytes([int(found.group(1), 16)]), content)


def _object_streams(plain: bytes, content: bytes) -> Iterator[bytes | None]:
    """What the compressed object streams hold; None for one that cannot be looked into.

    Their dictionaries stand before them in the clear; a bound holds for all together.
    """
    if _OBJECT_STREAM.search(plain) is None:
        return
    left = _INFLATED_MAX
    for count, begun in enumerate(_STREAM.finditer(content)):
        declared = content[max(0, begun.start() - _HEAD) : begun.start()].rpartition(b"obj")[2]
        if _OBJECT_STREAM.search(_named(declared)) is None:
            continue
        if count > _OBJECT_STREAMS_MAX:
            yield None
            return
        inflater = zlib.decompressobj()
        try:
            text = inflater.decompress(content[begun.end() :], left)
        except zlib.error:
            yield None
            return
        left -= len(text)
        if not inflater.eof or left <= 0:
            yield None
            return
        yield text


# ---------------------------------------------------------------- pictures


def _png(content: bytes) -> Judged:
    """Chunk by chunk to the last one, with nothing after it."""
    at = len(_PNG)
    first = True
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        after = at + 12 + length
        if after > len(content) or (first and kind != b"IHDR"):
            return _mixed("PNG")
        (told,) = struct.unpack_from(">I", content, after - 4)
        if zlib.crc32(content[at + 4 : after - 4]) != told:
            return _mixed("CRC")
        if kind == b"IEND":
            return Judged("image/png") if after == len(content) else _mixed("IEND")
        at, first = after, False
    return _mixed("PNG")


def _jpeg(content: bytes) -> Judged:
    """Phones append pictures and films of their own to a JPEG; an archive, a page, a PDF or a program is no photo."""
    foreign = _foreign(content)
    if foreign is not None:
        return _mixed(foreign)
    if b"%PDF-" in content[:_HEAD]:
        return _mixed("PDF")
    end = content.rfind(b"\xff\xd9")
    if end < 0:
        return _mixed("JPEG")
    trailing = content[end + 2 :]
    if _HTML.search(trailing) is not None or trailing.startswith((b"MZ", b"#!", b"Rar!", b"7z", b"\x7fELF")):
        return _mixed("JPEG")
    return Judged("image/jpeg")
