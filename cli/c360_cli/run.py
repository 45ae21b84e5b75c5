"""`c360 up`, `gateway`, `relay`, `worker`: the daemon, whole or in parts."""

from __future__ import annotations

from typing import Annotated

import typer

from c360 import logs
from c360.daemon import run
from c360.settings import load_settings
from c360_cli.options import DataDir, Dsn

Host = Annotated[str | None, typer.Option("--host", help="Address the gateway listens on. Default: 127.0.0.1.")]
Port = Annotated[int | None, typer.Option("--port", help="Port the gateway listens on. Default: 8360.")]
Workers = Annotated[int | None, typer.Option("--workers", help="Processes of the gateway. Default: 1.")]


def register(app: typer.Typer, panel: str) -> None:
    """Add the commands to the main application."""
    app.command("up", rich_help_panel=panel)(up)
    app.command("gateway", rich_help_panel=panel)(gateway)
    app.command("relay", rich_help_panel=panel)(relay)
    app.command("worker", rich_help_panel=panel)(worker)


def up(
    dsn: Dsn = None, data_dir: DataDir = None, host: Host = None, port: Port = None, workers: Workers = None
) -> None:
    """Run gateway, relay and workers in one process; without an address on the embedded PostgreSQL."""
    parts = ["gateway", "relay", "worker"]
    _run(
        parts,
        may_create=True,
        dsn=dsn,
        data_dir=data_dir,
        gateway_host=host,
        gateway_port=port,
        gateway_workers=workers,
    )


def gateway(
    dsn: Dsn = None, data_dir: DataDir = None, host: Host = None, port: Port = None, workers: Workers = None
) -> None:
    """Run a gateway alone: takes events over HTTP."""
    _run(["gateway"], dsn=dsn, data_dir=data_dir, gateway_host=host, gateway_port=port, gateway_workers=workers)


def relay(dsn: Dsn = None, data_dir: DataDir = None) -> None:
    """Run a relay alone: delivers messages to webhooks. Any number may run."""
    _run(["relay"], dsn=dsn, data_dir=data_dir)


def worker(dsn: Dsn = None, data_dir: DataDir = None) -> None:
    """Run a worker alone: resolves identities, refreshes scores, keeps house. Any number may run."""
    _run(["worker"], dsn=dsn, data_dir=data_dir)


def _run(parts: list[str], *, may_create: bool = False, **flags: object) -> None:
    settings = load_settings(**flags)
    logs.configure(settings.log_level)
    run(settings, parts, may_create=may_create)
