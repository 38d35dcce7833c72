"""Whatever comes over a wire, a dialect reads it: it never raises, and what it cannot read ends no order."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.server.dialects import SUPPLIER_DIALECTS, digiflazz_buyer, digiflazz_seller, fm, iak
from juru.server.dialects.contract import Credentials
from juru.server.dialects.get_buying import GetDialect
from juru.server.dialects.get_rows import EXTRAS, GET_ROWS, GetRow
from juru.server.dialects.get_selling import GetSelling
from juru.server.domain.outcome import Buy, Outcome, Step
from juru.values.wire import WireReply, WireRequest

READERS = {
    "iak": iak.read_request,
    "digiflazz_seller": digiflazz_seller.read_request,
    "digiflazz_buyer": digiflazz_buyer.read_request,
    "fm": fm.read_request,
}
PATHS = ("/", "/api/top-up", "/api/v1/bill/check", "/v1/transaction", "/v1/inquiry-pln", "/TOKO", "/api/pricelist/x")
FIELDS = (
    *("rc", "status", "message", "ref_id", "customer_no", "customer_id", "hp", "code", "buyer_sku_code", "sn", "pin"),
    *("price", "selling_price", "balance", "tr_id", "response_code", "noref", "desc", "data", "segment_power", "name"),
    *("username", "sign", "commands", "amount", "year", "testing", "success", "reff", "msg", "destination"),
)
WORDS = (
    "00",
    "0",
    "1",
    "2",
    "39",
    "06",
    "68",
    "Sukses",
    "SUCCESS",
    "r1",
    "TOKO",
    "inq-pasca",
    "pay-pasca",
    "081234567890",
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12)


def json_bodies() -> st.SearchStrategy[bytes]:
    wrapped = st.builds(lambda data: {"data": data}, OBJECTS)
    return (OBJECTS | wrapped | VALUES).map(_encoded)


def _encoded(value: Any) -> bytes:  # noqa: ANN401 - whatever was drawn
    try:
        return msgspec.json.encode(value)
    except (OverflowError, UnicodeEncodeError):
        return b"{}"


XML = st.lists(
    st.tuples(
        st.sampled_from(("command", "status", "message", "pin", "refTrxid", "msisdn", "product", "x")), st.text()
    ),
    max_size=6,
).map(lambda rows: ("<fm>" + "".join(f"<{n}>{v}</{n}>" for n, v in rows) + "</fm>").encode("utf-8", "replace"))
BODIES = st.binary(max_size=200) | json_bodies() | XML
BUY = Buy("S10", "+6281234567890", "r1")
_NAMES = sorted(
    {getattr(n, f) for row in GET_ROWS for n in (row.order, row.report, EXTRAS) for f in n.__struct_fields__}
)
QUERIES = st.lists(
    st.tuples(
        st.sampled_from([name for name in _NAMES if name not in {"", "."}]),
        st.text(max_size=30) | st.sampled_from((*WORDS, "5", "6", "true", "GAGAL", "S10.081234567890 SUKSES. SN: 1.")),
    ),
    max_size=14,
)


@pytest.mark.parametrize("name", sorted(READERS))
@given(body=BODIES, path=st.sampled_from(PATHS))
def test_a_request_is_read_or_refused(name: str, body: bytes, path: str) -> None:
    known = Credentials("TOKO", pin="1", password="2", api_key="3")
    read = READERS[name](WireRequest("POST", path, body=body), lambda _: known, lambda _: False)
    assert (read.request is None) is not (read.refusal is None)
    # Nobody who has not proved himself asks anything.
    assert read.request is None or read.auth == "ok"


@pytest.mark.parametrize("row", GET_ROWS, ids=lambda row: row.name)
@given(query=QUERIES)
def test_a_query_is_read_or_refused(row: GetRow, query: list[tuple[str, str]]) -> None:
    known = Credentials("TOKO", pin="1", password="2", user="r1")
    read = GetSelling(row).read_request(WireRequest("GET", "/", tuple(query)), lambda _: known, lambda _: False)
    assert (read.request is None) is not (read.refusal is None)
    assert read.request is None or read.auth == "ok"
    told = {name.lower(): value for name, value in reversed(query)}
    if told.get("testing", "").strip().lower() not in {"", "0", "false"}:
        assert read.request is None


@pytest.mark.parametrize("row", GET_ROWS, ids=lambda row: row.name)
@given(query=QUERIES)
def test_a_report_in_a_query_ends_an_order_only_by_its_own_words(row: GetRow, query: list[tuple[str, str]]) -> None:
    read = GetDialect(row).read_callback(WireRequest("GET", "/", tuple(query)))
    assert read.auth == "none"
    assert read.answer is not None
    told = {name.lower(): value for name, value in reversed(query)}
    code = told.get(row.report.status.lower()) if row.report.status else None
    if code and code not in row.statuses:
        assert read.answer.outcome is Outcome.UNKNOWN
    if not code and not told.get(row.report.message.lower()):
        assert read.answer.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("name", sorted(SUPPLIER_DIALECTS))
@given(body=BODIES, status=st.sampled_from((200, 204, 302, 400, 403, 500)), step=st.sampled_from(Step))
def test_a_reply_is_read_and_one_about_another_order_ends_none(name: str, body: bytes, status: int, step: Step) -> None:
    buy = msgspec.structs.replace(BUY, step=step)
    answer = SUPPLIER_DIALECTS[name].read_reply(WireReply(status, body), buy)
    if status not in (200, 204):
        assert answer.outcome is Outcome.UNKNOWN or (name == "iak" and status == 400)
    if answer.ref not in (None, "r1"):
        assert answer.outcome is Outcome.UNKNOWN
    if step is Step.INQUIRY and SUPPLIER_DIALECTS[name].bill_inquiry is not None:
        assert not answer.settles or answer.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("name", sorted(SUPPLIER_DIALECTS))
@given(body=BODIES)
def test_a_report_is_read_and_one_without_its_proof_says_nothing(name: str, body: bytes) -> None:
    dialect = SUPPLIER_DIALECTS[name]
    secret = dialect.callback_secret({"username": "u", "api_key": "k", "secret": "s"})
    read = dialect.read_callback(WireRequest("POST", "/token", body=body), secret)
    if secret is not None:
        assert (read.auth, read.answer) == ("bad", None)
    assert dialect.read_callback(WireRequest("POST", "/", body=body), None).auth == "none"
