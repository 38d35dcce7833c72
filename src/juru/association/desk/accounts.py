"""The bank accounts: whose they are, whether files feed them, and what stands between national and a branch."""

from __future__ import annotations

from datetime import date

import msgspec

from juru.association.desk.acting import Act, refuse
from juru.association.desk.shares import account_of
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.branches import on as branches_on
from juru.association.domain.commands import Done, SetAccount
from juru.association.domain.facts import Fact
from juru.association.domain.refusals import Code
from juru.association.domain.treasury import AccountSet, book_account
from juru.association.store.book import Entry
from juru.association.store.reads import Reads
from juru.bank.profiles import Profile, ProfileError, load_bank_profile


def latest(facts: list[Fact], on: date | None = None) -> AccountSet | None:
    """An account as it stands on a day, or as it was last set."""
    found = [fact for fact in facts if isinstance(fact, AccountSet) and (on is None or fact.on <= on)]
    return max(found, key=lambda fact: fact.on, default=None)


def accounts(reads: Reads) -> dict[str, AccountSet]:
    """Every account as it was last set, by its code."""
    by_code: dict[str, list[Fact]] = {}
    for one in reads.facts_of_kind(Subject.ACCOUNT):
        by_code.setdefault(one.subject_id, []).append(one.fact)
    found = {code: latest(facts) for code, facts in sorted(by_code.items())}
    return {code: account for code, account in found.items() if account is not None}


def profile_of(account: AccountSet) -> Profile:
    """How its bank writes. Raises ``ProfileError``."""
    own = msgspec.json.decode(account.own_profile, type=dict) if account.own_profile else None
    return load_bank_profile(account.profile, own)


def since_of(reads: Reads, code: str) -> date | None:
    """The day from which an account's rows are taken."""
    found = [one.fact.on for one in reads.facts(Subject.ACCOUNT, code) if isinstance(one.fact, AccountSet)]
    return min(found, default=None)


def account_on(act: Act, code: str, on: date) -> AccountSet:
    """An account that is used on a day; the one kept by hand is national's. Refuses one that is not."""
    if not code:
        return AccountSet(on=on, unit=NATIONAL, bank="")
    account = latest([one.fact for one in act.reads.facts(Subject.ACCOUNT, code)], on)
    if account is None or (account.until is not None and on >= account.until):
        refuse(Code.NOT_FOUND, what="account", id=code)
    return account


def kept_by_hand(act: Act, code: str, on: date) -> AccountSet:
    """An account whose rows are typed. Refuses one that is fed by statement files."""
    account = account_on(act, code, on)
    if account.profile:
        refuse(Code.FED_BY_FILES, account=code)
    return account


def set_account(act: Act, command: SetAccount) -> Done:
    """Open a bank account in the books, change it, or end it; its opening balance is posted once."""
    act.require(Scope.SK_ISSUE, NATIONAL)
    fact, code = command.fact, command.code
    if not code or not code.isalnum():
        refuse(Code.NOT_FOUND, what="account", id=code or "-")
    if fact.unit != NATIONAL and fact.unit not in branches_on(act.branches, act.today):
        refuse(Code.NOT_FOUND, what="branch", id=fact.unit)
    if fact.until is not None and fact.until <= fact.on:
        refuse(Code.WRONG_PERIOD, since=fact.on.isoformat(), until=fact.until.isoformat())
    if fact.profile:
        try:
            profile_of(fact)
        except (ProfileError, msgspec.DecodeError) as error:
            refuse(Code.NOT_FOUND, what="profile", id=f"{fact.profile} ({error})")
    before = [one.fact for one in act.reads.facts(Subject.ACCOUNT, code)]
    earlier = latest(before)
    if any(isinstance(one, AccountSet) and one.on == fact.on for one in before):
        refuse(Code.SAME_DAY, what=code, on=fact.on.isoformat())
    wrong = fact.opening_idr < 0 or (earlier is not None and fact.opening_idr != 0)
    if wrong or (earlier is not None and earlier.unit != fact.unit):
        refuse(Code.NOT_FITTING, ref=code, what="account", to=fact.unit)
    entry = Entry(book_account(code), f"opening:{fact.unit}", fact.opening_idr)
    transfer = act.writing.transfer("opening", [entry], code)
    act.add(Subject.ACCOUNT, code, msgspec.structs.replace(fact, transfer=transfer))
    return Done(code, fact.unit)


class Position(msgspec.Struct):
    """What stands between national and a branch: its shares and income, less what it spent and what it holds.

    Above zero national owes the branch, below zero the branch holds what is others'.
    """

    branch: str
    share_idr: int
    income_idr: int
    spent_idr: int
    held_idr: int

    @property
    def standing_idr(self) -> int:
        """What may be settled."""
        return self.share_idr + self.income_idr - self.spent_idr - self.held_idr


def position(reads: Reads, branch: str) -> Position:
    """How a branch stands now.

    Money on its way between the two counts as held by the branch, and so does what came to its account and nobody has
    explained yet.
    """
    codes = [code for code, account in accounts(reads).items() if account.unit == branch]
    names = [book_account(code) for code in codes]
    held_idr = -sum(reads.net_idr(name) for name in (*names, f"transit:{branch}"))
    income_idr = reads.net_idr(f"income:{branch}") + reads.net_idr(f"opening:{branch}")
    spent_idr = -reads.net_idr(f"spent:{branch}")
    return Position(branch, reads.net_idr(account_of(branch)), income_idr, spent_idr, held_idr)
