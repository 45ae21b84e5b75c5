"""`c360 job`: what is done for a tenant at which times. What a job does and whether it may run is decided in SQL."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import datetime
from typing import Annotated, Any

import psycopg
import typer
from psycopg.types.json import Jsonb
from rich.console import Console
from rich.table import Table

from c360.domain.errors import UsageError
from c360.domain.schedules import HINT, ScheduleProblem, check_schedule
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm, limit_option
from c360_cli.output import print_json, print_table, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Have things done at certain times, and see what became of them.\n\nExample: c360 job list acme",
    no_args_is_help=True,
)

Job = Annotated[str, typer.Argument(metavar="JOB", help="Name of the job, such as apply_retention.")]

_LIST = "SELECT coalesce(jsonb_agg(listed), '[]') FROM {tenant}.list_jobs() AS listed"
_HISTORY = "SELECT coalesce(jsonb_agg(run), '[]') FROM {tenant}.job_history(%s, %s) AS run"
_SET = "SELECT {tenant}.set_job(%s, %s, %s, %s::jsonb, %s)"
_REMOVE = "SELECT {tenant}.remove_job(%s)"
_RUN = "SELECT {tenant}.run_job(%s, %s::bigint)"
_LONGEST_ANSWER = 400


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the jobs of a tenant, defaults included: when each is due next and how it went last.

    Example: c360 job list acme
    """
    with connected(dsn, data_dir) as connection:
        jobs = answer(connection, _LIST, tenant)
    if as_json:
        print_json(jobs)
        return
    table = Table("job", "kind", "schedule", "time zone", "set by", "next", "last", "ended", box=None)
    for job in jobs:
        table.add_row(
            job["job"],
            " ".join([job["kind"], *(f"{name}={value}" for name, value in job["arguments"].items())]),
            job["schedule"],
            job["time_zone"],
            "default" if job["is_default"] else "the tenant",
            _next(job),
            " ".join(filter(None, (job["last_status"], job["last_error_code"]))),
            _minute(job["last_finished_at"]),
        )
    print_table(table)


@app.command("history")
def history_command(
    tenant: Tenant,
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="Only this job.")] = None,
    limit: Annotated[int, limit_option("Most runs to show.")] = 20,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show the last runs, newest first: how long each took, what it answered or with which code it failed.

    Example: c360 job history acme apply_retention --limit 5
    """
    with connected(dsn, data_dir) as connection:
        runs = answer(connection, _HISTORY, tenant, job, limit)
    if as_json:
        print_json(runs)
        return
    table = Table("job", "due", "status", "seconds", "by", "answer", box=None)
    for run in runs:
        table.add_row(
            run["job"],
            _minute(run["due_at"]),
            run["status"] + (f", attempt {run['attempt']}" if run["attempt"] > 1 else ""),
            "" if run["duration_seconds"] is None else str(run["duration_seconds"]),
            run["run_by"],
            _outcome(run),
        )
    print_table(table)


@app.command("set")
def set_command(
    tenant: Tenant,
    job: Job,
    schedule: Annotated[
        str | None,
        typer.Option(metavar="CRON", help='When, in the time zone of the tenant: "30 3 * * *" is half past three.'),
    ] = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help="What it does. Default: its name.")] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Option("--argument", metavar="NAME=VALUE", help="An argument of the kind; may be given several times."),
    ] = None,
    enable: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Whether it is done at its times.", show_default=False)
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Add a job or change it; what is not given stays. A job called like a kind replaces the default of the kind.

    Example: c360 job set acme apply_retention --schedule '30 3 * * *'
    """
    if schedule is not None:
        _check(schedule)
    given = _arguments(arguments)
    if dry_run:
        print_sql(_SET, tenant, job, schedule, kind, None if given is None else json.dumps(given), enable)
        return
    with connected(dsn, data_dir) as connection:
        wanted = None if given is None else Jsonb(given)
        changed = answer(connection, _SET, tenant, job, schedule, kind, wanted, enable)
        now = next(one for one in answer(connection, _LIST, tenant) if one["job"] == job)
    if as_json:
        print_json({"changed": changed, **now})
        return
    when = f"{now['schedule']} in {now['time_zone']}" if now["is_enabled"] else "disabled"
    say(f"tenant {tenant}: job {job}: {when}{'' if changed else ', as before'}.")


@app.command("remove")
def remove_command(
    tenant: Tenant,
    job: Job,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Take back a job; where it replaced a default, the default holds again. The history stays.

    Example: c360 job remove acme apply_retention --yes
    """
    if dry_run:
        print_sql(_REMOVE, tenant, job)
        return
    confirm(f"Remove job {job} of tenant {tenant}?", yes)
    with connected(dsn, data_dir) as connection:
        was_there = answer(connection, _REMOVE, tenant, job)
    if as_json:
        print_json({"job": job, "removed": was_there})
        return
    say(f"tenant {tenant}: job {job}: {'removed' if was_there else 'there was none'}.")


@app.command("run")
def run_command(
    tenant: Tenant,
    job: Job,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Run a job now and wait for it, whether it is due and enabled or not; its times stay as they are.

    Example: c360 job run acme apply_retention
    """
    if dry_run:
        print_sql(_RUN, tenant, job, None)
        return
    screen = Console(stderr=True)
    shown = screen.status(f"job {job}") if screen.is_terminal else nullcontext()
    with connected(dsn, data_dir) as connection, shown:
        outcome = _all_steps(connection, tenant, job)
    if as_json:
        print_json(outcome)
        return
    say(f"tenant {tenant}: job {job} is done: {_short(outcome['answer'])}")


def _all_steps(connection: psycopg.Connection, tenant: str, job: str) -> dict[str, Any]:
    """Step by step, each in a transaction of its own."""
    outcome: dict[str, Any] = {"job_run_id": None, "has_more": True}
    while outcome["has_more"]:
        outcome = answer(connection, _RUN, tenant, job, outcome["job_run_id"])
        connection.commit()
    return outcome


def _check(schedule: str) -> None:
    try:
        check_schedule(schedule)
    except ScheduleProblem as problem:
        raise UsageError(f'the schedule "{schedule}" cannot be read: {problem}', code="U4440", hint=HINT) from problem


def _arguments(given: list[str] | None) -> dict[str, str] | None:
    if not given:
        return None
    pairs = [text.partition("=") for text in given]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise UsageError(f"{wrong[0]} is no argument", hint="Write --argument kind=events.")
    return {name: value for name, _, value in pairs}


def _next(job: dict[str, Any]) -> str:
    if not job["is_enabled"]:
        return "disabled"
    return job["schedule_problem"] or _minute(job["next_run_at"])


def _outcome(run: dict[str, Any]) -> str:
    if run["error_code"]:
        return " ".join(filter(None, (run["error_code"], run["error_hint"])))
    return "" if run["answer"] is None else _short(run["answer"])


def _short(told: dict[str, Any]) -> str:
    """Without lists and what is not there, at most so long; --json has all of it."""
    text = json.dumps(_plain(told), ensure_ascii=False)
    return text if len(text) <= _LONGEST_ANSWER else f"{text[:_LONGEST_ANSWER]} ..."


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    parts = {name: _plain(value) if isinstance(value, dict) else value for name, value in told.items()}
    return {name: value for name, value in parts.items() if value is not None and not isinstance(value, list)}


def _minute(time: str | None) -> str:
    return (
        "" if time is None else datetime.fromisoformat(time).strftime("%Y-%m-%d %H:%M %Z").replace(" UTC+00:00", " UTC")
    )
