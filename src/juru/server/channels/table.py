"""Every HTTP dialect that agents' programs may speak; a further one adds its line here."""

from __future__ import annotations

from juru.server.channels import digiflazz, digiflazz_seller, fm, get, iak, otomax
from juru.server.channels.way import Way
from juru.server.dialects.get_rows import GET_ROWS

WAYS: tuple[Way, ...] = (
    *(otomax.WAY, digiflazz.WAY, digiflazz_seller.WAY, iak.WAY, fm.WAY),
    *(get.way(row) for row in GET_ROWS if row.serves),
)
