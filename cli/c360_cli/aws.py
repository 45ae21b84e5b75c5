"""`c360 aws`: topics of tenants to Firehose and SNS, events from SQS, and the template that makes it all."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

import typer
import yaml

from c360 import logs
from c360.daemon import run
from c360.domain.errors import UsageError
from c360.settings import load_settings
from c360.sinks import destination_of
from c360.sources.sqs import check_settings
from c360_cli import sinks
from c360_cli.connection import database_address
from c360_cli.consumer import Since, Topic
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, limit_option
from c360_cli.output import print_json

app = typer.Typer(
    help="Send topics to Firehose and SNS, take events from SQS, run on AWS.\n\nExample: c360 aws status acme --to sns",
    no_args_is_help=True,
)

_SINKS = ("firehose", "sns")

To = Annotated[str, typer.Option("--to", metavar="SERVICE", help="firehose or sns.")]
LogFormat = Annotated[
    str | None, typer.Option("--log-format", metavar="FORMAT", help="auto, text or json. Default: auto.")
]


@app.command("relay")
def relay_command(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="DESTINATION",
            help="firehose:STREAM or sns:ARN; {tenant} and {topic} in it stand for theirs. Without a name: as set.",
        ),
    ],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    log_format: LogFormat = None,
) -> None:
    """Send the topics that are enabled to Firehose or SNS, until interrupted. Any number may run.

    Example: c360 aws relay --to firehose:customers
    """
    sink, _, name = to.partition(":")
    sink = _sink(sink)
    settings = load_settings(
        dsn=dsn,
        data_dir=data_dir,
        log_format=log_format,
        firehose_stream=name if name and sink == "firehose" else None,
        sns_topic=name if name and sink == "sns" else None,
    )
    destination_of(sink, settings)  # what is missing is said before anything is connected to
    logs.configure(settings.log_level, settings.log_format)
    with database_address(dsn, data_dir) as address:
        run(settings.model_copy(update={"dsn": address}), [sink])


@app.command("consume")
def consume_command(
    queue: Annotated[
        str | None, typer.Argument(metavar="QUEUE", help="Name or URL of the queue. Default: C360_SQS_QUEUE.")
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    log_format: LogFormat = None,
) -> None:
    """Take events from a queue of SQS, until interrupted, with the write key in C360_WRITE_KEY. Any number may run.

    Example: c360 aws consume events.fifo
    """
    settings = load_settings(dsn=dsn, data_dir=data_dir, log_format=log_format, sqs_queue=queue)
    check_settings(settings)
    logs.configure(settings.log_level, settings.log_format)
    with database_address(dsn, data_dir) as address:
        run(settings.model_copy(update={"dsn": address}), ["queue"])


@app.command("enable")
def enable_command(
    tenant: Tenant,
    topic: Topic,
    to: To,
    since: Since = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Have a topic of a tenant sent by c360 aws relay.

    Example: c360 aws enable acme c360-updated-profiles --to sns
    """
    sinks.enable(_sink(to), tenant, topic, since, dsn=dsn, data_dir=data_dir, as_json=as_json, dry_run=dry_run)


@app.command("disable")
def disable_command(
    tenant: Tenant,
    topic: Topic,
    to: To,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Send a topic of a tenant no longer. What was sent stays there.

    Example: c360 aws disable acme c360-updated-profiles --to sns --yes
    """
    sinks.disable(_sink(to), tenant, topic, yes=yes, dsn=dsn, data_dir=data_dir, as_json=as_json, dry_run=dry_run)


@app.command("status")
def status_command(tenant: Tenant, to: To, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show which topics are sent, how far each has come, and what is in its way.

    Example: c360 aws status acme --to firehose
    """
    sinks.status(_sink(to), tenant, dsn=dsn, data_dir=data_dir, as_json=as_json)


@app.command("refused")
def refused_command(
    tenant: Tenant,
    to: To,
    limit: Annotated[int, limit_option("Most messages to show.")] = 100,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show messages that cannot be taken there, such as too large ones, and why.

    Example: c360 aws refused acme --to sns
    """
    sinks.refused(_sink(to), tenant, limit, dsn=dsn, data_dir=data_dir, as_json=as_json)


@app.command("resend")
def resend_command(
    tenant: Tenant,
    to: To,
    topic: Annotated[str | None, typer.Option("--topic", metavar="TOPIC", help="Only those of this topic.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many messages would be sent, and change nothing.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send messages again that could not be taken.

    Example: c360 aws resend acme --to sns --dry-run
    """
    sinks.resend(_sink(to), tenant, topic, dsn=dsn, data_dir=data_dir, as_json=as_json, dry_run=dry_run)


@app.command("template")
def template_command(as_json: Json = False) -> None:
    """Print a CloudFormation template: Aurora, the gateway as a function, streams, topic, queue, roles.

    Example: c360 aws template
    """
    template = files("c360.aws").joinpath("template.yaml").read_text(encoding="utf-8")
    if as_json:
        print_json(yaml.safe_load(template))
    else:
        print(template, end="")


def _sink(name: str) -> str:
    if name not in _SINKS:
        raise UsageError(f"--to {name} leads nowhere", hint="It is firehose or sns.")
    return name
