"""Texts of the pages about people (agents and their credentials, logins and roles) and of the way between pages."""

from __future__ import annotations

PEOPLE: dict[str, tuple[str, str]] = {
    "places": ("Halaman", "Pages"),
    "place_orders": ("Order", "Orders"),
    "place_association": ("Asosiasi", "Association"),
    "place_agents": ("Agen", "Agents"),
    "place_logins": ("Login", "Logins"),
    "empty_orders_own": (
        "Belum ada order. Yang pertama muncul di sini begitu seorang agen order. Coba sendiri lewat chat:",
        "No order yet. The first appears here as soon as an agent orders. Try it yourself by chat:",
    ),
    "chat_empty_own": (
        "Belum ada pesan. Tulis kode agen dan pesannya, lengkap dengan PIN.",
        "No message yet. Write an agent's code and his message, with the PIN.",
    ),
    "not_yours_to_decide": (
        "Menunggu keputusan pemilik atau operator.",
        "Waits for an owner's or operator's decision.",
    ),
    # roles
    "role_owner": ("Pemilik", "Owner"),
    "role_operator": ("Operator", "Operator"),
    "role_finance": ("Keuangan", "Finance"),
    "role_owner_may": (
        "boleh semuanya: harga, agen, deposit, laporan, login",
        "may do everything: prices, agents, deposits, reports, logins",
    ),
    "role_operator_may": (
        "melayani pelanggan: melihat order, memutuskan antrean, chat, menghentikan penjualan",
        "serves customers: sees orders, decides the queue, chats, stops selling",
    ),
    "role_finance_may": (
        "melihat order dan laporan, membukukan deposit",
        "sees orders and reports, posts deposits",
    ),
    # agents
    "agents_title": ("Agen", "Agents"),
    "agents_search": ("Cari kode atau nama", "Find a code or name"),
    "agents_search_send": ("Cari", "Find"),
    "agents_found": ("{count} agen", "{count} agents"),
    "agents_first": ("{shown} dari {count} agen; persempit pencarian", "{shown} of {count} agents; narrow the search"),
    "agents_empty": ("Tidak ada agen yang cocok.", "No agent matches."),
    "agent_name": ("Nama", "Name"),
    "agent_code": ("Kode", "Code"),
    "agent_upline": ("Upline", "Upline"),
    "agent_level": ("Level harga", "Price level"),
    "agent_balance": ("Saldo", "Balance"),
    "agent_held": ("Ditahan", "Held"),
    "agent_credit": ("Batas minus", "Credit limit"),
    "agent_state": ("Status", "State"),
    "agent_way": ("Cara order", "Orders by"),
    "agent_active": ("aktif", "active"),
    "agent_blocked": ("diblokir", "blocked"),
    "agent_locked": ("PIN terkunci", "PIN locked"),
    "agent_chats": ("chat", "chat"),
    "agent_server": ("server (H2H)", "server (H2H)"),
    "agent_senders": ("Alamat chat", "Chat addresses"),
    "agent_ips": ("Alamat IP server", "Server's IP addresses"),
    "agent_none_ips": ("belum ada: servernya belum dapat masuk", "none: his server cannot come in yet"),
    "agent_back": ("Kembali ke agen {code}", "Back to agent {code}"),
    "agent_absent": ("Tidak ada agen {code}.", "There is no agent {code}."),
    "credentials": ("Kredensial", "Credentials"),
    "credentials_server": (
        "PIN, password dan API key server agen ini tersimpan terenkripsi dan tidak pernah ditampilkan.",
        "This agent's PIN, password and API key are kept encrypted and are never shown.",
    ),
    "credentials_chat": (
        "PIN agen ini hanya tersimpan sebagai hash; tidak ada yang dapat membacanya.",
        "This agent's PIN is kept as a hash only; nobody can read it.",
    ),
    "credentials_none": (
        "Agen ini belum punya PIN, jadi belum dapat order.",
        "This agent has no PIN yet, so he cannot order.",
    ),
    "renew_heading": ("Buat kredensial baru", "Make new credentials"),
    "renew_says_server": (
        (
            "PIN, password dan API key {code} yang lama langsung tidak berlaku. Servernya berhenti order sampai "
            "memakai "
            "yang baru. Yang baru ditampilkan sekali."
        ),
        (
            "The old PIN, password and API key of {code} are void at once. His server stops ordering until it "
            "uses the new "
            "ones. The new ones are shown once."
        ),
    ),
    "renew_says_chat": (
        "PIN {code} yang lama langsung tidak berlaku. Yang baru ditampilkan sekali.",
        "The old PIN of {code} is void at once. The new one is shown once.",
    ),
    "renew_reason": ("Alasan (masuk catatan audit)", "Reason (goes to the audit record)"),
    "renew_send": ("Buat baru dan batalkan yang lama", "Make new ones, void the old"),
    "renew_stale": (
        "Kredensial agen ini sudah berubah sejak formulir dibuka. Tidak ada yang berubah sekarang.",
        "This agent's credentials have changed since the form was opened. Nothing was changed now.",
    ),
    "renew_reason_needed": ("Tulis alasannya.", "Write the reason."),
    "renew_refused": ("Tidak ada yang berubah: {why}", "Nothing was changed: {why}"),
    "renewed_heading": ("Kredensial baru {code}", "New credentials of {code}"),
    "renewed_note": (
        "Yang lama sudah tidak berlaku. Serahkan lewat jalan yang aman, jangan lewat grup chat.",
        "The old ones are void. Pass them on in a safe way, never in a group chat.",
    ),
    "secret_pin": ("PIN", "PIN"),
    "secret_password": ("Password", "Password"),
    "secret_api_key": ("API key", "API key"),
    "secret_user": ("User", "User"),
    # logins
    "logins_title": ("Login", "Logins"),
    "logins_note": (
        "Satu orang, satu login. Siapa pun yang keluar dari usaha, nonaktifkan loginnya hari itu juga.",
        "One person, one login. Whoever leaves the business: disable his login the same day.",
    ),
    "login_who": ("Nama", "Name"),
    "login_language": ("Bahasa halaman", "Language of pages"),
    "login_role": ("Peran", "Role"),
    "login_state": ("Status", "State"),
    "login_sessions": ("Sesi terbuka", "Open sessions"),
    "login_active": ("aktif", "active"),
    "login_disabled": ("nonaktif", "disabled"),
    "login_you": ("Anda", "you"),
    "login_add": ("Tambah login", "Add a login"),
    "login_add_note": (
        "Password dibuatkan dan ditampilkan sekali; pemiliknya dapat menggantinya setelah masuk.",
        "A password is made and shown once; its owner can change it after logging in.",
    ),
    "login_add_send": ("Tambah dan tampilkan password", "Add and show the password"),
    "login_change": ("Ubah", "Change"),
    "login_of": ("Login {code}", "Login {code}"),
    "login_save": ("Simpan", "Save"),
    "login_saved": ("Login {code} disimpan.", "Login {code} is saved."),
    "login_password_heading": ("Password baru", "A new password"),
    "login_password_says": (
        (
            "Dibuatkan password baru untuk {code} dan ditampilkan sekali. Password lama langsung tidak berlaku "
            "dan semua "
            "sesinya berakhir."
        ),
        "A new password for {code} is made and shown once. The old one is void at once and all its sessions end.",
    ),
    "login_password_send": ("Buat password baru", "Make a new password"),
    "login_off_heading": ("Nonaktifkan", "Disable"),
    "login_off_says": (
        "{code} langsung keluar dan tidak dapat masuk lagi sampai diaktifkan. Catatannya tetap ada.",
        "{code} is logged out at once and cannot log in until enabled again. The records stay.",
    ),
    "login_off_send": ("Nonaktifkan login", "Disable the login"),
    "login_on_heading": ("Aktifkan lagi", "Enable again"),
    "login_on_says": ("{code} dapat masuk lagi dengan password lamanya.", "{code} can log in with the old password."),
    "login_on_send": ("Aktifkan login", "Enable the login"),
    "login_new_heading": ("Password untuk {code}", "Password for {code}"),
    "login_new_note": (
        "Serahkan sendiri, dan minta diganti setelah masuk pertama.",
        "Pass it on yourself, and ask to change it after the first log-in.",
    ),
    "logins_back": ("Kembali ke daftar login", "Back to the logins"),
    "login_known": ("Login {code} sudah ada.", "Login {code} is there already."),
    "login_bad_code": (
        "Nama login: huruf, angka, - atau _, paling banyak 40.",
        "A login name has letters, digits, - or _, at most 40.",
    ),
    "login_refused": ("Tidak ada yang berubah: {why}", "Nothing was changed: {why}"),
    "login_last_owner": (
        "Harus ada satu pemilik yang aktif. Buat pemilik lain dahulu.",
        "One active owner must be left. Make another owner first.",
    ),
    "login_stale": (
        "Login ini sudah berubah sejak formulir dibuka. Lihat keadaannya sekarang.",
        "This login has changed since the form was opened. See how it stands now.",
    ),
}
