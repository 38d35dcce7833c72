"""Why something is refused: a stable code, and a sentence in Indonesian and English that says the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Code(StrEnum):
    """In the order of precedence: the first that applies is told. Each is in docs/reference/association-refusals.md."""

    REQUEST_CONFLICT = "request_conflict"
    NOT_FOUND = "not_found"
    NO_POWER = "no_power"
    NOT_REPRESENTATIVE = "not_representative"
    LETTER_NEEDED = "letter_needed"
    OWN_FIRM = "own_firm"
    DECIDED_BEFORE = "decided_before"
    FUTURE_DAY = "future_day"
    SAME_DAY = "same_day"
    SAME_BUSINESS = "same_business"
    SAME_SERVER = "same_server"
    WRONG_BRANCH = "wrong_branch"
    TRANSITION_NOT_ALLOWED = "transition_not_allowed"
    DECREE_UNKNOWN = "decree_unknown"
    REASON_NEEDED = "reason_needed"
    NO_HEARING = "no_hearing"
    NOT_SUMMONED = "not_summoned"
    NOT_ENOUGH_VOICES = "not_enough_voices"
    REVIEWED_BEFORE = "reviewed_before"
    UNCONFIRMED = "unconfirmed"
    WRONG_PERIOD = "wrong_period"
    WRONG_POLICY = "wrong_policy"
    NO_DUES_TABLE = "no_dues_table"
    INVOICE_OPEN = "invoice_open"
    NOTHING_DUE = "nothing_due"
    WRONG_AMOUNT = "wrong_amount"
    SEEN_BEFORE = "seen_before"
    OWN_WORD = "own_word"
    OVER_LIMIT = "over_limit"
    OVER_CREDIT = "over_credit"
    OVER_STANDING = "over_standing"
    OVER_CASH = "over_cash"
    FED_BY_FILES = "fed_by_files"
    NOT_FITTING = "not_fitting"
    TAKEN_BACK = "taken_back"
    CARRIES_MONEY = "carries_money"
    WRONG_PRECISION = "wrong_precision"
    NOT_OPEN = "not_open"
    NOT_INVITED = "not_invited"
    WRONG_MEETING = "wrong_meeting"
    WRONG_COUNT = "wrong_count"
    TOO_MANY = "too_many"
    CONTACT_IN_TEXT = "contact_in_text"
    WRONG_TYPE = "wrong_type"
    ENCRYPTED = "encrypted"
    ACTIVE_CONTENT = "active_content"
    MIXED_CONTENT = "mixed_content"
    NOTICE_SETTLED = "notice_settled"
    NO_ADDRESS = "no_address"


class Refusal(msgspec.Struct, frozen=True):
    """A refusal; ``facts`` fill its text."""

    code: Code
    facts: Mapping[str, str | int] = {}


_TEXTS: Mapping[Code, tuple[str, str]] = {
    Code.REQUEST_CONFLICT: (
        "Nomor permintaan {request} sudah dipakai untuk isi lain: pakai nomor baru.",
        "Request {request} was used for something else: give a new one.",
    ),
    Code.NOT_FOUND: (
        "{what} {id} tidak ada: periksa nomornya.",
        "There is no {what} {id}: check the number.",
    ),
    Code.NO_POWER: (
        "{by} tidak berwenang ({scope}, {unit}) pada {on}: minta pengurus yang masa jabatannya berjalan.",
        "{by} has no power ({scope}, {unit}) on {on}: ask an officer whose term runs.",
    ),
    Code.NOT_REPRESENTATIVE: (
        "{by} tidak mewakili anggota {member} dalam hal ini ({who}): minta wakil yang berlaku hari ini.",
        "{by} does not represent member {member} in this ({who}): ask who represents it today.",
    ),
    Code.LETTER_NEEDED: (
        "{fact} dicatat atas nama anggota {member}: sebut suratnya sebagai sumber (--source).",
        "{fact} is recorded on behalf of member {member}: name its letter as the source (--source).",
    ),
    Code.OWN_FIRM: (
        "{by} tidak memutus tentang usahanya sendiri: minta pengurus lain.",
        "{by} does not decide on his own firm: ask another officer.",
    ),
    Code.DECIDED_BEFORE: (
        "{by} ikut memutus di tingkat pertama: minta pengurus lain.",
        "{by} took part in the first decision: ask another officer.",
    ),
    Code.FUTURE_DAY: (
        "{on} belum tiba (hari ini {today}): catat pada harinya.",
        "{on} has not come (today is {today}): record it on its day.",
    ),
    Code.SAME_DAY: (
        "Sudah ada ketetapan untuk {what} pada {on}: batalkan dulu, atau pilih hari lain.",
        "{what} is set for {on} already: take that back first, or choose another day.",
    ),
    Code.SAME_BUSINESS: (
        "Usaha ini tampaknya anggota {member} ({name}): ajukan dengan nomor itu, atau nyatakan usaha lain (--sure).",
        "This seems to be member {member} ({name}): apply under that number, or say that it is another (--sure).",
    ),
    Code.SAME_SERVER: (
        "Server {server} sudah ada: pakai kode lain, atau ubah namanya.",
        "Server {server} is there already: use another code, or rename it.",
    ),
    Code.WRONG_BRANCH: (
        "Cabang {branch} tidak dapat dipilih: pilih {choices}.",
        "Branch {branch} cannot be chosen: choose {choices}.",
    ),
    Code.TRANSITION_NOT_ALLOWED: (
        "Keadaan {state} ({reason}) pada {on} tidak menerima {fact}.",
        "State {state} ({reason}) on {on} does not take {fact}.",
    ),
    Code.DECREE_UNKNOWN: (
        "SK {decree} tidak ada atau sudah dicabut: terbitkan dulu, lalu sebut nomornya.",
        "There is no decree {decree}, or it was revoked: issue it first and give its number.",
    ),
    Code.REASON_NEEDED: (
        "{fact} memerlukan alasan tertulis.",
        "{fact} needs a written reason.",
    ),
    Code.NO_HEARING: (
        "Belum ada sidang: dakwaan disampaikan paling sedikit {days} hari sebelum sidang, lalu sidang dicatat.",
        "There was no hearing: a charge is served at least {days} days before it, then the hearing is recorded.",
    ),
    Code.NOT_SUMMONED: (
        "Yang tidak hadir dipanggil dua kali sesudah dakwaan; baru {given}: sebut tanggal kedua panggilan.",
        "Who stays away is summoned twice after the charge; {given} so far: give the days of both summonses.",
    ),
    Code.NOT_ENOUGH_VOICES: (
        "{given} dari {needed} pengurus yang diperlukan: {who}.",
        "{given} of the {needed} officers needed: {who}.",
    ),
    Code.REVIEWED_BEFORE: (
        "Peninjauan hanya sekali, dalam {days} hari: ajukan permohonan baru.",
        "A review is asked for once, within {days} days: apply anew.",
    ),
    Code.UNCONFIRMED: (
        "Pergantian wakil memerlukan pernyataan wakil lama ({outgoing}) atau dua pengurus.",
        "A change needs the word of the outgoing representative ({outgoing}) or of two officers.",
    ),
    Code.WRONG_PERIOD: (
        "{until} tidak sesudah {since}: periksa tanggalnya.",
        "{until} is not after {since}: check the dates.",
    ),
    Code.WRONG_POLICY: (
        "{key} = {value} bukan angka anggaran dasar: pilih {keys}; hari 1 sampai 3650, grace_votes 0 atau 1.",
        "{key} = {value} is no number of the statutes: choose {keys}; days 1 to 3650, grace_votes 0 or 1.",
    ),
    Code.NO_DUES_TABLE: (
        "Belum ada tarif iuran untuk kelas {member_class} pada {on}: tetapkan dulu.",
        "There is no dues table for class {member_class} on {on}: set it first.",
    ),
    Code.INVOICE_OPEN: (
        "Tagihan {invoice} untuk masa ini sudah ada.",
        "Invoice {invoice} is there for this period.",
    ),
    Code.NOTHING_DUE: (
        "Tidak ada yang terutang pada {id}.",
        "Nothing is outstanding on {id}.",
    ),
    Code.WRONG_AMOUNT: (
        "{amount_idr} bukan jumlah yang dapat dicatat: tulis rupiah bulat di atas nol.",
        "{amount_idr} is no sum that can be recorded: write whole rupiah above zero.",
    ),
    Code.SEEN_BEFORE: (
        "Pembayaran {ref} sudah tercatat: tidak dicatat dua kali.",
        "Payment {ref} is recorded already: it is not recorded twice.",
    ),
    Code.OWN_WORD: (
        "Server tidak dapat menjamin iuran pemiliknya sendiri: bayar lewat bank atau bendahara.",
        "A server's own word never pays its owner's dues: pay by bank or to a treasurer.",
    ),
    Code.OVER_LIMIT: (
        "Batas penagih {collector} {limit_idr}, sudah dijanjikan {promised_idr}: tunggu setorannya.",
        "Collector {collector} has a limit of {limit_idr} and has promised {promised_idr}: wait for his transfer.",
    ),
    Code.OVER_CREDIT: (
        "Kelebihan bayar anggota {member} hanya {credit_idr}: minta paling banyak sejumlah itu.",
        "Member {member} has a credit of {credit_idr}: ask for that much at most.",
    ),
    Code.OVER_STANDING: (
        "Hak yang dapat diselesaikan untuk {branch} hanya {standing_idr}: minta paling banyak sejumlah itu.",
        "What stands to be settled with {branch} is {standing_idr}: ask for that much at most.",
    ),
    Code.OVER_CASH: (
        "Kas di tangan {treasurer} hanya {held_idr}: periksa jumlahnya.",
        "{treasurer} holds {held_idr} in cash: check the sum.",
    ),
    Code.FED_BY_FILES: (
        "Rekening {account} diisi dari berkas mutasi: unggah berkasnya, lalu jelaskan barisnya.",
        "Account {account} is fed by statement files: take the file in, then name its row.",
    ),
    Code.NOT_FITTING: (
        "Baris {ref} tidak cocok dengan {what} {to}: periksa jumlah, rekening, dan arahnya.",
        "Row {ref} does not fit {what} {to}: check its sum, its account and its direction.",
    ),
    Code.TAKEN_BACK: (
        "Fakta {id} sudah dibatalkan atau tidak ada.",
        "Fact {id} was taken back already, or is not there.",
    ),
    Code.CARRIES_MONEY: (
        "Fakta {id} membawa uang: batalkan pembayarannya, bukan faktanya.",
        "Fact {id} carries money: reverse the payment, not the fact.",
    ),
    Code.WRONG_PRECISION: (
        "{on} dengan ketelitian {precision} bukan hari pertamanya, atau rentangnya berakhir sebelum mulai.",
        "{on} of precision {precision} is not its first day, or the range ends before it begins.",
    ),
    Code.NOT_OPEN: (
        "{what} {id} berkeadaan {state}: yang diminta tidak berlaku lagi atau belum.",
        "{what} {id} is {state}: what was asked does not apply to it now.",
    ),
    Code.NOT_INVITED: (
        "Anggota {member} tidak diundang ke rapat {meeting} ({invited}): tanyakan kepada sekretaris.",
        "Member {member} is not invited to meeting {meeting} ({invited}): ask the secretary.",
    ),
    Code.WRONG_MEETING: (
        "{body} tidak mengundang {invited} ke {meeting_kind} pada {at}: Munas oleh NAS, Musda oleh cabang, jam 19:30.",
        "{body} calls no {meeting_kind} for {invited}, {at}: a Munas is by NAS, a Musda by a branch, an hour is 19:30.",
    ),
    Code.WRONG_COUNT: (
        "{what} {given} tidak dapat dicatat: tulis {least} sampai {most}.",
        "{what} {given} cannot be recorded: write {least} to {most}.",
    ),
    Code.TOO_MANY: (
        "Sudah {count} {what}, batasnya {most}: tunggu, atau tutup yang lama.",
        "There are {count} {what}, the limit is {most}: wait, or close an old one.",
    ),
    Code.CONTACT_IN_TEXT: (
        "Tulis nomor atau alamat pada isian kontak, tidak di {field}: di sana ia terbaca oleh siapa saja.",
        "Write numbers and addresses in the field for the contact, not in {field}: there anybody would read them.",
    ),
    Code.WRONG_TYPE: (
        "{name} bukan PDF, PNG atau JPEG, atau lebih dari {limit} MB: kirim salinannya sebagai PDF.",
        "{name} is no PDF, PNG or JPEG, or is over {limit} MB: send a copy of it as PDF.",
    ),
    Code.ENCRYPTED: (
        "{name} terkunci kata sandi: simpan salinan tanpa sandi, lalu kirim itu.",
        "{name} is locked by a password: save a copy without one and send that.",
    ),
    Code.ACTIVE_CONTENT: (
        "{name} memuat skrip, berkas lampiran atau formulir aktif ({found}): cetak ke PDF, lalu kirim hasilnya.",
        "{name} holds a script, an attached file or an active form ({found}): print it to PDF and send that.",
    ),
    Code.MIXED_CONTENT: (
        "{name} rusak, atau memuat berkas jenis lain di dalamnya ({found}): cetak ke PDF, lalu kirim.",
        "{name} is damaged, or hides a file of another kind ({found}): print it to PDF and send that.",
    ),
    Code.NOTICE_SETTLED: (
        "Pesan {id} sudah {stage}: tidak ada yang perlu diputuskan.",
        "Message {id} is {stage} already: there is nothing to decide.",
    ),
    Code.NO_ADDRESS: (
        "Anggota {member} tidak punya alamat surel: sampaikan sendiri lalu catat, atau isi alamatnya dulu.",
        "Member {member} has no mail address: pass it on and note it, or give the address first.",
    ),
}


def told(refusal: Refusal, language: str) -> str:
    """A refusal as a person reads it, ``id`` or ``en``."""
    indonesian, english = _TEXTS[refusal.code]
    return (english if language == "en" else indonesian).format(**refusal.facts)
