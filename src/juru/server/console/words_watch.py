"""Texts of the pages that watch the trade: alerts, stop switches, a supplier's statement, what a product cost when."""

from __future__ import annotations

WATCH: dict[str, tuple[str, str]] = {
    "place_alerts": ("Peringatan", "Alerts"),
    "place_stops": ("Sakelar", "Switches"),
    "place_reconcile": ("Rekonsiliasi", "Reconcile"),
    "place_products": ("Produk", "Products"),
    "place_more": ("Lainnya", "More"),
    # how long ago
    "ago_now": ("baru saja", "just now"),
    "ago_minutes": ("{count} menit lalu", "{count} min ago"),
    "ago_hours": ("{count} jam lalu", "{count} h ago"),
    "ago_days": ("{count} hari lalu", "{count} days ago"),
    "lasted_short": ("kurang dari 1 menit", "less than a minute"),
    "lasted_minutes": ("{count} menit", "{count} min"),
    "lasted_hours": ("{count} jam", "{count} h"),
    "lasted_days": ("{count} hari", "{count} days"),
    # what is wrong
    "alerts_title": ("Peringatan", "Alerts"),
    "alerts_now": ("Sedang salah", "Wrong now"),
    "alerts_none": ("Tidak ada yang salah.", "Nothing is wrong."),
    "alerts_none_note": (
        "Peringatan muncul di sini dan di halaman depan begitu ada yang melewati batas, dan hilang sendiri.",
        "An alert appears here and on the front page as soon as something passes a limit, and goes by itself.",
    ),
    "alerts_strip": ("Ada yang salah", "Something is wrong"),
    "alerts_more": ("dan {count} lagi", "and {count} more"),
    "amiss": ("Yang sedang salah", "What is wrong now"),
    "amiss_alerts": ("{count} peringatan", "Alerts: {count}"),
    "amiss_stops": ("{count} sakelar dihentikan", "Stopped: {count}"),
    "amiss_stops_all": ("Semua penjualan dihentikan", "All selling is stopped"),
    "alerts_past": ("Yang sudah lewat", "What is over"),
    "alerts_past_none": ("Belum pernah ada yang salah.", "Nothing has been wrong yet."),
    "alerts_every": ("Semua jenis", "All kinds"),
    "alerts_older": ("Lebih lama", "Older"),
    "alert_since": ("mulai {ago}", "began {ago}"),
    "alert_history": ("Riwayat", "History"),
    "alert_history_of": ("Riwayat {kind}, {subject}", "History of {kind}, {subject}"),
    "alert_absent": ("Tidak ada peringatan itu.", "There is no such alert."),
    "alert_col_what": ("Apa", "What"),
    "alert_col_says": ("Keterangan", "What it said"),
    "alert_col_from": ("Mulai", "From"),
    "alert_col_until": ("Selesai", "Until"),
    "alert_col_lasted": ("Lamanya", "Lasted"),
    "alert_col_owner": ("Pemilik", "Owner"),
    "alert_still": ("masih berlangsung", "still going on"),
    "telling_waiting": ("menunggu", "waiting"),
    "telling_told": ("diberi tahu", "told"),
    "telling_given_up": ("gagal diberi tahu", "could not be told"),
    "telling_nobody": (
        "Pemilik tidak diberi tahu lewat webhook. Pasang: juru alert webhook https://...",
        "The owner is told by no webhook. Set one: juru alert webhook https://...",
    ),
    "alert_unknown_old": ("Order belum pasti terlalu lama", "Unknown for too long"),
    "alert_deposit_low": ("Deposit di supplier menipis", "Deposit at a supplier is low"),
    "alert_balance_drift": ("Saldo supplier tidak cocok", "A supplier's balance differs"),
    "alert_above_price": ("Produk dijual rugi", "A product would lose money"),
    "alert_supplier_paused": ("Supplier dijeda aturan", "A supplier is paused by a rule"),
    "alert_foreign_reference": (
        "Supplier menjawab order orang lain",
        "A supplier answered about somebody else's order",
    ),
    "alert_clock_stepped": ("Jam server mundur", "The server's clock went back"),
    "alert_disk_low": ("Disk hampir penuh", "The disk is almost full"),
    "alert_writer_slow": ("Disk lambat", "The disk is slow"),
    "alert_complaint_overdue": ("Keluhan belum dijawab", "Complaints without an answer"),
    "alert_says_unknown_old": (
        "{count} order belum pasti; yang tertua order {order}.",
        "{count} orders are unknown; the oldest is order {order}.",
    ),
    "alert_says_deposit_low": ("Deposit di {subject} tinggal {left}.", "The deposit at {subject} is down to {left}."),
    "alert_says_balance_drift": (
        "{subject} menyebut {told}, buku kita {book}.",
        "{subject} says {told}, our book {book}.",
    ),
    "alert_says_above_price": (
        "{subject} modalnya {cost}, padahal harga terendahnya hanya membawa {brings}. Ordernya ditolak.",
        "{subject} costs {cost}, but its lowest price brings {brings} only. Orders for it are refused.",
    ),
    "alert_says_supplier_paused": (
        "{subject} gagal atau diam berkali-kali ({why}). Order dialihkan; ia dicoba lagi sendiri.",
        "{subject} failed or was silent again and again ({why}). Orders go elsewhere; it is tried again by itself.",
    ),
    "alert_says_foreign_reference": (
        "Untuk referensi {ref} (order {order}), {subject} menjawab tentang order lain. Tidak ada yang diubah.",
        "For reference {ref} (order {order}), {subject} answered about another order. Nothing was changed.",
    ),
    "alert_says_clock_stepped": ("Jam mundur {ms} milidetik.", "The clock went back by {ms} milliseconds."),
    "alert_says_disk_low": ("Disk data tinggal {mb} MB.", "The data disk has {mb} MB left."),
    "alert_says_writer_slow": (
        "Satu penyimpanan memakan {ms} milidetik.",
        "One commit took {ms} milliseconds.",
    ),
    "alert_says_complaint_overdue": (
        "{count} keluhan lewat waktunya; yang tertua tentang order {order}.",
        "{count} complaints are overdue; the oldest is about order {order}.",
    ),
    "alert_do_unknown_old": (
        "Putuskan di antrean halaman depan, atau tanyakan ke supplier.",
        "Decide it in the queue on the front page, or ask the supplier.",
    ),
    "alert_do_deposit_low": (
        "Isi depositnya, lalu catat: juru deposit add {subject} JUMLAH --supplier --reason ALASAN.",
        "Top it up, then note it: juru deposit add {subject} AMOUNT --supplier --reason WHY.",
    ),
    "alert_do_balance_drift": (
        "Cocokkan daftar transaksi mereka dengan order kita. Mungkin ada isi deposit yang belum dicatat.",
        "Hold their statement against our orders. A top-up may not be booked.",
    ),
    "alert_do_above_price": (
        "Naikkan harganya, atau tambah penawaran yang lebih murah.",
        "Raise its price, or add a cheaper offer.",
    ),
    "alert_do_supplier_paused": (
        "Tidak perlu apa-apa. Bila lama, hubungi supplier.",
        "Nothing is needed. If it lasts, call the supplier.",
    ),
    "alert_do_foreign_reference": (
        "Lihat perjalanan ordernya dan tanyakan ke supplier. Tutup sendiri setelah sehari.",
        "Look at the order's timeline and ask the supplier. It closes by itself after a day.",
    ),
    "alert_do_clock_stepped": (
        "Pastikan hanya satu layanan yang menyetel jam, pelan-pelan.",
        "See that one service alone sets the clock, slowly.",
    ),
    "alert_do_disk_low": (
        "Kosongkan ruang. Disk yang penuh menghentikan server.",
        "Free space. A full disk ends the server.",
    ),
    "alert_do_writer_slow": ("Lihat apa lagi yang memakai disk.", "See what else uses the disk."),
    "alert_do_complaint_overdue": (
        "Jawab di halaman Keluhan. Agen diberi tahu.",
        "Answer them on the page Complaints. The agent is told.",
    ),
    "alert_go_order": ("Order {order}", "Order {order}"),
    "alert_go_complaints": ("Ke keluhan", "To the complaints"),
    "alert_go_statement": ("Rekening {subject}", "Statement of {subject}"),
    "alert_go_queue": ("Ke antrean", "To the queue"),
    "alert_go_reconcile": ("Cocokkan", "Reconcile"),
    "alert_go_product": ("Harga {subject}", "Prices of {subject}"),
    "alert_go_switch": ("Sakelar {subject}", "Switch of {subject}"),
    # stop switches
    "stops_title": ("Sakelar penjualan", "Stop switches"),
    "stops_on": ("Yang sedang dihentikan", "What is stopped"),
    "stops_on_none": ("Semua dijual.", "Everything is on sale."),
    "stops_strip": ("Dihentikan", "Stopped"),
    "stops_more": ("dan {count} lagi", "and {count} more"),
    "stops_turn": ("Putar sakelar", "Turn a switch"),
    "stops_pick": ("Pilih apa", "Choose what"),
    "stops_show": ("Lihat akibatnya", "See what it would do"),
    "stop_what": ("Apa", "What"),
    "stop_code": ("Kode", "Code"),
    "stop_code_note": ("kosong untuk semuanya", "empty for everything"),
    "stop_who": ("Oleh", "By"),
    "stop_why": ("Alasan", "Reason"),
    "stop_since": ("Sejak", "Since"),
    "stop_all": ("Semua penjualan", "All selling"),
    "stop_supplier": ("Supplier", "Supplier"),
    "stop_product": ("Produk", "Product"),
    "stop_operator": ("Operator", "Operator"),
    "stop_of_all": ("Semua penjualan", "All selling"),
    "stop_of_supplier": ("Supplier {code}", "Supplier {code}"),
    "stop_of_product": ("Produk {code}", "Product {code}"),
    "stop_of_operator": ("Operator {code}", "Operator {code}"),
    "stop_disturbed": ("gangguan", "disturbed"),
    "stop_closed": ("dihentikan", "stopped"),
    "stop_open": ("dijual", "on sale"),
    "stop_says_all": (
        "Hentikan semua penjualan? Order baru ditolak. {open} order yang sudah diterima tetap jalan.",
        "Stop all selling? New orders are refused. {open} orders already accepted go on.",
    ),
    "stop_says_supplier": (
        (
            "Hentikan supplier {code}? Order baru tidak dikirim ke sana. {queued} yang belum berangkat pindah ke "
            "supplier lain, atau uangnya kembali; {sent} yang sudah berangkat ditunggu jawabannya."
        ),
        (
            "Stop supplier {code}? No new order goes there. {queued} that have not left go to another supplier, or "
            "their money goes back; {sent} that have left are waited for."
        ),
    ),
    "stop_says_product": (
        (
            "Hentikan produk {code}? Order baru ditolak. {queued} yang belum berangkat tidak jadi dikirim dan uangnya "
            "kembali; {sent} yang sudah berangkat ditunggu jawabannya."
        ),
        (
            "Stop product {code}? New orders are refused. {queued} that have not left are not sent any more and their "
            "money goes back; {sent} that have left are waited for."
        ),
    ),
    "stop_says_operator": (
        (
            "Hentikan operator {code} dengan {products} produknya? Order baru ditolak. {queued} yang belum berangkat "
            "tidak jadi dikirim dan uangnya kembali; {sent} yang sudah berangkat ditunggu jawabannya."
        ),
        (
            "Stop operator {code} with its {products} products? New orders are refused. {queued} that have not left "
            "are not sent any more and their money goes back; {sent} that have left are waited for."
        ),
    ),
    "start_says_all": ("Jual lagi semuanya? Order baru diterima.", "Sell everything again? New orders are taken."),
    "start_says_supplier": (
        "Pakai lagi supplier {code}? Order baru boleh dikirim ke sana.",
        "Use supplier {code} again? New orders may go there.",
    ),
    "start_says_product": (
        "Jual lagi produk {code}? Order baru diterima.",
        "Sell product {code} again? New orders are taken.",
    ),
    "start_says_operator": (
        "Jual lagi {products} produk operator {code}? Order baru diterima; yang ditutup sendiri-sendiri tetap tutup.",
        "Sell the {products} products of operator {code} again? New orders are taken; what is closed apart stays so.",
    ),
    "stop_send": ("Hentikan", "Stop"),
    "start_send": ("Jual lagi", "Sell again"),
    "stop_not_now": ("Tidak jadi", "Not now"),
    "stop_done_stop": ("{name} dihentikan.", "{name}: stopped."),
    "stop_done_start": ("{name} dijual lagi.", "{name}: on sale again."),
    "stop_already": (
        "Tidak ada yang berubah: {name} sudah begitu sejak halaman ini dibuka.",
        "Nothing was changed: {name} has been so since this page was opened.",
    ),
    "stop_unknown": ("Tidak ada yang bernama {code}.", "There is nothing called {code}."),
    "stop_refused": ("Tidak ada yang berubah: {why}", "Nothing was changed: {why}"),
    # supplier health on the front page
    "pause_paused": ("dijeda aturan", "paused by a rule"),
    "pause_trial": ("dicoba dengan satu order", "on trial with one order"),
    "pause_says": (
        "{state}, mulai {ago}: {why}. Dicoba lagi {probe}.",
        "{state}, began {ago}: {why}. Tried again {probe}.",
    ),
    "pause_says_trial": ("{state}: {why}.", "{state}: {why}."),
    "probe_now": ("sekarang", "now"),
    "probe_minutes": ("{count} menit lagi", "in {count} min"),
    "probe_seconds": ("{count} detik lagi", "in {count} s"),
    "troubles": ("{count} kali bermasalah berturut-turut", "in trouble {count} times in a row"),
    "troubles_of": (
        "{count} dari {limit} kali bermasalah berturut-turut sebelum dijeda",
        "in trouble {count} of {limit} times in a row before it is paused",
    ),
}
