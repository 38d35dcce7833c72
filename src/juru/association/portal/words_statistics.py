"""Texts of the statistics, and of tables that are taken along."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "place_statistics": ("Statistik", "Statistics"),
    "statistics_title": ("Statistik anggota", "Members in figures"),
    "statistics_day": ("Keadaan {day}", "As of {day}"),
    "statistics_topics": ("Tabel", "Tables"),
    "sheet_states": ("Per cabang dan keadaan", "By branch and state"),
    "sheet_months": ("Per bulan", "By month"),
    "sheet_years": ("Yang bertahan", "Who stays"),
    "statistics_note": (
        "Dihitung dari fakta hari itu, tidak pernah diketik. Anggota: aktif, masa tenggang, atau ditangguhkan.",
        "Counted from the facts of that day, never typed in. Members: active, in grace or suspended.",
    ),
    "statistics_note_years": (
        "Dari anggota setahun sebelumnya: berapa yang masih anggota pada harinya. Yang kembali dihitung bertahan.",
        "Of those who were members a year before: how many are on the day. Who has come back counts as stayed.",
    ),
    "statistics_note_months": (
        "Masuk dan keluar dihitung dari keadaan di dua ujung bulan; bulan terakhir sampai hari itu saja.",
        "Joined and left are told by the two ends of a month; the last month runs up to the day only.",
    ),
    "statistics_hidden": (
        "{count} angka disembunyikan: 1 sampai 4 anggota, atau angka yang akan membuka angka itu.",
        "{count} figures are hidden: of 1 to 4 members, or such as would give those away.",
    ),
    "statistics_hidden_why": (
        "Disembunyikan: terlalu sedikit anggota",
        "Hidden: too few members",
    ),
    "statistics_arrears": ("Tunggakan seluruhnya", "Arrears in total"),
    "statistics_arrears_told": (
        "{amount} dari {invoices} tagihan lewat tempo, {members} anggota.",
        "{amount} of {invoices} invoices past due, {members} members.",
    ),
    "statistics_arrears_none": ("Tidak ada tagihan yang lewat tempo.", "No invoice is past due."),
    "statistics_arrears_hidden": (
        "Disembunyikan: kurang dari lima anggota menunggak.",
        "Hidden: fewer than five members owe.",
    ),
    "statistics_chart_states": (
        "Cabang terbesar pada {day}: {branch}, {count} anggota",
        "The largest branch on {day}: {branch}, {count} members",
    ),
    "statistics_chart_up": (
        "Anggota bertambah dari {first} menjadi {last} dalam {months} bulan",
        "Members grew from {first} to {last} in {months} months",
    ),
    "statistics_chart_down": (
        "Anggota berkurang dari {first} menjadi {last} dalam {months} bulan",
        "Members fell from {first} to {last} in {months} months",
    ),
    "statistics_chart_even": (
        "Jumlah anggota sama di awal dan akhir {months} bulan: {last}",
        "As many members after {months} months as before: {last}",
    ),
    "statistics_chart_years": (
        "{rate} anggota setahun lalu masih anggota",
        "{rate} of the members of a year ago are members still",
    ),
    "counting_title": ("Sedang dihitung", "Being counted"),
    "counting_text": (
        "Keadaan setiap anggota dihitung dari faktanya. Halaman ini memuat ulang sendiri; boleh ditinggalkan.",
        "Every member's states are being counted from facts. This page reloads by itself; you may leave it.",
    ),
    "counting_progress": ("{done} dari {whole} anggota", "{done} of {whole} members"),
    "column_branch": ("Kode", "Code"),
    "column_branch_name": ("Cabang", "Branch"),
    "column_active": ("Aktif", "Active"),
    "column_grace": ("Masa tenggang", "Grace"),
    "column_lapsed": ("Lewat", "Lapsed"),
    "column_suspended": ("Ditangguhkan", "Suspended"),
    "column_total": ("Jumlah", "Total"),
    "column_month": ("Bulan", "Month"),
    "column_members": ("Anggota", "Members"),
    "column_new": ("Baru", "New"),
    "column_returned": ("Kembali", "Returned"),
    "column_lost": ("Keluar", "Lost"),
    "column_cohort": ("Anggota semula", "Members before"),
    "column_kept": ("Bertahan", "Stayed"),
    "column_retention_permille": ("Yang bertahan", "Retention"),
    "column_attrition_permille": ("Yang keluar", "Attrition"),
    "column_known": ("Diketahui sampai", "Known up to"),
    "column_hidden": ("Angka disembunyikan", "Figures hidden"),
    "column_arrears_members": ("Anggota menunggak", "Members in arrears"),
    "column_arrears_invoices": ("Tagihan lewat tempo", "Invoices past due"),
    "column_arrears_idr": ("Tunggakan (Rp)", "Arrears (Rp)"),
    "column_years_since": ("Dari", "From"),
    "column_years_until": ("Sampai", "To"),
}
