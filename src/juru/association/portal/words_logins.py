"""Texts of logins: inviting, and giving a lost one back."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "place_logins": ("Login", "Logins"),
    "logins_title": ("Login portal", "Logins of the portal"),
    "logins_link": ("Tautan untuk diserahkan", "The link to pass on"),
    "logins_link_note": (
        (
            "Hanya ditampilkan sekali ini. Serahkan kepada orangnya sendiri: siapa pun yang memegangnya "
            "dapat memakainya."
        ),
        ("Shown this once only. Pass it on to the person himself: whoever holds it can use it."),
    ),
    "logins_recoveries": ("Pemulihan", "Recoveries"),
    "logins_state": ("Keadaan", "State"),
    "logins_reason": ("Alasan", "Reason"),
    "logins_asked_by": ("Diminta", "Asked by"),
    "logins_confirmed_by": ("Disetujui", "Confirmed by"),
    "logins_effective": ("Berlaku mulai", "Takes effect"),
    "logins_noticed": ("alamat lama sudah dikabari", "the old address was told"),
    "logins_unnoticed": ("alamat lama belum dikabari", "the old address was not told"),
    "logins_do": ("Tindakan", "Actions"),
    "logins_confirm": ("Setujui", "Confirm"),
    "logins_finish": ("Buat tautan", "Make the link"),
    "logins_cancel": ("Batalkan", "Cancel"),
    "logins_invite": ("Undang", "Invite"),
    "logins_invite_note": (
        (
            "Wakil anggota, persis seperti dicatat pada anggotanya, atau pengurus yang masa jabatannya "
            "berjalan. Tautannya berlaku 7 hari dan hanya sekali."
        ),
        (
            "A member's representative, exactly as its facts name him, or an officer whose term runs. The "
            "link is good for 7 days and once."
        ),
    ),
    "logins_person": ("Nama orang", "Person"),
    "logins_member": ("Nomor anggota (kosong: pengurus)", "Member number (empty: officer)"),
    "logins_email": ("Alamat e-mail (boleh kosong)", "E-mail address (may be empty)"),
    "logins_email_short": ("E-mail", "E-mail"),
    "logins_invite_send": ("Buat undangan", "Make the invitation"),
    "logins_open": ("Undangan yang belum dipakai", "Invitations not used yet"),
    "logins_for": ("Untuk", "For"),
    "logins_made_by": ("Dibuat oleh", "Made by"),
    "logins_until": ("Berlaku sampai", "Good until"),
    "logins_all": ("Semua login", "All logins"),
    "logins_find": ("Nama, login atau nomor anggota", "Name, login or member number"),
    "logins_find_send": ("Cari", "Find"),
    "logins_more": ("Masih ada yang lain: persempit pencarian.", "There are more: narrow the search."),
    "logins_none_found": ("Tidak ada login yang cocok.", "No login fits."),
    "logins_name": ("Nama", "Name"),
    "logins_none": (
        "Belum ada login di sini. Undang yang pertama di atas.",
        "No login here yet. Invite the first above.",
    ),
    "logins_disabled": ("ditutup", "disabled"),
    "logins_lost": ("Ponsel, password atau e-mail hilang", "Lost phone, password or e-mail"),
    "logins_lost_note": (
        (
            "Pengurus kedua harus menyetujui. Lalu alamat lama dikabari dan dapat membatalkannya; sesudah 48 "
            "jam dibuat tautan untuk password baru, dan langkah kedua yang lama dicabut."
        ),
        (
            "A second officer has to confirm. Then the old address is told and can cancel; after 48 hours a "
            "link for a new password is made, and the old second factors are dropped."
        ),
    ),
    "logins_reason_long": ("Alasan, dan bagaimana Anda mengenali orangnya", "Why, and how you know that it is him"),
    "logins_new_email": ("Alamat e-mail baru (kosong: tetap)", "New e-mail address (empty: as it is)"),
    "logins_ask": ("Minta pemulihan", "Ask for the recovery"),
    "logins_fields": (
        ("Tidak ada yang berubah: isi nama orangnya, dan alamat e-mail yang benar atau kosong."),
        ("Nothing was changed: give the person's name, and an e-mail address that is right or empty."),
    ),
    "logins_mailed": (
        "Tautan dikirim ke {email}, berlaku sampai {until}.",
        "The link was sent to {email}, good until {until}.",
    ),
    "logins_under_way": (
        "Pemulihan {login} sudah berjalan: setujui atau batalkan yang itu.",
        "A recovery of {login} is under way: confirm or cancel that one.",
    ),
    "logins_asked": (
        "Pemulihan {login} diminta. Pengurus kedua menyetujuinya di halaman ini.",
        "The recovery of {login} is asked for. A second officer confirms it on this page.",
    ),
    "logins_confirmed": (
        "Disetujui. Alamat lama {login} dikabari; berlaku mulai {until}.",
        "Confirmed. The old address of {login} was told; it takes effect {until}.",
    ),
    "logins_not_told": (
        ("Disetujui, berlaku mulai {until}. Alamat lama {login} tidak dapat dikabari: hubungi dia dengan cara lain."),
        ("Confirmed, it takes effect {until}. The old address of {login} could not be told: reach him in another way."),
    ),
    "logins_cancelled": ("Pemulihan {login} dibatalkan.", "The recovery of {login} is cancelled."),
    "logins_mail_subject": ("[{association}] Undangan login portal", "[{association}] Your invitation to the portal"),
    "logins_mail_text": (
        (
            "Anda diundang ke portal {association}.\n\nBuka tautan ini, pilih nama login dan "
            "password:\n{link}\n\nTautan ini berlaku sekali, sampai {until}. Jangan teruskan ke siapa pun.\n"
        ),
        (
            "You are invited to the portal of {association}.\n\nOpen this link, choose a login name and a "
            "password:\n{link}\n\nThe link is good once, until {until}. Pass it on to nobody.\n"
        ),
    ),
    "renewal_mail_subject": ("[{association}] Password baru", "[{association}] A new password"),
    "renewal_mail_text": (
        (
            "Login Anda di portal {association} dipulihkan.\n\nBuka tautan ini dan pilih password "
            "baru:\n{link}\n\nTautan ini berlaku sekali, sampai {until}. Jangan teruskan ke siapa pun.\n"
        ),
        (
            "Your login at the portal of {association} is given back.\n\nOpen this link and choose a new "
            "password:\n{link}\n\nThe link is good once, until {until}. Pass it on to nobody.\n"
        ),
    ),
    "recovery_mail_subject": (
        "[{association}] Login {login} akan dipulihkan",
        "[{association}] Login {login} is about to be recovered",
    ),
    "recovery_mail_text": (
        (
            "Dua pengurus ({who}) memulihkan login {login} di portal {association}, dengan alasan: "
            "{reason}\n\nMulai {until} password baru dapat dibuat dan langkah kedua yang lama "
            "dicabut.\n\nBukan Anda yang meminta? Batalkan sebelum itu:\n{link}\n\n---\n\nLogin {login} is "
            "about to be given a new password. If you did not ask for it, cancel it at the link above.\n"
        ),
        (
            "Two officers ({who}) recover login {login} at the portal of {association}, because: "
            "{reason}\n\nFrom {until} on a new password can be made, and the old second factors are "
            "dropped.\n\nYou did not ask for it? Cancel it before that:\n{link}\n"
        ),
    ),
    "recovery_asked": ("menunggu pengurus kedua", "waits for a second officer"),
    "recovery_waiting": ("menunggu 48 jam", "waits for its 48 hours"),
    "recovery_ready": ("siap: buat tautannya", "ready: make its link"),
    "recovery_done": ("selesai", "done"),
    "recovery_cancelled": ("dibatalkan", "cancelled"),
    "recovery_title": ("Pemulihan login {login}", "Recovery of login {login}"),
    "recovery_stop_note": (
        ("Bila Anda tidak memintanya, batalkan. Password dan langkah kedua Anda tetap seperti sekarang."),
        ("If you did not ask for it, cancel it. Your password and second factors stay as they are."),
    ),
    "recovery_stop": ("Batalkan pemulihan", "Cancel the recovery"),
    "recovery_stopped": (
        ("Pemulihan dibatalkan; login Anda tetap seperti semula. Tanyakan kepada cabang siapa yang memintanya."),
        ("The recovery is cancelled; your login stays as it was. Ask your branch who asked for it."),
    ),
    "recovery_too_late": (
        ("Pemulihan ini sudah berlaku. Hubungi pengurus nasional bila bukan Anda yang memintanya."),
        ("This recovery has taken effect. Ask the national board if it was not you who asked."),
    ),
    "recovery_warning": (
        "Pengurus sedang memulihkan login Anda. Bila bukan Anda yang meminta, batalkan.",
        "Officers are recovering your login. If you did not ask for it, cancel it.",
    ),
    "invitation_title": ("Undangan ke portal", "Invitation to the portal"),
    "invitation_for_member": ("{person}, wakil anggota {member}", "{person}, representative of member {member}"),
    "invitation_for_officer": ("{person}, pengurus", "{person}, officer"),
    "invitation_note": ("Pilih nama login dan password.", "Choose a login name and a password."),
    "invitation_until": ("Tautan ini berlaku sekali, sampai {until}.", "This link is good once, until {until}."),
    "invitation_name": ("Nama Anda", "Your name"),
    "invitation_code_note": (
        "3 sampai 40 huruf, angka, titik atau garis; huruf besar dan kecil sama.",
        "3 to 40 letters, digits, dots or dashes; capitals do not matter.",
    ),
    "invitation_code": (
        "Nama login: 3 sampai 40 huruf, angka, titik atau garis.",
        "The login name: 3 to 40 letters, digits, dots or dashes.",
    ),
    "invitation_taken": ("Nama login {code} sudah dipakai. Pilih yang lain.", "Login {code} is taken. Choose another."),
    "invitation_send": ("Buat login", "Make the login"),
    "invitation_renew_title": ("Password baru untuk {login}", "A new password for {login}"),
    "invitation_renew_note": (
        "Sesi dan langkah kedua yang lama berakhir begitu password baru disimpan.",
        "Old sessions and second factors end as soon as the new password is kept.",
    ),
    "invitation_renew_send": ("Simpan password", "Keep the password"),
    "invitation_tie": ("Pakai login {login}", "Use login {login}"),
    "invitation_tie_note": (
        "Anda sudah masuk. Login ini dapat mewakili beberapa usaha dan jabatan sekaligus.",
        "You are logged in already. One login can stand for several firms and offices.",
    ),
    "invitation_tied": ("Login Anda sekarang juga untuk {who}.", "Your login now stands for {who} as well."),
    "invitation_over_title": ("Tautan tidak berlaku", "The link does not open"),
    "invitation_over": (
        (
            "Tautan ini salah, sudah dipakai atau waktunya habis, atau orangnya bukan wakil lagi. Minta yang "
            "baru kepada sekretaris cabang."
        ),
        (
            "This link is wrong, used or over, or the person represents nobody any more. Ask the branch's "
            "secretary for a new one."
        ),
    ),
}
