"""`c360 webhook rewrap`: signing secrets under another master key."""

from __future__ import annotations

import dataclasses

import typer

from c360.governance.tenants import list_tenants
from c360.relay.held_secrets import Rewrapped, rewrap_secrets
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json
from c360_cli.output import print_json, say
from c360_cli.webhook_options import Rehearsal, changing, keyring_of

_TENANTS = "Tenants whose secrets are encrypted anew. Default: all you may administer."


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("rewrap")(rewrap_command)


def rewrap_command(
    tenants: list[str] = typer.Argument(default=None, metavar="TENANT...", help=_TENANTS),  # noqa: B008
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Rehearsal = False,
) -> None:
    """Encrypt signing secrets with the first master key; the others here open them. Exits 1 where one is not opened.

    Example: c360 webhook rewrap
    """
    done: dict[str, Rewrapped] = {}
    with connected(dsn, data_dir) as connection:
        keyring = keyring_of(dsn, data_dir, create=False)
        synced = (listed["tenant"] for listed in list_tenants(connection) if listed.get("is_synced", True))
        for tenant in tenants or synced:
            with changing(connection, dry_run):
                done[tenant] = rewrap_secrets(connection, keyring, tenant)
    if as_json:
        print_json({tenant: dataclasses.asdict(counted) for tenant, counted in done.items()})
    else:
        verb = "would be" if dry_run else "are"
        for tenant, counted in done.items():
            say(f"{tenant}: {counted.rewrapped} secrets {verb} encrypted anew, {counted.current} were so already.")
            for name in counted.unreadable:
                say(f"{tenant}: {name} is not opened by any master key here; c360 webhook rotate makes a new secret.")
    if any(counted.unreadable for counted in done.values()):
        raise typer.Exit(1)
