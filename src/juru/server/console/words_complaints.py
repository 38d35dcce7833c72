"""Texts of the pages about complaints and corrected numbers, and of what agents are told beside their orders."""

from __future__ import annotations

COMPLAINTS: dict[str, tuple[str, str]] = {
    "place_complaints": ("Keluhan", "Complaints"),
    "kind_complaint_due": ("Keluhan belum dijawab", "Complaint not answered yet"),
    "kind_complaint_overdue": ("Keluhan lewat waktu", "Complaint overdue"),
    "why_unanswered": (
        "Keluhan ini belum dijawab; jawab di halamannya.",
        "This complaint has not been answered; answer it on its page.",
    ),
    "queue_complaint": ("Baca dan jawab keluhan ini", "Read and answer this complaint"),
    # the list
    "complaints_title": ("Keluhan", "Complaints"),
    "complaints_none": ("Tidak ada keluhan yang menunggu jawaban.", "No complaint waits for an answer."),
    "complaints_never": ("Belum pernah ada keluhan.", "There was no complaint yet."),
    "complaints_every": ("Semua keluhan", "All complaints"),
    "complaints_waiting": ("Yang menunggu jawaban", "Those that wait for an answer"),
    "complaints_older": ("Lebih lama", "Older"),
    "complaint_number": ("Nomor", "Number"),
    "complaint_order": ("Order", "Order"),
    "complaint_agent": ("Agen", "Agent"),
    "complaint_since": ("Sejak", "Since"),
    "complaint_clock": ("Waktu", "Clock"),
    "complaint_state": ("Status", "State"),
    "complaint_text": ("Terakhir ditulis", "Written last"),
    "complaint_left": ("sisa {span}", "{span} left"),
    "complaint_over": ("lewat {span}", "overdue by {span}"),
    "complaint_state_open": ("Menunggu", "Open"),
    "complaint_state_answered": ("Dijawab", "Answered"),
    "complaint_state_closed": ("Ditutup", "Closed"),
    "complaint_state_reopened": ("Dibuka lagi", "Reopened"),
    # one complaint
    "complaint_title": ("Keluhan {number}", "Complaint {number}"),
    "complaint_absent": (
        "Tidak ada keluhan tentang order {order}.",
        "Nobody complained about order {order}.",
    ),
    "complaint_channel": ("Ditulis lewat", "Written by way of"),
    "complaint_until": ("Dijawab sebelum", "To be answered before"),
    "complaint_answer": ("Jawaban", "Answer"),
    "complaint_answer_note": (
        "Sampai ke agen di tempat ia menulis. Satu baris, paling banyak 500 karakter.",
        "Told to the agent where he wrote. One line, at most 500 characters.",
    ),
    "complaint_send": ("Jawab", "Answer"),
    "complaint_send_close": ("Jawab dan tutup", "Answer and close"),
    "complaint_close": ("Tutup tanpa jawaban", "Close without an answer"),
    "complaint_closed_note": (
        "Sudah ditutup. Bila agen menulis lagi, keluhan terbuka lagi.",
        "It is closed. It opens again when the agent writes again.",
    ),
    "complaint_no_text": ("Tulis jawabannya.", "Write the answer."),
    "complaint_moved": (
        "Keluhan ini berubah sejak formulir dibuka. Baca yang terakhir, lalu kirim lagi.",
        "This complaint has changed since the form was opened. Read what came last, then send again.",
    ),
    "complaint_refused": ("Tidak ada yang berubah. {why}", "Nothing was changed. {why}"),
    "complaint_full": (
        "Keluhan ini sudah terlalu panjang; tutup saja.",
        "This complaint has grown too long; close it.",
    ),
    "money_done_complaint_answered": (
        "Jawaban tercatat dan dikirim ke agen.",
        "The answer is noted and on its way to the agent.",
    ),
    "money_done_complaint_closed": (
        "Keluhan ditutup; agen diberi tahu.",
        "The complaint is closed; the agent is told.",
    ),
    # on an order's page
    "story_complaint": ("Keluhan", "Complaint"),
    "story_complaint_open": ("Buka keluhan", "Open the complaint"),
    "event_corrected": ("Nomor dikoreksi", "Number corrected"),
    "event_was": ("sebelumnya {dest}", "it was {dest}"),
    "correct_title": ("Koreksi nomor tujuan", "Correct the destination"),
    "correct_note": (
        "Hanya selama belum ada yang dikirim ke supplier. Aturan produk dan operator tetap berlaku; agen diberi tahu.",
        "Only while nothing was sent to a supplier. The product's and operator's rules hold; the agent is told.",
    ),
    "correct_dest": ("Nomor yang benar", "The right number"),
    "correct_reason": ("Alasan (masuk catatan audit)", "Reason (goes to the audit record)"),
    "correct_send": ("Koreksi", "Correct"),
    "money_done_order_corrected": ("Nomor dikoreksi. Agen diberi tahu.", "The number is corrected. The agent is told."),
    "correct_no_reason": ("Tulis nomor yang benar dan alasannya.", "Write the right number and the reason."),
    "correct_no_sent": (
        "Order ini sudah dikirim ke supplier; nomornya tidak bisa dikoreksi lagi.",
        "This order was sent to a supplier; its number can no longer be corrected.",
    ),
    "correct_no_final": ("Order ini sudah selesai.", "This order has ended."),
    "correct_no_kind": ("Produk ini tidak bisa dikoreksi nomornya.", "The number of this product cannot be corrected."),
    "correct_no_destination": (
        "{dest} bukan nomor tujuan untuk {product}.",
        "{dest} is no destination for {product}.",
    ),
    "correct_no_operator": (
        "{dest} bukan nomor operator {wanted}.",
        "{dest} is no number of the operator {wanted}.",
    ),
    "correct_no_repeat": (
        "Agen sudah mengorder {product} ke {dest} hari ini: order {order_id}.",
        "The agent has ordered {product} for {dest} today: order {order_id}.",
    ),
    # what agents are told beside their orders
    "notice_transfer.received": ("Kiriman saldo diterima", "Balance received"),
    "notice_transfer.taken_back": ("Kiriman saldo ditarik", "Balance taken back"),
    "notice_sender.added": ("Alamat ditambahkan", "Address added"),
    "notice_sender.removed": ("Alamat dihapus", "Address removed"),
    "notice_complaint.answered": ("Keluhan dijawab", "Complaint answered"),
    "notice_complaint.closed": ("Keluhan ditutup", "Complaint closed"),
    "notice_order.corrected": ("Nomor dikoreksi", "Number corrected"),
    "notice_deposit.credited": ("Deposit masuk", "Deposit credited"),
    "notice_deposit.taken": ("Deposit ditarik", "Deposit taken back"),
}
