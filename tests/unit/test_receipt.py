"""A receipt fits 58 mm of paper, whatever is on it, and drops nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from juru.server.dialects.receipt import COLUMNS, receipt_text
from juru.server.dialects.replies import Templates
from juru.server.domain.views import OrderState, OrderView

words = st.text(alphabet="ABCdef 0123456789-/", max_size=80)


def view(sn: str | None, dest: str = "081234567890") -> OrderView:
    return OrderView(7, "r", "BUDI", "PLN20", dest, OrderState.SUCCESS, 20_500, 0, "2026-01-31T10:15:00+07:00", sn=sn)


@given(words, words, st.none() | words, st.none() | st.integers(1, 10**12), st.sampled_from(["id", "en"]))
def test_no_line_is_wider_than_the_paper_and_no_word_is_lost(
    shop: str, product: str, sn: str | None, price_idr: int | None, lang: str
) -> None:
    text = receipt_text(view(sn), shop=shop, product=product, price_idr=price_idr, templates=Templates(lang))
    assert max(map(len, text.splitlines())) <= COLUMNS
    printed = "".join(text.split())
    for part in (shop, product):
        assert "".join(part.split()) in printed
    assert ("Rp" in text) == (price_idr is not None)


def test_a_token_is_printed_in_groups_on_one_line() -> None:
    text = receipt_text(
        view("25141798805622802824/BUDI/R1M"), shop="Kios", product="Token", price_idr=None, templates=Templates("id")
    )
    assert "SN      2514-1798-8056-2280-2824" in text.splitlines()
    assert "        BUDI" in text.splitlines()
    assert (
        "SN      -"
        in receipt_text(view(None), shop="K", product="P", price_idr=None, templates=Templates("id")).splitlines()
    )
