"""A business comes to another owner: the open debts as they stand are shown to him, and noted as shown."""

from __future__ import annotations

import msgspec

from juru.association.desk.acting import Act
from juru.association.desk.settling import open_invoices
from juru.association.domain.facts import OwnerChanged, OwnerConfirmed


def shown_debts(act: Act, member: str, fact: OwnerChanged | OwnerConfirmed) -> OwnerChanged | OwnerConfirmed:
    """The fact with the invoices that are open today and their sum, whatever was typed there."""
    invoices = open_invoices(act, member)
    owed_idr = sum(invoice.outstanding_idr for invoice in invoices)
    return msgspec.structs.replace(fact, owed_idr=owed_idr, invoices=tuple(invoice.number for invoice in invoices))
