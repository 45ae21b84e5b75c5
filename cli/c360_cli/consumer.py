"""Consumers of `c360 topic`: names under which a topic is read, each with a position that is committed."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from c360.domain.errors import UsageError
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm, limit_option
from c360_cli.output import pause, print_json, print_table, printable, say, until_interrupted
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records
from c360_cli.times import second_text, start_text
from c360_cli.unmasked import AsSent

_MOST = 2**63 - 1

Topic = Annotated[str, typer.Argument(metavar="TOPIC", help="Topic, such as c360-updated-profiles.")]
MaybeTopic = Annotated[str | None, typer.Argument(metavar="TOPIC", help="Only of this topic.")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Older messages too: a time, or beginning. Default: from now on."),
]
Consumer = Annotated[str, typer.Argument(metavar="CONSUMER", help="Name of the consumer, such as warehouse.")]

_POLL_SECONDS = 0.5
_LIST = "SELECT * FROM {tenant}.list_topic_consumers(%s)"
_CREATE = "SELECT {tenant}.create_topic_consumer(%s, %s, %s::timestamptz)"
_DROP = "SELECT {tenant}.drop_topic_consumer(%s, %s)"
_READ = "SELECT * FROM {tenant}.read_topic(%s, %s, %s)"
_READ_AS_SENT = "SELECT * FROM {tenant}.read_topic_as_sent(%s, %s, %s)"
_COMMIT = "SELECT {tenant}.commit_topic(%s, %s, %s)"
_REPLAY = "SELECT {tenant}.replay_topic(%s, %s, %s::timestamptz, %s, %s)"


def register(app: typer.Typer) -> None:
    """Add the commands about consumers to `c360 topic`."""
    for name, command in (
        ("consumers", consumers_command),
        ("lag", lag_command),
        ("add-consumer", add_command),
        ("drop-consumer", drop_command),
        ("read", read_command),
        ("commit", commit_command),
        ("replay", replay_command),
    ):
        app.command(name)(command)


def consumers_command(
    tenant: Tenant, topic: MaybeTopic = None, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Show who reads topics of a tenant in SQL, and how far each has come.

    Example: c360 topic consumers acme
    """
    rows = _listed(dsn, data_dir, tenant, topic)
    if as_json:
        print_json(rows)
        return
    table = Table("consumer", "topic", "state", "position", "waiting", "committed", "lost", "made by", box=None)
    for row in rows:
        table.add_row(
            row["consumer"],
            row["topic"],
            row["state"],
            _number(row["position"]),
            str(row["waiting"]),
            second_text(row["committed_at"]),
            f"{row['lost_count']} on {second_text(row['lost_at'])}" if row["lost_count"] else "",
            row["created_by"],
        )
    print_table(table)


def lag_command(
    tenant: Tenant, topic: MaybeTopic = None, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Show how far consumers are behind, and what messages wait for that are not there yet.

    Example: c360 topic lag acme
    """
    rows = _listed(dsn, data_dir, tenant, topic)
    shown = (
        "topic",
        "consumer",
        "waiting",
        "lag_seconds",
        "oldest_at",
        "kept_until",
        "unfanned",
        "held_since",
        "held_by",
    )
    if as_json:
        print_json([{name: row[name] for name in shown} for row in rows])
        return
    table = Table(
        "consumer", "topic", "waiting", "seconds behind", "lost unless read by", "not in the topic yet", box=None
    )
    for row in rows:
        table.add_row(
            row["consumer"],
            row["topic"],
            str(row["waiting"]),
            "" if row["lag_seconds"] is None else f"{row['lag_seconds']:.1f}",
            second_text(row["kept_until"]),
            str(row["unfanned"]),
        )
    print_table(table)
    if rows and rows[0]["held_since"]:
        say(
            f"a transaction is open since {second_text(rows[0]['held_since'])} (process {rows[0]['held_by']}):"
            " what it writes comes when it commits."
        )


def add_command(
    tenant: Tenant,
    topic: Topic,
    consumer: Consumer,
    since: Since = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Make a consumer: a name under which the topic is read, in SQL or with c360 topic read.

    Example: c360 topic add-consumer acme c360-updated-profiles warehouse
    """
    start = start_text("--since", since)
    if dry_run:
        print_sql(_CREATE, tenant, topic, consumer, start)
        return
    with connected(dsn, data_dir) as connection:
        made = answer(connection, _CREATE, tenant, topic, consumer, start)
    if as_json:
        print_json({"topic": topic, "consumer": consumer, "created": made})
    elif made:
        say(f"tenant {tenant}: {consumer} reads {topic} from {since or 'now'} on.")
    else:
        say(f"tenant {tenant}: {topic} has a consumer {consumer} already; it stays where it is.")


def drop_command(
    tenant: Tenant,
    topic: Topic,
    consumer: Consumer,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Remove a consumer with its position. The messages stay in the topic.

    Example: c360 topic drop-consumer acme c360-updated-profiles warehouse --yes
    """
    if dry_run:
        print_sql(_DROP, tenant, topic, consumer)
        return
    confirm(f"Remove consumer {consumer} of {topic}?", yes)
    with connected(dsn, data_dir) as connection:
        answer(connection, _DROP, tenant, topic, consumer)
    if as_json:
        print_json({"topic": topic, "consumer": consumer, "removed": True})
        return
    say(f"tenant {tenant}: {consumer} is removed.")


def read_command(
    tenant: Tenant,
    topic: Topic,
    consumer: Consumer,
    limit: Annotated[int, limit_option("Messages at a time.")] = 100,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit what was printed, so that it does not come again.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="With --commit: go on until interrupted.")] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    whole: AsSent = False,
) -> None:
    """Print the next messages of a consumer; the same ones again until they are committed.

    Example: c360 topic read acme c360-updated-profiles warehouse --commit
    """
    if follow and not commit:
        raise UsageError(
            "--follow would print the same messages for ever",
            hint="Say --commit as well, or use c360 topic tail.",
        )
    query = _READ_AS_SENT if whole else _READ
    with until_interrupted(follow), connected(dsn, data_dir) as connection:
        connection.autocommit = False
        while True:
            rows = records(connection, query, tenant, topic, consumer, limit)
            for row in rows:
                _print_message(row, as_json)
            sys.stdout.flush()
            if commit and rows:
                answer(connection, _COMMIT, tenant, topic, consumer, rows[-1]["position"])
            connection.commit()
            if not follow:
                return
            if not rows:
                pause(_POLL_SECONDS)


def commit_command(
    tenant: Tenant,
    topic: Topic,
    consumer: Consumer,
    position: Annotated[
        int, typer.Argument(min=0, max=_MOST, metavar="POSITION", help="Position of the last message that is done.")
    ],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Say that a consumer is done with its messages up to a position.

    Example: c360 topic commit acme c360-updated-profiles warehouse 4711
    """
    if dry_run:
        print_sql(_COMMIT, tenant, topic, consumer, position)
        return
    with connected(dsn, data_dir) as connection:
        moved = answer(connection, _COMMIT, tenant, topic, consumer, position)
    if as_json:
        print_json({"topic": topic, "consumer": consumer, "position": position, "moved": moved})
    elif not moved:
        say(f"tenant {tenant}: {consumer} was at {position} or further already.")


def replay_command(
    tenant: Tenant,
    topic: Topic,
    consumer: Consumer,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Messages of this time and later; or beginning, or now."),
    ] = None,
    position: Annotated[
        int | None, typer.Option("--position", min=0, max=_MOST, help="The message that comes next.")
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many messages come again, and move nothing.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Move a consumer back, so that messages come again with the same ids; or forward, to leave some out.

    Example: c360 topic replay acme c360-updated-profiles warehouse --since 2026-11-30T08:00+07 --dry-run
    """
    if (since is None) == (position is None):
        raise UsageError("a replay begins at a time or at a position", hint="Say --since or --position.")
    start = start_text("--since", since)
    with connected(dsn, data_dir) as connection:
        planned = answer(connection, _REPLAY, tenant, topic, consumer, start, position, True)
        if not dry_run:
            if planned["left_out"]:
                confirm(f"{planned['left_out']} messages will never come to {consumer}. Go on?", yes)
            planned = answer(connection, _REPLAY, tenant, topic, consumer, start, position, False)
    if as_json:
        print_json(planned)
        return
    would = "would come" if dry_run else "come"
    say(
        f"tenant {tenant}: {planned['again']} messages {would} again to {consumer}, {planned['left_out']} are left out."
    )


def _listed(dsn: str | None, data_dir: DataDir, tenant: str, topic: str | None) -> list[dict[str, Any]]:
    with connected(dsn, data_dir) as connection:
        return records(connection, _LIST, tenant, topic)


def _print_message(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    print(f"{row['position']}  {second_text(row['created_at'])}  {row['type']:<20} {printable(row['key'])}  ", end="")
    print_json(row["body"])


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
