"""``juru association``: the association's own command group, a file per group of subcommands.

A subcommand imports what it needs when it runs; texts and tables are those of ``cli/output``.
"""

from __future__ import annotations

from cyclopts import App

association = App(name="association", help="The association: members, branches, boards, dues.")

_COMMANDS = {
    "check-cases": ("checking:check_cases", "Run cases of the association's rules."),
}
for _name, (_place, _line) in _COMMANDS.items():
    association.command(f"juru.cli.association.{_place}", name=_name, help=_line)
