"""Steps of work that a worker may be at too, each a transaction of its own."""

from __future__ import annotations

import time
from typing import Any

from c360.domain.errors import TryAgain
from c360.governance.tenants import Connection, as_owner, call

_PAUSE_SECONDS = 0.2
_MOST_PAUSES = 300


def next_step(conn: Connection, query: str, slug: str) -> dict[str, Any]:
    """What a step answers. While another session is at it, waits for that, and raises TryAgain after a minute."""
    for _ in range(_MOST_PAUSES):
        with as_owner(conn):
            step: dict[str, Any] = call(conn, query, slug)
        conn.commit()
        if not step.get("busy"):
            return step
        time.sleep(_PAUSE_SECONDS)
    raise TryAgain(
        f"another session has been at tenant {slug} for a minute", code="55P03", hint="Try again when it is done."
    )
