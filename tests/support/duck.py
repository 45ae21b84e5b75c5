"""DuckDB in the process of the tests."""

from __future__ import annotations

import duckdb

from support.query_engine import Row


class Duck:
    name = "duckdb"

    def __init__(self) -> None:
        self._connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})

    def execute(self, sql: str) -> list[Row]:
        rows = self._connection.execute(sql).fetchall()
        return [tuple(None if value is None else str(value) for value in row) for row in rows]
