"""The paper of a finding: where a supplier's statement and our book differ (``reconcile`` has the rules)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from juru.server.domain.paper import Head, Paper


class Difference(StrEnum):
    """How they differ; what approving each does stands in docs/how-to/reconcile-a-supplier.md."""

    MISSING_THERE = "missing_there"
    EXTRA_THERE = "extra_there"
    OTHER_PRICE = "other_price"
    OTHER_SN = "other_sn"
    OTHER_NUMBER = "other_number"
    THEY_CHARGED = "they_charged"
    THEY_DID_NOT = "they_did_not"
    CHARGED_TWICE = "charged_twice"


class FindingDraft(msgspec.Struct, frozen=True, omit_defaults=True):
    """One difference. ``name`` is our reference, or theirs; ``amount_idr`` what approving it would move."""

    kind: Difference
    name: str
    amount_idr: int
    attempt_id: int | None = None
    order_id: int | None = None
    row: int | None = None
    ours: str = ""
    theirs: str = ""
    sn: str | None = None
    by_number: bool = False


class FindingState(StrEnum):
    """Proposed until a person has decided."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


def mark_of(supplier: str, kind: Difference, state: FindingState) -> str:
    """By what findings are found."""
    return f"{supplier}/{kind}/{state}"


class Finding(Paper, frozen=True):
    """A difference that was proposed; the key says supplier, kind and reference, so that it is proposed once."""

    kept: ClassVar[bool] = False

    supplier: str
    draft: FindingDraft
    source: str
    by: str
    state: FindingState = FindingState.PROPOSED
    decided_by: str = ""
    reason: str = ""
    transfer_id: int | None = None

    def head(self) -> Head:
        """Open until it is decided; found by its supplier, kind and state together."""
        return Head(self.state is FindingState.PROPOSED, mark=mark_of(self.supplier, self.draft.kind, self.state))

    def moved(self) -> tuple[int, ...]:
        """The posting an approval made."""
        return () if self.transfer_id is None else (self.transfer_id,)
