"""`c360 key`: keys of the HTTP API. A key is made here, shown once, and kept nowhere; the database gets its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm
from c360_cli.output import print_json, print_table, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Create, list and revoke keys of the HTTP API.\n\nExample: c360 key create acme --source web",
    no_args_is_help=True,
)

_SHOWN_CHARACTERS = 16
_CREATE = "SELECT {tenant}.create_api_key(%s, %s, %s, %s, %s, %s)"
_LIST = "SELECT * FROM {tenant}.list_api_keys()"
_REVOKE = "SELECT {tenant}.revoke_api_key(%s)"


class Kind(StrEnum):
    """What a key may do."""

    WRITE = "write"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    AGENT = "agent"


_PREFIXES = {Kind.WRITE: "c360_wk_", Kind.SECRET: "c360_sk_", Kind.AGENT: "c360_ak_"}


def new_key(kind: Kind) -> str:
    """A key of 32 random bytes; its first letters tell people and scanners of leaked secrets what it is."""
    return _PREFIXES[kind] + secrets.token_urlsafe(32)


@app.command("create")
def create_command(
    tenant: Tenant,
    source: Annotated[str, typer.Option(help="Touchpoint the events come from; part of their deduplication key.")],
    kind: Annotated[
        Kind,
        typer.Option(
            help="write: send events only, safe in a browser. secret: also read. agent: context of a person, outcomes."
        ),
    ] = Kind.WRITE,
    name: Annotated[str | None, typer.Option(help="Name of the key. Default: source and kind.")] = None,
    origin: Annotated[
        list[str] | None, typer.Option(help="Web origin a browser may send from; repeat for several. Default: any.")
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Create a key and print it: the only time it is shown.

    Example: c360 key create acme --source web --kind write
    """
    key, name = new_key(kind), name or f"{source}-{kind}"
    sha256, beginning = hashlib.sha256(key.encode()).digest(), key[:_SHOWN_CHARACTERS]
    values = (name, kind.value, source, sha256, beginning, origin or [])
    if dry_run:
        print_sql(_CREATE, tenant, *values)
        say(f"Whoever runs this SQL makes the key {key} valid. It is not kept: copy it now.")
        return
    with connected(dsn, data_dir) as connection:
        answer(connection, _CREATE, tenant, *values)
    if as_json:
        print_json({"tenant": tenant, "name": name, "kind": kind.value, "source": source, "key": key})
        return
    print(key)
    say(f"Key {name} of tenant {tenant}. It is not kept: copy it now.")


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the keys of a tenant, revoked ones too. The keys themselves are not known.

    Example: c360 key list acme
    """
    with connected(dsn, data_dir) as connection:
        keys = records(connection, _LIST, tenant)
    if as_json:
        print_json(keys)
        return
    table = Table("name", "kind", "source", "begins with", "origins", "created", "revoked", box=None)
    for key in keys:
        table.add_row(
            key["name"],
            key["kind"],
            key["source"],
            key["key_prefix"],
            " ".join(key["allowed_origins"]) or "any",
            f"{key['created_at']:%Y-%m-%d %H:%M}",
            f"{key['revoked_at']:%Y-%m-%d %H:%M}" if key["revoked_at"] else "",
        )
    print_table(table)


@app.command("revoke")
def revoke_command(
    tenant: Tenant,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the key, see `c360 key list`.")],
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """End a key at once and for good. Safe to repeat.

    Example: c360 key revoke acme web-write --yes
    """
    if dry_run:
        print_sql(_REVOKE, tenant, name)
        return
    confirm(f"Whoever uses key {name} of tenant {tenant} is shut out for good. Revoke it?", yes)
    with connected(dsn, data_dir) as connection:
        is_revoked_now = answer(connection, _REVOKE, tenant, name)
    if as_json:
        print_json({"tenant": tenant, "name": name, "revoked_now": is_revoked_now})
    else:
        say(f"key {name} {'is revoked' if is_revoked_now else 'was revoked already'}.")
