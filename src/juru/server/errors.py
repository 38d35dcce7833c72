"""Operating errors: what stops a command or the server, each with its remedy in the message.

JuruError
├── DataDirError        the data directory is missing, not one of ours, or newer than this program
│   ├── InUseError      another server works on it
│   └── SchemaError     its schema is older or newer than this program's
├── BackupError         a backup cannot be made, or is not whole
├── SettingsError       a setting or option cannot be used
└── CommandError        a person's command was refused; nothing was changed
"""

from __future__ import annotations


class JuruError(Exception):
    """The root; its message says what to do."""


class DataDirError(JuruError):
    """The data directory cannot be used."""


class InUseError(DataDirError):
    """Another server works on this data directory."""


class SchemaError(DataDirError):
    """The schema of a data directory is not this program's."""


class BackupError(JuruError):
    """A backup cannot be made, or is not whole; nothing was left half done."""


class SettingsError(JuruError):
    """A setting or option cannot be used."""


class CommandError(JuruError):
    """A command was refused."""
