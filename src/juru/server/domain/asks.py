"""What an agent asks by message, carried out once: the first answer is given again to the same message."""

from __future__ import annotations

from typing import assert_never

from juru.server.domain.agent import Agent
from juru.server.domain.cell import Cell
from juru.server.domain.commands import AgentAsks
from juru.server.domain.complaints import file_complaint
from juru.server.domain.corrections import correct_own
from juru.server.domain.downlines import block, register, set_markup, unblock
from juru.server.domain.money import may_act
from juru.server.domain.place import answered_before, remember
from juru.server.domain.redeem import redeem
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Result
from juru.server.domain.self_service import add_sender, remove_sender, rename, set_autoreg, set_price_notices
from juru.server.domain.wishes import (
    AddSender,
    Block,
    Complain,
    Correct,
    Redeem,
    Register,
    RemoveSender,
    Rename,
    SetAutoreg,
    SetMarkup,
    SetPriceNotices,
    Unblock,
    Wish,
)


def agent_asks(cell: Cell, command: AgentAsks) -> Result:
    """Carry out a wish, unless this message was answered before."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    before = answered_before(cell, agent, command.message, keyed=not command.wish.by_text)
    if before is not None:
        return before
    result = may_act(cell, agent) or _carry_out(cell, agent, command.wish)
    if command.message is not None:
        remember(cell, agent, command.message, result)
    return result


def _carry_out(cell: Cell, agent: Agent, wish: Wish) -> Result:
    match wish:
        case Rename():
            return rename(cell, agent, wish)
        case AddSender():
            return add_sender(cell, agent, wish)
        case RemoveSender():
            return remove_sender(cell, agent, wish)
        case SetAutoreg():
            return set_autoreg(cell, agent, wish)
        case SetPriceNotices():
            return set_price_notices(cell, agent, wish)
        case Register():
            return register(cell, agent, wish)
        case Block():
            return block(cell, agent, wish)
        case Unblock():
            return unblock(cell, agent, wish)
        case SetMarkup():
            return set_markup(cell, agent, wish)
        case Redeem():
            return redeem(cell, agent, wish)
        case Complain():
            return file_complaint(cell, agent, wish)
        case Correct():
            return correct_own(cell, agent, wish)
        case _:
            assert_never(wish)
