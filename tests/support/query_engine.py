"""An engine of others as tests see it: it is told definitions and answers rows, each value as text, None for NULL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from c360.lake.definitions import Definition

Row = tuple[str | None, ...]


class QueryEngine(Protocol):
    name: str

    def execute(self, sql: str) -> list[Row]: ...


def tell(engine: QueryEngine, told: Iterable[Definition]) -> None:
    for definition in told:
        if definition.kind not in ("schema", "table", "view"):
            continue
        engine.execute(definition.text)
