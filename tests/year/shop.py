"""The small business of the year: a thousand agents in three levels, four suppliers of which two are trouble.

The catalog is the demo's (pulsa, PLN tokens, open amounts, bills, vouchers), with points and with other suppliers.
"""

from __future__ import annotations

import random

import msgspec

from juru.server.domain.agent import Agent
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.cell import Settings
from juru.simulation.behaviour import Behaviour
from juru.simulation.demo import DEMO, Demo, DemoAgent, DemoSupplier

FIRST_DAY = 20250101
LEVELS = (0.01, 0.10)
"""The part of the agents that stands at the top, and at the top or in the middle."""
PASSWORD = "sandi-tahunan"
H2H_EVERY = 13
"""Every so-manieth agent orders by his own server; among the busiest it is about every tenth order."""
BANKS = (
    BankAccount(1, "BCA1", "BCA", "0123456789", "PT Toko Setahun", since=FIRST_DAY),
    BankAccount(2, "MDR1", "MANDIRI", "1370001234567", "PT Toko Setahun", since=FIRST_DAY),
)
"""The first tells a running balance with each row, the second none."""

_STEADY = Behaviour(
    latency_ms_min=20,
    latency_ms_max=400,
    failed_permille=20,
    pending_callback_permille=80,
    pending_fails_permille=100,
    report_twice_permille=300,
)
_PRICED = Behaviour(
    latency_ms_min=20,
    latency_ms_max=400,
    failed_permille=15,
    pending_callback_permille=60,
    pending_inquiry_permille=10,
    lost_reply_permille=4,
    report_twice_permille=200,
    price_change_every=400,
    price_step_idr=25,
)
_ROUGH = Behaviour(
    latency_ms_min=80,
    latency_ms_max=3_000,
    failed_permille=60,
    refused_permille=30,
    pending_callback_permille=250,
    unmapped_code_permille=8,
    html_page_permille=5,
    server_error_permille=5,
    lost_reply_permille=10,
    slow_body_permille=10,
    foreign_reference_permille=4,
    late_success_permille=12,
    pending_fails_permille=80,
    report_twice_permille=250,
    settle_ms_min=1_500,
    settle_ms_max=90_000,
    status_codes=True,
)
_MOODY = Behaviour(
    latency_ms_min=60,
    latency_ms_max=700,
    failed_permille=50,
    refused_permille=20,
    pending_callback_permille=300,
    pending_inquiry_permille=40,
    lost_reply_permille=10,
    late_success_permille=10,
    taken_back_permille=8,
    pending_fails_permille=60,
    report_twice_permille=250,
    settle_ms_min=1_000,
    settle_ms_max=600_000,
)


def business(agents: int, seed: int, market_url: str, *, silent_from: int) -> Demo:
    """The whole business; ``silent_from`` is the request from which on RAYA says nothing for a while."""
    dice = random.Random(seed)
    rough = msgspec.structs.replace(_ROUGH, outage_from=silent_from, outage_requests=25)
    habits = {"MITRA": _STEADY, "DIGI": _PRICED, "RAYA": rough, "NUSA": _MOODY}
    suppliers = tuple(_supplier(told, habits[told.supplier.code]) for told in DEMO.suppliers)
    products = tuple(
        msgspec.structs.replace(told, product=msgspec.structs.replace(told.product, points=place % 3 * 2))
        for place, told in enumerate(DEMO.products)
    )
    settings = Settings("Toko Setahun", tickets_open_max=3, alert_disk_mb=0, complaints_per_hour_max=50)
    people = tuple(_agent(number, agents, dice) for number in range(1, agents + 1))
    return msgspec.structs.replace(
        DEMO, settings=settings, products=products, suppliers=suppliers, agents=people, market_url=market_url
    )


def _supplier(told: DemoSupplier, habits: Behaviour) -> DemoSupplier:
    # What a supplier without an inquiry leaves open waits for the operator; the others are asked after a while.
    changed = msgspec.structs.replace(told.supplier, in_flight_max=200, rate_per_s=1_000, pause_after=20)
    return msgspec.structs.replace(told, supplier=changed, behaviour=habits, sku_behaviours={})


def code_of(number: int) -> str:
    """An agent's code."""
    return f"A{number:04d}"


def _agent(number: int, agents: int, dice: random.Random) -> DemoAgent:
    """The first of the agents are at the top, then the middle, then all others, each below one of the level above."""
    top, middle = (max(round(agents * part), 2 + 4 * place) for place, part in enumerate(LEVELS))
    upline, level, below_idr = None, "grosir", dice.choice((0, 20, 25, 40))
    if number > middle:
        upline, level, below_idr = code_of(top + 1 + number % (middle - top)), "retail", 0
    elif number > top:
        upline, below_idr = code_of(1 + number % top), dice.choice((25, 50, 75))
    h2h = number % H2H_EVERY == 4
    code = code_of(number)
    agent = Agent(
        number,
        code,
        f"Agen {number}",
        upline,
        "h2h" if h2h else level,
        markup_idr=dice.choice((0, 0, 0, 50, 100)),
        product_markups_idr={"S10": 75} if number % 17 == 0 else {},
        downline_markup_idr=below_idr,
        downline_product_markups_idr={"PLN20": 150} if top < number <= middle and number % 5 == 0 else {},
        debt_limit_idr=5_000_000 if number % 7 == 0 else 0,
        senders=(f"chat:{code}",),
        ips=("127.0.0.1",),
        rate_per_s=100_000,
    )
    return DemoAgent(
        agent, f"{dice.randrange(10**6):06d}", PASSWORD, None, deposit_idr=200_000 + 10_000 * (number % 30)
    )
