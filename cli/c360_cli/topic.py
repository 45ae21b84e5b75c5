"""`c360 topic`: what flows through the message log."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import psycopg
import typer
from rich.table import Table

from c360_cli import consumer
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Tenant, limit_option
from c360_cli.output import pause, print_json, print_table, until_interrupted
from c360_cli.tenant_calls import answer
from c360_cli.unmasked import AsSent, as_sent

app = typer.Typer(
    help="Look at topics and their messages, and read them under a name."
    "\n\nExample: c360 topic tail acme c360-updated-profiles --follow",
    no_args_is_help=True,
)

_POLL_SECONDS = 0.5


@app.command("list")
def list_command(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the five topics.

    Example: c360 topic list
    """
    with connected(dsn, data_dir) as connection:
        rows = connection.execute(
            "SELECT topic, description, retention, rings_at_commit FROM c360.list_topics()"
        ).fetchall()
    if as_json:
        names = ("topic", "description", "retention_days", "rings_at_commit")
        print_json([dict(zip(names, (row[0], row[1], row[2].days, row[3]), strict=True)) for row in rows])
        return
    table = Table("topic", "kept", "rings at commit", "what", box=None)
    for topic, description, retention, rings in rows:
        table.add_row(topic, f"{retention.days} days", "yes" if rings else "", description)
    print_table(table)


@app.command("types")
def types_command(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the types of messages, with their topics; --json shows an example of each.

    Example: c360 topic types
    """
    with connected(dsn, data_dir) as connection:
        rows = connection.execute(
            "SELECT topic, type, description, example FROM c360.list_message_types() ORDER BY topic, type"
        ).fetchall()
    if as_json:
        print_json([dict(zip(("topic", "type", "description", "example"), row, strict=True)) for row in rows])
        return
    table = Table("type", "topic", "what it tells", box=None)
    for topic, type_, description, _ in rows:
        table.add_row(type_, topic, description)
    print_table(table)


@app.command("tail")
def tail_command(
    tenant: Tenant,
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Topic, such as c360-updated-profiles.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new messages until interrupted.")] = False,
    limit: Annotated[int, limit_option("Messages to begin with.", least=0)] = 10,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    whole: AsSent = False,
) -> None:
    """Show the last messages of a topic, masked values hidden.

    Example: c360 topic tail acme c360-updated-profiles --follow
    """
    with until_interrupted(follow), connected(dsn, data_dir) as connection:
        snapshot = _print_from(connection, tenant, topic, None, limit, as_json, whole)
        while follow:
            pause(_POLL_SECONDS)
            snapshot = _print_from(connection, tenant, topic, snapshot, limit, as_json, whole)


def _print_from(
    connection: psycopg.Connection[Any],
    tenant: str,
    topic: str,
    snapshot: str | None,
    lines: int,
    as_json: bool,
    whole: bool,
) -> str:
    """Print what is new since a snapshot; returns the next one."""
    tail = answer(connection, "SELECT {tenant}.tail_topic(%s, %s, %s)", tenant, topic, snapshot, lines)
    messages = tail["messages"]
    if whole:
        sent = as_sent(connection, tenant, "message", [message["seq"] for message in messages])
        messages = [{**message, "body": sent[str(message["seq"])]} for message in messages]
    for message in messages:
        if as_json:
            print_json({**message, "body": json.loads(message["body"])})
        else:
            print(f"{message['created_at'][:23]}  {message['type']:<20} {message['key']}  {message['body']}")
    sys.stdout.flush()
    return str(tail["snapshot"])


consumer.register(app)
