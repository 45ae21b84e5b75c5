"""`c360 trait`: compute traits of customers, see what they are and why. c360.governance checks expressions."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer
from rich.table import Table

from c360.domain.tenants import ComputedTrait
from c360_cli.connection import connected
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Who, Yes, confirm
from c360_cli.output import in_steps, print_json, print_table, printable, say, shown
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Compute traits of customers from what they did.\n\nExample: c360 trait list acme", no_args_is_help=True
)

Code = Annotated[str, typer.Argument(metavar="TRAIT", help="Code of the trait, such as favourite_category.")]
Title = Annotated[str | None, typer.Option(help="What people call it.")]
Description = Annotated[str | None, typer.Option(help="What it is for.")]
As = Annotated[
    str,
    typer.Option("--as", metavar="EXPRESSION", help="What it is, such as \"event_sum('Order Completed', 'total')\"."),
]

_LIST = "SELECT to_jsonb(listed.*) AS row FROM {tenant}.list_computed_traits() AS listed"
_WHY = "SELECT {tenant}.explain_trait(%s, %s)"
_FIND = "SELECT {tenant}.profile(%s, %s) ->> 'profile_id'"
_REFRESH = "SELECT {tenant}.refresh_traits()"


@app.command("create")
def create_command(
    tenant: Tenant,
    trait: Code,
    expression: As,
    title: Title = None,
    description: Description = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Tell traits.updated of everybody who has a value from the start.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Make a computed trait and work it out for everybody.

    Example: c360 trait create acme spent --as "event_sum('Order Completed', 'total')"
    """
    made = ComputedTrait(
        name=trait, title=title or "", description=description or "", expression=expression, notifies_first=notify
    )
    _put(tenant, made, True, dsn, data_dir, as_json, dry_run)


@app.command("set")
def set_command(
    tenant: Tenant,
    trait: Code,
    expression: Annotated[str | None, typer.Option("--as", metavar="EXPRESSION", help="Another expression.")] = None,
    title: Title = None,
    description: Description = None,
    paused: Annotated[
        bool | None, typer.Option("--pause/--resume", help="Leave the values as they are, or go on.")
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Change a computed trait; with another expression it is worked out anew.

    Example: c360 trait set acme spent --title 'Money spent'
    """
    from c360.governance.traiting import find_trait  # here, because it brings the slow renderer along

    given: dict[str, Any] = {"expression": expression, "title": title, "description": description}
    if paused is not None:
        given["status"] = "paused" if paused else "active"
    with connected(dsn, data_dir) as connection:
        known = find_trait(connection, tenant, trait)
    changed = dataclasses.replace(known, **{key: value for key, value in given.items() if value is not None})
    _put(tenant, changed, False, dsn, data_dir, as_json, dry_run)


@app.command("remove")
def remove_command(
    tenant: Tenant,
    trait: Code,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Remove a computed trait with its values. One that a segment looks at stays.

    Example: c360 trait remove acme spent --yes
    """
    from c360.governance.traiting import drop_trait, find_trait

    with connected(dsn, data_dir) as connection:
        if dry_run:
            print(drop_trait(connection, tenant, trait, dry_run=True).sql)
            return
        find_trait(connection, tenant, trait)
        confirm(f"Remove trait {trait} of tenant {tenant} with its values?", yes)
        drop_trait(connection, tenant, trait)
    if as_json:
        print_json({"trait": trait, "removed": True})
        return
    say(f"trait {trait} is removed.")


@app.command("preview")
def preview_command(
    tenant: Tenant,
    expression: As,
    sample: Annotated[int, typer.Option(min=0, max=1000, help="How many customers to show.")] = 10,
    timeout: Annotated[int, typer.Option(min=1, max=3600, help="Seconds it may take.")] = 60,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what an expression answers for some customers, and of which type it is. Keeps nothing.

    Example: c360 trait preview acme --as "event_sum('Order Completed', 'total')"
    """
    from c360.governance.traiting import preview_trait

    with connected(dsn, data_dir) as connection:
        found = preview_trait(connection, tenant, expression, sample, timeout)
    if as_json:
        print_json(found)
        return
    names = list(dict.fromkeys(name for row in found["sample"] for name in row["values"]))
    table = Table("profile", "value", *map(printable, names), box=None)
    for row in found["sample"]:
        table.add_row(row["profile_id"], _value(row["value"]), *(_value(row["values"].get(name)) for name in names))
    if found["sample"]:
        print_table(table)
    say(f"{found['data_type']}; {found['values']} of {found['profiles']} golden records have a value.")


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the computed traits of a tenant.

    Example: c360 trait list acme
    """
    with connected(dsn, data_dir) as connection:
        traits = [row["row"] for row in records(connection, _LIST, tenant)]
    if as_json:
        print_json(traits)
        return
    table = Table("trait", "type", "status", "title", "expression", box=None)
    for row in printable(traits):
        status = row["status"] if row["is_current"] or row["status"] == "new" else f"{row['status']}, to be synced"
        if row["problem"]:
            status = f"{status}: {row['problem']}"
        table.add_row(row["trait"], row["data_type"] or "", status, row["title"], row["expression"])
    print_table(table)


@app.command("show")
def show_command(
    tenant: Tenant,
    trait: Code,
    profile: Who,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show a computed trait of a customer and the values it looks at.

    Example: c360 trait show acme spent email=an@shop.vn
    """
    with connected(dsn, data_dir) as connection:
        profile_id = answer(connection, _FIND, tenant, *named_identifier(profile))
        found = answer(connection, _WHY, tenant, trait, profile_id)
    if as_json:
        print_json(found)
        return
    table = Table("looked at", "value", box=None)
    for name, value in found["values"].items():
        table.add_row(printable(name), _value(value))
    print_table(table)
    say(f"{trait} of {profile_id} is {_value(found['kept'])}.")
    if not found["is_kept"]:
        say(f"Worked out now it is {_value(found['now'])}; the next refresh keeps that.")


@app.command("refresh")
def refresh_command(
    tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Look at everybody: new expressions, and values that change because time passes.

    Example: c360 trait refresh acme
    """
    from c360.governance.traiting import fill_traits

    if dry_run:
        print_sql(_REFRESH, tenant)
        return
    with connected(dsn, data_dir) as connection, in_steps("looking at everybody", "golden records") as steps:
        done = fill_traits(connection, tenant, steps.advance, whole=True)
    if as_json:
        print_json(done)
        return
    say("{profiles} golden records looked at, {changed} changed.".format(**done))


def _put(
    tenant: str, trait: ComputedTrait, is_new: bool, dsn: str | None, data_dir: DataDir, as_json: bool, dry_run: bool
) -> None:
    from c360.governance.traiting import fill_traits, put_trait

    with connected(dsn, data_dir) as connection:
        plan = put_trait(connection, tenant, trait, is_new=is_new, dry_run=dry_run)
        if dry_run:
            print(plan.sql)
            return
        connection.commit()
        with in_steps(f"filling trait {trait.name}", "golden records") as steps:
            done = fill_traits(connection, tenant, steps.advance)
        listed = [row["row"] for row in records(connection, _LIST, tenant) if row["row"]["trait"] == trait.name]
    if as_json:
        print_json({**listed[0], "changed": done["changed"]})
        return
    say(f"trait {trait.name} is {listed[0]['data_type']}; {done['changed']} golden records changed.")
    if listed[0]["problem"]:
        say(listed[0]["problem"] + ": those have no value.")


def _value(value: Any) -> str:
    return ", ".join(_value(item) for item in value) if isinstance(value, list) else shown(value)
