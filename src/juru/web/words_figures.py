"""Texts of tables, charts, spans of days and filters, Indonesian first, English beside it."""

from __future__ import annotations

FIGURES: dict[str, tuple[str, str]] = {
    "span": ("Rentang hari", "Span of days"),
    "span_today": ("Hari ini", "Today"),
    "span_yesterday": ("Kemarin", "Yesterday"),
    "span_7d": ("7 hari", "7 days"),
    "span_this_month": ("Bulan ini", "This month"),
    "span_last_month": ("Bulan lalu", "Last month"),
    "span_from": ("Dari", "From"),
    "span_to": ("Sampai", "To"),
    "span_show": ("Tampilkan", "Show"),
    "span_days": ("{first} - {last}", "{first} - {last}"),
    "take_along": ("Unduh", "Download"),
    "chart_table": ("Angkanya di tabel di bawah.", "Its numbers stand in the table below."),
    "more_lines": (
        "dan {count} baris lain; jumlah di bawah mencakup semuanya",
        "and {count} more rows; the sums below cover all of them",
    ),
    "all_lines": ("Tampilkan semua {count} baris", "Show all {count} rows"),
    "sort_by": ("Urutkan menurut {column}", "Sort by {column}"),
    "sums": ("Jumlah", "Total"),
    "sums_page": ("Jumlah halaman ini", "Total of this page"),
    "million": ("jt", "m"),
    "thousand": ("rb", "k"),
    "billion": ("M", "bn"),
    "weekdays": ("Sen Sel Rab Kam Jum Sab Min", "Mon Tue Wed Thu Fri Sat Sun"),
    "filter": ("Saringan", "Filter"),
    "filter_send": ("Saring", "Filter"),
    "filter_all": ("Semua", "All"),
    "filter_drop": ("Lepas saringan {name} {value}", "Drop the filter {name} {value}"),
    "page_next": ("Halaman berikut", "Next page"),
    "page_first": ("Ke halaman pertama", "To the first page"),
}
