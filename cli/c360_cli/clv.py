"""What a fit of customer lifetime value looks like on a screen. Formats; decides nothing."""

from __future__ import annotations

from typing import Any

from rich.bar import Bar
from rich.table import Table

from c360_cli.output import print_table, say

_BAR_WIDTH = 30
_PARAMETERS = (
    ("standard_errors", ("r", "alpha", "a", "b")),
    ("spend_standard_errors", ("p", "q", "v")),
)
_MEANINGS = {
    "boundary": "the data push a parameter to its limit, as where all are alike; usable, without standard errors.",
    "max_iter": "the search ended before the best parameters were found; not used.",
    "stalled": "the search got no further before it was at the best parameters; not used.",
    "correlated": "customers who buy more often spend otherwise, which the model cannot say; no expected value.",
}
_MODELS = {"bg_nbd": "BG/NBD", "mbg_nbd": "MBG/NBD"}


def print_fit(fit: dict[str, Any]) -> None:
    """A row of cdp_model_fits: how it went, its parameters, what was left out, and how it was judged."""
    if fit["status"] == "not_enough":
        print_missing(fit["missing"])
        return
    say(
        f"{_MODELS[fit['model']]} fitted to {fit['customers']:,} customers as of {fit['as_of']}: {fit['status']};"
        f" spend (Gamma-Gamma) of {fit['spend_customers']:,}: {fit['spend_status']}."
    )
    for status in dict.fromkeys((fit["status"], fit["spend_status"])):
        if status in _MEANINGS:
            say(f"{status}: {_MEANINGS[status]}")
    print_table(_parameters(fit))
    for reason, count in fit["warnings"].items():
        say(f"left out: {count:,} {reason.replace('_', ' ')}")
    print_missing(fit["missing"])
    if fit["validation"] is None:
        say("Unvalidated: before the days held out there were too few customers to fit to.")
        return
    print_validation(fit["validation"])


def print_missing(missing: list[dict[str, Any]]) -> None:
    """What there is not enough of."""
    for part in missing:
        say(f"not enough {part['what']}: {part['have']:,} of {part['needed']:,}")


def print_validation(said: dict[str, Any]) -> None:
    """What was expected of the days held out beside what came, by how often customers had bought, and by decile."""
    say(
        f"Fitted to the time until {said['calibrated_until']}, judged by {said['calibrated_until']} to {said['until']}:"
    )
    print_table(calibration(said["by_frequency"], "repeats", "x"))
    print_table(calibration(said["by_decile"], "decile", "decile"))
    print_table(_figures(said))


def calibration(
    parts: list[dict[str, Any]],
    title: str,
    name: str,
    columns: tuple[str, str, str] = ("customers", "bought", "expected"),
) -> Table:
    """What came of groups of customers beside what was expected of them, with bars to compare."""
    table = Table(title, box=None)
    for column in columns:
        table.add_column(column, justify="right")
    table.add_column(f"{columns[1]} above, expected below", min_width=_BAR_WIDTH)
    most = max(max(part["actual"], part["expected"]) for part in parts) or 1
    last = max(part[name] for part in parts)
    for part in parts:
        label = f"{part[name]}+" if name == "x" and part[name] == last == 7 else str(part[name])
        table.add_row(
            label,
            f"{part['customers']:,}",
            f"{part['actual']:.3f}",
            f"{part['expected']:.3f}",
            Bar(most, 0, part["actual"], width=_BAR_WIDTH),
        )
        table.add_row("", "", "", "", Bar(most, 0, part["expected"], width=_BAR_WIDTH, color="cyan"))
    return table


def percent(part: float | None) -> str:
    """A share of what came, with its sign."""
    return "" if part is None else f"{part:+.1%}"


def _parameters(fit: dict[str, Any]) -> Table:
    table = Table("parameter", box=None)
    for title in ("value", "standard error"):
        table.add_column(title, justify="right")
    for errors, names in _PARAMETERS:
        for place, name in enumerate(names):
            error = fit[errors] and fit[errors][place]
            if fit[name] is not None:
                table.add_row(name, f"{fit[name]:.4f}", "" if error is None else f"{error:.4f}")
    return table


def _figures(said: dict[str, Any]) -> Table:
    table = Table("figure", box=None)
    table.add_column("", justify="right")
    table.add_column("what it says")
    table.add_row("purchases", f"{said['actual']:,} bought, {said['expected']:,.0f} expected", "in all")
    table.add_row("bias", percent(said["bias"]), "of all expected purchases")
    table.add_row(
        "MAE", f"{said['mae']:.4f}", f"off by, of each customer; expecting nothing is off by {said['mae_of_none']:.4f}"
    )
    table.add_row("RMSE", f"{said['rmse']:.4f}", "the same, large misses weighing more")
    if said["auc"] is not None:
        table.add_row(
            "AUC", f"{said['auc']:.4f}", "whether those who bought nothing are told from the others: .5 is a coin"
        )
    table.add_row("Brier", f"{said['brier']:.4f}", "how far the probability of buying nothing was off; 0 is best")
    if said["value"]:
        table.add_row("value bias", percent(said["value"]["bias"]), "of all expected value")
    return table
