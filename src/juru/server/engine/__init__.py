"""The one writer of a cell: takes commands in batches, asks the domain, commits, and only then releases effects.

Clock, sleep, ids, randomness, transport, store and the place where a commit runs are ports, passed in: no task is
started, slept or timed except through them, so that a simulation can run the same code. Imports ``domain`` and what
lies below it; never ``dialects``, a store, or a network library. A new port is declared here, and wired in ``app``.
"""
