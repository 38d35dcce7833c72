"""What the demo sells and by which suppliers it is bought: real-looking codes, prices of an ordinary day.

The first product is bought only from the two steady suppliers; every kind of trouble is on the others.
"""

from __future__ import annotations

from juru.server.domain.catalog import Availability, CutOff, DestKind, Offer, Product, ProductKind
from juru.simulation.seller import Sku

H2H_DISCOUNT_IDR = 150
GROSIR_DISCOUNT_IDR = 75
COMMISSIONS_IDR = (25, 15)
NIGHT = CutOff("23:45", "00:15")
E_WALLET_COST_IDR = 500
E_WALLET_FEE_IDR = 1_000

SAMPLES = {
    "TELKOMSEL": "081234567890",
    "INDOSAT": "085712345678",
    "XL": "087812345678",
    "TRI": "089612345678",
    "SMARTFREN": "088112345678",
    "AXIS": "083812345678",
    "PLN": "14012345678",
    "": "081398765432",
}
"""A destination by operator; one that differs in its last two digits only is valid too."""

BILL_SAMPLES = {"PLNPASCA": "530000012345", "PDAM": "0123456789", "GAME50": "081234567890"}
"""A number by product where its operator says nothing of it; the simulated biller knows every number."""

_NAMES = {
    "TELKOMSEL": "Telkomsel",
    "INDOSAT": "Indosat",
    "XL": "XL",
    "TRI": "Tri",
    "SMARTFREN": "Smartfren",
    "AXIS": "AXIS",
    "PLN": "Token PLN",
}

# operator: code prefix, suppliers by preference (cheapest first), (thousands, usual cost, our price) ...
_PULSA: dict[str, tuple[str, tuple[str, ...], tuple[tuple[int, int, int], ...]]] = {
    "TELKOMSEL": (
        "S",
        ("MITRA", "DIGI"),
        (
            (10, 10_250, 10_700),
            (5, 5_350, 5_800),
            (20, 20_150, 20_650),
            (25, 24_950, 25_500),
            (50, 49_600, 50_300),
            (100, 98_200, 99_300),
        ),
    ),
    "INDOSAT": (
        "I",
        ("RAYA", "MITRA"),
        ((5, 5_700, 6_150), (10, 10_700, 11_150), (25, 25_050, 25_600), (50, 49_400, 50_150), (100, 97_600, 98_800)),
    ),
    "XL": (
        "X",
        ("NUSA", "DIGI"),
        ((5, 5_800, 6_250), (10, 10_800, 11_250), (25, 24_950, 25_500), (50, 49_700, 50_400), (100, 98_900, 99_950)),
    ),
    "TRI": ("T", ("RAYA", "NUSA", "DIGI"), ((5, 5_450, 5_900), (10, 10_400, 10_850), (20, 20_050, 20_550))),
    "SMARTFREN": ("SM", ("NUSA", "MITRA"), ((5, 5_150, 5_600), (10, 10_100, 10_550), (20, 19_900, 20_400))),
    "AXIS": ("AX", ("RAYA",), ((5, 5_850, 6_300), (10, 10_850, 11_300))),
    "PLN": ("PLN", ("NUSA", "DIGI"), ((20, 20_100, 20_600), (50, 50_100, 50_700), (100, 100_100, 100_800))),
}
_CUT_OFF = frozenset({"SMARTFREN", "PLN"})
_DISTURBED = frozenset({"AX10"})
_DEARER_IDR = {"MITRA": 0, "DIGI": 25, "RAYA": -60, "NUSA": -40}


def _levels(price_idr: int) -> dict[str, int]:
    return {"h2h": price_idr - H2H_DISCOUNT_IDR, "grosir": price_idr - GROSIR_DISCOUNT_IDR}


def _product(operator: str, start: str, denom_k: int, price_idr: int) -> Product:
    token = operator == "PLN"
    code = f"{start}{denom_k}"
    return Product(
        code,
        f"{_NAMES[operator]} {denom_k}.000",
        ProductKind.PLN_TOKEN if token else ProductKind.FIXED,
        price_idr,
        DestKind.METER if token else DestKind.MSISDN,
        operator,
        denom_k,
        _levels(price_idr),
        COMMISSIONS_IDR,
        availability=Availability.DISTURBED if code in _DISTURBED else Availability.OPEN,
        cut_offs=(NIGHT,) if operator in _CUT_OFF else (),
    )


E_WALLET = Product(
    "DANA",
    "Saldo DANA (nominal bebas)",
    ProductKind.OPEN,
    E_WALLET_FEE_IDR,
    level_prices_idr=_levels(E_WALLET_FEE_IDR),
    commissions_idr=COMMISSIONS_IDR,
    amount_idr_min=10_000,
    amount_idr_max=1_000_000,
)

BILL_FEE_IDR = 700
BILLS: dict[str, tuple[str, int, int]] = {
    "PLNPASCA": ("Tagihan listrik PLN", 1_500, 2_500),
    "PDAM": ("Tagihan air PDAM", 1_200, 2_500),
}
"""code: name, what the supplier adds to the bill, the admin fee that the customer pays."""

GAME = Product(
    "GAME50",
    "Voucher game 50.000",
    ProductKind.VOUCHER,
    49_500,
    level_prices_idr=_levels(49_500),
    commissions_idr=COMMISSIONS_IDR,
    stock_low=5,
)
GAME_COST_IDR = 47_500
GAME_CODES = tuple(f"JURU-{1000 + 7 * n}-{4000 + 11 * n}-{7000 + 13 * n}" for n in range(20))
"""Codes that open nothing."""


def _bill(code: str, name: str) -> Product:
    return Product(
        code,
        name,
        ProductKind.BILL,
        BILL_FEE_IDR,
        DestKind.ACCOUNT,
        level_prices_idr=_levels(BILL_FEE_IDR),
        commissions_idr=COMMISSIONS_IDR,
    )


PRODUCTS: tuple[Product, ...] = (
    *(
        _product(operator, start, denom_k, price_idr)
        for operator, (start, _, rows) in _PULSA.items()
        for denom_k, _, price_idr in rows
    ),
    E_WALLET,
    *(_bill(code, name) for code, (name, _, _) in BILLS.items()),
    GAME,
)


def _offer(code: str, supplier: str, cost_idr: int, place: int) -> Offer:
    sku = code.lower() if supplier in {"DIGI", "NUSA"} else code
    return Offer(f"{code}-{supplier}", code, supplier, sku, cost_idr + _DEARER_IDR[supplier], 10 * place)


OFFERS: tuple[Offer, ...] = (
    *(
        _offer(f"{start}{denom_k}", supplier, cost_idr, place)
        for start, suppliers, rows in _PULSA.values()
        for denom_k, cost_idr, _ in rows
        for place, supplier in enumerate(suppliers, 1)
    ),
    *(_offer("DANA", supplier, E_WALLET_COST_IDR, place) for place, supplier in enumerate(("RAYA", "MITRA"), 1)),
    *(
        _offer(code, supplier, cost_idr, place)
        for code, (_, cost_idr, _) in BILLS.items()
        for place, supplier in enumerate(("DIGI", "NUSA"), 1)
    ),
)


def sample_of(product: Product) -> str:
    """A destination to try a product with."""
    return BILL_SAMPLES.get(product.code) or SAMPLES[product.operator or ""]


_CATEGORIES = {ProductKind.PLN_TOKEN: "PLN", ProductKind.OPEN: "E-Money", ProductKind.BILL: "Pascabayar"}


def skus_of(supplier: str) -> tuple[Sku, ...]:
    """What a supplier sells: its offers as it knows them itself."""
    products = {product.code: product for product in PRODUCTS}
    return tuple(
        Sku(
            offer.sku,
            products[offer.product].name,
            offer.cost_idr,
            brand=products[offer.product].operator or offer.product,
            category=_CATEGORIES.get(products[offer.product].kind, "Pulsa"),
            open=products[offer.product].kind is ProductKind.OPEN,
            token=products[offer.product].kind is ProductKind.PLN_TOKEN,
            bill=products[offer.product].kind is ProductKind.BILL,
            admin_idr=BILLS.get(offer.product, ("", 0, 0))[2],
        )
        for offer in OFFERS
        if offer.supplier == supplier
    )
