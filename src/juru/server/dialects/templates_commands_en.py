"""The texts of commands, in English; the same keys and placeholders as the Indonesian ones."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    # what was changed
    "renamed": "{agent} is now called {name}",
    "sender.added": (
        "Address {address} was added from {by}. If it was not you, change your PIN and tell customer service"
    ),
    "sender.removed": (
        "Address {address} was removed from {by}. If it was not you, change your PIN and tell customer service"
    ),
    "autoreg.on": "Whoever writes REG.{word}.NAME registers below you with markup {markup_idr}",
    "autoreg.off": "Nobody can register by himself any more",
    "registered": (
        "Registered: {agent} {name}, {address}, level {level}, markup {markup_idr}."
        "[ PIN {pin}, tell it to him and delete this message.]"
    ),
    "registered.self": "Welcome, {name}. Your id is {agent}.[ Your PIN is {pin}, keep it secret.] Send HELP",
    "downline.blocked": "{agent} {name} is blocked. Undo: UNBLOK.{agent}.PIN",
    "downline.unblocked": "{agent} {name} is active",
    "markup.set": "Markup of {agent}[ for {product}] is now {markup_idr}",
    "markup.set_all": "Markup of all your downline[ for {product}] is now {markup_idr}",
    "redeemed.commission": (
        "Commission {amount_idr} is deposit now (transfer #{transfer}). Commission left {left_idr}. Balance "
        "{balance_idr}"
    ),
    "redeemed.points": (
        "Points of {amount_idr} are deposit now (transfer #{transfer}). Points left {left_idr}. Balance {balance_idr}"
    ),
    "complaint.filed": "Complaint #{complaint} about order #{order} {product} is noted. Answered within {within_s}",
    "complaint.added": "Added to complaint #{complaint} about order #{order} {product}. Answered within {within_s}",
    "complaint.reopened": (
        "Complaint #{complaint} about order #{order} {product} is open again. Answered within {within_s}"
    ),
    "complaint.answered": (
        "Answer to complaint #{complaint}, order #{order}: {text}. Not settled? Send K.#{order} and your words"
    ),
    "complaint.closed": "Complaint #{complaint}, order #{order} is closed[: {text}]",
    "deposit.credited": "Deposit of {amount_idr} came in (transfer #{transfer}). Balance {balance_idr}",
    "deposit.taken": "Deposit of {amount_idr} was taken back (transfer #{transfer}). Balance {balance_idr}",
    "prices.on": "You are told here when prices change. To end it: INFOHARGA.OFF.PIN",
    "prices.off": "You are no longer told when prices change",
    "prices.changed": "Your prices have changed ({count})",
    "prices.changed.row": "{product} {name}: {old_idr} becomes {new_idr}",
    "order.corrected": "Order #{order} now goes to {dest}, it was {was}",
    # what was looked up
    "downline.list": "Downline {count}, their balances {total_idr}[; {more} more: LDL.{page}.PIN]",
    "downline.list.row": "{agent} {name} {balance_idr}[ {state}]",
    "downline.list.none": "No downline yet. Register one: REG.NAME.CITY.NUMBER.MARKUP.PIN",
    "downline.balance": "{agent} {name}: balance {balance_idr}[, {held_idr} held][, {state}]",
    "downline.state.blocked": "blocked",
    "commission": "Commission {earned_idr}. To make it deposit: TUKAR.AMOUNT.PIN, or TUKAR.SEMUA.PIN",
    "points": "Points {points}, worth {earned_idr}. To make them deposit: TUKARPOIN.SEMUA.PIN",
    "senders": "Your addresses, {count} of {max}",
    "senders.row": "{address}[ {note}]",
    "senders.none": "No address yet",
    "senders.trusted": "no PIN needed",
    "limits": (
        "Credit {credit_idr}, used {used_idr}\n"
        "Requests {rate} a second\n"
        "Wrong PINs {tries} of {tries_max}, then it locks\n"
        "The same message within {window_s} is not repeated; to buy again write counter 2, 3, ...\n"
        "Orders in a message {orders}\n"
        "Open deposit tickets {tickets} of {tickets_max}, open complaints {complaints}"
    ),
    "product.status": "State of products",
    "product.status.row": "{code} {name} {state}[, stock {stock}][, cut off {cut_off}]",
    "product.status.all_open": "Every product can be bought",
    "product.state.open": "open",
    "product.state.closed": "closed",
    "product.state.disturbed": "disturbed",
    "product.state.empty": "sold out",
    "product.state.no_supplier": "no supplier",
    "product.state.cut_off": "in its cut off",
    "report": (
        "Recap {day}: {sold} delivered {sales_idr}, {open} under way, {failed} void[, {reversed} reversed]\n"
        "In {in_idr}, out {out_idr}, commission {commission_idr}. Balance {balance_idr}"
    ),
    "report.row": "{product} x{count} {sales_idr}",
    "report.none": "Recap {day}: nothing was ordered. Balance {balance_idr}",
    "mutation": "Deposit movements {day}[ ({more} earlier ones are not shown)]",
    "mutation.row": "{time} {what} {amount_idr}[ {about}]",
    "mutation.none": "Deposit movements {day}: none",
    "mutation.deposit": "deposit",
    "mutation.debt": "deposit on credit",
    "mutation.opening": "opening balance",
    "mutation.agent_transfer": "transfer",
    "mutation.agent_transfer_cancelled": "transfer taken back",
    "mutation.reversal": "correction",
    "mutation.commission_redeemed": "commission",
    "mutation.points_redeemed": "points",
    "mutation.sale": "purchase",
    "mutation.order_reversed": "purchase reversed",
    "mutation.late_charge": "late purchase",
    "mutation.other": "other",
    "info.center": "No address of the center is published yet, ask customer service",
    "info.products": "Send H for the price list",
    "receipt.title": "RECEIPT",
    "receipt.time": "Time",
    "receipt.product": "Product",
    "receipt.dest": "Number",
    "receipt.sn": "SN",
    "receipt.order": "Order",
    "receipt.customer": "Name",
    "receipt.period": "Period",
    "receipt.bills": "Bills",
    "receipt.bill": "Bill",
    "receipt.admin": "Admin",
    "receipt.total": "Total",
    "receipt.price": "Price",
    "receipt.footer": "Thank you",
    "span.day": "{count} d",
    "span.hour": "{count} h",
    "span.minute": "{count} min",
    "span.second": "{count} s",
    # help by topic
    "help.topics": (
        "Help: HELP.ORDER, .SALDO, .CEK, .DEPOSIT, .TRANSFER, .DOWNLINE, .SELISIH, .KOMISI, .PIN, .ALAMAT, "
        ".KELUHAN, .STRUK, .GANTI, .LAPORAN"
    ),
    "help.order": (
        "CODE.NUMBER.PIN; again today CODE.2.NUMBER.PIN or end with .RO; several CODE.NUMBER,CODE.NUMBER.PIN; "
        "by amount 10.NUMBER.PIN; PLN token CODE.METER.PIN.PHONE"
    ),
    "help.balance": (
        "Balance: SAL. Prices: H.CODE.CODE or H.BEGINNING. State of products: STOK.CODE. Your limits: LIMIT. "
        "News of prices: INFOHARGA.ON.PIN, INFOHARGA.OFF.PIN"
    ),
    "help.status": (
        "Latest CEK; to a number CEK.NUMBER; CEK.AMOUNT.NUMBER; CEK.DATE.NUMBER; STATUS R#REF. Last five CTRX.PIN"
    ),
    "help.deposit": (
        "Add deposit: TIKET.AMOUNT.PIN, at one bank TIKET.BANK.AMOUNT.PIN; give it up UNTIKET.PIN; accounts BANK; "
        "movements MUTASI.DATE"
    ),
    "help.transfer": "T.ID.AMOUNT.PIN; to your upline TRFBLK.ID.AMOUNT.PIN; take back BTRF.ID.AMOUNT.PIN",
    "help.downline": (
        "REG.NAME.CITY.NUMBER.MARKUP.PIN (any order, a LEVEL may stand there, PIN=1234 chooses his PIN); "
        "list LDL; balance SD.ID; block BLOK.ID.PIN, UNBLOK.ID.PIN; by himself AUTOREG.WORD.MARKUP.PIN, AUTOREG.OFF.PIN"
    ),
    "help.markup": (
        "One downline UP.ID.MARKUP.PIN, one product of his MP.ID.CODE.MARKUP.PIN; "
        "all of them UP.MARKUP.PIN, one product MP.CODE=MARKUP.PIN"
    ),
    "help.commission": (
        "Commission KOMISI, make it deposit TUKAR.AMOUNT.PIN or TUKAR.SEMUA.PIN; points POIN, TUKARPOIN.SEMUA.PIN"
    ),
    "help.pin": "Change PIN: GP.OLD.NEW, 4-8 digits that are no sequence or repetition",
    "help.address": "Add HP.NUMBER.PIN, remove HAPUS.NUMBER.PIN, list LHP; name UN.NAME.PIN",
    "help.complaint": "K.TEXT (latest order), K.NUMBER TEXT, K.#ORDER TEXT. Write again to add, or to open it again",
    "help.receipt": "STRUK.ORDER, with your price STRUK.ORDER.PRICE",
    "help.correct": "Wrong number, while it was not sent: GANTI.ORDER.NEWNUMBER.PIN",
    "help.report": "Recap LAP.PIN, LAP.DATE.PIN (31, 310125, 31/01/25, H-1); deposit movements MUTASI.DATE",
    # refusals told apart
    "refusal.not_cancellable.none": "There is no transfer to take back yet",
    "refusal.not_cancellable.other": "Your latest transfer is another one, check the ID and the amount",
    "refusal.not_cancellable.done": "That transfer was taken back already",
    "refusal.not_cancellable.spent": "The balance is spent, ask the receiver to give it back with TRFBLK",
    "refusal.not_allowed.last_sender": "The last address cannot be removed, add another one first",
    "refusal.not_allowed.senders": "There are {max} addresses already, remove one first: HAPUS.ADDRESS.PIN",
    "refusal.not_allowed.blocked_above": "Blocked by the center or your upline, ask them",
    "refusal.not_allowed.depth": "There are {max} levels already, register through an upline further up",
    "refusal.not_allowed.autoreg": "Registrations of today are full, try again tomorrow",
}
