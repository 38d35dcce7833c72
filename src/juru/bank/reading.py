"""A bank's file into a ``Statement``: finds the table, reads each row, proves the running balance. Strict throughout.

Whatever cannot be believed is a fault with its row, its column and what to do; a file with one fault gives no rows, so
that nothing is credited from a file that somebody must look at first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

import msgspec

from juru.bank.cells import SEN, Cell, CellError, Numbers, Reach, is_nothing, read_day, read_sen, text_of
from juru.bank.profiles import PROFILES, Profile, Role
from juru.bank.running import Money, proved
from juru.bank.statement import FAULTS_MAX, Fault, Statement, UnreadableError
from juru.bank.tables import UNCLOSED, Line, tables_of
from juru.bank.words import Wrong, wrong

HEAD_ROWS_MAX = 60
TEXT_MAX = 400
_PERIOD = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_UNCLOSED = UNCLOSED.partition(":")[0]
_SIGNS = str.maketrans("._:()", "     ")
_RUPIAH = frozenset({"IDR", "RP", "RUPIAH"})


def read_statement(
    data: bytes, profile: Profile, *, today: int, account_no: str = "", year: int | None = None
) -> Statement:
    """The booked rows of a file, oldest first. Raises ``UnreadableError`` with what to do.

    ``today`` (yyyymmdd) bounds dates; ``account_no`` is the account that the file must be of, where it says one;
    ``year`` is for files whose dates have none and that state no period.
    """
    table = _find_table(data, profile)
    day = dt.date(today // 10_000, today // 100 % 100, today % 100)
    try:
        return _Reader(profile, table, account_no, day, year).read()
    except UnreadableError as error:
        other = _looks_like(table, profile)
        if other is None:
            raise
        why = wrong("looks_like", other=other.title, name=other.name)
        raise UnreadableError([Fault(0, "", why), *error.faults], error.total + 1) from error


class _Table(msgspec.Struct, frozen=True):
    """Where the table is: the lines above it, its header's cells, where each role stands, the lines below."""

    above: list[Line]
    header: list[str]
    roles: dict[Role, list[int]]
    below: list[Line]


# ---------------------------------------------------------------------- finding the table


def _plain(cell: Cell) -> str:
    """A name or label as it is compared."""
    return " ".join(text_of(cell).translate(_SIGNS).upper().split())


def _find_table(data: bytes, profile: Profile) -> _Table:
    tables = list(tables_of(data, profile))
    for lines in tables:
        found = _table_in(lines, profile)
        if found is not None:
            _refuse_other_bank(found, profile)
            return found
    fitting = [
        (lines, other, found) for lines in tables for other in PROFILES.values() if (found := _table_in(lines, other))
    ]
    if fitting:
        # Several may fit; the bank whose own words stand in the file is named first.
        named = [other for _, other, found in fitting if _signs_of(found, other)]
        other = (named or [other for _, other, _ in fitting])[0]
        why = wrong("columns_of_other", other=other.title, wanted=profile.title)
        raise UnreadableError([Fault(0, "", why)])
    columns = "; ".join(f"{role.value}: {' / '.join(names)}" for role, names in profile.columns.items())
    raise UnreadableError([Fault(0, "", wrong("columns_none", wanted=profile.title, columns=columns))])


def _table_in(lines: Sequence[Line], profile: Profile) -> _Table | None:
    for place, (_, cells) in enumerate(lines[:HEAD_ROWS_MAX]):
        roles = _roles(cells, profile)
        if roles is not None:
            header = [text_of(cell) for cell in cells]
            while header and not header[-1]:
                header.pop()
            return _Table(list(lines[:place]), header, roles, list(lines[place + 1 :]))
    return None


def _roles(cells: Sequence[Cell], profile: Profile) -> dict[Role, list[int]] | None:
    """Which columns hold what, if this row is the header of this profile's table."""
    names = [_plain(cell) for cell in cells]
    roles: dict[Role, list[int]] = {}
    for role, aliases in profile.columns.items():
        wanted = [_plain(alias) for alias in aliases]
        if role is Role.TEXT:
            places = [place for place, name in enumerate(names) if name in wanted]
        else:
            places = next(([names.index(alias)] for alias in wanted if alias in names), [])
        if places:
            roles[role] = places
    if Role.DATE not in roles or Role.TEXT not in roles:
        return None
    if Role.DEBIT in roles and Role.CREDIT in roles:
        roles.pop(Role.AMOUNT, None)
        roles.pop(Role.MARK, None)
        return roles
    if Role.AMOUNT not in roles:
        return None
    beside = roles[Role.AMOUNT][0] + 1
    if Role.MARK not in roles and beside < len(names) - 1 and not names[beside]:
        roles[Role.MARK] = [beside]
    return roles


def _refuse_other_bank(table: _Table, profile: Profile) -> None:
    """Headings such as Tanggal and Saldo fit several banks; words that only one bank writes tell them apart."""
    if not profile.signs or _signs_of(table, profile):
        return
    for other in PROFILES.values():
        found = _signs_of(table, other)
        if other.name != profile.name and found:
            why = wrong("signs_of_other", sign=repr(found[0]), other=other.title, wanted=profile.title)
            raise UnreadableError([Fault(0, "", why)])


def _looks_like(table: _Table, profile: Profile) -> Profile | None:
    """The bank whose own words stand in a file that a profile without such words could not read."""
    if profile.signs:
        return None
    return next((other for other in PROFILES.values() if _signs_of(table, other)), None)


def _signs_of(table: _Table, profile: Profile) -> list[str]:
    """The words of this bank that stand above the table or name a column."""
    words = [_plain(cell) for _, cells in table.above for cell in cells] + [_plain(name) for name in table.header]
    return [sign for sign in profile.signs if _holds(words, _plain(sign))]


def _holds(words: list[str], sign: str) -> bool:
    return any(word == sign or (len(sign) > 3 and word.startswith(sign)) for word in words)


# ---------------------------------------------------------------------- reading the rows


class _Words(msgspec.Struct, frozen=True):
    """The words of a profile as they are compared."""

    pending: frozenset[str]
    credit: frozenset[str]
    debit: frozenset[str]
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    totals: tuple[str, ...]


class _Reader:
    """One file being read."""

    def __init__(self, profile: Profile, table: _Table, account_no: str, today: dt.date, year: int | None) -> None:
        self._profile = profile
        self._table = table
        self._account_no = account_no
        self._faults: list[Fault] = []
        self._fault_count = 0
        self._opening: Cell | None = None
        self._closing: Cell | None = None
        self._account = ""
        self._pending = self._zero = 0
        first, last = self._stated_period()
        self._reach = Reach(first=first, last=last, today=today, year=year)
        self._numbers = Numbers.POINT
        self._words = _Words(
            frozenset(map(_plain, profile.pending)),
            frozenset(map(_plain, profile.credit)),
            frozenset(map(_plain, profile.debit)),
            tuple(map(_plain, profile.opening)),
            tuple(map(_plain, profile.closing)),
            tuple(map(_plain, profile.totals)),
        )

    def read(self) -> Statement:
        """Every row, then what only all of them together can show."""
        self._read_above()
        booked = list(self._booked())
        self._dates_of_two_kinds(booked)
        self._numbers = self._profile.numbers or self._one_way(booked)
        rows = [row for line, cells in booked if (row := self._row(line, cells)) is not None]
        opening, closing = self._sen(self._opening), self._sen(self._closing)
        self._give_up()
        if not rows and opening is None and closing is None:
            self._fault(0, "", wrong("file_no_row"))
        self._check_account()
        self._give_up()
        has_balance = Role.BALANCE in self._table.roles and self._profile.running
        # What waits may be in the closing balance or not; without it the rows alone make the sum.
        stated = None if self._pending else closing
        ordered, faults = proved(rows, opening, stated, running=has_balance)
        for fault in faults:
            self._fault(fault.line, fault.column, fault.why)
        self._give_up()
        return Statement(
            self._profile.name,
            self._account,
            ordered,
            None if opening is None else opening // SEN,
            None if closing is None else closing // SEN,
            self._pending,
            self._zero,
        )

    def _fault(self, line: int, column: str, why: Wrong) -> None:
        self._fault_count += 1
        if len(self._faults) < FAULTS_MAX:
            self._faults.append(Fault(line, column, why))

    def _fault_in(self, line: int) -> bool:
        """Whether a cell of this row has been named already: what follows from it is not named again."""
        return bool(self._faults) and self._faults[-1].line == line

    def _give_up(self) -> None:
        if self._faults:
            raise UnreadableError(self._faults, self._fault_count)

    # ------------------------------------------------------------------ above the table

    def _stated_period(self) -> tuple[dt.date | None, dt.date | None]:
        """The period in the lines above the table: two dates behind the word for it."""
        words = [_plain(word) for word in self._profile.period]
        for _, cells in self._table.above:
            label = next((_plain(cell) for cell in cells if text_of(cell)), "")
            if not any(label.startswith(word) for word in words):
                continue
            found = _PERIOD.findall(" ".join(text_of(cell) for cell in cells))
            if len(found) == 2:
                try:
                    first, last = (dt.date(int(y), int(m), int(d)) for d, m, y in found)
                except ValueError:
                    return None, None
                return (first, last) if first <= last else (last, first)
        return None, None

    def _read_above(self) -> None:
        """The account's number, the currency and an opening balance above the table."""
        for line, cells in self._table.above:
            label, rest = _label(cells)
            if _begins(label, tuple(map(_plain, self._profile.account))) and not self._account:
                self._account = re.sub(r"\D", "", rest or label)
            elif _begins(label, self._words.opening):
                self._opening = _last_amount(cells)
            elif label.startswith(("KODE MATA UANG", "MATA UANG", "CURRENCY")):
                self._currency(line, rest)

    def _currency(self, line: int, written: str) -> None:
        plain = re.sub(r"[^A-Z]", "", written.upper())
        if plain and plain not in _RUPIAH:
            self._fault(line, "currency", wrong("currency", currency=written))

    # ------------------------------------------------------------------ the table

    def _booked(self) -> Iterator[Line]:
        """Rows that say they are booked, cut to the header's width; totals and what waits are taken out."""
        width = len(self._table.header)
        for line, cells in self._table.below:
            first = next((text_of(cell) for cell in cells if text_of(cell)), "")
            if not first:
                continue
            if isinstance(cells[0], str) and cells[0].startswith(_UNCLOSED):
                self._fault(line, "", wrong("file_unclosed"))
                continue
            if [text_of(cell) for cell in cells][:width] == self._table.header or self._total(cells):
                continue
            row = _cut(cells, width)
            if len(row) > width:
                self._fault(line, "", wrong("row_cells", cells=len(row), width=width))
            elif self._waits(row):
                self._pending += 1
            else:
                yield line, row

    def _total(self, cells: Sequence[Cell]) -> bool:
        """True for a line of totals; the opening and closing balance are kept from it."""
        first = next((_plain(cell) for cell in cells if text_of(cell)), "")
        in_text = " ".join(_plain(cells[place]) for place in self._table.roles[Role.TEXT] if place < len(cells))
        for word, sure in ((first, self._is_short_or_undated(cells)), (in_text, not self._moves(cells))):
            if sure and _begins(word, self._words.opening):
                self._opening = _last_amount(cells) if self._opening is None else self._opening
                return True
            if sure and _begins(word, self._words.closing):
                self._closing = _last_amount(cells)
                return True
        return _begins(first, self._words.totals)

    def _is_short_or_undated(self, cells: Sequence[Cell]) -> bool:
        """Whether a line cannot be a row of the table: its date's place is missing or holds no digit."""
        place = self._table.roles[Role.DATE][0]
        return place >= len(cells) or not re.search(r"\d", text_of(cells[place]))

    def _moves(self, cells: Sequence[Cell]) -> bool:
        """Whether a row of the table has an amount besides its balance."""
        places = [self._table.roles[role][0] for role in _AMOUNTS if role in self._table.roles]
        amounts = [cells[place] for place in places if place < len(cells)]
        return any(not is_nothing(cell) and re.search(r"[1-9]", text_of(cell)) for cell in amounts)

    def _waits(self, cells: Sequence[Cell]) -> bool:
        return _plain(self._at(cells, Role.DATE)) in self._words.pending

    def _at(self, cells: Sequence[Cell], role: Role) -> Cell:
        return cells[self._table.roles[role][0]]

    def _name(self, role: Role) -> str:
        """A column as the file calls it."""
        return self._table.header[self._table.roles[role][0]] or role.value

    def _dates_of_two_kinds(self, booked: list[Line]) -> None:
        """Dates and texts in one column: Excel took 05/11 for the 11th of May and left 25/11 a text."""
        kinds = {isinstance(self._at(cells, Role.DATE), dt.date): line for line, cells in booked}
        if len(kinds) == 2:
            self._fault(kinds[False], self._name(Role.DATE), wrong("day_two_kinds"))

    def _one_way(self, booked: list[Line]) -> Numbers:
        """The way of writing that reads every amount of the file that is one at all."""
        roles = [role for role in (*_AMOUNTS, Role.BALANCE) if role in self._table.roles]
        stated = [cell for cell in (self._opening, self._closing) if cell is not None]
        written = [self._bare(cell) for cell in stated]
        written += [self._bare(self._at(cells, role)) for _, cells in booked for role in roles]
        amounts = [cell for cell in written if not is_nothing(cell)]
        for numbers in Numbers:
            if all(_reads(cell, numbers) or not _reads(cell, numbers.other) for cell in amounts):
                return numbers
        return Numbers.POINT

    def _bare(self, cell: Cell) -> Cell:
        return self._parted(cell)[0] if isinstance(cell, str) else cell

    def _row(self, line: int, cells: Sequence[Cell]) -> Money | None:
        """One booked row in sen; None for one that is at fault or moves nothing."""
        before = self._fault_count
        day = self._day(line, cells)
        amount = self._amount(line, cells)
        balance = self._optional(line, cells, Role.BALANCE)
        self._same_account(line, cells)
        if Role.CURRENCY in self._table.roles:
            self._currency(line, text_of(self._at(cells, Role.CURRENCY)))
        if self._fault_count > before or day is None or amount is None:
            return None
        if amount == 0:
            self._zero += 1
            return None
        texts = [text_of(cells[place]) for place in self._table.roles[Role.TEXT]]
        text = " ".join(part for part in texts if part)[:TEXT_MAX]
        return Money(line, day, amount, text, balance)

    def _day(self, line: int, cells: Sequence[Cell]) -> int | None:
        try:
            return read_day(self._at(cells, Role.DATE), self._profile.dates, self._reach)
        except CellError as error:
            self._fault(line, self._name(Role.DATE), error.why)
            return None

    def _amount(self, line: int, cells: Sequence[Cell]) -> int | None:
        """The signed amount in sen: of two columns, of one with a mark, or of one with a sign."""
        if Role.DEBIT in self._table.roles:
            debit, credit = (self._optional(line, cells, role) for role in (Role.DEBIT, Role.CREDIT))
            if debit and credit:
                self._fault(line, self._name(Role.CREDIT), wrong("row_both"))
            if debit is None and credit is None and not self._fault_in(line):
                self._fault(line, self._name(Role.CREDIT), wrong("row_neither"))
            return (credit or 0) - abs(debit or 0)
        cell = self._at(cells, Role.AMOUNT)
        bare, mark = self._parted(cell) if isinstance(cell, str) else (cell, "")
        if Role.MARK in self._table.roles:
            mark = _plain(self._at(cells, Role.MARK)) or mark
        if is_nothing(bare):
            self._fault(line, self._name(Role.AMOUNT), wrong("row_no_amount"))
            return None
        try:
            sen = read_sen(bare, self._numbers)
        except CellError as error:
            self._fault(line, self._name(Role.AMOUNT), error.why)
            return None
        return self._signed(line, sen, mark)

    def _signed(self, line: int, sen: int, mark: str) -> int | None:
        if mark in self._words.debit:
            return -abs(sen)
        if mark in self._words.credit:
            return abs(sen)
        if mark:
            known = " / ".join((*self._profile.credit, *self._profile.debit))
            self._fault(line, self._name(Role.AMOUNT), wrong("mark_unknown", mark=mark, known=known))
            return None
        if self._profile.marked or Role.MARK in self._table.roles:
            self._fault(line, self._name(Role.AMOUNT), wrong("mark_none"))
            return None
        return sen

    def _parted(self, written: str) -> tuple[str, str]:
        """An amount and the mark behind it: ``1,000.00 CR``."""
        found = re.fullmatch(r"(.*?[\d)])\s*([A-Za-z]{1,7})\.?", text_of(written))
        return (found[1], found[2].upper()) if found else (text_of(written), "")

    def _optional(self, line: int, cells: Sequence[Cell], role: Role) -> int | None:
        """An amount that may be missing, its own mark of debit making it negative."""
        if role not in self._table.roles:
            return None
        cell = self._at(cells, role)
        if is_nothing(cell):
            return None
        bare, mark = self._parted(cell) if isinstance(cell, str) else (cell, "")
        try:
            sen = read_sen(bare, self._numbers)
        except CellError as error:
            self._fault(line, self._name(role), error.why)
            return None
        overdrawn = role is Role.BALANCE and mark in self._words.debit
        return -abs(sen) if overdrawn else sen

    def _sen(self, cell: Cell | None) -> int | None:
        if cell is None:
            return None
        bare, _ = self._parted(cell) if isinstance(cell, str) else (cell, "")
        try:
            return read_sen(bare, self._numbers)
        except CellError as error:
            self._fault(0, "balance", error.why)
            return None

    # ------------------------------------------------------------------ whose account

    def _same_account(self, line: int, cells: Sequence[Cell]) -> None:
        """Files that name the account in every row must be of one account."""
        if Role.ACCOUNT not in self._table.roles:
            return
        cell = self._at(cells, Role.ACCOUNT)
        if isinstance(cell, str) and re.fullmatch(r"\s*\d[.,]\d+[eE]\+\d+\s*", cell):
            self._fault(line, self._name(Role.ACCOUNT), wrong("account_science", cell=text_of(cell)))
            return
        digits = re.sub(r"\D", "", text_of(cell))
        if digits and self._account and digits != self._account:
            why = wrong("account_two", account=digits, before=self._account)
            self._fault(line, self._name(Role.ACCOUNT), why)
        self._account = self._account or digits

    def _check_account(self) -> None:
        """The account that the file names is the one it is imported for."""
        wanted = re.sub(r"\D", "", self._account_no)
        found = self._account
        if not wanted or not found or found == wanted:
            return
        if found == wanted.lstrip("0"):
            self._fault(0, "account", wrong("account_zeros", account=found, wanted=wanted))
            return
        self._fault(0, "account", wrong("account_other", account=found, wanted=wanted))


def _reads(cell: Cell, numbers: Numbers) -> bool:
    """Whether a cell is an amount so written; one that is damaged is none in either way, and named later."""
    try:
        read_sen(cell, numbers)
    except CellError:
        return False
    return True


_AMOUNTS = (Role.AMOUNT, Role.DEBIT, Role.CREDIT)


def _cut(cells: Sequence[Cell], width: int) -> list[Cell]:
    """A row without empty cells behind its last one, filled up to the header's width."""
    kept = list(cells)
    while kept and not text_of(kept[-1]):
        kept.pop()
    return [*kept, *[""] * (width - len(kept))]


def _label(cells: Sequence[Cell]) -> tuple[str, str]:
    """A line such as ``Periode : 01/11 - 24/11``, in one cell or in several: its label and the rest."""
    texts = [text_of(cell) for cell in cells if text_of(cell) not in {"", ":"}]
    if not texts:
        return "", ""
    if len(texts) == 1:
        label, _, rest = texts[0].partition(":")
        return _plain(label), rest.strip()
    return _plain(texts[0]), " ".join(texts[1:]).lstrip(": ").removeprefix("'")


def _begins(label: str, words: Sequence[str]) -> bool:
    return any(label.startswith(word) and label[len(word) : len(word) + 1] in {"", " "} for word in words)


def _last_amount(cells: Sequence[Cell]) -> Cell | None:
    """The last cell of a line that is not empty; in ``Saldo Awal : 1.000`` the part behind the colon."""
    for cell in reversed(cells):
        if isinstance(cell, str) and not re.search(r"\d", cell):
            continue
        return text_of(cell).rpartition(":")[2].strip() if isinstance(cell, str) else cell
    return None
