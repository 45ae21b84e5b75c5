"""ClickHouse in the process of the tests: chDB. There is one of it in a process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.query_engine import Row


class Chdb:
    name = "clickhouse"

    def __init__(self, folder: Path) -> None:
        from chdb import session

        self._session: Any = session.Session(str(folder))

    def execute(self, sql: str) -> list[Row]:
        answered = self._session.query(f"{sql}", "JSONCompactEachRow")
        rows = [json.loads(line) for line in answered.bytes().decode().splitlines() if line.strip()]
        return [tuple(None if value is None else str(value) for value in row) for row in rows]

    def close(self) -> None:
        self._session.close()
