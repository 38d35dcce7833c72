"""A cell's own grammar: its words, separators and the place of the PIN (reference/dialects.md section 9).

Every business prints its own format, so all of it is data over these defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from juru.server.domain.requests import Intent

_WORDS: dict[Intent, tuple[str, ...]] = {
    Intent.BALANCE: ("S", "SAL", "SALDO"),
    Intent.PRICE: ("H", "CH", "HRG", "HARGA"),
    Intent.DEPOSIT_TICKET: ("TIKET", "DEP"),
    Intent.DEPOSIT_CANCEL: ("UNTIKET",),
    Intent.BANK: ("BANK",),
    Intent.CENTER: ("CENTER",),
    Intent.FORMAT: ("FORMAT",),
    Intent.PRODUCTS: ("PRODUK", "KODE"),
    Intent.CHANGE_PIN: ("GP", "GPIN", "GTP", "G", "PIN", "GANTI PIN"),
    Intent.SENDER_ADD: (
        *("TNO", "PAR", "PARALEL", "P", "HP", "HP2", "THP", "TAMBAH", "TAMBAHHP"),
        *("TYM", "TGT", "YM", "TAMBAHGT"),
    ),
    Intent.SENDER_REMOVE: ("HNO", "HHP2", "DELHP", "HAPUS", "HAPUSHP"),
    Intent.SENDER_LIST: ("LHP", "LISTHP", "CEKHP"),
    Intent.RENAME: ("UN", "GN"),
    Intent.STATUS_CHECK: ("CEK", "STA", "STATUS"),
    Intent.HISTORY: ("CTRX", "LAST5", "LIST"),
    Intent.REPORT: ("LAP", "REK", "RKP", "LAPORAN"),
    Intent.MUTATION_REPORT: ("MUTASI", "DEPOSIT"),
    Intent.DOWNLINE_REGISTER: ("REG", "DAFTAR", "D"),
    Intent.AUTOREG: ("AUTOREG",),
    Intent.PRICE_NOTICES: ("INFOHARGA", "NOTIFHARGA"),
    Intent.DOWNLINE_TRANSFER: ("T", "TD", "TS", "TRANS", "TRANSFER", "KIRIM", "ADD"),
    Intent.DOWNLINE_TRANSFER_BACK: ("TRFBLK",),
    Intent.TRANSFER_CANCEL: ("BTRF", "BATALTRF"),
    Intent.DOWNLINE_BALANCE: ("SD", "CSDL", "LIHAT"),
    Intent.DOWNLINE_LIST: ("LDL", "DONLINE"),
    Intent.DOWNLINE_BLOCK: ("NA", "BLOK"),
    Intent.DOWNLINE_UNBLOCK: ("A", "UNBLOK"),
    Intent.MARKUP_DOWNLINE: ("MARKUP", "SELISIH", "UP", "UL", "GHALL"),
    Intent.MARKUP_PRODUCT: ("MP", "GH", "GS"),
    Intent.COMMISSION_CHECK: ("CRBT", "KOMISI", "CR"),
    Intent.COMMISSION_REDEEM: ("TUKAR", "BAGIKOMISI"),
    Intent.POINTS_CHECK: ("POIN", "POINT", "CEKPOIN"),
    Intent.POINTS_REDEEM: ("TUKARPOIN", "TUKAR POIN"),
    Intent.CORRECT_NUMBER: ("GANTI", "KOREKSI"),
    Intent.RECEIPT: ("STRUK", "RECEIPT"),
    Intent.LIMITS: ("LIMIT", "BATAS"),
    Intent.PRODUCT_STATUS: ("STOK", "STOCK", "CEKSTOK"),
    Intent.COMPLAINT: ("K", "KOM", "KOMPLIN", "KOMPLAIN", "KELUHAN", "INFO", "C", "CS"),
    Intent.HELP: ("HELP", "BANTUAN", "FORMAT?", "?"),
}


class GrammarProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one cell's agents write. ``keywords``: upper-case word (or two with a blank) to intent.

    ``pin``: ``last`` after the destination, may be missing; ``first`` in front of everything; ``absent`` never.
    ``order_amount``: an amount may follow the PIN of an order (open denominations). ``comma_products``: codes whose
    destination holds a comma (SAMSAT). ``day_number``: whether a bare number for a day is a date (``LAP.31``) or
    counts days back.
    """

    name: str = "default"
    keywords: dict[str, Intent] = msgspec.field(
        default_factory=lambda: {word: intent for intent, words in _WORDS.items() for word in words}
    )
    separators: str = ".*#;"
    pair_separator: str = ","
    pin: Literal["first", "last", "absent"] = "last"
    pin_digits_min: int = 4
    pin_digits_max: int = 8
    dest_digits_min: int = 8
    dest_digits_max: int = 20
    repeat_words: tuple[str, ...] = ("RO",)
    again_words: tuple[str, ...] = ("ULANG",)
    order_prefixes: tuple[str, ...] = ("I",)
    multi_prefixes: tuple[str, ...] = ("M", "MULTI")
    bill_inquiry_words: tuple[str, ...] = ("INQ", "CEK")
    bill_pay_words: tuple[str, ...] = ("BAYAR",)
    comma_products: tuple[str, ...] = ("SAMSAT",)
    order_amount: bool = False
    day_number: Literal["date", "ago"] = "date"
    pairs_max: int = 5
    chars_max: int = 160

    def __post_init__(self) -> None:
        """Refuse what cannot work; nothing is corrected silently."""
        small = all(word == word.upper() == " ".join(word.split()) for word in self.keywords)
        if not small:
            raise ValueError("grammar profile: write keywords in upper case with single blanks")
        if not self.separators or set(self.separators) & set("0123456789+ \\"):
            raise ValueError("grammar profile: separators are signs that no number or word holds")
        if not (1 <= self.pairs_max <= 20 and 20 <= self.chars_max <= 1000):
            raise ValueError("grammar profile: pairs_max is 1 to 20, chars_max 20 to 1000")
        if not 1 <= self.pin_digits_min <= self.pin_digits_max < self.dest_digits_max <= 24:
            raise ValueError("grammar profile: PIN and destination lengths do not fit each other")


DEFAULT = GrammarProfile()


def load_grammar(source: bytes | str | dict[str, Any]) -> GrammarProfile:
    """A profile from JSON or plain data; its keywords are laid over the default ones, a null drops a word.

    Raises ValueError with the remedy.
    """
    data = source if isinstance(source, dict) else msgspec.json.decode(source, type=dict[str, Any])
    words = data.get("keywords", {})
    if not isinstance(words, dict):
        raise ValueError("grammar profile: keywords is a table of word = intent")  # noqa: TRY004 - one error for data
    merged = {**DEFAULT.keywords, **{str(word).upper(): intent for word, intent in words.items()}}
    kept = {word: intent for word, intent in merged.items() if intent is not None}
    try:
        return msgspec.convert({**data, "keywords": kept}, GrammarProfile)
    except msgspec.ValidationError as error:
        raise ValueError(f"grammar profile: {error}") from error


def profile_with_keywords(profile: GrammarProfile, keywords: Mapping[str, str]) -> GrammarProfile:
    """The profile with some words meaning something else; raises ValueError for an intent that does not exist."""
    changed = {" ".join(word.upper().split()): Intent(intent) for word, intent in keywords.items()}
    return msgspec.structs.replace(profile, keywords={**profile.keywords, **changed})
