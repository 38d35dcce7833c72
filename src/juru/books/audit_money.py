"""The audit's money: every transfer's shape, every hold ended once, every balance folded from the first posting."""

from __future__ import annotations

from juru.books.engine import BookEngine, Row
from juru.books.findings import Findings
from juru.books.rules import Kind, Ledger, Posting, Transfer, apply, balance_of, mirrored
from juru.values.days import Zone, business_day

_POSTINGS = "SELECT debit, credit, amount_idr FROM postings WHERE transfer_id = ? ORDER BY id"
_ORIGINAL = "SELECT kind, order_id, commit_no FROM transfers WHERE id = ?"
_BALANCES = "SELECT account, net_idr, held_idr FROM balances ORDER BY account"
_KINDS = {kind.value: kind for kind in Kind}


class Money:
    """Balances and open holds as they follow from the transfers read so far."""

    def __init__(self, engine: BookEngine, findings: Findings) -> None:
        self._engine = engine
        self._findings = findings
        self._ledger: Ledger = {}
        self._reversed: set[int] = set()
        self.holds: dict[int, Transfer] = {}

    def commit(self, no: int, at_ms: int | None, heads: list[Row], rows: list[Row]) -> dict[int, Transfer]:
        """Fold one commit's transfers; those that could be read, by id."""
        postings = self._postings(rows)
        days = None if at_ms is None else {business_day(at_ms, zone) for zone in Zone}
        transfers: dict[int, Transfer] = {}
        for head in heads:
            transfer_id, _, kind, of_id, code, order_id, day, posted_ms, memo = head
            moved = tuple(postings.pop(transfer_id, ()))
            if at_ms is not None and (posted_ms != at_ms or (days is not None and day not in days)):
                self._say("time", no, transfer_id, f"posted at {posted_ms} on {day}, its commit is of {at_ms}")
            try:
                transfer = Transfer(transfer_id, _KINDS[kind], moved, code, of_id, order_id, memo)
                self._fold(no, transfer)
            except (AssertionError, IndexError, KeyError) as error:
                self._say("transfer", no, transfer_id, f"not a {kind} that can be posted: {error}"[:200])
                self._move(moved)
                continue
            transfers[transfer_id] = transfer
        for transfer_id, moved_nowhere in postings.items():
            detail = f"{len(moved_nowhere)} of transfer {transfer_id}, which is not in their commit"
            self._findings.add("posting", no, "postings", self._first_posting(rows, transfer_id), detail)
        return transfers

    def _say(self, kind: str, no: int, transfer_id: int, detail: str) -> None:
        self._findings.add(kind, no, "transfers", transfer_id, detail)

    @staticmethod
    def _postings(rows: list[Row]) -> dict[int, list[Posting]]:
        found: dict[int, list[Posting]] = {}
        for _, _, transfer_id, debit, credit, amount_idr in rows:
            found.setdefault(transfer_id, []).append(Posting(debit, credit, amount_idr))
        return found

    @staticmethod
    def _first_posting(rows: list[Row], transfer_id: int) -> int:
        return next(int(row[0]) for row in rows if row[2] == transfer_id)

    def _move(self, postings: tuple[Posting, ...]) -> None:
        """Move what a faulty transfer moved all the same, so that one fault is not told once per balance."""
        for posting in postings:
            balance_of(self._ledger, posting.debit).net_idr -= posting.amount_idr
            balance_of(self._ledger, posting.credit).net_idr += posting.amount_idr

    def _fold(self, no: int, transfer: Transfer) -> None:
        match transfer.kind:
            case Kind.HOLD:
                apply(self._ledger, transfer)
                balance_of(self._ledger, transfer.postings[0].credit)
                self.holds[transfer.id] = transfer
            case Kind.POST | Kind.VOID:
                self._end(no, transfer)
            case Kind.REVERSAL:
                apply(self._ledger, transfer)
                self._reverse(no, transfer)
            case Kind.DIRECT:
                apply(self._ledger, transfer)

    def _end(self, no: int, transfer: Transfer) -> None:
        held = self.holds.pop(transfer.of_id or 0, None)
        if held is None:
            self._say("hold", no, transfer.id, f"ends transfer {transfer.of_id}, which is no open hold")
            self._move(transfer.postings)
            return
        if held.order_id != transfer.order_id:
            detail = f"of order {transfer.order_id}, but its hold {held.id} is of order {held.order_id}"
            self._say("hold", no, transfer.id, detail)
        if transfer.kind is Kind.POST and transfer.postings[:1] != held.postings:
            self._say("hold", no, transfer.id, f"posts {transfer.postings[:1]}, held was {held.postings[0]}")
        apply(self._ledger, transfer, held.postings[0])

    def _reverse(self, no: int, transfer: Transfer) -> None:
        """A reversal is the exact mirror of one posted transfer that was never reversed before."""
        of_id = transfer.of_id or 0
        original = self._engine.rows(_ORIGINAL, (of_id,))
        moved = tuple(Posting(*row) for row in self._engine.rows(_POSTINGS, (of_id,)))
        if not original or of_id >= transfer.id or original[0][0] not in {Kind.POST, Kind.DIRECT}:
            self._say("reversal", no, transfer.id, f"reverses {of_id}, which is no posted transfer before it")
        elif original[0][1] != transfer.order_id or mirrored(moved) != transfer.postings:
            self._say("reversal", no, transfer.id, f"is not the mirror of transfer {of_id}")
        elif of_id in self._reversed:
            self._say("reversal", no, transfer.id, f"transfer {of_id} had been reversed already")
        self._reversed.add(of_id)

    def nets_idr(self) -> dict[int, int]:
        """Each account's net as folded; asked before ``finish``."""
        return {account: balance.net_idr for account, balance in self._ledger.items()}

    def finish(self) -> None:
        """Compare the balances kept with the balances folded."""
        total = 0
        for account, net_idr, held_idr in self._engine.stream(_BALANCES):
            folded = self._ledger.pop(account, None)
            if folded is None:
                self._findings.add("balance", None, "balances", account, "an account no transfer has touched")
                continue
            total += net_idr if isinstance(net_idr, int) else 0
            if (folded.net_idr, folded.held_idr) != (net_idr, held_idr):
                detail = f"says {net_idr} held {held_idr}, postings say {folded.net_idr} held {folded.held_idr}"
                self._findings.add("balance", None, "balances", account, detail)
            if folded.held_idr < 0:
                self._findings.add("balance", None, "balances", account, "more was released than held")
        for account, folded in self._ledger.items():
            detail = f"no row, postings say {folded.net_idr} held {folded.held_idr}"
            self._findings.add("balance", None, "balances", account, detail)
        if total:
            self._findings.add("balance", None, "balances", None, f"all nets together are {total}, not zero")
