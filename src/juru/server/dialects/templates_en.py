"""The texts an agent reads, in English; the same keys and placeholders as the Indonesian ones."""

from __future__ import annotations

from juru.server.domain.refusals import Code

STATUS_WORD = "FAILED"

TEXTS: dict[str, str] = {
    "order.accepted": "{tag}{product}.{dest} is under process @{time}. Balance {before} - {price} = {balance}",
    "order.success": "{tag}{product}.{dest} SUCCESS. SN/Ref: {sn}. Balance {balance} @{time}",
    "order.failed": "{tag}{product}.{dest} FAILED. {reason}. Balance {balance} @{time}",
    "order.reversed": "{tag}{product}.{dest} FAILED. {reason}. Balance {balance} @{time}",
    "bill": (
        "{tag}{product}.{dest} INQSUKSES. Name {customer}, period {period}, {bills} bills. "
        "Owed {owed}, admin {admin}. Takes {price} from your deposit. "
        "Pay today: BAYAR.{product}.{dest}.PIN. Saldo {balance} @{time}"
    ),
    "customer.token": "{name} token for {dest}: {sn}. {agent}",
    "customer.voucher": "{name} voucher: {sn}. {agent}",
    "customer.other": "{name} for {dest} is delivered. SN: {sn}. {agent}",
    "balance": "Balance {balance}",
    "balance.held": "Balance {balance}, {held} held for orders under way",
    "balance.debt": "You owe {owed}, due {due}",
    "ticket": (
        "Ticket #{ticket}: transfer EXACTLY {amount} (do not round) before {until}, all of it is credited. "
        "Remark: {remark}. To:"
    ),
    "ticket.row": "{bank} {number} in the name of {holder}",
    "ticket.none": "Ticket #{ticket} of {amount} has no account to pay into, ask customer service before you transfer",
    "ticket.cancelled": "Ticket #{ticket} of {amount} is cancelled. Do not transfer that sum any more.",
    "bank": "Our accounts. Before you transfer, make a ticket: TIKET.AMOUNT.PIN",
    "bank.row": "{bank} {number} in the name of {holder}",
    "bank.none": "There is no account for deposits yet, ask customer service",
    "price": "{code} {name} {price} {state}",
    "price.open": "open",
    "price.closed": "closed",
    "price.none": "No such product. Send PRODUK for the list of codes.",
    "transfer": "Transfer #{transfer} of {amount} to {agent} is booked. Balance {balance}",
    "transfer.taken_back": "Transfer #{transfer} of {amount_idr} was taken back by {agent}. Balance {balance_idr}",
    "transfer.received": "Transfer #{transfer} of {amount_idr} received from {agent}. Balance {balance_idr}",
    "transfer.cancelled": "Transfer #{transfer} of {amount} with {agent} was taken back. Balance {balance}",
    "history": "{number}. {product}.{dest} {price} {state}{sn} {time}",
    "history.none": "No orders yet. Example: S10.081234567890.PIN",
    "history.accepted": "PENDING",
    "history.success": "SUCCESS SN: ",
    "history.failed": "FAILED",
    "history.reversed": "REVERSED",
    "pin.changed": "Your PIN is changed. Keep it secret and use the new one from now on.",
    "help": (
        "Order: CODE.NUMBER.PIN (S10.081234567890.PIN). Again today: CODE.2.NUMBER.PIN or end with .RO\n"
        "Several: CODE.NUMBER,CODE.NUMBER.PIN\n"
        "Bills: CEK.CODE.NUMBER.PIN, then BAYAR.CODE.NUMBER.PIN on the same day\n"
        "Balance: SAL.PIN | Price: H.CODE | Last orders: CTRX.PIN | Status: CEK.NUMBER\n"
        "Deposit: TIKET.AMOUNT.PIN | Cancel ticket: UNTIKET.PIN | Accounts: BANK.PIN\n"
        "Transfer: T.ID.AMOUNT.PIN | Change PIN: GP.OLD.NEW | Complaint: K.TEXT"
    ),
    "reason.supplier_failed": "The operator declined it, check the number and try again",
    "reason.bad_destination": "The operator does not take this number, check it and send again",
    "reason.bill_failed": "The payment was declined, ask about the bill again and then pay",
    "reason.no_route": "All routes are closed just now, try again later",
    "reason.by_person": "Decided by staff, ask customer service if needed",
    "reason.expired": "Its time ran out, please send it again",
    "reason.reversed": "Your money was given back, ask customer service if needed",
    "reason.other": "Your money was given back, try again or ask customer service",
}

REFUSALS: dict[Code, str] = {
    Code.BODY_TOO_LARGE: "The message is too large, send a shorter one",
    Code.MALFORMED: "The request cannot be read, check its parameters and send it again",
    Code.BAD_ENCODING: "The message is not valid text, send it as UTF-8",
    Code.UNKNOWN_SENDER: "This sender is not registered, have your upline add your number or id",
    Code.IP_NOT_ALLOWED: "This IP address is not registered, ask the administrator to add it",
    Code.BAD_SIGNATURE: "The signature does not match, check id, PIN, password and the formula",
    Code.STALE_SIGNATURE: "The signature is too old, set your clock and sign again",
    Code.REPLAYED_SIGNATURE: "This signature was used before, make a new one",
    Code.PIN_LOCKED: "The PIN is locked after too many wrong tries, ask your upline or customer service",
    Code.WRONG_PIN: "The PIN does not match, check it and send again",
    Code.AGENT_BLOCKED: "The account is blocked, ask your upline or customer service",
    Code.RATE_LIMITED: "Too many requests, wait a moment and send again",
    Code.BUSY: "The server is busy and recorded nothing, send again in a moment",
    Code.PAUSED: "Selling is paused for now, try again later",
    Code.INVALID_FORMAT: "Unknown format.[ Did you mean {near}?] Order: CODE.NUMBER.PIN, send HELP for the others",
    Code.NOT_SERVED_YET: "This command is not served yet, send HELP for those that are",
    Code.REFERENCE_REQUIRED: "The reference is missing, send one of your own that is unique",
    Code.REFERENCE_INVALID: "The reference is not valid, use 1-64 letters or digits",
    Code.REFERENCE_CONFLICT: "This reference belongs to another order, use a new one",
    Code.UNKNOWN_PRODUCT: "No such product code.[ Did you mean {near}?] Send PRODUK for the list",
    Code.NOT_A_BILL: "This code is no bill, order: CODE.NUMBER.PIN, look at an order: CEK.NUMBER",
    Code.BAD_DESTINATION: "The number is too short or too long, check it and send again",
    Code.WRONG_OPERATOR: (
        "The number is of another operator than the product[ ({operator}, product {wanted})], "
        "choose a product that fits"
    ),
    Code.BAD_AMOUNT: "The amount does not fit[ ({min_idr} to {max_idr})], correct it and send again",
    Code.REPEATED_ORDER: "This product was ordered for this number today. [To buy again: CODE.{next}.NUMBER.PIN]",
    Code.COUNTER_GAP: "A counter was skipped, send the next one[: CODE.{next}.NUMBER.PIN]",
    Code.BILL_NOT_ASKED: (
        "The bill was not asked about today, ask and pay on the same day[: CEK.{product}.{dest}.PIN]"
    ),
    Code.BILL_NOT_READY: "There is no bill yet, ask again once it is out",
    Code.BILL_PAID: "The bill is paid already, nothing is owed",
    Code.BILL_REFUSED: "The bill cannot be looked up now, check the number and ask again",
    Code.BILL_NO_ANSWER: "The biller has not answered yet, ask again in a moment",
    Code.PRODUCT_CLOSED: "The product is closed, choose another code",
    Code.PRODUCT_DISTURBED: "The product has trouble, choose another code or try again later",
    Code.CUT_OFF: "The product is in its cut off[ until {until}], send again after it",
    Code.OUT_OF_STOCK: "Out of stock, choose another code",
    Code.NO_SUPPLIER: "No supplier for this product now, choose another code",
    Code.BELOW_COST: "The price is being corrected, choose another code or ask customer service",
    Code.ABOVE_MAX_PRICE: "The price is now[ {price_idr}] above your limit[ {max_idr}], raise it and send again",
    Code.INSUFFICIENT_BALANCE: "Balance too low[: {needed_idr} needed, {free_idr} free]. Add deposit first",
    Code.DEBT_OVERDUE: "Your debt[ of {owed_idr}] is overdue, pay it before you take deposit on credit again",
    Code.DEBT_LIMIT: "Your credit[ of {limit_idr}] does not reach[, {free_idr} is left], ask for less or pay some back",
    Code.NO_BANK_ACCOUNT: "There is no account for that[, choose {banks}], ask customer service if needed",
    Code.TICKET_OPEN: "Ticket[ #{ticket}][ of {amount_idr}] still waits, pay it first or send UNTIKET.PIN",
    Code.AMOUNTS_EXHAUSTED: "All unique sums for this amount are in use, ask for a slightly different amount",
    Code.UNKNOWN_TICKET: "No ticket waits, make one with TIKET.AMOUNT.PIN",
    Code.NOTHING_TO_REDEEM: (
        "There is nothing to make deposit of[, {earned_idr} earned], wait for sales of your downline"
    ),
    Code.UNKNOWN_ORDER: "Order not found, check the reference or the number",
    Code.UNKNOWN_AGENT: "No such agent, check the id and send again",
    Code.NOT_YOUR_DOWNLINE: "That agent is not your downline, check the id",
    Code.NOT_CANCELLABLE: "The transfer cannot be taken back, ask the receiver or customer service",
    Code.NOT_CORRECTABLE: (
        "The number can no longer be corrected, the order was sent or has ended. Ask customer service"
    ),
    Code.NO_RECEIPT: "There is no receipt yet, the order has not ended well. Ask for its state with CEK",
    Code.ADDRESS_TAKEN: "Address {address} belongs to another agent, use another one",
    Code.ADDRESS_INVALID: "No such address, write a number 08... or one of your addresses",
    Code.WORD_TAKEN: "The word {word} is taken, choose another one",
    Code.MARKUP_OUT_OF_BOUNDS: "The markup must be {min_idr} to {max_idr}, correct it and send again",
    Code.COMPLAINTS_TOO_MANY: "That is {max} complaints already, wait for an answer before you write more",
    Code.WEAK_PIN: "The new PIN is too easy, choose 4-8 digits that are no sequence or repetition",
    Code.NOT_ALLOWED: "Your account may not do this, ask your upline or customer service",
    Code.INCIDENT: "Something went wrong on our side[ (number {incident})], tell customer service",
}
