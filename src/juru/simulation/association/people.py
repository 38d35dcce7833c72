"""Invented businesses and persons: names that sound like the trade's, none of them anybody's."""

from __future__ import annotations

import random

import msgspec

PROVINCES = {
    "JBB": (("31", 20), ("36", 8)),
    "JBR": (("32", 17),),
    "JTG": (("33", 12),),
    "DIY": (("34", 4),),
    "JTM": (("35", 16),),
    "SMU": (("12", 7),),
    "SMB": (("13", 4),),
    "BAL": (("51", 3),),
    "SUL": (("73", 4), ("71", 1), ("72", 1), ("74", 1)),
    "NAS": (("14", 1), ("16", 1), ("18", 1), ("64", 1)),
}
"""Branch by branch its provinces and their weight among the members; the last ones have no branch."""

_FORMS = ("PT", "CV", "CV", "CV", "Toko", "UD", "")
_FIRST = (
    *("Maju", "Sinar", "Mitra", "Berkah", "Cahaya", "Sumber", "Karya", "Bintang", "Anugerah", "Putra", "Jaya"),
    *("Mulia", "Global", "Rezeki", "Surya", "Nusa", "Bima", "Garuda", "Tunas", "Prima", "Sentra", "Duta"),
    *("Graha", "Lintas", "Abadi", "Harapan", "Kencana", "Mega", "Andalan", "Pelita", "Delta", "Aneka"),
)
_SECOND = (
    *("Pulsa", "Reload", "Server", "Seluler", "Elektrik", "Telekom", "Payment", "Multi", "Digital", "Voucher"),
    *("Nusantara", "Makmur", "Sejahtera", "Lestari", "Utama", "Sentosa", "Bersama", "Mandiri", "Perkasa"),
)
_THIRD = ("Jaya", "Abadi", "Raya", "Indah", "Sukses", "Baru", "Agung", "Murni", "Timur", "Barat", "Selatan", "Utara")
_GIVEN = (
    *("Sri", "Agus", "Budi", "Dewi", "Eko", "Fitri", "Gunawan", "Hendra", "Indah", "Joko", "Kartika", "Lina"),
    *("Made", "Nur", "Oki", "Putri", "Rina", "Slamet", "Tri", "Umar", "Wahyu", "Yanti", "Zainal", "Ketut"),
    *("Ahmad", "Bambang", "Citra", "Dian", "Endang", "Faisal", "Hasan", "Irwan", "Maya", "Rudi", "Siti", "Teguh"),
)
_FAMILY = (
    *("Santoso", "Wijaya", "Lestari", "Pratama", "Hidayat", "Saputra", "Wulandari", "Nugroho", "Siregar"),
    *("Setiawan", "Kusuma", "Rahayu", "Harahap", "Permana", "Suryadi", "Utami", "Wibowo", "Hartono", "Maulana"),
    *("Ginting", "Anggraini", "Firmansyah", "Susanto", "Handayani", "Ramadhan", "Kurniawan", "Astuti"),
)


class Business(msgspec.Struct, frozen=True):
    """A business before it applies; ``owner`` represents it."""

    name: str
    branch: str
    province: str
    licence: str
    owner: str
    phone: str
    server: bool


def businesses(chance: random.Random, count: int, *, developers: int, known: str) -> list[Business]:
    """Businesses of different names, spread over the branches by weight; ``known`` is the first server among them."""
    weighted = [(branch, province, weight) for branch, rows in PROVINCES.items() for province, weight in rows]
    places = chance.choices(weighted, [weight for *_, weight in weighted], k=count)
    names: set[str] = set()
    found = []
    for index, (branch, province, _) in enumerate(places):
        name = known if index == developers else _name(chance, names)
        licence = f"9{120_000_000_000 + index * 7_919:012d}"
        phone = f"08{chance.choice((11, 12, 13, 21, 52, 57, 78, 95))}{chance.randrange(10**7, 10**8)}"
        found.append(Business(name, branch, province, licence, person(chance), phone, index >= developers))
    return found


def person(chance: random.Random) -> str:
    """A person's name."""
    return f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"


def _name(chance: random.Random, taken: set[str]) -> str:
    """A name that differs from every other by more than its company form."""
    while True:
        parts = [chance.choice(_FIRST), chance.choice(_SECOND)]
        if chance.random() < 0.5 or " ".join(parts) in taken:
            parts.append(chance.choice(_THIRD))
        name = " ".join(parts)
        if name not in taken:
            taken.add(name)
            form = chance.choice(_FORMS)
            return f"{form} {name}" if form else name
