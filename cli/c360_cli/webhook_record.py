"""`c360 webhook stats|attempts|message`: what was sent, what was answered, what became of it."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

import typer
from psycopg.types.json import Jsonb
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Tenant, limit_option, time_option
from c360_cli.output import print_json, print_table, say
from c360_cli.tenant_calls import answer
from c360_cli.unmasked import AsSent, as_sent
from c360_cli.webhook_options import Webhook, text_of

_STATS = """
    SELECT coalesce(jsonb_agg(stated), '[]')
    FROM {tenant}.subscription_stats(%s, %s::timestamptz, %s) AS stated
"""
_ATTEMPTS = "SELECT coalesce(jsonb_agg(listed), '[]') FROM {tenant}.list_attempts(%s, %s, %s) AS listed"
_MESSAGE = "SELECT {tenant}.show_message(%s)"


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("stats")(stats_command)
    app.command("attempts")(attempts_command)
    app.command("message")(message_command)


def stats_command(
    tenant: Tenant,
    webhook: Annotated[str | None, typer.Argument(metavar="WEBHOOK", help="One webhook. Default: all.")] = None,
    since: Annotated[str, time_option("--since", "From this time on, at most 30 days back.")] = "24h",
    by: Annotated[str | None, typer.Option(help="Show the course of it too, by minute, hour or day.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what was delivered and failed, how fast, and what waits.

    Example: c360 webhook stats acme --by minute
    """
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _STATS, tenant, webhook, since, by or "hour")
    if as_json:
        print_json(rows)
        return
    names = {
        "name": "name",
        "state": "state",
        "circuit": "circuit",
        "delivered": "delivered",
        "failed": "failed",
        "delivered_per_minute": "/min",
        "p50_ms": "p50 ms",
        "p95_ms": "p95 ms",
        "waiting": "waiting",
        "retries": "retries",
        "oldest_seconds": "oldest s",
        "dead_letters": "dead",
    }
    table = Table(*names.values(), box=None)
    for row in rows:
        table.add_row(*(text_of(row[name]) for name in names))
    print_table(table)
    for row in rows if by else ():
        course = Table("at", "delivered", "failed", "p50 ms", "p95 ms", box=None, title=row["name"])
        for step in row["series"]:
            course.add_row(*(text_of(step[name]) for name in ("at", "delivered", "failed", "p50_ms", "p95_ms")))
        print_table(course)


def attempts_command(
    tenant: Tenant,
    webhook: Webhook,
    message: Annotated[
        UUID | None, typer.Option("--message", help="Only attempts at this message (webhook-id).")
    ] = None,
    since: Annotated[str | None, time_option("--since", "From this time on.")] = None,
    error: Annotated[str | None, typer.Option(help="Only this class, such as timeout or status.")] = None,
    status: Annotated[int | None, typer.Option(help="Only this status of HTTP.")] = None,
    limit: Annotated[int, limit_option("Most rows to show.")] = 50,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    whole: AsSent = False,
) -> None:
    """List failed attempts, newest first; deliveries that went well are counted: c360 webhook stats.

    Example: c360 webhook attempts acme crm --status 503
    """
    given: dict[str, Any] = {
        "message_id": str(message) if message else None,
        "since": since,
        "error": error,
        "status": status,
    }
    chosen = Jsonb({name: value for name, value in given.items() if value is not None})
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _ATTEMPTS, tenant, webhook, chosen, limit)
        if whole:
            said = as_sent(connection, tenant, "attempt", [row["attempt_id"] for row in rows])
            rows = [{**row, "answer": said[str(row["attempt_id"])]} for row in rows]
    if as_json:
        print_json(rows)
        return
    names = ("at", "message_id", "type", "attempt", "error", "status", "duration_ms", "answer")
    table = Table("at", "message", "type", "attempt", "error", "status", "ms", "answer", box=None)
    for row in rows:
        table.add_row(*(text_of(row[name])[:80] for name in names))
    print_table(table)


def message_command(
    tenant: Tenant,
    message: Annotated[UUID, typer.Argument(metavar="MESSAGE", help="Its id, the webhook-id of its requests.")],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    whole: AsSent = False,
) -> None:
    """Show one message of the log, masked values hidden, and what became of it at each webhook.

    Example: c360 webhook message acme 01a2b3c4-0000-7000-8000-000000000001
    """
    with connected(dsn, data_dir) as connection:
        found = answer(connection, _MESSAGE, tenant, message)
        if whole:
            found["body"] = as_sent(connection, tenant, "message", [found["seq"]])[str(found["seq"])]
    if as_json:
        print_json({**found, "body": json.loads(found["body"])})
        return
    print(found["body"])
    say(f"{found['type']} of {found['created_at'][:19]}, key {found['key']}, topic {found['topic']}")
    for fate in found["webhooks"]:
        more = fate.get("last_error") or fate.get("reason") or ""
        say(f"{fate['name']}: {fate['state']} {more}".rstrip())
