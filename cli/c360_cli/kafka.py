"""`c360 kafka`: topics of tenants to Kafka, and events from there."""

from __future__ import annotations

from typing import Annotated

import typer

from c360 import logs
from c360.daemon import run
from c360.settings import load_settings
from c360_cli import sinks
from c360_cli.connection import database_address
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, limit_option

app = typer.Typer(
    help="Send topics to Kafka, and take events from there.\n\nExample: c360 kafka status acme",
    no_args_is_help=True,
)

_SINK = "kafka"

Brokers = Annotated[
    str | None,
    typer.Option("--brokers", metavar="ADDRESSES", help="Brokers to begin with. Default: C360_KAFKA_BROKERS."),
]
LogFormat = Annotated[
    str | None, typer.Option("--log-format", metavar="FORMAT", help="auto, text or json. Default: auto.")
]


@app.command("relay")
def relay_command(
    brokers: Brokers = None,
    topic: Annotated[
        str | None,
        typer.Option("--topic", metavar="PATTERN", help="Names of topics there. Default: c360.{tenant}.{topic}."),
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    log_format: LogFormat = None,
) -> None:
    """Send the topics that are enabled to Kafka, until interrupted. Any number may run.

    Example: c360 kafka relay --brokers kafka.example:9092
    """
    settings = load_settings(
        dsn=dsn, data_dir=data_dir, kafka_brokers=brokers, kafka_topic=topic, log_format=log_format
    )
    logs.configure(settings.log_level, settings.log_format)
    # Beside c360 up, on its database: so it is for people who try it.
    with database_address(dsn, data_dir) as address:
        run(settings.model_copy(update={"dsn": address}), [_SINK])


@app.command("enable")
def enable_command(
    tenant: Tenant,
    topic: sinks.Topic,
    since: sinks.Since = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Have a topic of a tenant sent to Kafka by c360 kafka relay.

    Example: c360 kafka enable acme c360-updated-profiles --since beginning
    """
    sinks.enable(_SINK, tenant, topic, since, dsn=dsn, data_dir=data_dir, as_json=as_json, dry_run=dry_run)


@app.command("disable")
def disable_command(
    tenant: Tenant,
    topic: sinks.Topic,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Send a topic of a tenant to Kafka no longer. What was sent stays there.

    Example: c360 kafka disable acme c360-updated-profiles --yes
    """
    sinks.disable(_SINK, tenant, topic, yes=yes, dsn=dsn, data_dir=data_dir, as_json=as_json, dry_run=dry_run)


@app.command("status")
def status_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show which topics go to Kafka, how far each has come, and what is in its way.

    Example: c360 kafka status acme
    """
    sinks.status(_SINK, tenant, dsn=dsn, data_dir=data_dir, as_json=as_json)


@app.command("refused")
def refused_command(
    tenant: Tenant,
    limit: Annotated[int, limit_option("Most messages to show.")] = 100,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show messages that Kafka cannot take, such as too large ones, and why.

    Example: c360 kafka refused acme
    """
    sinks.refused(_SINK, tenant, limit, dsn=dsn, data_dir=data_dir, as_json=as_json)


@app.command("resend")
def resend_command(
    tenant: Tenant,
    topic: Annotated[str | None, typer.Argument(metavar="TOPIC", help="Only those of this topic.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many messages would be sent, and change nothing.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send messages again that Kafka could not take: when the topic takes larger ones now, for example.

    Example: c360 kafka resend acme --dry-run
    """
    sinks.resend(_SINK, tenant, topic, dsn=dsn, data_dir=data_dir, as_json=as_json, dry_run=dry_run)
