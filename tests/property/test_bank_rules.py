"""Whatever is asked for and in whatever order: no sum twice within its time, no row with another's identity."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from juru.bank.cells import Numbers, read_sen
from juru.bank.rules import (
    DIGITS_MAX,
    RESERVE_DAYS,
    Mutation,
    identity,
    numbered,
    reserved_until_ms,
    unique_amount,
)
from juru.bank.running import Money, proved, shown
from juru.values.days import DAY_MS

bases = st.integers(1, 10**12)
digits = st.integers(1, DIGITS_MAX)
texts = st.sampled_from(("TRSF BUDI", "trsf  budi", "TRSF ANI", ""))
mutations = st.builds(
    Mutation,
    st.integers(1, 9),
    st.integers(20261120, 20261122),
    st.integers(-3, 3),
    texts,
    st.sampled_from((None, 1, 2)),
)


@given(bases, digits, st.integers(0, 10**6), st.data())
def test_a_sum_is_found_exactly_while_one_is_left(base: int, most: int, turn: int, data: st.DataObject) -> None:
    every = range(base + 1, base + most + 1)
    taken = data.draw(st.sets(st.sampled_from(every))) if most < 50 else set()
    found = unique_amount(base, turn=turn, digits_max=most, taken=taken)
    if len(taken) == most:
        assert found is None
    else:
        assert found in every
        assert found not in taken


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5 * DAY_MS)), max_size=60), st.integers(1, 20))
def test_no_sum_is_given_again_before_life_and_seven_days_have_passed(asked: list[tuple[int, int]], most: int) -> None:
    life_ms, now_ms = DAY_MS, 0
    given: list[tuple[int, int]] = []
    for turn, (base, pause_ms) in enumerate(asked):
        now_ms += pause_ms
        taken = {amount for amount, at_ms in given if now_ms < reserved_until_ms(at_ms, life_ms)}
        found = unique_amount(base + 100, turn=turn, digits_max=most, taken=taken)
        if found is not None:
            given.append((found, now_ms))
    for amount in {amount for amount, _ in given}:
        times = sorted(at_ms for same, at_ms in given if same == amount)
        assert all(later - earlier >= life_ms + RESERVE_DAYS * DAY_MS for earlier, later in pairwise(times))


@given(digits)
def test_turns_go_round_all_digits_before_one_comes_again(most: int) -> None:
    assert len({unique_amount(1_000, turn=turn, digits_max=most, taken=()) for turn in range(most)}) == most


@given(st.lists(mutations, max_size=12))
def test_equal_rows_of_a_day_are_told_apart_by_their_number_only(rows: list[Mutation]) -> None:
    keys = [identity("BCA1", row, nth) for row, nth in numbered(rows)]
    assert len(set(keys)) == len(rows)
    assert all(key.rpartition("/")[2] == "1" for key in keys) or len({k.rpartition("/")[0] for k in keys}) < len(keys)


@given(st.lists(mutations, max_size=8), st.randoms(use_true_random=False))
def test_identities_do_not_depend_on_the_order_of_rows(rows: list[Mutation], order: object) -> None:
    mixed = list(rows)
    order.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random, whose name is banned here
    assert {identity("A", r, n) for r, n in numbered(rows)} == {identity("A", r, n) for r, n in numbered(mixed)}


@given(st.lists(mutations, min_size=1, max_size=8), st.integers(1, 8))
def test_longer_file_of_the_same_days_holds_every_identity_of_the_shorter(rows: list[Mutation], cut: int) -> None:
    part = rows[:cut]
    assert {identity("A", r, n) for r, n in numbered(part)} <= {identity("A", r, n) for r, n in numbered(rows)}


@given(st.integers(-(10**14), 10**14), st.sampled_from(Numbers))
def test_amounts_written_either_way_are_read_back(sen: int, numbers: Numbers) -> None:
    whole, rest = divmod(abs(sen), 100)
    written = f"{'-' if sen < 0 else ''}{whole:,}.{rest:02d}"
    if numbers is Numbers.COMMA:
        written = written.translate(str.maketrans(",.", ".,"))
    assert read_sen(written, numbers) == sen
    assert read_sen(shown(sen), Numbers.COMMA) == sen


@given(st.integers(-(10**6), 10**6), st.lists(st.integers(-(10**6), 10**6).filter(bool), max_size=20), st.booleans())
def test_proved_rows_move_exactly_what_whole_rupiah_of_the_balance_moved(
    opening: int,
    amounts: list[int],
    turned: bool,  # noqa: FBT001 - hypothesis gives arguments by position
) -> None:
    rows, balance = [], opening
    for number, amount in enumerate(amounts):
        balance += amount
        rows.append(Money(number, 20261120 + number, amount, f"row {number}", balance))
    closing = balance
    given_rows = list(reversed(rows)) if turned else rows
    proof, faults = proved(given_rows, opening, closing, running=True)
    assert faults == []
    assert sum(row.amount_idr for row in proof) == closing // 100 - opening // 100
