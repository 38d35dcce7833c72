"""What an import says of a file, of a row and of a cell, in Indonesian and in English, with what to do."""

from __future__ import annotations

import msgspec


class Why(msgspec.Struct, frozen=True):
    """One thing to say: the key of its text, and facts."""

    key: str
    facts: dict[str, str] = {}

    def told(self, language: str) -> str:
        """Its text, ``id`` or ``en``."""
        return TEXTS[self.key][language == "en"].format(**self.facts)


def why(key: str, **facts: object) -> Why:
    """One thing to say, with its facts."""
    return Why(key, {name: str(value) for name, value in facts.items()})


TEXTS: dict[str, tuple[str, str]] = {
    # the file
    "file_empty": ("filenya kosong", "the file is empty"),
    "file_long": ("filenya lebih dari {mb} MB: bagi dua", "the file is over {mb} MB: divide it"),
    "file_rows": ("lebih dari {rows} baris: bagi filenya", "more than {rows} rows: divide it"),
    "file_pdf": ("ini PDF: isi templat, CSV atau XLSX", "this is a PDF: fill the template, CSV or XLSX"),
    "file_html": (
        "ini halaman web, apa pun nama filenya: buka dan simpan sebagai XLSX",
        "this is a web page, whatever its name says: open it and save it as XLSX",
    ),
    "file_encoding": (
        "tulisannya bukan UTF-8: simpan sebagai 'CSV UTF-8' atau XLSX",
        "the text is not UTF-8: save it as 'CSV UTF-8' or XLSX",
    ),
    "file_no_sheet": ("buku kerjanya tidak punya lembar berisi", "the workbook has no sheet with rows"),
    "file_no_workbook": (
        "buku kerja ini tidak bisa dibaca: buka dan simpan sebagai XLSX tanpa kata sandi",
        "no readable workbook: open it and save it as XLSX without a password",
    ),
    "file_old": (
        "ini XLS lama atau XLSX berkata sandi: simpan sebagai XLSX tanpa kata sandi",
        "this is an old XLS, or an XLSX with a password: save it as XLSX without one",
    ),
    "file_not_xlsx": (
        "isinya bukan XLSX, apa pun nama filenya: simpan sebagai XLSX",
        "its content is no XLSX, whatever its name says: save it as XLSX",
    ),
    "file_macros": (
        "buku kerja ini membawa makro: simpan sebagai XLSX biasa, tanpa makro",
        "this workbook carries macros: save it as a plain XLSX, without them",
    ),
    "file_unpacks": (
        "isinya mengembang menjadi lebih dari {mb} MB: salin barisnya ke templat",
        "it unpacks to over {mb} MB: copy its rows into the template",
    ),
    "file_area": (
        "lembarnya terpakai sampai {area} sel: salin barisnya ke templat, tanpa sel jauh di bawah atau di kanan",
        "its sheet is used up to {area} cells: copy its rows into the template, without cells far down or far right",
    ),
    "columns_missing": (
        "tidak ada kolom {columns}: baris judul menyebut kolom seperti di templat",
        "no column {columns}: the heading row names columns as the template does",
    ),
    "columns_twice": ("kolom {column} ada dua kali", "column {column} stands there twice"),
    "answer_strange": (
        "jawaban untuk baris {row} bukan pertanyaan yang terbuka: {answer}",
        "the answer for row {row} answers no open question: {answer}",
    ),
    # a row
    "row_cells": ("barisnya lebih lebar dari judulnya", "the row is wider than the heading"),
    "row_unclosed": ("tanda kutip tidak ditutup: barisnya terpotong", "a quote is not closed: the row is cut"),
    # a cell
    "cell_empty": ("kosong: wajib diisi", "empty: it is needed"),
    "cell_long": ("lebih dari {limit} huruf", "longer than {limit} letters"),
    "cell_formula": (
        "{cell} diawali tanda rumus: tulis teksnya saja",
        "{cell} begins like a formula: write the text alone",
    ),
    "cell_error": ("{cell} adalah galat spreadsheet: tulis isinya", "{cell} is a spreadsheet's error: write the value"),
    "cell_strange": (
        "ada huruf yang tidak terlihat atau tidak bisa dicetak: ketik ulang",
        "it holds letters that cannot be seen or printed: type it anew",
    ),
    "cell_kind": ("{cell} bukan teks: ketik ulang sebagai teks", "{cell} is no text: type it anew as text"),
    "cell_decimal": ("{cell} berpecahan: tulis angkanya utuh", "{cell} has decimals: write the whole number"),
    "branch_unknown": ("cabang {cell} tidak ada: {choices}", "there is no branch {cell}: {choices}"),
    "class_unknown": ("kelas {cell} tidak ada: server atau developer", "there is no class {cell}: server or developer"),
    "phone_unlike": ("{cell} bukan nomor telepon: tulis 08...", "{cell} is no telephone number: write 08..."),
    "phone_zero": (
        "{cell}: angka nol di depan hilang; jadikan kolomnya teks dan tulis 0{cell}",
        "{cell}: its leading zero is lost; make the column text and write 0{cell}",
    ),
    "licence_unlike": (
        "{cell} bukan nomor izin: angkanya dibulatkan spreadsheet; jadikan kolomnya teks",
        "{cell} is no licence: the spreadsheet has rounded it; make the column text",
    ),
    "day_unlike": (
        "{cell} bukan tanggal: tulis 31/12/2026 (hari dulu) atau 2026-12-31",
        "{cell} is no day: write 31/12/2026 (the day first) or 2026-12-31",
    ),
    "day_absent": (
        "{cell} tidak ada di kalender: hari ditulis dulu, baru bulan",
        "{cell} is no day of the calendar: the day is written first, then the month",
    ),
    "day_serial": (
        "{cell} adalah angka spreadsheet untuk sebuah tanggal: jadikan kolomnya tanggal",
        "{cell} is a spreadsheet's number for a day: make the column a date",
    ),
    "day_swapped": (
        "kolom ini memuat tanggal dan teks: spreadsheet menukar hari dan bulan pada {cell}; tulis semuanya 2026-12-31",
        "this column mixes dates and text: the spreadsheet swapped day and month in {cell}; write all as 2026-12-31",
    ),
    "day_future": ("{cell} belum tiba", "{cell} has not come"),
    "day_far": ("{cell} terlalu jauh: periksa tahunnya", "{cell} is too far away: check the year"),
    "period_wrong": (
        "lunas sampai {until} tidak sesudah bergabung {since}",
        "paid until {until} is not after joining on {since}",
    ),
    # fates
    "will_be_active": ("akan ditambahkan: aktif, lunas sampai {until}", "will be added: active, paid until {until}"),
    "will_be_grace": (
        "akan ditambahkan: masa tenggang, lunas sampai {until}",
        "will be added: in grace, paid until {until}",
    ),
    "will_be_lapsed": (
        "akan ditambahkan: gugur, lunas sampai {until}",
        "will be added: lapsed, paid until {until}",
    ),
    "will_owe": (
        "akan ditambahkan: iuran belum diketahui, menunggu iuran pertama",
        "will be added: no dues are known, it waits for its first",
    ),
    "is_there": ("sudah ada: anggota {member}", "is there already: member {member}"),
    "is_same": ("usaha yang sama menurut jawaban: {other}", "the same business by the answer: {other}"),
    "left_out": ("dilewati menurut jawaban", "left out by the answer"),
    "seems_member": (
        "tampaknya anggota {member}: usaha yang sama, usaha lain, atau dilewati?",
        "it seems to be member {member}: the same business, another, or left out?",
    ),
    "seems_row": (
        "tampaknya sama dengan baris {row}: usaha yang sama, usaha lain, atau dilewati?",
        "it seems to be the same as row {row}: the same business, another, or left out?",
    ),
}
