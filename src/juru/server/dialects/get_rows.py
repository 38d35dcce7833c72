"""The GET dialects as a table: IRS, ST24, Tiger, Payuni, Serpul, Sipas (reference/dialects.md sections 4 and 5).

All of them are one format: an order in the query, a text back, a report in a query later. What differs is names, and a
row holds them; ``get_buying`` and ``get_selling`` read the rows, one for each direction. **A further GET dialect is one
row here**: it can be bought by at once, and is served under ``/h2h/<name>`` if ``serves`` is True.
"""

from __future__ import annotations

import msgspec

from juru.server.domain.outcome import InquiryVerb, Outcome

DAY_S = 86_400
BEFORE_DEST = "."
"""As name of the counter: it stands in front of the destination, ``2.0878...``."""


class OrderNames(msgspec.Struct, frozen=True):
    """The parameters of an order. ``counter``: its own name, `BEFORE_DEST`, or empty where the dialect has none."""

    member: str
    pin: str
    user: str
    password: str
    product: str
    dest: str
    ref: str
    counter: str = ""


class ReportNames(msgspec.Struct, frozen=True):
    """The parameters of a report (callback); empty where the dialect has none. ``trx_id`` is the seller's own id."""

    ref: str
    message: str
    status: str = ""
    product: str = ""
    dest: str = ""
    sn: str = ""
    price: str = ""
    trx_id: str = ""


class GetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One GET dialect.

    ``path``: where a seller's orders go unless his account says otherwise. ``serves``: agents' programs may call us in
    it. ``extras``: what Digiflazz takes beside the order (`Extras`) is sent. ``statuses``: the report's status codes; a
    code that is not here is unknown. ``inquiry`` and ``horizon_s``: how a seller may be asked, law 6.
    """

    name: str
    title: str
    order: OrderNames
    report: ReportNames
    path: str
    serves: bool = True
    extras: bool = False
    statuses: dict[str, Outcome] = {}
    inquiry: InquiryVerb = InquiryVerb.NONE
    horizon_s: int = DAY_S


class Extras(msgspec.Struct, frozen=True):
    """What may stand beside an order: read from every agent's program, sent where a row says ``extras``."""

    max_price: str = "hargamax"
    testing: str = "testing"
    dots: str = "izinkantitik"
    kind: str = "jenis"
    version: str = "version"
    amount: str = "denom"


EXTRAS = Extras()
BILL_INQUIRY, BILL_PAY, BILL_VERSION = "5", "6", "2"
"""Values of ``jenis``, and of ``version`` where the bill is to be told in numbers."""

_IRS_ORDER = OrderNames("id", "pin", "user", "pass", "kodeproduk", "tujuan", "idtrx", BEFORE_DEST)
_IRS_REPORT = ReportNames(
    ref="clientid", message="msg", status="statuscode", product="kp", dest="msisdn", sn="sn", trx_id="serverid"
)
_IRS_STATUSES = {"1": Outcome.SUCCESS, "2": Outcome.FAILED}
_PAYUNI_ORDER = OrderNames("memberID", "pin", "user", "password", "product", "dest", "refID")

IRS = GetRow(name="irs", title="IRS", order=_IRS_ORDER, report=_IRS_REPORT, statuses=_IRS_STATUSES, path="/api")
ST24 = GetRow(name="st24", title="ST24", order=_IRS_ORDER, report=_IRS_REPORT, statuses=_IRS_STATUSES, path="/api")
TIGER = GetRow(
    name="tiger",
    title="Tiger",
    order=OrderNames("idmember", "pin", "user", "password", "produk", "tujuan", "reqid"),
    report=ReportNames(ref="reqid", message="msg", product="produk", dest="dest", sn="sn"),
    path="/api/h2h",
)
PAYUNI = GetRow(
    name="payuni",
    title="Payuni",
    order=_PAYUNI_ORDER,
    report=ReportNames(ref="refID", message="message", product="produk", dest="tujuan", sn="sn"),
    path="/api",
)
SERPUL = GetRow(
    name="serpul",
    title="Serpul",
    order=msgspec.structs.replace(_PAYUNI_ORDER, counter="counter"),
    report=ReportNames(ref="refid", message="message", price="price"),
    path="/without-sign/trx",
)
# How a Sipas server wants its orders was not found: these names are a guess that an account's own names replace.
SIPAS = GetRow(
    name="sipas",
    title="Sipas",
    order=_IRS_ORDER,
    report=ReportNames(ref="reffid", message="msgs", product="produk", dest="dest", sn="sn"),
    path="/api",
    serves=False,
)
# The same six programs as buyers of Digiflazz: one format at .../v1/buyer/{otomax|irs|st24|sipas|payuni|tiger}.
DIGIFLAZZ_GET = GetRow(
    name="digiflazz_get",
    title="Digiflazz by GET",
    order=_IRS_ORDER,
    report=_IRS_REPORT,
    statuses=_IRS_STATUSES,
    path="/transaction",
    serves=False,
    extras=True,
    inquiry=InquiryVerb.RESEND,
    horizon_s=80 * DAY_S,
)

GET_ROWS: tuple[GetRow, ...] = (IRS, ST24, TIGER, PAYUNI, SERPUL, SIPAS, DIGIFLAZZ_GET)
