"""Whose request it is behind proxies: only what trusted hops wrote is believed, read from the right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.web.forwarded import Proxies, is_loopback, read_address, was_forwarded

PROXY, OTHER, CLIENT = "127.0.0.1", "10.0.0.7", "203.0.113.9"


def seen(peer: str, *values: str, trusted: tuple[str, ...] = (PROXY, "10.0.0.0/8", "2001:db8:1::/48")) -> str:
    return Proxies(trusted).client(peer, [(b"host", b"x"), *((b"x-forwarded-for", v.encode()) for v in values)])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([CLIENT], CLIENT),
        ([f"1.1.1.1, {CLIENT}"], CLIENT),
        ([f"1.1.1.1, {CLIENT}, {OTHER}"], CLIENT),
        (["1.1.1.1", f"{CLIENT}", OTHER], CLIENT),
        ([f"{CLIENT}:4711"], CLIENT),
        (["2001:db8:2::5"], "2001:db8:2::5"),
        (["[2001:db8:2::5]:4711"], "2001:db8:2::5"),
        ([f"{CLIENT}, 2001:db8:1::1"], CLIENT),
        ([f'"{CLIENT}"'], CLIENT),
        ([f"::ffff:{CLIENT}"], CLIENT),
        ([OTHER], OTHER),
        ([], PROXY),
        ([""], PROXY),
    ],
)
def test_the_rightmost_hop_that_is_not_trusted_is_the_client(values: list[str], expected: str) -> None:
    assert seen(PROXY, *values) == expected


@pytest.mark.parametrize(
    "garbage", ["unknown", "_hidden", "1.2.3", "999.1.1.1", "fe80::1%eth0", "'; DROP", "\x00", "٣"]
)
def test_what_stands_left_of_garbage_is_never_believed(garbage: str) -> None:
    assert seen(PROXY, f"6.6.6.6, {garbage}") == PROXY
    assert seen(PROXY, f"6.6.6.6, {garbage}, {OTHER}") == OTHER
    assert seen(PROXY, f"{garbage}, {CLIENT}") == CLIENT


@pytest.mark.parametrize("peer", [CLIENT, "::1", "", "unix"])
def test_nobody_else_is_asked_where_he_comes_from(peer: str) -> None:
    assert seen(peer, "127.0.0.1") == peer
    assert seen(peer, OTHER) == peer
    assert seen(PROXY, "6.6.6.6", trusted=()) == PROXY


def test_an_ipv4_address_on_an_ipv6_socket_is_the_same_address() -> None:
    assert Proxies().client("::ffff:203.0.113.9", []) == CLIENT
    assert seen("::ffff:127.0.0.1", CLIENT) == CLIENT


def test_a_client_cannot_pass_as_this_machine_through_a_trusted_proxy() -> None:
    assert seen(PROXY, f"127.0.0.1, {CLIENT}") == CLIENT
    assert seen(PROXY, f"::1, {CLIENT}") == CLIENT


def test_a_chain_without_end_is_read_only_so_far() -> None:
    assert seen(PROXY, ",".join([CLIENT, *[OTHER] * 10_000])) == OTHER


_hop = st.one_of(
    st.ip_addresses().map(str),
    st.sampled_from([PROXY, OTHER, "unknown", "", "::1", "2001:db8:1::9"]),
    st.text(alphabet=st.characters(codec="latin-1", exclude_characters=","), max_size=12),
)


@given(st.lists(_hop, max_size=6), st.ip_addresses(v=4))
def test_whatever_a_client_writes_before_the_proxy_changes_nothing(forged: list[str], real: object) -> None:
    proxies = Proxies((PROXY,))
    header = ", ".join([*forged, str(real)]).encode("latin-1")
    if str(real) != PROXY:
        assert proxies.client(PROXY, [(b"x-forwarded-for", header)]) == str(real)


@pytest.mark.parametrize("written", ["", "localhost", "10.0.0.0/33", "1.2.3.4/8/9"])
def test_a_proxy_that_is_no_address_is_refused_with_the_remedy(written: str) -> None:
    with pytest.raises(ValueError, match=r"write 127\.0\.0\.1"):
        Proxies((written,))


def test_words_of_proxies_are_known() -> None:
    assert was_forwarded([(b"forwarded", b"for=1.1.1.1")])
    assert was_forwarded([(b"x-real-ip", b"")])
    assert not was_forwarded([(b"host", b"x"), (b"user-agent", b"x-forwarded-for")])
    assert [is_loopback(a) for a in ("127.8.8.8", "::1", "::ffff:127.0.0.1", "0.0.0.0", "", "localhost")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert read_address(" 192.0.2.1:80 ") == read_address("192.0.2.1")
