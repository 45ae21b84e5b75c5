"""`c360 score fit|show|validate`: the models that scores come from. Everything is computed in the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from c360.domain.errors import UsageError
from c360_cli import clv, lead_model, subscription_model
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, time_option
from c360_cli.output import print_json, say, working
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer


class Score(StrEnum):
    """Scores that a model is fitted for."""

    CLV = "clv"
    LEAD = "lead"
    SUBSCRIPTIONS = "subscriptions"


_SHOW = """
    SELECT to_jsonb(fit)
    FROM {tenant}.{fits} AS fit
    WHERE fit.fit_id = coalesce(%s, (SELECT max(last.fit_id) FROM {tenant}.{fits} AS last))
"""


@dataclass(frozen=True)
class Model:
    """What is asked of the database for one of them, which options that takes besides --as-of, where fits are kept."""

    fit: str
    fit_options: tuple[str, ...]
    validate: str
    validate_options: tuple[str, ...]
    fits: str
    view: str
    print_fit: Callable[[dict[str, Any]], None]
    print_validation: Callable[[dict[str, Any]], None]

    @property
    def show(self) -> str:
        """The query of a fit that was kept, the last one for NULL."""
        return _SHOW.replace("{fits}", self.fits)


MODELS = {
    Score.CLV: Model(
        fit="""
    SELECT {tenant}.fit_clv(
        p_as_of => coalesce(%s::timestamptz, now()), p_model => %s, p_holdout_days => %s,
        p_months => %s, p_discount => %s, p_margin => %s, p_prior => %s
    )
""",
        fit_options=("model", "holdout_days", "months", "discount", "margin", "prior"),
        validate="""
    SELECT {tenant}.validate_clv(
        p_as_of => coalesce(%s::timestamptz, now()), p_model => %s, p_holdout_days => %s, p_prior => %s
    )
""",
        validate_options=("model", "holdout_days", "prior"),
        fits="cdp_model_fits",
        view="cdp_clv",
        print_fit=clv.print_fit,
        print_validation=clv.print_validation,
    ),
    Score.LEAD: Model(
        fit="SELECT {tenant}.fit_lead(p_as_of => coalesce(%s::timestamptz, now()), p_ridge => %s)",
        fit_options=("ridge",),
        validate="SELECT {tenant}.validate_lead(p_as_of => coalesce(%s::timestamptz, now()), p_ridge => %s)",
        validate_options=("ridge",),
        fits="cdp_lead_fits",
        view="cdp_lead_model",
        print_fit=lead_model.print_fit,
        print_validation=lead_model.print_validation,
    ),
    Score.SUBSCRIPTIONS: Model(
        fit="""
    SELECT {tenant}.fit_subscriptions(
        p_as_of => coalesce(%s::timestamptz, now()), p_holdout_periods => %s,
        p_periods => %s, p_discount => %s, p_prior => %s
    )
""",
        fit_options=("holdout_periods", "periods", "discount", "prior"),
        validate="""
    SELECT {tenant}.validate_subscriptions(
        p_as_of => coalesce(%s::timestamptz, now()), p_holdout_periods => %s, p_prior => %s
    )
""",
        validate_options=("holdout_periods", "prior"),
        fits="cdp_subscription_fits",
        view="cdp_subscriptions",
        print_fit=subscription_model.print_fit,
        print_validation=subscription_model.print_validation,
    ),
}

Which = Annotated[
    Score,
    typer.Argument(
        metavar="SCORE",
        help="clv, lifetime value; lead, how likely leads reach a goal; subscriptions, how long contracts last.",
    ),
]
AsOf = Annotated[str | None, time_option("--as-of", "Know only what was before, such as 2026-12-31. Default: now.")]
Method = Annotated[str, typer.Option("--model", help="Of clv: mbg_nbd or bg_nbd.")]
Holdout = Annotated[
    int | None,
    typer.Option("--holdout-days", help="Of clv: days to judge by. Default: half of the time since the first order."),
]
Prior = Annotated[
    float,
    typer.Option(
        "--prior",
        help="Of clv and subscriptions: weight of a prior in customers, such as 0.1 where all are alike.",
    ),
]
HoldoutPeriods = Annotated[
    int | None,
    typer.Option("--holdout-periods", help="Of subscriptions: periods to judge by. Default: half of those there were."),
]
Ridge = Annotated[float, typer.Option("--ridge", help="Of lead: draws coefficients towards 0; 1 is a little.")]


def fit_command(
    context: typer.Context,
    tenant: Tenant,
    score: Which = Score.CLV,
    as_of: AsOf = None,
    model: Method = "mbg_nbd",
    holdout_days: Holdout = None,
    holdout_periods: HoldoutPeriods = None,
    months: Annotated[int, typer.Option("--months", help="Of clv: how far it looks ahead.")] = 12,
    periods: Annotated[int, typer.Option("--periods", help="Of subscriptions: how far it looks ahead.")] = 12,
    discount: Annotated[float, typer.Option("--discount", help="Of clv by month, of subscriptions by period.")] = 0.01,
    margin: Annotated[float, typer.Option("--margin", help="Of clv: what stays of a value: 1 is revenue.")] = 1.0,
    prior: Prior = 0.0,
    ridge: Ridge = 0.0,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Fit the model of a score, judge it, and let its view show what it says.

    Example: c360 score fit acme clv --as-of 2026-06-30
    """
    asked = MODELS[score]
    said = {
        "model": model,
        "holdout_days": holdout_days,
        "holdout_periods": holdout_periods,
        "months": months,
        "periods": periods,
        "discount": discount,
        "margin": margin,
        "prior": prior,
        "ridge": ridge,
    }
    given = (as_of, *_given(context, score, asked.fit_options, said))
    if dry_run:
        print_sql(asked.fit, tenant, *given)
        return
    with connected(dsn, data_dir) as connection, working("fitting"):
        fit = answer(connection, asked.fit, tenant, *given)
    if as_json:
        print_json(fit)
        return
    asked.print_fit(fit)
    if fit.get("is_active"):
        say(f"Every golden record it speaks of is a row of the view tenant_{tenant}.{asked.view}.")


def show_command(
    tenant: Tenant,
    score: Which = Score.CLV,
    fit_id: Annotated[int | None, typer.Option("--fit", metavar="FIT", help="Which fit. Default: the last.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show a fit of the model of a score: parameters, warnings, and how it was judged.

    Example: c360 score show acme clv
    """
    with connected(dsn, data_dir) as connection:
        fit = answer(connection, MODELS[score].show, tenant, fit_id)
    if as_json:
        print_json(fit)
        return
    if fit is None:
        say(f"There is no such fit. Make one with: c360 score fit {tenant} {score}")
        return
    MODELS[score].print_fit(fit)


def validate_command(
    context: typer.Context,
    tenant: Tenant,
    score: Which = Score.CLV,
    as_of: AsOf = None,
    model: Method = "mbg_nbd",
    holdout_days: Holdout = None,
    holdout_periods: HoldoutPeriods = None,
    prior: Prior = 0.0,
    ridge: Ridge = 0.0,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Judge the model of a score by the last days of the tenant, fitted to the time before. Keeps nothing.

    Example: c360 score validate acme clv --holdout-days 90
    """
    asked = MODELS[score]
    said = {
        "model": model,
        "holdout_days": holdout_days,
        "holdout_periods": holdout_periods,
        "prior": prior,
        "ridge": ridge,
    }
    given = (as_of, *_given(context, score, asked.validate_options, said))
    with connected(dsn, data_dir) as connection, working("fitting"):
        judged = answer(connection, asked.validate, tenant, *given)
    if as_json:
        print_json(judged)
    elif judged is None:
        say("Before the days held out there was too little to fit to.")
    else:
        asked.print_validation(judged)


def _given(context: typer.Context, score: Score, options: tuple[str, ...], said: dict[str, Any]) -> list[Any]:
    """What was said for the options that the model takes; refuses those of another one."""
    foreign = sorted(
        "--" + option.replace("_", "-")
        for option in {*said} - {*options}
        if (source := context.get_parameter_source(option)) is not None and source.name == "COMMANDLINE"
    )
    if foreign:
        raise UsageError(f"the model of {score} has no {', '.join(foreign)}")
    return [said[option] for option in options]
