"""The association's rules as pure functions of dated facts (reference/association.md).

No clock, I/O or async: every function takes its date. May import ``values``, ``books.rules`` and ``bank.rules``. A
membership rule is one file here; ``cases`` runs files of cases through the code that serves members.
"""
