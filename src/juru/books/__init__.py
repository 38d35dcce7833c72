"""Double entry and an append-only, hash-chained log, used by both halves of Juru.

``rules`` is pure: accounts, transfers (pending, posted, voided), reversals and what makes them balance. The engines
that keep books (SQLite now) stand beside it, and SQL of one engine stays in that engine's own files. ``log`` appends
sealed commits, ``audit`` proves them, ``migrate`` brings a schema forwards; what rows mean is their keeper's.
May import ``credentials`` and ``values``. A new engine is one file that passes the store's contract suite.
"""
