"""The association (asosiasi) that server pulsa businesses join: members, branches, boards, dues, registers.

Everything that happened is a dated fact that is never overwritten; states are pure functions of facts and a date.
May import ``web``, ``territory``, ``books``, ``bank``, ``notify``, ``credentials`` and ``values``; never ``server``:
the two halves meet over HTTP with signed credentials.
"""
