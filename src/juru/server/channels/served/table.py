"""Which intent is carried out by what, in the order of ``Intent``; one that has no line is refused as not served."""

from __future__ import annotations

from juru.server.channels.door import Serve
from juru.server.channels.served.bills import inquiry, pay
from juru.server.channels.served.deposits import banks, ticket
from juru.server.channels.served.deposits import cancel as cancel_ticket
from juru.server.channels.served.look import balance, help_, invalid, price
from juru.server.channels.served.orders import last_orders, order, status
from juru.server.channels.served.own import change_pin
from juru.server.channels.served.transfers import cancel, transfer
from juru.server.domain.requests import Intent

SERVED: dict[Intent, Serve] = {
    Intent.ORDER: order,
    Intent.ORDER_MULTI: order,
    Intent.BILL_INQUIRY: inquiry,
    Intent.BILL_PAY: pay,
    Intent.BALANCE: balance,
    Intent.PRICE: price,
    Intent.PRICE_LIST: price,
    Intent.DEPOSIT_TICKET: ticket,
    Intent.DEPOSIT_CANCEL: cancel_ticket,
    Intent.BANK: banks,
    Intent.FORMAT: help_,
    Intent.PRODUCTS: price,
    Intent.CHANGE_PIN: change_pin,
    Intent.STATUS_CHECK: status,
    Intent.HISTORY: last_orders,
    Intent.DOWNLINE_TRANSFER: transfer,
    Intent.DOWNLINE_TRANSFER_BACK: transfer,
    Intent.TRANSFER_CANCEL: cancel,
    Intent.HELP: help_,
    Intent.INVALID: invalid,
}
