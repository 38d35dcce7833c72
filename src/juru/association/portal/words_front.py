"""Texts of the first page, the branches and the register."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "front_lead": (
        "Perhimpunan usaha server pulsa Indonesia: {active} anggota aktif di {branches} cabang per {day}.",
        "The association of Indonesia's pulsa servers: {active} active members, {branches} branches, as of {day}.",
    ),
    "front_members": ("Anggota menurut keadaan", "Members by state"),
    "front_members_note": (
        "Dihitung dari fakta pada hari itu, tidak pernah diketik.",
        "Computed from the facts of that day, never typed in.",
    ),
    "front_branches": ("Cabang", "Branches"),
    "front_board": ("Pengurus", "Boards"),
    "front_vacant": ("Belum ada yang menjabat.", "Nobody is in office."),
    "front_more": ("Lihat semua", "See all"),
    "branches_title": ("Cabang dan pengurus", "Branches and boards"),
    "branch_code": ("Kode", "Code"),
    "branch_name": ("Cabang", "Branch"),
    "branch_provinces": ("Provinsi", "Provinces"),
    "branch_members": ("Anggota", "Members"),
    "branch_active": ("Aktif", "Active"),
    "branch_since": ("Sejak", "Since"),
    "branch_into": ("Berakhir; anggotanya dihitung di", "Ended; its members are counted in"),
    "branch_board": ("Pengurus cabang", "Branch board"),
    "office": ("Jabatan", "Office"),
    "office_person": ("Nama", "Name"),
    "office_since": ("Sejak", "Since"),
    "office_until": ("Sampai", "Until"),
    "office_decree": ("SK", "Decree"),
    "register_title": ("Daftar anggota", "Register of members"),
    "register_note": (
        "Terbuka untuk siapa saja: nomor, usaha, cabang, golongan, keadaan, sejak. Tanpa telepon, alamat, atau alasan.",
        "Open to anybody: number, business, branch, class, state, since. No phone, address or reason.",
    ),
    "register_number": ("Nomor", "Number"),
    "register_name": ("Usaha", "Business"),
    "register_branch": ("Cabang", "Branch"),
    "register_class": ("Golongan", "Class"),
    "register_state": ("Keadaan", "State"),
    "register_since": ("Anggota sejak", "Member since"),
    "register_find": ("Nama atau nomor", "Name or number"),
}
