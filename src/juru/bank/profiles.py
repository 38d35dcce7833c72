"""How each bank writes its mutations: columns by what they are called, dates, amounts, words around the table.

The built-in profiles follow what the banks' own exports look like (KlikBCA and myBCA, Mandiri Kopra and MCM, BNIDirect,
BRI CMS and Qlola, BSI Net); a bank that changes its export is met by an owner's own profile: JSON that says only what
differs from one of these.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec

from juru.bank.cells import FORMATS, Numbers

ALIASES_MAX, NAME_MAX = 40, 60
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
Names = Annotated[tuple[Name, ...], msgspec.Meta(max_length=ALIASES_MAX)]


class Role(StrEnum):
    """What a column holds. ``mark`` says debit or credit beside one ``amount``; without a mark its sign does."""

    DATE = "date"
    TEXT = "text"
    AMOUNT = "amount"
    MARK = "mark"
    DEBIT = "debit"
    CREDIT = "credit"
    BALANCE = "balance"
    ACCOUNT = "account"
    CURRENCY = "currency"


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one bank writes. All words are compared without regard to case, dots and blanks."""

    name: Name
    title: str
    columns: dict[Role, Names]
    """Names a column may have, by what it holds. Several text columns are joined in the file's order."""
    dates: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=10)]
    """``dd/mm/yyyy``, ``dd/mm/yy``, ``dd/mm``, ``yyyy-mm-dd``, ``dd mmm yyyy`` ...; a time of day may follow."""
    numbers: Numbers | None = None
    """How amounts are written; None: the one way that reads every amount of the file."""
    delimiters: Annotated[str, msgspec.Meta(min_length=1, max_length=5)] = ",;\t|"
    encodings: Names = ("utf-8", "cp1252")
    credit: Names = ("CR", "C", "K", "KR", "KREDIT", "CREDIT")
    debit: Names = ("DB", "D", "DR", "DEBET", "DEBIT")
    """Marks of a credit and of a debit, in the mark's column or behind the amount."""
    marked: bool = False
    """Every amount of this bank has a mark; one without has lost it. Otherwise the sign of the amount counts."""
    pending: Names = ("PEND", "PENDING")
    """Words in place of a date: not booked yet, left out until it is."""
    opening: Names = ("SALDO AWAL", "OPENING BALANCE", "BEGINNING BALANCE")
    closing: Names = ("SALDO AKHIR", "CLOSING BALANCE", "ENDING BALANCE")
    totals: Names = ("MUTASI DEBET", "MUTASI DEBIT", "MUTASI KREDIT", "TOTAL", "JUMLAH MUTASI", "BERSAMBUNG")
    """Words that begin a line of totals."""
    account: Names = ("NOMOR REKENING", "NO REKENING", "NO REK", "ACCOUNT NO", "ACCOUNT NUMBER", "NOREK")
    period: Names = ("PERIODE", "PERIOD", "TANGGAL MUTASI")
    """Words before the account's number and the period, above the table."""
    signs: Names = ()
    """Words that only this bank's files hold, above the table or as a column's name."""
    running: bool = True
    """The balance column is a running balance: each row's is the one before plus its amount."""


GENERIC, BCA, MANDIRI, BNI, BRI, BSI = "generic", "bca", "mandiri", "bni", "bri", "bsi"
_DAY_FIRST = ("dd/mm/yyyy", "dd/mm/yy", "dd-mm-yyyy", "dd-mm-yy", "dd mmm yyyy", "dd-mmm-yyyy", "yyyy-mm-dd")

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            BCA,
            "BCA (KlikBCA Individual and Bisnis, myBCA)",
            {
                Role.DATE: ("Tanggal Transaksi", "Tanggal", "Tgl"),
                Role.TEXT: ("Keterangan",),
                Role.AMOUNT: ("Jumlah", "Mutasi"),
                Role.BALANCE: ("Saldo",),
            },
            ("dd/mm/yyyy", "dd/mm/yy", "dd/mm"),
            Numbers.POINT,
            marked=True,
            signs=("Informasi Rekening - Mutasi Rekening", "KlikBCA", "Cabang", "CBG"),
        ),
        Profile(
            MANDIRI,
            "Mandiri (Kopra, MCM, Livin)",
            {
                Role.DATE: ("PostDate", "Posting Date", "Date", "Tanggal", "Tgl"),
                Role.TEXT: ("Remarks", "AdditionalDesc", "Description", "Reference No", "Remark", "Keterangan"),
                Role.DEBIT: ("Debit Amount", "Debit", "Debet"),
                Role.CREDIT: ("Credit Amount", "Credit", "Kredit"),
                Role.BALANCE: ("Close Balance", "Balance", "Saldo"),
                Role.ACCOUNT: ("AccountNo", "Account No"),
                Role.CURRENCY: ("Ccy", "Currency"),
            },
            ("dd mmm yyyy", "dd/mm/yyyy", "dd/mm/yy", "dd-mmm-yyyy", "yyyy-mm-dd"),
            Numbers.POINT,
            signs=("Bank Mandiri", "Kopra", "PostDate", "Close Balance", "Transaction Code"),
        ),
        Profile(
            BNI,
            "BNI (BNIDirect, internet banking)",
            {
                Role.DATE: ("Post Date", "Posting Date", "Tanggal Transaksi"),
                Role.TEXT: ("Description", "Uraian Transaksi", "Journal No"),
                Role.AMOUNT: ("Amount", "Nominal"),
                Role.MARK: ("Db/Cr", "DB CR", "D/C", "Tipe"),
                Role.DEBIT: ("Debit",),
                Role.CREDIT: ("Credit",),
                Role.BALANCE: ("Balance", "Saldo"),
            },
            ("dd/mm/yy", "dd/mm/yyyy", "dd-mmm-yyyy", "dd mmm yyyy", "yyyy-mm-dd"),
            Numbers.POINT,
            marked=True,
            signs=("BNIDirect", "Bank Negara Indonesia", "Journal No", "Uraian Transaksi"),
        ),
        Profile(
            BRI,
            "BRI (CMS, Qlola, BRImo)",
            {
                Role.DATE: ("TGL_TRAN", "Tanggal Transaksi", "Tanggal"),
                Role.TEXT: ("DESK_TRAN", "REMARK_CUSTOM", "Uraian Transaksi", "Uraian", "Transaksi"),
                Role.DEBIT: ("MUTASI_DEBET", "Debet", "Debit"),
                Role.CREDIT: ("MUTASI_KREDIT", "Kredit", "Credit"),
                Role.BALANCE: ("SALDO_AKHIR_MUTASI", "Saldo"),
                Role.ACCOUNT: ("NOREK", "NO_REKENING"),
            },
            ("yyyy-mm-dd", "dd/mm/yyyy", "dd/mm/yy", "dd-mm-yyyy"),
            Numbers.POINT,
            signs=("TGL_TRAN", "DESK_TRAN", "MUTASI_KREDIT", "Bank Rakyat Indonesia", "Teller"),
        ),
        Profile(
            BSI,
            "BSI (BSI Net, Cash Management)",
            {
                Role.DATE: ("Trx Date", "Tanggal", "Tanggal Transaksi"),
                Role.TEXT: ("Keterangan", "Description", "Deskripsi"),
                Role.AMOUNT: ("Mutasi", "Amount", "Nominal"),
                Role.MARK: ("D/K", "D/C", "DK"),
                Role.DEBIT: ("Debit", "Debet"),
                Role.CREDIT: ("Kredit", "Credit"),
                Role.BALANCE: ("Saldo", "Balance"),
            },
            ("dd/mm/yyyy", "dd-mm-yyyy", "dd mmm yyyy", "yyyy-mm-dd"),
            Numbers.POINT,
            marked=True,
            signs=("Bank Syariah Indonesia", "BSI", "TrxId", "Trx Time"),
        ),
        Profile(
            GENERIC,
            "any bank with a plain table",
            {
                Role.DATE: ("Tanggal", "Tgl", "Date", "Tanggal Transaksi", "Transaction Date", "Posting Date"),
                Role.TEXT: ("Keterangan", "Uraian", "Description", "Deskripsi", "Berita", "Remark"),
                Role.AMOUNT: ("Jumlah", "Nominal", "Mutasi", "Amount"),
                Role.MARK: ("D/K", "D/C", "DB/CR", "Tipe", "Jenis"),
                Role.DEBIT: ("Debit", "Debet", "Keluar"),
                Role.CREDIT: ("Kredit", "Credit", "Masuk"),
                Role.BALANCE: ("Saldo", "Balance"),
                Role.ACCOUNT: ("Rekening", "Account"),
            },
            _DAY_FIRST,
        ),
    )
}


class ProfileError(ValueError):
    """A profile that cannot be used; the message says what to change."""


def load_bank_profile(name: str, own: dict[str, Any] | None = None) -> Profile:
    """A built-in profile, with an owner's differences laid over it. Raises ``ProfileError``.

    ``columns`` is laid over by role: a role that is named replaces the names of that role, ``[]`` takes it away.
    """
    base = PROFILES.get(name.lower())
    if base is None:
        raise ProfileError(f"there is no profile {name}: " + ", ".join(PROFILES))
    if not own:
        return base
    unknown = sorted(set(own) - set(Profile.__struct_fields__))
    if unknown:
        raise ProfileError(f"unknown field {unknown[0]}: " + ", ".join(Profile.__struct_fields__))
    document = msgspec.to_builtins(base) | own
    columns = own.get("columns", {})
    if not isinstance(columns, dict):
        raise ProfileError('columns is a table: {"date": ["Tanggal"], ...}')
    document["columns"] = {role: names for role, names in (_columns(base) | columns).items() if names}
    try:
        profile = msgspec.convert(document, Profile)
    except msgspec.ValidationError as error:
        raise ProfileError(str(error)) from error
    _check(profile)
    return profile


def _columns(profile: Profile) -> dict[str, Any]:
    return {role.value: names for role, names in profile.columns.items()}


def _check(profile: Profile) -> None:
    """What no type can say of a profile."""
    for role in (Role.DATE, Role.TEXT):
        if role not in profile.columns:
            raise ProfileError(f"columns needs {role.value}")
    if not {Role.DEBIT, Role.CREDIT} <= profile.columns.keys() and Role.AMOUNT not in profile.columns:
        raise ProfileError("columns needs amount, or debit and credit")
    for form in profile.dates:
        if not FORMATS.fullmatch(form):
            raise ProfileError(f"date {form!r}: write it like dd/mm/yyyy, dd/mm, yyyy-mm-dd or dd mmm yyyy")
    for encoding in profile.encodings:
        try:
            "".encode(encoding)
        except LookupError:
            raise ProfileError(f"there is no encoding {encoding!r}: utf-8, utf-16, cp1252") from None
    if set(profile.credit) & set(profile.debit):
        raise ProfileError("credit and debit have a mark in common")
    if not set(profile.delimiters) <= set(",;\t|"):
        raise ProfileError("delimiters are comma, semicolon, tab and |")
