"""Texts of members' pages, applications and the directory."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # members
    "place_join": ("Jadi anggota", "Join"),
    "place_applications": ("Permohonan", "Applications"),
    "place_members": ("Anggota", "Members"),
    "place_directory": ("Direktori", "Directory"),
    "member_done": ("Tercatat.", "Recorded."),
    "member_paper_done": ("Dokumen disimpan.", "Document kept."),
    "member_field_wrong": (
        'Isian "{field}" kosong atau tidak dapat dibaca: perbaiki, lalu kirim lagi. Belum ada yang dicatat.',
        '"{field}" is empty or cannot be read: mend it and send again. Nothing was recorded.',
    ),
    "member_number": ("Nomor", "Number"),
    "member_branch": ("Cabang", "Branch"),
    "member_class": ("Golongan", "Class"),
    "member_since": ("Anggota sejak", "Member since"),
    "member_paid_until": ("Hari lunas terakhir", "Last paid day"),
    "member_standing": ("Keadaan dan sebabnya", "Standing, and why"),
    "member_part_standing": ("Keseluruhan", "As a whole"),
    "member_part_dues": ("Iuran", "Dues"),
    "member_part_conduct": ("Tata tertib", "Conduct"),
    "member_part_software": ("Perangkat lunak", "Software"),
    "member_because": ("Karena", "Because of"),
    "member_no_fact": ("belum ada fakta tentang ini", "no fact about this"),
    "member_next": (
        "Bila tidak ada yang berubah, pada {day}: {state} ({reason}).",
        "If nothing changes, on {day}: {state} ({reason}).",
    ),
    "member_next_none": ("Keadaan ini tidak berubah dengan sendirinya.", "This does not change by itself."),
    "member_choose": (
        "Cabangnya berakhir; anggota ini perlu memilih cabang.",
        "Its branch has ended; this member has to choose one.",
    ),
    "member_merged": ("Bergabung ke anggota {number}.", "Merged into member {number}."),
    "member_absorbed": ("Yang bergabung ke sini", "Merged into this one"),
    "member_people": ("Wakil", "Representatives"),
    "member_contacts": ("Kontak", "Contacts"),
    "member_servers": ("Server", "Servers"),
    "member_papers": ("Dokumen", "Documents"),
    "member_papers_note": (
        "PDF, PNG atau JPEG sampai 10 MB; diperiksa dari isinya. Hanya dapat diunduh.",
        "PDF, PNG or JPEG up to 10 MB; judged by content. For download only.",
    ),
    "member_give": ("Serahkan dokumen", "Give a document"),
    "member_file": ("Berkas", "File"),
    "member_none": ("Belum ada.", "None yet."),
    "member_actions": ("Yang dapat dilakukan", "What can be done"),
    "member_send": ("Catat", "Record"),
    "member_story": ("Semua fakta", "Every fact"),
    "member_story_note": (
        "Terbaru di atas. Yang dibatalkan tetap terbaca, dengan alasannya.",
        "Latest on top. What was taken back stays readable, with the reason.",
    ),
    "member_by": ("dicatat {by}, {at}", "recorded by {by}, {at}"),
    "member_gone": ("Dibatalkan: {reason}", "Taken back: {reason}"),
    "member_optional": ("boleh kosong", "may be empty"),
    "member_dues": ("Iuran, tagihan, pembayaran", "Dues, invoices, payments"),
    "member_warnings": ("Peringatan yang berlaku", "Warnings in force"),
    "member_owner_wait": (
        "Pemilik baru {owner}: menunggu pernyataan lanjut. Terutang saat beralih: Rp{owed}.",
        "New owner {owner}: waiting for his confirmation. Owed at the change: Rp{owed}.",
    ),
    "member_asked": ("Meminta pindah ke {to} sejak {day}.", "Asks to move to {to} since {day}."),
    "acts_application": ("Permohonan", "Application"),
    "acts_people": ("Orang, kontak, server", "People, contacts, servers"),
    "acts_owner": ("Pemilik", "Owner"),
    "acts_branch": ("Cabang", "Branch"),
    "acts_discipline": ("Tata tertib dan banding", "Discipline and appeal"),
    "acts_leaving": ("Keluar dan masuk lagi", "Leaving and coming back"),
    "acts_override": ("Penetapan", "Setting a state"),
    "precision_day": ("", ""),
    "precision_month": ("(bulan)", "(month)"),
    "precision_year": ("(tahun)", "(year)"),
    "precision_range": ("(rentang)", "(range)"),
    "members_title": ("Anggota", "Members"),
    "members_choose": ("Perlu memilih cabang", "Has to choose a branch"),
    "applications_title": ("Permohonan dan banding", "Applications and appeals"),
    "applications_note": (
        (
            "Diam bukan persetujuan: setelah tenggat cabang, permohonan pindah sendiri ke nasional; lalu masuk"
            " daftar terlambat."
        ),
        (
            "Silence is no yes: after the branch's days an application passes to national by itself, then to the"
            " overdue list."
        ),
    ),
    "applications_none": ("Tidak ada yang menunggu.", "Nobody is waiting."),
    "applications_waits": ("Menunggu", "Waits for"),
    "applications_since": ("Sejak", "Since"),
    "applications_clock": ("Jam", "Clock"),
    "waits_": ("pemohon: dokumen belum lengkap", "the applicant: documents missing"),
    "waits_branch": ("pengurus cabang", "the branch board"),
    "waits_national": ("pengurus nasional", "the national board"),
    "waits_national_overdue": ("pengurus nasional, terlambat", "the national board, overdue"),
    "waits_appeal": ("Dewan Kehormatan", "the appeal board"),
    "waits_appeal_overdue": ("Dewan Kehormatan, terlambat", "the appeal board, overdue"),
    "waits_move": ("cabang penerima", "the receiving branch"),
    "clock_left": ("{count} hari lagi (sampai {day})", "{count} days left (until {day})"),
    "clock_today": ("hari ini hari terakhir", "today is the last day"),
    "clock_past": ("lewat {count} hari (tenggat {day})", "{count} days over (deadline {day})"),
    "clock_none": ("tidak ada jam", "no clock"),
    "clock_move": ("minta pindah ke {to}", "asks to move to {to}"),
    "clock_then_branch": ("Lalu pindah sendiri ke nasional.", "Then it passes to national by itself."),
    "clock_then_national": ("Lalu masuk daftar terlambat yang terbuka.", "Then it stands in the public overdue list."),
    "clock_then_national_overdue": (
        "Masuk daftar terlambat dan agenda rapat.",
        "On the overdue list and the board's agenda.",
    ),
    "clock_then_appeal": ("Lalu masuk daftar terlambat.", "Then it is listed as overdue."),
    "clock_then_appeal_overdue": ("Masuk daftar terlambat.", "Listed as overdue."),
    "directory_closed_title": ("Hanya untuk anggota", "For members only"),
    "directory_closed": (
        "Direktori terbuka bagi pengurus dan wakil anggota yang aktif atau dalam masa tenggang.",
        "The directory is open to officers and to representatives of members who are active or in grace.",
    ),
    "directory_title": ("Direktori anggota", "Members' directory"),
    "directory_note": (
        "Hanya untuk yang masuk. Kontak tampil dengan izin anggota itu; gunakan untuk urusan asosiasi.",
        (
            "For whoever is logged in. Contacts are shown by that member's consent; use them for the association's"
            " affairs."
        ),
    ),
    "directory_none_shown": ("tidak ada kontak yang diizinkan tampil", "shows no contact"),
}
