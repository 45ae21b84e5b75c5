"""What a fit of the model of subscriptions looks like on a screen. Formats; decides nothing."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from c360_cli.clv import calibration, print_missing
from c360_cli.lead_model import figures
from c360_cli.output import print_table, say


def print_fit(fit: dict[str, Any]) -> None:
    """A row of cdp_subscription_fits: how it went, its parameters, what was left out, and how it was judged."""
    if fit["status"] == "no_subscriptions":
        say("This tenant tells of no subscriptions. Say how it does: subscription in its file, or set_subscription().")
        return
    if fit["status"] == "not_enough":
        print_missing(fit["missing"])
    else:
        say(
            f"sBG fitted to {fit['contracts']:,} contracts as of {fit['as_of']}, of which {fit['lost']:,} ended:"
            f" {fit['status']}."
        )
        print_table(_parameters(fit))
    if fit["undecided"]:
        say(f"left out: {fit['undecided']:,} contracts in their first period")
    if fit["unknown_start"]:
        say(f"left out: {fit['unknown_start']:,} contracts whose start was never told")
    if fit["validation"] is not None:
        print_validation(fit["validation"])
    elif fit["status"] != "not_enough":
        say("Unvalidated: before the periods held out there were too few contracts to fit to.")


def print_validation(said: dict[str, Any]) -> None:
    """How many contracts were expected to be kept beside how many were, by how often they had been renewed."""
    say(
        f"Fitted to the time until {said['calibrated_until']}, judged by {said['calibrated_until']} to {said['until']}:"
    )
    print_table(calibration(said["by_age"], "renewals", "age", ("contracts", "kept", "expected")))
    print_table(figures(said, "contracts", "kept"))


def _parameters(fit: dict[str, Any]) -> Table:
    table = Table("parameter", box=None)
    for title in ("value", "standard error"):
        table.add_column(title, justify="right")
    errors = fit["standard_errors"] or [None, None]
    for name, error in zip(("alpha", "beta"), errors, strict=True):
        table.add_row(name, f"{fit[name]:.4f}", "" if error is None else f"{error:.4f}")
    return table
