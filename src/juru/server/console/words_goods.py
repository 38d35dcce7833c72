"""Texts about bills, vouchers and what customers are told."""

from __future__ import annotations

GOODS: dict[str, tuple[str, str]] = {
    "house_voucher_stock": ("Stok voucher", "Stock of vouchers"),
    "kind_low_stock": ("Stok voucher menipis", "Stock of vouchers runs low"),
    "kind_vouchers_held": (
        "Voucher ditahan sejak pemulihan: juru voucher release",
        "Vouchers are held since a restore: juru voucher release",
    ),
    "channel_customer": ("ke pelanggan", "to the customer"),
    "outbox_no_gateway": ("tidak dikirim: belum ada gateway", "not sent: no gateway is set"),
    "notify": ("Pelanggan dikabari di", "Customer is told at"),
    # a bill
    "rule_bill": ("tagihan (tempat ditanyakan)", "bill (where it was asked about)"),
    "bill": ("Tagihan", "Bill"),
    "bill_asked": ("ditanyakan", "asked about"),
    "bill_found": ("ditemukan", "found"),
    "bill_refused": ("ditolak supplier", "refused by the supplier"),
    "bill_paying": ("sedang dibayar", "being paid"),
    "bill_paid": ("terbayar", "paid"),
    "bill_unpaid": ("tidak terbayar; tanyakan lagi", "not paid; ask about it anew"),
    "bill_customer": ("Pelanggan", "Customer"),
    "bill_period": ("Periode", "Period"),
    "bill_sheets": ("{count} lembar", "{count} bills"),
    "bill_owed": ("Ditagih ke pelanggan", "Owed by the customer"),
    "bill_admin": ("termasuk admin {amount}", "admin {amount} in it"),
    "bill_cost": ("Harga supplier", "Supplier's price"),
    "bill_charged": ("saat dibayar {amount}", "{amount} when it was paid"),
    # a voucher
    "own_stock": ("stok sendiri", "own stock"),
    "voucher": ("Voucher", "Voucher"),
    "voucher_serial": ("nomor seri {serial}", "serial {serial}"),
    "voucher_sealed": ("kode hanya tampil di balasan", "the code shows in replies only"),
    "voucher_expires": ("berlaku sampai {day}", "valid until {day}"),
}
