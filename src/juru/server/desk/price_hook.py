"""How an agent hears that his prices have changed: a message in his chat, or a signed POST to his webhook."""

from __future__ import annotations

from collections.abc import Callable

from juru.server.channels.chat import ChatChannel
from juru.server.channels.door import Door
from juru.server.dialects.juru_api import PriceChangeDoc, PricesChangedDoc, webhook_request
from juru.server.dialects.replies import Templates, said_text
from juru.server.domain.agent import Agent, PriceNotices
from juru.server.engine.price_teller import PriceNews
from juru.server.suppliers.transport import HttpTransport
from juru.values.days import iso_local
from juru.values.wire import Sent


class PriceHook:
    """The two ways, as an agent's record says."""

    def __init__(
        self,
        door: Door,
        chat: ChatChannel,
        transport: HttpTransport,
        templates: Callable[[str], Templates],
        now_ms: Callable[[], int],
    ) -> None:
        self._door = door
        self._chat = chat
        self._transport = transport
        self._templates = templates
        self._now_ms = now_ms

    async def tell(self, agent: Agent, wants: PriceNotices, news: PriceNews) -> bool:
        """Tell one agent; a receiver that does not answer 2xx is tried again by whoever asked."""
        if wants is PriceNotices.WEBHOOK and agent.webhook_url:
            return await self._post(agent, news)
        rows: list[dict[str, str | int]] = [
            {"product": c.product, "name": c.name, "old_idr": c.old_idr, "new_idr": c.new_idr} for c in news.changes
        ]
        facts = {"count": len(rows)}
        self._chat.tell(agent, said_text("prices.changed", facts, rows, templates=self._templates(agent.language)))
        return True

    async def _post(self, agent: Agent, news: PriceNews) -> bool:
        known = self._door.credentials(agent.code)
        changes = tuple(PriceChangeDoc(c.product, c.name, c.old_idr, c.new_idr) for c in news.changes)
        at = iso_local(news.at_ms, self._door.writer.cell.settings.zone)
        told = PricesChangedDoc(agent.code, at, changes)
        key = (known.api_key if known is not None else None) or ""
        request = webhook_request(agent.webhook_url, told, api_key=key, time_s=self._now_ms() // 1000)
        delivery = await self._transport.send(request, may_send=lambda: True)
        return isinstance(delivery, Sent) and 200 <= delivery.reply.status < 300
