"""The texts an agent reads, in Indonesian. Placeholders are the names in braces; ``replies`` validates them."""

from __future__ import annotations

from juru.server.domain.refusals import Code

STATUS_WORD = "GAGAL"

TEXTS: dict[str, str] = {
    "order.accepted": "{tag}{product}.{dest} akan diproses @{time}. Saldo {before} - {price} = {balance}",
    "order.success": "{tag}{product}.{dest} SUKSES. SN/Ref: {sn}. Saldo {balance} @{time}",
    "order.failed": "{tag}{product}.{dest} GAGAL. {reason}. Saldo {balance} @{time}",
    "order.reversed": "{tag}{product}.{dest} GAGAL. {reason}. Saldo {balance} @{time}",
    "bill": (
        "{tag}{product}.{dest} INQSUKSES. Nama {customer}, periode {period}, {bills} lembar. "
        "Tagihan {owed}, admin {admin}. Potong saldo {price}. "
        "Bayar hari ini: BAYAR.{product}.{dest}.PIN. Saldo {balance} @{time}"
    ),
    "customer.token": "Token {name} untuk {dest}: {sn}. {agent}",
    "customer.voucher": "Voucher {name}: {sn}. {agent}",
    "customer.other": "{name} untuk {dest} berhasil. SN: {sn}. {agent}",
    "balance": "Saldo {balance}",
    "balance.held": "Saldo {balance}, sedang ditahan {held} untuk transaksi berjalan",
    "balance.debt": "Piutang {owed}, jatuh tempo {due}",
    "ticket": (
        "Tiket #{ticket}: transfer TEPAT {amount} (jangan dibulatkan) sebelum {until}, seluruhnya masuk saldo. "
        "Berita: {remark}. Ke:"
    ),
    "ticket.row": "{bank} {number} a.n. {holder}",
    "ticket.none": "Tiket #{ticket} {amount} tidak punya rekening tujuan, hubungi CS sebelum transfer",
    "ticket.cancelled": "Tiket #{ticket} {amount} dibatalkan. Jangan transfer jumlah itu lagi.",
    "bank": "Rekening kami. Sebelum transfer, buat tiket: TIKET.JUMLAH.PIN",
    "bank.row": "{bank} {number} a.n. {holder}",
    "bank.none": "Belum ada rekening untuk deposit, hubungi CS",
    "price": "{code} {name} {price} {state}",
    "price.open": "buka",
    "price.closed": "tutup",
    "price.none": "Tidak ada produk itu. Ketik PRODUK untuk daftar kode.",
    "transfer": "Transfer #{transfer} {amount} ke {agent} tercatat. Saldo {balance}",
    "transfer.taken_back": "Transfer #{transfer} {amount_idr} ditarik kembali oleh {agent}. Saldo {balance_idr}",
    "transfer.received": "Terima transfer #{transfer} {amount_idr} dari {agent}. Saldo {balance_idr}",
    "transfer.cancelled": "Transfer #{transfer} {amount} dengan {agent} ditarik kembali. Saldo {balance}",
    "history": "{number}. {product}.{dest} {price} {state}{sn} {time}",
    "history.none": "Belum ada transaksi. Contoh order: S10.081234567890.PIN",
    "history.accepted": "PROSES",
    "history.success": "SUKSES SN: ",
    "history.failed": "GAGAL",
    "history.reversed": "DIBALIK",
    "pin.changed": "PIN sudah diganti. Jaga kerahasiaannya, mulai sekarang pakai PIN baru.",
    "help": (
        "Order: KODE.TUJUAN.PIN (S10.081234567890.PIN). Beli lagi hari ini: KODE.2.TUJUAN.PIN atau akhiri .RO\n"
        "Banyak: KODE.TUJUAN,KODE.TUJUAN.PIN\n"
        "Tagihan: CEK.KODE.NOMOR.PIN lalu BAYAR.KODE.NOMOR.PIN di hari yang sama\n"
        "Saldo: SAL.PIN | Harga: H.KODE | Terakhir: CTRX.PIN | Status: CEK.TUJUAN\n"
        "Deposit: TIKET.JUMLAH.PIN | Batal tiket: UNTIKET.PIN | Rekening: BANK.PIN\n"
        "Transfer: T.ID.JUMLAH.PIN | Ganti PIN: GP.LAMA.BARU | Keluhan: K.ISI"
    ),
    "reason.supplier_failed": "Operator menolak, cek nomor lalu coba lagi",
    "reason.bad_destination": "Nomor tidak diterima operator, periksa nomor lalu kirim ulang",
    "reason.bill_failed": "Pembayaran tidak diterima, cek tagihan lagi lalu bayar",
    "reason.no_route": "Semua jalur sedang tutup, coba lagi nanti",
    "reason.by_person": "Diputuskan petugas, hubungi CS bila perlu",
    "reason.expired": "Lewat batas waktu, silakan kirim ulang",
    "reason.reversed": "Dana dikembalikan, hubungi CS bila perlu",
    "reason.other": "Dana dikembalikan, silakan coba lagi atau hubungi CS",
}

REFUSALS: dict[Code, str] = {
    Code.BODY_TOO_LARGE: "Pesan terlalu besar, kirim pesan yang lebih pendek",
    Code.MALFORMED: "Permintaan tidak terbaca, periksa parameter lalu kirim ulang",
    Code.BAD_ENCODING: "Huruf pesan tidak terbaca, kirim dalam UTF-8",
    Code.UNKNOWN_SENDER: "Pengirim belum terdaftar, daftarkan nomor atau ID lewat upline",
    Code.IP_NOT_ALLOWED: "Alamat IP belum terdaftar, minta admin menambahkannya",
    Code.BAD_SIGNATURE: "Tanda tangan tidak cocok, periksa ID, PIN, password dan rumus sign",
    Code.STALE_SIGNATURE: "Tanda tangan sudah kedaluwarsa, samakan jam lalu tanda tangani ulang",
    Code.REPLAYED_SIGNATURE: "Tanda tangan ini sudah dipakai, buat tanda tangan baru",
    Code.PIN_LOCKED: "PIN terkunci karena terlalu sering keliru, hubungi upline atau CS",
    Code.WRONG_PIN: "PIN tidak cocok, periksa lalu kirim ulang",
    Code.AGENT_BLOCKED: "Akun diblokir, hubungi upline atau CS",
    Code.RATE_LIMITED: "Terlalu banyak permintaan, tunggu sebentar lalu kirim ulang",
    Code.BUSY: "Server sibuk, permintaan tidak dicatat, kirim ulang sebentar lagi",
    Code.PAUSED: "Penjualan sedang dihentikan sementara, coba lagi nanti",
    Code.INVALID_FORMAT: (
        "Format tidak dikenal.[ Mungkin maksud Anda {near}?] Order: KODE.TUJUAN.PIN, ketik HELP untuk format lain"
    ),
    Code.NOT_SERVED_YET: "Perintah ini belum dilayani, ketik HELP untuk perintah yang ada",
    Code.REFERENCE_REQUIRED: "Nomor referensi kosong, sertakan referensi yang unik",
    Code.REFERENCE_INVALID: "Nomor referensi tidak sah, pakai 1-64 huruf atau angka",
    Code.REFERENCE_CONFLICT: "Referensi ini sudah dipakai untuk order lain, pakai referensi baru",
    Code.UNKNOWN_PRODUCT: "Kode produk tidak ada.[ Mungkin maksud Anda {near}?] Ketik PRODUK untuk daftar kode",
    Code.NOT_A_BILL: "Kode ini bukan tagihan, order: KODE.TUJUAN.PIN, cek status: CEK.TUJUAN",
    Code.BAD_DESTINATION: "Nomor tujuan kurang atau lebih, periksa nomor lalu kirim ulang",
    Code.WRONG_OPERATOR: (
        "Operator nomor ini tidak sesuai produk[ (nomor {operator}, produk {wanted})], pilih produk yang sesuai"
    ),
    Code.BAD_AMOUNT: "Jumlah tidak sesuai[ ({min_idr} sampai {max_idr})], perbaiki lalu kirim ulang",
    Code.REPEATED_ORDER: "Produk dan nomor ini sudah diorder hari ini. [Beli lagi: KODE.{next}.TUJUAN.PIN]",
    Code.COUNTER_GAP: "Urutan order terlewat, kirim urutan berikutnya[: KODE.{next}.TUJUAN.PIN]",
    Code.BILL_NOT_ASKED: (
        "Tagihan belum dicek hari ini, cek dulu lalu bayar di hari yang sama[: CEK.{product}.{dest}.PIN]"
    ),
    Code.BILL_NOT_READY: "Tagihan belum tersedia, cek lagi setelah terbit",
    Code.BILL_PAID: "Tagihan sudah dibayar, tidak ada yang perlu dibayar lagi",
    Code.BILL_REFUSED: "Tagihan tidak bisa dicek sekarang, periksa nomor lalu cek lagi",
    Code.BILL_NO_ANSWER: "Penyedia tagihan belum menjawab, cek lagi sebentar lagi",
    Code.PRODUCT_CLOSED: "Produk ditutup, pilih kode lain",
    Code.PRODUCT_DISTURBED: "Produk sedang gangguan, pilih kode lain atau coba lagi nanti",
    Code.CUT_OFF: "Produk sedang cut off[ sampai {until}], kirim lagi sesudahnya",
    Code.OUT_OF_STOCK: "Stok kosong, pilih kode lain",
    Code.NO_SUPPLIER: "Belum ada jalur untuk produk ini, pilih kode lain",
    Code.BELOW_COST: "Harga produk sedang diperbaiki, pilih kode lain atau hubungi CS",
    Code.ABOVE_MAX_PRICE: "Harga sekarang[ {price_idr}] melebihi batas[ {max_idr}], naikkan batas lalu kirim ulang",
    Code.INSUFFICIENT_BALANCE: "Saldo tidak cukup[: perlu {needed_idr}, tersedia {free_idr}]. Isi deposit dulu",
    Code.DEBT_OVERDUE: "Piutang[ {owed_idr}] sudah lewat jatuh tempo, lunasi dulu baru bisa pinjam deposit lagi",
    Code.DEBT_LIMIT: "Batas piutang[ {limit_idr}] tidak cukup[, sisa {free_idr}], kurangi jumlah atau lunasi dulu",
    Code.NO_BANK_ACCOUNT: "Belum ada rekening untuk itu[, pilih: {banks}], hubungi CS bila perlu",
    Code.TICKET_OPEN: "Masih ada tiket[ #{ticket}][ {amount_idr}] yang menunggu, transfer itu dulu atau UNTIKET.PIN",
    Code.AMOUNTS_EXHAUSTED: "Semua angka unik untuk jumlah ini sedang terpakai, minta jumlah yang sedikit berbeda",
    Code.UNKNOWN_TICKET: "Tidak ada tiket yang menunggu, buat baru dengan TIKET.JUMLAH.PIN",
    Code.NOTHING_TO_REDEEM: "Belum ada yang bisa dijadikan deposit[, tersedia {earned_idr}], tunggu penjualan downline",
    Code.UNKNOWN_ORDER: "Transaksi tidak ditemukan, periksa referensi atau nomornya",
    Code.UNKNOWN_AGENT: "ID agen tidak ada, periksa lalu kirim ulang",
    Code.NOT_YOUR_DOWNLINE: "Agen itu bukan downline Anda, periksa ID-nya",
    Code.NOT_CANCELLABLE: "Transfer tidak bisa ditarik kembali, hubungi penerima atau CS",
    Code.NOT_CORRECTABLE: "Nomor tidak bisa diganti lagi, order sudah dikirim atau selesai. Hubungi CS",
    Code.NO_RECEIPT: "Struk belum ada, order belum selesai. Cek statusnya dengan CEK",
    Code.ADDRESS_TAKEN: "Alamat {address} milik agen lain, pakai alamat lain",
    Code.ADDRESS_INVALID: "Alamat tidak dikenal, tulis nomor 08.. atau alamat yang terdaftar",
    Code.WORD_TAKEN: "Kata {word} sudah dipakai, pilih kata lain",
    Code.MARKUP_OUT_OF_BOUNDS: "Selisih harus {min_idr} sampai {max_idr}, perbaiki lalu kirim ulang",
    Code.COMPLAINTS_TOO_MANY: "Keluhan sudah {max}, tunggu jawaban lalu tulis lagi",
    Code.WEAK_PIN: "PIN baru terlalu mudah, pilih 4-8 angka yang tidak berurutan atau kembar",
    Code.NOT_ALLOWED: "Akun Anda tidak berhak melakukan ini, hubungi upline atau CS",
    Code.INCIDENT: "Ada gangguan di pihak kami[ (nomor {incident})], sampaikan ini ke CS",
}
