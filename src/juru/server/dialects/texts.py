"""Reading a supplier's reply text: outcome words, SN, reference, price, balance (reference/dialects.md section 10).

A text is cut at ``MAX_TEXT`` characters and every pattern here is bounded, so a hostile text costs no more than a
long one. What cannot be read stays None, and an outcome that no word states is unknown.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from juru.server.dialects.profiles import Found, ReplyProfile
from juru.server.domain.outcome import REQUEST_REFUSED, Answer, Outcome
from juru.values.msisdn import same_destination
from juru.values.rupiah import parse_number

MAX_TEXT = 2000
SN_CHARS_MAX = 200

_I = re.IGNORECASE | re.ASCII
_WRAP = re.compile(r"^\s*status=\d{1,3}\s?[&,]\s*message=", _I)
_TAIL = re.compile(r"&ref_?id=([\w-]{1,64})\S{0,100}\s*$", _I)
_BOILERPLATE = re.compile(
    r"\b(?:masih\s)?proses\s\d{1,9}\b|\bTrx\ske-\d{1,4}/hr:\s?\S{0,80}|\bTransaction\sSuccess\.\s?Info:", _I
)
_DUPLICATE = re.compile(r"\bs(?:u)?da?h\spernah\b(?:.{0,40}?\bstatus\s(?P<status>[^.]{1,60}))?", _I)
_INQUIRY = re.compile(r"\bINQSUKSES\b", _I)

_SUCCESS = re.compile(r"(?<!tidak )(?<!belum )(?<!tdk )\b(?:sukses|berhasil|success|paysukses)\b", _I)
_FAILED = re.compile(
    r"\b(?:gagal|failed|ditolak|dibatalkan|(?:tidak|tdk)\sdiproses|tujuan\ssalah|blacklist"
    r"|(?:tidak|tdk)\s(?:berhasil|sukses))\b",
    _I,
)
_REFUSED = re.compile(
    r"\b(?:(?:saldo|stok)\s(?:tidak|tdk)\scukup|salah\skode|stok\s(?:kosong|ditutup)|gangguan|qty\stidak\ssesuai"
    r"|allowed\sqty|cut[\s-]?off|amount\smust\sbe)\b",
    _I,
)
_PENDING = re.compile(
    r"\b(?:(?:akan|sedang|segera|masih|sdg)\sdiproses|proses|inprogress|menunggu\sjawaban|antrian|under\sprocess"
    r"|pending)\b",
    _I,
)
_NOT_FOUND = re.compile(
    r"\b(?:transaksi|trx|order|data|ref(?:\s?id)?|reference)\s(?:(?:tidak|tdk|belum)\s(?:ditemukan|ada)|(?:was\s)?not\sfound)\b",
    _I,
)
_BILL_WORDS = {
    "bill_paid": re.compile(
        r"\b(?:sudah|sdh|telah)\s(?:ter|di)?(?:bayar|lunas)|(?<!belum )(?<!blm )\blunas\b"
        r"|\b(?:already|been)\spaid\b|\bpaid\sbill\b",
        _I,
    ),
    "bill_not_ready": re.compile(
        r"\b(?:tagihan|bill)\s(?:\S{1,20}\s){0,2}(?:belum|blm|not\s(?:yet\s)?)\s?(?:tersedia|ada|terbit|available)"
        r"|\b(?:tidak|belum)\sada\stagihan\b|\bno\sbill\b",
        _I,
    ),
    "bad_destination": re.compile(
        r"\b(?:nomor|no|id\spel(?:anggan)?|idpel|pelanggan|tujuan|customer)\b[^.]{0,40}?\b"
        r"(?:salah|tidak\s(?:di)?(?:temukan|dikenal|terdaftar|valid)|invalid|unknown|not\sfound)\b",
        _I,
    ),
}
_OURSELVES = re.compile(
    r"\b(?:ip|pin|password|akses|signature)\s(?:\S{1,40}\s){0,3}(?:salah|keliru|ditolak|tidak|tdk|belum|invalid|denied)\b",
    _I,
)
_TIMEOUT = re.compile(r"\btime\s?out\b", _I)
_BALANCE_LOW = re.compile(r"\bsaldo\s(?:tidak|tdk)\scukup\b", _I)

_AMOUNT = r"(?:Rp\.?\s?)?-?\d[\d.,]{0,24}"
_BALANCE = re.compile(
    r"\b(?:sisa\ssaldo|saldo|sal|stok|m-?bal|balance)\b\s?[:=]?\s?"
    rf"(?:(?:Rp\.?\s?)?\(\s?Awal\s{_AMOUNT}\sAkhir\s(?P<last>{_AMOUNT})"
    rf"|(?P<first>{_AMOUNT})(?:\s?[-+]\s?(?P<change>{_AMOUNT})\s?=\s?(?P<result>{_AMOUNT})?)?)",
    _I,
)
_SUM = re.compile(rf"{_AMOUNT}\s?-\s?(?P<change>{_AMOUNT})\s?=", _I)
_PRICE = re.compile(rf"\b(?:hrg|harga|price)\b\s?[:=]?\s?(?P<price>{_AMOUNT})", _I)

_SN = re.compile(r"\b(?:SN\s?/\s?Ref|SNRef|S/N|SN)\s?[:=]\s?", _I)
# Labels that are also words of a customer's name end an SN only where a value follows them.
_LABELS = (
    r"(?:sisa\ssaldo|saldo|stok|m-bal|balance|harga|hrg|trxid|trx\ske|clientid|ref\.?\sid|keterangan|tagihan"
    r"|kode_reseller)\b|(?:sal|price|tele|wa|waktu|info)\b(?=\s?[:=]|\s?-?(?:Rp|\d))"
)
_SN_END = re.compile(rf"(?:\.{{1,5}}\s{{0,3}}|\s)(?:{_LABELS})|/Tagihan=|\s[@*]", _I)
_PHONE_LIKE = re.compile(r"\+?[\d .()-]{8,24}", re.ASCII)
_SENTENCE_END = re.compile(r"\.\s")
_WHATSAPP = re.compile(r"\bwa\s?[:=.]\s?(\+?\d{8,16})", _I)

# In order of preference: our reference stands behind R#, otherwise behind one of the older labels.
_REFS = tuple(
    re.compile(rf"{label}([A-Za-z0-9_-]{{1,64}})", _I)
    for label in (r"(?<![A-Za-z])R#", r"\bREFF#", r"\bCLIENTID\s?[=:]\s?", r"\bref\.?\s?id\s?[:=]\s?")
)
_SUPPLIER_ID = re.compile(r"(?:\bTrxID\s?[=:]\s?|(?<![A-Za-z])T#)([\w-]{1,64})|^#(\d{1,32})\b", _I)
_DEST = re.compile(
    r"\b(?P<kode>[A-Z][A-Z0-9-]{0,19})(?P<sep>\ske\s|\.\s?)(?P<dest>\+?\d{8,20})(?!\d)(?![\w.*]{0,12}[x*])", _I
)
_NO_PRODUCT = frozenset(("TRX", "TRANSAKSI", "PENGISIAN", "PULSA", "ISI", "TOPUP", "PEMBAYARAN", "TRANSFER", "KODE"))
_NO_DEST = frozenset(
    (
        *("SUKSES", "BERHASIL", "SUCCESS", "GAGAL", "FAILED", "CUKUP", "SALAH", "DIPROSES"),
        *("SALDO", "SAL", "STOK", "BALANCE", "HRG", "HARGA", "PRICE", "RP"),
        *("SN", "REF", "WA", "TELE", "TRXID", "CLIENTID", "ID", "R", "NO", "TOKEN"),
    )
)


class Words(NamedTuple):
    """What the words of a text say, before anything structured is laid beside them."""

    outcome: Outcome
    reason: str | None = None
    refusal: bool = False


def classify(text: str, *, sn_span: tuple[int, int] | None = None) -> Words:
    """The outcome the words state. A success word that stands only inside the SN (a customer's name) proves nothing."""
    success = any(sn_span is None or not sn_span[0] <= word.start() < sn_span[1] for word in _SUCCESS.finditer(text))
    failed = _FAILED.search(text) is not None
    if success and failed:
        return Words(Outcome.UNKNOWN, "contradiction")
    if not success and _NOT_FOUND.search(text):
        return Words(Outcome.REFUSED, "not_found", refusal=True)
    if failed:
        refusal = _REFUSED.search(text) is not None
        return Words(Outcome.REFUSED if refusal else Outcome.FAILED, None, refusal)
    if success:
        return Words(Outcome.SUCCESS)
    if _PENDING.search(text):
        return Words(Outcome.PENDING)
    return Words(Outcome.UNKNOWN, "no_status_word")


def read_bill_reason(answer: Answer) -> Answer:
    """The answer to a bill's inquiry with the stable word for what it says of the bill itself, where it says any.

    ``bill_paid``, ``bill_not_ready`` and ``bad_destination`` would be said by every other supplier as well.
    """
    if answer.outcome not in (Outcome.FAILED, Outcome.REFUSED):
        return answer
    found = next((word for word, pattern in _BILL_WORDS.items() if pattern.search(answer.message)), None)
    return answer if found is None else msgspec.structs.replace(answer, reason=found)


def read_request_refusal(answer: Answer) -> Answer:
    """A failure whose words blame who asked (a PIN, an address): it tells of this request, never of the order."""
    if answer.outcome in (Outcome.FAILED, Outcome.REFUSED) and _OURSELVES.search(answer.message):
        return msgspec.structs.replace(answer, outcome=Outcome.REFUSED, reason=REQUEST_REFUSED)
    return answer


def contradicts(stated: Outcome, message: str) -> bool:
    """True when the words of a message state the final outcome that is opposite to its code's (rule 2.2)."""
    said = classify(message).outcome
    if stated is Outcome.SUCCESS:
        return said in (Outcome.FAILED, Outcome.REFUSED)
    return stated in (Outcome.FAILED, Outcome.REFUSED) and said is Outcome.SUCCESS


def weigh(stated: Outcome, words: Words) -> Words:
    """Code and text of one message (rule 2.2): a final state beats a non-final one, two contradicting ones are none."""
    if words.reason == "contradiction":
        return words
    if words.outcome in (Outcome.PENDING, Outcome.UNKNOWN):
        return Words(stated)
    if stated is Outcome.PENDING:
        return words
    if (stated is Outcome.SUCCESS) is not (words.outcome is Outcome.SUCCESS):
        return Words(Outcome.UNKNOWN, "contradiction")
    return words if words.reason == "not_found" else Words(stated, None, words.refusal)


def read_reply_text(
    text: str,
    *,
    dest: str | None = None,
    ref: str | None = None,
    profile: ReplyProfile | None = None,
    stated: Outcome | None = None,
) -> Answer:
    """One reply text, mapped.

    ``dest`` and ``ref`` are ours where known: an SN equal to either is none. ``stated`` is what a structured code
    beside the text says, already mapped; it and the words are weighed by rule 2.2.
    """
    body = tidy(text)
    if _INQUIRY.search(body):
        return _inquiry_step(body, ref, stated)
    clean = " ".join(_BOILERPLATE.sub(" ", _TAIL.sub("", body)).split())
    found = profile.find(body) if profile else None
    groups = found.groups if found else {}
    span = _sn_span(clean)
    earlier = _DUPLICATE.search(clean)
    words = _words(clean, span, earlier, found)
    if stated is not None:
        words = weigh(stated, words)
    product, number = _destination(clean)
    risky = words.outcome in (Outcome.FAILED, Outcome.REFUSED) and _TIMEOUT.search(clean) is not None
    answer = Answer(
        # Whoever waited for an answer had sent something: a timeout is never "no transaction was created".
        outcome=Outcome.FAILED if risky else words.outcome,
        reason=words.reason,
        ref=groups.get("clientid") or _ref(body, ref),
        price_idr=parse_number(groups["hargabeli"]) if "hargabeli" in groups else _price(clean, words.outcome),
        balance_idr=parse_number(groups["saldo"]) if "saldo" in groups else read_balance_text(clean),
        message=body,
        dest=groups.get("tujuan") or number,
        product=(groups.get("kode") or product or "").upper() or None,
        supplier_trx_id=_supplier_id(clean),
        late_success_risk=risky,
        duplicate=earlier is not None,
        supplier_balance_low=words.refusal and _BALANCE_LOW.search(clean) is not None,
    )
    if words.outcome is not Outcome.SUCCESS:
        return answer
    written = groups["sn"] if "sn" in groups else clean[span[0] : span[1]] if span else ""
    whatsapp = tuple(match[1] for match in _WHATSAPP.finditer(clean))
    serial = clean_sn(written, answer, numbers=(*whatsapp, *((dest,) if dest else ())), ref=ref)
    return msgspec.structs.replace(answer, sn=serial)


def _inquiry_step(body: str, ref: str | None, stated: Outcome | None) -> Answer:
    """INQSUKSES prices a bill; it delivers nothing."""
    failed = _FAILED.search(body) is not None or stated in (Outcome.FAILED, Outcome.REFUSED)
    return Answer(
        outcome=Outcome.UNKNOWN if failed else Outcome.SUCCESS,
        reason="contradiction" if failed else None,
        step="inquiry",
        settles=False,
        message=body,
        ref=_ref(body, ref),
    )


def tidy(text: str) -> str:
    """The text cut to its maximum, blanks collapsed, a ``status=N&message=`` wrap taken off."""
    return " ".join(_WRAP.sub("", text[:MAX_TEXT]).split())


def clean_sn(
    written: str | None, answer: Answer, *, numbers: tuple[str, ...] = (), ref: str | None = None
) -> str | None:
    """The SN, or None: ``-``, empty and 0 are none, and no SN equals a phone, price, balance or reference beside it."""
    serial = (written or "").strip().rstrip(".").strip()[:SN_CHARS_MAX]
    if not serial.strip("-0. "):
        return None
    if serial in (ref, answer.ref, answer.dest, *numbers):
        return None
    if _PHONE_LIKE.fullmatch(serial) and any(same_destination(n, serial) for n in (*numbers, answer.dest) if n):
        return None
    amount = parse_number(serial)
    if amount is not None and amount in (answer.price_idr, answer.balance_idr):
        return None
    return serial


def read_balance_text(text: str) -> int | None:
    """Our deposit there as the text states it: the number after ``=`` in a sum, else the one after its label."""
    found = _BALANCE.search(text)
    if found is None:
        return None
    if found["change"] is not None:
        return parse_number(found["result"]) if found["result"] else None
    return parse_number(found["last"] or found["first"])


def _words(clean: str, span: tuple[int, int] | None, earlier: re.Match[str] | None, found: Found | None) -> Words:
    if found is not None and found.outcome is not None:
        return Words(found.outcome, refusal=found.outcome is Outcome.REFUSED)
    if earlier is not None and earlier["status"]:
        stated = classify(earlier["status"])
        if stated.outcome is not Outcome.UNKNOWN:
            return stated
    return classify(clean, sn_span=span)


def _price(clean: str, outcome: Outcome) -> int | None:
    found = _PRICE.search(clean)
    if found is not None:
        return parse_number(found["price"]) or None
    if outcome not in (Outcome.SUCCESS, Outcome.PENDING):
        return None
    change = _SUM.search(clean) if "=" in clean else None
    return parse_number(change["change"]) or None if change else None


def _sn_span(clean: str) -> tuple[int, int] | None:
    label = _SN.search(clean)
    if label is None:
        return None
    # The blank after the colon may be the one that stands before the next label, so look from it.
    end = _SN_END.search(clean, label.end() - 1) or _SENTENCE_END.search(clean, label.end())
    stop = max(end.start(), label.end()) if end else len(clean)
    return label.end(), stop


def _ref(body: str, ours: str | None) -> str | None:
    for pattern in _REFS:
        found = pattern.search(body)
        if found is None:
            continue
        after = body[found.start(1) + len(ours) :][:1] if ours else ""
        if ours and body.startswith(ours, found.start(1)) and not after.isalnum():
            return ours
        return found[1]
    tail = _TAIL.search(body)
    return tail[1] if tail else None


def _supplier_id(clean: str) -> str | None:
    found = _SUPPLIER_ID.search(clean)
    return found[1] or found[2] if found else None


def _destination(clean: str) -> tuple[str | None, str | None]:
    """Product and destination as the text names them: ``CODE.dest``, ``CODE. dest`` or ``CODE ke dest``."""
    for found in _DEST.finditer(clean):
        word = found["kode"].upper()
        if word in _NO_DEST:
            continue
        if word in _NO_PRODUCT:
            if "ke" in found["sep"]:
                return None, found["dest"]
            continue
        return word, found["dest"]
    return None, None
