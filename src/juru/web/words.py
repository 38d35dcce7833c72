"""Texts of what console and portal share, Indonesian first, English beside it, and how a page speaks one of them.

A room adds its own texts to these; a key that is in no catalogue is a bug of the page that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from juru.web.words_factors import FACTORS
from juru.web.words_figures import FIGURES

Lang = Literal["id", "en"]
Words = Callable[..., str]
Catalogue = Mapping[str, tuple[str, str]]

LANGS: tuple[Lang, Lang] = ("id", "en")
LANG_COOKIE = "juru_lang"

_OWN: dict[str, tuple[str, str]] = {
    "language": ("English", "Bahasa Indonesia"),
    "skip_main": ("Langsung ke isi", "Skip to the content"),
    "copy": ("Salin", "Copy"),
    "back_home": ("Kembali ke halaman depan", "Back to the front page"),
    # logging in
    "login_title": ("Masuk", "Log in"),
    "login_code": ("Nama login", "Login name"),
    "login_password": ("Password", "Password"),
    "login_send": ("Masuk", "Log in"),
    "login_wrong": (
        "Nama login atau password tidak cocok. Periksa ejaan dan Caps Lock, lalu coba lagi.",
        "Login name and password do not match. Check the spelling and Caps Lock, then try again.",
    ),
    "login_empty": ("Isi nama login dan password.", "Fill in login name and password."),
    "login_wait": (
        "Terlalu banyak percobaan yang salah. Coba lagi dalam {wait}.",
        "Too many wrong tries. Try again in {wait}.",
    ),
    "login_busy": ("Server sedang sibuk. Coba lagi sebentar lagi.", "The server is busy. Try again in a moment."),
    "login_out": ("Anda sudah keluar.", "You are logged out."),
    "login_none": (
        "Belum ada login. Buat yang pertama di server ini, lalu muat ulang halaman:",
        "There is no login yet. Make the first one on this server, then reload the page:",
    ),
    "login_plain": (
        "Sambungan ini tidak dienkripsi: password dapat dibaca di jalan. Pasang TLS di depan server ini.",
        "This connection is not encrypted: the password can be read on its way. Put TLS in front of this server.",
    ),
    "login_forgotten": (
        "Lupa password? Pemilik dapat membuatkan yang baru.",
        "Forgot the password? An owner can make you a new one.",
    ),
    "password_show": ("Tampilkan", "Show"),
    "password_hide": ("Sembunyikan", "Hide"),
    "wait_s": ("{count} detik", "{count} seconds"),
    "wait_min": ("{count} menit", "{count} minutes"),
    # one's own account
    "logout": ("Keluar", "Log out"),
    "account": ("Akun saya", "My account"),
    "account_you": ("Anda masuk sebagai", "You are logged in as"),
    "account_role": ("Peran", "Role"),
    "account_since": ("Sejak", "Since"),
    "account_password": ("Ganti password", "Change the password"),
    "account_password_note": (
        "Sedikitnya 10 karakter. Sesi Anda di perangkat lain berakhir.",
        "At least 10 characters. Your sessions on other devices end.",
    ),
    "password_now": ("Password sekarang", "Present password"),
    "password_new": ("Password baru", "New password"),
    "password_again": ("Password baru, sekali lagi", "New password, once more"),
    "password_send": ("Ganti password", "Change the password"),
    "password_changed": (
        "Password sudah diganti. Sesi di perangkat lain sudah diakhiri.",
        "The password is changed. Sessions on other devices have ended.",
    ),
    "password_wrong": ("Password sekarang tidak cocok.", "The present password does not match."),
    "password_differ": ("Kedua password baru tidak sama.", "The two new passwords differ."),
    "password_same": (
        "Password baru harus lain dari yang lama.",
        "The new password must be another than the old one.",
    ),
    "password_short": (
        "Terlalu pendek: sedikitnya 10 karakter. Beberapa kata acak mudah diingat.",
        "Too short: at least 10 characters. A few random words are easy to remember.",
    ),
    "password_long": ("Terlalu panjang: paling banyak 200 karakter.", "Too long: at most 200 characters."),
    "password_common": ("Terlalu mudah ditebak. Pilih yang lain.", "Too easy to guess. Choose another."),
    "password_about": (
        "Password tidak boleh sama dengan nama. Pilih yang lain.",
        "The password must not be a name. Choose another.",
    ),
    "sessions": ("Sesi yang terbuka", "Open sessions"),
    "sessions_note": (
        "Perangkat yang sedang masuk dengan login ini. Akhiri yang tidak Anda kenal, lalu ganti password.",
        "Devices that are logged in with this login. End those you do not know, then change the password.",
    ),
    "session_this": ("perangkat ini", "this device"),
    "session_begun": ("Masuk", "Logged in"),
    "session_seen": ("Terakhir dipakai", "Last used"),
    "session_address": ("Alamat IP", "IP address"),
    "session_device": ("Perangkat", "Device"),
    "session_end": ("Akhiri", "End"),
    "session_end_of": ("Akhiri sesi dari {address}", "End the session from {address}"),
    "sessions_end_others": ("Akhiri semua yang lain", "End all others"),
    "session_ended": ("Sesi diakhiri.", "The session has ended."),
    "sessions_ended": ("{count} sesi lain diakhiri.", "{count} other sessions have ended."),
    "account_refused": ("Tidak ada yang berubah: {why}", "Nothing was changed: {why}"),
    "form_errors": ("Periksa isian ini:", "Check this:"),
    # shown once
    "once_title": ("Rahasia baru", "New secrets"),
    "once_note": (
        (
            "Hanya ditampilkan sekali ini. Salin dan serahkan sekarang; sesudah halaman ini ditutup tidak dapat "
            "dilihat "
            "lagi."
        ),
        "Shown this once only. Copy and pass them on now; once this page is closed they cannot be seen again.",
    ),
    "once_gone": (
        "Rahasia ini sudah pernah ditampilkan, atau waktunya habis. Bila belum tersalin, buat yang baru.",
        "These secrets have been shown already, or their time is over. If they were not copied, make new ones.",
    ),
    "once_left": ("Disembunyikan karena halaman ditinggalkan.", "Hidden because the page was left."),
    # errors
    "refused_here_title": ("Tidak dapat dibuka dari sini", "Not to be opened from here"),
    "refused_here": (
        (
            "Halaman ini hanya menjawab mesin tempatnya berjalan dan alamat resminya. Pakai terowongan SSH, atau "
            "jalankan "
            "server dengan --public-url."
        ),
        (
            "This page answers only the machine it runs on and its official address. Use an SSH tunnel, or start the "
            "server with --public-url."
        ),
    ),
    "refused_foreign_title": ("Permintaan ditolak", "Request refused"),
    "refused_foreign": (
        "Permintaan ini tidak berasal dari halaman ini sendiri. Tidak ada yang berubah.",
        "This request does not come from the page itself. Nothing was changed.",
    ),
    "refused_form_title": ("Formulir sudah lama", "The form is too old"),
    "refused_form": (
        (
            "Formulir ini dibuat sebelum Anda masuk, atau untuk sesi yang sudah berakhir. Tidak ada yang "
            "berubah. Kembali, "
            "muat ulang halamannya, lalu kirim lagi."
        ),
        (
            "This form was made before you logged in, or for a session that has ended. Nothing was changed. Go back, "
            "reload the page, then send it again."
        ),
    ),
    "refused_large_title": ("Terlalu besar", "Too large"),
    "refused_large": (
        "Kiriman ini lebih besar dari yang diterima halaman ini. Tidak ada yang berubah.",
        "What was sent is larger than this page takes. Nothing was changed.",
    ),
    "refused_right_title": ("Bukan untuk peran Anda", "Not for your role"),
    "refused_right": (
        "Login Anda tidak berhak membuka ini. Minta pemilik bila Anda memerlukannya. Tidak ada yang berubah.",
        "Your login may not open this. Ask an owner if you need it. Nothing was changed.",
    ),
    "refused_login_title": ("Anda belum masuk", "You are not logged in"),
    "refused_login": (
        "Sesi Anda sudah berakhir. Tidak ada yang berubah. Masuk, lalu ulangi.",
        "Your session has ended. Nothing was changed. Log in, then do it again.",
    ),
    "refused_absent_title": ("Tidak ada halaman ini", "There is no such page"),
    "refused_absent": (
        "Alamat ini tidak ada, atau sudah pindah. Periksa ejaannya.",
        "This address does not exist, or has moved. Check its spelling.",
    ),
    "refused_broken_title": ("Terjadi kesalahan", "Something went wrong"),
    "refused_broken": (
        "Halaman ini tidak dapat dibuat. Coba lagi; bila berulang, sebutkan nomor {incident} ke yang mengurus server.",
        "This page could not be made. Try again; if it happens again, quote {incident} to whoever runs the server.",
    ),
}
KIT = _OWN | FIGURES | FACTORS


def lang_of(asked: str | None, kept: str | None, own: str | None = None) -> Lang:
    """The language of a page: asked for in the address, else kept from before, else one's own, else Indonesian."""
    return next((lang for wanted in (asked, kept, own) for lang in LANGS if lang == wanted), "id")


def speak(catalogue: Catalogue, lang: Lang) -> Words:
    """``t(key, **facts)`` in a language; a key that is not in the catalogue is a bug of the page."""
    side = LANGS.index(lang)

    def say(key: str, **facts: object) -> str:
        text = catalogue[key][side]
        return text.format(**facts) if facts else text

    return say


def wait_in_words(wait_ms: int, t: Words) -> str:
    """A wait as people say it, never shorter than it is."""
    seconds = -(-wait_ms // 1_000)
    return t("wait_s", count=seconds) if seconds < 90 else t("wait_min", count=-(-seconds // 60))
