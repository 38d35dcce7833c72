"""Texts of second factors, Indonesian first, English beside it."""

from __future__ import annotations

FACTORS: dict[str, tuple[str, str]] = {
    # the door
    "login_or": ("atau", "or"),
    "second_title": ("Langkah kedua", "Second step"),
    "second_note": (
        "Password {login} benar. Sekarang buktikan dengan yang Anda pegang.",
        "The password of {login} is right. Now prove it with something you hold.",
    ),
    "second_code": ("Kode", "Code"),
    "second_code_note": (
        "6 angka dari aplikasi autentikator ({names}), atau satu kode cadangan.",
        "6 digits from the authenticator app ({names}), or one recovery code.",
    ),
    "second_recovery_note": ("Satu kode cadangan yang Anda simpan.", "One of the recovery codes that you kept."),
    "second_send": ("Lanjutkan", "Go on"),
    "second_empty": ("Isi kodenya.", "Give the code."),
    "second_wrong": (
        "Kode itu salah, sudah dipakai atau waktunya habis. Tunggu kode berikutnya; periksa juga jam ponsel.",
        "That code is wrong, used already or over. Wait for the next one in the app; check the phone's clock as well.",
    ),
    "second_lost": (
        "Ponsel atau kunci hilang dan kode cadangan habis? Minta pemilik mencabut langkah kedua Anda.",
        "Lost the phone or the key, and no recovery code left? Ask an owner to drop your second factors.",
    ),
    "second_elsewhere": (
        "Passkey {names} dibuat untuk alamat lain dan tidak dapat dipakai di sini.",
        "The passkey {names} was made for another address and cannot be used here.",
    ),
    "second_back": ("Masuk dengan login lain", "Log in with another login"),
    "recovery_left": (
        "Anda masuk dengan kode cadangan. Sisa {count}. Buat yang baru sebelum habis.",
        "You logged in with a recovery code. {count} are left. Make new ones before they run out.",
    ),
    # passkeys
    "passkey_login": ("Masuk dengan passkey", "Log in with a passkey"),
    "passkey_use": ("Pakai passkey", "Use the passkey"),
    "passkey_left": (
        "Passkey tidak jadi dipakai. Coba lagi, atau pakai cara lain.",
        "The passkey was not used. Try again, or use another way.",
    ),
    "passkey_broken": ("Server tidak menjawab. Coba lagi.", "The server did not answer. Try again."),
    "passkey_wrong": (
        "Passkey itu tidak dikenal di sini, atau jawabannya tidak benar.",
        "That passkey is not known here, or its answer is not true.",
    ),
    "passkey_begin_again": ("Waktunya habis. Mulai lagi dari awal.", "The time is over. Begin again."),
    "passkey_none_here": ("Tidak ada passkey untuk alamat ini.", "There is no passkey for this address."),
    "passkey_known": ("Passkey itu sudah terdaftar.", "That passkey is registered already."),
    "passkey_not_here": (
        "Browser hanya memakai passkey di alamat https, atau di http://localhost pada mesin ini sendiri.",
        "Browsers use passkeys at an https address only, or at http://localhost on this very machine.",
    ),
    # one's own
    "factors": ("Langkah kedua", "Second factors"),
    "factors_on": ("{count} terpasang", "{count} set up"),
    "factors_off": ("belum ada", "none yet"),
    "factors_note": (
        "Password dapat ditebak atau dicuri. Dengan aplikasi atau passkey, password saja tidak cukup untuk masuk.",
        "A password can be guessed or stolen. With an app or a passkey, the password alone lets nobody in.",
    ),
    "factors_open": ("Atur langkah kedua", "Manage second factors"),
    "factors_mine": ("Yang terpasang", "Set up"),
    "factors_none": ("Belum ada. Pasang satu di bawah ini.", "None yet. Set one up below."),
    "factors_needed": (
        "Peran Anda wajib memakai langkah kedua. Pasang satu dulu; halaman lain terbuka sesudahnya.",
        "Your role must have a second factor. Set one up first; the other pages open after that.",
    ),
    "factor_totp": ("Aplikasi autentikator", "Authenticator app"),
    "factor_passkey": ("Passkey", "Passkey"),
    "factor_made": ("Dipasang", "Added"),
    "factor_used": ("Terakhir dipakai", "Last used"),
    "factor_never": ("belum pernah", "never"),
    "factor_site": ("Untuk alamat", "For the address"),
    "factor_name": ("Nama", "Name"),
    "factor_name_of": ("Nama baru untuk {name}", "New name of {name}"),
    "factor_name_hint": ("Agar Anda mengenalinya, misalnya Ponsel Rina.", "So that you know it, such as Rina's phone."),
    "factor_name_send": ("Ganti nama", "Rename"),
    "factor_change": ("Ganti nama atau cabut", "Rename or remove"),
    "factor_remove": ("Cabut", "Remove"),
    "password_missing": ("Isi password Anda.", "Give your password."),
    "factor_password": ("Password Anda", "Your password"),
    "factor_app_add": ("Pasang aplikasi autentikator", "Set up an authenticator app"),
    "factor_app_note": (
        "Aegis, Google Authenticator atau yang lain: aplikasi yang membuat kode 6 angka, juga tanpa internet.",
        "Aegis, Google Authenticator or another: an app that makes codes of 6 digits, without internet too.",
    ),
    "factor_next": ("Lanjut", "Next"),
    "factor_passkey_add": ("Pasang passkey", "Set up a passkey"),
    "factor_passkey_note": (
        "Sidik jari, wajah atau PIN perangkat ini, atau kunci USB. Dengan itu Anda juga dapat masuk tanpa password.",
        "This device's finger, face or PIN, or a USB key. With it you can log in without typing the password, too.",
    ),
    "factor_passkey_script": (
        "Passkey memerlukan JavaScript dan browser yang mengenalnya.",
        "A passkey needs JavaScript and a browser that knows it.",
    ),
    "factor_full": ("Sudah {count} terpasang; cabut satu dulu.", "{count} are set up already; remove one first."),
    "factor_name_empty": ("Beri nama dulu.", "Give it a name first."),
    "factor_added": ("{name} terpasang.", "{name} is set up."),
    "factor_renamed": ("Sekarang bernama {name}.", "Now called {name}."),
    "factor_removed": ("{name} dicabut.", "{name} is removed."),
    "factor_last": (
        "Ini yang terakhir, dan peran Anda wajib memakai satu. Pasang yang baru dulu.",
        "This is the last one, and your role must have one. Set up another first.",
    ),
    "factor_app_title": ("Pasang {name}", "Set up {name}"),
    "factor_app_scan": ("1. Pindai dengan aplikasi", "1. Scan it with the app"),
    "factor_app_alt": (
        "Kode QR rahasia aplikasi; teksnya ada di bawah.",
        "QR code of the app's secret; its text stands below.",
    ),
    "factor_app_open": ("Di ponsel ini? Buka di aplikasi", "On this phone? Open it in the app"),
    "factor_app_typed": (
        "Tidak dapat memindai? Ketik rahasia ini, jenis berbasis waktu:",
        "Cannot scan? Type this secret, of the time-based kind:",
    ),
    "factor_app_code": ("2. Ketik 6 angka yang ditampilkannya", "2. Type the 6 digits that it shows"),
    "factor_code_wrong": (
        "Kode itu tidak cocok. Tunggu kode berikutnya; periksa jam ponsel, yang harus otomatis.",
        "That code does not fit. Wait for the next one; check the phone's clock, which must be automatic.",
    ),
    "factor_app_send": ("Pasang", "Set it up"),
    "factor_stop": ("Tidak jadi", "Leave it"),
    # recovery codes
    "codes": ("Kode cadangan", "Recovery codes"),
    "codes_note": (
        "Untuk saat ponsel atau kunci hilang. Tiap kode berlaku sekali. Sisa {count}.",
        "For when the phone or the key is lost. Each code works once. {count} are left.",
    ),
    "codes_send": ("Buat kode baru", "Make new codes"),
    "codes_void": ("Kode yang lama langsung tidak berlaku.", "The old ones are void at once."),
    "codes_new": ("Kode cadangan Anda", "Your recovery codes"),
    "codes_once": (
        "Hanya ditampilkan sekali ini. Cetak atau salin, dan simpan jauh dari ponsel.",
        "Shown this once only. Print or copy them, and keep them away from the phone.",
    ),
    "codes_copy": ("Salin semua", "Copy all"),
    "codes_done": ("Sudah saya simpan", "I have kept them"),
    "refused_factor_title": ("Pasang langkah kedua dulu", "Set up a second factor first"),
    "refused_factor": (
        "Peran Anda wajib memakai langkah kedua dan belum punya. Pasang di Akun saya. Tidak ada yang berubah.",
        "Your role must have a second factor and has none. Set one up at My account. Nothing was changed.",
    ),
}
