"""``juru association``: the association's own command group, a file per group of subcommands.

A subcommand imports what it needs when it runs; texts and tables are those of ``cli/output``. Each group is one file
here and one registration line.
"""

from __future__ import annotations

from cyclopts import App

association = App(name="association", help="The association: members, branches, boards, dues.")

_COMMANDS = {
    "init": ("making:init", "Make a new association."),
    "serve": ("serving:serve", "Serve the association's portal."),
    "login": ("logins:login", "Logins of the portal."),
    "demo": ("demo:demo", "Make a demo association, with 1,500 invented members."),
    "audit": ("making:audit", "Prove the association's books."),
    "backup": ("safekeeping:backup", "Back up the association."),
    "restore": ("safekeeping:restore", "Put a backup back."),
    "upgrade": ("safekeeping:upgrade", "Bring an association to this version."),
    "import": ("importing:group", "Bring in a members' list."),
    "member": ("members:member", "Members: from the application to the register."),
    "dues": ("dues:dues", "Dues: tables, invoices, payments."),
    "bank": ("bank:bank", "Bank accounts, statement files, rows that wait."),
    "purse": ("purse:purse", "Refunds, settlements, cash, collectors, spending."),
    "branch": ("branches:branch", "Branches."),
    "board": ("boards:board", "Boards: decrees, terms, who is in office."),
    "paper": ("papers:paper", "Invoices, receipts, credit notes, decrees, letters as PDF; whether one is ours."),
    "letterhead": ("papers:letterhead", "Set the head of papers."),
    "jobs": ("jobs:jobs", "Show long work: yearly runs, batches of papers."),
    "holidays": ("branches:holidays", "Bring in a year's listed holidays."),
    "notices": ("notices:notices", "Messages: what is due, sending, and a person's yes or no."),
    "mail": ("mail:mail", "The mail server: set, show, test."),
    "work": ("working:work", "What waits on an officer today."),
    "overdue": ("working:overdue", "The overdue list that everybody may read."),
    "agenda": ("working:agenda", "What stands on a board's next meeting by itself."),
    "history": ("recognising:history", "The association's own history."),
    "recognition": ("recognising:recognition", "By whom the association is recognised."),
    "opportunity": ("offering:opportunity", "Opportunities: notices, answers, jobs declared."),
    "letter": ("writing:letter", "The register of letters, in and out."),
    "announcement": ("writing:announcement", "Announcements."),
    "meeting": ("meeting:meeting", "Meetings: invitation, agenda, attendance, minutes."),
    "decisions": ("recognising:decisions", "List what everybody may read of decisions."),
    "expiring": ("recognising:expiring", "List what ends by itself, and when."),
    "stats": ("statistics:stats", "The association in figures, as of any day."),
    "do": ("doing:do", "Carry out any command of the desk, as JSON."),
    "check-cases": ("checking:check_cases", "Run cases of the association's rules."),
}
for _name, (_place, _line) in _COMMANDS.items():
    association.command(f"juru.cli.association.{_place}", name=_name, help=_line)
