"""Texts of the purse's pages: headings, notes, states, what was done."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "place_dues": ("Bendahara", "Treasury"),
    "place_finance": ("Keuangan", "Finances"),
    "table_sum": ("Jumlah", "Total"),
    "dues_tabs": ("Halaman bendahara", "Treasury pages"),
    "dues_title": ("Yang menunggu bendahara", "What waits for the treasurer"),
    "dues_home": ("Ringkasan", "Overview"),
    "dues_invoices": ("Tagihan", "Invoices"),
    "dues_rows": ("Menunggu", "Waiting"),
    "dues_payments": ("Pembayaran", "Payments"),
    "dues_bank": ("Bank", "Bank"),
    "dues_cash": ("Kas", "Cash"),
    "dues_payouts": ("Uang keluar", "Pay-outs"),
    "purse_reload": ("Muat ulang", "Reload"),
    "dues_collectors": ("Penagih", "Collectors"),
    "dues_branches": ("Hak cabang", "Branches' shares"),
    "dues_accounts": ("Buku besar", "Ledger"),
    "purse_actions_title": ("Yang dapat dilakukan", "What can be done"),
    "purse_facts_title": ("Fakta dan ayat jurnal", "Facts and entries"),
    "purse_facts_note": (
        "Semua yang pernah dicatat, juga yang dibatalkan, dengan ayat jurnal masing-masing.",
        "Everything ever recorded, what was taken back too, each with its entries.",
    ),
    "purse_fact_taken_back": ("dibatalkan oleh {id}", "taken back by {id}"),
    # overview
    "home_waits": ("Menunggu sekarang", "Waiting now"),
    "home_rows": ("Baris bank yang belum dijelaskan", "Bank rows not yet explained"),
    "home_asked": ("Menunggu orang kedua", "Waiting for a second person"),
    "home_confirmed": ("Disetujui, belum ditransfer", "Confirmed, not yet transferred"),
    "home_cash": ("Kas yang terlambat disetor", "Cash overdue to be handed in"),
    "home_promises": ("Janji penagih yang lewat", "Collectors' promises overdue"),
    "home_misdirected": ("Pembayaran di rekening cabang lain", "Payments on another branch's account"),
    # invoices
    "invoices_sum": (
        "{count} tagihan, seluruhnya {total}, belum dibayar {outstanding}.",
        "{count} invoices, {total} in all, {outstanding} outstanding.",
    ),
    "invoices_new": ("Tagihan baru", "A new invoice"),
    "invoice_heading": ("Tagihan {number}", "Invoice {number}"),
    "invoice_lines": ("Rincian tagihan", "Lines of the invoice"),
    "invoice_asked": ("Diminta dengan kode unik", "Asked for with its unique code"),
    "invoice_promised_by": ("Dijanjikan oleh penagih", "Promised by collector"),
    "invoice_open": ("Belum dibayar", "Open"),
    "invoice_overdue": ("Lewat jatuh tempo", "Overdue"),
    "invoice_promised": ("Dijanjikan", "Promised"),
    "invoice_paid": ("Lunas", "Paid"),
    "invoice_waived": ("Dihapus dengan nota kredit", "Waived by credit note"),
    "line_dues": ("Iuran", "Dues"),
    "line_entry_fee": ("Uang pangkal", "Entry fee"),
    "line_reinstatement_fee": ("Biaya pemulihan", "Reinstatement fee"),
    "line_rounding": ("Pembulatan", "Rounding"),
    "purse_fact_issued": ("Diterbitkan", "Issued"),
    "purse_fact_promised": ("Dijanjikan", "Promised"),
    "purse_fact_allocated": ("Dibayar dari", "Paid out of"),
    "purse_fact_shared": ("Dibagi pusat dan cabang", "Shared with the branch"),
    "purse_fact_share_moved": ("Hak pindah cabang", "Share moved along"),
    "purse_fact_written_off": ("Nota kredit", "Credit note"),
    "purse_fact_received": ("Diterima", "Received"),
    "purse_fact_went_out": ("Keluar", "Went out"),
    "purse_fact_named": ("Dijelaskan", "Named"),
    "purse_fact_reversal": ("Membatalkan fakta", "Takes back fact"),
    # rows and payments
    "rows_lead": (
        (
            "Baris rekening yang tidak dapat dicocokkan sendiri. Tidak pernah dicocokkan menurut nama; "
            "orang yang memutus, dengan alasan."
        ),
        "Rows that no rule could match. Never by name; a person decides, with a reason.",
    ),
    "rows_note": (
        "{shown} yang tertua dari {count} baris; berkasnya berisi semua.",
        "The {shown} oldest of {count} rows; the files have all.",
    ),
    "rows_none": ("Tidak ada yang menunggu.", "Nothing waits."),
    "row_heading": ("Baris {amount}", "Row of {amount}"),
    "payment_heading": ("Pembayaran {amount}", "Payment of {amount}"),
    "row_named": ("Dijelaskan sebagai", "Named as"),
    "row_maybe": ("Mungkin untuk tagihan", "May be for an invoice"),
    "row_maybe_note": (
        "Menurut nomor di berita, lalu jumlah yang sama. Periksa dulu, lalu tetapkan di bawah.",
        "By the numbers in its text, then by an equal sum. Check, then decide below.",
    ),
    "row_maybe_none": ("Tidak ada tagihan yang mendekati.", "No invoice comes near."),
    "payments_note": (
        "{count} pembayaran; seratus yang terbaru di sini, semuanya di berkas.",
        "{count} payments; the latest hundred here, all of them in the files.",
    ),
    "why_number": ("nomor tagihan di berita", "its number is in the text"),
    "why_member": ("nomor anggota di berita", "the member's number is in the text"),
    "why_sum": ("jumlah sama", "equal sum"),
    "way_bank": ("Bank", "Bank"),
    "way_cash": ("Tunai", "Cash"),
    "way_collector": ("Penagih", "Collector"),
    "as_hand_in": ("Setoran kas bendahara", "Cash handed in by a treasurer"),
    "as_refund": ("Pengembalian kelebihan", "Refund of credit"),
    "as_settlement": ("Penyelesaian dengan cabang", "Settlement with a branch"),
    "as_expense": ("Pengeluaran", "Spending"),
    "as_income": ("Pendapatan lain", "Other income"),
    "as_returned": ("Uang masuk yang dikembalikan", "Money that went back"),
    "as_collector": ("Setoran penagih", "Collector's transfer"),
    # bank
    "bank_accounts": ("Rekening", "Accounts"),
    "bank_none": (
        "Belum ada rekening: pengurus pusat membukanya di sini.",
        "No account yet: the national board opens one here.",
    ),
    "bank_file": ("Unggah mutasi rekening", "Upload a statement"),
    "bank_takes": ("Berkas yang sudah diambil", "Files taken"),
    "bank_takes_none": ("Belum ada berkas.", "No file yet."),
    "bank_set": ("Buka atau ubah rekening", "Open or change an account"),
    "bank_no_file": ("Pilih berkas mutasi dulu.", "Choose a statement file first."),
    "bank_bad_year": (
        "Tulis tahun dengan empat angka, atau kosongkan.",
        "Write the year with four digits, or leave it empty.",
    ),
    "bank_looked": ("Berkas {file}", "File {file}"),
    "bank_faults": (
        "Berkas ini tidak dapat dipercaya ({count} masalah). Tidak ada baris yang diambil.",
        "This file cannot be believed ({count} faults). No row was taken.",
    ),
    "bank_nothing_new": ("Tidak ada baris baru di berkas ini.", "There is no new row in this file."),
    "bank_rows": ("Baris baru", "New rows"),
    "bank_rows_note": (
        "{shown} dari {count} baris; yang menunggu orang lebih dulu.",
        "{shown} of {count} rows; those that wait for a person first.",
    ),
    "bank_counts": ("Nasib tiap baris", "What becomes of the rows"),
    "bank_gone": (
        "Berkas itu sudah terlalu lama: unggah lagi. Baris yang sudah dikenal tidak dihitung dua kali.",
        "That file was looked at too long ago: upload it again. A row that is known is not counted twice.",
    ),
    "bank_taking": (
        "Sedang diambil: {done} dari {total} baris. Muat ulang untuk melihat kemajuannya.",
        "Being taken: {done} of {total} rows. Reload to see how far it is.",
    ),
    "bank_stopped": (
        (
            "Berhenti setelah {done} dari {total} baris: {why} Yang sudah diambil tetap tercatat; "
            "unggah lagi untuk melanjutkan."
        ),
        "Stopped after {done} of {total} rows: {why} What was taken stands; upload it again to go on.",
    ),
    "bank_taken": ("Hasil berkas {file}", "Result of file {file}"),
    "bank_taken_note": (
        "Rekening {account}, diambil oleh {by}. Saldo terakhir menurut bank: {balance}.",
        "Account {account}, taken by {by}. Last balance by the bank: {balance}.",
    ),
    "fate_matched": ("Cocok dan dibayar", "Matched and paid"),
    "fate_unmatched": ("Masuk, menunggu orang", "Came in, waits for a person"),
    "fate_outgoing": ("Keluar, menunggu orang", "Went out, waits for a person"),
    "fate_known": ("Sudah tercatat", "Known already"),
    "fate_before": ("Sebelum hari pertama rekening", "Before the account's first day"),
    "profile_none": ("tanpa berkas, dicatat tangan", "no files, typed by hand"),
    # cash
    "cash_note": (
        "Kas disetor dalam beberapa hari sejak kuitansi tertua; sesudah itu terlambat.",
        "Cash is handed in within some days of the oldest receipt; after that it is overdue.",
    ),
    "cash_none": ("Tidak ada kas di tangan.", "Nobody holds cash."),
    "cash_over": ("Terlambat", "Overdue"),
    "cash_within": ("Belum jatuh tempo", "Within its time"),
    # pay-outs
    "payouts_note": (
        (
            "Orang pertama meminta, orang kedua menyetujui; tidak pernah orang yang sama, tidak pernah "
            "untuk usahanya sendiri."
        ),
        "The first person asks, the second confirms; never the same one, never for his own firm.",
    ),
    "payouts_new": ("Minta yang baru", "Ask for a new one"),
    "payout_asked": ("Menunggu orang kedua", "Waits for a second person"),
    "payout_confirmed": ("Disetujui, belum ditransfer", "Confirmed, not yet transferred"),
    "payout_left": ("Dalam perjalanan", "On its way"),
    "payout_paid": ("Selesai", "Done"),
    "payout_declined": ("Ditolak", "Declined"),
    "account_by_hand": ("rekening yang dicatat tangan", "the account kept by hand"),
    # collectors
    "collectors_due": ("Janji yang belum disetor", "Promised and not yet transferred"),
    "collectors_note": (
        "Jatuh tempo pada hari setor penagih yang berikut; sesudah itu terlambat.",
        "Due on the collector's next settlement day; after it overdue.",
    ),
    "collectors_nothing": ("Tidak ada janji yang terbuka.", "No promise is open."),
    "collectors_who": ("Penagih yang diangkat", "Appointed collectors"),
    "collectors_none": ("Belum ada penagih.", "No collector yet."),
    # branches
    "branches_note": (
        (
            "Hak + pendapatan lain - pengeluaran - yang ada di rekening cabang = yang dapat "
            "diselesaikan. Di bawah nol, cabang menyetor ke pusat."
        ),
        (
            "Share + other income - spending - what its accounts hold = what may be settled. Below "
            "zero the branch pays national."
        ),
    ),
    "branch_purse": ("Keuangan cabang {branch}", "Purse of branch {branch}"),
    "branch_stands": ("Kedudukan", "How it stands"),
    "branch_settled": ("Penyelesaian", "Settlements"),
    "branch_spent": ("Pengeluaran {year}", "Spending {year}"),
    "branch_spent_title": ("Pengeluaran", "Spending"),
    "misdirected": ("Pembayaran di rekening cabang lain", "Payments on another branch's account"),
    "misdirected_note": (
        "Hak cabang sudah dibukukan dengan benar; uangnya ada di rekening cabang lain.",
        "The shares are posted right; the money is on another branch's account.",
    ),
    "misdirected_none": ("Tidak ada.", "None."),
    # ledger
    "accounts_note": (
        "Semua rekening berjumlah nol. Debit di bawah nol: yang dimiliki; di atas nol: yang terutang.",
        "All accounts sum to zero. Below zero: what is owned; above: what is owed.",
    ),
    "account_note": ("Tiap mutasi menuju fakta asalnya.", "Each movement leads to the facts it is of."),
    "account_moves": ("Mutasi", "Movements"),
    "account_bank": ("Bank", "Bank"),
    "account_cash": ("Kas di tangan", "Cash in hand"),
    "account_unmatched": ("Masuk, belum dijelaskan", "Came in, not explained"),
    "account_outgoing": ("Keluar, belum dijelaskan", "Went out, not explained"),
    "account_refunds": ("Pengembalian disetujui", "Refunds confirmed"),
    "account_invoiced": ("Ditagihkan, belum diterima", "Invoiced, not received"),
    "account_national": ("Pusat", "National"),
    "account_branch": ("Hak cabang", "Branch's share"),
    "account_member": ("Piutang anggota", "Members owe"),
    "account_credit": ("Kelebihan bayar anggota", "Members' credit"),
    "account_spent": ("Pengeluaran", "Spending"),
    "account_income": ("Pendapatan lain", "Other income"),
    "account_transit": ("Dalam perjalanan", "On its way"),
    "account_opening": ("Saldo awal", "Opening balance"),
    "account_collected": ("Setoran penagih", "Collector's transfer"),
    "transfer_invoice": ("Tagihan", "Invoice"),
    "transfer_payment": ("Pembayaran", "Payment"),
    "transfer_allocation": ("Pelunasan", "Allocation"),
    "transfer_dues_share": ("Pembagian iuran", "Sharing of dues"),
    "transfer_share_moved": ("Hak pindah cabang", "Share moved along"),
    "transfer_credit_note": ("Nota kredit", "Credit note"),
    "transfer_handed_in": ("Setoran kas", "Cash handed in"),
    "transfer_went_out": ("Keluar", "Went out"),
    "transfer_named": ("Penjelasan baris", "Row named"),
    "transfer_refund": ("Pengembalian", "Refund"),
    "transfer_opening": ("Saldo awal", "Opening balance"),
    "transfer_reversal": ("Pembatalan", "Reversal"),
    # a member's dues
    "member_dues_title": ("Iuran {name}", "Dues of {name}"),
    "member_dues_back": ("Iuran saya", "My dues"),
    "member_dues_link": ("Iuran, pembayaran dan kuitansi", "Dues, payments and receipts"),
    "member_owed": ("Belum dibayar", "Outstanding"),
    "member_credit": ("Kelebihan bayar", "Credit"),
    "member_credit_note": (
        "Kelebihan bayar memotong tagihan berikut, atau dikembalikan atas permintaan kepada bendahara.",
        "Credit pays your next invoice, or is paid back if you ask the treasurer.",
    ),
    "member_open": ("Yang harus dibayar", "What is to be paid"),
    "member_nothing": ("Tidak ada yang harus dibayar.", "Nothing is to be paid."),
    "member_invoices": ("Riwayat tagihan", "History of invoices"),
    "member_receipts": ("Kuitansi", "Receipts"),
    "due_open": ("Belum dibayar", "Open"),
    "due_grace": ("Masa tenggang: masih dapat dibayar", "In grace: can still be paid"),
    "due_late": ("Lewat: minta tagihan pemulihan", "Lapsed: ask for a reinstatement"),
    "pay_now": ("Bayar sekarang", "Pay now"),
    "pay_heading": ("Bayar tagihan {invoice}", "Pay invoice {invoice}"),
    "pay_amount": ("Jumlah persis", "Exact sum"),
    "pay_text": ("Berita transfer", "Text of the transfer"),
    "pay_exact": (
        (
            "Transfer tepat sejumlah ini, sampai rupiah terakhir, dan tulis nomor tagihan di berita. "
            "Kurang satu rupiah belum lunas."
        ),
        (
            "Transfer exactly this sum, to the last rupiah, with the invoice's number in the text. One "
            "rupiah short is not paid."
        ),
    ),
    "pay_grace": (
        "Masa bayar sudah lewat, tetapi masih dalam masa tenggang: bayar sekarang tanpa biaya.",
        "The paid period is over, yet within grace: pay now without a fee.",
    ),
    "pay_late": (
        "Tagihan ini tidak lagi dapat dibayar. Minta tagihan pemulihan kepada bendahara cabang.",
        "This invoice can no longer be paid. Ask your branch's treasurer for a reinstatement.",
    ),
    "pay_done": ("Tagihan ini sudah lunas.", "This invoice is paid."),
    "pay_where": ("Ke rekening", "To the account"),
    "pay_where_note": (
        "Rekening asosiasi; jangan ke rekening pribadi.",
        "The association's accounts; never to a person's.",
    ),
    "pay_where_none": (
        "Tanyakan rekening asosiasi kepada bendahara.",
        "Ask the treasurer for the association's account.",
    ),
    "pay_cash": ("Atau tunai", "Or in cash"),
    "pay_cash_note": (
        "Bendahara cabang memberi kuitansi bernomor di tempat.",
        "Your branch's treasurer gives a numbered receipt on the spot.",
    ),
    # finance
    "finance_title": ("Keuangan {year}", "Finances {year}"),
    "finance_lead": ("Iuran yang diterima pada {year}: {amount}.", "Dues received in {year}: {amount}."),
    "finance_months": ("Menurut bulan", "By month"),
    "finance_branches": ("Hak cabang", "Branches' shares"),
    "finance_headings": ("Pengeluaran menurut pos", "Spending by heading"),
    "finance_nothing_spent": ("Belum ada pengeluaran yang dicatat.", "No spending was recorded yet."),
    # what was done
    "said_issued": ("Tagihan {id} terbit sebesar Rp{note}.", "Invoice {id} was issued: Rp{note}."),
    "said_cash": ("Tunai diterima, kuitansi {id}.", "Cash taken, receipt {id}."),
    "said_promise": ("Tagihan {id} dijanjikan oleh penagih.", "Invoice {id} is promised by the collector."),
    "said_cancel": ("Tagihan dibatalkan dengan nota kredit {id}.", "Invoice cancelled by credit note {id}."),
    "said_write_off": ("Tagihan dihapus dengan nota kredit {id}.", "Invoice waived by credit note {id}."),
    "said_assign": ("Ditetapkan untuk anggota {note}, kuitansi {id}.", "Assigned to member {note}, receipt {id}."),
    "said_name": ("Baris {id} sudah dijelaskan.", "Row {id} is named."),
    "said_unname": (
        "Penjelasan baris {id} dibatalkan; baris menunggu lagi.",
        "Naming of row {id} taken back; it waits again.",
    ),
    "said_reverse": (
        "Pembayaran {id} dibatalkan dengan semua akibatnya.",
        "Payment {id} was reversed with all that came of it.",
    ),
    "said_collect": ("{note} tagihan dibayar, kuitansi mulai {id}.", "{note} invoices paid, receipts from {id}."),
    "said_account": ("Rekening {id} dicatat.", "Account {id} is set."),
    "said_hand_in": ("Setoran dicatat; masih di tangan Rp{note}.", "Handed in; Rp{note} still in hand."),
    "said_spend": ("Pengeluaran dicatat, bukti {id}.", "Spending noted, slip {id}."),
    "said_refund": ("Pengembalian {id} menunggu orang kedua.", "Refund {id} waits for a second person."),
    "said_settle": ("Penyelesaian {id} menunggu orang kedua.", "Settlement {id} waits for a second person."),
    "said_confirm": (
        "{id} disetujui: transfer sekarang, lalu jelaskan barisnya.",
        "{id} confirmed: transfer it now, then name its row.",
    ),
    "said_decline": ("{id} ditolak.", "{id} declined."),
    "said_appoint": ("Penagih {id} diangkat.", "Collector {id} appointed."),
    "typed_money": (
        "{value} bukan rupiah bulat: tulis seperti 500.000, tanpa sen.",
        "{value} is no whole rupiah: write 500.000, without sen.",
    ),
    "typed_day": ("{value} bukan tanggal: tulis seperti 2026-05-31.", "{value} is no day: write it as 2026-05-31."),
    "typed_number": ("{value} bukan bilangan bulat.", "{value} is no whole number."),
    "typed_what": ("Pilih apa baris itu.", "Choose what the row is."),
}
