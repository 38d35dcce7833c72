"""Ways out, one file per protocol: each buys, asks about what it bought, and reads callbacks.

Imports ``engine``, ``dialects`` and what lies below them; a supplier knows no other supplier, only the shared
``transport`` (one commit, at most one request) and the ``table`` of dialects. A GET dialect is one row of the table;
another protocol is one file and one registration line. The contract suite of suppliers picks up either.
"""
