"""The words of work: what waits, what the clock will do, and the command and page that do it. One row for each kind."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Task(msgspec.Struct, frozen=True):
    """``clock`` says what happens by itself on the clock's day; ``many`` are told together, with their count."""

    what_id: str
    what_en: str
    clock_id: str = ""
    clock_en: str = ""
    command: str = ""
    page: str = ""
    many: bool = False


TASKS: Mapping[str, Task] = {
    "application": Task(
        "Permohonan lengkap menunggu jawaban cabang",
        "A complete application waits on the branch",
        "beralih ke pusat",
        "it passes to national",
        "juru association member record {subject} recommended",
        "/members/{subject}",
    ),
    "application_national": Task(
        "Permohonan lengkap menunggu keputusan pusat",
        "A complete application waits on national",
        "masuk daftar terlambat dan agenda rapat",
        "it stands in the overdue list and on the agenda",
        "juru association member verify {subject}",
        "/members/{subject}",
    ),
    "application_overdue": Task(
        "Permohonan terlambat diputuskan",
        "An application is overdue",
        command="juru association member verify {subject}",
        page="/members/{subject}",
    ),
    "documents": Task(
        "Permohonan menunggu dokumen",
        "An application waits for documents",
        "permohonan ditutup",
        "the application ends",
        "juru association member complete {subject}",
        "/members/{subject}",
    ),
    "invoice_missing": Task(
        "Tagihan perpanjangan belum terbit",
        "A renewal invoice was not issued",
        "keanggotaan lewat",
        "the membership lapses",
        "juru association dues invoice {subject}",
        "/dues/invoices",
        many=True,
    ),
    "first_invoice_missing": Task(
        "Tagihan iuran pertama belum terbit",
        "The invoice of first dues was not issued",
        "permohonan ditutup",
        "the application ends",
        "juru association dues invoice {subject}",
        "/members/{subject}/dues",
    ),
    "hearing": Task(
        "Sidang akan berlangsung",
        "A hearing is coming",
        "sidang",
        "the hearing",
        "juru association member show {subject}",
        "/members/{subject}",
    ),
    "hearing_due": Task(
        "Sidang belum tercatat",
        "A hearing is not on record",
        command="juru association member record {subject} heard",
        page="/members/{subject}",
    ),
    "hearing_held": Task(
        "Sidang menunggu keputusan",
        "A hearing waits for its decision",
        command="juru association member record {subject} suspended",
        page="/members/{subject}",
    ),
    "emergency": Task(
        "Penangguhan darurat tanpa dakwaan",
        "An emergency suspension without a charge",
        "penangguhan berakhir dengan sendirinya",
        "the suspension ends by itself",
        "juru association member record {subject} charged",
        "/members/{subject}",
    ),
    "appeal": Task(
        "Banding menunggu keputusan",
        "An appeal waits for its decision",
        "masuk daftar terlambat",
        "it stands in the overdue list",
        "juru association member record {subject} appeal_decided",
        "/members/{subject}",
    ),
    "appeal_overdue": Task(
        "Banding terlambat diputuskan",
        "An appeal is overdue",
        command="juru association member record {subject} appeal_decided",
        page="/members/{subject}",
    ),
    "resignation": Task(
        "Pengunduran diri akan berlaku",
        "A resignation will take effect",
        "keanggotaan berakhir",
        "the membership ends",
        "juru association member show {subject}",
        "/members/{subject}",
    ),
    "software": Task(
        "Perangkat lunak asli harus dipulihkan",
        "Original software is to be mended",
        "keanggotaan ditangguhkan",
        "the membership is suspended",
        "juru association member record {subject} software_ok",
        "/members/{subject}",
    ),
    "owner": Task(
        "Pemilik baru belum menegaskan keanggotaan",
        "A new owner has not confirmed the membership",
        "keanggotaan ditangguhkan",
        "the membership is suspended",
        "juru association member record {subject} owner_confirmed",
        "/members/{subject}",
    ),
    "term_ending": Task(
        "Masa jabatan segera berakhir",
        "A term is ending",
        "jabatan kosong",
        "the office is vacant",
        "juru association board appoint",
        "/branches",
    ),
    "acting_ending": Task(
        "Masa Plt. segera berakhir",
        "An acting term is ending",
        "jabatan kosong",
        "the office is vacant",
        "juru association board appoint",
        "/branches",
    ),
    "office_vacant": Task(
        "Jabatan kosong", "An office is vacant", command="juru association board appoint", page="/branches"
    ),
    "office_paused": Task(
        "Jabatan terhenti karena usahanya",
        "An office is paused by its firm's state",
        "masa jabatan berakhir",
        "the term ends",
        "juru association board show",
        "/branches",
    ),
    "cash": Task(
        "Uang tunai Anda pegang",
        "You hold cash",
        "masuk daftar terlambat",
        "it is listed",
        "juru association dues hand-in {subject}",
        "/dues/cash",
    ),
    "cash_held": Task(
        "Uang tunai belum disetor bendahara",
        "A treasurer has not handed cash in",
        command="juru association dues accounts",
        page="/dues/cash",
    ),
    "collector": Task(
        "Setoran penagih ditunggu",
        "A collector's transfer is awaited",
        "setoran jatuh tempo",
        "the transfer is due",
        "juru association dues pay --way collector",
        "/dues/collectors",
    ),
    "collector_late": Task(
        "Setoran penagih terlambat",
        "A collector's transfer is late",
        command="juru association dues pay --way collector",
        page="/dues/collectors",
    ),
    "unmatched": Task(
        "Pembayaran tanpa pemilik",
        "A payment that is nobody's",
        command="juru association dues assign {subject}",
        page="/dues/rows",
    ),
    "recognition": Task(
        "Pengakuan segera berakhir",
        "A recognition is ending",
        "pengakuan berakhir",
        "the recognition ends",
        "juru association recognition list",
        "/about",
    ),
    "meeting": Task(
        "Rapat akan berlangsung",
        "A meeting is coming",
        "rapat",
        "the meeting",
        "juru association meeting show {subject}",
        "/meetings/{subject}",
    ),
    "minutes": Task(
        "Notulen rapat belum ada",
        "A meeting has no minutes",
        command="juru association meeting minutes {subject}",
        page="/meetings/{subject}",
    ),
    "offer": Task(
        "Iklan anggota menunggu pemeriksaan",
        "A member's notice waits for a look",
        "iklan berakhir",
        "the notice ends",
        "juru association opportunity moderate {subject}",
        "/opportunities/{subject}",
    ),
    "payout": Task(
        "Pengembalian atau penyelesaian menunggu orang kedua",
        "A pay-out waits for a second person",
        command="juru association purse confirm {subject}",
        page="/dues/payouts",
    ),
    "move": Task(
        "Anggota minta pindah ke cabang ini",
        "A member asks to move to this branch",
        command="juru association member record {subject} moved",
        page="/members/{subject}",
    ),
    "notice_held": Task(
        "Pesan menunggu ya atau tidak dari orang",
        "Messages wait for a person's yes or no",
        command="juru association notices late",
        page="/notices",
        many=True,
    ),
}
