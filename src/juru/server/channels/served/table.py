"""Which intent is carried out by what, in the order of ``Intent``; one that has no line is refused as not served."""

from __future__ import annotations

from juru.server.channels.door import Serve
from juru.server.channels.served import downlines, earnings, own
from juru.server.channels.served.bills import inquiry, pay
from juru.server.channels.served.complaints import complain
from juru.server.channels.served.deposits import banks, ticket
from juru.server.channels.served.deposits import cancel as cancel_ticket
from juru.server.channels.served.look import balance, help_, info, invalid, price, product_status, products
from juru.server.channels.served.orders import correct, last_orders, order, receipt, status
from juru.server.channels.served.recaps import mutation, recap
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
    Intent.CENTER: info,
    Intent.FORMAT: help_,
    Intent.PRODUCTS: products,
    Intent.CHANGE_PIN: own.change_pin,
    Intent.SENDER_ADD: own.add_sender,
    Intent.SENDER_REMOVE: own.remove_sender,
    Intent.SENDER_LIST: own.senders,
    Intent.RENAME: own.rename,
    Intent.STATUS_CHECK: status,
    Intent.HISTORY: last_orders,
    Intent.REPORT: recap,
    Intent.MUTATION_REPORT: mutation,
    Intent.DOWNLINE_REGISTER: downlines.register,
    Intent.AUTOREG: own.autoreg,
    Intent.PRICE_NOTICES: own.price_notices,
    Intent.SELF_REGISTER: downlines.join,
    Intent.DOWNLINE_TRANSFER: transfer,
    Intent.DOWNLINE_TRANSFER_BACK: transfer,
    Intent.TRANSFER_CANCEL: cancel,
    Intent.DOWNLINE_BALANCE: downlines.balance,
    Intent.DOWNLINE_LIST: downlines.listing,
    Intent.DOWNLINE_BLOCK: downlines.block,
    Intent.DOWNLINE_UNBLOCK: downlines.unblock,
    Intent.MARKUP_DOWNLINE: downlines.markup,
    Intent.MARKUP_PRODUCT: downlines.markup,
    Intent.COMMISSION_CHECK: earnings.commission,
    Intent.COMMISSION_REDEEM: earnings.redeem_commission,
    Intent.POINTS_CHECK: earnings.points,
    Intent.POINTS_REDEEM: earnings.redeem_points,
    Intent.COMPLAINT: complain,
    Intent.CORRECT_NUMBER: correct,
    Intent.RECEIPT: receipt,
    Intent.LIMITS: own.limits,
    Intent.PRODUCT_STATUS: product_status,
    Intent.HELP: help_,
    Intent.INVALID: invalid,
}
