"""`c360 identity train`, `model` and `sweep`: models of the scored match rule.

Prints what the database learnt; decides nothing and never shows values of observations.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant
from c360_cli.output import print_json, print_table, printable, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

_TRAIN = "SELECT {tenant}.train_match_model(%s, %s, %s, %s)"
_SWEEP = "SELECT coalesce(json_agg(step), '[]') FROM {tenant}.match_model_sweep(%s) AS step"


def register(app: typer.Typer) -> None:
    """Add the commands to the group identity."""
    app.command("train")(train_command)
    app.command("model")(model_command)
    app.command("sweep")(sweep_command)


def train_command(
    tenant: Tenant,
    rule: Annotated[str | None, typer.Option(help="The scored rule; needed only to make sure it is the one.")] = None,
    seed: Annotated[int, typer.Option(help="Another number looks at other pairs.")] = 1,
    max_pairs: Annotated[int, typer.Option(min=1000, max=1_000_000, help="Pairs each pass looks at.")] = 40_000,
    activate: Annotated[bool, typer.Option(help="Let the model score from now on.")] = True,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Learn from the observations what agreement and disagreement of each attribute weigh.

    Example: c360 identity train acme
    """
    if dry_run:
        print_sql(_TRAIN, tenant, rule, seed, max_pairs, activate)
        return
    with connected(dsn, data_dir) as connection:
        connection.add_notice_handler(lambda notice: say(notice.message_primary or ""))
        trained = answer(connection, _TRAIN, tenant, rule, seed, max_pairs, activate)
    if as_json:
        print_json(trained)
        return
    _show_passes(trained["passes"])
    per_record = trained["lambda"] * (trained["records"] - 1)
    say(
        f"Model {trained['match_model_id']} of rule {trained['rule']}: {trained['records']} observations,"
        f" each the same person as {per_record:.2f} others on average."
    )
    say("It scores from now on." if trained["is_active"] else "It is kept and does not score.")
    if trained["stale_pairs"]:
        say(f"{trained['stale_pairs']} pairs are of an older model: c360 identity rebuild {tenant} scores them anew.")


def model_command(
    tenant: Tenant,
    number: Annotated[int | None, typer.Option("--model", help="Number of the model. Default: the active one.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show the probabilities and weights of a model.

    Example: c360 identity model acme
    """
    with connected(dsn, data_dir) as connection:
        model = answer(connection, "SELECT {tenant}.match_model(%s)", tenant, number)
    if as_json:
        print_json(model)
        return
    comparisons = printable(model["comparisons"])
    _show_weights([comparison for comparison in comparisons if comparison["is_observed"]])
    _show_passes(model["passes"])
    state = (
        "scores" if model["is_in_force"] else "active, but trained for another recipe" if model["is_active"] else "kept"
    )
    say(
        f"Model {model['match_model_id']} of rule {model['rule']} ({state}): prior {model['prior_bits']:.1f} bits,"
        f" {model['records']} observations, {model['shared_values']} shared values, {model['common_keys']} common keys."
    )


def sweep_command(
    tenant: Tenant,
    truth: Annotated[str | None, typer.Option(help="Trait that tells who an observation is of.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what each match threshold would tie, before protection.

    Example: c360 identity sweep acme
    """
    with connected(dsn, data_dir) as connection:
        steps: list[dict[str, Any]] = answer(connection, _SWEEP, tenant, truth)
    if as_json:
        print_json(steps)
        return
    table = Table("threshold", *(("pairs", "groups", "largest") + (("precision", "recall", "F1") if truth else ())))
    for column in table.columns:
        column.justify = "right"
    for step in steps:
        shares = [_share(step[name]) for name in ("precision", "recall", "f1")] if truth else []
        table.add_row(f"{step['threshold']:g}", *(str(step[name]) for name in ("pairs", "groups", "largest")), *shares)
    print_table(table)


def _show_weights(comparisons: list[dict[str, Any]]) -> None:
    table = Table("comparison", "level", "m", "u", "weight")
    for column in list(table.columns)[2:]:
        column.justify = "right"
    for comparison in comparisons:
        name = comparison["name"]
        for level in comparison["levels"]:
            rarity = " + rarity" if comparison["has_frequencies"] and level is comparison["levels"][0] else ""
            table.add_row(
                name, level["label"], f"{level['m']:.4f}", f"{level['u']:.6f}", f"{level['weight']:+.1f}{rarity}"
            )
            name = ""
    print_table(table)


def _show_passes(passes: list[dict[str, Any]]) -> None:
    table = Table("pass", "pairs", "matches", "iterations", "last change")
    for column in list(table.columns)[1:]:
        column.justify = "right"
    for row in passes:
        table.add_row(
            row["pass"], str(row["pairs"]), str(row["matches"]), str(row["iterations"]), f"{row['change']:.5f}"
        )
    print_table(table)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
