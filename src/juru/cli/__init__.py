"""One command, ``juru``, a file per group of subcommands.

May import every room. A new group is one file here and one registration line; each subcommand has ``--help``, a
documented exit code and, where a script would want it, ``--json``.

Exit codes: 0 done; 1 refused, or something was found; 2 wrong usage or an operating error, whose remedy stands on
standard error; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from juru import __version__
from juru.association.errors import AssociationError
from juru.cli.output import INTERRUPTED, OK, REFUSED, UNUSABLE, is_quiet_end, say_error
from juru.server.errors import CommandError, JuruError

_GROUPS = {
    "init": ("init:init", "Make a new cell."),
    "serve": ("cell:serve", "Serve a cell."),
    "demo": ("cell:demo", "Start a cell with simulated suppliers."),
    "market": ("cell:market", "Run simulated suppliers."),
    "chat": ("chat:chat", "Chat with the running server as an agent."),
    "agent": ("records:agent", "Agents."),
    "product": ("records:product", "Products."),
    "supplier": ("records:supplier", "Suppliers."),
    "offer": ("records:offer", "Offers: what suppliers sell us."),
    "operator": ("records:operator", "Network operators."),
    "login": ("logins:login", "Logins of the server's pages."),
    "opening": ("opening:opening", "Move in: opening balances."),
    "prefix": ("prefixes:prefix", "Whose number is it: prefixes, ported numbers."),
    "setting": ("settings:setting", "Settings of the whole cell: routing, grammar, reply texts."),
    "order": ("orders:order", "Orders: list, show, decide, parse."),
    "complaint": ("complaints:complaint", "Complaints: list, show, answer, close."),
    "reply": ("orders:reply", "Suppliers' reply texts."),
    "deposit": ("money:deposit", "Deposits, and tickets for them."),
    "bank": ("bank:bank", "Bank accounts, and what came in and went out of them."),
    "debt": ("debt:debt", "Deposit given on credit."),
    "bill": ("bills:bill", "Inquiries about bills: list, show."),
    "voucher": ("vouchers:voucher", "Vouchers of our own stock."),
    "gateway": ("gateway:gateway", "How customers are told."),
    "transfer": ("money:transfer", "Transfers in the book."),
    "report": ("report:report", "Reports over any span of days."),
    "statement": ("statement:statement", "Statements of agents, suppliers, and the business's accounts."),
    "price": ("price:price", "Agents' price lists."),
    "close": ("close:close", "Close business days."),
    "audit": ("audit:audit", "Prove the books."),
    "dialects": ("dialects:dialects", "List the wire formats that are spoken."),
    "keys": ("keys:keys", "Encryption keys."),
    "backup": ("backup:backup", "Back up the book while it is served."),
    "restore": ("backup:restore", "Put a backup back."),
    "lost": ("lost:lost", "After a restore: what is missing."),
    "upgrade": ("backup:upgrade", "Bring a data directory up to date."),
    "association": ("association:association", "The association: members, branches, boards, dues."),
    "conformance": ("conformance:conformance", "Run cases of wire formats."),
    "stop": ("stops:stop", "Stop everything, a supplier, a product or an operator."),
    "start": ("stops:start", "Sell again what was stopped."),
    "reconcile": ("reconcile:reconcile", "A supplier's statement against our orders."),
    "alert": ("alerts:alert", "What is wrong, and where the owner is told."),
    "systemd": ("systemd:systemd", "Print systemd units."),
    "pause": ("cell:pause", "Stop selling."),
    "resume": ("cell:resume", "Sell again."),
}
"""Each subcommand's place, imported when it is asked for, and its line in ``juru --help``."""


def make_app() -> App:
    """The whole command."""
    app = App(
        name="juru", help="Server pulsa: orders, deposits, suppliers, and books that prove them.", version=__version__
    )
    for name, (place, line) in _GROUPS.items():
        app.command(f"juru.cli.{place}", name=name, help=line)
    return app


def run(tokens: Sequence[str]) -> int:
    """Carry out one command line; its exit code. Whatever goes wrong is a sentence on standard error."""
    try:
        result = make_app()(list(tokens), exit_on_error=False, print_error=True, result_action="return_value")
    except CycloptsError:
        return UNUSABLE
    except CommandError as error:
        say_error(str(error))
        return REFUSED
    except (AssociationError, JuruError) as error:
        say_error(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the owner gets a sentence and a way to report it, never a traceback
        if isinstance(error, OSError) and is_quiet_end(error):
            return OK
        say_error(_told(error))
        return UNUSABLE
    return result if isinstance(result, int) else OK


def _told(error: Exception) -> str:
    """An error that is not one of ours, as a sentence with its remedy."""
    import apsw

    from juru.books.sqlite import TooOldSqliteError
    from juru.server.engine.writer import StorageError
    from juru.server.store.migrate import NewerSchemaError

    if isinstance(error, NewerSchemaError | StorageError | TooOldSqliteError):
        return str(error)
    if isinstance(error, apsw.Error):
        return f"the book cannot be used ({error}): check the disk and who owns the files, then try 'juru audit'"
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    if os.environ.get("JURU_TRACEBACK"):
        return "".join(traceback.format_exception(error))
    kind = type(error).__name__
    return f"a fault of juru itself ({kind}: {error}): repeat it with JURU_TRACEBACK=1 and report what it prints"


def main() -> None:
    """The command ``juru``."""
    sys.exit(run(sys.argv[1:]))
