"""Texts of the portal, Indonesian first, English beside it; each page module adds its own ``words_NAME``."""

from __future__ import annotations

from juru.web.words import Catalogue

SHARED: dict[str, tuple[str, str]] = {
    "title": ("Asosiasi", "Association"),
    "places": ("Halaman", "Pages"),
    "place_more": ("Lainnya", "More"),
    "place_front": ("Beranda", "Home"),
    "place_register": ("Daftar anggota", "Register"),
    "place_branches": ("Cabang", "Branches"),
    "place_mine": ("Milik saya", "My own"),
    "sample": ("Data contoh", "Sample data"),
    "sample_server": ("Server pulsa", "Pulsa server"),
    "log_in": ("Masuk", "Log in"),
    "role_officer": ("Pengurus", "Officer"),
    "role_member": ("Anggota", "Member"),
    "portal_refused": ("{text}", "{text}"),
    "refused_day_title": ("Bukan tanggal", "Not a day"),
    "refused_day": ("Tulis tanggal seperti 2011-06-21.", "Write the day as 2011-06-21."),
    "refused_back_title": ("Hanya dapat dibaca", "Read only"),
    "refused_back": (
        "Anda sedang melihat hari lain; tidak ada yang diubah. Kembali ke hari ini, lalu ulangi.",
        "You are looking at another day; nothing was changed. Go back to today and do it again.",
    ),
    # another day
    "as_of": ("Lihat hari lain", "Look at another day"),
    "as_of_note": (
        "Semua halaman menunjukkan hari itu. Tidak ada yang dapat diubah sampai Anda kembali ke hari ini.",
        "All pages show that day. Nothing can be changed until you come back to today.",
    ),
    "as_of_day": ("Keadaan pada", "As it stood on"),
    "as_of_known": ("Seperti diketahui pada", "As it was known on"),
    "as_of_known_note": (
        "Kosongkan untuk semua yang diketahui sekarang.",
        "Leave empty for all that is known now.",
    ),
    "as_of_send": ("Lihat", "Look"),
    "as_of_back": ("Kembali ke hari ini", "Back to today"),
    "as_of_mark": ("Keadaan pada {day}: hanya dapat dibaca.", "As of {day}: read only."),
    "as_of_mark_known": (
        "Keadaan pada {day}, seperti diketahui pada {known}: hanya dapat dibaca.",
        "As of {day}, as known on {known}: read only.",
    ),
    "as_of_future": (
        "Hari itu belum tiba: ini yang terjadi bila tidak ada yang berubah.",
        "That day has not come: this is what happens if nothing changes.",
    ),
    "as_of_clock": (
        "Jam portal ini disetel ke {day}: hanya dapat dibaca.",
        "This portal's clock is set to {day}: read only.",
    ),
    # states and classes
    "state_none": ("Tidak ada", "None"),
    "state_applicant": ("Pemohon", "Applicant"),
    "state_verified": ("Diterima, iuran pertama belum dibayar", "Accepted, first dues unpaid"),
    "state_active": ("Aktif", "Active"),
    "state_grace": ("Masa tenggang", "Grace"),
    "state_lapsed": ("Lewat", "Lapsed"),
    "state_suspended": ("Ditangguhkan", "Suspended"),
    "state_expelled": ("Dikeluarkan", "Expelled"),
    "state_resigned": ("Mundur", "Resigned"),
    "state_closed": ("Ditutup", "Closed"),
    "class_server": ("Server", "Server"),
    "class_developer": ("Pengembang", "Developer"),
    "class_": ("-", "-"),
    "branch_NAS": ("Nasional (langsung)", "National (direct)"),
    "title_chair": ("Ketua", "Chair"),
    "title_secretary": ("Sekretaris", "Secretary"),
    "title_treasurer": ("Bendahara", "Treasurer"),
    "title_member": ("Anggota pengurus", "Board member"),
    "title_acting": ("Plt.", "Acting"),
    "body_national": ("Pengurus nasional", "National board"),
    "body_branch": ("Pengurus cabang", "Branch board"),
    "body_appeal": ("Dewan Kehormatan", "Appeal board"),
    "body_audit": ("Pengawas keuangan", "Treasury audit"),
    # tables
    "table_empty": ("Tidak ada.", "None."),
    "table_next": ("Halaman berikut", "Next page"),
    "table_before": ("Halaman sebelumnya", "Page before"),
    "table_count": ("{count} baris", "{count} rows"),
    "table_as": ("Unduh", "Download"),
    "filter_send": ("Tampilkan", "Show"),
    "filter_all": ("Semua", "All"),
    "filter_find": ("Cari", "Find"),
}


def catalogue(*parts: Catalogue) -> Catalogue:
    """All texts together. Raises ``ValueError`` for a key that two parts have."""
    found: dict[str, tuple[str, str]] = dict(SHARED)
    for part in parts:
        twice = found.keys() & part.keys()
        if twice:
            message = f"texts that two pages have: {', '.join(sorted(twice))}"
            raise ValueError(message)
        found.update(part)
    return found
