"""Operating errors of the association, each with its remedy in the message.

AssociationError
├── DirectoryError   the data directory is missing, not one of ours, or not empty
├── PrintingError    no PDF can be made here
├── SchemaError      its schema is older or newer than this program's
├── AccountError     no statement files feed this account
├── BackupError      a backup cannot be made, or is not the one that was made
├── AccessError      its file of logins, or a login, cannot be used
├── ServeError       the portal cannot be served so
└── MailError        the settings of mail, its password or its server cannot be used
"""

from __future__ import annotations


class AssociationError(Exception):
    """The root; its message says what to do."""


class DirectoryError(AssociationError):
    """The data directory cannot be used."""


class SchemaError(AssociationError):
    """The schema of the data directory is not this program's."""


class AccountError(AssociationError):
    """An account that cannot take a statement file."""


class BackupError(AssociationError):
    """A backup cannot be made, or is not whole; nothing was left half done."""


class PrintingError(AssociationError):
    """No PDF can be made on this machine; the message says what to install."""


class AccessError(AssociationError):
    """The file of logins, or a login, cannot be used."""


class ServeError(AssociationError):
    """The portal cannot be served so."""


class MailError(AssociationError):
    """Mail cannot be sent so."""
