"""pyarrow and DuckDB, which only the lake needs (the extra c360[lake])."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

from c360.domain.errors import UsageError


def arrow(module: str = "pyarrow") -> Any:
    """pyarrow, or a module of it such as pyarrow.parquet."""
    return _imported(module)


def duckdb() -> Any:
    """DuckDB."""
    return _imported("duckdb")


@contextlib.contextmanager
def reader() -> Iterator[Any]:
    """A DuckDB of its own to read files with, in UTC."""
    with duckdb().connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            f"a lake needs {name.partition('.')[0]}, which is not installed", hint="pip install 'c360[lake]'"
        ) from error
