"""Documents are judged by their content: what is locked, runs something or is two things at once is not kept."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.association.desk.documents import FOLDER, content
from juru.association.desk.judging import Flaw, judge
from juru.association.domain.commands import Done
from juru.association.domain.refusals import Refusal, told
from tests.support.association import Town


def pdf(*objects: bytes, tail: bytes = b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n") -> bytes:
    return b"%PDF-1.7\n" + b"\n".join((b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj", *objects)) + b"\n" + tail


def object_stream(text: bytes, data: bytes | None = None) -> bytes:
    packed = zlib.compress(text) if data is None else data
    head = b"5 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return head + packed + b"\nendstream endobj"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*, tail: bytes = b"") -> bytes:
    image = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + image + chunk(b"IEND", b"") + tail


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(30) + b"\xff\xd9"
ZIP_END = b"PK\x05\x06" + bytes(18)
FORM = b"6 0 obj << /AcroForm << /Fields [] /XFA 7 0 R >> >> endobj"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (pdf(), "application/pdf"),
        (pdf(object_stream(b"1 0 << /Type /Page >>")), "application/pdf"),
        (pdf(b"8 0 obj << /Length 3 >>\nstream\n\x01\x02\x03\nendstream endobj"), "application/pdf"),
        (pdf() + pdf()[9:], "application/pdf"),
        (png(), "image/png"),
        (JPEG, "image/jpeg"),
        (JPEG + b"MotionPhoto_Data" + bytes(500), "image/jpeg"),
    ],
    ids=["plain", "objects", "stream", "updated", "png", "jpeg", "a phone's photo"],
)
def test_honest_documents_are_kept(document: bytes, kind: str) -> None:
    assert judge(document).media_type == kind


@pytest.mark.parametrize(
    ("document", "flaw"),
    [
        (b"", Flaw.WRONG_TYPE),
        (b"<html>", Flaw.WRONG_TYPE),
        (b"MZ\x90", Flaw.WRONG_TYPE),
        (b" %PDF-1.7", Flaw.WRONG_TYPE),
        (b"%PDF-" + bytes(10_000_001), Flaw.WRONG_TYPE),
        (pdf(tail=b"trailer << /Encrypt 3 0 R >>\n%%EOF"), Flaw.ENCRYPTED),
        (pdf(tail=b"trailer << /Enc#72ypt 3 0 R >>\n%%EOF"), Flaw.ENCRYPTED),
        (pdf(b"3 0 obj << /S /JavaScript /JS (app.alert) >> endobj"), Flaw.ACTIVE_CONTENT),
        (pdf(b"3 0 obj << /S /J#61vaScr#69pt /JS (x) >> endobj"), Flaw.ACTIVE_CONTENT),
        (pdf(b"3 0 obj << /S /Launch /F (cmd) >> endobj"), Flaw.ACTIVE_CONTENT),
        (pdf(b"3 0 obj << /Type /EmbeddedFile >> endobj"), Flaw.ACTIVE_CONTENT),
        (pdf(FORM), Flaw.ACTIVE_CONTENT),
        (pdf(object_stream(b"1 0 << /S /JavaScript /JS (x) >>")), Flaw.ACTIVE_CONTENT),
        (pdf(object_stream(b"1 0 << /S /Launch#41 /x /L#61unch >>")), Flaw.ACTIVE_CONTENT),
        (pdf(object_stream(b"", data=b"not deflate at all")), Flaw.MIXED_CONTENT),
        (pdf(object_stream(b"", data=zlib.compress(bytes(30_000_000)))), Flaw.MIXED_CONTENT),
        (pdf() + ZIP_END, Flaw.MIXED_CONTENT),
        (pdf() + b"<script>alert(1)</script>", Flaw.MIXED_CONTENT),
        (b"%PDF-1.4 <script>alert(1)</script>\n%%EOF", Flaw.MIXED_CONTENT),
        (png(tail=b"<?php"), Flaw.MIXED_CONTENT),
        (png()[:-14] + bytes(14), Flaw.MIXED_CONTENT),
        (png()[:-5], Flaw.MIXED_CONTENT),
        (JPEG + ZIP_END, Flaw.MIXED_CONTENT),
        (JPEG[:20] + b"%PDF-1.7" + JPEG[20:], Flaw.MIXED_CONTENT),
        (JPEG[:20] + b"<svg onload=x>" + JPEG[20:], Flaw.MIXED_CONTENT),
        (JPEG + b"MZ\x90", Flaw.MIXED_CONTENT),
        (JPEG[:-2], Flaw.MIXED_CONTENT),
    ],
)
def test_what_is_locked_active_or_two_things_at_once_is_refused(document: bytes, flaw: Flaw) -> None:
    judged = judge(document)
    assert (judged.flaw, judged.media_type) == (flaw, "")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi")
    yield town
    town.close()


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"x", "wrong_type"),
        (pdf(tail=b"trailer << /Encrypt 3 0 R >>\n%%EOF"), "encrypted"),
        (pdf(FORM), "active_content"),
        (pdf() + ZIP_END, "mixed_content"),
    ],
)
def test_each_refusal_says_what_to_do_and_keeps_nothing(town: Town, document: bytes, code: str) -> None:
    result = town.desk.keep(document, name="surat.pdf", now=town.now(), by="ana", request="d")
    assert isinstance(result, Refusal)
    assert result.code.value == code
    assert "PDF" in told(result, "id") or "sandi" in told(result, "id")
    assert not (town.path / FOLDER).exists()


def test_a_document_comes_back_as_it_was_or_not_at_all(town: Town) -> None:
    done = town.desk.keep(pdf(), name="surat.pdf", now=town.now(), by="ana", request="d")
    assert isinstance(done, Done)
    folder = town.path / FOLDER
    assert content(folder, done.id) == pdf()
    (folder / done.id[:2] / done.id).write_bytes(pdf() + b" ")
    for lost in (done.id, "0" * 64):
        with pytest.raises(LookupError):
            content(folder, lost)
