"""`c360 webhook example|replay|recover`: send what is not new."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from psycopg.types.json import Jsonb

from c360.relay.client import verifying_tls, webhook_client
from c360.relay.webhooks import send_test
from c360.settings import load_settings
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Tenant, time_option
from c360_cli.output import in_steps, print_json, say
from c360_cli.tenant_calls import answer
from c360_cli.webhook_options import AllowPrivate, Webhook, keyring_of

Types = Annotated[list[str] | None, typer.Option("--type", help="Only this type, such as profile.merged; repeatable.")]
Key = Annotated[str | None, typer.Option("--key", help="Only messages of this key, such as a profile id.")]
Counting = Annotated[bool, typer.Option("--dry-run", help="Say how many, and send nothing.")]

_REPLAY = "SELECT {tenant}.replay_messages(%s, %s, coalesce(%s::timestamptz, now()), %s, %s, %s)"
_RECOVER = "SELECT {tenant}.recover_subscription(%s, %s, %s, %s)"


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("example")(example_command)
    app.command("replay")(replay_command)
    app.command("recover")(recover_command)


def example_command(
    tenant: Tenant,
    webhook: Webhook,
    type_: Annotated[str, typer.Option("--type", help="Type of the message; c360 topic types lists them.")],
    allow_private: AllowPrivate = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send one signed example of a message now, of nobody and marked as such. Exits 1 unless the answer is 2xx.

    Example: c360 webhook example acme crm --type profile.merged
    """
    settings = load_settings(dsn=dsn, data_dir=data_dir)
    with connected(dsn, data_dir) as connection:
        reply = send_test(
            connection,
            keyring_of(dsn, data_dir, create=False),
            tenant,
            webhook,
            webhook_client(settings, allow_private=allow_private),
            tls=lambda: verifying_tls(settings),
            example_of=type_,
        )
    if as_json:
        print_json({"status": reply.status, "error": reply.error, "ms": reply.ms, "answer": reply.text})
    else:
        print(f"{reply.status or reply.error} in {reply.ms} ms")
        if reply.error:
            say(reply.text or "The answer had no body.")
    if reply.error:
        raise typer.Exit(1)


def replay_command(
    tenant: Tenant,
    webhook: Webhook,
    since: Annotated[str, time_option("--since", "From this time on.")],
    until: Annotated[str | None, time_option("--until", "Up to this time. Default: now.")] = None,
    type_: Types = None,
    key: Key = None,
    dry_run: Counting = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send messages that are still in the log again, with the same ids.

    Example: c360 webhook replay acme crm --since 2026-11-24 --until 2026-11-25
    """
    found, after = {"messages": 0, "too_old": 0}, 0
    with connected(dsn, data_dir) as connection, in_steps("replaying", "messages") as steps:
        while True:
            step = answer(connection, _REPLAY, tenant, webhook, since, until, _filter(type_, key), dry_run, after)
            found = {name: count + step[name] for name, count in found.items()}
            steps.advance(step["messages"])
            if step["next"] is None:
                break
            after = step["next"]
    if as_json:
        print_json(found)
        return
    print(found["messages"])
    say(f"{found['messages']} messages {'would be' if dry_run else 'are'} sent again.")
    _say_too_old(found["too_old"])


def recover_command(
    tenant: Tenant,
    webhook: Webhook,
    since: Annotated[str, time_option("--since", "What failed from this time on.")],
    type_: Types = None,
    key: Key = None,
    dry_run: Counting = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send again whatever failed: dead letters since a time, and what waits for its retry, now.

    Example: c360 webhook recover acme crm --since 2026-11-24T10:00 --dry-run
    """
    with connected(dsn, data_dir) as connection:
        found = answer(connection, _RECOVER, tenant, webhook, since, _filter(type_, key), dry_run)
    if as_json:
        print_json(found)
        return
    print(found["dead_letters"] + found["retries"])
    verb = "would be" if dry_run else "are"
    say(f"{found['dead_letters']} dead letters and {found['retries']} retries {verb} sent again.")
    _say_too_old(found["too_old"])


def _say_too_old(count: int) -> None:
    if count:
        say(f"{count} are older than the webhook wants (--max-age) and stay where they are.")


def _filter(types: list[str] | None, key: str | None) -> Jsonb:
    given: dict[str, Any] = {"types": types, "key": key}
    return Jsonb({name: value for name, value in given.items() if value})
