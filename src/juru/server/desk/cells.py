"""How one value of a record stands in one cell of a table, or is typed as an option: read and written by the same rule.

Lists are separated by ``;``, pairs are ``name=value``. A cell that is empty means: not given, take the default.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from juru.bank.profiles import PROFILES
from juru.server.dialects import SUPPLIER_DIALECTS
from juru.server.domain.catalog import CutOff
from juru.values.days import Zone
from juru.values.msisdn import parse_msisdn

_IDR = re.compile(r"(-?)(?:rp\.? ?)?(-?)(\d+|\d{1,3}(?:\.\d{3})+)(?:,(?:00|-))?", re.IGNORECASE | re.ASCII)
_CUT_OFF = re.compile(r"(\d{1,2}[:.]\d{2})\s*-\s*(\d{1,2}[:.]\d{2})(?:\s+(WIB|WITA|WIT))?", re.IGNORECASE | re.ASCII)
_DAY = re.compile(
    r"(?P<y>\d{4})-?(?P<m>\d{2})-?(?P<d>\d{2})|(?P<d2>\d{1,2})[-/](?P<m2>\d{1,2})[-/](?P<y2>\d{4})", re.ASCII
)
_YES = frozenset({"yes", "y", "true", "1", "ya"})
_NO = frozenset({"no", "n", "false", "0", "tidak"})
_DIGITS_MAX = 15


class CellError(ValueError):
    """A cell that cannot be read; the message says how to write it."""


class Cell(Protocol):
    """Reading and writing one kind of value."""

    def read(self, written: str) -> Any:  # noqa: ANN401 - the value of a JSON document
        """The value as a record's document has it. Raises ``CellError``."""

    def write(self, value: Any) -> str:  # noqa: ANN401 - as above
        """The value as a person reads it."""


class Plain(msgspec.Struct, frozen=True):
    """A value that reads and writes by two functions."""

    reader: Callable[[str], Any]
    writer: Callable[[Any], str] = str

    def read(self, written: str) -> Any:  # noqa: ANN401 - as in ``Cell``
        """By the reader."""
        return self.reader(written.strip())

    def write(self, value: Any) -> str:  # noqa: ANN401 - as in ``Cell``
        """By the writer; nothing for nothing."""
        return "" if value is None else self.writer(value)


def read_idr(written: str) -> int:
    """Rupiah as typed: ``10500``, ``10.500``, ``Rp10.500``, ``-10.500``. What could mean two amounts is refused."""
    found = _IDR.fullmatch(written.strip())
    if found is None or (found[1] and found[2]) or len(found[3].replace(".", "")) > _DIGITS_MAX:
        raise CellError(f"{written!r} is no amount in rupiah: write 10500, 10.500 or Rp10.500")
    amount = int(found[3].replace(".", ""))
    return -amount if found[1] or found[2] else amount


def read_whole(written: str) -> int:
    """A whole number."""
    try:
        return int(written)
    except ValueError:
        raise CellError(f"{written!r} is no whole number") from None


def read_flag(written: str) -> bool:
    """``yes`` or ``no``."""
    low = written.lower()
    if low in _YES | _NO:
        return low in _YES
    raise CellError(f"{written!r}: write yes or no")


def read_code(written: str) -> str:
    """A code, kept in upper case."""
    return written.upper()


def read_url(written: str) -> str:
    """An address that a report can be sent to."""
    parts = urlsplit(written)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CellError(f"{written!r} is no address: write http://... or https://...")
    return written


def read_list(written: str) -> list[str]:
    """``a; b``."""
    return [part.strip() for part in written.split(";") if part.strip()]


def read_ips(written: str) -> list[str]:
    """Addresses and networks: ``203.0.113.7; 10.0.0.0/8``."""
    addresses = read_list(written)
    for address in addresses:
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            raise CellError(f"{address!r} is no IP address or network: write 203.0.113.7 or 10.0.0.0/8") from None
    return addresses


def read_senders(written: str) -> list[str]:
    """Addresses by channel: ``sms:0812...; chat:BUDI01``; a bare phone number is one of SMS; ``none`` for none."""
    if written.lower() == "none":
        return []
    return [_sender(part) for part in read_list(written)]


def _sender(written: str) -> str:
    channel, mark, address = written.partition(":")
    if not mark:
        channel, address = "sms", written
    channel = channel.lower()
    if channel == "sms":
        number = parse_msisdn(address)
        if number is None:
            raise CellError(f"{written!r} is no phone number; in a spreadsheet format the column as text")
        return f"sms:{number}"
    if not address:
        raise CellError(f"{written!r}: write the channel and the address, such as chat:BUDI01")
    return f"{channel}:{address.upper() if channel == 'chat' else address}"


def read_pairs(written: str) -> dict[str, str]:
    """``name=value; name=value``, or a JSON object where a value holds a ``;``."""
    if written.startswith("{"):
        found: dict[str, str] = _json(written, dict[str, str])
        return found
    pairs: dict[str, str] = {}
    for part in read_list(written):
        name, mark, value = part.partition("=")
        if not mark or not name.strip():
            raise CellError(f"{part!r}: write name=value, several separated by ;")
        pairs[name.strip()] = value.strip()
    return pairs


def write_pairs(pairs: dict[str, Any]) -> str:
    """The same, written."""
    if any(";" in str(part) or "=" in name for name, value in pairs.items() for part in (name, value)):
        return msgspec.json.encode(pairs).decode()
    return "; ".join(f"{name}={value}" for name, value in pairs.items())


def read_idr_pairs(written: str) -> dict[str, int]:
    """``retail=10.500; gold=10.400``."""
    return {name: read_idr(value) for name, value in read_pairs(written).items()}


def read_product_pairs(written: str) -> dict[str, int]:
    """``S10=150; S25=200``, product codes in upper case."""
    return {name.upper(): amount for name, amount in read_idr_pairs(written).items()}


def read_cut_offs(written: str) -> list[dict[str, str]]:
    """``23:45-00:15; 12:00-13:00 WITA``; without a zone WIB."""
    return [_cut_off(part) for part in read_list(written)]


def _cut_off(written: str) -> dict[str, str]:
    found = _CUT_OFF.fullmatch(written)
    if found is None:
        raise CellError(f"{written!r} is no cut-off: write 23:45-00:15, with WITA or WIT where it is not WIB")
    start, end = (clock.replace(".", ":").zfill(5) for clock in (found[1], found[2]))
    return {"start": start, "end": end, "zone": (found[3] or Zone.WIB.value).upper()}


def write_cut_offs(windows: tuple[CutOff, ...]) -> str:
    """The same, written."""
    return "; ".join(f"{w.start}-{w.end}" + (f" {w.zone}" if w.zone is not Zone.WIB else "") for w in windows)


def read_dialect(written: str) -> str:
    """A way to buy that this program speaks."""
    if written.lower() not in SUPPLIER_DIALECTS:
        raise CellError(f"unknown dialect {written!r}: one of {', '.join(SUPPLIER_DIALECTS)}")
    return written.lower()


def read_bank_profile(written: str) -> str:
    """A way of writing mutations that this program reads."""
    if written.lower() not in PROFILES:
        raise CellError(f"unknown profile {written!r}: one of {', '.join(PROFILES)}")
    return written.lower()


def read_calendar_day(written: str) -> int:
    """A day, ``2026-11-24`` or ``24/11/2026``, as yyyymmdd; 0 for none."""
    if written == "0":
        return 0
    found = _DAY.fullmatch(written)
    try:
        if found is not None:
            parts = (found["y"], found["m"], found["d"]) if found["y"] else (found["y2"], found["m2"], found["d2"])
            year, month, day = map(int, parts)
            date(year, month, day)
            return year * 10_000 + month * 100 + day
    except ValueError:
        pass
    raise CellError(f"{written!r} is no day: write 2026-11-24 or 24/11/2026")


def write_calendar_day(day: int) -> str:
    """The same, written."""
    return f"{day // 10_000}-{day // 100 % 100:02d}-{day % 100:02d}" if day else ""


def _json(written: str, kind: Any) -> Any:  # noqa: ANN401 - a document
    try:
        return msgspec.json.decode(written, type=kind)
    except msgspec.DecodeError as error:
        raise CellError(f'not the JSON it should be ({error}); of a file write "$(cat FILE)"') from None


def _joined(values: tuple[object, ...]) -> str:
    return "; ".join(str(value) for value in values)


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode() if value else ""


TEXT = Plain(str)
CODE = Plain(read_code)
WORD = Plain(str.lower)
IDR = Plain(read_idr)
WHOLE = Plain(read_whole)
FLAG = Plain(read_flag, lambda value: "yes" if value else "no")
URL = Plain(read_url)
LIST = Plain(read_list, _joined)
IDRS = Plain(lambda written: [read_idr(part) for part in read_list(written)], _joined)
IPS = Plain(read_ips, _joined)
SENDERS = Plain(read_senders, lambda senders: _joined(senders) or "none")
PAIRS = Plain(read_pairs, write_pairs)
IDR_PAIRS = Plain(read_idr_pairs, write_pairs)
PRODUCT_IDR_PAIRS = Plain(read_product_pairs, write_pairs)
CUT_OFFS = Plain(read_cut_offs, write_cut_offs)
DIALECT = Plain(read_dialect)
BANK_PROFILE = Plain(read_bank_profile)
DAY = Plain(read_calendar_day, write_calendar_day)
JSON = Plain(lambda written: _json(written, dict[str, Any]), _encoded)
