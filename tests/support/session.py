"""One connection with the few verbs tests need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb


class Session:
    """A connection that opens a transaction with its first statement; commit() and rollback() end it.

    dict arguments, and lists that hold dicts, travel as jsonb; other lists as arrays.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.pid = connection.info.backend_pid

    def call(self, function: str, *arguments: Any, **named: Any) -> Any:
        """SELECT function(arguments): the value; for a function that answers a row of columns, a tuple."""
        row = self.row(*_call_text("SELECT * FROM {}", function, arguments, named))
        return row[0] if row is not None and len(row) == 1 else row

    def call_rows(self, function: str, *arguments: Any, **named: Any) -> list[dict[str, Any]]:
        """SELECT * FROM function(arguments): every row as a dict."""
        return self.records(*_call_text("SELECT * FROM {}", function, arguments, named))

    def call_procedure(self, procedure: str, *arguments: Any, **named: Any) -> None:
        self.execute(*_call_text("CALL {}", procedure, arguments, named))

    def execute(self, query: str, *parameters: Any) -> int:
        """Run a statement; answers the number of rows it touched."""
        return self._run(query, parameters).rowcount

    def value(self, query: str, *parameters: Any) -> Any:
        """The only column of the first row, or None without a row."""
        row = self.row(query, *parameters)
        return None if row is None else row[0]

    def row(self, query: str, *parameters: Any) -> tuple[Any, ...] | None:
        return self._run(query, parameters).fetchone()

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._run(query, parameters).fetchall()

    def column(self, query: str, *parameters: Any) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.rows(query, *parameters)]

    def records(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, _adapted(parameters)).fetchall()  # type: ignore[arg-type]

    def commit(self) -> None:
        self.connection.commit()

    def rollback(self) -> None:
        self.connection.rollback()

    def close(self) -> None:
        self.connection.close()

    def _run(self, query: str, parameters: Sequence[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
        # No parameters means no placeholders: a query full of % signs stays as it is.
        return self.connection.execute(query, _adapted(parameters) if parameters else None)  # type: ignore[arg-type]


def _call_text(
    frame: str, function: str, arguments: Sequence[Any], named: Mapping[str, Any]
) -> tuple[str, *tuple[Any, ...]]:
    places = ["%s"] * len(arguments) + [f"{name} => %s" for name in named]
    return (frame.format(f"{function}({', '.join(places)})"), *arguments, *named.values())


def _adapted(parameters: Sequence[Any]) -> list[Any]:
    return [Jsonb(value) if _is_json(value) else value for value in parameters]


def _is_json(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
