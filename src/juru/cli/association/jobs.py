"""``juru association jobs``: long work, how far it is and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

from juru.cli.association.at import HERE, At
from juru.cli.given import Json
from juru.cli.output import OK, say_json, say_table


def jobs(*, at: At = HERE, json: Json = False) -> int:
    """Show the latest yearly runs and batches of papers: how far, how fast, how much is left."""
    from juru.association.store.jobs import Jobs
    from juru.association.store.rows import instant, milliseconds

    found = Jobs(at.dir()).newest(now_ms=milliseconds(datetime.now(UTC)))
    if json:
        say_json(found)
        return OK
    header = ("job", "what", "of", "by", "begun (UTC)", "done", "whole", "per_s", "left_s", "state", "note")
    rows = [
        (
            *(j.id, j.kind, j.subject, j.by, instant(j.begun_ms).strftime("%Y-%m-%d %H:%M"), j.done, j.whole),
            *(f"{j.per_s():.1f}", j.left_s() if j.state == "running" else None, j.state.value, j.note),
        )
        for j in found
    ]
    say_table(header, rows)
    return OK
