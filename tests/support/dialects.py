"""A GET dialect that nobody speaks: one row, with every name its own, to see that a row is all a dialect needs."""

from __future__ import annotations

from juru.server.channels.get import way
from juru.server.channels.table import WAYS
from juru.server.dialects import SUPPLIER_DIALECTS, SupplierDialect
from juru.server.dialects.get_buying import GetDialect
from juru.server.dialects.get_rows import GetRow, OrderNames, ReportNames
from juru.server.domain.outcome import InquiryVerb, Outcome

INVENTED = GetRow(
    name="cempaka",
    title="Cempaka",
    order=OrderNames("anggota", "kunci", "nama", "sandi", "barang", "nomor", "nota", "ke"),
    report=ReportNames(
        ref="nota", message="kabar", status="hasil", dest="nomor", sn="seri", price="biaya", trx_id="no"
    ),
    path="/beli",
    extras=True,
    statuses={"OK": Outcome.SUCCESS, "NOK": Outcome.FAILED},
    inquiry=InquiryVerb.RESEND,
)
DIALECTS: dict[str, SupplierDialect] = dict(SUPPLIER_DIALECTS) | {INVENTED.name: GetDialect(INVENTED)}
"""All that we buy by, and the invented one."""
ALL_WAYS = (*WAYS, way(INVENTED))
"""All ways in, and the invented one's."""
