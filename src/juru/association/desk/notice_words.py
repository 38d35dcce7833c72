"""The words of messages, Indonesian first, English below: one row for each kind that the rules can make fall due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from juru.association.domain.due import Notice, Told
from juru.values.rupiah import format_rupiah

_MONTHS = (
    ("Januari", "January"),
    ("Februari", "February"),
    ("Maret", "March"),
    ("April", "April"),
    ("Mei", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("Agustus", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Desember", "December"),
)
_TITLES = {
    "chair": ("ketua", "chair"),
    "secretary": ("sekretaris", "secretary"),
    "treasurer": ("bendahara", "treasurer"),
    "member": ("anggota pengurus", "board member"),
}


class Text(msgspec.Struct, frozen=True):
    """A message's subject and body in both languages."""

    subject_id: str
    body_id: str
    subject_en: str
    body_en: str


TEXTS: Mapping[str, Text] = {
    "dues_invoice": Text(
        "Tagihan iuran tahunan",
        "Tagihan iuran tahunan Anda sudah terbit. Masa yang sudah dibayar berakhir pada {last_day}.",
        "Annual dues: your invoice",
        "Your invoice for the annual dues has been issued. What is paid ends on {last_day}.",
    ),
    "dues_reminder_1": Text(
        "Iuran tahunan: pengingat pertama",
        "Masa iuran Anda berakhir pada {last_day}. Mohon dibayar sebelum hari itu.",
        "Annual dues: first reminder",
        "Your dues are paid until {last_day}. Please pay before that day.",
    ),
    "dues_reminder_2": Text(
        "Iuran tahunan: pengingat kedua",
        "Masa iuran Anda berakhir pada {last_day}, seminggu lagi setelah pengingat ini jatuh tempo.",
        "Annual dues: second reminder",
        "Your dues are paid until {last_day}, a week from the day of this reminder.",
    ),
    "dues_last_day": Text(
        "Iuran tahunan: hari terakhir",
        "Hari terakhir masa iuran Anda: {last_day}. Sesudahnya ada masa tenggang sampai {lapses_on}.",
        "Annual dues: the last day",
        "The last day that your dues pay for: {last_day}. A grace period follows, until {lapses_on}.",
    ),
    "dues_grace_1": Text(
        "Iuran tahunan: masa tenggang",
        "Masa iuran Anda berakhir pada {last_day}. Dalam masa tenggang Anda tetap dapat membayar tanpa biaya tambahan; "
        "pada {lapses_on} keanggotaan lewat.",
        "Annual dues: grace period",
        "Your dues ended on {last_day}. In the grace period you can still pay without a fee; on {lapses_on} your "
        "membership lapses.",
    ),
    "dues_grace_2": Text(
        "Iuran tahunan: masa tenggang hampir habis",
        "Masa iuran Anda berakhir pada {last_day}. Bila belum dibayar, keanggotaan lewat pada {lapses_on}.",
        "Annual dues: the grace period is ending",
        "Your dues ended on {last_day}. Unless they are paid, your membership lapses on {lapses_on}.",
    ),
    "dues_lapsed": Text(
        "Keanggotaan lewat",
        "Iuran tidak dibayar sampai masa tenggang habis, maka keanggotaan Anda lewat sejak {lapses_on}. "
        "Anda dapat kembali dengan membayar iuran setahun penuh dan biaya pemulihan.",
        "Your membership has lapsed",
        "The dues were not paid within the grace period, so your membership has lapsed since {lapses_on}. You can "
        "come back by paying the whole year's dues and the reinstatement fee.",
    ),
    "first_dues_invoice": Text(
        "Selamat, usaha Anda diterima: iuran pertama",
        "Permohonan Anda diterima. Keanggotaan berlaku setelah iuran pertama dibayar, sebelum {ends_on}.",
        "Welcome: your first dues",
        "Your application was accepted. Your membership begins with your first dues, to be paid before {ends_on}.",
    ),
    "first_dues_reminder": Text(
        "Iuran pertama belum dibayar",
        "Iuran pertama Anda belum kami terima. Pada {ends_on} permohonan Anda ditutup dengan sendirinya.",
        "Your first dues are not paid yet",
        "We have not received your first dues. On {ends_on} your application ends by itself.",
    ),
    "first_dues_closed": Text(
        "Permohonan ditutup: iuran pertama tidak dibayar",
        "Iuran pertama tidak dibayar dalam 30 hari, maka permohonan Anda ditutup pada {ends_on}. "
        "Anda dapat mengajukan permohonan baru.",
        "Your application has ended: first dues not paid",
        "The first dues were not paid within 30 days, so your application ended on {ends_on}. You can apply anew.",
    ),
    "documents_reminder": Text(
        "Dokumen permohonan belum lengkap",
        "Dokumen permohonan Anda belum lengkap. Pada {ends_on} permohonan ditutup dengan sendirinya.",
        "Documents of your application are missing",
        "Documents of your application are missing. On {ends_on} it ends by itself.",
    ),
    "documents_closed": Text(
        "Permohonan ditutup: dokumen tidak lengkap",
        "Dokumen tidak lengkap dalam 90 hari, maka permohonan Anda ditutup pada {ends_on}. "
        "Anda dapat mengajukan permohonan baru.",
        "Your application has ended: documents missing",
        "The documents were not complete within 90 days, so your application ended on {ends_on}. You can apply anew.",
    ),
    "silence_passed": Text(
        "Permohonan {name} beralih ke pusat",
        "Permohonan {name} (No. {number}) lengkap pada {complete_on} dan belum dijawab cabang dalam tujuh hari kerja. "
        "Sejak {moved_on} permohonan itu menunggu keputusan pusat.",
        "The application of {name} has passed to national",
        "The application of {name} (No. {number}) was complete on {complete_on} and had no answer from the branch in "
        "seven working days. Since {moved_on} it waits on national.",
    ),
    "silence_overdue": Text(
        "Permohonan {name} terlambat diputuskan",
        "Permohonan {name} (No. {number}) belum diputuskan pusat dalam 30 hari. Sejak {overdue_on} permohonan itu ada "
        "dalam daftar terlambat yang terbuka untuk umum dan dalam agenda rapat pengurus berikutnya.",
        "The application of {name} is overdue",
        "National has not decided on {name} (No. {number}) in 30 days. Since {overdue_on} it stands in the public "
        "overdue list and on the agenda of the next board meeting.",
    ),
    "hearing_near": Text(
        "Sidang pada {hearing_on}",
        "Sidang atas dakwaan terhadap usaha Anda berlangsung pada {hearing_on}. Anda berhak hadir dan didengar.",
        "Your hearing on {hearing_on}",
        "The charge against your business is heard on {hearing_on}. You have the right to be there and be heard.",
    ),
    "suspension_ends": Text(
        "Penangguhan berakhir",
        "Penangguhan keanggotaan Anda berakhir pada {ends_on}; sejak hari itu keadaan mengikuti iuran Anda.",
        "Your suspension ends",
        "The suspension of your membership ends on {ends_on}; from that day your state follows from your dues.",
    ),
    "appeal_window": Text(
        "Batas waktu banding: {last_day}",
        "Anda dapat mengajukan banding atas keputusan pengeluaran sampai dengan {last_day}. Sesudah itu keputusan "
        "berlaku.",
        "You may appeal until {last_day}",
        "You may appeal against the expulsion until {last_day}. After that day it takes effect.",
    ),
    "appeal_overdue": Text(
        "Banding {name} belum diputuskan",
        "Banding {name} (No. {number}) diajukan pada {filed_on} dan belum diputuskan dalam 60 hari. Banding itu ada "
        "dalam daftar terlambat dan dalam agenda rapat berikutnya.",
        "The appeal of {name} is undecided",
        "The appeal of {name} (No. {number}) was filed on {filed_on} and is undecided after 60 days. It stands in the "
        "overdue list and on the next agenda.",
    ),
    "resignation_effective": Text(
        "Pengunduran diri berlaku",
        "Pengunduran diri usaha Anda berlaku sejak {effective}. Terima kasih atas kebersamaan selama ini.",
        "Your resignation takes effect",
        "The resignation of your business is effective from {effective}. Thank you for having been with us.",
    ),
    "software_lost": Text(
        "Perangkat lunak asli: harus dipulihkan",
        "Syarat perangkat lunak asli tidak lagi dipenuhi. Mohon dipulihkan paling lambat {cure_until}.",
        "Original software: to be mended",
        "The duty of original software is no longer met. Please mend it by {cure_until}.",
    ),
    "software_half": Text(
        "Perangkat lunak asli: separuh waktu",
        "Separuh waktu pemulihan telah lewat; batasnya {cure_until}.",
        "Original software: half of the time is over",
        "Half of the time to mend it is over; the last day is {cure_until}.",
    ),
    "software_near": Text(
        "Perangkat lunak asli: tiga hari lagi",
        "Batas pemulihan perangkat lunak asli: {cure_until}. Sesudah itu keanggotaan ditangguhkan.",
        "Original software: three days left",
        "The last day to mend your software is {cure_until}. After it your membership is suspended.",
    ),
    "software_failed": Text(
        "Keanggotaan ditangguhkan: perangkat lunak",
        "Syarat perangkat lunak asli tidak dipulihkan sampai {cure_until}, maka keanggotaan ditangguhkan.",
        "Your membership is suspended: software",
        "The duty of original software was not mended by {cure_until}, so your membership is suspended.",
    ),
    "owner_asked": Text(
        "Pemilik baru: mohon penegasan",
        "Usaha Anda berpindah pemilik. Mohon pemilik baru menegaskan keanggotaan dan utangnya, paling lambat "
        "{last_day}.",
        "New owner: please confirm",
        "Your business has a new owner. Please confirm the membership and its open debts by {last_day}.",
    ),
    "owner_near": Text(
        "Pemilik baru: penegasan belum diterima",
        "Penegasan pemilik baru belum kami terima. Sesudah {last_day} keanggotaan ditangguhkan.",
        "New owner: not confirmed yet",
        "We have not had the new owner's word. After {last_day} the membership is suspended.",
    ),
    "recognition_ending": Text(
        "Pengakuan oleh {name} segera berakhir",
        "Pengakuan oleh {name} berakhir pada {until}. Mohon disiapkan perpanjangannya.",
        "The recognition by {name} is ending",
        "The recognition by {name} ends on {until}. Please prepare its renewal.",
    ),
    "meeting_called": Text(
        "Undangan: {title}",
        "Anda diundang ke {title} pada {held_on} pukul {held_at} di {place}. Mohon kabari kehadiran Anda.",
        "Invitation: {title}",
        "You are invited to {title} on {held_on} at {held_at}, {place}. Please say whether you come.",
    ),
    "meeting_near": Text(
        "Tiga hari lagi: {title}",
        "{title} berlangsung pada {held_on} pukul {held_at} di {place}.",
        "In three days: {title}",
        "{title} takes place on {held_on} at {held_at}, {place}.",
    ),
    "offer_ending": Text(
        "Iklan Anda segera berakhir: {title}",
        'Iklan Anda "{title}" berakhir pada {until}. Anda dapat memperpanjangnya.',
        "Your notice is ending: {title}",
        'Your notice "{title}" ends on {until}. You can renew it.',
    ),
    "term_ending": Text(
        "Masa jabatan {title} ({unit}) segera berakhir",
        "Masa jabatan {person} sebagai {title} ({unit}) berakhir pada {ends_on}; wewenangnya berakhir hari itu. Belum "
        "ada penerus sebelum SK baru terbit.",
        "The term of the {title} ({unit}) is ending",
        "The term of {person} as {title} ({unit}) ends on {ends_on}, and its powers with it. Nobody follows without a "
        "new decree.",
    ),
    "acting_ending": Text(
        "Masa Plt. {title} ({unit}) segera berakhir",
        "Masa {person} sebagai Plt. {title} ({unit}) berakhir pada {ends_on}, paling lama 90 hari.",
        "The acting term of the {title} ({unit}) is ending",
        "The time of {person} as acting {title} ({unit}) ends on {ends_on}, after 90 days at most.",
    ),
    "term_ended": Text(
        "Masa jabatan {title} ({unit}) berakhir",
        "Masa jabatan {person} sebagai {title} ({unit}) berakhir pada {ends_on}. Mohon serahkan yang masih dipegang.",
        "The term of the {title} ({unit}) has ended",
        "The term of {person} as {title} ({unit}) ended on {ends_on}. Please hand over what you still hold.",
    ),
    "office_paused": Text(
        "Jabatan {title} ({unit}) terhenti sementara",
        "Usaha {person} (No. {firm}) tidak lagi aktif atau dalam tenggang, maka jabatan {title} ({unit}) terhenti. "
        "Bila tidak pulih, masa jabatan berakhir pada {lost_on}.",
        "The office of {title} ({unit}) is paused",
        "The firm of {person} (No. {firm}) is neither active nor in grace, so the office of {title} ({unit}) is "
        "paused. Unless that changes, the term ends on {lost_on}.",
    ),
    "office_lost": Text(
        "Masa jabatan {title} ({unit}) berakhir menurut aturan",
        "Usaha {person} (No. {firm}) tidak aktif selama 30 hari, maka masa jabatan {title} ({unit}) berakhir pada "
        "{lost_on}.",
        "The term of the {title} ({unit}) has ended by rule",
        "The firm of {person} (No. {firm}) has been out of good standing for 30 days, so the term as {title} ({unit}) "
        "ended on {lost_on}.",
    ),
    "cash_held": Text(
        "Uang tunai belum disetor",
        "{amount_idr} yang diterima sejak {since} belum disetor; batasnya {last_day}. Mohon segera disetor ke bank.",
        "Cash was not handed in",
        "{amount_idr} received since {since} was not handed in; the last day was {last_day}. Please pay it into the "
        "bank.",
    ),
    "collector_settles": Text(
        "Setoran penagih jatuh tempo",
        "{amount_idr} iuran yang Anda janjikan jatuh tempo disetor pada {settles_on}.",
        "A collector's transfer is due",
        "{amount_idr} of dues that you promised is to be transferred by {settles_on}.",
    ),
}

OPENING = ("Yth. {name},", "Dear {name},")
PAY = (
    "Tagihan {invoice}: {outstanding}. Bayar lewat bank dan tulis {invoice} dalam berita transfer.",
    "Invoice {invoice}: {outstanding}. Pay by bank transfer and write {invoice} in its text.",
)
PAY_LINK = ("Bayar sekarang: {link}", "Pay now: {link}")
PROMISED = (
    "Penagih {collector} sudah menjanjikan pembayaran ini; kami menunggu setorannya.",
    "Collector {collector} has promised this payment; we wait for his transfer.",
)
OPEN_LINK = ("Halaman Anda: {link}", "Your page: {link}")
LATE = (
    "Pesan ini jatuh tempo pada {due_on} dan baru dikirim pada {sent_on}.",
    "This message was due on {due_on} and is sent only on {sent_on}.",
)


def day_text(day: date, language: int) -> str:
    """``1 Desember 2026``, ``1 December 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1][language]} {day.year}"


def filled(told: Told, language: int) -> dict[str, str]:
    """What fills a text, as people read it; ``language`` 0 is Indonesian, 1 English."""
    found = {}
    for name, value in told.items():
        if isinstance(value, date):
            found[name] = day_text(value, language)
        elif isinstance(value, int):
            found[name] = format_rupiah(value)
        elif name == "title" and value in _TITLES:
            found[name] = _TITLES[value][language]
        else:
            found[name] = value
    return found


class _Gaps(dict[str, str]):
    """Fills what is not known any more with a mark."""

    def __missing__(self, name: str) -> str:
        return "…"


def title_of(kind: str, language: int) -> str:
    """The line by which people know a kind of message, without what was told then."""
    text = TEXTS[kind]
    return (text.subject_en if language else text.subject_id).format_map(_Gaps())


def subject_of(notice: Notice, name: str, language: int) -> str:
    """The line by which people know a message."""
    text = TEXTS[notice.kind]
    facts = {"name": name, "number": notice.member} | filled(notice.told, language)
    return (text.subject_en if language else text.subject_id).format(**facts)
