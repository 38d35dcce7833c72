"""The paper of an agent who asked to be told when a price he pays changes (``price_notices`` has its rules)."""

from __future__ import annotations

from juru.server.domain.agent import PriceNotices
from juru.server.domain.paper import Head, Paper


class PriceWatch(Paper, frozen=True):
    """What an agent knows of his prices; the key is his code.

    ``told_until`` is the number of the record up to which they were told to him: the prices of that moment are the old
    ones of his next notice. ``missed`` counts notices that nobody took in a day.
    """

    agent_id: int
    agent: str
    wants: PriceNotices
    told_until: int
    missed: int = 0

    def head(self) -> Head:
        """Kept in memory also when he wants none: he may ask again."""
        return Head(open=True, agent_id=self.agent_id, mark=self.wants.value)
