"""Sealing secrets anew with another key: of records and of papers, each as a new version, by one command each.

Only seals that still stand are replaced, so nothing is lost of what changed since they were read. A paper whose version
moved money keeps its seals: that version is the reason of its transfers, and another one would be the reason of none.
"""

from __future__ import annotations

import msgspec

from juru.server.domain.cell import Cell
from juru.server.domain.commands import Reseal
from juru.server.domain.paper import Paper
from juru.server.domain.paper_kinds import PAPER_KINDS
from juru.server.domain.records import KINDS, SETTINGS_KEY, write
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result

MEANWHILE = "changed meanwhile"
MOVED_MONEY = "moved money"


def reseal(cell: Cell, command: Reseal) -> Result:
    """Replace seals by newer ones of the same secrets."""
    kind = PAPER_KINDS.get(command.kind)
    document = record(cell, command.kind, command.key) if kind is None else cell.paper(kind, command.key)
    if document is None:
        return Refusal(Code.MALFORMED, {"detail": f"there is no {command.kind} {command.key} with secrets"})
    if isinstance(document, Paper) and document.moved():
        return Done(note=MOVED_MONEY)
    before = body = msgspec.json.encode(document)
    for old, new in command.seals.items():
        body = body.replace(msgspec.json.encode(old), msgspec.json.encode(new))
    if body == before:
        return Done(note=MEANWHILE)
    if kind is not None:
        cell.file(command.key, msgspec.json.decode(body, type=kind))
    else:
        write(
            cell,
            command.kind,
            command.key,
            msgspec.json.decode(body, type=KINDS[command.kind]),
            command.by,
            command.reason,
        )
    return Done()


def record(cell: Cell, kind: str, key: str) -> msgspec.Struct | None:
    """The present version of a record of a kind that keeps secrets."""
    match kind:
        case "setting" if key == SETTINGS_KEY:
            return cell.settings
        case "agent":
            return cell.agents.get(key)
        case "supplier":
            return cell.suppliers.get(key)
        case _:
            return None
