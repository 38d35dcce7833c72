"""The paper that goes along with a message."""

from __future__ import annotations

from pathlib import Path

from juru.association.errors import PrintingError
from juru.association.papers.content import NoPaperError, TakenBackError, paper_of
from juru.association.papers.printing import printed
from juru.association.store.reads import Reads
from juru.notify.mail import Attachment


class Papers:
    """Papers of the association in a directory, for its mail."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __call__(self, reads: Reads, number: str) -> Attachment | None:
        """The PDF of an invoice; None where there is none or none can be made here: the message goes without."""
        try:
            return Attachment(f"{number}.pdf", printed(self._directory, paper_of(reads, number)))
        except (NoPaperError, TakenBackError, PrintingError):
            return None
