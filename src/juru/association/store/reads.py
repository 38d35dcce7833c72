"""Questions to the book: facts as known at an instant, up to a day; balances; numbers given so far.

A fact that was taken back does not exist for whoever asks about a moment at which the reversal was known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

import msgspec

from juru.association.domain.affairs import Subject, branches_of, policies_of
from juru.association.domain.branches import Branch
from juru.association.domain.facts import Expelled, Fact, MemberFact
from juru.association.domain.policy import Policies
from juru.association.store.projection import NEVER
from juru.association.store.rows import Recorded, day_number, day_of, recorded
from juru.books.engine import BookEngine

F = TypeVar("F", bound=Fact)
FOR_EVER_KNOWN_MS = 2**62
_FOR_EVER = 99_991_231
_STANDING = """
on_day <= ? AND known_ms <= ? AND reverses IS NULL
AND id NOT IN (SELECT reverses FROM facts WHERE reverses IS NOT NULL AND known_ms <= ?)
"""
_OF = """
SELECT * FROM facts WHERE subject_kind = ? AND subject_id = ? AND on_day <= ? AND known_ms <= ? AND reverses IS NULL
AND NOT EXISTS (SELECT 1 FROM facts r WHERE r.reverses = facts.id AND r.known_ms <= ?) ORDER BY id
"""
_OF_KIND = f"SELECT * FROM facts WHERE subject_kind = ? AND {_STANDING} ORDER BY subject_id, id"  # noqa: S608 - our own condition
_SWEEP = f"SELECT subject_id, body FROM facts WHERE subject_kind = ? AND {_STANDING} ORDER BY subject_id, id"  # noqa: S608 - our own condition
_SWEEP_KNOWN = _SWEEP.replace("subject_id, body", "subject_id, body, known_ms, recorded_by", 1)
_GONE = "id NOT IN (SELECT reverses FROM facts WHERE reverses IS NOT NULL)"
_ONE_KIND = f"SELECT subject_id, known_ms, body FROM facts WHERE kind = ? AND on_day >= ? AND {_GONE} ORDER BY id"  # noqa: S608 - our own condition
_CASH = f"""
SELECT on_day, known_ms, body FROM facts
WHERE kind = 'received' AND json_extract(body, '$.account') = ? AND {_GONE} ORDER BY on_day DESC, id DESC
"""  # noqa: S608 - our own condition
_NOTICES = f"""
SELECT subject_id, kind, known_ms FROM facts
WHERE kind IN ('notice_approved', 'notice_sending', 'notice_failed', 'notice_refused', 'notice_sent', 'notice_told',
'notice_dropped') AND on_day >= ? AND {_GONE} ORDER BY id
"""  # noqa: S608 - our own condition
_TAGGED = f"SELECT * FROM facts WHERE subject_kind = ? AND {_STANDING} AND kind IN ({{}}) ORDER BY subject_id, id"  # noqa: S608 - our own condition
_SAID = f"SELECT * FROM facts WHERE concerns = ? AND kind = ? AND {_STANDING} ORDER BY subject_id, id"  # noqa: S608 - our own condition
_EVER = "SELECT body FROM facts WHERE kind = ? AND on_day BETWEEN ? AND ?"
_STORY = """
SELECT f.*, r.id FROM facts f LEFT JOIN facts r ON r.reverses = f.id AND r.known_ms <= ?
WHERE f.subject_kind = ? AND f.subject_id = ? AND f.known_ms <= ? ORDER BY f.id
"""
_CONCERNED = f"""
SELECT * FROM facts WHERE subject_kind = ?
AND subject_id IN (SELECT subject_id FROM facts WHERE concerns = ? AND kind = ?) AND {_STANDING} ORDER BY subject_id, id
"""  # noqa: S608 - our own condition
_OF_YEARS = """
SELECT f.*, r.id FROM facts f LEFT JOIN facts r ON r.reverses = f.id
WHERE f.kind = ? AND f.on_day BETWEEN ? AND ? AND instr(f.body, ?) > 0 ORDER BY f.id
"""
_NUMBERED = """
SELECT f.*, r.id FROM facts f LEFT JOIN facts r ON r.reverses = f.id WHERE f.id = ?
"""
_SEAL = "SELECT seal FROM commits WHERE no = ?"
_NEWEST_ID = "SELECT max(subject_id) FROM facts WHERE subject_kind = ? AND subject_id >= ? AND subject_id < ?"
_NET = "SELECT b.net_idr FROM balances b JOIN accounts a ON a.number = b.account WHERE a.name = ?"
_NETS = "SELECT a.name, b.net_idr FROM accounts a JOIN balances b ON b.account = a.number ORDER BY a.name"
_CONCERNING = "SELECT DISTINCT subject_id FROM facts WHERE concerns = ? AND kind = ? ORDER BY id"
SUBJECTS_WITH = "SELECT subject_id FROM facts WHERE kind = ?"
"""A kind of fact is about one kind of subject only; asked for DISTINCT subjects, the engine would read all of them."""
_COUNTED = """
SELECT count(*) FROM facts WHERE kind = ? AND on_day BETWEEN ? AND ? AND (? <> 'received' OR concerns IS NOT NULL)
"""
_NAMES = """
SELECT subject_id, body FROM facts WHERE subject_kind = 'member' AND kind IN ('registered', 'renamed')
AND id > ? AND id NOT IN (SELECT reverses FROM facts WHERE reverses IS NOT NULL) ORDER BY id
"""
TOUCHED = "SELECT subject_kind, subject_id FROM facts WHERE id > ?"
"""The last few rows of a long table: for a DISTINCT the engine would read the whole index of subjects."""
_LISTED = """
SELECT subject_id, source FROM facts WHERE subject_kind = 'member' AND kind = 'registered'
AND source LIKE 'import %' AND id NOT IN (SELECT reverses FROM facts WHERE reverses IS NOT NULL) ORDER BY id
"""
_FACT = "SELECT * FROM facts WHERE id = ?"
_ASKING = """
SELECT number, renews_day FROM invoices WHERE asked_idr = ? AND outstanding_idr > 0 AND issued_day <= ? ORDER BY number
"""
_OF_DAYS = """
SELECT * FROM facts f WHERE kind = ? AND on_day >= ? AND on_day < ?
AND NOT EXISTS (SELECT 1 FROM facts r WHERE r.reverses = f.id) ORDER BY on_day, id
"""
_KNOWN_SUBJECT = """
SELECT subject_id FROM facts WHERE subject_kind = ? AND subject_id = ? AND reverses IS NULL
AND NOT EXISTS (SELECT 1 FROM facts r WHERE r.reverses = facts.id) LIMIT 1
"""
_PHONES = """
SELECT subject_id, body FROM facts WHERE subject_kind = 'member' AND kind IN ('representative_named', 'contact_set')
AND id > ? AND id NOT IN (SELECT reverses FROM facts WHERE reverses IS NOT NULL) ORDER BY id
"""
_DOCUMENT = "SELECT name, media_type, size_bytes FROM documents WHERE sha256 = ?"
_member_facts = msgspec.json.Decoder(list[MemberFact])


class Reads:
    """Reads on one connection; a use case reads on the one it writes by, so it sees what it has not committed."""

    def __init__(self, engine: BookEngine) -> None:
        self.engine = engine

    def facts(
        self, subject: Subject, subject_id: str, as_of: date | None = None, known_ms: int | None = None
    ) -> list[Recorded]:
        """The facts of a subject that stand on a day, as known at an instant; all of them, as known now."""
        day, known = _bounds(as_of, known_ms)
        return [recorded(row) for row in self.engine.rows(_OF, (subject.value, subject_id, day, known, known))]

    def facts_of_kind(self, subject: Subject, as_of: date | None = None, known_ms: int | None = None) -> list[Recorded]:
        """The same of every subject of a kind, by subject."""
        day, known = _bounds(as_of, known_ms)
        return [recorded(row) for row in self.engine.rows(_OF_KIND, (subject.value, day, known, known))]

    def tagged(
        self, subject: Subject, kinds: Sequence[type[Fact]], as_of: date | None = None, known_ms: int | None = None
    ) -> list[Recorded]:
        """The same, of some kinds of facts only."""
        day, known = _bounds(as_of, known_ms)
        tags = [str(kind.__struct_config__.tag) for kind in kinds]
        query = _TAGGED.format(",".join("?" * len(tags)))
        return [recorded(row) for row in self.engine.rows(query, (subject.value, day, known, known, *tags))]

    def said_by(
        self, member: str, kind: type[Fact], as_of: date | None = None, known_ms: int | None = None
    ) -> list[Recorded]:
        """The facts of a kind about anything that concern a member."""
        day, known = _bounds(as_of, known_ms)
        tag = str(kind.__struct_config__.tag)
        return [recorded(row) for row in self.engine.rows(_SAID, (member, tag, day, known, known))]

    def ever(self, kind: type[F], year: int) -> list[F]:
        """Every fact of a kind in a year, taken back or not: numbers given are never given again."""
        first, last = year * 10_000, year * 10_000 + 1_231
        rows = self.engine.rows(_EVER, (str(kind.__struct_config__.tag), first, last))
        return [msgspec.json.decode(str(row[0]), type=kind) for row in rows]

    def story(self, subject: Subject, subject_id: str, known_ms: int | None = None) -> list[Recorded]:
        """Everything ever recorded of a subject, what was taken back and its reversal too, in the order of the book."""
        known = FOR_EVER_KNOWN_MS if known_ms is None else known_ms
        rows = self.engine.rows(_STORY, (known, subject.value, subject_id, known))
        return [recorded(row[:-1], row[-1]) for row in rows]

    def members(self, as_of: date, known_ms: int | None = None) -> Iterator[tuple[str, list[MemberFact]]]:
        """Every member's facts on a day, in one sweep over the table; who recorded them is left out."""
        day, known = _bounds(as_of, known_ms)
        current, bodies = "", list[str]()
        for member, body in self.engine.stream(_SWEEP, (Subject.MEMBER.value, day, known, known)):
            if member != current:
                if bodies:
                    yield current, _member_facts.decode(f"[{','.join(bodies)}]")
                current, bodies = member, []
            bodies.append(body)
        if bodies:
            yield current, _member_facts.decode(f"[{','.join(bodies)}]")

    def members_known(
        self, as_of: date, only: str | None = None
    ) -> Iterator[tuple[str, list[MemberFact], tuple[int, ...]]]:
        """The same as known now, of one member or all, with the instant at which each became known.

        Of an expulsion it says who recorded it too, since he decides on no appeal.
        """
        day, known = _bounds(as_of, None)
        sweep = _SWEEP_KNOWN if only is None else _SWEEP_KNOWN.replace("WHERE", "WHERE subject_id = ? AND", 1)
        bounds = (Subject.MEMBER.value, day, known, known)
        rows = self.engine.stream(sweep, bounds if only is None else (only, *bounds))
        for member, mine in groupby(rows, key=itemgetter(0)):
            _, bodies, times, writers = zip(*mine, strict=True)
            facts = _member_facts.decode(f"[{','.join(bodies)}]")
            for place, fact in enumerate(facts):
                if type(fact) is Expelled:
                    facts[place] = msgspec.structs.replace(fact, by=writers[place])
            yield str(member), facts, times

    def of_one_kind(self, kind: str, since: date) -> Iterator[tuple[str, int, str]]:
        """Subject, instant of record and body of every standing fact of a kind from a day on."""
        for subject_id, known_ms, body in self.engine.stream(_ONE_KIND, (kind, day_number(since))):
            yield str(subject_id), int(known_ms), str(body)

    def cash_received(self, account: str) -> Iterator[tuple[int, int, str]]:
        """Day, instant of record and body of what came into a cash account, the latest first."""
        for on_day, known_ms, body in self.engine.stream(_CASH, (account,)):
            yield int(on_day), int(known_ms), str(body)

    def notices(self, since: date) -> Iterator[tuple[str, str, int]]:
        """What was recorded of messages due from a day on, in the order of the book: key, kind of fact, instant."""
        for key, kind, known_ms in self.engine.stream(_NOTICES, (day_number(since),)):
            yield str(key), str(kind), int(known_ms)

    def latest_fact(self) -> int:
        """The number of the latest fact; 0 in an empty book."""
        return int(self.engine.rows("SELECT max(id) FROM facts")[0][0] or 0)

    def touched_since(self, fact_id: int) -> set[tuple[Subject, str]]:
        """What was recorded about after a fact."""
        rows = self.engine.rows(TOUCHED, (fact_id,))
        return {(Subject(kind), str(subject_id)) for kind, subject_id in rows}

    def policies(self, known_ms: int | None = None) -> Policies:
        """The statutes' numbers of every day, as known at an instant."""
        return policies_of(standing(self.facts_of_kind(Subject.POLICY, known_ms=known_ms)))

    def branches(self, known_ms: int | None = None) -> list[Branch]:
        """Every version of every branch, as known at an instant."""
        return branches_of(standing(self.facts_of_kind(Subject.BRANCH, known_ms=known_ms)))

    def phones(self, after: int = 0) -> Iterator[tuple[str, str]]:
        """Every body of a fact that gives a telephone number, by member; of those after a fact's number."""
        for number, body in self.engine.stream(_PHONES, (after,)):
            yield str(number), str(body)

    def listed(self) -> dict[str, str]:
        """Members that a list brought in, by the fingerprint of its row, which is the last word of their source."""
        rows = self.engine.stream(_LISTED)
        return {str(source).rpartition(" ")[2]: str(number) for number, source in rows}

    def names(self, after: int = 0) -> Iterator[tuple[str, str]]:
        """Every name a business has had: its number and the fact's body; of those after a fact's number."""
        for number, body in self.engine.stream(_NAMES, (after,)):
            yield str(number), str(body)

    def concerning(self, member: str, kind: str) -> list[str]:
        """What a member is concerned in by facts of a kind: his invoices by ``issued``, in the order of the book."""
        return [str(row[0]) for row in self.engine.rows(_CONCERNING, (member, kind))]

    def concerned(
        self, subject: Subject, member: str, kind: str, as_of: date | None = None, known_ms: int | None = None
    ) -> list[Recorded]:
        """The facts of every subject in which a member is concerned by a fact of a kind, by subject: his invoices."""
        day, known = _bounds(as_of, known_ms)
        rows = self.engine.rows(_CONCERNED, (subject.value, member, kind, day, known, known))
        return [recorded(row) for row in rows]

    def of_years(self, kind: str, first: int, last: int, holding: str = "") -> Iterator[Recorded]:
        """The facts of a kind from one year to another, what was taken back too, in the order of the book.

        ``holding``: only those whose body has these letters.
        """
        for row in self.engine.stream(_OF_YEARS, (kind, first * 10_000, last * 10_000 + 1_231, holding)):
            yield recorded(row[:-1], row[-1])

    def by_number(self, ids: Iterable[int]) -> Iterator[Recorded]:
        """Facts by their own numbers, what was taken back too."""
        for row in self.engine.each(_NUMBERED, [(one,) for one in ids]):
            yield recorded(row[:-1], row[-1])

    def seal(self, commit_no: int) -> bytes:
        """The seal of a commit, which stands for everything in the book up to it."""
        return bytes(self.engine.rows(_SEAL, (commit_no,))[0][0])

    def counted(self, kind: str, year: int) -> int:
        """How many facts of a kind a year has, taken back or not; of payments those that are somebody's."""
        first, last = year * 10_000, year * 10_000 + 1_231
        return int(self.engine.rows(_COUNTED, (kind, first, last, kind))[0][0])

    def subjects_with(self, kind: str) -> list[str]:
        """The members about whom there is a fact of a kind, taken back or not."""
        return sorted({str(row[0]) for row in self.engine.rows(SUBJECTS_WITH, (kind,))})

    def newest(self, subject: Subject, *, after: str, before: str) -> str | None:
        """The highest number given in ``[after, before)``."""
        found = self.engine.rows(_NEWEST_ID, (subject.value, after, before))[0][0]
        return None if found is None else str(found)

    def net_idr(self, account: str) -> int:
        """The net of an account by its name; what nothing has touched is 0."""
        rows = self.engine.rows(_NET, (account,))
        return int(rows[0][0]) if rows else 0

    def nets_idr(self) -> dict[str, int]:
        """Every account's net by its name."""
        return {str(name): int(net_idr) for name, net_idr in self.engine.rows(_NETS)}

    def of_days(self, kind: str, since: date, until: date) -> list[Recorded]:
        """The facts of a kind in ``[since, until)`` that stand, about whatever, by day."""
        rows = self.engine.rows(_OF_DAYS, (kind, day_number(since), day_number(until)))
        return [recorded(row) for row in rows]

    def known_subjects(self, subject: Subject, subject_ids: Iterable[str]) -> set[str]:
        """Those of the subjects of which anything stands."""
        keys = ((subject.value, subject_id) for subject_id in subject_ids)
        return {str(row[0]) for row in self.engine.each(_KNOWN_SUBJECT, keys)}

    def fact(self, number: int) -> Recorded:
        """A fact by its number, taken back or not."""
        return recorded(self.engine.rows(_FACT, (number,))[0])

    def asking(self, amount_idr: int, on: date, policies: Policies, *, at_most: int) -> list[str]:
        """Numbers of open invoices that ask for exactly this sum and may be paid on a day, the first of them."""
        lapsed: dict[int, bool] = {NEVER: False}
        found: list[str] = []
        for number, renews_day in self.engine.stream(_ASKING, (amount_idr, day_number(on))):
            if renews_day not in lapsed:
                lapsed[renews_day] = policies.lapsed(day_of(renews_day), on)
            if not lapsed[renews_day]:
                found.append(str(number))
            if len(found) == at_most:
                break
        return found

    def document(self, sha256: str) -> tuple[str, str, int] | None:
        """Name, media type and size of a document that was kept."""
        rows = self.engine.rows(_DOCUMENT, (sha256,))
        return None if not rows else (str(rows[0][0]), str(rows[0][1]), int(rows[0][2]))


def standing(found: list[Recorded]) -> list[tuple[str, Fact]]:
    """Facts by their subject, as the rules want them."""
    return [(one.subject_id, one.fact) for one in found]


def _bounds(as_of: date | None, known_ms: int | None) -> tuple[int, int]:
    return (_FOR_EVER if as_of is None else day_number(as_of)), (FOR_EVER_KNOWN_MS if known_ms is None else known_ms)
