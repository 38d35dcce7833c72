"""A receipt (struk) as text for a printer of 58 mm paper: 32 columns, nothing but ASCII lines and words."""

from __future__ import annotations

from juru.server.dialects.replies import Templates
from juru.server.domain.bill import Bill
from juru.server.domain.views import OrderView
from juru.values.rupiah import format_rupiah

COLUMNS = 32
_LABEL = 7
_GROUP = 4
_TOKEN_DIGITS = 20


def receipt_text(
    view: OrderView, *, shop: str, product: str, price_idr: int | None, templates: Templates, bill: Bill | None = None
) -> str:
    """What was sold, to which number, with its SN; the price only where the agent says what his customer paid.

    Of a bill it also says whose it is and what was owed, as every receipt of a bill does.
    """
    words = templates.texts
    lines = [*_centred(shop), *_centred(words["receipt.title"]), "-" * COLUMNS]
    lines += _field(words["receipt.time"], view.at[:16].replace("T", " "))
    lines += _field(words["receipt.product"], f"{view.product} {product}")
    lines += _field(words["receipt.dest"], view.dest)
    for place, part in enumerate(_serial(view.sn)):
        lines += _field(words["receipt.sn"] if place == 0 else "", part)
    lines += _field(words["receipt.order"], f"#{view.order_id}")
    if bill is not None:
        lines += _owed(bill, words)
    if price_idr is not None:
        lines += ["-" * COLUMNS, *_field(words["receipt.price"], format_rupiah(price_idr))]
    return "\n".join([*lines, "-" * COLUMNS, *_centred(words["receipt.footer"])])


def _owed(bill: Bill, words: dict[str, str]) -> list[str]:
    """Customer, period and what it came to, a line for each that the supplier has told."""
    owed_idr = bill.selling_price_idr
    told = [
        ("customer", bill.customer),
        ("period", bill.period),
        ("bills", str(bill.bills) if bill.bills > 1 else ""),
        ("bill", format_rupiah(owed_idr - bill.admin_idr) if bill.admin_idr else ""),
        ("admin", format_rupiah(bill.admin_idr) if bill.admin_idr else ""),
        ("total", format_rupiah(owed_idr)),
    ]
    lines = ["-" * COLUMNS]
    for name, value in told:
        lines += _field(words[f"receipt.{name}"], value) if value else []
    return lines


def _serial(sn: str | None) -> list[str]:
    """The SN; a token of 20 digits in groups of four, as it is typed into a meter, what follows it beside."""
    token, _, rest = (sn or "-").partition("/")
    digits = token.replace("-", "").replace(" ", "")
    if len(digits) != _TOKEN_DIGITS or not digits.isdigit():
        return [sn or "-"]
    grouped = "-".join(digits[i : i + _GROUP] for i in range(0, _TOKEN_DIGITS, _GROUP))
    return [grouped, *(part for part in rest.split("/") if part)]


def _field(label: str, value: str) -> list[str]:
    """A label and its value, which goes on in further lines under itself."""
    parts = _wrapped(value, COLUMNS - _LABEL - 1)
    return [f"{label if i == 0 else '':<{_LABEL}} {part}".rstrip() for i, part in enumerate(parts)]


def _centred(text: str) -> list[str]:
    return [part.center(COLUMNS).rstrip() for part in _wrapped(text, COLUMNS)]


def _wrapped(text: str, width: int) -> list[str]:
    """In lines of a width, at blanks where there are any; a word that is longer is cut, never dropped."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        while rest:
            room = width - len(line) - (1 if line else 0)
            if line and len(rest) > room:
                lines.append(line)
                line = ""
            else:
                taken, rest = rest[:room], rest[room:]
                line = f"{line} {taken}" if line else taken
    return [*lines, line] if line or not lines else lines
