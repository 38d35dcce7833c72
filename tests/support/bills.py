"""The small market with bills: ALFA first, then BETA, sell them; BUDI asks and pays."""

from __future__ import annotations

import msgspec

from juru.server.domain.bill import Bill
from juru.server.domain.catalog import DestKind, Offer, Product, ProductKind
from juru.server.domain.commands import AskBill, BillAnswered, MessageKey, PayBill
from juru.server.domain.order import Order
from juru.server.domain.outcome import Answer, InquiryVerb, Outcome
from juru.server.domain.results import Asking, Found, Placed, Result
from juru.server.domain.views import BillView
from tests.support.domain import Market, market

NUMBER = "530000000001"
FEE_IDR = 2_600
"""What paying a bill costs BUDI beyond the supplier's charge: 2,500, his own 50, MID's 20 and TOP's 30."""


class BillMarket(Market):
    """A market that asks, answers and pays in one word each."""

    def __init__(self, made: Market) -> None:
        super().__init__(made.cell)
        self.__dict__.update(made.__dict__)

    def ask(
        self,
        ref: str | None = "b1",
        *,
        number: str = NUMBER,
        agent: str = "BUDI",
        product: str = "BILL",
        **more: object,
    ) -> Result:
        """An inquiry; by H2H with a reference, in chat without."""
        channel = "chat" if ref is None else "h2h-digiflazz"
        return self.do(AskBill(agent, product, number, channel, ref, **more))  # type: ignore[arg-type]

    def asking(self, ref: str | None = "b1", **more: object) -> Asking:
        """An inquiry that may leave."""
        result = self.ask(ref, **more)  # type: ignore[arg-type]
        assert isinstance(result, Asking), result
        return result

    def told(self, asking: Asking, outcome: Outcome = Outcome.SUCCESS, **more: object) -> Result:
        """A supplier's answer to it."""
        facts = {"price_idr": 50_000, "selling_price_idr": 52_500, "admin_idr": 2_500} | more
        answer = Answer(outcome, ref=asking.buy.ref, settles=False, **facts)  # type: ignore[arg-type]
        return self.do(BillAnswered(asking.key, asking.buy.ref, answer))

    def found(self, ref: str | None = "b1", *, price_idr: int = 50_000, **more: object) -> BillView:
        """A bill asked about and found."""
        result = self.told(self.asking(ref, **more), price_idr=price_idr)
        assert isinstance(result, Found), result
        return result.bill

    def pay(
        self,
        ref: str | None = "b1",
        *,
        number: str = NUMBER,
        agent: str = "BUDI",
        product: str = "BILL",
        **more: object,
    ) -> Result:
        """A payment; without a reference in chat, each a message of its own."""
        if ref is not None:
            return self.do(PayBill(agent, product, number, "h2h-digiflazz", ref, **more))  # type: ignore[arg-type]
        message = MessageKey("chat", f"chat:{agent}", f"p{len(self.commits)}", f"BAYAR.{product}.{number}")
        return self.do(PayBill(agent, product, number, "chat", None, **({"message": message} | more)))  # type: ignore[arg-type]

    def paying(self, ref: str | None = "b1", **more: object) -> Order:
        """A payment that must be accepted."""
        result = self.pay(ref, **more)  # type: ignore[arg-type]
        assert isinstance(result, Placed), result
        assert not result.orders[0].repeated
        return self.orders[result.orders[0].order_id]

    def bill(self, key: str = "3/b1") -> Bill:
        """The latest version of a bill's paper."""
        paper = self.papers["bill", key][1]
        assert isinstance(paper, Bill)
        return paper


def bill_market(**settings: object) -> BillMarket:
    """Both suppliers sell bills and can be asked about a payment."""
    made = market(**settings)
    made.save(
        "product", "EMONEY", Product("EMONEY", "E-money", ProductKind.BILL, 1_000, DestKind.MSISDN, asks_amount=True)
    )
    for number, code in enumerate(("ALFA", "BETA"), 1):
        made.change_supplier(code, bill_inquiry=InquiryVerb.EXPLICIT)
        for product in ("BILL", "EMONEY"):
            key = f"{code}-{product}"
            made.save("offer", key, Offer(key, product, code, f"sku-{product}", 0, number))
    return BillMarket(made)


def changed(shop: Market, code: str, **changes: object) -> None:
    """Another version of an offer, by its key."""
    offer = next(o for offers in shop.cell.offers.values() for o in offers if o.key == code)
    shop.save("offer", code, msgspec.structs.replace(offer, **changes))
