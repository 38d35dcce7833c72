"""Every text of the page, Indonesian first, English beside it. A key that begins with ``js_`` also goes to the browser.

Text in braces is filled in with the facts of the case. The words of states are the same in table, page, reply and docs.
"""

from __future__ import annotations

from juru.server.console.words_complaints import COMPLAINTS
from juru.server.console.words_goods import GOODS
from juru.server.console.words_money import MONEY
from juru.server.console.words_people import PEOPLE
from juru.server.console.words_reconcile import RECONCILE
from juru.server.console.words_reports import REPORT_WORDS
from juru.server.console.words_watch import WATCH
from juru.web.words import KIT, LANGS, Lang, Words, lang_of, speak

__all__ = ["WORDS", "Lang", "Words", "for_browser", "known", "lang_of", "words"]

_OWN: dict[str, tuple[str, str]] = {
    "title": ("Juru - order berjalan", "Juru - live orders"),
    "heading": ("Order berjalan", "Live orders"),
    "demo": ("Demo: semua simulasi", "Demo: all simulated"),
    "skip": ("Langsung ke daftar order", "Skip to the orders"),
    "noscript": (
        "Halaman ini memperbarui diri dengan JavaScript. Tanpanya, muat ulang untuk melihat yang terbaru.",
        "This page updates itself with JavaScript. Without it, reload to see what is new.",
    ),
    "pause": ("Jeda tampilan", "Pause the view"),
    "new": ("Order baru", "New"),
    "col_time": ("Waktu", "Time"),
    "col_order": ("Order", "Order"),
    "col_agent": ("Agen", "Agent"),
    "col_product": ("Produk", "Product"),
    "col_dest": ("Nomor", "Number"),
    "col_price": ("Harga", "Price"),
    "col_state": ("Status", "State"),
    "col_sn": ("SN", "SN"),
    "copy_sn": ("Salin SN order {order}", "Copy the SN of order {order}"),
    "empty_orders": (
        "Belum ada order. Kirim yang pertama: salin satu baris di bawah ini ke terminal, atau ketik di chat.",
        "No order yet. Send the first: copy a line below into a terminal, or type in the chat.",
    ),
    "empty_orders_command": ("juru chat --agent BUDI01", "juru chat --agent BUDI01"),
    "open_all": ("Buka halaman order", "Open the order's page"),
    "close": ("Tutup", "Close"),
    "back": ("Kembali ke order berjalan", "Back to the live orders"),
    # states
    "state_success": ("Berhasil", "Successful"),
    "state_process": ("Diproses", "In process"),
    "state_person": ("Perlu orang", "Needs a person"),
    "state_failed": ("Gagal", "Failed"),
    "state_reversed": ("Dibalik", "Reversed"),
    "attempt_queued": ("Antre", "Queued"),
    "attempt_sending": ("Dikirim", "Sending"),
    "attempt_pending": ("Diproses", "In process"),
    "attempt_unknown": ("Belum pasti", "Unknown"),
    "attempt_settling": ("Gagal, ditunggu", "Failed, settling"),
    "attempt_success": ("Berhasil", "Successful"),
    "attempt_failed": ("Gagal", "Failed"),
    # the three lines
    "lines": ("Coba sekarang: tiga cara mengirim order", "Try it now: three ways to send an order"),
    "lines_note": (
        "Nilai di bawah ini milik demo. Setiap baris membawa referensi sendiri; dikirim dua kali, ia tetap satu order.",
        "These values belong to the demo. Each line carries its own reference; sent twice, it is still one order.",
    ),
    "line_otomax": ("OtomaX (curl)", "OtomaX (curl)"),
    "line_digiflazz": ("Digiflazz (curl)", "Digiflazz (curl)"),
    "line_chat": ("Chat (terminal)", "Chat (terminal)"),
    "line_next": ("Baris baru", "Fresh lines"),
    # chat
    "chat": ("Chat", "Chat"),
    "chat_note": ("Ketik seperti agen mengirim SMS.", "Type as an agent would by SMS."),
    "chat_as": ("Sebagai agen", "As agent"),
    "chat_text": ("Pesan", "Message"),
    "chat_send": ("Kirim", "Send"),
    "chat_try": ("Contoh:", "For example:"),
    "chat_empty": (
        "Belum ada pesan. Pilih contoh di bawah, lalu Kirim.",
        "No message yet. Pick an example below, then Send.",
    ),
    # balances
    "balances": ("Saldo", "Balances"),
    "agents": ("Agen", "Agents"),
    "agents_more": ("dan {count} agen lain", "and {count} more agents"),
    "agents_find": ("Cari kode agen", "Find an agent's code"),
    "agents_total": ("Semua agen ({count})", "All agents ({count})"),
    "suppliers_money": ("Deposit di supplier", "Deposits at suppliers"),
    "house": ("Rumah", "House"),
    "held": ("ditahan {amount}", "{amount} held"),
    "empty_agents": ("Belum ada agen:", "No agent yet:"),
    "empty_agents_command": ("juru agent add BUDI01 --name Budi", "juru agent add BUDI01 --name Budi"),
    "house_bank": ("Bank", "Bank"),
    "house_equity": ("Modal", "Equity"),
    "house_sales": ("Penjualan", "Sales"),
    "house_cost": ("Harga beli", "Cost of sales"),
    "house_commission_expense": ("Komisi upline", "Upline commission"),
    "house_points_expense": ("Poin agen", "Agents' points"),
    "account_commission": ("{code} komisi", "{code} commission"),
    "account_points": ("{code} poin", "{code} points"),
    "account_debt": ("{code} piutang", "{code} debt"),
    "house_late_success": ("Sukses terlambat", "Late success"),
    "house_suspense": ("Belum jelas", "Suspense"),
    "house_claims": ("Klaim ke supplier", "Claims on suppliers"),
    "house_losses": ("Kerugian", "Losses"),
    "house_bank_fees": ("Biaya bank", "Bank fees"),
    "house_margin": ("Laba kotor", "Gross margin"),
    # suppliers
    "health": ("Kesehatan supplier", "Supplier health"),
    "supplier": ("Supplier", "Supplier"),
    "in_flight": ("Dikirim", "In flight"),
    "in_flight_hint": ("sedang di jalan, dari batasnya", "on the wire now, of its limit"),
    "queued": ("Antre", "Queued"),
    "unknown": ("Belum pasti", "Unknown"),
    "rate": ("Sukses", "Success"),
    "rate_hint": (
        "menurun perlahan; sekitar 20 hasil terakhir paling berarti",
        "decayed; about the last 20 outcomes weigh most",
    ),
    "rate_none": ("belum ada hasil", "no outcome yet"),
    "told": ("Saldo menurut supplier {told} ({when}); buku {book}", "Deposit as told {told} ({when}); book {book}"),
    "told_none": ("Saldo belum disebut supplier", "No deposit told yet"),
    "trouble": ("Gangguan terakhir", "Last trouble"),
    "trouble_none": ("tidak ada sejak server mulai", "none since the server started"),
    "availability_open": ("buka", "open"),
    "availability_closed": ("tutup", "closed"),
    "availability_disturbed": ("gangguan", "disturbed"),
    "empty_suppliers": ("Belum ada supplier:", "No supplier yet:"),
    "empty_suppliers_command": ("juru supplier add --help", "juru supplier add --help"),
    # the human queue
    "queue": ("Perlu keputusan orang", "Needs a person's decision"),
    "queue_empty": (
        "Tidak ada yang menunggu. Order yang tidak boleh diputuskan aturan akan muncul di sini.",
        "Nothing waits. An order that no rule may decide appears here.",
    ),
    "queue_more": ("dan {count} lagi; putuskan yang teratas dahulu", "and {count} more; decide the topmost first"),
    "queue_since": ("sejak {time}", "since {time}"),
    "kind_unknown": ("Belum pasti terkirim", "Delivery unknown"),
    "kind_late_success": ("Sukses setelah gagal", "Success after failure"),
    "kind_double_delivery": ("Terkirim dua kali", "Delivered twice"),
    "kind_above_price": ("Harga supplier di atas batas", "Supplier charged above the limit"),
    "kind_price_jump": ("Harga supplier melonjak", "Supplier's price jumped"),
    "kind_contradiction": ("Jawaban berlawanan", "Contradicting answers"),
    "kind_reversal": ("Dibatalkan supplier", "Reversed by the supplier"),
    "kind_quarantine": ("Callback menyebut nomor lain", "Callback names another number"),
    "kind_unmatched_callback": ("Callback tanpa order", "Callback without an order"),
    "kind_supplier_balance": ("Deposit di supplier kurang", "Deposit at supplier is short"),
    "kind_incident": ("Insiden", "Incident"),
    "only_to_see": (
        "Untuk diketahui; tidak ada uang yang menunggu keputusan.",
        "For your notice; no money waits on a decision.",
    ),
    "decide_legend": ("Apa keputusannya?", "What is decided?"),
    "decide_success": ("Tandai berhasil", "Mark successful"),
    "decide_failed": ("Tandai gagal", "Mark failed"),
    "decide_resend": ("Kirim ulang", "Send again"),
    "decide_charge": ("Tagih agen", "Charge the agent"),
    "decide_keep": ("Tanggung sendiri", "Keep the loss"),
    "decide_seen": ("Sudah dilihat", "Seen"),
    "decide_claim": ("Klaim ke supplier", "Claim from the supplier"),
    "says_success": (
        "{price} dari {agent} dibukukan, modal {cost} di {supplier} dibebankan, dan agen diberi tahu SN-nya.",
        "{price} from {agent} is posted, cost {cost} at {supplier} is charged, and the agent is told the SN.",
    ),
    "says_failed": (
        "{price} dikembalikan ke {agent}. Bila {supplier} ternyata mengirim juga, {cost} menjadi urusan kita.",
        "{price} goes back to {agent}. If {supplier} delivers after all, {cost} is ours to settle.",
    ),
    "says_resend": (
        "Referensi {ref} dikirim lagi bila {supplier} menjamin tidak membeli dua kali. Bila tidak, Juru bertanya dulu.",
        "Reference {ref} is sent again where {supplier} will not buy twice. Where it might, Juru asks first.",
    ),
    "says_charge": (
        "{price} diambil dari saldo bebas {agent} (sekarang {free}); ia sudah menerima barangnya.",
        "{price} is taken from the free balance of {agent} (now {free}), who has received the goods.",
    ),
    "says_keep": (
        "{cost} dicatat sebagai kerugian kita; {agent} tidak ditagih.",
        "{cost} is booked as our loss; {agent} is not charged.",
    ),
    "says_seen": (
        "Ambil dari antrean; tidak ada uang yang berpindah.",
        "Take it off the queue; no money moves.",
    ),
    "says_claim": (
        "{cost} dicatat sebagai klaim ke {supplier}; {agent} tidak ditagih.",
        "{cost} is booked as a claim on {supplier}; {agent} is not charged.",
    ),
    "decide_sn": ("SN dari supplier", "SN from the supplier"),
    "decide_reason": ("Alasan (masuk catatan audit)", "Reason (goes to the audit record)"),
    "decide_by": ("Nama Anda", "Your name"),
    "decide_send": ("Putuskan", "Decide"),
    "decide_risk": (
        "Saya menerima risiko: bila {supplier} tetap mengirim {ref}, barang terkirim dua kali dan itu kerugian kita.",
        "I accept the risk: if {supplier} still delivers {ref}, the goods are delivered twice at our loss.",
    ),
    "done_success": ("Order {order} berhasil. {price} dibukukan.", "Order {order} is successful. {price} is posted."),
    "done_failed": (
        "Order {order} gagal. {price} kembali ke {agent}.",
        "Order {order} failed. {price} is back with {agent}.",
    ),
    "done_resend_same": (
        "Order {order} dikirim ulang dengan referensi yang sama.",
        "Order {order} is sent again with the same reference.",
    ),
    "done_resend_new": (
        "Upaya lama ditandai gagal; order {order} dibeli lewat supplier berikutnya.",
        "The old attempt is marked failed; order {order} is bought at the next supplier.",
    ),
    "done_resend_none": (
        "Tidak ada supplier lain. Order {order} gagal dan {price} kembali ke {agent}.",
        "There is no other supplier. Order {order} failed and {price} is back with {agent}.",
    ),
    "done_charge": ("{price} ditagih ke {agent}.", "{price} is charged to {agent}."),
    "done_keep": ("{cost} dicatat sebagai kerugian.", "{cost} is booked as a loss."),
    "done_seen": ("Sudah diambil dari antrean.", "Taken off the queue."),
    "done_claim": ("{cost} dicatat sebagai klaim ke {supplier}.", "{cost} is booked as a claim on {supplier}."),
    "done_posting": ("Transfer {transfer}.", "Transfer {transfer}."),
    "not_done": ("Tidak ada yang berubah. ", "Nothing was changed. "),
    "why_reason": ("Tulis alasannya.", "Write the reason."),
    "why_sn": ("Tulis SN dari supplier.", "Write the supplier's SN."),
    "why_by": ("Tulis nama Anda.", "Write your name."),
    "why_changed": (
        "Order ini sudah bergerak sejak formulir dibuka. Lihat keadaannya sekarang.",
        "This order has moved since the form was opened. See how it stands now.",
    ),
    "why_final": ("Order ini sudah selesai.", "This order has already ended."),
    "why_risk": (
        "{supplier} tidak lagi menjamin referensi {ref} tidak dibeli dua kali. Centang bahwa Anda menerima risikonya.",
        "{supplier} no longer promises that reference {ref} is not bought twice. Tick that you accept the risk.",
    ),
    "why_not_waiting": ("Sudah tidak ada di antrean.", "It is no longer in the queue."),
    "why_undecided": ("Ini perlu keputusan tentang ordernya.", "This needs a decision about its order."),
    "why_not_late": ("Tidak ada sukses terlambat yang menunggu.", "No late success is waiting."),
    "why_double": ("Terkirim dua kali tidak ditagih ke agen.", "A double delivery is not charged to the agent."),
    "why_insufficient_balance": (
        "Saldo bebas agen {free}, kurang dari {needed}.",
        "The agent's free balance is {free}, less than {needed}.",
    ),
    "why_unknown_order": ("Order itu tidak ada.", "There is no such order."),
    "why_malformed": (
        "Permintaan tidak terbaca. Muat ulang halaman ini.",
        "The request is unreadable. Reload this page.",
    ),
    "why_too_large": ("Pesan terlalu panjang.", "The message is too long."),
    "why_incident": ("Terjadi kesalahan; sebutkan {incident}.", "Something went wrong; quote {incident}."),
    "why_other": ("Ditolak: {code}.", "Refused: {code}."),
    # an order's page
    "order_title": ("Order {order}", "Order {order}"),
    "order_none": ("Order {order} tidak ada.", "There is no order {order}."),
    "order_none_note": (
        "Periksa nomornya, atau kembali ke daftar order.",
        "Check its number, or go back to the orders.",
    ),
    "ref": ("Referensi agen", "Agent's reference"),
    "channel": ("Lewat", "By way of"),
    "cost": ("Harga beli", "Cost"),
    "reason": ("Sebab", "Reason"),
    "why": ("Mengapa supplier ini", "Why this supplier"),
    "why_rule": ("Aturan {rule} memilih {offer} seharga {cost}.", "The rule {rule} chose {offer} at {cost}."),
    "why_passed": ("Dilewati: {offer} ({why}).", "Passed over: {offer} ({why})."),
    "rule_priority": ("prioritas", "priority"),
    "rule_cheapest": ("termurah", "cheapest"),
    "rule_success_rate": ("tingkat sukses", "success rate"),
    "rule_mix": ("campuran", "mix"),
    "passed_tried": ("sudah dicoba", "already tried"),
    "passed_no_supplier": ("supplier tidak ada", "no such supplier"),
    "passed_offer_closed": ("penawaran tutup", "offer closed"),
    "passed_offer_disturbed": ("penawaran gangguan", "offer disturbed"),
    "passed_supplier_closed": ("supplier tutup", "supplier closed"),
    "passed_supplier_disturbed": ("supplier gangguan", "supplier disturbed"),
    "passed_cut_off": ("sedang cut-off", "in its cut-off"),
    "passed_above_price": ("harganya membuat rugi", "its price would lose money"),
    "attempts": ("Upaya", "Attempts"),
    "attempt": ("Upaya {number} di {supplier}", "Attempt {number} at {supplier}"),
    "our_ref": ("Referensi kita", "Our reference"),
    "sku": ("Kode supplier", "Supplier's code"),
    "timeline": ("Perjalanan", "Timeline"),
    "postings": ("Pembukuan", "Postings"),
    "postings_note": ("dari rekening ke rekening", "from account to account"),
    "to": ("ke", "to"),
    "posting_hold": ("tahan", "hold"),
    "posting_post": ("bukukan", "post"),
    "posting_void": ("lepas", "release"),
    "posting_direct": ("langsung", "direct"),
    "posting_reversal": ("balik", "reversal"),
    "outbox": ("Kabar ke agen", "Told to the agent"),
    "outbox_waiting": ("menunggu", "waiting"),
    "outbox_told": ("sampai", "delivered"),
    "outbox_given_up": ("menyerah", "given up"),
    "tries": ("{count} kali dicoba", "tried {count} times"),
    "callbacks": ("Callback dari supplier", "Callbacks of suppliers"),
    "raw": ("Isi mentah", "As it came"),
    "none_postings": ("Belum ada pembukuan.", "No posting yet."),
    "none_outbox": ("Tidak ada kabar: agen bertanya sendiri.", "Nothing to tell: the agent asks by himself."),
    "none_callbacks": ("Tidak ada callback.", "No callback."),
    "event_accepted": ("Diterima; uang ditahan", "Accepted; money held"),
    "event_queued": ("Antre di {supplier}", "Queued at {supplier}"),
    "event_sending": ("Dikirim ke {supplier}", "Sent to {supplier}"),
    "event_answered": ("{supplier} menjawab: {state}", "{supplier} answered: {state}"),
    "event_decided": ("{by} memutuskan: {state}", "{by} decided: {state}"),
    "event_succeeded": ("Berhasil; dibukukan", "Successful; posted"),
    "event_failed": ("Gagal; uang kembali", "Failed; money returned"),
    "event_corrected": ("{by} mengganti nomor tujuan", "{by} changed the destination"),
    "event_reversed": ("Dibalik; uang kembali", "Reversed; money returned"),
    "event_late_success": ("{supplier} ternyata mengirim setelah gagal", "{supplier} delivered after failing"),
    "event_settled_late": ("{by} menyelesaikan sukses terlambat", "{by} settled the late success"),
    "event_fact": ("Catatan", "Noted"),
    "source_reply": ("jawaban langsung", "direct reply"),
    "source_callback": ("callback", "callback"),
    "source_inquiry": ("cek status", "inquiry"),
    "source_person": ("orang", "person"),
    "source_recovery": ("pemulihan", "recovery"),
    "source_timer": ("batas waktu", "timer"),
    # in the browser only
    "js_live": ("langsung", "live"),
    "js_connecting": ("menyambung", "connecting"),
    "js_lost": ("terputus, mencoba lagi", "disconnected, trying again"),
    "js_paused": ("tampilan dijeda", "view paused"),
    "js_pause": ("Jeda tampilan", "Pause the view"),
    "js_resume": ("Lanjutkan ({count} baru)", "Resume ({count} new)"),
    "js_held": ("{count} order baru menunggu penunjuk beranjak", "{count} new orders wait for the pointer to leave"),
    "js_copied": ("Tersalin", "Copied"),
    "js_not_copied": ("Gagal menyalin; pilih teksnya", "Could not copy; select the text"),
    "js_missed": (
        "{count} perubahan tidak sempat ditampilkan; semuanya tercatat.",
        "{count} changes were not shown; all are recorded.",
    ),
    "js_no_answer": (
        "Server tidak menjawab. Belum diketahui apakah tercatat; kirim lagi, tidak akan berlaku dua kali.",
        "The server did not answer. It is not known whether it stands; send again, it cannot count twice.",
    ),
    "js_you": ("Anda", "You"),
    "js_order_failed": ("Order tidak dapat dibuka. Coba lagi.", "The order cannot be opened. Try again."),
}

WORDS = KIT | _OWN | PEOPLE | MONEY | GOODS | COMPLAINTS | REPORT_WORDS | RECONCILE | WATCH


def words(lang: Lang) -> Words:
    """``t(key, **facts)`` in a language; a key that is not in the catalogue is a bug of the page."""
    return speak(WORDS, lang)


def known(t: Words, key: str, otherwise: str) -> str:
    """The word of a key that comes from data, or the data's own word where the catalogue has none yet."""
    return t(key) if key in WORDS else otherwise


def for_browser(lang: Lang) -> dict[str, str]:
    """The texts that only the browser puts on the page."""
    side = LANGS.index(lang)
    return {key.removeprefix("js_"): texts[side] for key, texts in WORDS.items() if key.startswith("js_")}
