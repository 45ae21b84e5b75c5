"""`c360 tenant`: create tenants, shape them, and end them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.table import Table

from c360.domain.errors import UsageError
from c360.governance import (
    Application,
    Declaration,
    Permissions,
    Plan,
    apply_declaration,
    create_tenant,
    drop_tenant,
    export_tenant,
    list_tenants,
    plan_tenant,
    read_declaration,
    sync_tenant,
)
from c360.governance.tenants import as_owner, call
from c360.templates.environment import literal
from c360_cli import tenant_file
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm, limit_option
from c360_cli.output import print_json, print_table, say, say_warnings
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Create tenants, shape them, and end them.\n\nExample: c360 tenant create acme --country VN",
    no_args_is_help=True,
)
app.command("dump")(tenant_file.dump_command)
app.command("restore")(tenant_file.restore_command)

_METADATA = "SELECT {tenant}.tenant_metadata()"
_HISTORY = """
    SELECT coalesce(jsonb_agg(to_jsonb(known) ORDER BY known.version DESC), '[]')
    FROM {tenant}.metadata_history(%s) AS known
"""

AllowTypeChange = Annotated[
    bool, typer.Option("--allow-type-change", help="Change column types; values that do not fit become empty.")
]
AllowDrop = Annotated[bool, typer.Option("--allow-drop", help="Drop the columns of retired attributes.")]


@app.command("create")
def create_command(
    tenant: Tenant,
    display_name: Annotated[str | None, typer.Option(help="Name for people. Default: the name.")] = None,
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-2 of phone numbers without country code.")] = "US",
    currency: Annotated[str, typer.Option(help="ISO 4217 of orders without currency.")] = "USD",
    time_zone: Annotated[str, typer.Option(help="IANA name; days are days of this zone.")] = "UTC",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Create a tenant with the default attributes, its schema and its roles.

    Example: c360 tenant create acme --country VN --currency VND --time-zone Asia/Ho_Chi_Minh
    """
    values = (tenant, display_name, country, currency, time_zone)
    with connected(dsn, data_dir) as connection:
        if dry_run:
            register = f"SELECT c360.register_tenant({', '.join(literal(value) for value in values)});"
            with _rehearsal(connection):
                connection.execute("SELECT c360.register_tenant(%s, %s, %s, %s, %s)", values)
                _print_sql(connection, f"{register}\n\n{plan_tenant(connection, tenant).sql}")
            return
        say_warnings(connection)
        spec = create_tenant(
            connection,
            tenant,
            display_name=display_name,
            default_country=country,
            default_currency=currency,
            time_zone=time_zone,
        )
    if as_json:
        attributes = len(spec.attributes)
        print_json(
            {"tenant": tenant, "schema": spec.schema_name, "attributes": attributes, "has_roles": spec.has_roles}
        )
        return
    say(f"tenant {tenant} is ready: schema {spec.schema_name}, {len(spec.attributes)} attributes.")
    if not spec.has_roles:
        say("It has no roles of its own, because the installation may not create roles; only the owner can use it.")


@app.command("list")
def list_command(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the tenants you may read.

    Example: c360 tenant list --json
    """
    with connected(dsn, data_dir) as connection:
        tenants = list_tenants(connection)
    if as_json:
        print_json(tenants)
        return
    _print_table(
        ("tenant", "name", "status", "country", "currency", "time zone"),
        [
            [
                row[key]
                for key in ("tenant", "display_name", "status", "default_country", "default_currency", "time_zone")
            ]
            for row in tenants
        ],
    )


@app.command("show")
def show_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the identifier types, attributes and match rules of a tenant.

    Example: c360 tenant show acme
    """
    with connected(dsn, data_dir) as connection:
        metadata = answer(connection, _METADATA, tenant)
        sync = _sync_state(connection, tenant)
    if as_json:
        print_json({**metadata, "sync": sync})
        return
    print(f"{metadata['display_name']} ({tenant}), {metadata['status']}, schema {metadata['schema_name']}")
    if sync is not None:
        print(_sync_line(sync))
    _print_table(
        ("identifier type", "priority", "limit", "persons", "exclusive", "strong", "masked"),
        [
            [
                row[key]
                for key in (
                    "identifier_type",
                    "priority",
                    "profile_limit",
                    "person_limit",
                    "is_exclusive",
                    "is_strong",
                    "is_masked",
                )
            ]
            for row in metadata["identifier_types"]
        ],
    )
    _print_table(
        ("attribute", "type", "group", "kept by", "survivorship", "sent as", "status"),
        [
            [
                *(row[key] for key in ("attribute", "data_type", "attribute_group", "maintained_by", "survivorship")),
                ", ".join(row["trait_paths"]),
                row["status"],
            ]
            for row in metadata["attributes"]
        ],
    )
    _print_table(
        ("match rule", "kind", "priority", "active", "definition"),
        [
            [
                row["rule"],
                row["kind"],
                row["priority"],
                row["is_active"],
                json.dumps(row["definition"], ensure_ascii=False),
            ]
            for row in metadata["match_rules"]
        ],
    )


@app.command("history")
def history_command(
    tenant: Tenant,
    version: Annotated[int | None, typer.Option(help="Print this version whole, as JSON.")] = None,
    limit: Annotated[int, limit_option("Most versions listed.")] = 50,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the versions of what decides who is who: when, by whom, what changed.

    Example: c360 tenant history acme --limit 5
    """
    with connected(dsn, data_dir) as connection:
        if version is not None:
            print_json(answer(connection, "SELECT {tenant}.metadata_version(%s)", tenant, version))
            return
        listed: list[dict[str, Any]] = answer(connection, _HISTORY, tenant, limit)
    if as_json:
        print_json(listed)
        return
    _print_table(
        ("version", "recorded", "by", "checksum", "changes"),
        [
            [
                row["version"],
                row["recorded_at"][:19],
                row["recorded_by"],
                row["checksum"][:12],
                ", ".join(row["changes"]) or "first version",
            ]
            for row in listed
        ],
    )


@app.command("plan")
def plan_command(
    tenant: Tenant,
    allow_type_change: AllowTypeChange = False,
    allow_drop: AllowDrop = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print the SQL a sync would run, and what it would lose.

    Example: c360 tenant plan acme
    """
    with connected(dsn, data_dir) as connection:
        plan = plan_tenant(connection, tenant, Permissions(allow_type_change, allow_drop))
        if as_json:
            print_json(_plan_document(plan))
            return
        _print_sql(connection, plan.sql)
    _say_losses(plan)


@app.command("sync")
def sync_command(
    tenant: Annotated[str | None, typer.Argument(metavar="TENANT", help="Name of the tenant, such as acme.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every tenant, one after the other, as after an upgrade.")
    ] = False,
    allow_type_change: AllowTypeChange = False,
    allow_drop: AllowDrop = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Make the schema of a tenant what its metadata say. Does nothing when it is already.

    Example: c360 tenant sync acme --dry-run
    """
    if (tenant is None) != every:
        raise UsageError("name one tenant, or give --all")
    permissions = Permissions(allow_type_change, allow_drop)
    done: list[dict[str, Any]] = []
    with connected(dsn, data_dir) as connection:
        for name in [tenant] if tenant is not None else [listed["tenant"] for listed in list_tenants(connection)]:
            if dry_run:
                plan = plan_tenant(connection, name, permissions)
                _print_sql(connection, plan.sql)
            else:
                plan = sync_tenant(connection, name, permissions)
                say(f"tenant {name}: " + (f"{len(plan.steps)} steps done." if plan.steps else "nothing to do."))
                done.append(_plan_document(plan))
            _say_losses(plan)
    if as_json and not dry_run:
        print_json(done if every else done[0])


@app.command("apply")
def apply_command(
    file: Annotated[Path, typer.Argument(help="YAML file that describes one tenant.")],
    yes: Yes = False,
    allow_type_change: AllowTypeChange = False,
    allow_drop: AllowDrop = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Bring a tenant in line with a file: plan, confirm, apply. Creates the tenant when it is new.

    Example: c360 tenant apply acme.yaml
    """
    declaration = read_declaration(file)
    permissions = Permissions(allow_type_change, allow_drop)
    with connected(dsn, data_dir) as connection:
        planned = _rehearsed(connection, declaration, permissions)
        if dry_run:
            _print_sql(connection, "" if planned.is_empty else planned.sql)
            return
        if not (planned.is_empty or yes):
            _say_plan(planned)
            confirm(f"Apply this to tenant {planned.tenant}?", yes)
        applied = apply_declaration(connection, declaration, permissions, lambda now: now.sql == planned.sql)
    if applied is None:
        say("nothing was changed: the tenant is no longer what the plan was made for. Try again.")
        raise typer.Exit(1)
    if as_json:
        print_json({"changes": list(applied.changes), **_plan_document(applied.plan)})
        return
    say(f"tenant {applied.tenant}: " + ("nothing to do." if applied.is_empty else "applied."))
    _say_losses(applied.plan)


@app.command("export")
def export_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Print a tenant as the YAML file that apply reads.

    Example: c360 tenant export acme
    """
    with connected(dsn, data_dir) as connection:
        if as_json:
            print_json(answer(connection, "SELECT {tenant}.tenant_blueprint()", tenant))
        else:
            print(export_tenant(connection, tenant), end="")


@app.command("suspend")
def suspend_command(
    tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Stop all writing to a tenant; it can still be read.

    Example: c360 tenant suspend acme
    """
    _switch("suspend_tenant", tenant, dsn, data_dir, as_json, dry_run)


@app.command("resume")
def resume_command(
    tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Let a suspended tenant be written again.

    Example: c360 tenant resume acme
    """
    _switch("resume_tenant", tenant, dsn, data_dir, as_json, dry_run)


@app.command("drop")
def drop_command(
    tenant: Tenant,
    confirmed: Annotated[str | None, typer.Option("--confirm", help="The exact name of the tenant again.")] = None,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Remove a tenant with all its data. Needs its exact name again, and --yes or an answer.

    Example: c360 tenant drop acme --confirm acme --yes
    """
    if dry_run:
        print(f"SELECT c360.drop_tenant({literal(tenant)}, {literal(tenant)});")
        return
    if confirmed is None and not yes and sys.stdin.isatty():
        confirmed = typer.prompt(f"Everything of tenant {tenant} will be gone. Type its name", err=True)
        yes = True
    if not yes or confirmed is None:
        raise UsageError(
            f"tenant {tenant} was not dropped",
            hint=f"This cannot be undone. If it is meant: c360 tenant drop {tenant} --confirm {tenant} --yes",
        )
    with connected(dsn, data_dir) as connection:
        say_warnings(connection)
        drop_tenant(connection, tenant, confirm=confirmed)
    if as_json:
        print_json({"tenant": tenant, "dropped": True})
        return
    say(f"tenant {tenant} is gone; the audit log keeps what was done to it.")


def _switch(function: str, tenant: str, dsn: str | None, data_dir: Path | None, as_json: bool, dry_run: bool) -> None:
    if dry_run:
        print(f"SELECT c360.{function}({literal(tenant)});")
        return
    with connected(dsn, data_dir) as connection, as_owner(connection):
        changed = call(connection, f"SELECT c360.{function}(%s)", tenant)
    status = "suspended" if function == "suspend_tenant" else "active"
    if as_json:
        print_json({"tenant": tenant, "status": status, "changed": changed})
        return
    say(f"tenant {tenant} {'is' if changed else 'was already'} {status}.")


@contextmanager
def _rehearsal(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """What happens inside is undone at the end."""
    with connection.transaction(force_rollback=True), as_owner(connection):
        yield


def _rehearsed(connection: psycopg.Connection[Any], declaration: Declaration, permissions: Permissions) -> Application:
    """What applying would do, found by doing it and taking it back: nothing is locked while a person thinks."""
    seen: list[Application] = []

    def look(application: Application) -> bool:
        seen.append(application)
        return False

    apply_declaration(connection, declaration, permissions, look)
    return seen[0]


def _say_plan(application: Application) -> None:
    for change in application.changes:
        say(f"  {change}")
    for step in application.plan.steps:
        say(f"  {step.reason}")
    _say_losses(application.plan)


def _sync_state(connection: psycopg.Connection[Any], tenant: str) -> dict[str, Any] | None:
    """How far the schema follows; None for those who are not told."""
    try:
        state: dict[str, Any] = answer(connection, "SELECT {tenant}.sync_state()", tenant)
    except psycopg.errors.InsufficientPrivilege:
        return None
    return state


def _sync_line(sync: dict[str, Any]) -> str:
    tenant, plan = sync["tenant"], sync["plan"] or {}
    if sync["state"] == "waits":
        return f"sync: waits for somebody to agree: {plan['detail']}. If it is meant: {plan['confirm']}"
    if sync["state"] == "failed":
        again = sync["retry_at"][:19]
        return f"sync: failed with {sync['error_code']}, tried again at {again}; c360 tenant sync {tenant}"
    if sync["state"] == "pending":
        return "sync: pending" + ("" if sync["auto_sync"] else f", the automatic one is off; c360 tenant sync {tenant}")
    return "sync: in line with the metadata" + (", indexes or golden records follow" if sync["is_finishing"] else "")


def _plan_document(plan: Plan) -> dict[str, Any]:
    def losses(items: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [
            {"attribute": x.attribute, "kind": x.kind, "values": x.value_count, "lost": x.lost_count} for x in items
        ]

    return {
        "tenant": plan.tenant,
        "is_empty": plan.is_empty,
        "steps": [{"reason": step.reason, "sql": step.sql} for step in plan.steps],
        "losses": losses(plan.losses),
        "kept": losses(plan.kept),
        "refused": losses(plan.refused),
    }


def _print_sql(connection: psycopg.Connection[Any], sql: str) -> None:
    """SQL that psql can run as it stands, in the role that has to own everything."""
    if not sql.strip():
        say("nothing to do.")
        return
    owner = call(connection, "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'c360'")
    print(f"BEGIN;\nSET LOCAL ROLE {owner};\n\n{sql.rstrip()}\n\nCOMMIT;")


def _say_losses(plan: Plan) -> None:
    for loss in plan.losses:
        say(f"note: {loss}.")
    for loss in plan.kept:
        say(f"note: column {loss.attribute} is kept with {loss.value_count} values; {loss.flag} drops it.")
    for loss in plan.refused:
        say(f"refused: {loss}; {loss.flag} allows it.")


def _print_table(titles: tuple[str, ...], rows: list[list[Any]]) -> None:
    table = Table(*titles, box=None)
    for row in rows:
        table.add_row(*(("yes" if cell else "") if isinstance(cell, bool) else str(cell) for cell in row))
    print_table(table)
