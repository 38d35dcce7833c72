"""Texts of the import of a members' list; what is said of a row stands in ``desk/import_words``."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "place_import": ("Impor anggota", "Import members"),
    "import_title": ("Impor daftar anggota", "Import a members' list"),
    "import_lead": (
        (
            "CSV atau XLSX. Nasib tiap baris ditunjukkan dulu; tidak ada yang dicatat sebelum Anda menyetujuinya. "
            "Tidak ada uang yang dibukukan."
        ),
        (
            "CSV or XLSX. The fate of each row is shown first; nothing is recorded before you say yes. "
            "No money is posted."
        ),
    ),
    "import_file": ("Daftar anggota", "Members' list"),
    "import_look": ("Lihat nasib tiap baris", "See the fate of each row"),
    "import_template": ("Unduh templat kosong (XLSX)", "Take an empty template (XLSX)"),
    "import_no_file": ("Pilih filenya dulu.", "Choose the file first."),
    "import_gone": (
        "Daftar itu tidak disimpan lagi: kirim filenya sekali lagi. Yang sudah dicatat tetap ada.",
        "That list is not kept any more: send the file once more. What was recorded stands.",
    ),
    "import_fates": ("Nasib baris", "Fates of the rows"),
    "import_all": ("Semua", "All"),
    "import_add": ("Akan ditambahkan", "Will be added"),
    "import_there": ("Sudah ada", "There already"),
    "import_question": ("Pertanyaan", "Questions"),
    "import_skipped": ("Dilewati", "Left out"),
    "import_refused": ("Ditolak", "Refused"),
    "import_row": ("Baris", "Row"),
    "import_name": ("Nama", "Name"),
    "import_fate": ("Nasib", "Fate"),
    "import_why": ("Keterangan", "Why"),
    "import_cell": ("Sel {cell}", "Cell {cell}"),
    "import_see": ("Lihat anggota itu", "See that member"),
    "import_answer": ("Jawaban", "Answer"),
    "import_answer_row": ("Jawaban untuk baris {row}", "Answer for row {row}"),
    "import_answer_none": ("Belum dijawab", "Not answered"),
    "import_answer_same": ("Usaha yang sama", "The same business"),
    "import_answer_other": ("Usaha lain", "Another business"),
    "import_answer_skip": ("Lewati", "Leave it out"),
    "import_answers_send": ("Simpan jawaban", "Save the answers"),
    "import_go": ("Catat {count} anggota", "Record {count} members"),
    "import_go_without": (
        "Catat {count} anggota tanpa baris yang ditolak",
        "Record {count} members without the refused rows",
    ),
    "import_waits": (
        "Jawab dulu {count} pertanyaan: usaha yang ditemukan dua kali tidak ditebak.",
        "Answer {count} questions first: a business found twice is not guessed at.",
    ),
    "import_mend": (
        "{count} baris ditolak. Perbaiki filenya dan kirim lagi, atau catat yang lain tanpa baris itu.",
        "{count} rows are refused. Mend the file and send it again, or record the others without them.",
    ),
    "import_nothing": ("Tidak ada yang baru untuk dicatat.", "There is nothing new to record."),
    "import_another": ("Kirim file lain", "Send another file"),
    "import_download": ("Unduh nasib semua baris (CSV)", "Take the fates of all rows (CSV)"),
    "job_import": ("Impor {file}", "Import of {file}"),
    "job_result_import": ("{first} anggota dicatat{second}", "{first} members recorded{second}"),
}
