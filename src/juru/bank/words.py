"""What is wrong with a bank's file and what to do, in Indonesian and in English: one table, texts with named facts."""

from __future__ import annotations

import msgspec

_ANEW_ID = "unduh lagi dari bank dan masukkan tanpa dibuka di Excel"
_ANEW_EN = "take the file from the bank anew and import it without opening it in Excel"
_AGAIN_ID, _AGAIN_EN = "unduh lagi dari bank", "export it anew"
_SHORTER_ID, _SHORTER_EN = "unduh untuk waktu yang lebih pendek", "export a shorter period"
_CHOOSE_ID, _CHOOSE_EN = "pilih rekening pemilik file ini", "choose the account whose file this is"


class Wrong(msgspec.Struct, frozen=True):
    """One thing that is wrong: the key of its text, and facts. As a string it is English."""

    key: str
    facts: dict[str, str] = {}

    def told(self, lang: str) -> str:
        """Its text in a reader's language, ``id`` or ``en``."""
        return TEXTS[self.key][lang == "en"].format(**self.facts)

    def __str__(self) -> str:
        return self.told("en")


def wrong(key: str, **facts: object) -> Wrong:
    """One thing that is wrong, with its facts."""
    return Wrong(key, {name: str(value) for name, value in facts.items()})


TEXTS: dict[str, tuple[str, str]] = {
    # the file as a whole
    "file_empty": ("filenya kosong", "the file is empty"),
    "file_long": (f"filenya lebih dari {{mb}} MB: {_SHORTER_ID}", f"the file is over {{mb}} MB: {_SHORTER_EN}"),
    "file_rows": (f"lebih dari {{rows}} baris: {_SHORTER_ID}", f"more than {{rows}} rows: {_SHORTER_EN}"),
    "file_unpacks": (
        f"isinya mengembang menjadi lebih dari {{mb}} MB: {_SHORTER_ID}",
        f"it unpacks to over {{mb}} MB: {_SHORTER_EN}",
    ),
    "file_area": (
        f"lembarnya terpakai sampai {{area}} sel: {_AGAIN_ID}",
        f"its sheet is used up to {{area}} cells: {_AGAIN_EN}",
    ),
    "file_pdf": (
        "ini PDF: unduh mutasinya sebagai CSV atau XLSX",
        "this is a PDF: export the mutations as CSV or XLSX",
    ),
    "file_html": (
        "ini halaman web, apa pun nama filenya: unduh sebagai CSV, atau buka dan simpan sebagai XLSX",
        "this is a web page, whatever its name says: export as CSV, or open it and save it as XLSX",
    ),
    "file_encoding": (
        "tulisannya bukan {encodings}: simpan sebagai 'CSV UTF-8'",
        "the text is not {encodings}: save it as 'CSV UTF-8'",
    ),
    "file_no_sheet": ("buku kerjanya tidak punya lembar berisi", "the workbook has no sheet with rows"),
    "file_no_workbook": (
        "buku kerja ini tidak bisa dibaca ({error}): buka dan simpan sebagai XLSX tanpa password",
        "no readable workbook ({error}): open it and save it as XLSX without a password",
    ),
    "file_unclosed": (
        f"filenya berakhir di dalam teks berkutip: sebuah baris terpotong, {_AGAIN_ID}",
        f"the file ends inside a quoted text: a row is cut in half, {_AGAIN_EN}",
    ),
    "file_no_row": (
        "tabelnya tidak punya baris yang sudah dibukukan: pilih waktu yang ada mutasinya",
        "the table has no booked row: choose a period with mutations",
    ),
    "columns_of_other": (
        f"kolomnya milik {{other}}, bukan {{wanted}}: {_CHOOSE_ID}",
        f"the columns are those of {{other}}, not of {{wanted}}: {_CHOOSE_EN}",
    ),
    "columns_none": (
        "tidak ada baris yang menyebut kolom {wanted} ({columns}): apakah ini unduhan bank sendiri, tidak diubah?",
        "no row names the columns of {wanted} ({columns}): is this the bank's own export, unchanged?",
    ),
    "signs_of_other": (
        f"{{sign}} ada di file {{other}}, rekening ini dibaca sebagai {{wanted}}: {_CHOOSE_ID}",
        f"{{sign}} stands in files of {{other}}, this account is read as {{wanted}}: {_CHOOSE_EN}",
    ),
    "looks_like": (
        f"file ini tampaknya milik {{other}}: {_CHOOSE_ID}, atau beri rekening ini profil {{name}}",
        f"the file looks like one of {{other}}: {_CHOOSE_EN}, or give this account the profile {{name}}",
    ),
    "currency": (
        "{currency} bukan rupiah: Juru hanya mencatat rekening rupiah",
        "{currency} is not rupiah: Juru keeps rupiah accounts only",
    ),
    # a row
    "row_cells": (
        f"{{cells}} sel, judulnya {{width}}: pemisah dobel atau ada di dalam teks; {_AGAIN_ID}",
        f"{{cells}} cells, the header has {{width}}: a separator is doubled or stands in a text; {_AGAIN_EN}",
    ),
    "row_both": ("debit dan kredit sama-sama terisi", "both debit and credit have an amount"),
    "row_neither": (
        "debit dan kredit sama-sama kosong: barisnya terpotong",
        "neither debit nor credit: the row is cut in half",
    ),
    "row_no_amount": (
        "tidak ada jumlah: barisnya terpotong atau pemisahnya dobel",
        "no amount: the row is cut in half or a separator is doubled",
    ),
    "row_no_balance": (
        f"tidak ada saldo, padahal baris lain ada: barisnya terpotong; {_AGAIN_ID}",
        f"no balance, though the other rows have one: the row is cut in half; {_AGAIN_EN}",
    ),
    "mark_unknown": (
        "{mark} bukan kredit maupun debit: {known}",
        "{mark} is neither credit nor debit: {known}",
    ),
    "mark_none": (
        "jumlahnya tanpa tanda debit atau kredit: barisnya rusak",
        "the amount has no mark of debit or credit: the row is damaged",
    ),
    # amounts
    "amount_typed": (
        f"{{cell}} bukan jumlah: Excel mengubahnya menjadi hal lain; {_ANEW_ID}",
        f"{{cell}} is no amount: Excel has made something else of it; {_ANEW_EN}",
    ),
    "amount_digits": (
        f"{{cell}} lebih banyak angka daripada yang disimpan Excel; {_ANEW_ID}",
        f"{{cell}} has more digits than Excel keeps; {_ANEW_EN}",
    ),
    "amount_parts": (
        f"{{cell}} punya pecahan sen: Excel sudah menghitungnya; {_ANEW_ID}",
        f"{{cell}} has parts of a sen: Excel has calculated with it; {_ANEW_EN}",
    ),
    "amount_science": (
        f"{{cell}} ditulis Excel secara ilmiah, angkanya hilang; {_ANEW_ID}",
        f"{{cell}} is in Excel's scientific notation, digits are lost; {_ANEW_EN}",
    ),
    "amount_narrow": (
        f"{{cell}}: kolom Excel terlalu sempit dan angkanya hilang; {_ANEW_ID}",
        f"{{cell}}: Excel's column was too narrow and the number is gone; {_ANEW_EN}",
    ),
    "amount_other_way": (
        (
            '{cell} ditulis seperti {other}, profil ini mengharap {wanted}: profil dengan "numbers": "{numbers}" '
            f"membacanya bila seluruh file begitu; bila hanya sebagian baris, Excel mengubahnya: {_ANEW_ID}"
        ),
        (
            '{cell} is written like {other}, this profile expects {wanted}: a profile with "numbers": "{numbers}" '
            f"reads it, if the whole file is so; if only some rows are, Excel has changed them: {_ANEW_EN}"
        ),
    ),
    "amount_none": (
        "{cell} bukan jumlah seperti {wanted}: pemisahnya dobel atau ada angka yang hilang",
        "{cell} is no amount like {wanted}: a separator is doubled or a digit is missing",
    ),
    "amount_huge": ("{cell} lebih dari isi rekening mana pun", "{cell} is more than any account holds"),
    "amount_sen": (
        f"{{amount}} ada sennya dan tidak dibuktikan saldo; mungkin diubah Excel; {_AGAIN_ID}, dengan kolom saldo",
        (
            "{amount} has sen, and no running balance proves it: Excel may have changed it; "
            f"{_AGAIN_EN}, with the balance column"
        ),
    ),
    # days
    "day_none": ("{cell} bukan tanggal", "{cell} is no date"),
    "day_unlike": ("{cell} bukan tanggal seperti {known}", "{cell} is no date like {known}"),
    "day_serial": (
        f"{{cell}} adalah angka Excel untuk {{day}}: jadikan kolomnya tanggal, atau {_ANEW_ID}",
        f"{{cell}} is Excel's own number for {{day}}: format the column as a date, or {_ANEW_EN}",
    ),
    "day_rewritten": (
        f"{{cell}} adalah tanggal yang ditulis ulang Excel, bank menulis {{known}}; {_ANEW_ID}",
        f"{{cell}} is a date as Excel rewrites it, the bank writes {{known}}; {_ANEW_EN}",
    ),
    "day_no_year": (
        "{cell} tanpa tahun dan filenya tidak menyebut periode: isi tahunnya (--year)",
        "{cell} has no year and the file states no period: give it with --year",
    ),
    "day_outside": (
        "{cell} di luar periode yang disebut file, {first} sampai {last}",
        "{cell} is not within the period the file states, {first} to {last}",
    ),
    "day_absent": ("{cell} tidak ada di kalender", "{cell} is no day of the calendar"),
    "day_future": (
        f"{{cell}} belum terjadi: apakah Excel menukar hari dan bulan? {_ANEW_ID}",
        f"{{cell}} lies in the future: has Excel exchanged day and month? {_ANEW_EN}",
    ),
    "day_two_kinds": (
        f"sebagian tanggal milik Excel, sebagian teks: Excel menukar hari dan bulan; {_AGAIN_ID}",
        (
            "some dates are Excel's own and some are text: Excel has read day and month the other way round; "
            "take the file from the bank anew"
        ),
    ),
    # balances
    "balance_break": (
        (
            "menyebut {balance}; {before} sebelumnya dan {amount} menjadi {makes}: "
            f"sebuah jumlah salah, atau ada baris yang hilang sebelumnya; {_AGAIN_ID}"
        ),
        (
            "says {balance}; {before} before it and {amount} make {makes}: "
            f"an amount is wrong, or a row is missing before it; {_AGAIN_EN}"
        ),
    ),
    "balance_sum": (
        (
            "saldo awal {opening} dan semua baris menjadi {makes}, filenya menyebut {closing}: "
            f"ada baris yang hilang atau berubah; {_AGAIN_ID}"
        ),
        (
            "opening {opening} and all rows make {makes}, the file says {closing}: "
            f"rows are missing or changed; {_AGAIN_EN}"
        ),
    ),
    # whose account
    "account_science": (
        "{cell} ditulis Excel secara ilmiah, angka rekeningnya hilang; masukkan file bank tanpa dibuka di Excel",
        (
            "{cell} is in Excel's scientific notation, the account's digits are lost; "
            "import the bank's file without opening it in Excel"
        ),
    ),
    "account_two": (
        "rekening {account}, baris sebelumnya milik {before}: unduh satu rekening saja",
        "account {account}, the rows before are of {before}: export one account at a time",
    ),
    "account_zeros": (
        f"rekening {{account}} adalah {{wanted}} tanpa nol di depan: file ini pernah disimpan Excel; {_ANEW_ID}",
        (
            "account {account} is {wanted} without its leading zeros: Excel has opened this file and saved it; "
            "take the file from the bank anew and import it without opening it"
        ),
    ),
    "account_other": (
        "file ini milik rekening {account}, bukan {wanted}: pilih rekening pemiliknya",
        "the file is of account {account}, not of {wanted}: choose the account it belongs to",
    ),
    # beside earlier files
    "earlier_had_balance": (
        (
            "file {account} sebelumnya punya saldo berjalan, yang ini tidak: baris sampai {day} akan terhitung dua "
            "kali. Unduh seperti dulu, atau hanya hari sesudah {day}"
        ),
        (
            "earlier files of {account} had a running balance, this has none: its rows of days to {day} would count "
            "twice. Export as before, or only days after {day}"
        ),
    ),
    "earlier_had_none": (
        (
            "file {account} sebelumnya tanpa saldo berjalan, yang ini punya: baris sampai {day} akan terhitung dua "
            "kali. Unduh seperti dulu, atau hanya hari sesudah {day}"
        ),
        (
            "earlier files of {account} had no running balance, this has one: its rows of days to {day} would count "
            "twice. Export as before, or only days after {day}"
        ),
    ),
    "earlier_gap": (
        (
            "ada baris yang hilang sebelum file ini: saldo {before} pada {day}, file mulai dengan {first}; "
            "masukkan juga hari-hari di antaranya"
        ),
        (
            "rows are missing before this file: {before} stood there on {day}, it begins with {first}; "
            "bring in the days between, too"
        ),
    ),
}
