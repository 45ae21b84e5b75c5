"""`c360 status` and `c360 top`: what the system does right now."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from rich.table import Table

from c360.adapters import tokens
from c360.domain.errors import EmbeddedPostgresError
from c360.running import find_up
from c360.settings import load_settings
from c360_cli.connection import connected, database_address
from c360_cli.options import DataDir, Dsn, Json
from c360_cli.output import print_json, print_table
from c360_cli.tenant_calls import records

_TENANT_COLUMNS = {
    "tenant": "tenant",
    "tenant_status": "status",
    "profile_estimate": "profiles ~",
    "event_estimate": "events ~",
    "events_per_second": "events/s",
    "rejected_count": "rejected",
    "rejected_last_hour": "in the last hour",
    "oldest_rejected_seconds": "oldest (s)",
    "queued_count": "to resolve",
    "oldest_queued_seconds": "oldest (s)",
    "purchase_warnings": "purchases left out",
}
_SUBSCRIPTION_COLUMNS = {
    "tenant": "tenant",
    "name": "webhook",
    "state": "state",
    "circuit": "circuit",
    "backlog": "waiting",
    "parked": "to retry",
    "oldest_seconds": "oldest (s)",
    "dead_letters": "given up",
    "delivered_count": "delivered",
    "failed_count": "failed",
    "last_error": "last error",
}

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
}


def register(app: typer.Typer, panel: str) -> None:
    """Add the commands to the main application."""
    app.command("status", rich_help_panel=panel)(status)
    app.command("top", rich_help_panel=panel)(top)


def status(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show whether c360 up runs here, and tenants, rates, lags and backlog.

    Example: c360 status
    """
    running = None
    with contextlib.suppress(EmbeddedPostgresError):  # a folder of somebody else says nothing about this database
        running = find_up(load_settings(data_dir=data_dir).data_dir)
    with connected(dsn, data_dir) as connection:
        tenants, subscriptions = _status(connection)
    if as_json:
        up = None if running is None else asdict(running)
        print_json({"up": up, "tenants": tenants, "subscriptions": subscriptions})
        return
    if running is None:
        print("c360 up does not run here; c360 up --detach starts it.\n")
    else:
        log = f", log {running.log}" if running.log else ""
        print(f"c360 up runs since {running.since}: {running.address}, process {running.pid}{log}\n")
    print_table(_table("Tenants", _TENANT_COLUMNS, tenants))
    print_table(_table("Webhooks", _SUBSCRIPTION_COLUMNS, subscriptions))


def top(dsn: Dsn = None, data_dir: DataDir = None) -> None:
    """Watch the sessions of the database with pg_activity.

    Example: c360 top
    """
    with database_address(dsn, data_dir) as address:
        known = conninfo_to_dict(tokens.ready(address))
        # By environment, because everybody on the machine may read command lines.
        environment = os.environ | {_VARIABLES[name]: str(known[name]) for name in _VARIABLES if name in known}
        program = str(Path(sys.executable).with_name("pg_activity"))
        subprocess.run([program], env=environment, check=False)


def _status(connection: psycopg.Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Of all tenants for the owner of c360, of their own ones for people."""
    with connection.cursor(row_factory=dict_row) as cursor:
        is_owner = cursor.execute("SELECT has_function_privilege('c360.status()', 'EXECUTE') AS may").fetchone()
        if is_owner and is_owner["may"]:
            return (
                cursor.execute("SELECT * FROM c360.status()").fetchall(),
                cursor.execute("SELECT * FROM c360.relay_status()").fetchall(),
            )
        mine = [row["tenant"] for row in cursor.execute("SELECT tenant FROM c360.my_tenants() AS tenant").fetchall()]
    return (
        [row for slug in mine for row in records(connection, "SELECT * FROM {tenant}.tenant_status()", slug)],
        [row for slug in mine for row in _webhooks(connection, slug)],
    )


def _webhooks(connection: psycopg.Connection, tenant: str) -> list[dict[str, Any]]:
    """Administrators alone see addresses and what endpoints answered."""
    try:
        return records(connection, "SELECT * FROM {tenant}.relay_status()", tenant)
    except psycopg.errors.InsufficientPrivilege:
        return []


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{count:,} {name}" for name, count in value.items())
    return f"{value:.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _table(title: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for heading in columns.values():
        table.add_column(heading)
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in columns))
    return table
