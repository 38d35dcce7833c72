"""Mobile numbers in every way they are typed."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.values.msisdn import parse_msisdn, same_destination, to_local

NATIONAL = st.from_regex(r"8[1-9][0-9]{7,11}", fullmatch=True)


@pytest.mark.parametrize(
    "typed",
    ["081234567890", "6281234567890", "+6281234567890", "0812-3456-7890", "+62 812 3456 7890", "(0812) 34567890"],
)
def test_every_spelling_is_one_number(typed: str) -> None:
    assert parse_msisdn(typed) == "+6281234567890"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0812345",
        "081234567",
        "081234567890123",
        "02112345678",
        "81234567890",
        "08123456789a",
        "+6181234567890",
        "٠٨١٢٣٤٥٦٧٨٩٠",
        "08123456789\n",
        "0812345678901234567890123",
    ],
)
def test_no_mobile_number(typed: str) -> None:
    assert parse_msisdn(typed) is None


@given(NATIONAL)
def test_local_form_reads_back(national: str) -> None:
    stored = parse_msisdn("0" + national)
    assert stored == "+62" + national
    assert to_local(stored) == "0" + national


@given(NATIONAL)
def test_agrees_with_phonenumbers_on_numbers_it_holds_possible(national: str) -> None:
    number = phonenumbers.parse("0" + national, "ID")
    if phonenumbers.is_valid_number(number) and len(national) >= 9:
        assert parse_msisdn("0" + national) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def test_what_is_no_mobile_number_is_told_as_stored() -> None:
    assert to_local("5055012345") == "5055012345"


@pytest.mark.parametrize("echoed", ["081234567890", "6281234567890", "+6281234567890", "81234567890"])
def test_echo_in_another_form_is_the_same(echoed: str) -> None:
    assert same_destination("+6281234567890", echoed)


@pytest.mark.parametrize(
    ("stored", "echoed"), [("+6281234567890", "081234567891"), ("5055012345", "05055012345"), ("081", "0081")]
)
def test_another_destination_is_not_the_same(stored: str, echoed: str) -> None:
    assert not same_destination(stored, echoed)
