"""`c360 review`: decide about links that the rules leave to a person, and look after such decisions."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from c360.domain.errors import IdentityRefused, UsageError
from c360_cli.connection import connected
from c360_cli.decision import Preview, Reason, decided, show_changes
from c360_cli.explanation import draw_link, person_text
from c360_cli.options import DataDir, Dsn, Json, Tenant, limit_option
from c360_cli.output import console, print_json, print_table, printable, say
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Decide who is who where the rules do not.\n\nExample: c360 review list acme", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the review, as listed.")]
Override = Annotated[int, typer.Argument(metavar="OVERRIDE", help="Number of the override, as listed.")]
Observations = Annotated[str, typer.Argument(metavar="OBSERVATIONS", help="Numbers of observations, such as 12,17.")]

_REVIEWS = """
    SELECT coalesce(json_agg(review ORDER BY review.score DESC, review.match_review_id), '[]')
    FROM {tenant}.match_reviews(%s, %s, %s) AS review
"""
_OVERRIDES = """
    SELECT coalesce(json_agg(override ORDER BY override.link_override_id DESC), '[]')
    FROM {tenant}.link_overrides() AS override
"""


@app.command("list")
def list_command(
    tenant: Tenant,
    status: Annotated[str, typer.Option(help="open, accepted, rejected, obsolete or all.", metavar="STATUS")] = "open",
    limit: Annotated[int, limit_option("How many at most, surest first.")] = 50,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List links that wait for a decision, surest first.

    Example: c360 review list acme
    """
    if status not in {"open", "accepted", "rejected", "obsolete", "all"}:
        raise UsageError(f"there is no status {status}", hint="Take open, accepted, rejected, obsolete or all.")
    reviews = decided(dsn, data_dir, _REVIEWS, tenant, None if status == "all" else status, limit, None)
    if as_json:
        print_json(reviews)
        return
    table = Table("review", "status", "rule", "score", "in the way", "first", "second", box=None)
    for review in printable(reviews):
        table.add_row(
            str(review["match_review_id"]),
            review["status"],
            review["rule"],
            f"{review['score']:.3f}",
            review["obstacle"],
            _in_short(review["first"]),
            _in_short(review["second"]),
        )
    print_table(table)
    if not reviews:
        say("Nothing waits." if status == "open" else "There are none.")


@app.command("show")
def show_command(
    tenant: Tenant, number: Number, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Show both sides of a link that waits, with what speaks for it and against it.

    Example: c360 review show acme 12
    """
    with connected(dsn, data_dir) as connection:
        review = _review(connection, tenant, number)
        pair = [str(review[side]["raw_profile_id"]) for side in ("first", "second")]
        explained = answer(connection, "SELECT {tenant}.explain_link(%s, %s)", tenant, *pair)
    if as_json:
        print_json(review | {"explained": explained})
        return
    review, explained = printable(review), printable(explained)
    screen = console(markup=False)
    screen.print(f"review {number}: {review['status']}, {review['rule']}, score {review['score']:.3f}")
    screen.print(f"in the way: {review['obstacle']}")
    print_table(_side_by_side(review["first"], review["second"]))
    draw_link(explained)


@app.command("accept")
def accept_command(
    tenant: Tenant,
    number: Number,
    reason: Reason = "",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Preview = False,
) -> None:
    """Decide that the two are one person.

    Example: c360 review accept acme 12 --reason 'same address'
    """
    query = "SELECT {tenant}.accept_review(%s, %s, %s)"
    show_changes(decided(dsn, data_dir, query, tenant, number, reason, dry_run), as_json)


@app.command("reject")
def reject_command(
    tenant: Tenant,
    number: Number,
    reason: Reason = "",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Preview = False,
) -> None:
    """Decide that the two are two persons.

    Example: c360 review reject acme 12 --reason 'father and son'
    """
    query = "SELECT {tenant}.reject_review(%s, %s, %s)"
    show_changes(decided(dsn, data_dir, query, tenant, number, reason, dry_run), as_json)


@app.command("overrides")
def overrides_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List what people decided about who is who, newest first.

    Example: c360 review overrides acme
    """
    overrides = decided(dsn, data_dir, _OVERRIDES, tenant)
    if as_json:
        print_json(overrides)
        return
    table = Table("override", "kind", "by", "when", "reason", "observations", box=None)
    for override in printable(overrides):
        sides = [_numbers(override[side]) for side in ("side_1", "side_2")]
        table.add_row(
            str(override["link_override_id"]),
            override["kind"],
            override["set_by"],
            override["set_at"],
            override["reason"],
            " | ".join(side for side in sides if side),
        )
    print_table(table)


@app.command("decide")
def decide_command(
    tenant: Tenant,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="must_link (one person) or cannot_link (two).")],
    first: Observations,
    second: Observations,
    reason: Reason = "",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Preview = False,
) -> None:
    """Decide about observations that no review is about: one person, or two.

    Example: c360 review decide acme cannot_link 12,17 31
    """
    query = "SELECT {tenant}.set_link_override(%s, %s::bigint[], %s::bigint[], %s, %s)"
    sides = [_observation_numbers(side) for side in (first, second)]
    show_changes(decided(dsn, data_dir, query, tenant, kind, *sides, reason, dry_run), as_json)


@app.command("withdraw")
def withdraw_command(
    tenant: Tenant,
    override: Override,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Preview = False,
) -> None:
    """Take a decision back: the rules decide again.

    Example: c360 review withdraw acme 3
    """
    changes = decided(dsn, data_dir, "SELECT {tenant}.remove_link_override(%s, %s)", tenant, override, dry_run)
    if changes is None:
        raise IdentityRefused(
            f"tenant {tenant} has no override {override}",
            code="U2307",
            hint=f"List them: c360 review overrides {tenant}",
        )
    show_changes(changes | {"link_override_id": None}, as_json)


def _review(connection: Any, tenant: str, number: int) -> dict[str, Any]:
    reviews = answer(connection, _REVIEWS, tenant, None, 1, number)
    if not reviews:
        raise IdentityRefused(
            f"tenant {tenant} has no review {number}", code="U2302", hint=f"List them: c360 review list {tenant}"
        )
    review: dict[str, Any] = reviews[0]
    return review


def _side_by_side(first: dict[str, Any], second: dict[str, Any]) -> Table:
    table = Table("", f"observation {first['raw_profile_id']}", f"observation {second['raw_profile_id']}", box=None)
    table.add_row("golden record", first["profile_id"] or "-", second["profile_id"] or "-")
    for name in ("source", "observed_at"):
        table.add_row(name, first[name], second[name])
    for name in sorted({*first["attributes"], *second["attributes"]}):
        table.add_row(name, *(_cell(side["attributes"].get(name)) for side in (first, second)))
    kinds = [one["identifier_type"] for one in [*first["identifiers"], *second["identifiers"]]]
    for kind in dict.fromkeys(kinds):
        table.add_row(kind, *(_held(side, kind) for side in (first, second)))
    return table


def _held(side: dict[str, Any], kind: str) -> str:
    return ", ".join(one["value"] for one in side["identifiers"] if one["identifier_type"] == kind) or "-"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _in_short(side: dict[str, Any]) -> str:
    who = person_text(side["attributes"])
    held = [one["value"] for one in side["identifiers"]][: 1 if who else 2]
    return f"{side['raw_profile_id']}: " + ", ".join(part for part in [who, *held] if part)


def _numbers(side: list[dict[str, Any]]) -> str:
    numbers = [str(member["raw_profile_id"]) for member in side]
    return ", ".join(numbers[:6]) + (f" and {len(numbers) - 6} more" if len(numbers) > 6 else "")


def _observation_numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"{text} is not a list of observations", hint="Write numbers, such as 12,17.") from None
