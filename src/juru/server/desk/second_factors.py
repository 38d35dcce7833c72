"""The file of second factors of a cell's people."""

from __future__ import annotations

from juru.server.errors import SettingsError
from juru.server.settings import DataDir
from juru.web.factor_file import FactorFile, FactorFileError
from juru.web.factors import Draw


def open_factors(data: DataDir, draw: Draw) -> FactorFile:
    """The file, made the first time. Raises ``SettingsError`` with the remedy."""
    try:
        return FactorFile(data.factors, draw)
    except FactorFileError as error:
        raise SettingsError(str(error)) from error
