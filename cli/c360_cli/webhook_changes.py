"""`c360 webhook set|disable`: change a webhook while it runs."""

from __future__ import annotations

from typing import Annotated, Any

import psycopg
import typer
from psycopg.types.json import Jsonb

from c360.domain.errors import UsageError
from c360.relay.client import destinations
from c360.relay.webhooks import check_address, show_webhook
from c360.settings import load_settings
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm
from c360_cli.output import print_json, say
from c360_cli.tenant_calls import answer
from c360_cli.webhook_options import (
    AllowPrivate,
    BatchMax,
    InSegment,
    MaxAge,
    MaxBacklog,
    Rate,
    Rehearsal,
    Webhook,
    Where,
    call,
    changing,
    tell_state,
    text_of,
)

_CHANGE = "SELECT {tenant}.change_subscription(%s, %s)"
# What --without may name, and what the database calls it.
_LIMITS = {
    "where": "condition",
    "segment": "segment",
    "rate": "rate_per_second",
    "max-backlog": "max_backlog",
    "max-age": "max_age",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("set")(set_command)
    app.command("disable")(disable_command)


def set_command(
    tenant: Tenant,
    webhook: Webhook,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    url: Annotated[str | None, typer.Option(help="Another address; the signing secret stays.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Topics in place of those it has; repeatable.")] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="Types in place of those it has; repeatable.")
    ] = None,
    every_type: Annotated[bool, typer.Option("--every-type", help="All types of its topics.")] = False,
    ordered: Annotated[
        bool | None, typer.Option("--ordered/--unordered", help="Keep the order of one profile, or not.")
    ] = None,
    max_in_flight: Annotated[int | None, typer.Option(help="Most requests at once.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds one request may take.", max=15)] = None,
    retry: Annotated[
        list[float] | None, typer.Option(min=0, max=604_800, help="Seconds before each attempt; repeatable.")
    ] = None,
    where: Where = None,
    segment: InSegment = None,
    rate: Rate = None,
    batch_max: BatchMax = None,
    max_backlog: MaxBacklog = None,
    max_age: MaxAge = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="LIMIT", help=f"Take one away: {', '.join(_LIMITS)}; repeatable."),
    ] = None,
    allow_private: AllowPrivate = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Rehearsal = False,
) -> None:
    """Change a webhook while it runs; what is not named stays. What waits is sent by the new settings.

    Example: c360 webhook set acme crm --rate 10 --max-age 3d
    """
    given: dict[str, Any] = {
        "name": name,
        "url": url,
        "topics": topic,
        "types": [] if every_type else type_,
        "is_ordered": ordered,
        "max_in_flight": max_in_flight,
        "timeout_seconds": timeout,
        "retry_schedule": retry,
        "condition": where,
        "segment": segment,
        "rate_per_second": rate,
        "batch_max": batch_max,
        "max_backlog": max_backlog,
        "max_age": max_age,
    }
    options = {option: value for option, value in given.items() if value is not None}
    options |= {_limit(one): None for one in without or ()}
    if not options:
        raise UsageError("say what is to change", hint="Such as --timeout 5; see c360 webhook set --help.")
    if url is not None:
        settings = load_settings(dsn=dsn, data_dir=data_dir)
        options["url"] = check_address(url, destinations(settings, allow_private=allow_private))
    is_in_force = True
    with connected(dsn, data_dir) as connection, changing(connection, dry_run):
        changed = answer(connection, _CHANGE, tenant, webhook, Jsonb(options))
        if {"condition", "segment"} & changed.keys():
            known = show_webhook(connection, tenant, name or webhook)
            is_in_force = filtered(connection, tenant, known["subscription_id"])
    if as_json:
        print_json(changed)
        return
    for option, values in changed.items():
        print(f"{option}: {text_of(values['before']) or 'none'} -> {text_of(values['after']) or 'none'}")
    if dry_run:
        say("-- nothing was written.")
    elif not changed:
        say(f"webhook {webhook} was so already.")
    say_whether_in_force(tenant, is_in_force or dry_run)


def disable_command(
    tenant: Tenant,
    webhook: Webhook,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever looks later.")] = None,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Switch a webhook off: what waits becomes dead letters, and nothing new is kept until it is resumed.

    Example: c360 webhook disable acme crm --yes
    """
    if not dry_run:
        confirm(f"Disable webhook {webhook}? What waits for it becomes dead letters.", yes)
    arguments = (webhook,) if reason is None else (webhook, reason)
    changed = call(dsn, data_dir, dry_run, "disable_subscription", tenant, *arguments)
    tell_state(webhook, "disabled", changed, as_json=as_json, dry_run=dry_run)


def filtered(connection: psycopg.Connection[Any], tenant: str, subscription_id: str) -> bool:
    """Check the condition of a webhook and put it into force; False where that waits for the next sync."""
    from c360.governance.filtering import put_filter_in_force  # here, because it brings the parser along

    return put_filter_in_force(connection, tenant, subscription_id)


def say_whether_in_force(tenant: str, is_in_force: bool) -> None:
    """Tell whoever may not compile a condition what it waits for."""
    if not is_in_force:
        say(f"Nothing is sent until the owner of c360 has run: c360 tenant sync {tenant}")


def _limit(name: str) -> str:
    if name not in _LIMITS:
        raise UsageError(f'--without: "{name}" is no limit', hint=f"There are {', '.join(_LIMITS)}.")
    return _LIMITS[name]
