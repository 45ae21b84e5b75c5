"""`c360 webhook`: who is told when a customer changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from c360.domain.errors import UsageError
from c360.relay.client import destinations, verifying_tls, webhook_client
from c360.relay.secrets import throwaway_keyring
from c360.relay.shapes import read_shape
from c360.relay.webhooks import PROFILE_TOPIC, add_webhook, rotate_secret, send_test, show_webhook
from c360.settings import load_settings
from c360_cli import webhook_changes, webhook_keys, webhook_record, webhook_sending
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm, limit_option, time_option
from c360_cli.output import print_json, print_table, say
from c360_cli.tenant_calls import answer
from c360_cli.unmasked import AsSent, as_sent
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
    keyring_of,
    name_of,
    tell_state,
    text_of,
)
from c360_cli.webhook_shape import (
    Answers,
    Auth,
    Batch,
    ClientCert,
    ClientKey,
    Encoding,
    Example,
    Format,
    Headers,
    Params,
    PresetName,
    TemplateFile,
    Wanted,
    preset_command,
    presets_command,
    render_command,
    store_shape,
    try_shape,
)

app = typer.Typer(
    help="Send messages to other systems: webhooks, retries, dead letters."
    "\n\nExample: c360 webhook add acme https://crm.example/hooks --name crm",
    no_args_is_help=True,
)
letters = typer.Typer(
    help="List messages that were given up, and send them again.\n\nExample: c360 webhook dead-letters list acme crm",
    no_args_is_help=True,
)
app.add_typer(letters, name="dead-letters")

_LIST = "SELECT coalesce(jsonb_agg(listed), '[]') FROM {tenant}.list_subscriptions() AS listed"
_DEAD_LETTERS = "SELECT coalesce(jsonb_agg(listed), '[]') FROM {tenant}.list_dead_letters(%s, %s) AS listed"


@app.command("add")
def add_command(
    tenant: Tenant,
    url: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="Where to send, such as https://crm.example/hooks; most presets know it."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the webhook. Default: its host.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help=f"Topic to send; repeatable. Default: {PROFILE_TOPIC}.")
    ] = None,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", help="Message type to send, such as profile.*; repeatable. Default: all."),
    ] = None,
    since: Annotated[
        str | None, time_option("--since", "Send older messages too, from this time on. Default: from now on.")
    ] = None,
    unordered: Annotated[bool, typer.Option("--unordered", help="Do not keep the order of one profile.")] = False,
    max_in_flight: Annotated[int, typer.Option(help="Most requests at once.", min=1, max=512)] = 32,
    timeout: Annotated[float, typer.Option(help="Seconds one request may take.", max=15)] = 15,
    retry: Annotated[
        list[float] | None, typer.Option(min=0, max=604_800, help="Seconds before each attempt; repeatable.")
    ] = None,
    preset: PresetName = None,
    param: Params = None,
    format_: Format = None,
    template: TemplateFile = None,
    encoding: Encoding = None,
    batch: Batch = None,
    header: Headers = None,
    auth: Auth = None,
    client_cert: ClientCert = None,
    client_key: ClientKey = None,
    answers: Answers = None,
    example: Example = None,
    where: Where = None,
    segment: InSegment = None,
    rate: Rate = None,
    batch_max: BatchMax = None,
    max_backlog: MaxBacklog = None,
    max_age: MaxAge = None,
    allow_private: AllowPrivate = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Rehearsal = False,
) -> None:
    """Add a webhook and show its signing secret, once.

    Example: c360 webhook add acme https://crm.example/hooks --name crm
    """
    settings = load_settings(dsn=dsn, data_dir=data_dir)
    wanted = Wanted(
        preset, param or [], format_, template, encoding, batch, header or [], auth, client_cert, client_key, answers
    )
    filled = wanted.filled(url)
    topics, types = topic or filled.topics or [PROFILE_TOPIC], type_ or filled.types
    try_shape(filled, wanted, tenant, topics, types, example)
    options: dict[str, Any] = {
        **filled.options,
        "is_ordered": not unordered,
        "max_in_flight": (most := min(max_in_flight, filled.options.get("max_in_flight", max_in_flight))),
        "lane_count": min(8, most),
        "timeout_seconds": timeout,
    }
    limits = {"rate_per_second": rate, "batch_max": batch_max, "max_backlog": max_backlog, "max_age": max_age}
    given = {"retry_schedule": retry, "condition": where, "segment": segment, **limits}
    options |= {option: value for option, value in given.items() if value}
    with connected(dsn, data_dir) as connection, changing(connection, dry_run):
        keyring = throwaway_keyring() if dry_run else keyring_of(dsn, data_dir, create=True)
        made = add_webhook(
            connection,
            keyring,
            tenant,
            filled.url,
            name=name or preset or name_of(filled.url),
            topics=topics,
            types=types,
            options=options,
            since=datetime.fromisoformat(since) if since else None,
            destinations=destinations(settings, allow_private=allow_private),
        )
        store_shape(connection, keyring, tenant, str(made.subscription_id), filled, wanted, is_new=True)
        is_in_force = not (where or segment) or webhook_changes.filtered(connection, tenant, str(made.subscription_id))
        shown = show_webhook(connection, tenant, str(made.subscription_id))
    if dry_run:
        say(f"-- would add webhook {shown['name']} of tenant {tenant}; nothing was written.")
        return
    if as_json:
        print_json({**shown, "secret": made.secret})
        return
    print(made.secret)
    target = filled.url if preset is None else shown["url"]
    say(f"webhook {shown['name']} ({made.subscription_id}) sends {', '.join(shown['topics'])} to {target}.")
    say("The line above is its signing secret: give it to the receiver now, it is not shown again.")
    webhook_changes.say_whether_in_force(tenant, is_in_force)


@app.command("set-rendering")
def set_rendering_command(
    tenant: Tenant,
    webhook: Webhook,
    preset: PresetName = None,
    param: Params = None,
    format_: Format = None,
    template: TemplateFile = None,
    encoding: Encoding = None,
    batch: Batch = None,
    header: Headers = None,
    auth: Auth = None,
    client_cert: ClientCert = None,
    client_key: ClientKey = None,
    answers: Answers = None,
    example: Example = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Rehearsal = False,
) -> None:
    """Change what a webhook is sent, or its credentials (--auth none takes them away). Address and types stay.

    Example: c360 webhook set-rendering acme crm --template contact.yaml
    """
    wanted = Wanted(
        preset, param or [], format_, template, encoding, batch, header or [], auth, client_cert, client_key, answers
    )
    if not wanted.changes_rendering and not wanted.changes_credentials:
        raise UsageError("say what to change", hint="--template, --format, --header, --auth, --preset ...")
    with connected(dsn, data_dir) as connection, changing(connection, dry_run):
        shape = read_shape(connection, tenant, webhook)
        filled = wanted.filled(shape.url, shape.rendering)
        if wanted.changes_rendering:
            try_shape(filled, wanted, tenant, shape.topics, shape.types, example)
        keyring = throwaway_keyring() if dry_run else keyring_of(dsn, data_dir, create=False)
        store_shape(connection, keyring, tenant, webhook, filled, wanted, is_new=False)
    if as_json:
        print_json({"webhook": shape.name, "changed": not dry_run})
        return
    say(
        f"-- would change webhook {shape.name}; nothing was written."
        if dry_run
        else f"webhook {shape.name} is changed."
    )


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the webhooks of a tenant and what waits for them.

    Example: c360 webhook list acme
    """
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _LIST, tenant)
    if as_json:
        print_json(rows)
        return
    table = Table("name", "state", "circuit", "waiting", "retries", "dead", "sent", "failed", "url", box=None)
    for row in rows:
        counts = ("backlog", "parked", "dead_letters", "delivered_count", "failed_count")
        table.add_row(row["name"], row["state"], row["circuit"], *(str(row[count]) for count in counts), row["url"])
    print_table(table)


@app.command("show")
def show_command(
    tenant: Tenant,
    webhook: Webhook,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    whole: AsSent = False,
) -> None:
    """Show one webhook: settings, state, last failures; the address without its path, and not what was answered.

    Example: c360 webhook show acme crm
    """
    with connected(dsn, data_dir) as connection:
        shown = show_webhook(connection, tenant, webhook)
        if whole:
            number = shown["subscription_id"]
            shown["url"] = as_sent(connection, tenant, "subscription", [number])[number]
            said = as_sent(connection, tenant, "attempt", [row["attempt_id"] for row in shown["last_attempts"]])
            for row in shown["last_attempts"]:
                row["answer"] = said[str(row["attempt_id"])]
    if as_json:
        print_json(shown)
        return
    attempts = shown.pop("last_attempts")
    table = Table(box=None, show_header=False)
    for name, value in shown.items():
        if value not in (None, [], ""):
            table.add_row(name, text_of(value))
    print_table(table)
    if attempts:
        failures = Table("at", "attempt", "error", "status", "ms", "answer", box=None, title="last failures")
        for row in attempts:
            cells = (row["at"], row["attempt"], row["error"], row["status"], row["duration_ms"], row["answer"][:60])
            failures.add_row(*(text_of(cell) for cell in cells))
        print_table(failures)


@app.command("test")
def send_test_command(
    tenant: Tenant,
    webhook: Webhook,
    allow_private: AllowPrivate = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send one real, signed webhook.test message now. Exits 1 unless the answer is 2xx.

    Example: c360 webhook test acme crm
    """
    settings = load_settings(dsn=dsn, data_dir=data_dir)
    client = webhook_client(settings, allow_private=allow_private)
    with connected(dsn, data_dir) as connection:
        answer = send_test(
            connection,
            keyring_of(dsn, data_dir, create=False),
            tenant,
            webhook,
            client,
            tls=lambda: verifying_tls(settings),
        )
    if as_json:
        print_json({"status": answer.status, "error": answer.error, "ms": answer.ms, "answer": answer.text})
    else:
        print(f"{answer.status or answer.error} in {answer.ms} ms")
        if answer.error:
            say(answer.text or "The answer had no body.")
    if answer.error:
        raise typer.Exit(1)


@app.command("pause")
def pause_command(
    tenant: Tenant,
    webhook: Webhook,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Stop sending; messages are kept.

    Example: c360 webhook pause acme crm
    """
    changed = call(dsn, data_dir, dry_run, "pause_subscription", tenant, webhook)
    tell_state(webhook, "paused", changed, as_json=as_json, dry_run=dry_run)


@app.command("resume")
def resume_command(
    tenant: Tenant,
    webhook: Webhook,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Send again, also after the webhook was disabled.

    Example: c360 webhook resume acme crm
    """
    changed = call(dsn, data_dir, dry_run, "resume_subscription", tenant, webhook)
    tell_state(webhook, "active", changed, as_json=as_json, dry_run=dry_run)


@app.command("remove")
def remove_command(
    tenant: Tenant,
    webhook: Webhook,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Remove a webhook with everything that waits for it.

    Example: c360 webhook remove acme crm --yes
    """
    if not dry_run:
        confirm(f"Remove webhook {webhook} and what waits for it?", yes)
    lost = call(dsn, data_dir, dry_run, "remove_subscription", tenant, webhook)
    if dry_run:
        return
    if as_json:
        print_json(lost)
    else:
        waiting = lost["backlog"] + lost["parked"]
        say(f"webhook {lost['name']} is removed; {waiting} messages waited, {lost['dead_letters']} were dead letters.")


@app.command("rotate")
def rotate_command(
    tenant: Tenant,
    webhook: Webhook,
    keep_old: Annotated[float, typer.Option(help="Hours for which the old secret signs too.", min=0, max=720)] = 24,
    make_master_key: Annotated[
        bool, typer.Option("--make-master-key", help="Make a new master key here when there is none any more.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Rehearsal = False,
) -> None:
    """Make a new signing secret and show it, once. Until the old one expires both sign.

    Example: c360 webhook rotate acme crm --keep-old 48
    """
    with connected(dsn, data_dir) as connection, changing(connection, dry_run):
        made = rotate_secret(
            connection,
            keyring_of(dsn, data_dir, create=make_master_key and not dry_run),
            tenant,
            webhook,
            keep_old=timedelta(hours=keep_old),
        )
    if dry_run:
        say(f"-- would make secret {made.version} of webhook {webhook}; nothing was written.")
    elif as_json:
        print_json({"version": made.version, "secret": made.secret, "old_until": made.old_until.isoformat()})
    else:
        print(made.secret)
        if made.old_is_lost:
            say("No master key here opens the old one: messages are signed with the new one alone, from now on.")
            say("Give it to the receiver now; it is not shown again.")
            return
        say(f"Give it to the receiver before {made.old_until:%Y-%m-%d %H:%M %Z}; it is not shown again.")


@letters.command("list")
def letters_list_command(
    tenant: Tenant,
    webhook: Webhook,
    limit: Annotated[int, limit_option("Most rows to show.")] = 100,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the messages that were given up, newest first.

    Example: c360 webhook dead-letters list acme crm
    """
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _DEAD_LETTERS, tenant, webhook, limit)
    if as_json:
        print_json(rows)
        return
    names = ("dead_letter_id", "died_at", "type", "key", "reason", "attempts", "last_error", "replayed_at")
    table = Table(*names, box=None)
    for row in rows:
        table.add_row(*(text_of(row[name]) for name in names))
    print_table(table)


@letters.command("replay")
def letters_replay_command(
    tenant: Tenant,
    webhook: Webhook,
    ids: Annotated[list[int] | None, typer.Option("--id", help="Only this dead letter; repeatable.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Send dead letters again, with the same message ids and fresh attempts.

    Example: c360 webhook dead-letters replay acme crm
    """
    count = call(dsn, data_dir, dry_run, "replay_dead_letters", tenant, webhook, ids)
    if dry_run:
        return
    print_json({"replayed": count}) if as_json else say(f"{count} dead letters are sent again.")


app.command("presets")(presets_command)
app.command("preset")(preset_command)
app.command("render")(render_command)
for more in (webhook_changes, webhook_sending, webhook_record, webhook_keys):
    more.register(app)
