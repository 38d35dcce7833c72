"""Wire formats in both directions: field names, signatures, codes, the order-text grammar, reply texts. Pure.

A channel and a supplier of one dialect share its file here, so that a format is written down once. Imports ``domain``
and ``values``; a dialect knows no other dialect, only the shared ``contract``, ``replies``, ``texts`` and ``profiles``.
A new format is one file and its fixture, one line in ``SUPPLIER_DIALECTS`` if we buy by it, then a thin file in
``channels`` or ``suppliers`` for each side on which it is spoken. A GET dialect is one row in ``get_rows``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from juru.server.dialects.contract import SupplierDialect
from juru.server.dialects.digiflazz_buyer import DIGIFLAZZ_BUYER
from juru.server.dialects.digiflazz_seller import DIGIFLAZZ_SELLER
from juru.server.dialects.fm import FM
from juru.server.dialects.get_buying import GetDialect
from juru.server.dialects.get_rows import GET_ROWS
from juru.server.dialects.iak import IAK
from juru.server.dialects.irsmarket import IRSMARKET
from juru.server.dialects.otomax import OTOMAX

_SPOKEN: tuple[SupplierDialect, ...] = (
    *(OTOMAX, DIGIFLAZZ_BUYER, DIGIFLAZZ_SELLER, IAK, FM, IRSMARKET),
    *(GetDialect(row) for row in GET_ROWS),
)
SUPPLIER_DIALECTS: Mapping[str, SupplierDialect] = MappingProxyType({dialect.name: dialect for dialect in _SPOKEN})
"""Every dialect we buy by, by the name an operator writes."""

__all__ = ["SUPPLIER_DIALECTS", "SupplierDialect"]
