"""`c360 activation`: rules that say when whom to contact, whom they would reach, and why or why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from c360.domain.errors import UsageError
from c360_cli.connection import connected
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Who, Yes, confirm, span_option
from c360_cli.output import in_steps, print_json, print_table, printable, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records
from c360_cli.written import read_written

app = typer.Typer(
    help="Contact people by rules, and say why somebody is not contacted.\n\nExample: c360 activation list acme",
    no_args_is_help=True,
)

Rule = Annotated[str, typer.Argument(metavar="RULE", help="Name of the rule, such as abandoned_cart.")]

_LIST = "SELECT to_jsonb(listed.*) AS row FROM {tenant}.list_activation_rules() AS listed"
_SET = "SELECT {tenant}.set_activation_rule(%s, %s::jsonb, %s, %s, %s)"
_REMOVE = "SELECT {tenant}.remove_activation_rule(%s)"
_PREVIEW = "SELECT {tenant}.preview_activation(%s, %s::interval, %s)"
_WHY = "SELECT {tenant}.explain_activation(%s, %s, %s)"
_RUN = "SELECT {tenant}.run_activations()"
_KINDS = ("segment_entered", "segment_left", "score_crossed", "event", "no_event", "merged", "wait", "unless")
_OUTER = ("title", "description", "status")


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the rules of a tenant, how many people wait and what was decided within 30 days.

    Example: c360 activation list acme
    """
    with connected(dsn, data_dir) as connection:
        rules = [row["row"] for row in records(connection, _LIST, tenant)]
    if as_json:
        print_json(rules)
        return
    table = Table("rule", "status", "when", "channel", "purpose", "waiting", "requested", "refused", box=None)
    for row in printable(rules):
        said = row["definition"]
        when = ", ".join(f"{key} {_words(said['when'][key])}" for key in _KINDS if key in said["when"])
        counts = (str(row[name]) for name in ("waiting", "requested", "refused"))
        table.add_row(row["rule"], row["status"], when, said["channel"], said["purpose"], *counts)
    print_table(table)


@app.command("set")
def set_command(
    tenant: Tenant,
    rule: Rule,
    file: Annotated[Path, typer.Option("--file", metavar="FILE", help="The rule in YAML or JSON; - reads stdin.")],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Add a rule or change it. What happened before sets nothing off.

    Example: c360 activation set acme cart --file cart.yaml
    """
    stated = _read(file)
    definition = {key: value for key, value in stated.items() if key not in _OUTER}
    outer = [stated.get("title", ""), stated.get("description", ""), stated.get("status", "active")]
    if dry_run:
        print_sql(_SET, tenant, rule, json.dumps(definition), *outer)
        return
    with connected(dsn, data_dir) as connection:
        changed = answer(connection, _SET, tenant, rule, json.dumps(definition), *outer)
    if as_json:
        print_json({"changed": changed})
        return
    if not changed:
        say(f"tenant {tenant}: rule {rule} is as it was.")
        return
    say(f"tenant {tenant}: rule {rule} is in force. Whom it would reach: c360 activation preview {tenant} {rule}")


@app.command("remove")
def remove_command(
    tenant: Tenant,
    rule: Rule,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Remove a rule: what waits for it is not asked for any more.

    Example: c360 activation remove acme cart
    """
    if dry_run:
        print_sql(_REMOVE, tenant, rule)
        return
    confirm(f"Remove rule {rule} of tenant {tenant}?", yes)
    with connected(dsn, data_dir) as connection:
        removed = answer(connection, _REMOVE, tenant, rule)
    if as_json:
        print_json({"removed": removed})
        return
    say(f"tenant {tenant}: rule {rule} {'is gone' if removed else 'was not there'}.")


@app.command("preview")
def preview_command(
    tenant: Tenant,
    rule: Rule,
    within: Annotated[str, span_option("--within", "How far back events, merges and leavings are looked at.")] = "7d",
    sample: Annotated[int, typer.Option(min=0, max=1000, help="How many people are shown.")] = 20,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say whom a rule would reach as it stands, and why not the others. Changes nothing.

    Example: c360 activation preview acme cart --sample 100
    """
    with connected(dsn, data_dir) as connection:
        found = answer(connection, _PREVIEW, tenant, rule, within, sample)
    if as_json:
        print_json(found)
        return
    held = f", {found['held']} of them after their quiet hours" if found["held"] else ""
    say(f"{rule} would reach {found['reached']} of {found['considered']} people{held}.")
    reasons = Table("why not", "people", box=None)
    for reason, count in sorted(found["reasons"].items(), key=lambda item: -item[1]):
        reasons.add_row(reason, str(count))
    print_table(reasons)
    people = Table("profile", "reached", "why not", box=None)
    for entry in found["sample"]:
        people.add_row(entry["profile_id"], "yes" if entry["is_reached"] else "no", ", ".join(entry["reasons"]))
    print_table(people)


@app.command("why")
def why_command(
    tenant: Tenant, rule: Rule, who: Who, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Say why a rule does or does not contact a person: now, and what it decided before.

    Example: c360 activation why acme cart email=an@shop.vn
    """
    with connected(dsn, data_dir) as connection:
        told = answer(connection, _WHY, tenant, rule, *named_identifier(who))
    if as_json:
        print_json(told)
        return
    now = told["now"]
    say(f"{told['profile_id']}: {'would be contacted now' if now['is_reached'] else 'would not be contacted now'}.")
    for reason in now["reasons"]:
        say(f"  {reason}")
    if now["is_reached"] and now["resumes_at"]:
        say(f"  after the quiet hours, at {now['resumes_at']}")
    table = Table("when", "what", "why not", "set off by", "outcomes", box=None)
    for entry in told["waiting"]:
        table.add_row(entry["due_at"], "waits until then", "", entry["set_off_by"], "")
    for entry in told["decisions"]:
        what = "asked for" if entry["is_requested"] else "refused"
        outcomes = ", ".join(entry["outcomes"])
        table.add_row(entry["decided_at"], what, ", ".join(entry["reasons"]), entry["set_off_by"], outcomes)
    print_table(table)


@app.command("run")
def run_command(
    tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Decide what is due now. The worker does it by itself, every few seconds.

    Example: c360 activation run acme
    """
    if dry_run:
        print_sql(_RUN, tenant)
        return
    sums = {"requested": 0, "refused": 0, "held": 0}
    with connected(dsn, data_dir) as connection, in_steps("deciding", "persons") as steps:
        while True:
            step = answer(connection, _RUN, tenant)
            connection.commit()
            sums = {name: count + step[name] for name, count in sums.items()}
            steps.advance(sum(step[name] for name in sums))
            if not step["has_more"]:
                break
    if as_json:
        print_json(sums)
        return
    busy = " Another session is at it." if step.get("busy") else ""
    told = f"{sums['requested']} asked for, {sums['refused']} refused, {sums['held']} held over quiet hours."
    say(f"tenant {tenant}: {told}{busy}")


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {said}" for name, said in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _read(file: Path) -> dict[str, Any]:
    stated = read_written(file)
    if not isinstance(stated, dict):
        raise UsageError(f"{file} says no rule", hint="Write keys such as when, channel and purpose.")
    if unfit := [name for name in _OUTER if not isinstance(stated.get(name, ""), str)]:
        raise UsageError(f"{unfit[0]} of a rule is a text")
    return stated
