"""What the commands of all sinks share: topics of a tenant that are sent to another system."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from c360_cli.connection import connected
from c360_cli.options import DataDir, confirm
from c360_cli.output import print_json, print_table, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records
from c360_cli.times import second_text, start_text

_ENABLE = "SELECT {tenant}.enable_sink(%s, %s, %s::timestamptz)"
_DISABLE = "SELECT {tenant}.disable_sink(%s, %s)"
_LIST = "SELECT * FROM {tenant}.list_sinks(%s)"
_REFUSALS = "SELECT * FROM {tenant}.list_sink_refusals(%s, %s)"
_RESEND = "SELECT {tenant}.resend_refused(%s, %s, %s)"


def enable(
    sink: str,
    tenant: str,
    topic: str,
    since: str | None,
    *,
    dsn: str | None,
    data_dir: DataDir,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Have a topic sent."""
    start = start_text("--since", since)
    if dry_run:
        print_sql(_ENABLE, tenant, sink, topic, start)
        return
    with connected(dsn, data_dir) as connection:
        is_new = answer(connection, _ENABLE, tenant, sink, topic, start)
    if as_json:
        print_json({"sink": sink, "topic": topic, "enabled": is_new})
    elif is_new:
        say(f"tenant {tenant}: {topic} goes to {sink} from {since or 'now'} on.")
    else:
        say(f"tenant {tenant}: {topic} goes to {sink} already; it stays where it is.")


def disable(
    sink: str,
    tenant: str,
    topic: str,
    *,
    yes: bool,
    dsn: str | None,
    data_dir: DataDir,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Send a topic no longer."""
    if dry_run:
        print_sql(_DISABLE, tenant, sink, topic)
        return
    confirm(f"Send {topic} to {sink} no longer, and forget how far it came?", yes)
    with connected(dsn, data_dir) as connection:
        is_changed = answer(connection, _DISABLE, tenant, sink, topic)
    if as_json:
        print_json({"sink": sink, "topic": topic, "disabled": is_changed})
    elif is_changed:
        say(f"tenant {tenant}: {topic} goes to {sink} no longer.")
    else:
        say(f"tenant {tenant}: {topic} does not go to {sink}.")


def status(sink: str, tenant: str, *, dsn: str | None, data_dir: DataDir, as_json: bool) -> None:
    """Show what is sent, how far, and what is in its way."""
    with connected(dsn, data_dir) as connection:
        rows = records(connection, _LIST, tenant, sink)
    if as_json:
        print_json(rows)
        return
    table = Table("topic", "state", "waiting", "seconds behind", "sent", "refused", "by", box=None)
    for row in rows:
        table.add_row(
            row["topic"],
            row["state"],
            str(row["waiting"]),
            "" if row["lag_seconds"] is None else f"{row['lag_seconds']:.1f}",
            str(row["sent_count"]),
            str(row["refused"]),
            row["owner"] or "",
        )
    print_table(table)
    for row in rows:
        if row["problem"]:
            say(f"{row['topic']} since {second_text(row['problem_since'])}: {row['problem']}")
        if row["lost_what"]:
            say(f"{row['topic']} on {second_text(row['lost_at'])}: {row['lost_what']}")


def refused(sink: str, tenant: str, limit: int, *, dsn: str | None, data_dir: DataDir, as_json: bool) -> None:
    """Show messages that cannot be sent."""
    with connected(dsn, data_dir) as connection:
        rows = records(connection, _REFUSALS, tenant, sink, limit)
    if as_json:
        print_json(rows)
        return
    table = Table("topic", "position", "type", "bytes", "refused", "again", "reason", box=None)
    for row in rows:
        table.add_row(
            row["topic"],
            str(row["position"]),
            row["type"] or "gone from the log",
            "" if row["bytes"] is None else str(row["bytes"]),
            second_text(row["refused_at"]),
            "soon" if row["is_due"] else "",
            row["reason"],
        )
    print_table(table)


def resend(
    sink: str,
    tenant: str,
    topic: str | None,
    *,
    dsn: str | None,
    data_dir: DataDir,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Send refused messages again."""
    with connected(dsn, data_dir) as connection:
        count: Any = answer(connection, _RESEND, tenant, sink, topic, dry_run)
    if as_json:
        print_json({"sink": sink, "topic": topic, "messages": count})
        return
    say(f"tenant {tenant}: {count} messages {'would be' if dry_run else 'are'} sent to {sink} again.")
