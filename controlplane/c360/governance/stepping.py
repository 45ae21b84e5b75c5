"""Steps of work that a worker may be at too, each a transaction of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from c360.domain.errors import TryAgain
from c360.domain.tenants import of_tenant
from c360.governance.tenants import Connection, as_owner, call

_PAUSE_SECONDS = 0.2
_MOST_PAUSES = 300


def look_at_everybody(
    conn: Connection,
    slug: str,
    step: str,
    is_filling: str | None,
    figures: tuple[str, ...],
    progress: Callable[[int], None],
) -> dict[str, int]:
    """Take the step of a tenant while it says that there is more, and `is_filling`, where given, answers true.

    Answers the sums of these figures of the steps, and how many golden records were looked at.
    """
    done = dict.fromkeys(("profiles", *figures), 0)
    while is_filling is None or call(conn, of_tenant(is_filling, slug)):
        told = _next_step(conn, step, slug)
        done = {name: done[name] + told[name] for name in done}
        progress(told["profiles"])
        if not told["has_more"]:
            break
    return done


def _next_step(conn: Connection, query: str, slug: str) -> dict[str, Any]:
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
