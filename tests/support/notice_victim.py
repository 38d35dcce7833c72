"""Sends what is due on an association until it is killed: run as ``python -m tests.support.notice_victim DIR NOW``."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from juru.association.desk.desk import Desk
from juru.association.desk.due_roll import DueRoll
from juru.association.desk.mail_settings import load
from juru.association.desk.sending import Post
from juru.association.store.book import Book


def main() -> None:
    directory, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    book = Book(directory)
    settings = load(directory)
    assert settings is not None
    post = Post(Desk(book), DueRoll(book), now=lambda: now)
    print("sending", flush=True)
    asyncio.run(post.run(settings, ""))
    print("done", flush=True)


main()
