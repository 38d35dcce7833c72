"""Every word that stands on a paper: Indonesian first, English beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from juru.association.papers.paper import PaperKind

TITLES: Mapping[PaperKind, tuple[str, str]] = {
    PaperKind.INVOICE: ("Tagihan Iuran", "Invoice"),
    PaperKind.RECEIPT: ("Kwitansi", "Receipt"),
    PaperKind.CREDIT_NOTE: ("Nota Kredit", "Credit note"),
    PaperKind.DECREE: ("Surat Keputusan", "Decree"),
    PaperKind.LETTER: ("Surat", "Letter"),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "number": ("Nomor", "number"),
    "on": ("Tanggal", "date"),
    "member": ("Anggota", "member"),
    "member_number": ("Nomor anggota", "member number"),
    "branch": ("Cabang", "branch"),
    "due_on": ("Jatuh tempo", "due"),
    "received_from": ("Telah terima dari", "received from"),
    "way": ("Cara bayar", "paid by"),
    "bank": ("Transfer bank", "bank transfer"),
    "cash": ("Tunai", "cash"),
    "collector": ("Melalui penagih", "through a collector"),
    "reference": ("Rujukan", "reference"),
    "sum_in_words": ("Uang sejumlah", "the sum of"),
    "for_invoice": ("Untuk tagihan", "for invoice"),
    "reason": ("Alasan", "reason"),
    "decree": ("Dasar", "by decree"),
    "reinstatement": ("diganti tagihan pendaftaran ulang", "replaced by a reinstatement"),
    "body": ("Badan", "body"),
    "about": ("Tentang", "about"),
    "revokes": ("Mencabut", "revokes"),
    "to": ("Kepada", "to"),
    "recorded_by": ("Dicatat oleh", "recorded by"),
    "signed_by": ("Ditetapkan oleh", "signed by"),
    "what": ("Uraian", "what"),
    "amount": ("Jumlah (Rp)", "amount"),
    "dues": ("Iuran", "dues"),
    "entry_fee": ("Uang pangkal", "entry fee"),
    "reinstatement_fee": ("Denda pendaftaran ulang", "reinstatement fee"),
    "rounding": ("Pembulatan", "rounding"),
    "paid_invoice": ("Pembayaran tagihan", "payment of invoice"),
    "credit": ("Titipan anggota", "member's credit"),
    "waived": ("Sisa tagihan dihapus", "outstanding waived"),
    "total": ("Jumlah", "total"),
    "unique_code": ("Kode unik", "unique code"),
    "pay": ("Harap transfer tepat", "please transfer exactly"),
    "how_to_pay": ("Cara membayar", "how to pay"),
    "quote": ("Tulis nomor tagihan ini pada berita transfer", "quote this number with your transfer"),
    "verify": ("Periksa keaslian", "verify"),
    "code": ("Kode", "code"),
    "page": ("Halaman", "page"),
}
_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
    *("Agustus", "September", "Oktober", "November", "Desember"),
)


def long_day(day: date) -> str:
    """A day as letters write it: 1 November 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
