"""Brings the lake of a tenant up to date: who was erased goes out of it first, then months that are over come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from c360.lake.erasing import Eraser
from c360.lake.exporter import Exporter, Outcome
from c360.lake.ledger import Ledger


@dataclass
class Kept:
    """What was done; `proof` is that of an erasure, None if nobody waited for one."""

    proof: dict[str, Any] | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def problem(self) -> str | None:
        """What somebody has to look at, in one line."""
        for outcome in self.outcomes:
            for problem in outcome.problems:
                return f"{outcome.table} {outcome.partition}: {problem['subject']} {problem['problem']}"
        return None


def keep(ledger: Ledger, address: str, alive: Callable[[], None], *, compares: bool = True) -> Kept:
    """All of it, holding the lake. `alive` is called after each file and may raise to end it: the next time goes on.

    `address`: where rows are read, in a session of its own. `compares`: months that are proved too, all rows of which
    are read for it; otherwise what is new or not proved.
    """
    storage = ledger.storage()
    with ledger.held():
        kept = Kept(Eraser(ledger, storage, lambda _: alive()).erase())
        exporter = Exporter(ledger, storage, address, told=lambda _: alive())
        for table, partition in exporter.partitions(settled=compares):
            alive()
            kept.outcomes.append(exporter.export(table, partition))
    return kept
