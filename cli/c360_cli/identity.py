"""`c360 identity`: run, watch and question identity resolution.

The worker resolves by itself; this is for people and scripts.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from c360.governance import preview_declaration, read_declaration
from c360_cli import matching
from c360_cli.connection import connected
from c360_cli.decision import Preview, decided, pair_lines, show_changes
from c360_cli.explanation import draw_link
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, limit_option
from c360_cli.output import in_steps, print_json, printable, say, working
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Run, watch and question identity resolution.\n\nExample: c360 identity status acme", no_args_is_help=True
)
matching.register(app)

_RESOLVE = "SELECT {tenant}.resolve_identities(%s)"

Record = Annotated[
    str,
    typer.Argument(metavar="RECORD", help="Number of an observation, id of a golden record, or type=value."),
]


@app.command("resolve")
def resolve_command(
    tenant: Tenant,
    batch: Annotated[int, typer.Option(min=1, max=1000000, help="Observations in one transaction.")] = 20000,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Resolve what waits, until nothing does. Exit code 1 when another resolver or an open edit has the tenant.

    Example: c360 identity resolve acme
    """
    if dry_run:
        print_sql(_RESOLVE, tenant, batch)
        return
    sums: Counter[str] = Counter()
    is_busy = False
    with connected(dsn, data_dir) as connection, in_steps("resolving", "observations") as steps:
        while True:
            counts = answer(connection, _RESOLVE, tenant, batch)
            is_busy = bool(counts.get("busy"))
            sums.update({name: count for name, count in counts.items() if name not in {"remaining", "busy"}})
            steps.advance(counts.get("claimed", 0))
            if is_busy or not counts.get("remaining"):
                break
    if as_json:
        print_json(dict(sums) | {"busy": is_busy})
    else:
        say(
            f"{sums['claimed']} rows taken, {sums['linked']} observations linked; golden records:"
            f" {sums['created']} created, {sums['updated']} updated, {sums['merged']} merged, {sums['split']} split."
        )
    if sums["failed"]:
        say(f"{sums['failed']} rows could not be resolved: see cdp_resolution_failures of tenant {tenant}.")
    if is_busy:
        say(f"Another resolver, or an open edit of golden records, has tenant {tenant}.")
        raise typer.Exit(1)


@app.command("explain")
def explain_command(
    tenant: Tenant,
    first: Record,
    second: Record,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say why two records are one person, or what stands between them.

    Example: c360 identity explain acme email=an@shop.vn user_id=7
    """
    explained = decided(dsn, data_dir, "SELECT {tenant}.explain_link(%s, %s)", tenant, first, second)
    if as_json:
        print_json(explained)
    else:
        draw_link(printable(explained))


@app.command("rebuild")
def rebuild_command(
    tenant: Tenant,
    limit: Annotated[int, limit_option("Changes of each kind to list; all are counted.", least=0)] = 50,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Preview = False,
) -> None:
    """Resolve everything anew by the rules of today, and show what differs from before.

    Example: c360 identity rebuild acme --dry-run --limit 20
    """
    with connected(dsn, data_dir) as connection, working("rebuilding"):
        connection.add_notice_handler(lambda notice: say(notice.message_primary or ""))
        changes = answer(connection, "SELECT {tenant}.rebuild_identities(%s, %s)", tenant, dry_run, limit)
    show_changes(changes, as_json)
    if not as_json:
        counts = changes["counts"]
        say(f"{changes['observations']} observations; " + ", ".join(f"{counts[name]} {name}" for name in counts) + ".")


@app.command("preview")
def preview_command(
    file: Annotated[Path, typer.Argument(help="YAML file that describes one tenant, as for c360 tenant apply.")],
    limit: Annotated[int, limit_option("Changes of each kind to list; all are counted.", least=0)] = 50,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show who would be who after applying a file and rebuilding. Does both in a transaction and takes it back.

    Example: c360 identity preview acme.yaml
    """
    declaration = read_declaration(file)
    with connected(dsn, data_dir) as connection, working("rebuilding"):
        connection.add_notice_handler(lambda notice: say(notice.message_primary or ""))
        preview = preview_declaration(connection, declaration, most=limit)
    changes = {"metadata": list(preview.application.changes), **preview.changes, "dry_run": True}
    if not as_json:
        for change in preview.application.changes or ("no metadata change",):
            say(f"  {change}")
        for line in pair_lines(changes["pairs"]):
            print(line)
    show_changes(changes, as_json)
    if not as_json:
        counts = changes["counts"]
        say(f"{changes['observations']} observations; " + ", ".join(f"{counts[name]} {name}" for name in counts) + ".")


@app.command("status")
def status_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show what waits, since when, and how many observations and golden records there are.

    Example: c360 identity status acme
    """
    with connected(dsn, data_dir) as connection:
        status = answer(connection, "SELECT to_json(status) FROM {tenant}.identity_status() AS status", tenant)
    if as_json:
        print_json(status)
        return
    for name, value in status.items():
        print(f"{name.replace('_', ' '):18} {value if value is not None else '-'}")
