"""Rejected events page by page, as the commands show and export them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import psycopg

from c360.domain.errors import IngestRefused
from c360_cli import exact_json
from c360_cli.rejected_filter import Filter
from c360_cli.tenant_calls import records

_LIST = "SELECT * FROM {tenant}.rejected_events(%s, %s, %s::bigint[], %s::jsonb, %s)"
_PAGE = 500


def one_event(connection: psycopg.Connection, tenant: str, rejected_event_id: int) -> dict[str, Any]:
    rows = records(connection, _LIST, tenant, None, 1, [rejected_event_id], "{}", None)
    if not rows:
        raise IngestRefused(
            f"rejected event {rejected_event_id} does not exist",
            code="U1404",
            hint=f"List them with: c360 events rejected list {tenant} --all",
        )
    return rows[0]


def page(
    connection: psycopg.Connection, tenant: str, chosen: Filter, status: str | None, limit: int, before: int | None
) -> list[dict[str, Any]]:
    if not chosen.contains:
        return records(connection, _LIST, tenant, status, limit, None, chosen.document(), before)
    found = list(itertools.islice(chosen.ids(connection, tenant, status, before), limit))
    return records(connection, _LIST, tenant, status, limit, found, "{}", None)


def pages(connection: psycopg.Connection, tenant: str, chosen: Filter) -> Iterator[list[dict[str, Any]]]:
    before = None
    while rows := page(connection, tenant, chosen, "rejected", _PAGE, before):
        yield rows
        before = rows[-1]["rejected_event_id"]


def exported(row: dict[str, Any], sent: str) -> str:
    """What cannot stand in a line as JSON stands there as text."""
    head = {name: row[name] for name in ("rejected_event_id", "code", "reason", "source")}
    head["received_at"] = row["received_at"].isoformat()
    try:
        return exact_json.write({**head, "payload": exact_json.read(sent)})
    except ValueError:
        return json.dumps({**head, "payload": sent}, ensure_ascii=False)
