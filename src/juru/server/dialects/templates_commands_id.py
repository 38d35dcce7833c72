"""The texts of commands, in Indonesian: what an agent changes or looks up. Facts in ``_idr`` and ``_s`` are worded."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    # what was changed
    "renamed": "Nama {agent} sekarang {name}",
    "sender.added": "Alamat {address} ditambahkan lewat {by}. Bila bukan Anda, ganti PIN dan hubungi CS",
    "sender.removed": "Alamat {address} dihapus lewat {by}. Bila bukan Anda, ganti PIN dan hubungi CS",
    "autoreg.on": "Siapa pun yang menulis REG.{word}.NAMA terdaftar di bawah Anda, selisih {markup_idr}",
    "autoreg.off": "Pendaftaran sendiri ditutup",
    "registered": (
        "Terdaftar: {agent} {name}, {address}, level {level}, selisih {markup_idr}."
        "[ PIN {pin}, sampaikan kepadanya lalu hapus pesan ini.]"
    ),
    "registered.self": "Selamat datang, {name}. ID Anda {agent}.[ PIN Anda {pin}, jaga kerahasiaannya.] Ketik HELP",
    "downline.blocked": "{agent} {name} diblokir. Buka lagi: UNBLOK.{agent}.PIN",
    "downline.unblocked": "{agent} {name} aktif",
    "markup.set": "Selisih {agent}[ untuk {product}] sekarang {markup_idr}",
    "markup.set_all": "Selisih semua downline[ untuk {product}] sekarang {markup_idr}",
    "redeemed.commission": (
        "Komisi {amount_idr} menjadi deposit (transfer #{transfer}). Sisa komisi {left_idr}. Saldo {balance_idr}"
    ),
    "redeemed.points": (
        "Poin {amount_idr} menjadi deposit (transfer #{transfer}). Sisa poin {left_idr}. Saldo {balance_idr}"
    ),
    "complaint.filed": "Keluhan #{complaint} untuk order #{order} {product} dicatat. Dijawab dalam {within_s}",
    "complaint.added": "Ditambahkan ke keluhan #{complaint} order #{order} {product}. Dijawab dalam {within_s}",
    "complaint.reopened": "Keluhan #{complaint} order #{order} {product} dibuka lagi. Dijawab dalam {within_s}",
    "complaint.answered": (
        "Jawaban keluhan #{complaint}, order #{order}: {text}. Belum beres? Ketik K.#{order} dan isinya"
    ),
    "complaint.closed": "Keluhan #{complaint}, order #{order} ditutup[: {text}]",
    "deposit.credited": "Deposit masuk {amount_idr} (transfer #{transfer}). Saldo {balance_idr}",
    "deposit.taken": "Deposit {amount_idr} ditarik (transfer #{transfer}). Saldo {balance_idr}",
    "prices.on": "Anda diberi tahu di sini bila harga berubah. Berhenti: INFOHARGA.OFF.PIN",
    "prices.off": "Perubahan harga tidak lagi dikirim kepada Anda",
    "prices.changed": "Harga Anda berubah ({count})",
    "prices.changed.row": "{product} {name}: {old_idr} jadi {new_idr}",
    "order.corrected": "Order #{order} sekarang ke {dest}, tadinya {was}",
    # what was looked up
    "downline.list": "Downline {count}, saldo mereka {total_idr}[; {more} lagi: LDL.{page}.PIN]",
    "downline.list.row": "{agent} {name} {balance_idr}[ {state}]",
    "downline.list.none": "Belum ada downline. Daftarkan: REG.NAMA.KOTA.NOMOR.SELISIH.PIN",
    "downline.balance": "{agent} {name}: saldo {balance_idr}[, ditahan {held_idr}][, {state}]",
    "downline.state.blocked": "diblokir",
    "commission": "Komisi {earned_idr}. Jadikan deposit: TUKAR.JUMLAH.PIN, atau TUKAR.SEMUA.PIN",
    "points": "Poin {points}, senilai {earned_idr}. Jadikan deposit: TUKARPOIN.SEMUA.PIN",
    "senders": "Alamat Anda {count} dari {max}",
    "senders.row": "{address}[ {note}]",
    "senders.none": "Belum ada alamat",
    "senders.trusted": "tanpa PIN",
    "limits": (
        "Kredit {credit_idr}, terpakai {used_idr}\n"
        "Permintaan {rate} per detik\n"
        "Salah PIN {tries} dari {tries_max}, lalu terkunci\n"
        "Pesan sama dalam {window_s} tidak diulang; beli lagi pakai nomor urut 2, 3, ...\n"
        "Order per pesan {orders}\n"
        "Tiket deposit terbuka {tickets} dari {tickets_max}, keluhan terbuka {complaints}"
    ),
    "product.status": "Status produk",
    "product.status.row": "{code} {name} {state}[, stok {stock}][, cut off {cut_off}]",
    "product.status.all_open": "Semua produk bisa dibeli",
    "product.state.open": "buka",
    "product.state.closed": "tutup",
    "product.state.disturbed": "gangguan",
    "product.state.empty": "habis",
    "product.state.no_supplier": "tanpa jalur",
    "product.state.cut_off": "sedang cut off",
    "report": (
        "Rekap {day}: {sold} terkirim {sales_idr}, {open} diproses, {failed} batal[, {reversed} dibalik]\n"
        "Masuk {in_idr}, keluar {out_idr}, komisi {commission_idr}. Saldo {balance_idr}"
    ),
    "report.row": "{product} x{count} {sales_idr}",
    "report.none": "Rekap {day}: tidak ada transaksi. Saldo {balance_idr}",
    "mutation": "Mutasi deposit {day}[ ({more} lebih awal tidak ditampilkan)]",
    "mutation.row": "{time} {what} {amount_idr}[ {about}]",
    "mutation.none": "Mutasi deposit {day}: tidak ada",
    "mutation.deposit": "deposit",
    "mutation.debt": "deposit pinjaman",
    "mutation.opening": "saldo awal",
    "mutation.agent_transfer": "transfer",
    "mutation.agent_transfer_cancelled": "transfer ditarik",
    "mutation.reversal": "koreksi",
    "mutation.commission_redeemed": "komisi",
    "mutation.points_redeemed": "poin",
    "mutation.sale": "pembelian",
    "mutation.order_reversed": "pembelian dibalik",
    "mutation.late_charge": "pembelian terlambat",
    "mutation.other": "lain-lain",
    "info.center": "Alamat center belum diumumkan, tanyakan ke CS",
    "info.products": "Ketik H untuk daftar harga",
    "receipt.title": "STRUK PEMBELIAN",
    "receipt.time": "Waktu",
    "receipt.product": "Produk",
    "receipt.dest": "Nomor",
    "receipt.sn": "SN",
    "receipt.order": "Order",
    "receipt.customer": "Nama",
    "receipt.period": "Periode",
    "receipt.bills": "Lembar",
    "receipt.bill": "Tagihan",
    "receipt.admin": "Admin",
    "receipt.total": "Total",
    "receipt.price": "Harga",
    "receipt.footer": "Terima kasih",
    "span.day": "{count} hari",
    "span.hour": "{count} jam",
    "span.minute": "{count} menit",
    "span.second": "{count} detik",
    # help by topic
    "help.topics": (
        "Bantuan: HELP.ORDER, .SALDO, .CEK, .DEPOSIT, .TRANSFER, .DOWNLINE, .SELISIH, .KOMISI, .PIN, .ALAMAT, "
        ".KELUHAN, .STRUK, .GANTI, .LAPORAN"
    ),
    "help.order": (
        "KODE.NOMOR.PIN; beli lagi hari ini KODE.2.NOMOR.PIN atau akhiri .RO; "
        "banyak KODE.NOMOR,KODE.NOMOR.PIN; nominal 10.NOMOR.PIN; token PLN KODE.METER.PIN.NOMORHP"
    ),
    "help.balance": (
        "Saldo: SAL. Harga: H.KODE.KODE atau H.AWALAN. Status produk: STOK.KODE. Batas Anda: LIMIT. "
        "Kabar harga: INFOHARGA.ON.PIN, INFOHARGA.OFF.PIN"
    ),
    "help.status": (
        "Terakhir CEK; ke nomor CEK.NOMOR; CEK.NOMINAL.NOMOR; CEK.TANGGAL.NOMOR; STATUS R#REF. 5 terakhir CTRX.PIN"
    ),
    "help.deposit": (
        "Isi deposit: TIKET.JUMLAH.PIN, bank tertentu TIKET.BANK.JUMLAH.PIN; batal UNTIKET.PIN; rekening BANK; "
        "mutasi MUTASI.TANGGAL"
    ),
    "help.transfer": "T.ID.JUMLAH.PIN; ke upline TRFBLK.ID.JUMLAH.PIN; tarik lagi BTRF.ID.JUMLAH.PIN",
    "help.downline": (
        "REG.NAMA.KOTA.NOMOR.SELISIH.PIN (urutan bebas, LEVEL boleh ditulis, PIN=1234 memilihkan PIN-nya); "
        "daftar LDL; saldo SD.ID; blokir BLOK.ID.PIN, UNBLOK.ID.PIN; daftar sendiri AUTOREG.KATA.SELISIH.PIN, "
        "AUTOREG.OFF.PIN"
    ),
    "help.markup": (
        "Satu downline UP.ID.SELISIH.PIN, satu produknya MP.ID.KODE.SELISIH.PIN; "
        "semua downline UP.SELISIH.PIN, satu produk MP.KODE=SELISIH.PIN"
    ),
    "help.commission": (
        "Komisi KOMISI, jadikan deposit TUKAR.JUMLAH.PIN atau TUKAR.SEMUA.PIN; poin POIN, TUKARPOIN.SEMUA.PIN"
    ),
    "help.pin": "Ganti PIN: GP.LAMA.BARU, 4-8 angka yang tidak berurutan atau kembar",
    "help.address": "Tambah HP.NOMOR.PIN, hapus HAPUS.NOMOR.PIN, lihat LHP; nama UN.NAMA.PIN",
    "help.complaint": "K.ISI (order terakhir), K.NOMOR ISI, K.#ORDER ISI. Tulis lagi untuk menambah atau membuka lagi",
    "help.receipt": "STRUK.ORDER, dengan harga jual STRUK.ORDER.HARGA",
    "help.correct": "Salah nomor, selama belum dikirim: GANTI.ORDER.NOMORBARU.PIN",
    "help.report": "Rekap LAP.PIN, LAP.TANGGAL.PIN (31, 310125, 31/01/25, H-1); mutasi deposit MUTASI.TANGGAL",
    # refusals told apart
    "refusal.not_cancellable.none": "Belum ada transfer yang bisa ditarik kembali",
    "refusal.not_cancellable.other": "Transfer terakhir Anda bukan itu, periksa ID dan jumlahnya",
    "refusal.not_cancellable.done": "Transfer itu sudah ditarik kembali",
    "refusal.not_cancellable.spent": "Saldonya sudah terpakai, minta penerima mengembalikan dengan TRFBLK",
    "refusal.not_allowed.last_sender": "Alamat terakhir tidak bisa dihapus, tambahkan yang lain dulu",
    "refusal.not_allowed.senders": "Sudah {max} alamat, hapus satu dulu: HAPUS.ALAMAT.PIN",
    "refusal.not_allowed.blocked_above": "Diblokir oleh pusat atau upline Anda, hubungi mereka",
    "refusal.not_allowed.depth": "Sudah {max} tingkat, daftarkan lewat upline yang lebih atas",
    "refusal.not_allowed.autoreg": "Pendaftaran hari ini sudah penuh, coba lagi besok",
}
