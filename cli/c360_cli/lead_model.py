"""What a fit of the model of leads looks like on a screen. Formats; decides nothing."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from c360_cli.clv import calibration, percent, print_missing
from c360_cli.output import print_table, say


def print_fit(fit: dict[str, Any]) -> None:
    """A row of cdp_lead_fits: how it went, its coefficients, what was left out, and how it was judged."""
    if fit["status"] == "no_model":
        say("This tenant has no model of leads. Set one: lead_model in its file, or set_lead_model().")
        return
    if fit["status"] == "not_enough":
        print_missing(fit["missing"])
        _print_warnings(fit["warnings"])
        return
    say(
        f"Fitted to {fit['cases']:,} leads of {fit['cut_day']}, of whom {fit['reached']:,} reached"
        f' "{fit["goal"]}" within {fit["within_days"]} days: {fit["status"]}.'
    )
    if fit["coefficients"]:
        print_table(_coefficients(fit))
    _print_warnings(fit["warnings"])
    if fit["validation"] is None:
        say("Unvalidated: a goal earlier there were too few leads to fit to.")
        return
    print_validation(fit["validation"])


def print_validation(said: dict[str, Any]) -> None:
    """How likely leads were said to reach the goal beside how many did, by decile."""
    say(f"Fitted to the time until {said['cut_day']}, judged by {said['cut_day']} to {said['until_day']}:")
    print_table(calibration(said["by_decile"], "decile", "decile", ("leads", "reached it", "expected")))
    print_table(figures(said, "leads", "reached it"))


def figures(said: dict[str, Any], title: str, done: str) -> Table:
    """How far probabilities were off, with what to compare each figure with."""
    table = Table("figure", box=None)
    table.add_column("", justify="right")
    table.add_column("what it says")
    table.add_row(title, f"{said['reached']:,} {done}, {said['expected']:,.0f} expected", f"of {said['cases']:,}")
    table.add_row("bias", percent(said["bias"]), "of all that were expected to")
    if said["auc"] is not None:
        table.add_row("AUC", f"{said['auc']:.4f}", "whether those who did are told from the others: .5 is a coin")
    table.add_row(
        "Brier", f"{said['brier']:.4f}", f"mean square error; giving all the same has {said['brier_of_rate']:.4f}"
    )
    table.add_row(
        "log-loss", f"{said['log_loss']:.4f}", f"the same for certainty; of all the same {said['log_loss_of_rate']:.4f}"
    )
    return table


def _coefficients(fit: dict[str, Any]) -> Table:
    table = Table("feature", box=None)
    for title in ("coefficient", "standard error", "mean"):
        table.add_column(title, justify="right")
    first, *others = fit["coefficients"]
    table.add_row("(of everybody)", f"{first:.4f}", "", "")
    errors = fit["standard_errors"] or [None] * len(others)
    for feature, coefficient, error, mean in zip(fit["features"], others, errors, fit["means"], strict=True):
        table.add_row(feature["name"], f"{coefficient:.4f}", "" if error is None else f"{error:.4f}", f"{mean:.4f}")
    return table


def _print_warnings(warnings: dict[str, Any]) -> None:
    for name, why in (("constant", "is the same for all leads"), ("masked", "is about a masked attribute")):
        for feature in warnings.get(name, ()):
            say(f'left out: feature "{feature}" {why}')
    if "left_out" in warnings:
        say(f"left out: {warnings['left_out']:,} leads beyond those fitted to")
    if "ridge" in warnings:
        say(f"fitted with a ridge, because {warnings['ridge']}")
