"""One command, ``juru``, a file per group of subcommands.

May import every room. A new group is one file here and one registration line; each subcommand has ``--help``, a
documented exit code and, where a script would want it, ``--json``.
"""
