"""`c360 kafka`: topics of tenants to Kafka, and events from there."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from c360 import logs
from c360.daemon import run
from c360.settings import load_settings
from c360_cli import sinks
from c360_cli.connection import database_address
from c360_cli.consumer import Since, Topic
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, limit_option
from c360_cli.output import print_json, print_table, say
from c360_cli.times import moment_text

if TYPE_CHECKING:
    from c360.sources.kafka import EventStream

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
    topic: Topic,
    since: Since = None,
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
    topic: Topic,
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


@app.command("consume")
def consume_command(
    tenant: Tenant,
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Topic of Kafka that holds events.")],
    source: Annotated[
        str, typer.Option(help="Touchpoint the events come from; part of their deduplication key.")
    ] = _SINK,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="PLACE",
            help="Go there first: beginning, end or a time. Default: on, and from the beginning what was never read.",
        ),
    ] = None,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="End when everything is taken that is there now.")
    ] = False,
    brokers: Brokers = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many records wait in each partition, and take none.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    log_format: LogFormat = None,
    as_json: Json = False,
) -> None:
    """Take events from a topic of Kafka into a tenant, each once, until interrupted. Any number may run.

    Example: c360 kafka consume acme shop.events --source shop
    """
    from c360.sources.kafka import EventStream  # here, because only this command needs the package

    settings = load_settings(dsn=dsn, data_dir=data_dir, kafka_brokers=brokers, log_format=log_format)
    place = start if start in {None, "beginning", "end"} else datetime.fromisoformat(moment_text("--from", start or ""))
    logs.configure(settings.log_level, settings.log_format)
    with database_address(dsn, data_dir) as address:
        stream = EventStream(settings, address, tenant, topic, source)
        if dry_run:
            _print_places(stream, as_json)
            return
        if place is not None:
            say(f"tenant {tenant}: {topic} is read from {start} on, {stream.seek(place)} partitions.")
        with _stopped_by_signals() as stop:
            totals = stream.run(stop, until_end=until_end)
    if as_json:
        print_json(vars(totals))
    else:
        say(", ".join(f"{count:,} {name}" for name, count in vars(totals).items()))


def _print_places(stream: EventStream, as_json: bool) -> None:
    places = stream.places()
    if as_json:
        print_json([vars(place) | {"waiting": place.waiting} for place in places])
        return
    table = Table("partition", "read to", "begins", "ends", "waiting", box=None)
    for place in places:
        stands = "" if place.next_offset is None else str(place.next_offset)
        table.add_row(str(place.partition), stands, str(place.low), str(place.high), str(place.waiting))
    print_table(table)


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """SIGTERM and Ctrl-C end what is under way and leave."""
    stop = Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
