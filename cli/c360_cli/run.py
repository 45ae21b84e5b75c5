"""`c360 up`, `gateway`, `relay`, `worker`: the daemon, whole or in parts."""

from __future__ import annotations

import contextlib
import functools
import sys
from typing import Annotated, Any

import typer

from c360 import logs
from c360.daemon import run
from c360.domain.errors import UsageError
from c360.running import registered
from c360.settings import Settings, load_settings
from c360_cli import background
from c360_cli.options import DataDir, Dsn, Json
from c360_cli.output import say

Host = Annotated[str | None, typer.Option("--host", help="Address the gateway listens on. Default: 127.0.0.1.")]
Port = Annotated[int | None, typer.Option("--port", help="Port the gateway listens on. Default: 8360.")]
Workers = Annotated[int | None, typer.Option("--workers", help="Processes of the gateway. Default: 1.")]

LogFormat = Annotated[
    str | None, typer.Option("--log-format", metavar="FORMAT", help="auto, text or json. Default: auto.")
]


def register(app: typer.Typer, panel: str) -> None:
    """Add the commands to the main application."""
    app.command("up", rich_help_panel=panel)(up)
    app.command("gateway", rich_help_panel=panel)(gateway)
    app.command("relay", rich_help_panel=panel)(relay)
    app.command("worker", rich_help_panel=panel)(worker)


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Run without a terminal: come back when it is ready.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="End the one that runs on this data directory, and wait for it.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    log_format: LogFormat = None,
    as_json: Json = False,
) -> None:
    """Run gateway, relay and workers in one process; without an address on the embedded PostgreSQL.

    Example: c360 up --detach
    """
    if detach and stop:
        raise UsageError("--detach and --stop do not go together", hint="First --stop, then --detach.")
    settings = load_settings(
        dsn=dsn,
        data_dir=data_dir,
        gateway_host=host,
        gateway_port=port,
        gateway_workers=workers,
        log_format=log_format,
    )
    if stop:
        background.stop(settings, as_json)
        return
    settings = _with_a_port(settings)
    if detach:
        background.detach(settings, as_json)
    elif settings.conninfo is None and not (settings.data_dir / "postgres").exists():
        background.check_port(settings)  # before a cluster is made for nothing
    with contextlib.ExitStack() as held:
        if detach or settings.conninfo is None:
            log = background.log_of(settings) if detach else None
            held.enter_context(registered(settings.data_dir, background.address_of(settings), log))
        _run(
            settings,
            ["gateway", "relay", "worker"],
            may_create=True,
            log=background.log_of(settings) if detach else None,
            announce=functools.partial(_announce, settings),
        )


def gateway(
    dsn: Dsn = None,
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    log_format: LogFormat = None,
) -> None:
    """Run a gateway alone: takes events over HTTP.

    Example: c360 gateway --host 0.0.0.0 --workers 4
    """
    settings = load_settings(
        dsn=dsn,
        data_dir=data_dir,
        gateway_host=host,
        gateway_port=port,
        gateway_workers=workers,
        log_format=log_format,
    )
    _run(settings, ["gateway"])


def relay(dsn: Dsn = None, data_dir: DataDir = None, log_format: LogFormat = None) -> None:
    """Run a relay alone: delivers messages to webhooks. Any number may run.

    Example: c360 relay --dsn postgresql://c360_relay@db.example/c360
    """
    _run(load_settings(dsn=dsn, data_dir=data_dir, log_format=log_format), ["relay"])


def worker(dsn: Dsn = None, data_dir: DataDir = None, log_format: LogFormat = None) -> None:
    """Run a worker alone: resolves identities, refreshes scores, keeps house. Any number may run.

    Example: c360 worker --log-format json
    """
    _run(load_settings(dsn=dsn, data_dir=data_dir, log_format=log_format), ["worker"])


def _run(settings: Settings, parts: list[str], **options: Any) -> None:
    logs.configure(settings.log_level, settings.log_format)
    run(settings, parts, **options)


def _with_a_port(settings: Settings) -> Settings:
    """With port 0 a free one is taken now: whoever waits for the gateway has to know where."""
    if settings.gateway_port:
        return settings
    from c360.gateway.server import bound  # here, because a process that loads a gateway shows its figures

    with bound(settings.gateway_host, 0) as free:
        return settings.model_copy(update={"gateway_port": free.getsockname()[1]})


def _announce(settings: Settings) -> None:
    """Where everything is, for a person who has just started it."""
    if not sys.stderr.isatty():
        return
    embedded = f"embedded PostgreSQL in {settings.data_dir}"
    say(f"c360 takes events at {background.address_of(settings)}")
    say(f"database: {embedded if settings.conninfo is None else 'as you named it'}; c360 psql opens it")
    say("Ctrl-C stops it; c360 up --detach runs it without a terminal")
