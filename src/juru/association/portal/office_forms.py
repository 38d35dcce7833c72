"""Each form of ``offices``: its fields, the command it asks for, what stands already, what it would bring about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

import msgspec

from juru.association.desk.officers import officers
from juru.association.desk.register import Row
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain.affairs import Subject, decrees_of
from juru.association.domain.boards import NATIONAL, Body, Scope, Title
from juru.association.domain.branches import Branch, home
from juru.association.domain.branches import on as branches_on
from juru.association.domain.dues import DuesPolicy
from juru.association.domain.policy import MEANINGS
from juru.association.domain.split import BASIS_POINTS, Share
from juru.association.portal.entry import Visitor
from juru.association.portal.forms import Ask, Field, Typed, WrongFieldError
from juru.association.portal.portal import Looking
from juru.association.store.reads import Reads, standing
from juru.web.words import Words

CLASSES = ("server", "developer")
_OF_NATIONAL = (NATIONAL, "APPEAL", "AUDIT")


class Setting(msgspec.Struct, frozen=True):
    """What a form is drawn from."""

    reads: Reads
    looking: Looking
    visitor: Visitor
    t: Words
    roll: Mapping[str, Row]

    @property
    def branches(self) -> dict[str, Branch]:
        """The branches of the day."""
        return branches_on(self.reads.branches(), self.looking.on)

    def units(self) -> list[str]:
        """Where the visitor may issue decrees."""
        held = self.visitor.units(Scope.SK_ISSUE)
        return [NATIONAL, *self.branches] if NATIONAL in held else list(held)

    def decrees(self) -> tuple[tuple[str, str], ...]:
        """The decrees that stand, the latest first."""
        found = decrees_of(standing(self.reads.facts_of_kind(Subject.DECREE)))
        gone = {decree.revokes for decree in found}
        kept = sorted((d for d in found if d.number not in gone), key=lambda d: (d.on, d.number), reverse=True)
        return tuple((d.number, f"{d.number}: {d.kind} {d.text[:60]}".strip()) for d in kept[:200])

    @property
    def today(self) -> str:
        """Today as a field has it."""
        return self.looking.today.isoformat()


class Stands(msgspec.Struct, frozen=True):
    """What stands already: heads are ``ask_X`` of the catalogue."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Effect(msgspec.Struct, frozen=True):
    """What a form would bring about, in sentences."""

    lines: tuple[str, ...]


class OfficeForm(msgspec.Struct, frozen=True):
    """One form; ``effect`` is shown before it can be sent, where there is one."""

    name: str
    fields: Callable[[Setting], tuple[Field, ...]]
    command: Callable[[Typed, bytes, date], c.AnyCommand]
    stands: Callable[[Setting], Stands]
    effect: Callable[[Setting, Typed], Effect] | None = None


def _named(values: tuple[str, ...] | list[str], t: Words, prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, t(f"{prefix}{value}")) for value in values)


# ---------------------------------------------------------------------- decrees


def _decree_fields(s: Setting) -> tuple[Field, ...]:
    units = s.units()
    bodies = [*_OF_NATIONAL, *(u for u in units if u != NATIONAL)] if NATIONAL in units else units
    return (
        Field("body", Ask.CHOICE, choices=tuple((unit, unit) for unit in bodies)),
        Field("decree_kind", hint="hint_decree_kind"),
        Field("text", Ask.LONG),
        Field("signers", hint="hint_several"),
        Field("revokes", Ask.CHOICE, required=False, choices=(("", "-"), *s.decrees())),
        Field("on", Ask.DAY, s.today),
    )


def _decree(typed: Typed, _file: bytes, _today: date) -> c.AnyCommand:
    return c.IssueDecree(
        body=typed.code("body"),
        decree_kind=typed.text("decree_kind"),
        text=typed.text("text"),
        signers=typed.words("signers"),
        revokes=typed.text("revokes", required=False) or None,
        on=typed.day("on"),
    )


def _decrees_stand(s: Setting) -> Stands:
    found = decrees_of(standing(s.reads.facts_of_kind(Subject.DECREE, s.looking.on)))
    revoked = {d.revokes: d.number for d in found if d.revokes}
    rows = [
        (d.number, d.on.isoformat(), d.kind, d.text, ", ".join(d.signers), revoked.get(d.number, ""))
        for d in sorted(found, key=lambda d: (d.on, d.number), reverse=True)
    ]
    return Stands(("number", "on", "decree_kind", "text", "signers", "revoked_by"), tuple(rows[:50]))


# ---------------------------------------------------------------------- terms and collectors


def _appoint_fields(s: Setting) -> tuple[Field, ...]:
    units, boards = s.units(), list[tuple[str, str]]()
    if NATIONAL in units:
        boards += [(body.value, s.t(f"body_{body.value}")) for body in (Body.NATIONAL, Body.APPEAL, Body.AUDIT)]
    boards += [(unit, f"{s.t('body_branch')} {unit}") for unit in units if unit != NATIONAL]
    titles = [title.value for title in Title]
    later = date(s.looking.today.year + 4, s.looking.today.month, min(s.looking.today.day, 28))
    return (
        Field("person"),
        Field("firm", hint="hint_number"),
        Field("board", Ask.CHOICE, choices=tuple(boards)),
        Field("title", Ask.CHOICE, choices=_named(titles, s.t, "title_")),
        Field("acting", Ask.TICK, required=False),
        Field("decree", Ask.CHOICE, choices=s.decrees()),
        Field("on", Ask.DAY, s.today),
        Field("until", Ask.DAY, later.isoformat(), hint="hint_until"),
    )


def _appoint(typed: Typed, _file: bytes, _today: date) -> c.AnyCommand:
    board, title = typed.text("board"), typed.text("title")
    if title not in set(Title):
        raise WrongFieldError("title")
    body = Body(board) if board in {Body.NATIONAL.value, Body.APPEAL.value, Body.AUDIT.value} else Body.BRANCH
    fact = a.Appointed(
        on=typed.day("on"),
        firm=typed.text("firm"),
        body=body,
        unit=board.upper() if body is Body.BRANCH else NATIONAL,
        title=Title(title),
        until=typed.day("until"),
        decree=typed.text("decree"),
        acting=typed.ticked("acting"),
    )
    return c.Appoint(person=typed.text("person"), fact=fact)


def _terms_stand(s: Setting) -> Stands:
    units = set(s.units())
    rows = [
        (
            o.person,
            f"{s.t('title_acting')} {s.t(f'title_{o.title}')}" if o.acting else s.t(f"title_{o.title}"),
            o.unit if o.body == Body.BRANCH.value else s.t(f"body_{o.body}"),
            *(o.firm, o.since.isoformat(), o.until.isoformat(), s.t(f"ending_{o.ending}")),
            s.t(f"standing_{o.standing.replace(' ', '_')}"),
        )
        for o in officers(s.reads, s.looking.on)
        if NATIONAL in units or o.unit in units
    ]
    heads = ("person", "title", "board", "firm", "on", "until", "ends_by", "standing")
    return Stands(heads, tuple(rows[::-1][:100]))


def _collector_fields(s: Setting) -> tuple[Field, ...]:
    return (
        Field("member", hint="hint_number"),
        Field("limit_idr", Ask.NUMBER),
        Field("settlement_day", Ask.NUMBER, "10"),
        Field("decree", Ask.CHOICE, choices=s.decrees()),
        Field("on", Ask.DAY, s.today),
        Field("until", Ask.DAY, s.looking.today.replace(year=s.looking.today.year + 1, day=1).isoformat()),
    )


def _collector(typed: Typed, _file: bytes, _today: date) -> c.AnyCommand:
    settlement_day = typed.number("settlement_day")
    if not 0 < settlement_day <= 28:
        raise WrongFieldError("settlement_day")
    fact = a.CollectorAppointed(
        on=typed.day("on"),
        limit_idr=typed.number("limit_idr"),
        settlement_day=settlement_day,
        until=typed.day("until"),
        decree=typed.text("decree"),
    )
    return c.AppointCollector(member=typed.text("member"), fact=fact)


def _collectors_stand(s: Setting) -> Stands:
    rows = [
        (one.subject_id, str(f.limit_idr), str(f.settlement_day), f.on.isoformat(), f.until.isoformat(), f.decree)
        for one in s.reads.facts_of_kind(Subject.COLLECTOR)
        if isinstance(f := one.fact, a.CollectorAppointed)
    ]
    return Stands(("member", "limit_idr", "settlement_day", "on", "until", "decree"), tuple(rows))


# ---------------------------------------------------------------------- branches


def _branch_fields(s: Setting) -> tuple[Field, ...]:
    return (
        Field("code", hint="hint_code"),
        Field("name"),
        Field("provinces", required=False, hint="hint_provinces"),
        Field("on", Ask.DAY, s.today),
        Field("until", Ask.DAY, required=False, hint="hint_branch_until"),
        Field("into", required=False, hint="hint_into"),
    )


def _branch(typed: Typed, _file: bytes, _today: date) -> c.AnyCommand:
    fact = a.BranchSet(
        on=typed.day("on"),
        name=typed.text("name"),
        provinces=typed.words("provinces", required=False),
        until=typed.maybe_day("until"),
        into=tuple(code.upper() for code in typed.words("into", required=False)),
    )
    return c.SetBranch(code=typed.code("code"), fact=fact)


def _branch_effect(s: Setting, typed: Typed) -> Effect:
    """Whose branch it is, where its members go, which provinces change hands."""
    command = _branch(typed, b"", s.looking.today)
    assert isinstance(command, c.SetBranch)
    code, fact, t = command.code, command.fact, s.t
    versions = s.reads.branches()
    there = branches_on(versions, fact.on)
    members = Counter(row.branch for row in s.roll.values() if row.state in {"active", "grace", "lapsed", "suspended"})
    lines = [t("effect_changes" if code in there else "effect_founds", code=code, name=fact.name)]
    lines.append(t("effect_members", code=code, count=members[code]))
    taken = [(o, p) for o, b in there.items() if o != code for p in b.provinces if p in fact.provinces]
    lines += [t("effect_province", province=province, other=other) for other, province in taken]
    if fact.until is not None:
        after = [*versions, Branch(code, fact.name, fact.provinces, fact.on, fact.until, fact.into)]
        goes, must_choose = home(after, code, fact.until)
        key = "effect_choose" if must_choose else "effect_goes"
        lines.append(t(key, code=code, count=members[code], until=fact.until.isoformat(), into=goes))
        lines.append(t("effect_board_ends", code=code, until=fact.until.isoformat()))
    return Effect(tuple(lines))


def _branches_stand(s: Setting) -> Stands:
    rows = [
        (
            b.code,
            b.name,
            " ".join(b.provinces),
            b.since.isoformat(),
            b.until.isoformat() if b.until else "",
            " ".join(b.into),
        )
        for b in sorted(s.reads.branches(), key=lambda b: (b.code, b.since))
    ]
    return Stands(("code", "name", "provinces", "on", "until", "into"), tuple(rows))


# ---------------------------------------------------------------------- holidays


class _Table(msgspec.Struct):
    version: str
    days: tuple[date, ...]


def _holiday_fields(s: Setting) -> tuple[Field, ...]:
    return (
        Field("year", Ask.NUMBER, str(s.looking.today.year)),
        Field("file", Ask.FILE, required=False, hint="hint_holidays"),
        Field("version", required=False, hint="hint_version"),
        Field("days", Ask.LONG, required=False, hint="hint_days"),
        Field("source", required=False),
    )


def _holidays(typed: Typed, content: bytes, _today: date) -> c.AnyCommand:
    year = typed.number("year")
    if not 1990 <= year < 2200:
        raise WrongFieldError("year")
    if content:
        try:
            table = msgspec.json.decode(content, type=_Table)
        except msgspec.DecodeError as error:
            raise WrongFieldError("file") from error
    else:
        try:
            days = tuple(date.fromisoformat(word) for word in typed.words("days"))
        except ValueError as error:
            raise WrongFieldError("days") from error
        table = _Table(typed.text("version"), days)
    if not table.days:
        raise WrongFieldError("days")
    fact = a.HolidaysSet(
        on=date(year, 1, 1),
        version=table.version,
        days=tuple(sorted(set(table.days))),
        source=typed.text("source", required=False),
    )
    return c.SetHolidays(year=year, fact=fact)


def _holidays_stand(s: Setting) -> Stands:
    rows = [
        (one.subject_id, f.version, str(len(f.days)), " ".join(day.isoformat()[5:] for day in f.days))
        for one in s.reads.facts_of_kind(Subject.CALENDAR)
        if isinstance(f := one.fact, a.HolidaysSet)
    ]
    return Stands(("year", "version", "count", "days"), tuple(rows[::-1]))


# ---------------------------------------------------------------------- dues tables and numbers of the statutes


def _dues_fields(s: Setting) -> tuple[Field, ...]:
    sums = [("annual_idr", "500000"), ("entry_fee_idr", "0"), ("reinstatement_fee_idr", "50000")]
    sums += [("round_to_idr", "1"), ("late_join_days", "0"), ("national_bp", "3000")]
    return (
        Field("member_class", Ask.CHOICE, choices=_named(CLASSES, s.t, "class_")),
        Field("period_mode", Ask.CHOICE, choices=_named(["calendar", "anniversary"], s.t, "period_")),
        *(Field(name, Ask.NUMBER, value, hint="hint_bp" if name == "national_bp" else "") for name, value in sums),
        Field("decree", Ask.CHOICE, required=False, choices=(("", "-"), *s.decrees())),
        Field("on", Ask.DAY, s.today),
    )


def _dues(typed: Typed, _file: bytes, _today: date) -> c.AnyCommand:
    national_bp, mode = typed.number("national_bp"), typed.text("period_mode")
    if mode not in {"calendar", "anniversary"}:
        raise WrongFieldError("period_mode")
    policy = DuesPolicy(
        period_mode=mode,
        annual_idr=typed.number("annual_idr"),
        entry_fee_idr=typed.number("entry_fee_idr"),
        round_to_idr=typed.number("round_to_idr"),
        reinstatement_fee_idr=typed.number("reinstatement_fee_idr"),
        late_join_days=typed.number("late_join_days"),
    )
    shares = (Share("national", national_bp), Share("branch", BASIS_POINTS - national_bp))
    fact = a.DuesSet(on=typed.day("on"), policy=policy, shares=shares, decree=typed.text("decree", required=False))
    if typed.text("member_class") not in CLASSES:
        raise WrongFieldError("member_class")
    return c.SetDues(member_class=typed.text("member_class"), fact=fact)


def _dues_stand(s: Setting) -> Stands:
    rows = []
    for one in s.reads.facts_of_kind(Subject.DUES):
        if isinstance(f := one.fact, a.DuesSet):
            p = f.policy
            money = (p.annual_idr, p.entry_fee_idr, p.reinstatement_fee_idr)
            shares = ", ".join(f"{share.to} {share.bp}" for share in f.shares)
            rows.append((s.t(f"class_{one.subject_id}"), f.on.isoformat(), *map(str, money), shares, f.decree))
    heads = ("member_class", "on", "annual_idr", "entry_fee_idr", "reinstatement_fee_idr", "shares", "decree")
    return Stands(heads, tuple(rows[::-1]))


def _policy_fields(s: Setting) -> tuple[Field, ...]:
    return (
        Field("key", Ask.CHOICE, choices=tuple((key, f"{key}: {meaning}") for key, meaning in MEANINGS.items())),
        Field("value", Ask.NUMBER),
        Field("decree", Ask.CHOICE, choices=s.decrees()),
        Field("on", Ask.DAY, s.today),
    )


def _policy(typed: Typed, _file: bytes, _today: date) -> c.AnyCommand:
    fact = a.PolicySet(on=typed.day("on"), value=typed.number("value"), decree=typed.text("decree"))
    return c.SetPolicy(key=typed.text("key"), fact=fact)


def _policy_stands(s: Setting) -> Stands:
    now = s.reads.policies().on(s.looking.on)
    history: dict[str, list[str]] = {}
    for one in s.reads.facts_of_kind(Subject.POLICY):
        if isinstance(f := one.fact, a.PolicySet):
            history.setdefault(one.subject_id, []).append(f"{f.on.isoformat()}: {f.value} ({f.decree})")
    rows = [
        (key, str(getattr(now, key)), meaning, "; ".join(history.get(key, ()))) for key, meaning in MEANINGS.items()
    ]
    return Stands(("key", "value", "meaning", "history"), tuple(rows))


OFFICE_FORMS: Mapping[str, OfficeForm] = {
    form.name: form
    for form in (
        OfficeForm("decree", _decree_fields, _decree, _decrees_stand),
        OfficeForm("appoint", _appoint_fields, _appoint, _terms_stand),
        OfficeForm("collector", _collector_fields, _collector, _collectors_stand),
        OfficeForm("branch", _branch_fields, _branch, _branches_stand, _branch_effect),
        OfficeForm("holidays", _holiday_fields, _holidays, _holidays_stand),
        OfficeForm("dues", _dues_fields, _dues, _dues_stand),
        OfficeForm("policy", _policy_fields, _policy, _policy_stands),
    )
}
"""The forms by their address, in the order of the tabs."""
