"""A relay played by hand through SQL: lease a lane, read it, settle what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from psycopg.types.json import Jsonb

from support.session import Session

Record = dict[str, Any]


def claim(db: Session, relay: str = "one", limit: int = 10) -> list[Record]:
    """Lease lanes for a relay of this name."""
    return db.records("SELECT * FROM c360.claim_lanes(%s, %s)", relay, limit)


def read(db: Session, lane: Record, limit: int = 100) -> list[Record]:
    """Next deliveries of a leased lane from its beginning."""
    return db.records(
        "SELECT * FROM c360.read_deliveries("
        "%s, ARRAY[%s]::smallint[], ARRAY[%s]::bigint[], '{0}', '{}', %s, 1000000000) LIMIT %s",
        *_place(lane),
        limit,
        limit,
    )


def settle(
    db: Session, lane: Record, rows: Iterable[Record], status: int = 200, answer: Callable[[Record], str] | None = None
) -> Record:
    """Settle all rows with this status, `answer(row)` being what the endpoint said."""
    rows = list(rows)
    failed = [
        {
            "lane": lane["lane"],
            "delivery_id": row["delivery_id"],
            "status": status,
            "error": "status",
            "ms": 1,
            "is_last": True,
            "answer": answer(row) if answer is not None else "",
        }
        for row in rows
        if not 200 <= status < 300
    ]
    done = [] if failed else [row["delivery_id"] for row in rows]
    (reply,) = db.records(
        "SELECT * FROM c360.settle_deliveries("
        "%s, ARRAY[%s]::smallint[], ARRAY[%s]::bigint[], %s::smallint[], %s::bigint[], %s)",
        *_place(lane),
        [lane["lane"]] * len(done),
        done,
        Jsonb(failed),
    )
    return reply


def release(db: Session, lane: Record) -> int:
    """Give the lane back; 1 when it was held still."""
    return int(db.value("SELECT c360.release_lanes(%s, ARRAY[%s]::smallint[], ARRAY[%s]::bigint[])", *_place(lane)))


def _place(lane: Record) -> tuple[Any, ...]:
    return lane["subscription_id"], lane["lane"], lane["token"]
