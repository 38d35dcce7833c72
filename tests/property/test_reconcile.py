"""Reconciliation: every planted difference is found once, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from juru.server.domain.finding import Difference
from juru.server.domain.order import AttemptState
from juru.server.domain.reconcile import OurAttempt, StatementLine, reconcile

PLANTS = st.sampled_from([None, *Difference])


def ours(number: int, *, charged: bool = True) -> OurAttempt:
    return OurAttempt(
        number,
        number,
        f"1{number:011d}",
        "s10",
        f"+62812000{number:05d}",
        AttemptState.SUCCESS if charged else AttemptState.FAILED,
        number * 60_000,
        10_000 + number if charged else None,
        f"SN{number}" if charged else None,
    )


def line(attempt: OurAttempt, row: int, *, named: bool = True) -> StatementLine:
    return StatementLine(
        row,
        charged=attempt.charged_idr is not None,
        ref=attempt.ref.lower() if named else "",
        sku="S10",
        dest=attempt.dest.replace("+62", "0"),
        price_idr=attempt.charged_idr,
        sn=attempt.sn or "",
        at_ms=attempt.at_ms + 1_000,
    )


def planted(kind: Difference | None, number: int) -> tuple[list[OurAttempt], list[StatementLine]]:
    """What our book and the statement say of one order, with that difference between them."""
    attempt = ours(number, charged=kind is not Difference.THEY_CHARGED)
    told = line(attempt, number)
    match kind:
        case None:
            return [attempt], [told]
        case Difference.MISSING_THERE:
            return [attempt], []
        case Difference.EXTRA_THERE:
            return [], [told]
        case Difference.OTHER_PRICE:
            return [attempt], [StatementLine(number, charged=True, ref=told.ref, price_idr=(told.price_idr or 0) + 7)]
        case Difference.OTHER_SN:
            return [attempt], [
                StatementLine(number, charged=True, ref=told.ref, price_idr=told.price_idr, sn="SN-OTHER")
            ]
        case Difference.OTHER_NUMBER:
            return [attempt], [StatementLine(number, charged=True, ref=told.ref, dest="085700000000")]
        case Difference.THEY_CHARGED:
            return [attempt], [StatementLine(number, charged=True, ref=told.ref, price_idr=10_000)]
        case Difference.THEY_DID_NOT:
            return [attempt], [StatementLine(number, charged=False, ref=told.ref)]
        case Difference.CHARGED_TWICE:
            return [attempt], [told, told]


@given(st.lists(PLANTS, max_size=12), st.data())
def test_each_planted_difference_is_found_once_and_nothing_else(
    plants: list[Difference | None], data: st.DataObject
) -> None:
    attempts: list[OurAttempt] = []
    lines: list[StatementLine] = []
    for number, kind in enumerate(plants, 1):
        more, told = planted(kind, number)
        attempts += more
        lines += told
    result = reconcile(data.draw(st.permutations(lines)), attempts)
    wanted = sorted((kind, f"1{number:011d}") for number, kind in enumerate(plants, 1) if kind is not None)
    assert sorted((found.kind, found.name.upper()) for found in result.findings) == wanted
    assert result.by_number == 0


@given(st.lists(st.booleans(), min_size=1, max_size=10), st.data())
def test_a_statement_without_references_is_matched_by_number_and_says_so(
    named: list[bool], data: st.DataObject
) -> None:
    attempts = [ours(number) for number in range(1, len(named) + 1)]
    lines = [line(a, n, named=is_named) for n, (a, is_named) in enumerate(zip(attempts, named, strict=True), 1)]
    result = reconcile(data.draw(st.permutations(lines)), attempts)
    assert (result.findings, result.agreed) == ([], len(named))
    assert result.by_number == named.count(False)


DAY_MS = 86_400_000


@given(st.integers(0, DAY_MS - 1), st.sampled_from([1, 1_000, 60_000, DAY_MS]))
def test_a_line_that_names_a_day_or_a_minute_means_any_moment_of_it(at_ms: int, within_ms: int) -> None:
    attempt = OurAttempt(1, 1, "R1", "S10", "+6281200000001", AttemptState.SUCCESS, at_ms, 10_000, None)
    begun_ms = at_ms - at_ms % within_ms
    told = StatementLine(
        1, charged=True, sku="S10", dest="81200000001", price_idr=10_000, at_ms=begun_ms, within_ms=within_ms
    )
    result = reconcile([told], [attempt])
    assert (result.findings, result.by_number) == ([], 1)


def test_nobody_misses_what_lies_outside_of_the_span_but_a_line_may_mean_it() -> None:
    before, inside, after = (
        OurAttempt(n, n, f"R{n}", "S10", f"+628120000000{n}", AttemptState.SUCCESS, n * 1_000, 10_000, None)
        for n in (1, 2, 3)
    )
    told = StatementLine(1, charged=True, sku="S10", dest="081200000001", price_idr=10_000, at_ms=2_000)
    found = reconcile([told], [before, inside, after], from_ms=2_000, until_ms=3_000)
    assert [(f.kind, f.name) for f in found.findings] == [(Difference.MISSING_THERE, "R2")]


@given(st.integers(1, 5), st.integers(0, 5))
def test_two_orders_alike_are_not_taken_for_one(ours_count: int, theirs_count: int) -> None:
    attempts = [
        OurAttempt(n, n, f"R{n}", "s10", "+6281200000001", AttemptState.SUCCESS, n * 1_000, 10_000, None)
        for n in range(1, ours_count + 1)
    ]
    lines = [
        StatementLine(n, charged=True, sku="S10", dest="081200000001", price_idr=10_000, at_ms=n * 1_000)
        for n in range(1, theirs_count + 1)
    ]
    kinds = [found.kind for found in reconcile(lines, attempts).findings]
    assert kinds.count(Difference.MISSING_THERE) == max(ours_count - theirs_count, 0)
    assert kinds.count(Difference.EXTRA_THERE) == max(theirs_count - ours_count, 0)
    assert len(kinds) == abs(ours_count - theirs_count)
