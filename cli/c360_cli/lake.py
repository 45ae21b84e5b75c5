"""`c360 lake`: months that are over as verified files elsewhere, out of PostgreSQL when wanted, and back again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import psycopg
import typer
from psycopg.types.json import Jsonb
from rich.table import Table

from c360.domain.errors import C360Error, UsageError
from c360.lake import compacting, erasing, reading, restorer, verifier
from c360.lake import iceberg as iceberg_tables
from c360.lake.exporter import Exporter, Outcome, settle
from c360.lake.ledger import Ledger, session
from c360.lake.storage import Storage, open_storage
from c360_cli.connection import connected, database_address
from c360_cli.lake_ddl import ddl_command
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm, limit_option
from c360_cli.output import Steps, in_steps, print_json, print_table, printable, say
from c360_cli.refusals import explained
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Keep months that are over in a lake.\n\nExample: c360 lake export acme",
    no_args_is_help=True,
)

Tables = Annotated[
    list[str] | None, typer.Option("--table", metavar="TABLE", help="Only this table; may be repeated. Default: all.")
]
Month = Annotated[
    str | None, typer.Option("--partition", metavar="MONTH", help="Only this month, such as y2026m10. Default: all.")
]

_SET = "SELECT c360.set_lake(%s, %s, %s::jsonb, %s, %s)"


@app.command("init")
def init_command(
    tenant: Tenant,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="ADDRESS", help="file:///srv/lake, s3://bucket/folder or webhdfs://host:9870/folder."
        ),
    ],
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option", metavar="NAME=VALUE", help="Of the storage, such as endpoint or region; may be repeated."
        ),
    ] = None,
    iceberg: Annotated[bool, typer.Option("--iceberg", help="Also as Iceberg tables.")] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="The files that the ledger knows are at this address now.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Say where the lake of a tenant is. Credentials come from the environment, never from here.

    Example: c360 lake init acme --to file:///srv/lake
    """
    options = dict(_pair(text) for text in option or ())
    storage = open_storage(to, options)
    kind = "iceberg" if iceberg else "parquet"
    if dry_run:
        print_sql(_SET, tenant, to, options, kind, adopt)
        return
    remarks = storage.check()
    with connected(dsn, data_dir) as connection:
        connection.execute(_SET.encode(), [tenant, to, Jsonb(options), kind, adopt])
    for remark in remarks:
        say(remark)
    if as_json:
        print_json({"tenant": tenant, "url": to, "format": kind, "remarks": remarks})
        return
    say(f"tenant {tenant}: its lake is at {to}. To fill it: c360 lake export {tenant}")


@app.command("export")
def export_command(
    tenant: Tenant,
    table: Tables = None,
    partition: Month = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be compared, and write nothing.")] = False,
) -> None:
    """Bring months that are over into the lake, and verify them. What is there already is only compared.

    Example: c360 lake export acme
    """
    with _lake(tenant, dsn, data_dir, is_held=not dry_run) as lake:
        wanted = [
            (name, month)
            for name, month in lake.exporter().partitions(table)
            if partition is None or month in (partition, "all")
        ]
        if dry_run:
            planned = [{"table": name, "partition": month} for name, month in wanted]
            _show_planned(planned, as_json=as_json)
            return
        if (proof := lake.erase()) is not None:
            _say_proof(tenant, proof)
        with in_steps("exporting", "rows") as steps:
            outcomes = [lake.exporter(steps).export(name, month) for name, month in wanted]
    _show_outcomes(outcomes, as_json=as_json)


@app.command("verify")
def verify_command(
    tenant: Tenant,
    table: Tables = None,
    partition: Month = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read what is stored with a second reader and compare it with the ledger and with PostgreSQL. Names what differs.

    Example: c360 lake verify acme --partition y2026m10
    """
    with _lake(tenant, dsn, data_dir) as lake, in_steps("verifying", "rows") as steps:
        outcomes = []
        for known in lake.ledger.records("lake_partitions"):
            name, month = known["table_name"], known["partition"]
            if (table and name not in table) or (partition and month != partition) or known["state"] == "open":
                continue
            found = verifier.verify(lake.ledger, lake.storage, name, month, told=steps.advance)
            problems = found["problems"] and lake.explained(name, month, found["problems"])
            outcomes.append(
                Outcome(
                    name, month, "stale" if problems else found["state"], found.get("row_count", 0), problems=problems
                )
            )
            if not problems:
                settle(lake.ledger, lake.storage, name, month)
    _show_outcomes(outcomes, as_json=as_json)


@app.command("status")
def status_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show which months are in the lake, and how far each came.

    Example: c360 lake status acme
    """
    with connected(dsn, data_dir) as connection:
        status = answer(connection, "SELECT {tenant}.lake_status()", tenant)
        months = records(connection, "SELECT * FROM {tenant}.lake_partitions()", tenant)
    if as_json:
        print_json({**status, "partitions": [{**month, "checksum": str(month["checksum"])} for month in months]})
        return
    rows = Table("table", "month", "state", "files", "rows", "bytes", "verified", box=None)
    for month in months:
        verified = month["verified_at"]
        rows.add_row(
            month["table_name"],
            month["partition"],
            month["state"],
            str(month["file_count"]),
            f"{month['row_count']:,}",
            f"{month['byte_count']:,}",
            "" if verified is None else f"{verified:%Y-%m-%d %H:%M}",
        )
    print_table(rows)
    say(
        f"The lake is at {status['url']}."
        if status["url"]
        else f"No lake: c360 lake init {tenant} --to file:///srv/lake"
    )
    if status.get("problem"):
        say(f"The worker could not bring it up to date: {status['problem']}")
    if status.get("erasures_waiting"):
        say(f"{status['erasures_waiting']} persons are still to be taken out: c360 lake erase {tenant}")


@app.command("drop-verified")
def drop_command(
    tenant: Tenant,
    keep: Annotated[int, typer.Option("--keep", min=1, help="Newest months that stay, with the one under way.")] = 3,
    partition: Month = None,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare, say what would go, and change nothing.")] = False,
) -> None:
    """Drop months of events from PostgreSQL that the lake has, oldest first, each compared once again under lock.

    Example: c360 lake drop-verified acme --keep 13 --dry-run
    """
    with _lake(tenant, dsn, data_dir) as lake:
        months = restorer.droppable(lake.ledger, partition)
        if not dry_run and months:
            confirm(f"Drop months of events of tenant {tenant} from PostgreSQL that the lake has?", yes)
        done = lake.drop(months, keep=keep, dry_run=dry_run)
    if as_json:
        print_json(done)
        return
    for one in done:
        if one.get("is_postponed"):
            say(f"{one['partition']}: in use; the next run tries again.")
        else:
            say(f"{one['partition']}: {one['row_count']:,} events {'would go' if dry_run else 'are in the lake only'}.")
    if not done:
        say(f"Nothing to drop: no verified month is older than the newest {keep}.")


@app.command("restore")
def restore_command(
    tenant: Tenant,
    partition: Annotated[str, typer.Option("--partition", metavar="MONTH", help="The month, such as y2026m10.")],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which files would be read.")] = False,
) -> None:
    """Bring a dropped month of events back into PostgreSQL, with the same checksum.

    Example: c360 lake restore acme --partition y2026m10
    """
    with _lake(tenant, dsn, data_dir, is_held=not dry_run) as lake:
        if dry_run:
            files = [file for file in lake.ledger.files("events", partition) if file.state == "dropped"]
            done = {"files": len(files), "row_count": sum(file.row_count or 0 for file in files), "dry_run": True}
        else:
            with in_steps("restoring", "rows") as steps:
                done = restorer.restore(lake.ledger, lake.storage, partition, steps.advance)
    if as_json:
        print_json({"partition": partition, **done})
        return
    what = "would come back" if dry_run else "are back"
    say(f"{partition}: {done['row_count']:,} events of {done['files']} files {what}.")


@app.command("erase")
def erase_command(
    tenant: Tenant,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many files would be looked into.")] = False,
) -> None:
    """Take persons who were erased out of the lake, and keep the proof. Every export begins with it.

    Example: c360 lake erase acme
    """
    with _lake(tenant, dsn, data_dir, is_held=not dry_run) as lake:
        if dry_run:
            persons = erasing.waiting(lake.ledger)
            files = [] if persons is None else [file.key for file in lake.ledger.files() if persons.may_be_in(file)]
            proof: dict[str, Any] | None = {"persons": 0 if persons is None else len(persons.erasures), "files": files}
        else:
            proof = lake.erase()
            outcomes = lake.compared()
    if as_json:
        print_json(proof)
        return
    if dry_run:
        say(f"{proof['persons']} persons, {len(proof['files'])} files to look into." if proof else "")
        return
    if proof is None:
        say("Nobody waits to be taken out of the lake.")
        return
    _say_proof(tenant, proof)
    _show_outcomes(outcomes, as_json=False)


@app.command("compact")
def compact_command(
    tenant: Tenant,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which days have several files.")] = False,
) -> None:
    """Make one file of the days that late rows gave several. Rows and checksums stay.

    Example: c360 lake compact acme
    """
    with _lake(tenant, dsn, data_dir, is_held=not dry_run) as lake:
        days = compacting.days(lake.ledger)
        done = [] if dry_run else compacting.compact(lake.ledger, lake.storage)
    told = [
        {"table": one.table, "partition": one.partition, "dt": str(one.day), "files": len(one.files)} for one in days
    ]
    if as_json:
        print_json(told)
        return
    say(f"{len(told)} days {'have several files' if dry_run else f'made {len(done)} files'}.")


@app.command("maintain")
def maintain_command(
    tenant: Tenant,
    keep: Annotated[
        int, typer.Option("--keep", metavar="DAYS", min=0, help="How long older snapshots can be read.")
    ] = iceberg_tables.KEEP.days,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the tables anew from the ledger.")] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what differs and what would go.")] = False,
) -> None:
    """Compare Iceberg tables with the ledger, put right what differs, take away what is old or of no use.

    Example: c360 lake maintain acme
    """
    with _lake(tenant, dsn, data_dir, is_held=not dry_run) as lake:
        done = iceberg_tables.maintain(
            lake.ledger, lake.storage, keep=timedelta(days=keep), rebuild=rebuild, dry_run=dry_run
        )
    if as_json:
        print_json(
            [
                {
                    "table": one.table,
                    "differences": one.differences,
                    "expired": one.published.expired,
                    "deleted": one.published.deleted,
                }
                for one in done
            ]
        )
        return
    for one in done:
        say(
            f"{one.table}: {len(one.differences)} differences, {one.published.expired} snapshots and"
            f" {len(one.published.deleted)} objects {'would go' if dry_run else 'went'}."
        )
    if not done:
        say(f"the lake of {tenant} has no Iceberg tables.")


@app.command("sql")
def sql_command(
    tenant: Tenant,
    query: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT over events, purchases, profile_links ...")],
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="How long it may take.")] = 300,
    memory: Annotated[str, typer.Option("--memory", metavar="SIZE", help="How much memory it may take.")] = "2GB",
    limit: Annotated[int, limit_option("Most rows to show.")] = 1_000,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Ask the lake and PostgreSQL as one, each row once. The SQL is that of DuckDB; it reads and reaches nothing else.

    Example: c360 lake sql acme "SELECT event_name, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC"
    """
    with _lake(tenant, dsn, data_dir, is_held=False, needs_place=False) as lake:
        limits = reading.Limits(seconds, memory)
        found = reading.query(lake.ledger, None, lake.address, query, limits=limits, most=limit)
    if as_json:
        print_json([dict(zip(found.columns, row, strict=True)) for row in found.rows])
    else:
        rows = Table(*found.columns, box=None)
        for row in found.rows:
            rows.add_row(*("" if value is None else str(printable(value)) for value in row))
        print_table(rows)
    if found.is_cut:
        say(f"Only the first {limit:,} rows; --limit shows more.")


@app.command("doctor")
def doctor_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Look for what an operator has to mend: the place, objects nobody knows, months that are stale.

    Example: c360 lake doctor acme
    """
    with _lake(tenant, dsn, data_dir, is_held=False) as lake:
        findings = lake.findings()
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            say(finding)
        if not findings:
            say("Nothing to mend.")
    if findings:
        raise typer.Exit(1)


app.command("ddl")(ddl_command)


@dataclass
class _Lake:
    ledger: Ledger
    address: str
    place: Storage | None

    @property
    def storage(self) -> Storage:
        return self.place or self.ledger.storage()

    def exporter(self, steps: Steps | None = None) -> Exporter:
        return Exporter(self.ledger, self.storage, self.address, None if steps is None else steps.advance)

    def erase(self) -> dict[str, Any] | None:
        return erasing.Eraser(self.ledger, self.storage).erase()

    def drop(self, months: list[str], *, keep: int, dry_run: bool) -> list[dict[str, Any]]:
        """Drops months from the oldest on, until one has to stay."""
        done: list[dict[str, Any]] = []
        for month in months:
            try:
                dropped = restorer.drop(self.ledger, self.storage, month, keep=keep, dry_run=dry_run)
            except C360Error as error:
                if error.code == "U4466":
                    break
                if error.code == "U4464":
                    self.name_differences(month)
                raise
            done.append({"partition": month, **dropped})
            if dropped.get("is_postponed") or dry_run:
                break
        return done

    def compared(self) -> list[Outcome]:
        """What PostgreSQL still has of months that are stale, as it kept it."""
        stale = {
            (row["table_name"], row["partition"])
            for row in self.ledger.records("lake_partitions")
            if row["state"] == "stale"
        }
        exporter = self.exporter()
        return [exporter.export(*one) for one in exporter.partitions() if one in stale]

    def explained(self, table: str, partition: str, problems: list[dict[str, str]]) -> list[dict[str, str]]:
        """Days that differ, with the keys of the rows that do."""
        told = []
        for problem in problems:
            with contextlib.suppress(ValueError, C360Error):
                day = date.fromisoformat(problem["subject"])
                found = verifier.differences(self.ledger, self.storage, self.ledger.tables()[table], partition, day)
                problem = {**problem, "rows": found.told()}
            told.append(problem)
        return told

    def name_differences(self, partition: str) -> None:
        """Says which rows of a month of events keep it from being dropped."""
        found = verifier.verify(self.ledger, self.storage, "events", partition)
        for problem in self.explained("events", partition, found["problems"]):
            say(f"{problem['subject']}: {problem.get('rows') or problem['problem']}")

    def findings(self) -> list[str]:
        """What is to be mended."""
        known = {file.key: file for file in self.ledger.files()}
        found = [f"{self.storage.url}: {remark}" for remark in self.storage.check()]
        stored = set()
        for name in self.ledger.tables():
            folder = f"v1/{name}/tenant={self.ledger.tenant}"
            stored |= {one.key for one in self.storage.list(folder)}
            there = {one.key for one in self.storage.versions(folder) if not one.is_marker}
            found += [
                f"{key}: the ledger does not know it. Look what it is, and delete it."
                for key in sorted(there - known.keys())
            ]
        for file in known.values():
            if file.state in ("verified", "dropped") and file.key not in stored:
                found.append(f"{file.key}: is not there. c360 lake verify {self.ledger.tenant} says what is missing.")
        for row in self.ledger.records("lake_partitions"):
            if row["state"] in ("stale", "exporting", "written", "erasing"):
                found.append(
                    f"{row['table_name']} {row['partition']} is {row['state']}: c360 lake export {self.ledger.tenant}"
                )
        return found


@contextlib.contextmanager
def _lake(
    tenant: str, dsn: str | None, data_dir: Any, *, is_held: bool = True, needs_place: bool = True
) -> Iterator[_Lake]:
    with (
        database_address(dsn, data_dir) as address,
        session(address) as connection,
    ):
        ledger = Ledger(connection, tenant)
        try:
            lake = _Lake(ledger, address, ledger.storage() if needs_place else None)
            with ledger.held() if is_held else contextlib.nullcontext():
                yield lake
        except C360Error as error:
            if isinstance(error.__cause__, psycopg.Error):
                raise explained(connection, error.__cause__) from error
            raise


def _show_planned(planned: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print_json(planned)
        return
    for one in planned:
        say(f"{one['table']} {one['partition']}")
    say("A dry run: nothing was written.")


def _show_outcomes(outcomes: list[Outcome], *, as_json: bool) -> None:
    problems = [outcome for outcome in outcomes if outcome.problems]
    if as_json:
        print_json(
            [
                {
                    "table": outcome.table,
                    "partition": outcome.partition,
                    "state": outcome.state,
                    "rows": outcome.rows,
                    "files": outcome.files,
                    "late": outcome.late,
                    "bytes": outcome.bytes,
                    "problems": outcome.problems,
                }
                for outcome in outcomes
            ]
        )
    else:
        rows = Table("table", "month", "state", "files", "rows", "late", box=None)
        for outcome in outcomes:
            rows.add_row(
                outcome.table,
                outcome.partition,
                outcome.state,
                str(outcome.files),
                f"{outcome.rows:,}",
                f"{outcome.late:,}",
            )
        print_table(rows)
        for outcome in problems:
            for problem in outcome.problems:
                rest = f" {problem['rows']}." if problem.get("rows") else ""
                say(f"{outcome.table} {outcome.partition}: {problem['subject']} {problem['problem']}.{rest}")
    if problems:
        raise typer.Exit(1)


def _say_proof(tenant: str, proof: dict[str, Any]) -> None:
    say(
        f"tenant {tenant}: {proof['rows_removed']} rows taken out of {proof['files_rewritten']} files,"
        f" {proof['objects_deleted']} objects deleted, {proof['objects_scanned']} looked through: nothing found."
    )
    for kept in proof["retained"]:
        say(f"{kept['key']} is kept by the store until {kept['until'] or 'somebody lifts it'}.")


def _pair(text: str) -> tuple[str, str]:
    name, is_set, value = text.partition("=")
    if not is_set or not name:
        raise UsageError(f"{text} is no option", hint="Write it as --option endpoint=https://s3.example")
    return name, value
