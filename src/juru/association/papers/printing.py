"""A paper as PDF: one template, no clock in it, kept by the digest of what it says so that it is made once.

WeasyPrint is loaded only here, and only when something is printed.
"""

from __future__ import annotations

import base64
import hashlib
import io
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from juru.association.desk import documents
from juru.association.errors import PrintingError
from juru.association.papers.paper import Paper
from juru.association.papers.words import TITLES, WORDS, long_day
from juru.values.rupiah import dotted, format_rupiah
from juru.values.terbilang import rupiah_in_words

FOLDER = "papers"
_TEMPLATES = Path(__file__).parent / "templates"
_PDF = b"%PDF-"
_press = threading.Lock()
"""Papers of a process share their fonts, which saves a fifth of the work; Pango does not share them among threads."""


def printed(directory: Path, paper: Paper) -> bytes:
    """A paper of the association in a directory: as it was kept, or made now and kept.

    Raises ``PrintingError`` with the remedy where this machine can make no PDF.
    """
    path = kept_path(directory, paper)
    if path.is_file():
        content = path.read_bytes()
        if content.startswith(_PDF):
            return content
    content = made(paper, directory / documents.FOLDER)
    documents.write(path.parent, path.name, content)
    return content


def kept_path(directory: Path, paper: Paper) -> Path:
    """Where a paper is kept: by what it says and by what lays it out, so that neither can go out of date."""
    digest = hashlib.sha256(f"{paper.digest()} {_layout()}".encode()).hexdigest()
    return directory / FOLDER / digest[:2] / f"{digest}.pdf"


def made(paper: Paper, pictures: Path) -> bytes:
    """The PDF; ``pictures`` is the folder of kept documents, where the logo is."""
    # Without an identifier of our own the library would draw one by chance.
    identifier = paper.digest()[:32].encode()
    page = _page(paper, pictures)
    with _press:
        html, fetcher, fonts = _printer()
        # A paper loads nothing but what it carries itself.
        own = fetcher(allowed_protocols=("data",))
        pdf: bytes = html(string=page, url_fetcher=own).write_pdf(pdf_identifier=identifier, font_config=fonts)
    return pdf


def _page(paper: Paper, pictures: Path) -> str:
    page: str = _template().render(
        paper=paper,
        title=TITLES[paper.kind],
        words=WORDS,
        css=_css(),
        logo=_logo(paper.head.logo, pictures),
        qr=_qr(paper.link),
        long_day=long_day,
        dotted=dotted,
        rupiah=format_rupiah,
        in_words=rupiah_in_words,
    )
    return page


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True)
    return out.getvalue().decode()


def _logo(sha256: str, pictures: Path) -> str:
    """The kept picture as a data address; a paper without it when it is gone, as the audit will tell."""
    if not sha256:
        return ""
    path = pictures / sha256[:2] / sha256
    if not path.is_file():
        return ""
    content = path.read_bytes()
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


@cache
def _layout() -> str:
    """What lays papers out: the templates and the library's release."""
    digest = hashlib.sha256(version("weasyprint").encode())
    for path in sorted([*_TEMPLATES.iterdir(), Path(__file__).with_name("words.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _css() -> str:
    return (_TEMPLATES / "paper.css").read_text(encoding="utf-8")


@cache
def _template() -> Any:  # noqa: ANN401 - the library's class
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("paper.html")


@cache
def _printer() -> tuple[Any, Any, Any]:
    """WeasyPrint, which needs Pango of the system, and fonts found once."""
    try:
        from weasyprint import HTML, URLFetcher  # noqa: PLC0415 - loads Pango, which most commands need not
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - as above
    except (ImportError, OSError) as error:
        message = (
            "no PDF can be made: the system's library Pango is missing. Debian, Ubuntu: apt install "
            f"libpango-1.0-0 libpangoft2-1.0-0 ({error})"
        )
        raise PrintingError(message) from error
    return HTML, URLFetcher, FontConfiguration()
