"""Whom the numbers in the book mean: agents with their tree, products, suppliers; as they are called now."""

from __future__ import annotations

from functools import cached_property

import msgspec

from juru.server.domain.accounts import House, name_of
from juru.server.domain.agent import Agent
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.catalog import Product, Supplier
from juru.server.errors import CommandError
from juru.server.store.reads.reads import Reads


class Names:
    """The catalog and the tree of agents, by code; sums of downlines and operators follow from it."""

    def __init__(
        self,
        agents: dict[str, Agent],
        products: dict[str, Product],
        suppliers: dict[str, Supplier],
        banks: dict[str, BankAccount],
    ) -> None:
        self.agents = agents
        self.products = products
        self.suppliers = suppliers
        self.banks = banks

    @cached_property
    def agent_codes(self) -> dict[int, str]:
        """Codes by number."""
        return {agent.id: agent.code for agent in self.agents.values()}

    @cached_property
    def children(self) -> dict[str | None, list[Agent]]:
        """The agents right below each one, by code; those without an upline under None."""
        found: dict[str | None, list[Agent]] = {}
        for code in sorted(self.agents):
            agent = self.agents[code]
            found.setdefault(agent.upline, []).append(agent)
        return found

    def agent(self, code: str) -> Agent:
        """An agent by his code. Raises ``CommandError`` with the remedy."""
        agent = self.agents.get(code.strip().upper())
        if agent is None:
            raise CommandError(f"there is no agent {code.strip().upper()}: 'juru agent list' shows all")
        return agent

    def supplier(self, code: str) -> Supplier:
        """A supplier by its code. Raises ``CommandError`` with the remedy."""
        supplier = self.suppliers.get(code.strip().upper())
        if supplier is None:
            raise CommandError(f"there is no supplier {code.strip().upper()}: 'juru supplier list' shows all")
        return supplier

    def bank(self, code: str) -> BankAccount:
        """One of our bank accounts by its code. Raises ``CommandError`` with the remedy."""
        account = self.banks.get(code.strip().upper())
        if account is None:
            known = ", ".join(sorted(self.banks)) or "none yet"
            raise CommandError(f"there is no bank account {code.strip().upper()}: {known}")
        return account

    def product(self, code: str) -> str:
        """A product's code as stored; one that is not in the catalog has no orders either."""
        known = code.strip().upper()
        if known not in self.products:
            raise CommandError(f"there is no product {known}: 'juru product list' shows all")
        return known

    def of_operator(self, operator: str) -> tuple[str, ...]:
        """The products of an operator; ``-`` for those without one."""
        wanted = None if operator == "-" else operator.strip().upper()
        found = tuple(sorted(p.code for p in self.products.values() if p.operator == wanted))
        if not found:
            raise CommandError(f"no product is of operator {operator}: 'juru product list' shows all")
        return found

    def subtree(self, top: Agent) -> list[Agent]:
        """An agent and everybody below him, however deep."""
        found, waiting = [], [top]
        while waiting:
            agent = waiting.pop()
            found.append(agent)
            waiting.extend(self.children.get(agent.code, ()))
        return found

    def account(self, account: int) -> str:
        """An account by its owner's code: ``BUDI01``, ``BUDI01 commission``, ``MITRA``, ``BCA1``, ``bank``."""
        kind, _, number = name_of(account).partition(":")
        if kind == "house":
            return House(account).name.lower()
        if kind == "supplier":
            return next((s.code for s in self.suppliers.values() if str(s.id) == number), name_of(account))
        if kind == "bank":
            return next((b.code for b in self.banks.values() if str(b.id) == number), name_of(account))
        owner, _, part = number.partition(":")
        code = self.agent_codes.get(int(owner), owner)
        return code if part == "deposit" else f"{code} {part}"


def names_of(reads: Reads) -> Names:
    """Everybody's names, from the book."""
    return Names(
        {record.key: msgspec.json.decode(record.body, type=Agent) for record in reads.records("agent")},
        {record.key: msgspec.json.decode(record.body, type=Product) for record in reads.records("product")},
        {record.key: msgspec.json.decode(record.body, type=Supplier) for record in reads.records("supplier")},
        {record.key: msgspec.json.decode(record.body, type=BankAccount) for record in reads.records("bank_account")},
    )
