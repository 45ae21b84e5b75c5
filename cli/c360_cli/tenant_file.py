"""`c360 tenant dump` and `restore`: one tenant as a file. Parses options and prints; c360.governance works."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter

from c360.governance import Restored, dump_tenant, restore_tenant
from c360.governance.dumped import Webhook
from c360.templates.environment import ident
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Tenant
from c360_cli.output import print_json, printable, say, say_warnings

_NOT_KEPT = typer.Option("--dry-run", help="Restore it, say what that gave, and take everything back.")


def dump_command(
    tenant: Tenant,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; must not exist yet.")],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write a tenant with its data and metadata to a file, as it is at one moment. Changes nothing.

    Example: c360 tenant dump acme acme.c360
    """
    with connected(dsn, data_dir) as connection:
        dumped = dump_tenant(connection, tenant, file, _show_table)
    if as_json:
        print_json(dataclasses.asdict(dumped))
        return
    say(f"tenant {tenant} is in {file}: {dumped.tables} tables, {dumped.rows} rows.")
    say("Whoever has the file can read everything the tenant knows; keep it as you keep the database.")
    if dumped.waiting:
        say(f"note: {dumped.waiting} messages to its webhooks have not been delivered yet. They do not travel.")


def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File that c360 tenant dump wrote.")],
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Name the tenant gets here. Default: its own.")
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, _NOT_KEPT] = False,
) -> None:
    """Restore a tenant from a file. It must not exist here; either all of it comes back or nothing changes.

    Example: c360 tenant restore acme.c360 --as acme_copy --dry-run
    """
    with connected(dsn, data_dir) as connection:
        say_warnings(connection)
        restored = restore_tenant(connection, file, name, _show_table, dry_run=dry_run)
    if as_json:
        plain = TypeAdapter(Restored).dump_python(restored, mode="json")
        print_json({**plain, "next_steps": list(_next_steps(restored)), "is_kept": not dry_run})
        return
    outcome = "could be restored; nothing was kept" if dry_run else "is restored"
    say(f"tenant {restored.tenant} {outcome}: {restored.tables} tables, {restored.rows} rows.")
    say(f"{restored.api_keys} API keys of the dump are good here." if restored.api_keys else "It has no API keys.")
    if restored.keys_left_out:
        say(f"{restored.keys_left_out} API keys stayed with the tenant that has them here.")
    if steps := list(_next_steps(restored)):
        say("What a file may not decide, and you may want to run:")
        print("\n".join(steps))


def _next_steps(restored: Restored) -> Iterator[str]:
    """Who had the roles, as SQL; which webhooks there were, as commands: they need a new secret."""
    for member in restored.members:
        role = f"c360_{restored.tenant}_{member.kind}"
        yield printable(f"GRANT {ident(role)} TO {ident(member.member)};")
    for webhook in restored.webhooks:
        yield printable(shlex.join(_webhook_command(restored.tenant, webhook, restored.dumped_at)))


def _webhook_command(tenant: str, webhook: Webhook, dumped_at: datetime) -> list[str]:
    since = dumped_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    command = ["c360", "webhook", "add", tenant, webhook.url, "--name", webhook.name, "--since", since]
    for option, values in (("--topic", webhook.topics), ("--type", webhook.types)):
        for value in values:
            command += [option, value]
    for seconds in webhook.retry_schedule:
        command += ["--retry", f"{seconds:g}"]
    command += ["--max-in-flight", str(webhook.max_in_flight), "--timeout", f"{webhook.timeout_seconds:g}"]
    more = {
        "--rate": webhook.rate_per_second,
        "--batch": webhook.batch_max if webhook.batch_max > 1 else None,
        "--max-backlog": webhook.max_backlog,
        "--max-age": webhook.max_age,
        "--where": webhook.condition,
        "--segment": webhook.segment,
    }
    for option, given in more.items():
        if given is not None:
            command += [option, f"{given:g}" if isinstance(given, float) else str(given)]
    return command if webhook.is_ordered else [*command, "--unordered"]


def _show_table(name: str, rows: int) -> None:
    say(f"  {printable(name)}: {rows} rows")
