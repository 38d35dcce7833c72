"""Bank mutations (mutasi rekening): reading banks' files into typed rows, and the rule of unique amounts.

Both halves of Juru read bank files with it. ``rules`` is pure and decides; ``profiles`` says how each bank writes;
``reading`` turns a file's bytes into a ``Statement`` or into faults by row and column, each with its remedy. May import
``values`` (and ``credentials``), msgspec and python-calamine, and no other room. A bank that is not here is a new
profile in ``profiles``, or an owner's own as JSON.
"""
