"""What the commands of `c360 webhook` share: arguments, options, the keyring, one transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import psycopg
import typer

from c360.domain.errors import UsageError
from c360.relay.secrets import Keyring, load_keyring
from c360.settings import load_settings
from c360_cli.connection import connected
from c360_cli.options import span_option
from c360_cli.output import print_json, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

Webhook = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Name or id of the webhook.")]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Let it reach private addresses and http (development).")
]
Where = Annotated[
    str | None,
    typer.Option("--where", metavar="CONDITION", help="Send only what this holds for, such as \"city = 'Hanoi'\"."),
]
InSegment = Annotated[
    str | None, typer.Option("--segment", metavar="SEGMENT", help="Send only what is about members of this segment.")
]
Rate = Annotated[float | None, typer.Option("--rate", min=0.01, max=10_000, help="Most requests a second.")]
BatchMax = Annotated[int | None, typer.Option("--batch-max", help="Most messages in one request.")]
MaxBacklog = Annotated[
    int | None, typer.Option("--max-backlog", help="With so many waiting, later messages stay in the log meanwhile.")
]
MaxAge = Annotated[str | None, span_option("--max-age", "Give up what is older, such as 3d, unsent.")]
Rehearsal = Annotated[
    bool,
    typer.Option("--dry-run", help="Try it and undo it. Prints no SQL: that would carry a secret nobody knows."),
]


def call(dsn: str | None, data_dir: Path | None, dry_run: bool, function: str, tenant: str, *arguments: Any) -> Any:
    """Call a function that changes something; for --dry-run print the call instead."""
    holes = ", ".join(["%s"] * len(arguments))
    query = f"SELECT {{tenant}}.{function}({holes})"
    if dry_run:
        print_sql(query, tenant, *arguments)
        return None
    with connected(dsn, data_dir) as connection:
        return answer(connection, query, tenant, *arguments)


def tell_state(webhook: str, state: str, changed: bool, *, as_json: bool, dry_run: bool) -> None:
    """What became of a webhook that was to be in a state."""
    if dry_run:
        return
    if as_json:
        print_json({"webhook": webhook, "state": state, "changed": changed})
        return
    say(f"webhook {webhook} {'is' if changed else 'was'} {state}{'' if changed else ' already'}.")


@contextmanager
def changing(connection: psycopg.Connection[Any], dry_run: bool) -> Iterator[None]:
    """One transaction; with --dry-run it is undone. The SQL is not printed: it would carry an encrypted secret."""
    with connection.transaction(force_rollback=dry_run):
        yield


def keyring_of(dsn: str | None, data_dir: Path | None, *, create: bool) -> Keyring:
    settings = load_settings(dsn=dsn, data_dir=data_dir)
    master_key = settings.master_key.get_secret_value() if settings.master_key else None
    try:
        return load_keyring(settings.data_dir, master_key=master_key, create=create)
    except UsageError:
        if master_key is None and not create and not (settings.data_dir / "master.key").exists():
            raise UsageError(
                f"there is no master key in {settings.data_dir} yet",
                hint="c360 webhook add makes one; other machines need the same, as master.key or C360_MASTER_KEY."
                " If it is lost: c360 webhook rotate --make-master-key",
            ) from None
        raise


def name_of(url: str) -> str:
    return re.sub(r"[^a-z0-9_.-]", "-", (urlsplit(url).hostname or "webhook").lower())[:63]


def text_of(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
