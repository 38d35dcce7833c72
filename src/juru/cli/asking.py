"""Questions on the terminal, each with a default; where nobody sits at it, the default is the answer."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from juru.cli.output import err, say_error
from juru.server.errors import SettingsError
from juru.web import passwords

_T = TypeVar("_T")
_YES = frozenset({"y", "ya", "yes"})
_WHY = {
    "password_short": f"too short: at least {passwords.LENGTH_MIN} characters",
    "password_long": f"too long: at most {passwords.LENGTH_MAX} characters",
    "password_common": "too easy to guess: choose another",
    "password_about": "must not be the name itself: choose another",
}


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def asked(question: str, default: str, read: Callable[[str], _T]) -> _T:
    """An answer that ``read`` takes; what it does not take (``ValueError``) is asked again."""
    while True:
        err.print(f"{question} [{default}]: ", end="")
        typed = sys.stdin.readline()
        if not typed:
            raise SettingsError("the input ended before everything was answered: use options, or --yes")
        try:
            return read(typed.strip() or default)
        except ValueError as error:
            say_error(f"  {error}")


def chosen(question: str, default: str, choices: Sequence[str]) -> str:
    """One of several words, in any case."""

    def read(typed: str) -> str:
        found = next((choice for choice in choices if choice.lower() == typed.lower()), None)
        if found is None:
            message = f"one of {', '.join(choices)}"
            raise ValueError(message)
        return found

    return asked(f"{question} ({'/'.join(choices)})", default, read)


def confirmed(question: str) -> bool:
    """Yes or no; where nobody can be asked, no."""
    if not is_terminal():
        say_error("nobody can be asked here: add --yes")
        return False
    return asked(f"{question} (y/t)", "t", str.lower) in _YES


def new_password(about: Sequence[str], *, from_input: bool) -> str:
    """A password typed twice on the terminal, or one line of standard input; never an argument, which others can see.

    Raises ``SettingsError`` when it will not do and nobody can be asked again.
    """
    if from_input:
        password = sys.stdin.readline().rstrip("\r\n")
        why = passwords.problem(password, about)
        if why is not None:
            raise SettingsError(f"the password is {_WHY[why]}" if "must" not in _WHY[why] else f"it {_WHY[why]}")
        return password
    if not is_terminal():
        raise SettingsError("the password is asked on the terminal; in a script use --password-stdin")
    while True:
        password = getpass.getpass("Password: ", stream=sys.stderr)
        why = passwords.problem(password, about)
        if why is not None:
            say_error(f"  {_WHY[why]}")
        elif getpass.getpass("Password, sekali lagi (once more): ", stream=sys.stderr) != password:
            say_error("  the two differ; again")
        else:
            return password
