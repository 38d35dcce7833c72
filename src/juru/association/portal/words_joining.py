"""Texts of the application and its link."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # joining
    "join_title": ("Jadi anggota", "Become a member"),
    "join_lead": (
        (
            "Untuk usaha server pulsa dan pengembang perangkat lunaknya. Anda mengajukan lewat cabang; jawaban"
            " cabang punya tenggat, dan diam bukan persetujuan."
        ),
        (
            "For server pulsa businesses and developers of their software. You apply through a branch; its answer"
            " has a deadline, and silence is no yes."
        ),
    ),
    "join_where": ("Di provinsi mana usaha Anda?", "In which province is your business?"),
    "join_next": ("Lanjut", "Go on"),
    "join_other": ("Ganti provinsi", "Another province"),
    "join_branch": ("Lewat cabang mana?", "Through which branch?"),
    "join_branch_note": (
        "Provinsi ini belum punya cabang: pilih satu, atau nasional langsung.",
        "This province has no branch yet: choose one, or national direct.",
    ),
    "join_who": ("Usaha Anda", "Your business"),
    "join_person": ("Yang mengajukan", "Who applies"),
    "join_person_note": (
        "Ia mewakili usaha untuk iuran dan suara, sampai Anda menunjuk yang lain.",
        "He represents the business for dues and votes until you name others.",
    ),
    "join_address_note": (
        "Dengan kecamatan dan kode wilayahnya bila tahu.",
        "With the district (kecamatan), and its code if you know it.",
    ),
    "join_send": ("Ajukan permohonan", "Send the application"),
    "join_data": (
        (
            "Nomor, nama, cabang, golongan dan keadaan tampil di daftar umum setelah Anda menjadi anggota. Telepon,"
            " alamat dan dokumen hanya dilihat pengurus yang berwenang."
        ),
        (
            "Number, name, branch, class and state are public once you are a member. Telephone, address and"
            " documents are seen by officers with the right only."
        ),
    ),
    "join_same": (
        (
            "Usaha ini tampaknya sudah anggota atau pemohon. Bila memang usaha lain, centang pernyataan di bawah"
            " lalu kirim lagi; bila sama, hubungi sekretaris cabang."
        ),
        (
            "This business seems to be a member or applicant already. If it is another one, tick the box below and"
            " send again; if it is the same, ask the branch secretary."
        ),
    ),
    "join_sure": (
        "Ini usaha lain, bukan anggota yang sudah ada.",
        "It is another business, not one that is a member already.",
    ),
    "join_too_fast": (
        "Terlalu banyak permohonan dalam satu jam. Belum ada yang dicatat: coba lagi nanti, atau hubungi cabang.",
        "Too many applications within an hour. Nothing was recorded: try again later, or ask the branch.",
    ),
    "join_province_wrong": ("Pilih provinsi dari daftar.", "Choose a province of the list."),
    "join_papers_many": (
        "Sudah {count} dokumen: mintalah sekretaris cabang.",
        "There are {count} documents already: ask the branch secretary.",
    ),
    "follow_title": ("Permohonan {number}", "Application {number}"),
    "follow_new": (
        "Permohonan diterima. Nomor Anda {number}: simpan tautan di bawah, tanpa login inilah jalan Anda.",
        (
            "Your application has arrived. Your number is {number}: keep the link below, without a login it is your"
            " way in."
        ),
    ),
    "follow_link": ("Tautan pribadi", "Private link"),
    "follow_link_note": (
        "Siapa pun yang memegangnya dapat membaca permohonan ini. Jangan dibagikan.",
        "Whoever holds it can read this application. Do not pass it on.",
    ),
    "follow_stands": ("Keadaannya", "How it stands"),
    "follow_steps": ("Yang masih diperlukan", "What is still needed"),
    "follow_need_identity": ("NIB atau KTP", "Business licence or identity card"),
    "follow_need_software": ("Pernyataan memakai perangkat lunak asli", "Declaration of original software"),
    "follow_there": ("ada", "there"),
    "follow_missing": ("belum ada", "missing"),
    "follow_waits": ("Menunggu {who}", "Waiting for {who}"),
    "follow_withdraw": ("Tarik permohonan", "Withdraw the application"),
    "follow_withdraw_note": (
        "Permohonan ditutup; Anda boleh mengajukan lagi.",
        "The application closes; you may apply again.",
    ),
    "follow_done_paper": ("Dokumen disimpan.", "Document kept."),
    "follow_done_withdrawn": ("Permohonan ditarik.", "Application withdrawn."),
    "follow_member": (
        "Anda sudah diterima. Login dikirim oleh sekretaris cabang; tautan ini tetap dapat dibaca.",
        "You are accepted. The branch secretary sends you a login; this link can still be read.",
    ),
}
